/* member/term.c -- terms and reviews of a ladder. */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/term.h"

#include <assert.h>

static int32_t day_at(const notch_program *program, int64_t instant_s)
{
  return notch_zone_day(&program->zone, NOTCH_US(instant_s));
}

int64_t notch_term_exactly(const notch_program *program, int64_t from_s, notch_duration duration)
{
  if (duration.unit <= NOTCH_UNIT_HOUR) {
    return from_s + notch_exact_seconds(duration);
  }
  int32_t day = notch_day_add(day_at(program, from_s), duration, program->calendar.months_roll);
  return notch_zone_instant(&program->zone, day,
                            notch_zone_second_of_day(&program->zone, NOTCH_US(from_s)));
}

/* The lowest tier has a term only where a review could do something. */
static bool has_term(const notch_ladder *ladder, uint32_t tier)
{
  bool something = ladder->promote == NOTCH_PROMOTE_AT_REVIEW || ladder->pay_at_review_count > 0 ||
                   ladder->carry_count > 0;
  return ladder->lasts != NOTCH_LASTS_NOT && (tier > 0 || something);
}

int64_t notch_term_from_reach(const notch_program *program, const notch_ladder *ladder,
                              uint32_t tier, int64_t now_us)
{
  if (!has_term(ladder, tier)) {
    return NOTCH_NEVER;
  }
  if (ladder->lasts == NOTCH_LASTS_FOR) {
    return notch_term_end(program, now_us, ladder->lasts_for, ladder->lasts_aligned,
                          ladder->lasts_unit);
  }
  int32_t end = notch_unit_next(notch_zone_day(&program->zone, now_us), ladder->lasts_unit,
                                &program->calendar);
  if (ladder->lasts_for.count > 0) {
    end = notch_day_add(end, ladder->lasts_for, program->calendar.months_roll);
  }
  return notch_zone_midnight(&program->zone, end);
}

int64_t notch_term_from_review(const notch_program *program, const notch_ladder *ladder,
                               uint32_t tier, int64_t review_s)
{
  if (!has_term(ladder, tier)) {
    return NOTCH_NEVER;
  }
  int32_t day = day_at(program, review_s);
  bool roll = program->calendar.months_roll;
  if (ladder->lasts == NOTCH_LASTS_FOR) {
    if (ladder->lasts_for.unit <= NOTCH_UNIT_HOUR) {
      return notch_term_exactly(program, review_s, ladder->lasts_for);
    }
    int32_t end = notch_day_add(day, ladder->lasts_for, roll);
    if (ladder->lasts_aligned &&
        notch_unit_begin(end, ladder->lasts_unit, &program->calendar) != end) {
      end = notch_unit_next(end, ladder->lasts_unit, &program->calendar);
    }
    return notch_zone_midnight(&program->zone, end);
  }
  /* The unit after the one whose end, plus D, was this review. */
  notch_duration back = {-ladder->lasts_for.count, ladder->lasts_for.unit};
  int32_t from = ladder->lasts_for.count > 0 ? notch_day_add(day, back, roll) : day;
  int32_t end = notch_unit_next(from, ladder->lasts_unit, &program->calendar);
  if (ladder->lasts_for.count > 0) {
    end = notch_day_add(end, ladder->lasts_for, roll);
  }
  return notch_zone_midnight(&program->zone, end);
}

bool notch_ladder_keeps(notch_work *work, uint32_t index, uint32_t tier)
{
  const notch_tier *of = &work->program->ladders[index].tiers[tier];
  uint32_t root = of->keep != NOTCH_NONE ? of->keep : of->reach;
  if (tier == 0 || root == NOTCH_NONE) {
    return true;
  }
  const notch_value *fields = work->fields;
  work->fields = NULL;
  bool held = notch_work_holds(work, root);
  work->fields = fields;
  notch_work_trace(work, NOTCH_TRACE_KEEP, index, tier, held, work->program->roots[root].expr,
                   NOTCH_MISSING, 0);
  return held && notch_can_pay(work, of->pay_on_keep, of->pay_on_keep_count);
}

