/* member/rank.h -- the bands of the last rankings, among the programme's own figures. */
#ifndef NOTCH_MEMBER_RANK_H
#define NOTCH_MEMBER_RANK_H

#include "member/work.h"

/* What the ranking of a row says; any other row says nothing. */
void notch_fold_ranking(notch_state *house, const notch_transaction *row);
/* NULL: no ranking of the cohort had the member. */
const notch_place_in_band *notch_place_of(const notch_state *house, uint32_t cohort,
                                          int64_t member);

#endif
