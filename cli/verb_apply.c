/*
 * cli/verb_apply.c -- `notch apply`: a file of events into a ledger.
 */
#include <config.h>

#include "cli/bulk.h"

#include <stdlib.h>

const cli_option cli_apply_options[] = {
  CLI_BULK_OPTION_ROWS,
  {"json", NULL, N_("print the counts as one JSON document")},
  {NULL, NULL, NULL},
};

static void print_result(const cli_args *args, const cli_bulk *bulk, notch_ledger *ledger)
{
  if (cli_args_has(args, "json")) {
    cli_text text = {NULL, 0, 0};
    cli_bulk_json(bulk, ledger, &text);
    puts(text.bytes);
    cli_text_free(&text);
    return;
  }
  cli_bulk_print(bulk);
  if (bulk->counts.refused > 0) {
    printf(_("\nTo mend them: notch refused %s --json\n"), args->operands[0]);
  }
}

int cli_apply_run(const cli_args *args)
{
  cli_rules rules;
  cli_bulk bulk;
  int clock_events = 0;
  if (!cli_clock_option(args, &clock_events)) return CLI_USAGE;
  int code = cli_bulk_open(&bulk, args, args->operands[1]);
  if (code != CLI_DONE) return code;
  code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], false, clock_events) : NULL;
  if (ledger) {
    code = cli_bulk_apply(&bulk, ledger);
    if (code != CLI_USAGE) print_result(args, &bulk, ledger);
  } else {
    code = CLI_FAILED;
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  cli_bulk_close(&bulk);
  return code;
}
