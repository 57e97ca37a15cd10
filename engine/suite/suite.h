/*
 * suite/suite.h -- runs the `test` blocks of a programme, each on a ledger of its own in memory.
 *
 * A test goes through the same door as a till: its events are JSON, applied by apply/apply.c.
 */
#ifndef NOTCH_SUITE_SUITE_H
#define NOTCH_SUITE_SUITE_H

#include "apply/apply.h"
#include "suite/coverage.h"

typedef struct notch_suite_report {
  void *payload;
  /* One expectation that does not hold, or a test that could not be run. */
  void (*failure)(void *payload, const notch_test *test, const notch_source *source,
                  notch_position position, notch_text sentence);
  void (*finished)(void *payload, const notch_test *test, bool passed); /* may be NULL */
  notch_text only;          /* tests whose title has this; empty: all */
  notch_coverage *coverage; /* NULL: not counted */
} notch_suite_report;

typedef struct notch_suite_counts {
  uint32_t passed, failed;
} notch_suite_counts;

/* False: out of memory. */
bool notch_suite_run(const notch_rules *rules, const notch_memory *memory,
                     const notch_suite_report *report, notch_suite_counts *counts);

/* ---- shared by the files of this folder ---- */

typedef struct notch_stage { /* one test under way */
  const notch_rules *rules;
  const notch_memory *memory;
  const notch_suite_report *report;
  const notch_test *test;
  notch_books *books;
  notch_edition *edition;
  notch_arena arena; /* of the test */
  notch_trace trace; /* of the newest step */
  int64_t now_us;
  int64_t member;        /* of the newest event step; 0: none yet */
  notch_receipt receipt; /* of the newest event step */
  notch_text sentence;   /* why it was refused */
  int64_t first, last;   /* rows of the newest step */
  uint64_t denied;       /* requests for memory, before the test */
  bool waited;           /* the newest step let time pass */
  bool failed;
} notch_stage;

/* Whether the expectation of a step holds; says why not.  False: the test cannot go on. */
bool notch_suite_expect(notch_stage *stage, const notch_test_step *step);
void notch_suite_fail(notch_stage *stage, const notch_test_step *step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
