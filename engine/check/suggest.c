/* check/suggest.c -- the edits that go with an error: what they say compiles where it is put. */
#include <config.h>

#include "check/checker.h"

static notch_text slice(const notch_checker *c, const notch_tree_node *node)
{
  return notch_source_slice(notch_check_source(c, node), node->span);
}

/* Whether a sign or word beside it would take a part of the expression only. */
static bool is_loose(const notch_tree_node *node)
{
  switch (node->kind) {
  case NOTCH_AST_OR:
  case NOTCH_AST_AND:
  case NOTCH_AST_NOT:
  case NOTCH_AST_COMPARE:
  case NOTCH_AST_IN_SET:
  case NOTCH_AST_IN_RANGE:
  case NOTCH_AST_CONTAINS:
  case NOTCH_AST_IS_KNOWN:
  case NOTCH_AST_ARITH:
  case NOTCH_AST_NEGATE:
  case NOTCH_AST_IF:
  case NOTCH_AST_RATE: return true;
  default: return false;
  }
}

/* The expression as it is written, but not below zero. */
static notch_text at_least_nothing(notch_checker *c, const notch_tree_node *node, notch_type type)
{
  notch_text words = slice(c, node), zero = notch_value_words(c, type, NOTCH_VALUE(0));
  return notch_arena_format(c->scratch, "max(%.*s, %.*s)", (int)words.length, words.bytes,
                            (int)zero.length, zero.bytes);
}

void notch_suggest_rate(notch_checker *c, const notch_tree_node *node, const notch_expr *money,
                        notch_type points)
{
  notch_text words = slice(c, node), of = words;
  if (!notch_range_not_negative(money->range))
    of = at_least_nothing(c, node, money->type);
  else if (is_loose(node))
    of = notch_arena_format(c->scratch, "(%.*s)", (int)words.length, words.bytes);
  notch_text gained = notch_type_example(c, points), step = notch_type_example(c, money->type);
  notch_text rate =
      notch_arena_format(c->scratch, "%.*s per %.*s of %.*s", (int)gained.length, gained.bytes,
                         (int)step.length, step.bytes, (int)of.length, of.bytes);
  CHECK_REPORT(c, node, MONEY_FOR_POINTS, words, notch_type_describe(c, money->type),
               c->program->points[points.of].decl.name, rate);
  notch_check_fix(c, node, rate, "write how many points one unit of the money brings");
}

void notch_suggest_not_negative(notch_checker *c, const notch_tree_node *clause,
                                const notch_expr *points)
{
  const notch_tree_node *node = clause->first;
  bool takes = clause->kind == NOTCH_AST_RULE_EARN && node->kind == NOTCH_AST_NEGATE && !node->next;
  notch_text written = takes ? slice(c, node->first) : (notch_text){0};
  notch_text instead =
      takes ? notch_arena_format(c->scratch, "deduct %.*s", (int)written.length, written.bytes)
            : at_least_nothing(c, node, points->type);
  CHECK_REPORT(c, node, MAY_BE_NEGATIVE, c->program->points[points->type.of].decl.name, instead);
  if (takes)
    notch_check_fix(c, clause, instead, "take the points away");
  else
    notch_check_fix(c, node, instead, "say that it is nothing at least");
}

/* The list of the event that is meant by the first part of `items.category`, or of
 * `item.category` where `item` is its record.  NULL: none. */
static const notch_field *list_of(const notch_checker *c, const notch_env *env,
                                  const notch_tree_node *path)
{
  if (path->kind != NOTCH_AST_PATH || path->detail != NOTCH_ROOT_NAME || path->count != 2 ||
      env->event == NOTCH_NONE)
    return NULL;
  const notch_symbol *symbol = notch_names_find(env->names, path->first->text);
  if (symbol && symbol->kind != NOTCH_SYMBOL_RECORD)
    return NULL;
  const notch_event_decl *event = &c->program->events[env->event];
  for (uint32_t i = 0; i < event->field_count; i++) {
    const notch_field *field = &event->fields[i];
    if (field->type.kind != NOTCH_TYPE_LIST)
      continue;
    if (notch_text_equal(field->name, path->first->text) ||
        (symbol && symbol->index == field->type.of))
      return field;
  }
  return NULL;
}

static const notch_field *field_of_line(const notch_checker *c, const notch_field *list,
                                        const notch_tree_node *path)
{
  const notch_record *record = &c->program->records[list->type.of];
  uint32_t at = notch_scope_field(record->fields, record->field_count, path->first->next->text);
  return at == NOTCH_NONE ? NULL : &record->fields[at];
}

static void say_list(notch_checker *c, const notch_tree_node *node, const notch_field *list,
                     notch_text instead)
{
  CHECK_REPORT(c, node, INSIDE_LIST, list->name, instead);
  notch_check_fix(c, node, instead, "ask the lines of the list");
}

