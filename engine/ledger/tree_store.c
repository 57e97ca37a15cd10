/*
 * ledger/tree_store.c -- the tree of hashes as the file holds it: roots of any size, proofs, and
 * the leaf bytes behind them (L8).
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

static bool fetch_node(notch_store *store, unsigned level, uint64_t index, notch_digest *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_NODE_GET);
  if (get == NULL) {
    return false;
  }
  sqlite3_bind_int64(get, 1, (int64_t)((uint64_t)level << 40 | index));
  bool found = notch_sql_row(store, get, "reading the tree") == NOTCH_STORE_OK &&
               notch_column_digest(get, 0, out);
  notch_sql_done(get);
  if (!found) {
    notch_store_say(store, NOTCH_STORE_CORRUPT,
                    "the ledger is damaged: a node of its tree of hashes is missing");
  }
  return found;
}

/* Of a full subtree: stored nodes as they are, lower ones from their leaves. */
bool notch_store_tree_fetch(void *payload, unsigned level, uint64_t index, notch_digest *out)
{
  notch_store *store = payload;
  if (level >= NOTCH_NODE_LEVEL_MIN) {
    return fetch_node(store, level, index, out);
  }
  sqlite3_stmt *leaves = notch_sql_get(store, NOTCH_SQL_LEAVES);
  if (leaves == NULL) {
    return false;
  }
  notch_tree tree = {0};
  sqlite3_bind_int64(leaves, 1, (int64_t)((index << level) + 1));
  sqlite3_bind_int64(leaves, 2, (int64_t)((index + 1) << level));
  bool fine = true;
  while (fine && notch_sql_row(store, leaves, "reading the tree") == NOTCH_STORE_OK) {
    notch_digest leaf;
    fine = notch_column_digest(leaves, 0, &leaf) &&
           notch_tree_add(&tree, store->hasher, &leaf, NULL, NULL);
  }
  notch_sql_done(leaves);
  if (!fine || tree.size != UINT64_C(1) << level) {
    notch_store_say(store, NOTCH_STORE_CORRUPT,
                    "the ledger is damaged: transactions are missing from its journal");
    return false;
  }
  *out = tree.edge[level];
  return true;
}

static notch_store_status outside(notch_store *store, int64_t size)
{
  return notch_store_say(store, NOTCH_STORE_MISUSE,
                         "the ledger has %lld transactions: there is no tree of %lld",
                         (long long)(store->next.event - 1), (long long)size);
}

notch_store_status notch_store_head_at(notch_store *store, int64_t size, notch_head *out)
{
  if (size < 0 || size >= store->next.event) {
    return outside(store, size);
  }
  out->size = size;
  bool fine = notch_tree_root_at(store->hasher, notch_store_tree_fetch, store, (uint64_t)size,
                                 &out->root);
  return fine ? NOTCH_STORE_OK : store->last;
}

notch_store_status notch_store_head_over(notch_store *store, int64_t event, notch_head *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_HEAD_OVER);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, event);
  notch_store_status status = notch_sql_row(store, get, "reading a head");
  if (status == NOTCH_STORE_OK) {
    out->size = sqlite3_column_int64(get, 0);
    notch_column_digest(get, 1, &out->root);
  }
  notch_sql_done(get);
  return status;
}

static notch_store_status hand_out(notch_store *store, notch_arena *arena,
                                   const notch_digest *proof, unsigned count,
                                   const notch_digest **out, uint32_t *out_count)
{
  notch_digest *copy = NOTCH_NEW_ARRAY(arena, notch_digest, count + 1);
  if (copy == NULL) {
    return notch_store_nomem(store);
  }
  memcpy(copy, proof, count * sizeof *copy);
  *out = copy;
  *out_count = count;
  return NOTCH_STORE_OK;
}

notch_store_status notch_store_inclusion(notch_store *store, int64_t event, int64_t size,
                                         notch_arena *arena, const notch_digest **out,
                                         uint32_t *count)
{
  notch_digest proof[NOTCH_PROOF_MAX];
  unsigned length;
  if (event < 1 || event > size || size >= store->next.event) {
    return outside(store, event > size ? event : size);
  }
  if (!notch_tree_inclusion(store->hasher, notch_store_tree_fetch, store, (uint64_t)event - 1,
                            (uint64_t)size, proof, &length)) {
    return store->last;
  }
  return hand_out(store, arena, proof, length, out, count);
}

notch_store_status notch_store_consistency(notch_store *store, int64_t old_size, int64_t size,
                                           notch_arena *arena, const notch_digest **out,
                                           uint32_t *count)
{
  notch_digest proof[NOTCH_PROOF_MAX];
  unsigned length;
  if (old_size < 0 || old_size > size || size >= store->next.event) {
    return outside(store, old_size > size ? old_size : size);
  }
  if (!notch_tree_consistency(store->hasher, notch_store_tree_fetch, store, (uint64_t)old_size,
                              (uint64_t)size, proof, &length)) {
    return store->last;
  }
  return hand_out(store, arena, proof, length, out, count);
}

/* The dictionary rows that came with one event, read with statements of their own: receipts and
 * verify need them, appending does not. */
static notch_store_status read_dictionary(notch_store *store, int64_t event, notch_arena *arena,
                                          notch_leaf_dictionary *out)
{
  *out = (notch_leaf_dictionary){.has_ledger = event == 1, .origin = store->origin,
                                 .clock = store->clock};
  NOTCH_VEC(notch_leaf_name) names = {0};
  for (uint32_t i = 0; i < store->names.count; i++) {
    if (store->names.names[i].event == event) {
      notch_leaf_name *name = notch_vec_try_push(&names, arena);
      if (name == NULL) {
        return notch_store_nomem(store);
      }
      *name = store->names.names[i];
    }
  }
  out->names = names.items;
  out->name_count = names.count;
  notch_store_status status = notch_members_of(store, event, arena, &out->members,
                                               &out->member_count);
  return status != NOTCH_STORE_OK
             ? status
             : notch_versions_of(store, event, arena, &out->versions, &out->version_count);
}

notch_store_status notch_store_leaf_bytes(notch_store *store, int64_t event, notch_arena *arena,
                                          notch_text *out)
{
  notch_transaction transaction;
  notch_leaf_dictionary dictionary;
  notch_store_status status = notch_store_read(store, event, arena, &transaction);
  if (status == NOTCH_STORE_OK) {
    status = read_dictionary(store, event, arena, &dictionary);
  }
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  if (!notch_leaf_encode(&store->leaf, &transaction, &dictionary)) {
    return notch_store_nomem(store);
  }
  *out = notch_arena_text(arena, (notch_text){store->leaf.bytes, (uint32_t)store->leaf.length});
  return arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
}

notch_store_status notch_store_seal_put(notch_store *store, int64_t size, notch_text note)
{
  if (!store->writing) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a seal can only be kept within a write transaction");
  }
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_SEAL_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, size);
  sqlite3_bind_text(put, 2, note.length > 0 ? note.bytes : "", (int)note.length, SQLITE_STATIC);
  return notch_sql_run(store, put, "writing a seal");
}

notch_store_status notch_store_seal_last(notch_store *store, notch_arena *arena, int64_t *size,
                                         notch_text *note)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_SEAL_LAST);
  if (get == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, get, "reading the last seal");
  if (status == NOTCH_STORE_OK) {
    *size = sqlite3_column_int64(get, 0);
    *note = notch_arena_text(arena, notch_column_text(get, 1));
    status = arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
  }
  notch_sql_done(get);
  return status;
}
