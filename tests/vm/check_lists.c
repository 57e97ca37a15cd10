/* check_lists.c -- figures over the items of an event, and the item of a line. */
#include <config.h>

#include "check_vm.h"

static fixture f;

static const fixture_item drinks[] = {{"a", "drink", 350, 2},
                                      {"b", "food", 1200, 1},
                                      {"a", "drink", 350, 1},
                                      {"c", "drink", 990, 3}};

static void begin(void)
{
  fixture_begin(&f);
  fixture_items(&f, drinks, 4);
}

static void end(void)
{
  fixture_end(&f);
}

static notch_expr *is_drink(void)
{
  return x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG, x_item(&f, I_CATEGORY), x_text(&f, "drink"));
}

static notch_expr *is_tool(void)
{
  return x_two(&f, NOTCH_EXPR_EQ, NOTCH_TYPE_FLAG, x_item(&f, I_CATEGORY), x_text(&f, "tool"));
}

static notch_expr *over(notch_expr_op op, notch_expr *value, notch_expr *where)
{
  bool flag = op == NOTCH_EXPR_ANY_OVER;
  return x_over(&f, op, flag ? NOTCH_TYPE_FLAG : NOTCH_TYPE_NUMBER, value, where);
}

START_TEST(sums_and_counts)
{
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, x_item(&f, I_QUANTITY), NULL), 7, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, x_item(&f, I_QUANTITY), is_drink()), 6, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_COUNT_OVER, NULL, is_drink()), 3, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_COUNT_OVER, NULL, NULL), 4, 1);
  notch_expr *third = x_two(&f, NOTCH_EXPR_DIV, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY),
                            x_number(&f, 3));
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, third, NULL), 7, 3);
  fixture_items(&f, NULL, 0);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, x_item(&f, I_QUANTITY), NULL), 0, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_COUNT_OVER, NULL, NULL), 0, 1);
}
END_TEST

START_TEST(extremes)
{
  CHECK_VALUE(&f, over(NOTCH_EXPR_LARGEST_OVER, x_item(&f, I_AMOUNT), NULL), 1200, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_LARGEST_OVER, x_item(&f, I_AMOUNT), is_drink()), 990, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SMALLEST_OVER, x_item(&f, I_AMOUNT), NULL), 350, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SMALLEST_OVER, x_item(&f, I_AMOUNT), is_tool()), 0, 1);
  notch_expr *negative = x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_MONEY, x_item(&f, I_AMOUNT));
  CHECK_VALUE(&f, over(NOTCH_EXPR_LARGEST_OVER, negative, NULL), -350, 1);
}
END_TEST

START_TEST(different_values)
{
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_SKU), NULL), 3, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_SKU), is_drink()), 2, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_AMOUNT), NULL), 3, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_SKU), is_tool()), 0, 1);
  fixture_item many[200];
  for (int i = 0; i < 200; i++)
    many[i] = (fixture_item){"s", "drink", i * 7 % 50, 1};
  fixture_items(&f, many, 200);
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_AMOUNT), NULL), 50, 1);
}
END_TEST

START_TEST(any)
{
  CHECK_VALUE(&f, over(NOTCH_EXPR_ANY_OVER, is_drink(), NULL), 1, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_ANY_OVER, NULL, is_tool()), 0, 1);
  CHECK_VALUE(&f, over(NOTCH_EXPR_ANY_OVER, NULL, NULL), 1, 1);
  notch_expr *dear = x_two(&f, NOTCH_EXPR_GT, NOTCH_TYPE_FLAG, x_item(&f, I_AMOUNT),
                           x_const(&f, NOTCH_TYPE_MONEY, 1000));
  CHECK_VALUE(&f, over(NOTCH_EXPR_ANY_OVER, dear, is_drink()), 0, 1);
  notch_expr *none = x_one(&f, NOTCH_EXPR_NOT, NOTCH_TYPE_FLAG,
                           over(NOTCH_EXPR_ANY_OVER, dear, is_drink()));
  CHECK_VALUE(&f, none, 1, 1);
  CHECK_VALUE(&f, x_two(&f, NOTCH_EXPR_AND, NOTCH_TYPE_FLAG, none,
                        over(NOTCH_EXPR_ANY_OVER, is_drink(), NULL)), 1, 1);
  fixture_items(&f, NULL, 0);
  CHECK_VALUE(&f, over(NOTCH_EXPR_ANY_OVER, NULL, NULL), 0, 1);
}
END_TEST

