/*
 * cli/verb_check.c -- `notch check`: the diagnostics of one or more scripts, and their bounds.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_check_options[] = {
  {"strict", NULL, N_("warnings are errors")},
  {"report", NULL, N_("also what is only worth knowing: notes, and the steps of each event")},
  {"json", NULL, N_("one diagnostic a line, as JSON, on standard output")},
  {NULL, NULL, NULL},
};

typedef struct check_state {
  bool strict, json, report;
} check_state;

static void print_summary(const cli_findings *found, const char *path)
{
  if (found->errors == 0 && found->warnings == 0) {
    printf("%s: %s%s%s\n", path, cli_style(stdout, CLI_STYLE_GOOD), _("nothing is wrong"),
           cli_style(stdout, CLI_STYLE_PLAIN));
    return;
  }
  char *errors = cli_format(ngettext_("%u error", "%u errors", found->errors), found->errors);
  char *warnings =
      cli_format(ngettext_("%u warning", "%u warnings", found->warnings), found->warnings);
  fprintf(stderr, "%s: %s, %s\n", path, errors, warnings);
  free(errors);
  free(warnings);
}

/* Each line belongs to its file, as a diagnostic does. */
static notch_status print_outlook(cli_rules *rules, const notch_program *program,
                                  const char *path, const check_state *state)
{
  cli_text text = {0};
  notch_view view = state->json ? NOTCH_VIEW_JSON : NOTCH_VIEW_TEXT;
  notch_status status = notch_program_outlook(rules->engine, program, state->report, view,
                                              cli_text_write, &text);
  if (status == NOTCH_OK && state->json) {
    cli_text line = {0};
    cli_text_add_json(&line, path);
    printf("{\"file\":%s,\"events\":%s}\n", line.bytes, text.bytes);
    cli_text_free(&line);
  } else if (status == NOTCH_OK) {
    for (const char *at = text.size > 0 ? text.bytes : ""; *at;) {
      size_t length = strcspn(at, "\n");
      printf("%s: ", path);
      cli_write_text(stdout, at, length);
      putchar('\n');
      at += length + (at[length] == '\n');
    }
  }
  cli_text_free(&text);
  return status;
}

/* CLI_FAILED for errors and, when strict, for warnings. */
static int check_one(cli_rules *rules, const char *path, const check_state *state)
{
  size_t size;
  notch_program *program = NULL;
  char *bytes = cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size);
  if (!bytes) return CLI_FAILED;
  rules->findings.errors = rules->findings.warnings = 0;
  notch_status status = notch_program_compile(&program, rules->engine, path, bytes, size,
                                              &rules->options);
  free(bytes);
  if (status != NOTCH_OK && (status != NOTCH_ESCRIPT || rules->findings.errors == 0)) {
    return cli_fail_on(rules->engine);
  }
  fflush(stderr);
  if (!state->json) print_summary(&rules->findings, path);
  if (status == NOTCH_OK && (state->report || !state->json)) {
    notch_status told = print_outlook(rules, program, path, state);
    if (told != NOTCH_OK) status = told;
    if (told != NOTCH_OK) cli_fail_on(rules->engine);
  }
  notch_program_free(program);
  bool warned = state->strict && rules->findings.warnings > 0;
  return status != NOTCH_OK || warned ? CLI_FAILED : CLI_DONE;
}

int cli_check_run(const cli_args *args)
{
  cli_rules rules;
  const check_state state = {.strict = cli_args_has(args, "strict"),
                             .json = cli_args_has(args, "json"),
                             .report = cli_args_has(args, "report")};
  int code = cli_rules_begin(&rules, state.json);
  rules.options.advice = state.json || state.report ? 2 : 1;
  for (int i = 0; i < args->operand_count && rules.engine; i++) {
    if (check_one(&rules, args->operands[i], &state) != CLI_DONE) code = CLI_FAILED;
  }
  cli_rules_end(&rules);
  return code;
}
