/* report/progress_write.c -- what is missing for the next tier, in words and as JSON. */
#include <config.h>

#include "report/progress.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static bool whole_amount(const notch_program *program, notch_type type, notch_value value,
                         __int128 *units, unsigned *decimals)
{
  if (value.d != 1 || (type.kind != NOTCH_TYPE_MONEY && type.kind != NOTCH_TYPE_POINTS &&
                       type.kind != NOTCH_TYPE_NUMBER)) {
    return false;
  }
  *units = value.n;
  *decimals = type.kind == NOTCH_TYPE_MONEY    ? program->currencies[type.of].decimals
              : type.kind == NOTCH_TYPE_POINTS ? program->points[type.of].decimals
                                               : 0;
  return true;
}

/* Anything that is no whole amount: as the rules would write it. */
static void other_value(const notch_program *p, notch_type type, notch_value value,
                        notch_buffer *to)
{
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG: notch_buffer_print(to, value.n != 0 ? "yes" : "no"); return;
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER: notch_buffer_text(to, notch_value_text(value)); return;
  case NOTCH_TYPE_DATE: notch_date_print(to, (int32_t)value.n); return;
  case NOTCH_TYPE_MOMENT: notch_moment_print_zone(to, value.n, &p->zone); return;
  case NOTCH_TYPE_CHOICE: notch_buffer_text(to, p->choices[type.of].words[value.n]); return;
  case NOTCH_TYPE_TIER:
    notch_buffer_text(to, notch_title_of(&p->ladders[type.of].tiers[value.n].decl));
    return;
  case NOTCH_TYPE_BAND:
    notch_buffer_text(to, notch_title_of(&p->cohorts[type.of].bands[value.n].decl));
    return;
  case NOTCH_TYPE_DAYS: notch_buffer_print(to, "%lld days", (long long)value.n); return;
  case NOTCH_TYPE_MONTHS: notch_buffer_print(to, "%lld months", (long long)value.n); return;
  case NOTCH_TYPE_MONEY:
  case NOTCH_TYPE_POINTS: {
    unsigned decimals = type.kind == NOTCH_TYPE_MONEY ? p->currencies[type.of].decimals
                                                      : p->points[type.of].decimals;
    notch_wide_print(to, value.n / value.d, decimals, true);
    return;
  }
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_NUMBER:
  case NOTCH_TYPE_TIME:
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_LIST:
  case NOTCH_TYPE_SET:
  case NOTCH_TYPE_MONTHNAME:
  case NOTCH_TYPE_WEEKDAY:
  case NOTCH_TYPE_COUNT: notch_rational_print(to, notch_value_rational(value)); return;
  }
}

static void value_print(const notch_program *program, notch_type type, notch_value value,
                        bool for_people, notch_buffer *to)
{
  __int128 units;
  unsigned decimals;
  if (value.d == 0) {
    notch_buffer_print(to, "-");
    return;
  }
  if (whole_amount(program, type, value, &units, &decimals)) {
    notch_wide_print(to, units, decimals, for_people);
  } else {
    other_value(program, type, value, to);
  }
  notch_text unit = type.kind == NOTCH_TYPE_MONEY    ? program->currencies[type.of].code
                    : type.kind == NOTCH_TYPE_POINTS ? program->points[type.of].decl.name
                                                     : (notch_text){NULL, 0};
  if (unit.length > 0) {
    notch_buffer_print(to, " %.*s", WORD(unit));
  }
}

static notch_text value_words(const notch_program *program, notch_type type, notch_value value,
                              notch_arena *run)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  value_print(program, type, value, true, &text);
  return notch_buffer_keep(&text, run);
}

/* What is still missing: want - have, where that means something. */
static bool missing(const notch_need *need, notch_value *out)
{
  notch_rational left;
  bool grows = need->op == NOTCH_EXPR_GE || need->op == NOTCH_EXPR_GT;
  bool amount = need->type.kind == NOTCH_TYPE_MONEY || need->type.kind == NOTCH_TYPE_POINTS ||
                need->type.kind == NOTCH_TYPE_NUMBER;
  if (need->met || !need->known || !grows || !amount ||
      !notch_rational_sub(&left, notch_value_rational(need->want),
                          notch_value_rational(need->have))) {
    return false;
  }
  *out = notch_value_of(left);
  return true;
}

