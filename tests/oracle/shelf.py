"""Of every fourth seed: a reward of which there are few, that several members hold, redeem, are
granted and give back; often something happens in the very instant in which a hold ends."""
import datetime as dt
from fractions import Fraction

from shapes import Event, Limit, Reward, Rule

F = Fraction


class Shelf:
    def with_shelf(self):
        kind = list(self.program.kinds)[0]
        reward = self.program.rewards['mug'] = Reward(
            'mug', F(self.pick([1, 5])), kind, stock=self.pick([1, 2, 3, 3]),
            hold=self.pick([(45, 'minute'), (3, 'hour'), (30, 'hour'), (100, 'hour')]))
        form = self.random.random()
        if form < 0.3:
            gives = self.program.rules['give_mug'] = Rule('give_mug', self.pick(
                ['visit', 'purchase']), kind)
            gives.grant = ('mug', ('number', F(1), None))
        elif form < 0.6:
            reward.limits = [self.pick([Limit(F(2), None, (), ('cal', 'day')),
                                        Limit(F(15), kind, (), ('cal', 'week')),
                                        Limit(F(3), None, (), ('roll', 30, 'hour')),
                                        Limit(F(3), None, ('member',), ('cal', 'week'))])]
        self.ends, self.serials, self.takings = [], {}, {}

    def shoppers(self, at):
        """Everybody has points to begin with."""
        kind = self.program.rewards['mug'].kind
        return [Event('b_' + name, 'adjust', name, at, {'points': {kind: F(100)}})
                for name in ('ann', 'bob', 'cat')]

    def at_an_end(self, at):
        """Now and then time goes on to where the next hold ends, or to a second beside it."""
        self.ends = sorted(end for end in self.ends if end > at)
        if not self.ends or self.chance(0.55):
            return at
        return max(at, self.ends[0] + dt.timedelta(seconds=self.pick([-1, 0, 0, 0, 1])))

    def shelf_event(self, event, others):
        """Makes it one of those at the shelf; False where there is none."""
        forms = ['hold'] * 6 + ['redeem'] * 5 + ['end'] * 5 + ['restock'] + ['visit'] * 2
        forms += ['back'] * 2 + ['merge'] * self.chance(0.2) + ['leave'] * self.chance(0.1)
        form = self.pick(forms)
        if form in ('hold', 'redeem'):
            event.type = form
            event.fields = {'reward': 'mug', 'quantity': F(self.pick([1, 1, 1, 2]))}
            if form == 'hold':
                self.on_the_shelf(event)
            else:
                self.takings.setdefault(event.member, []).append(event)
        elif form == 'end':
            return self.end_of_hold(event)
        elif form == 'restock':
            event.type, event.member = 'restock', None
            event.fields = {'reward': 'mug', 'quantity': F(self.pick([1, 2]))}
        elif form == 'visit':
            event.type = 'visit'
            self.make_visit(event)
        elif form == 'back':
            if not self.takings.get(event.member):
                return False
            event.type = 'return'
            event.fields = {'of': self.pick(self.takings[event.member]).id}
        elif form == 'merge':
            event.type, event.fields = 'merge', {'from': self.pick(others)}
        else:
            event.type = 'leave'
        return True

    def on_the_shelf(self, event):
        """Names of holds are the member's own: two members use the same."""
        serial = self.serials[event.member] = self.serials.get(event.member, 0) + 1
        event.fields['hold'] = 'm%d' % serial
        amount, unit = self.program.rewards['mug'].hold
        end = event.at + amount * dt.timedelta(**{unit + 's': 1})
        if self.chance(0.3):
            end = event.fields['until'] = self.later(event)
        self.ends.append(end)
        self.open_holds.setdefault(event.member, []).append(event)

    def end_of_hold(self, event):
        mine = [e for e in self.open_holds.get(event.member, []) if 'reward' in e.fields]
        if not mine:
            return False
        event.type = self.pick(['capture', 'capture', 'capture', 'release'])
        event.fields = {'hold': self.pick(mine[-2:]).fields['hold']}
        if event.type == 'capture':
            self.takings.setdefault(event.member, []).append(event)
            if self.chance(0.25):  # in time, and told after what others did meanwhile
                event.at -= dt.timedelta(minutes=self.pick([1, 50, 200, 2000]))
        return True
