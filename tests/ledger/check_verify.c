/* tests/ledger/check_verify.c -- the journal refuses changes, and what gets past it is found. */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 700

static sample s;
static char path[256];

static void fill(void)
{
  char id[16];
  sample_create(&s, path, false);
  sample_must(&s, notch_store_begin(s.store));
  for (int i = 0; i < EVENTS; i++) {
    snprintf(id, sizeof id, "e%d", i);
    sample_purchase(&s, i % 2 ? "ann" : "bob", id, i + 10);
    if (i % 100 == 99) {
      sample_must(&s, notch_store_commit(s.store));
      sample_must(&s, notch_store_begin(s.store));
    }
  }
  notch_move move = {.ladder = s.ladder, .tier = s.tier, .since_us = s.now_us,
                     .until_s = NOTCH_NEVER, .cause = NOTCH_MOVE_REACH};
  notch_effect effect = {.effect = 1, .kind = NOTCH_EFFECT_TAG, .subject = NOTCH_NONE,
                         .rule = s.rule, .matures_s = INT64_MIN, .until_s = NOTCH_NEVER,
                         .text = NOTCH_TEXT("vip")};
  notch_posting postings[] = {{.posting = EVENTS + 1, .amount = 1, .lot = 1, .points = s.points,
                               .source = NOTCH_ACCOUNT_POINTS, .target = NOTCH_ACCOUNT_SPENT},
                              {.posting = EVENTS + 2, .amount = 1, .lot = 3, .points = s.points,
                               .source = NOTCH_ACCOUNT_POINTS, .target = NOTCH_ACCOUNT_SPENT}};
  int64_t booked_us;
  sample_must(&s, notch_store_newest_booked(s.store, &booked_us));
  notch_transaction t = {.type = s.type, .version = 1, .member = 1, .at_us = booked_us,
                         .booked_us = booked_us, .origin = NOTCH_ORIGIN_DUE, .moves = &move,
                         .move_count = 1, .effects = &effect, .effect_count = 1,
                         .postings = postings, .posting_count = 2};
  sample_must(&s, notch_store_append(s.store, &t));
  sample_must(&s, notch_store_seal_put(s.store, 101, NOTCH_TEXT("note")));
  sample_must(&s, notch_store_commit(s.store));
  sample_close(&s);
}

static void set_up(void)
{
  strcpy(path, sample_path("verify.notch"));
  fill();
}

START_TEST(every_table_of_the_journal_refuses_changes)
{
  char text[200];
  for (unsigned i = 0; notch_journal_tables[i] != NULL; i++) {
    const char *table = notch_journal_tables[i];
    const char *key = strcmp(table, "head") == 0           ? "size"
                      : strcmp(table, "event_more") == 0   ? "event"
                      : strcmp(table, "posting_more") == 0 ? "posting"
                                                           : table;
    snprintf(text, sizeof text, "DELETE FROM %s", table);
    ck_assert_msg(sample_sql(path, text) == SQLITE_CONSTRAINT, "%s", text);
    snprintf(text, sizeof text, "UPDATE %s SET %s=%s", table, key, key);
    ck_assert_msg(sample_sql(path, text) == SQLITE_CONSTRAINT, "%s", text);
    snprintf(text, sizeof text,
             "PRAGMA recursive_triggers=ON; INSERT OR REPLACE INTO %s SELECT * FROM %s LIMIT 1",
             table, table);
    ck_assert_msg(sample_sql(path, text) == SQLITE_CONSTRAINT, "%s", text);
  }
  ck_assert_int_eq(sample_sql(path, "INSERT INTO head(size,root) VALUES(5,zeroblob(32))"),
                   SQLITE_CONSTRAINT);
  ck_assert_int_eq(sample_sql(path, "INSERT INTO posting_more(event,points,source,target,amount,"
                                    "lot) VALUES(2,2,4,1,0,1)"),
                   SQLITE_CONSTRAINT); /* L1 */
  ck_assert_int_eq(sample_sql(path, "INSERT INTO posting_more(event,points,source,target,amount,"
                                    "lot) VALUES(2,2,1,1,5,1)"),
                   SQLITE_CONSTRAINT);
  char what[256];
  sample_open(&s, path, true);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_close(&s);
}
END_TEST

