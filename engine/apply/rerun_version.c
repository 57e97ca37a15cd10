/*
 * apply/rerun_version.c -- which version of the rules a recorded row should name, as far as the
 * journal tells: what is decided under a wrong version may well come out as it is recorded.
 */
#include <config.h>

#include "apply/rerun.h"

#include <inttypes.h>
#include <stdio.h>

void notch_rerun_tell_version(notch_rerun *rerun, const notch_transaction *row, uint32_t due)
{
  char recorded[16], right[16];
  if (row->version != due && rerun->fixed == NULL) {
    snprintf(recorded, sizeof recorded, "%" PRIu32, row->version);
    snprintf(right, sizeof right, "%" PRIu32, due);
    rerun->found(rerun->payload, row->event, "version of the rules", recorded, right);
  }
}

/* ---- what was sent ---- */

/* Whether `rules follow` another moment than the event's own in a version known before the row. */
static bool follows(notch_books *books, const notch_transaction *row, bool *out)
{
  *out = false;
  for (uint32_t i = 0; i < books->edition_count && books->editions[i]->event < row->event; i++) {
    notch_edition *edition = notch_books_edition(books, i + 1);
    if (edition == NULL) {
      return false;
    }
    uint32_t type = notch_names_index(books, edition, NOTCH_NAME_TYPE, row->type);
    *out =
        *out || (type != NOTCH_NONE && edition->rules->program->events[type].follow != NOTCH_NONE);
  }
  return true;
}

/* How many versions were published by then. */
static uint32_t known_before(const notch_books *books, const notch_transaction *row)
{
  uint32_t count = books->edition_count;
  while (count > 0 && books->editions[count - 1]->event > row->event) {
    count--;
  }
  return count;
}

/* The version that was in force at the event's own time; 0: none was. */
static uint32_t in_force(const notch_books *books, const notch_transaction *row)
{
  uint32_t version = known_before(books, row);
  while (version > 0 && books->editions[version - 1]->effective_us > row->at_us) {
    version--;
  }
  return version;
}

/* Of a return of one event: the version of that event, which decided it. */
static bool went_back(const notch_rerun_result *result)
{
  return result->outcome != NULL && result->event != NULL &&
         result->event->type == NOTCH_EVENT_RETURN &&
         result->event->fields[NOTCH_FIELD_RETURN_OF].d != 0;
}

bool notch_rerun_check_sent(notch_rerun *rerun, const notch_transaction *row,
                            const notch_rerun_result *result)
{
  notch_books *books = rerun->books;
  bool elsewhere;
  if (went_back(result)) {
    notch_rerun_tell_version(rerun, row, result->edition->version);
    return true;
  }
  if (!follows(books, row, &elsewhere)) {
    return false;
  }
  /* Where not even the time could be read, it was refused by the newest. */
  bool timeless = notch_books_is_unread(row) && !result->timed;
  if (!elsewhere && !(timeless && row->version == known_before(books, row))) {
    notch_rerun_tell_version(rerun, row, in_force(books, row));
  }
  return true;
}

/* ---- what fell due ---- */

/* Whether rules leave what falls due up to a moment to a later version, because they cannot say
 * what it is. */
static bool is_left(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition,
                    int64_t to_us, bool *out)
{
  const notch_state *house = notch_rerun_state_of(rerun, 0, edition);
  const notch_state *state =
      house == NULL ? NULL : notch_rerun_state_of(rerun, row->member, edition);
  if (state == NULL) {
    return false;
  }
  notch_case decision = notch_rerun_case(rerun, edition, state, house);
  rerun->edition = edition;
  const notch_outcome *outcome = notch_settle(rerun->decider, &decision, to_us);
  *out = outcome != NULL && outcome->verdict != NOTCH_APPLIED;
  return outcome != NULL || notch_books_say(rerun->books, NOTCH_STORE_NOMEM, "out of memory");
}

/*
 * What fell due at D goes by the version in force at D.  Where the member was settled beyond D
 * before it was due (a late event brought it), by none after the one of then.
 */
bool notch_rerun_check_due(notch_rerun *rerun, const notch_transaction *row)
{
  notch_books *books = rerun->books;
  notch_edition *first = notch_books_edition_at(books, row->at_us, row->event);
  const notch_state *state = first == NULL ? NULL : notch_rerun_state_of(rerun, row->member, first);
  if (state == NULL) {
    return false;
  }
  const notch_edition *last = notch_books_edition_at(
      books, state->settled_us > row->at_us ? state->settled_us : row->at_us, row->event);
  if (last == NULL) {
    return false;
  }
  if (row->version >= first->version && row->version <= last->version) {
    return true;
  }
  bool after = first->version < known_before(books, row), left = false;
  int64_t to_us = after ? books->editions[first->version]->begins_us - 1 : row->at_us;
  if (row->version != 0 && !is_left(rerun, row, first, to_us, &left)) {
    return false;
  }
  if (!left) {
    notch_rerun_tell_version(rerun, row, first->version);
  }
  return true;
}

void notch_rerun_check_publication(notch_rerun *rerun, const notch_transaction *row)
{
  const notch_books *books = rerun->books;
  for (uint32_t i = 0; i < books->edition_count; i++) {
    if (books->editions[i]->event == row->event) {
      notch_rerun_tell_version(rerun, row, books->editions[i]->version);
    }
  }
}
