/* member/term.h -- terms of tiers, reviews, and the pieces of a ladder that share them. */
#ifndef NOTCH_MEMBER_TERM_H
#define NOTCH_MEMBER_TERM_H

#include "member/work.h"

/* The end of a term that starts when a tier is reached; NOTCH_NEVER: the tier has no term. */
int64_t notch_term_from_reach(const notch_program *program, const notch_ladder *ladder,
                              uint32_t tier, int64_t now_us);
/* The end of a term that starts at a review: from that instant exactly, so terms do not drift. */
int64_t notch_term_from_review(const notch_program *program, const notch_ladder *ladder,
                               uint32_t tier, int64_t review_s);
/* A calendar duration after a midnight, or an exact one. */
int64_t notch_term_exactly(const notch_program *program, int64_t from_s, notch_duration duration);

bool notch_can_pay(notch_work *work, const notch_pay_use *uses, uint32_t count);
void notch_pay(notch_work *work, const notch_pay_use *uses, uint32_t count);
bool notch_ladder_promote(notch_work *work, uint32_t ladder);
bool notch_ladder_keeps(notch_work *work, uint32_t ladder, uint32_t tier);
/* `on return recheck`: demotes at once if the own tier is not kept any more. */
void notch_ladder_recheck(notch_work *work, uint32_t ladder);
/* The own tier falls to `tier` now, with a new term. */
void notch_ladder_fall(notch_work *work, uint32_t ladder, uint32_t tier, int64_t now_s);
bool notch_bring_in_line(notch_work *work, uint32_t ladder, uint32_t before);
/* The next local midnight after `after_s` that begins a unit, a day of the year, or an
 * anniversary of a member's date (field NOTCH_NONE: of joining). */
int64_t notch_next_of_unit(const notch_program *program, notch_unit unit, int64_t after_s);
int64_t notch_next_of_year(const notch_program *program, unsigned month, unsigned day,
                           int64_t after_s);
int64_t notch_next_of_member(const notch_program *program, const notch_state *state, uint32_t field,
                             int64_t after_s);
/* By points kind, what rules awarded in the open transaction. */
int64_t *notch_awarded_so_far(notch_work *work);

#endif
