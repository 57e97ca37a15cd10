/* check_facts.c -- what is asked of the reader, draws and conversions. */
#include <config.h>

#include "check_vm.h"

static fixture f;

static void begin(void)
{
  fixture_begin(&f);
  f.fields[F_AMOUNT] = NOTCH_VALUE(1050);
}

static void end(void)
{
  fixture_end(&f);
}

START_TEST(each_fact_is_asked)
{
  static const struct {
    notch_expr_op op;
    notch_fact fact;
    uint32_t a, b, asked_b;
  } cases[] = {
      {NOTCH_EXPR_BALANCE, NOTCH_FACT_BALANCE, 1, 0, 0},
      {NOTCH_EXPR_MATURING, NOTCH_FACT_MATURING, 1, 0, 0},
      {NOTCH_EXPR_HELD, NOTCH_FACT_HELD, 1, 0, 0},
      {NOTCH_EXPR_DEBT, NOTCH_FACT_DEBT, 1, 0, 0},
      {NOTCH_EXPR_TIER, NOTCH_FACT_TIER, 0, 0, 0},
      {NOTCH_EXPR_YEARS_AT, NOTCH_FACT_YEARS_AT, 0, 5, 5},
      {NOTCH_EXPR_MEASURE, NOTCH_FACT_MEASURE, 1, 0, NOTCH_NONE},
      {NOTCH_EXPR_EARNED, NOTCH_FACT_EARNED, 1, 0, NOTCH_NONE},
      {NOTCH_EXPR_JOINED, NOTCH_FACT_JOINED, 0, 0, 0},
      {NOTCH_EXPR_MEMBER_FIELD, NOTCH_FACT_MEMBER_FIELD, 1, 0, 0},
      {NOTCH_EXPR_TAGS, NOTCH_FACT_TAGS, 0, 0, 0},
      {NOTCH_EXPR_BAND, NOTCH_FACT_BAND, 1, 0, 0},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    f.facts[cases[i].fact] = NOTCH_VALUE(100 + i);
    CHECK_VALUE(&f, x_leaf(&f, cases[i].op, NOTCH_TYPE_NUMBER, cases[i].a, cases[i].b), 100 + i,
                1);
    ck_assert_int_eq(f.asked, cases[i].fact);
    ck_assert_uint_eq(f.asked_a, cases[i].a);
    ck_assert_uint_eq(f.asked_b, cases[i].asked_b);
  }
}
END_TEST

START_TEST(windows_are_passed_on)
{
  notch_expr *spend = x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_MONEY, 0, 0);
  spend->window = 1;
  f.facts[NOTCH_FACT_MEASURE] = NOTCH_VALUE(5);
  CHECK_VALUE(&f, spend, 5, 1);
  ck_assert_uint_eq(f.asked_b, 1);
}
END_TEST

START_TEST(the_bill)
{
  f.context.order = NOTCH_VALUE(4200);
  CHECK_VALUE(&f, x_leaf(&f, NOTCH_EXPR_ORDER, NOTCH_TYPE_MONEY, 0, 0), 4200, 1);
}
END_TEST

static notch_expr *convert(uint32_t from, uint32_t to)
{
  notch_expr *expr = x_one(&f, NOTCH_EXPR_CONVERT, NOTCH_TYPE_MONEY, x_field(&f, F_AMOUNT));
  expr->a = from;
  expr->b = to;
  return expr;
}

/* 10.50 CNY at 20 JPY to one: 210 JPY; the other currency has other minor units. */
START_TEST(conversion)
{
  f.facts[NOTCH_FACT_RATE] = NOTCH_VALUE(20);
  CHECK_VALUE(&f, convert(0, 1), 210, 1);
  ck_assert_uint_eq(f.asked_a, 0);
  ck_assert_uint_eq(f.asked_b, 1);
  f.facts[NOTCH_FACT_RATE] = (notch_value){1, 20};
  CHECK_VALUE(&f, convert(1, 0), 5250, 1);
  CHECK_VALUE(&f, convert(0, 2), 525, 1);
  f.fields[F_AMOUNT] = NOTCH_VALUE(1);
  CHECK_VALUE(&f, convert(2, 0), 1, 200);
  f.reads = 0;
  CHECK_VALUE(&f, convert(2, 2), 1, 1);
  ck_assert_uint_eq(f.reads, 0);
  f.facts[NOTCH_FACT_RATE] = NOTCH_MISSING;
  CHECK_FAILS(&f, convert(0, 1), NOTCH_EVAL_NO_RATE);
  f.refusal = NOTCH_EVAL_NO_RATE;
  CHECK_FAILS(&f, convert(0, 1), NOTCH_EVAL_NO_RATE);
}
END_TEST

START_TEST(draws)
{
  notch_expr *draw = x_one(&f, NOTCH_EXPR_DRAW, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT));
  draw->b = 1;
  f.fields[F_COUNT] = NOTCH_VALUE(6);
  f.facts[NOTCH_FACT_DRAW] = NOTCH_VALUE(4);
  CHECK_VALUE(&f, draw, 4, 1);
  ck_assert_uint_eq(f.asked_b, 1);
  f.fields[F_COUNT] = NOTCH_VALUE(0);
  CHECK_FAILS(&f, draw, NOTCH_EVAL_OVERFLOW);
  f.fields[F_COUNT] = NOTCH_VALUE(6);
  f.refusal = NOTCH_EVAL_NO_SEED;
  CHECK_FAILS(&f, draw, NOTCH_EVAL_NO_SEED);
  ck_assert_ptr_eq(notch_vm_failed_at(f.vm), draw);
}
END_TEST

TCase *notch_check_facts(void)
{
  TCase *tcase = tcase_create("facts");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, each_fact_is_asked);
  tcase_add_test(tcase, windows_are_passed_on);
  tcase_add_test(tcase, the_bill);
  tcase_add_test(tcase, conversion);
  tcase_add_test(tcase, draws);
  return tcase;
}
