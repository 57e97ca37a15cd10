/* member/plan.c -- what is derived once from a checked programme. */
#include <config.h>

#include "member/award.h"
#include "member/measure.h"

#include <assert.h>

static void look_at(const notch_expr *expr, notch_plan *plan)
{
  if (expr == NULL) {
    return;
  }
  if (expr->op == NOTCH_EXPR_EARNED && expr->window != NOTCH_NONE) {
    plan->earned_used[expr->a] = true;
  }
  plan->asks_who = plan->asks_who || expr->op == NOTCH_EXPR_SELF;
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    look_at(expr->args[i], plan);
  }
}

/* Whether a value cannot be had from the event alone. */
static bool reads_member(const notch_expr *expr)
{
  if (expr == NULL) {
    return false;
  }
  switch (expr->op) {
  case NOTCH_EXPR_MEMBER_FIELD:
  case NOTCH_EXPR_JOINED:
  case NOTCH_EXPR_TAGS:
  case NOTCH_EXPR_TIER:
  case NOTCH_EXPR_YEARS_AT:
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_MATURING:
  case NOTCH_EXPR_HELD:
  case NOTCH_EXPR_DEBT:
  case NOTCH_EXPR_EARNED:
  case NOTCH_EXPR_MEASURE:
  case NOTCH_EXPR_BAND:
  case NOTCH_EXPR_SELF: return true;
  default: break;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    if (reads_member(expr->args[i])) {
      return true;
    }
  }
  return false;
}

static bool is_by_key(const notch_limit *limit)
{
  bool by_key = false;
  for (uint32_t i = 0; i < limit->key_count; i++) {
    by_key = by_key || limit->keys[i].kind == NOTCH_KEY_VALUE;
  }
  return by_key;
}

static bool is_keyed(const notch_program *program, const notch_limit *limit)
{
  for (uint32_t i = 0; i < limit->key_count; i++) {
    for (uint32_t j = 0; j < limit->keys[i].root_count; j++) {
      uint32_t root = limit->keys[i].roots[j];
      if (limit->shared && root != NOTCH_NONE && reads_member(program->roots[root].expr)) {
        return true;
      }
    }
  }
  return false;
}

/* Whether a condition on the member may come to hold without an event of the member. */
static bool moves_by_itself(const notch_program *program, const notch_expr *expr)
{
  if (expr == NULL) {
    return false;
  }
  switch (expr->op) {
  case NOTCH_EXPR_TODAY:
  case NOTCH_EXPR_NOW:
  case NOTCH_EXPR_AGE_OF:
  case NOTCH_EXPR_YEARS_AT:
  case NOTCH_EXPR_TIER:
  case NOTCH_EXPR_BAND:
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_MATURING:
  case NOTCH_EXPR_HELD: return true;
  case NOTCH_EXPR_EARNED:
  case NOTCH_EXPR_MEASURE:
    if (expr->window != NOTCH_NONE && program->windows[expr->window].kind != NOTCH_WINDOW_EVER) {
      return true;
    }
    break;
  default: break;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    if (moves_by_itself(program, expr->args[i])) {
      return true;
    }
  }
  return false;
}

static bool watches_segments(const notch_program *program)
{
  bool watched = false;
  for (uint32_t i = 0; i < program->segment_count; i++) {
    watched = watched || program->segments[i].watched;
  }
  return watched;
}

static bool watches_days(const notch_program *program)
{
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    const notch_ladder *ladder = &program->ladders[i];
    if (ladder->floor_count > 0) {
      return true;
    }
    for (uint32_t j = 0; j < ladder->tier_count; j++) {
      uint32_t root = ladder->tiers[j].lifetime;
      if (root != NOTCH_NONE && moves_by_itself(program, program->roots[root].expr)) {
        return true;
      }
    }
  }
  return false;
}

static bool has_lifetimes(const notch_program *program)
{
  bool found = false;
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    for (uint32_t j = 0; j < program->ladders[i].tier_count; j++) {
      found = found || program->ladders[i].tiers[j].lifetime != NOTCH_NONE;
    }
  }
  return found;
}

