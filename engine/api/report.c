/* api/report.c -- statement, liability and export: the ledger walked for engine/report. */
#include <config.h>

#include "api/walk.h"
#include "report/export.h"
#include "report/liability.h"
#include "report/statement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct report { /* a question with what reports need besides */
  notch_question ask;
  notch_out out;
  notch_walk walk;
  const char *from, *to, *redeemed;
  notch_export_format format;
  notch_statement statement;
  notch_liability liability;
  notch_state state;
} report;

static notch_status begin(report *r, notch_ledger *ledger, notch_view view, notch_write *write,
                          void *payload, notch_status (*ask)(notch_question *question))
{
  r->ask.ledger = ledger;
  r->ask.view = view;
  notch_out_init(&r->out, &ledger->engine->memory, write, payload);
  notch_state_init(&r->state, &ledger->engine->memory);
  notch_status status = notch_api_ask(&r->ask, ask);
  if (status == NOTCH_OK && !notch_out_flush(&r->out)) {
    status = r->out.stopped ? notch_api_say(ledger, NOTCH_ESTOPPED, "stopped")
                            : notch_api_nomem(ledger);
  }
  notch_out_free(&r->out);
  notch_state_free(&r->state);
  return status;
}

static void set_walk(report *r, void *payload)
{
  r->walk = (notch_walk){.books = r->ask.books,
                         .edition = r->ask.edition,
                         .reading = r->ask.reading,
                         .run = r->ask.run,
                         .payload = payload};
}

/* ---- statement ---- */

static bool gives_points(const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count; i++) {
    if (row->postings[i].target == NOTCH_ACCOUNT_IN_TRANSIT) {
      return true;
    }
  }
  return false;
}

/* The account that the row took in or gave points to, or that did so with this one; 0: none. */
static bool find_other(notch_walk *walk, const notch_transaction *row, int64_t *other)
{
  notch_transaction cause;
  *other = notch_merged_account(row);
  if (row->origin == NOTCH_ORIGIN_SENT && *other == 0 && gives_points(row)) {
    notch_transaction side = {.event = row->event};
    bool read = notch_history_next_side(walk->books, row, &walk->row, &side);
    *other = side.event != 0 ? side.member : 0;
    return read;
  }
  if (row->origin != NOTCH_ORIGIN_SIDE || row->cause == 0) {
    return true;
  }
  if (!notch_history_read(walk->books, row->cause, &walk->row, &cause)) {
    return false;
  }
  bool concerns = notch_merged_account(&cause) == row->member || gives_points(&cause);
  *other = concerns ? cause.member : 0;
  return true;
}

static bool add_entry(void *payload, notch_walk *walk, const notch_deed *deed)
{
  notch_deed with = *deed;
  int64_t other = 0;
  if (deed->row->event != 0 && !find_other(walk, deed->row, &other)) {
    return false;
  }
  if (other != 0) {
    with.other = notch_walk_id(walk, other, &walk->row);
  }
  notch_statement_add(payload, &with);
  return true;
}

static notch_status state_member(report *r, int64_t member)
{
  notch_state *state = &r->state;
  notch_books *books = r->ask.books;
  const notch_plan *plan = r->ask.edition->rules->plan;
  r->walk.each = add_entry;
  if (!notch_walk_member(&r->walk, member) || !notch_walk_due_of(&r->walk, member, state)) {
    return notch_api_books(r->ask.ledger);
  }
  notch_seat *house = notch_seat_get(books, 0, r->ask.edition);
  if (house == NULL) {
    return notch_api_books(r->ask.ledger);
  }
  const notch_case decision = {.plan = plan,
                               .state = state,
                               .house = house->kept.open,
                               .recorded_us = r->ask.reading.at_us,
                               .host = &books->host};
  books->edition = r->ask.edition;
  notch_statement_end(&r->statement, books->decider, &decision);
  if (r->ask.view == NOTCH_VIEW_JSON) {
    notch_statement_json(&r->statement, &r->out);
  } else {
    notch_statement_text(&r->statement, &r->out);
  }
  return NOTCH_OK;
}

static notch_status ask_statement(notch_question *question)
{
  report *r = (report *)question;
  int64_t member, from_us = INT64_MIN;
  notch_status status = notch_walk_moment(question, r->to, true, &question->reading.at_us);
  if (status == NOTCH_OK) {
    status = notch_walk_moment(question, r->from, false, &from_us);
  }
  status = status == NOTCH_OK ? notch_api_edition(question) : status;
  if (status != NOTCH_OK) {
    return status;
  }
  status = notch_walk_period(question, r->from, r->to, from_us, question->reading.at_us);
  if (status != NOTCH_OK) {
    return status;
  }
  notch_text id = notch_text_of(question->member);
  notch_store_status found = notch_store_member_find(question->books->store, &member, id);
  if (found == NOTCH_STORE_NOTFOUND) {
    return notch_api_say(question->ledger, NOTCH_ENOTFOUND, "there is no member `%s`",
                         question->member);
  }
  if (found != NOTCH_STORE_OK) {
    return notch_api_failed(question->ledger, found);
  }
  set_walk(r, &r->statement);
  notch_statement_begin(&r->statement, question->edition->rules->plan, id, from_us,
                        question->reading.at_us, question->run);
  return state_member(r, member);
}

