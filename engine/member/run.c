/* member/run.c -- from rules that fired to postings and effects. */
#include <config.h>

#include "member/claims.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/run.h"
#include "member/side.h"
#include "member/shop.h"

#include <assert.h>

/* `on earning` sums, effects and lots of one run are small; everything lives in the run arena. */

static int64_t whole_amount(notch_work *work, notch_value value, uint32_t rule, uint32_t points)
{
  int64_t amount;
  const notch_rounding *rounding = notch_rounding_of(work->program, rule, points);
  if (value.n < 0) {
    notch_refuse(work, NOTCH_REFUSED_OUT_OF_RANGE, "rule %.*s would deduct less than nothing",
                 (int)work->program->rules[rule].decl.name.length,
                 work->program->rules[rule].decl.name.bytes);
  }
  if (!notch_rational_round(&amount, notch_value_rational(value), rounding->mode)) {
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "an amount to deduct is too large");
  }
  return amount;
}

static void deduct(notch_work *work, const notch_ruling *ruling, uint32_t action)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  uint32_t points = rule->actions[action].points;
  int64_t amount = ruling->figures[action];
  int64_t there = notch_available(work, work->open->state, points);
  if (there < amount) {
    notch_buffer text;
    notch_buffer_init(&text, work->decider->memory);
    notch_decimal_print(&text, amount - there, work->program->points[points].decimals);
    notch_text missing = notch_buffer_keep(&text, work->run);
    notch_refuse(work, NOTCH_REFUSED_NOT_ENOUGH_POINTS,
                 "rule %.*s takes %.*s %.*s more than "
                 "the member has",
                 (int)rule->decl.name.length, rule->decl.name.bytes, (int)missing.length,
                 missing.bytes, (int)work->program->points[points].decl.name.length,
                 work->program->points[points].decl.name.bytes);
  }
  notch_spend(work, points, amount, NOTCH_ACCOUNT_SPENT, ruling->rule);
}

/* What an applied rule does besides points. */
static void act(notch_work *work, const notch_awards *awards, const notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  notch_open *open = work->open;
  uint32_t before = open->effects.count;
  bool paid = false;
  for (uint32_t i = 0; i < ruling->award_count; i++) {
    const notch_award *award = &awards->awards.items[ruling->first_award + i];
    paid = paid || (!award->to_other && award->posted != 0);
  }
  for (uint32_t i = 0; i < rule->action_count; i++) {
    const notch_action *action = &rule->actions[i];
    notch_effect effect = {.rule = ruling->rule,
                           .subject = NOTCH_NONE,
                           .text = action->text,
                           .matures_s = INT64_MIN,
                           .until_s = NOTCH_NEVER};
    switch (action->kind) {
    case NOTCH_DO_GRANT:
      notch_grant(work, action->reward, ruling->rule, ruling->figures[i], 0);
      break;
    case NOTCH_DO_TAG: effect.kind = NOTCH_EFFECT_TAG; break;
    case NOTCH_DO_UNTAG: effect.kind = NOTCH_EFFECT_UNTAG; break;
    case NOTCH_DO_NOTIFY: effect.kind = NOTCH_EFFECT_NOTIFY; break;
    case NOTCH_DO_PROMOTE:
      notch_promise(work, action->ladder, action->tier, action->duration);
      break;
    case NOTCH_DO_CLOSE: notch_close_member(work); break;
    case NOTCH_DO_EARN:
    case NOTCH_DO_MULTIPLY:
    case NOTCH_DO_DEDUCT:
    case NOTCH_DO_REFUSE: break;
    }
    if (effect.kind != 0) {
      notch_work_effect(work, effect);
    }
  }
  bool silent = !paid && open->effects.count == before;
  bool counts = (work->plan->rule_does[ruling->rule] & NOTCH_RULE_COUNTS_TIMES) != 0;
  if (counts || (silent && open->row.origin == NOTCH_ORIGIN_DUE)) {
    notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_APPLIED,
                                           .rule = ruling->rule,
                                           .subject = NOTCH_NONE,
                                           .amount = 1,
                                           .matures_s = INT64_MIN,
                                           .until_s = NOTCH_NEVER});
    notch_state_use_times(work, open->state, ruling->rule, 1);
    notch_limit_note(work, ruling->rule, NOTCH_NONE, 1, true);
    if (work->plan->shares_limits) {
      notch_state_use_times(work, notch_work_house(work), ruling->rule, 1);
    }
  }
}

