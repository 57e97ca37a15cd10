/* tests/api/check_editor.c -- what <notch.h> has for editors: outline, meaning, completion. */
#include "notch.h"
#include "tests/scarce.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const char script[] = "program shop \"金\" # half\n"
                             "## What was sold.\n"
                             "event sale \"A sale\"\n"
                             "  field paid number in 0 .. 100\n"
                             "use extra\n"
                             "rule base \"One each\"\n"
                             "  on sale\n"
                             "  when paid > extra.\n";

static notch_engine *engine;
static char shown[4096];

static void set_up(void)
{
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  shown[0] = '\0';
}

static void tear_down(void)
{
  notch_engine_free(engine);
}

static void show(const char *first, char between, const char *second)
{
  size_t length = strlen(shown);
  snprintf(shown + length, sizeof shown - length, "%s%c%s ", first, between, second);
}

static int show_declared(void *payload, const notch_declared *declared)
{
  (void)payload;
  char place[40];
  show(declared->kind, ' ', declared->name);
  snprintf(place, sizeof place, "%u:%u", declared->name_line, declared->name_column);
  show("", '@', place);
  if (strcmp(declared->kind, "event") == 0) {
    ck_assert_str_eq(declared->title, "A sale");
    ck_assert_str_eq(declared->comment, "What was sold.");
    ck_assert_str_eq(declared->head, "event sale \"A sale\"");
    ck_assert_str_eq(declared->file, "shop.notch");
    ck_assert_uint_eq(declared->line, 3);
    ck_assert_uint_eq(declared->end_line, 4);
    ck_assert_uint_eq(declared->name_end_column, 11);
    ck_assert_uint_eq(declared->depth, 0);
  }
  return 0;
}

static int show_word(void *payload, const char *word, const char *kind, int unlikely)
{
  (void)payload;
  show(word, ':', kind);
  ck_assert_int_eq(unlikely, 0);
  return 0;
}

static int stop(void *payload, const notch_declared *declared)
{
  (void)payload;
  (void)declared;
  return 1;
}

static int load(void *payload, const char *path, const char *importer, const char **name,
                const char **bytes, size_t *size)
{
  static const char module[] = "module extra\ndefine most is 5\n";
  (void)payload;
  (void)importer;
  *name = path;
  *bytes = module;
  *size = sizeof module - 1;
  return strcmp(path, "extra") != 0;
}

static notch_compile_options with_modules(void)
{
  notch_compile_options options = NOTCH_COMPILE_OPTIONS_INIT;
  options.load = load;
  return options;
}

START_TEST(an_outline_has_the_script_alone)
{
  notch_compile_options options = with_modules();
  ck_assert_int_eq(
      notch_outline(engine, "shop.notch", script, strlen(script), &options, show_declared, NULL),
      NOTCH_OK);
  ck_assert_str_eq(shown, "program shop @1:9 event sale @3:7 field paid @4:9 "
                          "use extra @5:5 rule base @6:6 ");
}
END_TEST

START_TEST(a_name_means_its_declaration)
{
  notch_compile_options options = with_modules();
  const char *name = "shop.notch";
  size_t size = strlen(script);
  ck_assert_int_eq(notch_meaning(engine, name, script, size, 7, 6, &options, show_declared, NULL),
                   NOTCH_OK);
  ck_assert_int_eq(notch_meaning(engine, name, script, size, 8, 12, &options, show_declared, NULL),
                   NOTCH_OK);
  ck_assert_int_eq(notch_meaning(engine, name, script, size, 0, 0, NULL, show_declared, NULL),
                   NOTCH_OK);
  ck_assert_int_eq(notch_meaning(engine, name, script, size, 99, 99, NULL, show_declared, NULL),
                   NOTCH_OK);
  ck_assert_str_eq(shown, "event sale @3:7 field paid @4:9 ");
}
END_TEST

START_TEST(a_module_completes)
{
  notch_compile_options options = with_modules();
  ck_assert_int_eq(notch_complete(engine, "shop.notch", script, strlen(script), 8, 21, &options,
                                  show_word, NULL),
                   NOTCH_OK);
  ck_assert_str_eq(shown, "most:define ");
}
END_TEST

START_TEST(mistakes_and_stops_are_said)
{
  size_t size = strlen(script);
  ck_assert_int_eq(notch_outline(NULL, "s", script, size, NULL, show_declared, NULL),
                   NOTCH_EMISUSE);
  ck_assert_int_eq(notch_outline(engine, NULL, script, size, NULL, show_declared, NULL),
                   NOTCH_EMISUSE);
  ck_assert_int_eq(notch_outline(engine, "s", NULL, 1, NULL, show_declared, NULL), NOTCH_EMISUSE);
  ck_assert_int_eq(notch_outline(engine, "s", NULL, 0, NULL, show_declared, NULL), NOTCH_OK);
  ck_assert_int_eq(notch_meaning(engine, "s", script, size, 1, 1, NULL, NULL, NULL), NOTCH_EMISUSE);
  ck_assert_int_eq(notch_complete(engine, "s", script, size, 1, 1, NULL, NULL, NULL),
                   NOTCH_EMISUSE);
  ck_assert_int_eq(notch_outline(engine, "s", script, size, NULL, stop, NULL), NOTCH_ESTOPPED);
  ck_assert_int_eq(notch_outline(engine, "s", script, (size_t)1 << 24, NULL, show_declared, NULL),
                   NOTCH_ESCRIPT);
  ck_assert_str_ne(notch_error(engine), "");
}
END_TEST

static notch_status ask_everything(scarcity *memory)
{
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  notch_compile_options compile = with_modules();
  notch_engine *own = NULL;
  size_t size = strlen(script);
  options.resize = scarce_resize;
  options.resize_payload = memory;
  notch_status status = notch_engine_new(&own, &options);
  if (status == NOTCH_OK) {
    status = notch_outline(own, "shop.notch", script, size, &compile, show_declared, NULL);
  }
  if (status == NOTCH_OK) {
    status = notch_meaning(own, "shop.notch", script, size, 7, 6, &compile, show_declared, NULL);
  }
  if (status == NOTCH_OK) {
    status = notch_complete(own, "shop.notch", script, size, 8, 21, &compile, show_word, NULL);
  }
  if (status == NOTCH_OK) {
    status = notch_complete(own, "shop.notch", script, size, 2, 1, &compile, show_word, NULL);
  }
  notch_engine_free(own);
  return status;
}

START_TEST(no_allocation_that_fails_leaks_or_crashes)
{
  notch_status status = NOTCH_ENOMEM;
  unsigned long n = 1;
  for (; n < 4000 && status != NOTCH_OK; n++) {
    scarcity memory = {.fail_at = n, .on = true};
    shown[0] = '\0';
    status = ask_everything(&memory);
    ck_assert_int_eq(memory.live, 0);
    ck_assert_msg(status == NOTCH_OK || status == NOTCH_ENOMEM, "%lu: %d", n, (int)status);
  }
  ck_assert_int_eq(status, NOTCH_OK);
  ck_assert_uint_gt(n, 6);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("editor");
  TCase *editor = tcase_create("editor");
  tcase_add_checked_fixture(editor, set_up, tear_down);
  tcase_add_test(editor, an_outline_has_the_script_alone);
  tcase_add_test(editor, a_name_means_its_declaration);
  tcase_add_test(editor, a_module_completes);
  tcase_add_test(editor, mistakes_and_stops_are_said);
  tcase_add_test(editor, no_allocation_that_fails_leaks_or_crashes);
  suite_add_tcase(suite, editor);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
