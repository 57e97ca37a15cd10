/* member/returns.c -- returns of declared events: the original once more, without what came back
 * (language, section 9). */
#include <config.h>

#include "member/again.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/side.h"
#include "member/takeback.h"
#include "member/term.h"

#include <assert.h>
#include <string.h>

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
    } else if (!named && scales(record->fields[i].type) && values[i].d != 0) {
      values[i] = NOTCH_VALUE(0);
    }
  }
  if (named && quantity != NOTCH_NONE && line->lower[quantity].d != 0 && was[quantity].n != 0) {
    part = notch_exact_div(work, notch_value_rational(values[quantity]),
                           notch_value_rational(was[quantity]));
  }
  for (uint32_t i = 0; i < record->field_count; i++) {
    if (!scales(record->fields[i].type) || values[i].d == 0) {
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
  gone = gone || (original->earlier_count > 0 && is_nothing(work, sent, before));
  if (gone) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "all of this event has been returned already");
  }
  notch_event lowered = *sent;
  lowered.fields = before;
  notch_value *after = copy_fields(work, &lowered);
  lower_by(work, sent, after, original->lowering);
  return (notch_left){.before = before,
                      .after = after,
                      .nothing_left = original->lowering->all || is_nothing(work, sent, after)};
}

/* The part of an event that is left, by the field the rule is said to follow. */
static notch_rational part_left(notch_work *work, const notch_event *sent, const notch_value *after,
                                uint32_t rule, uint32_t variant)
{
  uint32_t field = work->program->rules[rule].variants[variant].proportional_field;
  if (field == NOTCH_NONE || sent->fields[field].d == 0 || sent->fields[field].n == 0) {
    return NOTCH_INTEGER(1);
  }
  return notch_exact_div(work, notch_value_rational(after[field]),
                         notch_value_rational(sent->fields[field]));
}

/* Evaluates the original again as it was (no `as_sent`) or as it is left. */
static notch_awards *again(notch_work *work, const notch_original *original,
                           const notch_value *fields, const notch_awards *as_sent,
                           bool nothing_left, int64_t *inflow)
{
  const notch_taking so_far = {.work = work, .original = original};
  const notch_event *sent = original->sent;
  const notch_candidate *all = work->plan->on_events[sent->type];
  uint32_t count = work->program->events[sent->type].variant_count, kept = 0, overrides = 0;
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
  notch_state *then = notch_work_copy_as(work, original->then, NOTCH_KEY_OF_ORIGINAL);
  notch_state_copy(then, original->then);
  work->seen = then;
  work->uses = original->uses_then != NULL ? original->uses_then : then;
  work->house_uses = original->house_then;
  work->named_before = original->event;
  work->event = lowered;
  work->fields = fields;
  work->inflow = NULL;
  notch_work_see(work, sent->at_us);
  notch_ripen(&so_far, then, original->transaction, sent, inflow);
  if (!nothing_left || as_sent == NULL) {
    notch_absorb(work, then, original->event);
  }
  notch_award_request request = {.candidates = candidates,
                                 .candidate_count = kept,
                                 .rules_at_us = sent->at_us,
                                 .overrides = as,
                                 .override_count = overrides};
  notch_trace *trace = work->trace;
  work->trace = as_sent == NULL ? NULL : trace;
  notch_awards *awards = notch_award_rules(work, &request);
  work->trace = trace;
  return awards;
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

static void return_declared(notch_work *work, const notch_original *original)
{
  notch_view view = notch_view_of(work);
  notch_left left = notch_lower(work, original);
  notch_measure_lower(work, work->open->state, original, left.before, left.after,
                      left.nothing_left);
  if (takes_back(view.event)) {
    uint32_t kinds = work->program->points_count + 1;
    int64_t *before = NOTCH_NEW_ARRAY(work->run, int64_t, kinds);
    int64_t *inflow = NOTCH_NEW_ARRAY(work->run, int64_t, kinds);
    notch_awards *as_sent = again(work, original, original->sent->fields, NULL, false, before);
    notch_awards *now =
        again(work, original, left.after, as_sent, left.nothing_left, inflow);
    for (uint32_t i = 0; i < now->rulings.count; i++) {
      if (now->rulings.items[i].kind == NOTCH_RULING_APPLIES) {
        notch_rule_figures(work, &now->rulings.items[i]);
      }
    }
    const notch_taking so_far = {.work = work, .original = original};
    notch_again_on_earning(&so_far,
                           notch_work_copy_as(work, original->then, NOTCH_KEY_OF_ORIGINAL), inflow,
                           now);
    work->rule = NOTCH_NONE;
    notch_view_back(work, &view);
    notch_take_back(work, original, now, left.nothing_left);
  }
  notch_view_back(work, &view);
}

static void return_one(notch_work *work, const notch_original *original)
{
  work->open->row.cause = original->event;
  if (original->sent->type < NOTCH_EVENT_BUILTIN_COUNT) {
    notch_return_builtin(work, original);
  } else {
    return_declared(work, original);
  }
  recheck(work);
}

static void print_field(notch_work *work, notch_buffer *to, const notch_field *field,
                        notch_value value)
{
  if (field->type.kind == NOTCH_TYPE_MONEY) {
    notch_decimal_print(to, value.n, work->program->currencies[field->type.of].decimals);
  } else {
    notch_rational_print(to, notch_value_rational(value));
  }
}

/* What one of several returned events is lowered by, as a return of it would say. */
static notch_text lowering_text(notch_work *work, uint32_t type, const notch_lowering *lowering)
{
  const notch_event_decl *declared = &work->program->events[type];
  notch_buffer text;
  notch_buffer_init(&text, work->decider->memory);
  notch_json_writer writer = {.to = &text};
  notch_json_begin(&writer, '{');
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (lowering->fields[i].d == 0) {
      continue;
    }
    notch_buffer figure;
    notch_buffer_init(&figure, work->decider->memory);
    print_field(work, &figure, &declared->fields[i], lowering->fields[i]);
    notch_json_key(&writer, declared->fields[i].name);
    notch_json_taken(&writer, &figure);
  }
  notch_json_end(&writer, '}');
  return notch_buffer_keep(&text, work->run);
}

