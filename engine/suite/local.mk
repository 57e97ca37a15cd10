# Sources of engine/suite.
libengine_la_SOURCES += \
  %reldir%/clause.def \
  %reldir%/coverage.c %reldir%/coverage.h \
  %reldir%/expect.c \
  %reldir%/guess.c %reldir%/guess.h %reldir%/guess_values.c \
  %reldir%/outlook.c %reldir%/outlook.h \
  %reldir%/property.c %reldir%/property.h \
  %reldir%/search.c %reldir%/search.h \
  %reldir%/spend.c %reldir%/spend.h \
  %reldir%/suite.c %reldir%/suite.h \
  %reldir%/trial.c %reldir%/trial.h
