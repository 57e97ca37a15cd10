/* apply/rerun_decide.c -- one recorded row decided once more, from what was known before it. */
#include <config.h>

#include "apply/rerun.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

notch_edition *notch_rerun_edition(notch_rerun *rerun, uint32_t version)
{
  return rerun->fixed != NULL ? rerun->fixed : notch_books_edition(rerun->books, version);
}

/* ---- what decisions ask ---- */

static const notch_state *host_member_number(void *payload, int64_t number)
{
  notch_rerun *rerun = payload;
  return notch_rerun_state_of(rerun, number, rerun->edition);
}

/* A member who came only later was not there yet, nor one who came with this very event before it
 * asked for him. */
static int64_t host_named(void *payload, notch_text id, int64_t before, bool create)
{
  notch_rerun *rerun = payload;
  notch_books *books = rerun->books;
  notch_personal personal;
  int64_t number = 0;
  notch_store_status status = notch_store_member_find(books->store, &number, id);
  if (status == NOTCH_STORE_OK && number != rerun->came) {
    jmp_buf *escape = rerun->row.escape;
    rerun->row.escape = NULL;
    status = notch_store_personal_get(books->store, number, NOTCH_PERSONAL_ID, 0, &rerun->row,
                                      &personal);
    rerun->row.escape = escape;
    if (status == NOTCH_STORE_OK && personal.event >= rerun->group) {
      if (!create) {
        return 0;
      }
      rerun->came = number;
    }
  }
  bool known = status == NOTCH_STORE_OK &&
               notch_merged_follow(books, host_member_number(rerun, number), &number, before);
  return known ? number : 0;
}

static notch_text host_member_id(void *payload, int64_t number)
{
  return notch_rerun_id(payload, number);
}

static bool host_opening(void *payload, int64_t lot, notch_posting *out, int64_t *event)
{
  notch_rerun *rerun = payload;
  rerun->books->edition = rerun->edition;
  return rerun->books->host.opening(rerun->books, lot, out, event);
}

static bool host_grant(void *payload, int64_t effect, notch_effect *out)
{
  notch_rerun *rerun = payload;
  rerun->books->edition = rerun->edition;
  return rerun->books->host.grant(rerun->books, effect, out);
}

/* ---- returns ---- */

/* An event that was, with what it needs; who he was that it named may not be known any more. */
static notch_original *light(notch_rerun *rerun, notch_edition *edition, int64_t number,
                             notch_event *returned)
{
  notch_books *books = rerun->books;
  books->names_erased = false;
  notch_original *original = notch_history_light(books, edition, number, rerun->recorded, returned,
                                                 &rerun->row);
  rerun->names_erased = rerun->names_erased || books->names_erased;
  return original;
}

/* What it gave to somebody who was erased only after this return cannot be told by his name. */
static void note_erased(notch_rerun *rerun, notch_edition *edition, const notch_original *original)
{
  for (uint32_t i = 0; i < original->side_count && !rerun->anonymous; i++) {
    const notch_state *of = notch_rerun_id(rerun, original->sides[i]->member).length > 0
                                ? NULL
                                : notch_rerun_state_of(rerun, original->holders[i], edition);
    rerun->names_erased = rerun->names_erased || (of != NULL && !of->closed);
  }
}

static bool fill_then(notch_rerun *rerun, notch_edition *edition, notch_original *original)
{
  bool filled = notch_history_fill_then(rerun->books, edition, original, rerun->recorded->previous,
                                        rerun->recorded->event, &rerun->row);
  if (filled) {
    note_erased(rerun, edition, original);
  }
  return filled;
}

static notch_original *original_of(notch_rerun *rerun, notch_edition *edition, int64_t number,
                                   notch_event *returned)
{
  notch_original *original = light(rerun, edition, number, returned);
  return original != NULL && fill_then(rerun, edition, original) ? original : NULL;
}

static const notch_original *host_latest(void *payload, uint32_t type, int64_t before)
{
  notch_rerun *rerun = payload;
  const notch_transaction *row = rerun->recorded;
  int64_t found = 0;
  rerun->books->recalled = rerun->books->past.count;
  notch_original *original = notch_journal_sale(rerun->books, rerun->edition, row->member,
                                                row->previous, row->at_us, type, before, &found) &&
                                     found != 0
                                 ? light(rerun, rerun->edition, found, NULL)
                                 : NULL;
  if (original != NULL) {
    original->foreign =
        rerun->fixed == NULL && original->transaction->version != rerun->edition->version;
  }
  return original;
}

