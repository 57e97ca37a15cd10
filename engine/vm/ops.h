/*
 * vm/ops.h -- one function for each instruction, inlined into the loop of vm.c; included there
 * only.  Each returns the instruction that follows.
 *
 * Whole numbers take the short way: both denominators 1 and no overflow.  Everything else goes
 * to a built-in.  What is missing where it must not be is a fault of the checker: the event is
 * refused, never judged by a value that is not there.
 */
#ifndef NOTCH_VM_OPS_H
#define NOTCH_VM_OPS_H

#include "vm/builtin.h"

#define ARGUMENTS notch_machine *m, notch_value *r, const notch_instruction *at
#define LIKELY(condition) __builtin_expect(!!(condition), 1)

static const notch_instruction *fail(notch_machine *m, const notch_instruction *at,
                                     notch_eval status);

static inline const notch_instruction *go(const notch_machine *m, const notch_instruction *at)
{
  return m->first + at->c;
}

/* An instruction done by a built-in. */
static inline const notch_instruction *call(notch_builtin *builtin, ARGUMENTS)
{
  notch_eval status = builtin(m, r, at);
  return LIKELY(status == NOTCH_EVAL_OK) ? at + 1 : fail(m, at, status);
}

#define CALL(name, builtin)                                        \
  static inline const notch_instruction *op_##name(ARGUMENTS)      \
  {                                                                \
    return call(builtin, m, r, at);                                \
  }

#define LOOK_UP(name, value)                                       \
  static inline const notch_instruction *op_##name(ARGUMENTS)      \
  {                                                                \
    r[at->to] = (value);                                           \
    (void)m;                                                       \
    return at + 1;                                                 \
  }

LOOK_UP(MOVE, r[at->a])
LOOK_UP(FIELD, m->context->fields[at->a])
LOOK_UP(TODAY, NOTCH_VALUE(m->context->today))
LOOK_UP(NOW, NOTCH_VALUE(m->context->now_us))
LOOK_UP(ORDER, m->context->order)
LOOK_UP(ITEM, ((const notch_value *)(intptr_t)r[at->b].n)[at->a])
LOOK_UP(KNOWN, NOTCH_VALUE(r[at->a].d != 0))

static inline const notch_instruction *op_BOUND(ARGUMENTS)
{
  if (!LIKELY(m->context->item != NULL))
    return fail(m, at, NOTCH_EVAL_MISSING);
  r[at->to] = m->context->item[at->a];
  return at + 1;
}

CALL(FACT, notch_builtin_fact)
CALL(DRAW, notch_builtin_draw)
CALL(CONVERT, notch_builtin_convert)

#define ARITHMETIC(name, overflows)                                                \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    int64_t n;                                                                     \
    if (LIKELY(a.d == 1 && b.d == 1 && !overflows(a.n, b.n, &n))) {                \
      r[at->to] = NOTCH_VALUE(n);                                                  \
      return at + 1;                                                               \
    }                                                                              \
    return call(notch_builtin_arithmetic, m, r, at);                               \
  }

ARITHMETIC(ADD, __builtin_add_overflow)
ARITHMETIC(SUB, __builtin_sub_overflow)
ARITHMETIC(MUL, __builtin_mul_overflow)
CALL(DIV, notch_builtin_arithmetic)
CALL(NEG, notch_builtin_arithmetic)

static inline const notch_instruction *op_STEPS(ARGUMENTS)
{
  notch_value a = r[at->a], b = r[at->b];
  if (LIKELY(a.d == 1 && b.d == 1 && a.n >= 0 && b.n > 0)) {
    r[at->to] = NOTCH_VALUE(a.n / b.n);
    return at + 1;
  }
  return call(notch_builtin_whole, m, r, at);
}

static inline const notch_instruction *op_FLOOR(ARGUMENTS)
{
  notch_value a = r[at->a], b = r[at->b];
  if (LIKELY(a.d == 1 && b.d == 1 && a.n >= 0 && b.n > 0)) {
    r[at->to] = NOTCH_VALUE(a.n - a.n % b.n);
    return at + 1;
  }
  return call(notch_builtin_whole, m, r, at);
}

