/* audit/compare.h -- a recorded transaction beside what the rules give now, field by field. */
#ifndef NOTCH_AUDIT_COMPARE_H
#define NOTCH_AUDIT_COMPARE_H

#include "audit/words.h"

/* what: "posting 2, star, issued to points, rule base (line 41): share". */
typedef void notch_compare_found(void *payload, const char *what, const char *recorded,
                                 const char *recomputed);

typedef struct notch_compare {
  notch_wording words; /* of the version whose indexes both have */
  bool loose;        /* other rules: numbers of postings, lots and effects do not count */
  notch_compare_found *found;
  void *payload;
  notch_buffer what, left, right; /* scratch */
  uint32_t count; /* differences found by the last call */
  bool identical; /* then: not even the order of anything differs */
} notch_compare;

void notch_compare_init(notch_compare *compare, const notch_memory *memory);
void notch_compare_end(notch_compare *compare);
/* Both with indexes of the programme.  False: out of memory. */
bool notch_compare_rows(notch_compare *compare, const notch_transaction *recorded,
                        const notch_transaction *made);
/* One difference of two texts, if they differ. */
void notch_compare_texts(notch_compare *compare, const char *what, notch_text recorded,
                         notch_text made);

#endif
