/*
 * apply/members.c -- members' states in memory: found, folded up to date, let go.
 *
 * A seat holds the fold of all rows of a member under one version of the rules.  What the store
 * caches of it may lag; the rows between are folded when the member is next asked for.
 */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

/* ---- the seats ---- */

static uint32_t bucket_of(const notch_books *books, int64_t member)
{
  uint64_t mixed = (uint64_t)member * 0x9E3779B97F4A7C15u;
  return (uint32_t)(mixed >> 40) & (books->bucket_count - 1);
}

static void unlink_age(notch_books *books, notch_seat *seat)
{
  *(seat->newer != NULL ? &seat->newer->older : &books->newest) = seat->older;
  *(seat->older != NULL ? &seat->older->newer : &books->oldest) = seat->newer;
}

static void link_newest(notch_books *books, notch_seat *seat)
{
  seat->newer = NULL;
  seat->older = books->newest;
  *(books->newest != NULL ? &books->newest->newer : &books->oldest) = seat;
  books->newest = seat;
}

static notch_seat *find_seat(const notch_books *books, int64_t member)
{
  notch_seat *seat = books->buckets[bucket_of(books, member)];
  while (seat != NULL && seat->member != member) {
    seat = seat->next;
  }
  return seat;
}

notch_seat *notch_seat_at(const notch_books *books, int64_t member)
{
  return find_seat(books, member);
}

static void free_seat(notch_books *books, notch_seat *seat)
{
  notch_seat **place = &books->buckets[bucket_of(books, seat->member)];
  while (*place != seat) {
    place = &(*place)->next;
  }
  *place = seat->next;
  unlink_age(books, seat);
  notch_desk_let_go(&books->desk, &seat->kept);
  notch_memory_free(books->memory, seat);
  books->seat_count--;
}

void notch_seat_forget(notch_books *books, int64_t member)
{
  notch_seat *seat = find_seat(books, member);
  if (seat != NULL) {
    free_seat(books, seat);
  }
}

void notch_seats_drop(notch_books *books)
{
  while (books->newest != NULL) {
    free_seat(books, books->newest);
  }
}

void notch_seats_touch(notch_books *books)
{
  books->stamp++;
  notch_desk_clear(&books->desk);
}

