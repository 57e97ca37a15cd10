/*
 * api/transit.h -- points on their way from one account to another at a moment between the two
 * rows of an event, each of which is booked by itself.
 */
#ifndef NOTCH_API_TRANSIT_H
#define NOTCH_API_TRANSIT_H

#include "api/api.h"

/* `points` names the kind; the dates are those of the lot that they come in.  Below zero: they
 * have come and have not left yet. */
typedef void notch_transit_part(void *payload, uint32_t points, int64_t amount, int64_t matures_s,
                                int64_t expires_s);

/* False: a failure, and notch_books_say() has said which. */
bool notch_transit_at(notch_books *books, const notch_reading *reading, notch_transit_part *each,
                      void *payload);

#endif
