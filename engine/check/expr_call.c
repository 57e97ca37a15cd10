/* check/expr_call.c -- calls: the functions of the language, balances, and tables. */
#include <config.h>

#include "check/checker.h"

typedef struct call {
  notch_checker *c;
  const notch_env *env;
  const notch_tree_node *node;
  uint32_t count;
  const notch_tree_node *args[64];
} call;

static bool is_window(const notch_tree_node *node)
{
  return node->kind >= NOTCH_AST_WINDOW_LAST && node->kind <= NOTCH_AST_WINDOW_EVER;
}

static notch_expr *broken(const call *of)
{
  return notch_expr_error(of->c, of->node);
}

static bool takes(const call *of, uint32_t low, uint32_t high)
{
  if (of->count >= low && of->count <= high) return true;
  CHECK_REPORT(of->c, of->node, ARGUMENTS, of->node->text, (int)low, (int)of->count);
  return false;
}

static notch_expr *rational_arg(const call *of, uint32_t at)
{
  notch_expr *arg = notch_expr_value(of->c, of->env, of->args[at], NULL);
  if (notch_type_is_rational(arg->type)) return arg;
  CHECK_REPORT(of->c, of->args[at], NOT_A_NUMBER, notch_type_describe(of->c, arg->type));
  return notch_expr_error(of->c, of->args[at]);
}

static notch_expr *call_extreme(const call *of)
{
  bool is_min = notch_text_equal(of->node->text, NOTCH_TEXT("min"));
  if (!takes(of, 2, 64)) return broken(of);
  notch_expr *expr = NULL;
  for (uint32_t i = 0; i < of->count; i++) {
    notch_expr *arg = notch_expr_value(of->c, of->env, of->args[i], NULL);
    if (arg->type.kind == NOTCH_TYPE_ERROR) return arg;
    if (!expr) {
      if (!notch_type_is_ordered(arg->type)) {
        CHECK_REPORT(of->c, of->args[i], NOT_ORDERED, notch_type_describe(of->c, arg->type));
        return broken(of);
      }
      expr = notch_expr_new(of->c, is_min ? NOTCH_EXPR_MIN : NOTCH_EXPR_MAX, arg->type, of->node,
                            of->count);
      expr->range = arg->range;
      expr->whole = true;
    } else if (!notch_type_same(arg->type, expr->type)) {
      CHECK_REPORT(of->c, of->args[i], UNITS_DIFFER, notch_type_describe(of->c, expr->type),
                   notch_type_describe(of->c, arg->type));
      return broken(of);
    }
    expr->args[i] = arg;
    expr->whole &= arg->whole;
    notch_range *range = &expr->range, meet = notch_range_meet(*range, arg->range);
    notch_range hull = notch_range_hull(*range, arg->range);
    if (is_min) { /* the least low end, the least high end */
      range->has_low = hull.has_low;
      range->low = hull.low;
      range->has_high = meet.has_high;
      range->high = meet.high;
    } else {
      range->has_low = meet.has_low;
      range->low = meet.low;
      range->has_high = hull.has_high;
      range->high = hull.high;
    }
  }
  return expr;
}

static notch_expr *call_round(const call *of)
{
  bool is_floor = notch_text_equal(of->node->text, NOTCH_TEXT("floor"));
  if (!takes(of, 1, 1)) return broken(of);
  notch_expr *arg = rational_arg(of, 0);
  if (arg->type.kind == NOTCH_TYPE_ERROR) return arg;
  notch_rounding_mode mode = NOTCH_ROUND_DOWN;
  if (!is_floor) {
    if (of->node->detail == NOTCH_AST_ROUND_NONE) {
      CHECK_REPORT(of->c, of->node, ROUND_MODE);
      return broken(of);
    }
    mode = (notch_rounding_mode)(of->node->detail - 1);
  } else if (of->node->detail != NOTCH_AST_ROUND_NONE) {
    CHECK_REPORT(of->c, of->node, ROUND_MODE);
  }
  int64_t scale = notch_type_scale(of->c, arg->type);
  notch_expr *expr = notch_expr_new(of->c, is_floor ? NOTCH_EXPR_FLOOR : NOTCH_EXPR_ROUND,
                                    arg->type, of->node, 1);
  expr->args[0] = arg;
  expr->b = mode;
  expr->value = NOTCH_VALUE(scale);
  expr->whole = true;
  expr->range = notch_range_round(arg->range, scale, mode);
  if (is_floor && !notch_range_not_negative(arg->range)) expr->range.has_low = false;
  return expr;
}

