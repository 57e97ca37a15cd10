/*
 * base/record.h -- what the language side and the ledger share: plain structs, no behaviour.
 *
 * `points`, `rule`, `ladder`, `subject`, `partner` and the like are indexes of the programme that
 * decided the event in engine/member, and numbers of the ledger's name dictionary in
 * engine/ledger; engine/apply/names.c is the one place that maps between them.
 */
#ifndef NOTCH_BASE_RECORD_H
#define NOTCH_BASE_RECORD_H

#include "base/calendar.h"
#include "base/value.h"

#define NOTCH_AMOUNT_MAX INT64_C(1000000000000000)      /* L4: one posting */
#define NOTCH_BALANCE_MAX INT64_C(1000000000000000000)  /* L4: one member's account */
#define NOTCH_NONE UINT32_MAX                           /* no rule, no partner, ... */

typedef enum notch_account {
  NOTCH_ACCOUNT_NONE = 0,
#define ACCOUNT(number, name, word) NOTCH_ACCOUNT_##name = number,
#include "base/account.def"
#undef ACCOUNT
  NOTCH_ACCOUNT_COUNT
} notch_account;

typedef enum notch_verdict { /* what became of an event; stored */
  NOTCH_APPLIED = 0,
  NOTCH_WAITING = 1,
#define REFUSAL(number, name, word) NOTCH_REFUSED_##name = number,
#include "base/refusal.def"
#undef REFUSAL
  NOTCH_VERDICT_COUNT
} notch_verdict;

typedef enum notch_effect_kind {
  NOTCH_EFFECT_NONE = 0,
#define EFFECT(number, name, word, subject, ref, meaning) NOTCH_EFFECT_##name = number,
#include "base/effect.def"
#undef EFFECT
  NOTCH_EFFECT_COUNT
} notch_effect_kind;

typedef enum notch_effect_subject { /* what the `subject` of an effect is an index of */
  NOTCH_SUBJECT_NOTHING = 0,
  NOTCH_SUBJECT_REWARD,
  NOTCH_SUBJECT_SEGMENT,
  NOTCH_SUBJECT_PAYMENT,
  NOTCH_SUBJECT_POOL,
  NOTCH_SUBJECT_COHORT,
  NOTCH_SUBJECT_PARTNER,
  NOTCH_SUBJECT_POINTS,
  NOTCH_SUBJECT_HELD /* of a hold: its `ref` tells whether a payment or a reward */
} notch_effect_subject;

/* What the `ref` of an effect is. */
typedef enum notch_effect_ref {
  NOTCH_REF_NOTHING = 0, /* 0 */
  NOTCH_REF_COUNT,       /* an amount */
  NOTCH_REF_ROW,         /* a transaction up to its own; 0: none */
  NOTCH_REF_GRANT,       /* an effect before it; 0: none */
  NOTCH_REF_MEMBER,
  NOTCH_REF_POINTS,
  NOTCH_REF_LIMIT,
  NOTCH_REF_HELD, /* of a hold: payment or reward + 1, 0: points */
  NOTCH_REF_END   /* of a hold: how it ended */
} notch_effect_ref;

typedef enum notch_origin { /* of one ledger transaction; stored */
  NOTCH_ORIGIN_SENT = 0,
  NOTCH_ORIGIN_DUE = 1,  /* fell due by time; no id */
  NOTCH_ORIGIN_SIDE = 2  /* the other member's side of `cause`; no id */
} notch_origin;

typedef enum notch_move_cause { /* why a tier moved; stored */
#define MOVE(number, name, word, told, noted) NOTCH_MOVE_##name = number,
#include "base/move.def"
#undef MOVE
} notch_move_cause;

typedef struct notch_move_words { /* move.def tells them apart */
  const char *word, *told, *noted;
} notch_move_words;

typedef struct notch_share { /* a rule's part of a posting */
  uint32_t rule;
  int64_t amount;
} notch_share;

