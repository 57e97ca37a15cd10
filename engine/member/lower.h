/* member/lower.h -- what a return leaves of an event. */
#ifndef NOTCH_MEMBER_LOWER_H
#define NOTCH_MEMBER_LOWER_H

#include "member/work.h"

/* What is left of an original after everything returned so far and by this return (arena-owned). */
typedef struct notch_left {
  const notch_value *before, *after; /* by field, without this return and with it */
  /* Of a built-in event, by points kind: what it moved, and what is left of that without this
   * return and with it.  Never below zero: what an adjustment took is moved as well. */
  const int64_t *moved, *points_before;
  int64_t *points;
  int64_t quantity; /* of a redemption, with this return */
  bool nothing_left;
} notch_left;

/* Refuses what is more than is left, and a return of what is gone. */
notch_left notch_lower(notch_work *work, const notch_original *original);

/* Numbers and money, which a return may lower. */
bool notch_scales(notch_type type);
/* Lists are copied before anything in them is lowered. */
notch_value *notch_fields_copy(notch_work *work, const notch_event *event);
void notch_lower_by(notch_work *work, const notch_event *sent, notch_value *fields,
                    const notch_lowering *lowering);
/* All of an event is returned when none of its amounts, nor of its lines' quantities, is left. */
bool notch_is_nothing(const notch_work *work, const notch_event *sent, const notch_value *fields);

#endif
