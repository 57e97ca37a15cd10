/* check/most.c -- bounds of awards: expressions, rules, groups, limits, rounding. */
#include <config.h>

#include "check/most.h"

#include "check/checker.h"

#define STEPS_MAX 2000000
#define EARNED_DEPTH_MAX 4

static const notch_expr *bare(const notch_expr *expr)
{
  while (expr->op == NOTCH_EXPR_LET) expr = expr->args[0];
  return expr;
}

/* ---- expressions ---- */

static bool is_asked(const notch_most *ask, const notch_expr *expr)
{
  return (expr->op == NOTCH_EXPR_FIELD && expr->a == ask->field) ||
         (expr->op == NOTCH_EXPR_EARNED && expr->window == NOTCH_NONE);
}

/* Whether its value depends on the field, or on what the event earned. */
static bool depends(notch_most *ask, const notch_expr *expr)
{
  if (++ask->steps > STEPS_MAX) ask->gave_up = true;
  if (ask->gave_up) return true;
  if (is_asked(ask, expr)) return true;
  for (uint32_t i = 0; i < expr->arg_count; i++)
    if (expr->args[i] && depends(ask, expr->args[i])) return true;
  return false;
}

static bool without_end(notch_most *ask, const notch_expr *expr)
{
  for (;;) {
    const notch_expr *deeper = NULL;
    for (uint32_t i = 0; i < expr->arg_count && !deeper; i++)
      if (expr->args[i] && notch_type_is_rational(expr->args[i]->type) &&
          !expr->args[i]->range.has_high)
        deeper = expr->args[i];
    if (!deeper) break;
    expr = deeper;
  }
  if (!ask->because) ask->because = expr;
  return false;
}

static bool most_at(notch_most *ask, const notch_expr *expr, notch_rational *out);

static bool most_of_two(notch_most *ask, const notch_expr *expr, notch_rational *left,
                        notch_rational *right)
{
  return most_at(ask, expr->args[0], left) && most_at(ask, expr->args[1], right);
}

static bool greatest(notch_most *ask, notch_expr *const *args, uint32_t count,
                     notch_rational *out)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_rational one;
    if (!most_at(ask, args[i], &one)) return false;
    if (!i || notch_rational_compare(one, *out) > 0) *out = one;
  }
  return true;
}

static bool most_earned(notch_most *ask, uint32_t points, notch_rational *out)
{
  notch_most inner = *ask;
  inner.points = points;
  inner.to_others = false;
  inner.before_earning = true; /* none of them sees what they put in */
  if (++inner.depth > EARNED_DEPTH_MAX) return false;
  bool bounded = notch_most_of_event(&inner, out);
  ask->steps = inner.steps;
  ask->gave_up |= inner.gave_up;
  if (!bounded) ask->because = inner.because;
  return bounded;
}

/* What is known to be no less than `expr`: convex in the field, and growing with it. */
static bool most_at(notch_most *ask, const notch_expr *expr, notch_rational *out)
{
  notch_rational left, right;
  expr = bare(expr);
  ask->varies |= is_asked(ask, expr);
  if (expr->op == NOTCH_EXPR_FIELD && expr->a == ask->field) {
    *out = ask->at;
    return true;
  }
  if (expr->op == NOTCH_EXPR_EARNED && expr->window == NOTCH_NONE)
    return most_earned(ask, expr->a, out);
  if (!depends(ask, expr)) {
    *out = expr->range.high;
    return expr->range.has_high || without_end(ask, expr);
  }
  switch (expr->op) {
  case NOTCH_EXPR_ADD:
    return most_of_two(ask, expr, &left, &right) && notch_rational_add(out, left, right);
  case NOTCH_EXPR_MUL:
    return notch_range_not_negative(expr->args[0]->range) &&
           notch_range_not_negative(expr->args[1]->range) &&
           most_of_two(ask, expr, &left, &right) && notch_rational_mul(out, left, right);
  case NOTCH_EXPR_DIV:
  case NOTCH_EXPR_STEPS:
    return expr->args[1]->op == NOTCH_EXPR_CONST && expr->args[1]->value.n > 0 &&
           most_of_two(ask, expr, &left, &right) && notch_rational_div(out, left, right);
  case NOTCH_EXPR_FLOOR:
  case NOTCH_EXPR_MIN: return most_at(ask, expr->args[0], out);
  case NOTCH_EXPR_MAX: return greatest(ask, expr->args, expr->arg_count, out);
  case NOTCH_EXPR_IF: return greatest(ask, expr->args + 1, 2, out);
  default: break;
  }
  if (!ask->because) ask->because = expr;
  return false;
}

