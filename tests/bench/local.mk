# The benchmark: make bench; EVENTS=200000 for a quick one, WORKLOAD=w2 for the second workload.
# ledger_bench measures the store alone: make tests/bench/ledger_bench
bench_programs = tests/bench/gen_w tests/bench/measure tests/bench/baseline \
  tests/bench/replay_baseline tests/bench/till_bench tests/bench/hash_bench
EXTRA_PROGRAMS += $(bench_programs) tests/bench/ledger_bench
tests_bench_gen_w_SOURCES = tests/bench/gen_w.c
tests_bench_gen_w_LDADD =
tests_bench_measure_SOURCES = tests/bench/measure.c
tests_bench_measure_LDADD =
tests_bench_baseline_SOURCES = tests/bench/baseline.c tests/bench/w_rules.c tests/bench/w_rules.h
tests_bench_baseline_LDADD = $(SQLITE_LIBS)
tests_bench_replay_baseline_SOURCES = tests/bench/replay_baseline.c tests/bench/w_rules.c \
  tests/bench/w_rules.h
tests_bench_replay_baseline_LDADD = $(SQLITE_LIBS)
tests_bench_till_bench_SOURCES = tests/bench/till_bench.c
tests_bench_till_bench_LDADD = libnotch.la $(SQLITE_LIBS)
tests_bench_hash_bench_SOURCES = tests/bench/hash_bench.c
tests_bench_ledger_bench_SOURCES = tests/bench/ledger_bench.c
CLEANFILES += $(bench_programs) tests/bench/ledger_bench
EXTRA_DIST += tests/bench/bench.sh tests/bench/w.notch tests/bench/w2.notch

bench: all $(bench_programs)
	$(SHELL) $(srcdir)/tests/bench/bench.sh $(abs_srcdir) $(abs_builddir)
