/*
 * cli/repl_line.c -- reads one line of the repl: words, quoted texts, braces and commas.
 *
 * A value is written as its words stand; what it means, and whether it fits its field, the
 * library decides when it reads the event.
 */
#include <config.h>

#include "cli/repl_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct token {
  char kind; /* 'w' a word, 's' a quoted text, '{' '}' ',' themselves, 0 the end */
  const char *bytes;
  size_t size;
} token;

typedef struct reader {
  const char *rest;
  token now;
  const char *why;
  bool points_by_kind; /* `points 80 star` is {"star":"80"}: of a transfer, say */
} reader;

static void next(reader *r)
{
  while (isspace((unsigned char) *r->rest)) r->rest++;
  const char *start = r->rest;
  if (!*start) {
    r->now = (token) {0, start, 0};
  } else if (strchr("{},", *start)) {
    r->now = (token) {*start, start, 1};
    r->rest++;
  } else if (*start == '"') {
    size_t size = strcspn(start + 1, "\"");
    r->now = (token) {'s', start + 1, size};
    r->rest = start + 1 + size;
    if (*r->rest == '"') r->rest++;
    else r->why = _("a quotation mark is missing at the end of a text");
  } else {
    size_t size = strcspn(start, " \t\r\n{},\"");
    r->now = (token) {'w', start, size};
    r->rest += size;
  }
}

static bool is(const reader *r, const char *word)
{
  return r->now.kind == 'w' && strlen(word) == r->now.size
    && !memcmp(r->now.bytes, word, r->now.size);
}

static bool take(reader *r, const char *word)
{
  if (!is(r, word)) return false;
  next(r);
  return true;
}

static void add_text(cli_text *to, token t)
{
  char *copy = cli_format("%.*s", (int) t.size, t.bytes);
  cli_text_add_json(to, copy);
  free(copy);
}

static bool is_number(token t)
{
  size_t i = t.size > 0 && t.bytes[0] == '-';
  if (t.kind != 'w' || i == t.size || !isdigit((unsigned char) t.bytes[i])) return false;
  for (; i < t.size; i++) {
    if (!isdigit((unsigned char) t.bytes[i]) && !strchr("._", t.bytes[i])) return false;
  }
  return true;
}

static bool is_currency(token t)
{
  if (t.kind != 'w' || t.size != 3) return false;
  for (size_t i = 0; i < 3; i++) {
    if (t.bytes[i] < 'A' || t.bytes[i] > 'Z') return false;
  }
  return true;
}

static void add_digits(cli_text *to, token t)
{
  for (size_t i = 0; i < t.size; i++) {
    if (t.bytes[i] != '_') cli_text_write(to, t.bytes + i, 1);
  }
}

static void read_points(reader *r, cli_text *to)
{
  token amount = r->now;
  next(r);
  cli_text_addf(to, "{");
  add_text(to, r->now);
  cli_text_addf(to, ":\"");
  add_digits(to, amount);
  cli_text_addf(to, "\"}");
  next(r);
}

/* `1_200.00 CNY` is "1200.00 CNY", and `80 star` is "80": a field of points knows its kind. */
static void read_number(reader *r, cli_text *to)
{
  cli_text_addf(to, "\"");
  add_digits(to, r->now);
  next(r);
  if (is_currency(r->now)) cli_text_addf(to, " %.*s", (int) r->now.size, r->now.bytes);
  if (r->now.kind == 'w') next(r);
  cli_text_addf(to, "\"");
}

/* A moment or date as RFC 3339; words may be joined by a blank, as in a script. */
static bool read_moment(reader *r, char *to, size_t size)
{
  if (r->now.kind != 'w' || r->now.size < 10 || r->now.size > 35) return false;
  if (!isdigit((unsigned char) r->now.bytes[0]) || r->now.bytes[4] != '-') return false;
  char date[40];
  snprintf(date, sizeof date, "%.*s", (int) r->now.size, r->now.bytes);
  next(r);
  if (strchr(date, 'T')) {
    snprintf(to, size, "%s", date);
  } else if (r->now.kind == 'w' && r->now.size >= 5 && r->now.bytes[2] == ':') {
    snprintf(to, size, "%.10sT%.*s%s", date, (int) (r->now.size > 8 ? 8 : r->now.size),
             r->now.bytes, r->now.size == 5 ? ":00" : "");
    next(r);
  } else {
    snprintf(to, size, "%.10s", date);
  }
  return true;
}

#define DEPTH_MAX 4

static bool read_fields(reader *r, cli_text *to, bool first, int depth);

