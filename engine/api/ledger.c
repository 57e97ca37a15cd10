/* api/ledger.c -- ledgers: made, opened, closed, given new rules, asked. */
#include <config.h>

#include "api/api.h"
#include "audit/note.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SPILL_BYTES 65536u

static notch_ledger *make(notch_engine *engine)
{
  notch_ledger *ledger = notch_memory_resize(&engine->memory, NULL, sizeof *ledger);
  if (ledger == NULL) {
    return NULL;
  }
  memset(ledger, 0, sizeof *ledger);
  ledger->engine = engine;
  notch_arena_init(&ledger->arena, &engine->memory);
  notch_buffer_init(&ledger->tier, &engine->memory);
  ledger->books = notch_books_new(&engine->memory);
  if (ledger->books == NULL) {
    notch_ledger_close(ledger);
    return NULL;
  }
  ledger->books->now_us = engine->now_us;
  ledger->books->now_payload = engine->now_payload;
  notch_decider_set_limits(ledger->books->decider, engine->memory_max, engine->steps_max);
  return ledger;
}

/* The store's own copy; *medium lives as long as the call. */
static notch_store_options store_options(const notch_ledger *ledger,
                                         const notch_ledger_options *options,
                                         notch_store_medium *medium)
{
  notch_store_options store = {.memory = &ledger->engine->memory,
                               .now_us = notch_books_clock,
                               .now_payload = ledger->books};
  if (options != NULL) {
    store.busy_ms = options->busy_ms;
    store.cache_bytes = options->cache_bytes;
    store.read_only = options->read_only != 0;
    store.rollback = options->rollback != 0;
    store.clock = options->clock_events > 0 ? NOTCH_CLOCK_EVENTS : NOTCH_CLOCK_SYSTEM;
    store.origin = notch_text_of(options->origin != NULL ? options->origin : "");
    if (options->storage != NULL) {
      const notch_storage *host = options->storage;
      *medium = (notch_store_medium){host->size, host->read, host->write,
                                     host->resize, host->sync, host->payload};
      store.medium = medium;
    }
  }
  return store;
}

static bool has_storage(const notch_ledger_options *options)
{
  return options != NULL && options->storage != NULL;
}

/* A storage has all its functions. */
static bool is_whole(const notch_ledger_options *options)
{
  const notch_storage *s = has_storage(options) ? options->storage : NULL;
  return s == NULL || (s->size != NULL && s->read != NULL && s->write != NULL &&
                       s->resize != NULL && s->sync != NULL);
}

static notch_status fail_open(notch_ledger *ledger, notch_status status)
{
  notch_engine *engine = ledger->engine;
  char sentence[NOTCH_SENTENCE_SIZE];
  memcpy(sentence, ledger->handle.sentence, sizeof sentence);
  notch_ledger_close(ledger);
  return notch_api_say(engine, status, "%s", sentence);
}

/* What came of making or opening its store. */
static notch_status attach(notch_ledger *ledger, notch_store_status status, notch_store *store,
                           const notch_store_problem *problem)
{
  notch_engine *engine = ledger->engine;
  if (status != NOTCH_STORE_OK) {
    notch_ledger_close(ledger);
    return notch_api_say(engine, notch_api_status(status), "%s", problem->sentence);
  }
  notch_books_attach(ledger->books, store);
  return NOTCH_OK;
}

static notch_status publish_first(notch_ledger *ledger, const notch_program_handle *program,
                                  const notch_ledger_options *options)
{
  notch_books *books = ledger->books;
  int64_t from_us = INT64_MIN;
  int32_t offset_min;
  if (options != NULL && options->from != NULL &&
      !notch_moment_parse(&from_us, &offset_min, notch_text_of(options->from),
                          &program->rules->program->zone)) {
    return notch_api_say(ledger, NOTCH_EVALUE, "`%s` is no moment", options->from);
  }
  if (!notch_books_begin(books)) {
    return notch_api_books(ledger);
  }
  notch_books_tick(books, NULL);
  if (!notch_books_publish(books, program->rules, from_us)) {
    notch_books_rollback(books);
    return notch_api_books(ledger);
  }
  return notch_books_commit(books) ? NOTCH_OK : notch_api_books(ledger);
}