/* ---- rules ---- */

typedef struct sums { /* exact, before the event's own rounding */
  notch_rational *of_rule;      /* what it puts in */
  notch_rational *named;        /* by the rule replaced: what its exceptions put in */
  notch_rational *counted;      /* ... as far as the event's sum has it */
  notch_rational *of_group;
  bool *rule_varies, *group_varies; /* with the field: a cut would not be convex */
  notch_rational *factor; /* of a multiplying group: the product */
  notch_rational *base;   /* ... of what */
} sums;

static bool add_to(notch_rational *sum, notch_rational part)
{
  return notch_rational_add(sum, *sum, part);
}

static notch_rational larger(notch_rational left, notch_rational right)
{
  return notch_rational_compare(left, right) < 0 ? right : left;
}

static const notch_rounding *rounding_of(const notch_most *ask, const notch_rule *rule)
{
  return rule->rounding.written ? &rule->rounding : &ask->program->points[ask->points].rounding;
}

/* One rounding: exactly where nothing has to be convex, else by a whole unit. */
static bool round_by(const notch_most *ask, notch_rounding_mode mode, notch_rational *value)
{
  int64_t whole;
  if (ask->field != NOTCH_NONE)
    return mode == NOTCH_ROUND_DOWN || add_to(value, NOTCH_INTEGER(1));
  if (!notch_rational_round(&whole, *value, mode)) return false;
  *value = NOTCH_INTEGER(whole);
  return true;
}

/* Each line may be rounded up by less than one. */
static bool round_award(const notch_most *ask, const notch_rule *rule,
                        const notch_variant *variant, notch_rational *part)
{
  const notch_rounding *rounding = rounding_of(ask, rule);
  if (!rounding->written || rounding->scope == NOTCH_PER_EVENT) return true;
  if (rounding->scope == NOTCH_PER_RULE || variant->trigger.kind != NOTCH_ON_EVENT)
    return round_by(ask, rounding->mode, part);
  if (rounding->mode == NOTCH_ROUND_DOWN) return true;
  const notch_event_decl *event = &ask->program->events[variant->trigger.a];
  if (event->list_field == NOTCH_NONE) return round_by(ask, rounding->mode, part);
  uint32_t items = event->fields[event->list_field].items_max;
  return items && add_to(part, NOTCH_INTEGER(items));
}

static bool multiplies_group(const notch_most *ask, const notch_rule *rule)
{
  return rule->group != NOTCH_NONE &&
         ask->program->groups[rule->group].combine == NOTCH_COMBINE_MULTIPLYING;
}

static bool most_of_action(notch_most *ask, sums *s, const notch_rule *rule,
                           const notch_variant *variant, uint32_t a, notch_rational *part)
{
  const notch_action *action = &rule->actions[a];
  notch_rational sum = NOTCH_INTEGER(0), factor;
  if (!most_at(ask, ask->roots[variant->amounts[a]].expr, part)) return false;
  if (action->kind == NOTCH_DO_EARN) return true;
  factor = larger(*part, NOTCH_INTEGER(1));
  for (uint32_t r = 0; r < action->rule_count; r++) {
    ask->varies |= s->rule_varies[action->rules[r]];
    if (!add_to(&sum, s->of_rule[action->rules[r]])) return false;
  }
  if (multiplies_group(ask, rule)) { /* shared in proportion: settled with the group */
    s->base[rule->group] = larger(s->base[rule->group], sum);
    *part = NOTCH_INTEGER(0);
    return notch_rational_mul(&s->factor[rule->group], s->factor[rule->group], factor);
  }
  return notch_rational_sub(&factor, factor, NOTCH_INTEGER(1)) &&
         notch_rational_mul(part, sum, factor);
}

static bool is_asked_action(const notch_most *ask, const notch_rule *rule,
                            const notch_variant *variant, uint32_t a)
{
  const notch_action *action = &rule->actions[a];
  bool to_other = variant->receivers && variant->receivers[a] != NOTCH_NONE;
  if (action->points != ask->points) return false;
  return (action->kind == NOTCH_DO_EARN && to_other == ask->to_others) ||
         (action->kind == NOTCH_DO_MULTIPLY && !ask->to_others);
}

