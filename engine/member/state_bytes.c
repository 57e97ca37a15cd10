/* member/state_bytes.c -- a packed state as the bytes of a cache, and back. */
#include <config.h>

#include "member/state.h"

#include <string.h>

#define STATE_FORMAT UINT32_C(12)

/*
 * Most words of a packed state are small: four of them are written as a byte that says how many
 * bytes each has, two bits a word, and then those bytes, the lowest first.
 */
enum { GROUP = 4, GROUP_MAX = 1 + 4 * GROUP };

static unsigned length_of(uint32_t value)
{
  return value < 1u << 8 ? 1 : value < 1u << 16 ? 2 : value < 1u << 24 ? 3 : 4;
}

static size_t put_group(unsigned char *to, const unsigned char *words, size_t count)
{
  size_t length = 1;
  unsigned tags = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t value;
    memcpy(&value, words + i * sizeof value, sizeof value);
    unsigned bytes = length_of(value);
    tags |= (bytes - 1) << 2 * i;
    for (unsigned byte = 0; byte < bytes; byte++, value >>= 8) {
      to[length++] = (unsigned char)value;
    }
  }
  to[0] = (unsigned char)tags;
  return length;
}

void notch_state_encode(const unsigned char *packed, size_t size, notch_buffer *to)
{
  uint32_t head[2] = {STATE_FORMAT, (uint32_t)(size / 4)};
  notch_buffer_put(to, head, sizeof head);
  for (size_t at = 0; at < size;) {
    unsigned char groups[32 * GROUP_MAX];
    size_t length = 0;
    for (; at < size && length + GROUP_MAX <= sizeof groups; at += sizeof *head * GROUP) {
      size_t words = (size - at) / 4;
      length += put_group(groups + length, packed + at, words < GROUP ? words : GROUP);
    }
    notch_buffer_put(to, groups, length);
  }
}

static bool take_words(const unsigned char *from, size_t size, unsigned char *words, size_t count)
{
  size_t at = 0;
  unsigned tags = 0;
  for (size_t i = 0; i < count; i++, tags >>= 2) {
    if (i % GROUP == 0) {
      if (at == size) {
        return false;
      }
      tags = from[at++];
    }
    unsigned bytes = (tags & 3u) + 1;
    uint32_t value = 0;
    if (size - at < bytes) {
      return false;
    }
    for (unsigned byte = 0; byte < bytes; byte++) {
      value |= (uint32_t)from[at++] << 8 * byte;
    }
    memcpy(words + i * sizeof value, &value, sizeof value);
  }
  return at == size;
}

bool notch_state_is_ours(const void *bytes, size_t size)
{
  uint32_t format;
  if (size < 2 * sizeof format) {
    return false;
  }
  memcpy(&format, bytes, sizeof format);
  return format == STATE_FORMAT;
}

bool notch_state_decode(notch_state *state, const void *bytes, size_t size)
{
  uint32_t head[2];
  if (!notch_state_is_ours(bytes, size)) {
    return false;
  }
  memcpy(head, bytes, sizeof head);
  size_t left = size - sizeof head;
  if (head[1] > left) { /* each word takes a byte at least */
    return false;
  }
  size_t packed = (size_t)head[1] * 4;
  unsigned char *words = notch_memory_resize(state->memory, NULL, packed + NOTCH_PACKED_SLACK);
  if (words == NULL) {
    state->failed = true;
    return false;
  }
  memset(words + packed, 0, NOTCH_PACKED_SLACK);
  bool good = take_words((const unsigned char *)bytes + sizeof head, left, words, head[1]) &&
              notch_state_unpack(state, words, packed);
  notch_memory_free(state->memory, words);
  return good;
}
