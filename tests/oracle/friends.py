"""Programmes in which sales earn something for a friend, and members' names are merged."""
import random
from fractions import Fraction

from shapes import Event


class Friends:
    FRIENDS = ['ann', 'bob', 'cat', 'dan', 'eve']
    BESIDE = ('earning', 'schedules', 'deduct', 'demotions', 'recheck', 'goods')

    def befriend(self):
        """What members have beside friends: little, so that merges are decided."""
        for kind in self.program.kinds.values():
            if kind.expiry and kind.expiry[0] == 'idle':
                kind.expiry = None
        return self.random.sample(self.BESIDE, self.pick([0, 1, 1, 2])) + ['transfer', 'merge']

    def with_friends(self):
        self.program.friends = True
        for name in ['thanks', 'cheers'][:self.pick([1, 1, 2])]:
            kind, event = self.pick(self.spendable), self.pick(['purchase', 'purchase', 'visit'])
            known = ('known', 'friend')
            self.put(name, event, kind, earn=self.earn(event, kind), to=True, when=(
                known if self.chance(0.7) else ('and', known, self.condition(event)))
            ).on_return = self.pick(['recompute', 'recompute', 'proportional', 'keep'])
        draw = random.Random('capped %d' % self.seed)
        if draw.random() < 0.35:
            kind = self.program.kinds[draw.choice(self.spendable)]
            kind.cap, kind.shortfall = Fraction(draw.choice([80, 150, 300])), 'forgive'

    def introduce(self, at):
        """Everybody has a friend, most another one than himself, and points to give away."""
        return [Event('f_' + name, 'profile', name, at, {'friend': self.pick(self.FRIENDS)})
                for name in self.FRIENDS] + [
                    Event('g_%s_%s' % (name, kind), 'adjust', name, at, {
                        'points': {kind: Fraction(60)}})
                    for name in self.FRIENDS for kind in self.spendable]

    def friendly_event(self, event, others):
        """Makes it one that gives, moves or merges."""
        given = self.shopped.setdefault(event.member, [])
        forms = ['purchase'] * 6 + ['visit'] * 2 + ['profile', 'merge'] + ['transfer'] * 5
        event.type = self.pick(forms + ['return'] * 5 * bool(given))
        if event.type == 'profile':
            event.fields = {'friend': self.pick(self.FRIENDS)}
        elif event.type == 'merge':
            event.fields = {'from': self.pick(others)}
            given.extend(self.shopped.get(event.fields['from'], []))
        elif event.type == 'transfer':
            self.make_transfer(event, others)
        else:
            getattr(self, 'make_' + event.type)(event)
        if event.type in ('purchase', 'visit', 'transfer'):
            given.append(event)
