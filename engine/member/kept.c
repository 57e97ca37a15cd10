/* member/kept.c -- states at rest and the few that are open. */
#include <config.h>

#include "member/kept.h"

#include <assert.h>
#include <string.h>

typedef struct notch_opened {
  notch_state state; /* first: from a state one comes to what holds it */
  notch_kept *of;    /* whose bytes it was made of; NULL: a copy */
  bool changed;
  struct notch_opened *next, *newer; /* the latter of what is in use */
} notch_opened;

/* Arrays stay large for the next to use; in the sanitized build nobody may look at a state that
 * was put to rest. */
#ifdef NOTCH_ARENA_DEBUG
enum { IDLE_MAX = 0 };
#else
enum { IDLE_MAX = 8 };
#endif

void notch_desk_init(notch_desk *desk, const notch_memory *memory)
{
  *desk = (notch_desk){.memory = memory};
}

void notch_desk_expect(notch_desk *desk, int64_t states, int64_t puts)
{
  int64_t each = states > 0 && puts > 0 ? puts / states : 0;
  desk->growth.expected = (uint32_t)(each < UINT32_MAX ? each : UINT32_MAX);
}

static void free_opened(notch_desk *desk, notch_opened *opened)
{
  notch_state_free(&opened->state);
  notch_memory_free(desk->memory, opened);
}

static void give_back(notch_desk *desk, notch_opened *opened)
{
  if (desk->idle_count == IDLE_MAX) {
    free_opened(desk, opened);
    return;
  }
  opened->next = desk->idle;
  desk->idle = opened;
  desk->idle_count++;
}

static void take_back(notch_desk *desk)
{
  if (desk->lent != NULL) {
    give_back(desk, desk->lent);
    desk->lent = NULL;
  }
}

void notch_desk_free(notch_desk *desk)
{
  assert(desk->open == NULL);
  take_back(desk);
  while (desk->idle != NULL) {
    notch_opened *opened = desk->idle;
    desk->idle = opened->next;
    free_opened(desk, opened);
  }
  notch_memory_free(desk->memory, desk->scratch);
  notch_desk_init(desk, desk->memory);
}

__attribute__((cold, noinline)) static notch_opened *a_new_one(const notch_memory *memory)
{
  notch_opened *opened = notch_memory_resize(memory, NULL, sizeof *opened);
  if (opened != NULL) {
    memset(opened, 0, sizeof *opened);
    notch_state_init(&opened->state, memory);
  }
  return opened;
}

static inline notch_opened *an_idle_one(notch_desk *desk) /* NULL: out of memory */
{
  notch_opened *opened = desk->idle;
  if (opened == NULL) {
    return a_new_one(desk->memory);
  }
  desk->idle = opened->next;
  desk->idle_count--;
  opened->of = NULL;
  opened->changed = opened->state.failed = false;
  opened->state.escape = NULL;
  return opened;
}

static notch_opened *opened_of(const notch_kept *kept)
{
  return (notch_opened *)(intptr_t)kept->open;
}

/* What was open is no longer found through `kept`. */
static notch_opened *detach(notch_desk *desk, notch_kept *kept)
{
  notch_opened *opened = opened_of(kept);
  *(opened->newer != NULL ? &opened->newer->next : &desk->open) = opened->next;
  if (opened->next != NULL) {
    opened->next->newer = opened->newer;
  }
  kept->open = NULL;
  return opened;
}

void notch_desk_close(notch_desk *desk, notch_kept *kept)
{
  if (kept->open != NULL) {
    give_back(desk, detach(desk, kept));
  }
}

static inline notch_opened *unpack(notch_desk *desk, notch_kept *kept)
{
  notch_opened *opened = an_idle_one(desk);
  if (opened == NULL) {
    return NULL;
  }
  if (kept->size == 0) {
    notch_state_clear(&opened->state);
  } else if (!notch_state_open(&opened->state, kept->bytes, kept->size)) {
    give_back(desk, opened);
    return NULL;
  }
  opened->of = kept;
  return opened;
}

const notch_state *notch_desk_open(notch_desk *desk, notch_kept *kept)
{
  if (kept->open != NULL) {
    return kept->open;
  }
  notch_opened *opened = unpack(desk, kept);
  if (opened == NULL) {
    return NULL;
  }
  opened->newer = NULL;
  opened->next = desk->open;
  if (desk->open != NULL) {
    desk->open->newer = opened;
  }
  desk->open = opened;
  kept->open = &opened->state;
  return kept->open;
}

notch_state *notch_desk_change(notch_desk *desk, notch_kept *kept)
{
  if (notch_desk_open(desk, kept) == NULL) {
    return NULL;
  }
  notch_opened *opened = opened_of(kept);
  opened->changed = true;
  return &opened->state;
}

notch_state *notch_desk_lend(notch_desk *desk, notch_kept *kept)
{
  take_back(desk);
  if (kept->open != NULL && opened_of(kept)->changed) {
    notch_state *state = NULL;
    desk->lent = an_idle_one(desk);
    if (desk->lent != NULL && notch_state_copy(&desk->lent->state, kept->open)) {
      state = &desk->lent->state;
    }
    return state;
  }
  desk->lent = kept->open != NULL ? detach(desk, kept) : unpack(desk, kept);
  return desk->lent == NULL ? NULL : &desk->lent->state;
}

