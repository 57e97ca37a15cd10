/* tests/base/check_memory.c -- arenas, growing arrays, buffers and slices of text. */
#include <config.h>

#include "check_base.h"

START_TEST(gives_zeroed_aligned_memory)
{
  notch_arena arena;
  notch_arena_init(&arena, &notch_memory_system);
  for (int round = 0; round < 3; round++) {
    for (size_t size = 0; size < 3000; size += 7) {
      unsigned char *item = notch_arena_alloc(&arena, size);
      ck_assert_ptr_nonnull(item);
      ck_assert_uint_eq((uintptr_t)item % 16, 0);
      size_t zeroes = 0;
      while (zeroes < size && item[zeroes] == 0)
        zeroes++;
      ck_assert_uint_eq(zeroes, size);
      memset(item, 0xAA, size);
    }
    notch_arena_reset(&arena);
    ck_assert_uint_eq(notch_arena_used(&arena), 0);
  }
  notch_arena_free(&arena);
}
END_TEST

START_TEST(keeps_no_oversized_block_after_reset)
{
  scarcity memory = {0};
  notch_memory hook = {.resize = scarce_resize, .payload = &memory};
  notch_arena arena;
  notch_arena_init(&arena, &hook);
  (void)notch_arena_alloc(&arena, (size_t)8 << 20);
  notch_arena_reset(&arena);
  ck_assert_int_eq(memory.live, 0);
  (void)notch_arena_alloc(&arena, 100);
  notch_arena_reset(&arena);
  unsigned long before = memory.requests;
  for (int i = 0; i < 10; i++) {
    (void)notch_arena_alloc(&arena, 1000);
    notch_arena_reset(&arena);
  }
#ifndef NOTCH_ARENA_DEBUG
  ck_assert_uint_eq(memory.requests, before);
#else
  (void)before;
#endif
  notch_arena_free(&arena);
  ck_assert_int_eq(memory.live, 0);
}
END_TEST

START_TEST(fails_past_the_ceiling_and_jumps_when_armed)
{
  notch_arena arena;
  jmp_buf escape;
  volatile size_t too_much = SIZE_MAX; /* a compiler that knew it would warn */
  notch_arena_init(&arena, &notch_memory_system);
  arena.ceiling = 1024;
  ck_assert_ptr_nonnull(notch_arena_alloc(&arena, 1000));
  ck_assert_ptr_null(notch_arena_alloc(&arena, 100));
  ck_assert(arena.failed);
  ck_assert_ptr_null(notch_arena_alloc(&arena, too_much));
  if (setjmp(escape) == 0) {
    arena.escape = &escape;
    (void)notch_arena_alloc(&arena, 100);
    ck_abort_msg("did not jump");
  }
  arena.escape = NULL;
  notch_arena_reset(&arena);
  ck_assert(!arena.failed);
  ck_assert_ptr_nonnull(notch_arena_alloc(&arena, 100));
  notch_arena_free(&arena);
}
END_TEST

START_TEST(survives_each_failed_allocation)
{
  for (volatile unsigned long n = 1; n < 50; n++) {
    scarcity memory = {.fail_at = n};
    notch_memory hook = {.resize = scarce_resize, .payload = &memory};
    notch_arena arena;
    notch_buffer buffer;
    jmp_buf escape;
    notch_arena_init(&arena, &hook);
    notch_buffer_init(&buffer, &hook);
    arena.escape = &escape;
    if (setjmp(escape) == 0) {
      NOTCH_VEC(int64_t) numbers = {0};
      for (int i = 0; i < 2000; i++)
        *notch_vec_push(&numbers, &arena) = i;
      for (uint32_t i = 0; i < 2000; i++)
        ck_assert_int_eq(numbers.items[i], i);
      for (int i = 0; i < 300; i++)
        notch_buffer_print(&buffer, "%d %s;", i, "some words to make it longer");
    }
    ck_assert(memory.requests < n || arena.failed || buffer.failed);
    notch_buffer_free(&buffer);
    notch_arena_free(&arena);
    ck_assert_int_eq(memory.live, 0);
  }
}
END_TEST

START_TEST(prints_into_a_buffer)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_buffer_text(&buffer, NOTCH_TEXT("a"));
  notch_buffer_text(&buffer, (notch_text){NULL, 0});
  notch_buffer_integer(&buffer, INT64_MIN);
  notch_buffer_put(&buffer, " ", 1);
  notch_buffer_integer(&buffer, INT64_MAX);
  notch_buffer_integer(&buffer, 0);
  ck_assert_str_eq(buffer.bytes, "a-9223372036854775808 92233720368547758070");
  notch_buffer_clear(&buffer);
  ck_assert_str_eq(buffer.bytes, "");
  notch_buffer_print(&buffer, "%0500d", 7);
  ck_assert_uint_eq(buffer.length, 500);
  ck_assert_int_eq(buffer.bytes[499], '7');
  notch_buffer_free(&buffer);
}
END_TEST