static notch_expr *call_remainder(const call *of)
{
  if (!takes(of, 2, 2)) return broken(of);
  notch_expr *left = rational_arg(of, 0), *right = rational_arg(of, 1);
  if (left->type.kind == NOTCH_TYPE_ERROR || right->type.kind == NOTCH_TYPE_ERROR)
    return broken(of);
  if (!notch_type_same(left->type, right->type)) {
    CHECK_REPORT(of->c, of->node, UNITS_DIFFER, notch_type_describe(of->c, left->type),
                 notch_type_describe(of->c, right->type));
    return broken(of);
  }
  notch_expr *expr = notch_expr_new(of->c, NOTCH_EXPR_REMAINDER, left->type, of->node, 2);
  expr->args[0] = left;
  expr->args[1] = right;
  expr->whole = left->whole && right->whole;
  if (right->range.has_low && right->range.low.num > 0) {
    expr->range = notch_range_at_least(0);
    expr->range.has_high = right->range.has_high;
    expr->range.high = right->range.high;
  } else if (right->op == NOTCH_EXPR_CONST && right->value.n == 0) {
    CHECK_REPORT(of->c, of->args[1], DIVIDED_BY_ZERO);
  }
  return expr;
}

static notch_symbol *named(const call *of, uint32_t at, notch_symbol_kind kind)
{
  const notch_tree_node *node = of->args[at];
  if (node->kind != NOTCH_AST_PATH || node->detail != NOTCH_ROOT_NAME) {
    CHECK_REPORT(of->c, node, WRONG_KIND,
                 notch_source_slice(notch_check_source(of->c, node), node->span), "an expression",
                 notch_symbol_words(kind));
    return NULL;
  }
  return notch_scope_need(of->c, of->env->names, node, kind);
}

static notch_expr *call_convert(const call *of)
{
  if (!takes(of, 2, 2)) return broken(of);
  notch_expr *arg = rational_arg(of, 0);
  notch_symbol *to = named(of, 1, NOTCH_SYMBOL_CURRENCY);
  if (!to || arg->type.kind == NOTCH_TYPE_ERROR) return broken(of);
  if (arg->type.kind != NOTCH_TYPE_MONEY) {
    CHECK_REPORT(of->c, of->args[0], WRONG_UNIT_HERE, "money",
                 notch_type_describe(of->c, arg->type));
    return broken(of);
  }
  if (arg->type.of == to->index) return arg;
  notch_expr *expr = notch_expr_new(of->c, NOTCH_EXPR_CONVERT,
                                    notch_type_make(NOTCH_TYPE_MONEY, to->index), of->node, 1);
  expr->args[0] = arg;
  expr->a = arg->type.of;
  expr->b = to->index;
  if (notch_range_not_negative(arg->range)) expr->range = notch_range_at_least(0);
  return expr;
}

static uint32_t draw_place(const call *of)
{
  uint32_t place = 1;
  notch_draw_place **at = of->env->draws;
  for (; *at; at = &(*at)->next, place++)
    if ((*at)->node == of->node) return place;
  *at = NOTCH_NEW(of->c->scratch, notch_draw_place);
  (*at)->node = of->node;
  return place;
}

