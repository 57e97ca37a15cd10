/* ledger/sqlite/row.c -- rows as the structs of base/record.h. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

static int64_t number(sqlite3_stmt *row, int column, int64_t absent)
{
  return sqlite3_column_type(row, column) == SQLITE_NULL ? absent
                                                         : sqlite3_column_int64(row, column);
}

/* What a column says as a difference; in a damaged row it may not fit and goes round. */
static int64_t apart(int64_t from, int64_t difference, int sign)
{
  uint64_t step = (uint64_t)difference;
  return (int64_t)((uint64_t)from + (sign < 0 ? 0 - step : step));
}

bool notch_rules_encode(notch_buffer *out, const notch_posting *posting)
{
  notch_buffer_clear(out);
  for (uint32_t i = 0; i < posting->share_count; i++) {
    notch_buffer_put(out, i == 0 ? "{\"" : ",\"", 2);
    notch_buffer_integer(out, posting->shares[i].rule);
    notch_buffer_put(out, "\":", 2);
    notch_buffer_integer(out, posting->shares[i].amount);
  }
  notch_buffer_put(out, "}", 1);
  return !out->failed;
}

/* Reads digits, skipping what is none before them.  Stops at the end of the text. */
static const char *next_number(const char *at, const char *end, int64_t *out)
{
  uint64_t value = 0;
  bool below = false; /* a lowering rule's share */
  for (; at < end && (unsigned char)(*at - '0') > 9; at++) {
    below = *at == '-';
  }
  for (; at < end && (unsigned char)(*at - '0') <= 9; at++) {
    value = value * 10 + (unsigned)(*at - '0');
  }
  int64_t number = (int64_t)(value & INT64_MAX);
  *out = below ? -number : number;
  return at;
}

#define SHARE_BYTES_MIN 6u /* "1":5 and what parts it from the next */

static void column_shares(sqlite3_stmt *row, int column, notch_arena *arena, notch_posting *out)
{
  int type = sqlite3_column_type(row, column);
  if (type == SQLITE_NULL) {
    return;
  }
  if (type == SQLITE_INTEGER) {
    notch_share *only = NOTCH_NEW(arena, notch_share);
    if (only != NULL) {
      *only = (notch_share){(uint32_t)sqlite3_column_int64(row, column), out->amount};
      out->shares = only;
      out->share_count = 1;
    }
    return;
  }
  notch_text rules = notch_column_text(row, column);
  const char *at = rules.bytes, *end = rules.bytes + rules.length;
  uint32_t most = rules.length / SHARE_BYTES_MIN + 1, count = 0;
  notch_share *shares = NOTCH_NEW_ARRAY(arena, notch_share, most);
  if (shares == NULL || most > UINT16_MAX) {
    return;
  }
  while (count < most && end - at >= (ptrdiff_t)SHARE_BYTES_MIN - 1) {
    int64_t rule;
    at = next_number(at, end, &rule);
    at = next_number(at, end, &shares[count].amount);
    shares[count++].rule = (uint32_t)rule;
  }
  out->shares = shares;
  out->share_count = (uint16_t)count;
}

/* From points to terms. */
static void column_posting(sqlite3_stmt *row, int points, notch_arena *arena, notch_posting *out)
{
  *out = (notch_posting){.posting = out->posting, .matures_s = INT64_MIN,
                         .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = NOTCH_NONE};
  out->points = (uint32_t)sqlite3_column_int64(row, points);
  out->source = (uint8_t)sqlite3_column_int(row, points + 1);
  out->target = (uint8_t)sqlite3_column_int(row, points + 2);
  out->amount = sqlite3_column_int64(row, points + 3);
  int64_t lot = sqlite3_column_int64(row, points + 4);
  out->lot = points == NOTCH_ROW_POINTS ? apart(out->posting, lot, -1) : lot;
  column_shares(row, points + 5, arena, out);
  if (out->lot == out->posting) {
    out->matures_s = number(row, points + 6, INT64_MIN);
    out->expires_s = number(row, points + 7, NOTCH_NEVER);
    out->terms = (uint32_t)number(row, points + 8, NOTCH_NONE);
  }
}

static void column_lot(sqlite3_stmt *row, int earned, int64_t event_at_us, notch_posting *out)
{
  if (out->lot == out->posting) {
    out->earned_us = number(row, earned, event_at_us);
    out->partner = (uint32_t)number(row, earned + 1, NOTCH_NONE);
  }
}

