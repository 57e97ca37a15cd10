/* member/group.c -- how rules of a group combine, and what a group's limits cut. */
#include <config.h>

#include "member/award.h"
#include "member/limit.h"

#include <assert.h>

static const notch_value no_value = {0, 0};

static notch_ruling *applying(const notch_awards *awards, uint32_t rule)
{
  notch_ruling *ruling = notch_ruling_of(awards, rule);
  return ruling != NULL && ruling->kind == NOTCH_RULING_APPLIES ? ruling : NULL;
}

static void set_aside(notch_work *work, notch_awards *awards, uint32_t group, uint32_t rule)
{
  notch_ruling *ruling = notch_ruling_of(awards, rule);
  ruling->kind = NOTCH_RULING_SET_ASIDE;
  for (uint32_t i = 0; i < ruling->award_count; i++) {
    notch_award *award = &awards->awards.items[ruling->first_award + i];
    award->exact = NOTCH_INTEGER(0);
    award->line_count = 0;
  }
  notch_work_trace(work, NOTCH_TRACE_SET_ASIDE, rule, group, false, NULL, no_value, 0);
}

static notch_rational total_of(notch_work *work, const notch_awards *awards, uint32_t rule)
{
  notch_rational sum = NOTCH_INTEGER(0);
  const notch_ruling *ruling = notch_ruling_of(awards, rule);
  for (uint32_t i = 0; i < ruling->award_count; i++) {
    sum = notch_exact_add(work, sum, awards->awards.items[ruling->first_award + i].exact);
  }
  return sum;
}

static void keep_one(notch_work *work, notch_awards *awards, uint32_t index, uint32_t kept)
{
  const notch_group *group = &work->program->groups[index];
  for (uint32_t i = 0; i < group->rule_count; i++) {
    if (group->rules[i] != kept && applying(awards, group->rules[i]) != NULL) {
      set_aside(work, awards, index, group->rules[i]);
    }
  }
}

static void keep_best(notch_work *work, notch_awards *awards, uint32_t index, bool largest)
{
  const notch_group *group = &work->program->groups[index];
  uint32_t best = NOTCH_NONE;
  notch_rational most = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < group->rule_count; i++) {
    uint32_t rule = group->rules[i];
    if (applying(awards, rule) == NULL) {
      continue;
    }
    notch_rational total = total_of(work, awards, rule);
    if (best == NOTCH_NONE || (largest && notch_rational_compare(total, most) > 0)) {
      best = rule;
      most = total;
    }
  }
  if (best != NOTCH_NONE) {
    keep_one(work, awards, index, best);
  }
}

/* An own limit lowers the factor to 1 + limited award / amount. */
static notch_rational factor_of(notch_work *work, const notch_awards *awards,
                                const notch_ruling *ruling, uint32_t points)
{
  for (uint32_t i = 0; i < ruling->award_count; i++) {
    const notch_award *award = &awards->awards.items[ruling->first_award + i];
    if (award->multiplies && award->points == points && award->before.num != 0) {
      return notch_exact_add(work, NOTCH_INTEGER(1),
                             notch_exact_div(work, award->exact, award->before));
    }
  }
  return NOTCH_INTEGER(1);
}

/* Factors multiply; the extra is shared in proportion to factor - 1. */
static void multiply_kind(notch_work *work, notch_awards *awards, const notch_group *group,
                          uint32_t points)
{
  notch_rational product = NOTCH_INTEGER(1), extras = NOTCH_INTEGER(0), base = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < group->rule_count; i++) {
    const notch_ruling *ruling = applying(awards, group->rules[i]);
    if (ruling == NULL) {
      continue;
    }
    notch_rational factor = factor_of(work, awards, ruling, points);
    product = notch_exact_mul(work, product, factor);
    extras = notch_exact_add(work, extras, notch_exact_sub(work, factor, NOTCH_INTEGER(1)));
    for (uint32_t j = 0; j < ruling->award_count; j++) {
      const notch_award *award = &awards->awards.items[ruling->first_award + j];
      base = award->multiplies && award->points == points ? award->before : base;
    }
  }
  if (extras.num == 0 || base.num == 0) {
    return;
  }
  notch_rational extra =
      notch_exact_mul(work, base, notch_exact_sub(work, product, NOTCH_INTEGER(1)));
  for (uint32_t i = 0; i < group->rule_count; i++) {
    const notch_ruling *ruling = applying(awards, group->rules[i]);
    for (uint32_t j = 0; ruling != NULL && j < ruling->award_count; j++) {
      notch_award *award = &awards->awards.items[ruling->first_award + j];
      if (award->multiplies && award->points == points) {
        notch_rational part = notch_exact_div(work, award->exact, award->before);
        award->exact = notch_exact_mul(work, extra, notch_exact_div(work, part, extras));
        award->line_count = 0;
        award->lines = NULL;
      }
    }
  }
}

