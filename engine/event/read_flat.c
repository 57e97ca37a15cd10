/*
 * event/read_flat.c -- the short way from a row's content to its event.
 *
 * What a row holds of a declared event was written by canonical.c: its fields in the order of the
 * layout, without blanks.  Where all of them are plain strings, true or false, the text is read
 * from one end to the other without a tree.  Nothing is judged here: whatever is not just so goes
 * the long way from the beginning.
 */
#include <config.h>

#include "event/read.h"

#include <string.h>

typedef struct flat {
  const char *at, *end;
} flat;

static bool take(flat *f, const char *bytes, uint32_t length)
{
  bool there = (size_t)(f->end - f->at) >= length && memcmp(f->at, bytes, length) == 0;
  f->at += there ? length : 0;
  return there;
}

static bool take_key(flat *f, notch_text name)
{
  flat before = *f;
  if (take(f, "\"", 1) && take(f, name.bytes, name.length) && take(f, "\":", 2)) {
    return true;
  }
  *f = before;
  return false;
}

/* Printable ASCII without escapes. */
static bool take_string(flat *f, notch_text *out)
{
  const char *start = f->at, *at = start;
  while (at < f->end && *at >= ' ' && *at <= '~' && *at != '"' && *at != '\\') {
    at++;
  }
  *out = (notch_text){start, (uint32_t)(at - start)};
  f->at = at;
  return take(f, "\"", 1);
}

static bool take_scalar(flat *f, notch_json *value)
{
  if (take(f, "\"", 1)) {
    value->kind = NOTCH_JSON_STRING;
    return take_string(f, &value->text);
  }
  bool yes = take(f, "true", 4);
  value->kind = yes ? NOTCH_JSON_TRUE : NOTCH_JSON_FALSE;
  return yes || take(f, "false", 5);
}

bool notch_read_flat(notch_reader *reader, notch_text content, notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  const uint32_t *order = reader->layout->events[event->type];
  flat f = {content.bytes, content.bytes + content.length};
  bool first = true;
  if (!take(&f, "{", 1)) {
    return false;
  }
  for (uint32_t i = 0; i < decl->field_count && f.at < f.end && *f.at != '}'; i++) {
    const notch_field *field = &decl->fields[order[i]];
    flat before = f;
    if ((!first && !take(&f, ",", 1)) || !take_key(&f, field->name)) {
      f = before; /* it was not sent */
      continue;
    }
    first = false;
    notch_json value = {.key = field->name};
    if (!take_scalar(&f, &value) ||
        !notch_read_value(reader, field, &value, field->name, &event->fields[order[i]])) {
      return false;
    }
  }
  return take(&f, "}", 1) && f.at == f.end;
}
