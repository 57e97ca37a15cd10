/* code/emit_loop.c -- figures over the items of a list field: one loop each, filter first. */
#include <config.h>

#include "code/emit.h"

#include <assert.h>

typedef struct loop {
  const notch_expr *expr;
  uint32_t cursor, outer_cursor, mark, begin;
  notch_label exit, next;
} loop;

static loop begin_loop(notch_emitter *e, const notch_expr *expr)
{
  loop at = {.expr = expr, .outer_cursor = e->cursor, .mark = e->slot_next};
  at.exit = at.next = NOTCH_LABEL;
  at.cursor = notch_emit_slot(e);
  notch_emit_jump(e, NULL, NOTCH_OP_LOOP, at.cursor, expr->a, 0, &at.exit);
  e->sources.items[e->sources.count - 1] = expr;
  at.begin = notch_emit_here(e);
  e->cursor = at.cursor;
  if (expr->arg_count > 1 && expr->args[1] != NULL)
    notch_emit_branch(e, expr->args[1], false, &at.next);
  return at;
}

static void end_loop(notch_emitter *e, loop *at)
{
  notch_emit_bind(e, &at->next);
  notch_emit_op(e, at->expr, NOTCH_OP_NEXT, at->cursor, at->expr->a, 0, at->begin);
  notch_emit_bind(e, &at->exit);
  e->cursor = at->outer_cursor;
  e->slot_next = at->mark;
}

static uint32_t plain_constant(notch_emitter *e, notch_value value)
{
  return notch_emit_constant(e, value, NOTCH_KIND_PLAIN);
}

/* The last instruction that writes the result reports it; those in the loop report nothing. */
static void emit_sum(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  uint32_t total = notch_emit_slot(e);
  notch_emit_op(e, NULL, NOTCH_OP_MOVE, total, plain_constant(e, NOTCH_VALUE(0)), 0, 0);
  loop at = begin_loop(e, expr);
  uint32_t term = expr->op == NOTCH_EXPR_COUNT_OVER ? plain_constant(e, NOTCH_VALUE(1))
                                                    : notch_emit_operand(e, expr->args[0]);
  notch_emit_op(e, NULL, NOTCH_OP_ADD, total, total, term, 0);
  end_loop(e, &at);
  notch_emit_op(e, expr, NOTCH_OP_MOVE, slot, total, 0, 0);
}

static void emit_extreme(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  notch_op op = expr->op == NOTCH_EXPR_LARGEST_OVER ? NOTCH_OP_LARGEST : NOTCH_OP_SMALLEST;
  uint32_t best = notch_emit_slot(e);
  notch_emit_op(e, NULL, NOTCH_OP_MOVE, best, plain_constant(e, NOTCH_MISSING), 0, 0);
  loop at = begin_loop(e, expr);
  notch_emit_op(e, NULL, op, best, notch_emit_operand(e, expr->args[0]), 0, 0);
  end_loop(e, &at);
  notch_emit_op(e, NULL, NOTCH_OP_OR_ZERO, best, 0, 0, 0);
  notch_emit_op(e, expr, NOTCH_OP_MOVE, slot, best, 0, 0);
}

static void emit_distinct(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  notch_kind kind = notch_kind_of_type(&expr->args[0]->type);
  assert(kind == NOTCH_KIND_TEXT || kind == NOTCH_KIND_PLAIN);
  uint32_t text = kind == NOTCH_KIND_TEXT;
  uint32_t tally = notch_emit_slot(e);
  notch_emit_op(e, NULL, NOTCH_OP_DISTINCT, tally, text, 0, 0);
  loop at = begin_loop(e, expr);
  notch_emit_op(e, NULL, NOTCH_OP_TALLY, tally, notch_emit_operand(e, expr->args[0]), 0, 0);
  end_loop(e, &at);
  notch_emit_op(e, NULL, NOTCH_OP_TALLIED, tally, text, 0, 0);
  notch_emit_op(e, expr, NOTCH_OP_MOVE, slot, tally, 0, 0);
}

void notch_emit_loop_into(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  uint32_t mark = e->slot_next;
  if (expr->op == NOTCH_EXPR_DISTINCT_OVER)
    emit_distinct(e, expr, slot);
  else if (expr->op == NOTCH_EXPR_LARGEST_OVER || expr->op == NOTCH_EXPR_SMALLEST_OVER)
    emit_extreme(e, expr, slot);
  else
    emit_sum(e, expr, slot);
  e->slot_next = mark;
}

/* The first item that passes settles it and leaves the loop. */
void notch_emit_any(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  notch_label skip = NOTCH_LABEL;
  loop at = begin_loop(e, expr);
  if (expr->args[0] != NULL)
    notch_emit_branch(e, expr->args[0], false, &at.next);
  notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, sense ? label : &skip);
  end_loop(e, &at);
  if (!sense)
    notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, label);
  notch_emit_bind(e, &skip);
}
