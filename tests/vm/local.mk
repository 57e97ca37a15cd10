# Tests of vm; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/vm/check_vm
TESTS += tests/vm/check_vm
tests_vm_check_vm_SOURCES = \
  %D%/check_vm.c %D%/check_vm.h \
  %D%/fixture.c %D%/fixture.h \
  %D%/check_dates.c \
  %D%/check_facts.c \
  %D%/check_lists.c \
  %D%/check_logic.c \
  %D%/check_numbers.c \
  %D%/check_running.c
