/* check/expr_compare.c -- comparisons, ranges and sets: which side tells the other's values. */
#include <config.h>

#include "check/checker.h"

static bool is_bare(const notch_tree_node *node)
{
  if (node->kind != NOTCH_AST_PATH || node->detail != NOTCH_ROOT_NAME) return false;
  return node->count == 1;
}

static bool lends_values(notch_type type)
{
  return type.kind == NOTCH_TYPE_CHOICE || type.kind == NOTCH_TYPE_TIER ||
         type.kind == NOTCH_TYPE_BAND;
}

/* A word beside something broken may be one of its values: nothing is said about it. */
static bool waits_for(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                      const notch_expr *other)
{
  return other->type.kind == NOTCH_TYPE_ERROR && is_bare(node) &&
         !notch_expr_resolves(c, env, node->first->text);
}

/* Both sides; a bare name is looked up among the other side's values first. */
static void sides(notch_checker *c, const notch_env *env, const notch_tree_node *left_node,
                  const notch_tree_node *right_node, notch_expr **left, notch_expr **right)
{
  bool left_waits = is_bare(left_node) &&
                    (!is_bare(right_node) || !notch_expr_resolves(c, env, left_node->first->text));
  if (left_waits) {
    *right = notch_expr_value(c, env, right_node, NULL);
    if (waits_for(c, env, left_node, *right)) {
      *left = notch_expr_error(c, left_node);
      return;
    }
    *left = notch_expr_value(c, env, left_node, lends_values((*right)->type) ? &(*right)->type
                                                                             : NULL);
  } else {
    *left = notch_expr_value(c, env, left_node, NULL);
    if (waits_for(c, env, right_node, *left)) {
      *right = notch_expr_error(c, right_node);
      return;
    }
    *right = notch_expr_value(c, env, right_node, lends_values((*left)->type) ? &(*left)->type
                                                                              : NULL);
  }
  *left = notch_expr_align(c, *left, (*right)->type);
  *right = notch_expr_align(c, *right, (*left)->type);
}

static notch_text slice(const notch_checker *c, const notch_tree_node *node)
{
  return notch_source_slice(notch_check_source(c, node), node->span);
}

/* What the author will have meant by sides of two types; `value` is the right one. */
static void suggest(notch_checker *c, const notch_tree_node *node, const notch_tree_node *value,
                    const notch_expr *left, const notch_expr *right)
{
  if (right->type.kind == NOTCH_TYPE_NUMBER && notch_type_is_rational(left->type)) {
    notch_diag_note(c->diag, NULL, node->span, "write the unit as well, as in `%t`",
                    notch_type_example(c, left->type));
  } else if (lends_values(left->type) && value->kind == NOTCH_AST_STRING) {
    notch_check_fix(c, value, value->text, "write the value as a name, without quotes");
  }
}

static bool comparable(notch_checker *c, const notch_tree_node *node,
                       const notch_tree_node *value, const notch_expr *left,
                       const notch_expr *right, bool ordered)
{
  if (left->type.kind == NOTCH_TYPE_ERROR || right->type.kind == NOTCH_TYPE_ERROR) return false;
  if (!notch_type_same(left->type, right->type)) {
    CHECK_REPORT(c, node, COMPARED_TYPES, notch_type_describe(c, left->type),
                 notch_type_describe(c, right->type));
    suggest(c, node, value, left, right);
    return false;
  }
  if (ordered && !notch_type_is_ordered(left->type)) {
    CHECK_REPORT(c, node, NOT_ORDERED, notch_type_describe(c, left->type));
    return false;
  }
  if (!ordered && (left->type.kind == NOTCH_TYPE_LIST || left->type.kind == NOTCH_TYPE_SET)) {
    CHECK_REPORT(c, node, NOT_COMPARED, notch_type_describe(c, left->type));
    return false;
  }
  return true;
}

notch_expr *notch_expr_compare(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node)
{
  static const notch_expr_op ops[] = {NOTCH_EXPR_EQ, NOTCH_EXPR_NE, NOTCH_EXPR_LT,
                                      NOTCH_EXPR_GT, NOTCH_EXPR_LE, NOTCH_EXPR_GE};
  notch_expr *left, *right;
  if (notch_suggest_any(c, env, node))
    return notch_expr_flag_error(c, node);
  sides(c, env, notch_tree_child(node, 0), notch_tree_child(node, 1), &left, &right);
  bool ordered = node->detail >= NOTCH_COMPARE_LT;
  if (!comparable(c, node, notch_tree_child(node, 1), left, right, ordered))
    return notch_expr_flag_error(c, node);
  notch_expr *expr = notch_expr_new(c, ops[node->detail], notch_type_make(NOTCH_TYPE_FLAG, 0),
                                    node, 2);
  expr->args[0] = left;
  expr->args[1] = right;
  if (left->type.kind != NOTCH_TYPE_TEXT && left->type.kind != NOTCH_TYPE_MEMBER)
    expr->range = notch_range_compare(expr->op, notch_known_range(env, left),
                                      notch_known_range(env, right));
  if (notch_known_order(env, left, right) && expr->op == NOTCH_EXPR_GE)
    expr->range = notch_range_flag(1, 1);
  return expr;
}

