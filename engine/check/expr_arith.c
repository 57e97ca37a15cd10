/* check/expr_arith.c -- + - * / and rates: units agree, ranges are worked out, constants folded. */
#include <config.h>

#include "check/checker.h"

static bool fold(notch_expr_op op, notch_rational *out, notch_rational left, notch_rational right)
{
  switch (op) {
  case NOTCH_EXPR_ADD: return notch_rational_add(out, left, right);
  case NOTCH_EXPR_SUB: return notch_rational_sub(out, left, right);
  case NOTCH_EXPR_MUL: return notch_rational_mul(out, left, right);
  default: return notch_rational_div(out, left, right);
  }
}

static notch_range range_of(notch_expr_op op, notch_range left, notch_range right, bool *overflows)
{
  notch_range range;
  switch (op) {
  case NOTCH_EXPR_ADD:
  case NOTCH_EXPR_SUB:
    range = op == NOTCH_EXPR_ADD ? notch_range_add(left, right) : notch_range_sub(left, right);
    *overflows = notch_range_bounded(left) && notch_range_bounded(right) &&
                 !notch_range_bounded(range);
    return range;
  case NOTCH_EXPR_MUL:
    return notch_range_mul(left, right, overflows);
  default:
    return notch_range_div(left, right, overflows);
  }
}

notch_expr *notch_expr_combine(notch_checker *c, notch_expr_op op, notch_type type,
                               const notch_tree_node *node, notch_expr *left, notch_expr *right)
{
  notch_rational value;
  if (left->type.kind == NOTCH_TYPE_ERROR || right->type.kind == NOTCH_TYPE_ERROR)
    return notch_expr_error(c, node);
  if (left->op == NOTCH_EXPR_CONST && right->op == NOTCH_EXPR_CONST &&
      fold(op, &value, notch_value_rational(left->value), notch_value_rational(right->value)))
    return notch_expr_rational(c, type, node, value);
  notch_expr *expr = notch_expr_new(c, op, type, node, 2);
  bool overflows = false;
  expr->args[0] = left;
  expr->args[1] = right;
  expr->range = range_of(op, left->range, right->range, &overflows);
  expr->whole = op != NOTCH_EXPR_DIV && left->whole && right->whole;
  if (overflows) CHECK_REPORT(c, node, MAY_OVERFLOW);
  return expr;
}

static void units_differ(notch_checker *c, const notch_tree_node *node, const notch_expr *left,
                         const notch_expr *right)
{
  CHECK_REPORT(c, node, UNITS_DIFFER, notch_type_describe(c, left->type),
               notch_type_describe(c, right->type));
  if (left->type.kind == NOTCH_TYPE_MONEY && right->type.kind == NOTCH_TYPE_MONEY) {
    notch_text to = c->program->currencies[left->type.of].code;
    notch_diag_note(c->diag, NULL, node->span, "`convert(x, %t)` uses the rate of the day", to);
  }
}

static notch_expr *to_date(notch_checker *c, notch_expr *expr, const notch_tree_node *node)
{
  if (expr->type.kind != NOTCH_TYPE_MOMENT) return expr;
  notch_expr *date = notch_expr_new(c, NOTCH_EXPR_DATE_OF, notch_type_make(NOTCH_TYPE_DATE, 0),
                                    node, 1);
  date->args[0] = expr;
  return date;
}

static notch_expr *negative(notch_checker *c, notch_expr *expr, const notch_tree_node *node)
{
  if (expr->op == NOTCH_EXPR_CONST)
    return notch_expr_const(c, expr->type, node, NOTCH_VALUE(-expr->value.n));
  notch_expr *negated = notch_expr_new(c, NOTCH_EXPR_NEG, expr->type, node, 1);
  negated->args[0] = expr;
  return negated;
}

