/* member/takeback.h -- what a return takes back, and from where. */
#ifndef NOTCH_MEMBER_TAKEBACK_H
#define NOTCH_MEMBER_TAKEBACK_H

#include "member/award.h"

/* What was posted, less what the rules give for what is left, less what was taken before: of the
 * member, and of others once the member's row is whole. */
void notch_take_back(notch_work *work, const notch_original *original, const notch_awards *now,
                     bool nothing_left);
void notch_take_back_from_others(notch_work *work);
/* Returns of payments, redemptions, captures, transfers and adjustments. */
void notch_return_builtin(notch_work *work, const notch_original *original);
/* Others' sides of a return, once the member's row is whole: of who was given something, the
 * receiver's of a transfer, the owners' of points that a household spent. */
void notch_return_sides(notch_work *work);

#endif
