/*
 * cli/cli.h -- what the verbs of the command share: the verb and option tables, exit codes,
 * translation, and the two ways to fail.
 *
 * The command is an ordinary embedder of libnotch: of engine/ it includes <notch.h> only.
 */
#ifndef NOTCH_CLI_CLI_H
#define NOTCH_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Uses of these need <config.h> before them. */
#ifdef ENABLE_NLS
#include <libintl.h>
#define _(text) gettext(text)
#define ngettext_(one, many, n) ngettext(one, many, n)
#else
#define _(text) (text)
#define ngettext_(one, many, n) ((n) == 1 ? (one) : (many))
#endif
#define N_(text) text

typedef enum cli_exit {
  CLI_DONE = 0,
  CLI_FAILED = 1,   /* could not do it */
  CLI_USAGE = 2,    /* wrong usage */
  CLI_FINDINGS = 3  /* done, but events were refused, a test failed, a check found something */
} cli_exit;

typedef struct cli_option {
  const char *name;  /* without the dashes */
  const char *value; /* what its value is called, "MOMENT"; NULL: a switch */
  const char *brief;
} cli_option;

#define CLI_OPTIONS_MAX 16
#define CLI_OPERANDS_ANY (-1)

struct cli_args;

typedef struct cli_verb {
  const char *name;
  const char *group;    /* the heading it stands under in the help */
  int operands_min, operands_max;
  const char *synopsis; /* the operands, as shown */
  const char *brief;
  const char *text;     /* the long help */
  const char *operands_kind; /* for completions: "files", "verbs", or words to choose from */
  const cli_option *options; /* ends with a row without a name */
  int (*run)(const struct cli_args *args);
} cli_verb;

typedef struct cli_args {
  const cli_verb *verb;
  const char *values[CLI_OPTIONS_MAX]; /* by the option's row; NULL: not given; switches: "" */
  const char *const *operands;         /* NULL after the last */
  int operand_count;
} cli_args;

/* All verbs, in the order of verbs.def; ends with a row without a name. */
extern const cli_verb cli_verbs[];
const cli_verb *cli_verb_find(const char *name);

/*
 * Reads the words after the verb into `args`; operands are moved to the front of `words`.
 * CLI_DONE, or CLI_USAGE after a sentence on standard error.  *help: --help was among them.
 */
int cli_args_parse(cli_args *args, const cli_verb *verb, int count, const char **words,
                   bool *help);
/* The value of an option of the verb's own table; a switch that was given is "". */
const char *cli_args_value(const cli_args *args, const char *option);
bool cli_args_has(const cli_args *args, const char *option);

/* The nearest of `count` names (at `stride` bytes), or NULL when none is near. */
const char *cli_nearest(const char *word, const char *const *names, size_t count);

/* Both print one sentence on standard error, "notch: ...", and return the exit code. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_usage(const cli_verb *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The sentence alone, without an exit code. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends standard output: CLI_FAILED with a sentence if something could not be written. */
int cli_finish(int code);

/* The help of one verb, and of all. */
void cli_help_verb(FILE *to, const cli_verb *verb);
void cli_help_all(FILE *to);
/* Words filled into lines; a line break in the text is one in the output. */
void cli_fill(FILE *to, const char *text, int indent);
/* Made from the same table: 0, or CLI_USAGE for an unknown shell. */
int cli_pages_completions(FILE *to, const char *shell);
void cli_pages_manual(FILE *to, const cli_verb *verb); /* NULL: the page of the command */

void *cli_alloc(size_t size);              /* never NULL: ends the command when there is none */
void *cli_realloc(void *old, size_t size);
char *cli_format(const char *format, ...) __attribute__((format(printf, 1, 2))); /* owned */

#define VERB(id, name, group, min, max, kind, synopsis, brief, text) \
  extern const cli_option cli_##id##_options[];                      \
  int cli_##id##_run(const cli_args *args);
#include "cli/verbs.def"
#undef VERB

#endif
