"""event_forms.py NOTCH FOLDER -- every form of event of the interface, and every reason to refuse.

Each row is an event (a dict, or the text of a line) and what comes of it: "applied", "waiting",
"known", "unreadable", or the word of a refusal, with what its sentence has to name.
"""
import json
import os
import subprocess
import sys

NOTCH, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
passed = failed = 0

RULES = """program club "Club"
  timezone "Asia/Shanghai"
  currency CNY, USD
  rounded down
  draws from "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

points star
  whole

points coin
  2 decimals

member
  field birthday date?
  field city text?

record item
  field sku text
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field quantity number in 1 .. 100

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY
  field channel one of store, app?
  field items list of item at most 3
  field weight number? in 0 .. 1.000
  field gift flag?
  field day date?
  field opens time?
  field friend member?
  field stars star?

event foreign
  field amount USD in 0.00 USD .. 1_000.00 USD

event division
  field part number in 0 .. 10

event lucky

event vip

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule exchanged
  on foreign
  earn 1 star per 1.00 CNY of convert(amount, CNY)

rule divided
  on division
  earn 10 star / part

rule drawn
  on lucky
  earn draw(6) * 1 star

rule moving
  on transfer

rule vips
  on vip
  refuse
  because "Vips only"

reward latte
  costs 50 star
  stock 2
  limit 3 times per member per calendar month

reward cake
  costs 10 star
  when member.city is known and member.city = "x"

payment checkout
  pay 1.00 CNY per 20 star
  minimum 100 star
  maximum 50% of order
  steps of 20 star
  hold for 15 minutes

partner bank
  settles 0.01 CNY per 1 star earned

pool family
  at most 3 member
  earn 50% of star
"""


