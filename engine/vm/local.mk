# Sources of engine/vm, one a line.
libengine_la_SOURCES += \
  %reldir%/builtin.h \
  %reldir%/builtin_calendar.c \
  %reldir%/builtin_fact.c \
  %reldir%/builtin_list.c \
  %reldir%/builtin_number.c \
  %reldir%/fact.def \
  %reldir%/machine.h \
  %reldir%/ops.h \
  %reldir%/trace.c \
  %reldir%/vm.c \
  %reldir%/vm.h
