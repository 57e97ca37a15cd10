# Tests of verify, replay, explain, seals and receipts.
check_PROGRAMS += tests/audit/check_flips tests/audit/check_proofs
TESTS += tests/audit/check_flips tests/audit/check_proofs
tests_audit_check_flips_SOURCES = tests/audit/check_flips.c
tests_audit_check_proofs_SOURCES = tests/audit/check_proofs.c

AUDIT_TESTS = tests/audit/check_audit.sh tests/audit/check_random.sh
TESTS += $(AUDIT_TESTS)
EXTRA_DIST += $(AUDIT_TESTS) tests/audit/random_ledgers.py

$(AUDIT_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)
