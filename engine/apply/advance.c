/* apply/advance.c -- time passes: what falls due is recorded, or settled in memory for reading. */
#include <config.h>

#include "apply/apply.h"
#include "member/term.h"

#include <assert.h>
#include <string.h>

#define COMMIT_ROWS 10000u

static notch_edition *edition_at(notch_books *books, int64_t at_us)
{
  return notch_books_edition_at(books, at_us, INT64_MAX);
}

const notch_outcome *notch_books_due(notch_books *books, notch_edition *edition,
                                     const notch_state *state, const notch_state *house,
                                     int64_t to_us, const notch_store_numbers *next)
{
  notch_case decision = notch_books_case(books, edition, state, house, next);
  books->edition = edition;
  books->deciding_member = state->member;
  books->deciding_at_us = to_us;
  const notch_outcome *outcome = notch_settle(books->decider, &decision, to_us);
  if (outcome == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return outcome;
}

static bool settle_under(notch_books *books, notch_edition *edition, int64_t member,
                         int64_t to_us, uint64_t *count)
{
  notch_receipt receipt = {.first = 0};
  notch_seat *house = notch_seat_get(books, 0, edition);
  notch_seat *seat = house == NULL ? NULL : notch_seat_get(books, member, edition);
  if (seat == NULL) {
    return false;
  }
  int64_t due_s = notch_next_due(edition->rules->plan, seat->kept.open);
  if (due_s == NOTCH_NEVER || due_s > to_us / NOTCH_SECOND_US) {
    seat->dirty = seat->dirty || books->edition_count > 1; /* due under another version, maybe */
    return true;
  }
  if (books->clock_events && to_us > books->recorded_us) {
    books->recorded_us = to_us;
  }
  const notch_outcome *outcome = notch_books_due(
      books, edition, seat->kept.open, house->kept.open, to_us, notch_store_next(books->store));
  if (outcome == NULL ||
      !notch_books_write(books, edition, NULL, NULL, outcome, &receipt)) {
    return false;
  }
  *count += outcome->count;
  /* Looked at, whether or not something came of it. */
  seat = notch_seat_at(books, member);
  const notch_state *state = seat == NULL ? NULL : notch_seat_state(books, seat);
  if (state != NULL && state->settled_us < to_us) {
    seat->dirty = true;
  }
  return seat == NULL || state != NULL;
}

/* What fell due at D goes by the version in force at D: each settles up to the next. */
static bool settle_within(notch_books *books, int64_t member, int64_t to_us, uint64_t *count)
{
  notch_edition *edition = edition_at(books, to_us);
  if (edition == NULL) {
    return false;
  }
  if (edition->version > 1) {
    notch_seat *seat = notch_seat_get(books, member, edition);
    if (seat == NULL) {
      return false;
    }
    const notch_state *state = seat->kept.open;
    int64_t settled_us = state->settled_us;
    for (uint32_t v = 2; v <= edition->version && notch_state_begun(state); v++) {
      int64_t begins_us = books->editions[v - 1]->begins_us;
      notch_edition *before =
          begins_us > settled_us ? notch_books_edition(books, v - 1) : edition;
      if (before == NULL || (begins_us > settled_us &&
                             !settle_under(books, before, member, begins_us - 1, count))) {
        return false;
      }
      seat = notch_seat_at(books, member);
      state = seat == NULL ? NULL : notch_seat_state(books, seat);
      if (state == NULL) {
        return false;
      }
    }
  }
  return settle_under(books, edition, member, to_us, count);
}

bool notch_books_settle_before(notch_books *books, int64_t member, int64_t to_us)
{
  uint64_t count = 0;
  return member == 0 || settle_within(books, member, to_us, &count);
}

bool notch_books_settle_everybody(notch_books *books, int64_t to_us)
{
  int64_t last = notch_store_member_count(books->store);
  uint64_t count = 0;
  for (int64_t member = 1; member <= last; member++) {
    if (!notch_books_settle(books, member, to_us, &count)) {
      return false;
    }
  }
  return true;
}

bool notch_books_tell_dues(notch_books *books, uint32_t version)
{
  notch_edition *edition = notch_books_edition(books, version);
  int64_t last = notch_store_member_count(books->store);
  for (int64_t member = 1; member <= last && edition != NULL; member++) {
    notch_seats_touch(books);
    notch_seat *seat = notch_seat_get(books, member, edition);
    if (seat == NULL) {
      return false;
    }
    seat->dirty = true;
  }
  return edition != NULL;
}

typedef bool due_step(notch_books *books, int64_t member, int64_t to_us, uint64_t *count);

/* A step that is no part of another deed: with the arena, the clock and the way out of one. */
static bool alone(notch_books *books, due_step *step, int64_t member, int64_t to_us,
                  uint64_t *count)
{
  notch_arena_reset(&books->run);
  notch_seats_touch(books);
  if (setjmp(books->no_memory) != 0) {
    books->run.escape = NULL;
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->run.escape = &books->no_memory;
  notch_books_tick(books, NULL);
  bool good = step(books, member, to_us, count);
  books->run.escape = NULL;
  notch_history_forget(books);
  return good;
}

bool notch_books_settle(notch_books *books, int64_t member, int64_t to_us, uint64_t *count)
{
  return alone(books, settle_within, member, to_us, count);
}

/* The first one after *member for whom something is due by then; 0: nobody. */
static bool next_due(notch_books *books, int64_t *member, int64_t to_us)
{
  notch_store_status status =
      notch_store_due_next(books->store, member, *member, to_us / NOTCH_SECOND_US);
  if (status == NOTCH_STORE_NOTFOUND) {
    *member = 0;
    return true;
  }
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

/* As many as go into one commit, from the one after *member on; 0: all are settled. */
static bool advance_some(notch_books *books, int64_t to_us, int64_t *member, uint64_t *count)
{
  uint64_t before = *count;
  do {
    if (!next_due(books, member, to_us) ||
        (*member != 0 && !notch_books_settle(books, *member, to_us, count))) {
      return false;
    }
  } while (*member != 0 && *count - before < COMMIT_ROWS);
  return true;
}

/* ---- cohorts ---- */

/* From when on rankings count: the last one recorded, else the first event of a member. */
static bool find_ranked(notch_books *books)
{
  notch_transaction row;
  int64_t event = 0, end = notch_store_next(books->store)->event;
  notch_arena one;
  notch_arena_init(&one, books->memory);
  bool good = notch_store_member_last(books->store, &event, 0) == NOTCH_STORE_OK, found = false;
  while (good && !found && event > 0) {
    notch_arena_reset(&one);
    good = notch_history_read(books, event, &one, &row);
    found = good && notch_books_is_ranking(books, &row);
    event = row.previous;
  }
  for (event = 1; good && !found && event < end; event++) {
    notch_arena_reset(&one);
    good = notch_history_read(books, event, &one, &row);
    found = good && row.member != 0 && row.verdict == NOTCH_APPLIED;
  }
  books->ranked_us = found ? row.at_us : INT64_MAX; /* nobody is there to be ranked */
  notch_arena_free(&one);
  return good;
}

typedef struct everybody { /* on the way through all members */
  notch_books *books;
  notch_edition *edition;
  int64_t member, count;
  bool failed;
} everybody;

static const notch_state *next_member(void *payload)
{
  everybody *all = payload;
  if (all->member == all->count) {
    return NULL;
  }
  const notch_seat *seat = notch_seat_get(all->books, ++all->member, all->edition);
  all->failed = seat == NULL;
  return all->failed ? NULL : seat->kept.open;
}

static bool rank_one(notch_books *books, const notch_ranking *ranking)
{
  notch_edition *edition = ranking->edition;
  everybody all = {books, edition, 0, notch_store_member_count(books->store), false};
  notch_seat *house = notch_seat_get(books, 0, edition);
  if (house == NULL) {
    return false;
  }
  const notch_store_numbers *next = notch_store_next(books->store);
  notch_case decision =
      notch_books_case(books, edition, house->kept.open, house->kept.open, next);
  books->edition = edition;
  const notch_outcome *outcome = notch_rank(books->decider, &decision, ranking->cohort,
                                            ranking->at_s, &(notch_everybody){&all, next_member});
  notch_receipt receipt = {.first = 0};
  if (all.failed) {
    return false;
  }
  if (outcome == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  /* Also where nobody was there: another process must not rank then whoever comes later. */
  return notch_books_write(books, edition, NULL, NULL, outcome, &receipt);
}

static bool settle_all(notch_books *books, int64_t to_us, uint64_t *count)
{
  int64_t member = 0;
  do {
    if (!next_due(books, &member, to_us) ||
        (member != 0 && !settle_within(books, member, to_us, count))) {
      return false;
    }
  } while (member != 0);
  return true;
}

bool notch_books_rank(notch_books *books, int64_t to_us, uint64_t *count)
{
  notch_ranking next;
  notch_edition *edition = edition_at(books, to_us);
  if (edition == NULL) {
    return false;
  }
  if (edition->rules->program->cohort_count == 0) {
    return true;
  }
  if ((books->ranked_us == 0 || books->ranked_us == INT64_MAX) && !find_ranked(books)) {
    return false;
  }
  while (books->ranked_us < to_us) {
    if (!notch_books_ranking_after(books, &books->ranked_us, to_us, INT64_MAX, &next)) {
      return false;
    }
    if (next.edition == NULL) {
      break;
    }
    if (!settle_all(books, next.at_s * NOTCH_SECOND_US, count)) {
      return false;
    }
    do {
      if (!rank_one(books, &next)) {
        return false;
      }
    } while (notch_ranking_beside(&next));
    books->ranked_us = next.at_s * NOTCH_SECOND_US;
  }
  return true;
}

/* Every row counts, whatever it is of. */
static bool rank_all(notch_books *books, int64_t none, int64_t to_us, uint64_t *count)
{
  int64_t before = notch_store_next(books->store)->event;
  uint64_t settled = 0;
  (void)none;
  bool good = notch_books_rank(books, to_us, &settled);
  *count += (uint64_t)(notch_store_next(books->store)->event - before);
  return good;
}

bool notch_books_advance(notch_books *books, int64_t to_us, uint64_t *transactions)
{
  int64_t member = 0;
  do {
    uint64_t count = *transactions;
    if (!notch_books_begin(books)) {
      return false;
    }
    bool good = alone(books, rank_all, 0, to_us, &count) &&
                advance_some(books, to_us, &member, &count) && notch_books_fed(books);
    if (!good) {
      notch_books_rollback(books);
      return false;
    }
    if (count == *transactions) {
      notch_books_rollback_quietly(books);
    } else if (!notch_books_commit(books)) {
      return false;
    }
    *transactions = count;
  } while (member != 0);
  return true;
}
