/*
 * member/side.h -- looking elsewhere for a while: at another member, or at another moment, and
 * back.
 */
#ifndef NOTCH_MEMBER_SIDE_H
#define NOTCH_MEMBER_SIDE_H

#include "member/work.h"

typedef struct notch_view { /* what a decision has in sight */
  notch_moment moment;
  const notch_event *event;
  const notch_value *fields;
  notch_value order;
  notch_state *state;
  notch_open *open;
  const notch_state *seen, *uses, *house_uses;
  int64_t named_before;
  const notch_moment *returned_on;
  const int64_t *earned_now;
  int64_t *inflow;
} notch_view;

notch_view notch_view_of(const notch_work *work);
void notch_view_back(notch_work *work, const notch_view *view);

/* What fell due for those who have a side of an original comes before its return, and before
 * anything asks whether they are still there. */
void notch_settle_sides(notch_work *work, int64_t to_s);
/* Who has that side now, as this decision has him; NULL: nobody. */
const notch_state *notch_side_of(notch_work *work, const notch_original *original, uint32_t side);

/* Opens another member's side of the transaction in `view`: what is due for him comes first. */
notch_state *notch_side_begin(notch_work *work, const notch_view *view, const notch_state *other);
/* Ends it (dropped if nothing happened in it) and goes back. */
void notch_side_end(notch_work *work, const notch_view *view);

#endif
