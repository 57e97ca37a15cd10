/* ledger/sqlite/row.c -- rows as the structs of base/record.h. */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <string.h>

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

/* ---- shares ---- */

#define SHARE_BYTES_MIN 4u /* 1,5 and what parts it from the next */

/* The most shares that a column of rules can have; *list is empty where it is one rule's number. */
static inline uint32_t most_shares(sqlite3_value *rules, notch_text *list)
{
  int type = sqlite3_value_type(rules);
  *list = (notch_text){NULL, 0};
  if (type == SQLITE_INTEGER || type == SQLITE_NULL) {
    return type == SQLITE_INTEGER ? 1 : 0;
  }
  *list = text_of(rules);
  bool closed = list->length > 1 && list->bytes[list->length - 1] == ']';
  uint32_t most = closed ? list->length / SHARE_BYTES_MIN + 1 : 0;
  return most > UINT16_MAX ? 0 : most;
}

/* Behind a number, 0 where there is none.  What ends the text is no digit. */
static inline const char *after_number(const char *at, uint64_t *out)
{
  uint64_t value = (unsigned char)*at - (uint64_t)'0', digit;
  if (value > 9) {
    *out = 0;
    return at;
  }
  while ((digit = (unsigned char)*++at - (uint64_t)'0') <= 9) {
    value = value * 10 + digit;
  }
  *out = value;
  return at;
}

/* The same of one that may be below zero: a lowering rule's share. */
static inline const char *after_amount(const char *at, uint64_t *out)
{
  if (*at == '-') {
    at = after_number(at + 1, out);
    *out = 0 - *out;
    return at;
  }
  return after_number(at, out);
}

/* Each number stands behind a bracket or a comma, and a bracket is the end; of anything else there
 * is nothing. */
static inline uint32_t take_list(notch_text list, notch_share *shares, uint32_t most,
                                 uint64_t left)
{
  const char *at = list.bytes;
  notch_share *share = shares, *beyond = shares + most;
  do {
    uint64_t rule, amount = left;
    at = after_number(at + 1, &rule);
    if (*at == ',') {
      at = after_amount(at + 1, &amount);
    }
    *share++ = (notch_share){(uint32_t)rule, (int64_t)amount};
    left -= amount;
  } while (*at == ',' && share < beyond);
  return at + 1 == list.bytes + list.length ? (uint32_t)(share - shares) : 0;
}

/* `most` and `list` as above, `most` not 0. */
static void take_shares(sqlite3_value *rules, notch_text list, notch_share *shares, uint32_t most,
                        notch_posting *out)
{
  out->shares = shares;
  if (list.length > 0) {
    out->share_count = (uint16_t)take_list(list, shares, most, (uint64_t)out->amount);
  } else {
    *shares = (notch_share){(uint32_t)sqlite3_value_int64(rules), out->amount};
    out->share_count = 1;
  }
}

/* ---- rows of event ---- */

static const notch_posting no_posting = {.matures_s = INT64_MIN,
                                         .expires_s = NOTCH_NEVER,
                                         .terms = NOTCH_NONE,
                                         .partner = NOTCH_NONE};

notch_form_start notch_row_start(const notch_form *form)
{
  const int64_t *fields = form->fields;
  int64_t shape = fields[NOTCH_FORM_SHAPE], terms = fields[NOTCH_FORM_TERMS];
  notch_form_start out = {
      .event = {.type = (uint32_t)fields[NOTCH_FORM_TYPE],
                .offset_min = (int32_t)fields[NOTCH_FORM_OFFSET],
                .version = (uint32_t)fields[NOTCH_FORM_VERSION],
                .verdict = (notch_verdict)fields[NOTCH_FORM_OUTCOME],
                .shape = shape < 1 || shape > UINT32_MAX ? 0 : (uint32_t)shape,
                .posting_count = fields[NOTCH_FORM_POSTINGS] > 0},
      .posting = no_posting,
      .rest = {.more = fields[NOTCH_FORM_MORE] != 0,
               .more_postings = fields[NOTCH_FORM_POSTINGS] > 1}};
  out.posting.points = (uint32_t)fields[NOTCH_FORM_POINTS];
  out.posting.source = (uint8_t)fields[NOTCH_FORM_SOURCE];
  out.posting.target = (uint8_t)fields[NOTCH_FORM_TARGET];
  out.posting.terms = terms == NOTCH_FORM_NULL ? NOTCH_NONE : (uint32_t)terms;
  return out;
}