def check(what, condition, found=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("FAILED", what, str(found)[:500])


def notch(*words, text=None):
    return subprocess.run([NOTCH, *words], input=text.encode() if text is not None else None,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Ledger:
    def __init__(self, name, rules=RULES, clock="events"):
        self.path = os.path.join(FOLDER, name + ".ledger")
        script = os.path.join(FOLDER, name + ".notch")
        with open(script, "w", encoding="utf-8") as file:
            file.write(rules)
        done = notch("init", self.path, script, "--clock", clock)
        check("init " + name, done.returncode == 0, done.stderr.decode())
        self.seconds = 0

    def take(self, event):
        """The answer's word, and its sentence."""
        line = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        done = notch("apply", self.path, "-", "--clock", "events", "--json", text=line + "\n")
        counts = json.loads(done.stdout.decode())
        word = next((w for w in ("applied", "known", "refused", "waiting", "unreadable")
                     if counts[w]), "nothing")
        check("code of " + line, done.returncode == (3 if word in ("refused", "unreadable") else 0),
              done.returncode)
        if word != "refused":
            return word, done.stderr.decode()
        shown = notch("refused", self.path, "--json").stdout.decode().strip().split("\n")
        found = [json.loads(one) for one in shown]
        event_id = json.loads(line)["id"] if not isinstance(event, str) else None
        mine = [one for one in found if event_id in (None, one["event"].get("id"))]
        return (mine[-1]["refused"], mine[-1]["sentence"]) if mine else ("refused", str(found))

    def rows(self, rows):
        for event, word, *names in rows:
            if isinstance(event, dict):
                event = dict(event)
                self.seconds += 1
                event.setdefault("id", "e%d" % self.seconds)
                event.setdefault("at", "2026-03-03T10:%02d:%02d+08:00" % divmod(self.seconds, 60))
                if event["at"] is None:
                    del event["at"]
            found, sentence = self.take(event)
            check("%s: %s, not %s:" % (event, word, found), found == word, sentence)
            for name in names:
                check("the sentence for %s names %s:" % (event, name), name in sentence, sentence)

    def stars(self, member):
        done = notch("balance", self.path, member, "--json")
        return json.loads(done.stdout.decode())["points"]["star"]


def sale(**fields):
    return dict({"type": "purchase", "member": "ann", "amount": "10.00", "items": []}, **fields)


def line(fields):
    """A purchase whose JSON is written by hand, with an id of its own."""
    line.number = getattr(line, "number", 0) + 1
    return ('{"id":"l-%d","type":"purchase","member":"ann","items":[],'
            '"at":"2026-03-03T10:00:00+08:00",%s}' % (line.number, fields))


def values():
    Ledger("values").rows([
        (sale(amount="120.00"), "applied"),
        (sale(amount="120"), "applied"),
        (sale(amount="120.00 CNY"), "applied"),
        (line('"amount":120.00'), "applied"),
        (line('"amount":120'), "applied"),
        (line('"amount":1.2e2'), "applied"),
        (line('"amount":12000E-2'), "applied"),
        (line('"amount":1e-3'), "bad_value", "amount", "3 decimals"),
        (line('"amount":1E1'), "applied"),
        (line('"amount":1e400'), "bad_value", "amount"),
        (line('"amount":0.1'), "applied"),
        (line('"amount":120.000'), "bad_value", "amount"),
        (sale(amount="1.001"), "bad_value", "amount", "3 decimals"),
        (sale(amount="120.00 USD"), "bad_value", "amount", "USD"),
        (sale(amount="120.00 XYZ"), "bad_value", "amount", "XYZ"),
        (sale(amount="120.00CNY"), "bad_value", "amount"),
        (sale(amount="1,200.00"), "bad_value", "amount"),
        (sale(amount="twelve"), "bad_value", "amount"),
        (sale(amount=""), "bad_value", "amount"),
        (sale(amount=True), "bad_value", "amount"),
        (sale(amount=None), "missing_field", "amount"),
        (sale(amount=[]), "bad_value", "amount"),
        (sale(amount="-1.00"), "out_of_range", "amount"),
        (sale(amount="10000.00"), "applied"),
        (sale(amount="10000.01"), "out_of_range", "amount"),
        (sale(channel="app"), "applied"),
        (sale(channel="kiosk"), "bad_value", "channel", "store, app"),
        (sale(channel=1), "bad_value", "channel"),
        (sale(weight="0.125"), "applied"),
        (sale(weight="0.1255"), "bad_value", "weight"),
        (sale(weight="1.001"), "out_of_range", "weight"),
        (sale(gift=True), "applied"),
        (sale(gift="yes"), "bad_value", "gift"),
        (sale(day="2026-02-28"), "applied"),
        (sale(day="2026-02-29"), "bad_value", "day"),
        (sale(opens="09:30"), "applied"),
        (sale(opens="24:30"), "bad_value", "opens"),
        (sale(friend="bob"), "applied"),
        (sale(stars="5"), "applied"),
        (sale(stars="5 star"), "applied"),
        (sale(stars="5.5"), "bad_value", "stars"),
        (sale(items=[{"sku": "a", "amount": "1.00", "quantity": 1}]), "applied"),
        (sale(items=[{"sku": "a", "amount": "1.00"}]), "missing_field", "items[1].quantity"),
        (sale(items=[{"sku": "a", "amount": "1.00", "quantity": 1, "x": 1}]), "unknown_field",
         "items[1].x"),
        (sale(items=[{"sku": "a", "amount": "1.00", "quantity": 1}] * 4), "out_of_range", "items"),
        (sale(items={}), "bad_value", "items"),
        (sale(amont="1.00"), "unknown_field", "amont", "`amount`"),
        ({"type": "purchase", "member": "ann", "items": []}, "missing_field", "amount"),
        ({"type": "purchas", "member": "ann"}, "unknown_event", "purchas"),
        ({"member": "ann"}, "missing_field", "type"),
        (sale(member=None), "missing_field", "member"),
        (sale(member="x" * 128), "applied"),
        (sale(member="x" * 129), "bad_value", "member", "128"),
        (sale(member="金" * 42 + "xx"), "applied"),
        (sale(member="金" * 43), "bad_value", "member"),
        (line('"amount":"1.00","amount":"1.00"'), "bad_value", "amount"),
    ])


def times():
    ledger = Ledger("times")
    ledger.rows([
        (sale(id="zone", at="2026-03-03T10:00:00+08:00"), "applied"),
        (sale(id="zone", at="2026-03-03T02:00:00Z"), "known"),
        (sale(id="zone", at="2026-03-03T10:00:00"), "known"),
        (sale(id="zone", at="2026-03-03 10:00"), "known"),
        (sale(id="zone", at="2026-03-03T04:00:00.000+02:00"), "known"),
        (sale(id="zone", at="2026-03-03T10:00:01+08:00"), "conflict"),
        (sale(id="day", at="2026-03-04"), "applied"),
        (sale(id="day", at="2026-03-04T00:00:00+08:00"), "known"),
        (sale(at="2026-03-05t10:00:00z"), "applied"),
        (sale(at="2026-03-05T10:00:00.123456Z"), "applied"),
        (sale(at="2026-02-30T10:00:00Z"), "bad_value", "`at`"),
        (sale(at="2026-03-05T25:00:00Z"), "bad_value", "`at`"),
        (sale(at="yesterday"), "bad_value", "`at`"),
        (sale(at=1772500000), "bad_value", "`at`"),
        (sale(at=None), "missing_field", "`at`"),
        (sale(id="again", amount="10.0"), "applied"),
        (sale(id="again", amount="10", at="2026-03-03T02:00:16Z"), "known"),
    ])
    shown = notch("refused", ledger.path, "--json").stdout.decode().strip().split("\n")
    without = [json.loads(one)["event"] for one in shown if "`at` is missing" in one]
    check("an event without `at` is shown as it was sent", without and "at" not in without[0],
          without)


def cloud():
    def envelope(**members):
        event = {"specversion": "1.0", "id": "c-%d" % envelope.number, "source": "/till/4",
                 "type": "purchase", "subject": "ann", "time": "2026-03-03T10:00:00+08:00",
                 "data": {"amount": "10.00", "items": []}}
        event.update(members)
        envelope.number += 1
        return json.dumps(event)
    envelope.number = 1
    Ledger("cloud").rows([
        (envelope(), "applied"),
        (envelope(datacontenttype="application/json", dataschema="https://example.com/x",
                  traceparent="00-1-2-3"), "applied"),
        (json.dumps(sale(id="c-1", at="2026-03-03T02:00:00Z")), "known"),
        (envelope(id="c-1"), "known"),
        (envelope(id="c-1", data={"amount": "11.00", "items": []}), "conflict"),
        (envelope(data={"amount": "10.00", "items": [], "x": 1}), "unknown_field", "x"),
        (envelope(data="text"), "bad_value", "data"),
        (envelope(data_base64="AA=="), "bad_value", "data"),
        (envelope(specversion="2.0"), "bad_value", "specversion"),
        (envelope(specversion=1), "bad_value", "specversion"),
        (envelope(subject=None), "missing_field", "subject"),
        (envelope(time=None), "missing_field"),
        ('{"specversion":"1.0","id":"c-leave","source":"/x","type":"leave","subject":"ann",'
         '"time":"2026-03-04T10:00:00+08:00"}', "applied"),
    ])


def lines():
    """What is a line, and what is not an event."""
    ledger = Ledger("lines")
    for text in ["not JSON", "[1]", '"text"', "7", "null", "{}", '{"id":7}', '{"id":""}',
                 '{"id":null}', '{"id":"x"', "\x01", "{" * 5000, '{"id":"x"}{"id":"y"}']:
        word, sentence = ledger.take(text)
        check("unreadable: " + text[:20], word == "unreadable", word)
        check("with its number: " + text[:20], "-:1: unreadable" in sentence, sentence)
    good = json.dumps(sale(id="a", at="2026-03-03T10:00:00+08:00"))
    more = json.dumps(sale(id="b", at="2026-03-03T10:00:01+08:00"))
    for name, text, applied, unreadable in [
            ("a byte order mark", "\ufeff" + good + "\n", 1, 0),
            ("CRLF and no last line end", good + "\r\n" + more, 2, 0),
            ("blanks around", "  " + good + " \t\n", 1, 0),
            ("no line", "", 0, 0)]:
        own = Ledger("line-" + name.split()[1])
        done = notch("apply", own.path, "-", "--clock", "events", "--json", text=text)
        counts = json.loads(done.stdout.decode())
        check(name, (counts["applied"], counts["unreadable"]) == (applied, unreadable),
              (counts, done.stderr.decode()))


def built_in():
    ledger = Ledger("builtin")
    rows = [
        ({"type": "join", "member": "ann", "birthday": "1990-05-01"}, "applied"),
        ({"type": "join", "member": "ann2", "age": 7}, "unknown_field", "age"),
        ({"type": "profile", "member": "ann", "city": "上海"}, "applied"),
        ({"type": "profile", "member": "ann", "birthday": "1990-13-01"}, "bad_value", "birthday"),
        (sale(id="p-1", amount="600.00", items=[
            {"sku": "a", "amount": "400.00", "quantity": 4},
            {"sku": "b", "amount": "200.00", "quantity": 1}]), "applied"),
        ({"type": "return", "member": "ann", "of": "p-1", "amount": "20.00",
          "reason": "torn"}, "applied"),
        ({"type": "return", "member": "ann", "of": "p-1",
          "items": [{"line": 1, "quantity": 1}], "amount": "100.00"}, "applied"),
        ({"type": "return", "member": "ann", "of": "p-1", "take_back": False}, "applied"),
        ({"type": "return", "member": "ann", "event": "purchase", "amount": "20.00"}, "applied"),
        ({"type": "return", "member": "ann", "of": "none-yet"}, "waiting"),
        ({"type": "return", "member": "ann"}, "missing_field", "of"),
        ({"type": "adjust", "member": "ann", "points": {"star": "1000"}, "reason": "sorry",
          "by": "eve"}, "applied"),
        ({"type": "adjust", "member": "ann", "points": {"star": "-20"},
          "rewards": {"latte": "1"}, "reason": "r", "by": "eve"}, "applied"),
        ({"type": "adjust", "member": "ann", "rewards": {"latte": "-1"}, "reason": "r",
          "by": "eve"}, "applied"),
        ({"type": "adjust", "member": "ann", "points": {"moon": "1"}}, "bad_value", "moon"),
        ({"type": "redeem", "member": "ann", "reward": "latte", "quantity": 1}, "applied"),
        ({"type": "redeem", "member": "ann", "reward": "tea"}, "bad_value", "tea"),
        ({"type": "redeem", "member": "ann", "reward": "cake"}, "not_eligible", "cake"),
        ({"type": "redeem", "member": "ann", "reward": "latte"}, "applied"),
        ({"type": "redeem", "member": "ann", "reward": "latte"}, "out_of_stock", "latte"),
        ({"type": "restock", "reward": "latte", "quantity": 100}, "applied"),
        ({"type": "redeem", "member": "ann", "reward": "latte"}, "applied"),
        ({"type": "redeem", "member": "ann", "reward": "latte"}, "limit_reached", "latte"),
        ({"type": "redeem", "member": "poor", "reward": "latte"}, "not_enough_points", "star"),
        ({"type": "pay", "member": "ann", "payment": "checkout", "points": "200",
          "order": "48.00"}, "applied"),
        ({"type": "pay", "member": "ann", "payment": "checkout", "points": "80",
          "order": "48.00"}, "below_minimum", "checkout"),
        ({"type": "pay", "member": "ann", "payment": "checkout", "points": "500",
          "order": "48.00"}, "above_maximum"),
        ({"type": "pay", "member": "ann", "payment": "checkout", "points": "210",
          "order": "48.00"}, "out_of_range", "steps"),
        ({"type": "pay", "member": "poor", "payment": "checkout", "points": "200",
          "order": "48.00"}, "not_enough_points"),
        ({"type": "hold", "member": "ann", "hold": "h-1", "payment": "checkout",
          "points": "100", "order": "48.00"}, "applied"),
        ({"type": "hold", "member": "ann", "hold": "h-2", "reward": "cake"}, "not_eligible"),
        ({"type": "hold", "member": "ann", "hold": "h-3", "points": {"star": "80"},
          "until": "2026-03-04T10:00:00+08:00"}, "applied"),
        ({"type": "hold", "member": "ann", "hold": "h-4", "points": {"star": "80"}},
         "missing_field", "until"),
        ({"type": "hold", "member": "ann", "hold": "h-5", "points": {"star": "8"},
          "until": "2026-03-04T10:00:00+08:00"}, "applied"),
        ({"type": "capture", "member": "ann", "hold": "h-1", "points": "60"}, "applied"),
        ({"type": "capture", "member": "ann", "hold": "h-1"}, "applied"),
        ({"type": "release", "member": "ann", "hold": "h-1"}, "hold_closed", "h-1"),
        ({"type": "release", "member": "ann", "hold": "h-3"}, "applied"),
        ({"type": "release", "member": "ann", "hold": "h-3"}, "applied"),
        ({"type": "capture", "member": "ann", "hold": "h-3"}, "hold_closed", "h-3"),
        ({"type": "release", "member": "ann", "hold": "h-9"}, "unknown_hold", "h-9"),
        ({"type": "transfer", "member": "ann", "to": "bob", "points": {"star": "50"}}, "applied"),
        ({"type": "transfer", "member": "ann", "to": "bob", "points": {"star": "99999"}},
         "not_enough_points"),
        ({"type": "transfer", "member": "ann", "to": "ann", "points": {"star": "1"}},
         "no_member", "to"),
        ({"type": "merge", "member": "ann", "from": "bob"}, "applied"),
        (sale(member="bob"), "applied"),
        ({"type": "merge", "member": "ann", "from": "nobody"}, "no_member", "from"),
        ({"type": "enter", "member": "ann", "pool": "family", "with": "cid"}, "applied"),
        ({"type": "exit", "member": "ann", "pool": "family"}, "applied"),
        ({"type": "enter", "member": "ann", "pool": "club"}, "bad_value", "club"),
        ({"type": "foreign", "member": "ann", "amount": "10.00"}, "no_rate", "exchanged"),
        ({"type": "rate", "from": "USD", "to": "CNY", "rate": "7.1832"}, "applied"),
        ({"type": "foreign", "member": "ann", "amount": "10.00"}, "applied"),
        ({"type": "rate", "from": "USD", "to": "CNY", "rate": "0"}, "bad_value", "rate"),
        ({"type": "division", "member": "ann", "part": 0}, "division_by_zero"),
        ({"type": "division", "member": "ann", "part": 2}, "applied"),
        ({"type": "adjust", "member": "ann", "points": {"star": "1000000000000001"}},
         "overflow", "star"),
        ({"type": "lucky", "member": "ann"}, "no_seed"),
        ({"type": "seed", "seed": "wrong"}, "bad_value", "seed"),
        ({"type": "seed", "seed": "test"}, "applied"),
        ({"type": "lucky", "member": "ann"}, "applied"),
        ({"type": "vip", "member": "ann"}, "not_eligible", "Vips only"),
        ({"type": "fund", "partner": "bank", "points": "500"}, "applied"),
        ({"type": "fund", "partner": "nobody", "points": "500"}, "bad_value", "nobody"),
        ({"type": "tick"}, "applied"),
        ({"type": "tick", "member": "ann"}, "unknown_field", "member"),
        ({"type": "leave", "member": "cid"}, "applied"),
        (sale(member="cid"), "member_closed"),
        (sale(member="dan"), "applied"),
        ({"type": "erase", "member": "dan"}, "applied"),
        (sale(member="dan"), "applied"),
    ]
    ledger.rows(rows)


def late():
    """Against the clock of the machine, and against the rules."""
    ledger = Ledger("early", clock="machine")
    for name, at, words, code in [
            ("far ahead", "2199-01-01T00:00:00Z", [], 3),
            ("allowed to be ahead", "2199-01-01T00:00:00Z", ["--ahead", "90000 days"], 0)]:
        event = json.dumps(sale(id=name, at=at))
        done = notch("apply", ledger.path, "-", "--json", *words, text=event + "\n")
        check(name, done.returncode == code, (done.stdout, done.stderr))
    shown = notch("refused", ledger.path, "--json").stdout.decode()
    check("too_early is the reason", json.loads(shown)["refused"] == "too_early", shown)
    ledger = Ledger("late", RULES.replace("  rounded down\n",
                                          "  rounded down\n  late events refused after 2 days\n"))
    ledger.rows([
        (sale(), "applied"),
        (sale(at="2026-03-01T10:00:03+08:00"), "applied"),
        (sale(at="2026-02-20T10:00:00+08:00"), "too_late"),
    ])


for part in [values, times, cloud, lines, built_in, late]:
    part()
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