/* A date or moment and a duration; or two points in time.  NULL: not about time. */
static notch_expr *time_arith(notch_checker *c, const notch_tree_node *node, notch_expr_op op,
                              notch_expr *left, notch_expr *right)
{
  bool date = left->type.kind == NOTCH_TYPE_DATE, moment = left->type.kind == NOTCH_TYPE_MOMENT;
  if (!date && !moment) return NULL;
  notch_expr_op made = NOTCH_EXPR_COUNT;
  notch_type type = notch_type_make((notch_type_kind)left->type.kind, 0);
  bool apart = right->type.kind == NOTCH_TYPE_DATE || right->type.kind == NOTCH_TYPE_MOMENT;
  if (apart && op == NOTCH_EXPR_SUB) {
    bool exact = moment && right->type.kind == NOTCH_TYPE_MOMENT;
    if (!exact) {
      left = to_date(c, left, node);
      right = to_date(c, right, node);
    }
    made = exact ? NOTCH_EXPR_TIME_BETWEEN : NOTCH_EXPR_DAYS_BETWEEN;
    type = notch_type_make(exact ? NOTCH_TYPE_DURATION : NOTCH_TYPE_DAYS, 0);
  } else if (right->type.kind == NOTCH_TYPE_DAYS) {
    made = NOTCH_EXPR_ADD_DAYS;
  } else if (right->type.kind == NOTCH_TYPE_MONTHS) {
    made = NOTCH_EXPR_ADD_MONTHS;
  } else if (right->type.kind == NOTCH_TYPE_DURATION && moment) {
    made = NOTCH_EXPR_ADD_EXACT;
  }
  if (made == NOTCH_EXPR_COUNT) return NULL;
  if (!apart && op == NOTCH_EXPR_SUB) right = negative(c, right, node);
  notch_expr *expr = notch_expr_new(c, made, type, node, 2);
  expr->args[0] = left;
  expr->args[1] = right;
  return expr;
}

static bool is_duration(notch_type type)
{
  return type.kind == NOTCH_TYPE_DAYS || type.kind == NOTCH_TYPE_MONTHS ||
         type.kind == NOTCH_TYPE_DURATION;
}

static notch_expr *add(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                       notch_expr_op op, notch_expr *left, notch_expr *right)
{
  if (op == NOTCH_EXPR_ADD && is_duration(left->type) && !is_duration(right->type)) {
    notch_expr *swap = left;
    left = right;
    right = swap;
  }
  notch_expr *made = time_arith(c, node, op, left, right);
  if (made) return made;
  bool fits = notch_type_same(left->type, right->type) &&
              (notch_type_is_rational(left->type) || is_duration(left->type));
  if (!fits) {
    units_differ(c, node, left, right);
    return notch_expr_error(c, node);
  }
  made = notch_expr_combine(c, op, left->type, node, left, right);
  if (op == NOTCH_EXPR_SUB && notch_known_order(env, left, right))
    made->range = notch_range_meet(made->range, notch_range_at_least(0));
  return made;
}

static notch_expr *multiply(notch_checker *c, const notch_tree_node *node, notch_expr *left,
                            notch_expr *right)
{
  bool left_number = left->type.kind == NOTCH_TYPE_NUMBER;
  bool right_number = right->type.kind == NOTCH_TYPE_NUMBER;
  if (left_number && (notch_type_is_rational(right->type) ||
                      (is_duration(right->type) && left->op == NOTCH_EXPR_CONST &&
                       right->op == NOTCH_EXPR_CONST && left->value.d == 1)))
    return notch_expr_combine(c, NOTCH_EXPR_MUL, right->type, node, left, right);
  if (right_number && notch_type_is_rational(left->type))
    return notch_expr_combine(c, NOTCH_EXPR_MUL, left->type, node, left, right);
  if (left->type.kind == NOTCH_TYPE_ERROR || right->type.kind == NOTCH_TYPE_ERROR)
    return notch_expr_error(c, node);
  CHECK_REPORT(c, node, NOT_MULTIPLIED, notch_type_describe(c, left->type),
               notch_type_describe(c, right->type));
  return notch_expr_error(c, node);
}

static void watch_zero(notch_checker *c, const notch_tree_node *node, const notch_expr *divisor)
{
  if (divisor->op == NOTCH_EXPR_CONST && divisor->value.n == 0)
    CHECK_REPORT(c, node, DIVIDED_BY_ZERO);
  else if (notch_range_bounded(divisor->range) && notch_range_has_zero(divisor->range))
    CHECK_REPORT(c, node, DIVISOR_MAY_BE_ZERO,
                 notch_source_slice(notch_check_source(c, node), node->span));
}

static notch_expr *divide(notch_checker *c, const notch_tree_node *node, notch_expr *left,
                          notch_expr *right)
{
  if (left->type.kind == NOTCH_TYPE_ERROR || right->type.kind == NOTCH_TYPE_ERROR)
    return notch_expr_error(c, node);
  if (notch_type_is_rational(left->type) && notch_type_is_rational(right->type)) {
    watch_zero(c, notch_tree_child(node, 1), right);
    if (right->type.kind == NOTCH_TYPE_NUMBER)
      return notch_expr_combine(c, NOTCH_EXPR_DIV, left->type, node, left, right);
    if (notch_type_same(left->type, right->type))
      return notch_expr_combine(c, NOTCH_EXPR_DIV, notch_type_make(NOTCH_TYPE_NUMBER, 0), node,
                                left, right);
  }
  CHECK_REPORT(c, node, NOT_DIVIDED, notch_type_describe(c, left->type),
               notch_type_describe(c, right->type));
  return notch_expr_error(c, node);
}

