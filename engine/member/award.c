/* member/award.c -- conditions and exact amounts of the rules of one event. */
#include <config.h>

#include "member/award.h"
#include "member/limit.h"
#include "member/shared.h"

#include <assert.h>

/* What is compiled twice: as it usually is, when nobody asks why, nothing is put in as it was and
 * there are no groups; and as it can be. */
#define TWICE inline __attribute__((always_inline))

static const notch_value no_value = {0, 0};

void notch_refuse_inexact(notch_work *work)
{
  notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "an award of this event is too large to be exact");
}

static bool has_times_left(notch_work *work, const notch_candidate *candidate)
{
  const notch_rule *rule = &work->program->rules[candidate->rule];
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const notch_limit *limit = &work->program->limits[rule->limits[i]];
    if (limit->times && notch_limit_room(work, rule->limits[i], candidate->variant) <= 0) {
      notch_work_trace(work, NOTCH_TRACE_LIMIT_REACHED, candidate->rule, rule->limits[i], false,
                       NULL, no_value, 0);
      return false;
    }
  }
  return true;
}

static void trace_not_met(notch_work *work, const notch_candidate *candidate)
{
  if (work->trace != NULL) {
    uint32_t root = notch_code_root(work->plan->code, candidate->when);
    notch_work_record(work, NOTCH_TRACE_NOT_MET, candidate->rule, NOTCH_NONE, false,
                      work->program->roots[root].expr, no_value, 0);
  }
}

/* A rule applies when its dates, its `when` and its limits in times let it. */
static TWICE bool lets_it(notch_work *work, const notch_candidate *candidate, int64_t rules_at_us)
{
  work->rule = candidate->rule;
  if (rules_at_us < candidate->from_us || rules_at_us >= candidate->to_us) {
    notch_work_trace(work, NOTCH_TRACE_NOT_EFFECTIVE, candidate->rule, NOTCH_NONE, false, NULL,
                     no_value, 0);
    return false;
  }
  if (!notch_work_meets(work, candidate->when)) {
    trace_not_met(work, candidate);
    return false;
  }
  return (candidate->does & NOTCH_RULE_COUNTS_TIMES) == 0 || has_times_left(work, candidate);
}

/* The parts of an award that is rounded line by line. */
static void split_lines(notch_work *work, notch_award *award, const notch_awarding *awarding)
{
  notch_value field = work->fields[awarding->lines];
  if (field.d == 0) {
    return;
  }
  const notch_list *list = notch_value_list(field);
  award->lines = NOTCH_NEW_ARRAY(work->run, notch_rational, list->count + 1);
  award->line_count = list->count;
  for (uint32_t i = 0; i < list->count; i++) {
    notch_value part =
        notch_work_compute(work, awarding->by_line, list->values + (size_t)i * list->width);
    award->lines[i] = notch_value_rational(part);
  }
}

static void send(notch_work *work, notch_award *award, const notch_procedure *to)
{
  notch_value receiver = notch_work_compute(work, to, NULL);
  award->to_other = true;
  const notch_host *host = work->host;
  award->to = receiver.d == 0 ? 0
                              : host->named(host->payload, notch_value_text(receiver),
                                            work->named_before, false);
}

static void refuse_below_zero(notch_work *work, const char *what)
{
  notch_text name = work->program->rules[work->rule].decl.name;
  notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "rule %.*s %s", (int)name.length, name.bytes,
               what);
}

static TWICE notch_award *add_award(notch_work *work, notch_awards *awards, uint32_t ruling,
                                     const notch_award *model)
{
  notch_award *award = notch_vec_push(&awards->awards, work->run);
  *award = *model;
  award->ruling = ruling;
  return award;
}

