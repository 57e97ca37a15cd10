/*
 * ledger/check.c -- the checks of a stored ledger that need no rules: the file and its tables
 * here, leaves and heads in check_tree.c, what the rows say in check_books.c, in one pass.
 */
#include <config.h>

#include "ledger/check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void notch_check_text(notch_check *check, int64_t event, const char *what, const char *recorded,
                      const char *recomputed)
{
  check->report->differences++;
  notch_difference difference = {event, what, recorded, recomputed};
  if (!check->stopped && check->found != NULL) {
    check->stopped = !check->found(check->payload, &difference);
  }
}

void notch_check_number(notch_check *check, int64_t event, const char *what, int64_t recorded,
                        int64_t recomputed)
{
  char left[32], right[32];
  snprintf(left, sizeof left, "%" PRId64, recorded);
  snprintf(right, sizeof right, "%" PRId64, recomputed);
  notch_check_text(check, event, what, left, right);
}

void notch_check_digest(notch_check *check, int64_t event, const char *what,
                        const notch_digest *recorded, const notch_digest *recomputed)
{
  char left[65], right[65];
  notch_hex(left, recorded->bytes, sizeof recorded->bytes);
  notch_hex(right, recomputed->bytes, sizeof recomputed->bytes);
  notch_check_text(check, event, what, left, right);
}

/* ---- the file ---- */

