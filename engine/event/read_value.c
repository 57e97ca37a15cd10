/* event/read_value.c -- one value of JSON by its declared type; amounts never pass a float. */
#include <config.h>

#include "event/read.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

bool notch_reader_refuse(notch_reader *reader, notch_verdict verdict, const char *format, ...)
{
  char sentence[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  uint32_t length = (uint32_t)strlen(sentence);
  /* A cut may have split a character. */
  notch_text text = {sentence, length};
  text.length = notch_text_find_bad_utf8(text);
  reader->verdict = verdict;
  reader->sentence = notch_arena_text(reader->run, text);
  return false;
}

bool notch_reader_refuse_twice(notch_reader *reader, notch_text path)
{
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s" NOTCH_IS_TWICE, WORD(path));
}

static const char *kind_word(const notch_json *json)
{
  switch (json->kind) {
  case NOTCH_JSON_NULL: return "null";
  case NOTCH_JSON_FALSE:
  case NOTCH_JSON_TRUE: return "true or false";
  case NOTCH_JSON_NUMBER: return "a number";
  case NOTCH_JSON_STRING: return "a text";
  case NOTCH_JSON_ARRAY: return "a list";
  case NOTCH_JSON_OBJECT: return "an object";
  }
  return "a value";
}

static bool wrong_type(notch_reader *reader, const notch_json *json, notch_text path,
                       const char *wanted)
{
  if (json->kind == NOTCH_JSON_STRING) { /* what it says may be personal; a sentence is kept */
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s` is %s", WORD(path),
                               wanted);
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s` is %s, not %s", WORD(path),
                             wanted, kind_word(json));
}

static bool is_scalar(const notch_json *json)
{
  return json->kind == NOTCH_JSON_STRING || json->kind == NOTCH_JSON_NUMBER;
}

/* Takes " CNY" from the end; false: there is another unit. */
static bool take_unit(notch_text *text, notch_text unit, notch_text *other)
{
  uint32_t space = text->length;
  while (space > 0 && text->bytes[space - 1] != ' ') {
    space--;
  }
  if (space == 0) {
    return true;
  }
  *other = (notch_text){text->bytes + space, text->length - space};
  text->length = space - 1;
  return notch_text_equal(*other, unit);
}

bool notch_read_amount(notch_reader *reader, const notch_json *json, unsigned decimals,
                       notch_text unit, notch_text path, int64_t *out)
{
  if (!is_scalar(json)) {
    char wanted[96];
    snprintf(wanted, sizeof wanted, "an amount%s%.*s", unit.length > 0 ? " in " : "",
             WORD(unit));
    return wrong_type(reader, json, path, wanted);
  }
  notch_text text = json->text, other = {NULL, 0};
  if (unit.length > 0 && !take_unit(&text, unit, &other)) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`%.*s` is in %.*s, not in %.*s", WORD(path), WORD(unit),
                               WORD(other));
  }
  unsigned digits = 0;
  if (notch_decimal_parse(out, text, decimals, false, &digits) ||
      (reader->retold &&
       notch_decimal_parse(out, notch_decimal_plain(text), decimals, false, NULL))) {
    return true;
  }
  notch_rational exact;
  if (notch_decimal_parse_rational(&exact, text, false) && digits <= decimals) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE, "`%.*s` is too large",
                               WORD(path));
  }
  const char *point = memchr(text.bytes, '.', text.length);
  uint32_t fraction =
      point == NULL ? 0 : text.length - (uint32_t)(point - text.bytes) - 1;
  if (point != NULL && fraction > decimals) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`%.*s` has %u decimals; %.*s%shas %u", WORD(path), fraction,
                               WORD(unit), unit.length > 0 ? " " : "it ", decimals);
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s` is an amount such as \"%s\"",
                             WORD(path),
                             decimals == 0 ? "120" : decimals == 2 ? "120.00" : "120.0");
}

/* A number in decimals, as a percentage ("25%") or a multiplier ("1.5x"). */
static bool read_number(notch_reader *reader, const notch_field *field, const notch_json *json,
                        notch_text path, notch_value *out)
{
  if (!is_scalar(json)) {
    return wrong_type(reader, json, path, "a number");
  }
  notch_json plain = *json;
  unsigned decimals = field->decimals;
  int64_t scale = notch_power_of_ten(decimals), amount;
  if (json->kind == NOTCH_JSON_STRING && json->text.length > 1) {
    char last = json->text.bytes[json->text.length - 1];
    plain.text.length -= last == '%' || last == 'x' ? 1 : 0;
    if (last == '%' && decimals >= 2) {
      decimals -= 2;
    } else if (last == '%') {
      scale *= 100;
    }
  }
  notch_rational number;
  if (!notch_read_amount(reader, &plain, decimals, NOTCH_TEXT(""), path, &amount)) {
    return false;
  }
  if (!notch_rational_make(&number, amount, scale)) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE, "`%.*s` is too large",
                               WORD(path));
  }
  *out = notch_value_of(number);
  return true;
}

static notch_value text_value(notch_reader *reader, notch_text text)
{
  notch_text *kept = NOTCH_NEW(reader->run, notch_text);
  *kept = text;
  return NOTCH_VALUE((int64_t)(intptr_t)kept);
}

static bool read_flag(notch_reader *reader, const notch_json *json, notch_text path,
                      notch_value *out)
{
  bool yes = json->kind == NOTCH_JSON_TRUE, no = json->kind == NOTCH_JSON_FALSE;
  if (reader->words && json->kind == NOTCH_JSON_STRING) {
    yes = notch_text_equal(json->text, NOTCH_TEXT("yes")) ||
          notch_text_equal(json->text, NOTCH_TEXT("true"));
    no = notch_text_equal(json->text, NOTCH_TEXT("no")) ||
         notch_text_equal(json->text, NOTCH_TEXT("false"));
  }
  if (!yes && !no) {
    return wrong_type(reader, json, path, reader->words ? "yes or no" : "true or false");
  }
  *out = NOTCH_VALUE(yes);
  return true;
}

static bool read_choice(notch_reader *reader, const notch_choice_set *choices,
                        const notch_json *json, notch_text path, notch_value *out)
{
  if (json->kind != NOTCH_JSON_STRING) {
    return wrong_type(reader, json, path, "one of its words");
  }
  for (uint32_t i = 0; i < choices->count; i++) {
    if (notch_text_equal(choices->words[i], json->text)) {
      *out = NOTCH_VALUE(i);
      return true;
    }
  }
  notch_text known = {"", 0};
  for (uint32_t i = 0; i < choices->count && i < 8; i++) {
    known = notch_arena_format(reader->run, "%.*s%s%.*s", WORD(known), i > 0 ? ", " : "",
                               WORD(choices->words[i]));
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s` is one of %.*s%s", WORD(path),
                             WORD(known), choices->count > 8 ? ", ..." : "");
}

