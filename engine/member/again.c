/*
 * member/again.c -- rules on earning once more, for what is left of a returned event: they see
 * the member of then with the awards of what is left, and their outcome joins those awards.
 */
#include <config.h>

#include "member/again.h"
#include "member/lots.h"
#include "member/post.h"
#include "member/run.h"
#include "member/side.h"

#include <assert.h>

enum { PSEUDO_LOTS = 1000000 }; /* lots of the member of then that no ledger will know */

/* What comes in pays what is owed first; how much. */
static int64_t settle_then(notch_work *work, notch_state *then, notch_lot *lot)
{
  notch_balance *balance = &then->balances[lot->points];
  if (notch_lot_expires(work->plan, then, lot) <= work->moment.now_us / NOTCH_SECOND_US) {
    return 0;
  }
  int64_t part = lot->left < balance->debt ? lot->left : balance->debt;
  lot->left -= part;
  balance->points -= part;
  balance->debt -= part;
  return part;
}

/* Opens what the awards give in the state of then; what is available at once is inflow. */
static void open_then(notch_work *work, notch_state *then, const notch_awards *now,
                      int64_t *inflow, uint32_t from)
{
  for (uint32_t i = from; i < now->awards.count; i++) {
    const notch_award *award = &now->awards.items[i];
    notch_posting posting = {.posting = INT64_MAX - PSEUDO_LOTS + i,
                             .points = award->points,
                             .source = NOTCH_ACCOUNT_ISSUED,
                             .target = NOTCH_ACCOUNT_POINTS,
                             .amount = award->posted,
                             .earned_us = work->moment.now_us,
                             .terms = award->terms,
                             .partner = NOTCH_NONE};
    posting.lot = posting.posting;
    if (award->to_other || award->posted <= 0) {
      continue;
    }
    notch_lot_dates(work, posting.terms, posting.earned_us, &posting.matures_s,
                    &posting.expires_s);
    notch_state_post(then, &posting, NULL);
    notch_lot *lot = notch_state_lot(then, posting.lot);
    int64_t paid = lot == NULL ? 0 : settle_then(work, then, lot);
    if (lot != NULL && inflow != NULL && notch_lot_available(work, then, lot)) {
      inflow[award->points] += award->posted - paid;
    }
  }
}

static void spend_then(notch_work *work, notch_state *then, uint32_t points, int64_t amount)
{
  uint32_t count;
  int64_t *lots =
      notch_lots_in_order(work, then, points, work->program->points[points].order, &count);
  for (uint32_t i = 0; i < count && amount > 0; i++) {
    notch_lot *lot = notch_state_lot(then, lots[i]);
    int64_t part = lot->left < amount ? lot->left : amount;
    lot->left -= part;
    then->balances[points].points -= part;
    amount -= part;
  }
}

static void deduct_then(notch_work *work, notch_state *then, const notch_ruling *ruling)
{
  const notch_rule *rule = &work->program->rules[ruling->rule];
  for (uint32_t i = 0; i < rule->action_count; i++) {
    if (rule->actions[i].kind == NOTCH_DO_DEDUCT) {
      spend_then(work, then, rule->actions[i].points, ruling->figures[i]);
    }
  }
}

/* One rule's ruling and awards go behind those of the event. */
static void join(notch_work *work, notch_awards *now, const notch_awards *later)
{
  for (uint32_t i = 0; i < later->rulings.count; i++) {
    notch_ruling ruling = later->rulings.items[i];
    uint32_t first = now->awards.count;
    if (now->ruling_of[ruling.rule] != 0) {
      continue;
    }
    for (uint32_t j = 0; j < ruling.award_count; j++) {
      *notch_vec_push(&now->awards, work->run) = later->awards.items[ruling.first_award + j];
    }
    ruling.first_award = first;
    *notch_vec_push(&now->rulings, work->run) = ruling;
    now->ruling_of[ruling.rule] = now->rulings.count;
  }
}

static bool is_earning(const notch_trigger *trigger, const void *payload)
{
  const uint32_t *points = payload;
  return trigger->kind == NOTCH_ON_EARNING && trigger->a == *points;
}

