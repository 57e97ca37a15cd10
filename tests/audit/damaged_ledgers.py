"""Ledgers of random programmes (those of tests/oracle), damaged at random: rows changed and taken
away behind the triggers, bytes of the file overwritten.  Whatever a verb is asked of one, it ends
in time with an exit code of its own; a sanitized build shows that it touched no wrong memory.
damaged_ledgers.py FROM TO  (seeds, both included)."""
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import generate
import spell
from verbs import command

DAMAGES = 5
ODD = (None, 0, 1, -1, 2, 300, 2**31, 2**62, -2**63, 2**63 - 1, '', 'x', b'', b'\0', 3.5, '[1,2',
       '{"a":', bytes(range(200)))


def make(folder, seed):
    rules, events, ledger = (os.path.join(folder, 'of.' + x) for x in ('notch', 'jsonl', 'ledger'))
    program, sent = generate.case(seed)
    lines = [spell.json_line(e) for e in sent]
    with open(rules, 'w') as file:
        file.write(spell.program_text(program))
    with open(events, 'w') as file:
        file.writelines(line + '\n' for line in lines)
    code, output = command('run', rules, events, '--ledger', ledger)
    if code not in (0, 3):
        raise AssertionError('run: exit code %s\n%s' % (code, output))
    return ledger, rules, [json.loads(line) for line in lines]


def near(value, random_):
    """Something that might stand where `value` does."""
    if isinstance(value, int) and abs(value) < 2**60 and random_.random() < 0.4:
        return value + random_.choice((1, -1, 7))
    if isinstance(value, (bytes, str)) and random_.random() < 0.3:
        return value[:len(value) // 2]
    return random_.choice(ODD)


def change_row(database, random_):
    table = random_.choice([row[0] for row in database.execute(
        "select name from sqlite_master where type='table' and name not like 'sqlite_%'")])
    columns = [row[1] for row in database.execute('pragma table_info("%s")' % table)]
    count = database.execute('select count(*) from "%s"' % table).fetchone()[0]
    if count == 0:
        return 'nothing'
    key, column, place = columns[0], random_.choice(columns), random_.randrange(count)
    at, value = database.execute('select "%s","%s" from "%s" limit 1 offset %d'
                                 % (key, column, table, place)).fetchone()
    if random_.random() < 0.2:
        database.execute('delete from "%s" where "%s"=?' % (table, key), (at,))
        return 'row %d of %s is gone' % (place, table)
    value = near(value, random_)
    database.execute('update "%s" set "%s"=? where "%s"=?' % (table, column, key), (value, at))
    return '%s of row %d of %s is %r' % (column, place, table, value)


def change_rows(path, random_):
    database = sqlite3.connect(path)
    database.isolation_level = None
    triggers = database.execute(
        "select name, sql from sqlite_master where type='trigger'").fetchall()
    for name, _ in triggers:
        database.execute('drop trigger "%s"' % name)
    done = []
    for _ in range(random_.choice((1, 1, 1, 2, 5))):
        try:
            done.append(change_row(database, random_))
        except (sqlite3.Error, OverflowError) as error:
            done.append('SQLite would not: %s' % error)
    for _, text in triggers:
        database.execute(text)
    database.close()
    return '; '.join(done)


def overwrite(path, random_):
    with open(path, 'rb') as file:
        content = bytearray(file.read())
    places = [random_.randrange(len(content)) for _ in range(random_.choice((1, 3, 20)))]
    for place in places:
        content[place] = random_.randrange(256)
    if random_.random() < 0.1:
        content = content[:random_.randrange(len(content))]
    with open(path, 'wb') as file:
        file.write(content)
    return 'bytes %s, %d left' % (places, len(content))


def questions(ledger, rules, sent, random_):
    member = random_.choice([e['member'] for e in sent if 'member' in e])
    event = random_.choice([e['id'] for e in sent if 'id' in e])
    more = ledger + '.more'
    with open(more, 'w') as file:
        for e in random_.sample(sent, min(5, len(sent))):
            file.write(json.dumps(dict(e, id='again-' + e.get('id', ''))) + '\n')
    others = [['balance', ledger], ['balance', ledger, member], ['explain', ledger, event],
              ['explain', ledger, '#%d' % random_.randrange(1, 40)],
              ['statement', ledger, member], ['liability', ledger],
              ['export', ledger, '--format',
               random_.choice(('hledger', 'beancount', 'csv', 'jsonl'))],
              ['info', ledger], ['refused', ledger], ['effects', ledger], ['seal', ledger],
              ['receipt', ledger, event], ['backtest', ledger, rules],
              ['backup', ledger, ledger + '.copy'], ['apply', ledger, more],
              ['advance', ledger, '--to', '2031-01-01'], ['publish', ledger, rules],
              ['replay', ledger, '--rules', rules], ['replay', ledger]]
    return [['verify', ledger], ['replay', ledger, '--threads', '1']] + random_.sample(others, 6)


def problems(folder, seed):
    random_ = random.Random(seed)
    ledger, rules, sent = make(folder, seed)
    found = []
    for number in range(DAMAGES):
        damaged = os.path.join(folder, '%d.ledger' % number)
        shutil.copy(ledger, damaged)
        try:
            what = (change_rows if number % 3 else overwrite)(damaged, random_)
        except sqlite3.Error:
            continue
        for asked in questions(damaged, rules, sent, random_):
            code, output = command(*asked)
            if code not in (0, 1, 2, 3) or 'Sanitizer' in output or 'runtime error' in output:
                found.append('%s of a ledger where %s: exit code %s\n%s'
                             % (' '.join([asked[0]] + asked[2:]), what, code, output[-4000:]))
    return found


def main(first, last):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            found = problems(folder, seed)
        failed += len(found) > 0
        passed += len(found) == 0
        for problem in found:
            print('seed %d: %s' % (seed, problem))
            sys.stdout.flush()
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
