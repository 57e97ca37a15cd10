/* tests/api/check_api.c -- the public header alone: rules, diagnostics, tests, errors, misuse. */
#include "notch.h"
#include "tests/scarce.h"

#include <check.h>
#include <string.h>

static const char good[] =
    "program shop \"A shop\"\n  timezone \"UTC\"\n  currency EUR\n  rounded down per event\n"
    "points star\n"
    "event purchase\n  field amount EUR in 0.00 EUR .. 1_000.00 EUR\n"
    "rule base\n  on purchase\n  earn 1 star per 1.00 EUR of amount\n"
    "test \"one for one\"\n"
    "  at 2026-01-01 ann purchase with amount 5.00 EUR\n"
    "  expect ann has 5 star\n"
    "test \"not so\"\n"
    "  at 2026-01-01 ann purchase with amount 5.00 EUR\n"
    "  expect ann has 6 star\n";
static const char bad[] = "program shop\n  timezone \"UTC\"\n  currency EUR\nrule base\n"
                          "  on purchse\n  earn 1 star\n";

static notch_engine *engine;

static void set_up(void)
{
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
}

static void tear_down(void)
{
  notch_engine_free(engine);
}

static char shown[65536];

static int gather(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  size_t length = strlen(shown);
  ck_assert_uint_lt(length + size, sizeof shown);
  memcpy(shown + length, bytes, size);
  shown[length + size] = '\0';
  return 0;
}

static int refuse(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 1;
}

static void count_errors(void *payload, const notch_diagnostic *diagnostic)
{
  int *errors = payload;
  *errors += diagnostic->level == NOTCH_LEVEL_ERROR;
  ck_assert_str_eq(diagnostic->file, "bad.notch");
  ck_assert_uint_gt(diagnostic->line, 0);
  ck_assert_int_eq(notch_diagnostic_write(diagnostic, NOTCH_VIEW_TEXT, gather, NULL), NOTCH_OK);
}

START_TEST(diagnostics_come_by_callback)
{
  int errors = 0;
  notch_program *program;
  notch_compile_options options = NOTCH_COMPILE_OPTIONS_INIT;
  options.report = count_errors;
  options.report_payload = &errors;
  shown[0] = '\0';
  ck_assert_int_eq(notch_program_compile(&program, engine, "bad.notch", bad, strlen(bad),
                                         &options), NOTCH_ESCRIPT);
  ck_assert(program == NULL);
  ck_assert_int_gt(errors, 0);
  ck_assert(strstr(shown, "bad.notch:5:") != NULL);
  ck_assert(strstr(notch_error(engine), "bad.notch has") != NULL);
}
END_TEST

START_TEST(a_programme_knows_its_name)
{
  notch_program *program;
  ck_assert_int_eq(notch_program_compile(&program, engine, "good.notch", good, strlen(good),
                                         NULL), NOTCH_OK);
  ck_assert_str_eq(notch_program_name(program), "shop");
  ck_assert_str_eq(notch_program_title(program), "A shop");
  ck_assert_uint_eq(strlen(notch_program_identity(program)), 64);
  notch_program_free(program);
}
END_TEST

static void on_failure(void *payload, const notch_test_result *failure)
{
  int *failures = payload;
  (*failures)++;
  ck_assert_str_eq(failure->file, "good.notch");
  ck_assert_uint_eq(failure->line, 16);
  ck_assert_str_eq(failure->test, "not so");
  ck_assert(strstr(failure->sentence, "expected ann has 6 star available, found 5") != NULL);
}

