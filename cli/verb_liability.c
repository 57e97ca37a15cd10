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

static notch_status put_liability(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_liability(ledger, cli_args_value(args, "at"),
                                cli_args_value(args, "redeemed"), cli_view(args), cli_write,
                                stdout);
}

int cli_liability_run(const cli_args *args)
{
  return cli_ask(args, put_liability);
}
