"""Random programmes, the model against the command:  compare.py FROM TO  (seeds, both included).

Each case is written as a script with one `test` block whose expectations are the model's results
after every event, so that one process of the command answers many seeds.  Of every tenth seed the
events are run into a ledger as well, and the balances and refusals in it compared."""
import copy
import datetime as dt
import json
import os
import sys
import tempfile
from fractions import Fraction

import generate
import spell
from verbs import command
from model import Model
from pipeline import Unspecified

AHEAD = (1, 9, 40, 200)


class Case:
    def __init__(self, seed):
        self.seed = seed
        self.program, events = generate.case(seed)
        self.left_out = []
        while not self.play(events):
            events = [e for e in events if e is not self.unclear]
        self.events = events

    def play(self, events):
        """The test block for these events; False where the page does not decide one of them."""
        model = Model(self.program)
        self.lines, self.refused, latest = [], {}, None
        for event in events:
            try:
                reasons = model.apply(event)
            except Unspecified as why:
                self.left_out.append(str(why))
                self.unclear = event
                return False
            self.lines.append(spell.step(event))
            if event.member is None:
                latest = max(latest or event.at, event.at)
                continue
            if reasons:
                self.refused[event.id] = reasons
                if len(reasons) == 1:
                    self.lines.append('expect refused ' + reasons[0])
            self.lines += ['expect %s applied' % r for r in sorted(model.applied)]
            self.lines += ['expect %s skipped' % r for r in sorted(model.skipped)]
            seen = model
            if reasons and model.late_refusals:
                seen = copy.deepcopy(model)
                seen.pass_member(event)
            if model.waits or latest and event.at < latest:
                latest = max(latest or event.at, event.at)
                seen = copy.deepcopy(model)
                try:
                    seen.pass_to(model.calendar.moment(latest))
                except Unspecified:
                    continue
            self.expect(seen, model.survivor(event.member))
            latest = max(latest or event.at, event.at)
        self.latest, self.model = latest, model
        for days in AHEAD if events else ():
            at = dt.datetime.combine(latest.date() + dt.timedelta(days=days), dt.time(0))
            try:
                model.pass_to(model.calendar.moment(at))
            except Unspecified:
                break
            self.lines.append('at ' + spell.stamp(at))
            for name in model.members:
                self.expect(model, name)
        return True

    def expect(self, model, name):
        kinds, tiers = model.snapshot(name)
        for kind, (available, pending, held, debt) in kinds.items():
            negative = self.program.kinds[kind].shortfall == 'negative'
            shown = available - debt if negative else available
            states = [(shown, ''), (pending, ' pending'), (held, ' hold')]
            states += [] if negative else [(debt, ' debt')]
            for amount, state in states:
                self.lines.append('expect %s has %s %s%s' % (
                    name, spell.decimal(amount), kind, state))
        for tier in tiers.values():
            self.lines.append('expect %s is %s' % (name, tier))
        for reward, counts in model.rewards_of(name).items():
            self.lines += ['expect %s has %d %s%s' % (name, count, reward, state)
                           for count, state in zip(counts, ('', ' pending', ' hold'))]

    def script(self):
        return spell.program_text(self.program) + '\ntest "seed %d"\n' % self.seed + ''.join(
            '  %s\n' % line for line in self.lines)


def agrees(folder, case):
    path = os.path.join(folder, 'one.notch')
    with open(path, 'w') as file:
        file.write(case.script())
    code, output = command('test', path)
    return code == 0, output


def shrink(folder, case):
    """The shortest list of events on which they still differ."""
    place = 0
    while place < len(case.events):
        fewer = case.events[:place] + case.events[place + 1:]
        smaller = Case.__new__(Case)
        smaller.seed, smaller.program, smaller.left_out = case.seed, case.program, []
        there = {e.id for e in fewer}
        if any(e.type == 'return' and e.fields.get('of', e.id) not in there for e in fewer) or (
                not smaller.try_play(fewer)):
            place += 1
            continue
        if agrees(folder, smaller)[0]:
            place += 1
        else:
            case = smaller
            place = 0 if place > len(fewer) else place
    return case


def try_play(self, events):
    self.events = events
    try:
        return self.play(events)
    except KeyError:
        return False


Case.try_play = try_play