/* What somebody may do who drops the triggers first, and what is then found. */
static const struct {
  const char *sql, *wanted;
} tamperings[] = {
    {"DROP TRIGGER event_u; UPDATE event SET amount=amount+1 WHERE event-posting=7", "[leaf]"},
    {"DROP TRIGGER event_u; UPDATE event SET rules='[1,2,3,4]' WHERE event-posting=7", "[shares]"},
    {"DROP TRIGGER event_u; UPDATE event SET rules='[1,2.3]' WHERE event-posting=7",
     "[range posting]"},
    {"DROP TRIGGER event_u; UPDATE event SET rules='{\"1\":2}' WHERE event-posting=7",
     "[range posting]"},
    {"DROP TRIGGER event_u; UPDATE event SET posting=posting+1 WHERE event-posting=7",
     "[range event]"},
    {"DROP TRIGGER event_u; UPDATE event SET form=1000 WHERE event=9", "[range event]"},
    {"DROP TRIGGER form_u; UPDATE form SET postings=postings+1 WHERE postings>1",
     "[range event]"},
    {"DROP TRIGGER form_u; UPDATE form SET offset=1441", "[range form]"},
    {"DROP TRIGGER form_u; UPDATE form SET offset=offset+1", "[leaf]"},
    {"INSERT INTO form SELECT max(form)+1,type,offset,version,outcome,postings,points,source,"
     "target,terms,shape,more FROM form", "[range form]"},
    {"DROP TRIGGER posting_more_u; UPDATE posting_more SET amount=2", "[leaf]"},
    {"DROP TRIGGER posting_more_u; UPDATE posting_more SET event=7", "[range posting]"},
    {"DROP TRIGGER posting_more_d; DELETE FROM posting_more", "[range event]"},
    {"DROP TRIGGER posting_more_u", "[schema]"},
    {"CREATE TABLE extra(a)", "[schema]"},
    {"DROP TRIGGER event_u; UPDATE event SET content='{}' WHERE event=9", "[leaf]"},
    {"DROP TRIGGER event_u; UPDATE event SET at=at-1 WHERE event=9", "[leaf]"},
    {"DROP TRIGGER form_u; UPDATE form SET shape=9 WHERE form=1", "[range form]"},
    {"DROP TRIGGER form_u; UPDATE form SET more=1-more", "[range event]"},
    {"DROP TRIGGER event_more_u; UPDATE event_more SET cause=1", "[leaf]"},
    {"DROP TRIGGER event_more_d; DELETE FROM event_more", "[range event]"},
    {"INSERT INTO event_more(event,origin,cause,move,effect) VALUES(9,1,0,0,0)", "[range event]"},
    {"DROP TRIGGER shape_u; UPDATE shape SET keys='[\"other\"]'", "[leaf]"},
    {"INSERT INTO shape(keys) VALUES('[\"other\"]')", "[range shape]"},
    {"DROP TRIGGER event_u; UPDATE event SET leaf=zeroblob(32) WHERE event=9", "[leaf]"},
    {"DROP TRIGGER event_u; UPDATE event SET previous=1 WHERE event=9", "[previous]"},
    {"DROP TRIGGER event_u; UPDATE event SET recorded=-1000000 WHERE event=9", "[recorded]"},
    {"DROP TRIGGER event_d; DELETE FROM event WHERE event=50", "[dense event]"},
    {"DROP TRIGGER event_d; DELETE FROM event WHERE event=50", "[dense]"},
    {"DROP TRIGGER event_d; DELETE FROM event WHERE event=(SELECT max(event) FROM event)",
     "[head beyond the last transaction]"},
    {"DROP TRIGGER event_u; UPDATE event SET form=1,amount=NULL,lot=NULL WHERE event-posting=50",
     "[dense posting]"},
    {"DROP TRIGGER event_u; UPDATE event SET lot=47 WHERE event-posting=50", "[lot]"},
    {"DROP TRIGGER form_u; UPDATE form SET source=1,target=5 WHERE source=4", "[lot"},
    {"DROP TRIGGER head_u; UPDATE head SET root=zeroblob(32) WHERE size=101", "[head]"},
    {"DROP TRIGGER node_u; UPDATE node SET hash=zeroblob(32) WHERE node=(8<<40)", "[node]"},
    {"DROP TRIGGER node_d; DELETE FROM node WHERE node=(8<<40)", "[node"},
    {"DROP TRIGGER name_u; UPDATE name SET event=3 WHERE name=4", "[leaf]"},
    {"DROP TRIGGER version_u; UPDATE version SET source='other'", "[leaf]"},
    {"DROP TRIGGER module_u; UPDATE module SET source='other'", "[leaf]"},
    {"DROP TRIGGER member_u; UPDATE member SET digest=zeroblob(32) WHERE member=1", "[leaf]"},
    {"DROP TRIGGER ledger_u; UPDATE ledger SET clock=1", "[leaf]"},
    {"DROP TRIGGER move_u; UPDATE move SET until=5", "[leaf]"},
    {"DROP TRIGGER effect_u; UPDATE effect SET text='pip'", "[leaf]"},
    {"DROP TRIGGER effect_d; DELETE FROM effect", "[leaf]"},
    {"UPDATE personal SET value='cat' WHERE member=1", "[member 1]"},
    {"DELETE FROM event_key WHERE 9 BETWEEN event AND event+more", "[id key]"},
};

