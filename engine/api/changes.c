/*
 * api/changes.c -- which clauses a new version of the rules changes: the declarations of both, by
 * kind and name, clause by clause in their canonical text.
 */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct clause {
  notch_text tier; /* of a ladder: the one that it belongs to */
  notch_text text, shown; /* to compare, and to read */
  notch_tree_kind kind;
  bool matched;
} clause;

typedef NOTCH_VEC(clause) clause_list;

typedef struct comparison {
  notch_news *news;
  notch_arena arena;
  const notch_parsed *old, *new;
  uint32_t count; /* changes said */
} comparison;

/* How the language calls what the node declares; NULL: nothing that matters to members. */
static const char *kind_of(const notch_tree_node *node)
{
  bool of_members = node->kind != NOTCH_AST_MODULE && node->kind != NOTCH_AST_TEST &&
                    node->kind != NOTCH_AST_PROPERTY;
  return of_members ? notch_tree_declares(node->kind) : NULL;
}

/* Whether names of the kind are compared where modules have put theirs, too (api/publish.c). */
static bool is_listed(const notch_tree_node *node)
{
  switch (node->kind) {
  case NOTCH_AST_POINTS:
  case NOTCH_AST_EVENT:
  case NOTCH_AST_MEASURE:
  case NOTCH_AST_LADDER:
  case NOTCH_AST_GROUP:
  case NOTCH_AST_RULE:
  case NOTCH_AST_REWARD:
  case NOTCH_AST_PAYMENT:
  case NOTCH_AST_COHORT:
  case NOTCH_AST_PARTNER:
  case NOTCH_AST_POOL: return true;
  default: return false;
  }
}

/* The tokens of a span on one line: as the canonical text has them, or spaced as in the source. */
static notch_text text_of(comparison *c, const notch_parsed_unit *unit, notch_span span,
                          bool canonical)
{
  notch_buffer text;
  uint32_t end = 0;
  notch_buffer_init(&text, c->arena.memory);
  for (uint32_t i = 0; i < unit->tokens.count; i++) {
    const notch_token *token = &unit->tokens.items[i];
    if (token->kind > 0 && token->span.start >= span.start && token->span.end <= span.end) {
      bool apart = text.length > 0 && (canonical || token->span.start > end);
      notch_buffer_print(&text, "%s", apart ? " " : "");
      notch_token_write(&text, &unit->tokens, i);
      end = token->span.end;
    }
  }
  return notch_buffer_keep(&text, &c->arena);
}

static bool has_tier(const notch_tree_node *ladder, notch_text tier)
{
  const notch_tree_node *order = notch_tree_find(ladder, NOTCH_AST_LADDER_ORDER);
  for (const notch_tree_node *name = order == NULL ? NULL : order->first; name != NULL;
       name = name->next) {
    if (notch_text_equal(name->text, tier)) {
      return true;
    }
  }
  return false;
}

/* What belongs to a tier that `other` does not have goes and comes with the tier. */
static void list_clauses(comparison *c, const notch_parsed_unit *unit,
                         const notch_tree_node *declaration, const notch_tree_node *other,
                         clause_list *out)
{
  notch_text tier = {NULL, 0};
  for (const notch_tree_node *node = declaration->first; node != NULL; node = node->next) {
    if (node->kind == NOTCH_AST_LADDER_TIER) {
      tier = node->text;
    }
    bool of_tier = node->kind == NOTCH_AST_LADDER_REACH || node->kind == NOTCH_AST_LADDER_KEEP ||
                   node->kind == NOTCH_AST_LADDER_LIFETIME || node->kind == NOTCH_AST_LADDER_PAY ||
                   node->kind == NOTCH_AST_LADDER_PAY_ALL;
    bool heads = node->kind == NOTCH_AST_LADDER_TIER && node->first == NULL; /* says nothing */
    if (heads || (of_tier && tier.length > 0 && !has_tier(other, tier))) {
      continue;
    }
    clause *added = notch_vec_try_push(out, &c->arena);
    if (added == NULL) {
      return;
    }
    *added = (clause){.tier = of_tier ? tier : (notch_text){NULL, 0},
                      .text = text_of(c, unit, node->span, true),
                      .shown = text_of(c, unit, node->span, false),
                      .kind = node->kind};
  }
}

/* ---- saying it ---- */

static void json_text(notch_json_writer *json, const char *key, notch_text text)
{
  if (text.bytes != NULL) {
    notch_json_put_text(json, key, text);
  }
}

