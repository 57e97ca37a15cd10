/* fixture.c -- see fixture.h. */
#include <config.h>

#include "fixture.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static notch_type type_of(notch_type_kind kind)
{
  return (notch_type){.kind = (uint8_t)kind};
}

static notch_field field_of(const char *name, notch_type_kind kind, bool optional)
{
  notch_field field = {.name = notch_text_of(name), .type = type_of(kind)};
  field.type.optional = optional;
  return field;
}

static void make_event(fixture *f)
{
  notch_program *p = f->program;
  notch_field *item = NOTCH_NEW_ARRAY(&f->arena, notch_field, I_FIELDS);
  item[I_SKU] = field_of("sku", NOTCH_TYPE_TEXT, false);
  item[I_CATEGORY] = field_of("category", NOTCH_TYPE_TEXT, false);
  item[I_AMOUNT] = field_of("amount", NOTCH_TYPE_MONEY, false);
  item[I_QUANTITY] = field_of("quantity", NOTCH_TYPE_NUMBER, false);
  p->record_count = 1;
  p->records = NOTCH_NEW(&f->arena, notch_record);
  *p->records = (notch_record){.name = NOTCH_TEXT("item"), .field_count = I_FIELDS,
                               .fields = item};
  notch_field *fields = NOTCH_NEW_ARRAY(&f->arena, notch_field, F_FIELDS);
  fields[F_AMOUNT] = field_of("amount", NOTCH_TYPE_MONEY, false);
  fields[F_CHANNEL] = field_of("channel", NOTCH_TYPE_CHOICE, false);
  fields[F_ITEMS] = field_of("items", NOTCH_TYPE_LIST, false);
  fields[F_DAY] = field_of("day", NOTCH_TYPE_DATE, true);
  fields[F_AT] = field_of("at", NOTCH_TYPE_MOMENT, true);
  fields[F_COUNT] = field_of("count", NOTCH_TYPE_NUMBER, true);
  fields[F_NOTE] = field_of("note", NOTCH_TYPE_TEXT, true);
  fields[F_VIP] = field_of("vip", NOTCH_TYPE_FLAG, false);
  fields[F_TIME] = field_of("time", NOTCH_TYPE_TIME, true);
  p->event_count = 1;
  p->events = NOTCH_NEW(&f->arena, notch_event_decl);
  *p->events = (notch_event_decl){.decl = {.name = NOTCH_TEXT("purchase")},
                                  .has_member = true,
                                  .field_count = F_FIELDS,
                                  .fields = fields,
                                  .list_field = F_ITEMS};
}

static notch_cell cell_of(notch_cell_kind kind, notch_value low, int64_t high)
{
  return (notch_cell){.kind = kind, .low = low, .high = NOTCH_VALUE(high)};
}

static void make_tables(fixture *f)
{
  notch_program *p = f->program;
  p->table_count = T_TABLES;
  p->tables = NOTCH_NEW_ARRAY(&f->arena, notch_table, T_TABLES);
  notch_cell *bands = NOTCH_NEW_ARRAY(&f->arena, notch_cell, 4);
  bands[0] = cell_of(NOTCH_CELL_LT, NOTCH_VALUE(0), 0);
  bands[1] = cell_of(NOTCH_CELL_BETWEEN, NOTCH_VALUE(0), 9);
  bands[2] = cell_of(NOTCH_CELL_EQ, NOTCH_VALUE(10), 0);
  bands[3] = cell_of(NOTCH_CELL_GE, NOTCH_VALUE(20), 0);
  notch_expr **rates = NOTCH_NEW_ARRAY(&f->arena, notch_expr *, 4);
  for (int64_t i = 0; i < 4; i++)
    rates[i] = x_ratio(f, i + 1, 2);
  notch_type *columns = NOTCH_NEW_ARRAY(&f->arena, notch_type, 2);
  columns[0] = type_of(NOTCH_TYPE_NUMBER);
  columns[1] = type_of(NOTCH_TYPE_TEXT);
  p->tables[T_RATE] = (notch_table){.decl = {.name = NOTCH_TEXT("rate")},
                                    .column_count = 1,
                                    .row_count = 4,
                                    .columns = columns,
                                    .type = type_of(NOTCH_TYPE_NUMBER),
                                    .gives = NOTCH_GIVES_EXCLUSIVE,
                                    .cells = bands,
                                    .results = rates};
  notch_cell *cells = NOTCH_NEW_ARRAY(&f->arena, notch_cell, 6);
  cells[0] = cell_of(NOTCH_CELL_GT, NOTCH_VALUE(5), 0);
  cells[1] = cell_of(NOTCH_CELL_ANY, NOTCH_MISSING, 0);
  cells[2] = cell_of(NOTCH_CELL_ANY, NOTCH_MISSING, 0);
  cells[3] = cell_of(NOTCH_CELL_EQ, fixture_text_value(f, "vip"), 0);
  cells[4] = cell_of(NOTCH_CELL_ANY, NOTCH_MISSING, 0);
  cells[5] = cell_of(NOTCH_CELL_ANY, NOTCH_MISSING, 0);
  notch_expr **results = NOTCH_NEW_ARRAY(&f->arena, notch_expr *, 3);
  results[0] = x_number(f, 2);
  results[1] = x_two(f, NOTCH_EXPR_ADD, NOTCH_TYPE_NUMBER, x_number(f, 1), x_number(f, 4));
  results[2] = x_number(f, 1);
  p->tables[T_BEST] = (notch_table){.decl = {.name = NOTCH_TEXT("best")},
                                    .column_count = 2,
                                    .row_count = 3,
                                    .columns = columns,
                                    .type = type_of(NOTCH_TYPE_NUMBER),
                                    .gives = NOTCH_GIVES_BEST,
                                    .cells = cells,
                                    .results = results};
}

