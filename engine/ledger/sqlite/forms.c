/*
 * ledger/sqlite/forms.c -- what thousands of events have in common (type, version, offset,
 * outcome, the terms of the first posting) is kept once: the table `form` has it, the row of the
 * event its number.  The rows so are shorter by a dozen columns, and read the faster.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

static uint32_t slot_of(const notch_form_cache *cache, const notch_form *form)
{
  uint64_t hash = 0;
  for (unsigned i = 0; i < NOTCH_FORM_FIELDS; i++) {
    hash = (hash ^ (uint64_t)form->fields[i]) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
  }
  return (uint32_t)hash & (cache->slot_count - 1);
}

static bool equal(const notch_form *left, const notch_form *right)
{
  return memcmp(left->fields, right->fields, sizeof left->fields) == 0;
}

/* The slot of an equal form, or the free one where it belongs. */
static uint32_t *find_slot(const notch_form_cache *cache, const notch_form *form)
{
  uint32_t i = slot_of(cache, form);
  while (cache->slots[i] != 0 && !equal(&cache->forms[cache->slots[i] - 1], form)) {
    i = (i + 1) & (cache->slot_count - 1);
  }
  return &cache->slots[i];
}

static void link_all(notch_form_cache *cache)
{
  if (cache->slot_count > 0) {
    memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  }
  for (uint32_t i = 0; i < cache->count; i++) {
    *find_slot(cache, &cache->forms[i]) = i + 1;
  }
}

static bool grow(notch_store *store)
{
  notch_form_cache *cache = &store->forms;
  uint32_t capacity = cache->capacity == 0 ? 32 : cache->capacity * 2;
  notch_form *forms = notch_memory_resize(store->memory, cache->forms, capacity * sizeof *forms);
  cache->forms = forms != NULL ? forms : cache->forms;
  notch_form_start *starts =
      notch_memory_resize(store->memory, cache->starts, capacity * sizeof *starts);
  cache->starts = starts != NULL ? starts : cache->starts;
  uint32_t *slots =
      notch_memory_resize(store->memory, cache->slots, (size_t)capacity * 2 * sizeof *slots);
  cache->slots = slots != NULL ? slots : cache->slots;
  if (forms == NULL || starts == NULL || slots == NULL) {
    return false;
  }
  cache->capacity = capacity;
  cache->slot_count = capacity * 2;
  link_all(cache);
  return true;
}

static notch_store_status add(notch_store *store, const notch_form *form)
{
  notch_form_cache *cache = &store->forms;
  if (cache->count == cache->capacity && !grow(store)) {
    return notch_store_nomem(store);
  }
  cache->starts[cache->count] = notch_row_start(form);
  cache->forms[cache->count++] = *form;
  *find_slot(cache, form) = cache->count;
  return NOTCH_STORE_OK;
}

notch_store_status notch_forms_refresh(notch_store *store)
{
  notch_form_cache *cache = &store->forms;
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_FORMS_AFTER);
  if (rows == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(rows, 1, cache->count);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "reading forms")) == NOTCH_STORE_OK &&
         sqlite3_column_int64(rows, 0) == (int64_t)cache->count + 1) {
    notch_form form;
    for (int i = 0; i < NOTCH_FORM_FIELDS; i++) {
      form.fields[i] = sqlite3_column_type(rows, 1 + i) == SQLITE_NULL
                           ? NOTCH_FORM_NULL
                           : sqlite3_column_int64(rows, 1 + i);
    }
    status = add(store, &form);
    if (status != NOTCH_STORE_OK) {
      break;
    }
  }
  notch_sql_done(rows);
  if (!store->writing) {
    cache->committed = cache->count;
  }
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

void notch_forms_revert(notch_store *store)
{
  store->forms.count = store->forms.committed;
  store->forms.newest = 0;
  link_all(&store->forms);
}

void notch_forms_free(notch_store *store)
{
  notch_memory_free(store->memory, store->forms.forms);
  notch_memory_free(store->memory, store->forms.starts);
  notch_memory_free(store->memory, store->forms.slots);
}

static notch_store_status put(notch_store *store, const notch_form *form)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_FORM_PUT);
  notch_store_status status = put == NULL ? store->last : add(store, form);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  sqlite3_bind_int64(put, 1, store->forms.count);
  for (int i = 0; i < NOTCH_FORM_FIELDS; i++) {
    if (form->fields[i] == NOTCH_FORM_NULL) {
      sqlite3_bind_null(put, 2 + i);
    } else {
      sqlite3_bind_int64(put, 2 + i, form->fields[i]);
    }
  }
  return notch_sql_run(store, put, "writing a form");
}

notch_store_status notch_form_number(notch_store *store, const notch_form *form, int64_t *out)
{
  notch_form_cache *cache = &store->forms;
  if (cache->newest == 0 || !equal(&cache->forms[cache->newest - 1], form)) {
    cache->newest = cache->slot_count > 0 ? *find_slot(cache, form) : 0;
    if (cache->newest == 0) {
      notch_store_status status = put(store, form);
      if (status != NOTCH_STORE_OK) {
        return status;
      }
      cache->newest = cache->count;
    }
  }
  *out = cache->newest;
  return NOTCH_STORE_OK;
}

const notch_form_start *notch_form_sought(notch_store *store, int64_t number)
{
  static const notch_form_start none = {.event = {.event = 0}};
  if (number > store->forms.count) { /* another process was here since the last look */
    (void)notch_forms_refresh(store);
  }
  return number < 1 || number > store->forms.count ? &none : &store->forms.starts[number - 1];
}
