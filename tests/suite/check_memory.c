/* check_memory.c -- claims, coverage and bounds, when memory ends at the n-th block. */
#include <config.h>

#include "tests/scarce.h"

#include <notch.h>

#include <check.h>
#include <string.h>

static const char rules[] =
    "program shop\n  timezone \"UTC\"\n  currency CNY\n  rounded up\npoints star\n"
    "member\n  field birthday date?\n"
    "record item\n  field sku text\n  field amount CNY in 0.00 CNY .. 10.00 CNY\n"
    "ladder status tiers silver < gold\n  start at silver\n  tier gold\n"
    "    reach when spend ever >= 100.00 CNY\n"
    "measure spend is sum of amount on purchase\n"
    "event purchase\n  field amount CNY in 0.00 CNY .. 1_000.00 CNY\n"
    "  field channel one of store, app\n  field items list of item at most 5\n"
    "table rate of channel gives exclusive\n  | store => 1x\n  | app => 2x\n"
    "rule base\n  on purchase\n  when amount <= 500.00 CNY and tier = gold\n"
    "  earn 1 star per 3.00 CNY of amount\n"
    "rule more\n  on purchase\n  multiply base by rate(channel)\n"
    "rule sku\n  on purchase\n  earn 1 star * count(items where sku = \"x\")\n"
    "property \"little\" on purchase always earned(star) <= 50 star\n"
    "property \"open\" on purchase never amount * 7 = 333.34 CNY\n"
    "test \"one\"\n  given ann with tier gold\n"
    "  at 2026-03-01 10:00 ann purchase with amount 9.00 CNY, channel app\n"
    "  expect ann has 6 star\n";

static unsigned told;

static void on_diagnostic(void *payload, const notch_diagnostic *diagnostic)
{
  (void)payload, (void)diagnostic;
  told++;
}

static void on_clause(void *payload, const notch_clause_result *clause)
{
  (void)payload;
  told += clause->covered != 0;
}

static void on_property(void *payload, const notch_property_result *property)
{
  (void)payload;
  told += property->verdict == NOTCH_PROPERTY_REFUTED;
}

static int on_text(void *payload, const char *bytes, size_t size)
{
  (void)payload, (void)bytes;
  told += size > 0;
  return 0;
}

/* Everything that is tried out on rules. */
static notch_status try_all(notch_engine *engine)
{
  notch_compile_options options = NOTCH_COMPILE_OPTIONS_INIT;
  notch_test_options tests = NOTCH_TEST_OPTIONS_INIT;
  notch_test_counts counts;
  notch_program *program = NULL;
  options.report = on_diagnostic;
  options.properties_later = 1;
  options.advice = 2;
  tests.clause = on_clause;
  tests.property = on_property;
  notch_status status =
      notch_program_compile(&program, engine, "shop.notch", rules, strlen(rules), &options);
  if (status == NOTCH_OK)
    status = notch_program_test(engine, program, &tests, &counts);
  if (status == NOTCH_OK)
    status = notch_program_outlook(engine, program, 1, NOTCH_VIEW_JSON, on_text, NULL);
  if (status == NOTCH_OK)
    status = notch_program_outlook(engine, program, 1, NOTCH_VIEW_TEXT, on_text, NULL);
  notch_program_free(program);
  return status;
}

START_TEST(memory_that_ends_is_no_crash)
{
  notch_status status = NOTCH_ENOMEM;
  for (unsigned long n = 1; status != NOTCH_OK; n += 1 + n / 64) {
    scarcity memory = {.fail_at = n, .on = true};
    notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
    notch_engine *engine = NULL;
    options.resize = scarce_resize;
    options.resize_payload = &memory;
    status = notch_engine_new(&engine, &options);
    if (status == NOTCH_OK)
      status = try_all(engine);
    ck_assert_int_eq(status != NOTCH_OK, memory.tripped); /* whatever failed has been told */
    notch_engine_free(engine);
    ck_assert_msg(status == NOTCH_OK || status == NOTCH_ENOMEM, "status %d at %lu", status, n);
    ck_assert_int_eq(memory.live, 0);
    ck_assert_uint_lt(n, 10000000);
  }
}
END_TEST

/* With memory enough: three clauses and more are covered, one claim is refuted. */
START_TEST(all_of_it_is_told)
{
  notch_engine *engine = NULL;
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  told = 0;
  ck_assert_int_eq(try_all(engine), NOTCH_OK);
  ck_assert_uint_ge(told, 6);
  notch_engine_free(engine);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("suite");
  TCase *tests = tcase_create("memory");
  tcase_add_test(tests, memory_that_ends_is_no_crash);
  tcase_add_test(tests, all_of_it_is_told);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
