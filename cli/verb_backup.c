/*
 * cli/verb_backup.c -- `notch backup`: a safe copy of a ledger that is in use.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_backup_options[] = {{NULL, NULL, NULL}};

static notch_status put_backup(notch_ledger *ledger, const cli_args *args)
{
  notch_status status = notch_ledger_backup(ledger, args->operands[1]);
  if (status == NOTCH_OK) {
    printf(_("%s: a copy of %s\n"), args->operands[1], args->operands[0]);
  }
  return status;
}

int cli_backup_run(const cli_args *args)
{
  return cli_ask(args, put_backup);
}
