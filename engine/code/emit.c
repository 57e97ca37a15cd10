/*
 * code/emit.c -- compiles each root of a checked programme into a procedure.
 *
 * Running out of memory leaves by the arena's escape, which is armed here unless the caller did.
 */
#include <config.h>

#include "code/emit.h"

#include <assert.h>
#include <string.h>

const notch_op_info notch_op_infos[NOTCH_OP_COUNT] = {
#define OP(name, word, to, a, b, c, meaning)                                      \
  {word, NOTCH_OPERAND_##to, NOTCH_OPERAND_##a, NOTCH_OPERAND_##b, NOTCH_OPERAND_##c, meaning},
#include "code/op.def"
#undef OP
};

static_assert(sizeof(notch_instruction) == 16, "four instructions to a cache line");

notch_kind notch_kind_of_type(const notch_type *type)
{
  switch ((int)type->kind) {
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER: return NOTCH_KIND_TEXT;
  case NOTCH_TYPE_SET: return NOTCH_KIND_SET;
  case NOTCH_TYPE_LIST: return NOTCH_KIND_LIST;
  }
  return NOTCH_KIND_PLAIN;
}

/* Only a compiler fault or a programme beyond every limit leads here. */
static _Noreturn void give_up(notch_emitter *e)
{
  e->arena->failed = true;
  longjmp(*e->arena->escape, 1);
}

static uint32_t hash_constant(notch_value value, uint32_t kind)
{
  uint64_t hash = (uint64_t)value.n * UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ (hash >> 29)) + (uint64_t)value.d * UINT64_C(0xBF58476D1CE4E5B9) + kind;
  return (uint32_t)((hash ^ (hash >> 32)) * UINT64_C(0x94D049BB133111EB) >> 32);
}

static uint32_t *find_constant(notch_emitter *e, notch_value value, uint32_t kind)
{
  uint32_t mask = e->constant_index_size - 1;
  uint32_t at = hash_constant(value, kind) & mask;
  for (; e->constant_index[at] != 0; at = (at + 1) & mask) {
    uint32_t k = e->constant_index[at] - 1;
    if (e->constants.items[k].n == value.n && e->constants.items[k].d == value.d &&
        e->constant_kinds.items[k] == kind)
      break;
  }
  return &e->constant_index[at];
}

static void grow_constant_index(notch_emitter *e)
{
  e->constant_index_size = e->constant_index_size == 0 ? 64 : e->constant_index_size * 2;
  e->constant_index = NOTCH_NEW_ARRAY(e->arena, uint32_t, e->constant_index_size);
  for (uint32_t k = 0; k < e->constants.count; k++)
    *find_constant(e, e->constants.items[k], e->constant_kinds.items[k]) = k + 1;
}

uint32_t notch_emit_constant(notch_emitter *e, notch_value value, notch_kind kind)
{
  assert(kind != NOTCH_KIND_NONE);
  assert(value.d >= 0);
  if (e->constants.count * 2 >= e->constant_index_size)
    grow_constant_index(e);
  uint32_t *found = find_constant(e, value, kind);
  if (*found == 0) {
    *notch_vec_push(&e->constants, e->arena) = value;
    *notch_vec_push(&e->constant_kinds, e->arena) = (uint8_t)kind;
    *found = e->constants.count;
  }
  return (*found - 1) | NOTCH_CONSTANT_BIT;
}

uint32_t notch_emit_slot(notch_emitter *e)
{
  if (e->slot_next >= UINT16_MAX)
    give_up(e);
  uint32_t slot = e->slot_next++;
  if (e->slot_next > e->slot_count)
    e->slot_count = e->slot_next;
  return slot;
}

uint32_t notch_emit_here(const notch_emitter *e)
{
  return e->instructions.count - e->first;
}

void notch_emit_op(notch_emitter *e, const notch_expr *source, notch_op op, uint32_t to,
                   uint32_t a, uint32_t b, uint32_t c)
{
  assert(op < NOTCH_OP_COUNT);
  assert(to <= UINT16_MAX);
  *notch_vec_push(&e->instructions, e->arena) =
      (notch_instruction){(uint16_t)op, (uint16_t)to, a, b, c};
  *notch_vec_push(&e->sources, e->arena) = source;
}

void notch_emit_jump(notch_emitter *e, const notch_expr *source, notch_op op, uint32_t sense,
                     uint32_t a, uint32_t b, notch_label *label)
{
  assert(notch_op_infos[op].c == NOTCH_OPERAND_JUMP);
  uint32_t here = notch_emit_here(e);
  notch_emit_op(e, source, op, sense, a, b, label->newest);
  label->newest = here;
}

