/* check/shop.c -- what points buy: rewards and payments. */
#include <config.h>

#include "check/checker.h"

static notch_text owner_of(notch_checker *c, const char *kind, notch_text name)
{
  return notch_arena_format(c->arena, "%s %.*s", kind, (int)name.length, name.bytes);
}

static void read_costs(notch_checker *c, const notch_item *item, notch_reward *reward,
                       const notch_env *env)
{
  const notch_tree_node *clause = notch_check_once(c, item->node, NOTCH_AST_REWARD_COSTS, "costs");
  reward->costs = reward->costs_points = NOTCH_NONE;
  if (!clause) return;
  const notch_tree_node *node = clause->first;
  notch_expr *costs = notch_expr_value(c, env, node, NULL);
  if (costs->type.kind == NOTCH_TYPE_POINTS) {
    reward->costs = notch_root_in(c, env, costs);
    reward->costs_points = costs->type.of;
    notch_text name = c->program->points[costs->type.of].decl.name;
    if (!notch_range_not_negative(costs->range))
      notch_suggest_not_negative(c, clause, costs);
    if (!costs->whole) CHECK_REPORT(c, node, COSTS_WHOLE, name);
    if (c->program->points[costs->type.of].qualifying)
      CHECK_REPORT(c, node, QUALIFYING_SPENT, name);
  } else if (costs->type.kind != NOTCH_TYPE_ERROR) {
    CHECK_REPORT(c, node, WRONG_UNIT_HERE, "points", notch_type_describe(c, costs->type));
  }
  const notch_tree_node *plus = notch_tree_find(clause, NOTCH_AST_COSTS_PLUS);
  if (plus)
    notch_literal_money(c, item->names, plus->first, &reward->plus_currency, &reward->plus_money);
}

static void check_reward(notch_checker *c, const notch_item *item, notch_reward *reward)
{
  const notch_tree_node *node = item->node, *clause;
  reward->decl = notch_decl_of(c, item);
  notch_env env = notch_env_make(item->names, NOTCH_PLACE_REWARD, NOTCH_NONE);
  reward->when = reward->partner = NOTCH_NONE;
  clause = notch_check_once(c, node, NOTCH_AST_REWARD_WHEN, "when");
  if (clause) {
    notch_expr *condition = notch_expr_condition(c, &env, clause->first);
    reward->when = notch_root_in(c, &env, condition);
    env.known = notch_known_when(c, condition, true, NULL);
  }
  read_costs(c, item, reward, &env);
  notch_terms terms = {.expiry_while = NOTCH_NONE, .pending_event = NOTCH_NONE};
  notch_terms_read(c, item->names, node, &terms);
  reward->terms = notch_terms_add(c, &terms);
  reward->stock = -1;
  clause = notch_check_once(c, node, NOTCH_AST_REWARD_STOCK, "stock");
  if (clause)
    notch_literal_count(c, clause, clause->text, 0, INT64_C(1000000000000), &reward->stock);
  clause = notch_check_once(c, node, NOTCH_AST_REWARD_VALID, "valid for");
  if (clause) notch_literal_duration(c, clause->first, &reward->valid_for);
  clause = notch_check_once(c, node, NOTCH_AST_HOLD_FOR, "hold for");
  if (clause) notch_literal_duration(c, clause->first, &reward->hold_for);
  notch_literal_effective(c, notch_check_once(c, node, NOTCH_AST_EFFECTIVE, "effective"),
                          &reward->from_us, &reward->to_us);
  clause = notch_check_once(c, node, NOTCH_AST_FUNDED_BY, "funded by");
  notch_symbol *partner = clause ? notch_scope_need(c, item->names, clause, NOTCH_SYMBOL_PARTNER)
                                 : NULL;
  if (partner) reward->partner = partner->index;
  clause = notch_check_once(c, node, NOTCH_AST_BECAUSE, "because");
  if (clause) reward->because = notch_arena_text(c->arena, clause->text);
  notch_limits_of of = {.names = item->names, .envs = &env, .env_count = 1,
                        .owner = owner_of(c, "reward", reward->decl.name)};
  notch_limit_read(c, &of, node, &reward->limit_count, &reward->limits);
}

/* A bound of a payment: in points or in money. */
static void read_bound(notch_checker *c, const notch_item *item, const notch_payment *payment,
                       const notch_tree_node *clause, int64_t *points, int64_t *money)
{
  notch_type unit;
  int64_t amount;
  if (!clause || !notch_literal_amount(c, item->names, clause->first, &unit, &amount)) return;
  if (unit.kind == NOTCH_TYPE_POINTS && unit.of == payment->points)
    *points = amount;
  else if (unit.kind == NOTCH_TYPE_MONEY && unit.of == payment->currency)
    *money = amount;
  else
    CHECK_REPORT(c, clause, OWN_POINTS, c->program->points[payment->points].decl.name);
}