static notch_store_status check_pages(notch_check *check)
{
  sqlite3_stmt *rows = NULL;
  notch_store *store = check->store;
  if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(20)", -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(store, "checking the file");
  }
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "checking the file")) == NOTCH_STORE_OK &&
         !check->stopped) {
    const char *line = (const char *)sqlite3_column_text(rows, 0);
    if (line != NULL && strcmp(line, "ok") != 0) {
      notch_check_text(check, 0, "structure", line, "ok");
    }
  }
  sqlite3_finalize(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

static const char schema_text[] =
    "SELECT type||' '||name, sql FROM sqlite_schema WHERE type IN ('table','trigger','index')"
    " AND name NOT LIKE 'sqlite_%' ORDER BY 1";

/* Tables, triggers and indexes must be those that a new ledger gets; views may be of another
 * release.  Both lists are in order, so they are merged. */
static notch_store_status compare_schema(notch_check *check, notch_store *fresh)
{
  sqlite3_stmt *here = NULL, *there = NULL;
  if (sqlite3_prepare_v2(check->store->db, schema_text, -1, &here, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2(fresh->db, schema_text, -1, &there, NULL) != SQLITE_OK) {
    sqlite3_finalize(here);
    return notch_store_fail(check->store, "checking the tables");
  }
  bool left = sqlite3_step(here) == SQLITE_ROW, right = sqlite3_step(there) == SQLITE_ROW;
  while ((left || right) && !check->stopped) {
    const char *name = left ? (const char *)sqlite3_column_text(here, 0) : "";
    const char *wanted = right ? (const char *)sqlite3_column_text(there, 0) : "";
    int order = !left ? 1 : !right ? -1 : strcmp(name, wanted);
    if (order == 0 && strcmp((const char *)sqlite3_column_text(here, 1),
                             (const char *)sqlite3_column_text(there, 1)) != 0) {
      notch_check_text(check, 0, "schema", name, "other text");
    } else if (order != 0) {
      notch_check_text(check, 0, "schema", order < 0 ? name : "missing",
                       order < 0 ? "none" : wanted);
    }
    left = order <= 0 ? sqlite3_step(here) == SQLITE_ROW : left;
    right = order >= 0 ? sqlite3_step(there) == SQLITE_ROW : right;
  }
  sqlite3_finalize(here);
  sqlite3_finalize(there);
  return NOTCH_STORE_OK;
}

static notch_store_status check_schema(notch_check *check)
{
  notch_store *fresh;
  notch_store_options options = {.memory = check->store->memory};
  notch_store_problem problem;
  notch_store_status status = notch_store_create(&fresh, NULL, &options, &problem);
  if (status != NOTCH_STORE_OK) {
    return notch_store_say(check->store, status, "%s", problem.sentence);
  }
  status = compare_schema(check, fresh);
  notch_store_close(fresh);
  return status;
}

/* count(*) and max(key) of a journal table agree, or a number is missing. */
static notch_store_status check_dense(notch_check *check, const char *table)
{
  char text[128];
  sqlite3_stmt *rows = NULL;
  bool by_rowid = strcmp(table, "head") != 0 && strcmp(table, "node") != 0;
  if (!by_rowid) {
    return NOTCH_STORE_OK; /* not dense by design */
  }
  snprintf(text, sizeof text, /* the table is a name of journal.def */
           "SELECT count(*),coalesce(min(rowid),1),coalesce(max(rowid),0) FROM %s", table);
  if (sqlite3_prepare_v2(check->store->db, text, -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(check->store, "checking the numbers");
  }
  notch_store_status status = notch_sql_row(check->store, rows, "checking the numbers");
  if (status == NOTCH_STORE_OK) {
    char what[64];
    int64_t count = sqlite3_column_int64(rows, 0), last = sqlite3_column_int64(rows, 2);
    snprintf(what, sizeof what, "dense %s", table);
    if (count != last || sqlite3_column_int64(rows, 1) != 1) {
      notch_check_number(check, 0, what, count, last);
    }
  }
  sqlite3_finalize(rows);
  return status;
}

/* Values are read into narrower fields than a column has, and shares from a text: what would be
 * lost on the way must not be there. */
static const struct {
  const char *what, *sql; /* the first of those that do not fit */
} ranges[] = {
    {"range event", "SELECT event FROM event WHERE origin NOT BETWEEN 0 AND 2 OR"
                    " type NOT BETWEEN 0 AND 4294967295 OR version NOT BETWEEN 0 AND 4294967295 OR"
                    " outcome NOT BETWEEN 0 AND 65535 OR offset NOT BETWEEN -1440 AND 1440 OR"
                    " previous NOT BETWEEN 0 AND event-1 LIMIT 1"},
    {"range event", "SELECT event FROM event e WHERE"
                    " (e.posting<>0 AND NOT EXISTS(SELECT 1 FROM posting p WHERE"
                    " p.posting=e.posting AND p.event=e.event)) OR"
                    " (e.move<>0 AND NOT EXISTS(SELECT 1 FROM move m WHERE"
                    " m.move=e.move AND m.event=e.event)) OR"
                    " (e.effect<>0 AND NOT EXISTS(SELECT 1 FROM effect f WHERE"
                    " f.effect=e.effect AND f.event=e.event)) LIMIT 1"},
    {"range event", "SELECT event FROM posting p WHERE (SELECT e.posting NOT BETWEEN 1 AND"
                    " p.posting FROM event e WHERE e.event=p.event) LIMIT 1"},
    {"range event", "SELECT event FROM move m WHERE (SELECT e.move NOT BETWEEN 1 AND"
                    " m.move FROM event e WHERE e.event=m.event) LIMIT 1"},
    {"range event", "SELECT event FROM effect f WHERE (SELECT e.effect NOT BETWEEN 1 AND"
                    " f.effect FROM event e WHERE e.event=f.event) LIMIT 1"},
    {"range posting", "SELECT posting FROM posting WHERE points NOT BETWEEN 1 AND 4294967295 OR"
                      " source NOT BETWEEN 1 AND 9 OR target NOT BETWEEN 1 AND 9 OR"
                      " terms NOT BETWEEN 0 AND 4294967295 OR"
                      " partner NOT BETWEEN 0 AND 4294967295 OR"
                      " (typeof(rules)='integer' AND rules NOT BETWEEN 0 AND 4294967295) OR"
                      " (typeof(rules)='text' AND NOT (json_valid(rules) AND json(rules)=rules)) OR"
                      " typeof(rules) IN ('blob','real') LIMIT 1"},
    {"range move", "SELECT move FROM move WHERE ladder NOT BETWEEN 0 AND 4294967295 OR"
                   " tier NOT BETWEEN 0 AND 4294967295 OR cause NOT BETWEEN 0 AND 255 LIMIT 1"},
    {"range effect", "SELECT effect FROM effect WHERE kind NOT BETWEEN 0 AND 255 OR"
                     " subject NOT BETWEEN 0 AND 4294967295 OR"
                     " rule NOT BETWEEN 0 AND 4294967295 LIMIT 1"},
    {"range name", "SELECT name FROM name WHERE event<1 OR name NOT BETWEEN 1 AND 4294967295 OR"
                   " sort NOT BETWEEN 0 AND 4294967295 LIMIT 1"},
    /* Each came with the row of the one before it, or later. */
    {"range name", "SELECT name FROM name n WHERE"
                   " event<(SELECT event FROM name p WHERE p.name=n.name-1) LIMIT 1"},
    {"range member", "SELECT member FROM member n WHERE"
                     " event<(SELECT event FROM member p WHERE p.member=n.member-1) LIMIT 1"},
    {"range version", "SELECT version FROM version n WHERE"
                      " event<(SELECT event FROM version p WHERE p.version=n.version-1) LIMIT 1"},
    {"range member", "SELECT member FROM member WHERE event<1 LIMIT 1"},
    {"range version", "SELECT version FROM version WHERE event<1 OR"
                      " version NOT BETWEEN 1 AND 4294967295 OR"
                      " semantics NOT BETWEEN 0 AND 2147483647 LIMIT 1"},
    {"range ledger", "SELECT ledger FROM ledger WHERE clock NOT BETWEEN 0 AND 1 LIMIT 1"},
    {"range seal", "SELECT seal FROM seal WHERE size NOT IN (SELECT size FROM head) LIMIT 1"},
};

static notch_store_status check_range(notch_check *check, const char *what, const char *sql)
{
  sqlite3_stmt *rows = NULL;
  if (sqlite3_prepare_v2(check->store->db, sql, -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(check->store, "checking the ranges");
  }
  notch_store_status status = notch_sql_row(check->store, rows, "checking the ranges");
  if (status == NOTCH_STORE_OK) {
    char row[40];
    snprintf(row, sizeof row, "row %" PRId64, (int64_t)sqlite3_column_int64(rows, 0));
    notch_check_text(check, 0, what, row, "a value within its bounds");
  }
  sqlite3_finalize(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

static notch_store_status check_ranges(notch_check *check)
{
  notch_store_status status = NOTCH_STORE_OK;
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && status == NOTCH_STORE_OK; i++) {
    status = check->stopped ? status : check_range(check, ranges[i].what, ranges[i].sql);
  }
  return status;
}

/* ---- members and keys ---- */

static const char digests_text[] =
    "SELECT m.member,m.digest,p.salt,p.value FROM member m JOIN personal p ON p.member=m.member"
    " AND p.field=0 ORDER BY m.member";

static notch_store_status check_digests(notch_check *check)
{
  notch_store *store = check->store;
  sqlite3_stmt *rows = NULL;
  if (sqlite3_prepare_v2(store->db, digests_text, -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(store, "checking the members");
  }
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "checking the members")) == NOTCH_STORE_OK &&
         !check->stopped) {
    notch_digest recorded, recomputed;
    notch_column_digest(rows, 1, &recorded);
    const notch_piece pieces[] = {
        {sqlite3_column_blob(rows, 2), (size_t)sqlite3_column_bytes(rows, 2)},
        {sqlite3_column_blob(rows, 3), (size_t)sqlite3_column_bytes(rows, 3)}};
    if (!notch_sha256_pieces(store->hasher, &recomputed, pieces, 2)) {
      status = notch_store_nomem(store);
      break;
    }
    if (memcmp(&recorded, &recomputed, sizeof recorded) != 0) {
      char what[64];
      snprintf(what, sizeof what, "member %" PRId64, (int64_t)sqlite3_column_int64(rows, 0));
      notch_check_digest(check, 0, what, &recorded, &recomputed);
    }
  }
  sqlite3_finalize(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

typedef struct key_check {
  sqlite3_stmt *find;
  int64_t sent; /* ids that the keys in the file must know */
} key_check;

static notch_store_status check_key(notch_check *check, key_check *keys,
                                    const notch_transaction *t)
{
  if (t->id.length == 0 || t->event > check->store->file_upto) {
    return NOTCH_STORE_OK;
  }
  keys->sent++;
  sqlite3_bind_int64(keys->find, 1, notch_key_of(t->id));
  sqlite3_bind_int64(keys->find, 2, t->event);
  notch_store_status status = notch_sql_row(check->store, keys->find, "checking the id keys");
  if (status == NOTCH_STORE_NOTFOUND) {
    notch_check_text(check, t->event, "id key", "missing", "present");
    status = NOTCH_STORE_OK;
  }
  sqlite3_reset(keys->find);
  return status;
}

static notch_store_status count_keys(notch_check *check, const key_check *keys)
{
  sqlite3_stmt *rows = NULL;
  /* Those of newer rows may be there already, but of rows alone. */
  static const char text[] = "SELECT count(*) FROM event_key WHERE event<=?1 OR event>=?2";
  if (sqlite3_prepare_v2(check->store->db, text, -1, &rows, NULL) != SQLITE_OK) {
    return notch_store_fail(check->store, "checking the id keys");
  }
  sqlite3_bind_int64(rows, 1, check->store->file_upto);
  sqlite3_bind_int64(rows, 2, check->store->next.event);
  notch_store_status status = notch_sql_row(check->store, rows, "checking the id keys");
  if (status == NOTCH_STORE_OK && sqlite3_column_int64(rows, 0) != keys->sent) {
    notch_check_number(check, 0, "id keys", sqlite3_column_int64(rows, 0), keys->sent);
  }
  sqlite3_finalize(rows);
  return status;
}

/* ---- the pass over all transactions ---- */

static notch_store_status walk(notch_check *check, notch_cursor *cursor, notch_check_tree *tree,
                               notch_check_books *books, key_check *keys)
{
  notch_store_status status = NOTCH_STORE_OK;
  const notch_transaction *t;
  while (status == NOTCH_STORE_OK && !check->stopped &&
         (t = notch_cursor_next(cursor)) != NULL) {
    bool at_head = false;
    check->report->events++;
    check->report->postings += t->posting_count;
    notch_check_books_row(books, t);
    status = notch_check_tree_row(tree, t, notch_cursor_leaf(cursor), &at_head);
    if (at_head) {
      notch_check_books_head(books, t->event);
    }
    status = status == NOTCH_STORE_OK ? check_key(check, keys, t) : status;
  }
  return status == NOTCH_STORE_OK ? notch_cursor_status(cursor) : status;
}

static notch_store_status check_rows(notch_check *check)
{
  notch_store *store = check->store;
  notch_cursor *cursor = NULL;
  notch_check_tree *tree = NULL;
  notch_check_books *books = NULL;
  key_check keys = {0};
  notch_store_status status = NOTCH_STORE_OK;
  if (sqlite3_prepare_v2(store->db, "SELECT 1 FROM event_key WHERE key=?1 AND event=?2", -1,
                         &keys.find, NULL) != SQLITE_OK) {
    status = notch_store_fail(store, "checking the id keys");
  }
  status = status == NOTCH_STORE_OK ? notch_cursor_open(&cursor, store, 1, 0) : status;
  status = status == NOTCH_STORE_OK ? notch_check_tree_begin(&tree, check) : status;
  status = status == NOTCH_STORE_OK ? notch_check_books_begin(&books, check) : status;
  status = status == NOTCH_STORE_OK ? walk(check, cursor, tree, books, &keys) : status;
  if (status == NOTCH_STORE_OK && !check->stopped) {
    status = notch_check_tree_end(tree);
    status = status == NOTCH_STORE_OK ? notch_check_books_end(books) : status;
    status = status == NOTCH_STORE_OK ? count_keys(check, &keys) : status;
  }
  notch_check_books_free(books);
  notch_check_tree_free(tree);
  notch_cursor_close(cursor);
  sqlite3_finalize(keys.find);
  return status;
}

notch_store_status notch_store_check(notch_store *store,
                                     bool (*found)(void *payload, const notch_difference *what),
                                     void *payload, notch_check_report *report)
{
  *report = (notch_check_report){0};
  notch_check check = {store, found, payload, report, false};
  bool own = !store->snapshot && !store->writing;
  notch_store_status status = own ? notch_store_snapshot_begin(store) : NOTCH_STORE_OK;
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  status = check_pages(&check);
  status = status == NOTCH_STORE_OK && !check.stopped ? check_schema(&check) : status;
  for (unsigned i = 0; notch_journal_tables[i] != NULL && status == NOTCH_STORE_OK; i++) {
    status = check.stopped ? status : check_dense(&check, notch_journal_tables[i]);
  }
  status = status == NOTCH_STORE_OK && !check.stopped ? check_ranges(&check) : status;
  status = status == NOTCH_STORE_OK && !check.stopped ? check_digests(&check) : status;
  status = status == NOTCH_STORE_OK && !check.stopped ? check_rows(&check) : status;
  if (own) {
    notch_store_snapshot_end(store);
  }
  return status;
}
