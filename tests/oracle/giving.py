"""`earn ... to`: what an event gives to the member's friend, and what its return takes from him."""
from fractions import Fraction

from pipeline import Unspecified


class Giving:
    def give_friend(self, member, record, late):
        """After all that the event does for its own member: another one's side of it."""
        given = {n: a for n, a in record.pipeline.given.items() if a}
        record.given, record.given_back, record.receiver = given, {}, None
        name = member.fields.get('friend')
        if not given or self.survivor(name) == member.name:
            return
        if late or self.survivor(name) not in self.members:
            raise Unspecified('a late gift, or one to who is not there yet')
        other = self.members[self.survivor(name)]
        if other.closed:
            return
        self.meet(other, record.moment)
        self.cap(other.purse, given, record.pipeline)
        given = record.given = {n: a for n, a in given.items() if a}
        record.receiver, other.purse.fresh = other.name, {}
        for name in self.program.computed():
            if name in given:
                rule = self.program.rules[name]
                other.purse.open(rule.kind, given[name], rule, record.moment, record.moment,
                                 record.event.id + '/to')
                other.awards.append((record.moment, rule.kind, given[name], record.event.id))
        other.purse.fresh = None
        self.after_side(other, record)

    def return_gift(self, member, original, again, moment):
        """From his lots and his shortfall, whoever has them by now."""
        losses, cause = {}, original.event.id + '/to'
        other = self.members.get(self.survivor(original.receiver))
        given, taken = original.given, original.given_back
        for kind in self.program.kinds:
            names = [n for n in sorted({*given, *again.given, *taken})
                     if original.program.rules[n].kind == kind]
            loss = {n: given.get(n, 0) - again.given.get(n, 0) - taken.get(n, 0) for n in names}
            if other is None or not self.takes(loss, {n: taken.get(n, 0) for n in names}):
                continue
            if any(a < 0 for a in loss.values()):
                loss = self.set_off(loss, other.purse.places(kind, cause))
            for name, amount in loss.items():
                taken[name] = taken.get(name, 0) + amount
            losses[kind] = {n: a for n, a in loss.items() if a}
        if not losses or other is None or other.closed:
            return
        if any(source[0] == cause for _, _, _, sources in self.runs for source in sources):
            raise Unspecified('what a gift has earned')
        if other is not member:
            self.meet(other, moment)
        for kind, parts in losses.items():
            other.purse.take_back(kind, parts, cause)
            other.awards.append((original.moment, kind, -sum(parts.values(), Fraction(0)),
                                 original.event.id))
