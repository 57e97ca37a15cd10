/* member/shop.c -- what points buy: rewards granted, redeemed, and payments at the till. */
#include <config.h>

#include "member/limit.h"
#include "member/lots.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/run.h"
#include "member/shared.h"
#include "member/shop.h"

#include <assert.h>

static int64_t validity_end(notch_work *work, const notch_reward *reward)
{
  return reward->valid_for.count == 0 ? NOTCH_NEVER
                                      : notch_term_end(work->program, work->moment.now_us,
                                                       reward->valid_for, false, NOTCH_UNIT_DAY);
}

int64_t notch_stock_left(notch_work *work, uint32_t reward)
{
  const notch_reward *of = &work->program->rewards[reward];
  int64_t left = of->stock;
  if (left < 0) {
    return INT64_MAX;
  }
  const notch_state *house = notch_work_house(work);
  for (uint32_t i = 0; i < house->stocks_count; i++) {
    left = house->stocks[i].reward == reward ? house->stocks[i].left : left;
  }
  left -= notch_reserved_of(work, house, NOTCH_NONE, reward, (notch_text){NULL, 0});
  left = left < 0 ? 0 : left;
  notch_note_shared(work,
                    notch_arena_format(work->run, "stock of %.*s", (int)of->decl.name.length,
                                       of->decl.name.bytes),
                    NOTCH_INTEGER(left));
  return left;
}

void notch_change_stock(notch_work *work, uint32_t reward, int64_t change)
{
  if (work->program->rewards[reward].stock < 0 || change == 0) {
    return;
  }
  notch_effect effect = {.kind = NOTCH_EFFECT_STOCK,
                         .subject = reward,
                         .rule = NOTCH_NONE,
                         .amount = change,
                         .matures_s = INT64_MIN,
                         .until_s = NOTCH_NEVER};
  notch_work_effect(work, effect);
  notch_house_effect(work->program, notch_work_house(work), &effect, &work->open->row);
}

void notch_grant_from_stock(notch_work *work, notch_effect effect, int64_t times)
{
  int64_t stock = notch_stock_left(work, effect.subject);
  int64_t now = times < stock ? times : stock;
  if (now > 0) {
    effect.kind = NOTCH_EFFECT_GRANT;
    effect.amount = now;
    notch_work_effect(work, effect);
    notch_change_stock(work, effect.subject, -now);
  }
  if (now < times) {
    effect.kind = NOTCH_EFFECT_GRANT_WAITING;
    effect.amount = times - now;
    notch_work_effect(work, effect);
    notch_house_effect(work->program, notch_work_house(work), &effect, &work->open->row);
  }
}

void notch_grant(notch_work *work, uint32_t index, uint32_t rule, int64_t times, int64_t promised)
{
  const notch_reward *reward = &work->program->rewards[index];
  if (times <= 0) {
    return;
  }
  notch_effect effect = {
      .subject = index, .rule = rule, .ref = promised, .until_s = validity_end(work, reward)};
  int64_t unused;
  notch_lot_dates(work, reward->terms, work->moment.now_us, &effect.matures_s, &unused);
  notch_grant_from_stock(work, effect, times);
}

static bool usable(const notch_reward_lot *lot, uint32_t reward, int64_t now_us)
{
  return lot->reward == reward && lot->left > 0 &&
         (lot->matures_s == INT64_MIN || NOTCH_US(lot->matures_s) <= now_us) &&
         (lot->until_s == NOTCH_NEVER || now_us < NOTCH_US(lot->until_s));
}

int64_t notch_rewards_held(const notch_state *state, uint32_t reward, int64_t now_us)
{
  int64_t held = 0;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    held += usable(&state->reward_lots[i], reward, now_us) ? state->reward_lots[i].left : 0;
  }
  return held;
}

/* The granted one that ends first. */
static const notch_reward_lot *next_granted(const notch_state *state, uint32_t reward,
                                            int64_t now_us)
{
  const notch_reward_lot *first = NULL;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    if (usable(lot, reward, now_us) && (first == NULL || lot->until_s < first->until_s)) {
      first = lot;
    }
  }
  return first;
}

