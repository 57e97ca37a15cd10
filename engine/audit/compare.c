/* audit/compare.c -- a recorded transaction beside what the rules give now, field by field. */
#include <config.h>

#include "audit/compare.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void notch_compare_init(notch_compare *compare, const notch_memory *memory)
{
  memset(compare, 0, sizeof *compare);
  notch_buffer_init(&compare->what, memory);
  notch_buffer_init(&compare->left, memory);
  notch_buffer_init(&compare->right, memory);
}

void notch_compare_end(notch_compare *compare)
{
  notch_buffer_free(&compare->what);
  notch_buffer_free(&compare->left);
  notch_buffer_free(&compare->right);
}

static const char *chars_of(const notch_buffer *buffer)
{
  return buffer->bytes == NULL ? "" : buffer->bytes;
}

/* Hands out what the three buffers hold. */
static void report(notch_compare *c)
{
  c->count++;
  if (!c->what.failed && !c->left.failed && !c->right.failed) {
    c->found(c->payload, chars_of(&c->what), chars_of(&c->left), chars_of(&c->right));
  }
}

static void start(notch_compare *c)
{
  notch_buffer_clear(&c->what);
  notch_buffer_clear(&c->left);
  notch_buffer_clear(&c->right);
}

void notch_compare_texts(notch_compare *c, const char *what, notch_text recorded, notch_text made)
{
  if (!notch_text_equal(recorded, made)) {
    start(c);
    notch_buffer_text(&c->what, notch_text_of(what));
    notch_buffer_text(&c->left, recorded);
    notch_buffer_text(&c->right, made);
    report(c);
  }
}

static void numbers(notch_compare *c, const char *what, int64_t recorded, int64_t made)
{
  if (recorded != made) {
    start(c);
    notch_buffer_text(&c->what, notch_text_of(what));
    notch_buffer_integer(&c->left, recorded);
    notch_buffer_integer(&c->right, made);
    report(c);
  }
}

static void moments(notch_compare *c, const char *what, int64_t recorded, int64_t made)
{
  if (recorded != made) {
    start(c);
    notch_buffer_text(&c->what, notch_text_of(what));
    notch_words_moment(&c->left, &c->words, recorded);
    notch_words_moment(&c->right, &c->words, made);
    report(c);
  }
}

/* ---- rules behind a posting ---- */

static void put_rule(notch_compare *c, notch_buffer *to, uint32_t rule)
{
  if (rule < c->words.program->rule_count) {
    const notch_decl *decl = &c->words.program->rules[rule].decl;
    notch_buffer_print(to, "rule %.*s (line %u)", (int)decl->name.length, decl->name.bytes,
                       notch_words_line(&c->words, decl));
  }
}

static void put_rules(notch_compare *c, notch_buffer *to, const notch_posting *p)
{
  for (uint32_t i = 0; i < p->share_count; i++) {
    notch_buffer_put(to, ", ", 2);
    put_rule(c, to, p->shares[i].rule);
  }
}

static void name_posting(notch_compare *c, uint32_t index, const notch_posting *p,
                         const notch_posting *other, const char *field)
{
  start(c);
  notch_buffer_print(&c->what, "posting %u, ", index + 1);
  notch_buffer_text(&c->what, notch_word_points(&c->words, p->points));
  notch_buffer_print(&c->what, ", %s to %s", notch_account_word((notch_account)p->source),
                     notch_account_word((notch_account)p->target));
  put_rules(c, &c->what, p->share_count > 0 || other == NULL ? p : other);
  notch_buffer_print(&c->what, ": %s", field);
}

static int64_t share_of(const notch_posting *p, uint32_t rule)
{
  for (uint32_t i = 0; i < p->share_count; i++) {
    if (p->shares[i].rule == rule) {
      return p->shares[i].amount;
    }
  }
  return 0;
}

static void compare_share(notch_compare *c, uint32_t index, const notch_posting *left,
                          const notch_posting *right, uint32_t rule)
{
  int64_t recorded = share_of(left, rule), made = share_of(right, rule);
  if (recorded == made) {
    return;
  }
  start(c);
  notch_buffer_print(&c->what, "posting %u, ", index + 1);
  put_rule(c, &c->what, rule);
  notch_buffer_text(&c->what, NOTCH_TEXT(": share"));
  notch_words_amount(&c->left, &c->words, left->points, recorded, false);
  notch_words_amount(&c->right, &c->words, right->points, made, false);
  report(c);
}

