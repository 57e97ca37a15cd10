/*
 * ledger/tree.h -- the RFC 6962 tree over leaf hashes: growing right edge, roots, proofs and
 * their verification.  Nothing here needs a store.
 */
#ifndef NOTCH_LEDGER_TREE_H
#define NOTCH_LEDGER_TREE_H

#include "base/hash.h"

#define NOTCH_TREE_LEVELS 63 /* more than any size needs */
#define NOTCH_PROOF_MAX 128  /* hashes in any proof */

typedef struct notch_tree { /* the right edge: roots of the full subtrees that make up `size` */
  uint64_t size;
  notch_digest edge[NOTCH_TREE_LEVELS]; /* edge[l] is set where bit l of size is 1 */
} notch_tree;

/* SHA-256(0x00, bytes) and SHA-256(0x01, left, right). */
bool notch_tree_leaf(notch_hasher *hasher, notch_digest *out, const void *bytes, size_t size);
bool notch_tree_node(notch_hasher *hasher, notch_digest *out, const notch_digest *left,
                     const notch_digest *right);

/* Adds one leaf.  on_node (may be NULL) is told of each full subtree of level >= 1 it completes. */
typedef bool notch_tree_on_node(void *payload, unsigned level, uint64_t index,
                                const notch_digest *hash);
bool notch_tree_add(notch_tree *tree, notch_hasher *hasher, const notch_digest *leaf,
                    notch_tree_on_node *on_node, void *payload);
/* The root; SHA-256 of nothing for an empty tree. */
bool notch_tree_root(const notch_tree *tree, notch_hasher *hasher, notch_digest *out);

/* Gives the root of the full subtree at level, index (level 0: the leaf). */
typedef bool notch_tree_fetch(void *payload, unsigned level, uint64_t index, notch_digest *out);

/* The root over the first `size` leaves.  False: fetch or hashing failed. */
bool notch_tree_root_at(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                        uint64_t size, notch_digest *out);
/* index from 0.  proof holds NOTCH_PROOF_MAX.  False also where index >= size, old > size. */
bool notch_tree_inclusion(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                          uint64_t index, uint64_t size, notch_digest *proof, unsigned *count);
bool notch_tree_consistency(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                            uint64_t old_size, uint64_t size, notch_digest *proof,
                            unsigned *count);

bool notch_tree_check_inclusion(notch_hasher *hasher, const notch_digest *leaf, uint64_t index,
                                uint64_t size, const notch_digest *proof, unsigned count,
                                const notch_digest *root);
bool notch_tree_check_consistency(notch_hasher *hasher, uint64_t old_size,
                                  const notch_digest *old_root, uint64_t size,
                                  const notch_digest *root, const notch_digest *proof,
                                  unsigned count);

#endif
