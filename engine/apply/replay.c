/*
 * apply/replay.c -- replay: every recorded row decided once more.
 *
 * The journal is read in order, a batch of rows at a time.  Where members cannot touch each other
 * there are several workers, this thread is the first of them, and each decides the rows of its
 * own members with books of its own; whoever runs low on rows reads, for all.  Else this thread
 * is the only one.
 */
#include <config.h>

#include "apply/batches.h"
#include "apply/replay.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define TOGETHER 4u /* rows that are fetched from memory at once */
#define PROGRESS_ROWS 16384

typedef struct worker {
  struct reading *reading;
  unsigned index;
  notch_books *books;
  bool again; /* one of several: books has a store of its own */
  notch_rerun rerun;
  bool running; /* rerun is set up */
  notch_findings findings;
  pthread_t thread; /* but of the first */
} worker;

typedef struct reading {
  notch_replay *replay;
  bool apart;           /* no member's rows can touch another's state */
  bool ranks;           /* some version has cohorts */
  bool plain;           /* some rule may ask for any row's id, or for the time of recording */
  bool named;           /* some rule may ask who a member is, or somebody is erased */
  notch_books *books;   /* with every version compiled, for a single worker; else NULL */
  worker workers[NOTCH_WORKERS_MAX];
  unsigned worker_count;
  notch_batches batches;
  notch_cursor *cursor; /* whoever reads has it, and the replay's store */
  int64_t next_posting, next_effect;
  uint64_t total;       /* rows there are */
  pthread_mutex_t lock; /* failures, sums */
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
  if (again &&
      notch_store_open(&other, notch_store_path(store), &options, &problem) != NOTCH_STORE_OK) {
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
  worker *w = payload;
  notch_findings_add(&w->findings, event, what, recorded, recomputed);
}

/* ---- workers ---- */

/* Whether some event of this type was ever recorded. */
static bool has_type(notch_store *store, const char *type)
{
  uint32_t number;
  return notch_store_name_find(store, &number, NOTCH_NAME_TYPE, notch_text_of(type)) ==
         NOTCH_STORE_OK;
}

/*
 * Rows on their way.  States lie in more pages than the processor remembers, and while it looks one
 * up it soon runs out of other work; but it looks up several at once.  So a few rows' states are
 * asked for together, the first line of each before all others.  Where somebody else may have read
 * a row, it and what it points to are in the cache of another processor.
 */
typedef struct coming {
  worker *worker;
  const notch_batch *batch;
  const notch_rerun_seat *seats[2 * TOGETHER]; /* of the rows after the one under way */
} coming;

static void foresee_seats(coming *c, unsigned from)
{
  const notch_batch_share *mine = &c->batch->shares[c->worker->index];
  for (unsigned i = from; i < from + TOGETHER; i++) {
    const notch_rerun_seat *seat = NULL;
    if (i < mine->count) {
      unsigned row = mine->rows[i];
      seat = notch_rerun_foresee(&c->worker->rerun, c->batch->member[row]);
      if (c->worker->again) {
        notch_memory_foresee(&c->batch->rows[row], sizeof *c->batch->rows);
      }
    }
    c->seats[i % (2 * TOGETHER)] = seat;
  }
}

/* Whose seats were asked for before. */
static void foresee_states(const coming *c, unsigned from)
{
  const notch_batch_share *mine = &c->batch->shares[c->worker->index];
  for (unsigned i = from; i < from + TOGETHER; i++) {
    notch_rerun_foresee_begin(c->seats[i % (2 * TOGETHER)]);
  }
  for (unsigned i = from; i < from + TOGETHER; i++) {
    notch_rerun_foresee_state(c->seats[i % (2 * TOGETHER)]);
    if (i < mine->count && c->worker->again) {
      const notch_transaction *row = &c->batch->rows[mine->rows[i]];
      notch_memory_foresee(row->postings, row->posting_count * sizeof *row->postings);
      notch_memory_foresee(row->content.bytes, row->content.length);
    }
  }
}

static bool work_on_row(worker *w, const notch_transaction *row)
{
  if (row->member != 0 || w->index == 0) {
    return notch_rerun_row(&w->rerun, row);
  }
  /* Of the programme's rows one worker compares, the others only absorb. */
  notch_edition *edition = row->version != 0 ? notch_rerun_edition(&w->rerun, row->version) : NULL;
  return edition == NULL || notch_rerun_absorb(&w->rerun, row, edition);
}

static bool work_on_rows(void *payload)
{
  coming *c = payload;
  worker *w = c->worker;
  const notch_batch *b = c->batch;
  const notch_batch_share *mine = &b->shares[w->index];
  bool good = true;
  foresee_seats(c, 0);
  foresee_seats(c, TOGETHER);
  foresee_states(c, 0);
  for (unsigned i = 0; i < mine->count && good && !w->reading->batches.stopped; i++) {
    if (i % TOGETHER == 0) {
      foresee_states(c, i + TOGETHER);
      foresee_seats(c, i + 2 * TOGETHER);
    }
    const notch_batch_next *next = &b->next_of[mine->rows[i]];
    w->rerun.next_posting = next->posting;
    w->rerun.next_effect = next->effect;
    good = work_on_row(w, &b->rows[mine->rows[i]]);
  }
  return good;
}

static void work_on(worker *w, const notch_batch *b)
{
  if (!notch_rerun_do(&w->rerun, work_on_rows, &(coming){.worker = w, .batch = b})) {
    fail(w->reading, w->books->status, w->books->sentence);
  }
}

static void finish(worker *w)
{
  reading *r = w->reading;
  if (w->running && !r->batches.stopped) {
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

/* What is needed before any row is decided. */
static bool read_ids(worker *w)
{
  bool all;
  if (!w->reading->named) {
    return true;
  }
  bool good = notch_ids_read(&w->reading->ids, w->index, w->books, &all);
  if (good && all) {
    notch_batches_begin(&w->reading->batches);
  }
  return good;
}

static void start(worker *w)
{
  reading *r = w->reading;
  notch_replay *replay = r->replay;
  w->books = r->books != NULL ? r->books
                              : notch_reader_open(replay->memory, replay->store, w->again);
  r->books = NULL;
  if (w->books == NULL) {
    fail(r, NOTCH_STORE_CANNOT_OPEN, "the ledger cannot be read a second time");
    return;
  }
  if (!read_ids(w) || !notch_rerun_begin(&w->rerun, w->books, true)) {
    fail(r, w->books->status, w->books->sentence);
    return;
  }
  w->running = true;
  w->rerun.ids = r->named ? &r->ids : NULL;
  w->rerun.anonymous = !r->named && !has_type(w->books->store, "erase"); /* since the survey */
  w->rerun.bare = !r->plain;
  w->rerun.rankings.followed = r->ranks && replay->other == NULL;
  w->rerun.found = found;
  w->rerun.payload = w;
  if (replay->other != NULL && !notch_rerun_adopt(&w->rerun, replay->other)) {
    fail(r, w->books->status, w->books->sentence);
  }
}

static void tell(reading *r, int64_t done)
{
  notch_replay *replay = r->replay;
  if (done % PROGRESS_ROWS == 0 && replay->progress != NULL &&
      replay->progress(replay->payload, (uint64_t)done, r->total) != 0) {
    replay->stopped = true;
    notch_batches_stop(&r->batches);
  }
}

/* Opens, works and clears up by itself: only the ids are read together. */
static void *run_worker(void *payload)
{
  worker *w = payload;
  reading *r = w->reading;
  notch_batch *b;
  start(w);
  while ((b = notch_batches_next(&r->batches, w->index)) != NULL) {
    int64_t upto = b->upto;
    work_on(w, b);
    notch_batches_done(&r->batches, w->index, b);
    if (w->index == 0) { /* the caller's thread */
      tell(r, upto);
    }
  }
  finish(w);
  return NULL;
}

/* ---- reading ---- */

/* The programme's own rows matter to every worker. */
static void share_out(const reading *r, notch_batch *b, uint32_t index)
{
  int64_t member = b->rows[index].member;
  unsigned first = (unsigned)((uint64_t)member % r->worker_count);
  unsigned beyond = member == 0 ? r->worker_count : first + 1;
  for (unsigned i = first; i < beyond; i++) {
    notch_batch_share *share = &b->shares[i];
    share->rows[share->count++] = (uint8_t)index;
  }
}

static void count_row(reading *r, notch_batch *b, uint32_t index)
{
  const notch_transaction *row = &b->rows[index];
  b->member[index] = row->member;
  b->next_of[index] = (notch_batch_next){r->next_posting, r->next_effect};
  r->next_posting += row->posting_count;
  r->next_effect += row->effect_count;
  r->replay->postings += row->posting_count;
  r->replay->events += row->origin == NOTCH_ORIGIN_SENT;
}

static bool fill(void *payload, notch_batch *b)
{
  reading *r = payload;
  notch_replay *replay = r->replay;
  b->count = notch_cursor_read(r->cursor, &b->arena, b->rows, NOTCH_BATCH_ROWS);
  for (uint32_t i = 0; i < b->count; i++) {
    share_out(r, b, i);
    count_row(r, b, i);
  }
  replay->transactions += b->count;
  b->upto = replay->transactions;
  notch_store_status status = notch_cursor_status(r->cursor);
  if (status != NOTCH_STORE_OK) {
    fail(r, status, notch_store_error(replay->store));
  }
  return b->count == NOTCH_BATCH_ROWS;
}

/* A return begins to look for what it returns at the member's row before it. */
static notch_store_status open_cursor(reading *r, notch_store *store)
{
  uint32_t returns = 0;
  if (!r->plain) {
    (void)notch_store_name_find(store, &returns, NOTCH_NAME_TYPE, NOTCH_TEXT("return"));
  }
  notch_store_status status = r->plain ? notch_cursor_open(&r->cursor, store, 1, 0)
                                       : notch_cursor_open_bare(&r->cursor, store, returns);
  if (status == NOTCH_STORE_OK) {
    notch_cursor_leave_apart(r->cursor);
  }
  return status;
}

static bool open_journal(reading *r)
{
  notch_store *store = r->replay->store;
  notch_store_reads_all(store, true);
  r->total = (uint64_t)notch_store_next(store)->event - 1;
  r->next_posting = r->next_effect = 1;
  notch_store_status status = open_cursor(r, store);
  if (status != NOTCH_STORE_OK) {
    fail(r, status, notch_store_error(store));
  }
  return status == NOTCH_STORE_OK;
}

static void close_journal(reading *r)
{
  notch_cursor_close(r->cursor);
  notch_store_reads_all(r->replay->store, false);
}

/* ---- what the rules ask for ---- */

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

/* What draws are made from, and what some measures count by. */
static bool asks_for_all(const notch_program *program)
{
  if (program->has_draws) {
    return true;
  }
  for (uint32_t i = 0; i < program->measure_count; i++) {
    if (program->measures[i].by_recorded) {
      return true;
    }
  }
  return false;
}

static void survey_rules(reading *r, const notch_plan *plan)
{
  bool others = touches_others(plan->program);
  r->apart = r->apart && !plan->uses_house && !others;
  r->ranks = r->ranks || plan->program->cohort_count > 0;
  r->plain = r->plain || asks_for_all(plan->program);
  r->named = r->named || plan->asks_who || others;
}

/* Each worker has a handle of its own, and memory that several threads may ask for. */
static bool can_be_shared(const notch_replay *replay)
{
  static const char *const joint[] = {"transfer", "merge", "enter", "exit"};
  if (notch_store_path(replay->store) == NULL ||
      replay->memory->resize != notch_memory_system.resize) {
    return false;
  }
  for (unsigned i = 0; i < sizeof joint / sizeof joint[0]; i++) {
    if (has_type(replay->store, joint[i])) {
      return false;
    }
  }
  return true;
}

/* Of rules that cannot be read nothing is known; whoever decides by them says why. */
static void survey(reading *r)
{
  const notch_replay *replay = r->replay;
  notch_books *books = notch_reader_open(replay->memory, replay->store, false);
  bool known = books != NULL;
  r->apart = can_be_shared(replay);
  r->named = has_type(replay->store, "erase");
  for (uint32_t v = 1; known && v <= books->edition_count; v++) {
    const notch_edition *edition = notch_books_edition(books, v);
    known = edition != NULL;
    if (known) {
      survey_rules(r, edition->rules->plan);
    }
  }
  if (replay->other != NULL) {
    survey_rules(r, replay->other->plan);
  }
  r->apart = r->apart && known;
  r->plain = r->plain || !known;
  r->named = r->named || !known;
  if (known && replay->other == NULL) {
    r->books = books;
  } else {
    notch_reader_close(books, false);
  }
}

/* ---- the whole ---- */

/* This thread is the first worker; the others have one each. */
static void run_workers(reading *r)
{
  unsigned started = 1;
  for (unsigned i = 0; i < r->worker_count; i++) {
    r->workers[i] = (worker){.reading = r, .index = i, .again = r->worker_count > 1};
    notch_findings_init(&r->workers[i].findings, r->replay->memory);
  }
  for (; started < r->worker_count && !r->batches.stopped; started++) {
    worker *w = &r->workers[started];
    if (pthread_create(&w->thread, NULL, run_worker, w) != 0) {
      fail(r, NOTCH_STORE_NOMEM, "no thread could be started");
      break;
    }
  }
  run_worker(&r->workers[0]);
  for (unsigned i = 1; i < started; i++) {
    pthread_join(r->workers[i].thread, NULL);
  }
}

static void merge_findings(reading *r)
{
  notch_findings *lists[NOTCH_WORKERS_MAX];
  for (unsigned i = 0; i < r->worker_count; i++) {
    lists[i] = &r->workers[i].findings;
  }
  notch_findings_merge(r->replay->findings, lists, r->worker_count);
  for (unsigned i = 0; i < r->worker_count; i++) {
    notch_findings_free(lists[i]);
  }
}

static void let_go(reading *r)
{
  notch_reader_close(r->books, false);
  r->books = NULL;
}

static bool begin(reading *r, notch_replay *replay)
{
  unsigned wanted = replay->threads == 0 ? 2 : replay->threads;
  wanted = wanted > NOTCH_WORKERS_MAX ? NOTCH_WORKERS_MAX : wanted;
  *r = (reading){.replay = replay};
  if (pthread_mutex_init(&r->lock, NULL) != 0) {
    return false;
  }
  survey(r);
  r->worker_count = r->apart ? wanted : 1;
  replay->threads_used = r->worker_count;
  if (r->worker_count > 1) {
    let_go(r);
  }
  if (!notch_batches_init(&r->batches, replay->memory, r->worker_count, fill, r)) {
    let_go(r);
    pthread_mutex_destroy(&r->lock);
    return false;
  }
  return true;
}

static void end(reading *r)
{
  let_go(r);
  notch_ids_end(&r->ids);
  notch_batches_free(&r->batches);
  pthread_mutex_destroy(&r->lock);
}

static void no_memory(reading *r)
{
  fail(r, NOTCH_STORE_NOMEM, "out of memory");
}

bool notch_replay_run(notch_replay *replay)
{
  reading r;
  replay->status = NOTCH_STORE_OK;
  if (!begin(&r, replay)) {
    replay->status = NOTCH_STORE_NOMEM;
    snprintf(replay->sentence, sizeof replay->sentence, "out of memory");
    return false;
  }
  if (r.named && !notch_ids_begin(&r.ids, replay->memory, notch_store_next(replay->store)->member,
                                  r.worker_count)) {
    no_memory(&r);
  } else if (open_journal(&r)) {
    if (!r.named) {
      notch_batches_begin(&r.batches);
    }
    run_workers(&r);
    merge_findings(&r);
  }
  close_journal(&r);
  if (r.batches.no_memory) {
    no_memory(&r);
  }
  end(&r);
  if (!r.failed && !replay->stopped) {
    notch_findings_sort(replay->findings, replay->store);
  }
  return !r.failed;
}
