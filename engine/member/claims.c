/* member/claims.c -- claims of a return: counted, and settled from lots, debt or nobody. */
#include <config.h>

#include "member/claims.h"
#include "member/lots.h"
#include "member/moved.h"
#include "member/post.h"
#include "member/run.h"

#include <assert.h>

/* ---- sections ---- */

bool notch_section_next(const notch_transaction *row, notch_section *section)
{
  uint32_t at = section->effect_end;
  if (section->begun && at == row->effect_count) {
    return false;
  }
  if (!section->begun) {
    *section = (notch_section){.from = row->cause, .begun = true};
  } else {
    const notch_effect *mark = &row->effects[at++];
    uint32_t posting = section->posting_end;
    *section = (notch_section){.from = mark->ref,
                               .at_us = mark->amount,
                               .marked = true,
                               .begun = true,
                               .first_posting = posting,
                               .first_effect = at};
  }
  while (at < row->effect_count && row->effects[at].kind != NOTCH_EFFECT_RETURNED) {
    at++;
  }
  section->effect_end = at;
  section->posting_end = row->posting_count;
  for (uint32_t i = section->first_posting; at < row->effect_count && i < row->posting_count; i++) {
    if (row->postings[i].posting > row->effects[at].matures_s) {
      section->posting_end = i;
      break;
    }
  }
  return true;
}

static void begin_section(notch_work *work, int64_t from, int64_t at_us)
{
  uint32_t count = work->open->postings.count;
  notch_work_effect(
      work,
      (notch_effect){.kind = NOTCH_EFFECT_RETURNED,
                     .rule = NOTCH_NONE,
                     .subject = NOTCH_NONE,
                     .ref = from,
                     .amount = at_us,
                     .matures_s = count == 0 ? 0 : work->open->postings.items[count - 1].posting,
                     .until_s = NOTCH_NEVER});
}

void notch_enter_section(notch_taking *taking, const notch_giver *giver)
{
  if (taking->section != giver) {
    taking->section = giver;
    begin_section(taking->work, giver->row->event, giver->at_us);
  }
}

void notch_enter_own_section(notch_work *work)
{
  if (work->open->of_original) {
    work->open->of_original = false;
    begin_section(work, work->open->row.event, work->open->row.at_us);
  }
}

const notch_transaction *notch_row_so_far(notch_open *open)
{
  notch_transaction *row = &open->row; /* whole once it is finished; until then it is lent so */
  row->postings = open->postings.items;
  row->posting_count = open->postings.count;
  row->effects = open->effects.items;
  row->effect_count = open->effects.count;
  return row;
}

const notch_transaction *notch_taking_row(const notch_taking *taking, uint32_t index)
{
  const notch_original *original = taking->original;
  const notch_work *work = taking->work;
  if (index < original->taking_count) {
    return original->takings[index];
  }
  index -= original->taking_count;
  if (index >= work->transactions.count) {
    return NULL;
  }
  return notch_row_so_far(work->transactions.items[index]);
}

/* ---- what there is to claim ---- */

bool notch_runs_on_earning(const notch_rule *rule)
{
  for (uint32_t i = 0; i < rule->variant_count; i++) {
    if (rule->variants[i].trigger.kind == NOTCH_ON_EARNING) {
      return true;
    }
  }
  return false;
}

