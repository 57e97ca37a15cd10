/* check/solve.c -- the search: conditions are taken apart into domains of what they read. */
#include <config.h>

#include "check/solve.h"

#define STEPS_MAX 4000
#define VARS_MAX 24
#define GOALS_MAX 128
#define HOLES_MAX 12

typedef struct domain { /* of one thing that is read */
  const notch_expr *expr;
  notch_range range;
  bool open_low, open_high; /* the end itself does not belong */
  bool whole;
  bool exact; /* free to be chosen: nothing else decides it */
  int present; /* -1: not asked, else 0 or 1 */
  notch_text text; /* a text's value; bytes NULL: any */
  uint32_t hole_count;
  notch_value holes[HOLES_MAX]; /* values it does not have */
} domain;

typedef struct order { /* left >= right, or left > right */
  const notch_expr *left, *right;
  bool strict;
} order;

typedef struct notch_solver_state {
  struct notch_solver_state *next; /* while it is not in use */
  uint32_t var_count, goal_count, order_count;
  domain vars[VARS_MAX];
  notch_goal goals[GOALS_MAX];
  order orders[VARS_MAX];
  bool inexact;
} state;

static state *borrow(notch_checker *c, const state *from)
{
  state *s = c->solver_states;
  if (s)
    c->solver_states = s->next;
  else
    s = NOTCH_NEW(c->scratch, state);
  if (from)
    *s = *from;
  else
    s->var_count = s->goal_count = s->order_count = s->inexact = 0;
  return s;
}

static void give_back(notch_checker *c, state *s)
{
  s->next = c->solver_states;
  c->solver_states = s;
}

typedef struct search {
  notch_checker *c;
  uint32_t steps;
  bool maybe;
  bool figures; /* are free as well */
  notch_text *witness;
} search;

static const notch_expr *inside(const notch_expr *expr)
{
  while (expr->op == NOTCH_EXPR_LET) expr = expr->args[0];
  return expr;
}

static bool is_free(notch_expr_op op)
{
  switch (op) {
  case NOTCH_EXPR_FIELD:
  case NOTCH_EXPR_MEMBER_FIELD:
  case NOTCH_EXPR_TIER:
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_NOW:
  case NOTCH_EXPR_BAND:
  case NOTCH_EXPR_ORDER:
    return true;
  default:
    return false;
  }
}

static bool is_figure(notch_expr_op op)
{
  return op == NOTCH_EXPR_MEASURE || op == NOTCH_EXPR_EARNED;
}

static bool is_tag(const notch_expr *expr)
{
  return expr->op == NOTCH_EXPR_CONTAINS && expr->args[0]->op == NOTCH_EXPR_TAGS &&
         expr->args[1]->op == NOTCH_EXPR_CONST;
}

static domain *domain_of(state *s, const notch_expr *expr)
{
  for (uint32_t i = 0; i < s->var_count; i++)
    if (notch_expr_equal(s->vars[i].expr, expr)) return &s->vars[i];
  if (s->var_count == VARS_MAX) return NULL;
  domain *var = &s->vars[s->var_count++];
  *var = (domain){.expr = expr, .range = expr->range, .present = -1};
  bool rational = notch_type_is_rational(expr->type);
  var->whole = rational ? expr->whole : true;
  var->exact = is_free(expr->op) || is_tag(expr);
  return var;
}

static bool is_hole(const domain *var, notch_rational value)
{
  for (uint32_t i = 0; i < var->hole_count; i++)
    if (notch_rational_compare(notch_value_rational(var->holes[i]), value) == 0) return true;
  return false;
}

static int64_t ceiling(notch_rational value)
{
  return value.den == 1 ? value.num : notch_rational_floor(value) + 1;
}

/* Whole domains have closed, whole ends that are no holes.  False: nothing is left. */
static bool settle(domain *var)
{
  notch_range *range = &var->range;
  if (var->whole) {
    if (range->has_low) {
      int64_t low = ceiling(range->low);
      if (var->open_low && range->low.den == 1) low++;
      while (is_hole(var, NOTCH_INTEGER(low))) low++;
      range->low = NOTCH_INTEGER(low);
    }
    if (range->has_high) {
      int64_t high = notch_rational_floor(range->high);
      if (var->open_high && range->high.den == 1) high--;
      while (is_hole(var, NOTCH_INTEGER(high))) high--;
      range->high = NOTCH_INTEGER(high);
    }
    var->open_low = var->open_high = false;
  }
  if (!notch_range_bounded(*range)) return true;
  int compared = notch_rational_compare(range->low, range->high);
  if (compared != 0) return compared < 0;
  return !var->open_low && !var->open_high && !is_hole(var, range->low);
}

