/*
 * tests/ledger/check_turns.c -- who opens or reads a ledger beside busy writers gets in, however
 * slow the disk is (L12).
 */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "layer.h"
#include "support.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS 2
#define SYNC_US 30000

static int slow_sync(sqlite3_file *file, int flags)
{
  usleep(SYNC_US);
  return layer_real(file)->xSync(file, flags);
}

/* In writers only: the disk is slow where a commit waits for it. */
static void slow_down(sqlite3_io_methods *methods)
{
  methods->xSync = slow_sync;
}

static sample s;

static void write_until_killed(const char *path, int who)
{
  char id[32];
  layer_begin(slow_down);
  sample_open(&s, path, false);
  for (int i = 0;; i++) {
    snprintf(id, sizeof id, "w%d-%d", who, i);
    sample_buy(&s, "ann", id, 5);
  }
}

/* Opens for reading and for writing, and looks again and again; one commit of its own. */
static void visit(const char *path, int round)
{
  char id[32];
  sample_open(&s, path, round % 2 == 0);
  for (int i = 0; i < 5; i++) {
    sample_must(&s, notch_store_snapshot_begin(s.store));
    ck_assert_int_ge(notch_store_next(s.store)->event, 2);
    notch_store_snapshot_end(s.store);
  }
  if (round % 2 == 1) {
    snprintf(id, sizeof id, "v%d", round);
    sample_buy(&s, "bob", id, 5);
  }
  sample_close(&s);
}

START_TEST(who_reads_gets_in_between_commits)
{
  char path[256], what[256];
  pid_t writers[WRITERS];
  strcpy(path, sample_path("turns.notch"));
  sample_create(&s, path, _i == 1);
  sample_buy(&s, "ann", "first", 5);
  sample_close(&s);
  for (int who = 0; who < WRITERS; who++) {
    writers[who] = fork();
    if (writers[who] == 0) {
      write_until_killed(path, who);
    }
  }
  for (int round = 0; round < 8; round++) {
    visit(path, round);
  }
  for (int who = 0; who < WRITERS; who++) {
    int how;
    ck_assert_int_eq(waitpid(writers[who], &how, WNOHANG), 0); /* it got through, too */
    kill(writers[who], SIGKILL);
    waitpid(writers[who], &how, 0);
  }
  sample_open(&s, path, false);
  ck_assert_int_gt(notch_store_next(s.store)->event, 2 + 8 + 2 * WRITERS);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("turns");
  tcase_set_timeout(cases, 120);
  tcase_add_loop_test(cases, who_reads_gets_in_between_commits, 0, 2);
  Suite *suite = suite_create("turns");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
