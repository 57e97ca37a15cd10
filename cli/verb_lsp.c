/*
 * cli/verb_lsp.c -- `notch lsp`: takes messages one by one and says what each is answered by.
 */
#include <config.h>

#include "cli/lsp.h"

#include <stdlib.h>
#include <string.h>

const cli_option cli_lsp_options[] = {
  {"stdio", NULL, N_("talk over standard input and output, as it does anyway")},
  {NULL, NULL, NULL},
};

/* ---- the life of the server ---- */

static bool lists(yajl_val list, const char *word)
{
  for (size_t i = 0; list && YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
    const char *text = lsp_string(YAJL_GET_ARRAY(list)->values[i]);
    if (text && !strcmp(text, word)) return true;
  }
  return false;
}

static bool answer_initialize(lsp_server *server, yajl_val params, cli_text *to)
{
  yajl_val features = LSP_GET(params, "capabilities", "textDocument");
  server->markdown = lists(LSP_GET(features, "hover", "contentFormat"), "markdown");
  server->hierarchy = YAJL_IS_TRUE(LSP_GET(features, "documentSymbol",
                                           "hierarchicalDocumentSymbolSupport"));
  server->initialized = true;
  cli_text_addf(to, "{\"capabilities\":{\"positionEncoding\":\"utf-16\","
                "\"textDocumentSync\":{\"openClose\":true,\"change\":1},"
                "\"hoverProvider\":true,\"definitionProvider\":true,"
                "\"documentSymbolProvider\":true,\"documentFormattingProvider\":true,"
                "\"completionProvider\":{\"triggerCharacters\":[\".\"]},"
                "\"codeActionProvider\":{\"codeActionKinds\":[\"quickfix\"]}},"
                "\"serverInfo\":{\"name\":\"notch\",\"version\":\"%s\"}}", PACKAGE_VERSION);
  return true;
}

static bool answer_shutdown(lsp_server *server, yajl_val params, cli_text *to)
{
  (void) params;
  server->shut_down = true;
  cli_text_addf(to, "null");
  return true;
}

/* ---- documents ---- */

/* A text that came in a message, for this document and for those that may use it. */
static void take_text(lsp_server *server, lsp_document *document, yajl_val about, const char *text)
{
  yajl_val version = LSP_GET(about, "version");
  size_t size = strlen(text);
  document->has_version = version && YAJL_IS_INTEGER(version);
  document->version = document->has_version ? YAJL_GET_INTEGER(version) : 0;
  lsp_text_take(&document->text, memcpy(cli_alloc(size + 1), text, size + 1), size);
  document->stale = true;
  for (lsp_document *other = server->documents; other; other = other->next) {
    if (other->text.bytes && strstr(other->text.bytes, "use ")) other->stale = true;
  }
}

static void did_open(lsp_server *server, yajl_val params)
{
  yajl_val about = LSP_GET(params, "textDocument");
  const char *uri = lsp_string(LSP_GET(about, "uri"));
  const char *text = lsp_string(LSP_GET(about, "text"));
  if (!uri || !text) return;
  if (!lsp_document_find(server, uri)) lsp_document_open(server, uri);
  take_text(server, lsp_document_find(server, uri), about, text);
}

static void did_change(lsp_server *server, yajl_val params)
{
  yajl_val about = LSP_GET(params, "textDocument");
  const char *uri = lsp_string(LSP_GET(about, "uri"));
  yajl_val changes = LSP_GET(params, "contentChanges");
  lsp_document *document = uri ? lsp_document_find(server, uri) : NULL;
  if (!document || !changes || !YAJL_IS_ARRAY(changes) || !YAJL_GET_ARRAY(changes)->len) return;
  /* Each is the whole text, as was agreed: the last one counts. */
  yajl_val last = YAJL_GET_ARRAY(changes)->values[YAJL_GET_ARRAY(changes)->len - 1];
  const char *text = lsp_string(LSP_GET(last, "text"));
  if (text && !LSP_GET(last, "range")) take_text(server, document, about, text);
}

static void did_close(lsp_server *server, yajl_val params)
{
  const char *uri = lsp_string(LSP_GET(params, "textDocument", "uri"));
  lsp_document *document = uri ? lsp_document_find(server, uri) : NULL;
  if (!document) return;
  lsp_publish_none(document->uri);
  lsp_document_close(server, document);
}

/* Files changed outside the editor: modules among them, perhaps. */
static void did_change_files(lsp_server *server, yajl_val params)
{
  (void) params;
  for (lsp_document *document = server->documents; document; document = document->next) {
    document->stale = true;
  }
}

static void do_exit(lsp_server *server, yajl_val params)
{
  (void) params;
  server->over = true;
}

/* ---- messages ---- */

