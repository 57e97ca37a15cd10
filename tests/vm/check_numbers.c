/* check_numbers.c -- arithmetic: exact, checked, and the same whether folded or run. */
#include <config.h>

#include "check_vm.h"

static fixture f;

static void begin(void)
{
  fixture_begin(&f);
}

static void end(void)
{
  fixture_end(&f);
}

/* A number the compiler cannot know: field `count`. */
static notch_expr *run_time(int64_t n, int64_t d)
{
  f.fields[F_COUNT] = (notch_value){n, d};
  return x_field(&f, F_COUNT);
}

static notch_expr *calc(notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(&f, op, NOTCH_TYPE_NUMBER, a, b);
}

START_TEST(whole_and_fractions)
{
  CHECK_VALUE(&f, calc(NOTCH_EXPR_ADD, run_time(2, 1), x_number(&f, 3)), 5, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_ADD, run_time(1, 3), x_ratio(&f, 1, 6)), 1, 2);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_SUB, run_time(1, 3), x_ratio(&f, 1, 3)), 0, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_MUL, run_time(2, 3), x_ratio(&f, 3, 4)), 1, 2);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_DIV, run_time(7, 1), x_number(&f, 2)), 7, 2);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_DIV, run_time(7, 1), x_number(&f, -2)), -7, 2);
  CHECK_VALUE(&f, x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_NUMBER, run_time(3, 2)), -3, 2);
  CHECK_VALUE(&f, x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_NUMBER, x_ratio(&f, 3, 2)), -3, 2);
}
END_TEST

START_TEST(nothing_wraps)
{
  notch_expr *most = x_number(&f, INT64_MAX);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_ADD, most, run_time(1, 1)), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_SUB, run_time(INT64_MIN, 1), x_number(&f, 1)),
              NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_MUL, most, run_time(2, 1)), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_MUL, x_ratio(&f, 1, INT64_MAX), run_time(1, 2)),
              NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_NUMBER, run_time(INT64_MIN, 1)),
              NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_ADD, most, x_number(&f, 1)), NOTCH_EVAL_OVERFLOW);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_STEPS, run_time(INT64_MIN, 1), x_number(&f, -1)),
              NOTCH_EVAL_OVERFLOW);
}
END_TEST

START_TEST(division_by_zero)
{
  notch_expr *quotient = calc(NOTCH_EXPR_DIV, x_number(&f, 1), run_time(0, 1));
  CHECK_FAILS(&f, quotient, NOTCH_EVAL_DIVISION_BY_ZERO);
  ck_assert_ptr_eq(notch_vm_failed_at(f.vm), quotient);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_DIV, x_number(&f, 1), x_number(&f, 0)),
              NOTCH_EVAL_DIVISION_BY_ZERO);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_STEPS, x_number(&f, 1), run_time(0, 1)),
              NOTCH_EVAL_DIVISION_BY_ZERO);
  CHECK_FAILS(&f, calc(NOTCH_EXPR_REMAINDER, x_number(&f, 1), run_time(0, 1)),
              NOTCH_EVAL_DIVISION_BY_ZERO);
}
END_TEST

START_TEST(steps_and_remainders)
{
  CHECK_VALUE(&f, calc(NOTCH_EXPR_STEPS, run_time(299, 1), x_number(&f, 100)), 2, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_STEPS, run_time(-1, 1), x_number(&f, 100)), -1, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_STEPS, run_time(7, 2), x_ratio(&f, 1, 2)), 7, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_REMAINDER, run_time(299, 1), x_number(&f, 100)), 99, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_REMAINDER, run_time(-1, 1), x_number(&f, 100)), 99, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_REMAINDER, run_time(7, 2), x_number(&f, 1)), 1, 2);
}
END_TEST

static notch_expr *whole(notch_expr_op op, int64_t unit, uint32_t mode, notch_expr *value)
{
  notch_expr *expr = x_one(&f, op, NOTCH_TYPE_NUMBER, value);
  expr->value = NOTCH_VALUE(unit);
  expr->b = mode;
  return expr;
}

