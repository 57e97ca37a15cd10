/* tests/base/check_base.h -- what the suites of engine/base share: one case per module. */
#ifndef NOTCH_TESTS_CHECK_BASE_H
#define NOTCH_TESTS_CHECK_BASE_H

#include "base/memory.h"
#include "tests/scarce.h"

#include <check.h>
#include <string.h>

TCase *notch_check_calendar(void);
TCase *notch_check_hash(void);
TCase *notch_check_heap(void);
TCase *notch_check_json(void);
TCase *notch_check_json_plain(void);
TCase *notch_check_memory(void);
TCase *notch_check_rational(void);
TCase *notch_check_unicode(void);
TCase *notch_check_zone(void);

/* Whether the text, or what a buffer holds, is this string. */
#define ck_text_eq(text, wanted)                                          \
  do {                                                                    \
    notch_text seen_ = (text);                                            \
    ck_assert_uint_eq(seen_.length, strlen(wanted));                      \
    ck_assert_mem_eq(seen_.bytes, (wanted), seen_.length);                \
  } while (0)

#endif
