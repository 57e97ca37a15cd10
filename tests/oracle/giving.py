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
        for name, was in original.given.items():
            loss = was - again.given.get(name, 0) - original.given_back.get(name, 0)
            if loss < 0:
                raise Unspecified('a return gives back')
            original.given_back[name] = original.given_back.get(name, 0) + loss
            if loss:
                losses.setdefault(original.program.rules[name].kind, {})[name] = loss
        other = self.members.get(self.survivor(original.receiver))
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
