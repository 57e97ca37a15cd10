/*
 * suite/guess.h -- events that are worth trying: values at the ends of ranges, and on both sides
 * of every constant that the rules compare with.
 *
 * A guess is a list of genes, each with a few candidate values and one of them chosen.
 */
#ifndef NOTCH_SUITE_GUESS_H
#define NOTCH_SUITE_GUESS_H

#include "suite/trial.h"

typedef enum notch_gene_kind {
  NOTCH_GENE_FIELD,  /* index: field of the event */
  NOTCH_GENE_MEMBER, /* index: field of the member */
  NOTCH_GENE_TIER,   /* index: ladder */
  NOTCH_GENE_TAG,    /* text: the tag; a flag */
  NOTCH_GENE_DAY,    /* local day of the event */
  NOTCH_GENE_SECOND  /* of that day */
} notch_gene_kind;

typedef struct notch_gene {
  notch_gene_kind kind;
  uint32_t index;
  notch_type type;
  notch_text name, tag;
  notch_range range;
  notch_rational step; /* between neighbours, of a number or amount; 0: no such thing */
  bool read;           /* some expression reads it */
  uint32_t count, chosen;
  notch_value *values;      /* the first is what is chosen without a reason */
  struct notch_gene *items; /* of a list: the fields of its record */
  uint32_t item_count, items_max;
} notch_gene;

#define NOTCH_GENES_MAX 48

typedef struct notch_guess {
  const notch_program *program;
  notch_arena *arena; /* armed */
  uint32_t type;      /* of the event */
  uint32_t gene_count;
  notch_gene genes[NOTCH_GENES_MAX];
  uint32_t nodes_left; /* expressions still looked into */
  notch_event event, given;
} notch_guess;

/* For a declared event; `root` (or NOTCH_NONE) is looked into as well.  The arena is armed. */
notch_guess *notch_guess_new(const notch_program *program, uint32_t type, uint32_t root,
                             notch_arena *arena);
/* The event as chosen; valid until the next call. */
const notch_event *notch_guess_event(notch_guess *guess);
/* Makes `scene` the member as chosen, before the event.  False: that cannot be. */
bool notch_guess_scene(notch_guess *guess, notch_trial *trial, notch_state *scene);
/* As a test would say it: "given ann with tier gold, at 2026-01-05 12:00 ann purchase with amount
 * 0.01 CNY". */
void notch_guess_words(const notch_guess *guess, notch_buffer *to);

/* guess_values.c: the candidates of each gene, before anything is known of the rules. */
void notch_guess_start(notch_guess *guess);
void notch_gene_add(notch_guess *guess, notch_gene *gene, notch_value value);
/* The constant and its neighbours. */
void notch_gene_around(notch_guess *guess, notch_gene *gene, notch_value value);
/* Once every constant is known: lists of none, of one item and of many. */
void notch_guess_lists(notch_guess *guess);
notch_gene *notch_guess_gene(notch_guess *guess, notch_gene_kind kind, uint32_t index);

#endif
