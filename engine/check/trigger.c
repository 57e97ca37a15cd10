/* check/trigger.c -- what sets a rule going. */
#include <config.h>

#include "check/checker.h"

static bool on_event(notch_checker *c, const notch_item *rule, const notch_tree_node *node,
                     notch_trigger *trigger)
{
  notch_symbol *event = notch_scope_event(c, rule->names, node);
  if (!event) return false;
  trigger->kind = NOTCH_ON_EVENT;
  trigger->a = event->index;
  if (!c->program->events[event->index].has_member) {
    CHECK_REPORT(c, node, EVENT_WITHOUT_MEMBER, node->text);
    return false;
  }
  if (event->index == NOTCH_EVENT_MERGE) {
    CHECK_REPORT(c, node, MERGE_RUNS_NOTHING);
    return false;
  }
  return true;
}

static bool on_tier(notch_checker *c, const notch_item *rule, const notch_tree_node *node,
                    notch_trigger *trigger)
{
  trigger->kind = node->kind == NOTCH_AST_TRIGGER_PROMOTE ? NOTCH_ON_PROMOTE : NOTCH_ON_DEMOTE;
  if (c->ladder_broken && !c->program->ladder_count)
    return false;
  if (!c->program->ladder_count) {
    CHECK_REPORT(c, node, WHICH_LADDER, "no ladder is declared");
    return false;
  }
  if (!node->text.length) return true;
  notch_symbol *tier = notch_scope_need(c, rule->names, node, NOTCH_SYMBOL_TIER);
  if (!tier) return false;
  trigger->a = tier->index;
  trigger->b = tier->rank;
  const notch_ladder *ladder = &c->program->ladders[tier->index];
  bool never = trigger->kind == NOTCH_ON_PROMOTE ? tier->rank == 0
                                                 : tier->rank + 1 > ladder->tier_count;
  if (never || (trigger->kind == NOTCH_ON_DEMOTE && tier->rank == 0))
    CHECK_REPORT(c, node, LOWEST_TIER, node->text);
  return true;
}

static bool on_each(notch_checker *c, const notch_tree_node *node, notch_trigger *trigger)
{
  const notch_tree_node *what = node->first;
  if (what->kind == NOTCH_AST_UNIT) {
    trigger->kind = NOTCH_ON_EACH_UNIT;
    trigger->unit = (notch_unit)what->detail;
    if (!notch_unit_is_exact(trigger->unit)) return true;
    CHECK_REPORT(c, node, CALENDAR_UNIT, notch_unit_word(trigger->unit));
    return false;
  }
  if (what->kind == NOTCH_AST_DAY_OF_YEAR) {
    trigger->kind = NOTCH_ON_EACH_DAY;
    return notch_literal_day_of_year(c, what, &trigger->month, &trigger->day);
  }
  trigger->kind = NOTCH_ON_EACH_MEMBER_DATE;
  return notch_scope_member_date(c, what, &trigger->a);
}

bool notch_trigger_read(notch_checker *c, const notch_item *rule, const notch_tree_node *node,
                        notch_trigger *trigger)
{
  notch_symbol *symbol;
  *trigger = (notch_trigger){.a = NOTCH_NONE, .b = NOTCH_NONE};
  switch (node->kind) {
  case NOTCH_AST_TRIGGER_EVENT:
    return on_event(c, rule, node, trigger);
  case NOTCH_AST_TRIGGER_PROMOTE:
  case NOTCH_AST_TRIGGER_DEMOTE:
    return on_tier(c, rule, node, trigger);
  case NOTCH_AST_TRIGGER_ENTERING:
  case NOTCH_AST_TRIGGER_LEAVING:
    trigger->kind = node->kind == NOTCH_AST_TRIGGER_ENTERING ? NOTCH_ON_ENTERING
                                                             : NOTCH_ON_LEAVING;
    symbol = notch_scope_need(c, rule->names, node->first, NOTCH_SYMBOL_SEGMENT);
    if (!symbol) return false;
    trigger->a = symbol->index;
    c->program->segments[symbol->index].watched = true;
    return true;
  case NOTCH_AST_TRIGGER_EARNING:
    trigger->kind = NOTCH_ON_EARNING;
    symbol = notch_scope_need(c, rule->names, node, NOTCH_SYMBOL_POINTS);
    if (!symbol) return false;
    trigger->a = symbol->index;
    return true;
  case NOTCH_AST_TRIGGER_EACH:
    return on_each(c, node, trigger);
  case NOTCH_AST_TRIGGER_AFTER:
    trigger->kind = NOTCH_ON_IDLE;
    if (!notch_literal_duration(c, node->first, &trigger->after)) return false;
    if (trigger->after.unit < NOTCH_UNIT_DAY) {
      CHECK_REPORT(c, node->first, IDLE_IN_DAYS);
      return false;
    }
    symbol = notch_scope_event(c, rule->names, notch_tree_child(node, 1));
    if (!symbol) return false;
    trigger->a = symbol->index;
    return true;
  default:
    return false;
  }
}
