/* member/hold.c -- reserving points at a checkout: hold, capture, release, time-out. */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/shop.h"

#include <assert.h>

static int64_t until_of(notch_work *work, notch_duration declared)
{
  notch_value until = work->event->fields[NOTCH_FIELD_HOLD_UNTIL];
  if (until.d != 0) {
    if (until.n <= work->moment.now_us) {
      notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "`until` is not after the hold itself");
    }
    return until.n / NOTCH_SECOND_US;
  }
  if (declared.count == 0) {
    notch_refuse(work, NOTCH_REFUSED_MISSING_FIELD,
                 "send `until`: nothing in the rules says how long this hold lasts");
  }
  return notch_term_end(work->program, work->moment.now_us, declared, false, NOTCH_UNIT_DAY);
}

void notch_do_hold(notch_work *work)
{
  const notch_event *event = work->event;
  notch_text id = notch_value_text(event->fields[NOTCH_FIELD_HOLD_HOLD]);
  notch_effect effect = {.kind = NOTCH_EFFECT_HOLD,
                         .subject = NOTCH_NONE,
                         .rule = NOTCH_NONE,
                         .text = id,
                         .amount = 1,
                         .matures_s = 0};
  notch_amount one = {0, 0};
  int64_t bought = 0;
  const notch_amount *points = event->points;
  uint32_t count = event->point_count;
  if (notch_state_hold(work->open->state, id) >= 0) {
    notch_refuse(work, NOTCH_REFUSED_CONFLICT, "there is a hold %.*s already", (int)id.length,
                 id.bytes);
  }
  if (event->payment != NOTCH_NONE) {
    const notch_payment *payment = &work->program->payments[event->payment];
    work->order = event->fields[NOTCH_FIELD_HOLD_ORDER];
    one = (notch_amount){payment->points, count > 0 ? points[0].amount : 0};
    notch_payment_check(work, event->payment, one.amount);
    effect.ref = 1;
    effect.subject = event->payment;
    effect.matures_s = work->order.d == 0 ? 0 : work->order.n;
    effect.until_s = until_of(work, payment->hold_for);
  } else if (event->reward != NOTCH_NONE) {
    const notch_reward *reward = &work->program->rewards[event->reward];
    int64_t granted = notch_rewards_held(work->open->state, event->reward, work->moment.now_us);
    bought = event->quantity > granted ? event->quantity - granted : 0;
    one.index = reward->costs_points;
    one.amount = bought > 0 ? notch_reward_price(work, event->reward, bought) : 0;
    effect.ref = 2;
    effect.subject = event->reward;
    effect.amount = event->quantity;
    effect.until_s = until_of(work, reward->hold_for);
  } else {
    effect.until_s = until_of(work, (notch_duration){0, NOTCH_UNIT_SECOND});
  }
  if (effect.ref != 0) {
    points = &one;
    count = one.amount > 0 ? 1 : 0;
  }
  notch_work_effect(work, effect);
  if (effect.ref != 0) {
    notch_reserve_limits(work, &effect, effect.ref == 2 ? bought : 1, one.index, one.amount);
  }
  if (event->reward != NOTCH_NONE) {
    notch_take_granted(work, NOTCH_EFFECT_RESERVED, event->reward, event->quantity - bought);
    notch_reserve_stock(work, &effect, bought);
  }
  for (uint32_t i = 0; i < count; i++) {
    notch_need_points(work, points[i].index, points[i].amount, false);
    notch_spend(work, points[i].index, points[i].amount, NOTCH_ACCOUNT_HELD, NOTCH_NONE);
  }
}

static void move_held(notch_work *work, const notch_reservation *reserved, int64_t amount,
                      notch_account target)
{
  notch_work_post(work, (notch_posting){.points = reserved->points,
                                        .source = NOTCH_ACCOUNT_HELD,
                                        .target = (uint8_t)target,
                                        .amount = amount,
                                        .lot = reserved->lot});
}

void notch_close_hold(notch_work *work, uint32_t hold, notch_hold_state how,
                      const int64_t *capture)
{
  notch_state *state = work->open->state;
  notch_reservation *reserved =
      NOTCH_NEW_ARRAY(work->run, notch_reservation, state->reservations_count + 1);
  uint32_t count = 0;
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    if (state->reservations[i].hold == hold && state->reservations[i].points != NOTCH_NONE) {
      reserved[count++] = state->reservations[i];
    }
  }
  notch_effect closed = {
      .kind = NOTCH_EFFECT_HOLD_CLOSED,
      .subject = NOTCH_NONE,
      .rule = NOTCH_NONE,
      .ref = (int64_t)how,
      .matures_s = INT64_MIN,
      .until_s = NOTCH_NEVER,
      .text = notch_arena_text(work->run, notch_state_text(state, state->holds[hold].id))};
  notch_work_effect(work, closed);
  if (work->plan->uses_house && how != NOTCH_HOLD_TIMED_OUT) {
    notch_house_effect(work->program, notch_work_house(work), &closed, &work->open->row);
  }
  int64_t *left = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  for (uint32_t i = 0; capture != NULL && i < work->program->points_count; i++) {
    left[i] = capture[i];
  }
  for (uint32_t i = 0; i < count; i++) {
    int64_t *of_kind = &left[reserved[i].points];
    int64_t taken = reserved[i].amount < *of_kind ? reserved[i].amount : *of_kind;
    *of_kind -= taken;
    if (taken > 0) {
      move_held(work, &reserved[i], taken, NOTCH_ACCOUNT_SPENT);
    }
    reserved[i].amount -= taken;
  }
  for (uint32_t i = count; i-- > 0;) {
    if (reserved[i].amount > 0) {
      move_held(work, &reserved[i], reserved[i].amount, NOTCH_ACCOUNT_POINTS);
      notch_settle_debt(work, reserved[i].points, reserved[i].lot);
    }
  }
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

