/*
 * cli/lsp_ask.c -- what an editor asks about a place of a document, or about all of it.
 */
#include <config.h>

#include "cli/lsp.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  int symbol, completion; /* numbers of the protocol */
} kinds[] = {
#define KIND(name, symbol, completion) {name, symbol, completion},
#include "cli/lsp_kind.def"
#undef KIND
};
#define VARIABLE_SYMBOL 13
#define VARIABLE_COMPLETION 6

static int symbol_number(const char *kind)
{
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!strcmp(kinds[i].name, kind)) return kinds[i].symbol;
  }
  return VARIABLE_SYMBOL;
}

static int completion_number(const char *kind)
{
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!strcmp(kinds[i].name, kind)) return kinds[i].completion;
  }
  return VARIABLE_COMPLETION;
}

typedef struct question {
  lsp_server *server;
  lsp_document *document;
  uint32_t line, column; /* of the library */
  cli_text *to;
  size_t count;
  uint32_t depth; /* symbols: of the one written last */
} question;

static lsp_document *document_of(const lsp_server *server, yajl_val params)
{
  const char *uri = lsp_string(LSP_GET(params, "textDocument", "uri"));
  return uri ? lsp_document_find(server, uri) : NULL;
}

static bool read_position(yajl_val value, lsp_position *position)
{
  return lsp_number(LSP_GET(value, "line"), &position->line)
    && lsp_number(LSP_GET(value, "character"), &position->character);
}

/* A question about a place; false: there is no such document, or no place. */
static bool begin(question *q, lsp_server *server, yajl_val params, cli_text *to)
{
  lsp_position position;
  *q = (question) {server, document_of(server, params), 0, 0, to, 0, 0};
  if (!q->document || !read_position(LSP_GET(params, "position"), &position)) return false;
  q->line = position.line < UINT32_MAX ? position.line + 1 : position.line;
  q->column = lsp_text_column(&q->document->text, position);
  return true;
}

static void ask_meaning(question *q, notch_each_declared *each)
{
  lsp_server *server = q->server;
  const lsp_document *document = q->document;
  notch_meaning(server->rules.engine, document->name, document->text.bytes, document->text.size,
                q->line, q->column, &server->rules.options, each, q);
  lsp_loader_forget(&server->loader);
}

/* ---- hover ---- */

static int add_hover(void *payload, const notch_declared *declared)
{
  question *q = payload;
  bool markdown = q->server->markdown;
  if (q->count++ > 0) cli_text_addf(q->to, markdown ? "\n\n---\n\n" : "\n\n");
  cli_text_addf(q->to, markdown ? "```notch\n%s\n```" : "%s", declared->head);
  if (*declared->comment) cli_text_addf(q->to, "\n\n%s", declared->comment);
  return 0;
}

bool lsp_ask_hover(lsp_server *server, yajl_val params, cli_text *to)
{
  cli_text shown = {NULL, 0, 0};
  question q;
  if (!begin(&q, server, params, &shown)) return false;
  ask_meaning(&q, add_hover);
  if (q.count == 0) {
    cli_text_addf(to, "null");
  } else {
    cli_text_addf(to, "{\"contents\":{\"kind\":\"%s\",\"value\":",
                  server->markdown ? "markdown" : "plaintext");
    cli_text_add_json(to, shown.bytes);
    cli_text_addf(to, "}}");
  }
  cli_text_free(&shown);
  return true;
}

/* ---- definition ---- */

static lsp_range range_of_name(const lsp_text *text, const notch_declared *declared)
{
  lsp_range range;
  range.start = lsp_text_position(text, declared->name_line, declared->name_column);
  range.end = lsp_text_position(text, declared->name_line, declared->name_end_column);
  return range;
}