void notch_emit_bind(notch_emitter *e, notch_label *label)
{
  uint32_t here = notch_emit_here(e);
  while (label->newest != NOTCH_NONE) {
    notch_instruction *jump = &e->instructions.items[e->first + label->newest];
    label->newest = jump->c;
    jump->c = here;
  }
}

bool notch_operand_is_register(notch_operand operand)
{
  switch ((int)operand) {
  case NOTCH_OPERAND_PLAIN:
  case NOTCH_OPERAND_ANY:
  case NOTCH_OPERAND_TEXT:
  case NOTCH_OPERAND_SET:
  case NOTCH_OPERAND_CURSOR:
  case NOTCH_OPERAND_TALLIED:
  case NOTCH_OPERAND_ROW: return true;
  }
  return false;
}

static void start_lets(notch_emitter *e)
{
  for (uint32_t i = 0; i < e->lets.count; i++) {
    notch_let *let = &e->lets.items[i];
    if (!let->cached)
      continue;
    let->slot = notch_emit_slot(e);
    if (!let->lazy)
      continue;
    let->done = notch_emit_slot(e);
    notch_kind kind = notch_kind_of_type(&let->shared->type);
    notch_emit_op(e, NULL, NOTCH_OP_MOVE, let->slot, notch_emit_constant(e, NOTCH_MISSING, kind),
                  0, 0);
    notch_emit_op(e, NULL, NOTCH_OP_MOVE, let->done,
                  notch_emit_constant(e, NOTCH_VALUE(0), NOTCH_KIND_PLAIN), 0, 0);
  }
}

/* A condition ends in one RETURN for yes and one for no. */
static void emit_condition(notch_emitter *e, const notch_expr *expr)
{
  notch_label otherwise = NOTCH_LABEL;
  notch_emit_branch(e, expr, false, &otherwise);
  uint32_t yes = notch_emit_constant(e, NOTCH_VALUE(1), NOTCH_KIND_PLAIN);
  uint32_t no = notch_emit_constant(e, NOTCH_VALUE(0), NOTCH_KIND_PLAIN);
  notch_emit_op(e, expr, NOTCH_OP_RETURN, 0, yes, 0, 0);
  notch_emit_bind(e, &otherwise);
  notch_emit_op(e, expr, NOTCH_OP_RETURN, 0, no, 0, 0);
}

/* RETURN reports for the root where no instruction of its own does. */
static const notch_expr *source_of_return(const notch_expr *expr, uint32_t result)
{
  bool silent = expr->op == NOTCH_EXPR_IF || expr->op == NOTCH_EXPR_LET;
  return silent || (result & NOTCH_CONSTANT_BIT) != 0 ? expr : NULL;
}

static void emit_procedure(notch_emitter *e, const notch_expr *expr, notch_procedure *out)
{
  e->first = e->instructions.count;
  e->slot_next = e->slot_count = 0;
  e->cursor = NOTCH_NONE;
  e->lets.count = 0;
  notch_emit_find_lets(e, expr);
  start_lets(e);
  notch_value known;
  switch (notch_code_fold(expr, &known) ? (int)NOTCH_EXPR_CONST : (int)expr->op) {
  case NOTCH_EXPR_AND:
  case NOTCH_EXPR_OR:
  case NOTCH_EXPR_IN:
  case NOTCH_EXPR_BETWEEN:
  case NOTCH_EXPR_ANY_OVER: emit_condition(e, expr); break;
  default: {
    uint32_t result = notch_emit_operand(e, expr);
    notch_emit_op(e, source_of_return(expr, result), NOTCH_OP_RETURN, 0, result, 0, 0);
  }
  }
  *out = (notch_procedure){.first = e->first,
                           .count = e->instructions.count - e->first,
                           .slot_count = e->slot_count};
}

/* For how a field lies to a constant that is on its right the comparison is true; 0: none is. */
static uint32_t lies_of(uint32_t op)
{
  switch ((int)op) {
  case NOTCH_OP_EQ:
  case NOTCH_OP_EQ_WHOLE: return NOTCH_LIES_LEVEL;
  case NOTCH_OP_NE:
  case NOTCH_OP_NE_WHOLE: return NOTCH_LIES_BELOW | NOTCH_LIES_ABOVE;
  case NOTCH_OP_LT:
  case NOTCH_OP_LT_WHOLE: return NOTCH_LIES_BELOW;
  case NOTCH_OP_LE:
  case NOTCH_OP_LE_WHOLE: return NOTCH_LIES_BELOW | NOTCH_LIES_LEVEL;
  default: return 0;
  }
}

static uint32_t seen_from_the_right(uint32_t lies)
{
  return (lies & NOTCH_LIES_LEVEL) | ((lies & NOTCH_LIES_BELOW) != 0 ? NOTCH_LIES_ABOVE : 0) |
         ((lies & NOTCH_LIES_ABOVE) != 0 ? NOTCH_LIES_BELOW : 0);
}