/* `measure over a window >= constant`; NULL: the tier is reached some other way, or not at all. */
static const notch_expr *threshold(const notch_program *program, const notch_tier *tier)
{
  const notch_expr *expr = tier->reach == NOTCH_NONE ? NULL : program->roots[tier->reach].expr;
  bool fits = expr != NULL && (expr->op == NOTCH_EXPR_GE || expr->op == NOTCH_EXPR_GT) &&
              expr->args[0]->op == NOTCH_EXPR_MEASURE && expr->args[1]->op == NOTCH_EXPR_CONST &&
              expr->args[1]->value.d != 0;
  return fits ? expr : NULL;
}

static bool asks_for_more(const notch_expr *higher, const notch_expr *lower)
{
  if (higher == NULL || lower == NULL) {
    return false;
  }
  const notch_expr *one = higher->args[0], *other = lower->args[0];
  return one->a == other->a && one->window == other->window &&
         notch_rational_compare(notch_value_rational(higher->args[1]->value),
                                notch_value_rational(lower->args[1]->value)) > 0;
}

static bool note_rising(const notch_program *program, notch_plan *plan, notch_arena *arena)
{
  bool *rising = NOTCH_NEW_ARRAY(arena, bool, program->ladder_count + 1);
  for (uint32_t i = 0; i < program->ladder_count && rising != NULL; i++) {
    const notch_ladder *ladder = &program->ladders[i];
    rising[i] = true;
    for (uint32_t tier = 2; tier < ladder->tier_count; tier++) {
      rising[i] = rising[i] && asks_for_more(threshold(program, &ladder->tiers[tier]),
                                             threshold(program, &ladder->tiers[tier - 1]));
    }
  }
  plan->rising = rising;
  return rising != NULL;
}

static bool by_time(notch_trigger_kind kind)
{
  return kind == NOTCH_ON_EACH_UNIT || kind == NOTCH_ON_EACH_DAY ||
         kind == NOTCH_ON_EACH_MEMBER_DATE || kind == NOTCH_ON_IDLE;
}

static bool shares_limits(const notch_program *program)
{
  bool shares = false;
  for (uint32_t i = 0; i < program->limit_count; i++) {
    shares = shares || program->limits[i].shared;
  }
  return shares;
}

static bool uses_house(const notch_program *program)
{
  bool used = program->cohort_count > 0 || program->pool_count > 0 || program->has_draws ||
              shares_limits(program);
  for (uint32_t i = 0; i < program->reward_count; i++) {
    used = used || program->rewards[i].stock >= 0;
  }
  for (uint32_t i = 0; i < program->partner_count; i++) {
    used = used || program->partners[i].prepaid;
  }
  return used;
}

static bool note_limits(const notch_program *program, notch_plan *plan, notch_arena *arena)
{
  notch_limits_of *all = NOTCH_NEW_ARRAY(arena, notch_limits_of, program->rule_count + 1);
  for (uint32_t i = 0; i < program->rule_count && all != NULL; i++) {
    const notch_rule *rule = &program->rules[i];
    const notch_group *group = rule->group == NOTCH_NONE ? NULL : &program->groups[rule->group];
    uint32_t own = rule->limit_count, count = own + (group == NULL ? 0 : group->limit_count);
    uint32_t *items = NOTCH_NEW_ARRAY(arena, uint32_t, count + 1);
    if (items == NULL) {
      return false;
    }
    for (uint32_t j = 0; j < count; j++) {
      items[j] = j < own ? rule->limits[j] : group->limits[j - own];
    }
    all[i] = (notch_limits_of){.items = items, .own = own, .count = count};
  }
  plan->limits_of = all;
  return all != NULL;
}

/* Awards are of terms and partners of their rules. */
static bool one_lot(const notch_program *program)
{
  bool one = program->points_count == 1;
  for (uint32_t i = 1; i < program->rule_count && one; i++) {
    const notch_rule *first = &program->rules[0], *rule = &program->rules[i];
    one = notch_terms_of(program, rule, 0) == notch_terms_of(program, first, 0) &&
          rule->partner == first->partner;
  }
  return one;
}

static bool counts_times(const notch_program *program, const notch_limits_of *limits)
{
  bool counts = false;
  for (uint32_t i = 0; i < limits->count; i++) {
    counts = counts || program->limits[limits->items[i]].times;
  }
  return counts;
}

static bool has_purse(const notch_program *program, const notch_rule *rule)
{
  return rule->partner != NOTCH_NONE && program->partners[rule->partner].prepaid;
}

