/*
 * report/progress.c -- the parts of a reach condition, each worked out on its own.
 *
 * The machine evaluates whole conditions and stops at the first part that decides.  Here every
 * part is wanted, so the operands become roots of a copy of the programme, compiled once more;
 * nothing is computed but by the machine.
 */
#include <config.h>

#include "report/progress.h"

#include <assert.h>
#include <string.h>

/* Above his own tier a member stands by a floor: a promise has an end, the others have none. */
notch_footing notch_footing_of(const notch_state *state, uint32_t ladder)
{
  const notch_standing *standing = &state->standings[ladder];
  bool own = standing->effective == standing->own;
  bool promised = !own && standing->effective == standing->promise;
  int64_t since_us = own ? standing->since_us : standing->effective_since_us;
  return (notch_footing){.tier = standing->effective,
                         .since_us = since_us == 0 ? state->joined_us : since_us,
                         .until_s = own        ? standing->until_s
                                    : promised ? standing->promise_until_s
                                               : NOTCH_NEVER};
}

#define DEPTH_MAX 24u

typedef struct notch_parts { /* of one tier, being taken apart */
  const notch_program *program;
  notch_arena *arena;
  NOTCH_VEC(notch_root) roots;
} notch_parts;

/* ---- taking apart ---- */

static const notch_expr *bare(const notch_expr *expr)
{
  while (expr->op == NOTCH_EXPR_LET) {
    expr = expr->args[0];
  }
  return expr;
}

static uint32_t add_root(notch_parts *parts, const notch_expr *expr)
{
  notch_root *root = notch_vec_push(&parts->roots, parts->arena);
  *root = (notch_root){
      .expr = expr, .place = NOTCH_PLACE_MEMBER, .event = NOTCH_NONE, .rule = NOTCH_NONE};
  return parts->program->root_count + parts->roots.count - 1;
}

/* As written, on one line; a measure's title says more than its name. */
static notch_text words_of(const notch_parts *parts, const notch_expr *expr)
{
  const notch_program *p = parts->program;
  const notch_source *source = notch_source_get(p->sources, expr->source);
  notch_text text = source == NULL ? (notch_text){NULL, 0}
                                   : notch_source_slice(source, expr->span);
  notch_text kept = notch_arena_text(parts->arena, text);
  char *bytes = (char *)(intptr_t)kept.bytes;
  uint32_t length = 0;
  for (uint32_t i = 0; i < kept.length; i++) {
    bool blank = bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r';
    if (!blank) {
      bytes[length++] = bytes[i];
    } else if (length > 0 && bytes[length - 1] != ' ') {
      bytes[length++] = ' ';
    }
  }
  kept.length = length;
  if (expr->op == NOTCH_EXPR_BALANCE) {
    return notch_title_of(&p->points[expr->a].decl);
  }
  if (expr->op == NOTCH_EXPR_MEASURE) {
    const notch_decl *decl = &p->measures[expr->a].decl;
    if (decl->title.length > 0 && kept.length >= decl->name.length &&
        memcmp(kept.bytes, decl->name.bytes, decl->name.length) == 0) {
      return notch_arena_format(parts->arena, "%.*s%.*s", (int)decl->title.length,
                                decl->title.bytes, (int)(kept.length - decl->name.length),
                                kept.bytes + decl->name.length);
    }
  }
  return kept;
}

static bool is_comparison(notch_expr_op op)
{
  return op == NOTCH_EXPR_GE || op == NOTCH_EXPR_GT || op == NOTCH_EXPR_LE ||
         op == NOTCH_EXPR_LT || op == NOTCH_EXPR_EQ;
}

static notch_expr_op mirrored(notch_expr_op op)
{
  return op == NOTCH_EXPR_GE   ? NOTCH_EXPR_LE
         : op == NOTCH_EXPR_GT ? NOTCH_EXPR_LT
         : op == NOTCH_EXPR_LE ? NOTCH_EXPR_GE
         : op == NOTCH_EXPR_LT ? NOTCH_EXPR_GT
                               : op;
}

