/*
 * fuzz_code.c -- any bytes as changes of compiled code: what the verifier lets through, the machine
 * runs without harm.
 *
 * The input: one to four changes, of four bytes each: which instruction, which part of it, and the
 * new value.  More would never be let through.
 */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "tests/vm/fixture.h"

#include <string.h>

#define CHANGES_MAX 4u
#define CHANGE_BYTES 4
#define STEPS_MAX 2000

const fuzz_inputs fuzz_inputs_of_target = {.drawn = 20000};

static notch_expr *whole(fixture *f, notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(f, op, NOTCH_TYPE_NUMBER, a, b);
}

static notch_expr *flag(fixture *f, notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(f, op, NOTCH_TYPE_FLAG, a, b);
}

/* Texts, lists, sets, tables, loops and facts: everything that could be mistaken for another. */
static void make_roots(fixture *f)
{
  static const notch_expr_op loops[] = {NOTCH_EXPR_SUM_OVER, NOTCH_EXPR_COUNT_OVER,
                                        NOTCH_EXPR_DISTINCT_OVER, NOTCH_EXPR_LARGEST_OVER,
                                        NOTCH_EXPR_SMALLEST_OVER};
  for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++)
    fixture_root(f, x_over(f, loops[i], NOTCH_TYPE_NUMBER, x_item(f, I_QUANTITY),
                           flag(f, NOTCH_EXPR_GT, x_item(f, I_AMOUNT), x_field(f, F_AMOUNT))));
  fixture_root(f, x_over(f, NOTCH_EXPR_DISTINCT_OVER, NOTCH_TYPE_NUMBER, x_item(f, I_SKU), NULL));
  fixture_root(f, x_over(f, NOTCH_EXPR_ANY_OVER, NOTCH_TYPE_FLAG,
                         flag(f, NOTCH_EXPR_EQ, x_item(f, I_CATEGORY), x_field(f, F_NOTE)),
                         NULL));
  fixture_root(f, flag(f, NOTCH_EXPR_EQ, x_field(f, F_NOTE), x_text(f, "gift")));
  fixture_root(f, flag(f, NOTCH_EXPR_AND, x_field(f, F_VIP),
                       flag(f, NOTCH_EXPR_EQ, x_leaf(f, NOTCH_EXPR_MEMBER_FIELD, NOTCH_TYPE_TEXT,
                                                     1, 0),
                            x_field(f, F_NOTE))));
  fixture_root(f, whole(f, NOTCH_EXPR_DIV, x_field(f, F_AMOUNT),
                        whole(f, NOTCH_EXPR_SUB, x_field(f, F_COUNT), x_number(f, 3))));
  fixture_root(f, x_three(f, NOTCH_EXPR_IF, NOTCH_TYPE_NUMBER, x_field(f, F_VIP),
                          x_leaf(f, NOTCH_EXPR_BALANCE, NOTCH_TYPE_NUMBER, 0, 0),
                          whole(f, NOTCH_EXPR_MAX, x_field(f, F_COUNT), x_ratio(f, 7, 3))));
}

static void put(notch_instruction *at, uint8_t part, uint8_t value)
{
  static const uint32_t odd[] = {UINT32_MAX, UINT32_MAX - 1, UINT16_MAX, 0x80000000u};
  uint32_t number = value >= 252 ? odd[value - 252] : value;
  switch (part % 5) {
  case 0: at->op = (uint16_t)number; break;
  case 1: at->to = (uint16_t)number; break;
  case 2: at->a = number; break;
  case 3: at->b = number; break;
  default: at->c = number; break;
  }
}

static notch_eval answer(void *payload, notch_fact fact, uint32_t a, uint32_t b, notch_value arg,
                         notch_value *out)
{
  fixture *f = payload;
  bool text = (fact == NOTCH_FACT_MEMBER_FIELD && a == 1) || fact == NOTCH_FACT_SELF;
  fuzz_require(fact < NOTCH_FACT_COUNT && (fact != NOTCH_FACT_MEMBER_FIELD || a < 2));
  fuzz_require(fact != NOTCH_FACT_TIER || a == 0);
  (void)b;
  (void)arg;
  *out = text ? f->facts[NOTCH_FACT_SELF] : f->facts[fact];
  return NOTCH_EVAL_OK;
}

static void run_all(fixture *f, const notch_code *code)
{
  static notch_list none;
  static const notch_value item[] = {{0, 0}, {0, 0}, {250, 1}, {3, 1}};
  notch_vm *vm = notch_vm_new(f->program, code, &notch_memory_system);
  fuzz_require(vm != NULL);
  notch_vm_set_steps(vm, STEPS_MAX);
  for (uint32_t i = 0; i < NOTCH_FACT_COUNT; i++)
    f->facts[i] = NOTCH_VALUE(i);
  f->facts[NOTCH_FACT_TAGS] = NOTCH_VALUE((intptr_t)&none);
  f->facts[NOTCH_FACT_SELF] = fixture_text_value(f, "ann");
  f->context.read = answer;
  f->context.item = item;
  for (uint32_t i = 0; i < code->procedure_count; i++) {
    notch_value out;
    notch_eval status = notch_vm_eval(vm, i, &f->context, &out);
    fuzz_require(status == NOTCH_EVAL_OK || notch_vm_failed_at(vm) != NULL);
  }
  notch_vm_free(vm);
}

static void set_fields(fixture *f)
{
  static const fixture_item items[] = {{"a1", "beans", 250, 2}, {"b2", "cups", 990, 1}};
  fixture_items(f, items, 2);
  f->fields[F_AMOUNT] = NOTCH_VALUE(1990);
  f->fields[F_COUNT] = NOTCH_VALUE(3);
  f->fields[F_NOTE] = fixture_text_value(f, "gift");
  f->fields[F_DAY] = NOTCH_VALUE(20000);
  f->fields[F_AT] = NOTCH_VALUE(INT64_C(1780000000000000));
  f->fields[F_VIP] = NOTCH_VALUE(1);
  f->fields[F_TIME] = NOTCH_VALUE(3600);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  fixture f;
  fixture_begin(&f);
  make_roots(&f);
  fixture_compile(&f);
  set_fields(&f);
  notch_code code = *f.code;
  size_t room = code.instruction_count * sizeof *code.instructions;
  notch_instruction *changed = malloc(room); /* of its own: a jump out of it is seen */
  fuzz_require(changed != NULL);
  memcpy(changed, code.instructions, room);
  code.instructions = changed;
  for (unsigned i = 0; i < CHANGES_MAX && size >= CHANGE_BYTES; i++) {
    uint32_t at = (bytes[0] + 256u * bytes[1]) % code.instruction_count;
    put(&changed[at], bytes[2], bytes[3]);
    bytes += CHANGE_BYTES;
    size -= CHANGE_BYTES;
  }
  notch_text message;
  if (notch_code_verify(&code, &f.arena, &message))
    run_all(&f, &code);
  else
    fuzz_require(message.length > 0);
  free(changed);
  fixture_end(&f);
  return 0;
}