notch_expr *notch_expr_arith(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint)
{
  (void)hint;
  notch_expr *left = notch_expr_value(c, env, notch_tree_child(node, 0), NULL);
  notch_expr *right = notch_expr_value(c, env, notch_tree_child(node, 1), NULL);
  switch ((notch_ast_arith)node->detail) {
  case NOTCH_ARITH_ADD:
    return add(c, env, node, NOTCH_EXPR_ADD, left, right);
  case NOTCH_ARITH_SUB:
    return add(c, env, node, NOTCH_EXPR_SUB, left, right);
  case NOTCH_ARITH_MUL:
    return multiply(c, node, left, right);
  case NOTCH_ARITH_DIV:
    break;
  }
  return divide(c, node, left, right);
}

notch_expr *notch_expr_negate(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_expr *arg = notch_expr_value(c, env, node->first, NULL);
  if (arg->type.kind == NOTCH_TYPE_ERROR) return arg;
  if (!notch_type_is_rational(arg->type) && !is_duration(arg->type)) {
    CHECK_REPORT(c, node, NOT_A_NUMBER, notch_type_describe(c, arg->type));
    return notch_expr_error(c, node);
  }
  notch_rational value;
  if (arg->op == NOTCH_EXPR_CONST &&
      notch_rational_sub(&value, NOTCH_INTEGER(0), notch_value_rational(arg->value)))
    return notch_expr_rational(c, arg->type, node, value);
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_NEG, arg->type, node, 1);
  expr->args[0] = arg;
  expr->whole = arg->whole;
  expr->range = notch_range_sub(notch_range_of(NOTCH_INTEGER(0), NOTCH_INTEGER(0)), arg->range);
  return expr;
}

static notch_range steps_range(notch_range of, notch_rational step)
{
  bool overflows = false;
  notch_range range = notch_range_div(of, notch_range_of(step, step), &overflows);
  return notch_range_round(range, 1, NOTCH_ROUND_DOWN);
}

/* `A per [full] B of x`: x / B (whole steps) times A. */
notch_expr *notch_expr_rate(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  const notch_tree_node *x_node = notch_tree_child(node, 2);
  notch_expr *gained = notch_expr_value(c, env, notch_tree_child(node, 0), NULL);
  notch_expr *step = notch_expr_value(c, env, notch_tree_child(node, 1), NULL);
  notch_expr *x = notch_expr_value(c, env, x_node, NULL);
  if (gained->type.kind == NOTCH_TYPE_ERROR || step->type.kind == NOTCH_TYPE_ERROR ||
      x->type.kind == NOTCH_TYPE_ERROR)
    return notch_expr_error(c, node);
  if (!notch_type_is_rational(gained->type) || !notch_type_is_rational(step->type)) {
    CHECK_REPORT(c, node, RATE_OF_AMOUNTS);
    return notch_expr_error(c, node);
  }
  if (!notch_type_same(step->type, x->type)) {
    notch_text words = notch_source_slice(notch_check_source(c, x_node), x_node->span);
    CHECK_REPORT(c, x_node, RATE_UNITS, words, notch_type_describe(c, x->type),
                 notch_type_describe(c, step->type));
    return notch_expr_error(c, node);
  }
  if (step->op != NOTCH_EXPR_CONST || step->value.n <= 0) {
    CHECK_REPORT(c, notch_tree_child(node, 1), STEP_POSITIVE);
    return notch_expr_error(c, node);
  }
  notch_type number = notch_type_make(NOTCH_TYPE_NUMBER, 0);
  notch_expr *steps;
  if (node->detail == 1) {
    steps = notch_expr_new(c, NOTCH_EXPR_STEPS, number, node, 2);
    steps->args[0] = x;
    steps->args[1] = step;
    steps->whole = true;
    steps->range = steps_range(x->range, notch_value_rational(step->value));
  } else {
    steps = notch_expr_combine(c, NOTCH_EXPR_DIV, number, node, x, step);
  }
  return notch_expr_combine(c, NOTCH_EXPR_MUL, gained->type, node, steps, gained);
}
