/*
 * check/solve.h -- can these conditions hold together?  Enumeration, intervals and orders.
 *
 * Sound both ways: NO is proved, YES comes with values that are free to be chosen, and anything
 * in between is MAYBE.  Steps are counted, never timed, so an answer is the same everywhere.
 */
#ifndef NOTCH_CHECK_SOLVE_H
#define NOTCH_CHECK_SOLVE_H

#include "check/checker.h"

typedef enum notch_solved { NOTCH_SOLVED_NO, NOTCH_SOLVED_YES, NOTCH_SOLVED_MAYBE } notch_solved;

typedef struct notch_goal { /* this condition, wanted true or false */
  const notch_expr *expr;
  bool truth;
} notch_goal;

/* *witness (may be NULL) gets "amount 10.00 CNY, channel app" with YES. */
notch_solved notch_solve(notch_checker *c, const notch_goal *goals, uint32_t count,
                         int64_t from_us, int64_t to_us, notch_text *witness);

/* The same, with measures and points figures thought free to be chosen, each by itself. */
notch_solved notch_solve_figures(notch_checker *c, const notch_goal *goals, uint32_t count,
                                 notch_text *witness);

#endif
