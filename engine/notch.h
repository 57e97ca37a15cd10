/*
 * notch.h -- loyalty points and tier rules: compile them, apply events, keep the ledger, ask it.
 *
 * What is not in this header is not part of the library.
 *
 *   notch_engine *engine;  notch_program *rules;  notch_ledger *ledger;  notch_event *sale;
 *   notch_engine_new(&engine, NULL);
 *   notch_program_load(&rules, engine, "harbour.notch", NULL);
 *   notch_ledger_create(&ledger, engine, "harbour.ledger", rules, NULL);
 *   notch_event_new(&sale, engine, "e-1", "purchase", "ann", "2026-03-03T10:00:00+08:00");
 *   notch_event_set_amount(sale, "amount", 12000, 2);
 *   notch_ledger_apply(ledger, sale, NULL);
 *
 * Ownership: a pointer that comes back through an out parameter is the caller's and has a
 * ..._free or ..._close function, which accepts NULL; a returned pointer is borrowed.  Texts are
 * UTF-8.  Texts given are copied, or needed only for the call.
 * Threads: a handle belongs to one thread at a time.  A notch_program is immutable and may be
 * used by any number of threads, each with its own engine.  Many processes may open one ledger.
 * Times are texts in RFC 3339 ("2026-03-03T10:00:00+08:00", "...Z"); one without an offset, or a
 * bare date, is local time of the programme.  NULL means what the function says.
 * Amounts are texts with their exact decimals ("12.50") or integers with a number of decimals.
 * Errors: every function that can fail returns a notch_status, and notch_error() of the handle it
 * was given has a sentence for people.  Nothing here exits, prints, or handles signals.
 */
#ifndef NOTCH_H
#define NOTCH_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define NOTCH_API __attribute__((visibility("default")))
#else
#define NOTCH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum notch_status {
  NOTCH_OK = 0,
  NOTCH_ENOMEM = 1,      /* no memory, or the ceiling on it was reached */
  NOTCH_EMISUSE = 2,     /* a bad argument: the embedder's mistake */
  NOTCH_ESCRIPT = 3,     /* the rules have errors; the diagnostics say which */
  NOTCH_EVALUE = 4,      /* an argument's text cannot be read: a moment, a duration, a name */
  NOTCH_ENOTFOUND = 5,   /* no such member, event, code, module ... */
  NOTCH_EOPEN = 6,       /* a file cannot be opened or read */
  NOTCH_EEXISTS = 7,     /* there is a file of that name already */
  NOTCH_ENOTLEDGER = 8,  /* the file is no ledger, or of a newer format; it was not touched */
  NOTCH_EBUSY = 9,       /* another process writes; nothing was stored */
  NOTCH_EIO = 10,        /* the disk failed or is full; the sentence says how much is safe */
  NOTCH_EREADONLY = 11,
  NOTCH_ECORRUPT = 12,   /* the ledger is damaged; notch_ledger_verify() finds where */
  NOTCH_ESTOPPED = 13,   /* a callback asked to stop */
  NOTCH_EUNSUPPORTED = 14 /* this release does not know that, and says so */
} notch_status;

NOTCH_API const char *notch_release(void); /* "0.1.0" */

/* ---- an engine: memory, ceilings, clock ------------------------------------------------- */

typedef struct notch_engine notch_engine;

typedef struct notch_engine_options {
  uint32_t version; /* 1 */
  /* (payload, NULL, n) allocates, (payload, p, 0) frees and returns NULL, else realloc. */
  void *(*resize)(void *payload, void *block, size_t size);
  void *resize_payload;
  size_t memory_max;  /* bytes for one event's evaluation; 0: 64 MiB */
  uint64_t steps_max; /* instructions for one expression; 0: 10,000,000 */
  int64_t (*now_us)(void *payload); /* microseconds UTC; NULL: the machine's clock */
  void *now_payload;
} notch_engine_options;
#define NOTCH_ENGINE_OPTIONS_INIT {1, NULL, NULL, 0, 0, NULL, NULL}

