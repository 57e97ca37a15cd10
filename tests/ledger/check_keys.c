/* tests/ledger/check_keys.c -- events by id: sequences, random ids, equal keys, many tries. */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS 3000

static sample s;

static void make_id(char *out, size_t size, int sort, int i)
{
  uint64_t mixed = ((uint64_t)i + 1) * UINT64_C(0x9E3779B97F4A7C15);
  switch (sort) {
  case 0: snprintf(out, size, "e-%d", i); break;
  case 1:
    snprintf(out, size, "%08x-%04x-4%03x-8%03x-%012d", (unsigned)(mixed >> 32),
             (unsigned)(mixed >> 16) & 0xffff, (unsigned)mixed & 0xfff, (unsigned)i & 0xfff, i);
    break;
  case 2: snprintf(out, size, "%d-till", i); break;
  default: snprintf(out, size, "x%0*d", i % 5 + 4, i / 5); break; /* x0001, x00001: equal keys */
  }
}

/* Ids are found whether their keys still wait in memory or lie in the file. */
static void write_and_find(int sort)
{
  char id[64], member[16];
  int64_t found;
  sample_create(&s, NULL, false);
  for (int i = 0; i < IDS; i++) {
    if (i % 97 == 0) {
      if (i > 0) {
        sample_must(&s, notch_store_commit(s.store));
      }
      sample_must(&s, notch_store_begin(s.store));
    }
    make_id(id, sizeof id, sort, i);
    ck_assert_int_eq(notch_store_event_find(s.store, &found, notch_text_of(id), 0),
                     NOTCH_STORE_NOTFOUND);
    snprintf(member, sizeof member, "m%d", i % 40);
    ck_assert_int_eq(sample_purchase(&s, member, id, 5), i + 2);
  }
  for (int i = 0; i < IDS; i++) {
    make_id(id, sizeof id, sort, i);
    sample_must(&s, notch_store_event_find(s.store, &found, notch_text_of(id), 0));
    ck_assert_int_eq(found, i + 2);
    ck_assert_int_eq(notch_store_event_find(s.store, &found, notch_text_of(id), i + 2),
                     NOTCH_STORE_NOTFOUND);
  }
  sample_must(&s, notch_store_commit(s.store));
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}

START_TEST(every_sort_of_id_is_found)
{
  write_and_find(_i);
}
END_TEST

START_TEST(all_tries_under_an_id_come_oldest_first)
{
  sample_create(&s, NULL, false);
  for (int i = 0; i < 40; i++) {
    sample_buy(&s, "ann", i % 2 == 0 ? "twice" : "other", 5);
  }
  int64_t event = 0, count = 0;
  while (notch_store_event_find(s.store, &event, NOTCH_TEXT("twice"), event) == NOTCH_STORE_OK) {
    ck_assert_int_eq(event, 2 + 2 * count);
    count++;
  }
  ck_assert_int_eq(count, 20);
  sample_close(&s);
}
END_TEST

START_TEST(keys_keep_the_order_of_ids)
{
  ck_assert_int_lt(notch_key_of(NOTCH_TEXT("e-9")), notch_key_of(NOTCH_TEXT("e-10")));
  ck_assert_int_eq(notch_key_of(NOTCH_TEXT("e-10")) + 1, notch_key_of(NOTCH_TEXT("e-11")));
  ck_assert_int_lt(notch_key_of(NOTCH_TEXT("018f3a00-0000-7000-8000-000000000000")),
                   notch_key_of(NOTCH_TEXT("018f3a01-0000-7000-8000-000000000000")));
  ck_assert_int_ge(notch_key_of(NOTCH_TEXT("ffffffff-ffff-ffff-ffff-ffffffffffff")), 0);
  ck_assert_int_ge(notch_key_of(NOTCH_TEXT("no number")), 0);
  ck_assert_int_ge(notch_key_of(NOTCH_TEXT("99999999999999999999999")), 0);
}
END_TEST

/* ---- runs ---- */

