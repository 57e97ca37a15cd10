/*
 * cli/rules.c -- compiles rules and opens ledgers for the verbs, and prints what the compiler says.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

static void report(void *payload, const notch_diagnostic *diagnostic)
{
  cli_findings *findings = payload;
  if (diagnostic->level == NOTCH_LEVEL_ERROR) findings->errors++;
  if (diagnostic->level == NOTCH_LEVEL_WARNING) findings->warnings++;
  notch_diagnostic_write(diagnostic, findings->view, cli_write, findings->to);
}

#ifdef ENABLE_NLS
static const char *translate(const char *format)
{
  return *format ? gettext(format) : format;
}
#endif

int cli_rules_begin(cli_rules *rules, bool json)
{
  const notch_compile_options none = NOTCH_COMPILE_OPTIONS_INIT;
  memset(rules, 0, sizeof *rules);
  rules->options = none;
  rules->folder = cli_rules_folder();
  rules->findings.to = json ? stdout : stderr;
  rules->findings.view = json ? NOTCH_VIEW_JSON
      : cli_colour(stderr) ? NOTCH_VIEW_COLOUR : NOTCH_VIEW_TEXT;
  rules->options.report = report;
  rules->options.report_payload = &rules->findings;
  rules->options.rules_folder = rules->folder;
#ifdef ENABLE_NLS
  rules->options.translate = translate;
#endif
  if (notch_engine_new(&rules->engine, NULL) != NOTCH_OK) return cli_fail(_("out of memory"));
  return CLI_DONE;
}

void cli_rules_end(cli_rules *rules)
{
  notch_engine_free(rules->engine);
  free(rules->folder);
  memset(rules, 0, sizeof *rules);
}

int cli_rules_fail(const cli_rules *rules, const char *path, notch_status status)
{
  if (status == NOTCH_ESCRIPT && rules->findings.errors > 0) {
    if (rules->findings.view != NOTCH_VIEW_JSON) {
      cli_say(ngettext_("%s has %u error", "%s has %u errors", rules->findings.errors), path,
              rules->findings.errors);
    }
    return CLI_FAILED;
  }
  return cli_fail_on(rules->engine);
}

notch_program *cli_rules_load(cli_rules *rules, const char *path)
{
  notch_program *program = NULL;
  size_t size;
  char *bytes = cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size);
  if (!bytes) return NULL;
  notch_status status = notch_program_compile(&program, rules->engine, path, bytes, size,
                                              &rules->options);
  free(bytes);
  if (status != NOTCH_OK) cli_rules_fail(rules, path, status);
  return program;
}

int cli_fail_on(const void *handle)
{
  return cli_fail("%s", notch_error(handle));
}

int cli_fail_with(const void *handle, notch_status status)
{
  int code = cli_fail_on(handle);
  return status == NOTCH_EVALUE ? CLI_USAGE : code;
}

notch_ledger *cli_ledger_open(notch_engine *engine, const char *path, bool read_only,
                              int clock_events)
{
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_ledger *ledger = NULL;
  options.read_only = read_only;
  options.clock_events = clock_events;
  if (notch_ledger_open(&ledger, engine, path, &options) != NOTCH_OK) cli_fail_on(engine);
  return ledger;
}

int cli_ask(const cli_args *args, cli_question *put)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], true, 0) : NULL;
  notch_status status = ledger ? put(ledger, args) : NOTCH_OK;
  if (!ledger) code = CLI_FAILED;
  else if (status != NOTCH_OK) code = cli_fail_with(ledger, status);
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}

bool cli_clock_option(const cli_args *args, int *clock_events)
{
  const char *clock = cli_args_value(args, "clock");
  if (!clock) return true;
  if (!strcmp(clock, "events") || !strcmp(clock, "machine")) {
    *clock_events = !strcmp(clock, "events") ? 1 : -1;
    return true;
  }
  cli_usage(args->verb, _("--clock is `events` or `machine`, not `%s`"), clock);
  return false;
}

notch_view cli_view(const cli_args *args)
{
  if (cli_args_has(args, "json")) return NOTCH_VIEW_JSON;
  return cli_colour(stdout) ? NOTCH_VIEW_COLOUR : NOTCH_VIEW_TEXT;
}