CALL(REMAINDER, notch_builtin_whole)
CALL(ROUND, notch_builtin_whole)

#define EXTREME(name, wins)                                                        \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    if (LIKELY(a.d == 1 && b.d == 1)) {                                            \
      r[at->to] = NOTCH_VALUE(a.n wins b.n ? a.n : b.n);                           \
      return at + 1;                                                               \
    }                                                                              \
    return call(notch_builtin_extreme, m, r, at);                                  \
  }

EXTREME(MIN, <)
EXTREME(MAX, >)
CALL(LARGEST, notch_builtin_extreme)
CALL(SMALLEST, notch_builtin_extreme)

static inline const notch_instruction *op_OR_ZERO(ARGUMENTS)
{
  (void)m;
  if (r[at->to].d == 0)
    r[at->to] = NOTCH_VALUE(0);
  return at + 1;
}

/* Fractions over one denominator are ordered by their numerators. */
#define COMPARE_RATIONAL(name, test)                                               \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    if (LIKELY(a.d == b.d && a.d != 0))                                            \
      r[at->to] = NOTCH_VALUE(a.n test b.n);                                       \
    else if (a.d != 0 && b.d != 0)                                                 \
      r[at->to] = NOTCH_VALUE(                                                     \
          notch_rational_compare(notch_value_rational(a), notch_value_rational(b)) test 0); \
    else                                                                           \
      return fail(m, at, NOTCH_EVAL_MISSING);                                      \
    return at + 1;                                                                 \
  }                                                                                \
  static inline const notch_instruction *op_JUMP_##name(ARGUMENTS)                 \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    if (LIKELY(a.d == b.d && a.d != 0))                                            \
      return a.n test b.n ? go(m, at) : at + 1;                                    \
    if (a.d == 0 || b.d == 0)                                                      \
      return fail(m, at, NOTCH_EVAL_MISSING);                                      \
    return notch_rational_compare(notch_value_rational(a), notch_value_rational(b)) test 0 \
               ? go(m, at)                                                         \
               : at + 1;                                                           \
  }

COMPARE_RATIONAL(EQ, ==)
COMPARE_RATIONAL(NE, !=)
COMPARE_RATIONAL(LT, <)
COMPARE_RATIONAL(LE, <=)

/* `present` and `holds` are expressions of a and b. */
#define COMPARE(name, present, holds)                                              \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    if (!LIKELY(present))                                                          \
      return fail(m, at, NOTCH_EVAL_MISSING);                                      \
    r[at->to] = NOTCH_VALUE(holds);                                                \
    return at + 1;                                                                 \
  }                                                                                \
  static inline const notch_instruction *op_JUMP_##name(ARGUMENTS)                 \
  {                                                                                \
    notch_value a = r[at->a], b = r[at->b];                                        \
    if (!LIKELY(present))                                                          \
      return fail(m, at, NOTCH_EVAL_MISSING);                                      \
    return (holds) ? go(m, at) : at + 1;                                           \
  }

COMPARE(EQ_WHOLE, (a.d & b.d) != 0, a.n == b.n)
COMPARE(NE_WHOLE, (a.d & b.d) != 0, a.n != b.n)
COMPARE(LT_WHOLE, (a.d & b.d) != 0, a.n < b.n)
COMPARE(LE_WHOLE, (a.d & b.d) != 0, a.n <= b.n)
COMPARE(EQ_TEXT, a.d != 0 && b.d != 0, notch_text_equal(notch_value_text(a), notch_value_text(b)))
COMPARE(NE_TEXT, a.d != 0 && b.d != 0, !notch_text_equal(notch_value_text(a), notch_value_text(b)))

CALL(HAS, notch_builtin_text)
CALL(CONTAINS, notch_builtin_text)

static inline const notch_instruction *op_NOT(ARGUMENTS)
{
  if (!LIKELY(r[at->a].d != 0))
    return fail(m, at, NOTCH_EVAL_MISSING);
  r[at->to] = NOTCH_VALUE(r[at->a].n == 0);
  return at + 1;
}