/* The part of `wanted` that is left in one event; false: nothing is.  The host is told of one of
 * which nothing at all is left. */
static bool part_of(notch_work *work, const notch_original *original, notch_value *wanted,
                    notch_lowering *out)
{
  const notch_event_decl *declared = &work->program->events[original->sent->type];
  notch_value *left = copy_fields(work, original->sent);
  bool any = false, empty = true;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    lower_by(work, original->sent, left, &original->lowered[i]);
  }
  *out = (notch_lowering){.fields =
                              NOTCH_NEW_ARRAY(work->run, notch_value, declared->field_count + 1)};
  for (uint32_t i = 0; i < declared->field_count; i++) {
    empty = empty && (!scales(declared->fields[i].type) || left[i].d == 0 || left[i].n == 0);
    if (wanted[i].d == 0 || wanted[i].n == 0 || left[i].d == 0 || left[i].n == 0) {
      continue;
    }
    bool all =
        notch_rational_compare(notch_value_rational(left[i]), notch_value_rational(wanted[i])) <= 0;
    out->fields[i] = all ? left[i] : wanted[i];
    wanted[i] = notch_value_of(notch_exact_sub(work, notch_value_rational(wanted[i]),
                                               notch_value_rational(out->fields[i])));
    any = true;
  }
  if (empty) {
    work->host->empty(work->host->payload, original);
  }
  return any;
}

static bool more_wanted(const notch_event_decl *declared, const notch_value *wanted)
{
  for (uint32_t i = 0; i < declared->field_count; i++) {
    if (wanted[i].d != 0 && wanted[i].n != 0) {
      return true;
    }
  }
  return false;
}

