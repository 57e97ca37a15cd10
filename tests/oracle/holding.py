"""Holds: points, a payment or a reward, reserved until captured, released or over."""
from fractions import Fraction

from pipeline import Unspecified
from spending import Refused
from state import Hold


class Holding:
    def do_hold(self, member, record, late):
        fields, form, goods, bought = record.fields, None, [], 0
        if fields['hold'] in member.purse.holds:
            raise Refused('conflict')
        if 'payment' in fields:
            form, parts = self.bill(member, record)
        elif 'reward' in fields:
            form, goods, parts = self.order(member, record)
            bought = fields['quantity'] - sum(amount for _, amount in goods)
        else:
            for kind, amount in fields['points'].items():
                if not self.affords(member, kind, amount):
                    raise Refused('not_enough_points')
            parts = [part for kind, amount in fields['points'].items()
                     for part in self.spend(member, kind, amount)]
        until = self.calendar.moment(fields['until']) if 'until' in fields else (
            self.calendar.add(record.moment, *form.hold))
        if until <= record.moment:
            raise Unspecified('a hold that is over')
        for good, amount in goods:
            good.held += amount
        member.purse.holds[fields['hold']] = Hold(parts, until, goods, form, bought)

    def room_on_hold(self, member, form, limit, moment):
        """What open holds will use of a limit; it counts when they are captured."""
        used = Fraction(0)
        for holder in [member] if 'member' in limit.keys else self.members.values():
            for hold in holder.purse.holds.values():
                if hold.form and hold.form.name == form.name and moment < hold.until:
                    if hold.timed_out:
                        raise Unspecified('the room before something that is known to have ended')
                    if hold.open:
                        used += hold.times() if limit.kind is None else sum(
                            amount for _, amount in hold.parts)
        return used

    def hold_of(self, member, record):
        hold = member.purse.holds.get(record.fields['hold'])
        if hold is None:
            raise Refused('unknown_hold')
        return hold

    def let_go(self, member, hold, moment):
        """Points and rewards go back to where they came from."""
        hold.open = False
        for good, amount in hold.goods:
            good.held -= amount
            good.left += amount
        member.purse.back(hold.parts, moment)

    def do_release(self, member, record, late):
        hold = self.hold_of(member, record)
        if hold.open:
            self.let_go(member, hold, record.moment)
        elif hold.spent or hold.timed_out:
            raise Unspecified('a release of what is over')

    def do_capture(self, member, record, late):
        hold = self.hold_of(member, record)
        if not hold.open:
            if hold.spent:
                raise Unspecified('a capture once more')
            raise Refused('hold_closed')
        wanted = self.wanted(hold, record)
        hold.open, hold.spent, back = False, True, []
        record.parts, record.form = [], hold.form
        record.free, record.bought = hold.goods, hold.bought
        if hold.bought:
            self.take_from_stock(hold.form.name, hold.bought)
        for good, amount in hold.goods:
            good.held -= amount
        for lot, amount in hold.parts:
            part = min(amount, wanted[lot.kind])
            wanted[lot.kind] -= part
            back.append((lot, amount - part))
            record.parts.append((lot, part))
            member.purse.totals[lot.kind]['spent'] += part
        self.owe_used(self.program, record.parts)
        for place, limit in enumerate(hold.form.limits if hold.form else ()):
            self.used(member, record, hold.form.name, place, limit, [], hold.times(),
                      sum(part for _, part in record.parts))
        member.purse.back([(lot, a) for lot, a in back if a], record.moment)

    def wanted(self, hold, record):
        """{kind: amount}: all that is held, unless the capture names less; the rest is let go."""
        held = {}
        for lot, amount in hold.parts:
            held[lot.kind] = held.get(lot.kind, Fraction(0)) + amount
        if 'points' not in record.fields:
            return held
        named = record.event.fields['points']
        if isinstance(named, tuple):
            named = {named[1]: named[0]}
        if hold.goods or hold.bought:
            raise Unspecified('a part of a reward')
        if any(amount > held.get(kind, 0) for kind, amount in named.items()):
            raise Unspecified('more than is held')
        form, amount = hold.form, sum(named.values())
        if form and (form.minimum and amount < form.minimum or form.steps and amount % form.steps):
            raise Unspecified('whether the terms of a payment hold for a part of it')
        return {kind: named.get(kind, Fraction(0)) for kind in held}
