/* member/measure_value.c -- the value of a running figure over a window. */
#include <config.h>

#include "member/daily.h"
#include "member/measure.h"
#include "member/lots.h"

#include <assert.h>

typedef struct span_of_time { /* both kinds of bound, either may be open */
  int32_t from_day, to_day;   /* included */
  int64_t after_us, until_us; /* (after, until]; used where the entries keep their time */
  bool exact;
} span_of_time;

static notch_duration negated(notch_duration duration)
{
  duration.count = -duration.count;
  return duration;
}

/* `known`: what follows from the day alone is noted there. */
static notch_eval work_out(notch_work *work, uint32_t window, notch_of_day *known,
                           span_of_time *out)
{
  const notch_program *program = work->program;
  const notch_window *over = &program->windows[window];
  int32_t today = work->moment.today;
  int32_t begin;
  switch (over->kind) {
  case NOTCH_WINDOW_EVER: break;
  case NOTCH_WINDOW_LAST:
    if (over->last.unit <= NOTCH_UNIT_HOUR) {
      out->exact = true;
      out->after_us = work->moment.now_us - NOTCH_US(notch_exact_seconds(over->last));
    } else {
      out->from_day = notch_day_add(today, negated(over->last), program->calendar.months_roll) + 1;
    }
    break;
  case NOTCH_WINDOW_THIS:
    out->from_day = notch_unit_begin(today, over->unit, &program->calendar);
    break;
  case NOTCH_WINDOW_PREVIOUS:
    begin = notch_unit_begin(today, over->unit, &program->calendar);
    out->from_day = notch_unit_begin(begin - 1, over->unit, &program->calendar);
    out->to_day = begin - 1;
    break;
  case NOTCH_WINDOW_SINCE: {
    notch_value since;
    notch_eval ended = notch_work_try(work, over->since, NULL, &since);
    if (ended != NOTCH_EVAL_OK || since.d == 0) {
      return ended;
    }
    if (program->roots[over->since].expr->type.kind == NOTCH_TYPE_DATE) {
      out->from_day = (int32_t)since.n;
    } else {
      out->exact = true;
      out->after_us = since.n - 1;
    }
    break;
  }
  }
  known->known = !out->exact && over->kind != NOTCH_WINDOW_SINCE;
  known->from = out->from_day;
  known->to = out->to_day;
  return NOTCH_EVAL_OK;
}

static notch_eval resolve(notch_work *work, uint32_t window, span_of_time *out)
{
  int32_t today = work->moment.today;
  *out = (span_of_time){INT32_MIN, today, INT64_MIN, work->moment.now_us, false};
  if (window == NOTCH_NONE) {
    return NOTCH_EVAL_OK;
  }
  notch_of_day *known = notch_work_of_day(work, window, today);
  if (!known->known) {
    return work_out(work, window, known, out);
  }
  out->from_day = (int32_t)known->from;
  out->to_day = (int32_t)known->to;
  return NOTCH_EVAL_OK;
}

static bool inside(const notch_entry *entry, const span_of_time *over)
{
  if (over->exact) {
    return entry->at_us > over->after_us && entry->at_us <= over->until_us;
  }
  return entry->day >= over->from_day && entry->day <= over->to_day;
}

/* Whole numbers, as nearly all are, without a call. */
static inline bool add_to(notch_rational *sum, notch_value value)
{
  return sum->den == 1 && value.d == 1 ? !__builtin_add_overflow(sum->num, value.n, &sum->num)
                                       : notch_rational_add(sum, *sum, notch_value_rational(value));
}

static inline int64_t part_of(const notch_daily *daily, uint32_t index)
{
  return notch_daily_subject(daily) == index ? daily->sum : 0;
}

/* What stands by days: so many small numbers always fit.  From the newest back, up to the first
 * that is too old, or to all of them: four at a time, for if the last of them is not too old, none
 * is. */
static inline int64_t sum_of_days(const notch_state *state, uint32_t index, int32_t from_day,
                                  int32_t to_day)
{
  uint32_t left = state->daily_count;
  int64_t sum = 0;
  if (left == 0) {
    return sum; /* there may be no array to point behind */
  }
  const notch_daily *end = state->daily + left;
  for (; left > 0 && notch_daily_day(end - 1) > to_day; left--) {
    end--;
  }
  for (; left >= 4 && notch_daily_day(end - 4) >= from_day; left -= 4) {
    end -= 4;
    sum += part_of(end, index) + part_of(end + 1, index) + part_of(end + 2, index) +
           part_of(end + 3, index);
  }
  for (; left > 0 && notch_daily_day(end - 1) >= from_day; left--) {
    sum += part_of(--end, index);
  }
  return sum;
}

