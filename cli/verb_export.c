/*
 * cli/verb_export.c -- `notch export`: the journal for other tools.
 */
#include <config.h>

#include "cli/rules.h"

#include <string.h>

const cli_option cli_export_options[] = {
  {"format", "hledger|beancount|csv|jsonl", N_("for which tool")},
  {NULL, NULL, NULL},
};

int cli_export_run(const cli_args *args)
{
  static const char *const formats[] = {"hledger", "beancount", "csv", "jsonl"};
  const char *format = cli_args_value(args, "format");
  cli_rules rules;
  bool known = false;
  if (!format) {
    return cli_usage(args->verb, _("--format is needed: hledger, beancount, csv or jsonl"));
  }
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    known = known || !strcmp(format, formats[i]);
  }
  if (!known) {
    return cli_usage(args->verb, _("--format is hledger, beancount, csv or jsonl, not `%s`"),
                     format);
  }
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  if (!ledger) code = CLI_FAILED;
  else if (notch_ledger_export(ledger, format, cli_write, stdout) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}
