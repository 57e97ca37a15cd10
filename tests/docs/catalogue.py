"""tests/docs/catalogue.py -- every message of the command has its translation, with its arguments.

The strings are those marked with _(), N_() and ngettext_() in cli/ and the sentences of the
diagnostics.  A translation that is missing, that names other arguments or that translates nothing
is a failure.
"""
import glob
import os
import re
import sys

TOP = os.environ.get("top_srcdir", ".")
TEXT = r'"(?:[^"\\]|\\.)*"'
PIECE = r"(?:%s|PRI\w+)" % TEXT
MARKED = re.compile(r"\b(?:N?_|ngettext_)\(\s*(%s(?:\s*%s)*)(?:\s*,\s*(%s(?:\s*%s)*))?"
                    % (TEXT, PIECE, TEXT, PIECE))
DIAGNOSTIC = re.compile(r"^DIAG\(\s*\d+,\s*\w+,\s*\w+,\s*((?:%s\s*)+)," % TEXT, re.M)
ENTRY = re.compile(r"msgid ((?:%s\s*)+)(?:msgid_plural ((?:%s\s*)+))?msgstr(?:\[0\])? ((?:%s\s*)+)"
                   % (TEXT, TEXT, TEXT))
ARGUMENT = re.compile(r"%(?:%|<\w+>|l*[sduxcit])")


def joined(pieces):
    """The bytes between the quotes, with <PRIu64> for the macro of that name."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(PRI\w+)', pieces)
    return "".join(text or (macro and "<%s>" % macro) for text, macro in found)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def wanted():
    strings = {}
    for pattern in ("cli/*.c", "cli/*.h", "cli/*.def"):
        for path in sorted(glob.glob(os.path.join(TOP, pattern))):
            for one, many in MARKED.findall(read(path)):
                for pieces in filter(None, (one, many)):
                    strings[joined(pieces)] = os.path.relpath(path, TOP)
    for path in sorted(glob.glob(os.path.join(TOP, "engine/syntax/diag*.def"))):
        for pieces in DIAGNOSTIC.findall(read(path)):
            strings[joined(pieces)] = os.path.relpath(path, TOP)
    strings.pop("", None)
    return strings


def main():
    passed, troubles = 0, []
    strings = wanted()
    for path in sorted(glob.glob(os.path.join(TOP, "po/*.po"))):
        name = os.path.basename(path)
        entries = {}
        for one, many, translation in ENTRY.findall(read(path)):
            for pieces in filter(None, (one, many)):
                entries[joined(pieces)] = joined(translation)
        entries.pop("", None)
        for text, place in strings.items():
            if not entries.get(text):
                troubles.append("%s: not translated, from %s: %s" % (name, place, text))
            elif ARGUMENT.findall(text) != ARGUMENT.findall(entries[text]):
                troubles.append("%s: other arguments: %s" % (name, text))
            else:
                passed += 1
        troubles += ["%s: no message any more: %s" % (name, text)
                     for text in entries if text not in strings]
    for trouble in troubles:
        print(trouble)
    print("%d passed, %d failed" % (passed, len(troubles)))
    sys.exit(1 if troubles or not passed else 0)


main()
