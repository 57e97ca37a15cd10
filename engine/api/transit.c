/* api/transit.c -- points in transit: from the rows of one event that a moment comes between. */
#include <config.h>

#include "api/transit.h"
#include "api/walk.h"

typedef struct moved { /* into transit, or out of it with a lot */
  notch_posting posting;
  bool arrives, seen;
} moved;

typedef struct transit {
  notch_books *books;
  notch_store_status status; /* of what was read */
  NOTCH_VEC(moved) parts;    /* of one event */
  notch_arena arena;
  notch_transit_part *each;
  void *payload;
} transit;

/* By kind: what was seen to leave, less what was seen to arrive. */
static int64_t under_way(const transit *t, uint32_t points)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < t->parts.count; i++) {
    const moved *part = &t->parts.items[i];
    if (part->seen && part->posting.points == points) {
      sum += part->arrives ? -part->posting.amount : part->posting.amount;
    }
  }
  return sum;
}

/* What goes back to a lot that was there before has its dates.  Where it is there already, it left
 * another lot, which is not over. */
static notch_posting dated(transit *t, const moved *part)
{
  notch_posting out = part->posting;
  int64_t event;
  if (out.lot == out.posting) {
    return out;
  }
  out.matures_s = INT64_MIN;
  out.expires_s = NOTCH_NEVER;
  if (!part->seen && out.lot != 0 && t->status == NOTCH_STORE_OK) {
    t->status =
        notch_store_posting_read(t->books->store, part->posting.lot, &t->arena, &out, &event);
  }
  return out;
}

/* What is under way is in lots that are still to arrive; below zero, in some that have. */
static void end_kind(transit *t, uint32_t points)
{
  int64_t left = under_way(t, points), sign = left < 0 ? -1 : 1;
  left *= sign;
  for (uint32_t i = 0; i < t->parts.count && left > 0; i++) {
    const moved *part = &t->parts.items[i];
    if (!part->arrives || part->posting.points != points || part->seen != (sign < 0)) {
      continue;
    }
    int64_t amount = part->posting.amount < left ? part->posting.amount : left;
    const notch_posting lot = dated(t, part);
    left -= amount;
    t->each(t->payload, points, sign * amount, lot.matures_s, lot.expires_s);
  }
}

static void end_event(transit *t)
{
  for (uint32_t i = 0; i < t->parts.count; i++) {
    bool first = true;
    for (uint32_t j = 0; j < i && first; j++) {
      first = t->parts.items[j].posting.points != t->parts.items[i].posting.points;
    }
    if (first) {
      end_kind(t, t->parts.items[i].posting.points);
    }
  }
  t->parts.count = 0;
}

static void add_row(transit *t, const notch_transaction *row, bool seen)
{
  if (row->origin != NOTCH_ORIGIN_SIDE) {
    end_event(t);
  }
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    bool arrives = posting->source == NOTCH_ACCOUNT_IN_TRANSIT;
    if (!arrives && posting->target != NOTCH_ACCOUNT_IN_TRANSIT) {
      continue;
    }
    moved *part = notch_vec_try_push(&t->parts, &t->arena);
    if (part == NULL) {
      t->status = NOTCH_STORE_NOMEM;
      return;
    }
    *part = (moved){.posting = *posting, .arrives = arrives, .seen = seen};
  }
}

bool notch_transit_at(notch_books *books, const notch_reading *reading, notch_transit_part *each,
                      void *payload)
{
  transit t = {.books = books, .each = each, .payload = payload};
  notch_cursor *cursor = NULL;
  const notch_transaction *row;
  notch_arena_init(&t.arena, books->memory);
  t.status = notch_cursor_open(&cursor, books->store, 1, 0);
  while (t.status == NOTCH_STORE_OK && (row = notch_cursor_next(cursor)) != NULL) {
    add_row(&t, row, notch_reading_sees(reading, row));
  }
  t.status = t.status == NOTCH_STORE_OK ? notch_cursor_status(cursor) : t.status;
  end_event(&t);
  notch_cursor_close(cursor);
  notch_arena_free(&t.arena);
  return t.status == NOTCH_STORE_OK || notch_books_failed(books, t.status);
}
