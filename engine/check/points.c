/* check/points.c -- kinds of points, and the terms on which an award matures and expires. */
#include <config.h>

#include "check/checker.h"

void notch_points_units(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->points_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_POINTS].items[i];
    const notch_tree_node *node = item->node;
    notch_points *points = &c->program->points[i];
    points->decl = notch_decl_of(c, item);
    const notch_tree_node *whole = notch_check_once(c, node, NOTCH_AST_POINTS_WHOLE, "whole");
    const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_POINTS_DECIMALS,
                                                     "decimals");
    int64_t decimals;
    if (clause && notch_literal_count(c, clause, clause->text, 0, 6, &decimals))
      points->decimals = (uint8_t)decimals;
    if (clause && whole) {
      CHECK_REPORT(c, clause, CLAUSES_CLASH, "decimals", "whole");
      notch_diag_note(c->diag, notch_check_source(c, whole), whole->span, "`whole` is here");
    }
    points->qualifying = notch_check_once(c, node, NOTCH_AST_POINTS_QUALIFYING, "qualifying");
    clause = notch_check_once(c, node, NOTCH_AST_POINTS_TAKE, "take");
    points->order = clause ? (notch_lot_order)clause->detail : NOTCH_TAKE_SOONEST;
    clause = notch_check_once(c, node, NOTCH_AST_POINTS_SHORTFALL, "shortfall");
    points->shortfall = clause ? (notch_shortfall)clause->detail : NOTCH_SHORTFALL_RECOVER;
    points->terms = NOTCH_NONE;
  }
}

static void read_worth(notch_checker *c, const notch_item *item, notch_points *points)
{
  const notch_tree_node *clause = notch_check_once(c, item->node, NOTCH_AST_POINTS_WORTH, "worth");
  notch_type unit;
  notch_rational money;
  if (!clause || !notch_literal_quantity(c, item->names, clause->first, &unit, &money)) return;
  if (unit.kind != NOTCH_TYPE_MONEY) {
    CHECK_REPORT(c, clause, WRONG_UNIT_HERE, "money", notch_type_describe(c, unit));
    return;
  }
  int64_t scale = notch_power_of_ten(points->decimals);
  points->has_worth = notch_rational_div(&points->worth, money, NOTCH_INTEGER(scale));
  points->worth_currency = unit.of;
}

static void read_cap(notch_checker *c, const notch_item *item, uint32_t index)
{
  const notch_tree_node *clause = notch_check_once(c, item->node, NOTCH_AST_POINTS_CAPPED,
                                                   "capped at");
  uint32_t points;
  int64_t amount;
  if (!clause || !notch_literal_points(c, item->names, clause->first, &points, &amount)) return;
  if (points != index || amount <= 0)
    CHECK_REPORT(c, clause, OWN_POINTS, c->program->points[index].decl.name);
  else
    c->program->points[index].cap = amount;
}

void notch_points_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->points_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_POINTS].items[i];
    notch_points *points = &c->program->points[i];
    read_worth(c, item, points);
    read_cap(c, item, i);
    points->rounding = c->program->rounding;
    notch_rounding_read(c, item->node, &points->rounding);
    notch_terms terms = {.expiry_while = NOTCH_NONE, .pending_event = NOTCH_NONE};
    notch_terms_read(c, item->names, item->node, &terms);
    points->terms = notch_terms_add(c, &terms);
  }
}

uint32_t notch_terms_add(notch_checker *c, const notch_terms *terms)
{
  *notch_vec_push(&c->terms, c->arena) = *terms;
  return c->terms.count - 1;
}

