/*
 * member/lower.c -- what a return leaves of an event: fields and lines, and the figures of built-in
 * events that are no fields of theirs.  Shared by decide and fold.
 */
#include <config.h>

#include "member/award.h"
#include "member/lower.h"
#include "member/shop.h"

#include <string.h>

bool notch_scales(notch_type type)
{
  return type.kind == NOTCH_TYPE_NUMBER || type.kind == NOTCH_TYPE_MONEY;
}

notch_value *notch_fields_copy(notch_work *work, const notch_event *event)
{
  const notch_event_decl *declared = &work->program->events[event->type];
  notch_value *fields = NOTCH_NEW_ARRAY(work->run, notch_value, declared->field_count + 1);
  for (uint32_t i = 0; i < declared->field_count; i++) {
    fields[i] = event->fields[i];
    if (declared->fields[i].type.kind == NOTCH_TYPE_LIST && fields[i].d != 0) {
      const notch_list *from = notch_value_list(fields[i]);
      notch_list *list = NOTCH_NEW(work->run, notch_list);
      *list = *from;
      size_t cells = (size_t)from->count * from->width;
      list->values = NOTCH_NEW_ARRAY(work->run, notch_value, cells + 1);
      if (cells > 0) {
        memcpy(list->values, from->values, cells * sizeof *list->values);
      }
      fields[i] = NOTCH_VALUE((int64_t)(intptr_t)list);
    }
  }
  return fields;
}

static _Noreturn void more_than_left(notch_work *work, notch_text field)
{
  notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "more of %.*s is returned than is left",
               (int)field.length, field.bytes);
}

static void lower_field(notch_work *work, notch_value *value, notch_value by, notch_text name)
{
  notch_rational left =
      notch_exact_sub(work, notch_value_rational(*value), notch_value_rational(by));
  if (left.num < 0) {
    more_than_left(work, name);
  }
  *value = notch_value_of(left);
}

/* The original's line: what its fields were when it was sent. */
static const notch_value *line_as_sent(const notch_event *sent, uint32_t field, uint32_t line)
{
  const notch_list *list = notch_value_list(sent->fields[field]);
  return list->values + (size_t)line * list->width;
}

/*
 * One line: its quantity goes down, and its money in proportion to what is left of the quantity,
 * cumulatively rounded down to the minor unit.  Adds what each field lost to `lost`.
 */
static void lower_line(notch_work *work, const notch_event *sent, notch_value *fields,
                       uint32_t list_field, const notch_return_line *line, notch_value *lost)
{
  const notch_event_decl *declared = &work->program->events[sent->type];
  const notch_record *record = &work->program->records[declared->fields[list_field].type.of];
  const notch_list *list = notch_value_list(fields[list_field]);
  if (line->line == 0 || line->line > list->count) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "the event has no line %u",
                 (unsigned)line->line);
  }
  notch_value *values = list->values + (size_t)(line->line - 1) * list->width;
  const notch_value *was = line_as_sent(sent, list_field, line->line - 1);
  uint32_t quantity = NOTCH_NONE;
  bool named = false, named_money = false;
  for (uint32_t i = 0; i < record->field_count; i++) {
    bool number = record->fields[i].type.kind == NOTCH_TYPE_NUMBER;
    named = named || line->lower[i].d != 0;
    named_money =
        named_money || (line->lower[i].d != 0 && record->fields[i].type.kind == NOTCH_TYPE_MONEY);
    quantity = number && quantity == NOTCH_NONE ? i : quantity;
    quantity =
        number && notch_text_equal(record->fields[i].name, NOTCH_TEXT("quantity")) ? i : quantity;
  }
  notch_rational part = NOTCH_INTEGER(named ? 1 : 0); /* of what was sent, that stays */
  notch_value *before = NOTCH_NEW_ARRAY(work->run, notch_value, record->field_count + 1);
  memcpy(before, values, sizeof *before * record->field_count);
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (line->lower[i].d != 0) {
      lower_field(work, &values[i], line->lower[i], record->fields[i].name);
    } else if (!named && notch_scales(record->fields[i].type) && values[i].d != 0) {
      values[i] = NOTCH_VALUE(0);
    }
  }
  if (named && quantity != NOTCH_NONE && line->lower[quantity].d != 0 && was[quantity].n != 0) {
    part = notch_exact_div(work, notch_value_rational(values[quantity]),
                           notch_value_rational(was[quantity]));
  }
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (!notch_scales(record->fields[i].type) || values[i].d == 0) {
      continue;
    }
    bool money = record->fields[i].type.kind == NOTCH_TYPE_MONEY;
    if (money && named && !named_money && part.num != part.den) {
      /* What has gone back so far, rounded down; the last line takes the rest. */
      notch_rational gone = notch_exact_mul(work, notch_value_rational(was[i]),
                                            notch_exact_sub(work, NOTCH_INTEGER(1), part));
      values[i] = notch_value_of(notch_exact_sub(work, notch_value_rational(was[i]),
                                                 NOTCH_INTEGER(notch_rational_floor(gone))));
    }
    lost[i] = notch_value_of(notch_exact_add(
        work, notch_value_rational(lost[i]),
        notch_exact_sub(work, notch_value_rational(before[i]), notch_value_rational(values[i]))));
  }
}

