/* tests/syntax/check_parse.c -- shapes of the tree, and errors that leave the rest readable. */
#include <config.h>

#include "check_syntax.h"

#include <string.h>

static void expect_codes(const char *text, const char *codes)
{
  script s;
  script_parse(&s, notch_text_of(text));
  ck_assert_str_eq(script_codes(&s), codes);
  script_free(&s);
}

static void expect_define(const char *expression, const char *tree)
{
  script s;
  char text[256] = "define x is ";
  strcat(text, expression);
  script_parse(&s, notch_text_of(text));
  ck_assert_str_eq(script_codes(&s), "");
  /* Places are the business of the golden tests. */
  char shape[1024] = "", *to = shape;
  unsigned depth = 0;
  for (const char *line = script_tree(&s); *line != '\0'; line = strchr(line, '\n') + 1) {
    unsigned spaces = (unsigned)strspn(line, " ");
    if (spaces < 4) continue;
    for (; depth > spaces; depth -= 2) *to++ = ')';
    if (spaces > depth && depth > 0) *to++ = '(';
    else if (to > shape) *to++ = ' ';
    depth = spaces;
    for (const char *at = line + spaces; strncmp(at, " @", 2) != 0; at++) *to++ = *at;
  }
  for (; depth > 4; depth -= 2) *to++ = ')';
  *to = '\0';
  ck_assert_str_eq(shape, tree);
  script_free(&s);
}

START_TEST(operators_bind_as_in_the_terms)
{
  expect_define("1 + 2 * 3", "arith(number \"1\" arith 2(number \"2\" number \"3\"))");
  expect_define("1 - 2 - 3", "arith 1(arith 1(number \"1\" number \"2\") number \"3\")");
  expect_define("- 1 * 2", "arith 2(negate(number \"1\") number \"2\")");
  expect_define("not 1 = 2 and yes",
                "and(not(compare(number \"1\" number \"2\")) flag 1)");
  expect_define("yes or no and yes", "or(flag 1 and(flag flag 1))");
  expect_define("if yes then 1 else 2 + 3",
                "if(flag 1 number \"1\" arith(number \"2\" number \"3\"))");
  expect_define("(1 + 2) * 3", "arith 2(arith(number \"1\" number \"2\") number \"3\")");
}
END_TEST

START_TEST(documentation_belongs_to_what_follows)
{
  script s;
  script_parse(&s, NOTCH_TEXT("## a\n\n## b\n## c\nrule r\n## d\nevent e\n  ## f\n  field g text"));
  ck_assert_str_eq(script_codes(&s), "N0067@1:1");
  const notch_tree_node *rule = s.tree->first;
  ck_assert(notch_text_equal(rule->doc, NOTCH_TEXT("b\nc")));
  ck_assert(notch_text_equal(rule->next->doc, NOTCH_TEXT("d")));
  const notch_tree_node *field = notch_tree_find(rule->next, NOTCH_AST_FIELD);
  ck_assert(notch_text_equal(field->doc, NOTCH_TEXT("f")));
  script_free(&s);
}
END_TEST

START_TEST(an_error_leaves_the_other_clauses)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a\n  on x\n  when >\n  earn 1 star\nrule b\n  on y\n"));
  ck_assert_str_eq(script_codes(&s), "N0050@3:8");
  const notch_tree_node *a = s.tree->first;
  ck_assert(a->broken);
  ck_assert_ptr_nonnull(notch_tree_find(a, NOTCH_AST_RULE_ON));
  ck_assert_ptr_nonnull(notch_tree_find(a, NOTCH_AST_ERROR));
  ck_assert_ptr_nonnull(notch_tree_find(a, NOTCH_AST_RULE_EARN));
  ck_assert(!a->next->broken);
  ck_assert_ptr_null(a->next->next);
  script_free(&s);
}
END_TEST

