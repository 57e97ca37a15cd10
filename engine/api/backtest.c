/*
 * api/backtest.c -- other rules over the recorded events: a second ledger in memory takes every
 * event that the first one was sent, in the same order, and both are added up alike.
 */
#include <config.h>

#include "api/walk.h"
#include "report/backtest.h"

#include <assert.h>
#include <string.h>

#define COMMIT_EVENTS 10000u
#define OPEN_END INT64_MAX /* up to the newest event, once all were decided */

typedef struct backtest {
  notch_question ask;
  const notch_program_handle *rules;
  const notch_backtest_options *options;
  notch_out out, html;
  notch_books *other; /* the second ledger */
  notch_backtest figures;
  notch_walk walk;
  notch_side side;
  notch_buffer line;
  uint32_t pending; /* events of the open commit */
  bool writing;
} backtest;

/* ---- the second ledger ---- */

static bool open_other(backtest *b)
{
  notch_store *store = NULL;
  notch_store_problem problem;
  const notch_engine *engine = b->ask.ledger->engine;
  b->other = notch_books_new(&engine->memory);
  if (b->other == NULL) {
    return notch_books_say(b->ask.books, NOTCH_STORE_NOMEM, "out of memory");
  }
  const notch_store_options options = {.memory = &engine->memory,
                                       .now_us = notch_books_clock,
                                       .now_payload = b->other,
                                       .clock = NOTCH_CLOCK_EVENTS,
                                       .origin = NOTCH_TEXT("backtest")};
  if (notch_store_create(&store, NULL, &options, &problem) != NOTCH_STORE_OK) {
    return notch_books_say(b->ask.books, problem.status, "%s", problem.sentence);
  }
  notch_books *books = b->other;
  notch_books_attach(books, store);
  notch_decider_set_limits(books->decider, engine->memory_max, engine->steps_max);
  if (!notch_books_begin(books)) {
    return false;
  }
  if (!notch_books_publish(books, b->rules->rules, INT64_MIN) ||
      !notch_books_adopt(books, b->rules->rules)) {
    notch_books_rollback(books);
    return false;
  }
  return notch_books_commit(books);
}

static bool commit_other(backtest *b)
{
  b->pending = 0;
  b->writing = false;
  return notch_books_commit(b->other);
}

/* ---- events, as they were sent; of members who were erased, too: what they gave others and used
 * up of shared limits is others' as well ---- */

static bool apply_other(backtest *b, const notch_transaction *row, bool erased)
{
  static const notch_apply_options options = {.ahead_us = -1, .scene = true, .retold = true};
  notch_receipt receipt;
  if (!b->writing) {
    if (!notch_books_begin(b->other)) {
      return false;
    }
    b->writing = true;
  }
  if (!notch_books_apply_text(b->other, (notch_text){b->line.bytes, (uint32_t)b->line.length},
                              &options, &receipt)) {
    return false;
  }
  bool applied = row->verdict == NOTCH_APPLIED, waits = row->verdict == NOTCH_WAITING;
  /* A return that waited has a second row, for which it is known here. */
  bool applies = receipt.reply == NOTCH_REPLY_APPLIED || receipt.reply == NOTCH_REPLY_KNOWN;
  b->figures.events++;
  b->figures.refused_now += !erased && applied && receipt.reply == NOTCH_REPLY_REFUSED ? 1 : 0;
  b->figures.taken_now += !erased && !applied && !waits && applies ? 1 : 0;
  return ++b->pending < COMMIT_EVENTS || commit_other(b);
}

/* A clock decided, no rules: sent once more when its time had come, it has a row of its own. */
static bool came_too_early(const notch_transaction *row)
{
  return row->verdict == NOTCH_REFUSED_TOO_EARLY;
}

/* The programme's own rows are booked after its first one, the publication of the rules: events
 * that are older than the ledger go by their own time. */
static int64_t came_at(const notch_transaction *row)
{
  return row->member == 0 ? row->at_us : row->booked_us;
}

