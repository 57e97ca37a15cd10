/*
 * suite/coverage.h -- what of a programme its tests touched: rules, conditions, rows, tiers.
 *
 * Counted from the traces and rows that the tests leave behind; nothing is evaluated here.
 */
#ifndef NOTCH_SUITE_COVERAGE_H
#define NOTCH_SUITE_COVERAGE_H

#include "member/trace.h"

#define NOTCH_CLAUSE_FIGURE_COUNT 3

typedef enum notch_clause_kind {
#define CLAUSE(name, word, first, second, third, needed) NOTCH_CLAUSE_##name,
#include "suite/clause.def"
#undef CLAUSE
  NOTCH_CLAUSE_COUNT
} notch_clause_kind;

typedef struct notch_clause_info {
  const char *word;
  const char *figures[NOTCH_CLAUSE_FIGURE_COUNT]; /* "": none */
  unsigned needed;
} notch_clause_info;

extern const notch_clause_info notch_clause_infos[NOTCH_CLAUSE_COUNT];

typedef struct notch_clause {
  notch_clause_kind kind;
  uint16_t source;
  notch_span span;
  notch_text text; /* on one line: "rule base", "when amount >= 10.00 CNY" */
  uint64_t seen[NOTCH_CLAUSE_FIGURE_COUNT];
} notch_clause;

bool notch_clause_covered(const notch_clause *clause);

typedef struct notch_coverage notch_coverage;

/* Lives in the arena; NULL: out of memory. */
notch_coverage *notch_coverage_new(const notch_program *program, notch_arena *arena);

/* One step of a test: what its decisions recorded. */
void notch_coverage_trace(notch_coverage *coverage, const notch_trace *trace);
/* What rewards and payments used of their limits. */
void notch_coverage_effect(notch_coverage *coverage, const notch_effect *effect);
/* A tier that moved; `scene`: it was set by `given`, which reaches nothing.  Members are told
 * apart within one test only. */
void notch_coverage_move(notch_coverage *coverage, int64_t member, const notch_move *move,
                         bool scene);
void notch_coverage_next_test(notch_coverage *coverage);

/* Every clause, in the order of the sources; sorted now, so nothing is counted afterwards. */
const notch_clause *notch_coverage_clauses(notch_coverage *coverage, uint32_t *count);

#endif