/* options may be NULL.  An engine outlives what was made with it. */
NOTCH_API notch_status notch_engine_new(notch_engine **out, const notch_engine_options *options);
NOTCH_API void notch_engine_free(notch_engine *engine);

/* Why the last call on this handle (any of this header's handles) failed; never NULL.  A call
 * that makes a handle and fails leaves its sentence with the engine. */
NOTCH_API const char *notch_error(const void *handle);

/* ---- writing: what a function prints goes through a callback ----------------------------- */

/* 0: go on; else the function stops with NOTCH_ESTOPPED.  It must not use the writing handle. */
typedef int notch_write(void *payload, const char *bytes, size_t size);

typedef enum notch_view {
  NOTCH_VIEW_TEXT = 0,   /* for people */
  NOTCH_VIEW_COLOUR = 1, /* for people at a terminal */
  NOTCH_VIEW_JSON = 2
} notch_view;

/* ---- rules: compile, check, show, format ------------------------------------------------- */

typedef struct notch_program notch_program; /* compiled rules */

typedef enum notch_level { NOTCH_LEVEL_ERROR = 0, NOTCH_LEVEL_WARNING = 1, NOTCH_LEVEL_NOTE = 2 }
    notch_level;

typedef struct notch_diagnostic { /* valid during the callback */
  const char *code; /* "N0412" */
  notch_level level;
  const char *file; /* NULL: about the whole programme */
  uint32_t line, column, end_line, end_column; /* from 1, columns in characters; 0: no place */
  const char *message;
  const void *inner; /* for notch_diagnostic_write() */
} notch_diagnostic;

/* file:line:col: error[N0123]: sentence, the source line, a caret, the fix; or one line of JSON. */
NOTCH_API notch_status notch_diagnostic_write(const notch_diagnostic *diagnostic, notch_view view,
                                              notch_write *write, void *payload);

/* Finds the text of a module: `path` is "a.b", `importer` the name of the file that uses it.
 * *name, *bytes and *size need to stay valid until the next call.  0: found. */
typedef int notch_loader(void *payload, const char *path, const char *importer, const char **name,
                       const char **bytes, size_t *size);

typedef struct notch_compile_options {
  uint32_t version; /* 1 */
  void (*report)(void *payload, const notch_diagnostic *diagnostic); /* NULL: not wanted */
  void *report_payload;
  /* NULL: `use a.b` reads a/b.notch beside the script, then in rules_folder.  What neither finds
   * is looked for among the standard rules that are built into the library. */
  notch_loader *load;
  void *load_payload;
  const char *rules_folder; /* where the standard rules are; NULL: none */
  const char *(*translate)(const char *format); /* messages in another language; NULL: English */
  int properties_later; /* a refuted property is no error: notch_program_test() tells of it */
  /* Events are tried out.  1: warns where spending more earns less, or rounding up rewards two
   * receipts for one; 2: also notes where two receipts earn more for another reason. */
  int advice;
} notch_compile_options;
#define NOTCH_COMPILE_OPTIONS_INIT {1, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0}

/*
 * Every diagnostic goes to options->report, in source order (options may be NULL).  On NOTCH_OK
 * *out is a programme (there may have been warnings), else NULL.  out may be NULL: check only.
 */
NOTCH_API notch_status notch_program_compile(notch_program **out, notch_engine *engine,
                                             const char *name, const char *bytes, size_t size,
                                             const notch_compile_options *options);
NOTCH_API notch_status notch_program_load(notch_program **out, notch_engine *engine,
                                          const char *path,
                                          const notch_compile_options *options);
NOTCH_API void notch_program_free(notch_program *program);
NOTCH_API const char *notch_program_name(const notch_program *program);
NOTCH_API const char *notch_program_title(const notch_program *program); /* may be empty */
/* 64 hexadecimal digits: SHA-256 of the canonical text, modules included. */
NOTCH_API const char *notch_program_identity(const notch_program *program);

