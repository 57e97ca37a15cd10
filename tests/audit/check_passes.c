/*
 * tests/audit/check_passes.c -- each pass of verify finds what is its own, and no other pass does.
 *
 * What can be changed in the file without a trace in the leaves is changed there.  The rest comes
 * from a writer who is wrong, not sly: rows that do not fit, appended with hashes that do.
 */
#include <config.h>

#include "ledger/store.h"
#include "notch.h"
#include "tests/gathered.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char rules[] = "program small\n"
                            "  timezone \"UTC\"\n"
                            "  currency CNY\n"
                            "  rounded down per event\n"
                            "points star whole expire 12 months after earning\n"
                            "member field city text?\n"
                            "event sale field amount CNY in 0.00 CNY .. 1_000.00 CNY\n"
                            "rule base on sale earn 1 star per 1.00 CNY of amount\n";

#define SALES 300 /* the tree has inner nodes of its own in the file from 256 rows on */

static char folder[] = "/tmp/notch-passes-XXXXXX";
static char path[128];
static notch_engine *engine;

static int swallow(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 0;
}

static void apply(notch_ledger *ledger, const char *text)
{
  notch_event *event = NULL;
  ck_assert_int_eq(notch_event_parse(&event, engine, text, strlen(text)), NOTCH_OK);
  ck_assert_msg(notch_ledger_apply(ledger, event, NULL) == NOTCH_OK, "%s", notch_error(ledger));
  notch_event_free(event);
}

static void make_ledger(void)
{
  notch_program *program = NULL;
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  options.clock_events = 1;
  options.rollback = 1;
  options.origin = "passes.example";
  strcpy(folder, "/tmp/notch-passes-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/ledger", folder);
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  ck_assert_int_eq(notch_program_compile(&program, engine, "small", rules, strlen(rules), NULL),
                   NOTCH_OK);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, path, program, &options), NOTCH_OK);
  apply(ledger,
        "{\"id\":\"j\",\"type\":\"join\",\"member\":\"ann\",\"at\":\"2026-01-01T00:00:00Z\","
        "\"city\":\"Aix\"}");
  for (int i = 0; i < SALES; i++) {
    char text[160];
    snprintf(text, sizeof text,
             "{\"id\":\"s%d\",\"type\":\"sale\",\"member\":\"%s\",\"at\":\"2026-02-01T00:00:00Z\","
             "\"amount\":\"2.00\"}",
             i, i % 2 ? "ann" : "bob");
    apply(ledger, text);
  }
  apply(ledger, "{\"id\":\"r\",\"type\":\"return\",\"member\":\"bob\",\"of\":\"s0\","
                "\"at\":\"2026-02-02T00:00:00Z\"}");
  apply(ledger, "{\"id\":\"a\",\"type\":\"adjust\",\"member\":\"bob\",\"points\":{\"star\":\"-5\"},"
                "\"at\":\"2026-02-03T00:00:00Z\"}");
  ck_assert_int_eq(notch_ledger_seal(ledger, NULL, swallow, NULL), NOTCH_OK);
  notch_ledger_close(ledger);
  notch_program_free(program);
}

static void remove_ledger(void)
{
  char command[200];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
  notch_engine_free(engine);
}

/* ---- what verify says ---- */

/* The names of the passes that failed, each with a blank behind it. */
static void failed_passes(gathered *out, char *names, size_t size)
{
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  uint64_t differences = 0;
  options.read_only = 1;
  out->length = 0;
  names[0] = '\0';
  ck_assert_msg(notch_ledger_open(&ledger, engine, path, &options) == NOTCH_OK, "%s",
                notch_error(engine));
  ck_assert_msg(notch_ledger_verify(ledger, NULL, NOTCH_VIEW_JSON, gather, out, &differences) ==
                    NOTCH_OK,
                "%s", notch_error(ledger));
  notch_ledger_close(ledger);
  for (const char *at = out->text; (at = strstr(at, "{\"name\":\"")) != NULL;) {
    at += strlen("{\"name\":\"");
    int length = (int)strcspn(at, "\"");
    if (strncmp(at + length, "\",\"ok\":false", 12) == 0) {
      size_t used = strlen(names);
      snprintf(names + used, size - used, "%.*s ", length, at);
    }
  }
}

