/*
 * cli/main.c -- the `notch` command: finds the verb, reads its options, runs it.
 */
#include <config.h>

#include "cli/cli.h"
#include "cli/terminal.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const cli_verb cli_verbs[] = {
#define VERB(id, name, group, min, max, kind, synopsis, brief, text) \
  { name, group, min, max, synopsis, brief, text, kind, cli_##id##_options, cli_##id##_run },
#include "cli/verbs.def"
#undef VERB
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL },
};

const cli_verb *cli_verb_find(const char *name)
{
  for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
    if (!strcmp(verb->name, name)) return verb;
  }
  return NULL;
}

static void __attribute__((format(printf, 1, 0))) say(const char *format, va_list list)
{
  char *text = NULL;
  cli_progress_clear();
  fprintf(stderr, "%snotch:%s ", cli_style(stderr, CLI_STYLE_STRONG),
          cli_style(stderr, CLI_STYLE_PLAIN));
  if (vasprintf(&text, format, list) >= 0) cli_write_text(stderr, text, strlen(text));
  free(text);
  fputc('\n', stderr);
}

void cli_say(const char *format, ...)
{
  va_list list;
  va_start(list, format);
  say(format, list);
  va_end(list);
}

int cli_fail(const char *format, ...)
{
  va_list list;
  va_start(list, format);
  say(format, list);
  va_end(list);
  return CLI_FAILED;
}

int cli_usage(const cli_verb *verb, const char *format, ...)
{
  char *sentence = NULL;
  va_list list;
  va_start(list, format);
  if (vasprintf(&sentence, format, list) < 0) sentence = NULL;
  va_end(list);
  if (verb) {
    cli_say("%s: %s", verb->name, sentence ? sentence : "");
    fprintf(stderr, _("Try `notch %s --help`.\n"), verb->name);
  } else {
    cli_say("%s", sentence ? sentence : "");
    fputs(_("Try `notch help`.\n"), stderr);
  }
  free(sentence);
  return CLI_USAGE;
}

int cli_finish(int code)
{
  if (ferror(stdout) || fflush(stdout)) {
    return cli_fail(_("standard output cannot be written: %s"), strerror(errno));
  }
  return code;
}

void *cli_realloc(void *old, size_t size)
{
  void *block = realloc(old, size ? size : 1);
  if (!block) exit(cli_fail(_("out of memory")));
  return block;
}

void *cli_alloc(size_t size)
{
  return cli_realloc(NULL, size);
}

char *cli_format(const char *format, ...)
{
  char *text = NULL;
  va_list list;
  va_start(list, format);
  if (vasprintf(&text, format, list) < 0) exit(cli_fail(_("out of memory")));
  va_end(list);
  return text;
}

static int unknown_verb(const char *word)
{
  const char *names[64];
  size_t count = 0;
  for (; cli_verbs[count].name && count < 64; count++) names[count] = cli_verbs[count].name;
  const char *near = cli_nearest(word, names, count);
  if (near) return cli_usage(NULL, _("there is no verb `%s`; did you mean `%s`?"), word, near);
  return cli_usage(NULL, _("there is no verb `%s`"), word);
}

static void set_up_language(void)
{
  setlocale(LC_MESSAGES, "");
  setlocale(LC_CTYPE, "");
#ifdef ENABLE_NLS
  const char *folder = getenv("NOTCH_LOCALEDIR");
  bindtextdomain("notch", folder && *folder ? folder : NOTCH_LOCALEDIR);
  bind_textdomain_codeset("notch", "UTF-8");
  textdomain("notch");
#endif
}

int main(int count, char **words)
{
  set_up_language();
  /* A file at the user's limit of sizes is then a full disk, with a sentence and a code. */
  signal(SIGXFSZ, SIG_IGN);
  cli_terminal_open();
  if (count < 2) {
    cli_help_all(stderr);
    return CLI_USAGE;
  }
  const char *word = words[1];
  if (!strcmp(word, "--help") || !strcmp(word, "-h")) word = "help";
  if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
    printf("notch %s\n", PACKAGE_VERSION);
    return cli_finish(CLI_DONE);
  }
  if (word[0] == '-') return cli_usage(NULL, _("the verb comes first, not `%s`"), word);
  const cli_verb *verb = cli_verb_find(word);
  if (!verb) return unknown_verb(word);

  cli_args args;
  bool help;
  /* argv is the command's own to reorder; its words stay unchanged. */
  int code = cli_args_parse(&args, verb, count - 2, (const char **) (words + 2), &help);
  if (code != CLI_DONE) return code;
  if (help) {
    cli_help_verb(stdout, verb);
    return cli_finish(CLI_DONE);
  }
  return cli_finish(verb->run(&args));
}
