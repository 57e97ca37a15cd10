/* member/decide.c -- decide: one event to the transactions it makes (language, section 6). */
#include <config.h>

#include "member/lots.h"
#include "member/measure.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/run.h"
#include "member/shared.h"
#include "member/side.h"
#include "member/takeback.h"
#include "member/term.h"

#include <assert.h>
#include <string.h>

notch_decider *notch_decider_new(const notch_memory *memory)
{
  notch_decider *decider = notch_memory_resize(memory, NULL, sizeof *decider);
  if (decider == NULL) {
    return NULL;
  }
  memset(decider, 0, sizeof *decider);
  decider->memory = memory;
  notch_arena_init(&decider->run, memory);
  return decider;
}

void notch_decider_free(notch_decider *decider)
{
  if (decider == NULL) {
    return;
  }
  for (uint32_t i = 0; i < decider->copy_count; i++) {
    notch_state_free(&decider->copies[i]->own);
    notch_memory_free(decider->memory, decider->copies[i]);
  }
  notch_memory_free(decider->memory, decider->copies);
  notch_vm_free(decider->vm);
  notch_hasher_free(decider->hasher);
  notch_arena_free(&decider->run);
  notch_memory_free(decider->memory, decider);
}

void notch_decider_set_limits(notch_decider *decider, size_t memory_max, uint64_t steps_max)
{
  decider->run.ceiling = memory_max;
  decider->steps_max = steps_max;
}

/* Everything of the decision before is forgotten; memory is kept. */
notch_work *notch_decider_begin(notch_decider *decider, const notch_case *decision,
                                const notch_plan *plan)
{
  notch_arena_reset(&decider->run);
  decider->run.escape = &decider->out;
  decider->copies_used = 0;
  notch_work *work = &decider->work;
  memset(work, 0, sizeof *work);
  work->transactions.items = decider->few;
  work->transactions.capacity = NOTCH_FEW;
  work->decider = decider;
  work->in = decision;
  work->run = &decider->run;
  work->trace = decision->trace;
  work->host = decision->host;
  work->named_before = decision->next_event;
  work->event = decision->event;
  work->next_posting = decision->next_posting;
  work->next_effect = decision->next_effect;
  work->order = NOTCH_MISSING;
  work->rule = NOTCH_NONE;
  const notch_state *of = decision->state != NULL ? decision->state : decision->house;
  work->booked_us = of == NULL ? INT64_MIN : of->booked_us;
  work->settled_us = of == NULL ? INT64_MIN : of->settled_us;
  notch_work_use_plan(work, plan);
  return work;
}

const notch_outcome *notch_decider_finish(notch_work *work, uint32_t own)
{
  notch_shared_close(work);
  notch_outcome *outcome = &work->decider->outcome;
  uint32_t count = work->transactions.count;
  *outcome = (notch_outcome){.verdict = NOTCH_APPLIED, .own = own, .count = count};
  for (uint32_t i = 0; i < count; i++) {
    notch_open *open = work->transactions.items[i];
    open->row.postings = open->postings.items;
    open->row.posting_count = open->postings.count;
    open->row.moves = open->moves.items;
    open->row.move_count = open->moves.count;
    open->row.effects = open->effects.items;
    open->row.effect_count = open->effects.count;
  }
  if (count == 1) { /* as it is */
    outcome->transactions = &work->transactions.items[0]->row;
    return outcome;
  }
  outcome->transactions = NOTCH_NEW_ARRAY(work->run, notch_transaction, count);
  for (uint32_t i = 0; i < count; i++) {
    outcome->transactions[i] = work->transactions.items[i]->row;
  }
  return outcome;
}

/* Folding counts a row's postings in its limits, then what its effects say.  Where several rules
 * ran one after the other, or a use was recorded by itself, decide counted in another order. */
static bool counts_in_order(const notch_open *open)
{
  bool in_order = true;
  for (uint32_t i = 0; i < open->effects.count; i++) {
    uint8_t kind = open->effects.items[i].kind;
    in_order = in_order && kind != NOTCH_EFFECT_LIMIT_USED &&
               (kind != NOTCH_EFFECT_APPLIED || open->runs <= 1);
  }
  return in_order;
}

/*
 * decide folds each row into its working copy as it makes it, so where that is the only copy and
 * the event is no later fact about an earlier one, folding the rows gives the same once more.
 * The sanitized build folds all the same and compares (apply/after.c).
 */
