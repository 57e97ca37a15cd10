/*
 * tests/apply/check_replay.c -- what <notch.h> promises of a replay on several threads: progress
 * is told on the caller's thread, and no more once he has had enough.
 */
#include <config.h>

#include "notch.h"

#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS 40000u

static const char script[] = "program shop\n"
                             "  timezone \"UTC\"\n"
                             "  currency EUR\n"
                             "  rounded down per event\n"
                             "points star\n"
                             "event purchase\n  field amount EUR in 0.00 EUR .. 10_000.00 EUR\n"
                             "rule base\n  on purchase\n  earn 1 star per 1.00 EUR of amount\n";

static notch_engine *engine;
static notch_program *rules;
static notch_ledger *ledger;
static char path[64];
static unsigned lines; /* given so far */

static size_t read_lines(void *payload, char *to, size_t size)
{
  size_t used = 0;
  (void)payload;
  for (; lines < EVENTS && size - used > 200; lines++) {
    used += (size_t)snprintf(to + used, 200,
                             "{\"id\":\"e%u\",\"type\":\"purchase\",\"member\":\"m%u\","
                             "\"at\":\"2025-01-%02uT%02u:%02uZ\",\"amount\":\"%u.50\"}\n",
                             lines, lines * 7 % 5003, 1 + lines / 1440, lines / 60 % 24, lines % 60,
                             lines % 90);
  }
  return used;
}

static void set_up(void)
{
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  notch_counts counts;
  strcpy(path, "/tmp/check_replay_XXXXXX");
  ck_assert(mkdtemp(path) != NULL);
  strcat(path, "/ledger");
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  ck_assert_msg(notch_program_compile(&rules, engine, "shop.notch", script, strlen(script), NULL) ==
                    NOTCH_OK,
                "%s", notch_error(engine));
  ck_assert_msg(notch_ledger_create(&ledger, engine, path, rules, NULL) == NOTCH_OK, "%s",
                notch_error(engine));
  options.read = read_lines;
  lines = 0;
  ck_assert_int_eq(notch_ledger_apply_all(ledger, &options, &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.applied, EVENTS);
}

static void tear_down(void)
{
  char command[128];
  notch_ledger_close(ledger);
  notch_program_free(rules);
  notch_engine_free(engine);
  *strrchr(path, '/') = '\0';
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  ck_assert_int_eq(system(command), 0);
}

typedef struct watch {
  pthread_t caller;
  uint64_t done, total;
  unsigned calls, enough; /* 0: never */
} watch;

static int look(void *payload, uint64_t done, uint64_t total)
{
  watch *w = payload;
  ck_assert(pthread_equal(w->caller, pthread_self()));
  ck_assert_uint_gt(done, w->done);
  ck_assert_uint_le(done, total);
  w->done = done;
  w->total = total;
  return ++w->calls == w->enough;
}

static int ignore(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 0;
}

static notch_status replay(watch *w, unsigned threads)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t found = 1;
  w->caller = pthread_self();
  options.threads = threads;
  options.progress = look;
  options.payload = w;
  notch_status status =
      notch_ledger_replay(ledger, &options, NOTCH_VIEW_TEXT, ignore, NULL, &found);
  ck_assert_uint_eq(found, 0);
  return status;
}

START_TEST(progress_is_told_to_the_caller)
{
  for (unsigned threads = 1; threads <= 9; threads += threads < 3 ? 1 : 3) {
    watch whole = {.enough = 0}, stopped = {.enough = 2};
    ck_assert_int_eq(replay(&whole, threads), NOTCH_OK);
    ck_assert_uint_ge(whole.calls, 2);
    ck_assert_uint_eq(whole.total, EVENTS + 1); /* and the rules */
    ck_assert_int_eq(replay(&stopped, threads), NOTCH_ESTOPPED);
    ck_assert_uint_eq(stopped.calls, 2);
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("replay");
  TCase *tcase = tcase_create("replay");
  tcase_add_checked_fixture(tcase, set_up, tear_down);
  tcase_add_test(tcase, progress_is_told_to_the_caller);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
