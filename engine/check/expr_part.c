/* check/expr_part.c -- `month of x`, `weekday of x`, `age of x`, `tier of L`, `years at gold`. */
#include <config.h>

#include "check/checker.h"

static bool is_moment(const notch_expr *expr)
{
  return expr->type.kind == NOTCH_TYPE_MOMENT;
}

static notch_expr *part(notch_checker *c, const notch_tree_node *node, notch_expr_op op,
                        notch_type_kind kind, notch_expr *arg, int low, int high)
{
  notch_expr *expr = notch_expr_new(c, op, notch_type_make(kind, 0), node, 1);
  expr->args[0] = arg;
  expr->whole = kind == NOTCH_TYPE_NUMBER;
  if (low < high) expr->range = notch_range_flag(low, high);
  return expr;
}

static notch_expr *date_of(notch_checker *c, notch_expr *expr, const notch_tree_node *node)
{
  if (!is_moment(expr)) return expr;
  return part(c, node, NOTCH_EXPR_DATE_OF, NOTCH_TYPE_DATE, expr, 0, 0);
}

static notch_expr *date_arg(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_expr *arg = notch_expr_value(c, env, node->first, NULL);
  if (arg->type.kind == NOTCH_TYPE_ERROR) return NULL;
  if (arg->type.kind != NOTCH_TYPE_DATE && !is_moment(arg)) {
    CHECK_REPORT(c, node, NOT_A_DATE, notch_type_describe(c, arg->type));
    return NULL;
  }
  return date_of(c, arg, node);
}

static notch_expr *unit_of(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_expr *arg;
  switch ((notch_unit)node->detail) {
  case NOTCH_UNIT_YEAR:
    arg = date_arg(c, env, node);
    return arg ? part(c, node, NOTCH_EXPR_YEAR_OF, NOTCH_TYPE_NUMBER, arg, 1, 9999)
               : notch_expr_error(c, node);
  case NOTCH_UNIT_MONTH:
    arg = date_arg(c, env, node);
    return arg ? part(c, node, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_MONTHNAME, arg, 1, 12)
               : notch_expr_error(c, node);
  case NOTCH_UNIT_DAY:
    arg = date_arg(c, env, node);
    return arg ? part(c, node, NOTCH_EXPR_DAY_OF, NOTCH_TYPE_NUMBER, arg, 1, 31)
               : notch_expr_error(c, node);
  case NOTCH_UNIT_HOUR:
    arg = notch_expr_value(c, env, node->first, NULL);
    if (arg->type.kind == NOTCH_TYPE_ERROR) return arg;
    if (!is_moment(arg) && arg->type.kind != NOTCH_TYPE_TIME) {
      CHECK_REPORT(c, node, HOUR_OF_WHAT, notch_type_describe(c, arg->type));
      return notch_expr_error(c, node);
    }
    return part(c, node, NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, arg, 0, 23);
  default:
    CHECK_REPORT(c, node, NO_SUCH_PART, notch_text_of(notch_unit_word((notch_unit)node->detail)));
    return notch_expr_error(c, node);
  }
}

static notch_expr *named_of(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  bool weekday = notch_text_equal(node->text, NOTCH_TEXT("weekday"));
  if (!weekday && !notch_text_equal(node->text, NOTCH_TEXT("age"))) {
    CHECK_REPORT(c, node, NO_SUCH_PART, node->text);
    return notch_expr_error(c, node);
  }
  notch_expr *arg = date_arg(c, env, node);
  if (!arg) return notch_expr_error(c, node);
  if (weekday) return part(c, node, NOTCH_EXPR_WEEKDAY_OF, NOTCH_TYPE_WEEKDAY, arg, 0, 6);
  return part(c, node, NOTCH_EXPR_AGE_OF, NOTCH_TYPE_NUMBER, arg, 0, 0);
}

static bool state_allowed(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_text words = notch_source_slice(notch_check_source(c, node), node->span);
  if (env->constant)
    CHECK_REPORT(c, node, NOT_CONSTANT);
  else if (env->only_input)
    CHECK_REPORT(c, node, INPUT_ONLY, env->only_input, words);
  else
    return true;
  return false;
}

static notch_expr *tier_of(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_symbol *ladder = notch_scope_need(c, env->names, node, NOTCH_SYMBOL_LADDER);
  if (!ladder || !state_allowed(c, env, node)) return notch_expr_error(c, node);
  int top = (int)c->program->ladders[ladder->index].tier_count - 1;
  return notch_expr_leaf(c, env, NOTCH_EXPR_TIER, notch_type_make(NOTCH_TYPE_TIER, ladder->index),
                         node, ladder->index, 0, NOTCH_NONE, notch_range_flag(0, top));
}

static notch_expr *units_at(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_symbol *tier = notch_scope_need(c, env->names, node, NOTCH_SYMBOL_TIER);
  if (!tier || !state_allowed(c, env, node)) return notch_expr_error(c, node);
  if (node->detail != NOTCH_UNIT_YEAR) {
    CHECK_REPORT(c, node, YEARS_ONLY, notch_unit_word((notch_unit)node->detail));
    return notch_expr_error(c, node);
  }
  uint32_t ever = node->kind == NOTCH_AST_UNITS_AT_EVER;
  notch_expr *expr = notch_expr_leaf(c, env, NOTCH_EXPR_YEARS_AT,
                                     notch_type_make(NOTCH_TYPE_NUMBER, 0), node, tier->index,
                                     tier->rank * 2 + ever, NOTCH_NONE, notch_range_at_least(0));
  expr->whole = true;
  return expr;
}

notch_expr *notch_expr_part_of(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node)
{
  if (node->kind == NOTCH_AST_UNIT_OF) return unit_of(c, env, node);
  if (node->kind == NOTCH_AST_OF) return named_of(c, env, node);
  if (node->kind == NOTCH_AST_TIER_OF) return tier_of(c, env, node);
  return units_at(c, env, node);
}
