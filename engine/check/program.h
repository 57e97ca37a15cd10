/*
 * check/program.h -- the checked programme: names resolved, units agreed, order of rules settled.
 *
 * Immutable once notch_check() returns it; shared between threads.  Everything lives in its
 * arena.  Every expression that is ever evaluated is a root: code/ compiles root i into
 * procedure i, and the entities below name roots by that index (NOTCH_NONE: not written).
 * Amounts: money in minor units, points in smallest units; moments in microseconds UTC.
 */
#ifndef NOTCH_CHECK_PROGRAM_H
#define NOTCH_CHECK_PROGRAM_H

#include "base/calendar.h"
#include "base/hash.h"
#include "base/record.h"
#include "base/value.h"
#include "check/expr.h"
#include "syntax/tree.h"

typedef enum notch_scope {
  NOTCH_PER_EVENT = 0,
  NOTCH_PER_RULE = 1,
  NOTCH_PER_LINE = 2
} notch_scope;

typedef struct notch_rounding {
  bool written;
  notch_rounding_mode mode;
  notch_scope scope;
} notch_rounding;

typedef struct notch_currency {
  notch_text code;
  uint8_t decimals;
} notch_currency;

typedef struct notch_choice_set { /* `one of a, b, c` */
  uint32_t count;
  notch_text *words;
} notch_choice_set;

typedef struct notch_field {
  notch_text name, doc;
  notch_type type;
  bool has_default;
  notch_value default_value;
  notch_range range;  /* checked on input; in the units of values */
  uint8_t decimals;   /* fraction digits a number takes */
  uint32_t items_max; /* lists; 0: none given */
} notch_field;

typedef struct notch_record {
  notch_text name, title;
  uint32_t field_count;
  notch_field *fields;
} notch_record;

typedef struct notch_decl { /* what every named declaration carries */
  notch_text name, title, doc;
  uint16_t source;
  notch_span span; /* of the name */
} notch_decl;

typedef enum notch_builtin_event {
#define BUILTIN(name, word, has_member) NOTCH_EVENT_##name,
#define BUILTIN_FIELD(event, name, word, type, optional)
#include "check/builtin_event.def"
#undef BUILTIN
#undef BUILTIN_FIELD
  NOTCH_EVENT_BUILTIN_COUNT
} notch_builtin_event;

/* Indexes of the fields of built-in events: NOTCH_FIELD_RETURN_OF is 0, ..._EVENT is 1, … */
enum notch_builtin_field {
#define BUILTIN(name, word, has_member) NOTCH_FIELD_START_##name = -1,
#define BUILTIN_FIELD(event, name, word, type, optional) NOTCH_FIELD_##event##_##name,
#include "check/builtin_event.def"
#undef BUILTIN
#undef BUILTIN_FIELD
  NOTCH_FIELD_END = -1
};

typedef enum notch_pending_kind {
  NOTCH_PENDING_NONE,
  NOTCH_PENDING_FOR,
  NOTCH_PENDING_UNTIL
} notch_pending_kind;
typedef enum notch_expiry_kind {
  NOTCH_EXPIRY_NEVER,
  NOTCH_EXPIRY_AFTER_EARNING, /* duration, align */
  NOTCH_EXPIRY_EACH,          /* month, day: the end of that day */
  NOTCH_EXPIRY_ON,            /* day number: the end of that day */
  NOTCH_EXPIRY_INACTIVITY     /* duration, events */
} notch_expiry_kind;

typedef struct notch_terms { /* when an award matures and expires */
  notch_pending_kind pending;
  notch_duration pending_for;
  uint32_t pending_event;
  notch_expiry_kind expiry;
  notch_duration expiry_after;
  bool expiry_aligned;
  notch_unit expiry_align; /* at end of U */
  uint8_t expiry_month, expiry_day;
  int32_t expiry_on;
  uint32_t expiry_event_count;
  uint32_t *expiry_events;
  uint32_t expiry_while; /* root, place MEMBER; NOTCH_NONE */
  notch_text carried_as; /* whose they were in an older version; empty: of this one */
} notch_terms;

