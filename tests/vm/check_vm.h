/* check_vm.h -- the suites of engine/vm. */
#ifndef NOTCH_TESTS_VM_CHECK_VM_H
#define NOTCH_TESTS_VM_CHECK_VM_H

#include "fixture.h"
#include <check.h>

TCase *notch_check_numbers(void);
TCase *notch_check_logic(void);
TCase *notch_check_lists(void);
TCase *notch_check_dates(void);
TCase *notch_check_facts(void);
TCase *notch_check_running(void);
TCase *notch_check_random(void);

/* The value of `expr`, which must be n/d; or the failure. */
#define CHECK_VALUE(f, expr, num, den)                            \
  do {                                                            \
    notch_value value_;                                           \
    ck_assert_int_eq(fixture_eval((f), (expr), &value_), NOTCH_EVAL_OK); \
    ck_assert_int_eq(value_.n, (num));                            \
    ck_assert_int_eq(value_.d, (den));                            \
  } while (0)
#define CHECK_FAILS(f, expr, status)                              \
  do {                                                            \
    notch_value value_;                                           \
    ck_assert_int_eq(fixture_eval((f), (expr), &value_), (status)); \
    ck_assert_ptr_nonnull(notch_vm_failed_at((f)->vm));           \
  } while (0)

#endif
