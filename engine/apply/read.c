/*
 * apply/read.c -- a member as he is at a moment: what is recorded, and in memory what falls due up
 * to then, each version's by its own rules, as `advance` would record it.
 */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>

bool notch_books_moment(notch_books *books, int64_t *out)
{
  notch_store_status status = notch_store_newest_booked(books->store, out);
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return notch_books_failed(books, status);
  }
  int64_t now_us = books->clock_events ? INT64_MIN : notch_books_now(books);
  *out = now_us > *out ? now_us : *out;
  *out = *out == INT64_MIN ? 0 : *out;
  return true;
}

typedef struct passing { /* time, for one member */
  notch_books *books;
  const notch_reading *reading;
  notch_store_numbers next;
  NOTCH_VEC(notch_transaction) rows;        /* that fell due so far */
  NOTCH_VEC(const notch_edition *) decided; /* parallel: whose indexes they have */
  void (*settled)(void *payload, const notch_outcome *outcome);
  void *payload;
} passing;

static bool read_recorded(notch_books *books, notch_edition *edition, notch_state *state,
                          int64_t member, const notch_reading *reading)
{
  return notch_seat_rebuild(books, state, member, edition,
                            reading->upto == 0 ? INT64_MAX : reading->upto, INT64_MAX,
                            reading->at_us);
}

/* Folds what fell due for the member from row `first` on. */
static bool fold_due(passing *p, notch_edition *edition, notch_state *state, uint32_t first)
{
  notch_books *books = p->books;
  books->edition = edition;
  for (uint32_t i = first; i < p->rows.count; i++) {
    notch_transaction row;
    if (p->rows.items[i].member != state->member) {
      continue;
    }
    if (!notch_names_between(books, p->decided.items[i], edition, &p->rows.items[i], &row,
                             &books->run) ||
        !notch_fold(books->folders[0], edition->rules->plan, state, NULL, NULL, &row,
                    &books->host)) {
      return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    }
  }
  return true;
}

/* The decider's rows last only until its next decision. */
static bool keep_row(passing *p, const notch_edition *edition, const notch_transaction *row)
{
  notch_arena *run = &p->books->run;
  notch_transaction *kept = notch_vec_push(&p->rows, run);
  notch_posting *postings = NOTCH_NEW_ARRAY(run, notch_posting, row->posting_count + 1);
  notch_move *moves = NOTCH_NEW_ARRAY(run, notch_move, row->move_count + 1);
  notch_effect *effects = NOTCH_NEW_ARRAY(run, notch_effect, row->effect_count + 1);
  *kept = *row;
  *notch_vec_push(&p->decided, run) = edition;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    postings[i] = row->postings[i];
    notch_share *shares = NOTCH_NEW_ARRAY(run, notch_share, postings[i].share_count + 1u);
    for (uint32_t j = 0; j < postings[i].share_count; j++) {
      shares[j] = postings[i].shares[j];
    }
    postings[i].shares = shares;
  }
  for (uint32_t i = 0; i < row->move_count; i++) {
    moves[i] = row->moves[i];
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    effects[i] = row->effects[i];
    effects[i].text = notch_arena_text(run, effects[i].text);
  }
  kept->postings = postings;
  kept->moves = moves;
  kept->effects = effects;
  p->next.event++;
  p->next.posting += row->posting_count;
  p->next.effect += row->effect_count;
  return !run->failed || notch_books_say(p->books, NOTCH_STORE_NOMEM, "out of memory");
}

static bool is_due(const notch_edition *edition, const notch_state *state, int64_t to_us)
{
  int64_t due_s = notch_next_due(edition->rules->plan, state);
  return due_s != NOTCH_NEVER && due_s <= to_us / NOTCH_SECOND_US;
}

/* What falls due up to `to_us` under the edition joins the rows, and the state. */
static bool pass_under(passing *p, notch_edition *edition, notch_state *state,
                       const notch_state *house, int64_t to_us)
{
  const notch_outcome *outcome =
      notch_books_due(p->books, edition, state, house, to_us, &p->next);
  if (outcome == NULL) {
    return false;
  }
  uint32_t first = p->rows.count;
  for (uint32_t i = 0; i < outcome->count; i++) {
    if (!keep_row(p, edition, &outcome->transactions[i])) {
      return false;
    }
  }
  return fold_due(p, edition, state, first);
}

