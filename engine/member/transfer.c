/* member/transfer.c -- points that move by hand: transfers, adjustments, the scene of a test. */
#include <config.h>

#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/shop.h"
#include "member/side.h"
#include "member/term.h"

#include <assert.h>

/* A transfer goes through when a rule on transfer lets it; `notch_run` refuses what one refuses. */
static void check_transfer_rules(notch_work *work)
{
  const notch_event_decl *declared = &work->program->events[NOTCH_EVENT_TRANSFER];
  const notch_variant_ref *candidates = declared->variants;
  bool applies = false;
  for (uint32_t i = 0; i < declared->variant_count; i++) {
    const notch_rule *rule = &work->program->rules[candidates[i].rule];
    work->rule = candidates[i].rule;
    int64_t now_us = work->moment.now_us;
    if (now_us < rule->from_us || now_us >= rule->to_us ||
        !notch_work_holds(work, rule->variants[candidates[i].variant].when)) {
      continue;
    }
    bool refuses = false;
    for (uint32_t j = 0; j < rule->action_count; j++) {
      refuses = refuses || rule->actions[j].kind == NOTCH_DO_REFUSE;
    }
    applies = applies || !refuses;
    *notch_vec_push(&work->transfer_rules, work->run) = candidates[i].rule;
    for (uint32_t j = 0; j < rule->limit_count; j++) {
      const notch_limit *limit = &work->program->limits[rule->limits[j]];
      int64_t wanted = limit->times ? 1 : 0;
      for (uint32_t k = 0; k < work->event->point_count && !limit->times; k++) {
        wanted += work->event->points[k].index == limit->points ? work->event->points[k].amount : 0;
      }
      if (wanted > 0 && notch_limit_room(work, rule->limits[j], candidates[i].variant) < wanted) {
        notch_work_trace(work, NOTCH_TRACE_LIMIT_REACHED, candidates[i].rule, rule->limits[j],
                         false, NULL, NOTCH_MISSING, 0);
        notch_refuse(work, NOTCH_REFUSED_LIMIT_REACHED, "the limit of rule %.*s is used up",
                     (int)rule->decl.name.length, rule->decl.name.bytes);
      }
    }
  }
  work->rule = NOTCH_NONE;
  if (!applies) {
    notch_refuse(work, NOTCH_REFUSED_NOT_ELIGIBLE,
                 "no rule `on transfer` lets this member move points");
  }
}

/* Takes points out of the sender's lots and gives the postings that open them at the other. */
static notch_posting *take_lots(notch_work *work, uint32_t points, int64_t amount, uint32_t *moved)
{
  notch_state *state = work->open->state;
  uint32_t count;
  int64_t *lots = notch_lots_in_order(work, state, points, NOTCH_TAKE_SOONEST, &count);
  notch_posting *openings = NOTCH_NEW_ARRAY(work->run, notch_posting, count + 1);
  *moved = 0;
  for (uint32_t i = 0; i < count && amount > 0; i++) {
    const notch_lot *lot = notch_state_lot(state, lots[i]);
    int64_t part = lot->left < amount ? lot->left : amount;
    openings[(*moved)++] = notch_lot_opening(lot, part);
    notch_work_take(work, lot, part, NOTCH_ACCOUNT_IN_TRANSIT, NULL, 0);
    amount -= part;
  }
  return openings;
}

void notch_give_lots(notch_work *work, const notch_state *other, const notch_posting *openings,
                     uint32_t count)
{
  notch_view view = notch_view_of(work);
  notch_side_begin(work, &view, other);
  notch_note_inflow(work);
  for (uint32_t i = 0; i < count; i++) {
    int64_t lot = notch_work_post(work, openings[i]);
    notch_settle_debt(work, openings[i].points, lot);
  }
  notch_tiers(work);
  notch_run_on_earning(work);
  notch_side_end(work, &view);
}

void notch_settle_receiver(notch_work *work, int64_t to_s)
{
  notch_text to = notch_value_text(work->in->event->fields[NOTCH_FIELD_TRANSFER_TO]);
  const notch_state *other = notch_work_named(work, to, false);
  if (other != NULL && other->member != work->in->state->member) {
    notch_settle_until(work, notch_work_copy(work, other), to_s);
  }
}

void notch_do_transfer(notch_work *work)
{
  const notch_event *event = work->event;
  notch_text to = notch_value_text(event->fields[NOTCH_FIELD_TRANSFER_TO]);
  const notch_state *other = notch_work_named(work, to, true);
  if (other == NULL || other->member == work->open->row.member) {
    notch_refuse(work, NOTCH_REFUSED_NO_MEMBER, "`to` has to name another member");
  }
  other = notch_work_copy(work, other); /* what fell due is settled */
  if (other->closed) {
    notch_refuse(work, NOTCH_REFUSED_MEMBER_CLOSED, "the receiver's membership is closed");
  }
  check_transfer_rules(work);
  for (uint32_t i = 0; i < event->point_count; i++) {
    uint32_t points = event->points[i].index, moved;
    if (work->program->points[points].qualifying) {
      notch_refuse(work, NOTCH_REFUSED_NOT_ELIGIBLE, "%.*s cannot be transferred",
                   (int)work->program->points[points].decl.name.length,
                   work->program->points[points].decl.name.bytes);
    }
    notch_need_points(work, points, event->points[i].amount, false);
    notch_posting *openings = take_lots(work, points, event->points[i].amount, &moved);
    for (uint32_t j = 0; j < work->transfer_rules.count; j++) {
      notch_limit_note(work, work->transfer_rules.items[j], points, event->points[i].amount, false);
    }
    notch_queue_lots(work, other, openings, moved);
  }
}

