/* member/ladder.c -- promotions, floors and what follows from them (language, section 8). */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/term.h"

#include <assert.h>

static inline const notch_ladder *ladder_of(const notch_work *work, uint32_t index)
{
  return &work->program->ladders[index];
}

/* No event is in sight, so nothing is at hand. */
static inline bool reaches(notch_work *work, uint32_t ladder, uint32_t tier)
{
  uint32_t root = ladder_of(work, ladder)->tiers[tier].reach;
  if (root == NOTCH_NONE) {
    return false;
  }
  bool held = notch_work_run(work, &work->plan->code->procedures[root], NULL).n != 0;
  notch_work_trace(work, NOTCH_TRACE_REACH, ladder, tier, held, work->program->roots[root].expr,
                   NOTCH_MISSING, 0);
  return held;
}

bool notch_can_pay(notch_work *work, const notch_pay_use *uses, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    if (!uses[i].all && notch_available(work, work->open->state, uses[i].points) < uses[i].amount) {
      return false;
    }
  }
  return true;
}

void notch_pay(notch_work *work, const notch_pay_use *uses, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    int64_t there = notch_available(work, work->open->state, uses[i].points);
    int64_t amount = uses[i].all || uses[i].amount > there ? there : uses[i].amount;
    if (amount > 0) {
      notch_spend(work, uses[i].points, amount, NOTCH_ACCOUNT_SPENT, NOTCH_NONE);
    }
  }
}

/* The highest of `tier` and the floors that hold. */
__attribute__((noinline)) static uint32_t highest_floor(notch_work *work,
                                                        const notch_ladder *ladder, uint32_t tier)
{
  for (uint32_t i = 0; i < ladder->floor_count; i++) {
    if (ladder->floors[i].tier > tier && notch_work_holds(work, ladder->floors[i].when)) {
      tier = ladder->floors[i].tier;
    }
  }
  return tier;
}

/* `inline` and declared without it: others call it, and here, where every event passes, it is put
 * in.  So are the two that follow from it. */
inline uint32_t notch_effective_tier(notch_work *work, uint32_t index)
{
  const notch_ladder *ladder = ladder_of(work, index);
  const notch_standing *standing = &work->open->state->standings[index];
  uint32_t tier = standing->own;
  if (standing->promise != NOTCH_NONE && standing->promise > tier &&
      work->moment.now_us < NOTCH_US(standing->promise_until_s)) {
    tier = standing->promise;
  }
  if (standing->lifetime != NOTCH_NONE && standing->lifetime > tier) {
    tier = standing->lifetime;
  }
  return ladder->floor_count == 0 ? tier : highest_floor(work, ladder, tier);
}

typedef struct tier_trigger {
  notch_trigger_kind kind;
  uint32_t ladder, tier;
} tier_trigger;

static bool is_tier_trigger(const notch_trigger *trigger, const void *payload)
{
  const tier_trigger *wanted = payload;
  return trigger->kind == wanted->kind &&
         (trigger->a == NOTCH_NONE || trigger->a == wanted->ladder) &&
         (trigger->b == NOTCH_NONE || trigger->b == wanted->tier);
}

/* Rules see the member, no fields of the event, and what this event awarded so far. */
static void run_following(notch_work *work, const tier_trigger *fired)
{
  uint32_t count;
  notch_candidate *list = notch_candidates(work, is_tier_trigger, fired, &count);
  if (count == 0) {
    return;
  }
  const notch_value *fields = work->fields;
  const notch_event *event = work->event;
  const notch_state *seen = work->seen;
  const int64_t *earned = work->earned_now;
  work->fields = NULL;
  work->seen = work->open->state;
  work->earned_now = notch_awarded_so_far(work);
  notch_run(work, list, count, work->moment.now_us, NULL);
  work->earned_now = earned;
  work->seen = seen;
  work->event = event;
  work->fields = fields;
}

int64_t *notch_awarded_so_far(notch_work *work)
{
  int64_t *sums = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  const notch_open *open = work->open;
  for (uint32_t i = 0; i < open->postings.count; i++) {
    const notch_posting *posting = &open->postings.items[i];
    if (posting->source == NOTCH_ACCOUNT_ISSUED) {
      sums[posting->points] += posting->amount;
    }
  }
  return sums;
}

