/*
 * ledger/sqlite/refresh.c -- learns what is in the file: next numbers, the right edge of the
 * tree, and, for rows that the caches of the file do not know yet, last rows and id keys.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

/* The right edge for a size, from the nodes and the last leaves. */
notch_store_status notch_store_tree_load(notch_store *store, uint64_t size)
{
  uint64_t low = (UINT64_C(1) << NOTCH_NODE_LEVEL_MIN) - 1;
  notch_tree tree = {.size = size & ~low};
  for (unsigned level = NOTCH_NODE_LEVEL_MIN; size >> level != 0; level++) {
    if ((size >> level) & 1 &&
        !notch_store_tree_fetch(store, level, (size >> level) - 1, &tree.edge[level])) {
      return notch_store_say(store, NOTCH_STORE_CORRUPT,
                             "the ledger is damaged: a node of its tree of hashes is missing; "
                             "restore a backup, or see what 'notch verify' finds");
    }
  }
  sqlite3_stmt *leaves = notch_sql_get(store, NOTCH_SQL_LEAVES);
  if (leaves == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(leaves, 1, (int64_t)tree.size + 1);
  sqlite3_bind_int64(leaves, 2, (int64_t)size);
  notch_store_status status;
  while ((status = notch_sql_row(store, leaves, "reading the tree")) == NOTCH_STORE_OK) {
    notch_digest leaf;
    notch_column_digest(leaves, 0, &leaf);
    if (!notch_tree_add(&tree, store->hasher, &leaf, NULL, NULL)) {
      status = notch_store_nomem(store);
      break;
    }
  }
  notch_sql_done(leaves);
  if (status == NOTCH_STORE_NOTFOUND && tree.size == size) {
    store->tree = tree;
    return NOTCH_STORE_OK;
  }
  return status != NOTCH_STORE_NOTFOUND
             ? status
             : notch_store_say(store, NOTCH_STORE_CORRUPT,
                               "the ledger is damaged: of its last transactions some are "
                               "missing; restore a backup, or see what 'notch verify' finds");
}

/* Row event > from: into keys, last rows, the newest booked, and onto the tree's edge. */
static notch_store_status learn_rows(notch_store *store, int64_t from)
{
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_EVENTS_AFTER);
  if (rows == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(rows, 1, from);
  sqlite3_bind_int64(rows, 2, INT64_MIN); /* a refused event moves no clock */
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "catching up")) == NOTCH_STORE_OK) {
    int64_t event = sqlite3_column_int64(rows, 0);
    notch_text id = notch_column_text(rows, 1);
    int64_t booked = sqlite3_column_int64(rows, 3);
    store->booked_newest = booked > store->booked_newest ? booked : store->booked_newest;
    notch_digest leaf;
    bool fine = notch_column_digest(rows, 4, &leaf);
    if (fine && (uint64_t)event == store->tree.size + 1) {
      fine = notch_tree_add(&store->tree, store->hasher, &leaf, NULL, NULL);
    }
    fine = fine && notch_members_moved(store, sqlite3_column_int64(rows, 2), event, false);
    fine = fine && (id.length == 0 || notch_keys_add(store, notch_key_of(id), event));
    if (!fine) {
      status = notch_store_nomem(store);
      break;
    }
  }
  notch_sql_done(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

static notch_store_status learn_cache(notch_store *store)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_CACHE_GET);
  if (get == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, get, "reading what the caches know");
  if (status == NOTCH_STORE_OK) {
    int64_t upto = sqlite3_column_int64(get, 0), erased = sqlite3_column_int64(get, 2);
    if (sqlite3_column_type(get, 1) != SQLITE_NULL &&
        sqlite3_column_int64(get, 1) > store->booked_newest) {
      store->booked_newest = sqlite3_column_int64(get, 1);
    }
    if (upto > store->file_upto) {
      notch_keys_drop(store, upto);
      if (upto >= store->flush.upto) { /* another process was quicker */
        notch_flush_drop(store);
      }
    }
    store->file_upto = upto;
    if (erased != store->file_erased) {
      notch_ids_clear(store);
      store->file_erased = erased;
    }
  }
  notch_sql_done(get);
  return status == NOTCH_STORE_NOTFOUND
             ? notch_store_say(store, NOTCH_STORE_CORRUPT, "the ledger's cache row is missing")
             : status;
}

