/* member/takeback.c -- taking back what a returned event earned. */
#include <config.h>

#include "member/takeback.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/post.h"
#include "member/run.h"
#include "member/term.h"

#include <assert.h>

typedef struct claim { /* what one rule gives back of one kind */
  uint32_t rule, points;
  int64_t posted; /* by the original */
  int64_t taken;  /* by earlier returns, net */
  int64_t lot;    /* that it opened */
  int64_t amount; /* to take back now; negative: to give back */
  NOTCH_VEC(notch_share) lowered; /* shares below zero that go with its first posting */
} claim;

typedef NOTCH_VEC(claim) claim_list;

static claim *claim_of(notch_work *work, claim_list *list, uint32_t rule, uint32_t points)
{
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i].rule == rule && list->items[i].points == points) {
      return &list->items[i];
    }
  }
  claim *added = notch_vec_push(list, work->run);
  *added = (claim){.rule = rule, .points = points};
  return added;
}

static void count_posted(notch_work *work, claim_list *list, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->source != NOTCH_ACCOUNT_ISSUED) {
      continue;
    }
    for (uint32_t j = 0; j < posting->share_count; j++) {
      claim *of = claim_of(work, list, posting->shares[j].rule, posting->points);
      of->posted += posting->shares[j].amount;
      of->lot = posting->lot;
    }
  }
}

static void count_taken(notch_work *work, claim_list *list, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    bool taken = posting->target == NOTCH_ACCOUNT_TAKEN_BACK;
    bool given = posting->source == NOTCH_ACCOUNT_TAKEN_BACK;
    for (uint32_t j = 0; (taken || given) && j < posting->share_count; j++) {
      claim *of = claim_of(work, list, posting->shares[j].rule, posting->points);
      of->taken += taken ? posting->shares[j].amount : -posting->shares[j].amount;
    }
  }
}

static bool fires_on(const notch_program *program, uint32_t rule, uint32_t event)
{
  for (uint32_t i = 0; i < program->rules[rule].variant_count; i++) {
    const notch_trigger *trigger = &program->rules[rule].variants[i].trigger;
    if (trigger->kind == NOTCH_ON_EVENT && trigger->a == event) {
      return true;
    }
  }
  return false;
}

static bool is_on_earning(const notch_rule *rule)
{
  for (uint32_t i = 0; i < rule->variant_count; i++) {
    if (rule->variants[i].trigger.kind == NOTCH_ON_EARNING) {
      return true;
    }
  }
  return false;
}

static int64_t given_now(const notch_awards *now, uint32_t rule, uint32_t points, bool to_other)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < now->awards.count; i++) {
    const notch_award *award = &now->awards.items[i];
    if (award->rule == rule && award->points == points && award->to_other == to_other) {
      sum += award->posted;
    }
  }
  return sum;
}

/* A rule that the event did not trigger (`on promote`, `on earning`) keeps its award unless it
 * says otherwise; awards on earning shrink with what was earned. */
static int64_t should_be(notch_work *work, const notch_original *original, const notch_awards *now,
                         const claim *of, bool to_other, bool nothing_left)
{
  const notch_rule *rule = &work->program->rules[of->rule];
  if (fires_on(work->program, of->rule, original->sent->type) || is_on_earning(rule)) {
    return given_now(now, of->rule, of->points, to_other);
  }
  bool recomputed = rule->on_return_written && rule->on_return == NOTCH_RETURN_RECOMPUTE;
  return recomputed && nothing_left ? 0 : of->posted;
}

/* A rule's share; with the first of them goes what a lowering rule had taken off. */
static void add_share(claim *of, int64_t part, notch_share *shares,
                      uint16_t *count)
{
  uint16_t own = (*count)++;
  shares[own] = (notch_share){of->rule, part};
  for (uint32_t i = 0; i < of->lowered.count; i++) {
    shares[own].amount -= of->lowered.items[i].amount;
    shares[(*count)++] = of->lowered.items[i];
  }
  of->lowered.count = 0;
}

