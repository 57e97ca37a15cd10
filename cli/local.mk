# The command: it sees <notch.h> only.
if HAVE_CLI
bin_PROGRAMS += notch
notch_SOURCES = cli/main.c
notch_CPPFLAGS = -I$(top_builddir) -I$(top_srcdir)/engine -I$(top_srcdir) \
  -DNOTCH_LOCALEDIR='"$(localedir)"' -DNOTCH_RULESDIR='"$(pkgdatadir)/rules"'
notch_LDADD = libnotch.la $(READLINE_LIBS)
endif
