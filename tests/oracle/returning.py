"""Section 9: the original once more without what came back; the difference is taken back."""
from fractions import Fraction

from pipeline import Pipeline, Unspecified
from spending import Refused


class Returning:
    def do_return(self, member, record, late):
        sent = record.event.fields
        if late:
            raise Unspecified('a late return')
        if 'of' not in sent:
            return self.return_latest(member, record)
        original = member.by_id.get(sent['of'])
        if original is None:
            raise Unspecified('a return of what was not applied')
        lowered = {k: v for k, v in record.fields.items() if k not in ('of', 'take_back')}
        if record.moment < original.moment:
            raise Unspecified('a late return')
        what = original.event.type
        if what in ('redeem', 'pay', 'capture'):
            return self.return_spending(member, original, lowered, record)
        if what == 'transfer':
            return self.return_transfer(member, original, lowered, record)
        if what not in ('purchase', 'visit') or original.gone:
            raise Unspecified('a return of this')
        self.lower(member, original, lowered, record)

    def return_latest(self, member, record):
        """Without `of`: the latest such events, newest first, as far as they go."""
        left = record.fields['amount']
        same = [r for r in member.records if r.event.type == record.fields['event']]
        for original in sorted(same, key=lambda r: (r.moment, r.seq), reverse=True):
            part = min(left, original.fields['amount'])
            if part and not original.gone:
                self.lower(member, original, {'amount': part}, record)
                left -= part

    def lower(self, member, original, lowered, record):
        """`lowered` goes back; then what was given too much."""
        fields = dict(original.fields)
        lines = lowered.pop('items', [])
        for name, amount in lowered.items():
            if fields[name] < amount:
                raise Refused('out_of_range')
            fields[name] -= amount
        if lines and not original.event.fields['amount']:
            raise Unspecified('lines of a bill of nothing')
        if lines:
            self.lower_lines(original, fields, lines, lowered)
        numeric = [k for k, v in fields.items() if isinstance(v, Fraction)]
        # All of it is returned when no money is left, or no number where there is no money.
        counts = ['amount'] if 'amount' in numeric else numeric
        gone = not (lowered or lines) or (
            any(original.event.fields[k] for k in counts) and all(fields[k] == 0 for k in counts))
        if gone and (lowered or lines) and any(fields[k] for k in numeric):
            raise Unspecified('all of one field is returned, not of the others')
        if not gone and any(fields[k] == 0 < original.event.fields[k] for k in numeric):
            raise Unspecified('all of one field is returned, not of the others')
        if gone:
            fields.update({name: Fraction(0) for name in numeric})
            if 'items' in fields:
                fields['items'] = []
        original.fields, original.gone = fields, gone
        original.history.append((record.seq, dict(fields), gone))
        if record.event.fields.get('take_back') is not False:
            self.evaluate_again(member, original, record)

    def lower_lines(self, original, fields, lines, named):
        """A line's money goes down with its quantity, cumulatively rounded down; an event field of
        the same name and unit by as much, unless the return names it."""
        items = fields['items'] = [dict(item) for item in fields['items']]
        for part in lines:
            item, sent = items[int(part['line']) - 1], original.event.fields['items'][
                int(part['line']) - 1]
            if part['quantity'] > item['quantity']:
                raise Refused('out_of_range')
            item['quantity'] -= part['quantity']
            back = Fraction((sent['amount'] * 100 * (sent['quantity'] - item['quantity'])
                             / sent['quantity']).__floor__(), 100)
            lost = item['amount'] - (sent['amount'] - back)
            item['amount'] -= lost
            for name, amount in (('amount', lost), ('quantity', part['quantity'])):
                if name not in named:
                    fields[name] = max(Fraction(0), fields[name] - amount)

    def evaluate_again(self, member, original, record):
        if original.event.id in self.followed:
            raise Unspecified('a return of what let the member into a segment')
        run, fields = original.pipeline, original.fields
        then = {}
        for name in original.original:
            rule = self.program.rules[name]
            if rule.on_return != 'recompute' and not (
                    run.raw.get(name) == run.owned.get(name) == run.exact.get(name)):
                raise Unspecified('whether a limit comes before or after the proportion')
            if rule.on_return == 'keep' and name in run.raw:
                then[name] = run.raw[name]
            elif rule.on_return == 'proportional' and name in run.raw:
                read = self.reads(rule, original)
                if original.event.fields[read] == 0:
                    raise Unspecified('in proportion to nothing')
                then[name] = run.raw[name] * fields[read] / original.event.fields[read]

        def see(expr):
            return self.see(expr, member, original, original.seq, fields, original.moment)

        def room(owner, place, limit):
            if (owner, place) not in original.rooms:
                original.rooms[owner, place] = None
                raise Unspecified('a room that was not looked at')
            return original.rooms[owner, place]
        again = Pipeline(self.program, original.event.type, see, room, original.gone, then)
        if any(k.cap is not None for k in self.program.kinds.values()):
            raise Unspecified('a return under a cap')
        losses = {}
        for kind in self.program.kinds:
            was, due, taken = (
                {n: a for n, a in part.items() if self.program.rules[n].kind == kind}
                for part in (original.posted, again.posted, original.taken))
            lowered = any(a < 0 for a in was.values())
            names = sorted(set(was) | set(due) | set(taken))
            loss = {n: was.get(n, 0) - due.get(n, 0) - taken.get(n, 0) for n in names}
            if lowered and any(self.program.rules[n].funded for n in names):
                raise Unspecified('a return of what was lowered beside a partner')
            gained = any(loss[n] < 0 <= was.get(n, 0) for n in names)
            if not self.takes(loss, taken):
                losses[kind] = {}
                continue
            if gained:
                if member.took_in:
                    raise Unspecified('what was measured before a merge')
                if lowered:
                    raise Unspecified('a lowering rule, and another rule applies to what is left')
                if any(event == original.event.id
                       for _, _, _, sources in self.runs for event, *_ in sources):
                    raise Unspecified('what earned on earning, and another rule applies now')
                loss = self.set_off(loss, member.purse.places(kind, original.event.id))
            for name in loss:
                original.taken[name] = original.taken.get(name, 0) + loss[name]
            self.pay_from_purses({n: -a for n, a in loss.items()})
            self.owe_awards(original.program, loss, -1)
            if lowered:
                loss = {'': sum(loss.values())}
            losses[kind] = {n: a for n, a in loss.items() if a}
            for amount in losses[kind].values():
                member.awards.append((original.moment, kind, -amount, original.event.id))
        self.undo(member, original, lambda name: name not in again.active, record.moment)
        later = self.earning_again(member, original, again, record.moment)
        for kind, parts in losses.items():
            member.purse.take_back(kind, parts, original.event.id)
        for cause, kind, parts in later:
            member.purse.take_back(kind, parts, cause)
        for lot in member.purse.lots:
            member.purse.drop(lot, record.moment)
        self.return_gift(member, original, again, record.moment)
        for use in self.uses:
            if use['event'] != original.event.id:
                continue
            if self.closed(use, record.moment):
                continue
            use['amount'] = sum(original.posted[n] - original.taken.get(n, 0)
                                for n in use['names'])
            use['times'] = sum(n in again.active for n in use['names'])

    def takes(self, loss, taken):
        """Whether there is anything to take; more than was posted is not given."""
        total = sum(loss.values())
        if total < 0 < sum(taken.values()):
            raise Unspecified('a return gives back')
        return total > 0

    def set_off(self, loss, places):
        """What other rules give for what is left is not taken: of the lots in their order."""
        losers = [n for n, a in loss.items() if a > 0]
        if len(losers) > 1 and any(n not in places for n in losers):
            raise Unspecified('whose lot comes first')
        gain, out = -sum(a for a in loss.values() if a < 0), {}
        for name in sorted(losers, key=lambda n: places.get(n, 0)):
            part = min(gain, loss[name])
            gain -= part
            out[name] = loss[name] - part
        return out

    def closed(self, use, moment):
        """Whether the period that this used some room of is over."""
        period = use['period']
        if period is None or period[0] == 'event':
            return False
        if period[0] == 'total':
            return self.calendar.day(moment) > period[2]
        return not self.in_period(period, use['at'], moment)

    def undo(self, member, record, gone, moment):
        """Grants are withdrawn while unused, a deduct goes back into its lots."""
        stays = set()
        for name, good in list(record.granted):
            if gone(name):
                record.granted.remove((name, good))
                if not self.withdraw(good, moment):
                    stays.add(name)
        for name, parts in list(record.deducted):
            if gone(name):
                record.deducted.remove((name, parts))
                if name not in stays:
                    member.purse.totals[parts[0][0].kind]['spent'] -= sum(a for _, a in parts)
                    self.owe_used(record.program, parts, -1)
                    member.purse.back(parts, moment, pays=True)

    def earning_again(self, member, original, again, moment):
        """What rules on earning did when these points became available: [(cause, kind, losses)]"""
        out, less, event = [], {}, original.event.id
        for cause, rule, own, sources in self.runs:
            mine = [(n, k, a) for e, n, k, a in sources if e == event]
            if not mine or own.owner is not member:
                continue
            if rule.limits or any(a != original.posted.get(n) for n, _, a in mine):
                raise Unspecified('a rule on earning with limits, or after a debt')
            if own.lowered_by not in (None, event):
                raise Unspecified('two returns of what came together')
            own.lowered_by = event
            came, shift = dict(own.came), less.setdefault(cause, {})
            for name, kind, amount in mine:
                came[kind] -= amount - again.posted.get(name, 0)
                if ('lost', name) not in shift:
                    shift['lost', name] = True
                    shift[kind] = shift.get(kind, 0) - (amount - again.posted.get(name, 0))
            self.one_again(member, cause, rule, own, came, shift, out, moment)
        return out

    def one_again(self, member, cause, rule, own, came, shift, out, moment):
        if rule.when and rule.when[2][0] not in ('balance', 'member', 'tier', 'tier of'):
            raise Unspecified('figures of then in a rule on earning')

        class Then:
            pass
        then = Then()
        then.came, then.seen, then.event = came, own.seen, own.event
        then.balances = {k: v + shift.get(k, 0) for k, v in own.balances.items()}

        def see(expr):
            return self.see(expr, member, then, own.seq, {}, own.moment)
        applies = came[rule.on[1]] > 0 and (rule.when is None or see(rule.when))
        if rule.deduct and own.applied and not applies:
            shift[rule.deduct[2]] = shift.get(rule.deduct[2], 0) + rule.deduct[1]
        was = own.posted.get(rule.name, Fraction(0))
        if applies and not own.applied:
            raise Unspecified('a rule on earning that applies only afterwards')
        due = see(rule.earn) if applies and rule.earn else Fraction(0)
        if due > was:
            raise Unspecified('a rule on earning gives more afterwards')
        loss = was - due - own.taken.get(rule.name, 0)
        shift[rule.kind] = shift.get(rule.kind, 0) - (was - due)
        own.taken[rule.name] = was - due
        self.undo(member, own, lambda name: not applies, moment)
        if loss:
            member.awards.append((own.moment, rule.kind, -loss, cause))
            self.owe_awards(own.program, {rule.name: loss}, -1)
            out.append((cause, rule.kind, {rule.name: loss}))

    def reads(self, rule, original):
        """The field in whose proportion a rule's award shrinks."""
        def fields_of(expr):
            if isinstance(expr, tuple):
                if expr and expr[0] == 'field':
                    return {expr[1]}
                return set().union(set(), *(fields_of(e) for e in expr))
            return set()
        numeric = {k for k, v in original.event.fields.items() if isinstance(v, Fraction)}
        for expr in (rule.earn, rule.when):
            found = fields_of(expr) & numeric
            if len(found) > 1:
                raise Unspecified('several fields')
            if found:
                return found.pop()
        return 'amount' if 'amount' in numeric else sorted(numeric)[0]