static bool raise_low(domain *var, notch_rational low, bool open)
{
  int compared = var->range.has_low ? notch_rational_compare(low, var->range.low) : 1;
  if (compared > 0) {
    var->range.has_low = true;
    var->range.low = low;
    var->open_low = open;
  } else if (compared == 0) {
    var->open_low |= open;
  }
  return settle(var);
}

static bool lower_high(domain *var, notch_rational high, bool open)
{
  int compared = var->range.has_high ? notch_rational_compare(high, var->range.high) : -1;
  if (compared < 0) {
    var->range.has_high = true;
    var->range.high = high;
    var->open_high = open;
  } else if (compared == 0) {
    var->open_high |= open;
  }
  return settle(var);
}

static bool text_is(domain *var, notch_text text, bool truth)
{
  if (truth) {
    for (uint32_t i = 0; i < var->hole_count; i++)
      if (notch_text_equal(notch_value_text(var->holes[i]), text)) return false;
    if (var->text.bytes && !notch_text_equal(var->text, text)) return false;
    var->text = text;
    return true;
  }
  return !var->text.bytes || !notch_text_equal(var->text, text);
}

static bool punch(state *s, domain *var, notch_value value)
{
  if (var->hole_count == HOLES_MAX)
    s->inexact = true;
  else
    var->holes[var->hole_count++] = value;
  return true;
}

static bool against_constant(state *s, notch_expr_op op, const notch_expr *left,
                             notch_value constant)
{
  domain *var = domain_of(s, left);
  if (!var) {
    s->inexact = true;
    return true;
  }
  if (left->type.kind == NOTCH_TYPE_TEXT || left->type.kind == NOTCH_TYPE_MEMBER) {
    notch_text text = notch_value_text(constant);
    if (op == NOTCH_EXPR_EQ) return text_is(var, text, true);
    return text_is(var, text, false) && punch(s, var, constant);
  }
  notch_rational value = notch_value_rational(constant);
  switch (op) {
  case NOTCH_EXPR_EQ:
    if (is_hole(var, value)) return false;
    return raise_low(var, value, false) && lower_high(var, value, false);
  case NOTCH_EXPR_NE: return punch(s, var, constant) && settle(var);
  case NOTCH_EXPR_LT: return lower_high(var, value, true);
  case NOTCH_EXPR_LE: return lower_high(var, value, false);
  case NOTCH_EXPR_GT: return raise_low(var, value, true);
  default: return raise_low(var, value, false);
  }
}

/* left >= right (or >): clashes with right > left, and with ranges apart. */
static bool add_order(state *s, const notch_expr *left, const notch_expr *right, bool strict)
{
  s->inexact = true;
  domain *high = domain_of(s, left), *low = domain_of(s, right);
  if (!high || !low) return true;
  for (uint32_t i = 0; i < s->order_count; i++) {
    const order *known = &s->orders[i];
    if (notch_expr_equal(known->left, right) && notch_expr_equal(known->right, left) &&
        (known->strict || strict))
      return false;
  }
  if (s->order_count < VARS_MAX) s->orders[s->order_count++] = (order){left, right, strict};
  if (low->range.has_low && !raise_low(high, low->range.low, strict || low->open_low))
    return false;
  return !high->range.has_high || lower_high(low, high->range.high, strict || high->open_high);
}

static notch_expr_op turned(notch_expr_op op)
{
  switch (op) {
  case NOTCH_EXPR_LT: return NOTCH_EXPR_GT;
  case NOTCH_EXPR_LE: return NOTCH_EXPR_GE;
  case NOTCH_EXPR_GT: return NOTCH_EXPR_LT;
  case NOTCH_EXPR_GE: return NOTCH_EXPR_LE;
  default: return op;
  }
}

static bool compare(state *s, notch_expr_op op, const notch_expr *left, const notch_expr *right)
{
  left = inside(left);
  right = inside(right);
  if (right->op == NOTCH_EXPR_CONST) {
    if (left->op != NOTCH_EXPR_CONST) return against_constant(s, op, left, right->value);
    if (left->type.kind == NOTCH_TYPE_TEXT)
      return notch_text_equal(notch_value_text(left->value), notch_value_text(right->value)) ==
             (op == NOTCH_EXPR_EQ);
    return notch_range_compare(op, left->range, right->range).low.num == 1;
  }
  if (left->op == NOTCH_EXPR_CONST) return against_constant(s, turned(op), right, left->value);
  switch (op) {
  case NOTCH_EXPR_GT: return add_order(s, left, right, true);
  case NOTCH_EXPR_GE: return add_order(s, left, right, false);
  case NOTCH_EXPR_LT: return add_order(s, right, left, true);
  case NOTCH_EXPR_LE: return add_order(s, right, left, false);
  case NOTCH_EXPR_EQ:
    if (!notch_type_is_ordered(left->type)) break;
    return add_order(s, left, right, false) && add_order(s, right, left, false);
  default: break;
  }
  s->inexact = true;
  return true;
}

