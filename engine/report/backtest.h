/*
 * report/backtest.h -- two runs over the same events side by side: what was recorded, and what
 * other rules make of it.
 *
 * Both sides are rows and states given one after the other; events before `from` count for the
 * states only, so that members come into the period with their history.
 */
#ifndef NOTCH_REPORT_BACKTEST_H
#define NOTCH_REPORT_BACKTEST_H

#include "member/member.h"
#include "report/report.h"

typedef enum notch_side { NOTCH_RECORDED = 0, NOTCH_RECOMPUTED = 1, NOTCH_SIDES = 2 } notch_side;

typedef struct notch_flows { /* of one points kind, smallest units */
  __int128 issued; /* net of what was taken back */
  __int128 spent, expired;
} notch_flows;

typedef struct notch_subject { /* a member, or one of the months */
  int64_t member;
  notch_text id;
  notch_flows *flows[NOTCH_SIDES]; /* by kind */
  uint32_t *tiers[NOTCH_SIDES];    /* by ladder: index of its tiers + 1; 0: none */
} notch_subject;

typedef struct notch_month {
  __int128 *change[NOTCH_SIDES]; /* by kind: of what is outstanding */
} notch_month;

typedef struct notch_compared_kind {
  notch_text name, title;
  uint8_t decimals; /* of the finer side: every figure is in its smallest units */
  bool on[NOTCH_SIDES], has_worth[NOTCH_SIDES];
  notch_rational worth[NOTCH_SIDES]; /* of one such unit */
  notch_text currency[NOTCH_SIDES];
  uint8_t currency_decimals[NOTCH_SIDES];
  /* By notch_backtest_end(): */
  notch_flows flows[NOTCH_SIDES];
  __int128 outstanding[NOTCH_SIDES]; /* at the end */
  __int128 cost[NOTCH_SIDES];        /* of what was issued, minor units */
  uint32_t *gains, *losses;          /* members, largest change of `issued` first */
  uint32_t gain_count, loss_count;
} notch_compared_kind;

/* Both sides have the points, so that a change of them means something. */
static inline bool notch_is_comparable(const notch_compared_kind *kind)
{
  return kind->on[NOTCH_RECORDED] && kind->on[NOTCH_RECOMPUTED];
}

typedef struct notch_compared_tier {
  notch_text name, title;
} notch_compared_tier;

typedef struct notch_compared_ladder {
  notch_text name, title;
  notch_compared_tier *tiers[NOTCH_SIDES];
  uint32_t tier_count[NOTCH_SIDES];
  uint64_t *migration; /* [(from tier + 1) * (to count + 1) + to tier + 1]; 0: none */
} notch_compared_ladder;

typedef struct notch_backtest {
  notch_arena *arena;
  const notch_program *programs[NOTCH_SIDES]; /* newest recorded version, other rules */
  int64_t from_us, to_us; /* INT64_MIN: from the first event */
  uint32_t kind_count, ladder_count;
  notch_compared_kind *kinds;
  notch_compared_ladder *ladders;
  NOTCH_VEC(notch_subject) members;
  uint32_t *by_number; /* of the recorded ledger: index + 1 */
  int64_t number_capacity;
  notch_month *months;
  int32_t first_month;
  uint32_t month_count;
  uint64_t changed, erased, refused_now, taken_now; /* events that fared otherwise */
  uint64_t events;
} notch_backtest;

#define NOTCH_EXTREMES 8u

void notch_backtest_begin(notch_backtest *backtest, const notch_program *recorded,
                          const notch_program *other, int64_t from_us, int64_t to_us,
                          notch_arena *arena);
/* A member by the number in the recorded ledger; the id is kept. */
uint32_t notch_backtest_member(notch_backtest *backtest, int64_t number, notch_text id);
void notch_backtest_add(notch_backtest *backtest, notch_side side, uint32_t member,
                        const notch_deed *deed);
/* The tiers of a member at the end; program: whose indexes the state has. */
void notch_backtest_stand(notch_backtest *backtest, notch_side side, uint32_t member,
                          const notch_program *program, const notch_state *state);
void notch_backtest_end(notch_backtest *backtest);

/* Recomputed less recorded, issued points; what both kinds of rules count in the same units. */
__int128 notch_backtest_change(const notch_backtest *backtest, uint32_t member, uint32_t kind);

void notch_backtest_text(const notch_backtest *backtest, notch_out *out);
void notch_backtest_json(const notch_backtest *backtest, notch_out *out);
void notch_backtest_html(const notch_backtest *backtest, notch_out *out);

/* The pictures (backtest_svg.c). */
void notch_svg_flows(const notch_backtest *backtest, uint32_t ladder, notch_out *out);
void notch_svg_outstanding(const notch_backtest *backtest, uint32_t kind, notch_out *out);
void notch_svg_changes(const notch_backtest *backtest, uint32_t kind, notch_out *out);
void notch_html_text(notch_out *out, notch_text text); /* escaped */

#endif