static void compare_shares(notch_compare *c, uint32_t index, const notch_posting *left,
                           const notch_posting *right)
{
  for (uint32_t i = 0; i < left->share_count; i++) {
    compare_share(c, index, left, right, left->shares[i].rule);
  }
  for (uint32_t i = 0; i < right->share_count; i++) {
    if (share_of(left, right->shares[i].rule) == 0) {
      compare_share(c, index, left, right, right->shares[i].rule);
    }
  }
}

static void posting_number(notch_compare *c, uint32_t index, const notch_posting *left,
                           const notch_posting *right, const char *field, int64_t recorded,
                           int64_t made)
{
  if (recorded != made) {
    name_posting(c, index, left, right, field);
    notch_buffer_integer(&c->left, recorded);
    notch_buffer_integer(&c->right, made);
    report(c);
  }
}

static void posting_date(notch_compare *c, uint32_t index, const notch_posting *left,
                         const notch_posting *right, const char *field, int64_t recorded,
                         int64_t made)
{
  if (recorded != made) {
    name_posting(c, index, left, right, field);
    notch_words_seconds(&c->left, &c->words, recorded);
    notch_words_seconds(&c->right, &c->words, made);
    report(c);
  }
}

static void compare_opening(notch_compare *c, uint32_t i, const notch_posting *left,
                            const notch_posting *right)
{
  if (left->earned_us != right->earned_us) {
    name_posting(c, i, left, right, "earned");
    notch_words_moment(&c->left, &c->words, left->earned_us);
    notch_words_moment(&c->right, &c->words, right->earned_us);
    report(c);
  }
  posting_date(c, i, left, right, "matures", left->matures_s, right->matures_s);
  posting_date(c, i, left, right, "expires", left->expires_s, right->expires_s);
  posting_number(c, i, left, right, "terms", left->terms, right->terms);
  posting_number(c, i, left, right, "partner", left->partner, right->partner);
}

static bool same_shares(const notch_posting *left, const notch_posting *right)
{
  bool same = left->share_count == right->share_count;
  for (uint32_t i = 0; i < left->share_count && same; i++) {
    same = left->shares[i].rule == right->shares[i].rule &&
           left->shares[i].amount == right->shares[i].amount;
  }
  return same;
}

static bool same_posting(const notch_posting *left, const notch_posting *right)
{
  return notch_compare_same_figures(left, right) && left->points == right->points &&
         (left->lot != left->posting ||
          (left->terms == right->terms && left->partner == right->partner)) &&
         same_shares(left, right);
}

static void compare_posting(notch_compare *c, uint32_t i, const notch_posting *left,
                            const notch_posting *right)
{
  if (same_posting(left, right)) {
    return;
  }
  c->identical = false;
  if (left->points != right->points || left->source != right->source ||
      left->target != right->target) {
    name_posting(c, i, left, right, "accounts");
    notch_words_amount(&c->left, &c->words, left->points, left->amount, false);
    notch_words_amount(&c->right, &c->words, right->points, right->amount, false);
    notch_buffer_print(&c->right, ", %s to %s", notch_account_word((notch_account)right->source),
                       notch_account_word((notch_account)right->target));
    report(c);
    return;
  }
  bool opens = left->lot == left->posting, made_opens = right->lot == right->posting;
  if (!c->loose) {
    posting_number(c, i, left, right, "number", left->posting, right->posting);
    posting_number(c, i, left, right, "lot", left->lot, right->lot);
  }
  if (left->amount != right->amount) {
    name_posting(c, i, left, right, "amount");
    notch_words_amount(&c->left, &c->words, left->points, left->amount, false);
    notch_words_amount(&c->right, &c->words, right->points, right->amount, false);
    report(c);
  }
  compare_shares(c, i, left, right);
  if (opens && made_opens) {
    compare_opening(c, i, left, right);
  }
}

/* A posting that only one side has. */
static void lone_posting(notch_compare *c, uint32_t index, const notch_posting *p, bool recorded)
{
  name_posting(c, index, p, NULL, recorded ? "only recorded" : "not recorded");
  notch_words_amount(recorded ? &c->left : &c->right, &c->words, p->points, p->amount, false);
  notch_buffer_text(recorded ? &c->right : &c->left, NOTCH_TEXT("none"));
  report(c);
}

/* ---- moves and effects ---- */