static notch_eval sum_of(const notch_state *state, uint32_t index, const span_of_time *over,
                         notch_value *out)
{
  int64_t days = over->exact ? 0 : sum_of_days(state, index, over->from_day, over->to_day);
  notch_rational sum = NOTCH_INTEGER(days);
  for (uint32_t i = state->entries_count; i > 0; i--) {
    const notch_entry *entry = &state->entries[i - 1];
    if (entry->day < over->from_day) {
      break;
    }
    if (entry->measure == index && inside(entry, over) && !add_to(&sum, entry->value)) {
      return NOTCH_EVAL_OVERFLOW;
    }
  }
  *out = notch_value_of(sum);
  return NOTCH_EVAL_OK;
}

/* `at most N per U`: the first N of each unit count. */
static notch_eval sum_of_first(notch_work *work, const notch_state *state, uint32_t index,
                               const span_of_time *over, notch_value *out)
{
  const notch_measure *measure = &work->program->measures[index];
  notch_rational sum = NOTCH_INTEGER(0);
  int32_t unit = INT32_MIN;
  int64_t seen = 0;
  for (uint32_t i = 0; i < state->entries_count; i++) {
    const notch_entry *entry = &state->entries[i];
    if (entry->measure != index) {
      continue;
    }
    int32_t begin = notch_unit_begin(entry->day, measure->at_most_unit, &work->program->calendar);
    seen = begin == unit ? seen + 1 : 1;
    unit = begin;
    if (seen > measure->at_most || !inside(entry, over)) {
      continue;
    }
    if (!notch_rational_add(&sum, sum, notch_value_rational(entry->value))) {
      return NOTCH_EVAL_OVERFLOW;
    }
  }
  *out = notch_value_of(sum);
  return NOTCH_EVAL_OK;
}

static bool same_value(const notch_state *state, notch_type type, notch_value left,
                       notch_value right)
{
  if (type.kind != NOTCH_TYPE_TEXT && type.kind != NOTCH_TYPE_MEMBER) {
    return left.n == right.n && left.d == right.d;
  }
  notch_slice one = {(uint32_t)(left.n >> 32), (uint32_t)left.n};
  notch_slice other = {(uint32_t)(right.n >> 32), (uint32_t)right.n};
  return notch_text_equal(notch_state_text(state, one), notch_state_text(state, other));
}

static void distinct_of(notch_work *work, const notch_state *state, uint32_t index,
                        const span_of_time *over, notch_value *out)
{
  notch_type type = notch_measure_counted(work->program, &work->program->measures[index]);
  int64_t count = 0;
  for (uint32_t i = 0; i < state->entries_count; i++) {
    const notch_entry *entry = &state->entries[i];
    bool fresh = entry->measure == index && inside(entry, over);
    for (uint32_t j = 0; j < i && fresh; j++) {
      const notch_entry *earlier = &state->entries[j];
      fresh = earlier->measure != index || !inside(earlier, over) ||
              !same_value(state, type, earlier->value, entry->value);
    }
    count += fresh;
  }
  *out = NOTCH_VALUE(count);
}

static void extreme_of(const notch_state *state, uint32_t index, const span_of_time *over,
                       bool largest, notch_value *out)
{
  bool found = false;
  *out = NOTCH_VALUE(0);
  for (uint32_t i = 0; i < state->entries_count; i++) {
    const notch_entry *entry = &state->entries[i];
    if (entry->measure != index || !inside(entry, over)) {
      continue;
    }
    int order =
        notch_rational_compare(notch_value_rational(entry->value), notch_value_rational(*out));
    if (!found || (largest ? order > 0 : order < 0)) {
      *out = entry->value;
    }
    found = true;
  }
}

/* A measure by days, from the newest back. */
typedef struct backwards {
  const notch_state *state;
  uint32_t measure, daily, entries; /* so many are left */
  notch_entry now;
} backwards;

