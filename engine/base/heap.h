/*
 * base/heap.h -- memory for many blocks of middling size that live long and go together: the
 * states of members while a ledger is read.
 *
 * A heap takes memory in large pieces, and of these many pages at once, and hands out blocks of so
 * many sizes that hardly anything is wasted; one that is freed waits for the next of its size or
 * one a little smaller.  It belongs to one thread.
 */
#ifndef NOTCH_BASE_HEAP_H
#define NOTCH_BASE_HEAP_H

#include "base/memory.h"

#define NOTCH_HEAP_SIZES 75u /* nothing has the last two: they are looked at with those below */

typedef struct notch_heap {
  notch_memory memory;             /* hands out its blocks; the heap must not move after init */
  const notch_memory *below;       /* where pieces come from; borrowed */
  struct notch_heap_piece *pieces; /* newest first */
  struct notch_heap_large *large;  /* blocks of their own */
  unsigned char *at, *ready, *end; /* what nobody had yet of the newest piece; its pages are there
                                    * up to `ready` */
  size_t piece_size;               /* of the next */
  void *freed[NOTCH_HEAP_SIZES];   /* by size, each points to the next */
} notch_heap;

void notch_heap_init(notch_heap *heap, const notch_memory *below);
void notch_heap_free(notch_heap *heap); /* and all blocks that were not */

#endif