notch_status notch_ledger_create(notch_ledger **out, notch_engine *engine, const char *path,
                                 const notch_program_handle *program,
                                 const notch_ledger_options *options)
{
  notch_store *store = NULL;
  notch_store_problem problem;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, out != NULL && program != NULL);
  NOTCH_CHECK_ARG(engine, options == NULL || options->version == 1);
  NOTCH_CHECK_ARG(engine, is_whole(options));
  *out = NULL;
  if (options != NULL && options->origin != NULL &&
      !notch_is_line(notch_text_of(options->origin))) { /* empty: one is made up */
    return notch_api_say(engine, NOTCH_EVALUE,
                         "no ledger can have this origin: it is one line of text");
  }
  notch_ledger *ledger = make(engine);
  if (ledger == NULL) {
    return notch_api_nomem(engine);
  }
  notch_store_medium medium;
  const notch_store_options chosen = store_options(ledger, options, &medium);
  notch_store_status made = notch_store_create(&store, path, &chosen, &problem);
  notch_status status = attach(ledger, made, store, &problem);
  if (status != NOTCH_OK) {
    return status;
  }
  status = publish_first(ledger, program, options);
  if (status != NOTCH_OK) {
    status = fail_open(ledger, status);
    notch_store_remove(path, has_storage(options) ? &medium : NULL); /* of no use */
    return status;
  }
  *out = ledger;
  return NOTCH_OK;
}

notch_status notch_ledger_open(notch_ledger **out, notch_engine *engine, const char *path,
                               const notch_ledger_options *options)
{
  notch_store *store = NULL;
  notch_store_problem problem;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, options == NULL || options->version == 1);
  NOTCH_CHECK_ARG(engine, out != NULL && (path != NULL || has_storage(options)));
  NOTCH_CHECK_ARG(engine, is_whole(options));
  *out = NULL;
  notch_ledger *ledger = make(engine);
  if (ledger == NULL) {
    return notch_api_nomem(engine);
  }
  notch_store_medium medium;
  const notch_store_options chosen = store_options(ledger, options, &medium);
  notch_store_status opened = notch_store_open(&store, path, &chosen, &problem);
  notch_status status = attach(ledger, opened, store, &problem);
  if (status != NOTCH_OK) {
    return status;
  }
  if (notch_store_next(store)->version == 1) {
    notch_api_say(ledger, NOTCH_ENOTLEDGER,
                  "%s is not a ledger: its making was never finished; remove it, 'notch init' "
                  "makes a new one",
                  path == NULL ? "what the storage holds" : path);
    return fail_open(ledger, NOTCH_ENOTLEDGER);
  }
  int clock = options == NULL ? 0 : options->clock_events;
  if (clock < 0 && ledger->books->clock_events) {
    notch_api_say(ledger, NOTCH_EMISUSE,
                  "%s was made to take the time of recording from its events, not from the "
                  "machine's clock: leave `--clock` out, or make a new ledger",
                  path == NULL ? "the ledger" : path);
    return fail_open(ledger, NOTCH_EMISUSE);
  }
  ledger->books->clock_events = ledger->books->clock_events || clock > 0;
  *out = ledger;
  return NOTCH_OK;
}

/* Gives the store the states that it lacks: the next one who opens it folds nothing. */
static void put_back(notch_books *books)
{
  bool any = false;
  for (notch_seat *seat = books->newest; seat != NULL && !any; seat = seat->older) {
    any = seat->dirty;
  }
  if (any && notch_store_path(books->store) != NULL &&
      !notch_store_is_read_only(books->store) && notch_books_begin(books)) {
    notch_store_flush_now(books->store);
    notch_books_commit(books);
  }
}

void notch_ledger_close(notch_ledger *ledger)
{
  if (ledger == NULL) {
    return;
  }
  notch_memory memory = ledger->engine->memory;
  if (ledger->books != NULL && ledger->books->store != NULL) {
    put_back(ledger->books);
  }
  notch_books_free(ledger->books);
  notch_arena_free(&ledger->arena);
  notch_buffer_free(&ledger->tier);
  notch_memory_free(&memory, ledger);
}

/* ---- questions ---- */

notch_status notch_api_spill(notch_question *question, bool all)
{
  if (!all && question->to->length < SPILL_BYTES && !question->to->failed) {
    return NOTCH_OK;
  }
  notch_status status =
      notch_api_write(question->ledger, question->write, question->payload, question->to);
  notch_buffer_clear(question->to);
  return status;
}

