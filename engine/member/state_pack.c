/* member/state_pack.c -- a state in few bytes, for as long as nobody looks at it. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

/*
 * Everything is words of 32 bits: a head of one size with the counts of the sections that most
 * states have, the lots, the items of those sections, then each rare section that has something,
 * as a count and its items.  A lot begins with a word that says which of its fields are there, and
 * which of them need two words; what is left out is as in nearly every lot.  Every decision
 * unpacks a state and packs it, so what nearly every lot is like is asked at once, and few
 * decisions ask for a lot at all: until then they are asleep.  They come first, so that those that
 * stay asleep lie where they lay when the state is packed where it was.
 */
enum {
#define SECTION(type, name, meaning) COUNT_##name,
#define RARE(type, name, meaning)
#include "member/state.def"
#undef SECTION
  COUNT_END
};

enum {
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) RARE_##name,
#include "member/state.def"
#undef SECTION
  RARE_END
};

#define IS_CLOSED (UINT32_C(1) << 30)
#define IS_PRESENT (UINT32_C(1) << 31)
#define RARE_ALL ((UINT32_C(1) << RARE_END) - 1)
_Static_assert(RARE_END <= 30, "one bit for each rare section");

typedef struct packed_head {
  uint32_t rare, seed_length; /* sections that are there, and IS_… */
  int64_t member, joined_us, booked_us, settled_us, own_event;
  int64_t newest, soonest_s; /* of the lots: see notch_asleep */
  uint32_t lots_size, counts[COUNT_END];
} packed_head;
_Static_assert(sizeof(packed_head) == 16 * sizeof(uint32_t) + sizeof(uint32_t) * (1 + COUNT_END),
               "no gaps");

/* A packed lot is never smaller than this, and never larger than that. */
#define LOT_LEAST ((size_t)20)
#define LOT_MOST (sizeof(notch_lot) + 8)

