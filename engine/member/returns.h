/* member/returns.h -- the parts of returns, adjustments and programme events that fold shares
 * with decide. */
#ifndef NOTCH_MEMBER_RETURNS_H
#define NOTCH_MEMBER_RETURNS_H

#include "member/lower.h"
#include "member/run.h"

/* A recorded return: lowers measures and gives room of limits back, at the original's time. */
void notch_fold_return(notch_work *work, notch_state *state, const notch_transaction *transaction);
/* earned() and limits, for any row that takes something back. */
void notch_fold_taken(notch_work *work, notch_state *state, const notch_transaction *transaction);
void notch_fold_limits(notch_work *work, notch_state *state, const notch_transaction *transaction);
/* earned(): what an adjustment added or took. */
void notch_fold_adjust(notch_work *work, notch_state *state, const notch_transaction *transaction);
/* The programme's own figures: rates, stock, purses, seed, and shared limits of anybody's row. */
bool notch_fold_house(notch_work *work, notch_state *house, const notch_transaction *transaction);

/* The rows of a return without `of`, once its own is whole; what is left to be decided in parts
 * stays in `returned`. */
void notch_return_latest(notch_work *work);
const notch_part *notch_return_parts(notch_work *work, uint32_t *count);
/* The row of one part, as of now. */
void notch_return_part(notch_work *work, notch_state *state, notch_text content);
/* Others' sides of a return, once the member's row is whole. */
void notch_return_sides(notch_work *work);
/* A merge: measures, limits used and fields of the old account join the survivor's. */
void notch_merge_figures(notch_work *work, notch_state *state, const notch_state *from);

const notch_outcome *notch_decider_finish(notch_work *work, uint32_t own);
notch_work *notch_decider_begin(notch_decider *decider, const notch_case *decision,
                                const notch_plan *plan);

#endif