static notch_need *take_apart(notch_parts *parts, const notch_expr *expr, unsigned depth);

static void flatten(notch_parts *parts, notch_need *need, const notch_expr *expr,
                    notch_expr_op op, unsigned depth)
{
  expr = bare(expr);
  if (expr->op == op && depth < DEPTH_MAX) {
    flatten(parts, need, expr->args[0], op, depth + 1);
    flatten(parts, need, expr->args[1], op, depth + 1);
  } else {
    *notch_vec_push(&need->parts, parts->arena) = take_apart(parts, expr, depth + 1);
  }
}

static notch_need *take_apart(notch_parts *parts, const notch_expr *expr, unsigned depth)
{
  notch_need *need = NOTCH_NEW(parts->arena, notch_need);
  expr = bare(expr);
  if ((expr->op == NOTCH_EXPR_AND || expr->op == NOTCH_EXPR_OR) && depth < DEPTH_MAX) {
    need->kind = expr->op == NOTCH_EXPR_AND ? NOTCH_NEED_ALL : NOTCH_NEED_ANY;
    flatten(parts, need, expr, expr->op, depth);
    return need;
  }
  if (!is_comparison(expr->op)) {
    need->kind = NOTCH_NEED_TRUE;
    need->what = words_of(parts, expr);
    need->have_root = add_root(parts, expr);
    return need;
  }
  bool turned = bare(expr->args[0])->op == NOTCH_EXPR_CONST;
  const notch_expr *have = bare(expr->args[turned ? 1 : 0]);
  const notch_expr *want = bare(expr->args[turned ? 0 : 1]);
  need->kind = NOTCH_NEED_VALUE;
  need->op = turned ? mirrored(expr->op) : expr->op;
  need->type = have->type;
  need->what = words_of(parts, have);
  need->balance_of = have->op == NOTCH_EXPR_BALANCE ? have->a + 1 : 0;
  need->have_root = add_root(parts, have);
  need->want_root = add_root(parts, want);
  return need;
}

/* ---- working out ---- */

static bool compare(const notch_need *need)
{
  int order = notch_rational_compare(notch_value_rational(need->have),
                                     notch_value_rational(need->want));
  return need->op == NOTCH_EXPR_GE   ? order >= 0
         : need->op == NOTCH_EXPR_GT ? order > 0
         : need->op == NOTCH_EXPR_LE ? order <= 0
         : need->op == NOTCH_EXPR_LT ? order < 0
                                     : order == 0;
}

static bool ordinal_or_rational(notch_type type)
{
  return type.kind != NOTCH_TYPE_TEXT && type.kind != NOTCH_TYPE_MEMBER &&
         type.kind != NOTCH_TYPE_LIST && type.kind != NOTCH_TYPE_SET;
}

static void work_out(notch_need *need, notch_decider *decider, const notch_case *decision,
                     int64_t at_us)
{
  if (need->kind == NOTCH_NEED_ALL || need->kind == NOTCH_NEED_ANY) {
    bool all = need->kind == NOTCH_NEED_ALL;
    need->met = all;
    need->known = true;
    for (uint32_t i = 0; i < need->parts.count; i++) {
      notch_need *part = need->parts.items[i];
      work_out(part, decider, decision, at_us);
      need->met = all ? need->met && part->met : need->met || part->met;
      need->known = need->known && part->known;
    }
  } else if (need->kind == NOTCH_NEED_TRUE) {
    need->known = notch_evaluate(decider, decision, need->have_root, at_us, &need->have) ==
                      NOTCH_EVAL_OK &&
                  need->have.d != 0;
    need->met = need->known && need->have.n != 0;
  } else if (need->kind == NOTCH_NEED_VALUE) {
    need->known =
        notch_evaluate(decider, decision, need->have_root, at_us, &need->have) == NOTCH_EVAL_OK &&
        notch_evaluate(decider, decision, need->want_root, at_us, &need->want) == NOTCH_EVAL_OK &&
        need->have.d != 0 && need->want.d != 0 && ordinal_or_rational(need->type);
    need->met = need->known && compare(need);
  }
}

