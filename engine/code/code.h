/*
 * code/code.h -- the bytecode of a checked programme: procedure i computes root i.
 *
 * Registers are the slots of a procedure, then the constants of the code, so that an operand
 * needs no test of what it is: register r < slot_count is a slot, any other is the constant
 * r - slot_count.  Immutable once notch_emit() returns it; it lives as long as its programme.
 */
#ifndef NOTCH_CODE_CODE_H
#define NOTCH_CODE_CODE_H

#include "check/program.h"

typedef enum notch_op {
#define OP(name, word, to, a, b, c, meaning) NOTCH_OP_##name,
#include "code/op.def"
#undef OP
  NOTCH_OP_COUNT
} notch_op;

typedef enum notch_operand {
#define OPERAND(name, form, meaning) NOTCH_OPERAND_##name,
#include "code/operand.def"
#undef OPERAND
  NOTCH_OPERAND_COUNT
} notch_operand;

typedef struct notch_op_info {
  const char *word;
  notch_operand to, a, b, c;
  const char *meaning;
} notch_op_info;

extern const notch_op_info notch_op_infos[NOTCH_OP_COUNT];

typedef struct notch_instruction {
  uint16_t op; /* notch_op */
  uint16_t to;
  uint32_t a, b, c;
} notch_instruction;

/* What a register holds, as far as memory is concerned; each of the first four may be missing. */
typedef enum notch_kind {
  NOTCH_KIND_NONE = 0, /* not written on every path */
  NOTCH_KIND_PLAIN,
  NOTCH_KIND_TEXT,
  NOTCH_KIND_SET,
  NOTCH_KIND_LIST,
  NOTCH_KIND_CURSOR,
  NOTCH_KIND_TALLY
} notch_kind;

/* `to` of a conditional jump: the expression's value when it is taken. */
#define NOTCH_SENSE_TRUE 1u
#define NOTCH_SENSE_OPEN 2u /* not taken, it leaves the value open */

/* Half of what rules ask for is at hand without running anything.  The order counts: the fields of
 * the event tell those before OF_DAY, the state of the decision those from there on. */
typedef enum notch_shape {
  NOTCH_SHAPE_CODE = 0,
  NOTCH_SHAPE_CONSTANT,
  NOTCH_SHAPE_FIELD,   /* of the event, as it was sent */
  NOTCH_SHAPE_SCALE,   /* a field, times a constant */
  NOTCH_SHAPE_COMPARE, /* a field with a constant that is whole */
  NOTCH_SHAPE_OF_DAY,  /* has to be run, but once a day and tier: nothing else is read */
  NOTCH_SHAPE_MEASURE, /* a measure, compared as a field would be */
  NOTCH_SHAPE_MONTH    /* whether a field, a date, is of the month that it is today: a birthday */
} notch_shape;

/* How the field or the measure may lie to the constant: of several the sum. */
#define NOTCH_LIES_BELOW 1u
#define NOTCH_LIES_LEVEL 2u
#define NOTCH_LIES_ABOVE 4u

typedef struct notch_procedure {
  uint32_t first, count; /* instructions */
  uint32_t slot_count;
  notch_shape shape;
  uint32_t field; /* or measure, or ladder; NOTCH_NONE: of the day alone */
  uint32_t window;
  uint32_t holds; /* NOTCH_LIES_… for which a comparison is true */
  notch_value constant;
} notch_procedure;
#define NOTCH_SHAPED_STEPS 6u /* the most instructions of a procedure that is at hand */

typedef struct notch_code {
  const notch_program *program;
  uint32_t procedure_count, instruction_count, constant_count;
  uint32_t slot_count; /* the most that a procedure has */
  const notch_procedure *procedures;
  const notch_instruction *instructions;
  const notch_expr *const *sources; /* of each instruction; NULL: of no expression */
  const notch_value *constants;
  const uint8_t *constant_kinds; /* notch_kind */
  const notch_value *const *table_results; /* [table][row] */
} notch_code;

static inline const notch_procedure *notch_code_procedure(const notch_code *code, uint32_t root)
{
  return root == NOTCH_NONE ? NULL : &code->procedures[root];
}
static inline uint32_t notch_code_root(const notch_code *code, const notch_procedure *procedure)
{
  return (uint32_t)(procedure - code->procedures);
}

/* What comparing with the constant gives; false: the figure is not whole, so it has to be run. */
static inline bool notch_code_compare(const notch_procedure *procedure, notch_value figure,
                                      notch_value *out)
{
  unsigned lies = figure.n < procedure->constant.n    ? NOTCH_LIES_BELOW
                  : figure.n == procedure->constant.n ? NOTCH_LIES_LEVEL
                                                      : NOTCH_LIES_ABOVE;
  *out = NOTCH_VALUE((procedure->holds & lies) != 0);
  return figure.d == 1;
}

/* The value of a procedure that is at hand; false: it has to be run. */
static inline bool notch_code_at_hand(const notch_procedure *procedure, const notch_value *fields,
                                      notch_value *out)
{
  if (procedure->shape == NOTCH_SHAPE_CODE || procedure->shape >= NOTCH_SHAPE_OF_DAY)
    return false;
  if (procedure->shape == NOTCH_SHAPE_CONSTANT) {
    *out = procedure->constant;
    return true;
  }
  *out = fields[procedure->field];
  if (procedure->shape == NOTCH_SHAPE_FIELD)
    return true;
  if (procedure->shape == NOTCH_SHAPE_SCALE) {
    notch_rational scaled;
    bool fits = out->d == 1 && notch_rational_mul(&scaled, NOTCH_INTEGER(out->n),
                                                  notch_value_rational(procedure->constant));
    *out = fits ? notch_value_of(scaled) : *out;
    return fits;
  }
  return notch_code_compare(procedure, *out, out);
}

/* Of NOTCH_SHAPE_MONTH; false: it has to be run. */
static inline bool notch_code_same_month(const notch_procedure *procedure,
                                         const notch_value *fields, int32_t today,
                                         notch_value *out)
{
  notch_value date = fields[procedure->field];
  if (date.d != 1 || !notch_is_day(date.n) || !notch_is_day(today))
    return false;
  *out = NOTCH_VALUE(notch_civil_of((int32_t)date.n).month == notch_civil_of(today).month);
  return true;
}

/*
 * Compiles every root, and verifies the result.  NULL: out of memory.  A result that the
 * verifier refuses is a fault of the compiler; it is asserted, and NULL without assertions.
 */
const notch_code *notch_emit(const notch_program *program, notch_arena *arena);

/*
 * Whether the machine may run the code without looking: operands in bounds and of the right kind,
 * slots written before they are read, jumps forward or back to their loop, RETURN at the end.
 * False: *message names the procedure and the instruction; it lives in `scratch`.
 */
bool notch_code_verify(const notch_code *code, notch_arena *scratch, notch_text *message);

/* The most that the machine charges one evaluation with; not bounded where a list has no `at
 * most`, which *bounded (true before) then says. */
uint64_t notch_code_cost(const notch_code *code, uint32_t root, bool *bounded);

void notch_code_print(const notch_code *code, notch_buffer *to);
void notch_code_document(notch_buffer *to); /* docs/bytecode.md */

notch_kind notch_kind_of_type(const notch_type *type);

#endif
