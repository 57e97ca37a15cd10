/* member/rank.c -- cohorts: ranking every open member at an instant (language, section 10). */
#include <config.h>

#include "member/rank.h"
#include "member/returns.h"
#include "member/term.h"

#include <stdlib.h>

typedef struct ranked {
  int64_t member;
  notch_rational value;
} ranked;

static bool ranks_before(const ranked *left, const ranked *right)
{
  int order = notch_rational_compare(left->value, right->value);
  return order != 0 ? order > 0 : left->member < right->member;
}

/* Highest first; merge sort, as for lots. */
static void sort_ranked(ranked *items, ranked *scratch, uint32_t count)
{
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t start = 0; start < count; start += 2 * width) {
      uint32_t middle = start + width < count ? start + width : count;
      uint32_t end = start + 2 * width < count ? start + 2 * width : count;
      uint32_t left = start, right = middle;
      for (uint32_t at = start; at < end; at++) {
        bool take = left < middle && (right >= end || ranks_before(&items[left], &items[right]));
        scratch[at] = take ? items[left++] : items[right++];
      }
    }
    for (uint32_t i = 0; i < count; i++) {
      items[i] = scratch[i];
    }
  }
}

/* The band of a member with `better` others strictly ahead of `count`. */
static uint32_t band_of(const notch_cohort *cohort, uint32_t better, uint32_t count)
{
  notch_rational share = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < cohort->band_count; i++) {
    notch_rational edge;
    if (cohort->bands[i].rest) {
      return i;
    }
    if (!notch_rational_add(&share, cohort->bands[i].next ? share : NOTCH_INTEGER(0),
                            cohort->bands[i].share) ||
        !notch_rational_mul(&edge, share, NOTCH_INTEGER(count))) {
      return i;
    }
    if (notch_rational_compare(NOTCH_INTEGER(better), edge) < 0) {
      return i;
    }
  }
  return cohort->band_count - 1;
}

static uint32_t rest_of(const notch_cohort *cohort)
{
  uint32_t band = 0;
  while (!cohort->bands[band].rest) {
    band++;
  }
  return band;
}

static int64_t next_of(const notch_program *program, const notch_cohort *cohort, int64_t after_s)
{
  return cohort->each_unit ? notch_next_of_unit(program, cohort->unit, after_s)
                           : notch_next_of_year(program, cohort->month, cohort->day, after_s);
}

bool notch_ranks_at(const notch_program *program, uint32_t index, int64_t at_s)
{
  const notch_cohort *cohort = &program->cohorts[index];
  return next_of(program, cohort, at_s - 1) == at_s;
}

int64_t notch_next_ranking(const notch_plan *plan, int64_t after_us, uint32_t *cohort)
{
  int64_t next = NOTCH_NEVER, after_s = after_us / NOTCH_SECOND_US;
  for (uint32_t i = 0; i < plan->program->cohort_count; i++) {
    int64_t at = next_of(plan->program, &plan->program->cohorts[i], after_s);
    if (at < next) {
      next = at;
      *cohort = i;
    }
  }
  return next;
}

/* Place 0: there is none, for want of a figure. */
static void tell_place(notch_work *work, uint32_t index, const ranked *one, uint32_t band,
                       int64_t place)
{
  const notch_expr *by = work->program->roots[work->program->cohorts[index].rank_by].expr;
  if (work->trace != NULL) {
    notch_work_record(work, NOTCH_TRACE_RANKED, index, band, false, by, notch_value_of(one->value),
                      place);
    work->trace->records.items[work->trace->records.count - 1].member = one->member;
  }
}

/* False: nothing to divide by, no rate, or a number too large to be exact. */
static bool find_figure(notch_work *work, uint32_t root, notch_rational *out)
{
  notch_value value;
  notch_eval ended = notch_work_try(work, root, NULL, &value);
  if (ended == NOTCH_EVAL_NOMEM) {
    longjmp(work->decider->out, NOTCH_OUT_OF_MEMORY);
  }
  if (ended == NOTCH_EVAL_OK) {
    *out = notch_value_rational(value);
  }
  return ended == NOTCH_EVAL_OK;
}

static void put_into(notch_work *work, uint32_t index, const ranked *one, uint32_t band,
                     int64_t place)
{
  tell_place(work, index, one, band, place);
  *notch_vec_push(&work->open->effects, work->run) = (notch_effect){.effect = work->next_effect++,
                                                                    .kind = NOTCH_EFFECT_BAND,
                                                                    .subject = index,
                                                                    .rule = NOTCH_NONE,
                                                                    .amount = band,
                                                                    .ref = one->member,
                                                                    .matures_s = INT64_MIN,
                                                                    .until_s = NOTCH_NEVER};
}

typedef struct ranking {
  NOTCH_VEC(ranked) placed;
  NOTCH_VEC(ranked) others; /* without a figure */
} ranking;

static void ask(notch_work *work, uint32_t index, const notch_everybody *all, ranking *out)
{
  notch_trace *trace = work->trace;
  const notch_state *member;
  work->trace = NULL; /* a figure is told with its place */
  while ((member = all->next(all->payload)) != NULL) {
    if (!notch_is_ranked(member)) {
      continue;
    }
    ranked one = {member->member, NOTCH_INTEGER(0)};
    work->seen = member;
    if (find_figure(work, work->program->cohorts[index].rank_by, &one.value)) {
      *notch_vec_push(&out->placed, work->run) = one;
    } else {
      *notch_vec_push(&out->others, work->run) = one;
    }
  }
  work->trace = trace;
}

