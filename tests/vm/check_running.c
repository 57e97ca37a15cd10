/* check_running.c -- ceilings, tracing, evaluations within evaluations, and failing allocations. */
#include <config.h>

#include "check_vm.h"
#include "tests/scarce.h"

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

START_TEST(steps_are_bounded)
{
  fixture_item many[100];
  for (int i = 0; i < 100; i++)
    many[i] = (fixture_item){"s", "drink", i, 1};
  fixture_items(&f, many, 100);
  notch_expr *sum = x_over(&f, NOTCH_EXPR_SUM_OVER, NOTCH_TYPE_MONEY, x_item(&f, I_AMOUNT), NULL);
  notch_value value;
  CHECK_VALUE(&f, sum, 4950, 1);
  notch_vm_set_steps(f.vm, 100);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_STEPS);
  ck_assert_ptr_eq(notch_vm_failed_at(f.vm), sum);
  notch_vm_set_steps(f.vm, 1);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_STEPS);
  notch_vm_set_steps(f.vm, 1000);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
  notch_vm_set_steps(f.vm, 0);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
}
END_TEST

typedef struct traced {
  const notch_expr *exprs[64];
  notch_value values[64];
  unsigned count;
} traced;

static void note(void *payload, const notch_expr *expr, notch_value value)
{
  traced *t = payload;
  ck_assert_ptr_nonnull(expr);
  if (t->count == 64)
    return;
  t->exprs[t->count] = expr;
  t->values[t->count++] = value;
}

static void check_noted(const traced *t, const notch_expr *expr, int64_t n)
{
  for (unsigned i = 0; i < t->count; i++)
    if (t->exprs[i] == expr) {
      ck_assert_int_eq(t->values[i].n, n);
      return;
    }
  ck_abort_msg("an expression was not reported");
}

START_TEST(tracing)
{
  f.fields[F_AMOUNT] = NOTCH_VALUE(1500);
  f.fields[F_CHANNEL] = NOTCH_VALUE(2);
  notch_expr *amount = x_field(&f, F_AMOUNT), *channel = x_field(&f, F_CHANNEL);
  notch_expr *large = x_two(&f, NOTCH_EXPR_GE, NOTCH_TYPE_FLAG, amount,
                            x_const(&f, NOTCH_TYPE_MONEY, 1000));
  notch_expr *app = x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG, channel,
                          x_const(&f, NOTCH_TYPE_CHOICE, 1));
  notch_expr *both = x_two(&f, NOTCH_EXPR_AND, NOTCH_TYPE_FLAG, large, app);
  traced t = {.count = 0};
  notch_value value;
  fixture_root(&f, both);
  fixture_compile(&f);
  notch_vm_set_tracer(f.vm, note, &t);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
  ck_assert_int_eq(value.n, 0);
  ck_assert_uint_eq(t.count, 5);
  check_noted(&t, amount, 1500);
  check_noted(&t, large, 1);
  check_noted(&t, channel, 2);
  check_noted(&t, app, 0);
  check_noted(&t, both, 0);
  f.fields[F_AMOUNT] = NOTCH_VALUE(1);
  t.count = 0;
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
  ck_assert_uint_eq(t.count, 3);
  check_noted(&t, large, 0);
  check_noted(&t, both, 0);
}
END_TEST

START_TEST(tracing_a_failure)
{
  notch_expr *quotient = x_two(&f, NOTCH_EXPR_DIV, NOTCH_TYPE_NUMBER, x_number(&f, 1),
                               x_field(&f, F_AMOUNT));
  traced t = {.count = 0};
  notch_value value;
  fixture_root(&f, quotient);
  fixture_compile(&f);
  notch_vm_set_tracer(f.vm, note, &t);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_DIVISION_BY_ZERO);
  ck_assert_uint_eq(t.count, 1);
}
END_TEST

/* A fact that runs root 1 to answer, as a window since a date of the member does. */
static notch_eval read_by_root(void *payload, notch_fact fact, uint32_t a, uint32_t b,
                               notch_value arg, notch_value *out)
{
  fixture *at = payload;
  (void)fact, (void)b, (void)arg;
  return notch_vm_eval(at->vm, a == 0 ? 1 : 2, &at->context, out);
}

