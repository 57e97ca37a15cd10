/* code/emit_value.c -- expressions that leave a value in a slot. */
#include <config.h>

#include "code/emit.h"

#include <assert.h>

/* In a register of its own only if it is not one already (a constant, a shared expression). */
uint32_t notch_emit_operand_in(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  notch_value known;
  if (notch_code_fold(expr, &known))
    return notch_emit_constant(e, known, notch_kind_of_type(&expr->type));
  if (expr->op == NOTCH_EXPR_LET) {
    uint32_t shared = notch_emit_let(e, expr);
    return shared != NOTCH_NONE ? shared : notch_emit_operand_in(e, expr->args[0], slot);
  }
  notch_emit_into(e, expr, slot);
  return slot;
}

uint32_t notch_emit_operand(notch_emitter *e, const notch_expr *expr)
{
  notch_value known;
  if (notch_code_fold(expr, &known))
    return notch_emit_constant(e, known, notch_kind_of_type(&expr->type));
  uint32_t mark = e->slot_next;
  uint32_t slot = notch_emit_slot(e);
  uint32_t found = notch_emit_operand_in(e, expr, slot);
  if (found != slot)
    e->slot_next = mark;
  return found;
}

static void emit_binary(notch_emitter *e, const notch_expr *expr, notch_op op, bool swapped,
                        uint32_t slot)
{
  assert(expr->arg_count == 2);
  uint32_t mark = e->slot_next;
  uint32_t left = notch_emit_operand_in(e, expr->args[0], slot);
  uint32_t right = notch_emit_operand(e, expr->args[1]);
  e->slot_next = mark;
  if (swapped)
    notch_emit_op(e, expr, op, slot, right, left, 0);
  else
    notch_emit_op(e, expr, op, slot, left, right, 0);
}

static void emit_unary(notch_emitter *e, const notch_expr *expr, notch_op op, uint32_t slot)
{
  assert(expr->arg_count == 1);
  uint32_t operand = notch_emit_operand_in(e, expr->args[0], slot);
  notch_emit_op(e, expr, op, slot, operand, 0, 0);
}

/* Only the last step reports, with the value of the whole. */
static void emit_extreme(notch_emitter *e, const notch_expr *expr, notch_op op, uint32_t slot)
{
  assert(expr->arg_count >= 2);
  uint32_t best = notch_emit_operand_in(e, expr->args[0], slot);
  for (uint32_t i = 1; i < expr->arg_count; i++) {
    uint32_t mark = e->slot_next;
    uint32_t other = notch_emit_operand(e, expr->args[i]);
    e->slot_next = mark;
    notch_emit_op(e, i + 1 == expr->arg_count ? expr : NULL, op, slot, best, other, 0);
    best = slot;
  }
}

static void emit_flag(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  notch_label otherwise = NOTCH_LABEL, end = NOTCH_LABEL;
  notch_emit_branch(e, expr, false, &otherwise);
  notch_emit_op(e, expr, NOTCH_OP_MOVE, slot,
                notch_emit_constant(e, NOTCH_VALUE(1), NOTCH_KIND_PLAIN), 0, 0);
  notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, &end);
  notch_emit_bind(e, &otherwise);
  notch_emit_op(e, expr, NOTCH_OP_MOVE, slot,
                notch_emit_constant(e, NOTCH_VALUE(0), NOTCH_KIND_PLAIN), 0, 0);
  notch_emit_bind(e, &end);
}

static void emit_if(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  assert(expr->arg_count == 3);
  notch_label otherwise = NOTCH_LABEL, end = NOTCH_LABEL;
  notch_value known;
  if (notch_code_fold(expr->args[0], &known) && known.d != 0) {
    notch_emit_into(e, expr->args[known.n != 0 ? 1 : 2], slot);
    return;
  }
  notch_emit_branch(e, expr->args[0], false, &otherwise);
  notch_emit_into(e, expr->args[1], slot);
  notch_emit_jump(e, NULL, NOTCH_OP_JUMP, 0, 0, 0, &end);
  notch_emit_bind(e, &otherwise);
  notch_emit_into(e, expr->args[2], slot);
  notch_emit_bind(e, &end);
}

static void emit_whole(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  assert(expr->arg_count == 1);
  int64_t unit = expr->value.n < 1 ? 1 : expr->value.n;
  uint32_t operand = notch_emit_operand_in(e, expr->args[0], slot);
  uint32_t step = notch_emit_constant(e, NOTCH_VALUE(unit), NOTCH_KIND_PLAIN);
  if (expr->op == NOTCH_EXPR_FLOOR)
    notch_emit_op(e, expr, NOTCH_OP_FLOOR, slot, operand, step, 0);
  else
    notch_emit_op(e, expr, NOTCH_OP_ROUND, slot, operand, step, expr->b);
}

