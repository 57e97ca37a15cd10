/*
 * base/zone.c -- looking up a zone's table of transitions, and storing it.
 *
 * Invariants of a table: count >= 1; at_s[0] is INT64_MIN; at_s ascends strictly; every other
 * at_s lies within +-2^60 and every offset within +-26 hours, so that their sums cannot overflow.
 */
#include <config.h>

#include "base/calendar.h"

#include <assert.h>
#include <string.h>

#define OFFSET_S_MAX (26 * 3600)
#define AT_S_MAX (INT64_C(1) << 60)
#define ENCODED_HEAD 8u /* "NZ1\0" and the count */
#define ENCODED_ITEM 12u
#define ENCODED_COUNT_MAX 65536u

/* Index of the last transition at or before utc_s; written so that it compiles without branches. */
static uint32_t segment_at(const notch_zone *zone, int64_t utc_s)
{
  const int64_t *base = zone->at_s;
  uint32_t left = zone->count;
  while (left > 1) {
    uint32_t half = left / 2;
    base = base[half] <= utc_s ? base + half : base;
    left -= half;
  }
  return (uint32_t)(base - zone->at_s);
}

int32_t notch_zone_offset(const notch_zone *zone, int64_t utc_s)
{
  assert(zone->count > 0);
  return zone->offset_s[segment_at(zone, utc_s)];
}

static int64_t floor_div(int64_t value, int64_t by)
{
  return value / by - (value % by < 0);
}

static int64_t local_seconds(const notch_zone *zone, int64_t utc_us)
{
  int64_t utc_s = floor_div(utc_us, NOTCH_SECOND_US);
  return utc_s + notch_zone_offset(zone, utc_s);
}

int32_t notch_zone_day(const notch_zone *zone, int64_t utc_us)
{
  return (int32_t)floor_div(local_seconds(zone, utc_us), NOTCH_DAY_S);
}

#define STRETCH_S_MAX (INT64_MAX / NOTCH_SECOND_US - 2 * NOTCH_DAY_S)

notch_day_stretch notch_zone_stretch(const notch_zone *zone, int64_t utc_us)
{
  int64_t utc_s = floor_div(utc_us, NOTCH_SECOND_US);
  uint32_t i = segment_at(zone, utc_s);
  int64_t day = floor_div(utc_s + zone->offset_s[i], NOTCH_DAY_S);
  notch_day_stretch stretch = {(int32_t)day, 0, 0};
  if (utc_s >= -STRETCH_S_MAX && utc_s <= STRETCH_S_MAX) { /* its ends are moments as well */
    int64_t from_s = day * NOTCH_DAY_S - zone->offset_s[i], until_s = from_s + NOTCH_DAY_S;
    from_s = from_s < zone->at_s[i] ? zone->at_s[i] : from_s;
    until_s = i + 1 < zone->count && zone->at_s[i + 1] < until_s ? zone->at_s[i + 1] : until_s;
    stretch.from_us = from_s * NOTCH_SECOND_US;
    stretch.until_us = until_s * NOTCH_SECOND_US;
  }
  return stretch;
}

int32_t notch_zone_second_of_day(const notch_zone *zone, int64_t utc_us)
{
  int64_t local = local_seconds(zone, utc_us);
  return (int32_t)(local - floor_div(local, NOTCH_DAY_S) * NOTCH_DAY_S);
}

/*
 * The first segment whose local end lies after the wanted time is the one: in a fold it is the
 * earlier of the two, in a gap it has not begun yet at that time, and its beginning is the answer.
 */
int64_t notch_zone_instant(const notch_zone *zone, int32_t day, int32_t second_of_day)
{
  assert(zone->count > 0);
  int64_t local = (int64_t)day * NOTCH_DAY_S + second_of_day;
  uint32_t i = segment_at(zone, local - OFFSET_S_MAX);
  while (i + 1 < zone->count && zone->at_s[i + 1] + zone->offset_s[i] <= local)
    i++;
  int64_t utc_s = local - zone->offset_s[i];
  return utc_s < zone->at_s[i] ? zone->at_s[i] : utc_s;
}

int64_t notch_zone_midnight(const notch_zone *zone, int32_t day)
{
  return notch_zone_instant(zone, day, 0);
}

static void put_little(uint8_t *to, uint64_t value, unsigned size)
{
  for (unsigned i = 0; i < size; i++)
    to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_little(const uint8_t *from, unsigned size)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value |= (uint64_t)from[i] << (8 * i);
  return value;
}

/* "NZ1\0", the count (u32), then at_s (i64) and offset_s (i32) of each; all little-endian. */
void notch_zone_encode(const notch_zone *zone, notch_buffer *to)
{
  uint8_t head[ENCODED_HEAD] = {'N', 'Z', '1', 0};
  put_little(head + 4, zone->count, 4);
  notch_buffer_put(to, head, sizeof head);
  for (uint32_t i = 0; i < zone->count; i++) {
    uint8_t item[ENCODED_ITEM];
    put_little(item, (uint64_t)zone->at_s[i], 8);
    put_little(item + 8, (uint32_t)zone->offset_s[i], 4);
    notch_buffer_put(to, item, sizeof item);
  }
}

bool notch_zone_decode(notch_zone *out, const void *bytes, size_t size, notch_arena *program)
{
  const uint8_t *from = bytes;
  if (size < ENCODED_HEAD || memcmp(from, "NZ1", 4) != 0)
    return false;
  uint32_t count = (uint32_t)get_little(from + 4, 4);
  if (count == 0 || count > ENCODED_COUNT_MAX ||
      size != ENCODED_HEAD + (size_t)count * ENCODED_ITEM)
    return false;
  int64_t *at_s = NOTCH_NEW_ARRAY(program, int64_t, count);
  int32_t *offset_s = NOTCH_NEW_ARRAY(program, int32_t, count);
  if (at_s == NULL || offset_s == NULL)
    return false;
  from += ENCODED_HEAD;
  for (uint32_t i = 0; i < count; i++, from += ENCODED_ITEM) {
    at_s[i] = (int64_t)get_little(from, 8);
    offset_s[i] = (int32_t)(uint32_t)get_little(from + 8, 4);
    if (offset_s[i] < -OFFSET_S_MAX || offset_s[i] > OFFSET_S_MAX)
      return false;
    if (i == 0 ? at_s[0] != INT64_MIN
               : at_s[i] <= at_s[i - 1] || at_s[i] < -AT_S_MAX || at_s[i] > AT_S_MAX)
      return false;
  }
  *out = (notch_zone){count, at_s, offset_s};
  return true;
}
