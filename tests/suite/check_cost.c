/* check_cost.c -- the steps that `check --report` tells are just enough for the longest list. */
#include <config.h>

#include <notch.h>

#include "tests/gathered.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing is evaluated but the one award, so that the event's steps are those of its sum. */
static const char rules[] =
    "program shop\n  timezone \"UTC\"\n  currency CNY\n  rounded down\npoints star\n"
    "record item\n  field sku text\n  field quantity number in 1 .. 10\n"
    "event purchase\n  field items list of item at most 7\n"
    "rule base\n  on purchase\n"
    "  earn 1 star * sum(quantity for items where sku = \"x\" or quantity > 5)\n";

static notch_engine *engine_with(uint64_t steps)
{
  notch_engine *engine = NULL;
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  options.steps_max = steps;
  ck_assert_int_eq(notch_engine_new(&engine, &options), NOTCH_OK);
  return engine;
}

static notch_program *compile(notch_engine *engine)
{
  notch_program *program = NULL;
  ck_assert_int_eq(
      notch_program_compile(&program, engine, "shop.notch", rules, strlen(rules), NULL), NOTCH_OK);
  return program;
}

/* An event of seven items, none of which ends the condition early. */
static notch_answer answer_with(uint64_t steps)
{
  notch_engine *engine = engine_with(steps);
  notch_program *program = compile(engine);
  notch_event *event = NULL;
  notch_result *result = NULL;
  static const char sent[] =
      "{\"id\":\"e\",\"type\":\"purchase\",\"member\":\"ann\",\"at\":\"2026-03-02T10:00:00Z\","
      "\"items\":[{\"sku\":\"a\",\"quantity\":6},{\"sku\":\"a\",\"quantity\":6},"
      "{\"sku\":\"a\",\"quantity\":6},{\"sku\":\"a\",\"quantity\":6},"
      "{\"sku\":\"a\",\"quantity\":6},"
      "{\"sku\":\"a\",\"quantity\":6},{\"sku\":\"a\",\"quantity\":6}]}";
  ck_assert_int_eq(notch_event_parse(&event, engine, sent, strlen(sent)), NOTCH_OK);
  ck_assert_int_eq(notch_program_preview(engine, program, NULL, event, &result), NOTCH_OK);
  notch_answer answer = notch_result_answer(result);
  if (answer == NOTCH_ANSWER_REFUSED)
    ck_assert_str_eq(notch_result_reason(result), "overflow");
  notch_result_free(result);
  notch_event_free(event);
  notch_program_free(program);
  notch_engine_free(engine);
  return answer;
}

START_TEST(the_bound_is_what_the_longest_list_needs)
{
  notch_engine *engine = engine_with(0);
  notch_program *program = compile(engine);
  static gathered told;
  told.length = 0;
  ck_assert_int_eq(
      notch_program_outlook(engine, program, 1, NOTCH_VIEW_JSON, gather, &told), NOTCH_OK);
  const char *steps = strstr(told.text, "\"steps\":");
  ck_assert_ptr_nonnull(steps);
  uint64_t most = strtoull(steps + strlen("\"steps\":"), NULL, 10);
  notch_program_free(program);
  notch_engine_free(engine);
  ck_assert_uint_gt(most, 7);
  ck_assert_int_eq(answer_with(most), NOTCH_ANSWER_APPLIED);
  ck_assert_int_eq(answer_with(most - 1), NOTCH_ANSWER_REFUSED);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("cost");
  TCase *tests = tcase_create("cost");
  tcase_add_test(tests, the_bound_is_what_the_longest_list_needs);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
