/* member/pool.h -- spending what other members of a pool have opened to it. */
#ifndef NOTCH_MEMBER_POOL_H
#define NOTCH_MEMBER_POOL_H

#include "member/work.h"

/* Who enters a household, leaves it, or leaves altogether: the programme's list of them. */
void notch_pool_change(notch_state *house, const notch_effect *effect, int64_t member);

/* Before an event that spends: what is due for those whose open lots it may take from. */
void notch_settle_pool(notch_work *work, const notch_state *state, int64_t to_s);
int64_t notch_pool_available(notch_work *work, uint32_t points);
/* Takes what the member's own lots could not pay; the owners' rows are written by
 * notch_pool_settle() once the spender's own is whole. */
void notch_pool_spend(notch_work *work, uint32_t points, int64_t amount);
void notch_pool_settle(notch_work *work);

/* A merge: the survivor's place in the households of the old account; then, once the lots have
 * moved by the postings of its row, what of them stays open to the same others. */
void notch_take_places(notch_work *work, const notch_state *from);
void notch_pool_moved(const notch_program *program, notch_state *state, const notch_state *from,
                      const notch_posting *arrived, uint32_t count);

/* A lot opened while its owner is in a pool that shares the kind is open to the others in part. */
void notch_open_to_pool(const notch_program *program, notch_state *state, int64_t lot);
/* What others may spend of a lot, also of one that is spent whole; NULL: of none. */
int64_t *notch_state_open_of(notch_state *state, int64_t lot);
/* A lot is spent whole, until something is given back to it: then so much is open again. */
void notch_pool_note_spent(notch_state *state, const notch_lot *lot);
int64_t notch_pool_open_again(notch_state *state, int64_t lot);

#endif
