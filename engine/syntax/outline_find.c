/* syntax/outline_find.c -- what a name at a place of a script stands for. */
#include <config.h>

#include "syntax/outline.h"

#include "parser.h"

#include <string.h>

/* ---- tokens and places ---- */

static bool is_namelike(const notch_token *token)
{
  return token->kind == TOK_IDENT || token->kind == TOK_STRING ||
         (token->kind >= 0 && token->text.length > 0 && notch_word_find(token->text) != NULL);
}

uint32_t notch_outline_token(const notch_tokens *tokens, uint32_t offset)
{
  uint32_t low = 0, high = tokens->count;
  while (low < high) { /* the first that begins behind the offset */
    uint32_t middle = low + (high - low) / 2;
    if (tokens->items[middle].span.start <= offset)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0)
    return NOTCH_OUTLINE_NONE;
  const notch_token *token = &tokens->items[low - 1];
  bool inside = offset < token->span.end || (offset == token->span.end && is_namelike(token));
  if (inside && (offset > token->span.start || is_namelike(token) || low < 2))
    return low - 1;
  if (low >= 2 && tokens->items[low - 2].span.end == offset && is_namelike(&tokens->items[low - 2]))
    return low - 2;
  return inside || offset == token->span.end ? low - 1 : NOTCH_OUTLINE_NONE;
}

const notch_tree_node *notch_outline_around(const notch_tree_node *file, uint32_t offset)
{
  const notch_tree_node *found = NULL;
  for (const notch_tree_node *node = file->first; node != NULL; node = node->next)
    if (node->span.start <= offset)
      found = node;
  return found;
}

static bool covers(const notch_tree_node *node, notch_span span)
{
  return node->span.start <= span.start && span.end <= node->span.end;
}

/* The smallest node around the span, the one above it, and the `use` that both are in, with the
 * part of it that they are in. */
typedef struct place {
  const notch_tree_node *node, *parent, *use, *part;
} place;

static place place_of(const notch_tree_node *file, notch_span span)
{
  place p = {.node = file};
  for (const notch_tree_node *child = file->first; child != NULL;) {
    if (!covers(child, span)) {
      child = child->next;
      continue;
    }
    if (p.use == p.node)
      p.part = child;
    p.parent = p.node;
    p.node = child;
    if (child->kind == NOTCH_AST_USE)
      p.use = child;
    child = child->first;
  }
  return p;
}

/* ---- events that a declaration names ---- */

static bool names_event(const notch_tree_node *node, notch_text name, uint32_t offset, bool *any)
{
  bool found = false;
  for (const notch_tree_node *child = node->first; child != NULL && !found; child = child->next) {
    switch (child->kind) {
    case NOTCH_AST_RULE_ON:
    case NOTCH_AST_MEASURE_ON: found = names_event(child, name, offset, any); break;
    case NOTCH_AST_TEST_AT:
    case NOTCH_AST_TEST_AT_PROGRAM:
      if (child->span.start > offset || offset > child->span.end)
        break;
      found = child->kind == NOTCH_AST_TEST_AT_PROGRAM
                  ? (*any = true, notch_text_equal(child->text, name))
                  : names_event(child, name, offset, any);
      break;
    case NOTCH_AST_TRIGGER_EVENT:
    case NOTCH_AST_STEP_EVENT:
      *any = true;
      found = notch_text_equal(child->text, name);
      break;
    case NOTCH_AST_NAME:
      if (node->kind != NOTCH_AST_MEASURE_ON && node->kind != NOTCH_AST_PROPERTY)
        break;
      *any = true;
      found = notch_text_equal(child->text, name);
      break;
    default: break;
    }
  }
  return found;
}

const char *notch_outline_parent_kind(const notch_outline_items *outline, uint32_t index)
{
  uint32_t parent = outline->items[index].parent;
  return parent == NOTCH_OUTLINE_NONE ? "" : outline->items[parent].kind;
}

