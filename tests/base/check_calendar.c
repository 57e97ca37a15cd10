/* tests/base/check_calendar.c -- days, months that clamp or roll, and the units of a programme. */
#include <config.h>

#include "base/calendar.h"
#include "check_base.h"

static int32_t d(int32_t year, int month, int day)
{
  notch_civil civil = {year, (uint8_t)month, (uint8_t)day};
  ck_assert(notch_civil_valid(civil));
  return notch_day_of(civil);
}

START_TEST(counts_every_day_of_400_years_and_back)
{
  notch_civil civil = {1900, 1, 1};
  int32_t day = -25567;
  for (int i = 0; i < 146097; i++, day++) {
    ck_assert_int_eq(notch_day_of(civil), day);
    notch_civil seen = notch_civil_of(day);
    ck_assert(seen.year == civil.year && seen.month == civil.month && seen.day == civil.day);
    if (civil.day < notch_days_in_month(civil.year, civil.month)) {
      civil.day++;
    } else {
      civil.day = 1;
      civil.year += civil.month == 12;
      civil.month = (uint8_t)(civil.month % 12 + 1);
    }
  }
  ck_assert_int_eq(civil.year, 2300);
}
END_TEST

START_TEST(counts_as_far_as_there_are_instants)
{
  int32_t last = (int32_t)(INT64_MAX / (INT64_C(86400) * 1000000)) + 1;
  for (int64_t day = -(int64_t)last; day <= last; day += 99991) {
    ck_assert_int_eq(notch_day_of(notch_civil_of((int32_t)day)), day);
  }
  ck_assert_int_eq(notch_day_of(notch_civil_of(last)), last);
}
END_TEST

START_TEST(knows_the_edges)
{
  ck_assert_int_eq(d(1970, 1, 1), 0);
  ck_assert_int_eq(d(1, 1, 1), -719162);
  ck_assert_int_eq(d(9999, 12, 31), 2932896);
  ck_assert_uint_eq(notch_weekday(0), 3);
  ck_assert_uint_eq(notch_weekday(-4), 6);
  ck_assert_uint_eq(notch_weekday(d(2026, 3, 2)), 0);
  ck_assert_uint_eq(notch_weekday(d(1, 1, 1)), 0);
  ck_assert(!notch_civil_valid((notch_civil){2025, 2, 29}));
  ck_assert(notch_civil_valid((notch_civil){2024, 2, 29}));
  ck_assert(!notch_civil_valid((notch_civil){1900, 2, 29}));
  ck_assert(notch_civil_valid((notch_civil){2000, 2, 29}));
  ck_assert(!notch_civil_valid((notch_civil){0, 1, 1}));
  ck_assert(!notch_civil_valid((notch_civil){10000, 1, 1}));
  ck_assert(!notch_civil_valid((notch_civil){2025, 13, 1}));
  ck_assert(!notch_civil_valid((notch_civil){2025, 1, 0}));
}
END_TEST

START_TEST(clamps_or_rolls_months)
{
  ck_assert_int_eq(notch_day_add_months(d(2026, 1, 31), 1, false), d(2026, 2, 28));
  ck_assert_int_eq(notch_day_add_months(d(2026, 1, 31), 1, true), d(2026, 3, 1));
  ck_assert_int_eq(notch_day_add_months(d(2026, 1, 31), 2, false), d(2026, 3, 31));
  ck_assert_int_eq(notch_day_add_months(d(2024, 2, 29), 12, false), d(2025, 2, 28));
  ck_assert_int_eq(notch_day_add_months(d(2024, 2, 29), 12, true), d(2025, 3, 1));
  ck_assert_int_eq(notch_day_add_months(d(2024, 2, 29), 48, false), d(2028, 2, 29));
  ck_assert_int_eq(notch_day_add_months(d(2024, 3, 31), -1, false), d(2024, 2, 29));
  ck_assert_int_eq(notch_day_add_months(d(2024, 1, 15), -13, false), d(2022, 12, 15));
  ck_assert_int_eq(notch_day_add_months(d(2024, 1, 15), INT64_MAX, false), d(9999, 12, 31));
  ck_assert_int_eq(notch_day_add_months(d(2024, 1, 15), INT64_MIN, false), d(1, 1, 1));
  ck_assert_int_eq(notch_day_add_months(d(9999, 12, 1), 1, false), d(9999, 12, 31));
  ck_assert_int_eq(notch_day_in_year(2027, 2, 29, false), d(2027, 2, 28));
  ck_assert_int_eq(notch_day_in_year(2027, 2, 29, true), d(2027, 3, 1));
}
END_TEST

