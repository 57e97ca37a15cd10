"""Ledgers in which everything is returned, in whatever order, across a new version of the rules:
nobody has anything then, nobody owes anything, and every limit has all of its room again.
reversed_ledgers.py FROM TO  (seeds, both included).  An argument DIR after them keeps the rules and
the events of a seed that fails."""
import itertools
import json
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
from verbs import command

NAMES = ['ann', 'bob', 'cat', 'dan']
RULES = '''program reversed
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  %(pending)s
  shortfall %(shortfall)s
points coin
  shortfall %(shortfall)s

pool home
  at most 5 member
  earn 100%% of star

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY

measure pays is count on pay
measure spend is sum of amount on purchase

rule base
  on purchase
  earn %(rate)d star per 1.00 CNY of amount
  %(limit)s
rule nice
  on purchase
  when spend ever >= 100.00 CNY
  multiply base by 1.5x
rule paying
  on pay
  earn %(coins)d coin
  limit 7 coin per member per month
rule often
  on pay
  when pays >= 2
  earn 10 coin
rule redeeming
  on redeem
  earn 3 coin
  once per member
rule moving
  on transfer
  limit 60 star per member per month
rule giving
  on transfer
  earn 1 coin
rule thanks
  on transfer
  earn 1 coin to event.to
rule adjusting
  on adjust
  earn 4 coin
  limit 3 times per member
rule capturing
  on capture
  earn 5 coin

payment till
  pay 1.00 CNY per %(price)d star
  limit 120 star per member per month
  limit 5 times per member per month
  limit 400 star in total from 2026-01-01 to 2026-12-31
  hold for 40 day
reward mug
  costs %(price)d star
  limit 3 times per member per month
  limit 70 star per member per month
  stock 9
  hold for 40 day
reward medal
  costs 5 star
  once per member
'''
PROBES = ({'type': 'adjust', 'points': {'star': '1000'}},
          {'type': 'pay', 'payment': 'till', 'points': '98', 'order': '900.00'},
          {'type': 'redeem', 'reward': 'mug', 'quantity': 2},
          {'type': 'redeem', 'reward': 'medal'})


