/*
 * base/memory.h -- the allocator hook, arenas and growing arrays.
 *
 * Lifetimes are named after arenas (docs/architecture.md).  An arena either returns memory or,
 * when an escape is armed, jumps to it; a phase arms one escape at its entry and so needs no
 * check after each allocation.  Never jump across yyparse(): the parser leaves it unarmed.
 */
#ifndef NOTCH_BASE_MEMORY_H
#define NOTCH_BASE_MEMORY_H

#include "base/text.h"
#include <assert.h>
#include <setjmp.h>
#include <string.h>

/* resize(payload, NULL, n) allocates, (payload, p, 0) frees and returns NULL, else realloc. */
typedef struct notch_memory {
  void *(*resize)(void *payload, void *block, size_t size);
  void *payload;
  uint64_t *denied; /* counts requests that were denied, by any thread; NULL: nobody asks */
} notch_memory;

extern const notch_memory notch_memory_system; /* malloc, realloc, free */

void *notch_memory_resize(const notch_memory *memory, void *block, size_t size);
void notch_memory_free(const notch_memory *memory, void *block);

/* Between a request that was denied and whoever can say so lie functions that answer for other
 * reasons as well: not there, not readable, does not fit.  So whoever keeps or reports what much
 * work gave takes this count before and compares it after. */
uint64_t notch_memory_denied(const notch_memory *memory);
void notch_memory_deny(const notch_memory *memory); /* one more: not resize itself said no */

/* Asks for bytes that will be looked at soon; harmless wherever they are, or are not. */
static inline void notch_memory_foresee(const void *bytes, size_t size)
{
  uintptr_t at = (uintptr_t)bytes & ~(uintptr_t)63, end = (uintptr_t)bytes + size;
  for (; at < end; at += 64) {
    __builtin_prefetch((const void *)at);
  }
}

typedef struct notch_arena_block {
  struct notch_arena_block *next;
  size_t size; /* of the bytes */
  _Alignas(16) unsigned char bytes[];
} notch_arena_block;

typedef struct notch_arena {
  unsigned char *at, *end;    /* what is left of the newest block, and of what may be handed out */
  const notch_memory *memory; /* borrowed */
  notch_arena_block *blocks;  /* newest first */
  size_t used_before;         /* bytes of older blocks that were handed out since init or reset */
  size_t ceiling;             /* 0: none; past it an allocation fails.  Set before the first one */
  jmp_buf *escape;            /* NULL: a failed allocation returns NULL */
  bool failed;                /* sticky until reset */
} notch_arena;

void notch_arena_init(notch_arena *arena, const notch_memory *memory);
void notch_arena_free(notch_arena *arena);
size_t notch_arena_used(const notch_arena *arena); /* bytes handed out since init or reset */

/* A place to go back to: what was taken since is given back, and nothing may point there. */
typedef struct notch_arena_mark {
  notch_arena_block *block;
  unsigned char *at;
  size_t used_before;
} notch_arena_mark;
notch_arena_mark notch_arena_here(const notch_arena *arena);
void notch_arena_return(notch_arena *arena, notch_arena_mark mark);

#define NOTCH_ARENA_ALIGN ((size_t)16)
#define NOTCH_ARENA_BLOCK_MAX ((size_t)1 << 20) /* larger items have a block of their own */
/* Where there is more than one block, or a large one. */
void notch_arena_gather(notch_arena *arena);
/* Forgets the contents, keeps a block. */
static inline void notch_arena_reset(notch_arena *arena)
{
#ifdef NOTCH_ARENA_DEBUG
  notch_arena_gather(arena);
#else
  notch_arena_block *block = arena->blocks;
  if (block != NULL && (block->next != NULL || block->size > NOTCH_ARENA_BLOCK_MAX)) {
    notch_arena_gather(arena);
  } else if (block != NULL) {
    arena->at = block->bytes; /* the usual case of a reset for every event */
  }
#endif
  arena->failed = false;
}
/* Where there is no room, or nothing is wanted: a block more.  The item is not cleared. */
void *notch_arena_extend(notch_arena *arena, size_t size);
/* Where memory ran out elsewhere: NULL, or the jump. */
void *notch_arena_fail(notch_arena *arena);
/* Not cleared: for what is written at once, every byte of it.  Aligned for any type.  Under
 * --enable-sanitizers each item is a block of its own. */
