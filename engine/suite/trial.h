/*
 * suite/trial.h -- single events decided for a member who is made up, without a ledger.
 *
 * Claims about a programme are tried on real decisions: what is found is an example that would
 * really happen.  Decisions are counted, never timed, so what is found is the same everywhere.
 */
#ifndef NOTCH_SUITE_TRIAL_H
#define NOTCH_SUITE_TRIAL_H

#include "apply/apply.h"

typedef struct notch_trial {
  const notch_rules *rules;
  const notch_memory *memory;
  notch_decider *decider, *folder;
  notch_host host;
  notch_state fresh, house;
  int64_t next_event, next_posting, next_effect;
  uint64_t left; /* rules that may still be looked at */
  bool failed;   /* out of memory: nothing that was found counts */
} notch_trial;

void notch_trial_open(notch_trial *trial, const notch_rules *rules, const notch_memory *memory,
                      uint64_t budget);
void notch_trial_close(notch_trial *trial);

/*
 * Decides an event of the made-up member in state `from` (NULL: nobody has heard of him).
 * `earned` (one for each kind of points; may be NULL) gets what the event itself awarded; `to` (may
 * be NULL) becomes the state after it.  False: refused, or the budget or memory is used up.
 */
bool notch_trial_event(notch_trial *trial, const notch_state *from, const notch_event *event,
                       int64_t *earned, notch_state *to, notch_trace *trace);

/* A root of place TEST as `expect that` sees it: after `event`, which awarded `earned`. */
bool notch_trial_evaluate(notch_trial *trial, const notch_state *state, const notch_event *event,
                          const int64_t *earned, uint32_t root, notch_trace *trace,
                          notch_value *out);

#endif
