/* member/return_shop.c -- returns of what points bought: payments, captures, redemptions. */
#include <config.h>

#include "member/claims.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/post.h"
#include "member/return_builtin.h"
#include "member/run.h"
#include "member/shop.h"
#include "member/side.h"
#include "member/takeback.h"

static int64_t given_by(const notch_transaction *row, const notch_posting *spent)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->source == NOTCH_ACCOUNT_SPENT && posting->lot == spent->lot &&
        posting->points == spent->points) {
      sum += posting->amount;
    }
  }
  return sum;
}

/* What earlier returns of the same event already gave back of one posting's lot. */
static int64_t given_before(const notch_original *original, const notch_posting *spent)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    sum += given_by(original->earlier[i], spent);
  }
  for (uint32_t i = 0; i < original->side_count; i++) {
    sum += given_by(original->sides[i], spent);
  }
  return sum;
}

/* Who gets back what was spent of another member's lots: the owner, unless he left; NULL: nobody,
 * or the side is no such one. */
static const notch_state *spent_of(notch_work *work, const notch_original *original, uint32_t side)
{
  if (original->sides[side]->cause != original->event) {
    return NULL;
  }
  const notch_state *owner = notch_side_of(work, original, side);
  return owner == NULL || owner->closed ? NULL : owner;
}

/* Another member's lots that the household spent, not a rule of his own. */
static bool is_spent_of(const notch_posting *posting)
{
  return posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 0;
}

/* What the event spent and has not been given back, by points kind. */
static int64_t *spent_totals(notch_work *work, const notch_original *original)
{
  int64_t *totals = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  for (uint32_t i = 0; i < original->transaction->posting_count; i++) {
    const notch_posting *posting = &original->transaction->postings[i];
    if (posting->target == NOTCH_ACCOUNT_SPENT) {
      totals[posting->points] += posting->amount - given_before(original, posting);
    }
  }
  for (uint32_t i = 0; i < original->side_count; i++) {
    const notch_transaction *side = original->sides[i];
    for (uint32_t j = 0; spent_of(work, original, i) != NULL && j < side->posting_count; j++) {
      if (is_spent_of(&side->postings[j])) {
        totals[side->postings[j].points] +=
            side->postings[j].amount - given_before(original, &side->postings[j]);
      }
    }
  }
  return totals;
}

/* What others of a household had opened was taken last: it goes back first, in rows of theirs. */
static void give_others(notch_work *work, const notch_original *original, int64_t *amounts)
{
  for (uint32_t i = original->side_count; i-- > 0;) {
    const notch_transaction *side = original->sides[i];
    const notch_state *owner = spent_of(work, original, i);
    for (uint32_t j = side->posting_count; owner != NULL && j-- > 0;) {
      const notch_posting *posting = &side->postings[j];
      int64_t left = is_spent_of(posting) ? posting->amount - given_before(original, posting) : 0;
      int64_t wanted = amounts[posting->points];
      int64_t part = left < wanted ? left : wanted;
      if (part > 0) {
        *notch_vec_push(&work->given_back, work->run) =
            (notch_given_back){owner, posting->points, posting->lot, part};
        amounts[posting->points] -= part;
      }
    }
  }
}

static void give_back_to(notch_work *work, uint32_t points, int64_t lot, int64_t amount)
{
  notch_work_post(work, (notch_posting){.points = points,
                                        .source = NOTCH_ACCOUNT_SPENT,
                                        .target = NOTCH_ACCOUNT_POINTS,
                                        .amount = amount,
                                        .lot = lot});
  notch_settle_debt(work, points, lot);
}

void notch_give_owners(notch_work *work)
{
  notch_view view = notch_view_of(work);
  for (uint32_t i = 0; i < work->given_back.count; i++) {
    const notch_state *owner = work->given_back.items[i].to;
    bool first = true;
    for (uint32_t j = 0; j < i; j++) {
      first = first && work->given_back.items[j].to != owner;
    }
    if (!first) {
      continue;
    }
    notch_side_begin(work, &view, owner);
    notch_note_inflow(work);
    for (uint32_t j = i; j < work->given_back.count; j++) {
      const notch_given_back *given = &work->given_back.items[j];
      if (given->to == owner) {
        give_back_to(work, given->points, given->lot, given->amount);
      }
    }
    notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
    notch_run_on_earning(work);
    notch_side_end(work, &view);
  }
  work->given_back.count = 0;
}

/* Points go back to the lots they came from, last taken first, with the expiry they had. */
static void give_back(notch_work *work, const notch_original *original, int64_t *amounts)
{
  const notch_transaction *row = original->transaction;
  give_others(work, original, amounts);
  for (uint32_t i = row->posting_count; i-- > 0;) {
    const notch_posting *posting = &row->postings[i];
    if (posting->target != NOTCH_ACCOUNT_SPENT || amounts[posting->points] <= 0) {
      continue;
    }
    int64_t amount = amounts[posting->points];
    int64_t left = posting->amount - given_before(original, posting);
    int64_t part = left < amount ? left : amount;
    give_back_to(work, posting->points, posting->lot, part);
    amounts[posting->points] -= part;
  }
}

/* How many points of each kind go back: those that the return names, or all that is left. */
static int64_t *wanted(notch_work *work, const notch_original *original)
{
  const notch_lowering *lowering = original->lowering;
  int64_t *left = spent_totals(work, original);
  int64_t *amounts = lowering->all
                         ? left
                         : notch_named_amounts(work, lowering->points, lowering->point_count, left);
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    if (amounts[i] > left[i]) {
      notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE,
                   "more points are returned than the event still has");
    }
  }
  return amounts;
}

