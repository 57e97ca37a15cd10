/*
 * base/calendar.h -- days, civil dates, time zones.  No clock is read here.
 *
 * day: days since 1970-01-01 (proleptic Gregorian).  instant: microseconds UTC since 1970.
 * A zone is a finite table of transitions, stored with a version of the rules, so that
 * evaluation never depends on the machine's zone data.
 */
#ifndef NOTCH_BASE_CALENDAR_H
#define NOTCH_BASE_CALENDAR_H

#include "base/memory.h"

#define NOTCH_SECOND_US INT64_C(1000000)
#define NOTCH_DAY_S INT64_C(86400)
#define NOTCH_NEVER INT64_MAX /* a matures/expires/until that does not come */

typedef enum notch_unit {
  NOTCH_UNIT_SECOND = 0,
  NOTCH_UNIT_MINUTE = 1,
  NOTCH_UNIT_HOUR = 2,
  NOTCH_UNIT_DAY = 3,
  NOTCH_UNIT_WEEK = 4,
  NOTCH_UNIT_MONTH = 5,
  NOTCH_UNIT_QUARTER = 6,
  NOTCH_UNIT_YEAR = 7
} notch_unit;

const char *notch_unit_word(notch_unit unit);    /* "quarter" */
const char *notch_month_word(int64_t month);     /* 1: "January"; empty: there is none */
const char *notch_weekday_word(int64_t weekday); /* 0: "Monday"; the same */

typedef struct notch_duration { /* seconds, minutes and hours are exact; the rest is calendar */
  int64_t count;
  notch_unit unit;
} notch_duration;

typedef struct notch_calendar { /* how a programme counts */
  bool months_roll;             /* 31 January + 1 month: false 28 February, true 1 March */
  uint8_t year_month, year_day; /* `year starts 1 April` */
  uint8_t week_start;           /* 0 Monday .. 6 Sunday */
} notch_calendar;

typedef struct notch_civil {
  int32_t year;
  uint8_t month, day; /* from 1 */
} notch_civil;

/* Dates are kept within the years 1 to 9999; arithmetic that would leave them stops at the edge. */
#define NOTCH_DAY_FIRST (-719162) /* 0001-01-01 */
#define NOTCH_DAY_LAST 2932896    /* 9999-12-31 */
static inline bool notch_is_day(int64_t day)
{
  return day >= NOTCH_DAY_FIRST && day <= NOTCH_DAY_LAST;
}

int32_t notch_day_of(notch_civil civil);
notch_civil notch_civil_of(int32_t day);
unsigned notch_weekday(int32_t day); /* 0 Monday .. 6 Sunday */
unsigned notch_days_in_month(int32_t year, unsigned month);
static inline bool notch_civil_valid(notch_civil civil) /* years 1..9999 */
{
  return civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12 &&
         civil.day >= 1 &&
         (civil.day <= 28 || civil.day <= notch_days_in_month(civil.year, civil.month));
}

/* Adds months from the anchor; a day that does not exist is clamped, or rolls to the 1st. */
int32_t notch_day_add_months(int32_t day, int64_t months, bool roll);
int32_t notch_day_add(int32_t day, notch_duration calendar_duration, bool roll);

/* First day of the unit (day or longer) that contains `day`; first day of the next one. */
int32_t notch_unit_begin(int32_t day, notch_unit unit, const notch_calendar *calendar);
int32_t notch_unit_next(int32_t day, notch_unit unit, const notch_calendar *calendar);

/* The day of `month`/`month_day` in `year`; 29 February clamps or rolls. */
int32_t notch_day_in_year(int32_t year, unsigned month, unsigned month_day, bool roll);

typedef struct notch_zone {
  uint32_t count;
  const int64_t *at_s;     /* UTC seconds, ascending; at_s[0] is INT64_MIN */
  const int32_t *offset_s; /* seconds east of UTC from at_s[i] on */
} notch_zone;

/* Reads the system's TZif file for an IANA name, expanded to the end of 2200.  False: unknown
 * name (or one with "..", or starting with "/"). */
bool notch_zone_load(notch_zone *out, const char *name, notch_arena *program);
void notch_zone_encode(const notch_zone *zone, notch_buffer *to); /* stored with a version */
bool notch_zone_decode(notch_zone *out, const void *bytes, size_t size, notch_arena *program);

int32_t notch_zone_offset(const notch_zone *zone, int64_t utc_s);
int32_t notch_zone_day(const notch_zone *zone, int64_t utc_us); /* local day */

typedef struct notch_day_stretch { /* moments of one local day */
  int32_t day;
  int64_t from_us, until_us; /* [from, until); zeroed: none */
} notch_day_stretch;
/* The local day of a moment, with what lies around the moment of that day: nearly always the whole
 * day, less where the zone's offset changes. */
notch_day_stretch notch_zone_stretch(const notch_zone *zone, int64_t utc_us);
int32_t notch_zone_second_of_day(const notch_zone *zone, int64_t utc_us);
/* A local time as UTC seconds: one that does not exist is the first instant after, one that
 * exists twice is the first. */
int64_t notch_zone_instant(const notch_zone *zone, int32_t day, int32_t second_of_day);
int64_t notch_zone_midnight(const notch_zone *zone, int32_t day); /* start of the local day */

/* "2026-03-03T10:00:00+08:00", "…Z", "2026-03-03 10:00[:00]" or a bare date; without an offset
 * local in `zone`.  *offset_min: the resolved offset. */
bool notch_moment_parse(int64_t *utc_us, int32_t *offset_min, notch_text text,
                        const notch_zone *zone);
#define NOTCH_DATE_BYTES 10 /* 2026-03-01 */
bool notch_date_parse(int32_t *day, notch_text text);
bool notch_time_parse(int32_t *second_of_day, notch_text text); /* 09:30 or 09:30:15 */
void notch_moment_print(notch_buffer *to, int64_t utc_us, int32_t offset_min); /* RFC 3339 */
void notch_moment_print_zone(notch_buffer *to, int64_t utc_us, const notch_zone *zone);
void notch_date_print(notch_buffer *to, int32_t day);

#endif
