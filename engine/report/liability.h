/*
 * report/liability.h -- points outstanding and what they mean in money (docs/ledger.md, 4).
 *
 * Rows go in, in ledger order; cohorts come out: month of issue x points kind x partner.
 */
#ifndef NOTCH_REPORT_LIABILITY_H
#define NOTCH_REPORT_LIABILITY_H

#include "report/report.h"

#define NOTCH_AGE_COUNT 5u /* under 3, 6, 12, 24 months, and older */

typedef struct notch_cohort_of_lots {
  int32_t month; /* year * 12 + month - 1, of the local day the points were earned */
  uint32_t kind; /* of liability->kinds */
  notch_text partner; /* empty: none */
  /* Smallest units.  issued is net of what was taken back and moved elsewhere. */
  __int128 issued, redeemed, expired, outstanding;
  __int128 ages[NOTCH_AGE_COUNT]; /* of what is outstanding */
  notch_worths allocated;         /* worth of what is issued, at the worth of then */
  notch_text currency;            /* empty: the kind has no worth */
  uint8_t currency_decimals;
  bool mixed; /* worth in more than one currency: money is not added up */
  /* By notch_liability_settle(): */
  __int128 expected; /* E: points ever to be redeemed */
  __int128 value, revenue, liability; /* minor units: A, recognised to date, A less that */
} notch_cohort_of_lots;

typedef struct notch_settlement_line { /* what a partner pays for points earned or spent */
  notch_text partner, currency;
  uint32_t kind;
  uint8_t currency_decimals;
  bool on_spent;
  __int128 points;
  notch_worths money;
} notch_settlement_line;

typedef struct notch_lot_of_cohort {
  uint32_t cohort; /* index + 1; 0: not seen */
  int64_t left;    /* available, pending or held */
  int64_t earned_us, expires_s;
  notch_rational worth; /* den 0: none */
} notch_lot_of_cohort;

typedef struct notch_moving_lot { /* of the event at hand: into transit, or out of it */
  int64_t cause, lot;
  bool arrives;
} notch_moving_lot;

typedef struct notch_in_transit { /* what left a lot, or came in one, in the event at hand */
  int64_t lot, amount;            /* lot 0: nothing was left, it is owed */
  uint32_t kind;
  bool arrives, again; /* again: in a lot that was there before */
} notch_in_transit;

typedef struct notch_rows_of { /* from this row on, to where the next begins */
  int64_t event;
  const notch_program *program; /* of the version that decided them */
} notch_rows_of;

typedef struct notch_liability {
  notch_arena *arena;
  const notch_program *program; /* the newest version: zone, titles */
  notch_kinds kinds;
  NOTCH_VEC(notch_cohort_of_lots) cohorts;
  NOTCH_VEC(notch_settlement_line) settlements;
  notch_lot_of_cohort *lots; /* by posting number */
  int64_t lot_capacity;
  NOTCH_VEC(notch_moving_lot) moving;
  NOTCH_VEC(notch_in_transit) transit;
  __int128 under_way; /* of all kinds together: what left less what came */
  NOTCH_VEC(notch_rows_of) decided;
  int64_t at_us;
  notch_rational given; /* --redeemed as a fraction; den 0: from history */
  notch_rational *history; /* by kind, the share redeemed of cohorts that are over; den 0: none */
} notch_liability;

void notch_liability_begin(notch_liability *liability, const notch_program *newest,
                           int64_t at_us, notch_arena *arena);
void notch_liability_add(notch_liability *liability, const notch_deed *deed);
/* Ages, expectations and money; cohorts are sorted by kind, month and partner. */
void notch_liability_settle(notch_liability *liability);
void notch_liability_text(const notch_liability *liability, notch_out *out);
void notch_liability_json(const notch_liability *liability, notch_out *out);

/* Revenue to date: floor((allocated + rest) * redeemed / expected), at most allocated; rest is
 * less than 1. */
__int128 notch_liability_revenue(__int128 allocated, notch_rational rest, __int128 redeemed,
                                 __int128 expected);

#endif
