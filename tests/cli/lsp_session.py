"""lsp_session.py NOTCH FOLDER -- sessions with the language server; the last line counts."""
import json
import os
import subprocess
import sys
import urllib.parse

NOTCH, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
passed = failed = 0


def check(what, condition, found=None):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("FAILED", what, "" if found is None else repr(found)[:600])


class Server:
    def __init__(self, capabilities=None):
        self.process = subprocess.Popen([NOTCH, "lsp"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.number = 0
        self.published = {}
        self.count = {}
        if capabilities is not None:
            self.answer = self.ask("initialize", {"processId": None, "rootUri": None,
                                                  "capabilities": capabilities})
            self.tell("initialized", {})

    def raw(self, body, header=None):
        head = b"Content-Length: %d\r\n\r\n" % len(body) if header is None else header
        self.process.stdin.write(head + body)
        self.process.stdin.flush()

    def send(self, message):
        self.raw(json.dumps(message, ensure_ascii=False).encode())

    def read(self):
        size = None
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise EOFError("the server ended")
            if line == b"\r\n":
                break
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        message = json.loads(self.process.stdout.read(size).decode())
        if message.get("method") == "textDocument/publishDiagnostics":
            uri = message["params"]["uri"]
            self.published[uri] = message["params"]
            self.count[uri] = self.count.get(uri, 0) + 1
        return message

    def tell(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask_all(self, method, params):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            message = self.read()
            if "id" in message and message["id"] == self.number:
                return message

    def ask(self, method, params):
        message = self.ask_all(method, params)
        check(method + " is answered", "result" in message, message)
        return message.get("result")

    def open(self, uri, text, version=1):
        self.tell("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "notch", "version": version, "text": text}})
        return self.diagnostics(uri)

    def change(self, uri, text, version):
        self.tell("textDocument/didChange", {
            "textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]})
        return self.diagnostics(uri)

    def diagnostics(self, uri):
        before = self.count.get(uri, 0)
        while self.count.get(uri, 0) == before:
            self.read()
        return self.published[uri]["diagnostics"]

    def at(self, method, uri, position):
        return self.ask("textDocument/" + method,
                        {"textDocument": {"uri": uri}, "position": position})

    def end(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.stdin.close()
        return self.process.wait(timeout=30)


def units(text):
    return len(text.encode("utf-16-le")) // 2


def place(text, wanted, nth=0, inside=0):
    """The position of the nth `wanted` in the text, as the protocol counts."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(wanted, at + 1)
    at += inside
    line = text.count("\n", 0, at)
    start = text.rfind("\n", 0, at) + 1
    return {"line": line, "character": units(text[start:at])}


def cut(text, range_):
    """What a range covers; only within one line."""
    line = text.split("\n")[range_["start"]["line"]].encode("utf-16-le")
    assert range_["start"]["line"] == range_["end"]["line"]
    return line[2 * range_["start"]["character"]:2 * range_["end"]["character"]].decode("utf-16-le")


def apply_edits(text, edits):
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda e: (e["range"]["start"]["line"],
                                             e["range"]["start"]["character"]), reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        head = lines[start["line"]].encode("utf-16-le")[:2 * start["character"]]
        tail = lines[end["line"]].encode("utf-16-le")[2 * end["character"]:]
        middle = head.decode("utf-16-le") + edit["newText"] + tail.decode("utf-16-le")
        lines[start["line"]:end["line"] + 1] = middle.split("\n")
    return "\n".join(lines)


def uri_of(path):
    return "file://" + urllib.parse.quote(path)


CLUB = """program club "海港咖啡"
  timezone "Asia/Shanghai"
  currency CNY
  rounded down

## What members collect.
points star "星星"
  whole

member
  field city text?

event purchase "A sale"
  ## What was paid.
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field channel one of store, app

event refill
  field amount CNY in 0.00 CNY .. 50.00 CNY

measure spend "花费" is sum of amount on purchase

ladder status tiers 银卡 < 金卡
  start at 银卡
  tier 金卡 "𝄞 Gold"
    reach when spend over the last 12 months >= 100.00 CNY

## One for every yuan,
## whatever the channel.
rule base "One star for every yuan"
  on purchase
  let share is amount
  when channel = app and event.amount > 0.00 CNY
  earn 1 star per 1.00 CNY of share

rule twice "𝄞𝄞 Twice" # 𝄞
  on purchase, refill
  when member.city is known and tier >= 金卡
  earn 1 star per 1.00 CNY of amount

test "a star a yuan"
  at 2026-03-02 10:00 ann purchase as e1 with amount 58.50 CNY, channel app
  expect ann has 58 star
  at 2026-03-03 10:00 ann return of e1
"""
RICH = {"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]},
                         "documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}


def features():
    server = Server(RICH)
    capabilities = server.answer["capabilities"]
    check("full sync", capabilities["textDocumentSync"]["change"] == 1)
    check("utf-16", capabilities["positionEncoding"] == "utf-16")
    check("server name", server.answer["serverInfo"]["name"] == "notch")
    uri = "untitled:Club-1"
    found = server.open(uri, CLUB, 7)
    check("a good script has no errors", not [d for d in found if d["severity"] == 1], found)
    check("the version is published", server.published[uri].get("version") == 7)

    # Diagnostics: columns after characters beyond the first plane, codes, related places, fixes.
    broken = CLUB.replace('"𝄞𝄞 Twice" # 𝄞', '"𝄞𝄞 Twice" 𝄞 on purchas')
    found = server.change(uri, broken, 8)
    check("an error is found", any(d["severity"] == 1 for d in found), found)
    error = next(d for d in found if d["severity"] == 1)
    check("its place counts UTF-16", cut(broken, error["range"]) == "𝄞", error)
    misspelt = CLUB.replace("let share is amount", "let share is amoun")
    found = server.change(uri, misspelt, 9)
    error = next((d for d in found if d["severity"] == 1), None)
    check("a misspelt name", error and cut(misspelt, error["range"]) == "amoun", found)
    check("its code", error["code"].startswith("N0") and error["source"] == "notch", error)
    actions = server.ask("textDocument/codeAction", {
        "textDocument": {"uri": uri}, "range": error["range"],
        "context": {"diagnostics": [error]}})
    check("a fix is offered", len(actions) == 1 and actions[0]["kind"] == "quickfix", actions)
    edits = actions[0]["edit"]["changes"][uri]
    check("the fix mends it", apply_edits(misspelt, edits) == CLUB, edits)
    far = server.ask("textDocument/codeAction", {
        "textDocument": {"uri": uri}, "context": {"diagnostics": []},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}})
    check("no fix elsewhere", far == [], far)
    doubled = CLUB + "\nrule base\n  on purchase\n  earn 1 star\n"
    found = server.change(uri, doubled, 10)
    error = next(d for d in found if d["severity"] == 1)
    related = error["relatedInformation"]
    check("the other place is told", related and related[0]["location"]["uri"] == uri
          and related[0]["location"]["range"]["start"]["line"]
          == place(CLUB, "rule base")["line"], error)
    check("mended again", not [d for d in server.change(uri, CLUB, 11) if d["severity"] == 1])

    # Hover.
    def hover(wanted, nth=0, inside=0):
        shown = server.at("hover", uri, place(CLUB, wanted, nth, inside))
        return shown and shown["contents"]["value"]
    shown = hover("earn 1 star", 0, len("earn 1 s"))
    check("hover: points", shown and 'points star "星星"' in shown
          and "What members collect." in shown, shown)
    check("hover is Markdown", shown and shown.startswith("```notch\n"), shown)
    shown = hover("rule base", 0, 6)
    check("hover: a rule's title and documentation", shown
          and 'rule base "One star for every yuan"' in shown
          and "One for every yuan,\nwhatever the channel." in shown, shown)
    shown = hover("of amount on purchase", 0, 4)
    check("hover: a field", shown and "field amount CNY in 0.00 CNY .. 1_000.00 CNY" in shown
          and "What was paid." in shown, shown)
    check("hover: a measure", (hover("spend over") or "").count("is sum of amount on purchase"))
    check("hover: a tier", 'tier 金卡 "𝄞 Gold"' in (hover(">= 金卡", 0, 3) or ""))
    check("hover: a tier without a clause", "tier 银卡" in (hover("start at 银卡", 0, 9) or ""))
    check("hover: nothing on a word", hover("earn 1") is None)
    check("hover: nothing behind the end", server.at(
        "hover", uri, {"line": 9999, "character": 9999}) is None)

    # Definition.
    def definitions(wanted, nth=0, inside=0):
        found = server.at("definition", uri, place(CLUB, wanted, nth, inside))
        return [(d["range"]["start"]["line"], cut(CLUB, d["range"])) for d in found
                if d["uri"] == uri]

    def line(wanted):
        return place(CLUB, wanted)["line"]
    amount = (line("field amount CNY in 0.00 CNY .. 1_"), "amount")
    poured = (line("field amount CNY in 0.00 CNY .. 50"), "amount")
    for what, wanted, nth, inside, expected in [
            ("an event", "on purchase", 1, 3, [(line("event purchase"), "purchase")]),
            ("a field of the event", "share is amount", 0, 9, [amount]),
            ("fields of two events", "of amount", 1, 3, [amount, poured]),
            ("a field behind event.", "event.amount", 0, 6, [amount]),
            ("a field behind member.", "member.city", 0, 8, [(line("field city"), "city")]),
            ("a let", "of share", 0, 3, [(line("let share"), "share")]),
            ("a value", "= app", 0, 2, [(line("one of store, app"), "app")]),
            ("a tier", ">= 金卡", 0, 3, [(line("tier 金卡"), "金卡")]),
            ("a unit", "earn 1 star", 0, 8, [(line("points star"), "star")]),
            ("a currency", "0.00 CNY", 0, 6, [(line("currency CNY"), "CNY")]),
            ("a field in a test", "with amount", 0, 5, [amount]),
            ("an event of a test", "return of e1", 0, 10, [(line("as e1"), "e1")]),
            ("itself", "measure spend", 0, 9, [(line("measure spend"), "spend")]),
            ("at the end of a name", "on purchase", 1, 11, [(line("event purchase"), "purchase")]),
    ]:
        found = definitions(wanted, nth, inside)
        check("definition: " + what, found == expected, found)

    # Symbols.
    symbols = server.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    names = [s["name"] for s in symbols]
    check("symbols in order", names == ["club", "star", "member", "purchase", "refill", "spend",
                                        "status", "base", "twice", "a star a yuan"], names)
    by_name = {s["name"]: s for s in symbols}
    inner = [s["name"] for s in by_name["purchase"]["children"]]
    check("fields are inside their event", inner == ["amount", "channel"], inner)
    values = [s["name"] for s in by_name["purchase"]["children"][1]["children"]]
    check("values are inside their field", values == ["store", "app"], values)
    tiers = [s["name"] for s in by_name["status"]["children"]]
    check("tiers are inside their ladder", tiers == ["银卡", "金卡"], tiers)
    check("titles are details", by_name["spend"]["detail"] == "花费")

    def nested(symbol):
        def key(position):
            return (position["line"], position["character"])
        outer, name = symbol["range"], symbol["selectionRange"]
        good = key(outer["start"]) <= key(name["start"]) <= key(name["end"]) <= key(outer["end"])
        return good and all(nested(child) for child in symbol["children"])
    check("selections are inside", all(nested(s) for s in symbols))

    # Completion, in a script that is being written.
    def words(text, wanted, inside):
        server.change(uri, text, 12)
        found = server.at("completion", uri, place(text, wanted, 0, inside))
        return {item["label"]: item for item in found["items"]}

    head = CLUB[:CLUB.index("test ")]
    found = words(head + "rule n\n  on pur", "rule n\n  on pur", 15)
    check("completion: events", "purchase" in found and found["purchase"]["detail"] == "event",
          list(found))
    check("completion: words of triggers", "promote" in found and "each" in found, list(found))
    check("completion: names come before words",
          found["purchase"]["sortText"] < found["promote"]["sortText"])
    check("completion: nothing that cannot stand here", "earn" not in found, list(found))
    found = words(head + "rule n\n  on purchase\n  when am", "when am", 7)
    check("completion: fields in a condition", "amount" in found and "spend" in found, list(found))
    found = words(head + "rule n\n  on purchase\n  \n", "rule n\n  on purchase\n  ", 23)
    check("completion: clauses", {"earn", "when", "limit"} <= set(found), list(found))
    found = words(head + "rule n\n  on purchase\n  when member.", "when member.", 12)
    check("completion: fields of the member", "city" in found and "amount" not in found,
          list(found))
    found = words(head + "rule n\n  on purchase\n  when event.", "when event.", 11)
    check("completion: fields of the event", {"amount", "channel"} == set(found), list(found))
    found = words(head + "\nru", "\nru", 3)
    check("completion: declarations", {"rule", "reward", "test"} <= set(found), list(found))
    check("completion: nothing in a comment", not words(head + "# on pur", "# on pur", 8))
    check("completion: nothing in a text", not words(head + 'rule x "on pur"', 'x "on pur', 9))
    check("completion: nothing where a name is thought of", not words(head + "rule x", "rule x", 6))
    check("completion: an empty script", "program" in words("\n", "\n", 0))

    # Layout.
    loose = CLUB.replace("  on purchase\n  let", "      on    purchase\n\n\n  let")
    server.change(uri, loose, 13)
    params = {"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": True}}
    laid = apply_edits(loose, server.ask("textDocument/formatting", params))
    done = subprocess.run([NOTCH, "fmt", "-"], input=loose.encode(), stdout=subprocess.PIPE)
    check("layout is that of `notch fmt`", laid == done.stdout.decode() and laid != loose)
    server.change(uri, laid, 14)
    check("nothing to lay out", server.ask("textDocument/formatting", params) == [])
    server.change(uri, "rule rule rule", 15)
    check("no layout of what is broken", server.ask("textDocument/formatting", params) is None)

    server.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    check("closing takes the diagnostics away", server.diagnostics(uri) == [])
    check("the end", server.end() == 0)


def neighbours():
    """Modules: from files, from documents that are not saved, in folders with odd names."""
    folder = os.path.join(FOLDER, "我的 规则 #1")
    os.makedirs(os.path.join(folder, "parts"))
    module = """module extra "Extra"
  needs pts points
  needs on_event event

## Given on top.
rule more "金"
  on on_event
  earn 1 pts
"""
    main = CLUB[:CLUB.index("test ")] + "use parts.extra with pts star, on_event purchase\n" \
        + "\nrule most\n  on purchase\n  multiply base, extra.more by 2x\n"
    path = os.path.join(folder, "main.notch")
    module_path = os.path.join(folder, "parts", "extra.notch")
    server = Server(RICH)
    uri, module_uri = uri_of(path), uri_of(module_path)
    found = server.open(uri, main)
    error = next((d for d in found if d["severity"] == 1), {"range": None})
    check("a module that is not there", error["range"]
          and cut(main, error["range"]) == "parts.extra", found)
    with open(module_path, "w", encoding="utf-8") as file:
        file.write(module)
    server.tell("workspace/didChangeWatchedFiles", {"changes": []})
    found = server.diagnostics(uri)
    check("the module is found beside", not any("parts.extra" in d["message"] for d in found),
          found)
    went = server.at("definition", uri, place(main, "extra.more", 0, 6))
    check("definition in a module", went and went[0]["uri"] == module_uri
          and cut(module, went[0]["range"]) == "more", went)
    went = server.at("definition", uri, place(main, "use parts.extra", 0, 11))
    check("definition of a module", went and went[0]["uri"] == module_uri, went)
    went = server.at("definition", uri, place(main, "with pts", 0, 5))
    check("definition of a parameter", went and cut(module, went[0]["range"]) == "pts", went)
    shown = server.at("hover", uri, place(main, "extra.more", 0, 7))
    check("hover in a module", shown and "Given on top." in shown["contents"]["value"], shown)
    asked = main.replace("extra.more by", "extra. by")
    server.change(uri, asked, 2)
    found = server.at("completion", uri, place(asked, "base, extra.", 0, 12))
    check("completion in a module", [i["label"] for i in found["items"]][:1] != []
          and "more" in [i["label"] for i in found["items"]], found)
    server.change(uri, main, 3)

    # The unsaved text counts, and who uses it is checked again.
    spoilt = module.replace("earn 1 pts", "earn 1 nothing")
    server.open(module_uri, spoilt)
    while server.count[uri] < 5:
        server.read()
    found = server.published[uri]["diagnostics"]
    error = next((d for d in found if d["severity"] == 1), None)
    check("an error inside a module is shown at its use", error
          and cut(main, error["range"]).startswith("use parts.extra"), found)
    related = error["relatedInformation"][0]["location"] if error else None
    check("and tells where it is", related and related["uri"] == module_uri
          and cut(spoilt, related["range"]) == "nothing", error)
    server.tell("textDocument/didClose", {"textDocument": {"uri": module_uri}})
    check("the end", server.end() == 0)


def plain_client():
    server = Server({})
    uri = "untitled:1"
    server.open(uri, CLUB)
    shown = server.at("hover", uri, place(CLUB, "rule base", 0, 6))
    check("hover as plain text", shown["contents"]["kind"] == "plaintext"
          and "```" not in shown["contents"]["value"], shown)
    symbols = server.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    check("symbols in one list", symbols[0]["location"]["uri"] == uri and len(symbols) > 15)
    # Standard rules are found for a document without a file as well.
    text = CLUB.replace("test ", "use welcome with pts star\n\ntest ")
    found = server.change(uri, text, 2)
    check("a standard rule", not any("welcome" in d["message"] and "no module" in d["message"]
                                     for d in found), found)
    check("the end", server.end() == 0)


def troubles():
    """Bad messages are answered by errors, and the session goes on."""
    server = Server()
    early = server.ask_all("textDocument/hover", {})
    check("before initialize", early.get("error", {}).get("code") == -32002, early)
    server.tell("textDocument/didOpen", {})
    server.ask("initialize", {"capabilities": RICH})
    again = server.ask_all("initialize", {"capabilities": {}})
    check("initialize twice", again.get("error", {}).get("code") == -32600, again)
    for what, body, code in [
            ("no JSON", b"{nonsense", -32700), ("an empty body", b"", -32700),
            ("a cut text", b'{"jsonrpc":"2.0","id":"', -32700),
            ("bad UTF-8", b'{"id":1,"method":"\xff\xfe"}', -32700),
            ("a zero byte", b'{"id":1,\0"method":"x"}', -32700),
            ("too deep", b"[" * 100000, -32700),
            ("a batch", b"[]", -32600), ("a number", b"12", -32600),
            ("no method", b'{"jsonrpc":"2.0","id":9}', -32600),
            ("a method that is no text", b'{"id":9,"method":7}', -32600),
            ("an id that is none", b'{"id":{},"method":"shutdown"}', -32600)]:
        server.raw(body)
        answer = server.read()
        check(what, answer.get("error", {}).get("code") == code, answer)
    server.raw(b"", b"X-Header: 1\r\n\r\n")
    check("no length", server.read().get("error", {}).get("code") == -32600)
    server.raw(b" " * (65 << 20))
    check("too large", server.read().get("error", {}).get("code") == -32600)
    server.raw(b'{"jsonrpc":"2.0","id":"a\\"\xe9\x87\x91","method":"no/such"}')
    answer = server.read()
    check("an unknown method", answer["error"]["code"] == -32601 and answer["id"] == 'a"金', answer)
    check("an unknown method is named", "no/such" in answer["error"]["message"], answer)
    server.tell("$/setTrace", {"value": "off"})
    server.send({"jsonrpc": "2.0", "id": 77, "result": None})
    for what, params in [("nothing", None), ("a list", []), ("no document", {
            "textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}})]:
        for method in ["hover", "definition", "completion", "formatting", "codeAction",
                       "documentSymbol"]:
            answer = server.ask_all("textDocument/" + method, params)
            check("%s of %s" % (method, what), answer.get("error", {}).get("code") == -32602,
                  answer)
    for params in [{}, {"textDocument": 1}, {"textDocument": {"uri": 7, "text": "x"}}]:
        for method in ["didOpen", "didChange", "didClose"]:
            server.tell("textDocument/" + method, params)
    for uri in ["untitled:a", "http://example.com/a.notch", "file:", "file://", "file:///%zz%00",
                "", "FILE:///tmp/none/%E6%98%9F.notch"]:
        server.open(uri, "program p\n")
        check("a document called " + uri, uri in server.published)
        answer = server.at("hover", uri, {"line": 0, "character": 9})
    for position in [{"line": -1, "character": 0}, {"line": 1.5, "character": 0},
                     {"line": 99999999999, "character": 0}, {"line": 0}]:
        answer = server.ask_all("textDocument/hover", {"textDocument": {"uri": "untitled:a"},
                                                       "position": position})
        check("a place that is none", "error" in answer, answer)
    for text in ["", "\n", "\r\n", "\ufeffprogram p\r\n", "\U0001F600", "use " * 1000,
                 "rule `", '"', "program p\n  use", "(" * 5000, "##", "use a.b with",
                 "member.", "ladder x tiers", "event e\n  field a one of"]:
        server.change("untitled:a", text, 2)
        for column in [0, 1, 7, 1000]:
            position = {"line": 0, "character": column}
            for method in ["hover", "definition", "completion"]:
                server.at(method, "untitled:a", position)
        server.ask("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:a"}})
        server.ask("textDocument/formatting", {"textDocument": {"uri": "untitled:a"}})
    server.raw(b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":'
               b'{"uri":"untitled:a"},"contentChanges":[{"text":"rule \\ud83d \\u0000 x"}]}}')
    server.diagnostics("untitled:a")
    check("the end", server.end() == 0)

    rude = Server(RICH)
    rude.process.stdin.close()
    check("an end without shutdown", rude.process.wait(timeout=30) == 1)
    rude = Server(RICH)
    rude.tell("exit", None)
    check("exit without shutdown", rude.process.wait(timeout=30) == 1)
    rude = Server(RICH)
    rude.ask("shutdown", None)
    answer = rude.ask_all("shutdown", None)
    check("a request after shutdown", answer.get("error", {}).get("code") == -32600, answer)
    rude.tell("exit", None)
    rude.process.wait(timeout=30)


def every_prefix():
    """While a script is typed, whatever is asked at its end is answered."""
    server = Server(RICH)
    uri = "untitled:typed"
    server.open(uri, "")
    for end in range(0, len(CLUB), 13):
        text = CLUB[:end]
        server.change(uri, text, end)
        position = place(text + "\0", "\0")
        for method in ["completion", "hover", "definition"]:
            server.at(method, uri, position)
        server.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    check("the end", server.end() == 0)


def large():
    """Fast typing is checked once; thousands of rules; and a script that is too large."""
    server = Server(RICH)
    uri = "untitled:large"
    text = CLUB[:CLUB.index("test ")] + "".join(
        'rule r%d "规则 %d"\n  on purchase\n  earn 1 star\n\n' % (i, i) for i in range(3000))
    server.open(uri, text)
    symbols = server.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    check("all symbols", len(symbols) == 3009, len(symbols))
    went = server.at("definition", uri, place(text, "on purchase", 2500, 4))
    check("definition in a large script", went and cut(text, went[0]["range"]) == "purchase", went)
    typed = b""
    for version in range(30):
        body = json.dumps({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"text": CLUB[:version]}]}}).encode()
        typed += b"Content-Length: %d\r\n\r\n" % len(body) + body
    before = server.count[uri]
    server.raw(typed, b"")
    while server.published[uri].get("version") != 29:
        server.read()
    check("fast typing is not checked at each key", server.count[uri] - before < 10, server.count)
    found = server.change(uri, "#" * (9 << 20), 99)
    check("too large is said", len(found) == 1 and "8 MiB" in found[0]["message"], found)
    check("the end", server.end() == 0)


for session in [features, neighbours, plain_client, troubles, every_prefix, large]:
    try:
        session()
    except Exception as error:
        check("%s: %s: %s" % (session.__name__, type(error).__name__, error), False)
        raise
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
