/* syntax/outline.c -- what a script declares, read from its tree. */
#include <config.h>

#include "syntax/outline.h"

#include "syntax/format.h"

#include <assert.h>

typedef struct outliner {
  notch_outline_items *out;
  const notch_parsed_unit *unit;
  notch_arena *arena;
} outliner;

/* How the language calls what a node declares, or NULL where it declares nothing. */
static const char *kind_of(const notch_tree_node *node)
{
  switch (node->kind) {
  case NOTCH_AST_RULE_LET: return "let";
  case NOTCH_AST_COHORT_BAND: return "band";
  case NOTCH_AST_MODULE_NEEDS:
  case NOTCH_AST_MODULE_NEEDS_KIND: return "needs";
  case NOTCH_AST_STEP_AS: return "as";
  default: return notch_tree_declares(node->kind);
  }
}

uint32_t notch_outline_before(const notch_tokens *tokens, uint32_t index)
{
  while (index-- > 0)
    if (tokens->items[index].kind >= 0)
      return index;
  return NOTCH_OUTLINE_NONE;
}

/* The first token that begins at `offset` or behind it. */
static uint32_t token_from(const notch_tokens *tokens, uint32_t offset)
{
  uint32_t low = 0, high = tokens->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (tokens->items[middle].span.start < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Where in the declaration its name stands; where it has none, its first word. */
static notch_span name_span(const notch_tokens *tokens, notch_span span, notch_text name)
{
  uint32_t first = token_from(tokens, span.start);
  for (uint32_t i = first; i < tokens->count && tokens->items[i].span.start < span.end; i++) {
    const notch_token *token = &tokens->items[i];
    if (token->kind >= 0 && (i > first || name.length == 0) && notch_text_equal(token->text, name))
      return token->span;
  }
  return first < tokens->count ? tokens->items[first].span : span;
}

static notch_text name_of(const notch_tree_node *node)
{
  if (node->kind != NOTCH_AST_USE)
    return node->text;
  const notch_tree_node *as = notch_tree_find(node, NOTCH_AST_USE_AS);
  notch_text name = as != NULL ? as->text : node->text;
  for (uint32_t i = name.length; i-- > 0;)
    if (name.bytes[i] == '.')
      return (notch_text){name.bytes + i + 1, name.length - i - 1};
  return name;
}

static uint32_t add(outliner *o, const char *kind, const notch_tree_node *node, uint32_t parent)
{
  const notch_tokens *tokens = &o->unit->tokens;
  notch_outline_item *item = notch_vec_try_push(o->out, o->arena);
  if (item == NULL)
    return parent;
  uint32_t depth = parent == NOTCH_OUTLINE_NONE ? 0 : o->out->items[parent].depth + 1;
  notch_text name = name_of(node);
  *item = (notch_outline_item){
      .kind = kind,
      .node = node,
      .tokens = tokens,
      .name = name,
      .title = notch_tree_title(node),
      .span = node->span,
      .name_span = node->kind == NOTCH_AST_NAME ? node->span : name_span(tokens, node->span, name),
      .depth = depth,
      .parent = parent};
  return o->out->count - 1;
}

/* The tiers in their order; one with a clause of its own is declared there. */
static void add_tiers(outliner *o, const notch_tree_node *ladder, uint32_t parent)
{
  const notch_tree_node *order = notch_tree_find(ladder, NOTCH_AST_LADDER_ORDER);
  for (const notch_tree_node *name = order != NULL ? order->first : NULL; name != NULL;
       name = name->next) {
    const notch_tree_node *tier = notch_tree_find(ladder, NOTCH_AST_LADDER_TIER);
    while (tier != NULL && !notch_text_equal(tier->text, name->text))
      tier = notch_tree_find_next(tier);
    add(o, "tier", tier != NULL ? tier : name, parent);
  }
}

static void add_names(outliner *o, const char *kind, const notch_tree_node *list, uint32_t parent)
{
  for (const notch_tree_node *name = list->first; name != NULL; name = name->next)
    if (name->kind == NOTCH_AST_NAME)
      add(o, kind, name, parent);
}

/* Declarations stand in the file, in declarations, and in the steps of a test. */
static void walk(outliner *o, const notch_tree_node *node, uint32_t parent)
{
  for (const notch_tree_node *child = node->first; child != NULL && !o->arena->failed;
       child = child->next) {
    const char *kind = kind_of(child);
    if (kind != NULL) {
      uint32_t index = add(o, kind, child, parent);
      if (child->kind == NOTCH_AST_LADDER)
        add_tiers(o, child, index);
      walk(o, child, index);
    } else if (child->kind == NOTCH_AST_PROGRAM_CURRENCY) {
      add_names(o, "currency", child, parent);
    } else if (child->kind == NOTCH_AST_TYPE_ONE_OF) {
      add_names(o, "value", child, parent);
    } else if (child->kind == NOTCH_AST_TEST_AT || child->kind == NOTCH_AST_STEP_EVENT ||
               child->kind == NOTCH_AST_STEP_RETURN) {
      walk(o, child, parent);
    }
  }
}

void notch_outline_make(notch_outline_items *out, const notch_parsed_unit *unit, notch_arena *arena)
{
  outliner o = {.out = out, .unit = unit, .arena = arena};
  if (unit->tree != NULL)
    walk(&o, unit->tree, NOTCH_OUTLINE_NONE);
}

void notch_outline_head(notch_buffer *to, const notch_outline_item *item)
{
  bool bare = item->node->kind == NOTCH_AST_NAME || item->node->kind == NOTCH_AST_STEP_AS;
  if (bare)
    notch_buffer_print(to, "%s ", item->kind);
  notch_format_head(to, item->tokens, item->node, item->depth == 0);
}
