/* check/analysis_group.c -- exclusive groups: no two of their rules may apply together. */
#include <config.h>

#include "check/analysis.h"

#define PAIRS_MAX 2000

static bool same_trigger(const notch_trigger *left, const notch_trigger *right)
{
  if (left->kind != right->kind || left->a != right->a) return false;
  if (left->kind == NOTCH_ON_EACH_UNIT) return left->unit == right->unit;
  if (left->kind == NOTCH_ON_EACH_DAY)
    return left->month == right->month && left->day == right->day;
  if (left->kind == NOTCH_ON_PROMOTE || left->kind == NOTCH_ON_DEMOTE)
    return left->b == right->b || left->b == NOTCH_NONE || right->b == NOTCH_NONE;
  return true;
}

static const notch_expr *when_of(const notch_checker *c, const notch_variant *variant)
{
  return variant->when == NOTCH_NONE ? NULL : c->roots.items[variant->when].expr;
}

static void check_pair(notch_checker *c, const notch_group *group, uint32_t one, uint32_t other)
{
  const notch_rule *left = &c->program->rules[one], *right = &c->program->rules[other];
  if (left->exception_to == other || right->exception_to == one) return; /* one replaces it */
  int64_t from = left->from_us > right->from_us ? left->from_us : right->from_us;
  int64_t until = left->to_us < right->to_us ? left->to_us : right->to_us;
  for (uint32_t i = 0; i < left->variant_count; i++)
    for (uint32_t j = 0; j < right->variant_count; j++) {
      if (!same_trigger(&left->variants[i].trigger, &right->variants[j].trigger)) continue;
      notch_goal goals[2] = {{when_of(c, &left->variants[i]), true},
                             {when_of(c, &right->variants[j]), true}};
      notch_text witness = {0};
      notch_solved solved = notch_solve(c, goals, 2, from, until, &witness);
      if (solved == NOTCH_SOLVED_NO) continue;
      const notch_tree_node *node = c->items[NOTCH_SYMBOL_RULE].items[other].node;
      if (solved == NOTCH_SOLVED_YES)
        CHECK_REPORT(c, node, RULES_OVERLAP, left->decl.name, right->decl.name, group->decl.name,
                     witness);
      else
        CHECK_REPORT(c, node, RULES_MAY_OVERLAP, left->decl.name, right->decl.name,
                     group->decl.name);
      const notch_tree_node *first = c->items[NOTCH_SYMBOL_RULE].items[one].node;
      notch_diag_note(c->diag, notch_check_source(c, first), first->span, "the other rule");
      return;
    }
}

void notch_analysis_groups(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->group_count; i++) {
    const notch_group *group = &c->program->groups[i];
    if (group->combine != NOTCH_COMBINE_EXCLUSIVE || group->ranked) continue;
    uint32_t pairs = 0;
    for (uint32_t a = 0; a < group->rule_count; a++)
      for (uint32_t b = a + 1; b < group->rule_count; b++) {
        if (++pairs > PAIRS_MAX) {
          CHECK_REPORT(c, c->items[NOTCH_SYMBOL_GROUP].items[i].node, TOO_MANY_PAIRS,
                       group->decl.name);
          b = a = group->rule_count;
          break;
        }
        uint32_t one = group->rules[a], other = group->rules[b];
        check_pair(c, group, one < other ? one : other, one < other ? other : one);
      }
  }
}
