"""What time does to a member: maturing, time-outs, expiry, reviews; and the tiers of section 8."""
from fractions import Fraction

from calendar_of import first_day, last_day
from pipeline import Unspecified
from state import NEVER


class Passing:
    def settle(self, member, moment):
        """Everything due at or before the moment, in order of time."""
        while True:
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
        first = min(times)
        return None if first == NEVER else first

    def next_review(self, member, ladder):
        if not ladder.review:
            until = member.until[ladder.name]
            return NEVER if until is None else until
        after = member.next_each.get(ladder.name, member.joined)
        day = self.calendar.day(after)
        while True:
            day = day.fromordinal(day.toordinal() + 1)
            starts = first_day(day, ladder.review[1]) == day if ladder.review[0] == 'unit' else (
                day.day == ladder.review[1] and day.month == ladder.review[2])
            if starts:
                return self.calendar.midnight(day)

    def mature(self, purse, lot):
        if purse.debt[lot.kind] and lot.left:
            raise Unspecified('whether what matures pays a debt')
        lot.mature = True

    def instant(self, member, moment):
        purse = member.purse
        for hold in purse.holds.values():
            if hold.open and hold.until == moment:
                hold.open, hold.timed_out = False, True
                purse.back(hold.parts, moment - 1)
        for lot in purse.lots:
            if not lot.mature and lot.matures <= moment:
                self.mature(purse, lot)
        for ladder in self.program.ladders.values():
            if self.next_review(member, ladder) == moment:
                self.review(member, ladder, moment)
                self.announce(member, ladder, moment)
        for lot in purse.lots:
            purse.drop(lot, moment)
        for kind, end in list(member.activity.items()):
            if end == moment:
                del member.activity[kind]
                for lot in purse.of(kind):
                    purse.totals[kind]['expired'] += lot.left
                    lot.left, lot.expires = Fraction(0), min(lot.expires, moment)

    # Ladders.

    def holds(self, member, condition, moment):
        """A condition of a ladder, whose windows include everything so far."""
        if condition is None:
            return False
        word = condition[0]
        if word == 'and':
            return (self.holds(member, condition[1], moment)
                    and self.holds(member, condition[2], moment))
        if word == 'or':
            return (self.holds(member, condition[1], moment)
                    or self.holds(member, condition[2], moment))
        left, bound = condition[2], condition[3][1]
        if left[0] == 'measure':
            value = self.measure(member, left[1], left[2], moment)
        else:
            value = self.earned(member, left[1], left[2], moment)
        return value >= bound

    def highest(self, member, ladder, conditions, moment, top=None):
        best = 0
        for place in range(1, len(ladder.tiers)):
            if (top is None or place <= top) and self.holds(member, conditions[place], moment):
                best = place
        return best

    def promotions(self, member, record, late):
        again = True
        while again:
            again = False
            for ladder in self.program.ladders.values():
                again |= self.promoted(member, ladder, record, late)
                again |= self.announce(member, ladder, member.now, record.event.id)

    def promoted(self, member, ladder, record, late):
        if ladder.promote == 'at review':
            return False
        moments = [record.moment]
        if late:
            moments += [t - 1 for t in member.reviews[ladder.name] if t > record.moment]
            moments.append(member.now)
        best = max(self.highest(member, ladder, ladder.reach, t) for t in moments)
        if late and best > max(self.highest(member, ladder, ladder.reach, t)
                               for t in (record.moment, member.now)):
            raise Unspecified('whether the lowest tier has had a review')
        if best > member.tiers[ladder.name]:
            if ladder.promote == 'step by step' and not all(
                    any(self.holds(member, ladder.reach[step], t) for t in moments)
                    for step in range(member.tiers[ladder.name] + 1, best)):
                raise Unspecified('a rung whose own condition does not hold')
            self.move(member, ladder, best, member.now, self.term(ladder, member.now))
            return True
        return False

    def move(self, member, ladder, tier, moment, until):
        member.tiers[ladder.name], member.until[ladder.name] = tier, until

    def announce(self, member, ladder, moment, event=None):
        """The tier is the higher of the own one and the floor; a rise brings its gifts."""
        before, tier = member.shown[ladder.name], member.tiers[ladder.name]
        if ladder.floor and member.fields['vip']:
            tier = max(tier, ladder.floor)
        if tier == before:
            return False
        member.shown[ladder.name] = tier
        member.moves[ladder.name].append((moment, tier))
        for step in range(before + 1, tier + 1) if ladder.promote == 'step by step' else [tier]:
            if tier > before and step in ladder.bonus:
                kind, amount = ladder.bonus[step]
                cap, purse = self.program.kinds[kind].cap, member.purse
                if cap is not None:
                    amount = max(0, min(amount, cap - purse.available(kind) - purse.pending(kind)
                                        - purse.held(kind)))
                if amount:
                    purse.open(kind, amount, None, moment, moment, event and event + '/up')
                    member.awards.append((moment, kind, amount, None))
        return True

    def term(self, ladder, moment):
        lasts = ladder.lasts
        if lasts is None:
            return None
        if lasts[0] == 'for':
            return self.calendar.lasting(moment, lasts[1], lasts[2], lasts[3])
        return self.plus(self.calendar.end_of_day(last_day(self.calendar.day(moment), lasts[1])),
                         lasts[2])

    def plus(self, midnight, duration):
        return self.calendar.add(midnight, *duration) if duration else midnight

    def next_term(self, ladder, moment):
        """A term that follows on a review counts from that midnight exactly."""
        lasts = ladder.lasts
        if lasts is None:
            return None
        if lasts[0] == 'until':
            if lasts[2]:
                return self.calendar.add(moment, *lasts[2])
            return self.calendar.end_of_day(last_day(self.calendar.day(moment), lasts[1]))
        end = self.calendar.add(moment, lasts[1], lasts[2])
        if lasts[3]:
            day = self.calendar.day(end)
            if first_day(day, lasts[3]) != day or end != self.calendar.midnight(day):
                end = self.calendar.end_of_day(last_day(day, lasts[3]))
        return end

    def review(self, member, ladder, moment):
        name = ladder.name
        member.next_each[name] = moment
        member.reviews[name].append(moment)
        tier, until = member.tiers[name], self.next_term(ladder, moment)
        if ladder.promote == 'at review':
            best = self.highest(member, ladder, ladder.reach, moment - 1)
            if best > tier:
                return self.move(member, ladder, best, moment, self.term(ladder, moment))
        if tier == 0:
            member.until[name] = until if ladder.promote == 'at review' else None
            return None
        if self.holds(member, ladder.keep[tier], moment - 1):
            member.until[name] = until
            return None
        if ladder.review and member.until[name] is not None and member.until[name] > moment:
            return None
        below = self.highest(member, ladder, ladder.keep, moment - 1, tier)
        if ladder.demote == 'one step':
            below = max(below, tier - 1)
        if ladder.demote == 'never':
            member.until[name] = until
            return None
        if below == 0 and ladder.promote != 'at review':
            until = None
        return self.move(member, ladder, below, moment, until)
