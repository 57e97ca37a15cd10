/* member/shared.h -- what a decision read of the programme's own figures. */
#ifndef NOTCH_MEMBER_SHARED_H
#define NOTCH_MEMBER_SHARED_H

#include "member/work.h"

/* `what` names the figure ("limit of rule base", "stock of latte"); in the run arena. */
void notch_note_shared(notch_work *work, notch_text what, notch_rational figure);
/* Writes what was noted into the open transaction, as canonical JSON, before another opens. */
void notch_shared_write(notch_work *work);
static inline void notch_shared_close(notch_work *work)
{
  if (work->shared.count > 0) {
    notch_shared_write(work);
  }
}

#endif
