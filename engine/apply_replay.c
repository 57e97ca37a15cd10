/*
 * apply_replay.c -- replay: every recorded row decided once more.
 *
 * One thread reads the journal in order.  Where members cannot touch each other, rows go to
 * workers by member, each with books of its own; else this thread decides as it reads.
 */
#include <config.h>

#include "apply_replay.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define BATCH_ROWS 64u /* what is on its way stays in the caches */
#define WORKERS_MAX 8u
#define QUEUE_MAX 4u
#define SEEN_FAR 8u  /* rows ahead of the one being decided */
#define SEEN_NEAR 4u
#define PROGRESS_ROWS 16384

typedef struct batch { /* rows for one worker, copied */
  notch_arena arena;
  notch_transaction rows[BATCH_ROWS];
  int64_t next_posting[BATCH_ROWS], next_effect[BATCH_ROWS];
  uint32_t count;
  struct batch *next;
} batch;

typedef struct worker {
  struct reading *reading;
  notch_books *books;
  bool again; /* books has a store of its own */
  notch_rerun rerun;
  bool running; /* rerun is set up */
  pthread_t thread;
  bool started;
  pthread_cond_t wake; /* the queue is not empty, or at its end */
  batch *first, *last;
  uint32_t queued;
  batch *filling; /* the reader's */
} worker;

