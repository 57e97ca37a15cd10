/* member/takeback.h -- what a return takes back, and from where. */
#ifndef NOTCH_MEMBER_TAKEBACK_H
#define NOTCH_MEMBER_TAKEBACK_H

#include "member/award.h"
#include "member/lower.h"

/* What was posted, less what the rules give for what is left, less what was taken before: of the
 * member, and of others once the member's row is whole. */
void notch_take_back(notch_work *work, const notch_original *original, const notch_awards *now,
                     const notch_left *left);
void notch_take_back_from_others(notch_work *work);
/* What is unused of a grant of the original, wherever merges took it; `count` at most. */
void notch_withdraw_grant(notch_work *work, const notch_original *original,
                          const notch_effect *granted, int64_t count);
/* The member, the event and the moment of then, for keys of limits; room comes back while the
 * period is open in `view`. */
void notch_see_original(notch_work *work, const notch_original *original, const notch_view *view);

#endif
