/*
 * cli/verb_backup.c -- `notch backup`: a safe copy of a ledger that is in use.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_backup_options[] = {{NULL, NULL, NULL}};

int cli_backup_run(const cli_args *args)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  if (!ledger) {
    code = CLI_FAILED;
  } else if (notch_ledger_backup(ledger, args->operands[1]) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  } else {
    printf(_("%s: a copy of %s\n"), args->operands[1], args->operands[0]);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}
