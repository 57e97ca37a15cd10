/*
 * cli/verb_ask.c -- the verbs that open a ledger, let the library print an answer, and change
 * nothing: balance, refused, info, effects.
 */
#include <config.h>

#include "cli/rules.h"

#include <errno.h>
#include <stdlib.h>

#define JSON_ROW {"json", NULL, N_("print JSON")}
#define END_ROW {NULL, NULL, NULL}

const cli_option cli_balance_options[] = {
  {"at", N_("MOMENT"), N_("the balance of then (now)")},
  {"known", N_("MOMENT"), N_("only what had been recorded by then (everything)")},
  JSON_ROW,
  END_ROW,
};

const cli_option cli_refused_options[] = {JSON_ROW, END_ROW};
const cli_option cli_info_options[] = {JSON_ROW, END_ROW};

const cli_option cli_effects_options[] = {
  {"after", N_("N"), N_("start behind the effect with this number")},
  JSON_ROW,
  END_ROW,
};

static notch_status put_balance(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_balance(ledger, args->operand_count > 1 ? args->operands[1] : NULL,
                              cli_args_value(args, "at"), cli_args_value(args, "known"),
                              cli_view(args), cli_write, stdout);
}

/* Writes, and notes in a bool that there was something to write. */
static int write_noting(void *any, const char *bytes, size_t size)
{
  *(bool *) any |= size > 0;
  return cli_write(stdout, bytes, size);
}

/* A list for people says that it is empty; one for programs is. */
static notch_status put_list(notch_status status, bool any, const cli_args *args,
                             const char *none)
{
  if (status == NOTCH_OK && !any && cli_view(args) != NOTCH_VIEW_JSON) puts(none);
  return status;
}

static notch_status put_refused(notch_ledger *ledger, const cli_args *args)
{
  bool any = false;
  notch_status status = notch_ledger_refused(ledger, cli_view(args), write_noting, &any);
  return put_list(status, any, args, _("No refused event is left to mend."));
}

static notch_status put_info(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_info(ledger, cli_view(args), cli_write, stdout);
}

static notch_status put_effects(notch_ledger *ledger, const cli_args *args)
{
  const char *after = cli_args_value(args, "after");
  bool any = false;
  notch_status status = notch_ledger_effects(ledger, after ? strtoll(after, NULL, 10) : 0,
                                             cli_view(args), write_noting, &any);
  return put_list(status, any, args, _("There is nothing to act on."));
}

int cli_balance_run(const cli_args *args)
{
  return cli_ask(args, put_balance);
}

int cli_refused_run(const cli_args *args)
{
  return cli_ask(args, put_refused);
}

int cli_info_run(const cli_args *args)
{
  return cli_ask(args, put_info);
}

int cli_effects_run(const cli_args *args)
{
  const char *after = cli_args_value(args, "after");
  char *end = NULL;
  errno = 0;
  if (after && (strtoll(after, &end, 10) < 0 || !*after || *end || errno)) {
    return cli_usage(args->verb, _("--after needs a number, not `%s`"), after);
  }
  return cli_ask(args, put_effects);
}
