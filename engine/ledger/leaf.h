/* ledger/leaf.h -- the bytes of one leaf of the tree (docs/ledger.md, "Leaf"). */
#ifndef NOTCH_LEDGER_LEAF_H
#define NOTCH_LEDGER_LEAF_H

#include "ledger/store.h"

#define NOTCH_LEAF_ENCODING 1

typedef struct notch_leaf_name {
  uint32_t name;
  uint32_t sort;
  notch_text text;
  int64_t event; /* that it came with; not part of the leaf */
} notch_leaf_name;

typedef struct notch_leaf_member {
  int64_t member;
  notch_digest digest;
} notch_leaf_member;

/* The dictionary rows that first appear with a transaction, each list by ascending number. */
typedef struct notch_leaf_dictionary {
  bool has_ledger; /* with transaction 1: the ledger's own row */
  notch_text origin;
  notch_store_clock clock;
  const notch_leaf_name *names;
  const notch_leaf_member *members;
  const notch_store_version *versions;
  uint32_t name_count, member_count, version_count;
} notch_leaf_dictionary;

/* Replaces what the buffer holds.  False: out of memory. */
bool notch_leaf_encode(notch_buffer *out, const notch_transaction *transaction,
                       const notch_leaf_dictionary *dictionary);

#endif