/* The open hold that the event names; -1: repeating what was done already, which does nothing. */
static int32_t open_hold(notch_work *work, notch_text id, notch_hold_state wanted)
{
  int32_t index = notch_state_hold(work->open->state, id);
  if (index < 0) {
    notch_refuse(work, NOTCH_REFUSED_UNKNOWN_HOLD, "there is no hold %.*s", (int)id.length,
                 id.bytes);
  }
  uint32_t now = work->open->state->holds[index].state;
  if (now == (uint32_t)wanted) {
    return -1;
  }
  if (now != NOTCH_HOLD_OPEN) {
    static const char *const words[] = {"open", "captured", "released", "timed out"};
    notch_refuse(work, NOTCH_REFUSED_HOLD_CLOSED, "hold %.*s is %s", (int)id.length, id.bytes,
                 words[now]);
  }
  return index;
}

/* By points kind. */
static int64_t *reserved_totals(notch_work *work, const notch_state *state, uint32_t hold)
{
  int64_t *totals = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    const notch_reservation *reserved = &state->reservations[i];
    if (reserved->hold == hold && reserved->points != NOTCH_NONE) {
      totals[reserved->points] += reserved->amount;
    }
  }
  return totals;
}

static void use_reward(notch_work *work, uint32_t reward, int64_t amount, int64_t lot)
{
  if (amount > 0) {
    notch_work_plain_effect(work, NOTCH_EFFECT_USE, reward, amount, lot);
  }
}

/* The granted ones that the hold reserved, also where they ran out meanwhile; the rest is bought,
 * also where others took meanwhile what is left of the stock: it was promised. */
static void capture_reward(notch_work *work, uint32_t index, const int64_t *capture)
{
  const notch_state *state = work->open->state;
  notch_hold hold = state->holds[index];
  int64_t bought = hold.quantity - notch_hold_granted(state, index);
  uint32_t count = 0;
  notch_reservation *granted =
      NOTCH_NEW_ARRAY(work->run, notch_reservation, state->reservations_count + 1);
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    if (state->reservations[i].hold == index && state->reservations[i].points == NOTCH_NONE) {
      granted[count++] = state->reservations[i];
    }
  }
  notch_close_hold(work, index, NOTCH_HOLD_CAPTURED, capture);
  for (uint32_t i = 0; i < count; i++) {
    use_reward(work, hold.reward, granted[i].amount, granted[i].lot);
  }
  use_reward(work, hold.reward, bought, 0);
  notch_change_stock(work, hold.reward, -bought);
}

void notch_do_capture(notch_work *work)
{
  const notch_event *event = work->event;
  notch_text id = notch_value_text(event->fields[NOTCH_FIELD_CAPTURE_HOLD]);
  int32_t index = open_hold(work, id, NOTCH_HOLD_CAPTURED);
  if (index < 0) {
    return;
  }
  const notch_hold *hold = &work->open->state->holds[index];
  const int64_t *reserved = reserved_totals(work, work->open->state, (uint32_t)index);
  const int64_t *capture =
      event->point_count > 0
          ? notch_named_amounts(work, event->points, event->point_count, reserved)
          : reserved;
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    if (capture[i] > reserved[i]) {
      notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "more points than hold %.*s reserves",
                   (int)id.length, id.bytes);
    }
  }
  if (hold->reward != NOTCH_NONE) {
    capture_reward(work, (uint32_t)index, capture);
    return;
  }
  if (hold->payment != NOTCH_NONE) {
    notch_paid(work, hold->payment, capture[work->program->payments[hold->payment].points]);
  }
  notch_close_hold(work, (uint32_t)index, NOTCH_HOLD_CAPTURED, capture);
}

void notch_do_release(notch_work *work)
{
  notch_text id = notch_value_text(work->event->fields[NOTCH_FIELD_RELEASE_HOLD]);
  int32_t index = open_hold(work, id, NOTCH_HOLD_RELEASED);
  if (index >= 0) {
    notch_close_hold(work, (uint32_t)index, NOTCH_HOLD_RELEASED, NULL);
  }
}
