/*
 * cli/verb_advance.c -- `notch advance`: lets time pass for everyone.
 */
#include <config.h>

#include "cli/rules.h"

#include <inttypes.h>

const cli_option cli_advance_options[] = {
  {"to", N_("MOMENT"), N_("up to when; required")},
  {"clock", N_("events|machine"), N_("where the time of recording comes from")},
  {"json", NULL, N_("print the count as one JSON document")},
  {NULL, NULL, NULL},
};

static void print_count(const cli_args *args, uint64_t count)
{
  if (cli_args_has(args, "json")) {
    printf("{\"transactions\":%" PRIu64 "}\n", count);
  } else if (count == 0) {
    puts(_("Nothing was due."));
  } else {
    printf(ngettext_("%" PRIu64 " transaction of what was due\n",
                     "%" PRIu64 " transactions of what was due\n", count), count);
  }
}

int cli_advance_run(const cli_args *args)
{
  cli_rules rules;
  notch_counts counts = {0, 0, 0, 0, 0, 0};
  const char *to = cli_args_value(args, "to");
  int clock_events = 0;
  if (!to) return cli_usage(args->verb, _("up to when? Give --to MOMENT"));
  if (!cli_clock_option(args, &clock_events)) return CLI_USAGE;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], false, clock_events) : NULL;
  notch_status status = ledger ? notch_ledger_advance(ledger, to, &counts) : NOTCH_OK;
  if (!ledger) {
    code = CLI_FAILED;
  } else if (status != NOTCH_OK) {
    code = cli_fail_with(ledger, status);
  } else {
    print_count(args, counts.transactions);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}