/* Closed sets that the tree already names (syntax/tree.h): one list each. */
typedef notch_ast_take notch_lot_order;      /* NOTCH_TAKE_SOONEST ... */
typedef notch_ast_shortfall notch_shortfall; /* NOTCH_SHORTFALL_RECOVER ... */
typedef notch_ast_promote notch_promote;     /* NOTCH_PROMOTE_AT_ONCE, _AT_REVIEW, _STEP */
typedef notch_ast_demote notch_demote;       /* NOTCH_DEMOTE_TO_EARNED, _ONE_STEP, _NEVER */
typedef notch_ast_combine notch_combine;     /* NOTCH_COMBINE_ADDING ... */
typedef notch_ast_gives notch_gives;         /* NOTCH_GIVES_FIRST ... */
typedef notch_ast_state notch_test_state;    /* NOTCH_STATE_AVAILABLE ... */
#define NOTCH_PROMOTE_STEP NOTCH_PROMOTE_STEP_BY_STEP

typedef struct notch_points {
  notch_decl decl;
  uint8_t decimals;
  bool qualifying;
  uint32_t terms; /* the kind's own */
  notch_lot_order order;
  bool has_worth;
  notch_rational worth; /* minor units of money a smallest unit of points */
  uint32_t worth_currency;
  int64_t cap; /* capped at; 0: none */
  notch_shortfall shortfall;
  notch_rounding rounding; /* the kind's own, else the programme's */
} notch_points;

typedef struct notch_variant_ref { /* what one of a rule's triggers runs */
  uint32_t rule, variant;
} notch_variant_ref;

typedef struct notch_event_decl {
  notch_decl decl;
  bool has_member;
  uint32_t field_count;
  notch_field *fields;
  uint32_t follow; /* field that picks the version (`rules follow`); NOTCH_NONE */
  uint32_t first_money, first_number, list_field; /* fields, NOTCH_NONE */
  uint32_t variant_count; /* rules triggered by this event, in the order of program->steps */
  notch_variant_ref *variants;
} notch_event_decl;

/* Windows of measures and of earned(): numbered, shared by uses that are the same. */
typedef enum notch_window_kind {
  NOTCH_WINDOW_EVER,
  NOTCH_WINDOW_LAST, /* over the last D: (today - D, today] in local days, or exact for h/min/s */
  NOTCH_WINDOW_THIS, /* over this U */
  NOTCH_WINDOW_PREVIOUS, /* over last U: the unit before */
  NOTCH_WINDOW_SINCE     /* since PATH: root gives a date or a moment */
} notch_window_kind;

typedef struct notch_window {
  notch_window_kind kind;
  notch_duration last;
  notch_unit unit;
  uint32_t since; /* root, place MEMBER or EVENT */
} notch_window;

typedef enum notch_aggregate {
  NOTCH_AGG_SUM,
  NOTCH_AGG_COUNT,
  NOTCH_AGG_DISTINCT,
  NOTCH_AGG_LARGEST,
  NOTCH_AGG_SMALLEST,
  NOTCH_AGG_STREAK
} notch_aggregate;

typedef struct notch_measure_on {
  uint32_t event;
  uint32_t value; /* root or NOTCH_NONE (count, streak) */
  uint32_t where; /* root or NOTCH_NONE */
} notch_measure_on;

typedef struct notch_measure {
  notch_decl decl;
  notch_aggregate aggregate;
  notch_type type; /* of its value */
  notch_unit streak_by;
  uint32_t on_count;
  notch_measure_on *on;
  int64_t at_most; /* per `at_most_unit`; 0: no such clause */
  notch_unit at_most_unit;
  bool gross, by_recorded;
  bool exact_windows;     /* some use has a window in hours or less, or `since` a moment */
  notch_duration longest; /* the longest `last` window in use; count 0: none */
  bool whole_history;     /* some use looks back without bound other than a plain total */
} notch_measure;

