/* check/expr_name.c -- names in expressions: values, fields, measures, definitions, parameters. */
#include <config.h>

#include "check/checker.h"

static notch_text slice(const notch_checker *c, const notch_tree_node *node)
{
  return notch_source_slice(notch_check_source(c, node), node->span);
}

/* What may be read here at all. */
static bool allowed(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                    bool is_input, bool is_member)
{
  if (env->constant) {
    CHECK_REPORT(c, node, NOT_CONSTANT);
    return false;
  }
  if (env->only_input && !is_input && !is_member) {
    CHECK_REPORT(c, node, INPUT_ONLY, env->only_input, slice(c, node));
    return false;
  }
  if (env->tier_only && !is_member) {
    CHECK_REPORT(c, node, MEMBER_ONLY, slice(c, node));
    return false;
  }
  return true;
}

static void no_window(notch_checker *c, const notch_tree_node *path)
{
  for (const notch_tree_node *child = path->first; child; child = child->next)
    if (child->kind >= NOTCH_AST_WINDOW_LAST && child->kind <= NOTCH_AST_WINDOW_EVER)
      CHECK_REPORT(c, child, WINDOW_ON_MEASURES, slice(c, path));
}

static notch_range range_of_field(const notch_checker *c, const notch_field *field)
{
  if (field->type.kind == NOTCH_TYPE_CHOICE)
    return notch_range_flag(0, (int)c->choices.items[field->type.of].count - 1);
  return field->range;
}

static notch_expr *field_leaf(notch_checker *c, const notch_env *env, notch_expr_op op,
                              const notch_tree_node *node, const notch_field *fields, uint32_t at)
{
  const notch_field *field = &fields[at];
  notch_expr *expr = notch_expr_leaf(c, env, op, field->type, node, at, 0, NOTCH_NONE,
                                     range_of_field(c, field));
  expr->whole = notch_type_is_rational(field->type) && field->decimals == 0;
  return expr;
}

static notch_expr *own_field(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             notch_text name)
{
  if (env->record != NOTCH_NONE) {
    const notch_record *record = &c->program->records[env->record];
    uint32_t at = notch_scope_field(record->fields, record->field_count, name);
    if (at != NOTCH_NONE) return field_leaf(c, env, NOTCH_EXPR_ITEM, node, record->fields, at);
  }
  if (env->event == NOTCH_NONE) return NULL;
  const notch_event_decl *event = &c->program->events[env->event];
  uint32_t at = notch_scope_field(event->fields, event->field_count, name);
  if (at == NOTCH_NONE) return NULL;
  if (!allowed(c, env, node, true, false)) return notch_expr_error(c, node);
  return field_leaf(c, env, NOTCH_EXPR_FIELD, node, event->fields, at);
}

static notch_let *find_let(const notch_env *env, notch_text name)
{
  for (notch_let *let = env->lets; let; let = let->next)
    if (notch_text_equal(let->node->text, name)) return let;
  return NULL;
}

/* A let is one node while the same facts hold, so that it is worked out once. */
static notch_expr *use_let(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                           notch_let *let)
{
  let->used = true;
  if (let->made && let->made_knowing == env->known && env->record == NOTCH_NONE) return let->made;
  if (let->busy) {
    CHECK_REPORT(c, let->node, CYCLE_OF_NAMES, let->node->text);
    return notch_expr_error(c, node);
  }
  let->busy = true;
  notch_env inside = *env;
  inside.record = NOTCH_NONE;
  notch_expr *value = notch_expr_check(c, &inside, let->node->first, NULL);
  let->busy = false;
  if (value->op == NOTCH_EXPR_CONST || value->op == NOTCH_EXPR_LET) return value;
  notch_expr *made = notch_expr_new(c, NOTCH_EXPR_LET, value->type, let->node, 1);
  made->args[0] = value;
  made->range = value->range;
  made->whole = value->whole;
  let->made = made;
  let->made_knowing = env->known;
  return made;
}

static notch_expr *use_define(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                              notch_symbol *symbol, const notch_type *hint)
{
  if (symbol->busy) {
    CHECK_REPORT(c, symbol->node, CYCLE_OF_NAMES, symbol->name);
    return notch_expr_error(c, node);
  }
  symbol->busy = true;
  notch_env inside = *env;
  inside.names = symbol->names;
  inside.lets = NULL;
  notch_expr *value = notch_expr_check(c, &inside, symbol->node->first, hint);
  symbol->busy = false;
  return value;
}