static bool read_tier(notch_reader *reader, const notch_ladder *ladder, const notch_json *json,
                      notch_text path, notch_value *out)
{
  for (uint32_t i = 0; json->kind == NOTCH_JSON_STRING && i < ladder->tier_count; i++) {
    if (notch_text_equal(ladder->tiers[i].decl.name, json->text)) {
      *out = NOTCH_VALUE(i);
      return true;
    }
  }
  return wrong_type(reader, json, path, "a tier");
}

static bool read_duration(notch_reader *reader, notch_type_kind kind, const notch_json *json,
                          notch_text path, notch_value *out)
{
  static const struct {
    const char *word;
    notch_type_kind kind;
    int64_t size;
  } units[] = {{"second", NOTCH_TYPE_DURATION, 1000000},
               {"minute", NOTCH_TYPE_DURATION, 60000000},
               {"hour", NOTCH_TYPE_DURATION, 3600000000},
               {"day", NOTCH_TYPE_DAYS, 1},
               {"week", NOTCH_TYPE_DAYS, 7},
               {"month", NOTCH_TYPE_MONTHS, 1},
               {"quarter", NOTCH_TYPE_MONTHS, 3},
               {"year", NOTCH_TYPE_MONTHS, 12}};
  notch_text text = json->text, unit = {NULL, 0};
  int64_t count;
  if (json->kind == NOTCH_JSON_STRING) {
    take_unit(&text, NOTCH_TEXT(""), &unit);
    unit.length -= unit.length > 1 && unit.bytes[unit.length - 1] == 's' ? 1 : 0;
    for (uint32_t i = 0; i < sizeof units / sizeof units[0]; i++) {
      if (units[i].kind == kind && notch_text_equal(unit, notch_text_of(units[i].word)) &&
          notch_decimal_parse(&count, text, 0, false, NULL) &&
          !__builtin_mul_overflow(count, units[i].size, &out->n)) {
        out->d = 1;
        return true;
      }
    }
  }
  return wrong_type(reader, json, path,
                    kind == NOTCH_TYPE_DURATION ? "a duration such as \"2 hours\""
                    : kind == NOTCH_TYPE_DAYS   ? "a duration such as \"30 days\""
                                                : "a duration such as \"12 months\"");
}