START_TEST(each_wrong_clause_has_its_message)
{
  expect_codes("rule a\n  whn x\n  erne 1\n  limit 3 per day\n  when >\n",
               "N0060@2:3 N0060@3:3 N0055@4:9 N0050@5:8");
  expect_codes("rule\n  on x\nrule b\n  when >\n", "N0050@2:3 N0050@4:8");
  expect_codes("measure a is count on x,\nmeasure b is cont on x\n", "N0050@2:1 N0060@2:14");
  expect_codes("ladder l tiers a < b\n  foo\n  lasts 3 days\n", "N0051@2:3 N0050@3:9");
}
END_TEST

START_TEST(the_first_wrong_clause_keeps_its_declaration)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a\n  foo\n  on x\nmeasure m is count on x\n  foo\n  gross\n"));
  ck_assert_str_eq(script_codes(&s), "N0051@2:3 N0051@5:3");
  ck_assert_int_eq(s.tree->first->kind, NOTCH_AST_RULE);
  ck_assert_ptr_nonnull(notch_tree_find(s.tree->first, NOTCH_AST_RULE_ON));
  ck_assert_int_eq(s.tree->first->next->kind, NOTCH_AST_MEASURE);
  ck_assert_ptr_nonnull(notch_tree_find(s.tree->first->next, NOTCH_AST_MEASURE_GROSS));
  script_free(&s);
}
END_TEST

START_TEST(known_mistakes_are_named)
{
  expect_codes("rule a\n when a == b", "N0013@2:9");
  expect_codes("rule a\n earn if x 1 star else 2 star", "N0056@2:12");
  expect_codes("rule a\n earn if x then 1 star elif y then 2 star else 3 star", "N0057@2:24");
  expect_codes("rule a\n when a < b < c", "N0066@2:13");
  expect_codes("rule a\n earn 1,000 star", "N0065@2:7");
  expect_codes("points a\n pending for 7", "N0055@2:14");
  expect_codes("rule a {\n on b\n}", "N0058@1:8 N0058@3:1");
  expect_codes("rule when\n on b", "N0059@1:6");
  expect_codes("program p\n day clamp\n month starts 1 May\n month starts Monday\n",
               "N0061@2:2 N0062@3:2 N0062@4:2");
}
END_TEST

START_TEST(a_figure_without_a_unit_is_multiplied)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a\n  on x\n  earn 1 star per 4 of guests\n"));
  ck_assert_str_eq(script_codes(&s), "N0055@3:19");
  const notch_diag_note_item *note = s.diags.first->notes;
  ck_assert_ptr_nonnull(note);
  ck_assert(notch_text_equal(
      note->text,
      NOTCH_TEXT("of a figure without a unit take a multiple: 1 star * (visits / 4)")));
  script_free(&s);
}
END_TEST

START_TEST(soft_words_are_names)
{
  expect_codes("points step\nrule once\n on total\n earn 3 step\n earn first + rest", "");
  expect_codes("rule a\n when plus = stock and best of line > valid", "");
}
END_TEST

START_TEST(an_empty_file_is_one_sentence)
{
  expect_codes("", "N0052@1:1");
  expect_codes(" \t\r\n\n# x\n", "N0052@1:1");
  expect_codes("## x\n", "N0067@1:1 N0052@1:1");
}
END_TEST

START_TEST(line_ends_and_tabs_do_not_matter)
{
  expect_codes("rule a\r\n\ton x # c\r\n\twhen y = \"z\"\r\n", "");
  expect_codes("rule a on x when y = 1 earn 1 star rule b on z", "");
}
END_TEST

TCase *notch_check_parse(void)
{
  TCase *tcase = tcase_create("parse");
  tcase_add_test(tcase, operators_bind_as_in_the_terms);
  tcase_add_test(tcase, documentation_belongs_to_what_follows);
  tcase_add_test(tcase, an_error_leaves_the_other_clauses);
  tcase_add_test(tcase, each_wrong_clause_has_its_message);
  tcase_add_test(tcase, the_first_wrong_clause_keeps_its_declaration);
  tcase_add_test(tcase, known_mistakes_are_named);
  tcase_add_test(tcase, a_figure_without_a_unit_is_multiplied);
  tcase_add_test(tcase, soft_words_are_names);
  tcase_add_test(tcase, an_empty_file_is_one_sentence);
  tcase_add_test(tcase, line_ends_and_tabs_do_not_matter);
  return tcase;
}
