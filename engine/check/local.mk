# Sources of engine/check, one a line.
libengine_la_SOURCES +=