static inline const notch_instruction *op_JUMP(ARGUMENTS)
{
  (void)r;
  return go(m, at);
}

#define JUMP_FLAG(name, test)                                                      \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    if (!LIKELY(r[at->a].d != 0))                                                  \
      return fail(m, at, NOTCH_EVAL_MISSING);                                      \
    return r[at->a].n test 0 ? go(m, at) : at + 1;                                 \
  }

JUMP_FLAG(JUMP_IF, !=)
JUMP_FLAG(JUMP_UNLESS, ==)

static inline const notch_instruction *op_JUMP_KNOWN(ARGUMENTS)
{
  return r[at->a].d != 0 ? go(m, at) : at + 1;
}

static inline const notch_instruction *op_JUMP_MISSING(ARGUMENTS)
{
  return r[at->a].d == 0 ? go(m, at) : at + 1;
}

/* A cursor is the values of the item at hand, and in d how many items are left with it. */
static inline const notch_instruction *op_LOOP(ARGUMENTS)
{
  notch_value field = m->context->fields[at->a];
  if (!LIKELY(field.d != 0))
    return fail(m, at, NOTCH_EVAL_MISSING);
  const notch_list *list = notch_value_list(field);
  if (list->count == 0)
    return go(m, at);
  r[at->to] = (notch_value){(intptr_t)list->values, list->count};
  return at + 1;
}

/* Each round is charged with the instructions of the body. */
static inline const notch_instruction *op_NEXT(ARGUMENTS)
{
  notch_value *cursor = &r[at->to];
  if (--cursor->d == 0)
    return at + 1;
  cursor->n += (intptr_t)(notch_value_list(m->context->fields[at->a])->width *
                          sizeof(notch_value));
  const notch_instruction *body = go(m, at);
  uint64_t cost = (uint64_t)(at - body) + 1;
  if (cost > m->steps_left)
    return fail(m, at, NOTCH_EVAL_STEPS);
  m->steps_left -= cost;
  return body;
}

CALL(DISTINCT, notch_builtin_tally)
CALL(TALLY, notch_builtin_tally)
CALL(TALLIED, notch_builtin_tally)
CALL(TABLE, notch_builtin_table)
CALL(DATE_OF, notch_builtin_calendar)
CALL(MOMENT_OF, notch_builtin_calendar)
CALL(ADD_DAYS, notch_builtin_calendar)
CALL(ADD_MONTHS, notch_builtin_calendar)
CALL(SHIFT_DAYS, notch_builtin_calendar)
CALL(SHIFT_MONTHS, notch_builtin_calendar)

/* Of today mostly, which the machine may not have seen yet; else of some day, `seen` of which is
 * looked up here. */
#define PART_OF_DAY(name, part, seen)                                              \
  static inline const notch_instruction *op_##name(ARGUMENTS)                      \
  {                                                                                \
    notch_value day = r[at->a];                                                    \
    if (LIKELY(day.d == 1 && day.n == m->vm->day))                                 \
      r[at->to] = NOTCH_VALUE(m->vm->part);                                        \
    else if (LIKELY(day.d == 1 && day.n != m->context->today && notch_is_day(day.n))) \
      r[at->to] = NOTCH_VALUE(seen);                                               \
    else                                                                           \
      return call(notch_builtin_calendar, m, r, at);                               \
    return at + 1;                                                                 \
  }

PART_OF_DAY(YEAR_OF, civil.year, notch_civil_of((int32_t)day.n).year)
PART_OF_DAY(MONTH_OF, civil.month, notch_civil_of((int32_t)day.n).month)
PART_OF_DAY(DAY_OF, civil.day, notch_civil_of((int32_t)day.n).day)
PART_OF_DAY(WEEKDAY_OF, weekday, notch_weekday((int32_t)day.n))
CALL(HOUR_OF, notch_builtin_calendar)
CALL(HOUR_OF_TIME, notch_builtin_calendar)
CALL(AGE_OF, notch_builtin_calendar)

#endif