/* What lowering rules no longer take off is set against what the others give back. */
static void set_off(notch_work *work, claim_list *list)
{
  for (uint32_t i = 0; i < list->count; i++) {
    claim *lowers = &list->items[i];
    for (uint32_t j = 0; j < list->count && lowers->posted < 0 && lowers->amount < 0; j++) {
      claim *of = &list->items[j];
      if (of->points != lowers->points || of->amount <= 0) {
        continue;
      }
      int64_t part = -lowers->amount < of->amount ? -lowers->amount : of->amount;
      of->amount -= part;
      *notch_vec_push(&of->lowered, work->run) = (notch_share){lowers->rule, -part};
      lowers->amount += part;
    }
  }
}

/* Takes part of `lot` for the claims of its kind, with their shares. */
static int64_t take_from_lot(notch_work *work, const notch_lot *lot, claim *claims, uint32_t count,
                             bool own_only)
{
  notch_share *shares = NOTCH_NEW_ARRAY(work->run, notch_share, count + 1);
  uint16_t share_count = 0;
  int64_t left = lot->left, total = 0;
  for (uint32_t i = 0; i < count && left > 0; i++) {
    bool wanted = claims[i].points == lot->points && claims[i].amount > 0 &&
                  (!own_only || claims[i].lot == lot->lot);
    int64_t part = !wanted ? 0 : claims[i].amount < left ? claims[i].amount : left;
    if (part > 0) {
      add_share(&claims[i], part, shares, &share_count);
      claims[i].amount -= part;
      left -= part;
      total += part;
    }
  }
  if (total > 0) {
    notch_work_take(work, lot, total, NOTCH_ACCOUNT_TAKEN_BACK, shares, share_count);
  }
  return total;
}

static void take_from_original(notch_work *work, const notch_transaction *row, claim_list *list,
                               bool pending, bool own_only)
{
  notch_state *state = work->open->state;
  int64_t now_s = work->moment.now_us / NOTCH_SECOND_US;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->source != NOTCH_ACCOUNT_ISSUED) {
      continue;
    }
    const notch_lot *lot = notch_state_lot(state, posting->lot);
    if (lot == NULL || lot->left == 0) {
      continue;
    }
    int64_t matures = notch_lot_matures(work->plan, state, lot);
    bool waits = matures != INT64_MIN && matures > now_s;
    if (waits == pending) {
      take_from_lot(work, lot, list->items, list->count, own_only);
    }
  }
}

static void take_from_others(notch_work *work, claim_list *list, uint32_t points)
{
  notch_state *state = work->open->state;
  uint32_t count;
  uint32_t *order =
      notch_lots_in_order(work, state, points, work->program->points[points].order, &count);
  int64_t *lots = NOTCH_NEW_ARRAY(work->run, int64_t, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    lots[i] = state->lots[order[i]].lot;
  }
  for (uint32_t i = 0; i < count; i++) {
    const notch_lot *lot = notch_state_lot(state, lots[i]);
    if (lot != NULL) {
      take_from_lot(work, lot, list->items, list->count, false);
    }
  }
}

static void fall_short(notch_work *work, claim_list *list, uint32_t points)
{
  notch_share *shares =
      NOTCH_NEW_ARRAY(work->run, notch_share, (size_t)list->count * (list->count + 1) + 1);
  uint16_t count = 0;
  int64_t missing = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i].points == points && list->items[i].amount > 0) {
      add_share(&list->items[i], list->items[i].amount, shares, &count);
      missing += list->items[i].amount;
      list->items[i].amount = 0;
    }
  }
  notch_fall_short(work, points, missing, shares, count);
}

/* What earlier returns took and the rules now give again, into the lots it came from. */
static void give_back(notch_work *work, claim_list *list)
{
  for (uint32_t i = 0; i < list->count; i++) {
    claim *of = &list->items[i];
    if (of->amount >= 0 || of->lot == 0 || of->posted < 0) {
      continue;
    }
    notch_share *share = NOTCH_NEW(work->run, notch_share);
    *share = (notch_share){of->rule, -of->amount};
    notch_work_post(work, (notch_posting){.points = of->points,
                                          .source = NOTCH_ACCOUNT_TAKEN_BACK,
                                          .target = NOTCH_ACCOUNT_POINTS,
                                          .amount = -of->amount,
                                          .lot = of->lot,
                                          .shares = share,
                                          .share_count = 1});
    notch_settle_debt(work, of->points, of->lot);
    of->amount = 0;
  }
}

