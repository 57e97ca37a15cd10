/* check_code.c -- the compiler's output, the verifier's refusals, and the page about both. */
#include <config.h>

#include "../vm/fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fixture f;

static void begin(void)
{
  fixture_begin(&f);
}

static void end(void)
{
  fixture_end(&f);
}

static notch_expr *flag(notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(&f, op, NOTCH_TYPE_FLAG, a, b);
}

static notch_expr *money(int64_t n)
{
  return x_const(&f, NOTCH_TYPE_MONEY, n);
}

static void check_print(const char *expected)
{
  notch_buffer text;
  notch_buffer_init(&text, &notch_memory_system);
  notch_code_print(f.code, &text);
  ck_assert_str_eq(text.bytes, expected);
  notch_buffer_free(&text);
}

static void check_code_of(notch_expr *expr, const char *expected)
{
  f.program->root_count = 0;
  fixture_root(&f, expr);
  fixture_compile(&f);
  check_print(expected);
}

START_TEST(a_comparison_is_three_instructions)
{
  check_code_of(flag(NOTCH_EXPR_GE, x_field(&f, F_AMOUNT), money(1000)),
                "procedure 0, event purchase, rule base, slots 1\n"
                "    0  field          r0 <- amount  ; field\n"
                "    1  le             r0 <- 1000 r0  ; ge\n"
                "    2  return         r0\n");
}
END_TEST

START_TEST(conditions_are_jumps)
{
  notch_expr *app = flag(NOTCH_EXPR_EQ, x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, 1));
  notch_expr *large = flag(NOTCH_EXPR_GE, x_field(&f, F_AMOUNT), money(1000));
  notch_expr *vip = flag(NOTCH_EXPR_EQ, x_field(&f, F_NOTE), x_text(&f, "vip"));
  check_code_of(flag(NOTCH_EXPR_AND, flag(NOTCH_EXPR_OR, app, large), vip),
                "procedure 0, event purchase, rule base, slots 1\n"
                "    0  field          r0 <- channel  ; field\n"
                "    1  jump.eq.whole     r0 1 @4  ; eq is yes\n"
                "    2  field          r0 <- amount  ; field\n"
                "    3  jump.lt           r0 1000 @7  ; ge is no\n"
                "    4  field          r0 <- note  ; field\n"
                "    5  jump.ne.text      r0 \"vip\" @7  ; eq is no\n"
                "    6  return         1  ; and\n"
                "    7  return         0  ; and\n");
}
END_TEST

START_TEST(loops_filter_first)
{
  notch_expr *drink = flag(NOTCH_EXPR_EQ, x_item(&f, I_CATEGORY), x_text(&f, "drink"));
  check_code_of(x_over(&f, NOTCH_EXPR_SUM_OVER, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY), drink),
                "procedure 0, event purchase, rule base, slots 4\n"
                "    0  move           r1 <- 0\n"
                "    1  loop           r2 <- items @7  ; sum_over\n"
                "    2  item           r3 <- item:1 r2  ; item\n"
                "    3  jump.ne.text      r3 \"drink\" @6  ; eq is no\n"
                "    4  item           r3 <- item:3 r2  ; item\n"
                "    5  add            r1 <- r1 r3\n"
                "    6  next           r2 <- items @2  ; sum_over\n"
                "    7  move           r0 <- r1  ; sum_over\n"
                "    8  return         r0\n");
}
END_TEST

START_TEST(constants_are_folded)
{
  notch_expr *three =
      x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, x_number(&f, 1), x_number(&f, 2));
  notch_expr *product = x_two(&f, NOTCH_EXPR_MUL, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT), three);
  check_code_of(x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_NUMBER,
                        flag(NOTCH_EXPR_GT, three, x_number(&f, 2)), product, x_number(&f, 0)),
                "procedure 0, event purchase, rule base, slots 1\n"
                "    0  field          r0 <- count  ; field\n"
                "    1  mul            r0 <- r0 3  ; mul\n"
                "    2  return         r0  ; if\n");
}
END_TEST

