/*
 * cli/verb_backtest.c -- `notch backtest`: what would have happened under other rules.
 */
#include <config.h>

#include "cli/rules.h"

#include <string.h>
#include <sys/stat.h>

const cli_option cli_backtest_options[] = {
  {"from", N_("DAY"), N_("count from that day on; events before give members their history")},
  {"to", N_("DAY"), N_("up to the end of that day (to the newest event)")},
  {"html", N_("FILE"), N_("write a page with pictures as well")},
  {"json", NULL, N_("print JSON")},
  {NULL, NULL, NULL},
};

/* A page may be written once more; a ledger, or rules, are not to be lost by a slip of the hand. */
static bool may_be_written(const char *path)
{
  static const char begin[] = "<!doctype html>";
  char found[sizeof begin] = "";
  struct stat about;
  if (stat(path, &about) || !S_ISREG(about.st_mode) || about.st_size == 0)
    return true;
  FILE *file = fopen(path, "rb");
  bool read = file && fread(found, 1, sizeof begin - 1, file) == sizeof begin - 1;
  if (file)
    fclose(file);
  return read && !strcmp(found, begin);
}

static int run(const cli_args *args, notch_ledger *ledger, const notch_program *program)
{
  notch_backtest_options options = NOTCH_BACKTEST_OPTIONS_INIT;
  const char *path = cli_args_value(args, "html");
  cli_text page = {NULL, 0, 0};
  options.from = cli_args_value(args, "from");
  options.to = cli_args_value(args, "to");
  options.html = path ? cli_text_write : NULL;
  options.html_payload = &page;
  notch_status status =
      notch_ledger_backtest(ledger, program, &options, cli_view(args), cli_write, stdout);
  int code = status == NOTCH_OK ? CLI_DONE : cli_fail_with(ledger, status);
  if (path && code == CLI_DONE) code = cli_file_write(path, &page);
  cli_text_free(&page);
  return code;
}

int cli_backtest_run(const cli_args *args)
{
  cli_rules rules;
  const char *path = cli_args_value(args, "html");
  if (path && !may_be_written(path))
    return cli_fail(_("%s is there already and is no page; choose another name"), path);
  int code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[1]) : NULL;
  notch_ledger *ledger =
      program ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  code = ledger ? run(args, ledger, program) : CLI_FAILED;
  notch_ledger_close(ledger);
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}
