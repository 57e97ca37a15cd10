/* member/measure.c -- what events add to running figures. */
#include <config.h>

#include "member/daily.h"
#include "member/measure.h"

#include <assert.h>
#include <string.h>

/* Entries of all measures share one array in time order; equal times go by arrival. */
static notch_entry *insert(notch_state *state, notch_entry entry)
{
  notch_entry *added = notch_state_add_entries(state);
  if (added == NULL) {
    return NULL;
  }
  uint32_t at = state->entries_count - 1;
  while (at > 0 &&
         (state->entries[at - 1].day > entry.day || (state->entries[at - 1].day == entry.day &&
                                                     state->entries[at - 1].at_us > entry.at_us))) {
    state->entries[at] = state->entries[at - 1];
    at--;
  }
  state->entries[at] = entry;
  return &state->entries[at];
}

/* A day whose sum does not fit there. */
static notch_entry *find_day(const notch_state *state, uint32_t measure, int32_t day)
{
  for (uint32_t i = state->entries_count; i > 0; i--) {
    notch_entry *entry = &state->entries[i - 1];
    if (entry->day < day) {
      return NULL;
    }
    if (entry->day == day && entry->measure == measure) {
      return entry;
    }
  }
  return NULL;
}

static notch_entry *find_event(notch_state *state, uint32_t measure, int64_t event)
{
  for (uint32_t i = state->entries_count; i > 0; i--) {
    notch_entry *entry = &state->entries[i - 1];
    if (entry->event == event && entry->measure == measure) {
      return entry;
    }
  }
  return NULL;
}

static inline void put_daily(notch_state *state, uint32_t at, notch_daily daily)
{
  if (notch_state_add_daily(state) != NULL) {
    notch_daily_put(state->daily, state->daily_count, at, daily);
  }
}

static inline uint32_t place_of_daily(const notch_state *state, int32_t key, bool *found)
{
  return notch_daily_place(state->daily, state->daily_count, key, found);
}

static bool is_small(notch_rational value)
{
  return value.den == 1 && value.num == (int32_t)value.num;
}

/* A sum that is new, in the form that its size asks for. */
static void put_sum(notch_state *state, uint32_t measure, int32_t day, notch_rational sum)
{
  int32_t key;
  bool found;
  if (notch_daily_key(measure, day, &key) && is_small(sum)) {
    put_daily(state, place_of_daily(state, key, &found), (notch_daily){key, (int32_t)sum.num});
  } else {
    insert(state, (notch_entry){.measure = measure, .day = day, .value = notch_value_of(sum)});
  }
}

/* The sum of a day among the small ones; NULL: it is not there. */
static notch_daily *find_daily(const notch_state *state, uint32_t measure, int32_t day)
{
  int32_t key;
  bool found = false;
  uint32_t at = notch_daily_key(measure, day, &key) ? place_of_daily(state, key, &found) : 0;
  return found ? &state->daily[at] : NULL;
}

/* Where a sum of that day is not small, or becomes so.  False: it does not fit. */
__attribute__((cold, noinline)) static bool add_large(notch_state *state, uint32_t measure,
                                                      int32_t day, notch_rational amount)
{
  const notch_daily *daily = find_daily(state, measure, day);
  notch_entry *entry = daily != NULL ? NULL : find_day(state, measure, day);
  notch_rational sum = daily != NULL   ? NOTCH_INTEGER(daily->sum)
                       : entry != NULL ? notch_value_rational(entry->value)
                                       : NOTCH_INTEGER(0);
  if (!notch_rational_add(&sum, sum, amount)) {
    return false;
  }
  if (entry != NULL) {
    entry->value = notch_value_of(sum);
    return true;
  }
  if (daily != NULL) {
    notch_daily_remove(state->daily, &state->daily_count, (uint32_t)(daily - state->daily));
  }
  put_sum(state, measure, day, sum);
  return true;
}

