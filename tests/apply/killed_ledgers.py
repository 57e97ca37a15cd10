"""Every verb that writes is killed at its first change of a file, at its second, and so on
(tests/apply/disk.c), whole and torn, and finds the disk full from there on, in both journal modes.
After each: the ledger verifies, the same deed once more ends with the head of an undisturbed run,
and what was erased is in no file.
killed_ledgers.py DISK.SO EACH  (EACH 1: at every change; 7: at every seventh)."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

NOTCH = os.environ.get('NOTCH', './notch')
SHIM, EACH = sys.argv[1], int(sys.argv[2])
WORD = 'Zq-Nobody'

RULES = """program killed
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event
points star
  pending for 3 days
  expire 2 months after earning
event purchase
  field amount CNY in 0.00 CNY .. 100_000.00 CNY
measure spend is sum of amount on purchase
ladder status tiers silver < gold
  tier gold
    reach when spend over the last 2 months >= 900.00 CNY
  lasts for 1 months
rule base
  on purchase
  earn %d star per 1.00 CNY of amount
payment checkout
  pay 1.00 CNY per 20 star
"""


def real(command):
    """The program behind libtool's script, which would be slow."""
    hidden = os.path.join(os.path.dirname(command), '.libs')
    if os.path.exists(os.path.join(hidden, os.path.basename(command))):
        os.environ['LD_LIBRARY_PATH'] = hidden
        return os.path.join(hidden, os.path.basename(command))
    return command


def run(arguments, folder, disk=None, at=0):
    environment = dict(os.environ)
    if disk:
        environment.update(LD_PRELOAD=SHIM, DISK=disk, DISK_AT=str(at))
        environment['ASAN_OPTIONS'] = 'verify_asan_link_order=0'
    done = subprocess.run([NOTCH] + arguments, cwd=folder, env=environment, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


def event(number, kind, **fields):
    at = '2026-%02d-%02dT10:%02d:00+08:00' % (1 + number // 100, 1 + number // 4 % 25, number % 60)
    return json.dumps(dict(id='e%d' % number, type=kind, at=at, **fields))


def purchases(first, last):
    return [event(n, 'purchase', member='m%d' % (n % 7), amount='%d.50' % (n * 37 % 400))
            for n in range(first, last)]


def write(folder, name, lines):
    with open(os.path.join(folder, name), 'w') as file:
        file.write('\n'.join(lines) + '\n')


def make_base(folder, mode):
    """A ledger that knows its members, so that no salt is drawn in what follows."""
    write(folder, 'rules.notch', [RULES % 1])
    write(folder, 'other.notch', [RULES % 2])
    write(folder, 'before.jsonl',
          [event(0, 'join', member=WORD)] + purchases(1, 120) +
          [event(121, 'purchase', member=WORD, amount='50.00')])
    write(folder, 'more.jsonl', purchases(122, 260))
    write(folder, 'erase.jsonl', [event(300, 'erase', member=WORD)])
    for arguments in (['init', 'l', 'rules.notch', '--clock', 'events'] + mode,
                      ['apply', 'l', 'before.jsonl'], ['seal', 'l', '--make-key', 'key']):
        code, output = run(arguments, folder)
        assert code == 0, output


def head(folder):
    code, output = run(['verify', 'l', '--json'], folder)
    found = json.loads(output) if code == 0 else None
    return (found['head'], found['transactions']) if found and found['ok'] else output


def left_of(word, folder):
    found = []
    for name in os.listdir(folder):
        if name == 'l' or name.startswith('l-'):
            with open(os.path.join(folder, name), 'rb') as file:
                if word.encode() in file.read():
                    found.append(name)
    return found


DEEDS = (('apply', ['apply', 'l', 'more.jsonl']),
         ('advance', ['advance', 'l', '--to', '2026-09-01']),
         ('publish', ['publish', 'l', 'other.notch', '--from', '2026-03-01']),
         ('erase', ['apply', 'l', 'erase.jsonl']),
         ('seal', ['seal', 'l', '--key', 'key']),
         ('backup', ['backup', 'l', 'copy']))


def check_copy(folder, code, wanted):
    """A copy that is there is whole; where none is, it can be made."""
    if os.path.exists(os.path.join(folder, 'copy')):
        os.rename(os.path.join(folder, 'l'), os.path.join(folder, 'kept'))
        os.rename(os.path.join(folder, 'copy'), os.path.join(folder, 'l'))
        found = head(folder)
        return [] if found == wanted else ['the copy: %s' % (found,)]
    return ['no copy, exit code %s' % code]


def problems_at(base, name, deed, disk, at, wanted):
    """What is wrong after a kill; None: it was not reached any more."""
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, 'f')
        shutil.copytree(base, folder)
        code, output = run(deed, folder, disk, at)
        if code == 0:
            return None
        if code != -9:
            return ['exit code %s: %s' % (code, output)]
        before = head(folder)
        found = [] if isinstance(before, tuple) else ['verify: %s' % before]
        code, output = run(deed, folder)
        if name == 'backup':
            return found + check_copy(folder, code, wanted)
        if code != 0:
            found.append('again: exit code %s: %s' % (code, output))
        after = head(folder)
        if after != wanted:
            found.append('the end: %s, not %s' % (after, wanted))
        if name == 'erase' and left_of(WORD, folder):
            found.append('%s is left in %s' % (WORD, left_of(WORD, folder)))
        code, output = run(['replay', 'l'], folder)
        return found if code == 0 else found + ['replay: %s' % output]


def check_deed(parent, base, name, deed, mode):
    folder = os.path.join(parent, 'undisturbed')
    shutil.copytree(base, folder)
    code, output = run(deed, folder)
    assert code == 0, output
    wanted = head(folder)
    shutil.rmtree(folder)
    reached = failed = 0
    for disk in ('kill', 'torn'):
        at = 1 + reached % EACH
        while True:
            found = problems_at(base, name, deed, disk, at, wanted)
            if found is None:
                break
            reached += 1
            for problem in found:
                print('%s%s, %s at change %d: %s' % (name, ' (rollback)' if mode else '', disk, at,
                                                     problem))
                sys.stdout.flush()
            failed += len(found) > 0
            at += EACH
    return reached, failed


def check_init(parent, mode):
    """A new ledger is there or not; where not, one sentence says what to do."""
    reached = failed = 0
    at = 1
    while True:
        folder = os.path.join(parent, 'init%s%d' % (mode, at))
        os.mkdir(folder)
        write(folder, 'rules.notch', [RULES % 1])
        code, output = run(['init', 'l', 'rules.notch'] + mode, folder, 'kill', at)
        if code == 0:
            return reached, failed
        reached += 1
        found = head(folder)
        code, output = run(['publish', 'l', 'rules.notch'], folder)
        whole = isinstance(found, tuple) and code == 0
        if not whole and not ('remove it' in found and 'remove it' in output and code == 1):
            failed += 1
            print('init%s, killed at change %d: %s%s' % (mode, at, found, output))
        at += EACH


def names(folder, deed):
    """Without what those leave who only read."""
    return sorted(set(os.listdir(folder)) - ({'l-shm', 'l-wal'} if deed != 'init' else set()))


def full_at(base, name, deed, at, wanted):
    """What is wrong once the disk is full from a change on; None: it did not matter."""
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, 'f')
        shutil.copytree(base, folder)
        if name == 'init':
            for left in os.listdir(folder):
                if left == 'l' or left.startswith('l-'):
                    os.remove(os.path.join(folder, left))
        files = names(folder, name)
        code, output = run(deed, folder, 'full', at)
        if code == 0:
            return None
        found = [] if code == 1 else ['exit code %d' % code]
        if 'notch: ' not in output or 'disk' not in output and 'o space left' not in output:
            found.append(output)
        if name in ('init', 'backup', 'page') and names(folder, name) != files:
            found.append('there is now %s' % names(folder, name))
        if name != 'init' and not isinstance(head(folder), tuple):
            found.append('verify: %s' % (head(folder),))
        code, output = run(deed, folder)
        if code != 0:
            found.append('again: exit code %s: %s' % (code, output))
        if wanted and head(folder) != wanted:
            found.append('the end: %s, not %s' % (head(folder), wanted))
        return found


