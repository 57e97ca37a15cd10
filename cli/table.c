/*
 * cli/table.c -- tables whose columns line up on a screen whatever script the names are in.
 */
#include <config.h>

#include "cli/terminal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

void cli_table_begin(cli_table *table, const char *align)
{
  memset(table, 0, sizeof *table);
  table->align = align;
  table->columns = strlen(align);
}

static void add_owned(cli_table *table, char *cell)
{
  if (table->count == table->room) {
    table->room = table->room ? table->room * 2 : 64;
    table->cells = cli_realloc(table->cells, table->room * sizeof *table->cells);
  }
  table->cells[table->count++] = cell;
}

void cli_table_add(cli_table *table, const char *cell)
{
  add_owned(table, cli_format("%s", cell));
}

void cli_table_addf(cli_table *table, const char *format, ...)
{
  char *cell = NULL;
  va_list list;
  va_start(list, format);
  if (vasprintf(&cell, format, list) < 0) cell = cli_format("?");
  va_end(list);
  add_owned(table, cell);
}

static size_t width_of(const char *cell)
{
  int width = u8_strwidth((const uint8_t *) cell, "UTF-8");
  size_t size = strlen(cell);
  /* A control character is shown as four characters and measured as none. */
  for (size_t i = 0; i < size; i++) {
    if ((unsigned char) cell[i] < 0x20 || cell[i] == 0x7F) width += 4;
  }
  return width < 0 ? 0 : (size_t) width;
}

static void blanks(FILE *to, size_t count)
{
  while (count-- > 0) fputc(' ', to);
}

/* No blanks are written behind the last cell that has something in it. */
static void print_row(const cli_table *table, FILE *to, size_t row, const size_t *widths)
{
  size_t last = table->columns;
  while (last > 0 && !*table->cells[row * table->columns + last - 1]) last--;
  if (row == 0) fputs(cli_style(to, CLI_STYLE_DIM), to);
  for (size_t c = 0; c < last; c++) {
    const char *cell = table->cells[row * table->columns + c];
    size_t missing = widths[c] - width_of(cell);
    bool right = table->align[c] == 'r';
    if (c > 0) blanks(to, 2);
    if (right) blanks(to, missing);
    cli_write_text(to, cell, strlen(cell));
    if (!right && c + 1 < last) blanks(to, missing);
  }
  if (row == 0) fputs(cli_style(to, CLI_STYLE_PLAIN), to);
  fputc('\n', to);
}

void cli_table_end(cli_table *table, FILE *to, int indent)
{
  size_t rows = table->columns ? table->count / table->columns : 0;
  size_t *widths = cli_alloc((table->columns + 1) * sizeof *widths);
  assert(rows * table->columns == table->count);
  memset(widths, 0, (table->columns + 1) * sizeof *widths);
  for (size_t i = 0; i < table->count; i++) {
    size_t width = width_of(table->cells[i]);
    if (width > widths[i % table->columns]) widths[i % table->columns] = width;
  }
  for (size_t r = 0; r < rows; r++) {
    blanks(to, (size_t) indent);
    print_row(table, to, r, widths);
  }
  for (size_t i = 0; i < table->count; i++) free(table->cells[i]);
  free(table->cells);
  free(widths);
  memset(table, 0, sizeof *table);
}