/* Event fields of a line field's name and unit go down with it, unless the return names them. */
static void lower_totals(notch_work *work, const notch_event *sent, notch_value *fields,
                         uint32_t list_field, const notch_lowering *lowering,
                         const notch_value *lost)
{
  const notch_event_decl *declared = &work->program->events[sent->type];
  const notch_record *record = &work->program->records[declared->fields[list_field].type.of];
  for (uint32_t i = 0; i < record->field_count; i++) {
    for (uint32_t j = 0; j < declared->field_count && lost[i].n > 0; j++) {
      const notch_field *field = &declared->fields[j];
      bool same = notch_text_equal(field->name, record->fields[i].name) &&
                  field->type.kind == record->fields[i].type.kind &&
                  field->type.of == record->fields[i].type.of;
      if (same && fields[j].d != 0 && (lowering->fields == NULL || lowering->fields[j].d == 0)) {
        notch_rational left =
            notch_exact_sub(work, notch_value_rational(fields[j]), notch_value_rational(lost[i]));
        fields[j] = left.num < 0 ? NOTCH_VALUE(0) : notch_value_of(left);
      }
    }
  }
}

static void lower_all(const notch_event_decl *declared, notch_value *fields)
{
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (fields[i].d != 0 && notch_scales(declared->fields[i].type)) {
      fields[i] = NOTCH_VALUE(0);
    } else if (fields[i].d != 0 && declared->fields[i].type.kind == NOTCH_TYPE_LIST) {
      notch_list *list = (notch_list *)(intptr_t)fields[i].n;
      list->count = 0;
    }
  }
}

void notch_lower_by(notch_work *work, const notch_event *sent, notch_value *fields,
                    const notch_lowering *lowering)
{
  const notch_event_decl *declared = &work->program->events[sent->type];
  if (lowering->all) {
    lower_all(declared, fields);
    return;
  }
  for (uint32_t i = 0; i < declared->field_count && lowering->fields != NULL; i++) {
    if (lowering->fields[i].d != 0) {
      lower_field(work, &fields[i], lowering->fields[i], declared->fields[i].name);
    }
  }
  uint32_t list_field = declared->list_field;
  if (lowering->line_count == 0 || list_field == NOTCH_NONE || fields[list_field].d == 0) {
    return;
  }
  const notch_record *record = &work->program->records[declared->fields[list_field].type.of];
  notch_value *lost = NOTCH_NEW_ARRAY(work->run, notch_value, record->field_count + 1);
  for (uint32_t i = 0; i < record->field_count; i++) {
    lost[i] = NOTCH_VALUE(0);
  }
  for (uint32_t i = 0; i < lowering->line_count; i++) {
    lower_line(work, sent, fields, list_field, &lowering->lines[i], lost);
  }
  lower_totals(work, sent, fields, list_field, lowering, lost);
}

bool notch_is_nothing(const notch_work *work, const notch_event *sent, const notch_value *fields)
{
  const notch_event_decl *declared = &work->program->events[sent->type];
  bool any = false;
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (!notch_scales(declared->fields[i].type) || sent->fields[i].d == 0 ||
        sent->fields[i].n == 0) {
      continue;
    }
    any = true;
    if (declared->fields[i].type.kind == NOTCH_TYPE_MONEY && fields[i].n != 0) {
      return false;
    }
    if (declared->first_money == NOTCH_NONE && fields[i].n != 0) {
      return false;
    }
  }
  return any;
}

/* ---- figures of built-in events ---- */

