# Tests of verify, replay, explain, seals and receipts.
AUDIT_CHECKS = tests/audit/check_flips tests/audit/check_passes tests/audit/check_proofs
check_PROGRAMS += $(AUDIT_CHECKS)
TESTS += $(AUDIT_CHECKS)
tests_audit_check_flips_SOURCES = tests/audit/check_flips.c tests/gathered.h
tests_audit_check_passes_SOURCES = tests/audit/check_passes.c tests/gathered.h
tests_audit_check_proofs_SOURCES = tests/audit/check_proofs.c

AUDIT_TESTS = tests/audit/check_as_made.sh tests/audit/check_audit.sh tests/audit/check_busy.sh \
  tests/audit/check_cells.sh tests/audit/check_damaged.sh \
  tests/audit/check_erased.sh tests/audit/check_erasure.sh tests/audit/check_foreign.sh \
  tests/audit/check_other_rules.sh tests/audit/check_random.sh tests/audit/check_refused.sh \
  tests/audit/check_reversed.sh \
  tests/audit/check_columns.sh tests/audit/check_tried.sh tests/audit/effects_changed.sh \
  tests/audit/ids_taken_away.sh tests/audit/ranking_changed.sh \
  tests/audit/version_not_in_force.sh \
  tests/audit/waiting_list_changed.sh
TESTS += $(AUDIT_TESTS)
EXTRA_DIST += $(AUDIT_TESTS) tests/audit/behind_lib \
  tests/audit/busy_ledgers.py tests/audit/changed_cells.py \
  tests/audit/damaged_ledgers.py tests/audit/erased_ledgers.py \
  tests/audit/foreign_proofs.py tests/audit/random_ledgers.py \
  tests/audit/reversed_ledgers.py tests/audit/tried_ledgers.py

$(AUDIT_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)
