"""The abstract programme and its events as Notch text, as a test block and as JSON Lines."""
import json
from fractions import Fraction

DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split()
MONTHS = ('January February March April May June July August September October November '
          'December').split()
MONEY = ('amount', 'order')


def decimal(value, least=0):
    """The exact decimals of a fraction that has some."""
    value = Fraction(value)
    for places in range(least, 9):
        scaled = value * 10 ** places
        if scaled.denominator == 1:
            sign = '-' if scaled < 0 else ''
            text = str(abs(scaled.numerator)).rjust(places + 1, '0')
            return sign + (text[:-places] + '.' + text[-places:] if places else text)
    raise ValueError(value)


def money(value):
    return decimal(value, 2) + ' CNY'


def points(value, kind):
    return '%s %s' % (decimal(value), kind)


def duration(n, unit):
    return '%d %s%s' % (n, unit, '' if n == 1 else 's')


def window(form):
    if form[0] == 'ever':
        return ' ever'
    if form[0] == 'this':
        return ' over this ' + form[1]
    if form[0] == 'before':
        return ' over last ' + form[1]
    return ' over the last ' + duration(form[1], form[2])


def unit_value(value, unit):
    if unit == 'money':
        return money(value)
    return points(value, unit) if unit else decimal(value)


def expr(e):
    word = e[0]
    if word == 'number':
        return unit_value(e[1], e[2])
    if word == 'word':
        return e[1]
    if word == 'field':
        return e[1]
    if word == 'cmp':
        right = e[3]
        if e[2][0] == 'weekday':
            return '%s %s %s' % (expr(e[2]), e[1], DAYS[right[1]])
        if e[2][0] == 'month':
            return '%s %s %s' % (expr(e[2]), e[1], MONTHS[right[1] - 1])
        if e[2][0] in ('tier', 'tier of'):
            return '%s %s %s' % (expr(e[2]), e[1], right[2])
        if e[2][0] == 'band':
            return '%s %s %s' % (e[2][1], e[1], right[1])
        if e[2][0] == 'member':
            return expr(e[2]) if right[1] else 'not ' + expr(e[2])
        if e[2][0] == 'field' and isinstance(right[1], str):
            return '%s %s %s' % (expr(e[2]), e[1], right[1])
        return '%s %s %s' % (expr(e[2]), e[1], expr(right))
    if word in ('and', 'or'):
        return '(%s %s %s)' % (expr(e[1]), word, expr(e[2]))
    if word == 'not':
        return 'not (%s)' % expr(e[1])
    if word == 'rate':
        return '%s per %s%s of %s' % (points(e[1], e[2]), 'full ' if e[5] else '', money(e[3]),
                                      expr(e[4]))
    if word == 'times':
        return '%s * %s' % (points(e[1], e[2]), expr(e[3]))
    if word == 'scale':
        return '(%s) * %s' % (expr(e[1]), decimal(e[2]))
    if word == 'floor':
        return 'floor(%s / %d)' % (expr(e[1]), e[2])
    if word == 'if':
        return '(if %s then %s else %s)' % (expr(e[1]), expr(e[2]), expr(e[3]))
    if word in ('min', 'max'):
        return '%s(%s, %s)' % (word, expr(e[1]), expr(e[2]))
    if word == 'items':
        where = '' if e[2] is None else ' where category = %s' % e[2]
        return 'sum(%s for items%s)' % (e[1], where)
    if word in ('weekday', 'month'):
        return '%s of today' % word
    if word == 'hour':
        return 'hour of now'
    if word == 'tier':
        return 'tier'
    if word == 'tier of':
        return 'tier of ' + e[1]
    if word == 'came':
        return 'earned(%s)' % e[1]
    if word == 'floor of':
        return '%s * floor(%s / %s)' % (points(e[1], e[2]), expr(e[3]), points(e[4], e[3][1]))
    if word == 'table':
        return e[1] + '(tier)'
    if word == 'member':
        return 'member.' + e[1]
    if word == 'known':
        return 'member.%s is known' % e[1]
    if word == 'balance':
        return 'balance(%s)' % e[1]
    if word == 'earned':
        return 'earned(%s)%s' % (e[1], window(e[2]))
    if word == 'measure':
        return e[1] + window(e[2])
    raise AssertionError(word)


def rounding(form):
    return 'rounded %s%s' % (form[0], ' per ' + form[1] if form[1] else '')


def expiry(form):
    if form[0] == 'never':
        return 'never expire'
    if form[0] == 'after':
        end = ' at end of ' + form[3] if form[3] else ''
        return 'expire %s after earning%s' % (duration(form[1], form[2]), end)
    if form[0] == 'each':
        return 'expire each %d %s' % (form[1], MONTHS[form[2] - 1])
    if form[0] == 'on':
        return 'expire on %s' % form[1].isoformat()
    return 'expire after %s without %s' % (duration(form[1], form[2]), ', '.join(form[3]))


