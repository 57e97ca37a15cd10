/*
 * tests/ledger/check_faults.c -- the n-th write, sync or allocation fails, for every n: a commit
 * is there whole or not at all, and the ledger goes on afterwards (L7).
 */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "layer.h"
#include "support.h"
#include "tests/scarce.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long left = -1; /* calls until the fault; -1: none */
static int fault;      /* the code that the failing call returns */
static bool in_sync;   /* whether syncs fail, or writes */

static bool strikes(bool sync)
{
  return left >= 0 && sync == in_sync && left-- == 0;
}

static int faulty_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
  return strikes(false) ? fault : layer_real(file)->xWrite(file, bytes, size, at);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
  return strikes(true) ? fault : layer_real(file)->xSync(file, flags);
}

static void make_faulty(sqlite3_io_methods *methods)
{
  methods->xWrite = faulty_write;
  methods->xSync = faulty_sync;
}

static void set_up(void)
{
  layer_begin(make_faulty);
}

static sample s;

/* One commit of three purchases; the first failure's status. */
static notch_store_status try_commit(int n)
{
  char id[32], member[32];
  notch_store_status status = notch_store_begin(s.store);
  for (int i = 0; status == NOTCH_STORE_OK && i < 3; i++) {
    int64_t number, posting = notch_store_next(s.store)->posting;
    snprintf(id, sizeof id, "t%d-%d", n, i);
    snprintf(member, sizeof member, "m%d-%d", n, i);
    status = notch_store_member_add(s.store, &number, notch_text_of(member));
    if (status != NOTCH_STORE_OK) {
      break;
    }
    notch_posting earned = {.posting = posting, .amount = 5, .lot = posting, .points = s.points,
                            .source = NOTCH_ACCOUNT_ISSUED, .target = NOTCH_ACCOUNT_POINTS,
                            .earned_us = s.now_us, .matures_s = INT64_MIN,
                            .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE,
                            .partner = NOTCH_NONE};
    notch_transaction t = {.type = s.type, .version = 1, .member = number,
                           .id = notch_text_of(id), .at_us = s.now_us, .booked_us = s.now_us,
                           .postings = &earned, .posting_count = 1};
    status = notch_store_append(s.store, &t);
    if (status == NOTCH_STORE_OK) {
      status = notch_store_state_put(s.store, number, NOTCH_TEXT("state"), 5, 1);
    }
  }
  if (status == NOTCH_STORE_OK) {
    notch_store_flush_now(s.store);
    return notch_store_commit(s.store);
  }
  notch_store_rollback(s.store);
  return status;
}

static const struct {
  bool rollback_journal, sync;
  int code;
  notch_store_status wanted;
} cases[] = {
    {false, false, SQLITE_FULL, NOTCH_STORE_FULL},
    {false, false, SQLITE_IOERR_WRITE, NOTCH_STORE_IO},
    {false, true, SQLITE_IOERR_FSYNC, NOTCH_STORE_IO},
    {true, false, SQLITE_FULL, NOTCH_STORE_FULL},
    {true, false, SQLITE_IOERR_WRITE, NOTCH_STORE_IO},
    {true, true, SQLITE_IOERR_FSYNC, NOTCH_STORE_IO},
};

START_TEST(a_failing_disk_never_leaves_a_half)
{
  char what[512], path[256];
  fault = cases[_i].code;
  in_sync = cases[_i].sync;
  strcpy(path, sample_path("faults.notch"));
  sample_create(&s, path, cases[_i].rollback_journal);
  sample_buy(&s, "ann", "first", 5);
  int64_t rows = 2;
  int failures = 0;
  bool through = false;
  for (int n = 0; !through; n++) {
    ck_assert_int_lt(n, 500);
    left = n;
    notch_store_status status = try_commit(n);
    through = left >= 0; /* the fault was not reached any more */
    left = -1;
    if (status == NOTCH_STORE_OK) {
      rows += 3;
    } else {
      failures++;
      ck_assert_msg(status == cases[_i].wanted, "%s", notch_store_error(s.store));
      if (cases[_i].sync) {
        ck_assert_int_eq(notch_store_begin(s.store), NOTCH_STORE_BROKEN);
      }
    }
    sample_close(&s);
    sample_open(&s, path, false);
    int64_t now = notch_store_next(s.store)->event - 1;
    /* After a failed sync the rows may be there all the same, whole. */
    ck_assert_msg(now == rows || (cases[_i].sync && now == rows + 3), "%d: %d of %d", n, (int)now,
                  (int)rows);
    rows = now;
    ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  }
  ck_assert_int_gt(failures, cases[_i].sync ? 0 : 5); /* the faults did strike */
  sample_close(&s);
}
END_TEST

START_TEST(a_failing_allocation_loses_one_commit)
{
  char path[256], what[512];
  strcpy(path, sample_path("scarce.notch"));
  sample_create(&s, path, false);
  sample_buy(&s, "ann", "first", 5);
  sample_close(&s);
  scarcity memory = {0};
  notch_memory scarce = {.resize = scarce_resize, .payload = &memory};
  int failures = 0;
  for (int n = 0, through = 0; !through; n++) {
    ck_assert_int_lt(n, 500);
    notch_store_options options = {.memory = &scarce};
    notch_store_problem problem;
    scarce_begin(&memory, (unsigned long)n + 1, false);
    notch_store_status status = notch_store_open(&s.store, path, &options, &problem);
    if (status == NOTCH_STORE_OK) {
      status = try_commit(n);
    }
    through = !memory.tripped;
    memory.fail_at = 0;
    ck_assert_msg(status == NOTCH_STORE_OK || status == NOTCH_STORE_NOMEM, "%d: %s %s", n,
                  notch_store_status_word(status),
                  s.store != NULL ? notch_store_error(s.store) : problem.sentence);
    if (s.store != NULL) {
      ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
      notch_store_close(s.store);
    }
    ck_assert_int_eq(memory.live, 0);
    failures += status != NOTCH_STORE_OK;
  }
  ck_assert_int_gt(failures, 10);
}
END_TEST

int main(void)
{
  TCase *faults = tcase_create("faults");
  tcase_set_timeout(faults, 120);
  tcase_add_checked_fixture(faults, set_up, NULL);
  tcase_add_loop_test(faults, a_failing_disk_never_leaves_a_half, 0,
                      sizeof cases / sizeof cases[0]);
  tcase_add_test(faults, a_failing_allocation_loses_one_commit);
  Suite *suite = suite_create("faults");
  suite_add_tcase(suite, faults);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