/* A rule may multiply points of any kind. */
static bool rounds(const notch_program *program, const notch_rule *rule)
{
  bool rounds = rule->rounding.written && rule->rounding.scope != NOTCH_PER_EVENT;
  for (uint32_t i = 0; i < program->points_count && !rule->rounding.written; i++) {
    rounds = rounds || program->points[i].rounding.scope != NOTCH_PER_EVENT;
  }
  return rounds;
}

static uint8_t rule_does(const notch_program *program, const notch_rule *rule,
                         const notch_limits_of *limits)
{
  bool limited = limits->count > 0 || has_purse(program, rule);
  unsigned does = (counts_times(program, limits) ? NOTCH_RULE_COUNTS_TIMES : 0) |
                  (limited ? NOTCH_RULE_LIMITED : 0) |
                  (rounds(program, rule) ? NOTCH_RULE_ROUNDS : 0) |
                  (rule->exception_to != NOTCH_NONE ? NOTCH_RULE_REPLACES : 0);
  for (uint32_t i = 0; i < rule->action_count; i++) {
    switch (rule->actions[i].kind) {
    case NOTCH_DO_EARN:
    case NOTCH_DO_MULTIPLY: break;
    case NOTCH_DO_REFUSE: does |= NOTCH_RULE_REFUSES; break;
    case NOTCH_DO_DEDUCT: does |= NOTCH_RULE_DEDUCTS; break;
    case NOTCH_DO_GRANT: does |= NOTCH_RULE_GRANTS | NOTCH_RULE_ACTS; break;
    case NOTCH_DO_TAG:
    case NOTCH_DO_UNTAG:
    case NOTCH_DO_NOTIFY:
    case NOTCH_DO_PROMOTE:
    case NOTCH_DO_CLOSE: does |= NOTCH_RULE_ACTS; break;
    }
  }
  return (uint8_t)does;
}

/* The clause by which a measure counts events of a type; NULL: it does not. */
static const notch_measure_on *counts_on(const notch_measure *measure, uint32_t event)
{
  for (uint32_t i = 0; i < measure->on_count; i++) {
    if (measure->on[i].event == event) {
      return &measure->on[i];
    }
  }
  return NULL;
}

/* How far back some window of a measure can reach.  Only additive measures with bounded windows
 * forget: nobody else's days may be told apart no more. */
static int32_t days_remembered(const notch_measure *measure)
{
  int64_t days = 0;
  if (measure->whole_history || notch_measure_by_event(measure) ||
      measure->aggregate == NOTCH_AGG_STREAK) {
    return NOTCH_REMEMBERS_ALL;
  }
  switch (measure->longest.unit) {
  case NOTCH_UNIT_SECOND:
  case NOTCH_UNIT_MINUTE:
  case NOTCH_UNIT_HOUR: days = measure->longest.count / 3600 / 24 + 2; break;
  case NOTCH_UNIT_DAY: days = measure->longest.count; break;
  case NOTCH_UNIT_WEEK: days = measure->longest.count * 7; break;
  case NOTCH_UNIT_MONTH: days = measure->longest.count * 31; break;
  case NOTCH_UNIT_QUARTER: days = measure->longest.count * 92; break;
  case NOTCH_UNIT_YEAR: days = measure->longest.count * 366; break;
  }
  days += 2;
  return days > 4000000 ? NOTCH_REMEMBERS_ALL : (int32_t)days;
}

static bool note_counted(const notch_program *program, notch_plan *plan, notch_arena *arena)
{
  uint32_t most = 0, count = 0;
  for (uint32_t i = 0; i < program->measure_count; i++) {
    most += program->measures[i].on_count;
  }
  notch_counted *counted = NOTCH_NEW_ARRAY(arena, notch_counted, most + 1);
  uint32_t *from = NOTCH_NEW_ARRAY(arena, uint32_t, program->event_count + 1);
  bool *adds_days = NOTCH_NEW_ARRAY(arena, bool, program->measure_count + 1);
  int32_t *remembers = NOTCH_NEW_ARRAY(arena, int32_t, program->measure_count + 1);
  if (counted == NULL || from == NULL || adds_days == NULL || remembers == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < program->measure_count; i++) {
    const notch_measure *of = &program->measures[i];
    bool adds = of->aggregate == NOTCH_AGG_SUM || of->aggregate == NOTCH_AGG_COUNT;
    adds_days[i] = adds && of->at_most == 0;
    remembers[i] = days_remembered(of);
  }
  for (uint32_t event = 0; event < program->event_count; event++) {
    from[event] = count;
    for (uint32_t i = 0; i < program->measure_count; i++) {
      const notch_measure *of = &program->measures[i];
      const notch_measure_on *on = counts_on(of, event);
      if (on != NULL) {
        counted[count++] = (notch_counted){.measure = i,
                                           .where = on->where,
                                           .value = on->value,
                                           .by_event = notch_measure_by_event(of),
                                           .by_recorded = of->by_recorded,
                                           .of = of};
      }
    }
  }
  from[program->event_count] = count;
  plan->counted = counted;
  plan->counted_from = from;
  plan->adds_days = adds_days;
  plan->remembers = remembers;
  return true;
}

