/* member/return_builtin.h -- what built-in events moved themselves goes back (language,
 * section 9). */
#ifndef NOTCH_MEMBER_RETURN_BUILTIN_H
#define NOTCH_MEMBER_RETURN_BUILTIN_H

#include "member/lower.h"

/* pay, capture, redeem: points and rewards, with the room of the limits that they used. */
void notch_return_spent(notch_work *work, const notch_original *original, const notch_left *left);
void notch_return_transfer(notch_work *work, const notch_original *original,
                           const notch_left *left);
void notch_return_adjust(notch_work *work, const notch_original *original, const notch_left *left);
/* `on return keep` in a payment: what was paid stays paid. */
bool notch_stays_paid(const notch_program *program, const notch_original *original);

/* Others' sides of these, once the member's row is whole: the receiver's of a transfer, the owners'
 * of points that a household spent. */
void notch_take_claimed(notch_work *work);
void notch_give_owners(notch_work *work);

#endif
