/* tests/base/check_base.c -- runs the suites of engine/base. */
#include <config.h>

#include "check_base.h"

#include <stdlib.h>

int main(void)
{
  Suite *suite = suite_create("base");
  suite_add_tcase(suite, notch_check_memory());
  suite_add_tcase(suite, notch_check_heap());
  suite_add_tcase(suite, notch_check_rational());
  suite_add_tcase(suite, notch_check_calendar());
  suite_add_tcase(suite, notch_check_zone());
  suite_add_tcase(suite, notch_check_hash());
  suite_add_tcase(suite, notch_check_json());
  suite_add_tcase(suite, notch_check_json_plain());
  suite_add_tcase(suite, notch_check_unicode());
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
