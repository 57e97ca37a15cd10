"""Section 6, step 6: conditions, exact amounts, own limits, groups, group limits, rounding."""
from fractions import Fraction
from math import floor


class Unspecified(Exception):
    """The page leaves the result open here: such an event is left out of the comparison."""


def rounded(exact, decimals, mode):
    scaled = exact * 10 ** decimals
    low = floor(scaled)
    rest = scaled - low
    if exact < 0 and rest:
        raise Unspecified('only amounts of at least zero are rounded')
    half = Fraction(1, 2)
    if mode == 'up':
        low += rest > 0
    elif mode == 'half up':
        low += rest >= half
    elif mode == 'half even':
        low += rest > half or (rest == half and low % 2 == 1)
    return Fraction(low, 10 ** decimals)


def share(total, exact, decimals, order):
    """`total` over the rules by largest remainder; ties in `order`."""
    unit = Fraction(1, 10 ** decimals)
    given = {name: floor(value / unit) * unit for name, value in exact.items()}
    left = int((total - sum(given.values())) / unit)
    line = sorted(exact, key=lambda name: (-(exact[name] - given[name]), order(name)[0] or 0, name))
    if left > len(line):
        raise Unspecified('more units to share than rules')
    if 0 < left:
        edge = exact[line[left - 1]] - given[line[left - 1]]
        tied = [name for name in line if exact[name] - given[name] == edge]
        if len({order(name)[0] is None for name in tied}) > 1 or len(
                {order(name)[2] for name in tied if order(name)[0] is not None}) > 1:
            raise Unspecified('a tie between a ranked rule and another')
    for name in line[:left]:
        given[name] += unit
    return given


