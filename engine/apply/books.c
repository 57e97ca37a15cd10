/* apply/books.c -- the books of an open ledger: opening, commits, failures. */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEATS_MAX 262144u
#define BUCKETS 65536u

/* The store asks the books for the time, so that all rows of an event have one moment. */
int64_t notch_books_clock(void *payload)
{
  const notch_books *books = payload;
  return books->recorded_us;
}

int64_t notch_books_next_moment(const notch_books *books)
{
  int64_t last_us = notch_store_next(books->store)->recorded_us;
  bool later = last_us == INT64_MIN || books->recorded_us > last_us;
  return later ? books->recorded_us : last_us + 1; /* L5 */
}

void notch_books_tick(notch_books *books, const notch_envelope *envelope)
{
  int64_t last_us = notch_store_next(books->store)->recorded_us;
  if (!books->clock_events) {
    books->recorded_us = notch_books_now(books);
  } else {
    const notch_json *at = envelope == NULL ? NULL : envelope->at;
    const notch_edition *newest = books->edition_count == 0 ? NULL : notch_books_newest(books);
    int64_t at_us;
    int32_t offset_min;
    books->recorded_us = last_us == INT64_MIN ? 0 : last_us;
    if (at != NULL && at->kind == NOTCH_JSON_STRING && newest != NULL &&
        notch_moment_parse(&at_us, &offset_min, at->text, &newest->rules->program->zone)) {
      books->recorded_us = at_us;
    }
  }
  books->recorded_us = notch_books_next_moment(books);
}

notch_books *notch_books_new(const notch_memory *memory)
{
  notch_books *books = notch_memory_resize(memory, NULL, sizeof *books);
  if (books == NULL) {
    return NULL;
  }
  memset(books, 0, sizeof *books);
  books->memory = memory;
  notch_books_start(books);
  books->seats_max = SEATS_MAX;
  notch_arena_init(&books->run, memory);
  notch_arena_init(&books->keep, memory);
  notch_arena_init(&books->waits, memory);
  notch_arena_init(&books->line, memory);
  notch_buffer_init(&books->canonical, memory);
  notch_buffer_init(&books->scratch, memory);
  notch_desk_init(&books->desk, memory);
  notch_host_init(books);
  notch_vault_init(books);
  books->decider = notch_decider_new(memory);
  books->parser = notch_json_parser_new(memory);
  bool folders = true;
  for (unsigned i = 0; i < NOTCH_FOLDERS; i++) {
    books->folders[i] = notch_decider_new(memory);
    folders = folders && books->folders[i] != NULL;
  }
  books->buckets = notch_memory_resize(memory, NULL, BUCKETS * sizeof *books->buckets);
  if (!folders || books->decider == NULL || books->parser == NULL || books->buckets == NULL) {
    notch_books_free(books);
    return NULL;
  }
  memset(books->buckets, 0, BUCKETS * sizeof *books->buckets);
  books->bucket_count = BUCKETS;
  return books;
}

void notch_books_attach(notch_books *books, notch_store *store)
{
  books->store = store;
  books->clock_events = notch_store_clock_of(store) == NOTCH_CLOCK_EVENTS;
}

static void free_editions(notch_books *books)
{
  for (uint32_t i = 0; i < books->edition_count; i++) {
    notch_edition *edition = books->editions[i];
    if (edition->owned) {
      notch_rules_free(edition->rules, books->memory);
    }
  }
}

void notch_books_free(notch_books *books)
{
  if (books == NULL) {
    return;
  }
  notch_history_forget(books);
  notch_journals_forget(books);
  if (books->buckets != NULL) {
    notch_seats_drop(books);
  }
  notch_desk_free(&books->desk);
  free_editions(books);
  notch_memory_free(books->memory, books->past.items);
  notch_memory_free(books->memory, books->editions);
  notch_memory_free(books->memory, books->buckets);
  notch_json_parser_free(books->parser);
  notch_decider_free(books->decider);
  for (unsigned i = 0; i < NOTCH_FOLDERS; i++) {
    notch_decider_free(books->folders[i]);
  }
  notch_buffer_free(&books->canonical);
  notch_buffer_free(&books->scratch);
  notch_arena_free(&books->waits);
  notch_arena_free(&books->line);
  notch_arena_free(&books->keep);
  notch_arena_free(&books->run);
  notch_store_close(books->store);
  notch_memory_free(books->memory, books);
}

int64_t notch_books_now(const notch_books *books)
{
  if (books->now_us != NULL) {
    return books->now_us(books->now_payload);
  }
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * NOTCH_SECOND_US + now.tv_nsec / 1000;
}