static void first_posting(sqlite3_value **columns, const notch_transaction *t, notch_posting *out)
{
  out->posting = apart(t->event, sqlite3_value_int64(columns[NOTCH_ROW_POSTING]), -1);
  out->amount = sqlite3_value_int64(columns[NOTCH_ROW_AMOUNT]);
  out->lot = apart(out->posting, sqlite3_value_int64(columns[NOTCH_ROW_LOT]), -1);
  if (out->lot == out->posting) {
    out->matures_s = number(columns[NOTCH_ROW_MATURES], INT64_MIN);
    out->expires_s = number(columns[NOTCH_ROW_EXPIRES], NOTCH_NEVER);
    out->earned_us = t->at_us;
  } else {
    out->terms = NOTCH_NONE;
  }
}

/* A copy with NUL after its end, at *to, which moves behind that. */
static notch_text put_text(char **to, notch_text text)
{
  char *copy = *to;
  if (text.length > 0) {
    memcpy(copy, text.bytes, text.length);
  }
  copy[text.length] = '\0';
  *to = copy + text.length + 1;
  return (notch_text){copy, text.length};
}

/* What a row points to is one block: its first posting, the shares of that, and its texts. */
static void take_block(sqlite3_value **columns, bool bare, const notch_form_start *form,
                       notch_arena *arena, notch_transaction *out, notch_row_rest *rest)
{
  notch_text content = text_of(columns[NOTCH_ROW_CONTENT]), list = {NULL, 0};
  notch_text id = bare ? (notch_text){NULL, 0} : text_of(columns[NOTCH_ROW_ID]);
  uint32_t most = 0;
  size_t size = 0;
  if (out->posting_count > 0) {
    most = most_shares(columns[NOTCH_ROW_RULES], &list);
    size = sizeof(notch_posting) + most * sizeof(notch_share);
  }
  char *block = notch_arena_take(arena, size + id.length + content.length + 2);
  if (block == NULL) {
    out->posting_count = 0;
    return;
  }
  char *to = block + size;
  if (out->posting_count > 0) {
    notch_posting *first = rest->first = (notch_posting *)block;
    *first = form->posting;
    first_posting(columns, out, first);
    if (most > 0) {
      take_shares(columns[NOTCH_ROW_RULES], list, (notch_share *)(first + 1), most, first);
    }
    out->postings = first;
  }
  if (id.length > 0) {
    out->id = put_text(&to, id);
  }
  out->content = put_text(&to, content);
}

/* What every statement has of an event. */
static notch_transaction *take_event(notch_store *store, sqlite3_value **columns, bool bare,
                                     int64_t event, notch_rows *rows)
{
  notch_transaction *out = &rows->out[rows->count];
  notch_row_rest *rest = &rows->rest[rows->count++];
  const notch_form_start *form =
      notch_form_of(store, sqlite3_value_int64(columns[NOTCH_ROW_FORM]));
  *out = form->event;
  *rest = form->rest;
  out->event = event;
  out->member = sqlite3_value_int64(columns[NOTCH_ROW_MEMBER]);
  out->at_us = sqlite3_value_int64(columns[NOTCH_ROW_AT]);
  out->booked_us = apart(out->at_us, sqlite3_value_int64(columns[NOTCH_ROW_BOOKED]), 1);
  take_block(columns, bare, form, rows->arena, out, rest);
  return out;
}

static void take_plain(sqlite3_value **columns, notch_transaction *out)
{
  int64_t back = sqlite3_value_int64(columns[NOTCH_ROW_PREVIOUS]);
  out->previous = back == 0 ? 0 : apart(out->event, back, -1);
  out->recorded_us = apart(out->at_us, sqlite3_value_int64(columns[NOTCH_ROW_RECORDED]), 1);
}

static void take_leaf(sqlite3_value *column, notch_digest *out)
{
  const void *leaf = sqlite3_value_blob(column);
  *out = (notch_digest){{0}};
  if (sqlite3_value_bytes(column) == (int)sizeof out->bytes) {
    memcpy(out->bytes, leaf, sizeof out->bytes);
  }
}

