/*
 * check/analysis_property.c -- properties, as far as conditions and bounds of awards decide them.
 *
 * `earned(star) <= 3 star per 1.00 CNY of amount`: what the rules can award at most is worked out
 * for the least and the greatest amount.  Bounds are built from sums, products and maxima of
 * what grows with the amount, so they are convex; the right side is linear: what holds at both
 * ends holds between them.
 */
#include <config.h>

#include "check/analysis.h"
#include "check/most.h"

typedef struct bound {
  notch_checker *c;
  const notch_property *property;
  uint32_t points;
  uint32_t field; /* whose value is `at`; NOTCH_NONE */
  notch_rational at;
} bound;

typedef struct field_use {
  uint32_t field;
  bool earned, others;
} field_use;

static bool note_use(void *payload, const notch_expr *expr)
{
  field_use *use = payload;
  if (expr->op == NOTCH_EXPR_EARNED) use->earned = true;
  if (expr->op == NOTCH_EXPR_FIELD) {
    if (use->field == NOTCH_NONE) use->field = expr->a;
    use->others |= expr->a != use->field;
  }
  return true;
}

/* The exact value of something linear in the field. */
static bool value_at(const bound *b, const notch_expr *expr, notch_rational *out)
{
  notch_rational left, right;
  while (expr->op == NOTCH_EXPR_LET) expr = expr->args[0];
  if (expr->op == NOTCH_EXPR_CONST) {
    *out = notch_value_rational(expr->value);
    return true;
  }
  if (expr->op == NOTCH_EXPR_FIELD && expr->a == b->field) {
    *out = b->at;
    return true;
  }
  if (expr->arg_count != 2 || !value_at(b, expr->args[0], &left) ||
      !value_at(b, expr->args[1], &right))
    return false;
  bool constant = expr->args[1]->op == NOTCH_EXPR_CONST;
  switch (expr->op) {
  case NOTCH_EXPR_ADD: return notch_rational_add(out, left, right);
  case NOTCH_EXPR_SUB: return notch_rational_sub(out, left, right);
  case NOTCH_EXPR_DIV: return constant && notch_rational_div(out, left, right);
  case NOTCH_EXPR_MUL:
    return (constant || expr->args[0]->op == NOTCH_EXPR_CONST) &&
           notch_rational_mul(out, left, right);
  default: return false;
  }
}

/* A claim that `earned` stays below something, however it is written. */
typedef struct ceiling {
  const notch_expr *earned, *allowed;
  bool strict; /* equal is too much */
} ceiling;

static bool is_ceiling(const notch_property *property, const notch_expr *expr, ceiling *out)
{
  bool below = expr->op == NOTCH_EXPR_LE || expr->op == NOTCH_EXPR_LT;
  bool above = expr->op == NOTCH_EXPR_GE || expr->op == NOTCH_EXPR_GT;
  if (!below && !above) return false;
  bool swapped = expr->args[0]->op != NOTCH_EXPR_EARNED; /* 100 star >= earned(star) */
  out->earned = expr->args[swapped ? 1 : 0];
  out->allowed = expr->args[swapped ? 0 : 1];
  bool equal = expr->op == NOTCH_EXPR_LE || expr->op == NOTCH_EXPR_GE;
  out->strict = property->never ? equal : !equal;
  return out->earned->op == NOTCH_EXPR_EARNED && out->earned->window == NOTCH_NONE &&
         (below != swapped) != property->never;
}

static bool holds_at(const bound *b, const ceiling *claim)
{
  notch_rational most, allowed;
  notch_most ask = {.program = b->c->program,
                    .roots = b->c->roots.items,
                    .limits = b->c->limits.items,
                    .scratch = b->c->scratch,
                    .event = b->property->event,
                    .points = b->points,
                    .field = b->field,
                    .at = b->at};
  if (!notch_most_of_event(&ask, &most) || !value_at(b, claim->allowed, &allowed)) return false;
  int order = notch_rational_compare(most, allowed);
  return order < 0 || (order == 0 && !claim->strict);
}

static bool proved_by_bound(notch_checker *c, const notch_property *property,
                            const notch_expr *expr)
{
  bound b = {.c = c, .property = property, .field = NOTCH_NONE};
  ceiling claim;
  if (!is_ceiling(property, expr, &claim)) return false;
  b.points = claim.earned->a;
  field_use use = {.field = NOTCH_NONE};
  notch_expr_visit(c, claim.allowed, note_use, &use);
  if (use.others || use.earned) return false;
  b.field = use.field;
  if (b.field == NOTCH_NONE) return holds_at(&b, &claim);
  notch_range range = c->program->events[property->event].fields[b.field].range;
  if (!notch_range_bounded(range) || range.low.num < 0) return false;
  b.at = range.low;
  if (!holds_at(&b, &claim)) return false;
  b.at = range.high;
  return holds_at(&b, &claim);
}

static void check_property(notch_checker *c, notch_property *property)
{
  if (property->root == NOTCH_NONE) return;
  const notch_expr *expr = c->roots.items[property->root].expr;
  if (expr->type.kind == NOTCH_TYPE_ERROR) return;
  notch_goal goal = {expr, property->never};
  notch_text witness = {0};
  notch_solved solved = NOTCH_SOLVED_NO;
  if (!proved_by_bound(c, property, expr))
    solved = notch_solve(c, &goal, 1, INT64_MIN, INT64_MAX, &witness);
  property->truth = solved == NOTCH_SOLVED_NO    ? NOTCH_TRUTH_PROVED
                    : solved == NOTCH_SOLVED_YES ? NOTCH_TRUTH_REFUTED
                                                 : NOTCH_TRUTH_OPEN;
  property->event_words = notch_arena_text(c->arena, witness);
}

void notch_analysis_properties(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->property_count; i++)
    check_property(c, &c->program->properties[i]);
}
