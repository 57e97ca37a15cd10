"""interface.py NOTCH FOLDER -- what the interface promises of verbs, options, JSON and codes."""
import json
import os
import pty
import re
import select
import subprocess
import sys

NOTCH, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
os.chdir(FOLDER)
passed = failed = 0

RULES = """program harbour "Harbour Club"
  timezone "Asia/Shanghai"
  currency CNY
  rounded down

points star
  whole
  pending for 7 days
  expire 12 months after earning at end of month
  worth 0.05 CNY

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  start at silver
  tier gold
    reach when spend over the last 12 months >= 1_000.00 CNY
  lasts for 12 months at end of month

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule boost
  on purchase
  when tier >= gold
  multiply base by 2x

rule greet
  on promote to gold
  notify "Welcome to gold"

reward latte
  costs 50 star
"""
EVENTS = [
    {"id": "e-1", "type": "purchase", "member": "ann", "at": "2026-03-03T10:00:00+08:00",
     "amount": "120.00"},
    {"id": "e-2", "type": "purchase", "member": "bob", "at": "2026-03-04T10:00:00+08:00",
     "amount": "1500.00"},
    {"id": "e-3", "type": "redeem", "member": "ann", "at": "2026-03-20T10:00:00+08:00",
     "reward": "latte"},
]
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?$")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9]{2}:[0-9]{2}|Z)$")