def check_full(parent, base, name, deed, mode):
    folder = os.path.join(parent, 'room')
    shutil.copytree(base, folder)
    wanted = None
    if name != 'init':
        run(deed, folder)
        wanted = head(folder)
    shutil.rmtree(folder)
    reached = failed = 0
    at = 1
    while True:
        found = full_at(base, name, deed, at, wanted)
        if found is None:
            return reached, failed
        reached += 1
        failed += len(found) > 0
        for problem in found:
            print('%s%s, disk full at change %d: %s' % (name, ' (rollback)' if mode else '', at,
                                                        problem))
        at += EACH


def main():
    global NOTCH
    NOTCH = real(os.path.abspath(NOTCH))
    reached = failed = 0
    with tempfile.TemporaryDirectory() as parent:
        for mode in ([], ['--rollback']):
            figures = [check_init(parent, mode)]
            base = os.path.join(parent, 'base%d' % len(mode))
            os.mkdir(base)
            make_base(base, mode)
            figures += [check_deed(parent, base, name, deed, mode) for name, deed in DEEDS]
            for name, deed in (('init', ['init', 'l', 'rules.notch'] + mode),) + DEEDS + (
                    ('page', ['backtest', 'l', 'other.notch', '--html', 'page.html']),):
                figures.append(check_full(parent, base, name, deed, mode))
            reached += sum(f[0] for f in figures)
            failed += sum(f[1] for f in figures)
    print('%d passed, %d failed' % (reached - failed, failed))
    return failed == 0 and reached > 0


if __name__ == '__main__':
    sys.exit(0 if main() else 1)