/* ---- changes in the file ---- */

#define UNLOCKED(table, sql)                                                                       \
  "DROP TRIGGER " table "_u; " sql "; CREATE TRIGGER " table "_u BEFORE UPDATE ON " table          \
  " BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;"

static const struct {
  const char *pass, *sql;
} changes[] = {
    {"structure", "CREATE TABLE extra(a)"},
    {"structure", "CREATE TABLE sqliteextra(a)"},
    {"structure", "CREATE VIEW extra AS SELECT 1"},
    {"structure", "DROP VIEW notch_tier"},
    {"structure", "DROP VIEW notch_outcome;"
                  "CREATE VIEW notch_outcome(outcome,word) AS VALUES (0,'refused')"},
    {"structure", "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET"
                  " sql=replace(sql,'amount, lot','amount*10 AS amount, lot')"
                  " WHERE name='posting'"},
    {"numbers", "INSERT INTO seal SELECT seal+5,size,note FROM seal"},
    {"numbers", UNLOCKED("event", "UPDATE event SET matures=9 WHERE event=2")},
    {"numbers", UNLOCKED("event", "UPDATE event SET rules=1 WHERE event=2")},
    {"numbers", UNLOCKED("event", "UPDATE event SET expires=9 WHERE lot<>0")},
    {"numbers", UNLOCKED("event_more", "UPDATE event_more SET partner=1 WHERE partner IS NULL")},
    {"numbers", UNLOCKED("event_more", "UPDATE event_more SET earned=1 WHERE earned IS NULL")},
    {"numbers", UNLOCKED("form", "UPDATE form SET source=4,target=1 WHERE postings=0")},
    {"numbers", UNLOCKED("form", "UPDATE form SET terms=2 WHERE terms IS NULL")},
    {"numbers", UNLOCKED("posting_more", "UPDATE posting_more SET matures=9")},
    {"numbers", UNLOCKED("posting_more", "UPDATE posting_more SET partner=1")},
    {"numbers", UNLOCKED("shape", "UPDATE shape SET keys=keys||'x'")},
    {"tree seals", UNLOCKED("node", "UPDATE node SET hash=zeroblob(32)")},
    {"heads", UNLOCKED("head", "UPDATE head SET root=zeroblob(32) WHERE size=40")},
    {"seals", "INSERT INTO seal SELECT seal+1,size-1,note FROM seal"},
    {"personal", "UPDATE personal SET value='Arles' WHERE value='Aix'"},
    {"personal", "UPDATE personal SET salt=zeroblob(32) WHERE value='ann'"},
    {"personal", "DELETE FROM personal WHERE value='Aix'"},
    {"keys", "DELETE FROM event_key WHERE 9 BETWEEN event AND event+more"},
    {"keys", "DELETE FROM member_key WHERE member=1"},
    {"caches", "UPDATE state SET due=due+86400 WHERE member=1"},
    {"caches", "UPDATE state SET data=x'00000000000000',due=9223372036854775807 WHERE member=1"},
    {"caches", "UPDATE state SET data=x'',due=9223372036854775807 WHERE member=1"},
    {"caches", "UPDATE state SET data=x'',version=0,due=9223372036854775807 WHERE member=1"},
    {"caches", "UPDATE state SET last=last-1 WHERE member=1"},
    {"caches", "UPDATE state SET last=last+1 WHERE member=0"},
    {"caches", "UPDATE cache SET upto=100000"},
};

START_TEST(a_change_in_the_file_fails_its_own_pass)
{
  static gathered said;
  char names[300], wanted[40];
  sqlite3 *db = NULL;
  failed_passes(&said, names, sizeof names);
  ck_assert_str_eq(names, "");
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, changes[_i].sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  failed_passes(&said, names, sizeof names);
  snprintf(wanted, sizeof wanted, "%s ", changes[_i].pass);
  ck_assert_msg(strcmp(names, wanted) == 0, "%s: %s: %s", changes[_i].sql, names, said.text);
}
END_TEST

/* ---- rows that do not fit ---- */

static void must(notch_store *store, notch_store_status status)
{
  ck_assert_msg(status == NOTCH_STORE_OK, "%s", notch_store_error(store));
}

