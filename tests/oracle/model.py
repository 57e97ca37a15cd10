"""The slow, obvious model of language.md: applies abstract events, one member at a time."""
import copy
from fractions import Fraction

from calendar_of import EXACT, Calendar, first_day
from cohorts import Cohorts
from giving import Giving
from goods import Goods
from holding import Holding
from moving import Moving
from passing import Passing
from pipeline import Pipeline, Unspecified, share
from pooling import Pooling
from retiring import Retiring
from returning import Returning
from rungs import Ladders
from settling import Settling
from spending import Refused, Spending
from state import NEVER, Purse
from triggers import Triggers
from waiting import Waiting


class Record:
    """An applied event: its fields as they were and as returns have left them."""
    def __init__(self, seq, event, moment):
        self.seq, self.event, self.moment = seq, event, moment
        self.fields = {k: v[0] if isinstance(v, tuple) else v for k, v in event.fields.items()}
        self.history = [(seq, dict(self.fields), False)]
        self.gone = False
        self.pipeline = None
        self.posted, self.taken, self.rooms, self.seen = {}, {}, {}, {}
        self.applied, self.deducted, self.granted, self.came = set(), [], [], None
        self.lowered_by = None

    def at_seq(self, seq):
        """Fields and whether all was returned, as known when `seq` was written."""
        return [(f, g) for s, f, g in self.history if s <= seq][-1]


class Member:
    def __init__(self, name, program, calendar):
        self.name, self.purse = name, Purse(program, calendar)
        self.fields, self.records, self.now = {'vip': False}, [], None
        self.tiers = {ladder: 0 for ladder in program.ladders}
        self.shown = {ladder: 0 for ladder in program.ladders}
        self.until = {ladder: None for ladder in program.ladders}
        self.moves = {ladder: [] for ladder in program.ladders}
        self.reviews = {ladder: [] for ladder in program.ladders}
        self.next_each = {}
        self.awards = []
        self.activity = self.purse.clocks
        self.by_id = {}
        self.settled = self.looked = -NEVER
        self.closed, self.told, self.said, self.took_in = False, None, set(), False
        self.falling, self.promises, self.lifetime = {}, {}, {}
        self.fired, self.spells, self.newest, self.inside = {}, {}, {}, set()
        self.given_in = {}  # by rules on a member's date, the year in which they last applied
        self.goods, self.household = [], None


