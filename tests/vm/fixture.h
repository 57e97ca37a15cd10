/*
 * fixture.h -- a small programme with one event, and its expressions built by hand.
 *
 * purchase has the fields below; an item has sku and category (texts), amount (money) and
 * quantity (number).  Every root is an expression of a purchase.
 */
#ifndef NOTCH_TESTS_VM_FIXTURE_H
#define NOTCH_TESTS_VM_FIXTURE_H

#include "vm/vm.h"

enum { F_AMOUNT, F_CHANNEL, F_ITEMS, F_DAY, F_AT, F_COUNT, F_NOTE, F_VIP, F_TIME, F_FIELDS };
enum { I_SKU, I_CATEGORY, I_AMOUNT, I_QUANTITY, I_FIELDS };

typedef struct fixture_item {
  const char *sku, *category;
  int64_t amount, quantity;
} fixture_item;

typedef struct fixture {
  notch_arena arena;
  notch_program *program;
  notch_root roots[256];
  notch_value fields[F_FIELDS];
  notch_context context;
  const notch_code *code;
  notch_vm *vm;
  /* what the reader answers, and what it was asked last */
  notch_value facts[NOTCH_FACT_COUNT];
  notch_eval refusal;
  notch_fact asked;
  uint32_t asked_a, asked_b;
  unsigned reads;
} fixture;

void fixture_begin(fixture *f);
void fixture_end(fixture *f);
void fixture_items(fixture *f, const fixture_item *items, uint32_t count);
notch_value fixture_text_value(fixture *f, const char *text);
uint32_t fixture_root(fixture *f, const notch_expr *expr); /* its index */
void fixture_compile(fixture *f);                          /* all roots so far */
/* Compiles `expr` alone and evaluates it. */
notch_eval fixture_eval(fixture *f, const notch_expr *expr, notch_value *out);

/* Expressions.  `type` is a notch_type_kind; `of` and the rest are 0. */
notch_expr *x_const(fixture *f, notch_type_kind type, int64_t n);
notch_expr *x_ratio(fixture *f, int64_t n, int64_t d);
notch_expr *x_text(fixture *f, const char *text);
notch_expr *x_field(fixture *f, uint32_t field);
notch_expr *x_item(fixture *f, uint32_t field);
notch_expr *x_leaf(fixture *f, notch_expr_op op, notch_type_kind type, uint32_t a, uint32_t b);
notch_expr *x_one(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a);
notch_expr *x_two(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a,
                  notch_expr *b);
notch_expr *x_three(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *a,
                    notch_expr *b, notch_expr *c);
notch_expr *x_over(fixture *f, notch_expr_op op, notch_type_kind type, notch_expr *value,
                   notch_expr *where);
notch_expr *x_number(fixture *f, int64_t n);

/* The tables of the programme: rate(count) by bands, and best(count, note). */
enum { T_RATE, T_BEST, T_TABLES };

#endif