/* A prepaid purse pays for what its partner's rules earn, and gets it back from a return. */
void notch_use_purse(notch_work *work, const notch_posting *posting)
{
  for (uint32_t i = 0; i < posting->share_count; i++) {
    uint32_t partner = work->program->rules[posting->shares[i].rule].partner;
    if (partner == NOTCH_NONE || !work->program->partners[partner].prepaid) {
      continue;
    }
    bool back = posting->target == NOTCH_ACCOUNT_TAKEN_BACK;
    notch_effect effect = {.kind = NOTCH_EFFECT_PURSE,
                           .subject = partner,
                           .rule = posting->shares[i].rule,
                           .ref = posting->points,
                           .amount = back ? posting->shares[i].amount : -posting->shares[i].amount,
                           .matures_s = INT64_MIN,
                           .until_s = NOTCH_NEVER};
    notch_work_effect(work, effect);
    notch_house_effect(work->program, notch_work_house(work), &effect, &work->open->row);
  }
}

/* Of one run, for one receiver, while its lots are opened. */
typedef struct posting_run {
  const notch_award *awards;
  uint32_t count, left; /* so many are in no lot yet */
  int64_t *spill;       /* by award; NULL: nothing lowers */
  int64_t earned_us;
  bool one_lot; /* all are of one */
} posting_run;

/* Awards of one kind, terms and partner share a lot. */
static inline bool same_lot(const posting_run *run, const notch_award *left,
                            const notch_award *right)
{
  return run->one_lot || (left->terms == right->terms && left->partner == right->partner &&
                          notch_same_account(left, right));
}

/* What each lowering award takes off that the lot of its own terms cannot bear; it is taken off
 * other lots of the kind. */
static int64_t *spilled(notch_work *work, const posting_run *run)
{
  int64_t *spill = NOTCH_NEW_ARRAY(work->run, int64_t, run->count);
  for (uint32_t i = 0; i < run->count; i++) {
    const notch_award *lowering = &run->awards[i];
    if (lowering->posted >= 0) {
      continue;
    }
    int64_t room = 0;
    for (uint32_t j = 0; j < run->count; j++) {
      const notch_award *award = &run->awards[j];
      if (same_lot(run, lowering, award) && (award->posted > 0 || j < i)) {
        room += award->posted + (award->posted < 0 ? spill[j] : 0);
      }
    }
    spill[i] = room < -lowering->posted ? -lowering->posted - room : 0;
  }
  return spill;
}

/* Takes what spills over off a lot of `total`; what is left of that. */
static int64_t take_spilled(posting_run *run, const notch_award *model, int64_t total,
                            notch_share *shares, uint16_t *count)
{
  for (uint32_t i = 0; i < run->count; i++) {
    const notch_award *award = &run->awards[i];
    int64_t part = run->spill[i] < total ? run->spill[i] : total;
    if (part > 0 && notch_same_account(model, award)) {
      shares[(*count)++] = (notch_share){award->rule, -part};
      total -= part;
      run->spill[i] -= part;
    }
  }
  return total;
}

/* The shares of the lot that `model` and its fellows open; the lot's amount. */
static int64_t shares_of_lot(posting_run *run, const notch_award *model, notch_share *shares,
                             uint16_t *count)
{
  const notch_award *award = run->awards, *end = award + run->count;
  notch_share *share = shares;
  uint32_t taken = 0;
  int64_t total = 0;
  for (; award < end; award++) {
    if (!same_lot(run, model, award)) {
      continue;
    }
    taken++;
    int64_t amount = award->posted;
    if (amount < 0) {
      amount += run->spill[award - run->awards];
    }
    if (amount != 0) {
      share->rule = award->rule;
      share->amount = amount;
      share++;
      total += amount;
    }
  }
  run->left -= taken;
  *count = (uint16_t)(share - shares);
  return run->spill == NULL ? total : take_spilled(run, model, total, shares, count);
}

