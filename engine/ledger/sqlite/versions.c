/* ledger/sqlite/versions.c -- versions of the rules with all that evaluation needs (L9). */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

/* Copies into the arena of what waits, so that the caller may free its texts at once. */
static bool copy_version(notch_arena *texts, notch_store_version *out,
                         const notch_store_version *version)
{
  *out = *version;
  out->source = notch_arena_text(texts, version->source);
  out->zone = notch_arena_text(texts, version->zone);
  notch_store_module *modules =
      NOTCH_NEW_ARRAY(texts, notch_store_module, version->module_count + 1);
  for (uint32_t i = 0; modules != NULL && i < version->module_count; i++) {
    modules[i].name = notch_arena_text(texts, version->modules[i].name);
    modules[i].source = notch_arena_text(texts, version->modules[i].source);
  }
  out->modules = modules;
  return !texts->failed;
}

notch_store_status notch_store_version_add(notch_store *store, notch_store_version *version)
{
  notch_waiting *waiting = &store->waiting;
  if (!store->writing) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "a version can only be added within a write transaction");
  }
  if (waiting->version_count == waiting->version_capacity) {
    uint32_t capacity = waiting->version_capacity + 4;
    notch_store_version *versions =
        notch_memory_resize(store->memory, waiting->versions, capacity * sizeof *versions);
    if (versions == NULL) {
      return notch_store_nomem(store);
    }
    waiting->versions = versions;
    waiting->version_capacity = capacity;
  }
  notch_store_version copy;
  version->version = (uint32_t)store->next.version;
  version->event = store->next.event;
  if (!copy_version(&waiting->texts, &copy, version)) {
    return notch_store_nomem(store);
  }
  waiting->versions[waiting->version_count++] = copy;
  store->next.version++;
  return NOTCH_STORE_OK;
}

static void bind_whole_text(sqlite3_stmt *statement, int index, notch_text text)
{
  sqlite3_bind_text(statement, index, text.length > 0 ? text.bytes : "", (int)text.length,
                    SQLITE_STATIC);
}

static notch_store_status write_version(notch_store *store, const notch_store_version *version,
                                        int64_t event)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_VERSION_PUT);
  sqlite3_stmt *module = notch_sql_get(store, NOTCH_SQL_MODULE_PUT);
  if (put == NULL || module == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, version->version);
  sqlite3_bind_int64(put, 2, event);
  sqlite3_bind_blob(put, 3, version->hash.bytes, sizeof version->hash.bytes, SQLITE_STATIC);
  bind_whole_text(put, 4, version->source);
  sqlite3_bind_blob(put, 5, version->zone.length > 0 ? version->zone.bytes : "",
                    (int)version->zone.length, SQLITE_STATIC);
  sqlite3_bind_int64(put, 6, version->semantics);
  sqlite3_bind_int64(put, 7, version->effective_us);
  notch_store_status status = notch_sql_run(store, put, "writing a version of the rules");
  for (uint32_t i = 0; i < version->module_count && status == NOTCH_STORE_OK; i++) {
    sqlite3_bind_int64(module, 1, version->version);
    bind_whole_text(module, 2, version->modules[i].name);
    bind_whole_text(module, 3, version->modules[i].source);
    status = notch_sql_run(store, module, "writing a module of the rules");
  }
  return status;
}

notch_store_status notch_versions_write(notch_store *store, int64_t event)
{
  notch_store_status status = NOTCH_STORE_OK;
  for (uint32_t i = 0; i < store->waiting.version_count && status == NOTCH_STORE_OK; i++) {
    status = write_version(store, &store->waiting.versions[i], event);
  }
  return status;
}

uint32_t notch_store_version_count(const notch_store *store)
{
  return (uint32_t)(store->next.version - 1);
}

/* version, event, hash, semantics, effective: the columns that both reads begin with */
static void column_version(sqlite3_stmt *row, notch_store_version *out)
{
  *out = (notch_store_version){.version = (uint32_t)sqlite3_column_int64(row, 0),
                               .event = sqlite3_column_int64(row, 1),
                               .semantics = sqlite3_column_int(row, 3),
                               .effective_us = sqlite3_column_int64(row, 4)};
  notch_column_digest(row, 2, &out->hash);
}

static notch_store_status read_modules(notch_store *store, notch_arena *arena,
                                       notch_store_version *out)
{
  sqlite3_stmt *modules = notch_sql_get(store, NOTCH_SQL_MODULES);
  if (modules == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(modules, 1, out->version);
  NOTCH_VEC(notch_store_module) list = {0};
  notch_store_status status;
  while ((status = notch_sql_row(store, modules, "reading the modules")) == NOTCH_STORE_OK) {
    notch_store_module *module = notch_vec_try_push(&list, arena);
    if (module != NULL) {
      *module = (notch_store_module){notch_arena_text(arena, notch_column_text(modules, 0)),
                                     notch_arena_text(arena, notch_column_text(modules, 1))};
    }
    if (arena->failed) {
      status = notch_store_nomem(store);
      break;
    }
  }
  notch_sql_done(modules);
  out->modules = list.items;
  out->module_count = list.count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_store_version_read(notch_store *store, uint32_t version,
                                            notch_arena *arena, notch_store_version *out)
{
  sqlite3_stmt *get = notch_sql_get(store, NOTCH_SQL_VERSION_GET);
  if (get == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(get, 1, version);
  notch_store_status status = notch_sql_row(store, get, "reading a version of the rules");
  if (status == NOTCH_STORE_OK) {
    column_version(get, out);
    out->source = notch_arena_text(arena, notch_column_text(get, 5));
    out->zone = notch_arena_text(arena, notch_column_text(get, 6));
    status = arena->failed ? notch_store_nomem(store) : NOTCH_STORE_OK;
  }
  notch_sql_done(get);
  return status == NOTCH_STORE_OK ? read_modules(store, arena, out) : status;
}

notch_store_status notch_store_version_list(notch_store *store, notch_arena *arena,
                                            const notch_store_version **out, uint32_t *count)
{
  NOTCH_VEC(notch_store_version) list = {0};
  sqlite3_stmt *versions = notch_sql_get(store, NOTCH_SQL_VERSIONS);
  if (versions == NULL) {
    return store->last;
  }
  notch_store_status status;
  while ((status = notch_sql_row(store, versions, "listing the versions")) == NOTCH_STORE_OK) {
    notch_store_version *version = notch_vec_try_push(&list, arena);
    if (version == NULL) {
      status = notch_store_nomem(store);
      break;
    }
    column_version(versions, version);
  }
  notch_sql_done(versions);
  *out = list.items;
  *count = list.count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_versions_of(notch_store *store, int64_t event, notch_arena *arena,
                                     const notch_store_version **out, uint32_t *count)
{
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_VERSIONS_OF);
  if (rows == NULL) {
    return store->last;
  }
  NOTCH_VEC(notch_store_version) versions = {0};
  sqlite3_bind_int64(rows, 1, event);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "reading versions")) == NOTCH_STORE_OK) {
    notch_store_version *version = notch_vec_try_push(&versions, arena);
    status = version == NULL
                 ? notch_store_nomem(store)
                 : notch_store_version_read(store, (uint32_t)sqlite3_column_int64(rows, 0), arena,
                                            version);
    if (status != NOTCH_STORE_OK) {
      break;
    }
  }
  notch_sql_done(rows);
  *out = versions.items;
  *count = versions.count;
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}
