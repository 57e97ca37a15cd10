# Sources of engine/base, one a line.
libengine_la_SOURCES +=