/* In another member's side a rule that gives to others has given; any other is his own. */
static bool gives_to_others(const notch_rule *rule)
{
  for (uint32_t i = 0; i < rule->variant_count; i++) {
    for (uint32_t j = 0; j < rule->action_count; j++) {
      if (rule->variants[i].receivers[j] != NOTCH_NONE) {
        return true;
      }
    }
  }
  return false;
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

bool notch_earned_in(const notch_program *program, const notch_transaction *row, uint32_t rule)
{
  if (rule == NOTCH_NONE || !notch_runs_on_earning(&program->rules[rule])) {
    return false;
  }
  return row->origin == NOTCH_ORIGIN_SIDE ? !gives_to_others(&program->rules[rule])
                                          : !fires_on(program, rule, row->type);
}

bool notch_giver_follows(const notch_taking *taking, const notch_giver *giver, uint32_t rule)
{
  const notch_program *program = taking->work->program;
  bool earned = notch_earned_in(program, giver->row, rule);
  bool fired = rule != NOTCH_NONE && fires_on(program, rule, taking->original->sent->type);
  switch (giver->rules) {
  case NOTCH_CLAIM_OF_EVENT: return earned || fired;
  case NOTCH_CLAIM_OF_OTHER: return fired && !earned;
  case NOTCH_CLAIM_ON_EARNING: break;
  }
  return earned;
}

static notch_claim *claim_of(notch_work *work, notch_giver *giver, uint32_t rule,
                             uint32_t points)
{
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    if (giver->claims.items[i].rule == rule && giver->claims.items[i].points == points) {
      return &giver->claims.items[i];
    }
  }
  notch_claim *added = notch_vec_push(&giver->claims, work->run);
  *added = (notch_claim){.rule = rule, .points = points};
  return added;
}

/* Of the event's own row, and of another member's, also what it did not trigger: on promotion. */
static bool is_of(const notch_taking *taking, const notch_giver *giver, uint32_t rule)
{
  switch (giver->rules) {
  case NOTCH_CLAIM_OF_EVENT: return true;
  case NOTCH_CLAIM_OF_OTHER:
    return rule != NOTCH_NONE && !notch_earned_in(taking->work->program, giver->row, rule);
  case NOTCH_CLAIM_ON_EARNING: break;
  }
  return notch_giver_follows(taking, giver, rule);
}

static void count_posted(const notch_taking *taking, notch_giver *giver)
{
  const notch_transaction *row = giver->row;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    for (uint32_t j = 0; posting->source == NOTCH_ACCOUNT_ISSUED && j < posting->share_count;
         j++) {
      if (is_of(taking, giver, posting->shares[j].rule)) {
        notch_claim *of = claim_of(taking->work, giver, posting->shares[j].rule, posting->points);
        of->posted += posting->shares[j].amount;
        of->lot = posting->lot;
      }
    }
  }
}

bool notch_taken_next(const notch_taking *taking, const notch_giver *giver, notch_taken_before *at)
{
  do {
    while (at->row == NULL || !notch_section_next(at->row, &at->section)) {
      at->row = notch_taking_row(taking, at->rows++);
      at->section = (notch_section){0};
      if (at->row == NULL) {
        return false;
      }
    }
  } while (at->section.from != giver->row->event);
  return true;
}

static void count_taken(const notch_taking *taking, notch_giver *giver)
{
  for (notch_taken_before at = {0}; notch_taken_next(taking, giver, &at);) {
    for (uint32_t i = at.section.first_posting; i < at.section.posting_end; i++) {
      const notch_posting *posting = &at.row->postings[i];
      for (uint32_t j = 0; j < posting->share_count; j++) {
        int64_t taken = notch_takes_back(posting) * posting->shares[j].amount;
        if (taken != 0 && is_of(taking, giver, posting->shares[j].rule)) {
          claim_of(taking->work, giver, posting->shares[j].rule, posting->points)->taken += taken;
        }
      }
    }
  }
}

static int64_t given_now(const notch_giver *giver, uint32_t rule, uint32_t points)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < giver->now->awards.count; i++) {
    const notch_award *award = &giver->now->awards.items[i];
    if (award->rule == rule && award->points == points &&
        award->to_other == (giver->rules == NOTCH_CLAIM_OF_OTHER)) {
      sum += award->posted;
    }
  }
  return sum;
}

/* A rule that the event did not trigger (`on promote`) keeps its award unless it says otherwise;
 * awards on earning shrink with what was earned. */
static int64_t should_be(const notch_taking *taking, const notch_giver *giver,
                         const notch_claim *of)
{
  const notch_rule *rule = &taking->work->program->rules[of->rule];
  if (notch_giver_follows(taking, giver, of->rule)) {
    return given_now(giver, of->rule, of->points);
  }
  bool recomputed = rule->on_return_written && rule->on_return == NOTCH_RETURN_RECOMPUTE;
  return recomputed && giver->nothing_left ? 0 : of->posted;
}

