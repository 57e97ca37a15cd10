/*
 * suite/spend.c -- the same event with more and with less money, and cut into two halves.
 *
 * What is reported did happen in a trial.  That nothing is reported proves nothing.
 */
#include <config.h>

#include "suite/spend.h"
#include "audit/words.h"
#include "suite/search.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET 100000 /* rules looked at for one programme */
#define EVENT_BUDGET 50000

typedef struct split { /* two receipts of `half` beside one of twice as much */
  bool found, rounded_up;
  notch_value half;
  int64_t together, apart, gain;
  notch_text words; /* of the half */
} split;

typedef struct spending {
  const notch_rules *rules;
  notch_diags *diags;
  notch_search *search;
  notch_gene *money;
  bool notes;
  uint32_t type;
  uint64_t left;                             /* of its budget */
  int64_t *earned, *before, *first, *second; /* by kind */
  bool *less;                                /* by kind: reported already */
  split *splits;                             /* by kind */
} spending;

static notch_text amount_words(const spending *s, uint32_t points, int64_t amount)
{
  const notch_wording words = {s->rules->program, s->rules->program->sources};
  notch_buffer text;
  notch_buffer_init(&text, s->search->trial.memory);
  notch_words_amount(&text, &words, points, amount, false);
  return notch_buffer_keep(&text, s->search->arena);
}

static notch_text money_words(const spending *s, notch_value value)
{
  const notch_wording words = {s->rules->program, s->rules->program->sources};
  notch_buffer text;
  notch_buffer_init(&text, s->search->trial.memory);
  notch_buffer_text(&text, s->money->name);
  notch_buffer_print(&text, " ");
  notch_words_value(&text, &words, s->money->type, value, NOTCH_TEXT(""));
  return notch_buffer_keep(&text, s->search->arena);
}

static notch_text event_words(const spending *s)
{
  notch_buffer text;
  notch_buffer_init(&text, s->search->trial.memory);
  notch_guess_words(s->search->guess, &text);
  return notch_buffer_keep(&text, s->search->arena);
}

static const notch_source *source_of(const spending *s)
{
  return notch_source_get(&s->rules->parsed->sources,
                          s->rules->program->events[s->type].decl.source);
}

static notch_span span_of(const spending *s)
{
  return s->rules->program->events[s->type].decl.span;
}

/* ---- more money ---- */

static void report_less(spending *s, uint32_t points, uint32_t small, uint32_t large)
{
  s->less[points] = true;
  s->money->chosen = small;
  notch_text words = event_words(s);
  notch_text much = amount_words(s, points, s->before[points]);
  notch_text more = money_words(s, s->money->values[large]);
  notch_text little = amount_words(s, points, s->earned[points]);
  notch_diag_report(s->diags, NOTCH_DIAG_MORE_EARNS_LESS, source_of(s), span_of(s), words, much,
                    more, little);
}

/* Candidates from the least to the greatest. */
static int by_amount(const void *left, const void *right)
{
  return notch_rational_compare(notch_value_rational(*(const notch_value *)left),
                                notch_value_rational(*(const notch_value *)right));
}

static void try_more(spending *s)
{
  const notch_program *program = s->rules->program;
  size_t size = program->points_count * sizeof *s->earned;
  bool has_before = false;
  uint32_t small = 0;
  for (uint32_t i = 0; i < s->money->count; i++) {
    s->money->chosen = i;
    const notch_state *scene = notch_search_scene(s->search);
    if (s->money->values[i].d == 0 || scene == NULL ||
        !notch_trial_event(&s->search->trial, scene, notch_guess_event(s->search->guess), s->earned,
                           NULL, NULL)) {
      continue;
    }
    for (uint32_t k = 0; has_before && k < program->points_count; k++) {
      if (s->earned[k] < s->before[k] && !s->less[k]) {
        report_less(s, k, small, i);
      }
    }
    has_before = true;
    small = i;
    memcpy(s->before, s->earned, size);
  }
}

/* ---- two halves ---- */

static bool is_quantity(const notch_gene *gene)
{
  return gene->kind == NOTCH_GENE_FIELD && gene->read &&
         (gene->type.kind == NOTCH_TYPE_MONEY || gene->type.kind == NOTCH_TYPE_NUMBER);
}

static bool twice(const notch_gene *gene, notch_value value, notch_value *out)
{
  notch_rational sum;
  if (value.d == 0 || !notch_rational_mul(&sum, notch_value_rational(value), NOTCH_INTEGER(2)) ||
      (gene->range.has_high && notch_rational_compare(sum, gene->range.high) > 0)) {
    return false;
  }
  *out = notch_value_of(sum);
  return true;
}