notch_expr *notch_expr_in_set(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  if (notch_suggest_any(c, env, node))
    return notch_expr_flag_error(c, node);
  notch_expr *value = notch_expr_value(c, env, node->first, NULL);
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_IN, notch_type_make(NOTCH_TYPE_FLAG, 0), node,
                                    node->count);
  uint32_t count = 0;
  expr->args[count++] = value;
  bool broken = false;
  for (const notch_tree_node *item = node->first->next; item; item = item->next) {
    notch_expr *one = notch_expr_value(c, env, item, lends_values(value->type) ? &value->type
                                                                               : NULL);
    one = notch_expr_align(c, one, value->type);
    if (comparable(c, item, item, value, one, false))
      expr->args[count++] = one;
    else
      broken = true;
  }
  expr->arg_count = count;
  return broken ? notch_expr_flag_error(c, node) : expr;
}

notch_expr *notch_expr_in_range(notch_checker *c, const notch_env *env,
                                const notch_tree_node *node)
{
  const notch_tree_node *value_node = notch_tree_child(node, 0);
  if (notch_suggest_any(c, env, node))
    return notch_expr_flag_error(c, node);
  notch_expr *value = notch_expr_value(c, env, value_node, NULL);
  const notch_type *hint = lends_values(value->type) ? &value->type : NULL;
  notch_expr *low = notch_expr_value(c, env, notch_tree_child(node, 1), hint);
  notch_expr *high = notch_expr_value(c, env, notch_tree_child(node, 2), hint);
  low = notch_expr_align(c, low, value->type);
  high = notch_expr_align(c, high, value->type);
  const notch_tree_node *from = notch_tree_child(node, 1), *to = notch_tree_child(node, 2);
  if (!comparable(c, from, from, value, low, true) || !comparable(c, to, to, value, high, true))
    return notch_expr_flag_error(c, node);
  if (low->op == NOTCH_EXPR_CONST && high->op == NOTCH_EXPR_CONST &&
      notch_rational_compare(low->range.low, high->range.low) > 0)
    CHECK_REPORT(c, node, RANGE_BACKWARDS, slice(c, notch_tree_child(node, 1)),
                 slice(c, notch_tree_child(node, 2)));
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_BETWEEN, notch_type_make(NOTCH_TYPE_FLAG, 0),
                                    node, 3);
  expr->args[0] = value;
  expr->args[1] = low;
  expr->args[2] = high;
  notch_range above = notch_range_compare(NOTCH_EXPR_GE, value->range, low->range);
  notch_range below = notch_range_compare(NOTCH_EXPR_LE, value->range, high->range);
  expr->range = notch_range_flag(above.low.num && below.low.num, above.high.num && below.high.num);
  return expr;
}

notch_expr *notch_expr_contains(notch_checker *c, const notch_env *env,
                                const notch_tree_node *node)
{
  if (notch_suggest_any(c, env, node))
    return notch_expr_flag_error(c, node);
  notch_expr *whole = notch_expr_value(c, env, notch_tree_child(node, 0), NULL);
  notch_expr *part = notch_expr_value(c, env, notch_tree_child(node, 1), NULL);
  if (whole->type.kind == NOTCH_TYPE_ERROR || part->type.kind == NOTCH_TYPE_ERROR)
    return notch_expr_flag_error(c, node);
  if ((whole->type.kind != NOTCH_TYPE_SET && whole->type.kind != NOTCH_TYPE_TEXT) ||
      part->type.kind != NOTCH_TYPE_TEXT) {
    CHECK_REPORT(c, node, CONTAINS_TEXT, notch_type_describe(c, whole->type),
                 notch_type_describe(c, part->type));
    return notch_expr_flag_error(c, node);
  }
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_CONTAINS, notch_type_make(NOTCH_TYPE_FLAG, 0),
                                    node, 2);
  expr->args[0] = whole;
  expr->args[1] = part;
  return expr;
}
