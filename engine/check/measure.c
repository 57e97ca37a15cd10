/* check/measure.c -- measures: running figures of a member, and what their windows ask for. */
#include <config.h>

#include "check/checker.h"

static notch_type merge_type(notch_checker *c, const notch_tree_node *node, notch_type before,
                             notch_type now)
{
  if (before.kind == NOTCH_TYPE_ERROR) return now;
  if (!notch_type_same(before, now))
    CHECK_REPORT(c, node, MEASURE_TYPES, notch_type_describe(c, before),
                 notch_type_describe(c, now));
  return before;
}

static notch_type value_on(notch_checker *c, const notch_env *env, const notch_tree_node *of,
                           notch_measure_on *on, notch_type type)
{
  notch_expr *value = notch_expr_value(c, env, of->first, NULL);
  if (value->type.kind == NOTCH_TYPE_ERROR) return type;
  bool distinct = of->detail == NOTCH_AGGREGATE_DISTINCT;
  if (!distinct && !notch_type_is_rational(value->type)) {
    CHECK_REPORT(c, of->first, NOT_A_NUMBER, notch_type_describe(c, value->type));
    return type;
  }
  if (distinct && (value->type.kind == NOTCH_TYPE_LIST || value->type.kind == NOTCH_TYPE_SET)) {
    CHECK_REPORT(c, of->first, NOT_COMPARED, notch_type_describe(c, value->type));
    return type;
  }
  on->value = notch_root_in(c, env, value);
  if (distinct) return notch_type_make(NOTCH_TYPE_NUMBER, 0);
  return merge_type(c, of->first, type, value->type);
}

static void check_on(notch_checker *c, const notch_item *item, notch_measure *measure)
{
  const notch_tree_node *node = item->node;
  const notch_tree_node *of = notch_tree_find(node, NOTCH_AST_MEASURE_OF);
  const notch_tree_node *list = notch_tree_find(node, NOTCH_AST_MEASURE_ON);
  const notch_tree_node *where = notch_check_once(c, node, NOTCH_AST_MEASURE_WHERE, "where");
  measure->on = NOTCH_NEW_ARRAY(c->arena, notch_measure_on, list->count + 1);
  notch_type type = notch_type_make(NOTCH_TYPE_ERROR, 0);
  bool valued = of && of->first;
  if (!valued) type = notch_type_make(NOTCH_TYPE_NUMBER, 0);
  for (const notch_tree_node *name = list->first; name; name = name->next) {
    notch_symbol *event = notch_scope_event(c, item->names, name);
    if (!event) continue;
    if (!c->program->events[event->index].has_member) {
      CHECK_REPORT(c, name, EVENT_WITHOUT_MEMBER, name->text);
      continue;
    }
    notch_measure_on *on = &measure->on[measure->on_count++];
    *on = (notch_measure_on){event->index, NOTCH_NONE, NOTCH_NONE};
    notch_env env = notch_env_make(item->names, NOTCH_PLACE_EVENT, event->index);
    env.only_input = "a measure";
    env.no_draws = "a measure cannot draw";
    if (where) {
      notch_expr *condition = notch_expr_condition(c, &env, where->first);
      on->where = notch_root_in(c, &env, condition);
      env.known = notch_known_when(c, condition, true, NULL);
    }
    if (valued) type = value_on(c, &env, of, on, type);
  }
  measure->type = type;
}

