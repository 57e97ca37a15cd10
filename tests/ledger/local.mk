# Tests of the ledger; those that make ledgers share support.c.
LEDGER_TESTS = \
  %D%/check_faults \
  %D%/check_files \
  %D%/check_keys \
  %D%/check_rounds \
  %D%/check_shapes \
  %D%/check_store \
  %D%/check_tree \
  %D%/check_turns \
  %D%/check_verify

check_PROGRAMS += $(LEDGER_TESTS)
TESTS += $(LEDGER_TESTS)
tests_ledger_check_faults_SOURCES = %D%/check_faults.c \
  %D%/layer.c %D%/layer.h %D%/support.c %D%/support.h
tests_ledger_check_files_SOURCES = %D%/check_files.c %D%/support.c %D%/support.h
tests_ledger_check_keys_SOURCES = %D%/check_keys.c %D%/support.c %D%/support.h
tests_ledger_check_rounds_SOURCES = %D%/check_rounds.c %D%/support.c %D%/support.h
tests_ledger_check_shapes_SOURCES = %D%/check_shapes.c %D%/support.c %D%/support.h
tests_ledger_check_store_SOURCES = %D%/check_store.c %D%/support.c %D%/support.h
tests_ledger_check_tree_SOURCES = %D%/check_tree.c
tests_ledger_check_turns_SOURCES = %D%/check_turns.c \
  %D%/layer.c %D%/layer.h %D%/support.c %D%/support.h
tests_ledger_check_verify_SOURCES = %D%/check_verify.c %D%/support.c %D%/support.h