void notch_announce(notch_work *work, uint32_t ladder, uint32_t before, uint32_t after)
{
  if (after > before) {
    run_following(work, &(tier_trigger){NOTCH_ON_PROMOTE, ladder, after});
  } else if (after < before) {
    run_following(work, &(tier_trigger){NOTCH_ON_DEMOTE, ladder, before});
  }
}

/* A change is a move of its own and is announced. */
static bool change_effective(notch_work *work, uint32_t ladder, uint32_t before, uint32_t after)
{
  if (work->open->state->standings[ladder].effective != after) {
    notch_work_move(work, (notch_move){.ladder = ladder,
                                       .tier = after,
                                       .since_us = work->open->row.at_us,
                                       .until_s = NOTCH_NEVER,
                                       .cause = NOTCH_MOVE_FLOOR});
  }
  if (after == before) {
    return false;
  }
  notch_announce(work, ladder, before, after);
  return true;
}

/* Brings the effective tier in line with the own one and the floors; true: it was another. */
inline bool notch_bring_in_line(notch_work *work, uint32_t ladder, uint32_t before)
{
  uint32_t now = work->open->state->standings[ladder].effective;
  uint32_t after = notch_effective_tier(work, ladder);
  return (after != now || after != before) && change_effective(work, ladder, before, after);
}

static void reach(notch_work *work, uint32_t index, uint32_t tier, bool starts_term)
{
  const notch_ladder *ladder = ladder_of(work, index);
  const notch_tier *to = &ladder->tiers[tier];
  notch_pay(work, to->pay_on_reach, to->pay_on_reach_count);
  const notch_standing *standing = &work->open->state->standings[index];
  int64_t until = starts_term
                      ? notch_term_from_reach(work->program, ladder, tier, work->moment.now_us)
                      : standing->until_s;
  notch_work_move(work, (notch_move){.ladder = index,
                                     .tier = tier,
                                     .since_us = work->moment.now_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_REACH});
}

__attribute__((noinline)) static uint32_t highest_of_all(notch_work *work, uint32_t index,
                                                         uint32_t own)
{
  const notch_ladder *ladder = ladder_of(work, index);
  for (uint32_t tier = ladder->tier_count - 1; tier > own; tier--) {
    if (reaches(work, index, tier) && notch_can_pay(work, ladder->tiers[tier].pay_on_reach,
                                                    ladder->tiers[tier].pay_on_reach_count)) {
      return tier;
    }
  }
  return own;
}

/* The highest tier above the own one that is reached and can be paid; the own one if none. */
static inline uint32_t highest_reached(notch_work *work, uint32_t index)
{
  const notch_ladder *ladder = ladder_of(work, index);
  uint32_t own = work->open->state->standings[index].own;
  /* Who has not reached the next one has reached none above it: nobody need ask, but who wants to
   * be told about each. */
  bool lowest_first =
      own + 2 < ladder->tier_count && work->plan->rising[index] && work->trace == NULL;
  return lowest_first && !reaches(work, index, own + 1) ? own : highest_of_all(work, index, own);
}

/* One tier after the other. */
static bool climb(notch_work *work, uint32_t index)
{
  const notch_ladder *ladder = ladder_of(work, index);
  const notch_standing *standing = &work->open->state->standings[index];
  bool climbed = false;
  while (standing->own + 1 < ladder->tier_count && reaches(work, index, standing->own + 1) &&
         notch_can_pay(work, ladder->tiers[standing->own + 1].pay_on_reach,
                       ladder->tiers[standing->own + 1].pay_on_reach_count)) {
    uint32_t before = standing->effective;
    reach(work, index, standing->own + 1, true);
    notch_bring_in_line(work, index, before);
    climbed = true;
  }
  return climbed;
}

