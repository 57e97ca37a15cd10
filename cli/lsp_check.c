/*
 * cli/lsp_check.c -- compiles open documents and publishes what the checker says of them.
 */
#include <config.h>

#include "cli/lsp.h"

#include <stdlib.h>
#include <string.h>

typedef struct lsp_checking {
  lsp_server *server;
  lsp_document *document;
  bool failed; /* something was reported that is an error */
} lsp_checking;

/* Where a document uses a module: the outline has the `use`, its path is how its line begins. */
typedef struct use_search {
  const lsp_document *document;
  const char *path;
  lsp_range range;
  bool found;
} use_search;

static int try_use(void *payload, const notch_declared *declared)
{
  use_search *search = payload;
  size_t size = strlen(search->path);
  const char *head = declared->head + strlen("use ");
  if (strcmp(declared->kind, "use") || strncmp(head, search->path, size)
      || (head[size] && head[size] != ' ')) {
    return 0;
  }
  const lsp_text *text = &search->document->text;
  search->range.start = lsp_text_position(text, declared->line, declared->column);
  search->range.end = lsp_text_position(text, declared->end_line, declared->end_column);
  search->found = true;
  return 1;
}

/* What a module is blamed for is shown where the document uses it. */
static lsp_range range_of_use(lsp_checking *c, const char *file)
{
  const lsp_document *document = c->document;
  use_search search = {document, NULL, {{0, 0}, {0, 0}}, false};
  search.path = lsp_loader_used(&c->server->loader, document->name, file);
  if (search.path) {
    notch_compile_options quiet = NOTCH_COMPILE_OPTIONS_INIT; /* the document alone will do */
    notch_outline(c->server->rules.engine, document->name, document->text.bytes,
                  document->text.size, &quiet, try_use, &search);
  }
  return search.range;
}

static uint32_t number_at(yajl_val from, const char *name)
{
  uint32_t number = 0;
  lsp_number(LSP_GET(from, name), &number);
  return number;
}

static lsp_range range_in(const lsp_text *text, yajl_val place)
{
  lsp_range range;
  range.start = lsp_text_position(text, number_at(place, "line"), number_at(place, "column"));
  range.end = lsp_text_position(text, number_at(place, "end_line"),
                                number_at(place, "end_column"));
  return range;
}

/* {"location":...,"message":...} for a place in any file; false where it has no URI. */
static bool add_related(lsp_checking *c, cli_text *to, yajl_val place, const char *message,
                        bool first)
{
  const char *file = lsp_string(LSP_GET(place, "file"));
  bool here = file && !strcmp(file, c->document->name);
  lsp_text other = {NULL, 0, NULL, 0};
  if (!file || (!here && file[0] != '/')) return false;
  if (!here && !lsp_loader_text(c->server, file, &other)) return false;
  cli_text_addf(to, "%s{\"location\":{\"uri\":", first ? "" : ",");
  if (here) cli_text_add_json(to, c->document->uri);
  else lsp_add_uri_of_path(to, file);
  cli_text_addf(to, ",\"range\":");
  lsp_add_range(to, range_in(here ? &c->document->text : &other, place));
  cli_text_addf(to, "},\"message\":");
  cli_text_add_json(to, message);
  cli_text_write(to, "}", 1);
  lsp_text_free(&other);
  return true;
}

static yajl_val item_of(yajl_val list, size_t index)
{
  return list && YAJL_IS_ARRAY(list) && index < YAJL_GET_ARRAY(list)->len
    ? YAJL_GET_ARRAY(list)->values[index] : NULL;
}

static void keep_fixes(lsp_checking *c, lsp_finding *finding, yajl_val fixes)
{
  size_t count = fixes && YAJL_IS_ARRAY(fixes) ? YAJL_GET_ARRAY(fixes)->len : 0;
  finding->fixes = cli_alloc(count * sizeof *finding->fixes);
  for (size_t i = 0; i < count; i++) {
    yajl_val item = item_of(fixes, i);
    const char *replacement = lsp_string(LSP_GET(item, "replacement"));
    const char *label = lsp_string(LSP_GET(item, "label"));
    lsp_fix *fix = &finding->fixes[finding->fix_count++];
    fix->range = range_in(&c->document->text, item);
    fix->replacement = cli_format("%s", replacement ? replacement : "");
    fix->label = cli_format("%s", label ? label : "");
  }
}

static int severity_number(const char *severity)
{
  return !severity || !strcmp(severity, "error") ? 1 : !strcmp(severity, "warning") ? 2 : 3;
}

static lsp_finding *finding_new(lsp_document *document)
{
  if (document->finding_count == document->finding_room) {
    document->finding_room = document->finding_room * 2 + 16;
    document->findings = cli_realloc(document->findings,
                                     document->finding_room * sizeof *document->findings);
  }
  lsp_finding *finding = &document->findings[document->finding_count++];
  memset(finding, 0, sizeof *finding);
  return finding;
}