static void put_move(notch_compare *c, notch_buffer *to, const notch_move *move)
{
  if (move->ladder < c->words.program->ladder_count) {
    notch_buffer_text(to, c->words.program->ladders[move->ladder].decl.name);
    notch_buffer_put(to, " ", 1);
  }
  notch_buffer_text(to, notch_word_tier(&c->words, move->ladder, move->tier));
  notch_buffer_print(to, " (%s) until ", notch_move_words_of(move->cause).told);
  notch_words_seconds(to, &c->words, move->until_s);
  notch_buffer_text(to, NOTCH_TEXT(" since "));
  notch_words_moment(to, &c->words, move->since_us);
}

/* Where it is known. */
static const notch_cohort *cohort_of(const notch_compare *c, const notch_effect *effect)
{
  bool is = effect != NULL && effect->kind == NOTCH_EFFECT_BAND &&
            effect->subject < c->words.program->cohort_count;
  return is ? &c->words.program->cohorts[effect->subject] : NULL;
}

static void put_band(notch_buffer *to, const notch_cohort *cohort, const notch_effect *effect)
{
  notch_buffer_print(to, " of member %lld:", (long long)effect->ref);
  if (effect->amount >= 0 && effect->amount < cohort->band_count) {
    notch_buffer_put(to, " ", 1);
    notch_buffer_text(to, cohort->bands[effect->amount].decl.name);
  }
}

static void put_effect(notch_compare *c, notch_buffer *to, const notch_effect *effect)
{
  const notch_cohort *cohort = cohort_of(c, effect);
  notch_buffer_text(to, notch_text_of(notch_effect_word((notch_effect_kind)effect->kind)));
  if (effect->rule != NOTCH_NONE) {
    notch_buffer_put(to, " ", 1);
    put_rule(c, to, effect->rule);
  }
  if (effect->text.length > 0) {
    notch_buffer_put(to, " ", 1);
    notch_buffer_text(to, effect->text);
  }
  if (cohort != NULL) {
    put_band(to, cohort, effect);
  } else {
    notch_buffer_print(to, " %lld", (long long)effect->amount);
  }
  if (!c->loose) {
    notch_buffer_print(to, ", number %lld, subject %d, ref %lld, matures ",
                       (long long)effect->effect, (int)effect->subject, (long long)effect->ref);
    notch_words_seconds(to, &c->words, effect->matures_s);
    notch_buffer_text(to, NOTCH_TEXT(", until "));
    notch_words_seconds(to, &c->words, effect->until_s);
  }
}

static bool same_move(const notch_move *left, const notch_move *right)
{
  return left->ladder == right->ladder && left->tier == right->tier &&
         notch_compare_same_passage(left, right);
}

static bool same_effect(const notch_compare *c, const notch_effect *left,
                        const notch_effect *right)
{
  return notch_compare_same_deed(left, right) && left->subject == right->subject &&
         left->rule == right->rule &&
         (c->loose || (left->ref == right->ref && notch_compare_same_span(left, right)));
}

static void compare_moves(notch_compare *c, const notch_transaction *left,
                          const notch_transaction *right)
{
  uint32_t count = left->move_count > right->move_count ? left->move_count : right->move_count;
  for (uint32_t i = 0; i < count; i++) {
    const notch_move *l = i < left->move_count ? &left->moves[i] : NULL;
    const notch_move *r = i < right->move_count ? &right->moves[i] : NULL;
    if (l != NULL && r != NULL && same_move(l, r)) {
      continue;
    }
    start(c);
    notch_buffer_print(&c->what, "tier move %u", i + 1);
    if (l != NULL) {
      put_move(c, &c->left, l);
    }
    if (r != NULL) {
      put_move(c, &c->right, r);
    }
    report(c);
  }
}

static void effects_differ(notch_compare *c, uint32_t index, const notch_effect *l,
                           const notch_effect *r)
{
  start(c);
  notch_buffer_print(&c->what, "effect %u", index + 1);
  const notch_effect *ranks = cohort_of(c, l) != NULL ? l : r;
  if (cohort_of(c, ranks) != NULL) {
    notch_buffer_put(&c->what, ", ", 2);
    notch_words_cohort(&c->what, &c->words, ranks->subject);
  }
  if (l != NULL) {
    put_effect(c, &c->left, l);
  }
  if (r != NULL) {
    put_effect(c, &c->right, r);
  }
  report(c);
}

