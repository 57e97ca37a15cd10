/*
 * apply/rerun_rank.c -- rankings once more: whether each is the one that fell due next, and whom it
 * puts into which band.
 *
 * Programmes with cohorts are replayed by one worker, so he has the states of all members at hand
 * as they are before the ranking's row; each is opened, asked and closed again.
 */
#include <config.h>

#include "apply/rerun.h"

/* ---- ranking ---- */

typedef struct crowd { /* on the way through all members */
  notch_rerun *rerun;
  notch_edition *edition;
  int64_t member;
  notch_rerun_seat *seat; /* of the one looked at last */
  unsigned ranks_by;
  bool hidden; /* something that the ranking goes by was erased since */
  bool failed;
} crowd;

/* Members without a row were not there.  Where not all rows came by, that is told by the states. */
static notch_rerun_seat *next_seat(const notch_rerun *rerun, int64_t *member)
{
  while (++*member < rerun->block_count * NOTCH_RERUN_BLOCK) {
    notch_rerun_seat *seat = notch_rerun_place(rerun, *member);
    if (seat == NULL) {
      *member += NOTCH_RERUN_BLOCK - 1 - *member % NOTCH_RERUN_BLOCK;
    } else if (seat->last != 0 || (!rerun->all_rows && seat->known)) {
      return seat;
    }
  }
  return NULL;
}

/* States of another version are folded anew before anything is borrowed: putting them to rest as
 * they come keeps few of them open. */
static bool prepare(notch_rerun *rerun, notch_edition *edition)
{
  const notch_rerun_seat *seat;
  uint32_t folded = 0;
  int64_t count = rerun->all_rows ? 0 : notch_store_member_count(rerun->books->store);
  for (int64_t member = 1; member <= count; member++) {
    if (notch_rerun_seat_of(rerun, member, edition) == NULL) {
      return false;
    }
    if (member % NOTCH_RERUN_BLOCK == 0) {
      notch_desk_clear(&rerun->desk);
    }
  }
  for (int64_t member = 0; (seat = next_seat(rerun, &member)) != NULL;) {
    bool known = seat->known && seat->version == edition->version;
    if (!known && notch_rerun_seat_of(rerun, member, edition) == NULL) {
      return false;
    }
    folded += known ? 0 : 1;
    if (!known && folded % NOTCH_RERUN_BLOCK == 0) {
      notch_desk_clear(&rerun->desk);
    }
  }
  notch_desk_clear(&rerun->desk);
  return true;
}

static const notch_state *next_member(void *payload)
{
  crowd *all = payload;
  notch_rerun *rerun = all->rerun;
  if (all->seat != NULL) {
    notch_desk_close(&rerun->desk, &all->seat->kept);
  }
  all->seat = next_seat(rerun, &all->member);
  if (all->seat == NULL) {
    return NULL;
  }
  const notch_state *state = notch_rerun_state_of(rerun, all->member, all->edition);
  all->failed = state == NULL;
  if (state != NULL && notch_rerun_is_erased(rerun, all->member)) {
    all->hidden = all->hidden || (all->ranks_by & NOTCH_RANKS_BY_NAMED) != 0 ||
                  ((all->ranks_by & NOTCH_RANKS_BY_OWN) != 0 && notch_is_ranked(state));
  }
  return state;
}