START_TEST(compares_and_formats_text)
{
  notch_arena arena;
  notch_arena_init(&arena, &notch_memory_system);
  notch_text text = notch_arena_format(&arena, "%s-%d", "x", 5);
  ck_text_eq(text, "x-5");
  ck_assert_int_eq(text.bytes[3], '\0');
  ck_assert(notch_text_equal(text, notch_arena_text(&arena, text)));
  ck_assert(notch_text_equal((notch_text){NULL, 0}, NOTCH_TEXT("")));
  ck_assert(!notch_text_equal(text, NOTCH_TEXT("x-6")));
  ck_assert_int_lt(notch_text_compare(NOTCH_TEXT("ab"), NOTCH_TEXT("abc")), 0);
  ck_assert_int_gt(notch_text_compare(NOTCH_TEXT("\xC3\xA9"), NOTCH_TEXT("z")), 0);
  ck_assert_int_eq(notch_text_compare((notch_text){NULL, 0}, NOTCH_TEXT("")), 0);
  ck_assert_uint_eq(notch_text_hash(NOTCH_TEXT("a")), UINT64_C(0xaf63dc4c8601ec8c));
  ck_assert_uint_eq(notch_text_of(NULL).length, 0);
  notch_arena_free(&arena);
}
END_TEST

START_TEST(finds_broken_utf8)
{
  static const struct {
    const char *bytes;
    uint32_t at;
  } broken[] = {
      {"\x80", 0},         {"ab\xC3(", 2},         {"\xC0\x80", 0},     {"\xE0\x9F\xBF", 0},
      {"\xED\xA0\x80", 0}, {"\xF4\x90\x80\x80", 0}, {"\xF5", 0},         {"12345678\xFF", 8},
      {"\xE2\x82", 0},     {"1234567890\xE2\x82", 10}, {"\xF0\x8F\xBF\xBF", 0},
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
    ck_assert_uint_eq(notch_text_find_bad_utf8(notch_text_of(broken[i].bytes)), broken[i].at);
  notch_text good = NOTCH_TEXT("ascii é 金卡 \xF0\x9F\x8E\x81 \xF4\x8F\xBF\xBF \xED\x9F\xBF");
  ck_assert_uint_eq(notch_text_find_bad_utf8(good), good.length);
}
END_TEST

START_TEST(measures_distance_for_guesses)
{
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("teir"), NOTCH_TEXT("tier"), 2), 1);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("gold"), NOTCH_TEXT("gold"), 2), 0);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("gold"), NOTCH_TEXT("good"), 2), 1);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("gold"), NOTCH_TEXT("silver"), 2), 3);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("金卡"), NOTCH_TEXT("银卡"), 2), 1);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT(""), NOTCH_TEXT("ab"), 2), 2);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("xaby"), NOTCH_TEXT("xbay"), 1), 1);
  ck_assert_uint_eq(notch_text_distance(NOTCH_TEXT("kitten"), NOTCH_TEXT("sitting"), 3), 3);
}
END_TEST

START_TEST(counts_what_was_denied)
{
  scarcity below = {0};
  uint64_t denied = 0;
  notch_memory hook = {.resize = scarce_resize, .payload = &below, .denied = &denied};
  notch_memory unasked = {.resize = scarce_resize, .payload = &below};
  notch_buffer buffer;
  notch_buffer_init(&buffer, &hook);
  scarce_begin(&below, 1, false);
  notch_buffer_text(&buffer, NOTCH_TEXT("lost"));
  ck_assert(buffer.failed);
  ck_assert_uint_eq(notch_memory_denied(&hook), 1);
  notch_buffer_clear(&buffer); /* and begun anew */
  notch_buffer_text(&buffer, NOTCH_TEXT("kept"));
  ck_assert(!buffer.failed);
  ck_assert_str_eq(buffer.bytes, "kept");
  notch_buffer_free(&buffer);
  ck_assert_uint_eq(notch_memory_denied(&hook), 1); /* giving back is no request */
  scarce_begin(&below, 1, true);
  ck_assert_ptr_null(notch_memory_resize(&unasked, NULL, 1));
  ck_assert_uint_eq(notch_memory_denied(&unasked), 0);
  ck_assert_int_eq(below.live, 0);
}
END_TEST

TCase *notch_check_memory(void)
{
  TCase *memory = tcase_create("memory");
  tcase_add_test(memory, gives_zeroed_aligned_memory);
  tcase_add_test(memory, keeps_no_oversized_block_after_reset);
  tcase_add_test(memory, fails_past_the_ceiling_and_jumps_when_armed);
  tcase_add_test(memory, survives_each_failed_allocation);
  tcase_add_test(memory, counts_what_was_denied);
  tcase_add_test(memory, prints_into_a_buffer);
  tcase_add_test(memory, compares_and_formats_text);
  tcase_add_test(memory, finds_broken_utf8);
  tcase_add_test(memory, measures_distance_for_guesses);
  return memory;
}