static void run_one(notch_work *work, notch_state *then, notch_awards *now,
                    const notch_candidate *candidate)
{
  notch_award_request request = {.candidates = candidate,
                                 .candidate_count = 1,
                                 .rules_at_us = work->moment.now_us};
  notch_awards *later = notch_award_rules(work, &request);
  uint32_t first = now->awards.count;
  if (later->rulings.count > 0 && later->rulings.items[0].kind == NOTCH_RULING_APPLIES) {
    notch_rule_figures(work, &later->rulings.items[0]);
    deduct_then(work, then, &later->rulings.items[0]);
  }
  join(work, now, later);
  open_then(work, then, now, NULL, first);
}

static void run_all(notch_work *work, notch_state *then, const int64_t *inflow, notch_awards *now)
{
  const int64_t *outer = work->earned_now;
  const notch_value *fields = work->fields;
  work->earned_now = inflow;
  work->fields = NULL;
  for (uint32_t points = 0; points < work->program->points_count; points++) {
    uint32_t count = 0;
    notch_candidate *list =
        inflow[points] <= 0 ? NULL : notch_candidates(work, is_earning, &points, &count);
    notch_sort_candidates(work->program, list, count);
    for (uint32_t i = 0; i < count; i++) {
      run_one(work, then, now, &list[i]);
    }
  }
  work->earned_now = outer;
  work->fields = fields;
}

/* ---- what else there was ---- */

/* What has been taken back of the lot since is not there for the rules of the row, either. */
static void less_gone(const notch_taking *taking, notch_state *then, notch_lot *lot,
                      int64_t event)
{
  int64_t gone = notch_gone_of_lot(taking, lot->lot, event);
  gone = gone < 0 ? 0 : gone > lot->left ? lot->left : gone;
  lot->left -= gone;
  then->balances[lot->points].points -= gone;
}

void notch_ripen(const notch_taking *taking, notch_state *then, const notch_transaction *row,
                 const notch_event *sent, int64_t *inflow)
{
  notch_work *work = taking->work;
  int64_t now_us = work->moment.now_us, now_s = now_us / NOTCH_SECOND_US;
  for (uint32_t i = 0; i < then->lots_count; i++) {
    notch_lot *lot = &notch_state_lots(then)[i];
    const notch_terms *terms = &work->program->terms[lot->terms];
    bool waited = sent != NULL && terms->pending == NOTCH_PENDING_UNTIL &&
                  terms->pending_event == sent->type && lot->matures_s == NOTCH_NEVER &&
                  lot->earned_us <= now_us;
    bool due = row->origin == NOTCH_ORIGIN_DUE && lot->left > 0 &&
               notch_lot_matures(work->plan, lot) == now_s &&
               notch_lot_available(work, then, lot);
    if (!waited && !due) {
      continue;
    }
    less_gone(taking, then, lot, row->event);
    lot->matures_s = waited ? now_s : lot->matures_s;
    inflow[lot->points] += lot->left;
  }
}

/* Whether what opened a lot in the row is computed once more. */
static bool opened_anew(const notch_taking *taking, const notch_giver *giver, int64_t lot)
{
  for (uint32_t i = 0; i < giver->row->posting_count; i++) {
    const notch_posting *posting = &giver->row->postings[i];
    if (posting->posting == lot && posting->share_count > 0) {
      return notch_giver_follows(taking, giver, posting->shares[0].rule);
    }
  }
  return false;
}

/* One posting of the row that no rule computed once more has made. */
static void fold_posting(const notch_taking *taking, const notch_giver *giver,
                         const notch_host *host, const notch_posting *posting, notch_state *then,
                         int64_t *inflow)
{
  notch_work *work = taking->work;
  if (opened_anew(taking, giver, posting->lot)) {
    if (posting->target == NOTCH_ACCOUNT_SPENT) { /* the price of a tier */
      spend_then(work, then, posting->points, posting->amount);
    }
    return;
  }
  if (!notch_state_post(then, posting, host)) {
    return;
  }
  notch_lot *lot = notch_state_lot(then, posting->lot);
  if (posting->lot == posting->posting && lot != NULL) {
    less_gone(taking, then, lot, giver->row->event);
  }
  if (posting->target == NOTCH_ACCOUNT_POINTS && lot != NULL &&
      notch_lot_available(work, then, lot)) {
    inflow[posting->points] += lot->left < posting->amount ? lot->left : posting->amount;
  }
  inflow[posting->points] -= posting->target == NOTCH_ACCOUNT_DEBT ? posting->amount : 0;
}

/* ---- what a built-in event moved itself ---- */

static bool is_builtin(const notch_original *original, const notch_transaction *row)
{
  return row->event == original->event && original->sent->type < NOTCH_EVENT_BUILTIN_COUNT;
}

