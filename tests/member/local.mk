# Tests of member; see tests/local.mk for the three lines a test needs.
