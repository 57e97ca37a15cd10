"""One or two processes apply the same file of a random programme (tests/oracle) and are killed at
random moments, several times.  In the end the journal is, row for row, that of a run that nobody
disturbed, in both journal modes:  raced_ledgers.py FROM TO  (seeds, both included)."""
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import generate
import spell
from verbs import NOTCH, command

COPIES = 150  # of each event, of members and under ids of their own
ROUNDS = 5
# Salts are random, and so what depends on them: leaves and digests.
TABLES = (
    'select event, origin, cause, type, version, member, previous, at, booked, recorded, offset, '
    'outcome, id, postings, move, effect, shared, detail from notch_event order by event',
    'select event, content from notch_content order by event',
    'select * from posting order by posting', 'select * from move order by move',
    'select * from effect order by effect', 'select name, sort, text from name order by name',
    'select member, field, event, value from personal order by member, field, event')


def journal(path):
    database = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    rows = [tuple(re.sub('sha256:[0-9a-f]*', 'sha256', value) if isinstance(value, str) else value
                  for value in row) for query in TABLES for row in database.execute(query)]
    database.close()
    return rows


def copied(sent):
    for copy in range(COPIES):
        for line in sent:
            event = json.loads(line)
            for name in ('id', 'of', 'member', 'hold'):
                if name in event:
                    event[name] = '%s-%d' % (event[name], copy)
            yield json.dumps(event) + '\n'


def killed(ledger, events, processes, pauses):
    started = [subprocess.Popen([NOTCH, 'apply', ledger, events], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for _ in range(processes)]
    for process, pause in zip(started, pauses):
        time.sleep(pause)
        process.kill()
    for process in started:
        process.wait()


def problem_of(folder, seed, processes, mode):
    random_ = random.Random(seed)
    program, sent = generate.case(seed)
    rules, events, ledger, whole = (os.path.join(folder, name)
                                    for name in ('r.notch', 'e.jsonl', 'l', 'whole'))
    with open(rules, 'w') as file:
        file.write(spell.program_text(program))
    with open(events, 'w') as file:
        file.writelines(copied([spell.json_line(event) for event in sent]))
    code, output = command('init', ledger, rules, '--clock', 'events', *mode)
    assert code == 0, output
    shutil.copy(ledger, whole)
    began = time.monotonic()
    command('apply', whole, events)
    took = time.monotonic() - began
    wanted, again = journal(whole), command('apply', whole, events)
    for _ in range(ROUNDS):
        killed(ledger, events, processes, [random_.random() * took * 0.6, random_.random() * 0.01])
        code, output = command('verify', ledger)
        if code:
            return 'verify: %s' % output
    command('apply', ledger, events)
    code, output = command('apply', ledger, events)
    if (code, output.replace(ledger, whole)) != again:
        return 'apply: %s\n%s' % (output, again[1])
    for found, want in zip(journal(ledger), wanted):
        if found != want:
            return 'journal: %s, not %s' % (found, want)
    if len(journal(ledger)) != len(wanted):
        return 'journal: %d rows, not %d' % (len(journal(ledger)), len(wanted))
    code, output = command('replay', ledger)
    return 'replay: %s' % output if code else None


def main(first, last):
    passed = failed = 0
    for seed in range(first, last + 1):
        for processes, mode in ((1, []), (2, []), (2, ['--rollback'])):
            with tempfile.TemporaryDirectory() as folder:
                problem = problem_of(folder, seed, processes, mode)
            failed += problem is not None
            passed += problem is None
            if problem is not None:
                print('seed %d, %d processes %s: %s' % (seed, processes, mode, problem))
                sys.stdout.flush()
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
