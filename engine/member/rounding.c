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

static notch_rational reduced(notch_rational sum)
{
  notch_rational_make(&sum, sum.num, sum.den);
  return sum;
}

/* What of an award is less than one, when the whole ones are off. */
typedef struct rest {
  notch_award *award;
  notch_rational part;
} rest;

/* The awards for one account. */
typedef struct account {
  notch_award **awards; /* those that are rounded together, then those that are alone */
  uint32_t count, together;
  bool lowers; /* some award is below zero */
  rest *rests; /* room for one of each award */
} account;

/* Lowering rules never take the total below zero: the excess is cut from them in proportion. */
static void cut_lowering(notch_work *work, const account *of)
{
  notch_rational more = NOTCH_INTEGER(0), less = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < of->count; i++) {
    notch_rational exact = of->awards[i]->exact;
    if (exact.num >= 0) {
      more = notch_exact_add(work, more, exact);
    } else {
      less = notch_exact_sub(work, less, exact);
    }
  }
  if (notch_rational_compare(less, more) <= 0) {
    return;
  }
  notch_rational part = notch_exact_div(work, more, less);
  for (uint32_t i = 0; i < of->count; i++) {
    notch_award *award = of->awards[i];
    if (award->exact.num < 0) {
      award->exact = notch_exact_mul(work, award->exact, part);
    }
  }
}

/* Posts the whole ones of an exact amount; true: there is a rest. */
static inline bool post_whole(notch_award *award, notch_rational exact, notch_rational *part)
{
  award->posted = notch_rational_floor(exact);
  *part = (notch_rational){exact.num - award->posted * exact.den, exact.den};
  return part->num != 0;
}

/* One each to the largest rests, of equal ones to the rule that comes first. */
static void hand_out(const notch_program *program, rest *rests, uint32_t count, int64_t left)
{
  static const notch_rational served = NOTCH_INTEGER(-1);
  for (; left > 0; left--) {
    rest *best = rests;
    for (rest *other = rests + 1; other < rests + count; other++) {
      int order = notch_rational_compare(other->part, best->part);
      bool before =
          order == 0 && notch_rule_before(program, other->award->rule, best->award->rule);
      best = order > 0 || before ? other : best;
    }
    assert(count > 0 && best->part.num > 0);
    best->award->posted++;
    best->part = served;
  }
}

/* A sum that will be rounded need not be reduced: one division where there would be eight. */
static inline notch_rational with(notch_work *work, notch_rational sum, notch_rational part)
{
  int64_t times, scaled, num;
  if (sum.num == 0) {
    return part;
  }
  bool coarser = part.den > sum.den;
  notch_rational fine = coarser ? part : sum, coarse = coarser ? sum : part;
  times = fine.den / coarse.den;
  if (times * coarse.den != fine.den || __builtin_mul_overflow(coarse.num, times, &scaled) ||
      __builtin_add_overflow(fine.num, scaled, &num)) {
    return notch_exact_add(work, reduced(sum), part);
  }
  return (notch_rational){num, fine.den};
}

static void round_alone(notch_work *work, notch_award *award)
{
  notch_rounding_mode mode = work->program->rules[award->rule].rounding.mode;
  award->posted =
      award->multiplies ? rounded_extra(work, award, mode) : rounded(work, award->exact, mode);
}

/* Posts parts that add up to the rounded sum: whole ones first, then what is left over. */
static void round_together(notch_work *work, const account *of, uint32_t points)
{
  notch_rational total = NOTCH_INTEGER(0);
  int64_t posted = 0;
  uint32_t rests = 0;
  for (uint32_t i = 0; i < of->together; i++) {
    notch_award *award = of->awards[i];
    rest *next = &of->rests[rests];
    if (post_whole(award, award->exact, &next->part)) {
      next->award = award;
      total = with(work, total, next->part);
      rests++;
    }
    if (__builtin_add_overflow(posted, award->posted, &posted)) {
      notch_refuse_inexact(work);
    }
  }
  if (of->together > 0) {
    total = with(work, total, NOTCH_INTEGER(posted));
    int64_t whole = rounded(work, total, work->program->points[points].rounding.mode);
    hand_out(work->program, of->rests, rests, whole - posted);
    if (work->trace != NULL) {
      notch_work_record(work, NOTCH_TRACE_ROUNDED, points, NOTCH_NONE, true, NULL,
                        notch_value_of(reduced(total)), whole);
    }
  }
  for (uint32_t i = of->together; i < of->count; i++) {
    round_alone(work, of->awards[i]);
  }
}

const notch_state *notch_receiver_of(notch_work *work, const notch_award *award)
{
  bool another = award->to != 0 && award->to != work->open->row.member;
  const notch_host *host = work->host;
  return another ? host->member_number(host->payload, award->to) : NULL;
}

/* As this decision has him. */
static const notch_state *receiver_here(notch_work *work, const notch_award *award)
{
  const notch_state *other = notch_receiver_of(work, award);
  return other == NULL ? NULL : notch_work_copy(work, other);
}

