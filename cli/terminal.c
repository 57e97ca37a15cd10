/*
 * cli/terminal.c -- colour and the progress line: only on a terminal, colour not under NO_COLOR.
 */
#include <config.h>

#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
  bool colour_out, colour_err, lines_err;
  const char *label, *units;
  uint64_t total;
  int64_t began_ms, drawn_ms;
  bool running, drawn;
} terminal;

static int64_t now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void cli_terminal_open(void)
{
  const char *no_colour = getenv("NO_COLOR");
  const char *kind = getenv("TERM");
  bool able = kind && *kind && strcmp(kind, "dumb") != 0;
  bool colour = able && !(no_colour && *no_colour);
  terminal.colour_out = colour && isatty(STDOUT_FILENO);
  terminal.colour_err = colour && isatty(STDERR_FILENO);
  terminal.lines_err = able && isatty(STDERR_FILENO);
}

bool cli_colour(FILE *stream)
{
  return stream == stderr ? terminal.colour_err : stream == stdout && terminal.colour_out;
}

const char *cli_style(FILE *stream, cli_style_name style)
{
  if (!cli_colour(stream)) return "";
  switch (style) {
    case CLI_STYLE_PLAIN: return "\033[0m";
    case CLI_STYLE_STRONG: return "\033[1m";
    case CLI_STYLE_DIM: return "\033[2m";
    case CLI_STYLE_GOOD: return "\033[32m";
    case CLI_STYLE_BAD: return "\033[31m";
  }
  return "";
}

void cli_write_text(FILE *to, const char *text, size_t size)
{
  size_t plain = 0;
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char) text[i];
    bool c1 = c == 0xC2 && i + 1 < size && (unsigned char) text[i + 1] >= 0x80
      && (unsigned char) text[i + 1] <= 0x9F;
    if ((c >= 0x20 && c != 0x7F && !c1) || c == '\n' || c == '\t') continue;
    fwrite(text + plain, 1, i - plain, to);
    if (c1) i++;
    fprintf(to, "\\x%02X", (unsigned char) text[i]);
    plain = i + 1;
  }
  fwrite(text + plain, 1, size - plain, to);
}

void cli_progress_begin(const char *label, const char *units, uint64_t total)
{
  terminal.label = label;
  terminal.units = units;
  terminal.total = total;
  terminal.began_ms = terminal.drawn_ms = now_ms();
  terminal.running = terminal.lines_err;
  terminal.drawn = false;
}

#define BAR_WIDTH 24

static void draw(uint64_t done, uint64_t count, int64_t now)
{
  int64_t elapsed = now - terminal.began_ms;
  uint64_t rate = elapsed > 0 ? count * 1000 / (uint64_t) elapsed : 0;
  fprintf(stderr, "\r%s ", terminal.label);
  if (terminal.total) {
    uint64_t part = done < terminal.total ? done : terminal.total;
    int filled = (int) ((double) part / (double) terminal.total * BAR_WIDTH);
    fputs(cli_style(stderr, CLI_STYLE_GOOD), stderr);
    for (int i = 0; i < BAR_WIDTH; i++) fputs(i < filled ? "━" : i == filled ? "╸" : " ", stderr);
    fprintf(stderr, "%s %3d%%", cli_style(stderr, CLI_STYLE_PLAIN),
            (int) ((double) part / (double) terminal.total * 100));
  }
  fprintf(stderr, "  %" PRIu64 " %s, %" PRIu64 "/s\033[K", count, terminal.units, rate);
  fflush(stderr);
  terminal.drawn = true;
  terminal.drawn_ms = now;
}

void cli_progress_step(uint64_t done, uint64_t count)
{
  if (!terminal.running) return;
  int64_t now = now_ms();
  /* Work that is over at once shows nothing. */
  if (now - terminal.began_ms < 400 || now - terminal.drawn_ms < 100) return;
  draw(done, count, now);
}

void cli_progress_clear(void)
{
  if (!terminal.drawn) return;
  fputs("\r\033[K", stderr);
  terminal.drawn = false;
}

void cli_progress_end(void)
{
  cli_progress_clear();
  terminal.running = false;
}
