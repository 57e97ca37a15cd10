/* member/state_bytes.c -- a member's state as the bytes of a cache, and back. */
#include <config.h>

#include "member/state.h"

#include <string.h>

enum { STATE_FORMAT = 2 };

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
        !notch_state_reserve(state, (void **)&state->name, &state->name##_capacity,                \
                             sizeof(type), count) ||                                               \
        !take_items(&from, state->name, count, sizeof(type))) {                                    \
      return false;                                                                                \
    }                                                                                              \
    state->name##_count = count;                                                                   \
  }
#include "member/state.def"
#undef SECTION
  return from.left == 0;
}
