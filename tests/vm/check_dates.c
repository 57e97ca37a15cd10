/* check_dates.c -- calendar and zone: two hours east, three in summer (see fixture.c). */
#include <config.h>

#include "check_vm.h"

static fixture f;

static void begin(void)
{
  fixture_begin(&f);
}

static void end(void)
{
  fixture_end(&f);
}

static int64_t day(int32_t year, uint8_t month, uint8_t month_day)
{
  return notch_day_of((notch_civil){year, month, month_day});
}

static int64_t utc(int32_t year, uint8_t month, uint8_t month_day, int64_t second)
{
  return (day(year, month, month_day) * NOTCH_DAY_S + second) * NOTCH_SECOND_US;
}

static notch_expr *of_day(notch_expr_op op, notch_type_kind type, int64_t n)
{
  f.fields[F_DAY] = NOTCH_VALUE(n);
  return x_one(&f, op, type, x_field(&f, F_DAY));
}

static notch_expr *of_moment(notch_expr_op op, notch_type_kind type, int64_t us)
{
  f.fields[F_AT] = NOTCH_VALUE(us);
  return x_one(&f, op, type, x_field(&f, F_AT));
}

static notch_expr *moved(notch_expr_op op, uint32_t field, int64_t from, int64_t by)
{
  notch_type_kind unit = op == NOTCH_EXPR_ADD_DAYS     ? NOTCH_TYPE_DAYS
                         : op == NOTCH_EXPR_ADD_MONTHS ? NOTCH_TYPE_MONTHS
                                                       : NOTCH_TYPE_DURATION;
  f.fields[field] = NOTCH_VALUE(from);
  return x_two(&f, op, (notch_type_kind)f.program->events[0].fields[field].type.kind,
               x_field(&f, field), x_const(&f, unit, by));
}

START_TEST(parts_of_a_date)
{
  int64_t leap = day(2024, 2, 29);
  CHECK_VALUE(&f, of_day(NOTCH_EXPR_YEAR_OF, NOTCH_TYPE_NUMBER, leap), 2024, 1);
  CHECK_VALUE(&f, of_day(NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_MONTHNAME, leap), 2, 1);
  CHECK_VALUE(&f, of_day(NOTCH_EXPR_DAY_OF, NOTCH_TYPE_NUMBER, leap), 29, 1);
  CHECK_VALUE(&f, of_day(NOTCH_EXPR_WEEKDAY_OF, NOTCH_TYPE_WEEKDAY, leap), 3, 1);
  f.context.today = (int32_t)day(2026, 3, 2);
  notch_expr *today = x_leaf(&f, NOTCH_EXPR_TODAY, NOTCH_TYPE_DATE, 0, 0);
  notch_expr *monday = x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG,
                             x_one(&f, NOTCH_EXPR_WEEKDAY_OF, NOTCH_TYPE_WEEKDAY, today),
                             x_const(&f, NOTCH_TYPE_WEEKDAY, 0));
  CHECK_VALUE(&f, monday, 1, 1);
}
END_TEST

START_TEST(moments_in_the_zone)
{
  CHECK_VALUE(&f, of_moment(NOTCH_EXPR_DATE_OF, NOTCH_TYPE_DATE, utc(2026, 1, 1, 79199)),
              day(2026, 1, 1), 1);
  CHECK_VALUE(&f, of_moment(NOTCH_EXPR_DATE_OF, NOTCH_TYPE_DATE, utc(2026, 1, 1, 79200)),
              day(2026, 1, 2), 1);
  CHECK_VALUE(&f, of_moment(NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, utc(2026, 1, 1, 79200)), 0, 1);
  CHECK_VALUE(&f, of_moment(NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, utc(2026, 7, 1, 3600)), 4, 1);
  CHECK_VALUE(&f, of_day(NOTCH_EXPR_MOMENT_OF, NOTCH_TYPE_MOMENT, day(2026, 1, 2)),
              utc(2026, 1, 1, 79200), 1);
  f.fields[F_TIME] = NOTCH_VALUE(9 * 3600 + 1800);
  CHECK_VALUE(&f, x_one(&f, NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, x_field(&f, F_TIME)), 9, 1);
}
END_TEST

