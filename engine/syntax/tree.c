/* syntax/tree.c -- walks and prints the tree. */
#include <config.h>

#include "syntax/tree.h"

#include <assert.h>

static const char *const kind_names[] = {
#define AST(kind, name, meaning) name,
#include "syntax/ast.def"
#undef AST
};
static_assert(sizeof kind_names / sizeof kind_names[0] == NOTCH_AST_COUNT, "one name per kind");

const char *notch_tree_kind_name(notch_tree_kind kind)
{
  assert(kind < NOTCH_AST_COUNT);
  return kind_names[kind];
}

const char *notch_tree_declares(notch_tree_kind kind)
{
  static const bool declares[NOTCH_AST_COUNT] = {
#define AST(kind, name, meaning)
#define DECLARATION(kind, name, meaning) [NOTCH_AST_##kind] = true,
#include "syntax/ast.def"
#undef AST
  };
  return declares[kind] ? notch_tree_kind_name(kind) : NULL;
}

const notch_tree_node *notch_tree_child(const notch_tree_node *node, uint32_t index)
{
  const notch_tree_node *child = node->first;
  while (child != NULL && index-- > 0) child = child->next;
  return child;
}

const notch_tree_node *notch_tree_find(const notch_tree_node *node, notch_tree_kind kind)
{
  const notch_tree_node *child = node->first;
  while (child != NULL && child->kind != kind) child = child->next;
  return child;
}

const notch_tree_node *notch_tree_find_next(const notch_tree_node *node)
{
  const notch_tree_node *next = node->next;
  while (next != NULL && next->kind != node->kind) next = next->next;
  return next;
}

notch_text notch_tree_title(const notch_tree_node *declaration)
{
  const notch_tree_node *title = notch_tree_find(declaration, NOTCH_AST_TITLE);
  return title != NULL ? title->text : (notch_text){0};
}

/* Quotes, backslashes and control characters are escaped; everything else is shown as it is. */
static void print_quoted(notch_buffer *to, notch_text text)
{
  notch_buffer_put(to, "\"", 1);
  for (uint32_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.bytes[i];
    if (byte == '"' || byte == '\\') notch_buffer_print(to, "\\%c", byte);
    else if (byte == '\n') notch_buffer_print(to, "\\n");
    else if (byte < 0x20) notch_buffer_print(to, "\\u{%X}", byte);
    else notch_buffer_put(to, &text.bytes[i], 1);
  }
  notch_buffer_put(to, "\"", 1);
}

static void print_node(notch_buffer *to, const notch_tree_node *node, const notch_source *source,
                       unsigned depth)
{
  notch_position start = notch_source_position(source, node->span.start);
  notch_position end = notch_source_position(source, node->span.end);
  notch_buffer_print(to, "%*s%s", (int)(depth * 2), "", notch_tree_kind_name(node->kind));
  if (node->text.bytes != NULL) {
    notch_buffer_put(to, " ", 1);
    print_quoted(to, node->text);
  }
  if (node->detail != 0) notch_buffer_print(to, " %lld", (long long)node->detail);
  notch_buffer_print(to, " @%u:%u-%u:%u", start.line, start.column, end.line, end.column);
  if (node->doc.length > 0) {
    notch_buffer_print(to, " doc ");
    print_quoted(to, node->doc);
  }
  notch_buffer_print(to, "%s\n", node->broken ? " broken" : "");
  for (const notch_tree_node *child = node->first; child != NULL; child = child->next)
    print_node(to, child, source, depth + 1);
}

void notch_tree_print(notch_buffer *to, const notch_tree_node *root, const notch_source *source)
{
  assert(root != NULL);
  assert(root->source == source->id);
  print_node(to, root, source, 0);
}
