/* tests/base/check_hash.c -- published vectors for SHA-256, HMAC, Ed25519 and base64. */
#include <config.h>

#include "base/hash.h"
#include "check_base.h"

static void check_hex(const void *bytes, size_t size, const char *wanted)
{
  char hex[2 * 64 + 1];
  notch_hex(hex, bytes, size);
  ck_assert_str_eq(hex, wanted);
}

START_TEST(hashes_as_fips_180_says)
{
  static const struct {
    const char *text, *digest;
  } rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  };
  notch_hasher *hasher = notch_hasher_new();
  notch_digest digest;
  ck_assert_ptr_nonnull(hasher);
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
      ck_assert(notch_sha256(hasher, &digest, rows[i].text, strlen(rows[i].text)));
      check_hex(digest.bytes, 32, rows[i].digest);
    }
  notch_piece pieces[] = {{"a", 1}, {NULL, 0}, {"bc", 2}};
  ck_assert(notch_sha256_pieces(hasher, &digest, pieces, 3));
  check_hex(digest.bytes, 32, rows[1].digest);
  ck_assert(notch_sha256_pieces(hasher, &digest, NULL, 0));
  check_hex(digest.bytes, 32, rows[0].digest);
  notch_hasher_free(hasher);
  notch_hasher_free(NULL);
}
END_TEST

START_TEST(authenticates_as_rfc_4231_says)
{
  char key[131], data[50];
  notch_digest mac;
  memset(key, 0x0b, 20);
  ck_assert(notch_hmac_sha256(&mac, (notch_text){key, 20}, "Hi There", 8));
  check_hex(mac.bytes, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  ck_assert(notch_hmac_sha256(&mac, NOTCH_TEXT("Jefe"), "what do ya want for nothing?", 28));
  check_hex(mac.bytes, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  memset(key, (char)0xaa, sizeof key);
  memset(data, (char)0xdd, sizeof data);
  ck_assert(notch_hmac_sha256(&mac, (notch_text){key, 20}, data, sizeof data));
  check_hex(mac.bytes, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  static const char longer[] = "Test Using Larger Than Block-Size Key - Hash Key First";
  ck_assert(notch_hmac_sha256(&mac, (notch_text){key, 131}, longer, sizeof longer - 1));
  check_hex(mac.bytes, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  ck_assert(notch_hmac_sha256(&mac, (notch_text){NULL, 0}, NULL, 0));
  check_hex(mac.bytes, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
END_TEST

START_TEST(signs_as_rfc_8032_says)
{
  uint8_t secret[32], open[32], signature[64], made[32];
  notch_text secret_hex =
      NOTCH_TEXT("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  ck_assert(notch_unhex(secret, 32, secret_hex));
  ck_assert(notch_ed25519_open_of(open, secret));
  check_hex(open, 32, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  ck_assert(notch_ed25519_sign(signature, secret, "\xaf\x82", 2));
  check_hex(signature, 64,
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
  ck_assert(notch_ed25519_check(signature, open, "\xaf\x82", 2));
  ck_assert(!notch_ed25519_check(signature, open, "\xaf\x83", 2));
  signature[5] ^= 1;
  ck_assert(!notch_ed25519_check(signature, open, "\xaf\x82", 2));
  ck_assert(notch_ed25519_make(secret, open));
  ck_assert(notch_ed25519_open_of(made, secret));
  ck_assert_mem_eq(made, open, 32);
  ck_assert(notch_ed25519_sign(signature, secret, NULL, 0));
  ck_assert(notch_ed25519_check(signature, open, NULL, 0));
}
END_TEST

START_TEST(writes_and_reads_hex_and_base64)
{
  static const struct {
    const char *plain, *text;
  } rows[] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},
              {"foo", "Zm9v"},  {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  static const char *const wrong[] = {"Zg=", "Zg", "Zh==", "Zm9=", "Zm9v\n", "Z===", "====",
                                      "Zg==Zg==", "Zm9-", "=AAA"};
  char text[16];
  uint8_t plain[16];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    size_t size = sizeof plain;
    ck_assert(notch_base64_encode(text, sizeof text, rows[i].plain, strlen(rows[i].plain)));
    ck_assert_str_eq(text, rows[i].text);
    ck_assert(notch_base64_decode(plain, &size, notch_text_of(text)));
    ck_assert_uint_eq(size, strlen(rows[i].plain));
    ck_assert_mem_eq(plain, rows[i].plain, size);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    size_t size = sizeof plain;
    ck_assert_msg(!notch_base64_decode(plain, &size, notch_text_of(wrong[i])), "%s", wrong[i]);
  }
  size_t little = 2;
  ck_assert(!notch_base64_decode(plain, &little, NOTCH_TEXT("Zm9v")));
  ck_assert(!notch_base64_encode(text, 4, "foo", 3));
  ck_assert(notch_unhex(plain, 2, NOTCH_TEXT("aBfF")));
  ck_assert(plain[0] == 0xAB && plain[1] == 0xFF);
  ck_assert(!notch_unhex(plain, 2, NOTCH_TEXT("abf")));
  ck_assert(!notch_unhex(plain, 2, NOTCH_TEXT("abfg")));
  uint8_t one[16] = {0}, two[16] = {0};
  ck_assert(notch_random(one, 16) && notch_random(two, 16));
  ck_assert_mem_ne(one, two, 16);
}
END_TEST

TCase *notch_check_hash(void)
{
  TCase *hash = tcase_create("hash");
  tcase_add_test(hash, hashes_as_fips_180_says);
  tcase_add_test(hash, authenticates_as_rfc_4231_says);
  tcase_add_test(hash, signs_as_rfc_8032_says);
  tcase_add_test(hash, writes_and_reads_hex_and_base64);
  return hash;
}
