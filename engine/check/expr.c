/* check/expr.c -- expressions: making nodes, and the way from a tree node to a checked one. */
#include <config.h>

#include "check/checker.h"

#define DEPTH_MAX 600       /* of one expression, definitions put in */
#define NODES_OF_ROOT 50000 /* likewise */
#define NODES_TOTAL 1500000

notch_env notch_env_make(notch_names *names, notch_place place, uint32_t event)
{
  return (notch_env){.names = names,
                     .place = place,
                     .event = event,
                     .record = NOTCH_NONE,
                     .rule = NOTCH_NONE,
                     .no_draws = "only a rule draws"};
}

notch_expr *notch_expr_new(notch_checker *c, notch_expr_op op, notch_type type,
                           const notch_tree_node *node, uint32_t arg_count)
{
  notch_expr *expr = NOTCH_NEW(c->arena, notch_expr);
  expr->op = op;
  expr->type = type;
  expr->source = node->source;
  expr->span = node->span;
  expr->window = NOTCH_NONE;
  expr->value = NOTCH_MISSING;
  expr->range = type.kind == NOTCH_TYPE_FLAG ? notch_range_flag(0, 1) : notch_range_all();
  expr->arg_count = arg_count;
  c->nodes_of_root++;
  c->nodes_total++;
  if (arg_count) expr->args = NOTCH_NEW_ARRAY(c->arena, notch_expr *, arg_count);
  return expr;
}

notch_expr *notch_expr_leaf(notch_checker *c, const notch_env *env, notch_expr_op op,
                            notch_type type, const notch_tree_node *node, uint32_t a, uint32_t b,
                            uint32_t window, notch_range range)
{
  notch_expr *expr = notch_expr_new(c, op, type, node, 0);
  expr->a = a;
  expr->b = b;
  expr->window = window;
  expr->range = range;
  if (type.kind == NOTCH_TYPE_FLAG) expr->range = notch_range_flag(0, 1);
  expr->range = notch_known_range(env, expr);
  return expr;
}

notch_expr *notch_expr_const(notch_checker *c, notch_type type, const notch_tree_node *node,
                             notch_value value)
{
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_CONST, type, node, 0);
  expr->value = value;
  if (type.kind != NOTCH_TYPE_TEXT && type.kind != NOTCH_TYPE_SET && value.d > 0)
    expr->range = notch_range_of(notch_value_rational(value), notch_value_rational(value));
  expr->whole = value.d == 1;
  return expr;
}

notch_expr *notch_expr_rational(notch_checker *c, notch_type type, const notch_tree_node *node,
                                notch_rational value)
{
  return notch_expr_const(c, type, node, notch_value_of(value));
}

notch_expr *notch_expr_error(notch_checker *c, const notch_tree_node *node)
{
  return notch_expr_const(c, notch_type_make(NOTCH_TYPE_ERROR, 0), node, NOTCH_VALUE(0));
}

notch_expr *notch_expr_flag_error(notch_checker *c, const notch_tree_node *node)
{
  notch_expr *broken = notch_expr_error(c, node);
  broken->range = notch_range_flag(0, 1);
  return broken;
}

notch_expr *notch_expr_need(notch_checker *c, const notch_env *env, notch_expr *expr,
                            const notch_tree_node *node)
{
  if (!expr->type.optional) return expr;
  if (!notch_known_present(env, expr)) {
    notch_text words = notch_source_slice(notch_check_source(c, node), node->span);
    CHECK_REPORT(c, node, MAY_BE_MISSING, words, words);
  }
  notch_expr *present = NOTCH_NEW(c->arena, notch_expr);
  *present = *expr;
  present->type.optional = false;
  return present;
}

static notch_expr *check_if(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                            const notch_type *hint)
{
  notch_expr *condition = notch_expr_condition(c, env, notch_tree_child(node, 0));
  notch_env branch = *env;
  branch.known = notch_known_when(c, condition, true, env->known);
  notch_expr *then = notch_expr_value(c, &branch, notch_tree_child(node, 1), hint);
  branch.known = notch_known_when(c, condition, false, env->known);
  notch_expr *otherwise = notch_expr_value(c, &branch, notch_tree_child(node, 2), hint);
  notch_type type = then->type.kind == NOTCH_TYPE_ERROR ? otherwise->type : then->type;
  if (!notch_type_same(then->type, otherwise->type)) {
    CHECK_REPORT(c, node, BRANCHES_DIFFER, notch_type_describe(c, then->type),
                 notch_type_describe(c, otherwise->type));
    return notch_expr_error(c, node);
  }
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_IF, type, node, 3);
  expr->args[0] = condition;
  expr->args[1] = then;
  expr->args[2] = otherwise;
  expr->whole = then->whole && otherwise->whole;
  if (condition->range.low.num == 1)
    expr->range = then->range;
  else if (condition->range.high.num == 0)
    expr->range = otherwise->range;
  else
    expr->range = notch_range_hull(then->range, otherwise->range);
  return expr;
}