static void say(comparison *c, const char *change, const char *kind, notch_text name,
                notch_text tier, notch_text was, notch_text is)
{
  notch_json_writer *json = &c->news->json;
  notch_buffer *to = &c->news->text;
  bool changed = strcmp(change, "changed") == 0;
  c->count++;
  if (json->to != NULL) {
    notch_json_begin(json, '{');
    json_text(json, "change", notch_text_of(change));
    json_text(json, "kind", notch_text_of(kind));
    json_text(json, "name", name);
    json_text(json, "tier", tier);
    json_text(json, "was", was);
    json_text(json, "is", is);
    notch_json_end(json, '}');
    return;
  }
  notch_buffer_print(to, "%s %s", changed ? "~" : strcmp(change, "added") == 0 ? "+" : "-", kind);
  notch_buffer_print(to, "%s%.*s", name.length > 0 ? " " : "", WORD(name));
  if (tier.length > 0) {
    notch_buffer_print(to, ", tier %.*s", WORD(tier));
  }
  if (changed && was.bytes == NULL && is.bytes == NULL) {
    notch_buffer_print(to, ": reads differently");
  } else if (changed) {
    notch_buffer_print(to, is.bytes == NULL ? ": no longer " : was.bytes == NULL ? ": also "
                                                                               : ": now ");
    notch_buffer_print(to, "`%.*s`", WORD(is.bytes == NULL ? was : is));
    if (is.bytes != NULL && was.bytes != NULL) {
      notch_buffer_print(to, ", before `%.*s`", WORD(was));
    }
  }
  notch_buffer_print(to, "\n");
}

/* ---- comparing ---- */

static bool same_clause(const clause *left, const clause *right)
{
  return left->kind == right->kind && notch_text_equal(left->tier, right->tier) &&
         notch_text_equal(left->text, right->text);
}

/* What both have goes first; then clauses of one kind are taken to have become each other. */
static void match(clause_list *old, clause_list *new)
{
  for (uint32_t i = 0; i < old->count; i++) {
    for (uint32_t j = 0; j < new->count && !old->items[i].matched; j++) {
      if (!new->items[j].matched && same_clause(&old->items[i], &new->items[j])) {
        old->items[i].matched = new->items[j].matched = true;
      }
    }
  }
}

/* How much of two clauses is the same at their beginnings and ends. */
static uint32_t likeness(const clause *left, const clause *right)
{
  notch_text a = left->text, b = right->text;
  uint32_t shorter = a.length < b.length ? a.length : b.length, head = 0, tail = 0;
  while (head < shorter && a.bytes[head] == b.bytes[head]) {
    head++;
  }
  while (tail < shorter - head && a.bytes[a.length - 1 - tail] == b.bytes[b.length - 1 - tail]) {
    tail++;
  }
  return head + tail;
}

static void compare_clauses(comparison *c, const char *kind, notch_text name, clause_list *old,
                            clause_list *new)
{
  const notch_text nothing = {NULL, 0};
  match(old, new);
  for (uint32_t i = 0; i < old->count; i++) {
    clause *was = &old->items[i], *is = NULL;
    for (uint32_t j = 0; j < new->count && !was->matched; j++) {
      clause *other = &new->items[j];
      bool may = !other->matched && other->kind == was->kind &&
                 notch_text_equal(other->tier, was->tier);
      is = may && (is == NULL || likeness(was, other) > likeness(was, is)) ? other : is;
    }
    if (is != NULL) {
      is->matched = was->matched = true;
      say(c, "changed", kind, name, was->tier, was->shown, is->shown);
    } else if (!was->matched) {
      say(c, "changed", kind, name, was->tier, was->shown, nothing);
    }
  }
  for (uint32_t i = 0; i < new->count; i++) {
    const clause *is = &new->items[i];
    if (!is->matched) {
      say(c, "changed", kind, name, is->tier, nothing, is->shown);
    }
  }
}

static const notch_tree_node *find(const notch_parsed_unit *unit, const notch_tree_node *like,
                                   notch_text text, comparison *c)
{
  for (const notch_tree_node *node = unit->tree->first; node != NULL; node = node->next) {
    bool same = node->kind == like->kind && notch_text_equal(node->text, like->text);
    if (same && (node->kind != NOTCH_AST_USE ||
                 notch_text_equal(text_of(c, unit, node->span, true), text))) {
      return node;
    }
  }
  return NULL;
}

