/* check_logic.c -- comparisons, short circuits, presence, tables and shared expressions. */
#include <config.h>

#include "check_vm.h"

static fixture f;

static void begin(void)
{
  fixture_begin(&f);
  f.fields[F_AMOUNT] = NOTCH_VALUE(1000);
  f.fields[F_COUNT] = NOTCH_VALUE(7);
  f.fields[F_CHANNEL] = NOTCH_VALUE(1);
  f.fields[F_NOTE] = fixture_text_value(&f, "vip");
}

static void end(void)
{
  fixture_end(&f);
}

static notch_expr *flag(notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(&f, op, NOTCH_TYPE_FLAG, a, b);
}

static notch_expr *no(notch_expr *a)
{
  return x_one(&f, NOTCH_EXPR_NOT, NOTCH_TYPE_FLAG, a);
}

static notch_expr *money(int64_t n)
{
  return x_const(&f, NOTCH_TYPE_MONEY, n);
}

static notch_expr *amount(void)
{
  return x_field(&f, F_AMOUNT);
}

/* Fails when evaluated. */
static notch_expr *trap(void)
{
  notch_expr *zero = x_two(&f, NOTCH_EXPR_SUB, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT),
                           x_field(&f, F_COUNT));
  return flag(NOTCH_EXPR_EQ, x_two(&f, NOTCH_EXPR_DIV, NOTCH_TYPE_NUMBER, x_number(&f, 1), zero),
              x_number(&f, 1));
}

/* As a value, as a condition, and both turned round. */
#define CHECK_FLAG(expr, expected)                                                        \
  do {                                                                                    \
    notch_expr *e_ = (expr);                                                              \
    CHECK_VALUE(&f, e_, (expected), 1);                                                   \
    CHECK_VALUE(&f, no(e_), !(expected), 1);                                              \
    CHECK_VALUE(&f, x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_NUMBER, e_, x_number(&f, 5),    \
                            x_number(&f, 6)), (expected) ? 5 : 6, 1);                     \
    CHECK_VALUE(&f, flag(NOTCH_EXPR_AND, x_field(&f, F_CHANNEL), e_), (expected), 1);     \
    CHECK_VALUE(&f, flag(NOTCH_EXPR_OR, x_field(&f, F_VIP), no(e_)), !(expected), 1);     \
  } while (0)

START_TEST(comparisons)
{
  CHECK_FLAG(flag(NOTCH_EXPR_GE, amount(), money(1000)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_GT, amount(), money(1000)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_LE, amount(), money(999)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_LT, amount(), money(1001)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_EQ, amount(), money(1000)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_NE, amount(), money(1000)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_GT, x_field(&f, F_COUNT), x_ratio(&f, 13, 2)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_LT, x_field(&f, F_COUNT), x_ratio(&f, 13, 2)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_EQ, x_field(&f, F_COUNT), x_ratio(&f, 13, 2)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_EQ, x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, 1)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_GE, x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, 2)), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_EQ, x_field(&f, F_NOTE), x_text(&f, "vip")), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_NE, x_field(&f, F_NOTE), x_text(&f, "vipp")), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_CONTAINS, x_field(&f, F_NOTE), x_text(&f, "ip")), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_CONTAINS, x_field(&f, F_NOTE), x_text(&f, "ipv")), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_CONTAINS, x_field(&f, F_NOTE), x_text(&f, "")), 1);
}
END_TEST

START_TEST(short_circuits)
{
  notch_expr *yes = flag(NOTCH_EXPR_GE, amount(), money(1));
  notch_expr *not_so = flag(NOTCH_EXPR_LT, amount(), money(1));
  CHECK_FLAG(flag(NOTCH_EXPR_AND, not_so, trap()), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_OR, yes, trap()), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_AND, yes, flag(NOTCH_EXPR_OR, not_so, yes)), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_OR, flag(NOTCH_EXPR_AND, yes, not_so), not_so), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_AND, flag(NOTCH_EXPR_OR, not_so, yes), yes), 1);
  CHECK_FAILS(&f, flag(NOTCH_EXPR_AND, yes, trap()), NOTCH_EVAL_DIVISION_BY_ZERO);
  CHECK_FAILS(&f, flag(NOTCH_EXPR_OR, not_so, trap()), NOTCH_EVAL_DIVISION_BY_ZERO);
  CHECK_FLAG(x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_FLAG, yes, not_so, trap()), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_AND, x_const(&f, NOTCH_TYPE_FLAG, 0), trap()), 0);
  CHECK_FLAG(flag(NOTCH_EXPR_OR, x_const(&f, NOTCH_TYPE_FLAG, 0), yes), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_AND, x_const(&f, NOTCH_TYPE_FLAG, 1), not_so), 0);
}
END_TEST

START_TEST(ranges_and_lists_of_values)
{
  for (int64_t low = 6; low <= 8; low++)
    for (int64_t high = 6; high <= 8; high++) {
      notch_expr *between = x_three(&f, NOTCH_EXPR_BETWEEN, NOTCH_TYPE_FLAG,
                                    x_field(&f, F_COUNT), x_number(&f, low), x_number(&f, high));
      CHECK_FLAG(between, low <= 7 && 7 <= high);
      notch_expr *in = x_three(&f, NOTCH_EXPR_IN, NOTCH_TYPE_FLAG, x_field(&f, F_COUNT),
                               x_number(&f, low), x_number(&f, high));
      CHECK_FLAG(in, low == 7 || high == 7);
    }
  CHECK_FLAG(x_three(&f, NOTCH_EXPR_IN, NOTCH_TYPE_FLAG, x_field(&f, F_NOTE), x_text(&f, "a"),
                     x_text(&f, "vip")), 1);
  CHECK_FLAG(flag(NOTCH_EXPR_IN, x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, 0)), 0);
}
END_TEST

