/*
 * tests/ledger/check_shapes.c -- contents are split into keys and values and come back byte for
 * byte, whatever they look like, in any number, beside other writers and after a rollback.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"
#include "support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHAPES_MAX 127

static sample s;

static int64_t append(sample *to, const char *content, notch_verdict verdict)
{
  notch_transaction t = {.type = to->type, .version = 1, .at_us = to->now_us,
                         .booked_us = to->now_us, .verdict = verdict,
                         .content = notch_text_of(content)};
  sample_must(to, notch_store_append(to->store, &t));
  return t.event;
}

static int64_t send(sample *to, const char *content)
{
  sample_must(to, notch_store_begin(to->store));
  int64_t event = append(to, content, NOTCH_APPLIED);
  sample_must(to, notch_store_commit(to->store));
  return event;
}

static void reads_back(sample *from, int64_t event, const char *content)
{
  notch_transaction t;
  sample_must(from, notch_store_read(from->store, event, &from->arena, &t));
  ck_assert_msg(notch_text_equal(t.content, notch_text_of(content)), "%s came back as %.*s",
                content, (int)t.content.length, t.content.bytes);
}

static void is_intact(sample *store)
{
  char what[256];
  ck_assert_msg(sample_check(store, what, sizeof what) == 0, "%s", what);
}

/* How the view gives the content, and how the shape of its values is kept. */
static void shows(const char *path, int64_t event, const char *content, const char *texts)
{
  sqlite3 *db;
  sqlite3_stmt *get;
  ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db,
                                      "SELECT content,(SELECT texts FROM shape JOIN notch_event e"
                                      " USING(shape) WHERE e.event=c.event)"
                                      " FROM notch_content c WHERE event=?1",
                                      -1, &get, NULL),
                   SQLITE_OK);
  sqlite3_bind_int64(get, 1, event);
  ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
  const char *shown = (const char *)sqlite3_column_text(get, 0);
  const char *letters = (const char *)sqlite3_column_text(get, 1);
  ck_assert_str_eq(shown != NULL ? shown : "", content);
  ck_assert_str_eq(letters != NULL ? letters : "none", texts != NULL ? texts : "none");
  sqlite3_finalize(get);
  sqlite3_close(db);
}

/* As the row has it; 0: none. */
static uint32_t shape_of(const char *path, int64_t event)
{
  sqlite3 *db;
  sqlite3_stmt *get;
  ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT shape FROM notch_event WHERE event=?1",
                                      -1, &get, NULL),
                   SQLITE_OK);
  sqlite3_bind_int64(get, 1, event);
  ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
  uint32_t shape = (uint32_t)sqlite3_column_int(get, 0);
  sqlite3_finalize(get);
  sqlite3_close(db);
  return shape;
}

static const struct {
  const char *content;
  bool has_shape;
  const char *texts; /* NULL: the values are kept as JSON */
} contents[] = {
    {"{\"amount\":\"1.00\"}", true, "t"},
    {"{\"a\":1,\"b\":true,\"c\":null}", true, "vvv"},
    {"{\"a\":\"x\",\"b\":-1.5,\"c\":\"y}]\",\"d\":\"\"}", true, "tvtt"},
    {"{\"a\":\"\",\"b\":\"\"}", true, "tt"},
    {"{\"a\":\"[\",\"b\":\"'{\"}", true, "tt"},
    {"{\"a\":\"\"}", true, NULL},
    {"{\"a\":\"x,y\",\"b\":1}", true, NULL},
    {"{\"a\":\"x\\\\\"}", true, NULL},
    {"{\"a\":1,\"b\":{}}", true, NULL},
    {"{\"a\":1,\"b\":[]}", true, NULL},
    {"{\"a\":{\"b\":[1,2,\"}],\"]},\"c\":\"x\\\"y,]\\\\\"}", true, NULL},
    {"{\"a\\\"b\":\"\",\"\":[]}", true, NULL},
    {"{\"a,b\":\"x\",\"\":2}", true, "tv"},
    {"{\"名\":\"值\"}", true, "t"},
    {"{}", false, NULL},
    {"", false, NULL},
    {"{", false, NULL},
    {"[1,2]", false, NULL},
    {"text", false, NULL},
    {"{\"a\":}", false, NULL},
    {"{\"a\":1}x", false, NULL},
    {"{\"a\":1]", false, NULL},
    {"{\"a\":\"open}", false, NULL},
    {"{\"a\":[1}", false, NULL},
    {"{ \"a\":1}", false, NULL},
    {"{\"a\"}", false, NULL},
};

static void joins_what_was_left_apart(int64_t event, const char *content, const char *letters)
{
  notch_cursor *cursor;
  sample_must(&s, notch_cursor_open(&cursor, s.store, event, 0));
  notch_cursor_leave_apart(cursor);
  notch_transaction t = *notch_cursor_next(cursor);
  notch_text texts, keys = notch_store_shape(s.store, t.shape, &texts);
  ck_assert_int_eq(t.shape != 0, keys.length > 0);
  ck_assert(notch_text_equal(texts, notch_text_of(letters != NULL ? letters : "")));
  ck_assert(t.shape == 0 || letters != NULL || t.content.bytes[0] == '[');
  notch_store_join(s.store, &t, &s.arena);
  ck_assert(notch_text_equal(t.content, notch_text_of(content)));
  ck_assert_uint_eq(t.shape, 0);
  notch_cursor_close(cursor);
}