/* A field that is divided by whole constants and then multiplied by one: so that no step on the way
 * is larger than the result, and overflows where that would not. */
static bool is_scaled(const notch_emitter *e, uint32_t slot_count, notch_procedure *procedure)
{
  const notch_instruction *at = &e->instructions.items[procedure->first];
  const uint32_t slot = at->to;
  const notch_value *constants = e->constants.items;
  notch_rational scale = NOTCH_INTEGER(1);
  uint32_t steps = 1;
  for (at++; at->op == NOTCH_OP_DIV && at->a == slot && at->b >= slot_count && at->to == slot;
       at++, steps++) {
    notch_value by = constants[at->b - slot_count];
    if (by.d != 1 || by.n <= 0 || !notch_rational_div(&scale, scale, NOTCH_INTEGER(by.n)))
      return false;
  }
  if (at->op == NOTCH_OP_MUL && at->to == slot && (at->a == slot) != (at->b == slot)) {
    uint32_t other = at->a == slot ? at->b : at->a;
    if (other < slot_count || constants[other - slot_count].d == 0 ||
        !notch_rational_mul(&scale, scale, notch_value_rational(constants[other - slot_count])))
      return false;
    at++;
    steps++;
  }
  procedure->constant = notch_value_of(scale);
  return steps > 1 && steps < NOTCH_SHAPED_STEPS && at->op == NOTCH_OP_RETURN && at->a == slot;
}

/* Beside the day; every other instruction works on what these, constants and the day have given. */
static bool reads(uint32_t op)
{
  switch ((int)op) {
  case NOTCH_OP_FIELD:
  case NOTCH_OP_BOUND:
  case NOTCH_OP_ITEM:
  case NOTCH_OP_NOW:
  case NOTCH_OP_ORDER:
  case NOTCH_OP_FACT:
  case NOTCH_OP_DRAW:
  case NOTCH_OP_CONVERT:
  case NOTCH_OP_LOOP:
  case NOTCH_OP_NEXT: return true;
  default: return false;
  }
}

/* It reads the day, and of the member at most his tier of one ladder. */
static bool is_of_day(const notch_emitter *e, notch_procedure *procedure)
{
  uint32_t ladder = NOTCH_NONE;
  for (uint32_t i = 0; i < procedure->count; i++) {
    const notch_instruction *at = &e->instructions.items[procedure->first + i];
    bool tier = at->op == NOTCH_OP_FACT && at->a == NOTCH_EXPR_TIER &&
                (ladder == NOTCH_NONE || ladder == at->b);
    if (!tier && reads(at->op))
      return false;
    ladder = tier ? at->b : ladder;
  }
  procedure->field = ladder;
  return true;
}

static bool is_comparison(const notch_emitter *e, uint32_t slot_count, notch_procedure *procedure)
{
  const notch_instruction *at = &e->instructions.items[procedure->first];
  bool left = at[1].a == at->to;
  uint32_t lies = lies_of(at[1].op), other = left ? at[1].b : at[1].a;
  if (lies == 0 || (!left && at[1].b != at->to) || other < slot_count ||
      e->constants.items[other - slot_count].d != 1 || at[2].op != NOTCH_OP_RETURN ||
      at[2].a != at[1].to)
    return false;
  procedure->holds = left ? lies : seen_from_the_right(lies);
  procedure->constant = e->constants.items[other - slot_count];
  return true;
}

/* The month of what `first` reads, a date: two instructions. */
static bool is_month_of(const notch_instruction *at, uint32_t first)
{
  return at[0].op == first && at[1].op == NOTCH_OP_MONTH_OF && at[1].a == at[0].to;
}

#define SAME_MONTH_STEPS 6u
_Static_assert(SAME_MONTH_STEPS <= NOTCH_SHAPED_STEPS, "it is at hand");

static bool is_same_month(const notch_instruction *at, notch_procedure *procedure)
{
  if (procedure->count != SAME_MONTH_STEPS)
    return false;
  bool today_first = is_month_of(at, NOTCH_OP_TODAY) && is_month_of(at + 2, NOTCH_OP_FIELD);
  bool field_first = is_month_of(at, NOTCH_OP_FIELD) && is_month_of(at + 2, NOTCH_OP_TODAY);
  const notch_instruction *equal = at + 4;
  bool both = (equal->a == at[1].to && equal->b == at[3].to) ||
              (equal->b == at[1].to && equal->a == at[3].to);
  procedure->field = at[today_first ? 2 : 0].a;
  return (today_first || field_first) && at[2].to != at[1].to && at[3].to != at[1].to && both &&
         lies_of(equal->op) == NOTCH_LIES_LEVEL && equal[1].op == NOTCH_OP_RETURN &&
         equal[1].a == equal->to;
}

