/* member/return_moved.c -- returns of points that were moved by hand: adjustments, transfers. */
#include <config.h>

#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/moved.h"
#include "member/post.h"
#include "member/return_builtin.h"
#include "member/run.h"
#include "member/shop.h"
#include "member/side.h"
#include "member/takeback.h"

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

static void take_added(notch_work *work, const notch_original *original, uint32_t points,
                       int64_t amount)
{
  const notch_transaction *row = original->transaction;
  for (uint32_t i = 0; i < row->posting_count && amount > 0; i++) {
    const notch_posting *added = &row->postings[i];
    if (added->source == NOTCH_ACCOUNT_ISSUED && added->share_count == 0 &&
        added->points == points) {
      amount = take_from_lot(work, original, added->lot, amount, NOTCH_ACCOUNT_TAKEN_BACK);
    }
  }
  amount = notch_take_any(work, points, amount, NOTCH_ACCOUNT_TAKEN_BACK);
  notch_fall_short(work, points, amount, NULL, 0);
}

/* What became a debt is owed no longer; what was paid of it since is given anew. */
static void forgive_taken(notch_work *work, const notch_original *original, uint32_t points,
                          int64_t amount)
{
  int64_t owed = work->open->state->balances[points].debt;
  int64_t part = amount < owed ? amount : owed;
  notch_work_post(work, (notch_posting){.points = points,
                                        .source = NOTCH_ACCOUNT_TAKEN_BACK,
                                        .target = NOTCH_ACCOUNT_DEBT,
                                        .amount = part});
  if (amount > part) {
    notch_add_lot(work, points, amount - part, original->sent->at_us);
  }
}

/* What was taken last is given again first, `gone` of it before. */
static void give_taken(notch_work *work, const notch_original *original, uint32_t points,
                       int64_t gone, int64_t amount)
{
  const notch_transaction *row = original->transaction;
  for (uint32_t i = row->posting_count; i-- > 0 && amount > 0;) {
    const notch_posting *taken = &row->postings[i];
    if (taken->target != NOTCH_ACCOUNT_TAKEN_BACK || taken->share_count > 0 ||
        taken->points != points) {
      continue;
    }
    int64_t before = taken->amount < gone ? taken->amount : gone;
    int64_t part = taken->amount - before < amount ? taken->amount - before : amount;
    gone -= before;
    amount -= part;
    if (taken->source == NOTCH_ACCOUNT_DEBT) {
      forgive_taken(work, original, points, part);
    } else {
      notch_work_post(work, (notch_posting){.points = points,
                                            .source = NOTCH_ACCOUNT_TAKEN_BACK,
                                            .target = taken->source,
                                            .amount = part,
                                            .lot = taken->lot});
      notch_settle_debt(work, points, taken->lot);
    }
  }
}

/* Rewards that were granted are withdrawn while unused; withdrawn ones are there again, as far as
 * the stock goes. */
static void return_granted(notch_work *work, const notch_original *original)
{
  const notch_transaction *row = original->transaction;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (effect->kind == NOTCH_EFFECT_GRANT && effect->rule == NOTCH_NONE) {
      notch_withdraw_grant(work, original, effect, effect->amount);
    } else if (effect->kind == NOTCH_EFFECT_WITHDRAW && effect->rule == NOTCH_NONE) {
      int64_t stock = notch_stock_left(work, effect->subject);
      int64_t part = effect->amount < stock ? effect->amount : stock;
      if (part > 0) {
        notch_work_plain_effect(work, NOTCH_EFFECT_RETURN_USE, effect->subject, part, effect->ref);
        notch_change_stock(work, effect->subject, -part);
      }
    }
  }
}