static notch_expr *check_logic(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node)
{
  bool is_and = node->kind == NOTCH_AST_AND;
  if (!is_and && notch_suggest_one_of(c, env, node))
    return notch_expr_flag_error(c, node);
  notch_expr *left = notch_expr_condition(c, env, notch_tree_child(node, 0));
  notch_env next = *env;
  next.known = notch_known_when(c, left, is_and, env->known);
  notch_expr *right = notch_expr_condition(c, &next, notch_tree_child(node, 1));
  notch_expr *expr = notch_expr_new(c, is_and ? NOTCH_EXPR_AND : NOTCH_EXPR_OR,
                                    notch_type_make(NOTCH_TYPE_FLAG, 0), node, 2);
  expr->args[0] = left;
  expr->args[1] = right;
  bool low = is_and ? left->range.low.num && right->range.low.num
                    : left->range.low.num || right->range.low.num;
  bool high = is_and ? left->range.high.num && right->range.high.num
                     : left->range.high.num || right->range.high.num;
  expr->range = notch_range_flag(low, high);
  return expr;
}

static notch_expr *check_not(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_NOT, notch_type_make(NOTCH_TYPE_FLAG, 0), node,
                                    1);
  notch_expr *arg = expr->args[0] = notch_expr_condition(c, env, node->first);
  expr->range = notch_range_flag(!arg->range.high.num, !arg->range.low.num);
  return expr;
}

static notch_expr *check_known(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node)
{
  notch_type flag = notch_type_make(NOTCH_TYPE_FLAG, 0);
  notch_expr *arg = notch_expr_check(c, env, node->first, NULL);
  if (arg->type.kind == NOTCH_TYPE_ERROR) return notch_expr_const(c, flag, node, NOTCH_VALUE(1));
  if (!arg->type.optional) {
    CHECK_REPORT(c, node, ALWAYS_KNOWN,
                 notch_source_slice(notch_check_source(c, node->first), node->first->span));
    return notch_expr_const(c, flag, node, NOTCH_VALUE(node->detail == 1));
  }
  notch_expr *known = notch_expr_new(c, NOTCH_EXPR_KNOWN, flag, node, 1);
  known->args[0] = arg;
  if (notch_known_present(env, arg)) known->range = notch_range_flag(1, 1);
  if (node->detail == 1) return known;
  notch_expr *expr = notch_expr_new(c, NOTCH_EXPR_NOT, flag, node, 1);
  expr->args[0] = known;
  expr->range = notch_range_flag(!known->range.high.num, !known->range.low.num);
  return expr;
}

static notch_expr *dispatch(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                            const notch_type *hint)
{
  switch (node->kind) {
  case NOTCH_AST_OR:
  case NOTCH_AST_AND:
    return check_logic(c, env, node);
  case NOTCH_AST_NOT:
    return check_not(c, env, node);
  case NOTCH_AST_COMPARE:
    return notch_expr_compare(c, env, node);
  case NOTCH_AST_IN_SET:
    return notch_expr_in_set(c, env, node);
  case NOTCH_AST_IN_RANGE:
    return notch_expr_in_range(c, env, node);
  case NOTCH_AST_CONTAINS:
    return notch_expr_contains(c, env, node);
  case NOTCH_AST_IS_KNOWN:
    return check_known(c, env, node);
  case NOTCH_AST_ARITH:
    return notch_expr_arith(c, env, node, hint);
  case NOTCH_AST_NEGATE:
    return notch_expr_negate(c, env, node);
  case NOTCH_AST_IF:
    return check_if(c, env, node, hint);
  case NOTCH_AST_RATE:
    return notch_expr_rate(c, env, node);
  case NOTCH_AST_PATH:
  case NOTCH_AST_NAME:
    return notch_expr_path(c, env, node, hint);
  case NOTCH_AST_CALL:
    return notch_expr_call(c, env, node);
  case NOTCH_AST_AGGREGATE:
    return notch_expr_aggregate(c, env, node);
  case NOTCH_AST_UNITS_AT:
  case NOTCH_AST_UNITS_AT_EVER:
  case NOTCH_AST_UNIT_OF:
  case NOTCH_AST_OF:
  case NOTCH_AST_TIER_OF:
    return notch_expr_part_of(c, env, node);
  case NOTCH_AST_ERROR:
    return notch_expr_error(c, node);
  default:
    return notch_expr_literal(c, env, node, hint);
  }
}