static TWICE void earn(notch_work *work, notch_awards *awards, uint32_t ruling,
                        const notch_awarding *awarding)
{
  notch_value amount = notch_work_compute(work, awarding->amount, NULL);
  notch_award *award = add_award(work, awards, ruling, awarding->models);
  award->exact = notch_value_rational(amount);
  if (amount.n < 0) {
    refuse_below_zero(work, "would earn less than nothing");
  }
  if (awarding->by_line != NULL) {
    split_lines(work, award, awarding);
  }
  if (awarding->receiver != NULL) {
    send(work, award, awarding->receiver);
    awards->to_others = true;
  }
  notch_work_trace(work, NOTCH_TRACE_EXACT, award->rule, award->points, true, NULL, amount, 0);
}

/* The rule whose amounts count for `named`: itself, or the exception that replaced it. */
static uint32_t stands_for(const notch_awards *awards, uint32_t named)
{
  const notch_ruling *ruling = notch_ruling_of(awards, named);
  while (ruling != NULL && ruling->kind == NOTCH_RULING_REPLACED) {
    named = ruling->replaced_by;
    ruling = notch_ruling_of(awards, named);
  }
  return named;
}

static void multiply_lines(notch_work *work, notch_award *award, const notch_award *lined,
                           notch_rational extra)
{
  award->lines = NOTCH_NEW_ARRAY(work->run, notch_rational, lined->line_count + 1);
  award->line_count = lined->line_count;
  for (uint32_t i = 0; i < lined->line_count; i++) {
    award->lines[i] = notch_exact_mul(work, lined->lines[i], extra);
  }
}

/* One kind's part of a multiplication, line by line where the multiplied rule is. */
static TWICE void multiply_kind(notch_work *work, notch_awards *awards, uint32_t index,
                                 const notch_action *action, const notch_award *model,
                                 notch_rational extra)
{
  notch_rational base = NOTCH_INTEGER(0);
  uint32_t lined = NOTCH_NONE;
  bool any = false;
  for (uint32_t i = 0; i < action->rule_count; i++) {
    const notch_ruling *ruling = notch_ruling_of(awards, stands_for(awards, action->rules[i]));
    for (uint32_t j = 0; ruling != NULL && j < ruling->award_count; j++) {
      const notch_award *award = &awards->awards.items[ruling->first_award + j];
      if (award->points == model->points && !award->to_other) {
        lined = award->lines != NULL && action->rule_count == 1 ? ruling->first_award + j : lined;
        base = any ? notch_exact_add(work, base, award->exact) : award->exact;
        any = true;
      }
    }
  }
  if (!any) {
    return;
  }
  notch_award *award = add_award(work, awards, index, model);
  award->exact = notch_exact_times(work, base, extra);
  award->before = base;
  if (lined != NOTCH_NONE) {
    multiply_lines(work, award, &awards->awards.items[lined], extra);
  }
}

static TWICE void multiply(notch_work *work, notch_awards *awards, uint32_t index,
                            const notch_awarding *awarding)
{
  notch_value value = notch_work_compute(work, awarding->amount, NULL);
  notch_rational factor = notch_value_rational(value);
  if (factor.num < 0) {
    refuse_below_zero(work, "multiplies by less than 0");
  }
  awards->rulings.items[index].factor = factor;
  notch_work_trace(work, NOTCH_TRACE_FACTOR, work->rule, NOTCH_NONE, true, NULL, value, 0);
  notch_rational extra = notch_exact_sub(work, factor, NOTCH_INTEGER(1));
  for (uint32_t i = 0; i < awarding->model_count; i++) {
    multiply_kind(work, awards, index, awarding->action, &awarding->models[i], extra);
  }
}

