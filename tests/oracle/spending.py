"""Redemptions, payments, holds and adjustments, as sections 5 and 7 tell them."""
from pipeline import Unspecified
from state import Hold


class Refused(Exception):
    """`reasons`: those that the page allows here."""
    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = reasons


class Spending:
    def spend(self, member, kind, amount):
        if member.purse.available(kind) - (
                member.purse.debt[kind]) < amount or amount > member.purse.available(kind):
            raise Refused('not_enough_points')
        return member.purse.spend(kind, amount)

    def do_redeem(self, member, record, late):
        reward = self.program.rewards[record.fields['reward']]
        reasons = []
        if reward.when and not self.see(reward.when, member, record, record.seq, {},
                                        record.moment):
            reasons.append('not_eligible')
        for place, limit in enumerate(reward.limits):
            left = self.room(reward.name, place, limit, member, {}, record.moment)
            if left < record.fields['quantity']:
                reasons.append('limit_reached')
        free = min(record.fields['quantity'],
                   self.goods(member, reward.name, record.moment)[0])
        paid = record.fields['quantity'] - free
        if reward.cost is None and paid:
            raise Refused('not_eligible', 'out_of_stock', 'not_enough_points')
        if reward.stock is not None and self.stock(reward.name) < paid:
            reasons.append('out_of_stock')
        cost = (reward.cost or 0) * paid
        if member.purse.available(reward.kind) < cost:
            reasons.append('not_enough_points')
        if reasons:
            raise Refused(*reasons)
        self.take_granted(member, reward.name, free, record.moment)
        self.take_from_stock(reward.name, paid)
        record.parts = self.spend(member, reward.kind, cost)
        record.kind, record.free = reward.kind, free
        member.purse.totals[reward.kind]['spent'] += cost
        for place, limit in enumerate(reward.limits):
            self.used(member, record, reward.name, place, limit, [], record.fields['quantity'],
                      cost)

    def do_pay(self, member, record, late):
        payment = self.program.payments[record.fields['payment']]
        points, reasons = record.fields['points'], []
        if payment.minimum is not None and points < payment.minimum:
            reasons.append('below_minimum')
        worth = points * payment.money / payment.points
        if payment.share is not None and worth > record.fields['order'] * payment.share:
            reasons.append('above_maximum')
        elif worth > record.fields['order']:
            raise Unspecified('paying more than the order')
        if member.purse.available(payment.kind) < points:
            reasons.append('not_enough_points')
        if reasons:
            raise Refused(*reasons)
        record.parts = self.spend(member, payment.kind, points)
        record.kind = payment.kind
        member.purse.totals[payment.kind]['spent'] += points

    def return_spending(self, member, original, lowered, moment):
        if original.gone or set(lowered) - {'points'}:
            raise Unspecified('a return of a part of this')
        if getattr(original, 'free', 0):
            raise Unspecified('a return of what was granted')
        left = sum(amount for _, amount in original.parts)
        wish = lowered.get('points', left)
        if wish > left:
            raise Refused('out_of_range')
        if original.event.type == 'redeem' and self.program.rewards[
                original.event.fields['reward']].limits:
            raise Unspecified('room of a redemption')
        back, total = [], wish
        for place in range(len(original.parts) - 1, -1, -1):
            lot, amount = original.parts[place]
            part = min(amount, total)
            original.parts[place] = (lot, amount - part)
            total -= part
            back.append((lot, part))
        original.gone = wish == left
        member.purse.totals[original.kind]['spent'] -= wish
        member.purse.back(back, moment)

    def do_hold(self, member, record, late):
        (kind, amount), = record.fields['points'].items()
        parts = self.spend(member, kind, amount)
        until = self.calendar.moment(record.fields['until'])
        if until <= record.moment:
            raise Unspecified('a hold that is over')
        member.purse.holds[record.fields['hold']] = Hold(parts, until, kind)

    def hold_of(self, member, record):
        hold = member.purse.holds.get(record.fields['hold'])
        if hold is None:
            raise Refused('unknown_hold')
        return hold

    def do_release(self, member, record, late):
        hold = self.hold_of(member, record)
        if hold.open:
            hold.open = False
            member.purse.back(hold.parts, record.moment)
        elif hold.spent or hold.timed_out:
            raise Unspecified('a release of what is over')

    def do_capture(self, member, record, late):
        hold = self.hold_of(member, record)
        if not hold.open:
            if hold.spent:
                raise Unspecified('a capture once more')
            raise Refused('hold_closed')
        want = record.fields.get('points', sum(a for _, a in hold.parts))
        if want > sum(a for _, a in hold.parts):
            raise Unspecified('more than is held')
        hold.open, back = False, []
        hold.spent = True
        record.parts, record.kind = [], hold.kind
        member.purse.totals[hold.kind]['spent'] += want
        for lot, amount in hold.parts:
            part = min(amount, want)
            want -= part
            back.append((lot, amount - part))
            record.parts.append((lot, part))
        member.purse.back([(lot, a) for lot, a in back if a], record.moment)

    def do_adjust(self, member, record, late):
        (kind, amount), = record.fields['points'].items()
        purse = member.purse
        if amount > 0:
            purse.open(kind, amount, None, record.moment, record.moment, record.event.id, True)
        else:
            there = min(purse.available(kind), -amount)
            if there:
                purse.spend(kind, there)
            purse.fall_short(kind, -amount - there)
            purse.totals[kind]['taken_back'] -= amount
        member.awards.append((record.moment, kind, amount, record.event.id))
