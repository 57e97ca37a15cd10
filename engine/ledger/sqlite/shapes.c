/*
 * ledger/sqlite/shapes.c -- the keys of an event's content, which thousands of events share, are
 * kept once: the table `shape` has them, the row of the event the values alone.
 *
 * A content is split as it is written and joined as it is read, byte for byte the same: the leaf
 * is over the joined text, so no change of either part goes unseen.  What cannot be split, or
 * would be one shape too many, is kept as it is, under shape 0.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

#define SHAPES_MAX 127u /* a larger number takes a second byte in each row */
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

/* Keys and values of an object without spaces, each list in brackets; false: it is none. */
static bool split(notch_buffer *keys, notch_buffer *values, notch_text content)
{
  const char *at = content.bytes, *end = at + content.length;
  notch_buffer_clear(keys);
  notch_buffer_clear(values);
  if (content.length < 2 || *at != '{') {
    return false;
  }
  do {
    const char *key = ++at, *colon = at < end && *at == '"' ? after_string(at, end) : NULL;
    const char *value = colon != NULL && colon < end && *colon == ':' ? colon + 1 : NULL;
    at = value == NULL ? NULL : after_value(value, end);
    if (at == NULL || at == value || *at == ']') {
      return false;
    }
    notch_buffer_put(keys, keys->length == 0 ? "[" : ",", 1);
    notch_buffer_put(keys, key, (size_t)(colon - key));
    notch_buffer_put(values, values->length == 0 ? "[" : ",", 1);
    notch_buffer_put(values, value, (size_t)(at - value));
  } while (*at == ',');
  notch_buffer_put(keys, "]", 1);
  notch_buffer_put(values, "]", 1);
  return at + 1 == end;
}

/* The same for one that has just these keys: most often those of the event before it. */
static bool split_like(const notch_shape *shape, notch_buffer *values, notch_text content)
{
  const char *at = content.bytes, *end = at + content.length;
  notch_buffer_clear(values);
  for (uint32_t i = 0; i < shape->count; i++) {
    notch_text lead = shape->leads[i];
    if ((size_t)(end - at) <= lead.length || memcmp(at, lead.bytes, lead.length) != 0) {
      return false;
    }
    const char *value = at + lead.length;
    at = after_value(value, end);
    if (at == NULL || at == value) {
      return false;
    }
    notch_buffer_put(values, i == 0 ? "[" : ",", 1);
    notch_buffer_put(values, value, (size_t)(at - value));
  }
  notch_buffer_put(values, "]", 1);
  return *at == '}' && at + 1 == end;
}

/* ---- the cache ---- */

/* Takes the keys apart: "[k,l]" makes the leads "{k:" and ",l:". */
static bool make_leads(notch_shape *shape, notch_arena *arena)
{
  const char *at = shape->keys.bytes, *end = at + shape->keys.length;
  NOTCH_VEC(notch_text) leads = {0};
  bool fine = shape->keys.length > 2 && *at == '[';
  while (fine && *at != ']') {
    const char *key = at + 1;
    at = after_value(key, end);
    fine = at != NULL && at > key && *at != '}';
    if (fine) {
      uint32_t length = (uint32_t)(at - key) + 2;
      notch_text *lead = notch_vec_try_push(&leads, arena);
      char *bytes = lead == NULL ? NULL : notch_arena_alloc(arena, length);
      if (bytes == NULL) {
        return false;
      }
      bytes[0] = leads.count == 1 ? '{' : ',';
      memcpy(bytes + 1, key, length - 2);
      bytes[length - 1] = ':';
      *lead = (notch_text){bytes, length};
      shape->bytes += length;
    }
  }
  shape->leads = leads.items;
  shape->count = fine ? leads.count : 0; /* damaged keys join nothing */
  return true;
}

static bool add(notch_store *store, notch_text keys)
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
  *shape = (notch_shape){.keys = notch_arena_text(&cache->texts, keys)};
  if (shape->keys.bytes == NULL || !make_leads(shape, &cache->texts)) {
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
    if (!add(store, notch_column_text(rows, 1))) {
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
  notch_buffer_free(&store->shapes.values);
}

/* ---- writing ---- */

static uint32_t find(const notch_shape_cache *cache, notch_text keys)
{
  for (uint32_t i = 0; i < cache->count; i++) {
    if (notch_text_equal(cache->shapes[i].keys, keys)) {
      return i + 1;
    }
  }
  return 0;
}

static notch_store_status put(notch_store *store, notch_text keys)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_SHAPE_PUT);
  if (put == NULL) {
    return store->last;
  }
  if (!add(store, keys)) {
    return notch_store_nomem(store);
  }
  sqlite3_bind_int64(put, 1, store->shapes.count);
  sqlite3_bind_text(put, 2, keys.bytes, (int)keys.length, SQLITE_STATIC);
  return notch_sql_run(store, put, "writing a shape");
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
  } else if (split(&cache->keys, &cache->values, content) && !cache->keys.failed) {
    notch_text keys = {cache->keys.bytes, (uint32_t)cache->keys.length};
    *shape = find(cache, keys);
    if (*shape == 0 && cache->count < SHAPES_MAX && keys.length <= KEYS_BYTES_MAX) {
      status = put(store, keys);
      *shape = status == NOTCH_STORE_OK ? cache->count : 0;
    }
  }
  if (cache->keys.failed || cache->values.failed) {
    return notch_store_nomem(store);
  }
  if (*shape != 0) {
    cache->newest = *shape;
    *values = (notch_text){cache->values.bytes, (uint32_t)cache->values.length};
  }
  return status;
}

/* ---- reading ---- */

/* NULL: none, or damaged. */
static const notch_shape *shape_of(notch_store *store, uint32_t number)
{
  if (number > store->shapes.count) { /* another process was here since the last look */
    (void)notch_shapes_refresh(store);
  }
  return number < 1 || number > store->shapes.count ||
                 store->shapes.shapes[number - 1].count == 0
             ? NULL
             : &store->shapes.shapes[number - 1];
}

notch_text notch_store_shape(notch_store *store, uint32_t shape)
{
  const notch_shape *found = shape_of(store, shape);
  return found == NULL ? (notch_text){NULL, 0} : found->keys;
}

/* False: these are not the values of the shape, or memory ran out. */
static bool join(const notch_shape *shape, notch_text values, notch_arena *arena, notch_text *out)
{
  const char *at = values.bytes, *end = at + values.length;
  if (values.length < 2 || *at != '[') {
    return false;
  }
  char *bytes = notch_arena_alloc(arena, (size_t)values.length + shape->bytes), *to = bytes;
  if (bytes == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < shape->count; i++) {
    const char *value = at + 1;
    at = after_value(value, end);
    if (at == NULL || *at == '}' || (*at == ']') != (i + 1 == shape->count)) {
      return false;
    }
    memcpy(to, shape->leads[i].bytes, shape->leads[i].length);
    to += shape->leads[i].length;
    memcpy(to, value, (size_t)(at - value));
    to += at - value;
  }
  *to++ = '}';
  *out = (notch_text){bytes, (uint32_t)(to - bytes)};
  return at + 1 == end;
}

void notch_store_join(notch_store *store, notch_transaction *row, notch_arena *arena)
{
  const notch_shape *shape = row->shape == 0 ? NULL : shape_of(store, row->shape);
  notch_text values = row->content;
  if (shape == NULL || !join(shape, values, arena, &row->content)) {
    row->content = notch_arena_text(arena, values);
  }
  row->shape = 0;
}
