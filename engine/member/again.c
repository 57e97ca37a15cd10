/*
 * member/again.c -- rules on earning once more, for what is left of a returned event: they see
 * the member of then with the awards of what is left, and their outcome joins those awards.
 */
#include <config.h>

#include "member/again.h"
#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"

#include <assert.h>

enum { PSEUDO_LOTS = 1000000 }; /* lots of the member of then that no ledger will know */

/* Opens what the awards give in the state of then; what is available at once is inflow. */
static void open_then(notch_work *work, notch_state *then, const notch_awards *now,
                      int64_t *inflow, uint32_t from)
{
  for (uint32_t i = from; i < now->awards.count; i++) {
    const notch_award *award = &now->awards.items[i];
    uint32_t own = work->program->rules[award->rule].terms;
    notch_posting posting = {.posting = INT64_MAX - PSEUDO_LOTS + i,
                             .points = award->points,
                             .source = NOTCH_ACCOUNT_ISSUED,
                             .target = NOTCH_ACCOUNT_POINTS,
                             .amount = award->posted,
                             .earned_us = work->moment.now_us,
                             .terms = own == NOTCH_NONE ? work->program->points[award->points].terms
                                                        : own,
                             .partner = NOTCH_NONE};
    posting.lot = posting.posting;
    if (award->to_other || award->posted <= 0) {
      continue;
    }
    notch_lot_dates(work->program, posting.terms, posting.earned_us, &posting.matures_s,
                    &posting.expires_s);
    notch_state_post(then, &posting, NULL);
    const notch_lot *lot = notch_state_lot(then, posting.lot);
    if (lot != NULL && inflow != NULL && notch_lot_available(work, then, lot)) {
      inflow[award->points] += award->posted;
    }
  }
}

static void spend_then(notch_work *work, notch_state *then, uint32_t points, int64_t amount)
{
  uint32_t count;
  uint32_t *order = notch_lots_in_order(work, then, points, work->program->points[points].order,
                                        &count);
  for (uint32_t i = 0; i < count && amount > 0; i++) {
    notch_lot *lot = &then->lots[order[i]];
    int64_t part = lot->left < amount ? lot->left : amount;
    lot->left -= part;
    then->balances[points].points -= part;
    amount -= part;
  }
}

/* One rule's ruling and awards go behind those of the event. */
static void join(notch_work *work, notch_awards *now, const notch_awards *later)
{
  for (uint32_t i = 0; i < later->rulings.count; i++) {
    notch_ruling ruling = later->rulings.items[i];
    uint32_t first = now->awards.count;
    if (now->ruling_of[ruling.rule] != 0) {
      continue;
    }
    for (uint32_t j = 0; j < ruling.award_count; j++) {
      *notch_vec_push(&now->awards, work->run) = later->awards.items[ruling.first_award + j];
    }
    ruling.first_award = first;
    *notch_vec_push(&now->rulings, work->run) = ruling;
    now->ruling_of[ruling.rule] = now->rulings.count;
  }
}

static bool is_earning(const notch_trigger *trigger, const void *payload)
{
  const uint32_t *points = payload;
  return trigger->kind == NOTCH_ON_EARNING && trigger->a == *points;
}

static void run_one(notch_work *work, notch_state *then, notch_awards *now,
                    const notch_candidate *candidate)
{
  notch_award_request request = {.candidates = candidate,
                                 .candidate_count = 1,
                                 .rules_at_us = work->moment.now_us};
  notch_awards *later = notch_award_rules(work, &request);
  uint32_t first = now->awards.count;
  if (later->rulings.count > 0 && later->rulings.items[0].kind == NOTCH_RULING_APPLIES) {
    const notch_rule *rule = &work->program->rules[candidate->rule];
    notch_rule_figures(work, &later->rulings.items[0]);
    for (uint32_t i = 0; i < rule->action_count; i++) {
      if (rule->actions[i].kind == NOTCH_DO_DEDUCT) {
        spend_then(work, then, rule->actions[i].points, later->rulings.items[0].figures[i]);
      }
    }
  }
  join(work, now, later);
  open_then(work, then, now, NULL, first);
}

void notch_again_on_earning(notch_work *work, notch_state *then, notch_awards *now)
{
  const notch_program *program = work->program;
  if (!work->plan->earning_rules) {
    return;
  }
  const int64_t *outer = work->earned_now;
  const notch_value *fields = work->fields;
  int64_t *inflow = NOTCH_NEW_ARRAY(work->run, int64_t, program->points_count + 1);
  open_then(work, then, now, inflow, 0);
  work->earned_now = inflow;
  work->fields = NULL;
  for (uint32_t points = 0; points < program->points_count; points++) {
    uint32_t count = 0;
    notch_candidate *list =
        inflow[points] <= 0 ? NULL : notch_candidates(work, is_earning, &points, &count);
    notch_sort_candidates(program, list, count);
    for (uint32_t i = 0; i < count; i++) {
      run_one(work, then, now, &list[i]);
    }
  }
  work->earned_now = outer;
  work->fields = fields;
}
