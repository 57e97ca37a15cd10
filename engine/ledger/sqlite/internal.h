/*
 * ledger/sqlite/internal.h -- the handle as the files of this folder share it.
 *
 * Invariants between calls, outside of a failure:
 *   - `next`, `tree`, the names, the waiting keys and the members' last rows know every row up to
 *     next.event - 1 as of the last refresh (begin, snapshot, open);
 *   - a member whose last row is newer than file_upto is in `members` (its row of the table
 *     `state` may be older), and so is the key of each such event in `keys`;
 *   - dictionary rows in `waiting` have numbers but no row yet: the next append writes them.
 */
#ifndef NOTCH_LEDGER_SQLITE_INTERNAL_H
#define NOTCH_LEDGER_SQLITE_INTERNAL_H

#include "ledger/leaf.h"
#include "ledger/sqlite/medium.h"
#include "ledger/store.h"
#include "ledger/tree.h"

#include <sqlite3.h>

#define NOTCH_LEDGER_APPLICATION 0x4E6F7463 /* "Notc", the application id of the file */
#define NOTCH_LEDGER_FORMAT 1
#define NOTCH_NODE_LEVEL_MIN 8u /* lower nodes are recomputed from at most 255 leaves */
#define NOTCH_WAL_PAGES_MAX 8000 /* checkpoint when the log is longer: 32 MB */
#define NOTCH_WAL_PAGES_SHARED 4000 /* the same while others write, too: each time costs a sync */
#define NOTCH_WAL_PAGES_SMALL 1000 /* the same for a till alone: the log stays as long as it is */

typedef enum notch_sql {
#define SQL(name, text) NOTCH_SQL_##name,
#include "ledger/sqlite/sql.def"
#undef SQL
  NOTCH_SQL_COUNT
} notch_sql;

typedef struct notch_member_entry { /* of the memory cache; found by number */
  int64_t member;
  int64_t last;          /* newest row */
  int64_t upto;          /* rows folded into bytes */
  int64_t due_s;
  char *bytes;           /* owned; NULL: not loaded */
  uint32_t length, capacity;
  uint32_t version;
  bool loaded;           /* upto, due_s, version and bytes are known */
  bool last_waits;       /* last is newer than in the file */
  bool state_waits;      /* bytes are newer than in the file */
} notch_member_entry;

typedef struct notch_member_cache {
  notch_member_entry *entries;
  uint32_t count, capacity;
  uint32_t *slots;       /* open addressing: index of the entry + 1 */
  uint32_t slot_count;   /* a power of two */
  uint32_t *waiting;     /* indexes of the entries that wait for a flush; first those of the
                            round under way, by member */
  uint32_t waiting_count, waiting_capacity;
  size_t bytes;          /* of states */
  int64_t due_member;    /* next one in the file for due_until_s; 0: ask, INT64_MAX: no more */
  int64_t due_after, due_until_s;
} notch_member_cache;

typedef struct notch_key_cache { /* event ids newer than file_upto: key -> event */
  int64_t *keys;         /* in order of arrival */
  int64_t *events;
  uint32_t count, capacity;
  uint32_t *slots;       /* of the newest with that hash: index + 1 */
  uint32_t *older;       /* per key: index + 1 of an older one in the same slot */
  uint32_t slot_count;
  int64_t empty_from, empty_to; /* the file has no key in [from, to); from == to: not known */
  int64_t asked;         /* the last key that was looked for in the file */
} notch_key_cache;

typedef struct notch_key_row {
  int64_t key, event;
} notch_key_row;

typedef struct notch_key_run { /* keys key..key+more of rows event..event+more */
  int64_t key, event, more;
} notch_key_run;

/* A round writes what waited when it began, a part with each commit, so that no commit takes
 * long.  When all of it is in the file, `upto` goes into the table `cache`. */