/* Cuts a rule's points of one kind to what there is `room` for; true: there was less than that. */
static bool cut_to(notch_work *work, notch_awards *awards, const notch_ruling *ruling,
                   uint32_t points, int64_t room, bool all_or_nothing, notch_rational *left)
{
  notch_rational total = NOTCH_INTEGER(0);
  for (uint32_t j = 0; j < ruling->award_count && room != INT64_MAX; j++) {
    const notch_award *award = &awards->awards.items[ruling->first_award + j];
    if (award->points == points) {
      total = notch_exact_add(work, total, award->exact);
    }
  }
  if (room == INT64_MAX || notch_rational_compare(total, NOTCH_INTEGER(room)) <= 0) {
    return false;
  }
  *left = all_or_nothing ? NOTCH_INTEGER(0) : NOTCH_INTEGER(room);
  notch_rational part = notch_exact_div(work, *left, total);
  for (uint32_t j = 0; j < ruling->award_count; j++) {
    notch_award *award = &awards->awards.items[ruling->first_award + j];
    if (award->points == points) {
      award->exact = notch_exact_mul(work, award->exact, part);
      for (uint32_t k = 0; k < award->line_count; k++) {
        award->lines[k] = notch_exact_mul(work, award->lines[k], part);
      }
    }
  }
  return true;
}

/* A prepaid partner pays as long as there is something in the purse. */
static void limit_to_purse(notch_work *work, notch_awards *awards, const notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  if (rule->partner == NOTCH_NONE || !work->program->partners[rule->partner].prepaid) {
    return;
  }
  bool all_or_nothing = false;
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    all_or_nothing = all_or_nothing || work->program->limits[rule->limits[i]].refused;
  }
  const notch_state *house = work->house_uses != NULL ? work->house_uses : notch_work_house(work);
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    int64_t left = 0;
    for (uint32_t i = 0; i < house->purses_count; i++) {
      const notch_purse *purse = &house->purses[i];
      left += purse->partner == rule->partner && purse->points == points ? purse->left : 0;
    }
    if (left != 0) {
      notch_text name = work->program->partners[rule->partner].decl.name;
      notch_note_shared(work,
                        notch_arena_format(work->run, "purse of %.*s, %u", (int)name.length,
                                           name.bytes, (unsigned)points),
                        NOTCH_INTEGER(left));
    }
    notch_rational paid;
    if (cut_to(work, awards, ruling, points, left < 0 ? 0 : left, all_or_nothing, &paid)) {
      notch_work_trace(work, NOTCH_TRACE_PURSE, ruling->rule, points, true, NULL,
                       notch_value_of(paid), 0);
    }
  }
}

/* A rule's own limits in points cut its exact amounts. */
static void limit_rule(notch_work *work, notch_awards *awards, const notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const notch_limit *limit = &work->program->limits[rule->limits[i]];
    if (limit->times) {
      continue;
    }
    int64_t room = notch_limit_room(work, rule->limits[i], ruling->candidate->variant);
    notch_rational left;
    if (cut_to(work, awards, ruling, limit->points, room, limit->refused, &left)) {
      notch_work_trace(work, NOTCH_TRACE_LIMITED, ruling->rule, rule->limits[i], true, NULL,
                       notch_value_of(left), 0);
    }
  }
  limit_to_purse(work, awards, ruling);
}

/* On a return: the amounts as they were, scaled, instead of computed afresh. */
static const notch_override *overridden(const notch_award_request *request, uint32_t rule)
{
  for (uint32_t i = 0; i < request->override_count; i++) {
    if (request->overrides[i].rule == rule) {
      return &request->overrides[i];
    }
  }
  return NULL;
}

static void put_in_as_it_was(notch_work *work, notch_awards *awards, uint32_t index,
                             const notch_override *as)
{
  notch_ruling *ruling = &awards->rulings.items[index];
  const notch_ruling *was = notch_ruling_of(as->base, ruling->rule);
  for (uint32_t i = 0; was != NULL && i < was->award_count; i++) {
    const notch_award *old = &as->base->awards.items[was->first_award + i];
    notch_award model = notch_award_of(work->program, ruling->rule, old->points);
    model.exact = notch_exact_mul(work, old->exact, as->scale);
    model.to_other = old->to_other;
    awards->to_others = awards->to_others || old->to_other;
    model.to = old->to;
    model.multiplies = old->multiplies;
    model.before = notch_exact_mul(work, old->before, as->scale);
    add_award(work, awards, index, &model);
  }
  ruling->award_count = awards->awards.count - ruling->first_award;
  ruling->factor = was == NULL ? NOTCH_INTEGER(1) : was->factor;
}

