/*
 * cli/repl_line.h -- an event as written in a test, turned into the JSON that the library reads.
 */
#ifndef NOTCH_CLI_REPL_LINE_H
#define NOTCH_CLI_REPL_LINE_H

#include "cli/rules.h"

typedef struct cli_repl_line {
  cli_text json;     /* empty: the line was a moment only */
  char moment[40];   /* of its `at`; empty: it had none */
  char *member;      /* owned; NULL: an event of the programme */
} cli_repl_line;

/*
 * Reads [at MOMENT] [MEMBER EVENT [as NAME] [of ID] [with FIELD VALUE, ...]].  `moment` is used
 * where the line has none, `id` where it has no NAME.  False: *why says what is wrong (a
 * translated sentence that stays valid).
 */
bool cli_repl_line_read(cli_repl_line *to, const char *line, const char *moment, const char *id,
                        const char **why);
void cli_repl_line_free(cli_repl_line *line);

#endif