def check(what, condition, found=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("FAILED", what, str(found)[:600])


def write(name, text):
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def run(code, *words, text=None):
    """What the command prints; its code has to be `code`."""
    done = subprocess.run([NOTCH, *words], input=text.encode() if text is not None else b"",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check("code of notch " + " ".join(words), done.returncode == code,
          (done.returncode, done.stdout, done.stderr))
    run.error = done.stderr.decode()
    return done.stdout.decode()


def document(code, *words, text=None):
    """The one JSON document, without a float that is an amount."""
    shown = run(code, *words, text=text)
    return json.loads(shown, parse_float=lambda number: check("no float: " + number, False))


def keys(what, found, *wanted):
    check("members of " + what, sorted(found) == sorted(wanted), sorted(found))


def amounts(what, found):
    for key, value in found.items():
        check("%s.%s is a decimal text" % (what, key),
              isinstance(value, str) and DECIMAL.match(value), value)


def make_ledger(name, *words):
    run(0, "init", name, "rules.notch", "--clock", "events", *words)
    return name


def totals():
    ledger = make_ledger("totals.ledger")
    counts = document(0, "apply", ledger, "events.jsonl", "--clock", "events", "--json")
    keys("apply", counts, "applied", "known", "refused", "waiting", "unreadable", "transactions",
         "head")
    check("three applied", counts["applied"] == 3, counts)
    check("a head", re.match("[0-9a-f]{64}$", counts["head"]), counts)
    again = document(0, "apply", ledger, "events.jsonl", "--clock", "events", "--json")
    check("known again", (again["known"], again["transactions"], again["head"])
          == (3, 0, counts["head"]), again)
    mixed = "\n".join([json.dumps(EVENTS[0]), "junk", '{"id":"w","type":"return","member":"ann",'
                       '"of":"later","at":"2026-03-21T00:00:00Z"}',
                       '{"id":"r","type":"nothing","member":"ann","at":"2026-03-21T00:00:00Z"}',
                       '{"id":"e-4","type":"purchase","member":"ann","amount":"1.00",'
                       '"at":"2026-03-21T00:00:00Z"}']) + "\n"
    counts = document(3, "apply", ledger, "-", "--clock", "events", "--json", text=mixed)
    check("each line is counted once", [counts[k] for k in (
        "applied", "known", "refused", "waiting", "unreadable")] == [1, 1, 1, 1, 1], counts)
    check("an unreadable line has its number", "-:2: unreadable" in run.error, run.error)

    found = document(0, "balance", ledger, "ann", "--json", "--at", "2026-03-22")
    keys("balance of a member", {k: 0 for k in found if k != "rewards"}, "member", "at", "points",
         "tiers", "tags")
    check("member", found["member"] == "ann")
    check("at has an offset", MOMENT.match(found["at"]), found["at"])
    star = found["points"]["star"]
    keys("points", star, "available", "pending", "held", "debt", "lots")
    amounts("points", {k: v for k, v in star.items() if k != "lots"})
    check("ann", (star["available"], star["pending"]) == ("70", "1"), star)
    lot = star["lots"][0]
    keys("a lot", lot, "amount", "earned", "matures", "expires", "rule", "event")
    check("the lot", (lot["amount"], lot["rule"], lot["event"], lot["earned"], lot["matures"],
                      lot["expires"])
          == ("70", ["base"], "e-1", "2026-03-03T10:00:00+08:00", "2026-03-10T10:00:00+08:00",
              "2027-04-01T00:00:00+08:00"), lot)
    tier = found["tiers"]["status"]
    check("the tier", tier["tier"] == "silver" and "since" in tier, tier)
    bob = document(0, "balance", ledger, "bob", "--json")
    keys("a tier with a term", bob["tiers"]["status"], "tier", "since", "until")
    check("both rules", bob["points"]["star"]["lots"][0]["rule"] in (["base"], ["base", "boost"]),
          bob)
    early = document(0, "balance", ledger, "ann", "--json", "--at", "2026-03-05")
    check("--at looks back", early["points"]["star"]["pending"] == "120", early)
    known = document(0, "balance", ledger, "ann", "--json", "--at", "2026-03-22",
                     "--known", "2026-03-10")
    check("--known forgets", known["points"]["star"]["available"] == "120", known)

    found = document(0, "balance", ledger, "--json", "--at", "2027-05-01")
    keys("totals", found, "at", "members", "points", "rewards", "tiers")
    star = found["points"]["star"]
    keys("totals of points", star, "issued", "available", "pending", "held", "spent", "expired",
         "taken_back", "forgiven", "debt")
    amounts("totals", star)
    n = {k: int(v) for k, v in star.items()}
    check("the books balance", n["issued"] + n["debt"] + n["forgiven"] == n["available"]
          + n["pending"] + n["held"] + n["spent"] + n["expired"] + n["taken_back"], star)
    check("spent", n["spent"] == 50, star)
    keys("a reward", found["rewards"]["latte"], "held", "used")
    check("counts are numbers", isinstance(found["rewards"]["latte"]["used"], int)
          and found["members"] == 2, found)
    check("members by tier", sum(found["tiers"]["status"].values()) == 2, found["tiers"])

    for verb in ("verify", "replay"):
        found = document(0, verb, ledger, "--json")
        for key in ("ok", "events", "transactions", "postings", "head", "differences"):
            check("%s has %s" % (verb, key), key in found, found)
        check(verb + " is fine", found["ok"] is True and found["differences"] == [], found)
    other = RULES.replace("earn 1 star", "earn 2 star")
    write("other.notch", other)
    found = document(3, "replay", ledger, "--rules", "other.notch", "--json")
    check("differences are told", found["ok"] is False and found["differences"], found)
    for key in ("event", "what", "recorded", "recomputed"):
        check("a difference has " + key, key in found["differences"][0], found["differences"][0])
    found = document(0, "backtest", ledger, "other.notch", "--json")
    for key in ("members", "tiers", "points", "changed_members"):
        check("backtest has " + key, key in found, found)
    check("the migration table", found["tiers"]["status"]["from"]["silver"]["to"]["silver"] >= 1,
          found["tiers"])
    keys("backtest of points", {k: 0 for k in found["points"]["star"]
                                if k in ("recorded", "recomputed")}, "recorded", "recomputed")
    check("changed members", found["changed_members"] == 2, found)
    run(0, "backtest", ledger, "other.notch", "--html", "page.html")
    with open("page.html", encoding="utf-8") as file:
        page = file.read()
    check("the page is self-contained", "<svg" in page and "http://" not in page.replace(
        "http://www.w3.org", "") and "<script src" not in page and "<link" not in page)
    for verb, words in [("info", []), ("liability", []), ("statement", ["ann"]),
                        ("explain", ["e-1"]), ("advance", ["--to", "2026-06-01"])]:
        document(0, verb, ledger, *words, "--json")
    for verb in ("effects", "refused"):
        for line in run(0, verb, ledger, "--json").splitlines():
            json.loads(line)
    first = run(0, "effects", ledger, "--json").splitlines()
    check("effects are numbered", first and "effect" in json.loads(first[0]), first[:1])
    number = json.loads(first[0])["effect"]
    rest = run(0, "effects", ledger, "--after", str(number), "--json").splitlines()
    check("--after goes on behind", rest == first[1:], (first, rest))


def explain():
    ledger = make_ledger("explain.ledger")
    run(0, "apply", ledger, "events.jsonl", "--clock", "events")
    by_id = run(0, "explain", ledger, "e-1")
    check("explain by id", "rule base" in by_id and "amount = 120.00 CNY" in by_id, by_id)
    check("why not", "boost" in by_id and "tier" in by_id, by_id)
    number = document(0, "explain", ledger, "e-1", "--json")
    shown = run(0, "explain", ledger, "#%d" % number["transaction"]
                if "transaction" in number else "#2")
    check("explain by number", "rule base" in shown, shown)
    for wrong in ("#0", "#999", "#x", "none"):
        run(1, "explain", ledger, wrong)
        check("no such event: " + wrong, run.error.count("\n") == 1, run.error)


def csv():
    rows = "member,date,amount\r\nann,2026-03-12,10.00\r\n\"bob, jr\",2026-03-13,\"20.00\"\r\n"
    write("sales.csv", rows)
    ledger = make_ledger("csv.ledger")
    counts = document(0, "apply", ledger, "sales.csv", "--csv", "--type", "purchase", "--clock",
                      "events", "--json")
    check("rows are events", counts["applied"] == 2, counts)
    lots = document(0, "balance", ledger, "ann", "--json")["points"]["star"]["lots"]
    check("ids are file and line", lots[0]["event"] == "sales.csv:2", lots)
    check("a date is local midnight", lots[0]["earned"] == "2026-03-12T00:00:00+08:00", lots)
    check("quoted members", "points" in document(0, "balance", ledger, "bob, jr", "--json"))
    again = document(0, "apply", ledger, "sales.csv", "--csv", "--type", "purchase", "--clock",
                     "events", "--json")
    check("again they are known", again["known"] == 2, again)
    os.makedirs("deep", exist_ok=True)
    write("deep/sales.csv", rows)
    again = document(0, "apply", ledger, "deep/sales.csv", "--csv", "--type", "purchase",
                     "--clock", "events", "--json")
    check("the folder is not part of an id", again["known"] == 2, again)
    write("full.csv", "\ufeffid,type,member,at,amount\nx-1,purchase,ann,2026-04-01T10:00:00Z,5\n"
          "x-2,redeem,ann,2026-04-02T10:00:00Z,\n\n,,,,\nx-3,purchase,ann\n"
          "x-4,purchase,ann,2026-04-03T10:00:00Z,\"5.00 CNY\"\n")
    shown = document(3, "apply", ledger, "full.csv", "--csv", "--clock", "events", "--json")
    check("columns id, type, member, at", shown["applied"] == 2, (shown, run.error))
    from_run = document(0, "run", "rules.notch", "sales.csv", "--type", "purchase", "--json")
    check("run takes CSV", from_run["apply"]["applied"] == 2, from_run)
    run(0, "run", "rules.notch", "sales.csv", "--csv", "--type", "purchase")
    for header in ("", "\n", "amount,amount\n", "member,member,date\n"):
        write("bad.csv", header + "1,2\n")
        run(1, "apply", ledger, "bad.csv", "--csv", "--type", "purchase", "--clock", "events")
        check("a bad header: %r" % header, run.error.count("\n") == 1, run.error)


def clocks():
    """--clock events: the same file gives the same ledger at any time."""
    exports = []
    for name in ("c1.ledger", "c2.ledger"):
        make_ledger(name)
        run(0, "apply", name, "events.jsonl", "--clock", "events")
        done = document(0, "advance", name, "--to", "2027-06-01", "--clock", "events", "--json")
        check("what fell due", done["transactions"] > 0, done)
        exports.append(run(0, "export", name, "--format", "jsonl"))
    check("two ledgers, one journal", exports[0] == exports[1], exports)
    known = document(0, "balance", "c1.ledger", "ann", "--known", "2026-03-10",
                     "--at", "2026-03-12", "--json")
    check("recorded is the events' time", known["points"]["star"]["available"] == "120", known)
    run(0, "init", "now.ledger", "rules.notch")
    run(3, "apply", "now.ledger", "-", text='{"id":"a","type":"purchase","member":"m",'
        '"amount":"1.00","at":"2200-01-01T00:00:00Z"}\n')
    run(0, "apply", "now.ledger", "-", "--ahead", "90000 days",
        text='{"id":"b","type":"purchase","member":"m","amount":"1.00",'
        '"at":"2200-01-01T00:00:00Z"}\n')
    run(2, "apply", "now.ledger", "-", "--ahead", "soon", text="")
    run(0, "init", "from.ledger", "rules.notch", "--from", "2026-03-04", "--clock", "events")
    counts = document(3, "apply", "from.ledger", "events.jsonl", "--clock", "events", "--json")
    shown = run(0, "refused", "from.ledger", "--json")
    check("older than every version", '"too_late"' in shown and counts["refused"] == 2, shown)
    run(0, "init", "roll.ledger", "rules.notch", "--rollback")
    run(0, "apply", "roll.ledger", "events.jsonl")
    check("--rollback leaves no WAL", not os.path.exists("roll.ledger-wal"))


def diagnostics():
    write("bad.notch", RULES.replace("on purchase\n  earn 1", "on purchas\n  earn 1")
          .replace("costs 50 star", "costs 50 stars"))
    shown = run(1, "check", "bad.notch")
    check("file:line:col: error[N0123]", re.search(
        r"(?m)^bad\.notch:[0-9]+:[0-9]+: error\[N[0-9]{4}\]: ", run.error), run.error)
    check("several per run", run.error.count("error[") >= 2, run.error)
    check("a caret", re.search(r"(?m)^ +\| +\^", run.error), run.error)
    lines = [json.loads(line) for line in run(1, "check", "bad.notch", "--json").splitlines()]
    check("JSON Lines", len(lines) >= 2, lines)
    for line in lines:
        keys("a diagnostic", line, "code", "severity", "file", "line", "column", "end_line",
             "end_column", "message", "notes", "fixes")
    write("warns.notch", RULES + "\ndefine unused is 5\n")
    run(0, "check", "warns.notch")
    check("a warning", "warning[" in run.error, run.error)
    run(1, "check", "warns.notch", "--strict")
    code = re.search(r"N[0-9]{4}", run.error).group(0)
    for spelling in (code, code.lower(), code[1:], str(int(code[1:]))):
        check("explain-code " + spelling, code in run(0, "explain-code", spelling))
    for phase in ("tokens", "tree", "program", "code"):
        check("dump " + phase, run(0, "dump", phase, "rules.notch").count("\n") > 5)
        run(0, "dump", phase, "-", text=RULES)


def streams():
    """Answers go to standard output, messages to standard error; both plain without a terminal."""
    ledger = make_ledger("streams.ledger")
    run(0, "apply", ledger, "events.jsonl", "--clock", "events")
    check("no progress without a terminal", run.error == "", run.error)
    for words in (["check", "rules.notch"], ["balance", ledger], ["verify", ledger],
                  ["explain", ledger, "e-1"], ["statement", ledger, "ann"], ["help"]):
        environment = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor")
        done = subprocess.run([NOTCH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment)
        check("no colour in a pipe: " + words[0], b"\033" not in done.stdout + done.stderr)
        if words[0] in ("check", "verify", "help"):
            check("colour on a terminal: " + words[0], b"\033[" in on_terminal(words, {}))
        check("NO_COLOR is heard: " + words[0],
              b"\033[" not in on_terminal(words, {"NO_COLOR": "1"}))
        check("a dumb terminal has none: " + words[0],
              b"\033[" not in on_terminal(words, {"TERM": "dumb"}))


def on_terminal(words, more):
    main, other = pty.openpty()
    environment = dict(os.environ, TERM="xterm-256color", **{
        k: v for k, v in more.items() if k != "TERM"})
    environment.pop("NO_COLOR", None)
    environment.update(more)
    process = subprocess.Popen([NOTCH, *words], stdin=other, stdout=other, stderr=other,
                               env=environment)
    os.close(other)
    shown = b""
    while True:
        try:
            part = os.read(main, 65536) if select.select([main], [], [], 20)[0] else b""
        except OSError:
            part = b""
        if not part:
            break
        shown += part
    os.close(main)
    process.wait()
    return shown


def completions():
    """Each verb has a page, help, and its place in the completions, with each option."""
    listed = re.findall(r"(?m)^  ([a-z-]+) +\S", run(0, "help"))
    for verb in ("run check fmt test init publish apply advance refused balance statement explain "
                 "verify replay backtest liability export seal receipt backup info effects repl "
                 "lsp explain-code dump new help").split():
        check("help lists " + verb, verb in listed, listed)
    promised = {"run": "ledger to", "check": "strict json", "fmt": "check", "test": "coverage",
                "init": "from rollback clock", "publish": "from dry-run",
                "apply": "csv type ahead clock json", "advance": "to clock json",
                "refused": "json", "balance": "at known json", "statement": "from to json",
                "explain": "json", "verify": "head json", "replay": "rules json",
                "backtest": "from to html json", "liability": "at json", "export": "format",
                "seal": "key make-key", "receipt": "check", "effects": "after json"}
    scripts = {shell: run(0, "help", "--completions", shell) for shell in ("bash", "zsh", "fish")}
    for verb in listed:
        shown = run(0, verb, "--help")
        options = re.findall(r"(?m)^  --([a-z-]+)", shown)
        for option in promised.get(verb, "").split():
            check("%s has --%s" % (verb, option), option in options, options)
        page = run(0, "help", "--manual", verb)
        for option in options:
            check("the page of %s has --%s" % (verb, option),
                  "\\-\\-" + option.replace("-", "\\-") in page)
            for shell in ("bash", "zsh"):
                row = re.search(r"(?m)^ +%s\).*$" % verb, scripts[shell])
                check("%s completes notch %s --%s" % (shell, verb, option),
                      row and "--" + option in row.group(0), row and row.group(0))
            if option != "help":
                check("fish completes notch %s --%s" % (verb, option), re.search(
                    "__fish_seen_subcommand_from %s' -l %s " % (verb, option), scripts["fish"]))


write("rules.notch", RULES)
write("events.jsonl", "".join(json.dumps(event) + "\n" for event in EVENTS))
for part in [totals, explain, csv, clocks, diagnostics, streams, completions]:
    part()
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
