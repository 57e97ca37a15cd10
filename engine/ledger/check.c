/*
 * ledger/check.c -- the checks of a stored ledger that need no rules: the file and its tables
 * here; in one pass leaves and heads in check_tree.c, what the rows say in check_books.c, what
 * may be erased in check_personal.c, what could be rebuilt in check_caches.c.
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

/* No table of the file can have more rows than the file has bytes: a larger number is damage,
 * and what lies beyond the bound is reported like any other reference to nothing. */
int64_t notch_check_rows_at_most(notch_store *store, int64_t claimed)
{
  sqlite3_stmt *size = NULL;
  int64_t bytes = 0;
  const char *ask = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
  if (sqlite3_prepare_v2(store->db, ask, -1, &size, NULL) == SQLITE_OK &&
      sqlite3_step(size) == SQLITE_ROW) {
    bytes = sqlite3_column_int64(size, 0);
  }
  sqlite3_finalize(size);
  return claimed < 0 ? 0 : claimed < bytes ? claimed : bytes;
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

/* What a name of SQLite's own begins with no other name may. */
static const char schema_text[] =
    "SELECT coalesce(type||' '||name,''), coalesce(sql,'') FROM sqlite_schema"
    " WHERE name IS NULL OR name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1";

/* All must be as in a new ledger, views too: totals are read through them, by us and by whoever
 * has a shell only.  Both lists are in order, so they are merged. */
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
  if (strcmp(table, "head") == 0 || strcmp(table, "node") == 0 ||
      strcmp(table, "event_more") == 0) {
    return NOTCH_STORE_OK; /* not dense by design */
  }
  table = strcmp(table, "posting_more") == 0 ? "posting" : table; /* with those in `event` */
  snprintf(text, sizeof text, /* a name of journal.def, and of its key */
           "SELECT count(*),coalesce(min(%s),1),coalesce(max(%s),0) FROM %s", table, table,
           table);
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

/* Values are read into narrower fields than a column has, shares and keys from a text, and a lot's
 * terms only where one opens: what would be lost on the way must not be there. */
static const struct {
  const char *what, *sql; /* the first of those that do not fit */
} ranges[] = {
    {"range form", "SELECT form FROM form WHERE"
                   " type NOT BETWEEN 0 AND 4294967295 OR version NOT BETWEEN 0 AND 4294967295 OR"
                   " outcome NOT BETWEEN 0 AND 65535 OR offset NOT BETWEEN -1440 AND 1440 OR"
                   " postings NOT BETWEEN 0 AND 4294967295 OR (postings=0)<>(points IS NULL) OR"
                   " (postings=0 AND coalesce(source,target,terms) IS NOT NULL) OR"
                   " terms NOT BETWEEN 0 AND 4294967295 OR more NOT BETWEEN 0 AND 1 OR"
                   " (shape<>0 AND shape NOT IN (SELECT shape FROM shape)) OR"
                   " form NOT IN (SELECT form FROM event) LIMIT 1"},
    {"range form", "SELECT max(form) FROM form GROUP BY type,offset,version,outcome,postings,"
                   "points,source,target,terms,shape,more HAVING count(*)>1 LIMIT 1"},
    {"range event", "SELECT event FROM event WHERE previous NOT BETWEEN 0 AND event-1 OR"
                    " form NOT IN (SELECT form FROM form) LIMIT 1"},
    {"range event", "SELECT e.event FROM event e JOIN form f ON f.form=e.form WHERE"
                    " (f.postings=0)<>(e.amount IS NULL) OR (f.postings=0)<>(e.lot IS NULL) OR"
                    " (f.postings=0 AND e.rules IS NOT NULL) OR"
                    " (f.shape<>0 AND e.content IS NULL) OR"
                    " (e.lot IS NOT 0 AND coalesce(e.matures,e.expires,f.terms) IS NOT NULL) OR"
                    " e.event-e.posting<>coalesce((SELECT p.event-p.posting+g.postings"
                    " FROM event p JOIN form g ON g.form=p.form WHERE p.event=e.event-1),1) OR"
                    " f.more<>EXISTS(SELECT 1 FROM event_more m WHERE m.event=e.event) LIMIT 1"},
    {"range event", "SELECT event FROM event_more n WHERE origin NOT BETWEEN 0 AND 2 OR"
                    " (origin=0 AND cause=0 AND move=0 AND effect=0 AND"
                    " coalesce(earned,partner,shared,detail) IS NULL) OR"
                    " NOT EXISTS(SELECT 1 FROM event e WHERE e.event=n.event AND"
                    " (e.lot IS 0 OR coalesce(n.earned,n.partner) IS NULL)) OR"
                    " (move<>0 AND NOT EXISTS(SELECT 1 FROM move m WHERE"
                    " m.move=n.move AND m.event=n.event)) OR"
                    " (effect<>0 AND NOT EXISTS(SELECT 1 FROM effect f WHERE"
                    " f.effect=n.effect AND f.event=n.event)) LIMIT 1"},
    {"range event", "SELECT event FROM notch_event e WHERE postings>1 AND postings-1<>"
                    "(SELECT count(*) FROM posting_more p WHERE p.event=e.event AND"
                    " p.posting>e.posting AND p.posting<e.posting+e.postings) LIMIT 1"},
    {"range posting", "SELECT posting FROM posting_more p WHERE NOT EXISTS(SELECT 1 FROM"
                      " notch_event e WHERE e.event=p.event AND p.posting>e.posting AND"
                      " p.posting<e.posting+e.postings) OR (p.lot<>p.posting AND"
                      " coalesce(matures,expires,terms,earned,partner) IS NOT NULL) LIMIT 1"},
    {"range event", "SELECT event FROM move m WHERE coalesce((SELECT e.move NOT BETWEEN 1 AND"
                    " m.move FROM event_more e WHERE e.event=m.event),1) LIMIT 1"},
    {"range event", "SELECT event FROM effect f WHERE coalesce((SELECT e.effect NOT BETWEEN 1 AND"
                    " f.effect FROM event_more e WHERE e.event=f.event),1) LIMIT 1"},
    {"range posting", "SELECT posting FROM posting WHERE points NOT BETWEEN 1 AND 4294967295 OR"
                      " source NOT BETWEEN 1 AND 9 OR target NOT BETWEEN 1 AND 9 OR"
                      " terms NOT BETWEEN 0 AND 4294967295 OR"
                      " partner NOT BETWEEN 0 AND 4294967295 OR"
                      " (typeof(rules)='integer' AND rules NOT BETWEEN 0 AND 4294967295) OR"
                      " (typeof(rules)='text' AND (rules GLOB '*[^]0-9,[-]*' OR"
                      " rules NOT GLOB '[[]*,*' OR NOT json_valid(rules) OR json(rules)<>rules)) OR"
                      " typeof(rules) IN ('blob','real') LIMIT 1"},
    {"range move", "SELECT move FROM move WHERE ladder NOT BETWEEN 0 AND 4294967295 OR"
                   " tier NOT BETWEEN 0 AND 4294967295 OR cause NOT BETWEEN 0 AND 255 LIMIT 1"},
    {"range effect", "SELECT effect FROM effect WHERE kind NOT BETWEEN 0 AND 255 OR"
                     " subject NOT BETWEEN 0 AND 4294967295 OR"
                     " rule NOT BETWEEN 0 AND 4294967295 LIMIT 1"},
    {"range event", "SELECT event FROM event WHERE content NOT GLOB '[[]*' AND form IN (SELECT form"
                    " FROM form f JOIN shape s ON s.shape=f.shape WHERE s.texts IS NULL) LIMIT 1"},
    {"range shape", "SELECT shape FROM shape WHERE shape NOT IN (SELECT shape FROM form)"
                    " OR NOT json_valid(keys) OR json(keys)<>keys"
                    " OR EXISTS(SELECT 1 FROM shape o WHERE o.shape<>shape.shape AND"
                    " o.keys=shape.keys AND o.texts IS shape.texts) LIMIT 1"},
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

/* ---- the pass over all transactions ---- */

typedef struct passes {
  notch_cursor *cursor;
  notch_check_tree *tree;
  notch_check_books *books;
  notch_check_personal *personal;
  notch_check_caches *caches;
} passes;

static notch_store_status begin(notch_check *check, passes *p)
{
  notch_store_status status = notch_cursor_open_leaves(&p->cursor, check->store);
  status = status == NOTCH_STORE_OK ? notch_check_tree_begin(&p->tree, check) : status;
  status = status == NOTCH_STORE_OK ? notch_check_books_begin(&p->books, check) : status;
  status = status == NOTCH_STORE_OK ? notch_check_personal_begin(&p->personal, check) : status;
  return status == NOTCH_STORE_OK ? notch_check_caches_begin(&p->caches, check) : status;
}

static notch_store_status walk(notch_check *check, const passes *p)
{
  notch_store_status status = NOTCH_STORE_OK;
  const notch_transaction *t;
  while (status == NOTCH_STORE_OK && !check->stopped &&
         (t = notch_cursor_next(p->cursor)) != NULL) {
    bool at_head = false;
    check->report->events++;
    check->report->postings += t->posting_count;
    notch_check_books_row(p->books, t);
    status = notch_check_tree_row(p->tree, t, notch_cursor_leaf(p->cursor), &at_head);
    if (at_head) {
      notch_check_books_head(p->books, t->event);
    }
    status = status == NOTCH_STORE_OK ? notch_check_personal_row(p->personal, t) : status;
    status = status == NOTCH_STORE_OK ? notch_check_caches_row(p->caches, t) : status;
  }
  return status == NOTCH_STORE_OK ? notch_cursor_status(p->cursor) : status;
}

static notch_store_status end(const passes *p)
{
  notch_store_status status = notch_check_tree_end(p->tree);
  status = status == NOTCH_STORE_OK ? notch_check_books_end(p->books) : status;
  status = status == NOTCH_STORE_OK ? notch_check_personal_end(p->personal) : status;
  return status == NOTCH_STORE_OK ? notch_check_caches_end(p->caches) : status;
}

static notch_store_status check_rows(notch_check *check)
{
  passes p = {0};
  notch_store_status status = begin(check, &p);
  status = status == NOTCH_STORE_OK ? walk(check, &p) : status;
  status = status == NOTCH_STORE_OK && !check->stopped ? end(&p) : status;
  notch_check_caches_free(p.caches);
  notch_check_personal_free(p.personal);
  notch_check_books_free(p.books);
  notch_check_tree_free(p.tree);
  notch_cursor_close(p.cursor);
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
  status = status == NOTCH_STORE_OK && !check.stopped ? check_rows(&check) : status;
  if (own) {
    notch_store_snapshot_end(store);
  }
  return status;
}
