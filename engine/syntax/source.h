/*
 * syntax/source.h -- script texts, and where in them something stands.
 *
 * A span counts bytes; lines and columns (both from 1, columns in characters) are computed only
 * when a message is printed.
 */
#ifndef NOTCH_SYNTAX_SOURCE_H
#define NOTCH_SYNTAX_SOURCE_H

#include "base/memory.h"

#define NOTCH_SOURCE_BYTES_MAX (8u * 1024 * 1024)

typedef struct notch_span {
  uint32_t start, end; /* byte offsets; end is not included */
} notch_span;

typedef struct notch_source {
  notch_text name; /* as shown in messages: usually the file's name */
  notch_text text; /* the bytes as given; a byte order mark is blanked */
  const uint32_t *line_starts; /* byte offsets, ascending; line_starts[0] == 0 */
  uint32_t line_count;
  uint16_t id; /* index in its notch_sources */
} notch_source;

typedef struct notch_sources {
  const notch_source **items; /* by id */
  uint16_t count, capacity;
} notch_sources;

typedef struct notch_position {
  uint32_t line, column; /* from 1 */
} notch_position;

/* Copies name and text into the arena.  NULL: too many sources, or out of memory. */
const notch_source *notch_source_add(notch_sources *sources, notch_text name, notch_text text,
                                     notch_arena *parse);
const notch_source *notch_source_get(const notch_sources *sources, uint16_t id);

notch_position notch_source_position(const notch_source *source, uint32_t offset);
notch_text notch_source_line(const notch_source *source, uint32_t line); /* without its newline */
/* Whether only blanks stand before `offset` on its line; *indent is then how many bytes. */
bool notch_source_begins_line(const notch_source *source, uint32_t offset, uint32_t *indent);
/* Blanks at the beginning of the line of `offset`, in bytes. */
uint32_t notch_source_indent(const notch_source *source, uint32_t offset);
notch_text notch_source_slice(const notch_source *source, notch_span span);

/* The character at `at` and where the next begins.  Valid UTF-8 is not assumed: the text may be
 * what a diagnostic complains about. */
uint32_t notch_source_next(notch_text text, uint32_t at, uint32_t *code_point);
/* Cells on a terminal: two for Han, kana, Hangul and full-width forms. */
unsigned notch_source_cells(uint32_t code_point);

#endif
