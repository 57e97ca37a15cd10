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
  %D%/check_random.c \
  %D%/check_running.c

# What the machine alone takes: make bench-vm
EXTRA_PROGRAMS += tests/bench/vm_bench
tests_bench_vm_bench_SOURCES = tests/bench/vm_bench.c tests/vm/fixture.c tests/vm/fixture.h
CLEANFILES += tests/bench/vm_bench
.PHONY: bench-vm
bench-vm: tests/bench/vm_bench$(EXEEXT)
	tests/bench/vm_bench$(EXEEXT)
