/*
 * ledger/fits.c -- whether a row names only what is there: numbers of the dictionary, each of the
 * sort that its place asks for, members, rows before it.  Asked by verify, and by whoever puts a
 * row into the terms of the rules: what they fold has to be whole, or its indexes lead nowhere.
 */
#include <config.h>

#include "ledger/store.h"

notch_name_sort notch_subject_sort(const notch_effect *effect)
{
  switch (notch_effect_subject_of(effect)) {
  case NOTCH_SUBJECT_REWARD: return NOTCH_NAME_REWARD;
  case NOTCH_SUBJECT_SEGMENT: return NOTCH_NAME_SEGMENT;
  case NOTCH_SUBJECT_PAYMENT: return NOTCH_NAME_PAYMENT;
  case NOTCH_SUBJECT_POOL: return NOTCH_NAME_POOL;
  case NOTCH_SUBJECT_COHORT: return NOTCH_NAME_COHORT;
  case NOTCH_SUBJECT_PARTNER: return NOTCH_NAME_PARTNER;
  case NOTCH_SUBJECT_POINTS: return NOTCH_NAME_POINTS;
  case NOTCH_SUBJECT_HELD:
  case NOTCH_SUBJECT_NOTHING: break;
  }
  return 0;
}

notch_name_sort notch_ref_sort(const notch_effect *effect)
{
  notch_effect_ref ref = notch_effect_ref_of(effect);
  return ref == NOTCH_REF_POINTS  ? NOTCH_NAME_POINTS
         : ref == NOTCH_REF_LIMIT ? NOTCH_NAME_LIMIT
                                  : 0;
}

static bool is_none_or(notch_store *store, notch_name_sort sort, uint32_t name)
{
  return name == NOTCH_NONE || notch_store_name_sort(store, name) == sort;
}

bool notch_type_fits(notch_store *store, const notch_transaction *t)
{
  bool untyped = t->type == 0 && t->verdict >= NOTCH_REFUSED_CONFLICT; /* of no known type */
  return untyped || notch_store_name_sort(store, t->type) == NOTCH_NAME_TYPE;
}

bool notch_posting_fits(notch_store *store, const notch_posting *p)
{
  for (uint32_t i = 0; i < p->share_count; i++) {
    if (notch_store_name_sort(store, p->shares[i].rule) != NOTCH_NAME_RULE) {
      return false;
    }
  }
  return notch_store_name_sort(store, p->points) == NOTCH_NAME_POINTS &&
         p->source > NOTCH_ACCOUNT_NONE && p->source < NOTCH_ACCOUNT_COUNT &&
         p->target > NOTCH_ACCOUNT_NONE && p->target < NOTCH_ACCOUNT_COUNT &&
         (p->lot != p->posting || (is_none_or(store, NOTCH_NAME_TERMS, p->terms) &&
                                   is_none_or(store, NOTCH_NAME_PARTNER, p->partner)));
}

/* Seconds that can be told in microseconds. */
static bool is_instant(int64_t seconds)
{
  const int64_t most = INT64_MAX / NOTCH_SECOND_US - 1;
  return seconds == NOTCH_NEVER || (seconds >= -most && seconds <= most);
}

bool notch_move_fits(notch_store *store, const notch_move *move)
{
  return notch_store_name_sort(store, move->ladder) == NOTCH_NAME_LADDER &&
         notch_store_name_sort(store, move->tier) == NOTCH_NAME_TIER &&
         is_instant(move->until_s) && notch_move_words_of(move->cause).word[0] != '\0';
}

static bool subject_fits(notch_store *store, const notch_effect *e)
{
  notch_name_sort sort = notch_subject_sort(e);
  bool none = e->subject == NOTCH_NONE;
  return sort == 0 ? none
                   : (none && sort == NOTCH_NAME_POINTS) || /* a limit may count times */
                         notch_store_name_sort(store, e->subject) == sort;
}

static bool ref_fits(notch_store *store, const notch_transaction *t, const notch_effect *e)
{
  switch (notch_effect_ref_of(e)) {
  case NOTCH_REF_NOTHING: return e->ref == 0;
  case NOTCH_REF_COUNT: return e->ref >= 0;
  case NOTCH_REF_ROW: return e->ref >= 0 && e->ref <= t->event;
  case NOTCH_REF_GRANT: return e->ref >= 0 && e->ref < e->effect;
  case NOTCH_REF_MEMBER:
    return e->ref > 0 && e->ref <= notch_store_member_count(store) &&
           (e->kind != NOTCH_EFFECT_MERGED || e->ref != t->member);
  case NOTCH_REF_POINTS:
  case NOTCH_REF_LIMIT:
    return e->ref > 0 && e->ref < NOTCH_NONE &&
           notch_store_name_sort(store, (uint32_t)e->ref) == notch_ref_sort(e);
  case NOTCH_REF_HELD: return e->ref >= 0 && e->ref <= 2;
  case NOTCH_REF_END: return e->ref >= 1 && e->ref <= 3;
  }
  return false;
}

bool notch_effect_fits(notch_store *store, const notch_transaction *t, const notch_effect *e)
{
  return e->kind > NOTCH_EFFECT_NONE && e->kind < NOTCH_EFFECT_COUNT &&
         e->amount >= -NOTCH_BALANCE_MAX && e->amount <= NOTCH_BALANCE_MAX &&
         is_none_or(store, NOTCH_NAME_RULE, e->rule) && subject_fits(store, e) &&
         ref_fits(store, t, e);
}

bool notch_row_fits(notch_store *store, const notch_transaction *t)
{
  bool fits = notch_type_fits(store, t) && is_instant(t->at_us / NOTCH_SECOND_US) &&
              t->member >= 0 && t->member <= notch_store_member_count(store);
  for (uint32_t i = 0; i < t->posting_count && fits; i++) {
    fits = notch_posting_fits(store, &t->postings[i]);
  }
  for (uint32_t i = 0; i < t->move_count && fits; i++) {
    fits = notch_move_fits(store, &t->moves[i]);
  }
  for (uint32_t i = 0; i < t->effect_count && fits; i++) {
    fits = notch_effect_fits(store, t, &t->effects[i]);
  }
  return fits;
}
