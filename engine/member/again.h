/* member/again.h -- rules on earning, recomputed for a return. */
#ifndef NOTCH_MEMBER_AGAIN_H
#define NOTCH_MEMBER_AGAIN_H

#include "member/award.h"

/* `now`: the awards of what is left; `then`: the member just before the event, with the event
 * absorbed.  Rulings and awards of rules on earning are added to `now`. */
void notch_again_on_earning(notch_work *work, notch_state *then, notch_awards *now);

#endif
