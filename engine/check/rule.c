/* check/rule.c -- rules: clauses, actions, and one variant for each trigger. */
#include <config.h>

#include "check/checker.h"

typedef struct rule_work {
  notch_checker *c;
  const notch_item *item;
  notch_rule *rule;
  uint32_t index;
  notch_draw_place *draws;
  notch_env *envs; /* one a variant, with what `when` proves */
  const notch_tree_node **nodes; /* of the actions */
  bool *lets_used;               /* by position among the rule's lets */
} rule_work;

static bool is_action(notch_tree_kind kind)
{
  return kind >= NOTCH_AST_RULE_EARN && kind <= NOTCH_AST_RULE_PROMOTE;
}

/* `after 90 days without a, b`: the second event is no part of the silence. */
static void look_at_silence(notch_checker *c, const notch_tree_node *before,
                            const notch_tree_node *trigger)
{
  if (!before || before->kind != NOTCH_AST_TRIGGER_AFTER ||
      trigger->kind != NOTCH_AST_TRIGGER_EVENT)
    return;
  CHECK_REPORT(c, trigger, EVENT_AFTER_SILENCE, trigger->text, notch_tree_child(before, 1)->text,
               trigger->text);
}

static void read_triggers(rule_work *work)
{
  notch_checker *c = work->c;
  const notch_tree_node *node = work->item->node;
  uint32_t count = 0;
  for (const notch_tree_node *on = notch_tree_find(node, NOTCH_AST_RULE_ON); on;
       on = notch_tree_find_next(on))
    count += on->count;
  work->rule->variants = NOTCH_NEW_ARRAY(c->arena, notch_variant, count + 1);
  for (const notch_tree_node *on = notch_tree_find(node, NOTCH_AST_RULE_ON); on;
       on = notch_tree_find_next(on)) {
    const notch_tree_node *before = NULL;
    for (const notch_tree_node *trigger = on->first; trigger; trigger = trigger->next) {
      look_at_silence(c, before, trigger);
      before = trigger;
      notch_variant *variant = &work->rule->variants[work->rule->variant_count];
      if (notch_trigger_read(c, work->item, trigger, &variant->trigger))
        work->rule->variant_count++;
    }
  }
  if (!count) CHECK_REPORT(c, node, RULE_WITHOUT_TRIGGER, node->text);
}

static void read_multiplied(rule_work *work, const notch_tree_node *node, notch_action *action)
{
  notch_checker *c = work->c;
  for (const notch_tree_node *ref = notch_tree_find(node, NOTCH_AST_REF); ref;
       ref = notch_tree_find_next(ref)) {
    notch_symbol *symbol = notch_scope_need(c, work->item->names, ref, NOTCH_SYMBOL_RULE);
    if (!symbol) continue;
    if (symbol->index == work->index) CHECK_REPORT(c, ref, MULTIPLIES_ITSELF, ref->text);
    action->rules = notch_check_grow(c, action->rules, action->rule_count, sizeof(uint32_t));
    action->rules[action->rule_count++] = symbol->index;
  }
}