START_TEST(evaluations_nest)
{
  f.fields[F_AMOUNT] = NOTCH_VALUE(30);
  f.context.read = read_by_root;
  notch_expr *amount = x_field(&f, F_AMOUNT);
  notch_expr *fact = x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_MONEY, 0, 0);
  fixture_root(&f, x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_MONEY, amount, fact));
  fixture_root(&f, x_two(&f, NOTCH_EXPR_MUL, NOTCH_TYPE_MONEY, amount, x_number(&f, 3)));
  /* One that asks for itself comes to an end. */
  fixture_root(&f, x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_MONEY, 1, 0));
  fixture_compile(&f);
  notch_value value;
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
  ck_assert_int_eq(value.n, 120);
  ck_assert_int_eq(notch_vm_eval(f.vm, 2, &f.context, &value), NOTCH_EVAL_STEPS);
  ck_assert_int_eq(notch_vm_eval(f.vm, 0, &f.context, &value), NOTCH_EVAL_OK);
}
END_TEST

/* Compiles and runs; false when memory ran out, with nothing left behind. */
static bool compile_and_run(const notch_memory *memory)
{
  notch_arena arena;
  notch_arena_init(&arena, memory);
  bool done = false;
  const notch_code *code = notch_emit(f.program, &arena);
  notch_vm *vm = code == NULL ? NULL : notch_vm_new(f.program, code, memory);
  if (vm != NULL) {
    notch_value value;
    notch_eval status = notch_vm_eval(vm, 0, &f.context, &value);
    done = status == NOTCH_EVAL_OK;
    ck_assert(done || status == NOTCH_EVAL_NOMEM);
    if (done)
      ck_assert_int_eq(value.n, 2);
  }
  notch_vm_free(vm);
  notch_arena_free(&arena);
  return done;
}

static notch_shape shape_of(const notch_expr *expr)
{
  notch_value value;
  fixture_eval(&f, expr, &value);
  return f.code->procedures[0].shape;
}

static notch_expr *binary(notch_expr_op op, notch_expr *left, notch_expr *right)
{
  return x_two(&f, op, NOTCH_TYPE_NUMBER, left, right);
}

START_TEST(what_is_at_hand)
{
  notch_expr *count = x_field(&f, F_COUNT), *three = x_number(&f, 3), *two = x_number(&f, 2);
  notch_expr *third = binary(NOTCH_EXPR_DIV, count, three);
  f.fields[F_COUNT] = NOTCH_VALUE(10);
  ck_assert_int_eq(shape_of(three), NOTCH_SHAPE_CONSTANT);
  ck_assert_int_eq(shape_of(count), NOTCH_SHAPE_FIELD);
  ck_assert_int_eq(shape_of(third), NOTCH_SHAPE_SCALE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_MUL, third, two)), NOTCH_SHAPE_SCALE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_LT, count, three)), NOTCH_SHAPE_COMPARE);
  ck_assert_int_eq(shape_of(x_one(&f, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_NUMBER,
                                  x_leaf(&f, NOTCH_EXPR_TODAY, NOTCH_TYPE_DATE, 0, 0))),
                   NOTCH_SHAPE_OF_DAY);
  notch_expr *tier = x_leaf(&f, NOTCH_EXPR_TIER, NOTCH_TYPE_TIER, 0, 0);
  ck_assert_int_eq(shape_of(x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG, tier, x_number(&f, 1))),
                   NOTCH_SHAPE_OF_DAY);
  ck_assert_int_eq(shape_of(x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG, tier, count)),
                   NOTCH_SHAPE_CODE);
  notch_expr *measure = x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_NUMBER, 0, 0);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_GE, measure, three)), NOTCH_SHAPE_MEASURE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_GE, measure, count)), NOTCH_SHAPE_CODE);
  notch_expr *now = x_one(&f, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_NUMBER,
                          x_leaf(&f, NOTCH_EXPR_TODAY, NOTCH_TYPE_DATE, 0, 0));
  notch_expr *then =
      x_one(&f, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_NUMBER, x_field(&f, F_DAY));
  static const int64_t days[] = {0, 30, 31, -1, 19782, 19783, 2932896, 2932897, INT64_MAX};
  for (unsigned i = 0; i < sizeof days / sizeof days[0]; i++) {
    f.fields[F_DAY] = NOTCH_VALUE(days[i]); /* fixture_eval() compares with what running gives */
    f.context.today = i % 2 == 0 ? 19783 : 15;
    ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_EQ, now, then)), NOTCH_SHAPE_MONTH);
    ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_EQ, then, now)), NOTCH_SHAPE_MONTH);
  }
  f.fields[F_DAY] = NOTCH_VALUE(15);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_NE, now, then)), NOTCH_SHAPE_CODE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_EQ, then, then)), NOTCH_SHAPE_CODE);
  /* Multiplied first, it may overflow where the result would not. */
  notch_expr *doubled = binary(NOTCH_EXPR_MUL, count, two);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_DIV, doubled, three)), NOTCH_SHAPE_CODE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_MUL, third, count)), NOTCH_SHAPE_CODE);
  ck_assert_int_eq(shape_of(binary(NOTCH_EXPR_DIV, count, x_number(&f, 0))), NOTCH_SHAPE_CODE);
}
END_TEST

