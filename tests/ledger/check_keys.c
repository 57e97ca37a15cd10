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
  tcase_add_test(cases, the_caches_can_be_rebuilt);
  Suite *suite = suite_create("keys");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
