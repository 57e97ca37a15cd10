# Sources of engine/syntax, one a line.
libengine_la_SOURCES +=