static notch_state *state_after(const notch_work *work)
{
  const notch_decider *decider = work->decider;
  const notch_case *in = work->in;
  /* What a built-in event uses of limits is counted when it is folded. */
  bool declared = in->event == NULL || in->event->type >= NOTCH_EVENT_BUILTIN_COUNT;
  if (!declared || in->then != NULL || work->transactions.count == 0 || decider->copies_used != 1) {
    return NULL;
  }
  notch_state *after = decider->copies[0]->state;
  assert(after->member == in->state->member);
  after->settled_us = work->settled_us; /* what is looked at and leaves no row is forgotten */
  for (uint32_t i = 0; i < work->transactions.count; i++) {
    const notch_transaction *row = &work->transactions.items[i]->row;
    if (!counts_in_order(work->transactions.items[i])) {
      return NULL;
    }
    after->settled_us = row->at_us > after->settled_us ? row->at_us : after->settled_us;
    after->own_event = row->origin == NOTCH_ORIGIN_SENT ? row->event : after->own_event;
  }
  return after;
}

static const notch_outcome *refused(notch_work *work)
{
  const notch_event *event = work->in->event;
  notch_outcome *outcome = &work->decider->outcome;
  notch_transaction *row = NOTCH_NEW(work->run, notch_transaction);
  *row = (notch_transaction){.event = work->in->next_event,
                             .origin = NOTCH_ORIGIN_SENT,
                             .type = event->type,
                             .member = work->in->state == NULL ? 0 : work->in->state->member,
                             .at_us = event->at_us,
                             .offset_min = event->offset_min,
                             .booked_us = work->booked_us > event->at_us ? work->booked_us
                                                                         : event->at_us,
                             .recorded_us = work->in->recorded_us,
                             .verdict = work->verdict,
                             .detail = work->detail};
  *outcome = (notch_outcome){
      .verdict = work->verdict, .detail = work->detail, .transactions = row, .count = 1, .own = 0};
  return outcome;
}

/* The moment that the rules' own dates are compared with. */
static int64_t rules_at(const notch_work *work)
{
  const notch_event *event = work->in->event;
  uint32_t follow = work->program->events[event->type].follow;
  if (follow == NOTCH_NONE || event->fields == NULL || event->fields[follow].d == 0) {
    return event->at_us;
  }
  int64_t value = event->fields[follow].n;
  return work->program->events[event->type].fields[follow].type.kind == NOTCH_TYPE_MOMENT
             ? value
             : NOTCH_US(notch_zone_midnight(&work->program->zone, (int32_t)value));
}

static void do_builtin(notch_work *work)
{
  switch ((notch_builtin_event)work->event->type) {
  case NOTCH_EVENT_RETURN: notch_do_return(work); break;
  case NOTCH_EVENT_REDEEM: notch_do_redeem(work); break;
  case NOTCH_EVENT_PAY: notch_do_pay(work); break;
  case NOTCH_EVENT_HOLD: notch_do_hold(work); break;
  case NOTCH_EVENT_CAPTURE: notch_do_capture(work); break;
  case NOTCH_EVENT_RELEASE: notch_do_release(work); break;
  case NOTCH_EVENT_TRANSFER: notch_do_transfer(work); break;
  case NOTCH_EVENT_ADJUST: notch_do_adjust(work); break;
  case NOTCH_EVENT_MERGE: notch_do_merge(work); break;
  case NOTCH_EVENT_ENTER: notch_do_pool(work, true); break;
  case NOTCH_EVENT_EXIT: notch_do_pool(work, false); break;
  case NOTCH_EVENT_LEAVE:
  case NOTCH_EVENT_ERASE: notch_close_member(work); break;
  case NOTCH_EVENT_GIVEN: notch_do_given(work); break;
  case NOTCH_EVENT_JOIN:
  case NOTCH_EVENT_PROFILE:
  case NOTCH_EVENT_RATE:
  case NOTCH_EVENT_RESTOCK:
  case NOTCH_EVENT_FUND:
  case NOTCH_EVENT_SEED:
  case NOTCH_EVENT_TICK:
  case NOTCH_EVENT_BUILTIN_COUNT: break;
  }
}

/* What it does to others, and rows of its own that follow. */
static void finish_builtin(notch_work *work)
{
  notch_give_queued(work);
  notch_pool_settle(work);
  notch_return_sides(work);
  notch_return_latest(work);
}

