/* syntax/format.c -- lays a script out canonically, from its tokens and where clauses begin. */
#include <config.h>

#include "syntax/format.h"

#include "parser.h"

#include <assert.h>
#include <string.h>

#define INDENT 2
#define HEAD_CONTINUATION 4 /* so that it does not look like a clause */

typedef struct formatter {
  notch_buffer *to;                   /* the layout, comments not in columns yet */
  notch_buffer trailing;              /* uint32_t: where in it a comment ends a line of code */
  const notch_tokens *tokens;
  const notch_tree_node *declaration; /* the one we are in, or NULL before the first */
  const notch_tree_node *next_declaration;
  const notch_tree_node *clause;      /* the one we are in, or NULL in a head */
  const notch_tree_node *next_clause; /* of `declaration`; NULL: none */
  bool after_tier;                    /* a LADDER_TIER came in this ladder */
  bool one_line;                      /* the declaration has had no line break so far */
  unsigned indent;                    /* of the clause or head we are in */
  unsigned depth;                     /* of parentheses in the clause */
  unsigned char *signs;               /* a bit for each byte where a NEGATE begins ... */
  uint32_t signs_from;                /* ... from this one on */
  const notch_token *code;            /* the last token that is no comment */
  const notch_token *before;          /* the last token written */
  bool before_alone;                  /* it is a comment on a line of its own at column 1 */
} formatter;

/* What stands on the first line of its declaration. */
static bool is_head(const notch_tree_node *declaration, const notch_tree_node *child)
{
  switch (declaration->kind) {
  case NOTCH_AST_DEFINE: case NOTCH_AST_SEGMENT: case NOTCH_AST_PROPERTY: case NOTCH_AST_RETIRE:
  case NOTCH_AST_USE: return true;
  default: break;
  }
  switch (child->kind) {
  case NOTCH_AST_TITLE: case NOTCH_AST_LADDER_ORDER: case NOTCH_AST_MEASURE_OF:
  case NOTCH_AST_MEASURE_STREAK: case NOTCH_AST_MEASURE_ON: case NOTCH_AST_TABLE_OF: return true;
  default: return false;
  }
}

static const notch_tree_node *skip_heads(const notch_tree_node *declaration,
                                         const notch_tree_node *child)
{
  while (child != NULL && is_head(declaration, child)) child = child->next;
  return child;
}

static bool belongs_to_tier(const notch_tree_node *clause)
{
  switch (clause->kind) {
  case NOTCH_AST_LADDER_REACH: case NOTCH_AST_LADDER_KEEP: case NOTCH_AST_LADDER_LIFETIME:
  case NOTCH_AST_LADDER_PAY_ALL: return true;
  case NOTCH_AST_LADDER_PAY: return clause->detail != NOTCH_PAY_AT_REVIEW;
  default: return false;
  }
}

static unsigned clause_indent(const formatter *f, const notch_tree_node *clause)
{
  return f->after_tier && belongs_to_tier(clause) ? 2 * INDENT : INDENT;
}

static unsigned line_ends(const formatter *f, const notch_token *left, const notch_token *right)
{
  const char *bytes = f->tokens->source->text.bytes;
  unsigned lines = 0;
  for (uint32_t i = left->span.end; i < right->span.start; i++) lines += bytes[i] == '\n';
  return lines;
}

static void break_line(formatter *f, unsigned indent, bool blank)
{
  if (f->before != NULL) notch_buffer_put(f->to, blank ? "\n\n" : "\n", blank ? 2 : 1);
  notch_buffer_print(f->to, "%*s", (int)indent, "");
}

/* Where in a clause or head the author's line break before `next` leads; NULL: nowhere in it. */
static unsigned continuation(const formatter *f, const notch_token *next)
{
  if (f->clause != NULL) return f->indent + INDENT;
  bool condition = f->declaration != NULL && f->declaration->kind == NOTCH_AST_SEGMENT &&
                   next != NULL && next->kind == TOK_WHEN; /* reads like a clause */
  return condition ? INDENT : HEAD_CONTINUATION;
}

/* A minus before a number may be a sign or an operator: only the tree knows. */
static void mark_signs(const formatter *f, const notch_tree_node *node)
{
  uint32_t at = node->span.start - f->signs_from;
  assert(node->span.start >= f->signs_from);
  if (node->kind == NOTCH_AST_NEGATE) f->signs[at / 8] |= (unsigned char)(1u << (at % 8));
  for (const notch_tree_node *child = node->first; child != NULL; child = child->next)
    mark_signs(f, child);
}

static bool is_sign(const formatter *f, const notch_token *token)
{
  uint32_t at = token->span.start - f->signs_from;
  return token->kind == TOK_MINUS && (f->signs[at / 8] >> (at % 8) & 1) != 0;
}

static bool is_callable(const notch_token *token)
{
  switch (token->kind) {
  case TOK_IDENT: case TOK_SUM: case TOK_COUNT: case TOK_DISTINCT: case TOK_LARGEST:
  case TOK_SMALLEST: case TOK_ANY: case TOK_FLOOR: return true;
  default: break;
  }
  const notch_word *word = notch_word_of_token(token->kind);
  return word != NULL && word->word_class == NOTCH_WORD_SOFT;
}

