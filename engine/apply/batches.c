/* apply/batches.c -- batches of rows, read by whichever worker runs low. */
#include <config.h>

#include "apply/batches.h"

#include <assert.h>

#define BATCHES_MAX 128u /* a worker that has to wait for a processor stops no other */
/* Waking costs as much as reading some rows: it is for this many batches. */
#define BATCHES_WORTH_WAKING (BATCHES_MAX / 2)
/* Who has fewer batches ahead than a few reads until he has enough.  The others have work in the
 * meantime, and what is read at one go leaves where reading stands in one processor's caches. */
#define AHEAD_FEW 4u
#define AHEAD_ENOUGH 8u

bool notch_batches_init(notch_batches *batches, const notch_memory *memory, unsigned workers,
                        notch_batch_fill *fill, void *payload)
{
  assert(workers > 0 && workers <= NOTCH_WORKERS_MAX);
  *batches =
      (notch_batches){.memory = memory, .workers = workers, .fill = fill, .payload = payload};
  if (pthread_mutex_init(&batches->lock, NULL) != 0) {
    return false;
  }
  pthread_cond_init(&batches->changed, NULL);
  return true;
}

void notch_batches_free(notch_batches *batches)
{
  while (batches->made != NULL) {
    notch_batch *batch = batches->made;
    batches->made = batch->made;
    notch_arena_free(&batch->arena);
    notch_memory_free(batches->memory, batch);
  }
  pthread_cond_destroy(&batches->changed);
  pthread_mutex_destroy(&batches->lock);
}

/* ---- reading; all of it by the one worker who has that role ---- */

static notch_batch *new_batch(notch_batches *batches)
{
  notch_batch *batch = notch_memory_resize(batches->memory, NULL, sizeof *batch);
  if (batch != NULL) {
    notch_arena_init(&batch->arena, batches->memory);
    batch->made = batches->made;
    batches->made = batch;
  }
  return batch;
}

static void clear(notch_batch *batch)
{
  notch_arena_reset(&batch->arena);
  batch->count = 0;
  for (unsigned i = 0; i < NOTCH_WORKERS_MAX; i++) {
    batch->shares[i].count = 0;
  }
}

static void hand_over(notch_batches *batches, notch_batch *batch)
{
  batches->under_way++;
  batch->users = batches->workers;
  batch->next = NULL;
  if (batches->newest != NULL) {
    batches->newest->next = batch;
  }
  batches->newest = batch;
  for (unsigned i = 0; i < batches->workers; i++) {
    batches->ahead[i]++;
    batches->next[i] = batches->next[i] == NULL ? batch : batches->next[i];
  }
}

/* Under the lock, which is given up while rows are read. */
static void read_one(notch_batches *batches)
{
  notch_batch *batch = batches->spare;
  batches->spare = batch == NULL ? NULL : batch->next;
  pthread_mutex_unlock(&batches->lock);
  batch = batch == NULL ? new_batch(batches) : batch;
  bool more = false;
  if (batch != NULL) {
    clear(batch);
    more = batches->fill(batches->payload, batch);
  }
  pthread_mutex_lock(&batches->lock);
  if (batch == NULL) {
    batches->no_memory = true;
    batches->stopped = true;
  } else if (batch->count > 0) {
    hand_over(batches, batch);
  }
  batches->ended = !more;
  pthread_cond_broadcast(&batches->changed);
}

/* With so many batches ahead a worker would read; alone he only reads what he decides next. */
static bool can_read(const notch_batches *batches, unsigned worker, unsigned enough)
{
  return batches->ahead[worker] < (batches->workers == 1 ? 1 : enough) &&
         batches->under_way < BATCHES_MAX && !batches->ended && !batches->stopped;
}

static void read_some(notch_batches *batches, unsigned worker)
{
  batches->reading = true;
  do {
    read_one(batches);
  } while (can_read(batches, worker, AHEAD_ENOUGH));
  batches->reading = false;
}

/* ---- what workers ask ---- */

void notch_batches_begin(notch_batches *batches)
{
  pthread_mutex_lock(&batches->lock);
  batches->begun = true;
  pthread_cond_broadcast(&batches->changed);
  pthread_mutex_unlock(&batches->lock);
}

notch_batch *notch_batches_next(notch_batches *batches, unsigned worker)
{
  notch_batch *batch = NULL;
  pthread_mutex_lock(&batches->lock);
  while (!batches->stopped && batch == NULL) {
    if (!batches->reading && can_read(batches, worker, AHEAD_FEW)) {
      read_some(batches, worker);
      continue;
    }
    batch = batches->begun ? batches->next[worker] : NULL;
    if (batch == NULL && batches->ended && batches->next[worker] == NULL) {
      break;
    }
    if (batch == NULL) {
      pthread_cond_wait(&batches->changed, &batches->lock);
    }
  }
  pthread_mutex_unlock(&batches->lock);
  return batch;
}

void notch_batches_done(notch_batches *batches, unsigned worker, notch_batch *batch)
{
  pthread_mutex_lock(&batches->lock);
  batches->next[worker] = batch->next;
  batches->ahead[worker]--;
  if (--batch->users == 0) {
    batches->newest = batches->newest == batch ? NULL : batches->newest;
    batch->next = batches->spare;
    batches->spare = batch;
    batches->under_way--;
    if (batches->under_way == BATCHES_MAX - BATCHES_WORTH_WAKING) {
      pthread_cond_broadcast(&batches->changed);
    }
  }
  pthread_mutex_unlock(&batches->lock);
}

void notch_batches_stop(notch_batches *batches)
{
  pthread_mutex_lock(&batches->lock);
  batches->stopped = true;
  pthread_cond_broadcast(&batches->changed);
  pthread_mutex_unlock(&batches->lock);
}