/* Two hours east of UTC, and three from 2026-03-29 01:00 UTC to 2026-10-25 01:00 UTC. */
static void make_zone(fixture *f)
{
  static const int64_t at_s[] = {INT64_MIN, 1774746000, 1792890000};
  static const int32_t offset_s[] = {7200, 10800, 7200};
  f->program->zone = (notch_zone){.count = 3, .at_s = at_s, .offset_s = offset_s};
}

static notch_eval read_fact(void *payload, notch_fact fact, uint32_t a, uint32_t b,
                            notch_value arg, notch_value *out)
{
  fixture *f = payload;
  (void)arg;
  f->asked = fact;
  f->asked_a = a;
  f->asked_b = b;
  f->reads++;
  *out = f->facts[fact];
  return f->refusal;
}

void fixture_begin(fixture *f)
{
  memset(f, 0, sizeof *f);
  notch_arena_init(&f->arena, &notch_memory_system);
  f->program = NOTCH_NEW(&f->arena, notch_program);
  notch_program *p = f->program;
  make_event(f);
  make_tables(f);
  make_zone(f);
  static notch_currency currencies[] = {{{"CNY", 3}, 2}, {{"JPY", 3}, 0}, {{"KWD", 3}, 3}};
  p->currencies = currencies;
  p->currency_count = 3;
  p->points_count = p->window_count = p->measure_count = p->cohort_count = 2;
  p->ladder_count = 1;
  p->ladders = NOTCH_NEW(&f->arena, notch_ladder);
  p->ladders->tier_count = 3;
  p->rule_count = 1;
  p->rules = NOTCH_NEW(&f->arena, notch_rule);
  p->rules->decl.name = NOTCH_TEXT("base");
  p->member_field_count = 2;
  p->member_fields = NOTCH_NEW_ARRAY(&f->arena, notch_field, 2);
  p->member_fields[0] = field_of("birthday", NOTCH_TYPE_DATE, true);
  p->member_fields[1] = field_of("city", NOTCH_TYPE_TEXT, true);
  p->calendar = (notch_calendar){.year_month = 1, .year_day = 1};
  p->roots = f->roots;
  f->context = (notch_context){.fields = f->fields, .read = read_fact, .payload = f};
  f->fields[F_AMOUNT] = f->fields[F_CHANNEL] = f->fields[F_VIP] = NOTCH_VALUE(0);
  fixture_items(f, NULL, 0);
}

void fixture_end(fixture *f)
{
  notch_vm_free(f->vm);
  notch_arena_free(&f->arena);
}

notch_value fixture_text_value(fixture *f, const char *text)
{
  notch_text *kept = NOTCH_NEW(&f->arena, notch_text);
  *kept = notch_arena_text(&f->arena, notch_text_of(text));
  return NOTCH_VALUE((intptr_t)kept);
}

void fixture_items(fixture *f, const fixture_item *items, uint32_t count)
{
  notch_list *list = NOTCH_NEW(&f->arena, notch_list);
  list->count = count;
  list->width = I_FIELDS;
  list->values = NOTCH_NEW_ARRAY(&f->arena, notch_value, count * I_FIELDS + 1);
  for (uint32_t i = 0; i < count; i++) {
    notch_value *item = list->values + i * I_FIELDS;
    item[I_SKU] = fixture_text_value(f, items[i].sku);
    item[I_CATEGORY] = fixture_text_value(f, items[i].category);
    item[I_AMOUNT] = NOTCH_VALUE(items[i].amount);
    item[I_QUANTITY] = NOTCH_VALUE(items[i].quantity);
  }
  f->fields[F_ITEMS] = NOTCH_VALUE((intptr_t)list);
}