static bool known(state *s, const notch_expr *expr, bool truth)
{
  domain *var = domain_of(s, inside(expr));
  if (!var) {
    s->inexact = true;
    return true;
  }
  if (var->present >= 0 && var->present != truth) return false;
  var->present = truth;
  return true;
}

static bool flag(state *s, const notch_expr *expr, bool truth)
{
  domain *var = domain_of(s, expr);
  if (!var) {
    s->inexact = true;
    return true;
  }
  return raise_low(var, NOTCH_INTEGER(truth), false) &&
         lower_high(var, NOTCH_INTEGER(truth), false);
}

static notch_solved run(search *to, state *s);

static bool push(search *to, state *s, const notch_expr *expr, bool truth)
{
  if (s->goal_count == GOALS_MAX) {
    to->maybe = true;
    return false;
  }
  s->goals[s->goal_count++] = (notch_goal){expr, truth};
  return true;
}

/* One way or the other: each in a copy of what is known. */
static notch_solved branch(search *to, const state *s, const notch_goal *ways, uint32_t count,
                           uint32_t of_each)
{
  notch_solved best = NOTCH_SOLVED_NO;
  for (uint32_t i = 0; i < count && best != NOTCH_SOLVED_YES; i++) {
    state *copy = borrow(to->c, s);
    bool pushed = true;
    for (uint32_t k = 0; k < of_each; k++)
      pushed &= push(to, copy, ways[i * of_each + k].expr, ways[i * of_each + k].truth);
    notch_solved one = pushed ? run(to, copy) : NOTCH_SOLVED_MAYBE;
    give_back(to->c, copy);
    if (one != NOTCH_SOLVED_NO) best = one;
  }
  return best;
}

static notch_solved branch_in(search *to, const state *s, const notch_expr *expr)
{
  notch_solved best = NOTCH_SOLVED_NO;
  for (uint32_t i = 1; i < expr->arg_count && best != NOTCH_SOLVED_YES; i++) {
    state *copy = borrow(to->c, s);
    notch_solved one = compare(copy, NOTCH_EXPR_EQ, expr->args[0], expr->args[i])
                           ? run(to, copy) : NOTCH_SOLVED_NO;
    give_back(to->c, copy);
    if (one != NOTCH_SOLVED_NO) best = one;
  }
  return best;
}

static notch_value pick(const domain *var)
{
  notch_range range = var->range;
  notch_rational value = range.has_low    ? range.low
                         : range.has_high ? range.high
                                          : NOTCH_INTEGER(0);
  if (var->open_low && range.has_low) {
    notch_rational step = NOTCH_INTEGER(1), sum;
    if (range.has_high && notch_rational_add(&sum, range.low, range.high) &&
        notch_rational_div(&value, sum, NOTCH_INTEGER(2)))
      return notch_value_of(value);
    if (notch_rational_add(&sum, value, step)) value = sum;
  }
  return notch_value_of(value);
}

static notch_text name_of(search *to, const notch_expr *expr)
{
  notch_tree_node at = {.source = expr->source, .span = expr->span};
  const notch_source *source = notch_check_source(to->c, &at);
  return source ? notch_source_slice(source, expr->span) : NOTCH_TEXT("?");
}

static void tell(search *to, const state *s)
{
  notch_text words = {0};
  if (!to->witness) return;
  for (uint32_t i = 0; i < s->var_count; i++) {
    const domain *var = &s->vars[i];
    notch_type type = var->expr->type;
    type.optional = false;
    notch_text value;
    if (var->present == 0)
      value = NOTCH_TEXT("missing");
    else if (type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER)
      value = var->text.bytes ? var->text : NOTCH_TEXT("anything else");
    else
      value = notch_value_words(to->c, type, pick(var));
    notch_text name = name_of(to, var->expr);
    words = notch_arena_format(to->c->scratch, "%.*s%s%.*s %.*s", (int)words.length, words.bytes,
                               i ? ", " : "", (int)name.length, name.bytes, (int)value.length,
                               value.bytes);
  }
  *to->witness = words.length ? words : NOTCH_TEXT("any event");
}

static notch_solved finish(search *to, const state *s)
{
  bool exact = !s->inexact;
  for (uint32_t i = 0; i < s->var_count; i++)
    exact &= s->vars[i].exact || (to->figures && is_figure(s->vars[i].expr->op));
  if (!exact) return NOTCH_SOLVED_MAYBE;
  tell(to, s);
  return NOTCH_SOLVED_YES;
}