int64_t notch_take_granted(notch_work *work, notch_effect_kind how, uint32_t reward,
                           int64_t quantity)
{
  while (quantity > 0) {
    const notch_reward_lot *lot = next_granted(work->open->state, reward, work->moment.now_us);
    if (lot == NULL) {
      break;
    }
    int64_t part = lot->left < quantity ? lot->left : quantity;
    notch_work_plain_effect(work, how, reward, part, lot->lot);
    quantity -= part;
  }
  return quantity;
}

int64_t notch_hold_granted(const notch_state *state, uint32_t hold)
{
  int64_t granted = 0;
  for (uint32_t i = 0; i < state->reservations_count; i++) {
    const notch_reservation *reserved = &state->reservations[i];
    granted += reserved->hold == hold && reserved->points == NOTCH_NONE ? reserved->amount : 0;
  }
  return granted;
}

/* What the member's open holds of a reward or a payment will use of its limits once captured. */
static int64_t reserved_of(const notch_work *work, uint32_t reward, uint32_t payment, bool times,
                           uint32_t points)
{
  const notch_state *state = work->open->state;
  int64_t sum = 0;
  for (uint32_t i = 0; i < state->holds_count; i++) {
    const notch_hold *hold = &state->holds[i];
    if (hold->state != NOTCH_HOLD_OPEN || hold->reward != reward || hold->payment != payment) {
      continue;
    }
    if (times) {
      sum += reward == NOTCH_NONE ? 1 : hold->quantity - notch_hold_granted(state, i);
    }
    for (uint32_t j = 0; j < state->reservations_count && !times; j++) {
      const notch_reservation *reserved = &state->reservations[j];
      sum += reserved->hold == i && reserved->points == points ? reserved->amount : 0;
    }
  }
  return sum;
}

static int64_t wanted_of(const notch_limit *limit, int64_t times, uint32_t points, int64_t amount)
{
  return limit->times ? times : limit->points == points ? amount : 0;
}

void notch_reserve_limits(notch_work *work, const notch_effect *hold, int64_t times,
                          uint32_t points, int64_t amount)
{
  bool bought = hold->ref == 2;
  const notch_reward *of = bought ? &work->program->rewards[hold->subject] : NULL;
  const notch_payment *by = bought ? NULL : &work->program->payments[hold->subject];
  const uint32_t *limits = bought ? of->limits : by->limits;
  for (uint32_t i = 0; i < (bought ? of->limit_count : by->limit_count); i++) {
    const notch_limit *limit = &work->program->limits[limits[i]];
    int64_t wanted = wanted_of(limit, times, points, amount);
    if (limit->shared && !limit->per_event && wanted > 0) {
      notch_limit_reserve(work, limits[i], hold->text, wanted, hold->until_s);
    }
  }
}

/* Also where there is no end to the stock: another version of the rules may set one. */
void notch_reserve_stock(notch_work *work, const notch_effect *hold, int64_t count)
{
  if (count == 0) {
    return;
  }
  notch_effect effect = {.kind = NOTCH_EFFECT_STOCK_RESERVED,
                         .subject = hold->subject,
                         .rule = NOTCH_NONE,
                         .amount = count,
                         .matures_s = hold->text.length,
                         .until_s = hold->until_s,
                         .text = hold->text};
  notch_work_effect(work, effect);
  if (work->plan->uses_house) {
    notch_house_effect(work->program, notch_work_house(work), &effect, &work->open->row);
  }
}