inline bool notch_ladder_promote(notch_work *work, uint32_t index)
{
  if (ladder_of(work, index)->promote == NOTCH_PROMOTE_STEP) {
    return climb(work, index);
  }
  const notch_standing *standing = &work->open->state->standings[index];
  uint32_t before = standing->effective, tier = highest_reached(work, index);
  if (tier == standing->own) {
    return false;
  }
  reach(work, index, tier, true);
  notch_bring_in_line(work, index, before);
  return true;
}

static void lifetime(notch_work *work, uint32_t index)
{
  const notch_ladder *ladder = ladder_of(work, index);
  for (uint32_t tier = ladder->tier_count; tier-- > 0;) {
    uint32_t root = ladder->tiers[tier].lifetime;
    if (root == NOTCH_NONE) {
      continue;
    }
    const notch_standing *standing = &work->open->state->standings[index];
    bool has = standing->lifetime != NOTCH_NONE && standing->lifetime >= tier;
    if (has || !notch_work_holds(work, root)) {
      continue;
    }
    notch_work_move(work, (notch_move){.ladder = index,
                                       .tier = tier,
                                       .since_us = work->moment.now_us,
                                       .until_s = NOTCH_NEVER,
                                       .cause = NOTCH_MOVE_LIFETIME});
  }
}

/* A grace is cancelled when the keep condition becomes true meanwhile. */
static inline bool cancel_grace(notch_work *work, uint32_t index)
{
  const notch_standing *standing = &work->open->state->standings[index];
  if (standing->grace_to == NOTCH_NONE || !notch_ladder_keeps(work, index, standing->own)) {
    return false;
  }
  int64_t until = notch_term_from_reach(work->program, ladder_of(work, index), standing->own,
                                        work->moment.now_us);
  notch_work_move(work, (notch_move){.ladder = index,
                                     .tier = standing->own,
                                     .since_us = standing->since_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_GRACE_END});
  return true;
}

/* The highest tier reached as things stood at one moment. */
static uint32_t reached_at(notch_work *work, uint32_t ladder, int64_t now_us, int32_t today)
{
  notch_moment moment = work->moment;
  notch_work_see_day(work, now_us, today);
  uint32_t tier = highest_reached(work, ladder);
  work->moment = moment;
  return tier;
}

void notch_tiers_late(notch_work *work, const notch_state *then)
{
  notch_state *state = work->open->state;
  const notch_value *fields = work->fields;
  notch_moment own_time = work->moment;
  work->fields = NULL;
  for (uint32_t i = 0; i < work->program->ladder_count; i++) {
    if (ladder_of(work, i)->promote == NOTCH_PROMOTE_AT_REVIEW) {
      continue;
    }
    work->seen = then;
    uint32_t best = reached_at(work, i, own_time.now_us, own_time.today);
    work->seen = state;
    for (uint32_t j = 0; j < state->firings_count; j++) {
      const notch_firing *held = &state->firings[j];
      if (held->rule != NOTCH_FIRING_REVIEW || held->variant != i ||
          held->anchor_us <= own_time.now_us) {
        continue;
      }
      int32_t day = notch_work_day(work, held->anchor_us);
      uint32_t tier = reached_at(work, i, held->anchor_us, day - 1);
      best = tier > best ? tier : best;
    }
    uint32_t before = state->standings[i].effective;
    notch_work_see(work, state->booked_us);
    uint32_t now = highest_reached(work, i);
    best = now > best ? now : best;
    if (best > state->standings[i].own) {
      reach(work, i, best, true);
      notch_bring_in_line(work, i, before);
    }
    work->moment = own_time;
  }
  notch_work_see(work, state->booked_us);
  work->seen = state;
  notch_tiers(work);
  work->moment = own_time;
  work->fields = fields;
}

void notch_tiers(notch_work *work)
{
  const notch_value *fields = work->fields;
  const notch_standing *standings = work->open->state->standings;
  work->fields = NULL;
  /* Tiers only rise here and each round raises one, so this ends. */
  for (bool moved = true; moved;) {
    moved = false;
    for (uint32_t i = 0; i < work->program->ladder_count; i++) {
      if (ladder_of(work, i)->promote != NOTCH_PROMOTE_AT_REVIEW) {
        moved = notch_ladder_promote(work, i) || moved;
      }
      uint32_t before = standings[i].effective;
      cancel_grace(work, i);
      if (work->plan->lifetimes) {
        lifetime(work, i);
      }
      moved = notch_bring_in_line(work, i, before) || moved;
    }
  }
  work->fields = fields;
}

