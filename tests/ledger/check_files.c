/* tests/ledger/check_files.c -- unfit files, killed writers, two processes, full disks, copies. */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "support.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sample s;

static void copy_path(char *out, const char *name)
{
  strcpy(out, sample_path(name));
}

static void write_file(const char *path, const void *bytes, size_t size)
{
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

static size_t read_file(const char *path, char *out, size_t size)
{
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  size_t length = fread(out, 1, size, file);
  fclose(file);
  return length;
}

/* Refused both ways, and the same bytes as before. */
static void check_refused(const char *path, notch_store_status wanted, const char *word)
{
  static char before[1 << 20], after[1 << 20];
  size_t size = read_file(path, before, sizeof before);
  for (int read_only = 0; read_only < 2; read_only++) {
    notch_store *store;
    notch_store_problem problem;
    notch_store_options options = {.read_only = read_only};
    ck_assert_int_eq(notch_store_open(&store, path, &options, &problem), wanted);
    ck_assert_ptr_null(store);
    ck_assert_msg(strstr(problem.sentence, word) != NULL, "%s", problem.sentence);
  }
  ck_assert_uint_eq(read_file(path, after, sizeof after), size);
  ck_assert_mem_eq(before, after, size);
}

START_TEST(unfit_files_are_refused_and_not_touched)
{
  char path[256];
  copy_path(path, "empty");
  write_file(path, "", 0);
  check_refused(path, NOTCH_STORE_NOT_A_LEDGER, "empty");
  copy_path(path, "text");
  char text[300];
  memset(text, 'x', sizeof text);
  write_file(path, text, sizeof text);
  check_refused(path, NOTCH_STORE_NOT_A_LEDGER, "not a ledger");
  write_file(path, text, 20);
  check_refused(path, NOTCH_STORE_NOT_A_LEDGER, "not a ledger");
  copy_path(path, "foreign");
  ck_assert_int_eq(sample_sql(path, "PRAGMA journal_mode=WAL; CREATE TABLE t(a);"), SQLITE_OK);
  check_refused(path, NOTCH_STORE_NOT_A_LEDGER, "another program");
  copy_path(path, "newer");
  ck_assert_int_eq(sample_sql(path, "PRAGMA application_id=0x4E6F7463; PRAGMA user_version=99;"
                                    "CREATE TABLE t(a);"),
                   SQLITE_OK);
  check_refused(path, NOTCH_STORE_NEWER_FORMAT, "newer");
  copy_path(path, "strange");
  ck_assert_int_eq(sample_sql(path, "PRAGMA application_id=0x4E6F7463; PRAGMA user_version=1;"
                                    "CREATE TABLE t(a);"),
                   SQLITE_OK);
  check_refused(path, NOTCH_STORE_CORRUPT, "tables");
}
END_TEST

START_TEST(a_ledger_cut_short_is_refused)
{
  char path[256];
  copy_path(path, "short.notch");
  sample_create(&s, path, false);
  for (int i = 0; i < 300; i++) {
    char id[16];
    snprintf(id, sizeof id, "e%d", i);
    sample_buy(&s, "ann", id, 5);
  }
  sample_close(&s);
  struct stat about;
  ck_assert_int_eq(stat(path, &about), 0);
  ck_assert_int_eq(truncate(path, about.st_size - 4096), 0);
  check_refused(path, NOTCH_STORE_CORRUPT, "cut short");
  notch_store *store;
  notch_store_problem problem;
  notch_store_options options = {0};
  ck_assert_int_eq(notch_store_open(&store, "/nowhere/at/all", &options, &problem),
                   NOTCH_STORE_CANNOT_OPEN);
  ck_assert_int_eq(notch_store_open(&store, "/", &options, &problem), NOTCH_STORE_NOT_A_LEDGER);
  ck_assert_int_eq(notch_store_create(&store, path, &options, &problem), NOTCH_STORE_EXISTS);
  ck_assert_int_eq(notch_store_create(&store, "/nowhere/x", &options, &problem),
                   NOTCH_STORE_CANNOT_OPEN);
}
END_TEST

START_TEST(everything_comes_back_after_closing)
{
  char path[256], id[16], what[256];
  copy_path(path, "again.notch");
  sample_create(&s, path, _i == 1);
  for (int i = 0; i < 1000; i++) {
    if (i % 50 == 0) {
      sample_must(&s, notch_store_begin(s.store));
    }
    snprintf(id, sizeof id, "e%d", i);
    sample_purchase(&s, i % 2 ? "ann" : "bob", id, i + 1);
    sample_must(&s, notch_store_state_put(s.store, i % 2 ? 2 : 1, notch_text_of(id), 9, 1));
    if (i % 50 == 49) {
      sample_must(&s, notch_store_commit(s.store));
    }
  }
  notch_head head, again;
  sample_must(&s, notch_store_head(s.store, &head));
  sample_close(&s);
  sample_open(&s, path, false);
  sample_must(&s, notch_store_head_at(s.store, head.size, &again));
  ck_assert_mem_eq(head.root.bytes, again.root.bytes, 32);
  notch_store_state state;
  sample_must(&s, notch_store_state_get(s.store, 2, &state));
  ck_assert_int_eq(state.upto, state.last);
  ck_assert(notch_text_equal(state.bytes, NOTCH_TEXT("e999")));
  int64_t booked;
  sample_must(&s, notch_store_newest_booked(s.store, &booked));
  ck_assert_int_gt(booked, INT64_C(1700000000000000));
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  notch_store_info info;
  sample_must(&s, notch_store_info_read(s.store, &info));
  ck_assert_int_eq(info.events, 1001);
  ck_assert_int_eq(info.heads, 21);
  ck_assert_int_eq(info.rollback_journal, _i == 1);
  for (int64_t event = 1; event <= 1001; event += 77) { /* receipts over stored nodes */
    const notch_digest *proof;
    uint32_t count;
    notch_text bytes;
    notch_digest leaf;
    notch_hasher *hasher = notch_hasher_new();
    sample_must(&s, notch_store_inclusion(s.store, event, 1001, &s.arena, &proof, &count));
    sample_must(&s, notch_store_leaf_bytes(s.store, event, &s.arena, &bytes));
    ck_assert(notch_tree_leaf(hasher, &leaf, bytes.bytes, bytes.length));
    ck_assert(notch_tree_check_inclusion(hasher, &leaf, (uint64_t)event - 1, 1001, proof, count,
                                         &head.root));
    notch_head old;
    sample_must(&s, notch_store_head_at(s.store, event, &old));
    sample_must(&s, notch_store_consistency(s.store, event, 1001, &s.arena, &proof, &count));
    ck_assert(notch_tree_check_consistency(hasher, (uint64_t)event, &old.root, 1001, &head.root,
                                           proof, count));
    notch_hasher_free(hasher);
  }
  sample_close(&s);
}
END_TEST

/* Runs in a child: commits every 20 purchases, is killed in the middle of one. */
static void write_until_killed(const char *path, int events)
{
  char id[16];
  sample_open(&s, path, false);
  for (int i = 0; i < events; i++) {
    if (i % 20 == 0) {
      sample_must(&s, notch_store_begin(s.store));
    }
    snprintf(id, sizeof id, "k%d", i);
    sample_purchase(&s, "ann", id, 5);
    sample_must(&s, notch_store_state_put(s.store, 1, notch_text_of(id), 9, 1));
    if (i % 20 == 19) {
      sample_must(&s, notch_store_commit(s.store));
    }
  }
  kill(getpid(), SIGKILL);
}

START_TEST(a_killed_writer_leaves_whole_commits)
{
  char path[256], what[256];
  static const int lengths[] = {5, 20, 39, 250, 415};
  for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    char name[32];
    snprintf(name, sizeof name, "killed%u.notch", i);
    copy_path(path, name);
    sample_create(&s, path, i % 2 == 1);
    sample_close(&s);
    pid_t child = fork();
    if (child == 0) {
      write_until_killed(path, lengths[i]);
    }
    int how;
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert(WIFSIGNALED(how));
    sample_open(&s, path, false);
    int64_t safe = lengths[i] / 20 * 20;
    ck_assert_int_eq(notch_store_next(s.store)->event, safe + 2);
    if (safe > 0) {
      notch_store_state state;
      char id[16];
      int64_t found;
      sample_must(&s, notch_store_state_get(s.store, 1, &state));
      ck_assert_int_eq(state.last, safe + 1);
      ck_assert_int_le(state.upto, state.last);
      snprintf(id, sizeof id, "k%d", (int)safe - 1);
      sample_must(&s, notch_store_event_find(s.store, &found, notch_text_of(id), 0));
      ck_assert_int_eq(found, safe + 1);
    }
    sample_buy(&s, "ann", "after", 5);
    ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
    sample_close(&s);
  }
}
END_TEST