static void host_empty(void *payload, const notch_original *original)
{
  notch_rerun *rerun = payload;
  notch_journal_empty(rerun->books, rerun->recorded->member, rerun->recorded->previous,
                      original->event);
}

static bool host_recall(void *payload, notch_original *original)
{
  notch_rerun *rerun = payload;
  notch_history_forget_from(rerun->books, rerun->books->recalled);
  return fill_then(rerun, rerun->edition, original);
}

void notch_rerun_host(notch_rerun *rerun)
{
  rerun->host = (notch_host){.payload = rerun,
                             .named = host_named,
                             .member_number = host_member_number,
                             .member_id = host_member_id,
                             .opening = host_opening,
                             .latest = host_latest,
                             .empty = host_empty,
                             .recall = host_recall,
                             .grant = host_grant};
}

/* ---- the rules ---- */

static bool plain(notch_rerun_result *out, notch_verdict verdict, notch_text detail)
{
  out->plain = true;
  out->verdict = verdict;
  out->detail = detail;
  return true;
}

static bool out_of_memory(notch_rerun *rerun)
{
  return notch_books_say(rerun->books, NOTCH_STORE_NOMEM,
                         "out of memory: the event needs more than it may have");
}

static bool run_rules(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition,
                      const notch_returning *returning, notch_trace *trace,
                      notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  rerun->edition = edition;
  out->edition = edition;
  const notch_state *house = notch_rerun_state_of(rerun, 0, edition);
  out->seat =
      house == NULL || row->member == 0 ? NULL : notch_rerun_seat_of(rerun, row->member, edition);
  notch_state *state = out->seat == NULL ? NULL : notch_desk_lend(&rerun->desk, &out->seat->kept);
  if (house == NULL || (row->member != 0 && state == NULL)) {
    return out->seat != NULL && out_of_memory(rerun);
  }
  notch_case decision = notch_rerun_case(rerun, edition, state, house);
  decision.spare = state;
  decision.event = out->event;
  decision.original = returning == NULL ? NULL : returning->original;
  decision.trace = trace;
  if (returning != NULL) {
    decision.latest_type = returning->latest_type;
    decision.latest_lowering = returning->latest;
    decision.part = returning->part;
  }
  if (out->event == NULL) { /* fell due */
    out->outcome = notch_settle(rerun->decider, &decision, row->at_us);
    return out->outcome != NULL || out_of_memory(rerun);
  }
  if (row->member != 0 && state->present && row->at_us < state->booked_us &&
      out->event->type != NOTCH_EVENT_RETURN) {
    notch_state *then = notch_history_past(books);
    if (then == NULL || !notch_journal_state(books, then, row->member, edition, row->event - 1,
                                             row->at_us, INT64_MAX)) {
      return false;
    }
    decision.then = then;
  }
  out->outcome = notch_decide(rerun->decider, &decision);
  return out->outcome != NULL || out_of_memory(rerun);
}

/* ---- events that were sent ---- */

static notch_text text_field(const notch_event *event, int field)
{
  notch_value value = event->fields[field];
  return value.d == 0 ? (notch_text){NULL, 0} : notch_value_text(value);
}

/* The last applied row of that id before the one under way. */
static bool find_applied(notch_rerun *rerun, notch_text id, notch_transaction *out)
{
  notch_books *books = rerun->books;
  *out = (notch_transaction){0};
  for (int64_t event = 0;;) {
    notch_transaction row;
    notch_store_status status = notch_store_event_find(books->store, &event, id, event);
    if (status == NOTCH_STORE_NOTFOUND ||
        (status == NOTCH_STORE_OK && event >= rerun->recorded->event)) {
      return true;
    }
    if (status != NOTCH_STORE_OK) {
      return notch_books_failed(books, status);
    }
    if (!notch_history_read(books, event, &rerun->row, &row)) {
      return false;
    }
    if (row.verdict == NOTCH_APPLIED) {
      *out = row;
    }
  }
}

