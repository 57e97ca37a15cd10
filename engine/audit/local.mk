# Sources of engine/audit, one a line.
libengine_la_SOURCES += \
  %D%/compare.c %D%/compare.h \
  %D%/derivation.c %D%/derivation.h %D%/derive_ranking.c \
  %D%/node.c \
  %D%/note.c %D%/note.h \
  %D%/pass.def \
  %D%/receipt.c %D%/receipt.h \
  %D%/report.c %D%/report.h \
  %D%/words.c %D%/words.h