static void note_growth(notch_growth *growth, size_t before, size_t after)
{
  if (before == 0) {
    growth->begun++;
    growth->began_with += (int64_t)after;
  } else {
    growth->puts++;
    growth->added += (int64_t)after - (int64_t)before;
  }
}

/* What a state of this size takes in the end, if it is as others are; of some that are not, not
 * too much is wasted. */
static size_t size_to_come(const notch_growth *growth, size_t size)
{
  if (growth->begun == 0 || growth->puts == 0 || growth->expected == 0) {
    return size;
  }
  int64_t each = growth->added / growth->puts, most = 3 * (int64_t)size;
  int64_t in_all = growth->began_with / growth->begun;
  bool fits = !__builtin_mul_overflow(each, growth->expected - INT64_C(1), &each) &&
              !__builtin_add_overflow(in_all, each, &in_all);
  in_all = fits && in_all < most ? in_all : most;
  return in_all > (int64_t)size ? (size_t)in_all : size;
}

/* A little room to grow, so that not every event asks for memory: more of it would take a member
 * beyond 1 KiB.  A block of malloc is a multiple of 16 less 8. */
static size_t room_for(const notch_desk *desk, size_t size)
{
  size_t wanted = size_to_come(&desk->growth, size);
  return ((wanted + wanted / 32 + 23) & ~(size_t)15) + 8;
}

/* The bytes are about to be others: the lots that what is lent has there are needed elsewhere. */
static void leave_bytes(notch_desk *desk, const notch_kept *kept)
{
  if (desk->lent != NULL && desk->lent->of == kept) {
    notch_state_lots(&desk->lent->state);
    desk->lent->of = NULL;
  }
}

/* Room for a state that may not fit where it was, or would be lost there; its lots sleep on where
 * they are then. */
__attribute__((noinline)) static bool make_room(notch_desk *desk, notch_kept *kept,
                                                notch_state *after)
{
  size_t size = notch_state_packed_size(after);
  if (size <= kept->room && size >= kept->room / 4) {
    return true;
  }
  size_t room = room_for(desk, size);
  size_t slept_at = after->asleep.count > 0 ? (size_t)(after->asleep.bytes - kept->bytes) : 0;
  unsigned char *bytes =
      room > UINT32_MAX ? NULL : notch_memory_resize(desk->memory, kept->bytes, room);
  if (bytes == NULL) {
    return false;
  }
  after->asleep.bytes = bytes + slept_at;
  kept->bytes = bytes;
  kept->room = (uint32_t)room;
  return true;
}

bool notch_desk_put(notch_desk *desk, notch_kept *kept, notch_state *after)
{
  if (after->member == 0) {
    notch_state *house = notch_desk_change(desk, kept);
    return house != NULL && (house == after || notch_state_copy(house, after));
  }
  bool lent = desk->lent != NULL && after == &desk->lent->state;
  size_t most = notch_state_packed_most(after), before = kept->size;
  if (!lent) {
    leave_bytes(desk, kept);
  }
  if ((most > kept->room || most < kept->room / 4) && !make_room(desk, kept, after)) {
    return false;
  }
  kept->size = (uint32_t)notch_state_pack(after, kept->bytes);
  note_growth(&desk->growth, before, kept->size);
  if (lent) {
    take_back(desk);
  }
  if (kept->open != NULL) {
    notch_desk_close(desk, kept);
  }
  return true;
}

void notch_desk_clear(notch_desk *desk)
{
  take_back(desk);
  for (notch_opened *opened = desk->open, *next; opened != NULL; opened = next) {
    next = opened->next;
    if (!opened->changed) {
      notch_desk_close(desk, opened->of);
    } else if (opened->state.member != 0) {
      notch_desk_put(desk, opened->of, &opened->state);
    }
  }
}

static bool has_scratch(notch_desk *desk, size_t size)
{
  if (size > desk->scratch_size) {
    unsigned char *grown = notch_memory_resize(desk->memory, NULL, size * 2);
    if (grown == NULL) {
      return false;
    }
    notch_memory_free(desk->memory, desk->scratch);
    desk->scratch = grown;
    desk->scratch_size = size * 2;
  }
  return true;
}

bool notch_desk_packed(notch_desk *desk, const notch_kept *kept, const unsigned char **bytes,
                       size_t *size)
{
  *bytes = kept->bytes;
  *size = kept->size;
  if (kept->open == NULL) {
    return true;
  }
  if (!has_scratch(desk, notch_state_packed_size(kept->open))) {
    return false;
  }
  *size = notch_state_pack(kept->open, desk->scratch);
  *bytes = desk->scratch;
  return true;
}

void notch_desk_let_go(notch_desk *desk, notch_kept *kept)
{
  notch_desk_close(desk, kept);
  leave_bytes(desk, kept);
  notch_memory_free(desk->memory, kept->bytes);
  *kept = (notch_kept){0};
}
