/* member/identity.c -- closing and merging memberships. */
#include <config.h>

#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/shop.h"
#include "member/term.h"

static void release_holds(notch_work *work)
{
  const notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->holds_count; i++) {
    if (state->holds[i].state == NOTCH_HOLD_OPEN) {
      notch_close_hold(work, i, NOTCH_HOLD_RELEASED, NULL);
    }
  }
}

/* From the newest on, since each that is empty is dropped. */
static void empty_lots(notch_work *work, notch_state *state, notch_account target)
{
  for (uint32_t i = state->lots_count; i-- > 0;) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    notch_work_take(work, lot, lot->left, target, NULL, 0);
  }
}

void notch_close_member(notch_work *work)
{
  notch_state *state = work->open->state;
  release_holds(work);
  empty_lots(work, state, NOTCH_ACCOUNT_EXPIRED);
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    notch_reward_lot lot = state->reward_lots[i];
    if (lot.left > 0) {
      notch_work_plain_effect(work, NOTCH_EFFECT_WITHDRAW, lot.reward, lot.left, lot.lot);
      notch_change_stock(work, lot.reward, lot.left);
    }
  }
  notch_work_plain_effect(work, NOTCH_EFFECT_CLOSED, NOTCH_NONE, 0, 0);
  if (work->plan->uses_house) {
    notch_effect closed = {.kind = NOTCH_EFFECT_CLOSED};
    notch_house_effect(work->program, notch_work_house(work), &closed, &work->open->row);
  }
}

/* Lots and debts cross over with their dates: out of the old account, into the survivor's. */
static void move_points(notch_work *work, const notch_state *from)
{
  for (uint32_t i = 0; i < from->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(from)[i];
    if (lot->left == 0) {
      continue;
    }
    notch_work_post(work, notch_lot_opening(lot, lot->left));
  }
  for (uint32_t points = 0; points < from->balances_count; points++) {
    notch_work_post(work, (notch_posting){.points = points,
                                          .source = NOTCH_ACCOUNT_DEBT,
                                          .target = NOTCH_ACCOUNT_IN_TRANSIT,
                                          .amount = from->balances[points].debt});
  }
}

/* What one of the two owed is paid by what the other had, as far as it goes. */
static void pay_debts(notch_work *work)
{
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    int64_t owed = work->open->state->balances[points].debt;
    notch_take_any(work, points, owed, NOTCH_ACCOUNT_DEBT);
  }
}

static void higher_tiers(notch_work *work, const notch_state *from)
{
  notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->standings_count; i++) {
    const notch_standing *theirs = &from->standings[i];
    uint32_t before = state->standings[i].effective;
    if (theirs->own > state->standings[i].own) {
      notch_work_move(work, (notch_move){.ladder = i,
                                         .tier = theirs->own,
                                         .since_us = theirs->since_us,
                                         .until_s = theirs->until_s,
                                         .cause = NOTCH_MOVE_MERGE});
    }
    if (theirs->lifetime != NOTCH_NONE && (state->standings[i].lifetime == NOTCH_NONE ||
                                           theirs->lifetime > state->standings[i].lifetime)) {
      notch_work_move(work, (notch_move){.ladder = i,
                                         .tier = theirs->lifetime,
                                         .since_us = work->moment.now_us,
                                         .until_s = NOTCH_NEVER,
                                         .cause = NOTCH_MOVE_LIFETIME});
    }
    uint32_t after = notch_effective_tier(work, i);
    if (after != before && state->standings[i].effective != after) {
      notch_work_move(work, (notch_move){.ladder = i,
                                         .tier = after,
                                         .since_us = work->moment.now_us,
                                         .until_s = NOTCH_NEVER,
                                         .cause = NOTCH_MOVE_FLOOR});
    }
  }
}

static void move_rewards(notch_work *work, const notch_state *from)
{
  for (uint32_t i = 0; i < from->reward_lots_count; i++) {
    const notch_reward_lot *lot = &from->reward_lots[i];
    if (lot->left + lot->held > 0) {
      notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_GRANT,
                                             .subject = lot->reward,
                                             .rule = lot->rule,
                                             .amount = lot->left + lot->held,
                                             .ref = lot->promised,
                                             .matures_s = lot->matures_s,
                                             .until_s = lot->until_s});
    }
  }
  for (uint32_t i = 0; i < from->tags_count; i++) {
    notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_TAG,
                                           .subject = NOTCH_NONE,
                                           .rule = NOTCH_NONE,
                                           .text = notch_arena_text(
                                               work->run, notch_state_text(from, from->tags[i])),
                                           .matures_s = INT64_MIN,
                                           .until_s = NOTCH_NEVER});
  }
}

