/* base/moment.c -- dates, times and moments as text, read and written without libc's clock. */
#include <config.h>

#include "base/calendar.h"

#include <assert.h>

typedef struct cursor {
  const char *at, *end;
} cursor;

static bool take(cursor *from, char wanted)
{
  if (from->at == from->end || *from->at != wanted)
    return false;
  from->at++;
  return true;
}

/* Exactly `count` digits. */
static bool take_digits(cursor *from, unsigned count, int32_t *out)
{
  int32_t value = 0;
  if (from->end - from->at < (ptrdiff_t)count)
    return false;
  for (unsigned i = 0; i < count; i++) {
    char c = from->at[i];
    if (c < '0' || c > '9')
      return false;
    value = value * 10 + (c - '0');
  }
  from->at += count;
  *out = value;
  return true;
}

/* Two digits; 100 and more: they are none. */
static inline unsigned two_digits(const char *at)
{
  unsigned tens = (unsigned char)at[0] - '0', ones = (unsigned char)at[1] - '0';
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}

static inline bool date_of(const char at[NOTCH_DATE_BYTES], int32_t *day)
{
  if (at[4] != '-' || at[7] != '-')
    return false;
  unsigned century = two_digits(at), year = two_digits(at + 2);
  unsigned month = two_digits(at + 5), month_day = two_digits(at + 8);
  if (century > 99 || year > 99 || month > 12 || month_day > 31)
    return false;
  notch_civil civil = {(int32_t)(century * 100 + year), (uint8_t)month, (uint8_t)month_day};
  if (!notch_civil_valid(civil))
    return false;
  *day = notch_day_of(civil);
  return true;
}

static bool take_date(cursor *from, int32_t *day)
{
  if (from->end - from->at < NOTCH_DATE_BYTES || !date_of(from->at, day))
    return false;
  from->at += NOTCH_DATE_BYTES;
  return true;
}

static bool take_clock(cursor *from, int32_t *second_of_day, bool *has_seconds)
{
  int32_t hour, minute, second = 0;
  if (!take_digits(from, 2, &hour) || !take(from, ':') || !take_digits(from, 2, &minute))
    return false;
  *has_seconds = take(from, ':');
  if (*has_seconds && !take_digits(from, 2, &second))
    return false;
  if (hour > 23 || minute > 59 || second > 59)
    return false;
  *second_of_day = hour * 3600 + minute * 60 + second;
  return true;
}

/* Digits after the point; finer than a microsecond is cut off. */
static bool take_fraction(cursor *from, int32_t *us)
{
  int32_t scale = 100000;
  const char *start = from->at;
  *us = 0;
  for (; from->at < from->end && *from->at >= '0' && *from->at <= '9'; from->at++) {
    *us += (*from->at - '0') * scale;
    scale /= 10;
  }
  return from->at != start;
}

static bool take_offset(cursor *from, int32_t *offset_min)
{
  int32_t hour, minute;
  if (take(from, 'Z') || take(from, 'z')) {
    *offset_min = 0;
    return true;
  }
  bool negative = take(from, '-');
  if (!negative && !take(from, '+'))
    return false;
  if (!take_digits(from, 2, &hour) || !take(from, ':') || !take_digits(from, 2, &minute) ||
      hour > 23 || minute > 59)
    return false;
  *offset_min = hour * 60 + minute;
  if (negative)
    *offset_min = -*offset_min;
  return true;
}

static cursor cursor_of(notch_text text)
{
  static const char nothing[1] = "";
  const char *bytes = text.length == 0 ? nothing : text.bytes;
  return (cursor){bytes, bytes + text.length};
}