static notch_expr *call_draw(const call *of)
{
  if (!takes(of, 1, 1)) return broken(of);
  notch_expr *arg = rational_arg(of, 0);
  if (arg->type.kind == NOTCH_TYPE_ERROR) return arg;
  if (!of->env->draws) {
    CHECK_REPORT(of->c, of->node, NO_DRAW_HERE, of->env->no_draws);
    return broken(of);
  }
  if (!of->c->program->has_draws) {
    CHECK_REPORT(of->c, of->node, NO_SEED_PROMISED);
    return broken(of);
  }
  if (arg->type.kind != NOTCH_TYPE_NUMBER || arg->op != NOTCH_EXPR_CONST || arg->value.d != 1 ||
      arg->value.n < 1) {
    CHECK_REPORT(of->c, of->args[0], DRAW_SIDES);
    return broken(of);
  }
  notch_expr *expr = notch_expr_new(of->c, NOTCH_EXPR_DRAW, notch_type_make(NOTCH_TYPE_NUMBER, 0),
                                    of->node, 1);
  expr->args[0] = arg;
  expr->a = of->env->rule;
  expr->b = draw_place(of);
  expr->whole = true;
  expr->range = notch_range_of(NOTCH_INTEGER(1), notch_value_rational(arg->value));
  return expr;
}

static notch_expr *call_balance(const call *of, notch_expr_op op)
{
  if (!takes(of, 1, 1)) return broken(of);
  notch_symbol *points = named(of, 0, NOTCH_SYMBOL_POINTS);
  if (!points) return broken(of);
  const notch_env *env = of->env;
  const char *reason = env->only_input;
  if (env->constant) {
    CHECK_REPORT(of->c, of->node, NOT_CONSTANT);
    return broken(of);
  }
  if (env->tier_only) {
    CHECK_REPORT(of->c, of->node, MEMBER_ONLY, of->node->text);
    return broken(of);
  }
  if (reason) {
    CHECK_REPORT(of->c, of->node, INPUT_ONLY, reason, of->node->text);
    return broken(of);
  }
  uint32_t window = NOTCH_NONE;
  if (op == NOTCH_EXPR_EARNED) {
    window = notch_window_read(of->c, env, of->node);
    if (window == NOTCH_NONE && !env->earned_now) {
      CHECK_REPORT(of->c, of->node, EARNED_WINDOW, points->name, points->name);
      return broken(of);
    }
  }
  notch_range range = notch_range_at_least(0);
  bool below = op == NOTCH_EXPR_BALANCE &&
               of->c->program->points[points->index].shortfall == NOTCH_SHORTFALL_NEGATIVE;
  if (below || (op == NOTCH_EXPR_EARNED && window != NOTCH_NONE)) range = notch_range_all();
  notch_expr *expr = notch_expr_leaf(of->c, env, op,
                                     notch_type_make(NOTCH_TYPE_POINTS, points->index), of->node,
                                     points->index, 0, window, range);
  expr->whole = true;
  return expr;
}

static void note_call(notch_checker *c, const notch_expr *expr)
{
  if (!c->table_calls)
    c->table_calls = NOTCH_NEW_ARRAY(c->scratch, struct notch_call_ranges,
                                     c->program->table_count);
  struct notch_call_ranges *calls = &c->table_calls[expr->a];
  if (!calls->columns) {
    calls->columns = NOTCH_NEW_ARRAY(c->scratch, notch_range, expr->arg_count);
    calls->whole = true;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    const notch_expr *arg = expr->args[i];
    calls->whole &= !notch_type_is_rational(arg->type) || arg->whole;
    calls->columns[i] = calls->calls ? notch_range_hull(calls->columns[i], arg->range)
                                     : arg->range;
  }
  calls->calls++;
}

