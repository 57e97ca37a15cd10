/*
 * audit/derivation.h -- an explanation as a tree, which is printed for people or as JSON.
 *
 * A node has a line for people, fields for programs, and children; children of one list name
 * that follow each other are one JSON array.
 */
#ifndef NOTCH_AUDIT_DERIVATION_H
#define NOTCH_AUDIT_DERIVATION_H

#include "audit/words.h"
#include "base/json.h"
#include "member/trace.h"

typedef struct notch_node_field {
  const char *key;
  notch_text json; /* a JSON value */
  struct notch_node_field *next;
} notch_node_field;

typedef struct notch_node {
  const char *list; /* of its parent; NULL: for people only */
  notch_text line;  /* empty: for programs only */
  notch_node_field *first_field, *last_field;
  struct notch_node *first, *last, *next;
} notch_node;

typedef struct notch_derivation {
  notch_arena *run; /* armed */
  notch_buffer *scratch;
  notch_wording words;
  int64_t member; /* whose row is derived; what is asked of others says of whom */
  notch_text (*name)(void *payload, int64_t member); /* an id, or words for nobody */
  void *payload;
  bool erased_side; /* somebody whom the row reached is not known any more */
} notch_derivation;

/* A child; parent NULL: a root. */
notch_node *notch_node_add(notch_derivation *d, notch_node *parent, const char *list);
/* The line for people: what the scratch buffer holds, which is then empty. */
void notch_node_line(notch_derivation *d, notch_node *node);
void notch_node_say(notch_derivation *d, notch_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void notch_node_text(notch_derivation *d, notch_node *node, const char *key, notch_text value);
void notch_node_integer(notch_derivation *d, notch_node *node, const char *key, int64_t value);
void notch_node_bool(notch_derivation *d, notch_node *node, const char *key, bool value);
/* The scratch buffer as a text value, which is returned; it is then empty. */
notch_text notch_node_scratch(notch_derivation *d, notch_node *node, const char *key);

void notch_node_print(notch_buffer *to, const notch_node *root);
void notch_node_json(notch_buffer *to, const notch_node *root);

/* Rules, groups, rounding and tiers of one decision, as children of `parent`. */
void notch_derive_trace(notch_derivation *d, notch_node *parent, const notch_trace *trace);
/* The bands of a row that ranked a cohort; nothing of any other.  An empty trace: no figures. */
void notch_derive_ranking(notch_derivation *d, notch_node *parent, const notch_transaction *row,
                          const notch_trace *trace);
/* Postings, moves and other effects of a row with indexes of the programme. */
void notch_derive_row(notch_derivation *d, notch_node *parent, const notch_transaction *row);
/* One line and its fields for a posting, without where it is listed. */
void notch_derive_posting(notch_derivation *d, notch_node *node, const notch_posting *posting);

#endif