static const struct {
  const char *name;
  bool (*answer)(lsp_server *server, yajl_val params, cli_text *to);
} requests[] = {
  {"initialize", answer_initialize},
  {"shutdown", answer_shutdown},
  {"textDocument/hover", lsp_ask_hover},
  {"textDocument/definition", lsp_ask_definition},
  {"textDocument/documentSymbol", lsp_ask_symbols},
  {"textDocument/completion", lsp_ask_completion},
  {"textDocument/formatting", lsp_ask_formatting},
  {"textDocument/codeAction", lsp_ask_actions},
};

static const struct {
  const char *name;
  void (*take)(lsp_server *server, yajl_val params);
} notifications[] = {
  {"textDocument/didOpen", did_open},
  {"textDocument/didChange", did_change},
  {"textDocument/didClose", did_close},
  {"textDocument/didSave", did_change_files},
  {"workspace/didChangeWatchedFiles", did_change_files},
  {"exit", do_exit},
};

static void take_request(lsp_server *server, yajl_val id, const char *method, yajl_val params)
{
  bool begins = !strcmp(method, "initialize");
  if (server->shut_down) {
    lsp_wire_refuse(id, LSP_INVALID_REQUEST, "the server was shut down");
    return;
  }
  if (!server->initialized && !begins) {
    lsp_wire_refuse(id, LSP_NOT_INITIALIZED, "`initialize` comes first");
    return;
  }
  if (server->initialized && begins) {
    lsp_wire_refuse(id, LSP_INVALID_REQUEST, "`initialize` comes once");
    return;
  }
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    if (strcmp(requests[i].name, method)) continue;
    cli_text result = {NULL, 0, 0};
    if (requests[i].answer(server, params, &result)) lsp_wire_answer(id, result.bytes);
    else lsp_wire_refuse(id, LSP_INVALID_PARAMS, "no such open document, or no place in it");
    cli_text_free(&result);
    return;
  }
  char *sentence = cli_format("there is no method `%s`", method);
  lsp_wire_refuse(id, LSP_METHOD_NOT_FOUND, sentence);
  free(sentence);
}

/* One that is not known, or comes too early, is passed over: nobody waits for an answer. */
static void take_notification(lsp_server *server, const char *method, yajl_val params)
{
  if (!server->initialized && strcmp(method, "exit")) return;
  for (size_t i = 0; i < sizeof notifications / sizeof notifications[0]; i++) {
    if (!strcmp(notifications[i].name, method)) notifications[i].take(server, params);
  }
}

static void take_message(lsp_server *server, const char *body)
{
  yajl_val message = lsp_wire_parse(body);
  yajl_val id = LSP_GET(message, "id");
  const char *method = lsp_string(LSP_GET(message, "method"));
  bool usable_id = id && (YAJL_IS_STRING(id) || YAJL_IS_NUMBER(id));
  if (!message) {
    lsp_wire_refuse(NULL, LSP_PARSE_ERROR, "this is not JSON, or it is nested too deeply");
  } else if (!method && usable_id && (LSP_GET(message, "result") || LSP_GET(message, "error"))) {
    /* An answer, though nothing was asked. */
  } else if (!method || (id && !usable_id)) {
    lsp_wire_refuse(usable_id ? id : NULL, LSP_INVALID_REQUEST, "this is not a request");
  } else if (id) {
    lsp_check_stale(server); /* answers are about what was checked */
    take_request(server, id, method, LSP_GET(message, "params"));
  } else {
    take_notification(server, method, LSP_GET(message, "params"));
  }
  yajl_tree_free(message);
}

static void serve(lsp_server *server)
{
  char *body;
  size_t size;
  while (!server->over) {
    lsp_read got = lsp_wire_read(&body, &size);
    if (got == LSP_READ_END) break;
    if (got == LSP_READ_BROKEN) {
      lsp_wire_refuse(NULL, LSP_INVALID_REQUEST,
                      "a message needs its Content-Length, of 64 MiB at most");
    } else if (memchr(body, '\0', size)) {
      lsp_wire_refuse(NULL, LSP_PARSE_ERROR, "this is not JSON: it has a zero byte");
    } else {
      take_message(server, body);
    }
    free(body);
    if (!server->over && !lsp_wire_waits()) lsp_check_stale(server);
  }
}

int cli_lsp_run(const cli_args *args)
{
  (void) args;
  lsp_server server;
  memset(&server, 0, sizeof server);
  int code = cli_rules_begin(&server.rules, false);
  if (server.rules.engine) {
    server.rules.options.load = lsp_loader_find;
    server.rules.options.load_payload = &server;
    serve(&server);
    /* As the protocol has it: to end without `shutdown` is a failure. */
    code = server.shut_down ? CLI_DONE : CLI_FAILED;
  }
  while (server.documents) lsp_document_close(&server, server.documents);
  lsp_loader_forget(&server.loader);
  cli_rules_end(&server.rules);
  return code;
}