/* Whatever its period, a limit in points is never passed by one event. */
static void limit_to(const notch_most *ask, const uint32_t *limits, uint32_t count, bool varies,
                     notch_rational *total)
{
  for (uint32_t i = 0; i < count && (ask->field == NOTCH_NONE || !varies); i++) {
    const notch_limit *limit = &ask->limits[limits[i]];
    notch_rational amount = NOTCH_INTEGER(limit->amount);
    bool always = limit->from_day == INT32_MIN && limit->to_day == INT32_MAX;
    if (!limit->times && limit->points == ask->points && always &&
        notch_rational_compare(*total, amount) > 0)
      *total = amount;
  }
}

static bool most_of_variant(notch_most *ask, sums *s, uint32_t index,
                            const notch_variant *variant, notch_rational *total)
{
  const notch_rule *rule = &ask->program->rules[index];
  bool any = false, multiplies = false;
  ask->varies = false;
  *total = NOTCH_INTEGER(0);
  for (uint32_t a = 0; a < rule->action_count; a++) {
    notch_rational part;
    if (!is_asked_action(ask, rule, variant, a)) continue;
    any = true;
    multiplies |= rule->actions[a].kind == NOTCH_DO_MULTIPLY;
    if (!most_of_action(ask, s, rule, variant, a, &part) ||
        !round_award(ask, rule, variant, &part) || !add_to(total, part)) {
      ask->rule = index;
      return false;
    }
  }
  s->rule_varies[index] |= ask->varies;
  limit_to(ask, rule->limits, rule->limit_count, ask->varies, total);
  if (!any || !rule->rounding.written || rule->rounding.scope != NOTCH_PER_EVENT) return true;
  /* Alone: a factor's part is the difference of two rounded amounts. */
  return round_by(ask, multiplies ? NOTCH_ROUND_UP : rule->rounding.mode, total);
}

/* ---- what the event itself sets going ---- */

/* Exceptions come before what they replace, which then adds only what it has more than they. */
static bool add_rule(notch_most *ask, sums *s, uint32_t index, notch_rational total,
                     notch_rational *most)
{
  const notch_rule *rule = &ask->program->rules[index];
  uint32_t group = rule->group, replaced = rule->exception_to;
  s->of_rule[index] = larger(total, s->named[index]); /* what is multiplied may be the exception */
  if (replaced != NOTCH_NONE) s->rule_varies[replaced] |= s->rule_varies[index];
  if (group != NOTCH_NONE) s->group_varies[group] |= s->rule_varies[index];
  if (replaced != NOTCH_NONE && !add_to(&s->named[replaced], s->of_rule[index])) return false;
  if (group == NOTCH_NONE) {
    notch_rational before = s->counted[index], more;
    total = larger(total, before);
    if (replaced != NOTCH_NONE && ask->program->rules[replaced].group == NOTCH_NONE &&
        !add_to(&s->counted[replaced], total))
      return false;
    return notch_rational_sub(&more, total, before) && add_to(most, more);
  }
  notch_combine combine = ask->program->groups[group].combine;
  if (combine == NOTCH_COMBINE_ADDING || combine == NOTCH_COMBINE_MULTIPLYING)
    return add_to(&s->of_group[group], total);
  s->of_group[group] = larger(s->of_group[group], total);
  return true;
}

static bool add_groups(notch_most *ask, sums *s, notch_rational *most)
{
  for (uint32_t i = 0; i < ask->program->group_count; i++) {
    const notch_group *group = &ask->program->groups[i];
    notch_rational sum = s->of_group[i], extra;
    if (group->combine == NOTCH_COMBINE_MULTIPLYING &&
        (!notch_rational_sub(&extra, s->factor[i], NOTCH_INTEGER(1)) ||
         !notch_rational_mul(&extra, extra, s->base[i]) || !add_to(&sum, extra)))
      return false;
    limit_to(ask, group->limits, group->limit_count, s->group_varies[i], &sum);
    if (!add_to(most, sum)) return false;
  }
  return true;
}

static notch_rational *all(notch_most *ask, uint32_t count, int64_t value)
{
  notch_rational *values = NOTCH_NEW_ARRAY(ask->scratch, notch_rational, count + 1);
  for (uint32_t i = 0; i <= count; i++) values[i] = NOTCH_INTEGER(value);
  return values;
}

