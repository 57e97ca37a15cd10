"""Ledgers of busy programmes: parts of one large programme chosen by chance, and events of every
type that come late, twice, to people who come and go and are merged.  No model says what is right:
the ledger must agree with itself:  busy_ledgers.py FROM TO  (seeds, both included).  An argument
DIR after them keeps the rules and the events of a seed that fails."""
import datetime as dt
import json
import os
import random
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
from verbs import command

HEAD = '''program busy
  timezone "%s"
  currency PLN
  rounded %s

points star
  2 decimals
  %s
  %s
  %s

points coin
  whole
  expire 60 days after earning
  shortfall recover

points xp
  whole
  qualifying

member
  field birthday date?
  field referrer member?

record item
  field category text
  field amount PLN in 0.00 PLN .. 10_000.00 PLN
  field quantity number in 1 .. 100

event purchase
  field amount PLN in 0.00 PLN .. 10_000.00 PLN
  field channel one of store, app = store
  field items list of item at most 20

event film

reward latte
  costs 20 star
  valid for 30 days
  stock 5

reward mug
  costs 5 coin
  limit 3 times per member per month

payment checkout
  pay 0.05 PLN per 1 star
  hold for 15 minutes

measure spend is sum of amount on purchase

measure visits is count on purchase, film at most 1 per day

rule base
  on purchase
  earn 1 star per 1.00 PLN of amount

rule coins
  on purchase
  earn 1 coin per 20.00 PLN of amount

rule moves
  on transfer
'''

PARTS = ['''partner kino
  settles 0.02 PLN per 1 coin earned
  prepaid

rule films
  on film
  earn 40 coin
  funded by kino
  limit 80 coin per member per 7 days refused
''', '''ladder status tiers silver < gold < platinum
  tier gold
    reach when spend over the last 2 months >= 200.00 PLN
  tier platinum
    reach when spend over the last 2 months >= 600.00 PLN and visits over the last 6 months >= 4
  lasts for 2 months at end of month
  grace 10 days
  on return recheck

rule monthly
  on each month
  when tier of status >= gold
  earn 4 coin

rule risen
  on promote
  earn 25 coin
  on return recompute
''', '''ladder club tiers plain < fine
  tier fine
    reach when balance(xp) >= 20 xp
    pay 20 xp on reach
    keep when visits over the last 2 months >= 2
  lasts for 3 months

rule climb
  on purchase
  earn 1 xp per full 10.00 PLN of amount
  limit 70 xp per member per quarter
''', '''cohort abc rank by spend over last month each month
  band a top 20%
  band b rest

rule dear
  on purchase
  when abc = a
  multiply base by 1.37x
''', '''segment whale when spend over the last 30 days > 300.00 PLN

rule hello
  on entering whale
  earn 12 coin

rule goodbye
  on leaving whale
  deduct min(5 coin, balance(coin))
''', '''rule friend
  on purchase
  when member.referrer is known
  earn 5 star to member.referrer
  limit 60.00 star per member per month
''', '''rule all_month
  on each month
  earn 3 coin
  limit 10_000 coin in total
''', '''rule idle
  on after 20 days without purchase
  grant latte
  tag "idle"

rule awake
  on purchase
  untag "idle"
''', '''rule paid
  on earning star
  when balance(star) > 100.00 star
  earn 2 coin
  deduct 10.00 star
''', '''rule birthday
  on each member.birthday
  earn 10 star
  limit 500 star in total
''', '''rule less
  on purchase
  when visits ever > 3
  multiply base by 0.9x
''', '''rule first
  on purchase
  earn 1 star
  limit 2 star per member per channel per week
''', '''rule large
  on purchase
  when amount >= 200.00 PLN
  exception to base
  earn 300 star
''', '''pool home
  at most 4 member
  earn 50% of star
''', '''rule ending
  on each month
  when visits over the last 3 months = 0
  close member
''']


