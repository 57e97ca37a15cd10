/* check/expr_window.c -- windows of measures and earned(): read, shared, and what they ask for. */
#include <config.h>

#include "check/checker.h"

static bool same(const notch_checker *c, const notch_window *left, const notch_window *right)
{
  if (left->kind != right->kind) return false;
  switch (left->kind) {
  case NOTCH_WINDOW_EVER:
    return true;
  case NOTCH_WINDOW_LAST:
    return left->last.count == right->last.count && left->last.unit == right->last.unit;
  case NOTCH_WINDOW_THIS:
  case NOTCH_WINDOW_PREVIOUS:
    return left->unit == right->unit;
  case NOTCH_WINDOW_SINCE:
    break;
  }
  const notch_root *one = &c->roots.items[left->since], *other = &c->roots.items[right->since];
  return one->place == other->place && one->event == other->event &&
         notch_expr_equal(one->expr, other->expr);
}

static uint32_t add(notch_checker *c, const notch_window *window)
{
  for (uint32_t i = 0; i < c->windows.count; i++)
    if (same(c, &c->windows.items[i], window)) return i;
  *notch_vec_push(&c->windows, c->arena) = *window;
  return c->windows.count - 1;
}

uint32_t notch_window_ever(notch_checker *c)
{
  notch_window window = {.kind = NOTCH_WINDOW_EVER, .since = NOTCH_NONE};
  return add(c, &window);
}

static bool read_since(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                       notch_window *window)
{
  notch_expr *since = notch_expr_value(c, env, node->first, NULL);
  if (since->type.kind == NOTCH_TYPE_ERROR) return false;
  if (since->type.kind != NOTCH_TYPE_DATE && since->type.kind != NOTCH_TYPE_MOMENT) {
    CHECK_REPORT(c, node, SINCE_WHEN, notch_type_describe(c, since->type));
    return false;
  }
  window->kind = NOTCH_WINDOW_SINCE;
  window->since = notch_root_in(c, env, since);
  uint32_t same_window = add(c, window);
  if (same_window != c->windows.count - 1 && window->since == c->roots.count - 1)
    c->roots.count--; /* the root of the window that was there already serves both */
  *window = c->windows.items[same_window];
  return true;
}

uint32_t notch_window_read(notch_checker *c, const notch_env *env, const notch_tree_node *parent)
{
  notch_window window = {.kind = NOTCH_WINDOW_EVER, .since = NOTCH_NONE};
  for (const notch_tree_node *node = parent->first; node; node = node->next) {
    switch (node->kind) {
    case NOTCH_AST_WINDOW_EVER:
      return add(c, &window);
    case NOTCH_AST_WINDOW_LAST:
      window.kind = NOTCH_WINDOW_LAST;
      if (!notch_literal_duration(c, node->first, &window.last)) return notch_window_ever(c);
      return add(c, &window);
    case NOTCH_AST_WINDOW_THIS:
    case NOTCH_AST_WINDOW_PREVIOUS:
      window.kind = node->kind == NOTCH_AST_WINDOW_THIS ? NOTCH_WINDOW_THIS
                                                        : NOTCH_WINDOW_PREVIOUS;
      window.unit = (notch_unit)node->detail;
      if (notch_unit_is_exact(window.unit)) {
        CHECK_REPORT(c, node, CALENDAR_UNIT, notch_unit_word(window.unit));
        return notch_window_ever(c);
      }
      return add(c, &window);
    case NOTCH_AST_WINDOW_SINCE:
      if (!read_since(c, env, node, &window)) return notch_window_ever(c);
      return add(c, &window);
    default:
      break;
    }
  }
  return NOTCH_NONE;
}
