/* api/walk.c -- walking a ledger for reports. */
#include <config.h>

#include "api/walk.h"

#include <assert.h>
#include <string.h>

/* ---- running with an escape that frees what a walk holds ---- */

typedef bool walk_step(notch_walk *walk, int64_t member, notch_state *state);

static bool guarded(notch_walk *walk, walk_step *step, int64_t member, notch_state *state)
{
  jmp_buf *outer = walk->run->escape, *outer_books = walk->books->run.escape;
  notch_arena_init(&walk->row, walk->books->memory);
  bool good = false;
  if (setjmp(walk->no_memory) == 0) {
    walk->row.escape = walk->run->escape = walk->books->run.escape = &walk->no_memory;
    good = step(walk, member, state);
  } else {
    notch_books_say(walk->books, NOTCH_STORE_NOMEM, "out of memory");
  }
  walk->run->escape = outer;
  walk->books->run.escape = outer_books;
  notch_arena_free(&walk->row);
  return good;
}

/* ---- recorded rows ---- */

static bool give(notch_walk *walk, const notch_transaction *recorded)
{
  notch_transaction row;
  uint32_t version = recorded->version;
  if (recorded->verdict != NOTCH_APPLIED && !walk->with_refused) {
    return true;
  }
  if (!notch_books_has_member(walk->books, recorded->member, recorded->event)) {
    return false;
  }
  notch_edition *edition =
      version == 0 ? walk->edition : notch_books_edition(walk->books, version);
  if (edition == NULL ||
      !notch_names_from_store(walk->books, edition, recorded, &row, &walk->row)) {
    return false;
  }
  notch_deed deed = {.row = &row,
                     .program = edition->rules->program,
                     .type = notch_store_name_text(walk->books->store, recorded->type)};
  return walk->each(walk->payload, walk, &deed);
}

static bool rows(notch_walk *walk, int64_t member, notch_state *state)
{
  (void)member;
  (void)state;
  notch_cursor *cursor = NULL;
  notch_store *store = walk->books->store;
  if (notch_store_next(store)->event <= 1) {
    return true;
  }
  notch_store_status status = notch_cursor_open(&cursor, store, 1, 0);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(walk->books, status);
  }
  jmp_buf *outer = walk->run->escape;
  bool good = true;
  jmp_buf inner;
  if (setjmp(inner) != 0) {
    notch_cursor_close(cursor);
    walk->row.escape = walk->run->escape = walk->books->run.escape = outer;
    longjmp(*outer, 1);
  }
  walk->row.escape = walk->run->escape = walk->books->run.escape = &inner;
  const notch_transaction *row;
  while (good && (row = notch_cursor_next(cursor)) != NULL) {
    notch_arena_reset(&walk->row);
    good = !notch_reading_sees(&walk->reading, row) || give(walk, row);
  }
  walk->row.escape = walk->run->escape = walk->books->run.escape = outer;
  status = notch_cursor_status(cursor);
  notch_cursor_close(cursor);
  return good && (status == NOTCH_STORE_OK || notch_books_failed(walk->books, status));
}

bool notch_walk_rows(notch_walk *walk)
{
  return guarded(walk, rows, 0, NULL);
}

static bool one_row(notch_walk *walk, int64_t event, notch_state *state)
{
  notch_transaction row;
  (void)state;
  return notch_history_read(walk->books, event, &walk->row, &row) && give(walk, &row);
}

bool notch_walk_row(notch_walk *walk, int64_t event)
{
  return guarded(walk, one_row, event, NULL);
}

static bool chain(notch_walk *walk, int64_t member, notch_state *state)
{
  (void)state;
  NOTCH_VEC(int64_t) numbers = {0};
  int64_t last = 0;
  notch_transaction row;
  notch_store_status status = notch_store_member_last(walk->books->store, &last, member);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(walk->books, status);
  }
  for (int64_t event = last; event > 0; event = row.previous) {
    *notch_vec_push(&numbers, walk->run) = event;
    notch_arena_reset(&walk->row);
    if (!notch_history_read(walk->books, event, &walk->row, &row)) {
      return false;
    }
  }
  for (uint32_t i = numbers.count; i-- > 0;) {
    notch_arena_reset(&walk->row);
    if (!notch_history_read(walk->books, numbers.items[i], &walk->row, &row) ||
        (notch_reading_sees(&walk->reading, &row) && !give(walk, &row))) {
      return false;
    }
  }
  return true;
}

bool notch_walk_member(notch_walk *walk, int64_t member)
{
  return guarded(walk, chain, member, NULL);
}

/* ---- what fell due ---- */