static int add_definition(void *payload, const notch_declared *declared)
{
  question *q = payload;
  bool here = !strcmp(declared->file, q->document->name);
  lsp_text other = {NULL, 0, NULL, 0};
  /* Rules that are built into the library have no file to go to. */
  if (!here && (declared->file[0] != '/' || !lsp_loader_text(q->server, declared->file, &other))) {
    return 0;
  }
  cli_text_addf(q->to, "%s{\"uri\":", q->count++ > 0 ? "," : "");
  if (here) cli_text_add_json(q->to, q->document->uri);
  else lsp_add_uri_of_path(q->to, declared->file);
  cli_text_addf(q->to, ",\"range\":");
  lsp_add_range(q->to, range_of_name(here ? &q->document->text : &other, declared));
  cli_text_write(q->to, "}", 1);
  lsp_text_free(&other);
  return 0;
}

bool lsp_ask_definition(lsp_server *server, yajl_val params, cli_text *to)
{
  question q;
  if (!begin(&q, server, params, to)) return false;
  cli_text_write(to, "[", 1);
  ask_meaning(&q, add_definition);
  cli_text_write(to, "]", 1);
  return true;
}

/* ---- symbols ---- */

static void add_symbol_head(question *q, const notch_declared *declared)
{
  const char *name = *declared->name ? declared->name : declared->kind;
  cli_text_addf(q->to, "{\"name\":");
  cli_text_add_json(q->to, name);
  cli_text_addf(q->to, ",\"kind\":%d,", symbol_number(declared->kind));
}

static lsp_range range_of_all(const lsp_text *text, const notch_declared *declared)
{
  lsp_range range;
  range.start = lsp_text_position(text, declared->line, declared->column);
  range.end = lsp_text_position(text, declared->end_line, declared->end_column);
  return range;
}

/* Symbols come in source order, each before what is inside it: lists are closed as they end. */
static int add_symbol(void *payload, const notch_declared *declared)
{
  question *q = payload;
  const lsp_text *text = &q->document->text;
  if (q->count > 0) {
    for (; q->depth > declared->depth; q->depth--) cli_text_addf(q->to, "]}");
    if (q->depth < declared->depth) q->depth = declared->depth;
    else cli_text_addf(q->to, "]},");
  }
  q->count++;
  add_symbol_head(q, declared);
  cli_text_addf(q->to, "\"detail\":");
  cli_text_add_json(q->to, *declared->title ? declared->title : declared->kind);
  cli_text_addf(q->to, ",\"range\":");
  lsp_add_range(q->to, range_of_all(text, declared));
  cli_text_addf(q->to, ",\"selectionRange\":");
  lsp_add_range(q->to, range_of_name(text, declared));
  cli_text_addf(q->to, ",\"children\":[");
  return 0;
}

static int add_flat_symbol(void *payload, const notch_declared *declared)
{
  question *q = payload;
  if (q->count++ > 0) cli_text_write(q->to, ",", 1);
  add_symbol_head(q, declared);
  cli_text_addf(q->to, "\"location\":{\"uri\":");
  cli_text_add_json(q->to, q->document->uri);
  cli_text_addf(q->to, ",\"range\":");
  lsp_add_range(q->to, range_of_all(&q->document->text, declared));
  cli_text_addf(q->to, "}}");
  return 0;
}

bool lsp_ask_symbols(lsp_server *server, yajl_val params, cli_text *to)
{
  question q = {server, document_of(server, params), 0, 0, to, 0, 0};
  const lsp_document *document = q.document;
  if (!document) return false;
  cli_text_write(to, "[", 1);
  notch_outline(server->rules.engine, document->name, document->text.bytes, document->text.size,
                &server->rules.options, server->hierarchy ? add_symbol : add_flat_symbol, &q);
  lsp_loader_forget(&server->loader);
  if (server->hierarchy && q.count > 0) {
    for (uint32_t i = 0; i <= q.depth; i++) cli_text_addf(to, "]}");
  }
  cli_text_write(to, "]", 1);
  return true;
}

/* ---- completion ---- */

