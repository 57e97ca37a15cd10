/*
 * cli/pages.c -- manual pages and shell completions, made from the tables of verbs and options.
 */
#include <config.h>

#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* Text for troff: hyphens, backslashes and leading dots keep their looks, `x` is quoted. */
static void roff(FILE *to, const char *text)
{
  bool start = true, inside = false;
  for (; *text; text++) {
    if (start && (*text == '.' || *text == '\'')) fputs("\\&", to);
    if (*text == '-') fputs("\\-", to);
    else if (*text == '\\') fputs("\\e", to);
    else if (*text == '`') fputs((inside = !inside) ? "\\(oq" : "\\(cq", to);
    else if (!strncmp(text, "\n\n", 2)) fputs("\n.PP", to);
    else fputc(*text, to);
    start = *text == '\n';
  }
}

static void roff_line(FILE *to, const char *text)
{
  roff(to, text);
  fputc('\n', to);
}

static void page_head(FILE *to, const char *title, const char *brief)
{
  fprintf(to, ".TH \"%s\" 1 \"\" \"notch %s\" \"Notch\"\n.SH NAME\n", title, PACKAGE_VERSION);
  roff(to, title);
  fputs(" \\- ", to);
  roff_line(to, brief);
}

static void page_end(FILE *to)
{
  fputs(".SH \"EXIT STATUS\"\n.TP\n0\nDone.\n.TP\n1\nIt could not be done: bad rules, a bad "
        "ledger, a file that cannot be opened.\n.TP\n2\nWrong usage.\n.TP\n3\nDone, but events "
        "were refused or unreadable, a test failed, or a check found something.\n"
        ".SH ENVIRONMENT\n.TP\nNO_COLOR\nWhen set to anything, there is no colour.\n"
        ".TP\nNOTCH_RULES\nThe folder of the standard rules, when they are not where they were "
        "installed.\n", to);
}

static void page_of_verb(FILE *to, const cli_verb *verb)
{
  char *title = cli_format("notch-%s", verb->name);
  page_head(to, title, verb->brief);
  fprintf(to, ".SH SYNOPSIS\n.B notch %s\n", verb->name);
  if (verb->options[0].name) fputs("[options]\n", to);
  roff_line(to, verb->synopsis);
  fputs(".SH DESCRIPTION\n", to);
  roff_line(to, verb->text);
  fputs(".SH OPTIONS\n", to);
  for (const cli_option *option = verb->options; option->name; option++) {
    fputs(".TP\n\\fB\\-\\-", to);
    roff(to, option->name);
    fputs("\\fR", to);
    if (option->value) {
      fputs(" \\fI", to);
      roff(to, option->value);
      fputs("\\fR", to);
    }
    fputc('\n', to);
    roff_line(to, option->brief);
  }
  fputs(".TP\n\\fB\\-\\-help\\fR\nshow the help of this verb\n", to);
  page_end(to);
  fputs(".SH \"SEE ALSO\"\n.BR notch (1),\n.BR notch (5)\n", to);
  free(title);
}

void cli_pages_manual(FILE *to, const cli_verb *verb)
{
  if (verb) {
    page_of_verb(to, verb);
    return;
  }
  page_head(to, "notch", "loyalty points and tier rules");
  fputs(".SH SYNOPSIS\n.B notch\n.I VERB\n[options] ...\n.SH DESCRIPTION\n"
        "Scripts that read like terms and conditions are compiled, applied to events, and the "
        "result is kept in a ledger that only grows.\n.PP\nTimes are RFC 3339; a date alone, or "
        "a time without an offset, is local time of the programme.  Members print in the order "
        "of their first event.\n.SH VERBS\n", to);
  for (const cli_verb *each = cli_verbs; each->name; each++) {
    fputs(".TP\n.BR notch\\-", to);
    roff(to, each->name);
    fputs(" (1)\n", to);
    roff_line(to, each->brief);
  }
  page_end(to);
  fputs(".SH \"SEE ALSO\"\n.BR notch (5)\n", to);
}

/* "events|machine": the words that an option's value is one of, with blanks between them. */
static bool put_choices(FILE *to, const cli_option *option)
{
  if (!option->value || !strchr(option->value, '|')) return false;
  for (const char *at = option->value; *at; at++) fputc(*at == '|' ? ' ' : *at, to);
  return true;
}

static void bash_choices(FILE *to)
{
  fputs("  case $verb:${COMP_WORDS[COMP_CWORD-1]} in\n", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    for (const cli_option *o = verb->options; o->name; o++) {
      if (!o->value || !strchr(o->value, '|')) continue;
      fprintf(to, "    %s:--%s) words='", verb->name, o->name);
      put_choices(to, o);
      fputs("' files= ;;\n", to);
    }
  }
  fputs("  esac\n", to);
}

