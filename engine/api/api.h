/*
 * api/api.h -- the handles behind notch.h, and what the files of this folder share.
 *
 * Two public names, notch_program and notch_event, are those of types inside; here the public ones
 * go by notch_public_program and notch_public_event.  Types have no linkage: nobody else notices.
 */
#ifndef NOTCH_API_API_H
#define NOTCH_API_API_H

#include "apply/apply.h"

#define notch_program notch_public_program
#define notch_event notch_public_event
#include "notch.h"
#undef notch_program
#undef notch_event
typedef notch_public_program notch_program_handle;
typedef notch_public_event notch_event_handle;

#define NOTCH_SENTENCE_SIZE 640

/* Every handle begins with it, so that notch_error() works on any. */
typedef struct notch_handle {
  char sentence[NOTCH_SENTENCE_SIZE];
} notch_handle;

struct notch_engine {
  notch_handle handle;
  notch_memory memory;
  uint64_t denied; /* requests for memory */
  size_t memory_max;
  uint64_t steps_max;
  int64_t (*now_us)(void *payload);
  void *now_payload;
};

struct notch_public_program {
  notch_handle handle;
  notch_engine *engine;
  notch_rules *rules;
  char *name, *title;
  char identity[65];
};

struct notch_ledger {
  notch_handle handle;
  notch_engine *engine;
  notch_books *books;
  notch_arena arena; /* of one question */
  jmp_buf no_memory;
  char head[65];
  notch_buffer tier;
};

struct notch_public_event {
  notch_handle handle;
  notch_engine *engine;
  notch_buffer json; /* an object without its last brace while it is built */
  bool parsed;       /* whole, as it was given */
  bool unnamed;      /* no id was given: for a preview */
  notch_buffer whole;
};

struct notch_result {
  notch_handle handle;
  const notch_memory *memory;
  notch_arena arena;
  notch_answer answer;
  const char *id, *reason, *sentence;
  int64_t number;
  NOTCH_VEC(notch_result_posting) postings;
  NOTCH_VEC(notch_result_move) moves;
  NOTCH_VEC(notch_result_effect) effects;
};

/* Leaves the sentence with the handle and returns the status. */
notch_status notch_api_say(void *handle, notch_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
notch_status notch_api_nomem(void *handle);
notch_status notch_api_status(notch_store_status status);
/* After a failure of the books; and of their store. */
notch_status notch_api_books(notch_ledger *ledger);
notch_status notch_api_failed(notch_ledger *ledger, notch_store_status status);

#define NOTCH_CHECK_ARG(handle, condition)                                                 \
  do {                                                                                     \
    if (!(condition))                                                                      \
      return notch_api_say((handle), NOTCH_EMISUSE, "bad argument: %s", #condition);       \
  } while (0)

/* Hands a text on; NOTCH_ESTOPPED where the callback says so. */
notch_status notch_api_write(void *handle, notch_write *write, void *payload,
                             const notch_buffer *text);
char *notch_api_copy(const notch_memory *memory, notch_text text); /* NUL-terminated; NULL */
const char *notch_api_text(notch_arena *arena, notch_text text);   /* the same, never NULL */

/* Compiles with the options of the public interface; on ESCRIPT *rules is NULL. */
notch_status notch_api_compile(notch_rules **rules, notch_engine *engine, notch_text name,
                               notch_text text, const notch_compile_options *options);

/* A script and its modules as trees, broken where they have errors, in the arena (not armed); what
 * is wrong is in `diags`.  NULL: no memory. */
notch_parsed *notch_api_parse(notch_engine *engine, notch_text name, notch_text text,
                              const notch_compile_options *options, notch_diags *diags,
                              notch_arena *arena);

notch_status notch_api_read_file(notch_engine *engine, const char *path, notch_arena *arena,
                                 notch_text *out);
/* One diagnostic to options->report. */
void notch_api_report(const notch_diag *diag, const notch_compile_options *options);

/* A moment as the caller wrote it, in the zone of the newest rules; NULL: *out stays. */
notch_status notch_api_moment(notch_ledger *ledger, const char *text, int64_t *out);
/* "3 days", "12 hours". */
bool notch_api_duration(const char *text, int64_t *out_us);

/* What publishing has to say: lines of text, or members of a JSON object that is begun. */
typedef struct notch_news {
  notch_buffer text;
  notch_json_writer json; /* `to` is NULL where text is wanted */
} notch_news;

/* What a new version adds and drops; and whether it may follow what is in force. */
notch_status notch_api_difference(notch_ledger *ledger, const notch_rules *rules,
                                  int64_t from_us, notch_news *news);
/* Which clauses differ (api/changes.c); adds to `count`.  False: out of memory. */
bool notch_api_changes(const notch_rules *old, const notch_rules *new, const notch_memory *memory,
                       notch_news *news, uint32_t *count);
/* Whether they are those of the newest version; and the sentence that says so. */
notch_status notch_api_same(notch_ledger *ledger, const notch_rules *rules, bool *same);
void notch_api_say_same(notch_ledger *ledger, notch_news *news);
/* What the version will mean for members' tiers and points.  Within a write transaction that the
 * caller rolls back (api/impact.c). */
notch_status notch_api_impact(notch_ledger *ledger, const notch_rules *rules, int64_t from_us,
                              int64_t now_us, notch_news *news);
notch_status notch_api_can_follow(notch_ledger *ledger, const notch_rules *rules,
                                  int64_t from_us);
/* The kind of that name where it has other decimals; NULL: there is none.  Amounts are kept in
 * smallest units: the same number is another amount then. */
const notch_points *notch_api_redenominated(const notch_points *old, const notch_program *program);

/* The result of the rows that a receipt names. */
notch_status notch_api_result(notch_ledger *ledger, const notch_receipt *receipt,
                              notch_result **out);

/*
 * One question to a ledger: a snapshot, the newest rules, an armed arena.  `ask` returns a
 * status; a jump out of memory comes back as NOTCH_ENOMEM.
 */
typedef struct notch_question {
  notch_ledger *ledger;
  notch_books *books;
  notch_edition *edition; /* the newest */
  notch_arena *run;
  notch_reading reading;
  const char *member, *at, *known;
  notch_view view;
  notch_buffer *to;
  notch_write *write;
  void *payload;
  int64_t number; /* effects: after; and what else a question needs */
} notch_question;
/* The version in force at the moment that is asked about: what a later one says is not of then. */
notch_status notch_api_edition(notch_question *question);
notch_status notch_api_ask(notch_question *question,
                           notch_status (*ask)(notch_question *question));
/* Gives what was written so far to the callback, if it is much or `all`. */
notch_status notch_api_spill(notch_question *question, bool all);

/* The member that the question names, settled up to its moment. */
notch_status notch_api_member_state(notch_question *question, notch_state *state);
notch_status notch_api_balance_of(notch_question *question);

/* The text of a standard rule, `birthday_double`, as it was when the library was built. */
bool notch_standard_rule(notch_text module, notch_text *text);

#endif
