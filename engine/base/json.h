/*
 * base/json.h -- the only file that knows the JSON parser.
 *
 * Reading shows a number's own text and every key, in order; a duplicate key is kept and marked.
 * Trees live in the arena given; nesting is limited to 32.
 */
#ifndef NOTCH_BASE_JSON_H
#define NOTCH_BASE_JSON_H

#include "base/memory.h"

typedef enum notch_json_kind {
  NOTCH_JSON_NULL = 0,
  NOTCH_JSON_FALSE = 1,
  NOTCH_JSON_TRUE = 2,
  NOTCH_JSON_NUMBER = 3, /* text: as written, but 1.2e2 as 120 (up to e40) */
  NOTCH_JSON_STRING = 4, /* text: decoded UTF-8 */
  NOTCH_JSON_ARRAY = 5,
  NOTCH_JSON_OBJECT = 6
} notch_json_kind;

typedef struct notch_json {
  notch_json_kind kind;
  bool duplicate;          /* an earlier sibling has the same key */
  notch_text key;          /* members of objects */
  notch_text text;         /* numbers and strings */
  struct notch_json *first; /* arrays and objects: children in source order */
  struct notch_json *next;
  uint32_t count; /* children */
} notch_json;

/* A member whose key an earlier one has; NULL: there is none. */
const notch_json *notch_json_duplicate(const notch_json *object);

/* A copy, the members of every object in the order of their keys; it shares the texts. */
notch_json *notch_json_sorted(const notch_json *json, notch_arena *arena);

/* One parser is reused for many texts; not shared between threads. */
typedef struct notch_json_parser notch_json_parser;
notch_json_parser *notch_json_parser_new(const notch_memory *memory);
void notch_json_parser_free(notch_json_parser *parser);

/* NULL: malformed (or out of memory: arena->failed); *message is then a sentence in the arena
 * and *offset the byte where it went wrong (both may be NULL). */
const notch_json *notch_json_parse(notch_json_parser *parser, notch_text text, notch_arena *run,
                                   notch_text *message, uint32_t *offset);
const notch_json *notch_json_get(const notch_json *object, notch_text key); /* NULL: not there */

/* Writing: a string with quotes and escapes.  Output is UTF-8, no ASCII-only escaping. */
void notch_json_quote(notch_buffer *to, notch_text text);

/* A small writer that puts commas, for --json output: begin/end nest, key before each value. */
typedef struct notch_json_writer {
  notch_buffer *to;
  uint64_t has_items; /* one bit per depth */
  unsigned depth;
  bool after_key;
} notch_json_writer;
void notch_json_begin(notch_json_writer *writer, char bracket); /* '{' or '[' */
void notch_json_end(notch_json_writer *writer, char bracket);   /* '}' or ']' */
void notch_json_key(notch_json_writer *writer, notch_text key);
void notch_json_text(notch_json_writer *writer, notch_text text);
/* The same of what a buffer holds, which is freed; its failure is the writer's. */
void notch_json_taken(notch_json_writer *writer, notch_buffer *text);
void notch_json_integer(notch_json_writer *writer, int64_t value);
void notch_json_bool(notch_json_writer *writer, bool value);
void notch_json_null(notch_json_writer *writer);
void notch_json_raw(notch_json_writer *writer, notch_text json);
/* A member of an object: its key and its value. */
void notch_json_put_text(notch_json_writer *writer, const char *key, notch_text value);
void notch_json_put_integer(notch_json_writer *writer, const char *key, int64_t value);

#endif
