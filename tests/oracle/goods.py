"""Rewards in lots: granted, pending, used, run out, waiting for stock."""
from fractions import Fraction

from pipeline import Unspecified
from state import NEVER


class Good:
    def __init__(self, reward, amount, matures, until, event):
        self.reward, self.left, self.amount = reward, amount, amount
        self.matures, self.until, self.event = matures, until, event
        self.held = Fraction(0)


class Goods:
    def effects(self, member, record, see):
        """What rules that applied do besides moving points."""
        for name in sorted(record.applied):
            rule = self.program.rules[name]
            if rule.grant:
                good = self.grant(member, rule.grant[0], see(rule.grant[1]), record.moment,
                                  record.event.id)
                record.granted.append((name, good))
            if rule.promise:
                self.promise(member, rule, record.moment)

    def stock(self, reward, moment):
        """What is on the shelf, and not on hold for anybody at that moment."""
        if self.program.rewards[reward].stock is None:
            return NEVER
        left = self.on_shelf(reward)
        for holder in self.members.values():
            for hold in holder.purse.holds.values():
                if hold.bought and hold.form.name == reward and moment < hold.until:
                    if hold.timed_out:
                        raise Unspecified('the stock before something that is known to have ended')
                    left -= hold.bought if hold.open else 0
        return max(0, left)

    def on_shelf(self, reward):
        return self.stocks.setdefault(reward, self.program.rewards[reward].stock)

    def grant(self, member, reward, amount, moment, event):
        there = self.stock(reward, max(moment, member.now or moment))
        if there < amount:
            if 0 < there:
                raise Unspecified('a part of a grant is in stock')
            self.queue.append((member.name, reward, amount, event))
            return None
        self.take_from_stock(reward, amount)
        return self.give(member, reward, amount, moment, event)

    def give(self, member, reward, amount, moment, event):
        form, calendar = self.program.rewards[reward], self.calendar
        matures = calendar.add(moment, *form.pending) if form.pending else moment
        until = calendar.lasting(moment, *form.valid) if form.valid else NEVER
        good = Good(reward, amount, matures, until, event)
        member.goods.append(good)
        return good

    def goods(self, member, reward, moment):
        """Granted ones: (usable, pending)."""
        mine = [g for g in member.goods if g.reward == reward and moment < g.until]
        return (sum((g.left for g in mine if g.matures <= moment), Fraction(0)),
                sum((g.left for g in mine if g.matures > moment), Fraction(0)))

    def take_granted(self, member, reward, wanted, moment):
        """Granted ones, those that run out first: [(granted, amount)]."""
        mine = [g for g in member.goods if g.reward == reward and g.left
                and g.matures <= moment < g.until]
        parts = []
        for good in sorted(mine, key=lambda g: g.until):
            part = min(good.left, wanted)
            good.left -= part
            wanted -= part
            if part:
                parts.append((good, part))
        return parts

    def take_from_stock(self, reward, amount):
        if self.program.rewards[reward].stock is not None:
            self.stocks[reward] = self.on_shelf(reward) - amount

    def withdraw(self, good, moment):
        """A granted reward goes back while unused; whether it was all there still."""
        if good is None:
            raise Unspecified('a grant that waits')
        if good.held:
            raise Unspecified('a grant that is on hold')
        if good.left not in (0, good.amount):
            raise Unspecified('one of several was used')
        unused = good.left == good.amount
        if unused:
            self.take_from_stock(good.reward, -good.left)
        good.left = Fraction(0)
        return unused

    def do_restock(self, record):
        reward = record.fields['reward']
        self.take_from_stock(reward, -record.fields['quantity'])
        for waiting in list(self.queue):
            name, which, amount, event = waiting
            if which != reward:
                continue
            member = self.member(self.survivor(name))
            if self.stock(reward, record.moment) < amount:
                break
            self.queue.remove(waiting)
            if member.closed:
                raise Unspecified('a grant to who left')
            self.take_from_stock(reward, amount)
            self.give(member, reward, amount, record.moment, event)
