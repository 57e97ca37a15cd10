# Tests.  A unit test written with Check needs three lines in its folder's local.mk:
#   check_PROGRAMS += tests/base/check_rational
#   TESTS += tests/base/check_rational
#   tests_base_check_rational_SOURCES = tests/base/check_rational.c
# and links LDADD below, which is the engine with its internals.
LDADD = libengine.la $(ENGINE_LIBS) $(CHECK_LIBS)
AM_CPPFLAGS += $(CHECK_CFLAGS)

AM_TESTS_ENVIRONMENT = \
  srcdir='$(srcdir)'; top_srcdir='$(top_srcdir)'; top_builddir='$(top_builddir)'; NM='$(NM)'; \
  CC='$(CC)'; NOTCH='$(abs_top_builddir)/notch$(EXEEXT)'; \
  NOTCH_RULES='$(abs_top_srcdir)/stdlib-rules'; TZ=Pacific/Chatham; \
  CK_DEFAULT_TIMEOUT=120; \
  export srcdir top_srcdir top_builddir NM CC NOTCH NOTCH_RULES TZ CK_DEFAULT_TIMEOUT;
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)

include tests/base/local.mk
include tests/syntax/local.mk
include tests/check/local.mk
include tests/code/local.mk
include tests/vm/local.mk
include tests/event/local.mk
include tests/member/local.mk
include tests/ledger/local.mk
include tests/suite/local.mk
include tests/api/local.mk
include tests/apply/local.mk
include tests/audit/local.mk
include tests/report/local.mk
include tests/cli/local.mk
include tests/fuzz/local.mk
include tests/run/local.mk
include tests/oracle/local.mk
include tests/docs/local.mk
include tests/house.mk