static bool is(const char *kind, const char *wanted)
{
  return strcmp(kind, wanted) == 0;
}

/* In the values of `given`, `join` and `profile` the names are fields of the member. */
static bool about_member(const notch_tree_node *declaration, uint32_t offset)
{
  bool any = false;
  for (const notch_tree_node *child = declaration->first; child != NULL; child = child->next)
    if (child->kind == NOTCH_AST_TEST_GIVEN && child->span.start <= offset &&
        offset <= child->span.end)
      return true;
  return names_event(declaration, NOTCH_TEXT("join"), offset, &any) ||
         names_event(declaration, NOTCH_TEXT("profile"), offset, &any);
}

bool notch_outline_reads(const notch_outline_items *outline, uint32_t index,
                         const notch_tree_node *declaration, uint32_t offset)
{
  const char *parent = notch_outline_parent_kind(outline, index);
  bool any = false;
  if (is(parent, "record"))
    return true;
  if (is(parent, "member"))
    return declaration != NULL && about_member(declaration, offset);
  if (!is(parent, "event"))
    return false;
  notch_text event = outline->items[outline->items[index].parent].name;
  return declaration == NULL || names_event(declaration, event, offset, &any) || !any;
}

const notch_parsed_unit *notch_outline_used(const notch_parsed *parsed, notch_text name,
                                            notch_arena *arena)
{
  notch_outline_items outline = {0};
  const notch_parsed_unit *unit = NULL;
  notch_outline_make(&outline, &parsed->units.items[0], arena);
  for (uint32_t i = 0; i < outline.count && unit == NULL; i++) {
    const notch_outline_item *item = &outline.items[i];
    if (is(item->kind, "use") && notch_text_equal(item->name, name) && item->node->detail >= 0)
      unit = &parsed->units.items[item->node->detail];
  }
  return unit;
}

/* ---- the search ---- */

typedef struct search {
  notch_outline_items *out;
  notch_outline_items all; /* of the script */
  const notch_parsed *parsed;
  const notch_tree_node *declaration;
  notch_text name;
  uint32_t offset;
  notch_arena *arena;
} search;

static void take(search *s, const notch_outline_item *item)
{
  notch_outline_item *to = notch_vec_try_push(s->out, s->arena);
  if (to != NULL)
    *to = *item;
}

static bool is_local(const notch_outline_item *item)
{
  return is(item->kind, "let") || is(item->kind, "as");
}

/* Which items a bare name may mean. */
typedef enum sieve { LOCAL, FIELD_READ, DECLARED, VALUE, FIELD_ANY } sieve;

static bool passes(const search *s, uint32_t index, sieve which)
{
  const notch_outline_item *item = &s->all.items[index];
  bool field = is(item->kind, "field"), value = is(item->kind, "value");
  switch (which) {
  case LOCAL:
    return is_local(item) && item->parent != NOTCH_OUTLINE_NONE &&
           s->all.items[item->parent].node == s->declaration;
  case FIELD_READ: return field && notch_outline_reads(&s->all, index, s->declaration, s->offset);
  case DECLARED: return !field && !value && !is_local(item) && item->node->kind != NOTCH_AST_TEST;
  case VALUE: return value;
  case FIELD_ANY: return field;
  }
  return false;
}

static bool sift(search *s, sieve which)
{
  for (uint32_t i = 0; i < s->all.count; i++)
    if (notch_text_equal(s->all.items[i].name, s->name) && passes(s, i, which))
      take(s, &s->all.items[i]);
  return s->out->count > 0;
}