/* A sum of many terms is compiled in time that grows with it, and needs two slots. */
START_TEST(long_sums)
{
  notch_expr *sum = x_field(&f, F_COUNT);
  for (int i = 0; i < 4000; i++)
    sum = x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, sum, x_number(&f, 1));
  notch_value value;
  f.fields[F_COUNT] = NOTCH_VALUE(2);
  ck_assert_int_eq(fixture_eval(&f, sum, &value), NOTCH_EVAL_OK);
  ck_assert_int_eq(value.n, 4002);
  ck_assert_uint_eq(f.code->instruction_count, 4002);
  ck_assert_uint_le(f.code->slot_count, 2);
}
END_TEST

/* One root of every kind of expression, so that each instruction of op.def appears. */
static void make_everything(void)
{
  notch_expr *count = x_field(&f, F_COUNT), *note = x_field(&f, F_NOTE);
  notch_expr *at = x_field(&f, F_AT), *day = x_field(&f, F_DAY), *quantity = x_item(&f, I_QUANTITY);
  notch_expr *drink = flag(NOTCH_EXPR_EQ, x_item(&f, I_CATEGORY), x_text(&f, "drink"));
  static const notch_expr_op binary[] = {NOTCH_EXPR_ADD, NOTCH_EXPR_SUB, NOTCH_EXPR_MUL,
                                         NOTCH_EXPR_DIV, NOTCH_EXPR_STEPS, NOTCH_EXPR_REMAINDER,
                                         NOTCH_EXPR_MIN, NOTCH_EXPR_MAX};
  for (unsigned i = 0; i < sizeof binary / sizeof binary[0]; i++)
    fixture_root(&f, x_two(&f, binary[i], NOTCH_TYPE_NUMBER, count, x_number(&f, 3)));
  static const notch_expr_op unary[] = {NOTCH_EXPR_NEG, NOTCH_EXPR_FLOOR, NOTCH_EXPR_ROUND,
                                        NOTCH_EXPR_DRAW};
  for (unsigned i = 0; i < sizeof unary / sizeof unary[0]; i++)
    fixture_root(&f, x_one(&f, unary[i], NOTCH_TYPE_NUMBER, count));
  fixture_root(&f, x_one(&f, NOTCH_EXPR_CONVERT, NOTCH_TYPE_MONEY, x_field(&f, F_AMOUNT)));
  for (notch_expr_op op = NOTCH_EXPR_EQ; op <= NOTCH_EXPR_GE; op++) {
    notch_expr *sides[3][2] = {{count, x_number(&f, 7)},
                               {x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, 1)},
                               {note, x_text(&f, "vip")}};
    for (unsigned i = 0; i < (op <= NOTCH_EXPR_NE ? 3u : 2u); i++) {
      notch_expr *test = flag(op, sides[i][0], sides[i][1]);
      fixture_root(&f, test);
      fixture_root(&f, flag(NOTCH_EXPR_AND, test, flag(NOTCH_EXPR_OR, test, test)));
    }
  }
  fixture_root(&f, x_one(&f, NOTCH_EXPR_NOT, NOTCH_TYPE_FLAG, x_field(&f, F_VIP)));
  notch_expr *known = x_one(&f, NOTCH_EXPR_KNOWN, NOTCH_TYPE_FLAG, note);
  fixture_root(&f, known);
  fixture_root(&f, flag(NOTCH_EXPR_AND, flag(NOTCH_EXPR_OR, x_field(&f, F_VIP), known),
                        flag(NOTCH_EXPR_CONTAINS, note, x_text(&f, "i"))));
  fixture_root(&f, flag(NOTCH_EXPR_OR, known, x_field(&f, F_VIP)));
  notch_expr *tags = x_leaf(&f, NOTCH_EXPR_TAGS, NOTCH_TYPE_SET, 0, 0);
  fixture_root(&f, flag(NOTCH_EXPR_CONTAINS, tags, note));
  for (notch_expr_op op = NOTCH_EXPR_SUM_OVER; op <= NOTCH_EXPR_SMALLEST_OVER; op++)
    fixture_root(&f, x_over(&f, op, NOTCH_TYPE_NUMBER, quantity, drink));
  notch_expr *sku = x_item(&f, I_SKU);
  fixture_root(&f, x_over(&f, NOTCH_EXPR_DISTINCT_OVER, NOTCH_TYPE_NUMBER, sku, NULL));
  fixture_root(&f, x_over(&f, NOTCH_EXPR_ANY_OVER, NOTCH_TYPE_FLAG, drink, NULL));
  fixture_root(&f, x_item(&f, I_SKU));
  notch_expr *table = x_two(&f, NOTCH_EXPR_TABLE, NOTCH_TYPE_NUMBER, count, note);
  table->a = T_BEST;
  fixture_root(&f, table);
  static const notch_expr_op of_day[] = {NOTCH_EXPR_MOMENT_OF, NOTCH_EXPR_YEAR_OF,
                                         NOTCH_EXPR_MONTH_OF, NOTCH_EXPR_DAY_OF,
                                         NOTCH_EXPR_WEEKDAY_OF, NOTCH_EXPR_AGE_OF};
  for (unsigned i = 0; i < sizeof of_day / sizeof of_day[0]; i++)
    fixture_root(&f, x_one(&f, of_day[i], NOTCH_TYPE_NUMBER, day));
  fixture_root(&f, x_one(&f, NOTCH_EXPR_DATE_OF, NOTCH_TYPE_DATE, at));
  fixture_root(&f, x_one(&f, NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, at));
  fixture_root(&f, x_one(&f, NOTCH_EXPR_HOUR_OF, NOTCH_TYPE_NUMBER, x_field(&f, F_TIME)));
  for (int i = 0; i < 2; i++) {
    notch_expr *from = i == 0 ? at : day;
    fixture_root(&f, x_two(&f, NOTCH_EXPR_ADD_DAYS, from->type.kind, from,
                           x_const(&f, NOTCH_TYPE_DAYS, 40)));
    fixture_root(&f, x_two(&f, NOTCH_EXPR_ADD_MONTHS, from->type.kind, from,
                           x_const(&f, NOTCH_TYPE_MONTHS, 40)));
  }
  fixture_root(&f, x_leaf(&f, NOTCH_EXPR_TODAY, NOTCH_TYPE_DATE, 0, 0));
  fixture_root(&f, x_leaf(&f, NOTCH_EXPR_NOW, NOTCH_TYPE_MOMENT, 0, 0));
  fixture_root(&f, x_leaf(&f, NOTCH_EXPR_ORDER, NOTCH_TYPE_MONEY, 0, 0));
  notch_expr *city = x_one(&f, NOTCH_EXPR_LET, NOTCH_TYPE_TEXT,
                           x_leaf(&f, NOTCH_EXPR_MEMBER_FIELD, NOTCH_TYPE_TEXT, 1, 0));
  fixture_root(&f, flag(NOTCH_EXPR_OR, flag(NOTCH_EXPR_AND, known, flag(NOTCH_EXPR_EQ, city, note)),
                        flag(NOTCH_EXPR_NE, city, x_text(&f, "B"))));
}

