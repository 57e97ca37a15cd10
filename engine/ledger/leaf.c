/*
 * ledger/leaf.c -- writes a transaction and what first appears with it as bytes: fixed widths,
 * big-endian, texts led by their length.  A change here is a new NOTCH_LEAF_ENCODING.
 */
#include <config.h>

#include "ledger/leaf.h"

#include <assert.h>
#include <string.h>

#define FIXED_BYTES 192 /* more than all fixed parts of the event and of the ledger row */
#define POSTING_BYTES 80
#define SHARE_BYTES 12
#define MOVE_BYTES 32
#define EFFECT_BYTES 64
#define NAME_BYTES 16
#define MEMBER_BYTES 40
#define VERSION_BYTES 80

typedef uint8_t *cursor; /* the room was reserved before the first byte is written */

static inline cursor put8(cursor at, uint8_t value)
{
  *at = value;
  return at + 1;
}

static inline cursor put16(cursor at, uint16_t value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
  return at + 2;
}

static inline cursor put32(cursor at, uint32_t value)
{
  value = __builtin_bswap32(value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap32(value);
#endif
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

static inline cursor put64(cursor at, int64_t signed_value)
{
  uint64_t value = __builtin_bswap64((uint64_t)signed_value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

static inline cursor put_text(cursor at, notch_text text)
{
  at = put32(at, text.length);
  if (text.length > 0) {
    memcpy(at, text.bytes, text.length);
  }
  return at + text.length;
}

static size_t size_bound(const notch_transaction *t, const notch_leaf_dictionary *dictionary)
{
  size_t size = FIXED_BYTES + t->id.length + t->content.length;
  size += (size_t)t->shared.length + t->detail.length;
  for (uint32_t i = 0; i < t->posting_count; i++) {
    size += POSTING_BYTES + (size_t)SHARE_BYTES * t->postings[i].share_count;
  }
  size += (size_t)MOVE_BYTES * t->move_count;
  for (uint32_t i = 0; i < t->effect_count; i++) {
    size += EFFECT_BYTES + (size_t)t->effects[i].text.length;
  }
  size += dictionary->origin.length + (size_t)MEMBER_BYTES * dictionary->member_count;
  for (uint32_t i = 0; i < dictionary->name_count; i++) {
    size += NAME_BYTES + (size_t)dictionary->names[i].text.length;
  }
  for (uint32_t i = 0; i < dictionary->version_count; i++) {
    const notch_store_version *version = &dictionary->versions[i];
    size += VERSION_BYTES + (size_t)version->source.length + version->zone.length;
    for (uint32_t m = 0; m < version->module_count; m++) {
      size += 8 + (size_t)version->modules[m].name.length + version->modules[m].source.length;
    }
  }
  return size;
}

static cursor put_event(cursor at, const notch_transaction *t)
{
  at = put8(at, NOTCH_LEAF_ENCODING);
  at = put64(at, t->event);
  at = put8(at, (uint8_t)t->origin);
  at = put64(at, t->cause);
  at = put32(at, t->type);
  at = put32(at, t->version);
  at = put64(at, t->member);
  at = put64(at, t->previous);
  at = put64(at, t->at_us);
  at = put64(at, t->booked_us);
  at = put64(at, t->recorded_us);
  at = put32(at, (uint32_t)t->offset_min);
  at = put16(at, (uint16_t)t->verdict);
  at = put_text(at, t->id);
  at = put_text(at, t->content);
  at = put_text(at, t->shared);
  return put_text(at, t->detail);
}

static cursor put_posting(cursor at, const notch_posting *posting)
{
  bool opens = posting->lot == posting->posting;
  at = put64(at, posting->posting);
  at = put32(at, posting->points);
  at = put8(at, posting->source);
  at = put8(at, posting->target);
  at = put64(at, posting->amount);
  at = put64(at, posting->lot);
  at = put16(at, posting->share_count);
  for (uint32_t i = 0; i < posting->share_count; i++) {
    at = put32(at, posting->shares[i].rule);
    at = put64(at, posting->shares[i].amount);
  }
  if (opens) {
    at = put64(at, posting->earned_us);
    at = put64(at, posting->matures_s);
    at = put64(at, posting->expires_s);
    at = put32(at, posting->terms);
    at = put32(at, posting->partner);
  }
  return at;
}

static cursor put_move(cursor at, const notch_move *move)
{
  at = put32(at, move->ladder);
  at = put32(at, move->tier);
  at = put64(at, move->since_us);
  at = put64(at, move->until_s);
  return put8(at, move->cause);
}

static cursor put_effect(cursor at, const notch_effect *effect)
{
  at = put64(at, effect->effect);
  at = put8(at, effect->kind);
  at = put32(at, effect->subject);
  at = put32(at, effect->rule);
  at = put64(at, effect->amount);
  at = put64(at, effect->ref);
  at = put64(at, effect->matures_s);
  at = put64(at, effect->until_s);
  return put_text(at, effect->text);
}

static cursor put_version(cursor at, const notch_store_version *version)
{
  at = put32(at, version->version);
  memcpy(at, version->hash.bytes, sizeof version->hash.bytes);
  at += sizeof version->hash.bytes;
  at = put32(at, (uint32_t)version->semantics);
  at = put64(at, version->effective_us);
  at = put_text(at, version->source);
  at = put_text(at, version->zone);
  at = put32(at, version->module_count);
  for (uint32_t m = 0; m < version->module_count; m++) {
    at = put_text(at, version->modules[m].name);
    at = put_text(at, version->modules[m].source);
  }
  return at;
}

static cursor put_dictionary(cursor at, const notch_leaf_dictionary *dictionary)
{
  at = put8(at, dictionary->has_ledger);
  if (dictionary->has_ledger) {
    at = put_text(at, dictionary->origin);
    at = put8(at, (uint8_t)dictionary->clock);
  }
  at = put32(at, dictionary->version_count);
  for (uint32_t i = 0; i < dictionary->version_count; i++) {
    at = put_version(at, &dictionary->versions[i]);
  }
  at = put32(at, dictionary->name_count);
  for (uint32_t i = 0; i < dictionary->name_count; i++) {
    at = put32(at, dictionary->names[i].name);
    at = put32(at, dictionary->names[i].sort);
    at = put_text(at, dictionary->names[i].text);
  }
  at = put32(at, dictionary->member_count);
  for (uint32_t i = 0; i < dictionary->member_count; i++) {
    at = put64(at, dictionary->members[i].member);
    memcpy(at, dictionary->members[i].digest.bytes, sizeof dictionary->members[i].digest.bytes);
    at += sizeof dictionary->members[i].digest.bytes;
  }
  return at;
}

/* Room for `size` bytes without writing them twice. */
static bool reserve(notch_buffer *out, size_t size)
{
  if (out->capacity > size) {
    return true;
  }
  size_t capacity = size * 2 < 1024 ? 1024 : size * 2;
  char *bytes = notch_memory_resize(out->memory, out->bytes, capacity);
  if (bytes == NULL) {
    return false;
  }
  out->bytes = bytes;
  out->capacity = capacity;
  return true;
}

bool notch_leaf_encode(notch_buffer *out, const notch_transaction *transaction,
                       const notch_leaf_dictionary *dictionary)
{
  if (!reserve(out, size_bound(transaction, dictionary) + 1)) {
    return false;
  }
  cursor at = put_event((cursor)out->bytes, transaction);
  at = put32(at, transaction->posting_count);
  for (uint32_t i = 0; i < transaction->posting_count; i++) {
    at = put_posting(at, &transaction->postings[i]);
  }
  at = put32(at, transaction->move_count);
  for (uint32_t i = 0; i < transaction->move_count; i++) {
    at = put_move(at, &transaction->moves[i]);
  }
  at = put32(at, transaction->effect_count);
  for (uint32_t i = 0; i < transaction->effect_count; i++) {
    at = put_effect(at, &transaction->effects[i]);
  }
  at = put_dictionary(at, dictionary);
  out->length = (size_t)(at - (cursor)out->bytes);
  assert(out->length < out->capacity);
  out->bytes[out->length] = '\0';
  return true;
}
