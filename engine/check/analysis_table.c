/* check/analysis_table.c -- decision tables: missing rows, overlaps, rows never reached. */
#include <config.h>

#include "check/analysis.h"

#include <stdlib.h>

#define STEPS_MAX 200000
#define CUTS_MAX 4096

typedef struct piece { /* a part of one column in which every cell is wholly in or out */
  bool point;          /* else the open interval between low and high */
  bool has_low, has_high;
  notch_rational low, high;
  notch_text text;     /* of a text column: one of its values, or (bytes NULL) any other */
} piece;

typedef struct cover {
  notch_checker *c;
  const notch_table *table;
  const struct notch_call_ranges *calls;
  piece **pieces;
  uint32_t *piece_counts;
  const piece **chosen;
  bool *reached; /* rows that are the first for something */
  uint64_t steps;
  bool reported_missing, reported_overlap;
} cover;

static bool is_text(notch_type type)
{
  return type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
}

static int by_value(const void *left, const void *right)
{
  return notch_rational_compare(*(const notch_rational *)left, *(const notch_rational *)right);
}

static const notch_cell *cell_at(const cover *w, uint32_t row, uint32_t column)
{
  return &w->table->cells[row * w->table->column_count + column];
}

static bool in_range(notch_range range, const piece *p)
{
  if (p->point)
    return (!range.has_low || notch_rational_compare(p->low, range.low) >= 0) &&
           (!range.has_high || notch_rational_compare(p->low, range.high) <= 0);
  if (range.has_low && p->has_high && notch_rational_compare(p->high, range.low) <= 0)
    return false;
  return !(range.has_high && p->has_low && notch_rational_compare(p->low, range.high) >= 0);
}

static void add_piece(cover *w, uint32_t column, piece one, notch_range range, bool whole)
{
  if (!in_range(range, &one)) return;
  if (whole && !one.point && one.has_low && one.has_high &&
      one.high.num - one.low.num <= 1 && one.low.den == 1 && one.high.den == 1)
    return; /* no whole number between */
  w->pieces[column][w->piece_counts[column]++] = one;
}

static void cut_ordered(cover *w, uint32_t column, notch_range range, bool whole)
{
  const notch_table *table = w->table;
  notch_rational *cuts = NOTCH_NEW_ARRAY(w->c->scratch, notch_rational, 2 * table->row_count + 3);
  uint32_t count = 0, kept = 0;
  if (range.has_low) cuts[count++] = range.low;
  if (range.has_high) cuts[count++] = range.high;
  for (uint32_t row = 0; row < table->row_count; row++) {
    const notch_cell *cell = cell_at(w, row, column);
    if (cell->kind == NOTCH_CELL_ANY) continue;
    cuts[count++] = notch_value_rational(cell->low);
    if (cell->kind == NOTCH_CELL_BETWEEN) cuts[count++] = notch_value_rational(cell->high);
  }
  if (count) qsort(cuts, count, sizeof cuts[0], by_value);
  for (uint32_t i = 0; i < count; i++)
    if (!kept || notch_rational_compare(cuts[i], cuts[kept - 1]) != 0) cuts[kept++] = cuts[i];
  w->pieces[column] = NOTCH_NEW_ARRAY(w->c->scratch, piece, 2 * kept + 1);
  for (uint32_t i = 0; i <= kept; i++) {
    piece between = {.has_low = i > 0, .has_high = i < kept};
    if (i > 0) between.low = cuts[i - 1];
    if (i < kept) between.high = cuts[i];
    add_piece(w, column, between, range, whole);
    if (i < kept) add_piece(w, column, (piece){.point = true, .low = cuts[i]}, range, whole);
  }
}

static void cut_texts(cover *w, uint32_t column)
{
  const notch_table *table = w->table;
  w->pieces[column] = NOTCH_NEW_ARRAY(w->c->scratch, piece, table->row_count + 1);
  for (uint32_t row = 0; row < table->row_count; row++) {
    const notch_cell *cell = cell_at(w, row, column);
    if (cell->kind == NOTCH_CELL_ANY) continue;
    w->pieces[column][w->piece_counts[column]++] = (piece){.text = notch_value_text(cell->low)};
  }
  w->pieces[column][w->piece_counts[column]++] = (piece){.point = false};
}

