"""tests/docs/check_docs.py -- runs every code block of the documents and compares what they say.

  ```notch    a whole programme: `notch check` finds no error and its tests pass;
              a module is saved, for a block that uses it
  ```console  lines after `$ ` are commands (`> ` continues one); what follows is their output, in
              which `…` stands for anything, and a line of only `…` for any lines
  ```json     events or answers: every line, or else the whole block, is JSON
  ```c        with a file comment: the same text as the file of that name in docs/examples, which
              the build compiles and whose program the commands of the page can run

A comment before a block says more: `<!-- file: NAME -->` saves the block for the commands of the
page; `<!-- after: NAME -->` puts the saved file before a block of notch, so that a page can show
one thing at a time; `<!-- error: N0123 -->` says that `notch check` must find that error;
`<!-- fails -->` that a command may end with code 1 or 2.  Other fences are not run.

usage: check_docs.py [--update] [PAGE...]     --update writes the outputs found into the pages
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
BUILT = os.path.abspath(os.environ.get("top_builddir", "."))
NOTCH = os.environ.get("NOTCH", "notch")
SECONDS = 120
COMMENT = re.compile(r"<!-- (file|after|error|fails)(?:: (\S+))? -->$")


class Block:
    def __init__(self, language, line, notes):
        self.language, self.line, self.notes, self.lines = language, line, notes, []

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


def blocks_of(lines):
    """The fenced blocks of a page with the comments right before them."""
    found, notes, block, fence = [], {}, None, None
    for number, line in enumerate(lines, 1):
        if block is not None:
            if line.strip() == fence:
                found.append(block)
                block = None
            else:
                block.lines.append(line)
            continue
        opening = re.match(r"(```+)(\w*)\s*$", line)
        comment = COMMENT.match(line.strip())
        if opening:
            fence = opening.group(1)
            block = Block(opening.group(2), number, notes)
            notes = {}
        elif comment:
            notes[comment.group(1)] = comment.group(2) or ""
        elif line.strip():
            notes = {}
    return found


def line_fits(expected, found):
    parts = [re.escape(part) for part in expected.rstrip().split("…")]
    return re.fullmatch(".*".join(parts), found.rstrip()) is not None


def fits(expected, found):
    """Whether the lines found are those expected; `…` alone on a line: any lines."""
    if not expected:
        return not found
    if expected[0].strip() == "…":
        return any(fits(expected[1:], found[i:]) for i in range(len(found) + 1))
    return bool(found) and line_fits(expected[0], found[0]) and fits(expected[1:], found[1:])


def renewed(expected, found):
    """The lines found; where one fits a line that stood there with `…` in it, that one stays."""
    open_lines = [line for line in expected if "…" in line and line.strip() != "…"]
    return [next((line for line in open_lines if line_fits(line, new)), new) for new in found]


def trimmed(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


class Page:
    """One page with its scratch directory."""

    def __init__(self, path, update):
        self.path, self.update = path, update
        self.name = os.path.relpath(path, TOP)
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        self.scratch = tempfile.mkdtemp(prefix="notch-docs-")
        self.passed, self.troubles, self.edits = 0, [], []
        self.environment = dict(os.environ, NO_COLOR="1", COLUMNS="80", LC_ALL="C.UTF-8",
                                NOTCH_RULES=os.path.join(TOP, "stdlib-rules"), TZ="UTC",
                                PATH=self.scratch + "/.bin:" + os.environ["PATH"])
        os.mkdir(self.scratch + "/.bin")
        os.symlink(NOTCH, self.scratch + "/.bin/notch")
        # The README shows commands as they are typed at the top of the tree.
        os.mkdir(self.scratch + "/build")
        os.symlink(NOTCH, self.scratch + "/build/notch")
        os.symlink(TOP + "/stdlib-rules", self.scratch + "/stdlib-rules")

    def trouble(self, block, text):
        self.troubles.append("%s:%d: %s" % (self.name, block.line, text))

    def run(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=self.scratch, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def save(self, name, text):
        path = os.path.join(self.scratch, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def notch(self, block):
        name = block.notes.get("file", "block-%d.notch" % block.line)
        text = block.text
        if "after" in block.notes:
            with open(os.path.join(self.scratch, block.notes["after"]), encoding="utf-8") as file:
                text = file.read() + "\n" + text
        self.save(name, text)
        if re.search(r"^module\b", text, re.M):
            return True  # checked where a later block uses it
        code, output = self.run("notch check " + name)
        if "error" in block.notes:
            if code != 1 or "[%s]" % block.notes["error"] not in output:
                self.trouble(block, "expected %s\n%s" % (block.notes["error"], output))
                return False
            return True
        if code != 0:
            self.trouble(block, output)
            return False
        code, output = self.run("notch test " + name)
        if code != 0:
            self.trouble(block, output)
        return code == 0

    def console(self, block):
        """Commands in turn; each takes the lines up to the next one as its output."""
        commands, good = [], True
        for offset, line in enumerate(block.lines):
            if line.startswith("$ "):
                commands.append([line[2:], [], block.line + offset + 1])
            elif commands and line.startswith("> ") and not commands[-1][1]:
                commands[-1][0] += "\n" + line[2:]
                commands[-1][2] += 1
            elif commands:
                commands[-1][1].append(line)
            else:
                self.trouble(block, "a block of commands begins with '$ '")
                return False
        for command, expected, last in commands:
            code, output = self.run(command)
            found = trimmed(output.split("\n"))
            if code not in (0, 3) and "fails" not in block.notes:
                self.trouble(block, "$ %s\ncode %d\n%s" % (command, code, output))
                good = False
            elif not fits(trimmed(expected), found):
                if self.update:
                    self.edits.append((last, len(expected), renewed(expected, found)))
                    continue
                self.trouble(block, "$ %s\nexpected:\n%s\nfound:\n%s"
                             % (command, "\n".join(expected), "\n".join(found)))
                good = False
        return good

    def json(self, block):
        try:
            for line in block.lines:
                json.loads(line)
        except ValueError:
            try:
                json.loads(block.text.replace("…", "0"))
            except ValueError as error:
                self.trouble(block, "no JSON: %s" % error)
                return False
        if "file" in block.notes:
            self.save(block.notes["file"], block.text)
        return True

    def c(self, block):
        if "file" not in block.notes:
            return None
        name = block.notes["file"]
        with open(os.path.join(TOP, "docs/examples", name), encoding="utf-8") as file:
            text = file.read()
            if text != block.text and self.update:
                self.edits.append((block.line, len(block.lines), text.rstrip("\n").split("\n")))
            elif text != block.text:
                self.trouble(block, "differs from docs/examples/" + name)
                return False
        program = os.path.join(BUILT, "docs/examples", name[:-len(".c")])
        if not os.access(program, os.X_OK):
            self.trouble(block, "%s was not built" % program)
            return False
        os.symlink(program, os.path.join(self.scratch, name[:-len(".c")]))
        return True

    def check(self):
        kinds = {"notch": self.notch, "console": self.console, "json": self.json, "c": self.c}
        for block in blocks_of(self.lines):
            kind = kinds.get(block.language)
            if kind is None:
                if "file" in block.notes:
                    self.save(block.notes["file"], block.text)
                continue
            try:
                good = kind(block)
            except (OSError, subprocess.TimeoutExpired) as error:
                self.trouble(block, str(error))
                good = False
            if good:
                self.passed += 1
        if self.edits:
            for line, count, found in sorted(self.edits, reverse=True):
                self.lines[line:line + count] = found
            with open(self.path, "w", encoding="utf-8") as file:
                file.write("\n".join(self.lines))
        shutil.rmtree(self.scratch)
        return self


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    paths = [os.path.abspath(path) for path in arguments if path != "--update"]
    if not paths:
        docs = os.path.join(TOP, "docs")
        paths = [os.path.join(TOP, name) for name in ("README.md", "README.zh-CN.md")]
        paths += sorted(os.path.join(docs, name) for name in os.listdir(docs)
                        if name.endswith(".md"))
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda path: Page(path, update).check(), paths))
    for page in pages:
        for trouble in page.troubles:
            print(trouble)
    failed = sum(len(page.troubles) for page in pages)
    print("%d passed, %d failed" % (sum(page.passed for page in pages), failed))
    sys.exit(1 if failed else 0)


main()
