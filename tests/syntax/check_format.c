/* tests/syntax/check_format.c -- the canonical layout, of small cases and of every script. */
#include <config.h>

#include "check_syntax.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_layout(const char *text, const char *layout)
{
  script s;
  script_parse(&s, notch_text_of(text));
  ck_assert_str_eq(script_codes(&s), "");
  ck_assert_str_eq(script_format(&s), layout);
  script_free(&s);
  script_parse(&s, notch_text_of(layout));
  ck_assert_str_eq(script_format(&s), layout);
  script_free(&s);
}

START_TEST(clauses_are_indented)
{
  expect_layout("rule   a   \"A\" on b when x=1 earn 1   star rule c on d",
                "rule a \"A\"\n  on b\n  when x = 1\n  earn 1 star\n\nrule c\n  on d\n");
  expect_layout("ladder l tiers a<b tier b reach when x>1 lasts for 1 year pay 1 xp at review",
                "ladder l tiers a < b\n  tier b\n    reach when x > 1\n"
                "  lasts for 1 year\n  pay 1 xp at review\n");
  expect_layout("group g combine best limit 1 star per event",
                "group g\n  combine best\n  limit 1 star per event\n");
}
END_TEST

START_TEST(signs_have_their_blanks)
{
  expect_layout("define x is min ( - a,-b . c )-1*( 2 + - 3 )",
                "define x is min(-a, -b.c) - 1 * (2 + -3)\n");
  expect_layout("event e field f text ? field g number in -5..5=-1",
                "event e\n  field f text?\n  field g number in -5 .. 5 = -1\n");
  expect_layout("rule a grant b(1+f (2)) times when x in{1,2}",
                "rule a\n  grant b (1 + f(2)) times\n  when x in {1, 2}\n");
  expect_layout("test \"t\" at 2026-01-01 a b with i{s 1}{s -2}",
                "test \"t\"\n  at 2026-01-01 a b with i {s 1} {s -2}\n");
  expect_layout("table t of tier gives best|a|<5=>1x|any|b..c=>- 2x",
                "table t of tier gives best\n  | a | < 5 => 1x\n  | any | b .. c => -2x\n");
}
END_TEST

START_TEST(comments_stay)
{
  expect_layout("#a\nrule r#b\n#c\n on x#d\n\n   #e\n#f\n\n\n#g\nrule q\n",
                "#a\nrule r  #b\n  #c\n  on x  #d\n\n  #e\n\n#f\n\n#g\nrule q\n");
  expect_layout("rule r\n when a # first\n  and b # second\n\n\n\n on x # third",
                "rule r\n  when a   # first\n    and b  # second\n\n  on x  # third\n");
  expect_layout("event e\n field a text # a\n field bc text\n field def text # d\n",
                "event e\n  field a text    # a\n  field bc text\n  field def text  # d\n");
  expect_layout("rule r\n on x # x\n when a\n belongs to g # g\n",
                "rule r\n  on x  # x\n  when a\n  belongs to g  # g\n");
  expect_layout("## doc\n  ## more\nrule r\n", "## doc\n## more\nrule r\n");
  expect_layout("rule r\n on x\n## doc\nevent e\n ## doc\n field f text",
                "rule r\n  on x\n\n## doc\nevent e\n  ## doc\n  field f text\n");
}
END_TEST

START_TEST(needless_back_quotes_go)
{
  expect_layout("rule `a`\n on `per`, `step`\n when event.`to` = 1",
                "rule a\n  on `per`, `step`\n  when event.to = 1\n");
}
END_TEST

START_TEST(one_line_declarations_may_stand_together)
{
  expect_layout("define a is 1\ndefine b is 2\n\ndefine c is 3\nuse x\nuse y\nrule d on e\nrule f",
                "define a is 1\ndefine b is 2\n\ndefine c is 3\n\nuse x\nuse y\n\n"
                "rule d\n  on e\n\nrule f\n");
}
END_TEST

