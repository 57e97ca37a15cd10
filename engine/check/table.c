/* check/table.c -- decision tables: columns, cells and results are constants of agreed types. */
#include <config.h>

#include "check/checker.h"

static void try_type(notch_type *found, unsigned *how_many, notch_type type)
{
  type.optional = false;
  if (*how_many && notch_type_same(*found, type)) return;
  *found = type;
  ++*how_many;
}

/* `of amount`: the field of that name, whichever event or record has it. */
static unsigned type_of_field(const notch_checker *c, notch_text name, notch_type *found)
{
  const notch_program *program = c->program;
  unsigned how_many = 0;
  for (uint32_t e = 0; e < program->event_count; e++) {
    const notch_event_decl *event = &program->events[e];
    if (e < NOTCH_EVENT_BUILTIN_COUNT) continue;
    uint32_t at = notch_scope_field(event->fields, event->field_count, name);
    if (at != NOTCH_NONE) try_type(found, &how_many, event->fields[at].type);
  }
  for (uint32_t r = 0; r < program->record_count; r++) {
    const notch_record *record = &program->records[r];
    uint32_t at = notch_scope_field(record->fields, record->field_count, name);
    if (at != NOTCH_NONE) try_type(found, &how_many, record->fields[at].type);
  }
  return how_many;
}

static notch_type plain_type(notch_text name)
{
  static const struct {
    const char *word;
    notch_type_kind kind;
  } types[] = {{"number", NOTCH_TYPE_NUMBER}, {"percent", NOTCH_TYPE_NUMBER},
               {"multiplier", NOTCH_TYPE_NUMBER}, {"text", NOTCH_TYPE_TEXT},
               {"flag", NOTCH_TYPE_FLAG}, {"date", NOTCH_TYPE_DATE}, {"time", NOTCH_TYPE_TIME},
               {"moment", NOTCH_TYPE_MOMENT}, {"weekday", NOTCH_TYPE_WEEKDAY}};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (notch_text_equal(name, notch_text_of(types[i].word)))
      return notch_type_make(types[i].kind, 0);
  return notch_type_make(NOTCH_TYPE_ERROR, 0);
}

static notch_type type_of_symbol(notch_checker *c, notch_symbol *symbol)
{
  symbol->used = true;
  switch (symbol->kind) {
  case NOTCH_SYMBOL_LADDER: return notch_type_make(NOTCH_TYPE_TIER, symbol->index);
  case NOTCH_SYMBOL_CURRENCY: return notch_type_make(NOTCH_TYPE_MONEY, symbol->index);
  case NOTCH_SYMBOL_POINTS: return notch_type_make(NOTCH_TYPE_POINTS, symbol->index);
  case NOTCH_SYMBOL_COHORT: return notch_type_make(NOTCH_TYPE_BAND, symbol->index);
  case NOTCH_SYMBOL_SEGMENT: return notch_type_make(NOTCH_TYPE_FLAG, 0);
  case NOTCH_SYMBOL_VALUE: return symbol->value->type;
  case NOTCH_SYMBOL_MEASURE: {
    const notch_measure *measure = notch_measure_need(c, symbol->index);
    return measure ? measure->type : notch_type_make(NOTCH_TYPE_ERROR, 0);
  }
  default: return notch_type_make(NOTCH_TYPE_ERROR, 0);
  }
}

static notch_type column_name(notch_checker *c, notch_names *names, const notch_tree_node *node,
                              notch_text name)
{
  notch_type type = notch_type_make(NOTCH_TYPE_ERROR, 0);
  unsigned how_many = type_of_field(c, name, &type);
  if (how_many > 1) {
    CHECK_REPORT(c, node, COLUMN_UNCLEAR, name);
    return notch_type_make(NOTCH_TYPE_ERROR, 0);
  }
  if (how_many == 1) return type;
  notch_symbol *symbol = notch_names_find(names, name);
  if (symbol) {
    type = type_of_symbol(c, symbol);
    if (type.kind != NOTCH_TYPE_ERROR || symbol->kind == NOTCH_SYMBOL_BROKEN) return type;
    CHECK_REPORT(c, node, COLUMN_OF_WHAT, name);
    return type;
  }
  type = plain_type(name);
  if (type.kind == NOTCH_TYPE_ERROR)
    notch_check_unknown(c, node, name, notch_names_nearest(names, name));
  return type;
}

static notch_type column_type(notch_checker *c, notch_names *names, const notch_tree_node *node)
{
  if (node->kind == NOTCH_AST_PATH && node->detail == NOTCH_ROOT_NAME && node->count == 1)
    return column_name(c, names, node->first, node->first->text);
  if (node->kind == NOTCH_AST_PATH && node->detail == NOTCH_ROOT_EVENT)
    return column_name(c, names, node, notch_tree_find(node, NOTCH_AST_NAME)->text);
  /* `tier`, `member.city`, `month of today`, `spend over ...`: any expression tells its type. */
  notch_env env = notch_env_make(names, NOTCH_PLACE_MEMBER, NOTCH_NONE);
  notch_type type = notch_expr_check(c, &env, node, NULL)->type;
  type.optional = false;
  return type;
}

