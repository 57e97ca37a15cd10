/* member/schedule.c -- when rules on a schedule come round, and when they have. */
#include <config.h>

#include "member/lots.h"
#include "member/schedule.h"
#include "member/term.h"

static const notch_trigger *trigger_of(const notch_program *program, uint32_t rule,
                                       uint32_t variant)
{
  return &program->rules[rule].variants[variant].trigger;
}

static notch_firing *noted(const notch_state *state, uint32_t rule, uint32_t variant)
{
  for (uint32_t i = 0; i < state->firings_count; i++) {
    notch_firing *firing = &state->firings[i];
    if (firing->rule == rule && firing->variant == variant) {
      return firing;
    }
  }
  return NULL;
}

/* The newest event that ends an idle spell; INT64_MIN: there was none yet. */
static int64_t woken_us(const notch_state *state, const notch_trigger *trigger)
{
  for (uint32_t i = 0; i < state->clocks_count; i++) {
    if (state->clocks[i].event == trigger->a) {
      return state->clocks[i].at_us;
    }
  }
  return INT64_MIN;
}

/* NOTCH_NEVER: nothing started, or it has run in this spell, perhaps after other days. */
static int64_t idle_at(const notch_program *program, const notch_state *state, uint32_t rule,
                       uint32_t variant)
{
  const notch_trigger *trigger = trigger_of(program, rule, variant);
  const notch_firing *ran = noted(state, rule, variant);
  int64_t since_us = woken_us(state, trigger);
  if (ran != NULL && ran->anchor_us == since_us) {
    return NOTCH_NEVER;
  }
  int64_t from_us = since_us == INT64_MIN ? state->joined_us : since_us;
  return from_us == INT64_MIN
             ? NOTCH_NEVER
             : notch_term_end(program, from_us, trigger->after, false, NOTCH_UNIT_DAY);
}

/* Once in a calendar year, though the member may have moved the date meanwhile. */
static int64_t of_member_at(const notch_program *program, const notch_state *state, uint32_t rule,
                            uint32_t variant, int64_t after_s)
{
  const notch_firing *ran = noted(state, rule, variant);
  if (ran != NULL) {
    int32_t year = notch_civil_of(notch_zone_day(&program->zone, ran->anchor_us)).year;
    int64_t last_s = notch_zone_midnight(&program->zone, notch_day_of((notch_civil){year, 12, 31}));
    after_s = last_s > after_s ? last_s : after_s;
  }
  return notch_next_of_member(program, state, trigger_of(program, rule, variant)->a, after_s);
}

int64_t notch_schedule_at(const notch_program *program, const notch_state *state, uint32_t rule,
                          uint32_t variant, int64_t after_s)
{
  const notch_trigger *trigger = trigger_of(program, rule, variant);
  int64_t at;
  switch (trigger->kind) {
  case NOTCH_ON_EACH_UNIT: return notch_next_of_unit(program, trigger->unit, after_s);
  case NOTCH_ON_EACH_DAY: return notch_next_of_year(program, trigger->month, trigger->day, after_s);
  case NOTCH_ON_EACH_MEMBER_DATE: return of_member_at(program, state, rule, variant, after_s);
  case NOTCH_ON_IDLE:
    at = idle_at(program, state, rule, variant);
    return at > after_s ? at : NOTCH_NEVER;
  case NOTCH_ON_EVENT:
  case NOTCH_ON_PROMOTE:
  case NOTCH_ON_DEMOTE:
  case NOTCH_ON_ENTERING:
  case NOTCH_ON_LEAVING:
  case NOTCH_ON_EARNING: break;
  }
  return NOTCH_NEVER;
}

static bool is_noted(const notch_trigger *trigger)
{
  return trigger->kind == NOTCH_ON_IDLE || trigger->kind == NOTCH_ON_EACH_MEMBER_DATE;
}

/* What a rule leaves behind where it applies; other rows name it for what became of that. */
static bool ran_in(const notch_transaction *row, uint32_t rule)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    bool did = posting->source == NOTCH_ACCOUNT_ISSUED || posting->target == NOTCH_ACCOUNT_SPENT;
    for (uint16_t j = 0; j < posting->share_count && did; j++) {
      if (posting->shares[j].rule == rule) {
        return true;
      }
    }
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    switch ((notch_effect_kind)effect->kind) {
    case NOTCH_EFFECT_GRANT:
    case NOTCH_EFFECT_GRANT_WAITING:
    case NOTCH_EFFECT_TAG:
    case NOTCH_EFFECT_UNTAG:
    case NOTCH_EFFECT_NOTIFY:
    case NOTCH_EFFECT_APPLIED:
      if (effect->rule == rule) {
        return true;
      }
      break;
    default: break;
    }
  }
  return false;
}

/*
 * Which trigger let the rule run: the one that fires at that instant, or, in a row that another
 * version decided by another date, the first that has not run yet.  A rule that may have run for
 * another reason then is taken to have.
 */
static uint32_t fired_by(const notch_program *program, const notch_state *state, uint32_t rule,
                         int64_t at_s)
{
  const notch_rule *of = &program->rules[rule];
  uint32_t first = NOTCH_NONE;
  bool other = false;
  for (uint32_t i = 0; i < of->variant_count; i++) {
    const notch_trigger *trigger = trigger_of(program, rule, i);
    if (!is_noted(trigger)) {
      other = other || trigger->kind != NOTCH_ON_EVENT;
      continue;
    }
    int64_t next_s = notch_schedule_at(program, state, rule, i, at_s - 1);
    if (next_s == at_s) {
      return i;
    }
    const notch_firing *ran = noted(state, rule, i);
    bool waits = trigger->kind == NOTCH_ON_IDLE
                     ? ran == NULL || ran->anchor_us != woken_us(state, trigger)
                     : next_s != NOTCH_NEVER;
    first = first == NOTCH_NONE && waits ? i : first;
  }
  return other ? NOTCH_NONE : first;
}

void notch_note_schedules(const notch_program *program, notch_state *state,
                          const notch_transaction *row)
{
  for (uint32_t rule = 0; rule < program->rule_count; rule++) {
    bool asked = false;
    for (uint32_t i = 0; i < program->rules[rule].variant_count; i++) {
      asked = asked || is_noted(trigger_of(program, rule, i));
    }
    uint32_t variant = asked && ran_in(row, rule)
                           ? fired_by(program, state, rule, row->at_us / NOTCH_SECOND_US)
                           : NOTCH_NONE;
    if (variant == NOTCH_NONE) {
      continue;
    }
    const notch_trigger *trigger = trigger_of(program, rule, variant);
    notch_firing *firing = noted(state, rule, variant);
    firing = firing == NULL ? notch_state_add_firings(state) : firing;
    if (firing != NULL) {
      bool idle = trigger->kind == NOTCH_ON_IDLE;
      *firing = (notch_firing){rule, variant, idle ? woken_us(state, trigger) : row->at_us};
    }
  }
}
