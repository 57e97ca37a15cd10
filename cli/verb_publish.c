/*
 * cli/verb_publish.c -- `notch publish`: a further version of the rules.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_publish_options[] = {
  {"from", N_("MOMENT"), N_("in force from then on (now)")},
  {"dry-run", NULL, N_("say what would change, and publish nothing")},
  {"json", NULL, N_("print a JSON document")},
  {NULL, NULL, NULL},
};

int cli_publish_run(const cli_args *args)
{
  cli_rules rules;
  bool dry = cli_args_has(args, "dry-run"), json = cli_args_has(args, "json");
  int code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[1]) : NULL;
  notch_ledger *ledger =
      program ? cli_ledger_open(rules.engine, args->operands[0], false, 0) : NULL;
  notch_status status =
      ledger ? notch_ledger_publish_as(ledger, program, cli_args_value(args, "from"), dry,
                                       json ? NOTCH_VIEW_JSON : NOTCH_VIEW_TEXT, cli_write, stdout)
             : NOTCH_OK;
  if (!ledger) {
    code = CLI_FAILED;
  } else if (status != NOTCH_OK) {
    code = cli_fail_with(ledger, status);
  } else if (dry && !json) {
    puts(_("Nothing was published."));
  }
  notch_ledger_close(ledger);
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}