START_TEST(every_instruction_is_made)
{
  make_everything();
  fixture_compile(&f);
  bool seen[NOTCH_OP_COUNT] = {false};
  for (uint32_t i = 0; i < f.code->instruction_count; i++)
    seen[f.code->instructions[i].op] = true;
  for (unsigned op = 0; op < NOTCH_OP_COUNT; op++)
    ck_assert_msg(seen[op], "no expression was compiled to %s", notch_op_infos[op].word);
}
END_TEST

static void fill_event(void)
{
  static const fixture_item items[] = {{"a", "drink", 350, 2}, {"b", "food", 12, 1},
                                       {"c", "drink", 9, 3}};
  static notch_list tags;
  static notch_value words[2];
  fixture_items(&f, items, 3);
  f.fields[F_DAY] = NOTCH_VALUE(20000);
  f.fields[F_AT] = NOTCH_VALUE(INT64_C(1772000000000000));
  f.fields[F_COUNT] = (notch_value){7, 2};
  f.fields[F_NOTE] = fixture_text_value(&f, "vip");
  f.fields[F_TIME] = NOTCH_VALUE(40000);
  f.context.today = 20500;
  f.context.item = notch_value_list(f.fields[F_ITEMS])->values;
  f.context.order = NOTCH_VALUE(5);
  words[0] = words[1] = f.fields[F_NOTE];
  tags = (notch_list){.count = 2, .width = 1, .values = words};
  for (unsigned i = 0; i < NOTCH_FACT_COUNT; i++)
    f.facts[i] = NOTCH_VALUE(2);
  f.facts[NOTCH_FACT_TAGS] = NOTCH_VALUE((intptr_t)&tags);
}

