/* ledger/sqlite/read.c -- single rows: a transaction with all that hangs on it, look-ups. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

/* How the rows of one table join their transaction. */
typedef struct part {
  notch_sql sql;
  const char *doing;
  size_t size; /* of one item */
} part;

static const part postings_part = {NOTCH_SQL_POSTINGS_OF, "reading postings",
                                   sizeof(notch_posting)};
static const part moves_part = {NOTCH_SQL_MOVES_OF, "reading tier moves", sizeof(notch_move)};
static const part effects_part = {NOTCH_SQL_EFFECTS_OF, "reading effects", sizeof(notch_effect)};

static void take_row(const part *what, sqlite3_stmt *row, notch_arena *arena, int64_t at_us,
                     void *item)
{
  switch (what->sql) {
  case NOTCH_SQL_POSTINGS_OF: notch_row_posting(row, arena, at_us, item); break;
  case NOTCH_SQL_MOVES_OF: notch_row_move(row, item); break;
  default: notch_row_effect(row, arena, item); break;
  }
}

/* All rows from `first` on that belong to the event; they stand together.  They are added to
 * the items that there are already. */
static notch_store_status read_part(notch_store *store, const part *what, int64_t first,
                                    const notch_transaction *t, notch_arena *arena,
                                    const void **items, uint32_t *count)
{
  sqlite3_stmt *rows = notch_sql_get(store, what->sql);
  if (rows == NULL) {
    return store->last;
  }
  void *list = (void *)(uintptr_t)*items;
  uint32_t capacity = *count;
  sqlite3_bind_int64(rows, 1, first);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, what->doing)) == NOTCH_STORE_OK &&
         sqlite3_column_int64(rows, 1) == t->event) {
    if (*count == capacity && !notch_vec_grow(&list, *count, &capacity, what->size, arena)) {
      status = notch_store_nomem(store);
      break;
    }
    take_row(what, rows, arena, t->at_us, (char *)list + (*count)++ * what->size);
  }
  notch_sql_done(rows);
  *items = list;
  if (arena->failed) {
    return notch_store_nomem(store);
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

/* What few events have; in a damaged ledger it may be missing. */
static notch_store_status read_more(notch_store *store, notch_transaction *out,
                                    notch_posting *first, notch_arena *arena,
                                    notch_row_hangs *hangs)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_MORE_OF);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, out->event);
  notch_store_status status = notch_sql_row(store, get, "reading what a transaction has more");
  if (status == NOTCH_STORE_OK && sqlite3_column_int64(get, NOTCH_MORE_EVENT) == out->event) {
    notch_row_more(get, out, first, arena, hangs);
  }
  notch_sql_done(get);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_store_read(notch_store *store, int64_t event, notch_arena *arena,
                                    notch_transaction *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_EVENT_GET);
  notch_row_rest rest;
  notch_rows row = {.arena = arena, .out = out, .rest = &rest, .room = 1, .to = event};
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, event);
  notch_store_status status = notch_rows_take(store, get, &row, "reading a transaction");
  notch_sql_done(get);
  if (status != NOTCH_STORE_OK || row.count == 0) {
    return status != NOTCH_STORE_OK ? status : NOTCH_STORE_NOTFOUND;
  }
  if (out->previous < 0 || out->previous >= event) { /* who goes back would never arrive */
    return notch_store_say(store, NOTCH_STORE_CORRUPT,
                           "transaction %lld follows one that is not before it: verify the ledger",
                           (long long)event);
  }
  notch_row_hangs hangs = {0, 0};
  if (out->shape != 0) {
    notch_store_join(store, out, arena);
  }
  status = rest.more ? read_more(store, out, rest.first, arena, &hangs) : NOTCH_STORE_OK;
  if (arena->failed) {
    return notch_store_nomem(store);
  }
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  const void *items = out->postings;
  if (rest.more_postings && rest.first->posting < INT64_MAX) {
    status = read_part(store, &postings_part, rest.first->posting + 1, out, arena, &items,
                       &out->posting_count);
    out->postings = items;
  }
  items = NULL;
  if (status == NOTCH_STORE_OK && hangs.move > 0) {
    status = read_part(store, &moves_part, hangs.move, out, arena, &items, &out->move_count);
    out->moves = items;
  }
  items = NULL;
  if (status == NOTCH_STORE_OK && hangs.effect > 0) {
    status = read_part(store, &effects_part, hangs.effect, out, arena, &items,
                       &out->effect_count);
    out->effects = items;
  }
  return status;
}

static notch_store_status missing(notch_store *store, int64_t event)
{
  return notch_store_say(store, NOTCH_STORE_CORRUPT, "transaction %lld is missing",
                         (long long)event);
}

