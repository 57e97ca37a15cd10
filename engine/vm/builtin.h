/*
 * vm/builtin.h -- what instructions do that is too long for the loop.
 *
 * Each takes an instruction whose operands the verifier has seen, and writes its `to` on
 * NOTCH_EVAL_OK only.  A missing operand is answered with NOTCH_EVAL_MISSING.
 */
#ifndef NOTCH_VM_BUILTIN_H
#define NOTCH_VM_BUILTIN_H

#include "vm/machine.h"

typedef notch_eval notch_builtin(notch_machine *m, notch_value *r, const notch_instruction *at);

/* builtin_number.c: exact arithmetic off the whole-number path. */
notch_eval notch_builtin_arithmetic(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_whole(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_extreme(notch_machine *m, notch_value *r, const notch_instruction *at);

/* builtin_calendar.c */
notch_eval notch_builtin_calendar(notch_machine *m, notch_value *r, const notch_instruction *at);

/* builtin_fact.c: what the member layer answers. */
notch_eval notch_builtin_fact(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_draw(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_convert(notch_machine *m, notch_value *r, const notch_instruction *at);

/* builtin_list.c: texts, sets, tallies, tables. */
notch_eval notch_builtin_text(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_tally(notch_machine *m, notch_value *r, const notch_instruction *at);
notch_eval notch_builtin_table(notch_machine *m, notch_value *r, const notch_instruction *at);

/* trace.c: reports what `at` has done; `next` is the instruction that follows it now. */
void notch_vm_report(const notch_machine *m, const notch_value *r, const notch_instruction *at,
                     const notch_instruction *next);

#endif