START_TEST(every_content_reads_back)
{
  const char *path = sample_path("contents");
  sample_create(&s, path, true);
  int64_t first = send(&s, contents[_i].content);
  int64_t second = send(&s, contents[_i].content);
  reads_back(&s, first, contents[_i].content);
  notch_cursor *cursor;
  sample_must(&s, notch_cursor_open(&cursor, s.store, second, 0));
  const notch_transaction *t = notch_cursor_next(cursor);
  ck_assert(notch_text_equal(t->content, notch_text_of(contents[_i].content)));
  ck_assert_uint_eq(t->shape, 0);
  notch_cursor_close(cursor);
  joins_what_was_left_apart(second, contents[_i].content, contents[_i].texts);
  is_intact(&s);
  ck_assert_uint_eq(shape_of(path, first) != 0, contents[_i].has_shape);
  ck_assert_uint_eq(shape_of(path, first), shape_of(path, second));
  shows(path, second, contents[_i].content, contents[_i].texts);
  sample_close(&s);
  sample_open(&s, path, true);
  reads_back(&s, second, contents[_i].content);
  sample_close(&s);
}
END_TEST

START_TEST(what_was_refused_makes_no_shape)
{
  const char *path = sample_path("refused");
  sample_create(&s, path, true);
  sample_must(&s, notch_store_begin(s.store));
  int64_t event = append(&s, "{\"odd\":1}", NOTCH_REFUSED_BAD_VALUE);
  sample_must(&s, notch_store_commit(s.store));
  reads_back(&s, event, "{\"odd\":1}");
  ck_assert_uint_eq(shape_of(path, event), 0);
  is_intact(&s);
  sample_close(&s);
}
END_TEST

START_TEST(of_too_many_shapes_the_last_are_whole)
{
  const char *path = sample_path("many");
  char content[40];
  sample_create(&s, path, true);
  sample_must(&s, notch_store_begin(s.store));
  for (int i = 1; i <= SHAPES_MAX + 1; i++) {
    snprintf(content, sizeof content, "{\"key%d\":%d}", i, i);
    ck_assert_int_eq(append(&s, content, NOTCH_APPLIED), i + 1);
  }
  append(&s, "{\"key1\":2}", NOTCH_APPLIED);
  sample_must(&s, notch_store_commit(s.store));
  ck_assert_uint_eq(shape_of(path, SHAPES_MAX), SHAPES_MAX - 1);
  ck_assert_uint_eq(shape_of(path, SHAPES_MAX + 1), SHAPES_MAX);
  ck_assert_uint_eq(shape_of(path, SHAPES_MAX + 2), 0);
  ck_assert_uint_eq(shape_of(path, SHAPES_MAX + 3), 1);
  for (int i = 1; i <= SHAPES_MAX + 1; i++) {
    snprintf(content, sizeof content, "{\"key%d\":%d}", i, i);
    reads_back(&s, i + 1, content);
  }
  is_intact(&s);
  sample_close(&s);
}
END_TEST

START_TEST(writers_take_turns_and_roll_back)
{
  const char *path = sample_path("turns");
  static sample other;
  sample_create(&s, path, false);
  sample_open(&other, path, false);
  int64_t first = send(&s, "{\"a\":1}");
  sample_must(&other, notch_store_begin(other.store));
  append(&other, "{\"gone\":1}", NOTCH_APPLIED);
  notch_store_rollback(other.store);
  int64_t second = send(&other, "{\"b\":1}");
  int64_t third = send(&s, "{\"b\":2}");
  int64_t fourth = send(&other, "{\"a\":2}");
  reads_back(&s, first, "{\"a\":1}");
  reads_back(&s, fourth, "{\"a\":2}"); /* of the other's making, and newer than our last look */
  reads_back(&other, second, "{\"b\":1}");
  reads_back(&other, third, "{\"b\":2}");
  ck_assert_uint_eq(shape_of(path, first), shape_of(path, fourth));
  ck_assert_uint_eq(shape_of(path, second), shape_of(path, third));
  int64_t fifth = send(&other, "{\"c\":1}");
  reads_back(&s, fifth, "{\"c\":1}"); /* not even its shape was there */
  is_intact(&s);
  sample_close(&other);
  sample_close(&s);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("shapes");
  tcase_add_loop_test(cases, every_content_reads_back, 0, sizeof contents / sizeof contents[0]);
  tcase_add_test(cases, what_was_refused_makes_no_shape);
  tcase_add_test(cases, of_too_many_shapes_the_last_are_whole);
  tcase_add_test(cases, writers_take_turns_and_roll_back);
  Suite *suite = suite_create("shapes");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
