/*
 * vm/machine.h -- the state of the machine, for the files of engine/vm.
 *
 * An evaluation may start another one from inside a fact (the `since` of a window is a root of its
 * own), so registers are per depth, and everything else of one evaluation is on the C stack.
 */
#ifndef NOTCH_VM_MACHINE_H
#define NOTCH_VM_MACHINE_H

#include "vm/vm.h"

#define NOTCH_DEPTH_MAX 16

typedef struct notch_seen { /* values of the tallies that are open, one after the other */
  notch_value *values;
  uint32_t count, capacity;
} notch_seen;

struct notch_vm {
  const notch_program *program;
  const notch_code *code;
  notch_memory memory;
  /* By depth: slots, then the constants.  Made when first used; the last never is. */
  notch_value *registers[NOTCH_DEPTH_MAX + 1];
  uint32_t depth;
  uint64_t steps_max; /* UINT64_MAX: none */
  notch_vm_tracer *tracer;
  void *tracer_payload;
  const notch_expr *failed;
  notch_seen seen[2]; /* plain values, texts */
  int32_t day; /* of `civil` and `weekday`, once `today`: most events have the one before's */
  notch_civil civil;
  unsigned weekday;
};

typedef struct notch_machine { /* one evaluation */
  notch_vm *vm;
  const notch_context *context;
  const notch_instruction *first; /* of the procedure */
  const notch_instruction *failed; /* NULL while all is well */
  notch_eval status;
  uint64_t steps_left;
} notch_machine;

static inline void notch_vm_see_day(notch_vm *vm, int32_t day)
{
  vm->day = day;
  vm->civil = notch_civil_of(day);
  vm->weekday = notch_weekday(day);
}

#endif
