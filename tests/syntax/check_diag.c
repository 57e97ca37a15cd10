/* tests/syntax/check_diag.c -- the table of diagnostics, and how they are shown. */
#include <config.h>

#include "check_syntax.h"

#include <string.h>

START_TEST(numbers_are_unique_and_ascending)
{
  unsigned last = 0;
  for (int i = 0; i < NOTCH_DIAG_COUNT; i++) {
    const notch_diag_info *info = notch_diag_info_of((notch_diag_code)i);
    ck_assert_msg(info->number > last, "N%04u comes after N%04u", info->number, last);
    ck_assert_msg(strlen(info->explanation) > 20, "N%04u is not explained", info->number);
    last = info->number;
  }
}
END_TEST

START_TEST(codes_are_found_in_any_spelling)
{
  ck_assert_uint_eq(notch_diag_info_find(NOTCH_TEXT("N0050"))->number, 50);
  ck_assert_uint_eq(notch_diag_info_find(NOTCH_TEXT("n50"))->number, 50);
  ck_assert_uint_eq(notch_diag_info_find(NOTCH_TEXT("50"))->number, 50);
  ck_assert_ptr_null(notch_diag_info_find(NOTCH_TEXT("N0000")));
  ck_assert_ptr_null(notch_diag_info_find(NOTCH_TEXT("N")));
  ck_assert_ptr_null(notch_diag_info_find(NOTCH_TEXT("")));
  ck_assert_ptr_null(notch_diag_info_find(NOTCH_TEXT("5x")));
}
END_TEST

START_TEST(the_line_is_shown_with_a_caret)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule \xE9\x87\x91\n\twhen \xE9\x87\x91 == 1\n"));
  notch_diags_print_text(&s.out, &s.diags, false);
  ck_assert_str_eq(s.out.bytes, "test.notch:2:9: error[N0013]: write '=' instead of '=='\n"
                                "    2 |  when \xE9\x87\x91 == 1\n"
                                "      |          ^~\n"
                                "      fix: write '='\n");
  script_free(&s);
}
END_TEST

START_TEST(json_has_one_object_a_line)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a\n  when b == 1\n"));
  notch_diags_print_json(&s.out, &s.diags);
  ck_assert_str_eq(
      s.out.bytes,
      "{\"code\":\"N0013\",\"severity\":\"error\",\"file\":\"test.notch\",\"line\":2,\"column\":10,"
      "\"end_line\":2,\"end_column\":12,\"message\":\"write '=' instead of '=='\",\"notes\":[],"
      "\"fixes\":[{\"line\":2,\"column\":10,\"end_line\":2,\"end_column\":12,\"replacement\":\"=\","
      "\"label\":\"write '='\"}]}\n");
  script_free(&s);
}
END_TEST

START_TEST(a_long_line_is_cut_around_the_place)
{
  script made, s;
  script_parse(&s, repeat(&made, "rule a when ", "bcd = 1 and ", 2000, "== 1"));
  notch_diags_print_text(&s.out, &s.diags, false);
  ck_assert_uint_lt(s.out.length, 1000);
  ck_assert_ptr_nonnull(strstr(s.out.bytes, "== 1\n"));
  script_free(&s);
  notch_buffer_free(&made.out);
}
END_TEST

START_TEST(the_same_is_said_once)
{
  script s;
  script_parse(&s, NOTCH_TEXT("rule a"));
  for (int i = 0; i < 3; i++) {
    notch_diag_report(&s.diags, NOTCH_DIAG_TOO_DEEP, s.source, (notch_span){0, 4});
    notch_diag_note(&s.diags, NULL, (notch_span){0}, "%s %t %d %l %%", "a", NOTCH_TEXT("b"), i,
                    (int64_t)-5);
  }
  ck_assert_uint_eq(s.diags.error_count, 1);
  const notch_diag_note_item *note = s.diags.first->notes;
  ck_assert(notch_text_equal(note->text, NOTCH_TEXT("a b 0 -5 %")));
  ck_assert_ptr_null(note->next);
  script_free(&s);
}
END_TEST

TCase *notch_check_diag(void)
{
  TCase *tcase = tcase_create("diag");
  tcase_add_test(tcase, numbers_are_unique_and_ascending);
  tcase_add_test(tcase, codes_are_found_in_any_spelling);
  tcase_add_test(tcase, the_line_is_shown_with_a_caret);
  tcase_add_test(tcase, json_has_one_object_a_line);
  tcase_add_test(tcase, a_long_line_is_cut_around_the_place);
  tcase_add_test(tcase, the_same_is_said_once);
  return tcase;
}
