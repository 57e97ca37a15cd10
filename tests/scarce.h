/* scarce.h -- memory that ends, for tests of what happens then. */
#ifndef NOTCH_TESTS_SCARCE_H
#define NOTCH_TESTS_SCARCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

typedef struct scarcity {
  unsigned long requests;
  unsigned long fail_at; /* the request that is denied; 0: there is enough */
  bool on;               /* all later ones are denied, too */
  bool tripped;          /* one was */
  long live;             /* blocks that were not given back yet */
} scarcity;

/* For a notch_memory, or the `resize` of an engine; the payload is a scarcity. */
static inline void *scarce_resize(void *payload, void *block, size_t size)
{
  scarcity *memory = payload;
  if (size == 0) {
    memory->live -= block != NULL;
    free(block);
    return NULL;
  }
  unsigned long request = ++memory->requests;
  if (memory->fail_at != 0 &&
      (memory->on ? request >= memory->fail_at : request == memory->fail_at)) {
    memory->tripped = true;
    return NULL;
  }
  void *got = realloc(block, size);
  memory->live += block == NULL && got != NULL;
  return got;
}

/* From here on the n-th request is denied, alone or with all that follow; 0: none. */
static inline void scarce_begin(scarcity *memory, unsigned long fail_at, bool on)
{
  memory->requests = 0;
  memory->fail_at = fail_at;
  memory->on = on;
  memory->tripped = false;
}

#endif
