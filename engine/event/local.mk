# Sources of engine/event.
libengine_la_SOURCES += \
  %reldir%/canonical.c \
  %reldir%/csv.c %reldir%/csv.h \
  %reldir%/event.h \
  %reldir%/read.c %reldir%/read.h \
  %reldir%/read_builtin.c \
  %reldir%/read_flat.c \
  %reldir%/read_value.c \
  %reldir%/unfill.c
