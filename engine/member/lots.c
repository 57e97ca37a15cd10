/* member/lots.c -- dates and order of lots. */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"

#include <assert.h>
#include <stdlib.h>

/* UTC seconds of a moment, rounded up: nothing ends before its time. */
static int64_t seconds_of(int64_t utc_us)
{
  int64_t seconds = utc_us / NOTCH_SECOND_US;
  return utc_us % NOTCH_SECOND_US > 0 ? seconds + 1 : seconds;
}

int64_t notch_term_end(const notch_program *program, int64_t from_us, notch_duration duration,
                       bool aligned, notch_unit unit)
{
  if (duration.unit <= NOTCH_UNIT_HOUR) {
    return seconds_of(from_us) + notch_exact_seconds(duration);
  }
  int32_t day = notch_day_add(notch_zone_day(&program->zone, from_us), duration,
                              program->calendar.months_roll);
  int32_t end = aligned ? notch_unit_next(day, unit, &program->calendar) : day + 1;
  return notch_zone_midnight(&program->zone, end);
}

int64_t notch_terms_maturity(const notch_program *program, const notch_terms *terms,
                             int64_t earned_us)
{
  switch (terms->pending) {
  case NOTCH_PENDING_NONE: return INT64_MIN;
  case NOTCH_PENDING_UNTIL: return NOTCH_NEVER;
  case NOTCH_PENDING_FOR: break;
  }
  if (terms->pending_for.count == 0) {
    return INT64_MIN;
  }
  if (terms->pending_for.unit <= NOTCH_UNIT_HOUR) {
    return seconds_of(earned_us) + notch_exact_seconds(terms->pending_for);
  }
  int32_t day = notch_day_add(notch_zone_day(&program->zone, earned_us), terms->pending_for,
                              program->calendar.months_roll);
  return notch_zone_instant(&program->zone, day,
                            notch_zone_second_of_day(&program->zone, earned_us));
}

int64_t notch_terms_expiry(const notch_program *program, uint32_t index, int64_t earned_us,
                           int32_t day)
{
  const notch_terms *terms = &program->terms[index];
  switch (terms->expiry) {
  case NOTCH_EXPIRY_NEVER:
  case NOTCH_EXPIRY_INACTIVITY: return NOTCH_NEVER;
  case NOTCH_EXPIRY_AFTER_EARNING:
    if (terms->expiry_while != NOTCH_NONE) {
      return NOTCH_NEVER; /* derived: the clock runs only while its condition holds */
    }
    return notch_term_end(program, earned_us, terms->expiry_after, terms->expiry_aligned,
                          terms->expiry_align);
  case NOTCH_EXPIRY_ON: return notch_zone_midnight(&program->zone, terms->expiry_on + 1);
  case NOTCH_EXPIRY_EACH: break;
  }
  int32_t year = notch_civil_of(day).year;
  int32_t last = notch_day_in_year(year, terms->expiry_month, terms->expiry_day,
                                   program->calendar.months_roll);
  if (last < day) {
    last = notch_day_in_year(year + 1, terms->expiry_month, terms->expiry_day,
                             program->calendar.months_roll);
  }
  return notch_zone_midnight(&program->zone, last + 1);
}

void notch_note_expiry(notch_work *work, uint32_t index, int64_t earned_us, int32_t day,
                       notch_of_day *known)
{
  const notch_terms *terms = &work->program->terms[index];
  known->to = notch_terms_expiry(work->program, index, earned_us, day);
  known->known =
      terms->expiry != NOTCH_EXPIRY_AFTER_EARNING || terms->expiry_after.unit > NOTCH_UNIT_HOUR;
}

/* Gone at its end, swept or not; what ends at an instant is still there for what ends with it. */
static bool is_over(notch_work *work, const notch_state *state, const notch_lot *lot)
{
  int64_t now_us = work->moment.now_us;
  int64_t expires = notch_lot_expires(work->plan, state, lot);
  return expires != NOTCH_NEVER && now_us >= NOTCH_US(expires) &&
         !(work->moment.ends && now_us == NOTCH_US(expires));
}

static bool is_mature(const notch_work *work, const notch_lot *lot)
{
  int64_t matures = notch_lot_matures(work->plan, lot);
  return matures == INT64_MIN || matures <= work->moment.now_us / NOTCH_SECOND_US;
}

bool notch_lot_available(notch_work *work, const notch_state *state, const notch_lot *lot)
{
  return lot->left > 0 && !is_over(work, state, lot) && is_mature(work, lot);
}

int64_t notch_available(notch_work *work, const notch_state *state, uint32_t points)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    if (lot->points == points && notch_lot_available(work, state, lot)) {
      sum += lot->left;
    }
  }
  if (work->program->points[points].shortfall == NOTCH_SHORTFALL_NEGATIVE) {
    sum -= state->balances[points].debt;
  }
  return sum;
}

int64_t notch_pending(notch_work *work, const notch_state *state, uint32_t points)
{
  int64_t sum = 0, now_s = work->moment.now_us / NOTCH_SECOND_US;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    if (lot->points == points && notch_lot_matures(work->plan, lot) > now_s) {
      sum += lot->left;
    }
  }
  return sum;
}

typedef struct ordering {
  const notch_plan *plan;
  const notch_state *state;
  notch_lot_order order;
} ordering;

