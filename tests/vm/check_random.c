/*
 * check_random.c -- random expressions, run and compared with a walk over the same tree.
 *
 * The walk below is the plain meaning of expr.def, without jumps, slots or folding.
 */
#include <config.h>

#include "check_vm.h"

#include <stdlib.h>

enum { TREES = 4000, SHARED = 4, ITEMS_MAX = 3 };

static fixture f;
static uint32_t random_state;
static notch_expr *shared[SHARED][2]; /* numbers, flags */

static uint32_t pick(uint32_t below)
{
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % below;
}

static notch_expr *random_flag(unsigned depth, bool in_loop);

static notch_expr *random_leaf(bool in_loop)
{
  switch (pick(in_loop ? 5 : 3)) {
  case 0: return x_number(&f, (int64_t)pick(7) - 3);
  case 1: return x_field(&f, F_COUNT);
  case 2: return x_field(&f, F_AMOUNT);
  default: return x_item(&f, I_QUANTITY);
  }
}

static notch_expr *random_number(unsigned depth, bool in_loop)
{
  static const notch_expr_op binary[] = {NOTCH_EXPR_ADD, NOTCH_EXPR_SUB, NOTCH_EXPR_MUL,
                                         NOTCH_EXPR_DIV, NOTCH_EXPR_MIN, NOTCH_EXPR_MAX};
  static const notch_expr_op loops[] = {NOTCH_EXPR_SUM_OVER, NOTCH_EXPR_COUNT_OVER,
                                        NOTCH_EXPR_DISTINCT_OVER, NOTCH_EXPR_LARGEST_OVER,
                                        NOTCH_EXPR_SMALLEST_OVER};
  if (depth == 0)
    return random_leaf(in_loop);
  switch (pick(8)) {
  case 0: return random_leaf(in_loop);
  case 1: return x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_NUMBER, random_flag(depth - 1, in_loop),
                         random_number(depth - 1, in_loop), random_number(depth - 1, in_loop));
  case 2: {
    notch_expr *value = random_number(depth - 1, true);
    notch_expr *where = pick(2) == 0 ? NULL : random_flag(depth - 1, true);
    return x_over(&f, loops[pick(5)], NOTCH_TYPE_NUMBER, value, where);
  }
  case 3: return x_one(&f, NOTCH_EXPR_LET, NOTCH_TYPE_NUMBER, shared[pick(SHARED)][0]);
  case 4: return x_one(&f, NOTCH_EXPR_NEG, NOTCH_TYPE_NUMBER, random_number(depth - 1, in_loop));
  default: return x_two(&f, binary[pick(6)], NOTCH_TYPE_NUMBER,
                        random_number(depth - 1, in_loop), random_number(depth - 1, in_loop));
  }
}

static notch_expr *random_flag(unsigned depth, bool in_loop)
{
  unsigned below = depth == 0 ? 0 : depth - 1;
  uint32_t kind = depth == 0 ? 6 + pick(2) : pick(9);
  if (kind == 0 || kind == 1)
    return x_two(&f, kind == 0 ? NOTCH_EXPR_AND : NOTCH_EXPR_OR, NOTCH_TYPE_FLAG,
                 random_flag(below, in_loop), random_flag(below, in_loop));
  if (kind == 2)
    return x_one(&f, NOTCH_EXPR_NOT, NOTCH_TYPE_FLAG, random_flag(below, in_loop));
  if (kind == 3)
    return x_one(&f, NOTCH_EXPR_LET, NOTCH_TYPE_FLAG, shared[pick(SHARED)][1]);
  if (kind == 4)
    return x_over(&f, NOTCH_EXPR_ANY_OVER, NOTCH_TYPE_FLAG, random_flag(below, true),
                  pick(2) == 0 ? NULL : random_flag(below, true));
  if (kind == 5)
    return x_three(&f, NOTCH_EXPR_IF, NOTCH_TYPE_FLAG, random_flag(below, in_loop),
                   random_flag(below, in_loop), random_flag(below, in_loop));
  if (kind == 6)
    return x_const(&f, NOTCH_TYPE_FLAG, pick(2));
  if (kind == 7)
    return x_two(&f, NOTCH_EXPR_EQ + pick(6), NOTCH_TYPE_FLAG, random_number(below, in_loop),
                 random_number(below, in_loop));
  return x_three(&f, pick(2) == 0 ? NOTCH_EXPR_IN : NOTCH_EXPR_BETWEEN, NOTCH_TYPE_FLAG,
                 random_number(below, in_loop), random_number(below, in_loop),
                 random_number(below, in_loop));
}

/* The walk. */

typedef struct walk {
  const notch_value *item;
  notch_eval status; /* the first failure */
} walk;

static notch_value value_of(walk *w, const notch_expr *expr);

