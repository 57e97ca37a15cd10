# The command: it sees <notch.h> only.  A verb is a row of verbs.def, a file here and a page below.
bin_PROGRAMS += notch
notch_SOURCES = \
  cli/bulk.c cli/bulk.h \
  cli/cli.h \
  cli/files.c \
  cli/help.c \
  cli/lsp.h cli/lsp_ask.c cli/lsp_check.c cli/lsp_kind.def cli/lsp_load.c cli/lsp_text.c \
  cli/lsp_wire.c \
  cli/main.c \
  cli/options.c \
  cli/pages.c \
  cli/repl_line.c cli/repl_line.h \
  cli/repl_read.c cli/repl_read.h \
  cli/rules.c cli/rules.h \
  cli/summary.c cli/summary.h \
  cli/table.c \
  cli/terminal.c cli/terminal.h \
  cli/text.c \
  cli/verb_advance.c \
  cli/verb_apply.c \
  cli/verb_audit.c \
  cli/verb_ask.c \
  cli/verb_backtest.c \
  cli/verb_backup.c \
  cli/verb_check.c \
  cli/verb_dump.c \
  cli/verb_export.c \
  cli/verb_fmt.c \
  cli/verb_help.c \
  cli/verb_init.c \
  cli/verb_liability.c \
  cli/verb_lsp.c \
  cli/verb_new.c \
  cli/verb_publish.c \
  cli/verb_repl.c \
  cli/verb_run.c \
  cli/verb_seal.c \
  cli/verb_statement.c \
  cli/verb_test.c \
  cli/verbs.def
notch_CPPFLAGS = -I$(top_builddir) -I$(top_srcdir)/engine -I$(top_srcdir) $(YAJL_CFLAGS) \
  -DNOTCH_LOCALEDIR='"$(localedir)"' -DNOTCH_RULESDIR='"$(pkgdatadir)/rules"'
notch_LDADD = libnotch.la $(YAJL_LIBS) $(UNISTRING_LIBS) $(READLINE_LIBS)

# Manual pages and completions are printed by the command itself, from the tables that it parses
# its options by.
NOTCH_PAGES = cli/man/notch.1 \
  cli/man/notch-advance.1 cli/man/notch-apply.1 cli/man/notch-backtest.1 \
  cli/man/notch-backup.1 cli/man/notch-balance.1 \
  cli/man/notch-check.1 \
  cli/man/notch-dump.1 cli/man/notch-effects.1 cli/man/notch-explain-code.1 cli/man/notch-fmt.1 \
  cli/man/notch-help.1 cli/man/notch-info.1 cli/man/notch-init.1 cli/man/notch-lsp.1 \
  cli/man/notch-new.1 \
  cli/man/notch-publish.1 cli/man/notch-refused.1 cli/man/notch-repl.1 cli/man/notch-run.1 \
  cli/man/notch-statement.1 cli/man/notch-liability.1 cli/man/notch-export.1 \
  cli/man/notch-explain.1 cli/man/notch-receipt.1 cli/man/notch-replay.1 \
  cli/man/notch-seal.1 cli/man/notch-verify.1 \
  cli/man/notch-test.1
man_MANS = $(NOTCH_PAGES)
$(NOTCH_PAGES): notch$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) cli/man && verb=`basename $@ .1 | sed 's/^notch-*//'` && \
	LC_ALL=C ./notch$(EXEEXT) help --manual $$verb >$@.new && mv -f $@.new $@

bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
nodist_bashcomp_DATA = cli/complete/notch
nodist_zshcomp_DATA = cli/complete/_notch
nodist_fishcomp_DATA = cli/complete/notch.fish
NOTCH_COMPLETIONS = cli/complete/notch cli/complete/_notch cli/complete/notch.fish
$(NOTCH_COMPLETIONS): notch$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) cli/complete && case $@ in \
	*_notch) shell=zsh ;; *.fish) shell=fish ;; *) shell=bash ;; esac && \
	LC_ALL=C ./notch$(EXEEXT) help --completions $$shell >$@.new && mv -f $@.new $@

CLEANFILES += $(NOTCH_PAGES) $(NOTCH_COMPLETIONS)
