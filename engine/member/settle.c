/* member/settle.c -- what falls due by time, in time order (language, section 6, step 4). */
#include <config.h>

#include "member/claims.h"
#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/schedule.h"
#include "member/shared.h"
#include "member/term.h"

#include <assert.h>

/*
 * What comes round by time has been looked at up to here; a version's own begins with it.  A
 * ranking has looked at everybody: who has no event in order since is not looked at again for days
 * before it, of which the new bands say nothing.
 */
static int64_t looked_at_s(const notch_plan *plan, const notch_state *state,
                           const notch_state *house)
{
  int64_t settled_us = state->settled_us;
  int64_t settled_s = settled_us / NOTCH_SECOND_US - (settled_us % NOTCH_SECOND_US < 0 ? 1 : 0);
  settled_s = plan->from_s > settled_s ? plan->from_s - 1 : settled_s;
  if (house != NULL && house->ranked_count > 0 && state->own_event < house->ranked[0].event) {
    settled_s = house->ranked[0].at_s > settled_s ? house->ranked[0].at_s : settled_s;
  }
  return settled_s;
}

static void sooner(int64_t *next, int64_t candidate)
{
  *next = candidate < *next ? candidate : *next;
}

static bool looks_at_maturing(const notch_plan *plan)
{
  return plan->program->ladder_count > 0 || plan->earning_rules;
}

/* Lots that are asleep are let sleep if none of them can have a date up to `to_s`. */
static int64_t next_of_lots(const notch_plan *plan, const notch_state *state,
                            const notch_state *house, int64_t to_s)
{
  bool wakes = plan->derives_expiry || state->asleep.soonest_s <= to_s;
  const notch_lot *lots = wakes ? notch_state_lots(state) : state->lots_items;
  int64_t next = NOTCH_NEVER;
  if (state->asleep.count == state->lots_count) {
    return next;
  }
  bool maturing = state->present && looks_at_maturing(plan);
  int64_t after_s = looked_at_s(plan, state, house);
  for (uint32_t i = state->asleep.count; i < state->lots_count; i++) {
    const notch_lot *lot = &lots[i];
    if (lot->left > 0) {
      sooner(&next, notch_lot_expires(plan, state, lot));
    }
    int64_t matures = lot->matures_s > after_s && maturing ? notch_lot_matures(plan, lot) : after_s;
    if (matures > after_s) {
      sooner(&next, matures);
    }
  }
  return next;
}

/* What comes round by time for everybody. */
static int64_t next_of_time(const notch_plan *plan, const notch_state *state,
                            const notch_state *house, bool each_day)
{
  const notch_program *program = plan->program;
  int64_t next = NOTCH_NEVER, after_s = looked_at_s(plan, state, house);
  for (uint32_t i = 0; i < program->rule_count && plan->has_schedules; i++) {
    for (uint32_t j = 0; j < program->rules[i].variant_count; j++) {
      sooner(&next, notch_schedule_at(program, state, i, j, after_s));
    }
  }
  if (each_day) {
    sooner(&next, notch_next_of_unit(program, NOTCH_UNIT_DAY, after_s));
  }
  return next;
}

int64_t notch_next_up_to(const notch_plan *plan, const notch_state *state,
                         const notch_state *house, int64_t to_s)
{
  if (state->closed) {
    return NOTCH_NEVER;
  }
  int64_t next = next_of_lots(plan, state, house, to_s);
  if (plan->retires) {
    sooner(&next, notch_retire_next(plan, state));
  }
  if (!state->present) { /* what others gave him ends; nothing comes round for him yet */
    return next < plan->until_s ? next : NOTCH_NEVER;
  }
  for (uint32_t i = 0; i < state->holds_count; i++) {
    if (state->holds[i].state == NOTCH_HOLD_OPEN) {
      sooner(&next, state->holds[i].until_s);
    }
  }
  bool each_day = plan->watches_days;
  for (uint32_t i = 0; i < plan->program->ladder_count; i++) {
    const notch_standing *standing = &state->standings[i];
    each_day = each_day || standing->grace_to != NOTCH_NONE;
    sooner(&next, notch_ladder_next_review(plan, state, i));
    sooner(&next, standing->grace_at_s);
    sooner(&next, standing->promise_until_s);
  }
  if (plan->has_schedules || each_day) {
    sooner(&next, next_of_time(plan, state, house, each_day));
  }
  return next < plan->until_s ? next : NOTCH_NEVER;
}