/* The moment and the rows that the question is about. */
static notch_status set_reading(notch_question *question)
{
  notch_ledger *ledger = question->ledger;
  notch_books *books = ledger->books;
  int64_t known_us = 0;
  if (!notch_books_moment(books, &question->reading.at_us)) {
    return notch_api_books(ledger);
  }
  notch_status status = notch_api_moment(ledger, question->at, &question->reading.at_us);
  if (status == NOTCH_OK && question->known != NULL) {
    status = notch_api_moment(ledger, question->known, &known_us);
    notch_store_status found =
        status != NOTCH_OK
            ? NOTCH_STORE_OK
            : notch_store_event_known(books->store, &question->reading.upto, known_us);
    if (found != NOTCH_STORE_OK && found != NOTCH_STORE_NOTFOUND) {
      return notch_api_failed(ledger, found);
    }
    if (question->reading.upto == 0) {
      question->reading.upto = -1; /* nothing was known yet */
    }
  }
  return status;
}

/* What was published after the last row that counts was not known; nothing ended by it. */
notch_status notch_api_edition(notch_question *question)
{
  notch_books *books = question->ledger->books;
  int64_t at_us = question->reading.at_us;
  int64_t upto = question->reading.upto == 0 ? INT64_MAX : question->reading.upto;
  uint32_t version = books->edition_count;
  while (version > 1 && (books->editions[version - 1]->effective_us > at_us ||
                         books->editions[version - 1]->event > upto)) {
    version--;
  }
  question->edition = notch_books_edition(books, version);
  if (question->edition == NULL) {
    return notch_api_books(question->ledger);
  }
  notch_edition_span(books, question->edition, upto);
  return NOTCH_OK;
}

/* All that is published is known again. */
static void know_all(notch_books *books)
{
  for (uint32_t version = 0; version < books->edition_count; version++) {
    notch_edition_span(books, books->editions[version], INT64_MAX);
  }
}

static notch_status ask_within(notch_question *question,
                               notch_status (*ask)(notch_question *question))
{
  notch_ledger *ledger = question->ledger;
  if (!notch_books_versions(ledger->books)) {
    return notch_api_books(ledger);
  }
  question->edition = notch_books_newest(ledger->books);
  if (question->edition == NULL) {
    return notch_api_books(ledger);
  }
  notch_status status = set_reading(question);
  status = status == NOTCH_OK ? notch_api_edition(question) : status;
  if (status != NOTCH_OK) {
    return status;
  }
  if (setjmp(ledger->no_memory) != 0) {
    ledger->arena.escape = NULL;
    return notch_api_nomem(ledger);
  }
  ledger->arena.escape = &ledger->no_memory;
  status = ask(question);
  ledger->arena.escape = NULL;
  return status == NOTCH_OK && question->write != NULL ? notch_api_spill(question, true)
                                                       : status;
}

notch_status notch_api_ask(notch_question *question,
                           notch_status (*ask)(notch_question *question))
{
  notch_ledger *ledger = question->ledger;
  notch_buffer text;
  notch_arena_reset(&ledger->arena);
  notch_arena_reset(&ledger->books->run);
  notch_books_start(ledger->books);
  notch_buffer_init(&text, &ledger->engine->memory);
  question->books = ledger->books;
  question->run = &ledger->arena;
  question->to = &text;
  notch_store_status begun = notch_store_snapshot_begin(ledger->books->store);
  notch_status status = NOTCH_OK;
  if (begun != NOTCH_STORE_OK) {
    status = notch_api_failed(ledger, begun);
  } else {
    status = ask_within(question, ask);
    if (question->known != NULL) {
      know_all(ledger->books);
    }
    notch_store_snapshot_end(ledger->books->store);
  }
  notch_history_forget(ledger->books);
  notch_buffer_free(&text);
  if (notch_books_starved(ledger->books)) {
    notch_books_forget(ledger->books);
    status = status == NOTCH_ENOMEM ? status : notch_api_nomem(ledger);
  }
  return status;
}

notch_status notch_ledger_head(notch_ledger *ledger, int64_t *size, const char **root)
{
  notch_head head;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, size != NULL && root != NULL);
  notch_store_status status = notch_store_head(ledger->books->store, &head);
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(ledger, status);
  }
  notch_hex(ledger->head, head.root.bytes, sizeof head.root.bytes);
  *size = head.size;
  *root = ledger->head;
  return NOTCH_OK;
}

notch_status notch_ledger_backup(notch_ledger *ledger, const char *path)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, path != NULL);
  notch_store_status status = notch_store_backup(ledger->books->store, path);
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(ledger, status);
  }
  return NOTCH_OK;
}
