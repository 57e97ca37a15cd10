# The checks of the house: layers, exports, header, style; the corpora; benchmark, coverage, dist.
HOUSE_TESTS = tests/check_layers.sh tests/check_exports.sh tests/check_header.sh \
  tests/check_style.sh tests/drive_run.sh tests/drive_check.sh tests/drive_golden.sh \
  tests/cdnow/check_cdnow.sh
TESTS += $(HOUSE_TESTS)
EXTRA_DIST += $(HOUSE_TESTS) tests/drive.sh tests/python.sh tests/check/unshown.txt \
  tests/cdnow/oracle.py

# The command is what the drivers drive.
$(HOUSE_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)

include tests/bench/local.mk

update-golden: all
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/drive_golden.sh --update

if COVERAGE
coverage: check
	lcov --quiet --capture --directory . --output-file coverage.info 2>/dev/null
	lcov --quiet --remove coverage.info '/usr/*' '*/tests/*' --output-file coverage.info 2>/dev/null
	lcov --list coverage.info 2>/dev/null
else
coverage:
	@echo 'configure with --enable-coverage for this'; exit 1
endif

# Scripts, events and golden files travel by kind, so that a new test needs no list.
dist-hook:
	target=`cd "$(distdir)" && pwd` && cd $(srcdir) && \
	find tests stdlib-rules docs po -type f \( -name '*.notch' -o -name '*.jsonl' \
	  -o -name '*.tokens' -o -name '*.tree' -o -name '*.program' -o -name '*.code' \
	  -o -name '*.csv' -o -name '*.po' -o -name '*.pot' -o -name '*.in' \
	  -o -name '*.json' -o -name '*.txt' -o -name '*.md' -o -name '*.bin' \) | \
	while read -r file; do \
	  mkdir -p "$$target/`dirname $$file`" && \
	  { test -f "$$target/$$file" || cp -p "$$file" "$$target/$$file"; } || exit 1; \
	done