int64_t notch_next_due(const notch_plan *plan, const notch_state *state)
{
  return notch_next_up_to(plan, state, NULL, NOTCH_NEVER);
}

/* The transaction is named after the first thing that happened in it. */
static void name_it(notch_work *work, notch_due due)
{
  notch_open *open = work->open;
  if (open->row.type == NOTCH_DUE_FIRST &&
      open->postings.count + open->moves.count + open->effects.count > 0) {
    open->row.type = NOTCH_DUE_FIRST + due;
  }
}

static void time_out_holds(notch_work *work, notch_state *state, int64_t now_s)
{
  for (uint32_t i = 0; i < state->holds_count; i++) {
    if (state->holds[i].state == NOTCH_HOLD_OPEN && state->holds[i].until_s <= now_s) {
      notch_close_hold(work, i, NOTCH_HOLD_TIMED_OUT, NULL);
    }
  }
}

static void mature(notch_work *work, notch_state *state, int64_t now_s)
{
  bool matured = false;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    if (lot->left > 0 && notch_lot_matures(work->plan, lot) == now_s &&
        notch_lot_available(work, state, lot)) {
      if (work->inflow != NULL) {
        work->inflow[lot->points] += lot->left;
      }
      matured = true;
    }
  }
  if (matured) {
    notch_tiers(work);
  }
}

void notch_expire_due(notch_work *work, int64_t now_s)
{
  notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->lots_count;) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    int64_t expires = notch_lot_expires(work->plan, state, lot);
    if (lot->left > 0 && expires != NOTCH_NEVER && expires <= now_s) {
      uint32_t before = state->lots_count;
      notch_work_take(work, lot, lot->left, NOTCH_ACCOUNT_EXPIRED, NULL, 0);
      i += state->lots_count == before ? 1 : 0;
    } else {
      i++;
    }
  }
}

/* Candidates of the schedules that come round at this instant, in the order of steps. */
static notch_candidate *scheduled(notch_work *work, notch_state *state, int64_t now_s,
                                  uint32_t *count)
{
  const notch_program *program = work->program;
  notch_candidate *list = NOTCH_NEW_ARRAY(work->run, notch_candidate, program->rule_count + 1);
  *count = 0;
  for (uint32_t i = 0; i < program->step_count; i++) {
    if (program->steps[i].is_group) {
      continue;
    }
    uint32_t rule = program->steps[i].index;
    for (uint32_t j = 0; j < program->rules[rule].variant_count; j++) {
      if (notch_schedule_at(program, state, rule, j, now_s - 1) == now_s) {
        list[(*count)++] = work->plan->variants[rule][j];
        break;
      }
    }
  }
  return list;
}

static void run_schedules(notch_work *work, notch_state *state, int64_t now_s)
{
  uint32_t count;
  notch_candidate *list = scheduled(work, state, now_s, &count);
  notch_awards *awards = NULL;
  if (count > 0 && notch_run(work, list, count, work->moment.now_us, &awards) > 0) {
    notch_tiers(work);
    work->given_away = awards;
  }
}

typedef struct segment_trigger {
  notch_trigger_kind kind;
  uint32_t segment;
} segment_trigger;

static bool is_segment_trigger(const notch_trigger *trigger, const void *payload)
{
  const segment_trigger *wanted = payload;
  return trigger->kind == wanted->kind && trigger->a == wanted->segment;
}

static bool inside(const notch_state *state, uint32_t segment)
{
  for (uint32_t i = 0; i < state->inside_count; i++) {
    if (state->inside[i].segment == segment) {
      return true;
    }
  }
  return false;
}

void notch_look_at_segments(notch_work *work)
{
  const notch_program *program = work->program;
  notch_state *state = work->open->state;
  const notch_value *fields = work->fields;
  work->fields = NULL;
  for (uint32_t i = 0; i < program->segment_count; i++) {
    if (!program->segments[i].watched) {
      continue;
    }
    bool now = notch_work_holds(work, program->segments[i].when);
    if (now == inside(state, i)) {
      continue;
    }
    notch_work_plain_effect(work, now ? NOTCH_EFFECT_ENTERED : NOTCH_EFFECT_LEFT, i, 0, 0);
    segment_trigger fired = {now ? NOTCH_ON_ENTERING : NOTCH_ON_LEAVING, i};
    uint32_t count;
    notch_candidate *list = notch_candidates(work, is_segment_trigger, &fired, &count);
    if (count > 0 && notch_run(work, list, count, work->moment.now_us, NULL) > 0) {
      notch_tiers(work);
    }
  }
  work->fields = fields;
}

