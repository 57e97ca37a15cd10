"""Ledgers of random programmes (those of tests/oracle): each verifies, and replays without a
difference, alone and with two threads; transactions can be explained, and the explanation
agrees with the ledger:  random_ledgers.py FROM TO  (seeds, both included).

Every second ledger has more in it than the model of tests/oracle knows: events of every type come
late, and members leave, come back and are merged out of order."""
import copy
import datetime as dt
import json
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import generate
import spell
from verbs import command



def disturbed(sent, seed):
    """The same events, some of them earlier than they come, and people who come and go."""
    chance, out = random.Random(seed), []
    members = sorted({e.member for e in sent if e.member})
    for event in sent:
        event = copy.deepcopy(event)
        if chance.random() < 0.2:
            event.at -= dt.timedelta(minutes=chance.choice([1, 90, 60 * 30, 60 * 24 * 40]))
        out.append(event)
        if not members or chance.random() > 0.12:
            continue
        first, other = chance.choice(members), chance.choice(members)
        for number, kind in enumerate(chance.choice([['leave', 'join'], ['leave'], ['join'],
                                                     ['merge'], ['join', 'leave', 'join']])):
            more = copy.deepcopy(event)
            more.id, more.type = 'x%d_%s' % (number, event.id), kind
            more.member, more.fields = first, {'from': other} if kind == 'merge' else {}
            more.at += dt.timedelta(hours=chance.choice([0, 0, 1, -30, -1000]))
            out.append(more)
    return out


def problems(folder, seed):
    rules, events, ledger = (os.path.join(folder, '%d.%s' % (seed, x))
                             for x in ('notch', 'jsonl', 'ledger'))
    program, sent = generate.case(seed)
    if seed % 2 == 0:
        sent = disturbed(sent, seed)
    with open(rules, 'w') as file:
        file.write(spell.program_text(program))
    with open(events, 'w') as file:
        file.writelines(spell.json_line(e) + '\n' for e in sent)
    code, output = command('run', rules, events, '--ledger', ledger)
    if code not in (0, 3):
        return ['run: exit code %s\n%s' % (code, output)]
    latest = max([e.at for e in sent] + [dt.datetime(2024, 1, 1)])
    until = (latest + dt.timedelta(days=400)).strftime('%Y-%m-%d')
    found = []
    for arguments in (['advance', ledger, '--to', until], ['verify', ledger],
                      ['replay', ledger, '--threads', '1'], ['replay', ledger]):
        code, output = command(*arguments)
        if code:
            found.append('%s: exit code %s\n%s' % (' '.join(arguments), code, output))
    try:
        rows = json.loads(command('verify', ledger, '--json')[1])['transactions']
    except ValueError:
        rows = 0
    every = 1 if seed % 10 == 0 else 9
    for row in range(1 + seed % every, rows + 1, every):
        code, output = command('explain', ledger, '#%d' % row, '--json')
        try:
            wrong = code or json.loads(output).get('differences')
        except ValueError:
            wrong = output
        if wrong:
            found.append('explain #%d: %s' % (row, wrong))
    return found


def main(first, last):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            found = problems(folder, seed)
            if found:
                failed += 1
                print('seed %d:' % seed)
                print('\n'.join(found))
                sys.stdout.flush()
            else:
                passed += 1
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
