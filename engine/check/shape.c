/* check/shape.c -- the shape of inputs: records, events, the member's fields, their ranges. */
#include <config.h>

#include "check/checker.h"

typedef NOTCH_VEC(notch_field) field_list;

static unsigned decimals_shown(const notch_tree_node *node)
{
  if (node->kind == NOTCH_AST_NEGATE) node = node->first;
  unsigned digits = 0;
  for (uint32_t i = 0; i < node->text.length; i++)
    if (node->text.bytes[i] == '.') digits = node->text.length - i - 1;
  return node->kind == NOTCH_AST_PERCENT ? digits + 2 : digits;
}

static void read_range(notch_checker *c, notch_names *names, const notch_tree_node *type_node,
                       notch_field *field)
{
  const notch_tree_node *range = notch_tree_find(type_node, NOTCH_AST_RANGE);
  field->decimals = field->type.kind == NOTCH_TYPE_NUMBER ? 6 : 0;
  if (!range || field->type.kind == NOTCH_TYPE_ERROR) return;
  notch_type plain = field->type;
  plain.optional = false;
  if (!notch_type_is_ordered(plain)) {
    CHECK_REPORT(c, range, NO_RANGE_FOR, notch_type_describe(c, plain));
    return;
  }
  const notch_tree_node *low_node = notch_tree_child(range, 0);
  const notch_tree_node *high_node = notch_tree_child(range, 1);
  notch_expr *low = notch_expr_constant(c, names, low_node, plain, true);
  notch_expr *high = notch_expr_constant(c, names, high_node, plain, true);
  if (low->type.kind == NOTCH_TYPE_ERROR || high->type.kind == NOTCH_TYPE_ERROR) return;
  field->range = notch_range_of(notch_value_rational(low->value),
                                notch_value_rational(high->value));
  if (notch_range_empty(field->range))
    CHECK_REPORT(c, range, RANGE_BACKWARDS, notch_value_words(c, plain, low->value),
                 notch_value_words(c, plain, high->value));
  if (plain.kind != NOTCH_TYPE_NUMBER) return;
  unsigned digits = decimals_shown(low_node), other = decimals_shown(high_node);
  if (other > digits) digits = other;
  field->decimals = (uint8_t)(digits > 6 ? 6 : digits);
}

static void read_default(notch_checker *c, notch_names *names, const notch_tree_node *node,
                         notch_field *field)
{
  const notch_tree_node *fallback = notch_tree_find(node, NOTCH_AST_DEFAULT);
  if (!fallback || field->type.kind == NOTCH_TYPE_ERROR) return;
  if (field->type.kind == NOTCH_TYPE_LIST || field->type.kind == NOTCH_TYPE_MEMBER) {
    CHECK_REPORT(c, fallback, NO_DEFAULT_FOR, notch_type_describe(c, field->type));
    return;
  }
  notch_type plain = field->type;
  plain.optional = false;
  notch_expr *value = notch_expr_constant(c, names, fallback->first, plain, true);
  if (value->type.kind == NOTCH_TYPE_ERROR) return;
  if (notch_range_bounded(field->range) && value->range.has_low &&
      notch_range_empty(notch_range_meet(field->range, value->range)))
    CHECK_REPORT(c, fallback, DEFAULT_OUTSIDE, notch_value_words(c, plain, value->value));
  field->has_default = true;
  field->default_value = value->value;
  field->type.optional = false; /* there is always a value */
}

/* What every event and every member says of itself, beside its fields. */
static const char *const of_events[] = {"id", "type", "member", "at", NULL};
static const char *const of_members[] = {"joined", "tags", NULL};

static bool is_among(notch_text name, const char *const words[])
{
  while (*words && !notch_text_equal(name, notch_text_of(*words))) words++;
  return *words;
}

/* Fields of members come with events, too. */
static bool refuse_reserved(notch_checker *c, const notch_tree_node *declaration,
                        const notch_tree_node *field)
{
  if (declaration->kind == NOTCH_AST_RECORD) return false;
  if (is_among(field->text, of_events)) {
    CHECK_REPORT(c, field, FIELD_RESERVED, field->text);
    return true;
  }
  if (declaration->kind != NOTCH_AST_MEMBER || !is_among(field->text, of_members)) return false;
  CHECK_REPORT(c, field, FIELD_OF_MEMBERS, field->text);
  return true;
}

