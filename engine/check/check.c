/* check/check.c -- the order of the phases, memory, and what the finished programme is made of. */
#include <config.h>

#include "check/checker.h"

#include <string.h>

const notch_source *notch_check_source(const notch_checker *c, const notch_tree_node *node)
{
  return notch_source_get(&c->parsed->sources, node->source);
}

void notch_check_fix(notch_checker *c, const notch_tree_node *node, notch_text replacement,
                     const char *label)
{
  notch_diag_fix(c->diag, node->span, replacement, label);
}

notch_text notch_check_join(notch_checker *c, notch_text left, notch_text right)
{
  if (!left.length) return notch_arena_text(c->arena, right);
  return notch_arena_format(c->arena, "%.*s%.*s", (int)left.length, left.bytes, (int)right.length,
                            right.bytes);
}

void *notch_check_grow(notch_checker *c, void *items, uint32_t count, size_t size)
{
  if (count & (count - 1)) return items; /* room up to the next power of two */
  char *grown = notch_arena_alloc(c->arena, size * (count ? 2 * (size_t)count : 1));
  if (count) memcpy(grown, items, size * count);
  return grown;
}

/* The programme outlives the trees: it keeps its own texts for places in messages. */
static void keep_sources(notch_checker *c)
{
  notch_sources *kept = NOTCH_NEW(c->arena, notch_sources);
  const notch_sources *from = &c->parsed->sources;
  for (uint16_t i = 0; i < from->count; i++)
    notch_source_add(kept, from->items[i]->name, from->items[i]->text, c->arena);
  c->program->sources = kept;
}

static void make_identity(notch_checker *c)
{
  notch_buffer_clear(&c->text);
  notch_parsed_canonical(&c->text, c->parsed);
  if (c->text.failed) {
    c->arena->failed = true;
    return;
  }
  c->program->canonical = notch_arena_text(
      c->arena, (notch_text){c->text.bytes, (uint32_t)c->text.length});
  notch_hasher *hasher = notch_hasher_new();
  if (!hasher || !notch_sha256(hasher, &c->program->identity, c->program->canonical.bytes,
                               c->program->canonical.length))
    c->arena->failed = true;
  notch_hasher_free(hasher);
}

static void finish(notch_checker *c)
{
  notch_program *program = c->program;
  program->choices = c->choices.items;
  program->choice_count = c->choices.count;
  program->terms = c->terms.items;
  program->terms_count = c->terms.count;
  program->windows = c->windows.items;
  program->window_count = c->windows.count;
  program->limits = c->limits.items;
  program->limit_count = c->limits.count;
  program->roots = c->roots.items;
  program->root_count = c->roots.count;
  notch_measure_uses(c);
  keep_sources(c);
  make_identity(c);
}

static void run_phases(notch_checker *c)
{
  notch_declare_program(c);
  if (!c->program_node) return; /* a module alone, say: every name would be unknown */
  notch_declare_names(c);
  notch_shape_builtin(c);
  notch_points_units(c);
  notch_module_bind(c);
  notch_shape_check(c);
  notch_cohort_check(c);
  notch_measure_check(c);
  notch_table_check(c);
  notch_points_check(c);
  notch_segment_check(c);
  notch_cohort_rank(c);
  notch_ladder_check(c);
  notch_partner_check(c);
  notch_pool_check(c);
  notch_rule_check(c);
  notch_group_check(c);
  notch_order_check(c);
  notch_group_settle(c);
  notch_shop_check(c);
  notch_retire_check(c);
  notch_test_check(c);
  notch_property_check(c);
  notch_analysis_check(c);
  if (!c->diag->error_count) finish(c);
}

static notch_checker *checker_new(const notch_parsed *parsed, notch_diags *diag,
                                  notch_arena *program, notch_arena *scratch)
{
  notch_checker *c = NOTCH_NEW(scratch, notch_checker);
  c->parsed = parsed;
  c->diag = diag;
  c->arena = program;
  c->scratch = scratch;
  notch_buffer_init(&c->text, program->memory);
  c->program = NOTCH_NEW(program, notch_program);
  c->program->arena = program;
  c->builtins = notch_names_new(c, NULL, (notch_text){0});
  c->root = notch_names_new(c, c->builtins, (notch_text){0});
  c->root->file = parsed->units.items[0].tree;
  c->tiers = notch_names_new(c, NULL, (notch_text){0});
  return c;
}

/* Arenas that may jump: the reports' as well as both of the checker's own. */
typedef struct armed {
  notch_arena *arena;
  jmp_buf *before;
} armed;

const notch_program *notch_check(const notch_parsed *parsed, notch_diags *diag,
                                 notch_arena *program)
{
  notch_arena scratch;
  jmp_buf escape;
  armed arenas[2] = {{program, program->escape}, {diag->arena, diag->arena->escape}};
  notch_checker *volatile checker = NULL;
  notch_arena_init(&scratch, program->memory);
  scratch.escape = &escape;
  for (int i = 0; i < 2; i++) arenas[i].arena->escape = &escape;
  if (setjmp(escape) == 0) {
    checker = checker_new(parsed, diag, program, &scratch);
    run_phases(checker);
  } else {
    program->failed = true;
  }
  bool good = !program->failed && !scratch.failed && diag->error_count == 0;
  const notch_program *made = good ? checker->program : NULL;
  if (checker) notch_buffer_free(&checker->text);
  notch_arena_free(&scratch);
  for (int i = 1; i >= 0; i--) arenas[i].arena->escape = arenas[i].before;
  return made;
}
