"""Two versions of a programme in one ledger:  versions.py FROM TO.  The second comes into force
between two events; what members end up with is the model's."""
import copy
import dataclasses
import datetime as dt
import os
import random
import sys
import tempfile
from fractions import Fraction

import compare
import generate
import spell
from compare import command
from model import Model
from pipeline import Unspecified
from shapes import Event

AHEAD = (0, 9, 40, 200)


class Change:
    """Some edits of a programme that its members live through."""

    def __init__(self, maker):
        self.maker, self.random = maker, maker.random
        self.new, self.swaps = copy.deepcopy(maker.program), []

    def program(self):
        forms = ['earn', 'limit', 'drop', 'lots', 'ladder', 'price', 'amounts', 'measure']
        for form in self.random.sample(forms, 4):
            getattr(self, form)()
        if self.random.random() < 0.5:
            self.retire_points()
        if self.random.random() < 0.5:
            self.retire_reward()
        for partner in self.new.partners.values():
            partner.earned, partner.spent = self.random.choice(
                self.maker.RATES + [(partner.earned, partner.spent)])
        return self.new

    def retire_points(self):
        """Another kind in the place of one."""
        new = self.new
        waits = {r.kind for r in new.rules.values() for form in (r.pending, r.expiry)
                 if form and form[0] in ('until', 'idle')}
        free = [k.name for k in new.kinds.values() if not k.qualifying and not new.pools
                and k.name not in waits and not (k.expiry and k.expiry[0] == 'idle') and not (
                    k.pending and k.pending[0] == 'until')]
        if not free:
            return
        old = self.random.choice(free)
        how = self.random.choice(['becomes'] * 4 + ['expire', 'keep'])
        self.put_in_place(new.kinds, old, 'gem', how, self.random.choice(
            [(2, 1), (3, 1), (1, 1), (1, 2), (10, 3)]))
        new.kinds['gem'].expiry = self.random.choice([None, ('after', 2, 'month', None)])
        new.kinds[old].cap = None

    def retire_reward(self):
        new = self.new
        granted = sorted({r.grant[0] for r in new.rules.values() if r.grant})
        if granted:
            old = self.random.choice(granted)
            self.put_in_place(new.rewards, old, 'cup', self.random.choice(
                ['becomes', 'becomes', 'expire', 'keep']), self.random.choice([(1, 1), (2, 1)]))

    def put_in_place(self, of, old, name, how, rate):
        """Everywhere; what was there before is known to either version, and retired."""
        there = of[old]
        self.new.__dict__.update(swapped(self.new, old, name).__dict__)
        of = self.new.kinds if name == 'gem' else self.new.rewards
        of[old] = dataclasses.replace(there, carried=True)
        other = dataclasses.replace(of[name], carried=True)
        (self.maker.program.kinds if name == 'gem' else self.maker.program.rewards)[name] = other
        self.new.retires[old] = ('becomes', name) + rate if how == 'becomes' else (
            how, None, 0, 0)
        self.swaps.append((old, name))

    def plain(self):
        named = {n for r in self.new.rules.values() for n in r.multiply}
        named |= {r.exception for r in self.new.rules.values()}
        named |= {n for g in self.new.groups.values() for n in g.ranked}
        return [r for r in self.new.rules.values() if isinstance(r.on, str) and r.earn
                and r.on in ('purchase', 'visit') and not r.group and r.name not in named
                and not r.exception]

    def earn(self):
        for rule in self.plain()[:2]:
            if not rule.rounding:
                rule.earn = self.maker.earn(rule.on, rule.kind)

    def limit(self):
        for rule in self.new.rules.values():
            for limit in rule.limits:
                limit.amount *= self.random.choice([1, 2, 3])

    def drop(self):
        """A rule goes; what it gave keeps waiting for its event."""
        rules = self.plain()
        if len(rules) > 1:
            del self.new.rules[rules[-1].name]

    def lots(self):
        """Lots keep the dates they were opened with."""
        for kind in self.new.kinds.values():
            if kind.expiry and kind.expiry[0] in ('after', 'each', 'on') or not kind.expiry:
                kind.expiry = self.random.choice([None, ('after', 3, 'month', None),
                                                  ('after', 20, 'day', 'month')])

    def ladder(self):
        def harder(part):
            if isinstance(part, tuple) and part and part[0] == 'number':
                return ('number', part[1] * 2, part[2])
            return tuple(harder(x) for x in part) if isinstance(part, tuple) else part
        for ladder in self.new.ladders.values():
            if not ladder.pay_reach:
                ladder.reach = [harder(x) for x in ladder.reach]
                ladder.keep = [harder(x) for x in ladder.keep]

    def price(self):
        for reward in self.new.rewards.values():
            reward.cost = reward.cost and reward.cost + 5
        for payment in self.new.payments.values():
            payment.points *= 2

    def amounts(self):
        """Gifts of schedules, segments and promotions."""
        for rule in self.new.rules.values():
            if isinstance(rule.on, tuple) and rule.earn and rule.earn[0] == 'times':
                rule.earn = (rule.earn[0], rule.earn[1] + 3) + rule.earn[2:]
        for ladder in self.new.ladders.values():
            ladder.bonus = {t: (k, a + 7) for t, (k, a) in ladder.bonus.items()}

    def measure(self):
        """A measure whose definition changed is filled from the recorded events."""
        for measure in self.new.measures.values():
            if measure.name == 'spend':
                measure.where = ('cmp', '>=', ('field', 'amount'),
                                 ('number', Fraction(20), 'money'))
            elif measure.name == 'visit_days':
                measure.per = None


