/* tests/ledger/check_tree.c -- the tree against RFC 6962's reference roots, and all proofs. */
#include <config.h>

#include "ledger/tree.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_TESTED 70

static notch_hasher *hasher;
static notch_digest leaves[SIZE_MAX_TESTED];

static void set_up(void)
{
  hasher = notch_hasher_new();
  for (unsigned i = 0; i < SIZE_MAX_TESTED; i++) {
    uint8_t byte = (uint8_t)i;
    ck_assert(notch_tree_leaf(hasher, &leaves[i], &byte, 1));
  }
}

static void tear_down(void)
{
  notch_hasher_free(hasher);
}

/* The inputs and roots of the reference implementation's tests. */
static const char *const reference_inputs[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f"};
static const char *const reference_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

START_TEST(roots_are_those_of_the_reference)
{
  notch_tree tree = {0};
  for (unsigned size = 0; size <= 8; size++) {
    notch_digest root;
    char hex[65];
    ck_assert(notch_tree_root(&tree, hasher, &root));
    notch_hex(hex, root.bytes, sizeof root.bytes);
    ck_assert_str_eq(hex, reference_roots[size]);
    if (size < 8) {
      uint8_t bytes[16];
      size_t length = strlen(reference_inputs[size]) / 2;
      notch_digest leaf;
      ck_assert(notch_unhex(bytes, length, notch_text_of(reference_inputs[size])));
      ck_assert(notch_tree_leaf(hasher, &leaf, bytes, length));
      ck_assert(notch_tree_add(&tree, hasher, &leaf, NULL, NULL));
    }
  }
}
END_TEST

/* RFC 6962's own recursion, as an independent way to the same hashes. */
static notch_digest plain_root(unsigned begin, unsigned count)
{
  notch_digest out;
  if (count == 0) {
    ck_assert(notch_sha256(hasher, &out, "", 0));
    return out;
  }
  if (count == 1) {
    return leaves[begin];
  }
  unsigned half = 1;
  while (half * 2 < count) {
    half *= 2;
  }
  notch_digest left = plain_root(begin, half), right = plain_root(begin + half, count - half);
  ck_assert(notch_tree_node(hasher, &out, &left, &right));
  return out;
}

static bool fetch(void *payload, unsigned level, uint64_t index, notch_digest *out)
{
  (void)payload;
  *out = plain_root((unsigned)(index << level), 1u << level);
  return true;
}

START_TEST(the_growing_edge_gives_every_root)
{
  notch_tree tree = {0};
  for (unsigned size = 0; size < SIZE_MAX_TESTED; size++) {
    notch_digest root, wanted = plain_root(0, size), at;
    ck_assert(notch_tree_root(&tree, hasher, &root));
    ck_assert_mem_eq(root.bytes, wanted.bytes, 32);
    ck_assert(notch_tree_root_at(hasher, fetch, NULL, size, &at));
    ck_assert_mem_eq(at.bytes, wanted.bytes, 32);
    ck_assert(notch_tree_add(&tree, hasher, &leaves[size], NULL, NULL));
  }
}
END_TEST

START_TEST(every_leaf_is_proved_in_every_size)
{
  for (unsigned size = 1; size <= SIZE_MAX_TESTED; size++) {
    notch_digest root = plain_root(0, size);
    for (unsigned index = 0; index < size; index++) {
      notch_digest proof[NOTCH_PROOF_MAX];
      unsigned count;
      ck_assert(notch_tree_inclusion(hasher, fetch, NULL, index, size, proof, &count));
      ck_assert(notch_tree_check_inclusion(hasher, &leaves[index], index, size, proof, count,
                                           &root));
      unsigned other = (index + 1) % SIZE_MAX_TESTED;
      ck_assert(!notch_tree_check_inclusion(hasher, &leaves[other], index, size, proof, count,
                                            &root));
      if (count > 0) {
        ck_assert(!notch_tree_check_inclusion(hasher, &leaves[index], index, size, proof,
                                              count - 1, &root));
        proof[count / 2].bytes[7] ^= 1;
        ck_assert(!notch_tree_check_inclusion(hasher, &leaves[index], index, size, proof, count,
                                              &root));
      }
    }
  }
  unsigned count;
  notch_digest proof[NOTCH_PROOF_MAX];
  ck_assert(!notch_tree_inclusion(hasher, fetch, NULL, 5, 5, proof, &count));
}
END_TEST

START_TEST(every_size_is_consistent_with_every_earlier_one)
{
  for (unsigned size = 0; size <= SIZE_MAX_TESTED; size++) {
    notch_digest root = plain_root(0, size);
    for (unsigned old = 0; old <= size; old++) {
      notch_digest proof[NOTCH_PROOF_MAX], old_root = plain_root(0, old);
      unsigned count;
      ck_assert(notch_tree_consistency(hasher, fetch, NULL, old, size, proof, &count));
      ck_assert(notch_tree_check_consistency(hasher, old, &old_root, size, &root, proof, count));
      notch_digest forged = old_root;
      forged.bytes[0] ^= 1;
      ck_assert(!notch_tree_check_consistency(hasher, old, &forged, size, &root, proof, count));
      if (count > 0) {
        proof[count - 1].bytes[31] ^= 1;
        ck_assert(
            !notch_tree_check_consistency(hasher, old, &old_root, size, &root, proof, count));
      }
    }
  }
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("tree");
  tcase_add_checked_fixture(cases, set_up, tear_down);
  tcase_add_test(cases, roots_are_those_of_the_reference);
  tcase_add_test(cases, the_growing_edge_gives_every_root);
  tcase_add_test(cases, every_leaf_is_proved_in_every_size);
  tcase_add_test(cases, every_size_is_consistent_with_every_earlier_one);
  Suite *suite = suite_create("tree");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
