/*
 * ledger/sqlite/key_runs.c -- the table `event_key`: one row for each run of keys that rise with
 * the rows they belong to.  Ids that are counted up in turn take one row for thousands of them.
 *
 * The rows of the table never overlap, but for single keys that are equal (several tries under an
 * id, or ids with one key).  So the row that covers a key, if any, is the last one that begins at
 * it or before, or one of those equal to it.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

static const char doing_find[] = "looking up an event id";
static const char doing_write[] = "writing the keys of event ids";

/* Numbers of a damaged row may be anything: they go round. */
static int64_t plus(int64_t left, int64_t right)
{
  return (int64_t)((uint64_t)left + (uint64_t)right);
}

bool notch_key_run_has(const notch_key_run *run, int64_t key, int64_t *event)
{
  uint64_t ahead = (uint64_t)key - (uint64_t)run->key;
  *event = plus(run->event, (int64_t)ahead);
  return key >= run->key && run->more >= 0 && ahead <= (uint64_t)run->more;
}

static notch_key_run column_run(sqlite3_stmt *row)
{
  return (notch_key_run){.key = sqlite3_column_int64(row, 0),
                         .event = sqlite3_column_int64(row, 1),
                         .more = sqlite3_column_int64(row, 2)};
}

notch_store_status notch_key_runs_before(notch_store *store, int64_t key, notch_key_run *out)
{
  sqlite3_stmt *before = notch_sql_get(store, NOTCH_SQL_KEY_BEFORE);
  if (before == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(before, 1, key);
  notch_store_status status = notch_sql_row(store, before, doing_find);
  if (status == NOTCH_STORE_OK) {
    *out = column_run(before);
  }
  notch_sql_done(before);
  return status;
}

notch_store_status notch_key_runs_over(notch_store *store, int64_t key, int64_t *out)
{
  *out = INT64_MAX;
  sqlite3_stmt *over = notch_sql_get(store, NOTCH_SQL_KEY_OVER);
  if (over == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(over, 1, key);
  notch_store_status status = notch_sql_row(store, over, doing_find);
  if (status == NOTCH_STORE_OK) {
    *out = sqlite3_column_int64(over, 0);
  }
  notch_sql_done(over);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_key_runs_equal(notch_store *store, int64_t key, int64_t after,
                                        int64_t *event)
{
  sqlite3_stmt *equal = notch_sql_get(store, NOTCH_SQL_KEY_EQUAL);
  if (equal == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(equal, 1, key);
  sqlite3_bind_int64(equal, 2, after);
  notch_store_status status = notch_sql_row(store, equal, doing_find);
  if (status == NOTCH_STORE_OK) {
    *event = sqlite3_column_int64(equal, 0);
  }
  notch_sql_done(equal);
  return status;
}

/* ---- writing ---- */

/* KEY_PUT adds a row, KEY_MORE gives one another length, KEY_DROP takes one away. */
static notch_store_status change(notch_store *store, notch_sql sql, const notch_key_run *run)
{
  sqlite3_stmt *statement = notch_sql_get(store, sql);
  if (statement == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(statement, 1, run->key);
  sqlite3_bind_int64(statement, 2, run->event);
  if (sql != NOTCH_SQL_KEY_DROP) {
    sqlite3_bind_int64(statement, 3, run->more);
  }
  return notch_sql_run(store, statement, doing_write);
}

/* Takes one key out of the run that covers it, so that others may be equal to it. */
static notch_store_status split(notch_store *store, const notch_key_run *run, int64_t key)
{
  int64_t event;
  notch_key_run_has(run, key, &event);
  int64_t ahead = plus(key, ~run->key) + 1;
  notch_key_run left = {run->key, run->event, ahead - 1};
  notch_key_run only = {key, event, 0};
  notch_key_run right = {key + 1, plus(event, 1), run->more - ahead - 1};
  notch_store_status status =
      change(store, ahead > 0 ? NOTCH_SQL_KEY_MORE : NOTCH_SQL_KEY_DROP, ahead > 0 ? &left : run);
  status = status == NOTCH_STORE_OK ? change(store, NOTCH_SQL_KEY_PUT, &only) : status;
  return status == NOTCH_STORE_OK && right.more >= 0 ? change(store, NOTCH_SQL_KEY_PUT, &right)
                                                     : status;
}

/* Whether the run goes on where the row ends, which is alone with its keys. */
static notch_store_status goes_on(notch_store *store, const notch_key_run *row,
                                  const notch_key_run *run, bool *out)
{
  *out = plus(row->key, row->more) == run->key - 1 && plus(row->event, row->more) == run->event - 1;
  if (!*out || row->more > 0) {
    return NOTCH_STORE_OK;
  }
  int64_t first;
  notch_store_status status = notch_key_runs_equal(store, row->key, 0, &first);
  *out = status == NOTCH_STORE_OK && first == row->event;
  return status;
}

/* The first keys of a run that no row covers; *done: how many. */
static notch_store_status put_new(notch_store *store, const notch_key_run *before,
                                  const notch_key_run *run, int64_t *done)
{
  notch_key_run fresh = *run, longer = before != NULL ? *before : *run;
  bool on = false;
  notch_store_status status = NOTCH_STORE_OK;
  if (run->more > 0) {
    int64_t over;
    status = notch_key_runs_over(store, run->key, &over);
    fresh.more = over - run->key - 1 < run->more ? over - run->key - 1 : run->more;
  }
  if (status == NOTCH_STORE_OK && before != NULL) {
    status = goes_on(store, before, run, &on);
  }
  *done = fresh.more + 1;
  longer.more = plus(longer.more, *done);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  return on ? change(store, NOTCH_SQL_KEY_MORE, &longer) : change(store, NOTCH_SQL_KEY_PUT, &fresh);
}

/* The first keys of a run where a row has its first key already; *done: how many. */
static notch_store_status put_covered(notch_store *store, const notch_key_run *before,
                                      const notch_key_run *run, int64_t *done)
{
  int64_t event;
  *done = 1;
  notch_key_run only = {run->key, run->event, 0};
  notch_key_run_has(before, run->key, &event);
  if (event == run->event) { /* written before, by a round that was not finished */
    int64_t there = before->more - (plus(run->key, ~before->key) + 1);
    *done = (there < run->more ? there : run->more) + 1;
    return NOTCH_STORE_OK;
  }
  notch_store_status status;
  if (before->more > 0) {
    status = split(store, before, run->key);
  } else {
    status = notch_key_runs_equal(store, run->key, run->event - 1, &event);
    if (status == NOTCH_STORE_OK && event == run->event) {
      return status;
    }
    status = status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
  }
  return status == NOTCH_STORE_OK ? change(store, NOTCH_SQL_KEY_PUT, &only) : status;
}

static notch_store_status put_run(notch_store *store, notch_key_run run)
{
  notch_store_status status = NOTCH_STORE_OK;
  while (status == NOTCH_STORE_OK && run.more >= 0) {
    notch_key_run before;
    int64_t event, done = 0;
    status = notch_key_runs_before(store, run.key, &before);
    if (status == NOTCH_STORE_OK && notch_key_run_has(&before, run.key, &event)) {
      status = put_covered(store, &before, &run, &done);
    } else if (status == NOTCH_STORE_OK || status == NOTCH_STORE_NOTFOUND) {
      status = put_new(store, status == NOTCH_STORE_OK ? &before : NULL, &run, &done);
    }
    run = (notch_key_run){run.key + done, run.event + done, run.more - done};
  }
  return status;
}

notch_store_status notch_key_runs_put(notch_store *store, const notch_key_row *rows, uint32_t count)
{
  notch_store_status status = NOTCH_STORE_OK;
  for (uint32_t i = 0, next; i < count && status == NOTCH_STORE_OK; i = next) {
    for (next = i + 1; next < count && rows[next].key == rows[next - 1].key + 1 &&
                       rows[next].event == rows[next - 1].event + 1;
         next++) {
    }
    if (next < count && rows[next].key == rows[next - 1].key && next - i > 1) {
      next--; /* the last key is not alone */
    }
    status = put_run(store, (notch_key_run){rows[i].key, rows[i].event, next - i - 1});
  }
  return status;
}
