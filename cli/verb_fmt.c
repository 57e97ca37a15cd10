/*
 * cli/verb_fmt.c -- `notch fmt`: scripts in their canonical layout, in place or as a check.
 */
#include <config.h>

#include "cli/rules.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_fmt_options[] = {
  {"check", NULL, N_("change nothing; name the files that are not in the canonical layout")},
  {NULL, NULL, NULL},
};

static int format_one(cli_rules *rules, const char *path, bool check)
{
  cli_text text = {NULL, 0, 0};
  size_t size;
  char *bytes = cli_file_read(path, CLI_SCRIPT_BYTES_MAX, &size);
  if (!bytes) return CLI_FAILED;
  int code = CLI_DONE;
  rules->findings.errors = rules->findings.warnings = 0;
  notch_status status = notch_format(rules->engine, path, bytes, size, &rules->options,
                                     cli_text_write, &text);
  bool same = status == NOTCH_OK && text.size == size
    && (size == 0 || !memcmp(text.bytes, bytes, size));
  if (status != NOTCH_OK) {
    code = cli_rules_fail(rules, path, status);
  } else if (check) {
    if (!same) printf("%s\n", path);
    code = same ? CLI_DONE : CLI_FINDINGS;
  } else if (!strcmp(path, "-")) {
    fwrite(text.bytes, 1, text.size, stdout);
  } else if (!same) {
    code = cli_file_write(path, &text);
  }
  cli_text_free(&text);
  free(bytes);
  return code;
}

int cli_fmt_run(const cli_args *args)
{
  cli_rules rules;
  int code = cli_rules_begin(&rules, false);
  for (int i = 0; rules.engine && i < args->operand_count; i++) {
    int one = format_one(&rules, args->operands[i], cli_args_has(args, "check"));
    /* "Could not" outranks "would change". */
    if (one == CLI_FAILED || code == CLI_DONE) code = one;
  }
  cli_rules_end(&rules);
  return code;
}