static notch_expr *use_measure(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node, const notch_symbol *symbol)
{
  if (!allowed(c, env, node, false, false)) return notch_expr_error(c, node);
  const notch_measure *measure = notch_measure_need(c, symbol->index);
  if (!measure) {
    CHECK_REPORT(c, node, CYCLE_OF_NAMES, symbol->name);
    return notch_expr_error(c, node);
  }
  uint32_t window = notch_window_read(c, env, node);
  if (window == NOTCH_NONE) window = notch_window_ever(c);
  if (measure->type.kind == NOTCH_TYPE_ERROR) return notch_expr_error(c, node);
  notch_range range = notch_range_all();
  bool whole = true;
  if (measure->aggregate == NOTCH_AGG_COUNT || measure->aggregate == NOTCH_AGG_DISTINCT ||
      measure->aggregate == NOTCH_AGG_STREAK) {
    range = notch_range_at_least(0);
  } else {
    bool positive = true;
    for (uint32_t i = 0; i < measure->on_count; i++) {
      if (measure->on[i].value == NOTCH_NONE) continue;
      const notch_expr *value = c->roots.items[measure->on[i].value].expr;
      positive &= notch_range_not_negative(value->range);
      whole &= value->whole;
    }
    if (positive) range = notch_range_at_least(0);
  }
  notch_expr *expr = notch_expr_leaf(c, env, NOTCH_EXPR_MEASURE, measure->type, node,
                                     symbol->index, 0, window, range);
  expr->whole = whole;
  return expr;
}

static notch_expr *use_value(notch_checker *c, const notch_tree_node *node,
                             const notch_symbol *symbol)
{
  notch_expr *copy = NOTCH_NEW(c->arena, notch_expr);
  *copy = *symbol->value;
  copy->source = node->source;
  copy->span = node->span;
  return copy;
}

static notch_expr *use_symbol(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                              notch_symbol *symbol, const notch_type *hint)
{
  symbol->used = true;
  if (symbol->kind == NOTCH_SYMBOL_MEASURE) return use_measure(c, env, node, symbol);
  no_window(c, node);
  switch (symbol->kind) {
  case NOTCH_SYMBOL_VALUE:
    return symbol->value ? use_value(c, node, symbol) : notch_expr_error(c, node);
  case NOTCH_SYMBOL_DEFINE:
    return use_define(c, env, node, symbol, hint);
  case NOTCH_SYMBOL_SEGMENT:
    if (!allowed(c, env, node, false, false)) return notch_expr_error(c, node);
    return (notch_expr *)notch_segment_expr(c, symbol->index);
  case NOTCH_SYMBOL_COHORT:
    if (!allowed(c, env, node, false, false)) return notch_expr_error(c, node);
    return notch_expr_leaf(c, env, NOTCH_EXPR_BAND,
                           notch_type_make(NOTCH_TYPE_BAND, symbol->index), node, symbol->index, 0,
                           NOTCH_NONE, notch_range_at_least(0));
  case NOTCH_SYMBOL_TIER:
    return notch_expr_const(c, notch_type_make(NOTCH_TYPE_TIER, symbol->index), node,
                            NOTCH_VALUE(symbol->rank));
  case NOTCH_SYMBOL_BROKEN:
    return notch_expr_error(c, node);
  default:
    CHECK_REPORT(c, node, NOT_A_VALUE, slice(c, node), notch_symbol_words(symbol->kind));
    return notch_expr_error(c, node);
  }
}

/* `store` beside a `one of`, `gold` beside a tier. */
notch_expr *notch_expr_named(notch_checker *c, const notch_tree_node *node, notch_text name,
                             const notch_type *hint)
{
  uint32_t at = NOTCH_NONE;
  if (hint->kind == NOTCH_TYPE_CHOICE) {
    at = notch_scope_choice(&c->choices.items[hint->of], name);
  } else if (hint->kind == NOTCH_TYPE_TIER) {
    notch_symbol *tier = notch_names_get(c->tiers, name);
    if (tier && tier->kind == NOTCH_SYMBOL_TIER && tier->index == hint->of) {
      tier->used = true;
      at = tier->rank;
    }
  } else if (hint->kind == NOTCH_TYPE_BAND) {
    const notch_cohort *cohort = &c->program->cohorts[hint->of];
    for (uint32_t i = 0; i < cohort->band_count; i++)
      if (notch_text_equal(cohort->bands[i].decl.name, name)) at = i;
  }
  if (at == NOTCH_NONE) return NULL;
  return notch_expr_const(c, notch_type_make(hint->kind, hint->of), node, NOTCH_VALUE(at));
}

