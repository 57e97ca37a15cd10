/*
 * report/liability.c -- from rows to cohorts of points, and from cohorts to money.
 *
 * What is taken back by a return was never sold and leaves its cohort; a lot that is transferred
 * keeps its age and partner, so it leaves a cohort and comes back to the same one.
 */
#include <config.h>

#include "member/claims.h"
#include "report/liability.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void notch_liability_begin(notch_liability *liability, const notch_program *newest,
                           int64_t at_us, notch_arena *arena)
{
  memset(liability, 0, sizeof *liability);
  liability->arena = arena;
  liability->program = newest;
  liability->kinds.arena = arena;
  liability->at_us = at_us;
  notch_kinds_add(&liability->kinds, newest);
}

/* ---- lots and cohorts ---- */

static notch_lot_of_cohort *lot_at(notch_liability *liability, int64_t lot)
{
  if (lot >= liability->lot_capacity) {
    int64_t grown = liability->lot_capacity < 1024 ? 1024 : liability->lot_capacity;
    while (grown <= lot) {
      grown *= 2;
    }
    notch_lot_of_cohort *lots = NOTCH_NEW_ARRAY(liability->arena, notch_lot_of_cohort, grown);
    if (liability->lot_capacity > 0) {
      memcpy(lots, liability->lots, (size_t)liability->lot_capacity * sizeof *lots);
    }
    liability->lots = lots;
    liability->lot_capacity = grown;
  }
  return &liability->lots[lot];
}

static uint32_t cohort_of(notch_liability *liability, int32_t month, uint32_t kind,
                          notch_text partner)
{
  /* The newest cohorts are asked for most. */
  for (uint32_t i = liability->cohorts.count; i-- > 0;) {
    const notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
    if (cohort->month == month && cohort->kind == kind &&
        notch_text_equal(cohort->partner, partner)) {
      return i;
    }
  }
  notch_cohort_of_lots *cohort = notch_vec_push(&liability->cohorts, liability->arena);
  cohort->month = month;
  cohort->kind = kind;
  cohort->partner = notch_arena_text(liability->arena, partner);
  return liability->cohorts.count - 1;
}

static void allocate(notch_liability *liability, const notch_lot_of_cohort *lot, int64_t amount)
{
  notch_cohort_of_lots *cohort = &liability->cohorts.items[lot->cohort - 1];
  cohort->issued += amount;
  if (lot->worth.den != 0) {
    notch_worths_add(&cohort->allocated, lot->worth, amount, liability->arena);
  }
}

/* ---- partners ---- */

static notch_settlement_line *settlement_of(notch_liability *liability, notch_text partner,
                                            uint32_t kind, bool on_spent, notch_text currency)
{
  for (uint32_t i = 0; i < liability->settlements.count; i++) {
    notch_settlement_line *line = &liability->settlements.items[i];
    if (line->kind == kind && line->on_spent == on_spent &&
        notch_text_equal(line->partner, partner) && notch_text_equal(line->currency, currency)) {
      return line;
    }
  }
  notch_settlement_line *line = notch_vec_push(&liability->settlements, liability->arena);
  line->partner = notch_arena_text(liability->arena, partner);
  line->currency = notch_arena_text(liability->arena, currency);
  line->kind = kind;
  line->on_spent = on_spent;
  return line;
}

/* At the rate of the version that decided the row: of issue, or of use. */
static void settle_partner(notch_liability *liability, const notch_program *program,
                           notch_text partner, uint32_t kind, bool spent, int64_t amount)
{
  notch_text name = liability->kinds.list.items[kind].name;
  for (uint32_t i = 0; i < program->partner_count && partner.length > 0; i++) {
    const notch_partner *by = &program->partners[i];
    if (!notch_text_equal(by->decl.name, partner)) {
      continue;
    }
    for (uint32_t j = 0; j < by->settle_count; j++) {
      const notch_settlement *rate = &by->settles[j];
      notch_rational each;
      if (rate->on_spent != spent ||
          !notch_text_equal(program->points[rate->points].decl.name, name) ||
          !notch_rational_make(&each, rate->money, rate->points_amount)) {
        continue;
      }
      const notch_currency *currency = &program->currencies[rate->currency];
      notch_settlement_line *line =
          settlement_of(liability, partner, kind, spent, currency->code);
      line->currency_decimals = currency->decimals;
      line->points += amount;
      notch_worths_add(&line->money, each, amount, liability->arena);
    }
  }
}

