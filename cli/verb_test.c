/*
 * cli/verb_test.c -- `notch test`: the test blocks of scripts, their properties and coverage.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_test_options[] = {
  {"coverage", NULL, N_("say what the tests touched of each rule, condition, row, limit and tier")},
  {"only", N_("TEXT"), N_("run the tests whose title contains TEXT")},
  {"verbose", NULL, N_("name the tests that pass, too")},
  {"json", NULL, N_("print a JSON document")},
  {NULL, NULL, NULL},
};

static const char *const verdict_words[] = {"proved", "refuted", "not_checked"};
#define VERDICTS (sizeof verdict_words / sizeof verdict_words[0])

typedef struct run_state {
  bool verbose, json;
  unsigned properties[VERDICTS]; /* by verdict */
  unsigned clauses, covered;
  /* --json: parts of the document.  The failures are those of the test that is running. */
  cli_text tests, failures, claims, coverage;
} run_state;

static void add_place(cli_text *to, const char *file, unsigned line, unsigned column)
{
  if (to->size > 0) cli_text_addf(to, ",");
  cli_text_addf(to, "{\"file\":");
  cli_text_add_json(to, file);
  cli_text_addf(to, ",\"line\":%u,\"column\":%u", line, column);
}

static void add_member(cli_text *to, const char *name, const char *value)
{
  cli_text_addf(to, ",\"%s\":", name);
  cli_text_add_json(to, value);
}

/* FILE:LINE:COLUMN: word sentence, and whose it is (owned). */
static void complain(const char *word, const char *sentence, char *place, char *whose)
{
  fprintf(stderr, "%s: %s%s%s ", place, cli_style(stderr, CLI_STYLE_BAD), word,
          cli_style(stderr, CLI_STYLE_PLAIN));
  cli_write_text(stderr, sentence, strlen(sentence));
  fprintf(stderr, "\n    %s\n", whose);
  free(place);
  free(whose);
}

static void on_failure(void *payload, const notch_test_result *failure)
{
  run_state *state = payload;
  if (state->json) {
    add_place(&state->failures, failure->file, failure->line, failure->column);
    add_member(&state->failures, "sentence", failure->sentence);
    cli_text_addf(&state->failures, "}");
    return;
  }
  complain(_("failed:"), failure->sentence,
           cli_format("%s:%u:%u", failure->file, failure->line, failure->column),
           cli_format(_("in test \"%s\""), failure->test));
}

static void on_finished(void *payload, const char *test, int passed)
{
  run_state *state = payload;
  if (state->json) {
    cli_text_addf(&state->tests, "%s{\"test\":", state->tests.size > 0 ? "," : "");
    cli_text_add_json(&state->tests, test);
    cli_text_addf(&state->tests, ",\"passed\":%s,\"failures\":[%s]}", passed ? "true" : "false",
                  state->failures.size > 0 ? state->failures.bytes : "");
    cli_text_free(&state->failures);
    return;
  }
  if (!state->verbose) return;
  fflush(stderr);
  printf("%s%s%s  ", cli_style(stdout, passed ? CLI_STYLE_GOOD : CLI_STYLE_BAD),
         passed ? _("passed") : _("failed"), cli_style(stdout, CLI_STYLE_PLAIN));
  cli_write_text(stdout, test, strlen(test));
  putchar('\n');
}

static void on_property(void *payload, const notch_property_result *property)
{
  run_state *state = payload;
  state->properties[property->verdict]++;
  if (state->json) {
    add_place(&state->claims, property->file, property->line, property->column);
    add_member(&state->claims, "property", property->property);
    add_member(&state->claims, "verdict", verdict_words[property->verdict]);
    if (property->sentence[0]) add_member(&state->claims, "sentence", property->sentence);
    cli_text_addf(&state->claims, "}");
    return;
  }
  if (property->verdict == NOTCH_PROPERTY_PROVED) {
    if (!state->verbose) return;
    printf("%s%s%s  %s\n", cli_style(stdout, CLI_STYLE_GOOD), _("proved"),
           cli_style(stdout, CLI_STYLE_PLAIN), property->property);
    return;
  }
  bool refuted = property->verdict == NOTCH_PROPERTY_REFUTED;
  complain(refuted ? _("refuted:") : _("not checked:"), property->sentence,
           cli_format("%s:%u:%u", property->file, property->line, property->column),
           cli_format(_("in property \"%s\""), property->property));
}

