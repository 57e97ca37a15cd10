/*
 * suite/search.h -- looks among guesses for one that does what is asked.
 *
 * Hill climbing: one gene after the other takes the candidate that comes nearest.  It starts from
 * the usual event, and once for each rule from an event for which that rule applies.
 */
#ifndef NOTCH_SUITE_SEARCH_H
#define NOTCH_SUITE_SEARCH_H

#include "suite/guess.h"

typedef struct notch_score {
  bool valid;          /* the event was applied, and there is something to compare */
  bool found;          /* it does what is asked */
  notch_rational near; /* the larger, the nearer */
} notch_score;

typedef struct notch_search {
  notch_trial trial;
  notch_guess *guess;
  notch_arena *arena; /* of what outlives one try; armed, as is `run` */
  notch_arena run;    /* of one try */
  jmp_buf no_memory;
  notch_state scene, after;
  int64_t *earned;
  bool has_scene, scene_good;
  uint32_t scene_of[NOTCH_GENES_MAX]; /* the choices that it was made of */
} notch_search;

typedef struct notch_quest { /* what is searched */
  const notch_rules *rules;
  const notch_memory *memory;
  notch_arena *arena; /* of the answer */
  uint32_t type;      /* a declared event */
  uint32_t root;      /* looked into for constants, too; NOTCH_NONE */
  uint64_t budget;    /* rules looked at in all */
} notch_quest;

/* Calls `look` once with a search made ready.  False: out of memory. */
bool notch_search_run(const notch_quest *quest, void (*look)(notch_search *search, void *payload),
                      void *payload);

/* The member before the event, as chosen; NULL: that cannot be. */
const notch_state *notch_search_scene(notch_search *search);

/* Makes the n-th start the choice (0: the usual event, then one for each rule).  False: no more
 * of them; *made tells whether the rule does apply. */
bool notch_search_start(notch_search *search, uint32_t n, bool *made);

typedef notch_score notch_objective(notch_search *search, void *payload);
/* Climbs from the choice made; stops as soon as it is found. */
notch_score notch_search_climb(notch_search *search, notch_objective *objective, void *payload);

#endif