static bool holds(walk *w, const notch_expr *expr)
{
  return value_of(w, expr).n != 0;
}

static notch_value calculate(walk *w, notch_expr_op op, notch_value a, notch_value b)
{
  notch_rational left = notch_value_rational(a), right = notch_value_rational(b), out = {0, 1};
  int order = notch_rational_compare(left, right);
  bool fits = true;
  switch ((int)op) {
  case NOTCH_EXPR_ADD: fits = notch_rational_add(&out, left, right); break;
  case NOTCH_EXPR_SUB: fits = notch_rational_sub(&out, left, right); break;
  case NOTCH_EXPR_MUL: fits = notch_rational_mul(&out, left, right); break;
  case NOTCH_EXPR_DIV:
    if (right.num == 0)
      w->status = NOTCH_EVAL_DIVISION_BY_ZERO;
    else
      fits = notch_rational_div(&out, left, right);
    break;
  case NOTCH_EXPR_MIN: return order <= 0 ? a : b;
  case NOTCH_EXPR_MAX: return order >= 0 ? a : b;
  case NOTCH_EXPR_EQ: return NOTCH_VALUE(order == 0);
  case NOTCH_EXPR_NE: return NOTCH_VALUE(order != 0);
  case NOTCH_EXPR_LT: return NOTCH_VALUE(order < 0);
  case NOTCH_EXPR_LE: return NOTCH_VALUE(order <= 0);
  case NOTCH_EXPR_GT: return NOTCH_VALUE(order > 0);
  case NOTCH_EXPR_GE: return NOTCH_VALUE(order >= 0);
  default: ck_abort();
  }
  if (!fits)
    w->status = NOTCH_EVAL_OVERFLOW;
  return notch_value_of(out);
}

static notch_value over(walk *w, const notch_expr *expr)
{
  const notch_list *list = notch_value_list(f.fields[F_ITEMS]);
  const notch_value *outer = w->item;
  notch_value sum = NOTCH_VALUE(0), best = NOTCH_MISSING, seen[ITEMS_MAX];
  uint32_t passed = 0, different = 0;
  bool any = false;
  for (uint32_t i = 0; i < list->count && !any && w->status == NOTCH_EVAL_OK; i++) {
    w->item = list->values + i * I_FIELDS;
    if (expr->args[1] != NULL && !holds(w, expr->args[1]))
      continue;
    passed++;
    if (w->status != NOTCH_EVAL_OK || expr->op == NOTCH_EXPR_COUNT_OVER)
      continue;
    notch_value value = value_of(w, expr->args[0]);
    if (w->status != NOTCH_EVAL_OK)
      break;
    bool fresh = true;
    for (uint32_t k = 0; k < different; k++)
      fresh = fresh && (seen[k].n != value.n || seen[k].d != value.d);
    if (fresh)
      seen[different++] = value;
    any = expr->op == NOTCH_EXPR_ANY_OVER && value.n != 0;
    if (expr->op == NOTCH_EXPR_SUM_OVER)
      sum = calculate(w, NOTCH_EXPR_ADD, sum, value);
    if (best.d == 0)
      best = value;
    best = calculate(w, expr->op == NOTCH_EXPR_LARGEST_OVER ? NOTCH_EXPR_MAX : NOTCH_EXPR_MIN,
                     best, value);
  }
  w->item = outer;
  switch ((int)expr->op) {
  case NOTCH_EXPR_SUM_OVER: return sum;
  case NOTCH_EXPR_COUNT_OVER: return NOTCH_VALUE(passed);
  case NOTCH_EXPR_DISTINCT_OVER: return NOTCH_VALUE(different);
  case NOTCH_EXPR_ANY_OVER: return NOTCH_VALUE(any);
  }
  return best.d == 0 ? NOTCH_VALUE(0) : best;
}

static bool in_or_between(walk *w, const notch_expr *expr)
{
  bool between = expr->op == NOTCH_EXPR_BETWEEN;
  notch_value value = value_of(w, expr->args[0]);
  for (uint32_t i = 1; i < 3 && w->status == NOTCH_EVAL_OK; i++) {
    notch_value other = value_of(w, expr->args[i]);
    if (w->status != NOTCH_EVAL_OK)
      break;
    notch_expr_op op = !between ? NOTCH_EXPR_EQ : i == 1 ? NOTCH_EXPR_GE : NOTCH_EXPR_LE;
    if ((calculate(w, op, value, other).n != 0) != between)
      return !between;
  }
  return between;
}