static uint32_t name_of(notch_store *store, notch_name_sort sort, const char *text)
{
  uint32_t name;
  must(store, notch_store_name_add(store, &name, sort, notch_text_of(text)));
  return name;
}

static uint32_t reward, moon; /* names: of a reward, and of points that no rules have */

static void refused_but_posted(notch_transaction *t)
{
  t->verdict = NOTCH_REFUSED_CONFLICT;
}

static void more_shared_than_given(notch_transaction *t)
{
  ((notch_share *)t->postings[0].shares)->amount++;
}

static void more_spent_than_the_lot_has(notch_transaction *t)
{
  notch_posting *p = (notch_posting *)t->postings;
  p->source = NOTCH_ACCOUNT_POINTS;
  p->target = NOTCH_ACCOUNT_SPENT;
  p->lot = 2;
  p->amount = 50;
  p->share_count = 0;
}

static void nothing_posted(notch_transaction *t)
{
  t->posting_count = 0;
}

static void a_hold_that_nobody_opened(notch_transaction *t)
{
  nothing_posted(t);
  ((notch_effect *)t->effects)->kind = NOTCH_EFFECT_HOLD_CLOSED;
  ((notch_effect *)t->effects)->ref = 1;
  t->effect_count = 1;
}

static void more_withdrawn_than_was_given(notch_transaction *t)
{
  static notch_effect effects[2];
  nothing_posted(t);
  effects[0] = effects[1] = t->effects[0];
  effects[0].kind = NOTCH_EFFECT_GRANT;
  effects[1].kind = NOTCH_EFFECT_WITHDRAW;
  effects[0].subject = effects[1].subject = reward;
  effects[1].ref = effects[0].effect;
  effects[1].effect++;
  effects[1].amount = 2;
  t->effects = effects;
  t->effect_count = 2;
}

static void points_of_a_kind_that_no_rules_have(notch_transaction *t)
{
  ((notch_posting *)t->postings)->points = moon;
}

/* Names that are none, or of another sort than their place asks for. */

static void points_that_are_a_type(notch_transaction *t)
{
  ((notch_posting *)t->postings)->points = t->type;
}

static void terms_that_are_a_type(notch_transaction *t)
{
  ((notch_posting *)t->postings)->terms = t->type;
}

static void a_share_of_no_rule(notch_transaction *t)
{
  ((notch_share *)t->postings[0].shares)->rule = NOTCH_NONE;
}

static void a_rule_that_is_a_type(notch_transaction *t)
{
  ((notch_effect *)t->effects)->kind = NOTCH_EFFECT_TAG;
  ((notch_effect *)t->effects)->rule = t->type;
  t->effect_count = 1;
}

static void paid_by_no_payment(notch_transaction *t)
{
  ((notch_effect *)t->effects)->kind = NOTCH_EFFECT_PAID;
  t->effect_count = 1;
}

static void merged_with_nobody(notch_transaction *t)
{
  ((notch_effect *)t->effects)->kind = NOTCH_EFFECT_MERGED;
  ((notch_effect *)t->effects)->ref = INT64_MAX;
  t->effect_count = 1;
}

static void merged_with_itself(notch_transaction *t)
{
  merged_with_nobody(t);
  ((notch_effect *)t->effects)->ref = t->member;
}

static void a_withdrawal_of_what_comes_later(notch_transaction *t)
{
  ((notch_effect *)t->effects)->kind = NOTCH_EFFECT_WITHDRAW;
  ((notch_effect *)t->effects)->subject = reward;
  ((notch_effect *)t->effects)->ref = 99;
  t->effect_count = 1;
}

static const struct {
  const char *pass;
  void (*spoil)(notch_transaction *t);
} rows[] = {
    {"references", refused_but_posted},         {"double entry", more_shared_than_given},
    {"lots", more_spent_than_the_lot_has},      {"holds", a_hold_that_nobody_opened},
    {"rewards", more_withdrawn_than_was_given}, {"states", points_of_a_kind_that_no_rules_have},
    {"references", points_that_are_a_type},     {"references", terms_that_are_a_type},
    {"references", a_share_of_no_rule},         {"references", a_rule_that_is_a_type},
    {"references", paid_by_no_payment},         {"references", merged_with_nobody},
    {"references", merged_with_itself},         {"references", a_withdrawal_of_what_comes_later},
};