typedef struct notch_flush {
  bool active;
  bool complete;         /* with the commit under way */
  int64_t upto;          /* the newest row when it began */
  notch_key_row *keys;   /* sorted; owned */
  uint32_t key_count, key_next;
  uint32_t members_left; /* of the head of members.waiting */
  uint32_t share;        /* rows of each kind for one commit */
} notch_flush;

typedef struct notch_id_cache { /* member ids to numbers */
  struct {
    notch_text id;
    int64_t member;
  } *slots;
  uint32_t count, slot_count;
  int64_t newest;        /* the member that was found last; 0: none */
  notch_text newest_id;
  notch_arena texts;
} notch_id_cache;

typedef struct notch_name_cache {
  notch_leaf_name *names; /* names[i].name == i + 1 */
  uint32_t count, capacity;
  uint32_t written;       /* rows up to this one are in the file or the open transaction */
  uint32_t committed;
  uint32_t *slots;
  uint32_t slot_count;
  notch_arena texts;
} notch_name_cache;

typedef struct notch_shape { /* of contents; see shapes.c */
  notch_text keys, texts;  /* as in the file */
  const notch_text *leads; /* what stands before each value, and after the last */
  uint32_t count, bytes;   /* of values, of leads; count 0: damaged */
} notch_shape;

typedef struct notch_shape_cache {
  notch_shape *shapes;     /* by number - 1 */
  uint32_t count, capacity, committed;
  uint32_t newest;         /* that was written; 0: none */
  notch_arena texts;
  notch_buffer keys, sorts, values;
} notch_shape_cache;

enum { /* fields of a form, in the order of its columns */
  NOTCH_FORM_TYPE, NOTCH_FORM_OFFSET, NOTCH_FORM_VERSION, NOTCH_FORM_OUTCOME,
  NOTCH_FORM_POSTINGS, NOTCH_FORM_POINTS, NOTCH_FORM_SOURCE, NOTCH_FORM_TARGET,
  NOTCH_FORM_TERMS, NOTCH_FORM_SHAPE, NOTCH_FORM_MORE, NOTCH_FORM_FIELDS
};
#define NOTCH_FORM_NULL INT64_MIN
typedef struct notch_form { /* what events have in common; see forms.c */
  int64_t fields[NOTCH_FORM_FIELDS];
} notch_form;

typedef struct notch_row_rest { /* of a row, what other tables have */
  notch_posting *first; /* its postings begin with it; NULL: it has none */
  bool more;            /* there is a row of event_more */
  bool more_postings;
} notch_row_rest;
typedef struct notch_form_start { /* a form as the beginning of a row's structs */
  notch_transaction event;
  notch_posting posting;  /* as one that opens a lot; if there is any */
  notch_row_rest rest;
} notch_form_start;

typedef struct notch_form_cache {
  notch_form *forms;       /* by number - 1 */
  notch_form_start *starts; /* parallel */
  uint32_t count, capacity, committed;
  uint32_t newest;         /* that was written; 0: none */
  uint32_t *slots;         /* open addressing: numbers */
  uint32_t slot_count;     /* a power of two */
} notch_form_cache;

typedef struct notch_waiting { /* dictionary rows for the next append, besides names */
  notch_leaf_member *members;
  notch_store_version *versions;
  uint32_t member_count, member_capacity, version_count, version_capacity;
  notch_arena texts;
} notch_waiting;

typedef struct notch_patience {
  int64_t deadline_ms;
  long pause_ns;         /* before the next try */
} notch_patience;

typedef struct notch_lock {
  int file;              /* -1: not open */
  int64_t ticket;        /* held; -1: none */
  int64_t newest;        /* the last one that was drawn here; -1: none */
  bool shared;           /* others drew tickets since the one before */
  bool reads;            /* the ticket is for one statement that found the file locked */
  char *path;            /* NULL: nobody else has this ledger */
  notch_patience patience; /* with what SQLite has found locked */
} notch_lock;

