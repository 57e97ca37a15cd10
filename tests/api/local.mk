# Tests of api; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/api/check_api
TESTS += tests/api/check_api
tests_api_check_api_SOURCES = tests/api/check_api.c
check_PROGRAMS += tests/api/check_editor
TESTS += tests/api/check_editor
tests_api_check_editor_SOURCES = tests/api/check_editor.c
