/* ledger/sqlite/error.c -- statements, and the one mapping of SQLite's result codes. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

const char *notch_store_status_word(notch_store_status status)
{
  switch (status) {
  case NOTCH_STORE_OK: return "ok";
  case NOTCH_STORE_NOTFOUND: return "not_found";
  case NOTCH_STORE_NOMEM: return "out_of_memory";
  case NOTCH_STORE_BUSY: return "busy";
  case NOTCH_STORE_IO: return "input_output";
  case NOTCH_STORE_FULL: return "disk_full";
  case NOTCH_STORE_READONLY: return "read_only";
  case NOTCH_STORE_CORRUPT: return "damaged";
  case NOTCH_STORE_NOT_A_LEDGER: return "not_a_ledger";
  case NOTCH_STORE_NEWER_FORMAT: return "newer_format";
  case NOTCH_STORE_EXISTS: return "exists";
  case NOTCH_STORE_CANNOT_OPEN: return "cannot_open";
  case NOTCH_STORE_MISUSE: return "misuse";
  case NOTCH_STORE_OVERFLOW: return "overflow";
  case NOTCH_STORE_BROKEN: return "broken";
  }
  return "unknown";
}

notch_store_status notch_store_say(notch_store *store, notch_store_status status,
                                   const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(store->sentence, sizeof store->sentence, format, arguments);
  va_end(arguments);
  store->last = status;
  return status;
}

notch_store_status notch_store_nomem(notch_store *store)
{
  notch_memory_deny(store->memory);
  return notch_store_say(store, NOTCH_STORE_NOMEM, "out of memory while working on the ledger");
}

static notch_store_status input_output(notch_store *store, int extended, const char *doing)
{
  if (extended == SQLITE_IOERR_NOMEM) {
    return notch_store_nomem(store);
  }
  if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC) {
    store->broken = true; /* L7: what the disk holds now is not known */
    return notch_store_say(store, NOTCH_STORE_IO,
                           "%s: the disk did not confirm a write; this ledger must be closed "
                           "and opened again once the disk is sound",
                           doing);
  }
  return notch_store_say(store, NOTCH_STORE_IO, "%s: the disk reports an error (%s)", doing,
                         sqlite3_errmsg(store->db));
}

/* The index of the log has no room where SQLite speaks of an error of the disk. */
static bool is_full(const notch_store *store, int code)
{
  return code == SQLITE_FULL ||
         (code == SQLITE_IOERR && sqlite3_system_errno(store->db) == ENOSPC);
}

notch_store_status notch_store_fail(notch_store *store, const char *what)
{
  char doing[320];
  int extended = sqlite3_extended_errcode(store->db);
  bool named = store->path != NULL;
  snprintf(doing, sizeof doing, "%.240s%s%.60s", named ? store->path : "", named ? ": " : "", what);
  if (is_full(store, extended & 0xff)) {
    return notch_store_say(store, NOTCH_STORE_FULL,
                           "%s: the disk is full; make room on it and try again", doing);
  }
  switch (extended & 0xff) {
  case SQLITE_NOMEM: return notch_store_nomem(store);
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return notch_store_say(store, NOTCH_STORE_BUSY,
                           "%s: another process is using the ledger; nothing was stored, "
                           "try again",
                           doing);
  case SQLITE_IOERR: return input_output(store, extended, doing);
  case SQLITE_READONLY:
  case SQLITE_PERM:
    if (extended == SQLITE_READONLY_ROLLBACK) {
      return notch_store_say(store, NOTCH_STORE_READONLY,
                             "%s: a process died within a commit; whoever may write the ledger "
                             "takes that back by opening it",
                             doing);
    }
    return notch_store_say(store, NOTCH_STORE_READONLY,
                           "%s: the ledger or its folder cannot be written; its owner has to "
                           "allow that",
                           doing);
  case SQLITE_CANTOPEN:
    return notch_store_say(store, NOTCH_STORE_CANNOT_OPEN,
                           "%s: a file of the ledger cannot be opened; are its folder and its "
                           "-wal and -shm files readable and writable?",
                           doing);
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return notch_store_say(store, NOTCH_STORE_CORRUPT,
                           "%s: the ledger is damaged (%s); restore a backup, or see what "
                           "'notch verify' finds",
                           doing, sqlite3_errmsg(store->db));
  case SQLITE_CONSTRAINT:
    return notch_store_say(store, NOTCH_STORE_CORRUPT,
                           "%s: the ledger refused a row (%s)", doing,
                           sqlite3_errmsg(store->db));
  default:
    return notch_store_say(store, NOTCH_STORE_CORRUPT, "%s: %s", doing,
                           sqlite3_errmsg(store->db));
  }
}

const char *notch_store_error(const notch_store *store)
{
  return store->sentence;
}

static const char *const sql_texts[] = {
#define SQL(name, text) text,
#include "ledger/sqlite/sql.def"
#undef SQL
};

const char *notch_sql_text(notch_sql sql)
{
  assert(sql < NOTCH_SQL_COUNT);
  return sql_texts[sql];
}

sqlite3_stmt *notch_sql_get(notch_store *store, notch_sql sql)
{
  sqlite3_stmt **statement = &store->statements[sql];
  if (*statement == NULL &&
      sqlite3_prepare_v3(store->db, sql_texts[sql], -1, SQLITE_PREPARE_PERSISTENT, statement,
                         NULL) != SQLITE_OK) {
    notch_store_fail(store, "preparing a statement");
    return NULL;
  }
  if (*statement != NULL && sqlite3_stmt_busy(*statement)) {
    sqlite3_reset(*statement); /* a caller's arena has jumped out of a read */
  }
  return *statement;
}

void notch_sql_done(sqlite3_stmt *statement)
{
  sqlite3_reset(statement);
}

notch_store_status notch_sql_run(notch_store *store, sqlite3_stmt *statement, const char *doing)
{
  int code = sqlite3_step(statement);
  notch_lock_pass(store);
  notch_store_status status = NOTCH_STORE_OK;
  if (code != SQLITE_DONE) {
    assert(code != SQLITE_ROW);
    status = notch_store_fail(store, doing);
  }
  sqlite3_reset(statement);
  return status;
}

notch_store_status notch_sql_row(notch_store *store, sqlite3_stmt *statement, const char *doing)
{
  int code = sqlite3_step(statement);
  notch_lock_pass(store);
  if (code == SQLITE_ROW) {
    return NOTCH_STORE_OK;
  }
  return code == SQLITE_DONE ? NOTCH_STORE_NOTFOUND : notch_store_fail(store, doing);
}

notch_text notch_column_text(sqlite3_stmt *statement, int column)
{
  const char *bytes = (const char *)sqlite3_column_blob(statement, column);
  return (notch_text){bytes, (uint32_t)sqlite3_column_bytes(statement, column)};
}

bool notch_column_digest(sqlite3_stmt *statement, int column, notch_digest *out)
{
  const void *bytes = sqlite3_column_blob(statement, column);
  if (sqlite3_column_bytes(statement, column) != (int)sizeof out->bytes) {
    *out = (notch_digest){{0}};
    return false;
  }
  __builtin_memcpy(out->bytes, bytes, sizeof out->bytes);
  return true;
}

void notch_bind_text(sqlite3_stmt *statement, int index, notch_text text)
{
  if (text.length == 0) {
    sqlite3_bind_null(statement, index);
  } else {
    sqlite3_bind_text(statement, index, text.bytes, (int)text.length, SQLITE_STATIC);
  }
}
