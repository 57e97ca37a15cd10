/* member/takeback.c -- taking back what a returned event earned, wherever it went. */
#include <config.h>

#include "member/again.h"
#include "member/limit.h"
#include "member/lots.h"
#include "member/measure.h"
#include "member/moved.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/run.h"
#include "member/shop.h"
#include "member/side.h"
#include "member/takeback.h"

#include <assert.h>

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

static bool is_promised(const notch_reward_lot *lot, const notch_transaction *row,
                        const notch_effect *promise)
{
  return lot->promised == row->event && lot->rule == promise->rule &&
         lot->reward == promise->subject;
}

static const notch_waiting_grant *in_line(notch_work *work, const notch_transaction *row,
                                          const notch_effect *promise)
{
  return !work->plan->uses_house ? NULL
                                 : notch_waiting_of(notch_work_house(work), row->event,
                                                    promise->rule, promise->subject);
}

/* What a row promised beyond the stock: still in the line, or had since and unused. */
static int64_t unused_promise(const notch_taking *taking, const notch_transaction *row,
                              const notch_effect *promise)
{
  const notch_state *state = taking->work->open->state;
  const notch_waiting_grant *waiting = in_line(taking->work, row, promise);
  int64_t unused = waiting == NULL ? 0 : waiting->count;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    unused += is_promised(lot, row, promise) ? lot->left : 0;
  }
  return unused;
}

/* Of the rewards that a rule granted in the row: how many there were, and are still unused. */
static int64_t granted_by(const notch_taking *taking, const notch_transaction *row, uint32_t rule,
                          int64_t *unused)
{
  const notch_state *state = taking->work->open->state;
  int64_t granted = 0;
  *unused = 0;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (effect->kind == NOTCH_EFFECT_GRANT && effect->rule == rule) {
      granted += effect->amount;
      for (uint32_t j = 0; j < state->reward_lots_count; j++) {
        const notch_reward_lot *lot = &state->reward_lots[j];
        bool of = notch_first_grant(taking->original, lot->lot) == effect->effect;
        *unused += of ? lot->left : 0;
      }
    } else if (effect->kind == NOTCH_EFFECT_GRANT_WAITING && effect->rule == rule &&
               effect->amount > 0) {
      granted += effect->amount;
      *unused += unused_promise(taking, row, effect);
    }
  }
  return granted;
}

/* ---- what earlier returns did ---- */

typedef bool is_counted(const notch_taking *taking, const notch_effect *effect, uint32_t rule,
                        int64_t ref);

static bool is_unapplied(const notch_taking *taking, const notch_effect *effect, uint32_t rule,
                         int64_t ref)
{
  (void)taking, (void)ref;
  return effect->kind == NOTCH_EFFECT_UNAPPLIED && effect->rule == rule;
}

static bool is_withdrawn(const notch_taking *taking, const notch_effect *effect, uint32_t rule,
                         int64_t ref)
{
  (void)rule;
  return effect->kind == NOTCH_EFFECT_WITHDRAW &&
         notch_first_grant(taking->original, effect->ref) == ref;
}

/* Sums the effects that counted against one. */
static int64_t effects_before(const notch_taking *taking, const notch_giver *giver,
                              is_counted *counts, uint32_t rule, int64_t ref)
{
  int64_t sum = 0;
  for (notch_taken_before at = {0}; notch_taken_next(taking, giver, &at);) {
    for (uint32_t i = at.section.first_effect; i < at.section.effect_end; i++) {
      const notch_effect *effect = &at.row->effects[i];
      sum += counts(taking, effect, rule, ref) ? effect->amount : 0;
    }
  }
  return sum;
}

static int64_t deducts_before(const notch_taking *taking, const notch_giver *giver,
                              uint32_t rule, uint32_t points)
{
  int64_t sum = 0;
  for (notch_taken_before at = {0}; notch_taken_next(taking, giver, &at);) {
    for (uint32_t i = at.section.first_posting; i < at.section.posting_end; i++) {
      const notch_posting *back = &at.row->postings[i];
      bool same = back->source == NOTCH_ACCOUNT_SPENT && back->share_count == 1 &&
                  back->shares[0].rule == rule && back->points == points;
      sum += same ? back->amount : 0;
    }
  }
  return sum;
}

/* ---- deducts ---- */

static bool is_deduct(const notch_posting *posting, uint32_t rule, uint32_t points)
{
  return posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 1 &&
         posting->points == points && posting->shares[0].rule == rule;
}

/* What is still to go back of a rule's deducts of one kind; the cost of a reward that was used
 * stays. */
