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

/* The same under a key that was recorded. */
void notch_limit_use_key(notch_work *work, notch_state *state, uint32_t limit, notch_text key,
                         int64_t amount);

/* What limits have used of another member, who is one with this one now. */
void notch_limit_merge(notch_state *state, const notch_state *from);
notch_text notch_limit_key_of(notch_work *work, uint32_t limit, uint32_t variant);

/* Records what `rule` used of the limits whose use no posting shows (`shown` false: of all its
 * limits; true: of those whose key is recorded).  points NOTCH_NONE: times. */
void notch_limit_note(notch_work *work, uint32_t rule, uint32_t points, int64_t amount, bool shown);

/* The same of a limit that is a reward's or a payment's own. */
void notch_limit_note_own(notch_work *work, uint32_t limit, uint32_t points, int64_t amount);
/* The same of one limit under a key that is known; `rule` NOTCH_NONE: of a reward or a payment. */
void notch_limit_note_key(notch_work *work, uint32_t rule, uint32_t limit, uint32_t points,
                          notch_text key, int64_t amount);

/* A hold keeps so much of a limit of all members, until it is closed or runs out. */
void notch_limit_reserve(notch_work *work, uint32_t limit, notch_text hold, int64_t amount,
                         int64_t until_s);

#endif
