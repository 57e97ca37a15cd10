"""What every second pair of seeds has besides: one or two features of a programme's far corners."""
import datetime as dt
from fractions import Fraction

from shapes import Cohort, Event, Limit, Partner, Payment, Pool, Reward, Rule

F = Fraction


class Deeper:
    DEEP = ('holding', 'early', 'pool', 'cohort', 'postpaid')

    def deepen(self):
        self.corners = self.random.sample(self.DEEP, min(len(self.DEEP), self.pick([1, 1, 2])))
        if 'cohort' in self.corners:
            # Whether a return that waits lets a ranking pass is nobody's to say.
            self.corners = [c for c in self.corners if c != 'early']
        if self.seed % 12 in (2, 7) and 'pool' not in self.corners:
            self.corners.append('pool')
        self.does = []
        for corner in sorted(self.corners, key=self.DEEP.index):
            getattr(self, 'with_' + corner)()

    def deep_event(self, event, others):
        """Makes it one of those that the corners need; False where there is none."""
        if not self.does:
            return False
        return getattr(self, 'some_' + self.pick(self.does))(event, others)

    def often(self):
        return self.chance(0.6 if 'pool' in self.corners else 0.35)

    def about(self):
        """A condition about the member that any declaration may have."""
        when = self.about_the_member()
        if when and when[2] == ('tier', 'status') and len(self.program.ladders) > 1:
            when = when[:2] + (('tier of', 'status'),) + when[3:]
        return when

    # A partner without a purse: nothing runs dry.

    def with_postpaid(self):
        kind = self.spendable[-1]
        self.program.partners['cinema'] = Partner(kind, F(4, 100), F(3, 100))
        rule = self.program.rules['film'] = Rule('film', 'visit', kind, funded='cinema')
        rule.earn = ('times', F(self.pick([4, 20])), kind, ('number', F(1), None))
        if self.chance(0.4):
            rule.limits = [Limit(F(25), kind, ('member',), ('cal', 'month'), self.pick(
                ['clamped', 'refused']))]

    # Households.

    def with_pool(self):
        kind = self.spendable[0]
        kinds = self.spendable[:1 + self.chance(0.3)]
        self.program.pools['home'] = Pool('home', self.pick([2, 3, 3]), self.pick(
            [F(1), F(1), F(1, 2)]), kinds, self.about() if self.chance(0.2) else None)
        reward = self.program.rewards.setdefault('mug', Reward('mug', F(self.pick([30, 60])), kind))
        reward.limits, reward.stock = [], None
        reward.cost, self.at_home = reward.cost or F(30), {}
        self.does += ['enter'] * 2 + ['exit'] + ['spree'] * 5
        if self.chance(0.5):
            self.does += ['move'] * 4
            if not any(isinstance(r.on, tuple) and r.on[0] == 'transfer'
                       for r in self.program.rules.values()):
                self.program.rules['gifts'] = Rule('gifts', ('transfer',), kind)

    def some_enter(self, event, others):
        if event.member in self.at_home:
            return False
        event.type, event.fields = 'enter', {'pool': 'home'}
        if self.at_home:
            event.fields['with'] = self.pick(sorted(self.at_home))
        self.at_home[event.member] = True
        return True

    def some_exit(self, event, others):
        if self.at_home.pop(event.member, None) is None:
            return False
        event.type, event.fields = 'exit', {'pool': 'home'}
        return True

    def some_spree(self, event, others):
        """A gift of points to somebody of the household, or more than the own points buy."""
        if len(self.at_home) < 2:
            return self.some_enter(event, others)
        event.member = self.pick(sorted(self.at_home))
        if self.chance(0.45):
            event.type, event.fields = 'adjust', {'points': {self.spendable[0]: F(self.pick(
                [40, 60, 100]))}}
            return True
        event.type = self.pick(['redeem'] * 2 + ['pay'] * bool(self.program.payments))
        getattr(self, 'make_' + event.type)(event)
        self.shopped.setdefault(event.member, []).append(event)
        return True

    def some_move(self, event, others):
        """Points, or all that somebody has, go to somebody of the same household or another."""
        if not others:
            return False
        event.type = self.pick(['transfer'] * 4 + ['merge'] * 2 + ['leave'])
        if event.type == 'merge':
            event.fields = {'from': self.pick(others)}
            self.shopped.setdefault(event.member, []).extend(
                self.shopped.get(event.fields['from'], []))
            if self.at_home.pop(event.fields['from'], None):
                self.at_home[event.member] = True
        elif event.type == 'transfer':
            event.fields = {'to': self.pick(others), 'points': {
                self.spendable[0]: F(self.random.randrange(1, 50))}}
            self.shopped.setdefault(event.member, []).append(event)
        elif self.chance(0.7):
            return False
        return True

    # Rankings.

    def with_cohort(self):
        bands = self.pick([[('best', F(1, 2)), ('others', None)],
                           [('best', F(1, 4)), ('good', F(1, 2)), ('others', None)]])
        each = self.pick(['month', 'month', 'week', 'quarter'])
        self.program.cohorts['abc'] = Cohort(
            'abc', self.pick(
                ['spend', 'acts']), self.pick([('ever',), ('before', each), ('last', 60, 'day')]),
            each, bands)
        for number in range(self.pick([1, 2])):
            rule = self.program.rules['ranked_%d' % number] = Rule(
                'ranked_%d' % number, self.pick(['purchase', 'visit']), self.spendable[0])
            rule.when = ('cmp', self.pick(['=', '=', '<>']), ('band', 'abc'), (
                'number', self.pick(bands)[0], None))
            rule.earn = ('times', F(self.pick([3, 20])), rule.kind, ('number', F(1), None))

    def people(self, members, at):
        """Households and rankings want some people; they join first."""
        if not self.deep or not {'pool', 'cohort'} & set(self.corners):
            return members, []
        members = members[:1] + ['bob', 'cat'][:2] + ['dan'] * ('cohort' in self.corners)
        first = [Event('p_' + name, 'profile', name, at, {'vip': False})
                 for name in members if 'cohort' in self.corners]
        if 'pool' in self.corners and self.chance(0.7):
            first += [Event('i_ann', 'enter', 'ann', at, {'pool': 'home'}),
                      Event('i_bob', 'enter', 'bob', at, {'pool': 'home', 'with': 'ann'})]
            self.at_home = {'ann': True, 'bob': True}
        return members, first

    # Returns that come before their events.

    def with_early(self):
        pass

    def out_of_order(self, events):
        """Some returns go before what they return."""
        if not self.deep or 'early' not in self.corners:
            return events
        out = list(events)
        for original in events:
            if original.type not in ('purchase', 'visit', 'pay', 'redeem') or self.chance(0.6):
                continue
            for number in range(self.pick([1, 1, 2])):
                gap = dt.timedelta(minutes=self.pick([0, 1, 30, 600, 4000]) + number)
                event = Event('%sr%d' % (original.id, number), 'return', original.member,
                              original.at + gap)
                self.shopped[event.member] = [original]
                self.make_return(event)
                if 'of' in event.fields:
                    place = out.index(original)
                    out.insert(max(0, place - self.pick([0, 0, 1, 2, 5])), event)
        return out

    # Holds of payments, of rewards, of several kinds.

    def with_holding(self):
        kinds = self.spendable
        if self.chance(0.7) or not self.program.payments:
            payment = self.program.payments.setdefault('checkout', Payment(
                'checkout', F(1), F(self.pick([10, 20])), self.pick(kinds)))
            kind = payment.kind
            payment.hold = self.pick([None, (30, 'minute'), (2, 'hour'), (50, 'hour')])
            payment.steps = self.pick([None, None, F(10), F(20)])
            payment.minimum = self.pick([None, F(20)])
            payment.when = self.about() if self.chance(0.3) else None
            payment.keeps = self.chance(0.15)
            if self.chance(0.4):
                payment.limits = [self.pick([
                    Limit(F(60), kind, ('member',), ('cal', 'month')),
                    Limit(F(100), kind, ('member',), ('roll', 30, 'day')),
                    Limit(F(2), None, ('member',), ('cal', 'week')),
                    Limit(F(150), kind, (), ('cal', 'quarter'))])]
        reward = self.program.rewards.setdefault('mug', Reward('mug', F(self.pick([5, 20])),
                                                               kinds[0]))
        reward.hold = self.pick([None, (45, 'minute'), (3, 'hour'), (100, 'hour')])
        if self.chance(0.3):
            reward.stock = self.pick([2, 4])
        elif self.chance(0.3):
            reward.limits = [Limit(F(2), None, ('member',), ('cal', 'month'))]
        self.does += ['hold'] * 3 + ['end']

    def some_hold(self, event, others):
        forms = ['points', 'reward', 'reward'] + ['payment'] * 2 * bool(self.program.payments)
        form, event.type = self.pick(forms), 'hold'
        if form == 'points':
            self.make_hold(event)
            event.fields['points'] = {k: F(self.random.randrange(1, 20)) for k in self.spendable}
            return True
        event.fields = {'hold': 'h' + event.id}
        if form == 'reward':
            names = sorted(self.program.rewards)
            terms = self.program.rewards[self.pick(names)]
            event.fields.update({'reward': terms.name, 'quantity': F(self.pick([1, 1, 2]))})
        else:
            self.make_pay(event)
            event.fields['hold'] = 'h' + event.id
            terms = self.program.payments['checkout']
        if terms.hold is None or self.chance(0.2):
            event.fields['until'] = self.later(event)
        self.open_holds.setdefault(event.member, []).append(event)
        return True

    def some_end(self, event, others):
        if not self.open_holds.get(event.member):
            return False
        event.type = self.pick(['capture', 'capture', 'release'])
        getattr(self, 'make_' + event.type)(event)
        if event.type == 'capture':
            self.shopped.setdefault(event.member, []).append(event)
        return True
