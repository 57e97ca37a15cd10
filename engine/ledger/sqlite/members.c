/*
 * ledger/sqlite/members.c -- members, whose ids and other personal values lie in the one table
 * that rows may leave; the journal has salted digests (L13).
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

#define IDS_BYTES_MAX ((size_t)64 << 20)

/* ---- ids in memory ---- */

static uint32_t slot_of(const notch_id_cache *cache, notch_text id)
{
  uint64_t hash = notch_text_hash(id);
  return (uint32_t)(hash ^ hash >> 32) & (cache->slot_count - 1);
}

void notch_ids_clear(notch_store *store)
{
  notch_id_cache *cache = &store->ids;
  notch_memory_free(store->memory, cache->slots);
  notch_arena_free(&cache->texts);
  *cache = (notch_id_cache){0};
  notch_arena_init(&cache->texts, store->memory);
}

/* Doubles the slots; on failure nothing is remembered, which costs only time. */
static bool grow_ids(notch_store *store)
{
  notch_id_cache *cache = &store->ids;
  uint32_t slot_count = cache->slot_count == 0 ? 1024 : cache->slot_count * 2;
  void *room = notch_memory_resize(store->memory, NULL, slot_count * sizeof *cache->slots);
  if (room == NULL) {
    return false;
  }
  memset(room, 0, slot_count * sizeof *cache->slots);
  notch_id_cache old = *cache;
  cache->slots = room;
  cache->slot_count = slot_count;
  for (uint32_t i = 0; i < old.slot_count; i++) {
    if (old.slots[i].member != 0) {
      uint32_t slot = slot_of(cache, old.slots[i].id);
      while (cache->slots[slot].member != 0) {
        slot = (slot + 1) & (slot_count - 1);
      }
      cache->slots[slot] = old.slots[i];
    }
  }
  notch_memory_free(store->memory, old.slots);
  return true;
}

static void remember(notch_store *store, notch_text id, int64_t member)
{
  notch_id_cache *cache = &store->ids;
  if (notch_arena_used(&cache->texts) > IDS_BYTES_MAX) {
    notch_ids_clear(store);
  }
  if (cache->count * 2 >= cache->slot_count && !grow_ids(store)) {
    return;
  }
  notch_text copy = notch_arena_text(&cache->texts, id);
  if (copy.bytes == NULL) {
    cache->texts.failed = false;
    return;
  }
  uint32_t slot = slot_of(cache, id);
  while (cache->slots[slot].member != 0) {
    slot = (slot + 1) & (cache->slot_count - 1);
  }
  cache->slots[slot].id = copy;
  cache->slots[slot].member = member;
  cache->count++;
  cache->newest = member;
  cache->newest_id = copy;
}

static int64_t remembered(notch_store *store, notch_text id)
{
  notch_id_cache *cache = &store->ids;
  if (cache->count == 0) {
    return 0;
  }
  for (uint32_t slot = slot_of(cache, id); cache->slots[slot].member != 0;
       slot = (slot + 1) & (cache->slot_count - 1)) {
    if (notch_text_equal(cache->slots[slot].id, id)) {
      cache->newest = cache->slots[slot].member;
      cache->newest_id = cache->slots[slot].id;
      return cache->newest;
    }
  }
  return 0;
}

/* ---- members ---- */

