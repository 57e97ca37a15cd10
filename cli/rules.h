/*
 * cli/rules.h -- where things are and how they come in: rules folders, files, compiling, ledgers.
 */
#ifndef NOTCH_CLI_RULES_H
#define NOTCH_CLI_RULES_H

#include "cli/cli.h"

#include <notch.h>
#include <stdint.h>

/* The folder of the standard rules, owned: $NOTCH_RULES, else where they are installed, else
 * beside the command in a build tree.  NULL: none of them is there. */
char *cli_rules_folder(void);

#define CLI_SCRIPT_BYTES_MAX ((size_t) 16 << 20)

/* A whole file, "-" for standard input; owned, with a zero byte behind it.  NULL after a
 * sentence on standard error. */
char *cli_file_read(const char *path, size_t size_max, size_t *size);
/* Checks what fopen would not say well, and opens.  "-" is standard input. */
FILE *cli_file_open(const char *path);

/* What the diagnostics of one compilation came to. */
typedef struct cli_findings {
  FILE *to;
  notch_view view;
  uint32_t errors, warnings;
} cli_findings;

typedef struct cli_rules {
  notch_engine *engine;
  notch_compile_options options;
  char *folder;
  cli_findings findings;
} cli_rules;

/* An engine, and compile options that print diagnostics: as text to standard error, or as JSON
 * Lines to standard output.  CLI_DONE or CLI_FAILED; end with cli_rules_end in either case. */
int cli_rules_begin(cli_rules *rules, bool json);
void cli_rules_end(cli_rules *rules);

/* Prints what went wrong with the engine itself, once; a script's errors were printed already. */
int cli_rules_fail(const cli_rules *rules, const char *path, notch_status status);
/* NULL after everything has been said. */
notch_program *cli_rules_load(cli_rules *rules, const char *path);

/* The text of a handle's last error, as the command's own sentence. */
int cli_fail_on(const void *handle);
/* The same of a call that was given options as they were written: CLI_USAGE where one cannot be
 * read. */
int cli_fail_with(const void *handle, notch_status status);
/* Opens a ledger or says why not; NULL then.  `clock_events` as notch_ledger_options has it. */
notch_ledger *cli_ledger_open(notch_engine *engine, const char *path, bool read_only,
                              int clock_events);
/* Opens the ledger that the first operand names, to read it, and lets `put` print an answer. */
typedef notch_status cli_question(notch_ledger *ledger, const cli_args *args);
int cli_ask(const cli_args *args, cli_question *put);
/* --clock events|machine, 1 or -1; untouched if it is not given.  False after a usage sentence. */
bool cli_clock_option(const cli_args *args, int *clock_events);

/* A notch_write to the FILE * that is its payload. */
int cli_write(void *file, const char *bytes, size_t size);
/* The view that --json and the terminal ask for. */
notch_view cli_view(const cli_args *args);

/* A growing text, and a notch_write into it. */
typedef struct cli_text {
  char *bytes; /* ends with a zero byte once anything was written */
  size_t size, room;
} cli_text;
int cli_text_write(void *text, const char *bytes, size_t size);
void cli_text_addf(cli_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for one JSON string, quoted. */
void cli_text_add_json(cli_text *text, const char *bytes);
void cli_text_free(cli_text *text);
/* Writes a file: what was there is replaced in one step and keeps its permissions, or stays as it
 * is where the disk is full.  CLI_FAILED after a sentence on standard error. */
int cli_file_write(const char *path, const cli_text *text);

#endif