static void read_action(rule_work *work, const notch_tree_node *node, notch_action *action)
{
  notch_checker *c = work->c;
  notch_symbol *symbol;
  static const notch_action_kind kinds[] = {
      [NOTCH_AST_RULE_EARN - NOTCH_AST_RULE_EARN] = NOTCH_DO_EARN,
      [NOTCH_AST_RULE_MULTIPLY - NOTCH_AST_RULE_EARN] = NOTCH_DO_MULTIPLY,
      [NOTCH_AST_RULE_DEDUCT - NOTCH_AST_RULE_EARN] = NOTCH_DO_DEDUCT,
      [NOTCH_AST_RULE_REFUSE - NOTCH_AST_RULE_EARN] = NOTCH_DO_REFUSE,
      [NOTCH_AST_RULE_CLOSE - NOTCH_AST_RULE_EARN] = NOTCH_DO_CLOSE,
      [NOTCH_AST_RULE_GRANT - NOTCH_AST_RULE_EARN] = NOTCH_DO_GRANT,
      [NOTCH_AST_RULE_TAG - NOTCH_AST_RULE_EARN] = NOTCH_DO_TAG,
      [NOTCH_AST_RULE_UNTAG - NOTCH_AST_RULE_EARN] = NOTCH_DO_UNTAG,
      [NOTCH_AST_RULE_NOTIFY - NOTCH_AST_RULE_EARN] = NOTCH_DO_NOTIFY,
      [NOTCH_AST_RULE_PROMOTE - NOTCH_AST_RULE_EARN] = NOTCH_DO_PROMOTE};
  *action = (notch_action){.kind = kinds[node->kind - NOTCH_AST_RULE_EARN],
                           .points = NOTCH_NONE,
                           .reward = NOTCH_NONE,
                           .ladder = NOTCH_NONE,
                           .tier = NOTCH_NONE};
  switch (action->kind) {
  case NOTCH_DO_MULTIPLY:
    read_multiplied(work, node, action);
    return;
  case NOTCH_DO_GRANT:
    symbol = notch_scope_need(c, work->item->names, node->first, NOTCH_SYMBOL_REWARD);
    if (symbol) action->reward = symbol->index;
    return;
  case NOTCH_DO_TAG:
  case NOTCH_DO_UNTAG:
  case NOTCH_DO_NOTIFY:
    action->text = notch_arena_text(c->arena, node->text);
    return;
  case NOTCH_DO_PROMOTE:
    symbol = notch_scope_need(c, work->item->names, node, NOTCH_SYMBOL_TIER);
    if (symbol) {
      action->ladder = symbol->index;
      action->tier = symbol->rank;
    }
    notch_literal_duration(c, node->first, &action->duration);
    return;
  default:
    return;
  }
}

static void read_actions(rule_work *work)
{
  const notch_tree_node *node = work->item->node;
  notch_rule *rule = work->rule;
  rule->actions = NOTCH_NEW_ARRAY(work->c->arena, notch_action, node->count + 1);
  work->nodes = NOTCH_NEW_ARRAY(work->c->scratch, const notch_tree_node *, node->count + 1);
  for (const notch_tree_node *clause = node->first; clause; clause = clause->next) {
    if (!is_action(clause->kind)) continue;
    work->nodes[rule->action_count] = clause;
    read_action(work, clause, &rule->actions[rule->action_count++]);
  }
  bool transfer = rule->variant_count == 1 &&
                  rule->variants[0].trigger.kind == NOTCH_ON_EVENT &&
                  rule->variants[0].trigger.a == NOTCH_EVENT_TRANSFER;
  if (!rule->action_count && !transfer)
    CHECK_REPORT(work->c, node, RULE_DOES_NOTHING, node->text);
}

static notch_env variant_env(rule_work *work, const notch_variant *variant)
{
  notch_checker *c = work->c;
  bool by_event = variant->trigger.kind == NOTCH_ON_EVENT;
  notch_env env = notch_env_make(work->item->names,
                                 by_event ? NOTCH_PLACE_EVENT : NOTCH_PLACE_MEMBER,
                                 by_event ? variant->trigger.a : NOTCH_NONE);
  env.rule = work->index;
  env.earned_now = variant->trigger.kind == NOTCH_ON_PROMOTE ||
                   variant->trigger.kind == NOTCH_ON_EARNING;
  if (by_event) env.draws = &work->draws;
  env.no_draws = "what sets this rule going has no event id";
  notch_let **end = &env.lets;
  for (const notch_tree_node *clause = notch_tree_find(work->item->node, NOTCH_AST_RULE_LET);
       clause; clause = notch_tree_find_next(clause)) {
    *end = NOTCH_NEW(c->scratch, notch_let);
    (*end)->node = clause;
    end = &(*end)->next;
  }
  return env;
}

/* Whole, or rounded by somebody: else nobody says what a fraction of a point becomes. */
static void need_rounding(rule_work *work, const notch_tree_node *node, const notch_expr *amount,
                          uint32_t points)
{
  const notch_points *kind = &work->c->program->points[points];
  if (amount->whole || work->rule->rounding.written || kind->rounding.written) return;
  CHECK_REPORT(work->c, node, NO_ROUNDING, kind->decl.name);
}