static notch_expr *builtin_word(notch_checker *c, const notch_env *env,
                                const notch_tree_node *node, notch_text name)
{
  notch_expr_op op;
  notch_type type;
  notch_range range = notch_range_all();
  if (notch_text_equal(name, NOTCH_TEXT("today"))) {
    op = NOTCH_EXPR_TODAY;
    type = notch_type_make(NOTCH_TYPE_DATE, 0);
  } else if (notch_text_equal(name, NOTCH_TEXT("now"))) {
    op = NOTCH_EXPR_NOW;
    type = notch_type_make(NOTCH_TYPE_MOMENT, 0);
  } else if (notch_text_equal(name, NOTCH_TEXT("order")) && env->place == NOTCH_PLACE_PAYMENT) {
    op = NOTCH_EXPR_ORDER;
    type = notch_type_make(NOTCH_TYPE_MONEY, 0);
    range = notch_range_at_least(0);
  } else {
    return NULL;
  }
  if (!allowed(c, env, node, true, false)) return notch_expr_error(c, node);
  return notch_expr_leaf(c, env, op, type, node, 0, 0, NOTCH_NONE, range);
}

bool notch_expr_resolves(const notch_checker *c, const notch_env *env, notch_text name)
{
  if (find_let(env, name) || notch_names_find(env->names, name)) return true;
  if (notch_text_equal(name, NOTCH_TEXT("today")) || notch_text_equal(name, NOTCH_TEXT("now")))
    return true;
  if (env->record != NOTCH_NONE) {
    const notch_record *record = &c->program->records[env->record];
    if (notch_scope_field(record->fields, record->field_count, name) != NOTCH_NONE) return true;
  }
  if (env->event == NOTCH_NONE) return false;
  const notch_event_decl *event = &c->program->events[env->event];
  return notch_scope_field(event->fields, event->field_count, name) != NOTCH_NONE;
}