typedef enum notch_phase {
  NOTCH_PHASE_TOKENS = 0,
  NOTCH_PHASE_TREE = 1,
  NOTCH_PHASE_PROGRAM = 2,
  NOTCH_PHASE_CODE = 3
} notch_phase;

/* What a phase made of a script, as stable text. */
NOTCH_API notch_status notch_dump(notch_engine *engine, notch_phase phase, const char *name,
                                  const char *bytes, size_t size,
                                  const notch_compile_options *options, notch_write *write,
                                  void *payload);

/* The script in its canonical layout, comments kept; only syntax errors stop it (NOTCH_ESCRIPT). */
NOTCH_API notch_status notch_format(notch_engine *engine, const char *name, const char *bytes,
                                    size_t size, const notch_compile_options *options,
                                    notch_write *write, void *payload);

/* The long form of a diagnostic, by "N0412", "n412" or "412". */
NOTCH_API notch_status notch_explain_code(notch_engine *engine, const char *code,
                                          notch_write *write, void *payload);

/* ---- rules in an editor ------------------------------------------------------------------ */

/* What a script declares, down to fields, tiers and the values of `one of`. */
typedef struct notch_declared { /* valid during the callback */
  const char *kind;    /* how the language calls it: "rule", "field", "tier", "value", "let" ... */
  const char *name;    /* of tests and properties: their sentence; may be empty */
  const char *title;   /* may be empty */
  const char *comment; /* its ## lines, joined by newlines; may be empty */
  const char *head;    /* the first line of its declaration, as notch_format() writes it */
  const char *file;
  uint32_t line, column, end_line, end_column; /* all of it, as in a notch_diagnostic */
  uint32_t name_line, name_column, name_end_column; /* its name */
  uint32_t depth; /* 0: a declaration; else it stands inside the last one before with less */
} notch_declared;

/* 0: go on; anything else stops the function with NOTCH_ESTOPPED. */
typedef int notch_each_declared(void *payload, const notch_declared *declared);

/* These three read a script while it is being written: errors do not stop them, nothing is sent
 * to options->report, and modules are found as by notch_program_compile().
 * What the script itself declares, in source order. */
NOTCH_API notch_status notch_outline(notch_engine *engine, const char *name, const char *bytes,
                                     size_t size, const notch_compile_options *options,
                                     notch_each_declared *each, void *payload);
/* Where the name at line:column is declared: nowhere, once, or, as a field of several events of
 * the rule, several times. */
NOTCH_API notch_status notch_meaning(notch_engine *engine, const char *name, const char *bytes,
                                     size_t size, uint32_t line, uint32_t column,
                                     const notch_compile_options *options,
                                     notch_each_declared *each, void *payload);

/* kind: as of a notch_declared, or "word" for one of the language.  Unlikely: it may stand here
 * only because any name may. */
typedef int notch_each_word(void *payload, const char *word, const char *kind, int unlikely);
/* The words and names that may stand where the word at or before line:column stands. */
NOTCH_API notch_status notch_complete(notch_engine *engine, const char *name, const char *bytes,
                                      size_t size, uint32_t line, uint32_t column,
                                      const notch_compile_options *options,
                                      notch_each_word *each, void *payload);

/*
 * What one event of each kind can come to: the most points it earns, also for one unit of its
 * first money or number field, and with `costs` the most instructions it takes.  Lines of text,
 * or with NOTCH_VIEW_JSON an array (always with costs).
 */
NOTCH_API notch_status notch_program_outlook(notch_engine *engine, const notch_program *program,
                                             int costs, notch_view view, notch_write *write,
                                             void *payload);

/* ---- tests ------------------------------------------------------------------------------- */

typedef struct notch_test_result { /* one expectation that failed, or a test that could not run */
  const char *file;
  uint32_t line, column;
  const char *test;     /* its title */
  const char *sentence; /* "expected ann has 125 star, found 124 star" */
} notch_test_result;