static void settle_claims(notch_work *work, const notch_transaction *row, claim_list *list)
{
  set_off(work, list);
  take_from_original(work, row, list, true, true);
  take_from_original(work, row, list, true, false);
  take_from_original(work, row, list, false, true);
  take_from_original(work, row, list, false, false);
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    take_from_others(work, list, points);
    fall_short(work, list, points);
  }
  give_back(work, list);
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

static void claim_difference(notch_work *work, const notch_original *original,
                             const notch_awards *now, claim_list *list, bool to_other,
                             bool nothing_left)
{
  for (uint32_t i = 0; i < list->count; i++) {
    claim *of = &list->items[i];
    int64_t keep = should_be(work, original, now, of, to_other, nothing_left);
    keep = of->posted >= 0 && keep > of->posted ? of->posted : keep;
    of->amount = of->posted - keep - of->taken;
    if (of->posted >= 0 && of->amount < 0 && -of->amount > of->taken) {
      of->amount = -of->taken;
    }
  }
}

static bool follows(const notch_work *work, const notch_original *original, uint32_t rule)
{
  return rule != NOTCH_NONE && (fires_on(work->program, rule, original->sent->type) ||
                                is_on_earning(&work->program->rules[rule]));
}

static bool still_applies(const notch_awards *now, uint32_t rule)
{
  const notch_ruling *ruling = notch_ruling_of(now, rule);
  return ruling != NULL && ruling->kind == NOTCH_RULING_APPLIES;
}

/* How much a rule deducts of a kind, or how often it grants a reward, for what is left. */
static int64_t figure_now(const notch_work *work, const notch_awards *now, uint32_t rule,
                          notch_action_kind kind, uint32_t what)
{
  const notch_ruling *ruling = notch_ruling_of(now, rule);
  int64_t sum = 0;
  if (ruling == NULL || ruling->kind != NOTCH_RULING_APPLIES || ruling->figures == NULL) {
    return 0;
  }
  for (uint32_t i = 0; i < work->program->rules[rule].action_count; i++) {
    const notch_action *action = &work->program->rules[rule].actions[i];
    uint32_t of = kind == NOTCH_DO_GRANT ? action->reward : action->points;
    sum += action->kind == kind && of == what ? ruling->figures[i] : 0;
  }
  return sum;
}

/* Of the rewards that a rule granted in the event: how many there were, and are still unused. */
static int64_t granted_by(const notch_transaction *row, const notch_state *state, uint32_t rule,
                          int64_t *unused)
{
  int64_t granted = 0;
  *unused = 0;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (effect->kind == NOTCH_EFFECT_GRANT && effect->rule == rule) {
      const notch_reward_lot *lot = notch_state_reward_lot(state, effect->effect);
      granted += effect->amount;
      *unused += lot == NULL ? 0 : lot->left;
    }
  }
  return granted;
}

static bool unapplied_before(const notch_original *original, uint32_t rule)
{
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    const notch_transaction *earlier = original->earlier[i];
    for (uint32_t j = 0; j < earlier->effect_count; j++) {
      if (earlier->effects[j].kind == NOTCH_EFFECT_UNAPPLIED && earlier->effects[j].rule == rule) {
        return true;
      }
    }
  }
  return false;
}

/* What earlier returns withdrew of one grant. */
static int64_t withdrawn_before(const notch_original *original, int64_t grant)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    const notch_transaction *earlier = original->earlier[i];
    for (uint32_t j = 0; j < earlier->effect_count; j++) {
      const notch_effect *effect = &earlier->effects[j];
      sum += effect->kind == NOTCH_EFFECT_WITHDRAW && effect->ref == grant ? effect->amount : 0;
    }
  }
  return sum;
}