/* The reader answers by kind: a field of the member that is a text, or a date. */
static notch_eval read_by_kind(void *payload, notch_fact fact, uint32_t a, uint32_t b,
                               notch_value arg, notch_value *out)
{
  fixture *at = payload;
  (void)b, (void)arg;
  bool text = fact == NOTCH_FACT_SELF || (fact == NOTCH_FACT_MEMBER_FIELD && a == 1);
  *out = text ? at->fields[F_NOTE] : at->facts[fact];
  return NOTCH_EVAL_OK;
}

static unsigned accepted, refused;

/* One changed instruction: refused, or it runs to some end without harm. */
static void try_change(notch_code *code, uint32_t root, notch_arena *scratch)
{
  notch_text message;
  notch_arena_reset(scratch);
  if (!notch_code_verify(code, scratch, &message)) {
    ck_assert_uint_gt(message.length, 0);
    refused++;
    return;
  }
  accepted++;
  notch_vm *vm = notch_vm_new(f.program, code, &notch_memory_system);
  notch_vm_set_steps(vm, 100000);
  notch_value value;
  (void)notch_vm_eval(vm, root, &f.context, &value);
  notch_buffer text;
  notch_buffer_init(&text, &notch_memory_system);
  notch_code_print(code, &text);
  notch_buffer_free(&text);
  notch_vm_free(vm);
}

static void change_operands(notch_code *code, notch_instruction *at, uint32_t root,
                            notch_arena *scratch)
{
  const notch_instruction kept = *at;
  uint32_t most = code->slot_count + code->constant_count + 1;
  for (uint32_t op = 0; op <= NOTCH_OP_COUNT; op++) {
    at->op = (uint16_t)op;
    try_change(code, root, scratch);
  }
  *at = kept;
  for (uint32_t value = 0; value <= most + 8; value++) {
    uint32_t tried = value <= most ? value : UINT32_MAX >> (value - most - 1) * 4;
    at->to = (uint16_t)tried;
    try_change(code, root, scratch);
    at->to = kept.to;
    uint32_t *const operands[] = {&at->a, &at->b, &at->c};
    const uint32_t before[] = {kept.a, kept.b, kept.c};
    for (int i = 0; i < 3; i++) {
      *operands[i] = tried;
      try_change(code, root, scratch);
      *operands[i] = before[i];
    }
  }
}

/* Each procedure is compiled alone, so that a change is verified in a moment. */
static void change_root(const notch_root *root)
{
  f.program->root_count = 1;
  f.roots[0] = *root;
  notch_arena arena, scratch;
  notch_arena_init(&arena, &notch_memory_system);
  notch_arena_init(&scratch, &notch_memory_system);
  notch_code code = *notch_emit(f.program, &arena);
  notch_instruction *copy = NOTCH_NEW_ARRAY(&arena, notch_instruction, code.instruction_count);
  memcpy(copy, code.instructions, code.instruction_count * sizeof *copy);
  code.instructions = copy;
  for (uint32_t i = 0; i < code.instruction_count; i++)
    change_operands(&code, &copy[i], 0, &scratch);
  notch_arena_free(&scratch);
  notch_arena_free(&arena);
}

START_TEST(no_changed_code_does_harm)
{
  static notch_root roots[256];
  make_everything();
  fill_event();
  f.context.read = read_by_kind;
  uint32_t count = f.program->root_count;
  memcpy(roots, f.roots, sizeof roots);
  for (uint32_t i = 0; i < count; i++)
    change_root(&roots[i]);
  ck_assert_uint_gt(refused, accepted);
  ck_assert_uint_gt(accepted, 1000);
}
END_TEST

typedef struct wrong {
  notch_instruction code[4];
  uint32_t count;
  const char *message;
} wrong;

