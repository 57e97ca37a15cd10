/* apply/replay.h -- a whole ledger read once more: replay, and the folding part of verify. */
#ifndef NOTCH_APPLY_REPLAY_H
#define NOTCH_APPLY_REPLAY_H

#include "apply/rerun.h"

typedef struct notch_finding { /* texts live in the findings' arena */
  int64_t event;
  notch_text id; /* empty: none */
  notch_text what, recorded, recomputed;
} notch_finding;

#define NOTCH_FINDINGS_MAX 1000u /* kept; all are counted */

typedef struct notch_findings {
  notch_arena arena;
  NOTCH_VEC(notch_finding) items;
  int64_t count;
  uint32_t taken; /* items that were merged */
} notch_findings;

void notch_findings_init(notch_findings *findings, const notch_memory *memory);
void notch_findings_free(notch_findings *findings);
/* False: out of memory. */
bool notch_findings_add(notch_findings *findings, int64_t event, const char *what,
                        const char *recorded, const char *recomputed);
/* Lists in the order of events into one: keeps what a single reader of all would have kept. */
void notch_findings_merge(notch_findings *into, notch_findings *const *lists, unsigned count);
/* By event, and gives each its id. */
void notch_findings_sort(notch_findings *findings, notch_store *store);

typedef struct notch_replay {
  const notch_memory *memory;
  notch_store *store;         /* to be read; stays the caller's */
  unsigned threads;           /* 0: two, where members are independent of each other */
  const notch_rules *other;   /* instead of the recorded versions; NULL */
  /* 0: go on.  Called on the caller's thread. */
  int (*progress)(void *payload, uint64_t done, uint64_t total);
  void *payload;
  /* Out: */
  notch_findings *findings;
  int64_t events, transactions, postings; /* events: those sent */
  int64_t erased, erased_rows;            /* members, and their rows taken as recorded */
  unsigned threads_used;
  bool stopped;
  notch_store_status status;
  char sentence[512];
} notch_replay;

/* Recomputes every outcome.  False: status and sentence; differences are no failure. */
bool notch_replay_run(notch_replay *replay);

/* Books of their own over a store: the caller's (NULL path) or the file opened once more. */
notch_books *notch_reader_open(const notch_memory *memory, notch_store *store, bool again);
void notch_reader_close(notch_books *books, bool again);

/* The checks of verify that need the rules: accounts by folding, caches beside a rebuild. */
bool notch_refold_run(notch_replay *replay);

#endif