START_TEST(floors_and_roundings)
{
  CHECK_VALUE(&f, whole(NOTCH_EXPR_FLOOR, 100, 0, run_time(1299, 1)), 1200, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_FLOOR, 100, 0, run_time(-1, 1)), -100, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_FLOOR, 1, 0, run_time(10965, 1000)), 10, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_ROUND, 1, NOTCH_ROUND_DOWN, run_time(5, 2)), 2, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_ROUND, 1, NOTCH_ROUND_UP, run_time(9, 4)), 3, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_ROUND, 1, NOTCH_ROUND_HALF_UP, run_time(5, 2)), 3, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_ROUND, 1, NOTCH_ROUND_HALF_EVEN, run_time(5, 2)), 2, 1);
  CHECK_VALUE(&f, whole(NOTCH_EXPR_ROUND, 100, NOTCH_ROUND_HALF_EVEN, run_time(150, 1)), 200, 1);
}
END_TEST

START_TEST(extremes)
{
  notch_expr *three = run_time(3, 1);
  CHECK_VALUE(&f, x_three(&f, NOTCH_EXPR_MIN, NOTCH_TYPE_NUMBER, x_number(&f, 5), three,
                          x_number(&f, 4)), 3, 1);
  CHECK_VALUE(&f, x_three(&f, NOTCH_EXPR_MAX, NOTCH_TYPE_NUMBER, x_number(&f, 5), three,
                          x_ratio(&f, 11, 2)), 11, 2);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_MAX, run_time(-7, 2), x_number(&f, 0)), 0, 1);
  CHECK_VALUE(&f, calc(NOTCH_EXPR_MIN, run_time(-7, 2), x_number(&f, 0)), -7, 2);
}
END_TEST

/* The same operation on constants and on a field gives the same, over awkward values. */
START_TEST(folding_changes_nothing)
{
  static const notch_expr_op ops[] = {NOTCH_EXPR_ADD, NOTCH_EXPR_SUB, NOTCH_EXPR_MUL,
                                      NOTCH_EXPR_DIV, NOTCH_EXPR_MIN, NOTCH_EXPR_MAX,
                                      NOTCH_EXPR_EQ,  NOTCH_EXPR_NE,  NOTCH_EXPR_LT,
                                      NOTCH_EXPR_LE,  NOTCH_EXPR_GT,  NOTCH_EXPR_GE};
  static const int64_t parts[][2] = {{0, 1},  {1, 1},         {-1, 1},        {1, 3},
                                     {-7, 2}, {INT64_MAX, 1}, {INT64_MIN, 1}, {1, INT64_MAX}};
  for (unsigned op = 0; op < sizeof ops / sizeof ops[0]; op++)
    for (unsigned i = 0; i < 8; i++)
      for (unsigned k = 0; k < 8; k++) {
        notch_value one = NOTCH_MISSING, two = NOTCH_MISSING;
        notch_expr *right = x_ratio(&f, parts[k][0], parts[k][1]);
        notch_eval first =
            fixture_eval(&f, calc(ops[op], x_ratio(&f, parts[i][0], parts[i][1]), right), &one);
        notch_eval second =
            fixture_eval(&f, calc(ops[op], run_time(parts[i][0], parts[i][1]), right), &two);
        ck_assert_int_eq(first, second);
        if (first == NOTCH_EVAL_OK) {
          ck_assert_int_eq(one.n, two.n);
          ck_assert_int_eq(one.d, two.d);
        }
      }
}
END_TEST

TCase *notch_check_numbers(void)
{
  TCase *tcase = tcase_create("numbers");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, whole_and_fractions);
  tcase_add_test(tcase, nothing_wraps);
  tcase_add_test(tcase, division_by_zero);
  tcase_add_test(tcase, steps_and_remainders);
  tcase_add_test(tcase, floors_and_roundings);
  tcase_add_test(tcase, extremes);
  tcase_add_test(tcase, folding_changes_nothing);
  return tcase;
}