notch_store_status notch_store_member_find(notch_store *store, int64_t *out, notch_text id)
{
  *out = remembered(store, id);
  if (*out != 0) {
    return NOTCH_STORE_OK;
  }
  sqlite3_stmt *find = notch_sql_get(store, NOTCH_SQL_MEMBER_BY_KEY);
  if (find == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(find, 1, notch_key_of(id));
  notch_store_status status;
  while ((status = notch_sql_row(store, find, "looking up a member")) == NOTCH_STORE_OK) {
    if (notch_text_equal(notch_column_text(find, 1), id)) {
      *out = sqlite3_column_int64(find, 0);
      break;
    }
  }
  notch_sql_done(find);
  if (status == NOTCH_STORE_OK) {
    remember(store, id, *out);
  }
  return status;
}

/* Salts and writes a value of the transaction to come; the digest goes to *out. */
static notch_store_status put_personal(notch_store *store, int64_t member, uint32_t field,
                                       notch_text value, notch_digest *out)
{
  uint8_t salt[32];
  const notch_piece pieces[] = {{salt, sizeof salt}, {value.bytes, value.length}};
  if (!notch_random(salt, sizeof salt) || !notch_sha256_pieces(store->hasher, out, pieces, 2)) {
    return notch_store_say(store, NOTCH_STORE_IO,
                           "no random numbers: a personal value cannot be salted");
  }
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_PERSONAL_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, member);
  sqlite3_bind_int64(put, 2, field);
  sqlite3_bind_int64(put, 3, store->next.event);
  sqlite3_bind_blob(put, 4, salt, sizeof salt, SQLITE_STATIC);
  sqlite3_bind_text(put, 5, value.length > 0 ? value.bytes : "", (int)value.length,
                    SQLITE_STATIC);
  return notch_sql_run(store, put, "writing a personal value");
}

notch_store_status notch_store_member_add(notch_store *store, int64_t *out, notch_text id)
{
  notch_waiting *waiting = &store->waiting;
  if (!store->writing || id.length == 0) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a member can only be added with an id, in a write transaction");
  }
  if (waiting->member_count == waiting->member_capacity) {
    uint32_t capacity = waiting->member_capacity + 8;
    notch_leaf_member *members =
        notch_memory_resize(store->memory, waiting->members, capacity * sizeof *members);
    if (members == NULL) {
      return notch_store_nomem(store);
    }
    waiting->members = members;
    waiting->member_capacity = capacity;
  }
  notch_leaf_member *member = &waiting->members[waiting->member_count];
  member->member = store->next.member;
  notch_store_status status =
      put_personal(store, member->member, NOTCH_PERSONAL_ID, id, &member->digest);
  sqlite3_stmt *key = notch_sql_get(store, NOTCH_SQL_MEMBER_KEY_PUT);
  if (status != NOTCH_STORE_OK || key == NULL) {
    return status != NOTCH_STORE_OK ? status : store->last;
  }
  sqlite3_bind_int64(key, 1, notch_key_of(id));
  sqlite3_bind_int64(key, 2, member->member);
  status = notch_sql_run(store, key, "writing a member's key");
  if (status == NOTCH_STORE_OK) {
    /* Held before its number counts as given: it has no row and no state to be read. */
    if (notch_members_hold(store, member->member) == NULL) {
      return NOTCH_STORE_NOMEM;
    }
    waiting->member_count++;
    *out = store->next.member++;
    remember(store, id, *out);
  }
  return status;
}

notch_store_status notch_members_write(notch_store *store, int64_t event)
{
  notch_store_status status = NOTCH_STORE_OK;
  for (uint32_t i = 0; i < store->waiting.member_count && status == NOTCH_STORE_OK; i++) {
    const notch_leaf_member *member = &store->waiting.members[i];
    sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_MEMBER_PUT);
    if (put == NULL) {
      return store->last;
    }
    sqlite3_bind_int64(put, 1, member->member);
    sqlite3_bind_int64(put, 2, event);
    sqlite3_bind_blob(put, 3, member->digest.bytes, sizeof member->digest.bytes, SQLITE_STATIC);
    status = notch_sql_run(store, put, "writing a member");
  }
  return status;
}

notch_store_status notch_members_of(notch_store *store, int64_t event, notch_arena *arena,
                                    const notch_leaf_member **out, uint32_t *count)
{
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_MEMBERS_OF);
  if (rows == NULL) {
    return store->last;
  }
  NOTCH_VEC(notch_leaf_member) members = {0};
  sqlite3_bind_int64(rows, 1, event);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "reading members")) == NOTCH_STORE_OK) {
    notch_leaf_member *member = notch_vec_try_push(&members, arena);
    if (member == NULL) {
      status = notch_store_nomem(store);
      break;
    }
    member->member = sqlite3_column_int64(rows, 0);
    notch_column_digest(rows, 1, &member->digest);
  }
  notch_sql_done(rows);
  *out = members.items;
  *count = members.count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

