/* api/apply.c -- one event applied or previewed, and time that passes. */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)

static notch_text text_of(const notch_event_handle *event)
{
  return (notch_text){event->whole.bytes, (uint32_t)event->whole.length};
}

static notch_status apply(notch_ledger *ledger, const notch_event_handle *event, bool keep,
                          notch_result **result)
{
  const notch_apply_options options = {.ahead_us = DAY_US, .rows = result != NULL};
  notch_books *books = ledger->books;
  notch_receipt receipt;
  if (!notch_books_begin(books)) {
    return notch_api_books(ledger);
  }
  notch_status status = NOTCH_OK;
  if (!notch_books_apply_text(books, text_of(event), &options, &receipt)) {
    status = notch_api_books(ledger);
  } else if (result != NULL) {
    status = notch_api_result(ledger, &receipt, result);
  }
  if (status != NOTCH_OK || !keep) {
    notch_books_rollback(books);
    return status;
  }
  if (!notch_books_commit(books)) {
    if (result != NULL) {
      notch_result_free(*result);
      *result = NULL;
    }
    return notch_api_books(ledger);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_apply(notch_ledger *ledger, const notch_event_handle *event,
                                notch_result **result)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, event != NULL);
  if (result != NULL) {
    *result = NULL;
  }
  if (event->unnamed) {
    return notch_api_say(ledger, NOTCH_EMISUSE, "an event that is applied has an id");
  }
  return apply(ledger, event, true, result);
}

notch_status notch_ledger_preview(notch_ledger *ledger, const notch_event_handle *event,
                                  notch_result **result)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, event != NULL && result != NULL);
  *result = NULL;
  return apply(ledger, event, false, result);
}

/* ---- without a ledger ---- */

/* The scene as an event `given` of the event's member, a moment before it. */
static bool scene_json(notch_buffer *to, const notch_json *event, const char *scene)
{
  const notch_json *member = notch_json_get(event, NOTCH_TEXT("member"));
  const notch_json *at = notch_json_get(event, NOTCH_TEXT("at"));
  while (*scene == ' ' || *scene == '\n' || *scene == '\t') {
    scene++;
  }
  if (*scene != '{' || member == NULL || at == NULL) {
    return false;
  }
  const char *rest = scene + 1;
  while (*rest == ' ' || *rest == '\n' || *rest == '\t') {
    rest++;
  }
  notch_buffer_text(to, NOTCH_TEXT("{\"id\":\"(scene)\",\"type\":\"given\",\"member\":"));
  notch_json_quote(to, member->text);
  notch_buffer_text(to, NOTCH_TEXT(",\"at\":"));
  notch_json_quote(to, at->text);
  notch_buffer_text(to, *rest == '}' ? NOTCH_TEXT("") : NOTCH_TEXT(","));
  notch_buffer_text(to, notch_text_of(scene + 1));
  return true;
}

static notch_status set_scene(notch_ledger *ledger, const char *member,
                              const notch_event_handle *event)
{
  static const notch_apply_options options = {.ahead_us = -1, .scene = true};
  notch_books *books = ledger->books;
  notch_receipt receipt;
  notch_buffer scene;
  notch_buffer_init(&scene, &ledger->engine->memory);
  notch_arena_reset(&ledger->arena);
  const notch_json *json =
      notch_json_parse(books->parser, text_of(event), &ledger->arena, NULL, NULL);
  notch_status status = NOTCH_OK;
  if (json == NULL && ledger->arena.failed) {
    status = notch_api_nomem(ledger);
  } else if (json == NULL || !scene_json(&scene, json, member)) {
    status = notch_api_say(ledger, NOTCH_EVALUE,
                           "the member's scene is a JSON object, and the event names a member "
                           "and a time");
  } else if (scene.failed) {
    status = notch_api_nomem(ledger);
  } else if (!notch_books_begin(books) ||
             !notch_books_apply_text(books, (notch_text){scene.bytes, (uint32_t)scene.length},
                                     &options, &receipt)) {
    notch_books_rollback(books);
    status = notch_api_books(ledger);
  } else if (receipt.reply != NOTCH_REPLY_APPLIED) {
    status = notch_api_say(ledger, NOTCH_EVALUE, "the member's scene cannot be set: %.*s",
                           (int)receipt.sentence.length, receipt.sentence.bytes);
    notch_books_rollback(books);
  } else if (!notch_books_commit(books)) {
    status = notch_api_books(ledger);
  }
  notch_buffer_free(&scene);
  return status;
}

notch_status notch_program_preview(notch_engine *engine, const notch_program_handle *program,
                                   const char *member, const notch_event_handle *event,
                                   notch_result **result)
{
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_ledger *ledger = NULL;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, program != NULL && event != NULL && result != NULL);
  *result = NULL;
  options.clock_events = 1;
  options.origin = "preview";
  notch_status status = notch_ledger_create(&ledger, engine, NULL, program, &options);
  if (status != NOTCH_OK) {
    return status;
  }
  if (member != NULL) {
    status = set_scene(ledger, member, event);
  }
  if (status == NOTCH_OK) {
    status = apply(ledger, event, false, result);
  }
  if (status != NOTCH_OK) {
    notch_api_say(engine, status, "%s", notch_error(ledger));
  }
  notch_ledger_close(ledger);
  return status;
}