notch_expr *notch_expr_check(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint)
{
  notch_env deeper = *env;
  if (env->depth == 0) c->nodes_of_root = c->fact_steps = 0;
  if (++deeper.depth > DEPTH_MAX || c->nodes_of_root > NODES_OF_ROOT ||
      c->nodes_total > NODES_TOTAL) {
    if (c->too_large) return notch_expr_error(c, node);
    c->too_large = true; /* once is enough: everything else would only repeat it */
    CHECK_REPORT(c, node, EXPRESSION_TOO_LARGE);
    return notch_expr_error(c, node);
  }
  return dispatch(c, &deeper, node, hint);
}

notch_expr *notch_expr_value(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint)
{
  return notch_expr_need(c, env, notch_expr_check(c, env, node, hint), node);
}

notch_expr *notch_expr_condition(notch_checker *c, const notch_env *env,
                                 const notch_tree_node *node)
{
  notch_expr *expr = notch_expr_value(c, env, node, NULL);
  if (expr->type.kind == NOTCH_TYPE_FLAG) return expr;
  if (expr->type.kind != NOTCH_TYPE_ERROR)
    CHECK_REPORT(c, node, NOT_A_CONDITION, notch_type_describe(c, expr->type));
  return notch_expr_flag_error(c, node);
}

notch_expr *notch_expr_want(notch_checker *c, notch_expr *expr, notch_type want,
                            const notch_tree_node *node, const char *what)
{
  expr = notch_expr_align(c, expr, want);
  if (notch_type_same(expr->type, want)) return expr;
  if (want.kind == NOTCH_TYPE_POINTS && expr->type.kind == NOTCH_TYPE_MONEY)
    notch_suggest_rate(c, node, expr, want);
  else
    CHECK_REPORT(c, node, WRONG_TYPE, notch_text_of(what), notch_type_describe(c, expr->type),
                 notch_type_describe(c, want), notch_type_example(c, want));
  return notch_expr_error(c, node);
}

notch_expr *notch_expr_constant(notch_checker *c, notch_names *names, const notch_tree_node *node,
                                notch_type want, bool known_want)
{
  notch_env env = notch_env_make(names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  env.constant = true;
  notch_expr *expr = notch_expr_value(c, &env, node, known_want ? &want : NULL);
  if (known_want) expr = notch_expr_want(c, expr, want, node, "this");
  if (expr->op != NOTCH_EXPR_CONST) {
    CHECK_REPORT(c, node, NOT_CONSTANT);
    return notch_expr_error(c, node);
  }
  return expr;
}

static bool visit_marked(const notch_expr *expr, uint32_t mark,
                         bool (*visit)(void *payload, const notch_expr *expr), void *payload)
{
  if (!expr || expr->mark == mark) return true;
  ((notch_expr *)expr)->mark = mark; /* made by this checker, and not yet shared with anybody */
  if (!visit(payload, expr)) return false;
  for (uint32_t i = 0; i < expr->arg_count; i++)
    if (!visit_marked(expr->args[i], mark, visit, payload)) return false;
  return true;
}

bool notch_expr_visit(notch_checker *c, const notch_expr *expr,
                      bool (*visit)(void *payload, const notch_expr *expr), void *payload)
{
  return visit_marked(expr, ++c->mark, visit, payload);
}

uint32_t notch_root_add(notch_checker *c, const notch_expr *expr, notch_place place,
                        uint32_t event, uint32_t rule)
{
  *notch_vec_push(&c->roots, c->arena) =
      (notch_root){.expr = expr, .place = place, .event = event, .rule = rule};
  return c->roots.count - 1;
}

uint32_t notch_root_in(notch_checker *c, const notch_env *env, const notch_expr *expr)
{
  return notch_root_add(c, expr, env->place, env->event, env->rule);
}
