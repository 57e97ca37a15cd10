/* check/group.c -- groups and what rules owe one another: kinds, factors, limits, returns. */
#include <config.h>

#include "check/checker.h"

#include <stdlib.h>

typedef struct ranked_rule {
  uint64_t place;
  uint32_t rule;
} ranked_rule;

static int by_place(const void *left, const void *right)
{
  const ranked_rule *one = left, *other = right;
  return one->place < other->place ? -1 : one->place > other->place;
}

static const notch_item *item_of(const notch_checker *c, notch_symbol_kind kind, uint32_t index)
{
  return &c->items[kind].items[index];
}

/* The members in tie order: as `ranked` says, then by name. */
static void read_members(notch_checker *c, uint32_t index, const uint32_t *members, uint32_t count,
                         uint32_t *places) /* of rules; all zero, before and after */
{
  const notch_item *item = item_of(c, NOTCH_SYMBOL_GROUP, index);
  notch_program *program = c->program;
  notch_group *group = &program->groups[index];
  ranked_rule *order = NOTCH_NEW_ARRAY(c->scratch, ranked_rule, count + 1);
  for (uint32_t i = 0; i < count; i++)
    order[i] = (ranked_rule){(UINT64_C(1) << 32) + program->rules[members[i]].name_rank,
                             members[i]};
  const notch_tree_node *ranked = notch_check_once(c, item->node, NOTCH_AST_GROUP_RANKED,
                                                   "ranked");
  group->ranked = ranked;
  uint32_t place = 0;
  for (const notch_tree_node *ref = ranked ? ranked->first : NULL; ref; ref = ref->next) {
    notch_symbol *rule = notch_scope_need(c, item->names, ref, NOTCH_SYMBOL_RULE);
    if (!rule) continue;
    if (program->rules[rule->index].group != index)
      CHECK_REPORT(c, ref, RANKED_ELSEWHERE, ref->text, item->node->text);
    else if (places[rule->index])
      CHECK_REPORT(c, ref, VALUE_TWICE, ref->text);
    else
      places[rule->index] = ++place;
  }
  for (uint32_t i = 0; i < count; i++)
    if (places[order[i].rule]) {
      order[i].place = places[order[i].rule];
      places[order[i].rule] = 0;
    }
  if (count) qsort(order, count, sizeof order[0], by_place);
  group->rules = NOTCH_NEW_ARRAY(c->arena, uint32_t, count + 1);
  for (uint32_t i = 0; i < count; i++) group->rules[group->rule_count++] = order[i].rule;
  if (group->combine == NOTCH_COMBINE_FIRST && place < count)
    CHECK_REPORT(c, item->node, FIRST_UNRANKED, item->node->text,
                 program->rules[order[place].rule].decl.name);
}

static notch_env group_env(notch_checker *c, const notch_item *item, const notch_group *group)
{
  uint32_t event = NOTCH_NONE;
  bool one = true;
  for (uint32_t i = 0; i < group->rule_count; i++) {
    const notch_rule *rule = &c->program->rules[group->rules[i]];
    for (uint32_t v = 0; v < rule->variant_count; v++) {
      const notch_trigger *trigger = &rule->variants[v].trigger;
      if (trigger->kind != NOTCH_ON_EVENT || (event != NOTCH_NONE && event != trigger->a))
        one = false;
      event = trigger->a;
    }
  }
  if (!one) event = NOTCH_NONE;
  return notch_env_make(item->names, event == NOTCH_NONE ? NOTCH_PLACE_MEMBER : NOTCH_PLACE_EVENT,
                        event);
}

void notch_group_check(notch_checker *c)
{
  notch_program *program = c->program;
  uint32_t *starts = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->group_count + 2);
  uint32_t *members = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->rule_count + 1);
  uint32_t *places = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->rule_count + 1);
  for (uint32_t i = 0; i < program->rule_count; i++)
    if (program->rules[i].group != NOTCH_NONE) starts[program->rules[i].group + 2]++;
  for (uint32_t i = 2; i < program->group_count + 2; i++) starts[i] += starts[i - 1];
  for (uint32_t i = 0; i < program->rule_count; i++)
    if (program->rules[i].group != NOTCH_NONE)
      members[starts[program->rules[i].group + 1]++] = i;
  for (uint32_t i = 0; i < program->group_count; i++)
    program->groups[i].decl = notch_decl_of(c, item_of(c, NOTCH_SYMBOL_GROUP, i));
  notch_order_rank(c);
  for (uint32_t i = 0; i < program->group_count; i++) {
    const notch_item *item = item_of(c, NOTCH_SYMBOL_GROUP, i);
    notch_group *group = &program->groups[i];
    group->combine = (notch_combine)notch_tree_find(item->node, NOTCH_AST_GROUP_COMBINE)->detail;
    read_members(c, i, members + starts[i], starts[i + 1] - starts[i], places);
    if (!group->rule_count) CHECK_REPORT(c, item->node, EMPTY_GROUP, item->node->text);
    notch_env env = group_env(c, item, group);
    notch_limits_of of = {.names = item->names, .envs = &env, .env_count = 1};
    of.owner = notch_arena_format(c->arena, "group %.*s", (int)group->decl.name.length,
                                  group->decl.name.bytes);
    notch_limit_read(c, &of, item->node, &group->limit_count, &group->limits);
  }
}

