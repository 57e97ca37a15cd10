/*
 * apply/apply.c -- one event: known, which rules, valid, decided, written (language, section 6).
 *
 * Everything that is decided is decided before the first row is written (L7); what fails leaves
 * the commit to be rolled back by the caller.  Returns that waited, and the parts of a return, are
 * decided each by itself in the same commit.
 */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct work { /* one event on its way */
  notch_books *books;
  const notch_envelope *envelope;
  const notch_apply_options *options;
  notch_receipt *receipt;
  notch_edition *edition; /* NULL: too late */
} work;

/* ---- members ---- */

/* Later events of a merged name are the survivor's. */
static bool follow_merges(notch_books *books, notch_edition *edition, int64_t *member)
{
  const notch_seat *seat = notch_seat_get(books, *member, edition);
  return seat != NULL && notch_merged_follow(books, seat->kept.open, member, INT64_MAX);
}

static bool find_member(notch_books *books, notch_edition *edition, notch_text id, int64_t *out)
{
  *out = 0;
  if (id.length == 0 || id.length > NOTCH_MEMBER_ID_MAX) {
    return true;
  }
  notch_store_status status = notch_store_member_find(books->store, out, id);
  if (status == NOTCH_STORE_NOTFOUND) {
    status = notch_store_member_add(books->store, out, id);
    return status == NOTCH_STORE_OK || notch_books_failed(books, status);
  }
  return status == NOTCH_STORE_OK ? edition == NULL || follow_merges(books, edition, out)
                                  : notch_books_failed(books, status);
}

/* ---- refusals before the rules are asked ---- */

static bool refuse(work *w, notch_verdict verdict, notch_text sentence, const notch_event *event,
                   int64_t member)
{
  notch_books *books = w->books;
  notch_refused_row row = {.verdict = verdict, .sentence = sentence, .member = member,
                           .at_us = books->recorded_us,
                           .version = w->edition == NULL ? 0 : w->edition->version};
  notch_edition *newest = w->edition != NULL ? w->edition : notch_books_newest(books);
  if (newest == NULL) {
    return false;
  }
  notch_reader reader = {.layout = newest->rules->layout, .run = &books->run};
  int64_t at_us;
  int32_t offset_min;
  if (notch_read_at(&reader, w->envelope->at, &at_us, &offset_min)) {
    row.at_us = at_us;
    row.offset_min = offset_min;
  }
  row.type = w->envelope->type.length == 0 ? NOTCH_NO_TYPE : w->envelope->type;
  bool good = event == NULL
                  ? notch_books_content_raw(books, w->envelope, member, &row.content)
                  : notch_books_content(books, newest, event, member, &row.content);
  return good && notch_books_write_plain(books, w->envelope->id, &row, w->receipt);
}

/* An event that the rules cannot read at all. */
static bool refuse_unread(work *w, notch_verdict verdict, notch_text sentence)
{
  notch_books *books = w->books;
  uint32_t type = w->edition == NULL
                      ? NOTCH_NONE
                      : notch_event_find(w->edition->rules->program, w->envelope->type);
  bool nobody =
      type != NOTCH_NONE && !w->edition->rules->program->events[type].has_member;
  int64_t member = 0;
  return (nobody || find_member(books, w->edition, w->envelope->member, &member)) &&
         refuse(w, verdict, sentence, NULL, member);
}

static bool is_too_early(const work *w, int64_t at_us)
{
  return w->options->ahead_us >= 0 && !w->books->clock_events &&
         at_us > w->books->recorded_us + w->options->ahead_us;
}

/* ---- deciding ---- */

static bool late_limit(notch_books *books, const notch_edition *edition, int64_t member,
                       const notch_event *event, notch_text *sentence)
{
  const notch_program *program = edition->rules->program;
  const notch_seat *seat = notch_seat_at(books, member);
  const notch_state *state = seat == NULL ? NULL : seat->kept.open; /* just got: it is open */
  if (!program->late_refused || state == NULL || !state->present ||
      event->at_us >= state->booked_us) {
    return false;
  }
  int32_t newest = notch_zone_day(&program->zone, state->booked_us);
  notch_duration back = program->late_after;
  bool late;
  if (back.unit <= NOTCH_UNIT_HOUR) {
    int64_t unit_us = back.unit == NOTCH_UNIT_HOUR     ? 3600 * NOTCH_SECOND_US
                      : back.unit == NOTCH_UNIT_MINUTE ? 60 * NOTCH_SECOND_US
                                                       : NOTCH_SECOND_US;
    late = state->booked_us - event->at_us > back.count * unit_us;
  } else {
    back.count = -back.count;
    late = notch_zone_day(&program->zone, event->at_us) <
           notch_day_add(newest, back, program->calendar.months_roll);
  }
  *sentence = NOTCH_TEXT("the event is later than the rules take late events");
  return late;
}

