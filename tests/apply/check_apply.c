/*
 * tests/apply/check_apply.c -- one event end to end, through the public interface: known events,
 * conflicts, mended refusals, returns that wait, a job that is killed and done again.
 */
#include <config.h>

#include "notch.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char script[] =
    "program shop\n"
    "  timezone \"UTC\"\n"
    "  currency EUR\n"
    "  rounded down per event\n"
    "points star\n"
    "member\n  field birthday date?\n"
    "event purchase\n  field amount EUR in 0.00 EUR .. 10_000.00 EUR\n"
    "measure spend is sum of amount on purchase\n"
    "ladder status tiers low < high\n"
    "  tier high\n"
    "    reach when spend over the last 12 months >= 100.00 EUR\n"
    "  lasts for 1 month\n"
    "rule base\n  on purchase\n  earn 1 star per 1.00 EUR of amount\n"
    "rule more\n  on purchase\n  when tier = high\n  multiply base by 2x\n";

static notch_engine *engine;
static notch_program *rules;
static notch_ledger *ledger;
static int64_t clock_us;

static int64_t now_us(void *payload)
{
  (void)payload;
  return clock_us;
}

static void set_up(void)
{
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  clock_us = INT64_C(1772503200000000); /* 2026-03-03T02:00:00Z */
  options.now_us = now_us;
  ck_assert_int_eq(notch_engine_new(&engine, &options), NOTCH_OK);
  ck_assert_msg(notch_program_compile(&rules, engine, "shop.notch", script, strlen(script),
                                      NULL) == NOTCH_OK, "%s", notch_error(engine));
  ck_assert_msg(notch_ledger_create(&ledger, engine, NULL, rules, NULL) == NOTCH_OK, "%s",
                notch_error(engine));
}

static void tear_down(void)
{
  notch_ledger_close(ledger);
  notch_program_free(rules);
  notch_engine_free(engine);
}

static notch_answer apply(const char *json, const char *reason)
{
  notch_event *event;
  notch_result *result;
  ck_assert_int_eq(notch_event_parse(&event, engine, json, strlen(json)), NOTCH_OK);
  notch_status status = notch_ledger_apply(ledger, event, &result);
  ck_assert_msg(status == NOTCH_OK, "%s: %s", json, notch_error(ledger));
  notch_answer answer = notch_result_answer(result);
  if (reason != NULL) {
    ck_assert_msg(strcmp(notch_result_reason(result), reason) == 0, "%s: %s, %s", json,
                  notch_result_reason(result), notch_result_sentence(result));
  }
  notch_result_free(result);
  notch_event_free(event);
  return answer;
}

static int64_t stars(const char *member)
{
  notch_points_of_member points;
  ck_assert_msg(notch_ledger_points(ledger, member, "star", NULL, &points) == NOTCH_OK, "%s",
                notch_error(ledger));
  return points.available;
}

static int64_t rows(void)
{
  int64_t size;
  const char *root;
  ck_assert_int_eq(notch_ledger_head(ledger, &size, &root), NOTCH_OK);
  return size;
}

#define SALE(id, amount) \
  "{\"id\":\"" id "\",\"type\":\"purchase\",\"member\":\"ann\",\"at\":\"2026-03-01T10:00Z\"," \
  "\"amount\":" amount "}"

START_TEST(the_same_event_again_writes_nothing)
{
  ck_assert_int_eq(apply(SALE("e", "\"10.00\""), "applied"), NOTCH_ANSWER_APPLIED);
  int64_t before = rows();
  ck_assert_int_eq(apply(SALE("e", "\"10.00\""), "applied"), NOTCH_ANSWER_KNOWN);
  ck_assert_int_eq(apply(SALE("e", "10"), "applied"), NOTCH_ANSWER_KNOWN);
  ck_assert_int_eq(rows(), before);
  ck_assert_int_eq(stars("ann"), 10);
}
END_TEST

START_TEST(other_content_under_an_applied_id_is_a_conflict_kept_once)
{
  apply(SALE("e", "\"10.00\""), "applied");
  ck_assert_int_eq(apply(SALE("e", "\"11.00\""), "conflict"), NOTCH_ANSWER_REFUSED);
  int64_t before = rows();
  ck_assert_int_eq(apply(SALE("e", "\"11.00\""), "conflict"), NOTCH_ANSWER_REFUSED);
  ck_assert_int_eq(rows(), before);
  ck_assert_int_eq(apply(SALE("e", "\"12.00\""), "conflict"), NOTCH_ANSWER_REFUSED);
  ck_assert_int_eq(rows(), before + 1);
  ck_assert_int_eq(apply(SALE("e", "\"10.00\""), "applied"), NOTCH_ANSWER_KNOWN);
  ck_assert_int_eq(stars("ann"), 10);
}
END_TEST

