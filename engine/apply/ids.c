/* apply/ids.c -- the ids of all members: looking each up by itself takes ten times as long. */
#include <config.h>

#include "apply/rerun.h"

#include <assert.h>

#define PARTS 16 /* that readers take in turn: one who comes late finds less left to do */

bool notch_ids_begin(notch_ids *ids, const notch_memory *memory, int64_t count, unsigned readers)
{
  assert(readers > 0 && readers <= NOTCH_WORKERS_MAX);
  *ids = (notch_ids){.memory = memory, .count = count, .readers = readers};
  for (unsigned i = 0; i < readers; i++) {
    notch_arena_init(&ids->texts[i], memory);
  }
  ids->items = notch_memory_resize(memory, NULL, ((size_t)count + 1) * sizeof *ids->items);
  return ids->items != NULL;
}

typedef struct taking {
  notch_ids *ids;
  notch_arena *texts;
} taking;

static bool take_id(void *payload, int64_t member, notch_text id)
{
  const taking *t = payload;
  t->ids->items[member] = notch_arena_text(t->texts, id);
  return !t->texts->failed;
}

static bool read_part(taking *t, int part, notch_books *books)
{
  int64_t from = t->ids->count * part / PARTS, to = t->ids->count * (part + 1) / PARTS;
  memset(t->ids->items + from, 0, (size_t)(to - from) * sizeof *t->ids->items);
  notch_store_status status = notch_store_member_ids(books->store, from, to, take_id, t);
  if (t->texts->failed) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

bool notch_ids_read(notch_ids *ids, unsigned reader, notch_books *books, bool *all)
{
  taking t = {ids, &ids->texts[reader]};
  int part;
  *all = false;
  while ((part = atomic_fetch_add(&ids->taken, 1)) < PARTS) {
    if (!read_part(&t, part, books)) {
      return false;
    }
    *all = atomic_fetch_add(&ids->read, 1) == PARTS - 1;
  }
  return true;
}

void notch_ids_end(notch_ids *ids)
{
  for (unsigned i = 0; i < ids->readers; i++) {
    notch_arena_free(&ids->texts[i]);
  }
  if (ids->memory != NULL) {
    notch_memory_free(ids->memory, ids->items);
  }
}
