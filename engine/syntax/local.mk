libengine_la_SOURCES += \
  %D%/ast.def %D%/diag.def %D%/diag_check.def %D%/meant.def %D%/word.def \
  %D%/build.c %D%/build.h %D%/build_more.c \
  %D%/diag.c %D%/diag.h %D%/diag_print.c \
  %D%/expect.c \
  %D%/format.c %D%/format.h \
  %D%/load.c %D%/load.h \
  %D%/outline.c %D%/outline.h %D%/outline_complete.c %D%/outline_find.c \
  %D%/parse.c \
  %D%/scan.c %D%/scan.h %D%/scan_text.c \
  %D%/source.c %D%/source.h \
  %D%/token.c %D%/token.h \
  %D%/tree.c %D%/tree.h \
  %D%/word.c
