/*
 * cli/options.c -- reads the words behind a verb by the verb's own table, and says in one
 * sentence what is wrong with them.
 */
#include <config.h>

#include "cli/cli.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int row_of(const cli_verb *verb, const char *name, size_t size)
{
  for (int i = 0; verb->options[i].name; i++) {
    assert(i < CLI_OPTIONS_MAX);
    if (!strncmp(verb->options[i].name, name, size) && !verb->options[i].name[size]) return i;
  }
  return -1;
}

const char *cli_args_value(const cli_args *args, const char *option)
{
  int row = row_of(args->verb, option, strlen(option));
  assert(row >= 0);
  return args->values[row];
}

bool cli_args_has(const cli_args *args, const char *option)
{
  return cli_args_value(args, option) != NULL;
}

static size_t smaller(size_t a, size_t b)
{
  return a < b ? a : b;
}

#define WORD_MAX 32

/* Edits from one word to the other, a swap of neighbours counted as one. */
static size_t distance(const char *from, const char *to)
{
  size_t row[3][WORD_MAX + 1];
  size_t n = strlen(from), m = strlen(to);
  if (n > WORD_MAX || m > WORD_MAX) return SIZE_MAX;
  for (size_t j = 0; j <= m; j++) row[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t *now = row[i % 3], *before = row[(i - 1) % 3], *earlier = row[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= m; j++) {
      size_t changed = before[j - 1] + (from[i - 1] != to[j - 1]);
      now[j] = smaller(changed, smaller(before[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        now[j] = smaller(now[j], earlier[j - 2] + 1);
      }
    }
  }
  return row[n % 3][m];
}

const char *cli_nearest(const char *word, const char *const *names, size_t count)
{
  const char *best = NULL;
  size_t best_distance = strlen(word) / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    size_t d = distance(word, names[i]);
    if (d < best_distance || (d == best_distance && !best)) {
      best = names[i];
      best_distance = d;
    }
  }
  return best;
}

static int unknown_option(const cli_verb *verb, const char *word, size_t size)
{
  const char *names[CLI_OPTIONS_MAX + 1];
  size_t count = 0;
  char *name = cli_format("%.*s", (int) size, word);
  for (; verb->options[count].name; count++) names[count] = verb->options[count].name;
  names[count++] = "help";
  const char *near = cli_nearest(name, names, count);
  int code = near
      ? cli_usage(verb, _("there is no option --%s; did you mean --%s?"), name, near)
      : cli_usage(verb, _("there is no option --%s"), name);
  free(name);
  return code;
}

/* One word that begins with "--"; *next is taken where it is the option's value. */
static int take_option(cli_args *args, const char *word, const char *next, bool *took_next)
{
  const cli_verb *verb = args->verb;
  size_t size = strcspn(word, "=");
  const char *value = word[size] == '=' ? word + size + 1 : NULL;
  int row = row_of(verb, word, size);
  if (row < 0) return unknown_option(verb, word, size);
  const cli_option *option = &verb->options[row];
  if (!option->value) {
    if (value) return cli_usage(verb, _("the option --%s takes no value"), option->name);
    args->values[row] = "";
    return CLI_DONE;
  }
  if (!value) {
    if (!next) {
      return cli_usage(verb, _("the option --%s needs a value: --%s %s"), option->name,
                       option->name, option->value);
    }
    value = next;
    *took_next = true;
  }
  if (args->values[row]) {
    return cli_usage(verb, _("the option --%s is given twice"), option->name);
  }
  args->values[row] = value;
  return CLI_DONE;
}

static int check_operands(const cli_args *args, const char **words)
{
  const cli_verb *verb = args->verb;
  if (args->operand_count < verb->operands_min) {
    return args->operand_count == 0
        ? cli_usage(verb, _("it needs %s"), _(verb->synopsis))
        : cli_usage(verb, _("something is missing after `%s`: it needs %s"),
                    words[args->operand_count - 1], _(verb->synopsis));
  }
  if (verb->operands_max != CLI_OPERANDS_ANY && args->operand_count > verb->operands_max) {
    return cli_usage(verb, _("`%s` is one word too many"), words[verb->operands_max]);
  }
  return CLI_DONE;
}

int cli_args_parse(cli_args *args, const cli_verb *verb, int count, const char **words,
                   bool *help)
{
  int kept = 0;
  bool options = true;
  memset(args, 0, sizeof *args);
  args->verb = verb;
  *help = false;
  for (int i = 0; i < count; i++) {
    const char *word = words[i];
    bool took_next = false;
    if (!options || word[0] != '-' || !word[1]) {
      words[kept++] = word;
    } else if (!strcmp(word, "--")) {
      options = false;
    } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
      *help = true;
    } else if (word[1] != '-') {
      return cli_usage(verb, _("there is no option %s; options have two dashes"), word);
    } else {
      int code = take_option(args, word + 2, i + 1 < count ? words[i + 1] : NULL, &took_next);
      if (code != CLI_DONE) return code;
      i += took_next;
    }
  }
  args->operands = words;
  args->operand_count = kept;
  if (kept < count) words[kept] = NULL;
  return *help ? CLI_DONE : check_operands(args, words);
}
