/*
 * ledger/store.h -- what a ledger offers to apply/, audit/ and report/: numbered rows that only
 * grow, look-ups, personal values, and caches of opaque state.  It knows nothing of the rules.
 *
 * Life:   notch_store_create() or notch_store_open();  any number of
 *         notch_store_begin(), notch_store_append() ..., notch_store_commit() or _rollback();
 *         notch_store_close().
 * A handle belongs to one thread at a time; many processes may share one file (L12).
 * Numbers (events, postings, names, members, versions ...) are dense from 1; 0 means none.
 * Texts that come back live in the arena given, or where the comment says so.
 * Every function that returns a status leaves a sentence for notch_store_error() when it fails.
 */
#ifndef NOTCH_LEDGER_STORE_H
#define NOTCH_LEDGER_STORE_H

#include "base/hash.h"
#include "base/memory.h"
#include "base/record.h"

typedef enum notch_store_status {
  NOTCH_STORE_OK = 0,
  NOTCH_STORE_NOTFOUND = 1,      /* no such row; not an error, no sentence */
  NOTCH_STORE_NOMEM = 2,
  NOTCH_STORE_BUSY = 3,          /* another process is writing; nothing was stored (L12) */
  NOTCH_STORE_IO = 4,
  NOTCH_STORE_FULL = 5,          /* disk full */
  NOTCH_STORE_READONLY = 6,
  NOTCH_STORE_CORRUPT = 7,       /* damaged: run verify on it */
  NOTCH_STORE_NOT_A_LEDGER = 8,
  NOTCH_STORE_NEWER_FORMAT = 9,  /* written by a newer release */
  NOTCH_STORE_EXISTS = 10,       /* create: there is a file already */
  NOTCH_STORE_CANNOT_OPEN = 11,  /* no such file, no permission */
  NOTCH_STORE_MISUSE = 12,       /* caller's mistake: not in a transaction, numbers not dense ... */
  NOTCH_STORE_OVERFLOW = 13,     /* L4: an amount outside its bounds */
  NOTCH_STORE_BROKEN = 14        /* after a failed fsync: this handle accepts nothing more (L7) */
} notch_store_status;

const char *notch_store_status_word(notch_store_status status); /* "ok", "busy", ... */

typedef struct notch_store notch_store;

/* ---- creating, opening, closing -------------------------------------------------------- */

typedef enum notch_store_clock { /* where `recorded` comes from (L5); stored in the ledger */
  NOTCH_CLOCK_SYSTEM = 0,
  NOTCH_CLOCK_EVENTS = 1 /* from transaction.recorded_us as the caller passes it */
} notch_store_clock;

/* The host's storage in place of files; notch.h says what each function has to do. */
typedef struct notch_store_medium {
  int (*size)(void *payload, int journal, int64_t *size);
  int (*read)(void *payload, int journal, int64_t offset, void *to, size_t size);
  int (*write)(void *payload, int journal, int64_t offset, const void *from, size_t size);
  int (*resize)(void *payload, int journal, int64_t size);
  int (*sync)(void *payload, int journal);
  void *payload;
} notch_store_medium;

typedef struct notch_store_options {
  const notch_memory *memory;          /* NULL: notch_memory_system */
  int64_t (*now_us)(void *payload);    /* NULL: the machine's clock */
  void *now_payload;
  uint32_t busy_ms;                    /* how long one waits for the others; 0: 5,000 */
  size_t cache_bytes;                  /* members held in memory; 0: 256 MiB */
  bool read_only;                      /* open only */
  bool rollback;                       /* create only: TRUNCATE journal instead of WAL */
  notch_store_clock clock;             /* create only */
  notch_text origin;                   /* create only: its name in checkpoints; empty: made up */
  const notch_store_medium *medium;    /* path NULL: kept there; NULL: in memory; is copied */
} notch_store_options;

