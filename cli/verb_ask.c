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

typedef notch_status question(notch_ledger *ledger, const cli_args *args, notch_view view);

static int ask(const cli_args *args, question *put)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  if (!ledger) code = CLI_FAILED;
  else if (put(ledger, args, cli_view(args)) != NOTCH_OK) code = cli_fail_on(ledger);
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}

static notch_status put_balance(notch_ledger *ledger, const cli_args *args, notch_view view)
{
  return notch_ledger_balance(ledger, args->operand_count > 1 ? args->operands[1] : NULL,
                              cli_args_value(args, "at"), cli_args_value(args, "known"), view,
                              cli_write, stdout);
}

/* Writes, and notes in a bool that there was something to write. */
static int write_noting(void *any, const char *bytes, size_t size)
{
  *(bool *) any |= size > 0;
  return cli_write(stdout, bytes, size);
}

/* A list for people says that it is empty; one for programs is. */
static notch_status put_list(notch_status status, bool any, notch_view view, const char *none)
{
  if (status == NOTCH_OK && !any && view == NOTCH_VIEW_TEXT) puts(none);
  return status;
}

static notch_status put_refused(notch_ledger *ledger, const cli_args *args, notch_view view)
{
  (void) args;
  bool any = false;
  notch_status status = notch_ledger_refused(ledger, view, write_noting, &any);
  return put_list(status, any, view, _("Nothing was refused."));
}

static notch_status put_info(notch_ledger *ledger, const cli_args *args, notch_view view)
{
  (void) args;
  return notch_ledger_info(ledger, view, cli_write, stdout);
}

static notch_status put_effects(notch_ledger *ledger, const cli_args *args, notch_view view)
{
  const char *after = cli_args_value(args, "after");
  bool any = false;
  notch_status status = notch_ledger_effects(ledger, after ? strtoll(after, NULL, 10) : 0, view,
                                             write_noting, &any);
  return put_list(status, any, view, _("There is nothing to act on."));
}

int cli_balance_run(const cli_args *args)
{
  return ask(args, put_balance);
}

int cli_refused_run(const cli_args *args)
{
  return ask(args, put_refused);
}

int cli_info_run(const cli_args *args)
{
  return ask(args, put_info);
}

int cli_effects_run(const cli_args *args)
{
  const char *after = cli_args_value(args, "after");
  char *end = NULL;
  errno = 0;
  if (after && (strtoll(after, &end, 10) < 0 || !*after || *end || errno)) {
    return cli_usage(args->verb, _("--after needs a number, not `%s`"), after);
  }
  return ask(args, put_effects);
}