/* Inline: of nearly every event, for each measure. */
static inline __attribute__((always_inline)) bool add_on_day(notch_state *state, uint32_t measure,
                                                             int32_t day, notch_rational amount)
{
  int32_t key;
  bool found, fits = notch_daily_key(measure, day, &key);
  uint32_t at = place_of_daily(state, key, &found);
  int64_t sum = found ? state->daily[at].sum : 0;
  bool elsewhere = !fits || (!found && state->entries_count > 0) || amount.den != 1;
  if (elsewhere || __builtin_add_overflow(sum, amount.num, &sum) || sum != (int32_t)sum) {
    return add_large(state, measure, day, amount);
  }
  if (found) {
    state->daily[at].sum = (int32_t)sum;
  } else {
    put_daily(state, at, (notch_daily){key, (int32_t)sum});
  }
  return true;
}

/* The same where it is seldom. */
static bool add_apart(notch_state *state, uint32_t measure, int32_t day, notch_rational amount)
{
  return add_on_day(state, measure, day, amount);
}

/* How many of a measure's days are older than that, and their sum.  False: it does not fit. */
static bool add_older(const notch_state *state, uint32_t measure, int32_t keep_from,
                      uint32_t *count, notch_rational *sum)
{
  const notch_daily *daily = state->daily, *end = daily + state->daily_count;
  bool fits = true;
  uint32_t found = 0;
  int64_t days = 0; /* so many small numbers always fit */
  for (; daily < end && notch_daily_day(daily) < keep_from; daily++) {
    bool meant = notch_daily_subject(daily) == measure;
    days += meant ? daily->sum : 0;
    found += meant;
  }
  *count = found;
  *sum = NOTCH_INTEGER(days);
  for (uint32_t i = 0; i < state->entries_count && state->entries[i].day < keep_from; i++) {
    if (state->entries[i].measure == measure) {
      fits = fits && notch_rational_add(sum, *sum, notch_value_rational(state->entries[i].value));
      ++*count;
    }
  }
  return fits;
}

static void drop_older(notch_state *state, uint32_t measure, int32_t keep_from)
{
  const notch_daily *daily = state->daily, *end = daily + state->daily_count;
  notch_daily *to = state->daily;
  for (; daily < end && notch_daily_day(daily) < keep_from; daily++) {
    *to = *daily;
    to += notch_daily_subject(daily) != measure;
  }
  if (to < daily) {
    memmove(to, daily, (size_t)(end - daily) * sizeof *to);
    state->daily_count -= (uint32_t)(daily - to);
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < state->entries_count; i++) {
    if (state->entries[i].measure != measure || state->entries[i].day >= keep_from) {
      state->entries[kept++] = state->entries[i];
    }
  }
  state->entries_count = kept;
}

/* Adds up what is older than any window of a measure.  Sums of the kind stand before all days. */
static void forget(notch_state *state, uint32_t measure, int32_t keep_from)
{
  uint32_t older;
  notch_rational sum;
  if (add_older(state, measure, keep_from, &older, &sum) && older > 1) {
    drop_older(state, measure, keep_from);
    put_sum(state, measure, NOTCH_DAY_BASE, sum); /* the one that stood there is part of it */
  }
}

/* Whether `wanted` of all items are older. */
static bool has_older(const notch_state *state, int32_t keep_from, uint32_t wanted)
{
  uint32_t daily = 0, entries = 0;
  while (daily < wanted && daily < state->daily_count &&
         notch_daily_day(&state->daily[daily]) < keep_from) {
    daily++;
  }
  while (daily + entries < wanted && entries < state->entries_count &&
         state->entries[entries].day < keep_from) {
    entries++;
  }
  return daily + entries == wanted;
}

/*
 * Forgets days that only a plain total can still see, so no answer changes.  All items are looked
 * at, so this is done when so many more have come, and only if enough can go.
 */
#define LOOK_EACH 16u
#define FORGOTTEN_AT_ONCE 8u

