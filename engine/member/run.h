/*
 * member/run.h -- the stages of one transaction: rules that fired, tiers, what fell due.
 */
#ifndef NOTCH_MEMBER_RUN_H
#define NOTCH_MEMBER_RUN_H

#include "member/award.h"

#define NOTCH_FIRING_WHILE UINT32_MAX         /* firing.rule: since when a terms' `while` holds */
#define NOTCH_FIRING_RAN_OUT (UINT32_MAX - 2) /* firing.rule: when idle points ran out, by terms */
#define NOTCH_FIRING_MATURED (UINT32_MAX - 3) /* firing.rule: newest event a terms waits for */
#define NOTCH_FIRING_REVIEW (UINT32_MAX - 1)  /* firing.rule: a review that was held, by ladder */

/* What every event does to a state before any rule: first sight, clocks, fields, measures. */
void notch_absorb(notch_work *work, notch_state *state, int64_t event);
/* What the state notes once a transaction is whole. */
void notch_note_terms(notch_work *work, notch_state *state, int64_t at_us);
static inline void notch_absorbed(notch_work *work, notch_state *state, int64_t at_us)
{
  if (work->plan->notes_terms) {
    notch_note_terms(work, state, at_us);
  }
}

/* Runs rules that fired, posts what they earn and records their effects in the open transaction.
 * Returns how many applied.  Awards to others wait in `others` (NULL: there can be none). */
uint32_t notch_run(notch_work *work, const notch_candidate *candidates, uint32_t count,
                   int64_t rules_at_us, notch_awards **awards);
void notch_rule_figures(notch_work *work, notch_ruling *ruling);
/* The other members' sides of awards `to` somebody, each a transaction of its own. */
void notch_post_to_others(notch_work *work, notch_awards *awards);
/* Lots that are already past their end expire in the transaction that opened them. */
void notch_expire_due(notch_work *work, int64_t now_s);

/* From here on it is noted what becomes available: for rules `on earning`, if there are any. */
static inline void notch_note_inflow(notch_work *work)
{
  bool asked = work->plan->earning_rules;
  work->inflow =
      asked ? NOTCH_NEW_ARRAY(work->run, int64_t, work->program->points_count + 1) : NULL;
}
/* Those rules, for what became available in the open transaction. */
void notch_run_on_earning(notch_work *work);
/* What a row of a member's event ends with: what is over by his newest booking, tiers, segments,
 * rules on earning. */
void notch_conclude(notch_work *work, bool late);

/* Promotions, floors, lifetime tiers, and the rules that follow from them, until none is left. */
void notch_tiers(notch_work *work);
/* The same for a late event: as of its own time, of each review held since, and of now. */
void notch_tiers_late(notch_work *work, const notch_state *then);
void notch_ladder_review(notch_work *work, uint32_t ladder);
/* Ends of promises and graces due now; floors looked at. */
void notch_ladder_ends(notch_work *work, uint32_t ladder, int64_t now_s);
/* A local day begins: what a grace, `lifetime` and floors say of it. */
void notch_ladder_day(notch_work *work, uint32_t ladder);
int64_t notch_ladder_next_held(const notch_plan *plan, const notch_state *state, uint32_t ladder);
static inline int64_t notch_ladder_next_review(const notch_plan *plan, const notch_state *state,
                                               uint32_t ladder)
{
  return plan->program->ladders[ladder].review == NOTCH_REVIEW_END_OF_TERM
             ? state->standings[ladder].until_s
             : notch_ladder_next_held(plan, state, ladder);
}
void notch_promise(notch_work *work, uint32_t ladder, uint32_t tier, notch_duration duration);
/* The tier a member has: the higher of the own one and the floors. */
uint32_t notch_effective_tier(notch_work *work, uint32_t ladder);
void notch_announce(notch_work *work, uint32_t ladder, uint32_t before, uint32_t after);

/* Everything due at or before `to_s`, one transaction an instant. */
void notch_settle_from(notch_work *work, notch_state *state, int64_t next_s, int64_t to_s);
/* The next instant at which something falls due if it is at or before `to_s`, else one later.
 * `house` NULL: maybe one at which nothing does, and which was looked at already. */
int64_t notch_next_up_to(const notch_plan *plan, const notch_state *state,
                         const notch_state *house, int64_t to_s);
static inline void notch_settle_until(notch_work *work, notch_state *state, int64_t to_s)
{
  int64_t next_s = notch_next_up_to(work->plan, state, work->in->house, to_s);
  if (next_s <= to_s) {
    notch_settle_from(work, state, next_s, to_s);
  }
}
void notch_look_at_segments(notch_work *work);

/* Evaluates a condition with no event in sight, as of the open moment. */
void notch_see_member(notch_work *work, notch_state *state);

/* Rewards (shop.c). */
/* promised: the row since which it waited for stock; 0: it is granted only now. */
void notch_grant(notch_work *work, uint32_t reward, uint32_t rule, int64_t times, int64_t promised);

/* Takes `capture` of each points kind from what a hold reserves (NULL: nothing) and gives the
 * rest back (hold.c). */
void notch_close_hold(notch_work *work, uint32_t hold, notch_hold_state how,
                      const int64_t *capture);

/* Everything left expires by an entry, holds are released, later events are member_closed. */
void notch_close_member(notch_work *work);

int64_t notch_while_since(const notch_state *state, uint32_t terms);

void notch_use_purse(notch_work *work, const notch_posting *posting);
/* Lots that go to another member once the sender's own transaction is whole (transfer.c). */
void notch_queue_lots(notch_work *work, const notch_state *other, const notch_posting *openings,
                      uint32_t count);
void notch_give_queued(notch_work *work);
void notch_give_lots(notch_work *work, const notch_state *other, const notch_posting *openings,
                     uint32_t count);
/* Opens a lot by hand, available at once; amount above zero. */
void notch_add_lot(notch_work *work, uint32_t points, int64_t amount, int64_t earned_us);
/* What could not be taken back is an entry: a debt, or written off. */
void notch_fall_short(notch_work *work, uint32_t points, int64_t missing, const notch_share *shares,
                      uint16_t share_count);
/* Takes back what is unused of a granted reward, `count` at most; how much that was. */
int64_t notch_withdraw(notch_work *work, const notch_reward_lot *lot, int64_t count, uint32_t rule);

/* The built-in events, each in its own file; the transaction is open and the event absorbed. */
void notch_do_redeem(notch_work *work);
void notch_do_pay(notch_work *work);
void notch_do_hold(notch_work *work);
void notch_do_capture(notch_work *work);
void notch_do_release(notch_work *work);
void notch_do_transfer(notch_work *work);
void notch_do_adjust(notch_work *work);
/* What fell due for the account that a merge names comes before the merge. */
void notch_settle_merged(notch_work *work, int64_t to_s);
void notch_settle_receiver(notch_work *work, int64_t to_s);
void notch_do_merge(notch_work *work);
void notch_merge_rest(notch_work *work); /* its rows after the survivor's own */
void notch_do_pool(notch_work *work, bool enters);
void notch_do_return(notch_work *work);
void notch_do_given(notch_work *work);
void notch_do_house(notch_work *work); /* rate, restock, fund, seed, tick */

#endif
