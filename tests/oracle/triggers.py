"""Rules that no event triggers by name: schedules, idle spells, segments, promotions, earning."""
import datetime as dt
from calendar_of import first_day
from pipeline import Pipeline, Unspecified
from shapes import Event
from spending import Refused
from state import NEVER


class Triggers:
    def by_trigger(self, *words):
        return [r for r in self.program.rules.values() if isinstance(r.on, tuple)
                and r.on[:len(words)] == words]

    # When they fall due.

    def next_schedule(self, member):
        """The first instant at which something is to be looked at because of the day."""
        times = [NEVER]
        for rule in self.by_trigger('each'):
            times.append(self.next_each(member, rule))
        for rule in self.by_trigger('after'):
            times.append(self.idle_end(member, rule))
        if self.watches():
            day = self.calendar.day(member.looked)
            times.append(self.calendar.end_of_day(day))
        return min(times)

    def watches(self):
        """Whether each new day is looked at: segments, graces."""
        return bool(self.program.segments) or any(x.grace for x in self.program.ladders.values())

    def next_each(self, member, rule):
        form = rule.on[1:]
        after = max(member.fired.get(rule.name, member.joined), member.joined)
        if form[0] == 'birthday':
            if member.fields.get('birthday') is None:
                return NEVER
            after = max(after, member.told)
            if rule.name in member.given_in:
                last = dt.date(member.given_in[rule.name], 12, 31)
                after = max(after, self.calendar.midnight(last))
        day = self.calendar.day(after)
        if after == self.calendar.midnight(day) and rule.name not in member.fired and (
                self.starts(member, form, day)):
            raise Unspecified('whether it runs at the instant that the member begins')
        for _ in range(3 * 366):
            day += dt.timedelta(days=1)
            if self.starts(member, form, day):
                return self.calendar.midnight(day)
        return NEVER

    def starts(self, member, form, day):
        if form[0] == 'unit':
            return first_day(day, form[1]) == day
        if form[0] == 'day':
            return (day.day, day.month) == form[1:]
        born = member.fields['birthday']
        return day == self.calendar.add_days(born, day.year - born.year, 'year')

    def idle_end(self, member, rule):
        anchor = member.newest.get(rule.on[3], member.joined)
        if member.spells.get(rule.name) == anchor:
            return NEVER
        return self.calendar.lasting(anchor, rule.on[1], rule.on[2])

    def due_rules(self, member, moment):
        """Scheduled rules of this instant."""
        due = []
        for rule in self.by_trigger('each'):
            if self.next_each(member, rule) == moment:
                member.fired[rule.name] = moment
                due.append(rule)
        for rule in self.by_trigger('after'):
            if self.idle_end(member, rule) == moment:
                member.spells[rule.name] = member.newest.get(rule.on[3], member.joined)
                due.append(rule)
        return due

    # Running them.

    def run_rules(self, member, rules, moment, cause, record=None, came=None):
        """Runs triggered rules; the names of those that applied."""
        from model import Record
        own = Record(self.seq, Event(cause, 'due', member.name, None), moment)
        own.owner, own.program, own.came, own.balances = member, self.program, came, {
            k: member.purse.available(k) for k in self.program.kinds}
        fields = record.fields if record else {}

        def see(expr):
            return self.see(expr, member, own, self.seq, fields, moment)

        def room(owner, place, limit):
            return self.room(owner, place, limit, member, fields, moment)
        run = Pipeline(self.program, None, see, room, rules=rules)
        own.posted, own.applied, own.pipeline = dict(run.posted), set(run.active), run
        self.cap(member.purse, own.posted, run)
        self.deduct(member, own, see)
        self.effects(member, own, see)
        self.use(member, own)
        for rule in rules:
            if rule.name in run.active and rule.on[:2] == ('each', 'birthday'):
                member.given_in[rule.name] = self.calendar.day(moment).year
        self.open_lots(member, own, moment, moment, cause)
        if run.active and any(r.on[0] in ('entering', 'leaving') for r in rules):
            self.followed.add(cause.split('/')[0])
        if came is not None:
            self.runs.append((cause, rules[0], own, list(member.purse.sources)))
        return run.active

    def deduct(self, member, record, see):
        """From what was available before the event's awards."""
        record.deducted = []
        for name in sorted(record.applied):
            rule = self.program.rules[name]
            if rule.deduct is None:
                continue
            kind, amount = rule.deduct[2], see(rule.deduct)
            if member.purse.available(kind) < amount:
                raise Refused('not_enough_points')
            if amount:
                record.deducted.append((name, self.spend(member, kind, amount)))
                member.purse.totals[kind]['spent'] += amount
                self.owe_used(record.program, record.deducted[-1][1])

    def segments(self, member, moment, record=None):
        """Who went in, who went out: their rules."""
        fired = []
        for segment, when in self.program.segments.items():
            from model import Record
            own = record or Record(self.seq, Event('#', 'due', member.name, None), moment)
            fresh = Record(self.seq, Event('#', 'due', member.name, None), moment)
            fresh.fields = own.fields
            inside = self.see(when, member, fresh, self.seq, own.fields, moment)
            was = segment in member.inside
            if inside and not was:
                member.inside.add(segment)
                fired += self.by_trigger('entering', segment)
            elif was and not inside:
                member.inside.discard(segment)
                fired += self.by_trigger('leaving', segment)
        return fired

    def on_earning(self, member, moment, cause):
        """After every transaction in which available points rose."""
        came = dict(member.purse.inflow)
        rules = sorted((r for r in self.by_trigger('earning') if came.get(r.on[1], 0) > 0),
                       key=lambda rule: rule.name)
        applied = []
        for rule in rules:
            applied += self.run_rules(member, [rule], moment, '%s/on' % cause, came=came)
        member.purse.begin()
        return applied
