# Sources of engine/base.
libengine_la_SOURCES += \
  %D%/buffer.c \
  %D%/calendar.c %D%/calendar.h \
  %D%/decimal.c \
  %D%/hash.c %D%/hash.h \
  %D%/hash_sign.c \
  %D%/heap.c %D%/heap.h \
  %D%/json.h %D%/json_plain.c %D%/json_plain.h %D%/json_read.c %D%/json_sort.c \
  %D%/json_write.c \
  %D%/memory.c %D%/memory.h \
  %D%/moment.c \
  %D%/rational.c %D%/rational.h \
  %D%/record.c %D%/record.h %D%/account.def %D%/effect.def %D%/move.def %D%/refusal.def \
  %D%/text.c %D%/text.h \
  %D%/unicode.c %D%/unicode.h \
  %D%/value.h \
  %D%/zone.c %D%/zone_file.c
