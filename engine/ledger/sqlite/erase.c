/*
 * ledger/sqlite/erase.c -- forgetting a member's personal values (L13), and rebuilding the caches
 * of the file from the journal.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

static notch_store_status drop_key(notch_store *store, int64_t member)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_PERSONAL_GET);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, member);
  sqlite3_bind_int64(get, 2, NOTCH_PERSONAL_ID);
  sqlite3_bind_int64(get, 3, INT64_MAX);
  notch_store_status status = notch_sql_row(store, get, "reading a member's id");
  int64_t key = status == NOTCH_STORE_OK ? notch_key_of(notch_column_text(get, 3)) : 0;
  notch_sql_done(get);
  if (status != NOTCH_STORE_OK) {
    return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status; /* erased before */
  }
  sqlite3_stmt *drop = notch_sql_get(store, NOTCH_SQL_MEMBER_KEY_DROP);
  if (drop == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(drop, 1, key);
  sqlite3_bind_int64(drop, 2, member);
  return notch_sql_run(store, drop, "erasing a member's key");
}

static notch_store_status drop_rows(notch_store *store, notch_sql sql, int64_t member)
{
  sqlite3_stmt *drop = notch_sql_get(store, sql);
  if (drop == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(drop, 1, member);
  return notch_sql_run(store, drop, "erasing a member");
}

notch_store_status notch_store_member_erase(notch_store *store, int64_t member)
{
  if (!store->writing || member <= 0 || member >= store->next.member) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "only a member of the ledger can be erased, in a write transaction");
  }
  int64_t last;
  notch_store_status status = notch_members_last(store, &last, member);
  status = status == NOTCH_STORE_OK ? drop_key(store, member) : status;
  status = status == NOTCH_STORE_OK ? drop_rows(store, NOTCH_SQL_PERSONAL_DROP, member) : status;
  status = status == NOTCH_STORE_OK ? drop_rows(store, NOTCH_SQL_STATE_DROP, member) : status;
  sqlite3_stmt *erased = notch_sql_get(store, NOTCH_SQL_CACHE_ERASED);
  if (status != NOTCH_STORE_OK || erased == NULL) {
    return status != NOTCH_STORE_OK ? status : store->last;
  }
  status = notch_sql_run(store, erased, "erasing a member");
  if (status == NOTCH_STORE_OK) {
    store->file_erased++;
    store->erased = true;
    notch_ids_clear(store);
    /* An empty state that lags nothing: there is nobody for whom something could fall due. */
    status = notch_store_state_put(store, member, (notch_text){NULL, 0}, NOTCH_NEVER, 0);
    notch_store_flush_now(store);
  }
  return status;
}

static notch_store_status run_one(notch_store *store, notch_sql sql)
{
  sqlite3_stmt *statement = notch_sql_get(store, sql);
  return statement == NULL ? store->last : notch_sql_run(store, statement, "rebuilding the caches");
}

/* The keys of the members that are not erased. */
typedef struct putting {
  notch_store *store;
  sqlite3_stmt *put;
  notch_store_status status;
} putting;

static bool put_key(void *payload, int64_t member, notch_text id)
{
  putting *p = payload;
  sqlite3_bind_int64(p->put, 1, notch_key_of(id));
  sqlite3_bind_int64(p->put, 2, member);
  p->status = notch_sql_run(p->store, p->put, "rebuilding the caches");
  return p->status == NOTCH_STORE_OK;
}

static notch_store_status rebuild_member_keys(notch_store *store)
{
  putting p = {store, notch_sql_get(store, NOTCH_SQL_MEMBER_KEY_PUT), NOTCH_STORE_OK};
  if (p.put == NULL) {
    return store->last;
  }
  notch_store_status status = notch_store_member_ids(store, 1, INT64_MAX, put_key, &p);
  return p.status != NOTCH_STORE_OK ? p.status : status;
}

notch_store_status notch_store_caches_rebuild(notch_store *store)
{
  notch_store_status status = notch_store_begin(store);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  static const notch_sql drops[] = {NOTCH_SQL_STATE_DROP_ALL, NOTCH_SQL_KEY_DROP_ALL,
                                    NOTCH_SQL_MEMBER_KEY_DROP_ALL};
  for (unsigned i = 0; i < 3 && status == NOTCH_STORE_OK; i++) {
    status = run_one(store, drops[i]);
  }
  sqlite3_stmt *set = notch_sql_get(store, NOTCH_SQL_CACHE_SET);
  if (status == NOTCH_STORE_OK && set != NULL) {
    sqlite3_bind_int64(set, 1, 0);
    sqlite3_bind_null(set, 2);
    status = notch_sql_run(store, set, "rebuilding the caches");
  }
  status = status == NOTCH_STORE_OK ? rebuild_member_keys(store) : status;
  if (status == NOTCH_STORE_OK) {
    notch_store_forget(store);
    status = notch_store_refresh(store); /* learns every row anew */
  }
  if (status != NOTCH_STORE_OK || set == NULL) {
    notch_store_rollback(store);
    return status != NOTCH_STORE_OK ? status : store->last;
  }
  notch_store_flush_now(store);
  return notch_store_commit(store);
}