static void cut(cover *w, uint32_t column)
{
  notch_type type = w->table->columns[column];
  notch_range range = w->calls && w->calls->calls ? w->calls->columns[column] : notch_range_all();
  uint32_t values = 0;
  if (is_text(type)) {
    cut_texts(w, column);
    return;
  }
  if (type.kind == NOTCH_TYPE_CHOICE) values = w->c->choices.items[type.of].count;
  if (type.kind == NOTCH_TYPE_TIER) values = w->c->program->ladders[type.of].tier_count;
  if (type.kind == NOTCH_TYPE_BAND) values = w->c->program->cohorts[type.of].band_count;
  if (type.kind == NOTCH_TYPE_FLAG) values = 2;
  if (type.kind == NOTCH_TYPE_WEEKDAY) values = 7;
  if (values) range = notch_range_meet(range, notch_range_flag(0, (int)values - 1));
  if (type.kind == NOTCH_TYPE_MONTHNAME) range = notch_range_flag(1, 12);
  if (values && !range.has_low) range.has_low = true;
  bool whole = !notch_type_is_rational(type) || (w->calls && w->calls->calls && w->calls->whole);
  cut_ordered(w, column, range, whole);
}

static bool matches(const notch_cell *cell, const piece *p, bool text)
{
  if (cell->kind == NOTCH_CELL_ANY) return true;
  if (text) return p->text.bytes && notch_text_equal(p->text, notch_value_text(cell->low));
  notch_rational low = notch_value_rational(cell->low);
  /* A piece lies wholly on one side of every cut, so one of its points tells. */
  int to_low = p->point      ? notch_rational_compare(p->low, low)
               : p->has_high ? (notch_rational_compare(p->high, low) <= 0 ? -1 : 1)
               : p->has_low  ? 1
                             : 0;
  switch (cell->kind) {
  case NOTCH_CELL_EQ: return p->point && to_low == 0;
  case NOTCH_CELL_LT: return to_low < 0;
  case NOTCH_CELL_LE: return to_low <= 0;
  case NOTCH_CELL_GT: return to_low > 0;
  case NOTCH_CELL_GE: return to_low >= 0;
  case NOTCH_CELL_BETWEEN: {
    if (to_low < 0) return false;
    notch_rational high = notch_value_rational(cell->high);
    if (p->point) return notch_rational_compare(p->low, high) <= 0;
    return p->has_high && notch_rational_compare(p->high, high) <= 0;
  }
  case NOTCH_CELL_ANY: break;
  }
  return true;
}

static notch_value sample(const piece *p, bool whole)
{
  notch_rational value = p->low, sum;
  if (p->point) return notch_value_of(p->low);
  if (p->has_low && p->has_high && !whole && notch_rational_add(&sum, p->low, p->high) &&
      notch_rational_div(&value, sum, NOTCH_INTEGER(2)))
    return notch_value_of(value);
  if (p->has_low && notch_rational_add(&sum, p->low, NOTCH_INTEGER(1))) value = sum;
  if (!p->has_low && p->has_high && notch_rational_sub(&sum, p->high, NOTCH_INTEGER(1)))
    value = sum;
  if (!p->has_low && !p->has_high) value = NOTCH_INTEGER(0);
  return notch_value_of(value);
}

static notch_text witness(const cover *w)
{
  notch_text words = {0};
  for (uint32_t i = 0; i < w->table->column_count; i++) {
    notch_type type = w->table->columns[i];
    const piece *p = w->chosen[i];
    bool whole = !notch_type_is_rational(type) || (w->calls && w->calls->whole);
    notch_text one;
    if (!p)
      one = NOTCH_TEXT("any");
    else if (is_text(type))
      one = p->text.bytes ? p->text : NOTCH_TEXT("any other text");
    else
      one = notch_value_words(w->c, type, sample(p, whole));
    words = notch_arena_format(w->c->scratch, "%.*s%s%.*s", (int)words.length, words.bytes,
                               i ? ", " : "", (int)one.length, one.bytes);
  }
  return words;
}

