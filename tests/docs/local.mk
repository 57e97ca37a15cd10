# Every code block of README and docs is run; docs/diagnostics.md is what the tables give; the
# standard rules and templates have the shape that docs and index promise; messages are translated.
DOCS_TESTS = tests/docs/check_docs.sh tests/docs/check_diagnostics.sh tests/docs/check_rules.sh \
  tests/docs/check_catalogue.sh
TESTS += $(DOCS_TESTS)
EXTRA_DIST += $(DOCS_TESTS) tests/docs/check_docs.py tests/docs/diagnostics.py \
  tests/docs/catalogue.py
$(DOCS_TESTS:.sh=.log): $(bin_PROGRAMS) $(lib_LTLIBRARIES)
tests/docs/check_docs.log: $(DOCS_EXAMPLES)

.PHONY: update-docs
update-docs: all $(DOCS_EXAMPLES)
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/docs/diagnostics.py --update
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/docs/check_docs.py --update
