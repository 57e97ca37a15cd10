/* check/types.c -- types: equality, reading them from a declaration, and how messages call them. */
#include <config.h>

#include "check/checker.h"

notch_type notch_type_make(notch_type_kind kind, uint32_t of)
{
  return (notch_type){.kind = (uint8_t)kind, .of = of};
}

bool notch_type_same(notch_type left, notch_type right)
{
  if (left.kind == NOTCH_TYPE_ERROR || right.kind == NOTCH_TYPE_ERROR) return true;
  return left.kind == right.kind && left.of == right.of;
}

bool notch_type_is_rational(notch_type type)
{
  return type.kind == NOTCH_TYPE_NUMBER || type.kind == NOTCH_TYPE_MONEY ||
         type.kind == NOTCH_TYPE_POINTS || type.kind == NOTCH_TYPE_ERROR;
}

bool notch_type_is_ordered(notch_type type)
{
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_DATE:
  case NOTCH_TYPE_TIME:
  case NOTCH_TYPE_MOMENT:
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_DAYS:
  case NOTCH_TYPE_MONTHS:
  case NOTCH_TYPE_TIER:
  case NOTCH_TYPE_MONTHNAME:
  case NOTCH_TYPE_WEEKDAY:
    return true;
  default:
    return notch_type_is_rational(type);
  }
}

unsigned notch_type_decimals(const notch_checker *c, notch_type type)
{
  if (type.kind == NOTCH_TYPE_MONEY && type.of < c->program->currency_count)
    return c->program->currencies[type.of].decimals;
  if (type.kind == NOTCH_TYPE_POINTS) return c->program->points[type.of].decimals;
  return 0;
}

int64_t notch_type_scale(const notch_checker *c, notch_type type)
{
  return notch_power_of_ten(notch_type_decimals(c, type));
}

static notch_text words_of_choice(const notch_checker *c, const notch_choice_set *set)
{
  notch_text words = NOTCH_TEXT("");
  for (uint32_t i = 0; i < set->count && i < 6; i++)
    words = notch_arena_format(c->scratch, "%.*s%s%.*s", (int)words.length, words.bytes,
                               i ? ", " : "", (int)set->words[i].length, set->words[i].bytes);
  return notch_diag_phrase(c->diag, "one of %t", words);
}

notch_text notch_type_describe(const notch_checker *c, notch_type type)
{
  const notch_program *program = c->program;
  notch_text name;
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_MONEY:
    name = program->currencies[type.of].code;
    return notch_diag_phrase(c->diag, "money in %t", name);
  case NOTCH_TYPE_POINTS:
    name = program->points[type.of].decl.name;
    return notch_diag_phrase(c->diag, "%t points", name);
  case NOTCH_TYPE_TIER:
    name = program->ladders[type.of].decl.name;
    return notch_diag_phrase(c->diag, "a tier of %t", name);
  case NOTCH_TYPE_LIST:
    name = program->records[type.of].name;
    return notch_diag_phrase(c->diag, "a list of %t", name);
  case NOTCH_TYPE_BAND:
    name = program->cohorts[type.of].decl.name;
    return notch_diag_phrase(c->diag, "a band of %t", name);
  case NOTCH_TYPE_CHOICE:
    return words_of_choice(c, &c->choices.items[type.of]);
  case NOTCH_TYPE_ERROR: return notch_diag_phrase(c->diag, "broken");
  case NOTCH_TYPE_FLAG: return notch_diag_phrase(c->diag, "yes or no");
  case NOTCH_TYPE_TEXT: return notch_diag_phrase(c->diag, "a text");
  case NOTCH_TYPE_NUMBER: return notch_diag_phrase(c->diag, "a number");
  case NOTCH_TYPE_DATE: return notch_diag_phrase(c->diag, "a date");
  case NOTCH_TYPE_TIME: return notch_diag_phrase(c->diag, "a time of day");
  case NOTCH_TYPE_MOMENT: return notch_diag_phrase(c->diag, "a moment");
  case NOTCH_TYPE_DURATION: return notch_diag_phrase(c->diag, "a duration in hours or less");
  case NOTCH_TYPE_DAYS: return notch_diag_phrase(c->diag, "a duration in days");
  case NOTCH_TYPE_MONTHS: return notch_diag_phrase(c->diag, "a duration in months");
  case NOTCH_TYPE_SET: return notch_diag_phrase(c->diag, "a set of text");
  case NOTCH_TYPE_MEMBER: return notch_diag_phrase(c->diag, "a member");
  case NOTCH_TYPE_MONTHNAME: return notch_diag_phrase(c->diag, "a month");
  case NOTCH_TYPE_WEEKDAY: return notch_diag_phrase(c->diag, "a weekday");
  case NOTCH_TYPE_COUNT: break;
  }
  return notch_diag_phrase(c->diag, "a value");
}

notch_text notch_type_example(const notch_checker *c, notch_type type)
{
  if (type.kind == NOTCH_TYPE_MONEY || type.kind == NOTCH_TYPE_POINTS)
    return notch_value_words(c, type, NOTCH_VALUE(notch_type_scale(c, type)));
  if (type.kind == NOTCH_TYPE_DATE) return NOTCH_TEXT("2026-03-01");
  if (type.kind == NOTCH_TYPE_MOMENT) return NOTCH_TEXT("2026-03-01 09:30");
  if (type.kind == NOTCH_TYPE_TIME) return NOTCH_TEXT("09:30");
  if (type.kind == NOTCH_TYPE_TEXT) return NOTCH_TEXT("\"text\"");
  if (type.kind == NOTCH_TYPE_FLAG) return NOTCH_TEXT("yes");
  if (type.kind == NOTCH_TYPE_DAYS) return NOTCH_TEXT("30 days");
  if (type.kind == NOTCH_TYPE_MONTHS) return NOTCH_TEXT("12 months");
  if (type.kind == NOTCH_TYPE_DURATION) return NOTCH_TEXT("2 hours");
  if (type.kind == NOTCH_TYPE_CHOICE) return c->choices.items[type.of].words[0];
  if (type.kind == NOTCH_TYPE_TIER) return c->program->ladders[type.of].tiers[0].decl.name;
  return NOTCH_TEXT("1");
}