START_TEST(tests_are_counted_and_explained)
{
  int failures = 0;
  notch_program *program;
  notch_test_counts counts;
  notch_test_options options = NOTCH_TEST_OPTIONS_INIT;
  options.report = on_failure;
  options.payload = &failures;
  ck_assert_int_eq(notch_program_compile(&program, engine, "good.notch", good, strlen(good),
                                         NULL), NOTCH_OK);
  ck_assert_int_eq(notch_program_test(engine, program, &options, &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.passed, 1);
  ck_assert_uint_eq(counts.failed, 1);
  ck_assert_int_eq(failures, 1);
  options.only = "one for";
  ck_assert_int_eq(notch_program_test(engine, program, &options, &counts), NOTCH_OK);
  ck_assert_uint_eq(counts.passed + counts.failed, 1);
  notch_program_free(program);
}
END_TEST

START_TEST(every_phase_can_be_shown)
{
  for (int phase = NOTCH_PHASE_TOKENS; phase <= NOTCH_PHASE_CODE; phase++) {
    shown[0] = '\0';
    ck_assert_int_eq(notch_dump(engine, (notch_phase)phase, "good.notch", good, strlen(good),
                                NULL, gather, NULL), NOTCH_OK);
    ck_assert_uint_gt(strlen(shown), 100);
  }
  ck_assert_int_eq(notch_dump(engine, NOTCH_PHASE_TREE, "good.notch", good, strlen(good), NULL,
                              refuse, NULL), NOTCH_ESTOPPED);
}
END_TEST

START_TEST(layout_is_idempotent)
{
  static char once[65536];
  shown[0] = '\0';
  ck_assert_int_eq(notch_format(engine, "good.notch", good, strlen(good), NULL, gather, NULL),
                   NOTCH_OK);
  strcpy(once, shown);
  shown[0] = '\0';
  ck_assert_int_eq(notch_format(engine, "good.notch", once, strlen(once), NULL, gather, NULL),
                   NOTCH_OK);
  ck_assert_str_eq(once, shown);
}
END_TEST

START_TEST(codes_are_explained)
{
  shown[0] = '\0';
  ck_assert_int_eq(notch_explain_code(engine, "N0200", gather, NULL), NOTCH_OK);
  ck_assert(strncmp(shown, "N0200", 5) == 0);
  ck_assert_int_eq(notch_explain_code(engine, "N9999", gather, NULL), NOTCH_ENOTFOUND);
}
END_TEST

static int load_module(void *payload, const char *path, const char *importer, const char **name,
                       const char **bytes, size_t *size)
{
  static const char text[] = "module extra\nrule welcome\n  on join\n  earn 1 star\n";
  int *asked = payload;
  (void)importer;
  (*asked)++;
  if (strcmp(path, "a.extra") != 0) {
    return 1;
  }
  *name = "a/extra.notch";
  *bytes = text;
  *size = sizeof text - 1;
  return 0;
}

START_TEST(modules_come_from_the_loader)
{
  int asked = 0;
  notch_program *program;
  notch_compile_options options = NOTCH_COMPILE_OPTIONS_INIT;
  options.load = load_module;
  options.load_payload = &asked;
  static const char uses[] = "program shop\n  timezone \"UTC\"\n  currency EUR\n"
                             "  rounded down per event\npoints star\nuse a.nothing\n";
  ck_assert_int_eq(notch_program_compile(&program, engine, "u.notch", uses, strlen(uses),
                                         &options), NOTCH_ESCRIPT);
  ck_assert_int_eq(asked, 1);
}
END_TEST

START_TEST(mistakes_of_the_embedder_are_said)
{
  notch_ledger *ledger;
  notch_event *event;
  ck_assert_int_eq(notch_program_compile(NULL, NULL, "x", "", 0, NULL), NOTCH_EMISUSE);
  ck_assert_int_eq(notch_program_compile(NULL, engine, NULL, "", 0, NULL), NOTCH_EMISUSE);
  ck_assert(strstr(notch_error(engine), "bad argument") != NULL);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, NULL, NULL), NOTCH_EMISUSE);
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, "/nowhere/at/all", NULL), NOTCH_EOPEN);
  ck_assert(ledger == NULL);
  ck_assert_uint_gt(strlen(notch_error(engine)), 0);
  ck_assert_int_eq(notch_event_parse(&event, engine, "{}", 2), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_text(event, "a", "b"), NOTCH_EMISUSE);
  notch_event_free(event);
  notch_event_free(NULL);
  notch_result_free(NULL);
  notch_ledger_close(NULL);
  notch_program_free(NULL);
}
END_TEST

START_TEST(events_are_built_field_by_field)
{
  notch_event *event;
  ck_assert_int_eq(notch_event_new(&event, engine, "e\"1", "purchase", "ann", "2026-01-01"),
                   NOTCH_OK);
  ck_assert_int_eq(notch_event_set_amount(event, "amount", -1205, 2), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_integer(event, "count", 3), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_flag(event, "gift", 1), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_json(event, "items", "[]"), NOTCH_OK);
  ck_assert_str_eq(notch_event_json(event),
                   "{\"id\":\"e\\\"1\",\"type\":\"purchase\",\"member\":\"ann\","
                   "\"at\":\"2026-01-01\",\"amount\":\"-12.05\",\"count\":3,\"gift\":true,"
                   "\"items\":[]}");
  notch_event_free(event);
}
END_TEST

/* ---- an allocator that gives out, at every place in turn ---- */

static notch_status whole_life(scarcity *memory)
{
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  notch_engine *own = NULL;
  notch_program *program = NULL;
  notch_ledger *ledger = NULL;
  notch_event *event = NULL;
  notch_result *result = NULL;
  options.resize = scarce_resize;
  options.resize_payload = memory;
  notch_status status = notch_engine_new(&own, &options);
  if (status == NOTCH_OK) {
    status = notch_program_compile(&program, own, "good.notch", good, strlen(good), NULL);
  }
  if (status == NOTCH_OK) {
    status = notch_ledger_create(&ledger, own, NULL, program, NULL);
  }
  if (status == NOTCH_OK) {
    status = notch_event_new(&event, own, "e", "purchase", "ann", "2026-01-01");
  }
  if (status == NOTCH_OK) {
    status = notch_event_set_amount(event, "amount", 500, 2);
  }
  if (status == NOTCH_OK) {
    status = notch_ledger_apply(ledger, event, &result);
  }
  notch_result_free(result);
  notch_event_free(event);
  notch_ledger_close(ledger);
  notch_program_free(program);
  notch_engine_free(own);
  return status;
}

START_TEST(no_allocation_that_fails_leaks_or_crashes)
{
  notch_status status = NOTCH_ENOMEM;
  for (unsigned long n = 1; n < 4000 && status != NOTCH_OK; n++) {
    scarcity memory = {.fail_at = n, .on = true};
    status = whole_life(&memory);
    ck_assert_int_eq(memory.live, 0);
    ck_assert_msg(status == NOTCH_OK || status == NOTCH_ENOMEM, "%lu: %d", n, (int)status);
  }
  ck_assert_int_eq(status, NOTCH_OK);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("api");
  TCase *api = tcase_create("api");
  tcase_set_timeout(api, 120);
  tcase_add_checked_fixture(api, set_up, tear_down);
  tcase_add_test(api, diagnostics_come_by_callback);
  tcase_add_test(api, a_programme_knows_its_name);
  tcase_add_test(api, tests_are_counted_and_explained);
  tcase_add_test(api, every_phase_can_be_shown);
  tcase_add_test(api, layout_is_idempotent);
  tcase_add_test(api, codes_are_explained);
  tcase_add_test(api, modules_come_from_the_loader);
  tcase_add_test(api, mistakes_of_the_embedder_are_said);
  tcase_add_test(api, events_are_built_field_by_field);
  tcase_add_test(api, no_allocation_that_fails_leaks_or_crashes);
  suite_add_tcase(suite, api);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
