/* ledger/sqlite/open.c -- creating, opening and closing a ledger (L11, L12). */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS_DEFAULT 5000u
#define CLOSE_WAIT_MS 200u /* for the last turn to write the caches back */

static char *join(const notch_memory *memory, const char *left, const char *right)
{
  size_t size = strlen(left) + strlen(right) + 1;
  char *text = notch_memory_resize(memory, NULL, size);
  if (text != NULL) {
    snprintf(text, size, "%s%s", left, right);
  }
  return text;
}

static void free_store(notch_store *store)
{
  for (unsigned i = 0; i < NOTCH_SQL_COUNT; i++) {
    sqlite3_finalize(store->statements[i]);
  }
  sqlite3_close_v2(store->db);
  notch_medium_free(store->medium, store->memory);
  notch_lock_close(store);
  notch_members_free(store);
  notch_keys_free(store);
  notch_ids_clear(store);
  notch_names_free(store);
  notch_shapes_free(store);
  notch_forms_free(store);
  notch_memory_free(store->memory, store->waiting.members);
  notch_memory_free(store->memory, store->waiting.versions);
  notch_arena_free(&store->waiting.texts);
  notch_buffer_free(&store->leaf);
  notch_buffer_free(&store->rules);
  notch_hasher_free(store->hasher);
  notch_memory_free(store->memory, (void *)(uintptr_t)store->origin.bytes);
  notch_memory_free(store->memory, store->lock.path);
  notch_memory_free(store->memory, store->path);
  notch_memory_free(store->memory, store);
}

static notch_store *new_store(const char *path, const notch_store_options *options)
{
  const notch_memory *memory = options->memory ? options->memory : &notch_memory_system;
  notch_store *store = notch_memory_resize(memory, NULL, sizeof *store);
  if (store == NULL) {
    return NULL;
  }
  *store = (notch_store){.memory = memory, .options = *options};
  store->options.busy_ms = options->busy_ms != 0 ? options->busy_ms : BUSY_MS_DEFAULT;
  store->lock.file = -1;
  store->lock.ticket = store->lock.newest = -1;
  store->next.recorded_us = INT64_MIN;
  store->booked_newest = INT64_MIN;
  notch_arena_init(&store->ids.texts, memory);
  notch_arena_init(&store->names.texts, memory);
  notch_arena_init(&store->shapes.texts, memory);
  notch_buffer_init(&store->shapes.keys, memory);
  notch_buffer_init(&store->shapes.sorts, memory);
  notch_buffer_init(&store->shapes.values, memory);
  notch_arena_init(&store->waiting.texts, memory);
  notch_buffer_init(&store->leaf, memory);
  notch_buffer_init(&store->rules, memory);
  store->hasher = notch_hasher_new();
  bool fine = store->hasher != NULL;
  if (path == NULL && options->medium != NULL) {
    store->host = *options->medium;
    store->options.medium = NULL; /* the caller's may go */
    store->medium = notch_medium_new(memory, &store->host);
    fine = fine && store->medium != NULL;
  }
  if (path != NULL) {
    store->path = join(memory, path, "");
    store->lock.path = join(memory, path, "-lock");
    fine = fine && store->path != NULL && store->lock.path != NULL;
  }
  if (!fine) {
    free_store(store);
    return NULL;
  }
  return store;
}

static int count_log_pages(void *payload, sqlite3 *db, const char *name, int pages)
{
  (void)db;
  (void)name;
  *(int *)payload = pages;
  return SQLITE_OK;
}

static notch_store_status run_text(notch_store *store, const char *text)
{
  if (sqlite3_exec(store->db, text, NULL, NULL, NULL) != SQLITE_OK) {
    return notch_store_fail(store, "opening the ledger");
  }
  return NOTCH_STORE_OK;
}

/* Kibibytes of pages; of those that are read one after the other none is needed again. */
#define CACHE_FOR_LOOKING_UP "PRAGMA cache_size=-32768;"
#define CACHE_FOR_READING_ON "PRAGMA cache_size=-1024;"

/* What every connection needs; the journal mode is set once the file is known. */
static notch_store_status configure(notch_store *store)
{
  sqlite3_extended_result_codes(store->db, 1);
  sqlite3_busy_handler(store->db, notch_lock_wait, store);
  sqlite3_wal_hook(store->db, count_log_pages, &store->wal_pages); /* no automatic checkpoint */
  sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  if (store->options.read_only) {
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  }
  if (notch_row_begin(store) != SQLITE_OK) {
    return notch_store_fail(store, "opening the ledger");
  }
  return run_text(store, "PRAGMA recursive_triggers=ON;" /* L3: REPLACE meets the triggers too */
                         "PRAGMA secure_delete=ON;"      /* L13 */
                         "PRAGMA synchronous=FULL;"      /* L7 */
                         "PRAGMA foreign_keys=OFF;"
                         "PRAGMA temp_store=MEMORY;"
                         CACHE_FOR_LOOKING_UP);
}