static void bash_completions(FILE *to)
{
  fputs("# notch(1) completions for bash; made by `notch help --completions bash`.\n"
        "_notch() {\n  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n"
        "  local options= words= files=-f\n  if [ \"$COMP_CWORD\" = 1 ]; then\n    words='", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) fprintf(to, "%s ", verb->name);
  fputs("'\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n    return\n  fi\n"
        "  case $verb in\n", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    fprintf(to, "    %s) options='", verb->name);
    for (const cli_option *o = verb->options; o->name; o++) fprintf(to, "--%s ", o->name);
    fputs("--help'", to);
    if (!strcmp(verb->operands_kind, "verbs")) {
      fputs(" files= words='rules ", to);
      for (const cli_verb *each = cli_verbs; each->name; each++) fprintf(to, "%s ", each->name);
      fputs("'", to);
    } else if (!*verb->operands_kind) {
      fputs(" files=", to);
    } else if (strcmp(verb->operands_kind, "files")) {
      fprintf(to, " words='%s'", verb->operands_kind);
    }
    fputs(" ;;\n", to);
  }
  fputs("  esac\n", to);
  bash_choices(to);
  fputs("  [[ $word != -* ]] || { words=$options files=; }\n"
        "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"\n"
        "    [ -z \"$files\" ] || compgen -f -- \"$word\")\n"
        "}\ncomplete -o filenames -F _notch notch\n", to);
}

/* Inside '...' of the shell, brackets and colons made harmless for zsh's _arguments. */
static void quoted(FILE *to, const char *text, bool zsh)
{
  for (; *text; text++) {
    if (*text == '\'') fputs("'\\''", to);
    else if (zsh && strchr("[]:\\", *text)) fprintf(to, "\\%c", *text);
    else if (!zsh && *text == '\\') fputs("\\\\", to);
    else fputc(*text, to);
  }
}

static void zsh_completions(FILE *to)
{
  fputs("#compdef notch\n# notch(1) completions for zsh; made by `notch help --completions zsh`.\n"
        "_notch() {\n  local -a verbs\n  verbs=(\n", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    fprintf(to, "    '%s:", verb->name);
    quoted(to, verb->brief, true);
    fputs("'\n", to);
  }
  fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
        "  case $words[2] in\n", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    fprintf(to, "    %s) _arguments", verb->name);
    for (const cli_option *o = verb->options; o->name; o++) {
      fprintf(to, " '--%s[", o->name);
      quoted(to, o->brief, true);
      fputc(']', to);
      if (o->value) {
        fputc(':', to);
        quoted(to, o->value, true);
        fputs(strchr(o->value, '|') ? ":(" : ":_files", to);
        if (put_choices(to, o)) fputc(')', to);
      }
      fputc('\'', to);
    }
    fputs(" '--help[show the help of this verb]'", to);
    if (!strcmp(verb->operands_kind, "files")) fputs(" '*:file:_files'", to);
    else if (!strcmp(verb->operands_kind, "verbs")) fputs(" '*:verb:(($verbs))'", to);
    else if (*verb->operands_kind) {
      fprintf(to, " '2:word:(%s)' '*:file:_files'", verb->operands_kind);
    }
    fputs(" ;;\n", to);
  }
  fputs("  esac\n}\n_notch \"$@\"\n", to);
}

static void fish_completions(FILE *to)
{
  fputs("# notch(1) completions for fish; made by `notch help --completions fish`.\n", to);
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    fprintf(to, "complete -c notch -f -n __fish_use_subcommand -a %s -d '", verb->name);
    quoted(to, verb->brief, false);
    fputs("'\n", to);
    for (const cli_option *o = verb->options; o->name; o++) {
      fprintf(to, "complete -c notch -n '__fish_seen_subcommand_from %s' -l %s %s-d '", verb->name,
              o->name, o->value ? "-r " : "");
      quoted(to, o->brief, false);
      fputs("'", to);
      if (o->value && strchr(o->value, '|')) {
        fputs(" -f -a '", to);
        put_choices(to, o);
        fputs("'", to);
      }
      fputc('\n', to);
    }
    if (strcmp(verb->operands_kind, "files") && strcmp(verb->operands_kind, "verbs")
        && *verb->operands_kind) {
      fprintf(to, "complete -c notch -n '__fish_seen_subcommand_from %s' -a '%s'\n", verb->name,
              verb->operands_kind);
    }
  }
}

int cli_pages_completions(FILE *to, const char *shell)
{
  if (!strcmp(shell, "bash")) bash_completions(to);
  else if (!strcmp(shell, "zsh")) zsh_completions(to);
  else if (!strcmp(shell, "fish")) fish_completions(to);
  else return CLI_USAGE;
  return CLI_DONE;
}