static void check_measure(notch_checker *c, const notch_item *item, notch_measure *measure)
{
  const notch_tree_node *node = item->node;
  static const notch_aggregate aggregates[] = {NOTCH_AGG_SUM, NOTCH_AGG_COUNT, NOTCH_AGG_DISTINCT,
                                               NOTCH_AGG_LARGEST, NOTCH_AGG_SMALLEST};
  const notch_tree_node *of = notch_tree_find(node, NOTCH_AST_MEASURE_OF);
  const notch_tree_node *streak = notch_tree_find(node, NOTCH_AST_MEASURE_STREAK);
  measure->decl = notch_decl_of(c, item);
  measure->aggregate = of ? aggregates[of->detail] : NOTCH_AGG_STREAK;
  if (streak) {
    measure->streak_by = (notch_unit)streak->detail;
    if (measure->streak_by != NOTCH_UNIT_DAY && measure->streak_by != NOTCH_UNIT_WEEK &&
        measure->streak_by != NOTCH_UNIT_MONTH)
      CHECK_REPORT(c, streak, STREAK_UNIT, notch_unit_word(measure->streak_by));
  }
  const notch_tree_node *most = notch_check_once(c, node, NOTCH_AST_MEASURE_AT_MOST, "at most");
  if (most) {
    notch_literal_count(c, most, most->text, 1, 1000000, &measure->at_most);
    measure->at_most_unit = (notch_unit)most->detail;
    if (notch_unit_is_exact(measure->at_most_unit))
      CHECK_REPORT(c, most, CALENDAR_UNIT, notch_unit_word(measure->at_most_unit));
    if (measure->aggregate != NOTCH_AGG_COUNT) CHECK_REPORT(c, most, AT_MOST_COUNTS);
  }
  measure->gross = notch_check_once(c, node, NOTCH_AST_MEASURE_GROSS, "gross");
  measure->by_recorded = notch_check_once(c, node, NOTCH_AST_MEASURE_RECORDED,
                                          "by recorded time");
  check_on(c, item, measure);
}

const notch_measure *notch_measure_need(notch_checker *c, uint32_t index)
{
  const notch_item *item = &c->items[NOTCH_SYMBOL_MEASURE].items[index];
  notch_measure *measure = &c->program->measures[index];
  if (item->symbol->done) return measure;
  if (item->symbol->busy || c->nested >= NOTCH_CHECK_NESTED_MAX) return NULL;
  item->symbol->busy = true;
  c->nested++;
  check_measure(c, item, measure);
  item->symbol->busy = false;
  c->nested--;
  item->symbol->done = true;
  return measure;
}

void notch_measure_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->measure_count; i++) notch_measure_need(c, i);
}

static int64_t in_seconds(notch_duration duration)
{
  static const int64_t seconds[] = {1,      60,      3600,        86400,
                                    604800, 2678400, 3 * 2678400, 366 * 86400};
  return duration.count * seconds[duration.unit];
}

/* What a use of a measure asks the state to remember. */
static bool note_use(void *payload, const notch_expr *expr)
{
  notch_checker *c = payload;
  if (expr->op != NOTCH_EXPR_MEASURE) return true;
  notch_measure *measure = &c->program->measures[expr->a];
  const notch_window *window = &c->windows.items[expr->window];
  switch (window->kind) {
  case NOTCH_WINDOW_EVER:
    break;
  case NOTCH_WINDOW_LAST:
    if (notch_unit_is_exact(window->last.unit)) measure->exact_windows = true;
    if (!measure->longest.count || in_seconds(window->last) > in_seconds(measure->longest))
      measure->longest = window->last;
    break;
  case NOTCH_WINDOW_THIS:
  case NOTCH_WINDOW_PREVIOUS: {
    notch_duration span = {window->kind == NOTCH_WINDOW_THIS ? 1 : 2, window->unit};
    if (!measure->longest.count || in_seconds(span) > in_seconds(measure->longest))
      measure->longest = span;
    break;
  }
  case NOTCH_WINDOW_SINCE:
    measure->whole_history = true;
    if (c->roots.items[window->since].expr->type.kind == NOTCH_TYPE_MOMENT)
      measure->exact_windows = true;
    break;
  }
  return true;
}

void notch_measure_uses(notch_checker *c)
{
  for (uint32_t i = 0; i < c->roots.count; i++)
    notch_expr_visit(c, c->roots.items[i].expr, note_use, c);
}
