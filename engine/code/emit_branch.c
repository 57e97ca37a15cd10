/*
 * code/emit_branch.c -- conditions as jumps: no flag is made where only the way on matters.
 *
 * A jump's `to` says what its expression is when the jump is taken, for the tracer.
 */
#include <config.h>

#include "code/emit.h"

#include <assert.h>

typedef enum comparison { COMPARE_RATIONAL, COMPARE_WHOLE, COMPARE_TEXT } comparison;

static comparison comparison_of(const notch_type *type)
{
  switch ((int)type->kind) {
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER: return COMPARE_TEXT;
  case NOTCH_TYPE_NUMBER:
  case NOTCH_TYPE_MONEY:
  case NOTCH_TYPE_POINTS:
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_DAYS:
  case NOTCH_TYPE_MONTHS: return COMPARE_RATIONAL;
  }
  return COMPARE_WHOLE;
}

notch_op notch_emit_comparison(notch_expr_op op, const notch_type *type, bool *swapped)
{
  static const notch_op ops[3][4] = {
      {NOTCH_OP_EQ, NOTCH_OP_NE, NOTCH_OP_LT, NOTCH_OP_LE},
      {NOTCH_OP_EQ_WHOLE, NOTCH_OP_NE_WHOLE, NOTCH_OP_LT_WHOLE, NOTCH_OP_LE_WHOLE},
      {NOTCH_OP_EQ_TEXT, NOTCH_OP_NE_TEXT, NOTCH_OP_COUNT, NOTCH_OP_COUNT}};
  int which = op == NOTCH_EXPR_EQ                          ? 0
              : op == NOTCH_EXPR_NE                        ? 1
              : op == NOTCH_EXPR_LT || op == NOTCH_EXPR_GT ? 2
                                                           : 3;
  *swapped = op == NOTCH_EXPR_GT || op == NOTCH_EXPR_GE;
  notch_op found = ops[comparison_of(type)][which];
  assert(found != NOTCH_OP_COUNT);
  return found;
}

static notch_op jump_of(notch_op compare)
{
  switch ((int)compare) {
  case NOTCH_OP_EQ: return NOTCH_OP_JUMP_EQ;
  case NOTCH_OP_NE: return NOTCH_OP_JUMP_NE;
  case NOTCH_OP_LT: return NOTCH_OP_JUMP_LT;
  case NOTCH_OP_LE: return NOTCH_OP_JUMP_LE;
  case NOTCH_OP_EQ_WHOLE: return NOTCH_OP_JUMP_EQ_WHOLE;
  case NOTCH_OP_NE_WHOLE: return NOTCH_OP_JUMP_NE_WHOLE;
  case NOTCH_OP_LT_WHOLE: return NOTCH_OP_JUMP_LT_WHOLE;
  case NOTCH_OP_LE_WHOLE: return NOTCH_OP_JUMP_LE_WHOLE;
  case NOTCH_OP_EQ_TEXT: return NOTCH_OP_JUMP_EQ_TEXT;
  }
  assert(compare == NOTCH_OP_NE_TEXT);
  return NOTCH_OP_JUMP_NE_TEXT;
}

static notch_expr_op opposite(notch_expr_op op)
{
  switch ((int)op) {
  case NOTCH_EXPR_EQ: return NOTCH_EXPR_NE;
  case NOTCH_EXPR_NE: return NOTCH_EXPR_EQ;
  case NOTCH_EXPR_LT: return NOTCH_EXPR_GE;
  case NOTCH_EXPR_GE: return NOTCH_EXPR_LT;
  case NOTCH_EXPR_GT: return NOTCH_EXPR_LE;
  }
  assert(op == NOTCH_EXPR_LE);
  return NOTCH_EXPR_GT;
}

/* Jumps when `left op right`; `sense`: what `source` is then. */
static void jump_when(notch_emitter *e, const notch_expr *source, uint32_t sense,
                      notch_expr_op op, const notch_type *type, const uint32_t sides[2],
                      notch_label *label)
{
  bool swapped;
  notch_op jump = jump_of(notch_emit_comparison(op, type, &swapped));
  notch_emit_jump(e, source, jump, sense, sides[swapped], sides[!swapped], label);
}

static void branch_comparison(notch_emitter *e, const notch_expr *expr, bool sense,
                              notch_label *label)
{
  assert(expr->arg_count == 2);
  uint32_t mark = e->slot_next;
  uint32_t sides[2];
  sides[0] = notch_emit_operand(e, expr->args[0]);
  sides[1] = notch_emit_operand(e, expr->args[1]);
  e->slot_next = mark;
  jump_when(e, expr, sense, sense ? expr->op : opposite(expr->op), &expr->args[0]->type, sides,
            label);
}