static notch_store_status learn_numbers(notch_store *store)
{
  sqlite3_stmt *last = notch_sql_get(store, NOTCH_SQL_LAST_NUMBERS);
  if (last == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, last, "reading the last numbers");
  if (status == NOTCH_STORE_OK) {
    store->next.posting = sqlite3_column_int64(last, 0) + 1;
    store->next.move = sqlite3_column_int64(last, 1) + 1;
    store->next.effect = sqlite3_column_int64(last, 2) + 1;
    store->next.member = sqlite3_column_int64(last, 4) + 1;
    store->next.version = sqlite3_column_int64(last, 5) + 1;
  }
  notch_sql_done(last);
  if (status == NOTCH_STORE_OK) {
    status = notch_names_refresh(store);
    store->next.name = (int64_t)store->names.count + 1;
  }
  if (status == NOTCH_STORE_OK) {
    status = notch_shapes_refresh(store);
  }
  if (status == NOTCH_STORE_OK) {
    status = notch_forms_refresh(store);
  }
  return status;
}

static notch_store_status last_head(notch_store *store, notch_head *out)
{
  *out = (notch_head){0};
  sqlite3_stmt *head = notch_sql_get(store, NOTCH_SQL_HEAD_LAST);
  if (head == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, head, "reading the last head");
  if (status == NOTCH_STORE_OK) {
    out->size = sqlite3_column_int64(head, 0);
    notch_column_digest(head, 1, &out->root);
  }
  notch_sql_done(head);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

/* L8, L11: the edge as re-read must give the last head; a handle that may write insists. */
static notch_store_status compare_head(notch_store *store, int64_t size)
{
  notch_head head;
  notch_digest root;
  notch_store_status status = last_head(store, &head);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  store->head_size = head.size;
  if (!notch_tree_root(&store->tree, store->hasher, &root)) {
    return notch_store_nomem(store);
  }
  bool same = head.size == size && (size == 0 || memcmp(&root, &head.root, sizeof root) == 0);
  store->damaged = !same;
  if (same || store->options.read_only) {
    return NOTCH_STORE_OK;
  }
  return notch_store_say(store, NOTCH_STORE_CORRUPT,
                         "the last rows of the ledger do not give its last head, so nothing more "
                         "is written to it; restore a backup, or see what 'notch verify' finds");
}

notch_store_status notch_store_refresh(notch_store *store)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_EVENT_LAST);
  if (get == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, get, "reading the last transaction");
  int64_t last = 0, recorded_us = INT64_MIN;
  if (status == NOTCH_STORE_OK) {
    last = sqlite3_column_int64(get, 0);
    recorded_us = sqlite3_column_int64(get, 1);
  }
  notch_sql_done(get);
  store->members.due_member = 0;
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return status;
  }
  if (store->next.event == last + 1) {
    return NOTCH_STORE_OK;
  }
  int64_t known = store->next.event - 1; /* -1: nothing is known yet */
  notch_keys_unsure(store); /* of rows known before, keys are in the file or wait here */
  status = learn_cache(store);
  if (status == NOTCH_STORE_OK) {
    status = learn_numbers(store);
  }
  if (status == NOTCH_STORE_OK && known < 0) {
    known = store->file_upto;
    status = notch_store_tree_load(store, (uint64_t)last);
    if (status == NOTCH_STORE_CORRUPT && store->options.read_only) {
      store->damaged = true; /* verify and the reports may still read it */
      status = NOTCH_STORE_OK;
    }
  }
  if (status == NOTCH_STORE_OK) {
    status = learn_rows(store, known);
  }
  if (status == NOTCH_STORE_OK) {
    store->next.event = last + 1;
    store->next.recorded_us = recorded_us;
    status = compare_head(store, last);
  }
  if (status != NOTCH_STORE_OK) {
    notch_store_forget(store);
  }
  return status;
}

void notch_store_forget(notch_store *store)
{
  notch_members_free(store);
  notch_keys_free(store);
  notch_ids_clear(store);
  notch_names_revert(store);
  notch_shapes_revert(store);
  notch_forms_revert(store);
  notch_waiting_clear(store);
  store->tree = (notch_tree){0};
  store->next = (notch_store_numbers){.recorded_us = INT64_MIN};
  store->next.name = (int64_t)store->names.count + 1;
  store->file_upto = 0;
  store->booked_newest = INT64_MIN;
  notch_flush_drop(store);
  store->commits = store->appended = 0;
  store->failed = false;
  store->erased = false;
}

notch_store_status notch_store_head(notch_store *store, notch_head *out)
{
  return last_head(store, out);
}
