/*
 * check_rounds.c -- the caches are written a part with each commit: whoever opens the ledger
 * between two parts, or after a crash there, finds every id and every member's newest row.
 */
#include <config.h>

#include "support.h"

#include <check.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMBERS 700
#define A_COMMIT 300 /* with ten commits before a round, more than one part of it holds */

static sample s;

static void buy_some(sample *store, int *next, int count)
{
  sample_must(store, notch_store_begin(store->store));
  for (int end = *next + count; *next < end; (*next)++) {
    char member[16], id[16];
    snprintf(member, sizeof member, "m%d", *next % MEMBERS);
    snprintf(id, sizeof id, "e-%d", *next);
    sample_purchase(store, member, id, 5);
  }
  sample_must(store, notch_store_commit(store->store));
}

/* Up to which row the file says that its caches go. */
static int64_t upto_of(const char *path)
{
  sqlite3 *db;
  sqlite3_stmt *get;
  ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT upto FROM cache", -1, &get, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
  int64_t upto = sqlite3_column_int64(get, 0);
  sqlite3_finalize(get);
  sqlite3_close(db);
  return upto;
}

/* Row 1 is the version's; purchase i is row i + 2 of the only writer. */
static void all_is_found(sample *reader, int count)
{
  sample_must(reader, notch_store_snapshot_begin(reader->store));
  for (int i = 0; i < count; i++) {
    char id[16];
    int64_t event;
    snprintf(id, sizeof id, "e-%d", i);
    sample_must(reader, notch_store_event_find(reader->store, &event, notch_text_of(id), 0));
    ck_assert_int_eq(event, i + 2);
  }
  for (int m = 0; m < MEMBERS && m < count; m++) {
    int64_t last;
    sample_must(reader, notch_store_member_last(reader->store, &last, m + 1));
    ck_assert_int_eq(last, m + (count - 1 - m) / MEMBERS * MEMBERS + 2);
  }
  notch_store_snapshot_end(reader->store);
  char what[256];
  ck_assert_msg(sample_check(reader, what, sizeof what) == 0, "%s", what);
}

START_TEST(between_two_parts_nothing_is_missing)
{
  const char *path = sample_path("rounds");
  int next = 0, behind = 0;
  sample_create(&s, path, false);
  for (int commit = 1; commit <= 24; commit++) {
    buy_some(&s, &next, A_COMMIT);
    behind += upto_of(path) < next + 1;
    sample reader;
    sample_open(&reader, path, true);
    all_is_found(&reader, next);
    sample_close(&reader);
  }
  ck_assert_int_gt(behind, 20);        /* rounds were seen under way */
  ck_assert_int_gt(upto_of(path), 10); /* and ended */
  sample_close(&s);
  ck_assert_int_eq(upto_of(path), next + 1);
}
END_TEST

START_TEST(after_a_crash_in_a_round_nothing_is_missing)
{
  const char *path = sample_path("crash");
  int next = 0;
  sample_create(&s, path, false);
  sample_close(&s);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    sample_open(&s, path, false);
    for (int commit = 0; commit < 13; commit++) {
      buy_some(&s, &next, A_COMMIT);
    }
    raise(SIGKILL);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFSIGNALED(status));
  next = 13 * A_COMMIT;
  ck_assert_int_lt(upto_of(path), next);
  sample_open(&s, path, false);
  all_is_found(&s, next);
  buy_some(&s, &next, A_COMMIT);
  all_is_found(&s, next);
  sample_close(&s);
}
END_TEST

START_TEST(two_writers_in_turns_lose_nothing)
{
  const char *path = sample_path("two");
  sample other;
  int next = 0;
  sample_create(&s, path, false);
  sample_open(&other, path, false);
  for (int commit = 0; commit < 30; commit++) {
    buy_some(&s, &next, A_COMMIT);
    buy_some(&other, &next, commit % 3 == 0 ? A_COMMIT : 1);
  }
  all_is_found(&s, next);
  all_is_found(&other, next);
  sample_close(&other);
  sample_close(&s);
  sample_open(&s, path, true);
  all_is_found(&s, next);
  sample_close(&s);
}
END_TEST

static bool give(void *payload, int64_t member)
{
  int *asked = payload;
  (*asked)++;
  char text[32];
  snprintf(text, sizeof text, "state of %lld", (long long)member);
  return member == 0 || notch_store_state_put(s.store, member, notch_text_of(text), NOTCH_NEVER,
                                              1) == NOTCH_STORE_OK;
}

START_TEST(states_are_asked_for_once_a_round)
{
  const char *path = sample_path("asked");
  int next = 0, asked = 0, most = 0;
  sample_create(&s, path, false);
  notch_store_on_flush(s.store, give, &asked);
  for (int commit = 1; commit <= 20; commit++) {
    int before = asked;
    buy_some(&s, &next, A_COMMIT);
    most = asked - before > most ? asked - before : most;
  }
  ck_assert_int_gt(asked, MEMBERS);
  ck_assert_int_lt(most, A_COMMIT + 10); /* shared out: no commit had to write them all */
  notch_store_on_flush(s.store, NULL, NULL);
  sample_close(&s);
  sample_open(&s, path, true);
  notch_store_state state;
  sample_must(&s, notch_store_state_get(s.store, 7, &state));
  ck_assert_uint_eq(state.bytes.length, 10);
  ck_assert_mem_eq(state.bytes.bytes, "state of 7", 10);
  sample_close(&s);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("rounds");
  tcase_add_test(cases, between_two_parts_nothing_is_missing);
  tcase_add_test(cases, after_a_crash_in_a_round_nothing_is_missing);
  tcase_add_test(cases, two_writers_in_turns_lose_nothing);
  tcase_add_test(cases, states_are_asked_for_once_a_round);
  Suite *suite = suite_create("rounds");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
