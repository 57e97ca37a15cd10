/* check/analysis_property.c -- properties: proved or refuted here as far as conditions alone do. */
#include <config.h>

#include "check/analysis.h"

/* What an event can award of a kind at most: every rule on it, factors multiplied out. */
static bool most_of(notch_checker *c, const notch_property *property, uint32_t points,
                    notch_rational *most)
{
  const notch_event_decl *event = &c->program->events[property->event];
  notch_rational *of_rule = NOTCH_NEW_ARRAY(c->scratch, notch_rational, c->program->rule_count + 1);
  *most = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < c->program->rule_count; i++) of_rule[i] = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < event->variant_count; i++) {
    const notch_rule *rule = &c->program->rules[event->variants[i].rule];
    const notch_variant *variant = &rule->variants[event->variants[i].variant];
    notch_rational *total = &of_rule[event->variants[i].rule], part, extra;
    for (uint32_t a = 0; a < rule->action_count; a++) {
      const notch_action *action = &rule->actions[a];
      bool multiplies = action->kind == NOTCH_DO_MULTIPLY;
      if ((action->kind != NOTCH_DO_EARN && !multiplies) || action->points != points) continue;
      notch_range range = c->roots.items[variant->amounts[a]].expr->range;
      if (!range.has_high) return false;
      part = range.high;
      if (multiplies) {
        notch_rational sum = NOTCH_INTEGER(0);
        for (uint32_t r = 0; r < action->rule_count; r++)
          if (!notch_rational_add(&sum, sum, of_rule[action->rules[r]])) return false;
        if (!notch_rational_sub(&extra, range.high, NOTCH_INTEGER(1)) ||
            !notch_rational_mul(&part, sum, extra))
          return false;
        if (part.num < 0) part = NOTCH_INTEGER(0);
      }
      if (!notch_rational_add(total, *total, part)) return false;
    }
    if (!notch_rational_add(most, *most, *total)) return false;
  }
  return true;
}

static bool finds_earned(void *payload, const notch_expr *expr)
{
  bool *found = payload;
  if (expr->op == NOTCH_EXPR_EARNED) *found = true;
  return true;
}

static bool reads_award(notch_checker *c, const notch_expr *expr)
{
  bool found = false;
  notch_expr_visit(c, expr, finds_earned, &found);
  return found;
}

/* `earned(star) <= 500 star`: compared with the most the rules can give. */
static bool proved_by_most(notch_checker *c, const notch_property *property,
                           const notch_expr *expr)
{
  notch_rational most;
  if (expr->op != NOTCH_EXPR_LE && expr->op != NOTCH_EXPR_LT) return false;
  if (expr->args[0]->op != NOTCH_EXPR_EARNED || expr->args[0]->window != NOTCH_NONE) return false;
  if (!expr->args[1]->range.has_low || property->never) return false;
  if (!most_of(c, property, expr->args[0]->a, &most)) return false;
  int order = notch_rational_compare(most, expr->args[1]->range.low);
  return order < 0 || (order == 0 && expr->op == NOTCH_EXPR_LE);
}

static void check_property(notch_checker *c, const notch_property *property,
                           const notch_tree_node *node)
{
  if (property->root == NOTCH_NONE) return;
  const notch_expr *expr = c->roots.items[property->root].expr;
  if (expr->type.kind == NOTCH_TYPE_ERROR || proved_by_most(c, property, expr)) return;
  if (reads_award(c, expr)) {
    CHECK_REPORT(c, node, NOT_CHECKED, "the property", property->decl.name);
    return;
  }
  notch_text witness = {0};
  notch_goal goal = {expr, property->never};
  notch_solved solved = notch_solve(c, &goal, 1, INT64_MIN, INT64_MAX, &witness);
  if (solved == NOTCH_SOLVED_YES)
    CHECK_REPORT(c, node, PROPERTY_REFUTED, property->decl.name, witness);
  else if (solved == NOTCH_SOLVED_MAYBE)
    CHECK_REPORT(c, node, NOT_CHECKED, "the property", property->decl.name);
}

void notch_analysis_properties(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->property_count; i++)
    check_property(c, &c->program->properties[i], c->items[NOTCH_SYMBOL_PROPERTY].items[i].node);
}
