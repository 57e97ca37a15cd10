# The engine: one convenience library that the unit tests link (they see the internals), and the
# shared library, which adds only export control.  The folders append to libengine_la_SOURCES.
noinst_LTLIBRARIES += libengine.la
libengine_la_SOURCES =
libengine_la_LIBADD = libgrammar.la
ENGINE_LIBS = $(SQLITE_LIBS) $(CRYPTO_LIBS) $(YAJL_LIBS) $(UNISTRING_LIBS) $(PTHREAD_LIBS)

include engine/base/local.mk
include engine/syntax/local.mk
include engine/check/local.mk
include engine/code/local.mk
include engine/vm/local.mk
include engine/event/local.mk
include engine/member/local.mk
include engine/ledger/local.mk
include engine/audit/local.mk
include engine/report/local.mk
include engine/suite/local.mk
include engine/apply/local.mk
include engine/api/local.mk

nodist_libengine_la_SOURCES = engine/standard_rules.c
EXTRA_DIST += engine/standard_rules.sh
CLEANFILES += engine/standard_rules.c

# Made each time and replaced only by something else: the rules need no list of their own.
engine/standard_rules.c: standard-rules-always
	@$(MKDIR_P) engine && \
	$(SHELL) $(srcdir)/engine/standard_rules.sh $(srcdir)/stdlib-rules >$@.new && \
	if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi
standard-rules-always:
.PHONY: standard-rules-always

include_HEADERS += engine/notch.h
lib_LTLIBRARIES += libnotch.la
libnotch_la_SOURCES =
libnotch_la_LIBADD = libengine.la $(ENGINE_LIBS)
libnotch_la_LDFLAGS = $(AM_LDFLAGS) -version-info $(NOTCH_ABI) -no-undefined \
  -export-symbols $(srcdir)/engine/notch.sym
libnotch_la_DEPENDENCIES = libengine.la engine/notch.sym
EXTRA_DIST += engine/notch.sym