/* Settles the members whom the outcome touches: where there are several versions those besides
 * the event's own, with what earlier versions still owe them; before a return, where rules run on
 * earning, everybody for whom something fell due, since what they did then is recomputed. */
static bool settle_others(notch_books *books, const notch_outcome *outcome, int64_t member,
                          int64_t at_us, bool returns, uint32_t *others)
{
  uint32_t count = outcome->count;
  int64_t *members = NOTCH_NEW_ARRAY(&books->run, int64_t, count + 1);
  *others = 0;
  for (uint32_t i = 0; i < count; i++) {
    int64_t other = outcome->transactions[i].member;
    bool due = returns && outcome->transactions[i].origin == NOTCH_ORIGIN_DUE;
    members[*others] = other;
    *others += due || (books->edition_count > 1 && other != member && other != 0) ? 1 : 0;
  }
  for (uint32_t i = 0; i < *others; i++) {
    if (!notch_books_settle_before(books, members[i], at_us)) {
      return false;
    }
  }
  return true;
}

notch_case notch_books_case(notch_books *books, const notch_edition *edition,
                            const notch_state *state, const notch_state *house,
                            const notch_store_numbers *next)
{
  return (notch_case){.plan = edition->rules->plan,
                      .state = state,
                      .house = house,
                      .recorded_us = notch_books_next_moment(books),
                      .next_event = next->event,
                      .next_posting = next->posting,
                      .next_effect = next->effect,
                      .host = &books->host,
                      .trace = books->trace};
}

static bool decide(notch_books *books, notch_edition *edition, notch_event *event, int64_t member,
                   const notch_returning *returning, notch_receipt *receipt, bool again);

/* What a return goes back to, with what has been recorded in between. */
static bool renew(notch_books *books, notch_edition *edition, notch_event *event, int64_t member,
                  const notch_returning *returning, notch_returning *out)
{
  notch_reader reader = {.layout = edition->rules->layout, .run = &books->run,
                         .parser = books->parser};
  *out = *returning;
  if (returning->original != NULL) {
    out->original =
        notch_history_original(books, edition, returning->original->event, member, event, &reader);
  }
  return returning->original == NULL || out->original != NULL;
}

static bool decide_renewed(notch_books *books, notch_edition *edition, notch_event *event,
                           int64_t member, const notch_returning *returning,
                           notch_receipt *receipt, bool again)
{
  notch_returning renewed;
  if (returning != NULL && !renew(books, edition, event, member, returning, &renewed)) {
    return false;
  }
  return decide(books, edition, event, member, returning == NULL ? NULL : &renewed, receipt,
                again);
}

/* What fell due for the member between versions is recorded first, each part by its version. */
bool notch_books_decide(notch_books *books, notch_edition *edition, notch_event *event,
                        int64_t member, const notch_returning *returning,
                        notch_receipt *receipt)
{
  int64_t before = notch_store_next(books->store)->event;
  if (books->edition_count > 1 && !notch_books_settle_before(books, member, event->at_us)) {
    return false;
  }
  bool moved = notch_store_next(books->store)->event != before;
  return moved ? decide_renewed(books, edition, event, member, returning, receipt, false)
               : decide(books, edition, event, member, returning, receipt, false);
}

/* ---- parts of a return without `of` ---- */

/* What the rules of then cannot even read. */
static bool refuse_part(notch_books *books, notch_edition *edition, const notch_event *event,
                        int64_t member, const notch_part *part, const notch_reader *reader,
                        notch_receipt *receipt)
{
  const notch_store_numbers *next = notch_store_next(books->store);
  notch_transaction row = {.event = next->event,
                           .origin = NOTCH_ORIGIN_SIDE,
                           .type = NOTCH_EVENT_RETURN,
                           .member = member,
                           .at_us = event->at_us,
                           .offset_min = event->offset_min,
                           .booked_us = event->at_us,
                           .recorded_us = notch_books_next_moment(books),
                           .cause = part->event,
                           .content = part->content,
                           .verdict = reader->verdict,
                           .detail = reader->sentence};
  const notch_outcome outcome = {
      .verdict = row.verdict, .detail = row.detail, .transactions = &row, .count = 1};
  return notch_books_write(books, edition, NULL, NULL, &outcome, receipt);
}

