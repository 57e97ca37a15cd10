/* syntax/outline_complete.c -- the words and names that may come at a place of a script. */
#include <config.h>

#include "syntax/outline.h"

#include "syntax/build.h"
#include "parser.h"

#include <string.h>

typedef struct completer {
  notch_completions *out;
  notch_outline_items outline; /* of the script, or of the module behind a dot */
  const notch_parsed *parsed;
  const notch_tree_node *declaration;
  uint32_t offset;
  notch_arena *arena;
} completer;

static void offer(completer *c, notch_text word, const char *kind, bool soft)
{
  if (word.length == 0 || c->out->count >= NOTCH_COMPLETIONS_MAX)
    return;
  for (uint32_t i = 0; i < c->out->count; i++)
    if (notch_text_equal(c->out->items[i].word, word))
      return;
  notch_completion *to = notch_vec_try_push(c->out, c->arena);
  if (to != NULL)
    *to = (notch_completion){.word = word, .kind = kind, .soft = soft};
}

/* A declared name, in back-quotes where a reserved word needs them. */
static void offer_name(completer *c, const notch_outline_item *item)
{
  if (item->name.length == 0) return; /* the member's fields */
  const notch_word *word = notch_word_find(item->name);
  notch_text name = item->name;
  if (word != NULL && word->word_class != NOTCH_WORD_SOFT)
    name = notch_arena_format(c->arena, "`%.*s`", (int)name.length, name.bytes);
  offer(c, name, item->kind, false);
}

static bool is(const char *kind, const char *wanted)
{
  return strcmp(kind, wanted) == 0;
}

/* Whether a bare name may mean the item here. */
static bool is_visible(const completer *c, uint32_t index, bool expression)
{
  const notch_outline_item *item = &c->outline.items[index];
  if (is(item->kind, "field"))
    return expression && notch_outline_reads(&c->outline, index, c->declaration, c->offset);
  if (is(item->kind, "let") || is(item->kind, "as"))
    return c->outline.items[item->parent].node->span.start == c->declaration->span.start;
  if (is(item->kind, "value"))
    return expression;
  return !is(item->kind, "test") && !is(item->kind, "property") && !is(item->kind, "program") &&
         !is(item->kind, "module");
}

static void offer_names(completer *c, bool expression)
{
  for (uint32_t i = 0; i < c->outline.count; i++)
    if (is_visible(c, i, expression))
      offer_name(c, &c->outline.items[i]);
}

static void offer_behind_dot(completer *c, const notch_token *root)
{
  bool member = root->kind == TOK_MEMBER, event = root->kind == TOK_EVENT;
  if (member || event) {
    for (uint32_t i = 0; i < c->outline.count; i++) {
      const char *parent = notch_outline_parent_kind(&c->outline, i);
      if (!is(c->outline.items[i].kind, "field") || !is(parent, member ? "member" : "event"))
        continue;
      if (member || notch_outline_reads(&c->outline, i, c->declaration, c->offset))
        offer(c, c->outline.items[i].name, "field", false);
    }
    if (member) {
      offer(c, NOTCH_TEXT("joined"), "field", false);
      offer(c, NOTCH_TEXT("tags"), "field", false);
    }
    return;
  }
  const notch_parsed_unit *unit = notch_outline_used(c->parsed, root->text, c->arena);
  if (unit == NULL)
    return;
  c->outline = (notch_outline_items){0};
  notch_outline_make(&c->outline, unit, c->arena);
  for (uint32_t i = 0; i < c->outline.count; i++)
    if (c->outline.items[i].depth == 0 && !is(c->outline.items[i].kind, "module"))
      offer(c, c->outline.items[i].name, c->outline.items[i].kind, false);
}

/* Whether `offset` is behind a comment that ends on the same line: blanks are not part of it. */
static bool goes_on(const notch_tokens *tokens, uint32_t index, uint32_t offset)
{
  const notch_token *token = &tokens->items[index];
  notch_span gap = {token->span.end, offset};
  notch_text blanks = notch_source_slice(tokens->source, gap);
  return token->kind < 0 && memchr(blanks.bytes, '\n', blanks.length) == NULL;
}

/* The tokens before the word that is being typed, and where that one begins.  False: inside a
 * comment, a text or a number nothing is offered. */