typedef struct settling {
  notch_walk *walk;
  int64_t member;
  int64_t shift; /* lots of different members get the same next number: told apart by it */
  bool good;
} settling;

static notch_text due_word(const notch_program *program, uint32_t type)
{
  return type >= NOTCH_DUE_FIRST
             ? notch_text_of(notch_due_word((notch_due)(type - NOTCH_DUE_FIRST)))
             : program->events[type].decl.name;
}

static void settled(void *payload, const notch_outcome *outcome)
{
  settling *s = payload;
  notch_walk *walk = s->walk;
  int64_t next = notch_store_next(walk->books->store)->posting, most = 0;
  const notch_program *program = walk->edition->rules->program;
  for (uint32_t i = 0; i < outcome->count && s->good; i++) {
    notch_transaction row = outcome->transactions[i];
    if (row.member != s->member) {
      continue; /* reading a member settles nobody else */
    }
    notch_posting *postings = NOTCH_NEW_ARRAY(&walk->row, notch_posting, row.posting_count + 1);
    for (uint32_t j = 0; j < row.posting_count; j++) {
      postings[j] = row.postings[j];
      most = postings[j].posting >= next ? postings[j].posting - next + 1 : most;
      postings[j].posting += s->shift;
      postings[j].lot += postings[j].lot >= next ? s->shift : 0;
    }
    row.postings = postings;
    row.event = 0;
    notch_deed deed = {.row = &row, .program = program, .type = due_word(program, row.type)};
    s->good = walk->each(walk->payload, walk, &deed);
  }
  s->shift += most;
}

static bool settle_one(notch_walk *walk, settling *s, int64_t member, notch_state *state)
{
  notch_arena_reset(&walk->row);
  notch_arena_reset(&walk->books->run);
  s->member = member;
  s->good = true;
  return notch_books_read_member(walk->books, walk->edition, state, member, &walk->reading,
                                 settled, s) &&
         s->good &&
         (walk->stand == NULL || walk->stand(walk->payload, walk, member, state));
}

static bool due_of(notch_walk *walk, int64_t member, notch_state *state)
{
  settling s = {.walk = walk};
  return settle_one(walk, &s, member, state);
}

bool notch_walk_due_of(notch_walk *walk, int64_t member, notch_state *state)
{
  return guarded(walk, due_of, member, state);
}

static bool due(notch_walk *walk, int64_t none, notch_state *state)
{
  settling s = {.walk = walk};
  (void)none;
  int64_t count = notch_store_member_count(walk->books->store);
  for (int64_t member = 1; member <= count; member++) {
    if (!settle_one(walk, &s, member, state)) {
      return false;
    }
  }
  return true;
}

bool notch_walk_due(notch_walk *walk)
{
  notch_state state;
  notch_state_init(&state, walk->books->memory);
  bool good = guarded(walk, due, 0, &state);
  notch_state_free(&state);
  return good;
}

/* ---- odds and ends ---- */

notch_text notch_walk_id(notch_walk *walk, int64_t member, notch_arena *arena)
{
  notch_text id = {NULL, 0};
  jmp_buf *escape = arena->escape;
  arena->escape = NULL; /* no jump may leave the store */
  notch_store_status status = notch_store_member_id(walk->books->store, member, arena, &id);
  arena->escape = escape;
  return status == NOTCH_STORE_OK ? id : (notch_text){NULL, 0};
}

notch_status notch_walk_moment(notch_question *question, const char *text, bool last,
                               int64_t *out)
{
  int32_t day;
  const notch_zone *zone = &question->edition->rules->program->zone;
  if (text == NULL) {
    return NOTCH_OK;
  }
  if (!notch_date_parse(&day, notch_text_of(text))) {
    return notch_api_moment(question->ledger, text, out);
  }
  *out = notch_zone_midnight(zone, day + (last ? 1 : 0)) * NOTCH_SECOND_US - (last ? 1 : 0);
  return NOTCH_OK;
}

notch_status notch_walk_period(notch_question *question, const char *from, const char *to,
                               int64_t from_us, int64_t to_us)
{
  if (from_us <= to_us) {
    return NOTCH_OK;
  }
  if (to != NULL) {
    return notch_api_say(question->ledger, NOTCH_EVALUE,
                         "the period ends before it begins: %s is after %s", from, to);
  }
  notch_buffer end;
  notch_buffer_init(&end, question->books->memory);
  notch_moment_print_zone(&end, to_us, &question->edition->rules->program->zone);
  notch_status status =
      notch_api_say(question->ledger, NOTCH_EVALUE,
                    "nothing is known yet of %s and later: the ledger ends at %.*s", from,
                    (int)end.length, end.bytes);
  notch_buffer_free(&end);
  return status;
}