static bool decide_part(notch_books *books, const notch_event *whole, int64_t member,
                        const notch_part *part, notch_receipt *receipt)
{
  notch_transaction row;
  if (!notch_history_read(books, part->event, &books->run, &row)) {
    return false;
  }
  notch_edition *edition = notch_books_edition(books, row.version);
  notch_event *event =
      edition == NULL
          ? NULL
          : notch_history_part(books, edition, part->content,
                               whole->fields[NOTCH_FIELD_RETURN_TAKE_BACK], &books->run);
  if (event == NULL) {
    return edition != NULL && notch_books_misread(books) &&
           notch_books_unreadable(books, part->event);
  }
  event->id = whole->id;
  event->member = whole->member;
  event->at_us = whole->at_us;
  event->offset_min = whole->offset_min;
  notch_reader reader = {
      .layout = edition->rules->layout, .run = &books->run, .parser = books->parser};
  const notch_returning returning = {
      .original = notch_history_original(books, edition, part->event, member, event, &reader),
      .part = part->content};
  if (returning.original == NULL) {
    return reader.verdict != NOTCH_APPLIED &&
           refuse_part(books, edition, event, member, part, &reader, receipt);
  }
  return decide(books, edition, event, member, &returning, receipt, false);
}

static bool decide_parts(notch_books *books, const notch_event *whole, int64_t member,
                         const notch_part *parts, uint32_t count, notch_receipt *receipt)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_receipt one = {.first = receipt->first};
    notch_history_forget(books); /* what was then, for the part before */
    if (!decide_part(books, whole, member, &parts[i], &one)) {
      return false;
    }
    receipt->last = one.last;
  }
  return true;
}

static bool decide(notch_books *books, notch_edition *edition, notch_event *event, int64_t member,
                   const notch_returning *returning, notch_receipt *receipt, bool again)
{
  const notch_store_numbers *next = notch_store_next(books->store);
  const notch_original *original = returning == NULL ? NULL : returning->original;
  books->edition = edition;
  books->deciding_member = member;
  books->deciding_at_us = event->at_us;
  notch_seat *house = notch_seat_get(books, 0, edition);
  notch_seat *seat = member == 0 || house == NULL ? house : notch_seat_get(books, member, edition);
  if (house == NULL || seat == NULL) {
    return false;
  }
  notch_state *state = member == 0 ? NULL : notch_seat_lend(books, seat);
  if (member != 0 && state == NULL) {
    return false;
  }
  notch_case decision = notch_books_case(books, edition, state, house->kept.open, next);
  decision.spare = state;
  decision.event = event;
  decision.original = original;
  if (returning != NULL) {
    decision.latest_type = returning->latest_type;
    decision.latest_lowering = returning->latest;
    decision.part = returning->part;
  }
  if (member != 0 && state->present && event->at_us < state->booked_us &&
      event->type != NOTCH_EVENT_RETURN) {
    decision.then = notch_history_then(books, edition, member, event->at_us);
    if (decision.then == NULL) {
      return false;
    }
  }
  const notch_outcome *outcome = notch_decide(books->decider, &decision);
  if (outcome == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM,
                           "out of memory: the event needs more than it may have");
  }
  bool earning = returning != NULL && edition->rules->plan->earning_rules;
  if ((books->edition_count > 1 || earning) && outcome->verdict == NOTCH_APPLIED && !again) {
    uint32_t others = 0;
    if (!settle_others(books, outcome, member, event->at_us, earning, &others)) {
      return false;
    }
    if (others > 0) { /* the outcome is of before that */
      return decide_renewed(books, edition, event, member, returning, receipt, true);
    }
  }
  receipt->verdict = outcome->verdict;
  receipt->reply =
      outcome->verdict == NOTCH_APPLIED ? NOTCH_REPLY_APPLIED : NOTCH_REPLY_REFUSED;
  receipt->sentence = notch_arena_text(&books->run, outcome->detail);
  uint32_t parts = outcome->part_count;
  const notch_part *kept = notch_history_parts(outcome, &books->run);
  bool whole = decision.part.bytes == NULL;
  return notch_books_write(books, edition, whole ? event : NULL, original, outcome, receipt) &&
         decide_parts(books, event, member, kept, parts, receipt);
}

/* ---- returns ---- */

static notch_text field_text(const notch_edition *edition, const notch_event *event,
                             const char *name)
{
  const notch_event_decl *decl = &edition->rules->program->events[event->type];
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (notch_text_equal(decl->fields[i].name, notch_text_of(name)) &&
        event->fields[i].d != 0) {
      return notch_value_text(event->fields[i]);
    }
  }
  return (notch_text){NULL, 0};
}

