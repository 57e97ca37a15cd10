/* report/columns.c -- tables for people: columns as wide as their widest cell on a screen. */
#include <config.h>

#include "report/report.h"

#include <assert.h>
#include <string.h>

#define GAP 2u

void notch_columns_begin(notch_table_of_text *table, const char *align, notch_arena *run)
{
  memset(table, 0, sizeof *table);
  table->run = run;
  table->align = align;
  table->columns = (uint32_t)strlen(align);
}

void notch_columns_add(notch_table_of_text *table, notch_text cell)
{
  *notch_vec_push(&table->cells, table->run) = cell;
}

void notch_columns_word(notch_table_of_text *table, const char *cell)
{
  notch_columns_add(table, notch_text_of(cell));
}

uint32_t notch_cells_of(notch_text text)
{
  uint32_t cells = 0;
  for (uint32_t at = 0; at < text.length;) {
    uint32_t point;
    at = notch_source_next(text, at, &point);
    cells += notch_source_cells(point);
  }
  return cells;
}

static void blanks(notch_buffer *to, uint32_t count)
{
  while (count-- > 0) {
    notch_buffer_put(to, " ", 1);
  }
}

void notch_columns_end(notch_table_of_text *table, notch_buffer *to, unsigned indent)
{
  assert(table->cells.count % table->columns == 0);
  uint32_t *widths = NOTCH_NEW_ARRAY(table->run, uint32_t, table->columns);
  for (uint32_t i = 0; i < table->cells.count; i++) {
    uint32_t cells = notch_cells_of(table->cells.items[i]);
    uint32_t *width = &widths[i % table->columns];
    *width = cells > *width ? cells : *width;
  }
  for (uint32_t i = 0; i < table->cells.count; i++) {
    uint32_t column = i % table->columns;
    bool last = column == table->columns - 1;
    notch_text cell = table->cells.items[i];
    uint32_t room = widths[column] - notch_cells_of(cell);
    blanks(to, column == 0 ? indent : GAP);
    if (table->align[column] == 'r') {
      blanks(to, room);
    }
    notch_buffer_text(to, cell);
    if (table->align[column] != 'r' && !last) {
      blanks(to, room);
    }
    if (last) {
      while (to->length > 0 && to->bytes[to->length - 1] == ' ') {
        to->bytes[--to->length] = '\0'; /* an empty last cell */
      }
      notch_buffer_put(to, "\n", 1);
    }
  }
}
