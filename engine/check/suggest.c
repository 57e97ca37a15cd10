/* check/suggest.c -- the edits that go with an error: what they say compiles where it is put. */
#include <config.h>

#include "check/checker.h"

static notch_text slice(const notch_checker *c, const notch_tree_node *node)
{
  return notch_source_slice(notch_check_source(c, node), node->span);
}

/* Whether a sign or word beside it would take a part of the expression only. */
static bool is_loose(const notch_tree_node *node)
{
  switch (node->kind) {
  case NOTCH_AST_OR:
  case NOTCH_AST_AND:
  case NOTCH_AST_NOT:
  case NOTCH_AST_COMPARE:
  case NOTCH_AST_IN_SET:
  case NOTCH_AST_IN_RANGE:
  case NOTCH_AST_CONTAINS:
  case NOTCH_AST_IS_KNOWN:
  case NOTCH_AST_ARITH:
  case NOTCH_AST_NEGATE:
  case NOTCH_AST_IF:
  case NOTCH_AST_RATE: return true;
  default: return false;
  }
}

/* The expression as it is written, but not below zero. */
static notch_text at_least_nothing(notch_checker *c, const notch_tree_node *node, notch_type type)
{
  notch_text words = slice(c, node), zero = notch_value_words(c, type, NOTCH_VALUE(0));
  return notch_arena_format(c->scratch, "max(%.*s, %.*s)", (int)words.length, words.bytes,
                            (int)zero.length, zero.bytes);
}

void notch_suggest_rate(notch_checker *c, const notch_tree_node *node, const notch_expr *money,
                        notch_type points)
{
  notch_text words = slice(c, node), of = words;
  if (!notch_range_not_negative(money->range))
    of = at_least_nothing(c, node, money->type);
  else if (is_loose(node))
    of = notch_arena_format(c->scratch, "(%.*s)", (int)words.length, words.bytes);
  notch_text gained = notch_type_example(c, points), step = notch_type_example(c, money->type);
  notch_text rate =
      notch_arena_format(c->scratch, "%.*s per %.*s of %.*s", (int)gained.length, gained.bytes,
                         (int)step.length, step.bytes, (int)of.length, of.bytes);
  CHECK_REPORT(c, node, MONEY_FOR_POINTS, words, notch_type_describe(c, money->type),
               c->program->points[points.of].decl.name, rate);
  notch_check_fix(c, node, rate, "write how many points one unit of the money brings");
}

void notch_suggest_not_negative(notch_checker *c, const notch_tree_node *clause,
                                const notch_expr *points)
{
  const notch_tree_node *node = clause->first;
  bool takes = clause->kind == NOTCH_AST_RULE_EARN && node->kind == NOTCH_AST_NEGATE && !node->next;
  notch_text written = takes ? slice(c, node->first) : (notch_text){0};
  notch_text instead =
      takes ? notch_arena_format(c->scratch, "deduct %.*s", (int)written.length, written.bytes)
            : at_least_nothing(c, node, points->type);
  CHECK_REPORT(c, node, MAY_BE_NEGATIVE, c->program->points[points->type.of].decl.name, instead);
  if (takes)
    notch_check_fix(c, clause, instead, "take the points away");
  else
    notch_check_fix(c, node, instead, "say that it is nothing at least");
}
