/* member/return_shop.c -- returns of payments, captures, redemptions, transfers, adjustments. */
#include <config.h>

#include "member/lots.h"
#include "member/moved.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/shop.h"
#include "member/side.h"
#include "member/takeback.h"

#include <assert.h>

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

static void give_owners(notch_work *work)
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
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

/* How many points of each kind the return names; all that is left when it names none. */
static int64_t *wanted(notch_work *work, const notch_original *original)
{
  int64_t *left = spent_totals(work, original);
  bool names = !original->lowering->all && work->event->point_count > 0, any = false;
  int64_t *amounts = names ? notch_named_amounts(work, left) : left;
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    any = any || left[i] != 0;
    if (amounts[i] > left[i] || amounts[i] < 0) {
      notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE,
                   "more points are returned than the event still has");
    }
  }
  if (!any && original->earlier_count > 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE,
                 "more points are returned than the event still has");
  }
  return amounts;
}

/* `on return keep` in a payment: what was paid stays paid. */
static bool stays_paid(const notch_work *work, const notch_original *original)
{
  for (uint32_t i = 0; i < original->transaction->effect_count; i++) {
    const notch_effect *paid = &original->transaction->effects[i];
    if (paid->kind == NOTCH_EFFECT_PAID) {
      return work->program->payments[paid->subject].on_return == NOTCH_RETURN_KEEP;
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

static void return_redeem(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction;
  int64_t used = 0, back = 0;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    used += row->effects[i].kind == NOTCH_EFFECT_USE ? row->effects[i].amount : 0;
  }
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    for (uint32_t j = 0; j < original->earlier[i]->effect_count; j++) {
      const notch_effect *effect = &original->earlier[i]->effects[j];
      back += effect->kind == NOTCH_EFFECT_RETURN_USE ? effect->amount : 0;
    }
  }
  int64_t quantity = used - back;
  if (!original->lowering->all && work->event->quantity > 0) {
    quantity = work->event->quantity;
  }
  if (quantity > used - back || quantity <= 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "more is returned than was redeemed");
  }
  int64_t *points = spent_totals(work, original);
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    points[i] = used == 0 ? 0 : points[i] * quantity / (used - back);
  }
  for (uint32_t i = row->effect_count; i-- > 0 && quantity > 0;) {
    const notch_effect *use = &row->effects[i];
    if (use->kind != NOTCH_EFFECT_USE) {
      continue;
    }
    int64_t part = use->amount < quantity ? use->amount : quantity;
    notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_RETURN_USE,
                                           .subject = use->subject,
                                           .rule = NOTCH_NONE,
                                           .amount = part,
                                           .ref = use->ref,
                                           .matures_s = INT64_MIN,
                                           .until_s = NOTCH_NEVER});
    if (use->ref == 0) {
      notch_change_stock(work, use->subject, part);
    }
    quantity -= part;
  }
  give_back(work, original, points);
}

/* Takes from what is left of a lot, wherever merges took it; what is missing is answered. */
static int64_t take_from_lot(notch_work *work, const notch_original *original, int64_t opened,
                             int64_t amount, notch_account target)
{
  int64_t number;
  for (uint32_t i = 0; (number = notch_moved_lot(original, opened, &i)) != 0 && amount > 0;) {
    const notch_lot *lot = notch_state_lot(work->open->state, number);
    int64_t part = lot == NULL ? 0 : lot->left < amount ? lot->left : amount;
    if (part > 0) {
      notch_work_take(work, lot, part, target, NULL, 0);
      amount -= part;
    }
  }
  return amount;
}

/* What was added is taken, what was taken is given again. */
static void return_adjust(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction;
  if (original->earlier_count > 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "this adjustment has been returned already");
  }
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->source == NOTCH_ACCOUNT_ISSUED) {
      int64_t left = take_from_lot(work, original, posting->lot, posting->amount,
                                   NOTCH_ACCOUNT_TAKEN_BACK);
      int64_t missing =
          notch_spend(work, posting->points, left, NOTCH_ACCOUNT_TAKEN_BACK, NOTCH_NONE);
      notch_fall_short(work, posting->points, missing, NULL, 0);
    } else if (posting->target == NOTCH_ACCOUNT_TAKEN_BACK &&
               posting->source == NOTCH_ACCOUNT_POINTS) {
      notch_work_post(work, (notch_posting){.points = posting->points,
                                            .source = NOTCH_ACCOUNT_TAKEN_BACK,
                                            .target = NOTCH_ACCOUNT_POINTS,
                                            .amount = posting->amount,
                                            .lot = posting->lot});
    }
  }
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

/* The receiver gives back what is left of the lots, then other lots; the rest is his shortfall. */
static void take_from_receiver(notch_work *work, const notch_original *original, uint32_t side,
                               uint32_t points, int64_t amount)
{
  const notch_state *other = notch_side_of(work, original, side);
  if (other == NULL || other->closed) {
    notch_refuse(work, NOTCH_REFUSED_MEMBER_CLOSED, "the receiver's membership is closed");
  }
  *notch_vec_push(&work->claimed, work->run) =
      (notch_claimed){.from = other,
                      .side = original->sides[side],
                      .original = original,
                      .points = points,
                      .amount = amount};
}

