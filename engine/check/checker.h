/*
 * check/checker.h -- what the files of this folder share while a programme is being checked.
 *
 * Nothing here outlives notch_check(): what must, is in the notch_program.  The entities are
 * collected first (declare.c), so their arrays have their final size before any is filled in.
 */
#ifndef NOTCH_CHECK_CHECKER_H
#define NOTCH_CHECK_CHECKER_H

#include "check/check.h"
#include "check/print.h"
#include "syntax/diag.h"

/* KIND, "how a message calls one" */
#define NOTCH_SYMBOLS(SYMBOL)           \
  SYMBOL(CURRENCY, "a currency")        \
  SYMBOL(POINTS, "a points kind")       \
  SYMBOL(RECORD, "a record")            \
  SYMBOL(EVENT, "an event")             \
  SYMBOL(MEASURE, "a measure")          \
  SYMBOL(LADDER, "a ladder")            \
  SYMBOL(TIER, "a tier")                \
  SYMBOL(RULE, "a rule")                \
  SYMBOL(GROUP, "a group")              \
  SYMBOL(TABLE, "a table")              \
  SYMBOL(DEFINE, "a definition")        \
  SYMBOL(SEGMENT, "a segment")          \
  SYMBOL(REWARD, "a reward")            \
  SYMBOL(PAYMENT, "a payment")          \
  SYMBOL(PARTNER, "a partner")          \
  SYMBOL(POOL, "a pool")                \
  SYMBOL(COHORT, "a cohort")            \
  SYMBOL(VALUE, "a parameter")          \
  SYMBOL(INSTANCE, "a module in use")   \
  SYMBOL(RETIRE, "a retirement")        \
  SYMBOL(TEST, "a test")                \
  SYMBOL(PROPERTY, "a property")        \
  SYMBOL(MEMBER, "the member's fields") \
  SYMBOL(BROKEN, "a broken name")

typedef enum notch_symbol_kind {
#define SYMBOL(kind, words) NOTCH_SYMBOL_##kind,
  NOTCH_SYMBOLS(SYMBOL)
#undef SYMBOL
  NOTCH_SYMBOL_COUNT
} notch_symbol_kind;

struct notch_names;

typedef struct notch_symbol {
  notch_symbol_kind kind;
  bool used;
  bool busy;         /* its definition is being checked: meeting it again is a cycle */
  bool done;         /* of what is checked when first needed */
  uint32_t index;    /* of the entity; a tier: its ladder; a value: none */
  uint32_t rank;     /* of a tier */
  notch_text name;   /* as declared, without a prefix */
  const notch_tree_node *node;
  struct notch_names *names;  /* where it was declared */
  struct notch_names *inside; /* an instance's own names */
  const notch_expr *value;    /* a parameter's constant */
} notch_symbol;

typedef struct notch_names { /* one script, or one use of a module */
  struct notch_names *outer;
  notch_text prefix;         /* "" or "birthday." */
  const notch_tree_node *file;
  const notch_tree_node *use; /* NULL: the script itself */
  uint32_t capacity, count;  /* open addressing, a power of two */
  struct notch_name_slot {
    notch_text name;
    notch_symbol *symbol;
  } *slots;
} notch_names;

typedef struct notch_item { /* a declaration, in the order met */
  const notch_tree_node *node;
  notch_names *names;
  notch_symbol *symbol;
} notch_item;

typedef NOTCH_VEC(notch_item) notch_items;

typedef struct notch_known { /* what a condition that holds here has proved; immutable lists */
  const struct notch_known *next;
  enum { NOTCH_KNOWN_PRESENT, NOTCH_KNOWN_RANGE, NOTCH_KNOWN_ORDER } kind;
  const notch_expr *leaf;  /* PRESENT, RANGE: a leaf or a shared expression */
  const notch_expr *lower; /* ORDER: leaf >= lower */
  notch_range range;
} notch_known;

typedef struct notch_let { /* a rule's own name */
  struct notch_let *next;
  const notch_tree_node *node;
  notch_expr *made;               /* as checked last ... */
  const notch_known *made_knowing; /* ... and under which facts */
  bool used, busy;
} notch_let;

typedef struct notch_draw_place { /* draws are numbered by where they are written */
  struct notch_draw_place *next;
  const notch_tree_node *node;
} notch_draw_place;

