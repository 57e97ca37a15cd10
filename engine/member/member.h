/*
 * member/member.h -- the two pure functions that settle what happens to a member.
 *
 *   decide (programme, states of the members concerned, figures of the programme, event)
 *     -> outcome
 *   fold   (programme, state, event, transaction) -> state
 *
 * Applying, replaying, explaining, previewing, backtesting and returns call these two; nothing
 * else computes a point.  Neither reads a clock, a file or the ledger: what decide has to look up
 * (another member, an event that is returned, the lot of a spent point) it asks of its host,
 * which answers with recorded facts.
 */
#ifndef NOTCH_MEMBER_MEMBER_H
#define NOTCH_MEMBER_MEMBER_H

#include "event/event.h"
#include "member/state.h"
#include "member/trace.h"
#include "vm/vm.h"

/* What falls due by time.  Such a transaction has type NOTCH_DUE_FIRST + notch_due; the type of
 * one that was sent, or of another member's side, is an index of program->events. */
typedef enum notch_due {
  NOTCH_DUE_NONE = 0,
#define DUE(number, name, word) NOTCH_DUE_##name = number,
#include "member/due.def"
#undef DUE
  NOTCH_DUE_COUNT
} notch_due;
#define NOTCH_DUE_FIRST 0x10000u
const char *notch_due_word(notch_due due);

/* What a version does with a kind of points or a reward that it no longer declares. */
typedef struct notch_retired {
  bool gone; /* carried over from the version before, to be seen and emptied */
  notch_ast_retire with;
  int64_t at_us;    /* when the version that retired it comes into force */
  uint32_t becomes; /* `to` smallest units of that kind, or rewards, for `from` of this one */
  int64_t to, from;
} notch_retired;

/* What a rule does besides earning and multiplying; most do nothing else. */
#define NOTCH_RULE_REFUSES 1u
#define NOTCH_RULE_DEDUCTS 2u
#define NOTCH_RULE_GRANTS 4u
#define NOTCH_RULE_ACTS 8u          /* effects, promises, closing */
#define NOTCH_RULE_COUNTS_TIMES 16u /* a limit of its own or of its group is in times */
/* What else has to be looked at when it earns: */
#define NOTCH_RULE_LIMITED 32u   /* limits of its own or of its group, a prepaid purse */
#define NOTCH_RULE_ROUNDS 64u    /* not per event: its amounts before anything else uses them */
#define NOTCH_RULE_REPLACES 128u /* it is an exception */

/* A variant of a rule: what is looked at for each event, side by side. */
typedef struct notch_candidate {
  uint32_t rule, variant;
  int64_t from_us, to_us; /* the rule's `effective` */
  const notch_procedure *when; /* NULL: holds */
  uint32_t does;               /* NOTCH_RULE_… */
  uint32_t awarding_count;
  const struct notch_awarding *awardings; /* its actions that earn or multiply (award.h) */
} notch_candidate;

/* A measure that events of one type add to. */
typedef struct notch_counted {
  uint32_t measure;
  uint32_t where, value; /* roots; NOTCH_NONE: of every event, 1 */
  bool by_event;         /* an entry for each event, else one for each day */
  bool by_recorded;      /* at the time when it was recorded */
  const notch_measure *of;
} notch_counted;

/* The limits of a rule: its own, then those of its group. */
typedef struct notch_limits_of {
  const uint32_t *items;
  uint32_t own, count;
} notch_limits_of;

