# Sources of engine/report, one a line.
libengine_la_SOURCES +=
