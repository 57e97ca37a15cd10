/*
 * apply/rankings.c -- which ranking of a cohort comes after which: what the ledger records as it
 * passes their instants, and what replay expects to find recorded.
 */
#include <config.h>

#include "apply/apply.h"

notch_edition *notch_books_edition_at(notch_books *books, int64_t at_us, int64_t before)
{
  uint32_t version = books->edition_count;
  while (version > 1 && (books->editions[version - 1]->event >= before ||
                         books->editions[version - 1]->begins_us > at_us)) {
    version--;
  }
  return notch_books_edition(books, version);
}

bool notch_books_is_ranking(const notch_books *books, const notch_transaction *row)
{
  return row->member == 0 && row->origin == NOTCH_ORIGIN_DUE &&
         notch_text_equal(notch_store_name_text(books->store, row->type),
                          notch_text_of(notch_due_word(NOTCH_DUE_RANKING)));
}

/* What fell due at D goes by the version in force at D, here too: up to the moment before the next
 * one begins. */
static int64_t last_moment(const notch_books *books, uint32_t version, uint32_t newest,
                           int64_t to_us)
{
  int64_t ends_us = version < newest ? books->editions[version]->begins_us - 1 : to_us;
  return ends_us < to_us ? ends_us : to_us;
}

bool notch_books_ranking_after(notch_books *books, int64_t *after_us, int64_t to_us, int64_t before,
                               notch_ranking *out)
{
  notch_edition *last = notch_books_edition_at(books, to_us, before);
  *out = (notch_ranking){0};
  for (uint32_t v = 1; last != NULL && v <= last->version; v++) {
    int64_t ends_us = last_moment(books, v, last->version, to_us);
    if (*after_us >= ends_us) {
      continue;
    }
    notch_edition *edition = notch_books_edition(books, v);
    if (edition == NULL) {
      return false;
    }
    int64_t at_s = notch_next_ranking(edition->rules->plan, *after_us, &out->cohort);
    if (at_s != NOTCH_NEVER && at_s <= ends_us / NOTCH_SECOND_US) {
      out->edition = edition;
      out->at_s = at_s;
      return true;
    }
    if (v < last->version) {
      *after_us = ends_us;
    }
  }
  return last != NULL;
}

bool notch_ranking_beside(notch_ranking *ranking)
{
  const notch_program *program = ranking->edition->rules->program;
  do {
    ranking->cohort++;
  } while (ranking->cohort < program->cohort_count &&
           !notch_ranks_at(program, ranking->cohort, ranking->at_s));
  return ranking->cohort < program->cohort_count;
}
