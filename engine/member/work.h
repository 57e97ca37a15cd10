/*
 * member/work.h -- one decision under way: working copies, the transaction being built, and the
 * ways out.  Private to engine/member.
 *
 * decide works on copies of the states it was given and changes them only through the fold
 * primitives (post.h), so what it sees is what a later fold of its rows will give.  A refusal
 * leaves through notch_refuse(), which never returns; nothing is owned on the way.
 */
#ifndef NOTCH_MEMBER_WORK_H
#define NOTCH_MEMBER_WORK_H

#include "base/hash.h"
#include "member/member.h"

#define NOTCH_FEW 4u /* postings, or transactions: most have no more, and have room at once */

typedef struct notch_open { /* a transaction being built */
  notch_transaction row;
  notch_state *state; /* whose it is */
  uint32_t runs;      /* how often rules applied in it */
  bool of_original;   /* of a return: what has been written so far counts at that one's time */
  NOTCH_VEC(notch_posting) postings;
  NOTCH_VEC(notch_move) moves;
  NOTCH_VEC(notch_effect) effects;
} notch_open;

typedef struct notch_moment { /* the time things are seen at */
  int64_t now_us;
  int32_t today;
  bool ends; /* what ends at this instant is still there: reviews come before expiry */
} notch_moment;

typedef struct notch_copy { /* a working copy of somebody's state */
  int64_t member;
  notch_state *state; /* `own`, or the state that the case spares */
  notch_state own;
} notch_copy;

struct notch_awards;
struct notch_left;

typedef struct notch_shared_figure { /* read from outside the member */
  notch_text what;
  notch_rational figure;
} notch_shared_figure;

typedef struct notch_claimed { /* to be taken from the receiver of a returned transfer */
  const notch_state *from;
  const notch_transaction *side; /* that opened his lots */
  const notch_original *original;
  uint32_t points;
  int64_t amount;
} notch_claimed;

typedef struct notch_given_back { /* to a lot of another member, by a return */
  const notch_state *to;
  uint32_t points;
  int64_t lot, amount;
} notch_given_back;

typedef struct notch_pool_spent { /* taken from another member's open lot */
  const notch_state *owner;
  notch_lot lot;
  int64_t amount;
} notch_pool_spent;

typedef struct notch_work {
  notch_decider *decider;
  const notch_case *in;
  const notch_plan *plan;
  const notch_program *program;
  notch_arena *run;
  notch_verdict verdict;
  notch_text detail;
  notch_trace *trace;

  notch_state *state;            /* the member being worked on */
  int64_t booked_us, settled_us; /* of the case's member, before anything was done */
  NOTCH_VEC(notch_open *) transactions;
  notch_open *open;
  notch_host const *host;
  int64_t next_posting, next_effect;

  /* What expressions read: */
  notch_moment moment;
  const notch_value *fields;
  const notch_event *event;      /* for messages, draws and keys; NULL for what fell due */
  const notch_state *seen;       /* the state facts are read from: `state`, or the member of then */
  notch_state *then;             /* of a late event: his state then, growing with it; NULL */
  const notch_state *uses;       /* whose limits count: `state`, or of then for a return */
  int64_t named_before;          /* names are whose they were before this row */
  const notch_state *house_uses; /* NULL: the programme's own working copy */
  notch_value order;
  const notch_moment *returned_on; /* room of limits: when the return came; NULL: none */
  const int64_t *earned_now;       /* by points kind: earned() without a window; NULL: nothing */
  uint32_t rule;                   /* being evaluated, for messages; NOTCH_NONE */
  bool shaped;                     /* nobody traces or counts the steps of what is at hand */
  struct notch_awards *given_away; /* of a scheduled rule: for other members */
  NOTCH_VEC(notch_posting) queued; /* lots on their way to `queued_for` */
  const notch_state *queued_for;
  NOTCH_VEC(notch_original *) returned; /* by a return without `of`, newest first */
  NOTCH_VEC(uint32_t) transfer_rules;   /* that let the transfer through */
  const notch_state *merged;            /* the old account, to be emptied */
  const notch_original *taken_of;       /* returned, of which others are still to give back; NULL */
  const struct notch_awards *left_of_it;
  const struct notch_left *left; /* of `taken_of` */
  NOTCH_VEC(notch_claimed) claimed;
  NOTCH_VEC(notch_given_back) given_back;
  NOTCH_VEC(notch_shared_figure) shared; /* since the open transaction began */
  NOTCH_VEC(notch_pool_spent) pool_spends;
  NOTCH_VEC(notch_waiting_grant) granted; /* by a restock */
  int64_t *inflow; /* by points kind: what became available here; NULL: nobody asks */
} notch_work;