START_TEST(at_hand_is_as_run)
{
  static const int64_t counts[] = {0, 1, 2, 3, 4, 7, -3, INT64_MAX, INT64_MAX - 1, INT64_MIN};
  static const notch_expr_op orders[] = {NOTCH_EXPR_EQ, NOTCH_EXPR_NE, NOTCH_EXPR_LT,
                                         NOTCH_EXPR_LE, NOTCH_EXPR_GT, NOTCH_EXPR_GE};
  notch_expr *count = x_field(&f, F_COUNT), *three = x_number(&f, 3);
  notch_expr *third = binary(NOTCH_EXPR_DIV, count, three);
  notch_expr *most = binary(NOTCH_EXPR_MUL, third, x_number(&f, INT64_MAX));
  notch_value value;
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    f.fields[F_COUNT] = NOTCH_VALUE(counts[i]);
    fixture_eval(&f, third, &value);
    fixture_eval(&f, binary(NOTCH_EXPR_MUL, third, x_number(&f, 2)), &value);
    bool fits = counts[i] == 0 || counts[i] == 1 || counts[i] == 3 || counts[i] == -3;
    ck_assert_int_eq(fixture_eval(&f, most, &value), fits ? NOTCH_EVAL_OK : NOTCH_EVAL_OVERFLOW);
    for (size_t j = 0; j < sizeof orders / sizeof orders[0]; j++) {
      fixture_eval(&f, x_two(&f, orders[j], NOTCH_TYPE_FLAG, count, three), &value);
      fixture_eval(&f, x_two(&f, orders[j], NOTCH_TYPE_FLAG, three, count), &value);
    }
  }
  f.fields[F_COUNT] = NOTCH_MISSING;
  ck_assert_int_eq(fixture_eval(&f, third, &value), NOTCH_EVAL_MISSING);
}
END_TEST

START_TEST(each_allocation_may_fail)
{
  static const fixture_item items[] = {{"a", "x", 1, 1}, {"b", "x", 2, 1}, {"a", "y", 3, 1}};
  fixture_items(&f, items, 3);
  fixture_root(&f, x_over(&f, NOTCH_EXPR_DISTINCT_OVER, NOTCH_TYPE_NUMBER, x_item(&f, I_SKU),
                          NULL));
  bool done = false;
  for (unsigned long n = 1; !done; n++) {
    scarcity counters = {.fail_at = n};
    notch_memory memory = {.resize = scarce_resize, .payload = &counters};
    done = compile_and_run(&memory);
    ck_assert_int_eq(counters.live, 0);
    ck_assert_uint_lt(n, 1000);
    if (done)
      ck_assert_uint_lt(counters.requests, n);
  }
}
END_TEST

TCase *notch_check_running(void)
{
  TCase *tcase = tcase_create("running");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, steps_are_bounded);
  tcase_add_test(tcase, tracing);
  tcase_add_test(tcase, tracing_a_failure);
  tcase_add_test(tcase, evaluations_nest);
  tcase_add_test(tcase, what_is_at_hand);
  tcase_add_test(tcase, at_hand_is_as_run);
  tcase_add_test(tcase, each_allocation_may_fail);
  return tcase;
}
