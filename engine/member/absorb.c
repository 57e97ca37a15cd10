/* member/absorb.c -- what an event does to a state before and after any rule; shared by decide
 * and fold, so that both see the same member. */
#include <config.h>

#include "member/lots.h"
#include "member/measure.h"
#include "member/run.h"

#include <assert.h>

/* What came round before the member's books had got there was looked at then, or was none of his:
 * a late event that begins does not begin that anew. */
static void begin_looking(notch_state *state, int64_t at_us)
{
  state->settled_us = at_us > state->settled_us ? at_us : state->settled_us;
}

static void first_sight(notch_state *state, int64_t at_us)
{
  state->present = true;
  state->joined_us = at_us;
  begin_looking(state, at_us);
  for (uint32_t i = 0; i < state->standings_count; i++) {
    notch_standing *standing = &state->standings[i];
    standing->since_us = standing->effective_since_us = at_us;
    for (uint32_t tier = 0; tier <= standing->own; tier++) {
      *notch_state_add_spells(state) =
          (notch_spell){.ladder = i, .tier = tier, .from_us = at_us, .to_us = NOTCH_NEVER};
    }
  }
}

/* A closed member who joins again: at the start tier, with measures kept. */
static void start_afresh(notch_work *work, notch_state *state, int64_t at_us)
{
  state->closed = false;
  begin_looking(state, at_us);
  state->tags_count = state->inside_count = state->firings_count = 0;
  for (uint32_t i = 0; i < state->standings_count; i++) {
    uint32_t start = work->program->ladders[i].start;
    state->standings[i] = (notch_standing){.own = start,
                                           .effective = start,
                                           .promise = NOTCH_NONE,
                                           .lifetime = NOTCH_NONE,
                                           .grace_to = NOTCH_NONE,
                                           .since_us = at_us,
                                           .effective_since_us = at_us,
                                           .until_s = NOTCH_NEVER,
                                           .promise_until_s = NOTCH_NEVER,
                                           .grace_at_s = NOTCH_NEVER};
    for (uint32_t j = 0; j < state->spells_count; j++) {
      notch_spell *spell = &state->spells[j];
      if (spell->ladder == i && spell->to_us == NOTCH_NEVER && spell->tier > start) {
        spell->to_us = at_us;
      }
    }
  }
}

/* Idle points ran out before this event woke the clock: what comes back to such lots later is
 * not to live again. */
static void note_ran_out(notch_work *work, notch_state *state, uint32_t event, int64_t at_us)
{
  const notch_program *program = work->program;
  for (uint32_t i = 0; i < program->terms_count; i++) {
    const notch_terms *terms = &program->terms[i];
    bool listed = false;
    int64_t newest = INT64_MIN;
    for (uint32_t j = 0; terms->expiry == NOTCH_EXPIRY_INACTIVITY && j < terms->expiry_event_count;
         j++) {
      listed = listed || terms->expiry_events[j] == event;
      for (uint32_t k = 0; k < state->clocks_count; k++) {
        bool newer =
            state->clocks[k].event == terms->expiry_events[j] && state->clocks[k].at_us > newest;
        newest = newer ? state->clocks[k].at_us : newest;
      }
    }
    if (!listed || newest == INT64_MIN) {
      continue;
    }
    int64_t begun_us = work->plan->idle_from_us[i];
    newest = begun_us > newest ? begun_us : newest;
    int64_t end_s = notch_term_end(program, newest, terms->expiry_after, false, NOTCH_UNIT_DAY);
    if (NOTCH_US(end_s) <= at_us) {
      *notch_state_add_firings(state) =
          (notch_firing){.rule = NOTCH_FIRING_RAN_OUT, .variant = i, .anchor_us = NOTCH_US(end_s)};
    }
  }
}

static void set_clock(notch_state *state, uint32_t event, int64_t at_us)
{
  for (uint32_t i = 0; i < state->clocks_count; i++) {
    if (state->clocks[i].event == event) {
      if (at_us > state->clocks[i].at_us) {
        state->clocks[i].at_us = at_us;
      }
      return;
    }
  }
  *notch_state_add_clocks(state) = (notch_clock){.event = event, .at_us = at_us};
}

