/* member/post.c -- how one posting, move or effect changes a state, and recording one. */
#include <config.h>

#include "member/post.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/pool.h"
#include "member/run.h"

#include <assert.h>

/* Moves an account by a signed amount; false: below zero or above what it may hold. */
static bool change(int64_t *balance, int64_t amount)
{
  int64_t after;
  if (__builtin_add_overflow(*balance, amount, &after) || after < 0 || after > NOTCH_BALANCE_MAX) {
    return false;
  }
  *balance = after;
  return true;
}

static inline notch_lot *open_lot(notch_state *state, const notch_posting *opening)
{
  if (state->asleep.count > 0 && opening->posting < state->asleep.newest) {
    notch_state_wake(state);
  }
  notch_lot *lot = notch_state_add_lots(state);
  if (lot == NULL) {
    return NULL;
  }
  const notch_lot *first = &state->lots_items[state->asleep.count];
  for (; lot > first && lot[-1].lot > opening->posting; lot--) {
    *lot = lot[-1];
  }
  *lot = (notch_lot){.lot = opening->posting,
                     .amount = opening->amount,
                     .earned_us = opening->earned_us,
                     .matures_s = opening->matures_s,
                     .expires_s = opening->expires_s,
                     .points = opening->points,
                     .terms = opening->terms,
                     .partner = opening->partner};
  return lot;
}

/* A lot that was empty is opened anew: what became of its dates meanwhile is noted in firings. */
static void date_again(const notch_state *state, notch_lot *lot, notch_account from)
{
  for (uint32_t i = 0; i < state->firings_count; i++) {
    const notch_firing *noted = &state->firings[i];
    if (noted->variant != lot->terms) {
      continue;
    }
    if (noted->rule == NOTCH_FIRING_RAN_OUT && lot->earned_us < noted->anchor_us &&
        lot->expires_s == NOTCH_NEVER) {
      lot->expires_s = noted->anchor_us / NOTCH_SECOND_US;
    }
    /* At equal times what had been spent or moved was mature; what was taken may not have been. */
    bool after = lot->earned_us < noted->anchor_us ||
                 (lot->earned_us == noted->anchor_us && from != NOTCH_ACCOUNT_TAKEN_BACK);
    if (noted->rule == NOTCH_FIRING_MATURED && after && lot->matures_s == NOTCH_NEVER) {
      lot->matures_s = noted->anchor_us / NOTCH_SECOND_US;
    }
  }
  /* Noted in an account that was merged: but what could be spent was mature. */
  if (from == NOTCH_ACCOUNT_SPENT && lot->matures_s == NOTCH_NEVER) {
    lot->matures_s = INT64_MIN;
  }
}

/* The lot that a posting opens or names: in the state, or put back there from the journal. */
static inline notch_lot *lot_of(notch_state *state, const notch_posting *posting,
                                const notch_host *host)
{
  const bool opens = posting->lot == posting->posting;
  notch_lot *lot = opens ? NULL : notch_state_lot(state, posting->lot);
  if (lot != NULL) {
    return lot;
  }
  notch_posting recorded;
  int64_t event;
  if (!opens && (host == NULL || host->opening == NULL ||
                 !host->opening(host->payload, posting->lot, &recorded, &event) ||
                 recorded.lot != recorded.posting)) {
    return NULL;
  }
  lot = open_lot(state, opens ? posting : &recorded);
  if (!opens && lot != NULL) {
    date_again(state, lot, (notch_account)posting->source);
    lot->open = notch_pool_open_again(state, posting->lot);
  }
  return lot;
}

/* One side of a posting; `lot` is NULL where none is named. */
static inline bool take_from(notch_balance *balance, notch_lot *lot, uint8_t account,
                             int64_t amount)
{
  switch (account) {
  case NOTCH_ACCOUNT_POINTS:
    return lot != NULL && change(&lot->left, -amount) && change(&balance->points, -amount);
  case NOTCH_ACCOUNT_HELD:
    return lot != NULL && change(&lot->held, -amount) && change(&balance->held, -amount);
  case NOTCH_ACCOUNT_DEBT: return change(&balance->debt, amount);
  default: return true;
  }
}

static inline bool put_into(notch_balance *balance, notch_lot *lot, uint8_t account, int64_t amount)
{
  switch (account) {
  case NOTCH_ACCOUNT_POINTS:
    return lot != NULL && change(&lot->left, amount) && change(&balance->points, amount);
  case NOTCH_ACCOUNT_HELD:
    return lot != NULL && change(&lot->held, amount) && change(&balance->held, amount);
  case NOTCH_ACCOUNT_DEBT: return change(&balance->debt, -amount);
  default: return true;
  }
}

