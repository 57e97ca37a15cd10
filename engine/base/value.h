/*
 * base/value.h -- one value as the machine, events and member fields hold it.
 *
 *   number, percent, multiplier   reduced rational n/d
 *   money                         n/d minor units of its currency (exact; posted sums are whole)
 *   points                        n/d smallest units of its kind
 *   flag                          n = 0 or 1           date      n = day number
 *   choice                        n = index of value   time      n = second of day
 *   tier                          n = rank, 0 lowest   moment    n = microseconds UTC
 *   duration                      n = microseconds     days/months  n = count (do not mix)
 *   text                          n = (intptr_t)const notch_text *
 *   list, set of text             n = (intptr_t)const notch_list *
 *   member                        n = (intptr_t)const notch_text *, the member's id
 * d == 0 means missing (only where the type is optional); else d is 1 unless a rational.
 */
#ifndef NOTCH_BASE_VALUE_H
#define NOTCH_BASE_VALUE_H

#include "base/rational.h"

typedef struct notch_value {
  int64_t n, d;
} notch_value;

typedef struct notch_list {
  uint32_t count; /* items */
  uint32_t width; /* values per item: the record's fields; 1 for a set */
  notch_value *values; /* count * width, item by item */
} notch_list;

#define NOTCH_MISSING ((notch_value){0, 0})
#define NOTCH_VALUE(integer) ((notch_value){(integer), 1})

static inline notch_text notch_value_text(notch_value value)
{
  return *(const notch_text *)(intptr_t)value.n;
}
static inline const notch_list *notch_value_list(notch_value value)
{
  return (const notch_list *)(intptr_t)value.n;
}
static inline notch_rational notch_value_rational(notch_value value)
{
  return (notch_rational){value.n, value.d};
}
static inline notch_value notch_value_of(notch_rational rational)
{
  return (notch_value){rational.num, rational.den};
}

#endif