/* Counts what the posting that opened a lot used up. */
static void use_up(notch_work *work, const notch_posting *posting)
{
  notch_state_use_limits(work, work->open->state, posting);
  if (work->plan->shares_limits) {
    notch_state_use_limits(work, notch_work_house(work), posting);
    for (uint16_t i = 0; i < posting->share_count; i++) {
      const notch_share *share = &posting->shares[i];
      notch_limit_note(work, share->rule, posting->points, share->amount, true);
    }
  }
  if (work->program->partner_count > 0) {
    notch_use_purse(work, posting);
  }
}

/* Opens the lot that `model` and its fellows share. */
static void open_lot(notch_work *work, posting_run *run, const notch_award *model)
{
  notch_share *shares = notch_arena_take(work->run, run->count * sizeof *shares);
  uint16_t count;
  int64_t total = shares_of_lot(run, model, shares, &count);
  if (total <= 0) { /* nothing is posted, but what was used of limits stays used */
    for (uint16_t i = 0; i < count; i++) {
      notch_limit_note(work, shares[i].rule, model->points, shares[i].amount, false);
    }
    return;
  }
  notch_posting *posting = notch_vec_push(&work->open->postings, work->run);
  *posting = (notch_posting){.points = model->points,
                             .source = NOTCH_ACCOUNT_ISSUED,
                             .target = NOTCH_ACCOUNT_POINTS,
                             .amount = total,
                             .shares = shares,
                             .share_count = count,
                             .earned_us = run->earned_us,
                             .terms = model->terms,
                             .partner = model->partner};
  notch_lot_dates(work, posting->terms, posting->earned_us, &posting->matures_s,
                  &posting->expires_s);
  int64_t lot = notch_work_posted(work, posting);
  notch_measure_earned(work, work->open->state, posting->points, posting->earned_us, total);
  if (work->then != NULL && work->open->row.origin == NOTCH_ORIGIN_SENT) {
    notch_measure_earned(work, work->then, posting->points, posting->earned_us, total);
  }
  use_up(work, posting);
  notch_settle_debt(work, model->points, lot);
}

/* Whether no award before this one has opened their lot. */
static bool opens(const posting_run *run, const notch_award *award)
{
  const notch_award *earlier = run->awards;
  while (earlier < award && !(earlier->posted > 0 && same_lot(run, earlier, award))) {
    earlier++;
  }
  return award->posted > 0 && earlier == award;
}

/* For one receiver; 0: for the member. */
static void post_lots(notch_work *work, const notch_awards *awards, int64_t to)
{
  posting_run run = {.awards = awards->awards.items,
                     .count = awards->awards.count,
                     .left = awards->awards.count,
                     .earned_us = work->moment.now_us,
                     .one_lot = work->plan->one_lot && !awards->to_others};
  run.spill = awards->lowers ? spilled(work, &run) : NULL;
  /* Lots are opened for what rises; what lowers is taken off the lot of its terms first. */
  for (uint32_t i = 0; run.left > 0 && i < run.count; i++) {
    const notch_award *award = &run.awards[i];
    if (award->to_other == (to != 0) && award->to == to && opens(&run, award)) {
      open_lot(work, &run, award);
    }
  }
}

/* How much a rule deducts and how often it grants is settled before anything is posted. */
void notch_rule_figures(notch_work *work, notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  const notch_variant *variant = &rule->variants[ruling->candidate->variant];
  work->rule = ruling->rule;
  for (uint32_t i = 0; i < rule->action_count; i++) {
    notch_action_kind kind = rule->actions[i].kind;
    if (kind != NOTCH_DO_DEDUCT && kind != NOTCH_DO_GRANT) {
      continue;
    }
    if (ruling->figures == NULL) {
      ruling->figures = NOTCH_NEW_ARRAY(work->run, int64_t, rule->action_count);
    }
    ruling->figures[i] = 1;
    if (kind == NOTCH_DO_DEDUCT) {
      notch_value value = notch_work_eval(work, variant->amounts[i]);
      ruling->figures[i] = whole_amount(work, value, ruling->rule, rule->actions[i].points);
    } else if (kind == NOTCH_DO_GRANT && variant->amounts[i] != NOTCH_NONE) {
      notch_value value = notch_work_eval(work, variant->amounts[i]);
      ruling->figures[i] = notch_rational_floor(notch_value_rational(value));
    }
  }
}

