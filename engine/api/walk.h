/*
 * api/walk.h -- rows of a ledger one after the other, as reports want them, and what has fallen
 * due without being recorded.
 */
#ifndef NOTCH_API_WALK_H
#define NOTCH_API_WALK_H

#include "api/api.h"
#include "report/report.h"

typedef struct notch_walk {
  notch_books *books;
  notch_edition *edition; /* the newest */
  notch_reading reading;
  notch_arena *run;       /* armed by the question; a walk borrows its escape */
  notch_arena row;        /* of the row under way */
  jmp_buf no_memory;
  bool with_refused;
  /* False: stop, with notch_books_say() where something went wrong. */
  bool (*each)(void *payload, struct notch_walk *walk, const notch_deed *deed);
  /* Of each member, settled up to the moment; NULL: not wanted. */
  bool (*stand)(void *payload, struct notch_walk *walk, int64_t member,
                const notch_state *state);
  void *payload;
} notch_walk;

static inline bool notch_reading_sees(const notch_reading *reading, const notch_transaction *row)
{
  return row->booked_us <= reading->at_us && (reading->upto == 0 || row->event <= reading->upto);
}

/* Rows booked at or before the moment, in ledger order. */
bool notch_walk_rows(notch_walk *walk);
/* The same rows of one member. */
bool notch_walk_member(notch_walk *walk, int64_t member);
/* What fell due up to the moment and is not recorded, member by member. */
bool notch_walk_due(notch_walk *walk);
/* The same of one member, whose settled state comes back in `state`. */
bool notch_walk_due_of(notch_walk *walk, int64_t member, notch_state *state);
/* One row by its number. */
bool notch_walk_row(notch_walk *walk, int64_t event);
/* A member's id; empty: erased. */
notch_text notch_walk_id(notch_walk *walk, int64_t member, notch_arena *arena);

/* "2026-03-03" as the first or the last instant of that day, or a moment. */
notch_status notch_walk_moment(notch_question *question, const char *text, bool last,
                               int64_t *out);
/* Whether a period has any moment in it; `from` and `to` as they were asked for, NULL: not. */
notch_status notch_walk_period(notch_question *question, const char *from, const char *to,
                               int64_t from_us, int64_t to_us);

#endif