static void race(const char *path, int who, int commits)
{
  char id[32], member[16];
  sample_open(&s, path, false);
  s.now_us += who;
  for (int i = 0; i < commits; i++) {
    sample_must(&s, notch_store_begin(s.store));
    for (int k = 0; k < 3; k++) {
      snprintf(id, sizeof id, "p%d-%d", who, i * 3 + k);
      snprintf(member, sizeof member, "m%d", (i * 3 + k) % 7);
      int64_t found;
      ck_assert_int_eq(notch_store_event_find(s.store, &found, notch_text_of(id), 0),
                       NOTCH_STORE_NOTFOUND);
      int64_t event = sample_purchase(&s, member, id, 5);
      notch_transaction t;
      sample_must(&s, notch_store_read(s.store, event, &s.arena, &t));
      sample_must(&s, notch_store_state_put(s.store, t.member, notch_text_of(id), 9, 1));
    }
    sample_must(&s, notch_store_commit(s.store));
  }
  sample_close(&s);
}

START_TEST(two_processes_write_one_ledger)
{
  char path[256], what[256], id[32];
  copy_path(path, "race.notch");
  sample_create(&s, path, _i == 1);
  sample_close(&s);
  pid_t children[3];
  for (int who = 0; who < 3; who++) {
    children[who] = fork();
    if (children[who] == 0) {
      race(path, who, 60);
      _exit(0);
    }
  }
  for (int who = 0; who < 3; who++) {
    int how;
    ck_assert_int_eq(waitpid(children[who], &how, 0), children[who]);
    ck_assert(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  }
  sample_open(&s, path, true);
  ck_assert_int_eq(notch_store_next(s.store)->event, 1 + 3 * 60 * 3 + 1);
  ck_assert_int_eq(notch_store_member_count(s.store), 7);
  for (int who = 0; who < 3; who++) {
    for (int i = 0; i < 180; i++) {
      int64_t found;
      snprintf(id, sizeof id, "p%d-%d", who, i);
      sample_must(&s, notch_store_event_find(s.store, &found, notch_text_of(id), 0));
    }
  }
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

START_TEST(a_second_writer_is_told_to_come_back)
{
  char path[256];
  copy_path(path, "busy.notch");
  sample_create(&s, path, false);
  notch_store *other;
  notch_store_problem problem;
  notch_store_options options = {.busy_ms = 50};
  ck_assert_int_eq(notch_store_open(&other, path, &options, &problem), NOTCH_STORE_OK);
  sample_must(&s, notch_store_begin(s.store));
  sample_purchase(&s, "ann", "a", 5);
  ck_assert_int_eq(notch_store_begin(other), NOTCH_STORE_BUSY);
  ck_assert_ptr_nonnull(strstr(notch_store_error(other), "another process"));
  ck_assert_int_eq(notch_store_snapshot_begin(other), NOTCH_STORE_OK); /* readers go on */
  ck_assert_int_eq(notch_store_next(other)->event, 2);
  sample_must(&s, notch_store_commit(s.store));
  ck_assert_int_eq(notch_store_next(other)->event, 2);
  notch_transaction t;
  ck_assert_int_eq(notch_store_read(other, 2, &s.arena, &t), NOTCH_STORE_NOTFOUND);
  notch_store_snapshot_end(other);
  ck_assert_int_eq(notch_store_begin(other), NOTCH_STORE_OK);
  ck_assert_int_eq(notch_store_next(other)->event, 3);
  notch_store_rollback(other);
  notch_store_close(other);
  sample_close(&s);
}
END_TEST

static int64_t clock_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Commits back to back, as an import does, until it is stopped. */
static void write_in_bulk(const char *path)
{
  char id[32];
  sample_open(&s, path, false);
  for (int i = 0;; i++) {
    sample_must(&s, notch_store_begin(s.store));
    for (int k = 0; k < 500; k++) {
      snprintf(id, sizeof id, "b%d-%d", i, k);
      sample_purchase(&s, "bulk", id, 5);
    }
    sample_must(&s, notch_store_commit(s.store));
  }
}

START_TEST(a_till_gets_its_turn_beside_a_bulk_writer)
{
  char path[256], id[16];
  copy_path(path, "fair.notch");
  sample_create(&s, path, false);
  sample_close(&s);
  pid_t child = fork();
  if (child == 0) {
    write_in_bulk(path);
  }
  sample_open(&s, path, false);
  int64_t longest_ms = 0;
  for (int i = 0; i < 20; i++) {
    int64_t start_ms = clock_ms();
    snprintf(id, sizeof id, "till%d", i);
    sample_buy(&s, "ann", id, 5);
    int64_t took_ms = clock_ms() - start_ms;
    longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
    usleep(3000);
  }
  int64_t rows = notch_store_next(s.store)->event;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  ck_assert_int_gt(rows, 500); /* the other did write in between */
  ck_assert_int_lt(longest_ms, 1500);
  sample_buy(&s, "ann", "after", 5); /* the dead one's ticket is in nobody's way */
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

/* The number that the file beside the ledger holds. */
static int64_t next_ticket(const char *path)
{
  char tickets[300];
  int64_t next = -1;
  snprintf(tickets, sizeof tickets, "%s-lock", path);
  int file = open(tickets, O_RDONLY);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq(pread(file, &next, sizeof next, 1), sizeof next);
  close(file);
  return next;
}

START_TEST(a_writer_alone_draws_one_ticket)
{
  char path[256], what[256];
  sample other;
  copy_path(path, "alone.notch");
  sample_create(&s, path, false);
  sample_buy(&s, "ann", "a", 5);
  int64_t next = next_ticket(path);
  sample_buy(&s, "ann", "b", 5);
  sample_buy(&s, "ann", "c", 5);
  ck_assert_int_eq(next_ticket(path), next);
  sample_open(&other, path, false);
  sample_buy(&other, "bob", "d", 5); /* behind it */
  ck_assert_int_eq(next_ticket(path), next + 1);
  sample_buy(&s, "ann", "e", 5); /* behind the other */
  ck_assert_int_eq(next_ticket(path), next + 2);
  sample_buy(&s, "ann", "f", 5);
  ck_assert_int_eq(next_ticket(path), next + 2);
  sample_close(&other);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

START_TEST(a_full_disk_loses_one_commit_whole)
{
  char path[256], id[16], what[256];
  copy_path(path, "full.notch");
  sample_create(&s, path, false);
  sample_buy(&s, "ann", "a", 5);
  ck_assert_int_eq(sqlite3_exec(s.store->db, "PRAGMA max_page_count=60", NULL, NULL, NULL),
                   SQLITE_OK);
  notch_store_status status = NOTCH_STORE_OK;
  int64_t safe = 0, posting;
  for (int i = 0; status == NOTCH_STORE_OK && i < 10000; i++) {
    if (i % 10 == 0) {
      sample_must(&s, notch_store_begin(s.store));
    }
    snprintf(id, sizeof id, "f%d", i);
    posting = notch_store_next(s.store)->posting;
    notch_posting earned = {.posting = posting, .amount = 5, .lot = posting, .points = s.points,
                            .source = NOTCH_ACCOUNT_ISSUED, .target = NOTCH_ACCOUNT_POINTS,
                            .matures_s = INT64_MIN, .expires_s = NOTCH_NEVER,
                            .terms = NOTCH_NONE, .partner = NOTCH_NONE};
    notch_transaction t = {.type = s.type, .version = 1, .member = 1, .id = notch_text_of(id),
                           .at_us = s.now_us, .booked_us = s.now_us, .postings = &earned,
                           .posting_count = 1};
    status = notch_store_append(s.store, &t);
    if (status == NOTCH_STORE_OK && i % 10 == 9) {
      status = notch_store_commit(s.store);
      safe = status == NOTCH_STORE_OK ? notch_store_next(s.store)->event - 1 : safe;
    }
  }
  ck_assert_int_eq(status, NOTCH_STORE_FULL);
  ck_assert_ptr_nonnull(strstr(notch_store_error(s.store), "full"));
  notch_store_rollback(s.store);
  sqlite3_exec(s.store->db, "PRAGMA max_page_count=100000", NULL, NULL, NULL);
  sample_must(&s, notch_store_begin(s.store));
  ck_assert_int_eq(notch_store_next(s.store)->event, safe + 1);
  notch_store_rollback(s.store);
  sample_buy(&s, "ann", "with room", 5);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

START_TEST(a_backup_is_a_ledger_of_its_own)
{
  char path[256], copy[256], what[256];
  copy_path(path, "first.notch");
  copy_path(copy, "copy.notch");
  sample_create(&s, path, false);
  sample_buy(&s, "ann", "a", 5);
  sample_must(&s, notch_store_backup(s.store, copy));
  ck_assert_int_eq(notch_store_backup(s.store, copy), NOTCH_STORE_EXISTS);
  sample_buy(&s, "ann", "b", 5);
  sample_close(&s);
  sample_open(&s, copy, false);
  ck_assert_int_eq(notch_store_next(s.store)->event, 3);
  sample_buy(&s, "ann", "c", 5);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

static bool holds(const char *path, const char *needle)
{
  static char bytes[4 << 20];
  size_t size = read_file(path, bytes, sizeof bytes);
  return memmem(bytes, size, needle, strlen(needle)) != NULL;
}

START_TEST(an_erased_member_is_in_no_byte_of_the_file)
{
  char path[256], log[300], id[16];
  copy_path(path, "erase.notch");
  snprintf(log, sizeof log, "%s-wal", path);
  sample_create(&s, path, false);
  for (int i = 0; i < 100; i++) {
    snprintf(id, sizeof id, "e%d", i);
    sample_must(&s, notch_store_begin(s.store));
    sample_purchase(&s, i % 2 ? "Anneliese Quux" : "bob", id, 5);
    sample_must(&s, notch_store_state_put(s.store, i % 2 ? 2 : 1,
                                          i % 2 ? NOTCH_TEXT("Anneliese state") : NOTCH_TEXT("b"),
                                          9, 1));
    sample_must(&s, notch_store_commit(s.store));
  }
  ck_assert(holds(log, "Anneliese") || holds(path, "Anneliese"));
  sample_erase(&s, 2);
  ck_assert(!holds(path, "Anneliese"));
  ck_assert(!holds(log, "Anneliese"));
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_can_be_read)
{
  char path[256], folder[256], log[300];
  copy_path(folder, "closed");
  ck_assert_int_eq(mkdir(folder, 0700), 0);
  snprintf(path, sizeof path, "%.200s/l.notch", folder);
  snprintf(log, sizeof log, "%s-wal", path);
  sample_create(&s, path, false);
  sample_buy(&s, "ann", "a", 5);
  sample_close(&s);
  ck_assert_int_ne(access(log, F_OK), 0); /* the last to close leaves one file and the tickets */
  ck_assert_int_eq(chmod(path, 0400), 0);
  ck_assert_int_eq(chmod(folder, 0500), 0);
  sample_open(&s, path, true);
  ck_assert_int_eq(notch_store_next(s.store)->event, 3);
  ck_assert_int_eq(notch_store_begin(s.store), NOTCH_STORE_READONLY);
  sample_close(&s);
  if (geteuid() != 0) { /* nothing is closed to root */
    notch_store *store;
    notch_store_problem problem;
    notch_store_options options = {0};
    ck_assert_int_ne(notch_store_open(&store, path, &options, &problem), NOTCH_STORE_OK);
  }
  chmod(folder, 0700);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("files");
  tcase_set_timeout(cases, 60);
  tcase_add_test(cases, unfit_files_are_refused_and_not_touched);
  tcase_add_test(cases, a_ledger_cut_short_is_refused);
  tcase_add_loop_test(cases, everything_comes_back_after_closing, 0, 2);
  tcase_add_test(cases, a_killed_writer_leaves_whole_commits);
  tcase_add_loop_test(cases, two_processes_write_one_ledger, 0, 2);
  tcase_add_test(cases, a_second_writer_is_told_to_come_back);
  tcase_add_test(cases, a_till_gets_its_turn_beside_a_bulk_writer);
  tcase_add_test(cases, a_writer_alone_draws_one_ticket);
  tcase_add_test(cases, a_full_disk_loses_one_commit_whole);
  tcase_add_test(cases, a_backup_is_a_ledger_of_its_own);
  tcase_add_test(cases, an_erased_member_is_in_no_byte_of_the_file);
  tcase_add_test(cases, a_folder_that_cannot_be_written_can_be_read);
  Suite *suite = suite_create("files");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
