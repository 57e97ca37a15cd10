"""The command against itself:  metamorphic.py FROM TO.  Changes to the events, or to the script,
that must not change what members end up with."""
import datetime as dt
import json
import os
import random
import sys
import tempfile
from fractions import Fraction

import spell
from compare import Case, command
from shapes import Event


class Broken(Exception):
    pass


class Bench:
    """Runs events into ledgers and reads the members back."""

    def __init__(self, folder):
        self.folder, self.serial = folder, 0

    def path(self, name):
        self.serial += 1
        return os.path.join(self.folder, '%d.%s' % (self.serial, name))

    def write(self, name, text):
        path = self.path(name)
        with open(path, 'w') as file:
            file.write(text)
        return path

    def must(self, *arguments):
        code, output = command(*arguments)
        if code not in (0, 3):
            raise Broken('%s: exit code %s: %s' % (' '.join(arguments), code, output))
        return output

    def outcome(self, text, batches, members, at):
        """Every member's balance, and the totals, after the batches of events."""
        rules = self.write('notch', text)
        ledger = self.path('ledger')
        self.must('init', ledger, rules)
        for batch in batches:
            lines = ''.join(spell.json_line(e) + '\n' for e in batch)
            self.must('apply', ledger, self.write('jsonl', lines), '--ahead', '20000 days')
        found = {}
        for name in members:
            state = json.loads(self.must('balance', ledger, name, '--at', at, '--json'))
            for points in state['points'].values():
                for lot in points.get('lots', []):
                    if (lot.get('event') or '').startswith('#'):
                        lot['event'] = '#'  # a transaction's number says how many came before
                points['lots'] = sorted(json.dumps(lot, sort_keys=True)
                                        for lot in points.get('lots', []))
            found[name] = state
        totals = json.loads(self.must('balance', ledger, '--at', at, '--json'))
        found['totals'] = totals
        for kind, t in totals['points'].items():
            n = {k: Fraction(v) for k, v in t.items()}
            if n['issued'] + n['debt'] + n['forgiven'] != sum(n[k] for k in (
                    'available', 'pending', 'held', 'spent', 'expired', 'taken_back')):
                raise Broken('%s does not add up: %s' % (kind, t))
        self.must('verify', ledger)
        return found


def names(case):
    return sorted(n for n, m in case.model.members.items() if m.now is not None)


def shared(case):
    limits = [x for r in case.program.rules.values() for x in r.limits]
    limits += [x for g in case.program.groups.values() for x in g.limits]
    limits += [x for p in case.program.payments.values() for x in p.limits]
    stocked = any(r.stock is not None for r in case.program.rewards.values())
    return case.program.pools or case.program.cohorts or stocked or any(
        'member' not in x.keys and x.period != ('event',) for x in limits)


def permuted(case, pick):
    """Events of different members, in another order; each member's own keep theirs."""
    if shared(case) or case.program.friends or any(
            e.member is None or e.type in ('transfer', 'merge') for e in case.events):
        return None
    people = sorted({e.member for e in case.events})
    queues = {n: [e for e in case.events if e.member == n] for n in people}
    out = []
    while any(queues.values()):
        out.append(queues[pick.choice([n for n in queues if queues[n]])].pop(0))
    return [out]


def cut(case, pick):
    place = pick.randrange(len(case.events) + 1)
    return [case.events[:place], case.events[place:]]


def twice(case, pick):
    again = [e for e in case.events if e.type != 'release' and e.id not in case.refused]
    return [[e for event in case.events for e in ([event] * (2 if event in again else 1))],
            again]


def held(case, pick):
    """A hold that is released in the same second changes nothing, but where a rule is on earning:
    what comes back has become available."""
    if any(r.on[0] == 'earning' for r in case.program.rules.values()):
        return None
    out, number = [], 0
    for event in case.events:
        out.append(event)
        if event.id in case.refused or pick.random() < 0.5:
            continue
        number += 1
        kind = pick.choice(list(case.program.kinds))
        name = 'extra%d' % number
        out.append(Event(name, 'hold', event.member, event.at, {
            'hold': name, 'points': {kind: Fraction(pick.randrange(1, 30))},
            'until': event.at + dt.timedelta(hours=30)}))
        out.append(Event(name + 'r', 'release', event.member, event.at, {'hold': name}))
    return [out]


def plain(case):
    """No rule keeps, no tier gives, no points run out: then what was earned can go back whole."""
    program = case.program
    return not (case.model.triggered or program.ladders
                or any(r.on_return == 'keep' for r in program.rules.values())
                or any(k.expiry or k.cap is not None for k in program.kinds.values())
                or any(r.expiry for r in program.rules.values()))


def purchases(case):
    return [e for e in case.events if e.type == 'purchase' and e.id not in case.refused]


def returns(case, parts):
    """Each purchase, then its return in so many parts and a last one of all that is left."""
    out = []
    for event in purchases(case):
        out.append(event)
        cents = int(event.fields['amount'] * 100)
        for part in range(1, parts):
            share = Fraction(cents // parts, 100)
            if share:
                out.append(Event('%sp%d' % (event.id, part), 'return', event.member,
                                 event.at + dt.timedelta(seconds=part),
                                 {'of': event.id, 'amount': share}))
        out.append(Event(event.id + 'all', 'return', event.member,
                         event.at + dt.timedelta(seconds=parts), {'of': event.id}))
    return sorted(out, key=lambda e: e.at)


def compare_all(bench, case):
    """[(what was changed, what differs)]"""
    pick, wrong = random.Random(case.seed), []
    text, people = spell.program_text(case.program), names(case)
    at = (case.latest + dt.timedelta(days=2)).strftime('%Y-%m-%dT00:00:00Z')

    def same(what, a, b):
        if a != b:
            wrong.append('%s:\n  %s\n  %s' % (what, json.dumps(a), json.dumps(b)))
    before = bench.outcome(text, [case.events], people, at)
    for change in (permuted, cut, twice, held):
        batches = change(case, pick)
        if batches is not None:
            same(change.__name__, before, bench.outcome(text, batches, people, at))
    shuffled = spell.program_text(case.program, pick.shuffle)
    same('shuffled', before, bench.outcome(shuffled, [case.events], people, at))
    if plain(case) and purchases(case):
        for parts in (1, 3):
            buyers = sorted({e.member for e in purchases(case)})
            after = bench.outcome(text, [returns(case, parts)], buyers, at)
            for name in buyers:
                for kind, points in after[name]['points'].items():
                    if any(Fraction(points[s]) for s in ('available', 'pending', 'held', 'debt')):
                        wrong.append('returned in %d parts: %s still has %s' % (
                            parts, name, json.dumps(points)))
    return wrong


def main(first, last):
    passed = failed = 0
    for seed in range(first, last + 1):
        case = Case(seed)
        if not case.events:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = compare_all(Bench(folder), case)
            except (Broken, ValueError, KeyError) as problem:
                wrong = ['%r' % problem]
        if wrong:
            failed += 1
            print('seed %d is changed by what should not change it' % seed)
            print('\n'.join(wrong))
        else:
            passed += 1
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