START_TEST(a_change_behind_the_triggers_is_found)
{
  char what[4096];
  ck_assert_int_eq(sample_sql(path, tamperings[_i].sql), SQLITE_OK);
  sample_open(&s, path, true);
  ck_assert_int_gt(sample_check(&s, what, sizeof what), 0);
  ck_assert_msg(strstr(what, tamperings[_i].wanted) != NULL, "%s: %s", tamperings[_i].sql, what);
  sample_close(&s);
}
END_TEST

START_TEST(a_ledger_whose_end_was_changed_is_not_written)
{
  notch_store *store;
  notch_store_problem problem;
  notch_store_options options = {0};
  ck_assert_int_eq(sample_sql(path, "DROP TRIGGER event_u; UPDATE event SET leaf=zeroblob(32)"
                                    " WHERE event=(SELECT max(event) FROM event)"),
                   SQLITE_OK);
  ck_assert_int_eq(notch_store_open(&store, path, &options, &problem), NOTCH_STORE_CORRUPT);
  ck_assert_ptr_nonnull(strstr(problem.sentence, "verify"));
}
END_TEST

START_TEST(the_views_show_words)
{
  sqlite3 *db;
  sqlite3_stmt *row;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT type,member,points,source,target,amount,outcome"
                                          " FROM notch_entry WHERE id='e1'",
                                      -1, &row, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
  static const char *const wanted[] = {"purchase", "ann", "star", "issued",
                                       "points",   "11",  "applied"};
  for (int i = 0; i < 7; i++) {
    ck_assert_str_eq((const char *)sqlite3_column_text(row, i), wanted[i]);
  }
  sqlite3_finalize(row);
  int64_t sum = 0;
  for (int i = 1; i < EVENTS; i += 2) {
    sum += i + 10;
  }
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT amount FROM notch_balance WHERE member='ann'"
                                          " AND account='points'",
                                      -1, &row, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
  ck_assert_int_eq(sqlite3_column_int64(row, 0), sum);
  sqlite3_finalize(row);
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*),(SELECT tier FROM notch_tier)"
                                          " FROM notch_lot",
                                      -1, &row, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
  ck_assert_int_eq(sqlite3_column_int(row, 0), EVENTS);
  ck_assert_str_eq((const char *)sqlite3_column_text(row, 1), "status.gold");
  sqlite3_finalize(row);
  sqlite3_close(db);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("verify");
  tcase_set_timeout(cases, 60);
  tcase_add_checked_fixture(cases, set_up, NULL);
  tcase_add_test(cases, every_table_of_the_journal_refuses_changes);
  tcase_add_loop_test(cases, a_change_behind_the_triggers_is_found, 0,
                      sizeof tamperings / sizeof tamperings[0]);
  tcase_add_test(cases, a_ledger_whose_end_was_changed_is_not_written);
  tcase_add_test(cases, the_views_show_words);
  Suite *suite = suite_create("verify");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