typedef struct notch_store_problem { /* why create, open or backup failed: one sentence */
  notch_store_status status;
  char sentence[512];
} notch_store_problem;

/* path NULL: in memory, or in options->medium.  On failure *out is NULL, nothing is left behind,
 * *problem says why. */
notch_store_status notch_store_create(notch_store **out, const char *path,
                                      const notch_store_options *options,
                                      notch_store_problem *problem);
/* A ledger that was just made and closed, with all files beside it. */
void notch_store_remove(const char *path, const notch_store_medium *medium);
/* An unfit file is refused and not touched (L11). */
notch_store_status notch_store_open(notch_store **out, const char *path,
                                    const notch_store_options *options,
                                    notch_store_problem *problem);
/* Writes the caches back if it can; accepts NULL.  An open transaction is rolled back. */
void notch_store_close(notch_store *store);

const char *notch_store_error(const notch_store *store); /* the last failure's sentence */
bool notch_store_is_read_only(const notch_store *store);
notch_store_clock notch_store_clock_of(const notch_store *store);
notch_text notch_store_origin(const notch_store *store); /* lives as long as the handle */
const char *notch_store_path(const notch_store *store);  /* NULL: in memory, or a medium */

/* ---- one write transaction (a commit) -------------------------------------------------- */

/*
 * Waits for its turn (tickets: fair), begins, and catches up with what other processes wrote.
 * NOTCH_STORE_BUSY after options.busy_ms.  Call again after commit or rollback; a bulk writer
 * so yields between commits.
 */
notch_store_status notch_store_begin(notch_store *store);
bool notch_store_is_writing(const notch_store *store);
/* Others had turns since our last one, or wait for theirs: commit sooner. */
bool notch_store_is_shared(const notch_store *store);

typedef struct notch_store_numbers { /* the next number to be given in each table */
  int64_t event, posting, move, effect, name, member, version;
  int64_t recorded_us; /* of the newest event; INT64_MIN: none */
} notch_store_numbers;

/* As of the last begin, snapshot or append.  Borrowed; changes with each append. */
const notch_store_numbers *notch_store_next(const notch_store *store);

/*
 * Writes one transaction whole: dictionary rows that wait (names, members, versions, personal
 * values, added since the last append), the event row, postings, moves, effects, the leaf.
 * Sets transaction->event, ->previous and ->recorded_us (L5: max(clock, last + 1 us); under
 * NOTCH_CLOCK_EVENTS the caller's recorded_us takes the clock's part).
 * posting and effect numbers must be the dense ones from notch_store_next(), else MISUSE.
 * type 0 is for refused transactions alone: those whose type no version knows.
 * Of a posting that opens no lot (lot != posting), earned, matures, expires, terms and partner
 * are ignored; they read back as 0, INT64_MIN, NOTCH_NEVER, NOTCH_NONE, NOTCH_NONE.
 * After a failure the whole commit must be rolled back.
 */
notch_store_status notch_store_append(notch_store *store, notch_transaction *transaction);

/*
 * States may be held back: each commit writes a few of the caches' rows, and before a member's
 * is written `give` is asked for a newer state, which it puts, or not.  False: it failed.
 */
typedef bool notch_give_state(void *payload, int64_t member);
void notch_store_on_flush(notch_store *store, notch_give_state *give, void *payload);
/* Asks the next commit to write all that waits, once you have put what you held back. */
void notch_store_flush_now(notch_store *store);
bool notch_store_flush_is_due(const notch_store *store); /* it was asked for */

/*
 * Extends the tree, writes the head, the caches when due, and makes it durable.  On failure all
 * is rolled back, every cached member is dropped, and the sentence says how many events are safe.
 * MISUSE when dictionary rows still wait for an append.
 */
notch_store_status notch_store_commit(notch_store *store);
void notch_store_rollback(notch_store *store); /* drops every cached member; harmless outside */

