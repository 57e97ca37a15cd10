/* member/schedule.h -- when rules on a schedule come round, and when they have. */
#ifndef NOTCH_MEMBER_SCHEDULE_H
#define NOTCH_MEMBER_SCHEDULE_H

#include "member/member.h"

/* The first instant (UTC seconds) after `after_s` at which that trigger of a rule fires;
 * NOTCH_NEVER. */
int64_t notch_schedule_at(const notch_program *program, const notch_state *state, uint32_t rule,
                          uint32_t variant, int64_t after_s);

/* Notes which rules ran in a row of what fell due, for triggers that fire once in a spell or in a
 * year, whatever their date is by then. */
void notch_note_schedules(const notch_program *program, notch_state *state,
                          const notch_transaction *row);

#endif
