/* apply/batches.c -- batches of rows between one reader and some workers. */
#include <config.h>

#include "apply/batches.h"

#include <assert.h>

#define BATCHES_MAX 128u /* a thread that has to wait for a processor stops no other */
/* The reader is woken for this many: waking costs as much as reading some rows. */
#define BATCHES_WORTH_WAKING (BATCHES_MAX / 2)

bool notch_batches_init(notch_batches *batches, const notch_memory *memory, unsigned workers)
{
  assert(workers > 0 && workers <= NOTCH_WORKERS_MAX);
  *batches = (notch_batches){.memory = memory, .workers = workers};
  if (pthread_mutex_init(&batches->lock, NULL) != 0) {
    return false;
  }
  pthread_cond_init(&batches->more, NULL);
  pthread_cond_init(&batches->room, NULL);
  return true;
}

static void free_batch(const notch_batches *batches, notch_batch *batch)
{
  notch_arena_free(&batch->arena);
  notch_memory_free(batches->memory, batch);
}

void notch_batches_free(notch_batches *batches)
{
  while (batches->spare != NULL) {
    notch_batch *batch = batches->spare;
    batches->spare = batch->next;
    free_batch(batches, batch);
  }
  pthread_cond_destroy(&batches->more);
  pthread_cond_destroy(&batches->room);
  pthread_mutex_destroy(&batches->lock);
}

static notch_batch *new_batch(const notch_batches *batches)
{
  notch_batch *batch = notch_memory_resize(batches->memory, NULL, sizeof *batch);
  if (batch != NULL) {
    notch_arena_init(&batch->arena, batches->memory);
  }
  return batch;
}

notch_batch *notch_batches_take(notch_batches *batches)
{
  pthread_mutex_lock(&batches->lock);
  while (batches->under_way >= BATCHES_MAX && !batches->stopped) {
    pthread_cond_wait(&batches->room, &batches->lock);
  }
  notch_batch *batch = batches->spare;
  batches->spare = batch == NULL ? NULL : batch->next;
  pthread_mutex_unlock(&batches->lock);
  batch = batch == NULL && !batches->stopped ? new_batch(batches) : batch;
  if (batch != NULL) {
    notch_arena_reset(&batch->arena);
    batch->count = 0;
    batch->next = NULL;
  }
  return batch;
}

void notch_batches_hand_over(notch_batches *batches, notch_batch *batch)
{
  pthread_mutex_lock(&batches->lock);
  batches->under_way++;
  batch->readers = batches->workers;
  if (batches->newest != NULL) {
    batches->newest->next = batch;
  }
  batches->newest = batch;
  for (unsigned i = 0; i < batches->workers; i++) {
    batches->next[i] = batches->next[i] == NULL ? batch : batches->next[i];
  }
  pthread_cond_broadcast(&batches->more);
  pthread_mutex_unlock(&batches->lock);
}

void notch_batches_end(notch_batches *batches)
{
  pthread_mutex_lock(&batches->lock);
  batches->ended = true;
  pthread_cond_broadcast(&batches->more);
  pthread_mutex_unlock(&batches->lock);
}

void notch_batches_stop(notch_batches *batches)
{
  pthread_mutex_lock(&batches->lock);
  batches->stopped = true;
  pthread_cond_broadcast(&batches->room);
  pthread_mutex_unlock(&batches->lock);
}

notch_batch *notch_batches_next(notch_batches *batches, unsigned worker)
{
  pthread_mutex_lock(&batches->lock);
  while (batches->next[worker] == NULL && !batches->ended) {
    pthread_cond_wait(&batches->more, &batches->lock);
  }
  notch_batch *batch = batches->next[worker];
  pthread_mutex_unlock(&batches->lock);
  return batch;
}

void notch_batches_done(notch_batches *batches, unsigned worker, notch_batch *batch)
{
  pthread_mutex_lock(&batches->lock);
  batches->next[worker] = batch->next;
  if (--batch->readers == 0) {
    batches->newest = batches->newest == batch ? NULL : batches->newest;
    batch->next = batches->spare;
    batches->spare = batch;
    batches->under_way--;
    if (batches->under_way <= BATCHES_MAX - BATCHES_WORTH_WAKING) {
      pthread_cond_signal(&batches->room);
    }
  }
  pthread_mutex_unlock(&batches->lock);
}
