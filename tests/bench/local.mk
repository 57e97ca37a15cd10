# The benchmark; see tests/bench/bench.sh.
