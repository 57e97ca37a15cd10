/* api/event.c -- events built field by field: a JSON object that grows, read like any other. */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

static notch_status make(notch_event_handle **out, notch_engine *engine)
{
  notch_event_handle *event = notch_memory_resize(&engine->memory, NULL, sizeof *event);
  if (event == NULL) {
    return notch_api_nomem(engine);
  }
  memset(event, 0, sizeof *event);
  event->engine = engine;
  notch_buffer_init(&event->json, &engine->memory);
  notch_buffer_init(&event->whole, &engine->memory);
  *out = event;
  return NOTCH_OK;
}

static void add_key(notch_event_handle *event, const char *field)
{
  notch_buffer_put(&event->json, event->json.length == 0 ? "{" : ",", 1);
  notch_json_quote(&event->json, notch_text_of(field));
  notch_buffer_put(&event->json, ":", 1);
}

static void add_text(notch_event_handle *event, const char *field, const char *value)
{
  if (value != NULL) {
    add_key(event, field);
    notch_json_quote(&event->json, notch_text_of(value));
  }
}

static notch_status finish(notch_event_handle *event)
{
  notch_buffer_clear(&event->whole);
  notch_buffer_put(&event->whole, event->json.bytes, event->json.length);
  notch_buffer_put(&event->whole, "}", event->parsed ? 0 : 1);
  return event->json.failed || event->whole.failed ? notch_api_nomem(event) : NOTCH_OK;
}

notch_status notch_event_new(notch_event_handle **out, notch_engine *engine, const char *id,
                             const char *type, const char *member, const char *at)
{
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, out != NULL && type != NULL && at != NULL);
  *out = NULL;
  notch_event_handle *event;
  notch_status status = make(&event, engine);
  if (status != NOTCH_OK) {
    return status;
  }
  event->unnamed = id == NULL;
  add_text(event, "id", id != NULL ? id : "(preview)");
  add_text(event, "type", type);
  add_text(event, "member", member);
  add_text(event, "at", at);
  if (finish(event) != NOTCH_OK) {
    notch_event_free(event);
    return notch_api_nomem(engine);
  }
  *out = event;
  return NOTCH_OK;
}

notch_status notch_event_parse(notch_event_handle **out, notch_engine *engine, const char *json,
                               size_t size)
{
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, out != NULL && json != NULL && size < UINT32_MAX);
  *out = NULL;
  notch_event_handle *event;
  notch_status status = make(&event, engine);
  if (status != NOTCH_OK) {
    return status;
  }
  event->parsed = true;
  notch_buffer_put(&event->json, json, size);
  if (finish(event) != NOTCH_OK) {
    notch_event_free(event);
    return notch_api_nomem(engine);
  }
  *out = event;
  return NOTCH_OK;
}

#define NOTCH_CHECK_SETTER(event, condition)                                        \
  do {                                                                              \
    if ((event) == NULL)                                                            \
      return NOTCH_EMISUSE;                                                         \
    NOTCH_CHECK_ARG(event, (condition));                                            \
    if ((event)->parsed)                                                            \
      return notch_api_say(event, NOTCH_EMISUSE, "an event that was given as JSON is whole"); \
  } while (0)

notch_status notch_event_set_text(notch_event_handle *event, const char *field, const char *value)
{
  NOTCH_CHECK_SETTER(event, field != NULL && value != NULL);
  add_text(event, field, value);
  return finish(event);
}

notch_status notch_event_set_flag(notch_event_handle *event, const char *field, int value)
{
  NOTCH_CHECK_SETTER(event, field != NULL);
  add_key(event, field);
  notch_buffer_text(&event->json, value ? NOTCH_TEXT("true") : NOTCH_TEXT("false"));
  return finish(event);
}

notch_status notch_event_set_integer(notch_event_handle *event, const char *field, int64_t value)
{
  NOTCH_CHECK_SETTER(event, field != NULL);
  add_key(event, field);
  notch_buffer_integer(&event->json, value);
  return finish(event);
}

notch_status notch_event_set_amount(notch_event_handle *event, const char *field, int64_t units,
                                    unsigned decimals)
{
  NOTCH_CHECK_SETTER(event, field != NULL && decimals <= 18);
  add_key(event, field);
  notch_buffer_put(&event->json, "\"", 1);
  notch_decimal_print(&event->json, units, decimals);
  notch_buffer_put(&event->json, "\"", 1);
  return finish(event);
}

/* One value: what comes after it would be other fields of the event. */
static notch_status check_value(notch_event_handle *event, const char *json)
{
  const notch_memory *memory = &event->engine->memory;
  notch_json_parser *parser = notch_json_parser_new(memory);
  notch_arena arena;
  notch_arena_init(&arena, memory);
  bool good = parser != NULL && strlen(json) < UINT32_MAX &&
              notch_json_parse(parser, notch_text_of(json), &arena, NULL, NULL) != NULL;
  bool starved = parser == NULL || arena.failed;
  notch_arena_free(&arena);
  notch_json_parser_free(parser);
  return good      ? NOTCH_OK
         : starved ? notch_api_nomem(event)
                   : notch_api_say(event, NOTCH_EVALUE, "this is not one JSON value");
}

notch_status notch_event_set_json(notch_event_handle *event, const char *field, const char *json)
{
  NOTCH_CHECK_SETTER(event, field != NULL && json != NULL);
  notch_status status = check_value(event, json);
  if (status != NOTCH_OK) {
    return status;
  }
  add_key(event, field);
  notch_buffer_text(&event->json, notch_text_of(json));
  return finish(event);
}

const char *notch_event_json(const notch_event_handle *event)
{
  return event == NULL || event->whole.bytes == NULL ? "" : event->whole.bytes;
}

void notch_event_free(notch_event_handle *event)
{
  if (event != NULL) {
    notch_memory memory = event->engine->memory;
    notch_buffer_free(&event->json);
    notch_buffer_free(&event->whole);
    notch_memory_free(&memory, event);
  }
}