void notch_ladder_fall(notch_work *work, uint32_t index, uint32_t tier, int64_t now_s)
{
  const notch_ladder *ladder = &work->program->ladders[index];
  int64_t until = notch_term_from_review(work->program, ladder, tier, now_s);
  notch_work_move(work, (notch_move){.ladder = index,
                                     .tier = tier,
                                     .since_us = work->moment.now_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_DEMOTE});
}

static void demote(notch_work *work, uint32_t index, int64_t now_s)
{
  const notch_ladder *ladder = &work->program->ladders[index];
  uint32_t own = work->open->state->standings[index].own, earned = 0;
  for (uint32_t tier = own; tier-- > 0;) {
    const notch_tier *of = &ladder->tiers[tier];
    uint32_t root = of->keep != NOTCH_NONE ? of->keep : of->reach;
    if (root != NOTCH_NONE && notch_work_holds(work, root)) {
      earned = tier;
      break;
    }
  }
  uint32_t to = earned;
  if (ladder->demote == NOTCH_DEMOTE_ONE_STEP && own - 1 > earned) {
    to = own - 1;
  }
  if (ladder->grace.count > 0) {
    notch_work_move(work,
                    (notch_move){.ladder = index,
                                 .tier = to,
                                 .since_us = work->moment.now_us,
                                 .until_s = notch_term_exactly(work->program, now_s, ladder->grace),
                                 .cause = NOTCH_MOVE_GRACE});
    return;
  }
  notch_ladder_fall(work, index, to, now_s);
}

/* What is carried keeps its earned date and takes the expiry of points earned now. */
static void carry(notch_work *work, const notch_carry *carried)
{
  notch_state *state = work->open->state;
  uint32_t points = carried->points, count;
  int64_t *lots = notch_lots_in_order(work, state, points, NOTCH_TAKE_OLDEST, &count);
  int64_t room = carried->at_most;
  int32_t day = notch_work_day(work, work->moment.now_us);
  for (uint32_t i = count; i-- > 0;) {
    const notch_lot *lot = notch_state_lot(state, lots[i]);
    bool again = carried->once && (lot->flags & NOTCH_LOT_CARRIED) != 0;
    int64_t keep = again ? 0 : lot->left < room ? lot->left : room;
    room -= keep;
    notch_lot copy = *lot;
    if (copy.left > keep) {
      notch_work_take(work, lot, copy.left - keep, NOTCH_ACCOUNT_EXPIRED, NULL, 0);
    }
    if (keep == 0) {
      continue;
    }
    notch_work_post(work, (notch_posting){.points = points,
                                          .source = NOTCH_ACCOUNT_POINTS,
                                          .target = NOTCH_ACCOUNT_IN_TRANSIT,
                                          .amount = keep,
                                          .lot = copy.lot});
    notch_posting opening = notch_lot_opening(&copy, keep);
    opening.expires_s = notch_terms_expiry(work->program, copy.terms, work->moment.now_us, day);
    int64_t fresh = notch_work_post(work, opening);
    notch_state_lot(state, fresh)->flags |= NOTCH_LOT_CARRIED;
  }
}