#define NOTCH_CLAUSE_FIGURES 3

typedef struct notch_clause_result { /* coverage: what the tests saw of one clause */
  const char *file;
  uint32_t line, column;
  const char *kind; /* "rule", "when", "group", "limit", "row" or "tier" */
  const char *text; /* on one line: "when amount >= 10.00 CNY" */
  int covered;
  const char *figures[NOTCH_CLAUSE_FIGURES]; /* "applied", "skipped"; NULL: no more */
  uint64_t counts[NOTCH_CLAUSE_FIGURES];
} notch_clause_result;

typedef enum notch_property_verdict {
  NOTCH_PROPERTY_PROVED = 0,
  NOTCH_PROPERTY_REFUTED = 1,
  NOTCH_PROPERTY_NOT_CHECKED = 2
} notch_property_verdict;

typedef struct notch_property_result {
  const char *file;
  uint32_t line, column;
  const char *property; /* its title */
  notch_property_verdict verdict;
  const char *sentence; /* refuted: the event; not checked: why; else empty */
} notch_property_result;

typedef struct notch_test_options {
  uint32_t version; /* 1 */
  void (*report)(void *payload, const notch_test_result *failure);
  /* After each test of the programme, in order; NULL: not wanted. */
  void (*finished)(void *payload, const char *test, int passed);
  void *payload;
  const char *only; /* run the tests whose title contains this; NULL: all */
  /* After all tests, each clause in the order of the sources; NULL: nothing is counted. */
  void (*clause)(void *payload, const notch_clause_result *clause);
  /* Each property; NULL: none is looked at. */
  void (*property)(void *payload, const notch_property_result *property);
} notch_test_options;
#define NOTCH_TEST_OPTIONS_INIT {1, NULL, NULL, NULL, NULL, NULL, NULL}

typedef struct notch_test_counts {
  uint32_t passed, failed; /* tests */
} notch_test_counts;

/* NOTCH_OK also where tests failed: the counts say so. */
NOTCH_API notch_status notch_program_test(notch_engine *engine, const notch_program *program,
                                          const notch_test_options *options,
                                          notch_test_counts *counts);

/* ---- ledgers ----------------------------------------------------------------------------- */

typedef struct notch_ledger notch_ledger;

/*
 * A place of the caller's for a ledger that is to be kept in no file: rows of bytes, the ledger
 * (journal 0) and the journal of the commit under way (journal 1), empty before the creation.
 * Each function gives 0, or anything else for a failure, which is NOTCH_EIO.  Only one handle may
 * use it at a time; what sync() said is done has to survive a power loss, in this order, or the
 * ledger survives none.  Read and copied by the call; the payload lives as long as the handle.
 */
typedef struct notch_storage { /* reads stay within the size, writes may make it longer */
  int (*size)(void *payload, int journal, int64_t *size);
  int (*read)(void *payload, int journal, int64_t offset, void *to, size_t size);
  int (*write)(void *payload, int journal, int64_t offset, const void *from, size_t size);
  int (*resize)(void *payload, int journal, int64_t size);
  int (*sync)(void *payload, int journal);
  void *payload;
} notch_storage;

typedef struct notch_ledger_options {
  uint32_t version; /* 1 */
  int read_only;          /* open */
  int rollback;           /* create: TRUNCATE journal, for file systems without shared memory */
  int clock_events;       /* 1: `recorded` is taken from the events, not from the clock; 0: as the
                             ledger was made; -1: from the clock: NOTCH_EMISUSE to open a ledger
                             that was made to take it from its events */
  const char *from;       /* create: the first version is in force from then; NULL: always */
  const char *origin;     /* create: the ledger's name in checkpoints, one line; NULL: made up */
  uint32_t busy_ms;       /* how long a write waits for its turn; 0: 5,000 */
  size_t cache_bytes;     /* members held in memory; 0: 256 MiB */
  const notch_storage *storage; /* where the path is NULL: kept there */
} notch_ledger_options;
#define NOTCH_LEDGER_OPTIONS_INIT {1, 0, 0, 0, NULL, NULL, 0, 0, NULL}

