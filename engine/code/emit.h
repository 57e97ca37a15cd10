/*
 * code/emit.h -- what the files of the compiler share; private to engine/code.
 *
 * Slots are handed out like a stack: an expression's temporaries lie above what is still needed,
 * so whatever lies above a loop's cursor is dead when the loop begins or ends.
 */
#ifndef NOTCH_CODE_EMIT_H
#define NOTCH_CODE_EMIT_H

#include "code/code.h"

/* Until the slots of all procedures are counted, a constant is this bit and its index. */
#define NOTCH_CONSTANT_BIT UINT32_C(0x80000000)

typedef enum notch_let_place {
  NOTCH_LET_PLAIN,
  NOTCH_LET_LOOP, /* some use is in a loop */
  NOTCH_LET_ITEM  /* and its value changes from item to item: never cached */
} notch_let_place;

typedef struct notch_let { /* a shared expression of the root at hand */
  const notch_expr *shared;
  notch_let_place place;
  bool cached; /* it has a slot of its own for the whole procedure */
  bool lazy;   /* first reached on some paths only: `done` tells whether it was evaluated */
  bool settled;
  uint32_t uses, slot, done;
} notch_let;

typedef struct notch_label { /* a place not reached yet; its jumps are chained through `c` */
  uint32_t newest;
} notch_label;

#define NOTCH_LABEL ((notch_label){NOTCH_NONE})

typedef struct notch_emitter {
  notch_arena *arena;
  const notch_program *program;
  NOTCH_VEC(notch_instruction) instructions;
  NOTCH_VEC(const notch_expr *) sources;
  NOTCH_VEC(notch_value) constants;
  NOTCH_VEC(uint8_t) constant_kinds;
  uint32_t *constant_index; /* open addressing; index + 1 */
  uint32_t constant_index_size;
  NOTCH_VEC(notch_let) lets;
  uint32_t first; /* of the procedure at hand */
  uint32_t slot_next, slot_count;
  uint32_t cursor; /* of the innermost loop; NOTCH_NONE */
} notch_emitter;

/* emit.c */
uint32_t notch_emit_constant(notch_emitter *e, notch_value value, notch_kind kind);
uint32_t notch_emit_slot(notch_emitter *e);
uint32_t notch_emit_here(const notch_emitter *e);
void notch_emit_op(notch_emitter *e, const notch_expr *source, notch_op op, uint32_t to,
                   uint32_t a, uint32_t b, uint32_t c);
void notch_emit_jump(notch_emitter *e, const notch_expr *source, notch_op op, uint32_t sense,
                     uint32_t a, uint32_t b, notch_label *label);
void notch_emit_bind(notch_emitter *e, notch_label *label);
bool notch_operand_is_register(notch_operand operand);

/* emit_let.c */
void notch_emit_find_lets(notch_emitter *e, const notch_expr *root);
uint32_t notch_emit_let(notch_emitter *e, const notch_expr *let); /* its register, or NOTCH_NONE */

/* emit_value.c: the value goes to `slot`, or is in the register that is returned. */
void notch_emit_into(notch_emitter *e, const notch_expr *expr, uint32_t slot);
uint32_t notch_emit_operand(notch_emitter *e, const notch_expr *expr);
uint32_t notch_emit_operand_in(notch_emitter *e, const notch_expr *expr, uint32_t slot);

/* emit_branch.c: goes to `label` when the flag `expr` is `sense`, else falls through. */
void notch_emit_branch(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label);
notch_op notch_emit_comparison(notch_expr_op op, const notch_type *type, bool *swapped);

/* emit_loop.c */
void notch_emit_loop_into(notch_emitter *e, const notch_expr *expr, uint32_t slot);
void notch_emit_any(notch_emitter *e, const notch_expr *expr, bool sense, notch_label *label);

/* fold.c: the value of an expression that reads nothing; false where it fails or reads. */
bool notch_code_fold(const notch_expr *expr, notch_value *out);

#endif