/* Rules that only apply to what is left: they claim less than nothing. */
static void count_new(const notch_taking *taking, notch_giver *giver)
{
  for (uint32_t i = 0; i < giver->now->awards.count; i++) {
    const notch_award *award = &giver->now->awards.items[i];
    bool his = award->to_other == (giver->rules == NOTCH_CLAIM_OF_OTHER);
    if (his && award->posted != 0 && notch_giver_follows(taking, giver, award->rule)) {
      claim_of(taking->work, giver, award->rule, award->points);
    }
  }
}

/* What a rule gives more of is not taken from the others: it stays in their lots, as theirs.  What
 * a rule no longer takes off them goes along with what is taken. */
static void set_off(notch_work *work, notch_giver *giver, notch_claim *gains)
{
  for (uint32_t i = 0; i < giver->claims.count && gains->amount < 0; i++) {
    notch_claim *of = &giver->claims.items[i];
    if (of->points != gains->points || of->amount <= 0) {
      continue;
    }
    int64_t part = -gains->amount < of->amount ? -gains->amount : of->amount;
    of->amount -= part;
    gains->amount += part;
    if (gains->posted < 0) {
      *notch_vec_push(&of->lowered, work->run) = (notch_share){gains->rule, -part};
    }
  }
}

/* What is still gained where nobody loses: given back as far as earlier returns took it, first to
 * the rule itself, and never more than was posted. */
static void claim_back(const notch_giver *giver, notch_claim *gains, int64_t gain)
{
  uint32_t count = giver->claims.count;
  int64_t most = 0;
  for (uint32_t i = 0; i < count; i++) {
    const notch_claim *of = &giver->claims.items[i];
    most += of->points == gains->points ? of->taken + (of->amount < 0 ? of->amount : 0) : 0;
  }
  gain = gain < most ? gain : most;
  for (uint32_t i = 0; i <= count; i++) {
    notch_claim *to = i == 0 ? gains : &giver->claims.items[i - 1];
    int64_t room = to->points == gains->points && to->lot != 0 ? to->taken + to->amount : 0;
    int64_t part = gain < room ? gain : room;
    if (part > 0) {
      to->amount -= part;
      gain -= part;
    }
  }
}

static void balance(const notch_taking *taking, notch_giver *giver)
{
  uint32_t count = giver->claims.count;
  int64_t *gains = NOTCH_NEW_ARRAY(taking->work->run, int64_t, count + 1);
  for (uint32_t i = 0; i < 2 * count; i++) { /* lowering rules first */
    notch_claim *of = &giver->claims.items[i % count];
    if ((of->posted < 0) == (i < count)) {
      set_off(taking->work, giver, of);
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    notch_claim *of = &giver->claims.items[i];
    gains[i] = of->amount < 0 ? -of->amount : 0;
    of->amount += gains[i];
  }
  for (uint32_t i = 0; i < count; i++) {
    claim_back(giver, &giver->claims.items[i], gains[i]);
  }
}

notch_giver *notch_claim_from(notch_taking *taking, const notch_giver *given)
{
  notch_giver *giver = NOTCH_NEW(taking->work->run, notch_giver);
  *giver = *given;
  count_posted(taking, giver);
  count_taken(taking, giver);
  count_new(taking, giver);
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    notch_claim *of = &giver->claims.items[i];
    of->amount = of->posted - should_be(taking, giver, of) - of->taken;
  }
  balance(taking, giver);
  *notch_vec_push(&taking->givers, taking->work->run) = giver;
  return giver;
}

int64_t notch_claim_lost(const notch_giver *giver, const notch_claim *claim)
{
  int64_t lost = claim->amount;
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    const notch_claim *of = &giver->claims.items[i];
    for (uint32_t j = 0; j < of->lowered.count && of->points == claim->points; j++) {
      const notch_share *lowered = &of->lowered.items[j];
      lost -= of == claim ? lowered->amount : 0;
      lost += lowered->rule == claim->rule ? lowered->amount : 0;
    }
  }
  return lost;
}

/* ---- what has come back of a lot ---- */

