/* check/partner_pool_cohort.c -- partners, pools, cohorts, segments and retirements. */
#include <config.h>

#include "check/checker.h"

const notch_expr *notch_segment_expr(notch_checker *c, uint32_t index)
{
  const notch_item *item = &c->items[NOTCH_SYMBOL_SEGMENT].items[index];
  notch_segment *segment = &c->program->segments[index];
  if (item->symbol->done) return c->roots.items[segment->when].expr;
  if (item->symbol->busy || c->nested >= NOTCH_CHECK_NESTED_MAX) {
    CHECK_REPORT(c, item->node, CYCLE_OF_NAMES, item->node->text);
    return notch_expr_error(c, item->node);
  }
  item->symbol->busy = true;
  c->nested++;
  notch_env env = notch_env_make(item->names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  const notch_tree_node *condition = item->node->first;
  while (condition->kind == NOTCH_AST_TITLE) condition = condition->next;
  notch_expr *expr = notch_expr_condition(c, &env, condition);
  segment->decl = notch_decl_of(c, item);
  segment->when = notch_root_in(c, &env, expr);
  item->symbol->busy = false;
  c->nested--;
  item->symbol->done = true;
  return expr;
}

void notch_segment_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->segment_count; i++) notch_segment_expr(c, i);
}

void notch_partner_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->partner_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_PARTNER].items[i];
    const notch_tree_node *node = item->node;
    notch_partner *partner = &c->program->partners[i];
    partner->decl = notch_decl_of(c, item);
    partner->settles = NOTCH_NEW_ARRAY(c->arena, notch_settlement, node->count + 1);
    for (const notch_tree_node *settles = notch_tree_find(node, NOTCH_AST_PARTNER_SETTLES);
         settles; settles = notch_tree_find_next(settles)) {
      notch_settlement *to = &partner->settles[partner->settle_count];
      to->on_spent = settles->detail == NOTCH_SETTLES_SPENT;
      if (notch_literal_money(c, item->names, notch_tree_child(settles, 0), &to->currency,
                              &to->money) &&
          notch_literal_points(c, item->names, notch_tree_child(settles, 1), &to->points,
                               &to->points_amount))
        partner->settle_count++;
    }
    const notch_tree_node *prepaid = notch_tree_find(node, NOTCH_AST_PARTNER_PREPAID);
    const notch_tree_node *postpaid = notch_tree_find(node, NOTCH_AST_PARTNER_POSTPAID);
    if (prepaid && postpaid) CHECK_REPORT(c, postpaid, CLAUSES_CLASH, "postpaid", "prepaid");
    partner->prepaid = prepaid;
  }
}

void notch_pool_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->pool_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_POOL].items[i];
    const notch_tree_node *node = item->node;
    notch_pool *pool = &c->program->pools[i];
    pool->decl = notch_decl_of(c, item);
    pool->when = NOTCH_NONE;
    pool->share = NOTCH_INTEGER(0);
    const notch_tree_node *most = notch_check_once(c, node, NOTCH_AST_POOL_AT_MOST, "at most");
    int64_t members;
    if (most && notch_literal_count(c, most, most->text, 2, 1000000, &members))
      pool->members_max = (uint32_t)members;
    const notch_tree_node *earn = notch_check_once(c, node, NOTCH_AST_POOL_EARN, "earn");
    if (earn) {
      notch_env env = notch_env_make(item->names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
      pool->share = notch_value_rational(notch_expr_check(c, &env, earn->first, NULL)->value);
      if (notch_rational_compare(pool->share, NOTCH_INTEGER(1)) > 0)
        CHECK_REPORT(c, earn->first, SHARE_ABOVE_ALL);
      pool->points = NOTCH_NEW_ARRAY(c->arena, uint32_t, earn->count);
      for (const notch_tree_node *name = notch_tree_find(earn, NOTCH_AST_NAME); name;
           name = notch_tree_find_next(name)) {
        notch_symbol *points = notch_scope_need(c, item->names, name, NOTCH_SYMBOL_POINTS);
        if (points) pool->points[pool->points_count++] = points->index;
      }
    }
    const notch_tree_node *when = notch_check_once(c, node, NOTCH_AST_POOL_WHEN, "when");
    if (!when) continue;
    notch_env env = notch_env_make(item->names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
    pool->when = notch_root_in(c, &env, notch_expr_condition(c, &env, when->first));
  }
}

