"""What a member holds: lots, holds, debt; and how points are spent, come back and run out."""
from fractions import Fraction

from pipeline import Unspecified

NEVER = 1 << 60


class Lot:
    def __init__(self, seq, kind, amount, earned, matures, expires, rule, event):
        self.seq, self.kind, self.left = seq, kind, amount
        self.earned, self.matures, self.expires = earned, matures, expires
        self.rule, self.event, self.mature = rule, event, False
        self.carried = self.was_shared = False
        self.shared, self.owner = Fraction(0), None
        self.place, self.partner = seq, None

    def like(self, lot):
        """Has the state and the partner of another."""
        self.mature, self.until = lot.mature, lot.until
        self.partner = lot.partner


class Hold:
    """`parts`: [(lot, amount)]; `goods`: granted rewards, likewise; `form`: the payment or the
    reward, `bought`: how many of it are paid for."""
    def __init__(self, parts, until, goods, form, bought):
        self.parts, self.until, self.open = parts, until, True
        self.goods, self.form, self.bought = goods, form, bought
        self.spent = self.timed_out = False

    def times(self):
        """As how many a limit counts it: granted ones are at no cost."""
        return 1 if hasattr(self.form, 'steps') else self.bought


class Purse:
    """The points of one member; `calendar` and `program` say what the kinds mean."""

    def __init__(self, program, calendar):
        self.program, self.calendar = program, calendar
        self.lots, self.holds, self.serial, self.inflow, self.sources = [], {}, 0, {}, []
        self.paying, self.clocks, self.sharing = set(), {}, None
        self.fresh = None  # where lots of some terms stand, of those that one run opens
        self.debt = {k: Fraction(0) for k in program.kinds}
        self.totals = {k: dict.fromkeys(('issued', 'spent', 'expired', 'taken_back', 'forgiven'),
                                        Fraction(0)) for k in program.kinds}

    def of(self, kind):
        return [lot for lot in self.lots if lot.kind == kind]

    def available(self, kind):
        return sum((lot.left for lot in self.of(kind) if lot.mature), Fraction(0))

    def pending(self, kind):
        return sum((lot.left for lot in self.of(kind) if not lot.mature), Fraction(0))

    def held(self, kind):
        return sum((amount for hold in self.holds.values() if hold.open
                    for lot, amount in hold.parts if lot.kind == kind), Fraction(0))

    def expires(self, kind, rule, earned):
        form = rule.expiry if rule and rule.expiry else self.program.kinds[kind].expiry
        return self.expiry_of(form, earned)

    def expiry_of(self, form, earned):
        calendar = self.calendar
        if form is None or form[0] in ('never', 'idle'):
            return NEVER
        if form[0] == 'after':
            return calendar.lasting(earned, form[1], form[2], form[3])
        day = calendar.day(earned)
        if form[0] == 'on':
            if day > form[1]:
                raise Unspecified('earned after the day on which it expires')
            return calendar.end_of_day(form[1])
        end = day.replace(day=form[1], month=form[2])
        if end < day:
            end = end.replace(year=end.year + 1)
        return calendar.end_of_day(end)

    def matures(self, kind, rule, earned):
        form = rule.pending if rule and rule.pending else self.program.kinds[kind].pending
        if form is None:
            return earned
        if form[0] == 'until':
            return NEVER
        return self.calendar.add(earned, form[1], form[2])

    def open(self, kind, amount, rule, earned, now, event, at_once=False):
        if (kind, event) in self.paying:
            raise Unspecified('which of two new lots pays the debt')
        if self.debt[kind]:
            self.paying.add((kind, event))
        form = self.program.kinds[kind].expiry
        if form and form[0] == 'idle' and not (rule and rule.expiry) and (
                self.clocks.get(kind, 0) <= now):
            raise Unspecified('a clock that nothing has started')
        self.serial += 1
        lot = Lot(self.serial, kind, amount, earned, self.matures(kind, rule, earned),
                  self.expires(kind, rule, earned), rule.name if rule else '', event)
        pending = (rule.pending if rule and rule.pending else self.program.kinds[kind].pending)
        lot.partner = rule.funded if rule else None
        if self.fresh is not None:
            terms = kind, pending, rule and rule.expiry or form or ('never',), lot.partner
            lot.place = self.fresh.setdefault(terms, lot.place)
        lot.until = pending[1] if pending and pending[0] == 'until' else None
        if at_once:
            lot.until, lot.matures = None, earned
        self.totals[kind]['issued'] += amount
        if self.sharing and kind in self.sharing.kinds:
            lot.shared = amount * self.sharing.share
        self.lots.append(lot)
        lot.mature = lot.matures <= now
        if lot.expires > now:
            self.settle_debt(lot)
        elif self.debt[kind] and now > earned:
            raise Unspecified('a debt, and points that are late and over')
        if lot.mature:
            self.came(kind, lot.left, lot)
        self.drop(lot, now)

    def came(self, kind, amount, lot=None):
        """What became available in the transaction under way; of `lot`, where it was new to it."""
        self.inflow[kind] = self.inflow.get(kind, 0) + amount
        if lot:
            self.sources.append((lot.event, lot.rule, kind, amount))

    def begin(self):
        """A transaction begins."""
        self.inflow, self.sources = {}, []

    def settle_debt(self, lot):
        """What comes in pays what is owed first; pending points do (maturing posts nothing)."""
        paid = min(lot.left, self.debt[lot.kind])
        lot.left -= paid
        self.debt[lot.kind] -= paid

    def drop(self, lot, now):
        if lot.expires <= now and lot.left:
            self.totals[lot.kind]['expired'] += lot.left
            lot.left = Fraction(0)

    def in_order(self, kind, mature=True):
        take = self.program.kinds[kind].take
        lots = [lot for lot in self.of(kind) if lot.mature == mature and lot.left]
        if take != 'soonest' and len({lot.expires == NEVER for lot in lots}) > 1:
            raise Unspecified('where points that never expire come in this order')
        if take == 'soonest':
            return sorted(lots, key=lambda lot: (lot.expires, lot.earned, lot.place, lot.seq))
        if take == 'oldest':
            return sorted(lots, key=lambda lot: (lot.earned, lot.place, lot.seq))
        return sorted(lots, key=lambda lot: (-lot.earned, -lot.place, lot.seq))

    def spend(self, kind, amount):
        """From available lots in the declared order: [(lot, amount)]."""
        parts = []
        lots = self.in_order(kind)
        for lot in lots:
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                parts.append((lot, part))
        assert amount == 0
        return parts

    def back(self, parts, now, pays=False):
        """Points return to the lots they came from, with the expiry these had; before they go they
        may pay for what the same return takes."""
        for lot, amount in parts:
            lot.left += amount
            if pays and lot.expires <= now:
                if self.debt[lot.kind]:
                    raise Unspecified('a debt, and points that come back and are over')
                continue
            self.drop(lot, now)
            if lot.left and lot.mature:
                owed = self.debt[lot.kind]
                self.settle_debt(lot)
                self.came(lot.kind, max(Fraction(0), amount - (owed - self.debt[lot.kind])))

    def places(self, kind, event):
        """Where the lots stand that an event opened, by rule."""
        return {lot.rule: lot.place for lot in self.lots
                if (lot.kind, lot.event) == (kind, event)}

    def take_back(self, kind, losses, event):
        """A return takes `losses` (rule -> amount) of what `event` had earned: its pending part,
        the rest of its lots, other lots in spending order, those still pending last, then the
        shortfall."""
        total = sum(losses.values())
        self.totals[kind]['taken_back'] += total
        mine = [lot for lot in self.of(kind) if lot.event == event]
        place_of, wishes = {lot.rule: lot.place for lot in mine}, {}
        for name, loss in losses.items():
            place = place_of.get(name, NEVER)
            wishes[place] = wishes.get(place, Fraction(0)) + loss
        for mature in (False, True):
            for own in (True, False):
                for lot in sorted(mine, key=lambda lot: (lot.place, lot.seq)):
                    if lot.mature != mature:
                        continue
                    wish = wishes.get(lot.place, Fraction(0)) if own else sum(wishes.values())
                    part = min(lot.left, wish)
                    lot.left -= part
                    total -= part
                    for place in [lot.place] if own and part else sorted(wishes):
                        cut = min(wishes[place], part)
                        wishes[place] -= cut
                        part -= cut
        if any(lot.event == event + '/up' and lot.left for lot in self.of(kind)):
            raise Unspecified('whether the gift of a promotion is part of its event')
        for mature in (True, False) if total else ():
            for lot in self.in_order(kind, mature):
                part = min(lot.left, total)
                lot.left -= part
                total -= part
        self.fall_short(kind, total)

    def fall_short(self, kind, missing):
        """What could not be taken is a debt, or written off."""
        if self.program.kinds[kind].shortfall == 'forgive':
            self.totals[kind]['forgiven'] += missing
        else:
            self.debt[kind] += missing