/* What follows from a day alone, or from it and a tier, is worked out once for all events of it. */
typedef struct notch_of_day {
  uint32_t subject; /* a window, NOTCH_OF_TERMS and terms, or NOTCH_OF_ROOT and a root */
  uint32_t tier;    /* 0 where none counts */
  int32_t day;
  bool known;
  int64_t from, to; /* of a root: n and d of its value */
} notch_of_day;
#define NOTCH_OF_TERMS 0x80000000u
#define NOTCH_OF_ROOT 0xC0000000u
#define NOTCH_OF_DAY_COUNT 64u

/* What a decision was left for, before its end: values of setjmp. */
enum { NOTCH_OUT_OF_MEMORY = 1, NOTCH_OUT_REFUSED = 2 };

struct notch_decider {
  const notch_memory *memory;
  notch_arena run;
  jmp_buf out; /* for whoever escapes without a reason of his own, memory has run out */
  notch_work work;
  notch_open *few[NOTCH_FEW]; /* the first transactions of the work */
  notch_outcome outcome;
  notch_vm *vm;
  const notch_plan *vm_plan; /* of the machine and of what is known of days */
  bool traced;               /* the machine tells of each value */
  notch_of_day of_days[NOTCH_OF_DAY_COUNT];
  notch_day_stretch stretch; /* that was looked at last */
  uint64_t steps_max;
  notch_hasher *hasher; /* NULL until some limit has a key */
  notch_copy **copies;
  uint32_t copy_count, copy_capacity;
  uint32_t copies_used; /* by the decision under way: the first so many */
};

