/* ledger/sqlite/row.c -- rows as the structs of base/record.h. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>

#define NOTCH_ROW_POINTER "notch_row" /* what kind of pointer is bound */

static int64_t number(sqlite3_value *value, int64_t absent)
{
  return sqlite3_value_type(value) == SQLITE_NULL ? absent : sqlite3_value_int64(value);
}

/* A column's value.  No thread but this one uses the connection, so that it may be read. */
static int64_t column_number(sqlite3_stmt *row, int column, int64_t absent)
{
  return number(sqlite3_column_value(row, column), absent);
}

static notch_text text_of(sqlite3_value *value)
{
  const char *bytes = sqlite3_value_blob(value);
  return (notch_text){bytes, (uint32_t)sqlite3_value_bytes(value)};
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

/* The next number, whatever stands before it; 0 where none is left.  There is a byte at least. */
static inline int64_t next_number(const char **from, const char *end)
{
  const char *at = *from;
  unsigned digit;
  do {
    digit = (unsigned char)*at++ - '0';
  } while (digit > 9 && at < end);
  uint64_t value = digit > 9 ? 0 : digit;
  bool below = at - *from > 1 && at[-2] == '-'; /* a lowering rule's share */
  while (at < end && (digit = (unsigned char)*at - '0') <= 9) {
    value = value * 10 + digit;
    at++;
  }
  *from = at;
  int64_t number = (int64_t)(value & INT64_MAX);
  return below ? -number : number;
}

#define SHARE_BYTES_MIN 4u /* 1,5 and what parts it from the next */

static void take_shares(sqlite3_value *value, notch_arena *arena, notch_posting *out)
{
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) {
    return;
  }
  if (type == SQLITE_INTEGER) {
    notch_share *only = NOTCH_NEW(arena, notch_share);
    if (only != NULL) {
      *only = (notch_share){(uint32_t)sqlite3_value_int64(value), out->amount};
      out->shares = only;
      out->share_count = 1;
    }
    return;
  }
  notch_text rules = text_of(value);
  const char *at = rules.bytes, *end = rules.bytes + rules.length;
  uint32_t most = rules.length / SHARE_BYTES_MIN + 1, count = 0;
  notch_share *shares = notch_arena_take(arena, most * sizeof *shares);
  if (shares == NULL || most > UINT16_MAX) {
    return;
  }
  uint64_t left = (uint64_t)out->amount;
  while (count < most && end - at > 1) { /* the bracket is left */
    uint32_t rule = (uint32_t)next_number(&at, end);
    int64_t amount = end - at > 1 ? next_number(&at, end) : (int64_t)left;
    shares[count++] = (notch_share){rule, amount};
    left -= (uint64_t)amount;
  }
  out->shares = shares;
  out->share_count = (uint16_t)count;
}

/* The last two columns of a lot. */
static void column_origin(sqlite3_stmt *row, int earned, int64_t event_at_us, notch_posting *out)
{
  if (out->lot == out->posting) {
    out->earned_us = column_number(row, earned, event_at_us);
    out->partner = (uint32_t)column_number(row, earned + 1, NOTCH_NONE);
  }
}

static notch_posting posting_of(int64_t number, int64_t amount, int64_t lot)
{
  return (notch_posting){.posting = number, .amount = amount, .lot = lot, .matures_s = INT64_MIN,
                         .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = NOTCH_NONE};
}

static notch_posting *first_posting(sqlite3_value **columns, const notch_form *form,
                                    notch_arena *arena, const notch_transaction *t)
{
  notch_posting *out = notch_arena_take(arena, sizeof *out);
  if (out == NULL) {
    return NULL;
  }
  int64_t posting = apart(t->event, sqlite3_value_int64(columns[NOTCH_ROW_POSTING]), -1);
  *out = posting_of(posting, sqlite3_value_int64(columns[NOTCH_ROW_AMOUNT]),
                    apart(posting, sqlite3_value_int64(columns[NOTCH_ROW_LOT]), -1));
  out->points = (uint32_t)form->fields[NOTCH_FORM_POINTS];
  out->source = (uint8_t)form->fields[NOTCH_FORM_SOURCE];
  out->target = (uint8_t)form->fields[NOTCH_FORM_TARGET];
  take_shares(columns[NOTCH_ROW_RULES], arena, out);
  if (out->lot == posting) {
    int64_t terms = form->fields[NOTCH_FORM_TERMS];
    out->matures_s = number(columns[NOTCH_ROW_MATURES], INT64_MIN);
    out->expires_s = number(columns[NOTCH_ROW_EXPIRES], NOTCH_NEVER);
    out->terms = terms == NOTCH_FORM_NULL ? NOTCH_NONE : (uint32_t)terms;
    out->earned_us = t->at_us;
  }
  return out;
}

