/*
 * ledger/sqlite/flush.c -- writes the caches back: keys of event ids, members' last rows and
 * states.  All of it can be rebuilt from the journal, so it is written rarely, and what waits is
 * shared out over the commits of a round: whoever waits for a turn never waits for all of it.
 *
 * A round covers the rows up to its beginning.  Until it ends the table `cache` names the rows
 * that the round before covered, and whoever opens the ledger reads those after them; that some
 * rows of the caches are newer than it says does no harm.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COMMITS 10u        /* of bulk: before a round, and in one */
#define ROWS 1000u         /* of our own that make it bulk */
#define COMMITS_SMALL 400u /* a till's before a round */
#define KEYS_MAX 100000u   /* in memory */
#define SHARE_MIN 256u     /* rows of each kind that no commit minds */
#define CACHE_BYTES_DEFAULT ((size_t)256 << 20)

size_t notch_cache_limit(const notch_store *store)
{
  return store->options.cache_bytes ? store->options.cache_bytes : CACHE_BYTES_DEFAULT;
}

void notch_store_on_flush(notch_store *store, notch_give_state *give, void *payload)
{
  store->give_state = give;
  store->give_payload = payload;
}

void notch_store_flush_now(notch_store *store)
{
  store->flush_asked = true;
}

bool notch_store_flush_is_due(const notch_store *store)
{
  return store->flush_asked;
}

/* Lets the keeper of the states put a newer one. */
static notch_store_status ask_for_state(notch_store *store, int64_t member)
{
  store->last = NOTCH_STORE_OK;
  if (store->give_state == NULL || store->give_state(store->give_payload, member)) {
    return NOTCH_STORE_OK;
  }
  return store->last != NOTCH_STORE_OK ? store->last : notch_store_nomem(store);
}

/* ---- a round begins ---- */

static int by_key(const void *left, const void *right)
{
  const notch_key_row *a = left, *b = right;
  if (a->key != b->key) {
    return a->key < b->key ? -1 : 1;
  }
  return a->event < b->event ? -1 : a->event > b->event;
}

/* Pages are then visited once.  There are no pointers into a sort, hence members with indexes. */
typedef struct waiting_member {
  int64_t member;
  uint32_t index;
} waiting_member;

static int by_member(const void *left, const void *right)
{
  const waiting_member *a = left, *b = right;
  return a->member < b->member ? -1 : a->member > b->member;
}

static notch_store_status sort_members(notch_store *store)
{
  notch_member_cache *cache = &store->members;
  uint32_t count = cache->waiting_count;
  waiting_member *sorted =
      notch_memory_resize(store->memory, NULL, (count + (size_t)1) * sizeof *sorted);
  if (sorted == NULL) {
    return notch_store_nomem(store);
  }
  for (uint32_t i = 0; i < count; i++) {
    sorted[i] = (waiting_member){cache->entries[cache->waiting[i]].member, cache->waiting[i]};
  }
  qsort(sorted, count, sizeof *sorted, by_member);
  for (uint32_t i = 0; i < count; i++) {
    cache->waiting[i] = sorted[i].index;
  }
  notch_memory_free(store->memory, sorted);
  return NOTCH_STORE_OK;
}

static notch_store_status sort_keys(notch_store *store)
{
  const notch_key_cache *cache = &store->keys;
  notch_flush *flush = &store->flush;
  flush->keys = notch_memory_resize(store->memory, flush->keys,
                                    (cache->count + (size_t)1) * sizeof *flush->keys);
  if (flush->keys == NULL) {
    return notch_store_nomem(store);
  }
  for (uint32_t i = 0; i < cache->count; i++) {
    flush->keys[i] = (notch_key_row){cache->keys[i], cache->events[i]};
  }
  qsort(flush->keys, cache->count, sizeof *flush->keys, by_key);
  flush->key_count = cache->count;
  flush->key_next = 0;
  return NOTCH_STORE_OK;
}

static bool is_due(const notch_store *store)
{
  uint32_t commits = store->commits + 1;
  return store->flush_asked || (commits >= COMMITS && store->appended >= ROWS) ||
         commits >= COMMITS_SMALL || store->keys.count >= KEYS_MAX ||
         store->members.bytes > notch_cache_limit(store);
}