START_TEST(adding_days_and_months)
{
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_DAYS, F_DAY, day(2024, 2, 28), 2), day(2024, 3, 1), 1);
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_DAYS, F_DAY, day(2024, 3, 1), -1), day(2024, 2, 29), 1);
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_DAY, day(2026, 1, 31), 1), day(2026, 2, 28), 1);
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_DAY, day(2026, 1, 31), 2), day(2026, 3, 31), 1);
  f.program->calendar.months_roll = true;
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_DAY, day(2026, 1, 31), 1), day(2026, 3, 1), 1);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_DAYS, F_DAY, day(9999, 12, 31), 1), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_DAYS, F_DAY, day(2026, 1, 1), INT64_MAX),
              NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_DAY, day(9999, 12, 1), 1), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_DAY, day(2026, 1, 1), INT64_MIN),
              NOTCH_EVAL_OVERFLOW);
}
END_TEST

/* A day across the change of clocks is 23 hours; the time of day stays. */
START_TEST(moving_moments)
{
  int64_t noon = utc(2026, 3, 28, 10 * 3600) + 5;
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_DAYS, F_AT, noon, 1), utc(2026, 3, 29, 9 * 3600) + 5, 1);
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_MONTHS, F_AT, noon, 1), utc(2026, 4, 28, 9 * 3600) + 5, 1);
  int64_t hour = 3600 * NOTCH_SECOND_US;
  CHECK_VALUE(&f, moved(NOTCH_EXPR_ADD_EXACT, F_AT, noon, 24 * hour), noon + 24 * hour, 1);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_EXACT, F_AT, INT64_MAX, 1), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, moved(NOTCH_EXPR_ADD_DAYS, F_AT, INT64_MAX, 1), NOTCH_EVAL_OVERFLOW);
}
END_TEST

START_TEST(differences)
{
  f.fields[F_DAY] = NOTCH_VALUE(day(2026, 3, 1));
  CHECK_VALUE(&f, x_two(&f, NOTCH_EXPR_DAYS_BETWEEN, NOTCH_TYPE_DAYS, x_field(&f, F_DAY),
                        x_const(&f, NOTCH_TYPE_DATE, day(2026, 2, 1))), 28, 1);
  f.context.now_us = utc(2026, 3, 1, 90);
  notch_expr *now = x_leaf(&f, NOTCH_EXPR_NOW, NOTCH_TYPE_MOMENT, 0, 0);
  CHECK_VALUE(&f, x_two(&f, NOTCH_EXPR_TIME_BETWEEN, NOTCH_TYPE_DURATION, now,
                        x_const(&f, NOTCH_TYPE_MOMENT, utc(2026, 3, 1, 30))),
              60 * NOTCH_SECOND_US, 1);
}
END_TEST

START_TEST(ages)
{
  notch_expr *age = of_day(NOTCH_EXPR_AGE_OF, NOTCH_TYPE_NUMBER, day(2000, 2, 29));
  f.context.today = (int32_t)day(2027, 2, 27);
  CHECK_VALUE(&f, age, 26, 1);
  f.context.today = (int32_t)day(2027, 2, 28);
  CHECK_VALUE(&f, age, 27, 1);
  f.program->calendar.months_roll = true;
  CHECK_VALUE(&f, age, 26, 1);
  f.context.today = (int32_t)day(2027, 3, 1);
  CHECK_VALUE(&f, age, 27, 1);
  f.context.today = (int32_t)day(2028, 2, 29);
  CHECK_VALUE(&f, age, 28, 1);
  CHECK_FAILS(&f, of_day(NOTCH_EXPR_AGE_OF, NOTCH_TYPE_NUMBER, INT64_MAX), NOTCH_EVAL_OVERFLOW);
}
END_TEST

TCase *notch_check_dates(void)
{
  TCase *tcase = tcase_create("dates");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, parts_of_a_date);
  tcase_add_test(tcase, moments_in_the_zone);
  tcase_add_test(tcase, adding_days_and_months);
  tcase_add_test(tcase, moving_moments);
  tcase_add_test(tcase, differences);
  tcase_add_test(tcase, ages);
  return tcase;
}
