# The files directly in engine/: the public interface and the writers that see every folder.
libengine_la_SOURCES += \
  engine/api.h \
  engine/api_apply.c \
  engine/api_audit.c \
  engine/api_backtest.c \
  engine/api_balance.c \
  engine/api_bulk.c \
  engine/api_changes.c \
  engine/api_editor.c \
  engine/api_engine.c \
  engine/api_event.c \
  engine/api_impact.c \
  engine/api_ledger.c \
  engine/api_list.c \
  engine/api_program.c \
  engine/api_proof.c \
  engine/api_publish.c \
  engine/api_report.c \
  engine/api_result.c \
  engine/api_script.c \
  engine/api_test.c \
  engine/api_totals.c \
  engine/api_walk.c engine/api_walk.h \
  engine/apply.c engine/apply.h \
  engine/apply_advance.c \
  engine/apply_after.c \
  engine/apply_batches.c engine/apply_batches.h \
  engine/apply_books.c \
  engine/apply_called.c \
  engine/apply_carry.c \
  engine/apply_explain.c engine/apply_explain.h \
  engine/apply_findings.c \
  engine/apply_history.c \
  engine/apply_ids.c \
  engine/apply_journal.c engine/apply_journal.h \
  engine/apply_later.c \
  engine/apply_known.c \
  engine/apply_members.c \
  engine/apply_merged.c \
  engine/apply_names.c \
  engine/apply_read.c \
  engine/apply_refold.c \
  engine/apply_replay.c engine/apply_replay.h \
  engine/apply_rerun.c engine/apply_rerun.h \
  engine/apply_rerun_decide.c \
  engine/apply_rules.c \
  engine/apply_shapes.c \
  engine/apply_versions.c \
  engine/apply_waiting.c \
  engine/apply_write.c
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
