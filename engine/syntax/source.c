/* syntax/source.c -- keeps script texts and turns byte offsets into lines and columns. */
#include <config.h>

#include "syntax/source.h"

#include <assert.h>
#include <string.h>

static uint32_t count_lines(notch_text text)
{
  uint32_t lines = 1;
  const char *at = text.bytes;
  const char *end = text.bytes + text.length;
  while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
    lines++;
    at++;
  }
  return lines;
}

static const uint32_t *find_lines(notch_text text, uint32_t count, notch_arena *parse)
{
  uint32_t *starts = NOTCH_NEW_ARRAY(parse, uint32_t, count);
  if (starts == NULL) return NULL;
  uint32_t line = 1;
  for (uint32_t i = 0; i < text.length && line < count; i++)
    if (text.bytes[i] == '\n') starts[line++] = i + 1;
  assert(line == count);
  return starts;
}

/* A byte order mark would stick to the first name; blanks keep every offset as it was. */
static notch_text without_mark(notch_text text, notch_arena *parse)
{
  notch_text copy = notch_arena_text(parse, text);
  if (copy.length >= 3 && copy.bytes != NULL && memcmp(copy.bytes, "\xEF\xBB\xBF", 3) == 0)
    memset((char *)copy.bytes, ' ', 3); /* our own copy, writable */
  return copy;
}

static bool grow(notch_sources *sources, notch_arena *parse)
{
  if (sources->count < sources->capacity) return true;
  if (sources->capacity > UINT16_MAX / 2) return false;
  uint16_t capacity = (uint16_t)(sources->capacity == 0 ? 8 : sources->capacity * 2);
  const notch_source **items = NOTCH_NEW_ARRAY(parse, const notch_source *, capacity);
  if (items == NULL) return false;
  if (sources->count > 0)
    memcpy(items, sources->items, sizeof(const notch_source *) * sources->count);
  sources->items = items;
  sources->capacity = capacity;
  return true;
}

const notch_source *notch_source_add(notch_sources *sources, notch_text name, notch_text text,
                                     notch_arena *parse)
{
  assert(sources != NULL);
  if (text.length > NOTCH_SOURCE_BYTES_MAX || !grow(sources, parse)) return NULL;
  notch_source *source = NOTCH_NEW(parse, notch_source);
  if (source == NULL) return NULL;
  source->name = notch_arena_text(parse, name);
  source->text = without_mark(text, parse);
  if (parse->failed) return NULL;
  source->line_count = count_lines(source->text);
  source->line_starts = find_lines(source->text, source->line_count, parse);
  if (source->line_starts == NULL) return NULL;
  source->id = sources->count;
  sources->items[sources->count++] = source;
  return source;
}

const notch_source *notch_source_get(const notch_sources *sources, uint16_t id)
{
  assert(id < sources->count);
  return sources->items[id];
}

notch_position notch_source_position(const notch_source *source, uint32_t offset)
{
  if (offset > source->text.length) offset = source->text.length;
  uint32_t low = 0, high = source->line_count; /* line_starts[low] <= offset */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (source->line_starts[middle] <= offset) low = middle;
    else high = middle;
  }
  notch_position position = {.line = low + 1, .column = 1};
  for (uint32_t i = source->line_starts[low]; i < offset; i++)
    if (((unsigned char)source->text.bytes[i] & 0xC0) != 0x80) position.column++;
  return position;
}

notch_text notch_source_line(const notch_source *source, uint32_t line)
{
  assert(line >= 1 && line <= source->line_count);
  uint32_t start = source->line_starts[line - 1];
  uint32_t end = line < source->line_count ? source->line_starts[line] - 1 : source->text.length;
  if (end > start && source->text.bytes[end - 1] == '\r') end--;
  return (notch_text){.bytes = source->text.bytes + start, .length = end - start};
}

uint32_t notch_source_indent(const notch_source *source, uint32_t offset)
{
  assert(offset <= source->text.length);
  notch_text text = source->text;
  uint32_t start = offset, blanks = 0;
  while (start > 0 && text.bytes[start - 1] != '\n') start--;
  while (start + blanks < text.length &&
         (text.bytes[start + blanks] == ' ' || text.bytes[start + blanks] == '\t'))
    blanks++;
  return blanks;
}

bool notch_source_begins_line(const notch_source *source, uint32_t offset, uint32_t *indent)
{
  assert(offset <= source->text.length);
  uint32_t start = offset;
  while (start > 0 && (source->text.bytes[start - 1] == ' ' ||
                       source->text.bytes[start - 1] == '\t'))
    start--;
  *indent = offset - start;
  return start == 0 || source->text.bytes[start - 1] == '\n';
}

notch_text notch_source_slice(const notch_source *source, notch_span span)
{
  assert(span.start <= span.end);
  assert(span.end <= source->text.length);
  return (notch_text){.bytes = source->text.bytes + span.start, .length = span.end - span.start};
}

uint32_t notch_source_next(notch_text line, uint32_t at, uint32_t *code_point)
{
  unsigned char lead = (unsigned char)line.bytes[at];
  uint32_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t value = lead < 0x80 ? lead : lead & (0x7Fu >> size);
  uint32_t end = at + 1;
  while (end < line.length && end < at + size && ((unsigned char)line.bytes[end] & 0xC0) == 0x80)
    value = value << 6 | ((unsigned char)line.bytes[end++] & 0x3F);
  *code_point = value;
  return end;
}

unsigned notch_source_cells(uint32_t code_point)
{
  bool wide = (code_point >= 0x1100 && code_point <= 0x115F) ||
              (code_point >= 0x2E80 && code_point <= 0xA4CF) ||
              (code_point >= 0xAC00 && code_point <= 0xD7A3) ||
              (code_point >= 0xF900 && code_point <= 0xFAFF) ||
              (code_point >= 0xFE30 && code_point <= 0xFE6F) ||
              (code_point >= 0xFF00 && code_point <= 0xFF60) ||
              (code_point >= 0x1F300 && code_point <= 0x1FAFF) ||
              (code_point >= 0x20000 && code_point <= 0x3FFFD);
  return wide ? 2 : 1;
}
