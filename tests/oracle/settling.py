"""What partners settle: points that their rules gave, and points of theirs that were used, each at
the rate of the version that decided it."""
from fractions import Fraction


class Settling:
    def owe(self, program, partner, kind, on, amount):
        """`on`: earned or spent; an amount below zero undoes it, at the rate of then."""
        if partner is None:
            return
        rates = program.partners[partner] if partner in program.partners else None
        if rates is not None and rates.kind == kind and rates.on(on) is not None and amount:
            self.settlements.append((partner, kind, on, amount, rates.on(on)))

    def owe_used(self, program, parts, sign=1):
        for lot, amount in parts:
            self.owe(program, lot.partner, lot.kind, 'spent', sign * amount)

    def owe_awards(self, program, awards, sign=1):
        """{rule: amount}"""
        for name, amount in awards.items():
            if name:
                rule = program.rules[name]
                self.owe(program, rule.funded, rule.kind, 'earned', sign * amount)

    def settled(self):
        """{(partner, kind, on): (points, money)}"""
        sums = {}
        for partner, kind, on, amount, rate in self.settlements:
            points, money = sums.get((partner, kind, on), (Fraction(0), Fraction(0)))
            sums[partner, kind, on] = points + amount, money + amount * rate
        return {key: (points, Fraction((money * 100).__floor__(), 100))
                for key, (points, money) in sums.items()}