/* *hidden: whatever comes of it need not be what came of it then. */
static const notch_outcome *rank(notch_rerun *rerun, const notch_ranking *ranking,
                                 notch_trace *trace, bool *hidden)
{
  notch_edition *edition = ranking->edition;
  crowd all = {.rerun = rerun,
               .edition = edition,
               .ranks_by = notch_ranks_by(edition->rules->program, ranking->cohort)};
  rerun->edition = edition;
  rerun->books->edition = edition;
  const notch_state *house =
      prepare(rerun, edition) ? notch_rerun_state_of(rerun, 0, edition) : NULL;
  if (house == NULL) {
    return NULL;
  }
  notch_case decision = notch_rerun_case(rerun, edition, house, house);
  decision.trace = trace;
  const notch_outcome *outcome = notch_rank(rerun->decider, &decision, ranking->cohort,
                                            ranking->at_s, &(notch_everybody){&all, next_member});
  *hidden = all.hidden;
  if (outcome == NULL && !all.failed) {
    notch_books_say(rerun->books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return all.failed ? NULL : outcome;
}

/* ---- which one falls due ---- */

static int64_t moment_of(const notch_ranking *ranking)
{
  return ranking->at_s * NOTCH_SECOND_US;
}

static bool tell(notch_rerun *rerun, const notch_ranking *ranking, bool recorded)
{
  const notch_rules *rules = ranking->edition->rules;
  const notch_wording words = {rules->program, &rules->parsed->sources};
  notch_buffer text;
  notch_buffer_init(&text, rerun->books->memory);
  if (ranking->cohort < rules->program->cohort_count) {
    notch_words_cohort(&text, &words, ranking->cohort);
    notch_buffer_put(&text, ", ", 2);
  }
  notch_words_seconds(&text, &words, ranking->at_s);
  if (!text.failed) {
    rerun->found(rerun->payload, rerun->recorded->event, "ranking",
                 recorded ? text.bytes : "nothing", recorded ? "nothing" : text.bytes);
  }
  bool good = !text.failed || notch_books_say(rerun->books, NOTCH_STORE_NOMEM, "out of memory");
  notch_buffer_free(&text);
  return good;
}

/* Without an edition: none up to the moment. */
static bool find_next(notch_rerun *rerun, int64_t to_us, notch_ranking *out)
{
  const notch_rerun_rankings *known = &rerun->rankings;
  int64_t after_us = known->after_us;
  *out = known->last;
  bool beside = out->edition != NULL && moment_of(out) <= to_us && notch_ranking_beside(out);
  return beside ||
         notch_books_ranking_after(rerun->books, &after_us, to_us, rerun->recorded->event, out);
}

/* Those up to a moment, or before `own`, which are not recorded: each should be, also of nobody. */
static bool tell_missing(notch_rerun *rerun, int64_t to_us, const notch_ranking *own)
{
  notch_rerun_rankings *known = &rerun->rankings;
  notch_ranking next;
  while (find_next(rerun, to_us, &next)) {
    if (next.edition == NULL ||
        (own != NULL && next.at_s == own->at_s && next.cohort == own->cohort)) {
      return true;
    }
    if (!tell(rerun, &next, false)) {
      return false;
    }
    known->last = next;
    known->after_us = moment_of(&next);
  }
  return false;
}

/* Of the row's cohort, as the edition calls it; NOTCH_NONE: nobody was ranked, or it has none. */
static uint32_t cohort_of(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition)
{
  return row->effect_count == 0
             ? NOTCH_NONE
             : notch_names_index(rerun->books, edition, NOTCH_NAME_COHORT, row->effects[0].subject);
}

static bool is_of(notch_rerun *rerun, const notch_ranking *ranking, const notch_transaction *row)
{
  uint32_t cohort = cohort_of(rerun, row, ranking->edition);
  return moment_of(ranking) == row->at_us && (cohort == NOTCH_NONE || cohort == ranking->cohort);
}

/* The one of a row's own instant and cohort, if there is, from `first` on, which fell due next. */
static bool find_own(notch_rerun *rerun, const notch_transaction *row, const notch_ranking *first,
                     notch_ranking *out)
{
  int64_t after_us = row->at_us - 1;
  *out = *first;
  if (moment_of(first) != row->at_us &&
      !notch_books_ranking_after(rerun->books, &after_us, row->at_us, row->event, out)) {
    return false;
  }
  while (out->edition != NULL && !is_of(rerun, out, row)) {
    if (!notch_ranking_beside(out)) {
      *out = (notch_ranking){0};
    }
  }
  return true;
}

/* The ranking that a row should be; without an edition: none fell due then. */
static bool find_meant(notch_rerun *rerun, const notch_transaction *row, notch_ranking *out)
{
  notch_rerun_rankings *known = &rerun->rankings;
  notch_ranking first;
  *out = (notch_ranking){0};
  if (!known->followed || known->after_us == INT64_MAX) {
    return true;
  }
  if (!find_next(rerun, row->at_us, &first) ||
      (first.edition != NULL && !find_own(rerun, row, &first, out))) {
    return false;
  }
  if (out->edition == NULL) {
    return true;
  }
  bool good = tell_missing(rerun, row->at_us, out);
  known->last = *out;
  known->after_us = row->at_us;
  return good;
}

/* What rules make of a row by itself: they rank the cohort of that name then, or do not. */
static void find_named(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition,
                       notch_ranking *out)
{
  int64_t at_s = row->at_us / NOTCH_SECOND_US;
  uint32_t cohort = cohort_of(rerun, row, edition);
  bool there = cohort != NOTCH_NONE && notch_ranks_at(edition->rules->program, cohort, at_s);
  *out = (notch_ranking){there ? edition : NULL, cohort, at_s};
}

static bool tell_lone(notch_rerun *rerun, const notch_transaction *row)
{
  notch_edition *edition = rerun->fixed != NULL || row->version == 0
                               ? notch_books_newest(rerun->books)
                               : notch_books_edition(rerun->books, row->version);
  if (edition == NULL) {
    return false;
  }
  const notch_ranking lone = {edition, cohort_of(rerun, row, edition),
                              row->at_us / NOTCH_SECOND_US};
  return tell(rerun, &lone, true);
}

static bool decide_ranking(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                           notch_rerun_result *out)
{
  notch_ranking meant;
  notch_edition *alone = rerun->all_rows ? rerun->fixed : out->edition;
  if (alone != NULL) {
    find_named(rerun, row, alone, &meant);
  } else if (!find_meant(rerun, row, &meant)) {
    return false;
  }
  if (meant.edition == NULL) {
    bool nobody = alone != NULL && row->effect_count == 0; /* in whatever cohort it was */
    return nobody || tell_lone(rerun, row);
  }
  if (rerun->all_rows) {
    notch_rerun_tell_version(rerun, row, meant.edition->version);
  }
  out->edition = meant.edition;
  out->outcome = rank(rerun, &meant, trace, &rerun->names_erased);
  out->taken = rerun->names_erased;
  return out->outcome != NULL;
}

bool notch_rerun_rank(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                      notch_rerun_result *out)
{
  out->taken = true;
  if (!notch_books_is_ranking(rerun->books, row)) {
    notch_rerun_check_publication(rerun, row);
    return true;
  }
  return decide_ranking(rerun, row, trace, out);
}

/* ---- what events pass ---- */

void notch_rerun_see(notch_rerun *rerun, const notch_transaction *row)
{
  notch_rerun_rankings *known = &rerun->rankings;
  if (known->after_us == INT64_MAX && row->member != 0 && row->verdict == NOTCH_APPLIED) {
    known->after_us = row->at_us;
  }
  if (row->member == 0 && row->origin == NOTCH_ORIGIN_DUE) {
    known->due_us = INT64_MIN; /* as another version may say */
  }
}

/* A return may have waited since before anybody was there. */
bool notch_rerun_pass(notch_rerun *rerun, const notch_transaction *row)
{
  notch_rerun_rankings *known = &rerun->rankings;
  notch_ranking next;
  if (row->at_us < known->due_us || row->origin != NOTCH_ORIGIN_SENT ||
      row->verdict != NOTCH_APPLIED || known->after_us == INT64_MAX || notch_history_returns(row)) {
    return true;
  }
  const notch_edition *edition = notch_books_edition_at(rerun->books, row->at_us, row->event);
  if (edition == NULL || edition->rules->program->cohort_count == 0) {
    return edition != NULL;
  }
  if (!tell_missing(rerun, row->at_us, NULL)) {
    return false;
  }
  int64_t after_us = row->at_us > known->after_us ? row->at_us : known->after_us;
  if (!notch_books_ranking_after(rerun->books, &after_us, INT64_MAX, row->event, &next)) {
    return false;
  }
  known->due_us = next.edition == NULL ? INT64_MAX : moment_of(&next);
  return true;
}
