"""What a wide programme has beside the core: a few of these features, so that they meet."""
import datetime as dt
from fractions import Fraction

from shapes import Event, Kind, Ladder, Limit, Partner, Reward, Rule

F = Fraction


def constant(amount, kind):
    return ('times', F(amount), kind, ('number', F(1), None))


class Extras:
    FEATURES = ('earning', 'schedules', 'idle', 'segments', 'deduct', 'demotions', 'prices',
                'carry', 'grace', 'lifetime', 'recheck', 'promise', 'transfer', 'merge', 'leave',
                'goods', 'partner', 'club')

    def extras(self):
        """A wide programme: two to four features."""
        for kind in self.program.kinds.values():
            if kind.cap is not None:
                kind.cap, kind.shortfall = None, 'recover'
        features = self.befriend() if self.friendly else self.random.sample(
            self.FEATURES, self.pick([2, 3, 3, 4]))
        on_ladders = {'demotions', 'prices', 'carry', 'grace', 'lifetime', 'recheck', 'promise',
                      'club'}
        if on_ladders & set(features) and not self.program.ladders:
            self.ladder()
        self.sends, self.spendable = [], list(self.program.kinds)
        for feature in sorted(features, key=self.FEATURES.index):
            getattr(self, 'with_' + feature)()

    def first(self):
        return list(self.program.kinds)[0]

    def last(self):
        return self.spendable[-1]

    def put(self, name, on, kind=None, **clauses):
        rule = self.program.rules[name] = Rule(name, on, kind or self.first(), **clauses)
        return rule

    def ladder_of(self):
        return self.program.ladders['status']

    def about_the_member(self):
        """A condition that any rule may have, whatever triggers it."""
        forms = ['vip', 'measure', 'earned', 'none', 'none']
        forms += ['tier'] * 2 if self.program.ladders else []
        form = self.pick(forms)
        if form == 'vip':
            return ('cmp', '=', ('member', 'vip'), ('number', self.chance(0.5), None))
        if form == 'measure':
            return self.threshold()
        if form == 'earned':
            kind = self.pick(list(self.program.kinds))
            return ('cmp', '<', ('earned', kind, self.window()), ('number', F(200), kind))
        if form == 'tier':
            return ('cmp', self.pick(['>=', '<']), ('tier', 'status'),
                    ('number', 1, self.ladder_of().tiers[1]))
        return None

    def with_earning(self):
        kind, other = self.first(), self.last()
        if self.chance(0.6):
            self.put('card', ('earning', kind), other, deduct=constant(40, kind), when=(
                'cmp', '>=', ('balance', kind), ('number', F(40), kind)),
                earn=constant(3, other) if other != kind and self.chance(0.6) else None)
            if self.chance(0.6) or self.program.rules['card'].earn is None:
                self.granted('cake')
                self.program.rules['card'].grant = ('cake', ('number', F(1), None))
                self.program.rules['card'].earn = None
        if other != kind and self.chance(0.6) or 'card' not in self.program.rules:
            rule = self.put('mirror', ('earning', kind), other, earn=(
                'floor of', F(1), other, ('came', kind), F(10))) if other != kind else self.put(
                    'again', ('earning', kind), kind, earn=constant(2, kind))
            rule.when = self.about_the_member() if self.chance(0.4) else None
            endless = other == kind and self.program.kinds[kind].pending
            if self.chance(0.3) or endless:
                rule.limits = [Limit(F(2), None, ('member',), ('cal', 'month'))]

    def granted(self, name):
        if name not in self.program.rewards:
            self.program.rewards[name] = Reward(
                name, None, self.first(), pending=self.pick([None, None, (2, 'day'), (5, 'hour')]),
                valid=self.pick([None, (30, 'day'), (1, 'month'), (10, 'day')]))
            self.sends.append(name)

    def with_schedules(self):
        forms = [('unit', 'month'), ('unit', 'week'), ('unit', 'quarter'), ('day', 1, 3),
                 ('day', 15, 7), ('day', 31, 12), ('birthday',)]
        for number in range(self.pick([1, 1, 2])):
            form = self.pick(forms)
            self.program.birthdays |= form == ('birthday',)
            kind = self.pick(list(self.program.kinds))
            rule = self.put('each_%d' % number, ('each',) + form, kind,
                            earn=constant(self.pick([3, 10, 25]), kind))
            rule.when = self.about_the_member()
            if self.chance(0.2):
                rule.earn, rule.deduct = None, constant(5, kind)
                rule.when = ('cmp', '>=', ('balance', kind), ('number', F(5), kind))
            if self.chance(0.2):
                rule.limits = [Limit(F(2), None, ('member',), ('cal', 'quarter'))]

    def with_idle(self):
        n, unit = self.pick([(20, 'day'), (1, 'month'), (5, 'week'), (2, 'week')])
        rule = self.put('win_back', ('after', n, unit, self.pick(['purchase', 'visit'])),
                        earn=constant(9, self.first()))
        rule.when = self.about_the_member()

    def with_segments(self):
        when = self.pick([self.threshold(), ('cmp', '=', ('member', 'vip'),
                                             ('number', True, None))])
        self.program.segments['regular'] = when
        self.put('hello', ('entering', 'regular'), earn=constant(8, self.first()))
        if self.chance(0.6):
            self.put('farewell', ('leaving', 'regular'), self.last(),
                     earn=constant(4, self.last()))

    def with_deduct(self):
        kind = self.first()
        self.put('fee', 'visit', kind, deduct=constant(self.pick([2, 10]), kind)).when = (
            self.pick([None, ('cmp', '>=', ('field', 'score'), ('number', F(15), None))]))

    def with_demotions(self):
        ladder = self.ladder_of()
        self.put('comfort', ('demote', 'status', self.random.randrange(1, len(ladder.tiers))),
                 earn=constant(6, self.first()))
        place = self.random.randrange(1, len(ladder.tiers))
        if self.chance(0.5):
            self.put('cheer', ('promote', 'status', place), self.last(),
                     earn=constant(11, self.last()))

    def status_points(self):
        """A kind that tiers use up, and members cannot spend."""
        if 'rung' not in self.program.kinds:
            kind = self.program.kinds['rung'] = Kind('rung', qualifying=True)
            kind.expiry = self.pick([None, None, ('each', 31, 12), ('after', 2, 'month', None)])
            kind.rounding = ('down', 'event')
            self.put('climb', self.pick(['purchase', 'visit']), 'rung')
            rule = self.program.rules['climb']
            rule.earn = self.earn(rule.on, 'rung')
            rule.when = self.about_the_member()
        return 'rung'

    def with_prices(self):
        """Tiers that are paid for with status points."""
        ladder, kind = self.ladder_of(), self.status_points()
        if ladder.promote == 'at review':
            ladder.promote = self.pick(['at once', 'step by step'])
        for place in range(1, len(ladder.tiers)):
            price = F(self.pick([20, 30, 50]) * place)
            ladder.reach[place] = ('cmp', '>=', ('balance', kind), ('number', price, kind))
            ladder.pay_reach[place] = (price, kind)
            if not ladder.keep[place] or self.chance(0.5):
                ladder.keep[place] = ('cmp', '>=', ('balance', kind),
                                      ('number', F(10 * place), kind))
                if self.chance(0.5):
                    ladder.pay_keep[place] = (F(10 * place), kind)
        ladder.lifetime = {}

    def with_carry(self):
        ladder, kind = self.ladder_of(), self.status_points()
        if not ladder.lasts and not ladder.review:
            ladder.lasts = ('until', 'month', None)
        if self.chance(0.5):
            ladder.carry = (F(self.pick([5, 20, 60])), kind, self.chance(0.5))
        else:
            ladder.decay = (F(self.pick([5, 20, 60])), kind)

    def with_grace(self):
        ladder = self.ladder_of()
        if not ladder.lasts and not ladder.review:
            ladder.lasts = ('for', 1, 'month', None)
        ladder.demote = self.pick(['to earned', 'one step'])
        ladder.grace = self.pick([(10, 'day'), (1, 'month'), (3, 'day')])

    def with_lifetime(self):
        ladder = self.ladder_of()
        place = self.random.randrange(1, len(ladder.tiers))
        ladder.lifetime[place] = ('cmp', '>=', ('measure', 'spend', ('ever',)), (
            'number', F(self.pick([300, 500, 900])), 'money'))

    def with_recheck(self):
        self.ladder_of().recheck = True

    def with_promise(self):
        ladder = self.ladder_of()
        n, unit = self.pick([(10, 'day'), (1, 'month'), (60, 'day')])
        self.put('lifted', 'visit', promise=('status', self.random.randrange(
            1, len(ladder.tiers)), n, unit)).when = (
                'cmp', '>=', ('field', 'score'), ('number', F(20), None))

    def with_club(self):
        """A second ladder; then `tier` must say of which."""
        window = self.pick([('ever',), ('this', 'month'), ('last', 30, 'day')])
        cond = ('cmp', '>=', ('measure', 'acts', window), ('number', F(3), None))
        self.program.ladders['club'] = Ladder(
            'club', ['guest', 'friend'], [None, cond], [None, cond],
            self.pick([('for', 1, 'month', None), ('until', 'month', None)]), None,
            self.pick(['at once', 'at review']))
        self.program.tables.clear()

        def several(part):
            if isinstance(part, tuple):
                if part and part[0] == 'tier':
                    return ('tier of',) + part[1:]
                if part and part[0] == 'table':
                    return ('number', F(2), None)
                return tuple(several(x) for x in part)
            return part
        for rule in self.program.rules.values():
            rule.when, rule.earn, rule.factor = (
                several(rule.when), several(rule.earn), several(rule.factor))
        for reward in self.program.rewards.values():
            reward.when = several(reward.when)

    def with_transfer(self):
        self.put('gifts', ('transfer',)).when = self.pick([None, self.about_the_member()])
        if self.chance(0.5):
            self.program.rules['gifts'].limits = [self.pick([
                Limit(F(50), self.first(), ('member',), ('cal', 'month'), 'refused'),
                Limit(F(2), None, ('member',), ('cal', 'month'))])]
        if self.chance(0.3):
            self.put('no_gifts', ('transfer',), refuse=True).when = (
                'cmp', '=', ('member', 'vip'), ('number', True, None))
        self.sends.append('transfer')

    def with_merge(self):
        self.sends.append('merge')

    def with_leave(self):
        self.sends.append('leave')

    def with_goods(self):
        name = self.pick(['voucher', 'ticket'])
        self.granted(name)
        reward = self.program.rewards[name]
        reward.cost = F(15) if self.chance(0.5) else None
        event = self.pick(['purchase', 'visit'])
        rule = self.put('give_' + name, event, when=self.condition(event))
        rule.grant = (name, ('number', F(self.pick([1, 1, 2])), None))
        if self.chance(0.4):
            rule.grant = (name, ('number', F(1), None))
            reward.stock = self.pick([1, 2])
            self.sends.append('restock')

    def with_partner(self):
        kind = self.last()
        self.program.partners['grocer'] = Partner(kind, F(4, 100), None, True)
        rule = self.put('fresh', 'purchase', kind, funded='grocer')
        rule.earn = self.earn('purchase', kind)
        if self.program.kinds[kind].decimals == 0 and not self.program.kinds[kind].rounding:
            rule.rounding = ('down', None)
        if self.chance(0.3):
            rule.limits = [Limit(F(40), kind, ('member',), ('cal', 'month'), self.pick(
                ['clamped', 'refused']))]
        self.sends += ['fund', 'fund']

    # Events of wide programmes.

    def of_its_lines(self, event, items):
        """The bill is the sum of its lines, now and then less a discount."""
        off = F(self.random.randrange(100), 100) if self.chance(0.2) else F(0)
        event.fields['amount'] = max(F(0), sum(i['amount'] for i in items) - off)
        event.fields['quantity'] = sum(i['quantity'] for i in items)

    def other_return(self, event, original):
        """By lines, without naming the event, or without taking anything."""
        if original.type != 'purchase':
            return False
        form = self.pick(['lines', 'lines', 'lines', 'latest', 'keep', 'plain', 'plain'])
        if form == 'lines':
            items = original.fields['items']
            event.fields['items'] = [
                {'line': F(line + 1), 'quantity': F(self.random.randrange(
                    1, int(items[line]['quantity']) + 1))}
                for line in sorted(self.random.sample(range(len(items)), self.random.randrange(
                    1, len(items) + 1)))]
        elif form == 'latest':
            event.fields = {'event': 'purchase', 'amount': F(self.random.randrange(1, 20000), 100)}
        elif form == 'keep':
            event.fields['take_back'] = False
        return form in ('lines', 'latest')

    def extra_event(self, event, others):
        """Makes it one of those that the features need; False where there is none."""
        form = self.pick(self.sends)
        if form in ('transfer', 'merge') and not others:
            return False
        if form == 'transfer':
            self.make_transfer(event, others)
        elif form == 'merge':
            if self.chance(0.4):
                return False
            event.type, event.fields = 'merge', {'from': self.pick(others)}
            self.shopped.setdefault(event.member, []).extend(
                self.shopped.get(event.fields['from'], []))
        elif form == 'leave':
            if self.chance(0.8):
                return False
            event.type = 'leave'
        elif form == 'fund':
            event.type, event.member = 'fund', None
            event.fields = {'partner': 'grocer', 'points': {
                self.program.partners['grocer'].kind: F(self.pick([20, 60, 150]))}}
        elif form == 'restock':
            name = next(r.name for r in self.program.rewards.values() if r.stock is not None)
            event.type, event.member = 'restock', None
            event.fields = {'reward': name, 'quantity': F(self.pick([1, 2]))}
        else:
            event.type = 'redeem'
            event.fields = {'reward': form, 'quantity': F(1)}
        return True

    def make_transfer(self, event, others):
        event.type = 'transfer'
        event.fields = {'to': self.pick(others), 'points': {
            self.pick(self.spendable): F(self.random.randrange(1, 12 if self.friendly else 40))}}

    def join(self, members, at):
        """Those that tell their birthday when they join."""
        out = []
        for name in members if self.program.birthdays else []:
            born = dt.date(1990, 1, 1) + dt.timedelta(days=self.random.randrange(366 * 5))
            if self.chance(0.15):
                born = dt.date(1992, 2, 29)
            out.append(Event('j_' + name, 'join', name, at, {'birthday': born}))
        return out