static notch_value value_of(walk *w, const notch_expr *expr)
{
  if (w->status != NOTCH_EVAL_OK)
    return NOTCH_VALUE(0);
  switch ((int)expr->op) {
  case NOTCH_EXPR_CONST: return expr->value;
  case NOTCH_EXPR_FIELD: return f.fields[expr->a];
  case NOTCH_EXPR_ITEM: return w->item[expr->a];
  case NOTCH_EXPR_LET: return value_of(w, expr->args[0]);
  case NOTCH_EXPR_NEG: return calculate(w, NOTCH_EXPR_SUB, NOTCH_VALUE(0),
                                        value_of(w, expr->args[0]));
  case NOTCH_EXPR_NOT: return NOTCH_VALUE(!holds(w, expr->args[0]));
  case NOTCH_EXPR_AND:
    return NOTCH_VALUE(holds(w, expr->args[0]) && holds(w, expr->args[1]));
  case NOTCH_EXPR_OR: return NOTCH_VALUE(holds(w, expr->args[0]) || holds(w, expr->args[1]));
  case NOTCH_EXPR_IF: return value_of(w, expr->args[holds(w, expr->args[0]) ? 1 : 2]);
  case NOTCH_EXPR_IN:
  case NOTCH_EXPR_BETWEEN: return NOTCH_VALUE(in_or_between(w, expr));
  case NOTCH_EXPR_SUM_OVER:
  case NOTCH_EXPR_COUNT_OVER:
  case NOTCH_EXPR_DISTINCT_OVER:
  case NOTCH_EXPR_LARGEST_OVER:
  case NOTCH_EXPR_SMALLEST_OVER:
  case NOTCH_EXPR_ANY_OVER: return over(w, expr);
  }
  notch_value a = value_of(w, expr->args[0]), b = value_of(w, expr->args[1]);
  return w->status == NOTCH_EVAL_OK ? calculate(w, expr->op, a, b) : NOTCH_VALUE(0);
}

static void random_event(void)
{
  fixture_item items[ITEMS_MAX];
  uint32_t count = pick(ITEMS_MAX + 1);
  for (uint32_t i = 0; i < count; i++)
    items[i] = (fixture_item){"s", "c", 0, (int64_t)pick(5) - 1};
  fixture_items(&f, items, count);
  f.fields[F_COUNT] = NOTCH_VALUE((int64_t)pick(5) - 2);
  f.fields[F_AMOUNT] = NOTCH_VALUE(pick(4));
}

static unsigned at_hand[NOTCH_SHAPE_COMPARE + 1]; /* by shape: how often seen */

/* Failures agree too; where nothing says which of two failures comes first, both fail. */
static void check_tree(const notch_expr *expr)
{
  notch_value value;
  f.program->root_count = 0;
  fixture_root(&f, expr);
  fixture_compile(&f);
  for (int i = 0; i < 4; i++) {
    random_event();
    walk w = {.status = NOTCH_EVAL_OK};
    notch_value expected = value_of(&w, expr);
    notch_eval status = notch_vm_eval(f.vm, 0, &f.context, &value);
    ck_assert_int_eq(status == NOTCH_EVAL_OK, w.status == NOTCH_EVAL_OK);
    notch_value brief;
    if (notch_code_at_hand(&f.code->procedures[0], f.context.fields, &brief)) {
      ck_assert_int_eq(status, NOTCH_EVAL_OK);
      ck_assert_int_eq(brief.n, value.n);
      ck_assert_int_eq(brief.d, value.d);
      at_hand[f.code->procedures[0].shape]++;
    }
    if (status != NOTCH_EVAL_OK)
      continue;
    ck_assert_int_eq(value.n, expected.n);
    ck_assert_int_eq(value.d, expected.d);
  }
}

START_TEST(random_expressions)
{
  for (uint32_t tree = 0; tree < TREES; tree++) {
    random_state = tree;
    fixture_begin(&f);
    for (unsigned i = 0; i < SHARED; i++) { /* each may use those before it */
      for (unsigned k = i; k < SHARED; k++) {
        shared[k][0] = i == 0 ? x_field(&f, F_COUNT) : shared[i - 1][0];
        shared[k][1] = i == 0 ? x_field(&f, F_VIP) : shared[i - 1][1];
      }
      notch_expr *number = random_number(2, false), *flag = random_flag(2, false);
      shared[i][0] = number;
      shared[i][1] = flag;
    }
    uint32_t depth = tree % 4 == 0 ? 1 : 5; /* small ones are at hand more often */
    check_tree(pick(2) == 0 ? random_number(depth, false) : random_flag(depth, false));
    fixture_end(&f);
  }
  for (unsigned shape = NOTCH_SHAPE_CONSTANT; shape <= NOTCH_SHAPE_COMPARE; shape++)
    ck_assert_msg(at_hand[shape] > 0, "shape %u was never seen", shape);
}
END_TEST

TCase *notch_check_random(void)
{
  TCase *tcase = tcase_create("random");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, random_expressions);
  return tcase;
}
