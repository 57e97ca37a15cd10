/*
 * cli/help.c -- help on a terminal, made from the tables of verbs and options.
 */
#include <config.h>

#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

#define HELP_WIDTH 78

static void heading(FILE *to, const char *text)
{
  fprintf(to, "%s%s%s\n", cli_style(to, CLI_STYLE_STRONG), text, cli_style(to, CLI_STYLE_PLAIN));
}

static int width_of(const char *text, size_t size)
{
  int width = u8_width((const uint8_t *) text, size, "UTF-8");
  return width < 0 ? 0 : width;
}

void cli_fill(FILE *to, const char *text, int indent)
{
  int at = 0;
  while (*text) {
    /* A line that begins with a blank is an example: as it stands. */
    if (at == 0 && *text == ' ') {
      size_t line = strcspn(text, "\n");
      fprintf(to, "%*s%.*s\n", indent, "", (int) line, text);
      text += line + (text[line] == '\n');
      continue;
    }
    size_t word = strcspn(text, " \n");
    int width = width_of(text, word);
    if (at > 0 && at + 1 + width > HELP_WIDTH) {
      fputc('\n', to);
      at = 0;
    }
    if (word > 0) {
      at += fprintf(to, "%*s", at == 0 ? indent : 1, "");
      fwrite(text, 1, word, to);
      at += width;
    }
    text += word;
    for (; *text == '\n'; text++) {
      fputc('\n', to);
      at = 0;
    }
    if (*text == ' ') text++;
  }
  if (at > 0) fputc('\n', to);
}

static void columns(FILE *to, const char *left, int left_width, const char *right)
{
  int missing = left_width - width_of(left, strlen(left));
  fprintf(to, "  %s%*s  %s\n", left, missing > 0 ? missing : 0, "", right);
}

static bool first_of_group(const cli_verb *verb)
{
  for (const cli_verb *before = cli_verbs; before != verb; before++) {
    if (!strcmp(before->group, verb->group)) return false;
  }
  return true;
}

void cli_help_all(FILE *to)
{
  fprintf(to, _("usage: notch VERB [options] ...\n\n"));
  cli_fill(to, _("Loyalty points and tier rules: scripts that read like terms and conditions, "
                 "and a ledger that only grows."), 0);
  for (const cli_verb *group = cli_verbs; group->name; group++) {
    if (!first_of_group(group)) continue;
    fputc('\n', to);
    heading(to, _(group->group));
    for (const cli_verb *verb = group; verb->name; verb++) {
      if (strcmp(verb->group, group->group)) continue;
      columns(to, verb->name, 12, _(verb->brief));
    }
  }
  fputc('\n', to);
  fputs(_("`notch VERB --help` tells more. Codes: 0 done, 1 could not do it, 2 wrong usage,\n"
          "3 done, but something was refused, failed or found.\n"), to);
}

static char *option_label(const cli_option *option)
{
  return option->value ? cli_format("--%s %s", option->name, _(option->value))
                       : cli_format("--%s", option->name);
}

void cli_help_verb(FILE *to, const cli_verb *verb)
{
  int widest = 6;
  fprintf(to, _("usage: notch %s %s%s\n\n"), verb->name,
          verb->options[0].name ? _("[options] ") : "", _(verb->synopsis));
  cli_fill(to, _(verb->text), 0);
  for (const cli_option *option = verb->options; option->name; option++) {
    char *label = option_label(option);
    int width = width_of(label, strlen(label));
    if (width > widest) widest = width;
    free(label);
  }
  fputc('\n', to);
  heading(to, _("Options"));
  for (const cli_option *option = verb->options; option->name; option++) {
    char *label = option_label(option);
    columns(to, label, widest, _(option->brief));
    free(label);
  }
  columns(to, "--help", widest, _("show this"));
}
