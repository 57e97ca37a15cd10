/* member/award.c -- conditions and exact amounts of the rules of one event. */
#include <config.h>

#include "member/award.h"
#include "member/limit.h"
#include "member/shared.h"

#include <assert.h>

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

/* A rule applies when its dates, its `when` and its limits in times let it. */
static bool lets_it(notch_work *work, const notch_candidate *candidate, int64_t rules_at_us)
{
  work->rule = candidate->rule;
  if (rules_at_us < candidate->from_us || rules_at_us >= candidate->to_us) {
    notch_work_trace(work, NOTCH_TRACE_NOT_EFFECTIVE, candidate->rule, NOTCH_NONE, false, NULL,
                     no_value, 0);
    return false;
  }
  if (!notch_work_holds(work, candidate->when)) {
    notch_work_trace(work, NOTCH_TRACE_NOT_MET, candidate->rule, NOTCH_NONE, false,
                     work->program->roots[candidate->when].expr, no_value, 0);
    return false;
  }
  return (candidate->does & NOTCH_RULE_COUNTS_TIMES) == 0 || has_times_left(work, candidate);
}

/* A ruling whose amounts are being worked out; no ruling comes to the list meanwhile. */
typedef struct at_work {
  notch_ruling *ruling;
  uint32_t index; /* of the ruling */
  const notch_rule *rule;
  const notch_variant *variant;
} at_work;

static inline notch_award *add_award(notch_work *work, notch_awards *awards, const at_work *at,
                                     uint32_t points, notch_rational exact)
{
  notch_award *award = notch_vec_push(&awards->awards, work->run); /* zeros */
  award->rule = at->ruling->rule;
  award->points = points;
  award->terms = notch_terms_of(work->program, at->rule, points);
  award->partner = at->rule->partner;
  award->ruling = at->index;
  award->alone = notch_is_alone(at->rule);
  award->exact = exact;
  award->before = NOTCH_INTEGER(0);
  at->ruling->award_count++;
  return award;
}

/* The parts of an award that is rounded line by line. */
static void split_lines(notch_work *work, notch_award *award, const notch_variant *variant,
                        uint32_t action)
{
  if (variant->line_amounts == NULL || variant->line_amounts[action] == NOTCH_NONE ||
      notch_rounding_of(work->program, award->rule, award->points)->scope != NOTCH_PER_LINE) {
    return;
  }
  notch_value field = work->fields[variant->line_field];
  if (field.d == 0) {
    return;
  }
  const notch_list *list = notch_value_list(field);
  award->lines = NOTCH_NEW_ARRAY(work->run, notch_rational, list->count + 1);
  award->line_count = list->count;
  for (uint32_t i = 0; i < list->count; i++) {
    notch_value part = notch_work_eval_item(work, variant->line_amounts[action],
                                            list->values + (size_t)i * list->width);
    award->lines[i] = notch_value_rational(part);
  }
}

