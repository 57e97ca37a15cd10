/* tests/check/check_check.c -- what scripts cannot show of the checker: memory, size, identity. */
#include <config.h>

#include "check/check.h"
#include "tests/scarce.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "program shop\n  timezone \"UTC\"\n  currency CNY\n  rounded down\n"
    "points star\n  whole\n  pending for 7 days\n"
    "event purchase\n  field amount CNY in 0.00 CNY .. 1_000.00 CNY\n"
    "  field channel one of store, app\n";

typedef struct checked {
  notch_arena parse, program_arena, reports;
  notch_diags diags;
  const notch_program *program;
} checked;

static bool find(void *payload, notch_text path, notch_text importer, notch_text *name,
                 notch_text *text)
{
  (void)payload;
  (void)importer;
  *name = path;
  *text = NOTCH_TEXT("module m\nneeds pts points\nrule r\n on purchase\n earn 1 pts\n");
  return true;
}

static void check_with(checked *out, const char *text, const notch_memory *memory)
{
  static const notch_resolver resolver = {.find = find};
  memset(out, 0, sizeof *out);
  notch_arena_init(&out->parse, &notch_memory_system);
  notch_arena_init(&out->program_arena, memory);
  notch_arena_init(&out->reports, &notch_memory_system);
  notch_diags_init(&out->diags, &out->reports);
  notch_parsed *parsed = notch_load(NOTCH_TEXT("test.notch"), notch_text_of(text), &resolver,
                                    &out->diags, &out->parse);
  ck_assert_ptr_nonnull(parsed);
  out->program = notch_check(parsed, &out->diags, &out->program_arena);
}

static void check_text(checked *out, const char *rules)
{
  size_t length = strlen(head) + strlen(rules) + 1;
  char *text = malloc(length);
  ck_assert_ptr_nonnull(text);
  snprintf(text, length, "%s%s", head, rules);
  check_with(out, text, &notch_memory_system);
  free(text);
}

static void release(checked *out)
{
  notch_arena_free(&out->parse);
  notch_arena_free(&out->program_arena);
  notch_arena_free(&out->reports);
}

static unsigned first_number(const checked *out)
{
  return out->diags.first ? notch_diag_info_of(out->diags.first->code)->number : 0;
}

START_TEST(order_of_declarations_does_not_matter)
{
  checked one, other;
  static const char *const rules[2] = {
      "rule b\n on purchase\n multiply a by 2x\nrule a\n on purchase\n earn 1 star\n"
      "rule c\n on purchase\n earn 1 star\n exception to a\n",
      "rule c\n on purchase\n earn 1 star\n exception to a\nrule a\n on purchase\n earn 1 star\n"
      "rule b\n on purchase\n multiply a by 2x\n"};
  check_text(&one, rules[0]);
  check_text(&other, rules[1]);
  ck_assert_ptr_nonnull(one.program);
  ck_assert_ptr_nonnull(other.program);
  ck_assert_uint_eq(one.program->step_count, 3);
  static const char names[] = "cab";
  for (uint32_t i = 0; i < 3; i++) {
    notch_text name = {&names[i], 1};
    ck_assert(notch_text_equal(
        one.program->rules[one.program->steps[i].index].decl.name, name));
    ck_assert(notch_text_equal(
        other.program->rules[other.program->steps[i].index].decl.name, name));
  }
  release(&one);
  release(&other);
}
END_TEST

START_TEST(identity_is_of_the_meaningful_text)
{
  checked one, other, third;
  check_text(&one, "rule a\n  on purchase\n  earn 1 star\n");
  check_text(&other, "# a comment\nrule a on purchase   earn 1 star\n");
  check_text(&third, "rule a\n  on purchase\n  earn 2 star\n");
  ck_assert_ptr_nonnull(one.program);
  ck_assert_mem_eq(&one.program->identity, &other.program->identity, sizeof(notch_digest));
  ck_assert_mem_ne(&one.program->identity, &third.program->identity, sizeof(notch_digest));
  release(&one);
  release(&other);
  release(&third);
}
END_TEST

START_TEST(names_of_a_module_have_its_prefix)
{
  checked one;
  check_text(&one, "use m with pts star as red\nuse m with pts star as blue\n"
                   "rule both\n on purchase\n multiply red.r, blue.r by 2x\n");
  ck_assert_ptr_nonnull(one.program);
  ck_assert_uint_eq(one.program->rule_count, 3);
  ck_assert(notch_text_equal(one.program->rules[0].decl.name, NOTCH_TEXT("red.r")));
  ck_assert(notch_text_equal(one.program->rules[1].decl.name, NOTCH_TEXT("blue.r")));
  release(&one);
}
END_TEST

