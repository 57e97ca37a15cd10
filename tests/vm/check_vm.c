/* check_vm.c -- runs the suites of engine/vm. */
#include <config.h>

#include "check_vm.h"

#include <stdlib.h>

int main(void)
{
  Suite *suite = suite_create("vm");
  suite_add_tcase(suite, notch_check_numbers());
  suite_add_tcase(suite, notch_check_logic());
  suite_add_tcase(suite, notch_check_lists());
  suite_add_tcase(suite, notch_check_dates());
  suite_add_tcase(suite, notch_check_facts());
  suite_add_tcase(suite, notch_check_running());
  suite_add_tcase(suite, notch_check_random());
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