static bool refuse_return(notch_books *books, notch_edition *edition, const notch_event *event,
                          int64_t member, notch_verdict verdict, notch_text sentence,
                          notch_receipt *receipt)
{
  notch_refused_row row = {.verdict = verdict, .sentence = sentence, .member = member,
                           .type = NOTCH_TEXT("return"), .at_us = event->at_us,
                           .offset_min = event->offset_min, .version = edition->version};
  return notch_books_content(books, edition, event, member, &row.content) &&
         notch_books_write_plain(books, event->id, &row, receipt);
}

static bool decide_of(notch_books *books, notch_edition *edition, notch_event *event,
                      int64_t member, notch_text of, notch_receipt *receipt)
{
  int64_t number, owner;
  notch_transaction row;
  if (!notch_books_find_applied(books, of, &number)) {
    return false;
  }
  if (number == 0) {
    return refuse_return(books, edition, event, member, NOTCH_WAITING, NOTCH_TEXT(""), receipt) &&
           notch_waiting_add(books, receipt->own, of, member);
  }
  if (!notch_history_read(books, number, &books->run, &row)) {
    return false;
  }
  owner = row.member;
  notch_edition *then = notch_books_edition(books, row.version);
  if (then == NULL || !notch_merged_into(books, &owner, INT64_MAX)) {
    return false;
  }
  uint32_t type = notch_names_index(books, then, NOTCH_NAME_TYPE, row.type);
  if (owner != member || !notch_event_can_be_returned(then->rules->program, type)) {
    notch_text sentence = notch_history_no_return(&books->run, of, owner == member);
    return refuse_return(books, edition, event, member, NOTCH_REFUSED_BAD_VALUE, sentence,
                         receipt);
  }
  notch_reader reader = {.layout = then->rules->layout, .run = &books->run,
                         .parser = books->parser};
  const notch_original *original =
      notch_history_original(books, then, number, member, event, &reader);
  if (original == NULL) {
    return reader.verdict != NOTCH_APPLIED &&
           refuse_return(books, edition, event, member, reader.verdict, reader.sentence, receipt);
  }
  const notch_returning returning = {.original = original};
  return notch_books_decide(books, then, event, member, &returning, receipt);
}

bool notch_books_decide_return(notch_books *books, notch_edition *edition, notch_event *event,
                               int64_t member, notch_receipt *receipt)
{
  notch_text of = field_text(edition, event, "of");
  if (of.length > 0) {
    return decide_of(books, edition, event, member, of, receipt);
  }
  uint32_t type =
      notch_event_find(edition->rules->program, field_text(edition, event, "event"));
  notch_reader reader = {.layout = edition->rules->layout, .run = &books->run,
                         .parser = books->parser};
  const notch_returning returning = {
      .latest_type = type,
      .latest = type == NOTCH_NONE ? NULL : notch_read_lowering(&reader, type, event)};
  if (returning.latest == NULL) {
    return refuse_return(books, edition, event, member, reader.verdict, reader.sentence,
                         receipt);
  }
  return notch_books_decide(books, edition, event, member, &returning, receipt);
}

/* ---- one event ---- */