static bool read_calendar(notch_reader *reader, notch_type_kind kind, const notch_json *json,
                          notch_text path, notch_value *out)
{
  int32_t day = 0, second = 0, offset_min;
  int64_t at_us = 0;
  bool text = json->kind == NOTCH_JSON_STRING;
  switch (kind) {
  case NOTCH_TYPE_DATE:
    if (!text || !notch_date_parse(&day, json->text)) {
      return wrong_type(reader, json, path, "a date such as \"2026-03-01\"");
    }
    *out = NOTCH_VALUE(day);
    return true;
  case NOTCH_TYPE_TIME:
    if (!text || !notch_time_parse(&second, json->text)) {
      return wrong_type(reader, json, path, "a time such as \"09:30\"");
    }
    *out = NOTCH_VALUE(second);
    return true;
  default:
    if (!text || !notch_moment_parse(&at_us, &offset_min, json->text,
                                     &reader->layout->program->zone)) {
      return wrong_type(reader, json, path, "a moment such as \"2026-03-01T09:30:00+08:00\"");
    }
    *out = NOTCH_VALUE(at_us);
    return true;
  }
}

static bool read_member(notch_reader *reader, const notch_json *json, notch_text path,
                        notch_value *out)
{
  if (reader->recorded && json->kind == NOTCH_JSON_NUMBER && reader->vault != NULL) {
    int64_t number;
    if (!notch_decimal_parse(&number, json->text, 0, false, NULL)) {
      return wrong_type(reader, json, path, "a member's number");
    }
    notch_text id = reader->vault->id(reader->vault->payload, number);
    *out = id.length > 0 ? text_value(reader, id) : NOTCH_MISSING;
    return true;
  }
  if (json->kind != NOTCH_JSON_STRING || json->text.length == 0) {
    return wrong_type(reader, json, path, "a member's id");
  }
  if (json->text.length > NOTCH_MEMBER_ID_MAX) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`%.*s` has %u bytes; a member's id has at most %u", WORD(path),
                               json->text.length, NOTCH_MEMBER_ID_MAX);
  }
  *out = text_value(reader, json->text);
  return true;
}

static bool read_set(notch_reader *reader, const notch_json *json, notch_text path,
                     notch_value *out)
{
  if (json->kind != NOTCH_JSON_ARRAY) {
    return wrong_type(reader, json, path, "a list of texts");
  }
  notch_list *set = NOTCH_NEW(reader->run, notch_list);
  set->width = 1;
  set->values = NOTCH_NEW_ARRAY(reader->run, notch_value, json->count + 1);
  for (const notch_json *item = json->first; item != NULL; item = item->next) {
    if (item->kind != NOTCH_JSON_STRING) {
      return wrong_type(reader, item, path, "a list of texts");
    }
    /* Kept sorted and without repetition: the same set is the same content. */
    uint32_t at = 0;
    int order = 1;
    while (at < set->count &&
           (order = notch_text_compare(notch_value_text(set->values[at]), item->text)) < 0) {
      at++;
    }
    if (at < set->count && order == 0) {
      continue;
    }
    memmove(&set->values[at + 1], &set->values[at], (set->count - at) * sizeof *set->values);
    set->values[at] = text_value(reader, item->text);
    set->count++;
  }
  *out = NOTCH_VALUE((int64_t)(intptr_t)set);
  return true;
}

