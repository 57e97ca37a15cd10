/*
 * suite/suite.h -- runs the `test` blocks of a programme.
 *
 * Each test has a ledger of its own in memory, whose clock is its events; its steps go through
 * the same door as everything else (apply.h).
 */
#ifndef NOTCH_SUITE_SUITE_H
#define NOTCH_SUITE_SUITE_H

#include "apply.h"

typedef struct notch_suite_failure { /* valid during the callback */
  const notch_test *test;
  uint16_t source;
  notch_span span;
  notch_text sentence; /* "expected ann has 125 star, found 124 star" */
} notch_suite_failure;

typedef struct notch_suite {
  const notch_memory *memory;
  const notch_rules *rules;
  notch_text only; /* run the tests whose title contains this; empty: all */
  void (*report)(void *payload, const notch_suite_failure *failure);
  void (*finished)(void *payload, const notch_test *test, bool passed);
  void *payload;
  uint32_t passed, failed;
} notch_suite;

/* False: out of memory. */
bool notch_suite_run(notch_suite *suite);

#endif
