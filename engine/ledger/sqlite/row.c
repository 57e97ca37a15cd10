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

/* A list of numbers: rules and their shares, of the last rule no share where it is what is left. */
bool notch_rules_encode(notch_buffer *out, const notch_posting *posting)
{
  uint64_t left = (uint64_t)posting->amount;
  notch_buffer_clear(out);
  for (uint32_t i = 0; i < posting->share_count; i++) {
    bool last = i + 1 == posting->share_count;
    notch_buffer_put(out, i == 0 ? "[" : ",", 1);
    notch_buffer_integer(out, posting->shares[i].rule);
    if (!last || left != (uint64_t)posting->shares[i].amount) {
      notch_buffer_put(out, ",", 1);
      notch_buffer_integer(out, posting->shares[i].amount);
    }
    left -= (uint64_t)posting->shares[i].amount;
  }
  notch_buffer_put(out, "]", 1);
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

#define SHARE_BYTES_MIN 4u /* 1,5 and what parts it from the next */

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
  uint64_t left = (uint64_t)out->amount;
  while (count < most && end - at > 1) { /* the bracket is left */
    int64_t rule;
    at = next_number(at, end, &rule);
    shares[count] = (notch_share){(uint32_t)rule, (int64_t)left};
    if (end - at > 1) {
      at = next_number(at, end, &shares[count].amount);
    }
    left -= (uint64_t)shares[count++].amount;
  }
  out->shares = shares;
  out->share_count = (uint16_t)count;
}

/* The last two columns of a lot. */
static void column_origin(sqlite3_stmt *row, int earned, int64_t event_at_us, notch_posting *out)
{
  if (out->lot == out->posting) {
    out->earned_us = number(row, earned, event_at_us);
    out->partner = (uint32_t)number(row, earned + 1, NOTCH_NONE);
  }
}

static notch_posting posting_of(int64_t number, int64_t amount, int64_t lot)
{
  return (notch_posting){.posting = number, .amount = amount, .lot = lot, .matures_s = INT64_MIN,
                         .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = NOTCH_NONE};
}

static void first_posting(sqlite3_stmt *row, const notch_form *form, notch_arena *arena,
                          const notch_transaction *t, notch_posting *out)
{
  int64_t posting = apart(t->event, sqlite3_column_int64(row, NOTCH_ROW_POSTING), -1);
  *out = posting_of(posting, sqlite3_column_int64(row, NOTCH_ROW_AMOUNT),
                    apart(posting, sqlite3_column_int64(row, NOTCH_ROW_LOT), -1));
  out->points = (uint32_t)form->fields[NOTCH_FORM_POINTS];
  out->source = (uint8_t)form->fields[NOTCH_FORM_SOURCE];
  out->target = (uint8_t)form->fields[NOTCH_FORM_TARGET];
  column_shares(row, NOTCH_ROW_RULES, arena, out);
  if (out->lot == posting) {
    int64_t terms = form->fields[NOTCH_FORM_TERMS];
    out->matures_s = number(row, NOTCH_ROW_MATURES, INT64_MIN);
    out->expires_s = number(row, NOTCH_ROW_EXPIRES, NOTCH_NEVER);
    out->terms = terms == NOTCH_FORM_NULL ? NOTCH_NONE : (uint32_t)terms;
    out->earned_us = t->at_us;
  }
}

const notch_form *notch_row_event(notch_store *store, sqlite3_stmt *row, notch_arena *arena,
                                  notch_transaction *out, notch_posting *first)
{
  const notch_form *form = notch_form_of(store, sqlite3_column_int64(row, NOTCH_ROW_FORM));
  *out = (notch_transaction){0};
  out->event = sqlite3_column_int64(row, NOTCH_ROW_EVENT);
  out->id = notch_column_text(row, NOTCH_ROW_ID);
  out->type = (uint32_t)form->fields[NOTCH_FORM_TYPE];
  out->member = sqlite3_column_int64(row, NOTCH_ROW_MEMBER);
  int64_t back = sqlite3_column_int64(row, NOTCH_ROW_PREVIOUS);
  out->previous = back == 0 ? 0 : apart(out->event, back, -1);
  out->at_us = sqlite3_column_int64(row, NOTCH_ROW_AT);
  out->offset_min = (int32_t)form->fields[NOTCH_FORM_OFFSET];
  out->booked_us = apart(out->at_us, sqlite3_column_int64(row, NOTCH_ROW_BOOKED), 1);
  out->recorded_us = apart(out->at_us, sqlite3_column_int64(row, NOTCH_ROW_RECORDED), 1);
  out->version = (uint32_t)form->fields[NOTCH_FORM_VERSION];
  out->verdict = (notch_verdict)form->fields[NOTCH_FORM_OUTCOME];
  int64_t shape = form->fields[NOTCH_FORM_SHAPE];
  out->shape = shape < 1 || shape > UINT32_MAX ? 0 : (uint32_t)shape;
  out->content = notch_column_text(row, NOTCH_ROW_CONTENT);
  if (form->fields[NOTCH_FORM_POSTINGS] > 0) {
    first_posting(row, form, arena, out, first);
    out->postings = first;
    out->posting_count = 1;
  }
  return form;
}

void notch_row_more(sqlite3_stmt *row, notch_transaction *out, notch_posting *first,
                    notch_row_hangs *hangs)
{
  out->origin = (notch_origin)sqlite3_column_int(row, NOTCH_MORE_ORIGIN);
  out->cause = sqlite3_column_int64(row, NOTCH_MORE_CAUSE);
  hangs->move = sqlite3_column_int64(row, NOTCH_MORE_MOVE);
  hangs->effect = sqlite3_column_int64(row, NOTCH_MORE_EFFECT);
  out->shared = notch_column_text(row, NOTCH_MORE_SHARED);
  out->detail = notch_column_text(row, NOTCH_MORE_DETAIL);
  if (out->posting_count > 0) {
    column_origin(row, NOTCH_MORE_EARNED, out->at_us, first);
  }
}

void notch_row_posting(sqlite3_stmt *row, notch_arena *arena, int64_t event_at_us,
                       notch_posting *out)
{
  *out = posting_of(sqlite3_column_int64(row, 0),
                    sqlite3_column_int64(row, NOTCH_POSTING_AMOUNT),
                    sqlite3_column_int64(row, NOTCH_POSTING_LOT));
  out->points = (uint32_t)sqlite3_column_int64(row, NOTCH_POSTING_POINTS);
  out->source = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_SOURCE);
  out->target = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_TARGET);
  column_shares(row, NOTCH_POSTING_RULES, arena, out);
  if (out->lot == out->posting) {
    out->matures_s = number(row, NOTCH_POSTING_MATURES, INT64_MIN);
    out->expires_s = number(row, NOTCH_POSTING_EXPIRES, NOTCH_NEVER);
    out->terms = (uint32_t)number(row, NOTCH_POSTING_TERMS, NOTCH_NONE);
  }
  column_origin(row, NOTCH_POSTING_EARNED, event_at_us, out);
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
