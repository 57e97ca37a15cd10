/* apply/ids.c -- the ids of all members: looking each up by itself takes ten times as long. */
#include <config.h>

#include "apply/rerun.h"

static bool take_id(void *payload, int64_t member, notch_text id)
{
  notch_ids *ids = payload;
  if (member > 0 && member < ids->count) {
    ids->items[member] = notch_arena_text(&ids->texts, id);
  }
  return !ids->texts.failed;
}

bool notch_ids_read(notch_ids *ids, notch_books *books)
{
  notch_store *store = books->store;
  *ids = (notch_ids){.count = notch_store_next(store)->member};
  notch_arena_init(&ids->texts, books->memory);
  ids->items = NOTCH_NEW_ARRAY(&ids->texts, notch_text, ids->count + 1);
  notch_store_status status =
      ids->items == NULL ? NOTCH_STORE_NOMEM : notch_store_member_ids(store, take_id, ids);
  if (status == NOTCH_STORE_OK && !ids->texts.failed) {
    return true;
  }
  if (status == NOTCH_STORE_OK || ids->items == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  } else {
    notch_books_failed(books, status);
  }
  notch_ids_free(ids);
  return false;
}

void notch_ids_free(notch_ids *ids)
{
  if (ids->items != NULL || ids->texts.memory != NULL) {
    notch_arena_free(&ids->texts);
  }
  *ids = (notch_ids){.items = NULL};
}
