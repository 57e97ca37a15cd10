/* suite/property.c -- looks among real decisions for events that contradict a property. */
#include <config.h>

#include "suite/property.h"
#include "audit/words.h"
#include "suite/search.h"

#define BUDGET 60000 /* rules looked at for one property */

typedef struct claiming {
  const notch_property *property;
  const notch_expr *expr; /* the condition */
  notch_property_found *result;
} claiming;

/* The value of one side, from what the evaluation told of its expressions. */
static bool side(const notch_trace *trace, const notch_expr *expr, notch_rational *out)
{
  while (expr->op == NOTCH_EXPR_LET) {
    expr = expr->args[0];
  }
  if (expr->op == NOTCH_EXPR_CONST) {
    *out = notch_value_rational(expr->value);
    return expr->value.d != 0;
  }
  for (uint32_t i = trace->records.count; i > 0; i--) {
    const notch_trace_record *record = &trace->records.items[i - 1];
    if (record->expr == expr && record->value.d != 0) {
      *out = notch_value_rational(record->value);
      return true;
    }
  }
  return false;
}

static bool is_figure(notch_type type)
{
  return type.kind == NOTCH_TYPE_NUMBER || type.kind == NOTCH_TYPE_MONEY ||
         type.kind == NOTCH_TYPE_POINTS;
}

/* By how much the comparison is missed; more is nearer to a counterexample. */
static void measure(const claiming *c, const notch_trace *trace, notch_score *score)
{
  notch_rational left, right, gap;
  bool below = c->expr->op == NOTCH_EXPR_LE || c->expr->op == NOTCH_EXPR_LT;
  bool above = c->expr->op == NOTCH_EXPR_GE || c->expr->op == NOTCH_EXPR_GT;
  if ((!below && !above) || !is_figure(c->expr->args[0]->type) ||
      !side(trace, c->expr->args[0], &left) || !side(trace, c->expr->args[1], &right)) {
    return;
  }
  bool forward = below != c->property->never;
  if (notch_rational_sub(&gap, forward ? left : right, forward ? right : left)) {
    score->near = gap;
  }
}

static notch_score refutes(notch_search *search, void *payload)
{
  const claiming *c = payload;
  notch_score score = {.near = NOTCH_INTEGER(0)};
  const notch_state *scene = notch_search_scene(search);
  const notch_event *event = notch_guess_event(search->guess);
  notch_arena_reset(&search->run);
  notch_trace trace = {.arena = &search->run};
  notch_value value;
  if (scene == NULL ||
      !notch_trial_event(&search->trial, scene, event, search->earned, &search->after, NULL)) {
    return score;
  }
  score.valid = notch_trial_evaluate(&search->trial, &search->after, event, search->earned,
                                     c->property->root, &trace, &value);
  if (score.valid) {
    score.found = (value.n != 0) == c->property->never;
    measure(c, &trace, &score);
  }
  return score;
}

typedef struct earned_use {
  const int64_t *earned;
  const notch_program *program;
  notch_buffer *to;
  bool any;
  unsigned nodes_left;
} earned_use;

/* "which earns 5 star": of the kinds that the condition reads. */
static void put_earned(earned_use *use, const notch_expr *expr)
{
  if (expr == NULL || use->any || use->nodes_left == 0) {
    return;
  }
  use->nodes_left--;
  if (expr->op == NOTCH_EXPR_EARNED && expr->window == NOTCH_NONE) {
    const notch_wording words = {use->program, use->program->sources};
    notch_buffer_print(use->to, " earns ");
    notch_words_amount(use->to, &words, expr->a, use->earned[expr->a], false);
    use->any = true;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    put_earned(use, expr->args[i]);
  }
}

static notch_text example(notch_search *search, const claiming *c)
{
  notch_buffer text;
  notch_buffer_init(&text, search->trial.memory);
  earned_use use = {.earned = search->earned,
                    .program = search->trial.rules->program,
                    .to = &text,
                    .nodes_left = 1000};
  notch_guess_words(search->guess, &text);
  put_earned(&use, c->expr);
  return notch_buffer_keep(&text, search->arena);
}

/* Nothing more than needed: what can be as usual is. */
static void simplify(notch_search *search, claiming *c)
{
  for (uint32_t i = 0; i < search->guess->gene_count; i++) {
    notch_gene *gene = &search->guess->genes[i];
    uint32_t kept = gene->chosen;
    gene->chosen = 0;
    if (kept != 0 && !refutes(search, c).found) {
      gene->chosen = kept;
    }
  }
  refutes(search, c); /* its figures are those that are told */
}

static void look(notch_search *search, void *payload)
{
  claiming *c = payload;
  bool made;
  for (uint32_t n = 0; notch_search_start(search, n, &made) && search->trial.left > 0; n++) {
    if (made && notch_search_climb(search, refutes, c).found) {
      search->trial.left += BUDGET; /* the search is over: what follows is bounded */
      simplify(search, c);
      c->result->truth = NOTCH_TRUTH_REFUTED;
      c->result->sentence = example(search, c);
      return;
    }
  }
}

bool notch_property_decide(const notch_rules *rules, const notch_memory *memory, notch_arena *arena,
                           const notch_property *property, notch_property_found *result)
{
  const notch_program *program = rules->program;
  *result = (notch_property_found){property->truth, property->event_words};
  if (property->truth != NOTCH_TRUTH_OPEN || property->root == NOTCH_NONE) {
    return true;
  }
  result->sentence = NOTCH_TEXT("no bound proves it, and no event was found that contradicts it");
  if (property->event < NOTCH_EVENT_BUILTIN_COUNT) {
    result->sentence = NOTCH_TEXT("no bound proves it, and built-in events are not tried out");
    return true;
  }
  claiming c = {property, program->roots[property->root].expr, result};
  while (c.expr->op == NOTCH_EXPR_LET) {
    c.expr = c.expr->args[0];
  }
  const notch_quest quest = {.rules = rules,
                             .memory = memory,
                             .arena = arena,
                             .type = property->event,
                             .root = property->root,
                             .budget = BUDGET};
  return notch_search_run(&quest, look, &c);
}

bool notch_property_report(const notch_rules *rules, const notch_memory *memory, notch_diags *diags)
{
  for (uint32_t i = 0; i < rules->program->property_count; i++) {
    const notch_property *property = &rules->program->properties[i];
    const notch_source *source = notch_source_get(&rules->parsed->sources, property->decl.source);
    notch_property_found result;
    notch_arena arena;
    notch_arena_init(&arena, memory);
    bool good = notch_property_decide(rules, memory, &arena, property, &result);
    if (good && result.truth == NOTCH_TRUTH_REFUTED) {
      notch_diag_report(diags, NOTCH_DIAG_PROPERTY_REFUTED, source, property->whole,
                        property->decl.name, result.sentence);
    } else if (good && result.truth == NOTCH_TRUTH_OPEN) {
      notch_diag_report(diags, NOTCH_DIAG_NOT_CHECKED, source, property->whole, "the property",
                        property->decl.name);
    }
    notch_arena_free(&arena);
    if (!good) {
      return false;
    }
  }
  return true;
}