void notch_promise(notch_work *work, uint32_t ladder, uint32_t tier, notch_duration duration)
{
  const notch_standing *standing = &work->open->state->standings[ladder];
  int64_t now_us = work->moment.now_us;
  bool running = standing->promise != NOTCH_NONE && now_us < NOTCH_US(standing->promise_until_s);
  int64_t until = running && standing->promise >= tier
                      ? notch_term_exactly(work->program, standing->promise_until_s, duration)
                      : notch_term_end(work->program, now_us, duration, false, NOTCH_UNIT_DAY);
  uint32_t kept = running && standing->promise > tier ? standing->promise : tier;
  notch_work_move(work, (notch_move){.ladder = ladder,
                                     .tier = kept,
                                     .since_us = now_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_PROMISE});
}

void notch_ladder_ends(notch_work *work, uint32_t index, int64_t now_s)
{
  uint32_t before = work->open->state->standings[index].effective;
  const notch_standing *standing = &work->open->state->standings[index];
  if (standing->promise != NOTCH_NONE && standing->promise_until_s <= now_s) {
    notch_work_move(work, (notch_move){.ladder = index,
                                       .tier = standing->promise,
                                       .since_us = work->moment.now_us,
                                       .until_s = NOTCH_NEVER,
                                       .cause = NOTCH_MOVE_PROMISE});
  }
  if (standing->grace_to != NOTCH_NONE && standing->grace_at_s <= now_s) {
    if (!cancel_grace(work, index)) {
      notch_ladder_fall(work, index, standing->grace_to, now_s);
    }
  }
  notch_bring_in_line(work, index, before);
}

void notch_ladder_day(notch_work *work, uint32_t index)
{
  uint32_t before = work->open->state->standings[index].effective;
  cancel_grace(work, index);
  lifetime(work, index);
  notch_bring_in_line(work, index, before);
}

/* The tier that would be reached from `from` at once, up to `most`: so it is not lost. */
static uint32_t regained(notch_work *work, uint32_t index, uint32_t from, uint32_t most)
{
  const notch_ladder *ladder = ladder_of(work, index);
  const notch_value *fields = work->fields;
  uint32_t found = from;
  work->fields = NULL;
  for (uint32_t tier = from + 1; tier <= most && ladder->promote != NOTCH_PROMOTE_AT_REVIEW;
       tier++) {
    if (reaches(work, index, tier) && notch_can_pay(work, ladder->tiers[tier].pay_on_reach,
                                                    ladder->tiers[tier].pay_on_reach_count)) {
      found = tier;
    } else if (ladder->promote == NOTCH_PROMOTE_STEP) {
      break;
    }
  }
  work->fields = fields;
  return found;
}

void notch_ladder_recheck(notch_work *work, uint32_t index)
{
  notch_state *state = work->open->state;
  const notch_ladder *ladder = &work->program->ladders[index];
  uint32_t before = state->standings[index].effective, own = state->standings[index].own;
  if (own == 0 || ladder->demote == NOTCH_DEMOTE_NEVER || notch_ladder_keeps(work, index, own)) {
    return;
  }
  uint32_t to = 0;
  for (uint32_t tier = own; tier-- > 1;) {
    if (notch_ladder_keeps(work, index, tier)) {
      to = tier;
      break;
    }
  }
  to = ladder->demote == NOTCH_DEMOTE_ONE_STEP && own - 1 > to ? own - 1 : to;
  to = regained(work, index, to, own);
  if (to == own) {
    return;
  }
  int64_t until = notch_term_from_reach(work->program, ladder, to, work->moment.now_us);
  notch_work_move(work, (notch_move){.ladder = index,
                                     .tier = to,
                                     .since_us = work->moment.now_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_DEMOTE});
  notch_bring_in_line(work, index, before);
}