class Pipeline:
    """One evaluation of the rules of one event.

    `see` answers expressions; `room(owner, place, limit)` what a limit leaves; `then`, where an
    event is evaluated once more, what its proportional and kept rules put in (name -> exact)."""

    def __init__(self, program, event, see, room, gone=False, then=None, rules=None):
        self.program, self.see, self.room = program, see, room
        self.gone, self.then = gone, then
        rules = program.rules.values() if rules is None else rules
        self.rules = {r.name: r for r in rules if event is None or r.on == event}
        self.raw = {}
        self.owned = {}
        self.active = set()
        self.replaced = {}
        self.setaside = set()
        self.run()

    def triggered(self, rule):
        if self.gone and rule.on_return != 'keep':
            return False
        if self.then is not None and rule.on_return != 'recompute':
            return rule.name in self.then
        if rule.effective and not self.see(('between',) + rule.effective):
            return False
        return rule.when is None or self.see(rule.when)

    def run(self):
        for rule in self.rules.values():
            times = [self.room(rule.name, i, limit) for i, limit in enumerate(rule.limits)
                     if limit.kind is None]
            if self.triggered(rule) and all(left is None or left >= 1 for left in times):
                self.active.add(rule.name)
        for name in sorted(self.active):
            rule = self.rules[name]
            if rule.exception:
                if rule.exception in self.replaced:
                    raise Unspecified('two exceptions to one rule')
                self.replaced[rule.exception] = name
        self.active -= set(self.replaced)
        for group in self.program.groups.values():
            self.choose(group)
        exact = {name: self.final(name) for name in sorted(self.active)}
        for group in self.program.groups.values():
            self.limit_group(group, exact)
        self.lower(exact)
        self.exact = exact
        self.post(exact)

    def members(self, group):
        return sorted((n for n in self.active if self.rules[n].group == group.name),
                      key=lambda n: self.program.rank(group.name, n))

    def choose(self, group):
        members = self.members(group)
        if group.combine == 'best' and members:
            best = max(self.own(n) for n in members)
            keep = next(n for n in members if self.own(n) == best)
        elif group.combine in ('first', 'exclusive') and members:
            keep = members[0]
        else:
            return
        self.setaside |= set(members) - {keep}
        self.active -= self.setaside

    def clamp(self, rule, amount):
        for place, limit in enumerate(rule.limits):
            if limit.kind is None:
                continue
            left = self.room(rule.name, place, limit)
            if left is None or amount <= left:
                continue
            amount = max(left, Fraction(0)) if limit.over == 'clamped' else Fraction(0)
        if self.program.prepaid(rule.funded):
            left = self.see(('purse', rule.funded, rule.kind))
            over = any(x.kind and x.over == 'refused' for x in rule.limits)
            amount = amount if amount <= left else Fraction(0) if over else left
        return amount

    def scope(self, rule):
        """(mode, scope, alone)"""
        if rule.rounding:
            return rule.rounding[0], rule.rounding[1] or 'event', True
        kind = self.program.kinds[rule.kind]
        return (kind.rounding or self.program.rounding) + (False,)

    def named(self, rule):
        """What the rules that a multiplying rule names put in."""
        total = Fraction(0)
        for name in rule.multiply:
            name = self.replaced.get(name, name)
            if name in self.active:
                total += self.final(name)
        return total

    def own(self, name):
        """A rule's exact amount after its own limits."""
        if name in self.owned:
            return self.owned[name]
        rule = self.rules[name]
        mode, scope, _ = self.scope(rule)
        if self.then is not None and name in self.then:
            amount = self.then[name]
        elif rule.multiply:
            amount = self.named(rule) * (self.see(rule.factor) - 1)
        else:
            amount = self.see(rule.earn) if rule.earn else Fraction(0)
        self.raw[name] = amount
        if scope == 'line':
            if self.then is not None and name in self.then:
                raise Unspecified('a part of an award that was rounded line by line')
            amount = sum((rounded(self.see(('line', rule.earn, item)),
                                  self.program.kinds[rule.kind].decimals, mode)
                          for item in self.see(('field', 'items'))), Fraction(0))
        if scope == 'rule':
            amount = rounded(amount, self.program.kinds[rule.kind].decimals, mode)
        self.owned[name] = self.clamp(rule, amount)
        return self.owned[name]

    def final(self, name):
        """After the choice of its group."""
        group = self.rules[name].group
        if group and self.program.groups[group].combine == 'multiplying':
            return self.extra(self.program.groups[group])[name]
        return self.own(name)

    def extra(self, group):
        members = self.members(group)
        base = self.named(self.rules[members[0]])
        if base == 0:
            return {n: Fraction(0) for n in members}
        factors = {n: 1 + self.own(n) / base for n in members}
        product = Fraction(1)
        for factor in factors.values():
            product *= factor
        parts = sum(f - 1 for f in factors.values())
        return {n: base * (product - 1) * (f - 1) / parts if parts else Fraction(0)
                for n, f in factors.items()}

    def limit_group(self, group, exact):
        members = self.members(group)
        if not any(rule.group == group.name for rule in self.rules.values()):
            return
        for place, limit in enumerate(group.limits):
            left = self.room(group.name, place, limit)
            if left is None:
                continue
            if limit.kind is None:
                for name in members[max(int(left), 0):]:
                    if any(name in rule.multiply for rule in self.rules.values()):
                        raise Unspecified('a bonus on what its group cuts off')
                    self.setaside.add(name)
                    self.active.discard(name)
                    del exact[name]
                members = members[:max(int(left), 0)]
                continue
            total = sum(exact[n] for n in members)
            if total <= left or total == 0:
                continue
            keep = max(left, Fraction(0)) if limit.over == 'clamped' else Fraction(0)
            for name in members:
                if self.scope(self.rules[name])[1] == 'rule' or self.scope(self.rules[name])[2]:
                    raise Unspecified('a rounded award is cut by its group')
                exact[name] = exact[name] * keep / total

    def lower(self, exact):
        """Lowering rules never take a kind's total below zero."""
        for kind in self.program.kinds:
            mine = [n for n in exact if self.rules[n].kind == kind and not self.rules[n].to]
            total = sum(exact[n] for n in mine)
            if total < 0:
                lowering = sum(exact[n] for n in mine if exact[n] < 0)
                for name in mine:
                    if exact[name] < 0:
                        exact[name] *= (lowering - total) / lowering

    def post(self, exact):
        """To the member, and to his friend: each is rounded by itself."""
        self.posted = self.post_to(False, exact)
        self.given = self.post_to(True, exact)

    def post_to(self, friend, exact):
        posted = {}
        for kind in self.program.kinds.values():
            together = {}
            for name in exact:
                rule = self.rules[name]
                if rule.kind != kind.name or rule.to != friend:
                    continue
                mode, scope, alone = self.scope(rule)
                if scope == 'event' and not alone:
                    together[name] = exact[name]
                elif scope in ('rule', 'line'):
                    posted[name] = exact[name]
                elif rule.multiply:
                    base = self.named(rule)
                    if exact[name] != base * (self.see(rule.factor) - 1):
                        raise Unspecified('rounded alone after a cut')
                    posted[name] = (rounded(base + exact[name], kind.decimals, mode)
                                    - rounded(base, kind.decimals, mode))
                else:
                    posted[name] = rounded(exact[name], kind.decimals, mode)
            if together:
                mode = (kind.rounding or self.program.rounding)[0]
                total = rounded(sum(together.values()), kind.decimals, mode)
                posted.update(share(total, together, kind.decimals, self.order))
            for name, amount in posted.items():
                if self.rules[name].kind == kind.name and (
                        amount * 10 ** kind.decimals).denominator != 1:
                    raise Unspecified('a part of a point is left where rules are rounded')
        return posted

    def order(self, name):
        """(place in the list of its group or None, name, group): ties go by `ranked`, else name."""
        group = self.rules[name].group
        listed = self.program.groups[group].ranked if group else []
        return (listed.index(name) if name in listed else None, name, group)
