/* tests/report/check_memory.c -- reports under a memory that runs out at every allocation in turn:
 * each says so, and leaves nothing behind. */
#include <config.h>

#include "notch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char rules_text[] = "program p\n"
                                 "  timezone \"UTC\"\n"
                                 "  currency USD\n"
                                 "  rounded down\n"
                                 "points star\n"
                                 "  whole\n"
                                 "  worth 0.10 USD\n"
                                 "  expire 3 months after earning\n"
                                 "event buy\n"
                                 "  field amount USD in 0.00 USD .. 1_000.00 USD\n"
                                 "measure spend is sum of amount on buy\n"
                                 "ladder level tiers low < high\n"
                                 "  tier high\n"
                                 "    reach when spend >= 100.00 USD\n"
                                 "rule base\n"
                                 "  on buy\n"
                                 "  earn 1 star per 1.00 USD of amount\n";

typedef struct counter {
  unsigned long requests, fail_at;
  long live;
} counter;

static void *resize(void *payload, void *block, size_t size)
{
  counter *count = payload;
  if (size == 0) {
    count->live -= block != NULL;
    free(block);
    return NULL;
  }
  if (++count->requests == count->fail_at) {
    return NULL;
  }
  void *got = realloc(block, size);
  count->live += block == NULL && got != NULL;
  return got;
}

static int swallow(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  return size == 0;
}

typedef notch_status question(notch_ledger *ledger, const notch_program *rules);

static notch_status ask_statement(notch_ledger *ledger, const notch_program *rules)
{
  (void)rules;
  return notch_ledger_statement(ledger, "ann", NULL, "2026-12-31", NOTCH_VIEW_JSON, swallow, NULL);
}

static notch_status ask_liability(notch_ledger *ledger, const notch_program *rules)
{
  (void)rules;
  return notch_ledger_liability(ledger, "2026-02-28", "90", NOTCH_VIEW_TEXT, swallow, NULL);
}

static notch_status ask_export(notch_ledger *ledger, const notch_program *rules)
{
  (void)rules;
  return notch_ledger_export(ledger, "csv", swallow, NULL);
}

static notch_status ask_backtest(notch_ledger *ledger, const notch_program *rules)
{
  notch_backtest_options options = NOTCH_BACKTEST_OPTIONS_INIT;
  options.html = swallow;
  return notch_ledger_backtest(ledger, rules, &options, NOTCH_VIEW_TEXT, swallow, NULL);
}

static question *const questions[] = {ask_statement, ask_liability, ask_export, ask_backtest};

static void fill(notch_ledger *ledger, notch_engine *engine)
{
  static const char *const lines[] = {
      "{\"id\":\"1\",\"type\":\"buy\",\"member\":\"ann\",\"at\":\"2026-01-05T10:00:00Z\","
      "\"amount\":\"60.00\"}",
      "{\"id\":\"2\",\"type\":\"buy\",\"member\":\"bo\",\"at\":\"2026-01-06T10:00:00Z\","
      "\"amount\":\"160.00\"}",
      "{\"id\":\"3\",\"type\":\"return\",\"member\":\"bo\",\"at\":\"2026-01-07T10:00:00Z\","
      "\"of\":\"2\",\"amount\":\"20.00\"}"};
  for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    notch_event *event = NULL;
    ck_assert_int_eq(notch_event_parse(&event, engine, lines[i], strlen(lines[i])), NOTCH_OK);
    ck_assert_int_eq(notch_ledger_apply(ledger, event, NULL), NOTCH_OK);
    notch_event_free(event);
  }
}

START_TEST(a_report_survives_any_failed_allocation)
{
  counter count = {0, 0, 0};
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  notch_ledger_options by_events = NOTCH_LEDGER_OPTIONS_INIT;
  notch_engine *engine = NULL;
  notch_program *rules = NULL;
  notch_ledger *ledger = NULL;
  options.resize = resize;
  options.resize_payload = &count;
  by_events.clock_events = 1;
  ck_assert_int_eq(notch_engine_new(&engine, &options), NOTCH_OK);
  ck_assert_int_eq(notch_program_compile(&rules, engine, "p", rules_text, strlen(rules_text), NULL),
                   NOTCH_OK);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, rules, &by_events), NOTCH_OK);
  fill(ledger, engine);
  /* The first time fills caches that stay. */
  ck_assert_int_eq(questions[_i](ledger, rules), NOTCH_OK);
  ck_assert_int_eq(questions[_i](ledger, rules), NOTCH_OK);
  notch_status status = NOTCH_ENOMEM;
  for (unsigned long n = 1; status != NOTCH_OK; n++) {
    ck_assert_uint_lt(n, 100000);
    count.requests = 0;
    count.fail_at = n;
    status = questions[_i](ledger, rules);
    if (status != NOTCH_OK) {
      ck_assert_int_eq(status, NOTCH_ENOMEM);
      ck_assert_str_ne(notch_error(ledger), "");
    }
  }
  count.fail_at = 0;
  ck_assert_int_eq(questions[_i](ledger, rules), NOTCH_OK);
  notch_ledger_close(ledger);
  notch_program_free(rules);
  notch_engine_free(engine);
  ck_assert_int_eq(count.live, 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("report memory");
  TCase *memory = tcase_create("memory");
  tcase_set_timeout(memory, 120);
  tcase_add_loop_test(memory, a_report_survives_any_failed_allocation, 0,
                      sizeof questions / sizeof questions[0]);
  suite_add_tcase(suite, memory);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
