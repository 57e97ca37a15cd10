/* member/state.c -- the memory of a member's state: growing, copying, comparing, storing. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

enum { STATE_FORMAT = 2 };

void notch_state_init(notch_state *state, const notch_memory *memory)
{
  memset(state, 0, sizeof *state);
  state->memory = memory;
}

void notch_state_free(notch_state *state)
{
#define SECTION(type, name, meaning) notch_memory_free(state->memory, state->name);
#include "member/state.def"
#undef SECTION
  notch_state_init(state, state->memory);
}

static bool out_of_memory(notch_state *state)
{
  state->failed = true;
  if (state->escape != NULL) {
    longjmp(*state->escape, 1);
  }
  return false;
}

static bool reserve(notch_state *state, void **items, uint32_t *capacity, size_t size,
                    uint32_t count)
{
  if (count <= *capacity) {
    return true;
  }
  uint32_t wanted = *capacity < 2 ? 2 : *capacity * 2;
  if (wanted < count) {
    wanted = count;
  }
  void *grown = notch_memory_resize(state->memory, *items, wanted * size);
  if (grown == NULL) {
    return out_of_memory(state);
  }
  *items = grown;
  *capacity = wanted;
  return true;
}

#define SECTION(type, name, meaning)                                                               \
  type *notch_state_add_##name(notch_state *state)                                                 \
  {                                                                                                \
    if (state->name##_count == state->name##_capacity &&                                           \
        !reserve(state, (void **)&state->name, &state->name##_capacity, sizeof(type),              \
                 state->name##_count + 1)) {                                                       \
      return NULL;                                                                                 \
    }                                                                                              \
    type *added = &state->name[state->name##_count++];                                             \
    memset(added, 0, sizeof *added);                                                               \
    return added;                                                                                  \
  }
#include "member/state.def"
#undef SECTION

bool notch_state_copy(notch_state *to, const notch_state *from)
{
#define SECTION(type, name, meaning)                                                               \
  if (from->name##_count > to->name##_capacity &&                                                  \
      !reserve(to, (void **)&to->name, &to->name##_capacity, sizeof(type), from->name##_count)) {  \
    return false;                                                                                  \
  }                                                                                                \
  if (from->name##_count > 0) {                                                                    \
    memcpy(to->name, from->name, sizeof(type) * from->name##_count);                               \
  }                                                                                                \
  to->name##_count = from->name##_count;
#include "member/state.def"
#undef SECTION
  to->closed = from->closed;
  to->present = from->present;
  to->member = from->member;
  to->joined_us = from->joined_us;
  to->booked_us = from->booked_us;
  to->settled_us = from->settled_us;
  to->last_event = from->last_event;
  to->seed = from->seed;
  return true;
}

const char *notch_state_difference(const notch_state *left, const notch_state *right)
{
  if (left->closed != right->closed || left->present != right->present ||
      left->member != right->member || left->joined_us != right->joined_us ||
      left->booked_us != right->booked_us || left->settled_us != right->settled_us ||
      left->last_event != right->last_event) {
    return "times";
  }
#define SECTION(type, name, meaning)                                                               \
  if (left->name##_count != right->name##_count ||                                                 \
      (left->name##_count > 0 &&                                                                   \
       memcmp(left->name, right->name, sizeof(type) * left->name##_count) != 0)) {                 \
    return #name;                                                                                  \
  }
#include "member/state.def"
#undef SECTION
  return NULL;
}

/* Which bytes of a word are not zero, the lowest first. */
static unsigned bytes_set(uint64_t value)
{
  const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
  uint64_t tops = ((((value & low) + low) | value) & ~low) >> 7; /* one bit for each byte */
  return (unsigned)((tops * UINT64_C(0x0102040810204080)) >> 56);
}

/*
 * Stored items are alike: each 8-byte word is written as what differs from the same word of the
 * item before, a mask of the bytes that are not zero and then those bytes.  Sections of other
 * sizes (texts) are written as they are.
 */
static void put_words(notch_buffer *to, const void *items, uint32_t count, size_t size)
{
  const unsigned char *at = items;
  size_t words = size / 8;
  for (uint32_t i = 0; i < count; i++) {
    unsigned char packed[9 * 16 + 8];
    size_t length = 0;
    for (size_t word = 0; word < words; word++, at += 8) {
      uint64_t value, before = 0;
      memcpy(&value, at, 8);
      if (i > 0) {
        memcpy(&before, at - size, 8);
      }
      value ^= before;
      unsigned mask = bytes_set(value);
      packed[length++] = (unsigned char)mask;
      for (; (mask & 1u) != 0; mask >>= 1, value >>= 8) { /* small numbers end here */
        packed[length++] = (unsigned char)value;
      }
      for (; mask != 0; mask >>= 1, value >>= 8) {
        packed[length] = (unsigned char)value;
        length += mask & 1u;
      }
    }
    notch_buffer_put(to, packed, length);
  }
}

static void put_items(notch_buffer *to, const void *items, uint32_t count, size_t size)
{
  notch_buffer_put(to, &count, sizeof count);
  if (count > 0 && size % 8 == 0 && size <= 128) {
    put_words(to, items, count, size);
  } else if (count > 0) {
    notch_buffer_put(to, items, size * count);
  }
}

typedef struct state_head {
  int64_t format, member, flags, joined_us, booked_us, settled_us, last_event, seed;
} state_head;

