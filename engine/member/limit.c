/* member/limit.c -- limits: keys, periods, use and room. */
#include <config.h>

#include "member/daily.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/post.h"
#include "member/shared.h"
#include "member/shop.h"

#include <assert.h>

#define KEY_BYTES 16 /* of a digest: enough to tell any two values apart */

/* Values may be a member's own, and effects stay when he is erased: their digest tells them apart
 * as well. */
static notch_text digest_of(notch_work *work, notch_text values)
{
  notch_digest digest;
  char *hex = NOTCH_NEW_ARRAY(work->run, char, 2 * KEY_BYTES + 1);
  notch_decider *decider = work->decider;
  decider->hasher = decider->hasher == NULL ? notch_hasher_new() : decider->hasher;
  if (decider->hasher == NULL ||
      !notch_sha256(decider->hasher, &digest, values.bytes, values.length)) {
    longjmp(decider->out, NOTCH_OUT_OF_MEMORY);
  }
  notch_hex(hex, digest.bytes, KEY_BYTES);
  return (notch_text){hex, 2 * KEY_BYTES};
}

/* The values of a limit's keys as one text; keys of the member alone are the empty text. */
static notch_text values_of(notch_work *work, const notch_limit *limit, uint32_t variant)
{
  notch_text key = {NULL, 0};
  for (uint32_t i = 0; i < limit->key_count; i++) {
    const notch_limit_key *part = &limit->keys[i];
    if (part->kind != NOTCH_KEY_VALUE || part->root_count == 0) {
      continue;
    }
    uint32_t root = part->roots[variant < part->root_count ? variant : 0];
    notch_value value = root == NOTCH_NONE ? NOTCH_MISSING : notch_work_eval(work, root);
    notch_type type = root == NOTCH_NONE ? (notch_type){.kind = NOTCH_TYPE_ERROR}
                                         : work->program->roots[root].expr->type;
    bool text = type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
    notch_text word = NOTCH_TEXT("?");
    if (value.d != 0 && text) {
      word = notch_value_text(value);
    } else if (value.d != 0 && type.kind == NOTCH_TYPE_CHOICE) {
      word = work->program->choices[type.of].words[value.n]; /* its place may change */
    } else if (value.d != 0 && type.kind == NOTCH_TYPE_TIER) {
      word = work->program->ladders[type.of].tiers[value.n].decl.name;
    } else if (value.d != 0) {
      word = notch_arena_format(work->run, "%lld/%lld", (long long)value.n, (long long)value.d);
    }
    key = notch_arena_format(work->run, "%.*s\x1f%.*s", (int)key.length,
                             key.bytes == NULL ? "" : key.bytes, (int)word.length, word.bytes);
  }
  return key.length > 0 ? digest_of(work, key) : key;
}

static inline notch_text key_of(notch_work *work, uint32_t index, uint32_t variant)
{
  return work->plan->by_key[index] ? values_of(work, &work->program->limits[index], variant)
                                   : (notch_text){NULL, 0};
}

static bool is_exact(const notch_limit *limit)
{
  return limit->period == NOTCH_PERIOD_ROLLING && limit->rolling.unit <= NOTCH_UNIT_HOUR;
}

typedef struct booking { /* of a use at the present moment */
  int32_t day;
  int64_t at_us;
} booking;

static inline booking booking_of(const notch_work *work, const notch_limit *limit)
{
  int32_t today = work->moment.today;
  if (limit->period == NOTCH_PERIOD_CALENDAR) {
    bool daily = limit->unit == NOTCH_UNIT_DAY;
    return (booking){daily ? today : notch_unit_begin(today, limit->unit, &work->program->calendar),
                     0};
  }
  if (limit->period == NOTCH_PERIOD_ROLLING) {
    return (booking){today, is_exact(limit) ? work->moment.now_us : 0};
  }
  return (booking){limit->period == NOTCH_PERIOD_TOTAL ? limit->from_day : 0, 0};
}

typedef struct counted { /* which bookings count at the present moment */
  bool exact;
  int32_t from, until; /* days, both included */
  int64_t after_us, until_us;
} counted;

static inline counted counted_at(const notch_work *work, const notch_limit *limit)
{
  booking now = booking_of(work, limit);
  counted span = {.from = now.day, .until = now.day, .until_us = now.at_us};
  if (limit->period != NOTCH_PERIOD_ROLLING) {
    return span; /* only those that were booked in the same period */
  }
  span.exact = is_exact(limit);
  if (span.exact) {
    span.after_us = span.until_us - NOTCH_US(notch_exact_seconds(limit->rolling));
  } else {
    notch_duration back = {-limit->rolling.count, limit->rolling.unit};
    span.from = notch_day_add(span.until, back, work->program->calendar.months_roll) + 1;
  }
  return span;
}

static inline bool counts(const counted *span, int32_t day, int64_t at_us)
{
  return span->exact ? at_us > span->after_us && at_us <= span->until_us
                     : day >= span->from && day <= span->until;
}

