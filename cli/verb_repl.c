/*
 * cli/verb_repl.c -- `notch repl`: rules tried by hand on a ledger in memory.
 */
#include <config.h>

#include "cli/repl_line.h"
#include "cli/repl_read.h"
#include "cli/summary.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const cli_option cli_repl_options[] = {{NULL, NULL, NULL}};

typedef struct repl {
  notch_engine *engine;
  notch_ledger *ledger;
  char moment[40]; /* of the last line that had one; empty: the clock */
  char *last;      /* the id of the last event; NULL: none */
  unsigned long line_count;
  bool terminal;
  char **words; /* that the Tab key completes */
  size_t word_count, word_room;
} repl;

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
  } else if (notch_result_number(result) > 0) {
    free(r->last);
    r->last = cli_format("#%lld", (long long) notch_result_number(result));
  }
  notch_result_free(result);
  notch_event_free(event);
}

static void let_time_pass(repl *r, const char *to)
{
  notch_counts counts = {0, 0, 0, 0, 0, 0};
  if (notch_ledger_advance(r->ledger, to, &counts) != NOTCH_OK) cli_fail_on(r->ledger);
  else if (counts.transactions > 0) {
    unsigned long due = (unsigned long) counts.transactions;
    printf(ngettext_("%lu transaction fell due\n", "%lu transactions fell due\n", due), due);
  }
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

static void explain(repl *r, const char *event)
{
  notch_view view = cli_colour(stdout) ? NOTCH_VIEW_COLOUR : NOTCH_VIEW_TEXT;
  if (!*event && r->last) event = r->last;
  if (!*event) cli_say(_("there is no event yet to explain"));
  else if (notch_ledger_explain(r->ledger, event, view, cli_write, stdout) != NOTCH_OK) {
    cli_fail_on(r->ledger);
  }
}

static void show_statement(repl *r, const char *member)
{
  if (!*member) cli_say(_("write whose: `statement ann`"));
  else if (notch_ledger_statement(r->ledger, member, NULL, NULL, NOTCH_VIEW_TEXT, cli_write, stdout)
           != NOTCH_OK) {
    cli_fail_on(r->ledger);
  }
}

static void show_members(repl *r, const char *rest)
{
  (void) rest;
  cli_summary_print(r->ledger, r->moment[0] ? r->moment : NULL);
}

static void show_refused(repl *r, const char *rest)
{
  (void) rest;
  notch_ledger_refused(r->ledger, NOTCH_VIEW_TEXT, cli_write, stdout);
}

static void show_help(repl *r, const char *rest);

static const struct {
  const char *word, *operand, *brief;
  void (*run)(repl *r, const char *rest);
} commands[] = {
  {"balance", N_("[MEMBER]"), N_("points and tiers, of everybody or of one"), show_balance},
  {"statement", N_("MEMBER"), N_("each entry of a member"), show_statement},
  {"explain", N_("[EVENT]"), N_("why an event, or the last one, came out as it did"), explain},
  {"members", "", N_("a table of all members"), show_members},
  {"refused", "", N_("the events that were refused"), show_refused},
  {"help", "", N_("this"), show_help},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void show_help(repl *r, const char *rest)
{
  cli_table table;
  (void) r;
  (void) rest;
  cli_table_begin(&table, "ll");
  cli_table_add(&table, "ann purchase with amount 12.00 CNY");
  cli_table_add(&table, _("an event, as in a test"));
  cli_table_add(&table, "at 2026-03-01 09:30 ann ...");
  cli_table_add(&table, _("the same at that moment"));
  cli_table_add(&table, "at 2026-04-01 00:00");
  cli_table_add(&table, _("let time pass"));
  cli_table_add(&table, "{\"id\":\"e-1\", ...}");
  cli_table_add(&table, _("an event as JSON"));
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    cli_table_addf(&table, "%s %s", commands[i].word,
                   *commands[i].operand ? _(commands[i].operand) : "");
    cli_table_add(&table, _(commands[i].brief));
  }
  cli_table_add(&table, "quit");
  cli_table_add(&table, _("the end; Ctrl-C gives up a line"));
  cli_table_end(&table, stdout, 2);
}

/* The rest of the line behind a command word, or NULL where it is another one. */
static const char *behind(const char *line, const char *word)
{
  size_t size = strlen(word);
  if (strncmp(line, word, size) || (line[size] && line[size] != ' ')) return NULL;
  return line + size + strspn(line + size, " ");
}

static bool take_line(repl *r, char *line)
{
  line += strspn(line, " \t");
  for (size_t size = strlen(line); size > 0 && strchr(" \t", line[size - 1]); size--) {
    line[size - 1] = '\0';
  }
  if (!*line || *line == '#') return true;
  if (!strcmp(line, "quit") || !strcmp(line, "exit")) return false;
  if (*line == '{') {
    apply(r, line, strlen(line));
    return true;
  }
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    const char *rest = behind(line, commands[i].word);
    if (!rest) continue;
    commands[i].run(r, rest);
    return true;
  }
  take_event(r, line);
  return true;
}

static void add_word(repl *r, const char *word)
{
  if (r->word_count == r->word_room) {
    r->word_room = r->word_room * 2 + 32;
    r->words = cli_realloc(r->words, r->word_room * sizeof *r->words);
  }
  r->words[r->word_count++] = cli_format("%s", word);
}

/* What may be typed of the rules: events, their fields, and the names that are values. */
static int add_declared(void *payload, const notch_declared *declared)
{
  static const char *const kinds[] = {
    "event", "field", "value", "points", "currency", "reward", "payment", "tier", "pool",
  };
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!strcmp(kinds[i], declared->kind) && *declared->name) add_word(payload, declared->name);
  }
  return 0;
}

static void learn_words(repl *r, const char *path, const cli_rules *rules)
{
  size_t size;
  char *bytes = strcmp(path, "-") ? cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size) : NULL;
  for (size_t i = 0; i < COMMAND_COUNT; i++) add_word(r, commands[i].word);
  if (bytes) {
    notch_outline(r->engine, path, bytes, size, &rules->options, add_declared, r);
  }
  free(bytes);
  cli_repl_open((const char *const *) r->words, r->word_count);
}

static void forget(repl *r)
{
  for (size_t i = 0; i < r->word_count; i++) free(r->words[i]);
  free(r->words);
  free(r->last);
  notch_ledger_close(r->ledger);
}

int cli_repl_run(const cli_args *args)
{
  cli_rules rules;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  repl r = {NULL, NULL, "", NULL, 0, isatty(STDIN_FILENO), NULL, 0, 0};
  int code = cli_rules_begin(&rules, false);
  notch_program *program = rules.engine ? cli_rules_load(&rules, args->operands[0]) : NULL;
  options.clock_events = 1;
  r.engine = rules.engine;
  if (!program) {
    code = CLI_FAILED;
  } else if (notch_ledger_create(&r.ledger, rules.engine, NULL, program, &options) != NOTCH_OK) {
    code = cli_fail_on(rules.engine);
  } else {
    if (r.terminal) {
      learn_words(&r, args->operands[0], &rules);
      show_help(&r, "");
    }
    for (char *line; (line = cli_repl_read(r.terminal)) != NULL; free(line)) {
      if (!take_line(&r, line)) {
        free(line);
        break;
      }
      fflush(stdout);
    }
  }
  forget(&r);
  notch_program_free(program);
  cli_rules_end(&rules);
  return code;
}