/* `named`: the lot of the posting; NULL: none, or nothing is left in it and it is dropped. */
static inline bool post(notch_state *state, const notch_posting *posting, const notch_host *host,
                        notch_lot **named)
{
  if (posting->points >= state->balances_count || posting->amount <= 0 ||
      posting->amount > NOTCH_AMOUNT_MAX) {
    return false;
  }
  notch_balance *balance = &state->balances[posting->points];
  notch_lot *lot = posting->lot == 0 ? NULL : lot_of(state, posting, host);
  if (posting->lot != 0 && lot == NULL) {
    return false;
  }
  if (!take_from(balance, lot, posting->source, posting->amount) ||
      !put_into(balance, lot, posting->target, posting->amount)) {
    return false;
  }
  if (posting->target == NOTCH_ACCOUNT_HELD && state->holds_count > 0) {
    *notch_state_add_reservations(state) = (notch_reservation){.hold = state->holds_count - 1,
                                                               .points = posting->points,
                                                               .lot = posting->lot,
                                                               .amount = posting->amount};
  }
  if (lot != NULL && lot->left == 0 && lot->held == 0) {
    if (lot->open > 0 && posting->target == NOTCH_ACCOUNT_SPENT) {
      notch_pool_note_spent(state, lot);
    }
    notch_state_remove_lot(state, (uint32_t)(lot - state->lots_items));
    lot = NULL;
  }
  *named = lot;
  return true;
}

bool notch_state_post(notch_state *state, const notch_posting *posting, const notch_host *host)
{
  notch_lot *lot;
  return post(state, posting, host, &lot);
}

/* The effective tier rose or fell: spells at the tiers between begin or end. */
static void change_effective(notch_state *state, uint32_t ladder, uint32_t tier, int64_t at_us)
{
  notch_standing *standing = &state->standings[ladder];
  for (uint32_t rank = standing->effective + 1; rank <= tier; rank++) {
    *notch_state_add_spells(state) =
        (notch_spell){.ladder = ladder, .tier = rank, .from_us = at_us, .to_us = NOTCH_NEVER};
  }
  for (uint32_t i = 0; i < state->spells_count; i++) {
    notch_spell *spell = &state->spells[i];
    if (spell->ladder == ladder && spell->tier > tier && spell->to_us == NOTCH_NEVER) {
      spell->to_us = at_us;
    }
  }
  if (standing->effective != tier) {
    standing->effective = tier;
    standing->effective_since_us = at_us;
  }
}

void notch_state_move(notch_state *state, const notch_move *move, int64_t at_us)
{
  notch_standing *standing = &state->standings[move->ladder];
  switch ((notch_move_cause)move->cause) {
  case NOTCH_MOVE_START:
  case NOTCH_MOVE_BECOMES:
  case NOTCH_MOVE_MERGE:
  case NOTCH_MOVE_REACH:
    standing->own = move->tier;
    standing->since_us = move->since_us;
    standing->until_s = move->until_s;
    standing->grace_to = NOTCH_NONE;
    standing->grace_at_s = NOTCH_NEVER;
    if (move->tier > standing->effective) {
      change_effective(state, move->ladder, move->tier, at_us);
    }
    break;
  case NOTCH_MOVE_KEEP: standing->until_s = move->until_s; break;
  case NOTCH_MOVE_DEMOTE:
    standing->own = move->tier;
    standing->since_us = move->since_us;
    standing->until_s = move->until_s;
    standing->grace_to = NOTCH_NONE;
    standing->grace_at_s = NOTCH_NEVER;
    break;
  case NOTCH_MOVE_GRACE:
    standing->grace_to = move->tier;
    standing->grace_at_s = move->until_s;
    standing->until_s = NOTCH_NEVER;
    break;
  case NOTCH_MOVE_GRACE_END:
    standing->grace_to = NOTCH_NONE;
    standing->grace_at_s = NOTCH_NEVER;
    standing->until_s = move->until_s;
    break;
  case NOTCH_MOVE_PROMISE:
    standing->promise = move->until_s == NOTCH_NEVER ? NOTCH_NONE : move->tier;
    standing->promise_until_s = move->until_s;
    break;
  case NOTCH_MOVE_LIFETIME: standing->lifetime = move->tier; break;
  case NOTCH_MOVE_FLOOR: change_effective(state, move->ladder, move->tier, at_us); break;
  }
}