/* Times are given back when a return leaves the rule not applied; what it granted goes too. */
static void unapply(notch_work *work, const notch_original *original, const notch_awards *now)
{
  const notch_transaction *row = original->transaction;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (!follows(work, original, effect->rule)) {
      continue;
    }
    if (effect->kind == NOTCH_EFFECT_GRANT) {
      int64_t keep = figure_now(work, now, effect->rule, NOTCH_DO_GRANT, effect->subject);
      int64_t over = effect->amount - keep - withdrawn_before(original, effect->effect);
      notch_withdraw(work, effect->subject, over, effect->rule, original->event);
    } else if (effect->kind == NOTCH_EFFECT_APPLIED && !still_applies(now, effect->rule) &&
               !unapplied_before(original, effect->rule)) {
      notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_UNAPPLIED,
                                             .rule = effect->rule,
                                             .subject = NOTCH_NONE,
                                             .amount = effect->amount,
                                             .matures_s = INT64_MIN,
                                             .until_s = NOTCH_NEVER});
    }
  }
}

static bool is_deduct(const notch_posting *posting, uint32_t rule, uint32_t points)
{
  return posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 1 &&
         posting->points == points && posting->shares[0].rule == rule;
}

/* What is still to go back of a rule's deducts of one kind; the cost of a reward that was used
 * stays. */
static int64_t deducts_back(notch_work *work, const notch_original *original,
                            const notch_awards *now, uint32_t rule, uint32_t points)
{
  const notch_transaction *row = original->transaction;
  int64_t total = 0, unused, granted = granted_by(row, work->open->state, rule, &unused);
  for (uint32_t i = 0; i < row->posting_count; i++) {
    total += is_deduct(&row->postings[i], rule, points) ? row->postings[i].amount : 0;
  }
  int64_t most = granted == 0 ? total : (int64_t)((__int128)total * unused / granted);
  int64_t back = total - figure_now(work, now, rule, NOTCH_DO_DEDUCT, points);
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    for (uint32_t j = 0; j < original->earlier[i]->posting_count; j++) {
      const notch_posting *earlier = &original->earlier[i]->postings[j];
      bool same = earlier->source == NOTCH_ACCOUNT_SPENT && earlier->share_count == 1 &&
                  earlier->shares[0].rule == rule && earlier->points == points;
      back -= same ? earlier->amount : 0;
    }
  }
  return back < most ? back : most;
}

/* What rules deducted goes back into its lots, last taken first, as far as they no longer do. */
static void return_deducts(notch_work *work, const notch_original *original,
                           const notch_awards *now)
{
  const notch_transaction *row = original->transaction;
  for (uint32_t i = row->posting_count; i-- > 0;) {
    const notch_posting *posting = &row->postings[i];
    bool deducted = posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 1;
    uint32_t rule = deducted ? posting->shares[0].rule : NOTCH_NONE;
    bool last = deducted;
    for (uint32_t j = i + 1; j < row->posting_count && last; j++) {
      last = !is_deduct(&row->postings[j], rule, posting->points);
    }
    if (!last || !follows(work, original, rule)) {
      continue;
    }
    int64_t back = deducts_back(work, original, now, rule, posting->points);
    for (uint32_t j = i + 1; j-- > 0 && back > 0;) {
      const notch_posting *from = &row->postings[j];
      if (!is_deduct(from, rule, posting->points)) {
        continue;
      }
      int64_t part = from->amount < back ? from->amount : back;
      notch_share *share = NOTCH_NEW(work->run, notch_share);
      *share = (notch_share){rule, part};
      notch_work_post(work, (notch_posting){.points = from->points,
                                            .source = NOTCH_ACCOUNT_SPENT,
                                            .target = NOTCH_ACCOUNT_POINTS,
                                            .amount = part,
                                            .lot = from->lot,
                                            .shares = share,
                                            .share_count = 1});
      back -= part;
    }
  }
}