typedef struct notch_posting {
  int64_t posting; /* dense from 1 */
  int64_t amount;  /* 1 .. NOTCH_AMOUNT_MAX, smallest units */
  int64_t lot;     /* the posting that opened the lot; itself when it opens one; 0: none (debt) */
  uint32_t points;
  uint8_t source, target;    /* notch_account */
  uint16_t share_count;
  const notch_share *shares; /* sums to amount where any are given */
  /* On a posting that opens a lot: */
  int64_t earned_us;            /* origin of the lot's age; transfers keep it */
  int64_t matures_s, expires_s; /* UTC seconds; INT64_MIN: at once / NOTCH_NEVER; see terms */
  uint32_t terms;               /* index of the terms (pending until, inactivity, while) */
  uint32_t partner;
} notch_posting;

/* 1: takes back what rules or hands gave; -1: gives again what was taken; 0: neither. */
static inline int64_t notch_takes_back(const notch_posting *posting)
{
  return posting->target == NOTCH_ACCOUNT_TAKEN_BACK   ? 1
         : posting->source == NOTCH_ACCOUNT_TAKEN_BACK ? -1
                                                       : 0;
}

/* 1: gives, or gives again; -1: takes that back; 0: a movement that is no award. */
static inline int64_t notch_award_sign(const notch_posting *posting)
{
  return posting->source == NOTCH_ACCOUNT_ISSUED ? 1 : -notch_takes_back(posting);
}

typedef struct notch_move {
  uint32_t ladder;
  uint32_t tier;
  int64_t since_us;
  int64_t until_s; /* NOTCH_NEVER: no term */
  uint8_t cause;   /* notch_move_cause */
} notch_move;

typedef struct notch_effect {
  int64_t effect; /* dense from 1 */
  uint8_t kind;   /* notch_effect_kind */
  uint32_t subject, rule;
  int64_t amount, ref;
  int64_t matures_s, until_s;
  notch_text text;
} notch_effect;

/* One ledger transaction: a row of the journal with all that hangs on it. */
typedef struct notch_transaction {
  int64_t event; /* dense from 1; 0 before it is written */
  notch_origin origin;
  int64_t cause;    /* the event it is the other side of, or that a return lowers; 0 */
  uint32_t type;    /* what happened: event type, or the name of what fell due */
  uint32_t version; /* that decided it, from 1; 0: none (too_late) */
  int64_t member;   /* number, from 1; 0: the programme itself */
  int64_t previous; /* the member's previous row, 0: first */
  notch_text id;    /* empty unless sent */
  int64_t at_us, booked_us, recorded_us;
  int32_t offset_min;
  notch_verdict verdict;
  notch_text content; /* canonical JSON of what was sent; of a refused one, as far as it was read */
  uint32_t shape;     /* not 0: content is apart, the list of its values alone (ledger/store.h) */
  notch_text shared;  /* figures read from outside the member, canonical JSON; empty: none */
  notch_text detail;  /* refused: the sentence */
  bool lowers_only; /* folding the past: a later return, of which only what it lowers counts */
  const notch_posting *postings;
  const notch_move *moves;
  const notch_effect *effects;
  uint32_t posting_count, move_count, effect_count;
} notch_transaction;

const char *notch_verdict_word(notch_verdict verdict); /* "applied", "waiting", "conflict", … */
const char *notch_account_word(notch_account account);
const char *notch_effect_word(notch_effect_kind kind);
/* Of a hold what it holds: never NOTCH_SUBJECT_HELD. */
notch_effect_subject notch_effect_subject_of(const notch_effect *effect);
notch_effect_ref notch_effect_ref_of(const notch_effect *effect);
notch_move_words notch_move_words_of(uint8_t cause); /* empty ones: unknown */
notch_verdict notch_verdict_of_word(notch_text word); /* NOTCH_VERDICT_COUNT: unknown */

#endif