static void on_clause(void *payload, const notch_clause_result *clause)
{
  run_state *state = payload;
  state->clauses++;
  state->covered += clause->covered != 0;
  if (state->json) {
    add_place(&state->coverage, clause->file, clause->line, clause->column);
    add_member(&state->coverage, "kind", clause->kind);
    add_member(&state->coverage, "text", clause->text);
    cli_text_addf(&state->coverage, ",\"covered\":%s", clause->covered ? "true" : "false");
    for (unsigned i = 0; i < NOTCH_CLAUSE_FIGURES && clause->figures[i]; i++) {
      cli_text_addf(&state->coverage, ",\"%s\":%llu", clause->figures[i],
                    (unsigned long long) clause->counts[i]);
    }
    cli_text_addf(&state->coverage, "}");
    return;
  }
  fputs(cli_style(stdout, clause->covered ? CLI_STYLE_PLAIN : CLI_STYLE_BAD), stdout);
  printf("%c %s:%u: ", clause->covered ? ' ' : '!', clause->file, clause->line);
  cli_write_text(stdout, clause->text, strlen(clause->text));
  for (unsigned i = 0; i < NOTCH_CLAUSE_FIGURES && clause->figures[i]; i++) {
    printf("%s %s %llu", i ? "," : ":", gettext(clause->figures[i]),
           (unsigned long long) clause->counts[i]);
  }
  printf("%s\n", cli_style(stdout, CLI_STYLE_PLAIN));
}

static int test_one(cli_rules *rules, const cli_args *args, const char *path, run_state *state,
                    notch_test_counts *sum)
{
  notch_test_options options = NOTCH_TEST_OPTIONS_INIT;
  notch_test_counts counts = {0, 0};
  notch_program *program = cli_rules_load(rules, path);
  if (!program) return CLI_FAILED;
  options.report = on_failure;
  options.finished = on_finished;
  options.property = on_property;
  options.payload = state;
  options.only = cli_args_value(args, "only");
  if (cli_args_has(args, "coverage")) options.clause = on_clause;
  unsigned refuted = state->properties[NOTCH_PROPERTY_REFUTED];
  notch_status status = notch_program_test(rules->engine, program, &options, &counts);
  notch_program_free(program);
  if (status != NOTCH_OK) return cli_fail_on(rules->engine);
  sum->passed += counts.passed;
  sum->failed += counts.failed;
  refuted = state->properties[NOTCH_PROPERTY_REFUTED] - refuted;
  return counts.failed + refuted > 0 ? CLI_FINDINGS : CLI_DONE;
}

static void print_json(const run_state *state, const notch_test_counts *sum, bool coverage)
{
  printf("{\"passed\":%u,\"failed\":%u,\"tests\":[%s],\"properties\":[%s]", sum->passed,
         sum->failed, state->tests.size > 0 ? state->tests.bytes : "",
         state->claims.size > 0 ? state->claims.bytes : "");
  if (coverage) {
    printf(",\"coverage\":{\"covered\":%u,\"clauses\":%u,\"items\":[%s]}", state->covered,
           state->clauses, state->coverage.size > 0 ? state->coverage.bytes : "");
  }
  puts("}");
}

/* The closing lines are for programs as well: they are never translated. */
static void print_sums(const run_state *state, const notch_test_counts *sum, bool coverage)
{
  const unsigned *of = state->properties;
  fflush(stderr);
  if (coverage) printf("%u of %u clauses covered\n", state->covered, state->clauses);
  if (of[0] + of[1] + of[2] > 0) {
    printf("properties: %u proved, %u refuted, %u not checked\n", of[NOTCH_PROPERTY_PROVED],
           of[NOTCH_PROPERTY_REFUTED], of[NOTCH_PROPERTY_NOT_CHECKED]);
  }
  printf("%u passed, %u failed\n", sum->passed, sum->failed);
}

int cli_test_run(const cli_args *args)
{
  cli_rules rules;
  notch_test_counts sum = {0, 0};
  bool coverage = cli_args_has(args, "coverage");
  run_state state = {.verbose = cli_args_has(args, "verbose"),
                     .json = cli_args_has(args, "json")};
  int code = cli_rules_begin(&rules, false);
  if (!rules.engine) return code;
  rules.options.properties_later = 1;
  for (int i = 0; i < args->operand_count; i++) {
    rules.findings.errors = 0;
    int one = test_one(&rules, args, args->operands[i], &state, &sum);
    if (one == CLI_FAILED || code == CLI_DONE) code = one;
  }
  if (code != CLI_FAILED || args->operand_count > 1) {
    if (state.json) print_json(&state, &sum, coverage);
    else print_sums(&state, &sum, coverage);
  }
  cli_text_free(&state.tests);
  cli_text_free(&state.failures);
  cli_text_free(&state.claims);
  cli_text_free(&state.coverage);
  cli_rules_end(&rules);
  return code;
}