class Model(Returning, Passing, Ladders, Triggers, Spending, Holding, Goods, Moving,
            Waiting, Pooling, Cohorts, Retiring, Settling, Giving):
    def __init__(self, program):
        self.program, self.calendar = program, Calendar(program.zone, program.roll)
        self.versions, self.purses = [(-NEVER, program)], {}
        self.members, self.seq, self.uses, self.by_then = {}, 0, [], 0
        self.applied, self.skipped = set(), set()
        self.waiting, self.waits, self.refused_later = [], False, {}
        self.passed, self.rankings, self.settlements = None, [], []
        self.stocks, self.queue, self.old, self.followed, self.runs = {}, [], {}, set(), []
        rules = program.rules.values()
        self.triggered = program.segments or any(
            isinstance(r.on, tuple) or r.deduct or r.grant or r.promise for r in rules)
        self.late_refusals = any(r.deduct or r.refuse for r in rules) or any(
            r.stock is not None for r in program.rewards.values())

    def version(self, moment):
        """From here on the rules that are in force at a moment decide."""
        self.use_program([p for since, p in self.versions if since <= moment][-1])

    def use_program(self, program):
        if program is not self.program:
            self.program = program
            for member in self.members.values():
                member.purse.program = program

    def survivor(self, name):
        """Whose events those of a name are: a merged name is the survivor's."""
        while name in self.old:
            name = self.old[name]
        return name

    def member(self, name):
        if name not in self.members:
            self.members[name] = Member(name, self.program, self.calendar)
        return self.members[name]

    # What an expression says.

    def see(self, expr, member, record, seq, fields, moment):
        """The value of an expression for `record` with `fields`, as known at `seq`."""
        def value(e):
            return self.see(e, member, record, seq, fields, moment)

        def memo(compute):
            if expr not in record.seen:
                record.seen[expr] = compute()
            return record.seen[expr]
        word = expr[0]
        if word == 'number':
            return expr[1]
        if word == 'field':
            return fields[expr[1]]
        if word == 'cmp':
            a, b = value(expr[2]), value(expr[3])
            if expr[1] in ('=', '<>'):
                return (a == b) == (expr[1] == '=')
            return {'>=': a >= b, '>': a > b, '<': a < b, '<=': a <= b}[expr[1]]
        if word == 'and':
            return value(expr[1]) and value(expr[2])
        if word == 'or':
            return value(expr[1]) or value(expr[2])
        if word == 'not':
            return not value(expr[1])
        if word == 'rate':
            steps = value(expr[4]) / expr[3]
            return expr[1] * (steps.__floor__() if expr[5] else steps)
        if word == 'times':
            return expr[1] * value(expr[3])
        if word == 'scale':
            return value(expr[1]) * expr[2]
        if word == 'floor':
            return Fraction((value(expr[1]) / expr[2]).__floor__())
        if word == 'if':
            return value(expr[2]) if value(expr[1]) else value(expr[3])
        if word in ('min', 'max'):
            return (min if word == 'min' else max)(value(expr[1]), value(expr[2]))
        if word == 'items':
            return sum((i[expr[1]] for i in fields['items']
                        if expr[2] is None or i['category'] == expr[2]), Fraction(0))
        if word == 'line':
            return self.see(expr[1], member, record, seq, {**fields, 'items': [expr[2]]}, moment)
        if word == 'between':
            return expr[1] <= self.calendar.day(moment) <= expr[2]
        if word == 'weekday':
            return self.calendar.day(moment).weekday()
        if word == 'month':
            return self.calendar.day(moment).month
        if word == 'hour':
            return Fraction(self.calendar.local(moment).hour)
        if word in ('tier', 'tier of'):
            return memo(lambda: self.tier_at(member, expr[1], moment))
        if word == 'band':
            return memo(lambda: self.band(member, expr[1], moment))
        if word == 'came':
            return record.came[expr[1]]
        if word == 'purse':
            return memo(lambda: self.purses.get(expr[1:], Fraction(0)))
        if word == 'floor of':
            return expr[1] * (value(expr[3]) / expr[4]).__floor__()
        if word == 'table':
            table = self.program.tables[expr[1]]
            return table['rows'][value(('tier', table['ladder']))]
        if word == 'member':
            return memo(lambda: member.fields[expr[1]])
        if word == 'known':
            return memo(lambda: member.fields.get(expr[1]) is not None)
        if word == 'balance' and record.came is not None:
            return record.balances[expr[1]]
        if word == 'balance':
            return memo(lambda: member.purse.available(expr[1]))
        if word == 'earned':
            return memo(lambda: self.earned(member, expr[1], expr[2], moment, record))
        if word == 'measure':
            return self.measure(member, expr[1], expr[2], moment, seq, record, fields)
        raise AssertionError(word)

    def tier_at(self, member, ladder, moment):
        held = 0
        for when, tier in member.moves[ladder]:
            if when <= moment:
                held = tier
        return held

    def inside(self, window, at, moment, day):
        """Whether an event at `at` is in a window seen from `moment` in local day `day`."""
        if window[0] == 'ever':
            return at <= moment
        its = self.calendar.day(at)
        if window[0] == 'this':
            return first_day(day, window[1]) <= its and at <= moment
        if window[0] == 'before':
            end = first_day(day, window[1])
            start = first_day(end.fromordinal(end.toordinal() - 1), window[1])
            return start <= its < end
        if window[2] in EXACT:
            return moment - window[1] * EXACT[window[2]] < at <= moment
        return self.calendar.add_days(day, -window[1], window[2]) < its and at <= moment

    def earned(self, member, kind, window, moment, record=None):
        day = self.calendar.day(moment)
        return sum((amount for at, which, amount, event in member.awards
                    if which == kind and (record is None or event != record.event.id)
                    and self.inside(window, at, moment, day)), Fraction(0))

    def measure(self, member, name, window, moment, seq=NEVER, own=None, fields=None):
        measure = self.program.measures[name]
        day = self.calendar.day(moment)
        found = []
        for record in member.records:
            if record.event.type not in measure.events or record.seq > seq:
                continue
            values, gone = record.at_seq(seq)
            if record is own:
                values, gone = fields, False
            if gone or record.moment > moment or not (
                    measure.per or self.inside(window, record.moment, moment, day)):
                continue
            if measure.where and not self.see(measure.where, member, record, seq, values,
                                              record.moment):
                continue
            found.append((record, values))
        if measure.op == 'count':
            if measure.per:
                return self.first_of_each(measure.per, [r for r, _ in found], window, moment, day)
            return Fraction(len(found))
        values = [v[measure.field] for _, v in found]
        if measure.op == 'distinct':
            return Fraction(len(set(values)))
        if measure.op == 'largest':
            return max(values, default=Fraction(0))
        return sum(values, Fraction(0))

    def first_of_each(self, unit, records, window, moment, day):
        """`at most 1 per month` counts the first of each month, whatever the window."""
        counted = {}
        for record in sorted(records, key=lambda r: (r.moment, r.seq)):
            counted.setdefault(first_day(self.calendar.day(record.moment), unit), record)
        return Fraction(sum(self.inside(window, r.moment, moment, day)
                            for r in counted.values()))

    # What limits leave.

    def key(self, limit, member, fields):
        return tuple(member.name if k == 'member' else fields[k] for k in limit.keys)

    def in_period(self, period, at, moment):
        if period is None:
            return True
        day, its = self.calendar.day(moment), self.calendar.day(at)
        if period[0] == 'cal':
            return first_day(day, period[1]) == first_day(its, period[1])
        if period[0] == 'total':
            return period[1] <= its <= period[2]
        if period[2] in EXACT:
            return moment - period[1] * EXACT[period[2]] < at <= moment
        return self.calendar.add_days(day, -period[1], period[2]) < its <= day

    def room(self, owner, place, limit, member, fields, moment):
        """What is left; None where the limit does not bind."""
        if limit.period and limit.period[0] == 'event':
            return limit.amount
        if limit.period and limit.period[0] == 'total' and not (
                limit.period[1] <= self.calendar.day(moment) <= limit.period[2]):
            return None
        used = Fraction(0)
        for use in self.uses:
            if (use['owner'] == owner and use['place'] == place and use['kind'] == limit.kind
                    and use['key'] == self.key(limit, member, fields)
                    and self.in_period(limit.period, use['at'], moment)):
                used += use['times'] if limit.kind is None else use['amount']
        return limit.amount - used

    def owners(self, rules):
        for rule in rules:
            yield rule.name, rule.limits, [rule.name]
        for group in self.program.groups.values():
            names = [r.name for r in rules if r.group == group.name]
            if names and group.limits:
                yield group.name, group.limits, names

    def use(self, member, record):
        """What counts as used is the posted share."""
        rules = [self.program.rules[n] for n in sorted(record.applied)]
        for owner, limits, names in self.owners(rules):
            for place, limit in enumerate(limits):
                self.used(member, record, owner, place, limit, names, len(names),
                          sum(record.posted[n] for n in names))

    def used(self, member, record, owner, place, limit, names, times, amount):
        self.uses.append({
            'owner': owner, 'place': place, 'at': record.moment, 'event': record.event.id,
            'key': self.key(limit, member, record.event.fields), 'times': times,
            'amount': amount, 'names': names, 'period': limit.period, 'kind': limit.kind})

    # Events.

    def apply(self, event):
        """None, or the reasons for which the event may be refused."""
        self.applied, self.skipped, self.waits = set(), set(), False
        if self.must_wait(event):
            return self.wait(event)
        shared = [program for _, program in self.versions] + [self.calendar]
        before = copy.deepcopy((self.members, self.runs, self.uses, self.stocks, self.queue,
                                self.purses, self.settlements), {id(x): x for x in shared}) if (
                                    self.late_refusals) else None
        try:
            self.one(event)
        except Refused as refusal:
            if before:
                (self.members, self.runs, self.uses, self.stocks, self.queue,
                 self.purses, self.settlements) = before
                for member in self.members.values():
                    member.purse.program = self.program
            self.applied, self.skipped = set(), set()
            return refusal.reasons
        self.by_then = max(self.by_then, self.calendar.moment(event.at))
        self.arrived(event)
        return None

    def pass_member(self, event):
        """What fell due before an event that was refused: seen, and not yet recorded."""
        member, moment = self.member(self.survivor(event.member)), (
            self.calendar.moment(event.at))
        if member.now is not None and not member.closed:
            self.settle(member, moment)
            member.settled = max(member.settled, moment)

    def begin(self, member, moment):
        """The member exists from now on."""
        member.joined = member.looked = member.told = moment
        for ladder in self.program.ladders.values():
            if self.bottom(ladder) and ladder.lasts and not ladder.review:
                member.until[ladder.name] = self.term(ladder, moment)

    def one(self, event):
        moment = self.calendar.moment(event.at)
        self.rank_until(moment)
        if event.member is None:
            self.seq += 1
            getattr(self, 'do_' + event.type)(Record(self.seq, event, moment))
            return
        member = self.member(self.survivor(event.member))
        if member.closed:
            if event.type == 'join':
                raise Unspecified('joining again')
            if event.type == 'return' and event.fields.get('of') not in member.by_id:
                raise Unspecified('a return of what was not applied')
            raise Refused('member_closed')
        late = member.now is not None and moment < member.now
        if late and (event.type not in ('purchase', 'visit') or self.triggered or any(
                k.expiry and k.expiry[0] == 'idle' or k.pending and k.pending[0] == 'until'
                for k in self.program.kinds.values()) or any(
                    r.pending and r.pending[0] == 'until' for r in self.program.rules.values())):
            raise Unspecified('late')
        if late and any(r.event.type == 'return' and r.moment > moment
                        for r in member.by_id.values()):
            raise Unspecified('whether a late event sees a return that came after its time')
        if member.settled > moment and not late:
            raise Unspecified('earlier than what fell due')
        self.version(moment)
        if member.now is None:
            self.begin(member, moment)
        self.settle(member, moment)
        self.version(moment)
        if event.type == 'return' and event.fields.get('of') in member.by_id:
            self.use_program(member.by_id[event.fields['of']].program)
        member.purse.begin()
        self.start_clocks(member, event.type, moment)
        member.settled = max(member.settled, moment)
        self.seq += 1
        record = Record(self.seq, event, moment)
        record.program, record.owner = self.program, member
        for lot in member.purse.lots:
            if lot.until == event.type and not lot.mature:
                self.mature(member.purse, lot)
        getattr(self, 'do_' + event.type, self.do_earning)(member, record, late)
        member.now = max(moment, member.now or moment)
        member.looked = max(moment, member.looked)
        member.newest[event.type] = max(moment, member.newest.get(event.type, moment))
        member.by_id[event.id] = record
        if event.type == 'merge' or member.closed:
            return
        if event.type == 'return':
            self.recheck(member, moment)
        self.promotions(member, member.now, moment if late else None, event.id)
        self.settled_tiers(member, member.now, event.id, record)
        self.on_earning(member, member.now, event.id)
        if record.pipeline:
            self.give_friend(member, record, late)

    def start_clocks(self, member, event, moment):
        for kind in self.program.kinds.values():
            if kind.expiry and kind.expiry[0] == 'idle' and event in kind.expiry[3]:
                member.activity[kind.name] = self.calendar.lasting(
                    moment, kind.expiry[1], kind.expiry[2])

    def do_earning(self, member, record, late):
        member.records.append(record)
        moment, fields = record.moment, record.fields

        def see(expr):
            return self.see(expr, member, record, record.seq, fields, moment)

        def room(owner, place, limit):
            left = self.room(owner, place, limit, member, fields, moment)
            record.rooms[owner, place] = left
            return left
        self.look_first(member, record, see, late)
        triggered = [r for r in self.program.rules.values() if r.on == record.event.type]
        for owner, limits, _ in self.owners(triggered):
            for place, limit in enumerate(limits):
                room(owner, place, limit)
        run = record.pipeline = Pipeline(self.program, record.event.type, see, room)
        record.posted, record.applied = dict(run.posted), set(run.active)
        record.original = set(run.active) | run.setaside | set(run.replaced)
        self.cap(member.purse, record.posted, run)
        self.pay_from_purses(record.posted)
        self.applied |= run.active
        self.skipped |= set(run.rules) - run.active
        if any(self.program.rules[n].refuse for n in run.active):
            raise Refused('not_eligible')
        self.deduct(member, record, see)
        self.effects(member, record, see)
        self.use(member, record)
        self.open_lots(member, record, moment, max(moment, member.now or moment),
                       record.event.id)

    def pay_from_purses(self, posted):
        """What a rule that a partner funds posted; what is taken back goes back there."""
        for name, amount in posted.items():
            rule = self.program.rules[name]
            if self.program.prepaid(rule.funded) and amount:
                self.purses[rule.funded, rule.kind] -= amount

    def do_fund(self, record):
        (kind, amount), = record.fields['points'].items()
        purse = record.fields['partner'], kind
        self.purses[purse] = self.purses.get(purse, Fraction(0)) + amount

    def open_lots(self, member, record, moment, now, cause):
        purse = member.purse
        purse.fresh = {}
        for kind in self.program.kinds:
            mine = {n: record.posted[n] for n in self.program.computed()
                    if n in record.posted and self.program.rules[n].kind == kind}
            if any(a < 0 for a in mine.values()):
                if any(self.program.rules[n].pending or self.program.rules[n].expiry
                       for n in mine):
                    raise Unspecified('which lot is lowered')
                funded = {n: a for n, a in mine.items() if self.program.rules[n].funded}
                own = sum(a for n, a in mine.items() if n not in funded)
                if own < 0 or any(a < 0 for a in funded.values()):
                    raise Unspecified('who bears what is lowered beside a partner')
                first = next((n for n, a in mine.items() if n not in funded and a > 0), '')
                mine = {'' if n == first else n: own if n == first else a
                        for n, a in mine.items() if n == first or n in funded}
            for name, amount in mine.items():
                if amount:
                    rule = self.program.rules.get(name)
                    purse.open(kind, amount, rule, moment, now, cause)
                    self.owe_awards(self.program, {name: amount})
                    member.awards.append((moment, kind, amount, cause))
        purse.fresh = None

    def look_first(self, member, record, see, late):
        """What a return must find as it was then is looked at now."""
        def look(expr):
            if isinstance(expr, tuple):
                if expr and expr[0] in ('balance', 'member', 'known') and late:
                    raise Unspecified('a late event: the balance or the fields of then')
                if expr and expr[0] in ('tier', 'member', 'known', 'balance', 'earned', 'band'):
                    see(expr)
                for part in expr:
                    look(part)
        for table in self.program.tables.values():
            see(('tier', table['ladder']))
        for rule in self.program.rules.values():
            if rule.on == record.event.type:
                look((rule.when, rule.earn))

    def cap(self, purse, posted, run):
        """What is awarded to one member stays within what his account may hold."""
        for kind in self.program.kinds.values():
            if kind.cap is None:
                continue
            mine = {n: a for n, a in posted.items()
                    if self.program.rules[n].kind == kind.name}
            if purse.debt[kind.name]:
                raise Unspecified('a cap beside a debt')
            room = max(Fraction(0), kind.cap - purse.available(kind.name)
                       - purse.pending(kind.name) - purse.held(kind.name))
            total = sum(mine.values())
            if total > room:
                cut = {n: a * room / total for n, a in mine.items()}
                posted.update(share(room, cut, kind.decimals, run.order))

    def do_join(self, member, record, late):
        if record.event.type == 'join' and member.now is not None:
            raise Unspecified('a join of who is known')
        member.fields.update(record.fields)
        member.said |= set(record.fields)
        member.told = record.moment

    do_profile = do_join

    # What the comparison looks at.

    def snapshot(self, name):
        """{kind: (available, pending, held, debt)}, {ladder: tier}"""
        member = self.member(self.survivor(name))
        purse = member.purse
        return ({k: (purse.available(k), purse.pending(k), purse.held(k), purse.debt[k])
                 for k in self.program.kinds},
                {ladder.name: ladder.tiers[member.shown[ladder.name]]
                 for ladder in self.program.ladders.values()})

    def rewards_of(self, name):
        """{reward: (usable, pending, on hold)} of those that rules grant."""
        member = self.member(self.survivor(name))
        granted = sorted({r.grant[0] for r in self.program.rules.values() if r.grant})
        return {reward: self.goods(member, reward, max(member.settled, member.looked)) + (
            sum(g.held for g in member.goods if g.reward == reward),) for reward in granted}

    def pass_to(self, moment):
        """A bare `at`: time passes for everyone."""
        for member in self.members.values():
            if not member.closed:
                self.settle(member, moment)
                member.settled = max(member.settled, moment)
