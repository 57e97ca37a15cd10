/*
 * cli/verb_audit.c -- the verbs of the auditor that print a report: verify, replay, explain.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#define JSON_ROW {"json", NULL, N_("print one JSON document")}
#define END_ROW {NULL, NULL, NULL}

const cli_option cli_verify_options[] = {
  {"head", N_("HASH"), N_("a published head: say whether the ledger ever had it")},
  JSON_ROW,
  END_ROW,
};

const cli_option cli_replay_options[] = {
  {"rules", N_("RULES"), N_("decide by these rules instead of the recorded versions")},
  {"threads", N_("N"), N_("how many members at a time (2 where they do not touch each other)")},
  JSON_ROW,
  END_ROW,
};

const cli_option cli_explain_options[] = {JSON_ROW, END_ROW};

static int on_progress(void *payload, uint64_t done, uint64_t total)
{
  (void) payload;
  (void) total;
  cli_progress_step(done, done);
  return 0;
}

typedef notch_status audit(notch_ledger *ledger, const notch_audit_options *options,
                           notch_view view, notch_write *write, void *payload,
                           uint64_t *differences);

static int run_audit(const cli_args *args, const char *label, audit *run,
                     notch_audit_options *options, cli_rules *rules)
{
  int code = CLI_FAILED;
  uint64_t differences = 0;
  cli_text text = {NULL, 0, 0};
  notch_ledger *ledger = cli_ledger_open(rules->engine, args->operands[0], true, 0);
  if (!ledger) return CLI_FAILED;
  options->progress = on_progress;
  cli_progress_begin(label, _("transactions"), 0);
  notch_status status = run(ledger, options, cli_view(args), cli_text_write, &text, &differences);
  cli_progress_end();
  if (status != NOTCH_OK) {
    code = cli_fail_with(ledger, status);
  } else {
    fwrite(text.bytes, 1, text.size, stdout);
    code = differences > 0 ? CLI_FINDINGS : CLI_DONE;
  }
  cli_text_free(&text);
  notch_ledger_close(ledger);
  return code;
}

int cli_verify_run(const cli_args *args)
{
  cli_rules rules;
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  options.head = cli_args_value(args, "head");
  int code = cli_rules_begin(&rules, false);
  if (code == CLI_DONE) {
    code = run_audit(args, _("verifying"), notch_ledger_verify, &options, &rules);
  }
  cli_rules_end(&rules);
  return code;
}

/* 0 for nothing written; -1 for what is no number of threads. */
static int threads_of(const char *text)
{
  if (!text) return 0;
  return text[0] >= '1' && text[0] <= '8' && text[1] == '\0' ? text[0] - '0' : -1;
}

int cli_replay_run(const cli_args *args)
{
  cli_rules rules;
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  const char *path = cli_args_value(args, "rules");
  notch_program *program = NULL;
  int threads = threads_of(cli_args_value(args, "threads"));
  if (threads < 0) return cli_usage(args->verb, _("--threads takes a number from 1 to 8"));
  options.threads = (unsigned) threads;
  int code = cli_rules_begin(&rules, false);
  if (code == CLI_DONE && path) {
    program = cli_rules_load(&rules, path);
    code = program ? CLI_DONE : CLI_FAILED;
    options.rules = program;
  }
  if (code == CLI_DONE) {
    code = run_audit(args, _("replaying"), notch_ledger_replay, &options, &rules);
  }
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}

static notch_status put_explain(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_explain(ledger, args->operands[1], cli_view(args), cli_write, stdout);
}

int cli_explain_run(const cli_args *args)
{
  return cli_ask(args, put_explain);
}
