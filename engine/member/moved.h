/*
 * member/moved.h -- lots and granted rewards that a merge moved to another account, where each
 * has a new number.
 */
#ifndef NOTCH_MEMBER_MOVED_H
#define NOTCH_MEMBER_MOVED_H

#include "member/member.h"

/* The number that a lot or a grant had at first. */
int64_t notch_moved_first(const notch_moved *moved, uint32_t count, int64_t number);
int64_t notch_first_lot(const notch_original *original, int64_t lot);
int64_t notch_first_grant(const notch_original *original, int64_t grant);

/* The lots that have now what one had: itself, then where merges took it.  `index` begins at 0;
 * 0: there are no more. */
int64_t notch_moved_lot(const notch_original *original, int64_t lot, uint32_t *index);

#endif
