/*
 * event/read_flat.c -- the short ways from a row's content to its event.
 *
 * What a row holds of a declared event was written by canonical.c: its fields in the order of the
 * layout, without blanks.  Where all of them are plain strings, true or false, the text is read
 * from one end to the other without a tree; where the ledger keeps the keys apart, they were
 * looked up once and the values are all there is to read: a word, an amount or a date at a glance,
 * where it is written as canonical.c does.  Nothing is judged here: whatever is not just so goes
 * the long way from the beginning.
 */
#include <config.h>

#include "event/read.h"

#include <string.h>

#define AMOUNT_BYTES_MAX 18 /* digits that cannot overflow */

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
static bool take_bare(flat *f, char letter, notch_json *value)
{
  const char *start = f->at, *at = start;
  while (at < f->end && *at != ',' && is_plain(*at)) {
    at++;
  }
  f->at = at;
  value->text = (notch_text){start, (uint32_t)(at - start)};
  if (letter == 't') {
    value->kind = NOTCH_JSON_STRING;
    return true;
  }
  bool yes = notch_text_equal(value->text, NOTCH_TEXT("true"));
  value->kind = yes ? NOTCH_JSON_TRUE : NOTCH_JSON_FALSE;
  return yes || notch_text_equal(value->text, NOTCH_TEXT("false"));
}

/* `letter` as in a notch_content_key. */
static bool take_field(notch_reader *reader, flat *f, char letter, const notch_field *field,
                       notch_value *out)
{
  notch_json value;
  value.key = field->name;
  value.first = value.next = NULL;
  value.count = 0;
  value.duplicate = false;
  if (!(letter == 0 ? take_scalar(f, &value) : take_bare(f, letter, &value))) {
    return false;
  }
  if (field->type.kind == NOTCH_TYPE_TEXT || field->type.kind == NOTCH_TYPE_MEMBER) {
    value.text = notch_arena_text(reader->run, value.text);
  }
  return notch_read_value(reader, field, &value, field->name, out);
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

/* ---- values between commas ---- */

/* Whether a value ends there. */
static inline bool ends(const flat *f, const char *at)
{
  return at == f->end || *at == ',';
}

static inline bool take_word(flat *f, const notch_choice_set *choices, int64_t *out)
{
  size_t left = (size_t)(f->end - f->at);
  for (uint32_t i = 0; i < choices->count; i++) {
    notch_text word = choices->words[i];
    if (word.length <= left && *f->at == *word.bytes && ends(f, f->at + word.length) &&
        memcmp(f->at, word.bytes, word.length) == 0) {
      f->at += word.length;
      *out = i;
      return true;
    }
  }
  return false;
}

/* Digits, and all decimals behind a point. */
static inline bool take_amount(flat *f, unsigned decimals, int64_t *out)
{
  int64_t amount = 0;
  const char *at = f->at, *point = NULL;
  const char *most = f->end - at > AMOUNT_BYTES_MAX ? at + AMOUNT_BYTES_MAX : f->end;
  for (; at < most && *at != ','; at++) {
    unsigned digit = (unsigned char)*at - '0';
    if (digit <= 9) {
      amount = amount * 10 + digit;
    } else if (*at == '.' && point == NULL && at > f->at) {
      point = at;
    } else {
      return false;
    }
  }
  if (at == f->at || !ends(f, at) || (point == NULL ? 0 : at - point - 1) != decimals ||
      (point != NULL && decimals == 0)) {
    return false;
  }
  f->at = at;
  *out = amount;
  return true;
}

static inline bool take_date(flat *f, int64_t *out)
{
  int32_t day;
  if (f->end - f->at < NOTCH_DATE_BYTES || !ends(f, f->at + NOTCH_DATE_BYTES) ||
      !notch_date_parse(&day, (notch_text){f->at, NOTCH_DATE_BYTES})) {
    return false;
  }
  f->at += NOTCH_DATE_BYTES;
  *out = day;
  return true;
}

/* False: the value is not just so, and still to be taken. */
static bool take_at_a_glance(flat *f, const notch_content_key *key, notch_value *out)
{
  int64_t number;
  bool taken = false;
  switch (key->way) {
  case NOTCH_WAY_ANY: break;
  case NOTCH_WAY_WORD: taken = take_word(f, key->choices, &number); break;
  case NOTCH_WAY_AMOUNT: taken = take_amount(f, key->decimals, &number); break;
  case NOTCH_WAY_DATE: taken = take_date(f, &number); break;
  }
  if (taken) {
    *out = NOTCH_VALUE(number);
  }
  return taken;
}

bool notch_read_apart(notch_reader *reader, const notch_keys *keys, notch_text values,
                      notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  flat f = {values.bytes, values.bytes + values.length};
  for (uint32_t i = 0; i < keys->count; i++) {
    const notch_content_key *key = &keys->items[i];
    notch_value *value = &event->fields[key->field];
    bool there = (keys->bare && i == 0) || take_char(&f, i == 0 ? '[' : ',');
    if (!there || (!take_at_a_glance(&f, key, value) &&
                   !take_field(reader, &f, key->letter, &decl->fields[key->field], value))) {
      return false;
    }
  }
  return (keys->bare || take_char(&f, ']')) && f.at == f.end;
}

/* ---- keys ---- */

static void find_way(notch_content_key *key, const notch_program *program, const notch_field *field)
{
  notch_type type = field->type;
  if (key->letter != 't') {
    return;
  }
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_CHOICE:
    key->way = NOTCH_WAY_WORD;
    key->choices = &program->choices[type.of];
    break;
  case NOTCH_TYPE_MONEY:
    key->way = NOTCH_WAY_AMOUNT;
    key->decimals = program->currencies[type.of].decimals;
    break;
  case NOTCH_TYPE_POINTS:
    key->way = NOTCH_WAY_AMOUNT;
    key->decimals = program->points[type.of].decimals;
    break;
  case NOTCH_TYPE_NUMBER:
    key->way = field->decimals == 0 ? NOTCH_WAY_AMOUNT : NOTCH_WAY_ANY;
    break;
  case NOTCH_TYPE_DATE: key->way = NOTCH_WAY_DATE; break;
  default: break;
  }
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
                     const notch_json *keys, notch_text letters, notch_arena *arena)
{
  bool listed = type >= NOTCH_EVENT_BUILTIN_COUNT && keys != NULL &&
                keys->kind == NOTCH_JSON_ARRAY &&
                (letters.length == 0 || letters.length == keys->count);
  uint32_t place = 0;
  *out = (notch_keys){.type = type, .bare = letters.length > 0};
  out->items = listed ? NOTCH_NEW_ARRAY(arena, notch_content_key, keys->count + 1) : NULL;
  for (const notch_json *json = listed ? keys->first : NULL; json != NULL; json = json->next) {
    notch_content_key *key = out->items == NULL ? NULL : &out->items[out->count];
    if (key == NULL || json->kind != NOTCH_JSON_STRING ||
        !find_next(layout, type, json->text, &place, &key->field)) {
      out->items = NULL; /* not just so: content is read in one piece */
      return;
    }
    key->letter = out->bare ? letters.bytes[out->count] : 0;
    find_way(key, layout->program, &layout->program->events[type].fields[key->field]);
    out->count++;
  }
}