static void take_back_from(notch_work *work, const notch_original *original,
                           const notch_transaction *side, const notch_awards *now,
                           bool nothing_left)
{
  claim_list list = {0};
  const notch_state *other = work->host->member_number(work->host->payload, side->member);
  if (other == NULL || other->closed || side->cause != original->event) {
    return;
  }
  count_posted(work, &list, side);
  for (uint32_t i = 0; i < original->side_count; i++) {
    if (original->sides[i]->member == side->member && original->sides[i] != side) {
      count_taken(work, &list, original->sides[i]);
    }
  }
  claim_difference(work, original, now, &list, true, nothing_left);
  notch_open *main = work->open;
  notch_state *mine = work->state;
  const notch_event *event = work->event;
  const notch_value *fields = work->fields;
  notch_moment moment = work->moment;
  notch_state *state = notch_work_copy(work, other);
  notch_see_member(work, state);
  notch_work_begin(work, state, NOTCH_ORIGIN_SIDE, main->row.type, main->row.at_us,
                   main->row.offset_min);
  work->open->row.cause = main->row.event;
  settle_claims(work, side, &list);
  for (uint32_t i = 0; i < work->open->postings.count; i++) {
    const notch_posting *posting = &work->open->postings.items[i];
    bool taken = posting->target == NOTCH_ACCOUNT_TAKEN_BACK;
    notch_measure_earned(work, state, posting->points, original->sent->at_us,
                         taken ? -posting->amount : 0);
  }
  notch_work_end(work);
  work->open = main;
  notch_see_member(work, mine);
  work->event = event;
  work->fields = fields;
  work->moment = moment;
}

void notch_take_back(notch_work *work, const notch_original *original, const notch_awards *now,
                     bool nothing_left)
{
  claim_list list = {0};
  uint32_t first = work->open->postings.count;
  count_posted(work, &list, original->transaction);
  for (uint32_t i = 0; i < original->earlier_count; i++) {
    count_taken(work, &list, original->earlier[i]);
  }
  claim_difference(work, original, now, &list, false, nothing_left);
  return_deducts(work, original, now);
  settle_claims(work, original->transaction, &list);
  unapply(work, original, now);
  for (uint32_t i = first; i < work->open->postings.count; i++) {
    const notch_posting *posting = &work->open->postings.items[i];
    int64_t sign = posting->target == NOTCH_ACCOUNT_TAKEN_BACK   ? -1
                   : posting->source == NOTCH_ACCOUNT_TAKEN_BACK ? 1
                                                                 : 0;
    notch_measure_earned(work, work->open->state, posting->points, original->sent->at_us,
                         sign * posting->amount);
  }
  for (uint32_t i = first; i < work->open->postings.count && work->program->partner_count > 0;
       i++) {
    notch_posting posting = work->open->postings.items[i];
    if (posting.target == NOTCH_ACCOUNT_TAKEN_BACK || posting.source == NOTCH_ACCOUNT_TAKEN_BACK) {
      notch_use_purse(work, &posting);
    }
  }
  for (uint32_t i = 0; i < original->side_count; i++) {
    take_back_from(work, original, original->sides[i], now, nothing_left);
  }
}

void notch_ladder_recheck(notch_work *work, uint32_t index)
{
  notch_state *state = work->open->state;
  const notch_ladder *ladder = &work->program->ladders[index];
  uint32_t before = state->standings[index].effective, own = state->standings[index].own;
  if (own == 0 || notch_ladder_keeps(work, index, own)) {
    return;
  }
  uint32_t to = 0;
  for (uint32_t tier = own; tier-- > 1;) {
    if (notch_ladder_keeps(work, index, tier)) {
      to = tier;
      break;
    }
  }
  to = ladder->demote == NOTCH_DEMOTE_ONE_STEP && own - 1 > to ? own - 1 : to;
  if (ladder->demote == NOTCH_DEMOTE_NEVER) {
    return;
  }
  int64_t until = notch_term_from_reach(work->program, ladder, to, work->moment.now_us);
  notch_work_move(work, (notch_move){.ladder = index,
                                     .tier = to,
                                     .since_us = work->moment.now_us,
                                     .until_s = until,
                                     .cause = NOTCH_MOVE_DEMOTE});
  notch_bring_in_line(work, index, before);
}