typedef struct notch_pay_use { /* pay 180 xp on reach */
  uint32_t points;
  bool all;
  int64_t amount;
} notch_pay_use;

typedef struct notch_tier {
  notch_decl decl;
  uint32_t reach, keep, lifetime; /* roots */
  uint32_t pay_on_reach_count, pay_on_keep_count;
  notch_pay_use *pay_on_reach, *pay_on_keep;
} notch_tier;

typedef struct notch_floor {
  uint32_t tier, when;
} notch_floor;
typedef struct notch_carry {
  uint32_t points;
  int64_t at_most;
  bool once;
} notch_carry;
typedef struct notch_becomes {
  notch_text old_name;
  uint32_t tier;
} notch_becomes;

typedef enum notch_lasts { NOTCH_LASTS_NOT, NOTCH_LASTS_FOR, NOTCH_LASTS_UNTIL_END } notch_lasts;
typedef enum notch_review {
  NOTCH_REVIEW_END_OF_TERM,
  NOTCH_REVIEW_EACH_DAY_OF_YEAR,
  NOTCH_REVIEW_EACH_UNIT,
  NOTCH_REVIEW_EACH_MEMBER_DATE
} notch_review;

typedef struct notch_ladder {
  notch_decl decl;
  uint32_t tier_count;
  notch_tier *tiers; /* lowest first */
  uint32_t start;
  notch_lasts lasts;
  notch_duration lasts_for; /* for D; or `until end of U plus D` (count 0: no plus) */
  bool lasts_aligned;
  notch_unit lasts_unit; /* at end of U / until end of U */
  notch_promote promote;
  notch_review review;
  uint8_t review_month, review_day;
  notch_unit review_unit;
  uint32_t review_field; /* member field index; NOTCH_NONE: member.joined */
  notch_demote demote;
  notch_duration grace; /* count 0: none */
  bool recheck;         /* on return recheck */
  uint32_t floor_count, carry_count, becomes_count, pay_at_review_count;
  notch_floor *floors;
  notch_carry *carries;
  notch_becomes *becomes;
  notch_pay_use *pay_at_review;
} notch_ladder;

typedef enum notch_trigger_kind {
  NOTCH_ON_EVENT,     /* a: event */
  NOTCH_ON_PROMOTE,   /* a: ladder, b: tier or NOTCH_NONE (any, of every ladder: a NOTCH_NONE) */
  NOTCH_ON_DEMOTE,    /* a: ladder, b: tier left or NOTCH_NONE */
  NOTCH_ON_ENTERING,  /* a: segment */
  NOTCH_ON_LEAVING,   /* a: segment */
  NOTCH_ON_EARNING,   /* a: points kind */
  NOTCH_ON_EACH_UNIT, /* unit; the start of each local unit */
  NOTCH_ON_EACH_DAY,  /* month, day of each year */
  NOTCH_ON_EACH_MEMBER_DATE, /* a: member field (NOTCH_NONE: joined) */
  NOTCH_ON_IDLE              /* duration, a: event: after D without EVENT */
} notch_trigger_kind;

typedef struct notch_trigger {
  notch_trigger_kind kind;
  uint32_t a, b;
  notch_unit unit;
  uint8_t month, day;
  notch_duration after;
} notch_trigger;

typedef enum notch_action_kind {
  NOTCH_DO_EARN,     /* root: points; to: root giving a member, or NOTCH_NONE */
  NOTCH_DO_MULTIPLY, /* rules, root: factor */
  NOTCH_DO_DEDUCT,   /* root: points */
  NOTCH_DO_GRANT,    /* reward, root: times or NOTCH_NONE (1) */
  NOTCH_DO_TAG,
  NOTCH_DO_UNTAG,
  NOTCH_DO_NOTIFY,  /* text */
  NOTCH_DO_PROMOTE, /* ladder, tier, duration */
  NOTCH_DO_REFUSE,
  NOTCH_DO_CLOSE
} notch_action_kind;