notch_status notch_ledger_advance(notch_ledger *ledger, const char *to, notch_counts *counts)
{
  int64_t to_us = 0;
  uint64_t transactions = 0;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, to != NULL);
  notch_books *books = ledger->books;
  if (!notch_books_begin(books)) {
    return notch_api_books(ledger);
  }
  notch_status status = notch_api_moment(ledger, to, &to_us);
  if (!notch_books_commit(books)) {
    return notch_api_books(ledger);
  }
  if (status == NOTCH_OK && !notch_books_advance(books, to_us, &transactions)) {
    status = notch_api_books(ledger);
  }
  if (counts != NULL) {
    memset(counts, 0, sizeof *counts);
    counts->transactions = transactions;
  }
  return status;
}

/* ---- new rules ---- */

/* What changes and what it will mean; the trial is rolled back. */
static notch_status say_difference(notch_ledger *ledger, const notch_rules *rules,
                                   int64_t from_us, bool wanted, notch_news *news)
{
  notch_status status = notch_api_difference(ledger, rules, from_us, news);
  if (status == NOTCH_OK) {
    status = notch_api_can_follow(ledger, rules, from_us);
  }
  if (status == NOTCH_OK && wanted) {
    int64_t now_us = ledger->books->recorded_us;
    status = notch_books_moment(ledger->books, &now_us)
                 ? notch_api_impact(ledger, rules, from_us, now_us, news)
                 : notch_api_books(ledger);
  }
  return status;
}

/* Members are settled up to now by the versions before; the store is told anew when something is
 * due for each, in the same commit: a process may be killed right after it. */
static bool publish(notch_books *books, const notch_rules *rules, int64_t from_us)
{
  int64_t now_us;
  if (!notch_books_moment(books, &now_us) ||
      (from_us < now_us && !notch_books_settle_everybody(books, now_us)) ||
      !notch_books_publish(books, rules, from_us) ||
      !notch_books_tell_dues(books, books->edition_count - 1)) {
    return false;
  }
  notch_store_flush_now(books->store);
  return true;
}

static notch_status publish_now(notch_ledger *ledger, const notch_rules *rules, int64_t from_us)
{
  notch_books *books = ledger->books;
  if (!notch_books_begin(books)) {
    return notch_api_books(ledger);
  }
  notch_books_tick(books, NULL);
  if (!publish(books, rules, from_us)) {
    notch_status status = notch_api_books(ledger);
    notch_books_rollback(books);
    return status;
  }
  return notch_books_commit(books) ? NOTCH_OK : notch_api_books(ledger);
}

/* The difference first, for whoever reads along; a JSON document only when it is known to be so. */
static notch_status tell_and_publish(notch_ledger *ledger, const notch_rules *rules,
                                     const char *from, bool dry_run, notch_news *news,
                                     notch_write *write, void *payload)
{
  notch_books *books = ledger->books;
  if (!notch_books_begin(books)) {
    return notch_api_books(ledger);
  }
  notch_books_tick(books, NULL);
  int64_t from_us = books->recorded_us;
  notch_status status = notch_api_moment(ledger, from, &from_us);
  bool same = false, json = news->json.to != NULL;
  if (status == NOTCH_OK) {
    status = notch_api_same(ledger, rules, &same);
  }
  if (status == NOTCH_OK && same) {
    notch_api_say_same(ledger, news);
  } else if (status == NOTCH_OK) {
    status = say_difference(ledger, rules, from_us, write != NULL, news);
  }
  if (json) { /* whole before the deed: then nothing about it can fail */
    notch_json_key(&news->json, NOTCH_TEXT("published"));
    notch_json_bool(&news->json, !dry_run && !same);
    notch_json_end(&news->json, '}');
    notch_buffer_print(&news->text, "\n");
  }
  if (notch_books_starved(books)) {
    status = notch_api_nomem(ledger);
  }
  notch_books_rollback(books);
  if (!json && write != NULL && news->text.length > 0) {
    notch_status written = notch_api_write(ledger, write, payload, &news->text);
    status = status == NOTCH_OK ? written : status;
  }
  if (status == NOTCH_OK && !dry_run && !same) {
    status = publish_now(ledger, rules, from_us);
  }
  if (status == NOTCH_OK && json && write != NULL) {
    status = notch_api_write(ledger, write, payload, &news->text);
  }
  return status;
}

notch_status notch_ledger_publish_as(notch_ledger *ledger, const notch_program_handle *program,
                                     const char *from, int dry_run, notch_view view,
                                     notch_write *write, void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, program != NULL);
  notch_news news = {.json = {.to = NULL}};
  notch_buffer_init(&news.text, &ledger->engine->memory);
  if (view == NOTCH_VIEW_JSON) {
    news.json.to = &news.text;
    notch_json_begin(&news.json, '{');
  }
  notch_status status =
      tell_and_publish(ledger, program->rules, from, dry_run != 0, &news, write, payload);
  notch_buffer_free(&news.text);
  return status;
}

notch_status notch_ledger_publish(notch_ledger *ledger, const notch_program_handle *program,
                                  const char *from, int dry_run, notch_write *write,
                                  void *payload)
{
  return notch_ledger_publish_as(ledger, program, from, dry_run, NOTCH_VIEW_TEXT, write, payload);
}
