/* member/retire.c -- what is left of points and rewards that a version retires. */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/shop.h"

#include <assert.h>

static int64_t seconds_up(int64_t at_us)
{
  return at_us / NOTCH_SECOND_US + (at_us % NOTCH_SECOND_US > 0 ? 1 : 0);
}

/* Whether the version empties it; with `keep` it stays where it is. */
static bool empties(const notch_retired *retired)
{
  return retired->gone && retired->with != NOTCH_RETIRE_KEEP;
}

static void sooner(int64_t *next, const notch_retired *retired)
{
  int64_t at_s = seconds_up(retired->at_us);
  *next = at_s < *next ? at_s : *next;
}

int64_t notch_retire_next(const notch_plan *plan, const notch_state *state)
{
  int64_t next = NOTCH_NEVER;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    const notch_retired *retired = &plan->retired_points[lot->points];
    if (empties(retired) && lot->left > 0) {
      sooner(&next, retired);
    }
  }
  for (uint32_t i = 0; i < state->balances_count; i++) {
    if (empties(&plan->retired_points[i]) && state->balances[i].debt > 0) {
      sooner(&next, &plan->retired_points[i]);
    }
  }
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_retired *retired = &plan->retired_rewards[state->reward_lots[i].reward];
    if (empties(retired) && state->reward_lots[i].left > 0) {
      sooner(&next, retired);
    }
  }
  return next;
}

typedef struct converting { /* one kind of one member */
  const notch_retired *retired;
  int64_t before, given;
} converting;

/* Rounded down over all of the member's lots together, so that many small lots lose no more than
 * one large one. */
static int64_t part_of(converting *c, int64_t amount)
{
  c->before += amount;
  __int128 all = (__int128)c->before * c->retired->to / c->retired->from;
  int64_t given = all - c->given > NOTCH_AMOUNT_MAX ? NOTCH_AMOUNT_MAX : (int64_t)(all - c->given);
  c->given += given;
  return given;
}

/* The new lot keeps the age and the dates of the old one. */
static void convert(notch_work *work, converting *c, const notch_lot *old)
{
  uint32_t points = c->retired->becomes, terms = work->program->points[points].terms;
  notch_posting opening = {.points = points,
                           .source = NOTCH_ACCOUNT_ISSUED,
                           .target = NOTCH_ACCOUNT_POINTS,
                           .amount = part_of(c, old->left),
                           .earned_us = old->earned_us,
                           .matures_s = old->matures_s,
                           .expires_s = old->expires_s,
                           .terms = terms,
                           .partner = old->partner};
  if (opening.matures_s == NOTCH_NEVER &&
      work->program->terms[terms].pending != NOTCH_PENDING_UNTIL) {
    opening.matures_s = INT64_MIN; /* nothing of the new kind waits for an event */
  }
  notch_work_take(work, old, old->left, NOTCH_ACCOUNT_SPENT, NULL, 0);
  if (opening.amount > 0) {
    notch_settle_debt(work, points, notch_work_post(work, opening));
  }
}

/* Forgiven in the old kind; taken in the new one, where there is one, or owed there. */
static void end_debt(notch_work *work, converting *c, uint32_t points)
{
  int64_t debt = work->open->state->balances[points].debt;
  notch_work_post(work, (notch_posting){.points = points,
                                        .source = NOTCH_ACCOUNT_FORGIVEN,
                                        .target = NOTCH_ACCOUNT_DEBT,
                                        .amount = debt});
  int64_t moved = c->retired->with == NOTCH_RETIRE_BECOMES && debt > 0 ? part_of(c, debt) : 0;
  if (moved > 0) {
    uint32_t other = c->retired->becomes;
    moved = notch_spend(work, other, moved, NOTCH_ACCOUNT_TAKEN_BACK, NOTCH_NONE);
    notch_fall_short(work, other, moved, NULL, 0);
  }
}

static void empty_kind(notch_work *work, notch_state *state, uint32_t points)
{
  converting c = {.retired = &work->plan->retired_points[points]};
  uint32_t count = state->lots_count, due = 0; /* lots that open meanwhile are of another kind */
  int64_t *lots = NOTCH_NEW_ARRAY(work->run, int64_t, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    if (lot->points == points && lot->left > 0) {
      lots[due++] = lot->lot;
    }
  }
  for (uint32_t i = 0; i < due; i++) {
    const notch_lot lot = *notch_state_lot(state, lots[i]);
    if (c.retired->with == NOTCH_RETIRE_BECOMES) {
      convert(work, &c, &lot);
    } else {
      notch_work_take(work, &lot, lot.left, NOTCH_ACCOUNT_EXPIRED, NULL, 0);
    }
  }
  end_debt(work, &c, points);
}

static void empty_reward(notch_work *work, notch_state *state, uint32_t reward)
{
  converting c = {.retired = &work->plan->retired_rewards[reward]};
  uint32_t count = state->reward_lots_count; /* those granted meanwhile are of another kind */
  for (uint32_t i = 0; i < count; i++) {
    const notch_reward_lot lot = state->reward_lots[i];
    if (lot.reward != reward || lot.left == 0) {
      continue;
    }
    notch_work_plain_effect(work, NOTCH_EFFECT_WITHDRAW, reward, lot.left, lot.lot);
    int64_t given = c.retired->with == NOTCH_RETIRE_BECOMES ? part_of(&c, lot.left) : 0;
    if (given > 0) {
      notch_grant_from_stock(work, /* with the dates of the old one */
                             (notch_effect){.subject = c.retired->becomes,
                                            .rule = NOTCH_NONE,
                                            .matures_s = lot.matures_s,
                                            .until_s = lot.until_s},
                             given);
    }
  }
}

void notch_retire_due(notch_work *work, int64_t now_s)
{
  const notch_plan *plan = work->plan;
  notch_state *state = work->open->state;
  for (uint32_t i = 0; i < work->program->points_count && plan->retires; i++) {
    if (empties(&plan->retired_points[i]) && seconds_up(plan->retired_points[i].at_us) <= now_s) {
      empty_kind(work, state, i);
    }
  }
  for (uint32_t i = 0; i < work->program->reward_count && plan->retires; i++) {
    if (empties(&plan->retired_rewards[i]) &&
        seconds_up(plan->retired_rewards[i].at_us) <= now_s) {
      empty_reward(work, state, i);
    }
  }
}
