/* ledger/sqlite/names.c -- the name dictionary: few entries, all in memory. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

static uint32_t slot_of(const notch_name_cache *cache, uint32_t sort, notch_text text)
{
  uint64_t hash = notch_text_hash(text) ^ (uint64_t)sort * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(hash ^ hash >> 32) & (cache->slot_count - 1);
}

static void link_name(notch_name_cache *cache, uint32_t index)
{
  const notch_leaf_name *name = &cache->names[index];
  uint32_t slot = slot_of(cache, name->sort, name->text);
  while (cache->slots[slot] != 0) {
    slot = (slot + 1) & (cache->slot_count - 1);
  }
  cache->slots[slot] = index + 1;
}

static void link_all(notch_name_cache *cache)
{
  if (cache->slot_count > 0) {
    memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  }
  for (uint32_t i = 0; i < cache->count; i++) {
    link_name(cache, i);
  }
}

static notch_store_status add(notch_store *store, uint32_t sort, notch_text text, int64_t event)
{
  notch_name_cache *cache = &store->names;
  if (cache->count == cache->capacity) {
    uint32_t capacity = cache->capacity == 0 ? 64 : cache->capacity * 2;
    notch_leaf_name *names =
        notch_memory_resize(store->memory, cache->names, capacity * sizeof *names);
    cache->names = names != NULL ? names : cache->names;
    uint32_t *slots = notch_memory_resize(store->memory, cache->slots,
                                          (size_t)capacity * 2 * sizeof *slots);
    cache->slots = slots != NULL ? slots : cache->slots;
    if (names == NULL || slots == NULL) {
      return notch_store_nomem(store);
    }
    cache->capacity = capacity;
    cache->slot_count = capacity * 2;
    link_all(cache);
  }
  notch_text copy = notch_arena_text(&cache->texts, text);
  if (copy.bytes == NULL && text.length > 0) {
    cache->texts.failed = false;
    return notch_store_nomem(store);
  }
  cache->names[cache->count] = (notch_leaf_name){cache->count + 1, sort, copy, event};
  link_name(cache, cache->count++);
  return NOTCH_STORE_OK;
}

notch_store_status notch_store_name_find(notch_store *store, uint32_t *out, notch_name_sort sort,
                                         notch_text text)
{
  const notch_name_cache *cache = &store->names;
  *out = 0;
  if (cache->count == 0) {
    return NOTCH_STORE_NOTFOUND;
  }
  for (uint32_t slot = slot_of(cache, sort, text); cache->slots[slot] != 0;
       slot = (slot + 1) & (cache->slot_count - 1)) {
    const notch_leaf_name *name = &cache->names[cache->slots[slot] - 1];
    if (name->sort == (uint32_t)sort && notch_text_equal(name->text, text)) {
      *out = name->name;
      return NOTCH_STORE_OK;
    }
  }
  return NOTCH_STORE_NOTFOUND;
}

notch_store_status notch_store_name_add(notch_store *store, uint32_t *out, notch_name_sort sort,
                                        notch_text text)
{
  if (notch_store_name_find(store, out, sort, text) == NOTCH_STORE_OK) {
    return NOTCH_STORE_OK;
  }
  if (!store->writing) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a name can only be added within a write transaction");
  }
  notch_store_status status = add(store, sort, text, store->next.event);
  if (status == NOTCH_STORE_OK) {
    *out = store->names.count;
    store->next.name = (int64_t)store->names.count + 1;
  }
  return status;
}

notch_text notch_store_name_text(notch_store *store, uint32_t name)
{
  bool known = name > 0 && name <= store->names.count;
  return known ? store->names.names[name - 1].text : (notch_text){NULL, 0};
}

notch_name_sort notch_store_name_sort(notch_store *store, uint32_t name)
{
  bool known = name > 0 && name <= store->names.count;
  return known ? (notch_name_sort)store->names.names[name - 1].sort : (notch_name_sort)0;
}

notch_store_status notch_names_refresh(notch_store *store)
{
  notch_name_cache *cache = &store->names;
  sqlite3_stmt *after = notch_sql_get(store, NOTCH_SQL_NAMES_AFTER);
  if (after == NULL) {
    return store->last;
  }
  assert(cache->count == cache->written);
  sqlite3_bind_int64(after, 1, cache->count);
  notch_store_status status;
  while ((status = notch_sql_row(store, after, "reading the names")) == NOTCH_STORE_OK) {
    if (sqlite3_column_int64(after, 0) != (int64_t)cache->count + 1) {
      status = notch_store_say(store, NOTCH_STORE_CORRUPT,
                               "the ledger is damaged: name %u is missing", cache->count + 1);
      break;
    }
    status = add(store, (uint32_t)sqlite3_column_int64(after, 2), notch_column_text(after, 3),
                 sqlite3_column_int64(after, 1));
    if (status != NOTCH_STORE_OK) {
      break;
    }
  }
  notch_sql_done(after);
  cache->written = cache->committed = cache->count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_names_write(notch_store *store, int64_t event)
{
  notch_name_cache *cache = &store->names;
  notch_store_status status = NOTCH_STORE_OK;
  while (cache->written < cache->count && status == NOTCH_STORE_OK) {
    const notch_leaf_name *name = &cache->names[cache->written];
    sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_NAME_PUT);
    if (put == NULL) {
      return store->last;
    }
    sqlite3_bind_int64(put, 1, name->name);
    sqlite3_bind_int64(put, 2, event);
    sqlite3_bind_int64(put, 3, name->sort);
    sqlite3_bind_text(put, 4, name->text.length > 0 ? name->text.bytes : "",
                      (int)name->text.length, SQLITE_STATIC);
    status = notch_sql_run(store, put, "writing a name");
    cache->written++;
  }
  return status;
}

/* Back to what is committed: the texts stay, a number given in vain may name another text. */
void notch_names_revert(notch_store *store)
{
  notch_name_cache *cache = &store->names;
  cache->count = cache->written = cache->committed;
  link_all(cache);
}

void notch_names_free(notch_store *store)
{
  notch_memory_free(store->memory, store->names.names);
  notch_memory_free(store->memory, store->names.slots);
  notch_arena_free(&store->names.texts);
}
