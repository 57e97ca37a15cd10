"""What time does to a member: maturing, time-outs, reviews, expiry; then what begins with a day."""
from fractions import Fraction

from pipeline import Unspecified
from state import NEVER


class Passing:
    def settle(self, member, moment):
        """Everything due at or before the moment, in order of time."""
        while not member.closed:
            due = self.next_due(member)
            if due is None or due > moment:
                return
            self.instant(member, due)

    def next_due(self, member):
        times = [NEVER]
        purse = member.purse
        times += [h.until for h in purse.holds.values() if h.open]
        for lot in purse.lots:
            if not lot.mature:
                times.append(lot.matures)
            if lot.left:
                times.append(lot.expires)
        times += [end for kind, end in member.activity.items()
                  if any(lot.left for lot in purse.of(kind))]
        if member.now is not None:
            for ladder in self.program.ladders.values():
                times.append(self.next_review(member, ladder))
                times += [part[ladder.name][1] for part in (member.falling, member.promises)
                          if ladder.name in part]
            times.append(self.next_schedule(member))
        times.append(self.next_retired(member))
        first = min(times)
        return None if first == NEVER else first

    def mature(self, purse, lot):
        if purse.debt[lot.kind] and lot.left:
            raise Unspecified('whether what matures pays a debt')
        lot.mature = True
        purse.came(lot.kind, lot.left, lot)

    def instant(self, member, moment):
        purse, cause = member.purse, '#%d' % moment
        self.version(moment)
        purse.begin()
        matured = self.ends(member, moment, cause)
        self.retire(member, moment)
        rules = self.due_rules(member, moment) if member.now is not None else []
        applied = self.run_rules(member, rules, moment, cause) if rules else []
        member.looked = max(member.looked, moment)
        if member.now is not None:
            if applied or matured:
                self.promotions(member, moment, None, cause)
            self.settled_tiers(member, moment, cause)
            self.on_earning(member, moment, cause)

    def ends(self, member, moment, cause):
        """What ends at this instant, seen with the day that ends; whether something matured."""
        purse, matured = member.purse, False
        for hold in purse.holds.values():
            if hold.open and hold.until == moment:
                hold.timed_out = True
                self.let_go(member, hold, moment - 1)
        for lot in purse.lots:
            if not lot.mature and lot.matures <= moment:
                matured = matured or lot.left > 0  # what ran out before is not there to mature
                self.mature(purse, lot)
        if member.now is not None:
            for ladder in self.program.ladders.values():
                if self.next_review(member, ladder) == moment:
                    self.review(member, ladder, moment)
                self.fallen(member, ladder, moment)
                if ladder.name in member.promises and (
                        member.promises[ladder.name][1] == moment):
                    del member.promises[ladder.name]
                self.announce(member, ladder, moment, cause)
        for lot in purse.lots:
            purse.drop(lot, moment)
        for kind, end in list(member.activity.items()):
            if end == moment:
                del member.activity[kind]
                for lot in purse.of(kind):
                    purse.totals[kind]['expired'] += lot.left
                    lot.left, lot.expires = Fraction(0), min(lot.expires, moment)
        return matured

    def settled_tiers(self, member, moment, cause, record=None):
        """Floors, graces and segments, after an event and at the start of a day."""
        self.look_at_floors(member, moment)
        for ladder in self.program.ladders.values():
            self.announce(member, ladder, moment, cause)
        rules = self.segments(member, moment, record)
        if rules and self.run_rules(member, rules, moment, cause + '/in', record):
            self.promotions(member, moment, None, cause)