typedef struct reading {
  notch_replay *replay;
  worker workers[WORKERS_MAX];
  unsigned worker_count;
  pthread_mutex_t lock; /* queues, findings, failures */
  pthread_cond_t room;  /* a queue has become shorter */
  batch *spare;
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

static void work_on(worker *w, batch *b)
{
  for (uint32_t i = 0; i < b->count && !w->reading->failed; i++) {
    const notch_transaction *row = &b->rows[i];
    if (i + SEEN_FAR < b->count) {
      notch_rerun_foresee(&w->rerun, b->rows[i + SEEN_FAR].member, false);
    }
    if (i + SEEN_NEAR < b->count) {
      notch_rerun_foresee(&w->rerun, b->rows[i + SEEN_NEAR].member, true);
    }
    w->rerun.next_posting = b->next_posting[i];
    w->rerun.next_effect = b->next_effect[i];
    /* The programme's own rows come to all; one compares them. */
    bool twice = row->member == 0 && w != w->reading->workers;
    notch_edition *edition =
        twice && row->version != 0 ? notch_rerun_edition(&w->rerun, row->version) : NULL;
    if (twice ? edition != NULL && !notch_rerun_absorb(&w->rerun, row, edition)
              : !notch_rerun_row(&w->rerun, row)) {
      fail(w->reading, w->books->status, w->books->sentence);
    }
  }
}

static void put_back(reading *r, batch *b)
{
  pthread_mutex_lock(&r->lock);
  b->next = r->spare;
  r->spare = b;
  pthread_mutex_unlock(&r->lock);
}

static void *run_worker(void *payload)
{
  worker *w = payload;
  reading *r = w->reading;
  pthread_mutex_lock(&r->lock);
  for (;;) {
    while (w->first == NULL && !r->ended) {
      pthread_cond_wait(&w->wake, &r->lock);
    }
    batch *b = w->first;
    if (b == NULL) {
      break;
    }
    w->first = b->next;
    w->last = w->first == NULL ? NULL : w->last;
    w->queued--;
    pthread_cond_signal(&r->room);
    pthread_mutex_unlock(&r->lock);
    work_on(w, b);
    put_back(r, b);
    pthread_mutex_lock(&r->lock);
  }
  pthread_mutex_unlock(&r->lock);
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
  if (pthread_cond_init(&w->wake, NULL) != 0) {
    return false;
  }
  w->started = pthread_create(&w->thread, NULL, run_worker, w) == 0;
  if (!w->started) {
    pthread_cond_destroy(&w->wake);
    fail(r, NOTCH_STORE_NOMEM, "no thread could be started");
  }
  return w->started;
}

/* ---- handing rows on ---- */

static batch *take_batch(reading *r)
{
  pthread_mutex_lock(&r->lock);
  batch *b = r->spare;
  r->spare = b == NULL ? NULL : b->next;
  pthread_mutex_unlock(&r->lock);
  if (b == NULL) {
    b = notch_memory_resize(r->replay->memory, NULL, sizeof *b);
    if (b == NULL) {
      fail(r, NOTCH_STORE_NOMEM, "out of memory");
      return NULL;
    }
    notch_arena_init(&b->arena, r->replay->memory);
  }
  notch_arena_reset(&b->arena);
  b->count = 0;
  b->next = NULL;
  return b;
}

static void hand_over(reading *r, worker *w)
{
  batch *b = w->filling;
  w->filling = NULL;
  if (b == NULL) {
    return;
  }
  if (!w->started) { /* this thread is the worker */
    work_on(w, b);
    put_back(r, b);
    return;
  }
  pthread_mutex_lock(&r->lock);
  while (w->queued >= QUEUE_MAX && !r->failed) {
    pthread_cond_wait(&r->room, &r->lock);
  }
  *(w->last == NULL ? &w->first : &w->last->next) = b;
  w->last = b;
  w->queued++;
  pthread_cond_signal(&w->wake);
  pthread_mutex_unlock(&r->lock);
}

static void *copy_items(notch_arena *arena, const void *items, size_t size)
{
  void *copy = size == 0 ? NULL : notch_arena_alloc(arena, size);
  return copy == NULL ? NULL : memcpy(copy, items, size);
}

static void copy_row(notch_arena *arena, notch_transaction *to, const notch_transaction *from)
{
  *to = *from;
  to->id = notch_arena_text(arena, from->id);
  to->content = notch_arena_text(arena, from->content);
  to->shared = notch_arena_text(arena, from->shared);
  to->detail = notch_arena_text(arena, from->detail);
  notch_posting *postings =
      copy_items(arena, from->postings, from->posting_count * sizeof *postings);
  notch_effect *effects = copy_items(arena, from->effects, from->effect_count * sizeof *effects);
  to->moves = copy_items(arena, from->moves, from->move_count * sizeof *from->moves);
  for (uint32_t i = 0; i < from->posting_count && postings != NULL; i++) {
    postings[i].shares = copy_items(arena, postings[i].shares,
                                    postings[i].share_count * sizeof *postings[i].shares);
  }
  for (uint32_t i = 0; i < from->effect_count && effects != NULL; i++) {
    effects[i].text = notch_arena_text(arena, effects[i].text);
  }
  to->postings = postings;
  to->effects = effects;
}

static bool give(reading *r, worker *w, const notch_transaction *row, int64_t next_posting,
                 int64_t next_effect)
{
  if (w->filling == NULL) {
    w->filling = take_batch(r);
  }
  batch *b = w->filling;
  if (b == NULL) {
    return false;
  }
  copy_row(&b->arena, &b->rows[b->count], row);
  b->next_posting[b->count] = next_posting;
  b->next_effect[b->count++] = next_effect;
  if (b->arena.failed) {
    fail(r, NOTCH_STORE_NOMEM, "out of memory");
    return false;
  }
  if (b->count == BATCH_ROWS) {
    hand_over(r, w);
  }
  return !r->failed;
}

/* The programme's own rows matter to every worker; the first one compares them. */
static bool distribute(reading *r, const notch_transaction *row, int64_t next_posting,
                       int64_t next_effect)
{
  if (row->member != 0 || r->worker_count == 1) {
    return give(r, &r->workers[(uint64_t)row->member % r->worker_count], row, next_posting,
                next_effect);
  }
  bool good = true;
  for (unsigned i = 0; i < r->worker_count && good; i++) {
    good = give(r, &r->workers[i], row, next_posting, next_effect);
  }
  return good;
}

static bool told(reading *r, uint64_t done, uint64_t total)
{
  notch_replay *replay = r->replay;
  replay->stopped =
      replay->progress != NULL && replay->progress(replay->payload, done, total) != 0;
  return !replay->stopped;
}

static void read_all(reading *r)
{
  notch_replay *replay = r->replay;
  notch_cursor *cursor = NULL;
  uint64_t total = (uint64_t)notch_store_next(replay->store)->event - 1;
  int64_t next_posting = 1, next_effect = 1;
  notch_store_status status = notch_cursor_open(&cursor, replay->store, 1, 0);
  const notch_transaction *row;
  while (status == NOTCH_STORE_OK && (row = notch_cursor_next(cursor)) != NULL) {
    if (!distribute(r, row, next_posting, next_effect)) {
      break;
    }
    replay->transactions++;
    replay->postings += row->posting_count;
    replay->events += row->origin == NOTCH_ORIGIN_SENT;
    next_posting += row->posting_count;
    next_effect += row->effect_count;
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
  for (unsigned i = 0; i < r->worker_count && r->workers[i].running; i++) {
    hand_over(r, &r->workers[i]);
  }
  pthread_mutex_lock(&r->lock);
  r->ended = true;
  for (unsigned i = 0; i < r->worker_count && r->workers[i].started; i++) {
    pthread_cond_signal(&r->workers[i].wake);
  }
  pthread_mutex_unlock(&r->lock);
  for (unsigned i = 0; i < r->worker_count; i++) {
    worker *w = &r->workers[i];
    if (w->started) {
      pthread_join(w->thread, NULL);
      pthread_cond_destroy(&w->wake);
    }
    if (w->running) {
      if (!r->failed && !r->replay->stopped) {
        notch_rerun_finish(&w->rerun);
      }
      r->replay->erased_rows += w->rerun.erased_rows;
      r->replay->erased += notch_rerun_erased(&w->rerun);
      notch_rerun_end(&w->rerun);
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
  pthread_cond_init(&r.room, NULL);
  unsigned wanted = replay->threads == 0 ? 2 : replay->threads;
  wanted = wanted > WORKERS_MAX ? WORKERS_MAX : wanted;
  r.worker_count = wanted > 1 && independent(replay) ? wanted : 1;
  replay->threads_used = r.worker_count;
  bool good = true;
  for (unsigned i = 0; i < r.worker_count && good; i++) {
    good = start_worker(&r, &r.workers[i], r.worker_count > 1);
  }
  for (unsigned i = 0; i < r.worker_count && good && r.worker_count > 1; i++) {
    good = start_thread(&r, &r.workers[i]);
  }
  if (good) {
    read_all(&r);
  }
  end_workers(&r);
  pthread_cond_destroy(&r.room);
  pthread_mutex_destroy(&r.lock);
  if (!r.failed && !replay->stopped) {
    notch_findings_sort(replay->findings, replay->store);
  }
  return !r.failed;
}