static bool same_key(const notch_state *state, const notch_keyed_use *use, notch_text key)
{
  return notch_text_equal(notch_state_text(state, use->key), key);
}

__attribute__((noinline)) static int64_t keyed_so_far(const notch_state *state, uint32_t index,
                                                      counted span, notch_text key)
{
  int64_t used = 0;
  for (uint32_t i = state->keyed_uses_count; i > 0; i--) {
    const notch_keyed_use *use = &state->keyed_uses[i - 1];
    if (use->limit == index && counts(&span, use->day, use->at_us) && same_key(state, use, key)) {
      used += use->used;
    }
  }
  return used;
}

/* Uses without a key stand by their days. */
static inline int64_t used_so_far(const notch_work *work, const notch_state *state, uint32_t index,
                                  notch_text key)
{
  const counted span = counted_at(work, &work->program->limits[index]);
  int64_t used = 0;
  for (uint32_t i = key.length > 0 ? 0 : state->uses_count; i > 0; i--) {
    const notch_daily *use = &state->uses[i - 1];
    int32_t day = notch_daily_day(use);
    if (!span.exact && day < span.from) {
      break;
    }
    used += notch_daily_subject(use) == index && counts(&span, day, 0) ? use->sum : 0;
  }
  return state->keyed_uses_count == 0 ? used : used + keyed_so_far(state, index, span, key);
}

static int64_t room_beside(const notch_limit *limit, int64_t used)
{
  return used >= limit->amount ? 0 : limit->amount - used;
}

static const notch_state *house_of(notch_work *work)
{
  return work->house_uses != NULL ? work->house_uses : notch_work_house(work);
}

__attribute__((noinline)) static int64_t shared_room(notch_work *work, uint32_t index,
                                                     notch_text key, int64_t used)
{
  const notch_limit *limit = &work->program->limits[index];
  const notch_state *house = house_of(work);
  int64_t room = room_beside(limit, used + notch_reserved_of(work, house, index, NOTCH_NONE, key));
  if (work->returned_on == NULL) {
    notch_note_shared(work,
                      notch_arena_format(work->run, "limit of %.*s, %u", (int)limit->owner.length,
                                         limit->owner.bytes, (unsigned)index),
                      NOTCH_INTEGER(room));
  }
  return room;
}

static inline bool is_outside(const notch_work *work, const notch_limit *limit)
{
  return limit->period == NOTCH_PERIOD_TOTAL &&
         (work->moment.today < limit->from_day || work->moment.today > limit->to_day);
}

int64_t notch_limit_room(notch_work *work, uint32_t index, uint32_t variant)
{
  const notch_limit *limit = &work->program->limits[index];
  if (is_outside(work, limit)) {
    return INT64_MAX;
  }
  if (limit->per_event) {
    return limit->amount;
  }
  notch_text key = key_of(work, index, variant);
  const notch_state *by = limit->shared ? house_of(work) : work->uses;
  int64_t used = used_so_far(work, by, index, key);
  return limit->shared ? shared_room(work, index, key, used) : room_beside(limit, used);
}

/* A return gives room back only while the period is open. */
static bool is_closed(const notch_work *work, const notch_limit *limit)
{
  const notch_moment *now = work->returned_on, *then = &work->moment;
  const notch_calendar *calendar = &work->program->calendar;
  switch (limit->period) {
  case NOTCH_PERIOD_EVER: return false;
  case NOTCH_PERIOD_TOTAL: return now->today > limit->to_day;
  case NOTCH_PERIOD_CALENDAR:
    return notch_unit_begin(now->today, limit->unit, calendar) !=
           notch_unit_begin(then->today, limit->unit, calendar);
  case NOTCH_PERIOD_ROLLING: break;
  }
  if (is_exact(limit)) {
    return then->now_us <= now->now_us - NOTCH_US(notch_exact_seconds(limit->rolling));
  }
  notch_duration back = {-limit->rolling.count, limit->rolling.unit};
  return then->today <= notch_day_add(now->today, back, calendar->months_roll);
}

/* Counts `amount` among the uses of days.  False: the sum does not fit there, and is in *amount. */
static bool count_daily(notch_state *state, uint32_t limit, int32_t day, int64_t *amount)
{
  int32_t key;
  bool found, fits = notch_daily_key(limit, day, &key);
  uint32_t at = notch_daily_place(state->uses, state->uses_count, key, &found);
  found = found && fits;
  *amount += found ? state->uses[at].sum : 0;
  if (!fits || *amount != (int32_t)*amount) {
    if (found) {
      notch_daily_remove(state->uses, &state->uses_count, at);
    }
    return false;
  }
  if (found) {
    state->uses[at].sum = (int32_t)*amount;
  } else if (notch_state_add_uses(state) != NULL) {
    notch_daily_put(state->uses, state->uses_count, at, (notch_daily){key, (int32_t)*amount});
  }
  return true;
}

