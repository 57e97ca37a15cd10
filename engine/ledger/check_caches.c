/*
 * ledger/check_caches.c -- caches that the store itself relies on, beside the journal: keys of
 * event ids, each member's last row, how far both go, the newest booked.  What lags behind is no
 * difference where whoever opens the ledger reads the rows themselves.
 */
#include <config.h>

#include "ledger/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct notch_check_caches {
  notch_check *check;
  notch_key_run run; /* that had the last key */
  int64_t *last; /* by member */
  int64_t member_count;
  int64_t upto;  /* of the file's caches */
  int64_t keyed; /* rows with ids up to there */
  int64_t booked_us;
};

notch_store_status notch_check_caches_begin(notch_check_caches **out, notch_check *check)
{
  notch_store *store = check->store;
  notch_check_caches *c = notch_memory_resize(store->memory, NULL, sizeof *c);
  *out = c;
  if (c == NULL) {
    return notch_store_nomem(store);
  }
  *c = (notch_check_caches){.check = check, .upto = store->file_upto, .booked_us = INT64_MIN};
  c->member_count = notch_check_rows_at_most(store, store->next.member);
  size_t bytes = ((size_t)c->member_count + 1) * sizeof *c->last;
  c->last = notch_memory_resize(store->memory, NULL, bytes);
  if (c->last == NULL) {
    return notch_store_nomem(store);
  }
  memset(c->last, 0, bytes);
  return NOTCH_STORE_OK;
}

void notch_check_caches_free(notch_check_caches *c)
{
  if (c != NULL) {
    notch_memory_free(c->check->store->memory, c->last);
    notch_memory_free(c->check->store->memory, c);
  }
}

/* Whether a row of event_key gives this key to this event. */
static notch_store_status is_keyed(notch_check_caches *c, int64_t key, int64_t event, bool *out)
{
  notch_store *store = c->check->store;
  int64_t got;
  *out = notch_key_run_has(&c->run, key, &got) && got == event;
  if (*out) {
    return NOTCH_STORE_OK;
  }
  notch_store_status status = notch_key_runs_before(store, key, &c->run);
  if (status == NOTCH_STORE_OK) {
    *out = notch_key_run_has(&c->run, key, &got) && got == event;
    if (!*out) {
      status = notch_key_runs_equal(store, key, event - 1, &got);
      *out = status == NOTCH_STORE_OK && got == event;
    }
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_check_caches_row(notch_check_caches *c, const notch_transaction *t)
{
  if (t->member >= 0 && t->member < c->member_count) {
    c->last[t->member] = t->event;
  }
  if (t->verdict == NOTCH_APPLIED && t->booked_us > c->booked_us) {
    c->booked_us = t->booked_us;
  }
  if (t->id.length == 0 || t->event > c->upto) {
    return NOTCH_STORE_OK;
  }
  c->keyed++;
  bool there;
  notch_store_status status = is_keyed(c, notch_key_of(t->id), t->event, &there);
  if (status == NOTCH_STORE_OK && !there) {
    notch_check_text(c->check, t->event, "id key", "missing", "present");
  }
  return status;
}

/* How many keys of rows that the file's caches claim one row has; of those beyond the journal
 * one, that they differ.  Keys of rows between may be there already. */
static int64_t claimed(const notch_check_caches *c, const notch_key_run *run)
{
  int64_t rows = c->check->store->next.event;
  if (run->event < 1 || run->event >= rows || run->more < 0 || run->more >= rows - run->event) {
    return 1;
  }
  int64_t left = c->upto - run->event;
  return left < 0 ? 0 : (left < run->more ? left : run->more) + 1;
}

/* Each key once: a row that reached into the next one would hide it. */
static notch_store_status count_keys(notch_check_caches *c)
{
  static const char text[] = "SELECT key,event,more FROM event_key ORDER BY key,event";
  notch_store *store = c->check->store;
  sqlite3_stmt *rows = NULL;
  if (sqlite3_prepare_v2(store->db, text, -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(store, "checking the id keys");
  }
  notch_key_run last = {.key = -1};
  int64_t count = 0, event;
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "checking the id keys")) == NOTCH_STORE_OK &&
         !c->check->stopped) {
    notch_key_run run = {.key = sqlite3_column_int64(rows, 0),
                         .event = sqlite3_column_int64(rows, 1),
                         .more = sqlite3_column_int64(rows, 2)};
    bool alike = run.key == last.key && run.more == 0 && last.more == 0;
    if (!alike && notch_key_run_has(&last, run.key, &event)) {
      notch_check_number(c->check, 0, "id keys that overlap", run.key, last.key);
    }
    count += claimed(c, &run);
    last = run;
  }
  sqlite3_finalize(rows);
  if (status == NOTCH_STORE_NOTFOUND && count != c->keyed) {
    notch_check_number(c->check, 0, "id keys", count, c->keyed);
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

static void check_last(notch_check_caches *c, int64_t member, int64_t cached)
{
  int64_t last = c->last[member];
  if (last <= c->upto ? cached != last : cached > last) {
    char what[64];
    snprintf(what, sizeof what, "cache of member %" PRId64 ", last row", member);
    notch_check_number(c->check, 0, what, cached, last);
  }
}

/* A member's chain hangs on its last row: the next one would begin another. */
static notch_store_status check_last_rows(notch_check_caches *c)
{
  notch_store *store = c->check->store;
  sqlite3_stmt *rows = NULL;
  if (sqlite3_prepare_v2(store->db, "SELECT member,last FROM state ORDER BY member", -1, &rows,
                         NULL) != SQLITE_OK) {
    return notch_store_fail(store, "checking the caches");
  }
  int64_t next = 0; /* the programme itself has a chain, too */
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "checking the caches")) == NOTCH_STORE_OK &&
         !c->check->stopped) {
    int64_t member = sqlite3_column_int64(rows, 0);
    if (member < 0 || member >= c->member_count) {
      notch_check_number(c->check, 0, "cache of no member", member, c->member_count - 1);
      continue;
    }
    for (; next < member; next++) {
      check_last(c, next, 0);
    }
    check_last(c, next++, sqlite3_column_int64(rows, 1));
  }
  sqlite3_finalize(rows);
  for (; next < c->member_count && !c->check->stopped; next++) {
    check_last(c, next, 0);
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_check_caches_end(notch_check_caches *c)
{
  const notch_store *store = c->check->store;
  if (c->upto < 0 || c->upto >= store->next.event) {
    notch_check_number(c->check, 0, "cache beyond the last row", c->upto, store->next.event - 1);
  }
  if (store->booked_newest != c->booked_us) {
    notch_check_number(c->check, 0, "cache of the newest booked", store->booked_newest,
                       c->booked_us);
  }
  notch_store_status status = count_keys(c);
  return status == NOTCH_STORE_OK ? check_last_rows(c) : status;
}