void notch_books_start(notch_books *books)
{
  books->denied = notch_memory_denied(books->memory);
  books->status = NOTCH_STORE_OK;
}

bool notch_books_starved(const notch_books *books)
{
  return books->denied != notch_memory_denied(books->memory);
}

bool notch_books_fed(notch_books *books)
{
  if (notch_books_starved(books) && books->status != NOTCH_STORE_NOMEM) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return books->status != NOTCH_STORE_NOMEM;
}

/* What looks damaged where memory ran out is not. */
bool notch_books_say(notch_books *books, notch_store_status status, const char *format, ...)
{
  va_list arguments;
  if (status == NOTCH_STORE_CORRUPT && notch_books_starved(books)) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  va_start(arguments, format);
  vsnprintf(books->sentence, sizeof books->sentence, format, arguments);
  va_end(arguments);
  books->status = status;
  return false;
}

bool notch_books_failed(notch_books *books, notch_store_status status)
{
  if (status == NOTCH_STORE_NOTFOUND) { /* of what others name: nobody asks whether it is there */
    return notch_books_say(books, NOTCH_STORE_CORRUPT,
                           "a row that others name is missing: verify the ledger");
  }
  const char *why = notch_store_error(books->store);
  return notch_books_say(books, status, "%s",
                         why != NULL && why[0] != '\0' ? why : "the ledger cannot be read");
}

bool notch_books_unreadable(notch_books *books, int64_t event)
{
  return notch_books_say(books, NOTCH_STORE_CORRUPT,
                         "transaction %lld cannot be read back: verify the ledger",
                         (long long)event);
}

bool notch_books_has_member(notch_books *books, int64_t member, int64_t event)
{
  return (member >= 0 && member <= notch_store_member_count(books->store)) ||
         notch_books_say(books, NOTCH_STORE_CORRUPT,
                         "transaction %lld names a member that is not there: verify the ledger",
                         (long long)event);
}

bool notch_books_begin(notch_books *books)
{
  notch_books_start(books);
  notch_store_status status = notch_store_begin(books->store);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  books->ranked_us = books->ranked_us == INT64_MAX ? 0 : books->ranked_us;
  notch_journals_begin(books);
  books->editions_before = books->edition_count;
  if (!notch_books_versions(books)) {
    notch_books_rollback(books);
    return false;
  }
  books->editions_before = books->edition_count;
  if (!notch_waiting_read(books)) {
    notch_books_rollback(books);
    return false;
  }
  return true;
}

void notch_books_forget(notch_books *books)
{
  notch_seats_drop(books);
  notch_names_forget(books);
  notch_journals_forget(books);
  notch_waiting_forget(books);
  books->ranked_us = 0;
}

static bool fit_to_commit(notch_books *books)
{
  return notch_waiting_write(books) &&
         (!notch_store_flush_is_due(books->store) || notch_seats_put(books)) &&
         notch_books_fed(books);
}

bool notch_books_commit(notch_books *books)
{
  if (!fit_to_commit(books)) {
    notch_books_rollback(books);
    return false;
  }
  notch_store_on_flush(books->store, notch_seat_give, books);
  notch_store_status status = notch_store_commit(books->store);
  notch_store_on_flush(books->store, NULL, NULL);
  if (status != NOTCH_STORE_OK) {
    notch_books_failed(books, status);
    notch_books_forget(books);
    return false;
  }
  books->waiting_next = notch_store_next(books->store)->event;
  books->journals.next = books->waiting_next;
  return true;
}

void notch_books_rollback_quietly(notch_books *books)
{
  if (notch_books_starved(books)) {
    notch_books_rollback(books);
    return;
  }
  notch_store_rollback(books->store);
  books->waiting_next = 0;
  /* The store lets go of the states it was given: they are ours to give again. */
  for (notch_seat *seat = books->newest; seat != NULL; seat = seat->older) {
    seat->dirty = true;
  }
  notch_names_forget(books);
}

void notch_books_rollback(notch_books *books)
{
  notch_store_rollback(books->store);
  notch_books_forget(books);
  /* Versions that were added with it are gone as well; the store counts them until it begins. */
  uint32_t count = books->editions_before;
  while (books->edition_count > count) {
    notch_edition *edition = books->editions[--books->edition_count];
    if (edition->owned) {
      notch_rules_free(edition->rules, books->memory);
    }
  }
  if (count > 0 && count == books->edition_count) {
    notch_edition_span(books, books->editions[count - 1], INT64_MAX);
  }
}
