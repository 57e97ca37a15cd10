/* report/backtest.c -- adding up two runs and comparing them. */
#include <config.h>

#include "report/backtest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is compared with what: by name, and a single one with a single one ---- */

static uint32_t find_kind(const notch_backtest *backtest, notch_text name)
{
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    if (notch_text_equal(backtest->kinds[i].name, name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

static void set_kind(notch_backtest *backtest, uint32_t index, notch_side side,
                     const notch_program *program, const notch_points *points)
{
  notch_compared_kind *kind = &backtest->kinds[index];
  if (kind->name.length == 0) {
    kind->name = points->decl.name;
    kind->title = notch_title_of(&points->decl);
  }
  kind->on[side] = true;
  kind->decimals = points->decimals > kind->decimals ? points->decimals : kind->decimals;
  kind->has_worth[side] = points->has_worth;
  if (points->has_worth) {
    kind->currency[side] = program->currencies[points->worth_currency].code;
    kind->currency_decimals[side] = program->currencies[points->worth_currency].decimals;
  }
}

/* How many of the kind's units one of a programme's smallest units is. */
static int64_t units_of(const notch_compared_kind *kind, const notch_points *points)
{
  return notch_power_of_ten((unsigned)(kind->decimals - points->decimals));
}

static void set_worth(notch_compared_kind *kind, notch_side side, const notch_points *points)
{
  notch_rational each = NOTCH_INTEGER(units_of(kind, points));
  if (!points->has_worth || !notch_rational_div(&kind->worth[side], points->worth, each)) {
    kind->has_worth[side] = false;
  }
}

static void pair_kinds(notch_backtest *backtest)
{
  const notch_program *recorded = backtest->programs[0], *other = backtest->programs[1];
  bool single = recorded->points_count == 1 && other->points_count == 1;
  uint32_t most = recorded->points_count + other->points_count;
  backtest->kinds = NOTCH_NEW_ARRAY(backtest->arena, notch_compared_kind, most + 1);
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    const notch_program *program = backtest->programs[side];
    for (uint32_t i = 0; i < program->points_count; i++) {
      uint32_t index = side == 1 && single ? 0 : find_kind(backtest, program->points[i].decl.name);
      if (index == NOTCH_NONE) {
        index = backtest->kind_count++;
      }
      set_kind(backtest, index, (notch_side)side, program, &program->points[i]);
    }
  }
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    const notch_program *program = backtest->programs[side];
    for (uint32_t i = 0; i < program->points_count; i++) {
      uint32_t index = single ? 0 : find_kind(backtest, program->points[i].decl.name);
      set_worth(&backtest->kinds[index], (notch_side)side, &program->points[i]);
    }
  }
}

static void set_ladder(notch_backtest *backtest, uint32_t index, notch_side side,
                       const notch_ladder *ladder)
{
  notch_compared_ladder *to = &backtest->ladders[index];
  if (to->name.length == 0) {
    to->name = ladder->decl.name;
    to->title = notch_title_of(&ladder->decl);
  }
  to->tier_count[side] = ladder->tier_count;
  to->tiers[side] = NOTCH_NEW_ARRAY(backtest->arena, notch_compared_tier, ladder->tier_count + 1);
  for (uint32_t i = 0; i < ladder->tier_count; i++) {
    to->tiers[side][i].name = ladder->tiers[i].decl.name;
    to->tiers[side][i].title = notch_title_of(&ladder->tiers[i].decl);
  }
}

static uint32_t find_ladder(const notch_backtest *backtest, notch_text name)
{
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    if (notch_text_equal(backtest->ladders[i].name, name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

static void pair_ladders(notch_backtest *backtest)
{
  const notch_program *recorded = backtest->programs[0], *other = backtest->programs[1];
  bool single = recorded->ladder_count == 1 && other->ladder_count == 1;
  uint32_t most = recorded->ladder_count + other->ladder_count;
  backtest->ladders = NOTCH_NEW_ARRAY(backtest->arena, notch_compared_ladder, most + 1);
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    const notch_program *program = backtest->programs[side];
    for (uint32_t i = 0; i < program->ladder_count; i++) {
      uint32_t index =
          side == 1 && single ? 0 : find_ladder(backtest, program->ladders[i].decl.name);
      if (index == NOTCH_NONE) {
        index = backtest->ladder_count++;
      }
      set_ladder(backtest, index, (notch_side)side, &program->ladders[i]);
    }
  }
}

void notch_backtest_begin(notch_backtest *backtest, const notch_program *recorded,
                          const notch_program *other, int64_t from_us, int64_t to_us,
                          notch_arena *arena)
{
  memset(backtest, 0, sizeof *backtest);
  backtest->arena = arena;
  backtest->programs[NOTCH_RECORDED] = recorded;
  backtest->programs[NOTCH_RECOMPUTED] = other;
  backtest->from_us = from_us;
  backtest->to_us = to_us;
  pair_kinds(backtest);
  pair_ladders(backtest);
}

/* ---- adding up ---- */

uint32_t notch_backtest_member(notch_backtest *backtest, int64_t number, notch_text id)
{
  if (number >= backtest->number_capacity) {
    int64_t grown = backtest->number_capacity < 1024 ? 1024 : backtest->number_capacity;
    while (grown <= number) {
      grown *= 2;
    }
    uint32_t *by_number = NOTCH_NEW_ARRAY(backtest->arena, uint32_t, grown);
    if (backtest->number_capacity > 0) {
      memcpy(by_number, backtest->by_number,
             (size_t)backtest->number_capacity * sizeof *by_number);
    }
    backtest->by_number = by_number;
    backtest->number_capacity = grown;
  }
  if (backtest->by_number[number] == 0) {
    notch_subject *subject = notch_vec_push(&backtest->members, backtest->arena);
    subject->member = number;
    subject->id = notch_arena_text(backtest->arena, id);
    for (unsigned side = 0; side < NOTCH_SIDES; side++) {
      subject->flows[side] =
          NOTCH_NEW_ARRAY(backtest->arena, notch_flows, backtest->kind_count + 1);
      subject->tiers[side] =
          NOTCH_NEW_ARRAY(backtest->arena, uint32_t, backtest->ladder_count + 1);
    }
    backtest->by_number[number] = backtest->members.count;
  }
  return backtest->by_number[number] - 1;
}

static void init_months(const notch_backtest *backtest, notch_month *months, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    for (unsigned side = 0; side < NOTCH_SIDES; side++) {
      months[i].change[side] =
          NOTCH_NEW_ARRAY(backtest->arena, __int128, backtest->kind_count + 1);
    }
  }
}

static notch_month *month_at(notch_backtest *backtest, int64_t at_us)
{
  int32_t month = notch_month_of(backtest->programs[NOTCH_RECORDED], at_us);
  int32_t first = backtest->month_count == 0 ? month : backtest->first_month;
  int32_t last = first + (int32_t)backtest->month_count - 1;
  if (backtest->month_count == 0 || month < first || month > last) {
    int32_t new_first = month < first ? month : first;
    int32_t new_last = month > last ? month : last;
    uint32_t count = (uint32_t)(new_last - new_first + 1);
    notch_month *months = NOTCH_NEW_ARRAY(backtest->arena, notch_month, count);
    uint32_t before = (uint32_t)(first - new_first);
    if (backtest->month_count > 0) {
      memcpy(months + before, backtest->months, backtest->month_count * sizeof *months);
    }
    init_months(backtest, months, before);
    init_months(backtest, months + before + backtest->month_count,
                count - before - backtest->month_count);
    backtest->months = months;
    backtest->month_count = count;
    backtest->first_month = new_first;
  }
  return &backtest->months[month - backtest->first_month];
}

static bool is_member_side(uint8_t account)
{
  return account == NOTCH_ACCOUNT_POINTS || account == NOTCH_ACCOUNT_HELD ||
         account == NOTCH_ACCOUNT_DEBT;
}

/* Older versions of the recorded rules may have had kinds that are gone. */
static uint32_t kind_of(const notch_backtest *backtest, notch_side side,
                        const notch_program *program, uint32_t points)
{
  uint32_t kind = find_kind(backtest, program->points[points].decl.name);
  return kind != NOTCH_NONE                                      ? kind
         : side == NOTCH_RECOMPUTED && program->points_count == 1 ? 0
                                                                  : NOTCH_NONE;
}

void notch_backtest_add(notch_backtest *backtest, notch_side side, uint32_t member,
                        const notch_deed *deed)
{
  const notch_transaction *row = deed->row;
  bool counts = row->booked_us >= backtest->from_us;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    uint32_t kind = kind_of(backtest, side, deed->program, posting->points);
    bool in = is_member_side(posting->target), from = is_member_side(posting->source);
    if (kind == NOTCH_NONE || in == from) {
      continue;
    }
    __int128 amount = (__int128)posting->amount * (in ? 1 : -1) *
                      units_of(&backtest->kinds[kind], &deed->program->points[posting->points]);
    uint8_t other = in ? posting->source : posting->target;
    month_at(backtest, row->booked_us)->change[side][kind] += amount;
    notch_flows *flows = &backtest->members.items[member].flows[side][kind];
    if (!counts) {
      continue;
    }
    if (other == NOTCH_ACCOUNT_ISSUED || other == NOTCH_ACCOUNT_TAKEN_BACK) {
      flows->issued += amount;
    } else if (other == NOTCH_ACCOUNT_SPENT) {
      flows->spent -= amount;
    } else if (other == NOTCH_ACCOUNT_EXPIRED) {
      flows->expired -= amount;
    }
  }
}

void notch_backtest_stand(notch_backtest *backtest, notch_side side, uint32_t member,
                          const notch_program *program, const notch_state *state)
{
  for (uint32_t i = 0; i < program->ladder_count && i < state->standings_count; i++) {
    uint32_t ladder = find_ladder(backtest, program->ladders[i].decl.name);
    if (ladder == NOTCH_NONE && program->ladder_count == 1 && backtest->ladder_count == 1) {
      ladder = 0;
    }
    if (ladder != NOTCH_NONE && state->present && !state->closed) {
      backtest->members.items[member].tiers[side][ladder] = state->standings[i].effective + 1;
    }
  }
}

/* ---- comparing ---- */

__int128 notch_backtest_change(const notch_backtest *backtest, uint32_t member, uint32_t kind)
{
  const notch_subject *subject = &backtest->members.items[member];
  return subject->flows[NOTCH_RECOMPUTED][kind].issued -
         subject->flows[NOTCH_RECORDED][kind].issued;
}

static bool same_tier(const notch_compared_ladder *ladder, uint32_t recorded, uint32_t other)
{
  return recorded == 0 || other == 0
             ? recorded == other
             : notch_text_equal(ladder->tiers[0][recorded - 1].name,
                                ladder->tiers[1][other - 1].name);
}

static bool has_changed(const notch_backtest *backtest, const notch_subject *subject)
{
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    const notch_flows *before = &subject->flows[NOTCH_RECORDED][i];
    const notch_flows *after = &subject->flows[NOTCH_RECOMPUTED][i];
    if (before->issued != after->issued || before->spent != after->spent ||
        before->expired != after->expired) {
      return true;
    }
  }
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    if (!same_tier(&backtest->ladders[i], subject->tiers[0][i], subject->tiers[1][i])) {
      return true;
    }
  }
  return false;
}