static notch_shape find_shape(const notch_emitter *e, uint32_t slot_count,
                              notch_procedure *procedure)
{
  const notch_instruction *at = &e->instructions.items[procedure->first];
  if (at->op == NOTCH_OP_RETURN) { /* nothing was written before */
    procedure->constant = e->constants.items[at->a - slot_count];
    return NOTCH_SHAPE_CONSTANT;
  }
  if (is_of_day(e, procedure))
    return NOTCH_SHAPE_OF_DAY;
  if (at->op == NOTCH_OP_FACT && at->a == NOTCH_EXPR_MEASURE) {
    procedure->field = at->b;
    procedure->window = at->c;
    return is_comparison(e, slot_count, procedure) ? NOTCH_SHAPE_MEASURE : NOTCH_SHAPE_CODE;
  }
  if (is_same_month(at, procedure))
    return NOTCH_SHAPE_MONTH;
  if (at->op != NOTCH_OP_FIELD)
    return NOTCH_SHAPE_CODE;
  procedure->field = at->a;
  if (at[1].op == NOTCH_OP_RETURN && at[1].a == at->to)
    return NOTCH_SHAPE_FIELD;
  if (is_scaled(e, slot_count, procedure))
    return NOTCH_SHAPE_SCALE;
  return is_comparison(e, slot_count, procedure) ? NOTCH_SHAPE_COMPARE : NOTCH_SHAPE_CODE;
}

static void place_constant(uint32_t *operand, notch_operand kind, uint32_t slot_count)
{
  if (notch_operand_is_register(kind) && (*operand & NOTCH_CONSTANT_BIT) != 0)
    *operand = (*operand & ~NOTCH_CONSTANT_BIT) + slot_count;
}

static void place_constants(notch_emitter *e, uint32_t slot_count)
{
  for (uint32_t i = 0; i < e->instructions.count; i++) {
    notch_instruction *instruction = &e->instructions.items[i];
    const notch_op_info *info = &notch_op_infos[instruction->op];
    place_constant(&instruction->a, info->a, slot_count);
    place_constant(&instruction->b, info->b, slot_count);
    place_constant(&instruction->c, info->c, slot_count);
  }
}

static const notch_value *const *fold_tables(notch_emitter *e)
{
  const notch_program *program = e->program;
  const notch_value **all = NOTCH_NEW_ARRAY(e->arena, const notch_value *, program->table_count);
  for (uint32_t t = 0; t < program->table_count; t++) {
    const notch_table *table = &program->tables[t];
    notch_value *results = NOTCH_NEW_ARRAY(e->arena, notch_value, table->row_count);
    for (uint32_t row = 0; row < table->row_count; row++)
      if (!notch_code_fold(table->results[row], &results[row]))
        results[row] = NOTCH_MISSING; /* its value overflows: reading it refuses the event */
    all[t] = results;
  }
  return all;
}

static const notch_code *emit_all(const notch_program *program, notch_arena *arena)
{
  notch_emitter e = {.arena = arena, .program = program};
  notch_code *code = NOTCH_NEW(arena, notch_code);
  notch_procedure *procedures = NOTCH_NEW_ARRAY(arena, notch_procedure, program->root_count);
  uint32_t slot_count = 1;
  for (uint32_t i = 0; i < program->root_count; i++) {
    emit_procedure(&e, program->roots[i].expr, &procedures[i]);
    if (procedures[i].slot_count > slot_count)
      slot_count = procedures[i].slot_count;
  }
  place_constants(&e, slot_count);
  for (uint32_t i = 0; i < program->root_count; i++)
    procedures[i].shape = find_shape(&e, slot_count, &procedures[i]);
  *code = (notch_code){
      .program = program,
      .procedure_count = program->root_count,
      .instruction_count = e.instructions.count,
      .constant_count = e.constants.count,
      .slot_count = slot_count,
      .procedures = procedures,
      .instructions = e.instructions.items,
      .sources = e.sources.items,
      .constants = e.constants.items,
      .constant_kinds = e.constant_kinds.items,
      .table_results = fold_tables(&e),
  };
  return code;
}

const notch_code *notch_emit(const notch_program *program, notch_arena *arena)
{
  jmp_buf here;
  jmp_buf *escape = arena->escape;
  const notch_code *volatile code = NULL;
  arena->escape = &here;
  if (setjmp(here) == 0)
    code = emit_all(program, arena);
  arena->escape = escape;
  if (code == NULL)
    return NULL;
  notch_arena scratch;
  notch_text message = {NULL, 0};
  notch_arena_init(&scratch, arena->memory);
  bool verified = notch_code_verify(code, &scratch, &message);
  assert(verified || scratch.failed);
  notch_arena_free(&scratch);
  return verified ? code : NULL;
}
