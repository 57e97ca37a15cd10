/* check/print_expr.c -- one expression of the checked programme as text, in prefix form. */
#include <config.h>

#include "check/print.h"

#define DEPTH_MAX 40 /* shared definitions may unfold: what is deeper is shown as ... */

const char *notch_print_op_word(notch_expr_op op)
{
  static const char *const words[] = {
#define EXPR(name, word, meaning) word,
#include "check/expr.def"
#undef EXPR
  };
  return words[op];
}

static const char *type_word(uint8_t kind)
{
  static const char *const words[] = {
#define TYPE(name, word, of) word,
#include "check/type.def"
#undef TYPE
  };
  return words[kind];
}

void notch_print_type(notch_buffer *to, const notch_program *p, notch_type type)
{
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_MONEY: notch_buffer_text(to, p->currencies[type.of].code); break;
  case NOTCH_TYPE_POINTS: notch_buffer_text(to, p->points[type.of].decl.name); break;
  case NOTCH_TYPE_TIER:
    notch_buffer_print(to, "tier of ");
    notch_buffer_text(to, p->ladders[type.of].decl.name);
    break;
  case NOTCH_TYPE_LIST:
    notch_buffer_print(to, "list of ");
    notch_buffer_text(to, p->records[type.of].name);
    break;
  case NOTCH_TYPE_BAND:
    notch_buffer_print(to, "band of ");
    notch_buffer_text(to, p->cohorts[type.of].decl.name);
    break;
  case NOTCH_TYPE_CHOICE:
    notch_buffer_print(to, "one of");
    for (uint32_t i = 0; i < p->choices[type.of].count; i++) {
      notch_buffer_print(to, i ? ", " : " ");
      notch_buffer_text(to, p->choices[type.of].words[i]);
    }
    break;
  default: notch_buffer_print(to, "%s", type_word(type.kind)); break;
  }
  if (type.optional) notch_buffer_print(to, "?");
}

static void print_set(notch_buffer *to, notch_value value)
{
  const notch_list *list = notch_value_list(value);
  for (uint32_t i = 0; i < list->count; i++) {
    notch_buffer_print(to, i ? " \"" : "\"");
    notch_buffer_text(to, notch_value_text(list->values[i]));
    notch_buffer_print(to, "\"");
  }
}

void notch_print_value(notch_buffer *to, const notch_program *p, notch_type type,
                       notch_value value)
{
  if (value.d == 0) {
    notch_buffer_print(to, "missing");
    return;
  }
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG: notch_buffer_print(to, value.n ? "yes" : "no"); return;
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER:
    notch_buffer_print(to, "\"");
    notch_buffer_text(to, notch_value_text(value));
    notch_buffer_print(to, "\"");
    return;
  case NOTCH_TYPE_SET: print_set(to, value); return;
  case NOTCH_TYPE_DATE: notch_date_print(to, (int32_t)value.n); return;
  case NOTCH_TYPE_MOMENT: notch_moment_print_zone(to, value.n, &p->zone); return;
  case NOTCH_TYPE_CHOICE: notch_buffer_text(to, p->choices[type.of].words[value.n]); return;
  case NOTCH_TYPE_TIER:
    notch_buffer_text(to, p->ladders[type.of].tiers[value.n].decl.name);
    return;
  case NOTCH_TYPE_BAND:
    notch_buffer_text(to, p->cohorts[type.of].bands[value.n].decl.name);
    return;
  default: notch_rational_print(to, notch_value_rational(value)); return;
  }
}

static void print_window(notch_buffer *to, const notch_program *p, uint32_t index)
{
  if (index == NOTCH_NONE) return;
  const notch_window *window = &p->windows[index];
  switch (window->kind) {
  case NOTCH_WINDOW_EVER: notch_buffer_print(to, " ever"); return;
  case NOTCH_WINDOW_LAST:
    notch_buffer_print(to, " last ");
    notch_buffer_integer(to, window->last.count);
    notch_buffer_print(to, " %s", notch_unit_word(window->last.unit));
    return;
  case NOTCH_WINDOW_THIS: notch_buffer_print(to, " this %s", notch_unit_word(window->unit)); return;
  case NOTCH_WINDOW_PREVIOUS:
    notch_buffer_print(to, " previous %s", notch_unit_word(window->unit));
    return;
  case NOTCH_WINDOW_SINCE: notch_buffer_print(to, " since root %u", window->since); return;
  }
}

static void print_name(notch_buffer *to, notch_text name)
{
  notch_buffer_print(to, " ");
  notch_buffer_text(to, name);
}

