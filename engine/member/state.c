/* member/state.c -- the memory of a member's state: growing, copying, packing, comparing. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

void notch_state_init(notch_state *state, const notch_memory *memory)
{
  memset(state, 0, sizeof *state);
  state->memory = memory;
}

static bool is_packed(const notch_state *state, const void *items)
{
  return (uintptr_t)items - (uintptr_t)state->block < state->block_size;
}

static void drop(notch_state *state, void *items)
{
  if (!is_packed(state, items)) {
    notch_memory_free(state->memory, items);
  }
}

void notch_state_free(notch_state *state)
{
#define SECTION(type, name, meaning) drop(state, state->name);
#include "member/state.def"
#undef SECTION
  notch_memory_free(state->memory, state->block);
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

bool notch_state_reserve(notch_state *state, void **items, uint32_t *capacity, size_t size,
                         uint32_t count)
{
  if (count <= *capacity) {
    return true;
  }
  uint32_t wanted = *capacity < 2 ? 2 : *capacity * 2;
  if (wanted < count) {
    wanted = count;
  }
  bool packed = is_packed(state, *items);
  void *grown = notch_memory_resize(state->memory, packed ? NULL : *items, wanted * size);
  if (grown == NULL) {
    return out_of_memory(state);
  }
  if (packed) {
    memcpy(grown, *items, *capacity * size);
  }
  *items = grown;
  *capacity = wanted;
  return true;
}

#define SECTION(type, name, meaning)                                                               \
  type *notch_state_add_##name(notch_state *state)                                                 \
  {                                                                                                \
    if (state->name##_count == state->name##_capacity &&                                           \
        !notch_state_reserve(state, (void **)&state->name, &state->name##_capacity,                \
                             sizeof(type),                                                         \
                             state->name##_count + 1)) {                                           \
      return NULL;                                                                                 \
    }                                                                                              \
    type *added = &state->name[state->name##_count++];                                             \
    memset(added, 0, sizeof *added);                                                               \
    return added;                                                                                  \
  }
#include "member/state.def"
#undef SECTION

static void copy_figures(notch_state *to, const notch_state *from)
{
  to->closed = from->closed;
  to->present = from->present;
  to->member = from->member;
  to->joined_us = from->joined_us;
  to->booked_us = from->booked_us;
  to->settled_us = from->settled_us;
  to->last_event = from->last_event;
  to->seed = from->seed;
}

bool notch_state_copy(notch_state *to, const notch_state *from)
{
#define SECTION(type, name, meaning)                                                               \
  if (from->name##_count > to->name##_capacity &&                                                  \
      !notch_state_reserve(to, (void **)&to->name, &to->name##_capacity,                           \
                           sizeof(type), from->name##_count)) {                                    \
    return false;                                                                                  \
  }                                                                                                \
  if (from->name##_count > 0) {                                                                    \
    memcpy(to->name, from->name, sizeof(type) * from->name##_count);                               \
  }                                                                                                \
  to->name##_count = from->name##_count;
#include "member/state.def"
#undef SECTION
  copy_figures(to, from);
  return true;
}

static size_t aligned(size_t size)
{
  return (size + 7) & ~(size_t)7;
}

/* Room for the next few items as well, so that not every event asks for memory. */
static bool make_block(notch_state *to, size_t needed)
{
  size_t size = (needed + needed / 8 + 255) & ~(size_t)63;
  void *block = notch_memory_resize(to->memory, NULL, size);
  if (block == NULL) {
    return out_of_memory(to);
  }
#define SECTION(type, name, meaning)                                                               \
  drop(to, to->name);                                                                              \
  to->name = NULL;                                                                                 \
  to->name##_count = to->name##_capacity = 0;
#include "member/state.def"
#undef SECTION
  notch_memory_free(to->memory, to->block);
  to->block = block;
  to->block_size = size;
  return true;
}

bool notch_state_pack(notch_state *to, const notch_state *from)
{
  size_t needed = 0, at = 0;
#define SECTION(type, name, meaning) needed += aligned(sizeof(type) * from->name##_count);
#include "member/state.def"
#undef SECTION
  if (needed > to->block_size && !make_block(to, needed)) {
    return false;
  }
#define SECTION(type, name, meaning)                                                               \
  if (from->name##_count + to->name##_capacity > 0) {                                              \
    drop(to, to->name);                                                                            \
    to->name = from->name##_count == 0 ? NULL : (type *)(void *)((char *)to->block + at);          \
    if (from->name##_count > 0) {                                                                  \
      memcpy(to->name, from->name, sizeof(type) * from->name##_count);                             \
    }                                                                                              \
    to->name##_count = to->name##_capacity = from->name##_count;                                   \
    at += aligned(sizeof(type) * from->name##_count);                                              \
  }
#include "member/state.def"
#undef SECTION
  copy_figures(to, from);
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
  if (notch_state_reserve(state, (void **)&state->chars, &state->chars_capacity, 1,
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
