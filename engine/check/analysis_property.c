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

typedef struct bound {
  notch_checker *c;
  const notch_property *property;
  uint32_t points;
  uint32_t field; /* whose value is `at`; NOTCH_NONE */
  notch_rational at;
} bound;

typedef struct field_use {
  uint32_t field;
  bool earned, reads, others;
} field_use;

static bool note_use(void *payload, const notch_expr *expr)
{
  field_use *use = payload;
  if (expr->op == NOTCH_EXPR_EARNED) use->earned = true;
  if (expr->op == NOTCH_EXPR_FIELD) {
    if (expr->a == use->field || use->field == NOTCH_NONE)
      use->reads = true;
    else
      use->others = true;
    if (use->field == NOTCH_NONE) use->field = expr->a;
  }
  return true;
}

static bool reads_field(notch_checker *c, const notch_expr *expr, uint32_t field)
{
  field_use use = {.field = field};
  if (field == NOTCH_NONE) return false;
  notch_expr_visit(c, expr, note_use, &use);
  return use.reads;
}

static bool most_at(const bound *b, const notch_expr *expr, notch_rational *out);

static bool most_of_two(const bound *b, const notch_expr *expr, notch_rational *left,
                        notch_rational *right)
{
  return most_at(b, expr->args[0], left) && most_at(b, expr->args[1], right);
}

static bool greatest(const bound *b, notch_expr *const *args, uint32_t count, notch_rational *out)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_rational one;
    if (!most_at(b, args[i], &one)) return false;
    if (!i || notch_rational_compare(one, *out) > 0) *out = one;
  }
  return true;
}

/* What is known to be no more than `expr`, as a convex and growing function of the field. */
static bool most_at(const bound *b, const notch_expr *expr, notch_rational *out)
{
  notch_rational left, right;
  while (expr->op == NOTCH_EXPR_LET) expr = expr->args[0];
  if (expr->op == NOTCH_EXPR_FIELD && expr->a == b->field) {
    *out = b->at;
    return true;
  }
  if (!reads_field(b->c, expr, b->field)) {
    *out = expr->range.high;
    return expr->range.has_high;
  }
  switch (expr->op) {
  case NOTCH_EXPR_ADD:
    return most_of_two(b, expr, &left, &right) && notch_rational_add(out, left, right);
  case NOTCH_EXPR_MUL:
    return notch_range_not_negative(expr->args[0]->range) &&
           notch_range_not_negative(expr->args[1]->range) &&
           most_of_two(b, expr, &left, &right) && notch_rational_mul(out, left, right);
  case NOTCH_EXPR_DIV:
  case NOTCH_EXPR_STEPS:
    return expr->args[1]->op == NOTCH_EXPR_CONST && expr->args[1]->value.n > 0 &&
           most_of_two(b, expr, &left, &right) && notch_rational_div(out, left, right);
  case NOTCH_EXPR_FLOOR:
    return most_at(b, expr->args[0], out);
  case NOTCH_EXPR_MAX:
    return greatest(b, expr->args, expr->arg_count, out);
  case NOTCH_EXPR_IF:
    return greatest(b, expr->args + 1, 2, out);
  case NOTCH_EXPR_MIN:
    return most_at(b, expr->args[0], out);
  default:
    return false;
  }
}

static bool most_of_variant(const bound *b, const notch_rule *rule, const notch_variant *variant,
                            const notch_rational *of_rule, notch_rational *total)
{
  notch_rational part, extra;
  for (uint32_t a = 0; a < rule->action_count; a++) {
    const notch_action *action = &rule->actions[a];
    bool multiplies = action->kind == NOTCH_DO_MULTIPLY;
    if ((action->kind != NOTCH_DO_EARN && !multiplies) || action->points != b->points) continue;
    if (!most_at(b, b->c->roots.items[variant->amounts[a]].expr, &part)) return false;
    if (multiplies) {
      notch_rational sum = NOTCH_INTEGER(0);
      for (uint32_t r = 0; r < action->rule_count; r++)
        if (!notch_rational_add(&sum, sum, of_rule[action->rules[r]])) return false;
      if (!notch_rational_sub(&extra, part, NOTCH_INTEGER(1)) ||
          !notch_rational_mul(&part, sum, extra))
        return false;
      if (part.num < 0) part = NOTCH_INTEGER(0);
    }
    if (!notch_rational_add(total, *total, part)) return false;
  }
  return true;
}

/* Rules on a promotion or on earning put in as well, and are not bounded here. */
static bool others_earn(const notch_checker *c, uint32_t points)
{
  for (uint32_t i = 0; i < c->program->rule_count; i++) {
    const notch_rule *rule = &c->program->rules[i];
    bool late = false;
    for (uint32_t v = 0; v < rule->variant_count; v++)
      late |= rule->variants[v].trigger.kind == NOTCH_ON_PROMOTE ||
              rule->variants[v].trigger.kind == NOTCH_ON_EARNING;
    for (uint32_t a = 0; late && a < rule->action_count; a++)
      if (rule->actions[a].kind == NOTCH_DO_EARN && rule->actions[a].points == points) return true;
  }
  return false;
}

/* Whatever its period, a limit in points is never passed by one event. */
static void limit_to(const bound *b, const notch_rule *rule, notch_rational *total)
{
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const notch_limit *limit = &b->c->limits.items[rule->limits[i]];
    if (!limit->times && limit->points == b->points && limit->from_day == INT32_MIN &&
        notch_rational_compare(*total, NOTCH_INTEGER(limit->amount)) > 0)
      *total = NOTCH_INTEGER(limit->amount);
  }
}

/* All rules on the event; of a group where one wins, the greatest. */
static bool most_of_event(const bound *b, notch_rational *most)
{
  const notch_program *program = b->c->program;
  const notch_event_decl *event = &program->events[b->property->event];
  notch_rational *of_rule = NOTCH_NEW_ARRAY(b->c->scratch, notch_rational,
                                            program->rule_count + 1);
  notch_rational *of_group = NOTCH_NEW_ARRAY(b->c->scratch, notch_rational,
                                             program->group_count + 1);
  if (others_earn(b->c, b->points)) return false;
  *most = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < program->rule_count; i++) of_rule[i] = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < program->group_count; i++) of_group[i] = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < event->variant_count; i++) {
    uint32_t index = event->variants[i].rule;
    const notch_rule *rule = &program->rules[index];
    notch_rational *total = &of_rule[index];
    if (!most_of_variant(b, rule, &rule->variants[event->variants[i].variant], of_rule, total))
      return false;
    if (b->field == NOTCH_NONE) limit_to(b, rule, total); /* a cut would not be convex */
    uint32_t group = rule->group;
    notch_combine combine = group == NOTCH_NONE ? NOTCH_COMBINE_ADDING
                                                : program->groups[group].combine;
    if (combine == NOTCH_COMBINE_MULTIPLYING) return false;
    if (combine == NOTCH_COMBINE_ADDING) {
      if (!notch_rational_add(most, *most, *total)) return false;
    } else if (notch_rational_compare(*total, of_group[group]) > 0) {
      of_group[group] = *total;
    }
  }
  for (uint32_t i = 0; i < program->group_count; i++)
    if (!notch_rational_add(most, *most, of_group[i])) return false;
  const notch_rounding *rounding = &program->points[b->points].rounding;
  if (rounding->written && rounding->mode == NOTCH_ROUND_DOWN) return true;
  return !rounding->written || notch_rational_add(most, *most, NOTCH_INTEGER(1));
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
  if (!most_of_event(b, &most) || !value_at(b, claim->allowed, &allowed)) return false;
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
