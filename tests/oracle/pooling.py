"""Households: own lots first, then what the others have opened, soonest first."""
from fractions import Fraction

from pipeline import Unspecified
from spending import Refused


class Pooling:
    def do_enter(self, member, record, late):
        pool = self.program.pools[record.fields['pool']]
        if member.household or any(lot.left and lot.was_shared for lot in member.purse.lots):
            raise Unspecified('entering twice')
        name = record.fields.get('with')
        leader = member if name is None else self.members.get(self.survivor(name))
        if leader is None or leader is not member and leader.household is None:
            raise Unspecified('entering with who is in no household')
        home = leader.household or record.event.id
        if sum(m.household == home for m in self.members.values()) >= pool.most:
            raise Refused('limit_reached', 'not_eligible', 'above_maximum', 'out_of_range')
        member.household, member.purse.sharing = home, pool

    def do_exit(self, member, record, late):
        if not member.household:
            raise Unspecified('an exit from nowhere')
        self.out_of_pool(member)

    def out_of_pool(self, member):
        """The own unspent lots go along; nobody else spends them any more."""
        member.household = member.purse.sharing = None
        for lot in member.purse.lots:
            lot.was_shared |= bool(lot.shared or lot.owner)
            lot.shared = Fraction(0)

    def opened(self, member, kind, record):
        """[(owner, lot, amount)]: what the others of the household have opened of a kind."""
        pool = member.purse.sharing
        if pool is None or record.event.type not in ('redeem', 'pay') or (
                pool.when and not self.see(pool.when, member, record, record.seq, {},
                                           record.moment)):
            return []
        out = []
        for other in list(self.members.values()):
            if other is member or other.household != member.household:
                continue
            self.meet(other, record.moment)
            self.one_share(other.purse.of(kind))
            for lot in other.purse.of(kind):
                amount = min(lot.left, lot.shared)
                if lot.mature and amount:
                    if (amount * 10 ** self.program.kinds[kind].decimals).denominator != 1:
                        raise Unspecified('a part of a point is open')
                    out.append((other, lot, amount))
        return sorted(out, key=lambda part: (self.runs_out(*part[:2]), part[1].earned))

    def one_share(self, lots):
        """Rules share a lot, which is open as one."""
        for place in {lot.place for lot in lots}:
            alike = [lot for lot in lots if lot.place == place]
            if sum(min(lot.left, lot.shared) for lot in alike) != min(
                    sum(lot.left for lot in alike), sum(lot.shared for lot in alike)):
                raise Unspecified('what is open of a lot of several rules, some of it gone')

    def runs_out(self, owner, lot):
        return min(lot.expires, owner.activity.get(lot.kind, lot.expires))

    def spend_together(self, member, kind, amount, record):
        """[(lot, amount)], the own first."""
        own, others = member.purse.available(kind), self.opened(member, kind, record)
        if own >= amount or not others:
            return self.spend(member, kind, amount)
        if member.purse.debt[kind]:
            raise Unspecified('what is open to who owes points')
        if own + sum(part for _, _, part in others) < amount:
            raise Refused('not_enough_points')
        parts = member.purse.spend(kind, own) if own else []
        left = amount - own
        for place, (other, lot, there) in enumerate(others):
            part = min(there, left)
            if 0 < part == left and any(
                    self.runs_out(who, x) == self.runs_out(other, lot) and x.earned == lot.earned
                    for who, x, _ in others[:place] + others[place + 1:]):
                raise Unspecified('which of two lots goes first')
            left -= part
            lot.left -= part
            lot.shared -= part
            if part:
                lot.owner = other
                parts.append((lot, part))
        return parts

    def give_back(self, member, parts, record):
        """Points that were spent return to the lots they came from, whosever these are."""
        mine = [(lot, amount) for lot, amount in parts if lot in member.purse.lots]
        if any(lot.owner for lot, _ in mine):
            raise Unspecified('points of two, who are one since')
        for lot, amount in parts:
            owner = lot.owner
            if lot in member.purse.lots or not amount:
                continue
            if owner.closed and lot.partner:
                raise Unspecified('what a partner settles for points of who has left')
            if owner.closed:
                continue  # nothing is there to go back to
            self.meet(owner, record.moment)
            if lot in owner.purse.lots and not lot.was_shared:
                lot.shared += amount
            owner.purse.back([(lot, amount)], record.moment)
            self.after_side(owner, record)
        member.purse.back(mine, record.moment)

    # Merging.

    def one_household(self, member, other):
        """Whether the survivor is in the household of the other, whose place is taken over."""
        if other.household is None:
            return False
        if member.household is None:
            member.household, member.purse.sharing = other.household, other.purse.sharing
        return member.household == other.household

    def open_moved(self, lot, new, member, other, at_home):
        """What was open of a lot stays so in the same household."""
        if lot.shared and any(hold.open and part is lot for hold in other.purse.holds.values()
                              for part, _ in hold.parts):
            raise Unspecified('what is open of points on hold')
        new.shared = lot.shared if at_home else Fraction(0)
        new.owner = lot.owner and member
        new.was_shared = lot.was_shared or bool(lot.shared or lot.owner) and not (
            at_home and lot.left)