static void trim(notch_state *state, const notch_plan *plan, int32_t today)
{
  const uint32_t count = plan->program->measure_count;
  const int32_t *remembers = plan->remembers;
  bool enough = false;
  for (uint32_t i = 0; i < count && !enough; i++) {
    enough = remembers[i] != NOTCH_REMEMBERS_ALL &&
             has_older(state, today - remembers[i], FORGOTTEN_AT_ONCE);
  }
  for (uint32_t i = 0; i < count && enough; i++) {
    if (remembers[i] != NOTCH_REMEMBERS_ALL) {
      forget(state, i, today - remembers[i]);
    }
  }
}

static bool is_text(notch_type type)
{
  return type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
}

static notch_value keep_value(notch_state *state, notch_type type, notch_value value)
{
  if (is_text(type)) {
    notch_slice slice = notch_state_keep_text(state, notch_value_text(value));
    return NOTCH_VALUE((int64_t)slice.offset << 32 | slice.length);
  }
  return value;
}

/* What the fields count for: false when `where` leaves the event out. */
static bool contribution(notch_work *work, const notch_counted *counted, notch_value *out)
{
  if (counted->where != NOTCH_NONE && notch_work_eval(work, counted->where).n == 0) {
    return false;
  }
  *out = counted->value == NOTCH_NONE ? NOTCH_VALUE(1) : notch_work_eval(work, counted->value);
  return out->d != 0;
}

static int64_t recorded_at(const notch_work *work)
{
  return work->open == NULL ? work->in->recorded_us : work->open->row.recorded_us;
}

static void absorb_one(notch_work *work, notch_state *state, const notch_counted *counted,
                       int64_t event)
{
  notch_value value;
  if (!contribution(work, counted, &value)) {
    return;
  }
  int64_t at_us = work->moment.now_us;
  int32_t day = work->moment.today;
  if (counted->by_recorded) {
    at_us = recorded_at(work);
    day = notch_work_day(work, at_us);
  }
  if (!counted->by_event) {
    if (!add_on_day(state, counted->measure, day, notch_value_rational(value))) {
      notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "measure %.*s grows too large",
                   (int)counted->of->decl.name.length, counted->of->decl.name.bytes);
    }
    return;
  }
  notch_type type = counted->value == NOTCH_NONE ? (notch_type){.kind = NOTCH_TYPE_NUMBER}
                                                 : work->program->roots[counted->value].expr->type;
  insert(state, (notch_entry){.measure = counted->measure,
                              .day = day,
                              .at_us = at_us,
                              .event = event,
                              .value = keep_value(state, type, value)});
}

void notch_measure_absorb(notch_work *work, notch_state *state, int64_t event)
{
  const notch_plan *plan = work->plan;
  const uint32_t *from = &plan->counted_from[work->event->type];
  const notch_counted *counted = plan->counted + from[0], *end = plan->counted + from[1];
  uint32_t before = (state->daily_count + state->entries_count) / LOOK_EACH;
  for (; counted < end; counted++) {
    absorb_one(work, state, counted, event);
  }
  if ((state->daily_count + state->entries_count) / LOOK_EACH > before) {
    trim(state, plan, work->moment.today);
  }
}

static void remove_entry(notch_state *state, notch_entry *entry)
{
  uint32_t at = (uint32_t)(entry - state->entries);
  for (; at + 1 < state->entries_count; at++) {
    state->entries[at] = state->entries[at + 1];
  }
  state->entries_count--;
}

