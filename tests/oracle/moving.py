"""Transfers, merges, leaving: what moves from one member to another, or ends."""
from fractions import Fraction

from pipeline import Unspecified
from spending import Refused
from state import NEVER, Lot


class Moving:
    def do_transfer(self, member, record, late):
        (kind, amount), = record.fields['points'].items()
        other = self.member(self.survivor(record.fields['to']))
        if other is member:
            raise Refused('no_member')
        if other.closed:
            raise Unspecified('a transfer to who left')
        reasons = []
        rules = self.by_trigger('transfer')
        holding = [r for r in rules if r.when is None or self.see(
            r.when, member, record, record.seq, {}, record.moment)]
        if not any(not r.refuse for r in holding) or any(r.refuse for r in holding):
            reasons.append('not_eligible')
        for rule in holding:
            for place, limit in enumerate(rule.limits):
                left = self.room(rule.name, place, limit, member, {}, record.moment)
                if left is not None and left < (1 if limit.kind is None else amount) and (
                        limit.kind in (None, kind)):
                    reasons.append('limit_reached')
                    if limit.kind is None:
                        reasons.append('not_eligible')
        if member.purse.available(kind) < amount:
            reasons.append('not_enough_points')
        if reasons:
            raise Refused(*reasons)
        for rule in holding:
            for place, limit in enumerate(rule.limits):
                if limit.kind in (None, kind):
                    self.used(member, record, rule.name, place, limit, [], 1, amount)
        self.meet(other, record.moment)
        form = self.program.kinds[kind].expiry
        if form and form[0] == 'idle' and other.activity.get(kind, 0) <= record.moment:
            raise Unspecified('a clock that nothing has started')
        if other.purse.debt[kind] or member.purse.debt[kind]:
            raise Unspecified('a transfer beside a debt')
        taken = self.soonest(member.purse, kind, amount)
        member.purse.totals[kind]['issued'] -= amount
        places = {}
        record.moved = [(lot, part, self.add_lot(other.purse, lot, part, places))
                        for lot, part in taken]
        record.other = other
        other.purse.came(kind, amount)
        self.after_side(other, record)

    def return_transfer(self, member, original, lowered, record):
        """The receiver gives back what is left of the lots, then others; it goes to its lots."""
        if lowered or original.gone:
            raise Unspecified('a part of a transfer')
        other = self.members.get(self.survivor(original.other.name))
        if other is None or other.closed:
            raise Unspecified('a transfer to who left since')
        if other is not member:
            self.meet(other, record.moment)
        if any(cause.split('/')[0] == original.event.id and own.applied and own.owner is not member
               for cause, _, own, _ in self.runs):
            raise Unspecified('what earning it gave the receiver')
        for lot, part, there in original.moved:
            own = min(there.left, part)
            if not there.mature or own < part and (
                    part - own > other.purse.available(lot.kind) - own
                    or any(x.kind == lot.kind and x.left for x in other.purse.lots
                           if x is not there)):
                raise Unspecified('what was moved has been spent since')
            there.left -= own
            rest = part - own
            if rest:
                raise Unspecified('what was moved has been spent since')
            other.purse.totals[lot.kind]['issued'] -= part
            member.purse.totals[lot.kind]['issued'] += part
            member.purse.back([(lot, part)], record.moment)
        original.gone = True
        self.room_back(original, sum(part for _, part, _ in original.moved), record.moment)

    def meet(self, other, moment):
        """The other member as of now, settled.  Who is only named has lots; what comes round by
        time and tiers begins with the first event of the own."""
        if other.now is not None and other.now > moment or other.settled > moment:
            raise Unspecified('the other member is ahead')
        program = self.program
        self.settle(other, moment)
        self.use_program(program)
        other.settled = moment
        if other.now is not None:
            other.now = other.looked = moment
        other.purse.begin()

    def after_side(self, other, record):
        if other.now is not None:
            self.promotions(other, record.moment, None, record.event.id)
            self.settled_tiers(other, record.moment, record.event.id)
        self.on_earning(other, record.moment, record.event.id)

    def soonest(self, purse, kind, amount):
        """[(lot, amount)]: transfers move soonest first, whatever the kind says."""
        lots = sorted((lot for lot in purse.of(kind) if lot.mature and lot.left),
                      key=lambda lot: (lot.expires, lot.earned, lot.place, lot.seq))
        out = []
        for lot in lots:
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                out.append((lot, part))
        assert amount == 0
        return out

    def add_lot(self, purse, lot, amount, places):
        """The same points, with their dates and origin, in another purse."""
        purse.serial += 1
        new = Lot(purse.serial, lot.kind, amount, lot.earned, lot.matures, lot.expires, lot.rule,
                  lot.event + '/moved')
        new.like(lot)
        new.place = places.setdefault(lot.place, new.place)
        purse.totals[lot.kind]['issued'] += amount
        purse.lots.append(new)
        return new

    def do_leave(self, member, record, late):
        purse, member.household, member.purse.sharing = member.purse, None, None
        for hold in purse.holds.values():
            if hold.open:
                self.let_go(member, hold, record.moment)
        for lot in purse.lots:
            purse.totals[lot.kind]['expired'] += lot.left
            lot.left, lot.mature = Fraction(0), True
        for good in member.goods:
            self.take_from_stock(good.reward, -good.left)
            good.left = Fraction(0)
        self.queue = [w for w in self.queue if w[0] != member.name]
        purse.begin()
        member.closed = True

    def do_merge(self, member, record, late):
        """Everything of the other account is added; the survivor's fields first."""
        if self.program.cohorts:
            raise Unspecified('rankings of two')
        if record.fields['from'] in self.old:
            raise Refused('no_member')
        other = self.members.get(record.fields['from'])
        if other is None or other.now is None or other is member:
            raise Unspecified('a merge with nobody')
        if other.closed or member.now is None:
            raise Unspecified('a merge with who left, or by who is new')
        if self.program.ladders and (other.falling or other.promises or member.falling
                                     or member.promises or member.lifetime or other.lifetime):
            raise Unspecified('graces and promises of two')
        if other.now > record.moment or other.settled > record.moment:
            raise Unspecified('the other member is ahead')
        self.settle(other, record.moment)
        self.use_program(record.program)
        mine = member.purse.holds
        if any(hold.open and name in mine and mine[name].open
               for name, hold in other.purse.holds.items()):
            raise Refused('conflict')
        for kind in self.program.kinds:
            if (member.purse.debt[kind] or other.purse.debt[kind]) and (
                    any(p.available(kind) + p.pending(kind) for p in (
                        member.purse, other.purse))):
                raise Unspecified('a debt and points')
            member.purse.debt[kind] += other.purse.debt[kind]
        member.took_in = True
        moved, places, at_home = {}, {}, self.one_household(member, other)
        for lot in other.purse.lots:
            new = self.add_lot(member.purse, lot, lot.left, places)
            moved[id(lot)] = new
            new.event = lot.event
            self.open_moved(lot, new, member, other, at_home)
        for name, hold in other.purse.holds.items():
            hold.parts = [(moved[id(lot)], amount) for lot, amount in hold.parts]
            if hold.open or name not in mine:
                mine[name] = hold
        for name in other.said - member.said:
            member.fields[name] = other.fields[name]
        member.said |= other.said
        for use in self.uses:
            use['key'] = tuple(member.name if part == other.name else part
                               for part in use['key'])
        runs = [own for _, _, own, _ in self.runs if own.owner is other]
        for old in [*other.by_id.values(), *runs]:
            self.hand_over(old, member, moved)
        for mate in self.members.values():
            for record in mate.by_id.values():
                if mate is not other and hasattr(record, 'parts'):
                    record.parts = [(moved.get(id(lot), lot), a) for lot, a in record.parts]
                if hasattr(record, 'moved'):
                    record.moved = [(lot, part, moved.get(id(there), there))
                                    for lot, part, there in record.moved]
        member.records += other.records
        member.by_id.update(other.by_id)
        member.awards += other.awards
        member.goods += other.goods
        for ladder in self.program.ladders.values():
            name = ladder.name
            if other.tiers[name] > member.tiers[name]:
                member.tiers[name], member.until[name] = other.tiers[name], other.until[name]
            elif other.tiers[name] == member.tiers[name] and (
                    other.until[name] != member.until[name]):
                raise Unspecified('whose term')
            self.show_merged(member, ladder, record.moment)
        for name in other.newest:
            member.newest[name] = max(other.newest[name], member.newest.get(name, -NEVER))
        if self.by_trigger('after') or self.program.segments or member.activity or other.activity:
            raise Unspecified('clocks of two')
        other.purse.lots, other.purse.holds, other.goods = [], {}, []
        self.members.pop(other.name)
        self.old[other.name] = member.name

    def hand_over(self, record, member, moved):
        """What the old account did is the survivor's, and its lots are where they went."""
        record.owner = member
        if hasattr(record, 'parts'):
            record.parts = [(moved.get(id(lot), lot), amount) for lot, amount in record.parts]
        record.deducted = [(name, [(moved[id(lot)], amount) for lot, amount in parts])
                           for name, parts in record.deducted]
        if hasattr(record, 'moved'):
            record.moved = [(moved[id(lot)], part, there) for lot, part, there in record.moved]

    def show_merged(self, member, ladder, moment):
        tier = max(member.tiers[ladder.name], self.floor(member, ladder))
        if tier != member.shown[ladder.name]:
            member.shown[ladder.name] = tier
            member.moves[ladder.name].append((moment, tier))