static const notch_tree_node *clause_of(const notch_checker *c, uint32_t rule,
                                        notch_tree_kind kind)
{
  const notch_tree_node *node = item_of(c, NOTCH_SYMBOL_RULE, rule)->node;
  const notch_tree_node *clause = notch_tree_find(node, kind);
  return clause ? clause : node;
}

static bool puts_in(const notch_rule *rule)
{
  for (uint32_t a = 0; a < rule->action_count; a++)
    if (rule->actions[a].kind == NOTCH_DO_EARN || rule->actions[a].kind == NOTCH_DO_MULTIPLY)
      return true;
  return false;
}

/* The kind of points a rule puts in; in the order of steps, so that what it multiplies is known. */
static void settle_kind(notch_checker *c, uint32_t index, uint32_t *kinds)
{
  notch_rule *rule = &c->program->rules[index];
  uint32_t kind = NOTCH_NONE;
  for (uint32_t a = 0; a < rule->action_count; a++) {
    notch_action *action = &rule->actions[a];
    if (action->kind == NOTCH_DO_MULTIPLY) {
      for (uint32_t i = 0; i < action->rule_count; i++) {
        uint32_t of = kinds[action->rules[i]];
        if (of == NOTCH_NONE) {
          if (puts_in(&c->program->rules[action->rules[i]])) continue; /* broken, and reported */
          CHECK_REPORT(c, clause_of(c, index, NOTCH_AST_RULE_MULTIPLY), MULTIPLIES_NOTHING,
                       c->program->rules[action->rules[i]].decl.name);
          continue;
        }
        if (action->points != NOTCH_NONE && action->points != of)
          CHECK_REPORT(c, clause_of(c, index, NOTCH_AST_RULE_MULTIPLY), AWARD_KINDS_DIFFER);
        action->points = of;
      }
    }
    if (action->kind == NOTCH_DO_MULTIPLY || action->kind == NOTCH_DO_EARN)
      if (kind == NOTCH_NONE) kind = action->points;
  }
  kinds[index] = kind;
}

static void check_fractions(notch_checker *c, uint32_t index)
{
  const notch_rule *rule = &c->program->rules[index];
  for (uint32_t a = 0; a < rule->action_count; a++) {
    const notch_action *action = &rule->actions[a];
    if (action->kind != NOTCH_DO_MULTIPLY || action->points == NOTCH_NONE) continue;
    const notch_points *points = &c->program->points[action->points];
    if (rule->rounding.written || points->rounding.written) continue;
    for (uint32_t v = 0; v < rule->variant_count; v++) {
      uint32_t root = rule->variants[v].amounts[a];
      if (root != NOTCH_NONE && !c->roots.items[root].expr->whole) {
        CHECK_REPORT(c, clause_of(c, index, NOTCH_AST_RULE_MULTIPLY), NO_ROUNDING,
                     points->decl.name);
        break;
      }
    }
  }
}

static void check_limit_kinds(notch_checker *c, const notch_tree_node *declaration,
                              const uint32_t *limits, uint32_t count, uint32_t kind)
{
  const notch_tree_node *node = notch_tree_find(declaration, NOTCH_AST_LIMIT);
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &c->limits.items[limits[i]];
    if (limit->times || kind == NOTCH_NONE || limit->points == kind) continue;
    CHECK_REPORT(c, node ? node : declaration, LIMIT_KIND,
                 c->program->points[limit->points].decl.name, c->program->points[kind].decl.name);
  }
}

static bool same_rules(const notch_action *left, const notch_action *right)
{
  if (left->rule_count != right->rule_count) return false;
  for (uint32_t i = 0; i < left->rule_count; i++) {
    bool found = false;
    for (uint32_t j = 0; j < right->rule_count; j++) found |= left->rules[i] == right->rules[j];
    if (!found) return false;
  }
  return true;
}