/* A programme made ready to run: code and what is derived from it once.  Shared by threads. */
typedef struct notch_plan {
  const notch_program *program;
  const notch_code *code;
  const uint8_t *rule_does;                /* by rule: NOTCH_RULE_… */
  const notch_limits_of *limits_of;        /* by rule */
  const notch_candidate *const *variants;  /* by rule: all of it */
  const notch_candidate *const *on_events; /* by event type: as many as program->events says */
  bool *earned_used;            /* by points kind: some expression reads earned() with a window */
  const notch_counted *counted; /* of event type T: from counted_from[T] up to that of T + 1 */
  const uint32_t *counted_from;
  const int32_t *remembers; /* by measure: days that some window can reach back; or … */
#define NOTCH_REMEMBERS_ALL INT32_MAX
  const bool *adds_days; /* by measure: a sum of what stands by days, where all does */
  const bool *rising;    /* by ladder: each tier asks for more of one figure than the tier below */
  bool one_lot;          /* whatever rules earn for a member has one kind, terms and partner */
  bool watches_days;     /* floors, lifetimes or segments are looked at each local day */
  bool watches_segments; /* some rule runs on entering or leaving one */
  bool lifetimes;        /* some tier may be reached for life */
  bool has_schedules;    /* some rule fires by time */
  bool earning_rules;    /* some rule runs on earning */
  bool asks_who;         /* some expression reads the member's own id */
  bool derives_expiry;   /* some lots end when the member was idle, or as long as a `while` holds */
  bool notes_terms;      /* events are noted for some terms: idle ones, `while`, `pending until` */
  bool shares_limits;    /* some limit is of all members */
  bool uses_house;       /* some figure belongs to the programme: fold every row for member 0 */
  bool *by_key;          /* by limit: something but the member tells its uses apart */
  bool *keyed;           /* by limit: shared, and its key reads the member: the key is recorded */
  notch_value *no_fields; /* of any event, all missing */
  int64_t *idle_from_us; /* by terms: before this no idle clock of theirs ran; INT64_MIN */
  notch_retired *retired_points, *retired_rewards; /* by kind, by reward */
  bool retires;                                    /* some of them are gone */
  int64_t from_s, until_s; /* what comes round by time falls due under it from, before; in force */
} notch_plan;

const notch_plan *notch_plan_make(const notch_program *program, const notch_code *code,
                                  notch_arena *arena);

/* A later row, of the same or of another member, in which rules on earning did something for what
 * an event had earned: when it matured, or when it was given. */
typedef struct notch_ripened {
  const notch_transaction *transaction; /* with the indexes of the original's version */
  const notch_plan *plan; /* of the version that decided it, which all below goes by */
  const notch_transaction *decided;
  const notch_event *sent;       /* the event that the lots waited for; NULL: no event of his */
  const notch_state *then;       /* its member just before it */
  int64_t holder;                /* who has the account of its member now */
  const notch_state *house_then; /* the programme's own figures then */
} notch_ripened;

/* A lot or a grant that merges moved: the number it was opened with, and a later one. */
typedef struct notch_moved {
  int64_t first, to;
} notch_moved;

/* The event a return lowers, with the member as he was then. */
typedef struct notch_original {
  int64_t event;                        /* its number */
  bool foreign; /* without `of`: another version decided it, whose rules its return goes by */
  const notch_plan *plan;               /* of the version that decided it */
  const notch_event *sent;              /* as it was sent */
  const notch_transaction *transaction; /* its own, postings and all */
  const notch_state *then;        /* the member just before it, what fell due settled; by `plan` */
  const notch_state *house_then;  /* the programme's own figures then; by `plan` */
  const notch_state *uses_then;   /* of a late original: whose limits it had; NULL: `then` */
  const notch_lowering *lowering; /* what this return names */
  const notch_lowering *lowered;  /* what each of the earlier ones named, parallel to `earlier` */
  const notch_transaction *const *earlier; /* earlier returns of it, oldest first */
  uint32_t earlier_count;
  /* Other members' sides of it and of its earlier returns. */
  const notch_transaction *const *sides;
  uint32_t side_count;
  /* Accounts that were merged since: who has its member's, and those of `sides`, now. */
  int64_t holder;
  const int64_t *holders;
  const notch_moved *lots, *grants;
  uint32_t lot_count, grant_count;
  /* Where rules run on earning: later rows in which what it earned let them run, in ledger order;
   * with them or without, every recorded row that took something back of it or of those. */
  const notch_ripened *ripened;
  uint32_t ripened_count;
  const notch_transaction *const *takings;
  uint32_t taking_count;
} notch_original;