/* `amount` of `points` and `times`, for a reward or a payment; the other is NOTCH_NONE. */
static void check_limits(notch_work *work, uint32_t reward, uint32_t payment, int64_t times,
                         uint32_t points, int64_t amount)
{
  bool bought = reward != NOTCH_NONE;
  const notch_reward *of = bought ? &work->program->rewards[reward] : NULL;
  const notch_payment *by = bought ? NULL : &work->program->payments[payment];
  const uint32_t *limits = bought ? of->limits : by->limits;
  const notch_decl *decl = bought ? &of->decl : &by->decl;
  for (uint32_t i = 0; i < (bought ? of->limit_count : by->limit_count); i++) {
    const notch_limit *limit = &work->program->limits[limits[i]];
    int64_t wanted = wanted_of(limit, times, points, amount);
    /* Of a limit of all members the programme knows what everybody's holds keep. */
    int64_t reserved =
        limit->shared ? 0 : reserved_of(work, reward, payment, limit->times, points);
    if (wanted > 0 && notch_limit_room(work, limits[i], 0) - reserved < wanted) {
      notch_work_trace(work, NOTCH_TRACE_LIMIT_REACHED, NOTCH_NONE, limits[i], false, NULL,
                       NOTCH_MISSING, 0);
      notch_refuse(work, NOTCH_REFUSED_LIMIT_REACHED, "the limit of %.*s is used up",
                   (int)decl->name.length, decl->name.bytes);
    }
  }
}

static void check_when(notch_work *work, uint32_t when, int64_t from_us, int64_t to_us,
                       notch_text because, const notch_decl *decl)
{
  int64_t now_us = work->moment.now_us;
  const notch_value *fields = work->fields;
  work->fields = NULL;
  bool holds = now_us >= from_us && now_us < to_us && notch_work_holds(work, when);
  work->fields = fields;
  if (!holds) {
    notch_refuse(work, NOTCH_REFUSED_NOT_ELIGIBLE, "%.*s is not open to this member now%s%.*s",
                 (int)decl->name.length, decl->name.bytes, because.length > 0 ? ": " : "",
                 (int)because.length, because.bytes == NULL ? "" : because.bytes);
  }
}

int64_t notch_reward_price(notch_work *work, uint32_t index, int64_t quantity)
{
  const notch_reward *reward = &work->program->rewards[index];
  check_when(work, reward->when, reward->from_us, reward->to_us, reward->because, &reward->decl);
  if (reward->costs == NOTCH_NONE) {
    notch_refuse(work, NOTCH_REFUSED_NOT_ENOUGH_POINTS,
                 "%.*s cannot be bought: the member has been granted too few",
                 (int)reward->decl.name.length, reward->decl.name.bytes);
  }
  const notch_value *fields = work->fields;
  work->fields = NULL;
  notch_value cost = notch_work_eval(work, reward->costs);
  work->fields = fields;
  notch_rational total;
  int64_t amount;
  notch_rounding_mode mode = work->program->points[reward->costs_points].rounding.mode;
  if (cost.n < 0 ||
      !notch_rational_mul(&total, notch_value_rational(cost), NOTCH_INTEGER(quantity)) ||
      !notch_rational_round(&amount, total, mode) || amount > NOTCH_AMOUNT_MAX) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "the price of %.*s cannot be paid",
                 (int)reward->decl.name.length, reward->decl.name.bytes);
  }
  check_limits(work, index, NOTCH_NONE, quantity, reward->costs_points, amount);
  if (notch_stock_left(work, index) < quantity) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_STOCK, "%.*s is out of stock",
                 (int)reward->decl.name.length, reward->decl.name.bytes);
  }
  return amount;
}

void notch_need_points(notch_work *work, uint32_t points, int64_t amount, bool pooled)
{
  int64_t there = notch_available(work, work->open->state, points);
  if (there >= amount) {
    return;
  }
  if (pooled && work->open->state->pools_count > 0) {
    there += notch_pool_available(work, points);
    if (there >= amount) {
      return;
    }
  }
  const notch_points *kind = &work->program->points[points];
  notch_buffer has;
  notch_buffer_init(&has, work->decider->memory);
  notch_decimal_print(&has, there, kind->decimals);
  notch_buffer_put(&has, " of ", 4);
  notch_decimal_print(&has, amount, kind->decimals);
  notch_text figures = notch_buffer_keep(&has, work->run);
  notch_refuse(work, NOTCH_REFUSED_NOT_ENOUGH_POINTS, "the member has %.*s %.*s needed",
               (int)figures.length, figures.bytes, (int)kind->decl.name.length,
               kind->decl.name.bytes);
}

