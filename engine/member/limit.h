/* member/limit.h -- what a limit has used and has left, by its keys and period. */
#ifndef NOTCH_MEMBER_LIMIT_H
#define NOTCH_MEMBER_LIMIT_H

#include "member/work.h"

/* What is left at work->moment for the keys of this event; INT64_MAX where the limit does not bind
 * (a budget outside its dates).  `variant`: of the owning rule, 0 for groups and the shop. */
int64_t notch_limit_room(notch_work *work, uint32_t limit, uint32_t variant);

/* Counts `amount` (negative: gives room back) in `member` or, for a shared limit, `house`. */
void notch_limit_use(notch_work *work, notch_state *state, uint32_t limit, uint32_t variant,
                     int64_t amount);

#endif