/* A limit in times of the group keeps the first by `ranked`, else by name. */
static void keep_times(notch_work *work, notch_awards *awards, uint32_t index)
{
  const notch_group *group = &work->program->groups[index];
  for (uint32_t i = 0; i < group->limit_count; i++) {
    if (!work->program->limits[group->limits[i]].times) {
      continue;
    }
    int64_t room = notch_limit_room(work, group->limits[i], 0);
    for (uint32_t j = 0; j < group->rule_count; j++) {
      if (applying(awards, group->rules[j]) != NULL && room-- <= 0) {
        notch_work_trace(work, NOTCH_TRACE_LIMIT_REACHED, group->rules[j], group->limits[i], false,
                         NULL, no_value, 0);
        set_aside(work, awards, index, group->rules[j]);
      }
    }
  }
}

/* A group none of whose rules applies is not looked at: its limits may need other events. */
static bool has_any(const notch_awards *awards, const notch_group *group)
{
  for (uint32_t i = 0; i < group->rule_count; i++) {
    if (applying(awards, group->rules[i]) != NULL) {
      return true;
    }
  }
  return false;
}

void notch_group_choose(notch_work *work, notch_awards *awards, uint32_t index)
{
  const notch_group *group = &work->program->groups[index];
  if (!has_any(awards, group)) {
    return;
  }
  switch (group->combine) {
  case NOTCH_COMBINE_ADDING: break;
  case NOTCH_COMBINE_MULTIPLYING:
    for (uint32_t points = 0; points < work->program->points_count; points++) {
      multiply_kind(work, awards, group, points);
    }
    break;
  case NOTCH_COMBINE_BEST: keep_best(work, awards, index, true); break;
  case NOTCH_COMBINE_FIRST:
  case NOTCH_COMBINE_EXCLUSIVE: keep_best(work, awards, index, false); break;
  }
  keep_times(work, awards, index);
}

static void cut(notch_work *work, notch_awards *awards, const notch_group *group,
                const notch_limit *limit, notch_rational part)
{
  for (uint32_t i = 0; i < group->rule_count; i++) {
    const notch_ruling *ruling = applying(awards, group->rules[i]);
    for (uint32_t j = 0; ruling != NULL && j < ruling->award_count; j++) {
      notch_award *award = &awards->awards.items[ruling->first_award + j];
      if (award->points == limit->points) {
        award->exact = notch_exact_mul(work, award->exact, part);
      }
    }
  }
}

void notch_group_limit(notch_work *work, notch_awards *awards, uint32_t index)
{
  const notch_group *group = &work->program->groups[index];
  for (uint32_t i = 0; i < group->limit_count; i++) {
    const notch_limit *limit = &work->program->limits[group->limits[i]];
    notch_rational total = NOTCH_INTEGER(0);
    for (uint32_t j = 0; j < group->rule_count && !limit->times; j++) {
      const notch_ruling *ruling = applying(awards, group->rules[j]);
      for (uint32_t k = 0; ruling != NULL && k < ruling->award_count; k++) {
        const notch_award *award = &awards->awards.items[ruling->first_award + k];
        if (award->points == limit->points) {
          total = notch_exact_add(work, total, award->exact);
        }
      }
    }
    if (limit->times || total.num <= 0) {
      continue;
    }
    int64_t room = notch_limit_room(work, group->limits[i], 0);
    if (room == INT64_MAX || notch_rational_compare(total, NOTCH_INTEGER(room)) <= 0) {
      continue;
    }
    notch_rational left = limit->refused ? NOTCH_INTEGER(0) : NOTCH_INTEGER(room);
    cut(work, awards, group, limit, notch_exact_div(work, left, total));
    notch_work_trace(work, NOTCH_TRACE_LIMITED, NOTCH_NONE, group->limits[i], true, NULL,
                     notch_value_of(left), 0);
  }
}