/* The award that an action begins with, of each kind of points that it may give. */
static const notch_award *models_of(const notch_program *program, uint32_t rule,
                                    const notch_action *action, uint32_t count, notch_arena *arena)
{
  notch_award *models = NOTCH_NEW_ARRAY(arena, notch_award, count + 1);
  for (uint32_t i = 0; i < count && models != NULL; i++) {
    bool multiplies = action->kind == NOTCH_DO_MULTIPLY;
    models[i] = notch_award_of(program, rule, multiplies ? i : action->points);
    models[i].multiplies = multiplies;
  }
  return models;
}

static bool rounds_lines(const notch_program *program, uint32_t rule, uint32_t action)
{
  uint32_t points = program->rules[rule].actions[action].points;
  return notch_rounding_of(program, rule, points)->scope == NOTCH_PER_LINE;
}

static void list_awardings(const notch_code *code, notch_candidate *candidate, notch_arena *arena)
{
  const notch_program *program = code->program;
  const notch_rule *rule = &program->rules[candidate->rule];
  const notch_variant *variant = &rule->variants[candidate->variant];
  notch_awarding *list = NOTCH_NEW_ARRAY(arena, notch_awarding, rule->action_count + 1);
  uint32_t count = 0;
  for (uint32_t i = 0; i < rule->action_count && list != NULL; i++) {
    const notch_action *action = &rule->actions[i];
    bool earns = action->kind == NOTCH_DO_EARN;
    if (!earns && action->kind != NOTCH_DO_MULTIPLY) {
      continue;
    }
    bool by_line =
        earns && variant->line_amounts != NULL && rounds_lines(program, candidate->rule, i);
    bool to_others = earns && variant->receivers != NULL;
    uint32_t kinds = earns ? 1 : program->points_count;
    list[count++] = (notch_awarding){
        .action = action,
        .amount = notch_code_procedure(code, variant->amounts[i]),
        .receiver = notch_code_procedure(code, to_others ? variant->receivers[i] : NOTCH_NONE),
        .by_line = notch_code_procedure(code, by_line ? variant->line_amounts[i] : NOTCH_NONE),
        .lines = variant->line_field,
        .model_count = kinds,
        .models = models_of(program, candidate->rule, action, kinds, arena)};
  }
  candidate->awardings = list;
  candidate->awarding_count = count;
}

static bool list_candidates(notch_plan *plan, notch_arena *arena)
{
  const notch_program *program = plan->program;
  const notch_code *code = plan->code;
  const notch_candidate **variants =
      NOTCH_NEW_ARRAY(arena, const notch_candidate *, program->rule_count + 1);
  const notch_candidate **on_events =
      NOTCH_NEW_ARRAY(arena, const notch_candidate *, program->event_count + 1);
  for (uint32_t i = 0; i < program->rule_count && variants != NULL; i++) {
    const notch_rule *rule = &program->rules[i];
    notch_candidate *list = NOTCH_NEW_ARRAY(arena, notch_candidate, rule->variant_count + 1);
    for (uint32_t j = 0; j < rule->variant_count && list != NULL; j++) {
      list[j] = (notch_candidate){.rule = i,
                                  .variant = j,
                                  .from_us = rule->from_us,
                                  .to_us = rule->to_us,
                                  .when = notch_code_procedure(code, rule->variants[j].when),
                                  .does = plan->rule_does[i]};
      list_awardings(code, &list[j], arena);
    }
    variants[i] = list;
  }
  for (uint32_t i = 0; i < program->event_count && on_events != NULL && !arena->failed; i++) {
    const notch_event_decl *event = &program->events[i];
    notch_candidate *list = NOTCH_NEW_ARRAY(arena, notch_candidate, event->variant_count + 1);
    for (uint32_t j = 0; j < event->variant_count && list != NULL; j++) {
      list[j] = variants[event->variants[j].rule][event->variants[j].variant];
    }
    on_events[i] = list;
  }
  plan->variants = variants;
  plan->on_events = on_events;
  return !arena->failed;
}