void notch_note_review(notch_state *state, const notch_move *move, int64_t at_us)
{
  bool review = move->cause == NOTCH_MOVE_KEEP || move->cause == NOTCH_MOVE_DEMOTE ||
                move->cause == NOTCH_MOVE_GRACE || move->cause == NOTCH_MOVE_REACH;
  if (review) {
    *notch_state_add_firings(state) =
        (notch_firing){.rule = NOTCH_FIRING_REVIEW, .variant = move->ladder, .anchor_us = at_us};
  }
}

static void drop_text(notch_slice *items, uint32_t *count, uint32_t at)
{
  for (; at + 1 < *count; at++) {
    items[at] = items[at + 1];
  }
  (*count)--;
}

static void tag(notch_state *state, notch_text text, bool on)
{
  for (uint32_t i = 0; i < state->tags_count; i++) {
    if (notch_text_equal(notch_state_text(state, state->tags[i]), text)) {
      if (!on) {
        drop_text(state->tags, &state->tags_count, i);
      }
      return;
    }
  }
  if (on) {
    notch_slice kept = notch_state_keep_text(state, text);
    *notch_state_add_tags(state) = kept;
  }
}

notch_reward_lot *notch_state_reward_lot(const notch_state *state, int64_t lot)
{
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    if (state->reward_lots[i].lot == lot) {
      return &state->reward_lots[i];
    }
  }
  return NULL;
}

static void grant(notch_state *state, const notch_effect *effect)
{
  *notch_state_add_reward_lots(state) = (notch_reward_lot){.lot = effect->effect,
                                                           .reward = effect->subject,
                                                           .rule = effect->rule,
                                                           .left = effect->amount,
                                                           .matures_s = effect->matures_s,
                                                           .until_s = effect->until_s,
                                                           .promised = effect->ref};
}

/* Of a grant that an account had which was merged, what comes back is opened here anew. */
static notch_reward_lot *grant_of(notch_state *state, const notch_effect *effect,
                                  const notch_host *host)
{
  notch_reward_lot *lot = notch_state_reward_lot(state, effect->ref);
  notch_effect granted;
  if (lot == NULL && effect->kind == NOTCH_EFFECT_RETURN_USE && host != NULL &&
      host->grant != NULL && host->grant(host->payload, effect->ref, &granted) &&
      granted.kind == NOTCH_EFFECT_GRANT) {
    granted.amount = 0;
    grant(state, &granted);
    lot = notch_state_reward_lot(state, effect->ref);
  }
  return lot;
}

static bool change_grant(notch_state *state, const notch_effect *effect, int64_t sign,
                         const notch_host *host)
{
  if (effect->ref == 0) {
    return true;
  }
  notch_reward_lot *lot = grant_of(state, effect, host);
  return lot != NULL && change(&lot->left, sign * effect->amount);
}

static void hold(notch_state *state, const notch_effect *effect, int64_t event)
{
  notch_slice id = notch_state_keep_text(state, effect->text);
  bool payment = effect->ref == 1, reward = effect->ref == 2;
  *notch_state_add_holds(state) = (notch_hold){.id = id,
                                               .until_s = effect->until_s,
                                               .order_minor = payment ? effect->matures_s : 0,
                                               .payment = payment ? effect->subject : NOTCH_NONE,
                                               .reward = reward ? effect->subject : NOTCH_NONE,
                                               .quantity = effect->amount,
                                               .event = event};
}

int32_t notch_state_hold(const notch_state *state, notch_text id)
{
  for (uint32_t i = state->holds_count; i > 0; i--) {
    if (notch_text_equal(notch_state_text(state, state->holds[i - 1].id), id)) {
      return (int32_t)(i - 1);
    }
  }
  return -1;
}

/* A granted reward goes to the hold that was placed last, as points do. */
static bool reserve_grant(notch_state *state, const notch_effect *effect)
{
  notch_reward_lot *lot = notch_state_reward_lot(state, effect->ref);
  if (lot == NULL || state->holds_count == 0 || !change(&lot->left, -effect->amount)) {
    return false;
  }
  lot->held += effect->amount;
  *notch_state_add_reservations(state) = (notch_reservation){.hold = state->holds_count - 1,
                                                             .points = NOTCH_NONE,
                                                             .lot = effect->ref,
                                                             .amount = effect->amount};
  return true;
}

/* Points leave a hold by postings of their own; a granted reward is its lot's again, also where
 * it is used by the next effect. */
static bool free_grant(notch_state *state, const notch_reservation *reserved)
{
  notch_reward_lot *lot = notch_state_reward_lot(state, reserved->lot);
  return lot != NULL && change(&lot->held, -reserved->amount) &&
         change(&lot->left, reserved->amount);
}

