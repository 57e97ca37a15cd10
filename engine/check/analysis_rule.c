/* check/analysis_rule.c -- rules that never apply or always do, limits that never bind. */
#include <config.h>

#include "check/analysis.h"

static bool is_own(const notch_item *item)
{
  return item->names->use == NULL; /* what a module says depends on its parameters */
}

static void check_condition(notch_checker *c, const notch_rule *rule,
                            const notch_tree_node *clause)
{
  bool never = true, always = true;
  for (uint32_t v = 0; v < rule->variant_count; v++) {
    const notch_expr *when = c->roots.items[rule->variants[v].when].expr;
    notch_goal holds = {when, true}, fails = {when, false};
    if (never && notch_solve(c, &holds, 1, INT64_MIN, INT64_MAX, NULL) != NOTCH_SOLVED_NO)
      never = false;
    if (always && notch_solve(c, &fails, 1, INT64_MIN, INT64_MAX, NULL) != NOTCH_SOLVED_NO)
      always = false;
  }
  if (never) CHECK_REPORT(c, clause->first, NEVER_APPLIES, rule->decl.name);
  if (always && !never) CHECK_REPORT(c, clause->first, ALWAYS_APPLIES, rule->decl.name);
}

/* A rule that cannot run with what it multiplies or replaces does nothing there. */
static bool meets(const notch_rule *rule, const notch_rule *other)
{
  for (uint32_t i = 0; i < rule->variant_count; i++)
    for (uint32_t j = 0; j < other->variant_count; j++) {
      const notch_trigger *left = &rule->variants[i].trigger, *right = &other->variants[j].trigger;
      if (left->kind == right->kind && (left->kind != NOTCH_ON_EVENT || left->a == right->a))
        return rule->from_us < other->to_us && other->from_us < rule->to_us;
    }
  return false;
}

static void check_partners(notch_checker *c, const notch_item *item, const notch_rule *rule)
{
  for (uint32_t a = 0; a < rule->action_count; a++)
    for (uint32_t i = 0; i < rule->actions[a].rule_count; i++) {
      const notch_rule *other = &c->program->rules[rule->actions[a].rules[i]];
      if (meets(rule, other)) continue;
      CHECK_REPORT(c, notch_tree_find(item->node, NOTCH_AST_RULE_MULTIPLY), NEVER_MEET,
                   rule->decl.name, other->decl.name);
    }
  if (rule->exception_to == NOTCH_NONE) return;
  const notch_rule *other = &c->program->rules[rule->exception_to];
  if (!meets(rule, other))
    CHECK_REPORT(c, notch_tree_find(item->node, NOTCH_AST_RULE_EXCEPTION), NEVER_MEET,
                 rule->decl.name, other->decl.name);
}

/* Each application alone passes the limit: what is written is not what members get. */
static bool always_cut(const notch_checker *c, const notch_rule *rule, const notch_limit *limit)
{
  for (uint32_t v = 0; v < rule->variant_count; v++) {
    uint32_t root = rule->variants[v].amounts[0];
    notch_range range = root == NOTCH_NONE ? notch_range_all() : c->roots.items[root].expr->range;
    if (!range.has_low ||
        notch_rational_compare(range.low, NOTCH_INTEGER(limit->amount)) <= 0)
      return false;
  }
  return true;
}

/* One application never reaches a limit per event that is above the most it can award. */
static void check_limits(notch_checker *c, const notch_rule *rule)
{
  if (rule->action_count != 1 || rule->actions[0].kind != NOTCH_DO_EARN) return;
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const notch_limit *limit = &c->limits.items[rule->limits[i]];
    const notch_tree_node node = {.source = limit->source, .span = limit->span};
    if (limit->times) {
      if (limit->per_event) CHECK_REPORT(c, &node, LIMIT_NEVER_BINDS, rule->decl.name);
      continue;
    }
    if (always_cut(c, rule, limit))
      CHECK_REPORT(c, &node, LIMIT_ALWAYS_BINDS, rule->decl.name);
    if (!limit->per_event) continue;
    bool binds = false;
    for (uint32_t v = 0; v < rule->variant_count; v++) {
      uint32_t root = rule->variants[v].amounts[0];
      notch_range range = root == NOTCH_NONE ? notch_range_all() : c->roots.items[root].expr->range;
      binds |= !range.has_high ||
               notch_rational_compare(range.high, NOTCH_INTEGER(limit->amount)) > 0;
    }
    if (!binds) CHECK_REPORT(c, &node, LIMIT_NEVER_BINDS, rule->decl.name);
  }
}

void notch_analysis_rules(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->rule_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_RULE].items[i];
    const notch_rule *rule = &c->program->rules[i];
    if (!rule->variant_count || !is_own(item)) continue;
    const notch_tree_node *when = notch_tree_find(item->node, NOTCH_AST_RULE_WHEN);
    if (when) check_condition(c, rule, when);
    check_partners(c, item, rule);
    check_limits(c, rule);
  }
}
