/*
 * cli/verb_dump.c -- `notch dump` and `notch explain-code`: what the compiler can tell of itself.
 */
#include <config.h>

#include "cli/rules.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_dump_options[] = {{NULL, NULL, NULL}};
const cli_option cli_explain_code_options[] = {{NULL, NULL, NULL}};

int cli_dump_run(const cli_args *args)
{
  static const char *const phases[] = {"tokens", "tree", "program", "code"};
  const size_t phase_count = sizeof phases / sizeof phases[0];
  const char *word = args->operands[0], *path = args->operands[1];
  cli_rules rules;
  size_t phase = 0, size;
  while (phase < phase_count && strcmp(phases[phase], word)) phase++;
  if (phase == phase_count) {
    const char *near = cli_nearest(word, phases, phase_count);
    if (near) {
      return cli_usage(args->verb, _("there is no phase `%s`; did you mean `%s`?"), word, near);
    }
    return cli_usage(args->verb, _("there is no phase `%s`: take tokens, tree, program or code"),
                     word);
  }
  char *bytes = cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size);
  if (!bytes) return CLI_FAILED;
  int code = cli_rules_begin(&rules, false);
  if (rules.engine) {
    notch_status status = notch_dump(rules.engine, (notch_phase) phase, path, bytes, size,
                                     &rules.options, cli_write, stdout);
    if (status != NOTCH_OK) code = cli_rules_fail(&rules, path, status);
  }
  free(bytes);
  cli_rules_end(&rules);
  return code;
}

int cli_explain_code_run(const cli_args *args)
{
  cli_rules rules;
  cli_text text = {NULL, 0, 0};
  int code = cli_rules_begin(&rules, false);
  if (rules.engine
      && notch_explain_code(rules.engine, args->operands[0], cli_text_write, &text) != NOTCH_OK) {
    code = cli_fail_on(rules.engine);
  } else if (text.bytes) {
    cli_fill(stdout, text.bytes, 0);
  }
  cli_text_free(&text);
  cli_rules_end(&rules);
  return code;
}
