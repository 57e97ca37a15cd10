/*
 * vm/vm.h -- runs one root of a verified programme against one event and one member.
 *
 * Nothing here allocates on the hot path and nothing is kept between calls but scratch slots.
 * A notch_vm belongs to one thread; program and code are shared.
 */
#ifndef NOTCH_VM_VM_H
#define NOTCH_VM_VM_H

#include "check/program.h"
#include "code/code.h"

typedef enum notch_fact {
#define FACT(name, word, meaning) NOTCH_FACT_##name,
#include "vm/fact.def"
#undef FACT
  NOTCH_FACT_COUNT
} notch_fact;

typedef enum notch_eval { /* how an evaluation ended */
  NOTCH_EVAL_OK = 0,
  NOTCH_EVAL_OVERFLOW,
  NOTCH_EVAL_DIVISION_BY_ZERO,
  NOTCH_EVAL_NO_RATE,
  NOTCH_EVAL_NO_SEED,
  NOTCH_EVAL_STEPS, /* the ceiling on steps was passed: the event is refused as overflow */
  NOTCH_EVAL_NOMEM,
  NOTCH_EVAL_MISSING /* a missing value was used: a fault of the checker, refused as overflow */
} notch_eval;

typedef notch_eval notch_fact_reader(void *payload, notch_fact fact, uint32_t a, uint32_t b,
                                     notch_value arg, notch_value *out);

typedef struct notch_context { /* what one evaluation reads; borrowed for the call */
  const notch_value *fields;   /* of the event, in declaration order; NULL without an event */
  const notch_value *item;     /* the bound item of a per-line root; NULL */
  int64_t now_us;
  int32_t today;               /* local day of now_us */
  notch_value order;           /* the bill; missing outside payments */
  notch_fact_reader *read;
  void *payload;
} notch_context;

/* Every instruction's result, for explain: called after each one when set; before that of a
 * table, for the result of the row that gave it. */
typedef void notch_vm_tracer(void *payload, const notch_expr *expr, notch_value value);

typedef struct notch_vm notch_vm;

notch_vm *notch_vm_new(const notch_program *program, const notch_code *code,
                       const notch_memory *memory); /* NULL: out of memory */
void notch_vm_free(notch_vm *vm);
void notch_vm_set_steps(notch_vm *vm, uint64_t steps_max); /* per call; 0: no ceiling */
void notch_vm_set_tracer(notch_vm *vm, notch_vm_tracer *tracer, void *payload);

/* Evaluates procedure `root`.  On NOTCH_EVAL_OK *out is its value (missing: d == 0). */
notch_eval notch_vm_eval(notch_vm *vm, uint32_t root, const notch_context *context,
                         notch_value *out);
/* After a failure: the expression that failed, for the message (never NULL then). */
const notch_expr *notch_vm_failed_at(const notch_vm *vm);

#endif