void notch_ladder_review(notch_work *work, uint32_t index)
{
  const notch_ladder *ladder = &work->program->ladders[index];
  notch_state *state = work->open->state;
  uint32_t before = state->standings[index].effective;
  int64_t now_s = work->open->row.at_us / NOTCH_SECOND_US;
  bool ended = ladder->review == NOTCH_REVIEW_END_OF_TERM || ladder->lasts == NOTCH_LASTS_NOT ||
               state->standings[index].until_s <= now_s;
  for (uint32_t i = 0; i < ladder->pay_at_review_count; i++) {
    notch_pay(work, &ladder->pay_at_review[i], 1);
  }
  uint32_t own = state->standings[index].own;
  bool promoted = ladder->promote == NOTCH_PROMOTE_AT_REVIEW && notch_ladder_promote(work, index);
  before = promoted ? state->standings[index].effective : before;
  if (!promoted && notch_ladder_keeps(work, index, own)) {
    const notch_tier *tier = &ladder->tiers[own];
    notch_pay(work, tier->pay_on_keep, tier->pay_on_keep_count);
    int64_t until = notch_term_from_review(work->program, ladder, own, now_s);
    if (until != state->standings[index].until_s) {
      notch_work_move(work, (notch_move){.ladder = index,
                                         .tier = own,
                                         .since_us = state->standings[index].since_us,
                                         .until_s = until,
                                         .cause = NOTCH_MOVE_KEEP});
    }
  } else if (!promoted && ended && ladder->demote != NOTCH_DEMOTE_NEVER) {
    demote(work, index, now_s);
  } else if (!promoted && ended) {
    notch_work_move(
        work, (notch_move){.ladder = index,
                           .tier = own,
                           .since_us = state->standings[index].since_us,
                           .until_s = notch_term_from_review(work->program, ladder, own, now_s),
                           .cause = NOTCH_MOVE_KEEP});
  }
  for (uint32_t i = 0; i < ladder->carry_count; i++) {
    carry(work, &ladder->carries[i]);
  }
  notch_bring_in_line(work, index, before);
}

static int64_t next_day_of_year(const notch_program *program, unsigned month, unsigned day,
                                int64_t after_s)
{
  int32_t year = notch_civil_of(day_at(program, after_s)).year;
  for (int32_t y = year - 1;; y++) {
    int32_t on = notch_day_in_year(y, month, day, program->calendar.months_roll);
    int64_t at = notch_zone_midnight(&program->zone, on);
    if (at > after_s) {
      return at;
    }
  }
}

int64_t notch_next_of_unit(const notch_program *program, notch_unit unit, int64_t after_s)
{
  int32_t day = notch_unit_begin(day_at(program, after_s), unit, &program->calendar);
  int64_t at = notch_zone_midnight(&program->zone, day);
  while (at <= after_s) {
    day = notch_unit_next(day, unit, &program->calendar);
    at = notch_zone_midnight(&program->zone, day);
  }
  return at;
}

int64_t notch_next_of_year(const notch_program *program, unsigned month, unsigned day,
                           int64_t after_s)
{
  return next_day_of_year(program, month, day, after_s);
}

/* Anniversaries of a member's date (NOTCH_NONE: of joining), once a year. */
int64_t notch_next_of_member(const notch_program *program, const notch_state *state, uint32_t field,
                             int64_t after_s)
{
  int32_t day;
  if (field == NOTCH_NONE) {
    if (state->joined_us == INT64_MIN) {
      return NOTCH_NEVER;
    }
    day = notch_zone_day(&program->zone, state->joined_us);
  } else {
    notch_value value = state->fields[field];
    if (value.d == 0) {
      return NOTCH_NEVER;
    }
    day = (int32_t)value.n;
  }
  notch_civil civil = notch_civil_of(day);
  int64_t next = next_day_of_year(program, civil.month, civil.day, after_s);
  /* The day itself is no anniversary. */
  int64_t first = notch_zone_midnight(&program->zone, day);
  return next <= first ? next_day_of_year(program, civil.month, civil.day, first) : next;
}

/* Of those that the calendar holds. */
int64_t notch_ladder_next_held(const notch_plan *plan, const notch_state *state, uint32_t index)
{
  const notch_program *program = plan->program;
  const notch_ladder *ladder = &program->ladders[index];
  int64_t after_s =
      state->settled_us == INT64_MIN ? INT64_MIN : state->settled_us / NOTCH_SECOND_US;
  switch (ladder->review) {
  case NOTCH_REVIEW_END_OF_TERM: break; /* of a term */
  case NOTCH_REVIEW_EACH_UNIT: return notch_next_of_unit(program, ladder->review_unit, after_s);
  case NOTCH_REVIEW_EACH_DAY_OF_YEAR:
    return next_day_of_year(program, ladder->review_month, ladder->review_day, after_s);
  case NOTCH_REVIEW_EACH_MEMBER_DATE:
    return notch_next_of_member(program, state, ladder->review_field, after_s);
  }
  return NOTCH_NEVER;
}