/* `member.city`, `event.amount`, and what a module declares: `birthday.double`. */
static void find_behind_dot(search *s, const notch_token *root)
{
  if (root->kind == TOK_MEMBER || root->kind == TOK_EVENT) {
    const char *parent = root->kind == TOK_MEMBER ? "member" : "event";
    for (uint32_t i = 0; i < s->all.count; i++)
      if (is(s->all.items[i].kind, "field") && is(notch_outline_parent_kind(&s->all, i), parent) &&
          notch_text_equal(s->all.items[i].name, s->name) &&
          (root->kind == TOK_MEMBER || notch_outline_reads(&s->all, i, s->declaration, s->offset)))
        take(s, &s->all.items[i]);
    return;
  }
  const notch_parsed_unit *unit = notch_outline_used(s->parsed, root->text, s->arena);
  if (unit == NULL)
    return;
  s->all = (notch_outline_items){0};
  notch_outline_make(&s->all, unit, s->arena);
  sift(s, DECLARED);
}

/* `use a.b with pts star`: the path is the module, `pts` its parameter. */
static bool find_in_use(search *s, const place *p)
{
  if (p->use == NULL || p->use->detail < 0)
    return false;
  bool path = p->part != NULL && p->part->kind == NOTCH_AST_PATH;
  bool parameter = p->node->kind == NOTCH_AST_BIND && notch_text_equal(p->node->text, s->name);
  if (!path && !parameter)
    return false;
  notch_outline_items module = {0};
  notch_outline_make(&module, &s->parsed->units.items[p->use->detail], s->arena);
  for (uint32_t i = 0; i < module.count; i++)
    if (parameter
            ? is(module.items[i].kind, "needs") && notch_text_equal(module.items[i].name, s->name)
            : is(module.items[i].kind, "module"))
      take(s, &module.items[i]);
  return s->out->count > 0;
}

/* Names in expressions and the names of values are fields first; all others are declared. */
static bool is_expression(const place *p)
{
  switch (p->node->kind) {
  case NOTCH_AST_PATH:
  case NOTCH_AST_BIND:
  case NOTCH_AST_ERROR: return true;
  default: break;
  }
  return p->parent != NULL &&
         (p->parent->kind == NOTCH_AST_PATH || p->parent->kind == NOTCH_AST_AGGREGATE);
}

void notch_outline_find(notch_outline_items *out, const notch_parsed *parsed, uint32_t offset,
                        notch_arena *arena)
{
  const notch_parsed_unit *unit = &parsed->units.items[0];
  uint32_t at =
      unit->tree != NULL ? notch_outline_token(&unit->tokens, offset) : NOTCH_OUTLINE_NONE;
  if (at == NOTCH_OUTLINE_NONE || !is_namelike(&unit->tokens.items[at]))
    return;
  const notch_token *token = &unit->tokens.items[at];
  search s = {.out = out,
              .parsed = parsed,
              .declaration = notch_outline_around(unit->tree, offset),
              .name = token->text,
              .offset = offset,
              .arena = arena};
  notch_outline_make(&s.all, unit, arena);
  place p = place_of(unit->tree, token->span);
  if (find_in_use(&s, &p))
    return;
  for (uint32_t i = 0; i < s.all.count; i++) /* it is being declared here */
    if (s.all.items[i].name_span.start == token->span.start &&
        s.all.items[i].name_span.end == token->span.end) {
      take(&s, &s.all.items[i]);
      return;
    }
  if (token->kind == TOK_STRING)
    return;
  uint32_t before = notch_outline_before(&unit->tokens, at);
  if (before != NOTCH_OUTLINE_NONE && unit->tokens.items[before].kind == TOK_DOT) {
    uint32_t root = notch_outline_before(&unit->tokens, before);
    if (root != NOTCH_OUTLINE_NONE)
      find_behind_dot(&s, &unit->tokens.items[root]);
    return;
  }
  if (is_expression(&p))
    (void)(sift(&s, LOCAL) || sift(&s, FIELD_READ) || sift(&s, DECLARED) || sift(&s, VALUE) ||
           sift(&s, FIELD_ANY));
  else
    (void)(sift(&s, LOCAL) || sift(&s, DECLARED) || sift(&s, VALUE));
}