typedef struct notch_action { /* the parts that are the same for every trigger */
  notch_action_kind kind;
  uint32_t points;     /* EARN, DEDUCT */
  uint32_t rule_count; /* MULTIPLY */
  uint32_t *rules;
  uint32_t reward;       /* GRANT */
  uint32_t ladder, tier; /* PROMOTE */
  notch_duration duration;
  notch_text text;
} notch_action;

typedef struct notch_variant { /* a rule as checked for one of its triggers */
  notch_trigger trigger;
  uint32_t when;       /* root or NOTCH_NONE */
  uint32_t *amounts;   /* root of each action, parallel to rule->actions; NOTCH_NONE: none */
  uint32_t *receivers; /* root of `to`, parallel to rule->actions; NOTCH_NONE: the member */
  /* Rounding per line: the award is the sum over items of line_amount (place EVENT, run with an
   * item bound by notch_vm_eval_item); NOTCH_NONE elsewhere.  Parallel to rule->actions. */
  uint32_t *line_amounts;
  uint32_t line_field;         /* the list field of the event */
  uint32_t proportional_field; /* of the event: what `on return proportional` scales by */
} notch_variant;

typedef enum notch_key_kind { NOTCH_KEY_MEMBER, NOTCH_KEY_EVENT, NOTCH_KEY_VALUE } notch_key_kind;
typedef enum notch_period_kind {
  NOTCH_PERIOD_EVER,
  NOTCH_PERIOD_CALENDAR,
  NOTCH_PERIOD_ROLLING,
  NOTCH_PERIOD_TOTAL
} notch_period_kind;

typedef struct notch_limit_key {
  notch_key_kind kind;
  uint32_t root_count; /* VALUE: one root for each variant of the owner (parallel), or 1 */
  uint32_t *roots;
} notch_limit_key;

typedef struct notch_limit {
  bool times;      /* counts applications, else points */
  uint32_t points; /* kind, unless times */
  int64_t amount;  /* times, or smallest units */
  uint32_t key_count;
  notch_limit_key *keys;
  bool shared; /* not per member: counted over all members, in the shared state */
  bool per_event;
  notch_period_kind period;
  notch_unit unit;          /* CALENDAR */
  notch_duration rolling;   /* ROLLING */
  int32_t from_day, to_day; /* TOTAL: both included; INT32_MIN / INT32_MAX: open */
  bool refused;             /* else clamped */
  notch_text owner; /* "rule base", "group boosts": for messages and carrying over by name */
  uint16_t source;
  notch_span span; /* of the clause */
} notch_limit;

typedef enum notch_on_return {
  NOTCH_RETURN_RECOMPUTE,
  NOTCH_RETURN_PROPORTIONAL,
  NOTCH_RETURN_KEEP
} notch_on_return;

typedef struct notch_rule {
  notch_decl decl;
  int64_t from_us, to_us; /* effective, half-open; INT64_MIN / INT64_MAX */
  uint32_t group;         /* NOTCH_NONE */
  uint32_t exception_to;  /* rule; NOTCH_NONE */
  uint32_t action_count, variant_count, limit_count;
  notch_action *actions;
  notch_variant *variants;
  uint32_t *limits;        /* indexes of program->limits */
  notch_rounding rounding; /* its own */
  uint32_t terms;          /* override; NOTCH_NONE: the kind's */
  uint32_t partner;
  notch_on_return on_return;
  bool on_return_written;
  notch_text because;
  uint32_t name_rank; /* by code-point order of names, over all rules: ties */
} notch_rule;

typedef struct notch_group {
  notch_decl decl;
  notch_combine combine;
  uint32_t rule_count;
  uint32_t *rules; /* members, in tie order: `ranked` first, then by name */
  bool ranked;
  uint32_t limit_count;
  uint32_t *limits;
} notch_group;

