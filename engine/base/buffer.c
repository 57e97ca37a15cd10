/* base/buffer.c -- growing bytes for output; a failure sticks until the buffer is cleared. */
#include <config.h>

#include "base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY_MIN ((size_t)128)

void notch_buffer_init(notch_buffer *buffer, const notch_memory *memory)
{
  assert(memory != NULL);
  *buffer = (notch_buffer){.memory = memory};
}

void notch_buffer_free(notch_buffer *buffer)
{
  if (buffer->bytes != NULL)
    notch_memory_free(buffer->memory, buffer->bytes);
  *buffer = (notch_buffer){.memory = buffer->memory};
}

void notch_buffer_clear(notch_buffer *buffer)
{
  buffer->length = 0;
  buffer->failed = false;
  if (buffer->bytes != NULL)
    buffer->bytes[0] = '\0';
}

/* Room for `length` bytes more and the NUL after them. */
static bool reserve(notch_buffer *buffer, size_t length)
{
  if (buffer->failed)
    return false;
  if (buffer->capacity - buffer->length > length)
    return true;
  if (length >= SIZE_MAX / 4 - buffer->length) {
    buffer->failed = true;
    return false;
  }
  size_t capacity = buffer->capacity < CAPACITY_MIN ? CAPACITY_MIN : buffer->capacity;
  while (capacity - buffer->length <= length)
    capacity *= 2;
  char *grown = notch_memory_resize(buffer->memory, buffer->bytes, capacity);
  if (grown == NULL) {
    buffer->failed = true;
    return false;
  }
  buffer->bytes = grown;
  buffer->capacity = capacity;
  return true;
}

void notch_buffer_put(notch_buffer *buffer, const void *bytes, size_t length)
{
  if (!reserve(buffer, length))
    return;
  if (length != 0)
    memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
}

void notch_buffer_text(notch_buffer *buffer, notch_text text)
{
  notch_buffer_put(buffer, text.bytes, text.length);
}

void notch_buffer_print(notch_buffer *buffer, const char *format, ...)
{
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  if (reserve(buffer, 0)) {
    size_t room = buffer->capacity - buffer->length;
    int length = vsnprintf(buffer->bytes + buffer->length, room, format, list);
    if (length < 0) {
      buffer->failed = true;
    } else if ((size_t)length < room) {
      buffer->length += (size_t)length;
    } else if (reserve(buffer, (size_t)length)) {
      (void)vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, again);
      buffer->length += (size_t)length;
    } else {
      buffer->bytes[buffer->length] = '\0';
    }
  }
  va_end(again);
  va_end(list);
}

void notch_buffer_integer(notch_buffer *buffer, int64_t value)
{
  char digits[20]; /* "-9223372036854775808" */
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0)
    digits[--at] = '-';
  notch_buffer_put(buffer, digits + at, sizeof digits - at);
}

notch_text notch_buffer_keep(notch_buffer *buffer, notch_arena *arena)
{
  jmp_buf *escape = arena->escape;
  notch_text kept = {NULL, 0};
  arena->escape = NULL; /* the buffer goes first */
  if (!buffer->failed)
    kept = notch_arena_text(arena, (notch_text){buffer->bytes, (uint32_t)buffer->length});
  arena->escape = escape;
  notch_buffer_free(buffer);
  if (kept.bytes == NULL)
    (void)notch_arena_fail(arena);
  return kept;
}
