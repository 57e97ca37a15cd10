/* member/fold.c -- fold: a recorded transaction into a state.  Evaluates no rule. */
#include <config.h>

#include "member/claims.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/return_builtin.h"
#include "member/returns.h"
#include "member/run.h"
#include "member/schedule.h"
#include "member/side.h"

#include <assert.h>
#include <string.h>

/* What rewards and payments used of their own limits: `times`, and `spent` of their points. */
static void use_shop_limits(notch_work *work, notch_state *state, const uint32_t *limits,
                            uint32_t count, int64_t times, uint32_t points, int64_t spent)
{
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &work->program->limits[limits[i]];
    if (limit->shared == (state->member == 0)) {
      int64_t amount = limit->times ? times : limit->points == points ? spent : 0;
      notch_limit_use(work, state, limits[i], 0, amount);
    }
  }
}

/* What a reward cost out of the member's own lots; what rules deducted is no part of it. */
static int64_t price_of(const notch_transaction *transaction, uint32_t points)
{
  int64_t spent = 0;
  for (uint32_t i = 0; i < transaction->posting_count; i++) {
    const notch_posting *posting = &transaction->postings[i];
    bool of = posting->target == NOTCH_ACCOUNT_SPENT && posting->points == points &&
              posting->share_count == 0;
    spent += of ? posting->amount : 0;
  }
  return spent;
}

/* In another member's side only what his own rules on earning did is his: the rest is counted
 * where its cause is. */
static bool counts_here(const notch_work *work, const notch_transaction *transaction,
                        uint32_t rule)
{
  return transaction->origin != NOTCH_ORIGIN_SIDE || work->in->original != NULL ||
         notch_earned_in(work->program, transaction, rule);
}

static void fold_effect_limits(notch_work *work, notch_state *state,
                               const notch_transaction *transaction, const notch_effect *effect)
{
  if (!counts_here(work, transaction, effect->rule)) {
    return;
  }
  if (effect->kind == NOTCH_EFFECT_APPLIED && effect->amount > 0) {
    notch_state_use_times(work, state, effect->rule, effect->amount);
  } else if (effect->kind == NOTCH_EFFECT_UNAPPLIED) {
    notch_state_use_times(work, state, effect->rule, -effect->amount);
  } else if (effect->kind == NOTCH_EFFECT_LIMIT_USED) {
    uint32_t limit = (uint32_t)effect->ref;
    if (work->program->limits[limit].shared == (state->member == 0)) {
      notch_limit_use_key(work, state, limit, effect->text, effect->amount);
    }
  } else if (effect->kind == NOTCH_EFFECT_USE && effect->ref == 0) {
    const notch_reward *reward = &work->program->rewards[effect->subject];
    use_shop_limits(work, state, reward->limits, reward->limit_count, effect->amount,
                    reward->costs_points, price_of(transaction, reward->costs_points));
  } else if (effect->kind == NOTCH_EFFECT_PAID && effect->amount > 0) {
    const notch_payment *payment = &work->program->payments[effect->subject];
    use_shop_limits(work, state, payment->limits, payment->limit_count, 1, payment->points,
                    effect->ref);
  }
}

static void fold_section_limits(notch_work *work, notch_state *state,
                                const notch_transaction *transaction,
                                const notch_section *section)
{
  for (uint32_t i = section->first_posting; i < section->posting_end; i++) {
    const notch_posting *posting = &transaction->postings[i];
    if (posting->share_count > 0 && counts_here(work, transaction, posting->shares[0].rule)) {
      notch_state_use_limits(work, state, posting);
    }
  }
  for (uint32_t i = section->first_effect; i < section->effect_end; i++) {
    fold_effect_limits(work, state, transaction, &transaction->effects[i]);
  }
}