static bool erase_one(notch_books *books, int64_t member)
{
  notch_seat_forget(books, member);
  notch_store_status status = notch_store_member_erase(books->store, member);
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

/* The member, and whoever was merged into him: they are one person. */
static bool erase_member(notch_books *books, int64_t member)
{
  notch_accounts all;
  notch_arena arena;
  notch_journals_forget(books); /* states of then have what is erased now */
  notch_arena_init(&arena, books->memory);
  bool good = notch_merged_accounts(books, member, &arena, &all);
  for (uint32_t i = 0; i < all.count && good; i++) {
    good = erase_one(books, all.items[i]);
  }
  notch_arena_free(&arena);
  return good;
}

static bool decide_event(work *w, notch_event *event)
{
  notch_books *books = w->books;
  int64_t member = 0;
  notch_text sentence;
  bool own = w->edition->rules->program->events[event->type].has_member;
  if (own && (!find_member(books, w->edition, event->member, &member) ||
              notch_seat_get(books, member, w->edition) == NULL)) {
    return false;
  }
  if (is_too_early(w, event->at_us)) {
    if (w->receipt->own != 0) {
      w->receipt->reply = NOTCH_REPLY_REFUSED; /* the same try is kept already */
      return true;
    }
    return refuse(w, NOTCH_REFUSED_TOO_EARLY,
                  NOTCH_TEXT("the event is later than the clock of the ledger; send it again "
                             "when its time has come"), event, member);
  }
  w->receipt->own = 0;
  if (own && late_limit(books, w->edition, member, event, &sentence)) {
    return refuse(w, NOTCH_REFUSED_TOO_LATE, sentence, event, member);
  }
  uint64_t settled = 0;
  if (!notch_books_rank(books, event->at_us, &settled)) {
    return false;
  }
  bool good = event->type == NOTCH_EVENT_RETURN
                  ? notch_books_decide_return(books, w->edition, event, member, w->receipt)
                  : notch_books_decide(books, w->edition, event, member, NULL, w->receipt);
  if (good && w->receipt->verdict == NOTCH_APPLIED && books->waiting.count > 0) {
    good = notch_waiting_release(books, event->id, w->receipt);
  }
  if (good && w->receipt->verdict == NOTCH_APPLIED && event->type == NOTCH_EVENT_ERASE) {
    good = erase_member(books, member);
  }
  return good;
}

static bool apply_envelope(work *w)
{
  notch_books *books = w->books;
  bool anew, conflict;
  uint32_t version;
  notch_text why = {NULL, 0};
  if (!notch_books_known(books, w->envelope, w->options, w->receipt, &anew, &conflict)) {
    return false;
  }
  if (!anew && !conflict) {
    return true;
  }
  if (!notch_books_choose(books, w->envelope, &version, &why)) {
    return false;
  }
  w->edition = version == 0 ? NULL : notch_books_edition(books, version);
  if (version != 0 && w->edition == NULL) {
    return false;
  }
  if (conflict) {
    return refuse_unread(w, NOTCH_REFUSED_CONFLICT,
                         NOTCH_TEXT("another event with this id was taken before, with other "
                                    "content"));
  }
  if (version == 0) {
    return refuse_unread(w, NOTCH_REFUSED_TOO_LATE, why);
  }
  notch_reader reader = {.layout = w->edition->rules->layout,
                         .run = &books->run,
                         .parser = books->parser,
                         .scene = w->options->scene,
                         .words = w->options->words,
                         .retold = w->options->retold};
  notch_event *event = notch_read_event(&reader, w->envelope);
  return event == NULL ? refuse_unread(w, reader.verdict, reader.sentence)
                       : decide_event(w, event);
}

/* What `notch refused` prints can be sent again, whole and mended. */
static const notch_json *unwrap(const notch_json *sent)
{
  const notch_json *inner =
      sent != NULL && sent->kind == NOTCH_JSON_OBJECT &&
              notch_json_get(sent, NOTCH_TEXT("refused")) != NULL &&
              notch_json_get(sent, NOTCH_TEXT("id")) == NULL
          ? notch_json_get(sent, NOTCH_TEXT("event"))
          : NULL;
  return inner != NULL && inner->kind == NOTCH_JSON_OBJECT ? inner : sent;
}

bool notch_books_apply(notch_books *books, const notch_json *sent, const char *unreadable,
                       const notch_apply_options *options, notch_receipt *receipt)
{
  notch_envelope envelope;
  const char *why = unreadable;
  memset(receipt, 0, sizeof *receipt);
  notch_arena_reset(&books->run);
  notch_seats_touch(books);
  books->fold_depth = 0;
  memset(&books->rows, 0, sizeof books->rows);
  books->status = NOTCH_STORE_OK;
  if (sent == NULL || !notch_envelope_open(&envelope, unwrap(sent), &why)) {
    receipt->reply = NOTCH_REPLY_UNREADABLE;
    receipt->sentence = notch_text_of(why);
    return true;
  }
  receipt->id = envelope.id;
  if (setjmp(books->no_memory) != 0) {
    books->keeps_rows = false;
    books->run.escape = NULL;
    notch_history_forget(books);
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->run.escape = &books->no_memory;
  notch_books_tick(books, &envelope);
  work w = {books, &envelope, options, receipt, NULL};
  books->keeps_rows = options->rows; /* in `run`, which whoever writes next begins afresh */
  bool good = apply_envelope(&w);
  books->keeps_rows = false;
  books->run.escape = NULL;
  notch_history_forget(books);
  return notch_books_fed(books) && good;
}

bool notch_books_apply_text(notch_books *books, notch_text line,
                            const notch_apply_options *options, notch_receipt *receipt)
{
  notch_text message = {NULL, 0};
  notch_arena_reset(&books->line);
  const notch_json *sent =
      notch_json_parse(books->parser, line, &books->line, &message, NULL);
  if (sent == NULL && books->line.failed) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return notch_books_apply(books, sent, message.bytes != NULL ? message.bytes : "not JSON",
                           options, receipt);
}
