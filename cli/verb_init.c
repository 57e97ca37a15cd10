/*
 * cli/verb_init.c -- `notch init`: a new ledger with a first version of the rules.
 */
#include <config.h>

#include "cli/rules.h"

const cli_option cli_init_options[] = {
  {"from", N_("MOMENT"), N_("the rules are in force from then on (always)")},
  {"rollback", NULL, N_("for file systems without shared memory, such as network drives")},
  {"clock", N_("events|machine"), N_("where the time of recording comes from")},
  {NULL, NULL, NULL},
};

int cli_init_run(const cli_args *args)
{
  cli_rules rules;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  const char *path = args->operands[0];
  int clock_events = 0;
  if (!cli_clock_option(args, &clock_events)) return CLI_USAGE;
  int code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[1]) : NULL;
  if (program) {
    notch_ledger *ledger = NULL;
    options.from = cli_args_value(args, "from");
    options.rollback = cli_args_has(args, "rollback");
    options.clock_events = clock_events;
    notch_status status = notch_ledger_create(&ledger, rules.engine, path, program, &options);
    if (status != NOTCH_OK) {
      code = cli_fail_with(rules.engine, status);
    } else {
      const char *title = notch_program_title(program);
      printf(_("%s: a new ledger for %s, rules %.12s\n"), path,
             *title ? title : notch_program_name(program), notch_program_identity(program));
    }
    notch_ledger_close(ledger);
  } else {
    code = CLI_FAILED;
  }
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}