static int64_t deducts_back(const notch_taking *taking, const notch_giver *giver, uint32_t rule,
                            uint32_t points)
{
  const notch_transaction *row = giver->row;
  int64_t total = 0, unused;
  int64_t granted = granted_by(taking, row, rule, &unused);
  for (uint32_t i = 0; i < row->posting_count; i++) {
    total += is_deduct(&row->postings[i], rule, points) ? row->postings[i].amount : 0;
  }
  int64_t most = granted == 0 ? total : (int64_t)((__int128)total * unused / granted);
  int64_t back = total -
                 figure_now(taking->work, giver->now, rule, NOTCH_DO_DEDUCT, points) -
                 deducts_before(taking, giver, rule, points);
  return back < most ? back : most;
}

/* What rules deducted goes back into its lots, last taken first, as far as they no longer do. */
static void return_deducts(notch_taking *taking, const notch_giver *giver)
{
  const notch_transaction *row = giver->row;
  for (uint32_t i = row->posting_count; i-- > 0;) {
    const notch_posting *posting = &row->postings[i];
    bool deducted = posting->target == NOTCH_ACCOUNT_SPENT && posting->share_count == 1;
    uint32_t rule = deducted ? posting->shares[0].rule : NOTCH_NONE;
    bool last = deducted;
    for (uint32_t j = i + 1; j < row->posting_count && last; j++) {
      last = !is_deduct(&row->postings[j], rule, posting->points);
    }
    if (!last || !notch_giver_follows(taking, giver, rule)) {
      continue;
    }
    int64_t back = deducts_back(taking, giver, rule, posting->points);
    for (uint32_t j = i + 1; j-- > 0 && back > 0;) {
      const notch_posting *from = &row->postings[j];
      if (!is_deduct(from, rule, posting->points)) {
        continue;
      }
      int64_t part = from->amount < back ? from->amount : back;
      notch_share *share = NOTCH_NEW(taking->work->run, notch_share);
      *share = (notch_share){rule, part};
      notch_enter_section(taking, giver);
      notch_work_post(taking->work, (notch_posting){.points = from->points,
                                                    .source = NOTCH_ACCOUNT_SPENT,
                                                    .target = NOTCH_ACCOUNT_POINTS,
                                                    .amount = part,
                                                    .lot = from->lot,
                                                    .shares = share,
                                                    .share_count = 1});
      notch_settle_debt(taking->work, from->points, from->lot);
      back -= part;
    }
  }
}

/* ---- grants, times, room, figures ---- */

void notch_withdraw_grant(notch_work *work, const notch_original *original,
                          const notch_effect *granted, int64_t count)
{
  const notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->reward_lots_count && count > 0; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    if (notch_first_grant(original, lot->lot) == granted->effect) {
      count -= notch_withdraw(work, lot, count, granted->rule);
    }
  }
}

static bool is_of_row(const notch_taking *taking, const notch_transaction *row, int64_t lot)
{
  int64_t first = notch_first_grant(taking->original, lot);
  for (uint32_t i = 0; i < row->effect_count; i++) {
    if (row->effects[i].effect == first) {
      return true;
    }
  }
  return false;
}

/* What earlier returns took of a promise: out of the line, or of what came from it. */
static int64_t promises_before(const notch_taking *taking, const notch_giver *giver,
                               const notch_effect *promise)
{
  int64_t sum = 0;
  for (notch_taken_before at = {0}; notch_taken_next(taking, giver, &at);) {
    for (uint32_t i = at.section.first_effect; i < at.section.effect_end; i++) {
      const notch_effect *effect = &at.row->effects[i];
      bool same = effect->rule == promise->rule && effect->subject == promise->subject;
      if (same && effect->kind == NOTCH_EFFECT_GRANT_WAITING) {
        sum -= effect->amount;
      } else if (same && effect->kind == NOTCH_EFFECT_WITHDRAW &&
                 !is_of_row(taking, giver->row, effect->ref)) {
        sum += effect->amount;
      }
    }
  }
  return sum;
}

/* A promise goes before what was there at once. */
static void withdraw_promise(notch_taking *taking, const notch_giver *giver,
                             const notch_effect *promise)
{
  notch_work *work = taking->work;
  const notch_transaction *row = giver->row;
  int64_t keep = figure_now(work, giver->now, promise->rule, NOTCH_DO_GRANT, promise->subject);
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    bool same = effect->kind == NOTCH_EFFECT_GRANT && effect->rule == promise->rule &&
                effect->subject == promise->subject;
    keep -= same ? effect->amount : 0;
  }
  int64_t over = promise->amount - (keep > 0 ? keep : 0) - promises_before(taking, giver, promise);
  if (over <= 0 || unused_promise(taking, row, promise) == 0) {
    return;
  }
  const notch_state *state = work->open->state;
  const notch_waiting_grant *waiting = in_line(work, row, promise);
  notch_enter_section(taking, giver);
  if (waiting != NULL) {
    notch_effect less = *promise;
    less.amount = -(over < waiting->count ? over : waiting->count);
    less.ref = row->event;
    over += less.amount;
    notch_work_effect(work, less);
    notch_house_effect(work->program, notch_work_house(work), &less, &work->open->row);
  }
  for (uint32_t i = 0; i < state->reward_lots_count && over > 0; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    over -= is_promised(lot, row, promise) ? notch_withdraw(work, lot, over, promise->rule) : 0;
  }
}

