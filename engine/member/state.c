/* member/state.c -- the memory of a member's state: growing, copying, comparing, storing. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

enum { STATE_FORMAT = 1 };

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
    if (!reserve(state, (void **)&state->name, &state->name##_capacity, sizeof(type),              \
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
  if (!reserve(to, (void **)&to->name, &to->name##_capacity, sizeof(type), from->name##_count)) {  \
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

bool notch_state_equal(const notch_state *left, const notch_state *right)
{
  bool same = left->closed == right->closed && left->present == right->present &&
              left->member == right->member && left->joined_us == right->joined_us &&
              left->booked_us == right->booked_us && left->settled_us == right->settled_us &&
              left->last_event == right->last_event;
#define SECTION(type, name, meaning)                                                               \
  same = same && left->name##_count == right->name##_count &&                                      \
         (left->name##_count == 0 ||                                                               \
          memcmp(left->name, right->name, sizeof(type) * left->name##_count) == 0);
#include "member/state.def"
#undef SECTION
  return same;
}

static void put_number(notch_buffer *to, int64_t number)
{
  notch_buffer_put(to, &number, sizeof number);
}

void notch_state_encode(const notch_state *state, notch_buffer *to)
{
  put_number(to, STATE_FORMAT);
  put_number(to, state->member);
  put_number(to, (state->closed ? 1 : 0) | (state->present ? 2 : 0));
  put_number(to, state->joined_us);
  put_number(to, state->booked_us);
  put_number(to, state->settled_us);
  put_number(to, state->last_event);
  put_number(to, (int64_t)state->seed.offset << 32 | state->seed.length);
#define SECTION(type, name, meaning)                                                               \
  notch_buffer_put(to, &state->name##_count, sizeof state->name##_count);                          \
  if (state->name##_count > 0) {                                                                   \
    notch_buffer_put(to, state->name, sizeof(type) * state->name##_count);                         \
  }
#include "member/state.def"
#undef SECTION
}

typedef struct cursor {
  const char *at;
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

bool notch_state_decode(notch_state *state, const void *bytes, size_t size)
{
  cursor from = {bytes, size};
  int64_t format, flags, seed;
  if (!take(&from, &format, sizeof format) || format != STATE_FORMAT ||
      !take(&from, &state->member, 8) || !take(&from, &flags, 8) ||
      !take(&from, &state->joined_us, 8) || !take(&from, &state->booked_us, 8) ||
      !take(&from, &state->settled_us, 8) || !take(&from, &state->last_event, 8) ||
      !take(&from, &seed, 8)) {
    return false;
  }
  state->closed = (flags & 1) != 0;
  state->present = (flags & 2) != 0;
  state->seed = (notch_slice){(uint32_t)(seed >> 32), (uint32_t)seed};
#define SECTION(type, name, meaning)                                                               \
  {                                                                                                \
    uint32_t count;                                                                                \
    if (!take(&from, &count, sizeof count) || count > from.left / sizeof(type) ||                  \
        !reserve(state, (void **)&state->name, &state->name##_capacity, sizeof(type), count) ||    \
        !take(&from, state->name, sizeof(type) * count)) {                                         \
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