void notch_row_event(sqlite3_stmt *row, notch_arena *arena, notch_transaction *out,
                     notch_posting *first)
{
  *out = (notch_transaction){0};
  out->event = sqlite3_column_int64(row, NOTCH_ROW_EVENT);
  out->id = notch_column_text(row, NOTCH_ROW_ID);
  out->type = (uint32_t)sqlite3_column_int64(row, NOTCH_ROW_TYPE);
  out->member = sqlite3_column_int64(row, NOTCH_ROW_MEMBER);
  int64_t back = sqlite3_column_int64(row, NOTCH_ROW_PREVIOUS);
  out->previous = back == 0 ? 0 : apart(out->event, back, -1);
  out->at_us = sqlite3_column_int64(row, NOTCH_ROW_AT);
  out->offset_min = sqlite3_column_int(row, NOTCH_ROW_OFFSET);
  out->booked_us = apart(out->at_us, sqlite3_column_int64(row, NOTCH_ROW_BOOKED), 1);
  out->recorded_us = apart(out->at_us, sqlite3_column_int64(row, NOTCH_ROW_RECORDED), 1);
  out->version = (uint32_t)sqlite3_column_int64(row, NOTCH_ROW_VERSION);
  out->verdict = (notch_verdict)sqlite3_column_int(row, NOTCH_ROW_OUTCOME);
  int64_t shape = sqlite3_column_int64(row, NOTCH_ROW_SHAPE);
  out->shape = shape < 1 || shape > UINT32_MAX ? 0 : (uint32_t)shape;
  out->content = notch_column_text(row, NOTCH_ROW_CONTENT);
  if (sqlite3_column_int64(row, NOTCH_ROW_POSTINGS) > 0) {
    first->posting = sqlite3_column_int64(row, NOTCH_ROW_POSTING);
    column_posting(row, NOTCH_ROW_POINTS, arena, first);
    first->earned_us = first->lot == first->posting ? out->at_us : 0;
    out->postings = first;
    out->posting_count = 1;
  }
}

void notch_row_rare(sqlite3_stmt *row, int origin, notch_transaction *out, notch_posting *first,
                    notch_row_hangs *hangs)
{
  *hangs = (notch_row_hangs){0, 0};
  if (row == NULL) {
    return;
  }
  out->origin = (notch_origin)sqlite3_column_int(row, origin + NOTCH_RARE_ORIGIN);
  out->cause = sqlite3_column_int64(row, origin + NOTCH_RARE_CAUSE);
  hangs->move = sqlite3_column_int64(row, origin + NOTCH_RARE_MOVE);
  hangs->effect = sqlite3_column_int64(row, origin + NOTCH_RARE_EFFECT);
  out->shared = notch_column_text(row, origin + NOTCH_RARE_SHARED);
  out->detail = notch_column_text(row, origin + NOTCH_RARE_DETAIL);
  if (out->posting_count > 0) {
    column_lot(row, origin + NOTCH_RARE_EARNED, out->at_us, first);
  }
}

void notch_row_posting(sqlite3_stmt *row, notch_arena *arena, int64_t event_at_us,
                       notch_posting *out)
{
  out->posting = sqlite3_column_int64(row, 0);
  column_posting(row, NOTCH_POSTING_POINTS, arena, out);
  column_lot(row, NOTCH_POSTING_EARNED, event_at_us, out);
}

void notch_row_move(sqlite3_stmt *row, notch_move *out)
{
  *out = (notch_move){0};
  out->ladder = (uint32_t)sqlite3_column_int64(row, 2);
  out->tier = (uint32_t)sqlite3_column_int64(row, 3);
  out->since_us = sqlite3_column_int64(row, 4);
  out->until_s = number(row, 5, NOTCH_NEVER);
  out->cause = (uint8_t)sqlite3_column_int(row, 6);
}

void notch_row_effect(sqlite3_stmt *row, notch_arena *arena, notch_effect *out)
{
  *out = (notch_effect){0};
  out->effect = sqlite3_column_int64(row, 0);
  out->kind = (uint8_t)sqlite3_column_int(row, 2);
  out->subject = (uint32_t)number(row, 3, NOTCH_NONE);
  out->rule = (uint32_t)number(row, 4, NOTCH_NONE);
  out->amount = sqlite3_column_int64(row, 5);
  out->ref = sqlite3_column_int64(row, 6);
  out->matures_s = number(row, 7, INT64_MIN);
  out->until_s = number(row, 8, NOTCH_NEVER);
  if (sqlite3_column_type(row, 9) != SQLITE_NULL) {
    out->text = notch_arena_text(arena, notch_column_text(row, 9));
  }
}