/* path NULL: in memory, or in options->storage.  The programme may be freed once this returns: the
 * ledger keeps the rules that decide it. */
NOTCH_API notch_status notch_ledger_create(notch_ledger **out, notch_engine *engine,
                                           const char *path, const notch_program *program,
                                           const notch_ledger_options *options);
/* path NULL: what options->storage has. */
NOTCH_API notch_status notch_ledger_open(notch_ledger **out, notch_engine *engine,
                                         const char *path, const notch_ledger_options *options);
NOTCH_API void notch_ledger_close(notch_ledger *ledger);

/*
 * Adds a version of the rules, in force from `from` (NULL: from now on).  What changes is written
 * to `write` (may be NULL).  dry_run: only say what would happen.
 */
NOTCH_API notch_status notch_ledger_publish(notch_ledger *ledger, const notch_program *program,
                                            const char *from, int dry_run, notch_write *write,
                                            void *payload);
/* The same; NOTCH_VIEW_JSON: one document, once it is done. */
NOTCH_API notch_status notch_ledger_publish_as(notch_ledger *ledger, const notch_program *program,
                                               const char *from, int dry_run, notch_view view,
                                               notch_write *write, void *payload);

/* ---- events ------------------------------------------------------------------------------ */

typedef struct notch_event notch_event;

/* id NULL: for a preview alone.  member NULL: none, of an event of the programme. */
NOTCH_API notch_status notch_event_new(notch_event **out, notch_engine *engine, const char *id,
                                       const char *type, const char *member, const char *at);
/* One JSON object, as a line of a file of events. */
NOTCH_API notch_status notch_event_parse(notch_event **out, notch_engine *engine,
                                         const char *json, size_t size);
/* A field that is set twice is twice in the event, which then is refused as bad_value. */
NOTCH_API notch_status notch_event_set_text(notch_event *event, const char *field,
                                            const char *value);
NOTCH_API notch_status notch_event_set_flag(notch_event *event, const char *field, int value);
NOTCH_API notch_status notch_event_set_integer(notch_event *event, const char *field,
                                               int64_t value);
/* units / 10^decimals: money in minor units with the currency's decimals, points, numbers. */
NOTCH_API notch_status notch_event_set_amount(notch_event *event, const char *field, int64_t units,
                                              unsigned decimals);
/* One value as JSON, a list of records, a map of points; NOTCH_EVALUE: it is not that. */
NOTCH_API notch_status notch_event_set_json(notch_event *event, const char *field,
                                            const char *json);
NOTCH_API const char *notch_event_json(const notch_event *event); /* as it will be read */
NOTCH_API void notch_event_free(notch_event *event);

typedef enum notch_answer {
  NOTCH_ANSWER_APPLIED = 0,
  NOTCH_ANSWER_KNOWN = 1,   /* the same event was applied before; nothing was written */
  NOTCH_ANSWER_REFUSED = 2, /* now or before; kept with its reason */
  NOTCH_ANSWER_WAITING = 3, /* a return whose event is not here yet */
  NOTCH_ANSWER_UNREADABLE = 4 /* not a JSON object with an id; nothing was written */
} notch_answer;

/* ---- the result of one event ------------------------------------------------------------- */

typedef struct notch_result notch_result;

NOTCH_API void notch_result_free(notch_result *result);
NOTCH_API notch_answer notch_result_answer(const notch_result *result);
/* The stable word of a refusal ("not_enough_points"), "applied", "waiting" or "unreadable". */
NOTCH_API const char *notch_result_reason(const notch_result *result);
NOTCH_API const char *notch_result_sentence(const notch_result *result); /* may be empty */
NOTCH_API int64_t notch_result_number(const notch_result *result); /* of its row; 0: none */

