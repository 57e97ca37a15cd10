/* syntax/build.c -- builds the nodes of the tree for the grammar's actions. */
#include <config.h>

#include "syntax/build.h"

#include <assert.h>
#include <string.h>

notch_nodes notch_nodes_of(notch_tree_node *const *items, size_t count)
{
  notch_nodes list = {0};
  for (size_t i = 0; i < count; i++)
    if (items[i] != NULL) list = notch_nodes_add(list, items[i]);
  return list;
}

notch_nodes notch_nodes_add(notch_nodes list, notch_tree_node *node)
{
  assert(node != NULL);
  assert(node->next == NULL);
  if (list.last != NULL) list.last->next = node;
  else list.first = node;
  list.last = node;
  list.count++;
  return list;
}

notch_nodes notch_nodes_join(notch_nodes left, notch_nodes right)
{
  if (left.first == NULL) return right;
  if (right.first == NULL) return left;
  left.last->next = right.first;
  left.last = right.last;
  left.count += right.count;
  return left;
}

/* Whatever walks the tree may recurse: what is higher becomes a leaf that is in error. */
static void limit_height(notch_parse *parse, notch_tree_node *node)
{
  if (node->height < NOTCH_TREE_HEIGHT_MAX) return;
  if (!parse->stop)
    notch_diag_report(parse->diags, NOTCH_DIAG_TOO_DEEP, parse->source,
                      (notch_span){node->span.end - 1, node->span.end});
  parse->stop = true;
  *node = (notch_tree_node){.kind = NOTCH_AST_ERROR, .source = node->source, .broken = true,
                            .span = node->span};
}

static void inherit(notch_tree_node *parent, const notch_tree_node *child)
{
  if (child->height >= parent->height) parent->height = (uint16_t)(child->height + 1);
  parent->broken |= child->broken;
}

notch_tree_node *notch_build(notch_parse *parse, notch_tree_kind kind, notch_span span,
                             notch_text text, int64_t detail, notch_nodes children)
{
  assert(parse->arena->escape == NULL);
  if (parse->arena->failed) return NULL; /* perhaps a child that is missing */
  notch_tree_node *node = NOTCH_NEW(parse->arena, notch_tree_node);
  if (node == NULL) return NULL;
  node->kind = kind;
  node->source = parse->source->id;
  node->span = span;
  node->text = text;
  node->detail = detail;
  node->first = children.first;
  node->last = children.last;
  node->count = children.count;
  for (const notch_tree_node *child = children.first; child != NULL; child = child->next)
    inherit(node, child);
  limit_height(parse, node);
  if (kind == NOTCH_AST_FILE) parse->file = node;
  return node;
}

/* Whether only blanks, and at most one line's end, stand between the two tokens. */
static bool is_next_line(const notch_source *source, uint32_t from, uint32_t to)
{
  unsigned lines = 0;
  for (uint32_t i = from; i < to; i++)
    if (source->text.bytes[i] == '\n') lines++;
  return lines <= 1;
}

/* The `##` lines directly above `word`, joined by newlines. */
static notch_text documentation(notch_parse *parse, const notch_token *word)
{
  const notch_token *first = word;
  const notch_token *begin = parse->tokens->items;
  size_t length = 0;
  while (first > begin && first[-1].kind == NOTCH_TOKEN_DOC &&
         is_next_line(parse->source, first[-1].span.end, first->span.start)) {
    first--;
    length += first->text.length + 1;
  }
  if (first == word) return (notch_text){0};
  char *bytes = notch_arena_alloc(parse->arena, length);
  if (bytes == NULL) return (notch_text){0};
  size_t at = 0;
  for (const notch_token *line = first; line < word; line++) {
    if (line->text.length > 0) memcpy(bytes + at, line->text.bytes, line->text.length);
    at += line->text.length;
    bytes[at++] = '\n';
  }
  return (notch_text){.bytes = bytes, .length = (uint32_t)(length - 1)};
}

notch_tree_node *notch_build_documented(notch_parse *parse, notch_tree_kind kind, notch_span span,
                                        const notch_token *word, notch_text text,
                                        notch_nodes children)
{
  notch_tree_node *node = notch_build(parse, kind, span, text, 0, children);
  if (node != NULL) node->doc = documentation(parse, word);
  return node;
}

notch_tree_node *notch_build_declaration(notch_parse *parse, notch_tree_kind kind,
                                         notch_span span, const notch_token *word,
                                         notch_text text, int64_t detail, notch_nodes children)
{
  notch_tree_node *node = notch_build_documented(parse, kind, span, word, text, children);
  if (node != NULL) node->detail = detail;
  return node;
}

notch_tree_node *notch_build_add(notch_tree_node *parent, notch_tree_node *child)
{
  assert(parent != NULL);
  assert(child != NULL);
  if (child->span.end > parent->span.end) parent->span.end = child->span.end;
  if (parent->last != NULL) parent->last->next = child;
  else parent->first = child;
  parent->last = child;
  parent->count++;
  inherit(parent, child);
  return parent;
}

notch_tree_node *notch_build_skip(notch_parse *parse, notch_tree_node *parent, notch_span span)
{
  notch_tree_node *last = parent->last;
  if (last != NULL && last->kind == NOTCH_AST_ERROR) { /* one node however much is dropped */
    if (span.end > last->span.end) last->span.end = span.end;
    if (span.end > parent->span.end) parent->span.end = span.end;
    return parent;
  }
  notch_tree_node *skipped = notch_build(parse, NOTCH_AST_ERROR, span, (notch_text){0}, 0,
                                         (notch_nodes){0});
  if (skipped == NULL) return NULL;
  skipped->broken = true;
  return notch_build_add(parent, skipped);
}

bool notch_build_stray(notch_parse *parse, notch_span span)
{
  assert(parse->file != NULL);
  return notch_build_skip(parse, parse->file, span) != NULL;
}

notch_tree_node *notch_build_clause(notch_parse *parse, notch_tree_node *parent,
                                    notch_tree_kind kind, notch_span span, notch_text text,
                                    notch_nodes children)
{
  notch_tree_node *clause = notch_build(parse, kind, span, text, 0, children);
  return clause != NULL ? notch_build_add(parent, clause) : NULL;
}

notch_tree_node *notch_build_widen(notch_tree_node *node, notch_span first)
{
  if (node != NULL && first.start < node->span.start) node->span.start = first.start;
  return node;
}

notch_tree_node *notch_build_name(notch_parse *parse, const notch_token *token)
{
  return notch_build(parse, NOTCH_AST_NAME, token->span, token->text, 0, (notch_nodes){0});
}

notch_tree_node *notch_build_date(notch_parse *parse, const notch_token *token)
{
  return notch_build(parse, NOTCH_AST_DATE, token->span, token->text, 0, (notch_nodes){0});
}

notch_tree_node *notch_build_moment(notch_parse *parse, const notch_token *date,
                                    const notch_token *time)
{
  char *bytes = notch_arena_alloc(parse->arena, date->text.length + 1 + time->text.length);
  if (bytes == NULL) return NULL;
  memcpy(bytes, date->text.bytes, date->text.length);
  bytes[date->text.length] = ' ';
  memcpy(bytes + date->text.length + 1, time->text.bytes, time->text.length);
  notch_text text = {.bytes = bytes, .length = date->text.length + 1 + time->text.length};
  notch_span span = {.start = date->span.start, .end = time->span.end};
  return notch_build(parse, NOTCH_AST_MOMENT, span, text, 0, (notch_nodes){0});
}