static void take_event(notch_store *store, sqlite3_value **columns, notch_row *row)
{
  notch_transaction *out = row->out;
  const notch_form *form =
      notch_form_of(store, sqlite3_value_int64(columns[NOTCH_ROW_FORM]));
  *out = (notch_transaction){.event = sqlite3_value_int64(columns[NOTCH_ROW_EVENT])};
  out->id = text_of(columns[NOTCH_ROW_ID]);
  if (out->id.length > 0) {
    out->id = notch_arena_text(row->arena, out->id);
  }
  out->type = (uint32_t)form->fields[NOTCH_FORM_TYPE];
  out->member = sqlite3_value_int64(columns[NOTCH_ROW_MEMBER]);
  int64_t back = sqlite3_value_int64(columns[NOTCH_ROW_PREVIOUS]);
  out->previous = back == 0 ? 0 : apart(out->event, back, -1);
  out->at_us = sqlite3_value_int64(columns[NOTCH_ROW_AT]);
  out->offset_min = (int32_t)form->fields[NOTCH_FORM_OFFSET];
  out->booked_us = apart(out->at_us, sqlite3_value_int64(columns[NOTCH_ROW_BOOKED]), 1);
  out->recorded_us = apart(out->at_us, sqlite3_value_int64(columns[NOTCH_ROW_RECORDED]), 1);
  out->version = (uint32_t)form->fields[NOTCH_FORM_VERSION];
  out->verdict = (notch_verdict)form->fields[NOTCH_FORM_OUTCOME];
  int64_t shape = form->fields[NOTCH_FORM_SHAPE];
  out->shape = shape < 1 || shape > UINT32_MAX ? 0 : (uint32_t)shape;
  out->content = notch_arena_text(row->arena, text_of(columns[NOTCH_ROW_CONTENT]));
  row->first = form->fields[NOTCH_FORM_POSTINGS] > 0
                   ? first_posting(columns, form, row->arena, out)
                   : NULL;
  out->postings = row->first;
  out->posting_count = row->first != NULL;
  row->more = form->fields[NOTCH_FORM_MORE] != 0;
  row->more_postings = form->fields[NOTCH_FORM_POSTINGS] > 1;
}

/* notch_row(ROW, columns of an event...): takes the row, and is NULL.  No view and no trigger of a
 * file may call it. */
static void take_row(sqlite3_context *context, int count, sqlite3_value **values)
{
  notch_row *row = sqlite3_value_pointer(values[0], NOTCH_ROW_POINTER);
  sqlite3_value **columns = values + 1;
  assert(row != NULL && count >= 1 + NOTCH_ROW_LEAF);
  jmp_buf *escape = row->arena->escape;
  row->arena->escape = NULL; /* no jump may leave SQLite */
  take_event(sqlite3_user_data(context), columns, row);
  row->arena->escape = escape;
  if (count > 1 + NOTCH_ROW_LEAF) {
    const void *leaf = sqlite3_value_blob(columns[NOTCH_ROW_LEAF]);
    row->leaf = (notch_digest){{0}};
    if (sqlite3_value_bytes(columns[NOTCH_ROW_LEAF]) == (int)sizeof row->leaf.bytes) {
      memcpy(row->leaf.bytes, leaf, sizeof row->leaf.bytes);
    }
  }
}

int notch_row_begin(notch_store *store)
{
  return sqlite3_create_function_v2(store->db, "notch_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                    store, take_row, NULL, NULL, NULL);
}

void notch_row_bind(sqlite3_stmt *statement, notch_row *row)
{
  sqlite3_bind_pointer(statement, 2, row, NOTCH_ROW_POINTER, NULL);
}

void notch_row_more(sqlite3_stmt *row, const notch_row *of, notch_row_hangs *hangs)
{
  notch_transaction *out = of->out;
  out->origin = (notch_origin)sqlite3_column_int(row, NOTCH_MORE_ORIGIN);
  out->cause = sqlite3_column_int64(row, NOTCH_MORE_CAUSE);
  hangs->move = sqlite3_column_int64(row, NOTCH_MORE_MOVE);
  hangs->effect = sqlite3_column_int64(row, NOTCH_MORE_EFFECT);
  notch_text shared = notch_column_text(row, NOTCH_MORE_SHARED);
  notch_text detail = notch_column_text(row, NOTCH_MORE_DETAIL);
  out->shared = shared.length > 0 ? notch_arena_text(of->arena, shared) : (notch_text){NULL, 0};
  out->detail = detail.length > 0 ? notch_arena_text(of->arena, detail) : (notch_text){NULL, 0};
  if (of->first != NULL) {
    column_origin(row, NOTCH_MORE_EARNED, out->at_us, of->first);
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
  take_shares(sqlite3_column_value(row, NOTCH_POSTING_RULES), arena, out);
  if (out->lot == out->posting) {
    out->matures_s = column_number(row, NOTCH_POSTING_MATURES, INT64_MIN);
    out->expires_s = column_number(row, NOTCH_POSTING_EXPIRES, NOTCH_NEVER);
    out->terms = (uint32_t)column_number(row, NOTCH_POSTING_TERMS, NOTCH_NONE);
  }
  column_origin(row, NOTCH_POSTING_EARNED, event_at_us, out);
}

void notch_row_move(sqlite3_stmt *row, notch_move *out)
{
  *out = (notch_move){0};
  out->ladder = (uint32_t)sqlite3_column_int64(row, 2);
  out->tier = (uint32_t)sqlite3_column_int64(row, 3);
  out->since_us = sqlite3_column_int64(row, 4);
  out->until_s = column_number(row, 5, NOTCH_NEVER);
  out->cause = (uint8_t)sqlite3_column_int(row, 6);
}

void notch_row_effect(sqlite3_stmt *row, notch_arena *arena, notch_effect *out)
{
  *out = (notch_effect){0};
  out->effect = sqlite3_column_int64(row, 0);
  out->kind = (uint8_t)sqlite3_column_int(row, 2);
  out->subject = (uint32_t)column_number(row, 3, NOTCH_NONE);
  out->rule = (uint32_t)column_number(row, 4, NOTCH_NONE);
  out->amount = sqlite3_column_int64(row, 5);
  out->ref = sqlite3_column_int64(row, 6);
  out->matures_s = column_number(row, 7, INT64_MIN);
  out->until_s = column_number(row, 8, NOTCH_NEVER);
  if (sqlite3_column_type(row, 9) != SQLITE_NULL) {
    out->text = notch_arena_text(arena, notch_column_text(row, 9));
  }
}
