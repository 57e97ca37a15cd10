/*
 * base/memory.c -- the system allocator, arenas and growing arrays.
 *
 * An arena is a list of blocks, newest first, filled from the front.  Blocks double in size up to
 * a limit, so that a phase needs few of them, and a reset keeps the newest that is not oversized:
 * an arena that is reset for every event soon asks the allocator for nothing.
 * With NOTCH_ARENA_DEBUG each item is a block of its own, so that ASan sees every overrun.
 */
#include <config.h>

#include "base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE_MIN ((size_t)4096)

static_assert(NOTCH_ARENA_ALIGN >= _Alignof(max_align_t), "an item suits any type");

static void *resize_system(void *payload, void *block, size_t size)
{
  (void)payload;
  if (size == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, size);
}

const notch_memory notch_memory_system = {.resize = resize_system};

void *notch_memory_resize(const notch_memory *memory, void *block, size_t size)
{
  assert(memory != NULL);
  void *got = memory->resize(memory->payload, block, size);
  if (got == NULL && size != 0)
    notch_memory_deny(memory);
  return got;
}

uint64_t notch_memory_denied(const notch_memory *memory)
{
  return memory->denied == NULL ? 0 : __atomic_load_n(memory->denied, __ATOMIC_RELAXED);
}

void notch_memory_deny(const notch_memory *memory)
{
  if (memory->denied != NULL)
    __atomic_fetch_add(memory->denied, 1, __ATOMIC_RELAXED);
}

void notch_memory_free(const notch_memory *memory, void *block)
{
  assert(memory != NULL);
  if (block != NULL)
    memory->resize(memory->payload, block, 0);
}

void notch_arena_init(notch_arena *arena, const notch_memory *memory)
{
  assert(memory != NULL);
  *arena = (notch_arena){.memory = memory};
}

static void free_blocks(notch_arena *arena, notch_arena_block *first)
{
  while (first != NULL) {
    notch_arena_block *next = first->next;
    notch_memory_free(arena->memory, first);
    first = next;
  }
}

/* What is left of the newest block is a multiple of the alignment: what fits before it is made to
 * be one as well fits after that. */
static void begin_block(notch_arena *arena, size_t used_before)
{
  notch_arena_block *block = arena->blocks;
  size_t room = block == NULL ? 0 : block->size;
#ifdef NOTCH_ARENA_DEBUG
  room = 0;
#endif
  if (arena->ceiling != 0 && room > arena->ceiling - used_before)
    room = (arena->ceiling - used_before) & ~(NOTCH_ARENA_ALIGN - 1);
  arena->at = room == 0 ? NULL : block->bytes;
  arena->end = room == 0 ? NULL : block->bytes + room;
  arena->used_before = used_before;
}

size_t notch_arena_used(const notch_arena *arena)
{
  return arena->used_before +
         (arena->at == NULL ? 0 : (size_t)(arena->at - arena->blocks->bytes));
}

void notch_arena_gather(notch_arena *arena)
{
  notch_arena_block *kept = NULL;
#ifndef NOTCH_ARENA_DEBUG
  for (notch_arena_block **link = &arena->blocks; *link != NULL; link = &(*link)->next) {
    if ((*link)->size <= NOTCH_ARENA_BLOCK_MAX) {
      kept = *link;
      *link = kept->next;
      kept->next = NULL;
      break;
    }
  }
#endif
  free_blocks(arena, arena->blocks);
  arena->blocks = kept;
  begin_block(arena, 0);
}

void notch_arena_free(notch_arena *arena)
{
  free_blocks(arena, arena->blocks);
  arena->blocks = NULL;
  begin_block(arena, 0);
}

notch_arena_mark notch_arena_here(const notch_arena *arena)
{
  return (notch_arena_mark){arena->blocks, arena->at, arena->used_before};
}

void notch_arena_return(notch_arena *arena, notch_arena_mark mark)
{
  while (arena->blocks != mark.block) {
    notch_arena_block *newest = arena->blocks;
    arena->blocks = newest->next;
    notch_memory_free(arena->memory, newest);
  }
  begin_block(arena, mark.used_before);
  arena->at = mark.at;
}

void *notch_arena_fail(notch_arena *arena)
{
  notch_memory_deny(arena->memory);
  arena->failed = true;
  if (arena->escape != NULL)
    longjmp(*arena->escape, 1);
  return NULL;
}

static notch_arena_block *add_block(notch_arena *arena, size_t size)
{
  size_t block_size = size;
#ifndef NOTCH_ARENA_DEBUG
  block_size = arena->blocks == NULL ? BLOCK_SIZE_MIN : arena->blocks->size * 2;
  if (block_size > NOTCH_ARENA_BLOCK_MAX)
    block_size = NOTCH_ARENA_BLOCK_MAX;
  if (block_size < size)
    block_size = size;
#endif
  notch_arena_block *block =
      notch_memory_resize(arena->memory, NULL, sizeof(notch_arena_block) + block_size);
  if (block == NULL)
    return NULL;
  block->size = block_size;
  block->next = arena->blocks;
  arena->blocks = block;
  return block;
}

void *notch_arena_extend(notch_arena *arena, size_t size)
{
  if (size > SIZE_MAX / 4)
    return notch_arena_fail(arena);
  size_t used = notch_arena_used(arena);
  size_t item_size = size == 0 ? NOTCH_ARENA_ALIGN
                               : (size + (NOTCH_ARENA_ALIGN - 1)) & ~(NOTCH_ARENA_ALIGN - 1);
  if (arena->ceiling != 0 && item_size > arena->ceiling - used)
    return notch_arena_fail(arena);
#ifdef NOTCH_ARENA_DEBUG
  size_t exact = size == 0 ? 1 : size; /* so that the first byte past the end is poisoned */
  if (add_block(arena, exact) == NULL)
    return notch_arena_fail(arena);
  begin_block(arena, used + item_size);
  return arena->blocks->bytes;
#else
  if ((size_t)(arena->end - arena->at) < item_size) {
    if (add_block(arena, item_size) == NULL)
      return notch_arena_fail(arena);
    begin_block(arena, used);
  }
  void *item = arena->at;
  arena->at += item_size;
  return item;
#endif
}

notch_text notch_arena_text(notch_arena *arena, notch_text text)
{
  char *copy = notch_arena_take(arena, (size_t)text.length + 1);
  if (copy == NULL)
    return (notch_text){NULL, 0};
  if (text.length != 0)
    memcpy(copy, text.bytes, text.length);
  copy[text.length] = '\0';
  return (notch_text){copy, text.length};
}

notch_text notch_arena_format(notch_arena *arena, const char *format, ...)
{
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, list);
  va_end(list);
  char *copy = length < 0 ? NULL : notch_arena_alloc(arena, (size_t)length + 1);
  if (copy != NULL)
    (void)vsnprintf(copy, (size_t)length + 1, format, again);
  va_end(again);
  return copy == NULL ? (notch_text){NULL, 0} : (notch_text){copy, (uint32_t)length};
}

/* Makes room for one item more. */
bool notch_vec_grow(void **items, uint32_t count, uint32_t *capacity, size_t size,
                    notch_arena *arena)
{
  assert(size > 0);
  assert(count == *capacity);
  uint32_t wanted = *capacity < 4 ? 4 : *capacity * 2;
  void *grown = wanted <= *capacity ? notch_arena_fail(arena)
                                    : notch_arena_alloc(arena, (size_t)wanted * size);
  if (grown == NULL)
    return false;
  if (count != 0)
    memcpy(grown, *items, (size_t)count * size);
  *items = grown;
  *capacity = wanted;
  return true;
}