/* `{...} {...}`: a list of records. */
static bool read_list(reader *r, cli_text *to, int depth)
{
  if (depth == DEPTH_MAX) {
    r->why = _("lists are nested too deeply");
    return false;
  }
  cli_text_addf(to, "[");
  for (bool first = true; r->now.kind == '{'; first = false) {
    if (!first) cli_text_addf(to, ",");
    next(r);
    cli_text_addf(to, "{");
    if (!read_fields(r, to, true, depth + 1)) return false;
    if (r->now.kind != '}') {
      r->why = _("a record ends with }");
      return false;
    }
    next(r);
    cli_text_addf(to, "}");
  }
  cli_text_addf(to, "]");
  return true;
}

static bool read_value(reader *r, cli_text *to, int depth)
{
  char moment[40];
  if (r->now.kind == '{') return read_list(r, to, depth);
  if (r->now.kind == 's') {
    add_text(to, r->now);
    next(r);
  } else if (take(r, "yes")) {
    cli_text_addf(to, "true");
  } else if (take(r, "no")) {
    cli_text_addf(to, "false");
  } else if (is_number(r->now)) {
    read_number(r, to);
  } else if (read_moment(r, moment, sizeof moment)) {
    cli_text_addf(to, "\"%s\"", moment);
  } else if (r->now.kind == 'w') {
    add_text(to, r->now);
    next(r);
  } else {
    r->why = _("a field needs a value, as in `amount 12.00 CNY`");
    return false;
  }
  return true;
}

/* FIELD VALUE, FIELD VALUE ... */
static bool read_fields(reader *r, cli_text *to, bool first, int depth)
{
  for (;; first = false) {
    if (r->now.kind != 'w') {
      r->why = _("the name of a field is missing");
      return false;
    }
    if (!first) cli_text_addf(to, ",");
    bool points = r->points_by_kind && depth == 0 && is(r, "points");
    add_text(to, r->now);
    cli_text_addf(to, ":");
    next(r);
    if (points && is_number(r->now)) read_points(r, to);
    else if (!read_value(r, to, depth)) return false;
    if (r->now.kind != ',') return true;
    next(r);
  }
}

static bool of_programme(const reader *r)
{
  static const char *const types[] = {"rate", "restock", "fund", "seed", "tick"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (is(r, types[i])) return true;
  }
  return false;
}

static bool read_event(reader *r, cli_repl_line *to, const char *moment, const char *id)
{
  cli_text *json = &to->json;
  token member = r->now, type;
  bool programme = of_programme(r);
  if (!programme) next(r);
  type = r->now;
  if ((member.kind != 'w' && member.kind != 's') || type.kind != 'w') {
    r->why = _("write MEMBER EVENT, as in `ann purchase with amount 12.00 CNY`");
    return false;
  }
  r->points_by_kind = is(r, "transfer") || is(r, "adjust")
    || (is(r, "hold") && !strstr(r->rest, "payment"));
  next(r);
  cli_text_addf(json, "{\"type\":");
  add_text(json, type);
  if (!programme) {
    cli_text_addf(json, ",\"member\":");
    add_text(json, member);
    to->member = cli_format("%.*s", (int) member.size, member.bytes);
  }
  if (take(r, "of")) {
    cli_text_addf(json, ",\"of\":");
    add_text(json, r->now);
    next(r);
  }
  cli_text_addf(json, ",\"at\":\"%s\",\"id\":", moment);
  if (take(r, "as")) {
    add_text(json, r->now);
    next(r);
  } else {
    cli_text_add_json(json, id);
  }
  if (take(r, "with") && !(cli_text_addf(json, ","), read_fields(r, json, true, 0))) return false;
  cli_text_addf(json, "}");
  if (r->now.kind != 0) r->why = _("the end of the line cannot be read; fields come after `with`");
  return true;
}

bool cli_repl_line_read(cli_repl_line *to, const char *line, const char *moment, const char *id,
                        const char **why)
{
  reader r = {line, {0, line, 0}, NULL, false};
  memset(to, 0, sizeof *to);
  next(&r);
  if (take(&r, "at") && !read_moment(&r, to->moment, sizeof to->moment)) {
    r.why = _("`at` needs a moment, as in `at 2026-03-01 09:30`");
  } else if (r.now.kind != 0) {
    read_event(&r, to, to->moment[0] ? to->moment : moment, id);
  }
  *why = r.why;
  if (r.why) cli_repl_line_free(to);
  return !r.why;
}

void cli_repl_line_free(cli_repl_line *line)
{
  cli_text_free(&line->json);
  free(line->member);
  memset(line, 0, sizeof *line);
}
