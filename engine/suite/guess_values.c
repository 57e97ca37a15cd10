/* suite/guess_values.c -- the candidates that each field, tier and time has of its own. */
#include <config.h>

#include "suite/guess.h"

#define VALUES_MAX 40
#define ITEMS_MAX 20
#define LIST_TRIES 8 /* of each field */

static const int32_t base_day = 20458; /* Monday, 5 January 2026 */

notch_gene *notch_guess_gene(notch_guess *guess, notch_gene_kind kind, uint32_t index)
{
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    if (guess->genes[i].kind == kind && guess->genes[i].index == index) {
      return &guess->genes[i];
    }
  }
  return NULL;
}

static bool is_text(notch_type type)
{
  return type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
}

static bool same_value(notch_type type, notch_value left, notch_value right)
{
  if (left.d == 0 || right.d == 0) {
    return left.d == right.d;
  }
  if (type.kind == NOTCH_TYPE_LIST || type.kind == NOTCH_TYPE_SET) {
    return left.n == right.n;
  }
  return is_text(type) ? notch_text_equal(notch_value_text(left), notch_value_text(right))
                       : left.n == right.n && left.d == right.d;
}

/* What an event could bring: within the range, and with no more decimals than are taken. */
static bool fits(const notch_guess *guess, const notch_gene *gene, notch_value value)
{
  notch_rational steps;
  if (value.d == 0) {
    return gene->type.optional;
  }
  if (is_text(gene->type) || gene->type.kind == NOTCH_TYPE_LIST ||
      gene->type.kind == NOTCH_TYPE_SET) {
    return true;
  }
  const notch_rational one = notch_value_rational(value);
  uint32_t count = gene->type.kind == NOTCH_TYPE_FLAG ? 2
                   : gene->type.kind == NOTCH_TYPE_CHOICE
                       ? guess->program->choices[gene->type.of].count
                   : gene->type.kind == NOTCH_TYPE_TIER
                       ? guess->program->ladders[gene->type.of].tier_count
                   : gene->type.kind == NOTCH_TYPE_TIME ? (uint32_t)NOTCH_DAY_S
                                                        : 0;
  if (count > 0 && (value.n < 0 || value.n >= count)) {
    return false;
  }
  return (!gene->range.has_low || notch_rational_compare(one, gene->range.low) >= 0) &&
         (!gene->range.has_high || notch_rational_compare(one, gene->range.high) <= 0) &&
         (gene->step.num == 0 || (notch_rational_div(&steps, one, gene->step) && steps.den == 1));
}

void notch_gene_add(notch_guess *guess, notch_gene *gene, notch_value value)
{
  if (gene->values == NULL) {
    gene->values = NOTCH_NEW_ARRAY(guess->arena, notch_value, VALUES_MAX);
  }
  if (gene->count == VALUES_MAX || !fits(guess, gene, value)) {
    return;
  }
  for (uint32_t i = 0; i < gene->count; i++) {
    if (same_value(gene->type, gene->values[i], value)) {
      return;
    }
  }
  gene->values[gene->count++] = value;
}

/* Types whose values have neighbours that an event could bring as well. */
static bool has_neighbours(notch_type type)
{
  return type.kind == NOTCH_TYPE_MONEY || type.kind == NOTCH_TYPE_POINTS ||
         type.kind == NOTCH_TYPE_NUMBER || type.kind == NOTCH_TYPE_DATE ||
         type.kind == NOTCH_TYPE_TIME || type.kind == NOTCH_TYPE_MOMENT;
}

void notch_gene_around(notch_guess *guess, notch_gene *gene, notch_value value)
{
  notch_rational step = gene->step.num == 0 ? NOTCH_INTEGER(1) : gene->step, next;
  notch_gene_add(guess, gene, value);
  if (value.d == 0 || !has_neighbours(gene->type)) {
    return;
  }
  if (notch_rational_sub(&next, notch_value_rational(value), step)) {
    notch_gene_add(guess, gene, notch_value_of(next));
  }
  if (notch_rational_add(&next, notch_value_rational(value), step)) {
    notch_gene_add(guess, gene, notch_value_of(next));
  }
}