static void need_positive(rule_work *work, const notch_tree_node *clause, const notch_expr *amount)
{
  notch_checker *c = work->c;
  if (!notch_range_not_negative(amount->range))
    notch_suggest_not_negative(c, clause, amount);
  else if (amount->range.has_high &&
           notch_rational_compare(amount->range.high, NOTCH_INTEGER(NOTCH_AMOUNT_MAX)) > 0)
    CHECK_REPORT(c, clause->first, MAY_OVERFLOW);
}

static notch_expr *check_award(rule_work *work, const notch_env *env,
                               const notch_tree_node *clause, notch_action *action)
{
  notch_checker *c = work->c;
  const notch_tree_node *node = clause->first;
  notch_expr *amount = notch_expr_value(c, env, node, NULL);
  if (amount->type.kind == NOTCH_TYPE_ERROR) return amount;
  if (amount->type.kind != NOTCH_TYPE_POINTS) {
    if (c->program->points_count)
      return notch_expr_want(c, amount, notch_type_make(NOTCH_TYPE_POINTS, 0), node, "an award");
    CHECK_REPORT(c, node, NO_POINTS);
    return notch_expr_error(c, node);
  }
  if (action->points != NOTCH_NONE && action->points != amount->type.of)
    CHECK_REPORT(c, node, AWARD_KINDS_DIFFER);
  action->points = amount->type.of;
  need_positive(work, clause, amount);
  need_rounding(work, node, amount, action->points);
  return amount;
}

/* `multiply base by 25%`: hardly ever does the author mean to take three quarters away. */
static void look_at_share(notch_checker *c, const notch_tree_node *factor)
{
  if (factor->kind != NOTCH_AST_PERCENT) return;
  uint32_t whole = 0, digits = 0;
  for (; digits < factor->text.length && factor->text.bytes[digits] != '.'; digits++) {
    char digit = factor->text.bytes[digits];
    if (digit != '_') whole = whole * 10 + (uint32_t)(digit - '0');
    if (whole >= 100) return;
  }
  notch_text fraction = {factor->text.bytes + digits, factor->text.length - digits};
  notch_text share = notch_source_slice(notch_check_source(c, factor), factor->span);
  CHECK_REPORT(c, factor, FACTOR_IS_SHARE, share, share,
               notch_arena_format(c->scratch, "%u%.*s%%", 100 + whole, (int)fraction.length,
                                  fraction.bytes));
}

static notch_expr *check_factor(rule_work *work, const notch_env *env,
                                const notch_tree_node *clause)
{
  notch_checker *c = work->c;
  notch_expr *factor = notch_expr_value(c, env, clause->first, NULL);
  factor = notch_expr_want(c, factor, notch_type_make(NOTCH_TYPE_NUMBER, 0), clause->first,
                           "a factor");
  if (factor->type.kind != NOTCH_TYPE_ERROR && !notch_range_not_negative(factor->range))
    CHECK_REPORT(c, clause->first, FACTOR_NEGATIVE,
                 notch_source_slice(notch_check_source(c, clause->first), clause->first->span));
  look_at_share(c, clause->first);
  return factor;
}

static notch_expr *check_times(rule_work *work, const notch_env *env,
                               const notch_tree_node *clause)
{
  notch_checker *c = work->c;
  const notch_tree_node *times = notch_tree_find(clause, NOTCH_AST_GRANT_TIMES);
  if (!times) return NULL;
  notch_expr *count = notch_expr_value(c, env, times->first, NULL);
  count = notch_expr_want(c, count, notch_type_make(NOTCH_TYPE_NUMBER, 0), times->first,
                          "how often");
  if (count->type.kind != NOTCH_TYPE_ERROR &&
      (!count->whole || !notch_range_not_negative(count->range)))
    CHECK_REPORT(c, times->first, TIMES_WHOLE);
  return count;
}

