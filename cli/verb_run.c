/*
 * cli/verb_run.c -- `notch run`: rules and events in, who earned what out.
 */
#include <config.h>

#include "cli/bulk.h"
#include "cli/summary.h"
#include "cli/terminal.h"

#include <string.h>

const cli_option cli_run_options[] = {
  {"ledger", N_("FILE"), N_("keep the ledger in this new file")},
  {"to", N_("MOMENT"), N_("let time pass for everyone up to then, at the end")},
  CLI_BULK_OPTION_ROWS,
  {"json", NULL, N_("print everything as one JSON document")},
  {NULL, NULL, NULL},
};

static int print_all(const cli_args *args, const cli_bulk *bulk, const notch_program *program,
                     notch_ledger *ledger)
{
  const char *at = cli_args_value(args, "to"), *name = notch_program_title(program);
  if (!*name) name = notch_program_name(program);
  if (cli_args_has(args, "json")) {
    cli_text text = {NULL, 0, 0};
    cli_text_addf(&text, "{\"program\":");
    cli_text_add_json(&text, name);
    cli_text_addf(&text, ",\"apply\":");
    cli_bulk_json(bulk, ledger, &text);
    cli_text_addf(&text, ",");
    int code = cli_summary_json(ledger, at, &text);
    cli_text_addf(&text, "}");
    if (code == CLI_DONE) puts(text.bytes);
    cli_text_free(&text);
    return code;
  }
  printf("%s%s%s\n\n", cli_style(stdout, CLI_STYLE_STRONG), name,
         cli_style(stdout, CLI_STYLE_PLAIN));
  cli_bulk_print(bulk);
  return cli_summary_print(ledger, at);
}

static int run_events(const cli_args *args, cli_bulk *bulk, const notch_program *program,
                      notch_ledger *ledger)
{
  const char *to = cli_args_value(args, "to");
  int code = cli_bulk_apply(bulk, ledger);
  if (code == CLI_FAILED || code == CLI_USAGE) return code;
  if (to) {
    notch_counts due = {0, 0, 0, 0, 0, 0};
    notch_status status = notch_ledger_advance(ledger, to, &due);
    if (status != NOTCH_OK) return cli_fail_with(ledger, status);
    bulk->counts.transactions += due.transactions;
  }
  int printed = print_all(args, bulk, program, ledger);
  return printed == CLI_DONE ? code : printed;
}

int cli_run_run(const cli_args *args)
{
  cli_rules rules;
  cli_bulk bulk;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_ledger *ledger = NULL;
  int clock_events = 1;
  if (!cli_clock_option(args, &clock_events)) return CLI_USAGE;
  int code = cli_bulk_open(&bulk, args, args->operands[1]);
  if (code != CLI_DONE) return code;
  code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[0]) : NULL;
  options.clock_events = clock_events;
  if (!program) {
    code = CLI_FAILED;
  } else if (notch_ledger_create(&ledger, rules.engine, cli_args_value(args, "ledger"), program,
                                 &options) != NOTCH_OK) {
    code = cli_fail_on(rules.engine);
  } else {
    code = run_events(args, &bulk, program, ledger);
  }
  notch_ledger_close(ledger);
  notch_program_free(program);
  cli_rules_end(&rules);
  cli_bulk_close(&bulk);
  return code;
}
