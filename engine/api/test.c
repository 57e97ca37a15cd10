/* api/test.c -- the tests of a programme: what failed, what they cover. */
#include <config.h>

#include "api/api.h"
#include "suite/property.h"
#include "suite/suite.h"

#include <assert.h>

typedef struct testing {
  const notch_test_options *options;
  notch_arena arena;
} testing;

static const char *title_of(testing *t, const notch_test *test)
{
  return notch_api_text(&t->arena,
                        test->decl.title.length > 0 ? test->decl.title : test->decl.name);
}

static void on_failure(void *payload, const notch_test *test, const notch_source *source,
                       notch_position position, notch_text sentence)
{
  testing *t = payload;
  if (t->options == NULL || t->options->report == NULL) {
    return;
  }
  notch_test_result result = {.file = source != NULL ? notch_api_text(&t->arena, source->name) : "",
                              .line = position.line,
                              .column = position.column,
                              .test = title_of(t, test),
                              .sentence = notch_api_text(&t->arena, sentence)};
  t->options->report(t->options->payload, &result);
}

static void on_finished(void *payload, const notch_test *test, bool passed)
{
  testing *t = payload;
  if (t->options != NULL && t->options->finished != NULL) {
    t->options->finished(t->options->payload, title_of(t, test), passed);
  }
  notch_arena_reset(&t->arena);
}

static bool tell_properties(testing *t, const notch_rules *rules, const notch_memory *memory)
{
  for (uint32_t i = 0; i < rules->program->property_count; i++) {
    const notch_property *property = &rules->program->properties[i];
    const notch_source *source = notch_source_get(rules->program->sources, property->decl.source);
    notch_position position = notch_source_position(source, property->whole.start);
    notch_property_found found;
    if (!notch_property_decide(rules, memory, &t->arena, property, &found)) {
      return false;
    }
    const notch_property_result result = {
        .file = notch_api_text(&t->arena, source->name),
        .line = position.line,
        .column = position.column,
        .property = notch_api_text(&t->arena, property->decl.name),
        .verdict = found.truth == NOTCH_TRUTH_PROVED    ? NOTCH_PROPERTY_PROVED
                   : found.truth == NOTCH_TRUTH_REFUTED ? NOTCH_PROPERTY_REFUTED
                                                        : NOTCH_PROPERTY_NOT_CHECKED,
        .sentence = notch_api_text(&t->arena, found.sentence)};
    t->options->property(t->options->payload, &result);
    notch_arena_reset(&t->arena);
  }
  return true;
}

static void tell_clauses(testing *t, const notch_program *program, notch_coverage *coverage)
{
  uint32_t count = 0;
  const notch_clause *clauses = notch_coverage_clauses(coverage, &count);
  for (uint32_t i = 0; i < count; i++) {
    const notch_clause_info *info = &notch_clause_infos[clauses[i].kind];
    const notch_source *source = notch_source_get(program->sources, clauses[i].source);
    notch_position position = notch_source_position(source, clauses[i].span.start);
    notch_clause_result result = {.file = notch_api_text(&t->arena, source->name),
                                  .line = position.line,
                                  .column = position.column,
                                  .kind = info->word,
                                  .text = notch_api_text(&t->arena, clauses[i].text),
                                  .covered = notch_clause_covered(&clauses[i])};
    static_assert(NOTCH_CLAUSE_FIGURES == NOTCH_CLAUSE_FIGURE_COUNT, "one figure for each");
    for (unsigned k = 0; k < NOTCH_CLAUSE_FIGURES && info->figures[k][0] != '\0'; k++) {
      result.figures[k] = info->figures[k];
      result.counts[k] = clauses[i].seen[k];
    }
    t->options->clause(t->options->payload, &result);
    notch_arena_reset(&t->arena);
  }
}

notch_status notch_program_test(notch_engine *engine, const notch_program_handle *program,
                                const notch_test_options *options, notch_test_counts *counts)
{
  testing t = {.options = options};
  notch_suite_counts found;
  notch_arena kept;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, program != NULL && counts != NULL);
  NOTCH_CHECK_ARG(engine, options == NULL || options->version == 1);
  uint64_t denied = notch_memory_denied(&engine->memory);
  bool counted = options != NULL && options->clause != NULL;
  notch_arena_init(&t.arena, &engine->memory);
  notch_arena_init(&kept, &engine->memory);
  notch_coverage *coverage = counted ? notch_coverage_new(program->rules->program, &kept) : NULL;
  const notch_suite_report suite = {
      .payload = &t,
      .failure = on_failure,
      .finished = on_finished,
      .only = notch_text_of(options != NULL && options->only != NULL ? options->only : ""),
      .coverage = coverage};
  bool run = (coverage != NULL || !counted) &&
             notch_suite_run(program->rules, &engine->memory, &suite, &found);
  if (run) {
    *counts = (notch_test_counts){found.passed, found.failed};
  }
  if (run && options != NULL && options->property != NULL) {
    run = tell_properties(&t, program->rules, &engine->memory);
  }
  if (run && counted) {
    tell_clauses(&t, program->rules->program, coverage);
  }
  notch_arena_free(&kept);
  notch_arena_free(&t.arena);
  run = run && denied == notch_memory_denied(&engine->memory);
  return run ? NOTCH_OK : notch_api_nomem(engine);
}