START_TEST(a_segment_on_two_lines_reads_like_a_rule)
{
  expect_layout("segment a \"A\" when x > 1\n\nsegment b\n when x\n and y\nsegment c\n# why\n"
                "when z",
                "segment a \"A\" when x > 1\n\nsegment b\n  when x\n    and y\n\n"
                "segment c\n  # why\n  when z\n");
}
END_TEST

START_TEST(the_canonical_text_ignores_layout_only)
{
  script s;
  script_parse(&s, NOTCH_TEXT("# x\nrule `a`  \"A\"\n\n on b ## y\n when x=1_0.0"));
  ck_assert_str_eq(script_canonical(&s), "rule a \"A\" on b when x = 1_0.0");
  script_free(&s);
}
END_TEST

static unsigned scripts_seen;

/* The comments one after another, as they were written. */
static char *comments_of(script *s)
{
  notch_buffer all;
  notch_buffer_init(&all, &notch_memory_system);
  for (uint32_t i = 0; i < s->tokens.count; i++) {
    if (s->tokens.items[i].kind >= 0) continue;
    notch_buffer_text(&all, notch_source_slice(s->tokens.source, s->tokens.items[i].span));
    notch_buffer_put(&all, "\n", 1);
  }
  char *copy = strndup(all.length > 0 ? all.bytes : "", all.length);
  notch_buffer_free(&all);
  return copy;
}

static notch_text read_file(const char *name, char **bytes)
{
  FILE *file = fopen(name, "rb");
  ck_assert_ptr_nonnull(file);
  *bytes = malloc(1u << 22);
  ck_assert_ptr_nonnull(*bytes);
  size_t size = fread(*bytes, 1, 1u << 22, file);
  ck_assert_uint_lt(size, 1u << 22);
  fclose(file);
  return (notch_text){*bytes, (uint32_t)size};
}

static int check_script(const char *name, const struct stat *info, int kind, struct FTW *walk)
{
  size_t length = strlen(name);
  (void)info;
  (void)walk;
  if (kind != FTW_F || length < 6 || strcmp(name + length - 6, ".notch") != 0) return 0;
  char *bytes;
  script before, after;
  script_parse(&before, read_file(name, &bytes));
  if (!before.tree->broken) {
    char *canonical = strdup(script_canonical(&before));
    char *comments = comments_of(&before), *kept;
    const char *layout = script_format(&before);
    script_parse(&after, notch_text_of(layout));
    ck_assert_msg(!after.tree->broken, "%s: its layout cannot be parsed", name);
    ck_assert_msg(strcmp(canonical, script_canonical(&after)) == 0, "%s: other tokens", name);
    ck_assert_msg(strcmp(comments, kept = comments_of(&after)) == 0, "%s: other comments", name);
    ck_assert_msg(strcmp(layout, script_format(&after)) == 0, "%s: twice is not once", name);
    script_free(&after);
    free(canonical);
    free(comments);
    free(kept);
    scripts_seen++;
  }
  script_free(&before);
  free(bytes);
  return 0;
}

START_TEST(formatting_any_script_twice_changes_nothing)
{
  static const char *const folders[] = {"tests", "stdlib-rules", "docs"};
  const char *top = getenv("top_srcdir");
  scripts_seen = 0;
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", top != NULL ? top : ".", folders[i]);
    (void)nftw(path, check_script, 16, FTW_PHYS);
  }
  ck_assert_uint_gt(scripts_seen, 2);
}
END_TEST

TCase *notch_check_format(void)
{
  TCase *tcase = tcase_create("format");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, clauses_are_indented);
  tcase_add_test(tcase, signs_have_their_blanks);
  tcase_add_test(tcase, comments_stay);
  tcase_add_test(tcase, needless_back_quotes_go);
  tcase_add_test(tcase, one_line_declarations_may_stand_together);
  tcase_add_test(tcase, a_segment_on_two_lines_reads_like_a_rule);
  tcase_add_test(tcase, the_canonical_text_ignores_layout_only);
  tcase_add_test(tcase, formatting_any_script_twice_changes_nothing);
  return tcase;
}
