/* suite/trial.c -- decides and folds events of a member who exists only here. */
#include <config.h>

#include "suite/trial.h"

#include <assert.h>
#include <string.h>

#define SOMEBODY 1 /* his number */

/* ---- nobody else exists ---- */

static int64_t nobody_named(void *payload, notch_text id, int64_t before, bool create)
{
  (void)payload, (void)id, (void)before, (void)create;
  return 0;
}

static const notch_state *no_member_number(void *payload, int64_t number)
{
  (void)payload, (void)number;
  return NULL;
}

static notch_text no_member_id(void *payload, int64_t number)
{
  (void)payload, (void)number;
  return (notch_text){NULL, 0};
}

static bool no_opening(void *payload, int64_t lot, notch_posting *out, int64_t *at_us)
{
  (void)payload, (void)lot, (void)out, (void)at_us;
  return false;
}

static const notch_original *no_latest(void *payload, uint32_t type, int64_t before)
{
  (void)payload, (void)type, (void)before;
  return NULL;
}

static bool no_grant(void *payload, int64_t effect, notch_effect *out)
{
  (void)payload, (void)effect, (void)out;
  return false;
}

void notch_trial_open(notch_trial *trial, const notch_rules *rules, const notch_memory *memory,
                      uint64_t budget)
{
  *trial = (notch_trial){.rules = rules,
                         .memory = memory,
                         .host = {.named = nobody_named,
                                  .member_number = no_member_number,
                                  .member_id = no_member_id,
                                  .opening = no_opening,
                                  .latest = no_latest,
                                  .grant = no_grant},
                         .next_event = 1,
                         .next_posting = 1,
                         .next_effect = 1,
                         .left = budget};
  trial->decider = notch_decider_new(memory);
  trial->folder = notch_decider_new(memory);
  notch_state_init(&trial->fresh, memory);
  notch_state_init(&trial->house, memory);
  trial->failed = trial->decider == NULL || trial->folder == NULL ||
                  !notch_state_start(&trial->fresh, rules->program, SOMEBODY) ||
                  !notch_state_start(&trial->house, rules->program, 0);
}

void notch_trial_close(notch_trial *trial)
{
  notch_state_free(&trial->fresh);
  notch_state_free(&trial->house);
  notch_decider_free(trial->decider);
  notch_decider_free(trial->folder);
}

static bool spend(notch_trial *trial, uint32_t type)
{
  uint64_t price = 1 + (uint64_t)trial->rules->program->events[type].variant_count;
  if (trial->failed || trial->left < price) {
    trial->left = 0;
    return false;
  }
  trial->left -= price;
  return true;
}

static void add_earned(const notch_transaction *row, int64_t *earned)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    earned[posting->points] += notch_award_sign(posting) * posting->amount;
  }
}

static bool fold(notch_trial *trial, const notch_outcome *outcome, const notch_event *event,
                 notch_state *to)
{
  for (uint32_t i = 0; i < outcome->count; i++) {
    const notch_transaction *row = &outcome->transactions[i];
    trial->next_event++;
    trial->next_posting += row->posting_count;
    trial->next_effect += row->effect_count;
    if (row->member == SOMEBODY &&
        !notch_fold(trial->folder, trial->rules->plan, to, i == outcome->own ? event : NULL, NULL,
                    row, &trial->host)) {
      trial->failed = true;
      return false;
    }
  }
  return true;
}

bool notch_trial_event(notch_trial *trial, const notch_state *from, const notch_event *event,
                       int64_t *earned, notch_state *to, notch_trace *trace)
{
  if (!spend(trial, event->type)) {
    return false;
  }
  from = from == NULL ? &trial->fresh : from;
  const notch_case decision = {.plan = trial->rules->plan,
                               .state = from,
                               .house = &trial->house,
                               .event = event,
                               .recorded_us = event->at_us,
                               .next_event = trial->next_event,
                               .next_posting = trial->next_posting,
                               .next_effect = trial->next_effect,
                               .host = &trial->host,
                               .trace = trace};
  const notch_outcome *outcome = notch_decide(trial->decider, &decision);
  trial->failed = trial->failed || outcome == NULL;
  if (outcome == NULL || outcome->verdict != NOTCH_APPLIED) {
    return false;
  }
  if (earned != NULL) {
    memset(earned, 0, trial->rules->program->points_count * sizeof *earned);
    add_earned(&outcome->transactions[outcome->own], earned);
  }
  if (to == NULL) {
    return true;
  }
  if (to != from && !notch_state_copy(to, from)) {
    trial->failed = true;
    return false;
  }
  return fold(trial, outcome, event, to);
}

bool notch_trial_evaluate(notch_trial *trial, const notch_state *state, const notch_event *event,
                          const int64_t *earned, uint32_t root, notch_trace *trace,
                          notch_value *out)
{
  const notch_case decision = {.plan = trial->rules->plan,
                               .state = state,
                               .house = &trial->house,
                               .event = event,
                               .recorded_us = event->at_us,
                               .host = &trial->host,
                               .earned = earned,
                               .trace = trace};
  notch_eval how = notch_evaluate(trial->decider, &decision, root, event->at_us, out);
  trial->failed = trial->failed || how == NOTCH_EVAL_NOMEM;
  return how == NOTCH_EVAL_OK;
}