class Story:
    """What happens: lines of events, in the order in which they are sent."""

    def __init__(self, chance):
        self.chance, self.out, self.sent, self.holds, self.number = chance, [], [], [], 0
        self.names = ['ann', 'bob', 'cat', 'dan']
        self.now = dt.datetime(2025, 1, 1, 8)
        self.late = chance.choice([0, 0.05, 0.25])

    def put(self, kind, member=None, **fields):
        at = self.now
        if self.chance.random() < self.late:
            at -= dt.timedelta(minutes=self.chance.choice([1, 60, 60 * 24, 60 * 24 * 33]))
        self.number += 1
        event = {'id': 'e%d' % self.number, 'type': kind, 'at': at.strftime('%Y-%m-%dT%H:%M:%SZ')}
        if member:
            event['member'] = member
        event.update(fields)
        self.out.append(event)
        self.sent.append(event)

    def tell(self, count):
        for _ in range(count):
            step = self.chance.choice([60, 3600, 86400, 86400 * 5])
            self.now += dt.timedelta(seconds=self.chance.randrange(1, step))
            name = self.chance.choice(sorted(n for n in dir(self) if n.startswith('do_')))
            getattr(self, name)(self.chance.choice(self.names))

    def money(self, most):
        return '%.2f' % (self.chance.randrange(most * 100) / 100)

    def do_purchase(self, who):
        fields = {'amount': self.money(self.chance.choice([30, 300, 900]))}
        if self.chance.random() < 0.3:
            fields['channel'] = 'app'
        if self.chance.random() < 0.4:
            fields['items'] = [{'category': 'tea', 'amount': self.money(90),
                                'quantity': str(self.chance.randrange(1, 5))} for _ in '12']
        self.put('purchase', who, **fields)

    do_purchase_2 = do_purchase_3 = do_purchase_4 = do_purchase

    def do_film(self, who):
        self.put('film', who)

    def do_return(self, who):
        of = self.chance.choice(self.sent[-12:] or [None])
        if of is None or 'member' not in of:
            return
        part = {'amount': self.money(90)} if 'amount' in of and self.chance.random() < 0.6 else {}
        if 'items' in of and self.chance.random() < 0.3:
            part = {'items': [{'line': '1', 'quantity': '1'}]}
        self.put('return', of['member'], of=of['id'], **part)

    do_return_2 = do_return

    def do_return_of_any(self, who):
        self.put('return', who, event='purchase', amount=self.money(200))

    def do_redeem(self, who):
        self.put('redeem', who, reward=self.chance.choice(['latte', 'mug']), quantity='1')

    def do_pay(self, who):
        self.put('pay', who, payment='checkout', order='90.00',
                 points='%d' % self.chance.randrange(1, 60))

    def do_hold(self, who):
        self.holds.append((who, 'h%d' % self.number))
        what = self.chance.choice([{'points': {'star': '20'}},
                                   {'reward': 'latte', 'quantity': '1'}])
        until = self.now + dt.timedelta(days=self.chance.choice([1, 20]))
        self.put('hold', who, hold=self.holds[-1][1], until=until.strftime('%Y-%m-%dT%H:%M:%SZ'),
                 **what)

    def do_end_hold(self, who):
        if self.holds:
            who, hold = self.chance.choice(self.holds[-3:])
            self.put(self.chance.choice(['capture', 'release']), who, hold=hold)

    def do_transfer(self, who):
        self.put('transfer', who, to=self.chance.choice(self.names + ['eve']),
                 points={'star': '%d' % self.chance.randrange(1, 40)})

    def do_adjust(self, who):
        self.put('adjust', who, reason='x', by='y', points={
            self.chance.choice(['star', 'coin', 'xp']): '%d' % self.chance.randrange(-40, 60)})

    def do_fund(self, who):
        self.put('fund', partner='kino', points={'coin': '100'})

    def do_restock(self, who):
        self.put('restock', reward='latte', quantity='2')

    def do_profile(self, who):
        self.put(self.chance.choice(['profile', 'join']), who, birthday='1990-%02d-%02d' % (
            self.chance.randrange(1, 13), self.chance.choice([1, 28])),
                 referrer=self.chance.choice(self.names))

    def do_leave(self, who):
        if self.chance.random() < 0.5:
            self.put('leave', who)
        self.put('join', who)

    def do_merge(self, who):
        if self.chance.random() < 0.3:
            self.put('merge', who, **{'from': self.chance.choice(self.names + ['eve'])})

    def do_pool(self, who):
        self.put(self.chance.choice(['enter', 'enter', 'exit']), who, pool='home',
                 **{'with': self.chance.choice(self.names)})

    def do_again(self, who):
        if self.sent:
            self.out.append(dict(self.chance.choice(self.sent)))

    def do_wait(self, who):
        self.now += dt.timedelta(days=self.chance.choice([3, 35]))
        self.put('tick')


def programme(chance):
    head = HEAD % (chance.choice(['UTC', 'Asia/Shanghai', 'America/Sao_Paulo']),
                   chance.choice(['half up per event', 'down per event', 'half even per rule']),
                   chance.choice(['', 'pending for 2 days', 'pending until film']),
                   chance.choice(['', 'expire 45 days after earning',
                                  'expire after 40 days without purchase']),
                   chance.choice(['', 'shortfall forgive', 'shortfall recover',
                                  'shortfall negative']))
    few = chance.choice([0.15, 0.4, 0.8])
    parts = [part for part in PARTS if chance.random() < few]
    return '\n'.join([line for line in head.split('\n') if line.strip() or not line] + parts)