/* The row of values for a table stands in slots side by side. */
static void emit_table(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  assert(expr->a < e->program->table_count);
  assert(expr->arg_count == e->program->tables[expr->a].column_count);
  uint32_t mark = e->slot_next;
  uint32_t row = mark;
  for (uint32_t i = 0; i < expr->arg_count; i++)
    (void)notch_emit_slot(e);
  for (uint32_t i = 0; i < expr->arg_count; i++)
    notch_emit_into(e, expr->args[i], row + i);
  e->slot_next = mark;
  notch_emit_op(e, expr, NOTCH_OP_TABLE, slot, expr->a, row, 0);
}

static void emit_draw(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  uint32_t from = notch_emit_operand_in(e, expr->args[0], slot);
  notch_emit_op(e, expr, NOTCH_OP_DRAW, slot, from, expr->a, expr->b);
}

static void emit_convert(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  uint32_t money = notch_emit_operand_in(e, expr->args[0], slot);
  notch_emit_op(e, expr, NOTCH_OP_CONVERT, slot, money, expr->a, expr->b);
}

/* What is looked up, without operands; false: another kind of expression. */
static bool emit_look_up(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  switch ((int)expr->op) {
  case NOTCH_EXPR_FIELD: notch_emit_op(e, expr, NOTCH_OP_FIELD, slot, expr->a, 0, 0); return true;
  case NOTCH_EXPR_ITEM:
    if (e->cursor == NOTCH_NONE)
      notch_emit_op(e, expr, NOTCH_OP_BOUND, slot, expr->a, 0, 0);
    else
      notch_emit_op(e, expr, NOTCH_OP_ITEM, slot, expr->a, e->cursor, 0);
    return true;
  case NOTCH_EXPR_TODAY: notch_emit_op(e, expr, NOTCH_OP_TODAY, slot, 0, 0, 0); return true;
  case NOTCH_EXPR_NOW: notch_emit_op(e, expr, NOTCH_OP_NOW, slot, 0, 0, 0); return true;
  case NOTCH_EXPR_ORDER: notch_emit_op(e, expr, NOTCH_OP_ORDER, slot, 0, 0, 0); return true;
  case NOTCH_EXPR_EARNED:
  case NOTCH_EXPR_MEASURE:
    notch_emit_op(e, expr, NOTCH_OP_FACT, slot, expr->op, expr->a, expr->window);
    return true;
  case NOTCH_EXPR_YEARS_AT:
    notch_emit_op(e, expr, NOTCH_OP_FACT, slot, expr->op, expr->a, expr->b);
    return true;
  case NOTCH_EXPR_JOINED:
  case NOTCH_EXPR_SELF:
  case NOTCH_EXPR_TAGS: notch_emit_op(e, expr, NOTCH_OP_FACT, slot, expr->op, 0, 0); return true;
  case NOTCH_EXPR_MEMBER_FIELD:
  case NOTCH_EXPR_TIER:
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_MATURING:
  case NOTCH_EXPR_HELD:
  case NOTCH_EXPR_DEBT:
  case NOTCH_EXPR_BAND:
    notch_emit_op(e, expr, NOTCH_OP_FACT, slot, expr->op, expr->a, 0);
    return true;
  }
  return false;
}