/* A consistent view for several reads; needed only outside a write transaction.  No nesting. */
notch_store_status notch_store_snapshot_begin(notch_store *store);
void notch_store_snapshot_end(notch_store *store);
/* From here on, until it ends, the ledger is read from one end to the other and little is looked
 * up: the memory that looking up would gain from is left to others. */
void notch_store_reads_all(notch_store *store, bool begins);

/* ---- the name dictionary --------------------------------------------------------------- */

typedef enum notch_name_sort { /* stored: never reuse a number */
  NOTCH_NAME_TYPE = 1,    /* event types and names of what falls due */
  NOTCH_NAME_POINTS = 2,
  NOTCH_NAME_RULE = 3,
  NOTCH_NAME_LADDER = 4,
  NOTCH_NAME_TIER = 5,    /* "ladder.tier" */
  NOTCH_NAME_REWARD = 6,
  NOTCH_NAME_PARTNER = 7,
  NOTCH_NAME_SEGMENT = 8,
  NOTCH_NAME_COHORT = 9,
  NOTCH_NAME_POOL = 10,
  NOTCH_NAME_PAYMENT = 11,
  NOTCH_NAME_FIELD = 12,  /* personal fields: member fields, reason, by */
  NOTCH_NAME_LIMIT = 13,
  NOTCH_NAME_TERMS = 14,
  NOTCH_NAME_OTHER = 15
} notch_name_sort;

/* The number of a name, or NOTFOUND. */
notch_store_status notch_store_name_find(notch_store *store, uint32_t *out, notch_name_sort sort,
                                         notch_text text);
/* The same, but a new name is added; it is written with the next append. */
notch_store_status notch_store_name_add(notch_store *store, uint32_t *out, notch_name_sort sort,
                                        notch_text text);
/* Borrowed until close; empty for a number that is not in the dictionary. */
notch_text notch_store_name_text(notch_store *store, uint32_t name);
notch_name_sort notch_store_name_sort(notch_store *store, uint32_t name); /* 0: unknown */

/* Of what sort an effect's `subject` is, and its `ref`; 0: no name. */
notch_name_sort notch_subject_sort(const notch_effect *effect);
notch_name_sort notch_ref_sort(const notch_effect *effect);
/* Whether a row, or a part of it, names what is there and is made as such a part is (fits.c); a
 * damaged one need not be. */
bool notch_type_fits(notch_store *store, const notch_transaction *t);
bool notch_posting_fits(notch_store *store, const notch_posting *posting);
bool notch_move_fits(notch_store *store, const notch_move *move);
bool notch_effect_fits(notch_store *store, const notch_transaction *t, const notch_effect *effect);
bool notch_row_fits(notch_store *store, const notch_transaction *t);

/* ---- versions of the rules ------------------------------------------------------------- */

typedef struct notch_store_module { /* the text of a module that a version uses */
  notch_text name, source;
} notch_store_module;

typedef struct notch_store_version {
  uint32_t version;      /* add: ignored, the number comes back in it */
  int64_t event;         /* the transaction it came with */
  notch_digest hash;     /* the caller's digest of source, modules, zone and semantics */
  notch_text source;     /* canonical */
  notch_text zone;       /* bytes: the transition table */
  int32_t semantics;
  int64_t effective_us;
  const notch_store_module *modules;
  uint32_t module_count;
} notch_store_version;

/* Written with the next append, whose row is the publication (type named by the caller). */
notch_store_status notch_store_version_add(notch_store *store, notch_store_version *version);
notch_store_status notch_store_version_read(notch_store *store, uint32_t version,
                                            notch_arena *arena, notch_store_version *out);
uint32_t notch_store_version_count(const notch_store *store);
/* Number, event, hash, effective and semantics without the texts; ascending numbers. */
notch_store_status notch_store_version_list(notch_store *store, notch_arena *arena,
                                            const notch_store_version **out, uint32_t *count);

/* ---- members and their personal values ------------------------------------------------- */

