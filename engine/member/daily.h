/*
 * member/daily.h -- sums of whole days: of a measure on a day, of what a limit used in the period
 * that begins on one.
 *
 * They stand in the order of their keys, so by days, and each key once.  The order of what came on
 * one day is not kept: nothing that is asked of them depends on it.
 */
#ifndef NOTCH_MEMBER_DAILY_H
#define NOTCH_MEMBER_DAILY_H

#include "member/state.h"

#define NOTCH_DAILY_SUBJECTS 256           /* numbers of measures, or of limits, are below it */
#define NOTCH_DAILY_END (INT32_C(1) << 23) /* of days, 22,900 years on; as far back they begin */
#define NOTCH_DAY_BASE (-NOTCH_DAILY_END)  /* stands for all that is older than any window */

/* False: it does not fit; *key is the lowest of all. */
static inline bool notch_daily_key(uint32_t subject, int32_t day, int32_t *key)
{
  if (subject >= NOTCH_DAILY_SUBJECTS || day < -NOTCH_DAILY_END || day >= NOTCH_DAILY_END) {
    *key = INT32_MIN;
    return false;
  }
  *key = day * NOTCH_DAILY_SUBJECTS + (int32_t)subject;
  return true;
}

static inline int32_t notch_daily_day(const notch_daily *of)
{
  return of->key >> 8; /* compilers of today keep the sign */
}
_Static_assert(NOTCH_DAILY_SUBJECTS == 1 << 8, "the day is what is left");

static inline uint32_t notch_daily_subject(const notch_daily *of)
{
  return (uint32_t)of->key % NOTCH_DAILY_SUBJECTS;
}

/* Where a key stands, or would be put.  Looked for from the newest back. */
static inline uint32_t notch_daily_place(const notch_daily *items, uint32_t count, int32_t key,
                                         bool *found)
{
  uint32_t at = count;
  while (at > 0 && items[at - 1].key > key) {
    at--;
  }
  *found = at > 0 && items[at - 1].key == key;
  return *found ? at - 1 : at;
}

/* The last of `count` has just been added, for what belongs at `at`. */
static inline void notch_daily_put(notch_daily *items, uint32_t count, uint32_t at,
                                   notch_daily added)
{
  for (uint32_t i = count - 1; i > at; i--) {
    items[i] = items[i - 1];
  }
  items[at] = added;
}

static inline void notch_daily_remove(notch_daily *items, uint32_t *count, uint32_t at)
{
  for (--*count; at < *count; at++) {
    items[at] = items[at + 1];
  }
}

#endif
