# The files directly in engine/: the public interface and the writers that see every folder.
libengine_la_SOURCES += \
  engine/apply.c engine/apply.h \
  engine/apply_advance.c \
  engine/apply_books.c \
  engine/apply_history.c \
  engine/apply_known.c \
  engine/apply_members.c \
  engine/apply_names.c \
  engine/apply_rules.c \
  engine/apply_versions.c \
  engine/apply_waiting.c \
  engine/apply_write.c
