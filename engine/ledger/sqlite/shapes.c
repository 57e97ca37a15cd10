/*
 * ledger/sqlite/shapes.c -- the keys of an event's content, which thousands of events share, are
 * kept once: the table `shape` has them, the row of the event the values alone.
 *
 * Where no text has a comma, a quote or a backslash in it and no value is a list or an object, the
 * values stand between commas, texts without their quotes: which those are the shape says.  Of
 * other contents the row has the array of the values in JSON.
 *
 * A content is split as it is written and joined as it is read, byte for byte the same: the leaf
 * is over the joined text, so no change of either part goes unseen.  What cannot be split, or
 * would be one shape too many, is kept as it is, under shape 0.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

#define SHAPES_MAX 127u /* they are looked through one by one */
#define KEYS_BYTES_MAX 1024u

/* ---- texts ---- */

/* After the string that begins at `at`; NULL: it does not end. */
static const char *after_string(const char *at, const char *end)
{
  at++;
  while (at < end && *at != '"') {
    at += *at == '\\' && end - at > 1 ? 2 : 1;
  }
  return at < end ? at + 1 : NULL;
}

/* The comma or bracket that ends the value at `at`; NULL: there is none. */
static const char *after_value(const char *at, const char *end)
{
  unsigned depth = 0;
  while (at < end) {
    switch (*at) {
    case '"':
      at = after_string(at, end);
      if (at == NULL) {
        return NULL;
      }
      continue;
    case '{':
    case '[': depth++; break;
    case '}':
    case ']':
      if (depth == 0) {
        return at;
      }
      depth--;
      break;
    case ',':
      if (depth == 0) {
        return at;
      }
      break;
    default: break;
    }
    at++;
  }
  return NULL;
}

/* The end of a value that needs no quotes and brackets to be told from others; NULL: it does.
 * *value moves behind the quote of a text, of which the end is its other quote. */
static const char *after_plain(const char **value, const char *end, bool text)
{
  const char *at = *value + (text ? 1 : 0);
  *value = at;
  for (; at < end; at++) {
    switch (*at) {
    case '"': return text ? at : NULL;
    case ',':
    case '}':
      if (!text) {
        return at;
      }
      if (*at == ',') {
        return NULL;
      }
      break;
    case '\\': return NULL;
    case '{':
    case '[':
      if (!text) {
        return NULL;
      }
      break;
    default: break;
    }
  }
  return NULL;
}

/* Keys and values of an object without spaces, both in brackets, but plain values only behind the
 * first one, with a letter each in `sorts`; false: it is none, or the values are not plain. */
static bool split(notch_shape_cache *cache, notch_text content, bool plain)
{
  notch_buffer *keys = &cache->keys, *sorts = &cache->sorts, *values = &cache->values;
  notch_buffer_clear(keys);
  notch_buffer_clear(sorts);
  notch_buffer_clear(values);
  if (content.length < 2 || content.bytes[0] != '{') {
    return false;
  }
  const char *at = content.bytes, *end = at + content.length;
  do {
    const char *key = ++at, *colon = at < end && *at == '"' ? after_string(at, end) : NULL;
    const char *value = colon != NULL && colon < end && *colon == ':' ? colon + 1 : NULL;
    bool text = value != NULL && value < end && *value == '"';
    at = value == NULL ? NULL : plain ? after_plain(&value, end, text) : after_value(value, end);
    if (at == NULL || (at == value && !(plain && text)) || *at == ']') {
      return false;
    }
    const char *mark = keys->length == 0 ? "[" : ",";
    notch_buffer_put(keys, mark, 1);
    notch_buffer_put(keys, key, (size_t)(colon - key));
    notch_buffer_put(values, mark, 1);
    notch_buffer_put(values, value, (size_t)(at - value));
    if (plain) {
      notch_buffer_put(sorts, text ? "t" : "v", 1);
      at += text ? 1 : 0;
    }
  } while (at < end && *at == ',');
  notch_buffer_put(keys, "]", 1);
  if (!plain) {
    notch_buffer_put(values, "]", 1);
  }
  return at + 1 == end && *at == '}' && values->length > 1;
}

/* The same for one that has just these keys: most often those of the event before it. */
static bool split_like(const notch_shape *shape, notch_buffer *values, notch_text content)
{
  notch_buffer_clear(values);
  if (content.length == 0) {
    return false;
  }
  const char *at = content.bytes, *end = at + content.length;
  for (uint32_t i = 0; i < shape->count; i++) {
    notch_text lead = shape->leads[i];
    if ((size_t)(end - at) <= lead.length || memcmp(at, lead.bytes, lead.length) != 0) {
      return false;
    }
    bool plain = shape->texts.length > 0, text = plain && shape->texts.bytes[i] == 't';
    const char *value = at + lead.length - (text ? 1 : 0);
    if (plain && !text && *value == '"') {
      return false;
    }
    at = plain ? after_plain(&value, end, text) : after_value(value, end);
    if (at == NULL || (at == value && !text)) {
      return false;
    }
    notch_buffer_put(values, i == 0 ? "[" : ",", 1);
    notch_buffer_put(values, value, (size_t)(at - value));
  }
  if (shape->texts.length == 0) {
    notch_buffer_put(values, "]", 1);
  }
  notch_text tail = shape->leads[shape->count];
  return (size_t)(end - at) == tail.length && memcmp(at, tail.bytes, tail.length) == 0 &&
         values->length > 1;
}