typedef struct notch_env { /* where an expression stands; copied and changed on the way down */
  notch_names *names;
  notch_place place;
  uint32_t event, record, rule; /* NOTCH_NONE: none */
  notch_let *lets;
  const notch_known *known;
  notch_draw_place **draws; /* NULL: draw() may not be written, because: */
  const char *no_draws;
  const char *only_input;  /* not NULL: what it is that may read only events and member fields */
  bool earned_now;         /* earned(star) without a window */
  bool tier_only;          /* `while`: tier and member fields only */
  bool constant;           /* only what is known before any event */
  unsigned depth;
} notch_env;

typedef struct notch_checker {
  const notch_parsed *parsed;
  notch_diags *diag;
  notch_arena *arena; /* program */
  notch_arena *scratch; /* the checker's own: names, facts; dies with it */
  notch_program *program;
  notch_names *root;
  notch_names *builtins;   /* the built-in events: outside the root, so other things may have
                              their names */
  notch_items items[NOTCH_SYMBOL_COUNT]; /* RULE: all rules, and so on */
  notch_items instances;                 /* uses, outer ones first */
  const notch_tree_node *program_node;
  NOTCH_VEC(notch_choice_set) choices;
  NOTCH_VEC(notch_terms) terms;
  NOTCH_VEC(notch_window) windows;
  NOTCH_VEC(notch_limit) limits;
  NOTCH_VEC(notch_root) roots;
  struct notch_call_ranges { /* what the calls of a table pass, a column each */
    uint32_t calls;
    bool whole;
    notch_range *columns;
  } *table_calls;
  notch_names *tiers;      /* tier names of the whole programme */
  bool ladder_broken;      /* a ladder has syntax errors: which there are is not known */
  unsigned module_depth;
  unsigned nested; /* segments, measures and tables that are being checked inside one another */
  uint32_t mark;           /* of the last walk over an expression */
  uint32_t nodes_total, nodes_of_root, fact_steps; /* shared definitions must not blow up */
  bool too_large;
  struct notch_solver_state *solver_states; /* to be used again, see solve.c */
  notch_buffer text; /* where texts are put together; freed with the checker */
} notch_checker;