static bool has_ended(const notch_work *work, const notch_state *state, const notch_lot *lot)
{
  int64_t expires = notch_lot_expires(work->plan, state, lot);
  return expires != NOTCH_NEVER && work->moment.now_us >= NOTCH_US(expires);
}

/* Somebody else has not been settled yet: what his holds that ran out give back to lots that are
 * over is gone. */
static int64_t held_in_vain(const notch_work *work, const notch_state *state, uint32_t points)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    const notch_reservation *part = &state->reservations[i];
    const notch_hold *hold = &state->holds[part->hold];
    const notch_lot *lot = part->points != points ? NULL : notch_state_lot(state, part->lot);
    bool ran_out = hold->state == NOTCH_HOLD_OPEN && hold->until_s != NOTCH_NEVER &&
                   NOTCH_US(hold->until_s) <= work->moment.now_us;
    sum += ran_out && lot != NULL && has_ended(work, state, lot) ? part->amount : 0;
  }
  return sum;
}

/* What an account holds: the lots that are still there, and what is held. */
static int64_t holding(notch_work *work, const notch_state *state, uint32_t points)
{
  int64_t sum = state->balances[points].held - held_in_vain(work, state, points);
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    sum += lot->points == points && !has_ended(work, state, lot) ? lot->left : 0;
  }
  return sum;
}

static void cap(notch_work *work, const account *of, const notch_state *holder)
{
  const uint32_t points = of->awards[0]->points;
  int64_t most = work->program->points[points].cap, total = 0;
  for (uint32_t i = 0; i < of->count; i++) {
    total += of->awards[i]->posted;
  }
  if (holder == NULL || total <= 0) {
    return;
  }
  int64_t room = most - holding(work, holder, points);
  room = room < 0 ? 0 : room;
  if (total <= room) {
    return;
  }
  notch_rational part = notch_exact_div(work, NOTCH_INTEGER(room), NOTCH_INTEGER(total));
  int64_t left = room;
  uint32_t rests = 0;
  for (uint32_t i = 0; i < of->count; i++) {
    notch_award *award = of->awards[i];
    rest *next = &of->rests[rests];
    next->award = award;
    rests += post_whole(award, notch_exact_mul(work, NOTCH_INTEGER(award->posted), part),
                        &next->part);
    left -= award->posted;
  }
  hand_out(work->program, of->rests, rests, left);
  notch_work_trace(work, NOTCH_TRACE_CAPPED, points, NOTCH_NONE, true, NULL, NOTCH_VALUE(room),
                   total - room);
}

/* Adds those awards for the account of the one at `first` that are alone, or that are not; true:
 * there are some of the other sort. */
static inline bool gather(notch_awards *awards, uint32_t first, bool alone, account *of)
{
  notch_award *model = &awards->awards.items[first];
  notch_award *end = awards->awards.items + awards->awards.count;
  bool others = false;
  for (notch_award *award = model; award < end; award++) {
    if (award->taken || !notch_same_account(award, model)) {
      continue;
    }
    if (award->alone != alone) {
      others = true;
      continue;
    }
    award->taken = true;
    of->lowers |= award->exact.num < 0;
    of->awards[of->count++] = award;
  }
  return others;
}

static inline account account_of(notch_work *work, notch_awards *awards, uint32_t first)
{
  const uint32_t most = awards->awards.count - first;
  account of = {.awards = notch_arena_take(work->run, most * sizeof *of.awards),
                .rests = notch_arena_take(work->run, most * sizeof *of.rests)};
  bool alone = gather(awards, first, false, &of);
  of.together = of.count;
  if (alone) {
    gather(awards, first, true, &of);
  }
  return of;
}

void notch_round_awards(notch_work *work, notch_awards *awards, bool capped)
{
  uint32_t left = awards->awards.count;
  for (uint32_t i = 0; left > 0; i++) {
    const notch_award *first = &awards->awards.items[i];
    if (first->taken) {
      continue;
    }
    const account of = account_of(work, awards, i);
    left -= of.count;
    if (of.lowers) {
      awards->lowers = true;
      cut_lowering(work, &of);
    }
    round_together(work, &of, first->points);
    if (capped && work->program->points[first->points].cap > 0) {
      cap(work, &of, first->to_other ? receiver_here(work, first) : work->state);
    }
  }
  if (work->trace == NULL) {
    return;
  }
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    const notch_award *award = &awards->awards.items[i];
    notch_work_trace(work, NOTCH_TRACE_SHARE, award->rule, award->points, true, NULL,
                     notch_value_of(reduced(award->exact)), award->posted);
  }
}

void notch_cap_for(notch_work *work, notch_awards *awards, const notch_state *receiver)
{
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    notch_award *award = &awards->awards.items[i];
    award->taken = !award->to_other || award->to != receiver->member ||
                   work->program->points[award->points].cap == 0;
  }
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    if (!awards->awards.items[i].taken) {
      const account of = account_of(work, awards, i);
      cap(work, &of, receiver);
    }
  }
}