def pending(form):
    return 'pending for ' + duration(form[1], form[2]) if form[0] == 'for' else (
        'pending until ' + form[1])


def limit(form):
    text = 'limit ' + (points(form.amount, form.kind) if form.kind else '%d times' % form.amount)
    period = form.period
    if period and period[0] == 'total':
        text += ' in total from %s to %s' % (period[1].isoformat(), period[2].isoformat())
    else:
        text += ''.join(' per ' + key for key in form.keys)
        if period:
            text += ' per ' + (period[0] if period[0] == 'event' else period[1]
                               if period[0] == 'cal' else duration(period[1], period[2]))
    return text + (' refused' if form.over == 'refused' else '')


def trigger(on, program):
    """A rule's trigger: an event, or what shapes.Rule lists."""
    if not isinstance(on, tuple):
        return on
    word = on[0]
    if word == 'each':
        return 'each ' + {'unit': lambda: on[2], 'day': lambda: '%d %s' % (
            on[2], MONTHS[on[3] - 1]), 'birthday': lambda: 'member.birthday'}[on[1]]()
    if word == 'after':
        return 'after %s without %s' % (duration(on[1], on[2]), on[3])
    if word in ('promote', 'demote'):
        return '%s %s %s' % (word, 'to' if word == 'promote' else 'from',
                             program.ladders[on[1]].tiers[on[2]])
    return ' '.join(on)


def rule_clauses(rule, program):
    out = []
    if rule.effective:
        out.append('effective from %s to %s' % tuple(d.isoformat() for d in rule.effective))
    out.append('on ' + trigger(rule.on, program))
    if rule.when:
        out.append('when ' + expr(rule.when))
    if rule.group:
        out.append('belongs to ' + rule.group)
    if rule.exception:
        out.append('exception to ' + rule.exception)
    if rule.multiply:
        factor = (expr(rule.factor) if rule.factor[0] == 'table'
                  else decimal(rule.factor[1]) + 'x')
        out.append('multiply %s by %s' % (', '.join(rule.multiply), factor))
    elif rule.earn:
        out.append('earn ' + expr(rule.earn) + ' to member.friend' * rule.to)
    if rule.deduct:
        out.append('deduct ' + expr(rule.deduct))
    if rule.grant:
        count = rule.grant[1]
        out.append('grant %s %s times' % (rule.grant[0], decimal(count[1]) if count[0] == 'number'
                                          else '(%s)' % expr(count)))
    if rule.promise:
        ladder, tier, n, unit = rule.promise
        out.append('promote to %s for %s' % (program.ladders[ladder].tiers[tier],
                                             duration(n, unit)))
    if rule.refuse:
        out.append('refuse')
    if rule.funded:
        out.append('funded by ' + rule.funded)
    out += [limit(x) for x in rule.limits]
    if rule.rounding:
        out.append(rounding(rule.rounding))
    if rule.pending:
        out.append(pending(rule.pending))
    if rule.expiry:
        out.append(expiry(rule.expiry))
    if rule.on_return != 'recompute':
        out.append('on return ' + rule.on_return)
    return out


def kind_clauses(kind):
    out = ['whole' if not kind.decimals else '%d decimals' % kind.decimals]
    if kind.qualifying:
        out.append('qualifying')
    if kind.rounding:
        out.append(rounding(kind.rounding))
    if kind.pending:
        out.append(pending(kind.pending))
    if kind.expiry:
        out.append(expiry(kind.expiry))
    if kind.take != 'soonest':
        out.append('take %s first' % kind.take)
    if kind.cap is not None:
        out.append('capped at ' + points(kind.cap, kind.name))
    if kind.shortfall != 'recover':
        out.append('shortfall ' + kind.shortfall)
    return out