void notch_fold_limits(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  const notch_original *original = work->in->original;
  bool returns = original != NULL;
  notch_view view = notch_view_of(work);
  notch_section section = {0};
  while (notch_section_next(transaction, &section)) {
    /* The original's own may come after what it set off later, and is marked then. */
    bool own = returns && (!section.marked || section.from == original->event);
    bool anew = section.marked && section.from == transaction->event;
    bool elsewhere = !anew && (section.marked || returns);
    /* Room comes back in the period it was used in, if it is open. */
    if (elsewhere) {
      work->event = own ? original->sent : NULL;
      work->fields = own ? original->sent->fields : NULL;
      work->returned_on = &view.moment;
      notch_work_see(work, own ? original->sent->at_us : section.at_us);
    }
    fold_section_limits(work, state, transaction, &section);
    if (elsewhere) {
      notch_view_back(work, &view);
    }
  }
}

/* What others of a pool spend of a lot, and what a return of that gives back to it. */
static void spend_opened(notch_state *state, const notch_posting *posting)
{
  int64_t *open = notch_state_open_of(state, posting->lot);
  if (open != NULL && posting->target == NOTCH_ACCOUNT_SPENT) {
    *open -= posting->amount;
  } else if (open != NULL && posting->source == NOTCH_ACCOUNT_SPENT) {
    *open += posting->amount;
  }
}

/* What time gives without a rule was earned before, as another kind (retire.c). */
static bool is_earned(const notch_transaction *transaction, const notch_posting *posting)
{
  return transaction->origin != NOTCH_ORIGIN_DUE || posting->share_count > 0;
}

/* What lots hold is what open holds reserve of them: else one could never be freed. */
static bool is_reserved(notch_state *state)
{
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    int64_t free = lot->held;
    for (uint32_t j = 0; j < state->reservations_count && lot->held > 0; j++) {
      const notch_reservation *reserved = &state->reservations[j];
      bool of = reserved->points != NOTCH_NONE && reserved->lot == lot->lot &&
                state->holds[reserved->hold].state == NOTCH_HOLD_OPEN;
      free -= of ? reserved->amount : 0;
    }
    if (free != 0) {
      return false;
    }
  }
  return true;
}

static bool touches_held(const notch_posting *posting)
{
  return posting->source == NOTCH_ACCOUNT_HELD || posting->target == NOTCH_ACCOUNT_HELD;
}

static bool fold_rows(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  bool held = false;
  for (uint32_t i = 0; i < transaction->effect_count; i++) {
    if (!notch_state_effect(state, &transaction->effects[i], transaction->event, work->host)) {
      return false;
    }
  }
  for (uint32_t i = 0; i < transaction->posting_count; i++) {
    const notch_posting *posting = &transaction->postings[i];
    if (!notch_state_post(state, posting, work->host)) {
      return false;
    }
    held = held || touches_held(posting);
    bool opens = posting->lot == posting->posting;
    if (opens && posting->source == NOTCH_ACCOUNT_ISSUED) {
      if (is_earned(transaction, posting)) {
        notch_measure_earned(work, state, posting->points, posting->earned_us, posting->amount);
      }
      notch_open_to_pool(work->program, state, posting->lot);
    }
    if (transaction->origin == NOTCH_ORIGIN_SIDE && posting->share_count == 0) {
      spend_opened(state, posting);
    }
    if (opens && posting->source == NOTCH_ACCOUNT_IN_TRANSIT &&
        transaction->origin == NOTCH_ORIGIN_DUE) {
      notch_lot *lot = notch_state_lot(state, posting->lot);
      if (lot != NULL) {
        lot->flags |= NOTCH_LOT_CARRIED;
      }
    }
  }
  for (uint32_t i = 0; i < transaction->move_count; i++) {
    if (transaction->moves[i].ladder >= state->standings_count) {
      return false;
    }
    notch_state_move(state, &transaction->moves[i], transaction->at_us);
    if (transaction->origin == NOTCH_ORIGIN_DUE) {
      notch_note_review(state, &transaction->moves[i], transaction->at_us);
    }
  }
  return !held || is_reserved(state);
}