static void refuse_if_asked(notch_work *work, const notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  for (uint32_t i = 0; i < rule->action_count; i++) {
    if (rule->actions[i].kind == NOTCH_DO_REFUSE) {
      notch_text why = rule->because.length > 0 ? rule->because : rule->decl.title;
      why = why.length > 0 ? why : rule->decl.name;
      notch_refuse(work, NOTCH_REFUSED_NOT_ELIGIBLE, "%.*s", (int)why.length, why.bytes);
    }
  }
}

/* What somebody else got counts against the limits of this member's event. */
static void note_given_away(notch_work *work, const notch_awards *awards)
{
  for (uint32_t i = 0; awards->to_others && i < awards->awards.count; i++) {
    const notch_award *award = &awards->awards.items[i];
    if (award->to_other && award->posted > 0) {
      notch_limit_note(work, award->rule, award->points, award->posted, false);
    }
  }
}

/* Whether a rule does any of `what`: most do nothing but earn. */
static bool does(const notch_work *work, const notch_ruling *ruling, unsigned what)
{
  return ruling->kind == NOTCH_RULING_APPLIES && (work->plan->rule_does[ruling->rule] & what) != 0;
}

static void settle_figures(notch_work *work, notch_awards *awards)
{
  for (uint32_t i = 0; i < awards->rulings.count; i++) {
    notch_ruling *ruling = &awards->rulings.items[i];
    if (does(work, ruling, NOTCH_RULE_REFUSES | NOTCH_RULE_DEDUCTS | NOTCH_RULE_GRANTS)) {
      refuse_if_asked(work, ruling);
      notch_rule_figures(work, ruling);
    }
  }
}

static void deduct_all(notch_work *work, const notch_awards *awards)
{
  for (uint32_t i = 0; i < awards->rulings.count; i++) {
    const notch_ruling *ruling = &awards->rulings.items[i];
    const notch_rule *rule = &work->program->rules[ruling->rule];
    bool deducts = does(work, ruling, NOTCH_RULE_DEDUCTS);
    for (uint32_t j = 0; j < rule->action_count && deducts; j++) {
      if (rule->actions[j].kind == NOTCH_DO_DEDUCT) {
        work->rule = ruling->rule;
        deduct(work, ruling, j);
      }
    }
  }
}

static void act_all(notch_work *work, const notch_awards *awards, bool due)
{
  for (uint32_t i = 0; i < awards->rulings.count; i++) {
    const notch_ruling *ruling = &awards->rulings.items[i];
    if (does(work, ruling, NOTCH_RULE_ACTS | NOTCH_RULE_COUNTS_TIMES) ||
        (due && ruling->kind == NOTCH_RULING_APPLIES)) {
      work->rule = ruling->rule;
      act(work, awards, ruling);
    }
  }
}

uint32_t notch_run(notch_work *work, const notch_candidate *candidates, uint32_t count,
                   int64_t rules_at_us, notch_awards **out)
{
  notch_award_request request = {
      .candidates = candidates, .candidate_count = count, .rules_at_us = rules_at_us, .cap = true};
  notch_awards *awards = notch_award_rules(work, &request);
  bool due = work->open->row.origin == NOTCH_ORIGIN_DUE; /* one that does nothing leaves a mark */
  const notch_ruling *ruling = awards->rulings.items, *end = ruling + awards->rulings.count;
  const uint8_t *rule_does = work->plan->rule_does;
  uint32_t applied = 0;
  unsigned done = 0; /* by those that apply */
  for (; ruling < end; ruling++) {
    if (ruling->kind == NOTCH_RULING_APPLIES) {
      applied++;
      done |= rule_does[ruling->rule];
    }
  }
  if ((done & (NOTCH_RULE_REFUSES | NOTCH_RULE_DEDUCTS | NOTCH_RULE_GRANTS)) != 0) {
    settle_figures(work, awards);
  }
  work->open->runs += applied > 0;
  if ((done & NOTCH_RULE_LIMITED) != 0) {
    notch_enter_own_section(work);
  }
  if ((done & NOTCH_RULE_DEDUCTS) != 0) {
    deduct_all(work, awards);
  }
  post_lots(work, awards, 0);
  note_given_away(work, awards);
  if (applied > 0 && (due || (done & (NOTCH_RULE_ACTS | NOTCH_RULE_COUNTS_TIMES)) != 0)) {
    act_all(work, awards, due);
  }
  work->rule = NOTCH_NONE;
  if (out != NULL) {
    *out = awards;
  }
  return applied;
}

