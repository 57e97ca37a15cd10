"""Section 8: tiers, terms, reviews, what they cost, and the floors under them."""
from fractions import Fraction

from calendar_of import first_day, last_day
from pipeline import Unspecified
from state import NEVER


class Ladders:
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
        elif left[0] == 'balance':
            value = member.purse.available(left[1])
        else:
            value = self.earned(member, left[1], left[2], moment)
        return value >= bound

    def highest(self, member, ladder, conditions, moment, top=None):
        best = 0
        for place in range(1, len(ladder.tiers)):
            if (top is None or place <= top) and self.holds(member, conditions[place], moment):
                best = place
        return best

    # Promotions, between reviews.

    def promotions(self, member, moment, late=None, event=None):
        """`late`: the moment of a late event.  Whether a tier rose."""
        again = rose = True
        rose = False
        while again:
            again = False
            for ladder in self.program.ladders.values():
                while self.promoted(member, ladder, moment, late, event):
                    again = True
                again |= self.announce(member, ladder, moment, event)
            rose |= again
        return rose

    def promoted(self, member, ladder, moment, late, event):
        if ladder.promote == 'at review':
            return False
        moments = [moment]
        if late is not None:
            moments = [late] + [t - 1 for t in member.reviews[ladder.name] if t > late] + [moment]
        own = member.tiers[ladder.name]
        if ladder.pay_reach:
            if late is not None:
                raise Unspecified('a late event and a tier that is paid for')
            return self.paid_up(member, ladder, moment, event)
        best = max(self.highest(member, ladder, ladder.reach, t) for t in moments)
        if late is not None and best > max(self.highest(member, ladder, ladder.reach, t)
                                           for t in (late, moment)):
            raise Unspecified('whether the lowest tier has had a review')
        if best <= own:
            return False
        if ladder.promote == 'step by step' and not all(
                any(self.holds(member, ladder.reach[step], t) for t in moments)
                for step in range(own + 1, best)):
            raise Unspecified('a rung whose own condition does not hold')
        self.move(member, ladder, best, self.term(ladder, moment))
        return True

    def paid_up(self, member, ladder, moment, event):
        """A tier is reached only when what it costs can be paid."""
        own = member.tiers[ladder.name]
        places = [own + 1] if ladder.promote == 'step by step' else range(len(ladder.tiers) - 1,
                                                                          own, -1)
        for place in places:
            if place >= len(ladder.tiers) or not self.holds(member, ladder.reach[place], moment):
                continue
            if ladder.promote == 'at once' and not self.can_pay(
                    member, ladder.pay_reach.get(place)):
                raise Unspecified('the highest tier whose condition holds cannot be paid')
            if self.pay(member, ladder.pay_reach.get(place)):
                self.move(member, ladder, place, self.term(ladder, moment))
                return True
        return False

    def can_pay(self, member, price):
        return price is None or member.purse.available(price[1]) >= price[0]

    def pay(self, member, price):
        if not self.can_pay(member, price):
            return False
        if price is not None:
            self.owe_used(self.program, member.purse.spend(price[1], price[0]))
            member.purse.totals[price[1]]['spent'] += price[0]
        return True

    def move(self, member, ladder, tier, until):
        member.tiers[ladder.name], member.until[ladder.name] = tier, until
        member.falling.pop(ladder.name, None)

    def floor(self, member, ladder):
        """What lies under the own tier."""
        tier = ladder.floor if ladder.floor and member.fields['vip'] else 0
        promise = member.promises.get(ladder.name)
        return max(tier, member.lifetime.get(ladder.name, 0), promise[0] if promise else 0)

    def announce(self, member, ladder, moment, event=None):
        """The tier is the higher of the own one and the floors; a change brings its gifts."""
        before = member.shown[ladder.name]
        tier = max(member.tiers[ladder.name], self.floor(member, ladder))
        if tier == before:
            return False
        member.shown[ladder.name] = tier
        member.moves[ladder.name].append((moment, tier))
        cause = event and event + '/up'
        climbed = ladder.promote == 'step by step' and tier == member.tiers[ladder.name]
        for step in range(before + 1, tier + 1) if climbed else [tier]:
            if tier > before and step in ladder.bonus:
                kind, amount = ladder.bonus[step]
                cap, purse = self.program.kinds[kind].cap, member.purse
                if cap is not None:
                    amount = max(0, min(amount, cap - purse.available(kind) - purse.pending(kind)
                                        - purse.held(kind)))
                if amount:
                    purse.open(kind, amount, None, moment, moment, cause)
                    member.awards.append((moment, kind, amount, None))
            if tier > before:
                self.run_rules(member, self.by_trigger('promote', ladder.name, step), moment,
                               cause)
        if tier < before:
            self.run_rules(member, self.by_trigger('demote', ladder.name, before), moment, cause)
        return True

    # Terms.

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
            n, unit = lasts[2] or (0, 'day')  # also after a grace, whose end is no unit's
            before = self.calendar.day(self.calendar.add(moment, -n, unit))
            return self.plus(self.calendar.end_of_day(last_day(before, lasts[1])), lasts[2])
        end = self.calendar.add(moment, lasts[1], lasts[2])
        if lasts[3]:
            day = self.calendar.day(end)
            if first_day(day, lasts[3]) != day or end != self.calendar.midnight(day):
                end = self.calendar.end_of_day(last_day(day, lasts[3]))
        return end

    # Reviews.

    def bottom(self, ladder):
        """Whether the lowest tier has reviews of its own."""
        return ladder.promote == 'at review' or ladder.decay or ladder.carry

    def review(self, member, ladder, moment):
        name = ladder.name
        member.next_each[name] = moment
        member.reviews[name].append(moment)
        if ladder.decay:
            amount, kind = ladder.decay
            taken = min(amount, member.purse.available(kind))
            if taken:
                self.pay(member, (taken, kind))
        self.decide(member, ladder, moment)
        if ladder.carry:
            self.carry(member, ladder, moment)

    def decide(self, member, ladder, moment):
        name = ladder.name
        tier, until = member.tiers[name], self.next_term(ladder, moment)
        if ladder.promote == 'at review':
            best = self.highest(member, ladder, ladder.reach, moment - 1)
            if best > tier:
                return self.move(member, ladder, best, self.term(ladder, moment))
        if tier == 0:
            member.until[name] = until if self.bottom(ladder) else None
            return None
        if self.holds(member, ladder.keep[tier], moment - 1):
            if not self.pay(member, ladder.pay_keep.get(tier)):
                raise Unspecified('kept, and cannot be paid for')
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
        if name in member.falling:
            return None
        if ladder.grace:
            member.falling[name] = (below, self.calendar.add(moment, *ladder.grace))
            member.until[name] = None
            return None
        return self.fall(member, ladder, below, moment)

    def fall(self, member, ladder, below, moment):
        until = self.next_term(ladder, moment) if below or self.bottom(ladder) else None
        self.move(member, ladder, below, until)

    def carry(self, member, ladder, moment):
        """What is above is forfeited; what stays runs out like points earned at this instant."""
        most, kind, once = ladder.carry
        purse = member.purse
        if purse.pending(kind) or purse.held(kind):
            raise Unspecified('what is carried of points that are pending or on hold')
        for lot in purse.of(kind):
            if once and lot.carried:
                purse.totals[kind]['expired'] += lot.left
                lot.left = Fraction(0)
        over = purse.available(kind) - most
        if over > 0:
            purse.totals[kind]['expired'] += over
            purse.spend(kind, over)
        for lot in purse.of(kind):
            if lot.left:
                lot.expires, lot.carried = purse.expires(kind, None, moment), True

    # Graces, promises, lifetime tiers.

    def fallen(self, member, ladder, moment):
        """The end of a grace."""
        below, end = member.falling.get(ladder.name, (None, NEVER))
        if end == moment:
            self.fall(member, ladder, below, moment)

    def saved(self, member, ladder, moment):
        """A demotion under way is cancelled when the keep condition becomes true."""
        if ladder.name in member.falling and self.holds(
                member, ladder.keep[member.tiers[ladder.name]], moment):
            del member.falling[ladder.name]
            member.until[ladder.name] = self.term(ladder, moment)

    def promise(self, member, rule, moment):
        name, tier, n, unit = rule.promise
        running = member.promises.get(name)
        if running and running[0] != tier:
            raise Unspecified('two promises of different tiers')
        member.promises[name] = (tier, self.calendar.add(running[1], n, unit) if running
                                 else self.calendar.lasting(moment, n, unit))

    def look_at_floors(self, member, moment):
        for ladder in self.program.ladders.values():
            for tier, condition in ladder.lifetime.items():
                if self.holds(member, condition, moment):
                    member.lifetime[ladder.name] = max(tier, member.lifetime.get(ladder.name, 0))
            self.saved(member, ladder, moment)

    def recheck(self, member, moment):
        """A return that lowers what a tier rests on."""
        for ladder in self.program.ladders.values():
            tier = member.tiers[ladder.name]
            if ladder.recheck and tier and not self.holds(member, ladder.keep[tier], moment):
                if ladder.grace:
                    raise Unspecified('a grace and a return')
                below = self.highest(member, ladder, ladder.keep, moment, tier)
                if ladder.demote == 'one step':
                    below = max(below, tier - 1)
                if ladder.promote != 'at review':
                    below = max(below, self.reached_up_to(member, ladder, tier, moment, below))
                if ladder.demote != 'never' and below < tier:
                    lasts = below or self.bottom(ladder)
                    self.move(member, ladder, below, self.term(ladder, moment) if lasts else None)

    def reached_up_to(self, member, ladder, most, moment, above):
        """What would be reached again at once was not lost."""
        best = max((t for t in range(above + 1, most + 1)
                    if self.holds(member, ladder.reach[t], moment)), default=0)
        if best and ladder.pay_reach and (ladder.promote == 'step by step' or not self.can_pay(
                member, ladder.pay_reach.get(best))):
            raise Unspecified('whether a tier that costs points would be reached again')
        if ladder.promote == 'step by step' and not all(
                self.holds(member, ladder.reach[step], moment) for step in range(above + 1, best)):
            raise Unspecified('a rung whose own condition does not hold')
        return best