class Story:
    """Events seven minutes apart, of which those that can be returned are kept."""

    def __init__(self, chance):
        self.chance, self.out, self.done, self.holds, self.old = chance, [], [], [], None

    def put(self, type_, member, **fields):
        minutes = 7 * (len(self.out) + 1)
        self.out.append({'id': 'e%d' % len(self.out), 'type': type_, 'member': member,
                         'at': '2026-01-%02dT%02d:%02d:00Z' % (
                             2 + minutes // 1440, minutes // 60 % 24, minutes % 60), **fields})
        return self.out[-1]

    def stars(self, most):
        return {'star': str(self.chance.randrange(1, most))}

    def home(self):
        if self.chance.random() < 0.6:
            self.put('enter', 'ann', pool='home')
            for name in NAMES[1:]:
                if self.chance.random() < 0.6:
                    self.put('enter', name, pool='home', **{'with': 'ann'})

    def act(self, member, kind):
        pick, number = self.chance.choice, self.chance.randrange
        if kind == 'purchase':
            return self.put(kind, member, amount='%d.00' % number(1, 120))
        if kind == 'pay':
            return self.put(kind, member, payment='till', points=str(number(1, 60)), order='500.00')
        if kind == 'redeem':
            return self.put(kind, member, reward=pick(['mug', 'mug', 'medal']),
                            quantity=number(1, 4))
        if kind == 'transfer':
            return self.put(kind, member, to=pick([n for n in NAMES if n != member]),
                            points=self.stars(40))
        if kind == 'adjust':
            return self.put(kind, member,
                            points={pick(['star', 'coin']): str(pick([-30, -5, 10, 40]))})
        member, hold = self.holds.pop(number(len(self.holds)))
        return self.put('capture', member, hold=hold)

    def hold(self, member):
        hold = 'h%d' % len(self.out)
        if self.chance.random() < 0.5:
            self.put('hold', member, hold=hold, payment='till', order='500.00',
                     points=str(self.chance.randrange(1, 50)))
        else:
            self.put('hold', member, hold=hold, reward='mug',
                     quantity=self.chance.randrange(1, 3))
        self.holds.append((member, hold))

    def merge(self):
        survivor, self.old = self.chance.sample(NAMES, 2)
        for name in (survivor, self.old):
            self.put('join', name)
        self.put('merge', survivor, **{'from': self.old})

    def give_a_part_back(self):
        event = self.chance.choice(self.done)
        part = {'purchase': {'amount': '1.00'}, 'pay': {'points': '1'}, 'redeem': {'quantity': 1},
                'transfer': {'points': {'star': '1'}}}.get(event['type'])
        if event['type'] == 'adjust':
            part = {'points': {kind: '1' for kind in event['points']}}
        if part:
            self.put('return', event['member'], of=event['id'], **part)

    def tell(self):
        self.home()
        for _ in range(self.chance.choice([6, 12, 25])):
            member = self.chance.choice(NAMES)
            kind = self.chance.choice(['purchase'] * 4 + ['pay', 'pay', 'redeem', 'redeem', 'merge',
                                                          'transfer', 'adjust', 'hold', 'part',
                                                          'capture'])
            if kind == 'hold':
                self.hold(member)
            elif kind == 'merge' and self.old is None:
                self.merge()
            elif kind == 'part' and self.done:
                self.give_a_part_back()
            elif kind not in ('merge', 'part') and (kind != 'capture' or self.holds):
                self.done.append(self.act(member, kind))
        for member, hold in self.holds:
            self.put('release', member, hold=hold)
        told = len(self.out)
        order = self.done[::-1]
        if self.chance.random() < 0.7:
            self.chance.shuffle(order)
        for event in order:
            self.put('return', event['member'], of=event['id'])
        return told


def write(path, events):
    with open(path, 'w') as file:
        file.writelines(json.dumps(event) + '\n' for event in events)


def left_of(ledger, name):
    """What a member has, where everything went back."""
    code, output = command('balance', ledger, name, '--json')
    points = json.loads(output)['points'] if code == 0 else {}
    return ['%s has %s: %s' % (name, kind, of) for kind, of in points.items()
            if any(of[state] not in ('0', '-0') for state in ('available', 'pending', 'held',
                                                             'debt'))]


def problems(folder, chance):
    first, second, ledger, events = (os.path.join(folder, name) for name in (
        'first.notch', 'second.notch', 'ledger', 'events.jsonl'))
    figures = {'pending': chance.choice(['', 'pending for 3 hours', 'pending for 20 days']),
               'shortfall': chance.choice(['recover', 'negative']), 'rate': 1, 'coins': 2,
               'limit': chance.choice(['', '', 'limit 150 star per member per month']),
               'price': 20}
    for path, other in ((first, {}), (second, {'rate': 2, 'coins': 3, 'price': 10})):
        with open(path, 'w') as file:
            file.write(RULES % {**figures, **other})
    story, found = Story(chance), []
    told = story.tell()
    cut = chance.randrange(1, told + 1)
    write(events, story.out)

    def must(*arguments, codes=(0,)):
        code, output = command(*arguments)
        if code not in codes:
            found.append('%s: exit code %s\n%s' % (' '.join(arguments), code, output))

    def apply(some, codes):
        write(events + '.part', some)
        must('apply', ledger, events + '.part', '--clock', 'events', codes=codes)

    must('init', ledger, first, '--clock', 'events')
    apply(story.out[:cut], (0, 3))
    must('publish', ledger, second, '--from', story.out[cut - 1]['at'])
    apply(story.out[cut:], (0, 3))
    must('verify', ledger)
    must('replay', ledger)
    there = [name for name in NAMES if name != story.old]
    for name in there:
        found += left_of(ledger, name)
    apply([{'id': 'p%d%d' % at, 'member': there[at[0]], 'at': '2026-01-28T1%d:%d0:00Z' % at,
            **PROBES[at[1]]} for at in itertools.product(range(len(there)), range(len(PROBES)))],
          (0,))
    return found


def main(first, last, kept):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            found = problems(folder, random.Random(seed))
            if found and kept:
                os.rename(folder, os.path.join(kept, str(seed)))
                os.mkdir(folder)
        if found:
            failed += 1
            print('seed %d:\n%s' % (seed, '\n'.join(found)))
            sys.stdout.flush()
        else:
            passed += 1
    return passed, failed


if __name__ == '__main__':
    totals = main(int(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] + [None])[0])
    print('%d passed, %d failed' % totals)
    sys.exit(1 if totals[1] else 0)
