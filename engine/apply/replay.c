/*
 * apply/replay.c -- replay: every recorded row decided once more.
 *
 * One thread reads the journal in order, a batch of rows at a time.  Where members cannot touch
 * each other, every batch goes to all workers, and each decides the rows of its own members with
 * books of its own; else this thread decides what it has read.
 */
#include <config.h>

#include "apply/batches.h"
#include "apply/replay.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SEEN_FAR 16u /* rows ahead of the one being decided */
#define SEEN_NEAR 8u
#define PROGRESS_ROWS 16384

typedef struct worker {
  struct reading *reading;
  unsigned index;
  notch_books *books;
  bool again; /* books has a store of its own */
  notch_rerun rerun;
  bool running; /* rerun is set up */
  pthread_t thread;
  bool started;
} worker;

typedef struct reading {
  notch_replay *replay;
  worker workers[NOTCH_WORKERS_MAX];
  unsigned worker_count;
  notch_batches batches;
  pthread_mutex_t lock;   /* findings, failures */
  pthread_mutex_t asking; /* whoever asks first reads the ids, for all */
  notch_ids ids;
  bool failed;
} reading;

/* ---- books for reading ---- */

static notch_books *attach(const notch_memory *memory, notch_store *store)
{
  notch_books *books = notch_books_new(memory);
  if (books != NULL) {
    notch_books_attach(books, store);
  }
  return books;
}

notch_books *notch_reader_open(const notch_memory *memory, notch_store *store, bool again)
{
  notch_store_problem problem;
  notch_store *other = store;
  const notch_store_options options = {.memory = memory, .read_only = true};
  if (again && notch_store_open(&other, notch_store_path(store), &options, &problem) !=
                   NOTCH_STORE_OK) {
    return NULL;
  }
  notch_books *books = attach(memory, other);
  if (books == NULL && again) {
    notch_store_close(other);
  }
  if (books != NULL && again && notch_store_snapshot_begin(other) != NOTCH_STORE_OK) {
    notch_books_free(books);
    return NULL;
  }
  if (books != NULL && !notch_books_versions(books)) {
    notch_reader_close(books, again);
    return NULL;
  }
  return books;
}

void notch_reader_close(notch_books *books, bool again)
{
  if (books != NULL && again) {
    notch_store_snapshot_end(books->store);
  } else if (books != NULL) {
    books->store = NULL; /* not ours to close */
  }
  notch_books_free(books);
}

/* ---- failures and findings ---- */

static void fail(reading *r, notch_store_status status, const char *sentence)
{
  pthread_mutex_lock(&r->lock);
  if (!r->failed) {
    r->failed = true;
    r->replay->status = status;
    snprintf(r->replay->sentence, sizeof r->replay->sentence, "%s", sentence);
  }
  pthread_mutex_unlock(&r->lock);
  notch_batches_stop(&r->batches);
}

static void found(void *payload, int64_t event, const char *what, const char *recorded,
                  const char *recomputed)
{
  reading *r = payload;
  pthread_mutex_lock(&r->lock);
  notch_findings_add(r->replay->findings, event, what, recorded, recomputed);
  pthread_mutex_unlock(&r->lock);
}

/* ---- workers ---- */

/* A row, and what it points to, may be in the cache of the processor that read it. */
static void foresee(worker *w, const notch_batch *b, uint32_t i, bool near)
{
  if (i >= b->count || b->owner[i] != w->index) {
    return;
  }
  const notch_transaction *row = &b->rows[i];
  notch_rerun_foresee(&w->rerun, b->member[i], near);
  if (!near) {
    notch_memory_foresee(row, sizeof *row);
    return;
  }
  notch_memory_foresee(row->postings, row->posting_count * sizeof *row->postings);
  notch_memory_foresee(row->content.bytes, row->content.length);
}

static bool work_on_row(worker *w, const notch_transaction *row)
{
  if (row->member != 0 || w->index == 0) {
    return notch_rerun_row(&w->rerun, row);
  }
  /* Of the programme's rows one worker compares, the others only absorb. */
  notch_edition *edition =
      row->version != 0 ? notch_rerun_edition(&w->rerun, row->version) : NULL;
  return edition == NULL || notch_rerun_absorb(&w->rerun, row, edition);
}

static void work_on(worker *w, const notch_batch *b)
{
  for (uint32_t i = 0; i < b->count && !w->reading->batches.stopped; i++) {
    foresee(w, b, i + SEEN_FAR, false);
    foresee(w, b, i + SEEN_NEAR, true);
    if (b->owner[i] != w->index && b->owner[i] != NOTCH_BATCH_ALL) {
      continue;
    }
    w->rerun.next_posting = b->next_posting[i];
    w->rerun.next_effect = b->next_effect[i];
    if (!work_on_row(w, &b->rows[i])) {
      fail(w->reading, w->books->status, w->books->sentence);
    }
  }
}