static notch_store_status begin_round(notch_store *store)
{
  notch_flush *flush = &store->flush;
  /* The programme's own state is newer with any row: only its keeper knows of it. */
  notch_store_status status = ask_for_state(store, 0);
  if (status == NOTCH_STORE_OK) {
    status = sort_keys(store);
  }
  if (status == NOTCH_STORE_OK) {
    status = sort_members(store);
  }
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  uint32_t members = store->members.waiting_count;
  uint32_t most = flush->key_count > members ? flush->key_count : members;
  flush->active = true;
  flush->upto = store->next.event - 1;
  flush->members_left = members;
  flush->share = most / COMMITS + 1 > SHARE_MIN ? most / COMMITS + 1 : SHARE_MIN;
  store->commits = store->appended = 0;
  return NOTCH_STORE_OK;
}

/* ---- its parts ---- */

static notch_store_status write_keys(notch_store *store, uint32_t share)
{
  notch_flush *flush = &store->flush;
  uint32_t left = flush->key_count - flush->key_next;
  uint32_t count = left < share ? left : share;
  notch_store_status status = notch_key_runs_put(store, flush->keys + flush->key_next, count);
  flush->key_next += count;
  notch_keys_unsure(store);
  return status;
}

static notch_store_status write_entry(notch_store *store, const notch_member_entry *entry)
{
  bool whole = entry->state_waits;
  sqlite3_stmt *put = notch_sql_get(store, whole ? NOTCH_SQL_STATE_PUT : NOTCH_SQL_STATE_LAST);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, entry->member);
  sqlite3_bind_int64(put, 2, entry->last);
  if (whole) {
    sqlite3_bind_int64(put, 3, entry->upto);
    sqlite3_bind_int64(put, 4, entry->due_s);
    sqlite3_bind_int64(put, 5, entry->version);
    sqlite3_bind_blob(put, 6, entry->length > 0 ? entry->bytes : "", (int)entry->length,
                      SQLITE_STATIC);
  }
  return notch_sql_run(store, put, "writing a member's state");
}

/* Written entries wait no longer: a rollback forgets them all, so nothing is lost by it. */
static notch_store_status write_members(notch_store *store, uint32_t share)
{
  notch_member_cache *cache = &store->members;
  uint32_t count = store->flush.members_left < share ? store->flush.members_left : share;
  for (uint32_t i = 0; i < count; i++) {
    notch_member_entry *entry = &cache->entries[cache->waiting[i]];
    notch_store_status status = ask_for_state(store, entry->member);
    if (status == NOTCH_STORE_OK) {
      status = write_entry(store, entry);
    }
    if (status != NOTCH_STORE_OK) {
      return status;
    }
    entry->last_waits = entry->state_waits = false;
  }
  cache->waiting_count -= count;
  store->flush.members_left -= count;
  memmove(cache->waiting, cache->waiting + count, cache->waiting_count * sizeof *cache->waiting);
  return NOTCH_STORE_OK;
}

static notch_store_status write_part(notch_store *store)
{
  notch_flush *flush = &store->flush;
  uint32_t share = store->flush_asked ? UINT32_MAX : flush->share;
  notch_store_status status = write_keys(store, share);
  if (status == NOTCH_STORE_OK) {
    status = write_members(store, share);
  }
  flush->complete = flush->members_left == 0 && flush->key_next == flush->key_count;
  if (status != NOTCH_STORE_OK || !flush->complete) {
    return status;
  }
  sqlite3_stmt *set = notch_sql_get(store, NOTCH_SQL_CACHE_SET);
  if (set == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(set, 1, flush->upto);
  sqlite3_bind_int64(set, 2, store->booked_newest);
  return notch_sql_run(store, set, "writing the caches");
}

notch_store_status notch_flush_step(notch_store *store)
{
  assert(store->writing);
  notch_flush *flush = &store->flush;
  notch_store_status status = NOTCH_STORE_OK;
  if (store->flush_asked || (!flush->active && is_due(store))) {
    status = begin_round(store); /* asked for all: what is left of an older one is in it */
  }
  return status == NOTCH_STORE_OK && flush->active ? write_part(store) : status;
}

void notch_flush_stepped(notch_store *store)
{
  store->members.due_member = 0;
  if (store->flush.complete) {
    store->file_upto = store->flush.upto;
    notch_keys_drop(store, store->file_upto);
    notch_flush_drop(store);
  }
  store->flush_asked = false;
}

void notch_flush_reorder(notch_store *store)
{
  if (store->flush.active) {
    store->flush.members_left = store->members.waiting_count;
  }
}

void notch_flush_drop(notch_store *store)
{
  notch_memory_free(store->memory, store->flush.keys);
  store->flush = (notch_flush){.active = false};
}
