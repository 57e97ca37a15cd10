/* tests/base/check_heap.c -- a heap gives blocks that nobody else has, and everything back. */
#include <config.h>

#include "base/heap.h"
#include "check_base.h"

#define BLOCKS 200

typedef struct held {
  unsigned char *bytes;
  size_t size;
  unsigned char mark;
} held;

static void fill(held *block, size_t from)
{
  memset(block->bytes + from, block->mark, block->size - from);
}

static void is_ours(const held *block)
{
  size_t same = 0;
  while (same < block->size && block->bytes[same] == block->mark) {
    same++;
  }
  ck_assert_uint_eq(same, block->size);
}

static uint32_t draw(uint32_t *seed)
{
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

/* Mostly small, sometimes larger than a piece. */
static size_t draw_size(uint32_t *seed)
{
  uint32_t sort = draw(seed) % 100;
  return 1 + draw(seed) % (sort < 80 ? 2000 : sort < 99 ? 40000 : 200000);
}

static void run(notch_heap *heap, uint32_t seed)
{
  held blocks[BLOCKS] = {{NULL, 0, 0}};
  for (int i = 0; i < 5000; i++) {
    held *block = &blocks[draw(&seed) % BLOCKS];
    if (block->bytes != NULL && draw(&seed) % 2 == 0) {
      is_ours(block);
      notch_memory_free(&heap->memory, block->bytes);
      block->bytes = NULL;
      continue;
    }
    size_t size = draw_size(&seed), before = block->bytes == NULL ? 0 : block->size;
    if (before != 0) {
      is_ours(block);
    }
    block->bytes = notch_memory_resize(&heap->memory, block->bytes, size);
    ck_assert_ptr_nonnull(block->bytes);
    ck_assert_uint_eq((uintptr_t)block->bytes % 16, 0);
    block->size = size;
    block->mark = before == 0 ? (unsigned char)draw(&seed) : block->mark;
    fill(block, before < size ? before : size);
  }
  for (int i = 0; i < BLOCKS; i++) {
    if (blocks[i].bytes != NULL) {
      is_ours(&blocks[i]);
    }
  }
}

START_TEST(blocks_do_not_touch_each_other)
{
  scarcity below = {0};
  notch_memory hook = {.resize = scarce_resize, .payload = &below};
  notch_heap heap;
  notch_heap_init(&heap, &hook);
  run(&heap, (uint32_t)_i);
  notch_heap_free(&heap);
  ck_assert_int_eq(below.live, 0);
}
END_TEST

START_TEST(of_the_system_as_well)
{
  notch_heap heap;
  notch_heap_init(&heap, &notch_memory_system);
  run(&heap, 7);
  for (int i = 0; i < 30000; i++) { /* more than the largest piece */
    held block = {notch_memory_resize(&heap.memory, NULL, 1200), 1200, (unsigned char)i};
    ck_assert_ptr_nonnull(block.bytes);
    fill(&block, 0);
  }
  notch_heap_free(&heap);
  run(&heap, 8);
  notch_heap_free(&heap);
}
END_TEST

#ifndef NOTCH_ARENA_DEBUG
START_TEST(what_was_freed_is_handed_out_again)
{
  scarcity below = {0};
  notch_memory hook = {.resize = scarce_resize, .payload = &below};
  notch_heap heap;
  notch_heap_init(&heap, &hook);
  for (int i = 0; i < 1000; i++) {
    void *block = notch_memory_resize(&heap.memory, NULL, i % 2 == 0 ? 1000 : 850);
    ck_assert_ptr_nonnull(block);
    notch_memory_free(&heap.memory, block);
  }
  ck_assert_uint_eq(below.requests, 1);
  notch_heap_free(&heap);
}
END_TEST

START_TEST(what_shrinks_leaves_its_block_to_others)
{
  notch_heap heap;
  notch_heap_init(&heap, &notch_memory_system);
  held block = {notch_memory_resize(&heap.memory, NULL, 4000), 4000, 9};
  unsigned char *large = block.bytes;
  fill(&block, 0);
  block.bytes = notch_memory_resize(&heap.memory, large, 3000);
  ck_assert_ptr_eq(block.bytes, large); /* not by enough */
  block.bytes = notch_memory_resize(&heap.memory, large, 300);
  block.size = 300;
  is_ours(&block);
  ck_assert_ptr_ne(block.bytes, large);
  ck_assert_ptr_eq(notch_memory_resize(&heap.memory, NULL, 4000), large);
  notch_heap_free(&heap);
}
END_TEST
#endif

START_TEST(without_memory_nothing_is_lost)
{
  for (unsigned long fail_at = 1; fail_at < 12; fail_at++) {
    scarcity below = {.fail_at = fail_at};
    notch_memory hook = {.resize = scarce_resize, .payload = &below};
    notch_heap heap;
    notch_heap_init(&heap, &hook);
    held block = {notch_memory_resize(&heap.memory, NULL, 10), 10, 1};
    for (size_t size = 20; size < 500000 && block.bytes != NULL; size *= 2) {
      fill(&block, 0);
      unsigned char *grown = notch_memory_resize(&heap.memory, block.bytes, size);
      block.bytes = grown != NULL ? grown : block.bytes;
      is_ours(&block); /* as it was, moved or not */
      block.size = grown != NULL ? size : block.size;
    }
    notch_heap_free(&heap);
    ck_assert_int_eq(below.live, 0);
  }
}
END_TEST

TCase *notch_check_heap(void)
{
  TCase *heap = tcase_create("heap");
  tcase_add_loop_test(heap, blocks_do_not_touch_each_other, 0, 5);
  tcase_add_test(heap, of_the_system_as_well);
#ifndef NOTCH_ARENA_DEBUG
  tcase_add_test(heap, what_was_freed_is_handed_out_again);
  tcase_add_test(heap, what_shrinks_leaves_its_block_to_others);
#endif
  tcase_add_test(heap, without_memory_nothing_is_lost);
  return heap;
}