static uint32_t check_receiver(rule_work *work, const notch_env *env,
                               const notch_tree_node *clause)
{
  notch_checker *c = work->c;
  const notch_tree_node *to = notch_tree_find(clause, NOTCH_AST_EARN_TO);
  if (!to) return NOTCH_NONE;
  notch_expr *member = notch_expr_check(c, env, to->first, NULL);
  if (member->type.kind != NOTCH_TYPE_MEMBER && member->type.kind != NOTCH_TYPE_ERROR)
    CHECK_REPORT(c, to, NOT_A_MEMBER, notch_type_describe(c, member->type));
  return notch_root_in(c, env, member);
}

static void check_line(rule_work *work, notch_variant *variant, const notch_env *env, uint32_t at,
                       const notch_expr *amount)
{
  notch_checker *c = work->c;
  uint32_t points = work->rule->actions[at].points;
  const notch_rounding *own = &work->rule->rounding;
  if (points == NOTCH_NONE || amount->type.kind != NOTCH_TYPE_POINTS) return;
  notch_scope scope = own->written ? own->scope : c->program->points[points].rounding.scope;
  if (scope != NOTCH_PER_LINE) return;
  notch_expr *line;
  uint32_t list = NOTCH_NONE;
  if (notch_rule_line(c, amount, &line, &list)) {
    variant->line_amounts[at] = notch_root_in(c, env, line);
    variant->line_field = list;
  } else if (own->written) {
    CHECK_REPORT(c, work->nodes[at]->first, NOT_LINEAR);
  }
}

static void check_action(rule_work *work, notch_variant *variant, const notch_env *env,
                         uint32_t at)
{
  notch_checker *c = work->c;
  const notch_tree_node *clause = work->nodes[at];
  notch_action *action = &work->rule->actions[at];
  notch_expr *amount = NULL;
  switch (action->kind) {
  case NOTCH_DO_EARN:
  case NOTCH_DO_DEDUCT:
    amount = check_award(work, env, clause, action);
    if (action->kind == NOTCH_DO_EARN) check_line(work, variant, env, at, amount);
    variant->receivers[at] = check_receiver(work, env, clause);
    break;
  case NOTCH_DO_MULTIPLY:
    amount = check_factor(work, env, clause);
    break;
  case NOTCH_DO_GRANT:
    amount = check_times(work, env, clause);
    break;
  case NOTCH_DO_REFUSE:
    if (variant->trigger.kind != NOTCH_ON_EVENT) CHECK_REPORT(c, clause, REFUSE_AN_EVENT);
    break;
  default:
    break;
  }
  if (amount) variant->amounts[at] = notch_root_in(c, env, amount);
}

static uint32_t *none_each(notch_checker *c, uint32_t count)
{
  uint32_t *list = NOTCH_NEW_ARRAY(c->arena, uint32_t, count + 1);
  for (uint32_t i = 0; i < count; i++) list[i] = NOTCH_NONE;
  return list;
}

static void note_lets(rule_work *work, const notch_env *env)
{
  uint32_t at = 0;
  for (notch_let *let = env->lets; let; let = let->next, at++) {
    if (!let->used) { /* still checked, so that a mistake in it is not hidden */
      notch_env copy = *env;
      copy.lets = env->lets;
      notch_expr_check(work->c, &copy, let->node->first, NULL);
    }
    work->lets_used[at] |= let->used;
  }
}

static void check_variant(rule_work *work, uint32_t at)
{
  notch_checker *c = work->c;
  notch_variant *variant = &work->rule->variants[at];
  notch_env *env = &work->envs[at];
  *env = variant_env(work, variant);
  variant->when = variant->line_field = variant->proportional_field = NOTCH_NONE;
  variant->amounts = none_each(c, work->rule->action_count);
  variant->receivers = none_each(c, work->rule->action_count);
  variant->line_amounts = none_each(c, work->rule->action_count);
  const notch_tree_node *when = notch_check_once(c, work->item->node, NOTCH_AST_RULE_WHEN, "when");
  if (when) {
    notch_expr *condition = notch_expr_condition(c, env, when->first);
    variant->when = notch_root_in(c, env, condition);
    env->known = notch_known_when(c, condition, true, NULL);
  }
  for (uint32_t i = 0; i < work->rule->action_count; i++) check_action(work, variant, env, i);
  note_lets(work, env);
}