static void start_sums(notch_most *ask, sums *s)
{
  const notch_program *program = ask->program;
  s->of_rule = all(ask, program->rule_count, 0);
  s->named = all(ask, program->rule_count, 0);
  s->counted = all(ask, program->rule_count, 0);
  s->of_group = all(ask, program->group_count, 0);
  s->factor = all(ask, program->group_count, 1);
  s->base = all(ask, program->group_count, 0);
  s->rule_varies = NOTCH_NEW_ARRAY(ask->scratch, bool, program->rule_count + 1);
  s->group_varies = NOTCH_NEW_ARRAY(ask->scratch, bool, program->group_count + 1);
}

static bool most_of_rules(notch_most *ask, sums *s, notch_rational *most)
{
  const notch_event_decl *event = &ask->program->events[ask->event];
  for (uint32_t i = 0; i < event->variant_count; i++) {
    uint32_t index = event->variants[i].rule;
    const notch_rule *rule = &ask->program->rules[index];
    notch_rational total;
    if (!most_of_variant(ask, s, index, &rule->variants[event->variants[i].variant], &total) ||
        !add_rule(ask, s, index, total, most))
      return false;
  }
  return add_groups(ask, s, most);
}

/* ---- what follows from it ---- */

uint32_t notch_most_times(const notch_program *program, const notch_trigger *trigger)
{
  uint32_t tiers = 0;
  switch (trigger->kind) {
  case NOTCH_ON_PROMOTE:
    if (trigger->b != NOTCH_NONE) return 1;
    for (uint32_t i = 0; i < program->ladder_count; i++)
      if (trigger->a == NOTCH_NONE || trigger->a == i) tiers += program->ladders[i].tier_count - 1;
    return tiers;
  case NOTCH_ON_EARNING:
  case NOTCH_ON_DEMOTE:
  case NOTCH_ON_ENTERING:
  case NOTCH_ON_LEAVING: return 1;
  case NOTCH_ON_EVENT:
  case NOTCH_ON_EACH_UNIT:
  case NOTCH_ON_EACH_DAY:
  case NOTCH_ON_EACH_MEMBER_DATE:
  case NOTCH_ON_IDLE: break;
  }
  return 0;
}

/* Several are rounded together: each counts as rounded up, unless it is whole. */
static bool round_follower(const notch_most *ask, const notch_rule *rule,
                           const notch_variant *variant, notch_rational *total)
{
  bool whole = true;
  for (uint32_t a = 0; a < rule->action_count; a++)
    if (is_asked_action(ask, rule, variant, a))
      whole &= rule->actions[a].kind == NOTCH_DO_EARN &&
               ask->roots[variant->amounts[a]].expr->whole;
  return whole || round_by(ask, NOTCH_ROUND_UP, total);
}

static bool most_of_followers(notch_most *ask, notch_rational *most)
{
  sums s;
  start_sums(ask, &s);
  for (uint32_t i = 0; i < ask->program->step_count; i++) {
    uint32_t index = ask->program->steps[i].index;
    const notch_rule *rule = &ask->program->rules[index];
    if (ask->program->steps[i].is_group) continue;
    for (uint32_t v = 0; v < rule->variant_count; v++) {
      const notch_trigger *trigger = &rule->variants[v].trigger;
      uint32_t count = notch_most_times(ask->program, trigger);
      notch_rational total;
      if (!count || (ask->before_earning && trigger->kind == NOTCH_ON_EARNING)) continue;
      if (!most_of_variant(ask, &s, index, &rule->variants[v], &total) ||
          !round_follower(ask, rule, &rule->variants[v], &total) ||
          !add_to(&s.of_rule[index], total) ||
          !notch_rational_mul(&total, total, NOTCH_INTEGER(count)) || !add_to(most, total))
        return false;
    }
  }
  for (uint32_t i = 0; i < ask->program->group_count; i++)
    if (notch_rational_compare(s.factor[i], NOTCH_INTEGER(1)) > 0) return false;
  return true;
}

bool notch_most_of_event(notch_most *ask, notch_rational *most)
{
  const notch_points *kind = &ask->program->points[ask->points];
  sums s;
  start_sums(ask, &s);
  *most = NOTCH_INTEGER(0);
  if (!most_of_rules(ask, &s, most)) return false;
  if (kind->rounding.written && !round_by(ask, kind->rounding.mode, most)) return false;
  if (!ask->to_others && !most_of_followers(ask, most)) return false;
  if (ask->field == NOTCH_NONE && kind->cap > 0 && !ask->to_others &&
      notch_rational_compare(*most, NOTCH_INTEGER(kind->cap)) > 0)
    *most = NOTCH_INTEGER(kind->cap);
  return true;
}