/* Never-expiring last, ties by earlier earning, then by ledger order. */
static int compare_lots(const ordering *by, const notch_lot *left, const notch_lot *right)
{
  if (by->order == NOTCH_TAKE_SOONEST) {
    int64_t one = notch_lot_expires(by->plan, by->state, left);
    int64_t other = notch_lot_expires(by->plan, by->state, right);
    if (one != other) {
      return one < other ? -1 : 1;
    }
  }
  if (left->earned_us != right->earned_us) {
    int earlier = left->earned_us < right->earned_us ? -1 : 1;
    return by->order == NOTCH_TAKE_NEWEST ? -earlier : earlier;
  }
  int first = left->lot < right->lot ? -1 : left->lot > right->lot;
  return by->order == NOTCH_TAKE_NEWEST ? -first : first;
}

/* Merge sort: stable, no callback state in globals, n log n for ten thousand lots. */
static void sort_lots(const ordering *by, uint32_t *items, uint32_t *scratch, uint32_t count)
{
  const notch_lot *lots = notch_state_lots(by->state);
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t start = 0; start < count; start += 2 * width) {
      uint32_t middle = start + width < count ? start + width : count;
      uint32_t end = start + 2 * width < count ? start + 2 * width : count;
      uint32_t left = start, right = middle;
      for (uint32_t at = start; at < end; at++) {
        bool take_left = left < middle && (right >= end || compare_lots(by, &lots[items[left]],
                                                                        &lots[items[right]]) <= 0);
        scratch[at] = take_left ? items[left++] : items[right++];
      }
    }
    for (uint32_t i = 0; i < count; i++) {
      items[i] = scratch[i];
    }
  }
}

notch_posting notch_lot_opening(const notch_lot *lot, int64_t amount)
{
  return (notch_posting){.points = lot->points,
                         .source = NOTCH_ACCOUNT_IN_TRANSIT,
                         .target = NOTCH_ACCOUNT_POINTS,
                         .amount = amount,
                         .earned_us = lot->earned_us,
                         .matures_s = lot->matures_s,
                         .expires_s = lot->expires_s,
                         .terms = lot->terms,
                         .partner = lot->partner};
}

static int64_t *in_order(notch_work *work, const notch_state *state, uint32_t points,
                         notch_lot_order order, bool available, uint32_t *count)
{
  uint32_t *items = NOTCH_NEW_ARRAY(work->run, uint32_t, state->lots_count + 1);
  const notch_lot *lots = notch_state_lots(state);
  uint32_t found = 0;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    bool of = lots[i].points == points && lots[i].left > 0 && !is_over(work, state, &lots[i]);
    if (of && is_mature(work, &lots[i]) == available) {
      items[found++] = i;
    }
  }
  ordering by = {work->plan, state, order};
  if (found > 1) {
    sort_lots(&by, items, NOTCH_NEW_ARRAY(work->run, uint32_t, found), found);
  }
  int64_t *numbers = NOTCH_NEW_ARRAY(work->run, int64_t, found + 1);
  for (uint32_t i = 0; i < found; i++) {
    numbers[i] = lots[items[i]].lot;
  }
  *count = found;
  return numbers;
}

int64_t *notch_lots_in_order(notch_work *work, const notch_state *state, uint32_t points,
                             notch_lot_order order, uint32_t *count)
{
  return in_order(work, state, points, order, true, count);
}

int64_t *notch_lots_to_come(notch_work *work, const notch_state *state, uint32_t points,
                            uint32_t *count)
{
  return in_order(work, state, points, work->program->points[points].order, false, count);
}

static int64_t take_in_turn(notch_work *work, const int64_t *numbers, uint32_t count,
                            int64_t amount, notch_account target, uint32_t rule)
{
  for (uint32_t i = 0; i < count && amount > 0; i++) {
    const notch_lot *lot = notch_state_lot(work->state, numbers[i]);
    int64_t part = lot->left < amount ? lot->left : amount;
    notch_share *share = NOTCH_NEW(work->run, notch_share);
    *share = (notch_share){rule, part};
    notch_work_take(work, lot, part, target, share, rule == NOTCH_NONE ? 0 : 1);
    amount -= part;
  }
  return amount;
}

int64_t notch_spend(notch_work *work, uint32_t points, int64_t amount, notch_account target,
                    uint32_t rule)
{
  uint32_t count;
  const int64_t *numbers =
      notch_lots_in_order(work, work->state, points, work->program->points[points].order, &count);
  return take_in_turn(work, numbers, count, amount, target, rule);
}

int64_t notch_take_any(notch_work *work, uint32_t points, int64_t amount, notch_account target)
{
  amount = notch_spend(work, points, amount, target, NOTCH_NONE);
  if (amount == 0) {
    return 0;
  }
  uint32_t count;
  const int64_t *numbers = notch_lots_to_come(work, work->state, points, &count);
  return take_in_turn(work, numbers, count, amount, target, NOTCH_NONE);
}

int64_t notch_pay_debt(notch_work *work, uint32_t points, int64_t number)
{
  notch_state *state = work->state;
  int64_t debt = state->balances[points].debt;
  const notch_lot *lot = notch_state_lot(state, number);
  if (lot == NULL || is_over(work, state, lot)) {
    return 0;
  }
  int64_t part = lot->left < debt ? lot->left : debt;
  notch_work_take(work, lot, part, NOTCH_ACCOUNT_DEBT, NULL, 0);
  return part;
}
