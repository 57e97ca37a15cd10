/*
 * check/most.h -- the most that one event can award, by interval arithmetic over the ranges.
 *
 * Bounds are safe, not sharp: each condition is thought to hold that makes more.  They take in
 * what an event sets going in its own transaction: rules on the event, on promotions, on segments
 * entered and left, and on earning.
 */
#ifndef NOTCH_CHECK_MOST_H
#define NOTCH_CHECK_MOST_H

#include "check/program.h"

typedef struct notch_most {
  /* What is asked: */
  const notch_program *program;
  const notch_root *roots;   /* of the programme, which may not have them yet */
  const notch_limit *limits; /* likewise */
  notch_arena *scratch;      /* armed */
  uint32_t event, points;
  /* A number or money field of the event that has the value `at`; NOTCH_NONE: any value.  With
   * one, limits on what varies with it do not count, and the bound is convex in it and grows with
   * it: what holds for two values holds between them on the straight line through both. */
  uint32_t field;
  notch_rational at;
  bool to_others; /* what other members get (`earn ... to`), instead of the event's member */
  /* Where no bound was found: */
  const notch_expr *because; /* has no upper end; NULL: a rule whose award is not bounded here */
  uint32_t rule;
  bool gave_up; /* too many steps */
  /* The module's own: */
  uint32_t steps;
  bool varies; /* the field was met, or what was earned */
  unsigned depth;    /* rules that follow read what the event earned */
  bool before_earning; /* ... up to the rules on earning */
} notch_most;

/* How often a rule that follows from an event can run in it: 0 where it does not follow. */
uint32_t notch_most_times(const notch_program *program, const notch_trigger *trigger);

/* In smallest units; whole where no field is asked for.  False: no bound. */
bool notch_most_of_event(notch_most *ask, notch_rational *most);

#endif
