/* base/text.c -- comparing, hashing and validating slices of UTF-8. */
#include <config.h>

#include "base/text.h"

#include <assert.h>
#include <string.h>

#define DISTANCE_POINTS_MAX 64u /* longer names are not worth guessing at */

notch_text notch_text_of(const char *terminated)
{
  if (terminated == NULL)
    return (notch_text){NULL, 0};
  size_t length = strlen(terminated);
  assert(length <= UINT32_MAX);
  return (notch_text){terminated, (uint32_t)length};
}

/* UTF-8 was made so that the order of bytes is the order of code points. */
int notch_text_compare(notch_text left, notch_text right)
{
  uint32_t shared = left.length < right.length ? left.length : right.length;
  int order = shared == 0 ? 0 : memcmp(left.bytes, right.bytes, shared);
  if (order != 0)
    return order < 0 ? -1 : 1;
  return (left.length > right.length) - (left.length < right.length);
}

uint64_t notch_text_hash(notch_text text)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (uint32_t i = 0; i < text.length; i++) {
    hash ^= (unsigned char)text.bytes[i];
    hash *= UINT64_C(0x100000001b3);
  }
  return hash;
}

/* Bytes of the well-formed sequence at `bytes`, 0 when there is none (RFC 3629, table in 4). */
static uint32_t sequence_length(const unsigned char *bytes, uint32_t left)
{
  unsigned char lead = bytes[0], low = 0x80, high = 0xBF;
  uint32_t length;
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > left)
    return 0;
  switch (lead) {
  case 0xE0: low = 0xA0; break;  /* overlong */
  case 0xED: high = 0x9F; break; /* surrogates */
  case 0xF0: low = 0x90; break;  /* overlong */
  case 0xF4: high = 0x8F; break; /* past U+10FFFF */
  default: break;
  }
  if (bytes[1] < low || bytes[1] > high)
    return 0;
  for (uint32_t i = 2; i < length; i++)
    if ((bytes[i] & 0xC0) != 0x80)
      return 0;
  return length;
}

uint32_t notch_text_find_bad_utf8(notch_text text)
{
  const unsigned char *bytes = (const unsigned char *)text.bytes;
  uint32_t i = 0;
  while (i < text.length) {
    if (text.length - i >= 8) { /* most text is ASCII: eight bytes at a time */
      uint64_t word;
      memcpy(&word, bytes + i, sizeof word);
      if ((word & UINT64_C(0x8080808080808080)) == 0) {
        i += 8;
        continue;
      }
    }
    uint32_t length = sequence_length(bytes + i, text.length - i);
    if (length == 0)
      return i;
    i += length;
  }
  return text.length;
}

/* Code points of `text`, or DISTANCE_POINTS_MAX + 1 when there are more or the text is broken. */
static unsigned split_points(uint32_t points[DISTANCE_POINTS_MAX], notch_text text)
{
  const unsigned char *bytes = (const unsigned char *)text.bytes;
  unsigned count = 0;
  for (uint32_t i = 0; i < text.length;) {
    uint32_t length = sequence_length(bytes + i, text.length - i);
    if (length == 0 || count == DISTANCE_POINTS_MAX)
      return DISTANCE_POINTS_MAX + 1;
    uint32_t point = length == 1 ? bytes[i] : bytes[i] & (0x7Fu >> length);
    for (uint32_t k = 1; k < length; k++)
      point = point << 6 | (bytes[i + k] & 0x3Fu);
    points[count++] = point;
    i += length;
  }
  return count;
}

/*
 * Optimal string alignment: a swap of neighbours counts as one edit, because "teir" is the
 * commonest way to miss "tier".
 */
unsigned notch_text_distance(notch_text left, notch_text right, unsigned limit)
{
  uint32_t a[DISTANCE_POINTS_MAX], b[DISTANCE_POINTS_MAX];
  unsigned rows[3][DISTANCE_POINTS_MAX + 1];
  unsigned a_count = split_points(a, left), b_count = split_points(b, right);
  if (a_count > DISTANCE_POINTS_MAX || b_count > DISTANCE_POINTS_MAX)
    return notch_text_equal(left, right) ? 0 : limit + 1;
  unsigned gap = a_count > b_count ? a_count - b_count : b_count - a_count;
  if (gap > limit)
    return limit + 1;

  unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
  for (unsigned j = 0; j <= b_count; j++)
    previous[j] = before[j] = j;
  for (unsigned i = 1; i <= a_count; i++) {
    unsigned best = current[0] = i;
    for (unsigned j = 1; j <= b_count; j++) {
      unsigned cost = previous[j - 1] + (a[i - 1] != b[j - 1]);
      if (previous[j] + 1 < cost)
        cost = previous[j] + 1;
      if (current[j - 1] + 1 < cost)
        cost = current[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && before[j - 2] + 1 < cost)
        cost = before[j - 2] + 1;
      current[j] = cost;
      if (cost < best)
        best = cost;
    }
    /* A swap reaches back two rows, so one bad row alone does not settle it. */
    if (best > limit + 1)
      return limit + 1;
    unsigned *spare = before;
    before = previous;
    previous = current;
    current = spare;
  }
  return previous[b_count] <= limit ? previous[b_count] : limit + 1;
}