static void set_fields(notch_work *work, notch_state *state)
{
  const notch_event *event = work->event;
  for (uint32_t i = 0; i < work->program->member_field_count; i++) {
    notch_value value = event->member_fields[i];
    if (!event->member_named[i]) {
      continue;
    }
    notch_type type = work->program->member_fields[i].type;
    if (value.d != 0 && (type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER)) {
      notch_slice kept = notch_state_keep_text(state, notch_value_text(value));
      value = NOTCH_VALUE((int64_t)kept.offset << 32 | kept.length);
    }
    state->fields[i] = value;
  }
}

/* What waits in these terms matured now: a lot that is empty now may get points back later. */
static void note_matured(notch_state *state, uint32_t terms, int64_t at_us)
{
  for (uint32_t i = 0; i < state->firings_count; i++) {
    notch_firing *firing = &state->firings[i];
    if (firing->rule == NOTCH_FIRING_MATURED && firing->variant == terms) {
      firing->anchor_us = at_us > firing->anchor_us ? at_us : firing->anchor_us;
      return;
    }
  }
  *notch_state_add_firings(state) =
      (notch_firing){.rule = NOTCH_FIRING_MATURED, .variant = terms, .anchor_us = at_us};
}

/* Lots `pending until EVENT` mature at the member's next applied EVENT after they were earned. */
static void mature_waiting(notch_work *work, notch_state *state)
{
  int64_t now_us = work->moment.now_us;
  for (uint32_t i = 0; i < work->program->terms_count; i++) {
    const notch_terms *terms = &work->program->terms[i];
    if (terms->pending != NOTCH_PENDING_UNTIL || terms->pending_event != work->event->type) {
      continue;
    }
    note_matured(state, i, now_us);
    for (uint32_t j = 0; j < state->lots_count; j++) {
      notch_lot *lot = &notch_state_lots(state)[j];
      if (lot->terms == i && lot->matures_s == NOTCH_NEVER && lot->earned_us <= now_us) {
        lot->matures_s = now_us / NOTCH_SECOND_US;
        if (work->inflow != NULL) {
          work->inflow[lot->points] += lot->left;
        }
      }
    }
  }
}

void notch_absorb(notch_work *work, notch_state *state, int64_t event)
{
  int64_t at_us = work->moment.now_us;
  if (!state->present) {
    first_sight(state, at_us);
  }
  if (work->event->type == NOTCH_EVENT_JOIN) {
    if (state->closed) {
      start_afresh(work, state, at_us);
    }
    state->joined_us = at_us;
  }
  if (work->plan->notes_terms) {
    note_ran_out(work, state, work->event->type, at_us);
  }
  set_clock(state, work->event->type, at_us);
  if (work->event->member_fields != NULL) {
    set_fields(work, state);
  }
  if (work->plan->notes_terms) {
    mature_waiting(work, state);
  }
  notch_measure_absorb(work, state, event);
}

/* Since when each `while` holds: looked at whenever a transaction is whole. */
static void look_at_while(notch_work *work, notch_state *state, int64_t at_us)
{
  for (uint32_t i = 0; i < work->program->terms_count; i++) {
    uint32_t root = work->program->terms[i].expiry_while;
    if (root == NOTCH_NONE) {
      continue;
    }
    notch_value value;
    bool holds = notch_work_try(work, root, NULL, &value) == NOTCH_EVAL_OK && value.n != 0;
    bool held = notch_while_since(state, i) != INT64_MAX;
    if (holds == held) {
      continue;
    }
    notch_firing *found = NULL;
    for (uint32_t j = 0; j < state->firings_count; j++) {
      if (state->firings[j].rule == NOTCH_FIRING_WHILE && state->firings[j].variant == i) {
        found = &state->firings[j];
      }
    }
    if (found == NULL) {
      found = notch_state_add_firings(state);
      found->rule = NOTCH_FIRING_WHILE;
      found->variant = i;
    }
    found->anchor_us = holds ? at_us : INT64_MAX;
  }
}

void notch_note_terms(notch_work *work, notch_state *state, int64_t at_us)
{
  const notch_state *seen = work->seen;
  const notch_value *fields = work->fields;
  work->seen = state;
  work->fields = NULL;
  look_at_while(work, state, at_us);
  work->seen = seen;
  work->fields = fields;
}
