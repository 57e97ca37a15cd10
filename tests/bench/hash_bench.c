/*
 * hash_bench.c -- what the tree of hashes takes of the processor, on the transactions of a ledger.
 *
 * The ledger is read twice in turns: once its rows alone, once with what an append computes for
 * the tree besides: the bytes of the leaf, its hash, the nodes it completes, and a root every
 * 10,000 rows.  The difference is the cost; the rest of reading falls out of it.  Not in it: the
 * 32 bytes a row that SQLite stores, and the digest of a member's id at its first event.
 * The tree has to come to the ledger's own head, so that nothing is left out.
 *
 * usage: hash_bench LEDGER      prints milliseconds
 */
#include <config.h>

#include "ledger/leaf.h"
#include "ledger/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 3
#define A_COMMIT 10000

static void must(notch_store *store, notch_store_status status)
{
  if (status != NOTCH_STORE_OK) {
    fprintf(stderr, "%s: %s\n", notch_store_status_word(status), notch_store_error(store));
    exit(1);
  }
}

static double cpu_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

typedef struct hashing {
  notch_hasher *hasher;
  notch_buffer leaf;
  notch_tree tree;
  notch_digest root;
  int64_t same; /* leaves as recorded: those that no dictionary row came with */
} hashing;

/* What stands in the ledger goes into the tree: a leaf without its dictionary rows is shorter
 * than the true one, by some tens of bytes at a member's first event. */
static void add(hashing *h, const notch_transaction *row, const notch_digest *recorded)
{
  const notch_leaf_dictionary none = {.has_ledger = false};
  notch_digest leaf;
  if (!notch_leaf_encode(&h->leaf, row, &none) ||
      !notch_tree_leaf(h->hasher, &leaf, h->leaf.bytes, h->leaf.length) ||
      !notch_tree_add(&h->tree, h->hasher, recorded, NULL, NULL) ||
      (row->event % A_COMMIT == 0 && !notch_tree_root(&h->tree, h->hasher, &h->root))) {
    fputs("hash_bench: out of memory\n", stderr);
    exit(1);
  }
  h->same += memcmp(&leaf, recorded, sizeof leaf) == 0;
}

/* Milliseconds.  h NULL: the rows alone. */
static double read_through(notch_store *store, hashing *h)
{
  notch_cursor *cursor;
  double begin_ms = cpu_ms();
  must(store, notch_cursor_open_leaves(&cursor, store));
  for (const notch_transaction *row; (row = notch_cursor_next(cursor)) != NULL;) {
    if (h != NULL) {
      add(h, row, notch_cursor_leaf(cursor));
    }
  }
  must(store, notch_cursor_status(cursor));
  notch_cursor_close(cursor);
  return cpu_ms() - begin_ms;
}

int main(int argc, char **argv)
{
  notch_store *store;
  notch_store_problem problem;
  const notch_store_options options = {.read_only = true};
  hashing h = {.hasher = notch_hasher_new()};
  notch_head head;
  double bare_ms = 0, hashed_ms = 0;
  if (argc != 2) {
    fputs("usage: hash_bench LEDGER\n", stderr);
    return 2;
  }
  if (h.hasher == NULL || notch_store_open(&store, argv[1], &options, &problem) != NOTCH_STORE_OK) {
    fprintf(stderr, "hash_bench: %s\n", h.hasher == NULL ? "out of memory" : problem.sentence);
    return 1;
  }
  notch_buffer_init(&h.leaf, &notch_memory_system);
  for (int i = 0; i < ROUNDS; i++) {
    h.tree = (notch_tree){.size = 0};
    h.same = 0;
    bare_ms += read_through(store, NULL);
    hashed_ms += read_through(store, &h);
  }
  must(store, notch_store_head(store, &head));
  if (!notch_tree_root(&h.tree, h.hasher, &h.root) ||
      memcmp(&h.root, &head.root, sizeof h.root) != 0 || h.same * 2 < head.size) {
    fputs("hash_bench: this is not the ledger's tree\n", stderr);
    return 1;
  }
  printf("%.0f\n", (hashed_ms - bare_ms) / ROUNDS);
  notch_buffer_free(&h.leaf);
  notch_hasher_free(h.hasher);
  notch_store_close(store);
  return 0;
}