def swapped(part, old, new):
    """The same with another name."""
    if isinstance(part, str):
        return new if part == old else part
    if isinstance(part, dict):
        return {swapped(k, old, new): swapped(v, old, new) for k, v in part.items()}
    if isinstance(part, (tuple, list, set)):
        return type(part)(swapped(x, old, new) for x in part)
    if dataclasses.is_dataclass(part):
        return dataclasses.replace(part, **{k: swapped(v, old, new)
                                            for k, v in part.__dict__.items()})
    return part


def renamed(event, swaps):
    """What is sent under the new version names what is there."""
    for old, new in swaps:
        if event.type == 'capture':
            event.fields.pop('points', None)
        event.fields = swapped(event.fields, old, new)


def held(change, events, since, pick):
    """Some of what is to be retired is on hold when it is: captured afterwards, let go, or over."""
    out, members = list(events), sorted({e.member for e in events if e.member})

    def put(event):
        places = [n for n, e in enumerate(out) if e.at > event.at]
        out.insert(min(places, default=len(out)), event)
    for number in range(pick.choice([1, 2, 4]) if change.swaps and members else 0):
        old, new = pick.choice(change.swaps)
        member, name = pick.choice(members), 'v%d' % number
        last = pick.randrange(2, 400)
        fields = {'hold': name, 'until': since + dt.timedelta(hours=last)}
        if old in change.new.kinds:
            fields['points'] = {old: Fraction(pick.choice([1, 1, 2, 5, 15]))}
        else:
            fields.update({'reward': old, 'quantity': Fraction(1)})
        put(Event(name, 'hold', member, since - dt.timedelta(hours=pick.randrange(1, 40)), fields))
        end = pick.choice(['capture', 'capture', 'release', None])
        if end:
            event = Event(name + 'e', end, member, since + dt.timedelta(
                hours=pick.randrange(1, last + 20)), {'hold': name})
            if end == 'capture' and 'points' in fields and pick.random() < 0.5:
                event.fields['points'] = Fraction(1), old
            put(event)
            if end == 'capture' and pick.random() < 0.4:
                put(Event(name + 'r', 'return', member, event.at + dt.timedelta(
                    hours=pick.randrange(1, 200)), {'of': event.id}))
    return out


def play(old, new, since, events):
    """The model after the events; those that the page leaves open are left out."""
    while True:
        model = Model(old)
        model.versions.append((since, new))
        for event in events:
            try:
                model.apply(event)
            except Unspecified:
                events = [e for e in events if e is not event]
                break
        else:
            return model, events


def one(folder, seed):
    maker = generate.Maker(seed, 2036)
    events = maker.events()
    if len(events) < 4:
        return []
    change = Change(maker)
    new = change.program()
    middle = events[len(events) // 2]
    calendar = Model(maker.program).calendar
    since = calendar.moment(middle.at) - random.Random(seed).choice([0, 1, 3600, 86400])
    for event in events:
        if calendar.moment(event.at) >= since:
            renamed(event, change.swaps)
    local = calendar.local(since).replace(tzinfo=None, microsecond=0)
    events = held(change, events, local, random.Random('held %d' % seed))
    model, events = play(maker.program, new, since, events)
    if not events or not model.members:
        return []
    paths = [os.path.join(folder, '%d.%s' % (seed, x)) for x in (
        'old.notch', 'new.notch', 'jsonl', 'ledger')]
    for path, program in zip(paths, (maker.program, new)):
        with open(path, 'w') as file:
            file.write(spell.program_text(program))
    with open(paths[2], 'w') as file:
        file.writelines(spell.json_line(e) + '\n' for e in events)
    stamp = dt.datetime.fromtimestamp(since, dt.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    for words in (('init', paths[3], paths[0]),
                  ('publish', paths[3], paths[1], '--from', stamp),
                  ('apply', paths[3], paths[2], '--ahead', '20000 days')):
        code, output = command(*words)
        if code not in (0, 3):
            return ['%s: exit code %s\n%s' % (words[0], code, output)]
    latest, wrong = compare.latest_of(model), []
    for days in AHEAD:
        try:
            model.pass_to(latest + days * 86400)
        except Unspecified:
            break
        wrong += compare.differences(model, paths[3], latest + days * 86400)
    for verb in ('verify', 'replay'):
        code, output = command(verb, paths[3])
        if code:
            wrong.append('%s: %s' % (verb, output))
    if wrong:
        wrong = ['in force from ' + stamp] + [open(p).read() for p in paths[:3]] + wrong
    return wrong


def main(first, last):
    passed = failed = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            wrong = one(folder, seed)
        if wrong:
            failed += 1
            print('seed %d differs under two versions' % seed)
            print('\n'.join(wrong))
        else:
            passed += 1
    return passed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