static void read_while(notch_checker *c, notch_names *names, const notch_tree_node *clause,
                       notch_terms *terms)
{
  const notch_tree_node *node = notch_tree_find(clause, NOTCH_AST_WHILE);
  terms->expiry_while = NOTCH_NONE;
  if (!node) return;
  notch_env env = notch_env_make(names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  env.tier_only = true;
  terms->expiry_while = notch_root_in(c, &env, notch_expr_condition(c, &env, node->first));
}

static void read_events(notch_checker *c, notch_names *names, const notch_tree_node *clause,
                        notch_terms *terms)
{
  terms->expiry_events = NOTCH_NEW_ARRAY(c->arena, uint32_t, clause->count + 1);
  terms->expiry_event_count = 0;
  for (const notch_tree_node *name = notch_tree_find(clause, NOTCH_AST_NAME); name;
       name = notch_tree_find_next(name)) {
    notch_symbol *event = notch_scope_event(c, names, name);
    if (!event) continue;
    if (!c->program->events[event->index].has_member)
      CHECK_REPORT(c, name, EVENT_WITHOUT_MEMBER, name->text);
    terms->expiry_events[terms->expiry_event_count++] = event->index;
  }
}

static void read_expiry(notch_checker *c, notch_names *names, const notch_tree_node *clause,
                        notch_terms *terms)
{
  const notch_tree_node *align = notch_tree_find(clause, NOTCH_AST_ALIGN);
  terms->expiry_while = NOTCH_NONE;
  terms->expiry_aligned = false;
  switch (clause->kind) {
  case NOTCH_AST_EXPIRE_AFTER_EARNING:
    terms->expiry = NOTCH_EXPIRY_AFTER_EARNING;
    notch_literal_duration(c, clause->first, &terms->expiry_after);
    if (align) {
      terms->expiry_aligned = true;
      terms->expiry_align = (notch_unit)align->detail;
      if (notch_unit_is_exact(terms->expiry_align))
        CHECK_REPORT(c, align, CALENDAR_UNIT, notch_unit_word(terms->expiry_align));
    }
    read_while(c, names, clause, terms);
    return;
  case NOTCH_AST_EXPIRE_EACH:
    terms->expiry = NOTCH_EXPIRY_EACH;
    notch_literal_day_of_year(c, clause->first, &terms->expiry_month, &terms->expiry_day);
    return;
  case NOTCH_AST_EXPIRE_ON:
    terms->expiry = NOTCH_EXPIRY_ON;
    notch_literal_date(c, clause->first, &terms->expiry_on);
    return;
  case NOTCH_AST_EXPIRE_IDLE:
    terms->expiry = NOTCH_EXPIRY_INACTIVITY;
    notch_literal_duration(c, clause->first, &terms->expiry_after);
    read_events(c, names, clause, terms);
    read_while(c, names, clause, terms);
    return;
  default:
    terms->expiry = NOTCH_EXPIRY_NEVER;
    return;
  }
}

static bool is_expiry(notch_tree_kind kind)
{
  return kind >= NOTCH_AST_EXPIRE_AFTER_EARNING && kind <= NOTCH_AST_EXPIRE_NEVER;
}

static bool is_pending(notch_tree_kind kind)
{
  return kind == NOTCH_AST_PENDING_FOR || kind == NOTCH_AST_PENDING_UNTIL;
}

static void read_pending(notch_checker *c, notch_names *names, const notch_tree_node *clause,
                         notch_terms *terms)
{
  unsigned digits;
  int64_t count;
  if (clause->kind == NOTCH_AST_PENDING_FOR) {
    terms->pending = NOTCH_PENDING_FOR;
    if (notch_decimal_parse(&count, clause->first->text, 0, true, &digits) && count == 0) {
      terms->pending = NOTCH_PENDING_NONE; /* at once, whatever the kind of points says */
      terms->pending_for = (notch_duration){0, NOTCH_UNIT_DAY};
      return;
    }
    notch_literal_duration(c, clause->first, &terms->pending_for);
    return;
  }
  terms->pending = NOTCH_PENDING_UNTIL;
  notch_symbol *event = notch_scope_event(c, names, clause);
  terms->pending_event = event ? event->index : NOTCH_NONE;
  if (event && !c->program->events[event->index].has_member)
    CHECK_REPORT(c, clause, EVENT_WITHOUT_MEMBER, clause->text);
}

bool notch_terms_read(notch_checker *c, notch_names *names, const notch_tree_node *declaration,
                      notch_terms *terms)
{
  const notch_tree_node *pending = NULL, *expiry = NULL;
  for (const notch_tree_node *node = declaration->first; node; node = node->next) {
    const notch_tree_node **first = is_pending(node->kind) ? &pending
                                    : is_expiry(node->kind) ? &expiry
                                                            : NULL;
    if (!first) continue;
    if (*first) {
      CHECK_REPORT(c, node, CLAUSE_TWICE, first == &pending ? "pending" : "expire");
      notch_diag_note(c->diag, notch_check_source(c, *first), (*first)->span, "the other one");
    } else {
      *first = node;
    }
  }
  if (pending) read_pending(c, names, pending, terms);
  if (expiry) read_expiry(c, names, expiry, terms);
  return pending || expiry;
}
