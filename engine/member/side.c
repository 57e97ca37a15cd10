/* member/side.c -- other members' sides, and coming back from them. */
#include <config.h>

#include "member/run.h"
#include "member/side.h"

#include <assert.h>

notch_view notch_view_of(const notch_work *work)
{
  return (notch_view){.moment = work->moment,
                      .event = work->event,
                      .fields = work->fields,
                      .order = work->order,
                      .state = work->state,
                      .open = work->open,
                      .seen = work->seen,
                      .uses = work->uses,
                      .named_before = work->named_before,
                      .house_uses = work->house_uses,
                      .returned_on = work->returned_on,
                      .earned_now = work->earned_now,
                      .inflow = work->inflow};
}

void notch_view_back(notch_work *work, const notch_view *view)
{
  work->moment = view->moment;
  work->event = view->event;
  work->fields = view->fields;
  work->order = view->order;
  work->state = view->state;
  work->open = view->open;
  work->seen = view->seen;
  work->uses = view->uses;
  work->named_before = view->named_before;
  work->house_uses = view->house_uses;
  work->returned_on = view->returned_on;
  work->earned_now = view->earned_now;
  work->inflow = view->inflow;
}

const notch_state *notch_side_of(notch_work *work, const notch_original *original, uint32_t side)
{
  const notch_state *of = work->host->member_number(work->host->payload, original->holders[side]);
  return of == NULL ? NULL : notch_work_copy(work, of);
}

void notch_settle_sides(notch_work *work, int64_t to_s)
{
  const notch_original *original = work->in->original;
  for (uint32_t i = 0; original != NULL && i < original->side_count; i++) {
    const notch_state *of = work->host->member_number(work->host->payload, original->holders[i]);
    if (of != NULL && of->member != work->in->state->member) {
      notch_settle_until(work, notch_work_copy(work, of), to_s);
    }
  }
}

notch_state *notch_side_begin(notch_work *work, const notch_view *view, const notch_state *other)
{
  const notch_transaction *main = &view->open->row;
  notch_state *state = notch_work_copy(work, other);
  work->inflow = NULL;
  notch_settle_until(work, state, view->moment.now_us / NOTCH_SECOND_US);
  notch_see_member(work, state);
  work->moment = view->moment;
  work->inflow = NULL;
  notch_work_begin(work, state, NOTCH_ORIGIN_SIDE, main->type, main->at_us, main->offset_min);
  work->open->row.cause = main->event;
  return state;
}

void notch_side_end(notch_work *work, const notch_view *view)
{
  notch_work_end(work);
  notch_view_back(work, view);
}
