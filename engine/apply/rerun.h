/*
 * apply/rerun.h -- recorded rows decided once more: the engine of replay, explain and of the
 * part of verify that folds.
 *
 * A rerun reads; it writes nothing.  It has books of its own and keeps the states of members as
 * they were before the row under way.  Rows are given in ledger order.
 */
#ifndef NOTCH_APPLY_RERUN_H
#define NOTCH_APPLY_RERUN_H

#include "apply/apply.h"
#include "apply/batches.h"
#include "audit/compare.h"
#include "base/heap.h"

#include <stdatomic.h>

/* The ids of all members (apply/ids.c), by number; without bytes: erased. */
typedef struct notch_ids {
  const notch_memory *memory;
  notch_text *items;
  int64_t count; /* numbers are below it */
  unsigned readers;
  notch_arena texts[NOTCH_WORKERS_MAX]; /* each worker reads some */
  atomic_int taken, read; /* parts */
} notch_ids;
/* To be read by so many threads.  False: out of memory. */
bool notch_ids_begin(notch_ids *ids, const notch_memory *memory, int64_t count, unsigned readers);
/* One of them; false: in the books' sentence.  *all: it was the last one to read any. */
bool notch_ids_read(notch_ids *ids, unsigned reader, notch_books *books, bool *all);
void notch_ids_end(notch_ids *ids); /* or of what was zeroed */

/* Seats stand in blocks, few enough for all of their places to stay in the nearest cache. */
#define NOTCH_RERUN_BLOCK 256
typedef struct notch_rerun_seat {
  bool taken;       /* some row has named the member */
  bool known;       /* state is that of before the row under way */
  bool id_is_known; /* looked up, if the rerun does not have all ids */
  uint32_t version;
  int64_t last;     /* newest row seen, 0: none */
  notch_text id;    /* without bytes: erased */
  notch_kept kept;
} notch_rerun_seat;

typedef struct notch_rerun_result { /* of one decision; lives until the next row */
  bool taken;                 /* as recorded: for an erased member, or what a clock decided */
  bool timed;                 /* it could not be read, but when it was could */
  bool plain;                 /* ended before the rules were asked: verdict and detail are all */
  notch_verdict verdict;
  notch_text detail;
  const notch_outcome *outcome; /* unless taken or plain */
  notch_rerun_seat *seat;       /* of its member, whose state was lent; NULL: of member 0 */
  notch_edition *edition;
  notch_event *event;
} notch_rerun_result;

typedef struct notch_rerun_rankings { /* apply/rerun_rank.c */
  bool followed;      /* every row of a ledger with cohorts comes; set by the caller */
  notch_ranking last; /* that was recorded or told as missing; without an edition: none was */
  int64_t after_us;   /* its moment, or that of a member's first row; INT64_MAX: nobody was there */
  int64_t due_us;     /* the next one: whatever is applied from then on comes after its row */
} notch_rerun_rankings;

typedef struct notch_rerun {
  notch_books *books; /* borrowed */
  const notch_ids *ids; /* borrowed; NULL: ids are looked up one by one */
  bool all_rows;        /* every row passes through here, and none is read twice */
  bool anonymous;       /* nobody is erased, and nothing asks for ids but what is refused again */
  notch_decider *decider, *folder;
  notch_host host;
  notch_arena row;    /* of the rows since the last decision */
  notch_arena names;  /* of ids */
  notch_heap heap;    /* of seats, their states and the desk */
  notch_rerun_seat **blocks; /* of seats by member; NULL: nobody has one there */
  int64_t block_count;
  notch_desk desk; /* the states of seats that are open */

  const notch_transaction *recorded; /* the row under way */
  int64_t group;                     /* the row of the decision under way */
  int64_t came;                      /* the member who came with it; 0: none has been asked for */
  int64_t next_posting, next_effect; /* set by the caller before each row */
  notch_edition *edition;
  bool bare;                    /* rows come from a bare cursor; set by the caller */
  notch_edition *fixed;         /* decides every row; NULL: the version that is recorded */
  const notch_outcome *outcome; /* whose rows are expected */
  uint32_t next;
  notch_arena of_parts;
  notch_part *parts; /* of the return decided last, whose rows are expected after its own */
  uint32_t part_count, next_part;
  notch_value take_back; /* that return's */
  int64_t sent;          /* the last row that was sent */
  bool sent_is_taken;    /* as recorded, and so are the events that it returns */
  int64_t taken_event; /* the last one that was taken as recorded */
  int64_t erased_rows;
  bool names_erased; /* the row under way, or what it returns, names a member who is erased */
  notch_rerun_rankings rankings;

  notch_compare compare;
  int64_t at_event; /* of the differences being reported */
  void (*found)(void *payload, int64_t event, const char *what, const char *recorded,
                const char *recomputed);
  void *payload;
} notch_rerun;

