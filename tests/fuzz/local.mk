# Fuzz targets.  `make check` replays scripts and damaged scripts; `make fuzz`, in a build with
# --enable-fuzzers, searches for more.
FUZZ_SECONDS = 60
FUZZ_TARGETS =
check_PROGRAMS += tests/fuzz/replay_parse
TESTS += tests/fuzz/replay_parse
tests_fuzz_replay_parse_SOURCES = tests/fuzz/fuzz_parse.c tests/fuzz/replay.c tests/fuzz/fuzz.h
if FUZZERS
FUZZ_TARGETS += tests/fuzz/fuzz_parse
EXTRA_PROGRAMS += $(FUZZ_TARGETS)
tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz_parse.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_parse_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

if FUZZERS
fuzz: $(FUZZ_TARGETS)
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p $$target.corpus && \
	  $$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=65536 $$target.corpus \
	    $(srcdir)/stdlib-rules $(srcdir)/tests/run $(srcdir)/tests/check || exit 1; \
	done
else
fuzz:
	@echo 'configure with CC=clang --enable-fuzzers --disable-shared for this'; exit 1
endif