/* Holds, what matures, tiers. */
static void end_terms(notch_work *work, notch_state *state, int64_t now_s)
{
  const notch_program *program = work->program;
  time_out_holds(work, state, now_s);
  name_it(work, NOTCH_DUE_TIME_OUT);
  mature(work, state, now_s);
  name_it(work, NOTCH_DUE_MATURING);
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    if (notch_ladder_next_review(work->plan, state, i) == now_s) {
      notch_ladder_review(work, i);
    }
  }
  name_it(work, NOTCH_DUE_REVIEW);
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    notch_ladder_ends(work, i, now_s);
  }
  name_it(work, NOTCH_DUE_FLOOR);
}

/* What a schedule awards may be over at once, and then the instant is settled again: the schedule
 * has come round. */
static void begin_anew(notch_work *work, notch_state *state, int64_t now_s, bool midnight)
{
  if (NOTCH_US(now_s) > state->settled_us) {
    run_schedules(work, state, now_s);
    name_it(work, NOTCH_DUE_SCHEDULE);
  }
  for (uint32_t i = 0; i < work->program->ladder_count && midnight; i++) {
    notch_ladder_day(work, i);
  }
  name_it(work, NOTCH_DUE_FLOOR);
  notch_look_at_segments(work);
  name_it(work, NOTCH_DUE_SEGMENT);
  notch_run_on_earning(work);
  name_it(work, NOTCH_DUE_MATURING);
}

/* One instant: first what ends there, seen with the day that ends; then what begins there.  False:
 * nothing happened. */
static bool settle_instant(notch_work *work, notch_state *state, int64_t now_s)
{
  const notch_program *program = work->program;
  int64_t now_us = NOTCH_US(now_s);
  int32_t day = notch_work_day(work, now_us);
  bool midnight = notch_zone_midnight(&program->zone, day) == now_s;
  notch_see_member(work, state);
  work->given_away = NULL;
  notch_work_begin(work, state, NOTCH_ORIGIN_DUE, NOTCH_DUE_FIRST, now_us,
                   notch_zone_offset(&program->zone, now_s) / 60);
  notch_note_inflow(work);
  notch_work_see_day(work, now_us, midnight ? day - 1 : day);
  work->moment.ends = true;
  if (state->present) {
    end_terms(work, state, now_s);
  }
  notch_expire_due(work, now_s);
  name_it(work, NOTCH_DUE_EXPIRY);
  notch_retire_due(work, now_s);
  name_it(work, NOTCH_DUE_RETIRE);
  notch_work_see_day(work, now_us, day);
  if (state->present) {
    begin_anew(work, state, now_s, midnight);
  }
  /* A lot that was overdue when it was earned ends in the past: nothing there comes again. */
  state->settled_us = now_us > state->settled_us ? now_us : state->settled_us;
  if (work->plan->has_schedules) {
    notch_note_schedules(work->program, state, notch_row_so_far(work->open));
  }
  notch_absorbed(work, state, now_us);
  notch_awards *given = work->given_away;
  bool stays = notch_work_end(work);
  if (stays && given != NULL && given->to_others) {
    notch_post_to_others(work, given);
  }
  work->inflow = NULL;
  return stays;
}

/* Centuries have many days at which nothing happens: none of them leaves anything in memory, but
 * what a trace was told, and the state's own. */
__attribute__((noinline)) static void settle_lightly(notch_work *work, notch_state *state,
                                                     int64_t now_s)
{
  notch_shared_close(work); /* of what stays, and so before the mark, as is room for one more */
  *notch_vec_push(&work->transactions, work->run) = NULL;
  work->transactions.count--;
  const notch_work before = *work;
  const notch_arena_mark mark = notch_arena_here(work->run);
  if (!settle_instant(work, state, now_s) && work->trace == NULL) {
    *work = before;
    notch_arena_return(work->run, mark);
  }
}

void notch_settle_from(notch_work *work, notch_state *state, int64_t next_s, int64_t to_s)
{
  while (next_s <= to_s && next_s != NOTCH_NEVER) {
    settle_lightly(work, state, next_s);
    next_s = notch_next_up_to(work->plan, state, work->in->house, to_s);
  }
}
