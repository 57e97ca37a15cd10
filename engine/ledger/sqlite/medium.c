/*
 * ledger/sqlite/medium.c -- SQLite's files in the storage of the host.
 *
 * Only one handle uses such a ledger, so there is nothing to lock, and no index to share: the
 * journal is one of the rollback kind.  Temporary files stay in memory (temp_store).  What needs
 * the machine, time and random numbers, is the default layer's.
 */
#include <config.h>

#include "ledger/sqlite/medium.h"

#include <stdio.h>
#include <string.h>

#define LEDGER 0
#define JOURNAL 1
#define SECTOR_BYTES 4096
#define PATH_BYTES 64

struct notch_medium {
  sqlite3_vfs layer;
  const notch_store_medium *host;
  sqlite3_vfs *machine;
  char name[40];
};

typedef struct medium_file {
  sqlite3_file base;
  const notch_store_medium *host;
  int part;
} medium_file;

static const medium_file *of(const sqlite3_file *file)
{
  return (const medium_file *)file;
}

/* ---- one file ---- */

static int file_close(sqlite3_file *file)
{
  (void)file;
  return SQLITE_OK;
}

/* What is behind the end reads as zeros, and is said to be short. */
static int file_read(sqlite3_file *file, void *to, int size, sqlite3_int64 offset)
{
  const notch_store_medium *host = of(file)->host;
  int64_t whole = 0;
  if (host->size(host->payload, of(file)->part, &whole) != 0) {
    return SQLITE_IOERR_READ;
  }
  int64_t there = whole > offset ? whole - offset : 0;
  int part = there < size ? (int)there : size;
  if (part > 0 && host->read(host->payload, of(file)->part, offset, to, (size_t)part) != 0) {
    return SQLITE_IOERR_READ;
  }
  memset((char *)to + part, 0, (size_t)(size - part));
  return part == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *from, int size, sqlite3_int64 offset)
{
  const notch_store_medium *host = of(file)->host;
  int failed = host->write(host->payload, of(file)->part, offset, from, (size_t)size);
  return failed == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
  const notch_store_medium *host = of(file)->host;
  return host->resize(host->payload, of(file)->part, size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_sync(sqlite3_file *file, int flags)
{
  const notch_store_medium *host = of(file)->host;
  (void)flags;
  return host->sync(host->payload, of(file)->part) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
  const notch_store_medium *host = of(file)->host;
  int64_t size = 0;
  if (host->size(host->payload, of(file)->part, &size) != 0) {
    return SQLITE_IOERR_FSTAT;
  }
  *out = size;
  return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
  (void)file;
  (void)level;
  return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
  (void)file;
  *out = 0;
  return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
  (void)file;
  (void)operation;
  (void)argument;
  return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
  (void)file;
  return SECTOR_BYTES;
}

static int file_traits(sqlite3_file *file)
{
  (void)file;
  return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

/* ---- the layer ---- */

static const notch_medium *medium_of(const sqlite3_vfs *layer)
{
  return layer->pAppData;
}

static int part_of(const char *name)
{
  return strcmp(name, NOTCH_MEDIUM_FILE) == 0              ? LEDGER
         : strcmp(name, NOTCH_MEDIUM_FILE "-journal") == 0 ? JOURNAL
                                                           : -1;
}

static int layer_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags,
                      int *out_flags)
{
  int part = name != NULL ? part_of(name) : -1;
  file->pMethods = NULL;
  if (part < 0) {
    return SQLITE_CANTOPEN;
  }
  *(medium_file *)file =
      (medium_file){.base = {.pMethods = &methods}, .host = medium_of(layer)->host, .part = part};
  if (out_flags != NULL) {
    *out_flags = flags;
  }
  return SQLITE_OK;
}

static int layer_delete(sqlite3_vfs *layer, const char *name, int sync_folder)
{
  const notch_store_medium *host = medium_of(layer)->host;
  (void)sync_folder;
  if (part_of(name) != JOURNAL) {
    return SQLITE_OK; /* nothing else is ever made */
  }
  bool gone =
      host->resize(host->payload, JOURNAL, 0) == 0 && host->sync(host->payload, JOURNAL) == 0;
  return gone ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static int layer_access(sqlite3_vfs *layer, const char *name, int flags, int *out)
{
  const notch_store_medium *host = medium_of(layer)->host;
  int part = part_of(name);
  int64_t size = 0;
  (void)flags;
  if (part >= 0 && host->size(host->payload, part, &size) != 0) {
    return SQLITE_IOERR_ACCESS;
  }
  *out = size > 0;
  return SQLITE_OK;
}

static int layer_full_name(sqlite3_vfs *layer, const char *name, int room, char *out)
{
  (void)layer;
  return snprintf(out, (size_t)room, "%s", name) < room ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int layer_random(sqlite3_vfs *layer, int size, char *out)
{
  sqlite3_vfs *machine = medium_of(layer)->machine;
  return machine->xRandomness(machine, size, out);
}

static int layer_sleep(sqlite3_vfs *layer, int us)
{
  sqlite3_vfs *machine = medium_of(layer)->machine;
  return machine->xSleep(machine, us);
}

static int layer_time(sqlite3_vfs *layer, double *out)
{
  sqlite3_vfs *machine = medium_of(layer)->machine;
  return machine->xCurrentTime(machine, out);
}

static int layer_error(sqlite3_vfs *layer, int room, char *out)
{
  (void)layer;
  (void)room;
  (void)out;
  return 0;
}

notch_medium *notch_medium_new(const notch_memory *memory, const notch_store_medium *host)
{
  notch_medium *medium = notch_memory_resize(memory, NULL, sizeof *medium);
  if (medium == NULL) {
    return NULL;
  }
  *medium = (notch_medium){.host = host, .machine = sqlite3_vfs_find(NULL)};
  snprintf(medium->name, sizeof medium->name, "notch-%p", (void *)medium);
  medium->layer = (sqlite3_vfs){.iVersion = 1,
                                .szOsFile = sizeof(medium_file),
                                .mxPathname = PATH_BYTES,
                                .zName = medium->name,
                                .pAppData = medium,
                                .xOpen = layer_open,
                                .xDelete = layer_delete,
                                .xAccess = layer_access,
                                .xFullPathname = layer_full_name,
                                .xRandomness = layer_random,
                                .xSleep = layer_sleep,
                                .xCurrentTime = layer_time,
                                .xGetLastError = layer_error};
  if (medium->machine == NULL || sqlite3_vfs_register(&medium->layer, 0) != SQLITE_OK) {
    notch_memory_free(memory, medium);
    return NULL;
  }
  return medium;
}

void notch_medium_free(notch_medium *medium, const notch_memory *memory)
{
  if (medium != NULL) {
    sqlite3_vfs_unregister(&medium->layer);
    notch_memory_free(memory, medium);
  }
}

const char *notch_medium_layer(const notch_medium *medium)
{
  return medium->name;
}

int64_t notch_medium_size(const notch_store_medium *host)
{
  int64_t size = -1;
  return host->size(host->payload, LEDGER, &size) == 0 ? size : -1;
}

void notch_medium_clear(const notch_store_medium *host)
{
  (void)host->resize(host->payload, LEDGER, 0);
  (void)host->resize(host->payload, JOURNAL, 0);
}