/* What `a` and `b` of a leaf stand for. */
static void print_operands(notch_buffer *to, const notch_program *p, uint32_t event,
                           const notch_expr *expr)
{
  switch (expr->op) {
  case NOTCH_EXPR_FIELD:
  case NOTCH_EXPR_SUM_OVER:
  case NOTCH_EXPR_COUNT_OVER:
  case NOTCH_EXPR_DISTINCT_OVER:
  case NOTCH_EXPR_LARGEST_OVER:
  case NOTCH_EXPR_SMALLEST_OVER:
  case NOTCH_EXPR_ANY_OVER:
    if (event < p->event_count && expr->a < p->events[event].field_count)
      print_name(to, p->events[event].fields[expr->a].name);
    return;
  case NOTCH_EXPR_ITEM: notch_buffer_print(to, " %u", expr->a); return;
  case NOTCH_EXPR_MEMBER_FIELD: print_name(to, p->member_fields[expr->a].name); return;
  case NOTCH_EXPR_TIER: print_name(to, p->ladders[expr->a].decl.name); return;
  case NOTCH_EXPR_YEARS_AT:
    print_name(to, p->ladders[expr->a].tiers[expr->b / 2].decl.name);
    if (expr->b % 2) notch_buffer_print(to, " ever");
    return;
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_MATURING:
  case NOTCH_EXPR_HELD:
  case NOTCH_EXPR_DEBT:
  case NOTCH_EXPR_EARNED:
    print_name(to, p->points[expr->a].decl.name);
    print_window(to, p, expr->window);
    return;
  case NOTCH_EXPR_MEASURE:
    print_name(to, p->measures[expr->a].decl.name);
    print_window(to, p, expr->window);
    return;
  case NOTCH_EXPR_BAND: print_name(to, p->cohorts[expr->a].decl.name); return;
  case NOTCH_EXPR_TABLE: print_name(to, p->tables[expr->a].decl.name); return;
  case NOTCH_EXPR_CONVERT:
    print_name(to, p->currencies[expr->a].code);
    print_name(to, p->currencies[expr->b].code);
    return;
  case NOTCH_EXPR_DRAW: notch_buffer_print(to, " #%u", expr->b); return;
  case NOTCH_EXPR_FLOOR:
  case NOTCH_EXPR_ROUND:
    notch_buffer_print(to, " mode %u to ", expr->b);
    notch_buffer_integer(to, expr->value.n);
    return;
  default: return;
  }
}

static void print_expr(notch_buffer *to, const notch_program *p, uint32_t event,
                       const notch_expr *expr, unsigned depth)
{
  if (!expr) {
    notch_buffer_print(to, "-");
    return;
  }
  if (depth > DEPTH_MAX || to->length > (64u << 20)) {
    notch_buffer_print(to, "...");
    return;
  }
  if (expr->op == NOTCH_EXPR_CONST) {
    notch_print_value(to, p, expr->type, expr->value);
    if (expr->type.kind == NOTCH_TYPE_MONEY || expr->type.kind == NOTCH_TYPE_POINTS) {
      notch_buffer_print(to, " ");
      notch_print_type(to, p, expr->type);
    }
    return;
  }
  notch_buffer_print(to, "(%s", notch_print_op_word(expr->op));
  print_operands(to, p, event, expr);
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    notch_buffer_print(to, " ");
    print_expr(to, p, event, expr->args[i], depth + 1);
  }
  notch_buffer_print(to, ")");
}

static void print_range(notch_buffer *to, notch_range range)
{
  if (!range.has_low && !range.has_high) return;
  notch_buffer_print(to, " in ");
  if (range.has_low) notch_rational_print(to, range.low);
  notch_buffer_print(to, "..");
  if (range.has_high) notch_rational_print(to, range.high);
}

void notch_print_range(notch_buffer *to, notch_range range)
{
  print_range(to, range);
}

void notch_print_root_expr(notch_buffer *to, const notch_program *p, uint32_t index)
{
  if (index != NOTCH_NONE) print_expr(to, p, p->roots[index].event, p->roots[index].expr, 0);
}

void notch_print_root(notch_buffer *to, const notch_program *p, uint32_t index)
{
  if (index == NOTCH_NONE) {
    notch_buffer_print(to, "none");
    return;
  }
  const notch_root *root = &p->roots[index];
  notch_buffer_print(to, "r%u ", index);
  print_expr(to, p, root->event, root->expr, 0);
  notch_buffer_print(to, " : ");
  notch_print_type(to, p, root->expr->type);
  if (root->expr->type.kind != NOTCH_TYPE_FLAG) print_range(to, root->expr->range);
}
