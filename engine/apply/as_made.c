/*
 * apply/as_made.c -- whether a recorded row is the one that was made, told by its numbers: neither
 * is put into the other's terms for that.  What differs, or is asked for the first time, is left to
 * audit/compare.c.
 */
#include <config.h>

#include "apply/apply.h"
#include "audit/compare.h"

/* Whether a number is that of an index, as far as it was asked for before. */
static inline bool is_called(const uint32_t *numbers, uint32_t index, uint32_t number)
{
  return index == NOTCH_NONE ? number == NOTCH_NONE : number != 0 && numbers[index] == number;
}

static bool same_shares(const uint32_t *rules, const notch_posting *recorded,
                        const notch_posting *made)
{
  if (recorded->share_count != made->share_count) {
    return false;
  }
  const notch_share *left = recorded->shares, *right = made->shares;
  for (const notch_share *end = left + recorded->share_count; left < end; left++, right++) {
    if (left->amount != right->amount || !is_called(rules, right->rule, left->rule)) {
      return false;
    }
  }
  return true;
}

static bool same_posting(uint32_t *const *names, const notch_posting *recorded,
                         const notch_posting *made)
{
  return notch_compare_same_figures(recorded, made) &&
         is_called(names[NOTCH_NAME_POINTS], made->points, recorded->points) &&
         same_shares(names[NOTCH_NAME_RULE], recorded, made) &&
         (recorded->lot != recorded->posting ||
          (is_called(names[NOTCH_NAME_TERMS], made->terms, recorded->terms) &&
           is_called(names[NOTCH_NAME_PARTNER], made->partner, recorded->partner)));
}

/* By the index that the number has: a tier may be called otherwise than it was. */
static bool same_tier(const notch_edition *edition, uint32_t number, const notch_move *made)
{
  if (made->tier == NOTCH_NONE || number >= edition->index_count) {
    return made->tier == NOTCH_NONE && number == NOTCH_NONE;
  }
  uint32_t index = edition->tier_first[made->ladder] + made->tier;
  return edition->indexes[number] == notch_names_entry(NOTCH_NAME_TIER, index);
}

static bool same_move(const notch_edition *edition, const notch_move *recorded,
                      const notch_move *made)
{
  return same_tier(edition, recorded->tier, made) && notch_compare_same_passage(recorded, made) &&
         is_called(edition->names[NOTCH_NAME_LADDER], made->ladder, recorded->ladder);
}

static bool same_effect(uint32_t *const *names, const notch_effect *recorded,
                        const notch_effect *made)
{
  notch_name_sort sort = notch_subject_sort(made), refers = notch_ref_sort(made);
  return notch_compare_same_deed(recorded, made) && notch_compare_same_span(recorded, made) &&
         is_called(names[NOTCH_NAME_RULE], made->rule, recorded->rule) &&
         (sort == 0 ? recorded->subject == made->subject
                    : is_called(names[sort], made->subject, recorded->subject)) &&
         (refers == 0 ? recorded->ref == made->ref
                      : recorded->ref >= 0 && recorded->ref < NOTCH_NONE &&
                            is_called(names[refers], (uint32_t)made->ref,
                                      (uint32_t)recorded->ref));
}

/* What few rows have. */
static bool same_rest(const notch_edition *edition, const notch_transaction *recorded,
                      const notch_transaction *made)
{
  if (recorded->move_count != made->move_count || recorded->effect_count != made->effect_count) {
    return false;
  }
  for (uint32_t i = 0; i < made->move_count; i++) {
    if (!same_move(edition, &recorded->moves[i], &made->moves[i])) {
      return false;
    }
  }
  for (uint32_t i = 0; i < made->effect_count; i++) {
    if (!same_effect(edition->names, &recorded->effects[i], &made->effects[i])) {
      return false;
    }
  }
  return true;
}

bool notch_names_as_made(const notch_edition *edition, const notch_transaction *recorded,
                         const notch_transaction *made)
{
  uint32_t count = recorded->posting_count;
  if (!notch_compare_same_head(recorded, made) || count != made->posting_count ||
      recorded->version != edition->version || recorded->origin != NOTCH_ORIGIN_SENT ||
      !is_called(edition->names[NOTCH_NAME_TYPE], made->type, recorded->type)) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!same_posting(edition->names, &recorded->postings[i], &made->postings[i])) {
      return false;
    }
  }
  bool more = (recorded->move_count | made->move_count | recorded->effect_count |
               made->effect_count) != 0;
  return !more || same_rest(edition, recorded, made);
}
