/*
 * cli/bulk.h -- a whole file of events into a ledger, with progress, and what became of its lines.
 */
#ifndef NOTCH_CLI_BULK_H
#define NOTCH_CLI_BULK_H

#include "cli/rules.h"

typedef struct cli_bulk_line {
  uint64_t line;
  notch_answer answer;
  char *id, *reason, *sentence;
} cli_bulk_line;

/* Lines kept to be shown; the rest is counted. */
#define CLI_BULK_LINES_MAX 10

typedef struct cli_bulk {
  const char *path;
  FILE *file;
  bool csv;
  const char *type, *ahead; /* NULL: not said */
  bool begun;               /* some of the file was asked for */
  notch_counts counts;
  cli_bulk_line lines[CLI_BULK_LINES_MAX];
  size_t line_count;
} cli_bulk;

#define CLI_BULK_OPTION_ROWS                                                                      \
  {"csv", NULL, N_("the events are CSV; the first line names the fields")},                       \
      {"type", N_("TYPE"), N_("the type of CSV events where no column says it")},                 \
      {"ahead", N_("D"), N_("how far events may be after the clock, as in \"3 days\" (1 day)")},  \
      {"clock", N_("events|machine"), N_("where the time of recording comes from")}

/* Opens the events named by the options of `args`; CLI_DONE, or another code after a sentence. */
int cli_bulk_open(cli_bulk *bulk, const cli_args *args, const char *path);
/* Applies all of it.  Unreadable lines are named on standard error as they come.  CLI_DONE,
 * CLI_FINDINGS where a line was refused or unreadable; after a sentence CLI_FAILED, or CLI_USAGE
 * where an option cannot be read and nothing was begun. */
int cli_bulk_apply(cli_bulk *bulk, notch_ledger *ledger);
void cli_bulk_close(cli_bulk *bulk);

/* {"applied":...,"head":"..."} */
void cli_bulk_json(const cli_bulk *bulk, notch_ledger *ledger, cli_text *to);
/* The counts for people, and the first lines that were refused. */
void cli_bulk_print(const cli_bulk *bulk);

#endif
