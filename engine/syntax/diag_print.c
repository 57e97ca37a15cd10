/* syntax/diag_print.c -- shows diagnostics to people (the line, a caret) and to programs. */
#include <config.h>

#include "base/json.h"
#include "syntax/diag.h"

#include <assert.h>

#define EXCERPT_CHARS_MAX 110u
#define EXCERPT_BEFORE_CHARS 60u

static const char *severity_name(notch_severity severity)
{
  switch (severity) {
  case NOTCH_SEVERITY_ERROR: return "error";
  case NOTCH_SEVERITY_WARNING: return "warning";
  case NOTCH_SEVERITY_NOTE: return "note";
  }
  return "error";
}

static const char *severity_colour(notch_severity severity)
{
  switch (severity) {
  case NOTCH_SEVERITY_ERROR: return "\033[1;31m";
  case NOTCH_SEVERITY_WARNING: return "\033[1;35m";
  case NOTCH_SEVERITY_NOTE: return "\033[1;36m";
  }
  return "";
}

/* Control characters and what could turn the terminal's text around are shown as '?'. */
static bool is_printable(uint32_t code_point)
{
  if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) return false;
  if (code_point >= 0x202A && code_point <= 0x202E) return false;
  return !(code_point >= 0x2066 && code_point <= 0x2069);
}

static void print_marks(notch_buffer *to, unsigned count, const char *mark)
{
  for (unsigned i = 0; i < count; i++) notch_buffer_put(to, mark, 1);
}

typedef struct excerpt {
  notch_text line;
  uint32_t from, to; /* bytes of the line that are shown */
} excerpt;

/* Keeps the place visible in a line that is too long to show. */
static excerpt cut_line(notch_text line, uint32_t caret)
{
  excerpt cut = {.line = line, .from = 0, .to = line.length};
  uint32_t before = 0;
  for (uint32_t at = caret; at > 0 && before < EXCERPT_BEFORE_CHARS; at--) {
    cut.from = at - 1;
    if (((unsigned char)line.bytes[at - 1] & 0xC0) != 0x80) before++;
  }
  if (before < EXCERPT_BEFORE_CHARS) cut.from = 0;
  uint32_t code_point, at = cut.from, shown = 0;
  while (at < line.length && shown++ < EXCERPT_CHARS_MAX)
    at = notch_source_next(line, at, &code_point);
  cut.to = at;
  return cut;
}

static void print_line(notch_buffer *to, excerpt cut)
{
  uint32_t code_point;
  for (uint32_t at = cut.from; at < cut.to;) {
    uint32_t end = notch_source_next(cut.line, at, &code_point);
    bool bad = end == at + 1 && ((unsigned char)cut.line.bytes[at] & 0x80) != 0;
    if (code_point == '\t') notch_buffer_put(to, " ", 1);
    else if (bad || !is_printable(code_point)) notch_buffer_put(to, "?", 1);
    else notch_buffer_put(to, cut.line.bytes + at, end - at);
    at = end;
  }
}

static void print_excerpt(notch_buffer *to, const notch_source *source, notch_span span,
                          const char *colour)
{
  notch_position start = notch_source_position(source, span.start);
  notch_text line = notch_source_line(source, start.line);
  uint32_t line_start = source->line_starts[start.line - 1];
  uint32_t caret = span.start - line_start <= line.length ? span.start - line_start : line.length;
  uint32_t caret_end = span.end - line_start <= line.length ? span.end - line_start : line.length;
  excerpt cut = cut_line(line, caret);
  notch_buffer_print(to, "%5u | ", start.line);
  print_line(to, cut);
  notch_buffer_print(to, "\n      | ");
  unsigned before = 0, under = 0;
  uint32_t code_point;
  for (uint32_t at = cut.from; at < cut.to;) {
    uint32_t end = notch_source_next(line, at, &code_point);
    if (at < caret) before += notch_source_cells(code_point);
    else if (at < caret_end) under += notch_source_cells(code_point);
    at = end;
  }
  print_marks(to, before, " ");
  notch_buffer_print(to, "%s^", colour);
  if (under > 1) print_marks(to, under - 1, "~");
  notch_buffer_print(to, "%s\n", *colour != '\0' ? "\033[0m" : "");
}

static void print_place(notch_buffer *to, const notch_source *source, notch_span span)
{
  if (source == NULL) return;
  notch_position start = notch_source_position(source, span.start);
  notch_buffer_text(to, source->name);
  notch_buffer_print(to, ":%u:%u: ", start.line, start.column);
}