/* What was added is taken, what was taken is given again. */
void notch_return_adjust(notch_work *work, const notch_original *original, const notch_left *left)
{
  const notch_event *sent = original->sent;
  uint32_t first = work->open->postings.count;
  for (uint32_t i = 0; i < sent->point_count; i++) {
    uint32_t points = sent->points[i].index;
    int64_t back = left->points_before[points] - left->points[points];
    if (sent->points[i].amount > 0) {
      take_added(work, original, points, back);
    } else {
      give_taken(work, original, points, left->moved[points] - left->points_before[points], back);
    }
  }
  for (uint32_t i = first; i < work->open->postings.count; i++) {
    const notch_posting *posting = &work->open->postings.items[i];
    notch_measure_earned(work, work->open->state, posting->points, sent->at_us,
                         -notch_takes_back(posting) * posting->amount);
  }
  if (original->lowering->all) {
    return_granted(work, original);
  }
}

/* The receiver gives back what is left of the lots, then other lots; the rest is his shortfall. */
static void take_from_receiver(notch_work *work, const notch_original *original, uint32_t side,
                               uint32_t points, int64_t amount)
{
  const notch_state *other = notch_side_of(work, original, side);
  if (other == NULL || other->closed) {
    notch_refuse(work, NOTCH_REFUSED_MEMBER_CLOSED, "the receiver's membership is closed");
  }
  *notch_vec_push(&work->claimed, work->run) = (notch_claimed){.from = other,
                                                               .side = original->sides[side],
                                                               .original = original,
                                                               .points = points,
                                                               .amount = amount};
}

void notch_take_claimed(notch_work *work)
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
    left = notch_take_any(work, claim->points, left, NOTCH_ACCOUNT_IN_TRANSIT);
    notch_work_post(work, (notch_posting){.points = claim->points,
                                          .source = NOTCH_ACCOUNT_DEBT,
                                          .target = NOTCH_ACCOUNT_IN_TRANSIT,
                                          .amount = left});
    notch_side_end(work, &view);
  }
  work->claimed.count = 0;
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

/* Room of the rules on transfer that let it through: by points, under the keys of then. */
static void give_transfer_room(notch_work *work, const notch_original *original,
                               const notch_left *left)
{
  const notch_transaction *row = original->transaction;
  notch_view view = notch_view_of(work);
  notch_see_original(work, original, &view);
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *used = &row->effects[i];
    bool first = used->kind == NOTCH_EFFECT_LIMIT_USED && used->subject != NOTCH_NONE;
    for (uint32_t j = 0; j < i && first; j++) { /* a later one is of what the rule earned */
      const notch_effect *before = &row->effects[j];
      first = before->kind != NOTCH_EFFECT_LIMIT_USED || before->rule != used->rule ||
              before->ref != used->ref || before->subject != used->subject;
    }
    if (first && used->amount == left->moved[used->subject]) {
      notch_limit_note_key(work, used->rule, (uint32_t)used->ref, used->subject, used->text,
                           left->points[used->subject] - left->points_before[used->subject]);
    }
  }
  notch_view_back(work, &view);
}

void notch_return_transfer(notch_work *work, const notch_original *original, const notch_left *left)
{
  const notch_transaction *row = original->transaction;
  uint32_t side = 0;
  while (side < original->side_count && original->sides[side]->cause != original->event) {
    side++;
  }
  for (uint32_t kind = 0; kind < work->program->points_count; kind++) {
    int64_t back = left->points_before[kind] - left->points[kind];
    for (uint32_t i = row->posting_count; i-- > 0 && side < original->side_count && back > 0;) {
      const notch_posting *moved = &row->postings[i];
      if (moved->target != NOTCH_ACCOUNT_IN_TRANSIT || moved->points != kind) {
        continue;
      }
      int64_t there = moved->amount - moved_back(original, moved);
      int64_t part = there < back ? there : back;
      if (part > 0) {
        back -= part;
        notch_work_post(work, (notch_posting){.points = kind,
                                              .source = NOTCH_ACCOUNT_IN_TRANSIT,
                                              .target = NOTCH_ACCOUNT_POINTS,
                                              .amount = part,
                                              .lot = moved->lot});
        notch_settle_debt(work, kind, moved->lot);
        take_from_receiver(work, original, side, kind, part);
      }
    }
  }
  give_transfer_room(work, original, left);
}
