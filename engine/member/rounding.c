/* member/rounding.c -- exact amounts to whole shares (language, section 6, "Rounding"). */
#include <config.h>

#include "member/award.h"
#include "member/lots.h"

#include <assert.h>

static int64_t rounded(notch_work *work, notch_rational exact, notch_rounding_mode mode)
{
  int64_t whole;
  notch_rational positive = exact.num < 0 ? (notch_rational){-exact.num, exact.den} : exact;
  if (!notch_rational_round(&whole, positive, mode) || whole > NOTCH_AMOUNT_MAX) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW,
                 "an award of this event is larger than a ledger "
                 "entry can hold");
  }
  return exact.num < 0 ? -whole : whole;
}

/* round(before + extra) - round(before): only amounts >= 0 are ever rounded. */
static int64_t rounded_extra(notch_work *work, const notch_award *award, notch_rounding_mode mode)
{
  notch_rational after = notch_exact_add(work, award->before, award->exact);
  return rounded(work, after, mode) - rounded(work, award->before, mode);
}

void notch_round_award(notch_work *work, notch_award *award)
{
  const notch_rounding *rounding = notch_rounding_of(work->program, award->rule, award->points);
  if (rounding->scope == NOTCH_PER_EVENT) {
    return;
  }
  if (award->lines != NULL) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < award->line_count; i++) {
      int64_t part = rounded(work, award->lines[i], rounding->mode);
      award->lines[i] = NOTCH_INTEGER(part);
      sum += part;
    }
    award->exact = NOTCH_INTEGER(sum);
    return;
  }
  award->exact = NOTCH_INTEGER(award->exact.num < 0 ? rounded_extra(work, award, rounding->mode)
                                                    : rounded(work, award->exact, rounding->mode));
}

/* What is left above the floor; as reduced as the value is. */
static notch_rational remainder_of(notch_rational value)
{
  int64_t rest = value.num % value.den;
  return (notch_rational){rest < 0 ? rest + value.den : rest, value.den};
}

/*
 * Parts that add up to `total`: floors, then one each to the largest remainders, in order.
 * `exact` is used up: a part that got its one has no remainder any more.
 */
static void share_out(notch_rational *exact, uint32_t count, int64_t total, int64_t *shares)
{
  static const notch_rational served = NOTCH_INTEGER(-1);
  int64_t left = total;
  for (uint32_t i = 0; i < count; i++) {
    shares[i] = notch_rational_floor(exact[i]);
    exact[i] = remainder_of(exact[i]);
    left -= shares[i];
  }
  for (; left > 0; left--) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++) {
      best = notch_rational_compare(exact[i], exact[best]) > 0 ? i : best;
    }
    assert(exact[best].num >= 0);
    shares[best]++;
    exact[best] = served;
  }
}

/* In a ranked group the written order decides ties, else the names do. */
bool notch_rule_before(const notch_program *program, uint32_t left, uint32_t right)
{
  uint32_t group = program->rules[left].group;
  if (group != NOTCH_NONE && group == program->rules[right].group &&
      program->groups[group].ranked) {
    for (uint32_t i = 0; i < program->groups[group].rule_count; i++) {
      if (program->groups[group].rules[i] == left) {
        return true;
      }
      if (program->groups[group].rules[i] == right) {
        return false;
      }
    }
  }
  return program->rules[left].name_rank < program->rules[right].name_rank;
}

typedef NOTCH_VEC(notch_award *) award_list;

static void add_in_tie_order(notch_work *work, award_list *list, notch_award *award)
{
  *notch_vec_push(list, work->run) = award;
  for (uint32_t i = list->count - 1;
       i > 0 && notch_rule_before(work->program, award->rule, list->items[i - 1]->rule); i--) {
    list->items[i] = list->items[i - 1];
    list->items[i - 1] = award;
  }
}

/* Lowering rules never take the total below zero: the excess is cut from them in proportion. */
static void cut_lowering(notch_work *work, const award_list *list)
{
  notch_rational more = NOTCH_INTEGER(0), less = NOTCH_INTEGER(0);
  bool lowers = false;
  for (uint32_t i = 0; i < list->count; i++) {
    lowers = lowers || list->items[i]->exact.num < 0;
  }
  for (uint32_t i = 0; i < list->count && lowers; i++) {
    notch_rational exact = list->items[i]->exact;
    if (exact.num >= 0) {
      more = notch_exact_add(work, more, exact);
    } else {
      less = notch_exact_sub(work, less, exact);
    }
  }
  if (less.num == 0 || notch_rational_compare(less, more) <= 0) {
    return;
  }
  notch_rational part = notch_exact_div(work, more, less);
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i]->exact.num < 0) {
      list->items[i]->exact = notch_exact_mul(work, list->items[i]->exact, part);
    }
  }
}

