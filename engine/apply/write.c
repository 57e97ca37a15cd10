/* apply/write.c -- rows of an outcome into the journal, and from there into the states. */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

/* Its postings, moves and effects are in `run` already; the texts of effects are the decider's. */
static void keep_row(notch_books *books, const notch_transaction *row)
{
  notch_transaction *kept = notch_vec_push(&books->rows, &books->run);
  notch_effect *effects = NOTCH_NEW_ARRAY(&books->run, notch_effect, row->effect_count + 1);
  *kept = *row;
  kept->id = kept->content = kept->shared = kept->detail = (notch_text){NULL, 0};
  for (uint32_t i = 0; i < row->effect_count; i++) {
    effects[i] = row->effects[i];
    effects[i].text = notch_arena_text(&books->run, row->effects[i].text);
  }
  kept->effects = effects;
}

static bool append(notch_books *books, notch_transaction *row, notch_receipt *receipt)
{
  notch_store_status status = notch_store_append(books->store, row);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  receipt->first = receipt->first == 0 ? row->event : receipt->first;
  receipt->last = row->event;
  if (books->keeps_rows) {
    keep_row(books, row);
  }
  return true;
}

/* The programme's own figures may have changed by anybody's row. */
static bool fold_row(notch_books *books, notch_edition *edition, const notch_event *event,
                     const notch_original *original, const notch_transaction *row, bool taken)
{
  bool house = row->member != 0 && edition->rules->plan->uses_house;
  notch_seat *seat = taken ? NULL : notch_seat_at(books, row->member);
  notch_seat *own = house ? notch_seat_at(books, 0) : NULL;
  /* A state that is not in memory reads the row when it is next asked for. */
  return (seat == NULL || seat->version != edition->version ||
          notch_seat_fold(books, seat, edition, event, original, row)) &&
         (own == NULL || own->version != edition->version ||
          notch_seat_fold(books, own, edition, event, original, row));
}

/* A row that is a return of another event: folded as it will be read back, with its original. */
static bool fold_again(notch_books *books, notch_edition *edition, int64_t member, int64_t event)
{
  notch_seat *seat = notch_seat_at(books, member);
  notch_transaction row;
  if (seat == NULL || seat->version != edition->version) {
    return true;
  }
  seat->upto = event;
  seat->dirty = true;
  notch_state *state = notch_seat_change(books, seat);
  return state != NULL && notch_history_read(books, event, &books->run, &row) &&
         notch_books_fold(books, edition, state, &row);
}

/* The seat that takes over the decided state: it is in memory, and the rows are recorded at the
 * moments that decide was told. */
static notch_seat *taker(notch_books *books, const notch_edition *edition,
                         const notch_outcome *outcome)
{
  notch_seat *seat = outcome->after == NULL ? NULL : notch_seat_at(books, outcome->after->member);
  bool foreseen = outcome->count > 0 &&
                  outcome->transactions[0].recorded_us == notch_books_next_moment(books);
  return seat != NULL && seat->version == edition->version && foreseen ? seat : NULL;
}

bool notch_books_write(notch_books *books, notch_edition *edition, const notch_event *event,
                       const notch_original *original, const notch_outcome *outcome,
                       notch_receipt *receipt)
{
  notch_seat *takes = taker(books, edition, outcome);
  for (uint32_t i = 0; i < outcome->count; i++) {
    notch_transaction *made = &outcome->transactions[i], row;
    bool own = event != NULL && i == outcome->own;
    made->version = edition->version;
    if (own) {
      made->id = event->id;
      if (!notch_books_content(books, edition, event, made->member, &made->content)) {
        return false;
      }
    }
    if (!notch_names_to_store(books, edition, made, &row) || !append(books, &row, receipt)) {
      return false;
    }
    assert(made->event == row.event);
    assert(takes == NULL || made->recorded_us == row.recorded_us);
    made->recorded_us = row.recorded_us;
    made->previous = row.previous;
    receipt->own = own ? row.event : receipt->own;
    bool sent = made->origin == NOTCH_ORIGIN_SENT;
    if (!sent && notch_history_returns(made)) {
      if (!fold_again(books, edition, made->member, made->event) ||
          (edition->rules->plan->uses_house && !fold_again(books, edition, 0, made->event))) {
        return false;
      }
      continue;
    }
    if (!fold_row(books, edition, sent ? event : NULL, sent ? original : NULL, made,
                  takes != NULL)) {
      return false;
    }
  }
  receipt->own_index = outcome->own;
  return takes == NULL || notch_seat_take(books, takes, edition, event, outcome);
}

bool notch_books_write_plain(notch_books *books, notch_text id, const notch_refused_row *row,
                             notch_receipt *receipt)
{
  notch_transaction plain = {.origin = NOTCH_ORIGIN_SENT,
                             .version = row->version,
                             .member = row->member,
                             .id = id,
                             .at_us = row->at_us,
                             .booked_us = row->at_us,
                             .recorded_us = books->recorded_us,
                             .offset_min = row->offset_min,
                             .verdict = row->verdict,
                             .content = row->content,
                             .detail = row->sentence};
  if (!notch_names_type(books, row->type, &plain.type) || !append(books, &plain, receipt)) {
    return false;
  }
  receipt->own = plain.event;
  receipt->verdict = row->verdict;
  receipt->sentence = row->sentence;
  receipt->reply =
      row->verdict == NOTCH_WAITING ? NOTCH_REPLY_WAITING : NOTCH_REPLY_REFUSED;
  notch_seat *seat = notch_seat_at(books, row->member);
  if (seat != NULL) {
    seat->upto = seat->member == 0 || seat->upto == plain.previous ? plain.event : seat->upto;
    seat->dirty = true;
  }
  return true;
}