static notch_value text_value(notch_guess *guess, const char *words)
{
  notch_text *text = NOTCH_NEW(guess->arena, notch_text);
  *text = notch_text_of(words);
  return NOTCH_VALUE((intptr_t)text);
}

static notch_value list_value(notch_guess *guess, uint32_t count, uint32_t width)
{
  notch_list *list = NOTCH_NEW(guess->arena, notch_list);
  notch_value *values = NOTCH_NEW_ARRAY(guess->arena, notch_value, (size_t)count * width + 1);
  *list = (notch_list){.count = count, .width = width, .values = values};
  return NOTCH_VALUE((intptr_t)list);
}

static void add_range(notch_guess *guess, notch_gene *gene, notch_value usual)
{
  const notch_range *range = &gene->range;
  notch_gene_add(guess, gene, usual);
  if (range->has_low) {
    notch_gene_around(guess, gene, notch_value_of(range->low));
  } else {
    notch_gene_around(guess, gene, NOTCH_VALUE(0));
  }
  if (range->has_high) {
    notch_gene_around(guess, gene, notch_value_of(range->high));
  } else {
    notch_gene_add(guess, gene, NOTCH_VALUE(1000000000));
  }
}

static void add_count(notch_guess *guess, notch_gene *gene, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_gene_add(guess, gene, NOTCH_VALUE(i));
  }
}

static void add_by_type(notch_guess *guess, notch_gene *gene);

static notch_gene gene_of_field(notch_gene_kind kind, uint32_t index, const notch_field *field)
{
  notch_gene gene = {.kind = kind,
                     .index = index,
                     .type = field->type,
                     .name = field->name,
                     .range = field->range};
  if (field->type.kind == NOTCH_TYPE_MONEY || field->type.kind == NOTCH_TYPE_POINTS) {
    gene.step = NOTCH_INTEGER(1);
  } else if (field->type.kind == NOTCH_TYPE_NUMBER) {
    gene.step = NOTCH_INTEGER(1);
    for (uint8_t i = 0; i < field->decimals && i < 9; i++) {
      gene.step.den *= 10;
    }
  }
  return gene;
}

/* The empty one; what items may look like is known later. */
static void start_list(notch_guess *guess, notch_gene *gene, uint32_t items_max)
{
  const notch_record *record = &guess->program->records[gene->type.of];
  gene->items = NOTCH_NEW_ARRAY(guess->arena, notch_gene, record->field_count + 1);
  gene->item_count = record->field_count;
  gene->items_max = items_max == 0 || items_max > ITEMS_MAX ? ITEMS_MAX : items_max;
  for (uint32_t i = 0; i < gene->item_count; i++) {
    gene->items[i] = gene_of_field(NOTCH_GENE_FIELD, i, &record->fields[i]);
    add_by_type(guess, &gene->items[i]);
  }
  notch_gene_add(guess, gene, list_value(guess, 0, gene->item_count));
}

/* As often as said: the usual item, but for one field. */
static notch_value repeated(notch_guess *guess, const notch_gene *gene, uint32_t tried,
                            uint32_t candidate, uint32_t count)
{
  notch_value list = list_value(guess, count, gene->item_count);
  for (uint32_t i = 0; i < count * gene->item_count; i++) {
    const notch_gene *field = &gene->items[i % gene->item_count];
    uint32_t at = i % gene->item_count == tried ? candidate : 0;
    notch_value_list(list)->values[i] = field->count == 0 ? NOTCH_MISSING : field->values[at];
  }
  return list;
}

void notch_guess_lists(notch_guess *guess)
{
  for (uint32_t g = 0; g < guess->gene_count; g++) {
    notch_gene *gene = &guess->genes[g];
    for (uint32_t i = 0; i < gene->item_count; i++) {
      for (uint32_t v = i == 0 ? 0 : 1; v < gene->items[i].count && v < LIST_TRIES; v++) {
        notch_gene_add(guess, gene, repeated(guess, gene, i, v, 1));
        notch_gene_add(guess, gene, repeated(guess, gene, i, v, gene->items_max));
      }
    }
  }
}