/* `and` jumping when false, or `or` when true, leaves at either side; else the first skips. */
static void branch_logic(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  assert(expr->arg_count == 2);
  bool decisive = expr->op == NOTCH_EXPR_OR;
  if (sense == decisive) {
    notch_emit_branch(e, expr->args[0], sense, label);
    notch_emit_branch(e, expr->args[1], sense, label);
    return;
  }
  notch_label skip = NOTCH_LABEL;
  notch_emit_branch(e, expr->args[0], decisive, &skip);
  notch_emit_branch(e, expr->args[1], sense, label);
  notch_emit_bind(e, &skip);
}

static void branch_in(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  assert(expr->arg_count >= 2);
  notch_label skip = NOTCH_LABEL;
  const notch_type *type = &expr->args[0]->type;
  uint32_t mark = e->slot_next;
  uint32_t sides[2];
  sides[0] = notch_emit_operand(e, expr->args[0]);
  for (uint32_t i = 1; i < expr->arg_count; i++) {
    uint32_t inner = e->slot_next;
    bool last = i + 1 == expr->arg_count;
    sides[1] = notch_emit_operand(e, expr->args[i]);
    e->slot_next = inner;
    if (last && !sense)
      jump_when(e, expr, 0, NOTCH_EXPR_NE, type, sides, label);
    else
      jump_when(e, expr, NOTCH_SENSE_TRUE | (last ? 0 : NOTCH_SENSE_OPEN), NOTCH_EXPR_EQ, type,
                sides, sense ? label : &skip);
  }
  e->slot_next = mark;
  notch_emit_bind(e, &skip);
}

static void branch_between(notch_emitter *e, const notch_expr *expr, bool sense,
                           notch_label *label)
{
  assert(expr->arg_count == 3);
  notch_label skip = NOTCH_LABEL;
  const notch_type *type = &expr->args[0]->type;
  uint32_t mark = e->slot_next;
  uint32_t sides[2];
  sides[0] = notch_emit_operand(e, expr->args[0]);
  uint32_t inner = e->slot_next;
  sides[1] = notch_emit_operand(e, expr->args[1]);
  e->slot_next = inner;
  jump_when(e, expr, NOTCH_SENSE_OPEN, NOTCH_EXPR_LT, type, sides, sense ? &skip : label);
  sides[1] = notch_emit_operand(e, expr->args[2]);
  e->slot_next = mark;
  jump_when(e, expr, sense, sense ? NOTCH_EXPR_LE : NOTCH_EXPR_GT, type, sides, label);
  notch_emit_bind(e, &skip);
}

static void branch_if(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  assert(expr->arg_count == 3);
  notch_label otherwise = NOTCH_LABEL, end = NOTCH_LABEL;
  notch_emit_branch(e, expr->args[0], false, &otherwise);
  notch_emit_branch(e, expr->args[1], sense, label);
  notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, &end);
  notch_emit_bind(e, &otherwise);
  notch_emit_branch(e, expr->args[2], sense, label);
  notch_emit_bind(e, &end);
}

static void branch_known(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  uint32_t mark = e->slot_next;
  uint32_t value = notch_emit_operand(e, expr->args[0]);
  e->slot_next = mark;
  notch_emit_jump(e, expr, sense ? NOTCH_OP_JUMP_KNOWN : NOTCH_OP_JUMP_MISSING, sense, value, 0,
                  label);
}

void notch_emit_branch(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label)
{
  notch_value known;
  if (notch_code_fold(expr, &known) && known.d != 0) {
    if ((known.n != 0) == sense)
      notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, label);
    return;
  }
  switch ((int)expr->op) {
  case NOTCH_EXPR_EQ:
  case NOTCH_EXPR_NE:
  case NOTCH_EXPR_LT:
  case NOTCH_EXPR_LE:
  case NOTCH_EXPR_GT:
  case NOTCH_EXPR_GE: branch_comparison(e, expr, sense, label); return;
  case NOTCH_EXPR_AND:
  case NOTCH_EXPR_OR: branch_logic(e, expr, sense, label); return;
  case NOTCH_EXPR_NOT: notch_emit_branch(e, expr->args[0], !sense, label); return;
  case NOTCH_EXPR_KNOWN: branch_known(e, expr, sense, label); return;
  case NOTCH_EXPR_IN: branch_in(e, expr, sense, label); return;
  case NOTCH_EXPR_BETWEEN: branch_between(e, expr, sense, label); return;
  case NOTCH_EXPR_IF: branch_if(e, expr, sense, label); return;
  case NOTCH_EXPR_ANY_OVER: notch_emit_any(e, expr, sense, label); return;
  }
  uint32_t mark = e->slot_next;
  uint32_t flag = notch_emit_operand(e, expr);
  e->slot_next = mark;
  notch_emit_jump(e, NULL, sense ? NOTCH_OP_JUMP_IF : NOTCH_OP_JUMP_UNLESS, sense, flag, 0, label);
}