/* What else the amounts of a ruling go through before another rule sees them. */
static void settle_amounts(notch_work *work, notch_awards *awards, const notch_ruling *ruling,
                           unsigned does)
{
  for (uint32_t i = 0; i < ruling->award_count && (does & NOTCH_RULE_ROUNDS) != 0; i++) {
    notch_round_award(work, &awards->awards.items[ruling->first_award + i]);
  }
  if ((does & NOTCH_RULE_LIMITED) != 0) {
    limit_rule(work, awards, ruling);
  }
}

/* The amounts of a ruling; no ruling comes to the list meanwhile. */
static TWICE void work_out(notch_work *work, notch_awards *awards, uint32_t index,
                           const notch_award_request *request, bool usual)
{
  notch_ruling *ruling = &awards->rulings.items[index];
  const notch_candidate *candidate = ruling->candidate;
  const notch_override *as = usual ? NULL : overridden(request, ruling->rule);
  const notch_awarding *awarding = candidate->awardings;
  const notch_awarding *end = awarding + (as == NULL ? candidate->awarding_count : 0);
  work->rule = ruling->rule;
  ruling->first_award = awards->awards.count;
  if (as != NULL) {
    put_in_as_it_was(work, awards, index, as);
  }
  for (; awarding < end; awarding++) {
    if (awarding->action->kind == NOTCH_DO_EARN) {
      earn(work, awards, index, awarding);
    } else {
      multiply(work, awards, index, awarding);
    }
    ruling->award_count = awards->awards.count - ruling->first_award;
  }
  if ((candidate->does & (NOTCH_RULE_ROUNDS | NOTCH_RULE_LIMITED)) != 0) {
    settle_amounts(work, awards, ruling, candidate->does);
  }
}

/* A rule whose trigger fired is replaced whether it would have applied or not. */
static void replace(notch_work *work, notch_awards *awards, const notch_award_request *request,
                    uint32_t base, uint32_t exception)
{
  notch_ruling *replaced = notch_ruling_of(awards, base);
  for (uint32_t i = 0; i < request->candidate_count && replaced == NULL; i++) {
    if (request->candidates[i].rule == base) {
      replaced = notch_vec_push(&awards->rulings, work->run);
      *replaced = (notch_ruling){
          .rule = base, .candidate = &request->candidates[i], .factor = NOTCH_INTEGER(1)};
      awards->ruling_of[base] = awards->rulings.count;
    }
  }
  if (replaced != NULL) {
    replaced->kind = NOTCH_RULING_REPLACED;
    replaced->replaced_by = exception;
    notch_work_trace(work, NOTCH_TRACE_REPLACED, base, exception, false, NULL, no_value, 0);
  }
}

static bool applied_then(const notch_override *as, uint32_t rule)
{
  const notch_ruling *was = notch_ruling_of(as->base, rule);
  return was != NULL && was->kind == NOTCH_RULING_APPLIES;
}

/* Exceptions are looked at first: no condition sees another rule's effect. */
static TWICE void rule_on(notch_work *work, notch_awards *awards,
                          const notch_award_request *request, bool usual)
{
  unsigned done = 0; /* by those that apply */
  notch_vec_reserve(&awards->rulings, request->candidate_count, work->run);
  const notch_candidate *candidate = request->candidates;
  const notch_candidate *end = candidate + request->candidate_count;
  const int64_t rules_at_us = request->rules_at_us;
  for (; candidate < end; candidate++) {
    bool applies = lets_it(work, candidate, rules_at_us);
    if (!usual) {
      const notch_override *as = overridden(request, candidate->rule);
      applies = as != NULL ? applied_then(as, candidate->rule) : applies;
      notch_work_trace(work, NOTCH_TRACE_RULE, candidate->rule, NOTCH_NONE, applies, NULL,
                       no_value, 0);
    }
    if (applies) {
      notch_ruling *ruling = &awards->rulings.items[awards->rulings.count++]; /* there is room */
      *ruling = (notch_ruling){.rule = candidate->rule,
                               .candidate = candidate,
                               .kind = NOTCH_RULING_APPLIES,
                               .replaced_by = NOTCH_NONE,
                               .factor = NOTCH_INTEGER(1)};
      awards->ruling_of[candidate->rule] = awards->rulings.count;
      done |= candidate->does;
    }
  }
  uint32_t applying = awards->rulings.count;
  for (uint32_t i = 0; i < applying && (done & NOTCH_RULE_REPLACES) != 0; i++) {
    const notch_ruling *ruling = &awards->rulings.items[i];
    uint32_t base = work->program->rules[ruling->rule].exception_to;
    if (base != NOTCH_NONE && ruling->kind == NOTCH_RULING_APPLIES) {
      replace(work, awards, request, base, ruling->rule);
    }
  }
}