/* A ranking is a beginning, so it sees the new day, as scheduled rules do: `over last quarter each
 * quarter` is the quarter just ended.  Who has no figure is put into `rest`: he may have been in
 * another band before, and a ranking that says nothing could not be missed. */
static void rank_all(notch_work *work, uint32_t index, const notch_everybody *all)
{
  const notch_cohort *cohort = &work->program->cohorts[index];
  ranking made = {0};
  ask(work, index, all, &made);
  ranked *items = made.placed.items;
  uint32_t count = made.placed.count, others = made.others.count;
  sort_ranked(items, NOTCH_NEW_ARRAY(work->run, ranked, count + 1), count);
  notch_vec_reserve(&work->open->effects, count + others, work->run);
  for (uint32_t i = 0, better = 0; i < count; i++) {
    bool tie = i > 0 && notch_rational_compare(items[i].value, items[i - 1].value) == 0;
    better = tie ? better : i;
    put_into(work, index, &items[i], band_of(cohort, better, count), (int64_t)better + 1);
  }
  for (uint32_t i = 0; i < others; i++) {
    put_into(work, index, &made.others.items[i], rest_of(cohort), 0);
  }
}

const notch_outcome *notch_rank(notch_decider *decider, const notch_case *decision, uint32_t cohort,
                                int64_t at_s, const notch_everybody *all)
{
  notch_work *work = &decider->work;
  if (setjmp(decider->out) != 0) { /* out of memory: nothing is refused on the way */
    return NULL;
  }
  notch_decider_begin(decider, decision, decision->plan);
  notch_state *house = notch_work_house(work);
  notch_see_member(work, house);
  notch_work_begin(work, house, NOTCH_ORIGIN_DUE, NOTCH_DUE_FIRST + NOTCH_DUE_RANKING,
                   NOTCH_US(at_s), notch_zone_offset(&work->program->zone, at_s) / 60);
  notch_work_see_day(work, NOTCH_US(at_s), notch_work_day(work, NOTCH_US(at_s)));
  rank_all(work, cohort, all);
  return notch_decider_finish(work, NOTCH_NONE);
}

/* ---- what rankings go by ---- */

static unsigned reads(const notch_program *program, const notch_expr *expr);

static unsigned measure_reads(const notch_program *program, const notch_measure *measure)
{
  unsigned found = 0;
  for (uint32_t i = 0; i < measure->on_count; i++) {
    uint32_t value = measure->on[i].value, where = measure->on[i].where;
    found |= value == NOTCH_NONE ? 0 : reads(program, program->roots[value].expr);
    found |= where == NOTCH_NONE ? 0 : reads(program, program->roots[where].expr);
  }
  return found;
}

static unsigned reads(const notch_program *program, const notch_expr *expr)
{
  if (expr == NULL) {
    return 0;
  }
  unsigned found = expr->type.kind == NOTCH_TYPE_MEMBER ? NOTCH_RANKS_BY_NAMED : 0;
  switch (expr->op) {
  case NOTCH_EXPR_MEMBER_FIELD:
  case NOTCH_EXPR_SELF: found |= NOTCH_RANKS_BY_OWN; break;
  case NOTCH_EXPR_MEASURE: found |= measure_reads(program, &program->measures[expr->a]); break;
  default: break;
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    found |= reads(program, expr->args[i]);
  }
  return found;
}

unsigned notch_ranks_by(const notch_program *program, uint32_t cohort)
{
  return reads(program, program->roots[program->cohorts[cohort].rank_by].expr);
}

/* ---- what rankings said ---- */

static int by_place(const void *left, const void *right)
{
  const notch_place_in_band *a = left, *b = right;
  if (a->cohort != b->cohort) {
    return a->cohort < b->cohort ? -1 : 1;
  }
  if (a->member != b->member) {
    return a->member < b->member ? -1 : 1;
  }
  return a->band != b->band ? (a->band < b->band ? -1 : 1) : 0; /* of a damaged row */
}

/* Among the first `count`. */
static notch_place_in_band *find_place(const notch_state *house, uint32_t count, uint32_t cohort,
                                       int64_t member)
{
  const notch_place_in_band wanted = {.member = member, .cohort = cohort};
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (by_place(&house->bands[middle], &wanted) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  notch_place_in_band *found = low < count ? &house->bands[low] : NULL;
  return found != NULL && found->cohort == cohort && found->member == member ? found : NULL;
}

const notch_place_in_band *notch_place_of(const notch_state *house, uint32_t cohort,
                                          int64_t member)
{
  return find_place(house, house->bands_count, cohort, member);
}

static void set_ranked(notch_state *house, const notch_transaction *row)
{
  notch_ranked *last =
      house->ranked_count > 0 ? &house->ranked[0] : notch_state_add_ranked(house);
  *last = (notch_ranked){row->event, row->at_us / NOTCH_SECOND_US};
}

/* A ranking is of everybody: who was not in one before is put in his place with all others. */
void notch_fold_ranking(notch_state *house, const notch_transaction *row)
{
  uint32_t before = house->bands_count;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (effect->kind != NOTCH_EFFECT_BAND) {
      continue;
    }
    notch_place_in_band *place = find_place(house, before, effect->subject, effect->ref);
    if (place == NULL) {
      place = notch_state_add_bands(house);
      *place = (notch_place_in_band){.member = effect->ref, .cohort = effect->subject};
    }
    place->band = (uint32_t)effect->amount;
    set_ranked(house, row);
  }
  if (house->bands_count > before) {
    qsort(house->bands, house->bands_count, sizeof *house->bands, by_place);
  }
}
