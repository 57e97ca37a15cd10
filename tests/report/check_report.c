/* tests/report/check_report.c -- figures of reports: exact money, breakage, words, tables. */
#include <config.h>

#include "report/export.h"
#include "report/liability.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static notch_arena arena;

static void setup(void)
{
  notch_arena_init(&arena, &notch_memory_system);
}

static void teardown(void)
{
  notch_arena_free(&arena);
}

#define ck_words(text, wanted)                             \
  do {                                                     \
    notch_text seen_ = (text);                             \
    ck_assert_uint_eq(seen_.length, strlen(wanted));       \
    ck_assert_mem_eq(seen_.bytes, (wanted), seen_.length); \
  } while (0)

static const notch_rational none = NOTCH_INTEGER(0);

/* KPMG, revenue handbook, example 10: 10,000 points to which 9,000 are allocated. */
START_TEST(revenue_is_recognised_as_points_are_redeemed)
{
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 4500, 9700), 4175);
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 8500, 9900) - 4175, 3552);
  /* Example 10B: only 9,200 are expected in year 3. */
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 8500, 9200) - 4175, 4140);
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 9900, 9900), 9000);
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 9950, 9900), 9000);
  ck_assert_int_eq((int64_t)notch_liability_revenue(9000, none, 0, 9900), 0);
  ck_assert_int_eq((int64_t)notch_liability_revenue(0, none, 5, 9), 0);
  /* 90.22 points at 0.05: 4.511, of which 10 in 90.22 are 0.50. */
  ck_assert_int_eq((int64_t)notch_liability_revenue(451, (notch_rational){1, 10}, 1000, 9022), 50);
}
END_TEST

/* IFRS 15, example 52: 8,676.00 are allocated; rounded to whole units as the book does. */
START_TEST(revenue_follows_a_new_estimate)
{
  int64_t first = (int64_t)notch_liability_revenue(867600, none, 4500, 9500);
  int64_t both = (int64_t)notch_liability_revenue(867600, none, 8500, 9700);
  ck_assert_int_eq((first + 50) / 100, 4110);
  ck_assert_int_eq((both - first + 50) / 100, 3493);
}
END_TEST

START_TEST(money_adds_up_exactly_over_rates)
{
  notch_worths worths = {{NULL, 0, 0}};
  jmp_buf no_memory;
  ck_assert_int_eq(setjmp(no_memory), 0);
  arena.escape = &no_memory;
  ck_assert_int_eq((int64_t)notch_worths_floor(&worths), 0);
  notch_worths_add(&worths, (notch_rational){1, 3}, 1, &arena);
  notch_worths_add(&worths, (notch_rational){2, 3}, 1, &arena);
  ck_assert_int_eq((int64_t)notch_worths_floor(&worths), 1);
  notch_worths_add(&worths, (notch_rational){1, 3}, 1, &arena);
  ck_assert_uint_eq(worths.parts.count, 2);
  ck_assert_int_eq((int64_t)notch_worths_floor(&worths), 1);
  notch_worths_add(&worths, (notch_rational){1, 3}, -4, &arena);
  ck_assert_int_eq((int64_t)notch_worths_floor(&worths), 0);
  notch_worths_add(&worths, (notch_rational){1, 3}, -1, &arena);
  ck_assert_int_eq((int64_t)notch_worths_floor(&worths), -1);
}
END_TEST

START_TEST(figures_for_people)
{
  ck_words(notch_wide_text(&arena, 0, 0), "0");
  ck_words(notch_wide_text(&arena, 999, 0), "999");
  ck_words(notch_wide_text(&arena, 1000, 0), "1,000");
  ck_words(notch_wide_text(&arena, -123456789, 2), "-1,234,567.89");
  ck_words(notch_wide_text(&arena, 5, 2), "0.05");
  ck_words(notch_wide_text(&arena, (__int128)1000000000000000000 * 1000, 0),
           "1,000,000,000,000,000,000,000");
  ck_words(notch_change_text(&arena, 12, 0), "+12");
  ck_words(notch_change_text(&arena, -12, 1), "-1.2");
  ck_words(notch_change_text(&arena, 0, 0), "0");
  ck_words(notch_percent_text(&arena, 1, 3), "33.3%");
  ck_words(notch_percent_text(&arena, -2, 3), "-66.7%");
  ck_words(notch_percent_text(&arena, 5, 5), "100.0%");
  ck_words(notch_percent_text(&arena, 5, 0), "-");
}
END_TEST

START_TEST(columns_are_as_wide_as_on_a_screen)
{
  notch_table_of_text table;
  notch_buffer text;
  jmp_buf no_memory;
  ck_assert_int_eq(setjmp(no_memory), 0);
  arena.escape = &no_memory;
  notch_buffer_init(&text, &notch_memory_system);
  notch_columns_begin(&table, "lr", &arena);
  notch_columns_word(&table, "name");
  notch_columns_word(&table, "n");
  notch_columns_word(&table, "\xE7\xA7\xAF\xE5\x88\x86");
  notch_columns_word(&table, "120");
  notch_columns_end(&table, &text, 1);
  ck_assert_str_eq(text.bytes, " name    n\n \xE7\xA7\xAF\xE5\x88\x86  120\n");
  notch_buffer_free(&text);
}
END_TEST

START_TEST(accounts_take_ids_that_can_be_names)
{
  ck_words(notch_export_name(NOTCH_EXPORT_HLEDGER, 7, NOTCH_TEXT("ann"), &arena), "ann");
  ck_words(notch_export_name(NOTCH_EXPORT_HLEDGER, 7, NOTCH_TEXT("a:b"), &arena), "M7");
  ck_words(notch_export_name(NOTCH_EXPORT_HLEDGER, 7, NOTCH_TEXT("M8"), &arena), "M7");
  ck_words(notch_export_name(NOTCH_EXPORT_HLEDGER, 7, NOTCH_TEXT(""), &arena), "M7");
  ck_words(notch_export_name(NOTCH_EXPORT_BEANCOUNT, 7, NOTCH_TEXT("ann"), &arena), "M7");
  ck_assert_int_eq(notch_export_format_of(NOTCH_TEXT("csv")), NOTCH_EXPORT_CSV);
  ck_assert_int_eq(notch_export_format_of(NOTCH_TEXT("xls")), NOTCH_EXPORT_COUNT);
}
END_TEST

START_TEST(no_control_character_reaches_a_terminal)
{
  ck_words(notch_plain_text(&arena, NOTCH_TEXT("a\033[31mb\n")), "a?[31mb?");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("report");
  TCase *figures = tcase_create("figures");
  tcase_add_checked_fixture(figures, setup, teardown);
  tcase_add_test(figures, revenue_is_recognised_as_points_are_redeemed);
  tcase_add_test(figures, revenue_follows_a_new_estimate);
  tcase_add_test(figures, money_adds_up_exactly_over_rates);
  tcase_add_test(figures, figures_for_people);
  tcase_add_test(figures, columns_are_as_wide_as_on_a_screen);
  tcase_add_test(figures, accounts_take_ids_that_can_be_names);
  tcase_add_test(figures, no_control_character_reaches_a_terminal);
  suite_add_tcase(suite, figures);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
