# Fuzz targets, one for each door that bytes come in by.  `make check` runs each over what is in the
# tree and small damages of it (replay.c); `make fuzz`, in a build with --enable-fuzzers, searches.
FUZZ_SECONDS = 60
FUZZ_NAMES = parse rules code events ledger proof
FUZZ_LIFE = tests/api/life.c tests/api/life.h tests/api/deeds.c
FUZZ_REPLAY = tests/fuzz/replay.c tests/fuzz/fuzz.h tests/scarce.h

check_PROGRAMS += tests/fuzz/replay_parse tests/fuzz/replay_rules tests/fuzz/replay_code \
  tests/fuzz/replay_events tests/fuzz/replay_ledger tests/fuzz/replay_proof
TESTS += tests/fuzz/replay_parse tests/fuzz/replay_rules tests/fuzz/replay_code \
  tests/fuzz/replay_events tests/fuzz/replay_ledger tests/fuzz/replay_proof
tests_fuzz_replay_parse_SOURCES = tests/fuzz/fuzz_parse.c $(FUZZ_REPLAY)
tests_fuzz_replay_rules_SOURCES = tests/fuzz/fuzz_rules.c $(FUZZ_REPLAY)
tests_fuzz_replay_code_SOURCES = tests/fuzz/fuzz_code.c tests/vm/fixture.c tests/vm/fixture.h \
  $(FUZZ_REPLAY)
tests_fuzz_replay_events_SOURCES = tests/fuzz/fuzz_events.c $(FUZZ_LIFE) $(FUZZ_REPLAY)
tests_fuzz_replay_ledger_SOURCES = tests/fuzz/fuzz_ledger.c $(FUZZ_LIFE) $(FUZZ_REPLAY)
tests_fuzz_replay_proof_SOURCES = tests/fuzz/fuzz_proof.c $(FUZZ_LIFE) $(FUZZ_REPLAY)
EXTRA_DIST += tests/fuzz/events tests/fuzz/proofs

if FUZZERS
FUZZ_TARGETS = tests/fuzz/fuzz_parse tests/fuzz/fuzz_rules tests/fuzz/fuzz_code \
  tests/fuzz/fuzz_events tests/fuzz/fuzz_ledger tests/fuzz/fuzz_proof
EXTRA_PROGRAMS += $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS)
FUZZ_SHARED = tests/fuzz/fuzz.h tests/scarce.h
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz_parse.c $(FUZZ_SHARED)
tests_fuzz_fuzz_rules_SOURCES = tests/fuzz/fuzz_rules.c $(FUZZ_SHARED)
tests_fuzz_fuzz_code_SOURCES = tests/fuzz/fuzz_code.c tests/vm/fixture.c tests/vm/fixture.h \
  $(FUZZ_SHARED)
tests_fuzz_fuzz_events_SOURCES = tests/fuzz/fuzz_events.c $(FUZZ_LIFE) $(FUZZ_SHARED)
tests_fuzz_fuzz_ledger_SOURCES = tests/fuzz/fuzz_ledger.c $(FUZZ_LIFE) $(FUZZ_SHARED)
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz_proof.c $(FUZZ_LIFE) $(FUZZ_SHARED)
tests_fuzz_fuzz_parse_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_rules_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_code_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_events_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_ledger_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_proof_LDFLAGS = $(FUZZ_LINK)

# What is found is kept beside the program, in NAME.corpus, and searched further the next time.
fuzz: $(FUZZ_TARGETS)
	top_srcdir='$(top_srcdir)'; export top_srcdir; \
	for name in $(FUZZ_NAMES); do \
	  mkdir -p tests/fuzz/$$name.corpus || exit 1; \
	  case $$name in \
	  parse | rules) seeds='$(srcdir)/stdlib-rules $(srcdir)/tests/run $(srcdir)/tests/check' ;; \
	  events) seeds=$(srcdir)/tests/fuzz/events ;; \
	  proof) seeds=$(srcdir)/tests/fuzz/proofs ;; \
	  *) seeds= ;; \
	  esac; \
	  tests/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=20 -max_len=65536 \
	    -artifact_prefix=tests/fuzz/$$name. tests/fuzz/$$name.corpus $$seeds || exit 1; \
	done
else
fuzz:
	@echo 'configure with CC=clang --enable-fuzzers --disable-shared for this'; exit 1
endif