/* The sentence, and the notes that have no place of their own. */
static void add_message(cli_text *to, yajl_val diagnostic)
{
  cli_text text = {NULL, 0, 0};
  const char *message = lsp_string(LSP_GET(diagnostic, "message"));
  cli_text_addf(&text, "%s", message ? message : "");
  yajl_val notes = LSP_GET(diagnostic, "notes"), note;
  for (size_t i = 0; (note = item_of(notes, i)) != NULL; i++) {
    const char *sentence = lsp_string(LSP_GET(note, "message"));
    if (sentence && !LSP_GET(note, "file")) cli_text_addf(&text, "\n%s", sentence);
  }
  cli_text_add_json(to, text.bytes);
  cli_text_free(&text);
}

static void keep(lsp_checking *c, yajl_val diagnostic)
{
  const char *file = lsp_string(LSP_GET(diagnostic, "file"));
  const char *code = lsp_string(LSP_GET(diagnostic, "code"));
  const char *message = lsp_string(LSP_GET(diagnostic, "message"));
  bool here = file && !strcmp(file, c->document->name);
  lsp_finding *finding = finding_new(c->document);
  cli_text json = {NULL, 0, 0};
  finding->range = here ? range_in(&c->document->text, diagnostic)
    : file ? range_of_use(c, file) : finding->range;
  cli_text_addf(&json, "{\"range\":");
  lsp_add_range(&json, finding->range);
  cli_text_addf(&json, ",\"severity\":%d,\"source\":\"notch\",\"code\":",
                severity_number(lsp_string(LSP_GET(diagnostic, "severity"))));
  cli_text_add_json(&json, code ? code : "");
  cli_text_addf(&json, ",\"message\":");
  add_message(&json, diagnostic);
  cli_text_addf(&json, ",\"relatedInformation\":[");
  bool first = here || !file || !add_related(c, &json, diagnostic, message ? message : "", true);
  yajl_val notes = LSP_GET(diagnostic, "notes"), note;
  for (size_t i = 0; (note = item_of(notes, i)) != NULL; i++) {
    const char *sentence = lsp_string(LSP_GET(note, "message"));
    if (add_related(c, &json, note, sentence ? sentence : "", first)) first = false;
  }
  cli_text_addf(&json, "]}");
  finding->json = json.bytes;
  if (here) keep_fixes(c, finding, LSP_GET(diagnostic, "fixes"));
}

static void report(void *payload, const notch_diagnostic *diagnostic)
{
  lsp_checking *c = payload;
  cli_text json = {NULL, 0, 0};
  if (diagnostic->level == NOTCH_LEVEL_ERROR) c->failed = true;
  notch_diagnostic_write(diagnostic, NOTCH_VIEW_JSON, cli_text_write, &json);
  yajl_val parsed = json.bytes ? lsp_wire_parse(json.bytes) : NULL;
  if (parsed) keep(c, parsed);
  yajl_tree_free(parsed);
  cli_text_free(&json);
}

/* What kept the compiler from looking at the script at all. */
static void keep_failure(lsp_document *document, const char *sentence)
{
  lsp_finding *finding = finding_new(document);
  cli_text json = {NULL, 0, 0};
  cli_text_addf(&json, "{\"range\":");
  lsp_add_range(&json, finding->range);
  cli_text_addf(&json, ",\"severity\":1,\"source\":\"notch\",\"message\":");
  cli_text_add_json(&json, sentence);
  cli_text_write(&json, "}", 1);
  finding->json = json.bytes;
}

static void publish(const lsp_document *document)
{
  cli_text message = {NULL, 0, 0};
  cli_text_addf(&message, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\","
                "\"params\":{\"uri\":");
  cli_text_add_json(&message, document->uri);
  if (document->has_version) cli_text_addf(&message, ",\"version\":%lld", document->version);
  cli_text_addf(&message, ",\"diagnostics\":[");
  for (size_t i = 0; i < document->finding_count; i++) {
    const char *json = document->findings[i].json;
    if (i > 0) cli_text_write(&message, ",", 1);
    cli_text_write(&message, json, strlen(json));
  }
  cli_text_addf(&message, "]}}");
  lsp_wire_send(&message);
  cli_text_free(&message);
}

void lsp_publish_none(const char *uri)
{
  cli_text message = {NULL, 0, 0};
  cli_text_addf(&message, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\","
                "\"params\":{\"uri\":");
  cli_text_add_json(&message, uri);
  cli_text_addf(&message, ",\"diagnostics\":[]}}");
  lsp_wire_send(&message);
  cli_text_free(&message);
}

static void check(lsp_server *server, lsp_document *document)
{
  lsp_checking c = {server, document, false};
  notch_compile_options options = server->rules.options;
  options.report = report;
  options.report_payload = &c;
  lsp_loader_forget(&server->loader);
  lsp_findings_free(document);
  notch_status status = notch_program_compile(NULL, server->rules.engine, document->name,
                                              document->text.bytes, document->text.size,
                                              &options);
  if (status != NOTCH_OK && !c.failed) {
    keep_failure(document, notch_error(server->rules.engine));
  }
  lsp_loader_forget(&server->loader);
  document->stale = false;
  publish(document);
}

void lsp_check_stale(lsp_server *server)
{
  for (lsp_document *document = server->documents; document; document = document->next) {
    if (document->stale) check(server, document);
  }
}
