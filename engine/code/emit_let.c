/*
 * code/emit_let.c -- shared expressions: each is evaluated at most once a run of its root.
 *
 * One that is reached on every path before any other use of it needs no mark.  One first met on
 * some paths only (behind `and`, in an arm of `if`, in a loop) is evaluated when it is needed,
 * with a second slot that tells whether it was.
 */
#include <config.h>

#include "code/emit.h"

#include <assert.h>

typedef struct search {
  notch_emitter *emitter;
  bool conditional, in_loop;
} search;

static bool is_loop(notch_expr_op op)
{
  switch ((int)op) {
  case NOTCH_EXPR_SUM_OVER:
  case NOTCH_EXPR_COUNT_OVER:
  case NOTCH_EXPR_DISTINCT_OVER:
  case NOTCH_EXPR_LARGEST_OVER:
  case NOTCH_EXPR_SMALLEST_OVER:
  case NOTCH_EXPR_ANY_OVER: return true;
  }
  return false;
}

/* Reads the item of a loop around it, so that its value changes from item to item. */
static bool reads_item(const notch_expr *expr)
{
  if (expr->op == NOTCH_EXPR_ITEM)
    return true;
  if (is_loop(expr->op))
    return false;
  for (uint32_t i = 0; i < expr->arg_count; i++)
    if (expr->args[i] != NULL && reads_item(expr->args[i]))
      return true;
  return false;
}

static notch_let *find(notch_emitter *e, const notch_expr *shared)
{
  for (uint32_t i = 0; i < e->lets.count; i++)
    if (e->lets.items[i].shared == shared)
      return &e->lets.items[i];
  return NULL;
}

/* From which argument on an evaluation may stop early. */
static uint32_t certain_args(const notch_expr *expr)
{
  switch ((int)expr->op) {
  case NOTCH_EXPR_AND:
  case NOTCH_EXPR_OR:
  case NOTCH_EXPR_IF: return 1;
  case NOTCH_EXPR_IN:
  case NOTCH_EXPR_BETWEEN: return 2;
  }
  return is_loop(expr->op) ? 0 : expr->arg_count;
}

static void look(search at, const notch_expr *expr);

static void look_at_let(search at, const notch_expr *expr)
{
  assert(expr->arg_count == 1);
  const notch_expr *shared = expr->args[0];
  notch_let *let = find(at.emitter, shared);
  if (let == NULL) {
    *notch_vec_push(&at.emitter->lets, at.emitter->arena) =
        (notch_let){.shared = shared, .lazy = at.conditional};
    look(at, shared);
    let = find(at.emitter, shared);
  }
  let->uses++;
  if (at.in_loop)
    let->place = let->place == NOTCH_LET_ITEM || reads_item(shared) ? NOTCH_LET_ITEM
                                                                    : NOTCH_LET_LOOP;
}

/* In the order of evaluation: the filter of a loop comes before what is added up. */
static void look(search at, const notch_expr *expr)
{
  if (expr->op == NOTCH_EXPR_LET) {
    look_at_let(at, expr);
    return;
  }
  uint32_t certain = certain_args(expr);
  search inner = at;
  if (is_loop(expr->op)) {
    inner.conditional = inner.in_loop = true;
    for (uint32_t i = expr->arg_count; i-- > 0;)
      if (expr->args[i] != NULL)
        look(inner, expr->args[i]);
    return;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    inner.conditional = at.conditional || i >= certain;
    if (expr->args[i] != NULL)
      look(inner, expr->args[i]);
  }
}

/* One met once stays in its place, unless a loop would evaluate it over and over. */
void notch_emit_find_lets(notch_emitter *e, const notch_expr *root)
{
  look((search){e, false, false}, root);
  for (uint32_t i = 0; i < e->lets.count; i++) {
    notch_let *let = &e->lets.items[i];
    let->cached = let->place == NOTCH_LET_LOOP || (let->place == NOTCH_LET_PLAIN && let->uses > 1);
  }
}

uint32_t notch_emit_let(notch_emitter *e, const notch_expr *expr)
{
  notch_let *let = find(e, expr->args[0]);
  assert(let != NULL);
  if (!let->cached)
    return NOTCH_NONE;
  uint32_t slot = let->slot;
  if (let->settled)
    return slot;
  if (!let->lazy) {
    let->settled = true;
    notch_emit_into(e, let->shared, slot);
    return slot;
  }
  uint32_t done = let->done;
  notch_label ready = NOTCH_LABEL;
  notch_emit_jump(e, NULL, NOTCH_OP_JUMP_IF, 0, done, 0, &ready);
  notch_emit_into(e, expr->args[0], slot);
  notch_emit_op(e, NULL, NOTCH_OP_MOVE, done,
                notch_emit_constant(e, NOTCH_VALUE(1), NOTCH_KIND_PLAIN), 0, 0);
  notch_emit_bind(e, &ready);
  return slot;
}