/*
 * A return without `of` gives its own row and, for each event it lowers, a row of the same member
 * with NOTCH_ORIGIN_SIDE, the event as `cause`, and what it lowers as `content`: to everybody
 * else such a row is a return of that event.  From the first event on that another version decided
 * these rows are parts, each with a decision of its own.
 *
 * A return is decided by the version that decided its original: host and caller carry states to
 * that plan, so `plan` is also the plan of the decision.
 */
typedef struct notch_host {
  void *payload;
  /* The number of who had the account of that name before the row `before`, merges followed (0:
   * of the account itself); 0: nobody of that name and `create` is false. */
  int64_t (*named)(void *payload, notch_text id, int64_t before, bool create);
  /* The state of a member, under the plan of this decision; while a merge is folded, the old
   * account as it was just before.  Borrowed until the decision ends. */
  const notch_state *(*member_number)(void *payload, int64_t number);
  /* A member's id; empty: erased. */
  notch_text (*member_id)(void *payload, int64_t number);
  /* The posting that opened a lot (for a lot that is no longer in a state), and its row. */
  bool (*opening)(void *payload, int64_t lot, notch_posting *out, int64_t *event);
  /* The member's newest applied event of a type before a row, but for those that are known to be
   * empty, as an original without `lowering` and without anything of then; NULL: none is left. */
  const notch_original *(*latest)(void *payload, uint32_t type, int64_t before);
  /* Nothing is left of it to be returned, and never will be. */
  void (*empty)(void *payload, const notch_original *original);
  /* Fills in what was then.  It lasts until the next call.  False: a failure. */
  bool (*recall)(void *payload, notch_original *original);
  /* The grant that opened a reward lot. */
  bool (*grant)(void *payload, int64_t effect, notch_effect *out);
} notch_host;

typedef struct notch_case { /* what decide is given; borrowed for the call */
  const notch_plan *plan;
  const notch_state *state; /* of the event's member; NULL for an event of the programme */
  notch_state *spare;       /* `state`, if nobody needs it as it is: it is worked on; else NULL */
  const notch_state *house; /* the programme's own figures (member 0) */
  const notch_event *event;
  const notch_original *original; /* a return's; NULL elsewhere, and for one without `of` */
  /* A return without `of`: the kind of event it names and what it lowers in all. */
  uint32_t latest_type;
  const notch_lowering *latest_lowering; /* NULL elsewhere */
  notch_text part; /* the content of its part that lowers `original`; without bytes: it is whole */
  /* A late event: the member as of the event's own time; NULL when it is not late. */
  const notch_state *then;
  int64_t recorded_us;
  int64_t next_event, next_posting, next_effect;
  const notch_host *host;
  const int64_t *earned; /* notch_evaluate: earned() without a window, by points kind; NULL */
  notch_trace *trace;    /* NULL: no derivation wanted */
} notch_case;

typedef struct notch_part { /* of a return without `of` */
  int64_t event;            /* that it lowers */
  notch_text content;       /* by what */
} notch_part;

typedef struct notch_outcome { /* lives in the decider until its next decision */
  notch_verdict verdict;
  notch_text detail;               /* refused: the sentence */
  notch_transaction *transactions; /* in ledger order; the event's own is `own` */
  uint32_t count, own;
  /* The member as folding these rows will leave him, where they touch nobody else: the caller may
   * copy it instead.  NULL: fold them. */
  notch_state *after;
  const notch_part *parts; /* still to be decided, in this order, once these rows are recorded */
  uint32_t part_count;
} notch_outcome;

typedef struct notch_decider notch_decider; /* scratch for decisions; one per thread */

notch_decider *notch_decider_new(const notch_memory *memory);
void notch_decider_free(notch_decider *decider);
void notch_decider_set_limits(notch_decider *decider, size_t memory_max, uint64_t steps_max);

/* NULL: out of memory.  A refused event gives one transaction with its verdict and no figures:
 * what fell due before it is looked at again by the next.  Of a part of a return without `of`,
 * `event` is that return as far as it is one of `original`, by whose version it is decided. */