/* A return later than the moment in sight: what it lowers of events that are in the state. */
static bool fold_lowering(notch_work *work, notch_state *state)
{
  const notch_original *original = work->in->original;
  bool seen = original != NULL && original->sent->at_us <= state->booked_us &&
              !notch_stays_paid(work->program, original);
  if (seen) {
    notch_left left = notch_lower(work, original);
    notch_measure_lower(work, state, original, left.before, left.after, left.nothing_left);
  }
  return true;
}

static bool fold_member(notch_work *work, notch_state *state, const notch_event *event,
                        const notch_transaction *transaction)
{
  bool late = transaction->booked_us > transaction->at_us;
  if (transaction->lowers_only) {
    return fold_lowering(work, state);
  }
  /* Of a kind that this version lacks: nothing of it can matter to its measures. */
  if (transaction->origin == NOTCH_ORIGIN_SENT && event != NULL) {
    notch_absorb(work, state, transaction->event);
  }
  if (!fold_rows(work, state, transaction)) {
    return false;
  }
  for (uint32_t i = 0; i < transaction->effect_count; i++) {
    if (transaction->effects[i].kind == NOTCH_EFFECT_MERGED) {
      const notch_state *from =
          work->host->member_number(work->host->payload, transaction->effects[i].ref);
      if (from == NULL) {
        return false;
      }
      notch_merge_figures(work, state, from);
      notch_pool_moved(work->program, state, from, transaction->postings,
                       transaction->posting_count);
    }
  }
  if (event != NULL && event->type == NOTCH_EVENT_RETURN && work->in->original != NULL) {
    notch_fold_return(work, state, transaction);
  } else {
    if (event != NULL && event->type == NOTCH_EVENT_ADJUST) {
      notch_fold_adjust(work, state, transaction);
    }
    notch_fold_taken(work, state, transaction);
  }
  if (transaction->origin == NOTCH_ORIGIN_DUE && work->plan->has_schedules) {
    notch_note_schedules(work->program, state, transaction);
  }
  if (!late && transaction->at_us > state->settled_us) {
    state->settled_us = transaction->at_us;
  }
  if (!late && transaction->origin == NOTCH_ORIGIN_SENT) {
    state->own_event = transaction->event;
  }
  notch_absorbed(work, state, transaction->at_us);
  return true;
}

/* Into the programme's own figures, or into a member. */
static bool fold_into(notch_decider *decider, notch_case *folding, notch_state *state,
                      const notch_transaction *transaction)
{
  const notch_event *event = folding->event;
  notch_work *work = notch_decider_begin(decider, folding, folding->plan);
  state->escape = &decider->out;
  notch_see_member(work, state);
  work->event = event;
  work->fields = event != NULL ? event->fields : NULL;
  notch_work_see(work, transaction->at_us);
  folding->house = state->member == 0 ? state : NULL;
  if (transaction->verdict != NOTCH_APPLIED) {
    return true;
  }
  return state->member == 0 ? notch_fold_house(work, state, transaction)
                            : fold_member(work, state, event, transaction);
}

bool notch_fold(notch_decider *decider, const notch_plan *plan, notch_state *state,
                const notch_event *event, const notch_original *original,
                const notch_transaction *transaction, const notch_host *host)
{
  jmp_buf *escape_before = state->escape;
  notch_case folding = {.plan = plan,
                        .event = event,
                        .original = original,
                        .host = host,
                        .recorded_us = transaction->recorded_us};
  volatile bool folded = false;
  switch (setjmp(decider->out)) {
  case 0: folded = fold_into(decider, &folding, state, transaction); break;
  case NOTCH_OUT_REFUSED: break;
  default:
    state->failed = true;
    state->escape = escape_before;
    return false;
  }
  bool books = (state->member != 0 || transaction->member == 0) && !transaction->lowers_only;
  if (books && transaction->verdict == NOTCH_APPLIED &&
      transaction->booked_us > state->booked_us) {
    state->booked_us = transaction->booked_us;
  }
  state->escape = escape_before;
  return folded;
}
