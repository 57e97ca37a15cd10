# Sources of engine/member, one a line.
libengine_la_SOURCES +=