static void round_together(notch_work *work, const award_list *list, uint32_t points)
{
  notch_rational *exact = NOTCH_NEW_ARRAY(work->run, notch_rational, list->count + 1);
  int64_t *shares = NOTCH_NEW_ARRAY(work->run, int64_t, list->count + 1);
  notch_rational total = NOTCH_INTEGER(0);
  uint32_t count = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    if (!list->items[i]->alone) {
      exact[count] = list->items[i]->exact;
      total = notch_exact_add(work, total, exact[count]);
      count++;
    }
  }
  int64_t whole = rounded(work, total, work->program->points[points].rounding.mode);
  if (count > 0) {
    share_out(exact, count, whole, shares);
    notch_work_trace(work, NOTCH_TRACE_ROUNDED, points, NOTCH_NONE, true, NULL,
                     notch_value_of(total), whole);
  }
  for (uint32_t i = 0, next = 0; i < list->count; i++) {
    notch_award *award = list->items[i];
    if (!award->alone) {
      award->posted = shares[next++];
      continue;
    }
    notch_rounding_mode mode = work->program->rules[award->rule].rounding.mode;
    award->posted =
        award->multiplies ? rounded_extra(work, award, mode) : rounded(work, award->exact, mode);
  }
}

/* What the account holds: the lots that are still there, and what is held. */
static int64_t holding(notch_work *work, uint32_t points)
{
  const notch_state *state = work->state;
  int64_t sum = state->balances[points].held;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &state->lots[i];
    int64_t expires = notch_lot_expires(work->plan, state, lot);
    if (lot->points == points &&
        (expires == NOTCH_NEVER || work->moment.now_us < NOTCH_US(expires))) {
      sum += lot->left;
    }
  }
  return sum;
}

static void cap(notch_work *work, const award_list *list, uint32_t points)
{
  int64_t most = work->program->points[points].cap, total = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    total += list->items[i]->posted;
  }
  int64_t room = most - holding(work, points);
  room = room < 0 ? 0 : room;
  if (total <= room || total <= 0) {
    return;
  }
  notch_rational *exact = NOTCH_NEW_ARRAY(work->run, notch_rational, list->count + 1);
  int64_t *shares = NOTCH_NEW_ARRAY(work->run, int64_t, list->count + 1);
  notch_rational part = notch_exact_div(work, NOTCH_INTEGER(room), NOTCH_INTEGER(total));
  for (uint32_t i = 0; i < list->count; i++) {
    exact[i] = notch_exact_mul(work, NOTCH_INTEGER(list->items[i]->posted), part);
  }
  share_out(exact, list->count, room, shares);
  for (uint32_t i = 0; i < list->count; i++) {
    list->items[i]->posted = shares[i];
  }
  notch_work_trace(work, NOTCH_TRACE_CAPPED, points, NOTCH_NONE, true, NULL, NOTCH_VALUE(room),
                   total - room);
}

void notch_round_awards(notch_work *work, notch_awards *awards, bool capped)
{
  bool *done = NOTCH_NEW_ARRAY(work->run, bool, awards->awards.count + 1);
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    const notch_award *first = &awards->awards.items[i];
    if (done[i]) {
      continue;
    }
    award_list list = {0};
    notch_vec_reserve(&list, awards->awards.count - i, work->run);
    for (uint32_t j = i; j < awards->awards.count; j++) {
      notch_award *award = &awards->awards.items[j];
      if (!done[j] && notch_same_account(award, first)) {
        done[j] = true;
        add_in_tie_order(work, &list, award);
      }
    }
    cut_lowering(work, &list);
    round_together(work, &list, first->points);
    if (capped && !first->to_other && work->program->points[first->points].cap > 0) {
      cap(work, &list, first->points);
    }
  }
  for (uint32_t i = 0; i < awards->awards.count && work->trace != NULL; i++) {
    const notch_award *award = &awards->awards.items[i];
    notch_work_trace(work, NOTCH_TRACE_SHARE, award->rule, award->points, true, NULL,
                     notch_value_of(award->exact), award->posted);
  }
}
