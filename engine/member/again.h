/* member/again.h -- rules on earning, recomputed for a return. */
#ifndef NOTCH_MEMBER_AGAIN_H
#define NOTCH_MEMBER_AGAIN_H

#include "member/claims.h"

/* Lots of the member of then that mature in the row under recomputation, less what returns have
 * taken of them since; what is left of them joins `inflow`. */
void notch_ripen(const notch_taking *taking, notch_state *then, const notch_transaction *row,
                 const notch_event *sent, int64_t *inflow);

/* What a built-in original moved itself before any rule, in the state of then; less what returns
 * have moved back, if taking->left says what is left.  What became available joins `inflow`. */
void notch_move_then(const notch_taking *taking, notch_state *then, int64_t *inflow);

/* `now`: the awards of what is left, with what its rules deduct; `then`: the member just before the
 * event, with the event absorbed and what matured in it in `inflow`.  Rulings and awards of rules
 * on earning are added to `now`. */
void notch_again_on_earning(const notch_taking *taking, notch_state *then, int64_t *inflow,
                            notch_awards *now);

/* What rules on earning give in a later row for what is left of what became available there. */
const notch_awards *notch_again_ripened(const notch_taking *taking, const notch_ripened *ripened);

#endif
