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

int cli_statement_run(const cli_args *args)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  if (!ledger) code = CLI_FAILED;
  else if (notch_ledger_statement(ledger, args->operands[1], cli_args_value(args, "from"),
                                  cli_args_value(args, "to"), cli_view(args), cli_write,
                                  stdout) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}
