/*
 * audit/words.h -- figures of a programme as words: amounts, moments, values of expressions, the
 * places of rules.  For differences and derivations.
 */
#ifndef NOTCH_AUDIT_WORDS_H
#define NOTCH_AUDIT_WORDS_H

#include "check/program.h"
#include "syntax/source.h"

typedef struct notch_wording { /* what words are taken from; borrowed */
  const notch_program *program;
  const notch_sources *sources;
} notch_wording;

notch_text notch_word_points(const notch_wording *words, uint32_t points);
notch_text notch_word_rule(const notch_wording *words, uint32_t rule);
notch_text notch_word_tier(const notch_wording *words, uint32_t ladder, uint32_t tier);
/* "120 star", exact; without the unit where `bare`. */
void notch_words_amount(notch_buffer *to, const notch_wording *words, uint32_t points,
                        int64_t amount, bool bare);
/* An exact amount of points that need not be whole. */
void notch_words_exact(notch_buffer *to, const notch_wording *words, uint32_t points,
                       notch_rational amount, bool bare);
void notch_words_seconds(notch_buffer *to, const notch_wording *words, int64_t at_s);
void notch_words_moment(notch_buffer *to, const notch_wording *words, int64_t at_us);
/* Any value by its type; `text` where it is one. */
void notch_words_value(notch_buffer *to, const notch_wording *words, notch_type type,
                       notch_value value, notch_text text);
/* What stands in the script, on one line. */
void notch_words_source(notch_buffer *to, const notch_wording *words, uint16_t source,
                        notch_span span);
uint32_t notch_words_line(const notch_wording *words, const notch_decl *decl); /* from 1; 0: none */
void notch_words_cohort(notch_buffer *to, const notch_wording *words, uint32_t cohort);
/* A stable word as people read it: "taken back" of `taken_back`; " from points to taken back". */
void notch_words_plain(notch_buffer *to, const char *word);
void notch_words_route(notch_buffer *to, const notch_posting *posting);
/* The reward, payment, pool and so on that an effect is about; empty: nothing of the kind. */
notch_text notch_word_subject(const notch_wording *words, const notch_effect *effect);
/* The unit of an effect's amount; false: it is a count.  The effect has the indexes of the
 * programme. */
typedef struct notch_measured {
  const char *sort; /* "currency" or "points" */
  notch_text name;
  unsigned decimals;
} notch_measured;
bool notch_effect_measured(const notch_program *program, const notch_effect *effect,
                           notch_measured *out);
/* " 2.50 CNY" */
void notch_words_measured(notch_buffer *to, const notch_measured *unit, int64_t amount);
/* What an effect is about and how much of it: "latte x2", "checkout 20.00 CNY", or nothing. */
void notch_words_effect(notch_buffer *to, const notch_wording *words, const notch_effect *effect);
void notch_words_limit(notch_buffer *to, const notch_wording *words, uint32_t limit);

#endif