/* Names come before words, and those before words that would be mere names. */
static int add_word(void *payload, const char *word, const char *kind, int unlikely)
{
  question *q = payload;
  bool name = strcmp(kind, "word") != 0;
  cli_text_addf(q->to, "%s{\"label\":", q->count++ > 0 ? "," : "");
  cli_text_add_json(q->to, word);
  cli_text_addf(q->to, ",\"kind\":%d,", completion_number(kind));
  if (name) {
    cli_text_addf(q->to, "\"detail\":");
    cli_text_add_json(q->to, kind);
    cli_text_write(q->to, ",", 1);
  }
  cli_text_addf(q->to, "\"sortText\":\"%d%04zu\"}", name ? 0 : unlikely ? 2 : 1, q->count);
  return 0;
}

bool lsp_ask_completion(lsp_server *server, yajl_val params, cli_text *to)
{
  question q;
  if (!begin(&q, server, params, to)) return false;
  const lsp_document *document = q.document;
  cli_text_addf(to, "{\"isIncomplete\":false,\"items\":[");
  notch_complete(server->rules.engine, document->name, document->text.bytes, document->text.size,
                 q.line, q.column, &server->rules.options, add_word, &q);
  lsp_loader_forget(&server->loader);
  cli_text_addf(to, "]}");
  return true;
}

/* ---- layout ---- */

bool lsp_ask_formatting(lsp_server *server, yajl_val params, cli_text *to)
{
  const lsp_document *document = document_of(server, params);
  notch_compile_options quiet = NOTCH_COMPILE_OPTIONS_INIT;
  cli_text laid = {NULL, 0, 0};
  if (!document) return false;
  notch_status status = notch_format(server->rules.engine, document->name, document->text.bytes,
                                     document->text.size, &quiet, cli_text_write, &laid);
  if (status != NOTCH_OK || !laid.bytes) { /* its errors were published already */
    cli_text_addf(to, "null");
  } else if (laid.size == document->text.size
             && !memcmp(laid.bytes, document->text.bytes, laid.size)) {
    cli_text_addf(to, "[]");
  } else {
    cli_text_addf(to, "[{\"range\":");
    lsp_add_range(to, lsp_text_all(&document->text));
    cli_text_addf(to, ",\"newText\":");
    cli_text_add_json(to, laid.bytes);
    cli_text_addf(to, "}]");
  }
  cli_text_free(&laid);
  return true;
}

/* ---- fixes ---- */

static bool before(lsp_position left, lsp_position right)
{
  return left.line < right.line
    || (left.line == right.line && left.character < right.character);
}

static void add_action(const lsp_document *document, const lsp_finding *finding,
                       const lsp_fix *fix, cli_text *to, bool first)
{
  cli_text_addf(to, "%s{\"title\":", first ? "" : ",");
  cli_text_add_json(to, fix->label);
  cli_text_addf(to, ",\"kind\":\"quickfix\",\"diagnostics\":[%s],\"edit\":{\"changes\":{",
                finding->json);
  cli_text_add_json(to, document->uri);
  cli_text_addf(to, ":[{\"range\":");
  lsp_add_range(to, fix->range);
  cli_text_addf(to, ",\"newText\":");
  cli_text_add_json(to, fix->replacement);
  cli_text_addf(to, "}]}}}");
}

bool lsp_ask_actions(lsp_server *server, yajl_val params, cli_text *to)
{
  const lsp_document *document = document_of(server, params);
  lsp_range asked;
  if (!document || !read_position(LSP_GET(params, "range", "start"), &asked.start)
      || !read_position(LSP_GET(params, "range", "end"), &asked.end)) {
    return false;
  }
  bool first = true;
  cli_text_write(to, "[", 1);
  for (size_t i = 0; i < document->finding_count; i++) {
    const lsp_finding *finding = &document->findings[i];
    if (before(asked.end, finding->range.start) || before(finding->range.end, asked.start)) {
      continue;
    }
    for (size_t j = 0; j < finding->fix_count; j++, first = false) {
      add_action(document, finding, &finding->fixes[j], to, first);
    }
  }
  cli_text_write(to, "]", 1);
  return true;
}