void notch_waiting_clear(notch_store *store)
{
  store->waiting.member_count = 0;
  if (store->waiting.version_count > 0) {
    store->waiting.version_count = 0;
    notch_arena_reset(&store->waiting.texts);
  }
}

bool notch_waiting_any(const notch_store *store)
{
  return store->waiting.member_count > 0 || store->waiting.version_count > 0 ||
         store->names.written < store->names.count;
}

int64_t notch_store_member_count(const notch_store *store)
{
  return store->next.member - 1;
}

notch_store_status notch_store_member_id(notch_store *store, int64_t member, notch_arena *arena,
                                         notch_text *out)
{
  /* Elsewhere an erasure by another process would go unseen. */
  if ((store->writing || store->snapshot) && member != 0 && member == store->ids.newest) {
    *out = notch_arena_text(arena, store->ids.newest_id);
    return arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
  }
  notch_personal id;
  notch_store_status status =
      notch_store_personal_get(store, member, NOTCH_PERSONAL_ID, 0, arena, &id);
  *out = status == NOTCH_STORE_OK ? id.value : (notch_text){NULL, 0};
  return status;
}

notch_store_status notch_store_member_ids(notch_store *store, int64_t from, int64_t to,
                                          notch_store_each_id *each, void *payload)
{
  sqlite3_stmt *ids = notch_sql_get(store, NOTCH_SQL_PERSONAL_IDS);
  if (ids == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(ids, 1, from);
  notch_store_status status;
  int64_t member;
  while ((status = notch_sql_row(store, ids, "reading the ids of members")) == NOTCH_STORE_OK &&
         (member = sqlite3_column_int64(ids, 0)) < to &&
         each(payload, member, notch_column_text(ids, 1))) {
  }
  notch_sql_done(ids);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

/* ---- personal values ---- */

notch_store_status notch_store_personal_put(notch_store *store, int64_t member, uint32_t field,
                                            notch_text value, notch_digest *digest)
{
  if (!store->writing || member <= 0 || field == NOTCH_PERSONAL_ID) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a personal value needs a member, a field and a write transaction");
  }
  return put_personal(store, member, field, value, digest);
}

/* field, event, salt, value */
static bool column_personal(sqlite3_stmt *row, int64_t member, notch_arena *arena,
                            notch_personal *out)
{
  out->member = member;
  out->field = (uint32_t)sqlite3_column_int64(row, 0);
  out->event = sqlite3_column_int64(row, 1);
  notch_digest salt;
  notch_column_digest(row, 2, &salt);
  memcpy(out->salt, salt.bytes, sizeof out->salt);
  out->value = notch_arena_text(arena, notch_column_text(row, 3));
  return !arena->failed;
}

notch_store_status notch_store_personal_get(notch_store *store, int64_t member, uint32_t field,
                                            int64_t event, notch_arena *arena,
                                            notch_personal *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_PERSONAL_GET);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, member);
  sqlite3_bind_int64(get, 2, field);
  sqlite3_bind_int64(get, 3, event == 0 ? INT64_MAX : event);
  notch_store_status status = notch_sql_row(store, get, "reading a personal value");
  if (status == NOTCH_STORE_OK && !column_personal(get, member, arena, out)) {
    status = notch_store_nomem(store);
  }
  notch_sql_done(get);
  return status;
}

notch_store_status notch_store_personal_list(notch_store *store, int64_t member,
                                             notch_arena *arena, const notch_personal **out,
                                             uint32_t *count)
{
  sqlite3_stmt *list = notch_sql_get(store, NOTCH_SQL_PERSONAL_LIST);
  if (list == NULL) {
    return store->last;
  }
  NOTCH_VEC(notch_personal) values = {0};
  sqlite3_bind_int64(list, 1, member);
  notch_store_status status;
  while ((status = notch_sql_row(store, list, "reading personal values")) == NOTCH_STORE_OK) {
    notch_personal *value = notch_vec_try_push(&values, arena);
    if (value == NULL || !column_personal(list, member, arena, value)) {
      status = notch_store_nomem(store);
      break;
    }
  }
  notch_sql_done(list);
  *out = values.items;
  *count = values.count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}
