/* member/returns.c -- returns of declared events: the original once more, without what came back
 * (language, section 9). */
#include <config.h>

#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/takeback.h"

#include <assert.h>
#include <string.h>

static const notch_value no_value = {0, 0};

static bool scales(notch_type type)
{
  return type.kind == NOTCH_TYPE_NUMBER || type.kind == NOTCH_TYPE_MONEY;
}

/* Lists are copied before anything in them is lowered. */
static notch_value *copy_fields(notch_work *work, const notch_event *event)
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
      memcpy(list->values, from->values, cells * sizeof *list->values);
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
  notch_rational left = notch_exact_sub(work, notch_value_rational(*value),
                                        notch_value_rational(by));
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
 * cumulatively rounded down to the minor unit.  Adds what the money fields lost to `lost`.
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
    named_money = named_money ||
                  (line->lower[i].d != 0 && record->fields[i].type.kind == NOTCH_TYPE_MONEY);
    quantity = number && quantity == NOTCH_NONE ? i : quantity;
    quantity = number && notch_text_equal(record->fields[i].name, NOTCH_TEXT("quantity"))
                   ? i : quantity;
  }
  notch_rational part = NOTCH_INTEGER(named ? 1 : 0); /* of what was sent, that stays */
  notch_value *before = NOTCH_NEW_ARRAY(work->run, notch_value, record->field_count + 1);
  memcpy(before, values, sizeof *before * record->field_count);
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (line->lower[i].d != 0) {
      lower_field(work, &values[i], line->lower[i], record->fields[i].name);
    } else if (!named && scales(record->fields[i].type) && values[i].d != 0) {
      values[i] = NOTCH_VALUE(0);
    }
  }
  if (named && quantity != NOTCH_NONE && line->lower[quantity].d != 0 && was[quantity].n != 0) {
    part = notch_exact_div(work, notch_value_rational(values[quantity]),
                           notch_value_rational(was[quantity]));
  }
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (record->fields[i].type.kind != NOTCH_TYPE_MONEY || values[i].d == 0) {
      continue;
    }
    if (named && !named_money && part.num != part.den) {
      /* What has gone back so far, rounded down; the last line takes the rest. */
      notch_rational gone = notch_exact_mul(work, notch_value_rational(was[i]),
                                            notch_exact_sub(work, NOTCH_INTEGER(1), part));
      values[i] = notch_value_of(notch_exact_sub(
          work, notch_value_rational(was[i]), NOTCH_INTEGER(notch_rational_floor(gone))));
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
        notch_rational left = notch_exact_sub(work, notch_value_rational(fields[j]),
                                              notch_value_rational(lost[i]));
        fields[j] = left.num < 0 ? NOTCH_VALUE(0) : notch_value_of(left);
      }
    }
  }
}

static void lower_all(const notch_event_decl *declared, notch_value *fields)
{
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (fields[i].d != 0 && scales(declared->fields[i].type)) {
      fields[i] = NOTCH_VALUE(0);
    } else if (fields[i].d != 0 && declared->fields[i].type.kind == NOTCH_TYPE_LIST) {
      notch_list *list = (notch_list *)(intptr_t)fields[i].n;
      list->count = 0;
    }
  }
}

static void lower_by(notch_work *work, const notch_event *sent, notch_value *fields,
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

/* All of an event is returned when none of its amounts, nor of its lines' quantities, is left. */
static bool is_nothing(const notch_work *work, const notch_event *sent, const notch_value *fields)
{
  const notch_event_decl *declared = &work->program->events[sent->type];
  bool any = false;
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (!scales(declared->fields[i].type) || sent->fields[i].d == 0 || sent->fields[i].n == 0) {
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

notch_left notch_lower(notch_work *work, const notch_original *original)
{
  const notch_event *sent = original->sent;
  notch_value *before = copy_fields(work, sent);
  bool gone = false;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    lower_by(work, sent, before, &original->lowered[i]);
    gone = gone || original->lowered[i].all;
  }
  if (gone) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "all of this event has been returned already");
  }
  notch_event lowered = *sent;
  lowered.fields = before;
  notch_value *after = copy_fields(work, &lowered);
  lower_by(work, sent, after, original->lowering);
  return (notch_left){.before = before, .after = after,
                      .nothing_left = original->lowering->all || is_nothing(work, sent, after)};
}

/* The part of an event that is left, by the field the rule is said to follow. */
static notch_rational part_left(notch_work *work, const notch_event *sent,
                                const notch_value *after, uint32_t rule, uint32_t variant)
{
  uint32_t field = work->program->rules[rule].variants[variant].proportional_field;
  if (field == NOTCH_NONE || sent->fields[field].d == 0 || sent->fields[field].n == 0) {
    return NOTCH_INTEGER(1);
  }
  return notch_exact_div(work, notch_value_rational(after[field]),
                         notch_value_rational(sent->fields[field]));
}

