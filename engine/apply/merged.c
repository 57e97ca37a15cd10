/*
 * apply/merged.c -- accounts that were merged: whose they are now, what lots and grants are called
 * where they went, and the rows of an account together with those of the accounts it took in.
 */
#include <config.h>

#include "apply/apply.h"
#include "member/moved.h"

int64_t notch_merged_account(const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->effect_count && row->verdict == NOTCH_APPLIED; i++) {
    if (row->effects[i].kind == NOTCH_EFFECT_MERGED) {
      return row->effects[i].ref;
    }
  }
  return 0;
}

typedef struct merge {  /* by which an account ended */
  int64_t row, emptied; /* the survivor's row, and the one that emptied the old account */
  int64_t into;         /* 0: it was not merged */
} merge;

static bool find_merge_in(notch_books *books, int64_t member, int64_t before, notch_arena *one,
                          merge *out)
{
  int64_t last = 0;
  notch_transaction row, cause;
  *out = (merge){0};
  if (member == 0) {
    return true;
  }
  notch_store_status status = notch_store_member_last(books->store, &last, member);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  for (; last != 0; last = row.previous) { /* what was refused since ends nothing */
    notch_arena_reset(one);
    if (!notch_history_read(books, last, one, &row)) {
      return false;
    }
    if (row.verdict == NOTCH_APPLIED) {
      break;
    }
  }
  /* Nothing is applied to an account that ended, so a newer row says that it had not. */
  if (last == 0 || last >= before || row.origin != NOTCH_ORIGIN_SIDE || row.cause == 0) {
    return true;
  }
  if (!notch_history_read(books, row.cause, one, &cause)) {
    return false;
  }
  if (notch_merged_account(&cause) == member) {
    *out = (merge){cause.event, last, cause.member};
  }
  return true;
}

static bool find_merge(notch_books *books, int64_t member, int64_t before, merge *out)
{
  notch_arena one;
  notch_arena_init(&one, books->memory);
  bool good = find_merge_in(books, member, before, &one, out);
  notch_arena_free(&one);
  return good;
}

static bool merged_twice(notch_books *books, int64_t event)
{
  return notch_books_say(books, NOTCH_STORE_CORRUPT,
                         "transaction %lld merges what was merged before: verify the ledger",
                         (long long)event);
}

/* Who takes an account in has his own then: what became of that came later. */
bool notch_merged_into(notch_books *books, int64_t *member, int64_t before)
{
  merge found;
  int64_t row = 0;
  bool good = find_merge(books, *member, before, &found);
  while (good && found.into != 0) {
    *member = found.into;
    good = found.row > row || merged_twice(books, found.row);
    row = found.row;
    good = good && find_merge(books, *member, before, &found);
  }
  return good;
}

bool notch_merged_follow(notch_books *books, const notch_state *state, int64_t *member,
                         int64_t before)
{
  return state != NULL && (!state->closed || notch_merged_into(books, member, before));
}

/* ---- what moved ---- */

typedef NOTCH_VEC(int64_t) number_list;

typedef struct moving { /* one merge's lots and grants: out of the old account, into the other */
  number_list lots_out, lots_in, held_out, held_in, grants_out, grants_in;
} moving;

static bool moves(const notch_posting *posting, notch_account from, notch_account to)
{
  return posting->source == from && posting->target == to;
}

static void note_row(const notch_transaction *row, const merge *by, notch_arena *arena, moving *out)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    number_list *list =
        moves(posting, NOTCH_ACCOUNT_IN_TRANSIT, NOTCH_ACCOUNT_POINTS)
            ? (row->event == by->row ? &out->lots_in : &out->held_in)
        : moves(posting, NOTCH_ACCOUNT_POINTS, NOTCH_ACCOUNT_IN_TRANSIT) ? &out->lots_out
        : moves(posting, NOTCH_ACCOUNT_HELD, NOTCH_ACCOUNT_IN_TRANSIT)   ? &out->held_out
                                                                         : NULL;
    if (list != NULL) {
      *notch_vec_push(list, arena) = posting->lot;
    }
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    if (row->event == by->row && effect->kind == NOTCH_EFFECT_GRANT) {
      *notch_vec_push(&out->grants_in, arena) = effect->effect;
    } else if (row->event == by->emptied && effect->kind == NOTCH_EFFECT_WITHDRAW) {
      *notch_vec_push(&out->grants_out, arena) = effect->ref;
    }
  }
}

typedef NOTCH_VEC(notch_moved) moved_list;

/* They stand in the same order on both sides, but that lots leave last first. */
static void pair(const number_list *out, const number_list *in, bool last_first, notch_arena *arena,
                 moved_list *to)
{
  for (uint32_t i = 0; out->count == in->count && i < in->count; i++) {
    int64_t from = out->items[last_first ? out->count - 1 - i : i];
    notch_moved moved = {notch_moved_first(to->items, to->count, from), in->items[i]};
    *notch_vec_push(to, arena) = moved;
  }
}