/* Ends the decision: the event is refused as `verdict` with this sentence. */
_Noreturn void notch_refuse(notch_work *work, notch_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The state of who had the account of that name (notch_host); NULL: nobody. */
const notch_state *notch_work_named(notch_work *work, notch_text id, bool create);

/* Working copies: the same pointer for the same member throughout one decision. */
notch_state *notch_work_copy(notch_work *work, const notch_state *of);
/* A second copy under a key of its own (the member of then). */
notch_state *notch_work_copy_as(notch_work *work, const notch_state *of, int64_t key);
#define NOTCH_KEY_OF_THEN (-1)
#define NOTCH_KEY_OF_ORIGINAL (-2)
/* The programme's own, but for what may be as long as the list of members and is looked up in the
 * case's: who is in which band and in which pool. */
notch_state *notch_work_house(notch_work *work);

/* Opens a transaction for `state` and makes it the current one. */
notch_open *notch_work_begin(notch_work *work, notch_state *state, notch_origin origin,
                             uint32_t type, int64_t at_us, int32_t offset_min);
/* Takes the newest transaction back if nothing happened in it; true: it stays. */
bool notch_work_end(notch_work *work);

/* What follows goes by this plan, on a machine of its own. */
void notch_work_change_machine(notch_work *work);
static inline void notch_work_use_plan(notch_work *work, const notch_plan *plan)
{
  const notch_decider *decider = work->decider;
  bool traced = work->trace != NULL;
  work->plan = plan;
  work->program = plan->program;
  if (decider->vm_plan != plan || decider->traced != traced) {
    notch_work_change_machine(work);
  }
  work->shaped = !traced && (decider->steps_max == 0 || decider->steps_max >= NOTCH_SHAPED_STEPS);
}

notch_value notch_work_run(notch_work *work, const notch_procedure *procedure,
                           const notch_value *item);
static inline notch_value notch_work_compute(notch_work *work, const notch_procedure *procedure,
                                             const notch_value *item)
{
  notch_value value;
  bool at_hand = work->shaped && notch_code_at_hand(procedure, work->fields, &value);
  return at_hand ? value : notch_work_run(work, procedure, item);
}
static inline notch_value notch_work_eval(notch_work *work, uint32_t root)
{
  return notch_work_compute(work, &work->plan->code->procedures[root], NULL);
}
/* NULL holds. */
static inline bool notch_work_meets(notch_work *work, const notch_procedure *condition)
{
  notch_value value;
  if (condition == NULL) {
    return true;
  }
  if (condition->shape == NOTCH_SHAPE_COMPARE && work->shaped && /* most conditions are one */
      notch_code_compare(condition, work->fields[condition->field], &value)) {
    return value.n != 0;
  }
  return notch_work_compute(work, condition, NULL).n != 0;
}
static inline bool notch_work_holds(notch_work *work, uint32_t root) /* NOTCH_NONE holds */
{
  return notch_work_meets(work, notch_code_procedure(work->plan->code, root));
}
/* The place of what follows from a day and a tier; the caller looks whether it is known and fills
 * it in. */
static inline notch_of_day *notch_work_of_tier(notch_work *work, uint32_t subject, int32_t day,
                                               uint32_t tier)
{
  uint32_t at = (subject ^ subject >> 30 << 4 ^ tier << 3) % NOTCH_OF_DAY_COUNT;
  notch_of_day *place = &work->decider->of_days[at];
  if (place->subject != subject || place->day != day || place->tier != tier) {
    *place = (notch_of_day){.subject = subject, .day = day, .tier = tier};
  }
  return place;
}
static inline notch_of_day *notch_work_of_day(notch_work *work, uint32_t subject, int32_t day)
{
  return notch_work_of_tier(work, subject, day, 0);
}

/* The same, for folding: no refusal possible there, so failures become false. */
notch_eval notch_work_try(notch_work *work, uint32_t root, const notch_value *item,
                          notch_value *out);

__attribute__((cold)) void notch_work_record(notch_work *work, notch_trace_kind kind,
                                             uint32_t subject, uint32_t other, bool flag,
                                             const notch_expr *expr, notch_value value,
                                             int64_t amount);
static inline void notch_work_trace(notch_work *work, notch_trace_kind kind, uint32_t subject,
                                    uint32_t other, bool flag, const notch_expr *expr,
                                    notch_value value, int64_t amount)
{
  if (work->trace != NULL) { /* only `explain` asks for one */
    notch_work_record(work, kind, subject, other, flag, expr, value, amount);
  }
}

/* Whether the present event runs a rule, and which variant of it, for the keys of its limits; 0
 * where it runs none. */
bool notch_work_runs(const notch_work *work, uint32_t rule, uint32_t *variant);

/* The local day of a moment; nearly always that of the moment before. */
static inline int32_t notch_work_day(const notch_work *work, int64_t at_us)
{
  notch_day_stretch *known = &work->decider->stretch;
  if (at_us < known->from_us || at_us >= known->until_us) {
    *known = notch_zone_stretch(&work->program->zone, at_us);
  }
  return known->day;
}
/* At a midnight where something ends, today is still the day that ends. */
static inline void notch_work_see_day(notch_work *work, int64_t now_us, int32_t today)
{
  work->moment = (notch_moment){.now_us = now_us, .today = today};
}
static inline void notch_work_see(notch_work *work, int64_t now_us)
{
  notch_work_see_day(work, now_us, notch_work_day(work, now_us));
}
#define NOTCH_US(seconds) ((seconds)*NOTCH_SECOND_US)

/* facts.c */
notch_text notch_work_member_id(notch_work *work);
notch_eval notch_facts_read(void *payload, notch_fact fact, uint32_t a, uint32_t b, notch_value arg,
                            notch_value *out);

#endif
