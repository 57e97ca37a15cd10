/* syntax/build_more.c -- dotted names, and the clauses that need more than one call. */
#include <config.h>

#include "syntax/build.h"

#include <assert.h>
#include <string.h>

#define NO_NODES ((notch_nodes){0})
#define NO_TEXT ((notch_text){0})

static notch_nodes only(notch_tree_node *node)
{
  return notch_nodes_of(&node, 1);
}

notch_tree_node *notch_build_ref(notch_parse *parse, const notch_token *first)
{
  return notch_build(parse, NOTCH_AST_REF, first->span, NO_TEXT, 0,
                     only(notch_build_name(parse, first)));
}

notch_tree_node *notch_build_path(notch_parse *parse, notch_ast_root root, notch_span span,
                                  const notch_token *part)
{
  return notch_build(parse, NOTCH_AST_PATH, span, NO_TEXT, root,
                     only(notch_build_name(parse, part)));
}

notch_tree_node *notch_build_part(notch_parse *parse, notch_tree_node *node,
                                  const notch_token *part)
{
  notch_tree_node *name = notch_build_name(parse, part);
  return name != NULL ? notch_build_add(node, name) : NULL;
}

static notch_text root_text(const notch_tree_node *node)
{
  if (node->kind != NOTCH_AST_PATH) return NO_TEXT;
  if (node->detail == NOTCH_ROOT_MEMBER) return NOTCH_TEXT("member");
  return node->detail == NOTCH_ROOT_EVENT ? NOTCH_TEXT("event") : NO_TEXT;
}

notch_tree_node *notch_build_dotted(notch_parse *parse, notch_tree_node *node)
{
  if (node == NULL) return NULL;
  assert(node->first != NULL);
  notch_text root = root_text(node);
  if (root.length == 0 && node->count == 1) {
    node->text = node->first->text;
    return node;
  }
  size_t length = root.length + node->count; /* a dot for each part, one too many without root */
  for (const notch_tree_node *part = node->first; part != NULL; part = part->next)
    length += part->text.length;
  char *bytes = notch_arena_alloc(parse->arena, length);
  if (bytes == NULL) return NULL;
  size_t at = root.length;
  if (root.length > 0) memcpy(bytes, root.bytes, root.length);
  for (const notch_tree_node *part = node->first; part != NULL; part = part->next) {
    if (at > 0) bytes[at++] = '.';
    memcpy(bytes + at, part->text.bytes, part->text.length);
    at += part->text.length;
  }
  assert(at <= length);
  node->text = (notch_text){.bytes = bytes, .length = (uint32_t)at};
  return node;
}

notch_tree_node *notch_build_rounded(notch_parse *parse, notch_span span, int mode, int scope,
                                     notch_span scope_span)
{
  notch_tree_node *child = NULL;
  if (scope >= 0) {
    child = notch_build(parse, NOTCH_AST_ROUNDED_SCOPE, scope_span, NO_TEXT, scope, NO_NODES);
    if (child == NULL) return NULL;
  }
  return notch_build(parse, NOTCH_AST_ROUNDED, span, NO_TEXT, mode, only(child));
}

notch_tree_node *notch_build_months(notch_parse *parse, notch_span span, const notch_token *unit,
                                    const notch_token *word)
{
  bool roll = notch_text_equal(word->text, NOTCH_TEXT("roll"));
  bool right = unit->detail == NOTCH_UNIT_MONTH;
  if (!right) {
    notch_diag_report(parse->diags, NOTCH_DIAG_MONTHS_WORD, parse->source, unit->span,
                      roll ? "roll" : "clamp", unit->text);
    notch_diag_fix(parse->diags, unit->span, NOTCH_TEXT("months"), "write 'months'");
  }
  notch_tree_node *node = notch_build(parse, NOTCH_AST_PROGRAM_MONTHS, span, NO_TEXT, roll,
                                      NO_NODES);
  if (node != NULL) node->broken = !right;
  return node;
}

notch_tree_node *notch_build_starts(notch_parse *parse, notch_span span, const notch_token *unit,
                                    notch_tree_node *day, int weekday)
{
  bool is_year = day != NULL;
  bool right = unit->detail == (is_year ? NOTCH_UNIT_YEAR : NOTCH_UNIT_WEEK);
  if (!right) {
    notch_diag_report(parse->diags, NOTCH_DIAG_STARTS_WORD, parse->source, unit->span,
                      is_year ? "year starts 1 April" : "week starts Sunday");
    notch_diag_fix(parse->diags, unit->span, is_year ? NOTCH_TEXT("year") : NOTCH_TEXT("week"),
                   "write '%s'", is_year ? "year" : "week");
  }
  notch_tree_kind kind = is_year ? NOTCH_AST_PROGRAM_YEAR_STARTS : NOTCH_AST_PROGRAM_WEEK_STARTS;
  notch_tree_node *node = notch_build(parse, kind, span, NO_TEXT, weekday, only(day));
  if (node != NULL) node->broken |= !right;
  return node;
}

notch_tree_node *notch_build_grant(notch_parse *parse, notch_span span, notch_tree_node *reward,
                                   notch_span times_span, notch_tree_node *times)
{
  if (times == NULL || notch_build_dotted(parse, reward) == NULL) return NULL;
  notch_tree_node *how_often = notch_build(parse, NOTCH_AST_GRANT_TIMES, times_span, NO_TEXT, 0,
                                           only(times));
  if (how_often == NULL) return NULL;
  notch_tree_node *children[] = {reward, how_often};
  return notch_build(parse, NOTCH_AST_RULE_GRANT, span, NO_TEXT, 0, notch_nodes_of(children, 2));
}

notch_tree_node *notch_build_band(notch_parse *parse, notch_tree_node *cohort, notch_span span,
                                  const notch_token *name, notch_ast_band band,
                                  const notch_token *percent)
{
  notch_tree_node *share = NULL;
  if (percent != NULL) {
    share = notch_build(parse, NOTCH_AST_PERCENT, percent->span, percent->text, 0, NO_NODES);
    if (share == NULL) return NULL;
  }
  notch_tree_node *node = notch_build(parse, NOTCH_AST_COHORT_BAND, span, name->text, band,
                                      only(share));
  return node != NULL ? notch_build_add(cohort, node) : NULL;
}

notch_tree_node *notch_build_needs(notch_parse *parse, notch_tree_node *module, notch_span span,
                                   const notch_token *word, const notch_token *name,
                                   notch_nodes children)
{
  notch_tree_node *node = notch_build_documented(parse, NOTCH_AST_MODULE_NEEDS, span, word,
                                                 name->text, children);
  return node != NULL ? notch_build_add(module, node) : NULL;
}

notch_tree_node *notch_build_needs_kind(notch_parse *parse, notch_tree_node *module,
                                        notch_span span, const notch_token *word,
                                        const notch_token *name, int kind)
{
  notch_tree_node *node = notch_build_documented(parse, NOTCH_AST_MODULE_NEEDS_KIND, span, word,
                                                 name->text, NO_NODES);
  if (node == NULL) return NULL;
  node->detail = kind;
  return notch_build_add(module, node);
}
