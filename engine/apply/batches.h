/*
 * apply/batches.h -- recorded rows on their way to the threads that decide them.
 *
 * None of these threads only reads: whoever runs low reads some batches more, for all, while the
 * others go on deciding.  A batch goes to all of them, each has a list of the rows that are his,
 * and it is used again once all are done with it.
 */
#ifndef NOTCH_APPLY_BATCHES_H
#define NOTCH_APPLY_BATCHES_H

#include "ledger/store.h"

#include <pthread.h>
#include <stdatomic.h>

#define NOTCH_BATCH_ROWS NOTCH_CURSOR_ROWS
#define NOTCH_WORKERS_MAX 8u

typedef struct notch_batch_next { /* numbers that a row's first ones have */
  int64_t posting, effect;
} notch_batch_next;

typedef struct notch_batch_share { /* the rows of one worker */
  uint8_t count;
  uint8_t rows[NOTCH_BATCH_ROWS]; /* indexes */
} notch_batch_share;

typedef struct notch_batch {
  notch_arena arena; /* what the rows point to */
  uint32_t count;
  int64_t upto;             /* rows read so far, with this batch */
  unsigned users;           /* workers that still need it */
  struct notch_batch *next; /* the one read after it, or another spare one */
  struct notch_batch *made; /* before it */
  notch_batch_share shares[NOTCH_WORKERS_MAX];
  int64_t member[NOTCH_BATCH_ROWS]; /* beside the rows: is looked at ahead of them */
  notch_batch_next next_of[NOTCH_BATCH_ROWS];
  notch_transaction rows[NOTCH_BATCH_ROWS];
} notch_batch;

/* Puts the next rows into an empty batch, and each into the share of whoever decides it; by one
 * thread at a time.  False: there is no more. */
typedef bool notch_batch_fill(void *payload, notch_batch *batch);

typedef struct notch_batches {
  const notch_memory *memory;
  notch_batch_fill *fill;
  void *payload;
  unsigned workers;
  pthread_mutex_t lock;
  pthread_cond_t changed; /* for whoever has nothing to do */
  notch_batch *made, *spare, *newest;
  notch_batch *next[NOTCH_WORKERS_MAX]; /* by worker; NULL: not read yet */
  unsigned ahead[NOTCH_WORKERS_MAX];    /* so many from there on */
  unsigned under_way;
  bool begun, reading, ended;
  bool no_memory;      /* of a batch: why it was stopped */
  atomic_bool stopped; /* something failed: nobody needs what is under way */
} notch_batches;

bool notch_batches_init(notch_batches *batches, const notch_memory *memory, unsigned workers,
                        notch_batch_fill *fill, void *payload);
void notch_batches_free(notch_batches *batches); /* after all workers are done */

/* Nobody is given a batch before this. */
void notch_batches_begin(notch_batches *batches);
/* The worker's next one; reads, or waits for it.  NULL: there is no more, or it was stopped. */
notch_batch *notch_batches_next(notch_batches *batches, unsigned worker);
void notch_batches_done(notch_batches *batches, unsigned worker, notch_batch *batch);
void notch_batches_stop(notch_batches *batches);

#endif
