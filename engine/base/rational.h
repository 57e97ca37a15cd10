/*
 * base/rational.h -- exact numbers.
 *
 * A rational is reduced, den > 0.  Products are formed in 128 bits; a result that does not fit
 * two 64-bit integers is an overflow, never a wrap.  den == 0 marks a missing value in VM slots
 * and is never passed to the functions here.  Only what notch_rational_times() gives may not be
 * reduced: the functions here take it, and it overflows where the reduced one would.
 */
#ifndef NOTCH_BASE_RATIONAL_H
#define NOTCH_BASE_RATIONAL_H

#include "base/memory.h"

typedef struct notch_rational {
  int64_t num, den;
} notch_rational;

typedef enum notch_rounding_mode {
  NOTCH_ROUND_DOWN = 0, /* toward zero; only amounts >= 0 are rounded in awards */
  NOTCH_ROUND_UP = 1,
  NOTCH_ROUND_HALF_UP = 2,
  NOTCH_ROUND_HALF_EVEN = 3
} notch_rounding_mode;

#define NOTCH_INTEGER(n) ((notch_rational){(n), 1})

/* Each returns false when the result does not fit (or on division by zero) and leaves *out. */
bool notch_rational_make(notch_rational *out, __int128 num, __int128 den);
/* The long way of the three after it. */
bool notch_rational_add_long(notch_rational *out, notch_rational left, notch_rational right,
                             bool subtract);
bool notch_rational_mul_long(notch_rational *out, notch_rational left, notch_rational right);

/* A fraction stays as reduced as it was when something whole is added to it. */
static inline bool notch_rational_add_or_sub(notch_rational *out, notch_rational left,
                                             notch_rational right, bool subtract)
{
  int64_t first, second, sum;
  bool fits = (left.den == 1 || right.den == 1) &&
              !__builtin_mul_overflow(left.num, right.den, &first) &&
              !__builtin_mul_overflow(right.num, left.den, &second) &&
              !(subtract ? __builtin_sub_overflow(first, second, &sum)
                         : __builtin_add_overflow(first, second, &sum));
  if (!fits)
    return notch_rational_add_long(out, left, right, subtract);
  *out = (notch_rational){sum, left.den * right.den};
  return true;
}
static inline bool notch_rational_add(notch_rational *out, notch_rational left,
                                      notch_rational right)
{
  return notch_rational_add_or_sub(out, left, right, false);
}
static inline bool notch_rational_sub(notch_rational *out, notch_rational left,
                                      notch_rational right)
{
  return notch_rational_add_or_sub(out, left, right, true);
}
static inline bool notch_rational_mul(notch_rational *out, notch_rational left,
                                      notch_rational right)
{
  int64_t product;
  if (left.den != 1 || right.den != 1 || __builtin_mul_overflow(left.num, right.num, &product))
    return notch_rational_mul_long(out, left, right);
  *out = NOTCH_INTEGER(product);
  return true;
}
/* A product on its way to a sum that is rounded: reducing it would take longer than all the rest.
 * Its denominator stays small, so that it leaves room for what comes after it. */
static inline bool notch_rational_times(notch_rational *out, notch_rational left,
                                        notch_rational right)
{
  int64_t num, den;
  if (__builtin_mul_overflow(left.num, right.num, &num) ||
      __builtin_mul_overflow(left.den, right.den, &den) || den > INT32_MAX)
    return notch_rational_mul_long(out, left, right);
  *out = (notch_rational){num, den};
  return true;
}
bool notch_rational_div(notch_rational *out, notch_rational left, notch_rational right);
/* Exact, cannot fail. */
static inline int notch_rational_compare(notch_rational left, notch_rational right)
{
  if (left.den == right.den)
    return (left.num > right.num) - (left.num < right.num);
  __int128 one = (__int128)left.num * right.den;
  __int128 two = (__int128)right.num * left.den;
  return (one > two) - (one < two);
}

static inline int64_t notch_rational_floor(notch_rational value)
{
  assert(value.den > 0);
  if (value.den == 1)
    return value.num;
  return value.num / value.den - (value.num % value.den < 0);
}
bool notch_rational_round(int64_t *out, notch_rational value, notch_rounding_mode mode);

/*
 * Decimal text "-12.50" ('_' between digits allowed when `underscores`) as value * 10^decimals.
 * False: not a decimal number, more fraction digits than `decimals` (unless the rest are zeros:
 * no, "1.500" has three digits), or too large.  *digits (may be NULL): fraction digits seen.
 */
bool notch_decimal_parse(int64_t *out, notch_text text, unsigned decimals, bool underscores,
                         unsigned *digits);
bool notch_decimal_parse_rational(notch_rational *out, notch_text text, bool underscores);
/* A decimal without the zeros behind its point that do not matter ("20.00": "20"); what is none, as
 * it is. */
notch_text notch_decimal_plain(notch_text text);

int64_t notch_power_of_ten(unsigned exponent); /* up to 18 */
/* value / 10^decimals with exactly `decimals` fraction digits: 15000,2 -> "150.00". */
void notch_decimal_print(notch_buffer *to, int64_t value, unsigned decimals);
/* Exact: as a finite decimal where it is one ("10.965"), else "1/3". */
void notch_rational_print(notch_buffer *to, notch_rational value);

#endif