void notch_see_member(notch_work *work, notch_state *state)
{
  work->state = state;
  work->seen = state;
  work->uses = state;
  work->fields = NULL;
  work->event = NULL;
  work->order = NOTCH_MISSING;
}

/* One receiver: settled first, then the lots open, tiers and `on earning` run.  What rules on a
 * schedule gave him meanwhile takes its place under a cap, too; limits count what he was to get. */
static void post_to(notch_work *work, notch_awards *awards, const notch_state *other)
{
  notch_view view = notch_view_of(work);
  const notch_state *settled = notch_side_begin(work, &view, other);
  notch_note_inflow(work);
  if (!settled->closed) { /* by what fell due */
    notch_cap_for(work, awards, settled);
    post_lots(work, awards, other->member);
    notch_tiers(work);
    notch_run_on_earning(work);
  }
  notch_side_end(work, &view);
}

static bool has_one(const notch_awards *awards, uint32_t before, int64_t to)
{
  for (uint32_t i = 0; i < before; i++) {
    const notch_award *award = &awards->awards.items[i];
    if (award->to_other && award->posted > 0 && award->to == to) {
      return true;
    }
  }
  return false;
}

static void post_first(notch_work *work, notch_awards *awards, const notch_award *award)
{
  const notch_state *other = notch_receiver_of(work, award);
  if (other == NULL || other->closed) {
    notch_work_trace(work, NOTCH_TRACE_NO_RECEIVER, award->rule, NOTCH_NONE, false, NULL,
                     NOTCH_MISSING, 0);
  } else {
    post_to(work, awards, other);
  }
}

void notch_post_to_others(notch_work *work, notch_awards *awards)
{
  uint32_t *firsts = NOTCH_NEW_ARRAY(work->run, uint32_t, awards->awards.count + 1);
  uint32_t count = 0;
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    const notch_award *award = &awards->awards.items[i];
    if (award->to_other && award->posted > 0 && !has_one(awards, i, award->to)) {
      firsts[count++] = i;
    }
  }
  for (uint32_t i = 0; i < count; i++) { /* whom there was something for before any cap cut it */
    post_first(work, awards, &awards->awards.items[firsts[i]]);
  }
}

typedef struct earning_trigger {
  uint32_t points;
} earning_trigger;

static bool is_earning(const notch_trigger *trigger, const void *payload)
{
  const earning_trigger *wanted = payload;
  return trigger->kind == NOTCH_ON_EARNING && trigger->a == wanted->points;
}

void notch_sort_candidates(const notch_program *program, notch_candidate *list, uint32_t count)
{
  for (uint32_t i = 1; i < count; i++) {
    for (uint32_t j = i; j > 0 && notch_rule_before(program, list[j].rule, list[j - 1].rule); j--) {
      notch_candidate swap = list[j];
      list[j] = list[j - 1];
      list[j - 1] = swap;
    }
  }
}

void notch_run_on_earning(notch_work *work)
{
  if (work->inflow == NULL || work->open->state->closed) {
    return;
  }
  int64_t *earned = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    earned[points] = work->inflow[points];
  }
  work->inflow = NULL;
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    uint32_t count = 0;
    earning_trigger wanted = {points};
    notch_candidate *list =
        earned[points] <= 0 ? NULL : notch_candidates(work, is_earning, &wanted, &count);
    work->earned_now = earned;
    notch_sort_candidates(work->program, list, count);
    for (uint32_t i = 0; i < count; i++) {
      notch_run(work, &list[i], 1, work->moment.now_us, NULL);
    }
    work->earned_now = NULL;
  }
}

void notch_conclude(notch_work *work, bool late)
{
  notch_state *state = work->open->state;
  if (state->booked_us > work->open->row.at_us) {
    notch_expire_due(work, state->booked_us / NOTCH_SECOND_US);
  }
  if (!state->closed && late) {
    notch_tiers_late(work, work->seen);
  } else if (!state->closed) {
    notch_tiers(work);
  }
  work->seen = state;
  if (!state->closed && work->plan->watches_segments) {
    notch_look_at_segments(work);
  }
  notch_run_on_earning(work);
}