struct notch_store {
  const notch_memory *memory;
  notch_store_options options;
  char *path;
  notch_store_medium host; /* that `medium` stands on */
  notch_medium *medium;    /* NULL: in files or in memory */
  sqlite3 *db;
  sqlite3_stmt *statements[NOTCH_SQL_COUNT];
  notch_hasher *hasher;
  char sentence[512];
  notch_store_status last; /* what the sentence belongs to */
  notch_lock lock;
  notch_store_clock clock;
  notch_text origin;
  bool writing, snapshot, broken, rollback_journal;
  bool failed;           /* an append failed: commit is refused */
  bool damaged;          /* the tree does not match the last head: not writable */
  bool erased;           /* truncate the log after the commit */
  bool flush_asked;
  uint32_t commits;      /* since the last round began */
  uint32_t appended;     /* rows of our own since then */
  notch_flush flush;
  notch_give_state *give_state; /* NULL: states are put without being asked for */
  void *give_payload;
  int wal_pages;         /* of the log after the last commit */
  int wal_written;       /* of them, when it was last written back */
  int64_t head_size;     /* newest head */
  int64_t file_upto, file_erased, booked_newest;
  struct notch_rows *taking; /* while a statement takes rows of event: where to */
  notch_store_numbers next;
  notch_tree tree;
  notch_buffer leaf, rules;
  notch_member_cache members;
  notch_key_cache keys;
  notch_id_cache ids;
  notch_name_cache names;
  notch_shape_cache shapes;
  notch_form_cache forms;
  notch_waiting waiting;
};

/* error.c: the one place that maps result codes */
notch_store_status notch_store_say(notch_store *store, notch_store_status status,
                                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));
notch_store_status notch_store_fail(notch_store *store, const char *what); /* db's last error */
notch_store_status notch_store_nomem(notch_store *store);
/* Prepared at first use; reset and unbound by its user through notch_sql_done(). NULL: failed. */
sqlite3_stmt *notch_sql_get(notch_store *store, notch_sql sql);
void notch_sql_done(sqlite3_stmt *statement);
/* Steps a statement that returns no row. */
notch_store_status notch_sql_run(notch_store *store, sqlite3_stmt *statement, const char *doing);
/* Steps to a row: OK, NOTFOUND at the end, or a failure.  Reset it when done. */
notch_store_status notch_sql_row(notch_store *store, sqlite3_stmt *statement, const char *doing);
const char *notch_sql_text(notch_sql sql);
notch_text notch_column_text(sqlite3_stmt *statement, int column);   /* valid until the next step */
bool notch_column_digest(sqlite3_stmt *statement, int column, notch_digest *out);
void notch_bind_text(sqlite3_stmt *statement, int index, notch_text text); /* NULL when empty */

/* lock.c */
notch_store_status notch_lock_take(notch_store *store, uint32_t wait_ms);
void notch_lock_give(notch_store *store);
void notch_lock_close(notch_store *store);
int notch_lock_wait(void *store, int tries); /* the busy handler of SQLite */
/* Ends a turn that reading took: what it waited for, it has. */
static inline void notch_lock_pass(notch_store *store)
{
  if (store->lock.reads) {
    notch_lock_give(store);
  }
}

/* refresh.c: learns what is in the file now; within a transaction */
notch_store_status notch_store_refresh(notch_store *store);
void notch_store_forget(notch_store *store); /* after a rollback: everything learnt is dropped */
notch_store_status notch_store_tree_load(notch_store *store, uint64_t size);

/* names.c, versions.c, members.c: dictionary rows that wait */
notch_store_status notch_names_refresh(notch_store *store);
notch_store_status notch_names_write(notch_store *store, int64_t event);
void notch_names_revert(notch_store *store);
void notch_names_free(notch_store *store);
notch_store_status notch_versions_write(notch_store *store, int64_t event);
notch_store_status notch_members_write(notch_store *store, int64_t event);
/* What came with one event, by scans: for receipts. */
notch_store_status notch_members_of(notch_store *store, int64_t event, notch_arena *arena,
                                    const notch_leaf_member **out, uint32_t *count);
