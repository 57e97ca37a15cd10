/*
 * apply/apply.h -- one event, end to end, in one transaction: the books behind an open ledger.
 *
 * The files of this folder see every layer below: rules, members, store.  They share the books:
 * the store, the versions of the rules made ready to run (editions), the states of the members in
 * memory (seats) and the scratch of one event.
 *
 * Invariants, by the numbers of docs/ledger.md: L2 (known.c), L5, L7 (apply.c: nothing is written
 * before an event is decided whole), L9 (versions.c).
 */
#ifndef NOTCH_APPLY_APPLY_H
#define NOTCH_APPLY_APPLY_H

#include "apply/journal.h"
#include "event/csv.h"
#include "event/read.h"
#include "ledger/store.h"
#include "member/kept.h"
#include "member/member.h"
#include "syntax/load.h"

/* ---- rules, compiled ------------------------------------------------------------------ */

typedef struct notch_rules {
  notch_arena arena; /* everything below */
  const notch_parsed *parsed;
  const notch_program *program;
  const notch_code *code;
  const notch_plan *plan;
  const notch_layout *layout;
  notch_text source; /* canonical; what a version stores */
  notch_store_module *modules;
  uint32_t module_count;
} notch_rules;

typedef enum notch_rules_status {
  NOTCH_RULES_OK,
  NOTCH_RULES_ERRORS, /* in the sink */
  NOTCH_RULES_NOMEM
} notch_rules_status;

/* Diagnostics go to `diags` and point into *out, which can be run only where the status is OK and
 * is NULL only without memory. */
notch_rules_status notch_rules_compile(notch_rules **out, const notch_memory *memory,
                                       notch_text name, notch_text text,
                                       const notch_resolver *resolver, notch_diags *diags);
void notch_rules_free(notch_rules *rules, const notch_memory *memory);

/* ---- the books ------------------------------------------------------------------------ */

#define NOTCH_NAME_SORTS 16u
#define NOTCH_FOLDERS 6u

typedef struct notch_shape_keys { /* of contents of one type of event */
  uint32_t type;                  /* its number in the dictionary */
  notch_keys keys;
  struct notch_shape_keys *next; /* the same shape of another type */
} notch_shape_keys;

typedef struct notch_edition { /* a version of the rules in a ledger */
  uint32_t version;
  int64_t effective_us, event;
  int64_t begins_us;    /* what falls due from then on is its: effective, not before published */
  notch_rules *rules;   /* NULL: not compiled yet */
  bool owned;
  uint32_t *names[NOTCH_NAME_SORTS]; /* number in the dictionary by index; 0: not asked yet */
  uint32_t *tier_names;              /* all ladders' tiers in a row */
  uint32_t *tier_first;              /* by ladder */
  uint32_t *indexes;                 /* notch_names_entry() by number; 0: not asked yet */
  uint32_t index_count;
  notch_shape_keys **shapes;         /* by the ledger's number of a shape; NULL: not asked yet */
  uint32_t shape_count;
} notch_edition;

typedef struct notch_seat { /* a member's state in memory */
  int64_t member;
  int64_t upto;     /* his rows up to this one are in it */
  uint32_t version; /* whose indexes it has */
  bool dirty;       /* newer than what the store was given */
  uint64_t stamp;   /* of the last event that touched it: not let go before the next */
  struct notch_seat *next; /* in its bucket */
  struct notch_seat *older, *newer;
  notch_kept kept; /* open in a seat that was got, until it is folded away or touched */
} notch_seat;

typedef struct notch_waiting_return {
  int64_t event; /* its row */
  notch_text of; /* the id it waits for */
  int64_t member;
} notch_waiting_return;

