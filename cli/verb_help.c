/*
 * cli/verb_help.c -- `notch help`: the verbs, one verb, the standard rules; and, for the build,
 * manual pages and completions.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_help_options[] = {
  {"completions", "bash|zsh|fish", N_("print completions for a shell")},
  {"manual", NULL, N_("print the source of the manual page")},
  {NULL, NULL, NULL},
};

#define RULE_BYTES_MAX ((size_t) 1 << 20)

static int list_rules(const char *folder)
{
  cli_table table;
  size_t size;
  char *path = cli_format("%s/index.txt", folder);
  char *index = cli_file_read(path, RULE_BYTES_MAX, &size);
  free(path);
  if (!index) return CLI_FAILED;
  cli_table_begin(&table, "ll");
  cli_table_add(&table, _("rule"));
  cli_table_add(&table, "");
  for (char *line = index, *next; *line; line = next) {
    size_t length = strcspn(line, "\n");
    next = line + length + (line[length] == '\n');
    line[length] = '\0';
    size_t name = strcspn(line, "\t");
    if (name == 0) continue;
    cli_table_addf(&table, "%.*s", (int) name, line);
    cli_table_add(&table, line[name] ? line + name + 1 : "");
  }
  cli_table_end(&table, stdout, 0);
  free(index);
  fputs(_("\n`notch help rules NAME` prints one; `use NAME with ...` puts it into a programme.\n"),
        stdout);
  return CLI_DONE;
}

/* The first words of the index, to suggest one. */
static int unknown_rule(const char *folder, const char *name)
{
  const char *names[512];
  size_t count = 0, size;
  char *path = cli_format("%s/index.txt", folder);
  char *index = cli_file_read(path, RULE_BYTES_MAX, &size);
  free(path);
  for (char *line = index, *next; line && *line && count < 512; line = next) {
    size_t length = strcspn(line, "\n");
    next = line + length + (line[length] == '\n');
    line[length] = line[strcspn(line, "\t\n")] = '\0';
    names[count++] = line;
  }
  const char *near = cli_nearest(name, names, count);
  int code = near ? cli_fail(_("there is no standard rule `%s`; did you mean `%s`?"), name, near)
                  : cli_fail(_("there is no standard rule `%s`; `notch help rules` lists them"),
                             name);
  free(index);
  return code;
}

static int print_rule(const char *folder, const char *name)
{
  size_t size;
  char *path = cli_format("%s/%s.notch", folder, name);
  /* Only what lies in the folder itself: a name is no path. */
  FILE *there = name[strcspn(name, "/\\")] || name[0] == '.' ? NULL : fopen(path, "rb");
  if (!there) {
    free(path);
    return unknown_rule(folder, name);
  }
  fclose(there);
  char *text = cli_file_read(path, RULE_BYTES_MAX, &size);
  free(path);
  if (!text) return CLI_FAILED;
  fwrite(text, 1, size, stdout);
  free(text);
  return CLI_DONE;
}

static int help_rules(const char *name)
{
  char *folder = cli_rules_folder();
  if (!folder) {
    return cli_fail(_("the standard rules are not installed; NOTCH_RULES can name their folder"));
  }
  int code = name ? print_rule(folder, name) : list_rules(folder);
  free(folder);
  return code;
}

static int unknown_topic(const cli_args *args, const char *word)
{
  const char *names[64];
  size_t count = 0;
  for (; cli_verbs[count].name && count < 63; count++) names[count] = cli_verbs[count].name;
  names[count++] = "rules";
  const char *near = cli_nearest(word, names, count);
  return near ? cli_usage(args->verb, _("there is no verb `%s`; did you mean `%s`?"), word, near)
              : cli_usage(args->verb, _("there is no verb `%s`"), word);
}

int cli_help_run(const cli_args *args)
{
  const char *shell = cli_args_value(args, "completions");
  const char *word = args->operand_count > 0 ? args->operands[0] : NULL;
  const cli_verb *verb = word ? cli_verb_find(word) : NULL;
  if (shell) {
    int code = cli_pages_completions(stdout, shell);
    return code == CLI_DONE ? code
        : cli_usage(args->verb, _("there are completions for bash, zsh and fish, not for `%s`"),
                    shell);
  }
  if (word && !strcmp(word, "rules")) {
    return help_rules(args->operand_count > 1 ? args->operands[1] : NULL);
  }
  if (word && !verb) return unknown_topic(args, word);
  if (args->operand_count > 1) {
    return cli_usage(args->verb, _("`%s` is one word too many"), args->operands[1]);
  }
  if (cli_args_has(args, "manual")) cli_pages_manual(stdout, verb);
  else if (verb) cli_help_verb(stdout, verb);
  else cli_help_all(stdout);
  return CLI_DONE;
}