/* How many of the row's postings the event made before any rule; declared events make none. */
static uint32_t own_postings(const notch_original *original, const notch_transaction *row)
{
  uint32_t count = 0;
  bool builtin = is_builtin(original, row);
  while (builtin && count < row->posting_count && row->postings[count].share_count == 0 &&
         row->postings[count].target != NOTCH_ACCOUNT_EXPIRED) {
    count++;
  }
  return count;
}

/* Whether an account is one of those between which built-in events move points. */
static bool is_moved(uint8_t account)
{
  return account == NOTCH_ACCOUNT_SPENT || account == NOTCH_ACCOUNT_IN_TRANSIT ||
         account == NOTCH_ACCOUNT_TAKEN_BACK;
}

/* Of a return: what it moved back itself.  A lot that was not there then is left out. */
static void move_back(const notch_taking *taking, const notch_transaction *row, notch_state *then,
                      int64_t *inflow)
{
  notch_section own = {0};
  notch_section_next(row, &own);
  for (uint32_t i = own.first_posting; i < own.posting_end; i++) {
    const notch_posting *posting = &row->postings[i];
    bool taken = posting->target == NOTCH_ACCOUNT_TAKEN_BACK;
    if (posting->share_count == 0 && (is_moved(posting->source) || is_moved(posting->target))) {
      notch_state_post(then, posting, taking->work->host);
      inflow[posting->points] -= taken ? posting->amount : 0;
    }
  }
}

void notch_move_then(const notch_taking *taking, notch_state *then, int64_t *inflow)
{
  const notch_work *work = taking->work;
  const notch_original *original = taking->original;
  const notch_transaction *row = original->transaction;
  const notch_giver giver = {.row = row, .rules = NOTCH_CLAIM_OF_EVENT};
  uint32_t count = own_postings(original, row);
  if (!is_builtin(original, row)) {
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    fold_posting(taking, &giver, work->host, &row->postings[i], then, inflow);
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    if (row->effects[i].rule == NOTCH_NONE) {
      notch_state_effect(then, &row->effects[i], row->event, work->host);
    }
  }
  if (taking->left != NULL) {
    for (uint32_t i = 0; i < original->earlier_count; i++) {
      move_back(taking, original->earlier[i], then, inflow);
    }
    move_back(taking, notch_row_so_far(work->open), then, inflow);
  }
}

/* What else the row did, as it is recorded, less what has been taken back of it since.  What a
 * built-in original moved itself is in the state of then already. */
static void fold_rest(const notch_taking *taking, const notch_giver *giver, const notch_host *host,
                      notch_state *then, int64_t *inflow)
{
  const notch_transaction *row = giver->row;
  bool builtin = is_builtin(taking->original, row);
  for (uint32_t i = own_postings(taking->original, row); i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->share_count == 0 ||
        !notch_giver_follows(taking, giver, posting->shares[0].rule)) {
      fold_posting(taking, giver, host, posting, then, inflow);
    }
  }
  for (uint32_t i = 0; i < row->move_count; i++) {
    notch_state_move(then, &row->moves[i], row->at_us);
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    bool own = builtin && row->effects[i].rule == NOTCH_NONE;
    if (!own && !notch_giver_follows(taking, giver, row->effects[i].rule)) {
      notch_state_effect(then, &row->effects[i], row->event, host);
    }
  }
}

void notch_again_on_earning(const notch_taking *taking, notch_state *then, int64_t *inflow,
                            notch_awards *now)
{
  notch_work *work = taking->work;
  const notch_giver giver = {.row = taking->original->transaction, .rules = NOTCH_CLAIM_OF_EVENT};
  if (!work->plan->earning_rules) {
    return;
  }
  for (uint32_t i = 0; i < now->rulings.count; i++) {
    if (now->rulings.items[i].kind == NOTCH_RULING_APPLIES) {
      deduct_then(work, then, &now->rulings.items[i]);
    }
  }
  open_then(work, then, now, inflow, 0);
  fold_rest(taking, &giver, work->host, then, inflow);
  run_all(work, then, inflow, now);
}

/* ---- later rows ---- */

NOTCH_FIND_NAMED(rule_named, rules, rule_count)
NOTCH_FIND_NAMED(points_named, points, points_count)

static bool same_actions(const notch_rule *left, const notch_rule *right)
{
  bool same = left->action_count == right->action_count;
  for (uint32_t i = 0; i < left->action_count && same; i++) {
    same = left->actions[i].kind == right->actions[i].kind;
  }
  return same;
}

