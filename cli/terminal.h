/*
 * cli/terminal.h -- looks: colour and progress on a terminal, text made harmless, aligned tables.
 */
#ifndef NOTCH_CLI_TERMINAL_H
#define NOTCH_CLI_TERMINAL_H

#include "cli/cli.h"

#include <stdint.h>

typedef enum cli_style_name {
  CLI_STYLE_PLAIN,
  CLI_STYLE_STRONG,
  CLI_STYLE_DIM,
  CLI_STYLE_GOOD,
  CLI_STYLE_BAD
} cli_style_name;

/* Decides once what standard output and standard error may show; NO_COLOR and TERM are heard. */
void cli_terminal_open(void);
bool cli_colour(FILE *stream);
/* The escape sequence, or "" where there is no colour. */
const char *cli_style(FILE *stream, cli_style_name style);

/* Writes UTF-8 with control characters made visible, so that data cannot steer a terminal. */
void cli_write_text(FILE *to, const char *text, size_t size);

/* A line about long work on standard error, rewritten in place; nothing unless that is a terminal.
 * `total` 0: the end is not known.  `units` is what is counted, already translated. */
void cli_progress_begin(const char *label, const char *units, uint64_t total);
void cli_progress_step(uint64_t done, uint64_t count);
void cli_progress_clear(void); /* before other output; the next step draws it again */
void cli_progress_end(void);

/* A table: cells row by row, the first row is the heading.  Columns are as wide as their widest
 * cell on a screen (Chinese characters take two places). */
typedef struct cli_table {
  size_t columns;
  const char *align; /* one letter a column: 'l' or 'r' */
  char **cells;
  size_t count, room;
} cli_table;

void cli_table_begin(cli_table *table, const char *align);
void cli_table_add(cli_table *table, const char *cell);
void cli_table_addf(cli_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints with `indent` blanks before each row, and ends the table. */
void cli_table_end(cli_table *table, FILE *to, int indent);

#endif