/* ---- the cache ---- */

/* What stands between two values, or at an end: the quotes of texts on either side. */
static bool add_lead(notch_shape *shape, notch_text *lead, notch_text key, uint32_t i,
                     notch_arena *arena)
{
  char *bytes = notch_arena_alloc(arena, (size_t)key.length + 4), *to = bytes;
  if (bytes == NULL) {
    return false;
  }
  if (i > 0 && shape->texts.length > 0 && shape->texts.bytes[i - 1] == 't') {
    *to++ = '"';
  }
  if (key.length == 0) {
    *to++ = '}';
  } else {
    *to++ = i == 0 ? '{' : ',';
    memcpy(to, key.bytes, key.length);
    to += key.length;
    *to++ = ':';
    if (shape->texts.length > 0 && shape->texts.bytes[i] == 't') {
      *to++ = '"';
    }
  }
  *lead = (notch_text){bytes, (uint32_t)(to - bytes)};
  shape->bytes += lead->length;
  return true;
}

/* Takes the keys apart: "[k,l]" makes the leads "{k:" and ",l:" and "}".  Damaged keys or letters
 * join nothing. */
static bool make_leads(notch_shape *shape, notch_arena *arena)
{
  const char *at = shape->keys.bytes, *end = at + shape->keys.length;
  const notch_text texts = shape->texts;
  NOTCH_VEC(notch_text) leads = {0};
  bool fine = shape->keys.length > 2 && *at == '[';
  uint32_t i = 0;
  for (; fine && *at != ']'; i++) {
    const char *key = at + 1;
    at = after_value(key, end);
    fine = at != NULL && at > key && *at != '}' &&
           (texts.length == 0 ||
            (i < texts.length && (texts.bytes[i] == 't' || texts.bytes[i] == 'v')));
    if (fine) {
      notch_text *lead = notch_vec_try_push(&leads, arena);
      if (lead == NULL ||
          !add_lead(shape, lead, (notch_text){key, (uint32_t)(at - key)}, i, arena)) {
        return false;
      }
    }
  }
  notch_text *tail = notch_vec_try_push(&leads, arena);
  if (tail == NULL) {
    return false;
  }
  shape->count = fine && (texts.length == 0 || texts.length == i) ? i : 0;
  shape->leads = leads.items;
  return shape->count == 0 || add_lead(shape, tail, (notch_text){NULL, 0}, i, arena);
}

static bool add(notch_store *store, notch_text keys, notch_text texts)
{
  notch_shape_cache *cache = &store->shapes;
  if (cache->count == cache->capacity) {
    uint32_t capacity = cache->capacity == 0 ? 16 : cache->capacity * 2;
    notch_shape *shapes =
        notch_memory_resize(store->memory, cache->shapes, capacity * sizeof *shapes);
    if (shapes == NULL) {
      return false;
    }
    cache->shapes = shapes;
    cache->capacity = capacity;
  }
  notch_shape *shape = &cache->shapes[cache->count];
  *shape = (notch_shape){.keys = notch_arena_text(&cache->texts, keys),
                         .texts = notch_arena_text(&cache->texts, texts)};
  if (cache->texts.failed || !make_leads(shape, &cache->texts)) {
    cache->texts.failed = false;
    return false;
  }
  cache->count++;
  return true;
}

notch_store_status notch_shapes_refresh(notch_store *store)
{
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_SHAPES_AFTER);
  if (rows == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(rows, 1, store->shapes.count);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "reading shapes")) == NOTCH_STORE_OK &&
         sqlite3_column_int64(rows, 0) == (int64_t)store->shapes.count + 1) {
    if (!add(store, notch_column_text(rows, 1), notch_column_text(rows, 2))) {
      status = notch_store_nomem(store);
      break;
    }
  }
  notch_sql_done(rows);
  if (!store->writing) {
    store->shapes.committed = store->shapes.count;
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

void notch_shapes_revert(notch_store *store)
{
  store->shapes.count = store->shapes.committed;
  store->shapes.newest = 0;
}

void notch_shapes_free(notch_store *store)
{
  notch_memory_free(store->memory, store->shapes.shapes);
  notch_arena_free(&store->shapes.texts);
  notch_buffer_free(&store->shapes.keys);
  notch_buffer_free(&store->shapes.sorts);
  notch_buffer_free(&store->shapes.values);
}

/* ---- writing ---- */

static notch_text text_of(const notch_buffer *buffer)
{
  return (notch_text){buffer->bytes, (uint32_t)buffer->length};
}

static uint32_t find(const notch_shape_cache *cache, notch_text keys, notch_text texts)
{
  for (uint32_t i = 0; i < cache->count; i++) {
    if (notch_text_equal(cache->shapes[i].keys, keys) &&
        notch_text_equal(cache->shapes[i].texts, texts)) {
      return i + 1;
    }
  }
  return 0;
}

static notch_store_status put(notch_store *store, notch_text keys, notch_text texts)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_SHAPE_PUT);
  if (put == NULL) {
    return store->last;
  }
  if (!add(store, keys, texts)) {
    return notch_store_nomem(store);
  }
  sqlite3_bind_int64(put, 1, store->shapes.count);
  sqlite3_bind_text(put, 2, keys.bytes, (int)keys.length, SQLITE_STATIC);
  notch_bind_text(put, 3, texts);
  return notch_sql_run(store, put, "writing a shape");
}