typedef struct notch_result_posting { /* an amount moved between two accounts */
  const char *member;
  const char *points;
  const char *source, *target; /* "issued", "points", "held", "spent", ... */
  const char *amount;          /* exact text */
  int64_t units;               /* the same in smallest units */
  const char *rules;           /* {"base":"120","tier_boost":"30"}; empty: none */
  const char *matures, *expires; /* of a lot that opens; NULL: at once / never */
} notch_result_posting;

typedef struct notch_result_move { /* a tier that moved, or a term that was renewed */
  const char *member;
  const char *ladder, *tier, *cause;
  const char *until; /* NULL: no end */
} notch_result_move;

typedef struct notch_result_effect { /* rewards granted and used, tags, notifications, holds */
  const char *member;
  const char *kind;    /* "grant", "notify", ... */
  const char *subject; /* a reward, segment, rule ...; may be empty */
  const char *rule;    /* may be empty */
  const char *text;    /* may be empty */
  int64_t amount;
} notch_result_effect;

/* Iterators: from 0 on, 1 while there is one; texts live as long as the result. */
NOTCH_API int notch_result_posting_at(const notch_result *result, uint32_t index,
                                      notch_result_posting *out);
NOTCH_API int notch_result_move_at(const notch_result *result, uint32_t index,
                                   notch_result_move *out);
NOTCH_API int notch_result_effect_at(const notch_result *result, uint32_t index,
                                     notch_result_effect *out);
NOTCH_API notch_status notch_result_write(const notch_result *result, notch_view view,
                                          notch_write *write, void *payload);

/* ---- applying ---------------------------------------------------------------------------- */

/* One event, durable when this returns NOTCH_OK; refusals are answers, not errors.  result may
 * be NULL. */
NOTCH_API notch_status notch_ledger_apply(notch_ledger *ledger, const notch_event *event,
                                          notch_result **result);
/* What would happen; writes nothing. */
NOTCH_API notch_status notch_ledger_preview(notch_ledger *ledger, const notch_event *event,
                                            notch_result **result);
/* The same without a ledger.  `member` is a scene as in a test's `given`, e.g.
 * {"tiers":{"status":"gold"},"points":{"star":"500"},"tags":["vip"]}, with the member's fields
 * beside; NULL: a new member. */
NOTCH_API notch_status notch_program_preview(notch_engine *engine, const notch_program *program,
                                             const char *member, const notch_event *event,
                                             notch_result **result);

/* Bytes read, 0 at the end, SIZE_MAX on failure. */
typedef size_t notch_read(void *payload, char *to, size_t size);

typedef struct notch_counts {
  uint64_t applied, known, refused, waiting, unreadable; /* sum: lines that are not blank */
  uint64_t transactions; /* written, what fell due included */
} notch_counts;

typedef struct notch_line { /* a line that was refused, waits or cannot be read */
  uint64_t line; /* from 1 */
  notch_answer answer;
  const char *id;       /* may be empty */
  const char *reason;   /* the stable word */
  const char *sentence;
} notch_line;

typedef struct notch_bulk_options {
  uint32_t version;  /* 1 */
  int csv;           /* a header with the names of the fields, then rows */
  const char *type;  /* csv: of the events where no column says it */
  const char *name;  /* csv: what ids begin with where no column has them, "cdnow.csv" */
  const char *ahead; /* how far events may be after the clock, "3 days"; NULL: "1 day" */
  notch_read *read;
  void *read_payload;
  int (*ready)(void *payload); /* 0: a read would block, so commit first; NULL: always ready */
  /* After each commit: lines safe so far and bytes read; 0: go on. */
  int (*committed)(void *payload, const notch_counts *counts, uint64_t bytes);
  /* After the commit of the line; for refused, waiting and unreadable ones. */
  void (*line)(void *payload, const notch_line *line);
  void *payload;
} notch_bulk_options;
#define NOTCH_BULK_OPTIONS_INIT \
  {1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}