bool notch_stays_paid(const notch_program *program, const notch_original *original)
{
  for (uint32_t i = 0; i < original->transaction->effect_count; i++) {
    const notch_effect *paid = &original->transaction->effects[i];
    if (paid->kind == NOTCH_EFFECT_PAID) {
      return program->payments[paid->subject].on_return == NOTCH_RETURN_KEEP;
    }
  }
  return false;
}

static bool used_rewards(const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->effect_count; i++) {
    if (row->effects[i].kind == NOTCH_EFFECT_USE) {
      return true;
    }
  }
  return false;
}

static int64_t uses_of(const notch_transaction *row, notch_effect_kind kind, bool bought_only)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *use = &row->effects[i];
    sum += use->kind == kind && (use->ref == 0 || !bought_only) ? use->amount : 0;
  }
  return sum;
}

/* How many of the rewards are still to go back. */
static int64_t uses_left(const notch_original *original, bool bought_only)
{
  int64_t left = uses_of(original->transaction, NOTCH_EFFECT_USE, bought_only);
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    left -= uses_of(original->earlier[i], NOTCH_EFFECT_RETURN_USE, bought_only);
  }
  return left;
}

/* Those that were bought go back first, with what they cost. */
static void return_redeem(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction;
  int64_t left = uses_left(original, false), bought = uses_left(original, true);
  int64_t gone = uses_of(row, NOTCH_EFFECT_USE, false) - left;
  int64_t quantity = original->lowering->quantity > 0 ? original->lowering->quantity : left;
  int64_t returned = quantity < bought ? quantity : bought;
  int64_t *points = spent_totals(work, original);
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    points[i] = bought == 0 ? 0 : (int64_t)((__int128)points[i] * returned / bought);
  }
  for (uint32_t i = row->effect_count; i-- > 0 && quantity > 0;) {
    const notch_effect *use = &row->effects[i];
    if (use->kind != NOTCH_EFFECT_USE) {
      continue;
    }
    int64_t before = use->amount < gone ? use->amount : gone;
    int64_t part = use->amount - before < quantity ? use->amount - before : quantity;
    gone -= before;
    quantity -= part;
    if (part == 0) {
      continue;
    }
    notch_work_plain_effect(work, NOTCH_EFFECT_RETURN_USE, use->subject, part, use->ref);
    if (use->ref == 0) {
      notch_change_stock(work, use->subject, part);
    }
  }
  give_back(work, original, points);
}

/* Room of a reward's or a payment's own limits: `times`, and `amount` of `points`. */
static void give_shop_room(notch_work *work, const notch_original *original, const uint32_t *limits,
                           uint32_t count, int64_t times, uint32_t points, int64_t amount)
{
  notch_view view = notch_view_of(work);
  notch_see_original(work, original, &view);
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &work->program->limits[limits[i]];
    int64_t back = limit->times ? times : limit->points == points ? amount : 0;
    if (back > 0 && !limit->per_event) {
      notch_limit_note_own(work, limits[i], limit->times ? NOTCH_NONE : points, -back);
    }
  }
  notch_view_back(work, &view);
}

/* What went back of rewards that were bought, to the member or to others of the household. */
static void give_reward_room(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction, *now = notch_row_so_far(work->open);
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *use = &row->effects[i];
    if (use->kind != NOTCH_EFFECT_USE || use->ref != 0) {
      continue;
    }
    const notch_reward *reward = &work->program->rewards[use->subject];
    int64_t points = 0;
    for (uint32_t j = 0; j < now->posting_count; j++) {
      const notch_posting *back = &now->postings[j];
      bool given = back->source == NOTCH_ACCOUNT_SPENT && back->points == reward->costs_points;
      points += given ? back->amount : 0;
    }
    for (uint32_t j = 0; j < work->given_back.count; j++) {
      const notch_given_back *back = &work->given_back.items[j];
      points += back->points == reward->costs_points ? back->amount : 0;
    }
    give_shop_room(work, original, reward->limits, reward->limit_count,
                   uses_of(now, NOTCH_EFFECT_RETURN_USE, true), reward->costs_points, points);
  }
}

static void return_paid(notch_work *work, const notch_original *original, const notch_left *left)
{
  int64_t *amounts = wanted(work, original);
  for (uint32_t i = 0; i < original->transaction->effect_count; i++) {
    const notch_effect *paid = &original->transaction->effects[i];
    if (paid->kind != NOTCH_EFFECT_PAID) {
      continue;
    }
    const notch_payment *payment = &work->program->payments[paid->subject];
    int64_t points = amounts[payment->points];
    if (points > 0) {
      notch_work_plain_effect(work, NOTCH_EFFECT_PAID, paid->subject,
                              -notch_payment_money(work, payment, points), points);
    }
    give_shop_room(work, original, payment->limits, payment->limit_count,
                   left->nothing_left ? 1 : 0, payment->points, points);
  }
  give_back(work, original, amounts);
}

void notch_return_spent(notch_work *work, const notch_original *original, const notch_left *left)
{
  if (used_rewards(original->transaction) && original->lowering->point_count == 0) {
    return_redeem(work, original);
  } else {
    return_paid(work, original, left);
  }
  give_reward_room(work, original);
}
