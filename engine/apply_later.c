/* apply_later.c -- what an event's points set off later: rows in which rules on earning ran. */
#include <config.h>

#include "apply.h"
#include "member/claims.h"

typedef NOTCH_VEC(const notch_transaction *) row_list;

typedef struct ripening { /* one member's rows after an original, searched */
  notch_books *books;
  notch_edition *edition;
  notch_original *original;
  uint32_t original_version; /* as recorded: under other rules those of `edition` */
  notch_arena *arena;
  NOTCH_VEC(notch_posting) waiting; /* lots that the original, or what it set off, opened */
  NOTCH_VEC(notch_ripened) found;
  row_list takings;
} ripening;

static bool earned_there(const notch_program *program, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    for (uint32_t j = 0; j < row->postings[i].share_count; j++) {
      if (notch_earned_in(program, row, row->postings[i].shares[j].rule)) {
        return true;
      }
    }
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    if (notch_earned_in(program, row, row->effects[i].rule)) {
      return true;
    }
  }
  return false;
}

static bool takes_back(const notch_transaction *row)
{
  bool marked = false;
  for (uint32_t i = 0; i < row->effect_count; i++) {
    marked = marked || row->effects[i].kind == NOTCH_EFFECT_RETURNED;
  }
  return marked || notch_history_returns(row);
}

static void await_lots(ripening *r, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    if (row->postings[i].source == NOTCH_ACCOUNT_ISSUED &&
        row->postings[i].matures_s != INT64_MIN) {
      *notch_vec_push(&r->waiting, r->arena) = row->postings[i];
    }
  }
}

/* Whether lots that are waited for matured in the row. */
static bool ripens(ripening *r, const notch_transaction *row)
{
  const notch_program *program = r->edition->rules->program;
  bool any = false;
  for (uint32_t i = 0; i < r->waiting.count; i++) {
    notch_posting *lot = &r->waiting.items[i];
    const notch_terms *terms = &program->terms[lot->terms];
    bool due = row->origin == NOTCH_ORIGIN_DUE && lot->matures_s != NOTCH_NEVER &&
               lot->matures_s * NOTCH_SECOND_US == row->at_us;
    bool sent = row->origin == NOTCH_ORIGIN_SENT && lot->matures_s == NOTCH_NEVER &&
                terms->pending == NOTCH_PENDING_UNTIL && terms->pending_event == row->type &&
                lot->earned_us <= row->at_us;
    any = any || due || sent;
    lot->matures_s = sent ? INT64_MIN : lot->matures_s; /* it does so once */
  }
  return any;
}

static bool add_ripened(ripening *r, const notch_transaction *recorded,
                        const notch_transaction *row)
{
  notch_books *books = r->books;
  notch_ripened *found = notch_vec_push(&r->found, r->arena);
  notch_state *then = notch_history_past(books);
  notch_transaction *decided = NOTCH_NEW(r->arena, notch_transaction);
  notch_edition *edition = recorded->version == r->original_version
                               ? r->edition
                               : notch_books_edition(books, recorded->version);
  if (then == NULL || edition == NULL ||
      !notch_names_from_store(books, edition, recorded, decided, r->arena) ||
      !notch_seat_rebuild(books, then, row->member, edition, row->event - 1, INT64_MAX,
                          INT64_MAX)) {
    return false;
  }
  *found = (notch_ripened){.transaction = row,
                           .plan = edition->rules->plan,
                           .decided = decided,
                           .then = then,
                           .house_then = r->original->house_then};
  if (edition->rules->plan->uses_house || edition != r->edition) {
    notch_state *house = notch_history_past(books);
    if (house == NULL || !notch_seat_rebuild(books, house, 0, edition, row->event - 1,
                                             INT64_MAX, INT64_MAX)) {
      return false;
    }
    found->house_then = house;
  }
  if (row->origin == NOTCH_ORIGIN_SENT) {
    found->sent = notch_history_event(books, edition, recorded, r->arena);
  }
  await_lots(r, row);
  return true;
}

/* The rows of one member after `after`, oldest first, up to `last`. */
static bool search(ripening *r, int64_t after, int64_t last)
{
  NOTCH_VEC(const notch_transaction *) rows = {0};
  for (int64_t event = last; event > after;) {
    notch_transaction *row = NOTCH_NEW(r->arena, notch_transaction);
    if (!notch_history_read(r->books, event, r->arena, row)) {
      return false;
    }
    if (row->verdict == NOTCH_APPLIED) {
      *notch_vec_push(&rows, r->arena) = row;
    }
    event = row->previous;
  }
  for (uint32_t i = rows.count; i-- > 0;) {
    const notch_transaction *recorded = rows.items[i];
    notch_transaction *row = NOTCH_NEW(r->arena, notch_transaction);
    if (!notch_names_from_store(r->books, r->edition, recorded, row, r->arena)) {
      return false;
    }
    bool given = row->origin == NOTCH_ORIGIN_SIDE && row->cause == r->original->event &&
                 row->member != r->original->transaction->member;
    if (takes_back(row)) {
      *notch_vec_push(&r->takings, r->arena) = row;
    }
    bool ripe = ripens(r, row) || given;
    if (ripe && earned_there(r->edition->rules->program, row)
            ? !add_ripened(r, recorded, row)
            : false) {
      return false;
    }
    if (given) {
      await_lots(r, row);
    }
  }
  return true;
}

bool notch_history_fill_later(notch_books *books, notch_edition *edition, notch_original *original,
                       int64_t last, int64_t before, notch_arena *arena)
{
  ripening r = {.books = books,
                .edition = edition,
                .original = original,
                .original_version = original->transaction->version,
                .arena = arena};
  if (edition->rules->plan->earning_rules) {
    await_lots(&r, original->transaction);
    if (!search(&r, original->event, last)) {
      return false;
    }
    for (uint32_t i = 0; i < original->side_count; i++) {
      const notch_transaction *side = original->sides[i];
      int64_t newest = 0;
      notch_transaction row = {.event = 0};
      r.waiting.count = 0;
      if (side->cause != original->event || side->member == original->transaction->member) {
        continue;
      }
      notch_store_status status = notch_store_member_last(books->store, &newest, side->member);
      for (; newest >= before && status == NOTCH_STORE_OK; newest = row.previous) {
        if (!notch_history_read(books, newest, arena, &row)) {
          return false;
        }
      }
      if (status != NOTCH_STORE_OK || !search(&r, side->event - 1, newest)) {
        return status == NOTCH_STORE_OK ? false : notch_books_failed(books, status);
      }
    }
  } else {
    for (uint32_t i = 0; i < original->earlier_count; i++) {
      *notch_vec_push(&r.takings, arena) = original->earlier[i];
    }
    for (uint32_t i = 0; i < original->side_count; i++) {
      *notch_vec_push(&r.takings, arena) = original->sides[i];
    }
  }
  original->ripened = r.found.items;
  original->ripened_count = r.found.count;
  original->takings = r.takings.items;
  original->taking_count = r.takings.count;
  return true;
}
