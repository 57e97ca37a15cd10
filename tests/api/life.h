/* life.h -- what the deeds of check_scarce.c share with the one who lives them. */
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
  const char *source; /* of the first version */
  const char *line;   /* the event of a deed that has one */
  int64_t safe;       /* rows that a deed of many lines, which then failed, had committed by time */
} life;

/* life.c: the place. */
void shelf_copy(shelf *to, const shelf *from);
void shelf_free(shelf *s);
notch_status make_ledger(life *l);
notch_status open_ledger(life *l);
void close_ledger(life *l);

/* What a deed gives is not kept, only its digest. */
void tell(life *l, const void *bytes, size_t size);

typedef struct deed {
  const char *name;
  notch_status (*act)(life *l);
  const char *line; /* an event, or NULL */
} deed;

extern const deed deeds[]; /* the life, in its order; the last one has no name */

#endif