static uint32_t field_of(const notch_record *record, notch_text name)
{
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (notch_text_equal(record->fields[i].name, name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

static bool read_item(notch_reader *reader, const notch_record *record, const notch_json *item,
                      notch_text path, notch_value *values)
{
  if (item->kind != NOTCH_JSON_OBJECT) {
    return wrong_type(reader, item, path, "an object");
  }
  for (const notch_json *json = item->first; json != NULL; json = json->next) {
    uint32_t index = field_of(record, json->key);
    if (index != NOTCH_NONE && !json->duplicate &&
        notch_read_value(reader, &record->fields[index], json, json->key, &values[index])) {
      continue;
    }
    /* Only a sentence needs the whole path. */
    notch_text inner =
        notch_arena_format(reader->run, "%.*s.%.*s", WORD(path), WORD(json->key));
    if (json->duplicate) {
      return notch_reader_refuse_twice(reader, inner);
    }
    if (index == NOTCH_NONE && reader->recorded) {
      continue;
    }
    if (index == NOTCH_NONE) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                                 "`%.*s` is no field of %.*s", WORD(inner), WORD(record->name));
    }
    return notch_read_value(reader, &record->fields[index], json, inner, &values[index]);
  }
  for (uint32_t i = 0; i < record->field_count; i++) {
    const notch_field *field = &record->fields[i];
    if (values[i].d != 0) {
      continue;
    }
    values[i] = notch_field_absent(reader, field);
    if (values[i].d == 0 && !field->type.optional && !reader->recorded) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%.*s.%.*s` is missing",
                                 WORD(path), WORD(field->name));
    }
  }
  return true;
}

static bool read_list(notch_reader *reader, const notch_field *field, const notch_json *json,
                      notch_text path, notch_value *out)
{
  const notch_record *record = &reader->layout->program->records[field->type.of];
  if (json->kind != NOTCH_JSON_ARRAY) {
    return wrong_type(reader, json, path, "a list");
  }
  if (field->items_max != 0 && json->count > field->items_max) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE,
                               "`%.*s` has %u items; %u is the most", WORD(path), json->count,
                               field->items_max);
  }
  notch_list *list = NOTCH_NEW(reader->run, notch_list);
  list->count = json->count;
  list->width = record->field_count;
  list->values =
      NOTCH_NEW_ARRAY(reader->run, notch_value, (size_t)list->count * list->width + 1);
  uint32_t index = 0;
  for (const notch_json *item = json->first; item != NULL; item = item->next, index++) {
    notch_value *values = list->values + (size_t)index * list->width;
    if (!read_item(reader, record, item, path, values)) {
      notch_text inner = notch_arena_format(reader->run, "%.*s[%u]", WORD(path), index + 1);
      return read_item(reader, record, item, inner, values);
    }
  }
  *out = NOTCH_VALUE((int64_t)(intptr_t)list);
  return true;
}

static bool in_range(notch_reader *reader, const notch_field *field, notch_text path,
                     notch_value value)
{
  const notch_range *range = &field->range;
  if (reader->recorded || (!range->has_low && !range->has_high)) {
    return true;
  }
  switch ((notch_type_kind)field->type.kind) {
  case NOTCH_TYPE_FLAG:
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_LIST:
  case NOTCH_TYPE_SET:
  case NOTCH_TYPE_MEMBER: return true;
  default: break;
  }
  notch_rational number = notch_value_rational(value);
  bool low = range->has_low && notch_rational_compare(number, range->low) < 0;
  bool high = range->has_high && notch_rational_compare(number, range->high) > 0;
  if (!low && !high) {
    return true;
  }
  notch_buffer bound;
  notch_buffer_init(&bound, reader->run->memory);
  notch_rational at = low ? range->low : range->high;
  notch_canonical_value(&bound, reader->layout, field->type, field->decimals,
                        notch_value_of(at), NULL);
  notch_text text = notch_buffer_keep(&bound, reader->run);
  return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE, "`%.*s` is %s %.*s, which is "
                             "the %s", WORD(path), low ? "below" : "above", WORD(text),
                             low ? "least" : "most");
}

static bool read_plain(notch_reader *reader, const notch_field *field, const notch_json *json,
                       notch_text path, notch_value *out)
{
  const notch_program *program = reader->layout->program;
  notch_type type = field->type;
  *out = NOTCH_VALUE(0);
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG: return read_flag(reader, json, path, out);
  case NOTCH_TYPE_NUMBER: return read_number(reader, field, json, path, out);
  case NOTCH_TYPE_MONEY:
    return notch_read_amount(reader, json, program->currencies[type.of].decimals,
                             program->currencies[type.of].code, path, &out->n);
  case NOTCH_TYPE_POINTS:
    return notch_read_amount(reader, json, program->points[type.of].decimals,
                             program->points[type.of].decl.name, path, &out->n);
  case NOTCH_TYPE_TEXT:
    if (json->kind != NOTCH_JSON_STRING) {
      return wrong_type(reader, json, path, "a text");
    }
    *out = text_value(reader, json->text);
    return true;
  case NOTCH_TYPE_DATE:
  case NOTCH_TYPE_TIME:
  case NOTCH_TYPE_MOMENT:
    return read_calendar(reader, (notch_type_kind)type.kind, json, path, out);
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_DAYS:
  case NOTCH_TYPE_MONTHS:
    return read_duration(reader, (notch_type_kind)type.kind, json, path, out);
  case NOTCH_TYPE_CHOICE:
    return read_choice(reader, &program->choices[type.of], json, path, out);
  case NOTCH_TYPE_TIER: return read_tier(reader, &program->ladders[type.of], json, path, out);
  case NOTCH_TYPE_LIST: return read_list(reader, field, json, path, out);
  case NOTCH_TYPE_SET: return read_set(reader, json, path, out);
  case NOTCH_TYPE_MEMBER: return read_member(reader, json, path, out);
  case NOTCH_TYPE_MONTHNAME:
  case NOTCH_TYPE_WEEKDAY:
  case NOTCH_TYPE_BAND:
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_COUNT: break;
  }
  return wrong_type(reader, json, path, "of a type that no field has");
}

bool notch_read_value(notch_reader *reader, const notch_field *field, const notch_json *json,
                      notch_text path, notch_value *out)
{
  if (json->kind == NOTCH_JSON_NULL) {
    *out = NOTCH_MISSING; /* null is as good as not sent */
    return true;
  }
  return read_plain(reader, field, json, path, out) &&
         in_range(reader, field, path, *out);
}
