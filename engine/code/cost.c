/* code/cost.c -- how many instructions a procedure can be charged with at most. */
#include <config.h>

#include "code/code.h"

static uint32_t items_max(const notch_program *program, uint32_t event, uint32_t field)
{
  return event == NOTCH_NONE ? 0 : program->events[event].fields[field].items_max;
}

uint64_t notch_code_cost(const notch_code *code, uint32_t root, bool *bounded)
{
  const notch_procedure *procedure = &code->procedures[root];
  uint64_t cost = procedure->count;
  for (uint32_t i = 0; i < procedure->count; i++) {
    const notch_instruction *at = &code->instructions[procedure->first + i];
    if (at->op != NOTCH_OP_NEXT)
      continue;
    /* As the machine charges it: the body once more for each item behind the first. */
    uint32_t items = items_max(code->program, code->program->roots[root].event, at->a);
    *bounded = *bounded && items > 0;
    cost += (uint64_t)(i - at->c + 1) * (items > 0 ? items - 1 : 0);
  }
  return cost;
}