/* Applies a whole input, committing up to 10,000 events or 50 ms at a time.  Whatever the
 * status, *counts says what is committed; the same input again finishes the job. */
NOTCH_API notch_status notch_ledger_apply_all(notch_ledger *ledger,
                                              const notch_bulk_options *options,
                                              notch_counts *counts);

/* Lets time pass for everyone up to `to`; counts->transactions says what fell due. */
NOTCH_API notch_status notch_ledger_advance(notch_ledger *ledger, const char *to,
                                            notch_counts *counts);

/* ---- asking ------------------------------------------------------------------------------ */

typedef struct notch_points_of_member { /* smallest units of the points kind */
  int64_t available, pending, held, debt;
} notch_points_of_member;

/* at NULL: now.  NOTCH_ENOTFOUND: no such member, or no such points. */
NOTCH_API notch_status notch_ledger_points(notch_ledger *ledger, const char *member,
                                           const char *points, const char *at,
                                           notch_points_of_member *out);
/* The member's tier on the ladder (NULL: the first one); borrowed until the next call. */
NOTCH_API notch_status notch_ledger_tier(notch_ledger *ledger, const char *member,
                                         const char *ladder, const char *at, const char **out);

/* In the order of their first events; `each` gives 0 to go on, and may ask the same ledger. */
NOTCH_API notch_status notch_ledger_members(notch_ledger *ledger,
                                            int (*each)(void *payload, const char *member),
                                            void *payload);

/* member NULL: the totals.  at NULL: now.  known NULL: all that has been recorded. */
NOTCH_API notch_status notch_ledger_balance(notch_ledger *ledger, const char *member,
                                            const char *at, const char *known, notch_view view,
                                            notch_write *write, void *payload);
/* The events that were refused and not mended since, with reasons; JSON: lines to mend. */
NOTCH_API notch_status notch_ledger_refused(notch_ledger *ledger, notch_view view,
                                            notch_write *write, void *payload);
NOTCH_API notch_status notch_ledger_info(notch_ledger *ledger, notch_view view,
                                         notch_write *write, void *payload);
/* The outbox in order, from the effect after number `after`; JSON: one a line. */
NOTCH_API notch_status notch_ledger_effects(notch_ledger *ledger, int64_t after, notch_view view,
                                            notch_write *write, void *payload);
/* What a member would read: entries with a running balance, what expires when, how far the next
 * tier is.  from, to: a day (included) or a moment; NULL: from the beginning, to now. */
NOTCH_API notch_status notch_ledger_statement(notch_ledger *ledger, const char *member,
                                              const char *from, const char *to, notch_view view,
                                              notch_write *write, void *payload);
/* Points outstanding by kind, month of issue and age, and what they mean in money.  at: a day (its
 * end) or a moment, NULL: now.  redeemed: the percentage that will ever be used, "85"; NULL: as
 * months whose points have all ended show. */
NOTCH_API notch_status notch_ledger_liability(notch_ledger *ledger, const char *at,
                                              const char *redeemed, notch_view view,
                                              notch_write *write, void *payload);
/* The journal for other tools: "hledger", "beancount", "csv" or "jsonl". */
NOTCH_API notch_status notch_ledger_export(notch_ledger *ledger, const char *format,
                                           notch_write *write, void *payload);

typedef struct notch_backtest_options {
  uint32_t version;     /* 1 */
  const char *from;     /* figures count from then on; events before only give members their
                           history; NULL: from the first event */
  const char *to;       /* a day (included) or a moment; NULL: to the newest event */
  notch_write *html;    /* a page with pictures; NULL: not wanted */
  void *html_payload;
} notch_backtest_options;
#define NOTCH_BACKTEST_OPTIONS_INIT {1, NULL, NULL, NULL, NULL}

