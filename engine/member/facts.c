/* member/facts.c -- what expressions read of the member and the programme. */
#include <config.h>

#include "member/lots.h"
#include "member/measure.h"
#include "member/rank.h"
#include "member/shared.h"

#include "base/hash.h"

#include <assert.h>
#include <string.h>

static notch_value text_value(notch_work *work, notch_text text)
{
  notch_text *kept = NOTCH_NEW(work->run, notch_text);
  *kept = text;
  return NOTCH_VALUE((int64_t)(intptr_t)kept);
}

/* The id of the member in sight; empty once erased. */
notch_text notch_work_member_id(notch_work *work)
{
  bool own = work->event != NULL && work->in->state != NULL &&
             work->in->state->member == work->seen->member;
  if (own || work->host == NULL || work->host->member_id == NULL) {
    return work->event == NULL ? (notch_text){NULL, 0} : work->event->member;
  }
  return work->host->member_id(work->host->payload, work->seen->member);
}

static notch_value member_field(notch_work *work, uint32_t field)
{
  const notch_state *state = work->seen;
  notch_type type = work->program->member_fields[field].type;
  notch_value value = field < state->fields_count ? state->fields[field] : NOTCH_MISSING;
  bool text = type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
  if (value.d == 0) {
    const notch_field *declared = &work->program->member_fields[field];
    return declared->has_default ? declared->default_value : NOTCH_MISSING;
  }
  if (!text) {
    return value;
  }
  notch_slice slice = {(uint32_t)(value.n >> 32), (uint32_t)value.n};
  return text_value(work, notch_state_text(state, slice));
}

static notch_value tags(notch_work *work)
{
  const notch_state *state = work->seen;
  notch_list *list = NOTCH_NEW(work->run, notch_list);
  list->count = state->tags_count;
  list->width = 1;
  list->values = NOTCH_NEW_ARRAY(work->run, notch_value, state->tags_count + 1);
  for (uint32_t i = 0; i < state->tags_count; i++) {
    list->values[i] = text_value(work, notch_state_text(state, state->tags[i]));
  }
  return NOTCH_VALUE((int64_t)(intptr_t)list);
}

/* Whole years between two moments, by local dates. */
static int64_t whole_years(notch_work *work, int64_t from_us, int64_t to_us)
{
  notch_civil from = notch_civil_of(notch_work_day(work, from_us));
  notch_civil to = notch_civil_of(notch_work_day(work, to_us));
  int64_t years = to.year - from.year;
  bool before = to.month < from.month || (to.month == from.month && to.day < from.day);
  return years - (before ? 1 : 0);
}

static int64_t years_at(notch_work *work, uint32_t ladder, uint32_t rank, bool ever)
{
  const notch_state *state = work->seen;
  int64_t days = 0, years = 0;
  for (uint32_t i = 0; i < state->spells_count; i++) {
    const notch_spell *spell = &state->spells[i];
    if (spell->ladder != ladder || spell->tier != rank) {
      continue;
    }
    bool running = spell->to_us == NOTCH_NEVER || spell->to_us > work->moment.now_us;
    int64_t end = running ? work->moment.now_us : spell->to_us;
    if (ever) {
      days += notch_work_day(work, end) - notch_work_day(work, spell->from_us);
    } else if (running) {
      years = whole_years(work, spell->from_us, end);
    }
  }
  if (!ever) {
    return years < 0 ? 0 : years;
  }
  /* All spells laid end to end, counted in years of the calendar from the first one's start. */
  for (uint32_t i = 0; i < state->spells_count; i++) {
    const notch_spell *spell = &state->spells[i];
    if (spell->ladder == ladder && spell->tier == rank) {
      int32_t begin = notch_work_day(work, spell->from_us);
      while (notch_day_add_months(begin, (years + 1) * 12, false) <= begin + days) {
        years++;
      }
      break;
    }
  }
  return years;
}

static notch_eval rate(notch_work *work, uint32_t from, uint32_t to, notch_value *out)
{
  const notch_state *house = work->house_uses != NULL ? work->house_uses : work->in->house;
  const notch_rate *newest = NULL;
  for (uint32_t i = 0; house != NULL && i < house->rates_count; i++) {
    const notch_rate *known = &house->rates[i];
    if (known->from == from && known->to == to && known->at_us <= work->moment.now_us &&
        (newest == NULL || known->at_us >= newest->at_us)) {
      newest = known;
    }
  }
  if (newest == NULL) {
    return NOTCH_EVAL_NO_RATE;
  }
  notch_text one = work->program->currencies[from].code, other = work->program->currencies[to].code;
  notch_note_shared(work,
                    notch_arena_format(work->run, "rate of %.*s in %.*s", (int)one.length,
                                       one.bytes, (int)other.length, other.bytes),
                    notch_value_rational(newest->rate));
  *out = newest->rate;
  return NOTCH_EVAL_OK;
}