static const char *relation(notch_expr_op op)
{
  return op == NOTCH_EXPR_GE   ? "of"
         : op == NOTCH_EXPR_GT ? "of more than"
         : op == NOTCH_EXPR_LE ? "of at most"
         : op == NOTCH_EXPR_LT ? "of less than"
                               : "where it takes";
}

void notch_need_text(const notch_program *program, const notch_need *need, unsigned indent,
                     notch_arena *run, notch_buffer *to)
{
  notch_value left;
  const char *mark = need->met ? "done" : "open";
  if (need->kind == NOTCH_NEED_ALL || need->kind == NOTCH_NEED_ANY) {
    bool heading = need->kind == NOTCH_NEED_ANY || indent > 4;
    if (heading) {
      notch_buffer_print(to, "%*s%s  %s\n", (int)indent, "", mark,
                         need->kind == NOTCH_NEED_ANY ? "one of these:" : "all of these:");
    }
    for (uint32_t i = 0; i < need->parts.count; i++) {
      notch_need_text(program, need->parts.items[i], indent + (heading ? 2 : 0), run, to);
    }
    return;
  }
  notch_buffer_print(to, "%*s%s  ", (int)indent, "", mark);
  if (need->kind == NOTCH_NEED_TRUE || !need->known) {
    notch_buffer_print(to, "%.*s\n", WORD(need->what));
    return;
  }
  notch_text have = value_words(program, need->type, need->have, run);
  notch_text want = value_words(program, need->type, need->want, run);
  notch_buffer_print(to, "%.*s %s %.*s%s %.*s", WORD(have), relation(need->op), WORD(want),
                     need->kind == NOTCH_NEED_PAY ? " to be paid:" : ":", WORD(need->what));
  if (missing(need, &left)) {
    notch_text more = value_words(program, need->type, left, run);
    notch_buffer_print(to, " (%.*s to go)", WORD(more));
  }
  notch_buffer_print(to, "\n");
}

static void key(notch_json_writer *json, const char *word)
{
  notch_json_key(json, notch_text_of(word));
}

static void value_json(const notch_program *program, const char *word, notch_type type,
                       notch_value value, notch_json_writer *json)
{
  notch_buffer text;
  notch_buffer_init(&text, json->to->memory);
  value_print(program, type, value, false, &text);
  key(json, word);
  notch_json_taken(json, &text);
}

void notch_need_json(const notch_program *program, const notch_need *need, notch_arena *run,
                     notch_json_writer *json)
{
  static const char *const words[] = {"all", "any", "value", "condition", "pay"};
  notch_value left;
  notch_json_begin(json, '{');
  key(json, "kind");
  notch_json_text(json, notch_text_of(words[need->kind]));
  key(json, "met");
  notch_json_bool(json, need->met);
  if (need->kind == NOTCH_NEED_ALL || need->kind == NOTCH_NEED_ANY) {
    key(json, "parts");
    notch_json_begin(json, '[');
    for (uint32_t i = 0; i < need->parts.count; i++) {
      notch_need_json(program, need->parts.items[i], run, json);
    }
    notch_json_end(json, ']');
  } else {
    key(json, "what");
    notch_json_text(json, need->what);
  }
  if (need->known && (need->kind == NOTCH_NEED_VALUE || need->kind == NOTCH_NEED_PAY)) {
    key(json, "compare");
    notch_json_text(json, notch_text_of(need->op == NOTCH_EXPR_GE   ? ">="
                                        : need->op == NOTCH_EXPR_GT ? ">"
                                        : need->op == NOTCH_EXPR_LE ? "<="
                                        : need->op == NOTCH_EXPR_LT ? "<"
                                                                    : "="));
    value_json(program, "have", need->type, need->have, json);
    value_json(program, "need", need->type, need->want, json);
    if (missing(need, &left)) {
      value_json(program, "missing", need->type, left, json);
    }
  }
  notch_json_end(json, '}');
}