uint32_t fixture_root(fixture *f, const notch_expr *expr)
{
  assert(f->program->root_count < sizeof f->roots / sizeof f->roots[0]);
  f->roots[f->program->root_count] = (notch_root){.expr = expr, .rule = 0};
  return f->program->root_count++;
}

void fixture_compile(fixture *f)
{
  notch_vm_free(f->vm);
  f->code = notch_emit(f->program, &f->arena);
  if (f->code == NULL)
    abort();
  f->vm = notch_vm_new(f->program, f->code, &notch_memory_system);
  if (f->vm == NULL)
    abort();
}

notch_eval fixture_eval(fixture *f, const notch_expr *expr, notch_value *out)
{
  f->program->root_count = 0;
  fixture_root(f, expr);
  fixture_compile(f);
  notch_eval ended = notch_vm_eval(f->vm, 0, &f->context, out);
  const notch_procedure *procedure = &f->code->procedures[0];
  notch_value at_hand;
  bool is = procedure->shape == NOTCH_SHAPE_MONTH
                ? notch_code_same_month(procedure, f->context.fields, f->context.today, &at_hand)
                : notch_code_at_hand(procedure, f->context.fields, &at_hand);
  bool same = !is ||
              (ended == NOTCH_EVAL_OK && at_hand.n == out->n && at_hand.d == out->d);
  if (!same)
    abort(); /* what is at hand is what running it gives */
  return ended;
}

static notch_expr *node(fixture *f, notch_expr_op op, notch_type_kind type, uint32_t count)
{
  notch_expr *expr = NOTCH_NEW(&f->arena, notch_expr);
  expr->op = op;
  expr->type = type_of(type);
  expr->window = NOTCH_NONE;
  expr->arg_count = count;
  expr->args = NOTCH_NEW_ARRAY(&f->arena, notch_expr *, count + 1);
  return expr;
}

notch_expr *x_const(fixture *f, notch_type_kind type, int64_t n)
{
  notch_expr *expr = node(f, NOTCH_EXPR_CONST, type, 0);
  expr->value = NOTCH_VALUE(n);
  return expr;
}

notch_expr *x_number(fixture *f, int64_t n)
{
  return x_const(f, NOTCH_TYPE_NUMBER, n);
}

notch_expr *x_ratio(fixture *f, int64_t n, int64_t d)
{
  notch_expr *expr = x_number(f, n);
  notch_rational reduced;
  if (!notch_rational_make(&reduced, n, d))
    abort();
  expr->value = notch_value_of(reduced);
  return expr;
}

notch_expr *x_text(fixture *f, const char *text)
{
  notch_expr *expr = node(f, NOTCH_EXPR_CONST, NOTCH_TYPE_TEXT, 0);
  expr->value = fixture_text_value(f, text);
  return expr;
}

notch_expr *x_leaf(fixture *f, notch_expr_op op, notch_type_kind type, uint32_t a, uint32_t b)
{
  notch_expr *expr = node(f, op, type, 0);
  expr->a = a;
  expr->b = b;
  return expr;
}

notch_expr *x_field(fixture *f, uint32_t field)
{
  notch_type type = f->program->events[0].fields[field].type;
  return x_leaf(f, NOTCH_EXPR_FIELD, type.kind, field, 0);
}

notch_expr *x_item(fixture *f, uint32_t field)
{
  notch_type type = f->program->records[0].fields[field].type;
  return x_leaf(f, NOTCH_EXPR_ITEM, type.kind, field, 0);
}

notch_expr *x_one(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a)
{
  notch_expr *expr = node(f, op, type, 1);
  expr->args[0] = a;
  return expr;
}

notch_expr *x_two(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a,
                  notch_expr *b)
{
  notch_expr *expr = node(f, op, type, 2);
  expr->args[0] = a;
  expr->args[1] = b;
  return expr;
}

notch_expr *x_three(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a,
                    notch_expr *b, notch_expr *c)
{
  notch_expr *expr = node(f, op, type, 3);
  expr->args[0] = a;
  expr->args[1] = b;
  expr->args[2] = c;
  return expr;
}

notch_expr *x_over(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *value,
                   notch_expr *where)
{
  notch_expr *expr = x_two(f, op, type, value, where);
  expr->a = F_ITEMS;
  return expr;
}
