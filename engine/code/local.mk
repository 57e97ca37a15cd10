# Sources of engine/code, one a line.
libengine_la_SOURCES += \
  %reldir%/code.h \
  %reldir%/cost.c \
  %reldir%/emit.c \
  %reldir%/emit.h \
  %reldir%/emit_branch.c \
  %reldir%/emit_let.c \
  %reldir%/emit_loop.c \
  %reldir%/emit_value.c \
  %reldir%/fold.c \
  %reldir%/op.def \
  %reldir%/operand.def \
  %reldir%/print.c \
  %reldir%/verify.c
