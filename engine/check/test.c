/* check/test.c -- `test` blocks: steps with their events, and what is expected of them. */
#include <config.h>

#include "check/checker.h"

typedef struct test_work {
  notch_checker *c;
  const notch_item *item;
  notch_names *steps; /* `as` names: the event's index is in the symbol */
  uint32_t last_event;
} test_work;

/* Returns may come before what they return: the names of all steps are known first. */
static void collect_steps(test_work *work)
{
  notch_checker *c = work->c;
  work->steps = notch_names_new(c, NULL, (notch_text){0});
  for (const notch_tree_node *node = work->item->node->first; node; node = node->next) {
    if (node->kind != NOTCH_AST_TEST_AT) continue;
    const notch_tree_node *step = notch_tree_child(node, 1);
    const notch_tree_node *as = notch_tree_find(step, NOTCH_AST_STEP_AS);
    if (!as) continue;
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_TEST, .index = NOTCH_NONE, .node = as};
    if (step->kind == NOTCH_AST_STEP_RETURN) {
      symbol->index = NOTCH_EVENT_RETURN;
    } else {
      const notch_symbol *event = notch_names_find(work->item->names, step->text);
      if (event && event->kind == NOTCH_SYMBOL_EVENT) symbol->index = event->index;
    }
    notch_names_add(c, work->steps, as->text, symbol, as);
  }
}

static bool event_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_checker *c = work->c;
  const notch_tree_node *what = notch_tree_child(node, 1);
  const notch_tree_node *as = notch_tree_find(what, NOTCH_AST_STEP_AS);
  notch_scene scene = {.names = work->item->names, .step = node, .member = node->text,
                       .has_at = true, .returned_event = NOTCH_NONE};
  if (!notch_literal_instant(c, node->first, &step->at_us)) return false;
  scene.at_us = step->at_us;
  if (what->kind == NOTCH_AST_STEP_RETURN) {
    scene.event = NOTCH_EVENT_RETURN;
    scene.returned = what->text;
    const notch_symbol *original = notch_names_get(work->steps, what->text);
    if (original)
      scene.returned_event = original->index;
    else
      CHECK_REPORT(c, what, UNKNOWN_STEP, what->text);
  } else {
    notch_symbol *event = notch_scope_event(c, work->item->names, what);
    if (!event) return false;
    if (!c->program->events[event->index].has_member) {
      CHECK_REPORT(c, what, EVENT_WITHOUT_MEMBER, what->text);
      return false;
    }
    scene.event = event->index;
  }
  step->kind = NOTCH_TEST_EVENT;
  step->event = work->last_event = scene.event;
  step->member = notch_arena_text(c->arena, node->text);
  if (as) step->id = notch_arena_text(c->arena, as->text);
  step->event_json = notch_test_json(c, &scene);
  return true;
}

static bool program_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_checker *c = work->c;
  if (!notch_literal_instant(c, node->first, &step->at_us)) return false;
  notch_symbol *event = notch_scope_event(c, work->item->names, node);
  if (!event) return false;
  if (c->program->events[event->index].has_member) {
    CHECK_REPORT(c, node, STEP_OF_WHOM, node->text, node->text);
    return false;
  }
  notch_scene scene = {.names = work->item->names, .step = node, .has_at = true,
                       .at_us = step->at_us, .event = event->index,
                       .returned_event = NOTCH_NONE};
  step->kind = NOTCH_TEST_EVENT;
  step->event = work->last_event = event->index;
  step->event_json = notch_test_json(c, &scene);
  return true;
}

static bool given_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_checker *c = work->c;
  notch_scene scene = {.names = work->item->names, .step = node, .member = node->text,
                       .event = NOTCH_EVENT_GIVEN, .returned_event = NOTCH_NONE};
  step->kind = NOTCH_TEST_GIVEN;
  step->event = NOTCH_EVENT_GIVEN;
  step->member = notch_arena_text(c->arena, node->text);
  step->event_json = notch_test_json(c, &scene);
  return true;
}

static bool has_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_checker *c = work->c;
  const notch_tree_node *amount = node->first;
  const notch_tree_node *quantity = amount->kind == NOTCH_AST_NEGATE ? amount->first : amount;
  step->kind = NOTCH_TEST_HAS;
  step->member = notch_arena_text(c->arena, node->text);
  step->state = (notch_test_state)node->detail;
  step->points = step->reward = NOTCH_NONE;
  const notch_tree_node *unit = notch_tree_find(quantity, NOTCH_AST_NAME);
  notch_symbol *symbol = unit ? notch_scope_resolve(c, work->item->names, unit) : NULL;
  if (unit && !symbol) return false;
  if (symbol && symbol->kind == NOTCH_SYMBOL_REWARD) {
    step->reward = symbol->index;
    if (node->detail == NOTCH_STATE_DEBT) CHECK_REPORT(c, node, STATE_OF_POINTS);
    return notch_literal_count(c, quantity, quantity->text, 0, INT64_C(1000000000000),
                               &step->amount);
  }
  return notch_literal_points(c, work->item->names, amount, &step->points, &step->amount);
}