/* The order of evaluation: a rule after everything it multiplies (and their groups) and after
 * the exceptions to it; a group after its rules.  Ties by name. */
typedef struct notch_step {
  bool is_group;
  uint32_t index;
} notch_step;

typedef struct notch_reward {
  notch_decl decl;
  uint32_t costs; /* root, points; NOTCH_NONE: can only be granted */
  uint32_t costs_points;
  int64_t plus_money;
  uint32_t plus_currency; /* plus_money 0: none */
  uint32_t terms;         /* pending of a grant */
  uint32_t when;
  int64_t stock;                      /* -1: unlimited */
  notch_duration valid_for, hold_for; /* count 0: none */
  uint32_t limit_count;
  uint32_t *limits;
  int64_t from_us, to_us;
  uint32_t partner;
  notch_text because;
} notch_reward;

typedef struct notch_payment {
  notch_decl decl;
  int64_t money;
  uint32_t currency; /* `pay money per points` */
  int64_t points_amount;
  uint32_t points;
  int64_t minimum, maximum;             /* points; 0: none */
  int64_t minimum_money, maximum_money; /* where written in money; 0: none */
  bool has_maximum_share;
  notch_rational maximum_share;
  uint32_t maximum_of; /* root: money, place PAYMENT */
  int64_t steps;       /* points; 0: none */
  notch_duration hold_for;
  uint32_t when;
  uint32_t limit_count;
  uint32_t *limits;
  int64_t from_us, to_us;
  notch_on_return on_return;
  notch_text because;
} notch_payment;

typedef struct notch_settlement {
  int64_t money;
  uint32_t currency;
  int64_t points_amount;
  uint32_t points;
  bool on_spent;
} notch_settlement;
typedef struct notch_partner {
  notch_decl decl;
  uint32_t settle_count;
  notch_settlement *settles;
  bool prepaid;
} notch_partner;
typedef struct notch_pool {
  notch_decl decl;
  uint32_t members_max;
  notch_rational share;
  uint32_t points_count;
  uint32_t *points;
  uint32_t when;
} notch_pool;
typedef struct notch_band {
  notch_decl decl;
  bool rest;
  bool next;
  notch_rational share;
} notch_band;
typedef struct notch_cohort {
  notch_decl decl;
  uint32_t rank_by;
  bool each_unit;
  notch_unit unit;
  uint8_t month, day;
  uint32_t band_count;
  notch_band *bands;
} notch_cohort;
typedef struct notch_segment {
  notch_decl decl;
  uint32_t when;
  bool watched; /* some rule has on entering/leaving it */
} notch_segment;

typedef enum notch_cell_kind {
  NOTCH_CELL_ANY,
  NOTCH_CELL_EQ,
  NOTCH_CELL_BETWEEN,
  NOTCH_CELL_LT,
  NOTCH_CELL_LE,
  NOTCH_CELL_GT,
  NOTCH_CELL_GE
} notch_cell_kind;
typedef struct notch_cell {
  notch_cell_kind kind;
  notch_value low, high;
  notch_span span;
} notch_cell; /* constants */
typedef struct notch_table {
  notch_decl decl;
  uint32_t column_count, row_count;
  notch_type *columns, type; /* type: of the result */
  notch_gives gives;
  notch_cell *cells;    /* row_count * column_count */
  notch_expr **results; /* one a row; constants of `type` */
  notch_span *row_spans;
} notch_table;

typedef struct notch_retire {
  notch_decl decl;
  bool is_reward;
  notch_ast_retire with;
  uint32_t becomes;
  int64_t to_amount, from_amount;
} notch_retire;

/* Tests.  A step's event is JSON as a till would send it, made by the checker, so tests go
 * through the same door as everything else. */