notch_store_status notch_versions_of(notch_store *store, int64_t event, notch_arena *arena,
                                     const notch_store_version **out, uint32_t *count);
void notch_waiting_clear(notch_store *store);
bool notch_waiting_any(const notch_store *store);
void notch_ids_clear(notch_store *store);

/* shapes.c */
notch_store_status notch_shapes_refresh(notch_store *store);
void notch_shapes_revert(notch_store *store);
void notch_shapes_free(notch_store *store);
/* What to write for a content; *values is borrowed until the next split. */
notch_store_status notch_shape_split(notch_store *store, notch_text content, bool applied,
                                     uint32_t *shape, notch_text *values);

/* forms.c */
notch_store_status notch_forms_refresh(notch_store *store);
void notch_forms_revert(notch_store *store);
void notch_forms_free(notch_store *store);
/* The number of a form; a new one is written. */
notch_store_status notch_form_number(notch_store *store, const notch_form *form, int64_t *out);
/* One that is not known yet, or not there. */
const notch_form_start *notch_form_sought(notch_store *store, int64_t number);
/* Of a damaged number all is 0.  Borrowed until the next form is written or read. */
static inline const notch_form_start *notch_form_of(notch_store *store, int64_t number)
{
  return number >= 1 && number <= store->forms.count ? &store->forms.starts[number - 1]
                                                     : notch_form_sought(store, number);
}

/* keys.c */
int64_t notch_key_of(notch_text id);
bool notch_keys_add(notch_store *store, int64_t key, int64_t event);
void notch_keys_drop(notch_store *store, int64_t upto); /* forgets those of rows 1..upto */
void notch_keys_unsure(notch_store *store); /* other processes may have added keys */
void notch_keys_free(notch_store *store);

/* key_runs.c: rows of the file */
bool notch_key_run_has(const notch_key_run *run, int64_t key, int64_t *event);
/* The last row that begins at the key or before it, or NOTFOUND. */
notch_store_status notch_key_runs_before(notch_store *store, int64_t key, notch_key_run *out);
/* Where the next row after that key begins; INT64_MAX: there is none. */
notch_store_status notch_key_runs_over(notch_store *store, int64_t key, int64_t *out);
/* Of the rows that begin at the key the first whose event is after that one, or NOTFOUND. */
notch_store_status notch_key_runs_equal(notch_store *store, int64_t key, int64_t after,
                                        int64_t *event);
/* Rows in order of keys and events; those that the file has already are left as they are. */
notch_store_status notch_key_runs_put(notch_store *store, const notch_key_row *rows,
                                      uint32_t count);

/* cache.c */
notch_member_entry *notch_members_find(notch_store *store, int64_t member); /* NULL: not held */
notch_member_entry *notch_members_hold(notch_store *store, int64_t member); /* NULL: no memory */
notch_store_status notch_members_last(notch_store *store, int64_t *out, int64_t member);
bool notch_members_moved(notch_store *store, int64_t member, int64_t event, bool by_us);
void notch_members_shrink(notch_store *store);
void notch_members_free(notch_store *store);

/* flush.c */
size_t notch_cache_limit(const notch_store *store);
notch_store_status notch_flush_step(notch_store *store); /* within a commit: its part of a round */
void notch_flush_stepped(notch_store *store);            /* after the commit */
void notch_flush_reorder(notch_store *store);            /* members.waiting was made anew */
void notch_flush_drop(notch_store *store); /* what it had still to write is written, or forgotten */

/* row.c: columns of event, event_more, posting, move and effect rows, in the order of sql.def.
 * Lists and copied texts go to the arena; arena->failed says whether memory ran out. */