void notch_state_encode(const notch_state *state, notch_buffer *to)
{
  state_head head = {.format = STATE_FORMAT,
                     .member = state->member,
                     .flags = (state->closed ? 1 : 0) | (state->present ? 2 : 0),
                     .joined_us = state->joined_us,
                     .booked_us = state->booked_us,
                     .settled_us = state->settled_us,
                     .last_event = state->last_event,
                     .seed = (int64_t)state->seed.offset << 32 | state->seed.length};
  put_items(to, &head, 1, sizeof head);
#define SECTION(type, name, meaning) put_items(to, state->name, state->name##_count, sizeof(type));
#include "member/state.def"
#undef SECTION
}

typedef struct cursor {
  const unsigned char *at;
  size_t left;
} cursor;

static bool take(cursor *from, void *to, size_t size)
{
  if (from->left < size) {
    return false;
  }
  if (size > 0) {
    memcpy(to, from->at, size);
  }
  from->at += size;
  from->left -= size;
  return true;
}

static bool take_words(cursor *from, void *items, uint32_t count, size_t size)
{
  unsigned char *at = items;
  for (size_t word = 0; word < count * (size / 8); word++, at += 8) {
    uint64_t value = 0, before = 0;
    unsigned char mask, byte;
    if (!take(from, &mask, 1)) {
      return false;
    }
    for (unsigned bit = 0; bit < 8; bit++) {
      if ((mask >> bit & 1u) != 0) {
        if (!take(from, &byte, 1)) {
          return false;
        }
        value |= (uint64_t)byte << (8 * bit);
      }
    }
    if (word >= size / 8) {
      memcpy(&before, at - size, 8);
    }
    value ^= before;
    memcpy(at, &value, 8);
  }
  return true;
}

static bool take_items(cursor *from, void *items, uint32_t count, size_t size)
{
  return count == 0 || (size % 8 == 0 && size <= 128 ? take_words(from, items, count, size)
                                                     : take(from, items, size * count));
}

/* A count that the bytes left cannot hold is not believed. */
static bool take_count(cursor *from, uint32_t *count, size_t size)
{
  size_t least = size % 8 == 0 && size <= 128 ? size / 8 : size;
  return take(from, count, sizeof *count) && *count <= from->left / least;
}

bool notch_state_is_ours(const void *bytes, size_t size)
{
  cursor from = {bytes, size};
  state_head head;
  uint32_t one;
  return take_count(&from, &one, sizeof head) && one == 1 &&
         take_items(&from, &head, 1, sizeof head) && head.format == STATE_FORMAT;
}

bool notch_state_decode(notch_state *state, const void *bytes, size_t size)
{
  cursor from = {bytes, size};
  state_head head;
  uint32_t one;
  if (!take_count(&from, &one, sizeof head) || one != 1 ||
      !take_items(&from, &head, 1, sizeof head) || head.format != STATE_FORMAT) {
    return false;
  }
  state->member = head.member;
  state->closed = (head.flags & 1) != 0;
  state->present = (head.flags & 2) != 0;
  state->joined_us = head.joined_us;
  state->booked_us = head.booked_us;
  state->settled_us = head.settled_us;
  state->last_event = head.last_event;
  state->seed = (notch_slice){(uint32_t)(head.seed >> 32), (uint32_t)head.seed};
#define SECTION(type, name, meaning)                                                               \
  {                                                                                                \
    uint32_t count;                                                                                \
    if (!take_count(&from, &count, sizeof(type)) ||                                                \
        !reserve(state, (void **)&state->name, &state->name##_capacity, sizeof(type), count) ||    \
        !take_items(&from, state->name, count, sizeof(type))) {                                    \
      return false;                                                                                \
    }                                                                                              \
    state->name##_count = count;                                                                   \
  }
#include "member/state.def"
#undef SECTION
  return from.left == 0;
}

bool notch_state_start(notch_state *state, const notch_program *program, int64_t member)
{
#define SECTION(type, name, meaning) state->name##_count = 0;
#include "member/state.def"
#undef SECTION
  state->closed = state->present = false;
  state->member = member;
  state->joined_us = state->booked_us = state->settled_us = INT64_MIN;
  state->last_event = 0;
  state->seed = (notch_slice){0, 0};
  for (uint32_t i = 0; i < program->points_count; i++) {
    if (notch_state_add_balances(state) == NULL) {
      return false;
    }
  }
  for (uint32_t i = 0; i < program->member_field_count; i++) {
    notch_value *field = notch_state_add_fields(state);
    if (field == NULL) {
      return false;
    }
  }
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    notch_standing *standing = notch_state_add_standings(state);
    if (standing == NULL) {
      return false;
    }
    *standing = (notch_standing){.own = program->ladders[i].start,
                                 .effective = program->ladders[i].start,
                                 .promise = NOTCH_NONE,
                                 .lifetime = NOTCH_NONE,
                                 .grace_to = NOTCH_NONE,
                                 .until_s = NOTCH_NEVER,
                                 .promise_until_s = NOTCH_NEVER,
                                 .grace_at_s = NOTCH_NEVER};
  }
  return true;
}

void notch_state_remove_lot(notch_state *state, uint32_t index)
{
  assert(index < state->lots_count);
  memmove(&state->lots[index], &state->lots[index + 1],
          sizeof *state->lots * (state->lots_count - index - 1));
  state->lots_count--;
}

notch_slice notch_state_keep_text(notch_state *state, notch_text text)
{
  notch_slice slice = {state->chars_count, text.length};
  if (reserve(state, (void **)&state->chars, &state->chars_capacity, 1,
              state->chars_count + text.length) &&
      text.length > 0) {
    memcpy(state->chars + state->chars_count, text.bytes, text.length);
    state->chars_count += text.length;
  }
  return slice;
}

notch_lot *notch_state_lot(const notch_state *state, int64_t lot)
{
  uint32_t low = 0, high = state->lots_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (state->lots[middle].lot < lot) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < state->lots_count && state->lots[low].lot == lot ? &state->lots[low] : NULL;
}
