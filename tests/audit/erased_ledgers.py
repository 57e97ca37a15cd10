"""Ledgers of random programmes (those of tests/oracle) in which members are erased between other
events: no byte of their ids is left in any file, heads and receipts of before still prove, and the
ledger verifies and replays, also when life goes on:  erased_ledgers.py FROM TO  (seeds, both
included)."""
import datetime as dt
import glob
import json
import os
import random
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import generate
import spell
from verbs import command

TURNS = 3  # erasures before the last events


def renamed(value, names):
    """With ids that stand nowhere but where they are meant."""
    if isinstance(value, dict):
        return {k: renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def text_of(value):
    return value.decode('latin-1') if isinstance(value, bytes) else str(value)


class Life:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.folder = folder
        self.ledger = os.path.join(folder, 'shop.ledger')
        program, sent = generate.case(seed)
        with open(self.path('rules.notch'), 'w') as file:
            file.write(spell.program_text(program))
        events = [json.loads(spell.json_line(e)) for e in sent]
        self.names = {e['member']: 'Zq%s-Person' % e['member']
                      for e in events if e.get('member')}
        self.events = renamed(events, self.names)
        self.latest = max(e.at for e in sent)
        self.wrong, self.heads, self.receipts = [], [], []
        self.erasures = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def expect(self, codes, *arguments):
        code, output = command(*arguments)
        if code not in codes:
            self.wrong.append('%s: exit code %s\n%s' % (' '.join(arguments), code, output[-1500:]))
        return output

    def apply(self, events):
        """How many were applied."""
        with open(self.path('some.jsonl'), 'w') as file:
            file.writelines(json.dumps(e) + '\n' for e in events)
        output = self.expect((0, 3), 'apply', self.ledger, self.path('some.jsonl'), '--json',
                             '--clock', 'events', '--ahead', '9999 days')
        return json.loads(output)['applied']

    def rows(self):
        return int(self.expect((0,), 'seal', self.ledger).split('\n')[1])

    def keep_proofs(self):
        note = self.expect((0,), 'seal', self.ledger).split('\n')
        self.heads.append(note[2])
        rows = int(note[1])
        for row in self.random.sample(range(1, rows + 1), min(3, rows)):
            path = self.path('receipt%d' % len(self.receipts))
            with open(path, 'w') as file:
                file.write(self.expect((0,), 'receipt', self.ledger, '#%d' % row))
            self.receipts.append(path)

    def check(self):
        self.expect((0,), 'verify', self.ledger)
        self.expect((0,), 'replay', self.ledger, '--threads', '1')
        self.expect((0,), 'replay', self.ledger, '--threads', '2')
        for head in self.heads:
            self.expect((0,), 'verify', self.ledger, '--head', head)
        for path in self.receipts:
            self.expect((0,), 'receipt', '--check', path)

    def erase_somebody(self, at):
        who = self.random.choice(sorted(self.names.values()))
        self.erasures += 1
        event = {'id': 'erase%d' % self.erasures, 'type': 'erase', 'member': who, 'at': at}
        if self.apply([event]) == 0:  # too late, or nobody of that id has come yet
            return
        if self.is_named_by_others(who):
            return
        for path in glob.glob(self.ledger + '*'):
            with open(path, 'rb') as file:
                if who.encode() in file.read():
                    self.wrong.append('%s is left in %s' % (who, os.path.basename(path)))

    def is_named_by_others(self, who):
        """Whether a field of another member has the id, whose own that is (docs/auditing.md): then
        it is there, and in the cache of that one's state, and in no other table."""
        copy = self.path('searched')
        self.expect((0,), 'backup', self.ledger, copy)
        database = sqlite3.connect(copy)
        fields = "SELECT count(*) FROM personal WHERE field<>0 AND value=?"
        named = database.execute(fields, (who,)).fetchone()[0] > 0
        tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for (table,) in tables if named else []:
            values = [v for row in database.execute('SELECT * FROM %s' % table) for v in row]
            own = table in ('personal', 'state')
            if not own and any(who in text_of(value) for value in values):
                self.wrong.append('%s is left in the table %s' % (who, table))
        database.close()
        os.remove(copy)
        return named

    def live(self):
        self.expect((0,), 'init', self.ledger, self.path('rules.notch'), '--clock', 'events')
        places = range(1, len(self.events))
        cuts = sorted(self.random.sample(places, min(TURNS, len(places)))) + [len(self.events)]
        for begin, end in zip([0] + cuts, cuts):
            self.apply(self.events[begin:end])
            self.keep_proofs()
            self.erase_somebody(max(e['at'] for e in self.events[:end]))
            self.check()
        until = (self.latest + dt.timedelta(days=400)).strftime('%Y-%m-%d')
        self.expect((0,), 'advance', self.ledger, '--to', until, '--clock', 'events')
        self.check()
        for row in range(1 + self.random.randrange(3), self.rows() + 1, 9):
            self.expect((0,), 'explain', self.ledger, '#%d' % row)
        self.expect((0,), 'backup', self.ledger, self.path('copy'))
        self.expect((0,), 'verify', self.path('copy'))


def main(first, last):
    failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            life = Life(folder, seed)
            life.live()
            if life.wrong:
                failed += 1
                print('seed %d:\n%s' % (seed, '\n'.join(life.wrong[:5])))
    print('%d passed, %d failed' % (last - first + 1 - failed, failed))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