static void read_fields(notch_checker *c, notch_names *names, const notch_tree_node *declaration,
                        field_list *fields)
{
  bool in_record = declaration->kind == NOTCH_AST_RECORD;
  for (const notch_tree_node *node = notch_tree_find(declaration, NOTCH_AST_FIELD); node;
       node = notch_tree_find_next(node)) {
    if (notch_scope_field(fields->items, fields->count, node->text) != NOTCH_NONE) {
      CHECK_REPORT(c, node, NAME_TAKEN, node->text, "a field");
      continue;
    }
    if (refuse_reserved(c, declaration, node)) continue;
    notch_field field = {.name = notch_arena_text(c->arena, node->text),
                         .doc = notch_arena_text(c->arena, node->doc),
                         .range = notch_range_all(),
                         .default_value = NOTCH_MISSING};
    field.type = notch_type_read(c, names, node->first, &field);
    if (in_record && field.type.kind == NOTCH_TYPE_LIST) {
      CHECK_REPORT(c, node, LIST_IN_LIST);
      field.type = notch_type_make(NOTCH_TYPE_ERROR, 0);
    }
    read_range(c, names, node->first, &field);
    read_default(c, names, node, &field);
    *notch_vec_push(fields, c->arena) = field;
  }
}

/* What a bare name reads, unless a field of the event has it. */
static bool is_read_by_name(const notch_symbol *symbol)
{
  return symbol->kind == NOTCH_SYMBOL_MEASURE || symbol->kind == NOTCH_SYMBOL_DEFINE ||
         symbol->kind == NOTCH_SYMBOL_SEGMENT || symbol->kind == NOTCH_SYMBOL_COHORT;
}

static void watch_names(notch_checker *c, notch_names *names, const notch_tree_node *declaration)
{
  for (const notch_tree_node *node = notch_tree_find(declaration, NOTCH_AST_FIELD); node;
       node = notch_tree_find_next(node)) {
    const notch_symbol *symbol = notch_names_find(names, node->text);
    if (!symbol || !is_read_by_name(symbol)) continue;
    CHECK_REPORT(c, node, FIELD_HIDES, node->text, notch_symbol_words(symbol->kind));
    notch_diag_note(c->diag, notch_check_source(c, symbol->node), symbol->node->span,
                    "the other '%t' is declared here", node->text);
  }
}

static void index_fields(notch_event_decl *event)
{
  event->follow = event->first_money = event->first_number = event->list_field = NOTCH_NONE;
  for (uint32_t i = 0; i < event->field_count; i++) {
    uint8_t kind = event->fields[i].type.kind;
    if (kind == NOTCH_TYPE_MONEY && event->first_money == NOTCH_NONE) event->first_money = i;
    if (kind == NOTCH_TYPE_NUMBER && event->first_number == NOTCH_NONE) event->first_number = i;
    if (kind == NOTCH_TYPE_LIST && event->list_field == NOTCH_NONE) event->list_field = i;
  }
}

typedef struct builtin_field {
  notch_builtin_event event;
  const char *word;
  notch_type_kind kind;
  bool optional;
} builtin_field;

