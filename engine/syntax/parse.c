/* syntax/parse.c -- scans and parses one source; feeds the parser with its tokens. */
#include <config.h>

#include "syntax/build.h"
#include "syntax/load.h"
#include "syntax/scan.h"

#include "base/unicode.h"
#include "parser.h"

#include <assert.h>
#include <string.h>

bool notch_scan_push(notch_scan *scan, int kind)
{
  notch_tokens *tokens = scan->tokens;
  notch_token *token = notch_vec_try_push(tokens, scan->arena);
  if (token == NULL) return false;
  *token = (notch_token){
      .kind = kind, .detail = scan->detail, .span = scan->span, .text = scan->text};
  if (kind >= 0) scan->before = kind;
  return true;
}

/* Bidirectional controls are refused wherever they stand, in comments and texts too. */
static void report_bidi(const notch_source *source, notch_diags *diags)
{
  notch_text text = source->text;
  if (text.length == 0 || (memchr(text.bytes, 0xE2, text.length) == NULL &&
                           memchr(text.bytes, 0xD8, text.length) == NULL))
    return;
  for (uint32_t from = 0; from < text.length && !diags->stopped;) {
    notch_text rest = {.bytes = text.bytes + from, .length = text.length - from};
    uint32_t at = notch_unicode_find_bidi(rest);
    if (at == rest.length) break;
    uint32_t end = at;
    uint32_t point = notch_unicode_decode(rest, &end);
    char hex[5];
    for (int i = 3; i >= 0; i--, point >>= 4) hex[i] = "0123456789ABCDEF"[point & 15];
    hex[4] = '\0';
    notch_span span = {.start = from + at, .end = from + end};
    notch_diag_report(diags, NOTCH_DIAG_BIDI_CONTROL, source, span, hex);
    notch_diag_fix(diags, span, NOTCH_TEXT(""), "remove the character");
    from += end;
  }
}

/* The byte where a JSON object begins the file, which no rules do; the length: none. */
static uint32_t find_event(const notch_source *source)
{
  notch_text text = source->text;
  uint32_t at = 0;
  while (at < text.length && strchr(" \t\r\n", text.bytes[at]) != NULL) at++;
  uint32_t next = at + 1;
  while (next < text.length && text.bytes[next] == ' ') next++;
  bool is = next < text.length && text.bytes[at] == '{' && text.bytes[next] == '"';
  return is ? at : text.length;
}

static bool scan_source(notch_tokens *out, const notch_source *source, notch_diags *diags,
                        notch_arena *parse)
{
  *out = (notch_tokens){.source = source};
  uint32_t bad = notch_text_find_bad_utf8(source->text);
  if (bad < source->text.length) {
    notch_diag_report(diags, NOTCH_DIAG_BAD_UTF8, source, (notch_span){bad, bad + 1});
    out->refused = true;
    return !parse->failed;
  }
  uint32_t event = find_event(source);
  if (event < source->text.length) { /* one sentence instead of one for each sign */
    notch_diag_report(diags, NOTCH_DIAG_EVENTS_NOT_RULES, source, (notch_span){event, event + 1});
    out->refused = true;
    return !parse->failed;
  }
  report_bidi(source, diags);
  out->capacity = source->text.length / 4 + 16; /* most scripts need no more */
  out->items = NOTCH_NEW_ARRAY(parse, notch_token, out->capacity);
  if (out->items == NULL) return false;
  notch_scan scan = {.tokens = out, .source = source, .diags = diags, .arena = parse};
  return notch_scanner_run(&scan);
}

bool notch_tokens_scan(notch_tokens *out, const notch_source *source, notch_diags *diags,
                       notch_arena *parse)
{
  jmp_buf *escape = parse->escape;
  jmp_buf *diag_escape = diags->arena->escape;
  parse->escape = diags->arena->escape = NULL; /* flex's state must be wound up */
  bool done = scan_source(out, source, diags, parse);
  parse->escape = escape;
  diags->arena->escape = diag_escape;
  return done;
}

const notch_token *notch_parse_next(notch_parse *parse)
{
  const notch_tokens *tokens = parse->tokens;
  bool over = parse->stop || parse->diags->stopped || parse->arena->failed;
  if (over) parse->next = tokens->count - 1;
  while (tokens->items[parse->next].kind < 0) parse->next++;
  parse->found = &tokens->items[parse->next];
  if (parse->found->kind != TOK_YYEOF) parse->next++; /* the end is given again and again */
  return parse->found;
}

