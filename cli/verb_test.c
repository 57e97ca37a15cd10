/*
 * cli/verb_test.c -- `notch test`: runs the test blocks of scripts.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <string.h>

const cli_option cli_test_options[] = {
  {"only", N_("TEXT"), N_("run the tests whose title contains TEXT")},
  {"verbose", NULL, N_("name the tests that pass, too")},
  {NULL, NULL, NULL},
};

typedef struct run_state {
  bool verbose;
} run_state;

static void on_failure(void *payload, const notch_test_result *failure)
{
  (void) payload;
  fprintf(stderr, "%s:%u:%u: ", failure->file, failure->line, failure->column);
  fprintf(stderr, "%s%s%s ", cli_style(stderr, CLI_STYLE_BAD), _("failed:"),
          cli_style(stderr, CLI_STYLE_PLAIN));
  cli_write_text(stderr, failure->sentence, strlen(failure->sentence));
  fputs("\n    ", stderr);
  fprintf(stderr, _("in test \"%s\""), failure->test);
  fputc('\n', stderr);
}

static void on_finished(void *payload, const char *test, int passed)
{
  const run_state *state = payload;
  if (!state->verbose) return;
  fflush(stderr);
  printf("%s%s%s  ", cli_style(stdout, passed ? CLI_STYLE_GOOD : CLI_STYLE_BAD),
         passed ? _("passed") : _("failed"), cli_style(stdout, CLI_STYLE_PLAIN));
  cli_write_text(stdout, test, strlen(test));
  putchar('\n');
}

static int test_one(cli_rules *rules, const cli_args *args, const char *path,
                    notch_test_counts *sum)
{
  notch_test_options options = NOTCH_TEST_OPTIONS_INIT;
  notch_test_counts counts = {0, 0};
  run_state state = {cli_args_has(args, "verbose")};
  notch_program *program = cli_rules_load(rules, path);
  if (!program) return CLI_FAILED;
  options.report = on_failure;
  options.finished = on_finished;
  options.payload = &state;
  options.only = cli_args_value(args, "only");
  notch_status status = notch_program_test(rules->engine, program, &options, &counts);
  notch_program_free(program);
  if (status != NOTCH_OK) return cli_fail_on(rules->engine);
  sum->passed += counts.passed;
  sum->failed += counts.failed;
  return counts.failed > 0 ? CLI_FINDINGS : CLI_DONE;
}

int cli_test_run(const cli_args *args)
{
  cli_rules rules;
  notch_test_counts sum = {0, 0};
  int code = cli_rules_begin(&rules, false);
  if (!rules.engine) return code;
  for (int i = 0; i < args->operand_count; i++) {
    rules.findings.errors = 0;
    int one = test_one(&rules, args, args->operands[i], &sum);
    if (one == CLI_FAILED || code == CLI_DONE) code = one;
  }
  /* The closing line is for programs as well: it is never translated. */
  if (code != CLI_FAILED || args->operand_count > 1) {
    printf("%u passed, %u failed\n", sum.passed, sum.failed);
  }
  cli_rules_end(&rules);
  return code;
}
