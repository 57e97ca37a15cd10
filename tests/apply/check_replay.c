/*
 * tests/apply/check_replay.c -- what <notch.h> promises of a replay on several threads: progress
 * is told on the caller's thread, and no more once he has had enough; where memory ends on one of
 * them, all end, with nothing kept.
 *
 * Only the system's memory is shared by threads, so it is that which is denied: the linker puts
 * __wrap_realloc() and __wrap_free() into the engine's place of realloc() and free().
 */
#include <config.h>

#include "notch.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS 40000u
#define FEW 3000u

static atomic_ulong requests, fail_at; /* fail_at 0: none is denied */
static atomic_long live;
static atomic_bool on, tripped; /* on: all later ones are denied, too */

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __real_free(void *block);
void __wrap_free(void *block);

void *__wrap_realloc(void *block, size_t size)
{
  unsigned long request = atomic_fetch_add(&requests, 1) + 1, denied = atomic_load(&fail_at);
  if (denied != 0 && (request == denied || (request > denied && atomic_load(&on)))) {
    atomic_store(&tripped, true);
    return NULL;
  }
  void *got = __real_realloc(block, size);
  if (block == NULL && got != NULL) {
    atomic_fetch_add(&live, 1);
  }
  return got;
}

void __wrap_free(void *block)
{
  if (block != NULL) {
    atomic_fetch_sub(&live, 1);
  }
  __real_free(block);
}

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
static unsigned lines, lines_wanted; /* given so far, in all */

static size_t read_lines(void *payload, char *to, size_t size)
{
  size_t used = 0;
  (void)payload;
  for (; lines < lines_wanted && size - used > 200; lines++) {
    used += (size_t)snprintf(to + used, 200,
                             "{\"id\":\"e%u\",\"type\":\"purchase\",\"member\":\"m%u\","
                             "\"at\":\"2025-01-%02uT%02u:%02uZ\",\"amount\":\"%u.50\"}\n",
                             lines, lines * 7 % 5003, 1 + lines / 1440, lines / 60 % 24, lines % 60,
                             lines % 90);
  }
  return used;
}

static void make_ledger(unsigned events)
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
  lines_wanted = events;
  ck_assert_int_eq(notch_ledger_apply_all(ledger, &options, &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.applied, events);
}

static void set_up(void)
{
  make_ledger(EVENTS);
}

static void set_up_few(void)
{
  make_ledger(FEW);
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

/* False: it was done without lacking anything. */
static bool lacks(unsigned threads, unsigned long n, bool and_on)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t found = 0;
  long before = atomic_load(&live);
  options.threads = threads;
  atomic_store(&requests, 0);
  atomic_store(&tripped, false);
  atomic_store(&on, and_on);
  atomic_store(&fail_at, n);
  notch_status status =
      notch_ledger_replay(ledger, &options, NOTCH_VIEW_TEXT, ignore, NULL, &found);
  atomic_store(&fail_at, 0);
  bool was = atomic_load(&tripped);
  ck_assert_msg(status == NOTCH_OK ? found == 0 : status == NOTCH_ENOMEM && was,
                "%u threads, %lu%s: status %d, %d differences: %s", threads, n,
                and_on ? " and on" : "", status, (int)found, notch_error(ledger));
  ck_assert_msg(status == NOTCH_OK || atomic_load(&live) <= before,
                "%u threads, %lu: %ld blocks are kept", threads, n, atomic_load(&live) - before);
  return was;
}

START_TEST(memory_may_end_on_any_thread)
{
  lacks(_i, 0, false); /* what the ledger keeps from here on is there */
  for (int and_on = 0; and_on < 2; and_on++) {
    unsigned long n = 1, tries = 0;
    for (; lacks(_i, n, and_on == 1); tries++) {
      n += 1 + n / 40;
    }
    ck_assert_uint_gt(tries, 40);
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
  TCase *scarce = tcase_create("scarce");
  tcase_add_checked_fixture(scarce, set_up_few, tear_down);
  tcase_add_loop_test(scarce, memory_may_end_on_any_thread, 1, 4);
  suite_add_tcase(suite, scarce);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