static bool is_clause_start(const notch_parse *parse, const notch_token *token,
                            bool declarations_only)
{
  uint32_t indent;
  if (!notch_source_begins_line(parse->source, token->span.start, &indent)) return false;
  if (token->kind == TOK_IDENT) return !declarations_only && indent <= parse->error_indent;
  const notch_word *word = notch_word_of_token(token->kind);
  if (word == NULL) return false;
  if (declarations_only) return word->word_class == NOTCH_WORD_TOP && indent == 0;
  switch (token->kind) { /* these go on with an expression */
  case TOK_AND: case TOK_OR: case TOK_IN: case TOK_IS: case TOK_CONTAINS: case TOK_PER:
  case TOK_OVER: case TOK_SINCE: case TOK_EVER: case TOK_OF: case TOK_NOT: case TOK_IF:
  case TOK_THEN: case TOK_ELSE: return false;
  default: return word->word_class != NOTCH_WORD_SOFT || indent <= parse->error_indent;
  }
}

bool notch_parse_resumes(notch_parse *parse, int lookahead, bool declarations_only)
{
  const notch_token *token = parse->found;
  if (token == NULL || token->kind == TOK_YYEOF) return false;
  if (lookahead == TOK_NOTCH_YYEMPTY) {
    token = &parse->tokens->items[parse->next];
    while (token->kind < 0) token++;
  }
  if (token->span.start < parse->resumed_at) return false;
  if (!is_clause_start(parse, token, declarations_only)) return false;
  parse->resumed_at = token->span.start + 1;
  return true;
}

void notch_parse_exhausted(notch_parse *parse, notch_span span)
{
  if (parse->arena->failed || parse->stop) return;
  parse->stop = true;
  notch_diag_report(parse->diags, NOTCH_DIAG_TOO_DEEP, parse->source, span);
}

/* Lexical errors were repaired on the way, so the parser has not marked their declarations. */
static void mark_broken(notch_parse *parse)
{
  notch_tree_node *file = parse->file;
  if (parse->diags->stopped || parse->stop) file->broken = true;
  for (const notch_diag *diag = parse->diags->first; diag != NULL; diag = diag->next) {
    if (diag->source != parse->source || diag->severity != NOTCH_SEVERITY_ERROR) continue;
    file->broken = true;
    for (notch_tree_node *node = file->first; node != NULL; node = node->next)
      if (diag->span.start >= node->span.start && diag->span.start < node->span.end)
        node->broken = true;
  }
}

static bool is_next_line(const notch_source *source, const notch_token *left,
                         const notch_token *right)
{
  unsigned lines = 0;
  for (uint32_t i = left->span.end; i < right->span.start; i++)
    lines += source->text.bytes[i] == '\n';
  return lines == 1;
}

/* Warns where a `##` comment is not directly above what it could document. */
static void find_lost_documentation(const notch_tokens *tokens, notch_diags *diags)
{
  for (uint32_t i = 0; i + 1 < tokens->count; i++) {
    const notch_token *doc = &tokens->items[i], *next = doc + 1;
    if (doc->kind != NOTCH_TOKEN_DOC) continue;
    const notch_word *word = next->kind > 0 ? notch_word_of_token(next->kind) : NULL;
    bool has_place = next->kind == NOTCH_TOKEN_DOC || next->kind == TOK_FIELD ||
                     next->kind == TOK_NEEDS ||
                     (word != NULL && word->word_class == NOTCH_WORD_TOP);
    if (!has_place || !is_next_line(tokens->source, doc, next))
      notch_diag_report(diags, NOTCH_DIAG_LOST_DOC_COMMENT, tokens->source, doc->span);
  }
}

static notch_tree_node *parse_tokens(notch_tokens *tokens, notch_diags *diags, notch_arena *arena)
{
  const notch_source *source = tokens->source;
  notch_token *end = notch_vec_try_push(tokens, arena);
  if (end == NULL) return NULL;
  uint32_t length = source->text.length;
  *end = (notch_token){.kind = TOK_YYEOF, .span = {length, length}};
  notch_parse parse = {
      .source = source, .tokens = tokens, .diags = diags, .arena = arena};
  bool done = notch_parse_run(&parse);
  if (arena->failed || parse.file == NULL) return NULL;
  assert(done || diags->error_count > 0);
  parse.file->span = (notch_span){0, length};
  mark_broken(&parse);
  if (!parse.file->broken) find_lost_documentation(tokens, diags);
  if (parse.file->first == NULL && !parse.file->broken) {
    notch_diag_report(diags, NOTCH_DIAG_EMPTY_FILE, source, (notch_span){0, 0});
    parse.file->broken = true;
  }
  tokens->count--; /* the end is the parser's own token */
  return parse.file;
}

notch_tree_node *notch_parse_tokens(notch_tokens *tokens, notch_diags *diags, notch_arena *parse)
{
  jmp_buf *escape = parse->escape;
  jmp_buf *diag_escape = diags->arena->escape;
  parse->escape = diags->arena->escape = NULL; /* the parser's stack must be left in order */
  notch_tree_node *file = parse_tokens(tokens, diags, parse);
  parse->escape = escape;
  diags->arena->escape = diag_escape;
  return diags->arena->failed ? NULL : file;
}
