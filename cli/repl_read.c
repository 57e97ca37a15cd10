/*
 * cli/repl_read.c -- reads an entry of the repl, with readline or libedit where there is one.
 */
#include <config.h>

#include "cli/repl_read.h"

#include "cli/rules.h"

#include <stdlib.h>
#include <string.h>

#if defined HAVE_READLINE
#include <readline/history.h>
#include <readline/readline.h>
#define LINE_EDITOR 1
#elif defined HAVE_EDITLINE
#include <editline/readline.h>
#define LINE_EDITOR 1
#endif

#define PROMPT "notch> "
#define PROMPT_MORE "  ...> "

bool cli_repl_goes_on(const char *entry)
{
  static const char with[] = "with";
  size_t size = strlen(entry), depth = 0;
  bool text = false;
  while (size > 0 && strchr(" \t", entry[size - 1])) size--;
  if (entry[strspn(entry, " \t")] != '{') {
    const size_t last = sizeof with - 1;
    bool ends = size > last && strchr(" \t", entry[size - last - 1])
      && !memcmp(entry + size - last, with, last);
    return ends || (size > 0 && entry[size - 1] == ',');
  }
  for (size_t i = 0; i < size; i++) {
    if (text && entry[i] == '\\') i++;
    else if (entry[i] == '"') text = !text;
    else if (!text && strchr("{[", entry[i])) depth++;
    else if (!text && strchr("}]", entry[i]) && depth > 0) depth--;
  }
  return depth > 0;
}

#ifdef LINE_EDITOR
static const char *const *known;
static size_t known_count;

static char *next_word(const char *begun, int again)
{
  static size_t at;
  if (!again) at = 0;
  while (at < known_count) {
    const char *word = known[at++];
    if (!strncmp(word, begun, strlen(begun))) return cli_format("%s", word);
  }
  return NULL;
}

static char **complete(const char *begun, int start, int end)
{
  (void) start;
  (void) end;
  rl_attempted_completion_over = 1; /* names of files are of no use here */
  return rl_completion_matches(begun, next_word);
}
#endif

#if defined HAVE_READLINE && RL_READLINE_VERSION >= 0x0800
#include <errno.h>
#include <signal.h>
#include <sys/select.h>

static volatile sig_atomic_t interrupted;
static bool left; /* a line was given up while this one was edited */

static void interrupt(int number)
{
  (void) number;
  interrupted = 1;
}

/* The line is empty again, at the first prompt. */
static void leave_line(void)
{
  interrupted = 0;
  left = true;
  fputc('\n', stdout);
  rl_replace_line("", 0);
  rl_set_prompt(PROMPT);
  rl_on_new_line();
  rl_redisplay();
}

/* Waits for a key.  Signals are held back but while it waits, so that none comes unseen between
 * looking for one and waiting: readline's own wait would sit through it until the next key. */
static int next_key(FILE *from)
{
  sigset_t all, before;
  int ready = 0;
  sigfillset(&all);
  while (ready == 0) {
    fd_set keys;
    FD_ZERO(&keys);
    FD_SET(fileno(from), &keys);
    sigprocmask(SIG_SETMASK, &all, &before);
    if (!rl_pending_signal() && !interrupted) {
      ready = pselect(fileno(from) + 1, &keys, NULL, NULL, NULL, &before);
      if (ready < 0 && errno == EINTR) ready = 0;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    rl_check_signals(); /* readline hands it on to interrupt() */
    if (interrupted) leave_line();
  }
  return rl_getc(from);
}

/* Only while a line is edited: what is being computed can be ended as ever. */
static char *edit_line(const char *prompt, bool *anew)
{
  struct sigaction old, ours;
  memset(&ours, 0, sizeof ours);
  ours.sa_handler = interrupt;
  left = false;
  rl_getc_function = next_key;
  sigaction(SIGINT, &ours, &old);
  char *line = readline(prompt);
  sigaction(SIGINT, &old, NULL);
  *anew = left;
  return line;
}
#elif defined LINE_EDITOR
static char *edit_line(const char *prompt, bool *anew)
{
  *anew = false;
  return readline((char *) prompt);
}
#endif

void cli_repl_open(const char *const *words, size_t count)
{
#ifdef LINE_EDITOR
  known = words;
  known_count = count;
  rl_readline_name = (char *) "notch";
  rl_attempted_completion_function = complete;
#else
  (void) words;
  (void) count;
#endif
}

/* One line without its end, owned; NULL at the end.  *anew: what was typed before is given up. */
static char *read_line(bool terminal, const char *prompt, bool *anew)
{
  *anew = false;
#ifdef LINE_EDITOR
  if (terminal) return edit_line(prompt, anew);
#endif
  char *line = NULL;
  size_t room = 0;
  if (terminal) {
    fputs(prompt, stdout);
    fflush(stdout);
  }
  if (getline(&line, &room, stdin) < 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\r\n")] = '\0';
  return line;
}

char *cli_repl_read(bool terminal)
{
  bool anew;
  char *entry = read_line(terminal, PROMPT, &anew);
  while (entry && cli_repl_goes_on(entry)) {
    char *more = read_line(terminal, PROMPT_MORE, &anew);
    if (!more) break;
    char *both = anew ? cli_format("%s", more) : cli_format("%s %s", entry, more);
    free(entry);
    free(more);
    entry = both;
  }
#ifdef LINE_EDITOR
  if (entry && *entry && terminal) add_history(entry);
#endif
  return entry;
}
