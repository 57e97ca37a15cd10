/*
 * report/report.h -- what all reports share: the rows they are given, where they write to, tables
 * for people, and exact figures in words.
 *
 * Reports are given rows one after the other and never ask the ledger themselves; engine/api
 * walks it for them.  They allocate from arenas whose escape is armed by their caller.
 */
#ifndef NOTCH_REPORT_REPORT_H
#define NOTCH_REPORT_REPORT_H

#include "base/json.h"
#include "check/program.h"

/* One row of a ledger, or what fell due and is not recorded yet (row->event is 0 then). */
typedef struct notch_deed {
  const notch_transaction *row;  /* with the indexes of `program` */
  const notch_program *program;  /* of the version that decided it */
  notch_text type;               /* its word */
  notch_text member;             /* id; empty: of the programme, or erased */
  notch_text other;              /* of a merge or a transfer, in a statement: the other's id */
} notch_deed;

typedef struct notch_out { /* text on its way to a callback */
  notch_buffer text;
  int (*write)(void *payload, const char *bytes, size_t size); /* not 0: stop */
  void *payload;
  bool stopped;
} notch_out;

void notch_out_init(notch_out *out, const notch_memory *memory,
                    int (*write)(void *payload, const char *bytes, size_t size), void *payload);
bool notch_out_spill(notch_out *out); /* hands on what has gathered, if it is much; false: stop */
bool notch_out_flush(notch_out *out); /* hands on everything; false: stopped, or no memory */
void notch_out_free(notch_out *out);
void notch_out_put(notch_out *out, const char *text);

/* Points kinds of all versions, by name. */
typedef struct notch_points_kind {
  notch_text name, title; /* title: of the newest version that has one, else the name */
  uint8_t decimals;
  const notch_program *program; /* that it was seen in first */
  uint32_t points;              /* its index there */
} notch_points_kind;

typedef struct notch_kinds {
  notch_arena *arena;
  NOTCH_VEC(notch_points_kind) list;
  const notch_program *last_program; /* of the last question */
  uint32_t *last_indexes;
} notch_kinds;

/* The kinds of a programme, in their order; give the newest version first. */
void notch_kinds_add(notch_kinds *kinds, const notch_program *program);
uint32_t notch_kinds_find(notch_kinds *kinds, const notch_program *program, uint32_t points);

/* ---- figures ---- */

/* value / 10^decimals, as JSON has it ("-1250.00"), and for people ("-1,250.00"). */
void notch_wide_print(notch_buffer *to, __int128 value, unsigned decimals, bool separators);
notch_text notch_wide_text(notch_arena *run, __int128 value, unsigned decimals);
void notch_json_wide(notch_json_writer *json, __int128 value, unsigned decimals);
/* "+1,250" or "-3". */
notch_text notch_change_text(notch_arena *run, __int128 value, unsigned decimals);
/* "12.3%"; of nothing: "-". */
notch_text notch_percent_text(notch_arena *run, __int128 part, __int128 whole);
/* Money that `amount` smallest units come to at a rate, added up exactly: see notch_worths. */
typedef struct notch_worth {
  notch_rational rate; /* minor units for a smallest unit */
  __int128 amount;
} notch_worth;
typedef struct notch_worths {
  NOTCH_VEC(notch_worth) parts;
} notch_worths;
void notch_worths_add(notch_worths *worths, notch_rational rate, int64_t amount,
                      notch_arena *arena);
__int128 notch_worths_floor(const notch_worths *worths); /* minor units, rounded down */
/* The same, and what rounding down leaves: less than one minor unit. */
__int128 notch_worths_split(const notch_worths *worths, notch_rational *rest_of_unit);

/* ---- dates, in the zone of the programme ---- */

notch_text notch_day_text(notch_arena *run, const notch_program *program, int64_t at_us);
notch_text notch_moment_text(notch_arena *run, const notch_program *program, int64_t at_us);
void notch_json_moment(notch_json_writer *json, const notch_program *program, int64_t at_us);
/* "2026-03": of the local day. */
int32_t notch_month_of(const notch_program *program, int64_t at_us); /* year * 12 + month - 1 */
notch_text notch_month_text(notch_arena *run, int32_t month);

/* The title of a declaration, else its name. */
notch_text notch_title_of(const notch_decl *decl);
/* Text from outside made harmless for a terminal: control characters become '?'. */
notch_text notch_plain_text(notch_arena *run, notch_text text);

/* ---- tables ---- */

typedef struct notch_table_of_text {
  notch_arena *run;
  const char *align; /* a letter a column: 'l' or 'r' */
  uint32_t columns;
  NOTCH_VEC(notch_text) cells; /* row by row; the first row is the heading */
} notch_table_of_text;

uint32_t notch_cells_of(notch_text text); /* how wide it is on a screen */
void notch_columns_begin(notch_table_of_text *table, const char *align, notch_arena *run);
void notch_columns_add(notch_table_of_text *table, notch_text cell);
void notch_columns_word(notch_table_of_text *table, const char *cell);
void notch_columns_end(notch_table_of_text *table, notch_buffer *to, unsigned indent);

#endif
