/* member/returns.c -- returns: the original once more, without what came back (language,
 * section 9). */
#include <config.h>

#include "member/again.h"
#include "member/limit.h"
#include "member/lower.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/return_builtin.h"
#include "member/returns.h"
#include "member/side.h"
#include "member/takeback.h"
#include "member/term.h"

#include <assert.h>
#include <string.h>

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
                           const notch_left *left, int64_t *inflow)
{
  const notch_taking so_far = {.work = work, .original = original, .left = left};
  bool nothing_left = left != NULL && left->nothing_left;
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
  if (!nothing_left) {
    notch_absorb(work, then, original->event);
    notch_move_then(&so_far, then, inflow);
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

/* Takes back what the rules gave too much, and gives again what they took too much. */
static void take_back(notch_work *work, const notch_original *original, const notch_left *left,
                      const notch_view *view)
{
  uint32_t kinds = work->program->points_count + 1;
  int64_t *before = NOTCH_NEW_ARRAY(work->run, int64_t, kinds);
  int64_t *inflow = NOTCH_NEW_ARRAY(work->run, int64_t, kinds);
  notch_awards *as_sent = again(work, original, original->sent->fields, NULL, NULL, before);
  notch_awards *now = again(work, original, left->after, as_sent, left, inflow);
  for (uint32_t i = 0; i < now->rulings.count; i++) {
    if (now->rulings.items[i].kind == NOTCH_RULING_APPLIES) {
      notch_rule_figures(work, &now->rulings.items[i]);
    }
  }
  const notch_taking so_far = {.work = work, .original = original, .left = left};
  notch_again_on_earning(&so_far, notch_work_copy_as(work, original->then, NOTCH_KEY_OF_ORIGINAL),
                         inflow, now);
  work->rule = NOTCH_NONE;
  notch_view_back(work, view);
  notch_take_back(work, original, now, left);
}

static void return_builtin(notch_work *work, const notch_original *original, const notch_left *left)
{
  switch ((notch_builtin_event)original->sent->type) {
  case NOTCH_EVENT_PAY:
  case NOTCH_EVENT_CAPTURE:
  case NOTCH_EVENT_REDEEM: notch_return_spent(work, original, left); break;
  case NOTCH_EVENT_TRANSFER: notch_return_transfer(work, original, left); break;
  case NOTCH_EVENT_ADJUST: notch_return_adjust(work, original, left); break;
  default: notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "this kind of event cannot be returned");
  }
}

void notch_return_sides(notch_work *work)
{
  notch_take_back_from_others(work);
  if (work->claimed.count > 0) {
    notch_take_claimed(work);
  }
  if (work->given_back.count > 0) {
    notch_give_owners(work);
  }
}

static void return_one(notch_work *work, const notch_original *original)
{
  notch_view view = notch_view_of(work);
  bool builtin = original->sent->type < NOTCH_EVENT_BUILTIN_COUNT;
  work->open->row.cause = original->event;
  work->open->of_original = true;
  notch_left *left = NOTCH_NEW(work->run, notch_left);
  *left = notch_lower(work, original);
  if (builtin && notch_stays_paid(work->program, original)) {
    return;
  }
  if (builtin) {
    return_builtin(work, original, left);
  }
  notch_measure_lower(work, work->open->state, original, left->before, left->after,
                      left->nothing_left);
  if (takes_back(view.event)) {
    take_back(work, original, left, &view);
  }
  notch_view_back(work, &view);
  if (builtin) { /* what came back and is over goes once it has paid for what was taken */
    notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
  }
  recheck(work);
}

/* By a row of its own, of an event that the return does not name. */
static void return_part(notch_work *work, const notch_original *original, notch_text content)
{
  work->open->row.content = content;
  notch_note_inflow(work);
  return_one(work, original);
  notch_conclude(work, false);
  notch_return_sides(work);
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
  notch_value *left = notch_fields_copy(work, original->sent);
  bool any = false, empty = true;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    notch_lower_by(work, original->sent, left, &original->lowered[i]);
  }
  bool gone = notch_is_nothing(work, original->sent, left);
  *out = (notch_lowering){.fields =
                              NOTCH_NEW_ARRAY(work->run, notch_value, declared->field_count + 1)};
  for (uint32_t i = 0; i < declared->field_count; i++) {
    empty = empty && (!notch_scales(declared->fields[i].type) || left[i].d == 0 || left[i].n == 0);
    if (gone || wanted[i].d == 0 || wanted[i].n == 0 || left[i].d == 0 || left[i].n == 0) {
      continue;
    }
    bool all =
        notch_rational_compare(notch_value_rational(left[i]), notch_value_rational(wanted[i])) <= 0;
    out->fields[i] = all ? left[i] : wanted[i];
    wanted[i] = notch_value_of(notch_exact_sub(work, notch_value_rational(wanted[i]),
                                               notch_value_rational(out->fields[i])));
    any = true;
  }
  if (empty || gone) {
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
    return_part(work, original, lowering_text(work, original->sent->type, original->lowering));
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
  return_part(work, work->in->original, content);
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
  notch_left left = notch_lower(work, original);
  if (!notch_stays_paid(work->program, original)) {
    notch_measure_lower(work, state, original, left.before, left.after, left.nothing_left);
  }
  notch_fold_taken(work, state, transaction);
}

void notch_fold_taken(notch_work *work, notch_state *state, const notch_transaction *transaction)
{
  const notch_original *original = work->in->original;
  notch_section section = {0};
  while (notch_section_next(transaction, &section)) {
    int64_t at_us = original != NULL && !section.marked ? original->sent->at_us : section.at_us;
    for (uint32_t i = section.first_posting;
         i < section.posting_end && (original != NULL || section.marked); i++) {
      const notch_posting *posting = &transaction->postings[i];
      notch_measure_earned(work, state, posting->points, at_us,
                           -notch_takes_back(posting) * posting->amount);
    }
  }
  notch_fold_limits(work, state, transaction);
}
