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

static notch_status put_export(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_export(ledger, cli_args_value(args, "format"), cli_write, stdout);
}

int cli_export_run(const cli_args *args)
{
  static const char *const formats[] = {"hledger", "beancount", "csv", "jsonl"};
  const char *format = cli_args_value(args, "format");
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
  return cli_ask(args, put_export);
}