START_TEST(what_the_verifier_says)
{
  static const wrong cases[] = {
      {{{NOTCH_OP_RETURN, 0, 0, 0, 0}}, 1,
       "procedure 0, instruction 0 (return): register 0 is not written on every path"},
      {{{NOTCH_OP_TODAY, 0, 0, 0, 0}}, 1,
       "procedure 0, instruction 0 (today): the procedure does not end in return"},
      {{{NOTCH_OP_TODAY, 9, 0, 0, 0}}, 1,
       "procedure 0, instruction 0 (today): the procedure has no slot 9"},
      {{{NOTCH_OP_JUMP, 0, 0, 0, 0}}, 1,
       "procedure 0, instruction 0 (jump): a jump to 0, not forward within the procedure"},
      {{{NOTCH_OP_FIELD, 0, F_FIELDS, 0, 0}}, 1,
       "procedure 0, instruction 0 (field): the event has no field 9"},
      {{{NOTCH_OP_FIELD, 0, F_NOTE, 0, 0}, {NOTCH_OP_NEG, 0, 0, 0, 0}}, 2,
       "procedure 0, instruction 1 (neg): register 0 holds a value of another kind"},
      {{{NOTCH_OP_LOOP, 0, F_AMOUNT, 0, 1}, {NOTCH_OP_TODAY, 0, 0, 0, 0}}, 2,
       "procedure 0, instruction 0 (loop): field 0 is not a list"},
      {{{NOTCH_OP_NEXT, 0, F_ITEMS, 0, 0}}, 1,
       "procedure 0, instruction 0 (next): slot 0 holds no cursor"},
      {{{NOTCH_OP_FACT, 0, NOTCH_EXPR_TIER, 1, 0}}, 1,
       "procedure 0, instruction 0 (fact): there is no fact 10 of 1 and 0"},
      {{{NOTCH_OP_TABLE, 0, T_TABLES, 0, 0}}, 1,
       "procedure 0, instruction 0 (table): there is no table 2"},
      {{{NOTCH_OP_COUNT, 0, 0, 0, 0}}, 1,
       "procedure 0, instruction 0 (none): there is no instruction 73"},
      {{{NOTCH_OP_TODAY, 0, 1, 0, 0}}, 1,
       "procedure 0, instruction 0 (today): an operand that is not used is not 0"},
  };
  fixture_root(&f, x_field(&f, F_AMOUNT));
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    notch_procedure procedure = {.count = cases[i].count, .slot_count = 4};
    notch_code code = {.program = f.program, .procedure_count = 1, .slot_count = 4,
                       .instruction_count = cases[i].count, .procedures = &procedure,
                       .instructions = cases[i].code};
    notch_arena scratch;
    notch_text message;
    notch_arena_init(&scratch, &notch_memory_system);
    ck_assert(!notch_code_verify(&code, &scratch, &message));
    char text[200];
    snprintf(text, sizeof text, "%.*s", (int)message.length, message.bytes);
    ck_assert_str_eq(text, cases[i].message);
    notch_arena_free(&scratch);
  }
}
END_TEST

/* docs/bytecode.md is what op.def gives; NOTCH_UPDATE=1 writes it anew. */
START_TEST(the_page_is_up_to_date)
{
  const char *top = getenv("top_srcdir");
  char path[4096];
  snprintf(path, sizeof path, "%s/docs/bytecode.md", top != NULL ? top : ".");
  notch_buffer page, found;
  notch_buffer_init(&page, &notch_memory_system);
  notch_buffer_init(&found, &notch_memory_system);
  notch_code_document(&page);
  bool update = getenv("NOTCH_UPDATE") != NULL;
  FILE *file = fopen(path, update ? "wb" : "rb");
  ck_assert_msg(file != NULL, "%s cannot be opened", path);
  if (update)
    ck_assert_uint_eq(fwrite(page.bytes, 1, page.length, file), page.length);
  char block[4096];
  size_t size;
  while (!update && (size = fread(block, 1, sizeof block, file)) > 0)
    notch_buffer_put(&found, block, size);
  fclose(file);
  if (!update) {
    ck_assert_msg(found.bytes != NULL, "%s is empty", path);
    ck_assert_str_eq(found.bytes, page.bytes);
  }
  notch_buffer_free(&page);
  notch_buffer_free(&found);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("code");
  TCase *tcase = tcase_create("code");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, a_comparison_is_three_instructions);
  tcase_add_test(tcase, conditions_are_jumps);
  tcase_add_test(tcase, loops_filter_first);
  tcase_add_test(tcase, constants_are_folded);
  tcase_add_test(tcase, long_sums);
  tcase_add_test(tcase, every_instruction_is_made);
  tcase_add_test(tcase, no_changed_code_does_harm);
  tcase_add_test(tcase, what_the_verifier_says);
  TCase *page = tcase_create("page");
  tcase_add_test(page, the_page_is_up_to_date);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, page);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
