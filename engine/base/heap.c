/*
 * base/heap.c -- blocks of graded sizes out of large pieces.
 *
 * Before each block stands a word with the number of its size.  Sizes are multiples of 16, up to
 * 256 each of them, from there on eight to a doubling: so at most an eighth is wasted.  What is
 * larger than the largest has memory of its own, as everything has under --enable-sanitizers.
 */
#include <config.h>

#include "base/heap.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNIT ((size_t)16)
#define STEPS 8u /* sizes to a doubling */
#define SIZES_NEAR 2u
#define LARGE UINT64_MAX
#define PIECE_SIZE_MIN ((size_t)1 << 16)
#define PIECE_SIZE_MAX ((size_t)1 << 24)
#define PAGES_AT_ONCE ((size_t)1 << 20) /* bytes */

typedef struct notch_heap_piece {
  struct notch_heap_piece *next;
  uint64_t unused; /* blocks begin 8 after a multiple of 16, so that what they hold does not */
} notch_heap_piece;

typedef struct notch_heap_large {
  struct notch_heap_large *next, **link;
  size_t room;
  uint64_t size; /* LARGE, where other blocks have the number of their size */
} notch_heap_large;

static_assert(sizeof(notch_heap_piece) == UNIT, "a piece keeps its blocks aligned");
static_assert(sizeof(notch_heap_large) % UNIT == 0, "so does a block of its own");

/* Of a block with its word, in units. */
static size_t units_of(uint32_t size)
{
  if (size < 2 * STEPS) {
    return size + 1;
  }
  unsigned shift = size / STEPS - 1;
  return (size_t)(STEPS + size % STEPS + 1) << shift;
}

/* The least size with so many units. */
static uint32_t size_for(size_t units)
{
  if (units <= 2 * STEPS) {
    return (uint32_t)units - 1;
  }
  unsigned shift = (unsigned)(63 - __builtin_clzll(units - 1)) - 3;
  return (uint32_t)((shift + 1) * STEPS + ((units - 1) >> shift) - STEPS);
}

/* ---- pieces ---- */

/*
 * Asks the system for the pages from one address to another: together they take less time than with
 * a fault for each.  What it refuses comes by faults.
 */
static void ask_for_pages(const notch_heap *heap, unsigned char *from, unsigned char *to)
{
#ifdef MADV_POPULATE_WRITE
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)from & ~(page - 1);
  if (heap->below->resize == notch_memory_system.resize) {
    (void)madvise((void *)begin, (uintptr_t)to - begin, MADV_POPULATE_WRITE);
  }
#else
  (void)heap, (void)from, (void)to;
#endif
}

static bool add_piece(notch_heap *heap)
{
  notch_heap_piece *piece = notch_memory_resize(heap->below, NULL, heap->piece_size);
  if (piece == NULL) {
    return false;
  }
  heap->at = heap->ready = (unsigned char *)(piece + 1) + sizeof(uint64_t);
  heap->end = (unsigned char *)piece + heap->piece_size;
  piece->next = heap->pieces;
  heap->pieces = piece;
  heap->piece_size *= heap->piece_size < PIECE_SIZE_MAX ? 2 : 1;
  return true;
}

/* Room for so many bytes, less than are asked for at once. */
static bool make_room(notch_heap *heap, size_t bytes)
{
  if ((size_t)(heap->end - heap->at) < bytes && !add_piece(heap)) {
    return false;
  }
  size_t left = (size_t)(heap->end - heap->ready);
  unsigned char *ready = heap->ready + (left < PAGES_AT_ONCE ? left : PAGES_AT_ONCE);
  ask_for_pages(heap, heap->ready, ready);
  heap->ready = ready;
  return true;
}

/* ---- blocks ---- */

static uint64_t *word_of(void *block)
{
  return (uint64_t *)block - 1;
}

static notch_heap_large *large_of(void *block)
{
  return (notch_heap_large *)block - 1;
}

static void *take_large(notch_heap *heap, size_t size)
{
  notch_heap_large *large = size > SIZE_MAX - sizeof *large
                                ? NULL
                                : notch_memory_resize(heap->below, NULL, sizeof *large + size);
  if (large == NULL) {
    return NULL;
  }
  *large =
      (notch_heap_large){.next = heap->large, .link = &heap->large, .room = size, .size = LARGE};
  if (large->next != NULL) {
    large->next->link = &large->next;
  }
  heap->large = large;
  return large + 1;
}

/* One that was freed, of this size or of the two above it: hardly more than a quarter is wasted. */
static void *take_freed(notch_heap *heap, uint32_t size)
{
  for (void **freed = &heap->freed[size]; freed <= &heap->freed[size + SIZES_NEAR]; freed++) {
    void *block = *freed;
    if (block != NULL) {
      memcpy(freed, block, sizeof block);
      return block;
    }
  }
  return NULL;
}

static void *take(notch_heap *heap, size_t wanted)
{
#ifdef NOTCH_ARENA_DEBUG
  bool alone = true; /* as the items of an arena are */
#else
  bool alone = wanted > PIECE_SIZE_MIN / 2;
#endif
  if (!alone) {
    uint32_t size = size_for((wanted + sizeof(uint64_t) + UNIT - 1) / UNIT);
    assert(size + SIZES_NEAR < NOTCH_HEAP_SIZES);
    void *block = take_freed(heap, size);
    if (block != NULL) {
      return block;
    }
    size_t bytes = units_of(size) * UNIT;
    if ((size_t)(heap->ready - heap->at) < bytes && !make_room(heap, bytes)) {
      return NULL;
    }
    block = heap->at + sizeof(uint64_t);
    heap->at += bytes;
    *word_of(block) = size;
    return block;
  }
  return take_large(heap, wanted);
}

static void give(notch_heap *heap, void *block)
{
  uint64_t size = *word_of(block);
  if (size == LARGE) {
    notch_heap_large *large = large_of(block);
    *large->link = large->next;
    if (large->next != NULL) {
      large->next->link = large->link;
    }
    notch_memory_free(heap->below, large);
    return;
  }
  memcpy(block, &heap->freed[size], sizeof block);
  heap->freed[size] = block;
}

static size_t room_of(void *block)
{
  uint64_t size = *word_of(block);
  return size == LARGE ? large_of(block)->room : units_of((uint32_t)size) * UNIT - sizeof(uint64_t);
}

static void *resize(void *payload, void *block, size_t size)
{
  notch_heap *heap = payload;
  if (size == 0) {
    give(heap, block);
    return NULL;
  }
  size_t room = block == NULL ? 0 : room_of(block);
  if (size <= room && size >= room / 4) {
    return block;
  }
  void *other = take(heap, size);
  if (block != NULL && other != NULL) {
    memcpy(other, block, room < size ? room : size);
    give(heap, block);
  }
  return other;
}

/* ---- life ---- */

void notch_heap_init(notch_heap *heap, const notch_memory *below)
{
  *heap = (notch_heap){.below = below, .piece_size = PIECE_SIZE_MIN};
  heap->memory = (notch_memory){.resize = resize, .payload = heap};
}

void notch_heap_free(notch_heap *heap)
{
  while (heap->large != NULL) {
    give(heap, heap->large + 1);
  }
  while (heap->pieces != NULL) {
    notch_heap_piece *piece = heap->pieces;
    heap->pieces = piece->next;
    notch_memory_free(heap->below, piece);
  }
  notch_heap_init(heap, heap->below);
}
