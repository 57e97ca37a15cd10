/*
 * member/post.h -- the primitives by which a state changes: a posting, a move, an effect.
 * decide calls notch_work_post() and its fellows, which record the row and fold it at once;
 * fold calls the notch_state_… ones with recorded rows.
 */
#ifndef NOTCH_MEMBER_POST_H
#define NOTCH_MEMBER_POST_H

#include "member/work.h"

/* False: the amounts cannot be (a damaged ledger, or an overflow of an account). */
bool notch_state_post(notch_state *state, const notch_posting *posting, const notch_host *host);
void notch_state_move(notch_state *state, const notch_move *move, int64_t at_us);
bool notch_state_effect(notch_state *state, const notch_effect *effect, int64_t event,
                        const notch_host *host);
/* Counts what a posting's shares and an applied rule used up of limits. */
void notch_state_use_limits(notch_work *work, notch_state *state, const notch_posting *posting);

/* A rule that has a limit in times applied (1) or is left unapplied by a return (-1). */
void notch_state_use_times(notch_work *work, notch_state *state, uint32_t rule, int64_t times);

notch_reward_lot *notch_state_reward_lot(const notch_state *state, int64_t lot);
int32_t notch_state_hold(const notch_state *state, notch_text id); /* newest of that id; -1 */

/* Late events look again at reviews that were held. */
void notch_note_review(notch_state *state, const notch_move *move, int64_t at_us);

/* Records a posting in the open transaction and folds it; posting->posting is assigned, and for
 * one that opens a lot (lot == 0 going into points) so is lot.  Amount 0 records nothing. */
int64_t notch_work_post(notch_work *work, notch_posting posting);
/* The same for one that stands in the open transaction, and is of more than nothing. */
int64_t notch_work_posted(notch_work *work, notch_posting *posting);
void notch_work_move(notch_work *work, notch_move move);
int64_t notch_work_effect(notch_work *work, notch_effect effect);
/* One of no rule, that neither waits nor ends. */
void notch_work_plain_effect(notch_work *work, notch_effect_kind kind, uint32_t subject,
                             int64_t amount, int64_t ref);

/* Moves `amount` out of one lot: points -> target. */
void notch_work_take(notch_work *work, const notch_lot *lot, int64_t amount, notch_account target,
                     const notch_share *shares, uint16_t share_count);

#endif
