"""tests/docs/diagnostics.py -- docs/diagnostics.md from engine/syntax/diag.def and diag_check.def.

Without --update it only compares; `make update-docs` writes the page anew.
"""
import os
import re
import sys

TOP = os.environ.get("top_srcdir", ".")
TABLES = ("engine/syntax/diag.def", "engine/syntax/diag_check.def")
PAGE = os.path.join(TOP, "docs/diagnostics.md")
HEAD = """# Diagnostics

Made from `engine/syntax/diag.def` and `diag_check.def`; `make update-docs` writes it anew.

A diagnostic has a code that stays the same, a place, and one sentence that says what is wrong and
how to mend it. `notch explain-code N0303` prints the entry of this page. Errors stop a script,
warnings do not (but see `notch check --strict`), notes say what was not checked. In the sentences
below `…` stands for what the script says.
"""
ROW = re.compile(r'DIAG\(\s*(\d+),\s*(\w+),\s*(\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+),'
                 r'\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', re.S)
SECTION = re.compile(r"/\* ==== (N\d+-N\d+) (.*?) ==== \*/")


def text(literals):
    """The C string literals as one text."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', literals)
    return re.sub(r'\\(.)', lambda found: {"n": "\n"}.get(found[1], found[1]), "".join(parts))


def sentence(literals):
    return re.sub(r"%[stdl]", "…", text(literals)).replace("%%", "%")


def page():
    source = ""
    for table in TABLES:
        with open(os.path.join(TOP, table), encoding="utf-8") as file:
            source += file.read()
    rows = {}
    for found in ROW.finditer(source):
        rows[int(found[1])] = (found[3].lower(), sentence(found[4]), text(found[5]))
    sections = [(int(span[1:5]), title) for span, title in SECTION.findall(source)]
    written, out = set(), [HEAD]
    for number in sorted(rows):
        level, message, long = rows[number]
        begins = max((section for section in sections if section[0] <= number),
                     default=(0, "other"))
        if begins not in written:
            written.add(begins)
            out.append("## %s\n" % (begins[1][0].upper() + begins[1][1:]))
        out.append("### N%04d (%s)\n\n> %s\n\n%s\n" % (number, level, message, long))
    if len(rows) != source.count("\nDIAG("):
        sys.exit("only %d of %d rows could be read" % (len(rows), source.count("\nDIAG(")))
    return "\n".join(out)


def main():
    made = page()
    if "--update" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(made)
        return
    with open(PAGE, encoding="utf-8") as file:
        same = file.read() == made
    print("1 passed, 0 failed" if same
          else "docs/diagnostics.md is old: make update-docs\n0 passed, 1 failed")
    sys.exit(0 if same else 1)


main()
