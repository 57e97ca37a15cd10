/* base/json_write.c -- JSON out: quoting, and a writer that puts the commas. */
#include <config.h>

#include "base/json.h"

#include <assert.h>
#include <string.h>

void notch_json_quote(notch_buffer *to, notch_text text)
{
  static const char hex[] = "0123456789abcdef";
  uint32_t start = 0;
  notch_buffer_put(to, "\"", 1);
  for (uint32_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.bytes[i];
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
      continue;
    char escape[6] = {'\\', (char)c, '0', '0', 0, 0};
    size_t size = 2;
    switch (c) {
    case '"':
    case '\\': break;
    case '\n': escape[1] = 'n'; break;
    case '\t': escape[1] = 't'; break;
    case '\r': escape[1] = 'r'; break;
    case '\b': escape[1] = 'b'; break;
    case '\f': escape[1] = 'f'; break;
    default:
      escape[1] = 'u';
      escape[4] = hex[c >> 4];
      escape[5] = hex[c & 15];
      size = 6;
      break;
    }
    notch_buffer_put(to, text.bytes + start, i - start);
    notch_buffer_put(to, escape, size);
    start = i + 1;
  }
  if (start < text.length)
    notch_buffer_put(to, text.bytes + start, text.length - start);
  notch_buffer_put(to, "\"", 1);
}

/* Puts the comma that a value or key needs before it. */
static void separate(notch_json_writer *writer)
{
  uint64_t bit = UINT64_C(1) << writer->depth;
  if (writer->after_key) {
    writer->after_key = false;
    return;
  }
  if (writer->depth > 0 && (writer->has_items & bit) != 0)
    notch_buffer_put(writer->to, ",", 1);
  writer->has_items |= bit;
}

void notch_json_begin(notch_json_writer *writer, char bracket)
{
  assert(bracket == '{' || bracket == '[');
  assert(writer->depth < 63);
  separate(writer);
  notch_buffer_put(writer->to, &bracket, 1);
  writer->depth++;
  writer->has_items &= ~(UINT64_C(1) << writer->depth);
}

void notch_json_end(notch_json_writer *writer, char bracket)
{
  assert(bracket == '}' || bracket == ']');
  assert(writer->depth > 0 && !writer->after_key);
  writer->depth--;
  notch_buffer_put(writer->to, &bracket, 1);
}

void notch_json_key(notch_json_writer *writer, notch_text key)
{
  assert(!writer->after_key);
  separate(writer);
  notch_json_quote(writer->to, key);
  notch_buffer_put(writer->to, ":", 1);
  writer->after_key = true;
}

void notch_json_text(notch_json_writer *writer, notch_text text)
{
  separate(writer);
  notch_json_quote(writer->to, text);
}

void notch_json_taken(notch_json_writer *writer, notch_buffer *text)
{
  notch_json_text(writer, (notch_text){text->bytes, (uint32_t)text->length});
  writer->to->failed = writer->to->failed || text->failed;
  notch_buffer_free(text);
}

void notch_json_integer(notch_json_writer *writer, int64_t value)
{
  separate(writer);
  notch_buffer_integer(writer->to, value);
}

void notch_json_bool(notch_json_writer *writer, bool value)
{
  separate(writer);
  notch_buffer_text(writer->to, value ? NOTCH_TEXT("true") : NOTCH_TEXT("false"));
}

void notch_json_null(notch_json_writer *writer)
{
  separate(writer);
  notch_buffer_text(writer->to, NOTCH_TEXT("null"));
}

void notch_json_raw(notch_json_writer *writer, notch_text json)
{
  separate(writer);
  notch_buffer_text(writer->to, json);
}

void notch_json_put_text(notch_json_writer *writer, const char *key, notch_text value)
{
  notch_json_key(writer, notch_text_of(key));
  notch_json_text(writer, value);
}

void notch_json_put_integer(notch_json_writer *writer, const char *key, int64_t value)
{
  notch_json_key(writer, notch_text_of(key));
  notch_json_integer(writer, value);
}
