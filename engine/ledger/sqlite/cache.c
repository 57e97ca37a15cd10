/*
 * ledger/sqlite/cache.c -- members in memory: the last row of each and the state folded so far.
 * flush.c writes them back.  A rebuild from the journal gives the same.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <string.h>

static uint32_t slot_of(const notch_member_cache *cache, int64_t member)
{
  return (uint32_t)(((uint64_t)member * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
         (cache->slot_count - 1);
}

notch_member_entry *notch_members_find(notch_store *store, int64_t member)
{
  notch_member_cache *cache = &store->members;
  if (cache->slot_count == 0) {
    return NULL;
  }
  for (uint32_t i = slot_of(cache, member);; i = (i + 1) & (cache->slot_count - 1)) {
    uint32_t entry = cache->slots[i];
    if (entry == 0) {
      return NULL;
    }
    if (cache->entries[entry - 1].member == member) {
      return &cache->entries[entry - 1];
    }
  }
}

static void link_entry(notch_member_cache *cache, uint32_t index)
{
  uint32_t slot = slot_of(cache, cache->entries[index].member);
  while (cache->slots[slot] != 0) {
    slot = (slot + 1) & (cache->slot_count - 1);
  }
  cache->slots[slot] = index + 1;
}

static void link_all(notch_member_cache *cache)
{
  if (cache->slot_count > 0) {
    memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  }
  for (uint32_t i = 0; i < cache->count; i++) {
    link_entry(cache, i);
  }
}

static bool grow(notch_store *store)
{
  notch_member_cache *cache = &store->members;
  uint32_t capacity = cache->capacity == 0 ? 256 : cache->capacity * 2;
  notch_member_entry *entries =
      notch_memory_resize(store->memory, cache->entries, capacity * sizeof *entries);
  cache->entries = entries != NULL ? entries : cache->entries;
  uint32_t *slots = notch_memory_resize(store->memory, cache->slots,
                                        (size_t)capacity * 2 * sizeof *slots);
  cache->slots = slots != NULL ? slots : cache->slots;
  uint32_t *waiting =
      notch_memory_resize(store->memory, cache->waiting, capacity * sizeof *waiting);
  cache->waiting = waiting != NULL ? waiting : cache->waiting;
  if (entries == NULL || slots == NULL || waiting == NULL) {
    return false;
  }
  cache->capacity = capacity;
  cache->slot_count = capacity * 2;
  link_all(cache);
  return true;
}

/* Finds or makes the entry; a new one has its last row from the file. */
static notch_store_status hold(notch_store *store, notch_member_entry **out, int64_t member)
{
  *out = notch_members_find(store, member);
  if (*out != NULL) {
    return NOTCH_STORE_OK;
  }
  notch_member_cache *cache = &store->members;
  if (cache->count == cache->capacity && !grow(store)) {
    return notch_store_nomem(store);
  }
  notch_member_entry *entry = &cache->entries[cache->count];
  *entry = (notch_member_entry){.member = member, .due_s = NOTCH_NEVER};
  if (member >= store->next.member) { /* not written yet: no row, no state */
    entry->loaded = true;
  }
  link_entry(cache, cache->count++);
  *out = entry;
  return NOTCH_STORE_OK;
}

notch_member_entry *notch_members_hold(notch_store *store, int64_t member)
{
  notch_member_entry *entry;
  return hold(store, &entry, member) == NOTCH_STORE_OK ? entry : NULL;
}

static bool set_bytes(notch_store *store, notch_member_entry *entry, notch_text bytes)
{
  if (bytes.length > entry->capacity) {
    uint32_t capacity = bytes.length + bytes.length / 4 + 32;
    char *room = notch_memory_resize(store->memory, entry->bytes, capacity);
    if (room == NULL) {
      return false;
    }
    store->members.bytes += capacity - entry->capacity;
    entry->bytes = room;
    entry->capacity = capacity;
  }
  if (bytes.length > 0) {
    memcpy(entry->bytes, bytes.bytes, bytes.length);
  }
  entry->length = bytes.length;
  return true;
}

/* Reads what the file has of a member, once; keeps a newer last row. */
static notch_store_status load(notch_store *store, notch_member_entry *entry)
{
  if (entry->loaded) {
    return NOTCH_STORE_OK;
  }
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_STATE_GET);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, entry->member);
  notch_store_status status = notch_sql_row(store, get, "reading a member's state");
  if (status == NOTCH_STORE_OK) {
    int64_t last = sqlite3_column_int64(get, 0);
    entry->last = last > entry->last ? last : entry->last;
    entry->upto = sqlite3_column_int64(get, 1);
    entry->due_s = sqlite3_column_int64(get, 2);
    entry->version = (uint32_t)sqlite3_column_int64(get, 3);
    if (!set_bytes(store, entry, notch_column_text(get, 4))) {
      status = notch_store_nomem(store);
    }
  }
  notch_sql_done(get);
  if (status == NOTCH_STORE_NOTFOUND) {
    status = NOTCH_STORE_OK;
  }
  entry->loaded = status == NOTCH_STORE_OK;
  return status;
}

notch_store_status notch_members_last(notch_store *store, int64_t *out, int64_t member)
{
  notch_member_entry *entry;
  notch_store_status status = hold(store, &entry, member);
  if (status == NOTCH_STORE_OK && !entry->last_waits) {
    status = load(store, entry);
  }
  *out = status == NOTCH_STORE_OK ? entry->last : 0;
  return status;
}

notch_store_status notch_store_member_last(notch_store *store, int64_t *out, int64_t member)
{
  return notch_members_last(store, out, member);
}