static unsigned char *put_word(unsigned char *to, uint32_t value)
{
  memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

static unsigned char *put_long(unsigned char *to, int64_t value)
{
  memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

/* One word if that is enough, else two and `wide` in the item's first word. */
static inline unsigned char *put_number(unsigned char *to, int64_t value, uint32_t wide,
                                        uint32_t *first)
{
  if ((uint64_t)value <= UINT32_MAX) {
    return put_word(to, (uint32_t)value);
  }
  *first |= wide;
  return put_long(to, value);
}

static uint32_t take_word(const unsigned char **from)
{
  uint32_t value;
  memcpy(&value, *from, sizeof value);
  *from += sizeof value;
  return value;
}

static int64_t take_long(const unsigned char **from)
{
  int64_t value;
  memcpy(&value, *from, sizeof value);
  *from += sizeof value;
  return value;
}

static inline int64_t take_number(const unsigned char **from, bool wide)
{
  return wide ? take_long(from) : (int64_t)take_word(from);
}

/* ---- lots: one nobody has spent of, with a date of expiry, takes five words ---- */

enum {
  LOT_WIDE = 1,
  LOT_AMOUNT_WIDE = 2,
  LOT_TOUCHED = 4,      /* something of it is gone */
  LOT_EARNED_EXACT = 8, /* in microseconds, else in seconds */
  LOT_EXPIRES = 16,     /* else NOTCH_NEVER */
  LOT_EXPIRES_WIDE = 32,
  LOT_MATURES = 64, /* else INT64_MIN */
  LOT_MATURES_WIDE = 128,
  LOT_PARTNER = 256,
  LOT_RARE = 512,   /* something held, open to a pool, marked, or of many terms or kinds */
  LOT_SHAPE = 1023, /* all of these */
  LOT_TERMS_SHIFT = 10,
  LOT_TERMS_END = 1 << 6,
  LOT_POINTS_SHIFT = 16,
  LOT_POINTS_END = 1 << 16
};

static bool is_rare(const notch_lot *lot)
{
  return (lot->held | lot->open) != 0 || lot->flags != 0 || lot->terms >= LOT_TERMS_END ||
         lot->points >= LOT_POINTS_END;
}

/* Zero for a lot whose fields are a word each or as in nearly every lot, but for when it was
 * earned. */
static inline uint64_t unlikely_in(const notch_lot *lot)
{
  return (uint64_t)(lot->lot | lot->amount | lot->expires_s) >> 32 |
         (uint64_t)(lot->left ^ lot->amount) | (uint64_t)(lot->held | lot->open) |
         (uint64_t)(lot->matures_s ^ INT64_MIN) | (lot->partner ^ NOTCH_NONE) | lot->flags |
         lot->terms / LOT_TERMS_END | lot->points / LOT_POINTS_END;
}

static unsigned char *put_odd_lot(unsigned char *to, const notch_lot *lot)
{
  unsigned char *begin = to;
  uint32_t first = 0;
  to = put_number(to + sizeof first, lot->lot, LOT_WIDE, &first);
  to = put_number(to, lot->amount, LOT_AMOUNT_WIDE, &first);
  first |= LOT_EARNED_EXACT;
  to = put_long(to, lot->earned_us);
  if (lot->left != lot->amount) {
    first |= LOT_TOUCHED;
    to = put_long(to, lot->left);
  }
  if (lot->expires_s != NOTCH_NEVER) {
    first |= LOT_EXPIRES;
    to = put_number(to, lot->expires_s, LOT_EXPIRES_WIDE, &first);
  }
  if (lot->matures_s != INT64_MIN) {
    first |= LOT_MATURES;
    to = put_number(to, lot->matures_s, LOT_MATURES_WIDE, &first);
  }
  if (lot->partner != NOTCH_NONE) {
    first |= LOT_PARTNER;
    to = put_word(to, lot->partner);
  }
  if (is_rare(lot)) {
    first |= LOT_RARE;
    to = put_long(put_long(to, lot->held), lot->open);
    to = put_word(put_word(put_word(to, lot->flags), lot->points), lot->terms);
  } else {
    first |= lot->terms << LOT_TERMS_SHIFT | lot->points << LOT_POINTS_SHIFT;
  }
  put_word(begin, first);
  return to;
}

static inline bool is_usual(const notch_lot *lot)
{
  uint64_t seconds = (uint64_t)lot->earned_us / NOTCH_SECOND_US;
  uint64_t exact = (uint64_t)lot->earned_us - seconds * NOTCH_SECOND_US;
  return (unlikely_in(lot) | seconds >> 32 | exact) == 0;
}

static inline unsigned char *put_lot(unsigned char *to, const notch_lot *lot)
{
  if (!is_usual(lot)) {
    return put_odd_lot(to, lot);
  }
  to = put_word(to, LOT_EXPIRES | lot->terms << LOT_TERMS_SHIFT | lot->points << LOT_POINTS_SHIFT);
  to = put_word(to, (uint32_t)lot->lot);
  to = put_word(to, (uint32_t)lot->amount);
  to = put_word(to, (uint32_t)((uint64_t)lot->earned_us / NOTCH_SECOND_US));
  return put_word(to, (uint32_t)lot->expires_s);
}

static inline size_t lot_size(const notch_lot *lot)
{
  unsigned char odd[LOT_MOST];
  return is_usual(lot) ? LOT_LEAST : (size_t)(put_odd_lot(odd, lot) - odd);
}

static inline const unsigned char *take_lot(const unsigned char *from, notch_lot *lot)
{
  uint32_t first = take_word(&from);
  lot->held = lot->open = 0;
  lot->flags = 0;
  lot->points = first >> LOT_POINTS_SHIFT;
  lot->terms = first >> LOT_TERMS_SHIFT & (LOT_TERMS_END - 1);
  if ((first & LOT_SHAPE) == LOT_EXPIRES) { /* nearly all: without asking for each field */
    lot->lot = take_word(&from);
    lot->left = lot->amount = take_word(&from);
    lot->earned_us = take_word(&from) * NOTCH_SECOND_US;
    lot->expires_s = take_word(&from);
    lot->matures_s = INT64_MIN;
    lot->partner = NOTCH_NONE;
    return from;
  }
  lot->lot = take_number(&from, (first & LOT_WIDE) != 0);
  lot->left = lot->amount = take_number(&from, (first & LOT_AMOUNT_WIDE) != 0);
  lot->earned_us =
      (first & LOT_EARNED_EXACT) != 0 ? take_long(&from) : take_word(&from) * NOTCH_SECOND_US;
  if ((first & LOT_TOUCHED) != 0) {
    lot->left = take_long(&from);
  }
  lot->expires_s = (first & LOT_EXPIRES) == 0 ? NOTCH_NEVER
                                              : take_number(&from, (first & LOT_EXPIRES_WIDE) != 0);
  lot->matures_s =
      (first & LOT_MATURES) == 0 ? INT64_MIN : take_number(&from, (first & LOT_MATURES_WIDE) != 0);
  lot->partner = (first & LOT_PARTNER) != 0 ? take_word(&from) : NOTCH_NONE;
  if ((first & LOT_RARE) != 0) {
    lot->held = take_long(&from);
    lot->open = take_long(&from);
    lot->flags = take_word(&from);
    lot->points = take_word(&from);
    lot->terms = take_word(&from);
  }
  return from;
}

static bool waits(const notch_lot *lot, const notch_state *state)
{
  int64_t settled_s = state->settled_us / NOTCH_SECOND_US - (state->settled_us < 0 ? 1 : 0);
  return lot->matures_s > settled_s;
}

/* Those that are asleep as they lie; what is known of all goes into the head. */
static unsigned char *put_lots(unsigned char *to, const notch_state *state, packed_head *head)
{
  const notch_asleep *asleep = &state->asleep;
  const unsigned char *begin = to;
  int64_t newest = asleep->newest, soonest_s = NOTCH_NEVER;
  if (asleep->count > 0) {
    soonest_s = asleep->soonest_s;
    if (asleep->bytes != to) {
      memcpy(to, asleep->bytes, asleep->size);
    }
    to += asleep->size;
  }
  for (uint32_t i = asleep->count; i < state->lots_count; i++) {
    const notch_lot *lot = &state->lots_items[i];
    to = put_lot(to, lot);
    newest = lot->lot;
    soonest_s = lot->expires_s < soonest_s ? lot->expires_s : soonest_s;
    if (lot->matures_s != INT64_MIN && waits(lot, state) && lot->matures_s < soonest_s) {
      soonest_s = lot->matures_s;
    }
  }
  head->newest = newest;
  head->soonest_s = soonest_s;
  head->lots_size = (uint32_t)(to - begin);
  return to;
}

/* What is taken past the end is seen after each item: none reaches beyond the slack. */
static bool take_lots(const unsigned char *from, const unsigned char *end, notch_lot *lots,
                      uint32_t count)
{
  uint32_t taken = 0;
  while (taken < count && from < end) {
    from = take_lot(from, &lots[taken++]);
  }
  return taken == count && from == end;
}

void notch_state_wake(const notch_state *state)
{
  const notch_asleep asleep = state->asleep;
  bool whole = take_lots(asleep.bytes, asleep.bytes + asleep.size, state->lots_items, asleep.count);
  assert(whole);
  (void)whole;
  ((notch_state *)(intptr_t)state)->asleep = (notch_asleep){0};
}

/* ---- sections ---- */

static inline size_t whole_words(size_t size)
{
  return (size + 3) & ~(size_t)3;
}

#define SECTION(type, name, meaning) _Static_assert(sizeof(type) % 4 == 0, "whole words");
#define RARE(type, name, meaning)
#include "member/state.def"
#undef SECTION

static size_t rare_size(const notch_state *state)
{
  size_t size = 0;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning)                                                                  \
  size += state->name##_count > 0 ? 4 + whole_words(state->name##_count * sizeof(type)) : 0;
#include "member/state.def"
#undef SECTION
  return size;
}

/* But for the lots that are awake. */
static inline size_t size_but_lots(const notch_state *state)
{
  size_t size = sizeof(packed_head) + state->asleep.size;
#define SECTION(type, name, meaning) size += state->name##_count * sizeof(type);
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  size += state->seed.length > 0 ? sizeof state->seed.offset : 0;
  return state->has_rare ? size + rare_size(state) : size;
}

size_t notch_state_packed_size(const notch_state *state)
{
  size_t size = size_but_lots(state);
  for (uint32_t i = state->asleep.count; i < state->lots_count; i++) {
    size += lot_size(&state->lots_items[i]);
  }
  return size;
}

size_t notch_state_packed_most(const notch_state *state)
{
  return size_but_lots(state) + (state->lots_count - state->asleep.count) * LOT_MOST;
}

/* Inline: of most sections there is one item, and its size is known then. */
static inline unsigned char *put_items(unsigned char *to, const void *items, size_t size,
                                       uint32_t count)
{
  if (count == 1) {
    memcpy(to, items, size);
    return to + size;
  }
  if (count > 0) {
    memcpy(to, items, size * count);
  }
  return to + size * count;
}

static unsigned char *put_rare(unsigned char *at, const notch_state *state, uint32_t *among)
{
  uint32_t there = 0;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning)                                                                  \
  if (state->name##_count > 0) {                                                                   \
    size_t size = sizeof(type) * state->name##_count;                                              \
    there |= UINT32_C(1) << RARE_##name;                                                           \
    at = put_word(at, state->name##_count);                                                        \
    if (size % 4 != 0) {                                                                           \
      put_word(at + size / 4 * 4, 0);                                                              \
    }                                                                                              \
    memcpy(at, state->name, size);                                                                 \
    at += whole_words(size);                                                                       \
  }
#include "member/state.def"
#undef SECTION
  *among |= there;
  return at;
}

size_t notch_state_pack(const notch_state *state, unsigned char *to)
{
#ifdef NOTCH_ARENA_DEBUG
  assert(state->has_rare || rare_size(state) == 0);
#endif
  packed_head *head = (packed_head *)(void *)to;
  head->rare = (state->closed ? IS_CLOSED : 0) | (state->present ? IS_PRESENT : 0);
  head->seed_length = state->seed.length;
  head->member = state->member;
  head->joined_us = state->joined_us;
  head->booked_us = state->booked_us;
  head->settled_us = state->settled_us;
  head->own_event = state->own_event;
#define SECTION(type, name, meaning) head->counts[COUNT_##name] = state->name##_count;
#define RARE(type, name, meaning)
#include "member/state.def"
#undef SECTION
  unsigned char *at = put_lots(to + sizeof *head, state, head);
#define SECTION(type, name, meaning)                                                               \
  at = put_items(at, state->name, sizeof(type), state->name##_count);
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  if (state->seed.length > 0) {
    at = put_word(at, state->seed.offset);
  }
  if (state->has_rare) {
    at = put_rare(at, state, &head->rare);
  }
  return (size_t)(at - to);
}

/* The last sections; a count that the bytes left cannot hold is not believed. */
static bool take_rare(notch_state *to, uint32_t there, const unsigned char *at,
                      const unsigned char *end)
{
  to->has_rare = true;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning)                                                                  \
  if ((there >> RARE_##name & 1u) != 0) {                                                          \
    uint32_t count = end - at < 4 ? 0 : take_word(&at);                                            \
    if (count == 0 || count * (uint64_t)sizeof(type) > (size_t)(end - at) ||                       \
        !notch_state_reserve(to, (void **)&to->name, &to->name##_capacity, sizeof(type), count)) { \
      return false;                                                                                \
    }                                                                                              \
    memcpy(to->name, at, sizeof(type) * count);                                                    \
    at += whole_words(sizeof(type) * count);                                                       \
    to->name##_count = count;                                                                      \
  }
#include "member/state.def"
#undef SECTION
  return at == end;
}

static inline const unsigned char *take_items(const unsigned char *from, void *items, size_t size,
                                              uint32_t count)
{
  if (count == 1) {
    memcpy(items, from, size);
    return from + size;
  }
  if (count > 0) {
    memcpy(items, from, size * count);
  }
  return from + size * count;
}

#define ROOM(name, items)                                                                          \
  (head->counts[COUNT_##name] <= state->name##_capacity ||                                         \
   notch_state_reserve(state, (void **)&state->items, &state->name##_capacity,                     \
                       sizeof *state->items, head->counts[COUNT_##name]))
bool notch_state_open(notch_state *state, const unsigned char *bytes, size_t size)
{
  const packed_head *head = (const packed_head *)(const void *)bytes;
  const unsigned char *at = bytes + sizeof *head;
  state->closed = (head->rare & IS_CLOSED) != 0;
  state->present = (head->rare & IS_PRESENT) != 0;
  state->member = head->member;
  state->joined_us = head->joined_us;
  state->booked_us = head->booked_us;
  state->settled_us = head->settled_us;
  state->own_event = head->own_event;
  state->seed = (notch_slice){0, head->seed_length};
  state->asleep = (notch_asleep){.count = head->counts[COUNT_lots],
                                 .size = head->lots_size,
                                 .bytes = at,
                                 .newest = head->newest,
                                 .soonest_s = head->soonest_s};
  state->lots_count = head->counts[COUNT_lots];
  if (!ROOM(lots, lots_items)) {
    return false;
  }
  at += head->lots_size;
#define SECTION(type, name, meaning)                                                               \
  if (!ROOM(name, name)) {                                                                         \
    return false;                                                                                  \
  }                                                                                                \
  state->name##_count = head->counts[COUNT_##name];                                                \
  at = take_items(at, state->name, sizeof(type), head->counts[COUNT_##name]);
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  if (head->seed_length > 0) {
    state->seed.offset = take_word(&at);
  }
  notch_state_without_rare(state);
  return (head->rare & RARE_ALL) == 0 ? at == bytes + size
                                      : take_rare(state, head->rare, at, bytes + size);
}
#undef ROOM

/* Whether the head tells of no more than there is. */
static bool is_credible(const unsigned char *bytes, size_t size)
{
  packed_head head;
  if (size < sizeof head) {
    return false;
  }
  memcpy(&head, bytes, sizeof head);
  uint64_t told = sizeof head + head.lots_size + (head.seed_length > 0 ? sizeof(uint32_t) : 0);
#define SECTION(type, name, meaning) told += head.counts[COUNT_##name] * (uint64_t)sizeof(type);
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  return told <= size && head.counts[COUNT_lots] * (uint64_t)LOT_LEAST <= head.lots_size;
}

bool notch_state_unpack(notch_state *state, const unsigned char *bytes, size_t size)
{
  if (!is_credible(bytes, size) || !notch_state_open(state, bytes, size)) {
    return false;
  }
  const notch_asleep asleep = state->asleep;
  state->asleep = (notch_asleep){0};
  return take_lots(asleep.bytes, asleep.bytes + asleep.size, state->lots_items, asleep.count);
}