static bool wants_space(const formatter *f, const notch_token *token)
{
  const notch_token *before = f->code;
  assert(before != NULL);
  switch (before->kind) {
  case TOK_LPAREN: case TOK_LBRACE: case TOK_DOT: return false;
  default: break;
  }
  if (is_sign(f, before)) return false;
  switch (token->kind) {
  case TOK_RPAREN: case TOK_RBRACE: case TOK_COMMA: case TOK_DOT: case TOK_OPTIONAL: return false;
  case TOK_LPAREN: { /* grant latte (2 * n) times */
    bool grant = f->clause != NULL && f->clause->kind == NOTCH_AST_RULE_GRANT && f->depth == 0;
    return grant || !is_callable(before);
  }
  default: return true;
  }
}

static const notch_token *next_code(const notch_tokens *tokens, uint32_t index)
{
  while (index < tokens->count && tokens->items[index].kind < 0) index++;
  return index < tokens->count ? &tokens->items[index] : NULL;
}

static bool starts(const notch_tree_node *node, const notch_token *token)
{
  return node != NULL && token != NULL && node->span.start == token->span.start;
}

static void write_comment(formatter *f, uint32_t index)
{
  const notch_token *comment = &f->tokens->items[index];
  const notch_token *next = next_code(f->tokens, index + 1);
  unsigned lines = f->before != NULL ? line_ends(f, f->before, comment) : 1;
  bool alone = false;
  if (lines == 0) {
    notch_buffer_put(f->to, "  ", 2);
    uint32_t at = (uint32_t)f->to->length;
    notch_buffer_put(&f->trailing, &at, sizeof at);
  } else {
    bool between = next == NULL || starts(f->next_declaration, next);
    bool documents = comment->kind == NOTCH_TOKEN_DOC && next != NULL;
    uint32_t column = notch_source_indent(f->tokens->source, comment->span.start);
    alone = between && (column == 0 || documents || f->declaration == NULL);
    unsigned indent = alone                             ? 0
                      : between                         ? (f->indent == 0 ? INDENT : f->indent)
                      : starts(f->next_clause, next)    ? clause_indent(f, f->next_clause)
                                                        : continuation(f, next);
    bool in_head = !alone && f->clause == NULL && f->before == f->code;
    bool blank = alone && !f->before_alone ? true : lines > 1 && !in_head;
    break_line(f, indent, blank);
    f->one_line = false;
  }
  notch_buffer_text(f->to, notch_source_slice(f->tokens->source, comment->span));
  f->before = comment;
  f->before_alone = alone;
}

static void begin_declaration(formatter *f, const notch_token *token)
{
  const notch_tree_node *old = f->declaration, *now = f->next_declaration;
  unsigned lines = f->before != NULL ? line_ends(f, f->before, token) : 0;
  bool together = old != NULL && f->one_line && old->kind == now->kind;
  bool blank = f->before_alone || together ? lines > 1 : true;
  break_line(f, 0, blank);
  f->declaration = now;
  f->next_declaration = now->next;
  f->clause = NULL;
  f->next_clause = skip_heads(now, now->first);
  f->after_tier = false;
  f->one_line = true;
  f->indent = 0;
  f->depth = 0;
}

static void begin_clause(formatter *f, const notch_token *token)
{
  const notch_tree_node *clause = f->next_clause;
  bool first = f->clause == NULL && f->before == f->code;
  f->indent = clause_indent(f, clause);
  break_line(f, f->indent, !first && line_ends(f, f->before, token) > 1);
  f->clause = clause;
  f->next_clause = skip_heads(f->declaration, clause->next);
  f->after_tier |= clause->kind == NOTCH_AST_LADDER_TIER;
  f->one_line = false;
  f->depth = 0;
}

static void write_code(formatter *f, uint32_t index)
{
  const notch_token *token = &f->tokens->items[index];
  if (starts(f->next_declaration, token)) {
    begin_declaration(f, token);
  } else if (starts(f->next_clause, token)) {
    begin_clause(f, token);
  } else if (f->before != f->code || line_ends(f, f->before, token) > 0) {
    break_line(f, continuation(f, token), false);
    f->one_line = false;
  } else if (wants_space(f, token)) {
    notch_buffer_put(f->to, " ", 1);
  }
  if (token->kind == TOK_LPAREN) f->depth++;
  if (token->kind == TOK_RPAREN && f->depth > 0) f->depth--;
  notch_token_write(f->to, f->tokens, index);
  f->before = f->code = token;
  f->before_alone = false;
}

static uint32_t cells(notch_text line)
{
  uint32_t count = 0, code_point;
  for (uint32_t at = 0; at < line.length;) {
    at = notch_source_next(line, at, &code_point);
    count += notch_source_cells(code_point);
  }
  return count;
}

typedef struct trailing_comment {
  uint32_t line, end; /* offsets: where its line begins, where the code on it ends */
  uint32_t cells;     /* of that code */
  uint32_t comment;   /* offset of the comment */
} trailing_comment;