/* Quantities that a half has half of: each the least that can be doubled.  Lists are empty. */
static bool choose_halves(spending *s)
{
  notch_guess *guess = s->search->guess;
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    notch_gene *gene = &guess->genes[i];
    notch_value whole;
    if (gene->type.kind == NOTCH_TYPE_LIST && gene->kind == NOTCH_GENE_FIELD) {
      gene->chosen = 0; /* the empty one */
    } else if (gene != s->money && is_quantity(gene)) {
      uint32_t least = NOTCH_NONE;
      for (uint32_t k = 0; k < gene->count; k++) {
        if (twice(gene, gene->values[k], &whole) &&
            (least == NOTCH_NONE || by_amount(&gene->values[k], &gene->values[least]) < 0)) {
          least = k;
        }
      }
      if (least == NOTCH_NONE) {
        return false;
      }
      gene->chosen = least;
    }
  }
  return true;
}

/* The event of both halves together: every quantity doubled. */
static void make_whole(const spending *s, notch_event *whole, notch_value *fields)
{
  const notch_guess *guess = s->search->guess;
  *whole = guess->event;
  whole->fields = fields;
  memcpy(fields, guess->event.fields,
         s->rules->program->events[s->type].field_count * sizeof *fields);
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    const notch_gene *gene = &guess->genes[i];
    if (gene == s->money || is_quantity(gene)) {
      twice(gene, gene->values[gene->chosen], &fields[gene->index]);
    }
  }
}

static bool same_tiers(const notch_state *left, const notch_state *right)
{
  for (uint32_t i = 0; i < left->standings_count && i < right->standings_count; i++) {
    if (left->standings[i].effective != right->standings[i].effective) {
      return false;
    }
  }
  return true;
}

/* What rules put in before limits and rounding, by kind; false: some limit cut it. */
static bool exact_sum(const notch_trace *trace, uint32_t points, notch_rational *sum)
{
  *sum = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < trace->records.count; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    if (record->kind == NOTCH_TRACE_LIMITED || record->kind == NOTCH_TRACE_PURSE ||
        record->kind == NOTCH_TRACE_LIMIT_REACHED) {
      return false;
    }
    if (record->kind == NOTCH_TRACE_EXACT && record->other == points &&
        !notch_rational_add(sum, *sum, notch_value_rational(record->value))) {
      return false;
    }
  }
  return true;
}

static bool rounds_up(const notch_program *program, uint32_t points)
{
  bool up = program->points[points].rounding.written &&
            program->points[points].rounding.mode == NOTCH_ROUND_UP;
  for (uint32_t i = 0; i < program->rule_count; i++) {
    up = up ||
         (program->rules[i].rounding.written && program->rules[i].rounding.mode == NOTCH_ROUND_UP);
  }
  return up;
}

/* The gain is one of rounding where the halves put in no more than the whole. */
static bool gained_by_rounding(const spending *s, const notch_trace traces[3], uint32_t points)
{
  notch_rational whole, one, other;
  return rounds_up(s->rules->program, points) && exact_sum(&traces[0], points, &whole) &&
         exact_sum(&traces[1], points, &one) && exact_sum(&traces[2], points, &other) &&
         notch_rational_add(&one, one, other) && notch_rational_compare(one, whole) <= 0;
}

static void note_split(spending *s, const notch_trace traces[3], uint32_t points)
{
  split *known = &s->splits[points];
  int64_t apart = s->first[points] + s->second[points];
  int64_t gain = apart - s->earned[points];
  if (gain <= 0 || (known->found && known->gain >= gain)) {
    return;
  }
  *known = (split){.found = true,
                   .rounded_up = gained_by_rounding(s, traces, points),
                   .half = s->money->values[s->money->chosen],
                   .together = s->earned[points],
                   .apart = apart,
                   .gain = gain,
                   .words = event_words(s)};
}

