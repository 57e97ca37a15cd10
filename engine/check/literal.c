/* check/literal.c -- literals outside expressions: amounts, counts, dates, durations. */
#include <config.h>

#include "check/checker.h"

bool notch_unit_is_exact(notch_unit unit)
{
  return unit <= NOTCH_UNIT_HOUR;
}

bool notch_literal_count(notch_checker *c, const notch_tree_node *node, notch_text text,
                         int64_t low, int64_t high, int64_t *out)
{
  unsigned digits = 0;
  if (!notch_decimal_parse(out, text, 0, true, &digits) || digits) {
    CHECK_REPORT(c, node, WHOLE_NUMBER, text);
    return false;
  }
  if (*out < low || *out > high) {
    CHECK_REPORT(c, node, COUNT_RANGE, text, low, high);
    return false;
  }
  return true;
}

bool notch_literal_duration(notch_checker *c, const notch_tree_node *node, notch_duration *out)
{
  int64_t count;
  *out = (notch_duration){0, (notch_unit)node->detail};
  if (!notch_literal_count(c, node, node->text, 1, 1000000, &count)) return false;
  static const int64_t days_max = 400000; /* a thousand years and more */
  if (out->unit >= NOTCH_UNIT_DAY && count > days_max) {
    CHECK_REPORT(c, node, COUNT_RANGE, node->text, (int64_t)1, days_max);
    return false;
  }
  out->count = count;
  return true;
}

static const notch_tree_node *unit_node(const notch_tree_node *node)
{
  const notch_tree_node *name = notch_tree_find(node, NOTCH_AST_NAME);
  return name ? name : node;
}

bool notch_literal_quantity(notch_checker *c, notch_names *names, const notch_tree_node *node,
                            notch_type *unit, notch_rational *out)
{
  *unit = notch_type_make(NOTCH_TYPE_ERROR, 0);
  if (node->kind == NOTCH_AST_DURATION) {
    CHECK_REPORT(c, node, AMOUNT_NOT_DURATION);
    return false;
  }
  const notch_tree_node *name = unit_node(node);
  notch_symbol *symbol = notch_names_find(names, name->text);
  if (!symbol) {
    notch_check_unknown(c, name, name->text, notch_names_nearest(names, name->text));
    return false;
  }
  symbol->used = true;
  if (symbol->kind == NOTCH_SYMBOL_BROKEN) return false;
  if (symbol->kind == NOTCH_SYMBOL_CURRENCY) {
    *unit = notch_type_make(NOTCH_TYPE_MONEY, symbol->index);
  } else if (symbol->kind == NOTCH_SYMBOL_POINTS) {
    *unit = notch_type_make(NOTCH_TYPE_POINTS, symbol->index);
  } else {
    CHECK_REPORT(c, name, NOT_A_UNIT, name->text, notch_symbol_words(symbol->kind));
    return false;
  }
  notch_rational written;
  if (!notch_decimal_parse_rational(&written, node->text, true) ||
      !notch_rational_mul(out, written, NOTCH_INTEGER(notch_type_scale(c, *unit)))) {
    CHECK_REPORT(c, node, NUMBER_TOO_LARGE, node->text);
    return false;
  }
  return true;
}

/* Under a NEGATE the amount is below zero. */
bool notch_literal_amount(notch_checker *c, notch_names *names, const notch_tree_node *node,
                          notch_type *unit, int64_t *out)
{
  bool negative = node->kind == NOTCH_AST_NEGATE;
  notch_rational value;
  if (negative) node = node->first;
  if (!notch_literal_quantity(c, names, node, unit, &value)) return false;
  if (value.den != 1) {
    CHECK_REPORT(c, node, TOO_MANY_DECIMALS, node->text, (int)notch_type_decimals(c, *unit),
                 notch_type_describe(c, *unit));
    return false;
  }
  *out = negative ? -value.num : value.num;
  return true;
}

static bool amount_of(notch_checker *c, notch_names *names, const notch_tree_node *node,
                      notch_type_kind want, const char *words, uint32_t *of, int64_t *out)
{
  notch_type unit;
  if (!notch_literal_amount(c, names, node, &unit, out)) return false;
  if (unit.kind != (uint8_t)want) {
    CHECK_REPORT(c, node, WRONG_UNIT_HERE, words, notch_type_describe(c, unit));
    return false;
  }
  *of = unit.of;
  return true;
}

bool notch_literal_points(notch_checker *c, notch_names *names, const notch_tree_node *node,
                          uint32_t *points, int64_t *out)
{
  return amount_of(c, names, node, NOTCH_TYPE_POINTS, "points", points, out);
}

bool notch_literal_money(notch_checker *c, notch_names *names, const notch_tree_node *node,
                         uint32_t *currency, int64_t *out)
{
  return amount_of(c, names, node, NOTCH_TYPE_MONEY, "money", currency, out);
}

bool notch_literal_date(notch_checker *c, const notch_tree_node *node, int32_t *out)
{
  if (notch_date_parse(out, node->text)) return true;
  CHECK_REPORT(c, node, NO_SUCH_DATE, node->text);
  return false;
}

bool notch_literal_instant(notch_checker *c, const notch_tree_node *node, int64_t *out_us)
{
  int32_t day;
  if (node->kind == NOTCH_AST_DATE) {
    if (!notch_literal_date(c, node, &day)) return false;
    if (c->program->zone.count)
      *out_us = notch_zone_midnight(&c->program->zone, day) * NOTCH_SECOND_US;
    else
      *out_us = (int64_t)day * NOTCH_DAY_S * NOTCH_SECOND_US;
    return true;
  }
  int32_t offset_min;
  if (!c->program->zone.count) { /* the zone was reported */
    *out_us = 0;
    return true;
  }
  if (notch_moment_parse(out_us, &offset_min, node->text, &c->program->zone)) return true;
  CHECK_REPORT(c, node, NO_SUCH_DATE, node->text);
  return false;
}

bool notch_literal_day_of_year(notch_checker *c, const notch_tree_node *node, uint8_t *month,
                               uint8_t *day)
{
  int64_t count;
  *month = (uint8_t)node->detail;
  *day = 1;
  if (!notch_literal_count(c, node, node->text, 1, 31, &count)) return false;
  if (count > (int64_t)notch_days_in_month(2024, *month)) {
    CHECK_REPORT(c, node, NO_SUCH_DATE, node->text);
    return false;
  }
  *day = (uint8_t)count;
  return true;
}

void notch_literal_effective(notch_checker *c, const notch_tree_node *node, int64_t *from_us,
                             int64_t *to_us)
{
  *from_us = INT64_MIN;
  *to_us = INT64_MAX;
  if (!node) return;
  const notch_tree_node *from = notch_tree_child(node, 0), *to = notch_tree_child(node, 1);
  if (!notch_literal_instant(c, from, from_us) || !to) return;
  if (to->kind == NOTCH_AST_DATE) { /* includes that day */
    int32_t day;
    if (!notch_literal_date(c, to, &day) || !c->program->zone.count) return;
    *to_us = notch_zone_midnight(&c->program->zone, day + 1) * NOTCH_SECOND_US;
  } else if (!notch_literal_instant(c, to, to_us)) {
    return;
  }
  if (*to_us <= *from_us) CHECK_REPORT(c, node, EFFECTIVE_EMPTY);
}
