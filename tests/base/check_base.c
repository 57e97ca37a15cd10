/* tests/base/check_base.c -- runs the suites of engine/base. */
#include <config.h>

#include "check_base.h"

#include <stdlib.h>

void *notch_check_resize(void *payload, void *block, size_t size)
{
  failing_memory *memory = payload;
  if (size == 0) {
    memory->live -= block != NULL;
    free(block);
    return NULL;
  }
  if (++memory->requests == memory->fail_at)
    return NULL;
  void *grown = realloc(block, size);
  memory->live += block == NULL && grown != NULL;
  return grown;
}

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