static void check_bands(notch_checker *c, const notch_item *item, notch_cohort *cohort)
{
  notch_rational total = NOTCH_INTEGER(0);
  bool rest = false;
  notch_env env = notch_env_make(item->names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  for (const notch_tree_node *node = notch_tree_find(item->node, NOTCH_AST_COHORT_BAND); node;
       node = notch_tree_find_next(node)) {
    notch_band *band = &cohort->bands[cohort->band_count++];
    band->decl = (notch_decl){.name = notch_arena_text(c->arena, node->text),
                              .source = node->source,
                              .span = node->span};
    band->rest = node->detail == NOTCH_BAND_REST;
    band->next = node->detail == NOTCH_BAND_NEXT;
    band->share = NOTCH_INTEGER(0);
    rest |= band->rest;
    if (!node->first) continue;
    band->share = notch_value_rational(notch_expr_check(c, &env, node->first, NULL)->value);
    if (!notch_rational_add(&total, total, band->share) ||
        notch_rational_compare(total, NOTCH_INTEGER(1)) > 0)
      CHECK_REPORT(c, node, SHARE_ABOVE_ALL);
  }
  if (!rest) CHECK_REPORT(c, item->node, NO_REST_BAND, item->node->text);
}

void notch_cohort_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->cohort_count; i++) { /* bands are read in conditions */
    const notch_item *item = &c->items[NOTCH_SYMBOL_COHORT].items[i];
    notch_cohort *cohort = &c->program->cohorts[i];
    cohort->decl = notch_decl_of(c, item);
    cohort->bands = NOTCH_NEW_ARRAY(c->arena, notch_band, item->node->count + 1);
    check_bands(c, item, cohort);
  }
}

void notch_cohort_rank(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->cohort_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_COHORT].items[i];
    notch_cohort *cohort = &c->program->cohorts[i];
    const notch_tree_node *rank = notch_tree_find(item->node, NOTCH_AST_COHORT_RANK);
    const notch_tree_node *each = notch_tree_child(rank, 1);
    notch_env env = notch_env_make(item->names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
    notch_expr *by = notch_expr_value(c, &env, rank->first, NULL);
    if (!notch_type_is_ordered(by->type))
      CHECK_REPORT(c, rank->first, NOT_ORDERED, notch_type_describe(c, by->type));
    cohort->rank_by = notch_root_in(c, &env, by);
    cohort->each_unit = each->kind == NOTCH_AST_UNIT;
    if (cohort->each_unit) {
      cohort->unit = (notch_unit)each->detail;
      if (notch_unit_is_exact(cohort->unit))
        CHECK_REPORT(c, each, CALENDAR_UNIT, notch_unit_word(cohort->unit));
    } else {
      notch_literal_day_of_year(c, each, &cohort->month, &cohort->day);
    }
  }
}

/* `becomes other at 2 other per 1 old`: whole rewards, or points of the kind's decimals. */
static void retire_into(notch_checker *c, const notch_item *item, notch_retire *retire)
{
  const notch_tree_node *node = item->node, *name = notch_tree_find(node, NOTCH_AST_NAME);
  const notch_tree_node *to = notch_tree_child(node, 1), *from = notch_tree_child(node, 2);
  const notch_symbol *found = notch_names_find(item->names, name->text);
  retire->is_reward = found && found->kind == NOTCH_SYMBOL_REWARD;
  notch_symbol *other =
      notch_scope_need(c, item->names, name,
                       retire->is_reward ? NOTCH_SYMBOL_REWARD : NOTCH_SYMBOL_POINTS);
  if (!other) return;
  const notch_tree_node *unit = notch_tree_find(to, NOTCH_AST_NAME);
  const notch_tree_node *old = notch_tree_find(from, NOTCH_AST_NAME);
  if (!unit || !notch_text_equal(unit->text, name->text)) {
    CHECK_REPORT(c, to, OWN_POINTS, name->text);
    return;
  }
  if (!old || !notch_text_equal(old->text, node->text)) {
    CHECK_REPORT(c, from, OWN_POINTS, node->text);
    return;
  }
  uint32_t points;
  bool read = retire->is_reward
                  ? notch_literal_count(c, to, to->text, 1, 1000000000, &retire->to_amount)
                  : notch_literal_points(c, item->names, to, &points, &retire->to_amount);
  if (!read) return;
  retire->becomes = other->index;
  /* The old kind is not declared any more: its amount is written in whole points. */
  notch_literal_count(c, from, from->text, 1, 1000000000, &retire->from_amount);
}

void notch_retire_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->retire_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_RETIRE].items[i];
    const notch_tree_node *node = item->node;
    notch_retire *retire = &c->program->retires[i];
    retire->decl = notch_decl_of(c, item);
    retire->with = (notch_ast_retire)node->detail;
    retire->becomes = NOTCH_NONE;
    if (notch_names_find(item->names, node->text))
      CHECK_REPORT(c, node, RETIRED_STILL_THERE, node->text);
    if (retire->with == NOTCH_RETIRE_BECOMES) retire_into(c, item, retire);
  }
}
