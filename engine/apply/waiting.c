/*
 * apply/waiting.c -- returns that came before their event.
 *
 * A waiting return is a row with its id and content.  Once its event is applied, the return is
 * decided in the same commit: a second row with the same id and content, applied or refused.
 * Which rows wait is noted in a setting of the ledger, so that opening one reads no journal.
 */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

#define SETTING NOTCH_TEXT("waiting returns")

static bool nomem(notch_books *books)
{
  return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}

/* The id that the return of a row waits for. */
static bool read_row(notch_books *books, int64_t event, notch_waiting_return *out)
{
  notch_arena one;
  notch_transaction row;
  notch_arena_init(&one, books->memory);
  bool good = notch_history_read(books, event, &one, &row);
  const notch_json *content =
      good ? notch_json_parse(books->parser, row.content, &one, NULL, NULL) : NULL;
  const notch_json *of = content == NULL ? NULL : notch_json_get(content, NOTCH_TEXT("of"));
  if (of != NULL) {
    *out = (notch_waiting_return){event, notch_arena_text(&books->waits, of->text), row.member};
    good = !books->waits.failed || nomem(books);
  } else if (good) {
    good = notch_books_say(books, NOTCH_STORE_CORRUPT,
                           "transaction %lld waits for nothing: verify the ledger",
                           (long long)event);
  }
  notch_arena_free(&one);
  return good;
}

static bool push(notch_books *books, notch_waiting_return item)
{
  notch_waiting_return *added =
      books->waits.failed ? NULL : notch_vec_try_push(&books->waiting, &books->waits);
  if (added == NULL) {
    return nomem(books);
  }
  *added = item;
  return true;
}

static void put_number(notch_buffer *to, int64_t event)
{
  notch_buffer_put(to, " ", to->length > 0 ? 1 : 0);
  notch_buffer_integer(to, event);
}

/* The number at `*at`, and past the blank that follows; 0: there is none. */
static int64_t take_number(notch_text text, uint32_t *at)
{
  int64_t number = 0;
  bool fits = true;
  for (; *at < text.length && text.bytes[*at] != ' '; (*at)++) {
    unsigned digit = (unsigned char)text.bytes[*at] - (unsigned)'0';
    fits = fits && digit <= 9 && !__builtin_mul_overflow(number, 10, &number) &&
           !__builtin_add_overflow(number, (int64_t)digit, &number);
  }
  (*at)++;
  return fits ? number : 0;
}

void notch_waiting_forget(notch_books *books)
{
  notch_arena_reset(&books->waits);
  memset(&books->waiting, 0, sizeof books->waiting);
  books->waiting_setting = (notch_text){NULL, 0};
  books->waiting_changed = false;
  books->waiting_next = 0;
}

/* ---- from the journal ---- */

/* A return that waited is decided by a second row with its id and content. */
static bool ends_waiting(notch_books *books, notch_waiting_count *count,
                         const notch_transaction *row)
{
  notch_arena one;
  notch_arena_init(&one, books->memory);
  notch_transaction whole = *row;
  bool joined = false;
  for (uint32_t i = 0; i < count->rows.count; i++) {
    const notch_waiting_row *waits = &count->rows.items[i];
    if (!notch_text_equal(waits->id, row->id)) {
      continue;
    }
    if (!joined) {
      notch_store_join(books->store, &whole, &one);
      joined = true;
    }
    if (notch_text_equal(waits->content, whole.content)) {
      memmove(&count->rows.items[i], waits + 1, (count->rows.count - i - 1) * sizeof *waits);
      count->rows.count--;
      break;
    }
  }
  bool failed = one.failed;
  notch_arena_free(&one);
  return !failed || nomem(books);
}

bool notch_waiting_see(notch_books *books, notch_waiting_count *count, const notch_transaction *row)
{
  if (row->origin != NOTCH_ORIGIN_SENT) {
    return true;
  }
  if (row->verdict != NOTCH_WAITING) {
    return count->rows.count == 0 || ends_waiting(books, count, row);
  }
  notch_transaction whole = *row;
  notch_store_join(books->store, &whole, &count->arena);
  notch_waiting_row waits = {row->event, notch_arena_text(&count->arena, row->id),
                             notch_arena_text(&count->arena, whole.content)};
  notch_waiting_row *added =
      count->arena.failed ? NULL : notch_vec_try_push(&count->rows, &count->arena);
  if (added == NULL) {
    return nomem(books);
  }
  *added = waits;
  return true;
}