/* What other rules make of an event that they do not declare, or declare otherwise. */
static bool not_theirs(notch_rerun *rerun, const notch_transaction *row, notch_rerun_result *out)
{
  notch_text type = notch_store_name_text(rerun->books->store, row->type);
  if (notch_event_find(out->edition->rules->program, type) == NOTCH_NONE) {
    return plain(out, NOTCH_REFUSED_UNKNOWN_EVENT,
                 notch_arena_format(&rerun->row, "the rules know no event `%.*s`",
                                    (int)type.length, type.bytes));
  }
  notch_reader reader = {.run = &rerun->row};
  (void)notch_history_event_or_why(rerun->books, out->edition, row, &reader);
  return reader.sentence.length > 0
             ? plain(out, reader.verdict, reader.sentence)
             : plain(out, NOTCH_REFUSED_BAD_VALUE,
                     NOTCH_TEXT("the event has values that these rules cannot read"));
}

static bool decide_of(notch_rerun *rerun, const notch_transaction *row, notch_text of,
                      notch_trace *trace, notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  notch_transaction first;
  if (!find_applied(rerun, of, &first)) {
    return false;
  }
  if (first.event == 0) {
    return plain(out, NOTCH_WAITING, (notch_text){NULL, 0});
  }
  notch_edition *then = notch_rerun_edition(rerun, first.version);
  if (then == NULL) {
    return false;
  }
  uint32_t type = notch_names_index(books, then, NOTCH_NAME_TYPE, first.type);
  int64_t owner = first.member;
  if (!notch_merged_into(books, &owner, row->event)) {
    return false;
  }
  if (owner != row->member || !notch_event_can_be_returned(then->rules->program, type)) {
    return plain(out, NOTCH_REFUSED_BAD_VALUE,
                 notch_history_no_return(&rerun->row, of, owner == row->member));
  }
  notch_reader reader = {.layout = then->rules->layout, .run = &rerun->row,
                         .parser = books->parser};
  if (notch_read_lowering(&reader, type, out->event) == NULL) {
    return plain(out, reader.verdict, reader.sentence);
  }
  const notch_returning returning = {.original = original_of(rerun, then, first.event,
                                                             out->event)};
  if (returning.original == NULL) {
    return notch_books_misread(books) && not_theirs(rerun, &first, out);
  }
  return run_rules(rerun, row, then, &returning, trace, out);
}

static bool decide_return(notch_rerun *rerun, const notch_transaction *row,
                          notch_edition *edition, notch_trace *trace, notch_rerun_result *out)
{
  notch_text of = text_field(out->event, NOTCH_FIELD_RETURN_OF);
  if (of.length > 0) {
    return decide_of(rerun, row, of, trace, out);
  }
  notch_reader reader = {.layout = edition->rules->layout, .run = &rerun->row,
                         .parser = rerun->books->parser};
  notch_text kind = text_field(out->event, NOTCH_FIELD_RETURN_EVENT);
  uint32_t type = notch_event_find(edition->rules->program, kind);
  if (type == NOTCH_NONE) {
    return plain(out, NOTCH_REFUSED_BAD_VALUE,
                 notch_arena_format(&rerun->row, "`event`: the rules know no event `%.*s`",
                                    (int)kind.length, kind.bytes));
  }
  const notch_returning returning = {
      .latest_type = type, .latest = notch_read_lowering(&reader, type, out->event)};
  return returning.latest == NULL ? plain(out, reader.verdict, reader.sentence)
                                  : run_rules(rerun, row, edition, &returning, trace, out);
}

/* ---- parts of returns without `of` ---- */

/* The row of a return is followed by those of its parts. */
static void keep_parts(notch_rerun *rerun, const notch_rerun_result *result)
{
  const notch_outcome *outcome = result->outcome;
  uint32_t count = outcome == NULL || result->taken ? 0 : outcome->part_count;
  if (count == 0) {
    return;
  }
  notch_arena *arena = &rerun->of_parts;
  notch_arena_reset(arena);
  arena->escape = rerun->row.escape;
  rerun->parts = notch_history_parts(outcome, arena);
  arena->escape = NULL;
  rerun->part_count = count;
  rerun->take_back = result->event->fields[NOTCH_FIELD_RETURN_TAKE_BACK];
}