static void read_cell(notch_checker *c, notch_names *names, const notch_tree_node *node,
                      notch_type type, notch_cell *cell)
{
  static const notch_cell_kind compares[] = {[NOTCH_COMPARE_LT] = NOTCH_CELL_LT,
                                             [NOTCH_COMPARE_GT] = NOTCH_CELL_GT,
                                             [NOTCH_COMPARE_LE] = NOTCH_CELL_LE,
                                             [NOTCH_COMPARE_GE] = NOTCH_CELL_GE};
  *cell = (notch_cell){.kind = NOTCH_CELL_ANY, .span = node->span};
  if (node->kind == NOTCH_AST_CELL_ANY || type.kind == NOTCH_TYPE_ERROR) return;
  notch_expr *low = notch_expr_constant(c, names, node->first, type, true);
  if (low->type.kind == NOTCH_TYPE_ERROR) return;
  cell->low = cell->high = low->value;
  if (node->kind == NOTCH_AST_CELL_IS) {
    cell->kind = NOTCH_CELL_EQ;
    return;
  }
  if (!notch_type_is_ordered(type)) {
    CHECK_REPORT(c, node, NOT_ORDERED, notch_type_describe(c, type));
    return;
  }
  if (node->kind == NOTCH_AST_CELL_COMPARE) {
    cell->kind = compares[node->detail];
    return;
  }
  notch_expr *high = notch_expr_constant(c, names, notch_tree_child(node, 1), type, true);
  if (high->type.kind == NOTCH_TYPE_ERROR) return;
  cell->kind = NOTCH_CELL_BETWEEN;
  cell->high = high->value;
  if (notch_rational_compare(notch_value_rational(cell->low), notch_value_rational(cell->high)) > 0)
    CHECK_REPORT(c, node, RANGE_BACKWARDS, notch_value_words(c, type, cell->low),
                 notch_value_words(c, type, cell->high));
}

static void read_row(notch_checker *c, const notch_item *item, notch_table *table,
                     const notch_tree_node *row)
{
  uint32_t columns = row->count - 1;
  if (columns != table->column_count) {
    CHECK_REPORT(c, row, CELLS, (int)table->column_count, (int)columns);
    return;
  }
  uint32_t at = table->row_count;
  const notch_tree_node *node = row->first;
  for (uint32_t i = 0; i < columns; i++, node = node->next)
    read_cell(c, item->names, node, table->columns[i], &table->cells[at * columns + i]);
  bool first = table->type.kind == NOTCH_TYPE_ERROR;
  notch_expr *result = notch_expr_constant(c, item->names, node, table->type, !first);
  if (result->type.kind == NOTCH_TYPE_ERROR) return;
  if (first) table->type = result->type;
  table->results[at] = result;
  table->row_spans[at] = row->span;
  table->row_count++;
}

static void check_table(notch_checker *c, const notch_item *item, notch_table *table)
{
  const notch_tree_node *node = item->node, *of = notch_tree_find(node, NOTCH_AST_TABLE_OF);
  table->decl = notch_decl_of(c, item);
  table->gives = (notch_gives)node->detail;
  table->columns = NOTCH_NEW_ARRAY(c->arena, notch_type, of->count + 1);
  for (const notch_tree_node *column = of->first; column; column = column->next)
    table->columns[table->column_count++] = column_type(c, item->names, column);
  table->cells = NOTCH_NEW_ARRAY(c->arena, notch_cell, node->count * table->column_count + 1);
  table->results = NOTCH_NEW_ARRAY(c->arena, notch_expr *, node->count + 1);
  table->row_spans = NOTCH_NEW_ARRAY(c->arena, notch_span, node->count + 1);
  const notch_tree_node *row = notch_tree_find(node, NOTCH_AST_TABLE_ROW);
  if (!row) CHECK_REPORT(c, node, NO_ROWS, node->text);
  for (; row; row = notch_tree_find_next(row)) read_row(c, item, table, row);
  if (table->gives == NOTCH_GIVES_BEST && table->type.kind != NOTCH_TYPE_ERROR &&
      !notch_type_is_ordered(table->type))
    CHECK_REPORT(c, node, NOT_ORDERED, notch_type_describe(c, table->type));
}

const notch_table *notch_table_need(notch_checker *c, uint32_t index)
{
  const notch_item *item = &c->items[NOTCH_SYMBOL_TABLE].items[index];
  notch_table *table = &c->program->tables[index];
  if (item->symbol->done) return table;
  if (item->symbol->busy || c->nested >= NOTCH_CHECK_NESTED_MAX) return NULL;
  item->symbol->busy = true;
  c->nested++;
  check_table(c, item, table);
  item->symbol->busy = false;
  c->nested--;
  item->symbol->done = true;
  return table;
}

void notch_table_check(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->table_count; i++) notch_table_need(c, i);
}
