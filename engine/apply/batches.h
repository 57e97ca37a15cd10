/*
 * apply/batches.h -- recorded rows on their way from the thread that reads them to those that
 * decide them: a batch goes to all of them, and is used again once all are done with it.
 */
#ifndef NOTCH_APPLY_BATCHES_H
#define NOTCH_APPLY_BATCHES_H

#include "base/memory.h"
#include "base/record.h"

#include <pthread.h>
#include <stdatomic.h>

#define NOTCH_BATCH_ROWS 128u /* what is on its way stays in the caches */
#define NOTCH_WORKERS_MAX 8u
#define NOTCH_BATCH_ALL UINT8_MAX /* owner of rows that matter to every worker */

typedef struct notch_batch {
  notch_arena arena; /* what the rows point to */
  uint32_t count;
  unsigned readers;         /* workers that still need it */
  struct notch_batch *next; /* the one read after it, or another spare one */
  /* Beside the rows, so that no worker fetches another's from memory. */
  uint8_t owner[NOTCH_BATCH_ROWS];
  int64_t member[NOTCH_BATCH_ROWS];
  int64_t next_posting[NOTCH_BATCH_ROWS], next_effect[NOTCH_BATCH_ROWS];
  notch_transaction rows[NOTCH_BATCH_ROWS];
} notch_batch;

typedef struct notch_batches {
  const notch_memory *memory;
  unsigned workers;
  pthread_mutex_t lock;
  pthread_cond_t more; /* a batch was read, or the last one was */
  pthread_cond_t room; /* batches can be used again */
  notch_batch *newest, *spare;
  notch_batch *next[NOTCH_WORKERS_MAX]; /* by worker; NULL: not read yet */
  unsigned under_way;
  bool ended;
  atomic_bool stopped; /* something failed: nobody needs what is under way */
} notch_batches;

bool notch_batches_init(notch_batches *batches, const notch_memory *memory, unsigned workers);
void notch_batches_free(notch_batches *batches); /* after all workers are done */

/* One to be filled; waits while the workers have enough to do.  NULL: stopped, or no memory. */
notch_batch *notch_batches_take(notch_batches *batches);
void notch_batches_hand_over(notch_batches *batches, notch_batch *batch);
void notch_batches_end(notch_batches *batches); /* that was the last one */
void notch_batches_stop(notch_batches *batches);

/* The worker's next one; waits for it.  NULL: there is no more. */
notch_batch *notch_batches_next(notch_batches *batches, unsigned worker);
void notch_batches_done(notch_batches *batches, unsigned worker, notch_batch *batch);

#endif