static void take_claimed(notch_work *work)
{
  notch_view view = notch_view_of(work);
  for (uint32_t i = 0; i < work->claimed.count; i++) {
    const notch_claimed *claim = &work->claimed.items[i];
    int64_t left = claim->amount;
    notch_side_begin(work, &view, claim->from);
    for (uint32_t j = 0; j < claim->side->posting_count && left > 0; j++) {
      const notch_posting *opened = &claim->side->postings[j];
      if (opened->points == claim->points && opened->lot == opened->posting) {
        left = take_from_lot(work, claim->original, opened->lot, left, NOTCH_ACCOUNT_IN_TRANSIT);
      }
    }
    left = notch_spend(work, claim->points, left, NOTCH_ACCOUNT_IN_TRANSIT, NOTCH_NONE);
    notch_work_post(work, (notch_posting){.points = claim->points,
                                          .source = NOTCH_ACCOUNT_DEBT,
                                          .target = NOTCH_ACCOUNT_IN_TRANSIT,
                                          .amount = left});
    notch_side_end(work, &view);
  }
  work->claimed.count = 0;
}

void notch_return_sides(notch_work *work)
{
  notch_take_back_from_others(work);
  if (work->claimed.count > 0) {
    take_claimed(work);
  }
  if (work->given_back.count > 0) {
    give_owners(work);
  }
}

static int64_t moved_back(const notch_original *original, const notch_posting *moved)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    const notch_transaction *row = original->earlier[i];
    for (uint32_t j = 0; j < row->posting_count; j++) {
      const notch_posting *posting = &row->postings[j];
      bool back = posting->source == NOTCH_ACCOUNT_IN_TRANSIT && posting->lot == moved->lot;
      sum += back ? posting->amount : 0;
    }
  }
  return sum;
}

static void return_transfer(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction;
  uint32_t side = 0;
  while (side < original->side_count && original->sides[side]->cause != original->event) {
    side++;
  }
  bool any = false;
  int64_t *named = NOTCH_NEW_ARRAY(work->run, int64_t, work->event->point_count + 1);
  for (uint32_t i = 0; i < work->event->point_count; i++) {
    named[i] = work->event->points[i].amount;
  }
  for (uint32_t i = row->posting_count; i-- > 0 && side < original->side_count;) {
    const notch_posting *moved = &row->postings[i];
    if (moved->target != NOTCH_ACCOUNT_IN_TRANSIT) {
      continue;
    }
    int64_t left = moved->amount - moved_back(original, moved);
    for (uint32_t j = 0; j < work->event->point_count && !original->lowering->all; j++) {
      if (work->event->points[j].index == moved->points) {
        left = named[j] < left ? named[j] : left;
        named[j] -= left;
      }
    }
    if (left > 0) {
      any = true;
      notch_work_post(work, (notch_posting){.points = moved->points,
                                            .source = NOTCH_ACCOUNT_IN_TRANSIT,
                                            .target = NOTCH_ACCOUNT_POINTS,
                                            .amount = left,
                                            .lot = moved->lot});
      take_from_receiver(work, original, side, moved->points, left);
    }
  }
  if (!any) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "nothing of this transfer is left to return");
  }
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

static void return_paid(notch_work *work, const notch_original *original)
{
  int64_t *amounts = wanted(work, original);
  if (stays_paid(work, original)) {
    return;
  }
  for (uint32_t i = 0; i < original->transaction->effect_count; i++) {
    const notch_effect *paid = &original->transaction->effects[i];
    if (paid->kind == NOTCH_EFFECT_PAID) {
      const notch_payment *payment = &work->program->payments[paid->subject];
      int64_t points = amounts[payment->points];
      notch_work_effect(work,
                        (notch_effect){.kind = NOTCH_EFFECT_PAID,
                                       .subject = paid->subject,
                                       .rule = NOTCH_NONE,
                                       .amount = -notch_payment_money(work, payment, points),
                                       .ref = points,
                                       .matures_s = INT64_MIN,
                                       .until_s = NOTCH_NEVER});
    }
  }
  give_back(work, original, amounts);
}

void notch_return_builtin(notch_work *work, const notch_original *original)
{
  switch ((notch_builtin_event)original->sent->type) {
  case NOTCH_EVENT_PAY:
  case NOTCH_EVENT_CAPTURE:
    if (used_rewards(original->transaction) && work->event->point_count == 0) {
      return_redeem(work, original);
    } else {
      return_paid(work, original);
    }
    break;
  case NOTCH_EVENT_REDEEM: return_redeem(work, original); break;
  case NOTCH_EVENT_TRANSFER: return_transfer(work, original); break;
  case NOTCH_EVENT_ADJUST: return_adjust(work, original); break;
  default: notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "this kind of event cannot be returned");
  }
}