notch_store_status notch_store_member_find(notch_store *store, int64_t *out, notch_text id);
/* A new number; id and salt go to `personal`, the digest to the journal with the next append. */
notch_store_status notch_store_member_add(notch_store *store, int64_t *out, notch_text id);
/* NOTFOUND: erased, or no such member. */
notch_store_status notch_store_member_id(notch_store *store, int64_t member, notch_arena *arena,
                                         notch_text *out);
/* The id of each member from one number up to another in turn; those who were erased are left out.
 * False stops. */
typedef bool notch_store_each_id(void *payload, int64_t member, notch_text id);
notch_store_status notch_store_member_ids(notch_store *store, int64_t from, int64_t to,
                                          notch_store_each_id *each, void *payload);
int64_t notch_store_member_count(const notch_store *store);

#define NOTCH_PERSONAL_ID 0u /* the field that holds the member's own id */

typedef struct notch_personal {
  int64_t member;
  uint32_t field; /* name number (NOTCH_NAME_FIELD), or NOTCH_PERSONAL_ID */
  int64_t event;  /* the transaction that brought it */
  notch_text value;
  uint8_t salt[32];
} notch_personal;

/*
 * A value that came with the transaction to be appended next.  *digest = SHA-256(salt, value):
 * the caller writes it, not the value, into the transaction's content.
 */
notch_store_status notch_store_personal_put(notch_store *store, int64_t member, uint32_t field,
                                            notch_text value, notch_digest *digest);
/* The newest value that came with row `event` or before; event 0: the newest of all. */
notch_store_status notch_store_personal_get(notch_store *store, int64_t member, uint32_t field,
                                            int64_t event, notch_arena *arena,
                                            notch_personal *out);
/* All of a member, by field and event. */
notch_store_status notch_store_personal_list(notch_store *store, int64_t member,
                                             notch_arena *arena, const notch_personal **out,
                                             uint32_t *count);
/* L13: deletes the member's personal values, state and id key; WAL and journal are truncated
 * after the commit.  Within a write transaction, after the member's last append. */
notch_store_status notch_store_member_erase(notch_store *store, int64_t member);

/* ---- events ---------------------------------------------------------------------------- */

/* The next row after `after` (0: from the first) whose event id is `id`, or NOTFOUND: all tries
 * under an id, oldest first (L2). */
notch_store_status notch_store_event_find(notch_store *store, int64_t *out, notch_text id,
                                          int64_t after);
/* Whether a row has an id, also one that a cursor did not tell it of. */
notch_store_status notch_store_event_has_id(notch_store *store, int64_t event, bool *has);
/* The member's last row, 0: none; member 0 is the programme's own chain. */
notch_store_status notch_store_member_last(notch_store *store, int64_t *out, int64_t member);
/* One transaction with all that hangs on it; walk a chain with transaction->previous. */
notch_store_status notch_store_read(notch_store *store, int64_t event, notch_arena *arena,
                                    notch_transaction *out);
notch_store_status notch_store_posting_read(notch_store *store, int64_t posting,
                                            notch_arena *arena, notch_posting *out,
                                            int64_t *event);
notch_store_status notch_store_effect_read(notch_store *store, int64_t effect,
                                           notch_arena *arena, notch_effect *out,
                                           int64_t *event);
/* The last row recorded at or before the moment, 0: none (`--known`). */
notch_store_status notch_store_event_known(notch_store *store, int64_t *out, int64_t recorded_us);
/* The newest booked of all applied rows; INT64_MIN: none. */
notch_store_status notch_store_newest_booked(notch_store *store, int64_t *out);
/* The same of members alone, without what the programme itself had booked: reads every row. */
notch_store_status notch_store_newest_of_members(notch_store *store, int64_t *out);