START_TEST(a_refused_event_can_be_mended)
{
  ck_assert_int_eq(apply(SALE("e", "\"ten\""), "bad_value"), NOTCH_ANSWER_REFUSED);
  int64_t before = rows();
  ck_assert_int_eq(apply(SALE("e", "\"ten\""), "bad_value"), NOTCH_ANSWER_REFUSED);
  ck_assert_int_eq(rows(), before);
  ck_assert_int_eq(apply(SALE("e", "\"10.00\""), "applied"), NOTCH_ANSWER_APPLIED);
  /* The first try keeps its answer. */
  ck_assert_int_eq(apply(SALE("e", "\"ten\""), "bad_value"), NOTCH_ANSWER_REFUSED);
  ck_assert_int_eq(rows(), before + 1);
  ck_assert_int_eq(stars("ann"), 10);
}
END_TEST

START_TEST(too_early_does_not_bind_the_id)
{
  const char *early = "{\"id\":\"e\",\"type\":\"purchase\",\"member\":\"ann\","
                      "\"at\":\"2026-03-05T10:00Z\",\"amount\":\"10.00\"}";
  ck_assert_int_eq(apply(early, "too_early"), NOTCH_ANSWER_REFUSED);
  int64_t before = rows();
  ck_assert_int_eq(apply(early, "too_early"), NOTCH_ANSWER_REFUSED);
  ck_assert_int_eq(rows(), before);
  clock_us += INT64_C(2) * 86400 * 1000000;
  ck_assert_int_eq(apply(early, "applied"), NOTCH_ANSWER_APPLIED);
}
END_TEST

START_TEST(a_return_waits_for_its_event)
{
  const char *back = "{\"id\":\"r\",\"type\":\"return\",\"member\":\"ann\","
                     "\"at\":\"2026-03-02T10:00Z\",\"of\":\"e\",\"amount\":\"4.00\"}";
  ck_assert_int_eq(apply(back, "waiting"), NOTCH_ANSWER_WAITING);
  ck_assert_int_eq(apply(back, "waiting"), NOTCH_ANSWER_WAITING);
  ck_assert_int_eq(apply(SALE("e", "\"10.00\""), "applied"), NOTCH_ANSWER_APPLIED);
  ck_assert_int_eq(stars("ann"), 6);
  ck_assert_int_eq(apply(back, "applied"), NOTCH_ANSWER_KNOWN);
  ck_assert_int_eq(stars("ann"), 6);
}
END_TEST

START_TEST(a_line_without_an_id_is_unreadable)
{
  int64_t before = rows();
  ck_assert_int_eq(apply("{\"type\":\"purchase\"}", "unreadable"), NOTCH_ANSWER_UNREADABLE);
  ck_assert_int_eq(apply("[1]", "unreadable"), NOTCH_ANSWER_UNREADABLE);
  ck_assert_int_eq(apply("{", "unreadable"), NOTCH_ANSWER_UNREADABLE);
  ck_assert_int_eq(rows(), before);
}
END_TEST

