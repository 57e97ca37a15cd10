/*
 * report/statement.h -- what a member would read: entries with a running balance, what expires
 * when, tiers and what the next one takes.
 */
#ifndef NOTCH_REPORT_STATEMENT_H
#define NOTCH_REPORT_STATEMENT_H

#include "report/progress.h"

typedef struct notch_statement_change { /* of one points kind by one row */
  uint32_t kind;
  int64_t in, out;
  __int128 balance; /* afterwards: points and held, less debt */
} notch_statement_change;

typedef struct notch_statement_share { /* what a rule gave, or lost again (negative) */
  notch_text rule;
  uint32_t kind;
  int64_t amount;
} notch_statement_share;

typedef struct notch_statement_entry {
  int64_t event; /* 0: due, not recorded yet */
  int64_t at_us, booked_us;
  notch_text id, type, what;
  NOTCH_VEC(notch_statement_change) changes;
  NOTCH_VEC(notch_statement_share) shares;
  NOTCH_VEC(notch_text) notes; /* tiers, rewards, holds */
} notch_statement_entry;

typedef struct notch_statement_term { /* points that expire, or mature, at a moment */
  uint32_t kind;
  int64_t at_s, amount;
} notch_statement_term;

typedef struct notch_statement {
  notch_arena *arena;
  const notch_plan *plan; /* of the version that the state has indexes of */
  const notch_program *program;
  notch_kinds kinds;
  notch_text member;
  int64_t from_us, at_us; /* from_us INT64_MIN: from the beginning */
  __int128 *opening, *balance; /* by kind */
  uint32_t balance_count;
  NOTCH_VEC(notch_statement_entry) entries;
  /* As the member stands at the end: */
  notch_points_view *views; /* by points of the programme */
  NOTCH_VEC(notch_statement_term) expires, matures;
  notch_progress *progress; /* by ladder */
  const notch_state *state;
} notch_statement;

void notch_statement_begin(notch_statement *statement, const notch_plan *plan, notch_text member,
                           int64_t from_us, int64_t at_us, notch_arena *arena);
/* The member's rows in ledger order, then what fell due and is not recorded. */
void notch_statement_add(notch_statement *statement, const notch_deed *deed);
/* decision: plan, state (settled up to at_us), house and host. */
void notch_statement_end(notch_statement *statement, notch_decider *decider,
                         const notch_case *decision);
void notch_statement_text(const notch_statement *statement, notch_out *out);
void notch_statement_json(const notch_statement *statement, notch_out *out);

#endif
