/*
 * ledger/sqlite/keys.c -- finds events by id through integer keys that keep the ids' own order,
 * so that new keys go to one end of the index instead of all over it.
 *
 * A key only narrows the search; the id in the event row decides.  Keys of the newest rows wait
 * in memory until flush.c writes them, see key_runs.c.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

#define NUMBER_BITS 40
#define PREFIX_BITS 23
#define NUMBER_DIGITS_MAX 12 /* 10^12 < 2^40 */

static int hex_value(char letter)
{
  if (letter >= '0' && letter <= '9') {
    return letter - '0';
  }
  if (letter >= 'a' && letter <= 'f') {
    return letter - 'a' + 10;
  }
  return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

/* The first 63 bits of a UUID, written with or without its dashes. */
static bool uuid_key(notch_text id, int64_t *out)
{
  if (id.length != 36 && id.length != 32) {
    return false;
  }
  uint64_t bits = 0;
  unsigned digits = 0;
  for (uint32_t i = 0; i < id.length; i++) {
    if (id.length == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (id.bytes[i] != '-') {
        return false;
      }
      continue;
    }
    int value = hex_value(id.bytes[i]);
    if (value < 0) {
      return false;
    }
    if (digits++ < 16) {
      bits = bits << 4 | (unsigned)value;
    }
  }
  *out = (int64_t)(bits >> 1);
  return true;
}

int64_t notch_key_of(notch_text id)
{
  int64_t key;
  if (uuid_key(id, &key)) {
    return key;
  }
  uint32_t prefix = id.length;
  while (prefix > 0 && id.length - prefix < NUMBER_DIGITS_MAX && id.bytes[prefix - 1] >= '0' &&
         id.bytes[prefix - 1] <= '9') {
    prefix--;
  }
  uint64_t number = 0;
  for (uint32_t i = prefix; i < id.length; i++) {
    number = number * 10 + (unsigned)(id.bytes[i] - '0');
  }
  uint64_t hash = notch_text_hash((notch_text){id.bytes, prefix});
  hash ^= hash >> 32;
  if (prefix == id.length) { /* no number: all bits from the hash */
    return (int64_t)(hash & INT64_MAX);
  }
  uint64_t high = (hash ^ hash >> PREFIX_BITS) & ((UINT64_C(1) << PREFIX_BITS) - 1);
  return (int64_t)(high << NUMBER_BITS | number);
}

static uint32_t slot_of(const notch_key_cache *cache, int64_t key)
{
  return (uint32_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
         (cache->slot_count - 1);
}

static void link_key(notch_key_cache *cache, uint32_t i)
{
  uint32_t *slot = &cache->slots[slot_of(cache, cache->keys[i])];
  cache->older[i] = *slot;
  *slot = i + 1;
}

static bool grow(notch_store *store)
{
  notch_key_cache *cache = &store->keys;
  uint32_t capacity = cache->capacity == 0 ? 1024 : cache->capacity * 2;
  int64_t *keys = notch_memory_resize(store->memory, cache->keys, capacity * sizeof *keys);
  cache->keys = keys != NULL ? keys : cache->keys;
  int64_t *events = notch_memory_resize(store->memory, cache->events, capacity * sizeof *events);
  cache->events = events != NULL ? events : cache->events;
  uint32_t *older = notch_memory_resize(store->memory, cache->older, capacity * sizeof *older);
  cache->older = older != NULL ? older : cache->older;
  uint32_t *slots = notch_memory_resize(store->memory, cache->slots, capacity * sizeof *slots);
  cache->slots = slots != NULL ? slots : cache->slots;
  if (keys == NULL || events == NULL || older == NULL || slots == NULL) {
    return false;
  }
  cache->capacity = cache->slot_count = capacity;
  memset(slots, 0, capacity * sizeof *slots);
  for (uint32_t i = 0; i < cache->count; i++) {
    link_key(cache, i);
  }
  return true;
}

bool notch_keys_add(notch_store *store, int64_t key, int64_t event)
{
  notch_key_cache *cache = &store->keys;
  assert(cache->count == 0 || cache->events[cache->count - 1] < event);
  if (cache->count == cache->capacity && !grow(store)) {
    notch_store_nomem(store);
    return false;
  }
  cache->keys[cache->count] = key;
  cache->events[cache->count] = event;
  link_key(cache, cache->count++);
  return true;
}

void notch_keys_drop(notch_store *store, int64_t upto)
{
  notch_key_cache *cache = &store->keys;
  uint32_t keep = 0;
  while (keep < cache->count && cache->events[keep] <= upto) {
    keep++;
  }
  if (keep == 0) {
    return;
  }
  if (keep == cache->count && keep < cache->slot_count / 64) { /* few in a wide table */
    for (uint32_t i = 0; i < keep; i++) {
      cache->slots[slot_of(cache, cache->keys[i])] = 0;
    }
    cache->count = 0;
    return;
  }
  cache->count -= keep;
  memmove(cache->keys, cache->keys + keep, cache->count * sizeof *cache->keys);
  memmove(cache->events, cache->events + keep, cache->count * sizeof *cache->events);
  memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  for (uint32_t i = 0; i < cache->count; i++) {
    link_key(cache, i);
  }
}

void notch_keys_unsure(notch_store *store)
{
  store->keys.empty_from = store->keys.empty_to = 0;
  store->keys.asked = -2; /* comes before no key */
}

void notch_keys_free(notch_store *store)
{
  notch_memory_free(store->memory, store->keys.keys);
  notch_memory_free(store->memory, store->keys.events);
  notch_memory_free(store->memory, store->keys.older);
  notch_memory_free(store->memory, store->keys.slots);
  store->keys = (notch_key_cache){.asked = -2};
}

/* Whether row `event` has this id: OK, NOTFOUND, or a failure. */
static notch_store_status has_id(notch_store *store, int64_t event, notch_text id)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_EVENT_ID);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, event);
  notch_store_status status = notch_sql_row(store, get, "reading an event id");
  if (status == NOTCH_STORE_OK && !notch_text_equal(notch_column_text(get, 0), id)) {
    status = NOTCH_STORE_NOTFOUND;
  }
  notch_sql_done(get);
  return status;
}