static void unknown(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                    notch_text name, const notch_type *hint)
{
  notch_nearest nearest = {.wanted = name};
  notch_text declared = notch_names_nearest(env->names, name);
  if (env->record != NOTCH_NONE)
    for (uint32_t i = 0; i < c->program->records[env->record].field_count; i++)
      notch_nearest_try(&nearest, c->program->records[env->record].fields[i].name);
  if (env->event != NOTCH_NONE)
    for (uint32_t i = 0; i < c->program->events[env->event].field_count; i++)
      notch_nearest_try(&nearest, c->program->events[env->event].fields[i].name);
  if (hint && hint->kind == NOTCH_TYPE_CHOICE)
    for (uint32_t i = 0; i < c->choices.items[hint->of].count; i++)
      notch_nearest_try(&nearest, c->choices.items[hint->of].words[i]);
  for (notch_let *let = env->lets; let; let = let->next)
    notch_nearest_try(&nearest, let->node->text);
  static const char *const words[] = {"today", "now", "tier", "member"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    notch_nearest_try(&nearest, notch_text_of(words[i]));
  if (declared.length) notch_nearest_try(&nearest, declared);
  notch_text tier = notch_names_nearest(c->tiers, name);
  if (tier.length) notch_nearest_try(&nearest, tier);
  notch_text known = notch_names_known_as(name);
  if (notch_text_equal(known, NOTCH_TEXT("member")))
    nearest.best = known;
  notch_check_unknown(c, node, name, nearest.best);
  if (hint && hint->kind == NOTCH_TYPE_CHOICE)
    notch_diag_note(c->diag, NULL, node->span, "the value beside it is %t",
                    notch_type_describe(c, *hint));
  if (env->event == NOTCH_NONE && env->record == NOTCH_NONE && !env->constant)
    notch_diag_note(c->diag, NULL, node->span,
                    "no event is at hand here, so no event's fields can be read");
}

static notch_expr *single(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                          notch_text name, const notch_type *hint)
{
  notch_expr *found = hint ? notch_expr_named(c, node, name, hint) : NULL;
  if (!found) {
    notch_let *let = find_let(env, name);
    if (let) found = use_let(c, env, node, let);
  }
  if (!found) found = own_field(c, env, node, name);
  if (found) {
    no_window(c, node);
    return found;
  }
  notch_symbol *symbol = notch_names_find(env->names, name);
  if (symbol) return use_symbol(c, env, node, symbol, hint);
  found = builtin_word(c, env, node, name);
  if (found) {
    no_window(c, node);
    return found;
  }
  symbol = notch_names_get(c->tiers, name);
  if (symbol) return use_symbol(c, env, node, symbol, hint);
  unknown(c, env, node, name, hint);
  return notch_expr_error(c, node);
}

static notch_expr *member_path(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node)
{
  const notch_tree_node *part = notch_tree_find(node, NOTCH_AST_NAME);
  if (!part) {
    no_window(c, node);
    if (!allowed(c, env, node, false, false)) return notch_expr_error(c, node);
    return notch_expr_leaf(c, env, NOTCH_EXPR_SELF, notch_type_make(NOTCH_TYPE_MEMBER, 0), node, 0,
                           0, NOTCH_NONE, notch_range_all());
  }
  if (notch_tree_find_next(part)) {
    CHECK_REPORT(c, node, OTHER_MEMBER, slice(c, node));
    return notch_expr_error(c, node);
  }
  no_window(c, node);
  const notch_program *program = c->program;
  if (!allowed(c, env, node, false, true)) return notch_expr_error(c, node);
  uint32_t at = notch_scope_field(program->member_fields, program->member_field_count, part->text);
  if (at != NOTCH_NONE)
    return field_leaf(c, env, NOTCH_EXPR_MEMBER_FIELD, node, program->member_fields, at);
  if (notch_text_equal(part->text, NOTCH_TEXT("joined")))
    return notch_expr_leaf(c, env, NOTCH_EXPR_JOINED, notch_type_make(NOTCH_TYPE_MOMENT, 0), node,
                           0, 0, NOTCH_NONE, notch_range_all());
  if (notch_text_equal(part->text, NOTCH_TEXT("tags"))) {
    if (env->only_input) {
      CHECK_REPORT(c, node, INPUT_ONLY, env->only_input, slice(c, node));
      return notch_expr_error(c, node);
    }
    return notch_expr_leaf(c, env, NOTCH_EXPR_TAGS, notch_type_make(NOTCH_TYPE_SET, 0), node, 0, 0,
                           NOTCH_NONE, notch_range_all());
  }
  notch_nearest nearest = {.wanted = part->text};
  notch_nearest_try(&nearest, NOTCH_TEXT("joined"));
  notch_nearest_try(&nearest, NOTCH_TEXT("tags"));
  for (uint32_t i = 0; i < program->member_field_count; i++)
    notch_nearest_try(&nearest, program->member_fields[i].name);
  notch_check_unknown(c, part, part->text, nearest.best);
  return notch_expr_error(c, node);
}

static notch_expr *event_path(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  const notch_tree_node *part = notch_tree_find(node, NOTCH_AST_NAME);
  if (env->event == NOTCH_NONE) {
    CHECK_REPORT(c, node, NO_EVENT_HERE, slice(c, node));
    return notch_expr_error(c, node);
  }
  if (notch_tree_find_next(part)) {
    CHECK_REPORT(c, node, OTHER_MEMBER, slice(c, node));
    return notch_expr_error(c, node);
  }
  notch_env outside = *env;
  outside.record = NOTCH_NONE;
  notch_expr *found = own_field(c, &outside, node, part->text);
  if (found) return found;
  notch_nearest nearest = {.wanted = part->text};
  for (uint32_t i = 0; i < c->program->events[env->event].field_count; i++)
    notch_nearest_try(&nearest, c->program->events[env->event].fields[i].name);
  notch_check_unknown(c, part, part->text, nearest.best);
  return notch_expr_error(c, node);
}

static notch_expr *tier_path(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  no_window(c, node);
  if (c->ladder_broken)
    return notch_expr_error(c, node);
  if (c->program->ladder_count != 1) {
    CHECK_REPORT(c, node, WHICH_LADDER, c->program->ladder_count
                                            ? "there are several ladders: write `tier of LADDER`"
                                            : "no ladder is declared");
    return notch_expr_error(c, node);
  }
  if (!allowed(c, env, node, false, env->tier_only)) return notch_expr_error(c, node);
  c->items[NOTCH_SYMBOL_LADDER].items[0].symbol->used = true;
  return notch_expr_leaf(c, env, NOTCH_EXPR_TIER, notch_type_make(NOTCH_TYPE_TIER, 0), node, 0, 0,
                         NOTCH_NONE,
                         notch_range_flag(0, (int)c->program->ladders[0].tier_count - 1));
}

notch_expr *notch_expr_path(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                            const notch_type *hint)
{
  if (node->kind == NOTCH_AST_NAME) return single(c, env, node, node->text, hint);
  switch ((notch_ast_root)node->detail) {
  case NOTCH_ROOT_MEMBER:
    return member_path(c, env, node);
  case NOTCH_ROOT_EVENT:
    return event_path(c, env, node);
  case NOTCH_ROOT_TIER:
    return tier_path(c, env, node);
  case NOTCH_ROOT_NAME:
    break;
  }
  const notch_tree_node *first = notch_tree_find(node, NOTCH_AST_NAME);
  if (!notch_tree_find_next(first)) return single(c, env, node, first->text, hint);
  if (notch_suggest_of_lines(c, env, node))
    return notch_expr_error(c, node);
  notch_symbol *symbol = notch_scope_resolve(c, env->names, node);
  return symbol ? use_symbol(c, env, node, symbol, hint) : notch_expr_error(c, node);
}