START_TEST(a_preview_writes_nothing)
{
  notch_event *event;
  notch_result *result;
  notch_result_posting posting;
  ck_assert_int_eq(notch_event_new(&event, engine, NULL, "purchase", "ann",
                                   "2026-03-01T10:00Z"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_amount(event, "amount", 1000, 2), NOTCH_OK);
  int64_t before = rows();
  ck_assert_int_eq(notch_ledger_preview(ledger, event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_answer(result), NOTCH_ANSWER_APPLIED);
  ck_assert_int_eq(notch_result_posting_at(result, 0, &posting), 1);
  ck_assert_str_eq(posting.amount, "10");
  ck_assert_str_eq(posting.rules, "{\"base\":\"10\"}");
  notch_result_free(result);
  ck_assert_int_eq(rows(), before);
  ck_assert_int_eq(notch_program_preview(engine, rules, "{\"tiers\":{\"status\":\"high\"}}",
                                         event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_posting_at(result, 0, &posting), 1);
  ck_assert_str_eq(posting.amount, "20");
  notch_result_free(result);
  notch_event_free(event);
}
END_TEST

/* ---- whole inputs ---- */

typedef struct input {
  char *text;
  size_t size, at, stop_at;
} input;

static size_t read_some(void *payload, char *to, size_t size)
{
  input *in = payload;
  size_t left = in->size - in->at;
  size = size < left ? size : left;
  size = size < 700 ? size : 700; /* in pieces that cut lines */
  memcpy(to, in->text + in->at, size);
  in->at += size;
  return size;
}

static int stop_there(void *payload, const notch_counts *counts, uint64_t bytes)
{
  (void)counts;
  input *in = payload;
  return in->stop_at != 0 && bytes >= in->stop_at;
}

static int never_ready(void *payload)
{
  (void)payload;
  return 0;
}

static void make_input(input *in, unsigned lines)
{
  in->text = malloc(lines * 160);
  in->size = in->at = in->stop_at = 0;
  for (unsigned i = 0; i < lines; i++) {
    bool back = i % 17 == 16;
    in->size += (size_t)sprintf(
        in->text + in->size,
        back ? "{\"id\":\"r%u\",\"type\":\"return\",\"member\":\"m%u\",\"at\":"
               "\"2025-%02u-%02uT11:00Z\",\"of\":\"e%u\"}\n"
             : "{\"id\":\"e%u\",\"type\":\"purchase\",\"member\":\"m%u\",\"at\":"
               "\"2025-%02u-%02uT10:00Z\",\"amount\":\"%u.50\"}\n",
        i, (back ? i - 1 : i) % 7, 1 + i / 28 % 12, 1 + i % 28, back ? i - 1 : i % 90 + 1);
  }
}

static void run_input(input *in, notch_status wanted, notch_counts *counts)
{
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  options.read = read_some;
  options.read_payload = in;
  options.ready = never_ready; /* a commit whenever more has to be read */
  options.committed = stop_there;
  options.payload = in;
  in->at = 0;
  notch_status status = notch_ledger_apply_all(ledger, &options, counts);
  ck_assert_msg(status == wanted, "%d: %s", (int)status, notch_error(ledger));
}

static int gather(void *payload, const char *bytes, size_t size)
{
  char *to = payload;
  strncat(to, bytes, size);
  return 0;
}

static void totals(char *to)
{
  to[0] = '\0';
  ck_assert_int_eq(notch_ledger_balance(ledger, NULL, "2026-01-01", NULL, NOTCH_VIEW_JSON,
                                        gather, to), NOTCH_OK);
}

START_TEST(a_stopped_job_is_finished_by_the_same_input)
{
  static char whole[8192], resumed[8192];
  notch_counts counts;
  input in;
  make_input(&in, 300);
  run_input(&in, NOTCH_OK, &counts);
  ck_assert_uint_eq(counts.applied, 300);
  totals(whole);
  notch_ledger_close(ledger);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, rules, NULL), NOTCH_OK);
  in.stop_at = in.size / 2;
  run_input(&in, NOTCH_ESTOPPED, &counts);
  uint64_t first = counts.applied;
  ck_assert_uint_gt(first, 0);
  ck_assert_uint_lt(first, 300);
  in.stop_at = 0;
  run_input(&in, NOTCH_OK, &counts);
  ck_assert_uint_eq(counts.known, first);
  ck_assert_uint_eq(counts.applied, 300 - first);
  totals(resumed);
  ck_assert_str_eq(whole, resumed);
  free(in.text);
}
END_TEST

START_TEST(a_reopened_ledger_goes_on_where_it_was)
{
  static char whole[8192], resumed[8192];
  char path[] = "/tmp/check_apply_XXXXXX", file[64];
  notch_counts counts;
  input in;
  make_input(&in, 200);
  run_input(&in, NOTCH_OK, &counts);
  totals(whole);
  notch_ledger_close(ledger);
  ck_assert(mkdtemp(path) != NULL);
  snprintf(file, sizeof file, "%s/ledger", path);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, file, rules, NULL), NOTCH_OK);
  in.stop_at = in.size / 3;
  run_input(&in, NOTCH_ESTOPPED, &counts);
  notch_ledger_close(ledger);
  ck_assert_msg(notch_ledger_open(&ledger, engine, file, NULL) == NOTCH_OK, "%s",
                notch_error(engine));
  in.stop_at = 0;
  run_input(&in, NOTCH_OK, &counts);
  ck_assert_uint_gt(counts.known, 0);
  totals(resumed);
  ck_assert_str_eq(whole, resumed);
  notch_ledger_close(ledger);
  ledger = NULL;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  ck_assert_int_eq(system(command), 0);
  free(in.text);
}
END_TEST

