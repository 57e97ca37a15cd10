/* check/limit.c -- limits: amounts, keys, periods, budgets. */
#include <config.h>

#include "check/checker.h"

typedef struct limit_work {
  notch_checker *c;
  const notch_limits_of *of;
  notch_limit limit;
  bool has_period, has_member;
} limit_work;

static void push_key(limit_work *work, notch_limit_key key)
{
  notch_limit *limit = &work->limit;
  limit->keys = notch_check_grow(work->c, limit->keys, limit->key_count, sizeof key);
  limit->keys[limit->key_count++] = key;
}

static bool set_period(limit_work *work, const notch_tree_node *node, notch_period_kind kind)
{
  if (work->has_period) {
    CHECK_REPORT(work->c, node, TWO_PERIODS);
    return false;
  }
  work->has_period = true;
  work->limit.period = kind;
  return true;
}

static void value_key(limit_work *work, const notch_tree_node *path)
{
  notch_checker *c = work->c;
  notch_limit_key key = {.kind = NOTCH_KEY_VALUE};
  key.roots = NOTCH_NEW_ARRAY(c->arena, uint32_t, work->of->env_count + 1);
  notch_type type = notch_type_make(NOTCH_TYPE_ERROR, 0);
  for (uint32_t i = 0; i < work->of->env_count; i++) {
    const notch_env *env = &work->of->envs[i];
    notch_expr *value = notch_expr_check(c, env, path, NULL);
    if (i && !notch_type_same(type, value->type))
      CHECK_REPORT(c, path, COMPARED_TYPES, notch_type_describe(c, type),
                   notch_type_describe(c, value->type));
    type = value->type;
    key.roots[key.root_count++] = notch_root_in(c, env, value);
  }
  if (type.kind == NOTCH_TYPE_LIST || type.kind == NOTCH_TYPE_SET)
    CHECK_REPORT(c, path, NOT_COMPARED, notch_type_describe(c, type));
  push_key(work, key);
}

static void read_scope(limit_work *work, const notch_tree_node *node)
{
  notch_checker *c = work->c;
  switch (node->kind) {
  case NOTCH_AST_SCOPE_MEMBER:
    if (work->has_member) CHECK_REPORT(c, node, CLAUSE_TWICE, "per member");
    work->has_member = true;
    push_key(work, (notch_limit_key){.kind = NOTCH_KEY_MEMBER});
    return;
  case NOTCH_AST_SCOPE_EVENT:
    work->limit.per_event = true;
    push_key(work, (notch_limit_key){.kind = NOTCH_KEY_EVENT});
    return;
  case NOTCH_AST_SCOPE_CALENDAR:
    if (notch_unit_is_exact((notch_unit)node->detail))
      CHECK_REPORT(c, node, CALENDAR_UNIT, notch_unit_word((notch_unit)node->detail));
    else if (set_period(work, node, NOTCH_PERIOD_CALENDAR))
      work->limit.unit = (notch_unit)node->detail;
    return;
  case NOTCH_AST_SCOPE_ROLLING:
    if (set_period(work, node, NOTCH_PERIOD_ROLLING))
      notch_literal_duration(c, node->first, &work->limit.rolling);
    return;
  case NOTCH_AST_SCOPE_PATH:
    value_key(work, node->first);
    return;
  case NOTCH_AST_IN_TOTAL:
    set_period(work, node, NOTCH_PERIOD_TOTAL);
    if (!node->first) return;
    notch_literal_date(c, notch_tree_child(node, 0), &work->limit.from_day);
    notch_literal_date(c, notch_tree_child(node, 1), &work->limit.to_day);
    if (work->limit.from_day > work->limit.to_day) CHECK_REPORT(c, node, EFFECTIVE_EMPTY);
    return;
  default:
    return;
  }
}

static bool read_times(limit_work *work, const notch_tree_node *node)
{
  static const int64_t most = INT64_C(1000000000000);
  notch_checker *c = work->c;
  work->limit.times = true;
  const notch_tree_node *name = node->first;
  if (!name)
    return notch_literal_count(c, node, node->text, 1, most, &work->limit.amount);
  notch_expr *times =
      notch_expr_constant(c, work->of->names, name, notch_type_make(NOTCH_TYPE_NUMBER, 0), true);
  if (times->type.kind == NOTCH_TYPE_ERROR)
    return false;
  work->limit.amount = times->value.n;
  if (times->value.d != 1)
    CHECK_REPORT(c, name, WHOLE_NUMBER, name->text);
  else if (times->value.n < 1 || times->value.n > most)
    CHECK_REPORT(c, name, COUNT_RANGE, name->text, (int64_t)1, most);
  else
    return true;
  return false;
}

static bool read_amount(limit_work *work, const notch_tree_node *node)
{
  notch_checker *c = work->c;
  if (node->kind == NOTCH_AST_TIMES)
    return read_times(work, node);
  if (node->kind == NOTCH_AST_DURATION) {
    CHECK_REPORT(c, node, AMOUNT_NOT_DURATION);
    return false;
  }
  if (!notch_literal_points(c, work->of->names, node, &work->limit.points, &work->limit.amount))
    return false;
  if (work->limit.amount > 0) return true;
  CHECK_REPORT(c, node, LIMIT_OF_NOTHING);
  return false;
}

static void read_one(notch_checker *c, const notch_limits_of *of, const notch_tree_node *node,
                     uint32_t *count, uint32_t **limits)
{
  limit_work work = {.c = c, .of = of};
  work.limit = (notch_limit){.points = NOTCH_NONE,
                             .period = NOTCH_PERIOD_EVER,
                             .from_day = INT32_MIN,
                             .to_day = INT32_MAX,
                             .owner = of->owner,
                             .source = node->source,
                             .span = node->span};
  bool once = node->kind == NOTCH_AST_ONCE_PER;
  if (once) {
    work.limit.times = true;
    work.limit.amount = 1;
  } else {
    work.limit.refused = node->detail == NOTCH_OVER_REFUSED;
    if (!read_amount(&work, node->first)) return;
  }
  for (const notch_tree_node *scope = once ? node->first : node->first->next; scope;
       scope = scope->next)
    read_scope(&work, scope);
  work.limit.shared = !work.has_member && !work.limit.per_event;
  *notch_vec_push(&c->limits, c->arena) = work.limit;
  *limits = notch_check_grow(c, *limits, *count, sizeof **limits);
  (*limits)[(*count)++] = c->limits.count - 1;
}

void notch_limit_read(notch_checker *c, const notch_limits_of *of,
                      const notch_tree_node *declaration, uint32_t *count, uint32_t **limits)
{
  for (const notch_tree_node *node = declaration->first; node; node = node->next)
    if (node->kind == NOTCH_AST_LIMIT || node->kind == NOTCH_AST_ONCE_PER)
      read_one(c, of, node, count, limits);
}