/* How many items of each item's kind, added up: a loop in a loop over the same list. */
START_TEST(loops_in_loops)
{
  notch_expr *all = over(NOTCH_EXPR_COUNT_OVER, NULL, is_drink());
  notch_expr *part = x_two(&f, NOTCH_EXPR_DIV, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY), all);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, part, is_drink()), 2, 1);
  notch_expr *skus = over(NOTCH_EXPR_DISTINCT_OVER, x_item(&f, I_SKU), NULL);
  notch_expr *offset = x_two(&f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY), skus);
  CHECK_VALUE(&f, over(NOTCH_EXPR_DISTINCT_OVER, offset, NULL), 3, 1);
}
END_TEST

START_TEST(shared_in_a_loop)
{
  notch_expr *figure = x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_NUMBER, 1, 0);
  f.facts[NOTCH_FACT_MEASURE] = NOTCH_VALUE(10);
  notch_expr *let = x_one(&f, NOTCH_EXPR_LET, NOTCH_TYPE_NUMBER, figure);
  notch_expr *product = x_two(&f, NOTCH_EXPR_MUL, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY), let);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, product, NULL), 70, 1);
  ck_assert_uint_eq(f.reads, 1);
  /* One that reads the item is another value for each. */
  notch_expr *own = x_one(&f, NOTCH_EXPR_LET, NOTCH_TYPE_NUMBER, x_item(&f, I_QUANTITY));
  notch_expr *square = x_two(&f, NOTCH_EXPR_MUL, NOTCH_TYPE_NUMBER, own, own);
  CHECK_VALUE(&f, over(NOTCH_EXPR_SUM_OVER, square, NULL), 15, 1);
}
END_TEST

START_TEST(the_line)
{
  notch_expr *amount = x_item(&f, I_AMOUNT);
  CHECK_FAILS(&f, amount, NOTCH_EVAL_MISSING);
  f.context.item = notch_value_list(f.fields[F_ITEMS])->values + I_FIELDS;
  CHECK_VALUE(&f, amount, 1200, 1);
  notch_expr *share = x_two(&f, NOTCH_EXPR_DIV, NOTCH_TYPE_NUMBER, amount,
                            over(NOTCH_EXPR_SUM_OVER, x_item(&f, I_AMOUNT), NULL));
  CHECK_VALUE(&f, share, 120, 289);
}
END_TEST

START_TEST(sets)
{
  notch_list tags = {.count = 2, .width = 1};
  notch_value words[] = {fixture_text_value(&f, "vip"), fixture_text_value(&f, "staff")};
  tags.values = words;
  f.facts[NOTCH_FACT_TAGS] = NOTCH_VALUE((intptr_t)&tags);
  notch_expr *set = x_leaf(&f, NOTCH_EXPR_TAGS, NOTCH_TYPE_SET, 0, 0);
  CHECK_VALUE(&f, x_two(&f, NOTCH_EXPR_CONTAINS, NOTCH_TYPE_FLAG, set, x_text(&f, "staff")), 1, 1);
  CHECK_VALUE(&f, x_two(&f, NOTCH_EXPR_CONTAINS, NOTCH_TYPE_FLAG, set, x_text(&f, "st")), 0, 1);
}
END_TEST

TCase *notch_check_lists(void)
{
  TCase *tcase = tcase_create("lists");
  tcase_add_checked_fixture(tcase, begin, end);
  tcase_add_test(tcase, sums_and_counts);
  tcase_add_test(tcase, extremes);
  tcase_add_test(tcase, different_values);
  tcase_add_test(tcase, any);
  tcase_add_test(tcase, loops_in_loops);
  tcase_add_test(tcase, shared_in_a_loop);
  tcase_add_test(tcase, the_line);
  tcase_add_test(tcase, sets);
  return tcase;
}
