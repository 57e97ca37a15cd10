/* base/hash_sign.c -- Ed25519 signatures over libcrypto, and base64 for receipts and keys. */
#include <config.h>

#include "base/hash.h"

#include <openssl/evp.h>
#include <string.h>

bool notch_ed25519_make(uint8_t secret[32], uint8_t open[32])
{
  return notch_random(secret, 32) && notch_ed25519_open_of(open, secret);
}

bool notch_ed25519_open_of(uint8_t open[32], const uint8_t secret[32])
{
  size_t size = 32;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
  bool done = key != NULL && EVP_PKEY_get_raw_public_key(key, open, &size) == 1 && size == 32;
  EVP_PKEY_free(key);
  return done;
}

bool notch_ed25519_sign(uint8_t signature[64], const uint8_t secret[32], const void *bytes,
                        size_t size)
{
  size_t length = 64;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const void *message = size == 0 ? "" : bytes;
  bool done = key != NULL && context != NULL &&
              EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(context, signature, &length, message, size) == 1 && length == 64;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return done;
}

bool notch_ed25519_check(const uint8_t signature[64], const uint8_t open[32], const void *bytes,
                         size_t size)
{
  EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, open, 32);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const void *message = size == 0 ? "" : bytes;
  bool right = key != NULL && context != NULL &&
               EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestVerify(context, signature, 64, message, size) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return right;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Writes 4 * ceil(size / 3) digits and a NUL; false when out_size is too small for them. */
bool notch_base64_encode(char *out, size_t out_size, const void *bytes, size_t size)
{
  const uint8_t *from = bytes;
  if (size > SIZE_MAX / 2 || out_size < (size + 2) / 3 * 4 + 1)
    return false;
  for (size_t i = 0; i < size; i += 3) {
    size_t left = size - i;
    uint32_t group = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0u) |
                     (left > 2 ? (uint32_t)from[i + 2] : 0u);
    *out++ = base64_digits[group >> 18];
    *out++ = base64_digits[group >> 12 & 63];
    *out++ = '=';
    *out++ = '=';
    if (left > 1)
      out[-2] = base64_digits[group >> 6 & 63];
    if (left > 2)
      out[-1] = base64_digits[group & 63];
  }
  *out = '\0';
  return true;
}

/*
 * *out_size: the room at `out`, then the bytes written.  Only the canonical form is taken (RFC
 * 4648 3.5): padded, no other characters, and no bits lost, so that one value has one text.
 */
bool notch_base64_decode(void *out, size_t *out_size, notch_text text)
{
  uint8_t *to = out;
  size_t room = *out_size, made = 0;
  if (text.length % 4 != 0)
    return false;
  for (uint32_t i = 0; i < text.length; i += 4) {
    const char *four = text.bytes + i;
    bool last = i + 4 == text.length;
    unsigned size = last && four[3] == '=' ? (four[2] == '=' ? 1 : 2) : 3;
    uint32_t group = 0;
    for (unsigned k = 0; k < 4; k++) {
      const char *digit = four[k] == '\0' ? NULL : strchr(base64_digits, four[k]);
      if (k > size)
        digit = base64_digits;
      if (digit == NULL)
        return false;
      group = group << 6 | (uint32_t)(digit - base64_digits);
    }
    if ((size == 1 && (group & 0xFFFF) != 0) || (size == 2 && (group & 0xFF) != 0))
      return false;
    if (room - made < size)
      return false;
    for (unsigned k = 0; k < size; k++)
      to[made++] = (uint8_t)(group >> (16 - 8 * k));
  }
  *out_size = made;
  return true;
}
