/*
 * event/read_flat.c -- the short ways from a row's content to its event.
 *
 * What a row holds of a declared event was written by canonical.c: its fields in the order of the
 * layout, without blanks.  Where all of them are plain strings, true or false, the text is read
 * from one end to the other without a tree; where the ledger keeps the keys apart, they were
 * looked up once and the values are all there is to read.  Nothing is judged here: whatever is
 * not just so goes the long way from the beginning.
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

static inline bool take_char(flat *f, char wanted)
{
  bool there = f->at < f->end && *f->at == wanted;
  f->at += there ? 1 : 0;
  return there;
}

static bool take_key(flat *f, notch_text name)
{
  flat before = *f;
  if (take_char(f, '"') && take(f, name.bytes, name.length) && take(f, "\":", 2)) {
    return true;
  }
  *f = before;
  return false;
}

/* Printable ASCII without escapes. */
static inline bool is_plain(char c)
{
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static bool take_scalar(flat *f, notch_json *value)
{
  if (take_char(f, '"')) {
    const char *start = f->at, *at = start;
    while (at < f->end && is_plain(*at)) {
      at++;
    }
    value->kind = NOTCH_JSON_STRING;
    value->text = (notch_text){start, (uint32_t)(at - start)};
    f->at = at;
    return take_char(f, '"');
  }
  bool yes = take(f, "true", 4);
  value->kind = yes ? NOTCH_JSON_TRUE : NOTCH_JSON_FALSE;
  return yes || take(f, "false", 5);
}

/* Up to the next comma: a text without its quotes ('t'), or another value. */
static bool take_bare(flat *f, char sort, notch_json *value)
{
  const char *start = f->at, *at = start;
  while (at < f->end && *at != ',' && is_plain(*at)) {
    at++;
  }
  f->at = at;
  value->text = (notch_text){start, (uint32_t)(at - start)};
  if (sort == 't') {
    value->kind = NOTCH_JSON_STRING;
    return true;
  }
  bool yes = notch_text_equal(value->text, NOTCH_TEXT("true"));
  value->kind = yes ? NOTCH_JSON_TRUE : NOTCH_JSON_FALSE;
  return yes || notch_text_equal(value->text, NOTCH_TEXT("false"));
}

/* `sort` as in take_bare(); 0: as JSON has it. */
static bool take_field(notch_reader *reader, flat *f, char sort, const notch_field *field,
                       notch_value *out)
{
  notch_json value;
  value.key = field->name;
  value.first = value.next = NULL;
  value.count = 0;
  value.duplicate = false;
  return (sort == 0 ? take_scalar(f, &value) : take_bare(f, sort, &value)) &&
         notch_read_value(reader, field, &value, field->name, out);
}

bool notch_read_flat(notch_reader *reader, notch_text content, notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  const uint32_t *order = reader->layout->events[event->type];
  flat f = {content.bytes, content.bytes + content.length};
  bool first = true;
  if (!take_char(&f, '{')) {
    return false;
  }
  for (uint32_t i = 0; i < decl->field_count && f.at < f.end && *f.at != '}'; i++) {
    const notch_field *field = &decl->fields[order[i]];
    flat before = f;
    if ((!first && !take_char(&f, ',')) || !take_key(&f, field->name)) {
      f = before; /* it was not sent */
      continue;
    }
    first = false;
    if (!take_field(reader, &f, 0, field, &event->fields[order[i]])) {
      return false;
    }
  }
  return take_char(&f, '}') && f.at == f.end;
}

bool notch_read_apart(notch_reader *reader, const notch_keys *keys, notch_text values,
                      notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  flat f = {values.bytes, values.bytes + values.length};
  bool bare = keys->texts.length > 0;
  if (bare && keys->texts.length != keys->count) {
    return false;
  }
  for (uint32_t i = 0; i < keys->count; i++) {
    uint32_t index = keys->fields[i];
    bool there = bare && i == 0 ? true : take_char(&f, i == 0 ? '[' : ',');
    if (!there || !take_field(reader, &f, bare ? keys->texts.bytes[i] : 0, &decl->fields[index],
                              &event->fields[index])) {
      return false;
    }
  }
  return (bare || take_char(&f, ']')) && f.at == f.end;
}

/* The next field in the order of the layout that is called so, from *place on. */
static bool find_next(const notch_layout *layout, uint32_t type, notch_text name, uint32_t *place,
                      uint32_t *field)
{
  const notch_event_decl *decl = &layout->program->events[type];
  for (; *place < decl->field_count; ++*place) {
    *field = layout->events[type][*place];
    if (notch_text_equal(decl->fields[*field].name, name)) {
      ++*place;
      return true;
    }
  }
  return false;
}

void notch_read_keys(notch_keys *out, const notch_layout *layout, uint32_t type,
                     const notch_json *keys, notch_arena *arena)
{
  bool listed = type >= NOTCH_EVENT_BUILTIN_COUNT && keys != NULL && keys->kind == NOTCH_JSON_ARRAY;
  uint32_t place = 0;
  *out = (notch_keys){.type = type};
  out->fields = listed ? NOTCH_NEW_ARRAY(arena, uint32_t, keys->count + 1) : NULL;
  for (const notch_json *key = listed ? keys->first : NULL; key != NULL; key = key->next) {
    if (out->fields == NULL || key->kind != NOTCH_JSON_STRING ||
        !find_next(layout, type, key->text, &place, &out->fields[out->count])) {
      out->fields = NULL; /* not just so: content is read in one piece */
      return;
    }
    out->count++;
  }
}
