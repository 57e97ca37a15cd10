/*
 * member/measure.h -- running figures: what an event adds to them, and their value over a window.
 */
#ifndef NOTCH_MEMBER_MEASURE_H
#define NOTCH_MEMBER_MEASURE_H

#include "member/work.h"

/* A measure that must tell events apart keeps one entry for each; the others one a day. */
static inline bool notch_measure_by_event(const notch_measure *measure)
{
  return measure->at_most > 0 || measure->exact_windows ||
         (measure->aggregate != NOTCH_AGG_SUM && measure->aggregate != NOTCH_AGG_COUNT &&
          measure->aggregate != NOTCH_AGG_STREAK);
}

/* Adds what `work->event` (seen at work->moment) counts for to `state`. */
void notch_measure_absorb(notch_work *work, notch_state *state, int64_t event);
/* A return: takes out what the fields lowered count for, at the original's time.
 * `before`/`after`: the original's fields, lowered so far and lowered now; `nothing_left`: all of
 * it is returned. */
void notch_measure_lower(notch_work *work, notch_state *state, const notch_original *original,
                         const notch_value *before, const notch_value *after, bool nothing_left);
/* What measures and earned() have absorbed of another member; texts move with their bytes. */
void notch_measure_merge(const notch_program *program, notch_state *state,
                         const notch_state *from);
/* earned(): what rules awarded and adjust moved, at a time. */
void notch_measure_note_earned(notch_work *work, notch_state *state, uint32_t points, int64_t at_us,
                               int64_t amount);
static inline void notch_measure_earned(notch_work *work, notch_state *state, uint32_t points,
                                        int64_t at_us, int64_t amount)
{
  if (work->plan->earned_used[points]) {
    notch_measure_note_earned(work, state, points, at_us, amount);
  }
}

/* What one event counts for; distinct values may be texts. */
notch_type notch_measure_counted(const notch_program *program, const notch_measure *measure);

notch_eval notch_measure_value(notch_work *work, const notch_state *state, uint32_t measure,
                               uint32_t window, notch_value *out);
notch_eval notch_earned_value(notch_work *work, const notch_state *state, uint32_t points,
                              uint32_t window, notch_value *out);

#endif
