/*
 * check/presence.c -- what a condition proves where it holds: values present, ranges, orders.
 *
 * Facts are immutable lists, so an environment keeps its own by keeping a pointer.
 */
#include <config.h>

#include "check/checker.h"

#define FACT_STEPS_MAX 20000 /* in one expression; past it facts are only not found */

static const notch_expr *inside(const notch_expr *expr)
{
  while (expr->op == NOTCH_EXPR_LET) expr = expr->args[0];
  return expr;
}

bool notch_expr_equal(const notch_expr *left, const notch_expr *right)
{
  if (!left || !right) return left == right;
  bool shared = left->op == NOTCH_EXPR_LET || right->op == NOTCH_EXPR_LET;
  left = inside(left);
  right = inside(right);
  if (left == right) return true;
  if (shared && left->arg_count) return false; /* never walk shared parts over and over */
  if (left->op != right->op || left->type.kind != right->type.kind ||
      left->type.of != right->type.of || left->a != right->a || left->b != right->b ||
      left->window != right->window || left->arg_count != right->arg_count)
    return false;
  if (left->op == NOTCH_EXPR_CONST) {
    if (left->type.kind == NOTCH_TYPE_TEXT)
      return notch_text_equal(notch_value_text(left->value), notch_value_text(right->value));
    if (left->value.n != right->value.n || left->value.d != right->value.d) return false;
  }
  for (uint32_t i = 0; i < left->arg_count; i++)
    if (!notch_expr_equal(left->args[i], right->args[i])) return false;
  return true;
}

notch_expr_op notch_expr_negated(notch_expr_op op)
{
  switch (op) {
  case NOTCH_EXPR_LT: return NOTCH_EXPR_GE;
  case NOTCH_EXPR_LE: return NOTCH_EXPR_GT;
  case NOTCH_EXPR_GT: return NOTCH_EXPR_LE;
  case NOTCH_EXPR_GE: return NOTCH_EXPR_LT;
  case NOTCH_EXPR_EQ: return NOTCH_EXPR_NE;
  default: return NOTCH_EXPR_EQ;
  }
}

bool notch_known_present(const notch_env *env, const notch_expr *expr)
{
  for (const notch_known *known = env->known; known; known = known->next)
    if (known->kind == NOTCH_KNOWN_PRESENT && notch_expr_equal(known->leaf, expr)) return true;
  return false;
}

notch_range notch_known_range(const notch_env *env, const notch_expr *expr)
{
  notch_range range = expr->range;
  if (expr->op == NOTCH_EXPR_CONST) return range;
  for (const notch_known *known = env->known; known; known = known->next)
    if (known->kind == NOTCH_KNOWN_RANGE && notch_expr_equal(known->leaf, expr))
      range = notch_range_meet(range, known->range);
  return range;
}

bool notch_known_order(const notch_env *env, const notch_expr *high, const notch_expr *low)
{
  for (const notch_known *known = env->known; known; known = known->next)
    if (known->kind == NOTCH_KNOWN_ORDER && notch_expr_equal(known->leaf, high) &&
        notch_expr_equal(known->lower, low))
      return true;
  return false;
}

static const notch_known *put(notch_checker *c, const notch_known *rest, int kind,
                              const notch_expr *leaf)
{
  notch_known *known = NOTCH_NEW(c->scratch, notch_known);
  known->next = rest;
  known->kind = kind;
  known->leaf = leaf;
  return known;
}

static const notch_known *put_range(notch_checker *c, const notch_known *rest,
                                    const notch_expr *leaf, notch_range range)
{
  notch_known *known = (notch_known *)put(c, rest, NOTCH_KNOWN_RANGE, leaf);
  known->range = range;
  return known;
}

static const notch_known *put_order(notch_checker *c, const notch_known *rest,
                                    const notch_expr *high, const notch_expr *low)
{
  notch_known *known = (notch_known *)put(c, rest, NOTCH_KNOWN_ORDER, high);
  known->lower = low;
  return known;
}

/* The facts of both lists that hold whichever of the two conditions it was. */
static const notch_known *either(notch_checker *c, const notch_known *left,
                                 const notch_known *right, const notch_known *rest)
{
  for (; left; left = left->next)
    for (const notch_known *other = right; other; other = other->next) {
      if (other->kind != left->kind || !notch_expr_equal(other->leaf, left->leaf)) continue;
      if (left->kind == NOTCH_KNOWN_PRESENT)
        rest = put(c, rest, NOTCH_KNOWN_PRESENT, left->leaf);
      else if (left->kind == NOTCH_KNOWN_RANGE)
        rest = put_range(c, rest, left->leaf, notch_range_hull(left->range, other->range));
    }
  return rest;
}