static void finish(worker *w)
{
  reading *r = w->reading;
  if (w->running && !r->batches.stopped && !r->replay->stopped) {
    notch_rerun_finish(&w->rerun);
  }
  if (w->running) {
    int64_t erased = notch_rerun_erased(&w->rerun);
    pthread_mutex_lock(&r->lock);
    r->replay->erased_rows += w->rerun.erased_rows;
    r->replay->erased += erased;
    pthread_mutex_unlock(&r->lock);
    notch_rerun_end(&w->rerun);
  }
  notch_reader_close(w->books, w->again);
}

static bool read_ids(worker *w)
{
  reading *r = w->reading;
  pthread_mutex_lock(&r->asking);
  bool good = r->ids.items != NULL || notch_ids_read(&r->ids, w->books);
  pthread_mutex_unlock(&r->asking);
  return good;
}

static void start(worker *w)
{
  reading *r = w->reading;
  notch_replay *replay = r->replay;
  w->books = notch_reader_open(replay->memory, replay->store, w->again);
  if (w->books == NULL) {
    fail(r, NOTCH_STORE_CANNOT_OPEN, "the ledger cannot be read a second time");
    return;
  }
  if (!read_ids(w) || !notch_rerun_begin(&w->rerun, w->books, &r->ids)) {
    fail(r, w->books->status, w->books->sentence);
    return;
  }
  w->running = true;
  w->rerun.found = found;
  w->rerun.payload = r;
  if (replay->other != NULL) {
    if (!notch_books_adopt(w->books, replay->other)) {
      fail(r, w->books->status, w->books->sentence);
      return;
    }
    w->rerun.fixed = notch_books_newest(w->books);
    w->books->foreign = true;
    w->rerun.compare.loose = true;
  }
}

/* Opens, works and clears up by itself: none of that waits for another worker. */
static void *run_worker(void *payload)
{
  worker *w = payload;
  notch_batches *batches = &w->reading->batches;
  notch_batch *b;
  start(w);
  while ((b = notch_batches_next(batches, w->index)) != NULL) {
    work_on(w, b);
    notch_batches_done(batches, w->index, b);
  }
  finish(w);
  return NULL;
}

static bool start_thread(reading *r, worker *w)
{
  w->started = pthread_create(&w->thread, NULL, run_worker, w) == 0;
  if (!w->started) {
    fail(r, NOTCH_STORE_NOMEM, "no thread could be started");
  }
  return w->started;
}

/* ---- reading ---- */

static void hand_over(reading *r, notch_batch *b)
{
  notch_batches_hand_over(&r->batches, b);
  if (!r->workers[0].started) { /* this thread is the worker */
    work_on(&r->workers[0], b);
    notch_batches_done(&r->batches, 0, b);
  }
}

static bool told(reading *r, uint64_t done, uint64_t total)
{
  notch_replay *replay = r->replay;
  replay->stopped =
      replay->progress != NULL && replay->progress(replay->payload, done, total) != 0;
  return !replay->stopped;
}

/* The programme's own rows matter to every worker. */
static uint8_t owner_of(const reading *r, const notch_transaction *row)
{
  return row->member == 0 ? NOTCH_BATCH_ALL
                          : (uint8_t)((uint64_t)row->member % r->worker_count);
}

/* False: there is no more. */
static bool fill(reading *r, notch_cursor *cursor, notch_batch *b, int64_t *next_posting,
                 int64_t *next_effect)
{
  notch_replay *replay = r->replay;
  const notch_transaction *row;
  notch_cursor_read_into(cursor, &b->arena);
  while (b->count < NOTCH_BATCH_ROWS && (row = notch_cursor_next(cursor)) != NULL) {
    b->rows[b->count] = *row;
    b->owner[b->count] = owner_of(r, row);
    b->member[b->count] = row->member;
    b->next_posting[b->count] = *next_posting;
    b->next_effect[b->count++] = *next_effect;
    replay->transactions++;
    replay->postings += row->posting_count;
    replay->events += row->origin == NOTCH_ORIGIN_SENT;
    *next_posting += row->posting_count;
    *next_effect += row->effect_count;
  }
  return b->count == NOTCH_BATCH_ROWS;
}

