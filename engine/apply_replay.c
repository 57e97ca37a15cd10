/*
 * apply_replay.c -- replay: every recorded row decided once more.
 *
 * One thread reads the journal in order, a batch of rows at a time.  Where members cannot touch
 * each other, every batch goes to all workers, and each decides the rows of its own members with
 * books of its own; else this thread decides what it has read.
 */
#include <config.h>

#include "apply_replay.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define BATCH_ROWS 128u /* what is on its way stays in the caches */
#define BATCHES_MAX 64u /* a thread that has to wait for a processor stops no other */
#define WORKERS_MAX 8u
#define SEEN_FAR 16u /* rows ahead of the one being decided */
#define SEEN_NEAR 8u
#define PROGRESS_ROWS 16384

typedef struct batch {
  notch_arena arena; /* what the rows point to */
  notch_transaction rows[BATCH_ROWS];
  int64_t next_posting[BATCH_ROWS], next_effect[BATCH_ROWS];
  uint32_t count;
  unsigned readers; /* workers that still need it */
  struct batch *next; /* the one read after it, or another spare one */
} batch;

typedef struct worker {
  struct reading *reading;
  unsigned index;
  notch_books *books;
  bool again; /* books has a store of its own */
  notch_rerun rerun;
  bool running; /* rerun is set up */
  pthread_t thread;
  bool started;
  batch *next; /* to be worked on; NULL: not read yet */
} worker;