static void check_multiplying(notch_checker *c, const notch_group *group)
{
  const notch_action *first = NULL;
  for (uint32_t i = 0; i < group->rule_count; i++) {
    uint32_t index = group->rules[i];
    const notch_rule *rule = &c->program->rules[index];
    const notch_tree_node *node = clause_of(c, index, NOTCH_AST_RULE_MULTIPLY);
    const notch_action *action = NULL;
    for (uint32_t a = 0; a < rule->action_count; a++)
      if (rule->actions[a].kind == NOTCH_DO_MULTIPLY || rule->actions[a].kind == NOTCH_DO_EARN)
        action = action ? action : &rule->actions[a];
    if (!action || action->kind != NOTCH_DO_MULTIPLY || (first && !same_rules(first, action))) {
      CHECK_REPORT(c, node, MULTIPLYING_SAME, group->decl.name);
      continue;
    }
    first = action;
    for (uint32_t v = 0; v < rule->variant_count; v++) {
      uint32_t root = rule->variants[v].amounts[action - rule->actions];
      const notch_expr *factor = root == NOTCH_NONE ? NULL : c->roots.items[root].expr;
      if (!factor || factor->type.kind == NOTCH_TYPE_ERROR) continue;
      if (!factor->range.has_low ||
          notch_rational_compare(factor->range.low, NOTCH_INTEGER(1)) < 0)
        CHECK_REPORT(c, node, FACTOR_BELOW_ONE, group->decl.name);
    }
  }
}

static void check_best(notch_checker *c, const notch_group *group, const uint32_t *kinds)
{
  uint32_t kind = NOTCH_NONE;
  for (uint32_t i = 0; i < group->rule_count; i++) {
    uint32_t of = kinds[group->rules[i]];
    if (of == NOTCH_NONE) continue;
    if (kind != NOTCH_NONE && of != kind)
      CHECK_REPORT(c, item_of(c, NOTCH_SYMBOL_RULE, group->rules[i])->node, BEST_OF_ONE_KIND,
                   group->decl.name);
    kind = of;
  }
}

typedef struct field_search {
  const notch_event_decl *event;
  uint32_t found;
  bool several;
} field_search;

static bool note_field(void *payload, const notch_expr *expr)
{
  field_search *search = payload;
  if (expr->op != NOTCH_EXPR_FIELD) return true;
  uint8_t kind = search->event->fields[expr->a].type.kind;
  if (kind != NOTCH_TYPE_MONEY && kind != NOTCH_TYPE_NUMBER) return true;
  if (search->found != NOTCH_NONE && search->found != expr->a) search->several = true;
  search->found = expr->a;
  return true;
}

/* What `on return proportional` scales by. */
static void settle_proportional(notch_checker *c, uint32_t index)
{
  notch_rule *rule = &c->program->rules[index];
  for (uint32_t v = 0; v < rule->variant_count; v++) {
    notch_variant *variant = &rule->variants[v];
    if (variant->trigger.kind != NOTCH_ON_EVENT) continue;
    field_search search = {&c->program->events[variant->trigger.a], NOTCH_NONE, false};
    for (uint32_t a = 0; a < rule->action_count; a++)
      if (rule->actions[a].kind == NOTCH_DO_EARN && variant->amounts[a] != NOTCH_NONE)
        notch_expr_visit(c, c->roots.items[variant->amounts[a]].expr, note_field, &search);
    if (search.found == NOTCH_NONE && variant->when != NOTCH_NONE)
      notch_expr_visit(c, c->roots.items[variant->when].expr, note_field, &search);
    if (search.found == NOTCH_NONE) search.found = search.event->first_money;
    if (search.found == NOTCH_NONE) search.found = search.event->first_number;
    variant->proportional_field = search.found;
    if (rule->on_return != NOTCH_RETURN_PROPORTIONAL) continue;
    const notch_tree_node *node = clause_of(c, index, NOTCH_AST_ON_RETURN);
    if (search.several)
      CHECK_REPORT(c, node, PROPORTIONAL_TO_WHAT, "it reads several");
    else if (search.found == NOTCH_NONE)
      CHECK_REPORT(c, node, PROPORTIONAL_TO_WHAT, "the event has none");
  }
}

/* After the order is settled. */
void notch_group_settle(notch_checker *c)
{
  notch_program *program = c->program;
  uint32_t *kinds = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->rule_count + 1);
  for (uint32_t i = 0; i < program->rule_count; i++) kinds[i] = NOTCH_NONE;
  for (uint32_t s = 0; s < program->step_count; s++)
    if (!program->steps[s].is_group) settle_kind(c, program->steps[s].index, kinds);
  for (uint32_t i = 0; i < program->rule_count; i++) {
    check_fractions(c, i);
    settle_proportional(c, i);
    check_limit_kinds(c, item_of(c, NOTCH_SYMBOL_RULE, i)->node, program->rules[i].limits,
                      program->rules[i].limit_count, kinds[i]);
  }
  for (uint32_t i = 0; i < program->group_count; i++) {
    const notch_group *group = &program->groups[i];
    if (group->combine == NOTCH_COMBINE_MULTIPLYING) check_multiplying(c, group);
    if (group->combine == NOTCH_COMBINE_BEST) check_best(c, group, kinds);
    if (!group->rule_count) continue;
    check_limit_kinds(c, item_of(c, NOTCH_SYMBOL_GROUP, i)->node, group->limits,
                      group->limit_count, kinds[group->rules[0]]);
  }
}