static notch_tree_node row_node(const cover *w, uint32_t row)
{
  return (notch_tree_node){.source = w->table->decl.source, .span = w->table->row_spans[row]};
}

static void found(cover *w, const uint32_t *rows, uint32_t count)
{
  w->reached[rows[0]] = true;
  if (w->table->gives == NOTCH_GIVES_BEST)
    for (uint32_t i = 0; i < count; i++) w->reached[rows[i]] = true;
  if (w->table->gives != NOTCH_GIVES_EXCLUSIVE || count < 2 || w->reported_overlap) return;
  w->reported_overlap = true;
  notch_tree_node second = row_node(w, rows[1]), first = row_node(w, rows[0]);
  CHECK_REPORT(w->c, &second, ROWS_OVERLAP, w->table->decl.name, witness(w));
  notch_diag_note(w->c->diag, notch_check_source(w->c, &first), first.span, "the other row");
}

/* Goes through all combinations of pieces, with the rows that match so far. */
static void walk(cover *w, uint32_t column, const uint32_t *rows, uint32_t count)
{
  if (++w->steps > STEPS_MAX) return;
  if (!count) {
    if (w->reported_missing) return;
    w->reported_missing = true;
    notch_tree_node at = {.source = w->table->decl.source, .span = w->table->decl.span};
    CHECK_REPORT(w->c, &at, ROW_MISSING, w->table->decl.name, witness(w));
    return;
  }
  if (column == w->table->column_count) {
    found(w, rows, count);
    return;
  }
  uint32_t *left = NOTCH_NEW_ARRAY(w->c->scratch, uint32_t, count);
  for (uint32_t p = 0; p < w->piece_counts[column] && w->steps <= STEPS_MAX; p++) {
    uint32_t kept = 0;
    w->chosen[column] = &w->pieces[column][p];
    for (uint32_t i = 0; i < count; i++)
      if (matches(cell_at(w, rows[i], column), w->chosen[column],
                  is_text(w->table->columns[column])))
        left[kept++] = rows[i];
    w->steps += count / 8;
    walk(w, column + 1, left, kept);
  }
  w->chosen[column] = NULL;
}

static void check_table(notch_checker *c, uint32_t index)
{
  const notch_table *table = &c->program->tables[index];
  if (!table->row_count || !table->column_count || table->type.kind == NOTCH_TYPE_ERROR) return;
  for (uint32_t i = 0; i < table->column_count; i++)
    if (table->columns[i].kind == NOTCH_TYPE_ERROR) return;
  cover w = {.c = c, .table = table};
  if (c->table_calls) w.calls = &c->table_calls[index];
  w.reported_missing = !w.calls || !w.calls->calls; /* what it would be asked is not known */
  w.pieces = NOTCH_NEW_ARRAY(c->scratch, piece *, table->column_count);
  w.piece_counts = NOTCH_NEW_ARRAY(c->scratch, uint32_t, table->column_count);
  w.chosen = NOTCH_NEW_ARRAY(c->scratch, const piece *, table->column_count);
  w.reached = NOTCH_NEW_ARRAY(c->scratch, bool, table->row_count);
  uint32_t *rows = NOTCH_NEW_ARRAY(c->scratch, uint32_t, table->row_count);
  for (uint32_t i = 0; i < table->row_count; i++) rows[i] = i;
  for (uint32_t i = 0; i < table->column_count; i++) cut(&w, i);
  walk(&w, 0, rows, table->row_count);
  notch_tree_node at = {.source = table->decl.source, .span = table->decl.span};
  if (w.steps > STEPS_MAX) {
    CHECK_REPORT(c, &at, NOT_CHECKED, "whether rows overlap or are missing", table->decl.name);
    return;
  }
  for (uint32_t row = 0; row < table->row_count; row++) {
    notch_tree_node node = row_node(&w, row);
    if (!w.reached[row] && !w.reported_overlap) CHECK_REPORT(c, &node, ROW_UNREACHED);
  }
}

void notch_analysis_tables(notch_checker *c)
{
  for (uint32_t i = 0; i < c->program->table_count; i++) check_table(c, i);
}
