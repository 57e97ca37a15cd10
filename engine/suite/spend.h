/*
 * suite/spend.h -- whether spending more can earn less, and two receipts more than one.
 */
#ifndef NOTCH_SUITE_SPEND_H
#define NOTCH_SUITE_SPEND_H

#include "apply/apply.h"

/* Reports what real decisions show (N0430, N0431, N0432).  False: out of memory. */
bool notch_spend_report(const notch_rules *rules, const notch_memory *memory, bool notes,
                        notch_diags *diags);

#endif