/* Awards by another version with the indexes of the one at work; what that one lacks is left
 * out, as it is in rows. */
static notch_awards *translated(notch_work *work, const notch_program *from,
                                const notch_awards *awards)
{
  const notch_program *to = work->program;
  notch_awards *out = NOTCH_NEW(work->run, notch_awards);
  out->ruling_of = NOTCH_NEW_ARRAY(work->run, uint32_t, to->rule_count + 1);
  for (uint32_t i = 0; i < awards->rulings.count; i++) {
    notch_ruling ruling = awards->rulings.items[i];
    const notch_rule *was = &from->rules[ruling.rule];
    uint32_t rule = rule_named(to, was->decl.name), first = out->awards.count;
    if (rule == NOTCH_NONE) {
      continue;
    }
    for (uint32_t j = 0; j < ruling.award_count; j++) {
      notch_award award = awards->awards.items[ruling.first_award + j];
      award.rule = rule;
      award.ruling = out->rulings.count;
      award.points = points_named(to, from->points[award.points].decl.name);
      if (award.points != NOTCH_NONE) {
        award.terms = notch_terms_of(to, &to->rules[rule], award.points);
        award.partner = to->rules[rule].partner;
        *notch_vec_push(&out->awards, work->run) = award;
      }
    }
    ruling.rule = rule;
    uint32_t variant = ruling.candidate->variant;
    variant = variant < to->rules[rule].variant_count ? variant : 0;
    ruling.candidate = &work->plan->variants[rule][variant];
    ruling.first_award = first;
    ruling.award_count = out->awards.count - first;
    ruling.figures = same_actions(was, &to->rules[rule]) ? ruling.figures : NULL;
    *notch_vec_push(&out->rulings, work->run) = ruling;
    out->ruling_of[rule] = out->rulings.count;
  }
  return out;
}

/* What has come back of a transfer did not come in at the receiver's, either. */
static void less_moved_back(const notch_taking *taking, const notch_transaction *row,
                            notch_state *then, int64_t *inflow)
{
  const notch_original *original = taking->original;
  const notch_left *left = taking->left;
  bool received = original->sent->type == NOTCH_EVENT_TRANSFER && row->cause == original->event &&
                  row->member != original->transaction->member;
  for (uint32_t i = 0; i < taking->work->program->points_count && received && left != NULL; i++) {
    int64_t gone = left->moved[i] - left->points[i];
    spend_then(taking->work, then, i, gone);
    inflow[i] -= gone;
  }
}

const notch_awards *notch_again_ripened(const notch_taking *taking, const notch_ripened *ripened)
{
  notch_work *work = taking->work;
  const notch_transaction *row = ripened->decided;
  const notch_plan *plan = work->plan;
  notch_view view = notch_view_of(work);
  notch_trace *trace = work->trace;
  notch_work_use_plan(work, ripened->plan);
  notch_awards *now = NOTCH_NEW(work->run, notch_awards);
  now->ruling_of = NOTCH_NEW_ARRAY(work->run, uint32_t, work->program->rule_count + 1);
  int64_t *inflow = NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1);
  notch_state *then = notch_work_copy_as(work, ripened->then, NOTCH_KEY_OF_ORIGINAL);
  notch_state_copy(then, ripened->then);
  work->trace = NULL;
  work->inflow = NULL;
  work->seen = work->uses = then;
  work->house_uses = ripened->house_then;
  work->event = ripened->sent;
  work->fields = ripened->sent == NULL ? NULL : ripened->sent->fields;
  notch_work_see(work, row->at_us);
  work->moment.ends = true;
  notch_ripen(taking, then, row, ripened->sent, inflow);
  work->moment.ends = false;
  if (ripened->sent != NULL) {
    notch_absorb(work, then, row->event);
  }
  work->event = NULL;
  /* The host answers with the indexes of the original's version. */
  fold_rest(taking, &(notch_giver){.row = row, .rules = NOTCH_CLAIM_ON_EARNING},
            ripened->plan == taking->original->plan ? work->host : NULL, then, inflow);
  less_moved_back(taking, row, then, inflow);
  run_all(work, then, inflow, now);
  work->rule = NOTCH_NONE;
  work->trace = trace;
  notch_view_back(work, &view);
  notch_work_use_plan(work, plan);
  return ripened->plan == plan ? now : translated(work, ripened->plan->program, now);
}
