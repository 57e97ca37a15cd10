/* syntax/token.c -- prints tokens, and the canonical text that identifies a script. */
#include <config.h>

#include "syntax/token.h"

#include "base/unicode.h"
#include "parser.h"
#include "syntax/build.h"

#include <assert.h>

static const char *kind_name(int kind)
{
  if (kind == NOTCH_TOKEN_COMMENT) return "comment";
  if (kind == NOTCH_TOKEN_DOC) return "documentation";
  if (notch_word_of_token(kind) != NULL) return "word";
  const char *name = notch_parse_token_name(kind);
  return kind >= TOK_RPAREN && kind <= TOK_SLASH ? "sign" : name;
}

void notch_tokens_print(notch_buffer *to, const notch_tokens *tokens)
{
  for (uint32_t i = 0; i < tokens->count; i++) {
    const notch_token *token = &tokens->items[i];
    notch_position start = notch_source_position(tokens->source, token->span.start);
    const char *name = kind_name(token->kind);
    if (name[0] == 'a' && name[1] == ' ') name += 2; /* "a name" */
    notch_buffer_print(to, "%u:%u %s ", start.line, start.column, name);
    notch_buffer_text(to, notch_source_slice(tokens->source, token->span));
    notch_buffer_put(to, "\n", 1);
  }
}

static const notch_token *token_before(const notch_tokens *tokens, uint32_t index)
{
  while (index-- > 0)
    if (tokens->items[index].kind >= 0) return &tokens->items[index];
  return NULL;
}

void notch_token_write(notch_buffer *to, const notch_tokens *tokens, uint32_t index)
{
  assert(index < tokens->count);
  const notch_token *token = &tokens->items[index];
  if (token->kind != TOK_IDENT) {
    notch_buffer_text(to, notch_source_slice(tokens->source, token->span));
    return;
  }
  const notch_token *before = token_before(tokens, index);
  bool free_place = before != NULL && (before->kind == TOK_DOT || before->kind == TOK_FIELD);
  /* A name that is not one (reported when it was scanned) keeps its quotes. */
  bool quoted = token->detail == 1 && !free_place && notch_word_find(token->text) != NULL;
  bool odd = token->detail == 0 && !notch_unicode_is_identifier(token->text);
  if (odd) {
    notch_buffer_text(to, notch_source_slice(tokens->source, token->span));
    return;
  }
  if (quoted) notch_buffer_put(to, "`", 1);
  notch_buffer_text(to, token->text);
  if (quoted) notch_buffer_put(to, "`", 1);
}

void notch_canonical(notch_buffer *to, const notch_tokens *tokens)
{
  bool first = true;
  for (uint32_t i = 0; i < tokens->count; i++) {
    if (tokens->items[i].kind < 0) continue;
    if (!first) notch_buffer_put(to, " ", 1);
    notch_token_write(to, tokens, i);
    first = false;
  }
}
