/* base/rational.c -- reduced fractions, where the short ways of rational.h do not do. */
#include <config.h>

#include "base/rational.h"

#include <assert.h>

typedef unsigned __int128 wide;

static uint64_t magnitude(int64_t value)
{
  return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* Euclid's algorithm: the first division already brings both to the smaller one's size. */
static uint64_t euclid(uint64_t a, uint64_t b)
{
  while (b > 1) { /* 1 needs no division more, and most end there */
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return b == 1 ? 1 : a;
}

/* Denominators of money and of percentages have no factors but 2 and 5: those need no division by
 * anything that the compiler does not know. */
static uint64_t gcd(uint64_t a, uint64_t b)
{
  if (a == 1 || b == 1) /* of a whole number, or one part: half of all */
    return 1;
  if (a == 0 || b == 0)
    return a + b;
  int of_a = __builtin_ctzll(a), of_b = __builtin_ctzll(b);
  uint64_t fives = 1;
  a >>= of_a;
  b >>= of_b;
  while (b % 5 == 0) {
    b /= 5;
    if (a % 5 == 0) {
      a /= 5;
      fives *= 5;
    }
  }
  return (b == 1 ? fives : fives * euclid(a, b)) << (of_a < of_b ? of_a : of_b);
}

static wide gcd_wide(wide a, wide b)
{
  while (b != 0) {
    if (a <= UINT64_MAX && b <= UINT64_MAX)
      return gcd((uint64_t)a, (uint64_t)b);
    wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

bool notch_rational_make(notch_rational *out, __int128 num, __int128 den)
{
  if (den == 0)
    return false;
  bool negative = (num < 0) != (den < 0);
  wide n = num < 0 ? 0 - (wide)num : (wide)num;
  wide d = den < 0 ? 0 - (wide)den : (wide)den;
  wide common = gcd_wide(n, d);
  n /= common;
  d /= common;
  wide limit = negative ? (wide)INT64_MAX + 1 : (wide)INT64_MAX;
  if (n > limit || d > (wide)INT64_MAX)
    return false;
  *out = (notch_rational){(int64_t)(negative ? -(__int128)n : (__int128)n), (int64_t)d};
  return true;
}

/* |sum| < 2^127, since each product is below 2^126. */
static bool add_wide(notch_rational *out, notch_rational left, notch_rational right, bool subtract)
{
  __int128 first = (__int128)left.num * right.den, second = (__int128)right.num * left.den;
  return notch_rational_make(out, subtract ? first - second : first + second,
                             (__int128)left.den * right.den);
}

/*
 * In 64 bits where everything fits, which is nearly always.  Knuth, TAOCP 2, 4.5.1: with
 * g = gcd(b, d), t = a (d/g) + c (b/g), only gcd(t, g) can still be divided out.
 */
bool notch_rational_add_long(notch_rational *out, notch_rational left, notch_rational right,
                             bool subtract)
{
  assert(left.den > 0);
  assert(right.den > 0);
  int64_t common = left.den == right.den
                       ? left.den
                       : (int64_t)gcd((uint64_t)left.den, (uint64_t)right.den);
  int64_t left_den = left.den, right_den = right.den, first, second, sum, den;
  if (common != 1) {
    left_den /= common;
    right_den /= common;
  }
  bool fits = !__builtin_mul_overflow(left.num, right_den, &first) &&
              !__builtin_mul_overflow(right.num, left_den, &second) &&
              !(subtract ? __builtin_sub_overflow(first, second, &sum)
                         : __builtin_add_overflow(first, second, &sum));
  if (!fits)
    return add_wide(out, left, right, subtract);
  right_den = right.den;
  if (common != 1) {
    int64_t shared = (int64_t)gcd((uint64_t)common, magnitude(sum % common));
    sum /= shared;
    right_den /= shared;
  }
  if (__builtin_mul_overflow(left_den, right_den, &den))
    return add_wide(out, left, right, subtract);
  *out = (notch_rational){sum, den};
  return true;
}

bool notch_rational_mul_long(notch_rational *out, notch_rational left, notch_rational right)
{
  assert(left.den > 0);
  assert(right.den > 0);
  if (left.num == 0 || right.num == 0) {
    *out = NOTCH_INTEGER(0);
    return true;
  }
  /* Reduced operands: dividing crosswise leaves a reduced product.  den > 0 bounds both gcds. */
  int64_t one = (int64_t)gcd(magnitude(left.num), (uint64_t)right.den);
  int64_t two = (int64_t)gcd(magnitude(right.num), (uint64_t)left.den);
  int64_t num, den;
  if (one != 1) {
    left.num /= one;
    right.den /= one;
  }
  if (two != 1) {
    right.num /= two;
    left.den /= two;
  }
  if (__builtin_mul_overflow(left.num, right.num, &num) ||
      __builtin_mul_overflow(left.den, right.den, &den))
    return notch_rational_make(out, (__int128)left.num * right.num,
                               (__int128)left.den * right.den);
  *out = (notch_rational){num, den};
  return true;
}

bool notch_rational_div(notch_rational *out, notch_rational left, notch_rational right)
{
  assert(left.den > 0);
  assert(right.den > 0);
  if (right.num == 0)
    return false;
  if (right.num > 0)
    return notch_rational_mul(out, left, (notch_rational){right.den, right.num});
  return notch_rational_make(out, (__int128)left.num * right.den, (__int128)left.den * right.num);
}

/*
 * Rounding is symmetrical: up and half-up go away from zero below zero, so that what a return
 * takes back is what the award gave.
 */
bool notch_rational_round(int64_t *out, notch_rational value, notch_rounding_mode mode)
{
  assert(value.den > 0);
  int64_t whole = value.num / value.den;
  uint64_t rest = magnitude(value.num % value.den);
  if (rest != 0) {
    uint64_t other = (uint64_t)value.den - rest; /* rest against half, without doubling */
    bool away = false;
    switch (mode) {
    case NOTCH_ROUND_DOWN: break;
    case NOTCH_ROUND_UP: away = true; break;
    case NOTCH_ROUND_HALF_UP: away = rest >= other; break;
    case NOTCH_ROUND_HALF_EVEN: away = rest > other || (rest == other && whole % 2 != 0); break;
    }
    if (away)
      whole += value.num < 0 ? -1 : 1; /* den >= 2 here, so this cannot overflow */
  }
  *out = whole;
  return true;
}
