/* ledger/backup.c -- a copy of a ledger in use, and what is in it. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES_A_STEP 2048

/* Copies page by page; a writer in between makes SQLite start again, so after some rounds the
 * rest is copied in one go. */
static notch_store_status copy(notch_store *store, sqlite3 *to, const char *path)
{
  sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
  if (backup == NULL) {
    return notch_store_say(store, NOTCH_STORE_IO, "%.300s: the backup cannot begin (%s)", path,
                           sqlite3_errmsg(to));
  }
  int code = SQLITE_OK;
  for (unsigned round = 0; code == SQLITE_OK; round++) {
    code = sqlite3_backup_step(backup, round < 64 ? PAGES_A_STEP : -1);
    notch_lock_pass(store);
  }
  sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) {
    return NOTCH_STORE_OK;
  }
  return notch_store_say(store,
                         (code & 0xff) == SQLITE_FULL                            ? NOTCH_STORE_FULL
                         : (code & 0xff) == SQLITE_BUSY || code == SQLITE_LOCKED ? NOTCH_STORE_BUSY
                                                                                 : NOTCH_STORE_IO,
                         "%.300s: the backup could not be finished (%s)", path,
                         sqlite3_errstr(code));
}

static notch_store_status cannot_make(notch_store *store, const char *path)
{
  return errno == EEXIST
             ? notch_store_say(store, NOTCH_STORE_EXISTS,
                               "%.300s exists already; a backup never writes over a file", path)
             : notch_store_say(store, NOTCH_STORE_CANNOT_OPEN, "%.300s cannot be created (%s)",
                               path, strerror(errno));
}

static notch_store_status fill(notch_store *store, const char *beside, const char *path)
{
  sqlite3 *to = NULL;
  notch_store_status status = NOTCH_STORE_OK;
  if (sqlite3_open_v2(beside, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
          SQLITE_OK ||
      sqlite3_exec(to, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL", NULL, NULL, NULL) !=
          SQLITE_OK) {
    status = notch_store_say(store, NOTCH_STORE_CANNOT_OPEN, "%.300s cannot be written", path);
  }
  status = status == NOTCH_STORE_OK ? copy(store, to, path) : status;
  sqlite3_close(to);
  return status;
}

/* The copy gets its name, and never that of a file which is there: a file system without links
 * leaves the moment between the look and the renaming. */
static notch_store_status give_name(notch_store *store, const char *beside, const char *path)
{
  struct stat about;
  if (link(beside, path) == 0) {
    unlink(beside);
  } else if (errno == EEXIST || lstat(path, &about) == 0) {
    errno = EEXIST;
    return cannot_make(store, path);
  } else if (rename(beside, path) != 0) {
    return cannot_make(store, path);
  }
  notch_store_sync_folder(path);
  return NOTCH_STORE_OK;
}

/* The name that was asked for is only ever that of a whole copy: until then it has one beside. */
notch_store_status notch_store_backup(notch_store *store, const char *path)
{
  struct stat about;
  uint8_t random[4];
  char hex[2 * sizeof random + 1];
  if (lstat(path, &about) == 0) {
    errno = EEXIST;
    return cannot_make(store, path);
  }
  size_t room = strlen(path) + sizeof hex + 1;
  char *beside = notch_memory_resize(store->memory, NULL, room);
  if (beside == NULL || !notch_random(random, sizeof random)) {
    notch_memory_free(store->memory, beside);
    return notch_store_nomem(store);
  }
  notch_hex(hex, random, sizeof random);
  snprintf(beside, room, "%s-%s", path, hex);
  int file = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  notch_store_status status = file < 0 ? cannot_make(store, path) : NOTCH_STORE_OK;
  if (file >= 0) {
    close(file);
    status = fill(store, beside, path);
    status = status == NOTCH_STORE_OK ? give_name(store, beside, path) : status;
    if (status != NOTCH_STORE_OK) {
      unlink(beside);
    }
  }
  notch_memory_free(store->memory, beside);
  return status;
}

static int64_t bytes_of(const notch_store *store, const char *end)
{
  char name[4096];
  struct stat about;
  if (store->path == NULL || strlen(store->path) + strlen(end) >= sizeof name) {
    return 0;
  }
  strcpy(name, store->path);
  strcat(name, end);
  return stat(name, &about) == 0 ? (int64_t)about.st_size : 0;
}

notch_store_status notch_store_info_read(notch_store *store, notch_store_info *out)
{
  *out = (notch_store_info){.events = store->next.event - 1,
                            .postings = store->next.posting - 1,
                            .moves = store->next.move - 1,
                            .effects = store->next.effect - 1,
                            .members = store->next.member - 1,
                            .versions = store->next.version - 1,
                            .names = store->names.count,
                            .file_bytes = bytes_of(store, ""),
                            .wal_bytes = bytes_of(store, "-wal"),
                            .last_recorded_us = store->next.recorded_us,
                            .format = NOTCH_LEDGER_FORMAT,
                            .rollback_journal = store->rollback_journal};
  sqlite3_stmt *counts = notch_sql_get(store, NOTCH_SQL_COUNTS);
  if (counts == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, counts, "counting");
  if (status == NOTCH_STORE_OK) {
    out->heads = sqlite3_column_int64(counts, 0);
    out->seals = sqlite3_column_int64(counts, 1);
  }
  notch_sql_done(counts);
  sqlite3_stmt *first = notch_sql_get(store, NOTCH_SQL_EVENT_FIRST);
  if (status != NOTCH_STORE_OK || first == NULL) {
    return status != NOTCH_STORE_OK ? status : store->last;
  }
  status = notch_sql_row(store, first, "counting");
  out->first_recorded_us =
      status == NOTCH_STORE_OK ? sqlite3_column_int64(first, 1) : INT64_MIN;
  notch_sql_done(first);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}
