/*
 * member/lots.h -- lots of points: when they mature and expire, in which order they are spent.
 */
#ifndef NOTCH_MEMBER_LOTS_H
#define NOTCH_MEMBER_LOTS_H

#include "member/work.h"

/* Seconds of an exact duration: hours, minutes, seconds. */
static inline int64_t notch_exact_seconds(notch_duration duration)
{
  int64_t unit = duration.unit == NOTCH_UNIT_HOUR     ? 3600
                 : duration.unit == NOTCH_UNIT_MINUTE ? 60
                                                      : 1;
  return duration.count * unit;
}

int64_t notch_terms_maturity(const notch_program *program, const notch_terms *terms,
                             int64_t earned_us);
/* The expiry of lots that are earned then; for all of the day, where that follows from it. */
void notch_note_expiry(notch_work *work, uint32_t terms, int64_t earned_us, int32_t day,
                       notch_of_day *known);
/* The dates of a lot opened now under `terms` (an index of the programme's). */
static inline void notch_lot_dates(notch_work *work, uint32_t index, int64_t earned_us,
                                   int64_t *matures_s, int64_t *expires_s)
{
  const notch_terms *terms = &work->program->terms[index];
  int32_t day = notch_work_day(work, earned_us);
  notch_of_day *known = notch_work_of_day(work, NOTCH_OF_TERMS | index, day);
  *matures_s = terms->pending == NOTCH_PENDING_NONE
                   ? INT64_MIN
                   : notch_terms_maturity(work->program, terms, earned_us);
  if (!known->known) {
    notch_note_expiry(work, index, earned_us, day, known);
  }
  *expires_s = known->to;
}
/* The expiry of points earned at the beginning of `day` (carry). */
int64_t notch_terms_expiry(const notch_program *program, uint32_t terms, int64_t earned_us,
                           int32_t day);

/* What may be spent at the moment of `work`: matured, not expired, not held. */
bool notch_lot_available(notch_work *work, const notch_state *state, const notch_lot *lot);
int64_t notch_available(notch_work *work, const notch_state *state, uint32_t points);
int64_t notch_pending(notch_work *work, const notch_state *state, uint32_t points);

/* The available lots of a kind, in the order they are spent: their numbers, which taking from one
 * leaves to the others; arena-owned. */
int64_t *notch_lots_in_order(notch_work *work, const notch_state *state, uint32_t points,
                             notch_lot_order order, uint32_t *count);
/* Those that are still pending, in the same order. */
int64_t *notch_lots_to_come(notch_work *work, const notch_state *state, uint32_t points,
                            uint32_t *count);
/* Of what was taken out of a lot: opens it elsewhere, with the same dates and terms. */
notch_posting notch_lot_opening(const notch_lot *lot, int64_t amount);

/* Takes `amount` of available points to `target`, lots in the kind's order, for `rule` (its share
 * of each posting; NOTCH_NONE: for no rule); returns what could not be taken. */
int64_t notch_spend(notch_work *work, uint32_t points, int64_t amount, notch_account target,
                    uint32_t rule);
/* The same for no rule, where what is available does not do also of what is still to come. */
int64_t notch_take_any(notch_work *work, uint32_t points, int64_t amount, notch_account target);

/* Points that came in settle a debt first: points -> debt from the lot; returns how much. */
int64_t notch_pay_debt(notch_work *work, uint32_t points, int64_t lot);
static inline int64_t notch_settle_debt(notch_work *work, uint32_t points, int64_t lot)
{
  return work->state->balances[points].debt == 0 ? 0 : notch_pay_debt(work, points, lot);
}

/* The end of the local day that `from` + duration reaches (calendar durations), aligned. */
int64_t notch_term_end(const notch_program *program, int64_t from_us, notch_duration duration,
                       bool aligned, notch_unit unit);

/* retire.c: when something of what the version retires is to go; NOTCH_NEVER. */
int64_t notch_retire_next(const notch_plan *plan, const notch_state *state);
void notch_retire_due(notch_work *work, int64_t now_s);

#endif
