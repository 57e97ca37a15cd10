/*
 * report/progress.h -- how far a member is from the next tier: the comparisons of its `reach`
 * condition with the values they have now, and what is missing.
 */
#ifndef NOTCH_REPORT_PROGRESS_H
#define NOTCH_REPORT_PROGRESS_H

#include "member/member.h"
#include "report/report.h"

typedef enum notch_need_kind {
  NOTCH_NEED_ALL,   /* every one of its parts */
  NOTCH_NEED_ANY,   /* one of its parts */
  NOTCH_NEED_VALUE, /* `have` compared with `want` */
  NOTCH_NEED_TRUE,  /* some other condition: `what` says which */
  NOTCH_NEED_PAY    /* points that reaching the tier uses up */
} notch_need_kind;

typedef struct notch_need {
  notch_need_kind kind;
  bool met, known;       /* known: it could be worked out */
  notch_text what;       /* as the rules say it: "spend over the last 12 months" */
  notch_expr_op op;      /* VALUE: what `have` has to be: GE, GT, LE, LT, EQ, NE */
  notch_type type;       /* of have and want */
  notch_value have, want;
  NOTCH_VEC(struct notch_need *) parts;
  uint32_t have_root, want_root; /* while it is worked out */
  uint32_t balance_of; /* VALUE: points kind + 1 where `have` is its balance */
} notch_need;

typedef struct notch_progress {
  uint32_t ladder, tier; /* the next tier */
  notch_need *need;
} notch_progress;

/* Where a member stands on a ladder, as every report says it. */
typedef struct notch_footing {
  uint32_t tier;
  int64_t since_us; /* INT64_MIN: has not begun */
  int64_t until_s;  /* NOTCH_NEVER: no end */
} notch_footing;

notch_footing notch_footing_of(const notch_state *state, uint32_t ladder);

/* What the next reachable tier above `now` takes; *out has no `need` where there is none.
 * decision: plan, state, house and host of the member as he stands at `at_us`. */
void notch_progress_make(notch_progress *out, notch_decider *decider, const notch_case *decision,
                         uint32_t ladder, uint32_t now, int64_t at_us, notch_arena *arena);

/* "1,230.00 CNY of 2,000.00 CNY: spend over the last 12 months", a line a part. */
void notch_need_text(const notch_program *program, const notch_need *need, unsigned indent,
                     notch_arena *run, notch_buffer *to);
void notch_need_json(const notch_program *program, const notch_need *need, notch_arena *run,
                     notch_json_writer *json);

#endif