def ladder_clauses(ladder):
    out = []
    for place, tier in enumerate(ladder.tiers):
        if place:
            out += ['tier ' + tier, '  reach when ' + expr(ladder.reach[place])]
            if ladder.keep[place] != ladder.reach[place]:
                out.append('  keep when ' + expr(ladder.keep[place]))
            if place in ladder.pay_reach:
                out.append('  pay %s on reach' % points(*ladder.pay_reach[place]))
            if place in ladder.pay_keep:
                out.append('  pay %s on keep' % points(*ladder.pay_keep[place]))
            if place in ladder.lifetime:
                out.append('  lifetime when ' + expr(ladder.lifetime[place]))
    lasts = ladder.lasts
    if lasts and lasts[0] == 'for':
        out.append('lasts for %s%s' % (duration(lasts[1], lasts[2]),
                                       ' at end of ' + lasts[3] if lasts[3] else ''))
    elif lasts:
        out.append('lasts until end of %s%s' % (lasts[1], ' plus ' + duration(*lasts[2])
                                                if lasts[2] else ''))
    if ladder.review:
        out.append('review each ' + (ladder.review[1] if ladder.review[0] == 'unit' else '%d %s' % (
            ladder.review[1], MONTHS[ladder.review[2] - 1])))
    if ladder.floor:
        out.append('floor %s when member.vip' % ladder.tiers[ladder.floor])
    if ladder.decay:
        out.append('pay %s at review' % points(*ladder.decay))
    if ladder.carry:
        out.append('carry at most %s%s' % (points(*ladder.carry[:2]),
                                           ' once' if ladder.carry[2] else ''))
    if ladder.grace:
        out.append('grace ' + duration(*ladder.grace))
    if ladder.recheck:
        out.append('on return recheck')
    out.append('promote ' + ladder.promote)
    out.append('never demote' if ladder.demote == 'never' else 'demote ' + ladder.demote)
    return out


def reward_clauses(reward):
    out = []
    if reward.cost is not None:
        out.append('costs ' + points(reward.cost, reward.kind))
    if reward.when:
        out.append('when ' + expr(reward.when))
    if reward.pending:
        out.append('pending for ' + duration(*reward.pending))
    if reward.valid:
        out.append('valid for ' + duration(*reward.valid))
    if reward.stock is not None:
        out.append('stock %d' % reward.stock)
    if reward.hold:
        out.append('hold for ' + duration(*reward.hold))
    return out + [limit(x) for x in reward.limits]


def payment_clauses(p):
    out = ['pay %s per %s' % (money(p.money), points(p.points, p.kind))]
    if p.minimum is not None:
        out.append('minimum ' + points(p.minimum, p.kind))
    if p.share:
        out.append('maximum %s%% of order' % decimal(p.share * 100))
    if p.steps:
        out.append('steps of ' + points(p.steps, p.kind))
    if p.hold:
        out.append('hold for ' + duration(*p.hold))
    if p.when:
        out.append('when ' + expr(p.when))
    if p.keeps:
        out.append('on return keep')
    return out + [limit(x) for x in p.limits]


def measure_head(m):
    words = {'count': 'count', 'sum': 'sum of %s', 'distinct': 'distinct %s',
             'largest': 'largest %s'}[m.op]
    return 'measure %s is %s on %s' % (m.name, words % m.field if m.field else words,
                                       ', '.join(m.events))


SHAPES = '''member
  field vip flag = no

record item
  field amount CNY in 0.00 CNY .. 10_000.00 CNY
  field quantity number in 1 .. 100
  field category one of food, drink

event purchase
  field amount CNY in 0.00 CNY .. 100_000.00 CNY
  field channel one of store, app, web
  field quantity number in 0 .. 1_000
  field items list of item at most 10

event visit
  field score number in 0 .. 1_000

'''


def declarations(program):
    """Every declaration but `program`, as texts that may stand in any order."""
    more = '  field birthday date?\n' * program.birthdays + '  field friend member?\n' * (
        program.friends)
    shapes = SHAPES.replace('flag = no\n', 'flag = no\n' + more)
    out = [text.strip('\n') for text in shapes.split('\n\n') if text.strip()]

    def put(head, clauses):
        out.append('\n'.join([head] + ['  ' + c for c in clauses]))
    for kind in program.kinds.values():
        if not kind.carried:
            put('points ' + kind.name, kind_clauses(kind))
    for m in program.measures.values():
        put(measure_head(m), (['where ' + expr(m.where)] if m.where else []) + (
            ['at most 1 per ' + m.per] if m.per else []))
    for ladder in program.ladders.values():
        put('ladder %s tiers %s' % (ladder.name, ' < '.join(ladder.tiers)), ladder_clauses(ladder))
        for tier, (kind, amount) in ladder.bonus.items():
            put('rule gift_%s' % ladder.tiers[tier],
                ['on promote to ' + ladder.tiers[tier], 'earn ' + points(amount, kind)])
    for name, table in program.tables.items():
        tiers = program.ladders[table['ladder']].tiers
        put('table %s of tier gives exclusive' % name,
            ['| %s => %sx' % (tier, decimal(f)) for tier, f in zip(tiers, table['rows'])])
    for group in program.groups.values():
        put('group ' + group.name, ['combine ' + group.combine] + (
            ['ranked ' + ', '.join(group.ranked)] if group.ranked else []) + [
                limit(x) for x in group.limits])
    for rule in program.rules.values():
        put('rule ' + rule.name, rule_clauses(rule, program))
    for name, partner in program.partners.items():
        put('partner ' + name, ['settles %s per %s %s' % (
            money(partner.on(word) * 100), points(100, partner.kind), word)
                for word in ('earned', 'spent') if partner.on(word) is not None] + [
                    'prepaid' if partner.prepaid else 'postpaid'])
    for pool in program.pools.values():
        put('pool ' + pool.name, ['at most %d member' % pool.most, 'earn %s%% of %s' % (
            decimal(pool.share * 100), ', '.join(pool.kinds))] + (
                ['when ' + expr(pool.when)] if pool.when else []))
    for cohort in program.cohorts.values():
        words = ['top'] + ['next'] * len(cohort.bands)
        put('cohort %s rank by %s%s each %s' % (cohort.name, cohort.measure, window(cohort.window),
                                                cohort.each),
            ['band %s %s %s%%' % (band, word, decimal(part * 100)) for (band, part), word in zip(
                cohort.bands[:-1], words)] + ['band %s rest' % cohort.bands[-1][0]])
    for name, when in program.segments.items():
        out.append('segment %s when %s' % (name, expr(when)))
    for reward in program.rewards.values():
        if not reward.carried:
            put('reward ' + reward.name, reward_clauses(reward))
    for p in program.payments.values():
        put('payment ' + p.name, payment_clauses(p))
    for name, (word, other, to, of) in program.retires.items():
        out.append('retire %s with %s' % (name, word) + (
            ' %s at %d %s per %d %s' % (other, to, other, of, name) if other else ''))
    return out


