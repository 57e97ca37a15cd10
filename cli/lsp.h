/*
 * cli/lsp.h -- the language server: what its files share.
 *
 * lsp_wire.c takes messages from standard input and puts them on standard output, lsp_text.c
 * keeps documents and their positions, lsp_check.c compiles and publishes, lsp_ask.c answers, and
 * verb_lsp.c decides which of them a message is for.  One message is handled at a time; documents
 * are checked when no further message is waiting, so fast typing costs one check and not many.
 */
#ifndef NOTCH_CLI_LSP_H
#define NOTCH_CLI_LSP_H

#include "cli/rules.h"

#include <yajl/yajl_tree.h>

/* ---- texts and positions ---- */

typedef struct lsp_position {
  uint32_t line, character; /* from 0; characters are UTF-16 units, as the protocol counts */
} lsp_position;

typedef struct lsp_range {
  lsp_position start, end;
} lsp_range;

typedef struct lsp_text {
  char *bytes; /* owned, with a zero byte behind it */
  size_t size;
  size_t *lines; /* where each line begins */
  size_t line_count;
} lsp_text;

void lsp_text_take(lsp_text *text, char *bytes, size_t size); /* takes bytes; frees the old ones */
void lsp_text_free(lsp_text *text);
/* From the library's lines and columns (from 1, in characters), and back. */
lsp_position lsp_text_position(const lsp_text *text, uint32_t line, uint32_t column);
uint32_t lsp_text_column(const lsp_text *text, lsp_position position);
lsp_range lsp_text_all(const lsp_text *text);

/* ---- documents ---- */

typedef struct lsp_fix {
  lsp_range range;
  char *replacement, *label;
} lsp_fix;

typedef struct lsp_finding { /* one diagnostic, as it was published */
  lsp_range range;
  char *json;
  lsp_fix *fixes;
  size_t fix_count;
} lsp_finding;

typedef struct lsp_document {
  struct lsp_document *next;
  char *uri;
  char *name; /* what the compiler calls it: the path of a file, else the URI */
  lsp_text text;
  long long version;
  bool has_version;
  bool stale; /* it, or perhaps what it uses, changed since the last check */
  lsp_finding *findings;
  size_t finding_count, finding_room;
} lsp_document;

/* The path of a file's URI, owned, or NULL where it is none. */
char *lsp_path_of_uri(const char *uri);
void lsp_add_uri_of_path(cli_text *to, const char *path); /* as a JSON string */

/* ---- the server ---- */

typedef struct lsp_use { /* one `use` that the compiler followed */
  char *importer, *path, *file;
} lsp_use;

typedef struct lsp_loader { /* what the compiler asked for since lsp_loader_forget() */
  lsp_use *uses;
  size_t count, room;
  lsp_text text; /* of the module read from a file last */
} lsp_loader;

typedef struct lsp_server {
  cli_rules rules;
  lsp_loader loader;
  lsp_document *documents;
  bool initialized, shut_down, over;
  bool markdown;  /* the client shows Markdown in a hover */
  bool hierarchy; /* the client knows symbols within symbols */
} lsp_server;

lsp_document *lsp_document_find(const lsp_server *server, const char *uri);
lsp_document *lsp_document_named(const lsp_server *server, const char *name);
void lsp_document_open(lsp_server *server, const char *uri);
void lsp_document_close(lsp_server *server, lsp_document *document);
void lsp_findings_free(lsp_document *document);

/* ---- messages ---- */

typedef enum lsp_error {
  LSP_PARSE_ERROR = -32700,
  LSP_INVALID_REQUEST = -32600,
  LSP_METHOD_NOT_FOUND = -32601,
  LSP_INVALID_PARAMS = -32602,
  LSP_INTERNAL_ERROR = -32603,
  LSP_NOT_INITIALIZED = -32002
} lsp_error;

typedef enum lsp_read {
  LSP_READ_MESSAGE,
  LSP_READ_BROKEN, /* too large, or without its length; it was skipped */
  LSP_READ_END
} lsp_read;

/* The body of the next message, owned.  Waits for it. */
lsp_read lsp_wire_read(char **body, size_t *size);
bool lsp_wire_waits(void); /* whether a further message begins to arrive within a moment */
/* Parses; NULL: it is no JSON, or nested too deeply.  Freed with yajl_tree_free(). */
yajl_val lsp_wire_parse(const char *body);
void lsp_wire_send(const cli_text *message);
/* The answer to a request: `result` is JSON. */
void lsp_wire_answer(yajl_val id, const char *result);
void lsp_wire_refuse(yajl_val id, lsp_error code, const char *sentence); /* id NULL: unknown */

/* What stands at a path of member names in a message; NULL, or the default, where it does not. */
yajl_val lsp_get(yajl_val from, const char *const *path);
#define LSP_GET(from, ...) lsp_get((from), (const char *const[]){__VA_ARGS__, NULL})
const char *lsp_string(yajl_val value);            /* NULL: it is none */
bool lsp_number(yajl_val value, uint32_t *number); /* negative or too large: false */

void lsp_add_range(cli_text *to, lsp_range range);

/* ---- checking and answering ---- */

/* The compiler's loader: a module is looked for beside its importer, then in the folder of the
 * standard rules; an open document stands for its file. */
int lsp_loader_find(void *server, const char *path, const char *importer, const char **name,
                    const char **bytes, size_t *size);
void lsp_loader_forget(lsp_loader *loader);
/* The dotted path of the `use` in the script `name` by which `file` came in, or NULL. */
const char *lsp_loader_used(const lsp_loader *loader, const char *name, const char *file);
/* A text by the name that the compiler has for it; false: it cannot be read.  Freed with
 * lsp_text_free(). */
bool lsp_loader_text(const lsp_server *server, const char *name, lsp_text *text);

void lsp_check_stale(lsp_server *server); /* checks and publishes what changed */
void lsp_publish_none(const char *uri);

/* Each gives a JSON text in `to`.  False: the parameters are wrong. */
bool lsp_ask_hover(lsp_server *server, yajl_val params, cli_text *to);
bool lsp_ask_definition(lsp_server *server, yajl_val params, cli_text *to);
bool lsp_ask_symbols(lsp_server *server, yajl_val params, cli_text *to);
bool lsp_ask_completion(lsp_server *server, yajl_val params, cli_text *to);
bool lsp_ask_formatting(lsp_server *server, yajl_val params, cli_text *to);
bool lsp_ask_actions(lsp_server *server, yajl_val params, cli_text *to);

#endif