static trailing_comment find_trailing(const notch_buffer *layout, uint32_t comment)
{
  trailing_comment found = {.line = comment, .end = comment - 2, .comment = comment};
  while (found.line > 0 && layout->bytes[found.line - 1] != '\n') found.line--;
  found.cells = cells((notch_text){layout->bytes + found.line, found.end - found.line});
  return found;
}

/* Whether the lines at `a` and `b` are indented the same and begin with the same word. */
static bool alike(const char *a, const char *b)
{
  while (*a == ' ' && *b == ' ') a++, b++;
  while (*a == *b && *a != ' ' && *a != '\n') a++, b++;
  return (*a == ' ' || *a == '\n') && (*b == ' ' || *b == '\n');
}

static const char *line_after(const notch_buffer *layout, const char *line)
{
  const char *end = memchr(line, '\n', layout->length - (size_t)(line - layout->bytes));
  assert(end != NULL); /* a layout ends with one */
  return end + 1;
}

/* Whether the line of `next` is the one after that of `last`, or stands in one list with it, as
 * the fields of an event do: an item without a comment does not break the column of the others. */
static bool follows(const notch_buffer *layout, trailing_comment last, trailing_comment next)
{
  const char *first = layout->bytes + last.line, *target = layout->bytes + next.line;
  const char *line = line_after(layout, first);
  if (line == target) return true;
  for (; line < target; line = line_after(layout, line)) {
    if (!alike(first, line)) return false;
  }
  return alike(first, target);
}

static void align_comments(notch_buffer *to, const notch_buffer *layout, const notch_buffer *at)
{
  const uint32_t *comments = (const uint32_t *)(const void *)at->bytes;
  size_t count = at->length / sizeof(uint32_t);
  uint32_t written = 0;
  for (size_t i = 0; i < count;) {
    trailing_comment last = find_trailing(layout, comments[i]);
    uint32_t widest = last.cells;
    size_t end = i + 1;
    for (; end < count; end++) {
      trailing_comment next = find_trailing(layout, comments[end]);
      if (!follows(layout, last, next)) break;
      if (next.cells > widest) widest = next.cells;
      last = next;
    }
    for (; i < end; i++) {
      trailing_comment now = find_trailing(layout, comments[i]);
      notch_buffer_put(to, layout->bytes + written, now.end - written);
      notch_buffer_print(to, "%*s", (int)(widest - now.cells + 2), "");
      written = now.comment;
    }
  }
  notch_buffer_put(to, layout->bytes + written, layout->length - written);
}

/* f->signs of a tree, owned.  False: no memory. */
static bool find_signs(formatter *f, const notch_tree_node *tree)
{
  size_t size = (tree->span.end - tree->span.start) / 8 + 1;
  f->signs_from = tree->span.start;
  f->signs = notch_memory_resize(f->to->memory, NULL, size);
  if (f->signs == NULL) return false;
  memset(f->signs, 0, size);
  mark_signs(f, tree);
  return true;
}

static void lay_out(formatter *f)
{
  for (uint32_t i = 0; i < f->tokens->count; i++) {
    if (f->tokens->items[i].kind < 0) write_comment(f, i);
    else write_code(f, i);
  }
  if (f->tokens->count > 0) notch_buffer_put(f->to, "\n", 1);
}

void notch_format_script(notch_buffer *to, const notch_tokens *tokens,
                         const notch_tree_node *tree)
{
  assert(tree->kind == NOTCH_AST_FILE);
  assert(!tree->broken);
  notch_buffer layout;
  notch_buffer_init(&layout, to->memory);
  formatter f = {.to = &layout, .tokens = tokens, .next_declaration = tree->first};
  notch_buffer_init(&f.trailing, to->memory);
  if (find_signs(&f, tree)) lay_out(&f);
  if (f.signs == NULL || layout.failed || f.trailing.failed) to->failed = true;
  else if (layout.length > 0) align_comments(to, &layout, &f.trailing);
  notch_memory_free(to->memory, f.signs);
  notch_buffer_free(&f.trailing);
  notch_buffer_free(&layout);
}

void notch_format_head(notch_buffer *to, const notch_tokens *tokens, const notch_tree_node *node,
                       bool clauses)
{
  formatter f = {.to = to, .tokens = tokens};
  const notch_tree_node *clause = clauses ? skip_heads(node, node->first) : NULL;
  uint32_t end = clause != NULL ? clause->span.start : node->span.end;
  if (!find_signs(&f, node)) {
    to->failed = true;
    return;
  }
  for (uint32_t i = 0; i < tokens->count && tokens->items[i].span.start < end; i++) {
    const notch_token *token = &tokens->items[i];
    if (token->kind < 0 || token->span.start < node->span.start) continue;
    if (f.code != NULL && wants_space(&f, token)) notch_buffer_put(to, " ", 1);
    notch_token_write(to, tokens, i);
    f.code = token;
  }
  notch_memory_free(to->memory, f.signs);
}
