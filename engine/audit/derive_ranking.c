/* audit/derive_ranking.c -- whom a ranking put into which band, and by what figure. */
#include <config.h>

#include "audit/derivation.h"

enum { SHOWN = 20 }; /* of a band to people; programs get all */

typedef struct ranking {
  notch_derivation *d;
  const notch_cohort *cohort;
  const notch_transaction *row;
  const notch_trace *trace;
  uint32_t next; /* record, where members come in the order in which they were ranked */
} ranking;

static bool is_band(const ranking *r, uint32_t i, int64_t band)
{
  return r->row->effects[i].kind == NOTCH_EFFECT_BAND && r->row->effects[i].amount == band;
}

/* NULL: nothing was computed, or not of this member. */
static const notch_trace_record *figure_of(ranking *r, int64_t member)
{
  uint32_t count = r->trace->records.count;
  for (uint32_t n = 0; n < count; n++) {
    const notch_trace_record *record = &r->trace->records.items[(r->next + n) % count];
    if (record->kind == NOTCH_TRACE_RANKED && record->member == member) {
      r->next = (r->next + n + 1) % count;
      return record;
    }
  }
  return NULL;
}

static void add_member(ranking *r, notch_node *band, const notch_effect *effect, bool shown)
{
  notch_derivation *d = r->d;
  notch_node *node = notch_node_add(d, band, "ranked");
  const notch_trace_record *record = figure_of(r, effect->ref);
  notch_text name = d->name(d->payload, effect->ref);
  notch_node_text(d, node, "member", name);
  if (record == NULL) {
    notch_buffer_text(d->scratch, name);
  } else if (record->amount == 0) {
    notch_buffer_print(d->scratch, "%.*s: no figure to be ranked by", (int)name.length, name.bytes);
  } else {
    notch_node_integer(d, node, "place", record->amount);
    notch_words_value(d->scratch, &d->words, record->expr->type, record->value, record->text);
    notch_text value = notch_node_scratch(d, node, "value");
    notch_buffer_print(d->scratch, "%lld. %.*s: %.*s", (long long)record->amount, (int)name.length,
                       name.bytes, (int)value.length, value.bytes);
  }
  if (shown) {
    notch_node_line(d, node);
  }
  notch_buffer_clear(d->scratch);
}

static void add_band(ranking *r, notch_node *parent, uint32_t index)
{
  notch_derivation *d = r->d;
  notch_text name = r->cohort->bands[index].decl.name;
  notch_node *band = notch_node_add(d, parent, "bands");
  uint32_t count = 0;
  notch_node_text(d, band, "band", name);
  for (uint32_t i = 0; i < r->row->effect_count; i++) {
    if (is_band(r, i, index)) {
      add_member(r, band, &r->row->effects[i], count < SHOWN);
      count++;
    }
  }
  if (count > SHOWN) {
    notch_node_say(d, notch_node_add(d, band, NULL), "and %u more", (unsigned)(count - SHOWN));
  }
  notch_node_integer(d, band, "members", count);
  notch_node_say(d, band, "band %.*s: %u %s", (int)name.length, name.bytes, (unsigned)count,
                 count == 1 ? "member" : "members");
}

void notch_derive_ranking(notch_derivation *d, notch_node *parent, const notch_transaction *row,
                          const notch_trace *trace)
{
  uint32_t first = 0;
  while (first < row->effect_count && row->effects[first].kind != NOTCH_EFFECT_BAND) {
    first++;
  }
  if (first == row->effect_count || row->effects[first].subject >= d->words.program->cohort_count) {
    return;
  }
  uint32_t index = row->effects[first].subject;
  ranking r = {.d = d, .cohort = &d->words.program->cohorts[index], .row = row, .trace = trace};
  const notch_expr *by = d->words.program->roots[r.cohort->rank_by].expr;
  notch_node *node = notch_node_add(d, parent, "rankings");
  notch_node_text(d, node, "cohort", r.cohort->decl.name);
  notch_node_integer(d, node, "line", notch_words_line(&d->words, &r.cohort->decl));
  notch_words_source(d->scratch, &d->words, by->source, by->span);
  notch_text source = notch_node_scratch(d, node, "by");
  notch_words_cohort(d->scratch, &d->words, index);
  notch_buffer_print(d->scratch, ", by %.*s", (int)source.length, source.bytes);
  notch_node_line(d, node);
  for (uint32_t i = 0; i < r.cohort->band_count; i++) {
    add_band(&r, node, i);
  }
}