def differences(model, ledger, now):
    """What differs between the model and a ledger as of a moment."""
    wrong = []
    at = dt.datetime.fromtimestamp(now, dt.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    for name, member in model.members.items():
        if member.now is None:
            continue
        code, output = command('balance', ledger, name, '--at', at, '--json')
        try:
            got = json.loads(output)
            kinds, tiers = model.snapshot(name)
            for kind, wanted in kinds.items():
                if kind not in got['points'] and not any(wanted):
                    continue  # a kind that only another version has
                shown = got['points'][kind]
                have = tuple(Fraction(shown[w]) for w in ('available', 'pending', 'held', 'debt'))
                if model.program.kinds[kind].shortfall == 'negative':
                    wanted = (wanted[0] - wanted[3],) + wanted[1:3]
                    have = have[:3]
                if have != tuple(wanted):
                    wrong.append('%s at %s %s: the model %s, the ledger %s' % (
                        name, at, kind, [str(x) for x in wanted], [str(x) for x in have]))
            for reward, wanted in model.rewards_of(name).items():
                have = got.get('rewards', {}).get(reward, {'held': 0})['held']
                if have != sum(wanted):
                    wrong.append('%s at %s: the model %d %s, the ledger %s' % (
                        name, at, sum(wanted), reward, have))
            for ladder, tier in tiers.items():
                if got['tiers'][ladder]['tier'] != tier:
                    wrong.append('%s at %s: %s, the ledger %s' % (
                        name, at, tier, got['tiers'][ladder]))
        except (ValueError, KeyError) as problem:
            wrong.append('balance %s: exit code %s, %r: %s' % (name, code, problem, output))
    return wrong + unsettled(model, ledger, at)


def unsettled(model, ledger, at):
    """What partners would settle otherwise than the model says."""
    if not model.program.partners:
        return []
    code, output = command('liability', ledger, '--at', at, '--json')
    if code:
        return ['liability: exit code %s\n%s' % (code, output)]
    nothing = (Fraction(0), Fraction(0))
    have = {(p['partner'], p['points'], p['on']): (Fraction(p['amount']), Fraction(p['money']))
            for p in json.loads(output)['partners']}
    wanted = model.settled()
    return ['%s, %s %s at %s: the model %s for %s, the ledger %s for %s' % (
        key + (at,) + wanted.get(key, nothing) + have.get(key, nothing))
            for key in sorted(set(wanted) | set(have))
            if wanted.get(key, nothing) != have.get(key, nothing)]


def latest_of(model):
    """The moment up to which something is known of somebody."""
    return max([model.by_then] + [m.settled for m in model.members.values()]
               + [m.now for m in model.members.values() if m.now is not None])


def in_a_ledger(folder, case):
    """What differs between the model and a ledger that the events were run into."""
    if not case.events:
        return []
    rules, events, ledger = (os.path.join(folder, 'l.' + x) for x in ('notch', 'jsonl', 'ledger'))
    for path in (ledger, ledger + '-wal', ledger + '-shm'):
        if os.path.exists(path):
            os.remove(path)
    with open(rules, 'w') as file:
        file.write(spell.program_text(case.program))
    with open(events, 'w') as file:
        file.writelines(spell.json_line(e) + '\n' for e in case.events for _ in (
            0, 1)[:1 if e.member is None else 2])
    code, output = command('run', rules, events, '--ledger', ledger)
    if code not in (0, 3):
        return ['run: exit code %s\n%s' % (code, output)]
    model = Model(case.program)
    for event in case.events:
        model.apply(event)
    if not model.by_then:
        return []  # all of them were refused, or wait
    now = latest_of(model)
    try:
        model.pass_to(now)
    except Unspecified:
        return []
    wrong = differences(model, ledger, now)
    for verb in ('verify', 'replay'):
        code, output = command(verb, ledger)
        if code:
            wrong.append('%s: %s' % (verb, output))
    return wrong


def main(first, last):
    passed = failed = 0
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(first, last + 1, 50):
            cases = [Case(seed) for seed in range(start, min(start + 50, last + 1))]
            paths = []
            for case in cases:
                paths.append(os.path.join(folder, 's%d.notch' % case.seed))
                with open(paths[-1], 'w') as file:
                    file.write(case.script())
            good, _ = command('test', *paths)
            for case in cases:
                wrong = []
                if good != 0:
                    fine, output = agrees(folder, case)
                    if not fine:
                        small = shrink(folder, case)
                        fine, output = agrees(folder, small)
                        wrong = ['', small.script(), output]
                if not wrong and (case.seed % 10 == 0 or case.program.partners
                                  or case.program.friends):
                    wrong = in_a_ledger(folder, case)
                    if wrong:
                        wrong = [case.script()] + wrong
                if wrong:
                    failed += 1
                    print('seed %d differs' % case.seed)
                    print('\n'.join(wrong))
                else:
                    passed += 1
            for path in paths:
                os.remove(path)
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
