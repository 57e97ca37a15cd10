/*
 * ledger/sqlite/fit.c -- whether a file may be opened as a ledger at all (L11).
 *
 * Its first 100 bytes are read before SQLite opens it as a database: opening a foreign file in
 * WAL mode would change it.  They are read through SQLite's own file layer, because closing
 * another descriptor of the file would drop the locks that this process holds on it.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_BYTES 100

static notch_store_status refuse(notch_store_problem *problem, notch_store_status status,
                                 const char *path, const char *why)
{
  problem->status = status;
  snprintf(problem->sentence, sizeof problem->sentence, "%.300s %s",
           path != NULL ? path : "what the storage holds", why);
  return status;
}

static uint32_t big_endian(const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool notch_fit_has_beside(const char *path, const char *end)
{
  char name[4096];
  struct stat about;
  int length = snprintf(name, sizeof name, "%s%s", path, end);
  return length > 0 && (size_t)length < sizeof name && stat(name, &about) == 0 &&
         about.st_size > 0;
}

#define NO_MEMORY (-2)

/* Reads the head of the file.  Its size; -1: it cannot be opened; NO_MEMORY. */
static int64_t read_header(const char *path, uint8_t header[HEADER_BYTES])
{
  char full[4096];
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  if (vfs == NULL || vfs->xFullPathname(vfs, path, (int)sizeof full - 2, full) != SQLITE_OK) {
    return -1;
  }
  full[strlen(full) + 1] = '\0'; /* names of this layer end in two NULs */
  sqlite3_file *file = sqlite3_malloc(vfs->szOsFile);
  if (file == NULL) {
    return NO_MEMORY;
  }
  memset(file, 0, (size_t)vfs->szOsFile);
  const char *name = sqlite3_create_filename(full, "", "", 0, NULL);
  sqlite3_int64 size = name != NULL ? -1 : NO_MEMORY;
  if (name != NULL &&
      vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL) ==
          SQLITE_OK) {
    if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
      size = -1;
    } else if (size >= HEADER_BYTES &&
               file->pMethods->xRead(file, header, HEADER_BYTES, 0) != SQLITE_OK) {
      size = 0;
    }
  }
  if (file->pMethods != NULL) {
    file->pMethods->xClose(file);
  }
  sqlite3_free_filename(name);
  sqlite3_free(file);
  return size;
}

/* `mended`: a log or a rollback journal beside the file may hold the missing pages, or take back
 * the growth of a commit that was broken off. */
static notch_store_status check_size(const char *path, const uint8_t *header, int64_t size,
                                     bool mended, notch_store_problem *problem)
{
  int64_t page = (int64_t)header[16] << 8 | header[17];
  page = page == 1 ? 65536 : page;
  int64_t pages = big_endian(header + 28);
  if (page < 512 || (page & (page - 1)) != 0) {
    return refuse(problem, NOTCH_STORE_CORRUPT, path,
                  "is damaged: its first bytes are not in order; restore a backup");
  }
  if (size < page * pages && !mended) {
    return refuse(problem, NOTCH_STORE_CORRUPT, path,
                  "is cut short: its end is missing; restore a backup");
  }
  return NOTCH_STORE_OK;
}

static notch_store_status check_header(const char *path, const uint8_t *header, int64_t size,
                                       bool mended, notch_store_problem *problem)
{
  if (size == 0) {
    return refuse(problem, NOTCH_STORE_NOT_A_LEDGER, path,
                  "is not a ledger: it is empty; remove it, 'notch init' makes a new one");
  }
  if (size < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0) {
    return refuse(problem, NOTCH_STORE_NOT_A_LEDGER, path,
                  "is not a ledger: a ledger is made with 'notch init'");
  }
  if (big_endian(header + 68) != NOTCH_LEDGER_APPLICATION) {
    return refuse(problem, NOTCH_STORE_NOT_A_LEDGER, path,
                  "is not a ledger: it is the database of another program");
  }
  uint32_t format = big_endian(header + 60);
  if (format > NOTCH_LEDGER_FORMAT) {
    return refuse(problem, NOTCH_STORE_NEWER_FORMAT, path,
                  "was written by a newer release; install that one to open it");
  }
  if (format < 1) {
    return refuse(problem, NOTCH_STORE_NOT_A_LEDGER, path, NOTCH_FIT_UNFINISHED);
  }
  return check_size(path, header, size, mended, problem);
}

/* The storage of the host has no names, and nobody else's locks to drop. */
static notch_store_status check_medium(const notch_store_medium *medium, uint8_t *header,
                                       notch_store_problem *problem)
{
  int64_t size = notch_medium_size(medium), journal = 0;
  bool mended = medium->size(medium->payload, 1, &journal) == 0 && journal > 0;
  if (size < 0 || (size >= HEADER_BYTES &&
                   medium->read(medium->payload, 0, 0, header, HEADER_BYTES) != 0)) {
    return refuse(problem, NOTCH_STORE_CANNOT_OPEN, NULL, "cannot be read");
  }
  return check_header(NULL, header, size, mended, problem);
}

notch_store_status notch_fit_check(const char *path, const notch_store_medium *medium,
                                   notch_store_problem *problem)
{
  uint8_t header[HEADER_BYTES];
  struct stat about;
  if (medium != NULL) {
    return check_medium(medium, header, problem);
  }
  if (stat(path, &about) != 0) {
    bool hidden = errno == EACCES;
    return refuse(problem, NOTCH_STORE_CANNOT_OPEN, path,
                  hidden ? "cannot be opened: no permission to see it"
                         : "cannot be opened: there is no such file ('notch init' makes one)");
  }
  if (!S_ISREG(about.st_mode)) {
    return refuse(problem, NOTCH_STORE_NOT_A_LEDGER, path,
                  S_ISDIR(about.st_mode) ? "is not a ledger: it is a folder"
                                         : "is not a ledger: it is not a file");
  }
  int64_t size = read_header(path, header);
  if (size == NO_MEMORY) {
    return refuse(problem, NOTCH_STORE_NOMEM, path, "cannot be opened: out of memory");
  }
  if (size < 0) {
    return refuse(problem, NOTCH_STORE_CANNOT_OPEN, path,
                  "cannot be opened: no permission to read it");
  }
  bool mended = notch_fit_has_beside(path, "-wal") || notch_fit_has_beside(path, "-journal");
  return check_header(path, header, size, mended, problem);
}
