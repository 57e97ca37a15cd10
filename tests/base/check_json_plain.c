/*
 * tests/base/check_json_plain.c -- the short way through JSON against the whole parser, on texts
 * that are nearly JSON.
 *
 * {"\u0078":TEXT} has an escape, which the short way never takes: what stands under that key is
 * the whole parser's reading of TEXT.
 */
#include <config.h>

#include "base/json_plain.h"
#include "check_base.h"

#define ROUNDS 60000u
#define TEXT_MAX 256u

static const char *const seeds[] = {
    "{\"id\":\"e-1\",\"type\":\"purchase\",\"amount\":\"12.50\","
    "\"items\":[{\"n\":1,\"p\":-0.5e+3}]}",
    " [ 1 , 20, 0.1, -7, true ,false,null, \"\", [], {} ] ",
    "{\"a\":{\"b\":{\"c\":[[[\"x\"]]]}},\"a\":2,\"\":0}",
    "{\"名\":\"金卡\",\"é\":\"\xF0\x9F\x8E\x81\"}",
    "{\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k10\":1,"
    "\"k11\":1,\"k12\":1,\"k13\":1,\"k14\":1,\"k15\":1,\"k16\":1}",
    "[01,1.,-,1e5,1E-2,.5,00]",
};

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % limit;
}

/* One to three bytes are replaced, put in or left out; rarely none. */
static uint32_t mutate(char *text, uint32_t length)
{
  static const char bytes[] = "{}[]\",:0123456789.eE+-truefalsn \t\n\r\\/"
                              "\x01\x1F\x7F\x80\xC3\xA9\xFF";
  for (uint32_t left = random_below(4); left > 0; left--) {
    uint32_t at = random_below(length), how = random_below(3);
    char byte = bytes[random_below(sizeof bytes - 1)];
    if (how == 1 && length < TEXT_MAX) {
      memmove(text + at + 1, text + at, length - at);
      length++;
    }
    if (how == 2 && length > 1) {
      memmove(text + at, text + at + 1, length - at - 1);
      length--;
    } else {
      text[at] = byte;
    }
  }
  return length;
}

static void compare(const notch_json *plain, const notch_json *whole)
{
  ck_assert_ptr_nonnull(whole);
  ck_assert_int_eq(plain->kind, whole->kind);
  ck_assert_int_eq(plain->duplicate, whole->duplicate);
  ck_assert_uint_eq(plain->count, whole->count);
  ck_assert(notch_text_equal(plain->key, whole->key));
  ck_assert(notch_text_equal(plain->text, whole->text));
  const notch_json *other = whole->first;
  for (const notch_json *item = plain->first; item != NULL; item = item->next) {
    compare(item, other);
    other = other->next;
  }
  ck_assert_ptr_null(other);
}

START_TEST(never_reads_otherwise_than_the_whole_parser)
{
  notch_arena run;
  notch_arena_init(&run, &notch_memory_system);
  notch_json_parser *parser = notch_json_parser_new(&notch_memory_system);
  uint32_t taken = 0, left = 0;
  random_state = 1;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    char text[TEXT_MAX + 1], wrapped[TEXT_MAX + 16];
    const char *seed = seeds[round % (sizeof seeds / sizeof seeds[0])];
    uint32_t length = (uint32_t)strlen(seed);
    memcpy(text, seed, length);
    length = mutate(text, length);
    notch_arena_reset(&run);
    const notch_json *plain = notch_json_read_plain((notch_text){text, length}, &run);
    if (plain == NULL) {
      left++;
      continue;
    }
    taken++;
    memcpy(wrapped, "{\"\\u0078\":", 10);
    memcpy(wrapped + 10, text, length);
    wrapped[length + 10] = '}';
    const notch_json *whole =
        notch_json_parse(parser, (notch_text){wrapped, length + 11}, &run, NULL, NULL);
    ck_assert_msg(whole != NULL, "only the short way takes %.*s", (int)length, text);
    notch_json inner = *whole->first;
    inner.key = (notch_text){NULL, 0};
    compare(plain, &inner);
  }
  ck_assert_uint_gt(taken, ROUNDS / 8);
  ck_assert_uint_gt(left, ROUNDS / 8);
  notch_json_parser_free(parser);
  notch_arena_free(&run);
}
END_TEST

START_TEST(leaves_what_is_deep_or_wide_or_no_container)
{
  static const char *const others[] = {"", " ", "1", "\"a\"", "true", "{\"a\":\"\\n\"}", "[1]x",
                                       "{\"a\":1,}", "[1,]", "{\"a\" 1}", "[\"a"};
  notch_arena run;
  notch_arena_init(&run, &notch_memory_system);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    ck_assert_ptr_null(notch_json_read_plain(notch_text_of(others[i]), &run));
  }
  char deep[2 * (NOTCH_JSON_DEPTH_MAX + 1) + 1];
  uint32_t levels = NOTCH_JSON_DEPTH_MAX;
  memset(deep, '[', levels);
  memset(deep + levels, ']', levels);
  ck_assert_ptr_nonnull(notch_json_read_plain((notch_text){deep, 2 * levels}, &run));
  memset(deep, '[', levels + 1);
  memset(deep + levels + 1, ']', levels + 1);
  ck_assert_ptr_null(notch_json_read_plain((notch_text){deep, 2 * levels + 2}, &run));
  notch_arena_free(&run);
}
END_TEST

TCase *notch_check_json_plain(void)
{
  TCase *tcase = tcase_create("json_plain");
  tcase_add_test(tcase, never_reads_otherwise_than_the_whole_parser);
  tcase_add_test(tcase, leaves_what_is_deep_or_wide_or_no_container);
  return tcase;
}