static bool add_moves(notch_books *books, const merge *by, notch_arena *arena, moved_list *lots,
                      moved_list *grants)
{
  moving found = {0};
  for (int64_t event = by->row; event <= by->emptied; event++) {
    notch_transaction *row = NOTCH_NEW(arena, notch_transaction);
    if (!notch_history_read(books, event, arena, row)) {
      return false;
    }
    if (event == by->row || row->cause == by->row) {
      note_row(row, by, arena, &found);
    }
  }
  pair(&found.lots_out, &found.lots_in, true, arena, lots);
  pair(&found.held_out, &found.held_in, false, arena, lots);
  pair(&found.grants_out, &found.grants_in, false, arena, grants);
  return true;
}

/* Follows one account to who has it before the row `before`. */
static bool follow(notch_books *books, int64_t *member, int64_t before, notch_arena *arena,
                   moved_list *lots, moved_list *grants)
{
  merge found = {.into = *member};
  bool good = true;
  while (good && found.into != 0) {
    *member = found.into;
    good = find_merge(books, *member, before, &found) &&
           (found.into == 0 || add_moves(books, &found, arena, lots, grants));
  }
  return good;
}

bool notch_merged_fill(notch_books *books, notch_original *original, int64_t before,
                       notch_arena *arena)
{
  moved_list lots = {0}, grants = {0};
  int64_t *holders = NOTCH_NEW_ARRAY(arena, int64_t, original->side_count + 1);
  original->holder = original->transaction->member;
  bool good = follow(books, &original->holder, before, arena, &lots, &grants);
  for (uint32_t i = 0; i < original->side_count && good; i++) {
    const notch_transaction *side = original->sides[i];
    uint32_t known = 0;
    holders[i] = side->member;
    while (known < i && original->sides[known]->member != side->member) {
      known++;
    }
    if (side->member == original->transaction->member) {
      holders[i] = original->holder;
    } else if (known < i) {
      holders[i] = holders[known];
    } else {
      good = follow(books, &holders[i], before, arena, &lots, &grants);
    }
  }
  original->holders = holders;
  original->lots = lots.items;
  original->lot_count = lots.count;
  original->grants = grants.items;
  original->grant_count = grants.count;
  return good;
}

/* ---- the rows of one account and of those that it took in ---- */

static bool add_head(notch_lineage *lineage, int64_t event, int64_t ended)
{
  notch_arena *keep = lineage->keep;
  jmp_buf *escape = keep->escape;
  keep->escape = NULL;
  notch_lineage_head *head = notch_vec_try_push(&lineage->heads, keep);
  keep->escape = escape;
  if (head == NULL) {
    return notch_books_say(lineage->books, NOTCH_STORE_NOMEM, "out of memory");
  }
  *head = (notch_lineage_head){event, ended};
  return true;
}

bool notch_lineage_begin(notch_lineage *lineage, notch_books *books, int64_t last,
                         notch_arena *keep)
{
  *lineage = (notch_lineage){.books = books, .keep = keep, .before = INT64_MAX};
  return add_head(lineage, last, INT64_MAX);
}

bool notch_lineage_next(notch_lineage *lineage, notch_arena *arena, notch_transaction *out)
{
  notch_books *books = lineage->books;
  uint32_t newest = 0;
  for (uint32_t i = 1; i < lineage->heads.count; i++) {
    newest = lineage->heads.items[i].row > lineage->heads.items[newest].row ? i : newest;
  }
  notch_lineage_head *head = &lineage->heads.items[newest];
  out->event = head->row;
  if (out->event == 0) {
    return true;
  }
  if (!notch_history_read(books, out->event, arena, out)) {
    return false;
  }
  head->row = out->previous;
  int64_t merged = notch_merged_account(out), last = 0;
  if (merged == 0 || out->event >= lineage->before) {
    return true;
  }
  if (out->event >= head->ended) {
    return merged_twice(books, out->event);
  }
  notch_store_status status = notch_store_member_last(books->store, &last, merged);
  return status == NOTCH_STORE_OK ? add_head(lineage, last, out->event)
                                  : notch_books_failed(books, status);
}

static bool add_account(notch_books *books, int64_t member, notch_arena *keep, notch_accounts *out)
{
  int64_t *added = notch_vec_try_push(out, keep);
  if (added == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  *added = member;
  return true;
}

bool notch_merged_accounts(notch_books *books, int64_t member, notch_arena *keep,
                           notch_accounts *out)
{
  *out = (notch_accounts){0};
  int64_t last = 0;
  notch_store_status status = notch_store_member_last(books->store, &last, member);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  notch_arena one;
  notch_arena_init(&one, books->memory);
  notch_lineage lineage;
  notch_transaction row = {.event = last};
  bool good =
      add_account(books, member, keep, out) && notch_lineage_begin(&lineage, books, last, keep);
  while (good && row.event != 0) {
    notch_arena_reset(&one);
    good = notch_lineage_next(&lineage, &one, &row);
    int64_t merged = good && row.event != 0 ? notch_merged_account(&row) : 0;
    good = good && (merged == 0 || add_account(books, merged, keep, out));
  }
  notch_arena_free(&one);
  return good;
}
