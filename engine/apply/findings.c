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