static void add_up_kind(notch_backtest *backtest, uint32_t index)
{
  notch_compared_kind *kind = &backtest->kinds[index];
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    notch_flows *sum = &kind->flows[side];
    for (uint32_t i = 0; i < backtest->members.count; i++) {
      const notch_flows *flows = &backtest->members.items[i].flows[side][index];
      sum->issued += flows->issued;
      sum->spent += flows->spent;
      sum->expired += flows->expired;
    }
    for (uint32_t i = 0; i < backtest->month_count; i++) {
      kind->outstanding[side] += backtest->months[i].change[side][index];
    }
    if (kind->has_worth[side]) {
      notch_worth part = {kind->worth[side], sum->issued};
      notch_worths worths = {{&part, 1, 1}};
      kind->cost[side] = notch_worths_floor(&worths);
    }
  }
}

/* Keeps the members whose change is largest, gains or losses; ties go to whoever came first. */
static void extremes(notch_backtest *backtest, uint32_t index, bool gains)
{
  notch_compared_kind *kind = &backtest->kinds[index];
  uint32_t *list = NOTCH_NEW_ARRAY(backtest->arena, uint32_t, NOTCH_EXTREMES);
  uint32_t count = 0;
  int sign = gains ? 1 : -1;
  for (uint32_t i = 0; i < backtest->members.count; i++) {
    __int128 change = sign * notch_backtest_change(backtest, i, index);
    if (change <= 0) {
      continue;
    }
    uint32_t at = count;
    while (at > 0 && sign * notch_backtest_change(backtest, list[at - 1], index) < change) {
      at--;
    }
    if (at < NOTCH_EXTREMES) {
      uint32_t kept = count < NOTCH_EXTREMES ? count : NOTCH_EXTREMES - 1;
      memmove(list + at + 1, list + at, (kept - at) * sizeof *list);
      list[at] = i;
      count = kept + 1;
    }
  }
  *(gains ? &kind->gains : &kind->losses) = list;
  *(gains ? &kind->gain_count : &kind->loss_count) = count;
}

void notch_backtest_end(notch_backtest *backtest)
{
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    add_up_kind(backtest, i);
    extremes(backtest, i, true);
    extremes(backtest, i, false);
  }
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    notch_compared_ladder *ladder = &backtest->ladders[i];
    uint32_t width = ladder->tier_count[1] + 1;
    ladder->migration =
        NOTCH_NEW_ARRAY(backtest->arena, uint64_t, (ladder->tier_count[0] + 1) * width);
    for (uint32_t m = 0; m < backtest->members.count; m++) {
      const notch_subject *subject = &backtest->members.items[m];
      ladder->migration[subject->tiers[0][i] * width + subject->tiers[1][i]]++;
    }
  }
  for (uint32_t m = 0; m < backtest->members.count; m++) {
    backtest->changed += has_changed(backtest, &backtest->members.items[m]) ? 1 : 0;
  }
}