/* A copy of the files beside an open ledger is what a process that is killed leaves. */
START_TEST(what_a_version_schedules_outlives_a_kill)
{
  static char second[sizeof script + 64];
  char path[] = "/tmp/check_apply_XXXXXX", file[64], command[256];
  notch_program *monthly;
  notch_counts counts;
  snprintf(second, sizeof second, "%srule monthly\n  on each month\n  earn 5 star\n", script);
  ck_assert_int_eq(notch_program_compile(&monthly, engine, "shop.notch", second, strlen(second),
                                         NULL), NOTCH_OK);
  ck_assert(mkdtemp(path) != NULL);
  snprintf(file, sizeof file, "%s/ledger", path);
  notch_ledger_close(ledger);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, file, rules, NULL), NOTCH_OK);
  ck_assert_int_eq(apply(SALE("a", "\"10.00\""), NULL), NOTCH_ANSWER_APPLIED);
  notch_ledger_close(ledger); /* nothing is ever due for her, as the first version says */
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, file, NULL), NOTCH_OK);
  ck_assert_msg(notch_ledger_publish(ledger, monthly, NULL, 0, NULL, NULL) == NOTCH_OK, "%s",
                notch_error(ledger));
  snprintf(command, sizeof command, "cp '%s' '%s/copy' && cp '%s-wal' '%s/copy-wal'", file, path,
           file, path);
  ck_assert_int_eq(system(command), 0);
  notch_ledger_close(ledger);
  snprintf(file, sizeof file, "%s/copy", path);
  ck_assert_msg(notch_ledger_open(&ledger, engine, file, NULL) == NOTCH_OK, "%s",
                notch_error(engine));
  ck_assert_int_eq(notch_ledger_advance(ledger, "2026-05-02", &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.transactions, 2);
  notch_points_of_member points;
  ck_assert_int_eq(notch_ledger_points(ledger, "ann", "star", "2026-05-02", &points), NOTCH_OK);
  ck_assert_int_eq(points.available, 20);
  notch_ledger_close(ledger);
  ledger = NULL;
  notch_program_free(monthly);
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(csv_rows_are_events)
{
  notch_counts counts;
  static char text[] = "member,date,amount\nann,2025-01-01,10.00\nbob,2025-01-02,x\nann,,\n";
  input in = {text, sizeof text - 1, 0, 0};
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  options.csv = 1;
  options.type = "purchase";
  options.name = "a.csv";
  options.read = read_some;
  options.read_payload = &in;
  ck_assert_int_eq(notch_ledger_apply_all(ledger, &options, &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.applied, 1);
  ck_assert_uint_eq(counts.refused, 2);
  ck_assert_int_eq(stars("ann"), 10);
}
END_TEST

START_TEST(a_member_of_now_and_of_then)
{
  const char *tier;
  apply("{\"id\":\"a\",\"type\":\"purchase\",\"member\":\"ann\",\"at\":\"2026-01-05T10:00Z\","
        "\"amount\":\"150.00\"}", "applied");
  ck_assert_int_eq(notch_ledger_tier(ledger, "ann", NULL, "2026-01-06", &tier), NOTCH_OK);
  ck_assert_str_eq(tier, "high");
  ck_assert_int_eq(notch_ledger_tier(ledger, "ann", "status", "2026-01-04", &tier), NOTCH_OK);
  ck_assert_str_eq(tier, "low");
  ck_assert_int_eq(notch_ledger_tier(ledger, "bob", NULL, NULL, &tier), NOTCH_ENOTFOUND);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("apply");
  TCase *events = tcase_create("events");
  tcase_add_checked_fixture(events, set_up, tear_down);
  tcase_add_test(events, the_same_event_again_writes_nothing);
  tcase_add_test(events, other_content_under_an_applied_id_is_a_conflict_kept_once);
  tcase_add_test(events, a_refused_event_can_be_mended);
  tcase_add_test(events, too_early_does_not_bind_the_id);
  tcase_add_test(events, a_return_waits_for_its_event);
  tcase_add_test(events, a_line_without_an_id_is_unreadable);
  tcase_add_test(events, a_preview_writes_nothing);
  tcase_add_test(events, a_stopped_job_is_finished_by_the_same_input);
  tcase_add_test(events, a_reopened_ledger_goes_on_where_it_was);
  tcase_add_test(events, what_a_version_schedules_outlives_a_kill);
  tcase_add_test(events, csv_rows_are_events);
  tcase_add_test(events, a_member_of_now_and_of_then);
  suite_add_tcase(suite, events);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
