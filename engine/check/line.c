/* check/line.c -- rounding per line: an award that is linear in one sum, taken apart by items. */
#include <config.h>

#include "check/checker.h"

static bool is_not_sum(void *payload, const notch_expr *expr)
{
  (void)payload;
  return expr->op != NOTCH_EXPR_SUM_OVER;
}

static bool has_sum(notch_checker *c, const notch_expr *expr)
{
  return !notch_expr_visit(c, expr, is_not_sum, NULL);
}

static notch_expr *copy_of(notch_checker *c, const notch_expr *expr)
{
  notch_expr *copy = NOTCH_NEW(c->arena, notch_expr);
  *copy = *expr;
  copy->args = NOTCH_NEW_ARRAY(c->arena, notch_expr *, expr->arg_count);
  for (uint32_t i = 0; i < expr->arg_count; i++) copy->args[i] = expr->args[i];
  return copy;
}

static notch_expr *zero(notch_checker *c, const notch_expr *like)
{
  notch_tree_node at = {.source = like->source, .span = like->span};
  return notch_expr_const(c, like->type, &at, NOTCH_VALUE(0));
}

/* The item's part of a sum: its value where the filter holds, else nothing. */
static notch_expr *item_part(notch_checker *c, const notch_expr *sum)
{
  notch_tree_node at = {.source = sum->source, .span = sum->span};
  if (!sum->args[1]) return sum->args[0];
  notch_expr *part = notch_expr_new(c, NOTCH_EXPR_IF, sum->type, &at, 3);
  part->args[0] = sum->args[1];
  part->args[1] = sum->args[0];
  part->args[2] = zero(c, sum);
  return part;
}

static bool is_zero(const notch_expr *expr)
{
  return expr->op == NOTCH_EXPR_CONST && expr->value.n == 0;
}

/* NULL: not linear. */
static notch_expr *take_apart(notch_checker *c, const notch_expr *expr, uint32_t *list,
                              unsigned depth)
{
  notch_expr *part, *copy;
  if (depth > 100) return NULL;
  switch (expr->op) {
  case NOTCH_EXPR_SUM_OVER:
    *list = expr->a;
    return item_part(c, expr);
  case NOTCH_EXPR_LET:
    return take_apart(c, expr->args[0], list, depth + 1);
  case NOTCH_EXPR_NEG:
  case NOTCH_EXPR_CONVERT:
    part = take_apart(c, expr->args[0], list, depth + 1);
    if (!part) return NULL;
    copy = copy_of(c, expr);
    copy->args[0] = part;
    return copy;
  case NOTCH_EXPR_MUL:
  case NOTCH_EXPR_DIV: {
    bool left = has_sum(c, expr->args[0]), right = has_sum(c, expr->args[1]);
    if (left == right || (right && expr->op == NOTCH_EXPR_DIV)) return NULL;
    part = take_apart(c, expr->args[right], list, depth + 1);
    if (!part) return NULL;
    copy = copy_of(c, expr);
    copy->args[right] = part;
    return copy;
  }
  case NOTCH_EXPR_IF: {
    if (has_sum(c, expr->args[0])) return NULL;
    uint32_t lists[2] = {NOTCH_NONE, NOTCH_NONE};
    copy = copy_of(c, expr);
    for (int i = 1; i <= 2; i++) {
      if (is_zero(expr->args[i])) continue;
      copy->args[i] = take_apart(c, expr->args[i], &lists[i - 1], depth + 1);
      if (!copy->args[i]) return NULL;
    }
    if (lists[0] != NOTCH_NONE && lists[1] != NOTCH_NONE && lists[0] != lists[1]) return NULL;
    *list = lists[0] != NOTCH_NONE ? lists[0] : lists[1];
    return copy;
  }
  default:
    return NULL;
  }
}

bool notch_rule_line(notch_checker *c, const notch_expr *award, notch_expr **line,
                     uint32_t *list_field)
{
  uint32_t list = NOTCH_NONE;
  notch_expr *part = take_apart(c, award, &list, 0);
  if (!part || list == NOTCH_NONE) return false;
  *line = part;
  *list_field = list;
  return true;
}
