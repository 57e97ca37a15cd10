/* apply/later.c -- what an event's points set off later: rows in which rules on earning ran. */
#include <config.h>

#include "apply/apply.h"
#include "member/claims.h"
#include "member/moved.h"

typedef NOTCH_VEC(const notch_transaction *) row_list;

typedef struct awaited { /* a lot that is to mature */
  notch_posting lot;
  int64_t member;
} awaited;

typedef struct ripening { /* one account's rows after an original, searched */
  notch_books *books;
  notch_edition *edition;
  notch_original *original;
  uint32_t original_version; /* as recorded: under other rules those of `edition` */
  notch_arena *arena;
  int64_t before; /* rows from this one on are not known yet */
  NOTCH_VEC(awaited) waiting; /* lots that the original, or what it set off, opened */
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
      *notch_vec_push(&r->waiting, r->arena) = (awaited){row->postings[i], row->member};
    }
  }
}

/* Where a merge took lots that are waited for. */
static void await_moved(ripening *r, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *opening = &row->postings[i];
    int64_t first = notch_first_lot(r->original, opening->lot);
    bool moved = opening->source == NOTCH_ACCOUNT_IN_TRANSIT && first != opening->lot;
    for (uint32_t j = 0, count = r->waiting.count; j < count && moved; j++) {
      if (r->waiting.items[j].lot.lot == first) {
        *notch_vec_push(&r->waiting, r->arena) = (awaited){*opening, row->member};
        break;
      }
    }
  }
}

/* Whether lots that are waited for matured in the row. */
static bool ripens(ripening *r, const notch_transaction *row)
{
  const notch_program *program = r->edition->rules->program;
  bool any = false;
  for (uint32_t i = 0; i < r->waiting.count; i++) {
    notch_posting *lot = &r->waiting.items[i].lot;
    const notch_terms *terms = &program->terms[lot->terms];
    if (r->waiting.items[i].member != row->member) {
      continue;
    }
    bool dated = lot->matures_s != NOTCH_NEVER && lot->matures_s != INT64_MIN;
    bool due = row->origin == NOTCH_ORIGIN_DUE && dated &&
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
  int64_t holder = row->member;
  if (then == NULL || edition == NULL || !notch_merged_into(books, &holder, r->before) ||
      !notch_names_from_store(books, edition, recorded, decided, r->arena) ||
      !notch_journal_state(books, then, row->member, edition, row->event - 1, INT64_MAX,
                          INT64_MAX)) {
    return false;
  }
  *found = (notch_ripened){.transaction = row,
                           .plan = edition->rules->plan,
                           .decided = decided,
                           .then = then,
                           .holder = holder,
                           .house_then = r->original->house_then};
  if (edition->rules->plan->uses_house || edition != r->edition) {
    notch_state *house = notch_history_past(books);
    if (house == NULL || !notch_journal_state(books, house, 0, edition, row->event - 1,
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

/* Applied rows of one account, and of those it took in, after `after`, from `last` back. */
static bool rows_after(ripening *r, int64_t after, int64_t last, row_list *rows)
{
  notch_lineage lineage;
  notch_transaction *row;
  if (!notch_lineage_begin(&lineage, r->books, last, r->arena)) {
    return false;
  }
  lineage.before = r->before;
  do {
    row = NOTCH_NEW(r->arena, notch_transaction);
    if (!notch_lineage_next(&lineage, r->arena, row)) {
      return false;
    }
    if (row->event > after && row->event < r->before && row->verdict == NOTCH_APPLIED) {
      *notch_vec_push(rows, r->arena) = row;
    }
  } while (row->event > after);
  return true;
}

/* The same rows, oldest first. */
static bool search(ripening *r, int64_t after, int64_t last)
{
  row_list rows = {0};
  if (!rows_after(r, after, last, &rows)) {
    return false;
  }
  for (uint32_t i = rows.count; i-- > 0;) {
    const notch_transaction *recorded = rows.items[i];
    notch_transaction *row = NOTCH_NEW(r->arena, notch_transaction);
    if (!notch_names_from_store(r->books, r->edition, recorded, row, r->arena)) {
      return false;
    }
    bool given = row->origin == NOTCH_ORIGIN_SIDE && row->cause == r->original->event &&
                 row->member != r->original->transaction->member && !notch_history_returns(row);
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
    await_moved(r, row);
  }
  return true;
}

/* The same of who has a side's account, unless it was searched for one before. */
static bool search_side(ripening *r, uint32_t index)
{
  const notch_original *original = r->original;
  int64_t last = 0, holder = original->holders[index];
  if (original->sides[index]->cause != original->event || holder == original->holder) {
    return true;
  }
  for (uint32_t i = 0; i < index; i++) {
    if (original->sides[i]->cause == original->event && original->holders[i] == holder) {
      return true;
    }
  }
  r->waiting.count = 0;
  notch_store_status status = notch_store_member_last(r->books->store, &last, holder);
  return status == NOTCH_STORE_OK ? search(r, original->event, last)
                                  : notch_books_failed(r->books, status);
}

bool notch_history_fill_later(notch_books *books, notch_edition *edition, notch_original *original,
                       int64_t last, int64_t before, notch_arena *arena)
{
  ripening r = {.books = books,
                .edition = edition,
                .original = original,
                .original_version = original->transaction->version,
                .before = before,
                .arena = arena};
  if (edition->rules->plan->earning_rules) {
    await_lots(&r, original->transaction);
    if (!search(&r, original->event, last)) {
      return false;
    }
    for (uint32_t i = 0; i < original->side_count; i++) {
      if (!search_side(&r, i)) {
        return false;
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