def problems(rules, events, ledger, until):
    code, output = command('init', ledger, rules, '--clock', 'events')
    if code:
        return ['init: exit code %s\n%s' % (code, output)]
    code, output = command('apply', ledger, events, '--clock', 'events', '--json')
    if code not in (0, 3):
        return ['apply: exit code %s\n%s' % (code, output)]
    found = []
    written = json.loads(output.split('\n')[-2])['transactions']

    def must(*arguments):
        code, output = command(*arguments)
        if code:
            found.append('%s: exit code %s\n%s' % (' '.join(arguments), code, output))
        return output

    if json.loads(must('info', ledger, '--json'))['transactions'] != written + 1:
        found.append('apply counted %d transactions' % written)
    ahead = must('balance', ledger, '--at', until, '--json')
    must('verify', ledger)
    must('replay', ledger)
    must('advance', ledger, '--to', until, '--clock', 'events')
    if must('balance', ledger, '--at', until, '--json') != ahead:
        found.append('what is read ahead of time is not what is recorded then')
    once = must('info', ledger, '--json')
    must('advance', ledger, '--to', until, '--clock', 'events')
    if must('info', ledger, '--json') != once:
        found.append('what was due is due again')
    must('verify', ledger)
    must('replay', ledger)
    must('export', ledger, '--format', 'beancount')
    must('liability', ledger)
    tested = json.loads(must('backtest', ledger, rules, '--json').split('\n')[-2])
    if any(tested[figure] for figure in ('changed_members', 'now_refused', 'now_applied')):
        found.append('its own rules would have changed: %s' % tested)
    return found


def explained(ledger, chance):
    """A few rows once more, each by itself: what explain makes of one is what is recorded."""
    found = []
    rows = json.loads(command('info', ledger, '--json')[1])['transactions']
    for row in chance.sample(range(1, rows + 1), min(4, rows)):
        code, output = command('explain', ledger, '#%d' % row)
        if code or 'DIFFERS' in output:
            found.append('explain #%d: exit code %s\n%s' % (row, code, output))
    return found


def adds_up(ledger, at):
    """The books of all members (L6), and what is owed, at one moment."""
    found = []
    answers = [command(verb, ledger, '--at', at, '--json') for verb in ('balance', 'liability')]
    if any(code for code, _ in answers):
        return ['at %s: %s' % (at, answers)]
    books, owed = (json.loads(output)['points'] for _, output in answers)
    for kind, of in books.items():
        state = {name: Fraction(figure) for name, figure in of.items()}
        here = state['available'] + state['pending'] + state['held']
        if state['issued'] + state['debt'] + state['forgiven'] != (
                here + state['spent'] + state['expired'] + state['taken_back']):
            found.append('at %s the books of %s do not add up: %s' % (at, kind, of))
        if kind in owed and Fraction(owed[kind]['outstanding']) != here:
            found.append('at %s of %s is owed: %s, there is: %s' % (at, kind, owed[kind], of))
    return found


def known(rules, lines, ledger, half):
    """What is known at a moment of the whole ledger is what a ledger of then says.  Rows of one
    second are recorded microseconds after it, so that is the second before the next event."""
    until, begin = '', 0
    while begin < len(lines) // 2:
        until = max(until, json.loads(lines[begin])['at'])
        begin += 1
    with open(half + '.jsonl', 'w') as file:
        file.writelines(lines[:begin])
    command('run', rules, half + '.jsonl', '--ledger', half)
    found = []
    moment = dt.datetime.strptime(until, '%Y-%m-%dT%H:%M:%SZ') + dt.timedelta(seconds=1)
    second = moment.strftime('%Y-%m-%dT%H:%M:%SZ')
    later = min([json.loads(line)['at'] for line in lines[begin:]] + ['9'])
    for who in ([], ['ann'], ['bob']) if later > second else ():
        then = command('balance', half, *who, '--at', until, '--json')
        now = command('balance', ledger, *who, '--at', until, '--known', second, '--json')
        if then != now and then[0] == 0:
            found.append('known at %s: %s\nof then: %s' % (until, now, then))
    return found


def keep(folder, seed, rules, events):
    for path in (rules, events):
        with open(path) as source, open(os.path.join(folder, os.path.basename(path)), 'w') as to:
            to.write(source.read())


def main(first, last, kept):
    passed = failed = 0
    for seed in range(first, last + 1):
        chance = random.Random(seed)
        story = Story(chance)
        text = programme(chance)
        story.tell(chance.choice([12, 40, 120]))
        until = (story.now + dt.timedelta(days=70)).strftime('%Y-%m-%dT%H:%M:%SZ')
        with tempfile.TemporaryDirectory() as folder:
            rules, events, ledger = (os.path.join(folder, '%d.%s' % (seed, x))
                                     for x in ('notch', 'jsonl', 'ledger'))
            with open(rules, 'w') as file:
                file.write(text)
            with open(events, 'w') as file:
                file.writelines(json.dumps(e) + '\n' for e in story.out)
            found = problems(rules, events, ledger, until)
            for at in chance.sample([e['at'] for e in story.out], 3):
                found += adds_up(ledger, at)
            found += explained(ledger, chance)
            found += known(rules, [json.dumps(e) + '\n' for e in story.out], ledger,
                           os.path.join(folder, 'half'))
            if found:
                failed += 1
                print('seed %d, until %s:' % (seed, until))
                print('\n'.join(found))
                sys.stdout.flush()
                if kept:
                    keep(kept, seed, rules, events)
            else:
                passed += 1
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