/* The shape of what was split; a new one is written while there is room. */
static notch_store_status shape_of(notch_store *store, uint32_t *shape)
{
  notch_shape_cache *cache = &store->shapes;
  notch_text keys = text_of(&cache->keys), texts = text_of(&cache->sorts);
  notch_store_status status = NOTCH_STORE_OK;
  *shape = find(cache, keys, texts);
  if (*shape == 0 && cache->count < SHAPES_MAX && keys.length <= KEYS_BYTES_MAX) {
    status = put(store, keys, texts);
    *shape = status == NOTCH_STORE_OK ? cache->count : 0;
  }
  return status;
}

notch_store_status notch_shape_split(notch_store *store, notch_text content, bool applied,
                                     uint32_t *shape, notch_text *values)
{
  notch_shape_cache *cache = &store->shapes;
  notch_store_status status = NOTCH_STORE_OK;
  *shape = 0;
  *values = content;
  if (!applied) { /* what others send wrongly is no pattern */
    return status;
  }
  if (cache->newest != 0 &&
      split_like(&cache->shapes[cache->newest - 1], &cache->values, content)) {
    *shape = cache->newest;
  } else if ((split(cache, content, true) || split(cache, content, false)) &&
             !cache->keys.failed && !cache->sorts.failed) {
    status = shape_of(store, shape);
  }
  if (cache->keys.failed || cache->sorts.failed || cache->values.failed) {
    return notch_store_nomem(store);
  }
  if (*shape != 0) {
    cache->newest = *shape;
    *values = text_of(&cache->values);
    if (cache->shapes[*shape - 1].texts.length > 0) { /* without the bracket */
      values->bytes++;
      values->length--;
    }
  }
  return status;
}

/* ---- reading ---- */

/* NULL: none, or damaged. */
static const notch_shape *shape_numbered(notch_store *store, uint32_t number)
{
  if (number > store->shapes.count) { /* another process was here since the last look */
    (void)notch_shapes_refresh(store);
  }
  return number < 1 || number > store->shapes.count ||
                 store->shapes.shapes[number - 1].count == 0
             ? NULL
             : &store->shapes.shapes[number - 1];
}

notch_text notch_store_shape(notch_store *store, uint32_t shape, notch_text *texts)
{
  const notch_shape *found = shape_numbered(store, shape);
  *texts = found == NULL ? (notch_text){NULL, 0} : found->texts;
  return found == NULL ? (notch_text){NULL, 0} : found->keys;
}

/* False: these are not the values of the shape, or memory ran out. */
static bool join(const notch_shape *shape, notch_text values, notch_arena *arena, notch_text *out)
{
  bool plain = shape->texts.length > 0;
  const char *at = values.bytes, *end = at + values.length;
  if (values.length == 0 || (!plain && *at++ != '[')) {
    return false;
  }
  char *bytes = notch_arena_alloc(arena, (size_t)values.length + shape->bytes), *to = bytes;
  if (bytes == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < shape->count; i++) {
    const char *value = at;
    bool last = i + 1 == shape->count;
    if (plain) {
      at = memchr(value, ',', (size_t)(end - value));
      at = last && at == NULL ? end : at;
    } else {
      at = after_value(value, end);
    }
    if (at == NULL || (plain ? (at == end) != last : *at != (last ? ']' : ','))) {
      return false;
    }
    memcpy(to, shape->leads[i].bytes, shape->leads[i].length);
    to += shape->leads[i].length;
    memcpy(to, value, (size_t)(at - value));
    to += at - value;
    at += last && plain ? 0 : 1;
  }
  const notch_text tail = shape->leads[shape->count];
  memcpy(to, tail.bytes, tail.length);
  to += tail.length;
  *out = (notch_text){bytes, (uint32_t)(to - bytes)};
  return at == end;
}

void notch_store_join(notch_store *store, notch_transaction *row, notch_arena *arena)
{
  const notch_shape *shape = row->shape == 0 ? NULL : shape_numbered(store, row->shape);
  notch_text values = row->content;
  if (shape == NULL || !join(shape, values, arena, &row->content)) {
    row->content = notch_arena_text(arena, values);
  }
  row->shape = 0;
}
