# Sources of engine/event, one a line.
libengine_la_SOURCES +=
