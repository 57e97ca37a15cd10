# Sources of engine/code, one a line.
libengine_la_SOURCES +=
