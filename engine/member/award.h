/*
 * member/award.h -- rules to exact amounts to whole shares: conditions, limits, groups, group
 * limits, rounding (language, section 6).  Nothing here changes a state.
 */
#ifndef NOTCH_MEMBER_AWARD_H
#define NOTCH_MEMBER_AWARD_H

#include "member/work.h"

typedef enum notch_ruling_kind {
  NOTCH_RULING_APPLIES = 1,
  NOTCH_RULING_REPLACED, /* an exception took its place */
  NOTCH_RULING_SET_ASIDE /* its group chose another */
} notch_ruling_kind;

/* What became of a rule that applies, or that an exception replaced. */
typedef struct notch_ruling {
  uint32_t rule;
  notch_ruling_kind kind;
  const notch_candidate *candidate; /* whose trigger fired */
  uint32_t replaced_by;             /* rule */
  uint32_t first_award, award_count;
  notch_rational factor; /* of its multiply; 1 where it has none */
  int64_t *figures;      /* by action: how much to deduct, how often to grant; NULL: neither */
} notch_ruling;

typedef struct notch_award {
  uint32_t rule, points;
  uint32_t terms;         /* notch_terms_of(rule, points) */
  uint32_t partner;       /* of the rule */
  uint32_t ruling;        /* index */
  bool multiplies, alone; /* alone: has a rounding of its own and stays out of the kind's sum */
  bool to_other;
  bool taken; /* rounded with the others of its account */
  notch_rational exact;
  notch_rational before; /* multiplies: what it multiplies */
  int64_t posted;
  notch_rational *lines; /* rounded per line: the items' parts; NULL elsewhere */
  uint32_t line_count;
  int64_t to; /* to_other: the member's number; 0: nobody */
} notch_award;

/* An action that earns or multiplies, as far as that follows from its rule.  Part of the plan. */
typedef struct notch_awarding {
  const notch_action *action;
  const notch_procedure *amount;   /* what is earned, or the factor */
  const notch_procedure *receiver; /* NULL: the member */
  const notch_procedure *by_line;  /* an item's part, where lines are rounded one by one; NULL */
  uint32_t lines;                  /* the list field of the event */
  uint32_t model_count;
  const notch_award *models; /* awards of nothing yet; for a factor, one of each kind of points */
} notch_awarding;

typedef struct notch_awards {
  NOTCH_VEC(notch_ruling) rulings;
  NOTCH_VEC(notch_award) awards;
  uint32_t *ruling_of; /* by rule: index + 1, 0: it does not apply */
  bool to_others;      /* some award is for another member */
  bool lowers;         /* some award is below zero */
} notch_awards;

/* How a return wants a rule's amounts: computed afresh, or put in as they were. */
typedef struct notch_override {
  uint32_t rule;
  notch_rational scale; /* of the exact amounts in `base` */
  const notch_awards *base;
} notch_override;

typedef struct notch_award_request {
  const notch_candidate *candidates; /* whose triggers fired, in the order of program->steps */
  uint32_t candidate_count;
  int64_t rules_at_us; /* compared with `effective` */
  const notch_override *overrides;
  uint32_t override_count;
  bool cap; /* apply `capped at` */
} notch_award_request;

notch_awards *notch_award_rules(notch_work *work, const notch_award_request *request);

/* The candidates whose trigger `matches`; those of an event are its variants. */
typedef bool notch_trigger_test(const notch_trigger *trigger, const void *payload);
notch_candidate *notch_candidates(notch_work *work, notch_trigger_test *matches,
                                  const void *payload, uint32_t *count);

/* `ranked`, else by name: the order of rules on earning. */
void notch_sort_candidates(const notch_program *program, notch_candidate *list, uint32_t count);

/* group.c */
void notch_group_choose(notch_work *work, notch_awards *awards, uint32_t group);
void notch_group_limit(notch_work *work, notch_awards *awards, uint32_t group);
/* rounding.c */
/* `per rule` and `per line`: rounded before anything else uses it. */
void notch_round_award(notch_work *work, notch_award *award);
void notch_round_awards(notch_work *work, notch_awards *awards, bool cap);
/* Whom an award is for, other than the member of the event; NULL: nobody. */
const notch_state *notch_receiver_of(notch_work *work, const notch_award *award);
/* `capped at` once more, for another member who is settled by now. */
void notch_cap_for(notch_work *work, notch_awards *awards, const notch_state *receiver);
/* The order that settles ties: `ranked` in a common group, else code-point order of names. */
bool notch_rule_before(const notch_program *program, uint32_t left, uint32_t right);
static inline bool notch_is_alone(const notch_rule *rule)
{
  return rule->rounding.written;
}
static inline const notch_rounding *notch_rounding_of(const notch_program *program, uint32_t rule,
                                                      uint32_t points)
{
  const notch_rule *by = &program->rules[rule];
  return notch_is_alone(by) ? &by->rounding : &program->points[points].rounding;
}

/* Of the lot that an award opens: the rule's own, else those of its points. */
static inline uint32_t notch_terms_of(const notch_program *program, const notch_rule *rule,
                                      uint32_t points)
{
  return rule->terms != NOTCH_NONE ? rule->terms : program->points[points].terms;
}

/* An award of nothing yet. */
static inline notch_award notch_award_of(const notch_program *program, uint32_t rule,
                                         uint32_t points)
{
  const notch_rule *by = &program->rules[rule];
  return (notch_award){.rule = rule,
                       .points = points,
                       .terms = notch_terms_of(program, by, points),
                       .partner = by->partner,
                       .alone = notch_is_alone(by),
                       .exact = NOTCH_INTEGER(0),
                       .before = NOTCH_INTEGER(0)};
}

/* Points of one kind for one member. */
static inline bool notch_same_account(const notch_award *left, const notch_award *right)
{
  return left->points == right->points && left->to_other == right->to_other &&
         left->to == right->to;
}

/* NULL: it did not apply. */
static inline notch_ruling *notch_ruling_of(const notch_awards *awards, uint32_t rule)
{
  uint32_t index = awards->ruling_of[rule];
  return index == 0 ? NULL : &awards->rulings.items[index - 1];
}
/* Refuses the event where the result does not fit. */
_Noreturn void notch_refuse_inexact(notch_work *work);
#define EXACT(name)                                                                                \
  static inline notch_rational notch_exact_##name(notch_work *work, notch_rational left,           \
                                                  notch_rational right)                            \
  {                                                                                                \
    notch_rational out;                                                                            \
    if (!notch_rational_##name(&out, left, right)) {                                               \
      notch_refuse_inexact(work);                                                                  \
    }                                                                                              \
    return out;                                                                                    \
  }
EXACT(add)
EXACT(sub)
EXACT(mul)
EXACT(times)
EXACT(div)
#undef EXACT

#endif
