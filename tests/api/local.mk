# Tests of api; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/api/check_api
TESTS += tests/api/check_api
tests_api_check_api_SOURCES = tests/api/check_api.c
check_PROGRAMS += tests/api/check_promises
TESTS += tests/api/check_promises
tests_api_check_promises_SOURCES = tests/api/check_promises.c
tests_api_check_promises_LDADD = $(LDADD) -lpthread
check_PROGRAMS += tests/api/check_editor
TESTS += tests/api/check_editor
tests_api_check_editor_SOURCES = tests/api/check_editor.c
TESTS += tests/api/check_install.sh
EXTRA_DIST += tests/api/check_install.sh
tests/api/check_install.log: $(bin_PROGRAMS) $(lib_LTLIBRARIES)
check_PROGRAMS += tests/api/check_scarce
TESTS += tests/api/check_scarce
tests_api_check_scarce_SOURCES = tests/api/check_scarce.c tests/api/life.c tests/api/life.h \
  tests/api/deeds.c tests/scarce.h
EXTRA_DIST += tests/api/scarce.notch