static bool next_back(backwards *from)
{
  const notch_daily *daily = from->state->daily;
  const notch_entry *entries = from->state->entries;
  while (from->daily > 0 && notch_daily_subject(&daily[from->daily - 1]) != from->measure) {
    from->daily--;
  }
  while (from->entries > 0 && entries[from->entries - 1].measure != from->measure) {
    from->entries--;
  }
  if (from->entries > 0 && (from->daily == 0 || entries[from->entries - 1].day >=
                                                    notch_daily_day(&daily[from->daily - 1]))) {
    from->now = entries[--from->entries];
    return true;
  }
  if (from->daily == 0) {
    return false;
  }
  daily += --from->daily;
  from->now = (notch_entry){
      .measure = from->measure, .day = notch_daily_day(daily), .value = NOTCH_VALUE(daily->sum)};
  return true;
}

/* The run of units, each with an event, that ends in the present one or the one before it. */
static void streak_of(notch_work *work, const notch_state *state, uint32_t index,
                      const span_of_time *over, notch_value *out)
{
  const notch_calendar *calendar = &work->program->calendar;
  notch_unit unit = work->program->measures[index].streak_by;
  int32_t expected = notch_unit_begin(work->moment.today, unit, calendar);
  int64_t length = 0;
  backwards from = {state, index, state->daily_count, state->entries_count, {0}};
  while (next_back(&from)) {
    if (!inside(&from.now, over) || from.now.value.n <= 0) {
      continue;
    }
    int32_t begin = notch_unit_begin(from.now.day, unit, calendar);
    if (length == 0 && begin < expected) {
      expected = notch_unit_begin(expected - 1, unit, calendar);
    }
    if (begin < expected) {
      break;
    }
    if (begin == expected) {
      length++;
      expected = notch_unit_begin(expected - 1, unit, calendar);
    }
  }
  *out = NOTCH_VALUE(length);
}

/* Of any measure, over any window. */
__attribute__((noinline)) static notch_eval value_of(notch_work *work, const notch_state *state,
                                                     uint32_t index, uint32_t window,
                                                     notch_value *out)
{
  const notch_measure *measure = &work->program->measures[index];
  span_of_time over;
  notch_eval ended = resolve(work, window, &over);
  if (ended != NOTCH_EVAL_OK) {
    return ended;
  }
  switch (measure->aggregate) {
  case NOTCH_AGG_SUM:
  case NOTCH_AGG_COUNT:
    return measure->at_most > 0 ? sum_of_first(work, state, index, &over, out)
                                : sum_of(state, index, &over, out);
  case NOTCH_AGG_DISTINCT: distinct_of(work, state, index, &over, out); break;
  case NOTCH_AGG_LARGEST: extreme_of(state, index, &over, true, out); break;
  case NOTCH_AGG_SMALLEST: extreme_of(state, index, &over, false, out); break;
  case NOTCH_AGG_STREAK: streak_of(work, state, index, &over, out); break;
  }
  return NOTCH_EVAL_OK;
}

notch_eval notch_measure_value(notch_work *work, const notch_state *state, uint32_t index,
                               uint32_t window, notch_value *out)
{
  int32_t today = work->moment.today;
  if (!work->plan->adds_days[index] || state->entries_count > 0) {
    return value_of(work, state, index, window, out);
  }
  if (window == NOTCH_NONE) {
    *out = NOTCH_VALUE(sum_of_days(state, index, INT32_MIN, today));
    return NOTCH_EVAL_OK;
  }
  const notch_of_day *known = notch_work_of_day(work, window, today);
  if (!known->known) {
    return value_of(work, state, index, window, out);
  }
  *out = NOTCH_VALUE(sum_of_days(state, index, (int32_t)known->from, (int32_t)known->to));
  return NOTCH_EVAL_OK;
}

notch_eval notch_earned_value(notch_work *work, const notch_state *state, uint32_t points,
                              uint32_t window, notch_value *out)
{
  if (window == NOTCH_NONE) {
    *out = NOTCH_VALUE(work->earned_now == NULL ? 0 : work->earned_now[points]);
    return NOTCH_EVAL_OK;
  }
  span_of_time over;
  notch_eval ended = resolve(work, window, &over);
  return ended != NOTCH_EVAL_OK ? ended
                                : sum_of(state, work->program->measure_count + points, &over, out);
}
