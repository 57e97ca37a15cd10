check_PROGRAMS += tests/base/check_base
TESTS += tests/base/check_base
tests_base_check_base_SOURCES = \
  %D%/check_base.c %D%/check_base.h \
  %D%/check_calendar.c \
  %D%/check_hash.c \
  %D%/check_heap.c \
  %D%/check_json.c \
  %D%/check_json_plain.c \
  %D%/check_memory.c \
  %D%/check_rational.c \
  %D%/check_unicode.c \
  %D%/check_zone.c
