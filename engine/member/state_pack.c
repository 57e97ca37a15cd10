/* member/state_pack.c -- a state in few bytes, for as long as nobody looks at it. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

/*
 * Everything is words of 32 bits: the head, then each section that has something, as a count and
 * its items.  A lot begins with a word that says which of its fields are there, and which of them
 * need two words; what is left out is as in nearly every lot.  Every decision unpacks a state and
 * packs it, so what nearly every lot is like is asked at once, and few decisions ask for a lot at
 * all: until then they are asleep, and are packed again by copying their bytes.
 */
enum {
#define SECTION(type, name, meaning) SECTION_##name,
#include "member/state.def"
#undef SECTION
  SECTION_COUNT
};

#define IS_CLOSED (UINT32_C(1) << 30)
#define IS_PRESENT (UINT32_C(1) << 31)
_Static_assert(SECTION_COUNT <= 30, "one bit for each section");

typedef struct packed_head {
  uint32_t sections, seed_length; /* and IS_… */
  int64_t member, joined_us, booked_us, settled_us, last_event;
} packed_head;

/* A packed lot is never larger than in the state by more than this, and never smaller than that. */
#define LOT_MORE ((size_t)8)
#define LOT_LEAST ((size_t)20)

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
static uint64_t unlikely_in(const notch_lot *lot)
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

static inline unsigned char *put_lot(unsigned char *to, const notch_lot *lot)
{
  uint64_t seconds = (uint64_t)lot->earned_us / NOTCH_SECOND_US;
  uint64_t odd =
      unlikely_in(lot) | seconds >> 32 | ((uint64_t)lot->earned_us - seconds * NOTCH_SECOND_US);
  if (odd != 0) {
    return put_odd_lot(to, lot);
  }
  to = put_word(to, LOT_EXPIRES | lot->terms << LOT_TERMS_SHIFT | lot->points << LOT_POINTS_SHIFT);
  to = put_word(to, (uint32_t)lot->lot);
  to = put_word(to, (uint32_t)lot->amount);
  to = put_word(to, (uint32_t)seconds);
  return put_word(to, (uint32_t)lot->expires_s);
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

/* The number of the last one, the soonest date of any that is still to come, and the items: those
 * that are asleep as they lie. */
#define LOTS_HEAD (2 * sizeof(int64_t))

static unsigned char *put_lots(unsigned char *to, const notch_state *state)
{
  const notch_asleep *asleep = &state->asleep;
  int64_t newest = asleep->newest, soonest_s = NOTCH_NEVER;
  int64_t settled_s = state->settled_us / NOTCH_SECOND_US - (state->settled_us < 0 ? 1 : 0);
  unsigned char *begin = to;
  to += LOTS_HEAD;
  if (asleep->count > 0) {
    soonest_s = asleep->soonest_s;
    memcpy(to, asleep->bytes, asleep->size);
    to += asleep->size;
  }
  for (uint32_t i = asleep->count; i < state->lots_count; i++) {
    const notch_lot *lot = &state->lots_items[i];
    to = put_lot(to, lot);
    newest = lot->lot;
    soonest_s = lot->expires_s < soonest_s ? lot->expires_s : soonest_s;
    soonest_s =
        lot->matures_s > settled_s && lot->matures_s < soonest_s ? lot->matures_s : soonest_s;
  }
  put_long(put_long(begin, newest), soonest_s);
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

/* Inline: of most sections there is one item, and its size is known then. */
static inline unsigned char *put_plain(unsigned char *to, const void *items, size_t size)
{
  if (size % 4 != 0) {
    put_word(to + size / 4 * 4, 0);
  }
  memcpy(to, items, size);
  return to + whole_words(size);
}

static inline const unsigned char *take_plain(const unsigned char *from, void *items, size_t size)
{
  memcpy(items, from, size);
  return from + whole_words(size);
}

static bool has_rare(const notch_state *state)
{
  uint32_t any = 0;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) any |= state->name##_count;
#include "member/state.def"
#undef SECTION
  return any != 0;
}

#define MOST(type, name) (8 + state->name##_count * sizeof(type))
static size_t most_of_rare(const notch_state *state)
{
  size_t size = 0;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) size += MOST(type, name);
#include "member/state.def"
#undef SECTION
  return size;
}

size_t notch_state_packed_max(const notch_state *state)
{
  size_t awake = state->lots_count - state->asleep.count;
  size_t size = sizeof(packed_head) + sizeof state->seed.offset;
  size += 8 + LOTS_HEAD + state->asleep.size + awake * (sizeof(notch_lot) + LOT_MORE);
#define SECTION(type, name, meaning) size += MOST(type, name);
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  return has_rare(state) ? size + most_of_rare(state) : size;
}