/* Own lots first, then what others of the pool have opened; how much of it. */
static int64_t spend(notch_work *work, uint32_t points, int64_t amount)
{
  int64_t missing = notch_spend(work, points, amount, NOTCH_ACCOUNT_SPENT, NOTCH_NONE);
  if (missing > 0) {
    notch_pool_spend(work, points, missing);
  }
  return missing;
}

/* What of a reward's price is in rows of others counts in its limits as well. */
static void note_pooled(notch_work *work, const notch_reward *reward, int64_t amount)
{
  for (uint32_t i = 0; i < reward->limit_count && amount > 0; i++) {
    const notch_limit *limit = &work->program->limits[reward->limits[i]];
    if (!limit->per_event && wanted_of(limit, 0, reward->costs_points, amount) > 0) {
      notch_limit_note_own(work, reward->limits[i], reward->costs_points, amount);
    }
  }
}

void notch_do_redeem(notch_work *work)
{
  const notch_event *event = work->event;
  int64_t left = notch_take_granted(work, NOTCH_EFFECT_USE, event->reward, event->quantity);
  if (left == 0) {
    return;
  }
  const notch_reward *reward = &work->program->rewards[event->reward];
  int64_t amount = notch_reward_price(work, event->reward, left);
  notch_need_points(work, reward->costs_points, amount, true);
  notch_work_plain_effect(work, NOTCH_EFFECT_USE, event->reward, left, 0);
  notch_change_stock(work, event->reward, -left);
  note_pooled(work, reward, spend(work, reward->costs_points, amount));
}

/* What `points` are worth at this payment, rounded down to a minor unit. */
int64_t notch_payment_money(notch_work *work, const notch_payment *payment, int64_t points)
{
  notch_rational money;
  if (!notch_rational_make(&money, (__int128)points * payment->money, payment->points_amount)) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "the payment is too large");
  }
  return notch_rational_floor(money);
}

/* "checkout takes at most 400 star": the bound as it was written, points or money. */
static void refuse_sum(notch_work *work, notch_verdict verdict, const notch_payment *payment,
                       const char *takes, int64_t bound, bool in_money)
{
  const notch_points *kind = &work->program->points[payment->points];
  const notch_currency *currency = &work->program->currencies[payment->currency];
  notch_text unit = in_money ? currency->code : kind->decl.name;
  notch_buffer figure;
  notch_buffer_init(&figure, work->decider->memory);
  notch_decimal_print(&figure, bound, in_money ? currency->decimals : kind->decimals);
  notch_text amount = notch_buffer_keep(&figure, work->run);
  notch_refuse(work, verdict, "%.*s takes %s %.*s %.*s", (int)payment->decl.name.length,
               payment->decl.name.bytes, takes, (int)amount.length, amount.bytes, (int)unit.length,
               unit.bytes);
}

static notch_rational most_of_bill(notch_work *work, const notch_payment *payment)
{
  const notch_value *fields = work->fields;
  if (work->order.d == 0) {
    notch_refuse(work, NOTCH_REFUSED_MISSING_FIELD,
                 "%.*s pays a part of the bill: send `order`, the bill's amount",
                 (int)payment->decl.name.length, payment->decl.name.bytes);
  }
  work->fields = NULL;
  notch_value of = notch_work_eval(work, payment->maximum_of);
  work->fields = fields;
  notch_rational most;
  if (!notch_rational_mul(&most, notch_value_rational(of), payment->maximum_share)) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "the bill is too large");
  }
  return most;
}

