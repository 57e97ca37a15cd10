/*
 * cli/verb_fmt.c -- `notch fmt`: scripts in their canonical layout, in place or as a check.
 */
#include <config.h>

#include "cli/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const cli_option cli_fmt_options[] = {
  {"check", NULL, N_("change nothing; name the files that are not in the canonical layout")},
  {NULL, NULL, NULL},
};

/* The new text takes the file's place in one step, with its permissions. */
static int replace_file(const char *path, const cli_text *text)
{
  char *beside = cli_format("%s.XXXXXX", path);
  struct stat about;
  int fd = mkstemp(beside);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
  bool good = file && !stat(path, &about) && !fchmod(fd, about.st_mode & 07777)
    && fwrite(text->bytes, 1, text->size, file) == text->size;
  if (file && fclose(file)) good = false;
  if (good && rename(beside, path)) good = false;
  int error = errno;
  if (!good && fd >= 0) unlink(beside);
  free(beside);
  return good ? CLI_DONE : cli_fail(_("%s cannot be written: %s"), path, strerror(error));
}

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
    code = replace_file(path, &text);
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
