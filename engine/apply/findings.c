/* apply/findings.c -- the differences that a check found, kept in order. */
#include <config.h>

#include "apply/replay.h"

#include <stdlib.h>
#include <string.h>

void notch_findings_init(notch_findings *findings, const notch_memory *memory)
{
  memset(findings, 0, sizeof *findings);
  notch_arena_init(&findings->arena, memory);
}

void notch_findings_free(notch_findings *findings)
{
  notch_arena_free(&findings->arena);
  memset(findings, 0, sizeof *findings);
}

static notch_text kept(notch_findings *findings, const char *text)
{
  return notch_arena_text(&findings->arena, notch_text_of(text == NULL ? "" : text));
}

bool notch_findings_add(notch_findings *findings, int64_t event, const char *what,
                        const char *recorded, const char *recomputed)
{
  findings->count++;
  if (findings->items.count >= NOTCH_FINDINGS_MAX) {
    return true;
  }
  notch_finding item = {.event = event,
                        .what = kept(findings, what),
                        .recorded = kept(findings, recorded),
                        .recomputed = kept(findings, recomputed)};
  notch_finding *added =
      findings->arena.failed ? NULL : notch_vec_try_push(&findings->items, &findings->arena);
  if (added != NULL) {
    *added = item;
  }
  return added != NULL;
}

/* The next one that no list has before. */
static const notch_finding *take_earliest(notch_findings *const *lists, unsigned count)
{
  notch_findings *first = NULL;
  for (unsigned i = 0; i < count; i++) {
    notch_findings *list = lists[i];
    if (list->taken < list->items.count &&
        (first == NULL ||
         list->items.items[list->taken].event < first->items.items[first->taken].event)) {
      first = list;
    }
  }
  return first == NULL ? NULL : &first->items.items[first->taken++];
}

void notch_findings_merge(notch_findings *into, notch_findings *const *lists, unsigned count)
{
  const notch_finding *item;
  int64_t all = into->count;
  for (unsigned i = 0; i < count; i++) {
    all += lists[i]->count;
    into->arena.failed = into->arena.failed || lists[i]->arena.failed;
  }
  while (!into->arena.failed && (item = take_earliest(lists, count)) != NULL) {
    notch_findings_add(into, item->event, item->what.bytes, item->recorded.bytes,
                       item->recomputed.bytes);
  }
  into->count = all;
}

static int by_event(const void *left, const void *right)
{
  const notch_finding *l = left, *r = right;
  if (l->event != r->event) {
    return l->event < r->event ? -1 : 1;
  }
  int order = notch_text_compare(l->what, r->what);
  return order != 0 ? order : notch_text_compare(l->recorded, r->recorded);
}

void notch_findings_sort(notch_findings *findings, notch_store *store)
{
  notch_arena one;
  if (findings->items.count > 1) {
    qsort(findings->items.items, findings->items.count, sizeof *findings->items.items, by_event);
  }
  notch_arena_init(&one, findings->arena.memory);
  for (uint32_t i = 0; i < findings->items.count; i++) {
    notch_finding *item = &findings->items.items[i];
    notch_transaction row;
    notch_arena_reset(&one);
    if (item->event > 0 && notch_store_read(store, item->event, &one, &row) == NOTCH_STORE_OK) {
      item->id = notch_arena_text(&findings->arena, row.id);
    }
  }
  notch_arena_free(&one);
}