#define NOTCH_TYPE_HOME NOTCH_TYPE_MONEY
static const builtin_field builtin_fields[] = {
#define BUILTIN(name, word, has_member)
#define BUILTIN_FIELD(event, name, word, type, optional) \
  {NOTCH_EVENT_##event, word, NOTCH_TYPE_##type, optional},
#include "check/builtin_event.def"
#undef BUILTIN
#undef BUILTIN_FIELD
};
static const struct {
  const char *word;
  bool has_member;
} builtin_events[] = {
#define BUILTIN(name, word, has_member) {word, has_member},
#define BUILTIN_FIELD(event, name, word, type, optional)
#include "check/builtin_event.def"
#undef BUILTIN
#undef BUILTIN_FIELD
};

void notch_shape_builtin(notch_checker *c)
{
  for (uint32_t e = 0; e < NOTCH_EVENT_BUILTIN_COUNT; e++) {
    notch_event_decl *event = &c->program->events[e];
    event->decl.name = notch_arena_text(c->arena, notch_text_of(builtin_events[e].word));
    event->has_member = builtin_events[e].has_member;
    event->fields = NOTCH_NEW_ARRAY(c->arena, notch_field, 8);
    for (size_t i = 0; i < sizeof builtin_fields / sizeof builtin_fields[0]; i++) {
      const builtin_field *from = &builtin_fields[i];
      if ((uint32_t)from->event != e) continue;
      notch_field *field = &event->fields[event->field_count++];
      field->name = notch_arena_text(c->arena, notch_text_of(from->word));
      field->type = notch_type_make(from->kind, 0);
      if (from->kind == NOTCH_TYPE_MONEY && !c->program->currency_count)
        field->type = notch_type_make(NOTCH_TYPE_NUMBER, 0);
      field->type.optional = from->optional;
      field->decimals = 6;
      field->range = from->kind == NOTCH_TYPE_MONEY || from->kind == NOTCH_TYPE_NUMBER
                         ? notch_range_at_least(0)
                         : notch_range_all();
      field->default_value = NOTCH_MISSING;
    }
    index_fields(event);
    /* What a return may lower of these is named by interfaces.md, not by their fields. */
  }
}

static void follow_one(notch_checker *c, notch_event_decl *event, const notch_tree_node *part,
                       bool *found)
{
  uint32_t at = notch_scope_field(event->fields, event->field_count, part->text);
  if (at == NOTCH_NONE) return;
  *found = true;
  notch_type type = event->fields[at].type;
  if (type.optional || (type.kind != NOTCH_TYPE_DATE && type.kind != NOTCH_TYPE_MOMENT)) {
    CHECK_REPORT(c, part, FOLLOW_WHAT, part->text);
    return;
  }
  event->follow = at;
}

static void read_follow(notch_checker *c)
{
  const notch_tree_node *program = c->program_node;
  if (!program || program->broken) return;
  const notch_tree_node *clause = notch_check_once(c, program, NOTCH_AST_PROGRAM_FOLLOW,
                                                   "rules follow");
  if (!clause) return;
  const notch_tree_node *path = clause->first;
  const notch_tree_node *part = notch_tree_find(path, NOTCH_AST_NAME), *next;
  bool found = false;
  notch_symbol *event = NULL;
  if (part && path->detail == NOTCH_ROOT_NAME && (next = notch_tree_find_next(part))) {
    event = notch_scope_event(c, c->root, part);
    if (!event) return;
    part = next;
  }
  if (!part || path->detail == NOTCH_ROOT_MEMBER) {
    CHECK_REPORT(c, path, FOLLOW_WHAT, path->text);
    return;
  }
  for (uint32_t i = NOTCH_EVENT_BUILTIN_COUNT; i < c->program->event_count; i++)
    if (!event || event->index == i) follow_one(c, &c->program->events[i], part, &found);
  if (!found) notch_check_unknown(c, part, part->text, (notch_text){0});
}

void notch_shape_check(notch_checker *c)
{
  notch_program *program = c->program;
  for (uint32_t i = 0; i < program->record_count; i++) { /* names first: fields are lists of them */
    const notch_item *item = &c->items[NOTCH_SYMBOL_RECORD].items[i];
    notch_decl decl = notch_decl_of(c, item);
    program->records[i].name = decl.name;
    program->records[i].title = decl.title;
  }
  for (uint32_t i = 0; i < program->record_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_RECORD].items[i];
    field_list fields = {0};
    read_fields(c, item->names, item->node, &fields);
    watch_names(c, item->names, item->node);
    if (!fields.count) CHECK_REPORT(c, item->node, NO_FIELDS, item->node->text);
    program->records[i].fields = fields.items;
    program->records[i].field_count = fields.count;
  }
  for (uint32_t i = 0; i < c->items[NOTCH_SYMBOL_EVENT].count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_EVENT].items[i];
    notch_event_decl *event = &program->events[item->symbol->index];
    event->decl = notch_decl_of(c, item);
    event->has_member = true;
    field_list fields = {0};
    read_fields(c, item->names, item->node, &fields);
    watch_names(c, item->names, item->node);
    event->fields = fields.items;
    event->field_count = fields.count;
    index_fields(event);
  }
  field_list members = {0};
  for (uint32_t i = 0; i < c->items[NOTCH_SYMBOL_MEMBER].count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_MEMBER].items[i];
    read_fields(c, item->names, item->node, &members);
  }
  program->member_fields = members.items;
  program->member_field_count = members.count;
  read_follow(c);
}