bool notch_moment_parse(int64_t *utc_us, int32_t *offset_min, notch_text text,
                        const notch_zone *zone)
{
  cursor from = cursor_of(text);
  int32_t day, second = 0, us = 0, offset = 0;
  bool has_seconds = false;
  if (!take_date(&from, &day))
    return false;
  if (from.at != from.end) {
    if (!take(&from, 'T') && !take(&from, 't') && !take(&from, ' '))
      return false;
    if (!take_clock(&from, &second, &has_seconds))
      return false;
    if (has_seconds && take(&from, '.') && !take_fraction(&from, &us))
      return false;
  }
  int64_t utc_s;
  if (from.at != from.end) {
    if (!take_offset(&from, &offset) || from.at != from.end)
      return false;
    utc_s = (int64_t)day * NOTCH_DAY_S + second - (int64_t)offset * 60;
  } else {
    utc_s = notch_zone_instant(zone, day, second);
    offset = notch_zone_offset(zone, utc_s) / 60;
    /* In a gap the answer is the transition itself, whatever fraction was written. */
    int64_t local = utc_s + notch_zone_offset(zone, utc_s);
    if (local != (int64_t)day * NOTCH_DAY_S + second)
      us = 0;
  }
  /* As it is printed in UTC its year has four digits: it can be read back. */
  if (utc_s < NOTCH_DAY_FIRST * NOTCH_DAY_S || utc_s >= (NOTCH_DAY_LAST + 1) * NOTCH_DAY_S)
    return false;
  *utc_us = utc_s * NOTCH_SECOND_US + us;
  if (offset_min != NULL)
    *offset_min = offset;
  return true;
}

bool notch_date_parse(int32_t *day, notch_text text)
{
  return text.length == NOTCH_DATE_BYTES && date_of(text.bytes, day);
}

bool notch_time_parse(int32_t *second_of_day, notch_text text)
{
  cursor from = cursor_of(text);
  int32_t parsed;
  bool has_seconds;
  if (!take_clock(&from, &parsed, &has_seconds) || from.at != from.end)
    return false;
  *second_of_day = parsed;
  return true;
}

/* `value` with at least `width` digits. */
static char *put_digits(char *to, uint32_t value, unsigned width)
{
  char digits[10];
  unsigned count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (width > count) {
    *to++ = '0';
    width--;
  }
  while (count > 0)
    *to++ = digits[--count];
  return to;
}

static char *put_date(char *to, int32_t day)
{
  notch_civil civil = notch_civil_of(day);
  if (civil.year < 0)
    *to++ = '-';
  to = put_digits(to, civil.year < 0 ? 0u - (uint32_t)civil.year : (uint32_t)civil.year, 4);
  *to++ = '-';
  to = put_digits(to, civil.month, 2);
  *to++ = '-';
  return put_digits(to, civil.day, 2);
}

void notch_date_print(notch_buffer *to, int32_t day)
{
  char text[24];
  notch_buffer_put(to, text, (size_t)(put_date(text, day) - text));
}

/* Offset zero is "Z"; a fraction is written only as far as it goes. */
void notch_moment_print(notch_buffer *to, int64_t utc_us, int32_t offset_min)
{
  char text[64], *at = text;
  int64_t utc_s = utc_us / NOTCH_SECOND_US - (utc_us % NOTCH_SECOND_US < 0);
  uint32_t us = (uint32_t)((utc_us % NOTCH_SECOND_US + NOTCH_SECOND_US) % NOTCH_SECOND_US);
  int64_t local_s = utc_s + (int64_t)offset_min * 60;
  int64_t day = local_s / NOTCH_DAY_S - (local_s % NOTCH_DAY_S < 0);
  uint32_t second = (uint32_t)(local_s - day * NOTCH_DAY_S);
  at = put_date(at, (int32_t)day);
  *at++ = 'T';
  at = put_digits(at, second / 3600, 2);
  *at++ = ':';
  at = put_digits(at, second / 60 % 60, 2);
  *at++ = ':';
  at = put_digits(at, second % 60, 2);
  if (us != 0) {
    *at++ = '.';
    at = put_digits(at, us, 6);
    while (at[-1] == '0')
      at--;
  }
  if (offset_min == 0) {
    *at++ = 'Z';
  } else {
    uint32_t minutes = offset_min < 0 ? 0u - (uint32_t)offset_min : (uint32_t)offset_min;
    *at++ = offset_min < 0 ? '-' : '+';
    at = put_digits(at, minutes / 60, 2);
    *at++ = ':';
    at = put_digits(at, minutes % 60, 2);
  }
  assert((size_t)(at - text) <= sizeof text);
  notch_buffer_put(to, text, (size_t)(at - text));
}

void notch_moment_print_zone(notch_buffer *to, int64_t utc_us, const notch_zone *zone)
{
  int64_t utc_s = utc_us / NOTCH_SECOND_US - (utc_us % NOTCH_SECOND_US < 0);
  notch_moment_print(to, utc_us, notch_zone_offset(zone, utc_s) / 60);
}