typedef struct reading {
  notch_replay *replay;
  worker workers[WORKERS_MAX];
  unsigned worker_count;
  pthread_mutex_t lock; /* batches, findings, failures */
  pthread_cond_t more;  /* a batch was read, or the last one was */
  pthread_cond_t room;  /* a batch can be used again */
  batch *newest, *spare;
  unsigned batch_count; /* that are under way */
  bool ended;
  atomic_bool failed;
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
  pthread_cond_broadcast(&r->room);
  pthread_mutex_unlock(&r->lock);
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

/* The programme's own rows matter to every worker. */
static bool is_ours(const worker *w, const notch_transaction *row)
{
  return row->member == 0 || (uint64_t)row->member % w->reading->worker_count == w->index;
}

static void foresee(worker *w, const batch *b, uint32_t i, bool near)
{
  if (i < b->count && is_ours(w, &b->rows[i])) {
    notch_rerun_foresee(&w->rerun, b->rows[i].member, near);
  }
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

static void work_on(worker *w, const batch *b)
{
  for (uint32_t i = 0; i < b->count && !w->reading->failed; i++) {
    foresee(w, b, i + SEEN_FAR, false);
    foresee(w, b, i + SEEN_NEAR, true);
    w->rerun.next_posting = b->next_posting[i];
    w->rerun.next_effect = b->next_effect[i];
    if (is_ours(w, &b->rows[i]) && !work_on_row(w, &b->rows[i])) {
      fail(w->reading, w->books->status, w->books->sentence);
    }
  }
}

/* With the lock held: one worker is done with it. */
static void let_go(reading *r, batch *b)
{
  if (--b->readers == 0) {
    r->newest = r->newest == b ? NULL : r->newest;
    b->next = r->spare;
    r->spare = b;
    r->batch_count--;
    pthread_cond_signal(&r->room);
  }
}

static void finish(worker *w)
{
  reading *r = w->reading;
  if (!r->failed && !r->replay->stopped) {
    notch_rerun_finish(&w->rerun);
  }
  int64_t erased = notch_rerun_erased(&w->rerun);
  pthread_mutex_lock(&r->lock);
  r->replay->erased_rows += w->rerun.erased_rows;
  r->replay->erased += erased;
  pthread_mutex_unlock(&r->lock);
  notch_rerun_end(&w->rerun);
}

static void *run_worker(void *payload)
{
  worker *w = payload;
  reading *r = w->reading;
  pthread_mutex_lock(&r->lock);
  for (;;) {
    while (w->next == NULL && !r->ended) {
      pthread_cond_wait(&r->more, &r->lock);
    }
    batch *b = w->next;
    if (b == NULL) {
      break;
    }
    pthread_mutex_unlock(&r->lock);
    work_on(w, b);
    pthread_mutex_lock(&r->lock);
    w->next = b->next;
    let_go(r, b);
  }
  pthread_mutex_unlock(&r->lock);
  finish(w);
  return NULL;
}

static bool start_worker(reading *r, worker *w, bool again)
{
  notch_replay *replay = r->replay;
  w->reading = r;
  w->again = again;
  w->books =
      notch_reader_open(again ? &notch_memory_system : replay->memory, replay->store, again);
  if (w->books == NULL) {
    fail(r, NOTCH_STORE_CANNOT_OPEN, "the ledger cannot be read a second time");
    return false;
  }
  w->running = notch_rerun_begin(&w->rerun, w->books, true);
  if (!w->running) {
    fail(r, w->books->status, w->books->sentence);
    return false;
  }
  w->rerun.found = found;
  w->rerun.payload = r;
  if (replay->other != NULL) {
    if (!notch_books_adopt(w->books, replay->other)) {
      fail(r, w->books->status, w->books->sentence);
      return false;
    }
    w->rerun.fixed = notch_books_newest(w->books);
    w->rerun.compare.loose = true;
  }
  return true;
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

static batch *new_batch(reading *r)
{
  batch *b = notch_memory_resize(r->replay->memory, NULL, sizeof *b);
  if (b == NULL) {
    fail(r, NOTCH_STORE_NOMEM, "out of memory");
    return NULL;
  }
  notch_arena_init(&b->arena, r->replay->memory);
  return b;
}

/* Waits while the workers have enough to do.  NULL: a failure. */
static batch *take_batch(reading *r)
{
  pthread_mutex_lock(&r->lock);
  while (r->batch_count >= BATCHES_MAX && !r->failed) {
    pthread_cond_wait(&r->room, &r->lock);
  }
  batch *b = r->spare;
  r->spare = b == NULL ? NULL : b->next;
  pthread_mutex_unlock(&r->lock);
  b = b == NULL && !r->failed ? new_batch(r) : b;
  if (b != NULL) {
    notch_arena_reset(&b->arena);
    b->count = 0;
    b->next = NULL;
  }
  return b;
}

static void hand_over(reading *r, batch *b)
{
  pthread_mutex_lock(&r->lock);
  r->batch_count++;
  b->readers = r->worker_count;
  if (r->newest != NULL) {
    r->newest->next = b;
  }
  r->newest = b;
  for (unsigned i = 0; i < r->worker_count; i++) {
    r->workers[i].next = r->workers[i].next == NULL ? b : r->workers[i].next;
  }
  pthread_cond_broadcast(&r->more);
  pthread_mutex_unlock(&r->lock);
  if (!r->workers[0].started) { /* this thread is the worker */
    work_on(&r->workers[0], b);
    pthread_mutex_lock(&r->lock);
    r->workers[0].next = NULL;
    let_go(r, b);
    pthread_mutex_unlock(&r->lock);
  }
}

static bool told(reading *r, uint64_t done, uint64_t total)
{
  notch_replay *replay = r->replay;
  replay->stopped =
      replay->progress != NULL && replay->progress(replay->payload, done, total) != 0;
  return !replay->stopped;
}

/* False: there is no more. */
static bool fill(reading *r, notch_cursor *cursor, batch *b, int64_t *next_posting,
                 int64_t *next_effect)
{
  notch_replay *replay = r->replay;
  const notch_transaction *row;
  notch_cursor_read_into(cursor, &b->arena);
  while (b->count < BATCH_ROWS && (row = notch_cursor_next(cursor)) != NULL) {
    b->rows[b->count] = *row;
    b->next_posting[b->count] = *next_posting;
    b->next_effect[b->count++] = *next_effect;
    replay->transactions++;
    replay->postings += row->posting_count;
    replay->events += row->origin == NOTCH_ORIGIN_SENT;
    *next_posting += row->posting_count;
    *next_effect += row->effect_count;
  }
  return b->count == BATCH_ROWS;
}

static void read_all(reading *r)
{
  notch_replay *replay = r->replay;
  notch_cursor *cursor = NULL;
  uint64_t total = (uint64_t)notch_store_next(replay->store)->event - 1;
  int64_t next_posting = 1, next_effect = 1;
  notch_store_status status = notch_cursor_open(&cursor, replay->store, 1, 0);
  for (bool more = status == NOTCH_STORE_OK; more && !r->failed;) {
    batch *b = take_batch(r);
    if (b == NULL) {
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

static void end_workers(reading *r)
{
  pthread_mutex_lock(&r->lock);
  r->ended = true;
  pthread_cond_broadcast(&r->more);
  pthread_mutex_unlock(&r->lock);
  for (unsigned i = 0; i < r->worker_count; i++) {
    worker *w = &r->workers[i];
    if (w->started) {
      pthread_join(w->thread, NULL);
    } else if (w->running) {
      finish(w);
    }
    notch_reader_close(w->books, w->again);
  }
  while (r->spare != NULL) {
    batch *b = r->spare;
    r->spare = b->next;
    notch_arena_free(&b->arena);
    notch_memory_free(r->replay->memory, b);
  }
}

bool notch_replay_run(notch_replay *replay)
{
  reading r = {.replay = replay};
  replay->status = NOTCH_STORE_OK;
  if (pthread_mutex_init(&r.lock, NULL) != 0) {
    return false;
  }
  pthread_cond_init(&r.more, NULL);
  pthread_cond_init(&r.room, NULL);
  unsigned wanted = replay->threads == 0 ? 2 : replay->threads;
  wanted = wanted > WORKERS_MAX ? WORKERS_MAX : wanted;
  r.worker_count = wanted > 1 && independent(replay) ? wanted : 1;
  replay->threads_used = r.worker_count;
  bool good = true;
  for (unsigned i = 0; i < r.worker_count && good; i++) {
    r.workers[i].index = i;
    good = start_worker(&r, &r.workers[i], r.worker_count > 1);
  }
  for (unsigned i = 0; i < r.worker_count && good && r.worker_count > 1; i++) {
    good = start_thread(&r, &r.workers[i]);
  }
  if (good) {
    read_all(&r);
  }
  end_workers(&r);
  pthread_cond_destroy(&r.more);
  pthread_cond_destroy(&r.room);
  pthread_mutex_destroy(&r.lock);
  if (!r.failed && !replay->stopped) {
    notch_findings_sort(replay->findings, replay->store);
  }
  return !r.failed;
}
