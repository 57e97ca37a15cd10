/*
 * cli/verb_repl.c -- `notch repl`: rules tried by hand on a ledger in memory.
 */
#include <config.h>

#include "cli/repl_line.h"
#include "cli/summary.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined HAVE_READLINE
#include <readline/history.h>
#include <readline/readline.h>
#define LINE_EDITOR 1
#elif defined HAVE_EDITLINE
#include <editline/readline.h>
#define LINE_EDITOR 1
#endif

const cli_option cli_repl_options[] = {{NULL, NULL, NULL}};

typedef struct repl {
  notch_engine *engine;
  notch_ledger *ledger;
  char moment[40]; /* of the last line that had one; empty: the clock */
  unsigned long line_count;
  bool terminal;
} repl;

/* One line without its end, owned; NULL at the end. */
static char *read_line(const repl *r)
{
#ifdef LINE_EDITOR
  if (r->terminal) {
    char *line = readline("notch> ");
    if (line && *line) add_history(line);
    return line;
  }
#endif
  char *line = NULL;
  size_t room = 0;
  if (r->terminal) {
    fputs("notch> ", stdout);
    fflush(stdout);
  }
  ssize_t size = getline(&line, &room, stdin);
  if (size < 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\r\n")] = '\0';
  return line;
}

static const char *moment_now(const repl *r, char *room, size_t size)
{
  time_t now = time(NULL);
  struct tm parts;
  if (r->moment[0]) return r->moment;
  gmtime_r(&now, &parts);
  strftime(room, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return room;
}

static void apply(repl *r, const char *json, size_t size)
{
  notch_event *event = NULL;
  notch_result *result = NULL;
  notch_view view = cli_colour(stdout) ? NOTCH_VIEW_COLOUR : NOTCH_VIEW_TEXT;
  if (notch_event_parse(&event, r->engine, json, size) != NOTCH_OK) {
    cli_fail_on(r->engine);
  } else if (notch_ledger_apply(r->ledger, event, &result) != NOTCH_OK
             || notch_result_write(result, view, cli_write, stdout) != NOTCH_OK) {
    cli_fail_on(r->ledger);
  }
  notch_result_free(result);
  notch_event_free(event);
}

static void let_time_pass(repl *r, const char *to)
{
  notch_counts counts = {0, 0, 0, 0, 0, 0};
  if (notch_ledger_advance(r->ledger, to, &counts) != NOTCH_OK) cli_fail_on(r->ledger);
}

static void take_event(repl *r, const char *text)
{
  cli_repl_line line;
  const char *why = NULL;
  char now[40], id[40];
  snprintf(id, sizeof id, "r-%lu", ++r->line_count);
  if (!cli_repl_line_read(&line, text, moment_now(r, now, sizeof now), id, &why)) {
    cli_say("%s", why);
    return;
  }
  if (line.moment[0]) memcpy(r->moment, line.moment, sizeof r->moment);
  if (line.json.size > 0) apply(r, line.json.bytes, line.json.size);
  else if (line.moment[0]) let_time_pass(r, line.moment);
  cli_repl_line_free(&line);
}

static void show_balance(repl *r, const char *member)
{
  notch_view view = cli_colour(stdout) ? NOTCH_VIEW_COLOUR : NOTCH_VIEW_TEXT;
  const char *at = r->moment[0] ? r->moment : NULL;
  if (notch_ledger_balance(r->ledger, *member ? member : NULL, at, NULL, view, cli_write, stdout)
      != NOTCH_OK) {
    cli_fail_on(r->ledger);
  }
}

static void print_commands(void)
{
  fputs(_("  ann purchase with amount 12.00 CNY     an event, as in a test\n"
          "  at 2026-03-01 09:30 ann ...            the same at that moment\n"
          "  at 2026-04-01 00:00                    let time pass\n"
          "  {\"id\":\"e-1\", ...}                      an event as JSON\n"
          "  balance [MEMBER]   members   refused   help   quit\n"),
        stdout);
}

/* The rest of the line behind a command word, or NULL where it is another one. */
static const char *behind(const char *line, const char *word)
{
  size_t size = strlen(word);
  if (strncmp(line, word, size) || (line[size] && line[size] != ' ')) return NULL;
  return line + size + strspn(line + size, " ");
}

static bool take_line(repl *r, const char *line)
{
  line += strspn(line, " \t");
  const char *rest;
  if (!*line || *line == '#') return true;
  if (!strcmp(line, "quit") || !strcmp(line, "exit")) return false;
  if (*line == '{') apply(r, line, strlen(line));
  else if (!strcmp(line, "help")) print_commands();
  else if ((rest = behind(line, "balance"))) show_balance(r, rest);
  else if (!strcmp(line, "members")) cli_summary_print(r->ledger, r->moment[0] ? r->moment : NULL);
  else if (!strcmp(line, "refused")) {
    notch_ledger_refused(r->ledger, NOTCH_VIEW_TEXT, cli_write, stdout);
  } else take_event(r, line);
  return true;
}

int cli_repl_run(const cli_args *args)
{
  cli_rules rules;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  repl r = {NULL, NULL, "", 0, isatty(STDIN_FILENO)};
  int code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[0]) : NULL;
  options.clock_events = 1;
  r.engine = rules.engine;
  if (!program) {
    code = CLI_FAILED;
  } else if (notch_ledger_create(&r.ledger, rules.engine, NULL, program, &options) != NOTCH_OK) {
    code = cli_fail_on(rules.engine);
  } else {
    if (r.terminal) print_commands();
    for (char *line; (line = read_line(&r)) != NULL; free(line)) {
      if (!take_line(&r, line)) {
        free(line);
        break;
      }
      fflush(stdout);
    }
  }
  notch_ledger_close(r.ledger);
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}
