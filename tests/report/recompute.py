"""What reports say against a recomputation from the exported rows alone:
   recompute.py LEDGER FAR MOMENT...

A copy lets time pass until FAR, so that all that falls due is in its journal.  At each moment the
balances, the liability and every member's statement of both ledgers are equal, and are what the
copy's rows booked by then come to."""
import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

NOTCH = os.environ.get('NOTCH', './notch')
found = []


def ask(*arguments):
    done = subprocess.run([NOTCH] + list(arguments), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    text = done.stdout.decode('utf-8')
    if done.returncode not in (0, 3):
        sys.exit('%s: %s' % (' '.join(arguments), text))
    return text


def document(*arguments):
    return json.loads(ask(*arguments, '--json'))


def same(what, left, right):
    if left != right:
        found.append('%s: %s is not %s' % (what, left, right))


def total(of, *names):
    return sum(Decimal(of[name]) for name in names)


class Accounts:
    """By points kind and account, of everybody and of each member, at a moment."""

    def __init__(self, rows, moment):
        self.of = defaultdict(Decimal)
        self.members = set()
        for row in rows:
            if datetime.fromisoformat(row['booked']) > moment:
                continue
            self.members.add(row.get('member'))
            for posting in row['postings']:
                for account, sign in ((posting['from'], -1), (posting['to'], 1)):
                    for who in (row['member'], None):
                        self.of[who, posting['points'], account] += (
                            sign * Decimal(posting['amount']))
        self.members.discard(None)

    def check(self, what, points, has, who=None):
        for name, sign in (('held', 1), ('debt', -1)) + (() if who else (
                ('issued', -1), ('spent', 1), ('expired', 1), ('taken_back', 1),
                ('forgiven', -1))):
            same('%s, %s' % (what, name), Decimal(has[name]), sign * self.of[who, points, name])
        same('%s, points' % what, total(has, 'available', 'pending'),
             self.of[who, points, 'points'])


def check_liability(what, points, has, said):
    same(what + ', outstanding', Decimal(said['outstanding']),
         total(has, 'available', 'pending', 'held'))
    same(what + ', redeemed', Decimal(said['redeemed']), Decimal(has['spent']))
    same(what + ', expired', Decimal(said['expired']), Decimal(has['expired']))
    same(what + ', issued', Decimal(said['issued']),
         total(said, 'outstanding', 'redeemed', 'expired'))
    same(what + ', ages', sum(map(Decimal, said['ages'].values())), Decimal(said['outstanding']))
    for name in ('issued', 'redeemed', 'expired', 'outstanding', 'expected', 'allocated',
                 'revenue', 'liability'):
        if name in said:
            same('%s, cohorts, %s' % (what, name), Decimal(said[name]),
                 sum(Decimal(cohort[name]) for cohort in said['cohorts']))
    if 'allocated' in said:
        same(what + ', money', Decimal(said['allocated']), total(said, 'revenue', 'liability'))


def by_end(terms):
    sums = defaultdict(Decimal)
    for at, amount in terms:
        sums[at] += Decimal(amount)
    return dict(sums)


def check_statement(who, has, said):
    running = defaultdict(Decimal)
    for entry in said['entries']:
        for points, change in entry['points'].items():
            running[points] += Decimal(change['in']) - Decimal(change['out'])
            same('%s, running balance' % who, Decimal(change['balance']), running[points])
    for points, x in said['points'].items():
        y = has['points'][points]
        same('%s, closing' % who, Decimal(x['closing']), running[points])
        same('%s, in sum' % who, running[points],
             total(y, 'available', 'pending', 'held') - Decimal(y['debt']))
        for name in ('available', 'pending', 'held', 'debt'):
            same('%s, %s' % (who, name), x[name], y[name])
        same('%s, ends' % who, by_end((t['at'], t['amount']) for t in x['expires']),
             by_end((lot['expires'], lot['amount']) for lot in y['lots']))
        same('%s, matures' % who, sum(Decimal(t['amount']) for t in x['matures']),
             Decimal(y['pending']))
    for ladder, x in said['tiers'].items():
        y = has['tiers'][ladder]
        same('%s, %s' % (who, ladder), [x.get(n) for n in ('tier', 'since', 'until')],
             [y.get(n) for n in ('tier', 'since', 'until')])


def without_origin(balance):
    """What is settled in memory has no row yet that a lot could name."""
    for kind in balance['points'].values():
        for lot in kind['lots']:
            del lot['rule'], lot['event']
        kind['lots'].sort(key=str)
    return balance


def main(ledger, far, moments):
    later = ledger + '.later'
    ask('backup', ledger, later)
    ask('advance', later, '--to', far)
    rows = [json.loads(line) for line in ask('export', later, '--format', 'jsonl').splitlines()]
    rows = [row for row in rows if row['answer'] == 'applied' and 'member' in row]
    erased = {row['member'] for row in rows if row['type'] == 'erase'}
    for moment in moments:
        accounts = Accounts(rows, datetime.fromisoformat(moment))
        at = ('--at', moment)
        whole, owed = document('balance', ledger, *at), document('liability', ledger, *at)
        same('balance and later', whole, document('balance', later, *at))
        same('liability and later', owed, document('liability', later, *at))
        tiers = {ladder: dict.fromkeys(names, 0) for ladder, names in whole['tiers'].items()}
        same('members at %s' % moment, whole['members'], len(accounts.members))
        for points, has in whole['points'].items():
            accounts.check('%s at %s' % (points, moment), points, has)
            check_liability('%s at %s' % (points, moment), points, has, owed['points'][points])
        for who in sorted(accounts.members - erased):
            has = without_origin(document('balance', ledger, who, *at))
            same(who + ' and later', has, without_origin(document('balance', later, who, *at)))
            for points in has['points']:
                accounts.check('%s, %s' % (who, points), points, has['points'][points], who)
            check_statement(who, has, document('statement', ledger, who, '--to', moment))
            for ladder, standing in has['tiers'].items():
                tiers[ladder][standing['tier']] += 0 if has.get('closed') else 1
        if not erased:
            same('tiers at %s' % moment, tiers, whole['tiers'])


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
    print('\n'.join(found))
    sys.exit(1 if found else 0)