static bool feed(backtest *b, const notch_transaction *row, notch_arena *arena)
{
  notch_text member = {NULL, 0};
  if (row->origin != NOTCH_ORIGIN_SENT || came_at(row) > b->figures.to_us || came_too_early(row) ||
      row->id.length == 0) {
    return true;
  }
  bool erased = false;
  if (row->member != 0) {
    member = notch_walk_id(&b->walk, row->member, arena);
    erased = member.length == 0;
    member = erased ? notch_name_of_erased(row->member, arena) : member;
  }
  if (erased && notch_books_is_unread(row)) {
    return true; /* what was sent is erased as well */
  }
  notch_buffer_clear(&b->line);
  return notch_books_sent(b->ask.books, b->ask.edition, row, member, b->rules->rules->layout, arena,
                          &b->line) &&
         !b->line.failed && apply_other(b, row, erased);
}

static bool feed_all(backtest *b)
{
  notch_cursor *cursor = NULL;
  notch_arena *arena = &b->walk.row;
  notch_books *books = b->ask.books;
  notch_store_status status = notch_cursor_open(&cursor, books->store, 1, 0);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  notch_arena_init(arena, books->memory);
  jmp_buf no_memory;
  bool good = true;
  if (setjmp(no_memory) == 0) {
    arena->escape = books->run.escape = &no_memory;
    const notch_transaction *row;
    while (good && (row = notch_cursor_next(cursor)) != NULL) {
      notch_arena_reset(arena);
      notch_arena_reset(&books->run);
      good = feed(b, row, arena);
    }
  } else {
    good = notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->run.escape = NULL;
  status = notch_cursor_status(cursor);
  notch_cursor_close(cursor);
  notch_arena_free(arena);
  if (!good || status != NOTCH_STORE_OK) {
    return good ? notch_books_failed(books, status) : false;
  }
  return !b->writing || commit_other(b);
}

/* The newest event that either ledger took; where there is none, now. */
static bool find_end(backtest *b)
{
  int64_t newest[NOTCH_SIDES];
  notch_books *books[NOTCH_SIDES] = {b->ask.books, b->other};
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    notch_store_status status = notch_store_newest_of_members(books[side]->store, &newest[side]);
    if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
      return notch_books_failed(books[side], status);
    }
  }
  int64_t last = newest[0] > newest[1] ? newest[0] : newest[1];
  b->figures.to_us = last == INT64_MIN ? b->ask.reading.at_us : last;
  return true;
}

static bool advance_other(backtest *b)
{
  uint64_t count = 0;
  b->other->recorded_us = b->figures.to_us;
  return notch_books_advance(b->other, b->figures.to_us, &count);
}

/* ---- adding up ---- */

/* The member's place in the figures; false: erased, or of nobody. */
static bool place_of(backtest *b, notch_walk *walk, int64_t member, uint32_t *out)
{
  int64_t number = member;
  if (b->side == NOTCH_RECORDED && member < b->figures.number_capacity &&
      b->figures.by_number[member] != 0) {
    *out = b->figures.by_number[member] - 1;
    return true;
  }
  notch_text id = member == 0 ? (notch_text){NULL, 0} : notch_walk_id(walk, member, &walk->row);
  if (id.length == 0 ||
      (b->side == NOTCH_RECOMPUTED &&
       notch_store_member_find(b->ask.books->store, &number, id) != NOTCH_STORE_OK)) {
    return false;
  }
  *out = notch_backtest_member(&b->figures, number, id);
  return true;
}

static bool add_row(void *payload, notch_walk *walk, const notch_deed *deed)
{
  backtest *b = payload;
  uint32_t member;
  if (deed->row->posting_count > 0 && place_of(b, walk, deed->row->member, &member)) {
    notch_backtest_add(&b->figures, b->side, member, deed);
  }
  return true;
}

static bool add_standing(void *payload, notch_walk *walk, int64_t member,
                         const notch_state *state)
{
  backtest *b = payload;
  uint32_t place;
  if (!state->present) {
    return true; /* came later */
  }
  if (place_of(b, walk, member, &place)) {
    notch_backtest_stand(&b->figures, b->side, place, walk->edition->rules->program, state);
  } else if (b->side == NOTCH_RECORDED) {
    b->figures.erased++;
  }
  return true;
}

static bool add_up(backtest *b, notch_side side, notch_books *books)
{
  b->side = side;
  b->walk = (notch_walk){.books = books,
                         .edition = notch_books_newest(books),
                         .reading = {.at_us = b->figures.to_us},
                         .run = b->ask.run,
                         .each = add_row,
                         .stand = add_standing,
                         .payload = b};
  return b->walk.edition != NULL && notch_walk_rows(&b->walk) && notch_walk_due(&b->walk);
}

