/*
 * syntax/tree.h -- what the parser makes of a script: one generic node, its kinds in ast.def.
 *
 * The tree lives in the `parse` arena and is never changed once parsing is over (but see USE in
 * ast.def, which the loader completes).  ast.def says for each kind what `text` and `detail`
 * mean and which children there are, in order; an optional child always has a kind of its own,
 * so notch_tree_find() tells whether it is there (except a plain last child "may be absent").
 */
#ifndef NOTCH_SYNTAX_TREE_H
#define NOTCH_SYNTAX_TREE_H

#include "base/calendar.h"
#include "base/memory.h"
#include "syntax/source.h"

typedef enum notch_tree_kind {
#define AST(kind, name, meaning) NOTCH_AST_##kind,
#include "syntax/ast.def"
#undef AST
  NOTCH_AST_COUNT
} notch_tree_kind;

/* The values of `detail`, a closed set per kind; ast.def says which one a kind uses. */

typedef enum notch_ast_compare { /* COMPARE, CELL_COMPARE */
  NOTCH_COMPARE_EQ = 0,
  NOTCH_COMPARE_NE = 1,
  NOTCH_COMPARE_LT = 2,
  NOTCH_COMPARE_GT = 3,
  NOTCH_COMPARE_LE = 4,
  NOTCH_COMPARE_GE = 5
} notch_ast_compare;

typedef enum notch_ast_arith { /* ARITH */
  NOTCH_ARITH_ADD = 0,
  NOTCH_ARITH_SUB = 1,
  NOTCH_ARITH_MUL = 2,
  NOTCH_ARITH_DIV = 3
} notch_ast_arith;

typedef enum notch_ast_aggregate { /* AGGREGATE, MEASURE_OF */
  NOTCH_AGGREGATE_SUM = 0,
  NOTCH_AGGREGATE_COUNT = 1,
  NOTCH_AGGREGATE_DISTINCT = 2,
  NOTCH_AGGREGATE_LARGEST = 3,
  NOTCH_AGGREGATE_SMALLEST = 4,
  NOTCH_AGGREGATE_ANY = 5 /* AGGREGATE only */
} notch_ast_aggregate;

typedef enum notch_ast_root { /* PATH */
  NOTCH_ROOT_NAME = 0,   /* a.b.c */
  NOTCH_ROOT_MEMBER = 1, /* member, member.a.b */
  NOTCH_ROOT_EVENT = 2,  /* event.a.b */
  NOTCH_ROOT_TIER = 3    /* the word tier alone */
} notch_ast_root;

typedef enum notch_ast_rounding { /* ROUNDED; CALL (NONE: no mode written) */
  NOTCH_AST_ROUND_NONE = 0,
  NOTCH_AST_ROUND_DOWN = 1, /* notch_rounding_mode + 1 */
  NOTCH_AST_ROUND_UP = 2,
  NOTCH_AST_ROUND_HALF_UP = 3,
  NOTCH_AST_ROUND_HALF_EVEN = 4
} notch_ast_rounding;

typedef enum notch_ast_scope { /* ROUNDED_SCOPE */
  NOTCH_ROUND_PER_LINE = 0,
  NOTCH_ROUND_PER_RULE = 1,
  NOTCH_ROUND_PER_EVENT = 2
} notch_ast_scope;

typedef enum notch_ast_take { /* POINTS_TAKE */
  NOTCH_TAKE_SOONEST = 0,
  NOTCH_TAKE_OLDEST = 1,
  NOTCH_TAKE_NEWEST = 2
} notch_ast_take;

typedef enum notch_ast_shortfall { /* POINTS_SHORTFALL */
  NOTCH_SHORTFALL_NEGATIVE = 0,
  NOTCH_SHORTFALL_RECOVER = 1,
  NOTCH_SHORTFALL_FORGIVE = 2
} notch_ast_shortfall;

typedef enum notch_ast_pay { /* LADDER_PAY, LADDER_PAY_ALL */
  NOTCH_PAY_ON_REACH = 0,
  NOTCH_PAY_ON_KEEP = 1,
  NOTCH_PAY_AT_REVIEW = 2 /* LADDER_PAY only */
} notch_ast_pay;

typedef enum notch_ast_promote { /* LADDER_PROMOTE */
  NOTCH_PROMOTE_AT_ONCE = 0,
  NOTCH_PROMOTE_AT_REVIEW = 1,
  NOTCH_PROMOTE_STEP_BY_STEP = 2
} notch_ast_promote;

typedef enum notch_ast_demote { /* LADDER_DEMOTE */
  NOTCH_DEMOTE_TO_EARNED = 0,
  NOTCH_DEMOTE_ONE_STEP = 1,
  NOTCH_DEMOTE_NEVER = 2
} notch_ast_demote;

