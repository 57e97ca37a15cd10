/* tests/base/check_unicode.c -- identifiers, normalisation, hidden characters, mixed scripts. */
#include <config.h>

#include "base/unicode.h"
#include "check_base.h"

START_TEST(decodes_and_encodes)
{
  static const uint32_t points[] = {0x24, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x91D1, 0xFFFF, 0x10000,
                                    0x1F381, 0x10FFFF};
  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
    char bytes[4];
    uint32_t at = 0;
    unsigned length = notch_unicode_encode(bytes, points[i]);
    ck_assert_uint_gt(length, 0);
    ck_assert_uint_eq(notch_unicode_decode((notch_text){bytes, length}, &at), points[i]);
    ck_assert_uint_eq(at, length);
  }
  char bytes[4];
  uint32_t at = 0;
  ck_assert_uint_eq(notch_unicode_encode(bytes, 0xD800), 0);
  ck_assert_uint_eq(notch_unicode_encode(bytes, 0x110000), 0);
  ck_assert_uint_eq(notch_unicode_decode(NOTCH_TEXT("\xE9z"), &at), NOTCH_UNICODE_BAD);
  ck_assert_uint_eq(at, 1);
  ck_assert_uint_eq(notch_unicode_count(NOTCH_TEXT("金卡 gold")), 7);
}
END_TEST

START_TEST(knows_identifiers)
{
  static const char *const good[] = {"gold", "_x", "金卡", "étoile", "tier_2", "ゴールド",
                                     "Złoty", "e\xCC\x81toile", "клиент"};
  static const char *const wrong[] = {"",  "2x", "a-b", "a b", "€", "\xCC\x81x", "a\xE2\x80\x8D"
                                      "b", "🎁", "a\xC2\xA0"
                                      "b", "a\xE2\x80\xAE"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    ck_assert_msg(notch_unicode_is_identifier(notch_text_of(good[i])), "%s", good[i]);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_msg(!notch_unicode_is_identifier(notch_text_of(wrong[i])), "%s", wrong[i]);
  ck_assert(!notch_unicode_is_start(0x110000));
  ck_assert(!notch_unicode_is_continue(NOTCH_UNICODE_BAD));
}
END_TEST

START_TEST(normalises)
{
  notch_arena arena;
  notch_arena_init(&arena, &notch_memory_system);
  notch_text plain = NOTCH_TEXT("plain"), composed = NOTCH_TEXT("\xC3\xA9");
  ck_assert_ptr_eq(notch_unicode_nfc(&arena, plain).bytes, plain.bytes);
  ck_assert_ptr_eq(notch_unicode_nfc(&arena, composed).bytes, composed.bytes);
  ck_text_eq(notch_unicode_nfc(&arena, NOTCH_TEXT("e\xCC\x81")), "\xC3\xA9");
  ck_text_eq(notch_unicode_nfc(&arena, NOTCH_TEXT("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB")),
             "\xED\x95\x9C");
  ck_text_eq(notch_unicode_nfc(&arena, NOTCH_TEXT("\xF0\x9D\x85\xA0")), /* grows threefold */
             "\xF0\x9D\x85\x98\xF0\x9D\x85\xA5\xF0\x9D\x85\xAE");
  notch_arena_free(&arena);
}
END_TEST

START_TEST(finds_what_cannot_be_seen)
{
  ck_assert_uint_eq(notch_unicode_find_hidden(NOTCH_TEXT("ab\xE2\x80\x8B")), 2);
  ck_assert_uint_eq(notch_unicode_find_hidden(NOTCH_TEXT("a\xE2\x80\xAE")), 1);
  ck_assert_uint_eq(notch_unicode_find_hidden(NOTCH_TEXT("a\xC2\xA0")), 1);
  ck_assert_uint_eq(notch_unicode_find_hidden(NOTCH_TEXT("\xEF\xBB\xBF")), 0);
  ck_assert_uint_eq(notch_unicode_find_hidden(NOTCH_TEXT("金 é")), 6);
  ck_assert_uint_eq(notch_unicode_find_bidi(NOTCH_TEXT("a\xE2\x80\x8B\xE2\x81\xA6")), 4);
  ck_assert_uint_eq(notch_unicode_find_bidi(NOTCH_TEXT("a\xE2\x80\x8B")), 4);
}
END_TEST

START_TEST(finds_mixed_scripts)
{
  static const char *const good[] = {"gold", "金卡", "gold金卡", "ゴールド会員vip",
                                     "かなカナ", "골드vip金", "клиент", "étoile_2",
                                     "123_", "ㄅ金a"};
  static const char *const mixed[] = {"g\xD0\xBEld", "αb", "клиентα", "かな골드",
                                      "ㄅか", "金ж"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    ck_assert_msg(!notch_unicode_mixes_scripts(notch_text_of(good[i])), "%s", good[i]);
  for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++)
    ck_assert_msg(notch_unicode_mixes_scripts(notch_text_of(mixed[i])), "%s", mixed[i]);
}
END_TEST

TCase *notch_check_unicode(void)
{
  TCase *unicode = tcase_create("unicode");
  tcase_add_test(unicode, decodes_and_encodes);
  tcase_add_test(unicode, knows_identifiers);
  tcase_add_test(unicode, normalises);
  tcase_add_test(unicode, finds_what_cannot_be_seen);
  tcase_add_test(unicode, finds_mixed_scripts);
  return unicode;
}