static void append(void (*spoil)(notch_transaction *t))
{
  notch_store *store = NULL;
  notch_store_problem problem;
  notch_store_options options = {.read_only = false};
  int64_t booked_us;
  ck_assert_msg(notch_store_open(&store, path, &options, &problem) == NOTCH_STORE_OK, "%s",
                problem.sentence);
  must(store, notch_store_begin(store));
  must(store, notch_store_newest_booked(store, &booked_us));
  reward = name_of(store, NOTCH_NAME_REWARD, "cup");
  moon = name_of(store, NOTCH_NAME_POINTS, "moon");
  const notch_store_numbers *next = notch_store_next(store);
  notch_share share = {name_of(store, NOTCH_NAME_RULE, "base"), 5};
  notch_posting posting = {.posting = next->posting,
                           .lot = next->posting,
                           .amount = 5,
                           .points = name_of(store, NOTCH_NAME_POINTS, "star"),
                           .source = NOTCH_ACCOUNT_ISSUED,
                           .target = NOTCH_ACCOUNT_POINTS,
                           .shares = &share,
                           .share_count = 1,
                           .earned_us = booked_us,
                           .matures_s = INT64_MIN,
                           .expires_s = booked_us / NOTCH_SECOND_US + 31536000,
                           .terms = NOTCH_NONE,
                           .partner = NOTCH_NONE};
  notch_effect effect = {.effect = next->effect,
                         .subject = NOTCH_NONE,
                         .rule = NOTCH_NONE,
                         .amount = 1,
                         .matures_s = INT64_MIN,
                         .until_s = NOTCH_NEVER,
                         .text = NOTCH_TEXT("x")};
  notch_transaction t = {.type = name_of(store, NOTCH_NAME_TYPE, "sale"),
                         .version = 1,
                         .member = 1,
                         .id = NOTCH_TEXT("forged"),
                         .at_us = booked_us,
                         .booked_us = booked_us,
                         .recorded_us = booked_us,
                         .content = NOTCH_TEXT("{\"amount\":\"5.00\"}"),
                         .postings = &posting,
                         .posting_count = 1,
                         .effects = &effect};
  if (spoil != NULL) {
    spoil(&t);
  }
  must(store, notch_store_append(store, &t));
  must(store, notch_store_commit(store));
  notch_store_close(store);
}

START_TEST(a_row_that_does_not_fit_fails_its_own_pass)
{
  static gathered said;
  char names[300], wanted[40];
  append(rows[_i].spoil);
  failed_passes(&said, names, sizeof names);
  snprintf(wanted, sizeof wanted, "%s ", rows[_i].pass);
  ck_assert_msg(strcmp(names, wanted) == 0, "%s: %s: %s", rows[_i].pass, names, said.text);
}
END_TEST

START_TEST(a_row_that_fits_fails_none)
{
  static gathered said;
  char names[300];
  append(NULL);
  failed_passes(&said, names, sizeof names);
  ck_assert_msg(names[0] == '\0', "%s", said.text);
}
END_TEST

/* Every later hash follows from a leaf: the heads over it are not its own either. */
START_TEST(a_changed_row_fails_the_leaves)
{
  static gathered said;
  char names[300];
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_exec(db, UNLOCKED("event", "UPDATE event SET content='3.00' WHERE id='s299'"), NULL,
                   NULL, NULL),
      SQLITE_OK);
  sqlite3_close(db);
  failed_passes(&said, names, sizeof names);
  ck_assert_msg(strstr(names, "leaves ") == names, "%s: %s", names, said.text);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("passes");
  tcase_set_timeout(cases, 120);
  tcase_add_checked_fixture(cases, make_ledger, remove_ledger);
  tcase_add_loop_test(cases, a_change_in_the_file_fails_its_own_pass, 0,
                      sizeof changes / sizeof changes[0]);
  tcase_add_loop_test(cases, a_row_that_does_not_fit_fails_its_own_pass, 0,
                      sizeof rows / sizeof rows[0]);
  tcase_add_test(cases, a_row_that_fits_fails_none);
  tcase_add_test(cases, a_changed_row_fails_the_leaves);
  Suite *suite = suite_create("passes");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