static bool close_hold(notch_state *state, const notch_effect *effect)
{
  int32_t index = notch_state_hold(state, effect->text);
  if (index < 0) {
    return false;
  }
  state->holds[index].state = (uint32_t)effect->ref;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    if (state->reservations[i].hold != (uint32_t)index) {
      state->reservations[kept++] = state->reservations[i];
    } else if (state->reservations[i].points == NOTCH_NONE &&
               !free_grant(state, &state->reservations[i])) {
      return false;
    }
  }
  state->reservations_count = kept;
  return true;
}

static void segment(notch_state *state, uint32_t which, bool enters)
{
  for (uint32_t i = 0; i < state->inside_count; i++) {
    if (state->inside[i].segment == which) {
      if (!enters) {
        state->inside[i] = state->inside[--state->inside_count];
      }
      return;
    }
  }
  if (enters) {
    notch_state_add_inside(state)->segment = which;
  }
}

static void pool(notch_state *state, const notch_effect *effect, bool enters)
{
  for (uint32_t i = 0; i < state->pools_count; i++) {
    if (state->pools[i].pool == effect->subject) {
      state->pools[i] = state->pools[--state->pools_count];
      break;
    }
  }
  if (enters) {
    *notch_state_add_pools(state) =
        (notch_membership){.pool = effect->subject, .with = effect->ref};
  }
}

bool notch_state_effect(notch_state *state, const notch_effect *effect, int64_t event,
                        const notch_host *host)
{
  switch ((notch_effect_kind)effect->kind) {
  case NOTCH_EFFECT_GRANT: grant(state, effect); break;
  case NOTCH_EFFECT_USE:
  case NOTCH_EFFECT_WITHDRAW: return change_grant(state, effect, -1, host);
  case NOTCH_EFFECT_RETURN_USE: return change_grant(state, effect, 1, host);
  case NOTCH_EFFECT_TAG: tag(state, effect->text, true); break;
  case NOTCH_EFFECT_UNTAG: tag(state, effect->text, false); break;
  case NOTCH_EFFECT_ENTERED: segment(state, effect->subject, true); break;
  case NOTCH_EFFECT_LEFT: segment(state, effect->subject, false); break;
  case NOTCH_EFFECT_HOLD: hold(state, effect, event); break;
  case NOTCH_EFFECT_HOLD_CLOSED: return close_hold(state, effect);
  case NOTCH_EFFECT_RESERVED: return reserve_grant(state, effect);
  case NOTCH_EFFECT_CLOSED:
    state->closed = true;
    state->pools_count = 0;
    break;
  case NOTCH_EFFECT_POOL_ENTER: pool(state, effect, true); break;
  case NOTCH_EFFECT_POOL_EXIT: pool(state, effect, false); break;
  case NOTCH_EFFECT_BAND:
  case NOTCH_EFFECT_GRANT_WAITING:
  case NOTCH_EFFECT_NOTIFY:
  case NOTCH_EFFECT_APPLIED:
  case NOTCH_EFFECT_MERGED:
  case NOTCH_EFFECT_PAID:
  case NOTCH_EFFECT_NOT_RECOUPED:
  case NOTCH_EFFECT_STOCK:
  case NOTCH_EFFECT_PURSE:
  case NOTCH_EFFECT_RETURNED:
  case NOTCH_EFFECT_UNAPPLIED:
  case NOTCH_EFFECT_LIMIT_USED:
  case NOTCH_EFFECT_LIMIT_RESERVED:
  case NOTCH_EFFECT_STOCK_RESERVED:
  case NOTCH_EFFECT_NONE:
  case NOTCH_EFFECT_COUNT: break;
  }
  return true;
}

/* `lot`: what is left of the posting's, NULL if nothing. */
static void note_inflow(notch_work *work, const notch_posting *posting, const notch_lot *lot)
{
  if (posting->target == NOTCH_ACCOUNT_POINTS && lot != NULL &&
      notch_lot_available(work, work->open->state, lot)) {
    work->inflow[posting->points] += posting->amount;
  } else if (posting->target == NOTCH_ACCOUNT_DEBT) {
    work->inflow[posting->points] -= posting->amount;
  }
}

int64_t notch_work_posted(notch_work *work, notch_posting *posting)
{
  notch_state *state = work->open->state;
  notch_lot *lot;
  posting->posting = work->next_posting++;
  if (posting->lot == 0 && posting->target == NOTCH_ACCOUNT_POINTS) {
    posting->lot = posting->posting;
  }
  if (!post(state, posting, work->host, &lot)) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW,
                 "an account of %.*s would hold more than a ledger can",
                 (int)work->program->points[posting->points].decl.name.length,
                 work->program->points[posting->points].decl.name.bytes);
  }
  if (posting->source == NOTCH_ACCOUNT_ISSUED && state->pools_count > 0) {
    notch_open_to_pool(work->program, state, posting->lot);
  }
  if (work->inflow != NULL) {
    note_inflow(work, posting, lot);
  }
  return posting->posting;
}

