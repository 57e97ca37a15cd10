/*
 * ledger/check_tree.c -- recomputes every leaf from its rows, and from the leaves every stored
 * node and head (L8).
 */
#include <config.h>

#include "ledger/check.h"

#include <assert.h>
#include <string.h>

struct notch_check_tree {
  notch_check *check;
  notch_tree tree;       /* over the leaves as recomputed */
  notch_arena dictionary; /* of the current transaction */
  sqlite3_stmt *members, *versions, *heads, *node;
  bool member_left, version_left, head_left; /* each scan stands on a row */
  uint32_t name;         /* names before this one came with earlier transactions */
  int64_t nodes;
  notch_store_status status; /* of a node that could not be read */
};

static bool step(notch_check_tree *tree, sqlite3_stmt *rows)
{
  notch_store_status status = notch_sql_row(tree->check->store, rows, "checking the tree");
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    tree->status = status;
  }
  return status == NOTCH_STORE_OK;
}

static bool prepare(notch_check_tree *tree, sqlite3_stmt **out, const char *text)
{
  if (sqlite3_prepare_v2(tree->check->store->db, text, -1, out, NULL) != SQLITE_OK) {
    tree->status = notch_store_fail(tree->check->store, "checking the tree");
    return false;
  }
  return true;
}

notch_store_status notch_check_tree_begin(notch_check_tree **out, notch_check *check)
{
  notch_store *store = check->store;
  notch_check_tree *tree = notch_memory_resize(store->memory, NULL, sizeof *tree);
  *out = tree;
  if (tree == NULL) {
    return notch_store_nomem(store);
  }
  *tree = (notch_check_tree){.check = check};
  notch_arena_init(&tree->dictionary, store->memory);
  if (prepare(tree, &tree->members, "SELECT event,member,digest FROM member ORDER BY member") &&
      prepare(tree, &tree->versions, "SELECT event,version FROM version ORDER BY version") &&
      prepare(tree, &tree->heads, "SELECT size,root FROM head ORDER BY size") &&
      prepare(tree, &tree->node, "SELECT hash FROM node WHERE node=?1")) {
    tree->member_left = step(tree, tree->members);
    tree->version_left = step(tree, tree->versions);
    tree->head_left = step(tree, tree->heads);
  }
  return tree->status;
}

void notch_check_tree_free(notch_check_tree *tree)
{
  if (tree == NULL) {
    return;
  }
  sqlite3_finalize(tree->members);
  sqlite3_finalize(tree->versions);
  sqlite3_finalize(tree->heads);
  sqlite3_finalize(tree->node);
  notch_arena_free(&tree->dictionary);
  notch_memory_free(tree->check->store->memory, tree);
}

/* The dictionary rows that came with the transaction, by merging the scans. */
static notch_store_status gather(notch_check_tree *tree, int64_t event,
                                 notch_leaf_dictionary *out)
{
  notch_store *store = tree->check->store;
  notch_arena *arena = &tree->dictionary;
  NOTCH_VEC(notch_leaf_member) members = {0};
  NOTCH_VEC(notch_store_version) versions = {0};
  notch_arena_reset(arena);
  *out = (notch_leaf_dictionary){.has_ledger = event == 1, .origin = store->origin,
                                 .clock = store->clock};
  const notch_name_cache *names = &store->names;
  out->names = names->names + tree->name;
  for (; tree->name < names->count && names->names[tree->name].event <= event; tree->name++) {
    out->name_count++;
  }
  for (; tree->member_left && sqlite3_column_int64(tree->members, 0) <= event;
       tree->member_left = step(tree, tree->members)) {
    notch_leaf_member *member = notch_vec_try_push(&members, arena);
    if (member == NULL) {
      return notch_store_nomem(store);
    }
    member->member = sqlite3_column_int64(tree->members, 1);
    notch_column_digest(tree->members, 2, &member->digest);
  }
  for (; tree->version_left && sqlite3_column_int64(tree->versions, 0) <= event;
       tree->version_left = step(tree, tree->versions)) {
    notch_store_version *version = notch_vec_try_push(&versions, arena);
    notch_store_status status =
        version == NULL
            ? notch_store_nomem(store)
            : notch_store_version_read(store, (uint32_t)sqlite3_column_int64(tree->versions, 1),
                                       arena, version);
    if (status != NOTCH_STORE_OK) {
      return status;
    }
  }
  out->members = members.items;
  out->member_count = members.count;
  out->versions = versions.items;
  out->version_count = versions.count;
  return tree->status;
}

