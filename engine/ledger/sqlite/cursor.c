/*
 * ledger/sqlite/cursor.c -- all transactions in order, further postings, moves and effects merged
 * in: five scans side by side, none of which looks anything up.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

typedef struct scan { /* of one of the tables that hang on event */
  sqlite3_stmt *rows;
  int column;    /* with the event */
  int64_t event; /* of the row it stands on */
  bool started, ended;
} scan;

struct notch_cursor {
  notch_store *store;
  sqlite3_stmt *events;
  notch_sql columns; /* of event, which of the statements */
  uint32_t chained;  /* rows of this type are not bare */
  bool apart;        /* contents stay so */
  bool ended;
  scan more, postings, moves, effects;
  notch_rows rows;
  notch_row_rest rest[NOTCH_CURSOR_ROWS];
  notch_arena own; /* of the transaction that is given one at a time */
  notch_transaction transaction;
  notch_store_status status;
};

static bool prepare(notch_cursor *cursor, sqlite3_stmt **out, const char *text)
{
  if (sqlite3_prepare_v2(cursor->store->db, text, -1, out, NULL) != SQLITE_OK) {
    cursor->status = notch_store_fail(cursor->store, "reading the journal");
    return false;
  }
  return true;
}

static notch_store_status open_cursor(notch_cursor **out, notch_store *store, int64_t from,
                                      int64_t to, notch_sql columns)
{
  *out = NULL;
  notch_cursor *cursor = notch_memory_resize(store->memory, NULL, sizeof *cursor);
  if (cursor == NULL) {
    return notch_store_nomem(store);
  }
  *cursor = (notch_cursor){.store = store,
                           .rows.to = to == 0 ? INT64_MAX : to,
                           .columns = columns,
                           .more.column = NOTCH_MORE_EVENT};
  cursor->postings.column = cursor->moves.column = cursor->effects.column = 1;
  notch_arena_init(&cursor->own, store->memory);
  cursor->rows.rest = cursor->rest;
  if (!prepare(cursor, &cursor->events, notch_sql_text(columns)) ||
      !prepare(cursor, &cursor->more.rows, notch_sql_text(NOTCH_SQL_MORE_OF)) ||
      !prepare(cursor, &cursor->postings.rows, notch_sql_text(NOTCH_SQL_POSTINGS_OF)) ||
      !prepare(cursor, &cursor->moves.rows, notch_sql_text(NOTCH_SQL_MOVES_OF)) ||
      !prepare(cursor, &cursor->effects.rows, notch_sql_text(NOTCH_SQL_EFFECTS_OF))) {
    notch_store_status status = cursor->status;
    notch_cursor_close(cursor);
    return status;
  }
  sqlite3_bind_int64(cursor->events, 1, from);
  *out = cursor;
  return NOTCH_STORE_OK;
}

notch_store_status notch_cursor_open(notch_cursor **out, notch_store *store, int64_t from,
                                     int64_t to)
{
  return open_cursor(out, store, from, to, NOTCH_SQL_EVENTS_PLAIN);
}

notch_store_status notch_cursor_open_leaves(notch_cursor **out, notch_store *store)
{
  return open_cursor(out, store, 1, 0, NOTCH_SQL_EVENTS);
}

notch_store_status notch_cursor_open_bare(notch_cursor **out, notch_store *store, uint32_t chained)
{
  notch_store_status status = open_cursor(out, store, 1, 0, NOTCH_SQL_EVENTS_BARE);
  if (status == NOTCH_STORE_OK) {
    (*out)->chained = chained;
  }
  return status;
}

void notch_cursor_close(notch_cursor *cursor)
{
  if (cursor == NULL) {
    return;
  }
  sqlite3_finalize(cursor->events);
  sqlite3_finalize(cursor->more.rows);
  sqlite3_finalize(cursor->postings.rows);
  sqlite3_finalize(cursor->moves.rows);
  sqlite3_finalize(cursor->effects.rows);
  notch_arena_free(&cursor->own);
  notch_memory_free(cursor->store->memory, cursor);
}

void notch_cursor_leave_apart(notch_cursor *cursor)
{
  cursor->apart = true;
}

notch_store_status notch_cursor_status(const notch_cursor *cursor)
{
  return cursor->status;
}

const notch_digest *notch_cursor_leaf(const notch_cursor *cursor)
{
  assert(cursor->columns == NOTCH_SQL_EVENTS);
  return &cursor->rows.leaf;
}

static void step(notch_cursor *cursor, scan *table)
{
  int code = sqlite3_step(table->rows);
  notch_lock_pass(cursor->store);
  table->ended = code != SQLITE_ROW;
  table->event = table->ended ? INT64_MAX : sqlite3_column_int64(table->rows, table->column);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    cursor->status = notch_store_fail(cursor->store, "reading the journal");
  }
}

/* Stands on the first row of the event, whose number is `first`; false where there is none. */
static bool seek(notch_cursor *cursor, scan *table, int64_t first, int64_t event)
{
  if (first == 0) {
    return false;
  }
  if (!table->started) {
    table->started = true;
    sqlite3_bind_int64(table->rows, 1, first);
    step(cursor, table);
  }
  while (table->event < event) {
    step(cursor, table); /* rows of no transaction: only in a damaged ledger */
  }
  return !table->ended;
}

static bool is_of(const scan *table, int64_t event)
{
  return !table->ended && table->event == event;
}