uint32_t notch_choice_make(notch_checker *c, const notch_tree_node *one_of)
{
  uint32_t count = 0;
  notch_text *words = NOTCH_NEW_ARRAY(c->arena, notch_text, one_of->count + 1);
  for (const notch_tree_node *name = notch_tree_find(one_of, NOTCH_AST_NAME); name;
       name = notch_tree_find_next(name)) {
    for (uint32_t i = 0; i < count; i++)
      if (notch_text_equal(words[i], name->text)) CHECK_REPORT(c, name, VALUE_TWICE, name->text);
    words[count++] = notch_arena_text(c->arena, name->text);
  }
  for (uint32_t set = 0; set < c->choices.count; set++) {
    bool same = c->choices.items[set].count == count;
    for (uint32_t i = 0; same && i < count; i++)
      same = notch_text_equal(words[i], c->choices.items[set].words[i]);
    if (same) return set;
  }
  *notch_vec_push(&c->choices, c->arena) = (notch_choice_set){count, words};
  return c->choices.count - 1;
}

static const struct {
  const char *word;
  notch_type_kind kind;
} plain_types[] = {
    {"flag", NOTCH_TYPE_FLAG},       {"text", NOTCH_TYPE_TEXT},
    {"number", NOTCH_TYPE_NUMBER},   {"percent", NOTCH_TYPE_NUMBER},
    {"multiplier", NOTCH_TYPE_NUMBER}, {"date", NOTCH_TYPE_DATE},
    {"moment", NOTCH_TYPE_MOMENT},
};

static notch_type named_type(notch_checker *c, notch_names *names, const notch_tree_node *node)
{
  notch_symbol *symbol = notch_names_find(names, node->text);
  if (symbol && symbol->kind == NOTCH_SYMBOL_CURRENCY) {
    symbol->used = true;
    return notch_type_make(NOTCH_TYPE_MONEY, symbol->index);
  }
  if (symbol && symbol->kind == NOTCH_SYMBOL_POINTS) {
    symbol->used = true;
    return notch_type_make(NOTCH_TYPE_POINTS, symbol->index);
  }
  notch_nearest nearest = {.wanted = node->text};
  for (size_t i = 0; i < sizeof plain_types / sizeof plain_types[0]; i++) {
    notch_text word = notch_text_of(plain_types[i].word);
    if (notch_text_equal(node->text, word)) return notch_type_make(plain_types[i].kind, 0);
    notch_nearest_try(&nearest, word);
  }
  if (symbol && symbol->kind == NOTCH_SYMBOL_LADDER) {
    symbol->used = true;
    return notch_type_make(NOTCH_TYPE_TIER, symbol->index);
  }
  if (!symbol || symbol->kind != NOTCH_SYMBOL_BROKEN)
    CHECK_REPORT(c, node, UNKNOWN_TYPE, node->text, notch_check_meant(c, nearest.best));
  return notch_type_make(NOTCH_TYPE_ERROR, 0);
}

static void read_bound(notch_checker *c, const notch_tree_node *node, notch_field *field)
{
  const notch_tree_node *bound = notch_tree_find(node, NOTCH_AST_BOUND);
  int64_t most;
  if (bound && notch_literal_count(c, bound, bound->text, 1, 10000, &most) && field)
    field->items_max = (uint32_t)most;
}

notch_type notch_type_read(notch_checker *c, notch_names *names, const notch_tree_node *node,
                           notch_field *field)
{
  notch_type type = notch_type_make(NOTCH_TYPE_ERROR, 0);
  notch_symbol *symbol;
  switch (node->kind) {
  case NOTCH_AST_TYPE_NAMED:
    type = named_type(c, names, node);
    break;
  case NOTCH_AST_TYPE_TIME:
    type = notch_type_make(NOTCH_TYPE_TIME, 0);
    break;
  case NOTCH_AST_TYPE_ONE_OF:
    type = notch_type_make(NOTCH_TYPE_CHOICE, notch_choice_make(c, node));
    break;
  case NOTCH_AST_TYPE_LIST:
    symbol = notch_scope_need(c, names, node, NOTCH_SYMBOL_RECORD);
    if (symbol) type = notch_type_make(NOTCH_TYPE_LIST, symbol->index);
    read_bound(c, node, field);
    break;
  case NOTCH_AST_TYPE_SET:
    if (notch_text_equal(node->text, NOTCH_TEXT("text")))
      type = notch_type_make(NOTCH_TYPE_SET, 0);
    else
      CHECK_REPORT(c, node, SET_OF_TEXT_ONLY, node->text);
    break;
  case NOTCH_AST_TYPE_MEMBER:
    type = notch_type_make(NOTCH_TYPE_MEMBER, 0);
    break;
  default: /* `points` and `currency` are for parameters; module.c takes them before this */
    CHECK_REPORT(c, node, PARAMETER_TYPE_ONLY);
    break;
  }
  if (node->kind != NOTCH_AST_TYPE_LIST && node->kind != NOTCH_AST_TYPE_SET)
    type.optional = node->detail == 1;
  return type;
}
