/*
 * cli/verb_new.c -- `notch new`: a folder with a programme that runs, copied from a template.
 */
#include <config.h>

#include "cli/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const cli_option cli_new_options[] = {
  {"template", N_("TEMPLATE"), N_("which template to copy")},
  {"list", NULL, N_("list the templates")},
  {NULL, NULL, NULL},
};

#define TEMPLATE_BYTES_MAX ((size_t) 1 << 20)

static bool is_folder(const char *path)
{
  struct stat about;
  return !stat(path, &about) && S_ISDIR(about.st_mode);
}

static int visible(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* Calls for each name in the folder, in alphabetical order, while `each` gives CLI_DONE. */
static int each_name(const char *folder, int (*each)(const char *from, const char *to,
                                                     const char *name), const char *to)
{
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, visible, alphasort);
  int code = count < 0 ? cli_fail(_("%s cannot be read: %s"), folder, strerror(errno)) : CLI_DONE;
  for (int i = 0; i < count; i++) {
    if (code == CLI_DONE) code = each(folder, to, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return code;
}

static int print_template(const char *from, const char *to, const char *name)
{
  char *path = cli_format("%s/%s", from, name);
  (void) to;
  if (is_folder(path)) puts(name);
  free(path);
  return CLI_DONE;
}

static int copy_file(const char *from, const char *to, const char *name)
{
  char *source = cli_format("%s/%s", from, name), *target = cli_format("%s/%s", to, name);
  size_t size;
  char *bytes = is_folder(source) ? NULL : cli_file_read(source, TEMPLATE_BYTES_MAX, &size);
  int code = CLI_DONE;
  if (bytes) {
    FILE *file = fopen(target, "wbx");
    bool good = file && fwrite(bytes, 1, size, file) == size;
    if (file && fclose(file)) good = false;
    int error = errno;
    if (file && !good) unlink(target);
    if (good) printf("%s\n", target);
    else code = cli_fail(_("%s cannot be written: %s"), target, strerror(error));
  } else if (!is_folder(source)) {
    code = CLI_FAILED;
  }
  free(bytes);
  free(source);
  free(target);
  return code;
}

static int make_folder(const char *path)
{
  struct dirent **entries = NULL;
  if (!mkdir(path, 0777)) return CLI_DONE;
  if (errno != EEXIST) return cli_fail(_("%s cannot be made: %s"), path, strerror(errno));
  int count = scandir(path, &entries, visible, NULL);
  for (int i = 0; i < count; i++) free(entries[i]);
  free(entries);
  if (count == 0) return CLI_DONE;
  return cli_fail(_("%s is there already; choose another name"), path);
}

static int copy_template(const cli_args *args, const char *templates)
{
  const char *name = args->operands[0], *wanted = cli_args_value(args, "template");
  const char *slash = strrchr(name, '/');
  char *from = cli_format("%s/%s", templates, wanted ? wanted : slash ? slash + 1 : name);
  int code;
  if (!wanted && !is_folder(from)) {
    free(from);
    from = cli_format("%s/coffee", templates);
  }
  if (!is_folder(from) || (wanted && (strchr(wanted, '/') || wanted[0] == '.'))) {
    code = cli_fail(_("there is no template `%s`; `notch new --list` lists them"),
                    wanted ? wanted : "coffee");
  } else {
    code = make_folder(name);
    if (code == CLI_DONE) code = each_name(from, copy_file, name);
    if (code == CLI_DONE) printf(_("\nTry it: notch test %s/programme.notch\n"), name);
  }
  free(from);
  return code;
}

int cli_new_run(const cli_args *args)
{
  bool list = cli_args_has(args, "list");
  if (!list && (args->operand_count == 0 || !*args->operands[0])) {
    return cli_usage(args->verb, _("it needs %s"), "NAME");
  }
  char *folder = cli_rules_folder();
  if (!folder) {
    return cli_fail(_("the templates are not installed; NOTCH_RULES can name the folder of the "
                      "standard rules"));
  }
  char *templates = cli_format("%s/templates", folder);
  int code = list ? each_name(templates, print_template, NULL) : copy_template(args, templates);
  free(templates);
  free(folder);
  return code;
}
