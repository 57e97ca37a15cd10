/* check/range.c -- intervals of exact numbers: what can be proved about a value. */
#include <config.h>

#include "check/checker.h"

notch_range notch_range_all(void)
{
  return (notch_range){.low = {0, 1}, .high = {0, 1}};
}

notch_range notch_range_at_least(int64_t low)
{
  return (notch_range){.has_low = true, .low = NOTCH_INTEGER(low), .high = {0, 1}};
}

notch_range notch_range_of(notch_rational low, notch_rational high)
{
  return (notch_range){.has_low = true, .has_high = true, .low = low, .high = high};
}

notch_range notch_range_flag(int low, int high)
{
  return notch_range_of(NOTCH_INTEGER(low), NOTCH_INTEGER(high));
}

bool notch_range_bounded(notch_range range)
{
  return range.has_low && range.has_high;
}

bool notch_range_not_negative(notch_range range)
{
  return range.has_low && range.low.num >= 0;
}

bool notch_range_has_zero(notch_range range)
{
  return (!range.has_low || range.low.num <= 0) && (!range.has_high || range.high.num >= 0);
}

bool notch_range_empty(notch_range range)
{
  return notch_range_bounded(range) && notch_rational_compare(range.low, range.high) > 0;
}

notch_range notch_range_meet(notch_range left, notch_range right)
{
  notch_range meet = left;
  if (right.has_low && (!left.has_low || notch_rational_compare(right.low, left.low) > 0)) {
    meet.has_low = true;
    meet.low = right.low;
  }
  if (right.has_high && (!left.has_high || notch_rational_compare(right.high, left.high) < 0)) {
    meet.has_high = true;
    meet.high = right.high;
  }
  return meet;
}

notch_range notch_range_hull(notch_range left, notch_range right)
{
  notch_range hull = left;
  hull.has_low = left.has_low && right.has_low;
  hull.has_high = left.has_high && right.has_high;
  if (notch_rational_compare(right.low, left.low) < 0) hull.low = right.low;
  if (notch_rational_compare(right.high, left.high) > 0) hull.high = right.high;
  return hull;
}

notch_range notch_range_add(notch_range left, notch_range right)
{
  notch_range sum = notch_range_all();
  sum.has_low = left.has_low && right.has_low &&
                notch_rational_add(&sum.low, left.low, right.low);
  sum.has_high = left.has_high && right.has_high &&
                 notch_rational_add(&sum.high, left.high, right.high);
  return sum;
}

notch_range notch_range_sub(notch_range left, notch_range right)
{
  notch_range difference = notch_range_all();
  difference.has_low = left.has_low && right.has_high &&
                       notch_rational_sub(&difference.low, left.low, right.high);
  difference.has_high = left.has_high && right.has_low &&
                        notch_rational_sub(&difference.high, left.high, right.low);
  return difference;
}

static notch_range corners(const notch_rational *values, unsigned count)
{
  notch_range range = notch_range_of(values[0], values[0]);
  for (unsigned i = 1; i < count; i++)
    range = notch_range_hull(range, notch_range_of(values[i], values[i]));
  return range;
}

notch_range notch_range_mul(notch_range left, notch_range right, bool *overflows)
{
  notch_range product = notch_range_all();
  if (notch_range_bounded(left) && notch_range_bounded(right)) {
    notch_rational at[4];
    if (notch_rational_mul(&at[0], left.low, right.low) &&
        notch_rational_mul(&at[1], left.low, right.high) &&
        notch_rational_mul(&at[2], left.high, right.low) &&
        notch_rational_mul(&at[3], left.high, right.high))
      return corners(at, 4);
    *overflows = true;
    return product;
  }
  if (notch_range_not_negative(left) && notch_range_not_negative(right)) {
    product.has_low = notch_rational_mul(&product.low, left.low, right.low);
    if (!product.has_low) product = notch_range_at_least(0);
  }
  return product;
}

notch_range notch_range_div(notch_range left, notch_range right, bool *overflows)
{
  if (notch_range_has_zero(right)) {
    bool from_zero = notch_range_not_negative(right);
    return from_zero && notch_range_not_negative(left) ? notch_range_at_least(0)
                                                       : notch_range_all();
  }
  notch_range inverse = notch_range_all();
  bool positive = notch_range_not_negative(right);
  if (right.has_high) inverse.has_low = notch_rational_div(&inverse.low, NOTCH_INTEGER(1),
                                                           right.high);
  else if (positive) inverse = notch_range_at_least(0);
  if (right.has_low) inverse.has_high = notch_rational_div(&inverse.high, NOTCH_INTEGER(1),
                                                           right.low);
  return notch_range_mul(left, inverse, overflows);
}

static bool round_one(notch_rational *out, notch_rational value, int64_t scale,
                      notch_rounding_mode mode)
{
  notch_rational units;
  int64_t whole;
  return notch_rational_div(&units, value, NOTCH_INTEGER(scale)) &&
         notch_rational_round(&whole, units, mode) &&
         notch_rational_mul(out, NOTCH_INTEGER(whole), NOTCH_INTEGER(scale));
}

notch_range notch_range_round(notch_range range, int64_t scale, notch_rounding_mode mode)
{
  notch_range rounded = notch_range_all();
  rounded.has_low = range.has_low && round_one(&rounded.low, range.low, scale, mode);
  rounded.has_high = range.has_high && round_one(&rounded.high, range.high, scale, mode);
  return rounded;
}

/* -1: no left value is below (or at, where `or_equal`) any right one; 1: all are; 0: some. */
static int below(notch_range left, notch_range right, bool or_equal)
{
  if (left.has_high && right.has_low) {
    int order = notch_rational_compare(left.high, right.low);
    if (order < 0 || (or_equal && order == 0)) return 1;
  }
  if (left.has_low && right.has_high) {
    int order = notch_rational_compare(left.low, right.high);
    if (order > 0 || (!or_equal && order == 0)) return -1;
  }
  return 0;
}

static notch_range verdict(int proved)
{
  return notch_range_flag(proved > 0, proved >= 0);
}

static int equal(notch_range left, notch_range right)
{
  if (below(left, right, false) > 0 || below(right, left, false) > 0) return -1;
  bool single = notch_range_bounded(left) && notch_range_bounded(right) &&
                notch_rational_compare(left.low, left.high) == 0 &&
                notch_rational_compare(right.low, right.high) == 0 &&
                notch_rational_compare(left.low, right.low) == 0;
  return single ? 1 : 0;
}

notch_range notch_range_compare(notch_expr_op op, notch_range left, notch_range right)
{
  if (op == NOTCH_EXPR_LT) return verdict(below(left, right, false));
  if (op == NOTCH_EXPR_LE) return verdict(below(left, right, true));
  if (op == NOTCH_EXPR_GT) return verdict(below(right, left, false));
  if (op == NOTCH_EXPR_GE) return verdict(below(right, left, true));
  if (op == NOTCH_EXPR_EQ) return verdict(equal(left, right));
  if (op == NOTCH_EXPR_NE) return verdict(-equal(left, right));
  return notch_range_flag(0, 1);
}
