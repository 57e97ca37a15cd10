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
/* What has no name in it is compared here; names and shares are left to the caller, who may have
 * numbers of them. */
static inline bool notch_compare_same_head(const notch_transaction *left,
                                           const notch_transaction *right)
{
  return left->verdict == right->verdict && left->origin == right->origin &&
         left->cause == right->cause && left->member == right->member &&
         left->at_us == right->at_us && left->booked_us == right->booked_us &&
         left->offset_min == right->offset_min &&
         notch_text_equal(left->detail, right->detail) &&
         notch_text_equal(left->shared, right->shared);
}
static inline bool notch_compare_same_figures(const notch_posting *left,
                                              const notch_posting *right)
{
  return left->source == right->source && left->target == right->target &&
         left->amount == right->amount && left->posting == right->posting &&
         left->lot == right->lot &&
         (left->lot != left->posting ||
          (left->earned_us == right->earned_us && left->matures_s == right->matures_s &&
           left->expires_s == right->expires_s));
}

static inline bool notch_compare_same_passage(const notch_move *left, const notch_move *right)
{
  return left->cause == right->cause && left->until_s == right->until_s &&
         left->since_us == right->since_us;
}
static inline bool notch_compare_same_deed(const notch_effect *left, const notch_effect *right)
{
  return left->kind == right->kind && left->amount == right->amount &&
         notch_text_equal(left->text, right->text);
}
static inline bool notch_compare_same_span(const notch_effect *left, const notch_effect *right)
{
  return left->effect == right->effect && left->matures_s == right->matures_s &&
         left->until_s == right->until_s;
}

/* Both with indexes of the programme.  False: out of memory. */
bool notch_compare_rows(notch_compare *compare, const notch_transaction *recorded,
                        const notch_transaction *made);
/* One difference of two texts, if they differ. */
void notch_compare_texts(notch_compare *compare, const char *what, notch_text recorded,
                         notch_text made);

#endif
