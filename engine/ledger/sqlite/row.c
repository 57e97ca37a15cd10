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

/* A column of rules, before there is a place for its shares. */
typedef struct rules {
  sqlite3_value *value;
  notch_text list; /* empty: one rule by itself */
  const char *end; /* its last byte, a bracket */
  uint32_t most;   /* no more shares than that */
} rules;

static rules rules_of(sqlite3_value *value)
{
  rules out = {.value = value};
  int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) {
    out.most = 1;
  } else if (type != SQLITE_NULL) {
    out.list = text_of(value);
    out.end = out.list.length == 0 ? NULL : out.list.bytes + out.list.length - 1;
    bool closed = out.end != NULL && *out.end == ']';
    out.most = closed ? out.list.length / SHARE_BYTES_MIN + 1 : 0;
  }
  out.most = out.most > UINT16_MAX ? 0 : out.most;
  return out;
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

/* Each number stands behind a bracket or a comma, and a bracket is the end. */
static void take_shares(const rules *from, notch_share *shares, notch_posting *out)
{
  uint64_t left = (uint64_t)out->amount;
  notch_share *share = shares, *most = shares + from->most;
  if (from->list.length == 0) {
    *share++ = (notch_share){(uint32_t)sqlite3_value_int64(from->value), out->amount};
    most = share;
  }
  for (const char *at = from->list.bytes, *end = from->end; share < most && at < end; share++) {
    uint64_t rule, amount = left;
    at = after_number(at + 1, &rule);
    if (*at == ',') {
      bool below = at[1] == '-'; /* a lowering rule's share */
      at = after_number(at + (below ? 2 : 1), &amount);
      amount = below ? 0 - amount : amount;
    }
    *share = (notch_share){(uint32_t)rule, (int64_t)amount};
    left -= amount;
  }
  out->shares = shares;
  out->share_count = (uint16_t)(share - shares);
}

/* ---- rows of event ---- */

static notch_posting posting_of(int64_t number, int64_t amount, int64_t lot)
{
  return (notch_posting){.posting = number, .amount = amount, .lot = lot, .matures_s = INT64_MIN,
                         .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = NOTCH_NONE};
}

static void first_posting(sqlite3_value **columns, const notch_form *form,
                          const notch_transaction *t, notch_posting *out)
{
  int64_t posting = apart(t->event, sqlite3_value_int64(columns[NOTCH_ROW_POSTING]), -1);
  *out = posting_of(posting, sqlite3_value_int64(columns[NOTCH_ROW_AMOUNT]),
                    apart(posting, sqlite3_value_int64(columns[NOTCH_ROW_LOT]), -1));
  out->points = (uint32_t)form->fields[NOTCH_FORM_POINTS];
  out->source = (uint8_t)form->fields[NOTCH_FORM_SOURCE];
  out->target = (uint8_t)form->fields[NOTCH_FORM_TARGET];
  if (out->lot == posting) {
    int64_t terms = form->fields[NOTCH_FORM_TERMS];
    out->matures_s = number(columns[NOTCH_ROW_MATURES], INT64_MIN);
    out->expires_s = number(columns[NOTCH_ROW_EXPIRES], NOTCH_NEVER);
    out->terms = terms == NOTCH_FORM_NULL ? NOTCH_NONE : (uint32_t)terms;
    out->earned_us = t->at_us;
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
static void take_block(sqlite3_value **columns, const notch_form *form, notch_arena *arena,
                       notch_transaction *out, notch_row_rest *rest)
{
  notch_text id = text_of(columns[NOTCH_ROW_ID]), content = text_of(columns[NOTCH_ROW_CONTENT]);
  bool posted = form->fields[NOTCH_FORM_POSTINGS] > 0;
  rules shares = posted ? rules_of(columns[NOTCH_ROW_RULES]) : (rules){0};
  size_t size = posted ? sizeof(notch_posting) + shares.most * sizeof(notch_share) : 0;
  char *block = notch_arena_take(arena, size + id.length + content.length + 2), *to = block + size;
  if (block == NULL) {
    return;
  }
  if (posted) {
    rest->first = (notch_posting *)block;
    first_posting(columns, form, out, rest->first);
    if (shares.most > 0) {
      take_shares(&shares, (notch_share *)(rest->first + 1), rest->first);
    }
    out->postings = rest->first;
    out->posting_count = 1;
  }
  if (id.length > 0) {
    out->id = put_text(&to, id);
  }
  out->content = put_text(&to, content);
}

static void take_event(notch_store *store, sqlite3_value **columns, notch_rows *rows)
{
  notch_transaction *out = &rows->out[rows->count];
  notch_row_rest *rest = &rows->rest[rows->count++];
  const notch_form *form =
      notch_form_of(store, sqlite3_value_int64(columns[NOTCH_ROW_FORM]));
  int64_t shape = form->fields[NOTCH_FORM_SHAPE];
  *out = (notch_transaction){.event = sqlite3_value_int64(columns[NOTCH_ROW_EVENT])};
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
  out->shape = shape < 1 || shape > UINT32_MAX ? 0 : (uint32_t)shape;
  *rest = (notch_row_rest){.more = form->fields[NOTCH_FORM_MORE] != 0,
                           .more_postings = form->fields[NOTCH_FORM_POSTINGS] > 1};
  take_block(columns, form, rows->arena, out, rest);
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
  if (rows == NULL || count < NOTCH_ROW_LEAF) {
    sqlite3_result_error(context, "no row was asked for", -1);
    return;
  }
  if (sqlite3_value_int64(columns[NOTCH_ROW_EVENT]) > rows->to) {
    sqlite3_result_int(context, 1);
    return;
  }
  take_event(store, columns, rows);
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
  *out = posting_of(sqlite3_column_int64(row, 0),
                    sqlite3_column_int64(row, NOTCH_POSTING_AMOUNT),
                    sqlite3_column_int64(row, NOTCH_POSTING_LOT));
  out->points = (uint32_t)sqlite3_column_int64(row, NOTCH_POSTING_POINTS);
  out->source = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_SOURCE);
  out->target = (uint8_t)sqlite3_column_int(row, NOTCH_POSTING_TARGET);
  rules of = rules_of(sqlite3_column_value(row, NOTCH_POSTING_RULES));
  notch_share *shares = of.most == 0 ? NULL : notch_arena_take(arena, of.most * sizeof *shares);
  if (shares != NULL) {
    take_shares(&of, shares, out);
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