/*
 * The keys of a content, which thousands of rows share, are kept once under a number, its shape:
 * a list in JSON.  Empty: there is no such shape.  *texts empty: the values are such a list, too.
 * Else they stand between commas, and of each key there is a letter: t a text, without its quotes,
 * v another value.
 */
notch_text notch_store_shape(notch_store *store, uint32_t shape, notch_text *texts);
/* Puts keys and values together, in the arena, which may be armed; of a damaged row the values stay
 * as they stand. */
void notch_store_join(notch_store *store, notch_transaction *row, notch_arena *arena);

/* All rows from..to (to 0: the last), ascending, each with its postings, moves and effects. */
typedef struct notch_cursor notch_cursor;
notch_store_status notch_cursor_open(notch_cursor **out, notch_store *store, int64_t from,
                                     int64_t to);
/* NULL at the end or on failure (then notch_cursor_status() is not OK).  The transaction and
 * all it points to are valid until the next call. */
const notch_transaction *notch_cursor_next(notch_cursor *cursor);
/* All of them with their leaves, as stored. */
notch_store_status notch_cursor_open_leaves(notch_cursor **out, notch_store *store);
const notch_digest *notch_cursor_leaf(const notch_cursor *cursor);
/* The next ones, as many at one go as there is room for; what they point to goes into the arena.
 * 0: as NULL above. */
#define NOTCH_CURSOR_ROWS 128u /* no more at one go */
uint32_t notch_cursor_read(notch_cursor *cursor, notch_arena *arena, notch_transaction *out,
                           uint32_t most);
/* From here on contents that were sent stay apart where they are kept so: whoever reads the values
 * by themselves saves joining them and taking them apart again. */
void notch_cursor_leave_apart(notch_cursor *cursor);
/* All rows as most are decided: `recorded_us` is 0, and `id` and `previous` are told only of rows
 * that were not applied, have a cause or are of the type `chained` (0: none).  A column that nobody
 * asks for is a twentieth of what reading a row takes. */
notch_store_status notch_cursor_open_bare(notch_cursor **out, notch_store *store,
                                          uint32_t chained);
notch_store_status notch_cursor_status(const notch_cursor *cursor);
void notch_cursor_close(notch_cursor *cursor); /* accepts NULL */

/* ---- caches of opaque state ------------------------------------------------------------ */

typedef struct notch_store_state {
  notch_text bytes; /* borrowed until put of that member, commit, rollback, begin; outside of a
                       write transaction until the next state_get */
  int64_t upto;     /* rows of the member up to this one are folded in; 0: none, start fresh */
  int64_t last;     /* the member's last row; where upto < last, fold the chain between them */
  int64_t due_s;    /* as put; NOTCH_NEVER: nothing falls due */
  uint32_t version; /* as put */
} notch_store_state;

/*
 * Never NOTFOUND: a member without cached state has upto 0 and no bytes.
 * Member 0 is what the programme has in common (budgets, stock, rates ...): any row may change
 * it, so its `upto` and `last` count all rows, and where upto < last all of them are folded.
 */
notch_store_status notch_store_state_get(notch_store *store, int64_t member,
                                         notch_store_state *out);
/* The state after the member's last row.  Copied; written back every tenth commit of bulk, every
 * 400th small one, or by size.
 * due_s: the first second at which something falls due for the member. */
notch_store_status notch_store_state_put(notch_store *store, int64_t member, notch_text bytes,
                                         int64_t due_s, uint32_t version);
/*
 * The next member after `after` (0: from the first) with due_s <= until_s, or whose cached state
 * lags its last row (fold it, then judge); ascending numbers; NOTFOUND at the end.
 */
notch_store_status notch_store_due_next(notch_store *store, int64_t *member, int64_t after,
                                        int64_t until_s);
/* Drops all caches of the file; keys and last rows are rebuilt at once, states by their caller. */
notch_store_status notch_store_caches_rebuild(notch_store *store);