static notch_expr *call_table(const call *of, notch_symbol *symbol)
{
  const notch_table *table = notch_table_need(of->c, symbol->index);
  symbol->used = true;
  if (!table) {
    CHECK_REPORT(of->c, of->node, CYCLE_OF_NAMES, symbol->name);
    return broken(of);
  }
  if (table->type.kind == NOTCH_TYPE_ERROR) return broken(of);
  if (of->count != table->column_count) {
    CHECK_REPORT(of->c, of->node, ARGUMENTS, of->node->text, (int)table->column_count,
                 (int)of->count);
    return broken(of);
  }
  notch_expr *expr = notch_expr_new(of->c, NOTCH_EXPR_TABLE, table->type, of->node, of->count);
  expr->a = symbol->index;
  for (uint32_t i = 0; i < of->count; i++) {
    notch_expr *arg = notch_expr_value(of->c, of->env, of->args[i], &table->columns[i]);
    expr->args[i] = notch_expr_want(of->c, arg, table->columns[i], of->args[i], "this column");
  }
  note_call(of->c, expr);
  expr->whole = true;
  for (uint32_t row = 0; row < table->row_count; row++) {
    expr->whole &= table->results[row]->whole;
    expr->range = row ? notch_range_hull(expr->range, table->results[row]->range)
                      : table->results[row]->range;
  }
  return expr;
}

static const struct {
  const char *word;
  notch_expr_op op;
} balances[] = {
    {"balance", NOTCH_EXPR_BALANCE}, {"maturing", NOTCH_EXPR_MATURING}, {"held", NOTCH_EXPR_HELD},
    {"debt", NOTCH_EXPR_DEBT},       {"earned", NOTCH_EXPR_EARNED},
};

static const struct {
  const char *word;
  notch_expr *(*check)(const call *of);
} functions[] = {
    {"min", call_extreme},   {"max", call_extreme},         {"floor", call_round},
    {"round", call_round},   {"remainder", call_remainder}, {"convert", call_convert},
    {"draw", call_draw},
};

static notch_expr *unknown(const call *of)
{
  notch_nearest nearest = {.wanted = of->node->text};
  for (size_t i = 0; i < sizeof balances / sizeof balances[0]; i++)
    notch_nearest_try(&nearest, notch_text_of(balances[i].word));
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    notch_nearest_try(&nearest, notch_text_of(functions[i].word));
  const notch_items *tables = &of->c->items[NOTCH_SYMBOL_TABLE];
  for (uint32_t i = 0; i < tables->count; i++)
    notch_nearest_try(&nearest, tables->items[i].node->text);
  CHECK_REPORT(of->c, of->node, UNKNOWN_FUNCTION, of->node->text,
               notch_check_meant(of->c, nearest.best));
  return broken(of);
}

notch_expr *notch_expr_call(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  call of = {.c = c, .env = env, .node = node};
  const notch_tree_node *window = NULL;
  for (const notch_tree_node *arg = node->first; arg; arg = arg->next) {
    if (is_window(arg)) {
      window = arg;
    } else if (of.count < sizeof of.args / sizeof of.args[0]) {
      of.args[of.count++] = arg;
    } else {
      CHECK_REPORT(c, node, ARGUMENTS, node->text, 64, (int)node->count);
      return broken(&of);
    }
  }
  if (window && !notch_text_equal(node->text, NOTCH_TEXT("earned")))
    CHECK_REPORT(c, window, WINDOW_ON_MEASURES, node->text);
  notch_symbol *table = notch_names_find(env->names, node->text);
  if (table && table->kind == NOTCH_SYMBOL_TABLE) return call_table(&of, table);
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (notch_text_equal(node->text, notch_text_of(functions[i].word)))
      return functions[i].check(&of);
  for (size_t i = 0; i < sizeof balances / sizeof balances[0]; i++)
    if (notch_text_equal(node->text, notch_text_of(balances[i].word)))
      return call_balance(&of, balances[i].op);
  if (table && table->kind == NOTCH_SYMBOL_BROKEN) return broken(&of);
  return unknown(&of);
}