/* The reward lot that came over for an old one. */
static const notch_reward_lot *moved_reward(const notch_state *state, const notch_reward_lot *old,
                                            int64_t amount)
{
  for (uint32_t i = state->reward_lots_count; i-- > 0;) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    if (lot->reward == old->reward && lot->rule == old->rule && lot->left >= amount &&
        lot->matures_s == old->matures_s && lot->until_s == old->until_s) {
      return lot;
    }
  }
  return NULL;
}

/* A hold goes over in a row of its own: its points, and what it reserves of them. */
static void move_hold(notch_work *work, const notch_open *main, const notch_state *from,
                      uint32_t index)
{
  const notch_hold *hold = &from->holds[index];
  bool payment = hold->payment != NOTCH_NONE, reward = hold->reward != NOTCH_NONE;
  notch_work_begin(work, main->state, NOTCH_ORIGIN_SIDE, main->row.type, main->row.at_us,
                   main->row.offset_min);
  work->open->row.cause = main->row.event;
  notch_work_effect(work, (notch_effect){
                              .kind = NOTCH_EFFECT_HOLD,
                              .subject = payment ? hold->payment : hold->reward,
                              .rule = NOTCH_NONE,
                              .amount = hold->quantity,
                              .ref = payment ? 1 : reward ? 2 : 0,
                              .matures_s = hold->order_minor,
                              .until_s = hold->until_s,
                              .text = notch_arena_text(work->run,
                                                       notch_state_text(from, hold->id))});
  for (uint32_t i = 0; i < from->reservations_count; i++) {
    const notch_reservation *reserved = &from->reservations[i];
    if (reserved->hold == index && reserved->points == NOTCH_NONE) {
      const notch_reward_lot *granted = notch_state_reward_lot(from, reserved->lot);
      granted = moved_reward(main->state, granted, reserved->amount);
      notch_work_plain_effect(work, NOTCH_EFFECT_RESERVED, hold->reward, reserved->amount,
                              granted->lot);
      continue;
    }
    const notch_lot *lot = reserved->hold == index ? notch_state_lot(from, reserved->lot) : NULL;
    if (lot == NULL) {
      continue;
    }
    int64_t fresh = notch_work_post(work, notch_lot_opening(lot, reserved->amount));
    notch_work_take(work, notch_state_lot(main->state, fresh), reserved->amount,
                    NOTCH_ACCOUNT_HELD, NULL, 0);
  }
}

static void empty_holds(notch_work *work, notch_state *state)
{
  for (uint32_t i = 0; i < state->holds_count; i++) {
    if (state->holds[i].state != NOTCH_HOLD_OPEN) {
      continue;
    }
    uint32_t count = state->reservations_count;
    notch_reservation *reserved = NOTCH_NEW_ARRAY(work->run, notch_reservation, count + 1);
    for (uint32_t j = 0; j < count; j++) {
      reserved[j] = state->reservations[j];
    }
    notch_work_effect(work, (notch_effect){
                                .kind = NOTCH_EFFECT_HOLD_CLOSED,
                                .subject = NOTCH_NONE,
                                .rule = NOTCH_NONE,
                                .ref = NOTCH_HOLD_RELEASED,
                                .matures_s = INT64_MIN,
                                .until_s = NOTCH_NEVER,
                                .text = notch_arena_text(
                                    work->run, notch_state_text(state, state->holds[i].id))});
    for (uint32_t j = 0; j < count; j++) {
      if (reserved[j].hold == i && reserved[j].points != NOTCH_NONE) {
        notch_work_post(work, (notch_posting){.points = reserved[j].points,
                                              .source = NOTCH_ACCOUNT_HELD,
                                              .target = NOTCH_ACCOUNT_IN_TRANSIT,
                                              .amount = reserved[j].amount,
                                              .lot = reserved[j].lot});
      }
    }
  }
}

/* The old account is emptied and closed in a row of its own, after the survivor's. */
static void empty_old(notch_work *work, const notch_open *main, const notch_state *from)
{
  notch_state *state = notch_work_copy(work, from);
  notch_work_begin(work, state, NOTCH_ORIGIN_SIDE, main->row.type, main->row.at_us,
                   main->row.offset_min);
  work->open->row.cause = main->row.event;
  empty_holds(work, state);
  empty_lots(work, state, NOTCH_ACCOUNT_IN_TRANSIT);
  for (uint32_t points = 0; points < state->balances_count; points++) {
    notch_work_post(work, (notch_posting){.points = points,
                                          .source = NOTCH_ACCOUNT_IN_TRANSIT,
                                          .target = NOTCH_ACCOUNT_DEBT,
                                          .amount = state->balances[points].debt});
  }
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    notch_reward_lot lot = state->reward_lots[i];
    if (lot.left > 0) {
      notch_work_plain_effect(work, NOTCH_EFFECT_WITHDRAW, lot.reward, lot.left, lot.lot);
    }
  }
  notch_work_plain_effect(work, NOTCH_EFFECT_CLOSED, NOTCH_NONE, 0, 0);
}