static void lower_one(notch_work *work, notch_state *state, const notch_counted *counted,
                      const notch_original *original, const notch_value *before,
                      const notch_value *after, bool nothing_left)
{
  const notch_measure *measure = counted->of;
  int32_t day = counted->by_recorded ? notch_work_day(work, original->transaction->recorded_us)
                                     : work->moment.today;
  bool scaled = measure->aggregate == NOTCH_AGG_SUM || measure->aggregate == NOTCH_AGG_LARGEST ||
                measure->aggregate == NOTCH_AGG_SMALLEST;
  if (!scaled && !nothing_left) {
    return;
  }
  notch_value old_value, new_value = NOTCH_VALUE(0);
  work->fields = work->event->fields;
  if (counted->where != NOTCH_NONE && notch_work_eval(work, counted->where).n == 0) {
    return;
  }
  work->fields = before;
  old_value = counted->value == NOTCH_NONE ? NOTCH_VALUE(1) : notch_work_eval(work, counted->value);
  if (old_value.d == 0) { /* it never counted */
    return;
  }
  work->fields = after;
  if (!nothing_left && counted->value != NOTCH_NONE) {
    new_value = notch_work_eval(work, counted->value);
  }
  if (!counted->by_event) {
    notch_rational change;
    if (notch_rational_sub(&change, notch_value_rational(new_value),
                           notch_value_rational(old_value)) &&
        change.num != 0) {
      bool there = find_daily(state, counted->measure, day) != NULL ||
                   find_day(state, counted->measure, day) != NULL;
      add_apart(state, counted->measure, there ? day : NOTCH_DAY_BASE, change);
    }
    return;
  }
  notch_entry *entry = find_event(state, counted->measure, original->event);
  if (entry == NULL) {
    return;
  }
  if (nothing_left) {
    remove_entry(state, entry);
  } else {
    entry->value = new_value;
  }
}

void notch_measure_lower(notch_work *work, notch_state *state, const notch_original *original,
                         const notch_value *before, const notch_value *after, bool nothing_left)
{
  const notch_event *event_before = work->event;
  const notch_value *fields_before = work->fields;
  notch_moment moment_before = work->moment;
  work->event = original->sent;
  notch_work_see(work, original->sent->at_us);
  const uint32_t *from = &work->plan->counted_from[original->sent->type];
  for (uint32_t i = from[0]; i < from[1]; i++) {
    const notch_counted *counted = &work->plan->counted[i];
    if (!counted->of->gross) {
      lower_one(work, state, counted, original, before, after, nothing_left);
    }
  }
  work->event = event_before;
  work->fields = fields_before;
  work->moment = moment_before;
}

void notch_measure_note_earned(notch_work *work, notch_state *state, uint32_t points, int64_t at_us,
                               int64_t amount)
{
  if (amount == 0) {
    return;
  }
  uint32_t index = work->program->measure_count + points;
  insert(state, (notch_entry){.measure = index,
                              .day = notch_work_day(work, at_us),
                              .at_us = at_us,
                              .value = NOTCH_VALUE(amount)});
}

notch_type notch_measure_counted(const notch_program *program, const notch_measure *measure)
{
  uint32_t root = measure->on_count > 0 ? measure->on[0].value : NOTCH_NONE;
  return root == NOTCH_NONE ? (notch_type){.kind = NOTCH_TYPE_NUMBER}
                            : program->roots[root].expr->type;
}

void notch_measure_merge(const notch_program *program, notch_state *state, const notch_state *from)
{
  for (uint32_t i = 0; i < from->daily_count; i++) {
    const notch_daily *daily = &from->daily[i];
    add_apart(state, notch_daily_subject(daily), notch_daily_day(daily), NOTCH_INTEGER(daily->sum));
  }
  for (uint32_t i = 0; i < from->entries_count; i++) {
    notch_entry moved = from->entries[i];
    if (moved.measure < program->measure_count &&
        is_text(notch_measure_counted(program, &program->measures[moved.measure]))) {
      notch_slice slice = {(uint32_t)(moved.value.n >> 32), (uint32_t)moved.value.n};
      notch_slice kept = notch_state_keep_text(state, notch_state_text(from, slice));
      moved.value = NOTCH_VALUE((int64_t)kept.offset << 32 | kept.length);
    }
    insert(state, moved);
  }
}
