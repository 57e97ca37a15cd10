/*
 * member/claims.h -- what a return takes back, row by row and rule by rule, and what earlier
 * returns took.  A row that takes something back is made of sections: each says which row it
 * takes back from, and is held against the time of that row.
 */
#ifndef NOTCH_MEMBER_CLAIMS_H
#define NOTCH_MEMBER_CLAIMS_H

#include "member/award.h"
#include "member/lower.h"

typedef struct notch_section {
  int64_t from;  /* the row whose figures are taken back; the row itself: what it gives anew */
  int64_t at_us; /* its time; of the first section of a return: that of its original */
  bool marked;   /* by an effect; else it is the original's */
  bool begun;    /* false only before the first */
  uint32_t first_posting, posting_end, first_effect, effect_end;
} notch_section;

/* The next section of a row; `section` is zero before the first.  False: there are no more. */
bool notch_section_next(const notch_transaction *row, notch_section *section);

typedef struct notch_claim { /* what one rule gives back of one kind */
  uint32_t rule, points;
  int64_t posted; /* by the row */
  int64_t taken;  /* by earlier returns, net */
  int64_t lot;    /* that it opened; 0: none, it only applies to what is left */
  int64_t amount; /* to take back now, less what is set off; negative: to give back */
  NOTCH_VEC(notch_share) lowered; /* shares below zero that go with its first posting */
} notch_claim;

/* Which rules' shares of a row go by what is computed once more. */
typedef enum notch_claimed_rules {
  NOTCH_CLAIM_OF_EVENT,   /* the original's own: those that it triggers and those on earning */
  NOTCH_CLAIM_OF_OTHER,   /* another member's side: what the event gave him */
  NOTCH_CLAIM_ON_EARNING  /* any other row: those on earning */
} notch_claimed_rules;

typedef struct notch_giver { /* a row that a return takes back from */
  const notch_transaction *row;
  const notch_awards *now; /* what its rules give for what is left */
  notch_claimed_rules rules;
  int64_t at_us;
  bool nothing_left;
  NOTCH_VEC(notch_claim) claims;
} notch_giver;

typedef struct notch_taking { /* one return under way, for one member */
  notch_work *work;
  const notch_original *original;
  const notch_left *left;     /* of it; NULL: as it was sent */
  const notch_giver *section; /* that postings and effects are written for; NULL: none yet */
  NOTCH_VEC(notch_giver *) givers;
} notch_taking;

bool notch_runs_on_earning(const notch_rule *rule);
/* Whether what the rule did in a row it did on earning. */
bool notch_earned_in(const notch_program *program, const notch_transaction *row, uint32_t rule);
/* Whether the rule's share of the row is computed once more. */
bool notch_giver_follows(const notch_taking *taking, const notch_giver *giver, uint32_t rule);

/* Adds a row that gave, and what it claims. */
notch_giver *notch_claim_from(notch_taking *taking, const notch_giver *giver);
/* What a rule has less of, what it no longer lowers included; negative: more. */
int64_t notch_claim_lost(const notch_giver *giver, const notch_claim *claim);
/* Takes and gives back what is claimed of it, in the open transaction. */
void notch_settle_claims(notch_taking *taking, notch_giver *giver);
/* What follows is written for this one. */
void notch_enter_section(notch_taking *taking, const notch_giver *giver);
/* What follows in a return's row is its own, not the original's: rules that it lets run. */
void notch_enter_own_section(notch_work *work);

/* What returns later than `after` took back, this one included, of what opened a lot. */
int64_t notch_gone_of_lot(const notch_taking *taking, int64_t lot, int64_t after);

/* A row that is being made, as far as it is. */
const notch_transaction *notch_row_so_far(notch_open *open);
/* Rows that may have taken something back, by number; NULL: no more. */
const notch_transaction *notch_taking_row(const notch_taking *taking, uint32_t index);

/* Of those rows the sections that take back from one giver, one after another; zero before the
 * first. */
typedef struct notch_taken_before {
  uint32_t rows;
  const notch_transaction *row;
  notch_section section;
} notch_taken_before;
bool notch_taken_next(const notch_taking *taking, const notch_giver *giver,
                      notch_taken_before *at);

#endif
