/* check/expr_literal.c -- literals in expressions, and bringing two types together. */
#include <config.h>

#include "check/checker.h"

static notch_expr *number(notch_checker *c, const notch_tree_node *node)
{
  notch_type type = notch_type_make(NOTCH_TYPE_NUMBER, 0);
  notch_rational value;
  bool fits = notch_decimal_parse_rational(&value, node->text, true);
  if (fits && node->kind == NOTCH_AST_PERCENT)
    fits = notch_rational_div(&value, value, NOTCH_INTEGER(100));
  if (fits) return notch_expr_rational(c, type, node, value);
  CHECK_REPORT(c, node, NUMBER_TOO_LARGE, node->text);
  return notch_expr_error(c, node);
}

static notch_expr *quantity(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  notch_type unit;
  notch_rational value;
  if (!notch_literal_quantity(c, env->names, node, &unit, &value))
    return notch_expr_error(c, node);
  if (unit.kind == NOTCH_TYPE_MONEY && value.den != 1) {
    CHECK_REPORT(c, node, TOO_MANY_DECIMALS, node->text, (int)notch_type_decimals(c, unit),
                 notch_type_describe(c, unit));
    return notch_expr_error(c, node);
  }
  return notch_expr_rational(c, unit, node, value);
}

static notch_expr *duration(notch_checker *c, const notch_tree_node *node)
{
  notch_duration read;
  if (!notch_literal_duration(c, node, &read)) return notch_expr_error(c, node);
  static const struct {
    notch_type_kind kind;
    int64_t factor;
  } units[] = {
      {NOTCH_TYPE_DURATION, NOTCH_SECOND_US},        {NOTCH_TYPE_DURATION, NOTCH_SECOND_US * 60},
      {NOTCH_TYPE_DURATION, NOTCH_SECOND_US * 3600}, {NOTCH_TYPE_DAYS, 1},
      {NOTCH_TYPE_DAYS, 7},                          {NOTCH_TYPE_MONTHS, 1},
      {NOTCH_TYPE_MONTHS, 3},                        {NOTCH_TYPE_MONTHS, 12},
  };
  return notch_expr_const(c, notch_type_make(units[read.unit].kind, 0), node,
                          NOTCH_VALUE(read.count * units[read.unit].factor));
}

static notch_value text_value(notch_checker *c, notch_text text)
{
  notch_text *kept = NOTCH_NEW(c->arena, notch_text);
  *kept = notch_arena_text(c->arena, text);
  return NOTCH_VALUE((int64_t)(intptr_t)kept);
}

static notch_expr *set(notch_checker *c, const notch_tree_node *node)
{
  notch_list *list = NOTCH_NEW(c->arena, notch_list);
  list->width = 1;
  list->values = NOTCH_NEW_ARRAY(c->arena, notch_value, node->count + 1);
  for (const notch_tree_node *item = node->first; item; item = item->next) {
    if (item->kind != NOTCH_AST_STRING) {
      CHECK_REPORT(c, item, SET_OF_TEXT_ONLY,
                   notch_source_slice(notch_check_source(c, item), item->span));
      continue;
    }
    list->values[list->count++] = text_value(c, item->text);
  }
  return notch_expr_const(c, notch_type_make(NOTCH_TYPE_SET, 0), node,
                          NOTCH_VALUE((int64_t)(intptr_t)list));
}

notch_expr *notch_expr_literal(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                               const notch_type *hint)
{
  int32_t n;
  int64_t us;
  (void)hint;
  switch (node->kind) {
  case NOTCH_AST_NUMBER:
  case NOTCH_AST_PERCENT:
  case NOTCH_AST_MULT:
    return number(c, node);
  case NOTCH_AST_QUANTITY:
    return quantity(c, env, node);
  case NOTCH_AST_DURATION:
    return duration(c, node);
  case NOTCH_AST_STRING:
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_TEXT, 0), node,
                            text_value(c, node->text));
  case NOTCH_AST_BIND_SET:
    return set(c, node);
  case NOTCH_AST_FLAG:
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_FLAG, 0), node,
                            NOTCH_VALUE(node->detail));
  case NOTCH_AST_MONTH:
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_MONTHNAME, 0), node,
                            NOTCH_VALUE(node->detail));
  case NOTCH_AST_WEEKDAY:
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_WEEKDAY, 0), node,
                            NOTCH_VALUE(node->detail));
  case NOTCH_AST_DATE:
    if (!notch_literal_date(c, node, &n)) return notch_expr_error(c, node);
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_DATE, 0), node, NOTCH_VALUE(n));
  case NOTCH_AST_MOMENT:
    if (!notch_literal_instant(c, node, &us)) return notch_expr_error(c, node);
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_MOMENT, 0), node, NOTCH_VALUE(us));
  case NOTCH_AST_TIME:
    if (!notch_time_parse(&n, node->text)) {
      CHECK_REPORT(c, node, NO_SUCH_DATE, node->text);
      return notch_expr_error(c, node);
    }
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_TIME, 0), node, NOTCH_VALUE(n));
  default:
    CHECK_REPORT(c, node, NOT_A_VALUE, notch_source_slice(notch_check_source(c, node), node->span),
                 "no expression");
    return notch_expr_error(c, node);
  }
}

/* A date beside a moment is its first instant; a word of one `one of` beside another list. */
notch_expr *notch_expr_align(notch_checker *c, notch_expr *expr, notch_type other)
{
  if (expr->type.kind == NOTCH_TYPE_DATE && other.kind == NOTCH_TYPE_MOMENT) {
    notch_type moment = notch_type_make(NOTCH_TYPE_MOMENT, 0);
    notch_tree_node at = {.source = expr->source, .span = expr->span};
    if (expr->op == NOTCH_EXPR_CONST && c->program->zone.count) {
      int64_t us = notch_zone_midnight(&c->program->zone, (int32_t)expr->value.n) *
                   NOTCH_SECOND_US;
      return notch_expr_const(c, moment, &at, NOTCH_VALUE(us));
    }
    notch_expr *made = notch_expr_new(c, NOTCH_EXPR_MOMENT_OF, moment, &at, 1);
    made->args[0] = expr;
    return made;
  }
  if (expr->op == NOTCH_EXPR_CONST && expr->type.kind == NOTCH_TYPE_CHOICE &&
      other.kind == NOTCH_TYPE_CHOICE && expr->type.of != other.of) {
    notch_text word = c->choices.items[expr->type.of].words[expr->value.n];
    uint32_t at = notch_scope_choice(&c->choices.items[other.of], word);
    notch_tree_node where = {.source = expr->source, .span = expr->span};
    if (at != NOTCH_NONE) return notch_expr_const(c, other, &where, NOTCH_VALUE(at));
  }
  return expr;
}