static void read_all(reading *r)
{
  notch_replay *replay = r->replay;
  notch_cursor *cursor = NULL;
  uint64_t total = (uint64_t)notch_store_next(replay->store)->event - 1;
  int64_t next_posting = 1, next_effect = 1;
  notch_store_status status = notch_cursor_open(&cursor, replay->store, 1, 0);
  if (status == NOTCH_STORE_OK) {
    notch_cursor_leave_apart(cursor);
  }
  for (bool more = status == NOTCH_STORE_OK; more && !r->batches.stopped;) {
    notch_batch *b = notch_batches_take(&r->batches);
    if (b == NULL) {
      if (!r->batches.stopped) {
        fail(r, NOTCH_STORE_NOMEM, "out of memory");
      }
      break;
    }
    more = fill(r, cursor, b, &next_posting, &next_effect);
    hand_over(r, b);
    if (replay->transactions % PROGRESS_ROWS == 0 &&
        !told(r, (uint64_t)replay->transactions, total)) {
      break;
    }
  }
  status = status == NOTCH_STORE_OK ? notch_cursor_status(cursor) : status;
  notch_cursor_close(cursor);
  if (status != NOTCH_STORE_OK) {
    fail(r, status, notch_store_error(replay->store));
  }
}

/* ---- may members be decided apart? ---- */

static bool touches_others(const notch_program *program)
{
  for (uint32_t i = 0; i < program->rule_count; i++) {
    for (uint32_t j = 0; j < program->rules[i].variant_count; j++) {
      for (uint32_t k = 0; k < program->rules[i].action_count; k++) {
        if (program->rules[i].variants[j].receivers[k] != NOTCH_NONE) {
          return true;
        }
      }
    }
  }
  return false;
}

static bool independent(notch_replay *replay)
{
  static const char *const joint[] = {"transfer", "merge", "enter", "exit"};
  if (notch_store_path(replay->store) == NULL ||
      replay->memory->resize != notch_memory_system.resize) {
    return false; /* one handle, or an allocator that may not like threads */
  }
  for (unsigned i = 0; i < sizeof joint / sizeof joint[0]; i++) {
    uint32_t number;
    if (notch_store_name_find(replay->store, &number, NOTCH_NAME_TYPE,
                              notch_text_of(joint[i])) == NOTCH_STORE_OK) {
      return false;
    }
  }
  notch_books *books = notch_reader_open(replay->memory, replay->store, false);
  bool apart = books != NULL;
  for (uint32_t v = 1; apart && v <= books->edition_count; v++) {
    const notch_edition *edition = notch_books_edition(books, v);
    apart = edition != NULL && !edition->rules->plan->uses_house &&
            !touches_others(edition->rules->program);
  }
  notch_reader_close(books, false);
  return apart && (replay->other == NULL || (!replay->other->plan->uses_house &&
                                             !touches_others(replay->other->program)));
}

/* ---- the whole ---- */

/* A worker alone works on this thread. */
static void start_workers(reading *r)
{
  bool apart = r->worker_count > 1, good = true;
  for (unsigned i = 0; i < r->worker_count && good; i++) {
    worker *w = &r->workers[i];
    *w = (worker){.reading = r, .index = i, .again = apart};
    if (apart) {
      good = start_thread(r, w);
    } else {
      start(w);
    }
  }
}

static void end_workers(reading *r)
{
  notch_batches_end(&r->batches);
  for (unsigned i = 0; i < r->worker_count; i++) {
    worker *w = &r->workers[i];
    if (w->started) {
      pthread_join(w->thread, NULL);
    } else if (w->reading != NULL && !w->again) {
      finish(w);
    }
  }
}

static bool begin(reading *r, notch_replay *replay)
{
  unsigned wanted = replay->threads == 0 ? 2 : replay->threads;
  wanted = wanted > NOTCH_WORKERS_MAX ? NOTCH_WORKERS_MAX : wanted;
  *r = (reading){.replay = replay};
  r->worker_count = wanted > 1 && independent(replay) ? wanted : 1;
  replay->threads_used = r->worker_count;
  if (!notch_batches_init(&r->batches, replay->memory, r->worker_count)) {
    return false;
  }
  if (pthread_mutex_init(&r->lock, NULL) != 0) {
    notch_batches_free(&r->batches);
    return false;
  }
  if (pthread_mutex_init(&r->asking, NULL) != 0) {
    pthread_mutex_destroy(&r->lock);
    notch_batches_free(&r->batches);
    return false;
  }
  return true;
}

bool notch_replay_run(notch_replay *replay)
{
  reading r;
  replay->status = NOTCH_STORE_OK;
  if (!begin(&r, replay)) {
    return false;
  }
  start_workers(&r);
  if (!r.batches.stopped) {
    notch_store_reads_all(replay->store, true);
    read_all(&r);
    notch_store_reads_all(replay->store, false);
  }
  end_workers(&r);
  notch_ids_free(&r.ids);
  pthread_mutex_destroy(&r.asking);
  pthread_mutex_destroy(&r.lock);
  notch_batches_free(&r.batches);
  if (!r.failed && !replay->stopped) {
    notch_findings_sort(replay->findings, replay->store);
  }
  return !r.failed;
}