/* Small settings of the host, outside the journal.  Setting an empty value removes it. */
notch_store_status notch_store_setting_get(notch_store *store, notch_text name,
                                           notch_arena *arena, notch_text *out);
notch_store_status notch_store_setting_put(notch_store *store, notch_text name, notch_text value);

/* ---- the tree of hashes (L8), heads and seals ------------------------------------------- */

typedef struct notch_head {
  int64_t size; /* transactions */
  notch_digest root;
} notch_head;

/* The newest head; size 0: none yet. */
notch_store_status notch_store_head(notch_store *store, notch_head *out);
notch_store_status notch_store_head_at(notch_store *store, int64_t size, notch_head *out);
/* The stored head of the commit that wrote `event`. */
notch_store_status notch_store_head_over(notch_store *store, int64_t event, notch_head *out);
/* Proofs as in RFC 6962 2.1.1 and 2.1.2, hashes in proof order; see tree.h for their checks. */
notch_store_status notch_store_inclusion(notch_store *store, int64_t event, int64_t size,
                                         notch_arena *arena, const notch_digest **out,
                                         uint32_t *count);
notch_store_status notch_store_consistency(notch_store *store, int64_t old_size, int64_t size,
                                           notch_arena *arena, const notch_digest **out,
                                           uint32_t *count);
/* The very bytes whose leaf hash (0x00 prefix, RFC 6962) stands in row `event`. */
notch_store_status notch_store_leaf_bytes(notch_store *store, int64_t event, notch_arena *arena,
                                          notch_text *out);
notch_store_status notch_store_seal_put(notch_store *store, int64_t size, notch_text note);
/* The newest seal, or NOTFOUND. */
notch_store_status notch_store_seal_last(notch_store *store, notch_arena *arena, int64_t *size,
                                         notch_text *note);

/* ---- counts, backup, checks -------------------------------------------------------------- */

typedef struct notch_store_info {
  int64_t events, postings, moves, effects, members, versions, names, heads, seals;
  int64_t file_bytes, wal_bytes;
  int64_t first_recorded_us, last_recorded_us;
  int32_t format;
  bool rollback_journal;
} notch_store_info;
notch_store_status notch_store_info_read(notch_store *store, notch_store_info *out);

/* What was moved between two accounts of a kind, and what effects add up to, by the rows up to
 * `upto` (0: all) that are booked by `booked_us`.  Returning false stops. */
typedef struct notch_store_total {
  uint32_t points;
  uint8_t source, target;
  __int128 amount;
} notch_store_total;
notch_store_status notch_store_totals(notch_store *store, int64_t upto, int64_t booked_us,
                                      bool (*each)(void *payload, const notch_store_total *total),
                                      void *payload);
notch_store_status notch_store_effect_totals(notch_store *store, int64_t upto, int64_t booked_us,
                                             bool (*each)(void *payload, uint8_t kind,
                                                          uint32_t subject, int64_t amount),
                                             void *payload);

/* A copy while in use, to a file that must not exist yet. */
notch_store_status notch_store_backup(notch_store *store, const char *path);

typedef struct notch_difference { /* what a check found; texts valid during the call */
  int64_t event;    /* 0: of no single row */
  const char *what; /* "leaf", "head", "node", "dense", "balance", "lot", "hold" ... */
  const char *recorded, *recomputed;
} notch_difference;

typedef struct notch_check_report {
  int64_t events, postings, differences;
  notch_head head; /* recomputed from the leaves */
} notch_check_report;

/*
 * The checks that need no rules: structure, dense numbers, references, chains and times (L5),
 * leaves, nodes and heads (L8), double entry per kind (L6), lots, holds and their members,
 * personal values, the caches that the store relies on.  Goes on after a difference; returns
 * false from `found` to stop.
 * The status is OK also where differences were found.
 */
notch_store_status notch_store_check(notch_store *store,
                                     bool (*found)(void *payload, const notch_difference *what),
                                     void *payload, notch_check_report *report);

#endif