/* Operators with one instruction of the same operands; NOTCH_OP_COUNT: another kind. */
static notch_op plain_operator(const notch_expr *expr)
{
  bool moment = expr->arg_count > 0 && expr->args[0] != NULL &&
                expr->args[0]->type.kind == NOTCH_TYPE_MOMENT;
  switch ((int)expr->op) {
  case NOTCH_EXPR_ADD:
  case NOTCH_EXPR_ADD_EXACT: return NOTCH_OP_ADD;
  case NOTCH_EXPR_SUB:
  case NOTCH_EXPR_DAYS_BETWEEN:
  case NOTCH_EXPR_TIME_BETWEEN: return NOTCH_OP_SUB;
  case NOTCH_EXPR_MUL: return NOTCH_OP_MUL;
  case NOTCH_EXPR_DIV: return NOTCH_OP_DIV;
  case NOTCH_EXPR_NEG: return NOTCH_OP_NEG;
  case NOTCH_EXPR_STEPS: return NOTCH_OP_STEPS;
  case NOTCH_EXPR_REMAINDER: return NOTCH_OP_REMAINDER;
  case NOTCH_EXPR_NOT: return NOTCH_OP_NOT;
  case NOTCH_EXPR_KNOWN: return NOTCH_OP_KNOWN;
  case NOTCH_EXPR_CONTAINS:
    return expr->args[0]->type.kind == NOTCH_TYPE_SET ? NOTCH_OP_HAS : NOTCH_OP_CONTAINS;
  case NOTCH_EXPR_DATE_OF: return NOTCH_OP_DATE_OF;
  case NOTCH_EXPR_MOMENT_OF: return NOTCH_OP_MOMENT_OF;
  case NOTCH_EXPR_ADD_DAYS: return moment ? NOTCH_OP_SHIFT_DAYS : NOTCH_OP_ADD_DAYS;
  case NOTCH_EXPR_ADD_MONTHS: return moment ? NOTCH_OP_SHIFT_MONTHS : NOTCH_OP_ADD_MONTHS;
  case NOTCH_EXPR_YEAR_OF: return NOTCH_OP_YEAR_OF;
  case NOTCH_EXPR_MONTH_OF: return NOTCH_OP_MONTH_OF;
  case NOTCH_EXPR_DAY_OF: return NOTCH_OP_DAY_OF;
  case NOTCH_EXPR_WEEKDAY_OF: return NOTCH_OP_WEEKDAY_OF;
  case NOTCH_EXPR_HOUR_OF: return moment ? NOTCH_OP_HOUR_OF : NOTCH_OP_HOUR_OF_TIME;
  case NOTCH_EXPR_AGE_OF: return NOTCH_OP_AGE_OF;
  }
  return NOTCH_OP_COUNT;
}

/* The rest, each in its own way. */
static void emit_composed(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  bool swapped;
  switch ((int)expr->op) {
  case NOTCH_EXPR_EQ:
  case NOTCH_EXPR_NE:
  case NOTCH_EXPR_LT:
  case NOTCH_EXPR_LE:
  case NOTCH_EXPR_GT:
  case NOTCH_EXPR_GE: {
    notch_op op = notch_emit_comparison(expr->op, &expr->args[0]->type, &swapped);
    emit_binary(e, expr, op, swapped, slot);
    break;
  }
  case NOTCH_EXPR_MIN: emit_extreme(e, expr, NOTCH_OP_MIN, slot); break;
  case NOTCH_EXPR_MAX: emit_extreme(e, expr, NOTCH_OP_MAX, slot); break;
  case NOTCH_EXPR_AND:
  case NOTCH_EXPR_OR:
  case NOTCH_EXPR_IN:
  case NOTCH_EXPR_BETWEEN:
  case NOTCH_EXPR_ANY_OVER: emit_flag(e, expr, slot); break;
  case NOTCH_EXPR_IF: emit_if(e, expr, slot); break;
  case NOTCH_EXPR_FLOOR:
  case NOTCH_EXPR_ROUND: emit_whole(e, expr, slot); break;
  case NOTCH_EXPR_TABLE: emit_table(e, expr, slot); break;
  case NOTCH_EXPR_DRAW: emit_draw(e, expr, slot); break;
  case NOTCH_EXPR_CONVERT: emit_convert(e, expr, slot); break;
  case NOTCH_EXPR_SUM_OVER:
  case NOTCH_EXPR_COUNT_OVER:
  case NOTCH_EXPR_DISTINCT_OVER:
  case NOTCH_EXPR_LARGEST_OVER:
  case NOTCH_EXPR_SMALLEST_OVER: notch_emit_loop_into(e, expr, slot); break;
  default: assert(expr->op == NOTCH_EXPR_COUNT); break; /* every expression has its code */
  }
}

void notch_emit_into(notch_emitter *e, const notch_expr *expr, uint32_t slot)
{
  notch_value known;
  if (notch_code_fold(expr, &known) || expr->op == NOTCH_EXPR_LET) {
    uint32_t found = notch_emit_operand_in(e, expr, slot);
    if (found != slot)
      notch_emit_op(e, NULL, NOTCH_OP_MOVE, slot, found, 0, 0);
    return;
  }
  if (emit_look_up(e, expr, slot))
    return;
  notch_op op = plain_operator(expr);
  if (op == NOTCH_OP_COUNT)
    emit_composed(e, expr, slot);
  else if (notch_op_infos[op].b == NOTCH_OPERAND_NONE)
    emit_unary(e, expr, op, slot);
  else
    emit_binary(e, expr, op, false, slot);
}
