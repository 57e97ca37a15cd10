"""What a version retires: points and rewards end, stay, or become others once it is in force."""
from fractions import Fraction

from pipeline import Unspecified
from state import NEVER, Lot


class Retiring:
    def retired(self):
        """Every `retire` so far, with the time from which it holds, oldest first."""
        return [(since, name, form) for since, program in self.versions
                for name, form in program.retires.items() if form[0] != 'keep']

    def next_retired(self, member):
        """When something of the member's is to go."""
        times = [NEVER]
        for since, name, _ in self.retired():
            moment = max(since, member.settled, member.now or since)
            if self.has_of(member, name, moment):
                times.append(moment)
        return min(times)

    def has_of(self, member, name, moment):
        purse = member.purse
        return (name in purse.debt and (purse.debt[name] or any(
            lot.left for lot in purse.of(name)))) or any(
                good.left and good.reward == name and moment < good.until for good in member.goods)

    def retire(self, member, moment):
        for since, name, (word, other, to, of) in self.retired():
            if since > moment or not self.has_of(member, name, moment):
                continue
            rate = Fraction(to, of) if word == 'becomes' else Fraction(0)
            if name in member.purse.debt:
                self.end_points(member, name, other, rate)
            else:
                self.end_goods(member, name, other, rate, moment)

    def end_points(self, member, name, other, rate):
        purse, before, given = member.purse, Fraction(0), Fraction(0)
        unit = Fraction(1, 10 ** self.program.kinds[other].decimals) if other else 1
        lots = sorted((lot for lot in purse.of(name) if lot.left),
                      key=lambda lot: (lot.place, lot.seq))
        for number, lot in enumerate(lots):
            purse.totals[name]['spent' if rate else 'expired'] += lot.left
            before += lot.left
            lot.left = Fraction(0)
            if lots[number + 1:] and lots[number + 1].place == lot.place:
                continue  # they are one lot
            part = before * rate // unit * unit - given
            given += part
            if part:
                self.open_other(purse, lot, other, part)
        debt, purse.debt[name] = purse.debt[name], Fraction(0)
        purse.totals[name]['forgiven'] += debt
        owed = debt * rate // unit * unit
        if owed:
            purse.totals[other]['taken_back'] += owed
            there = min(owed, purse.available(other))
            if there:
                purse.spend(other, there)
            purse.fall_short(other, owed - there)

    def open_other(self, purse, lot, kind, amount):
        """The same age and dates, of another kind."""
        purse.serial += 1
        new = Lot(purse.serial, kind, amount, lot.earned, lot.matures, lot.expires, '',
                  lot.event + '/became')
        new.like(lot)
        purse.totals[kind]['issued'] += amount
        purse.lots.append(new)
        purse.settle_debt(new)
        if new.mature:
            purse.came(kind, new.left)

    def end_goods(self, member, name, other, rate, moment):
        for good in [g for g in member.goods if g.reward == name and g.left]:
            if good.until <= moment:
                continue
            amount = good.left * rate
            if amount.denominator != 1:
                raise Unspecified('a part of a reward')
            good.left = Fraction(0)
            if amount:
                new = self.grant(member, other, amount, moment, good.event + '/became')
                if new is None:
                    raise Unspecified('what becomes a reward that is out of stock')
                new.matures, new.until = good.matures, good.until