START_TEST(modules_in_use_have_a_limit)
{
  char *rules = malloc(400000);
  ck_assert_ptr_nonnull(rules);
  size_t length = 0;
  for (int i = 0; i < 5000; i++)
    length += (size_t)sprintf(rules + length, "use m with pts star as m%d\n", i);
  checked one;
  check_text(&one, rules);
  ck_assert_ptr_null(one.program);
  ck_assert_uint_eq(first_number(&one), 219);
  release(&one);
  free(rules);
}
END_TEST

START_TEST(at_most_twenty_errors_are_kept)
{
  char rules[4000];
  size_t length = 0;
  for (int i = 0; i < 40; i++)
    length += (size_t)sprintf(rules + length, "rule r%d\n on purchase\n earn nothing%d\n", i, i);
  checked one;
  check_text(&one, rules);
  ck_assert_ptr_null(one.program);
  unsigned kept = 0;
  for (const notch_diag *diag = one.diags.first; diag; diag = diag->next)
    kept += diag->severity == NOTCH_SEVERITY_ERROR;
  ck_assert_uint_le(kept, NOTCH_DIAG_ERRORS_MAX);
  ck_assert(one.diags.stopped);
  release(&one);
}
END_TEST

START_TEST(no_memory_is_no_crash)
{
  static const char rules[] =
      "member\n field birthday date?\nmeasure spend is sum of amount on purchase\n"
      "ladder status tiers low < high\n tier high reach when spend ever >= 5.00 CNY\n"
      "table t of channel gives exclusive\n | store => 1x\n | app => 2x\n"
      "rule a\n on purchase\n earn 1 star\nrule b\n on purchase\n multiply a by t(channel)\n"
      "use m with pts star\n"
      "test \"one\"\n at 2026-03-01 10:00 ann purchase with amount 5.00 CNY, channel app\n"
      " expect ann has 2 star pending\n";
  char text[2000];
  snprintf(text, sizeof text, "%s%s", head, rules);
  for (unsigned long n = 1;; n++) {
    scarcity scarce = {.fail_at = n, .on = true};
    notch_memory memory = {.resize = scarce_resize, .payload = &scarce};
    checked one;
    check_with(&one, text, &memory);
    bool done = one.program != NULL;
    if (!done) ck_assert(one.program_arena.failed);
    release(&one);
    ck_assert_int_eq(scarce.live, 0);
    if (done) break;
    ck_assert_uint_lt(n, 100000);
  }
}
END_TEST

START_TEST(shared_definitions_do_not_blow_up)
{
  char rules[8000];
  size_t length = (size_t)sprintf(rules, "rule r\n on purchase\n let x0 is amount > 5.00 CNY\n");
  for (int i = 1; i < 60; i++)
    length += (size_t)sprintf(rules + length, " let x%d is x%d and x%d\n", i, i - 1, i - 1);
  sprintf(rules + length, " when x59\n earn 1 star\n");
  checked one;
  check_text(&one, rules);
  ck_assert_ptr_nonnull(one.program);
  release(&one);
}
END_TEST

START_TEST(a_segment_may_not_lean_on_a_thousand_others)
{
  char *rules = malloc(200000);
  ck_assert_ptr_nonnull(rules);
  size_t length = 0;
  for (int i = 0; i < 3000; i++)
    length += (size_t)sprintf(rules + length, "segment s%d when s%d\n", i, i + 1);
  sprintf(rules + length, "segment s3000 when balance(star) > 5 star\n");
  checked one;
  check_text(&one, rules);
  ck_assert_ptr_null(one.program);
  ck_assert_uint_eq(first_number(&one), 216);
  release(&one);
  free(rules);
}
END_TEST

START_TEST(printing_is_stable)
{
  checked one, other;
  notch_buffer left, right;
  check_text(&one, "rule a\n on purchase\n earn 1 star\n");
  check_text(&other, "rule a\n on purchase\n earn 1 star\n");
  notch_buffer_init(&left, &notch_memory_system);
  notch_buffer_init(&right, &notch_memory_system);
  notch_program_print(&left, one.program);
  notch_program_print(&right, other.program);
  ck_assert_str_eq(left.bytes, right.bytes);
  ck_assert_ptr_nonnull(strstr(left.bytes, "rule a"));
  notch_buffer_free(&left);
  notch_buffer_free(&right);
  release(&one);
  release(&other);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("check");
  TCase *cases = tcase_create("checker");
  tcase_add_test(cases, order_of_declarations_does_not_matter);
  tcase_add_test(cases, identity_is_of_the_meaningful_text);
  tcase_add_test(cases, names_of_a_module_have_its_prefix);
  tcase_add_test(cases, modules_in_use_have_a_limit);
  tcase_add_test(cases, at_most_twenty_errors_are_kept);
  tcase_add_test(cases, no_memory_is_no_crash);
  tcase_add_test(cases, shared_definitions_do_not_blow_up);
  tcase_add_test(cases, a_segment_may_not_lean_on_a_thousand_others);
  tcase_add_test(cases, printing_is_stable);
  tcase_set_timeout(cases, 120);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