static bool has_share(const notch_posting *opening, uint32_t rule)
{
  for (uint32_t i = 0; i < opening->share_count; i++) {
    if (opening->shares[i].rule == rule) {
      return true;
    }
  }
  return false;
}

static int64_t gone_by(const notch_transaction *row, const notch_posting *opening, int64_t event)
{
  int64_t sum = 0;
  notch_section section = {0};
  while (notch_section_next(row, &section)) {
    for (uint32_t i = section.first_posting; i < section.posting_end && section.from == event;
         i++) {
      const notch_posting *posting = &row->postings[i];
      for (uint32_t j = 0; j < posting->share_count && posting->points == opening->points; j++) {
        bool of = has_share(opening, posting->shares[j].rule);
        sum += of ? notch_takes_back(posting) * posting->shares[j].amount : 0;
      }
    }
  }
  return sum;
}

int64_t notch_gone_of_lot(const notch_taking *taking, int64_t lot, int64_t after)
{
  const notch_host *host = taking->work->host;
  notch_posting opening;
  int64_t event, sum = 0;
  const notch_transaction *row;
  lot = notch_first_lot(taking->original, lot);
  if (!host->opening(host->payload, lot, &opening, &event)) {
    return 0;
  }
  for (uint32_t n = 0; (row = notch_taking_row(taking, n)) != NULL; n++) {
    sum += row->event > after ? gone_by(row, &opening, event) : 0;
  }
  for (uint32_t i = 0; i < taking->givers.count; i++) { /* what this one is about to take */
    const notch_giver *giver = taking->givers.items[i];
    for (uint32_t j = 0; j < giver->claims.count && giver->row->event == event; j++) {
      const notch_claim *claim = &giver->claims.items[j];
      bool of = claim->points == opening.points && has_share(&opening, claim->rule);
      sum += of ? notch_claim_lost(giver, claim) : 0;
    }
  }
  return sum;
}

/* ---- settling ---- */

static void put_share(uint32_t rule, int64_t amount, notch_share *shares, uint16_t *count)
{
  for (uint16_t i = 0; i < *count; i++) {
    if (shares[i].rule == rule) {
      shares[i].amount += amount;
      return;
    }
  }
  shares[(*count)++] = (notch_share){rule, amount};
}

/* A rule's share; with the first of them goes what a lowering rule had taken off. */
static void add_share(notch_claim *of, int64_t part, notch_share *shares, uint16_t *count)
{
  for (uint32_t i = 0; i < of->lowered.count; i++) {
    const notch_share *lowered = &of->lowered.items[i];
    part -= lowered->amount;
    put_share(lowered->rule, lowered->amount, shares, count);
  }
  of->lowered.count = 0;
  put_share(of->rule, part, shares, count);
}

/* Rules whose whole part was set off: their shares go along with what is taken of the others. */
static void add_set_off(const notch_giver *giver, uint32_t points, notch_share *shares,
                        uint16_t *count)
{
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    notch_claim *claim = &giver->claims.items[i];
    if (claim->points == points && claim->amount == 0 && claim->lowered.count > 0) {
      add_share(claim, 0, shares, count);
    }
  }
}

/* Takes part of `lot` for the claims of its kind, with their shares. */
static void take_from_lot(notch_taking *taking, notch_giver *giver, const notch_lot *lot,
                          bool own_only)
{
  notch_work *work = taking->work;
  uint32_t claims = giver->claims.count;
  notch_share *shares = NOTCH_NEW_ARRAY(work->run, notch_share, claims + 1);
  uint16_t share_count = 0;
  int64_t left = lot->left, total = 0;
  for (uint32_t i = 0; i < claims && left > 0; i++) {
    notch_claim *claim = &giver->claims.items[i];
    bool wanted = claim->points == lot->points && claim->amount > 0 &&
                  (!own_only || claim->lot == notch_first_lot(taking->original, lot->lot));
    int64_t part = !wanted ? 0 : claim->amount < left ? claim->amount : left;
    if (part > 0) {
      add_share(claim, part, shares, &share_count);
      claim->amount -= part;
      left -= part;
      total += part;
    }
  }
  if (total > 0) {
    add_set_off(giver, lot->points, shares, &share_count);
    notch_enter_section(taking, giver);
    notch_work_take(work, lot, total, NOTCH_ACCOUNT_TAKEN_BACK, shares, share_count);
  }
}

