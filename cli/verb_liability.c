/*
 * cli/verb_liability.c -- `notch liability`: points outstanding and what they mean in money.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_liability_options[] = {
  {"at", N_("DAY"), N_("as of the end of that day (now)")},
  {"redeemed", N_("PERCENT"), N_("the share of points that will ever be used (from history)")},
  {"json", NULL, N_("print JSON")},
  {NULL, NULL, NULL},
};

int cli_liability_run(const cli_args *args)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  if (!ledger) code = CLI_FAILED;
  else if (notch_ledger_liability(ledger, cli_args_value(args, "at"),
                                  cli_args_value(args, "redeemed"), cli_view(args), cli_write,
                                  stdout) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}