typedef enum notch_ast_combine { /* GROUP_COMBINE */
  NOTCH_COMBINE_ADDING = 0,
  NOTCH_COMBINE_MULTIPLYING = 1,
  NOTCH_COMBINE_BEST = 2,
  NOTCH_COMBINE_FIRST = 3,
  NOTCH_COMBINE_EXCLUSIVE = 4
} notch_ast_combine;

typedef enum notch_ast_gives { /* TABLE */
  NOTCH_GIVES_FIRST = 0,
  NOTCH_GIVES_EXCLUSIVE = 1,
  NOTCH_GIVES_BEST = 2
} notch_ast_gives;

typedef enum notch_ast_on_return { /* ON_RETURN */
  NOTCH_ON_RETURN_RECOMPUTE = 0,
  NOTCH_ON_RETURN_PROPORTIONAL = 1,
  NOTCH_ON_RETURN_KEEP = 2
} notch_ast_on_return;

typedef enum notch_ast_over { /* LIMIT */
  NOTCH_OVER_DEFAULT = 0, /* not written: clamped */
  NOTCH_OVER_CLAMPED = 1,
  NOTCH_OVER_REFUSED = 2
} notch_ast_over;

typedef enum notch_ast_band { /* COHORT_BAND */
  NOTCH_BAND_TOP = 0,
  NOTCH_BAND_NEXT = 1,
  NOTCH_BAND_REST = 2
} notch_ast_band;

typedef enum notch_ast_settles { /* PARTNER_SETTLES */
  NOTCH_SETTLES_DEFAULT = 0, /* not written: earned */
  NOTCH_SETTLES_EARNED = 1,
  NOTCH_SETTLES_SPENT = 2
} notch_ast_settles;

typedef enum notch_ast_retire { /* RETIRE */
  NOTCH_RETIRE_EXPIRE = 0,
  NOTCH_RETIRE_KEEP = 1,
  NOTCH_RETIRE_BECOMES = 2
} notch_ast_retire;

typedef enum notch_ast_parameter { /* MODULE_NEEDS_KIND */
  NOTCH_PARAMETER_EVENT = 0,
  NOTCH_PARAMETER_MEASURE = 1,
  NOTCH_PARAMETER_RULE = 2,
  NOTCH_PARAMETER_GROUP = 3,
  NOTCH_PARAMETER_LADDER = 4,
  NOTCH_PARAMETER_REWARD = 5,
  NOTCH_PARAMETER_PARTNER = 6,
  NOTCH_PARAMETER_TIER = 7
} notch_ast_parameter;

typedef enum notch_ast_state { /* EXPECT_HAS */
  NOTCH_STATE_AVAILABLE = 0, /* no word written */
  NOTCH_STATE_PENDING = 1,
  NOTCH_STATE_HOLD = 2,
  NOTCH_STATE_DEBT = 3
} notch_ast_state;

#define NOTCH_USE_NOT_LOADED (-1) /* USE: the module could not be loaded */

#define NOTCH_TREE_HEIGHT_MAX 1000

typedef struct notch_tree_node {
  notch_tree_kind kind;
  uint16_t source; /* id in the notch_sources of the run */
  uint16_t height; /* levels below: at most NOTCH_TREE_HEIGHT_MAX, so that walks may recurse */
  bool broken;     /* a syntax error was reported inside */
  notch_span span;
  uint32_t count;  /* children */
  int64_t detail;
  notch_text text; /* names in NFC; literals as written; strings decoded */
  notch_text doc;  /* declarations and fields: the `##` lines above, joined by newlines */
  struct notch_tree_node *first, *next; /* first child, next sibling */
  struct notch_tree_node *last;         /* the parser's: where children are added */
} notch_tree_node;

/* The i-th child (from 0), or NULL. */
const notch_tree_node *notch_tree_child(const notch_tree_node *node, uint32_t index);
/* The first child of that kind, or NULL. */
const notch_tree_node *notch_tree_find(const notch_tree_node *node, notch_tree_kind kind);
/* The next sibling after `node` of the same kind, or NULL. */
const notch_tree_node *notch_tree_find_next(const notch_tree_node *node);
/* The decoded TITLE of a declaration, or an empty text. */
notch_text notch_tree_title(const notch_tree_node *declaration);

const char *notch_tree_kind_name(notch_tree_kind kind);
/* The word of what nodes of the kind declare; NULL: they declare nothing. */
const char *notch_tree_declares(notch_tree_kind kind);

/* One node a line, indented by depth: name, text, detail, line:column. */
void notch_tree_print(notch_buffer *to, const notch_tree_node *root, const notch_source *source);

#endif
