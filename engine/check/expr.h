/*
 * check/expr.h -- checked expressions: their types, what is proved about them, and the roots.
 */
#ifndef NOTCH_CHECK_EXPR_H
#define NOTCH_CHECK_EXPR_H

#include "base/value.h"
#include "syntax/tree.h"

typedef enum notch_type_kind {
#define TYPE(name, word, of) NOTCH_TYPE_##name,
#include "check/type.def"
#undef TYPE
  NOTCH_TYPE_COUNT
} notch_type_kind;

typedef struct notch_type {
  uint8_t kind; /* notch_type_kind */
  bool optional;
  uint32_t of;
} notch_type;

typedef enum notch_expr_op {
#define EXPR(name, word, meaning) NOTCH_EXPR_##name,
#include "check/expr.def"
#undef EXPR
  NOTCH_EXPR_COUNT
} notch_expr_op;

typedef struct notch_range { /* what is proved about a rational or ordinal value */
  bool has_low, has_high;
  notch_rational low, high;
} notch_range;

typedef struct notch_expr {
  notch_expr_op op;
  notch_type type;
  uint16_t source;
  notch_span span;
  uint32_t a, b, window;
  notch_value value;
  notch_range range;
  bool whole;    /* rational and proved to be a whole number (of smallest units) */
  uint32_t mark; /* the checker's own; means nothing afterwards */
  uint32_t arg_count;
  struct notch_expr **args; /* an arg may be NULL where expr.def says so */
} notch_expr;

/* Where an expression may be evaluated; decides which facts it may read. */
typedef enum notch_place {
  NOTCH_PLACE_EVENT,   /* a rule, measure or table on `event` */
  NOTCH_PLACE_MEMBER,  /* ladders, segments, floors, while, schedules: no event fields */
  NOTCH_PLACE_PAYMENT, /* reads order */
  NOTCH_PLACE_REWARD,
  NOTCH_PLACE_TEST /* expect that; properties */
} notch_place;

typedef struct notch_root {
  const notch_expr *expr;
  notch_place place;
  uint32_t event; /* whose fields FIELD reads; NOTCH_NONE */
  uint32_t rule;  /* for draws and messages; NOTCH_NONE */
} notch_root;

#endif
