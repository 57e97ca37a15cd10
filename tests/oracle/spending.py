"""Redemptions, payments and adjustments, as sections 5 and 7 tell them."""
from pipeline import Unspecified


class Refused(Exception):
    """`reasons`: those that the page allows here."""
    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = reasons


class Spending:
    def affords(self, member, kind, amount):
        purse = member.purse
        return purse.available(kind) - purse.debt[kind] >= amount <= purse.available(kind)

    def spend(self, member, kind, amount):
        if not self.affords(member, kind, amount):
            raise Refused('not_enough_points')
        return member.purse.spend(kind, amount)

    def full_limits(self, form, member, record, times, amount):
        """The reason, where a limit of a reward or payment leaves too little."""
        for place, limit in enumerate(form.limits):
            left = self.room(form.name, place, limit, member, {}, record.moment)
            left = left and left - self.room_on_hold(member, form, limit, record.moment)
            if left is not None and left < (times if limit.kind is None else amount):
                return ['limit_reached']
        return []

    def order(self, member, record):
        """A reward is taken, granted ones first: (reward, [(granted, amount)], [(lot, amount)])."""
        reward, quantity = self.program.rewards[record.fields['reward']], record.fields['quantity']
        reasons = []
        if reward.when and not self.see(reward.when, member, record, record.seq, {},
                                        record.moment):
            reasons.append('not_eligible')
        free = min(quantity, self.goods(member, reward.name, record.moment)[0])
        paid = quantity - free
        if free and (reward.when or reward.limits):
            raise Unspecified('the terms of a reward that was granted')
        cost = (reward.cost or 0) * paid
        reasons += self.full_limits(reward, member, record, quantity, cost)
        if reward.cost is None and paid:
            raise Refused('not_eligible', 'out_of_stock', 'not_enough_points')
        if paid and self.stock(reward.name, record.moment) < paid:
            reasons.append('out_of_stock')
        there = sum(part for _, _, part in self.opened(member, reward.kind, record))
        if cost and member.purse.available(reward.kind) + there < cost:
            reasons.append('not_enough_points')
        if reasons:
            raise Refused(*reasons)
        parts = self.spend_together(member, reward.kind, cost, record) if cost else []
        return reward, self.take_granted(member, reward.name, free, record.moment), parts

    def do_redeem(self, member, record, late):
        reward, goods, record.parts = self.order(member, record)
        cost = sum(part for _, part in record.parts)
        record.form, record.free = reward, goods
        record.bought = record.fields['quantity'] - sum(amount for _, amount in goods)
        self.take_from_stock(reward.name, record.bought)
        member.purse.totals[reward.kind]['spent'] += cost
        self.owe_used(self.program, record.parts)
        for place, limit in enumerate(reward.limits):
            self.used(member, record, reward.name, place, limit, [], record.fields['quantity'],
                      cost)

    def bill(self, member, record):
        """Points are paid: (payment, [(lot, amount)])."""
        payment = self.program.payments[record.fields['payment']]
        points, reasons = record.fields['points'], []
        if payment.when and not self.see(payment.when, member, record, record.seq, {},
                                         record.moment):
            reasons.append('not_eligible')
        if payment.minimum is not None and points < payment.minimum:
            reasons.append('below_minimum')
        if payment.steps and points % payment.steps:
            reasons.append('out_of_range')
        worth = points * payment.money / payment.points
        if payment.share is not None and worth > record.fields['order'] * payment.share:
            reasons.append('above_maximum')
        elif worth > record.fields['order']:
            raise Unspecified('paying more than the order')
        reasons += self.full_limits(payment, member, record, 1, points)
        there = sum(part for _, _, part in self.opened(member, payment.kind, record))
        if member.purse.available(payment.kind) + there < points:
            reasons.append('not_enough_points')
        if reasons:
            raise Refused(*reasons)
        return payment, self.spend_together(member, payment.kind, points, record)

    def do_pay(self, member, record, late):
        payment, record.parts = self.bill(member, record)
        record.form = payment
        points = record.fields['points']
        member.purse.totals[payment.kind]['spent'] += points
        self.owe_used(self.program, record.parts)
        for place, limit in enumerate(payment.limits):
            self.used(member, record, payment.name, place, limit, [], 1, points)

    def return_spending(self, member, original, lowered, record):
        if original.gone or set(lowered) - {'points'}:
            raise Unspecified('a return of a part of this')
        if len({lot.kind for lot, _ in original.parts}) > 1 and lowered:
            raise Unspecified('a part of points of several kinds')
        left = sum(amount for _, amount in original.parts)
        wish = lowered.get('points', left)
        if wish > left:
            raise Refused('out_of_range')
        if getattr(original.form, 'keeps', False):
            if lowered:
                raise Unspecified('a part of what stays paid')
            original.gone = True
            return
        reward = original.form if hasattr(original.form, 'stock') else None
        if reward and lowered:
            raise Unspecified('points of a reward, without the reward')
        if reward:
            self.take_from_stock(reward.name, -original.bought)
            for good, amount in original.free:
                good.left += amount
        back, total = [], wish
        for place in range(len(original.parts) - 1, -1, -1):
            lot, amount = original.parts[place]
            part = min(amount, total)
            original.parts[place] = (lot, amount - part)
            total -= part
            back.append((lot, part))
            member.purse.totals[lot.kind]['spent'] -= part
        self.owe_used(original.program, back, -1)
        original.gone = wish == left
        self.room_back(original, wish, record.moment)
        self.give_back(member, back, record)

    def room_back(self, original, amount, moment):
        """Of limits of a reward, a payment, or rules on transfer."""
        for use in self.uses:
            if use['event'] == original.event.id and not use['names'] and not self.closed(
                    use, moment):
                use['amount'] -= amount
                use['times'] = 0 if original.gone else use['times']

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