const notch_outcome *notch_decide(notch_decider *decider, const notch_case *decision);

/* Everything due at or before `to_us` for one member, one transaction an instant: what `advance`
 * records and what reading a balance settles in memory. */
const notch_outcome *notch_settle(notch_decider *decider, const notch_case *decision,
                                  int64_t to_us);

/* Everybody whom a ranking may be of, one after the other. */
typedef struct notch_everybody {
  void *payload;
  const notch_state *(*next)(void *payload); /* borrowed until the next call; NULL: no more */
} notch_everybody;

/* Cohorts: the first ranking after a moment (UTC seconds; NOTCH_NEVER), whether one is ranked at
 * that very instant, and a ranking of all members, each settled up to `at_s`: one transaction of
 * the programme.  Who has no figure (a division by zero) is in `rest`, beside those ranked. */
int64_t notch_next_ranking(const notch_plan *plan, int64_t after_us, uint32_t *cohort);
bool notch_ranks_at(const notch_program *program, uint32_t cohort, int64_t at_s);
static inline bool notch_is_ranked(const notch_state *member)
{
  return member->present && !member->closed;
}
/* What a ranking goes by besides figures: personal values of who is ranked, whom events name. */
#define NOTCH_RANKS_BY_OWN 1u
#define NOTCH_RANKS_BY_NAMED 2u
unsigned notch_ranks_by(const notch_program *program, uint32_t cohort);
const notch_outcome *notch_rank(notch_decider *decider, const notch_case *decision, uint32_t cohort,
                                int64_t at_s, const notch_everybody *all);

/* The next instant (UTC seconds) at which something may fall due, or one before it; NOTCH_NEVER. */
int64_t notch_next_due(const notch_plan *plan, const notch_state *state);

/* Absorbs one recorded transaction of `state`'s member (or of the programme, for member 0).
 * `event` is what was sent (NULL for what fell due); `original` as for decide.  False: out of
 * memory, or an amount that cannot be (a damaged ledger). */
bool notch_fold(notch_decider *decider, const notch_plan *plan, notch_state *state,
                const notch_event *event, const notch_original *original,
                const notch_transaction *transaction, const notch_host *host);

/* A value of one expression as of `now_us`, for `expect that`: NOTCH_EVAL_OK or why not. */
notch_eval notch_evaluate(notch_decider *decider, const notch_case *decision, uint32_t root,
                          int64_t now_us, notch_value *out);

/* Reading a settled state at a moment: amounts by the lots' dates. */
typedef struct notch_points_view {
  int64_t available, pending, held, debt;
} notch_points_view;
void notch_view_points(notch_points_view *view, const notch_plan *plan, const notch_state *state,
                       uint32_t points, int64_t at_us);
/* The dates of a lot as they stand now, derived ones included. */
static inline int64_t notch_lot_matures(const notch_plan *plan, const notch_lot *lot)
{
  /* `pending until` ends with the member's next applied event of that name; fold notes it.  When
   * the version knows no such event any more, there is nothing to wait for. */
  bool waits = lot->matures_s == NOTCH_NEVER;
  return waits && plan->program->terms[lot->terms].pending != NOTCH_PENDING_UNTIL ? INT64_MIN
                                                                                  : lot->matures_s;
}
static inline bool notch_terms_derive(const notch_terms *terms)
{
  return terms->expiry == NOTCH_EXPIRY_INACTIVITY ||
         (terms->expiry == NOTCH_EXPIRY_AFTER_EARNING && terms->expiry_while != NOTCH_NONE);
}
int64_t notch_lot_derived_expiry(const notch_plan *plan, const notch_state *state,
                                 const notch_lot *lot);
static inline int64_t notch_lot_expires(const notch_plan *plan, const notch_state *state,
                                        const notch_lot *lot)
{
  return lot->expires_s != NOTCH_NEVER ? lot->expires_s
                                       : notch_lot_derived_expiry(plan, state, lot);
}

#endif