static bool decide_part(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                        notch_rerun_result *out)
{
  notch_edition *edition = out->edition;
  notch_transaction first;
  if (!notch_history_read(rerun->books, row->cause, &rerun->row, &first)) {
    return false;
  }
  notch_rerun_tell_version(rerun, row, first.version);
  if (edition == NULL) {
    out->taken = true;
    return true;
  }
  out->event =
      notch_history_part(rerun->books, edition, row->content, rerun->take_back, &rerun->row);
  if (out->event == NULL) {
    return notch_books_unreadable(rerun->books, row->event);
  }
  if (!rerun->anonymous) {
    out->event->member = host_member_id(rerun, row->member);
  }
  out->event->at_us = row->at_us;
  out->event->offset_min = row->offset_min;
  notch_reader reader = {
      .layout = edition->rules->layout, .run = &rerun->row, .parser = rerun->books->parser};
  uint32_t type = notch_names_index(rerun->books, edition, NOTCH_NAME_TYPE, first.type);
  if (notch_read_lowering(&reader, type, out->event) == NULL) {
    return plain(out, reader.verdict, reader.sentence);
  }
  const notch_returning returning = {
      .original = original_of(rerun, edition, row->cause, out->event), .part = row->content};
  return returning.original != NULL && run_rules(rerun, row, edition, &returning, trace, out);
}

/* An event that could not be read is kept as it was sent: read it once more.  Other rules may find
 * nothing wrong with it; then out->event is what they read. */
static bool reread(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition,
                   notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  notch_reader reader = {.layout = edition->rules->layout, .run = &rerun->row,
                         .parser = books->parser};
  notch_text member = {NULL, 0}, raw;
  notch_envelope envelope;
  const char *why;
  uint32_t type = notch_names_index(books, edition, NOTCH_NAME_TYPE, row->type);
  const notch_event_decl *decl =
      type == NOTCH_NONE ? NULL : &edition->rules->program->events[type];
  if (notch_envelope_is_told_of(row->detail, decl) || !notch_books_raw_of(books, row, &raw)) {
    out->taken = true; /* or it is erased */
    return true;
  }
  if (row->member != 0) {
    member = host_member_id(rerun, row->member);
  }
  notch_buffer_clear(&books->scratch);
  if (!notch_books_sent(books, edition, row, member, NULL, &rerun->row, &books->scratch)) {
    return false;
  }
  const notch_text line = {books->scratch.bytes, (uint32_t)books->scratch.length};
  const notch_json *sent =
      books->scratch.failed ? NULL : notch_json_parse(books->parser, line, &rerun->row, NULL, NULL);
  if (sent == NULL || !notch_envelope_open(&envelope, sent, &why)) {
    out->taken = true;
    return !books->scratch.failed || out_of_memory(rerun);
  }
  notch_reader of_time = reader;
  int64_t at_us;
  int32_t offset_min;
  out->timed = notch_read_at(&of_time, envelope.at, &at_us, &offset_min);
  out->event = notch_read_event(&reader, &envelope);
  if (out->event == NULL && !notch_text_equal(reader.sentence, row->detail)) {
    reader.words = true; /* it came in a column of CSV */
    out->event = notch_read_event(&reader, &envelope);
  }
  if (out->event != NULL) {
    return true;
  }
  return plain(out, reader.verdict, reader.sentence);
}

/* Too late for every version of the rules. */
static bool decide_too_late(notch_rerun *rerun, const notch_transaction *row,
                            notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  for (uint32_t i = 0; i < books->edition_count; i++) {
    const notch_edition *edition = books->editions[i];
    if (edition->event < row->event && edition->effective_us <= row->at_us) {
      return plain(out, NOTCH_APPLIED, NOTCH_TEXT("a version of the rules was in force"));
    }
  }
  return plain(out, NOTCH_REFUSED_TOO_LATE, row->detail);
}

