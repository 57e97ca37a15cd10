# Tests of cli; see tests/local.mk for the three lines a test needs.
CLI_TESTS = tests/cli/check_help.sh tests/cli/check_usage.sh tests/cli/check_files.sh \
  tests/cli/check_new.sh tests/cli/check_trouble.sh tests/cli/check_language.sh \
  tests/cli/check_main.sh tests/cli/check_lsp.sh \
  tests/cli/check_event_forms.sh tests/cli/check_interface.sh tests/cli/check_repl.sh
TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS) tests/cli/common.sh tests/cli/lsp_session.py \
  tests/cli/event_forms.py tests/cli/interface.py
$(CLI_TESTS:.sh=.log): $(bin_PROGRAMS)
