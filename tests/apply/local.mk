# Tests of one event end to end; they use the public interface only.
check_PROGRAMS += tests/apply/check_apply
TESTS += tests/apply/check_apply
tests_apply_check_apply_SOURCES = tests/apply/check_apply.c
APPLY_TESTS = tests/apply/check_killed.sh tests/apply/check_many_returns.sh \
  tests/apply/check_raced.sh
TESTS += $(APPLY_TESTS)
EXTRA_DIST += $(APPLY_TESTS) tests/apply/disk.c tests/apply/killed_ledgers.py \
  tests/apply/raced_ledgers.py
$(APPLY_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)
# A replay on several threads, and rows on their way between them.
check_PROGRAMS += tests/apply/check_batches
TESTS += tests/apply/check_batches
tests_apply_check_batches_SOURCES = tests/apply/check_batches.c
check_PROGRAMS += tests/apply/check_replay
TESTS += tests/apply/check_replay
tests_apply_check_replay_SOURCES = tests/apply/check_replay.c
tests_apply_check_replay_LDFLAGS = -Wl,--wrap=realloc,--wrap=free