bool notch_suggest_any(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  const notch_tree_node *path = node->first;
  const notch_field *list = list_of(c, env, path);
  if (!list || env->record != NOTCH_NONE || !field_of_line(c, list, path))
    return false;
  notch_text field = path->first->next->text;
  notch_text rest =
      notch_source_slice(notch_check_source(c, node), (notch_span){path->span.end, node->span.end});
  say_list(c, node, list,
           notch_arena_format(c->scratch, "any(%.*s where %.*s%.*s)", (int)list->name.length,
                              list->name.bytes, (int)field.length, field.bytes, (int)rest.length,
                              rest.bytes));
  return true;
}

bool notch_suggest_of_lines(notch_checker *c, const notch_env *env, const notch_tree_node *path)
{
  const notch_field *list = list_of(c, env, path);
  if (!list)
    return false;
  const notch_tree_node *part = path->first->next;
  const notch_field *field = field_of_line(c, list, path);
  if (!field) {
    const notch_record *record = &c->program->records[list->type.of];
    notch_nearest nearest = {.wanted = part->text};
    for (uint32_t i = 0; i < record->field_count; i++)
      notch_nearest_try(&nearest, record->fields[i].name);
    notch_check_unknown(c, part, part->text, nearest.best);
  } else if (env->record != NOTCH_NONE) {
    say_list(c, path, list, part->text); /* inside, the field's own name is enough */
  } else {
    const char *word = notch_type_is_rational(field->type) ? "sum" : "distinct";
    say_list(c, path, list,
             notch_arena_format(c->scratch, "%s(%.*s for %.*s)", word, (int)part->text.length,
                                part->text.bytes, (int)list->name.length, list->name.bytes));
  }
  return true;
}

/* Whether it could only be a value: a text, or a name that means nothing by itself. */
static bool is_alone(const notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  if (node->kind == NOTCH_AST_STRING)
    return true;
  return node->kind == NOTCH_AST_PATH && node->detail == NOTCH_ROOT_NAME && node->count == 1 &&
         !notch_expr_resolves(c, env, node->first->text);
}

static bool has_value(notch_checker *c, notch_type type, const notch_tree_node *node)
{
  if (node->kind == NOTCH_AST_STRING)
    return type.kind == NOTCH_TYPE_TEXT;
  return notch_expr_named(c, node, node->first->text, &type) != NULL;
}

/* Then the operators are not where they stand in the text. */
static bool has_parenthesis(notch_text text)
{
  for (uint32_t i = 0; i < text.length; i++)
    if (text.bytes[i] == '(' || text.bytes[i] == ')')
      return true;
  return false;
}

/* The comparison that `X = a or b` begins with, under the other operators.  NULL: none. */
static const notch_tree_node *first_comparison(const notch_tree_node *node)
{
  while (node->kind == NOTCH_AST_OR || node->kind == NOTCH_AST_AND)
    node = notch_tree_child(node, 1);
  return node->kind == NOTCH_AST_COMPARE && node->detail == NOTCH_COMPARE_EQ ? node : NULL;
}

/* ", b, c" of `X = a or b or c`: what stands right of the operators from `chain` to `node`. */
static void put_values(notch_buffer *to, const notch_checker *c, const notch_tree_node *node,
                       const notch_tree_node *chain)
{
  if (node != chain)
    put_values(to, c, node->first, chain);
  notch_buffer_print(to, ", ");
  notch_buffer_text(to, slice(c, notch_tree_child(node, 1)));
}

bool notch_suggest_one_of(notch_checker *c, const notch_env *env, const notch_tree_node *node)
{
  const notch_tree_node *chain = node;
  while (chain->kind == NOTCH_AST_OR && !first_comparison(chain->first))
    chain = chain->first;
  if (chain->kind != NOTCH_AST_OR)
    return false;
  const notch_tree_node *compared = first_comparison(chain->first);
  const notch_tree_node *last = notch_tree_child(node, 1);
  for (const notch_tree_node *at = node; at != chain->first; at = at->first)
    if (!is_alone(c, env, notch_tree_child(at, 1)))
      return false;
  notch_type type = notch_expr_check(c, env, compared->first, NULL)->type;
  for (const notch_tree_node *at = node; at != chain->first; at = at->first)
    if (!has_value(c, type, notch_tree_child(at, 1)))
      return false;
  notch_buffer buffer;
  notch_buffer_init(&buffer, c->arena->memory);
  notch_buffer_text(&buffer, slice(c, compared->first));
  notch_buffer_print(&buffer, " in {");
  notch_buffer_text(&buffer, slice(c, notch_tree_child(compared, 1)));
  put_values(&buffer, c, node, chain);
  notch_buffer_print(&buffer, "}");
  notch_text instead = notch_buffer_keep(&buffer, c->scratch);
  notch_span span = {compared->span.start, node->span.end};
  CHECK_REPORT(c, last, VALUE_ALONE, slice(c, last), instead);
  if (!has_parenthesis(notch_source_slice(notch_check_source(c, node), span)))
    notch_diag_fix(c->diag, span, instead, "name the values in one set");
  return true;
}
