# Generated code: a library of its own, with warnings of its own.
AM_YFLAGS = -d -Wall -Wdangling-alias -Wcounterexamples -Werror
noinst_LTLIBRARIES += libgrammar.la
libgrammar_la_SOURCES =
