/* suite/search.c -- hill climbing over the genes of a guess. */
#include <config.h>

#include "suite/search.h"

#define PASSES 2
#define STARTS_MAX 24

static void search(notch_search *s, const notch_quest *quest,
                   void (*look)(notch_search *search, void *payload), void *payload)
{
  const notch_program *program = quest->rules->program;
  s->guess = notch_guess_new(program, quest->type, quest->root, quest->arena);
  s->earned = NOTCH_NEW_ARRAY(quest->arena, int64_t, program->points_count + 1);
  look(s, payload);
}

bool notch_search_run(const notch_quest *quest, void (*look)(notch_search *search, void *payload),
                      void *payload)
{
  jmp_buf *before = quest->arena->escape;
  notch_search *s = NOTCH_NEW(quest->arena, notch_search);
  if (s == NULL) {
    return false;
  }
  s->arena = quest->arena;
  notch_arena_init(&s->run, quest->memory);
  notch_state_init(&s->scene, quest->memory);
  notch_state_init(&s->after, quest->memory);
  notch_trial_open(&s->trial, quest->rules, quest->memory, quest->budget);
  if (setjmp(s->no_memory) == 0) {
    s->run.escape = quest->arena->escape = &s->no_memory;
    if (!s->trial.failed) {
      search(s, quest, look, payload);
    }
  } else {
    s->trial.failed = true; /* also in the middle of a decision, which nobody will look at */
  }
  quest->arena->escape = before;
  bool good = !s->trial.failed && !quest->arena->failed;
  notch_state_free(&s->scene);
  notch_state_free(&s->after);
  notch_arena_free(&s->run);
  notch_trial_close(&s->trial);
  return good;
}

static bool shapes_scene(const notch_gene *gene)
{
  return gene->kind != NOTCH_GENE_FIELD;
}

const notch_state *notch_search_scene(notch_search *search)
{
  bool same = search->has_scene;
  for (uint32_t i = 0; i < search->guess->gene_count; i++) {
    const notch_gene *gene = &search->guess->genes[i];
    if (shapes_scene(gene)) {
      same = same && search->scene_of[i] == gene->chosen;
      search->scene_of[i] = gene->chosen;
    }
  }
  if (!same) {
    search->has_scene = true;
    search->scene_good = notch_guess_scene(search->guess, &search->trial, &search->scene);
  }
  return search->scene_good ? &search->scene : NULL;
}

static bool nearer(const notch_score *one, const notch_score *than)
{
  if (one->found || !one->valid || !than->valid) {
    return one->found || (one->valid && !than->valid);
  }
  return notch_rational_compare(one->near, than->near) > 0;
}

/* False: found, or nothing more can be tried. */
static bool climb_gene(notch_search *search, notch_gene *gene, notch_objective *objective,
                       void *payload, notch_score *best)
{
  uint32_t kept = gene->chosen;
  for (uint32_t i = 0; i < gene->count; i++) {
    if (i == kept) {
      continue;
    }
    uint32_t before = gene->chosen;
    gene->chosen = i;
    notch_score score = objective(search, payload);
    if (nearer(&score, best)) {
      *best = score;
    } else {
      gene->chosen = before;
    }
    if (best->found || search->trial.left == 0 || search->trial.failed) {
      return false;
    }
  }
  return true;
}

notch_score notch_search_climb(notch_search *search, notch_objective *objective, void *payload)
{
  notch_score best = objective(search, payload);
  for (unsigned pass = 0; pass < PASSES && !best.found; pass++) {
    for (uint32_t i = 0; i < search->guess->gene_count; i++) {
      if (!climb_gene(search, &search->guess->genes[i], objective, payload, &best)) {
        return best;
      }
    }
  }
  return best;
}

/* ---- where to start ---- */

/* How much of a rule's condition holds: each part that came out true counts. */
static notch_score applies(notch_search *search, void *payload)
{
  const uint32_t rule = *(const uint32_t *)payload;
  notch_score score = {.near = NOTCH_INTEGER(0)};
  const notch_state *scene = notch_search_scene(search);
  notch_arena_reset(&search->run);
  notch_trace trace = {.arena = &search->run};
  if (scene == NULL || !notch_trial_event(&search->trial, scene, notch_guess_event(search->guess),
                                          NULL, NULL, &trace)) {
    return score;
  }
  score.valid = true;
  for (uint32_t i = 0; i < trace.records.count; i++) {
    const notch_trace_record *record = &trace.records.items[i];
    if (record->subject == rule && record->kind == NOTCH_TRACE_RULE) {
      score.found = score.found || record->flag;
    } else if (record->subject == rule && record->kind == NOTCH_TRACE_CONDITION &&
               record->expr->type.kind == NOTCH_TYPE_FLAG && record->value.n != 0) {
      score.near.num++;
    }
  }
  return score;
}

bool notch_search_start(notch_search *search, uint32_t n, bool *made)
{
  const notch_program *program = search->guess->program;
  const notch_event_decl *event = &program->events[search->guess->type];
  for (uint32_t i = 0; i < search->guess->gene_count; i++) {
    search->guess->genes[i].chosen = 0;
  }
  *made = true;
  if (n == 0) {
    return true;
  }
  if (n > event->variant_count || n > STARTS_MAX) {
    return false;
  }
  uint32_t rule = event->variants[n - 1].rule;
  *made = program->rules[rule].variants[event->variants[n - 1].variant].when != NOTCH_NONE &&
          notch_search_climb(search, applies, &rule).found;
  return true;
}