/* ---- moved lots ---- */

/*
 * Whoever has the points now, they were sold for what they were worth when they were issued.  A
 * lot that arrives takes after the one that left: earned at the same moment, of the same cohort.
 * In a transfer that one comes first, in a merger the survivor's row does.
 */
static bool same_points(const notch_liability *liability, int64_t left, int64_t right)
{
  const notch_lot_of_cohort *a = &liability->lots[left], *b = &liability->lots[right];
  return a->cohort == b->cohort && a->earned_us == b->earned_us;
}

static int64_t cause_of(const notch_transaction *row)
{
  return row->origin == NOTCH_ORIGIN_SIDE && row->cause != 0 ? row->cause : row->event;
}

/* What a lot that is being opened is worth: as the one it comes from, where that was seen. */
static void inherit_worth(notch_liability *liability, const notch_transaction *row, int64_t lot)
{
  for (uint32_t i = 0; i < liability->moving.count; i++) {
    const notch_moving_lot *from = &liability->moving.items[i];
    if (!from->arrives && from->cause == cause_of(row) &&
        same_points(liability, from->lot, lot)) {
      liability->lots[lot].worth = liability->lots[from->lot].worth;
      return;
    }
  }
  *notch_vec_push(&liability->moving, liability->arena) =
      (notch_moving_lot){.cause = cause_of(row), .lot = lot, .arrives = true};
}

static void bequeath_worth(notch_liability *liability, const notch_transaction *row, int64_t lot)
{
  for (uint32_t i = 0; i < liability->moving.count; i++) {
    const notch_moving_lot *into = &liability->moving.items[i];
    if (into->arrives && into->cause == cause_of(row) &&
        same_points(liability, into->lot, lot)) {
      notch_lot_of_cohort *heir = &liability->lots[into->lot];
      int64_t amount = heir->left;
      allocate(liability, heir, -amount);
      heir->worth = liability->lots[lot].worth;
      allocate(liability, heir, amount);
    }
  }
  *notch_vec_push(&liability->moving, liability->arena) =
      (notch_moving_lot){.cause = cause_of(row), .lot = lot, .arrives = false};
}

/* ---- points in transit ---- */

static void note_transit(notch_liability *liability, const notch_deed *deed,
                         const notch_posting *posting)
{
  bool arrives = posting->source == NOTCH_ACCOUNT_IN_TRANSIT;
  if (!arrives && posting->target != NOTCH_ACCOUNT_IN_TRANSIT) {
    return;
  }
  bool opens = posting->lot == posting->posting;
  bool known = opens || (posting->lot < liability->lot_capacity &&
                         liability->lots[posting->lot].cohort != 0);
  liability->under_way += arrives ? -posting->amount : posting->amount;
  *notch_vec_push(&liability->transit, liability->arena) = (notch_in_transit){
      .lot = known ? posting->lot : 0,
      .again = arrives && !opens,
      .amount = posting->amount,
      .kind = notch_kinds_find(&liability->kinds, deed->program, posting->points),
      .arrives = arrives};
}

static bool same_move(const notch_liability *liability, const notch_in_transit *one,
                      const notch_in_transit *other)
{
  return one->arrives != other->arrives && one->kind == other->kind &&
         (one->lot == 0 || other->lot == 0 || same_points(liability, one->lot, other->lot));
}

/* Counts them as there, or as not there; what is over by the moment that is asked for is expired.
 * What came to a lot that is over already left one that was not. */
static void put_back(notch_liability *liability, const notch_in_transit *one)
{
  if (one->lot == 0) {
    return;
  }
  notch_lot_of_cohort *lot = &liability->lots[one->lot];
  int64_t amount = one->arrives ? -one->amount : one->amount;
  bool over = !one->again && lot->expires_s != NOTCH_NEVER &&
              lot->expires_s * NOTCH_SECOND_US <= liability->at_us;
  allocate(liability, lot, amount);
  if (over) {
    liability->cohorts.items[lot->cohort - 1].expired += amount;
  } else {
    lot->left += amount;
  }
}