/* language, section 5: HMAC-SHA-256 under the seed, taken if below the largest multiple of n. */
static notch_eval draw(notch_work *work, uint32_t rule, uint32_t place, int64_t n, notch_value *out)
{
  const notch_state *house = work->house_uses != NULL ? work->house_uses : work->in->house;
  if (house == NULL || house->seed.length == 0 || work->event == NULL) {
    return NOTCH_EVAL_NO_SEED;
  }
  if (n <= 0) {
    return NOTCH_EVAL_DIVISION_BY_ZERO;
  }
  notch_text name = work->program->rules[rule].decl.name;
  uint64_t size = (uint64_t)n, below = UINT64_MAX - (UINT64_MAX % size + 1) % size;
  for (uint32_t attempt = 0;; attempt++) {
    notch_text message = notch_arena_format(
        work->run, "%.*s%c%.*s%c%u%c%u", (int)work->event->id.length, work->event->id.bytes, 0,
        (int)name.length, name.bytes, 0, (unsigned)place, 0, (unsigned)attempt);
    notch_digest digest;
    if (!notch_hmac_sha256(&digest, notch_state_text(house, house->seed), message.bytes,
                           message.length)) {
      return NOTCH_EVAL_NOMEM;
    }
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++) {
      number = number << 8 | digest.bytes[i];
    }
    if (number <= below) {
      *out = NOTCH_VALUE((int64_t)(number % size) + 1);
      return NOTCH_EVAL_OK;
    }
  }
}

static notch_value band(notch_work *work, uint32_t cohort)
{
  const notch_state *house = work->house_uses != NULL ? work->house_uses : work->in->house;
  const notch_place_in_band *place =
      house == NULL ? NULL : notch_place_of(house, cohort, work->seen->member);
  if (place != NULL) {
    return NOTCH_VALUE(place->band);
  }
  /* No one ranked before is in `rest`. */
  const notch_cohort *declared = &work->program->cohorts[cohort];
  for (uint32_t i = 0; i < declared->band_count; i++) {
    if (declared->bands[i].rest) {
      return NOTCH_VALUE(i);
    }
  }
  return NOTCH_VALUE((int64_t)declared->band_count - 1);
}

__attribute__((noinline)) static notch_eval read_other(void *payload, notch_fact fact, uint32_t a,
                                                       uint32_t b, notch_value arg,
                                                       notch_value *out)
{
  notch_work *work = payload;
  const notch_state *state = work->seen;
  switch (fact) {
  case NOTCH_FACT_EARNED: return notch_earned_value(work, state, a, b, out);
  case NOTCH_FACT_BALANCE: *out = NOTCH_VALUE(notch_available(work, state, a)); break;
  case NOTCH_FACT_MATURING: *out = NOTCH_VALUE(notch_pending(work, state, a)); break;
  case NOTCH_FACT_HELD: *out = NOTCH_VALUE(state->balances[a].held); break;
  case NOTCH_FACT_DEBT: *out = NOTCH_VALUE(state->balances[a].debt); break;
  case NOTCH_FACT_TIER: *out = NOTCH_VALUE(state->standings[a].effective); break;
  case NOTCH_FACT_YEARS_AT: *out = NOTCH_VALUE(years_at(work, a, b / 2, b % 2 != 0)); break;
  case NOTCH_FACT_JOINED:
    *out = NOTCH_VALUE(state->joined_us == INT64_MIN ? work->moment.now_us : state->joined_us);
    break;
  case NOTCH_FACT_MEMBER_FIELD: *out = member_field(work, a); break;
  case NOTCH_FACT_TAGS: *out = tags(work); break;
  case NOTCH_FACT_BAND:
    *out = band(work, a);
    notch_note_shared(work,
                      notch_arena_format(work->run, "band of %.*s",
                                         (int)work->program->cohorts[a].decl.name.length,
                                         work->program->cohorts[a].decl.name.bytes),
                      notch_value_rational(*out));
    break;
  case NOTCH_FACT_SELF: *out = text_value(work, notch_work_member_id(work)); break;
  case NOTCH_FACT_RATE: return rate(work, a, b, out);
  case NOTCH_FACT_DRAW: return draw(work, a, b, arg.d == 1 ? arg.n : 0, out);
  case NOTCH_FACT_MEASURE:
  case NOTCH_FACT_COUNT: assert(false); break;
  }
  return NOTCH_EVAL_OK;
}

notch_eval notch_facts_read(void *payload, notch_fact fact, uint32_t a, uint32_t b, notch_value arg,
                            notch_value *out)
{
  notch_work *work = payload;
  return fact == NOTCH_FACT_MEASURE ? notch_measure_value(work, work->seen, a, b, out)
                                    : read_other(payload, fact, a, b, arg, out);
}