void notch_store_reads_all(notch_store *store, bool begins)
{
  (void)run_text(store, begins ? CACHE_FOR_READING_ON : CACHE_FOR_LOOKING_UP);
}

static int open_connection(notch_store *store, sqlite3 **db, int flags)
{
  const char *name = store->medium != NULL ? NOTCH_MEDIUM_FILE
                     : store->path != NULL ? store->path
                                           : ":memory:";
  return sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX,
                         store->medium != NULL ? notch_medium_layer(store->medium) : NULL);
}

static notch_store_status open_database(notch_store *store, int flags)
{
  int code = open_connection(store, &store->db, flags);
  if (code != SQLITE_OK) {
    return store->db == NULL ? notch_store_nomem(store)
                             : notch_store_fail(store, "opening the ledger");
  }
  return configure(store);
}

/* Whoever died within a commit left its rollback journal.  A connection that may write takes the
 * commit back by reading; one that only reads refuses to read. */
static bool take_back(notch_store *store)
{
  sqlite3 *db = NULL;
  bool taken = sqlite3_extended_errcode(store->db) == SQLITE_READONLY_ROLLBACK &&
               open_connection(store, &db, SQLITE_OPEN_READWRITE) == SQLITE_OK &&
               sqlite3_busy_handler(db, notch_lock_wait, store) == SQLITE_OK &&
               sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) ==
                   SQLITE_OK;
  sqlite3_close(db);
  return taken;
}

/* A WAL ledger in a folder that cannot be written has no room for the index of its log.  Where
 * there is no log either, the file alone is the ledger and is read as it stands. */
static notch_store_status open_unchanging(notch_store *store)
{
  char *name = sqlite3_mprintf("file:%s?immutable=1", store->path);
  notch_store_status status = store->last;
  if (name != NULL && strpbrk(store->path, "?#%") == NULL &&
      !notch_fit_has_beside(store->path, "-wal") &&
      !notch_fit_has_beside(store->path, "-journal")) {
    for (unsigned i = 0; i < NOTCH_SQL_COUNT; i++) {
      sqlite3_finalize(store->statements[i]);
      store->statements[i] = NULL;
    }
    sqlite3_close_v2(store->db);
    store->db = NULL;
    int code = sqlite3_open_v2(name, &store->db,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    status = code == SQLITE_OK ? configure(store) : notch_store_fail(store, "opening the ledger");
  }
  sqlite3_free(name);
  return status;
}

static notch_store_status read_ledger_row(notch_store *store)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_LEDGER_GET);
  if (get == NULL) {
    return store->last;
  }
  notch_store_status status = notch_sql_row(store, get, "reading the ledger");
  if (status == NOTCH_STORE_OK) {
    notch_text origin = notch_column_text(get, 0);
    char *copy = notch_memory_resize(store->memory, NULL, (size_t)origin.length + 1);
    if (copy == NULL) {
      status = notch_store_nomem(store);
    } else {
      memcpy(copy, origin.length > 0 ? origin.bytes : "", origin.length);
      copy[origin.length] = '\0';
      notch_memory_free(store->memory, (void *)(uintptr_t)store->origin.bytes);
      store->origin = (notch_text){copy, origin.length};
      store->clock = (notch_store_clock)sqlite3_column_int(get, 1);
    }
  }
  notch_sql_done(get);
  return status == NOTCH_STORE_NOTFOUND
             ? notch_store_say(store, NOTCH_STORE_CORRUPT, "the ledger's own row is missing")
             : status;
}

static bool has_no_tables(sqlite3 *db)
{
  sqlite3_stmt *any = NULL;
  bool none = sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema", -1, &any, NULL) == SQLITE_OK &&
              sqlite3_step(any) == SQLITE_DONE;
  sqlite3_finalize(any);
  return none;
}

/* Every statement must suit the tables, or they are not those of a ledger. */
static notch_store_status prepare_all(notch_store *store)
{
  const char *name = store->path != NULL ? store->path : "the ledger";
  for (unsigned i = 0; i < NOTCH_SQL_COUNT; i++) {
    if (notch_sql_get(store, (notch_sql)i) != NULL) {
      continue;
    }
    if (sqlite3_errcode(store->db) != SQLITE_ERROR) {
      return store->last;
    }
    notch_store_say(store, NOTCH_STORE_CORRUPT,
                    "%.300s is damaged: its tables are not those of a ledger (%s)", name,
                    sqlite3_errmsg(store->db));
    return has_no_tables(store->db) ? notch_store_say(store, NOTCH_STORE_NOT_A_LEDGER, "%.300s %s",
                                                      name, NOTCH_FIT_UNFINISHED)
                                    : store->last;
  }
  return NOTCH_STORE_OK;
}