typedef struct notch_books {
  const notch_memory *memory;
  notch_store *store;
  bool clock_events;
  notch_decider *decider;
  notch_decider *folders[NOTCH_FOLDERS]; /* folding while another decision is under way */
  unsigned fold_depth;
  notch_json_parser *parser;
  notch_arena run;      /* of one event */
  notch_arena keep;     /* of the handle: editions */
  notch_arena waits;    /* texts of waiting returns */
  notch_arena line;     /* an event as it was sent */
  jmp_buf no_memory;
  notch_buffer canonical, scratch;
  int64_t (*now_us)(void *payload); /* NULL: the machine's clock */
  void *now_payload;

  notch_edition **editions; /* by version - 1 */
  uint32_t edition_count, editions_before; /* now, and when the transaction began */

  notch_seat **buckets;
  uint32_t bucket_count, seat_count, seats_max;
  notch_seat *newest, *oldest;
  notch_desk desk; /* the states of seats that are open */
  uint64_t stamp;

  NOTCH_VEC(notch_waiting_return) waiting; /* in ledger order */
  notch_text waiting_setting;              /* as read or written last */
  bool waiting_changed;
  int64_t waiting_next; /* the next row when it was so; 0: read it anew */

  /* Of the event under way: */
  const notch_edition *edition;
  notch_host host;
  int64_t recorded_us; /* what the clock says for it */
  notch_vault vault;
  int64_t vault_member, vault_event; /* whose personal values; the row that brought them */
  bool names_erased; /* what was read back names a member who is erased */
  int64_t ranked_us; /* cohorts: the last ranking; 0: not looked up yet, INT64_MAX: nobody */
  int64_t deciding_member, deciding_at_us;
  int64_t folding_row; /* members are asked for as they were before it; 0: as they are */
  bool foreign; /* other rules than a row's own fold it: what has no place there is left out */
  uint32_t recalled;   /* states of then that outlast the next recall */
  notch_journals journals; /* what is remembered of members' rows */
  NOTCH_VEC(notch_state *) past;     /* states of then; freed when it is over */

  bool keeps_rows;
  NOTCH_VEC(notch_transaction) rows; /* written for it, in run, without their texts */
  notch_trace *trace; /* of decisions; NULL: none is wanted */
  uint64_t denied; /* requests for memory, before the deed under way */
  notch_store_status status; /* of the failure under way */
  char sentence[512];
} notch_books;

