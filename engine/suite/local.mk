# Sources of engine/suite.
libengine_la_SOURCES += \
  %reldir%/expect.c \
  %reldir%/suite.c %reldir%/suite.h