/*
 * An event's rows are booked one by one, and the moment may lie between them.  What has left one
 * account and has not come to the other is still owed: it is counted where it was.  What has come
 * and not left yet is counted once.
 */
static void end_transit(notch_liability *liability)
{
  uint32_t count = liability->under_way == 0 ? 0 : liability->transit.count;
  for (uint32_t i = 0; i < count; i++) {
    notch_in_transit *one = &liability->transit.items[i];
    for (uint32_t j = 0; j < i; j++) {
      notch_in_transit *other = &liability->transit.items[j];
      if (same_move(liability, one, other)) {
        int64_t part = other->amount < one->amount ? other->amount : one->amount;
        other->amount -= part;
        one->amount -= part;
      }
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    put_back(liability, &liability->transit.items[i]);
  }
  liability->transit.count = 0;
  liability->under_way = 0;
}

/* ---- lots ---- */

static void open_lot(notch_liability *liability, const notch_deed *deed,
                     const notch_posting *posting)
{
  const notch_program *program = deed->program;
  const notch_points *points = &program->points[posting->points];
  uint32_t kind = notch_kinds_find(&liability->kinds, program, posting->points);
  notch_text partner = posting->partner == NOTCH_NONE
                           ? (notch_text){NULL, 0}
                           : program->partners[posting->partner].decl.name;
  int32_t month = notch_month_of(liability->program, posting->earned_us);
  uint32_t index = cohort_of(liability, month, kind, partner);
  notch_lot_of_cohort *lot = lot_at(liability, posting->lot);
  notch_cohort_of_lots *cohort = &liability->cohorts.items[index];
  *lot = (notch_lot_of_cohort){.cohort = index + 1,
                               .left = posting->amount,
                               .earned_us = posting->earned_us,
                               .expires_s = posting->expires_s};
  if (points->has_worth) {
    const notch_currency *currency = &program->currencies[points->worth_currency];
    cohort->mixed = cohort->mixed || (cohort->currency.length > 0 &&
                                      !notch_text_equal(cohort->currency, currency->code));
    cohort->currency = notch_arena_text(liability->arena, currency->code);
    cohort->currency_decimals = currency->decimals;
    lot->worth = points->worth;
  }
  if (posting->source == NOTCH_ACCOUNT_IN_TRANSIT) {
    inherit_worth(liability, deed->row, posting->lot);
  }
  allocate(liability, lot, posting->amount);
  if (posting->share_count > 0) { /* else it was sold as points of another kind */
    settle_partner(liability, program, partner, kind, false, posting->amount);
  }
}

static void use_lot(notch_liability *liability, const notch_deed *deed,
                    const notch_posting *posting, notch_lot_of_cohort *lot)
{
  notch_cohort_of_lots *cohort = &liability->cohorts.items[lot->cohort - 1];
  bool from_member = posting->source == NOTCH_ACCOUNT_POINTS ||
                     posting->source == NOTCH_ACCOUNT_HELD;
  bool to_member = posting->target == NOTCH_ACCOUNT_POINTS ||
                   posting->target == NOTCH_ACCOUNT_HELD;
  int64_t amount = posting->amount, gone = from_member ? amount : -amount;
  if (from_member == to_member) {
    return; /* held or released */
  }
  lot->left -= gone;
  switch ((notch_account)(from_member ? posting->target : posting->source)) {
  case NOTCH_ACCOUNT_SPENT:
    cohort->redeemed += gone;
    if (from_member) {
      settle_partner(liability, deed->program, cohort->partner, cohort->kind, true, gone);
    }
    break;
  case NOTCH_ACCOUNT_EXPIRED: cohort->expired += gone; break;
  case NOTCH_ACCOUNT_TAKEN_BACK: allocate(liability, lot, -gone); break;
  case NOTCH_ACCOUNT_IN_TRANSIT:
    allocate(liability, lot, -gone);
    if (from_member) {
      bequeath_worth(liability, deed->row, posting->lot);
    }
    break;
  case NOTCH_ACCOUNT_DEBT: /* what an earlier return could not take back */
  case NOTCH_ACCOUNT_ISSUED:
  case NOTCH_ACCOUNT_FORGIVEN:
  case NOTCH_ACCOUNT_POINTS:
  case NOTCH_ACCOUNT_HELD:
  case NOTCH_ACCOUNT_NONE:
  case NOTCH_ACCOUNT_COUNT: allocate(liability, lot, -gone); break;
  }
}

/* ---- what is taken back ---- */

/* The rules that decided a row. */
static const notch_program *decided_by(const notch_liability *liability, int64_t event)
{
  uint32_t low = 0, high = liability->decided.count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (liability->decided.items[middle].event <= event) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return liability->decided.items[low].program;
}

/* Who funded a rule of `program` when `then` was in force. */
static notch_text funded_by(const notch_program *program, uint32_t rule, const notch_program *then)
{
  for (uint32_t i = 0; i < then->rule_count && rule != NOTCH_NONE; i++) {
    const notch_rule *of = &then->rules[i];
    if (notch_text_equal(of->decl.name, program->rules[rule].decl.name)) {
      return of->partner == NOTCH_NONE ? (notch_text){NULL, 0}
                                       : then->partners[of->partner].decl.name;
    }
  }
  return (notch_text){NULL, 0};
}

/*
 * Whoever funded what the rules gave gets it back, at the rate of then, from whichever lot it is
 * taken; also where the member owes it.  Shares below zero had lowered what their lots were
 * issued with: of others than partners first.
 */
static void settle_back(notch_liability *liability, const notch_deed *deed,
                        const notch_posting *posting, const notch_program *then)
{
  uint32_t kind = notch_kinds_find(&liability->kinds, deed->program, posting->points);
  int64_t sign = -notch_takes_back(posting);
  int64_t funded = 0, rest = posting->amount;
  for (uint16_t i = 0; i < posting->share_count; i++) {
    const notch_share *share = &posting->shares[i];
    bool has = share->amount > 0 && funded_by(deed->program, share->rule, then).length > 0;
    funded += has ? share->amount : 0;
  }
  int64_t cut = funded > rest ? funded - rest : 0;
  for (uint16_t i = 0; i < posting->share_count; i++) {
    const notch_share *share = &posting->shares[i];
    notch_text partner = funded_by(deed->program, share->rule, then);
    if (share->amount > 0 && partner.length > 0) {
      int64_t less = cut < share->amount ? cut : share->amount;
      cut -= less;
      settle_partner(liability, then, partner, kind, false, sign * (share->amount - less));
    }
  }
}

/*
 * What returns undo, of issue or of use, they undo at the rate of then.  Points that are taken
 * by hand name no rule: the programme bears them, as it bears those that it gives by hand.
 */
static void settle_section(notch_liability *liability, const notch_deed *deed,
                           const notch_section *section)
{
  const notch_program *then =
      section->from > 0 ? decided_by(liability, section->from) : deed->program;
  for (uint32_t i = section->first_posting; i < section->posting_end; i++) {
    const notch_posting *posting = &deed->row->postings[i];
    if (notch_takes_back(posting) != 0) {
      settle_back(liability, deed, posting, then);
    } else if (posting->source == NOTCH_ACCOUNT_SPENT && posting->lot > 0 &&
               posting->lot < liability->lot_capacity &&
               liability->lots[posting->lot].cohort != 0) {
      const notch_lot_of_cohort *lot = &liability->lots[posting->lot];
      const notch_cohort_of_lots *cohort = &liability->cohorts.items[lot->cohort - 1];
      settle_partner(liability, then, cohort->partner, cohort->kind, true, -posting->amount);
    }
  }
}

/* ---- rows ---- */

void notch_liability_add(notch_liability *liability, const notch_deed *deed)
{
  const notch_transaction *row = deed->row;
  if (row->origin == NOTCH_ORIGIN_SENT) {
    liability->moving.count = 0;
  }
  if (row->origin != NOTCH_ORIGIN_SIDE) {
    end_transit(liability);
  }
  uint32_t known = liability->decided.count;
  if (known == 0 || liability->decided.items[known - 1].program != deed->program) {
    *notch_vec_push(&liability->decided, liability->arena) =
        (notch_rows_of){row->event, deed->program};
  }
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    note_transit(liability, deed, posting);
    if (posting->lot != 0 && posting->lot == posting->posting) {
      open_lot(liability, deed, posting);
    } else if (posting->lot != 0 && posting->lot < liability->lot_capacity &&
               liability->lots[posting->lot].cohort != 0) {
      use_lot(liability, deed, posting, &liability->lots[posting->lot]);
    }
  }
  notch_section section = {0};
  while (notch_section_next(row, &section)) {
    settle_section(liability, deed, &section);
  }
}