static notch_store_status journal_mode(notch_store *store)
{
  sqlite3_stmt *mode = NULL;
  if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &mode, NULL) != SQLITE_OK) {
    return notch_store_fail(store, "opening the ledger");
  }
  notch_store_status status = notch_sql_row(store, mode, "opening the ledger");
  const char *word = status == NOTCH_STORE_OK ? (const char *)sqlite3_column_text(mode, 0) : "";
  store->rollback_journal = word == NULL || strcmp(word, "wal") != 0;
  sqlite3_finalize(mode);
  if (status == NOTCH_STORE_OK && store->rollback_journal && !store->options.read_only) {
    status = run_text(store, "PRAGMA journal_mode=TRUNCATE");
  }
  return status;
}

static notch_store_status look_inside(notch_store *store)
{
  notch_store_status status = journal_mode(store);
  status = status == NOTCH_STORE_OK ? prepare_all(store) : status;
  status = status == NOTCH_STORE_OK ? read_ledger_row(store) : status;
  if (status == NOTCH_STORE_OK) {
    status = notch_store_snapshot_begin(store);
    notch_store_snapshot_end(store);
  }
  notch_lock_pass(store);
  return status;
}

static notch_store_status give_up(notch_store *store, notch_store_status status,
                                  notch_store_problem *problem)
{
  problem->status = status;
  snprintf(problem->sentence, sizeof problem->sentence, "%s", store->sentence);
  free_store(store);
  return status;
}

static notch_store_status no_memory(notch_store_problem *problem)
{
  problem->status = NOTCH_STORE_NOMEM;
  snprintf(problem->sentence, sizeof problem->sentence, "out of memory");
  return NOTCH_STORE_NOMEM;
}

notch_store_status notch_store_open(notch_store **out, const char *path,
                                    const notch_store_options *options,
                                    notch_store_problem *problem)
{
  *out = NULL;
  *problem = (notch_store_problem){0};
  const notch_store_medium *medium = path == NULL ? options->medium : NULL;
  notch_store_status status = notch_fit_check(path, medium, problem);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  notch_store *store = new_store(path, options);
  if (store == NULL) {
    return no_memory(problem);
  }
  status = open_database(store, options->read_only ? SQLITE_OPEN_READONLY
                                                   : SQLITE_OPEN_READWRITE);
  status = status == NOTCH_STORE_OK ? look_inside(store) : status;
  if (status == NOTCH_STORE_READONLY && take_back(store)) {
    status = look_inside(store);
  }
  if (options->read_only && path != NULL &&
      (status == NOTCH_STORE_CANNOT_OPEN || status == NOTCH_STORE_READONLY)) {
    status = open_unchanging(store);
    status = status == NOTCH_STORE_OK ? look_inside(store) : status;
  }
  if (status == NOTCH_STORE_OK && !options->read_only &&
      sqlite3_db_readonly(store->db, "main") == 1) {
    status = notch_store_say(store, NOTCH_STORE_READONLY, "%.300s cannot be written",
                             path != NULL ? path : "the storage");
  }
  if (status != NOTCH_STORE_OK) {
    return give_up(store, status, problem);
  }
  *out = store;
  return NOTCH_STORE_OK;
}

/* ---- create ---- */

static notch_store_status fill(notch_store *store, notch_text origin)
{
  notch_store_status status = run_text(store, "BEGIN IMMEDIATE");
  status = status == NOTCH_STORE_OK ? notch_schema_create(store) : status;
  sqlite3_stmt *put = status == NOTCH_STORE_OK ? notch_sql_get(store, NOTCH_SQL_LEDGER_PUT) : NULL;
  sqlite3_stmt *init = put != NULL ? notch_sql_get(store, NOTCH_SQL_CACHE_INIT) : NULL;
  if (init == NULL) {
    return store->last;
  }
  sqlite3_bind_text(put, 1, origin.bytes, (int)origin.length, SQLITE_STATIC);
  sqlite3_bind_int64(put, 2, store->options.clock);
  status = notch_sql_run(store, put, "creating the ledger");
  status = status == NOTCH_STORE_OK ? notch_sql_run(store, init, "creating the ledger") : status;
  return status == NOTCH_STORE_OK ? run_text(store, "COMMIT") : status;
}

