# Tests of the reports; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/report/check_report
tests_report_check_report_SOURCES = tests/report/check_report.c
REPORT_TESTS = tests/report/check_statement.sh tests/report/check_liability.sh \
  tests/report/check_export.sh tests/report/check_export_cdnow.sh \
  tests/report/check_backtest.sh tests/report/check_backtest_events.sh \
  tests/report/check_figures.sh \
  tests/report/check_household.sh
TESTS += tests/report/check_report $(REPORT_TESTS)
EXTRA_DIST += $(REPORT_TESTS) tests/report/export_lib.sh tests/report/recompute.py
$(REPORT_TESTS:.sh=.log): $(bin_PROGRAMS)
