/* vm/builtin_list.c -- texts, sets, counting different values, and decision tables. */
#include <config.h>

#include "vm/builtin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool set_has(const notch_list *set, notch_text text)
{
  for (uint32_t i = 0; i < set->count; i++)
    if (notch_text_equal(notch_value_text(set->values[i]), text))
      return true;
  return false;
}

/* Both are NFC, so a text within a text is bytes within bytes. */
static bool text_contains(notch_text text, notch_text part)
{
  if (part.length == 0)
    return true;
  return part.length <= text.length &&
         memmem(text.bytes, text.length, part.bytes, part.length) != NULL;
}

/* HAS, CONTAINS */
notch_eval notch_builtin_text(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  (void)m;
  notch_value a = r[at->a], b = r[at->b];
  if (a.d == 0 || b.d == 0)
    return NOTCH_EVAL_MISSING;
  bool found = at->op == NOTCH_OP_HAS ? set_has(notch_value_list(a), notch_value_text(b))
                                      : text_contains(notch_value_text(a), notch_value_text(b));
  r[at->to] = NOTCH_VALUE(found);
  return NOTCH_EVAL_OK;
}

static bool grow(notch_vm *vm, notch_seen *seen)
{
  if (seen->capacity > UINT32_MAX / 2 / sizeof(notch_value))
    return false;
  uint32_t capacity = seen->capacity == 0 ? 64 : seen->capacity * 2;
  notch_value *values =
      notch_memory_resize(&vm->memory, seen->values, capacity * sizeof *seen->values);
  if (values == NULL)
    return false;
  seen->values = values;
  seen->capacity = capacity;
  return true;
}

static int order_plain(const void *left, const void *right)
{
  return notch_rational_compare(notch_value_rational(*(const notch_value *)left),
                                notch_value_rational(*(const notch_value *)right));
}

static int order_text(const void *left, const void *right)
{
  return notch_text_compare(notch_value_text(*(const notch_value *)left),
                            notch_value_text(*(const notch_value *)right));
}

/* A tally's slot holds where its values begin, and in d 1 + whether they are texts. */
notch_eval notch_builtin_tally(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  notch_vm *vm = m->vm;
  if (at->op == NOTCH_OP_DISTINCT) {
    r[at->to] = (notch_value){vm->seen[at->a].count, 1 + at->a};
    return NOTCH_EVAL_OK;
  }
  bool text = r[at->to].d == 2;
  notch_seen *seen = &vm->seen[text];
  if (at->op == NOTCH_OP_TALLY) {
    if (r[at->a].d == 0)
      return NOTCH_EVAL_MISSING;
    if (seen->count == seen->capacity && !grow(vm, seen))
      return NOTCH_EVAL_NOMEM;
    seen->values[seen->count++] = r[at->a];
    return NOTCH_EVAL_OK;
  }
  assert(at->op == NOTCH_OP_TALLIED);
  uint32_t base = (uint32_t)r[at->to].n;
  uint32_t count = seen->count > base ? seen->count - base : 0;
  notch_value *values = count > 0 ? seen->values + base : NULL;
  int (*order)(const void *, const void *) = text ? order_text : order_plain;
  if (count > 1)
    qsort(values, count, sizeof *values, order);
  uint32_t different = count > 0;
  for (uint32_t i = 1; i < count; i++)
    different += order(&values[i - 1], &values[i]) != 0;
  seen->count -= count;
  r[at->to] = NOTCH_VALUE(different);
  return NOTCH_EVAL_OK;
}

static bool cell_holds(const notch_cell *cell, const notch_type *type, notch_value value)
{
  if (cell->kind == NOTCH_CELL_ANY)
    return true;
  if (type->kind == NOTCH_TYPE_TEXT || type->kind == NOTCH_TYPE_MEMBER)
    return notch_text_equal(notch_value_text(value), notch_value_text(cell->low));
  if (cell->kind == NOTCH_CELL_EQ) /* both are reduced */
    return value.n == cell->low.n && value.d == cell->low.d;
  int low =
      notch_rational_compare(notch_value_rational(value), notch_value_rational(cell->low));
  switch (cell->kind) {
  case NOTCH_CELL_BETWEEN:
    return low >= 0 && notch_rational_compare(notch_value_rational(value),
                                              notch_value_rational(cell->high)) <= 0;
  case NOTCH_CELL_LT: return low < 0;
  case NOTCH_CELL_LE: return low <= 0;
  case NOTCH_CELL_GT: return low > 0;
  case NOTCH_CELL_GE: return low >= 0;
  case NOTCH_CELL_EQ:
  case NOTCH_CELL_ANY: break;
  }
  return true;
}

static bool row_holds(const notch_table *table, uint32_t row, const notch_value *values)
{
  const notch_cell *cells = table->cells + (size_t)row * table->column_count;
  for (uint32_t i = 0; i < table->column_count; i++)
    if (!cell_holds(&cells[i], &table->columns[i], values[i]))
      return false;
  return true;
}

/* The checker has shown that some row holds; if none does, the result is missing. */
notch_eval notch_builtin_table(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  const notch_table *table = &m->vm->program->tables[at->a];
  const notch_value *results = m->vm->code->table_results[at->a];
  const notch_value *values = r + at->b;
  uint32_t best = NOTCH_NONE;
  for (uint32_t i = 0; i < table->column_count; i++)
    if (values[i].d == 0)
      return NOTCH_EVAL_MISSING;
  for (uint32_t row = 0; row < table->row_count; row++) {
    if (!row_holds(table, row, values))
      continue;
    if (best == NOTCH_NONE || results[best].d == 0 ||
        (results[row].d != 0 && notch_rational_compare(notch_value_rational(results[row]),
                                                       notch_value_rational(results[best])) > 0))
      best = row;
    if (table->gives != NOTCH_GIVES_BEST)
      break;
  }
  r[at->to] = best == NOTCH_NONE ? NOTCH_MISSING : results[best];
  if (best != NOTCH_NONE && m->vm->tracer != NULL)
    m->vm->tracer(m->vm->tracer_payload, table->results[best], results[best]);
  return NOTCH_EVAL_OK;
}
