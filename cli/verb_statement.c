/*
 * cli/verb_statement.c -- `notch statement`: what a member would read.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_statement_options[] = {
  {"from", N_("DAY"), N_("entries from that day on (from the first)")},
  {"to", N_("DAY"), N_("up to the end of that day (now)")},
  {"json", NULL, N_("print JSON")},
  {NULL, NULL, NULL},
};

static notch_status put_statement(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_statement(ledger, args->operands[1], cli_args_value(args, "from"),
                                cli_args_value(args, "to"), cli_view(args), cli_write, stdout);
}

int cli_statement_run(const cli_args *args)
{
  return cli_ask(args, put_statement);
}
