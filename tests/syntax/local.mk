check_PROGRAMS += tests/syntax/check_syntax
TESTS += tests/syntax/check_syntax
tests_syntax_check_syntax_SOURCES = \
  %D%/check_diag.c \
  %D%/check_format.c \
  %D%/check_limits.c \
  %D%/check_load.c \
  %D%/check_outline.c \
  %D%/check_parse.c \
  %D%/check_scan.c \
  %D%/check_syntax.c %D%/check_syntax.h