static void add_by_type(notch_guess *guess, notch_gene *gene)
{
  const notch_program *program = guess->program;
  switch ((notch_type_kind)gene->type.kind) {
  case NOTCH_TYPE_MONEY: add_range(guess, gene, NOTCH_VALUE(10000)); break;
  case NOTCH_TYPE_POINTS: add_range(guess, gene, NOTCH_VALUE(100)); break;
  case NOTCH_TYPE_NUMBER: add_range(guess, gene, NOTCH_VALUE(1)); break;
  case NOTCH_TYPE_FLAG: add_count(guess, gene, 2); break;
  case NOTCH_TYPE_CHOICE: add_count(guess, gene, program->choices[gene->type.of].count); break;
  case NOTCH_TYPE_TEXT: notch_gene_add(guess, gene, text_value(guess, "a")); break;
  case NOTCH_TYPE_MEMBER: notch_gene_add(guess, gene, text_value(guess, "bob")); break;
  case NOTCH_TYPE_DATE: notch_gene_around(guess, gene, NOTCH_VALUE(base_day)); break;
  case NOTCH_TYPE_TIME: notch_gene_add(guess, gene, NOTCH_VALUE(NOTCH_DAY_S / 2)); break;
  case NOTCH_TYPE_MOMENT:
    notch_gene_add(guess, gene,
                   NOTCH_VALUE(notch_zone_midnight(&program->zone, base_day) * NOTCH_SECOND_US));
    break;
  case NOTCH_TYPE_SET: notch_gene_add(guess, gene, list_value(guess, 0, 1)); break;
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_LIST: /* start_list */
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_DAYS:
  case NOTCH_TYPE_MONTHS:
  case NOTCH_TYPE_TIER:
  case NOTCH_TYPE_MONTHNAME:
  case NOTCH_TYPE_WEEKDAY:
  case NOTCH_TYPE_BAND:
  case NOTCH_TYPE_COUNT: break;
  }
  if (gene->type.optional) {
    notch_gene_add(guess, gene, NOTCH_MISSING);
  }
}

static notch_gene *push(notch_guess *guess, notch_gene gene)
{
  if (guess->gene_count == NOTCH_GENES_MAX) {
    return NULL;
  }
  guess->genes[guess->gene_count] = gene;
  return &guess->genes[guess->gene_count++];
}

static void start_fields(notch_guess *guess, notch_gene_kind kind, const notch_field *fields,
                         uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_gene *gene = push(guess, gene_of_field(kind, i, &fields[i]));
    if (gene == NULL) {
      return;
    }
    if (fields[i].has_default) {
      notch_gene_add(guess, gene, fields[i].default_value);
    }
    if (gene->type.kind == NOTCH_TYPE_LIST) {
      start_list(guess, gene, fields[i].items_max);
    }
    add_by_type(guess, gene);
  }
}

static void start_time(notch_guess *guess)
{
  notch_gene *day =
      push(guess, (notch_gene){.kind = NOTCH_GENE_DAY, .type = {.kind = NOTCH_TYPE_DATE}});
  for (int32_t i = 0; day != NULL && i < 7; i++) {
    notch_gene_add(guess, day, NOTCH_VALUE(base_day + i));
  }
  notch_gene *second =
      push(guess, (notch_gene){.kind = NOTCH_GENE_SECOND, .type = {.kind = NOTCH_TYPE_TIME}});
  for (int64_t hour = 12; second != NULL && hour < 36; hour += 5) {
    notch_gene_add(guess, second, NOTCH_VALUE(hour % 24 * 3600));
  }
}

void notch_guess_start(notch_guess *guess)
{
  const notch_program *program = guess->program;
  const notch_event_decl *event = &program->events[guess->type];
  start_time(guess);
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    const notch_ladder *ladder = &program->ladders[i];
    notch_gene *gene = push(guess, (notch_gene){.kind = NOTCH_GENE_TIER,
                                                .index = i,
                                                .name = ladder->decl.name,
                                                .type = {.kind = NOTCH_TYPE_TIER, .of = i}});
    if (gene != NULL) {
      notch_gene_add(guess, gene, NOTCH_VALUE(ladder->start));
      add_count(guess, gene, ladder->tier_count);
    }
  }
  start_fields(guess, NOTCH_GENE_FIELD, event->fields, event->field_count);
  start_fields(guess, NOTCH_GENE_MEMBER, program->member_fields, program->member_field_count);
}