static void read_share(notch_checker *c, const notch_item *item, notch_payment *payment,
                       const notch_env *env)
{
  const notch_tree_node *clause = notch_check_once(c, item->node, NOTCH_AST_PAYMENT_MAXIMUM_SHARE,
                                                   "maximum of");
  payment->maximum_of = NOTCH_NONE;
  if (!clause) return;
  notch_expr *share = notch_expr_check(c, env, notch_tree_child(clause, 0), NULL);
  notch_expr *of = notch_expr_value(c, env, notch_tree_child(clause, 1), NULL);
  of = notch_expr_want(c, of, notch_type_make(NOTCH_TYPE_MONEY, payment->currency),
                       notch_tree_child(clause, 1), "the bill");
  payment->has_maximum_share = true;
  payment->maximum_share = notch_value_rational(share->value);
  payment->maximum_of = notch_root_in(c, env, of);
}

static bool read_rate(notch_checker *c, const notch_item *item, notch_payment *payment)
{
  const notch_tree_node *pay = notch_check_once(c, item->node, NOTCH_AST_PAYMENT_PAY, "pay");
  if (!pay) {
    CHECK_REPORT(c, item->node, PAYMENT_WITHOUT_RATE, item->node->text);
    return false;
  }
  if (!notch_literal_money(c, item->names, notch_tree_child(pay, 0), &payment->currency,
                           &payment->money) ||
      !notch_literal_points(c, item->names, notch_tree_child(pay, 1), &payment->points,
                            &payment->points_amount))
    return false;
  notch_text name = c->program->points[payment->points].decl.name;
  if (payment->money <= 0 || payment->points_amount <= 0) CHECK_REPORT(c, pay, STEP_POSITIVE);
  if (c->program->points[payment->points].qualifying)
    CHECK_REPORT(c, pay, QUALIFYING_SPENT, name);
  return true;
}

static void check_payment(notch_checker *c, const notch_item *item, notch_payment *payment)
{
  const notch_tree_node *node = item->node, *clause;
  payment->decl = notch_decl_of(c, item);
  payment->when = payment->maximum_of = NOTCH_NONE;
  payment->from_us = INT64_MIN;
  payment->to_us = INT64_MAX;
  if (!read_rate(c, item, payment)) return;
  notch_env env = notch_env_make(item->names, NOTCH_PLACE_PAYMENT, NOTCH_NONE);
  clause = notch_check_once(c, node, NOTCH_AST_PAYMENT_WHEN, "when");
  if (clause) {
    notch_expr *condition = notch_expr_condition(c, &env, clause->first);
    payment->when = notch_root_in(c, &env, condition);
    env.known = notch_known_when(c, condition, true, NULL);
  }
  read_bound(c, item, payment, notch_check_once(c, node, NOTCH_AST_PAYMENT_MINIMUM, "minimum"),
             &payment->minimum, &payment->minimum_money);
  read_bound(c, item, payment, notch_check_once(c, node, NOTCH_AST_PAYMENT_MAXIMUM, "maximum"),
             &payment->maximum, &payment->maximum_money);
  read_share(c, item, payment, &env);
  int64_t money = 0;
  clause = notch_check_once(c, node, NOTCH_AST_PAYMENT_STEPS, "steps of");
  read_bound(c, item, payment, clause, &payment->steps, &money);
  if (money) CHECK_REPORT(c, clause, OWN_POINTS, c->program->points[payment->points].decl.name);
  if (payment->minimum && payment->maximum && payment->minimum > payment->maximum)
    CHECK_REPORT(c, node, MINIMUM_ABOVE_MAXIMUM);
  clause = notch_check_once(c, node, NOTCH_AST_HOLD_FOR, "hold for");
  if (clause) notch_literal_duration(c, clause->first, &payment->hold_for);
  notch_literal_effective(c, notch_check_once(c, node, NOTCH_AST_EFFECTIVE, "effective"),
                          &payment->from_us, &payment->to_us);
  clause = notch_check_once(c, node, NOTCH_AST_ON_RETURN, "on return");
  payment->on_return = clause ? (notch_on_return)clause->detail : NOTCH_RETURN_RECOMPUTE;
  clause = notch_check_once(c, node, NOTCH_AST_BECAUSE, "because");
  if (clause) payment->because = notch_arena_text(c->arena, clause->text);
  notch_limits_of of = {.names = item->names, .envs = &env, .env_count = 1,
                        .owner = owner_of(c, "payment", payment->decl.name)};
  notch_limit_read(c, &of, node, &payment->limit_count, &payment->limits);
}

void notch_shop_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->reward_count; i++)
    check_reward(c, &c->items[NOTCH_SYMBOL_REWARD].items[i], &c->program->rewards[i]);
  for (uint32_t i = 0; i < c->program->payment_count; i++)
    check_payment(c, &c->items[NOTCH_SYMBOL_PAYMENT].items[i], &c->program->payments[i]);
}