static void compare_units(comparison *c, const notch_parsed_unit *old,
                          const notch_parsed_unit *new)
{
  const notch_text nothing = {NULL, 0};
  for (const notch_tree_node *node = new->tree->first; node != NULL; node = node->next) {
    const char *kind = kind_of(node);
    notch_text text = text_of(c, new, node->span, true);
    const notch_tree_node *was = kind == NULL ? NULL : find(old, node, text, c);
    if (kind == NULL || (was == NULL && is_listed(node))) {
      continue;
    }
    notch_text name = node->kind == NOTCH_AST_USE ? nothing : node->text;
    if (was == NULL) {
      bool use = node->kind == NOTCH_AST_USE;
      say(c, "added", use ? text_of(c, new, node->span, false).bytes : kind, name, nothing, nothing,
          nothing);
      continue;
    }
    clause_list before = {0}, now = {0};
    uint32_t said = c->count;
    list_clauses(c, old, was, node, &before);
    list_clauses(c, new, node, was, &now);
    if (c->arena.failed) {
      return;
    }
    compare_clauses(c, kind, name, &before, &now);
    if (c->count == said && before.count == now.count &&
        !notch_text_equal(text_of(c, old, was->span, true), text)) {
      say(c, "changed", kind, name, nothing, nothing, nothing);
    }
  }
  for (const notch_tree_node *node = old->tree->first; node != NULL; node = node->next) {
    const char *kind = kind_of(node);
    notch_text text = text_of(c, old, node->span, true);
    if (kind != NULL && !is_listed(node) && find(new, node, text, c) == NULL) {
      bool use = node->kind == NOTCH_AST_USE;
      say(c, "removed", use ? text_of(c, old, node->span, false).bytes : kind,
          use ? nothing : node->text, nothing, nothing, nothing);
    }
  }
}

static bool has_rule(const notch_program *p, notch_text owner, notch_arena *arena)
{
  for (uint32_t i = 0; i < p->rule_count && !arena->failed; i++) {
    notch_text name = notch_arena_format(arena, "rule %.*s", WORD(p->rules[i].decl.name));
    if (notch_text_equal(name, owner)) {
      return true;
    }
  }
  return false;
}

static const notch_parsed_unit *unit_of(const notch_parsed *parsed, uint16_t source)
{
  for (uint32_t i = 0; i < parsed->units.count; i++) {
    if (parsed->units.items[i].source->id == source) {
      return &parsed->units.items[i];
    }
  }
  return NULL;
}

/* Where a limit counts by a value of the member, what was used is kept under that limit alone: a
 * rule that was there before begins with nothing used of a new one. */
static void compare_limits(comparison *c, const notch_rules *old, const notch_rules *new)
{
  const notch_program *was = old->program, *is = new->program;
  for (uint32_t i = 0; i < is->limit_count && !c->arena.failed; i++) {
    const notch_limit *limit = &is->limits[i];
    const notch_parsed_unit *unit = unit_of(c->new, limit->source);
    notch_text name = notch_names_limit(is, i, &c->arena);
    bool kept = !new->plan->keyed[i] || !has_rule(was, limit->owner, &c->arena);
    for (uint32_t j = 0; j < was->limit_count && !kept && !c->arena.failed; j++) {
      kept = notch_text_equal(notch_names_limit(was, j, &c->arena), name);
    }
    notch_json_writer *json = &c->news->json;
    notch_text words =
        unit == NULL ? (notch_text){NULL, 0} : text_of(c, unit, limit->span, false);
    if (kept) {
      continue;
    }
    c->count++;
    if (json->to == NULL) {
      notch_buffer_print(&c->news->text,
                         "~ %.*s: of `%.*s` nothing counts as used when the version begins\n",
                         WORD(limit->owner), WORD(words));
      continue;
    }
    notch_json_begin(json, '{');
    json_text(json, "change", NOTCH_TEXT("begins_unused"));
    json_text(json, "kind", NOTCH_TEXT("limit"));
    json_text(json, "name", limit->owner);
    json_text(json, "is", words);
    notch_json_end(json, '}');
  }
}

bool notch_api_changes(const notch_rules *old, const notch_rules *new, const notch_memory *memory,
                       notch_news *news, uint32_t *count)
{
  comparison c = {.news = news, .old = old->parsed, .new = new->parsed};
  notch_arena_init(&c.arena, memory);
  for (uint32_t i = 0; i < c.new->units.count && !c.arena.failed; i++) {
    const notch_parsed_unit *unit = &c.new->units.items[i], *was = NULL;
    for (uint32_t j = 0; j < c.old->units.count && was == NULL; j++) {
      const notch_parsed_unit *other = &c.old->units.items[j];
      was = (i == 0) == (j == 0) && notch_text_equal(unit->path, other->path) ? other : NULL;
    }
    if (was != NULL && was->tree != NULL && unit->tree != NULL) {
      compare_units(&c, was, unit);
    }
  }
  if (!c.arena.failed) {
    compare_limits(&c, old, new);
  }
  bool good = !c.arena.failed;
  *count += c.count;
  notch_arena_free(&c.arena);
  return good;
}
