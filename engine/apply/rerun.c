/* apply/rerun.c -- recorded rows in order: decided once more, compared, absorbed. */
#include <config.h>

#include "apply/rerun.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- states ---- */

static bool nomem(notch_rerun *rerun)
{
  return notch_books_say(rerun->books, NOTCH_STORE_NOMEM, "out of memory");
}

static bool grow_blocks(notch_rerun *rerun, int64_t block)
{
  int64_t count = rerun->block_count == 0 ? 16 : rerun->block_count;
  while (count <= block) {
    count *= 2;
  }
  notch_rerun_seat **grown = notch_memory_resize(rerun->books->memory, rerun->blocks,
                                                 (size_t)count * sizeof *grown);
  if (grown == NULL) {
    return nomem(rerun);
  }
  memset(grown + rerun->block_count, 0, (size_t)(count - rerun->block_count) * sizeof *grown);
  rerun->blocks = grown;
  rerun->block_count = count;
  return true;
}

static bool add_block(notch_rerun *rerun, int64_t block)
{
  size_t size = NOTCH_RERUN_BLOCK * sizeof(notch_rerun_seat);
  if (block >= rerun->block_count && !grow_blocks(rerun, block)) {
    return false;
  }
  rerun->blocks[block] = notch_memory_resize(&rerun->heap.memory, NULL, size);
  if (rerun->blocks[block] == NULL) {
    return nomem(rerun);
  }
  memset(rerun->blocks[block], 0, size);
  return true;
}

static notch_rerun_seat *place_of(notch_rerun *rerun, int64_t member)
{
  if (!notch_books_has_member(rerun->books, member, rerun->recorded->event)) {
    return NULL;
  }
  notch_rerun_seat *seat = notch_rerun_place(rerun, member);
  if (seat == NULL && !add_block(rerun, member / NOTCH_RERUN_BLOCK)) {
    return NULL;
  }
  seat = seat == NULL ? notch_rerun_place(rerun, member) : seat;
  seat->taken = true;
  return seat;
}

notch_rerun_seat *notch_rerun_fill(notch_rerun *rerun, int64_t member, notch_edition *edition)
{
  notch_rerun_seat *seat = place_of(rerun, member);
  if (seat == NULL) {
    return NULL;
  }
  notch_state *state = notch_desk_change(&rerun->desk, &seat->kept);
  if (state == NULL) {
    nomem(rerun);
    return NULL;
  }
  bool fresh = rerun->all_rows && member != 0 && seat->last == 0;
  bool good = fresh ? notch_state_start(state, edition->rules->program, member) ||
                          nomem(rerun)
                    : notch_seat_rebuild(rerun->books, state, member, edition,
                                         rerun->recorded->event - 1, INT64_MAX, INT64_MAX);
  seat->known = good;
  seat->version = edition->version;
  return good ? seat : NULL;
}

const notch_state *notch_rerun_open(notch_rerun *rerun, notch_rerun_seat *seat)
{
  const notch_state *state = notch_desk_open(&rerun->desk, &seat->kept);
  if (state == NULL) {
    nomem(rerun);
  }
  return state;
}

static void look_up_id(notch_rerun *rerun, notch_rerun_seat *seat, int64_t member)
{
  jmp_buf *escape = rerun->row.escape;
  rerun->row.escape = NULL;
  notch_text id = {NULL, 0};
  notch_store_status status =
      notch_store_member_id(rerun->books->store, member, &rerun->names, &id);
  rerun->row.escape = escape;
  seat->id_is_known = status == NOTCH_STORE_OK || status == NOTCH_STORE_NOTFOUND;
  seat->id = id;
}

notch_text notch_rerun_ask_id(notch_rerun *rerun, int64_t member)
{
  notch_rerun_seat *seat = member == 0 ? NULL : place_of(rerun, member);
  if (seat != NULL && !seat->id_is_known) {
    look_up_id(rerun, seat, member);
  }
  return seat == NULL ? (notch_text){NULL, 0} : seat->id;
}

