# Generated code: a library of its own, with warnings of its own.
AM_YFLAGS = -d -Wall -Wdangling-alias -Wcounterexamples -Werror
noinst_LTLIBRARIES += libgrammar.la
libgrammar_la_SOURCES = grammar/parser.y grammar/scanner.l  # different stems: both become .c
libgrammar_la_CFLAGS = $(PLAIN_CFLAGS)
BUILT_SOURCES += grammar/parser.h