static uint32_t most_fields(const notch_program *program)
{
  uint32_t most = 0;
  for (uint32_t i = 0; i < program->event_count; i++) {
    uint32_t count = program->events[i].field_count;
    most = count > most ? count : most;
  }
  return most;
}

const notch_plan *notch_plan_make(const notch_program *program, const notch_code *code,
                                  notch_arena *arena)
{
  notch_plan *plan = NOTCH_NEW(arena, notch_plan);
  bool *earned = NOTCH_NEW_ARRAY(arena, bool, program->points_count + 1);
  bool *by_key = NOTCH_NEW_ARRAY(arena, bool, program->limit_count + 1);
  bool *keyed = NOTCH_NEW_ARRAY(arena, bool, program->limit_count + 1);
  uint8_t *does = NOTCH_NEW_ARRAY(arena, uint8_t, program->rule_count + 1);
  notch_value *no_fields = NOTCH_NEW_ARRAY(arena, notch_value, most_fields(program) + 1);
  int64_t *idle_from = NOTCH_NEW_ARRAY(arena, int64_t, program->terms_count + 1);
  notch_retired *points = NOTCH_NEW_ARRAY(arena, notch_retired, program->points_count + 1);
  notch_retired *rewards = NOTCH_NEW_ARRAY(arena, notch_retired, program->reward_count + 1);
  if (plan == NULL || earned == NULL || by_key == NULL || keyed == NULL || does == NULL ||
      no_fields == NULL || idle_from == NULL || points == NULL || rewards == NULL ||
      !note_counted(program, plan, arena) || !note_limits(program, plan, arena) ||
      !note_rising(program, plan, arena)) {
    return NULL;
  }
  plan->from_s = INT64_MIN;
  plan->until_s = NOTCH_NEVER;
  plan->retired_points = points;
  plan->retired_rewards = rewards;
  for (uint32_t i = 0; i < program->terms_count; i++) {
    idle_from[i] = INT64_MIN;
    const notch_terms *terms = &program->terms[i];
    plan->derives_expiry = plan->derives_expiry || notch_terms_derive(terms);
    plan->notes_terms = plan->notes_terms || notch_terms_derive(terms) ||
                        terms->expiry_while != NOTCH_NONE || terms->pending == NOTCH_PENDING_UNTIL;
  }
  plan->idle_from_us = idle_from;
  for (uint32_t i = 0; i < program->limit_count; i++) {
    by_key[i] = is_by_key(&program->limits[i]);
    keyed[i] = is_keyed(program, &program->limits[i]);
  }
  plan->by_key = by_key;
  plan->keyed = keyed;
  plan->no_fields = no_fields;
  plan->program = program;
  plan->code = code;
  plan->earned_used = earned;
  for (uint32_t i = 0; i < program->root_count; i++) {
    look_at(program->roots[i].expr, plan);
  }
  plan->rule_does = does;
  for (uint32_t i = 0; i < program->rule_count; i++) {
    does[i] = rule_does(program, &program->rules[i], &plan->limits_of[i]);
    for (uint32_t j = 0; j < program->rules[i].variant_count; j++) {
      notch_trigger_kind kind = program->rules[i].variants[j].trigger.kind;
      plan->has_schedules = plan->has_schedules || by_time(kind);
      plan->earning_rules = plan->earning_rules || kind == NOTCH_ON_EARNING;
    }
  }
  plan->watches_segments = watches_segments(program);
  plan->watches_days = plan->watches_segments || watches_days(program);
  plan->lifetimes = has_lifetimes(program);
  plan->shares_limits = shares_limits(program);
  plan->uses_house = uses_house(program);
  plan->one_lot = one_lot(program);
  return list_candidates(plan, arena) ? plan : NULL;
}

const char *notch_due_word(notch_due due)
{
  switch (due) {
#define DUE(number, name, word)                                                                    \
  case NOTCH_DUE_##name:                                                                           \
    return word;
#include "member/due.def"
#undef DUE
  case NOTCH_DUE_NONE:
  case NOTCH_DUE_COUNT: break;
  }
  return "nothing";
}