/* Without all rows, some only will be given. */
bool notch_rerun_begin(notch_rerun *rerun, notch_books *books, bool all_rows);
/* Every row is decided by other rules than its own, and what must then differ is not compared;
 * before the first row, with books that have none of the newest version yet. */
bool notch_rerun_adopt(notch_rerun *rerun, const notch_rules *rules);
void notch_rerun_end(notch_rerun *rerun);
/* Does what the two functions below are called in; false where it is, or memory ends on the way. */
typedef bool notch_rerun_work(void *payload);
bool notch_rerun_do(notch_rerun *rerun, notch_rerun_work *work, void *payload);
/* Decides, compares and absorbs one row; false: a failure, in the books' sentence. */
bool notch_rerun_row(notch_rerun *rerun, const notch_transaction *row);
/* Absorbs one row under an edition, deciding nothing. */
bool notch_rerun_absorb(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition);
/* Reports what was expected after the last row. */
void notch_rerun_finish(notch_rerun *rerun);

/* Decides one row from the states of before it; trace may be NULL. */
bool notch_rerun_decide(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                        notch_rerun_result *out);
/* NULL: no row has named the member yet, nor those beside it. */
static inline notch_rerun_seat *notch_rerun_place(const notch_rerun *rerun, int64_t member)
{
  uint64_t block = (uint64_t)member / NOTCH_RERUN_BLOCK; /* one below zero is beyond them all */
  bool there = block < (uint64_t)rerun->block_count && rerun->blocks[block] != NULL;
  return there ? &rerun->blocks[block][(uint64_t)member % NOTCH_RERUN_BLOCK] : NULL;
}
/* Fetches the member's seat from memory ahead of his row, and later the begin and the whole of what
 * that points to: members come in no order, so a state is hardly ever in a cache of the processor.
 * NULL: he has none. */
static inline const notch_rerun_seat *notch_rerun_foresee(const notch_rerun *rerun, int64_t member)
{
  const notch_rerun_seat *seat = notch_rerun_place(rerun, member);
  if (seat != NULL) {
    notch_memory_foresee(seat, sizeof *seat);
    if (rerun->ids != NULL) {
      notch_memory_foresee(&rerun->ids->items[member], 1);
    }
  }
  return seat;
}
static inline void notch_rerun_foresee_begin(const notch_rerun_seat *seat)
{
  if (seat != NULL) {
    notch_memory_foresee(seat->kept.bytes, seat->kept.size > 0);
  }
}
static inline void notch_rerun_foresee_state(const notch_rerun_seat *seat)
{
  if (seat != NULL) {
    notch_memory_foresee(seat->kept.bytes, seat->kept.size);
  }
}
/* Where the member's state is kept, if it is that of before the row under way; else NULL. */
static inline notch_rerun_seat *notch_rerun_known(const notch_rerun *rerun, int64_t member)
{
  notch_rerun_seat *seat = notch_rerun_place(rerun, member);
  return seat != NULL && seat->known ? seat : NULL;
}
/* For the first time, or under another version than before. */
notch_rerun_seat *notch_rerun_fill(notch_rerun *rerun, int64_t member, notch_edition *edition)
    __attribute__((cold));
