"""A busy ledger of which one value of one row is changed, by somebody who knows how: behind the
triggers, and as often as not with every hash after it computed anew.  Whatever is asked of it then
ends with an exit code of its own:  changed_cells.py FROM TO CELLS  (seeds, both included; so many
changes for each)."""
import concurrent.futures
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile

import busy_ledgers
import foreign_proofs
from verbs import command

MOST = 2**63 - 1
TABLES = ('effect', 'event', 'event_more', 'form', 'posting_more', 'move', 'name', 'shape',
          'member', 'version', 'state')
KINDS = 28

MORE = '''payment slow
  pay 0.10 PLN per 1 coin
  hold for 2 days
  limit 20 times in total

reward cup
  costs 3 coin
  limit 30 coin in total
  stock 9

rule gift
  on film
  grant mug
  notify "a mug"

rule cupped
  on each month
  grant cup
'''


def make(folder, chance):
    rules, events, ledger = (os.path.join(folder, 'of.' + x) for x in ('notch', 'jsonl', 'ledger'))
    head = busy_ledgers.HEAD % ('UTC', 'half up per event', chance.choice(
        ['', 'pending for 2 days', 'pending until film']), chance.choice(
            ['', 'expire 45 days after earning', 'expire after 40 days without purchase']),
                                chance.choice(['', 'shortfall recover', 'shortfall negative']))
    story = busy_ledgers.Story(chance)
    story.tell(90)
    for number, member in enumerate(story.names):
        story.put('hold', member, hold='last%d' % number, payment='slow', order='9.00',
                  points='10')
    with open(rules, 'w') as file:
        file.write('\n'.join([line for line in head.split('\n') if line.strip() or not line] +
                             busy_ledgers.PARTS + [MORE]))
    with open(events, 'w') as file:
        file.writelines(json.dumps(event) + '\n' for event in story.out)
    for arguments in (['init', ledger, rules, '--clock', 'events', '--rollback'],
                      ['apply', ledger, events, '--clock', 'events'],
                      ['advance', ledger, '--to',
                       story.now.strftime('%Y-%m-%dT%H:%M:%SZ'), '--clock', 'events']):
        code, output = command(*arguments)
        if code not in (0, 3):
            raise AssertionError('%s: exit code %s\n%s' % (arguments[0], code, output))
    return ledger


def hash_anew(path, database):
    """Leaves, nodes and heads of what the rows say now."""
    try:
        leaves = [foreign_proofs.sha(b'\0', leaf)
                  for leaf, _, _ in foreign_proofs.Ledger(path).leaves()]
    except Exception:  # what cannot be encoded stays as it is
        return 'its hashes left'
    tree = foreign_proofs.Tree(leaves)
    database.executemany('update event set leaf=? where event=?',
                         [(leaf, number + 1) for number, leaf in enumerate(leaves)])
    for size, in database.execute('select size from head').fetchall():
        if size <= len(leaves):
            database.execute('update head set root=? where size=?', (tree.root(0, size), size))
    for node, in database.execute('select node from node').fetchall():
        first, width = (node & (2**40 - 1)) << (node >> 40), 1 << (node >> 40)
        if first + width <= len(leaves):
            database.execute('update node set hash=? where node=?',
                             (tree.root(first, first + width), node))
    return 'its hashes anew'


def cells(database, chance, count):
    """(table, key, column) of so many, each column as often as another, effects by their kind."""
    columns = [(table, row[0], column)
               for table in TABLES
               for row in [[c[1] for c in database.execute('pragma table_info(%s)' % table)]]
               for column in row[1:]]
    columns += [('effect', 'effect', column) for _, _, column in columns
                if _ == 'effect'] * 3
    keys = {table: [row[0] for row in database.execute('select * from %s' % table)]
            for table in TABLES}
    effects = {}
    for effect, kind in database.execute('select effect, kind from effect'):
        effects.setdefault(kind, []).append(effect)
    chance.shuffle(columns)
    for number in range(count):
        table, key, column = columns[number % len(columns)]
        of = effects[chance.choice(sorted(effects))] if table == 'effect' else keys[table]
        if of:
            yield table, key, column, chance.choice(of)


def change(path, cell, chance):
    table, key, column, row = cell
    database = sqlite3.connect(path)
    database.isolation_level = None
    database.execute('pragma ignore_check_constraints=on')
    database.execute('pragma synchronous=off')
    triggers = database.execute(
        "select name, sql from sqlite_schema where type='trigger'").fetchall()
    for name, _ in triggers:
        database.execute('drop trigger %s' % name)
    was, = database.execute('select %s from %s where %s=?' % (column, table, key),
                            (row,)).fetchone()
    values = [None, 0, 1, -1, 2, MOST, -MOST - 1, 2**32 - 1, 2**32, chance.randrange(1, 60)]
    if isinstance(was, int):
        values += [number for number in (was + 1, was - 1) if -MOST <= number <= MOST]
    elif was is not None:
        values += ['', '[1,2]', was[:len(was) // 2]]
    if (table, column) == ('effect', 'kind'):
        values = range(KINDS + 2)
    value = chance.choice(values)
    what = '%s.%s of %d is %r, not %r' % (table, column, row, value, was)
    database.execute('begin')
    try:
        database.execute('update %s set %s=? where %s=?' % (table, column, key), (value, row))
    except sqlite3.Error as error:
        what += ' (%s)' % error
    database.execute('commit')
    if chance.random() < 0.6:
        what += ', ' + hash_anew(path, database)
    if chance.random() < 0.7:
        what += ', no states'
        database.execute("update state set data=x''")
    for _, text in triggers:
        database.execute(text)
    database.close()
    return what


def ask(ledger, cell, path, seed):
    """What ended otherwise than a command does."""
    chance = random.Random(seed)
    shutil.copy(ledger, path)
    what = change(path, cell, chance)
    found = []
    member = chance.choice(['ann', 'bob', 'cat', 'dan'])
    for asked in (['verify', path], ['replay', path, '--threads', '1'], ['balance', path, member],
                  ['statement', path, member],
                  chance.choice([['balance', path], ['liability', path], ['effects', path],
                                 ['explain', path, '#%d' % chance.randrange(1, 90)],
                                 ['export', path, '--format', 'csv'],
                                 ['advance', path, '--to', '2026-12-01', '--clock', 'events']])):
        code, output = command(*asked)
        # A sanitized build holds what it keeps against a fold, and stops where damage parts them.
        told = code == -6 and 'what was kept differs in the' in output
        if not told and (code not in (0, 1, 2, 3) or 'Sanitizer' in output or
                         'runtime error' in output):
            found.append('%s: %s: exit code %s\n%s' % (what, ' '.join(asked[:1] + asked[2:]), code,
                                                       output[-600:]))
    os.remove(path)
    return found


def problems(folder, seed, count):
    chance = random.Random(seed)
    ledger = make(folder, chance)
    database = sqlite3.connect(ledger)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        asked = [pool.submit(ask, ledger, cell, os.path.join(folder, str(number)),
                             '%d %d' % (seed, number))
                 for number, cell in enumerate(list(cells(database, chance, count)))]
        found = [problem for each in asked for problem in each.result()]
    database.close()
    return found


def main(first, last, count):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            found = problems(folder, seed, count)
        failed += len(found) > 0
        passed += len(found) == 0
        for problem in found:
            print('seed %d: %s' % (seed, problem))
    return passed, failed


if __name__ == '__main__':
    figures = main(*(int(argument) for argument in sys.argv[1:]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
