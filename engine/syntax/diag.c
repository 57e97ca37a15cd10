/* syntax/diag.c -- collects diagnostics and formats their sentences. */
#include <config.h>

#include "syntax/diag.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#define WARNINGS_MAX 100 /* kept; the rest is only counted */

static const notch_diag_info infos[] = {
#define ERROR NOTCH_SEVERITY_ERROR
#define WARNING NOTCH_SEVERITY_WARNING
#define NOTE NOTCH_SEVERITY_NOTE
#define DIAG(number, name, severity, format, explanation) \
  {number, #name, severity, format, explanation},
#include "syntax/diag.def"
#undef DIAG
#undef NOTE
#undef WARNING
#undef ERROR
};
static_assert(sizeof infos / sizeof infos[0] == NOTCH_DIAG_COUNT, "one row per diagnostic");

const notch_diag_info *notch_diag_info_of(notch_diag_code code)
{
  assert(code < NOTCH_DIAG_COUNT);
  return &infos[code];
}

const notch_diag_info *notch_diag_info_find(notch_text code)
{
  uint32_t i = 0;
  unsigned number = 0;
  if (code.length > 0 && (code.bytes[0] == 'N' || code.bytes[0] == 'n')) i = 1;
  if (i == code.length || code.length - i > 4) return NULL;
  for (; i < code.length; i++) {
    if (code.bytes[i] < '0' || code.bytes[i] > '9') return NULL;
    number = number * 10 + (unsigned)(code.bytes[i] - '0');
  }
  for (size_t row = 0; row < NOTCH_DIAG_COUNT; row++)
    if (infos[row].number == number) return &infos[row];
  return NULL;
}

void notch_diags_init(notch_diags *sink, notch_arena *arena)
{
  *sink = (notch_diags){.arena = arena};
}

static void put_conversion(notch_buffer *to, char conversion, va_list *args)
{
  switch (conversion) {
  case 's': notch_buffer_text(to, notch_text_of(va_arg(*args, const char *))); break;
  case 't': notch_buffer_text(to, va_arg(*args, notch_text)); break;
  case 'd': notch_buffer_integer(to, va_arg(*args, int)); break;
  case 'l': notch_buffer_integer(to, va_arg(*args, int64_t)); break;
  case '%': notch_buffer_put(to, "%", 1); break;
  default: assert(conversion == 0); break; /* diag.h lists them all */
  }
}

static notch_text format_text(notch_diags *sink, const char *format, va_list *args)
{
  if (sink->translate != NULL) format = sink->translate(format);
  notch_buffer buffer;
  notch_buffer_init(&buffer, sink->arena->memory);
  for (const char *at = format; *at != '\0';) {
    const char *percent = strchr(at, '%');
    size_t plain = percent != NULL ? (size_t)(percent - at) : strlen(at);
    notch_buffer_put(&buffer, at, plain);
    at += plain;
    if (percent == NULL) break;
    assert(at[1] != '\0');
    put_conversion(&buffer, at[1], args);
    at += 2;
  }
  return notch_buffer_keep(&buffer, sink->arena);
}

static bool is_known(const notch_diags *sink, notch_diag_code code, const notch_source *source,
                     notch_span span)
{
  for (const notch_diag *diag = sink->first; diag != NULL; diag = diag->next)
    if (diag->code == code && diag->source == source && diag->span.start == span.start &&
        diag->span.end == span.end)
      return true;
  return false;
}

/* Counts the diagnostic and says whether there is room to keep it. */
static bool admit(notch_diags *sink, notch_severity severity)
{
  switch (severity) {
  case NOTCH_SEVERITY_ERROR:
    sink->error_count++;
    if (sink->error_count > NOTCH_DIAG_ERRORS_MAX) sink->stopped = true;
    return sink->error_count <= NOTCH_DIAG_ERRORS_MAX;
  case NOTCH_SEVERITY_WARNING: return ++sink->warning_count <= WARNINGS_MAX;
  case NOTCH_SEVERITY_NOTE: return true;
  }
  return false;
}

void notch_diag_report(notch_diags *sink, notch_diag_code code, const notch_source *source,
                       notch_span span, ...)
{
  const notch_diag_info *info = notch_diag_info_of(code);
  assert(span.start <= span.end);
  sink->open = NULL;
  if (is_known(sink, code, source, span) || !admit(sink, info->severity)) return;
  notch_diag *diag = NOTCH_NEW(sink->arena, notch_diag);
  if (diag == NULL) return;
  diag->code = code;
  diag->severity = info->severity;
  diag->source = source;
  diag->span = span;
  va_list args;
  va_start(args, span);
  diag->message = format_text(sink, info->format, &args);
  va_end(args);
  if (sink->last != NULL) sink->last->next = diag;
  else sink->first = diag;
  sink->last = sink->open = diag;
}

notch_text notch_diag_phrase(notch_diags *sink, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  notch_text text = format_text(sink, format, &args);
  va_end(args);
  return text;
}

void notch_diag_note(notch_diags *sink, const notch_source *source, notch_span span,
                     const char *format, ...)
{
  if (sink->open == NULL) return;
  notch_diag_note_item *note = NOTCH_NEW(sink->arena, notch_diag_note_item);
  if (note == NULL) return;
  note->source = source;
  note->span = span;
  va_list args;
  va_start(args, format);
  note->text = format_text(sink, format, &args);
  va_end(args);
  notch_diag_note_item **end = &sink->open->notes;
  while (*end != NULL) end = &(*end)->next;
  *end = note;
}

void notch_diag_fix(notch_diags *sink, notch_span span, notch_text replacement,
                    const char *label_format, ...)
{
  if (sink->open == NULL) return;
  notch_diag_fix_item *fix = NOTCH_NEW(sink->arena, notch_diag_fix_item);
  if (fix == NULL) return;
  fix->span = span;
  fix->replacement = notch_arena_text(sink->arena, replacement);
  va_list args;
  va_start(args, label_format);
  fix->label = format_text(sink, label_format, &args);
  va_end(args);
  notch_diag_fix_item **end = &sink->open->fixes;
  while (*end != NULL) end = &(*end)->next;
  *end = fix;
}

static bool is_before(const notch_diag *left, const notch_diag *right)
{
  uint32_t left_id = left->source != NULL ? left->source->id : UINT32_MAX;
  uint32_t right_id = right->source != NULL ? right->source->id : UINT32_MAX;
  if (left_id != right_id) return left_id < right_id;
  return left->span.start < right->span.start;
}

void notch_diags_sort(notch_diags *sink)
{
  notch_diag *sorted = NULL;
  for (notch_diag *diag = sink->first, *next; diag != NULL; diag = next) {
    next = diag->next;
    notch_diag **place = &sorted;
    while (*place != NULL && !is_before(diag, *place)) place = &(*place)->next;
    diag->next = *place;
    *place = diag;
  }
  sink->first = sink->last = sorted;
  while (sink->last != NULL && sink->last->next != NULL) sink->last = sink->last->next;
}
