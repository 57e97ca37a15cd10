/* check/ladder.c -- ladders: tiers, how one reaches and keeps them, terms and reviews. */
#include <config.h>

#include "check/checker.h"

typedef struct tier_clause { /* a clause that belongs to one tier, or to every tier */
  const notch_tree_node *node;
  uint32_t tier; /* NOTCH_NONE: every one */
} tier_clause;

static uint32_t own_tier(notch_checker *c, const notch_ladder *ladder, uint32_t index,
                         notch_names *names, const notch_tree_node *node)
{
  notch_symbol *symbol = notch_scope_need(c, names, node, NOTCH_SYMBOL_TIER);
  if (!symbol) return NOTCH_NONE;
  if (symbol->index == index) return symbol->rank;
  CHECK_REPORT(c, node, TIER_ELSEWHERE, node->text, ladder->decl.name);
  return NOTCH_NONE;
}

static uint32_t condition(notch_checker *c, notch_names *names, const notch_tree_node *expr)
{
  notch_env env = notch_env_make(names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  env.no_draws = "a ladder cannot draw";
  return notch_root_in(c, &env, notch_expr_condition(c, &env, expr));
}

static void put_condition(notch_checker *c, notch_names *names, notch_ladder *ladder,
                          const tier_clause *clause)
{
  uint32_t low = clause->tier == NOTCH_NONE ? 0 : clause->tier;
  uint32_t high = clause->tier == NOTCH_NONE ? ladder->tier_count : clause->tier + 1;
  uint32_t root = condition(c, names, clause->node->first);
  for (uint32_t i = low; i < high; i++) {
    notch_tier *tier = &ladder->tiers[i];
    uint32_t *at = clause->node->kind == NOTCH_AST_LADDER_REACH  ? &tier->reach
                   : clause->node->kind == NOTCH_AST_LADDER_KEEP ? &tier->keep
                                                                 : &tier->lifetime;
    if (*at == NOTCH_NONE)
      *at = root;
    else if (clause->tier != NOTCH_NONE)
      CHECK_REPORT(c, clause->node, CLAUSE_TWICE, "this clause of the tier");
  }
}

static void push_use(notch_checker *c, uint32_t *count, notch_pay_use **uses, notch_pay_use use)
{
  *uses = notch_check_grow(c, *uses, *count, sizeof use);
  (*uses)[(*count)++] = use;
}

static void put_pay(notch_checker *c, notch_ladder *ladder, const tier_clause *clause,
                    notch_pay_use use)
{
  const notch_tree_node *node = clause->node;
  if (!c->program->points[use.points].qualifying)
    CHECK_REPORT(c, node, NOT_QUALIFYING, c->program->points[use.points].decl.name);
  if (node->kind == NOTCH_AST_LADDER_PAY && node->detail == NOTCH_PAY_AT_REVIEW) {
    push_use(c, &ladder->pay_at_review_count, &ladder->pay_at_review, use);
    return;
  }
  uint32_t low = clause->tier == NOTCH_NONE ? 0 : clause->tier;
  uint32_t high = clause->tier == NOTCH_NONE ? ladder->tier_count : clause->tier + 1;
  for (uint32_t i = low; i < high; i++) {
    notch_tier *tier = &ladder->tiers[i];
    if (node->detail == NOTCH_PAY_ON_REACH)
      push_use(c, &tier->pay_on_reach_count, &tier->pay_on_reach, use);
    else
      push_use(c, &tier->pay_on_keep_count, &tier->pay_on_keep, use);
  }
}

static void read_pay(notch_checker *c, notch_names *names, notch_ladder *ladder,
                     const tier_clause *clause)
{
  const notch_tree_node *node = clause->node;
  notch_pay_use use = {0};
  if (node->kind == NOTCH_AST_LADDER_PAY) {
    if (notch_literal_points(c, names, node->first, &use.points, &use.amount))
      put_pay(c, ladder, clause, use);
    return;
  }
  use.all = true;
  for (const notch_tree_node *name = node->first; name; name = name->next) {
    notch_symbol *points = notch_scope_need(c, names, name, NOTCH_SYMBOL_POINTS);
    if (!points) continue;
    use.points = points->index;
    put_pay(c, ladder, clause, use);
  }
}

static void read_carry(notch_checker *c, notch_names *names, notch_ladder *ladder,
                       const notch_tree_node *node)
{
  notch_carry carry = {.once = node->detail == 1};
  if (!notch_literal_points(c, names, node->first, &carry.points, &carry.at_most)) return;
  ladder->carries = notch_check_grow(c, ladder->carries, ladder->carry_count, sizeof carry);
  ladder->carries[ladder->carry_count++] = carry;
}

static void read_floor(notch_checker *c, const notch_item *item, notch_ladder *ladder,
                       const notch_tree_node *node)
{
  uint32_t tier = own_tier(c, ladder, item->symbol->index, item->names, node);
  uint32_t when = condition(c, item->names, node->first);
  if (tier == NOTCH_NONE) return;
  ladder->floors = notch_check_grow(c, ladder->floors, ladder->floor_count, sizeof(notch_floor));
  ladder->floors[ladder->floor_count++] = (notch_floor){tier, when};
}

static void read_becomes(notch_checker *c, const notch_item *item, notch_ladder *ladder,
                         const notch_tree_node *node)
{
  const notch_tree_node *old = notch_tree_child(node, 0), *name = notch_tree_child(node, 1);
  if (notch_names_get(c->tiers, old->text)) {
    CHECK_REPORT(c, old, BECOMES_STILL_THERE, old->text);
    return;
  }
  uint32_t tier = own_tier(c, ladder, item->symbol->index, item->names, name);
  if (tier == NOTCH_NONE) return;
  ladder->becomes = notch_check_grow(c, ladder->becomes, ladder->becomes_count,
                                     sizeof(notch_becomes));
  ladder->becomes[ladder->becomes_count++] =
      (notch_becomes){notch_arena_text(c->arena, old->text), tier};
}

static void read_tier_clauses(notch_checker *c, const notch_item *item, notch_ladder *ladder)
{
  NOTCH_VEC(tier_clause) general = {0};
  uint32_t tier = NOTCH_NONE;
  for (const notch_tree_node *node = item->node->first; node; node = node->next) {
    tier_clause clause = {node, tier};
    switch (node->kind) {
    case NOTCH_AST_LADDER_TIER:
      tier = own_tier(c, ladder, item->symbol->index, item->names, node);
      if (tier == NOTCH_NONE) break;
      if (ladder->tiers[tier].decl.title.length)
        CHECK_REPORT(c, node, CLAUSE_TWICE, "tier");
      ladder->tiers[tier].decl.title = notch_arena_text(c->arena, notch_tree_title(node));
      ladder->tiers[tier].decl.doc = notch_arena_text(c->arena, node->doc);
      break;
    case NOTCH_AST_LADDER_REACH:
    case NOTCH_AST_LADDER_KEEP:
    case NOTCH_AST_LADDER_LIFETIME:
      if (tier != NOTCH_NONE) /* a tier's own clause wins over one for every tier */
        put_condition(c, item->names, ladder, &clause);
      else
        *notch_vec_push(&general, c->scratch) = clause;
      break;
    case NOTCH_AST_LADDER_PAY:
    case NOTCH_AST_LADDER_PAY_ALL:
      read_pay(c, item->names, ladder, &clause);
      break;
    case NOTCH_AST_LADDER_CARRY:
      read_carry(c, item->names, ladder, node);
      break;
    case NOTCH_AST_LADDER_FLOOR:
      read_floor(c, item, ladder, node);
      break;
    case NOTCH_AST_LADDER_BECOMES:
      read_becomes(c, item, ladder, node);
      break;
    default:
      break;
    }
  }
  for (uint32_t i = 0; i < general.count; i++)
    put_condition(c, item->names, ladder, &general.items[i]);
}

static void calendar_unit(notch_checker *c, const notch_tree_node *node, notch_unit unit)
{
  if (notch_unit_is_exact(unit)) CHECK_REPORT(c, node, CALENDAR_UNIT, notch_unit_word(unit));
}

static void read_lasts(notch_checker *c, const notch_tree_node *declaration, notch_ladder *ladder)
{
  const notch_tree_node *node = notch_check_once(c, declaration, NOTCH_AST_LADDER_LASTS, "lasts");
  const notch_tree_node *until = notch_check_once(c, declaration, NOTCH_AST_LADDER_LASTS_UNTIL,
                                                  "lasts until");
  if (node && until) CHECK_REPORT(c, until, CLAUSE_TWICE, "lasts");
  if (node) {
    const notch_tree_node *align = notch_tree_find(node, NOTCH_AST_ALIGN);
    ladder->lasts = NOTCH_LASTS_FOR;
    notch_literal_duration(c, node->first, &ladder->lasts_for);
    if (!align) return;
    ladder->lasts_aligned = true;
    ladder->lasts_unit = (notch_unit)align->detail;
    calendar_unit(c, align, ladder->lasts_unit);
  } else if (until) {
    ladder->lasts = NOTCH_LASTS_UNTIL_END;
    ladder->lasts_unit = (notch_unit)until->detail;
    calendar_unit(c, until, ladder->lasts_unit);
    if (until->first) notch_literal_duration(c, until->first, &ladder->lasts_for);
  }
}

static void read_review(notch_checker *c, const notch_tree_node *declaration,
                        notch_ladder *ladder)
{
  const notch_tree_node *each = notch_check_once(c, declaration, NOTCH_AST_LADDER_REVIEW_EACH,
                                                 "review");
  const notch_tree_node *term = notch_tree_find(declaration, NOTCH_AST_LADDER_REVIEW_TERM);
  ladder->review_field = NOTCH_NONE;
  ladder->review = NOTCH_REVIEW_END_OF_TERM;
  if (!each) {
    if (term && ladder->lasts == NOTCH_LASTS_NOT) CHECK_REPORT(c, term, REVIEW_WITHOUT_TERM);
    return;
  }
  if (term) CHECK_REPORT(c, term, CLAUSE_TWICE, "review");
  if (each->first->kind == NOTCH_AST_DAY_OF_YEAR) {
    ladder->review = NOTCH_REVIEW_EACH_DAY_OF_YEAR;
    notch_literal_day_of_year(c, each->first, &ladder->review_month, &ladder->review_day);
  } else if (each->first->kind == NOTCH_AST_UNIT) {
    ladder->review = NOTCH_REVIEW_EACH_UNIT;
    ladder->review_unit = (notch_unit)each->first->detail;
    calendar_unit(c, each->first, ladder->review_unit);
  } else {
    ladder->review = NOTCH_REVIEW_EACH_MEMBER_DATE;
    notch_scope_member_date(c, each->first, &ladder->review_field);
  }
}

static void read_whole(notch_checker *c, const notch_item *item, notch_ladder *ladder)
{
  const notch_tree_node *node = item->node;
  const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_LADDER_START, "start at");
  ladder->start = clause ? own_tier(c, ladder, item->symbol->index, item->names, clause) : 0;
  if (ladder->start == NOTCH_NONE) ladder->start = 0;
  read_lasts(c, node, ladder);
  clause = notch_check_once(c, node, NOTCH_AST_LADDER_PROMOTE, "promote");
  ladder->promote = clause ? (notch_promote)clause->detail : NOTCH_PROMOTE_AT_ONCE;
  read_review(c, node, ladder);
  clause = notch_check_once(c, node, NOTCH_AST_LADDER_DEMOTE, "demote");
  ladder->demote = clause ? (notch_demote)clause->detail : NOTCH_DEMOTE_TO_EARNED;
  clause = notch_check_once(c, node, NOTCH_AST_LADDER_GRACE, "grace");
  if (clause) notch_literal_duration(c, clause->first, &ladder->grace);
  ladder->recheck = notch_check_once(c, node, NOTCH_AST_LADDER_RECHECK, "on return recheck");
}

void notch_ladder_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->ladder_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_LADDER].items[i];
    notch_ladder *ladder = &c->program->ladders[i];
    read_whole(c, item, ladder);
    read_tier_clauses(c, item, ladder);
  }
}
