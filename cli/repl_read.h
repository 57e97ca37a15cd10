/*
 * cli/repl_read.h -- what is typed into the repl: with history and completion at a terminal, and
 * over several lines where the first is not the end of it.
 */
#ifndef NOTCH_CLI_REPL_READ_H
#define NOTCH_CLI_REPL_READ_H

#include <stdbool.h>
#include <stddef.h>

/* Gets ready; `words` (which have to stay) are what the Tab key completes. */
void cli_repl_open(const char *const *words, size_t count);

/* One entry, owned; NULL at the end of the input.  Ctrl-C gives up what was typed of one. */
char *cli_repl_read(bool terminal);

/* Whether more has to come: an object with an open bracket, or a comma or `with` at the end. */
bool cli_repl_goes_on(const char *entry);

#endif