const notch_state *notch_seat_state(notch_books *books, notch_seat *seat)
{
  const notch_state *state = notch_desk_open(&books->desk, &seat->kept);
  if (state == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return state;
}

notch_state *notch_seat_lend(notch_books *books, notch_seat *seat)
{
  notch_state *state = notch_desk_lend(&books->desk, &seat->kept);
  if (state == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return state;
}

notch_state *notch_seat_change(notch_books *books, notch_seat *seat)
{
  return notch_seat_state(books, seat) == NULL ? NULL
                                               : notch_desk_change(&books->desk, &seat->kept);
}

int64_t notch_seat_due(const notch_edition *edition, const notch_state *state)
{
  int64_t due_s = notch_next_due(edition->rules->plan, state);
  int64_t until_s = edition->rules->plan->until_s;
  /* The next version may say otherwise. */
  return until_s < due_s && notch_state_begun(state) && !state->closed ? until_s : due_s;
}

static bool put_seat(notch_books *books, notch_seat *seat)
{
  notch_edition *edition = notch_books_edition(books, seat->version);
  if (edition == NULL) {
    return false;
  }
  bool rests = seat->kept.open == NULL;
  const notch_state *state = notch_seat_state(books, seat);
  if (state == NULL) {
    return false;
  }
  int64_t due_s = notch_seat_due(edition, state);
  if (rests) {
    notch_desk_close(&books->desk, &seat->kept);
  }
  const unsigned char *packed;
  size_t size;
  notch_buffer_clear(&books->scratch);
  bool encoded = notch_desk_packed(&books->desk, &seat->kept, &packed, &size);
  if (encoded) {
    notch_state_encode(packed, size, &books->scratch);
  }
  if (!encoded || books->scratch.failed) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  notch_store_status status = notch_store_state_put(
      books->store, seat->member,
      (notch_text){books->scratch.bytes, (uint32_t)books->scratch.length}, due_s, seat->version);
  seat->dirty = false;
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

/* The last row that a state has to hold; every row may have changed the programme's own figures. */
static bool last_row(notch_books *books, const notch_edition *edition, int64_t member, int64_t *out)
{
  if (member == 0 && edition->rules->plan->uses_house) {
    *out = notch_store_next(books->store)->event - 1;
    return true;
  }
  notch_store_status status = notch_store_member_last(books->store, out, member);
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

/* The store takes a state for one that holds every row: who lacks some reads what was cached. */
static bool put_if_whole(notch_books *books, notch_seat *seat)
{
  int64_t last = 0;
  if (!seat->dirty) {
    return true;
  }
  if (!last_row(books, books->editions[seat->version - 1], seat->member, &last)) {
    return false;
  }
  return seat->upto != last || put_seat(books, seat);
}

bool notch_seats_put(notch_books *books)
{
  for (notch_seat *seat = books->oldest; seat != NULL; seat = seat->newer) {
    if (!put_if_whole(books, seat)) {
      return false;
    }
  }
  return true;
}

bool notch_seat_give(void *books, int64_t member)
{
  notch_seat *seat = find_seat(books, member);
  return seat == NULL || put_if_whole(books, seat);
}

/* Lets go of the seats that were not used for longest. */
static bool make_room(notch_books *books)
{
  while (books->seat_count >= books->seats_max) {
    notch_seat *seat = books->oldest;
    if (seat == NULL || seat->stamp == books->stamp) {
      return true; /* all are in use: a few more do no harm */
    }
    if (notch_store_is_writing(books->store) && !put_if_whole(books, seat)) {
      return false;
    }
    free_seat(books, seat);
  }
  return true;
}

static notch_seat *add_seat(notch_books *books, int64_t member)
{
  if (!make_room(books)) {
    return NULL;
  }
  notch_seat *seat = notch_memory_resize(books->memory, NULL, sizeof *seat);
  if (seat == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    return NULL;
  }
  memset(seat, 0, sizeof *seat);
  seat->member = member;
  seat->next = books->buckets[bucket_of(books, member)];
  books->buckets[bucket_of(books, member)] = seat;
  link_newest(books, seat);
  books->seat_count++;
  return seat;
}

/* ---- folding what was recorded ---- */

bool notch_books_unfit(notch_books *books, const notch_state *state, int64_t event)
{
  if (state->failed || books->run.failed) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return books->foreign ||
         notch_books_say(books, NOTCH_STORE_CORRUPT,
                         "transaction %lld does not fit what came before it: verify the ledger",
                         (long long)event);
}

/* Folds with a decider of its own: another may be under way. */
static bool fold_row(notch_books *books, notch_edition *edition, notch_state *state,
                     const notch_event *event, const notch_original *original,
                     const notch_transaction *row)
{
  if (books->fold_depth == NOTCH_FOLDERS) {
    return notch_books_say(books, NOTCH_STORE_CORRUPT, "members depend on each other too deeply");
  }
  notch_decider *folder = books->folders[books->fold_depth++];
  const notch_edition *outer = books->edition;
  books->edition = edition;
  bool folded = notch_fold(folder, edition->rules->plan, state, event, original, row,
                           &books->host);
  books->edition = outer;
  books->fold_depth--;
  return folded || notch_books_unfit(books, state, row->event);
}

/* NULL stays where a version cannot read what a return of another's lowers: it did not count it. */
static bool read_original(notch_books *books, notch_edition *edition,
                          const notch_transaction *recorded, notch_event *returned,
                          notch_arena *read, notch_original **out)
{
  *out = notch_history_light(books, edition, recorded->cause, recorded, returned, read);
  if (*out == NULL && recorded->version != edition->version && !books->foreign &&
      books->status == NOTCH_STORE_CORRUPT) {
    books->status = NOTCH_STORE_OK;
    return true;
  }
  return *out != NULL;
}

static bool fold_recorded(notch_books *books, notch_edition *edition, notch_state *state,
                          const notch_transaction *recorded, notch_arena *read)
{
  notch_transaction row;
  notch_event *event = NULL;
  notch_original *original = NULL;
  bool returns = notch_history_returns(recorded);
  if (recorded->origin == NOTCH_ORIGIN_SENT || returns) {
    event = notch_history_event(books, edition, recorded, read);
  }
  if (event != NULL && returns &&
      !read_original(books, edition, recorded, event, read, &original)) {
    return notch_books_misread(books);
  }
  int64_t outer = books->folding_row;
  books->folding_row = recorded->event;
  bool folded = notch_names_from_store(books, edition, recorded, &row, read) &&
                fold_row(books, edition, state, event, original, &row);
  books->folding_row = outer;
  return folded;
}

bool notch_books_fold(notch_books *books, notch_edition *edition, notch_state *state,
                      const notch_transaction *recorded)
{
  notch_arena read;
  jmp_buf no_memory, *outer = books->run.escape;
  const unsigned depth = books->fold_depth;
  const int64_t row = books->folding_row;
  volatile bool folded = false;
  if (recorded->verdict != NOTCH_APPLIED) {
    return true;
  }
  notch_arena_init(&read, books->memory);
  if (setjmp(no_memory) == 0) {
    read.escape = books->run.escape = &no_memory;
    folded = fold_recorded(books, edition, state, recorded, &read);
  } else {
    books->fold_depth = depth;
    books->folding_row = row;
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->run.escape = outer;
  notch_arena_free(&read);
  return folded;
}

/* Reads the numbers of a member's rows after `after`, oldest first. */
static bool chain_of(notch_books *books, int64_t last, int64_t after, notch_arena *arena,
                     int64_t **rows, uint32_t *count)
{
  NOTCH_VEC(int64_t) chain = {0};
  notch_arena one;
  notch_arena_init(&one, books->memory);
  notch_store_status status = NOTCH_STORE_OK;
  for (int64_t event = last; event > after && status == NOTCH_STORE_OK;) {
    notch_transaction row;
    int64_t *link = notch_vec_try_push(&chain, arena);
    if (link == NULL) {
      break;
    }
    *link = event;
    notch_arena_reset(&one);
    status = notch_store_read(books->store, event, &one, &row);
    event = row.previous;
  }
  notch_arena_free(&one);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  for (uint32_t i = 0; i < chain.count / 2; i++) {
    int64_t swapped = chain.items[i];
    chain.items[i] = chain.items[chain.count - 1 - i];
    chain.items[chain.count - 1 - i] = swapped;
  }
  *rows = chain.items;
  *count = chain.count;
  return !arena->failed || notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}

bool notch_seat_fold_row(notch_books *books, notch_edition *edition, notch_state *state,
                         int64_t event, const notch_bounds *bounds, notch_arena *one,
                         int64_t *newest_us)
{
  notch_transaction row;
  notch_arena_reset(one);
  notch_store_status status = notch_store_read(books->store, event, one, &row);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  int64_t newest = row.booked_us > row.at_us ? row.booked_us : row.at_us;
  *newest_us = newest > *newest_us ? newest : *newest_us;
  if (row.at_us <= bounds->at_us && row.booked_us <= bounds->booked_us) {
    if (row.booked_us > bounds->at_us) { /* then it counted, but what it did was given only later */
      row.posting_count = row.move_count = row.effect_count = 0;
      row.booked_us = row.at_us;
    }
    return notch_books_fold(books, edition, state, &row);
  }
  if (row.booked_us <= bounds->booked_us && row.verdict == NOTCH_APPLIED &&
      notch_history_returns(&row)) {
    row.lowers_only = true; /* it lowers measures at the time of what it returns */
    return notch_books_fold(books, edition, state, &row);
  }
  return true;
}

static bool fold_chain(notch_books *books, notch_edition *edition, notch_state *state,
                       int64_t member, int64_t after, const notch_bounds *bounds)
{
  notch_arena chain, one;
  int64_t *rows = NULL, last = 0, newest_us = INT64_MIN;
  uint32_t count = 0;
  notch_store_status status = notch_store_member_last(books->store, &last, member);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  notch_arena_init(&chain, books->memory);
  notch_arena_init(&one, books->memory);
  bool good = chain_of(books, last, after, &chain, &rows, &count);
  for (uint32_t i = 0; i < count && good && rows[i] <= bounds->upto; i++) {
    good = notch_seat_fold_row(books, edition, state, rows[i], bounds, &one, &newest_us);
  }
  notch_arena_free(&one);
  notch_arena_free(&chain);
  return good;
}

/* The programme's own figures: every row may have changed them. */
bool notch_seat_fold_all(notch_books *books, notch_edition *edition, notch_state *state,
                         int64_t after, const notch_bounds *bounds)
{
  notch_cursor *cursor = NULL;
  if (bounds->upto <= after) {
    return true;
  }
  notch_store_status status = notch_cursor_open(&cursor, books->store, after + 1, bounds->upto);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  const notch_transaction *row;
  bool good = true;
  while (good && (row = notch_cursor_next(cursor)) != NULL) {
    good = row->at_us > bounds->at_us || row->booked_us > bounds->booked_us ||
           notch_books_fold(books, edition, state, row);
  }
  status = notch_cursor_status(cursor);
  notch_cursor_close(cursor);
  return good && (status == NOTCH_STORE_OK || notch_books_failed(books, status));
}

static bool catch_up(notch_books *books, notch_edition *edition, notch_state *state,
                     int64_t member, int64_t after, notch_bounds bounds)
{
  bool all = member == 0 && edition->rules->plan->uses_house;
  if (all && bounds.upto == INT64_MAX) {
    bounds.upto = notch_store_next(books->store)->event - 1;
  }
  return all ? notch_seat_fold_all(books, edition, state, after, &bounds)
             : fold_chain(books, edition, state, member, after, &bounds);
}

bool notch_seat_rebuild(notch_books *books, notch_state *state, int64_t member,
                        notch_edition *edition, int64_t upto, int64_t at_us, int64_t booked_us)
{
  if (!notch_state_start(state, edition->rules->program, member)) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return catch_up(books, edition, state, member, 0, (notch_bounds){upto, at_us, booked_us});
}

/* What the store cached, or a fresh state. */
static bool load(notch_books *books, notch_seat *seat, notch_edition *edition)
{
  notch_store_state cached;
  notch_store_status status = notch_store_state_get(books->store, seat->member, &cached);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  seat->upto = 0;
  seat->version = edition->version;
  notch_state *state = notch_seat_change(books, seat);
  if (state == NULL) {
    return false;
  }
  if (cached.upto > 0 && cached.version == edition->version &&
      notch_state_decode(state, cached.bytes.bytes, cached.bytes.length)) {
    seat->upto = cached.upto;
    return true;
  }
  return notch_state_start(state, edition->rules->program, seat->member) ||
         notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}

notch_seat *notch_seat_get(notch_books *books, int64_t member, notch_edition *edition)
{
  notch_seat *seat = find_seat(books, member);
  bool good = true;
  if (seat == NULL) {
    seat = add_seat(books, member);
    good = seat != NULL && load(books, seat, edition);
  } else if (seat->version != edition->version) {
    good = (!notch_store_is_writing(books->store) || put_if_whole(books, seat)) &&
           load(books, seat, edition);
  } else {
    unlink_age(books, seat);
    link_newest(books, seat);
    good = notch_seat_state(books, seat) != NULL;
  }
  int64_t last = 0;
  good = good && last_row(books, edition, member, &last);
  if (good && seat->upto < last) {
    seat->stamp = books->stamp;
    notch_state *state = notch_seat_change(books, seat);
    good = state != NULL && catch_up(books, edition, state, member, seat->upto,
                                     (notch_bounds){INT64_MAX, INT64_MAX, INT64_MAX});
    seat->upto = last;
    seat->dirty = true;
  }
  if (!good) {
    if (seat != NULL) {
      free_seat(books, seat);
    }
    return NULL;
  }
  seat->stamp = books->stamp;
  return seat;
}

bool notch_seat_fold(notch_books *books, notch_seat *seat, notch_edition *edition,
                     const notch_event *event, const notch_original *original,
                     const notch_transaction *row)
{
  assert(seat->version == edition->version);
  seat->upto = row->event;
  seat->dirty = true;
  notch_state *state = notch_seat_change(books, seat);
  return state != NULL && fold_row(books, edition, state, event, original, row);
}

/* ---- what decisions ask of their host ---- */

static const notch_state *host_member_number(void *payload, int64_t number)
{
  notch_books *books = payload;
  notch_edition *edition = (notch_edition *)(intptr_t)books->edition;
  if (books->folding_row != 0) {
    notch_state *past = notch_history_past(books);
    return past != NULL && notch_journal_state(books, past, number, edition,
                                               books->folding_row - 1, INT64_MAX, INT64_MAX)
               ? past
               : NULL;
  }
  notch_seat *seat = notch_seat_get(books, number, edition);
  return seat == NULL ? NULL : seat->kept.open;
}

static int64_t host_named(void *payload, notch_text id, int64_t before, bool create)
{
  notch_books *books = payload;
  int64_t number = 0;
  notch_store_status status = notch_store_member_find(books->store, &number, id);
  if (status == NOTCH_STORE_NOTFOUND && create && id.length > 0 &&
      notch_store_is_writing(books->store)) {
    status = notch_store_member_add(books->store, &number, id);
  }
  bool known = status == NOTCH_STORE_OK &&
               notch_merged_follow(books, host_member_number(books, number), &number, before);
  return known ? number : 0;
}

static notch_text host_member_id(void *payload, int64_t number)
{
  notch_books *books = payload;
  notch_text id = {NULL, 0};
  jmp_buf *escape = books->run.escape;
  books->run.escape = NULL; /* no jump may leave the store */
  notch_store_member_id(books->store, number, &books->run, &id);
  books->run.escape = escape;
  return id;
}

static bool host_opening(void *payload, int64_t lot, notch_posting *out, int64_t *event)
{
  notch_books *books = payload;
  notch_posting recorded;
  jmp_buf *escape = books->run.escape;
  books->run.escape = NULL;
  notch_store_status status =
      notch_store_posting_read(books->store, lot, &books->run, &recorded, event);
  books->run.escape = escape;
  return status == NOTCH_STORE_OK &&
         notch_names_posting(books, (notch_edition *)(intptr_t)books->edition, &recorded, out,
                             &books->run);
}

static bool host_grant(void *payload, int64_t effect, notch_effect *out)
{
  notch_books *books = payload;
  notch_effect recorded;
  int64_t event;
  jmp_buf *escape = books->run.escape;
  books->run.escape = NULL;
  notch_store_status status =
      notch_store_effect_read(books->store, effect, &books->run, &recorded, &event);
  books->run.escape = escape;
  const notch_transaction of = {.event = event};
  return status == NOTCH_STORE_OK && notch_effect_fits(books->store, &of, &recorded) &&
         notch_names_effect(books, (notch_edition *)(intptr_t)books->edition, &recorded, out);
}

void notch_host_init(notch_books *books)
{
  books->host = (notch_host){.payload = books,
                             .named = host_named,
                             .member_number = host_member_number,
                             .member_id = host_member_id,
                             .opening = host_opening,
                             .latest = notch_history_latest,
                             .empty = notch_history_empty,
                             .recall = notch_history_recall,
                             .grant = host_grant};
}