/* Reports at a node: CHECK_REPORT(c, node, UNKNOWN_NAME, ...). */
#define CHECK_REPORT(c, where, code, ...) \
  notch_diag_report((c)->diag, NOTCH_DIAG_##code, notch_check_source((c), (where)), \
                    (where)->span, ##__VA_ARGS__)
const notch_source *notch_check_source(const notch_checker *c, const notch_tree_node *node);
void notch_check_fix(notch_checker *c, const notch_tree_node *node, notch_text replacement,
                     const char *label);
notch_text notch_check_join(notch_checker *c, notch_text left, notch_text right);

/* Room for one more after `count` items, in amortised constant time: the array to use. */
void *notch_check_grow(notch_checker *c, void *items, uint32_t count, size_t size);

/* scope.c */
notch_names *notch_names_new(notch_checker *c, notch_names *outer, notch_text prefix);
notch_symbol *notch_names_get(const notch_names *names, notch_text name); /* this level only */
notch_symbol *notch_names_find(const notch_names *names, notch_text name); /* and outer ones */
/* False, and reported with both places, when the name is taken. */
bool notch_names_add(notch_checker *c, notch_names *names, notch_text name, notch_symbol *symbol,
                     const notch_tree_node *node);
/* A dotted REF, or PATH of root NAME; reports what is missing.  NULL then. */
notch_symbol *notch_scope_resolve(notch_checker *c, notch_names *names, const notch_tree_node *ref);
/* Of that kind, else reported.  `node->text` is the name, or node is a REF. */
notch_symbol *notch_scope_need(notch_checker *c, notch_names *names, const notch_tree_node *node,
                               notch_symbol_kind kind);
const char *notch_symbol_words(notch_symbol_kind kind);
/* What Notch calls a thing that others name so; empty: nothing. */
notch_text notch_names_known_as(notch_text name);
/* The declared name nearest to `name` (up to two changes), or an empty text. */
notch_text notch_names_nearest(const notch_names *names, notch_text name);
typedef struct notch_nearest { notch_text wanted, best; unsigned distance; } notch_nearest;
void notch_nearest_try(notch_nearest *nearest, notch_text candidate);
/* "; did you mean ...", or nothing. */
notch_text notch_check_meant(notch_checker *c, notch_text nearest);
void notch_check_unknown(notch_checker *c, const notch_tree_node *node, notch_text name,
                         notch_text nearest);
notch_symbol *notch_scope_event(notch_checker *c, notch_names *names, const notch_tree_node *node);
uint32_t notch_scope_field(const notch_field *fields, uint32_t count, notch_text name);
/* The date of `each member.DATE`; NOTCH_NONE: when the member joined.  False when reported. */
bool notch_scope_member_date(notch_checker *c, const notch_tree_node *path, uint32_t *field);
uint32_t notch_scope_choice(const notch_choice_set *set, notch_text word);
notch_decl notch_decl_of(notch_checker *c, const notch_item *item);

/* suggest.c */
/* Money stands where points are needed: the rate that was meant. */
void notch_suggest_rate(notch_checker *c, const notch_tree_node *node, const notch_expr *money,
                        notch_type points);
/* The points that a clause begins with may be below zero. */
void notch_suggest_not_negative(notch_checker *c, const notch_tree_node *clause,
                                const notch_expr *points);

/* `node` compares, or asks for, what `items.category` names: true, and said, where that is a list.
 * The same of the PATH alone. */
bool notch_suggest_any(notch_checker *c, const notch_env *env, const notch_tree_node *node);
bool notch_suggest_of_lines(notch_checker *c, const notch_env *env, const notch_tree_node *path);
/* `channel = app or store`: true, and said, where values of the left side follow `or`. */
bool notch_suggest_one_of(notch_checker *c, const notch_env *env, const notch_tree_node *node);

/* The phases, in the order check.c calls them. */
void notch_declare_program(notch_checker *c);
void notch_declare_names(notch_checker *c);
void notch_module_collect(notch_checker *c, const notch_tree_node *use, notch_names *outer);
void notch_declare_file(notch_checker *c, const notch_tree_node *file, notch_names *names);
void notch_points_units(notch_checker *c);
void notch_module_bind(notch_checker *c);
void notch_shape_check(notch_checker *c);
void notch_shape_builtin(notch_checker *c);
void notch_table_check(notch_checker *c);
void notch_measure_check(notch_checker *c);
void notch_measure_uses(notch_checker *c); /* once every root is there */
void notch_points_check(notch_checker *c);
void notch_ladder_check(notch_checker *c);
void notch_segment_check(notch_checker *c);
void notch_partner_check(notch_checker *c);
void notch_pool_check(notch_checker *c);
void notch_cohort_check(notch_checker *c);
void notch_cohort_rank(notch_checker *c);
void notch_group_check(notch_checker *c);
void notch_rule_check(notch_checker *c);
void notch_order_rank(notch_checker *c);
void notch_order_check(notch_checker *c);
void notch_group_settle(notch_checker *c);
void notch_shop_check(notch_checker *c);
void notch_retire_check(notch_checker *c);
void notch_test_check(notch_checker *c);
void notch_property_check(notch_checker *c);
void notch_analysis_check(notch_checker *c);

/* types.c */
notch_type notch_type_make(notch_type_kind kind, uint32_t of);
bool notch_type_same(notch_type left, notch_type right); /* `optional` aside; ERROR agrees */
bool notch_type_is_rational(notch_type type);
bool notch_type_is_ordered(notch_type type);
notch_text notch_type_describe(const notch_checker *c, notch_type type); /* "money in CNY" */
notch_text notch_type_example(const notch_checker *c, notch_type type);  /* "1.00 CNY" */
int64_t notch_type_scale(const notch_checker *c, notch_type type); /* smallest units a unit */
unsigned notch_type_decimals(const notch_checker *c, notch_type type);
uint32_t notch_choice_make(notch_checker *c, const notch_tree_node *one_of);
/* What a TYPE_* node says; ERROR when reported.  `field` takes what only fields have. */
notch_type notch_type_read(notch_checker *c, notch_names *names, const notch_tree_node *node,
                           notch_field *field);
/* As a script would write it; print.h has what dumps show. */
void notch_value_spell(const notch_checker *c, notch_buffer *to, notch_type type,
                       notch_value value);
notch_text notch_value_words(const notch_checker *c, notch_type type, notch_value value);

/* literal.c */
bool notch_literal_duration(notch_checker *c, const notch_tree_node *node, notch_duration *out);
bool notch_literal_count(notch_checker *c, const notch_tree_node *node, notch_text text,
                         int64_t low, int64_t high, int64_t *out);
/* A QUANTITY in whole smallest units of money or points; *unit gets the type. */
bool notch_literal_amount(notch_checker *c, notch_names *names, const notch_tree_node *node,
                          notch_type *unit, int64_t *out);
bool notch_literal_points(notch_checker *c, notch_names *names, const notch_tree_node *node,
                          uint32_t *points, int64_t *out);
bool notch_literal_money(notch_checker *c, notch_names *names, const notch_tree_node *node,
                         uint32_t *currency, int64_t *out);
bool notch_literal_quantity(notch_checker *c, notch_names *names, const notch_tree_node *node,
                            notch_type *unit, notch_rational *out);
bool notch_literal_date(notch_checker *c, const notch_tree_node *node, int32_t *out);
/* A DATE (midnight) or MOMENT, local. */
bool notch_literal_instant(notch_checker *c, const notch_tree_node *node, int64_t *out_us);
bool notch_literal_day_of_year(notch_checker *c, const notch_tree_node *node, uint8_t *month,
                               uint8_t *day);
void notch_literal_effective(notch_checker *c, const notch_tree_node *node, int64_t *from_us,
                             int64_t *to_us);
bool notch_unit_is_exact(notch_unit unit); /* seconds, minutes, hours */

/* range.c */
notch_range notch_range_all(void);
notch_range notch_range_at_least(int64_t low);
notch_range notch_range_of(notch_rational low, notch_rational high);
notch_range notch_range_flag(int low, int high);
bool notch_range_bounded(notch_range range);
bool notch_range_not_negative(notch_range range);
bool notch_range_has_zero(notch_range range);
bool notch_range_empty(notch_range range);
notch_range notch_range_meet(notch_range left, notch_range right);
notch_range notch_range_hull(notch_range left, notch_range right);
notch_range notch_range_add(notch_range left, notch_range right);
notch_range notch_range_sub(notch_range left, notch_range right);
/* *overflows: both were bounded and an end of the result does not fit. */
notch_range notch_range_mul(notch_range left, notch_range right, bool *overflows);
notch_range notch_range_div(notch_range left, notch_range right, bool *overflows);
notch_range notch_range_round(notch_range range, int64_t scale, notch_rounding_mode mode);
notch_range notch_range_compare(notch_expr_op op, notch_range left, notch_range right);

/* presence.c */
bool notch_known_present(const notch_env *env, const notch_expr *expr);
const notch_known *notch_known_when(notch_checker *c, const notch_expr *condition, bool truth,
                                    const notch_known *rest);
notch_range notch_known_range(const notch_env *env, const notch_expr *expr);
bool notch_known_order(const notch_env *env, const notch_expr *high, const notch_expr *low);
bool notch_expr_equal(const notch_expr *left, const notch_expr *right);
notch_expr_op notch_expr_negated(notch_expr_op op); /* of a comparison: holds where it does not */

/* expr*.c */
notch_env notch_env_make(notch_names *names, notch_place place, uint32_t event);
notch_expr *notch_expr_new(notch_checker *c, notch_expr_op op, notch_type type,
                           const notch_tree_node *node, uint32_t arg_count);
notch_expr *notch_expr_leaf(notch_checker *c, const notch_env *env, notch_expr_op op,
                            notch_type type, const notch_tree_node *node, uint32_t a, uint32_t b,
                            uint32_t window, notch_range range);
notch_expr *notch_expr_error(notch_checker *c, const notch_tree_node *node);
notch_expr *notch_expr_flag_error(notch_checker *c, const notch_tree_node *node);
notch_expr *notch_expr_const(notch_checker *c, notch_type type, const notch_tree_node *node,
                             notch_value value);
notch_expr *notch_expr_rational(notch_checker *c, notch_type type, const notch_tree_node *node,
                                notch_rational value);
/* As written; may be optional.  `hint`: whose values a bare name is looked up among first. */
notch_expr *notch_expr_check(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint);
/* The same, and it must be present. */
notch_expr *notch_expr_value(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint);
notch_expr *notch_expr_condition(notch_checker *c, const notch_env *env,
                                 const notch_tree_node *node);
notch_expr *notch_expr_constant(notch_checker *c, notch_names *names, const notch_tree_node *node,
                                notch_type want, bool known_want);
/* Present, else reported. */
notch_expr *notch_expr_need(notch_checker *c, const notch_env *env, notch_expr *expr,
                            const notch_tree_node *node);
/* Of that type, else reported with a fix; the expression in any case. */
notch_expr *notch_expr_want(notch_checker *c, notch_expr *expr, notch_type want,
                            const notch_tree_node *node, const char *what);
notch_expr *notch_expr_literal(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                               const notch_type *hint);
notch_expr *notch_expr_path(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                            const notch_type *hint);
/* The value of that name which a `one of`, a ladder or a cohort has; NULL: none. */
notch_expr *notch_expr_named(notch_checker *c, const notch_tree_node *node, notch_text name,
                             const notch_type *hint);
bool notch_expr_resolves(const notch_checker *c, const notch_env *env, notch_text name);
notch_expr *notch_expr_arith(notch_checker *c, const notch_env *env, const notch_tree_node *node,
                             const notch_type *hint);
notch_expr *notch_expr_negate(notch_checker *c, const notch_env *env, const notch_tree_node *node);
notch_expr *notch_expr_rate(notch_checker *c, const notch_env *env, const notch_tree_node *node);
notch_expr *notch_expr_compare(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node);
notch_expr *notch_expr_in_set(notch_checker *c, const notch_env *env, const notch_tree_node *node);
notch_expr *notch_expr_in_range(notch_checker *c, const notch_env *env,
                                const notch_tree_node *node);
notch_expr *notch_expr_contains(notch_checker *c, const notch_env *env,
                                const notch_tree_node *node);
notch_expr *notch_expr_call(notch_checker *c, const notch_env *env, const notch_tree_node *node);
notch_expr *notch_expr_aggregate(notch_checker *c, const notch_env *env,
                                 const notch_tree_node *node);
notch_expr *notch_expr_part_of(notch_checker *c, const notch_env *env,
                               const notch_tree_node *node);
notch_expr *notch_expr_combine(notch_checker *c, notch_expr_op op, notch_type type,
                               const notch_tree_node *node, notch_expr *left, notch_expr *right);
notch_expr *notch_expr_align(notch_checker *c, notch_expr *expr, notch_type other);
/* Visits each node once, shared ones too. */
/* False: a visit said stop. */
bool notch_expr_visit(notch_checker *c, const notch_expr *expr,
                      bool (*visit)(void *payload, const notch_expr *expr), void *payload);

/* expr_window.c: the window of a measure or earned(); NOTCH_NONE when none is written. */
uint32_t notch_window_read(notch_checker *c, const notch_env *env, const notch_tree_node *parent);
uint32_t notch_window_ever(notch_checker *c);

uint32_t notch_root_add(notch_checker *c, const notch_expr *expr, notch_place place,
                        uint32_t event, uint32_t rule);
uint32_t notch_root_in(notch_checker *c, const notch_env *env, const notch_expr *expr);

/* terms and limits, shared by points, rules and rewards */
bool notch_terms_read(notch_checker *c, notch_names *names, const notch_tree_node *declaration,
                      notch_terms *terms); /* true: something was written */
uint32_t notch_terms_add(notch_checker *c, const notch_terms *terms);
typedef struct notch_limits_of { /* whose limits are read */
  notch_names *names;
  notch_text owner;
  const notch_env *envs; /* one a variant */
  uint32_t env_count;
} notch_limits_of;
void notch_limit_read(notch_checker *c, const notch_limits_of *of,
                      const notch_tree_node *declaration, uint32_t *count, uint32_t **limits);
void notch_rounding_read(notch_checker *c, const notch_tree_node *declaration,
                         notch_rounding *rounding);
/* Reports clauses of a kind that may stand only once; returns the first. */
const notch_tree_node *notch_check_once(notch_checker *c, const notch_tree_node *declaration,
                                        notch_tree_kind kind, const char *words);
const notch_expr *notch_segment_expr(notch_checker *c, uint32_t segment);
#define NOTCH_CHECK_NESTED_MAX 100
/* Checks it now if it was not yet; the entity, or NULL where its own definition needs it. */
const notch_measure *notch_measure_need(notch_checker *c, uint32_t measure);
const notch_table *notch_table_need(notch_checker *c, uint32_t table);
/* line.c: the award of one item, where `award` is linear in one sum over a list; else false. */
bool notch_rule_line(notch_checker *c, const notch_expr *award, notch_expr **line,
                     uint32_t *list_field);
/* test_json.c: the event of a test step as a till would send it, into c->text. */
typedef struct notch_scene {
  notch_names *names;
  const notch_tree_node *step; /* its BIND and BIND_TIER children are what `with` says */
  notch_text member;
  uint32_t event;
  bool has_at;
  int64_t at_us;
  notch_text returned;      /* return of NAME; else empty */
  uint32_t returned_event;  /* what that was; NOTCH_NONE: not known */
} notch_scene;
notch_text notch_test_json(notch_checker *c, const notch_scene *scene);
/* trigger.c: what a TRIGGER_* says; false when reported. */
bool notch_trigger_read(notch_checker *c, const notch_item *rule, const notch_tree_node *node,
                        notch_trigger *trigger);

#endif