/* Shares what is returned over the newest events; what none has left is recorded. */
static void plan_latest(notch_work *work)
{
  const notch_event_decl *declared = &work->program->events[work->in->latest_type];
  notch_value *wanted = NOTCH_NEW_ARRAY(work->run, notch_value, declared->field_count + 1);
  for (uint32_t i = 0; i < declared->field_count; i++) {
    wanted[i] = work->in->latest_lowering->fields[i];
  }
  for (int64_t before = INT64_MAX; more_wanted(declared, wanted);) {
    const notch_original *found =
        work->host->latest(work->host->payload, work->in->latest_type, before);
    notch_lowering part;
    if (found == NULL) {
      break;
    }
    before = found->event;
    if (part_of(work, found, wanted, &part)) {
      notch_lowering *kept = NOTCH_NEW(work->run, notch_lowering);
      notch_original *one = NOTCH_NEW(work->run, notch_original);
      *kept = part;
      *one = *found;
      one->lowering = kept;
      *notch_vec_push(&work->returned, work->run) = one;
    }
  }
  if (more_wanted(declared, wanted)) {
    notch_lowering rest = {.fields = wanted};
    for (uint32_t i = 0; i < declared->field_count; i++) {
      wanted[i] = wanted[i].n == 0 ? NOTCH_MISSING : wanted[i];
    }
    notch_work_effect(work,
                      (notch_effect){.kind = NOTCH_EFFECT_NOT_RECOUPED,
                                     .subject = NOTCH_NONE,
                                     .rule = NOTCH_NONE,
                                     .text = lowering_text(work, work->in->latest_type, &rest),
                                     .matures_s = INT64_MIN,
                                     .until_s = NOTCH_NEVER});
  }
}

void notch_return_latest(notch_work *work)
{
  notch_open *main = work->open;
  uint32_t i = 0;
  for (; i < work->returned.count && !work->returned.items[i]->foreign; i++) {
    notch_original *original = work->returned.items[i];
    if (!work->host->recall(work->host->payload, original)) {
      longjmp(work->decider->out, NOTCH_OUT_OF_MEMORY);
    }
    notch_work_begin(work, main->state, NOTCH_ORIGIN_SIDE, main->row.type, main->row.at_us,
                     main->row.offset_min);
    work->open->row.content = lowering_text(work, original->sent->type, original->lowering);
    return_one(work, original);
    notch_return_sides(work);
  }
  work->returned.items += i;
  work->returned.count -= i;
  work->open = main;
}

const notch_part *notch_return_parts(notch_work *work, uint32_t *count)
{
  *count = work->returned.count;
  notch_part *parts = *count == 0 ? NULL : NOTCH_NEW_ARRAY(work->run, notch_part, *count);
  for (uint32_t i = 0; i < *count; i++) {
    const notch_original *original = work->returned.items[i];
    parts[i] = (notch_part){original->event,
                            lowering_text(work, original->sent->type, original->lowering)};
  }
  return parts;
}

void notch_return_part(notch_work *work, notch_state *state, notch_text content)
{
  const notch_event *event = work->in->event;
  notch_work_begin(work, state, NOTCH_ORIGIN_SIDE, event->type, event->at_us, event->offset_min);
  notch_see_member(work, state);
  work->event = event;
  work->fields = event->fields;
  notch_work_see(work, event->at_us);
  work->open->row.content = content;
  return_one(work, work->in->original);
  notch_return_sides(work);
}

void notch_do_return(notch_work *work)
{
  if (work->in->original != NULL) {
    return_one(work, work->in->original);
  } else if (work->in->latest_lowering != NULL) {
    plan_latest(work);
  }
}

void notch_fold_return(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  const notch_original *original = work->in->original;
  if (original->sent->type >= NOTCH_EVENT_BUILTIN_COUNT) {
    notch_left left = notch_lower(work, original);
    notch_measure_lower(work, state, original, left.before, left.after, left.nothing_left);
  }
  notch_fold_taken(work, state, transaction);
}

void notch_fold_taken(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  const notch_original *original = work->in->original;
  bool declared = original != NULL && original->sent->type >= NOTCH_EVENT_BUILTIN_COUNT;
  notch_section section = {0};
  while (notch_section_next(transaction, &section)) {
    int64_t at_us = declared && !section.marked ? original->sent->at_us : section.at_us;
    for (uint32_t i = section.first_posting;
         i < section.posting_end && (declared || section.marked); i++) {
      const notch_posting *posting = &transaction->postings[i];
      int64_t sign = posting->target == NOTCH_ACCOUNT_TAKEN_BACK   ? -1
                     : posting->source == NOTCH_ACCOUNT_TAKEN_BACK ? 1
                                                                   : 0;
      notch_measure_earned(work, state, posting->points, at_us, sign * posting->amount);
    }
  }
  notch_fold_limits(work, state, transaction);
}