static const notch_known *compared(notch_checker *c, notch_expr_op op, const notch_expr *left,
                                   const notch_expr *right, const notch_known *rest)
{
  notch_range low = notch_range_all(), high = notch_range_all();
  low.has_low = true;
  high.has_high = true;
  if (op == NOTCH_EXPR_GT || op == NOTCH_EXPR_GE || op == NOTCH_EXPR_EQ) {
    if (right->range.has_low && left->op != NOTCH_EXPR_CONST) {
      low.low = right->range.low;
      rest = put_range(c, rest, left, low);
    }
    if (left->range.has_high && right->op != NOTCH_EXPR_CONST) {
      high.high = left->range.high;
      rest = put_range(c, rest, right, high);
    }
    if (left->op != NOTCH_EXPR_CONST && right->op != NOTCH_EXPR_CONST)
      rest = put_order(c, rest, left, right);
  }
  if (op == NOTCH_EXPR_LT || op == NOTCH_EXPR_LE || op == NOTCH_EXPR_EQ) {
    if (right->range.has_high && left->op != NOTCH_EXPR_CONST) {
      high.high = right->range.high;
      rest = put_range(c, rest, left, high);
    }
    if (left->range.has_low && right->op != NOTCH_EXPR_CONST) {
      low.low = left->range.low;
      rest = put_range(c, rest, right, low);
    }
    if (left->op != NOTCH_EXPR_CONST && right->op != NOTCH_EXPR_CONST)
      rest = put_order(c, rest, right, left);
  }
  return rest;
}

static const notch_known *both(notch_checker *c, const notch_expr *condition, bool truth,
                               const notch_known *rest)
{
  rest = notch_known_when(c, condition->args[0], truth, rest);
  return notch_known_when(c, condition->args[1], truth, rest);
}

static const notch_known *one_of(notch_checker *c, const notch_expr *condition, bool truth,
                                 const notch_known *rest)
{
  const notch_expr *left = condition->args[0], *right = condition->args[1];
  notch_range never = notch_range_flag(!truth, !truth);
  if (notch_range_compare(NOTCH_EXPR_EQ, left->range, never).low.num == 1)
    return notch_known_when(c, right, truth, rest);
  if (notch_range_compare(NOTCH_EXPR_EQ, right->range, never).low.num == 1)
    return notch_known_when(c, left, truth, rest);
  return either(c, notch_known_when(c, left, truth, NULL), notch_known_when(c, right, truth, NULL),
                rest);
}

const notch_known *notch_known_when(notch_checker *c, const notch_expr *condition, bool truth,
                                    const notch_known *rest)
{
  condition = inside(condition);
  if (++c->fact_steps > FACT_STEPS_MAX) return rest;
  switch (condition->op) {
  case NOTCH_EXPR_NOT:
    return notch_known_when(c, condition->args[0], !truth, rest);
  case NOTCH_EXPR_AND:
    return truth ? both(c, condition, truth, rest) : one_of(c, condition, truth, rest);
  case NOTCH_EXPR_OR:
    return truth ? one_of(c, condition, truth, rest) : both(c, condition, truth, rest);
  case NOTCH_EXPR_IF: {
    const notch_known *then = notch_known_when(c, condition->args[0], true, NULL);
    const notch_known *otherwise = notch_known_when(c, condition->args[0], false, NULL);
    return either(c, notch_known_when(c, condition->args[1], truth, then),
                  notch_known_when(c, condition->args[2], truth, otherwise), rest);
  }
  case NOTCH_EXPR_KNOWN:
    return truth ? put(c, rest, NOTCH_KNOWN_PRESENT, condition->args[0]) : rest;
  case NOTCH_EXPR_BETWEEN:
    if (!truth) return rest;
    rest = compared(c, NOTCH_EXPR_GE, condition->args[0], condition->args[1], rest);
    return compared(c, NOTCH_EXPR_LE, condition->args[0], condition->args[2], rest);
  case NOTCH_EXPR_EQ:
  case NOTCH_EXPR_NE:
  case NOTCH_EXPR_LT:
  case NOTCH_EXPR_LE:
  case NOTCH_EXPR_GT:
  case NOTCH_EXPR_GE: {
    notch_expr_op op = truth ? condition->op : notch_expr_negated(condition->op);
    return compared(c, op, condition->args[0], condition->args[1], rest);
  }
  case NOTCH_EXPR_FIELD:
  case NOTCH_EXPR_ITEM:
  case NOTCH_EXPR_MEMBER_FIELD:
  case NOTCH_EXPR_TABLE:
    return condition->type.kind == NOTCH_TYPE_FLAG
               ? put_range(c, rest, condition, notch_range_flag(truth, truth))
               : rest;
  default:
    return rest;
  }
}
