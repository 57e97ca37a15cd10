/* check/declare.c -- the programme's own clauses, and collecting every declared name. */
#include <config.h>

#include "check/checker.h"

const notch_tree_node *notch_check_once(notch_checker *c, const notch_tree_node *declaration,
                                        notch_tree_kind kind, const char *words)
{
  const notch_tree_node *first = notch_tree_find(declaration, kind);
  if (!first) return NULL;
  for (const notch_tree_node *next = notch_tree_find_next(first); next;
       next = notch_tree_find_next(next)) {
    CHECK_REPORT(c, next, CLAUSE_TWICE, words);
    notch_diag_note(c->diag, notch_check_source(c, first), first->span, "the other one");
  }
  return first;
}

void notch_rounding_read(notch_checker *c, const notch_tree_node *declaration,
                         notch_rounding *rounding)
{
  const notch_tree_node *node = notch_check_once(c, declaration, NOTCH_AST_ROUNDED, "rounded");
  if (!node) return;
  const notch_tree_node *scope = notch_tree_find(node, NOTCH_AST_ROUNDED_SCOPE);
  static const notch_scope scopes[] = {NOTCH_PER_LINE, NOTCH_PER_RULE, NOTCH_PER_EVENT};
  rounding->written = true;
  rounding->mode = (notch_rounding_mode)(node->detail - 1);
  rounding->scope = scope ? scopes[scope->detail] : NOTCH_PER_EVENT;
}

static unsigned currency_decimals(notch_text code, bool *known)
{
  static const struct {
    char code[4];
    uint8_t decimals;
  } table[] = {
#define CURRENCY(code, decimals) {code, decimals},
#include "check/currency.def"
#undef CURRENCY
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (notch_text_equal(code, notch_text_of(table[i].code))) {
      *known = true;
      return table[i].decimals;
    }
  *known = false;
  return 2;
}

static void read_currencies(notch_checker *c, const notch_tree_node *node)
{
  notch_program *program = c->program;
  program->currencies = NOTCH_NEW_ARRAY(c->arena, notch_currency, node->count + 1);
  for (const notch_tree_node *name = notch_tree_find(node, NOTCH_AST_NAME); name;
       name = notch_tree_find_next(name)) {
    bool known;
    unsigned decimals = currency_decimals(name->text, &known);
    if (!known) CHECK_REPORT(c, name, NOT_A_CURRENCY, name->text);
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_CURRENCY,
                             .index = program->currency_count,
                             .name = name->text,
                             .node = name,
                             .names = c->root};
    if (!notch_names_add(c, c->root, name->text, symbol, name)) continue;
    program->currencies[program->currency_count++] = (notch_currency){
        .code = notch_arena_text(c->arena, name->text), .decimals = (uint8_t)decimals};
  }
}

static void read_zone(notch_checker *c, const notch_tree_node *node)
{
  notch_program *program = c->program;
  if (!node) {
    if (c->program_node) CHECK_REPORT(c, c->program_node, NO_TIMEZONE);
    return;
  }
  program->zone_name = notch_arena_text(c->arena, node->text);
  if (!notch_zone_load(&program->zone, program->zone_name.bytes ? program->zone_name.bytes : "",
                       c->arena)) {
    program->zone = (notch_zone){0};
    CHECK_REPORT(c, node, UNKNOWN_TIMEZONE, node->text);
  }
}

static void read_calendar(notch_checker *c, const notch_tree_node *node)
{
  notch_calendar *calendar = &c->program->calendar;
  *calendar = (notch_calendar){.year_month = 1, .year_day = 1};
  const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_MONTHS, "months");
  if (clause) calendar->months_roll = clause->detail == 1;
  clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_YEAR_STARTS, "year starts");
  if (clause)
    notch_literal_day_of_year(c, clause->first, &calendar->year_month, &calendar->year_day);
  clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_WEEK_STARTS, "week starts");
  if (clause) calendar->week_start = (uint8_t)clause->detail;
}

static void read_draws(notch_checker *c, const notch_tree_node *node)
{
  const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_DRAWS, "draws from");
  if (!clause) return;
  static const notch_text scheme = {"sha256:", 7};
  notch_text text = clause->text;
  bool fits = text.length == 7 + 64 && notch_text_equal((notch_text){text.bytes, 7}, scheme) &&
              notch_unhex(c->program->draws.bytes, 32, (notch_text){text.bytes + 7, 64});
  if (!fits) CHECK_REPORT(c, clause, BAD_COMMITMENT);
  c->program->has_draws = true;
}