def program_text(program, shuffle=None):
    head = ['program oracle', '  timezone "%s"' % program.zone, '  currency CNY',
            '  ' + rounding(program.rounding)]
    if program.roll:
        head.append('  months roll')
    rest = declarations(program)
    if shuffle:
        shuffle(rest)
    return '\n\n'.join(['\n'.join(head)] + rest) + '\n'


def with_fields(event):
    out = []
    for name, value in event.fields.items():
        if event.type == 'return' and name == 'of':
            continue
        if name == 'items' and event.type == 'return':
            out.append('items ' + ' '.join('{line %s, quantity %s}' % (
                decimal(i['line']), decimal(i['quantity'])) for i in value))
        elif name == 'items':
            out.append('items ' + ' '.join('{amount %s, quantity %s, category %s}' % (
                money(i['amount']), decimal(i['quantity']), i['category']) for i in value))
        elif isinstance(value, dict) and len(value) > 1:
            out.append('points {%s}' % ', '.join(
                '%s %s' % (k, decimal(a)) for k, a in value.items()))
        elif isinstance(value, dict):
            out.append('points ' + points(*next((a, k) for k, a in value.items())))
        elif isinstance(value, tuple):
            out.append('%s %s' % (name, points(*value)))
        elif isinstance(value, bool):
            out.append('%s %s' % (name, 'yes' if value else 'no'))
        elif name == 'hold':
            out.append('hold "%s"' % value)
        elif name == 'birthday':
            out.append('birthday ' + value.isoformat())
        elif name == 'until':
            out.append('until %s' % stamp(value))
        elif isinstance(value, str):
            out.append('%s %s' % (name, value))
        else:
            out.append('%s %s' % (name, money(value) if name in MONEY else decimal(value)))
    return ' with ' + ', '.join(out) if out else ''


def stamp(at):
    return at.strftime('%Y-%m-%d %H:%M:%S' if at.second else '%Y-%m-%d %H:%M')


def step(event):
    what = event.type
    if what == 'return' and 'of' in event.fields:
        what = 'return of ' + event.fields['of']
    if event.member is None:
        return 'at %s %s%s' % (stamp(event.at), what, with_fields(event))
    return 'at %s %s %s as %s%s' % (stamp(event.at), event.member, what, event.id,
                                    with_fields(event))


def json_line(event):
    line = {'id': event.id, 'type': event.type, 'at': event.at.strftime('%Y-%m-%dT%H:%M:%S')}
    if event.member is not None:
        line['member'] = event.member

    def plain(name, value):
        if isinstance(value, list):
            return [{k: plain(k, v) for k, v in i.items()} for i in value]
        if isinstance(value, dict):
            return {k: decimal(a) for k, a in value.items()}
        if isinstance(value, tuple):
            return decimal(value[0])
        if isinstance(value, (bool, str)):
            return value
        if name == 'birthday':
            return value.isoformat()
        if name == 'until':
            return value.strftime('%Y-%m-%dT%H:%M:%S')
        return decimal(value, 2 if name in MONEY else 0)
    for name, value in event.fields.items():
        line[name] = plain(name, value)
    return json.dumps(line)
