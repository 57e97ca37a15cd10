/* event/csv.c -- rows of CSV as JSON; every cell is a text, which the typed reader understands. */
#include <config.h>

#include "event/csv.h"

#include "base/json.h"

#include <assert.h>
#include <string.h>

size_t notch_csv_record(const char *bytes, size_t size, bool last)
{
  bool quoted = false;
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '"') {
      quoted = !quoted;
    } else if (bytes[i] == '\n' && !quoted) {
      return i + 1;
    } else if (bytes[i] == '\r' && !quoted && i + 1 < size && bytes[i + 1] != '\n') {
      return i + 1;
    }
  }
  return last ? size : 0; /* what ends in a carriage return may go on with the other half */
}

static notch_text without_line_end(notch_text record)
{
  while (record.length > 0 && (record.bytes[record.length - 1] == '\n' ||
                               record.bytes[record.length - 1] == '\r')) {
    record.length--;
  }
  return record;
}

/* Takes one field off the front.  False: a quote that is not closed, or text after it; or memory
 * ran out, which the arena tells. */
static bool take_field(notch_text *rest, notch_text *field, bool *more, notch_arena *run)
{
  const char *bytes = rest->bytes;
  uint32_t length = rest->length, at = 0;
  if (length > 0 && bytes[0] == '"') {
    char *plain = notch_arena_alloc(run, length);
    uint32_t count = 0;
    if (plain == NULL) {
      return false;
    }
    for (at = 1; at < length; at++) {
      if (bytes[at] == '"' && (at + 1 == length || bytes[at + 1] != '"')) {
        break;
      }
      plain[count++] = bytes[at];
      at += bytes[at] == '"' ? 1 : 0;
    }
    if (at == length || (at + 1 < length && bytes[at + 1] != ',')) {
      return false;
    }
    at++;
    *field = (notch_text){plain, count};
  } else {
    while (at < length && bytes[at] != ',') {
      at++;
    }
    *field = (notch_text){bytes, at};
  }
  *more = at < length;
  rest->bytes += at + (*more ? 1 : 0);
  rest->length -= at + (*more ? 1 : 0);
  return true;
}

static bool is(notch_text text, const char *word)
{
  return notch_text_equal(text, notch_text_of(word));
}

bool notch_csv_open(notch_csv *out, notch_text header, notch_arena *arena, const char **why)
{
  NOTCH_VEC(notch_text) columns = {0};
  notch_text rest = without_line_end(header), field;
  bool more = true, member = false, at = false;
  while (more) {
    if (!take_field(&rest, &field, &more, arena) || field.length == 0) {
      *why = "the first line of a CSV file names its columns, separated by commas";
      return false;
    }
    field = is(field, "date") ? NOTCH_TEXT("at") : notch_arena_text(arena, field);
    for (uint32_t i = 0; i < columns.count; i++) {
      if (notch_text_equal(columns.items[i], field)) {
        *why = "a column is named twice (`date` stands for `at`)";
        return false;
      }
    }
    member = member || is(field, "member");
    at = at || is(field, "at");
    out->has_id = out->has_id || is(field, "id");
    out->has_type = out->has_type || is(field, "type");
    notch_text *column = notch_vec_try_push(&columns, arena);
    if (column == NULL) {
      return false;
    }
    *column = field;
  }
  out->columns = columns.items;
  out->column_count = columns.count;
  if (!at) {
    bool other = out->column_count == 1 && memchr(columns.items[0].bytes, ';',
                                                  columns.items[0].length) != NULL;
    *why = other ? "the columns of a CSV file are separated by commas, not by semicolons"
                 : "the CSV file has no column `at` or `date`";
  } else if (!out->has_type && out->type.length == 0) {
    *why = "no column `type` says what the rows are: name it with --type, as in --type purchase";
  }
  return at && (out->has_type || out->type.length > 0);
}

static void member_of(notch_buffer *to, bool *first, notch_text key, notch_text value)
{
  notch_buffer_text(to, *first ? NOTCH_TEXT("{") : NOTCH_TEXT(","));
  *first = false;
  notch_json_quote(to, key);
  notch_buffer_text(to, NOTCH_TEXT(":"));
  notch_json_quote(to, value);
}

bool notch_csv_event(notch_buffer *to, const notch_csv *csv, notch_text record, uint64_t line,
                     notch_arena *run, const char **why)
{
  notch_text rest = without_line_end(record), field;
  bool more = true, first = true;
  if (notch_text_find_bad_utf8(rest) != rest.length) {
    *why = "the row is not UTF-8";
    return false;
  }
  if (!csv->has_id) {
    notch_text id = notch_arena_format(run, "%.*s%s%llu", (int)csv->name.length,
                                       csv->name.bytes, csv->name.length > 0 ? ":" : "",
                                       (unsigned long long)line);
    member_of(to, &first, NOTCH_TEXT("id"), id);
  }
  if (!csv->has_type) {
    member_of(to, &first, NOTCH_TEXT("type"), csv->type);
  }
  for (uint32_t i = 0; more; i++) {
    if (!take_field(&rest, &field, &more, run)) {
      *why = "a quote in the row is not closed, or text follows it";
      return false;
    }
    if (i >= csv->column_count || (!more && i + 1 < csv->column_count)) {
      *why = i >= csv->column_count ? "the row has more fields than the header names"
                                    : "the row has fewer fields than the header names";
      return false;
    }
    if (field.length > 0) {
      member_of(to, &first, csv->columns[i], field);
    }
  }
  notch_buffer_text(to, NOTCH_TEXT("}"));
  return true;
}
