/*
 * code/fold.c -- values that are known before any event; what would fail is left to fail later.
 *
 * Every level of an expression asks again for what is below it, so the look is DEPTH_MAX deep: a
 * sum of a hundred thousand terms must not take ten thousand million steps.
 */
#include <config.h>

#include "code/emit.h"

#include <assert.h>

enum { DEPTH_MAX = 32 };

static bool fold(const notch_expr *expr, unsigned depth, notch_value *out);

static bool is_text(const notch_expr *expr)
{
  return notch_kind_of_type(&expr->type) != NOTCH_KIND_PLAIN;
}

static bool fold_arithmetic(notch_expr_op op, notch_rational left, notch_rational right,
                            notch_rational *out)
{
  if (op == NOTCH_EXPR_ADD)
    return notch_rational_add(out, left, right);
  if (op == NOTCH_EXPR_SUB)
    return notch_rational_sub(out, left, right);
  if (op == NOTCH_EXPR_MUL)
    return notch_rational_mul(out, left, right);
  if (op == NOTCH_EXPR_DIV)
    return right.num != 0 && notch_rational_div(out, left, right);
  assert(op == NOTCH_EXPR_MIN || op == NOTCH_EXPR_MAX);
  bool left_wins = (notch_rational_compare(left, right) <= 0) == (op == NOTCH_EXPR_MIN);
  *out = left_wins ? left : right;
  return true;
}

/* From the right: a long chain of operators leans to the left, and its right operands are short. */
static bool fold_chain(const notch_expr *expr, unsigned depth, notch_value *out)
{
  notch_value values[2];
  if (expr->arg_count != 2)
    return false;
  for (uint32_t i = 2; i-- > 0;)
    if (!fold(expr->args[i], depth, &values[i]) || values[i].d == 0)
      return false;
  notch_rational sum;
  if (!fold_arithmetic(expr->op, notch_value_rational(values[0]), notch_value_rational(values[1]),
                       &sum))
    return false;
  *out = notch_value_of(sum);
  return true;
}

static bool fold_comparison(const notch_expr *expr, unsigned depth, notch_value *out)
{
  notch_value left, right;
  assert(expr->arg_count == 2);
  if (is_text(expr->args[0]) || !fold(expr->args[1], depth, &right) ||
      !fold(expr->args[0], depth, &left) || left.d == 0 || right.d == 0)
    return false;
  int order = notch_rational_compare(notch_value_rational(left), notch_value_rational(right));
  notch_expr_op op = expr->op;
  bool holds = op == NOTCH_EXPR_EQ   ? order == 0
               : op == NOTCH_EXPR_NE ? order != 0
               : op == NOTCH_EXPR_LT ? order < 0
               : op == NOTCH_EXPR_LE ? order <= 0
               : op == NOTCH_EXPR_GT ? order > 0
                                     : order >= 0;
  *out = NOTCH_VALUE(holds);
  return true;
}

/* What decides alone is enough: `no and x` is no, whatever x is. */
static bool fold_logic(const notch_expr *expr, unsigned depth, notch_value *out)
{
  bool decisive = expr->op == NOTCH_EXPR_OR;
  notch_value right, left;
  bool right_known = fold(expr->args[1], depth, &right) && right.d != 0;
  if (!fold(expr->args[0], depth, &left) || left.d == 0)
    return false;
  if ((left.n != 0) == decisive)
    *out = NOTCH_VALUE(decisive);
  else if (right_known)
    *out = right;
  else
    return false;
  return true;
}

static bool fold_negation(const notch_expr *expr, unsigned depth, notch_value *out)
{
  notch_value value;
  if (!fold(expr->args[0], depth, &value) || value.d == 0)
    return false;
  if (expr->op == NOTCH_EXPR_NOT) {
    *out = NOTCH_VALUE(value.n == 0);
    return true;
  }
  if (value.n == INT64_MIN)
    return false;
  *out = (notch_value){-value.n, value.d};
  return true;
}

static bool fold(const notch_expr *expr, unsigned depth, notch_value *out)
{
  notch_value condition;
  if (depth > DEPTH_MAX)
    return false;
  switch ((int)expr->op) {
  case NOTCH_EXPR_CONST: *out = expr->value; return true;
  case NOTCH_EXPR_LET: return fold(expr->args[0], depth + 1, out);
  case NOTCH_EXPR_ADD:
  case NOTCH_EXPR_SUB:
  case NOTCH_EXPR_MUL:
  case NOTCH_EXPR_DIV:
  case NOTCH_EXPR_MIN:
  case NOTCH_EXPR_MAX: return fold_chain(expr, depth + 1, out);
  case NOTCH_EXPR_EQ:
  case NOTCH_EXPR_NE:
  case NOTCH_EXPR_LT:
  case NOTCH_EXPR_LE:
  case NOTCH_EXPR_GT:
  case NOTCH_EXPR_GE: return fold_comparison(expr, depth + 1, out);
  case NOTCH_EXPR_AND:
  case NOTCH_EXPR_OR: return fold_logic(expr, depth + 1, out);
  case NOTCH_EXPR_NEG:
  case NOTCH_EXPR_NOT: return fold_negation(expr, depth + 1, out);
  case NOTCH_EXPR_IF:
    return fold(expr->args[0], depth + 1, &condition) && condition.d != 0 &&
           fold(expr->args[condition.n != 0 ? 1 : 2], depth + 1, out);
  }
  return false; /* it reads something, or is not worth the trouble */
}

bool notch_code_fold(const notch_expr *expr, notch_value *out)
{
  return fold(expr, 0, out);
}