enum { /* columns of an event row */
  NOTCH_ROW_CONTENT, NOTCH_ROW_EVENT, NOTCH_ROW_FORM, NOTCH_ROW_MEMBER, NOTCH_ROW_AT,
  NOTCH_ROW_BOOKED, NOTCH_ROW_POSTING, NOTCH_ROW_AMOUNT, NOTCH_ROW_LOT, NOTCH_ROW_RULES,
  NOTCH_ROW_MATURES, NOTCH_ROW_EXPIRES,
  NOTCH_ROW_BARE, /* a bare statement has those above */
  NOTCH_ROW_ID = NOTCH_ROW_BARE, NOTCH_ROW_PREVIOUS, NOTCH_ROW_RECORDED,
  NOTCH_ROW_LEAF /* a plain one lacks this alone */
};
enum { /* of event_more */
  NOTCH_MORE_DETAIL, NOTCH_MORE_EVENT, NOTCH_MORE_ORIGIN, NOTCH_MORE_CAUSE, NOTCH_MORE_MOVE,
  NOTCH_MORE_EFFECT, NOTCH_MORE_EARNED, NOTCH_MORE_PARTNER, NOTCH_MORE_SHARED
};
enum { /* of posting_more */
  NOTCH_POSTING_POINTS = 2, NOTCH_POSTING_SOURCE, NOTCH_POSTING_TARGET, NOTCH_POSTING_AMOUNT,
  NOTCH_POSTING_LOT, NOTCH_POSTING_RULES, NOTCH_POSTING_MATURES, NOTCH_POSTING_EXPIRES,
  NOTCH_POSTING_TERMS, NOTCH_POSTING_EARNED
};
typedef struct notch_row_hangs { /* on an event: the first of each; 0: none */
  int64_t move, effect;
} notch_row_hangs;
/* A row of event is taken by the function notch_row() of its statement, which is handed all its
 * columns at once: asking for them one by one costs half as much as finding them.  It is the
 * statement's condition as well, true once enough is taken, so that one step takes many rows. */
typedef struct notch_rows {
  notch_arena *arena;     /* of everything that the transactions point to */
  notch_transaction *out; /* what most events have; contents apart */
  notch_row_rest *rest;   /* parallel */
  uint32_t count, room;   /* room: above 0 */
  int64_t to;             /* no event after it is taken */
  notch_digest leaf;      /* of the last one, where the statement has leaves */
} notch_rows;
int notch_row_begin(notch_store *store); /* makes the function known: a result code */
notch_form_start notch_row_start(const notch_form *form);
/* Takes the next rows, as many as there is room for; fewer: there are no more. */
notch_store_status notch_rows_take(notch_store *store, sqlite3_stmt *statement, notch_rows *rows,
                                   const char *doing);
/* Of an event the rest, from a row of event_more. */
void notch_row_more(sqlite3_stmt *row, notch_transaction *out, notch_posting *first,
                    notch_arena *arena, notch_row_hangs *hangs);
/* A row of posting_more. */
void notch_row_posting(sqlite3_stmt *row, notch_arena *arena, int64_t event_at_us,
                       notch_posting *out);
void notch_row_move(sqlite3_stmt *row, notch_move *out);
void notch_row_effect(sqlite3_stmt *row, notch_arena *arena, notch_effect *out);
bool notch_rules_encode(notch_buffer *out, const notch_posting *posting);

/* open.c */
/* A new name survives a power loss only once its folder is written. */
void notch_store_sync_folder(const char *path);

/* fit.c, schema.c */
#define NOTCH_FIT_UNFINISHED                                                    \
  "is not a ledger: its making was never finished; remove it, 'notch init' makes a new one"
/* Whether the file whose name ends so (-wal, -journal) is there and has something in it. */
bool notch_fit_has_beside(const char *path, const char *end);
/* `medium` NULL: a file. */
notch_store_status notch_fit_check(const char *path, const notch_store_medium *medium,
                                   notch_store_problem *problem);
notch_store_status notch_schema_create(notch_store *store);
extern const char *const notch_journal_tables[]; /* NULL at the end */

/* tree_store.c */
bool notch_store_tree_fetch(void *store, unsigned level, uint64_t index, notch_digest *out);

#endif
