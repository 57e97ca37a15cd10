/* base/calendar.c -- days, civil dates and the units a programme counts in. */
#include <config.h>

#include "base/calendar.h"

#include <assert.h>

static bool is_leap(int32_t year)
{
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

unsigned notch_days_in_month(int32_t year, unsigned month)
{
  static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  assert(month >= 1 && month <= 12);
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/*
 * Years are counted from 1 March, so that the day that is not always there is the last one, and
 * in eras of 400 years, which all look alike.  So many eras are added that nothing is below zero
 * for any instant there is: then 32 bits without a sign do, which divide in half the time.
 */
#define ERA_DAYS 146097u
#define ERAS_ADDED 800u
#define DAYS_ADDED (ERAS_ADDED * ERA_DAYS + 719468u) /* to 1 March of the year 0, and those eras */

static int32_t day_of(int32_t year, unsigned month, unsigned day)
{
  static const uint16_t before[12] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
  uint32_t years = (uint32_t)year + ERAS_ADDED * 400 - (month <= 2), centuries = years / 100;
  uint32_t days = years * 365 + years / 4 - centuries + centuries / 4 + before[month - 1] + day - 1;
  return (int32_t)(days - DAYS_ADDED);
}

int32_t notch_day_of(notch_civil civil)
{
  assert(civil.month >= 1 && civil.month <= 12);
  return day_of(civil.year, civil.month, civil.day);
}

/*
 * C. Neri, L. Schneider, "Euclidean affine functions and their application to calendar
 * algorithms" (2022): what stands in quarters of a day, and then in parts of a year and of a
 * month, is divided by a multiplication whose low half is the rest.
 */
notch_civil notch_civil_of(int32_t day)
{
  uint32_t quarters = 4 * ((uint32_t)day + DAYS_ADDED) + 3, century = quarters / ERA_DAYS;
  uint64_t years = UINT64_C(2939745) * ((quarters % ERA_DAYS) | 3);
  uint32_t year = 100 * century + (uint32_t)(years >> 32);
  uint32_t day_of_year = (uint32_t)years / 2939745 / 4;
  uint32_t months = 2141 * day_of_year + 197913, month = months >> 16; /* from March, as 3 */
  uint32_t month_day = (months & 0xffff) / 2141 + 1, next_year = day_of_year >= 306;
  return (notch_civil){(int32_t)(year + next_year - ERAS_ADDED * 400),
                       (uint8_t)(month - 12 * next_year), (uint8_t)month_day};
}

unsigned notch_weekday(int32_t day)
{
  int32_t weekday = (day % 7 + 3) % 7; /* 1970-01-01 was a Thursday */
  return (unsigned)(weekday < 0 ? weekday + 7 : weekday);
}

static int32_t keep_in_range(int64_t day)
{
  return day < NOTCH_DAY_FIRST  ? NOTCH_DAY_FIRST
         : day > NOTCH_DAY_LAST ? NOTCH_DAY_LAST
                                : (int32_t)day;
}

int32_t notch_day_in_year(int32_t year, unsigned month, unsigned month_day, bool roll)
{
  unsigned last = notch_days_in_month(year, month);
  if (month_day <= last)
    return day_of(year, month, month_day);
  return day_of(year, month, last) + (roll ? 1 : 0);
}

int32_t notch_day_add_months(int32_t day, int64_t months, bool roll)
{
  notch_civil civil = notch_civil_of(day);
  if (months > 12 * 20000 || months < -12 * 20000)
    return months < 0 ? NOTCH_DAY_FIRST : NOTCH_DAY_LAST;
  int64_t index = (int64_t)civil.year * 12 + civil.month - 1 + months;
  int64_t year = (index >= 0 ? index : index - 11) / 12;
  if (year < 1 || year > 9999)
    return year < 1 ? NOTCH_DAY_FIRST : NOTCH_DAY_LAST;
  unsigned month = (unsigned)(index - year * 12) + 1;
  int32_t sum = notch_day_in_year((int32_t)year, month, civil.day, roll);
  return keep_in_range(sum);
}

/* count * factor, kept where the callee's own limits still see an overflow. */
static int64_t scale(int64_t count, int64_t factor)
{
  int64_t product;
  if (__builtin_mul_overflow(count, factor, &product))
    return count < 0 ? INT64_MIN : INT64_MAX;
  return product;
}

int32_t notch_day_add(int32_t day, notch_duration duration, bool roll)
{
  int64_t days = 0, sum;
  switch (duration.unit) {
  case NOTCH_UNIT_DAY: days = duration.count; break;
  case NOTCH_UNIT_WEEK: days = scale(duration.count, 7); break;
  case NOTCH_UNIT_MONTH: return notch_day_add_months(day, duration.count, roll);
  case NOTCH_UNIT_QUARTER: return notch_day_add_months(day, scale(duration.count, 3), roll);
  case NOTCH_UNIT_YEAR: return notch_day_add_months(day, scale(duration.count, 12), roll);
  case NOTCH_UNIT_SECOND:
  case NOTCH_UNIT_MINUTE:
  case NOTCH_UNIT_HOUR: assert(false && "a calendar duration is days or longer"); break;
  }
  if (__builtin_add_overflow((int64_t)day, days, &sum))
    return days < 0 ? NOTCH_DAY_FIRST : NOTCH_DAY_LAST;
  return keep_in_range(sum);
}

/* First day of the programme's year that is named by the civil year it begins in. */
static int32_t year_begin(int32_t year, const notch_calendar *calendar)
{
  unsigned month = calendar->year_month == 0 ? 1 : calendar->year_month;
  unsigned day = calendar->year_day == 0 ? 1 : calendar->year_day;
  return notch_day_in_year(year, month, day, calendar->months_roll);
}

static int32_t year_containing(int32_t day, const notch_calendar *calendar)
{
  int32_t year = notch_civil_of(day).year;
  return day < year_begin(year, calendar) ? year - 1 : year;
}

/* Quarter 0..4 of the programme's year `year`: counted from its first day, never chained. */
static int32_t quarter_begin(int32_t year, unsigned quarter, const notch_calendar *calendar)
{
  unsigned month = (calendar->year_month == 0 ? 1u : calendar->year_month) + 3 * quarter;
  unsigned day = calendar->year_day == 0 ? 1 : calendar->year_day;
  int32_t later = month > 12 ? 1 : 0;
  return notch_day_in_year(year + later, later ? month - 12 : month, day, calendar->months_roll);
}

static unsigned quarter_containing(int32_t day, int32_t year, const notch_calendar *calendar)
{
  unsigned quarter = 3;
  while (quarter > 0 && day < quarter_begin(year, quarter, calendar))
    quarter--;
  return quarter;
}

int32_t notch_unit_begin(int32_t day, notch_unit unit, const notch_calendar *calendar)
{
  switch (unit) {
  case NOTCH_UNIT_WEEK:
    assert(calendar->week_start < 7);
    return day - (int32_t)((notch_weekday(day) + 7 - calendar->week_start) % 7);
  case NOTCH_UNIT_MONTH:
    return day - (notch_civil_of(day).day - 1);
  case NOTCH_UNIT_QUARTER: {
    int32_t year = year_containing(day, calendar);
    return quarter_begin(year, quarter_containing(day, year, calendar), calendar);
  }
  case NOTCH_UNIT_YEAR:
    return year_begin(year_containing(day, calendar), calendar);
  case NOTCH_UNIT_DAY:
    return day;
  case NOTCH_UNIT_SECOND:
  case NOTCH_UNIT_MINUTE:
  case NOTCH_UNIT_HOUR: break;
  }
  assert(false && "a calendar unit is a day or longer");
  return day;
}

int32_t notch_unit_next(int32_t day, notch_unit unit, const notch_calendar *calendar)
{
  switch (unit) {
  case NOTCH_UNIT_WEEK:
    return notch_unit_begin(day, unit, calendar) + 7;
  case NOTCH_UNIT_MONTH: {
    notch_civil civil = notch_civil_of(day);
    return day - (civil.day - 1) + (int32_t)notch_days_in_month(civil.year, civil.month);
  }
  case NOTCH_UNIT_QUARTER: {
    int32_t year = year_containing(day, calendar);
    return quarter_begin(year, quarter_containing(day, year, calendar) + 1, calendar);
  }
  case NOTCH_UNIT_YEAR:
    return year_begin(year_containing(day, calendar) + 1, calendar);
  case NOTCH_UNIT_DAY:
    return day + 1;
  case NOTCH_UNIT_SECOND:
  case NOTCH_UNIT_MINUTE:
  case NOTCH_UNIT_HOUR: break;
  }
  assert(false && "a calendar unit is a day or longer");
  return day + 1;
}

/* ---- words ---- */

const char *notch_unit_word(notch_unit unit)
{
  static const char *const words[] = {"second", "minute", "hour",    "day",
                                      "week",   "month",  "quarter", "year"};
  return words[unit];
}

const char *notch_month_word(int64_t month)
{
  static const char *const words[] = {"January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December"};
  return month >= 1 && month <= 12 ? words[month - 1] : "";
}

const char *notch_weekday_word(int64_t weekday)
{
  static const char *const words[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};
  return weekday >= 0 && weekday <= 6 ? words[weekday] : "";
}