bool notch_waiting_told(notch_books *books, const notch_waiting_count *count, notch_arena *run,
                        notch_text *counted, notch_text *setting)
{
  notch_text told = {"", 0};
  notch_store_status status = notch_store_setting_get(books->store, SETTING, run, &told);
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return notch_books_failed(books, status);
  }
  notch_buffer text;
  notch_buffer_init(&text, books->memory);
  for (uint32_t i = 0; i < count->rows.count; i++) {
    put_number(&text, count->rows.items[i].event);
  }
  *counted = notch_arena_text(run, (notch_text){text.bytes, (uint32_t)text.length});
  *setting = notch_arena_text(run, told);
  bool failed = text.failed || run->failed;
  notch_buffer_free(&text);
  return !failed || nomem(books);
}

/* ---- from the setting ---- */

bool notch_waiting_read(notch_books *books)
{
  notch_arena one;
  notch_text text = {NULL, 0};
  int64_t next = notch_store_next(books->store)->event;
  if (books->waiting_next == next) { /* nobody has written since */
    return true;
  }
  notch_arena_init(&one, books->memory);
  notch_store_status status = notch_store_setting_get(books->store, SETTING, &one, &text);
  bool good = status == NOTCH_STORE_OK || status == NOTCH_STORE_NOTFOUND ||
              notch_books_failed(books, status);
  if (good && !notch_text_equal(text, books->waiting_setting)) {
    notch_waiting_forget(books);
    books->waiting_setting = notch_arena_text(&books->waits, text);
    for (uint32_t at = 0; at < text.length && good;) {
      notch_waiting_return item;
      good = read_row(books, take_number(text, &at), &item) && push(books, item);
    }
  }
  notch_arena_free(&one);
  books->waiting_next = good ? next : 0;
  return good;
}

bool notch_waiting_write(notch_books *books)
{
  if (!books->waiting_changed) {
    return true;
  }
  notch_buffer_clear(&books->scratch);
  for (uint32_t i = 0; i < books->waiting.count; i++) {
    put_number(&books->scratch, books->waiting.items[i].event);
  }
  notch_text text = {books->scratch.bytes, (uint32_t)books->scratch.length};
  if (books->scratch.failed) {
    return nomem(books);
  }
  notch_store_status status = notch_store_setting_put(books->store, SETTING, text);
  books->waiting_setting = notch_arena_text(&books->waits, text);
  books->waiting_changed = false;
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

bool notch_waiting_add(notch_books *books, int64_t event, notch_text of, int64_t member)
{
  notch_text kept = notch_arena_text(&books->waits, of);
  books->waiting_changed = true;
  return !books->waits.failed ? push(books, (notch_waiting_return){event, kept, member})
                              : nomem(books);
}

static bool decide_one(notch_books *books, const notch_waiting_return *item,
                       notch_receipt *receipt)
{
  notch_transaction row;
  if (!notch_history_read(books, item->event, &books->run, &row)) {
    return false;
  }
  notch_edition *edition = notch_books_edition(books, row.version);
  if (edition == NULL) {
    return false;
  }
  notch_event *event = notch_history_event(books, edition, &row, &books->run);
  if (event == NULL) {
    return notch_books_say(books, NOTCH_STORE_CORRUPT, "transaction %lld cannot be read back",
                           (long long)item->event);
  }
  notch_receipt own = {.first = receipt->first};
  int64_t member = item->member; /* or who has his account by now */
  if (!notch_merged_into(books, &member, INT64_MAX) ||
      !notch_books_decide_return(books, edition, event, member, &own)) {
    return false;
  }
  receipt->last = own.last;
  return true;
}

bool notch_waiting_release(notch_books *books, notch_text id, notch_receipt *receipt)
{
  notch_trace *trace = books->trace;
  bool good = true;
  books->trace = NULL; /* it tells of the event that was sent, of which other rules may hold */
  for (uint32_t i = 0; good && i < books->waiting.count;) {
    if (!notch_text_equal(books->waiting.items[i].of, id)) {
      i++;
      continue;
    }
    notch_waiting_return item = books->waiting.items[i];
    memmove(&books->waiting.items[i], &books->waiting.items[i + 1],
            (books->waiting.count - i - 1) * sizeof item);
    books->waiting.count--;
    books->waiting_changed = true;
    good = decide_one(books, &item, receipt);
  }
  books->trace = trace;
  return good;
}