START_TEST(presence)
{
  notch_expr *known = x_one(&f, NOTCH_EXPR_KNOWN, NOTCH_TYPE_FLAG, x_field(&f, F_NOTE));
  CHECK_FLAG(known, 1);
  f.fields[F_NOTE] = NOTCH_MISSING;
  CHECK_FLAG(known, 0);
  CHECK_FLAG(flag(NOTCH_EXPR_AND, known,
                  flag(NOTCH_EXPR_EQ, x_field(&f, F_NOTE), x_text(&f, "vip"))), 0);
  CHECK_VALUE(&f, x_field(&f, F_NOTE), 0, 0);
  /* What the checker should have refused is refused here: never judged. */
  CHECK_FAILS(&f, flag(NOTCH_EXPR_EQ, x_field(&f, F_NOTE), x_text(&f, "vip")),
              NOTCH_EVAL_MISSING);
  CHECK_FAILS(&f, flag(NOTCH_EXPR_CONTAINS, x_field(&f, F_NOTE), x_text(&f, "vip")),
              NOTCH_EVAL_MISSING);
  f.fields[F_COUNT] = NOTCH_MISSING;
  CHECK_FAILS(&f, flag(NOTCH_EXPR_LT, x_field(&f, F_COUNT), x_number(&f, 1)),
              NOTCH_EVAL_MISSING);
  CHECK_FAILS(&f, x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT),
                        x_number(&f, 1)), NOTCH_EVAL_MISSING);
  f.fields[F_CHANNEL] = NOTCH_MISSING;
  CHECK_FAILS(&f, flag(NOTCH_EXPR_NE, x_field(&f, F_CHANNEL),
                       x_const(&f, NOTCH_TYPE_CHOICE, 1)), NOTCH_EVAL_MISSING);
}
END_TEST

START_TEST(tables)
{
  static const int64_t expected[][3] = {{-3, 1, 2}, {0, 1, 1}, {9, 1, 1}, {10, 3, 2}, {25, 2, 1}};
  notch_expr *rate = x_one(&f, NOTCH_EXPR_TABLE, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT));
  rate->a = T_RATE;
  for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    f.fields[F_COUNT] = NOTCH_VALUE(expected[i][0]);
    CHECK_VALUE(&f, rate, expected[i][1], expected[i][2]);
  }
  f.fields[F_COUNT] = NOTCH_VALUE(15);
  CHECK_VALUE(&f, rate, 0, 0);
  CHECK_FAILS(&f, x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_NUMBER, rate), NOTCH_EVAL_MISSING);
  f.fields[F_COUNT] = NOTCH_MISSING;
  CHECK_FAILS(&f, rate, NOTCH_EVAL_MISSING);
}
END_TEST

START_TEST(best_of_a_table)
{
  notch_expr *best = x_two(&f, NOTCH_EXPR_TABLE, NOTCH_TYPE_NUMBER, x_field(&f, F_COUNT),
                           x_field(&f, F_NOTE));
  best->a = T_BEST;
  CHECK_VALUE(&f, best, 5, 1);
  f.fields[F_NOTE] = fixture_text_value(&f, "other");
  CHECK_VALUE(&f, best, 2, 1);
  f.fields[F_COUNT] = NOTCH_VALUE(5);
  CHECK_VALUE(&f, best, 1, 1);
}
END_TEST

static notch_expr *let(notch_expr *shared)
{
  return x_one(&f, NOTCH_EXPR_LET, (notch_type_kind)shared->type.kind, shared);
}

static notch_expr *sum(notch_expr *a, notch_expr *b)
{
  return x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, a, b);
}

START_TEST(shared_expressions)
{
  notch_expr *figure = x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_NUMBER, 0, 0);
  f.facts[NOTCH_FACT_MEASURE] = NOTCH_VALUE(21);
  CHECK_VALUE(&f, sum(let(figure), sum(let(figure), let(figure))), 63, 1);
  ck_assert_uint_eq(f.reads, 1);
  /* First met behind a condition: read when needed, and once. */
  notch_expr *large = flag(NOTCH_EXPR_AND, x_field(&f, F_VIP),
                           flag(NOTCH_EXPR_GT, let(figure), x_number(&f, 20)));
  notch_expr *either = x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_NUMBER, large, let(figure),
                               x_number(&f, -1));
  f.reads = 0;
  CHECK_VALUE(&f, either, -1, 1);
  ck_assert_uint_eq(f.reads, 0);
  f.fields[F_VIP] = NOTCH_VALUE(1);
  CHECK_VALUE(&f, either, 21, 1);
  ck_assert_uint_eq(f.reads, 1);
  f.reads = 0;
  CHECK_VALUE(&f, sum(either, let(figure)), 42, 1);
  ck_assert_uint_eq(f.reads, 1);
  f.fields[F_VIP] = NOTCH_VALUE(0);
  f.reads = 0;
  CHECK_VALUE(&f, sum(either, let(figure)), 20, 1);
  ck_assert_uint_eq(f.reads, 1);
  /* One in another. */
  notch_expr *outer = sum(let(figure), let(figure));
  f.reads = 0;
  CHECK_VALUE(&f, sum(let(outer), sum(let(outer), let(figure))), 105, 1);
  ck_assert_uint_eq(f.reads, 1);
}
END_TEST

TCase *notch_check_logic(void)
{
  TCase *tcase = tcase_create("logic");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, comparisons);
  tcase_add_test(tcase, short_circuits);
  tcase_add_test(tcase, ranges_and_lists_of_values);
  tcase_add_test(tcase, presence);
  tcase_add_test(tcase, tables);
  tcase_add_test(tcase, best_of_a_table);
  tcase_add_test(tcase, shared_expressions);
  return tcase;
}
