"""tests/docs/catalogue.py -- every message of the command has its translation, with its arguments.

The strings are those marked with _(), N_() and ngettext_() in cli/ and the sentences, notes, fixes
and phrases of the diagnostics.  A translation that names other arguments is a failure, and so is a
catalogue that leaves more than one message in thirty in English; what it leaves is listed.
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
SPOKEN = re.compile(r"\bnotch_(?:diag_note|diag_fix|diag_phrase|check_fix)\(")
ARGUMENT = re.compile(r"%(?:%|<\w+>|l*[sduxcit])")


def joined(pieces):
    """The bytes between the quotes, with <PRIu64> for the macro of that name."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(PRI\w+)', pieces)
    return "".join(text or (macro and "<%s>" % macro) for text, macro in found)


def own_literals(source, at):
    """What is written as an argument of the call whose parenthesis is before `at`, in order."""
    depth, found = 1, []
    for token in re.compile(TEXT + r"|[()]|'(?:[^'\\]|\\.)'").finditer(source, at):
        piece = token.group()
        depth += (piece == "(") - (piece == ")")
        if depth == 0:
            return found
        if depth == 1 and piece.startswith('"'):
            found.append(piece)
    return found


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
    for path in sorted(glob.glob(os.path.join(TOP, "engine/*/*.c"))):
        source = read(path)
        for call in SPOKEN.finditer(source):
            formats = own_literals(source, call.end())
            if formats and ARGUMENT.sub("", formats[0]).strip("\"' "):
                strings[joined(formats[0])] = os.path.relpath(path, TOP)
    strings.pop("", None)
    return strings


def main():
    passed, troubles = 0, []
    strings = wanted()
    for path in sorted(glob.glob(os.path.join(TOP, "po/*.po"))):
        name = os.path.basename(path)
        entries, missing = {}, 0
        for one, many, translation in ENTRY.findall(read(path)):
            for pieces in filter(None, (one, many)):
                entries[joined(pieces)] = joined(translation)
        for text, place in strings.items():
            if not entries.get(text):
                missing += 1
                print("%s: not translated, from %s: %s" % (name, place, text))
            elif ARGUMENT.findall(text) != ARGUMENT.findall(entries[text]):
                troubles.append("%s: other arguments: %s" % (name, text))
            else:
                passed += 1
        if missing * 30 > len(strings):
            troubles.append("%s: %d messages of %d are in English" % (name, missing, len(strings)))
    for trouble in troubles:
        print(trouble)
    print("%d passed, %d failed" % (passed, len(troubles)))
    sys.exit(1 if troubles or not passed else 0)


main()