notch_books *notch_books_new(const notch_memory *memory); /* NULL: out of memory */
/* What a store that is opened for the books takes as its clock. */
int64_t notch_books_clock(void *books);
void notch_books_attach(notch_books *books, notch_store *store); /* now owned by the books */
void notch_books_free(notch_books *books); /* closes the store */
int64_t notch_books_now(const notch_books *books);
/* Sets what the clock says for the event under way: one moment for all its rows. */
void notch_books_tick(notch_books *books, const notch_envelope *envelope);
/* When the next row will be recorded. */
int64_t notch_books_next_moment(const notch_books *books);
bool notch_books_say(notch_books *books, notch_store_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* After a failed call to the store: its sentence becomes the books'.  Returns false. */
bool notch_books_failed(notch_books *books, notch_store_status status);
bool notch_books_unreadable(notch_books *books, int64_t event); /* a row that cannot be read back */
/* Whether a member whom a row names is there, or it is the programme's own; false: the books'
 * sentence says that he is not. */
bool notch_books_has_member(notch_books *books, int64_t member, int64_t event);

/* A deed, or a question, begins; has it been denied memory?  If so it has failed, whatever became
 * of it, and what is in memory may lack something. */
void notch_books_start(notch_books *books);
bool notch_books_starved(const notch_books *books);
bool notch_books_fed(notch_books *books); /* not so; else, where nobody has said so, it does */
/* Lets go of what was read of the ledger: it is read anew. */
void notch_books_forget(notch_books *books);

/* Begin, commit, rollback: the store's, with what the books hold in memory kept in step. */
bool notch_books_begin(notch_books *books);
bool notch_books_commit(notch_books *books);
void notch_books_rollback(notch_books *books);
/* Ends a transaction in which nothing was written; what is in memory stays. */
void notch_books_rollback_quietly(notch_books *books);

/* ---- versions (versions.c) ------------------------------------------------------- */

void notch_edition_span(notch_books *books, notch_edition *edition, int64_t upto);
/* Reads what is new of versions.  Within a transaction or a snapshot. */
bool notch_books_versions(notch_books *books);
/* Compiled, or NULL with a sentence; the first of them takes its time. */
notch_edition *notch_books_compiled(notch_books *books, uint32_t version);
static inline notch_edition *notch_books_edition(notch_books *books, uint32_t version)
{
  bool there = version >= 1 && version <= books->edition_count;
  notch_edition *edition = there ? books->editions[version - 1] : NULL;
  return there && edition->rules != NULL ? edition : notch_books_compiled(books, version);
}
notch_edition *notch_books_newest(notch_books *books);
/* Adds a version and the row of its publication; in a write transaction. */
bool notch_books_publish(notch_books *books, const notch_rules *rules, int64_t effective_us);
/* The newest version runs with these rules, which outlive the books: no need to compile again. */
bool notch_books_adopt(notch_books *books, const notch_rules *rules);
/* The version that decides an event (language, section 6), by its time or by the field that
 * `rules follow` names; 0: none, it is too late. */
bool notch_books_choose(notch_books *books, const notch_envelope *envelope, uint32_t *version,
                        notch_text *why);

/* ---- from version to version (carry.c) --------------------------------------------- */

/* Adds to an edition what it retires of the one before it. */
bool notch_carry_over(notch_books *books, notch_edition *edition, const notch_edition *before);
/* The terms of `edition` for a lot that a row of an older version opened and that waits for an
 * event: `named`, or those that were carried over because `named` wait for another one. */
uint32_t notch_carry_waiting(notch_books *books, notch_edition *edition, uint32_t version,
                             const notch_posting *recorded, uint32_t named, notch_arena *run);
/* The place in the edition's row of tiers that a tier of any version has there, by name, by
 * `becomes`, or as the next lower one; NOTCH_NONE. */
uint32_t notch_carry_tier(notch_books *books, const notch_edition *edition, notch_text ladder,
                          notch_text name);

/* ---- names (names.c) ------------------------------------------------------------- */

/* A copy with the dictionary's numbers, new names added; postings and all lie in `run`. */
bool notch_names_to_store(notch_books *books, notch_edition *edition,
                          const notch_transaction *from, notch_transaction *to);
/* A copy with the edition's indexes; names that the edition lacks are left out, unless the row is
 * of that very version.  False: then, of a row that does not fit, or no memory; in the sentence. */
bool notch_names_from_store(notch_books *books, notch_edition *edition,
                            const notch_transaction *from, notch_transaction *to,
                            notch_arena *run);
/* The same for a row with another edition's indexes. */
bool notch_names_between(notch_books *books, const notch_edition *from, notch_edition *to,
                         const notch_transaction *row, notch_transaction *out, notch_arena *run);
/* An index, and that it is one of this sort: a damaged row may have another sort's number. */
static inline uint32_t notch_names_entry(notch_name_sort sort, uint32_t index)
{
  return index << 4 | (uint32_t)sort;
}
_Static_assert(NOTCH_NAME_OTHER < 16, "a sort takes four bits of an entry");
/* Whether a recorded row is the one that was made with the edition's indexes (as_made.c), which is
 * told without a copy.  False: compare them one by one, as those are whose names were not asked for
 * yet. */
bool notch_names_as_made(const notch_edition *edition, const notch_transaction *recorded,
                         const notch_transaction *made);
bool notch_names_posting(notch_books *books, notch_edition *edition, const notch_posting *from,
                         notch_posting *to, notch_arena *run);
bool notch_names_effect(notch_books *books, notch_edition *edition, const notch_effect *from,
                        notch_effect *to);
bool notch_names_type(notch_books *books, notch_text type, uint32_t *number);
/* The index that a number of the dictionary has in the edition, or NOTCH_NONE. */
uint32_t notch_names_index(notch_books *books, notch_edition *edition, notch_name_sort sort,
                           uint32_t number);
/* What terms are called in the dictionary: after who has them. */
notch_text notch_names_terms(const notch_program *p, uint32_t terms, notch_arena *run);
/* What a limit counts, in words of the rules; its amount is no part of it. */
notch_text notch_names_limit(const notch_program *p, uint32_t limit, notch_arena *run);
/* The index of what is called so in the programme, or NOTCH_NONE. */
uint32_t notch_names_called(const notch_program *p, notch_name_sort sort, notch_text text,
                          notch_arena *run);
void notch_names_forget(notch_books *books); /* shapes as well */

/* Which value of a content that is apart is which field of the event, whose type has that number
 * in the dictionary; NULL: not known. */
const notch_keys *notch_shapes_keys(notch_books *books, notch_edition *edition, uint32_t shape,
                                    uint32_t type);
void notch_shapes_forget(notch_edition *edition);

/* ---- members (members.c) ---------------------------------------------------------- */

/* The member's state under the edition, with every row of the ledger folded in.  NULL: failure. */
notch_seat *notch_seat_get(notch_books *books, int64_t member, notch_edition *edition);
/* The same if it is in memory and up to date or not; else NULL. */
notch_seat *notch_seat_at(const notch_books *books, int64_t member);
/* Its state, opened if it is at rest; the same, to be changed.  NULL: out of memory. */
const notch_state *notch_seat_state(notch_books *books, notch_seat *seat);
notch_state *notch_seat_change(notch_books *books, notch_seat *seat);
/* Its state for one decision to work on (notch_desk_lend); the seat is at rest then. */
notch_state *notch_seat_lend(notch_books *books, notch_seat *seat);
void notch_seat_forget(notch_books *books, int64_t member);
void notch_seats_touch(notch_books *books); /* what was got so far is put to rest, and may go */
bool notch_seats_put(notch_books *books); /* gives the store what it lacks */
/* When the store is to look at the member again; seconds. */
int64_t notch_seat_due(const notch_edition *edition, const notch_state *state);
bool notch_seat_give(void *books, int64_t member); /* of one member, when the store asks */
void notch_seats_drop(notch_books *books);
/* Takes over what a decision left of the member, whose rows were just written (after.c). */
bool notch_seat_take(notch_books *books, notch_seat *seat, notch_edition *edition,
                     const notch_event *event, const notch_outcome *outcome);
/* `state` becomes `outcome->after`; false: out of memory.  The sanitized build folds the rows with
 * `folder` as well, to show that this is the same. */
bool notch_take_after(notch_desk *desk, notch_kept *kept, notch_decider *folder,
                      const notch_plan *plan, const notch_event *event,
                      const notch_outcome *outcome, const notch_host *host);
/* Absorbs a row that was just written (indexes of the edition). */
bool notch_seat_fold(notch_books *books, notch_seat *seat, notch_edition *edition,
                     const notch_event *event, const notch_original *original,
                     const notch_transaction *row);
/* Folds the rows of a chain into a fresh state: those with number <= upto and at <= at_us,
 * booked <= booked_us. */
bool notch_seat_rebuild(notch_books *books, notch_state *state, int64_t member,
                        notch_edition *edition, int64_t upto, int64_t at_us, int64_t booked_us);
/* Whether something could not be read back only because the rules are not its own. */
static inline bool notch_books_misread(const notch_books *books)
{
  return books->foreign && books->status == NOTCH_STORE_CORRUPT;
}
/* Its parts: one row of a member's chain, and all rows after one for the programme's figures.
 * *newest_us rises to when the row was or was booked. */
bool notch_seat_fold_row(notch_books *books, notch_edition *edition, notch_state *state,
                         int64_t event, const notch_bounds *bounds, notch_arena *one,
                         int64_t *newest_us);
bool notch_seat_fold_all(notch_books *books, notch_edition *edition, notch_state *state,
                         int64_t after, const notch_bounds *bounds);
/* Folds one recorded row, reading what was sent from its content. */
/* After a fold that failed: says why and returns false, true where it does not matter. */
bool notch_books_unfit(notch_books *books, const notch_state *state, int64_t event);
bool notch_books_fold(notch_books *books, notch_edition *edition, notch_state *state,
                      const notch_transaction *recorded);
void notch_host_init(notch_books *books);

/* ---- history (history.c) ---------------------------------------------------------- */

/* The event that a row recorded, typed by the edition; of the row it keeps the id alone.  NULL:
 * none was sent, or it is gone. */
notch_event *notch_history_event(notch_books *books, notch_edition *edition,
                                 const notch_transaction *row, notch_arena *arena);
/* The same by a reader of which only `run` need be set; where it is NULL, reader->sentence says
 * what these rules cannot read of it, if that is why. */
notch_event *notch_history_event_or_why(notch_books *books, notch_edition *edition,
                                        const notch_transaction *row, notch_reader *reader);
/* Reads a row; the arena may be armed. */
/* The next row after `side` of what a row did to another member, in the same commit; between them
 * is what fell due for those before it.  side: the row itself before the first; side->event 0:
 * there is none. */
bool notch_history_next_side(notch_books *books, const notch_transaction *of, notch_arena *arena,
                             notch_transaction *side);
bool notch_history_read(notch_books *books, int64_t event, notch_arena *arena,
                        notch_transaction *out);
/* What folding a return needs of its original; `returns` is its row. */
notch_original *notch_history_light(notch_books *books, notch_edition *edition, int64_t original,
                                    const notch_transaction *returns,
                                    notch_event *returned, notch_arena *arena);
/* A part of a return without `of` as a return of what it lowers, whose edition that is.  NULL: it
 * cannot be read. */
notch_event *notch_history_part(notch_books *books, notch_edition *edition, notch_text content,
                                notch_value take_back, notch_arena *arena);
/* A decision tells its parts only until the next one; a copy of them in an armed arena, NULL where
 * there are none. */
notch_part *notch_history_parts(const notch_outcome *outcome, notch_arena *arena);
/* What deciding one needs: with the states of then; `member` is who returns it.  NULL: refused
 * (see reader) or failed. */
notch_original *notch_history_original(notch_books *books, notch_edition *edition,
                                       int64_t original, int64_t member, notch_event *returned,
                                       notch_reader *reader);
/* The states of then of an original, and what returns need of the rows after it: of who returns
 * it from `last` back, of others those before the row `before`. */
bool notch_history_fill_then(notch_books *books, notch_edition *edition, notch_original *original,
                             int64_t last, int64_t before, notch_arena *arena);
/* What returns of it need of later rows, those before the row `before` (later.c). */
bool notch_history_fill_later(notch_books *books, notch_edition *edition,
                              notch_original *original, int64_t last, int64_t before,
                              notch_arena *arena);
notch_state *notch_history_past(notch_books *books); /* an empty one, until forgotten */
/* The host's answer for a return without `of`: an original without lowering. */
const notch_original *notch_history_latest(void *books, uint32_t type, int64_t before);
void notch_history_empty(void *books, const notch_original *original);
bool notch_history_recall(void *books, notch_original *original);
bool notch_history_returns(const notch_transaction *row);
/* Why a return cannot name the event `of`, which is its own member's or another's. */
notch_text notch_history_no_return(notch_arena *arena, notch_text of, bool own);
/* The member as of the time of a late event. */
const notch_state *notch_history_then(notch_books *books, notch_edition *edition, int64_t member,
                                      int64_t at_us);
void notch_history_forget(notch_books *books); /* states of the event that is over */
/* The same, but for the first so many. */
void notch_history_forget_from(notch_books *books, uint32_t kept);

/* ---- merged accounts (merged.c) ----------------------------------------------------- */

/* The account that an applied row took in; 0: it is no merge. */
int64_t notch_merged_account(const notch_transaction *row);
/* Who has a member's account before the row `before`: the member, if it was not merged. */
bool notch_merged_into(notch_books *books, int64_t *member, int64_t before);
/* The same of one whose state is at hand: who is not closed was not merged.  False also where it
 * is NULL. */
bool notch_merged_follow(notch_books *books, const notch_state *state, int64_t *member,
                         int64_t before);
/* Holders, lots and grants of an original, by the merges before the row `before`. */
bool notch_merged_fill(notch_books *books, notch_original *original, int64_t before,
                       notch_arena *arena);
/* From the row `last` of an account back; what is noted lies in `keep`. */
bool notch_lineage_begin(notch_lineage *lineage, notch_books *books, int64_t last,
                         notch_arena *keep);
/* Reads the next row into the arena; out->event 0: there are no more. */
bool notch_lineage_next(notch_lineage *lineage, notch_arena *arena, notch_transaction *out);
/* The account and all that it took in, by merges of merges, too. */
typedef NOTCH_VEC(int64_t) notch_accounts;
bool notch_merged_accounts(notch_books *books, int64_t member, notch_arena *keep,
                           notch_accounts *out);

/* ---- one event (apply.c, known.c) ------------------------------------------------------- */

/* What every decision of these books is given; rows, postings and effects count from `next`. */
notch_case notch_books_case(notch_books *books, const notch_edition *edition,
                            const notch_state *state, const notch_state *house,
                            const notch_store_numbers *next);

typedef enum notch_reply { /* the public notch_answer */
  NOTCH_REPLY_APPLIED = 0,
  NOTCH_REPLY_KNOWN = 1,
  NOTCH_REPLY_REFUSED = 2,
  NOTCH_REPLY_WAITING = 3,
  NOTCH_REPLY_UNREADABLE = 4
} notch_reply;

typedef struct notch_apply_options {
  int64_t ahead_us; /* how far after the clock an event may be; negative: no clock */
  bool scene;       /* `given` is taken */
  bool words;       /* from CSV */
  bool retold;      /* of a row (notch_books_sent) */
  bool rows;        /* keep what is written in books->rows: its sender wants to see it */
} notch_apply_options;

typedef struct notch_receipt {
  notch_reply reply;
  notch_verdict verdict;
  notch_text id, sentence; /* in the books' run arena: until the next event */
  int64_t first, own, last; /* rows written; own alone where it was known; 0: none */
  uint32_t own_index;       /* of the outcome's transactions, for traces */
} notch_receipt;

/* Within a write transaction.  False: a failure of the store or of memory: roll back. */
bool notch_books_apply(notch_books *books, const notch_json *sent, const char *unreadable,
                       const notch_apply_options *options, notch_receipt *receipt);
bool notch_books_apply_text(notch_books *books, notch_text line,
                            const notch_apply_options *options, notch_receipt *receipt);

/* Whether the id was seen before (L2): true with the receipt filled, or with *anew. */
bool notch_books_known(notch_books *books, const notch_envelope *envelope,
                       const notch_apply_options *options, notch_receipt *receipt, bool *anew,
                       bool *conflict);
/* The row of the applied event of that id, 0: none. */
bool notch_books_find_applied(notch_books *books, notch_text id, int64_t *out);

/* Writes an outcome and folds it into the states (write.c). */
bool notch_books_write(notch_books *books, notch_edition *edition, const notch_event *event,
                       const notch_original *original, const notch_outcome *outcome,
                       notch_receipt *receipt);
/* Writes the row of an event that was refused or waits. */
typedef struct notch_refused_row {
  notch_verdict verdict;
  notch_text sentence;
  notch_text type;
  int64_t member, at_us;
  int32_t offset_min;
  uint32_t version;
  notch_text content;
} notch_refused_row;
bool notch_books_write_plain(notch_books *books, notch_text id, const notch_refused_row *row,
                             notch_receipt *receipt);
/* The content of an event as it is recorded, in books->canonical. */
bool notch_books_content(notch_books *books, notch_edition *edition, const notch_event *event,
                         int64_t member, notch_text *out);
/* The same as sent, for one that could not be read. */
bool notch_books_content_raw(notch_books *books, const notch_envelope *envelope, int64_t member,
                             notch_text *out);
/* Whether the row is of an event that the rules in force could not read. */
bool notch_books_is_unread(const notch_transaction *row);
/* By what name a member goes who has none any more. */
#define NOTCH_ERASED_LEAD "(erased) M" /* and the member's number */
notch_text notch_name_of_erased(int64_t member, notch_arena *run);
/* What was sent of a row that could not be read; false: it could, or it is erased. */
bool notch_books_raw_of(notch_books *books, const notch_transaction *row, notch_text *out);
/* The type that the event of a row said; empty: none, or none that is a text. */
notch_text notch_books_sent_type(const notch_books *books, const notch_transaction *row);
/* The event of a row as a line that can be sent again (sent.c).  newest: the rules of a row that
 * came before any were in force; member: the id, or empty; other: the rules that are to read it,
 * NULL: those of then. */
bool notch_books_sent(notch_books *books, notch_edition *newest, const notch_transaction *row,
                      notch_text member, const notch_layout *other, notch_arena *run,
                      notch_buffer *to);
/* In plain text, for comparing. */
bool notch_books_content_plain(notch_books *books, const notch_edition *edition,
                               const notch_event *event, notch_arena *run, notch_text *out);
/* The books' own, for the values of one row. */
const notch_vault *notch_books_vault(notch_books *books, int64_t member, int64_t event);
void notch_vault_init(notch_books *books);

/* Waiting returns (waiting.c). */
bool notch_waiting_read(notch_books *books);
void notch_waiting_forget(notch_books *books); /* read anew when it is needed */
bool notch_waiting_write(notch_books *books);
bool notch_waiting_add(notch_books *books, int64_t event, notch_text of, int64_t member);
/* Decides the returns that wait for the id, now that it is applied. */
bool notch_waiting_release(notch_books *books, notch_text id, notch_receipt *receipt);
/* The same from the journal: which rows wait once all of them, given in ledger order, were seen. */
typedef struct notch_waiting_row {
  int64_t event;
  notch_text id, content;
} notch_waiting_row;
typedef struct notch_waiting_count {
  notch_arena arena;
  NOTCH_VEC(notch_waiting_row) rows;
} notch_waiting_count;
bool notch_waiting_see(notch_books *books, notch_waiting_count *count,
                       const notch_transaction *row);
/* Their numbers with blanks between, and as the setting has them; both end with a zero.  False: a
 * failure. */
bool notch_waiting_told(notch_books *books, const notch_waiting_count *count, notch_arena *run,
                        notch_text *counted, notch_text *setting);
/* Decides one return, sent or released. */
bool notch_books_decide_return(notch_books *books, notch_edition *edition, notch_event *event,
                               int64_t member, notch_receipt *receipt);
typedef struct notch_returning { /* of a return only */
  const notch_original *original;
  uint32_t latest_type;
  const notch_lowering *latest;
  notch_text part; /* of one without `of`: its content; without bytes: it is whole */
} notch_returning;
bool notch_books_decide(notch_books *books, notch_edition *edition, notch_event *event,
                        int64_t member, const notch_returning *returning,
                        notch_receipt *receipt);

/* ---- time (advance.c) ------------------------------------------------------------- */

/* Records what falls due for everyone up to `to_us`, in commits of its own. */
bool notch_books_advance(notch_books *books, int64_t to_us, uint64_t *transactions);
/* Cohorts: the rankings that the ledger passes on its way to a moment, within a transaction. */
bool notch_books_rank(notch_books *books, int64_t to_us, uint64_t *count);
/* The version whose rules say what falls due at a moment, of those published before a row. */
notch_edition *notch_books_edition_at(notch_books *books, int64_t at_us, int64_t before);
typedef struct notch_ranking { /* of a cohort (rankings.c); zeroed: there is none */
  notch_edition *edition;
  uint32_t cohort;
  int64_t at_s;
} notch_ranking;
bool notch_books_is_ranking(const notch_books *books, const notch_transaction *row);
/* The first one after *after_us up to a moment, by the versions published before a row; *after_us
 * rises with the versions in which there is none any more.  False: a failure. */
bool notch_books_ranking_after(notch_books *books, int64_t *after_us, int64_t to_us, int64_t before,
                               notch_ranking *out);
bool notch_ranking_beside(notch_ranking *ranking); /* the next at the same instant, if there is */
/* Records what falls due before an event is decided, each version its own.  Within an event: no
 * arena is reset. */
bool notch_books_settle_before(notch_books *books, int64_t member, int64_t to_us);
/* Everybody up to a moment, within a transaction. */
bool notch_books_settle_everybody(notch_books *books, int64_t to_us);
/* Once another version follows this one: for everybody whose states the store keeps it is told
 * anew when something is due, the beginning of that version at the latest. */
bool notch_books_tell_dues(notch_books *books, uint32_t version);
/* Records what falls due for one member, within a transaction. */
bool notch_books_settle(notch_books *books, int64_t member, int64_t to_us, uint64_t *count);

typedef struct notch_reading { /* of the past, or as it was known */
  int64_t at_us;
  int64_t upto;  /* rows after this one are not known yet; 0: all are */
} notch_reading;
/* What notch_settle gives for a member under the edition; nothing is written.  Numbers of rows,
 * postings and effects are taken from `next`.  NULL: failure. */
const notch_outcome *notch_books_due(notch_books *books, notch_edition *edition,
                                     const notch_state *state, const notch_state *house,
                                     int64_t to_us, const notch_store_numbers *next);

/* ---- reading (read.c) -------------------------------------------------------------- */

/* The moment that reading means where none is given: the later of the clock and newest booked. */
bool notch_books_moment(notch_books *books, int64_t *out);
/* A copy of the member's state, settled in memory up to the moment; writes nothing.  What was
 * settled is handed to `settled` (may be NULL). */
bool notch_books_read_member(notch_books *books, notch_edition *edition, notch_state *state,
                             int64_t member, const notch_reading *reading,
                             void (*settled)(void *payload, const notch_outcome *outcome),
                             void *payload);

#endif
