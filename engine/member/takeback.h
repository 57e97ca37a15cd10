/* member/takeback.h -- what a return takes back, and from where. */
#ifndef NOTCH_MEMBER_TAKEBACK_H
#define NOTCH_MEMBER_TAKEBACK_H

#include "member/award.h"

/* What was posted, less what the rules give for what is left, less what was taken before. */
void notch_take_back(notch_work *work, const notch_original *original, const notch_awards *now,
                     bool nothing_left);
/* Returns of payments, redemptions, captures, transfers and adjustments. */
void notch_return_builtin(notch_work *work, const notch_original *original);
/* The other side of a returned transfer, once the sender's row is whole. */
void notch_take_claimed(notch_work *work);

#endif