static notch_store_status create_inside(notch_store *store)
{
  char name[64] = "notch.invalid/";
  notch_text origin = store->options.origin;
  if (origin.length == 0) {
    uint8_t random[8];
    if (!notch_random(random, sizeof random)) {
      return notch_store_say(store, NOTCH_STORE_IO, "no random numbers for the ledger's name");
    }
    notch_hex(name + strlen(name), random, sizeof random);
    origin = notch_text_of(name);
  }
  notch_store_status status =
      run_text(store, "PRAGMA page_size=4096; PRAGMA application_id=0x4E6F7463;"
                      "PRAGMA user_version=1;");
  if (status == NOTCH_STORE_OK && (store->path != NULL || store->medium != NULL)) {
    bool alone = store->options.rollback || store->medium != NULL;
    status = run_text(store, alone ? "PRAGMA journal_mode=TRUNCATE"
                                                     : "PRAGMA journal_mode=WAL");
  }
  status = status == NOTCH_STORE_OK ? fill(store, origin) : status;
  return status == NOTCH_STORE_OK ? look_inside(store) : status;
}

void notch_store_sync_folder(const char *path)
{
  char folder[4096];
  const char *slash = strrchr(path, '/');
  int length = slash == NULL ? snprintf(folder, sizeof folder, ".")
                             : snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
  if (length <= 0 || (size_t)length >= sizeof folder) {
    return;
  }
  int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
}

void notch_store_remove(const char *path, const notch_store_medium *medium)
{
  if (path == NULL && medium != NULL) {
    notch_medium_clear(medium);
  }
  if (path == NULL) {
    return;
  }
  static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock"};
  for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    char name[4096];
    int length = snprintf(name, sizeof name, "%s%s", path, ends[i]);
    if (length > 0 && (size_t)length < sizeof name) {
      unlink(name);
    }
  }
}

/* Makes the empty file, so that of two creators only one goes on. */
static notch_store_status reserve(const char *path, const notch_store_medium *medium,
                                  notch_store_problem *problem)
{
  int64_t size = path == NULL && medium != NULL ? notch_medium_size(medium) : 0;
  if (size != 0) {
    problem->status = size > 0 ? NOTCH_STORE_EXISTS : NOTCH_STORE_CANNOT_OPEN;
    snprintf(problem->sentence, sizeof problem->sentence, "%s",
             size > 0 ? "the storage is not empty; a ledger is never written over"
                      : "the storage cannot be read");
    return problem->status;
  }
  if (path == NULL) {
    return NOTCH_STORE_OK;
  }
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file >= 0) {
    close(file);
    return NOTCH_STORE_OK;
  }
  bool exists = errno == EEXIST;
  problem->status = exists ? NOTCH_STORE_EXISTS : NOTCH_STORE_CANNOT_OPEN;
  if (exists) {
    snprintf(problem->sentence, sizeof problem->sentence,
             "%.300s exists already; a ledger is never written over", path);
  } else {
    snprintf(problem->sentence, sizeof problem->sentence, "%.300s cannot be created (%s)", path,
             strerror(errno));
  }
  return problem->status;
}

notch_store_status notch_store_create(notch_store **out, const char *path,
                                      const notch_store_options *options,
                                      notch_store_problem *problem)
{
  *out = NULL;
  *problem = (notch_store_problem){0};
  notch_store_options chosen = *options;
  chosen.read_only = false;
  if (reserve(path, options->medium, problem) != NOTCH_STORE_OK) {
    return problem->status;
  }
  notch_store *store = new_store(path, &chosen);
  if (store == NULL) {
    notch_store_remove(path, options->medium);
    return no_memory(problem);
  }
  notch_store_status status =
      open_database(store, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  status = status == NOTCH_STORE_OK ? create_inside(store) : status;
  if (status != NOTCH_STORE_OK) {
    give_up(store, status, problem);
    notch_store_remove(path, options->medium);
    return status;
  }
  if (path != NULL) {
    notch_store_sync_folder(path);
  }
  store->options.origin = (notch_text){NULL, 0}; /* the caller's text may go */
  *out = store;
  return NOTCH_STORE_OK;
}

/* ---- close ---- */

void notch_store_close(notch_store *store)
{
  if (store == NULL) {
    return;
  }
  notch_store_rollback(store);
  notch_store_snapshot_end(store);
  if (!store->options.read_only && !store->broken &&
      (store->path != NULL || store->medium != NULL)) {
    store->options.busy_ms = CLOSE_WAIT_MS;
    bool caches_wait = store->keys.count > 0 || store->members.waiting_count > 0;
    if (caches_wait && notch_store_begin(store) == NOTCH_STORE_OK) {
      notch_store_flush_now(store);
      (void)notch_store_commit(store); /* else the next opening catches up */
    }
    /* Closing the last connection writes the log back: within the lock, or not at all. */
    if (notch_lock_take(store, CLOSE_WAIT_MS) != NOTCH_STORE_OK) {
      sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
  } else {
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  }
  free_store(store);
}

bool notch_store_is_read_only(const notch_store *store)
{
  return store->options.read_only;
}

notch_store_clock notch_store_clock_of(const notch_store *store)
{
  return store->clock;
}

notch_text notch_store_origin(const notch_store *store)
{
  return store->origin;
}

const char *notch_store_path(const notch_store *store)
{
  return store->path;
}