notch_status notch_ledger_statement(notch_ledger *ledger, const char *member, const char *from,
                                    const char *to, notch_view view, notch_write *write,
                                    void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, member != NULL && write != NULL);
  report r = {.ask = {.member = member}, .from = from, .to = to};
  return begin(&r, ledger, view, write, payload, ask_statement);
}

/* ---- liability ---- */

static bool add_flows(void *payload, notch_walk *walk, const notch_deed *deed)
{
  (void)walk;
  notch_liability_add(payload, deed);
  return true;
}

/* "85", "85%" or "92.5 %" as a fraction. */
static bool read_share(const char *text, notch_rational *out)
{
  notch_text word = notch_text_of(text);
  if (word.length > 0 && word.bytes[word.length - 1] == '%') {
    word.length--;
  }
  while (word.length > 0 && word.bytes[word.length - 1] == ' ') {
    word.length--;
  }
  return notch_decimal_parse_rational(out, word, false) && out->num >= 0 &&
         notch_rational_div(out, *out, NOTCH_INTEGER(100)) && out->num <= out->den;
}

static notch_status ask_liability(notch_question *question)
{
  report *r = (report *)question;
  notch_rational given = {0, 0};
  notch_status status = notch_walk_moment(question, r->to, true, &question->reading.at_us);
  status = status == NOTCH_OK ? notch_api_edition(question) : status;
  if (status != NOTCH_OK) {
    return status;
  }
  if (r->redeemed != NULL && !read_share(r->redeemed, &given)) {
    return notch_api_say(question->ledger, NOTCH_EVALUE,
                         "`%s` is no percentage from 0 to 100", r->redeemed);
  }
  notch_liability_begin(&r->liability, question->edition->rules->program,
                        question->reading.at_us, question->run);
  r->liability.given = given;
  set_walk(r, &r->liability);
  r->walk.each = add_flows;
  if (!notch_walk_rows(&r->walk) || !notch_walk_due(&r->walk)) {
    return notch_api_books(question->ledger);
  }
  notch_liability_settle(&r->liability);
  if (question->view == NOTCH_VIEW_JSON) {
    notch_liability_json(&r->liability, &r->out);
  } else {
    notch_liability_text(&r->liability, &r->out);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_liability(notch_ledger *ledger, const char *at, const char *redeemed,
                                    notch_view view, notch_write *write, void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  report r = {.to = at, .redeemed = redeemed};
  return begin(&r, ledger, view, write, payload, ask_liability);
}

/* ---- export ---- */

typedef struct booked_row {
  int64_t booked_us, event;
} booked_row;

typedef struct exporting {
  report *r;
  notch_export export;
  NOTCH_VEC(booked_row) rows;
  bool sorted;
  int64_t first_us;
  notch_export_member *members; /* by number; name.bytes NULL: not met yet */
  int64_t member_count;
} exporting;

static notch_export_member *member_of(exporting *e, int64_t number)
{
  assert(number > 0 && number <= e->member_count);
  notch_export_member *member = &e->members[number];
  if (member->name.bytes == NULL) {
    member->member = number;
    member->id = notch_walk_id(&e->r->walk, number, e->r->ask.run);
    member->name = notch_export_name(e->r->format, number, member->id, e->r->ask.run);
  }
  return member;
}

/* A seed that was published is part of the record: others can repeat the draws with it. */
static void look_for_seed(exporting *e, const notch_deed *deed)
{
  if (deed->row->type == NOTCH_EVENT_SEED) {
    notch_books *books = e->r->ask.books;
    const notch_json *content = notch_json_parse(books->parser, deed->row->content,
                                                 e->r->ask.run, NULL, NULL);
    const notch_json *seed =
        content == NULL ? NULL : notch_json_get(content, NOTCH_TEXT("seed"));
    if (seed != NULL && seed->kind == NOTCH_JSON_STRING) {
      e->export.seed = notch_arena_text(e->r->ask.run, seed->text);
    }
  }
}

static bool note_row(void *payload, notch_walk *walk, const notch_deed *deed)
{
  exporting *e = payload;
  const notch_transaction *row = deed->row;
  (void)walk;
  look_for_seed(e, deed);
  if (row->posting_count == 0 && e->r->format != NOTCH_EXPORT_JSONL) {
    return true;
  }
  if (e->rows.count > 0 && row->booked_us < e->rows.items[e->rows.count - 1].booked_us) {
    e->sorted = false;
  }
  e->first_us = row->booked_us < e->first_us ? row->booked_us : e->first_us;
  *notch_vec_push(&e->rows, e->r->ask.run) = (booked_row){row->booked_us, row->event};
  if (row->member != 0) {
    notch_export_member *member = member_of(e, row->member);
    for (uint32_t i = 0; i < row->posting_count; i++) {
      member->accounts |= 1u << row->postings[i].source | 1u << row->postings[i].target;
    }
  }
  return true;
}

static bool write_row(void *payload, notch_walk *walk, const notch_deed *deed)
{
  exporting *e = payload;
  notch_deed with = *deed;
  notch_text name = NOTCH_TEXT("programme");
  (void)walk;
  if (deed->row->posting_count == 0 && e->r->format != NOTCH_EXPORT_JSONL) {
    return true;
  }
  if (deed->row->member != 0) {
    const notch_export_member *member = member_of(e, deed->row->member);
    with.member = member->id;
    name = member->name;
  }
  e->export.run = &walk->row;
  notch_export_row(&e->export, &with, name);
  if (!notch_out_spill(&e->r->out)) {
    return e->r->out.stopped
               ? notch_books_say(walk->books, NOTCH_STORE_IO, "stopped")
               : notch_books_say(walk->books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return true;
}

static int by_booked(const void *left, const void *right)
{
  const booked_row *a = left, *b = right;
  return a->booked_us != b->booked_us ? (a->booked_us < b->booked_us ? -1 : 1)
         : a->event != b->event       ? (a->event < b->event ? -1 : 1)
                                      : 0;
}

static bool write_rows(exporting *e)
{
  report *r = e->r;
  r->walk.each = write_row;
  if (e->sorted) {
    return notch_walk_rows(&r->walk);
  }
  qsort(e->rows.items, e->rows.count, sizeof *e->rows.items, by_booked);
  for (uint32_t i = 0; i < e->rows.count; i++) {
    if (!notch_walk_row(&r->walk, e->rows.items[i].event)) {
      return false;
    }
  }
  return true;
}

static notch_status begin_export(exporting *e)
{
  report *r = e->r;
  notch_books *books = r->ask.books;
  uint32_t count = books->edition_count;
  const notch_program **older =
      NOTCH_NEW_ARRAY(r->ask.run, const notch_program *, (size_t)count + 1);
  for (uint32_t version = count; version-- > 1;) {
    notch_edition *edition = notch_books_edition(books, version);
    if (edition == NULL) {
      return notch_api_books(r->ask.ledger);
    }
    older[count - 1 - version] = edition->rules->program;
  }
  notch_export_begin(&e->export, r->format, r->ask.edition->rules->program, older,
                     count > 0 ? count - 1 : 0, r->ask.run, r->ask.run, &r->out);
  e->sorted = true;
  e->first_us = INT64_MAX;
  e->member_count = notch_store_member_count(books->store);
  e->members = NOTCH_NEW_ARRAY(r->ask.run, notch_export_member, e->member_count + 1);
  return NOTCH_OK;
}

static notch_status ask_export(notch_question *question)
{
  report *r = (report *)question;
  exporting e = {.r = r};
  question->reading.at_us = INT64_MAX; /* the journal: everything that is recorded */
  set_walk(r, &e);
  notch_status status = begin_export(&e);
  if (status != NOTCH_OK) {
    return status;
  }
  r->walk.each = note_row;
  r->walk.with_refused = r->format == NOTCH_EXPORT_JSONL;
  if (!notch_walk_rows(&r->walk)) {
    return notch_api_books(question->ledger);
  }
  e.first_us = e.first_us == INT64_MAX ? 0 : e.first_us;
  notch_export_head(&e.export, e.first_us);
  for (int64_t i = 1; i <= e.member_count; i++) {
    if (e.members[i].name.bytes != NULL) {
      notch_export_declare(&e.export, &e.members[i], e.first_us);
    }
  }
  if (!write_rows(&e)) {
    return r->out.stopped ? NOTCH_OK : notch_api_books(question->ledger);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_export(notch_ledger *ledger, const char *format, notch_write *write,
                                 void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, format != NULL && write != NULL);
  report r = {.format = notch_export_format_of(notch_text_of(format))};
  if (r.format == NOTCH_EXPORT_COUNT) {
    return notch_api_say(ledger, NOTCH_EVALUE,
                         "`%s` is no format: hledger, beancount, csv or jsonl", format);
  }
  return begin(&r, ledger, NOTCH_VIEW_TEXT, write, payload, ask_export);
}