/* The next ruling to be worked out; NOTCH_NONE: there is none at this step.  Groups choose among
 * their rules once these are worked out; without groups, rulings stand in the order of steps. */
static TWICE uint32_t at_step(notch_work *work, notch_awards *awards, uint32_t number, bool usual)
{
  uint32_t index = number;
  if (!usual && work->program->group_count > 0) {
    const notch_step *step = &work->program->steps[number];
    if (step->is_group) {
      notch_group_choose(work, awards, step->index);
      return NOTCH_NONE;
    }
    index = awards->ruling_of[step->index] - 1; /* NOTCH_NONE where it was 0 */
  }
  bool applies =
      index < awards->rulings.count && awards->rulings.items[index].kind == NOTCH_RULING_APPLIES;
  return applies ? index : NOTCH_NONE;
}

static TWICE void rule_and_work_out(notch_work *work, notch_awards *awards,
                                    const notch_award_request *request, bool usual)
{
  const notch_program *program = work->program;
  rule_on(work, awards, request, usual);
  notch_vec_reserve(&awards->awards, awards->rulings.count, work->run);
  bool grouped = !usual && program->group_count > 0;
  const uint32_t steps = grouped ? program->step_count : awards->rulings.count;
  for (uint32_t i = 0; i < steps; i++) {
    uint32_t index = at_step(work, awards, i, usual);
    if (index != NOTCH_NONE) {
      work_out(work, awards, index, request, usual);
    }
  }
}

notch_awards *notch_award_rules(notch_work *work, const notch_award_request *request)
{
  const notch_program *program = work->program;
  notch_awards *awards = NOTCH_NEW(work->run, notch_awards);
  awards->ruling_of = NOTCH_NEW_ARRAY(work->run, uint32_t, program->rule_count + 1);
  if (request->candidate_count == 0) {
    return awards;
  }
  if (work->trace == NULL && request->override_count == 0 && program->group_count == 0) {
    rule_and_work_out(work, awards, request, true);
  } else {
    rule_and_work_out(work, awards, request, false);
  }
  for (uint32_t i = 0; i < program->group_count; i++) {
    notch_group_limit(work, awards, i);
  }
  work->rule = NOTCH_NONE;
  notch_round_awards(work, awards, request->cap);
  return awards;
}

notch_candidate *notch_candidates(notch_work *work, notch_trigger_test *matches,
                                  const void *payload, uint32_t *count)
{
  const notch_program *program = work->program;
  notch_candidate *list = NOTCH_NEW_ARRAY(work->run, notch_candidate, program->rule_count + 1);
  *count = 0;
  for (uint32_t i = 0; i < program->step_count; i++) {
    if (program->steps[i].is_group) {
      continue;
    }
    const notch_rule *rule = &program->rules[program->steps[i].index];
    for (uint32_t j = 0; j < rule->variant_count; j++) {
      if (matches(&rule->variants[j].trigger, payload)) {
        list[(*count)++] = work->plan->variants[program->steps[i].index][j];
        break;
      }
    }
  }
  return list;
}