int64_t notch_work_post(notch_work *work, notch_posting posting)
{
  if (posting.amount == 0) {
    return 0;
  }
  notch_posting *kept = notch_vec_push(&work->open->postings, work->run);
  *kept = posting;
  return notch_work_posted(work, kept);
}

void notch_work_move(notch_work *work, notch_move move)
{
  *notch_vec_push(&work->open->moves, work->run) = move;
  notch_state_move(work->open->state, &move, work->open->row.at_us);
  if (work->open->row.origin == NOTCH_ORIGIN_DUE) {
    notch_note_review(work->open->state, &move, work->open->row.at_us);
  }
}

int64_t notch_work_effect(notch_work *work, notch_effect effect)
{
  effect.effect = work->next_effect++;
  *notch_vec_push(&work->open->effects, work->run) = effect;
  if (!notch_state_effect(work->open->state, &effect, work->open->row.event, work->host)) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "a reward would be used more often than held");
  }
  return effect.effect;
}

void notch_work_plain_effect(notch_work *work, notch_effect_kind kind, uint32_t subject,
                             int64_t amount, int64_t ref)
{
  notch_work_effect(work, (notch_effect){.kind = (uint8_t)kind,
                                         .subject = subject,
                                         .rule = NOTCH_NONE,
                                         .amount = amount,
                                         .ref = ref,
                                         .matures_s = INT64_MIN,
                                         .until_s = NOTCH_NEVER});
}

void notch_work_take(notch_work *work, const notch_lot *lot, int64_t amount, notch_account target,
                     const notch_share *shares, uint16_t share_count)
{
  notch_work_post(work, (notch_posting){.points = lot->points,
                                        .source = NOTCH_ACCOUNT_POINTS,
                                        .target = (uint8_t)target,
                                        .amount = amount,
                                        .lot = lot->lot,
                                        .shares = shares,
                                        .share_count = share_count});
}

/* By the values of the event that the rule runs on.  One that the rule ran on under rules of before
 * does not have them. */
static void use_by_key(notch_work *work, notch_state *state, uint32_t rule, uint32_t limit,
                       bool own, int64_t amount)
{
  const notch_value *fields = work->fields;
  uint32_t variant;
  bool runs = notch_work_runs(work, rule, &variant);
  work->fields = runs && fields != NULL ? fields : work->plan->no_fields;
  notch_limit_use(work, state, limit, own ? variant : 0, amount);
  work->fields = fields;
}

/* Counts `amount` in the limits of a rule and its group that are booked in this state; those
 * whose key is recorded count by their records (limit.c). */
static inline void use_limits(notch_work *work, notch_state *state, uint32_t rule, uint32_t points,
                              int64_t amount)
{
  const notch_limits_of *limits = &work->plan->limits_of[rule];
  for (uint32_t i = 0; i < limits->count; i++) {
    uint32_t index = limits->items[i];
    const notch_limit *limit = &work->program->limits[index];
    bool meant = points == NOTCH_NONE ? limit->times : !limit->times && limit->points == points;
    if (!meant || limit->shared != (state->member == 0) || work->plan->keyed[index]) {
      continue;
    }
    if (work->plan->by_key[index]) {
      use_by_key(work, state, rule, index, i < limits->own, amount);
    } else {
      notch_limit_use_key(work, state, index, (notch_text){NULL, 0}, amount);
    }
  }
}

void notch_state_use_limits(notch_work *work, notch_state *state, const notch_posting *posting)
{
  int64_t counts = notch_award_sign(posting);
  if (counts == 0) {
    return;
  }
  const uint8_t *rule_does = work->plan->rule_does;
  const notch_share *share = posting->shares, *end = share + posting->share_count;
  for (; share < end; share++) {
    if ((rule_does[share->rule] & NOTCH_RULE_LIMITED) != 0) {
      use_limits(work, state, share->rule, posting->points, counts * share->amount);
    }
  }
}

void notch_state_use_times(notch_work *work, notch_state *state, uint32_t rule, int64_t times)
{
  bool known = rule != NOTCH_NONE; /* of a version that still has it */
  if (known && (work->plan->rule_does[rule] & NOTCH_RULE_LIMITED) != 0) {
    use_limits(work, state, rule, NOTCH_NONE, times);
  }
}
