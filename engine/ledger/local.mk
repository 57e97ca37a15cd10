# Sources of engine/ledger, one a line.
libengine_la_SOURCES +=