notch_store_status notch_store_event_has_id(notch_store *store, int64_t event, bool *has)
{
  notch_store_status status = has_id(store, event, (notch_text){NULL, 0});
  *has = status == NOTCH_STORE_NOTFOUND;
  return *has ? NOTCH_STORE_OK : status;
}

/* An id that is not in the file: whether those that follow it are not, either. */
static notch_store_status note_empty(notch_store *store, int64_t key)
{
  notch_key_cache *cache = &store->keys;
  bool in_turn = key == cache->asked + 1;
  cache->asked = key;
  if (!in_turn || (!store->writing && !store->snapshot)) {
    return NOTCH_STORE_NOTFOUND;
  }
  notch_store_status status = notch_key_runs_over(store, key, &cache->empty_to);
  cache->empty_from = status == NOTCH_STORE_OK ? key : cache->empty_to;
  return status == NOTCH_STORE_OK ? NOTCH_STORE_NOTFOUND : status;
}

static notch_store_status find_in_file(notch_store *store, int64_t *out, notch_text id,
                                       int64_t key, int64_t after)
{
  const notch_key_cache *cache = &store->keys;
  if (key >= cache->empty_from && key < cache->empty_to &&
      (store->writing || store->snapshot)) {
    return NOTCH_STORE_NOTFOUND;
  }
  notch_key_run run;
  notch_store_status status = notch_key_runs_before(store, key, &run);
  if (status == NOTCH_STORE_NOTFOUND ||
      (status == NOTCH_STORE_OK && !notch_key_run_has(&run, key, out))) {
    return note_empty(store, key);
  }
  if (status == NOTCH_STORE_OK && run.more > 0) {
    return *out > after ? has_id(store, *out, id) : NOTCH_STORE_NOTFOUND;
  }
  for (int64_t event = after; status == NOTCH_STORE_OK;) {
    status = notch_key_runs_equal(store, key, event, &event);
    *out = event;
    if (status != NOTCH_STORE_OK) {
      break;
    }
    status = has_id(store, event, id);
    if (status != NOTCH_STORE_NOTFOUND) {
      return status;
    }
    status = NOTCH_STORE_OK;
  }
  return status;
}

static notch_store_status find_waiting(notch_store *store, int64_t *out, notch_text id,
                                       int64_t key, int64_t after)
{
  const notch_key_cache *cache = &store->keys;
  notch_store_status found = NOTCH_STORE_NOTFOUND;
  if (cache->count == 0) {
    return found;
  }
  for (uint32_t i = cache->slots[slot_of(cache, key)]; i != 0; i = cache->older[i - 1]) {
    if (cache->keys[i - 1] != key || cache->events[i - 1] <= after) {
      continue;
    }
    notch_store_status status = has_id(store, cache->events[i - 1], id);
    if (status == NOTCH_STORE_OK) {
      *out = cache->events[i - 1]; /* goes on: an older one may stand behind it */
      found = NOTCH_STORE_OK;
    } else if (status != NOTCH_STORE_NOTFOUND) {
      return status;
    }
  }
  return found;
}

notch_store_status notch_store_event_find(notch_store *store, int64_t *out, notch_text id,
                                          int64_t after)
{
  assert(after >= 0);
  *out = 0;
  if (id.length == 0) {
    return NOTCH_STORE_NOTFOUND;
  }
  int64_t key = notch_key_of(id);
  int64_t in_file, waiting = INT64_MAX;
  notch_store_status status = find_in_file(store, &in_file, id, key, after);
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return status;
  }
  in_file = status == NOTCH_STORE_OK ? in_file : INT64_MAX;
  status = find_waiting(store, &waiting, id, key, after);
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return status;
  }
  int64_t found = in_file < waiting ? in_file : waiting;
  *out = found == INT64_MAX ? 0 : found;
  return found == INT64_MAX ? NOTCH_STORE_NOTFOUND : NOTCH_STORE_OK;
}