static void take_from_own_lots(notch_taking *taking, notch_giver *giver, bool pending,
                               bool own_only)
{
  notch_work *work = taking->work;
  notch_state *state = work->open->state;
  const notch_transaction *row = giver->row;
  int64_t number, now_s = work->moment.now_us / NOTCH_SECOND_US;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    if (posting->source != NOTCH_ACCOUNT_ISSUED) {
      continue;
    }
    for (uint32_t j = 0; (number = notch_moved_lot(taking->original, posting->lot, &j)) != 0;) {
      const notch_lot *lot = notch_state_lot(state, number);
      if (lot == NULL || lot->left == 0) {
        continue;
      }
      int64_t matures = notch_lot_matures(work->plan, lot);
      bool waits = matures != INT64_MIN && matures > now_s;
      if (waits == pending) {
        take_from_lot(taking, giver, lot, own_only);
      }
    }
  }
}

static bool wants(const notch_giver *giver, uint32_t points)
{
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    if (giver->claims.items[i].points == points && giver->claims.items[i].amount > 0) {
      return true;
    }
  }
  return false;
}

static void take_from_lots(notch_taking *taking, notch_giver *giver, const int64_t *lots,
                           uint32_t count)
{
  const notch_state *state = taking->work->open->state;
  for (uint32_t i = 0; i < count; i++) {
    const notch_lot *lot = notch_state_lot(state, lots[i]);
    if (lot != NULL) {
      take_from_lot(taking, giver, lot, false);
    }
  }
}

/* Nobody owes anything, and nothing is written off, as long as points are still to come. */
static void take_from_others(notch_taking *taking, notch_giver *giver, uint32_t points)
{
  notch_work *work = taking->work;
  const notch_state *state = work->open->state;
  uint32_t count;
  int64_t *lots =
      notch_lots_in_order(work, state, points, work->program->points[points].order, &count);
  take_from_lots(taking, giver, lots, count);
  if (wants(giver, points)) {
    lots = notch_lots_to_come(work, state, points, &count);
    take_from_lots(taking, giver, lots, count);
  }
}

static void fall_short(notch_taking *taking, notch_giver *giver, uint32_t points)
{
  notch_work *work = taking->work;
  uint32_t claims = giver->claims.count;
  notch_share *shares = NOTCH_NEW_ARRAY(work->run, notch_share, claims + 1);
  uint16_t count = 0;
  int64_t missing = 0;
  for (uint32_t i = 0; i < claims; i++) {
    notch_claim *claim = &giver->claims.items[i];
    if (claim->points == points && claim->amount > 0) {
      add_share(claim, claim->amount, shares, &count);
      missing += claim->amount;
      claim->amount = 0;
    }
  }
  if (missing > 0) {
    add_set_off(giver, points, shares, &count);
    notch_enter_section(taking, giver);
    notch_fall_short(work, points, missing, shares, count);
  }
}

/* What earlier returns took and the rules now give again, into the lots it came from. */
static void give_back(notch_taking *taking, notch_giver *giver)
{
  notch_work *work = taking->work;
  for (uint32_t i = 0; i < giver->claims.count; i++) {
    notch_claim *of = &giver->claims.items[i];
    if (of->amount >= 0) {
      continue;
    }
    notch_share *share = NOTCH_NEW(work->run, notch_share);
    *share = (notch_share){of->rule, -of->amount};
    notch_enter_section(taking, giver);
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

void notch_settle_claims(notch_taking *taking, notch_giver *giver)
{
  take_from_own_lots(taking, giver, true, true);
  take_from_own_lots(taking, giver, true, false);
  take_from_own_lots(taking, giver, false, true);
  take_from_own_lots(taking, giver, false, false);
  for (uint32_t points = 0; points < taking->work->program->points_count; points++) {
    if (wants(giver, points)) {
      take_from_others(taking, giver, points);
      fall_short(taking, giver, points);
    }
  }
  give_back(taking, giver);
}