void notch_diag_print_text(notch_buffer *to, const notch_diag *diag, bool colour)
{
  assert(diag != NULL);
  const char *on = colour ? severity_colour(diag->severity) : "";
  const char *off = colour ? "\033[0m" : "";
  print_place(to, diag->source, diag->span);
  notch_buffer_print(to, "%s%s[N%04u]%s: ", on, severity_name(diag->severity),
                     notch_diag_info_of(diag->code)->number, off);
  notch_buffer_text(to, diag->message);
  notch_buffer_put(to, "\n", 1);
  if (diag->source != NULL) print_excerpt(to, diag->source, diag->span, on);
  for (const notch_diag_note_item *note = diag->notes; note != NULL; note = note->next) {
    notch_buffer_print(to, "      ");
    print_place(to, note->source, note->span);
    notch_buffer_print(to, "note: ");
    notch_buffer_text(to, note->text);
    notch_buffer_put(to, "\n", 1);
    if (note->source != NULL) print_excerpt(to, note->source, note->span, "");
  }
  for (const notch_diag_fix_item *fix = diag->fixes; fix != NULL; fix = fix->next) {
    notch_buffer_print(to, "      fix: ");
    notch_buffer_text(to, fix->label);
    notch_buffer_put(to, "\n", 1);
  }
}

void notch_diags_print_text(notch_buffer *to, const notch_diags *sink, bool colour)
{
  for (const notch_diag *diag = sink->first; diag != NULL; diag = diag->next)
    notch_diag_print_text(to, diag, colour);
  if (sink->stopped)
    notch_buffer_print(to, "stopped after %d errors; mend these and run again\n",
                       NOTCH_DIAG_ERRORS_MAX);
}

static void put_place(notch_json_writer *writer, const notch_source *source, notch_span span,
                      bool with_file)
{
  if (source == NULL) return;
  notch_position start = notch_source_position(source, span.start);
  notch_position end = notch_source_position(source, span.end);
  if (with_file)
    notch_json_put_text(writer, "file", source->name);
  notch_json_key(writer, NOTCH_TEXT("line"));
  notch_json_integer(writer, start.line);
  notch_json_key(writer, NOTCH_TEXT("column"));
  notch_json_integer(writer, start.column);
  notch_json_key(writer, NOTCH_TEXT("end_line"));
  notch_json_integer(writer, end.line);
  notch_json_key(writer, NOTCH_TEXT("end_column"));
  notch_json_integer(writer, end.column);
}

static void put_notes_and_fixes(notch_json_writer *writer, const notch_diag *diag)
{
  notch_json_key(writer, NOTCH_TEXT("notes"));
  notch_json_begin(writer, '[');
  for (const notch_diag_note_item *note = diag->notes; note != NULL; note = note->next) {
    notch_json_begin(writer, '{');
    put_place(writer, note->source, note->span, true);
    notch_json_put_text(writer, "message", note->text);
    notch_json_end(writer, '}');
  }
  notch_json_end(writer, ']');
  notch_json_key(writer, NOTCH_TEXT("fixes"));
  notch_json_begin(writer, '[');
  for (const notch_diag_fix_item *fix = diag->fixes; fix != NULL; fix = fix->next) {
    notch_json_begin(writer, '{');
    put_place(writer, diag->source, fix->span, false);
    notch_json_put_text(writer, "replacement", fix->replacement);
    notch_json_put_text(writer, "label", fix->label);
    notch_json_end(writer, '}');
  }
  notch_json_end(writer, ']');
}

void notch_diag_print_json(notch_buffer *to, const notch_diag *diag)
{
  notch_json_writer writer = {.to = to};
  char code[8];
  unsigned number = notch_diag_info_of(diag->code)->number;
  code[0] = 'N';
  for (unsigned i = 4; i > 0; i--, number /= 10) code[i] = (char)('0' + number % 10);
  code[5] = '\0';
  notch_json_begin(&writer, '{');
  notch_json_put_text(&writer, "code", notch_text_of(code));
  notch_json_put_text(&writer, "severity", notch_text_of(severity_name(diag->severity)));
  put_place(&writer, diag->source, diag->span, true);
  notch_json_put_text(&writer, "message", diag->message);
  put_notes_and_fixes(&writer, diag);
  notch_json_end(&writer, '}');
  notch_buffer_put(to, "\n", 1);
}

void notch_diags_print_json(notch_buffer *to, const notch_diags *sink)
{
  for (const notch_diag *diag = sink->first; diag != NULL; diag = diag->next)
    notch_diag_print_json(to, diag);
}