static void try_halves(spending *s, notch_value *fields)
{
  notch_trial *trial = &s->search->trial;
  notch_value whole_money;
  for (uint32_t i = 0; i < s->money->count && trial->left > 0; i++) {
    s->money->chosen = i;
    const notch_state *scene = notch_search_scene(s->search);
    if (scene == NULL || s->money->values[i].n <= 0 ||
        !twice(s->money, s->money->values[i], &whole_money)) {
      continue;
    }
    notch_arena_reset(&s->search->run);
    notch_trace traces[3] = {
        {.arena = &s->search->run}, {.arena = &s->search->run}, {.arena = &s->search->run}};
    const notch_event *half = notch_guess_event(s->search->guess);
    notch_event whole;
    make_whole(s, &whole, fields);
    if (!notch_trial_event(trial, scene, &whole, s->earned, NULL, &traces[0]) ||
        !notch_trial_event(trial, scene, half, s->first, &s->search->after, &traces[1]) ||
        !same_tiers(scene, &s->search->after) ||
        !notch_trial_event(trial, &s->search->after, half, s->second, NULL, &traces[2])) {
      continue;
    }
    for (uint32_t k = 0; k < s->rules->program->points_count; k++) {
      note_split(s, traces, k);
    }
  }
}

static void report_splits(spending *s)
{
  for (uint32_t k = 0; k < s->rules->program->points_count; k++) {
    const split *found = &s->splits[k];
    notch_value whole;
    bool wanted = found->rounded_up || (s->notes && !s->less[k]);
    if (!found->found || !wanted || !twice(s->money, found->half, &whole)) {
      continue;
    }
    notch_diag_report(s->diags,
                      found->rounded_up ? NOTCH_DIAG_SPLIT_ROUNDED : NOTCH_DIAG_SPLIT_EARNS_MORE,
                      source_of(s), span_of(s), found->words, amount_words(s, k, found->apart),
                      money_words(s, whole), amount_words(s, k, found->together));
  }
}

static void look(notch_search *search, void *payload)
{
  spending *s = payload;
  const notch_program *program = s->rules->program;
  const notch_event_decl *event = &program->events[s->type];
  uint32_t kinds = program->points_count + 1;
  bool made;
  s->search = search;
  s->earned = search->earned;
  s->before = NOTCH_NEW_ARRAY(search->arena, int64_t, kinds);
  s->first = NOTCH_NEW_ARRAY(search->arena, int64_t, kinds);
  s->second = NOTCH_NEW_ARRAY(search->arena, int64_t, kinds);
  s->less = NOTCH_NEW_ARRAY(search->arena, bool, kinds);
  s->splits = NOTCH_NEW_ARRAY(search->arena, split, kinds);
  notch_value *fields = NOTCH_NEW_ARRAY(search->arena, notch_value, event->field_count + 1);
  s->money = notch_guess_gene(search->guess, NOTCH_GENE_FIELD, event->first_money);
  if (s->money == NULL) {
    return;
  }
  qsort(s->money->values, s->money->count, sizeof *s->money->values, by_amount);
  for (uint32_t n = 0; notch_search_start(search, n, &made) && search->trial.left > 0; n++) {
    if (made) {
      try_more(s);
      if (choose_halves(s)) {
        try_halves(s, fields);
      }
    }
  }
  report_splits(s);
  s->left = search->trial.left;
}

/* Whether some rule on the event reads its money at all. */
static bool earns(const notch_program *program, uint32_t type)
{
  const notch_event_decl *event = &program->events[type];
  for (uint32_t i = 0; i < event->variant_count; i++) {
    const notch_rule *rule = &program->rules[event->variants[i].rule];
    for (uint32_t a = 0; a < rule->action_count; a++) {
      if (rule->actions[a].kind == NOTCH_DO_EARN) {
        return event->first_money != NOTCH_NONE;
      }
    }
  }
  return false;
}

bool notch_spend_report(const notch_rules *rules, const notch_memory *memory, bool notes,
                        notch_diags *diags)
{
  const notch_program *program = rules->program;
  uint64_t left = BUDGET;
  bool good = true;
  for (uint32_t i = NOTCH_EVENT_BUILTIN_COUNT; i < program->event_count && good && left > 0; i++) {
    uint64_t budget = left < EVENT_BUDGET ? left : EVENT_BUDGET;
    notch_arena arena;
    if (!earns(program, i)) {
      continue;
    }
    left -= budget;
    notch_arena_init(&arena, memory);
    spending s = {.rules = rules, .diags = diags, .notes = notes, .type = i};
    const notch_quest quest = {.rules = rules,
                               .memory = memory,
                               .arena = &arena,
                               .type = i,
                               .root = NOTCH_NONE,
                               .budget = budget};
    good = notch_search_run(&quest, look, &s);
    left += s.left;
    notch_arena_free(&arena);
  }
  return good;
}