/* Before an entry's first change since the last flush; there is room for every entry. */
static void note_waiting(notch_member_cache *cache, const notch_member_entry *entry)
{
  if (!entry->last_waits && !entry->state_waits) {
    cache->waiting[cache->waiting_count++] = (uint32_t)(entry - cache->entries);
  }
}

/* Another process's row makes what is held of the member's state old: it is read again. */
bool notch_members_moved(notch_store *store, int64_t member, int64_t event, bool by_us)
{
  notch_member_entry *entry = notch_members_hold(store, member);
  if (entry == NULL) {
    return false;
  }
  note_waiting(&store->members, entry);
  entry->last = event;
  entry->last_waits = true;
  if (!by_us) {
    entry->loaded = entry->state_waits = false;
    entry->upto = 0;
    entry->due_s = NOTCH_NEVER;
    entry->length = 0;
  }
  return true;
}

notch_store_status notch_store_state_get(notch_store *store, int64_t member,
                                         notch_store_state *out)
{
  *out = (notch_store_state){.due_s = NOTCH_NEVER};
  if (!store->writing) {
    notch_members_shrink(store);
  }
  notch_member_entry *entry;
  notch_store_status status = hold(store, &entry, member);
  if (status == NOTCH_STORE_OK) {
    status = load(store, entry);
  }
  if (status == NOTCH_STORE_OK) {
    *out = (notch_store_state){.bytes = {entry->bytes, entry->length}, .upto = entry->upto,
                               .last = member == 0 ? store->next.event - 1 : entry->last,
                               .due_s = entry->due_s, .version = entry->version};
  }
  return status;
}

notch_store_status notch_store_state_put(notch_store *store, int64_t member, notch_text bytes,
                                         int64_t due_s, uint32_t version)
{
  notch_member_entry *entry;
  notch_store_status status = hold(store, &entry, member);
  if (status == NOTCH_STORE_OK && !entry->last_waits) {
    status = load(store, entry);
  }
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  if (!set_bytes(store, entry, bytes)) {
    return notch_store_nomem(store);
  }
  entry->upto = member == 0 ? store->next.event - 1 : entry->last;
  entry->due_s = due_s;
  entry->version = version;
  note_waiting(&store->members, entry);
  entry->loaded = entry->state_waits = true;
  return NOTCH_STORE_OK;
}

/* The next member after `after` that the file alone would name; INT64_MAX: none. */
static notch_store_status due_in_file(notch_store *store, int64_t *out, int64_t after,
                                      int64_t until_s)
{
  notch_member_cache *cache = &store->members;
  bool known = cache->due_member != 0 && cache->due_until_s == until_s &&
               cache->due_after <= after && after < cache->due_member;
  if (!known) {
    sqlite3_stmt *due = notch_sql_get(store, NOTCH_SQL_STATE_DUE);
    if (due == NULL) {
      return store->last;
    }
    sqlite3_bind_int64(due, 1, after);
    sqlite3_bind_int64(due, 2, until_s);
    notch_store_status status = notch_sql_row(store, due, "looking for what falls due");
    if (status == NOTCH_STORE_OK || status == NOTCH_STORE_NOTFOUND) {
      cache->due_member = status == NOTCH_STORE_OK ? sqlite3_column_int64(due, 0) : INT64_MAX;
      cache->due_after = after;
      cache->due_until_s = until_s;
    }
    notch_sql_done(due);
    if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
      return status;
    }
  }
  *out = cache->due_member;
  return NOTCH_STORE_OK;
}

notch_store_status notch_store_due_next(notch_store *store, int64_t *member, int64_t after,
                                        int64_t until_s)
{
  *member = 0;
  int64_t in_file = 0;
  for (int64_t next = after + 1; next < store->next.member; next++) {
    const notch_member_entry *entry = notch_members_find(store, next);
    bool due;
    if (entry != NULL && (entry->loaded || entry->last_waits)) { /* newer than the file */
      due = !entry->loaded || entry->due_s <= until_s || entry->upto < entry->last;
    } else {
      if (in_file < next) {
        notch_store_status status = due_in_file(store, &in_file, next - 1, until_s);
        if (status != NOTCH_STORE_OK) {
          return status;
        }
      }
      due = in_file == next;
    }
    if (due) {
      *member = next;
      return NOTCH_STORE_OK;
    }
  }
  return NOTCH_STORE_NOTFOUND;
}

/* Over the limit, everything that the file has as well is let go. */
void notch_members_shrink(notch_store *store)
{
  notch_member_cache *cache = &store->members;
  size_t limit = notch_cache_limit(store);
  if (cache->bytes + cache->count * sizeof *cache->entries <= limit) {
    return;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < cache->count; i++) {
    notch_member_entry *entry = &cache->entries[i];
    if (entry->last_waits || entry->state_waits) {
      cache->waiting[kept] = kept;
      cache->entries[kept++] = *entry;
    } else {
      cache->bytes -= entry->capacity;
      notch_memory_free(store->memory, entry->bytes);
    }
  }
  cache->count = cache->waiting_count = kept;
  notch_flush_reorder(store);
  link_all(cache);
}

void notch_members_free(notch_store *store)
{
  notch_member_cache *cache = &store->members;
  for (uint32_t i = 0; i < cache->count; i++) {
    notch_memory_free(store->memory, cache->entries[i].bytes);
  }
  notch_memory_free(store->memory, cache->entries);
  notch_memory_free(store->memory, cache->slots);
  notch_memory_free(store->memory, cache->waiting);
  *cache = (notch_member_cache){0};
}
