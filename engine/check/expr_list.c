/* check/expr_list.c -- sum, count, distinct, largest, smallest and any over a list of the event. */
#include <config.h>

#include "check/checker.h"

static const notch_field *find_list(notch_checker *c, const notch_env *env,
                                    const notch_tree_node *name, uint32_t *at)
{
  if (env->event == NOTCH_NONE) {
    CHECK_REPORT(c, name, NO_EVENT_HERE, name->text);
    return NULL;
  }
  if (env->record != NOTCH_NONE) {
    CHECK_REPORT(c, name, LIST_IN_LIST);
    return NULL;
  }
  const notch_event_decl *event = &c->program->events[env->event];
  *at = notch_scope_field(event->fields, event->field_count, name->text);
  if (*at == NOTCH_NONE) {
    notch_nearest nearest = {.wanted = name->text};
    for (uint32_t i = 0; i < event->field_count; i++)
      notch_nearest_try(&nearest, event->fields[i].name);
    notch_check_unknown(c, name, name->text, nearest.best);
    return NULL;
  }
  const notch_field *field = &event->fields[*at];
  if (field->type.kind == NOTCH_TYPE_LIST) return field;
  if (field->type.kind != NOTCH_TYPE_ERROR)
    CHECK_REPORT(c, name, NOT_A_LIST, name->text, notch_type_describe(c, field->type));
  return NULL;
}

static notch_range range_of_sum(notch_range item, uint32_t most)
{
  bool overflows = false;
  if (!most) return notch_range_not_negative(item) ? notch_range_at_least(0) : notch_range_all();
  notch_range count = notch_range_of(NOTCH_INTEGER(0), NOTCH_INTEGER(most));
  return notch_range_mul(count, item, &overflows);
}

static notch_range count_range(uint32_t most)
{
  notch_range range = notch_range_at_least(0);
  range.has_high = most != 0;
  range.high = NOTCH_INTEGER(most);
  return range;
}

static notch_expr *value_of(notch_checker *c, const notch_env *inside,
                            const notch_tree_node *node, notch_ast_aggregate aggregate)
{
  const notch_tree_node *wrapper = notch_tree_find(node, NOTCH_AST_AGGREGATE_VALUE);
  bool counts = aggregate == NOTCH_AGGREGATE_COUNT;
  if (!wrapper) {
    if (!counts && aggregate != NOTCH_AGGREGATE_ANY) CHECK_REPORT(c, node, AGGREGATE_OF_WHAT);
    return NULL;
  }
  if (counts) {
    CHECK_REPORT(c, node, COUNT_OF_LIST);
    return NULL;
  }
  if (aggregate == NOTCH_AGGREGATE_ANY) return notch_expr_condition(c, inside, wrapper->first);
  notch_expr *value = notch_expr_value(c, inside, wrapper->first, NULL);
  if (aggregate == NOTCH_AGGREGATE_DISTINCT || notch_type_is_rational(value->type)) return value;
  CHECK_REPORT(c, wrapper, NOT_A_NUMBER, notch_type_describe(c, value->type));
  return notch_expr_error(c, wrapper);
}

notch_expr *notch_expr_aggregate(notch_checker *c, const notch_env *env,
                                 const notch_tree_node *node)
{
  static const notch_expr_op ops[] = {NOTCH_EXPR_SUM_OVER,      NOTCH_EXPR_COUNT_OVER,
                                      NOTCH_EXPR_DISTINCT_OVER, NOTCH_EXPR_LARGEST_OVER,
                                      NOTCH_EXPR_SMALLEST_OVER, NOTCH_EXPR_ANY_OVER};
  notch_ast_aggregate aggregate = (notch_ast_aggregate)node->detail;
  uint32_t at;
  const notch_field *field = find_list(c, env, notch_tree_find(node, NOTCH_AST_NAME), &at);
  if (!field) return notch_expr_error(c, node);
  notch_env inside = *env;
  inside.record = field->type.of;
  const notch_tree_node *filter = notch_tree_find(node, NOTCH_AST_FILTER);
  notch_expr *where = NULL;
  if (filter) where = notch_expr_condition(c, &inside, filter->first);
  if (where) inside.known = notch_known_when(c, where, true, env->known);
  notch_expr *value = value_of(c, &inside, node, aggregate);
  bool valued = aggregate == NOTCH_AGGREGATE_SUM || aggregate == NOTCH_AGGREGATE_LARGEST ||
                aggregate == NOTCH_AGGREGATE_SMALLEST;
  if (value && value->type.kind == NOTCH_TYPE_ERROR) return notch_expr_error(c, node);
  if (valued && !value) return notch_expr_error(c, node);
  notch_type type = notch_type_make(aggregate == NOTCH_AGGREGATE_ANY ? NOTCH_TYPE_FLAG
                                                                     : NOTCH_TYPE_NUMBER, 0);
  if (valued) type = value->type;
  notch_expr *expr = notch_expr_new(c, ops[aggregate], type, node, 2);
  expr->a = at;
  expr->args[0] = value;
  expr->args[1] = where;
  expr->whole = valued ? value->whole : type.kind == NOTCH_TYPE_NUMBER;
  notch_range zero = notch_range_of(NOTCH_INTEGER(0), NOTCH_INTEGER(0));
  if (aggregate == NOTCH_AGGREGATE_SUM)
    expr->range = range_of_sum(value->range, field->items_max);
  else if (valued)
    expr->range = notch_range_hull(value->range, zero);
  else if (aggregate != NOTCH_AGGREGATE_ANY)
    expr->range = count_range(field->items_max);
  if (field->type.optional) {
    notch_expr *list = notch_expr_leaf(c, env, NOTCH_EXPR_FIELD, field->type, node, at, 0,
                                       NOTCH_NONE, notch_range_all());
    notch_expr_need(c, env, list, notch_tree_find(node, NOTCH_AST_NAME));
  }
  return expr;
}
