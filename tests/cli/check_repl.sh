#!/bin/sh
# check_repl.sh -- rules tried by hand: from a pipe, and by keys at a terminal.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99
cp "$top/stdlib-rules/programmes/coffee/coffee.notch" rules.notch

# type TEXT: the whole of standard input
type_in() {
  printf "$1" | timeout 60 "$notch" repl rules.notch >out 2>err
  [ $? = 0 ] && pass || fail "the repl ends badly after: $1"
}

sale='at 2026-03-02 10:00 ann purchase with'
type_in "$sale\\n amount 12.00 CNY, channel app\\n  balance ann  \\nquit\\nmore\\n"
prints applied
prints "ann at 2026-03-02T10:00:00+08:00"
silent
fields='"member":"bob",\n"amount":"5.00","channel":"app","at":"2026-03-03"'
type_in "{\"id\":\"z\",\\n\"type\":\"purchase\",$fields}\\nexplain\\nexplain z\\nstatement bob"
prints "rule base"
prints "Statement of bob"
type_in '# a comment\n\n   \nexplain\nstatement\nwhat\nexplain #9\nbalance nobody\nann purchas\n'
says "no event yet"
says "write whose"
says "write MEMBER EVENT"
says "no event \`#9\`"
says "there is no member \`nobody\`"
prints unknown_event
type_in "$sale amount 120.00 CNY, channel app\\nat 2028-01-01\\nmembers\\nrefused\\nhelp"
prints "fell due"
prints "Ctrl-C"
type_in 'at yesterday\nann purchase with amount "12\n'
says "notch: "
expect 1 repl "$work/none"
says "there is no file"
printf 'rule\n' >bad.notch
expect 1 repl bad.notch
says "bad.notch:"

# At a terminal: Tab completes, the arrow up gives the line before, Ctrl-C gives a line up.
command -v python3 >/dev/null 2>&1 || finish
cat >keys.py <<'END'
import os, pty, select, sys, time
main, other = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    os.close(main)
    import fcntl, termios
    fcntl.ioctl(other, termios.TIOCSCTTY, 0)
    for stream in 0, 1, 2:
        os.dup2(other, stream)
    os.environ.update(TERM="xterm", NO_COLOR="1", INPUTRC="/dev/null")
    os.execv(sys.argv[1], [sys.argv[1], "repl", "rules.notch"])
os.close(other)
shown = ""
def until(text):
    global shown
    end = time.time() + 30
    while text not in shown and time.time() < end:
        if select.select([main], [], [], 1)[0]:
            try: shown += os.read(main, 65536).decode("utf-8", "replace")
            except OSError: break
    good, shown = text in shown, shown.partition(text)[2]
    return good
def keys(text, answer):
    os.write(main, text.encode())
    if not until(answer):
        print("FAILED: no %r after %r" % (answer, text))
        os.kill(child, 9)
        sys.exit(1)
if not until("notch> "): sys.exit("FAILED: no prompt")
keys("at 2026-03-02 10:00 ann purch\tamount 12.00 CNY", "purchase amount 12.00 CNY")
keys("\x03", "notch> ")
keys('{"id":"a",\r', "...> ")
keys("\x03", "notch> ")
keys('at 2026-03-02 10:00 ann purch\twith amount 12.00 CNY, channel app\r', "applied")
keys("balan\tann\r", "ann at 2026-03-02")
keys("\x1b[A\r", "ann at 2026-03-02")
until("notch> ") # between two lines Ctrl-D ends nothing
os.write(main, b"\x04")
until("never")
os.close(main) # should it wait still, the line is cut
status = os.waitpid(child, 0)[1]
sys.exit(status and "FAILED: status %d" % status)
END
if ldd "$(dirname "$notch")/.libs/notch" 2>/dev/null | grep -q libreadline ||
  ldd "$notch" 2>/dev/null | grep -q libreadline; then
  python3 keys.py "$notch" >out 2>err && pass || fail "keys at a terminal"
fi
finish