/* notch_row(columns of an event...): takes the row; true where that is enough, else NULL.  No view
 * and no trigger of a file may call it. */
static void take_row(sqlite3_context *context, int count, sqlite3_value **columns)
{
  notch_store *store = sqlite3_user_data(context);
  notch_rows *rows = store->taking;
  if (rows == NULL || count < NOTCH_ROW_BARE) {
    sqlite3_result_error(context, "no row was asked for", -1);
    return;
  }
  int64_t event = sqlite3_value_int64(columns[NOTCH_ROW_EVENT]);
  if (event > rows->to) {
    sqlite3_result_int(context, 1);
    return;
  }
  bool bare = count == NOTCH_ROW_BARE;
  notch_transaction *row = take_event(store, columns, bare, event, rows);
  if (!bare) {
    take_plain(columns, row);
  }
  if (count > NOTCH_ROW_LEAF) {
    take_leaf(columns[NOTCH_ROW_LEAF], &rows->leaf);
  }
  if (rows->count == rows->room) {
    sqlite3_result_int(context, 1);
  }
}

int notch_row_begin(notch_store *store)
{
  return sqlite3_create_function_v2(store->db, "notch_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                    store, take_row, NULL, NULL, NULL);
}

notch_store_status notch_rows_take(notch_store *store, sqlite3_stmt *statement, notch_rows *rows,
                                   const char *doing)
{
  jmp_buf *escape = rows->arena->escape;
  rows->arena->escape = NULL; /* no jump may leave SQLite */
  rows->count = 0;
  store->taking = rows;
  int code = sqlite3_step(statement);
  notch_lock_pass(store);
  store->taking = NULL;
  rows->arena->escape = escape;
  return code == SQLITE_ROW || code == SQLITE_DONE ? NOTCH_STORE_OK
                                                   : notch_store_fail(store, doing);
}

/* ---- rows of other tables ---- */

/* The last two columns of a lot. */
static void column_origin(sqlite3_stmt *row, int earned, int64_t event_at_us, notch_posting *out)
{
  if (out->lot == out->posting) {
    out->earned_us = column_number(row, earned, event_at_us);
    out->partner = (uint32_t)column_number(row, earned + 1, NOTCH_NONE);
  }
}

void notch_row_more(sqlite3_stmt *row, notch_transaction *out, notch_posting *first,
                    notch_arena *arena, notch_row_hangs *hangs)
{
  out->origin = (notch_origin)sqlite3_column_int(row, NOTCH_MORE_ORIGIN);
  out->cause = sqlite3_column_int64(row, NOTCH_MORE_CAUSE);
  hangs->move = sqlite3_column_int64(row, NOTCH_MORE_MOVE);
  hangs->effect = sqlite3_column_int64(row, NOTCH_MORE_EFFECT);
  notch_text shared = notch_column_text(row, NOTCH_MORE_SHARED);
  notch_text detail = notch_column_text(row, NOTCH_MORE_DETAIL);
  out->shared = shared.length > 0 ? notch_arena_text(arena, shared) : (notch_text){NULL, 0};
  out->detail = detail.length > 0 ? notch_arena_text(arena, detail) : (notch_text){NULL, 0};
  if (first != NULL) {
    column_origin(row, NOTCH_MORE_EARNED, out->at_us, first);
  }
}

void notch_row_posting(sqlite3_stmt *row, notch_arena *arena, int64_t event_at_us,
                       notch_posting *out)
{
  notch_text list;
  sqlite3_value *rules = sqlite3_column_value(row, NOTCH_POSTING_RULES);
  *out = no_posting;
  out->posting = sqlite3_column_int64(row, 0);
  out->amount = sqlite3_column_int64(row, NOTCH_POSTING_AMOUNT);
  out->lot = sqlite3_column_int64(row, NOTCH_POSTING_LOT);
  out->points = (uint32_t)sqlite3_column_int64(row, NOTCH_POSTING_POINTS);
  out->source = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_SOURCE);
  out->target = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_TARGET);
  uint32_t most = most_shares(rules, &list);
  notch_share *shares = most == 0 ? NULL : notch_arena_take(arena, most * sizeof *shares);
  if (shares != NULL) {
    take_shares(rules, list, shares, most, out);
  }
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