/* Whether the condition itself asks for what is to be paid. */
static bool is_asked_for(const notch_need *need, const notch_pay_use *use)
{
  for (uint32_t i = 0; i < need->parts.count; i++) {
    const notch_need *part = need->parts.items[i];
    if (part->balance_of == use->points + 1 && part->known && part->want.d == 1 &&
        part->want.n >= use->amount) {
      return true;
    }
  }
  return false;
}

static void add_payments(notch_parts *parts, notch_need *need, const notch_tier *tier,
                         const notch_case *decision, int64_t at_us)
{
  for (uint32_t i = 0; i < tier->pay_on_reach_count; i++) {
    const notch_pay_use *use = &tier->pay_on_reach[i];
    notch_points_view view;
    if (use->all || is_asked_for(need, use)) {
      continue; /* of all, whatever there is is enough */
    }
    notch_view_points(&view, decision->plan, decision->state, use->points, at_us);
    notch_need *pay = NOTCH_NEW(parts->arena, notch_need);
    pay->kind = NOTCH_NEED_PAY;
    pay->known = true;
    pay->op = NOTCH_EXPR_GE;
    pay->type = (notch_type){.kind = NOTCH_TYPE_POINTS, .of = use->points};
    pay->what = notch_title_of(&parts->program->points[use->points].decl);
    pay->have = NOTCH_VALUE(view.available);
    pay->want = NOTCH_VALUE(use->amount);
    pay->met = view.available >= use->amount;
    *notch_vec_push(&need->parts, parts->arena) = pay;
    need->met = need->met && pay->met;
  }
}

/* The programme with the operands as roots of their own, ready to run. */
static const notch_plan *plan_with(const notch_parts *parts)
{
  const notch_program *p = parts->program;
  notch_program *more = NOTCH_NEW(parts->arena, notch_program);
  uint32_t count = p->root_count + parts->roots.count;
  notch_root *roots = NOTCH_NEW_ARRAY(parts->arena, notch_root, count + 1);
  *more = *p;
  memcpy(roots, p->roots, p->root_count * sizeof *roots);
  memcpy(roots + p->root_count, parts->roots.items, parts->roots.count * sizeof *roots);
  more->roots = roots;
  more->root_count = count;
  const notch_code *code = notch_emit(more, parts->arena);
  return code == NULL ? NULL : notch_plan_make(more, code, parts->arena);
}

void notch_progress_make(notch_progress *out, notch_decider *decider, const notch_case *decision,
                         uint32_t ladder, uint32_t now, int64_t at_us, notch_arena *arena)
{
  const notch_program *program = decision->plan->program;
  const notch_ladder *of = &program->ladders[ladder];
  uint32_t next = now + 1;
  *out = (notch_progress){.ladder = ladder, .tier = NOTCH_NONE};
  while (next < of->tier_count && of->tiers[next].reach == NOTCH_NONE) {
    next++;
  }
  if (next >= of->tier_count) {
    return;
  }
  notch_parts parts = {.program = program, .arena = arena};
  notch_need *need = NOTCH_NEW(arena, notch_need);
  need->kind = NOTCH_NEED_ALL;
  flatten(&parts, need, program->roots[of->tiers[next].reach].expr, NOTCH_EXPR_AND, 0);
  notch_case with = *decision;
  with.plan = plan_with(&parts);
  if (with.plan == NULL) {
    return;
  }
  work_out(need, decider, &with, at_us);
  add_payments(&parts, need, &of->tiers[next], decision, at_us);
  out->tier = next;
  out->need = need;
}
