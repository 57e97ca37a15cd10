"""What `backtest` says of other rules is what a fresh ledger under them says, of the same lines:
the programmes of busy_ledgers.py, and each with parts, amounts, limits, terms, tiers or fields of
it changed by chance:  tried_ledgers.py FROM TO  (seeds, both included).  An argument DIR after
them keeps the two programmes and the events of a seed that fails."""
import contextlib
import json
import os
import random
import re
import sqlite3
import sys
import tempfile

import busy_ledgers
from verbs import command


def other_number(chance):
    """A figure of a clause, changed a little: as many digits behind the point."""
    def change(found):
        text = found.group(0)
        digits = len(text.split('.')[1]) if '.' in text else 0
        value = max(float(text) * chance.choice([0.5, 0.9, 1.1, 2, 3]), 10.0 ** -digits)
        return '%.*f' % (digits, value)
    return change


def changed_line(chance, line):
    figures = [('earn ', r'\d+\.\d+|\d+(?!\d*%)'), ('limit ', r'\d[\d.]*'),
               ('deduct ', r'\d[\d.]*'), ('when ', r'\d[\d.]*(?= PLN| times)'),
               ('reach when', r'\d[\d.]*(?= PLN| xp)'), ('costs ', r'\d[\d.]*'),
               ('multiply ', r'\d+\.\d+'), ('expire ', r'\d+'), ('pending for', r'\d+'),
               ('valid for', r'\d+'), ('hold for', r'\d+'), ('grace', r'\d+'), ('stock', r'\d+'),
               ('lasts for', r'\d+')]
    for word, figure in figures:
        if line.strip().startswith(word):
            return re.sub(figure, other_number(chance), line, count=1)
    return line


def tried(chance, text):
    """Other rules for the same events."""
    few = chance.choice([0, 0.1, 0.5])
    lines = [changed_line(chance, line) if chance.random() < few else line
             for line in text.split('\n')]
    out = '\n'.join(lines)
    swaps = [('  field channel one of store, app = store\n', ''),
             ('  field channel one of store, app = store\n',
              '  field channel one of store, app = store\n  field till text?\n'),
             ('  field items list of item at most 20\n', ''),
             ('  field category text\n', '  field category text?\n'),
             ('10_000.00 PLN\n  field channel', '200.00 PLN\n  field channel'),
             ('10_000.00 PLN\n  field channel', '400.00 PLN\n  field channel'),
             ('points star\n  2 decimals', 'points star\n  3 decimals'),
             ('points star\n  2 decimals', 'points star\n  whole'),
             ('points coin\n  whole', 'points coin\n  1 decimals'),
             ('  pending for 2 days\n', ''), ('  pending until film\n', ''),
             ('  expire 45 days after earning\n', '  expire 20 days after earning\n'),
             ('  expire after 40 days without purchase\n', ''),
             ('  shortfall forgive\n', '  shortfall negative\n'),
             ('  shortfall recover\n', '  shortfall forgive\n'),
             ('  shortfall negative\n', ''), ('half up per event', 'up per rule'),
             ('down per event', 'half even per event'),
             ('  hold for 15 minutes\n', '  hold for 3 days\n'),
             ('rule moves\n  on transfer\n', ''), ('  on return recheck\n', ''),
             ('  on return recompute\n', ''), ('  stock 5\n', ''),
             ('  limit 3 times per member per month\n', '')]
    for old, new in swaps:
        if chance.random() < 0.15:
            out = out.replace(old, new, 1)
    for part in busy_ledgers.PARTS:
        if part in out and chance.random() < 0.15:
            out = out.replace(part, '', 1)
        elif part not in out and part.split('\n')[0] not in out and chance.random() < 0.08:
            out += '\n' + part
    return out


def make(rules, events, ledger):
    code, output = command('init', ledger, rules, '--clock', 'events')
    if code == 0:
        code, output = command('apply', ledger, events, '--clock', 'events', '--json')
    return code, output


def amount(text):
    """In thousandths, whatever decimals the kind has."""
    return round(float(text) * 1000)


def verdicts(ledger):
    """What became of each id: a return that waited has a second row."""
    with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % ledger, uri=True)) as rows:
        return dict(rows.execute('SELECT id, o.word FROM notch_event e JOIN notch_outcome o'
                                 ' USING (outcome) WHERE origin = 0 AND id IS NOT NULL'
                                 ' ORDER BY event'))


