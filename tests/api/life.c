/* life.c -- a ledger in a storage of the caller, kept in memory. */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *pointer, const char *what)
{
  if (pointer == NULL) {
    fprintf(stderr, "%s\n", what);
    abort();
  }
  return pointer;
}

static int shelf_size(void *payload, int journal, int64_t *size)
{
  *size = ((shelf *)payload)->size[journal];
  return 0;
}

static int shelf_resize(void *payload, int journal, int64_t size)
{
  shelf *s = payload;
  if (size > s->size[journal]) {
    s->bytes[journal] = must(realloc(s->bytes[journal], (size_t)size), "no memory");
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

void life_forget(life *l)
{
  close_ledger(l);
  l->shelf.size[0] = l->shelf.size[1] = 0;
}

/* ---- birth and death ---- */

static int64_t now_us(void *payload)
{
  (void)payload;
  return INT64_C(1780000000000000); /* late in May 2026 */
}

static char *read_rules(void)
{
  char path[1024];
  const char *folder = getenv("top_srcdir");
  snprintf(path, sizeof path, "%s/tests/api/scarce.notch", folder != NULL ? folder : ".");
  FILE *file = must(fopen(path, "rb"), path);
  char *text = must(calloc(1, 65536), "no memory");
  must(fread(text, 1, 65535, file) > 0 ? text : NULL, path);
  fclose(file);
  return text;
}

static char *second_rules(const char *first)
{
  static const char more[] = "rule more\n  on purchase\n  when channel = app\n  earn 2 coin\n"
                             "rule seen\n  on visit\n  earn 1 coin\n";
  char *text = must(malloc(strlen(first) + sizeof more), "no memory");
  strcpy(text, first);
  return strcat(text, more);
}

static notch_program *compile(life *l, const char *text)
{
  notch_program *made = NULL;
  notch_program_compile(&made, l->engine, "shop.notch", text, strlen(text), NULL);
  return must(made, notch_error(l->engine));
}

void life_begin(life *l)
{
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  memset(l, 0, sizeof *l);
  options.resize = scarce_resize;
  options.resize_payload = &l->memory;
  options.now_us = now_us;
  notch_engine_new(&l->engine, &options);
  must(l->engine, "no engine");
  l->source = read_rules();
  l->second = second_rules(l->source);
  l->rules = compile(l, l->source);
  l->next = compile(l, l->second);
  l->owned = l->memory.live;
}

void life_end(life *l)
{
  close_ledger(l);
  notch_program_free(l->rules);
  notch_program_free(l->next);
  notch_engine_free(l->engine);
  shelf_free(&l->shelf);
  free(l->source);
  free(l->second);
}