/* Up to the beginning of the next version, under the one before it. */
static bool pass_before(passing *p, uint32_t version, int64_t member)
{
  notch_books *books = p->books;
  int64_t begins_us = books->editions[version - 1]->begins_us;
  int64_t to_us = begins_us - 1 < p->reading->at_us ? begins_us - 1 : p->reading->at_us;
  notch_edition *before = notch_books_edition(books, version - 1);
  notch_state *then = before == NULL ? NULL : notch_history_past(books);
  notch_state *house = then == NULL ? NULL : notch_history_past(books);
  if (house == NULL || !read_recorded(books, before, then, member, p->reading) ||
      !fold_due(p, before, then, 0)) {
    return false;
  }
  return !is_due(before, then, to_us) || (read_recorded(books, before, house, 0, p->reading) &&
                                          pass_under(p, before, then, house, to_us));
}

/* The programme's figures: of now, or of the last row that counts.  NULL: a failure. */
static const notch_state *house_of(const passing *p, notch_edition *edition)
{
  notch_books *books = p->books;
  if (p->reading->upto == 0) {
    notch_seat *seat = notch_seat_get(books, 0, edition);
    return seat == NULL ? NULL : seat->kept.open;
  }
  notch_state *then = notch_history_past(books);
  return then != NULL && notch_journal_state(books, then, 0, edition, p->reading->upto, INT64_MAX,
                                             p->reading->at_us)
             ? then
             : NULL;
}

/* Whoever asked sees the rows as those of the edition that he reads with. */
static bool show_due(passing *p, notch_edition *edition)
{
  notch_transaction *rows =
      NOTCH_NEW_ARRAY(&p->books->run, notch_transaction, p->rows.count + 1);
  for (uint32_t i = 0; i < p->rows.count; i++) {
    if (!notch_names_between(p->books, p->decided.items[i], edition, &p->rows.items[i], &rows[i],
                             &p->books->run)) {
      return notch_books_say(p->books, NOTCH_STORE_NOMEM, "out of memory");
    }
  }
  if (p->settled != NULL && p->rows.count > 0) {
    p->settled(p->payload, &(notch_outcome){.transactions = rows, .count = p->rows.count});
  }
  return true;
}

static bool pass(passing *p, notch_edition *edition, notch_state *state)
{
  notch_books *books = p->books;
  int64_t settled_us = state->settled_us;
  for (uint32_t version = 2; version <= edition->version && notch_state_begun(state); version++) {
    uint32_t past = books->past.count;
    if (books->editions[version - 1]->begins_us > settled_us &&
        !pass_before(p, version, state->member)) {
      return false;
    }
    notch_history_forget_from(books, past);
  }
  if (!fold_due(p, edition, state, 0)) {
    return false;
  }
  if (is_due(edition, state, p->reading->at_us)) {
    const notch_state *house = house_of(p, edition);
    if (house == NULL || !pass_under(p, edition, state, house, p->reading->at_us)) {
      return false;
    }
  }
  return show_due(p, edition);
}

static bool read_member(passing *p, notch_edition *edition, notch_state *state, int64_t member)
{
  notch_books *books = p->books;
  const notch_reading *reading = p->reading;
  books->edition = edition;
  books->recorded_us = reading->at_us;
  notch_seats_touch(books);
  notch_seat *seat = NULL;
  if (reading->upto == 0) {
    seat = notch_seat_get(books, member, edition);
    if (seat == NULL) {
      return false;
    }
  }
  if (seat != NULL && seat->kept.open->booked_us <= reading->at_us) {
    if (!notch_state_copy(state, seat->kept.open)) {
      return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    }
  } else if (!read_recorded(books, edition, state, member, reading)) {
    return false;
  }
  return pass(p, edition, state);
}

bool notch_books_read_member(notch_books *books, notch_edition *edition, notch_state *state,
                             int64_t member, const notch_reading *reading,
                             void (*settled)(void *payload, const notch_outcome *outcome),
                             void *payload)
{
  passing p = {.books = books,
               .reading = reading,
               .next = *notch_store_next(books->store),
               .settled = settled,
               .payload = payload};
  jmp_buf no_memory, *outer = books->run.escape;
  volatile bool read = false;
  uint32_t past = books->past.count;
  if (setjmp(no_memory) == 0) {
    books->run.escape = &no_memory;
    read = read_member(&p, edition, state, member);
  } else {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->run.escape = outer;
  notch_history_forget_from(books, past);
  return read;
}
