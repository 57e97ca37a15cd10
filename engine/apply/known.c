/* apply/known.c -- whether an event is known already (L2): same id, and same content or not. */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

/* The only key of the content of an event that could not be read.  With a member its value is a
 * digest, and what was sent lies under this name with the personal values. */
#define UNREAD NOTCH_TEXT("(as sent)")
#define UNREAD_LEAD "{\"(as sent)\":"
#define UNREAD_LEAD_BYTES ((uint32_t)(sizeof UNREAD_LEAD - 1))

static notch_text keep_buffer(notch_books *books, notch_arena *run)
{
  if (books->canonical.failed) {
    longjmp(books->no_memory, 1);
  }
  return notch_arena_text(run, (notch_text){books->canonical.bytes,
                                            (uint32_t)books->canonical.length});
}

bool notch_books_content_plain(notch_books *books, const notch_edition *edition,
                               const notch_event *event, notch_arena *run, notch_text *out)
{
  notch_buffer_clear(&books->canonical);
  if (!notch_canonical_event(&books->canonical, edition->rules->layout, event, NULL)) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  *out = keep_buffer(books, run);
  return true;
}

bool notch_books_content(notch_books *books, notch_edition *edition, const notch_event *event,
                         int64_t member, notch_text *out)
{
  const notch_vault *vault = notch_books_vault(books, member, 0);
  notch_buffer_clear(&books->canonical);
  if (!notch_canonical_event(&books->canonical, edition->rules->layout, event, vault)) {
    return books->status != NOTCH_STORE_OK ||
           notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  *out = keep_buffer(books, &books->run);
  return true;
}

bool notch_books_is_unread(const notch_transaction *row)
{
  return row->content.length > UNREAD_LEAD_BYTES &&
         memcmp(row->content.bytes, UNREAD_LEAD, UNREAD_LEAD_BYTES) == 0;
}

/* Keys that hold personal values wherever an event of the programme's own kinds has them. */
static bool raw_is_safe(const notch_envelope *envelope)
{
  static const char *const personal[] = {"join", "profile", "adjust", "transfer", "merge",
                                         "enter", "exit",   "given"};
  for (uint32_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
    if (notch_text_equal(envelope->type, notch_text_of(personal[i]))) {
      return false;
    }
  }
  return true;
}

static void write_raw(notch_books *books, const notch_envelope *sent)
{
  const notch_edition *newest = notch_books_newest(books);
  notch_envelope envelope = *sent;
  int64_t at_us;
  int32_t offset_min;
  envelope.at_is_read = newest != NULL && envelope.at != NULL &&
                        envelope.at->kind == NOTCH_JSON_STRING &&
                        notch_moment_parse(&at_us, &offset_min, envelope.at->text,
                                           &newest->rules->program->zone);
  notch_buffer_clear(&books->canonical);
  notch_canonical_raw(&books->canonical, &envelope, &books->run);
}

bool notch_books_raw_of(notch_books *books, const notch_transaction *row, notch_text *out)
{
  if (!notch_books_is_unread(row)) {
    *out = row->content;
    return false;
  }
  *out = (notch_text){row->content.bytes + UNREAD_LEAD_BYTES,
                      row->content.length - UNREAD_LEAD_BYTES - 1};
  if (row->member == 0) {
    return true;
  }
  const notch_vault *vault = notch_books_vault(books, row->member, row->event);
  return vault->value(vault->payload, UNREAD, out);
}

bool notch_books_content_raw(notch_books *books, const notch_envelope *envelope, int64_t member,
                             notch_text *out)
{
  write_raw(books, envelope);
  notch_text raw = keep_buffer(books, &books->run);
  if (member > 0) {
    char digest[65];
    const notch_vault *vault = notch_books_vault(books, member, 0);
    if (!vault->keep(vault->payload, UNREAD, raw, digest)) {
      return false;
    }
    *out = notch_arena_format(&books->run, UNREAD_LEAD "\"sha256:%s\"}", digest);
  } else {
    /* Nobody's: what may be personal is not kept. */
    raw = raw_is_safe(envelope) ? raw : NOTCH_TEXT("{}");
    *out = notch_arena_format(&books->run, UNREAD_LEAD "%.*s}", (int)raw.length, raw.bytes);
  }
  return true;
}

/* ---- the same content? ---- */

static bool same_raw(notch_books *books, const notch_envelope *envelope,
                     const notch_transaction *row)
{
  notch_text then;
  if (!notch_books_raw_of(books, row, &then)) {
    return false;
  }
  if (row->member == 0 && !raw_is_safe(envelope)) {
    return true; /* nothing of it was kept; who it is of is not said this time either */
  }
  write_raw(books, envelope);
  return notch_text_equal(keep_buffer(books, &books->run), then);
}

/* Of a key of the envelope that was there twice nothing is kept but the sentence. */
static bool is_mended_key(const notch_envelope *envelope, const notch_transaction *row)
{
  const uint32_t length = sizeof NOTCH_IS_TWICE - 1;
  notch_text told = row->detail;
  return envelope->twice.length == 0 && told.length > length &&
         memcmp(told.bytes + told.length - length, NOTCH_IS_TWICE, length) == 0 &&
         notch_envelope_is_told_of(told, NULL);
}

/* Type, member and instant, as far as they can be told from what was sent. */
static bool same_envelope(notch_books *books, const notch_envelope *envelope,
                          const notch_transaction *row, const notch_program *program)
{
  int64_t at_us = 0, member = 0;
  int32_t offset_min;
  uint32_t type = notch_event_find(program, envelope->type);
  bool of_nobody = type != NOTCH_NONE && !program->events[type].has_member;
  bool named = envelope->member.length > 0 && envelope->member.length <= NOTCH_MEMBER_ID_MAX;
  if (!of_nobody && named != (row->member > 0)) {
    return false; /* a line that named no member is mended by naming one */
  }
  if (!notch_text_equal(notch_books_sent_type(books, row), envelope->type)) {
    return false;
  }
  if (envelope->member.length > 0 && row->member > 0) {
    notch_text id = books->host.member_id(books, row->member);
    /* An erased member cannot be compared; his events stay his.  What came under the name of a
     * merged account is the survivor's. */
    if (id.length > 0 && !notch_text_equal(id, envelope->member) &&
        (notch_store_member_find(books->store, &member, envelope->member) != NOTCH_STORE_OK ||
         !notch_merged_into(books, &member, row->event) || member != row->member)) {
      return false;
    }
  }
  return envelope->at == NULL || envelope->at->kind != NOTCH_JSON_STRING ||
         !notch_moment_parse(&at_us, &offset_min, envelope->at->text, &program->zone) ||
         at_us == row->at_us;
}

/* Behind the closing quote of a string whose text begins there. */
static uint32_t end_of_string(notch_text text, uint32_t at)
{
  while (at < text.length && text.bytes[at] != '"') {
    at += text.bytes[at] == '\\' ? 2 : 1;
  }
  return at + 1;
}

/* Of a member who is erased nothing is left to tell his name by: any name may be his. */
static bool same_but_erased(notch_text sent, notch_text then)
{
  const notch_text erased = NOTCH_TEXT("\"" NOTCH_ERASED_LEAD);
  uint32_t i = 0, j = 0;
  while (i < sent.length && j < then.length && sent.bytes[i] == then.bytes[j]) {
    bool of_erased = then.length - j > erased.length &&
                     memcmp(then.bytes + j, erased.bytes, erased.length) == 0;
    i = of_erased ? end_of_string(sent, i + 1) : i + 1;
    j = of_erased ? end_of_string(then, j + 1) : j + 1;
  }
  return i == sent.length && j == then.length;
}

/* Nothing is left of what he sent to tell a difference by. */
static bool is_erased(notch_books *books, const notch_transaction *row)
{
  return row->member > 0 && books->host.member_id(books, row->member).length == 0;
}

static bool same_content(notch_books *books, const notch_envelope *envelope,
                         const notch_apply_options *options, const notch_transaction *row,
                         bool *same)
{
  *same = false;
  notch_edition *edition =
      row->version == 0 ? notch_books_newest(books) : notch_books_edition(books, row->version);
  if (edition == NULL) {
    return false;
  }
  if (!same_envelope(books, envelope, row, edition->rules->program)) {
    return true;
  }
  if (notch_books_is_unread(row)) {
    *same =
        is_erased(books, row) || (!is_mended_key(envelope, row) && same_raw(books, envelope, row));
    return true;
  }
  notch_reader reader = {.layout = edition->rules->layout,
                         .run = &books->run,
                         .scene = options->scene,
                         .words = options->words,
                         .retold = options->retold,
                         .parser = books->parser};
  const notch_event *now = notch_read_event(&reader, envelope);
  if (now == NULL) {
    return true;
  }
  notch_text left, right = row->content;
  books->names_erased = false;
  if (notch_event_is_personal(edition->rules->program, now->type)) {
    const notch_event *then = notch_history_event(books, edition, row, &books->run);
    if (then == NULL ||
        !notch_books_content_plain(books, edition, then, &books->run, &right)) {
      return then == NULL;
    }
    if (is_erased(books, row)) {
      *same = true;
      return true;
    }
  }
  if (!notch_books_content_plain(books, edition, now, &books->run, &left)) {
    return false;
  }
  *same = books->names_erased ? same_but_erased(left, right) : notch_text_equal(left, right);
  return true;
}

static void answer(notch_receipt *receipt, const notch_transaction *row)
{
  receipt->verdict = row->verdict;
  receipt->own = row->event;
  receipt->sentence = row->detail;
  receipt->reply = row->verdict == NOTCH_APPLIED   ? NOTCH_REPLY_KNOWN
                   : row->verdict == NOTCH_WAITING ? NOTCH_REPLY_WAITING
                                                   : NOTCH_REPLY_REFUSED;
}

bool notch_books_known(notch_books *books, const notch_envelope *envelope,
                       const notch_apply_options *options, notch_receipt *receipt, bool *anew,
                       bool *conflict)
{
  bool bound = false, answered = false, early = false;
  *anew = true;
  *conflict = false;
  for (int64_t event = 0;;) {
    notch_store_status status =
        notch_store_event_find(books->store, &event, envelope->id, event);
    if (status == NOTCH_STORE_NOTFOUND) {
      break;
    }
    if (status != NOTCH_STORE_OK) {
      return notch_books_failed(books, status);
    }
    notch_transaction row;
    bool same;
    if (!notch_history_read(books, event, &books->run, &row) ||
        !same_content(books, envelope, options, &row, &same)) {
      return false;
    }
    bound = bound || row.verdict == NOTCH_APPLIED || row.verdict == NOTCH_WAITING;
    if (same && row.verdict == NOTCH_REFUSED_TOO_EARLY) {
      early = true; /* this one refusal does not bind its id */
      answer(receipt, &row);
    } else if (same) {
      answered = true;
      answer(receipt, &row);
    }
  }
  *anew = !answered && !bound;
  *conflict = !answered && bound;
  receipt->verdict = answered || early ? receipt->verdict : NOTCH_APPLIED;
  if (!answered && !early) {
    receipt->own = 0;
  }
  return true;
}

bool notch_books_find_applied(notch_books *books, notch_text id, int64_t *out)
{
  *out = 0;
  for (int64_t event = 0;;) {
    notch_store_status status = notch_store_event_find(books->store, &event, id, event);
    if (status == NOTCH_STORE_NOTFOUND) {
      return true;
    }
    if (status != NOTCH_STORE_OK) {
      return notch_books_failed(books, status);
    }
    notch_transaction row;
    if (!notch_history_read(books, event, &books->run, &row)) {
      return false;
    }
    *out = row.verdict == NOTCH_APPLIED ? event : *out;
  }
}
