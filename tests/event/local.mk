# Tests of event; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/event/check_event
TESTS += tests/event/check_event
tests_event_check_event_SOURCES = tests/event/check_event.c