void notch_declare_program(notch_checker *c)
{
  notch_program *program = c->program;
  program->calendar = (notch_calendar){.year_month = 1, .year_day = 1};
  for (const notch_tree_node *decl = c->root->file->first; decl; decl = decl->next) {
    if (decl->kind != NOTCH_AST_PROGRAM) continue;
    if (c->program_node) {
      CHECK_REPORT(c, decl, SECOND_PROGRAM);
      notch_diag_note(c->diag, notch_check_source(c, c->program_node), c->program_node->span,
                      "the first one");
      continue;
    }
    c->program_node = decl;
  }
  const notch_tree_node *node = c->program_node;
  if (!node) {
    const notch_tree_node *first = c->root->file->first;
    if (!c->root->file->broken) CHECK_REPORT(c, first ? first : c->root->file, NO_PROGRAM);
    return;
  }
  if (node->broken) return;
  program->name = notch_arena_text(c->arena, node->text);
  program->title = notch_arena_text(c->arena, notch_tree_title(node));
  read_zone(c, notch_check_once(c, node, NOTCH_AST_PROGRAM_TIMEZONE, "timezone"));
  const notch_tree_node *clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_CURRENCY, "currency");
  if (clause) read_currencies(c, clause);
  notch_rounding_read(c, node, &program->rounding);
  read_calendar(c, node);
  clause = notch_check_once(c, node, NOTCH_AST_PROGRAM_LATE_REFUSED, "late events");
  if (clause) {
    program->late_refused = notch_literal_duration(c, clause->first, &program->late_after);
    const notch_tree_node *other = notch_tree_find(node, NOTCH_AST_PROGRAM_LATE_AS_OF);
    if (other) CHECK_REPORT(c, other, CLAUSE_TWICE, "late events");
  }
  read_draws(c, node);
}

static notch_symbol_kind kind_of(notch_tree_kind kind)
{
  switch (kind) {
  case NOTCH_AST_POINTS: return NOTCH_SYMBOL_POINTS;
  case NOTCH_AST_RECORD: return NOTCH_SYMBOL_RECORD;
  case NOTCH_AST_EVENT: return NOTCH_SYMBOL_EVENT;
  case NOTCH_AST_MEASURE: return NOTCH_SYMBOL_MEASURE;
  case NOTCH_AST_LADDER: return NOTCH_SYMBOL_LADDER;
  case NOTCH_AST_RULE: return NOTCH_SYMBOL_RULE;
  case NOTCH_AST_GROUP: return NOTCH_SYMBOL_GROUP;
  case NOTCH_AST_TABLE: return NOTCH_SYMBOL_TABLE;
  case NOTCH_AST_DEFINE: return NOTCH_SYMBOL_DEFINE;
  case NOTCH_AST_SEGMENT: return NOTCH_SYMBOL_SEGMENT;
  case NOTCH_AST_REWARD: return NOTCH_SYMBOL_REWARD;
  case NOTCH_AST_PAYMENT: return NOTCH_SYMBOL_PAYMENT;
  case NOTCH_AST_PARTNER: return NOTCH_SYMBOL_PARTNER;
  case NOTCH_AST_POOL: return NOTCH_SYMBOL_POOL;
  case NOTCH_AST_COHORT: return NOTCH_SYMBOL_COHORT;
  case NOTCH_AST_RETIRE: return NOTCH_SYMBOL_RETIRE;
  case NOTCH_AST_TEST: return NOTCH_SYMBOL_TEST;
  case NOTCH_AST_PROPERTY: return NOTCH_SYMBOL_PROPERTY;
  case NOTCH_AST_MEMBER: return NOTCH_SYMBOL_MEMBER;
  default: return NOTCH_SYMBOL_COUNT;
  }
}

static bool is_nameless(notch_symbol_kind kind)
{
  return kind == NOTCH_SYMBOL_RETIRE || kind == NOTCH_SYMBOL_TEST ||
         kind == NOTCH_SYMBOL_PROPERTY || kind == NOTCH_SYMBOL_MEMBER;
}

static void collect_tiers(notch_checker *c, const notch_tree_node *ladder, uint32_t index)
{
  const notch_tree_node *order = notch_tree_find(ladder, NOTCH_AST_LADDER_ORDER);
  uint32_t rank = 0;
  if (!order)
    return;
  for (const notch_tree_node *name = notch_tree_find(order, NOTCH_AST_NAME); name;
       name = notch_tree_find_next(name)) {
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = ladder->broken ? NOTCH_SYMBOL_BROKEN : NOTCH_SYMBOL_TIER,
                             .index = index,
                             .rank = rank++,
                             .name = name->text,
                             .node = name};
    notch_names_add(c, c->tiers, name->text, symbol, name);
  }
}

static void collect(notch_checker *c, const notch_tree_node *node, notch_names *names,
                    notch_symbol_kind kind)
{
  notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
  *symbol = (notch_symbol){.kind = kind, .name = node->text, .node = node, .names = names};
  if (node->broken) symbol->kind = NOTCH_SYMBOL_BROKEN;
  if (kind == NOTCH_SYMBOL_EVENT && notch_names_get(c->builtins, node->text)) {
    CHECK_REPORT(c, node, NAME_TAKEN, node->text, "a built-in event");
    return;
  }
  bool fresh = is_nameless(kind) || notch_names_add(c, names, node->text, symbol, node);
  if (node->broken && kind == NOTCH_SYMBOL_LADDER) {
    c->ladder_broken = true;
    collect_tiers(c, node, NOTCH_NONE);
  }
  if (node->broken || !fresh) return;
  notch_items *items = &c->items[kind];
  /* Built-in events come first among the events. */
  symbol->index = items->count + (kind == NOTCH_SYMBOL_EVENT ? NOTCH_EVENT_BUILTIN_COUNT : 0);
  *notch_vec_push(items, c->scratch) = (notch_item){node, names, symbol};
  if (kind == NOTCH_SYMBOL_LADDER) collect_tiers(c, node, symbol->index);
}