static bool count_keyed(notch_state *state, uint32_t limit, booking now, notch_text key,
                        int64_t amount)
{
  for (uint32_t i = state->keyed_uses_count; i > 0; i--) {
    notch_keyed_use *use = &state->keyed_uses[i - 1];
    if (use->limit == limit && use->day == now.day && use->at_us == now.at_us &&
        same_key(state, use, key)) {
      use->used += amount;
      return true;
    }
  }
  return false;
}

static inline void count(notch_state *state, uint32_t limit, booking now, notch_text key,
                         int64_t amount)
{
  bool by_day = key.length == 0 && now.at_us == 0;
  if ((by_day && count_daily(state, limit, now.day, &amount)) ||
      (state->keyed_uses_count > 0 && count_keyed(state, limit, now, key, amount))) {
    return;
  }
  notch_slice kept = notch_state_keep_text(state, key);
  *notch_state_add_keyed_uses(state) = (notch_keyed_use){
      .limit = limit, .day = now.day, .at_us = now.at_us, .key = kept, .used = amount};
}

void notch_limit_use_key(notch_work *work, notch_state *state, uint32_t index, notch_text key,
                         int64_t amount)
{
  const notch_limit *limit = &work->program->limits[index];
  if (amount == 0 || is_outside(work, limit) || limit->per_event ||
      (work->returned_on != NULL && is_closed(work, limit))) {
    return;
  }
  count(state, index, booking_of(work, limit), key, amount);
}

void notch_limit_merge(notch_state *state, const notch_state *from)
{
  for (uint32_t i = 0; i < from->uses_count; i++) {
    const notch_daily *use = &from->uses[i];
    count(state, notch_daily_subject(use), (booking){notch_daily_day(use), 0},
          (notch_text){NULL, 0}, use->sum);
  }
  for (uint32_t i = 0; i < from->keyed_uses_count; i++) {
    const notch_keyed_use *use = &from->keyed_uses[i];
    count(state, use->limit, (booking){use->day, use->at_us}, notch_state_text(from, use->key),
          use->used);
  }
}

notch_text notch_limit_key_of(notch_work *work, uint32_t limit, uint32_t variant)
{
  return key_of(work, limit, variant);
}

void notch_limit_use(notch_work *work, notch_state *state, uint32_t index, uint32_t variant,
                     int64_t amount)
{
  notch_text key = key_of(work, index, variant);
  notch_limit_use_key(work, state, index, key, amount);
}

void notch_limit_note_key(notch_work *work, uint32_t rule, uint32_t limit, uint32_t points,
                          notch_text key, int64_t amount)
{
  notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_LIMIT_USED,
                                         .rule = rule,
                                         .subject = points,
                                         .amount = amount,
                                         .ref = limit,
                                         .matures_s = INT64_MIN,
                                         .until_s = NOTCH_NEVER,
                                         .text = key});
  bool shared = work->program->limits[limit].shared;
  notch_limit_use_key(work, shared ? notch_work_house(work) : work->open->state, limit, key,
                      amount);
}

static void note(notch_work *work, uint32_t rule, uint32_t limit, uint32_t variant, uint32_t points,
                 int64_t amount)
{
  notch_text key = notch_arena_text(work->run, notch_limit_key_of(work, limit, variant));
  notch_limit_note_key(work, rule, limit, points, key, amount);
}

void notch_limit_note_own(notch_work *work, uint32_t limit, uint32_t points, int64_t amount)
{
  note(work, NOTCH_NONE, limit, 0, points, amount);
}

void notch_limit_reserve(notch_work *work, uint32_t limit, notch_text hold, int64_t amount,
                         int64_t until_s)
{
  notch_text key = notch_limit_key_of(work, limit, 0);
  notch_text text = notch_arena_format(work->run, "%.*s%.*s", (int)hold.length, hold.bytes,
                                       (int)key.length, key.bytes == NULL ? "" : key.bytes);
  notch_effect effect = {.kind = NOTCH_EFFECT_LIMIT_RESERVED,
                         .subject = NOTCH_NONE,
                         .rule = NOTCH_NONE,
                         .amount = amount,
                         .ref = limit,
                         .matures_s = hold.length,
                         .until_s = until_s,
                         .text = text};
  notch_work_effect(work, effect);
  notch_house_effect(work->program, notch_work_house(work), &effect, &work->open->row);
}

void notch_limit_note(notch_work *work, uint32_t rule, uint32_t points, int64_t amount, bool shown)
{
  const notch_limits_of *limits = &work->plan->limits_of[rule];
  for (uint32_t i = 0; i < limits->count && amount != 0; i++) {
    uint32_t limit = limits->items[i];
    const notch_limit *of = &work->program->limits[limit];
    bool meant = points == NOTCH_NONE ? of->times : !of->times && of->points == points;
    if (meant && !of->per_event && (!shown || work->plan->keyed[limit])) {
      uint32_t variant;
      notch_work_runs(work, rule, &variant);
      note(work, rule, limit, i < limits->own ? variant : 0, points, amount);
    }
  }
}