/* Times are given back when a return leaves the rule not applied; what it granted goes too. */
static void unapply(notch_taking *taking, const notch_giver *giver)
{
  notch_work *work = taking->work;
  const notch_transaction *row = giver->row;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (!notch_giver_follows(taking, giver, effect->rule)) {
      continue;
    }
    if (effect->kind == NOTCH_EFFECT_GRANT) {
      int64_t keep =
          figure_now(work, giver->now, effect->rule, NOTCH_DO_GRANT, effect->subject);
      int64_t over = effect->amount - keep -
                     effects_before(taking, giver, is_withdrawn, effect->rule, effect->effect);
      if (over > 0) {
        notch_enter_section(taking, giver);
        notch_withdraw_grant(work, taking->original, effect, over);
      }
    } else if (effect->kind == NOTCH_EFFECT_GRANT_WAITING && effect->amount > 0) {
      withdraw_promise(taking, giver, effect);
    } else if (effect->kind == NOTCH_EFFECT_APPLIED && !still_applies(giver->now, effect->rule) &&
               effects_before(taking, giver, is_unapplied, effect->rule, 0) == 0) {
      notch_enter_section(taking, giver);
      notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_UNAPPLIED,
                                             .rule = effect->rule,
                                             .subject = NOTCH_NONE,
                                             .amount = effect->amount,
                                             .matures_s = INT64_MIN,
                                             .until_s = NOTCH_NEVER});
    }
  }
}

void notch_see_original(notch_work *work, const notch_original *original, const notch_view *view)
{
  work->seen = notch_work_copy_as(work, original->then, NOTCH_KEY_OF_ORIGINAL);
  notch_state_copy((notch_state *)(intptr_t)work->seen, original->then);
  work->event = original->sent;
  work->fields = original->sent->fields;
  work->returned_on = &view->moment;
  notch_work_see(work, original->sent->at_us);
}

/* Sees what the limits of a row's rules were keyed by. */
static void see_then(notch_taking *taking, const notch_giver *giver, const notch_view *view)
{
  notch_work *work = taking->work;
  if (giver->rules != NOTCH_CLAIM_ON_EARNING) {
    notch_see_original(work, taking->original, view);
    return;
  }
  work->event = NULL;
  work->fields = NULL;
  work->returned_on = &view->moment;
  notch_work_see(work, giver->at_us);
}

/* Room of limits whose key was recorded: under the key of then. */
static void give_room_back(notch_taking *taking, const notch_giver *giver, uint32_t first)
{
  notch_work *work = taking->work;
  notch_view view = notch_view_of(work);
  see_then(taking, giver, &view);
  for (uint32_t i = first, last = work->open->postings.count; i < last; i++) {
    const notch_posting posting = work->open->postings.items[i];
    int64_t taken = notch_takes_back(&posting);
    for (uint32_t j = 0; taken != 0 && j < posting.share_count; j++) {
      notch_limit_note(work, posting.shares[j].rule, posting.points,
                       -taken * posting.shares[j].amount, true);
    }
  }
  notch_view_back(work, &view);
}

/* What others got counted against the limits of this member's event: so does its going back. */
static void give_room_of_others(notch_taking *taking, const notch_giver *giver)
{
  notch_work *work = taking->work;
  notch_view view = notch_view_of(work);
  see_then(taking, giver, &view);
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    const notch_claim *claim = &giver->claims.items[i];
    int64_t lost = notch_claim_lost(giver, claim);
    if (lost != 0) {
      notch_enter_section(taking, taking->givers.items[0]);
      notch_limit_note(work, claim->rule, claim->points, -lost, false);
    }
  }
  notch_view_back(work, &view);
}

/* earned() falls at the time of the row; a purse gets back what it paid. */
static void lower_figures(notch_taking *taking, const notch_giver *giver, uint32_t first)
{
  notch_work *work = taking->work;
  for (uint32_t i = first; i < work->open->postings.count; i++) {
    const notch_posting posting = work->open->postings.items[i];
    int64_t taken = notch_takes_back(&posting);
    if (taken != 0) {
      notch_measure_earned(work, work->open->state, posting.points, giver->at_us,
                           -taken * posting.amount);
    }
    if (taken != 0 && work->program->partner_count > 0) {
      notch_use_purse(work, &posting);
    }
  }
}