/* A start tier with a term begins it at the member's first event. */
static void start_terms(notch_work *work, notch_state *state)
{
  for (uint32_t i = 0; i < work->program->ladder_count; i++) {
    const notch_ladder *ladder = &work->program->ladders[i];
    int64_t until =
        notch_term_from_reach(work->program, ladder, ladder->start, work->moment.now_us);
    if (until != NOTCH_NEVER) {
      notch_work_move(work, (notch_move){.ladder = i,
                                         .tier = state->standings[i].own,
                                         .since_us = work->moment.now_us,
                                         .until_s = until,
                                         .cause = NOTCH_MOVE_START});
    }
  }
}

static bool starts(const notch_state *state, const notch_event *event)
{
  return !state->present || (state->closed && event->type == NOTCH_EVENT_JOIN);
}

/* A merge runs no rule: what it moves was earned before. */
static void finish_merge(notch_work *work, notch_state *state, const notch_open *open)
{
  if (work->in->then == NULL && open->row.at_us > state->settled_us) {
    state->settled_us = open->row.at_us;
  }
  if (open->row.booked_us > state->booked_us) {
    state->booked_us = open->row.booked_us;
  }
  work->inflow = NULL;
  notch_merge_rest(work);
}

/* Steps 5 to 8 of one event; for a late one, with the member of its own time in sight. */
static void member_event(notch_work *work, notch_state *state)
{
  const notch_event *event = work->in->event;
  bool begins = starts(state, event);
  notch_open *open = notch_work_begin(work, state, NOTCH_ORIGIN_SENT, event->type, event->at_us,
                                      event->offset_min);
  notch_see_member(work, state);
  work->event = event;
  work->fields = event->fields;
  notch_work_see(work, event->at_us);
  notch_note_inflow(work);
  notch_absorb(work, state, open->row.event);
  if (work->in->then != NULL) {
    notch_state *then = notch_work_copy_as(work, work->in->then, NOTCH_KEY_OF_THEN);
    notch_absorb(work, then, open->row.event);
    work->seen = then;
    work->then = then;
  }
  if (begins) {
    start_terms(work, state);
  }
  if (event->type < NOTCH_EVENT_BUILTIN_COUNT) {
    do_builtin(work);
  }
  if (event->type == NOTCH_EVENT_MERGE) {
    finish_merge(work, state, open);
    return;
  }
  notch_awards *awards = NULL;
  const notch_event_decl *declared = &work->program->events[event->type];
  if (declared->variant_count > 0) {
    notch_run(work, work->plan->on_events[event->type], declared->variant_count, rules_at(work),
              &awards);
  }
  notch_conclude(work, work->in->then != NULL && open->row.booked_us > event->at_us);
  if (work->in->then == NULL && event->at_us > state->settled_us) {
    state->settled_us = event->at_us;
  }
  notch_absorbed(work, state, event->at_us);
  if (open->row.booked_us > state->booked_us) {
    state->booked_us = open->row.booked_us;
  }
  work->inflow = NULL;
  if (awards != NULL && awards->to_others) {
    notch_post_to_others(work, awards);
  }
  if (event->type < NOTCH_EVENT_BUILTIN_COUNT) {
    finish_builtin(work);
  }
}

/* Who left can join again, and can be forgotten. */
static void refuse_closed(notch_work *work, const notch_state *state)
{
  uint32_t type = work->in->event->type;
  if (state->closed && type != NOTCH_EVENT_JOIN && type != NOTCH_EVENT_ERASE) {
    notch_refuse(work, NOTCH_REFUSED_MEMBER_CLOSED,
                 "the membership is closed; a `join` event opens it again");
  }
}

/* What falls due before it for others whom a built-in event touches. */
static void settle_others(notch_work *work, const notch_state *state, int64_t to_s)
{
  uint32_t type = work->in->event->type;
  if (work->in->then == NULL && type == NOTCH_EVENT_MERGE) {
    notch_settle_merged(work, to_s);
  } else if (work->in->then == NULL) {
    notch_settle_pool(work, state, to_s);
  }
  if (type == NOTCH_EVENT_TRANSFER) {
    notch_settle_receiver(work, to_s);
  } else if (type == NOTCH_EVENT_RETURN) {
    notch_settle_sides(work, to_s);
  }
}

