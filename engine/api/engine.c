/* api/engine.c -- engines, errors, and the odds and ends of the public interface. */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *notch_release(void)
{
  return PACKAGE_VERSION;
}

notch_status notch_engine_new(notch_engine **out, const notch_engine_options *options)
{
  notch_memory memory = notch_memory_system;
  if (out == NULL || (options != NULL && options->version != 1)) {
    return NOTCH_EMISUSE;
  }
  *out = NULL;
  if (options != NULL && options->resize != NULL) {
    memory = (notch_memory){.resize = options->resize, .payload = options->resize_payload};
  }
  notch_engine *engine = notch_memory_resize(&memory, NULL, sizeof *engine);
  if (engine == NULL) {
    return NOTCH_ENOMEM;
  }
  memset(engine, 0, sizeof *engine);
  engine->memory = memory;
  engine->memory.denied = &engine->denied;
  engine->memory_max = (size_t)64 << 20;
  engine->steps_max = 10000000;
  if (options != NULL) {
    engine->memory_max = options->memory_max != 0 ? options->memory_max : engine->memory_max;
    engine->steps_max = options->steps_max != 0 ? options->steps_max : engine->steps_max;
    engine->now_us = options->now_us;
    engine->now_payload = options->now_payload;
  }
  *out = engine;
  return NOTCH_OK;
}

void notch_engine_free(notch_engine *engine)
{
  if (engine != NULL) {
    notch_memory memory = engine->memory;
    notch_memory_free(&memory, engine);
  }
}

const char *notch_error(const void *handle)
{
  return handle == NULL ? "no handle" : ((const notch_handle *)handle)->sentence;
}

notch_status notch_api_say(void *handle, notch_status status, const char *format, ...)
{
  notch_handle *to = handle;
  if (to != NULL) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(to->sentence, sizeof to->sentence, format, arguments);
    va_end(arguments);
  }
  return status;
}

notch_status notch_api_nomem(void *handle)
{
  return notch_api_say(handle, NOTCH_ENOMEM, "out of memory");
}

notch_status notch_api_status(notch_store_status status)
{
  switch (status) {
  case NOTCH_STORE_OK: return NOTCH_OK;
  case NOTCH_STORE_NOTFOUND: return NOTCH_ENOTFOUND;
  case NOTCH_STORE_NOMEM: return NOTCH_ENOMEM;
  case NOTCH_STORE_BUSY: return NOTCH_EBUSY;
  case NOTCH_STORE_IO:
  case NOTCH_STORE_FULL:
  case NOTCH_STORE_BROKEN: return NOTCH_EIO;
  case NOTCH_STORE_READONLY: return NOTCH_EREADONLY;
  case NOTCH_STORE_CORRUPT: return NOTCH_ECORRUPT;
  case NOTCH_STORE_NOT_A_LEDGER:
  case NOTCH_STORE_NEWER_FORMAT: return NOTCH_ENOTLEDGER;
  case NOTCH_STORE_EXISTS: return NOTCH_EEXISTS;
  case NOTCH_STORE_CANNOT_OPEN: return NOTCH_EOPEN;
  case NOTCH_STORE_MISUSE: return NOTCH_EMISUSE;
  case NOTCH_STORE_OVERFLOW: return NOTCH_EVALUE;
  }
  return NOTCH_EIO;
}

notch_status notch_api_books(notch_ledger *ledger)
{
  if (ledger->books->status == NOTCH_STORE_OK) { /* only want of memory goes without saying */
    return notch_api_nomem(ledger);
  }
  return notch_api_say(ledger, notch_api_status(ledger->books->status), "%s",
                       ledger->books->sentence);
}

notch_status notch_api_failed(notch_ledger *ledger, notch_store_status status)
{
  notch_books_failed(ledger->books, status);
  return notch_api_books(ledger);
}

notch_status notch_api_write(void *handle, notch_write *write, void *payload,
                             const notch_buffer *text)
{
  if (text->failed) {
    return notch_api_nomem(handle);
  }
  if (text->length > 0 && write(payload, text->bytes, text->length) != 0) {
    return notch_api_say(handle, NOTCH_ESTOPPED, "stopped");
  }
  return NOTCH_OK;
}

char *notch_api_copy(const notch_memory *memory, notch_text text)
{
  char *copy = notch_memory_resize(memory, NULL, (size_t)text.length + 1);
  if (copy != NULL) {
    memcpy(copy, text.length > 0 ? text.bytes : "", text.length);
    copy[text.length] = '\0';
  }
  return copy;
}

const char *notch_api_text(notch_arena *arena, notch_text text)
{
  notch_text copy = notch_arena_text(arena, text);
  return copy.bytes != NULL ? copy.bytes : "";
}

notch_status notch_api_moment(notch_ledger *ledger, const char *text, int64_t *out)
{
  int32_t offset_min;
  if (text == NULL) {
    return NOTCH_OK;
  }
  notch_edition *newest = notch_books_newest(ledger->books);
  if (newest == NULL) {
    return notch_api_books(ledger);
  }
  return notch_moment_parse(out, &offset_min, notch_text_of(text),
                            &newest->rules->program->zone)
             ? NOTCH_OK
             : notch_api_say(ledger, NOTCH_EVALUE,
                             "`%s` is no moment: write 2026-03-03, 2026-03-03T10:00 or "
                             "2026-03-03T10:00:00+08:00", text);
}

bool notch_api_duration(const char *text, int64_t *out_us)
{
  static const struct {
    const char *word;
    int64_t us;
  } units[] = {{"second", 1000000},     {"minute", 60000000},     {"hour", 3600000000},
               {"day", 86400000000},    {"week", 604800000000}};
  int64_t count = 0;
  const char *at = text;
  while (*at >= '0' && *at <= '9' && count < 1000000) {
    count = count * 10 + (*at++ - '0');
  }
  if (at == text) {
    return false;
  }
  at += *at == ' ' ? 1 : 0;
  size_t length = strlen(at);
  length -= length > 1 && at[length - 1] == 's' ? 1 : 0;
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    bool letter = length == 1 && at[0] == units[i].word[0];
    if (letter || (length == strlen(units[i].word) && memcmp(at, units[i].word, length) == 0)) {
      *out_us = count * units[i].us;
      return true;
    }
  }
  return false;
}
