/* ledger/tree.c -- RFC 6962 trees: the growing edge, roots, proofs and their verification. */
#include <config.h>

#include "ledger/tree.h"

#include <assert.h>
#include <string.h>

bool notch_tree_leaf(notch_hasher *hasher, notch_digest *out, const void *bytes, size_t size)
{
  const notch_piece pieces[] = {{"\x00", 1}, {bytes, size}};
  return notch_sha256_pieces(hasher, out, pieces, 2);
}

bool notch_tree_node(notch_hasher *hasher, notch_digest *out, const notch_digest *left,
                     const notch_digest *right)
{
  uint8_t bytes[65];
  bytes[0] = 0x01;
  memcpy(bytes + 1, left->bytes, 32);
  memcpy(bytes + 33, right->bytes, 32);
  return notch_sha256(hasher, out, bytes, sizeof bytes);
}

bool notch_tree_add(notch_tree *tree, notch_hasher *hasher, const notch_digest *leaf,
                    notch_tree_on_node *on_node, void *payload)
{
  notch_digest hash = *leaf;
  unsigned level = 0;
  uint64_t index = tree->size;
  while (index & 1) {
    if (!notch_tree_node(hasher, &hash, &tree->edge[level], &hash)) {
      return false;
    }
    level++;
    index >>= 1;
    if (on_node != NULL && !on_node(payload, level, index, &hash)) {
      return false;
    }
  }
  assert(level < NOTCH_TREE_LEVELS);
  tree->edge[level] = hash;
  tree->size++;
  return true;
}

bool notch_tree_root(const notch_tree *tree, notch_hasher *hasher, notch_digest *out)
{
  if (tree->size == 0) {
    return notch_sha256(hasher, out, "", 0);
  }
  bool any = false;
  for (unsigned level = 0; tree->size >> level != 0; level++) {
    if (((tree->size >> level) & 1) == 0) {
      continue;
    }
    if (!any) {
      *out = tree->edge[level];
      any = true;
    } else if (!notch_tree_node(hasher, out, &tree->edge[level], out)) {
      return false;
    }
  }
  return true;
}

/* The hash over `count` leaves from `begin`, which is a multiple of a power of two >= count. */
static bool range_hash(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                       uint64_t begin, uint64_t count, notch_digest *out)
{
  assert(count > 0);
  bool any = false;
  for (unsigned level = 0; count >> level != 0; level++) {
    if (((count >> level) & 1) == 0) {
      continue;
    }
    uint64_t higher = (count >> (level + 1)) << (level + 1);
    notch_digest hash;
    if (!fetch(payload, level, (begin + higher) >> level, &hash)) {
      return false;
    }
    if (!any) {
      *out = hash;
      any = true;
    } else if (!notch_tree_node(hasher, out, &hash, out)) {
      return false;
    }
  }
  return true;
}

bool notch_tree_root_at(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                        uint64_t size, notch_digest *out)
{
  if (size == 0) {
    return notch_sha256(hasher, out, "", 0);
  }
  return range_hash(hasher, fetch, payload, 0, size, out);
}

static uint64_t split_of(uint64_t count) /* the largest power of two below count (> 1) */
{
  uint64_t half = 1;
  while (half << 1 < count) {
    half <<= 1;
  }
  return half;
}

static void reverse(notch_digest *proof, unsigned count)
{
  for (unsigned i = 0; i < count / 2; i++) {
    notch_digest swap = proof[i];
    proof[i] = proof[count - 1 - i];
    proof[count - 1 - i] = swap;
  }
}

bool notch_tree_inclusion(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                          uint64_t index, uint64_t size, notch_digest *proof, unsigned *count)
{
  *count = 0;
  if (index >= size) {
    return false;
  }
  uint64_t begin = 0;
  while (size > 1) { /* collected from the root down, handed out from the leaf up */
    uint64_t half = split_of(size);
    bool right = index - begin >= half;
    if (!range_hash(hasher, fetch, payload, right ? begin : begin + half,
                    right ? half : size - half, &proof[(*count)++])) {
      return false;
    }
    begin += right ? half : 0;
    size = right ? size - half : half;
  }
  reverse(proof, *count);
  return true;
}

