/* check/analysis_ladder.c -- tiers nobody can reach, thresholds that go down. */
#include <config.h>

#include "check/analysis.h"

/* `measure window >= constant`: what thresholds are made of. */
static bool threshold(const notch_checker *c, uint32_t root, const notch_expr **what,
                      notch_rational *value)
{
  if (root == NOTCH_NONE) return false;
  const notch_expr *expr = c->roots.items[root].expr;
  if ((expr->op != NOTCH_EXPR_GE && expr->op != NOTCH_EXPR_GT) ||
      expr->args[1]->op != NOTCH_EXPR_CONST)
    return false;
  *what = expr->args[0];
  *value = notch_value_rational(expr->args[1]->value);
  return true;
}

/* A rule, floor or lifetime may lift a member to a tier that has no `reach`. */
static bool lifted(const notch_checker *c, uint32_t ladder, uint32_t rank)
{
  const notch_ladder *of = &c->program->ladders[ladder];
  for (uint32_t i = rank; i < of->tier_count; i++)
    if (of->tiers[i].lifetime != NOTCH_NONE) return true;
  for (uint32_t i = 0; i < of->floor_count; i++)
    if (of->floors[i].tier == rank) return true;
  for (uint32_t r = 0; r < c->program->rule_count; r++) {
    const notch_rule *rule = &c->program->rules[r];
    for (uint32_t a = 0; a < rule->action_count; a++)
      if (rule->actions[a].kind == NOTCH_DO_PROMOTE && rule->actions[a].ladder == ladder &&
          rule->actions[a].tier == rank)
        return true;
  }
  return false;
}

static const notch_tree_node *name_node(const notch_checker *c, uint32_t ladder, uint32_t rank)
{
  const notch_tree_node *order = notch_tree_find(c->items[NOTCH_SYMBOL_LADDER].items[ladder].node,
                                                 NOTCH_AST_LADDER_ORDER);
  return notch_tree_child(order, rank);
}

/* Figures that neither a new day nor a payment changes, each read with one window only. */
typedef struct figures {
  uint32_t count;
  const notch_expr *read[16];
  bool unsteady;
} figures;

static bool note_figure(void *payload, const notch_expr *expr)
{
  figures *seen = payload;
  if (expr->op != NOTCH_EXPR_MEASURE && expr->op != NOTCH_EXPR_EARNED) {
    seen->unsteady |= expr->op == NOTCH_EXPR_TODAY || expr->op == NOTCH_EXPR_NOW ||
                      expr->op == NOTCH_EXPR_BALANCE || expr->op == NOTCH_EXPR_MATURING;
    return true;
  }
  for (uint32_t i = 0; i < seen->count; i++)
    seen->unsteady |= seen->read[i]->op == expr->op && seen->read[i]->a == expr->a &&
                      seen->read[i]->window != expr->window;
  if (seen->count == sizeof seen->read / sizeof seen->read[0])
    seen->unsteady = true;
  else
    seen->read[seen->count++] = expr;
  return true;
}

static bool is_steady(notch_checker *c, const notch_expr *reach, const notch_expr *keep)
{
  figures seen = {0};
  notch_expr_visit(c, reach, note_figure, &seen);
  notch_expr_visit(c, keep, note_figure, &seen);
  for (uint32_t i = 0; i < seen.count; i++) {
    uint32_t window = seen.read[i]->window;
    notch_window_kind kind = window == NOTCH_NONE ? NOTCH_WINDOW_EVER
                                                  : c->windows.items[window].kind;
    seen.unsteady |= kind == NOTCH_WINDOW_THIS || kind == NOTCH_WINDOW_PREVIOUS;
  }
  return !seen.unsteady;
}

/* Demoted because `keep` fails, and promoted again after the next event because `reach` holds. */
static void check_bounce(notch_checker *c, uint32_t index, uint32_t rank)
{
  const notch_ladder *ladder = &c->program->ladders[index];
  const notch_tier *tier = &ladder->tiers[rank];
  bool reviewed = ladder->lasts != NOTCH_LASTS_NOT || ladder->review != NOTCH_REVIEW_END_OF_TERM;
  if (tier->reach == NOTCH_NONE || tier->keep == NOTCH_NONE || !reviewed ||
      ladder->demote == NOTCH_DEMOTE_NEVER || ladder->promote == NOTCH_PROMOTE_AT_REVIEW)
    return;
  const notch_expr *reach = c->roots.items[tier->reach].expr;
  const notch_expr *keep = c->roots.items[tier->keep].expr;
  const notch_goal goals[2] = {{keep, false}, {reach, true}};
  notch_text witness = {0};
  if (is_steady(c, reach, keep) &&
      notch_solve_figures(c, goals, 2, &witness) == NOTCH_SOLVED_YES)
    CHECK_REPORT(c, name_node(c, index, rank), TIER_BOUNCES, tier->decl.name, witness);
}

static void check_tier(notch_checker *c, uint32_t index, uint32_t rank)
{
  const notch_ladder *ladder = &c->program->ladders[index];
  const notch_tier *tier = &ladder->tiers[rank];
  const notch_expr *what, *lower;
  notch_rational value, below;
  if (rank > ladder->start && tier->reach == NOTCH_NONE && !lifted(c, index, rank)) {
    CHECK_REPORT(c, name_node(c, index, rank), TIER_UNREACHED, tier->decl.name);
    return;
  }
  if (tier->reach != NOTCH_NONE) {
    notch_goal goal = {c->roots.items[tier->reach].expr, true};
    if (notch_solve(c, &goal, 1, INT64_MIN, INT64_MAX, NULL) == NOTCH_SOLVED_NO)
      CHECK_REPORT(c, name_node(c, index, rank), TIER_UNREACHED, tier->decl.name);
  }
  bool single = threshold(c, tier->reach, &what, &value);
  if (!single || !threshold(c, tier->keep, &lower, &below) || !notch_expr_equal(what, lower))
    check_bounce(c, index, rank);
  if (!single) return;
  if (rank > 0 && threshold(c, ladder->tiers[rank - 1].reach, &lower, &below) &&
      notch_expr_equal(what, lower) && notch_rational_compare(value, below) <= 0)
    CHECK_REPORT(c, name_node(c, index, rank), THRESHOLD_ORDER, tier->decl.name,
                 ladder->tiers[rank - 1].decl.name);
  if (threshold(c, tier->keep, &lower, &below) && notch_expr_equal(what, lower) &&
      notch_rational_compare(below, value) > 0)
    CHECK_REPORT(c, name_node(c, index, rank), KEEP_ABOVE_REACH, tier->decl.name);
}

void notch_analysis_ladders(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->ladder_count; i++) {
    const notch_ladder *ladder = &c->program->ladders[i];
    for (uint32_t rank = 0; rank < ladder->tier_count; rank++) check_tier(c, i, rank);
  }
}