void notch_merge_rest(notch_work *work)
{
  const notch_state *from = work->merged;
  notch_open *main = work->open;
  notch_state *mine = work->state;
  if (from == NULL) {
    return;
  }
  for (uint32_t i = 0; i < from->holds_count; i++) {
    if (from->holds[i].state == NOTCH_HOLD_OPEN) {
      move_hold(work, main, from, i);
    }
  }
  empty_old(work, main, from);
  work->merged = NULL;
  work->open = main;
  work->state = mine;
}

/* The old account as this decision has it, not that of who has it since: there is no second merge
 * of it.  NULL: there is none. */
static notch_state *old_account(notch_work *work)
{
  const notch_host *host = work->host;
  notch_text id = notch_value_text(work->in->event->fields[NOTCH_FIELD_MERGE_FROM]);
  int64_t number = host->named(host->payload, id, 0, false);
  const notch_state *from = number == 0 ? NULL : host->member_number(host->payload, number);
  return from == NULL ? NULL : notch_work_copy(work, from);
}

void notch_settle_merged(notch_work *work, int64_t to_s)
{
  notch_state *from = old_account(work);
  if (from != NULL && from->member != work->in->state->member && !from->closed) {
    notch_settle_until(work, from, to_s);
  }
}

/* A hold is closed by its name. */
static void refuse_same_holds(notch_work *work, const notch_state *from)
{
  const notch_state *state = work->open->state;
  for (uint32_t i = 0; i < from->holds_count; i++) {
    notch_text id = notch_state_text(from, from->holds[i].id);
    int32_t same = notch_state_hold(state, id);
    if (from->holds[i].state == NOTCH_HOLD_OPEN && same >= 0 &&
        state->holds[same].state == NOTCH_HOLD_OPEN) {
      notch_refuse(work, NOTCH_REFUSED_CONFLICT,
                   "both accounts have an open hold %.*s; capture or release one of them first",
                   (int)id.length, id.bytes);
    }
  }
}

void notch_do_merge(notch_work *work)
{
  const notch_state *from = old_account(work);
  if (from == NULL || from->member == work->open->row.member || from->closed) {
    notch_refuse(work, NOTCH_REFUSED_NO_MEMBER, "`from` has to name another open member");
  }
  refuse_same_holds(work, from);
  notch_work_plain_effect(work, NOTCH_EFFECT_MERGED, NOTCH_NONE, 0, from->member);
  notch_merge_figures(work, work->open->state, from);
  notch_take_places(work, from);
  move_points(work, from);
  pay_debts(work);
  notch_pool_moved(work->program, work->open->state, from, work->open->postings.items,
                   work->open->postings.count);
  higher_tiers(work, from);
  move_rewards(work, from);
  work->merged = from;
}

/* What is over stays known: whoever ends such a hold once more is told so. */
static void keep_closed_holds(notch_state *state, const notch_state *from)
{
  for (uint32_t i = 0; i < from->holds_count; i++) {
    notch_hold hold = from->holds[i];
    notch_text id = notch_state_text(from, hold.id);
    if (hold.state != NOTCH_HOLD_OPEN && notch_state_hold(state, id) < 0) {
      hold.id = notch_state_keep_text(state, id);
      *notch_state_add_holds(state) = hold;
    }
  }
}

/* Measures, limits used, closed holds and fields; texts move with their bytes. */
void notch_merge_figures(notch_work *work, notch_state *state, const notch_state *from)
{
  const notch_program *program = work->program;
  keep_closed_holds(state, from);
  notch_measure_merge(program, state, from);
  notch_limit_merge(state, from);
  for (uint32_t i = 0; i < program->member_field_count; i++) {
    notch_value value = from->fields[i];
    notch_type type = program->member_fields[i].type;
    if (state->fields[i].d != 0 || value.d == 0) {
      continue;
    }
    if (type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER) {
      notch_slice old = {(uint32_t)(value.n >> 32), (uint32_t)value.n};
      notch_slice kept = notch_state_keep_text(state, notch_state_text(from, old));
      value = NOTCH_VALUE((int64_t)kept.offset << 32 | kept.length);
    }
    state->fields[i] = value;
  }
  if (from->joined_us != INT64_MIN && from->joined_us < state->joined_us) {
    state->joined_us = from->joined_us;
  }
}