/* Evaluates the original again as it was (`as_sent`) or as it is left. */
static notch_awards *again(notch_work *work, const notch_original *original,
                           const notch_value *fields, const notch_awards *as_sent,
                           bool nothing_left)
{
  const notch_event *sent = original->sent;
  uint32_t count, kept = 0, overrides = 0;
  notch_candidate *all = notch_candidates_of_event(work, sent->type, &count);
  notch_candidate *candidates = NOTCH_NEW_ARRAY(work->run, notch_candidate, count + 1);
  notch_override *as = NOTCH_NEW_ARRAY(work->run, notch_override, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    notch_on_return mode = work->program->rules[all[i].rule].on_return;
    if (as_sent != NULL && nothing_left && mode != NOTCH_RETURN_KEEP) {
      continue;
    }
    candidates[kept++] = all[i];
    if (as_sent != NULL && mode != NOTCH_RETURN_RECOMPUTE) {
      notch_rational scale = NOTCH_INTEGER(1);
      if (mode == NOTCH_RETURN_PROPORTIONAL) {
        scale = part_left(work, sent, fields, all[i].rule, all[i].variant);
      }
      as[overrides++] = (notch_override){all[i].rule, scale, as_sent};
    }
  }
  notch_event *lowered = NOTCH_NEW(work->run, notch_event);
  *lowered = *sent;
  lowered->fields = (notch_value *)fields;
  notch_state *then = notch_work_copy_as(work, original->then, NOTCH_KEY_OF_THEN);
  notch_state_copy(then, original->then);
  work->seen = work->uses = then;
  work->house_uses = original->house_then;
  work->event = lowered;
  work->fields = fields;
  notch_work_see(work, sent->at_us);
  if (!nothing_left || as_sent == NULL) {
    notch_absorb(work, then, original->event);
  }
  notch_award_request request = {.candidates = candidates, .candidate_count = kept,
                                 .rules_at_us = sent->at_us, .overrides = as,
                                 .override_count = overrides};
  notch_trace *trace = work->trace;
  work->trace = as_sent == NULL ? NULL : trace;
  notch_awards *awards = notch_award_rules(work, &request);
  work->trace = trace;
  return awards;
}

typedef struct point_of_view {
  notch_moment moment;
  const notch_event *event;
  const notch_value *fields;
  const notch_state *seen, *uses;
} point_of_view;

static point_of_view remember(const notch_work *work)
{
  return (point_of_view){work->moment, work->event, work->fields, work->seen, work->uses};
}

static void look_again(notch_work *work, const point_of_view *view)
{
  work->moment = view->moment;
  work->event = view->event;
  work->fields = view->fields;
  work->seen = view->seen;
  work->uses = view->uses;
  work->house_uses = NULL;
}

static bool takes_back(const notch_event *event)
{
  notch_value take = event->fields[NOTCH_FIELD_RETURN_TAKE_BACK];
  return take.d == 0 || take.n != 0;
}

static void recheck(notch_work *work)
{
  for (uint32_t i = 0; i < work->program->ladder_count; i++) {
    if (work->program->ladders[i].recheck) {
      notch_ladder_recheck(work, i);
    }
  }
}

static void return_one(notch_work *work, const notch_original *original)
{
  point_of_view view = remember(work);
  work->open->row.cause = original->event;
  if (original->sent->type < NOTCH_EVENT_BUILTIN_COUNT) {
    notch_return_builtin(work, original);
    return;
  }
  notch_left left = notch_lower(work, original);
  notch_measure_lower(work, work->open->state, original->sent, original->event, left.before,
                      left.after, left.nothing_left);
  if (takes_back(view.event)) {
    notch_awards *as_sent = again(work, original, original->sent->fields, NULL, false);
    notch_awards *now = again(work, original, left.after, as_sent, left.nothing_left);
    look_again(work, &view);
    notch_take_back(work, original, now, left.nothing_left);
  }
  look_again(work, &view);
  recheck(work);
}

void notch_do_return(notch_work *work)
{
  if (work->in->original != NULL) {
    return_one(work, work->in->original);
    return;
  }
  for (uint32_t i = 0; i < work->in->latest_count; i++) {
    return_one(work, work->in->latest[i]);
  }
  (void)no_value;
}

void notch_fold_return(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  const notch_original *original = work->in->original;
  point_of_view view = remember(work);
  if (original->sent->type < NOTCH_EVENT_BUILTIN_COUNT) {
    notch_fold_limits(work, state, transaction);
    return;
  }
  notch_left left = notch_lower(work, original);
  notch_measure_lower(work, state, original->sent, original->event, left.before, left.after,
                      left.nothing_left);
  for (uint32_t i = 0; i < transaction->posting_count; i++) {
    const notch_posting *posting = &transaction->postings[i];
    int64_t sign = posting->target == NOTCH_ACCOUNT_TAKEN_BACK   ? -1
                   : posting->source == NOTCH_ACCOUNT_TAKEN_BACK ? 1
                                                                 : 0;
    notch_measure_earned(work, state, posting->points, original->sent->at_us,
                         sign * posting->amount);
  }
  work->event = original->sent;
  work->fields = original->sent->fields;
  notch_work_see(work, original->sent->at_us);
  notch_fold_limits(work, state, transaction);
  look_again(work, &view);
}
