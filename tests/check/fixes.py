"""tests/check/fixes.py NOTCH FOLDER... -- every edit that a diagnostic offers is one that helps.

Each fix of each script is made in a copy.  Then nothing may be wrong that was right before; what
is said of the same line, or the same once more, and offers an edit is followed, as its reader
would.  Scripts of tests/syntax name things that do not exist: there only the syntax counts.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

STEPS_MAX = 4
CHECKER_FROM = 200  # N0200: names and types


def diagnostics(notch, path, syntax_only):
    """What is wrong with the script, as the command says it."""
    run = subprocess.run([notch, "check", "--json", path], capture_output=True, timeout=60,
                         text=True, check=False)
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return [one for one in found
            if one.get("severity") in ("error", "warning") and one["file"] == path
            and not (syntax_only and int(one["code"][1:]) >= CHECKER_FROM)]


def offset(lines, line, column):
    return sum(len(text) for text in lines[:line - 1]) + column - 1


def edited(text, fix):
    lines = text.splitlines(keepends=True) + [""]
    start = offset(lines, fix["line"], fix["column"])
    end = offset(lines, fix["end_line"], fix["end_column"])
    return text[:start] + fix["replacement"] + text[end:]


def moved(one, fix):
    """The line of a diagnostic after the edit."""
    if one["line"] <= fix["end_line"]:
        return one["line"]
    return one["line"] + fix["replacement"].count("\n") - (fix["end_line"] - fix["line"])


class Script:
    def __init__(self, notch, path):
        self.notch, self.path = notch, path
        self.syntax_only = os.path.basename(os.path.dirname(path)) == "syntax"
        with open(path, encoding="utf-8", newline="") as file:
            self.text = file.read()
        self.before = diagnostics(notch, path, self.syntax_only)

    def look(self, text):
        with open(self.path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return diagnostics(self.notch, self.path, self.syntax_only)

    def follow(self, one, fix):
        """None, or what the edit leads to."""
        text, known, first, code = self.text, self.before, fix["line"], one["code"]
        for _ in range(STEPS_MAX):
            known = {(other["code"], other["message"], moved(other, fix))
                     for other in known if other is not one}
            text = edited(text, fix)
            now = self.look(text)
            new = [other for other in now
                   if (other["code"], other["message"], other["line"]) not in known]
            if not new:
                return None
            one = new[0]
            beside = one["line"] == first or one["code"] == code
            if not one["fixes"] or not beside:
                return "%d:%d %s %s" % (one["line"], one["column"], one["code"], one["message"])
            known, fix = now, one["fixes"][0]
        return "one edit after another"

    def fixes(self):
        return [(one, fix) for one in self.before for fix in one["fixes"]]


def main():
    notch, work = os.path.abspath(sys.argv[1]), tempfile.mkdtemp()
    passed = failed = 0
    try:
        for folder in sys.argv[2:]:
            copy = os.path.join(work, os.path.basename(folder))
            shutil.copytree(folder, copy)
            for name in sorted(os.listdir(copy)):
                path = os.path.join(copy, name)
                if not name.endswith(".notch"):
                    continue
                os.chmod(path, 0o644)
                try:
                    script = Script(notch, path)
                except UnicodeDecodeError:  # on purpose
                    continue
                for one, fix in script.fixes():
                    leads = script.follow(one, fix)
                    passed, failed = passed + (leads is None), failed + (leads is not None)
                    if leads is not None:
                        print("FAILED %s:%d:%d %s %s\n  %r leads to %s" % (
                            os.path.relpath(path, work), one["line"], one["column"], one["code"],
                            one["message"], fix["replacement"], leads))
                script.look(script.text)
    finally:
        shutil.rmtree(work)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