static void earn(notch_work *work, notch_awards *awards, const at_work *at, uint32_t action)
{
  notch_value amount = notch_work_eval(work, at->variant->amounts[action]);
  notch_award *award =
      add_award(work, awards, at, at->rule->actions[action].points, notch_value_rational(amount));
  if (amount.n < 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "rule %.*s would earn less than nothing",
                 (int)at->rule->decl.name.length, at->rule->decl.name.bytes);
  }
  split_lines(work, award, at->variant, action);
  uint32_t to = at->variant->receivers == NULL ? NOTCH_NONE : at->variant->receivers[action];
  if (to != NOTCH_NONE) {
    notch_value receiver = notch_work_eval(work, to);
    award->to_other = awards->to_others = true;
    award->receiver = receiver.d == 0 ? (notch_text){NULL, 0} : notch_value_text(receiver);
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

/* One kind's part of a multiplication, line by line where the multiplied rule is. */
static void multiply_kind(notch_work *work, notch_awards *awards, const at_work *at,
                          const notch_action *action, uint32_t points, notch_rational factor)
{
  notch_rational base = NOTCH_INTEGER(0);
  notch_rational extra = notch_exact_sub(work, factor, NOTCH_INTEGER(1));
  const notch_award *lined = NULL;
  bool any = false;
  for (uint32_t i = 0; i < action->rule_count; i++) {
    uint32_t rule = stands_for(awards, action->rules[i]);
    const notch_ruling *ruling = notch_ruling_of(awards, rule);
    for (uint32_t j = 0; ruling != NULL && j < ruling->award_count; j++) {
      const notch_award *award = &awards->awards.items[ruling->first_award + j];
      if (award->points == points && !award->to_other) {
        lined = award->lines != NULL && action->rule_count == 1 ? award : lined;
        base = any ? notch_exact_add(work, base, award->exact) : award->exact;
        any = true;
      }
    }
  }
  if (!any) {
    return;
  }
  notch_rational *lines = NULL;
  uint32_t line_count = lined == NULL ? 0 : lined->line_count;
  if (lined != NULL) {
    lines = NOTCH_NEW_ARRAY(work->run, notch_rational, line_count + 1);
    for (uint32_t i = 0; i < line_count; i++) {
      lines[i] = notch_exact_mul(work, lined->lines[i], extra);
    }
  }
  notch_award *award = add_award(work, awards, at, points, notch_exact_mul(work, base, extra));
  award->multiplies = true;
  award->before = base;
  award->lines = lines;
  award->line_count = line_count;
}

static void multiply(notch_work *work, notch_awards *awards, const at_work *at, uint32_t number)
{
  notch_value value = notch_work_eval(work, at->variant->amounts[number]);
  notch_rational factor = notch_value_rational(value);
  if (factor.num < 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "rule %.*s multiplies by less than 0",
                 (int)at->rule->decl.name.length, at->rule->decl.name.bytes);
  }
  at->ruling->factor = factor;
  notch_work_trace(work, NOTCH_TRACE_FACTOR, at->ruling->rule, NOTCH_NONE, true, NULL, value, 0);
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    multiply_kind(work, awards, at, &at->rule->actions[number], points, factor);
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
static void limit_rule(notch_work *work, notch_awards *awards, const at_work *at)
{
  const notch_ruling *ruling = at->ruling;
  const notch_rule *rule = at->rule;
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const notch_limit *limit = &work->program->limits[rule->limits[i]];
    if (limit->times) {
      continue;
    }
    int64_t room = notch_limit_room(work, rule->limits[i], ruling->variant);
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

static void put_in_as_it_was(notch_work *work, notch_awards *awards, const at_work *at,
                             const notch_override *as)
{
  const notch_ruling *was = notch_ruling_of(as->base, at->ruling->rule);
  for (uint32_t i = 0; was != NULL && i < was->award_count; i++) {
    const notch_award *old = &as->base->awards.items[was->first_award + i];
    notch_award *award =
        add_award(work, awards, at, old->points, notch_exact_mul(work, old->exact, as->scale));
    award->to_other = old->to_other;
    awards->to_others = awards->to_others || old->to_other;
    award->receiver = old->receiver;
    award->multiplies = old->multiplies;
    award->before = notch_exact_mul(work, old->before, as->scale);
  }
  at->ruling->factor = was == NULL ? NOTCH_INTEGER(1) : was->factor;
}

static void work_out(notch_work *work, notch_awards *awards, uint32_t index,
                     const notch_award_request *request)
{
  notch_ruling *ruling = &awards->rulings.items[index];
  const notch_rule *rule = &work->program->rules[ruling->rule];
  const at_work at = {ruling, index, rule, &rule->variants[ruling->variant]};
  const notch_override *as = overridden(request, ruling->rule);
  ruling->first_award = awards->awards.count;
  work->rule = ruling->rule;
  if (as != NULL) {
    put_in_as_it_was(work, awards, &at, as);
  }
  for (uint32_t i = 0; i < rule->action_count && as == NULL; i++) {
    if (rule->actions[i].kind == NOTCH_DO_EARN) {
      earn(work, awards, &at, i);
    } else if (rule->actions[i].kind == NOTCH_DO_MULTIPLY) {
      multiply(work, awards, &at, i);
    }
  }
  unsigned does = work->plan->rule_does[ruling->rule];
  for (uint32_t i = 0; i < ruling->award_count && (does & NOTCH_RULE_ROUNDS) != 0; i++) {
    notch_round_award(work, &awards->awards.items[ruling->first_award + i]);
  }
  if ((does & NOTCH_RULE_LIMITED) != 0) {
    limit_rule(work, awards, &at);
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
      *replaced = (notch_ruling){.rule = base,
                                 .variant = request->candidates[i].variant,
                                 .factor = NOTCH_INTEGER(1)};
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
static void rule_on(notch_work *work, notch_awards *awards, const notch_award_request *request)
{
  unsigned done = 0; /* by those that apply */
  notch_vec_reserve(&awards->rulings, request->candidate_count, work->run);
  for (uint32_t i = 0; i < request->candidate_count; i++) {
    const notch_candidate *candidate = &request->candidates[i];
    bool applies = lets_it(work, candidate, request->rules_at_us);
    const notch_override *as = overridden(request, candidate->rule);
    applies = as != NULL ? applied_then(as, candidate->rule) : applies;
    notch_work_trace(work, NOTCH_TRACE_RULE, candidate->rule, NOTCH_NONE, applies, NULL, no_value,
                     0);
    if (applies) {
      notch_ruling *ruling = notch_vec_push(&awards->rulings, work->run);
      *ruling = (notch_ruling){.rule = candidate->rule,
                               .variant = candidate->variant,
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

/* Groups choose among their rules once these are worked out. */
static void work_out_in_steps(notch_work *work, notch_awards *awards,
                              const notch_award_request *request)
{
  const notch_program *program = work->program;
  for (uint32_t i = 0; i < program->step_count; i++) {
    const notch_step *step = &program->steps[i];
    if (step->is_group) {
      notch_group_choose(work, awards, step->index);
      continue;
    }
    uint32_t index = awards->ruling_of[step->index];
    if (index != 0 && awards->rulings.items[index - 1].kind == NOTCH_RULING_APPLIES) {
      work_out(work, awards, index - 1, request);
    }
  }
  for (uint32_t i = 0; i < program->group_count; i++) {
    notch_group_limit(work, awards, i);
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
  rule_on(work, awards, request);
  notch_vec_reserve(&awards->awards, awards->rulings.count, work->run);
  if (program->group_count > 0) {
    work_out_in_steps(work, awards, request);
  }
  for (uint32_t i = 0; i < awards->rulings.count && program->group_count == 0; i++) {
    if (awards->rulings.items[i].kind == NOTCH_RULING_APPLIES) {
      work_out(work, awards, i, request);
    }
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