int64_t notch_rerun_erased(notch_rerun *rerun)
{
  int64_t count = 0;
  for (int64_t member = 1; member < rerun->block_count * NOTCH_RERUN_BLOCK; member++) {
    const notch_rerun_seat *seat = notch_rerun_place(rerun, member);
    count += seat != NULL && seat->taken && notch_rerun_is_erased(rerun, member) ? 1 : 0;
  }
  return count;
}

/* ---- life ---- */

bool notch_rerun_begin(notch_rerun *rerun, notch_books *books, bool all_rows)
{
  memset(rerun, 0, sizeof *rerun);
  rerun->books = books;
  rerun->all_rows = all_rows;
  rerun->rankings = (notch_rerun_rankings){.after_us = INT64_MAX, .due_us = INT64_MIN};
  notch_arena_init(&rerun->row, books->memory);
  notch_arena_init(&rerun->names, books->memory);
  notch_arena_init(&rerun->of_parts, books->memory);
  notch_heap_init(&rerun->heap, books->memory);
  notch_desk_init(&rerun->desk, &rerun->heap.memory);
  if (all_rows) {
    const notch_store_numbers *next = notch_store_next(books->store);
    notch_desk_expect(&rerun->desk, next->member - 1, next->event - 1);
  }
  notch_compare_init(&rerun->compare, books->memory);
  rerun->decider = notch_decider_new(books->memory);
  rerun->folder = notch_decider_new(books->memory);
  notch_rerun_host(rerun);
  if (rerun->decider == NULL || rerun->folder == NULL) {
    notch_rerun_end(rerun);
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  return true;
}

bool notch_rerun_adopt(notch_rerun *rerun, const notch_rules *rules)
{
  if (!notch_books_adopt(rerun->books, rules)) {
    return false;
  }
  rerun->fixed = notch_books_newest(rerun->books);
  rerun->books->foreign = rerun->compare.loose = true;
  return true;
}

void notch_rerun_end(notch_rerun *rerun)
{
  notch_memory_free(rerun->books->memory, rerun->blocks);
  notch_heap_free(&rerun->heap); /* seats, their states and the desk */
  notch_decider_free(rerun->decider);
  notch_decider_free(rerun->folder);
  notch_compare_end(&rerun->compare);
  notch_arena_free(&rerun->row);
  notch_arena_free(&rerun->names);
  notch_arena_free(&rerun->of_parts);
  notch_history_forget(rerun->books);
  memset(rerun, 0, sizeof *rerun);
}

/* ---- absorbing ---- */

/* What the decision left of the member is what the row leaves of him. */
static bool take_over(notch_rerun *rerun, notch_rerun_seat *seat, const notch_transaction *row,
                      const notch_edition *edition, const notch_event *event,
                      const notch_outcome *outcome)
{
  seat->last = row->event;
  return notch_take_after(&rerun->desk, &seat->kept, rerun->folder, edition->rules->plan, event,
                          outcome, &rerun->host) ||
         nomem(rerun);
}

/* A row into the state of one member (0: the programme's figures). */
static bool absorb_into(notch_rerun *rerun, int64_t member, const notch_transaction *row,
                        notch_edition *edition, const notch_event *event,
                        const notch_transaction *indexed, const notch_outcome *outcome)
{
  notch_rerun_seat *seat = notch_rerun_seat_of(rerun, member, edition);
  if (seat == NULL) {
    return false;
  }
  rerun->edition = edition;
  if (outcome != NULL && outcome->after != NULL && outcome->after->member == member) {
    return take_over(rerun, seat, row, edition, event, outcome);
  }
  seat->last = row->event;
  notch_state *state = notch_desk_change(&rerun->desk, &seat->kept);
  if (state == NULL) {
    return nomem(rerun);
  }
  bool simple = indexed != NULL && row->verdict == NOTCH_APPLIED &&
                notch_merged_account(row) == 0 && !notch_history_returns(row) &&
                (row->origin != NOTCH_ORIGIN_SENT || event != NULL);
  if (!simple) {
    return notch_books_fold(rerun->books, edition, state, row);
  }
  return notch_fold(rerun->folder, edition->rules->plan, state,
                    row->origin == NOTCH_ORIGIN_SENT ? event : NULL, NULL, indexed,
                    &rerun->host) ||
         notch_books_unfit(rerun->books, state, row->event);
}

static bool absorb(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition,
                   const notch_event *event, const notch_transaction *indexed,
                   const notch_outcome *outcome)
{
  if (edition == NULL) { /* too late for every version: refused, nothing happened */
    notch_rerun_seat *seat = place_of(rerun, row->member);
    if (seat == NULL) {
      return false;
    }
    seat->last = row->event;
    return true;
  }
  bool house = row->member != 0 && edition->rules->plan->uses_house;
  return absorb_into(rerun, row->member, row, edition, event, indexed, outcome) &&
         (!house || absorb_into(rerun, 0, row, edition, event, indexed, NULL));
}

bool notch_rerun_absorb(notch_rerun *rerun, const notch_transaction *row, notch_edition *edition)
{
  rerun->recorded = row;
  notch_desk_clear(&rerun->desk);
  notch_arena_reset(&rerun->row);
  notch_arena_reset(&rerun->books->run);
  rerun->books->edition = edition;
  return absorb(rerun, row, edition, NULL, NULL, NULL);
}

/* ---- comparing ---- */

static void forward(void *payload, const char *what, const char *recorded,
                    const char *recomputed)
{
  notch_rerun *rerun = payload;
  rerun->found(rerun->payload, rerun->at_event, what, recorded, recomputed);
}

static void use_edition(notch_rerun *rerun, const notch_edition *edition)
{
  rerun->compare.words = (notch_wording){edition->rules->program,
                                       &edition->rules->parsed->sources};
  rerun->compare.found = forward;
  rerun->compare.payload = rerun;
}

static void describe(char *to, size_t size, const notch_transaction *row)
{
  static const char *const origins[] = {"sent", "fell due", "other side"};
  snprintf(to, size, "transaction of member %lld, %s", (long long)row->member,
           row->origin <= NOTCH_ORIGIN_SIDE ? origins[row->origin] : "?");
}

static void report_lone(notch_rerun *rerun, const notch_transaction *row, bool recorded)
{
  char text[96];
  describe(text, sizeof text, row);
  rerun->at_event = rerun->recorded->event;
  rerun->found(rerun->payload, rerun->recorded->event, "transaction",
               recorded ? text : "nothing", recorded ? "nothing" : text);
}

static void finish_rows(notch_rerun *rerun)
{
  while (rerun->outcome != NULL && rerun->next < rerun->outcome->count) {
    report_lone(rerun, &rerun->outcome->transactions[rerun->next++], false);
  }
  rerun->outcome = NULL;
}

static void finish_parts(notch_rerun *rerun)
{
  for (; rerun->next_part < rerun->part_count; rerun->next_part++) {
    char text[64];
    snprintf(text, sizeof text, "return of transaction %lld",
             (long long)rerun->parts[rerun->next_part].event);
    rerun->found(rerun->payload, rerun->sent, "transaction", "nothing", text);
  }
}

void notch_rerun_finish(notch_rerun *rerun)
{
  finish_rows(rerun);
  finish_parts(rerun);
}

/* A part of the return before it, as that was decided. */
static bool is_part(notch_rerun *rerun, const notch_transaction *row)
{
  if (row->origin != NOTCH_ORIGIN_SIDE || rerun->next_part == rerun->part_count) {
    return false;
  }
  const notch_part *part = &rerun->parts[rerun->next_part];
  bool is = part->event == row->cause && notch_text_equal(part->content, row->content);
  rerun->next_part += is;
  return is;
}

/* It returns an event by itself, and may have others' sides. */
static bool returns_by_itself(const notch_transaction *row)
{
  return row->origin == NOTCH_ORIGIN_SIDE && row->content.length > 0;
}

static bool compare(notch_rerun *rerun, const notch_transaction *indexed,
                    const notch_transaction *made)
{
  rerun->at_event = rerun->recorded->event;
  if (!notch_compare_rows(&rerun->compare, indexed, made)) {
    return nomem(rerun);
  }
  if (indexed->origin == NOTCH_ORIGIN_SIDE) {
    notch_compare_texts(&rerun->compare, "content", indexed->content, made->content);
  }
  return true;
}

/* The recorded row with the edition's indexes; names that the edition lacks are dropped, which
 * the counts show. */
static notch_transaction *index_row(notch_rerun *rerun, const notch_transaction *row,
                                    notch_edition *edition)
{
  notch_transaction *indexed = NOTCH_NEW(&rerun->row, notch_transaction);
  return notch_names_from_store(rerun->books, edition, row, indexed, &rerun->row) ? indexed
                                                                                 : NULL;
}

/* A row that the last decision made as well. */
static bool expected_row(notch_rerun *rerun, const notch_transaction *row)
{
  const notch_transaction *made = &rerun->outcome->transactions[rerun->next++];
  notch_transaction *indexed = index_row(rerun, row, rerun->edition);
  notch_rerun_tell_version(rerun, row, rerun->edition->version);
  return indexed != NULL && compare(rerun, indexed, made) &&
         absorb(rerun, row, rerun->edition, NULL, indexed, NULL);
}

static bool is_expected(const notch_rerun *rerun, const notch_transaction *row)
{
  if (rerun->outcome == NULL || rerun->next >= rerun->outcome->count) {
    return false;
  }
  const notch_transaction *made = &rerun->outcome->transactions[rerun->next];
  return made->member == row->member && made->origin == row->origin;
}

/* What has an id was sent, and never expected. */
static bool find_id(notch_rerun *rerun, const notch_transaction *row, bool *has)
{
  *has = row->id.length > 0;
  if (*has || !rerun->bare) {
    return true;
  }
  notch_store_status status =
      notch_store_event_has_id(rerun->books->store, row->event, has);
  return status == NOTCH_STORE_OK || notch_books_failed(rerun->books, status);
}

/* The made row that the recorded one should equal; those before it are not recorded. */
static const notch_transaction *match(notch_rerun *rerun, const notch_transaction *row,
                                      const notch_outcome *outcome)
{
  rerun->outcome = outcome;
  for (rerun->next = 0; rerun->next < outcome->count; rerun->next++) {
    const notch_transaction *made = &outcome->transactions[rerun->next];
    bool same =
        row->origin == NOTCH_ORIGIN_DUE ? made->at_us >= row->at_us : rerun->next == outcome->own;
    if (same) {
      rerun->next++;
      return made;
    }
    report_lone(rerun, made, false);
  }
  rerun->outcome = NULL;
  return NULL;
}

static bool compare_result(notch_rerun *rerun, const notch_transaction *row,
                           const notch_rerun_result *result, notch_transaction *indexed)
{
  if (result->taken) {
    return true;
  }
  if (result->plain) {
    rerun->at_event = row->event;
    notch_compare_texts(&rerun->compare, "outcome",
                        notch_text_of(notch_verdict_word(row->verdict)),
                        notch_text_of(notch_verdict_word(result->verdict)));
    notch_compare_texts(&rerun->compare, "reason", row->detail, result->detail);
    return true;
  }
  const notch_transaction *made = match(rerun, row, result->outcome);
  if (made == NULL) {
    report_lone(rerun, row, true);
    return true;
  }
  return compare(rerun, indexed, made);
}

/* The usual case: one row was decided, it is as recorded, and the member's state is at hand. */
static bool is_as_made(notch_rerun *rerun, const notch_transaction *row,
                       const notch_rerun_result *result)
{
  const notch_outcome *outcome = result->outcome;
  bool alone = !result->taken && outcome != NULL && outcome->count == 1 && outcome->own == 0 &&
               outcome->after != NULL && outcome->after->member == row->member &&
               !result->edition->rules->plan->uses_house && !rerun->compare.loose;
  if (!alone || !notch_names_as_made(result->edition, row, &outcome->transactions[0])) {
    return false;
  }
  rerun->outcome = NULL; /* nothing more is expected of it */
  return true;
}

static bool compare_and_absorb(notch_rerun *rerun, const notch_transaction *row,
                               const notch_rerun_result *result)
{
  notch_edition *edition = result->edition;
  notch_transaction *indexed = NULL;
  rerun->compare.identical = false;
  if (edition != NULL) {
    use_edition(rerun, edition);
    indexed = index_row(rerun, row, edition);
    if (indexed == NULL) {
      return false;
    }
  }
  rerun->taken_event = result->taken ? row->event : rerun->taken_event;
  rerun->sent_is_taken |= result->taken && row->origin == NOTCH_ORIGIN_SENT;
  rerun->erased_rows += rerun->names_erased ? 1 : 0;
  if (!compare_result(rerun, row, result, indexed)) {
    return false;
  }
  /* What was decided is what is recorded, and nothing else was: then so is the state. */
  const notch_outcome *outcome = rerun->compare.identical ? result->outcome : NULL;
  bool whole = outcome != NULL && outcome->count == 1;
  bool good = absorb(rerun, row, edition, result->event, indexed, whole ? outcome : NULL);
  rerun->edition = edition;
  return good;
}

/* A row that nothing is decided for: of an erased member, or another member's side. */
static bool undecided_row(notch_rerun *rerun, const notch_transaction *row, bool erased)
{
  bool none = erased && row->version == 0;
  notch_edition *edition = none ? NULL : notch_rerun_edition(rerun, row->version);
  if (edition == NULL && !none) {
    return false;
  }
  bool leads = row->origin != NOTCH_ORIGIN_SIDE || returns_by_itself(row);
  bool taken = erased || (returns_by_itself(row) && rerun->sent_is_taken);
  rerun->taken_event = leads && taken ? row->event : rerun->taken_event;
  bool beside = !taken && row->cause == rerun->taken_event;
  rerun->erased_rows += erased || beside ? 1 : 0;
  if (!taken && !beside) {
    report_lone(rerun, row, true);
  }
  return absorb(rerun, row, edition, NULL, NULL, NULL);
}

static bool decided_row(notch_rerun *rerun, const notch_transaction *row)
{
  notch_rerun_result result;
  bool erased = notch_rerun_is_erased(rerun, row->member);
  if (erased || (row->origin == NOTCH_ORIGIN_SIDE && !is_part(rerun, row))) {
    return undecided_row(rerun, row, erased);
  }
  if (!notch_rerun_decide(rerun, row, NULL, &result)) {
    return false;
  }
  return is_as_made(rerun, row, &result)
             ? take_over(rerun, result.seat, row, result.edition, result.event, result.outcome)
             : compare_and_absorb(rerun, row, &result);
}

bool notch_rerun_do(notch_rerun *rerun, notch_rerun_work *work, void *payload)
{
  jmp_buf no_memory;
  rerun->row.escape = rerun->books->run.escape = &no_memory;
  bool good = setjmp(no_memory) == 0 ? work(payload) : nomem(rerun);
  rerun->row.escape = rerun->books->run.escape = NULL;
  return good;
}

bool notch_rerun_row(notch_rerun *rerun, const notch_transaction *row)
{
  notch_books *books = rerun->books;
  rerun->recorded = row;
  if (rerun->rankings.followed) {
    notch_rerun_see(rerun, row);
  }
  if (is_expected(rerun, row)) {
    bool sent;
    if (!find_id(rerun, row, &sent)) {
      return false;
    }
    if (!sent) {
      return expected_row(rerun, row);
    }
  }
  if (rerun->outcome != NULL && row->origin == NOTCH_ORIGIN_SIDE &&
      notch_rerun_is_erased(rerun, row->member)) {
    /* By his name he was not found: what others get beside him has other numbers since. */
    rerun->outcome = NULL;
    rerun->taken_event = row->cause;
  }
  finish_rows(rerun);
  if (row->origin == NOTCH_ORIGIN_SENT) {
    finish_parts(rerun);
    rerun->sent = row->event;
    rerun->sent_is_taken = false;
    rerun->part_count = rerun->next_part = 0;
  }
  notch_desk_clear(&rerun->desk);
  notch_history_forget(books);
  notch_arena_reset(&rerun->row);
  notch_arena_reset(&books->run);
  rerun->group = row->event;
  return (!rerun->rankings.followed || notch_rerun_pass(rerun, row)) && decided_row(rerun, row);
}
