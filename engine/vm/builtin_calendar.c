/*
 * vm/builtin_calendar.c -- dates, times and moments in the programme's zone and calendar.
 *
 * A date outside the years 1 to 9999 is an overflow: the event is refused, nothing is clamped.
 */
#include <config.h>

#include "vm/builtin.h"

#include <assert.h>

/* Local days of moments far outside are days as well, only not dates. */
static const int64_t moment_most_us = (int64_t)NOTCH_DAY_LAST * NOTCH_DAY_S * NOTCH_SECOND_US;

static bool is_moment(int64_t moment_us)
{
  return moment_us >= -moment_most_us && moment_us <= moment_most_us;
}

static bool add_days(int64_t *out, int64_t day, int64_t days)
{
  return !__builtin_add_overflow(day, days, out) && notch_is_day(*out);
}

/* The base stops at its last day; what would have gone past it is found by the month's number. */
static bool add_months(const notch_program *program, int64_t *out, int64_t day, int64_t months)
{
  if (months < -12 * 10000 || months > 12 * 10000)
    return false;
  notch_civil civil = notch_civil_of((int32_t)day);
  int64_t index = (int64_t)civil.year * 12 + civil.month - 1 + months;
  if (index < 12 || index >= 10000 * 12)
    return false;
  *out = notch_day_add_months((int32_t)day, months, program->calendar.months_roll);
  return notch_is_day(*out);
}

/* A moment moved by days or months keeps its local time of day, to the microsecond. */
static bool shift(const notch_program *program, int64_t *out, int64_t moment_us, int64_t count,
                  bool months)
{
  const notch_zone *zone = &program->zone;
  int64_t day = notch_zone_day(zone, moment_us), moved;
  int32_t second = notch_zone_second_of_day(zone, moment_us);
  int64_t below_us = moment_us % NOTCH_SECOND_US;
  if (below_us < 0)
    below_us += NOTCH_SECOND_US;
  if (!notch_is_day(day) || !(months ? add_months(program, &moved, day, count)
                               : add_days(&moved, day, count)))
    return false;
  *out = notch_zone_instant(zone, (int32_t)moved, second) * NOTCH_SECOND_US + below_us;
  return true;
}

/* Whole years; someone born on 29 February is a year older when the calendar says so. */
static int64_t age_at(const notch_program *program, int32_t birthday, int32_t today)
{
  notch_civil born = notch_civil_of(birthday);
  int32_t year = notch_civil_of(today).year;
  int32_t again = notch_day_in_year(year, born.month, born.day, program->calendar.months_roll);
  return (int64_t)year - born.year - (today < again);
}

static bool of_day(notch_machine *m, const notch_instruction *at, int64_t day, int64_t by,
                   int64_t *out)
{
  const notch_program *program = m->vm->program;
  if (!notch_is_day(day))
    return false;
  if (day == m->context->today)
    notch_vm_see_day(m->vm, (int32_t)day);
  switch ((int)at->op) {
  case NOTCH_OP_MOMENT_OF:
    *out = notch_zone_midnight(&program->zone, (int32_t)day) * NOTCH_SECOND_US;
    return true;
  case NOTCH_OP_ADD_DAYS: return add_days(out, day, by);
  case NOTCH_OP_ADD_MONTHS: return add_months(program, out, day, by);
  case NOTCH_OP_YEAR_OF: *out = m->vm->civil.year; return true; /* today, as just seen */
  case NOTCH_OP_MONTH_OF: *out = m->vm->civil.month; return true;
  case NOTCH_OP_DAY_OF: *out = m->vm->civil.day; return true;
  case NOTCH_OP_WEEKDAY_OF: *out = m->vm->weekday; return true;
  case NOTCH_OP_AGE_OF:
    if (!notch_is_day(m->context->today))
      return false;
    *out = age_at(program, (int32_t)day, m->context->today);
    return true;
  }
  assert(at->op == NOTCH_OP_COUNT);
  return false;
}

static bool of_moment(notch_machine *m, const notch_instruction *at, int64_t moment_us,
                      int64_t by, int64_t *out)
{
  const notch_program *program = m->vm->program;
  if (!is_moment(moment_us))
    return false;
  switch ((int)at->op) {
  case NOTCH_OP_DATE_OF:
    *out = notch_zone_day(&program->zone, moment_us);
    return notch_is_day(*out);
  case NOTCH_OP_SHIFT_DAYS: return shift(program, out, moment_us, by, false);
  case NOTCH_OP_SHIFT_MONTHS: return shift(program, out, moment_us, by, true);
  case NOTCH_OP_HOUR_OF:
    *out = notch_zone_second_of_day(&program->zone, moment_us) / 3600;
    return true;
  }
  assert(at->op == NOTCH_OP_COUNT);
  return false;
}

notch_eval notch_builtin_calendar(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  notch_value value = r[at->a];
  bool moving = notch_op_infos[at->op].b != NOTCH_OPERAND_NONE;
  notch_value by = moving ? r[at->b] : NOTCH_VALUE(0);
  if (value.d == 0 || by.d == 0)
    return NOTCH_EVAL_MISSING;
  int64_t result;
  bool right;
  if (value.d != 1 || by.d != 1) /* a part of a day has no place in a calendar */
    return NOTCH_EVAL_OVERFLOW;
  switch ((int)at->op) {
  case NOTCH_OP_HOUR_OF_TIME:
    result = value.n / 3600;
    right = true;
    break;
  case NOTCH_OP_DATE_OF:
  case NOTCH_OP_SHIFT_DAYS:
  case NOTCH_OP_SHIFT_MONTHS:
  case NOTCH_OP_HOUR_OF: right = of_moment(m, at, value.n, by.n, &result); break;
  default: right = of_day(m, at, value.n, by.n, &result); break;
  }
  if (!right)
    return NOTCH_EVAL_OVERFLOW;
  r[at->to] = NOTCH_VALUE(result);
  return NOTCH_EVAL_OK;
}
