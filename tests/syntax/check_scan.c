/* tests/syntax/check_scan.c -- words, literals and characters. */
#include <config.h>

#include "check_syntax.h"

#include "parser.h"

#include <string.h>

static const notch_token *nth(const script *s, uint32_t index)
{
  ck_assert_uint_lt(index, s->tokens.count);
  return &s->tokens.items[index];
}

static void expect_token(const script *s, uint32_t index, int kind, const char *text)
{
  const notch_token *token = nth(s, index);
  ck_assert_int_eq(token->kind, kind);
  ck_assert_uint_eq(token->text.length, strlen(text));
  ck_assert(memcmp(token->text.bytes, text, token->text.length) == 0);
}

START_TEST(words_are_in_the_order_of_their_bytes)
{
  for (uint32_t i = 0; i + 1 < notch_word_count; i++)
    ck_assert_int_lt(strcmp(notch_words[i].spelling, notch_words[i + 1].spelling), 0);
  for (uint32_t i = 0; i < notch_word_count; i++)
    ck_assert_ptr_eq(notch_word_find(notch_text_of(notch_words[i].spelling)), &notch_words[i]);
  ck_assert_ptr_null(notch_word_find(NOTCH_TEXT("nothing")));
  ck_assert_ptr_null(notch_word_find(NOTCH_TEXT("rul")));
  ck_assert_ptr_null(notch_word_find(NOTCH_TEXT("")));
}
END_TEST

START_TEST(every_literal_keeps_its_text)
{
  script s;
  script_parse(&s, NOTCH_TEXT("define x is 1_000.50 25% 1.5x 2026-03-01 09:30 09:30:15 \"a\" "
                              "Monday March days 0..5"));
  expect_token(&s, 3, TOK_NUMBER, "1_000.50");
  expect_token(&s, 4, TOK_PERCENT, "25");
  expect_token(&s, 5, TOK_MULT, "1.5");
  expect_token(&s, 6, TOK_DATE, "2026-03-01");
  expect_token(&s, 7, TOK_TIME, "09:30");
  expect_token(&s, 8, TOK_TIME, "09:30:15");
  expect_token(&s, 9, TOK_STRING, "a");
  expect_token(&s, 10, TOK_WEEKDAY, "Monday");
  expect_token(&s, 11, TOK_MONTHNAME, "March");
  ck_assert_int_eq(nth(&s, 11)->detail, 3);
  expect_token(&s, 12, TOK_UNIT, "days");
  ck_assert_int_eq(nth(&s, 12)->detail, NOTCH_UNIT_DAY);
  expect_token(&s, 13, TOK_NUMBER, "0");
  expect_token(&s, 14, TOK_DOTDOT, "..");
  expect_token(&s, 15, TOK_NUMBER, "5");
  script_free(&s);
}
END_TEST

START_TEST(a_word_after_a_dot_or_field_is_a_name)
{
  script s;
  script_parse(&s, NOTCH_TEXT("event a field to text field `field` text rule b when event.to.per"));
  expect_token(&s, 3, TOK_IDENT, "to");
  expect_token(&s, 6, TOK_IDENT, "field");
  expect_token(&s, 13, TOK_IDENT, "to");
  expect_token(&s, 15, TOK_IDENT, "per");
  ck_assert_str_eq(script_codes(&s), "");
  script_free(&s);
}
END_TEST

START_TEST(names_are_compared_in_nfc)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule caf\x65\xCC\x81 rule caf\xC3\xA9 rule "
                              "`\xE9\x87\x91\xE5\x8D\xA1`"));
  expect_token(&s, 1, TOK_IDENT, "caf\xC3\xA9");
  expect_token(&s, 3, TOK_IDENT, "caf\xC3\xA9");
  expect_token(&s, 5, TOK_IDENT, "\xE9\x87\x91\xE5\x8D\xA1");
  ck_assert_str_eq(script_codes(&s), "");
  script_free(&s);
}
END_TEST

START_TEST(escapes_are_decoded)
{
  script s;
  script_parse(&s, NOTCH_TEXT("test \"a\\\"b\\\\c\\n\\t\\u{91D1}\\u{1F600}\""));
  expect_token(&s, 1, TOK_STRING, "a\"b\\c\n\t\xE9\x87\x91\xF0\x9F\x98\x80");
  ck_assert_str_eq(script_codes(&s), "");
  script_free(&s);
  script_parse(&s, NOTCH_TEXT("test \"\\q \\u{} \\u{D800} \\u{1234567} \\u{202E} \\u12\""));
  ck_assert_str_eq(script_codes(&s), "N0007@1:7 N0007@1:10 N0007@1:15 N0007@1:24 N0007@1:36 "
                                     "N0007@1:45");
  script_free(&s);
}
END_TEST

START_TEST(columns_count_characters)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a\n  because \"\xE9\x87\x91\xE5\x8D\xA1\" ~\n"));
  ck_assert_str_eq(script_codes(&s), "N0002@2:16");
  script_free(&s);
}
END_TEST

START_TEST(a_byte_order_mark_is_no_part_of_a_name)
{
  script s;
  script_parse(&s, NOTCH_TEXT("\xEF\xBB\xBFrule a"));
  expect_token(&s, 0, TOK_RULE, "rule");
  ck_assert_str_eq(script_codes(&s), "");
  script_free(&s);
}
END_TEST

START_TEST(bad_utf8_is_one_error)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a because \"\xC3\x28 \xFF \xED\xA0\x80\""));
  ck_assert_str_eq(script_codes(&s), "N0001@1:17");
  ck_assert(s.tree->broken);
  script_free(&s);
}
END_TEST

START_TEST(controls_are_refused_wherever_they_stand)
{
  script s;
  script_parse(&s, (notch_text){"rule a # \xE2\x81\xA6\n because \"\xD8\x9C\x01\" \0 ", 30});
  ck_assert_str_eq(script_codes(&s), "N0003@1:10 N0003@2:11 N0020@2:12 N0020@2:15");
  script_free(&s);
}
END_TEST

START_TEST(numbers_are_checked)
{
  script s;
  script_parse(&s, NOTCH_TEXT("define x is f(1_, 1__0, 1_.5, 1.2.3, 1._5, 5a, 5%x, 1_0.0_1)"));
  ck_assert_str_eq(script_codes(&s), "N0009@1:15 N0009@1:19 N0009@1:25 N0009@1:31 N0050@1:39 "
                                     "N0010@1:44");
  script_free(&s);
}
END_TEST

TCase *notch_check_scan(void)
{
  TCase *tcase = tcase_create("scan");
  tcase_add_test(tcase, words_are_in_the_order_of_their_bytes);
  tcase_add_test(tcase, every_literal_keeps_its_text);
  tcase_add_test(tcase, a_word_after_a_dot_or_field_is_a_name);
  tcase_add_test(tcase, names_are_compared_in_nfc);
  tcase_add_test(tcase, escapes_are_decoded);
  tcase_add_test(tcase, columns_count_characters);
  tcase_add_test(tcase, a_byte_order_mark_is_no_part_of_a_name);
  tcase_add_test(tcase, bad_utf8_is_one_error);
  tcase_add_test(tcase, controls_are_refused_wherever_they_stand);
  tcase_add_test(tcase, numbers_are_checked);
  return tcase;
}
