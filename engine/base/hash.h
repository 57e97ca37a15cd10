/* base/hash.h -- SHA-256, HMAC-SHA-256, random salts and Ed25519 over libcrypto. */
#ifndef NOTCH_BASE_HASH_H
#define NOTCH_BASE_HASH_H

#include "base/text.h"

typedef struct notch_digest {
  uint8_t bytes[32];
} notch_digest;

typedef struct notch_hasher notch_hasher; /* reused: a fresh context costs more than 96 bytes */

notch_hasher *notch_hasher_new(void); /* NULL: out of memory */
void notch_hasher_free(notch_hasher *hasher);
bool notch_sha256(notch_hasher *hasher, notch_digest *out, const void *bytes, size_t size);
/* SHA-256 over several pieces, in order. */
typedef struct notch_piece {
  const void *bytes;
  size_t size;
} notch_piece;
bool notch_sha256_pieces(notch_hasher *hasher, notch_digest *out, const notch_piece *pieces,
                         unsigned count);
bool notch_hmac_sha256(notch_digest *out, notch_text key, const void *bytes, size_t size);
bool notch_random(void *out, size_t size);
void notch_hex(char *out, const void *bytes, size_t size); /* 2 * size + 1 chars */
bool notch_unhex(void *out, size_t size, notch_text hex);

bool notch_ed25519_make(uint8_t secret[32], uint8_t open[32]);
bool notch_ed25519_open_of(uint8_t open[32], const uint8_t secret[32]);
bool notch_ed25519_sign(uint8_t signature[64], const uint8_t secret[32], const void *bytes,
                        size_t size);
bool notch_ed25519_check(const uint8_t signature[64], const uint8_t open[32], const void *bytes,
                         size_t size);
bool notch_base64_encode(char *out, size_t out_size, const void *bytes, size_t size);
bool notch_base64_decode(void *out, size_t *out_size, notch_text text);

#endif