static notch_solved outside(search *to, const state *s, const notch_expr *between)
{
  static const notch_expr_op ops[] = {NOTCH_EXPR_LT, NOTCH_EXPR_GT};
  notch_solved best = NOTCH_SOLVED_NO;
  for (uint32_t i = 0; i < 2 && best != NOTCH_SOLVED_YES; i++) {
    state *copy = borrow(to->c, s);
    notch_solved one = compare(copy, ops[i], between->args[0], between->args[i + 1])
                           ? run(to, copy) : NOTCH_SOLVED_NO;
    give_back(to->c, copy);
    if (one != NOTCH_SOLVED_NO) best = one;
  }
  return best;
}

/* Conditions that need no branch.  False: it cannot hold. */
static bool absorb(state *s, const notch_expr *expr, bool truth)
{
  switch (expr->op) {
  case NOTCH_EXPR_CONST:
    return (expr->value.n != 0) == truth;
  case NOTCH_EXPR_KNOWN:
    return known(s, expr->args[0], truth);
  case NOTCH_EXPR_BETWEEN:
    return compare(s, NOTCH_EXPR_GE, expr->args[0], expr->args[1]) &&
           compare(s, NOTCH_EXPR_LE, expr->args[0], expr->args[2]);
  case NOTCH_EXPR_IN:
    for (uint32_t i = 1; i < expr->arg_count; i++)
      if (!compare(s, NOTCH_EXPR_NE, expr->args[0], expr->args[i])) return false;
    return true;
  case NOTCH_EXPR_EQ:
  case NOTCH_EXPR_NE:
  case NOTCH_EXPR_LT:
  case NOTCH_EXPR_LE:
  case NOTCH_EXPR_GT:
  case NOTCH_EXPR_GE:
    if (expr->args[0]->type.kind != NOTCH_TYPE_FLAG)
      return compare(s, truth ? expr->op : notch_expr_negated(expr->op), expr->args[0],
                     expr->args[1]);
    s->inexact = true;
    return true;
  default:
    return flag(s, expr, truth);
  }
}

static notch_solved run(search *to, state *s)
{
  while (s->goal_count) {
    notch_goal goal = s->goals[--s->goal_count];
    const notch_expr *expr = inside(goal.expr);
    const bool truth = goal.truth;
    if (++to->steps > STEPS_MAX) return NOTCH_SOLVED_MAYBE;
    if (expr->op == NOTCH_EXPR_NOT) {
      if (!push(to, s, expr->args[0], !truth)) return NOTCH_SOLVED_MAYBE;
    } else if (expr->op == NOTCH_EXPR_AND || expr->op == NOTCH_EXPR_OR) {
      notch_goal both[] = {{expr->args[0], truth}, {expr->args[1], truth}};
      if ((expr->op == NOTCH_EXPR_AND) != truth) return branch(to, s, both, 2, 1);
      if (!push(to, s, both[1].expr, truth) || !push(to, s, both[0].expr, truth))
        return NOTCH_SOLVED_MAYBE;
    } else if (expr->op == NOTCH_EXPR_IF) {
      notch_goal ways[] = {{expr->args[1], truth}, {expr->args[0], true},
                           {expr->args[2], truth}, {expr->args[0], false}};
      return branch(to, s, ways, 2, 2);
    } else if (expr->op == NOTCH_EXPR_BETWEEN && !truth) {
      return outside(to, s, expr);
    } else if (expr->op == NOTCH_EXPR_IN && truth) {
      return branch_in(to, s, expr);
    } else if (!absorb(s, expr, truth)) {
      return NOTCH_SOLVED_NO;
    }
  }
  return finish(to, s);
}

static notch_solved solve(search *to, const notch_goal *goals, uint32_t count)
{
  notch_checker *c = to->c;
  state *s = borrow(c, NULL);
  for (uint32_t i = 0; i < count; i++)
    if (goals[i].expr && !push(to, s, goals[i].expr, goals[i].truth)) return NOTCH_SOLVED_MAYBE;
  notch_solved solved = run(to, s);
  give_back(c, s);
  return to->maybe && solved == NOTCH_SOLVED_NO ? NOTCH_SOLVED_MAYBE : solved;
}

notch_solved notch_solve(notch_checker *c, const notch_goal *goals, uint32_t count,
                         int64_t from_us, int64_t to_us, notch_text *witness)
{
  search to = {.c = c, .witness = witness};
  if (from_us >= to_us) return NOTCH_SOLVED_NO; /* their times have nothing in common */
  return solve(&to, goals, count);
}

notch_solved notch_solve_figures(notch_checker *c, const notch_goal *goals, uint32_t count,
                                 notch_text *witness)
{
  search to = {.c = c, .figures = true, .witness = witness};
  return solve(&to, goals, count);
}
