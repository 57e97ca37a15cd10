/* check/value_words.c -- a constant as a script would write it, for messages and witnesses. */
#include <config.h>

#include "check/checker.h"

#include <string.h>

static void print_unit(notch_buffer *to, const notch_checker *c, notch_type type,
                       notch_value value)
{
  unsigned decimals = notch_type_decimals(c, type);
  if (value.d == 1) {
    notch_decimal_print(to, value.n, decimals);
  } else {
    notch_rational units;
    if (notch_rational_div(&units, notch_value_rational(value),
                           NOTCH_INTEGER(notch_power_of_ten(decimals))))
      notch_rational_print(to, units);
  }
  notch_text unit = type.kind == NOTCH_TYPE_MONEY ? c->program->currencies[type.of].code
                                                  : c->program->points[type.of].decl.name;
  notch_buffer_print(to, " ");
  notch_buffer_text(to, unit);
}

static void print_set(notch_buffer *to, notch_value value)
{
  const notch_list *list = notch_value_list(value);
  notch_buffer_print(to, "{");
  for (uint32_t i = 0; i < list->count; i++) {
    notch_buffer_print(to, i ? ", \"" : "\"");
    notch_buffer_text(to, notch_value_text(list->values[i]));
    notch_buffer_print(to, "\"");
  }
  notch_buffer_print(to, "}");
}

static void print_moment(notch_buffer *to, const notch_checker *c, int64_t us)
{
  const notch_zone *zone = &c->program->zone;
  if (!zone->count) {
    notch_buffer_integer(to, us);
    return;
  }
  int32_t second = notch_zone_second_of_day(zone, us);
  notch_date_print(to, notch_zone_day(zone, us));
  notch_buffer_print(to, " %02d:%02d", second / 3600, second / 60 % 60);
}

void notch_value_spell(const notch_checker *c, notch_buffer *to, notch_type type,
                       notch_value value)
{
  const notch_program *program = c->program;
  int32_t n = (int32_t)value.n;
  if (value.d == 0) {
    notch_buffer_print(to, "missing");
    return;
  }
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG: notch_buffer_print(to, value.n ? "yes" : "no"); return;
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER:
    notch_buffer_print(to, "\"");
    notch_buffer_text(to, notch_value_text(value));
    notch_buffer_print(to, "\"");
    return;
  case NOTCH_TYPE_NUMBER: notch_rational_print(to, notch_value_rational(value)); return;
  case NOTCH_TYPE_MONEY:
  case NOTCH_TYPE_POINTS: print_unit(to, c, type, value); return;
  case NOTCH_TYPE_DATE: notch_date_print(to, n); return;
  case NOTCH_TYPE_TIME: notch_buffer_print(to, "%02d:%02d", n / 3600, n / 60 % 60); return;
  case NOTCH_TYPE_MOMENT: print_moment(to, c, value.n); return;
  case NOTCH_TYPE_DURATION:
    notch_buffer_integer(to, value.n / NOTCH_SECOND_US);
    notch_buffer_print(to, " seconds");
    return;
  case NOTCH_TYPE_DAYS: notch_buffer_print(to, "%d days", n); return;
  case NOTCH_TYPE_MONTHS: notch_buffer_print(to, "%d months", n); return;
  case NOTCH_TYPE_CHOICE: notch_buffer_text(to, c->choices.items[type.of].words[n]); return;
  case NOTCH_TYPE_TIER: notch_buffer_text(to, program->ladders[type.of].tiers[n].decl.name); return;
  case NOTCH_TYPE_BAND: notch_buffer_text(to, program->cohorts[type.of].bands[n].decl.name); return;
  case NOTCH_TYPE_SET: print_set(to, value); return;
  case NOTCH_TYPE_MONTHNAME: notch_buffer_print(to, "%s", notch_month_word(n)); return;
  case NOTCH_TYPE_WEEKDAY: notch_buffer_print(to, "%s", notch_weekday_word(n)); return;
  case NOTCH_TYPE_LIST:
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_COUNT: break;
  }
  notch_buffer_print(to, "?");
}

notch_text notch_value_words(const notch_checker *c, notch_type type, notch_value value)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, c->arena->memory);
  notch_value_spell(c, &buffer, type, value);
  return notch_buffer_keep(&buffer, c->scratch);
}
