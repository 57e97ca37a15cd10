/*
 * apply/history.c -- what was: recorded events typed again, the originals of returns, and members
 * as they were then.
 */
#include <config.h>

#include "apply/apply.h"

bool notch_history_read(notch_books *books, int64_t event, notch_arena *arena,
                        notch_transaction *out)
{
  jmp_buf *escape = arena->escape;
  arena->escape = NULL; /* no jump may leave the store */
  notch_store_status status = notch_store_read(books->store, event, arena, out);
  arena->escape = escape;
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

/* ---- recorded events ---- */

static bool vault_value(void *payload, notch_text field, notch_text *out)
{
  notch_books *books = payload;
  uint32_t number = 0;
  notch_personal personal = {0};
  if (notch_store_name_find(books->store, &number, NOTCH_NAME_FIELD, field) != NOTCH_STORE_OK) {
    return false;
  }
  jmp_buf *escape = books->run.escape;
  books->run.escape = NULL;
  notch_store_status status =
      notch_store_personal_get(books->store, books->vault_member, number, books->vault_event,
                               &books->run, &personal);
  books->run.escape = escape;
  if (status == NOTCH_STORE_NOMEM) {
    notch_books_failed(books, status);
  }
  *out = personal.value;
  return status == NOTCH_STORE_OK && personal.event == books->vault_event;
}

notch_text notch_name_of_erased(int64_t member, notch_arena *run)
{
  return notch_arena_format(run, NOTCH_ERASED_LEAD "%lld", (long long)member);
}

/* What names a member who is erased can still be read back. */
static notch_text vault_id(void *payload, int64_t number)
{
  notch_books *books = payload;
  notch_text id = books->host.member_id(books, number);
  books->names_erased = books->names_erased || id.length == 0;
  return id.length > 0 ? id : notch_name_of_erased(number, &books->run);
}

static bool vault_keep(void *payload, notch_text field, notch_text value, char digest[65])
{
  notch_books *books = payload;
  uint32_t number = 0;
  notch_digest hash;
  notch_store_status status =
      notch_store_name_add(books->store, &number, NOTCH_NAME_FIELD, field);
  if (status == NOTCH_STORE_OK) {
    status = notch_store_personal_put(books->store, books->vault_member, number, value, &hash);
  }
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  notch_hex(digest, hash.bytes, sizeof hash.bytes);
  return true;
}

static int64_t vault_number(void *payload, notch_text id)
{
  notch_books *books = payload;
  int64_t number = 0;
  notch_store_status status = notch_store_member_find(books->store, &number, id);
  if (status == NOTCH_STORE_NOTFOUND) {
    status = notch_store_member_add(books->store, &number, id);
  }
  if (status == NOTCH_STORE_NOMEM) {
    notch_books_failed(books, status);
  }
  return status == NOTCH_STORE_OK ? number : 0;
}

void notch_vault_init(notch_books *books)
{
  books->vault = (notch_vault){.payload = books,
                               .keep = vault_keep,
                               .number = vault_number,
                               .value = vault_value,
                               .id = vault_id};
}

const notch_vault *notch_books_vault(notch_books *books, int64_t member, int64_t event)
{
  books->vault_member = member;
  books->vault_event = event;
  return &books->vault;
}

/* The content in one piece, a copy. */
static notch_event *read_whole(notch_books *books, notch_edition *edition, notch_reader *reader,
                               const notch_transaction *row)
{
  uint32_t type = notch_names_index(books, edition, NOTCH_NAME_TYPE, row->type);
  if (type == NOTCH_NONE) {
    return NULL;
  }
  notch_transaction whole = *row; /* joined, or copied */
  notch_store_join(books->store, &whole, reader->run);
  return notch_read_recorded(reader, type, whole.content);
}

notch_event *notch_history_event(notch_books *books, notch_edition *edition,
                                 const notch_transaction *row, notch_arena *arena)
{
  notch_reader reader = {.run = arena};
  return notch_history_event_or_why(books, edition, row, &reader);
}

notch_event *notch_history_event_or_why(notch_books *books, notch_edition *edition,
                                        const notch_transaction *row, notch_reader *reader)
{
  if (row->content.length == 0) {
    return NULL;
  }
  *reader = (notch_reader){.layout = edition->rules->layout,
                           .run = reader->run,
                           .parser = books->parser,
                           .scene = true,
                           .vault = notch_books_vault(books, row->member, row->event)};
  /* Where the values stand apart they are enough, as a rule. */
  const notch_keys *keys =
      row->shape == 0 ? NULL : notch_shapes_keys(books, edition, row->shape, row->type);
  notch_event *event = keys == NULL ? NULL : notch_read_values(reader, keys, row->content);
  event = event == NULL ? read_whole(books, edition, reader, row) : event;
  if (event != NULL) {
    event->id = row->id;
    event->at_us = row->at_us;
    event->offset_min = row->offset_min;
  }
  return event;
}

notch_event *notch_history_part(notch_books *books, notch_edition *edition, notch_text content,
                                notch_value take_back, notch_arena *arena)
{
  notch_reader reader = {
      .layout = edition->rules->layout, .run = arena, .parser = books->parser, .scene = true};
  notch_event *event = notch_read_recorded(&reader, NOTCH_EVENT_RETURN, content);
  if (event != NULL) {
    event->fields[NOTCH_FIELD_RETURN_TAKE_BACK] = take_back;
  }
  return event;
}

notch_part *notch_history_parts(const notch_outcome *outcome, notch_arena *arena)
{
  if (outcome->part_count == 0) {
    return NULL;
  }
  notch_part *parts = NOTCH_NEW_ARRAY(arena, notch_part, outcome->part_count);
  for (uint32_t i = 0; i < outcome->part_count; i++) {
    parts[i] = (notch_part){outcome->parts[i].event,
                            notch_arena_text(arena, outcome->parts[i].content)};
  }
  return parts;
}

/* ---- originals ---- */

typedef NOTCH_VEC(const notch_transaction *) row_list;

bool notch_history_next_side(notch_books *books, const notch_transaction *of, notch_arena *arena,
                             notch_transaction *side)
{
  int64_t end = notch_store_next(books->store)->event;
  for (int64_t next = side->event + 1; next < end; next++) {
    if (!notch_history_read(books, next, arena, side)) {
      return false;
    }
    if (side->origin == NOTCH_ORIGIN_SENT || side->at_us > of->at_us ||
        (side->origin == NOTCH_ORIGIN_DUE && side->member == of->member)) {
      break;
    }
    if (side->origin == NOTCH_ORIGIN_SIDE && side->cause == of->event) {
      return true;
    }
  }
  side->event = 0;
  return true;
}

static bool add_sides(notch_books *books, notch_edition *edition, const notch_transaction *of,
                      notch_arena *arena, row_list *sides)
{
  notch_transaction side = {.event = of->event};
  for (;;) {
    if (!notch_history_next_side(books, of, arena, &side)) {
      return false;
    }
    if (side.event == 0) {
      return true;
    }
    notch_transaction *row = NOTCH_NEW(arena, notch_transaction);
    if (!notch_names_from_store(books, edition, &side, row, arena)) {
      return false;
    }
    *notch_vec_push(sides, arena) = row;
  }
}

/* A return, or the row of one without `of` for each event that it lowers. */
bool notch_history_returns(const notch_transaction *row)
{
  return row->verdict == NOTCH_APPLIED && row->cause != 0 &&
         (row->origin == NOTCH_ORIGIN_SENT ||
          (row->origin == NOTCH_ORIGIN_SIDE && row->content.length > 0));
}

notch_text notch_history_no_return(notch_arena *arena, notch_text of, bool own)
{
  return own ? notch_arena_format(arena, "`of`: %.*s is no event that can be returned",
                                  (int)of.length, of.bytes)
             : notch_arena_format(arena,
                                  "`of`: %.*s is another member's event",
                                  (int)of.length, of.bytes);
}

/* The applied returns of `original`, oldest first, among the member's rows up to `last`. */
static bool find_earlier(notch_books *books, int64_t original, int64_t member, int64_t last,
                         notch_arena *arena, row_list *earlier)
{
  notch_row_numbers rows = {0};
  bool good = notch_journal_returns(books, member, last, original, arena, &rows);
  for (uint32_t i = 0; i < rows.count && good; i++) {
    notch_transaction *kept = NOTCH_NEW(arena, notch_transaction);
    good = notch_history_read(books, rows.items[i], arena, kept);
    *notch_vec_push(earlier, arena) = kept;
  }
  return good;
}

/* What the earlier returns named, and their rows with the edition's indexes. */
static bool read_earlier(notch_books *books, notch_edition *edition, notch_original *out,
                         row_list *recorded, notch_reader *reader, row_list *sides)
{
  notch_arena *arena = reader->run;
  notch_lowering *lowered = NOTCH_NEW_ARRAY(arena, notch_lowering, recorded->count + 1);
  const notch_transaction **rows =
      NOTCH_NEW_ARRAY(arena, const notch_transaction *, recorded->count + 1);
  for (uint32_t i = 0; i < recorded->count; i++) {
    const notch_transaction *from = recorded->items[i];
    notch_event *event = notch_history_event(books, edition, from, arena);
    notch_lowering *lowering =
        event == NULL ? NULL : notch_read_lowering(reader, out->sent->type, event);
    notch_transaction *row = NOTCH_NEW(arena, notch_transaction);
    if (lowering == NULL) {
      return notch_books_say(books, NOTCH_STORE_CORRUPT,
                             "transaction %lld is a return that cannot be read back",
                             (long long)from->event);
    }
    if (!notch_names_from_store(books, edition, from, row, arena) ||
        !add_sides(books, edition, from, arena, sides)) {
      return false;
    }
    lowered[i] = *lowering;
    rows[i] = row;
  }
  out->lowered = lowered;
  out->earlier = rows;
  out->earlier_count = recorded->count;
  return true;
}

typedef struct upto { /* the rows of who has the original, as far as they are known */
  int64_t member, last;
} upto;

/* False with reader->verdict set: this return is refused; without: a failure. */
static bool fill_original(notch_books *books, notch_edition *edition, int64_t number, upto known,
                          notch_event *returned, notch_reader *reader, notch_original *out)
{
  notch_arena *arena = reader->run;
  notch_transaction *recorded = NOTCH_NEW(arena, notch_transaction);
  notch_transaction *row = NOTCH_NEW(arena, notch_transaction);
  row_list earlier = {0}, sides = {0};
  reader->verdict = NOTCH_APPLIED;
  if (!notch_history_read(books, number, arena, recorded) ||
      !notch_names_from_store(books, edition, recorded, row, arena)) {
    return false;
  }
  out->event = number;
  out->plan = edition->rules->plan;
  out->transaction = row;
  out->sent = notch_history_event(books, edition, recorded, arena);
  if (out->sent == NULL) {
    return notch_books_unreadable(books, number);
  }
  out->lowering =
      returned == NULL ? NULL : notch_read_lowering(reader, out->sent->type, returned);
  if ((returned != NULL && out->lowering == NULL) ||
      !add_sides(books, edition, recorded, arena, &sides) ||
      !find_earlier(books, number, known.member, known.last, arena, &earlier) ||
      !read_earlier(books, edition, out, &earlier, reader, &sides)) {
    return false;
  }
  out->sides = sides.items;
  out->side_count = sides.count;
  return true;
}

notch_original *notch_history_light(notch_books *books, notch_edition *edition, int64_t original,
                                    const notch_transaction *returns,
                                    notch_event *returned, notch_arena *arena)
{
  notch_original *out = NOTCH_NEW(arena, notch_original);
  notch_reader reader = {.layout = edition->rules->layout, .run = arena,
                         .parser = books->parser};
  upto known = {returns->member, returns->previous};
  if (fill_original(books, edition, original, known, returned, &reader, out)) {
    return out;
  }
  if (reader.verdict != NOTCH_APPLIED) {
    notch_books_say(books, NOTCH_STORE_CORRUPT, "transaction %lld returns what it cannot",
                    (long long)returns->event);
  }
  return NULL;
}

/* ---- states of then ---- */

notch_state *notch_history_past(notch_books *books)
{
  notch_state *state = notch_memory_resize(books->memory, NULL, sizeof *state);
  if (state == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    return NULL;
  }
  notch_state_init(state, books->memory);
  uint32_t capacity = books->past.capacity;
  if (books->past.count == capacity) {
    capacity = capacity == 0 ? 8 : capacity * 2;
    notch_state **grown =
        notch_memory_resize(books->memory, books->past.items, capacity * sizeof *grown);
    if (grown == NULL) {
      notch_memory_free(books->memory, state);
      notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
      return NULL;
    }
    books->past.items = grown;
    books->past.capacity = capacity;
  }
  books->past.items[books->past.count++] = state;
  return state;
}

void notch_history_forget_from(notch_books *books, uint32_t kept)
{
  while (books->past.count > kept) {
    notch_state *state = books->past.items[--books->past.count];
    notch_state_free(state);
    notch_memory_free(books->memory, state);
  }
}

void notch_history_forget(notch_books *books)
{
  notch_history_forget_from(books, 0);
}

const notch_state *notch_history_then(notch_books *books, notch_edition *edition, int64_t member,
                                      int64_t at_us)
{
  notch_state *state = notch_history_past(books);
  return state != NULL && notch_journal_state(books, state, member, edition, INT64_MAX, at_us,
                                             INT64_MAX)
             ? state
             : NULL;
}

bool notch_history_fill_then(notch_books *books, notch_edition *edition, notch_original *original,
                             int64_t last, int64_t before, notch_arena *arena)
{
  const notch_transaction *row = original->transaction;
  bool late = row->booked_us > row->at_us;
  notch_state *then = notch_history_past(books);
  if (then == NULL || !notch_journal_state(books, then, row->member, edition, original->event - 1,
                                          late ? row->at_us : INT64_MAX, INT64_MAX)) {
    return false;
  }
  original->then = then;
  if (late) { /* limits count what had been recorded, whenever it was */
    notch_state *uses = notch_history_past(books);
    if (uses == NULL || !notch_journal_state(books, uses, row->member, edition,
                                            original->event - 1, INT64_MAX, INT64_MAX)) {
      return false;
    }
    original->uses_then = uses;
  }
  notch_state *house = notch_history_past(books);
  if (house == NULL || !notch_journal_state(books, house, 0, edition, original->event - 1,
                                           INT64_MAX, INT64_MAX)) {
    return false;
  }
  original->house_then = house;
  return notch_merged_fill(books, original, before, arena) &&
         notch_history_fill_later(books, edition, original, last, before, arena);
}

notch_original *notch_history_original(notch_books *books, notch_edition *edition,
                                       int64_t original, int64_t member, notch_event *returned,
                                       notch_reader *reader)
{
  notch_original *out = NOTCH_NEW(reader->run, notch_original);
  int64_t last = 0;
  notch_store_status status = notch_store_member_last(books->store, &last, member);
  if (status != NOTCH_STORE_OK) {
    notch_books_failed(books, status);
    return NULL;
  }
  return fill_original(books, edition, original, (upto){member, last}, returned, reader, out) &&
                 notch_history_fill_then(books, edition, out, last, INT64_MAX, reader->run)
             ? out
             : NULL;
}

const notch_original *notch_history_latest(void *payload, uint32_t type, int64_t before)
{
  notch_books *books = payload;
  notch_edition *edition = (notch_edition *)(intptr_t)books->edition;
  notch_reader reader = {.layout = edition->rules->layout, .run = &books->run,
                         .parser = books->parser};
  notch_original *out = NOTCH_NEW(&books->run, notch_original);
  upto known = {.member = books->deciding_member};
  int64_t event = 0;
  books->recalled = books->past.count;
  if (notch_store_member_last(books->store, &known.last, known.member) != NOTCH_STORE_OK ||
      !notch_journal_sale(books, edition, known.member, known.last, books->deciding_at_us, type,
                          before, &event)) {
    return NULL;
  }
  if (event == 0 || !fill_original(books, edition, event, known, NULL, &reader, out)) {
    return NULL;
  }
  out->foreign = out->transaction->version != edition->version;
  return out;
}

void notch_history_empty(void *payload, const notch_original *original)
{
  notch_books *books = payload;
  int64_t last = 0;
  if (notch_store_member_last(books->store, &last, books->deciding_member) == NOTCH_STORE_OK) {
    notch_journal_empty(books, books->deciding_member, last, original->event);
  }
}

bool notch_history_recall(void *payload, notch_original *original)
{
  notch_books *books = payload;
  int64_t last = 0;
  notch_store_status status =
      notch_store_member_last(books->store, &last, books->deciding_member);
  notch_history_forget_from(books, books->recalled);
  return status == NOTCH_STORE_OK
             ? notch_history_fill_then(books, (notch_edition *)(intptr_t)books->edition, original,
                                       last, INT64_MAX, &books->run)
             : notch_books_failed(books, status);
}
