/* apply/explain.h -- why a recorded transaction is as it is (language, section 12). */
#ifndef NOTCH_APPLY_EXPLAIN_H
#define NOTCH_APPLY_EXPLAIN_H

#include "apply/rerun.h"

/* Writes the derivation of row `event`; false: a failure, in the books' sentence. */
bool notch_explain_row(notch_books *books, int64_t event, bool json, notch_buffer *to);

#endif