/* The last event at which a figure is not above `most`, 0: none.  The figure only grows from event
 * to event, so the events are halved. */
static notch_store_status last_not_above(notch_store *store, notch_sql figure, int64_t most,
                                         const char *doing, int64_t *out)
{
  sqlite3_stmt *get = notch_sql_get(store, figure);
  if (get == NULL) {
    return store->last;
  }
  int64_t below = 0, above = store->next.event;
  while (above - below > 1) {
    int64_t middle = below + (above - below) / 2;
    sqlite3_bind_int64(get, 1, middle);
    notch_store_status status = notch_sql_row(store, get, doing);
    bool before = status == NOTCH_STORE_OK && sqlite3_column_int64(get, 0) <= most;
    notch_sql_done(get);
    if (status != NOTCH_STORE_OK) {
      return status == NOTCH_STORE_NOTFOUND ? missing(store, middle) : status;
    }
    *(before ? &below : &above) = middle;
  }
  *out = below;
  return NOTCH_STORE_OK;
}

/* By an event's first posting, or the next one's number where it has none. */
static notch_store_status event_of(notch_store *store, int64_t posting, int64_t *out)
{
  notch_store_status status =
      last_not_above(store, NOTCH_SQL_EVENT_POSTING, posting, "looking for a posting", out);
  return status == NOTCH_STORE_OK && *out == 0 ? NOTCH_STORE_NOTFOUND : status;
}

notch_store_status notch_store_posting_read(notch_store *store, int64_t posting,
                                            notch_arena *arena, notch_posting *out,
                                            int64_t *event)
{
  notch_transaction row;
  notch_store_status status = event_of(store, posting, event);
  status = status == NOTCH_STORE_OK ? notch_store_read(store, *event, arena, &row) : status;
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  for (uint32_t i = 0; i < row.posting_count; i++) {
    if (row.postings[i].posting == posting) {
      *out = row.postings[i];
      return NOTCH_STORE_OK;
    }
  }
  return NOTCH_STORE_NOTFOUND;
}

notch_store_status notch_store_effect_read(notch_store *store, int64_t effect,
                                           notch_arena *arena, notch_effect *out,
                                           int64_t *event)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_EFFECTS_OF);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, effect);
  notch_store_status status = notch_sql_row(store, get, "reading an effect");
  if (status == NOTCH_STORE_OK && sqlite3_column_int64(get, 0) != effect) {
    status = NOTCH_STORE_NOTFOUND;
  }
  if (status == NOTCH_STORE_OK) {
    *event = sqlite3_column_int64(get, 1);
    notch_row_effect(get, arena, out);
    status = arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
  }
  notch_sql_done(get);
  return status;
}

notch_store_status notch_store_event_known(notch_store *store, int64_t *out, int64_t recorded_us)
{
  return last_not_above(store, NOTCH_SQL_EVENT_RECORDED, recorded_us,
                        "reading when a row was recorded", out);
}

notch_store_status notch_store_newest_booked(notch_store *store, int64_t *out)
{
  *out = store->booked_newest;
  return NOTCH_STORE_OK;
}

notch_store_status notch_store_newest_of_members(notch_store *store, int64_t *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_BOOKED_OF_MEMBERS);
  if (get == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, get, "looking for the newest event");
  if (status == NOTCH_STORE_OK && sqlite3_column_type(get, 0) == SQLITE_NULL) {
    status = NOTCH_STORE_NOTFOUND;
  }
  *out = status == NOTCH_STORE_OK ? sqlite3_column_int64(get, 0) : INT64_MIN;
  notch_sql_done(get);
  return status;
}

/* ---- settings ---- */

notch_store_status notch_store_setting_get(notch_store *store, notch_text name,
                                           notch_arena *arena, notch_text *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_SETTING_GET);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_text(get, 1, name.bytes, (int)name.length, SQLITE_STATIC);
  notch_store_status status = notch_sql_row(store, get, "reading a setting");
  *out = (notch_text){NULL, 0};
  if (status == NOTCH_STORE_OK) {
    *out = notch_arena_text(arena, notch_column_text(get, 0));
    status = arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
  }
  notch_sql_done(get);
  return status;
}

notch_store_status notch_store_setting_put(notch_store *store, notch_text name, notch_text value)
{
  if (!store->writing) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a setting can only be written within a write transaction");
  }
  bool drop = value.length == 0;
  sqlite3_stmt *put =
      notch_sql_get(store, drop ? NOTCH_SQL_SETTING_DROP : NOTCH_SQL_SETTING_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_text(put, 1, name.bytes, (int)name.length, SQLITE_STATIC);
  if (!drop) {
    sqlite3_bind_text(put, 2, value.bytes, (int)value.length, SQLITE_STATIC);
  }
  return notch_sql_run(store, put, "writing a setting");
}
