# The benchmark: make bench; EVENTS=200000 for a quick one, WORKLOAD=w2 for the second workload.
# ledger_bench measures the store alone: make tests/bench/ledger_bench
EXTRA_PROGRAMS += tests/bench/gen_w tests/bench/baseline tests/bench/ledger_bench
tests_bench_gen_w_SOURCES = tests/bench/gen_w.c
tests_bench_gen_w_LDADD =
tests_bench_baseline_SOURCES = tests/bench/baseline.c
tests_bench_baseline_LDADD = $(SQLITE_LIBS)
tests_bench_ledger_bench_SOURCES = tests/bench/ledger_bench.c
CLEANFILES += tests/bench/gen_w tests/bench/baseline tests/bench/ledger_bench
EXTRA_DIST += tests/bench/bench.sh tests/bench/w.notch tests/bench/w2.notch

bench: all tests/bench/gen_w$(EXEEXT) tests/bench/baseline$(EXEEXT)
	$(SHELL) $(srcdir)/tests/bench/bench.sh $(abs_srcdir) $(abs_builddir)
