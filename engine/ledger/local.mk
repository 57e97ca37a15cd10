# Sources of engine/ledger, and its schema as a C string.
libengine_la_SOURCES += \
  %D%/backup.c \
  %D%/check.c %D%/check_books.c %D%/check_caches.c %D%/check_personal.c %D%/check_tree.c \
  %D%/check.h \
  %D%/fits.c \
  %D%/leaf.c %D%/leaf.h \
  %D%/sqlite/cache.c \
  %D%/sqlite/cursor.c \
  %D%/sqlite/erase.c \
  %D%/sqlite/error.c \
  %D%/sqlite/fit.c \
  %D%/sqlite/flush.c \
  %D%/sqlite/forms.c \
  %D%/sqlite/internal.h \
  %D%/sqlite/journal.def \
  %D%/sqlite/key_runs.c \
  %D%/sqlite/keys.c \
  %D%/sqlite/lock.c \
  %D%/sqlite/medium.c %D%/sqlite/medium.h \
  %D%/sqlite/members.c \
  %D%/sqlite/names.c \
  %D%/sqlite/open.c \
  %D%/sqlite/read.c \
  %D%/sqlite/refresh.c \
  %D%/sqlite/row.c \
  %D%/sqlite/schema.c \
  %D%/sqlite/shapes.c \
  %D%/sqlite/sql.def \
  %D%/sqlite/totals.c \
  %D%/sqlite/versions.c \
  %D%/sqlite/write.c \
  %D%/store.h \
  %D%/tree.c %D%/tree.h \
  %D%/tree_store.c

EXTRA_DIST += %D%/sqlite/schema.sql
BUILT_SOURCES += %D%/sqlite/schema.inc
CLEANFILES += %D%/sqlite/schema.inc

%D%/sqlite/schema.lo: %D%/sqlite/schema.inc

# Each line a C string without its comment.
%D%/sqlite/schema.inc: %D%/sqlite/schema.sql
	$(AM_V_GEN)$(MKDIR_P) %D%/sqlite && \
	sed -e 's/ *--.*//' -e '/^ *$$/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' \
	  -e 's/^/"/' -e 's/$$/\\n"/' $(srcdir)/%D%/sqlite/schema.sql > $@.tmp && mv $@.tmp $@