/* The seat of a member, and his state, before the row under way; NULL: a failure. */
static inline notch_rerun_seat *notch_rerun_seat_of(notch_rerun *rerun, int64_t member,
                                                    notch_edition *edition)
{
  notch_rerun_seat *seat = notch_rerun_known(rerun, member);
  return seat != NULL && seat->version == edition->version
             ? seat
             : notch_rerun_fill(rerun, member, edition);
}
/* Of one that is at rest. */
const notch_state *notch_rerun_open(notch_rerun *rerun, notch_rerun_seat *seat);
static inline const notch_state *notch_rerun_state_of(notch_rerun *rerun, int64_t member,
                                                      notch_edition *edition)
{
  notch_rerun_seat *seat = notch_rerun_seat_of(rerun, member, edition);
  const notch_state *state = seat == NULL ? NULL : seat->kept.open;
  return seat == NULL || state != NULL ? state : notch_rerun_open(rerun, seat);
}
/* The id of one member, where not all are at hand. */
notch_text notch_rerun_ask_id(notch_rerun *rerun, int64_t member) __attribute__((cold));
/* A member's id, empty where he was erased. */
static inline notch_text notch_rerun_id(notch_rerun *rerun, int64_t member)
{
  const notch_ids *ids = rerun->ids;
  if (ids == NULL) {
    return notch_rerun_ask_id(rerun, member);
  }
  return member > 0 && member < ids->count ? ids->items[member] : (notch_text){NULL, 0};
}
/* Not known is not erased: his rows are decided. */
static inline bool notch_rerun_is_erased(notch_rerun *rerun, int64_t member)
{
  if (member <= 0 || rerun->anonymous || notch_rerun_id(rerun, member).bytes != NULL) {
    return false;
  }
  const notch_rerun_seat *seat = notch_rerun_place(rerun, member);
  return rerun->ids != NULL || (seat != NULL && seat->id_is_known);
}
/* How many of the members whose rows were seen are erased. */
int64_t notch_rerun_erased(notch_rerun *rerun);
/* The edition that decides a row; NULL: a failure. */
notch_edition *notch_rerun_edition(notch_rerun *rerun, uint32_t version);
/* apply/rerun_decide.c: the part that needs no comparison. */
void notch_rerun_host(notch_rerun *rerun);
/* What decisions about the row under way are given. */
static inline notch_case notch_rerun_case(const notch_rerun *rerun, const notch_edition *edition,
                                          const notch_state *state, const notch_state *house)
{
  return (notch_case){.plan = edition->rules->plan,
                      .state = state,
                      .house = house,
                      .recorded_us = rerun->recorded->recorded_us,
                      .next_event = rerun->recorded->event,
                      .next_posting = rerun->next_posting,
                      .next_effect = rerun->next_effect,
                      .host = &rerun->host};
}

/* A row of the programme that fell due, a ranking or a publication.  Without all rows, a ranking
 * asks for the states of all members; trace may be NULL. */
bool notch_rerun_rank(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                      notch_rerun_result *out);
/* Where rankings are followed: notes a row, and before one is decided, whether those that fell due
 * until then are recorded. */
void notch_rerun_see(notch_rerun *rerun, const notch_transaction *row);
bool notch_rerun_pass(notch_rerun *rerun, const notch_transaction *row);

/* apply/rerun_version.c: whether rows name the version that was in force. */
void notch_rerun_tell_version(notch_rerun *rerun, const notch_transaction *row, uint32_t due);
static inline bool notch_rerun_checks_versions(const notch_rerun *rerun)
{
  return rerun->books->edition_count > 1 && rerun->fixed == NULL;
}
bool notch_rerun_check_sent(notch_rerun *rerun, const notch_transaction *row,
                            const notch_rerun_result *result);
bool notch_rerun_check_due(notch_rerun *rerun, const notch_transaction *row);
void notch_rerun_check_publication(notch_rerun *rerun, const notch_transaction *row);

#endif