/* The receiver's side is written after the sender's own transaction is whole. */
void notch_queue_lots(notch_work *work, const notch_state *other, const notch_posting *openings,
                      uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    *notch_vec_push(&work->queued, work->run) = openings[i];
  }
  work->queued_for = other;
}

void notch_give_queued(notch_work *work)
{
  if (work->queued_for != NULL) {
    notch_give_lots(work, work->queued_for, work->queued.items, work->queued.count);
    work->queued.count = 0;
    work->queued_for = NULL;
  }
}

void notch_add_lot(notch_work *work, uint32_t points, int64_t amount, int64_t earned_us)
{
  notch_posting posting = {.points = points,
                           .source = NOTCH_ACCOUNT_ISSUED,
                           .target = NOTCH_ACCOUNT_POINTS,
                           .amount = amount,
                           .earned_us = earned_us,
                           .terms = work->program->points[points].terms,
                           .partner = NOTCH_NONE};
  notch_lot_dates(work, posting.terms, posting.earned_us, &posting.matures_s,
                  &posting.expires_s);
  posting.matures_s = INT64_MIN;
  int64_t lot = notch_work_post(work, posting);
  notch_measure_earned(work, work->open->state, points, posting.earned_us, amount);
  notch_settle_debt(work, points, lot);
}

static void withdraw_all(notch_work *work, uint32_t reward, int64_t count)
{
  const notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->reward_lots_count && count > 0; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    count -= lot->reward == reward ? notch_withdraw(work, lot, count, NOTCH_NONE) : 0;
  }
}

void notch_do_adjust(notch_work *work)
{
  const notch_event *event = work->event;
  for (uint32_t i = 0; i < event->point_count; i++) {
    uint32_t points = event->points[i].index;
    int64_t amount = event->points[i].amount;
    if (amount > 0) {
      notch_add_lot(work, points, amount, work->moment.now_us);
    } else if (amount < 0) {
      int64_t missing = notch_spend(work, points, -amount, NOTCH_ACCOUNT_TAKEN_BACK, NOTCH_NONE);
      notch_fall_short(work, points, missing, NULL, 0);
      notch_measure_earned(work, work->open->state, points, work->moment.now_us, amount);
    }
  }
  for (uint32_t i = 0; i < event->reward_count; i++) {
    int64_t amount = event->rewards[i].amount;
    uint32_t reward = event->rewards[i].index;
    if (amount > 0) {
      notch_grant(work, reward, NOTCH_NONE, amount, 0);
    } else if (amount < 0) {
      withdraw_all(work, reward, -amount);
    }
  }
}

/* What cannot be taken is always an entry: a debt, or written off. */
void notch_fall_short(notch_work *work, uint32_t points, int64_t missing, const notch_share *shares,
                      uint16_t share_count)
{
  bool forgive = work->program->points[points].shortfall == NOTCH_SHORTFALL_FORGIVE;
  notch_work_post(work,
                  (notch_posting){.points = points,
                                  .source = forgive ? NOTCH_ACCOUNT_FORGIVEN : NOTCH_ACCOUNT_DEBT,
                                  .target = NOTCH_ACCOUNT_TAKEN_BACK,
                                  .amount = missing,
                                  .shares = shares,
                                  .share_count = share_count});
}

int64_t notch_withdraw(notch_work *work, const notch_reward_lot *lot, int64_t count, uint32_t rule)
{
  uint32_t reward = lot->reward;
  int64_t part = lot->left < count ? lot->left : count;
  if (part > 0) {
    notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_WITHDRAW,
                                           .subject = reward,
                                           .rule = rule,
                                           .amount = part,
                                           .ref = lot->lot,
                                           .matures_s = INT64_MIN,
                                           .until_s = NOTCH_NEVER});
    notch_change_stock(work, reward, part);
  }
  return part;
}

void notch_fold_adjust(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  for (uint32_t i = 0; i < transaction->posting_count; i++) {
    const notch_posting *posting = &transaction->postings[i];
    if (posting->target == NOTCH_ACCOUNT_TAKEN_BACK) {
      notch_measure_earned(work, state, posting->points, transaction->at_us, -posting->amount);
    }
  }
}

void notch_do_given(notch_work *work)
{
  const notch_event *event = work->event;
  for (uint32_t i = 0; i < event->point_count; i++) {
    if (event->points[i].amount > 0) {
      notch_add_lot(work, event->points[i].index, event->points[i].amount, work->moment.now_us);
    }
  }
  for (uint32_t i = 0; i < event->tier_count; i++) {
    uint32_t ladder = event->tiers[i].index, tier = (uint32_t)event->tiers[i].amount;
    int64_t until = notch_term_from_reach(work->program, &work->program->ladders[ladder], tier,
                                          work->moment.now_us);
    notch_work_move(work, (notch_move){.ladder = ladder,
                                       .tier = tier,
                                       .since_us = work->moment.now_us,
                                       .until_s = until,
                                       .cause = NOTCH_MOVE_START});
    if (work->open->state->standings[ladder].effective != tier) {
      notch_work_move(work, (notch_move){.ladder = ladder,
                                         .tier = tier,
                                         .since_us = work->moment.now_us,
                                         .until_s = NOTCH_NEVER,
                                         .cause = NOTCH_MOVE_FLOOR});
    }
  }
  for (uint32_t i = 0; i < event->tag_count; i++) {
    notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_TAG,
                                           .subject = NOTCH_NONE,
                                           .rule = NOTCH_NONE,
                                           .text = event->tags[i],
                                           .matures_s = INT64_MIN,
                                           .until_s = NOTCH_NEVER});
  }
}
