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

/*
 * ---- values between commas: a NUL stands after the last one ----
 *
 * Each of these functions gives the place behind a value, or NULL where it is not just so.
 */

/* `at`, if a value ends there. */
static inline const char *if_ended(const char *at, const char *end)
{
  return *at == ',' || at == end ? at : NULL;
}

static inline const char *after_word(const char *at, const char *end,
                                     const notch_content_key *key, int64_t *out)
{
  size_t left = (size_t)(end - at);
  for (uint32_t i = key->begin[(unsigned char)*at]; i < key->choices.count; i++) {
    notch_text word = key->choices.words[i];
    if (word.length <= left && if_ended(at + word.length, end) != NULL &&
        memcmp(at, word.bytes, word.length) == 0) {
      *out = i;
      return at + word.length;
    }
  }
  return NULL;
}

static inline const char *after_digits(const char *at, uint64_t *number)
{
  for (unsigned digit; (digit = (unsigned char)*at - '0') <= 9; at++) {
    *number = *number * 10 + digit;
  }
  return at;
}

/* Digits, and all decimals behind a point. */
static inline const char *after_amount(const char *at, const char *end, unsigned decimals,
                                       int64_t *out)
{
  uint64_t amount = 0;
  const char *point = after_digits(at, &amount), *last = point;
  if (decimals > 0 && *point == '.') {
    last = after_digits(point + 1, &amount);
  }
  *out = (int64_t)amount;
  bool fine = point > at && last - point == (decimals > 0 ? (ptrdiff_t)decimals + 1 : 0) &&
              last - at <= AMOUNT_BYTES_MAX;
  return fine ? if_ended(last, end) : NULL;
}

static inline const char *after_date(const char *at, const char *end, int64_t *out)
{
  int32_t day;
  if (end - at < NOTCH_DATE_BYTES ||
      !notch_date_parse(&day, (notch_text){at, NOTCH_DATE_BYTES})) {
    return NULL;
  }
  *out = day;
  return if_ended(at + NOTCH_DATE_BYTES, end);
}

static inline const char *at_a_glance(const char *at, const char *end,
                                      const notch_content_key *key, int64_t *out)
{
  switch (key->way) {
  case NOTCH_WAY_ANY: break;
  case NOTCH_WAY_WORD: return after_word(at, end, key, out);
  case NOTCH_WAY_AMOUNT: return after_amount(at, end, key->decimals, out);
  case NOTCH_WAY_DATE: return after_date(at, end, out);
  }
  return NULL;
}

bool notch_read_apart(notch_reader *reader, const notch_keys *keys, notch_text values,
                      notch_value *fields)
{
  const char *at = values.bytes, *end = at + values.length;
  const notch_content_key *key = keys->items, *last = key + keys->count;
  for (; key < last; key++) {
    if (key->before != 0 && *at++ != key->before) {
      return false;
    }
    int64_t number;
    const char *behind = at_a_glance(at, end, key, &number);
    if (behind != NULL) {
      fields[key->field] = NOTCH_VALUE(number);
      at = behind;
      continue;
    }
    flat f = {at, end};
    if (!take_field(reader, &f, key->letter, &keys->decl->fields[key->field],
                    &fields[key->field])) {
      return false;
    }
    at = f.at;
  }
  return (keys->bare || *at++ == ']') && at == end;
}

/* ---- keys ---- */

/* Where among the choices to begin looking for a word. */
static const uint8_t *begin_of(const notch_choice_set *choices, notch_arena *arena)
{
  uint8_t *begin = notch_arena_take(arena, 256);
  if (begin != NULL) {
    memset(begin, choices->count < UINT8_MAX ? (int)choices->count : UINT8_MAX, 256);
    for (uint32_t i = choices->count; i-- > 0;) {
      begin[(unsigned char)*choices->words[i].bytes] = (uint8_t)(i < UINT8_MAX ? i : UINT8_MAX);
    }
  }
  return begin;
}

static void find_way(notch_content_key *key, const notch_program *program,
                     const notch_field *field, notch_arena *arena)
{
  notch_type type = field->type;
  if (key->letter != 't') {
    return;
  }
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_CHOICE:
    key->choices = program->choices[type.of];
    key->begin = begin_of(&key->choices, arena);
    key->way = key->begin == NULL ? NOTCH_WAY_ANY : NOTCH_WAY_WORD;
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
  uint32_t place = 0, glances = 0;
  *out = (notch_keys){.decl = &layout->program->events[type],
                      .bare = letters.length > 0,
                      .blank = notch_event_blank(type)};
  out->items = listed ? NOTCH_NEW_ARRAY(arena, notch_content_key, keys->count + 1) : NULL;
  for (const notch_json *json = listed ? keys->first : NULL; json != NULL; json = json->next) {
    notch_content_key *key = out->items == NULL ? NULL : &out->items[out->count];
    if (key == NULL || json->kind != NOTCH_JSON_STRING ||
        !find_next(layout, type, json->text, &place, &key->field)) {
      out->items = NULL; /* not just so: content is read in one piece */
      return;
    }
    key->letter = out->bare ? letters.bytes[out->count] : 0;
    key->before = out->count > 0 ? ',' : out->bare ? 0 : '[';
    find_way(key, layout->program, &out->decl->fields[key->field], arena);
    glances += key->way != NOTCH_WAY_ANY;
    out->count++;
  }
  out->whole = glances == out->decl->field_count;
}
