/* life.c -- a ledger in a storage of the caller, kept in memory. */
#include "life.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static int shelf_size(void *payload, int journal, int64_t *size)
{
  *size = ((shelf *)payload)->size[journal];
  return 0;
}

static int shelf_resize(void *payload, int journal, int64_t size)
{
  shelf *s = payload;
  if (size > s->size[journal]) {
    s->bytes[journal] = realloc(s->bytes[journal], (size_t)size);
    ck_assert_ptr_nonnull(s->bytes[journal]);
    memset(s->bytes[journal] + s->size[journal], 0, (size_t)(size - s->size[journal]));
  }
  s->size[journal] = size;
  return 0;
}

static int shelf_read(void *payload, int journal, int64_t offset, void *to, size_t size)
{
  memcpy(to, ((shelf *)payload)->bytes[journal] + offset, size);
  return 0;
}

static int shelf_write(void *payload, int journal, int64_t offset, const void *from, size_t size)
{
  shelf *s = payload;
  if (offset + (int64_t)size > s->size[journal]) {
    shelf_resize(s, journal, offset + (int64_t)size);
  }
  memcpy(s->bytes[journal] + offset, from, size);
  return 0;
}

static int shelf_sync(void *payload, int journal)
{
  (void)payload;
  (void)journal;
  return 0;
}

void shelf_copy(shelf *to, const shelf *from)
{
  for (int i = 0; i < 2; i++) {
    shelf_resize(to, i, from->size[i]);
    if (from->size[i] > 0) {
      memcpy(to->bytes[i], from->bytes[i], (size_t)from->size[i]);
    }
  }
}

void shelf_free(shelf *s)
{
  free(s->bytes[0]);
  free(s->bytes[1]);
}

static notch_storage storage_of(life *l)
{
  return (notch_storage){.size = shelf_size,
                         .read = shelf_read,
                         .write = shelf_write,
                         .resize = shelf_resize,
                         .sync = shelf_sync,
                         .payload = &l->shelf};
}

notch_status make_ledger(life *l)
{
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_storage storage = storage_of(l);
  options.storage = &storage;
  options.clock_events = 1;
  options.origin = "shop.example/ledger";
  return notch_ledger_create(&l->ledger, l->engine, NULL, l->rules, &options);
}

notch_status open_ledger(life *l)
{
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_storage storage = storage_of(l);
  options.storage = &storage;
  return notch_ledger_open(&l->ledger, l->engine, NULL, &options);
}

void close_ledger(life *l)
{
  notch_ledger_close(l->ledger);
  l->ledger = NULL;
}