/* ---- what hangs on a transaction ---- */

static void read_more_postings(notch_cursor *cursor, notch_transaction *t,
                               const notch_posting *first)
{
  notch_arena *arena = cursor->rows.arena;
  NOTCH_VEC(notch_posting) list = {0};
  if (!seek(cursor, &cursor->postings, first->posting + 1, t->event)) {
    return;
  }
  notch_posting next = *first;
  for (;;) {
    notch_posting *posting = notch_vec_try_push(&list, arena);
    if (posting == NULL) {
      return;
    }
    *posting = next;
    if (!is_of(&cursor->postings, t->event)) {
      break;
    }
    notch_row_posting(cursor->postings.rows, arena, t->at_us, &next);
    step(cursor, &cursor->postings);
  }
  t->postings = list.items;
  t->posting_count = list.count;
}

static void read_moves(notch_cursor *cursor, notch_transaction *t, int64_t first)
{
  NOTCH_VEC(notch_move) list = {0};
  if (!seek(cursor, &cursor->moves, first, t->event)) {
    return;
  }
  for (; is_of(&cursor->moves, t->event); step(cursor, &cursor->moves)) {
    notch_move *move = notch_vec_try_push(&list, cursor->rows.arena);
    if (move == NULL) {
      return;
    }
    notch_row_move(cursor->moves.rows, move);
  }
  t->moves = list.items;
  t->move_count = list.count;
}

static void read_effects(notch_cursor *cursor, notch_transaction *t, int64_t first)
{
  NOTCH_VEC(notch_effect) list = {0};
  if (!seek(cursor, &cursor->effects, first, t->event)) {
    return;
  }
  for (; is_of(&cursor->effects, t->event); step(cursor, &cursor->effects)) {
    notch_effect *effect = notch_vec_try_push(&list, cursor->rows.arena);
    if (effect == NULL) {
      return;
    }
    notch_row_effect(cursor->effects.rows, cursor->rows.arena, effect);
  }
  t->effects = list.items;
  t->effect_count = list.count;
}

/* What few events have. */
static void read_more(notch_cursor *cursor, notch_transaction *t, notch_posting *first)
{
  notch_row_hangs hangs = {0, 0};
  if (seek(cursor, &cursor->more, t->event, t->event) && is_of(&cursor->more, t->event)) {
    notch_row_more(cursor->more.rows, t, first, cursor->rows.arena, &hangs);
  }
  read_moves(cursor, t, hangs.move);
  read_effects(cursor, t, hangs.effect);
}

/* What a bare statement leaves out is found by itself, in a row that was just read. */
static void read_bare(notch_cursor *cursor, notch_transaction *t)
{
  sqlite3_stmt *get = notch_sql_get(cursor->store, NOTCH_SQL_EVENT_REST);
  notch_store_status status = cursor->store->last;
  if (get != NULL) {
    sqlite3_bind_int64(get, 1, t->event);
    status = notch_sql_row(cursor->store, get, "reading the journal");
    if (status == NOTCH_STORE_OK) {
      t->id = notch_arena_text(cursor->rows.arena, notch_column_text(get, 0));
      t->previous = sqlite3_column_int64(get, 1);
    }
    notch_sql_done(get);
  }
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    cursor->status = status;
  }
}

/* Of these more is asked than of most. */
static inline bool is_bare(const notch_cursor *cursor, const notch_transaction *t)
{
  return t->verdict == NOTCH_APPLIED && t->cause == 0 && t->type != cursor->chained;
}

static void read_rest(notch_cursor *cursor, notch_transaction *t, const notch_row_rest *rest)
{
  if (rest->more) {
    read_more(cursor, t, rest->first);
  }
  if (cursor->columns == NOTCH_SQL_EVENTS_BARE && !is_bare(cursor, t)) {
    read_bare(cursor, t);
  }
  if (t->shape != 0 && (!cursor->apart || t->origin != NOTCH_ORIGIN_SENT)) {
    notch_store_join(cursor->store, t, cursor->rows.arena);
  }
  if (rest->more_postings && rest->first != NULL && rest->first->posting < INT64_MAX) {
    read_more_postings(cursor, t, rest->first);
  }
}

/* ---- transactions ---- */

uint32_t notch_cursor_read(notch_cursor *cursor, notch_arena *arena, notch_transaction *out,
                           uint32_t most)
{
  notch_rows *rows = &cursor->rows;
  if (cursor->ended || cursor->status != NOTCH_STORE_OK) {
    return 0;
  }
  rows->arena = arena;
  rows->out = out;
  rows->room = most < NOTCH_CURSOR_ROWS ? most : NOTCH_CURSOR_ROWS;
  cursor->status =
      notch_rows_take(cursor->store, cursor->events, rows, "reading the journal");
  cursor->ended = rows->count < rows->room;
  for (uint32_t i = 0; i < rows->count && cursor->status == NOTCH_STORE_OK; i++) {
    read_rest(cursor, &out[i], &cursor->rest[i]);
  }
  if (arena->failed) {
    cursor->status = notch_store_nomem(cursor->store);
  }
  return cursor->status == NOTCH_STORE_OK ? rows->count : 0;
}

const notch_transaction *notch_cursor_next(notch_cursor *cursor)
{
  notch_arena_reset(&cursor->own);
  return notch_cursor_read(cursor, &cursor->own, &cursor->transaction, 1) == 1
             ? &cursor->transaction
             : NULL;
}