static inline void *notch_arena_take(notch_arena *arena, size_t size)
{
  if (size - 1 < (size_t)(arena->end - arena->at)) { /* something, and there is room */
    size_t item_size = (size + (NOTCH_ARENA_ALIGN - 1)) & ~(NOTCH_ARENA_ALIGN - 1);
    arena->at += item_size;
    return arena->at - item_size;
  }
  return notch_arena_extend(arena, size);
}
/* The same, zeroed. */
static inline void *notch_arena_alloc(notch_arena *arena, size_t size)
{
  void *item = notch_arena_take(arena, size);
  return item == NULL ? NULL : memset(item, 0, size);
}
notch_text notch_arena_text(notch_arena *arena, notch_text text); /* a copy, NUL after its end */
notch_text notch_arena_format(notch_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define NOTCH_NEW(arena, type) ((type *)notch_arena_alloc((arena), sizeof(type)))
#define NOTCH_NEW_ARRAY(arena, type, count) \
  ((type *)notch_arena_alloc((arena), sizeof(type) * (size_t)(count)))

/*
 * A growing array: NOTCH_VEC(int64_t) v = {0}; *notch_vec_push(&v, arena) = 5; v.items[0]
 * The old items are left to the arena, so pointers into them stay readable.
 * try_push: NULL, and an array as it was, where an unarmed arena has no memory left.
 */
#define NOTCH_VEC(type)       \
  struct {                    \
    type *items;              \
    uint32_t count, capacity; \
  }
#define notch_vec_try_push(vec, arena)                                                    \
  ((vec)->count < (vec)->capacity ||                                                      \
           notch_vec_grow((void **)&(vec)->items, (vec)->count, &(vec)->capacity,         \
                          sizeof *(vec)->items, (arena))                                  \
       ? &(vec)->items[(vec)->count++]                                                    \
       : NULL)
/* For an armed arena: there is always a place.  Where none is armed, the other one. */
#define notch_vec_push(vec, arena) \
  (NOTCH_ARENA_EXPECT_ARMED(arena), notch_vec_try_push(vec, arena))
#ifdef NOTCH_ARENA_DEBUG
#define NOTCH_ARENA_EXPECT_ARMED(arena) assert((arena)->escape != NULL)
#else
#define NOTCH_ARENA_EXPECT_ARMED(arena) ((void)0)
#endif
/* Room for `wanted` items of an empty array whose size is known before; they are not cleared. */
#define notch_vec_reserve(vec, wanted, arena)                                             \
  ((vec)->items = notch_arena_take((arena), sizeof *(vec)->items * (size_t)(wanted)),     \
   (vec)->capacity = (vec)->items == NULL ? 0 : (uint32_t)(wanted))
bool notch_vec_grow(void **items, uint32_t count, uint32_t *capacity, size_t size,
                    notch_arena *arena);

/* Growing bytes for output; owned, freed with notch_buffer_free().  A failure sticks until it is
 * cleared. */
typedef struct notch_buffer {
  const notch_memory *memory;
  char *bytes; /* always NUL-terminated once anything was put */
  size_t length, capacity;
  bool failed;
} notch_buffer;

void notch_buffer_init(notch_buffer *buffer, const notch_memory *memory);
void notch_buffer_free(notch_buffer *buffer);
void notch_buffer_clear(notch_buffer *buffer); /* keeps the memory, forgets a failure */
void notch_buffer_put(notch_buffer *buffer, const void *bytes, size_t length);
void notch_buffer_text(notch_buffer *buffer, notch_text text);
void notch_buffer_print(notch_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Its bytes as a text in the arena, NUL after its end; the buffer is freed whatever happens.  Its
 * failure is the arena's. */
notch_text notch_buffer_keep(notch_buffer *buffer, notch_arena *arena);

/* Locale-free bounded formatting of integers used on hot paths. */
void notch_buffer_integer(notch_buffer *buffer, int64_t value);

#endif