static void check_most(notch_work *work, const notch_payment *payment, int64_t points)
{
  int64_t money = notch_payment_money(work, payment, points);
  if (payment->has_maximum_share) {
    notch_rational most = most_of_bill(work, payment), exact;
    notch_rational_make(&exact, (__int128)points * payment->money, payment->points_amount);
    if (notch_rational_compare(exact, most) > 0) {
      refuse_sum(work, NOTCH_REFUSED_ABOVE_MAXIMUM, payment, "of this bill at most",
                 notch_rational_floor(most), true);
    }
  }
  if (payment->maximum > 0 && points > payment->maximum) {
    refuse_sum(work, NOTCH_REFUSED_ABOVE_MAXIMUM, payment, "at most", payment->maximum, false);
  }
  if (payment->maximum_money > 0 && money > payment->maximum_money) {
    refuse_sum(work, NOTCH_REFUSED_ABOVE_MAXIMUM, payment, "at most", payment->maximum_money, true);
  }
}

void notch_payment_check(notch_work *work, uint32_t index, int64_t points)
{
  const notch_payment *payment = &work->program->payments[index];
  check_when(work, payment->when, payment->from_us, payment->to_us, payment->because,
             &payment->decl);
  if (points < payment->minimum) {
    refuse_sum(work, NOTCH_REFUSED_BELOW_MINIMUM, payment, "at least", payment->minimum, false);
  }
  if (payment->minimum_money > 0 &&
      notch_payment_money(work, payment, points) < payment->minimum_money) {
    refuse_sum(work, NOTCH_REFUSED_BELOW_MINIMUM, payment, "at least", payment->minimum_money,
               true);
  }
  if (payment->steps > 0 && points % payment->steps != 0) {
    refuse_sum(work, NOTCH_REFUSED_OUT_OF_RANGE, payment, "points in steps of", payment->steps,
               false);
  }
  check_most(work, payment, points);
  check_limits(work, NOTCH_NONE, index, 1, payment->points, points);
}

static uint32_t only_kind(notch_work *work, const int64_t *of)
{
  uint32_t only = NOTCH_NONE;
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    if (of[i] != 0 && only != NOTCH_NONE) {
      notch_refuse(work, NOTCH_REFUSED_BAD_VALUE,
                   "there are points of several kinds; name them, as in {\"points\":{\"%.*s\":"
                   "\"50\"}}",
                   (int)work->program->points[i].decl.name.length,
                   work->program->points[i].decl.name.bytes);
    }
    only = of[i] != 0 ? i : only;
  }
  return only;
}

/* From the decimals of an unnamed amount to those of its kind. */
static int64_t in_units(notch_work *work, int64_t amount, const notch_points *points)
{
  int64_t scale = notch_power_of_ten(NOTCH_UNNAMED_DECIMALS - points->decimals);
  if (amount % scale != 0) {
    notch_refuse(work, NOTCH_REFUSED_BAD_VALUE, "`points` has more decimals than %.*s",
                 (int)points->decl.name.length, points->decl.name.bytes);
  }
  return amount / scale;
}

int64_t *notch_named_amounts(notch_work *work, const notch_amount *points, uint32_t count,
                             const int64_t *of)
{
  int64_t *amounts = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  for (uint32_t i = 0; i < count; i++) {
    const notch_amount *named = &points[i];
    uint32_t kind = named->index == NOTCH_NONE ? only_kind(work, of) : named->index;
    if (kind == NOTCH_NONE) {
      notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "there are no points left to name");
    }
    amounts[kind] = named->index == NOTCH_NONE
                        ? in_units(work, named->amount, &work->program->points[kind])
                        : named->amount;
  }
  return amounts;
}

void notch_paid(notch_work *work, uint32_t payment, int64_t points)
{
  int64_t money = notch_payment_money(work, &work->program->payments[payment], points);
  notch_work_plain_effect(work, NOTCH_EFFECT_PAID, payment, money, points);
}

void notch_do_pay(notch_work *work)
{
  const notch_event *event = work->event;
  int64_t points = event->point_count > 0 ? event->points[0].amount : 0;
  uint32_t kind = work->program->payments[event->payment].points;
  work->order = event->fields[NOTCH_FIELD_PAY_ORDER];
  notch_payment_check(work, event->payment, points);
  notch_need_points(work, kind, points, true);
  spend(work, kind, points);
  notch_paid(work, event->payment, points);
}
