# Sources of engine/suite, one a line.
libengine_la_SOURCES +=
