# Sources of engine/vm, one a line.
libengine_la_SOURCES +=