/* What the rules of then cannot compute is refused in the part's own row: the return's stands. */
static const notch_outcome *decide_part(notch_decider *decider, const notch_case *decision)
{
  switch (setjmp(decider->out)) {
  case 0: break;
  case NOTCH_OUT_REFUSED: {
    const notch_outcome *outcome = refused(&decider->work);
    outcome->transactions->origin = NOTCH_ORIGIN_SIDE;
    outcome->transactions->cause = decision->original->event;
    outcome->transactions->content = decision->part;
    return outcome;
  }
  default: return NULL;
  }
  notch_work *work = notch_decider_begin(decider, decision, decision->plan);
  notch_state *state = notch_work_copy(work, decision->state);
  int64_t at_us = decision->event->at_us;
  notch_settle_sides(work, at_us / NOTCH_SECOND_US - (at_us % NOTCH_SECOND_US < 0 ? 1 : 0));
  uint32_t own = work->transactions.count;
  notch_return_part(work, state, decision->part);
  return notch_decider_finish(work, own);
}

const notch_outcome *notch_decide(notch_decider *decider, const notch_case *decision)
{
  if (decision->part.bytes != NULL) {
    return decide_part(decider, decision);
  }
  switch (setjmp(decider->out)) {
  case 0: break;
  case NOTCH_OUT_REFUSED: return refused(&decider->work);
  default: return NULL;
  }
  notch_work *work = notch_decider_begin(decider, decision, decision->plan);
  const notch_event *event = decision->event;
  if (event->lacking.length > 0) {
    notch_refuse(work, NOTCH_REFUSED_BAD_VALUE, "%.*s", (int)event->lacking.length,
                 event->lacking.bytes);
  }
  if (decision->state == NULL) {
    notch_state *house = notch_work_house(work);
    notch_work_begin(work, house, NOTCH_ORIGIN_SENT, event->type, event->at_us, event->offset_min);
    notch_see_member(work, house);
    work->event = event;
    notch_work_see(work, event->at_us);
    notch_do_house(work);
    return notch_decider_finish(work, 0);
  }
  notch_state *state = notch_work_copy(work, decision->state);
  refuse_closed(work, state);
  int64_t at_us = event->at_us;
  int64_t to_s = at_us / NOTCH_SECOND_US - (at_us % NOTCH_SECOND_US < 0 ? 1 : 0);
  if (decision->then == NULL) {
    notch_settle_until(work, state, to_s);
    refuse_closed(work, state); /* a rule that fell due may have closed it */
  }
  if (event->type < NOTCH_EVENT_BUILTIN_COUNT) {
    settle_others(work, state, to_s);
  }
  uint32_t own = work->transactions.count;
  member_event(work, state);
  const notch_outcome *outcome = notch_decider_finish(work, own);
  decider->outcome.after = state_after(work);
  decider->outcome.parts = notch_return_parts(work, &decider->outcome.part_count);
  return outcome;
}

const notch_outcome *notch_settle(notch_decider *decider, const notch_case *decision, int64_t to_us)
{
  notch_work *work = &decider->work;
  switch (setjmp(decider->out)) {
  case 0: break;
  case NOTCH_OUT_REFUSED:
    /* What falls due cannot be refused: it is left for a version whose rules can say it. */
    decider->outcome = (notch_outcome){.verdict = work->verdict, .detail = work->detail};
    return &decider->outcome;
  default: return NULL;
  }
  notch_decider_begin(decider, decision, decision->plan);
  notch_state *state = notch_work_copy(work, decision->state);
  notch_settle_until(work, state, to_us / NOTCH_SECOND_US);
  const notch_outcome *outcome = notch_decider_finish(work, NOTCH_NONE);
  decider->outcome.after = state_after(work);
  return outcome;
}

notch_eval notch_evaluate(notch_decider *decider, const notch_case *decision, uint32_t root,
                          int64_t now_us, notch_value *out)
{
  switch (setjmp(decider->out)) {
  case 0: break;
  case NOTCH_OUT_REFUSED: return NOTCH_EVAL_OVERFLOW;
  default: return NOTCH_EVAL_NOMEM;
  }
  notch_work *work = notch_decider_begin(decider, decision, decision->plan);
  notch_state *state = notch_work_copy(work, decision->state);
  notch_see_member(work, state);
  work->event = decision->event;
  work->fields = decision->event != NULL ? decision->event->fields : NULL;
  work->earned_now = decision->earned;
  notch_work_see(work, now_us);
  return notch_work_try(work, root, NULL, out);
}