/* Deducts come back first: what they bring settles what the rest takes. */
static void take_from_givers(notch_taking *taking)
{
  notch_work *work = taking->work;
  for (uint32_t i = 0; i < taking->givers.count; i++) {
    return_deducts(taking, taking->givers.items[i]);
  }
  for (uint32_t i = 0; i < taking->givers.count; i++) {
    notch_giver *giver = taking->givers.items[i];
    uint32_t first = work->open->postings.count;
    notch_settle_claims(taking, giver);
    unapply(taking, giver);
    lower_figures(taking, giver, first);
    if (giver->rules != NOTCH_CLAIM_OF_OTHER) {
      give_room_back(taking, giver, first);
    }
  }
  notch_expire_due(work, work->moment.now_us / NOTCH_SECOND_US);
}

/* ---- whose it is ---- */

/* Rows of one member in which rules on earning ran for what the event had earned. */
static void add_ripened(notch_taking *taking, int64_t member)
{
  for (uint32_t i = 0; i < taking->original->ripened_count; i++) {
    const notch_ripened *ripened = &taking->original->ripened[i];
    if (ripened->holder == member) {
      notch_claim_from(taking,
                       &(notch_giver){.row = ripened->transaction,
                                       .now = notch_again_ripened(taking, ripened),
                                       .rules = NOTCH_CLAIM_ON_EARNING,
                                       .at_us = ripened->transaction->at_us});
    }
  }
}

/* What `awards` have for this receiver. */
static const notch_awards *awards_to(notch_work *work, const notch_awards *awards, int64_t member)
{
  notch_awards *his = NOTCH_NEW(work->run, notch_awards);
  *his = *awards;
  his->awards.items = NOTCH_NEW_ARRAY(work->run, notch_award, awards->awards.count + 1);
  his->awards.count = 0;
  for (uint32_t i = 0; i < awards->awards.count; i++) {
    const notch_award *award = &awards->awards.items[i];
    if (award->to_other && award->to == member) {
      his->awards.items[his->awards.count++] = *award;
    }
  }
  return his;
}

/* Another member's side of the original, of which something may be taken back. */
static bool gave_to_other(notch_work *work, const notch_original *original, uint32_t index,
                          const notch_awards *now, bool nothing_left, const notch_state **other,
                          notch_giver *giver)
{
  const notch_transaction *side = original->sides[index];
  *other = side->cause == original->event ? notch_side_of(work, original, index) : NULL;
  if (*other == NULL || (*other)->closed) {
    return false;
  }
  *giver = (notch_giver){.row = side,
                         .now = awards_to(work, now, side->member),
                         .rules = NOTCH_CLAIM_OF_OTHER,
                         .at_us = original->sent->at_us,
                         .nothing_left = nothing_left};
  return true;
}

static void take_back_from(notch_work *work, const notch_original *original,
                           const notch_state *other, const notch_giver *giver)
{
  notch_taking taking = {.work = work, .original = original, .left = work->left};
  notch_view view = notch_view_of(work);
  if (!notch_side_begin(work, &view, other)->closed) {
    notch_claim_from(&taking, giver);
    add_ripened(&taking, other->member);
    take_from_givers(&taking);
  }
  notch_side_end(work, &view);
}

void notch_take_back(notch_work *work, const notch_original *original, const notch_awards *now,
                     const notch_left *left)
{
  notch_taking taking = {.work = work, .original = original, .left = left};
  notch_giver giver;
  const notch_state *other;
  taking.section = notch_claim_from(&taking, &(notch_giver){.row = original->transaction,
                                                            .now = now,
                                                            .rules = NOTCH_CLAIM_OF_EVENT,
                                                            .at_us = original->sent->at_us,
                                                            .nothing_left = left->nothing_left});
  add_ripened(&taking, work->open->row.member);
  take_from_givers(&taking);
  for (uint32_t i = 0; i < original->side_count; i++) {
    if (gave_to_other(work, original, i, now, left->nothing_left, &other, &giver)) {
      notch_taking his = {.work = work, .original = original, .left = left};
      give_room_of_others(&taking, notch_claim_from(&his, &giver));
    }
  }
  work->taken_of = original;
  work->left_of_it = now;
  work->left = left;
}

void notch_take_back_from_others(notch_work *work)
{
  const notch_original *original = work->taken_of;
  notch_giver giver;
  const notch_state *other;
  work->taken_of = NULL;
  for (uint32_t i = 0; original != NULL && i < original->side_count; i++) {
    if (gave_to_other(work, original, i, work->left_of_it, work->left->nothing_left, &other,
                      &giver)) {
      take_back_from(work, original, other, &giver);
    }
  }
}
