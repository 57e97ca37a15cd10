# Sources of engine/audit, one a line.
libengine_la_SOURCES +=
