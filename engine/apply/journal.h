/*
 * apply/journal.h -- what is remembered of members' rows between one return or late event and the
 * next, so that none of them reads a journal from its beginning.
 *
 * Rows never change, so nothing here grows old: it is forgotten only where rows were taken back
 * (rollback), where another process wrote, or where personal values were erased.
 */
#ifndef NOTCH_APPLY_JOURNAL_H
#define NOTCH_APPLY_JOURNAL_H

#include "ledger/store.h"
#include "member/member.h"

struct notch_books;
struct notch_edition;

typedef struct notch_lineage_head { /* of one of the accounts */
  int64_t row;                      /* the next one of it; 0: it has no more */
  int64_t ended;                    /* it was taken in by that row, and took none in after it */
} notch_lineage_head;

typedef struct notch_lineage { /* rows of an account and of those it took in, newest first */
  struct notch_books *books;
  notch_arena *keep;
  int64_t before; /* what was taken in by this row or a later one is not its own */
  NOTCH_VEC(notch_lineage_head) heads;
} notch_lineage;

#define NOTCH_JOURNALS 16u
#define NOTCH_KEPT 32u                      /* states of one member */
#define NOTCH_KEPT_BYTES ((size_t)32 << 20) /* of all that are kept */

typedef struct notch_bounds { /* of a chain's rows: none after it, later, or booked later */
  int64_t upto, at_us, booked_us;
} notch_bounds;

typedef struct notch_waypoint { /* a member as he was after one of his rows */
  const struct notch_edition *edition;
  int64_t row;
  int64_t newest_us;    /* no row up to this one is later, or booked later */
  unsigned char *bytes; /* his state, packed */
  size_t size;
} notch_waypoint;

typedef struct notch_sale { /* an applied event, which a return without `of` may lower */
  int64_t event, at_us;
  int64_t emptied; /* so far back in the rows nothing was left of it any more; 0: something is */
  uint32_t type;
} notch_sale;

typedef struct notch_returned_row {
  int64_t row, of;
} notch_returned_row;

typedef struct notch_journal { /* of one account, with those it took in */
  int64_t member;
  uint64_t stamp;
  int64_t upto;   /* the newest row that is known */
  int64_t from;   /* every row after this one is known */
  int64_t merged; /* the newest row by which it took an account in */
  notch_arena arena;
  notch_lineage older;     /* where the rows before those that are known go on */
  NOTCH_VEC(int64_t) rows; /* its own, oldest first, as the other lists */
  NOTCH_VEC(notch_sale) sales;
  NOTCH_VEC(notch_returned_row) returns;
  notch_waypoint kept[NOTCH_KEPT]; /* by row */
  uint32_t kept_count;
} notch_journal;

typedef struct notch_journals {
  notch_journal *items[NOTCH_JOURNALS];
  uint64_t stamp;
  size_t kept_bytes;
  int64_t next; /* the ledger's next row when this was so; 0: look at nothing that is here */
} notch_journals;

/* `state` becomes the member as his rows up to `upto`, none later than `at_us` or booked later
 * than `booked_us`, leave him: notch_seat_rebuild, with less to fold. */
bool notch_journal_state(struct notch_books *books, notch_state *state, int64_t member,
                         struct notch_edition *edition, int64_t upto, int64_t at_us,
                         int64_t booked_us);
/* The applied returns of an event among the rows of who has it, up to `last`; oldest first. */
typedef NOTCH_VEC(int64_t) notch_row_numbers;
bool notch_journal_returns(struct notch_books *books, int64_t member, int64_t last, int64_t of,
                           notch_arena *arena, notch_row_numbers *out);
/* The member's newest applied event of a type before the row `before`, none later than `at_us`,
 * that is not known to be empty; 0: there is none. */
bool notch_journal_sale(struct notch_books *books, struct notch_edition *edition, int64_t member,
                        int64_t last, int64_t at_us, uint32_t type, int64_t before, int64_t *out);
/* After his row `last` nothing was left of it: it need not be looked at again. */
void notch_journal_empty(struct notch_books *books, int64_t member, int64_t last, int64_t event);
void notch_journals_forget(struct notch_books *books);
/* At the begin of a transaction: forgets what another process may have outdated. */
void notch_journals_begin(struct notch_books *books);

#endif
