/*
 * check/analysis_dates.c -- rules that follow one another by their dates: days that no rule has,
 * days that two have.
 */
#include <config.h>

#include "check/analysis.h"

#include <stdlib.h>

#define PAIRS_MAX 2000
#define GAP_DAYS_MAX 7 /* longer pauses are meant */

typedef struct dated {
  uint32_t rule;
  int64_t from_us;
} dated;

static int by_start(const void *left, const void *right)
{
  const dated *l = left, *r = right;
  if (l->from_us != r->from_us) return l->from_us < r->from_us ? -1 : 1;
  return l->rule < r->rule ? -1 : 1;
}

static const notch_expr *when_of(const notch_checker *c, const notch_variant *variant)
{
  return variant->when == NOTCH_NONE ? NULL : c->roots.items[variant->when].expr;
}

/* The same triggers and the same condition: only their dates tell them apart. */
static bool follow(const notch_checker *c, const notch_rule *left, const notch_rule *right)
{
  if (left->variant_count != right->variant_count || !left->variant_count) return false;
  for (uint32_t i = 0; i < left->variant_count; i++) {
    const notch_variant *one = &left->variants[i], *other = &right->variants[i];
    const notch_expr *l = when_of(c, one), *r = when_of(c, other);
    if (one->trigger.kind != other->trigger.kind || one->trigger.a != other->trigger.a ||
        one->trigger.b != other->trigger.b)
      return false;
    if ((l == NULL) != (r == NULL) || (l && !notch_expr_equal(l, r))) return false;
  }
  return true;
}

static notch_text day_words(notch_checker *c, int64_t at_us)
{
  return notch_value_words(c, notch_type_make(NOTCH_TYPE_DATE, 0),
                           NOTCH_VALUE(notch_zone_day(&c->program->zone, at_us)));
}

static const notch_tree_node *node_of(const notch_checker *c, uint32_t rule)
{
  return c->items[NOTCH_SYMBOL_RULE].items[rule].node;
}

static void note_other(notch_checker *c, uint32_t rule)
{
  const notch_tree_node *node = node_of(c, rule);
  notch_diag_note(c->diag, notch_check_source(c, node), node->span, "the other rule");
}

/* A pause is a slip where it is short beside what it parts. */
static bool is_slip(const notch_rule *before, const notch_rule *after)
{
  int64_t pause = after->from_us - before->to_us;
  int64_t most = GAP_DAYS_MAX * NOTCH_DAY_S * NOTCH_SECOND_US;
  bool short_of_first = before->from_us == INT64_MIN || pause < before->to_us - before->from_us;
  bool short_of_second = after->to_us == INT64_MAX || pause < after->to_us - after->from_us;
  return pause > 0 && pause <= most && short_of_first && short_of_second;
}

static void check_group(notch_checker *c, const notch_group *group)
{
  dated *rules = NOTCH_NEW_ARRAY(c->scratch, dated, group->rule_count + 1);
  for (uint32_t i = 0; i < group->rule_count; i++)
    rules[i] = (dated){group->rules[i], c->program->rules[group->rules[i]].from_us};
  qsort(rules, group->rule_count, sizeof *rules, by_start);
  for (uint32_t i = 1; i < group->rule_count; i++) {
    const notch_rule *before = &c->program->rules[rules[i - 1].rule];
    const notch_rule *after = &c->program->rules[rules[i].rule];
    if (before->to_us == INT64_MAX || !is_slip(before, after) || !follow(c, before, after))
      continue;
    CHECK_REPORT(c, node_of(c, rules[i].rule), DATES_APART, before->decl.name, after->decl.name,
                 group->decl.name, day_words(c, before->to_us),
                 day_words(c, after->from_us - NOTCH_SECOND_US));
    note_other(c, rules[i - 1].rule);
  }
}

/* Both would put in their own award, where each was written to take the place of one rule. */
static void check_exceptions(notch_checker *c, uint32_t one, uint32_t other)
{
  const notch_rule *left = &c->program->rules[one], *right = &c->program->rules[other];
  int64_t from = left->from_us > right->from_us ? left->from_us : right->from_us;
  int64_t until = left->to_us < right->to_us ? left->to_us : right->to_us;
  bool differ = left->from_us != right->from_us || left->to_us != right->to_us;
  bool apart = left->group != NOTCH_NONE && left->group == right->group &&
               c->program->groups[left->group].combine != NOTCH_COMBINE_ADDING;
  if (!differ || apart || from >= until || !follow(c, left, right)) return;
  notch_text first = from == INT64_MIN ? NOTCH_TEXT("the beginning") : day_words(c, from);
  notch_text last = until == INT64_MAX ? NOTCH_TEXT("ever after")
                                       : day_words(c, until - NOTCH_SECOND_US);
  CHECK_REPORT(c, node_of(c, other), DATES_OVERLAP, left->decl.name, right->decl.name,
               c->program->rules[left->exception_to].decl.name, first, last);
  note_other(c, one);
}

void notch_analysis_dates(notch_checker *c)
{
  const notch_program *program = c->program;
  uint32_t pairs = 0;
  for (uint32_t i = 0; i < program->group_count; i++)
    if (program->groups[i].combine == NOTCH_COMBINE_EXCLUSIVE) check_group(c, &program->groups[i]);
  /* The exceptions to one rule form a list, so that only they are compared. */
  uint32_t *latest = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->rule_count + 1);
  uint32_t *earlier = NOTCH_NEW_ARRAY(c->scratch, uint32_t, program->rule_count + 1);
  for (uint32_t i = 0; i < program->rule_count; i++) {
    uint32_t base = program->rules[i].exception_to;
    if (base == NOTCH_NONE) continue;
    for (uint32_t k = latest[base]; k && pairs < PAIRS_MAX; k = earlier[k - 1], pairs++)
      check_exceptions(c, k - 1, i);
    earlier[i] = latest[base];
    latest[base] = i + 1;
  }
}
