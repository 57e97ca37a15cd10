"""A seed makes a programme and its events: `case(seed)`; run it to see one, `generate.py SEED`.

The programmes keep to what the page decides: where it is silent the model says so, and
compare.py leaves the event out."""
import datetime as dt
import random
import sys
from fractions import Fraction

import calendar_of
from deeper import Deeper
from extras import Extras
from friends import Friends
from funding import Funding
from shelf import Shelf
from shapes import (Event, Group, Kind, Ladder, Limit, Measure, Payment, Program, Reward, Rule)

MODES = ['down', 'up', 'half up', 'half even']
CHANNELS = ['store', 'app', 'web']
MEMBERS = ['ann', 'bob', 'cat']
F = Fraction


class Maker(Extras, Deeper, Shelf, Funding, Friends):
    def __init__(self, seed, year=2026):
        self.seed, self.random = seed, random.Random(seed)
        pick = self.random
        zones = calendar_of.zones()
        zone = 'Asia/Shanghai' if pick.random() < 0.5 else pick.choice(zones)
        scope = 'rule' if pick.random() < 0.2 else 'event'
        self.program = Program(zone, (pick.choice(MODES), scope), pick.random() < 0.1)
        self.start = dt.date(year, 1, 1) + dt.timedelta(days=pick.randrange(365))
        self.lots = self.chance(0.6)
        self.kinds()
        self.measures()
        if self.chance(0.5):
            self.ladder()
        self.groups()
        self.rules()
        self.shop()
        self.wide, self.spendable = seed % 2 == 1, list(self.program.kinds)
        self.friendly = seed % 12 == 5
        if self.wide:
            self.extras()
        self.deep = seed % 4 > 1
        if self.deep:
            self.deepen()
        if self.friendly:
            self.with_friends()
        self.tidy()
        # Drawn last, so that what was there before stays the same for a seed.
        for ladder in self.program.ladders.values():
            if ladder.promote != 'step by step' and ladder.name == 'status' and (
                    self.chance(0.15)):
                ladder.floor = self.random.randrange(1, len(ladder.tiers))
        if self.chance(0.15):
            self.by_line()
        self.shelf = seed % 4 == 0
        if self.shelf:
            self.with_shelf()
        self.sponsored = seed % 3 == 0
        if self.sponsored:
            self.with_funding()

    def by_line(self):
        """A rule of its own that is rounded line by line."""
        kind = self.pick(list(self.program.kinds))
        rule = Rule('lines', 'purchase', kind)
        rule.earn = self.pick([
            ('rate', F(1), kind, F(self.pick([3, 7, 10])), ('items', 'amount', self.pick(
                [None, 'drink'])), False),
            ('times', F(1), kind, ('items', 'quantity', self.pick([None, 'food'])))])
        rule.rounding = (self.pick(MODES), 'line')
        rule.limits = self.limits(kind, 'purchase')
        self.program.rules[rule.name] = rule

    def tidy(self):
        """What nothing reads goes, so that the command has nothing to warn of."""
        def names(part):
            if isinstance(part, (tuple, list)):
                return set().union(set(), *(names(x) for x in part))
            return {part} if isinstance(part, str) else set()
        program = self.program
        used = names([[r.when, r.earn, r.factor, r.deduct] for r in program.rules.values()])
        used |= names([[x.reach, x.keep, list(x.lifetime.values())]
                       for x in program.ladders.values()])
        used |= names([list(program.segments.values())] + [
            x.when for x in [*program.rewards.values(), *program.payments.values(),
                             *program.pools.values()]] + [
                                 x.measure for x in program.cohorts.values()])
        program.measures = {n: m for n, m in program.measures.items() if n in used}
        program.tables = {n: t for n, t in program.tables.items() if n in used}

    def chance(self, share):
        return self.random.random() < share

    def pick(self, items):
        return self.random.choice(items)

    # Declarations.

    def kinds(self):
        for name in ['star', 'xp'][:1 + self.chance(0.5)]:
            kind = Kind(name, self.pick([0, 0, 0, 1, 2, 3]))
            if self.chance(0.3):
                kind.rounding = (self.pick(MODES), self.pick(['event', 'event', 'rule']))
            if self.lots:
                kind.pending = self.pending()
                kind.expiry = self.expiry()
            kind.take = self.pick(['soonest', 'soonest', 'oldest', 'newest'])
            kind.shortfall = self.pick(['recover', 'recover', 'negative', 'forgive'])
            if self.chance(0.08):
                kind.cap, kind.shortfall = F(self.pick([100, 250, 777])), 'forgive'
            self.program.kinds[name] = kind

    def pending(self):
        return self.pick([None, None, None, ('for', self.pick([1, 3, 7, 20]), 'day'),
                          ('for', self.pick([2, 36]), 'hour'), ('for', 1, 'month'),
                          ('until', 'visit')])

    def expiry(self):
        form = self.pick(['none', 'after', 'after', 'after', 'each', 'idle', 'on'])
        if form == 'after':
            n, unit = self.pick([(1, 'month'), (2, 'month'), (30, 'day'), (10, 'day'), (2, 'week'),
                                 (1, 'year'), (1, 'quarter'), (100, 'hour')])
            align = self.pick([None, 'month', 'quarter', 'year']) if unit != 'hour' else None
            return ('after', n, unit, align)
        if form == 'each':
            return ('each', self.pick([1, 15, 30]), self.pick([1, 3, 6, 12]))
        if form == 'on':
            return ('on', self.start + dt.timedelta(days=self.random.randrange(30, 300)))
        if form == 'idle':
            n, unit = self.pick([(30, 'day'), (2, 'month'), (3, 'week')])
            return ('idle', n, unit, ('purchase', 'visit'))
        return None

    def measures(self):
        def put(*args):
            self.program.measures[args[0]] = Measure(*args)
        put('spend', 'sum', 'amount', ('purchase',))
        where = ('cmp', '=', ('field', 'channel'), ('number', 'app', None))
        put('app_spend', 'sum', 'amount', ('purchase',), where)
        put('acts', 'count', None, ('purchase', 'visit'))
        put('visit_days', 'count', None, ('visit',), None, self.pick(['day', 'week', 'month']))
        put('best', 'largest', 'amount', ('purchase',))
        put('channels', 'distinct', 'channel', ('purchase',))

    def window(self, hours=True):
        return self.pick([('ever',), ('this', 'month'), ('this', 'year'), ('this', 'week'),
                          ('this', 'quarter'), ('last', 30, 'day'), ('last', 2, 'month'),
                          ('last', 12, 'month'), ('this', 'day'), ('last', 1, 'week')]
                         + [('last', 48, 'hour'), ('before', 'month')] * hours)

    def threshold(self, hours=True):
        """A condition on what has been measured, one that more of it never breaks."""
        window = self.window(hours)
        name = self.pick(list(self.program.measures))
        small = window[-1] in ('day', 'week', 'hour')
        if name in ('spend', 'app_spend', 'best'):
            bound = ('number', F(self.pick([50, 100, 250] + [500, 800] * (not small))), 'money')
        else:
            bound = ('number', F(self.pick([2, 3] + [4, 6] * (not small))), None)
            if name == 'channels':
                bound = ('number', F(2), None)
        return ('cmp', '>=', ('measure', name, window), bound)

    def ladder(self):
        tiers = ['silver', 'gold', 'platinum'][:self.pick([2, 3, 3])]
        reach, keep = [None], [None]
        window = self.pick([('ever',), ('this', 'month'), ('this', 'year'), ('last', 30, 'day'),
                            ('last', 2, 'month'), ('last', 12, 'month'), ('this', 'quarter')])
        money = self.chance(0.6)
        points = not money and self.chance(0.4)
        kind = list(self.program.kinds)[-1]
        for place in range(1, len(tiers)):
            bound = F(place * self.pick([100, 150, 200]) + 100 * (place - 1))
            value, unit = ('measure', 'spend', window), 'money'
            if points:
                value, unit = ('earned', kind, window), kind
            elif not money:
                value, unit, bound = ('measure', 'acts', window), None, F(place * 3)
            cond = ('cmp', '>=', value, ('number', bound, unit))
            if self.chance(0.2):
                cond = (self.pick(['and', 'or']), cond, (
                    'cmp', '>=', ('measure', 'visit_days', window), ('number', F(place), None)))
            reach.append(cond)
            half = ('cmp', '>=', value, ('number', F(bound // 2), unit))
            keep.append(half if self.chance(0.4) else cond)
        n, unit = self.pick([(1, 'month'), (2, 'month'), (45, 'day'), (1, 'quarter'), (3, 'week')])
        lasts = self.pick([('for', n, unit, None), ('for', n, unit, 'month'),
                           ('until', 'month', None), ('until', 'quarter', None),
                           ('until', 'month', (1, 'month')), None])
        review = self.pick([None, None, ('unit', 'month'), ('unit', 'quarter'),
                            ('day', self.pick([1, 15, 28]), self.pick([1, 4, 7, 10]))])
        promote = self.pick(['at once', 'at once', 'step by step', 'at review'])
        if promote == 'at review' and not review and not lasts:
            lasts = ('until', 'month', None)
        ladder = Ladder('status', tiers, reach, keep, lasts, review, promote,
                        self.pick(['to earned', 'one step', 'one step', 'never']))
        for place in range(1, len(tiers)):
            if self.chance(0.4):
                ladder.bonus[place] = (self.pick(list(self.program.kinds)),
                                       F(self.pick([5, 30, 100])))
        self.program.ladders['status'] = ladder
        if self.chance(0.6):
            rows = [F(1), F(self.pick([5, 6]), 4), F(2)][:len(tiers)]
            self.program.tables['tier_rate'] = {'ladder': 'status', 'rows': rows}

    def groups(self):
        for name in ['offers', 'extras'][:self.pick([0, 1, 1, 2])]:
            combine = self.pick(['adding', 'best', 'best', 'first', 'exclusive', 'multiplying'])
            self.program.groups[name] = Group(name, combine)

    def condition(self, event):
        forms = ['time', 'measure']
        if self.program.ladders:
            forms += ['tier', 'tier']
        forms += ['amount', 'amount', 'channel'] if event == 'purchase' else ['score']
        forms += ['member', 'earned', 'and']
        form = self.pick(forms)
        if form == 'amount':
            return ('cmp', self.pick(['>=', '>']), ('field', 'amount'),
                    ('number', F(self.pick([10, 20, 50, 100])), 'money'))
        if form == 'score':
            return ('cmp', '>=', ('field', 'score'), ('number', F(self.pick([2, 5, 10])), None))
        if form == 'channel':
            return ('cmp', '=', ('field', 'channel'), ('number', self.pick(CHANNELS), None))
        if form == 'tier':
            tiers = self.program.ladders['status'].tiers
            place = self.random.randrange(1, len(tiers))
            return ('cmp', self.pick(['>=', '=', '<']), ('tier', 'status'),
                    ('number', place, tiers[place]))
        if form == 'member':
            return ('cmp', '=', ('member', 'vip'), ('number', self.chance(0.5), None))
        if form == 'measure':
            return self.threshold()
        if form == 'earned':
            kind = self.pick(list(self.program.kinds))
            if self.chance(0.3):
                return ('cmp', '<', ('balance', kind), ('number', F(200), kind))
            return ('cmp', '<', ('earned', kind, self.window()), ('number', F(200), kind))
        if form == 'and':
            return (self.pick(['and', 'or']), self.condition(event), self.condition(event))
        value = self.pick([('weekday',), ('month',), ('hour',)])
        if value[0] == 'hour':
            return ('cmp', '<', value, ('number', F(self.pick([9, 12, 18])), None))
        bound = self.random.randrange(0, 7) if value[0] == 'weekday' else (
            self.random.randrange(1, 13))
        return ('not', ('cmp', '=', value, ('number', bound, None)))

    def earn(self, event, kind):
        n = F(self.pick([1, 1, 2, 3, 5]))
        if self.program.kinds[kind].decimals and self.chance(0.4):
            n = n / 10
        if event == 'visit':
            field, per = ('field', 'score'), None
        else:
            field = self.pick([('field', 'amount')] * 4 + [('field', 'quantity'), (
                'items', 'amount', self.pick([None, 'food'])), ('items', 'quantity', 'drink')])
            per = F(self.pick([1, 3, 7, 10, 2, 8])) if field[-1] == 'amount' or (
                field[0] == 'items' and field[1] == 'amount') else None
        if self.chance(0.2):
            return ('times', n * 5, kind, ('number', F(1), None))
        if per is None:
            return ('times', n, kind, ('floor', field, self.pick([2, 3])) if self.chance(0.4)
                    else field)
        rate = ('rate', n, kind, per, field, self.chance(0.3))
        if self.chance(0.15):
            return ('scale', rate, F(self.pick([5, 8, 15]), 10))
        if self.chance(0.1):
            return (self.pick(['min', 'max']), rate, ('times', n * 7, kind,
                                                      ('number', F(1), None)))
        return rate

    def limits(self, kind, event):
        out = []
        if self.chance(0.35):
            out.append(self.limit(kind, event))
            if self.chance(0.2):
                out.append(self.limit(None, event))
        elif self.chance(0.15):
            out.append(self.limit(None, event))
        return out

    def limit(self, kind, event):
        period = self.pick([('cal', 'day'), ('cal', 'month'), ('cal', 'week'), ('cal', 'year'),
                            ('cal', 'quarter'), ('roll', 30, 'day'), ('roll', 2, 'month'),
                            ('roll', 36, 'hour'), ('event',), None, ('total',)])
        keys = ('member',)
        if event == 'purchase' and self.chance(0.15):
            keys = ('member', 'channel')
        elif self.chance(0.12) and period and period[0] in ('cal', 'roll'):
            keys = ()
        if period and period[0] == 'total':
            begin = self.start + dt.timedelta(days=self.random.randrange(40))
            period = ('total', begin, begin + dt.timedelta(days=self.random.randrange(60)))
            keys = ()
        if period == ('event',):
            keys = ()
            if kind is None:
                period, keys = ('cal', 'day'), ('member',)
        amount = F(self.pick([1, 2, 4])) if kind is None else F(self.pick([5, 20, 50, 111]))
        over = 'refused' if kind and self.chance(0.2) else 'clamped'
        return Limit(amount, kind, keys, period, over)

    def rules(self):
        names = ['base', 'coffee', 'early', 'kilo', 'loyal', 'zeta', 'alpha', 'More'.lower()]
        self.random.shuffle(names)
        kinds = list(self.program.kinds)
        first = Rule(names.pop(), 'purchase', kinds[0])
        first.earn = self.earn('purchase', kinds[0])
        self.program.rules[first.name] = first
        for _ in range(self.random.randrange(0, 5)):
            event = self.pick(['purchase', 'purchase', 'purchase', 'visit'])
            rule = Rule(names.pop(), event, self.pick(kinds))
            rule.earn = self.earn(event, rule.kind)
            self.program.rules[rule.name] = rule
        plain = list(self.program.rules.values())
        for rule in plain:
            if self.chance(0.5):
                rule.when = self.condition(rule.on)
            rule.limits = self.limits(rule.kind, rule.on)
            self.variations(rule)
        factors = [g for g in self.program.groups.values() if g.combine == 'multiplying']
        for name in ['triple', 'boost', 'happy'][:self.pick([0, 1, 1, 2, 3])]:
            self.multiplier(name, first, plain, factors)
        for group in list(self.program.groups.values()):
            self.finish_group(group)
        if self.chance(0.2):
            self.exception(plain)

    def variations(self, rule):
        kind = self.program.kinds[rule.kind]
        if self.chance(0.12):
            rule.rounding = (self.pick(MODES), self.pick([None, 'event', 'rule']))
        if self.lots and self.chance(0.15):
            rule.pending = self.pending()
        if self.lots and not (kind.expiry and kind.expiry[0] == 'idle') and self.chance(0.15):
            rule.expiry = self.expiry()
            if rule.expiry and rule.expiry[0] == 'idle':
                rule.expiry = ('never',)
        if self.chance(0.12):
            begin = self.start + dt.timedelta(days=self.random.randrange(30))
            rule.effective = (begin, begin + dt.timedelta(days=self.random.randrange(60)))
        rule.on_return = self.pick(['recompute'] * 5 + ['proportional', 'keep'])
        groups = [g for g in self.program.groups.values() if g.combine != 'multiplying']
        if groups and self.chance(0.6):
            group = self.pick(groups)
            mates = [r for r in self.program.rules.values() if r.group == group.name]
            if all(m.kind == rule.kind and m.on == rule.on for m in mates):
                rule.group = group.name

    def multiplier(self, name, first, plain, factors):
        rules = [r for r in self.program.rules.values() if r.on == 'purchase'
                 and not r.rounding or r in plain and r.on == 'purchase']
        rule = Rule(name, 'purchase', first.kind)
        named = [first.name] + [r.name for r in rules
                                if r is not first and r.kind == first.kind and self.chance(0.3)]
        scope = (self.program.kinds[first.kind].rounding or self.program.rounding)[1]
        rule.multiply = tuple(sorted(set(named)))
        rule.factor = ('number', F(self.pick([15, 20, 30, 11, 25]), 10), None)
        if self.program.tables and self.chance(0.4):
            rule.factor = ('table', 'tier_rate', 'status')
        if factors and self.chance(0.8):
            rule.group = factors[0].name
            rule.multiply = (first.name,)
        elif scope == 'event' and self.chance(0.15):
            rule.factor = ('number', F(self.pick([5, 2, 8]), 10), None)
        lowering = rule.factor[0] == 'number' and rule.factor[1] < 1
        if self.chance(0.5):
            rule.when = self.condition('purchase')
        if not lowering:
            rule.limits = self.limits(rule.kind, 'purchase')
        self.program.rules[name] = rule

    def finish_group(self, group):
        members = [r for r in self.program.rules.values() if r.group == group.name]
        if not members:
            del self.program.groups[group.name]
            return
        names = [r.name for r in members]
        self.random.shuffle(names)
        if group.combine in ('first', 'exclusive') or self.chance(0.3):
            group.ranked = names
        if self.chance(0.4):
            event = members[0].on
            limit = self.limit(members[0].kind if self.chance(0.8) else None, event)
            group.limits.append(limit)

    def exception(self, plain):
        named = {n for r in self.program.rules.values() for n in r.multiply}
        free = [r for r in plain if not r.group]
        if len(free) >= 2:
            a, b = self.random.sample(free, 2)
            if a.on == b.on and a.kind == b.kind and a.name not in named:
                a.exception = b.name
                a.when = a.when or self.condition(a.on)

    def shop(self):
        kinds = list(self.program.kinds)
        if self.chance(0.5):
            reward = Reward('mug', F(self.pick([10, 30, 60])), kinds[0])
            if self.chance(0.2):
                reward.limits = [Limit(F(2), None, ('member',), ('cal', 'month'))]
            if self.program.ladders and self.chance(0.2):
                reward.when = ('cmp', '>=', ('tier', 'status'), ('number', 1, 'gold'))
            self.program.rewards['mug'] = reward
        if self.chance(0.4):
            self.program.payments['checkout'] = Payment(
                'checkout', F(1), F(self.pick([10, 20])), self.pick(kinds),
                F(self.pick([20, 40])) if self.chance(0.5) else None,
                F(1, 2) if self.chance(0.4) else None)

    # Events.

    def events(self):
        members = MEMBERS[:self.pick([1, 2, 3])]
        at = dt.datetime.combine(self.start, dt.time(self.random.randrange(24),
                                                     self.random.randrange(60)))
        self.out, self.shopped, self.open_holds, self.late = [], {}, {}, self.chance(0.15)
        members, first = (MEMBERS, self.shoppers(at)) if self.shelf else (
            self.FRIENDS, self.introduce(at)) if self.friendly else self.people(members, at)
        if self.wide:
            self.out = self.join(members, at)
        self.out += first
        if self.sponsored:
            self.out += self.fill(at)
        self.late &= not (self.wide or self.deep)
        for number in range(1, self.random.randrange(6, 40 if self.friendly else 22)):
            gaps = [dt.timedelta(minutes=self.random.randrange(600)),
                    dt.timedelta(days=self.random.randrange(4)), dt.timedelta(0),
                    dt.timedelta(days=self.random.randrange(50), seconds=77)]
            at += self.pick(gaps[:3] if self.shelf and number % 5 else gaps)
            if self.shelf:
                at = self.at_an_end(at)
            elif self.chance(0.05):
                at = dt.datetime.combine(at.date() + dt.timedelta(days=1), dt.time(0))
            member = self.pick(members)
            event = Event('e%d' % number, None, member, at, {})
            others = [m for m in members if m != member]
            if self.friendly and self.chance(0.8):
                self.friendly_event(event, others)
            elif not (self.shelf and self.chance(0.7) and self.shelf_event(event, others)
                    or self.sponsored and self.chance(0.5) and self.funded_event(event, others)
                    or self.deep and self.often() and self.deep_event(event, others)
                    or self.wide and self.sends and self.chance(0.2) and self.extra_event(
                        event, others)):
                self.event(event)
            if event.type in ('purchase', 'visit') and self.late and self.chance(0.25):
                event.at = at - dt.timedelta(days=self.random.randrange(40), hours=3)
            self.out.append(event)
        return self.out_of_order(self.out)

    def event(self, event):
        mine = self.shopped.setdefault(event.member, [])
        forms = ['purchase'] * 8 + ['visit'] * 3 + ['profile', 'adjust']
        forms += ['return'] * 3 if mine else []
        forms += ['redeem'] * 2 if 'mug' in self.program.rewards else []
        forms += ['pay'] * 2 if self.program.payments else []
        holds = self.open_holds.setdefault(event.member, [])
        forms += ['hold'] + ['release', 'capture'] * bool(holds)
        event.type = self.pick(forms)
        getattr(self, 'make_' + event.type)(event)
        if event.type in ('purchase', 'visit', 'pay', 'redeem') or (
                self.wide and event.type in ('capture', 'transfer')):
            mine.append(event)

    def make_purchase(self, event):
        cents = self.pick([self.random.randrange(0, 30000), self.random.randrange(0, 300) * 100,
                           self.pick([0, 1000, 5000, 10000, 25000])])
        items = [{'amount': F(self.random.randrange(0, 5000), 100),
                  'quantity': F(self.random.randrange(1, 5)),
                  'category': self.pick(['food', 'drink'])}
                 for _ in range(self.random.randrange(1, 4))]
        event.fields = {'amount': F(cents, 100), 'channel': self.pick(CHANNELS),
                        'quantity': F(self.random.randrange(0, 12)), 'items': items}
        if self.wide and self.chance(0.7):
            self.of_its_lines(event, items)

    def make_visit(self, event):
        event.fields = {'score': F(self.random.randrange(0, 30))}

    def make_profile(self, event):
        event.fields = {'vip': self.chance(0.6)}

    def make_return(self, event):
        original = self.pick(self.shopped[event.member])
        event.fields = {'of': original.id}
        if self.wide and self.other_return(event, original) or self.chance(0.5):
            return
        if original.type == 'purchase':
            event.fields['amount'] = F(int(original.fields['amount'] * 100
                                           * self.random.randrange(1, 10) / 10), 100)
            if event.fields['amount'] == 0:
                del event.fields['amount']
        elif original.type == 'visit':
            event.fields['score'] = F(self.random.randrange(1, 8))
        elif original.type == 'pay':
            event.fields['points'] = (F(self.random.randrange(1, 30)), original.fields['points'][1])

    def make_adjust(self, event):
        event.fields = {'points': {self.pick(list(self.program.kinds)):
                                   F(self.pick([5, 50, 100, -5, -20]))}}

    def make_redeem(self, event):
        event.fields = {'reward': 'mug', 'quantity': F(self.pick([1, 1, 2]))}

    def make_pay(self, event):
        payment = self.program.payments['checkout']
        event.fields = {'payment': 'checkout',
                        'points': (F(self.random.randrange(1, 12) * 10), payment.kind),
                        'order': F(self.random.randrange(5, 60))}

    def make_hold(self, event):
        name = 'h' + event.id
        event.fields = {'hold': name, 'points': {self.pick(self.spendable): F(
            self.random.randrange(1, 60))}, 'until': self.later(event)}
        self.open_holds.setdefault(event.member, []).append(event)

    def later(self, event):
        return event.at + dt.timedelta(hours=self.random.randrange(1, 200))

    def make_release(self, event):
        held = self.pick(self.open_holds[event.member])
        event.fields = {'hold': held.fields['hold']}

    def make_capture(self, event):
        held = self.pick(self.open_holds[event.member])
        event.fields = {'hold': held.fields['hold']}
        points = held.fields.get('points')
        if points is None or self.chance(0.6):
            return
        if isinstance(points, tuple):
            event.fields['points'] = (F(self.random.randrange(10, int(points[0]) + 1, 10)),
                                      points[1])
        elif len(points) > 1 and self.chance(0.7):
            event.fields['points'] = {k: F(self.random.randrange(1, int(a) + 1))
                                      for k, a in points.items()}
        else:
            kind, amount = self.pick(sorted(points.items()))
            event.fields['points'] = {kind: F(self.random.randrange(1, int(amount) + 1))}
            if len(points) == 1 and self.chance(0.5):
                event.fields['points'] = (event.fields['points'][kind], kind)


def case(seed):
    maker = Maker(seed)
    return maker.program, maker.events()


if __name__ == '__main__':
    import spell
    the_program, the_events = case(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(spell.program_text(the_program))
    for the_event in the_events:
        print(spell.json_line(the_event))
