/* member/state.c -- the memory of a member's state: growing, copying, comparing. */
#include <config.h>

#include "member/state.h"

#include <assert.h>
#include <string.h>

void notch_state_init(notch_state *state, const notch_memory *memory)
{
  memset(state, 0, sizeof *state);
  state->memory = memory;
}

void notch_state_free(notch_state *state)
{
#define SECTION(type, name, meaning) notch_memory_free(state->memory, state->name);
#define TIGHT(type, name, meaning) notch_memory_free(state->memory, state->name##_items);
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
  void *grown = notch_memory_resize(state->memory, *items, wanted * size);
  if (grown == NULL) {
    return out_of_memory(state);
  }
  *items = grown;
  *capacity = wanted;
  return true;
}

static void copy_figures(notch_state *to, const notch_state *from)
{
  to->closed = from->closed;
  to->present = from->present;
  to->member = from->member;
  to->joined_us = from->joined_us;
  to->booked_us = from->booked_us;
  to->settled_us = from->settled_us;
  to->own_event = from->own_event;
  to->seed = from->seed;
}

bool notch_state_copy(notch_state *to, const notch_state *from)
{
  to->has_rare = to->has_rare || from->has_rare; /* until it is as `from` */
#define COPY(type, name, items, those)                                                             \
  if (from->name##_count > to->name##_capacity &&                                                  \
      !notch_state_reserve(to, (void **)&to->items, &to->name##_capacity, sizeof(type),            \
                           from->name##_count)) {                                                  \
    return false;                                                                                  \
  }                                                                                                \
  if (from->name##_count > 0) {                                                                    \
    memcpy(to->items, those, sizeof(type) * from->name##_count);                                   \
  }                                                                                                \
  to->name##_count = from->name##_count;
#define SECTION(type, name, meaning) COPY(type, name, name, from->name)
#define TIGHT(type, name, meaning) COPY(type, name, name##_items, notch_state_##name(from))
#include "member/state.def"
#undef SECTION
#undef COPY
  to->has_rare = from->has_rare;
  to->asleep = (notch_asleep){0};
  copy_figures(to, from);
  return true;
}

const char *notch_state_difference(const notch_state *left, const notch_state *right)
{
  if (left->closed != right->closed || left->present != right->present ||
      left->member != right->member || left->joined_us != right->joined_us ||
      left->booked_us != right->booked_us || left->settled_us != right->settled_us ||
      left->own_event != right->own_event) {
    return "times";
  }
#define DIFFER(type, name, one, other)                                                             \
  if (left->name##_count != right->name##_count ||                                                 \
      (left->name##_count > 0 && memcmp(one, other, sizeof(type) * left->name##_count) != 0)) {    \
    return #name;                                                                                  \
  }
#define SECTION(type, name, meaning) DIFFER(type, name, left->name, right->name)
#define TIGHT(type, name, meaning)                                                                 \
  DIFFER(type, name, notch_state_##name(left), notch_state_##name(right))
#include "member/state.def"
#undef SECTION
#undef DIFFER
  return NULL;
}

void notch_state_clear(notch_state *state)
{
#define SECTION(type, name, meaning) state->name##_count = 0;
#include "member/state.def"
#undef SECTION
  state->has_rare = false;
  state->asleep = (notch_asleep){0};
  state->closed = state->present = false;
  state->member = 0;
  state->joined_us = state->booked_us = state->settled_us = INT64_MIN;
  state->own_event = 0;
  state->seed = (notch_slice){0, 0};
}

bool notch_state_start(notch_state *state, const notch_program *program, int64_t member)
{
  notch_state_clear(state);
  state->member = member;
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
  assert(index >= state->asleep.count && index < state->lots_count);
  memmove(&state->lots_items[index], &state->lots_items[index + 1],
          sizeof *state->lots_items * (state->lots_count - index - 1));
  state->lots_count--;
}

notch_slice notch_state_keep_text(notch_state *state, notch_text text)
{
  notch_slice slice = {state->chars_count, text.length};
  if (notch_state_reserve(state, (void **)&state->chars, &state->chars_capacity, 1,
              state->chars_count + text.length) &&
      text.length > 0) {
    memcpy(state->chars + state->chars_count, text.bytes, text.length);
    state->has_rare = true;
    state->chars_count += text.length;
  }
  return slice;
}

notch_lot *notch_state_lot(const notch_state *state, int64_t lot)
{
  uint32_t low = state->asleep.count, high = state->lots_count;
  if (high > low && state->lots_items[high - 1].lot == lot) { /* the newest is asked for most */
    return &state->lots_items[high - 1];
  }
  if (low > 0 && lot <= state->asleep.newest) {
    low = 0;
  }
  notch_lot *lots = low == 0 ? notch_state_lots(state) : state->lots_items;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (lots[middle].lot < lot) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < state->lots_count && lots[low].lot == lot ? &lots[low] : NULL;
}