static bool rule_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_symbol *rule = notch_scope_need(work->c, work->item->names, node->first,
                                        NOTCH_SYMBOL_RULE);
  step->kind = node->kind == NOTCH_AST_EXPECT_APPLIED ? NOTCH_TEST_APPLIED : NOTCH_TEST_SKIPPED;
  if (rule) step->rule = rule->index;
  return rule;
}

static bool refused_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  step->kind = NOTCH_TEST_REFUSED;
  step->verdict = notch_verdict_of_word(node->text);
  if (step->verdict > NOTCH_WAITING && step->verdict < NOTCH_VERDICT_COUNT) return true;
  notch_nearest nearest = {.wanted = node->text};
  for (int i = NOTCH_WAITING + 1; i < NOTCH_VERDICT_COUNT; i++)
    notch_nearest_try(&nearest, notch_text_of(notch_verdict_word((notch_verdict)i)));
  CHECK_REPORT(work->c, node, UNKNOWN_REASON, node->text,
               notch_check_meant(work->c, nearest.best));
  return false;
}

static bool that_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_env env = notch_env_make(work->item->names, NOTCH_PLACE_TEST, work->last_event);
  env.earned_now = true;
  step->kind = NOTCH_TEST_THAT;
  step->root = notch_root_in(work->c, &env, notch_expr_condition(work->c, &env, node->first));
  return true;
}

static bool read_step(test_work *work, const notch_tree_node *node, notch_test_step *step)
{
  notch_symbol *tier;
  *step = (notch_test_step){.source = node->source, .span = node->span, .event = NOTCH_NONE,
                            .points = NOTCH_NONE, .reward = NOTCH_NONE, .ladder = NOTCH_NONE,
                            .tier = NOTCH_NONE, .rule = NOTCH_NONE, .root = NOTCH_NONE};
  switch (node->kind) {
  case NOTCH_AST_TEST_GIVEN:
    return given_step(work, node, step);
  case NOTCH_AST_TEST_AT:
    return event_step(work, node, step);
  case NOTCH_AST_TEST_AT_PROGRAM:
    return program_step(work, node, step);
  case NOTCH_AST_TEST_WAIT:
    step->kind = NOTCH_TEST_WAIT;
    return notch_literal_instant(work->c, node->first, &step->at_us);
  case NOTCH_AST_EXPECT_HAS:
    return has_step(work, node, step);
  case NOTCH_AST_EXPECT_IS:
    step->kind = NOTCH_TEST_IS;
    step->member = notch_arena_text(work->c->arena, node->text);
    tier = notch_scope_need(work->c, work->item->names, node->first, NOTCH_SYMBOL_TIER);
    if (tier) {
      step->ladder = tier->index;
      step->tier = tier->rank;
    }
    return tier;
  case NOTCH_AST_EXPECT_APPLIED:
  case NOTCH_AST_EXPECT_SKIPPED:
    return rule_step(work, node, step);
  case NOTCH_AST_EXPECT_REFUSED:
    return refused_step(work, node, step);
  case NOTCH_AST_EXPECT_THAT:
    return that_step(work, node, step);
  default:
    return false;
  }
}

void notch_test_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->test_count; i++) {
    test_work work = {.c = c, .item = &c->items[NOTCH_SYMBOL_TEST].items[i],
                      .last_event = NOTCH_NONE};
    notch_test *test = &c->program->tests[i];
    test->decl = notch_decl_of(c, work.item);
    test->decl.name = notch_arena_text(c->arena, work.item->node->text);
    test->steps = NOTCH_NEW_ARRAY(c->arena, notch_test_step, work.item->node->count + 1);
    collect_steps(&work);
    bool expects = false;
    for (const notch_tree_node *node = work.item->node->first; node; node = node->next) {
      if (node->kind == NOTCH_AST_TITLE) continue;
      expects |= node->kind >= NOTCH_AST_EXPECT_HAS && node->kind <= NOTCH_AST_EXPECT_THAT;
      if (read_step(&work, node, &test->steps[test->step_count])) test->step_count++;
    }
    if (!expects) CHECK_REPORT(c, work.item->node, TEST_EXPECTS_NOTHING, work.item->node->text);
  }
}

void notch_property_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->property_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_PROPERTY].items[i];
    notch_property *property = &c->program->properties[i];
    property->decl = notch_decl_of(c, item);
    property->decl.name = notch_arena_text(c->arena, item->node->text);
    property->whole = item->node->span;
    property->never = item->node->detail == 0;
    property->event = property->root = NOTCH_NONE;
    const notch_tree_node *name = notch_tree_find(item->node, NOTCH_AST_NAME);
    notch_symbol *event = notch_scope_event(c, item->names, name);
    if (!event) continue;
    property->event = event->index;
    notch_env env = notch_env_make(item->names, NOTCH_PLACE_TEST, event->index);
    env.earned_now = true;
    property->root = notch_root_in(c, &env, notch_expr_condition(c, &env, name->next));
  }
}