#define PUT(type, name)                                                                            \
  if (state->name##_count > 0) {                                                                   \
    sections |= UINT32_C(1) << SECTION_##name;                                                     \
    at = put_word(at, state->name##_count);                                                        \
    at = state->name##_count == 1                                                                  \
             ? put_plain(at, state->name, sizeof(type))                                            \
             : put_plain(at, state->name, sizeof(type) * state->name##_count);                     \
  }
static unsigned char *put_rare(unsigned char *at, const notch_state *state, uint32_t *among)
{
  uint32_t sections = *among;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) PUT(type, name)
#include "member/state.def"
#undef SECTION
  *among = sections;
  return at;
}

size_t notch_state_pack(const notch_state *state, unsigned char *to)
{
  uint32_t sections = (state->closed ? IS_CLOSED : 0) | (state->present ? IS_PRESENT : 0);
  unsigned char *at = to + sizeof(packed_head);
  if (state->seed.length > 0) {
    at = put_word(at, state->seed.offset);
  }
#define SECTION(type, name, meaning) PUT(type, name)
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  if (has_rare(state)) {
    at = put_rare(at, state, &sections);
  }
  if (state->lots_count > 0) {
    sections |= UINT32_C(1) << SECTION_lots;
    at = put_lots(put_word(at, state->lots_count), state);
  }
  const packed_head head = {.sections = sections,
                            .seed_length = state->seed.length,
                            .member = state->member,
                            .joined_us = state->joined_us,
                            .booked_us = state->booked_us,
                            .settled_us = state->settled_us,
                            .last_event = state->last_event};
  memcpy(to, &head, sizeof head);
  return (size_t)(at - to);
}

typedef struct unpacking {
  notch_state *to;
  const unsigned char *at, *end;
  uint32_t sections; /* that are there */
} unpacking;

/* The count of a section, with room for its items; one that the bytes left cannot hold is not
 * believed. */
static inline bool take_count(unpacking *u, void **items, uint32_t *capacity, size_t size,
                              size_t least, uint32_t *count)
{
  if (u->end - u->at < (ptrdiff_t)sizeof *count) {
    return false;
  }
  *count = take_word(&u->at);
  return *count > 0 && *count * (uint64_t)least <= (size_t)(u->end - u->at) &&
         (*count <= *capacity || notch_state_reserve(u->to, items, capacity, size, *count));
}

#define TAKE(type, name)                                                                           \
  to->name##_count = 0;                                                                            \
  if ((u->sections >> SECTION_##name & 1u) != 0) {                                                 \
    if (!take_count(u, (void **)&to->name, &to->name##_capacity, sizeof(type), sizeof(type),       \
                    &count)) {                                                                     \
      return false;                                                                                \
    }                                                                                              \
    u->at = count == 1 ? take_plain(u->at, to->name, sizeof(type))                                 \
                       : take_plain(u->at, to->name, sizeof(type) * count);                        \
    to->name##_count = count;                                                                      \
  }
static bool take_rare(unpacking *u)
{
  notch_state *to = u->to;
  uint32_t count;
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) TAKE(type, name)
#include "member/state.def"
#undef SECTION
  return true;
}

static void without_rare(notch_state *to)
{
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) to->name##_count = 0;
#include "member/state.def"
#undef SECTION
}

/* The last section: left as it lies. */
static bool leave_lots(unpacking *u)
{
  notch_state *to = u->to;
  uint32_t count;
  if (!take_count(u, (void **)&to->lots_items, &to->lots_capacity, sizeof(notch_lot), LOT_LEAST,
                  &count) ||
      u->end - u->at < (ptrdiff_t)LOTS_HEAD) {
    return false;
  }
  to->lots_count = to->asleep.count = count;
  to->asleep.newest = take_long(&u->at);
  to->asleep.soonest_s = take_long(&u->at);
  to->asleep.bytes = u->at;
  to->asleep.size = (uint32_t)(u->end - u->at);
  u->at = u->end;
  return true;
}

#define RARE_SECTIONS (UINT32_MAX << SECTION_holds & ~(UINT32_MAX << SECTION_lots))

/* All sections; those that the head does not name are empty. */
static inline bool take_sections(unpacking *u)
{
  notch_state *to = u->to;
  uint32_t count;
#define SECTION(type, name, meaning) TAKE(type, name)
#define RARE(type, name, meaning)
#define TIGHT(type, name, meaning)
#include "member/state.def"
#undef SECTION
  without_rare(to);
  to->lots_count = to->asleep.count = 0;
  if ((u->sections & RARE_SECTIONS) != 0 && !take_rare(u)) {
    return false;
  }
  if ((u->sections >> SECTION_lots & 1u) != 0 && !leave_lots(u)) {
    return false;
  }
  return u->at == u->end;
}

bool notch_state_open(notch_state *state, const unsigned char *bytes, size_t size)
{
  packed_head head;
  unpacking u = {.to = state, .at = bytes + sizeof head, .end = bytes + size};
  if (size < sizeof head) {
    return false;
  }
  memcpy(&head, bytes, sizeof head);
  state->closed = (head.sections & IS_CLOSED) != 0;
  state->present = (head.sections & IS_PRESENT) != 0;
  state->member = head.member;
  state->joined_us = head.joined_us;
  state->booked_us = head.booked_us;
  state->settled_us = head.settled_us;
  state->last_event = head.last_event;
  state->seed = (notch_slice){0, 0};
  u.sections = head.sections;
  if (head.seed_length > 0) {
    state->seed = (notch_slice){take_word(&u.at), head.seed_length};
  }
  return take_sections(&u);
}

bool notch_state_unpack(notch_state *state, const unsigned char *bytes, size_t size)
{
  if (!notch_state_open(state, bytes, size)) {
    return false;
  }
  const notch_asleep asleep = state->asleep;
  state->asleep = (notch_asleep){0};
  return asleep.count == 0 ||
         take_lots(asleep.bytes, bytes + size, state->lots_items, asleep.count);
}
