# Sources of engine/suite, one a line.
libengine_la_SOURCES += \
  engine/suite/expect.c \
  engine/suite/scene.h \
  engine/suite/step.c \
  engine/suite/suite.c \
  engine/suite/suite.h
