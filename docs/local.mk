# Manual pages and documents that are installed, and the programs that embedding.md shows.
dist_man_MANS += docs/man/notch.5

DOCS_EXAMPLES = docs/examples/till$(EXEEXT) docs/examples/batch$(EXEEXT)
check_PROGRAMS += docs/examples/till docs/examples/batch
docs_examples_till_SOURCES = docs/examples/till.c
docs_examples_till_CPPFLAGS = -I$(top_srcdir)/engine
docs_examples_till_LDADD = libnotch.la
docs_examples_batch_SOURCES = docs/examples/batch.c
docs_examples_batch_CPPFLAGS = -I$(top_srcdir)/engine
docs_examples_batch_LDADD = libnotch.la