START_TEST(adds_durations)
{
  int32_t day = d(2026, 1, 31);
  ck_assert_int_eq(notch_day_add(day, (notch_duration){10, NOTCH_UNIT_DAY}, false), day + 10);
  ck_assert_int_eq(notch_day_add(day, (notch_duration){-2, NOTCH_UNIT_WEEK}, false), day - 14);
  ck_assert_int_eq(notch_day_add(day, (notch_duration){1, NOTCH_UNIT_QUARTER}, false),
                   d(2026, 4, 30));
  ck_assert_int_eq(notch_day_add(day, (notch_duration){2, NOTCH_UNIT_YEAR}, false),
                   d(2028, 1, 31));
  ck_assert_int_eq(notch_day_add(day, (notch_duration){INT64_MAX, NOTCH_UNIT_WEEK}, false),
                   d(9999, 12, 31));
  ck_assert_int_eq(notch_day_add(day, (notch_duration){INT64_MIN, NOTCH_UNIT_DAY}, false),
                   d(1, 1, 1));
  ck_assert_int_eq(notch_day_add(day, (notch_duration){INT64_MAX, NOTCH_UNIT_YEAR}, false),
                   d(9999, 12, 31));
}
END_TEST

START_TEST(finds_units)
{
  notch_calendar plain = {.year_month = 1, .year_day = 1};
  notch_calendar april = {.year_month = 4, .year_day = 6, .week_start = 6};
  ck_assert_int_eq(notch_unit_begin(d(2026, 3, 5), NOTCH_UNIT_WEEK, &plain), d(2026, 3, 2));
  ck_assert_int_eq(notch_unit_begin(d(2026, 3, 5), NOTCH_UNIT_WEEK, &april), d(2026, 3, 1));
  ck_assert_int_eq(notch_unit_begin(d(2026, 3, 1), NOTCH_UNIT_WEEK, &april), d(2026, 3, 1));
  ck_assert_int_eq(notch_unit_next(d(2026, 3, 1), NOTCH_UNIT_WEEK, &plain), d(2026, 3, 2));
  ck_assert_int_eq(notch_unit_begin(d(2024, 2, 29), NOTCH_UNIT_MONTH, &april), d(2024, 2, 1));
  ck_assert_int_eq(notch_unit_next(d(2024, 2, 29), NOTCH_UNIT_MONTH, &april), d(2024, 3, 1));
  ck_assert_int_eq(notch_unit_next(d(2024, 12, 31), NOTCH_UNIT_MONTH, &plain), d(2025, 1, 1));
  ck_assert_int_eq(notch_unit_begin(d(2026, 5, 9), NOTCH_UNIT_QUARTER, &plain), d(2026, 4, 1));
  ck_assert_int_eq(notch_unit_next(d(2026, 11, 9), NOTCH_UNIT_QUARTER, &plain), d(2027, 1, 1));
  ck_assert_int_eq(notch_unit_begin(d(2026, 4, 5), NOTCH_UNIT_QUARTER, &april), d(2026, 1, 6));
  ck_assert_int_eq(notch_unit_next(d(2026, 4, 5), NOTCH_UNIT_QUARTER, &april), d(2026, 4, 6));
  ck_assert_int_eq(notch_unit_begin(d(2026, 4, 5), NOTCH_UNIT_YEAR, &april), d(2025, 4, 6));
  ck_assert_int_eq(notch_unit_begin(d(2026, 4, 6), NOTCH_UNIT_YEAR, &april), d(2026, 4, 6));
  ck_assert_int_eq(notch_unit_next(d(2026, 4, 5), NOTCH_UNIT_YEAR, &april), d(2026, 4, 6));
  ck_assert_int_eq(notch_unit_next(d(2026, 4, 5), NOTCH_UNIT_DAY, &april), d(2026, 4, 6));
}
END_TEST

START_TEST(units_tile_the_days)
{
  static const notch_unit units[] = {NOTCH_UNIT_WEEK, NOTCH_UNIT_MONTH, NOTCH_UNIT_QUARTER,
                                     NOTCH_UNIT_YEAR};
  static const notch_calendar calendars[] = {
      {false, 1, 1, 0}, {false, 4, 1, 6}, {true, 2, 29, 3}, {false, 12, 31, 0}, {true, 5, 31, 2},
  };
  for (size_t c = 0; c < sizeof calendars / sizeof calendars[0]; c++)
    for (size_t u = 0; u < 4; u++)
      for (int32_t day = d(2023, 1, 1); day < d(2029, 1, 1); day++) {
        int32_t begin = notch_unit_begin(day, units[u], &calendars[c]);
        int32_t next = notch_unit_next(day, units[u], &calendars[c]);
        ck_assert_int_le(begin, day);
        ck_assert_int_gt(next, day);
        ck_assert_int_eq(notch_unit_begin(begin, units[u], &calendars[c]), begin);
        ck_assert_int_eq(notch_unit_begin(next, units[u], &calendars[c]), next);
        ck_assert_int_eq(notch_unit_begin(next - 1, units[u], &calendars[c]), begin);
      }
}
END_TEST

TCase *notch_check_calendar(void)
{
  TCase *calendar = tcase_create("calendar");
  tcase_add_test(calendar, counts_every_day_of_400_years_and_back);
  tcase_add_test(calendar, counts_as_far_as_there_are_instants);
  tcase_add_test(calendar, knows_the_edges);
  tcase_add_test(calendar, clamps_or_rolls_months);
  tcase_add_test(calendar, adds_durations);
  tcase_add_test(calendar, finds_units);
  tcase_add_test(calendar, units_tile_the_days);
  return calendar;
}