static int64_t count_rows(void)
{
  sqlite3_stmt *rows;
  ck_assert_int_eq(sqlite3_prepare_v2(s.store->db, "SELECT count(*) FROM event_key", -1, &rows,
                                      NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(rows), SQLITE_ROW);
  int64_t count = sqlite3_column_int64(rows, 0);
  sqlite3_finalize(rows);
  return count;
}

static void must_be_intact(void)
{
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
}

static void buy(int number, bool flush)
{
  char id[32];
  snprintf(id, sizeof id, "r-%d", number);
  sample_must(&s, notch_store_begin(s.store));
  sample_purchase(&s, "ann", id, 5);
  if (flush) {
    notch_store_flush_now(s.store);
  }
  sample_must(&s, notch_store_commit(s.store));
}

START_TEST(ids_in_turn_take_one_row_however_they_were_written)
{
  sample_create(&s, NULL, false);
  for (int i = 0; i < 300; i++) {
    buy(i, i % 7 == 0);
  }
  buy(300, true);
  ck_assert_int_eq(count_rows(), 1);
  must_be_intact();
  buy(150, true); /* a second try splits the row, so that equal keys are single ones */
  ck_assert_int_eq(count_rows(), 4);
  buy(301, true); /* after another: the row does not follow the newest any more */
  ck_assert_int_eq(count_rows(), 5);
  buy(302, true);
  ck_assert_int_eq(count_rows(), 5);
  must_be_intact();
  sample_close(&s);
}
END_TEST

#define NUMBERS 60
#define TRIES_MAX 40

/* Against a plain list: numbers in turn, again, at random, in rounds that are cut short. */
START_TEST(runs_answer_like_a_plain_list)
{
  static int64_t tries[NUMBERS][TRIES_MAX];
  int counts[NUMBERS] = {0}, number = 0;
  uint64_t random = (uint64_t)_i * 7919 + 1;
  char name[32], id[32];
  snprintf(name, sizeof name, "runs-%d.notch", _i);
  sample_create(&s, sample_path(name), _i % 2 == 0);
  for (int i = 0; i < 400; i++) {
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
    unsigned what = (unsigned)(random >> 33) % 16;
    number = what < 12 ? number + 1 : (int)(random >> 40) % NUMBERS;
    number %= NUMBERS;
    if (counts[number] == TRIES_MAX) {
      continue;
    }
    tries[number][counts[number]++] = notch_store_next(s.store)->event;
    buy(number, what % 4 == 0);
    if (what == 15) {
      sample_close(&s);
      sample_open(&s, sample_path(name), false);
    }
  }
  for (int pass = 0; pass < 2; pass++) {
    for (number = 0; number < NUMBERS; number++) {
      int64_t event = 0;
      snprintf(id, sizeof id, "r-%d", number);
      for (int i = 0; i < counts[number]; i++) {
        sample_must(&s, notch_store_event_find(s.store, &event, notch_text_of(id), event));
        ck_assert_int_eq(event, tries[number][i]);
      }
      ck_assert_int_eq(notch_store_event_find(s.store, &event, notch_text_of(id), event),
                       NOTCH_STORE_NOTFOUND);
    }
    must_be_intact();
    sample_must(&s, notch_store_caches_rebuild(s.store));
  }
  sample_close(&s);
}
END_TEST

START_TEST(keys_that_a_cut_round_left_are_no_harm)
{
  static const char back[] = "UPDATE cache SET upto=3";
  const char *path = sample_path("cut.notch");
  sample_create(&s, path, true);
  for (int i = 0; i < 50; i++) {
    buy(i == 30 ? 10 : i, i == 49);
  }
  sample_close(&s);
  ck_assert_int_eq(sample_sql(path, back), SQLITE_OK);
  sample_open(&s, path, false);
  int64_t before = count_rows();
  must_be_intact();
  buy(50, true);
  ck_assert_int_eq(count_rows(), before);
  must_be_intact();
  sample_close(&s);
}
END_TEST

START_TEST(rows_of_keys_that_overlap_are_found)
{
  static const char *const changes[] = {
      "UPDATE event_key SET more=more+1 WHERE key=(SELECT min(key) FROM event_key)",
      "UPDATE event_key SET more=more-1 WHERE more>0",
      "UPDATE event_key SET event=event+1 WHERE more>0",
      "UPDATE event_key SET more=9223372036854775807 WHERE more>0",
      "INSERT INTO event_key SELECT key,event+1,more FROM event_key WHERE more>0",
  };
  char what[256], name[32];
  snprintf(name, sizeof name, "overlap-%d.notch", _i);
  const char *path = sample_path(name);
  sample_create(&s, path, true);
  for (int i = 0; i < 20; i++) {
    buy(i < 10 ? i : i + 1, i == 19); /* one number is left out: two rows */
  }
  sample_close(&s);
  ck_assert_int_eq(sample_sql(path, changes[_i]), SQLITE_OK);
  sample_open(&s, path, true);
  ck_assert_int_gt(sample_check(&s, what, sizeof what), 0);
  ck_assert_msg(strstr(what, "[id key") != NULL, "%s", what);
  sample_close(&s);
}
END_TEST

START_TEST(the_caches_can_be_rebuilt)
{
  char id[64];
  int64_t found;
  const char *path = sample_path("rebuild.notch");
  sample_create(&s, path, false);
  for (int i = 0; i < 200; i++) {
    make_id(id, sizeof id, 1, i);
    sample_buy(&s, i % 3 ? "ann" : "bob", id, 5);
    sample_must(&s, notch_store_begin(s.store));
    sample_must(&s, notch_store_state_put(s.store, 1, NOTCH_TEXT("s"), 5, 1));
    sample_must(&s, notch_store_commit(s.store));
  }
  sample_must(&s, notch_store_caches_rebuild(s.store));
  for (int i = 0; i < 200; i++) {
    make_id(id, sizeof id, 1, i);
    sample_must(&s, notch_store_event_find(s.store, &found, notch_text_of(id), 0));
    ck_assert_int_eq(found, i + 2);
  }
  notch_store_state state;
  sample_must(&s, notch_store_state_get(s.store, 1, &state));
  ck_assert_int_eq(state.upto, 0);
  ck_assert_int_gt(state.last, 190);
  sample_close(&s);
  sample_open(&s, sample_path("rebuild.notch"), true);
  sample_must(&s, notch_store_member_find(s.store, &found, NOTCH_TEXT("bob")));
  ck_assert_int_eq(found, 1); /* the first to come */
  sample_close(&s);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("keys");
  tcase_add_loop_test(cases, every_sort_of_id_is_found, 0, 4);
  tcase_add_test(cases, all_tries_under_an_id_come_oldest_first);
  tcase_add_test(cases, keys_keep_the_order_of_ids);
  tcase_add_test(cases, ids_in_turn_take_one_row_however_they_were_written);
  tcase_add_loop_test(cases, runs_answer_like_a_plain_list, 0, 12);
  tcase_add_test(cases, keys_that_a_cut_round_left_are_no_harm);
  tcase_add_loop_test(cases, rows_of_keys_that_overlap_are_found, 0, 5);
  tcase_add_test(cases, the_caches_can_be_rebuilt);
  Suite *suite = suite_create("keys");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
