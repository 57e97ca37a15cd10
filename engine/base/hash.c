/* base/hash.c -- SHA-256, HMAC-SHA-256, random bytes and hexadecimal. */
#include <config.h>

#include "base/hash.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

struct notch_hasher {
  EVP_MD *method; /* fetched once: a look-up by name costs more than a small hash */
  EVP_MD_CTX *context;
};

notch_hasher *notch_hasher_new(void)
{
  notch_hasher *hasher = calloc(1, sizeof *hasher);
  if (hasher == NULL)
    return NULL;
  hasher->method = EVP_MD_fetch(NULL, "SHA256", NULL);
  hasher->context = EVP_MD_CTX_new();
  if (hasher->method == NULL || hasher->context == NULL ||
      EVP_DigestInit_ex2(hasher->context, hasher->method, NULL) != 1) {
    notch_hasher_free(hasher);
    return NULL;
  }
  return hasher;
}

void notch_hasher_free(notch_hasher *hasher)
{
  if (hasher == NULL)
    return;
  EVP_MD_CTX_free(hasher->context);
  EVP_MD_free(hasher->method);
  free(hasher);
}

bool notch_sha256_pieces(notch_hasher *hasher, notch_digest *out, const notch_piece *pieces,
                         unsigned count)
{
  assert(hasher != NULL);
  if (EVP_DigestInit_ex2(hasher->context, NULL, NULL) != 1) /* the same method again */
    return false;
  for (unsigned i = 0; i < count; i++)
    if (pieces[i].size != 0 &&
        EVP_DigestUpdate(hasher->context, pieces[i].bytes, pieces[i].size) != 1)
      return false;
  return EVP_DigestFinal_ex(hasher->context, out->bytes, NULL) == 1;
}

bool notch_sha256(notch_hasher *hasher, notch_digest *out, const void *bytes, size_t size)
{
  notch_piece piece = {bytes, size};
  return notch_sha256_pieces(hasher, out, &piece, 1);
}

bool notch_hmac_sha256(notch_digest *out, notch_text key, const void *bytes, size_t size)
{
  /* libcrypto takes a NULL key as "the key of before" and wants some address for no bytes. */
  const void *key_bytes = key.length == 0 ? "" : key.bytes;
  const void *message = size == 0 ? "" : bytes;
  if (key.length > INT_MAX)
    return false;
  return HMAC(EVP_sha256(), key_bytes, (int)key.length, message, size, out->bytes, NULL) != NULL;
}

bool notch_random(void *out, size_t size)
{
  return size <= INT_MAX && RAND_bytes(out, (int)size) == 1;
}

void notch_hex(char *out, const void *bytes, size_t size)
{
  static const char digits[] = "0123456789abcdef";
  const uint8_t *from = bytes;
  for (size_t i = 0; i < size; i++) {
    out[2 * i] = digits[from[i] >> 4];
    out[2 * i + 1] = digits[from[i] & 15];
  }
  out[2 * size] = '\0';
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/* False unless `hex` is exactly 2 * size digits; *out may then be partly written. */
bool notch_unhex(void *out, size_t size, notch_text hex)
{
  uint8_t *to = out;
  if (hex.length != 2 * size)
    return false;
  for (size_t i = 0; i < size; i++) {
    int high = hex_value(hex.bytes[2 * i]), low = hex_value(hex.bytes[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    to[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}
