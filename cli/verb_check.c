/*
 * cli/verb_check.c -- `notch check`: the diagnostics of one or more scripts.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_check_options[] = {
  {"strict", NULL, N_("warnings are errors")},
  {"json", NULL, N_("one diagnostic a line, as JSON, on standard output")},
  {NULL, NULL, NULL},
};

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

/* CLI_FAILED for errors and, when strict, for warnings. */
static int check_one(cli_rules *rules, const char *path, bool strict, bool json)
{
  size_t size;
  char *bytes = cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size);
  if (!bytes) return CLI_FAILED;
  rules->findings.errors = rules->findings.warnings = 0;
  notch_status status = notch_program_compile(NULL, rules->engine, path, bytes, size,
                                              &rules->options);
  free(bytes);
  if (status != NOTCH_OK && (status != NOTCH_ESCRIPT || rules->findings.errors == 0)) {
    return cli_fail_on(rules->engine);
  }
  fflush(stderr);
  if (!json) print_summary(&rules->findings, path);
  return status != NOTCH_OK || (strict && rules->findings.warnings > 0) ? CLI_FAILED : CLI_DONE;
}

int cli_check_run(const cli_args *args)
{
  cli_rules rules;
  bool strict = cli_args_has(args, "strict"), json = cli_args_has(args, "json");
  int code = cli_rules_begin(&rules, json);
  for (int i = 0; i < args->operand_count && rules.engine; i++) {
    if (check_one(&rules, args->operands[i], strict, json) != CLI_DONE) code = CLI_FAILED;
  }
  cli_rules_end(&rules);
  return code;
}