void notch_declare_file(notch_checker *c, const notch_tree_node *file, notch_names *names)
{
  for (const notch_tree_node *node = file->first; node; node = node->next) {
    notch_symbol_kind kind = kind_of(node->kind);
    if (kind != NOTCH_SYMBOL_COUNT) collect(c, node, names, kind);
    if (node->kind == NOTCH_AST_USE) notch_module_collect(c, node, names);
    if (node->kind == NOTCH_AST_PROGRAM && names != c->root)
      CHECK_REPORT(c, node, PROGRAM_IN_MODULE);
    if (node->kind == NOTCH_AST_MODULE && names == c->root && c->program_node)
      CHECK_REPORT(c, node, MODULE_AND_PROGRAM);
  }
}

static void collect_builtin_events(notch_checker *c)
{
  static const char *const words[] = {
#define BUILTIN(name, word, has_member) word,
#define BUILTIN_FIELD(event, name, word, type, optional)
#include "check/builtin_event.def"
#undef BUILTIN
#undef BUILTIN_FIELD
  };
  for (uint32_t i = 0; i < NOTCH_EVENT_BUILTIN_COUNT; i++) {
    if (i == NOTCH_EVENT_GIVEN) continue;
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_EVENT,
                             .index = i,
                             .name = notch_text_of(words[i]),
                             .names = c->builtins,
                             .used = true};
    notch_names_add(c, c->builtins, symbol->name, symbol, c->root->file);
  }
}

#define ENTITIES(ENTITY)                                  \
  ENTITY(RECORD, record)                                  \
  ENTITY(POINTS, points)                                  \
  ENTITY(MEASURE, measure)                                \
  ENTITY(LADDER, ladder)                                  \
  ENTITY(RULE, rule)                                      \
  ENTITY(GROUP, group)                                    \
  ENTITY(TABLE, table)                                    \
  ENTITY(SEGMENT, segment)                                \
  ENTITY(REWARD, reward)                                  \
  ENTITY(PAYMENT, payment)                                \
  ENTITY(PARTNER, partner)                                \
  ENTITY(POOL, pool)                                      \
  ENTITY(COHORT, cohort)                                  \
  ENTITY(RETIRE, retire)                                  \
  ENTITY(TEST, test)                                      \
  ENTITY(PROPERTY, property)

static void make_room(notch_checker *c)
{
  notch_program *p = c->program;
  const notch_items *items = c->items;
#define ENTITY(kind, name)                            \
  p->name##_count = items[NOTCH_SYMBOL_##kind].count; \
  notch_##name *name##_array = NOTCH_NEW_ARRAY(c->arena, notch_##name, p->name##_count + 1);
  ENTITIES(ENTITY)
#undef ENTITY
  p->records = record_array;
  p->points = points_array;
  p->measures = measure_array;
  p->ladders = ladder_array;
  p->rules = rule_array;
  p->groups = group_array;
  p->tables = table_array;
  p->segments = segment_array;
  p->rewards = reward_array;
  p->payments = payment_array;
  p->partners = partner_array;
  p->pools = pool_array;
  p->cohorts = cohort_array;
  p->retires = retire_array;
  p->tests = test_array;
  p->properties = property_array;
  p->event_count = NOTCH_EVENT_BUILTIN_COUNT + items[NOTCH_SYMBOL_EVENT].count;
  p->events = NOTCH_NEW_ARRAY(c->arena, notch_event_decl, p->event_count);
}

/* Tier names are read in conditions long before the ladders are checked. */
static void name_tiers(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->ladder_count; i++) {
    const notch_item *item = &c->items[NOTCH_SYMBOL_LADDER].items[i];
    notch_ladder *ladder = &c->program->ladders[i];
    ladder->decl = notch_decl_of(c, item);
    const notch_tree_node *order = notch_tree_find(item->node, NOTCH_AST_LADDER_ORDER);
    ladder->tiers = NOTCH_NEW_ARRAY(c->arena, notch_tier, order->count + 1);
    for (const notch_tree_node *name = notch_tree_find(order, NOTCH_AST_NAME); name;
         name = notch_tree_find_next(name)) {
      notch_tier *tier = &ladder->tiers[ladder->tier_count++];
      tier->decl = (notch_decl){.name = notch_arena_text(c->arena, name->text),
                                .source = name->source,
                                .span = name->span};
      tier->reach = tier->keep = tier->lifetime = NOTCH_NONE;
    }
  }
}

void notch_declare_names(notch_checker *c)
{
  collect_builtin_events(c);
  notch_declare_file(c, c->root->file, c->root);
  make_room(c);
  name_tiers(c);
}