/* ---- money ---- */

/* Cutting A x R to a whole number before it is divided by another one changes nothing. */
__int128 notch_liability_revenue(__int128 allocated, notch_rational rest, __int128 redeemed,
                                 __int128 expected)
{
  if (allocated < 0 || redeemed <= 0) {
    return 0;
  }
  if (expected <= 0) {
    return allocated;
  }
  __int128 revenue = (allocated * redeemed + rest.num * redeemed / rest.den) / expected;
  return revenue > allocated ? allocated : revenue;
}

static unsigned age_of(const notch_liability *liability, int64_t earned_us)
{
  static const int64_t months[NOTCH_AGE_COUNT - 1] = {3, 6, 12, 24};
  int32_t today = notch_zone_day(&liability->program->zone, liability->at_us);
  int32_t earned = notch_zone_day(&liability->program->zone, earned_us);
  unsigned age = 0;
  while (age < NOTCH_AGE_COUNT - 1 &&
         today >= notch_day_add_months(earned, months[age], false)) {
    age++;
  }
  return age;
}

/* The share redeemed of what has ended: cohorts with nothing outstanding. */
static void look_back(notch_liability *liability)
{
  uint32_t count = liability->kinds.list.count;
  liability->history = NOTCH_NEW_ARRAY(liability->arena, notch_rational, count + 1);
  for (uint32_t kind = 0; kind < count; kind++) {
    __int128 issued = 0, redeemed = 0;
    for (uint32_t i = 0; i < liability->cohorts.count; i++) {
      const notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
      if (cohort->kind == kind && cohort->outstanding == 0) {
        issued += cohort->issued;
        redeemed += cohort->redeemed;
      }
    }
    if (issued <= 0 || !notch_rational_make(&liability->history[kind], redeemed, issued)) {
      liability->history[kind] = (notch_rational){0, 0};
    }
  }
}