bool notch_tree_consistency(notch_hasher *hasher, notch_tree_fetch *fetch, void *payload,
                            uint64_t old_size, uint64_t size, notch_digest *proof,
                            unsigned *count)
{
  *count = 0;
  if (old_size > size) {
    return false;
  }
  if (old_size == 0 || old_size == size) {
    return true;
  }
  uint64_t begin = 0;
  bool whole = true; /* the old tree is the whole left part so far: its hash is known */
  while (old_size != size) {
    uint64_t half = split_of(size);
    bool right = old_size > half;
    if (!range_hash(hasher, fetch, payload, right ? begin : begin + half,
                    right ? half : size - half, &proof[(*count)++])) {
      return false;
    }
    if (right) {
      whole = false;
      begin += half;
      old_size -= half;
      size -= half;
    } else {
      size = half;
    }
  }
  if (!whole && !range_hash(hasher, fetch, payload, begin, size, &proof[(*count)++])) {
    return false;
  }
  reverse(proof, *count);
  return true;
}

static bool same(const notch_digest *left, const notch_digest *right)
{
  return memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

/* RFC 9162, 2.1.3.2 */
bool notch_tree_check_inclusion(notch_hasher *hasher, const notch_digest *leaf, uint64_t index,
                                uint64_t size, const notch_digest *proof, unsigned count,
                                const notch_digest *root)
{
  if (index >= size) {
    return false;
  }
  uint64_t first = index, last = size - 1;
  notch_digest hash = *leaf;
  for (unsigned i = 0; i < count; i++) {
    if (last == 0) {
      return false;
    }
    if ((first & 1) || first == last) {
      if (!notch_tree_node(hasher, &hash, &proof[i], &hash)) {
        return false;
      }
      while (first != 0 && !(first & 1)) {
        first >>= 1;
        last >>= 1;
      }
    } else if (!notch_tree_node(hasher, &hash, &hash, &proof[i])) {
      return false;
    }
    first >>= 1;
    last >>= 1;
  }
  return last == 0 && same(&hash, root);
}

/* RFC 9162, 2.1.4.2 */
bool notch_tree_check_consistency(notch_hasher *hasher, uint64_t old_size,
                                  const notch_digest *old_root, uint64_t size,
                                  const notch_digest *root, const notch_digest *proof,
                                  unsigned count)
{
  if (old_size > size) {
    return false;
  }
  if (old_size == size) {
    return count == 0 && same(old_root, root);
  }
  if (old_size == 0) {
    notch_digest empty;
    return count == 0 && notch_sha256(hasher, &empty, "", 0) && same(&empty, old_root);
  }
  uint64_t first = old_size - 1, last = size - 1;
  while (first & 1) {
    first >>= 1;
    last >>= 1;
  }
  unsigned used = 0;
  notch_digest old_hash = *old_root;
  if ((old_size & (old_size - 1)) != 0) { /* else the old root itself begins the proof */
    if (count == 0) {
      return false;
    }
    old_hash = proof[used++];
  }
  notch_digest hash = old_hash;
  for (; used < count; used++) {
    const notch_digest *next = &proof[used];
    if (last == 0) {
      return false;
    }
    if ((first & 1) || first == last) {
      if (!notch_tree_node(hasher, &old_hash, next, &old_hash) ||
          !notch_tree_node(hasher, &hash, next, &hash)) {
        return false;
      }
      while (first != 0 && !(first & 1)) {
        first >>= 1;
        last >>= 1;
      }
    } else if (!notch_tree_node(hasher, &hash, &hash, next)) {
      return false;
    }
    first >>= 1;
    last >>= 1;
  }
  return last == 0 && same(&old_hash, old_root) && same(&hash, root);
}