static void watch_lets(rule_work *work)
{
  uint32_t at = 0;
  for (const notch_tree_node *clause = notch_tree_find(work->item->node, NOTCH_AST_RULE_LET);
       clause; clause = notch_tree_find_next(clause), at++)
    if (work->rule->variant_count && !work->lets_used[at])
      CHECK_REPORT(work->c, clause, UNUSED_LET, clause->text);
}

static void read_terms(rule_work *work)
{
  notch_checker *c = work->c;
  notch_rule *rule = work->rule;
  rule->terms = NOTCH_NONE;
  uint32_t points = NOTCH_NONE;
  for (uint32_t i = 0; i < rule->action_count; i++)
    if (rule->actions[i].kind == NOTCH_DO_EARN && points == NOTCH_NONE)
      points = rule->actions[i].points;
  notch_terms terms = {.expiry_while = NOTCH_NONE, .pending_event = NOTCH_NONE};
  if (points != NOTCH_NONE) terms = c->terms.items[c->program->points[points].terms];
  if (!notch_terms_read(c, work->item->names, work->item->node, &terms)) return;
  rule->terms = notch_terms_add(c, &terms);
}

static void read_links(rule_work *work)
{
  notch_checker *c = work->c;
  const notch_tree_node *node = work->item->node;
  notch_rule *rule = work->rule;
  rule->group = rule->exception_to = rule->partner = NOTCH_NONE;
  const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_RULE_BELONGS, "belongs to");
  notch_symbol *symbol;
  if (clause) {
    symbol = notch_scope_need(c, work->item->names, clause->first, NOTCH_SYMBOL_GROUP);
    if (symbol) rule->group = symbol->index;
  }
  clause = notch_check_once(c, node, NOTCH_AST_RULE_EXCEPTION, "exception to");
  if (clause) {
    symbol = notch_scope_need(c, work->item->names, clause->first, NOTCH_SYMBOL_RULE);
    if (symbol) rule->exception_to = symbol->index;
  }
  clause = notch_check_once(c, node, NOTCH_AST_FUNDED_BY, "funded by");
  if (clause) {
    symbol = notch_scope_need(c, work->item->names, clause, NOTCH_SYMBOL_PARTNER);
    if (symbol) rule->partner = symbol->index;
  }
  notch_literal_effective(c, notch_check_once(c, node, NOTCH_AST_EFFECTIVE, "effective"),
                          &rule->from_us, &rule->to_us);
  clause = notch_check_once(c, node, NOTCH_AST_ON_RETURN, "on return");
  rule->on_return_written = clause;
  rule->on_return = clause ? (notch_on_return)clause->detail : NOTCH_RETURN_RECOMPUTE;
  clause = notch_check_once(c, node, NOTCH_AST_BECAUSE, "because");
  if (clause) rule->because = notch_arena_text(c->arena, clause->text);
  notch_rounding_read(c, node, &rule->rounding);
}

static void check_rule(notch_checker *c, const notch_item *item)
{
  rule_work work = {.c = c, .item = item, .index = item->symbol->index};
  notch_rule *rule = work.rule = &c->program->rules[work.index];
  rule->decl = notch_decl_of(c, item);
  read_links(&work);
  read_triggers(&work);
  read_actions(&work);
  work.envs = NOTCH_NEW_ARRAY(c->scratch, notch_env, rule->variant_count + 1);
  work.lets_used = NOTCH_NEW_ARRAY(c->scratch, bool, item->node->count + 1);
  for (uint32_t i = 0; i < rule->variant_count; i++) check_variant(&work, i);
  watch_lets(&work);
  read_terms(&work);
  notch_limits_of of = {.names = item->names, .envs = work.envs, .env_count = rule->variant_count};
  of.owner = notch_arena_format(c->arena, "rule %.*s", (int)rule->decl.name.length,
                                rule->decl.name.bytes);
  notch_limit_read(c, &of, item->node, &rule->limit_count, &rule->limits);
}

void notch_rule_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->rule_count; i++)
    check_rule(c, &c->items[NOTCH_SYMBOL_RULE].items[i]);
}