static bool add_up_other(backtest *b)
{
  notch_store_status begun = notch_store_snapshot_begin(b->other->store);
  if (begun != NOTCH_STORE_OK) {
    return notch_books_failed(b->other, begun);
  }
  bool good = add_up(b, NOTCH_RECOMPUTED, b->other);
  notch_store_snapshot_end(b->other->store);
  return good;
}

/* ---- the question ---- */

static notch_status failed(const backtest *b)
{
  const notch_books *books = b->ask.books;
  if (b->other != NULL && b->other->status != NOTCH_STORE_OK) {
    books = b->other;
  }
  return notch_api_say(b->ask.ledger, notch_api_status(books->status), "%s", books->sentence);
}

static notch_status set_period(backtest *b)
{
  notch_question *question = &b->ask;
  int64_t from_us = INT64_MIN, to_us = OPEN_END;
  notch_status status =
      b->options == NULL ? NOTCH_OK : notch_walk_moment(question, b->options->to, true, &to_us);
  if (status == NOTCH_OK && b->options != NULL) {
    status = notch_walk_moment(question, b->options->from, false, &from_us);
  }
  notch_backtest_begin(&b->figures, question->edition->rules->program, b->rules->rules->program,
                       from_us, to_us, question->run);
  return status;
}

static notch_status ask_backtest(notch_question *question)
{
  backtest *b = (backtest *)question;
  notch_status status = set_period(b);
  if (status != NOTCH_OK) {
    return status;
  }
  b->walk = (notch_walk){.books = question->books, .edition = question->edition};
  question->books->status = NOTCH_STORE_OK;
  if (!open_other(b) || !feed_all(b) || (b->figures.to_us == OPEN_END && !find_end(b))) {
    return failed(b);
  }
  const notch_backtest_options *options = b->options;
  status =
      notch_walk_period(question, options == NULL ? NULL : options->from,
                        options == NULL ? NULL : options->to, b->figures.from_us, b->figures.to_us);
  if (status != NOTCH_OK) {
    return status;
  }
  if (!advance_other(b) || !add_up(b, NOTCH_RECORDED, question->books) || !add_up_other(b)) {
    return failed(b);
  }
  notch_backtest_end(&b->figures);
  if (question->view == NOTCH_VIEW_JSON) {
    notch_backtest_json(&b->figures, &b->out);
  } else {
    notch_backtest_text(&b->figures, &b->out);
  }
  if (b->html.write != NULL) {
    notch_backtest_html(&b->figures, &b->html);
  }
  return NOTCH_OK;
}

static notch_status hand_over(backtest *b, notch_out *out)
{
  return notch_out_flush(out) ? NOTCH_OK
         : out->stopped       ? notch_api_say(b->ask.ledger, NOTCH_ESTOPPED, "stopped")
                              : notch_api_nomem(b->ask.ledger);
}

notch_status notch_ledger_backtest(notch_ledger *ledger, const notch_program_handle *rules,
                                   const notch_backtest_options *options, notch_view view,
                                   notch_write *write, void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, rules != NULL && write != NULL);
  NOTCH_CHECK_ARG(ledger, options == NULL || options->version == 1);
  const notch_memory *memory = &ledger->engine->memory;
  backtest b = {.ask = {.ledger = ledger, .view = view}, .rules = rules, .options = options};
  notch_out_init(&b.out, memory, write, payload);
  notch_out_init(&b.html, memory, options != NULL ? options->html : NULL,
                 options != NULL ? options->html_payload : NULL);
  notch_buffer_init(&b.line, memory);
  notch_status status = notch_api_ask(&b.ask, ask_backtest);
  if (status == NOTCH_OK) {
    status = hand_over(&b, &b.out);
  }
  if (status == NOTCH_OK && b.html.write != NULL) {
    status = hand_over(&b, &b.html);
  }
  if (b.writing) {
    notch_books_rollback(b.other);
  }
  notch_books_free(b.other);
  notch_buffer_free(&b.line);
  notch_out_free(&b.out);
  notch_out_free(&b.html);
  return status;
}