static bool compare_node(void *payload, unsigned level, uint64_t index, const notch_digest *hash)
{
  notch_check_tree *tree = payload;
  if (level < NOTCH_NODE_LEVEL_MIN) {
    return true;
  }
  tree->nodes++;
  notch_digest recorded = {{0}};
  sqlite3_bind_int64(tree->node, 1, (int64_t)((uint64_t)level << 40 | index));
  if (step(tree, tree->node)) {
    notch_column_digest(tree->node, 0, &recorded);
  }
  sqlite3_reset(tree->node);
  if (memcmp(&recorded, hash, sizeof recorded) != 0) {
    notch_check_digest(tree->check, (int64_t)((index + 1) << level), "node", &recorded, hash);
  }
  return true;
}

/* Heads up to the size of the tree now; one in between stands at a size that no commit had. */
static notch_store_status compare_heads(notch_check_tree *tree, bool *at_head)
{
  notch_store *store = tree->check->store;
  while (tree->head_left &&
         sqlite3_column_int64(tree->heads, 0) <= (int64_t)tree->tree.size) {
    notch_digest recorded, root;
    notch_column_digest(tree->heads, 1, &recorded);
    if (!notch_tree_root(&tree->tree, store->hasher, &root)) {
      return notch_store_nomem(store);
    }
    *at_head = true;
    if (sqlite3_column_int64(tree->heads, 0) != (int64_t)tree->tree.size ||
        memcmp(&recorded, &root, sizeof root) != 0) {
      notch_check_digest(tree->check, sqlite3_column_int64(tree->heads, 0), "head", &recorded,
                         &root);
    }
    tree->head_left = step(tree, tree->heads);
  }
  return tree->status;
}

notch_store_status notch_check_tree_row(notch_check_tree *tree, const notch_transaction *t,
                                        const notch_digest *leaf, bool *at_head)
{
  notch_store *store = tree->check->store;
  notch_leaf_dictionary dictionary;
  notch_digest recomputed;
  notch_store_status status = gather(tree, t->event, &dictionary);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  if (!notch_leaf_encode(&store->leaf, t, &dictionary) ||
      !notch_tree_leaf(store->hasher, &recomputed, store->leaf.bytes, store->leaf.length)) {
    return notch_store_nomem(store);
  }
  if (memcmp(&recomputed, leaf, sizeof recomputed) != 0) {
    notch_check_digest(tree->check, t->event, "leaf", leaf, &recomputed);
  }
  if (!notch_tree_add(&tree->tree, store->hasher, &recomputed, compare_node, tree)) {
    return notch_store_nomem(store);
  }
  return tree->status == NOTCH_STORE_OK ? compare_heads(tree, at_head) : tree->status;
}

notch_store_status notch_check_tree_end(notch_check_tree *tree)
{
  notch_check *check = tree->check;
  notch_store *store = check->store;
  check->report->head.size = (int64_t)tree->tree.size;
  if (!notch_tree_root(&tree->tree, store->hasher, &check->report->head.root)) {
    return notch_store_nomem(store);
  }
  for (; tree->head_left && !check->stopped; tree->head_left = step(tree, tree->heads)) {
    notch_check_number(check, 0, "head beyond the last transaction",
                       sqlite3_column_int64(tree->heads, 0), (int64_t)tree->tree.size);
  }
  notch_head last;
  notch_store_status status = notch_store_head(store, &last);
  if (status == NOTCH_STORE_OK && last.size < (int64_t)tree->tree.size) {
    notch_check_number(check, 0, "transactions without a head", (int64_t)tree->tree.size,
                       last.size);
  }
  sqlite3_stmt *count = NULL;
  if (status == NOTCH_STORE_OK && prepare(tree, &count, "SELECT count(*) FROM node")) {
    if (step(tree, count) && sqlite3_column_int64(count, 0) != tree->nodes) {
      notch_check_number(check, 0, "nodes", sqlite3_column_int64(count, 0), tree->nodes);
    }
    sqlite3_finalize(count);
  }
  if (tree->member_left || tree->version_left || tree->name < store->names.count) {
    notch_check_text(check, 0, "dictionary", "names a transaction that is not there", "none");
  }
  return status != NOTCH_STORE_OK ? status : tree->status;
}
