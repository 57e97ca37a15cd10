/*
 * vm/vm.c -- the loop: registers, and one label for each instruction.
 *
 * The verifier has seen the code, so nothing here looks whether an operand is right.  A failure
 * leads to an instruction of its own that ends the procedure, so the loop tests nothing.
 */
#include <config.h>

#include "vm/ops.h"

#include <assert.h>
#include <string.h>

static const notch_instruction stop = {.op = NOTCH_OP_RETURN};

__attribute__((cold, noinline)) static const notch_instruction *
fail(notch_machine *m, const notch_instruction *at, notch_eval status)
{
  assert(status != NOTCH_EVAL_OK);
  m->status = status;
  m->failed = at;
  return &stop;
}

notch_vm *notch_vm_new(const notch_program *program, const notch_code *code,
                       const notch_memory *memory)
{
  assert(code->program == program);
  assert(code->slot_count > 0);
  notch_vm *vm = notch_memory_resize(memory, NULL, sizeof *vm);
  if (vm == NULL)
    return NULL;
  *vm = (notch_vm){
      .program = program, .code = code, .memory = *memory, .steps_max = UINT64_MAX};
  notch_vm_see_day(vm, 0);
  return vm;
}

void notch_vm_free(notch_vm *vm)
{
  if (vm == NULL)
    return;
  notch_memory memory = vm->memory;
  for (uint32_t i = 0; i < NOTCH_DEPTH_MAX; i++)
    notch_memory_free(&memory, vm->registers[i]);
  notch_memory_free(&memory, vm->seen[0].values);
  notch_memory_free(&memory, vm->seen[1].values);
  notch_memory_free(&memory, vm);
}

void notch_vm_set_steps(notch_vm *vm, uint64_t steps_max)
{
  vm->steps_max = steps_max == 0 ? UINT64_MAX : steps_max;
}

void notch_vm_set_tracer(notch_vm *vm, notch_vm_tracer *tracer, void *payload)
{
  vm->tracer = tracer;
  vm->tracer_payload = payload;
}

__attribute__((cold, noinline)) static bool make_registers(notch_vm *vm)
{
  const notch_code *code = vm->code;
  size_t count = (size_t)code->slot_count + code->constant_count;
  notch_value *registers = notch_memory_resize(&vm->memory, NULL, count * sizeof *registers);
  if (registers == NULL)
    return false;
  memset(registers, 0, code->slot_count * sizeof *registers);
  if (code->constant_count > 0)
    memcpy(registers + code->slot_count, code->constants,
           code->constant_count * sizeof *registers);
  vm->registers[vm->depth] = registers;
  return true;
}

__attribute__((cold, noinline)) static void note_failure(notch_machine *m, uint32_t root)
{
  const notch_vm *vm = m->vm;
  const notch_expr *source = NULL;
  if (m->failed != NULL)
    source = vm->code->sources[m->failed - vm->code->instructions];
  m->vm->failed = source != NULL ? source : vm->program->roots[root].expr;
}

/* Registers for one evaluation more, where this depth has none yet. */
__attribute__((cold, noinline)) static notch_eval prepare(notch_vm *vm, uint32_t steps)
{
  if (vm->depth >= NOTCH_DEPTH_MAX || steps > vm->steps_max)
    return NOTCH_EVAL_STEPS;
  return make_registers(vm) ? NOTCH_EVAL_OK : NOTCH_EVAL_NOMEM;
}

/*
 * One table of labels leads to the instructions, the other reports each result first.  The
 * registers are the evaluation's own; `at` runs through the procedure.
 */
notch_eval notch_vm_eval(notch_vm *vm, uint32_t root, const notch_context *context,
                         notch_value *out)
{
  static const void *const plain[NOTCH_OP_COUNT] = {
#define OP(name, word, to, a, b, c, meaning) &&do_##name,
#include "code/op.def"
#undef OP
  };
  static const void *const traced[NOTCH_OP_COUNT] = {
#define OP(name, word, to, a, b, c, meaning) &&report,
#include "code/op.def"
#undef OP
  };
  assert(root < vm->code->procedure_count);
  const notch_procedure *procedure = &vm->code->procedures[root];
  /* A straight run is charged with the whole procedure, however much of it is jumped over. */
  notch_machine machine = {.vm = vm,
                           .context = context,
                           .first = vm->code->instructions + procedure->first,
                           .steps_left = vm->steps_max - procedure->count};
  notch_machine *m = &machine;
  if (vm->registers[vm->depth] == NULL || procedure->count > vm->steps_max) {
    machine.status = prepare(vm, procedure->count);
    if (machine.status != NOTCH_EVAL_OK) {
      note_failure(m, root);
      return machine.status;
    }
  }
  const uint32_t seen[2] = {vm->seen[0].count, vm->seen[1].count};
  const void *const *table = vm->tracer != NULL ? traced : plain;
  notch_value *r = vm->registers[vm->depth++];
  const notch_instruction *at = machine.first, *before = NULL;
  goto *table[at->op];

report:
  if (before != NULL && machine.status == NOTCH_EVAL_OK)
    notch_vm_report(m, r, before, at);
  before = at;
  if (at->op == NOTCH_OP_RETURN && machine.status == NOTCH_EVAL_OK)
    notch_vm_report(m, r, at, at);
  goto *plain[at->op];

do_RETURN:
  *out = r[at->a];
  vm->depth--;
  vm->seen[0].count = seen[0];
  vm->seen[1].count = seen[1];
  if (machine.status != NOTCH_EVAL_OK)
    note_failure(m, root);
  return machine.status;

#define STOP(name, word, to, a, b, c, meaning)
#define OP(name, word, to, a, b, c, meaning) \
  do_##name: at = op_##name(m, r, at);       \
  goto *table[at->op];
#include "code/op.def"
#undef OP
}

const notch_expr *notch_vm_failed_at(const notch_vm *vm)
{
  return vm->failed;
}