/* What would have happened: other rules decide the recorded events once more, in memory. */
NOTCH_API notch_status notch_ledger_backtest(notch_ledger *ledger, const notch_program *rules,
                                             const notch_backtest_options *options,
                                             notch_view view, notch_write *write, void *payload);
/* The head of the hash tree: its size and 64 hexadecimal digits, borrowed until the next call. */
NOTCH_API notch_status notch_ledger_head(notch_ledger *ledger, int64_t *size, const char **root);
/* A copy while in use, to a file that must not exist yet. */
NOTCH_API notch_status notch_ledger_backup(notch_ledger *ledger, const char *path);

/* ---- for the auditor --------------------------------------------------------------------- */

typedef struct notch_audit_options {
  uint32_t version; /* 1 */
  const char *head; /* verify: a published head, 64 hexadecimal digits or base64; NULL: none */
  const notch_program *rules; /* replay: these instead of the recorded versions; NULL */
  unsigned threads; /* replay: 0: two where members do not touch each other */
  int (*progress)(void *payload, uint64_t done, uint64_t total); /* 0: go on; NULL: not wanted */
  void *payload;
} notch_audit_options;
#define NOTCH_AUDIT_OPTIONS_INIT {1, NULL, NULL, 0, NULL, NULL}

/* The stored ledger is intact and adds up: named passes, each with what it found.  NOTCH_OK also
 * where differences were found: *differences says how many.  options may be NULL. */
NOTCH_API notch_status notch_ledger_verify(notch_ledger *ledger,
                                           const notch_audit_options *options, notch_view view,
                                           notch_write *write, void *payload,
                                           uint64_t *differences);
/* Decides every recorded event once more, by the versions that decided it, and compares. */
NOTCH_API notch_status notch_ledger_replay(notch_ledger *ledger,
                                           const notch_audit_options *options, notch_view view,
                                           notch_write *write, void *payload,
                                           uint64_t *differences);
/* Why an event came out as it did: `event` is its id, or "#7" for the seventh transaction. */
NOTCH_API notch_status notch_ledger_explain(notch_ledger *ledger, const char *event,
                                            notch_view view, notch_write *write, void *payload);

/* The ledger's name in checkpoints; lives as long as the handle. */
NOTCH_API const char *notch_ledger_origin(notch_ledger *ledger);

#define NOTCH_KEY_SIZE 384
typedef struct notch_key { /* Ed25519, one line each, as C2SP signed notes have them */
  char secret[NOTCH_KEY_SIZE]; /* PRIVATE+KEY+..., to be kept */
  char open[NOTCH_KEY_SIZE];   /* to be published */
} notch_key;
/* name: without blanks and plus signs, usually the origin of the ledger. */
NOTCH_API notch_status notch_key_new(notch_engine *engine, const char *name, notch_key *out);

/* The head as a C2SP checkpoint, signed if `key` has a secret key's line; kept with the ledger. */
NOTCH_API notch_status notch_ledger_seal(notch_ledger *ledger, const char *key,
                                         notch_write *write, void *payload);
/* A proof that the event is in the ledger, as JSON; see notch_proof_check(). */
NOTCH_API notch_status notch_ledger_receipt(notch_ledger *ledger, const char *event,
                                            notch_write *write, void *payload);
/* A proof that the ledger only grew between two sizes (0: its present one), as JSON. */
NOTCH_API notch_status notch_ledger_consistency(notch_ledger *ledger, int64_t old_size,
                                                int64_t size, notch_write *write, void *payload);
/* Checks a receipt or a proof of consistency without the ledger.  key: the public line of who
 * must have signed its checkpoint; NULL: anybody.  *valid tells the answer, the text why. */
NOTCH_API notch_status notch_proof_check(notch_engine *engine, const char *json, size_t size,
                                         const char *key, notch_view view, notch_write *write,
                                         void *payload, int *valid);

#ifdef __cplusplus
}
#endif
#endif
