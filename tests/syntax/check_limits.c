/* tests/syntax/check_limits.c -- hostile scripts, and memory that runs out at any moment. */
#include <config.h>

#include "check_syntax.h"
#include "tests/scarce.h"

#include <string.h>

static void expect_one(const char *before, const char *piece, unsigned count, const char *after,
                       const char *code)
{
  script made, s;
  notch_text text = repeat(&made, before, piece, count, after);
  script_parse(&s, text);
  ck_assert_uint_le(s.diags.error_count, 1);
  ck_assert_uint_eq(strncmp(script_codes(&s), code, strlen(code)), 0);
  if (*code == '\0') ck_assert_uint_eq(s.diags.error_count, 0);
  script_free(&s);
  notch_buffer_free(&made.out);
}

START_TEST(deep_nesting_is_one_message)
{
  expect_one("define x is ", "(", 1000000, "", "N0053");
  expect_one("define x is ", "not ", 250000, "y", "N0053");
  expect_one("define x is ", "- ", 250000, "1", "N0053");
  expect_one("define x is ", "if a then b else ", 60000, "c", "N0053");
  expect_one("define x is 1", "+1", 500000, "", "N0053");
  expect_one("define x is ", "month of ", 100000, "y", "N0053");
  expect_one("use a with b ", "{c ", 300000, "1", "N0053");
}
END_TEST

START_TEST(ordinary_depth_is_fine)
{
  expect_one("define x is 1", " + 1", 900, "", "");
  expect_one("define x is ", "if a then b else ", 150, "c", "");
  expect_one("define x is ", "not ", 300, "y", "");
}
END_TEST

START_TEST(a_million_of_anything_is_read)
{
  expect_one("", "(", 1000000, "", "N0064");
  expect_one("", "{", 1000000, "", "N0058");
  expect_one("rule a\n", "foo ", 250000, "", "N0051");
  expect_one("define x is a", ".a", 500000, "", "");
  expect_one("define x is f(1", ", 1", 300000, ")", "");
  expect_one("", "rule a\n", 150000, "", "");
  expect_one("", "# x\n", 250000, "rule a", "");
}
END_TEST

START_TEST(errors_stop_at_twenty)
{
  script made, s;
  script_parse(&s, repeat(&made, "", "rule a\n  when >\n", 500, ""));
  unsigned kept = 0;
  for (const notch_diag *diag = s.diags.first; diag != NULL; diag = diag->next) kept++;
  ck_assert_uint_eq(kept, NOTCH_DIAG_ERRORS_MAX);
  ck_assert(s.diags.stopped);
  notch_buffer_clear(&s.out);
  notch_diags_print_text(&s.out, &s.diags, false);
  ck_assert_ptr_nonnull(strstr(s.out.bytes, "stopped after 20 errors; mend these"));
  script_free(&s);
  notch_buffer_free(&made.out);
}
END_TEST

static bool parse_with(scarcity *memory, notch_text text)
{
  notch_memory hook = {.resize = scarce_resize, .payload = memory};
  notch_arena arena;
  notch_arena_init(&arena, &hook);
  notch_diags diags;
  notch_diags_init(&diags, &arena);
  const notch_parsed *parsed = notch_load(NOTCH_TEXT("t"), text, NULL, &diags, &arena);
  bool done = parsed != NULL;
  if (done) {
    notch_buffer out;
    notch_buffer_init(&out, &hook);
    if (!parsed->units.items[0].tree->broken)
      notch_format_script(&out, &parsed->units.items[0].tokens, parsed->units.items[0].tree);
    done = !out.failed;
    notch_buffer_free(&out);
  } else {
    ck_assert(arena.failed);
  }
  notch_arena_free(&arena);
  return done;
}

START_TEST(no_memory_is_never_a_leak)
{
  static const char *const texts[] = {
      "program p \"P\"\n  currency CNY # c\nrule a\n  on b\n  when member.x = -1 and f(2, 3)\n",
      "rule a\n  whn b\n  when > 1 ~ 5star\n  because \"\\n\\q",
  };
  for (size_t i = 0; i < 2; i++)
    for (unsigned long n = 1;; n++) {
      scarcity memory = {.fail_at = n, .on = true};
      bool done = parse_with(&memory, notch_text_of(texts[i]));
      ck_assert_int_eq(memory.live, 0);
      if (done) break;
    }
}
END_TEST

/* Bytes made from a script by a fixed pseudo-random walk: nothing crashes, errors have places. */
START_TEST(mangled_scripts_do_no_harm)
{
  static const char seed_text[] =
      "program p \"P\"\n  rounded down per event\nrule a \"A\"\n  on b, each month\n  when "
      "sum(q for items where c = \"d\") in 1 .. 5 and x is not known\n  earn 1 star per full "
      "1.00 CNY of y\ntable t of tier gives best\n  | gold | < 5 => 2x\ntest \"u\"\n  at "
      "2026-01-01 10:00 ann b with i {s 1} {s 2}\n  expect ann has -1 star debt\n";
  uint32_t state = (uint32_t)_i * 2654435761u + 1;
  char text[sizeof seed_text];
  for (int round = 0; round < 400; round++) {
    memcpy(text, seed_text, sizeof text);
    for (int change = 0; change < 4; change++) {
      state = state * 1664525u + 1013904223u;
      uint32_t at = (state >> 8) % (sizeof text - 1);
      state = state * 1664525u + 1013904223u;
      text[at] = change % 2 == 0 ? seed_text[(state >> 8) % (sizeof text - 1)]
                                 : (char)(32 + (state >> 8) % 95);
    }
    script s;
    script_parse(&s, (notch_text){text, sizeof text - 1});
    ck_assert(s.diags.error_count > 0 || !s.tree->broken);
    for (const notch_diag *diag = s.diags.first; diag != NULL; diag = diag->next)
      ck_assert_uint_le(diag->span.end, sizeof text - 1);
    if (!s.tree->broken) (void)script_format(&s);
    script_free(&s);
  }
}
END_TEST

TCase *notch_check_limits(void)
{
  TCase *tcase = tcase_create("limits");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, deep_nesting_is_one_message);
  tcase_add_test(tcase, ordinary_depth_is_fine);
  tcase_add_test(tcase, a_million_of_anything_is_read);
  tcase_add_test(tcase, errors_stop_at_twenty);
  tcase_add_test(tcase, no_memory_is_never_a_leak);
  tcase_add_loop_test(tcase, mangled_scripts_do_no_harm, 0, 10);
  return tcase;
}
