/* member/view.c -- reading a state: its lots' dates as they stand, and what they add up to. */
#include <config.h>

#include "member/lots.h"
#include "member/run.h"

#include <assert.h>

static int64_t clock_of(const notch_state *state, uint32_t event)
{
  for (uint32_t i = 0; i < state->clocks_count; i++) {
    if (state->clocks[i].event == event) {
      return state->clocks[i].at_us;
    }
  }
  return INT64_MIN;
}

/* Since when the `while` of these terms holds; INT64_MAX: it does not. */
int64_t notch_while_since(const notch_state *state, uint32_t terms)
{
  for (uint32_t i = 0; i < state->firings_count; i++) {
    const notch_firing *firing = &state->firings[i];
    if (firing->rule == NOTCH_FIRING_WHILE && firing->variant == terms) {
      return firing->anchor_us;
    }
  }
  return INT64_MAX;
}

int64_t notch_lot_derived_expiry(const notch_plan *plan, const notch_state *state,
                                 const notch_lot *lot)
{
  const notch_terms *terms = &plan->program->terms[lot->terms];
  if (!notch_terms_derive(terms)) {
    return NOTCH_NEVER;
  }
  int64_t from_us = lot->earned_us;
  if (terms->expiry == NOTCH_EXPIRY_INACTIVITY) {
    int64_t newest = INT64_MIN;
    for (uint32_t i = 0; i < terms->expiry_event_count; i++) {
      int64_t at_us = clock_of(state, terms->expiry_events[i]);
      newest = at_us > newest ? at_us : newest;
    }
    from_us = newest == INT64_MIN ? lot->earned_us : newest;
    int64_t begun_us = plan->idle_from_us[lot->terms];
    from_us = begun_us > from_us ? begun_us : from_us;
  }
  if (terms->expiry_while != NOTCH_NONE) {
    int64_t since_us = notch_while_since(state, lot->terms);
    if (since_us == INT64_MAX) {
      return NOTCH_NEVER;
    }
    from_us = since_us > from_us ? since_us : from_us;
  }
  return notch_term_end(plan->program, from_us, terms->expiry_after, terms->expiry_aligned,
                        terms->expiry_align);
}

void notch_view_points(notch_points_view *view, const notch_plan *plan, const notch_state *state,
                       uint32_t points, int64_t at_us)
{
  *view = (notch_points_view){.held = state->balances[points].held,
                              .debt = state->balances[points].debt};
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    if (lot->points != points) {
      continue;
    }
    int64_t expires = notch_lot_expires(plan, state, lot);
    int64_t matures = notch_lot_matures(plan, lot);
    if (expires != NOTCH_NEVER && at_us >= NOTCH_US(expires)) {
      continue;
    }
    if (matures != INT64_MIN && (matures == NOTCH_NEVER || NOTCH_US(matures) > at_us)) {
      view->pending += lot->left;
    } else {
      view->available += lot->left;
    }
  }
  if (plan->program->points[points].shortfall == NOTCH_SHORTFALL_NEGATIVE) {
    view->available -= view->debt;
  }
}
