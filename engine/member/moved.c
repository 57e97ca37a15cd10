/* member/moved.c -- the numbers of what merges moved. */
#include <config.h>

#include "member/moved.h"

int64_t notch_moved_first(const notch_moved *moved, uint32_t count, int64_t number)
{
  for (uint32_t i = count; i > 0; i--) { /* what is asked for was mostly moved last */
    if (moved[i - 1].to == number) {
      return moved[i - 1].first;
    }
  }
  return number;
}

int64_t notch_first_lot(const notch_original *original, int64_t lot)
{
  return notch_moved_first(original->lots, original->lot_count, lot);
}

int64_t notch_first_grant(const notch_original *original, int64_t grant)
{
  return notch_moved_first(original->grants, original->grant_count, grant);
}

int64_t notch_moved_lot(const notch_original *original, int64_t lot, uint32_t *index)
{
  while (*index <= original->lot_count) {
    uint32_t at = (*index)++;
    if (at == 0 || original->lots[at - 1].first == lot) {
      return at == 0 ? lot : original->lots[at - 1].to;
    }
  }
  return 0;
}
