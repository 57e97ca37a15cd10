# Random programmes against a second implementation of the language page, written in Python.
TESTS += tests/oracle/check_oracle.sh
EXTRA_DIST += tests/oracle/check_oracle.sh tests/oracle/calendar_of.py tests/oracle/cohorts.py \
  tests/oracle/compare.py tests/oracle/deeper.py tests/oracle/extras.py tests/oracle/friends.py \
  tests/oracle/funding.py tests/oracle/generate.py tests/oracle/giving.py \
  tests/oracle/goods.py tests/oracle/holding.py tests/oracle/metamorphic.py \
  tests/oracle/model.py tests/oracle/moving.py \
  tests/oracle/passing.py tests/oracle/pipeline.py tests/oracle/pooling.py \
  tests/oracle/retiring.py tests/oracle/returning.py tests/oracle/rungs.py \
  tests/oracle/settling.py tests/oracle/shapes.py tests/oracle/shelf.py tests/oracle/spell.py \
  tests/oracle/spending.py tests/oracle/state.py tests/oracle/triggers.py \
  tests/oracle/verbs.py tests/oracle/versions.py tests/oracle/waiting.py

tests/oracle/check_oracle.log: $(bin_PROGRAMS) $(lib_LTLIBRARIES)
