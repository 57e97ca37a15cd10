/*
 * life.h -- a ledger's life: what <notch.h> can do to and ask of a ledger, deed by deed, for tests
 * that live it under circumstances of their own (check_scarce.c, fuzz/fuzz_ledger.c).
 */
#ifndef NOTCH_TESTS_API_LIFE_H
#define NOTCH_TESTS_API_LIFE_H

#include "notch.h"
#include "tests/scarce.h"

/* A place for the ledger: the file and its journal. */
typedef struct shelf {
  char *bytes[2];
  int64_t size[2];
} shelf;

typedef struct life {
  scarcity memory;
  shelf shelf;
  notch_engine *engine;
  notch_program *rules, *next; /* the first version, and the second */
  notch_ledger *ledger;
  long owned;         /* blocks that are live while there is no ledger */
  uint64_t told;      /* a digest of all that the deed gave */
  uint64_t differences; /* that verify and replay found */
  char *source, *second; /* their texts */
  const char *line;   /* the event of a deed that has one */
  int64_t safe;       /* rows that a deed of many lines, which then failed, had committed by time */
} life;

/* life.c.  The engine and both versions, but no ledger; what goes wrong here ends the program. */
void life_begin(life *l);
void life_end(life *l); /* gives everything back */

/* The place. */
void shelf_copy(shelf *to, const shelf *from);
void shelf_free(shelf *s);
notch_status make_ledger(life *l);
notch_status open_ledger(life *l);
void close_ledger(life *l);
void life_forget(life *l); /* as if there had never been a ledger */

/* What a deed gives is not kept, only its digest. */
void tell(life *l, const void *bytes, size_t size);
int hear(void *payload, const char *bytes, size_t size); /* a notch_write; the payload is a life */

typedef struct deed {
  const char *name;
  notch_status (*act)(life *l);
  const char *line; /* an event, or NULL */
} deed;

extern const deed deeds[]; /* the life, in its order; the last one has no name */

/* Does all deeds before that one; each must succeed. */
void live_until(life *l, const char *name);

#endif