def compare(tested, fresh, kinds):
    found = []

    def same(what, one, other):
        if one != other:
            found.append('%s: backtest has %s, a fresh ledger %s' % (what, one, other))

    for kind, has in kinds.items():
        new = {word: amount(text) for word, text in has.items()}
        told = tested['points'][kind]
        figures = {name: amount(told[name]['recomputed'])
                   for name in ('spent', 'expired', 'outstanding')}
        figures['issued'] = amount(told['recomputed'])
        same(kind, figures,
             {'spent': new['spent'], 'expired': new['expired'],
              'outstanding': new['available'] + new['pending'] + new['held'] - new['debt'],
              'issued': new['issued'] - new['taken_back'] + new['forgiven']})
    for ladder, counts in fresh['tiers'].items():
        tiers = {}
        paired = ladder if ladder in tested['tiers'] else next(iter(tested['tiers']))
        for row in tested['tiers'][paired]['from'].values():
            for tier, members in row['to'].items():
                tiers[tier] = tiers.get(tier, 0) + members
        same(ladder, {tier: n for tier, n in tiers.items() if n and tier in counts},
             {tier: n for tier, n in counts.items() if n})
    return found


def counted(tested, then, now):
    found = []
    neither = ('applied', 'waiting')
    expected = {'now_refused': [one for one in now
                                if then[one] == 'applied' and now[one] not in neither],
                'now_applied': [one for one in now
                                if then[one] not in neither and now[one] == 'applied']}
    for word, ids in expected.items():
        if tested[word] != len(ids):
            found.append('%s: backtest has %d, the ledgers %s' % (
                word, tested[word], [(one, then[one], now[one]) for one in ids]))
    return found


def problems(folder, seed, name):
    chance = random.Random('tried %d' % seed)
    story = busy_ledgers.Story(chance)
    recorded = busy_ledgers.programme(chance)
    story.tell(chance.choice([12, 40, 120]))
    paths = {x: os.path.join(folder, '%s.%s' % (name, x))
             for x in ('notch', 'tried.notch', 'jsonl', 'ledger', 'fresh')}
    with open(paths['jsonl'], 'w') as file:
        file.writelines(json.dumps(e) + '\n' for e in story.out)
    with open(paths['notch'], 'w') as file:
        file.write(recorded)
    for _ in range(20):
        text = tried(chance, recorded)
        with open(paths['tried.notch'], 'w') as file:
            file.write(text)
        if text != recorded and command('check', paths['tried.notch'])[0] == 0:
            break
    else:
        return ['no other rules could be made'], paths
    for rules, ledger in (('notch', 'ledger'), ('tried.notch', 'fresh')):
        code, output = make(paths[rules], paths['jsonl'], paths[ledger])
        if code not in (0, 3):
            return ['%s: exit code %s\n%s' % (ledger, code, output)], paths
    code, output = command('backtest', paths['ledger'], paths['tried.notch'], '--json')
    if code:
        return ['backtest: exit code %s\n%s' % (code, output)], paths
    tested = json.loads(output.split('\n')[-2])
    code, output = command('balance', paths['fresh'], '--at', tested['to'], '--json')
    if code:
        return ['balance: exit code %s\n%s' % (code, output)], paths
    fresh = json.loads(output.split('\n')[-2])
    then, now = verdicts(paths['ledger']), verdicts(paths['fresh'])
    if any(e['type'] == 'merge' and then[e['id']] == 'applied' != now[e['id']]
           for e in story.out):
        return [], paths  # what came under the merged name later is the survivor's in the ledger
    return compare(tested, fresh, fresh['points']) + counted(tested, then, now), paths


def main(first, last, kept):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            found, paths = problems(folder, seed, str(seed))
            if found:
                failed += 1
                print('seed %d:' % seed)
                print('\n'.join(found))
                sys.stdout.flush()
                for name in ('notch', 'tried.notch', 'jsonl') if kept else ():
                    with open(paths[name]) as source, \
                            open(os.path.join(kept, os.path.basename(paths[name])), 'w') as to:
                        to.write(source.read())
            else:
                passed += 1
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
