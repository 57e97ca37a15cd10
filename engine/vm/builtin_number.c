/* vm/builtin_number.c -- exact arithmetic where a fraction, an overflow or a unit is in play. */
#include <config.h>

#include "vm/builtin.h"

#include <assert.h>

/* Dividing by zero is told apart before; false here is always a result that does not fit. */
notch_eval notch_builtin_arithmetic(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  (void)m;
  notch_value a = r[at->a], b = at->op == NOTCH_OP_NEG ? NOTCH_VALUE(0) : r[at->b];
  if (a.d == 0 || b.d == 0)
    return NOTCH_EVAL_MISSING;
  notch_rational left = notch_value_rational(a), right = notch_value_rational(b), result;
  bool fits = false;
  switch ((int)at->op) {
  case NOTCH_OP_ADD: fits = notch_rational_add(&result, left, right); break;
  case NOTCH_OP_SUB: fits = notch_rational_sub(&result, left, right); break;
  case NOTCH_OP_MUL: fits = notch_rational_mul(&result, left, right); break;
  case NOTCH_OP_NEG: fits = notch_rational_sub(&result, right, left); break;
  case NOTCH_OP_DIV:
    if (right.num == 0)
      return NOTCH_EVAL_DIVISION_BY_ZERO;
    fits = notch_rational_div(&result, left, right);
    break;
  }
  if (!fits)
    return NOTCH_EVAL_OVERFLOW;
  r[at->to] = notch_value_of(result);
  return NOTCH_EVAL_OK;
}

/* floor(left / right) without rounding in between; false: it does not fit. */
static bool floor_of_quotient(int64_t *out, notch_rational left, notch_rational right)
{
  assert(right.num != 0);
  __int128 over = (__int128)left.num * right.den;
  __int128 under = (__int128)left.den * right.num;
  __int128 whole = over / under - ((over % under != 0) && ((over < 0) != (under < 0)));
  if (whole < INT64_MIN || whole > INT64_MAX)
    return false;
  *out = (int64_t)whole;
  return true;
}

static bool round_to(notch_rational *out, notch_rational value, notch_rational step,
                     notch_rounding_mode mode)
{
  notch_rational quotient;
  int64_t whole;
  return notch_rational_div(&quotient, value, step) &&
         notch_rational_round(&whole, quotient, mode) &&
         notch_rational_mul(out, NOTCH_INTEGER(whole), step);
}

/* STEPS, REMAINDER, FLOOR, ROUND */
notch_eval notch_builtin_whole(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  (void)m;
  if (r[at->a].d == 0 || r[at->b].d == 0)
    return NOTCH_EVAL_MISSING;
  notch_rational value = notch_value_rational(r[at->a]), step = notch_value_rational(r[at->b]);
  notch_rational result;
  int64_t whole;
  if (step.num == 0)
    return NOTCH_EVAL_DIVISION_BY_ZERO;
  if (at->op == NOTCH_OP_ROUND) {
    if (!round_to(&result, value, step, (notch_rounding_mode)at->c))
      return NOTCH_EVAL_OVERFLOW;
    r[at->to] = notch_value_of(result);
    return NOTCH_EVAL_OK;
  }
  if (!floor_of_quotient(&whole, value, step))
    return NOTCH_EVAL_OVERFLOW;
  result = NOTCH_INTEGER(whole);
  if (at->op != NOTCH_OP_STEPS && !notch_rational_mul(&result, result, step))
    return NOTCH_EVAL_OVERFLOW;
  if (at->op == NOTCH_OP_REMAINDER && !notch_rational_sub(&result, value, result))
    return NOTCH_EVAL_OVERFLOW;
  r[at->to] = notch_value_of(result);
  return NOTCH_EVAL_OK;
}

/* MIN, MAX; LARGEST and SMALLEST take what is in `to`, where missing means none yet. */
notch_eval notch_builtin_extreme(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  (void)m;
  bool running = at->op == NOTCH_OP_LARGEST || at->op == NOTCH_OP_SMALLEST;
  bool smallest = at->op == NOTCH_OP_MIN || at->op == NOTCH_OP_SMALLEST;
  notch_value left = running ? r[at->to] : r[at->b], right = r[at->a];
  if (right.d == 0 || (left.d == 0 && !running))
    return NOTCH_EVAL_MISSING;
  if (left.d != 0) {
    int order = notch_rational_compare(notch_value_rational(left), notch_value_rational(right));
    if (smallest ? order <= 0 : order >= 0)
      right = left;
  }
  r[at->to] = right;
  return NOTCH_EVAL_OK;
}