static void expect(const notch_liability *liability, notch_cohort_of_lots *cohort)
{
  notch_rational share =
      liability->given.den != 0 ? liability->given : liability->history[cohort->kind];
  /* Without any history nobody may count on points that never come back. */
  __int128 expected =
      share.den == 0 ? cohort->issued : cohort->issued * share.num / share.den;
  __int128 most = cohort->redeemed + cohort->outstanding;
  expected = cohort->outstanding == 0 ? cohort->redeemed : expected;
  expected = expected > most ? most : expected;
  cohort->expected = expected < cohort->redeemed ? cohort->redeemed : expected;
}

static int by_kind_and_month(const void *left, const void *right)
{
  const notch_cohort_of_lots *a = left, *b = right;
  if (a->kind != b->kind) {
    return a->kind < b->kind ? -1 : 1;
  }
  if (a->month != b->month) {
    return a->month < b->month ? -1 : 1;
  }
  return notch_text_compare(a->partner, b->partner);
}

void notch_liability_settle(notch_liability *liability)
{
  end_transit(liability);
  for (int64_t i = 0; i < liability->lot_capacity; i++) {
    const notch_lot_of_cohort *lot = &liability->lots[i];
    if (lot->cohort != 0 && lot->left != 0) {
      notch_cohort_of_lots *cohort = &liability->cohorts.items[lot->cohort - 1];
      cohort->outstanding += lot->left;
      cohort->ages[age_of(liability, lot->earned_us)] += lot->left;
    }
  }
  look_back(liability);
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
    expect(liability, cohort);
    notch_rational rest = NOTCH_INTEGER(0);
    cohort->value = cohort->mixed ? 0 : notch_worths_split(&cohort->allocated, &rest);
    cohort->revenue =
        cohort->outstanding == 0
            ? cohort->value
            : notch_liability_revenue(cohort->value, rest, cohort->redeemed, cohort->expected);
    cohort->liability = cohort->value - cohort->revenue;
  }
  if (liability->cohorts.count > 1) {
    qsort(liability->cohorts.items, liability->cohorts.count, sizeof *liability->cohorts.items,
          by_kind_and_month);
  }
}