/* Whether an earlier row binds the id of this one. */
static bool find_binding(notch_rerun *rerun, const notch_transaction *row, bool *bound)
{
  notch_books *books = rerun->books;
  *bound = false;
  for (int64_t event = 0; !*bound;) {
    notch_transaction other;
    notch_store_status status = notch_store_event_find(books->store, &event, row->id, event);
    if (status == NOTCH_STORE_NOTFOUND || (status == NOTCH_STORE_OK && event >= row->event)) {
      return true;
    }
    if (status != NOTCH_STORE_OK) {
      return notch_books_failed(books, status);
    }
    if (!notch_history_read(books, event, &rerun->row, &other)) {
      return false;
    }
    *bound = other.verdict == NOTCH_APPLIED || other.verdict == NOTCH_WAITING;
  }
  return true;
}

/* Whether it was refused by a clock that is not recorded: what was too early then is at least later
 * than the moment at which it came. */
static bool by_clock(notch_rerun *rerun, const notch_transaction *row, bool *out)
{
  notch_transaction whole = *row; /* rows of a cursor come without that moment */
  *out = row->verdict == NOTCH_REFUSED_TOO_LATE && row->version != 0;
  if (row->verdict == NOTCH_REFUSED_TOO_EARLY) {
    if (!notch_history_read(rerun->books, row->event, &rerun->row, &whole)) {
      return false;
    }
    *out = whole.at_us > whole.recorded_us;
  }
  return true;
}

static bool decide_sent(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                        notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  if (!by_clock(rerun, row, &out->taken) || out->taken) {
    return out->taken;
  }
  if (row->version == 0 && row->verdict == NOTCH_REFUSED_TOO_LATE) {
    return decide_too_late(rerun, row, out);
  }
  bool conflict = row->verdict == NOTCH_REFUSED_CONFLICT; /* of the id, or of a hold's */
  if (conflict && !find_binding(rerun, row, &conflict)) {
    return false;
  }
  if (conflict || row->version == 0) {
    return conflict ? plain(out, NOTCH_REFUSED_CONFLICT, row->detail)
                    : plain(out, NOTCH_APPLIED, NOTCH_TEXT("no earlier event has this id"));
  }
  bool unread = notch_books_is_unread(row);
  books->names_erased = false;
  out->event = unread ? NULL : notch_history_event(books, out->edition, row, &rerun->row);
  rerun->names_erased = books->names_erased;
  if (out->event == NULL && books->foreign && row->verdict == NOTCH_APPLIED) {
    return not_theirs(rerun, row, out);
  }
  if (out->event == NULL && row->verdict == NOTCH_APPLIED) {
    return notch_books_unreadable(books, row->event);
  }
  if (out->event == NULL && !reread(rerun, row, out->edition, out)) {
    return false;
  }
  if (out->event == NULL) {
    return true; /* refused once more, or taken as recorded */
  }
  if (row->member != 0 && !rerun->anonymous) {
    out->event->member = host_member_id(rerun, row->member);
  }
  return out->event->type == NOTCH_EVENT_RETURN
             ? decide_return(rerun, row, out->edition, trace, out)
             : run_rules(rerun, row, out->edition, NULL, trace, out);
}

bool notch_rerun_decide(notch_rerun *rerun, const notch_transaction *row, notch_trace *trace,
                        notch_rerun_result *out)
{
  notch_books *books = rerun->books;
  memset(out, 0, sizeof *out);
  rerun->recorded = row;
  rerun->came = 0;
  if (row->version != 0) {
    out->edition = notch_rerun_edition(rerun, row->version);
    if (out->edition == NULL) {
      return false;
    }
    books->edition = rerun->edition = out->edition;
  }
  rerun->names_erased = false;
  if (row->origin == NOTCH_ORIGIN_SENT) {
    bool decided = decide_sent(rerun, row, trace, out) &&
                   (!notch_rerun_checks_versions(rerun) || notch_rerun_check_sent(rerun, row, out));
    out->taken = out->taken || rerun->names_erased;
    if (decided) {
      keep_parts(rerun, out);
    }
    return decided;
  }
  if (row->origin == NOTCH_ORIGIN_SIDE) {
    bool decided = decide_part(rerun, row, trace, out);
    out->taken = out->taken || rerun->names_erased;
    return decided;
  }
  if (row->member == 0) {
    return notch_rerun_rank(rerun, row, trace, out);
  }
  out->taken = out->edition == NULL;
  return (!notch_rerun_checks_versions(rerun) || notch_rerun_check_due(rerun, row)) &&
         (out->taken || run_rules(rerun, row, out->edition, NULL, trace, out));
}
