/*
 * cli/bulk.c -- feeds a file or standard input to the library, and keeps the first refused lines.
 */
#include <config.h>

#include "cli/bulk.h"
#include "cli/terminal.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n >= m && !strcmp(text + n - m, end);
}

int cli_bulk_open(cli_bulk *bulk, const cli_args *args, const char *path)
{
  memset(bulk, 0, sizeof *bulk);
  bulk->path = path;
  bulk->csv = cli_args_has(args, "csv") || ends_with(path, ".csv");
  bulk->type = cli_args_value(args, "type");
  bulk->ahead = cli_args_value(args, "ahead");
  if (bulk->type && !bulk->csv) {
    return cli_usage(args->verb, _("--type is for CSV; JSON events say their own type"));
  }
  bulk->file = cli_file_open(path);
  return bulk->file ? CLI_DONE : CLI_FAILED;
}

/* Straight from the descriptor: what is there is used at once, a pipe is not waited for. */
static size_t read_part(void *payload, char *to, size_t size)
{
  cli_bulk *bulk = payload;
  ssize_t got;
  bulk->begun = true;
  do got = read(fileno(bulk->file), to, size); while (got < 0 && errno == EINTR);
  if (got >= 0) return (size_t) got;
  cli_say(_("%s cannot be read: %s"), bulk->path, strerror(errno));
  return SIZE_MAX;
}

static int is_ready(void *payload)
{
  const cli_bulk *bulk = payload;
  struct pollfd ask = {fileno(bulk->file), POLLIN, 0};
  return poll(&ask, 1, 0) != 0;
}

static uint64_t lines_of(const notch_counts *counts)
{
  return counts->applied + counts->known + counts->refused + counts->waiting + counts->unreadable;
}

static int on_commit(void *payload, const notch_counts *counts, uint64_t bytes)
{
  (void) payload;
  cli_progress_step(bytes, lines_of(counts));
  return 0;
}

static void on_line(void *payload, const notch_line *line)
{
  cli_bulk *bulk = payload;
  if (line->answer == NOTCH_ANSWER_UNREADABLE) {
    cli_say(_("%s:%" PRIu64 ": unreadable: %s"), bulk->path, line->line, line->sentence);
  } else if (line->answer == NOTCH_ANSWER_REFUSED && bulk->line_count < CLI_BULK_LINES_MAX) {
    cli_bulk_line *kept = &bulk->lines[bulk->line_count++];
    kept->line = line->line;
    kept->answer = line->answer;
    kept->id = cli_format("%s", line->id);
    kept->reason = cli_format("%s", line->reason);
    kept->sentence = cli_format("%s", line->sentence);
  }
}

static const char *last_part(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

int cli_bulk_apply(cli_bulk *bulk, notch_ledger *ledger)
{
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  struct stat about;
  uint64_t total = 0;
  assert(bulk->file);
  if (!fstat(fileno(bulk->file), &about) && S_ISREG(about.st_mode)) {
    total = (uint64_t) about.st_size;
  }
  options.csv = bulk->csv;
  options.type = bulk->type;
  options.name = strcmp(bulk->path, "-") ? last_part(bulk->path) : "stdin";
  options.ahead = bulk->ahead;
  options.read = read_part;
  options.read_payload = bulk;
  options.ready = is_ready;
  options.committed = on_commit;
  options.line = on_line;
  options.payload = bulk;
  cli_progress_begin(_("applying"), _("events"), total);
  notch_status status = notch_ledger_apply_all(ledger, &options, &bulk->counts);
  cli_progress_end();
  if (status != NOTCH_OK && !bulk->begun) return cli_fail_with(ledger, status);
  if (status != NOTCH_OK) {
    cli_fail_on(ledger);
    if (lines_of(&bulk->counts) > 0) {
      cli_say(_("%" PRIu64 " lines are safe; apply the file again to go on"),
              lines_of(&bulk->counts));
    }
    return CLI_FAILED;
  }
  return bulk->counts.refused || bulk->counts.unreadable ? CLI_FINDINGS : CLI_DONE;
}

void cli_bulk_close(cli_bulk *bulk)
{
  if (bulk->file && bulk->file != stdin) fclose(bulk->file);
  for (size_t i = 0; i < bulk->line_count; i++) {
    free(bulk->lines[i].id);
    free(bulk->lines[i].reason);
    free(bulk->lines[i].sentence);
  }
  memset(bulk, 0, sizeof *bulk);
}

void cli_bulk_json(const cli_bulk *bulk, notch_ledger *ledger, cli_text *to)
{
  const notch_counts *c = &bulk->counts;
  int64_t size = 0;
  const char *head = "";
  if (notch_ledger_head(ledger, &size, &head) != NOTCH_OK) head = "";
  cli_text_addf(to,
                "{\"applied\":%" PRIu64 ",\"known\":%" PRIu64 ",\"refused\":%" PRIu64
                ",\"waiting\":%" PRIu64 ",\"unreadable\":%" PRIu64 ",\"transactions\":%" PRIu64
                ",\"head\":",
                c->applied, c->known, c->refused, c->waiting, c->unreadable, c->transactions);
  cli_text_add_json(to, head);
  cli_text_addf(to, "}");
}

static void print_refused(const cli_bulk *bulk)
{
  cli_table table;
  if (bulk->line_count == 0) return;
  printf("\n%s%s%s\n", cli_style(stdout, CLI_STYLE_STRONG), _("Refused"),
         cli_style(stdout, CLI_STYLE_PLAIN));
  cli_table_begin(&table, "rlll");
  cli_table_add(&table, _("line"));
  cli_table_add(&table, _("event"));
  cli_table_add(&table, _("reason"));
  cli_table_add(&table, "");
  for (size_t i = 0; i < bulk->line_count; i++) {
    cli_table_addf(&table, "%" PRIu64, bulk->lines[i].line);
    cli_table_add(&table, bulk->lines[i].id);
    cli_table_add(&table, bulk->lines[i].reason);
    cli_table_add(&table, bulk->lines[i].sentence);
  }
  cli_table_end(&table, stdout, 2);
  if (bulk->counts.refused > bulk->line_count) {
    uint64_t more = bulk->counts.refused - bulk->line_count;
    printf("  ");
    printf(ngettext_("... and %" PRIu64 " more\n", "... and %" PRIu64 " more\n", more), more);
  }
}

void cli_bulk_print(const cli_bulk *bulk)
{
  const notch_counts *c = &bulk->counts;
  const struct {
    const char *what;
    uint64_t count;
    bool always;
  } rows[] = {
    {_("applied"), c->applied, true},
    {_("already known"), c->known, false},
    {_("refused"), c->refused, true},
    {_("waiting"), c->waiting, false},
    {_("unreadable"), c->unreadable, false},
    {_("transactions"), c->transactions, true},
  };
  cli_table table;
  cli_table_begin(&table, "lr");
  cli_table_add(&table, _("events"));
  cli_table_addf(&table, "%" PRIu64, lines_of(c));
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (!rows[i].always && rows[i].count == 0) continue;
    cli_table_add(&table, rows[i].what);
    cli_table_addf(&table, "%" PRIu64, rows[i].count);
  }
  cli_table_end(&table, stdout, 2);
  print_refused(bulk);
}