typedef enum notch_test_kind {
  NOTCH_TEST_GIVEN, /* event: JSON of the built-in `given`, without id and at */
  NOTCH_TEST_EVENT, /* at_us; event: JSON without id; id: the `as` name or empty */
  NOTCH_TEST_WAIT,  /* at_us */
  NOTCH_TEST_HAS,   /* member, points or reward, amount, state */
  NOTCH_TEST_IS,    /* member, ladder, tier */
  NOTCH_TEST_APPLIED,
  NOTCH_TEST_SKIPPED, /* rule */
  NOTCH_TEST_REFUSED, /* verdict */
  NOTCH_TEST_THAT     /* root, place TEST */
} notch_test_kind;
typedef struct notch_test_step {
  notch_test_kind kind;
  uint16_t source;
  notch_span span;
  int64_t at_us;
  notch_text member, id, event_json;
  uint32_t event;
  uint32_t points, reward; /* HAS: one is NOTCH_NONE */
  int64_t amount;
  notch_test_state state;
  uint32_t ladder, tier, rule, root;
  notch_verdict verdict;
} notch_test_step;
typedef struct notch_test {
  notch_decl decl;
  uint32_t step_count;
  notch_test_step *steps;
} notch_test;
typedef enum notch_truth { NOTCH_TRUTH_OPEN, NOTCH_TRUTH_PROVED, NOTCH_TRUTH_REFUTED } notch_truth;
typedef struct notch_property {
  notch_decl decl;
  notch_span whole; /* from the word `property` on */
  uint32_t event;
  bool never;
  uint32_t root;
  notch_truth truth; /* as far as bounds and conditions decide it; suite/property.c goes on */
  notch_text event_words; /* refuted: "amount 50.01 CNY" */
} notch_property;

typedef struct notch_program {
  notch_arena *arena;
  notch_text name, title;
  notch_text canonical; /* the text that is hashed and stored, modules included */
  notch_digest identity;
  notch_text zone_name;
  notch_zone zone;
  notch_calendar calendar;
  notch_rounding rounding;
  bool late_refused;
  notch_duration late_after;
  bool has_draws;
  notch_digest draws;                  /* SHA-256 the seed must match */
  const struct notch_sources *sources; /* for places in messages */

  uint32_t currency_count, choice_count, record_count, points_count, terms_count, event_count;
  notch_currency *currencies; /* [0]: home */
  notch_choice_set *choices;
  notch_record *records;
  notch_points *points;
  notch_terms *terms;
  notch_event_decl *events; /* built-in ones first, see notch_builtin_event */
  uint32_t member_field_count;
  notch_field *member_fields;

  uint32_t window_count, measure_count, ladder_count, rule_count, group_count, step_count;
  notch_window *windows;
  notch_measure *measures;
  notch_ladder *ladders;
  notch_rule *rules; /* in declaration order */
  notch_group *groups;
  notch_step *steps;
  uint32_t limit_count, reward_count, payment_count, partner_count, pool_count, cohort_count;
  notch_limit *limits;
  notch_reward *rewards;
  notch_payment *payments;
  notch_partner *partners;
  notch_pool *pools;
  notch_cohort *cohorts;
  uint32_t segment_count, table_count, retire_count, test_count, property_count, root_count;
  notch_segment *segments;
  notch_table *tables;
  notch_retire *retires;
  notch_test *tests;
  notch_property *properties;
  notch_root *roots;
} notch_program;

/* Makes uint32_t function(program, name): the index of the declaration of that name in a list of
 * the programme, or NOTCH_NONE. */
#define NOTCH_FIND_NAMED(function, entities, count_of)                                 \
  static uint32_t function(const notch_program *program, notch_text name)              \
  {                                                                                    \
    for (uint32_t i = 0; i < program->count_of; i++) {                                 \
      if (notch_text_equal(program->entities[i].decl.name, name)) {                    \
        return i;                                                                      \
      }                                                                                \
    }                                                                                  \
    return NOTCH_NONE;                                                                 \
  }

#endif