static void compare_effects(notch_compare *c, const notch_transaction *left,
                            const notch_transaction *right)
{
  uint32_t count =
      left->effect_count > right->effect_count ? left->effect_count : right->effect_count;
  for (uint32_t i = 0; i < count; i++) {
    const notch_effect *l = i < left->effect_count ? &left->effects[i] : NULL;
    const notch_effect *r = i < right->effect_count ? &right->effects[i] : NULL;
    if (l == NULL || r == NULL || !same_effect(c, l, r)) {
      effects_differ(c, i, l, r);
    }
  }
}

static int by_ref(const void *left, const void *right)
{
  const notch_effect *const *l = left, *const *r = right;
  return ((*l)->ref > (*r)->ref) - ((*l)->ref < (*r)->ref);
}

static void sort_effects(const notch_transaction *row, const notch_effect **to)
{
  for (uint32_t i = 0; i < row->effect_count; i++) {
    to[i] = &row->effects[i];
  }
  qsort(to, row->effect_count, sizeof *to, by_ref);
}

static bool is_ranking(const notch_compare *c, const notch_transaction *row)
{
  return row->effect_count > 0 && cohort_of(c, &row->effects[0]) != NULL;
}

/* Other rules may rank everybody in another order and yet put him into the same band. */
static bool compare_bands(notch_compare *c, const notch_transaction *left,
                          const notch_transaction *right)
{
  const notch_memory *memory = c->what.memory;
  uint32_t i = 0, j = 0, lefts = left->effect_count, rights = right->effect_count;
  const notch_effect **sorted =
      notch_memory_resize(memory, NULL, ((size_t)lefts + rights) * sizeof *sorted);
  if (sorted == NULL) {
    return false;
  }
  const notch_effect **l = sorted, **r = sorted + lefts;
  sort_effects(left, l);
  sort_effects(right, r);
  while (i < lefts || j < rights) {
    int order = i == lefts ? 1 : j == rights ? -1 : by_ref(&l[i], &r[j]);
    if (order != 0 || !same_effect(c, l[i], r[j])) {
      uint32_t index = (uint32_t)(order <= 0 ? l[i] - left->effects : r[j] - right->effects);
      effects_differ(c, index, order <= 0 ? l[i] : NULL, order >= 0 ? r[j] : NULL);
    }
    i += order <= 0;
    j += order >= 0;
  }
  notch_memory_free(memory, sorted);
  return true;
}

/* ---- the whole ---- */

static notch_text verdict_text(notch_verdict verdict)
{
  return notch_text_of(notch_verdict_word(verdict));
}

static void compare_heads(notch_compare *c, const notch_transaction *left,
                          const notch_transaction *right)
{
  if (left->verdict != right->verdict) {
    notch_compare_texts(c, "outcome", verdict_text(left->verdict), verdict_text(right->verdict));
  }
  notch_compare_texts(c, "reason", left->detail, right->detail);
  if (!c->loose) {
    numbers(c, "type", left->type, right->type);
    numbers(c, "origin", left->origin, right->origin);
    numbers(c, "cause", left->cause, right->cause);
    numbers(c, "member", left->member, right->member);
    moments(c, "at", left->at_us, right->at_us);
    moments(c, "booked", left->booked_us, right->booked_us);
    numbers(c, "offset", left->offset_min, right->offset_min);
    notch_compare_texts(c, "shared figures", left->shared, right->shared);
  }
}

bool notch_compare_rows(notch_compare *c, const notch_transaction *left,
                        const notch_transaction *right)
{
  c->count = 0;
  c->identical = true;
  if (left->type != right->type || !notch_compare_same_head(left, right)) {
    compare_heads(c, left, right);
  }
  uint32_t both =
      left->posting_count < right->posting_count ? left->posting_count : right->posting_count;
  for (uint32_t i = 0; i < both; i++) {
    compare_posting(c, i, &left->postings[i], &right->postings[i]);
  }
  for (uint32_t i = both; i < left->posting_count; i++) {
    lone_posting(c, i, &left->postings[i], true);
  }
  for (uint32_t i = both; i < right->posting_count; i++) {
    lone_posting(c, i, &right->postings[i], false);
  }
  compare_moves(c, left, right);
  bool sorted = c->loose && is_ranking(c, left) && is_ranking(c, right);
  bool good = !sorted || compare_bands(c, left, right);
  if (!sorted) {
    compare_effects(c, left, right);
  }
  c->identical = c->identical && c->count == 0 && !c->loose;
  return good && !c->what.failed && !c->left.failed && !c->right.failed;
}