static bool split(const notch_tokens *tokens, uint32_t offset, uint32_t *count)
{
  uint32_t at = notch_outline_token(tokens, offset);
  *count = 0;
  while (*count < tokens->count && tokens->items[*count].span.end <= offset)
    *count += 1;
  if (at == NOTCH_OUTLINE_NONE)
    return *count == 0 || !goes_on(tokens, *count - 1, offset);
  const notch_token *token = &tokens->items[at];
  if (token->span.start >= offset)
    return true; /* in front of a word: that stays */
  bool word =
      token->kind == TOK_IDENT || (token->kind >= 0 && notch_word_find(token->text) != NULL);
  if (word)
    *count = at;
  return word || (token->kind >= 0 && token->span.end <= offset && token->kind != TOK_STRING &&
                  token->kind != TOK_NUMBER);
}

/* Which tokens may follow the first `count`: a token that never fits is put there, and the parser
 * asked what would have.  False: it cannot tell. */
static bool expected(completer *c, const notch_parsed_unit *unit, uint32_t count, bool *allowed)
{
  notch_diags quiet;
  notch_tokens row = {.source = unit->source, .count = count + 2, .capacity = count + 2};
  row.items = NOTCH_NEW_ARRAY(c->arena, notch_token, count + 2);
  if (row.items == NULL)
    return false;
  memcpy(row.items, unit->tokens.items, count * sizeof *row.items);
  uint32_t end = count > 0 ? row.items[count - 1].span.end : 0;
  row.items[count] = (notch_token){.kind = TOK_NOTCH_YYUNDEF, .span = {end, end}};
  row.items[count + 1] = (notch_token){.kind = TOK_YYEOF, .span = {end, end}};
  notch_diags_init(&quiet, c->arena);
  notch_parse parse = {.source = unit->source,
                       .tokens = &row,
                       .diags = &quiet,
                       .arena = c->arena,
                       .probe = &row.items[count],
                       .allowed = allowed};
  jmp_buf *escape = c->arena->escape;
  c->arena->escape = NULL; /* the parser's stack must be left in order */
  (void)notch_parse_run(&parse);
  c->arena->escape = escape;
  if (c->arena->failed && escape != NULL)
    longjmp(*escape, 1);
  return !c->arena->failed;
}

/* A new name is being thought of: nothing to offer. */
static bool declares(const notch_tokens *tokens, uint32_t before)
{
  const notch_token *token = &tokens->items[before];
  const notch_word *word = notch_word_of_token(token->kind);
  uint32_t indent;
  if (token->kind == TOK_FIELD || token->kind == TOK_LET || token->kind == TOK_AS)
    return true;
  return word != NULL && word->word_class == NOTCH_WORD_TOP && token->kind != TOK_MEMBER &&
         token->kind != TOK_USE &&
         notch_source_begins_line(tokens->source, token->span.start, &indent) && indent == 0;
}

static void offer_expected(completer *c, const notch_parsed_unit *unit, uint32_t count)
{
  bool *allowed = NOTCH_NEW_ARRAY(c->arena, bool, NOTCH_PARSE_TOKENS_MAX);
  if (allowed == NULL || !expected(c, unit, count, allowed))
    return;
  bool expression = allowed[TOK_LPAREN] && allowed[TOK_MONTHNAME];
  bool bind = allowed[TOK_IDENT] && allowed[TOK_UNTIL] && allowed[TOK_PAYMENT];
  if (allowed[TOK_IDENT])
    offer_names(c, expression || bind);
  for (uint32_t i = 0; i < notch_word_count && !bind; i++)
    if (allowed[notch_words[i].token])
      offer(c, (notch_text){notch_words[i].spelling, notch_words[i].length}, "word",
            notch_words[i].word_class == NOTCH_WORD_SOFT && allowed[TOK_IDENT]);
}

void notch_outline_complete(notch_completions *out, const notch_parsed *parsed, uint32_t offset,
                            notch_arena *arena)
{
  const notch_parsed_unit *unit = &parsed->units.items[0];
  completer c = {.out = out, .parsed = parsed, .offset = offset, .arena = arena};
  uint32_t count;
  if (unit->tree == NULL || !split(&unit->tokens, offset, &count))
    return;
  uint32_t before = notch_outline_before(&unit->tokens, count);
  c.declaration = notch_outline_around(unit->tree, offset);
  if (c.declaration == NULL)
    c.declaration = unit->tree;
  notch_outline_make(&c.outline, unit, arena);
  if (before != NOTCH_OUTLINE_NONE && unit->tokens.items[before].kind == TOK_DOT) {
    uint32_t root = notch_outline_before(&unit->tokens, before);
    if (root != NOTCH_OUTLINE_NONE)
      offer_behind_dot(&c, &unit->tokens.items[root]);
  } else if (before == NOTCH_OUTLINE_NONE || !declares(&unit->tokens, before)) {
    offer_expected(&c, unit, count);
  }
}
