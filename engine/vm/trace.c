/* vm/trace.c -- tells a tracer what each instruction made of its expression. */
#include <config.h>

#include "vm/builtin.h"

#include <assert.h>

/* A jump is told by where it went: it never goes to the very next instruction. */
static bool value_of_jump(const notch_machine *m, const notch_instruction *at,
                          const notch_instruction *next, notch_value *out)
{
  bool taken = next != at + 1;
  bool sense = (at->to & NOTCH_SENSE_TRUE) != 0;
  (void)m;
  if (!taken && (at->to & NOTCH_SENSE_OPEN) != 0)
    return false;
  *out = NOTCH_VALUE(taken == sense);
  return true;
}

void notch_vm_report(const notch_machine *m, const notch_value *r, const notch_instruction *at,
                     const notch_instruction *next)
{
  const notch_vm *vm = m->vm;
  const notch_expr *source = vm->code->sources[at - vm->code->instructions];
  const notch_op_info *info = &notch_op_infos[at->op];
  notch_value value;
  if (source == NULL || at->op == NOTCH_OP_LOOP || at->op == NOTCH_OP_NEXT)
    return;
  if (at->op == NOTCH_OP_RETURN)
    value = r[at->a];
  else if (info->to != NOTCH_OPERAND_SENSE)
    value = r[at->to];
  else if (!value_of_jump(m, at, next, &value))
    return;
  vm->tracer(vm->tracer_payload, source, value);
}