/* What a built-in event moved, by points kind: what a return may name of it. */
static int64_t *moved_by(notch_work *work, const notch_original *original)
{
  const notch_event *sent = original->sent;
  const notch_transaction *row = original->transaction;
  int64_t *moved = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  bool as_sent = sent->type == NOTCH_EVENT_TRANSFER || sent->type == NOTCH_EVENT_ADJUST;
  for (uint32_t i = 0; i < sent->point_count && as_sent; i++) {
    int64_t amount = sent->points[i].amount;
    uint32_t kind = sent->points[i].index;
    moved[kind] += amount < 0 ? -amount : amount;
  }
  for (uint32_t i = 0; i < row->posting_count && !as_sent; i++) {
    const notch_posting *posting = &row->postings[i];
    bool spent = posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 0;
    moved[posting->points] += spent ? posting->amount : 0;
  }
  for (uint32_t i = 0; i < row->effect_count && !as_sent; i++) {
    const notch_effect *paid = &row->effects[i];
    if (paid->kind == NOTCH_EFFECT_PAID) { /* what the household paid of it too */
      moved[work->program->payments[paid->subject].points] = paid->ref;
    }
  }
  return moved;
}

static int64_t *copy_of(notch_work *work, const int64_t *by_kind)
{
  uint32_t kinds = work->program->points_count;
  int64_t *copy = NOTCH_NEW_ARRAY(work->run, int64_t, kinds + 1);
  memcpy(copy, by_kind, sizeof *copy * kinds);
  return copy;
}

/* False: more than is left. */
static bool lower_points(notch_work *work, const notch_lowering *lowering, int64_t *left)
{
  const int64_t *named = notch_named_amounts(work, lowering->points, lowering->point_count, left);
  bool fits = true;
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    left[i] = lowering->all ? 0 : left[i] - named[i];
    fits = fits && left[i] >= 0;
  }
  return fits;
}

static void lower_figures(notch_work *work, const notch_event *sent, notch_left *left,
                          const notch_lowering *lowering, notch_value *fields)
{
  if (!lower_points(work, lowering, left->points)) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE,
                 "more points are returned than the event still has");
  }
  if (sent->type != NOTCH_EVENT_REDEEM) {
    return;
  }
  if (lowering->quantity > left->quantity) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "more is returned than was redeemed");
  }
  left->quantity = lowering->all ? 0 : left->quantity - lowering->quantity;
  if (fields[NOTCH_FIELD_REDEEM_QUANTITY].d != 0) {
    fields[NOTCH_FIELD_REDEEM_QUANTITY] = NOTCH_VALUE(left->quantity);
  }
}

static bool none_moved(const notch_work *work, const notch_event *sent, const notch_left *left)
{
  bool any = false, none = true;
  for (uint32_t i = 0; i < work->program->points_count; i++) {
    any = any || left->moved[i] != 0;
    none = none && left->points[i] == 0;
  }
  return sent->type == NOTCH_EVENT_REDEEM ? left->quantity == 0 : any && none;
}

/* ---- all of it ---- */

typedef struct lowered { /* what is left after some of the returns */
  notch_value *fields;
  notch_left left;
} lowered;

static void lower_once(notch_work *work, const notch_original *original, lowered *so_far,
                       const notch_lowering *lowering)
{
  const notch_event *sent = original->sent;
  bool declared = sent->type >= NOTCH_EVENT_BUILTIN_COUNT;
  notch_lower_by(work, sent, so_far->fields, lowering);
  if (!declared) {
    lower_figures(work, sent, &so_far->left, lowering, so_far->fields);
  }
  so_far->left.nothing_left = so_far->left.nothing_left || lowering->all ||
                              (declared ? notch_is_nothing(work, sent, so_far->fields)
                                        : none_moved(work, sent, &so_far->left));
}

notch_left notch_lower(notch_work *work, const notch_original *original)
{
  const notch_event *sent = original->sent;
  lowered so_far = {.fields = notch_fields_copy(work, sent), .left.quantity = sent->quantity};
  if (sent->type < NOTCH_EVENT_BUILTIN_COUNT) {
    so_far.left.moved = moved_by(work, original);
    so_far.left.points = copy_of(work, so_far.left.moved);
  }
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    lower_once(work, original, &so_far, &original->lowered[i]);
  }
  if (so_far.left.nothing_left) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "all of this event has been returned already");
  }
  notch_event before = *sent;
  before.fields = so_far.fields;
  so_far.left.before = so_far.fields;
  so_far.fields = notch_fields_copy(work, &before);
  int64_t *points = so_far.left.points;
  if (points != NULL) {
    so_far.left.points_before = points;
    so_far.left.points = copy_of(work, points);
  }
  lower_once(work, original, &so_far, original->lowering);
  so_far.left.after = so_far.fields;
  return so_far.left;
}
