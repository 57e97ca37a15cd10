/*
 * apply/refold.c -- the part of verify that needs the rules: every member folded from the
 * journal, beside the sum of his postings and beside what the caches hold.
 */
#include <config.h>

#include "apply/replay.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct tally { /* of one member and points kind, from the postings alone */
  int64_t points, held, debt;
} tally;

typedef struct refold {
  notch_replay *replay;
  notch_books *books;
  notch_ids ids;
  notch_rerun rerun;
  notch_edition *edition;
  notch_waiting_count waiting;
  const notch_transaction *row; /* under way */
  tally *tallies; /* by member, then points kind */
  int64_t members;
  uint32_t kinds;
} refold;

static void found(void *payload, int64_t event, const char *what, const char *recorded,
                  const char *recomputed)
{
  refold *r = payload;
  notch_findings_add(r->replay->findings, event, what, recorded, recomputed);
}

static bool failed(refold *r)
{
  r->replay->status = r->books->status;
  snprintf(r->replay->sentence, sizeof r->replay->sentence, "%s", r->books->sentence);
  return false;
}

static void add(tally *to, const notch_posting *p)
{
  to->points += p->target == NOTCH_ACCOUNT_POINTS ? p->amount : 0;
  to->points -= p->source == NOTCH_ACCOUNT_POINTS ? p->amount : 0;
  to->held += p->target == NOTCH_ACCOUNT_HELD ? p->amount : 0;
  to->held -= p->source == NOTCH_ACCOUNT_HELD ? p->amount : 0;
  /* A debt is owed by the member: it grows when taken from. */
  to->debt -= p->target == NOTCH_ACCOUNT_DEBT ? p->amount : 0;
  to->debt += p->source == NOTCH_ACCOUNT_DEBT ? p->amount : 0;
}

static void add_up(refold *r, const notch_transaction *row)
{
  for (uint32_t i = 0; i < row->posting_count && row->member < r->members; i++) {
    uint32_t points = notch_names_index(r->books, r->edition, NOTCH_NAME_POINTS,
                                        row->postings[i].points);
    if (points < r->kinds) {
      add(&r->tallies[row->member * r->kinds + points], &row->postings[i]);
    }
  }
}

static bool fold_row(void *payload)
{
  refold *r = payload;
  return notch_rerun_absorb(&r->rerun, r->row, r->edition);
}

static bool fold_all(refold *r)
{
  notch_replay *replay = r->replay;
  notch_cursor *cursor = NULL;
  const notch_transaction *row;
  uint64_t total = (uint64_t)notch_store_next(replay->store)->event - 1;
  notch_store_status status = notch_cursor_open(&cursor, replay->store, 1, 0);
  bool good = status == NOTCH_STORE_OK;
  if (good) {
    notch_cursor_leave_apart(cursor);
  }
  while (good && (row = notch_cursor_next(cursor)) != NULL) {
    replay->transactions++;
    replay->postings += row->posting_count;
    replay->events += row->origin == NOTCH_ORIGIN_SENT;
    add_up(r, row);
    r->row = row;
    good = notch_rerun_do(&r->rerun, fold_row, r) && notch_waiting_see(r->books, &r->waiting, row);
    if (replay->transactions % 16384 == 0 && replay->progress != NULL &&
        replay->progress(replay->payload, (uint64_t)replay->transactions, total) != 0) {
      replay->stopped = true;
      break;
    }
  }
  status = cursor == NULL ? status : notch_cursor_status(cursor);
  notch_cursor_close(cursor);
  if (status != NOTCH_STORE_OK) {
    notch_books_failed(r->books, status);
    return failed(r);
  }
  return good || failed(r);
}

static void compare(refold *r, int64_t member, const char *account, uint32_t points,
                    int64_t recorded, int64_t recomputed)
{
  if (recorded != recomputed) {
    char what[160], left[32], right[32];
    notch_text kind = r->edition->rules->program->points[points].decl.name;
    snprintf(what, sizeof what, "member %" PRId64 ", %s of %.*s", member, account,
             (int)kind.length, kind.bytes);
    snprintf(left, sizeof left, "%" PRId64, recorded);
    snprintf(right, sizeof right, "%" PRId64, recomputed);
    found(r, 0, what, left, right);
  }
}

/* What the fold says of accounts and lots, beside the sums. */
static void check_accounts(refold *r, int64_t member, const notch_state *state)
{
  for (uint32_t k = 0; k < r->kinds && k < state->balances_count; k++) {
    const tally *sum = &r->tallies[member * r->kinds + k];
    const notch_balance *balance = &state->balances[k];
    int64_t left = 0, held = 0;
    for (uint32_t i = 0; i < state->lots_count; i++) {
      const notch_lot *lot = &notch_state_lots(state)[i];
      left += lot->points == k ? lot->left : 0;
      held += lot->points == k ? lot->held : 0;
    }
    compare(r, member, "points", k, sum->points, balance->points);
    compare(r, member, "held", k, sum->held, balance->held);
    compare(r, member, "debt", k, sum->debt, balance->debt);
    compare(r, member, "lots", k, sum->points, left);
    compare(r, member, "lots held", k, sum->held, held);
  }
}

/* A tier is one of its ladder, and never below the own one. */
static void check_tiers(refold *r, int64_t member, const notch_state *state)
{
  const notch_program *program = r->edition->rules->program;
  for (uint32_t i = 0; i < program->ladder_count && i < state->standings_count; i++) {
    const notch_standing *s = &state->standings[i];
    bool fine = s->own < program->ladders[i].tier_count &&
                s->effective < program->ladders[i].tier_count &&
                (s->effective >= s->own || s->started == 0);
    if (!fine) {
      char what[96];
      snprintf(what, sizeof what, "member %" PRId64 ", tier", member);
      found(r, 0, what, "below the own tier", "at or above it");
    }
  }
}

static void found_cache(refold *r, int64_t member, const notch_store_state *cached,
                        const char *recorded, const char *recomputed)
{
  char what[64];
  snprintf(what, sizeof what, "cache of member %" PRId64, member);
  found(r, cached->upto, what, recorded, recomputed);
}

/* The state of the rows that the cache has folded, by the version that it names, and when he is
 * due: that is believed also where the state is another build's and is folded anew.  Both states
 * are initialised here. */
static bool compare_cache(refold *r, int64_t member, const notch_rerun_seat *seat,
                          const notch_store_state *cached, notch_edition *edition)
{
  notch_state state, folded;
  const notch_state *beside = seat->kept.open;
  notch_state_init(&state, r->books->memory);
  notch_state_init(&folded, r->books->memory);
  bool good = true;
  if (edition->version != seat->version || cached->upto != cached->last) {
    good =
        notch_seat_rebuild(r->books, &folded, member, edition, cached->upto, INT64_MAX, INT64_MAX);
    beside = &folded;
  }
  bool readable = notch_state_decode(&state, cached->bytes.bytes, cached->bytes.length);
  bool ours = notch_state_is_ours(cached->bytes.bytes, cached->bytes.length);
  if (good && readable && notch_state_difference(&state, beside) != NULL) {
    found_cache(r, member, cached, "another state", "the fold of his rows");
  } else if (good && ours && !readable) {
    found_cache(r, member, cached, "unreadable", "the fold of his rows");
  } else if (good && cached->upto == cached->last &&
             cached->due_s != notch_seat_due(edition, beside)) {
    found_cache(r, member, cached, "due at another time", "due as his state says");
  }
  notch_state_free(&state);
  notch_state_free(&folded);
  return good || failed(r);
}

static bool check_cache(refold *r, int64_t member, const notch_rerun_seat *seat)
{
  notch_store_state cached;
  notch_store_status status = notch_store_state_get(r->books->store, member, &cached);
  if (status != NOTCH_STORE_OK) {
    notch_books_failed(r->books, status);
    return failed(r);
  }
  if (cached.upto == 0) {
    return true; /* nothing but the last row: not folded yet */
  }
  bool erased = cached.version == 0 && cached.bytes.length == 0;
  if (cached.upto > cached.last || (cached.version == 0 && !erased) ||
      cached.version > notch_store_version_count(r->books->store)) {
    found_cache(r, member, &cached, "of rows or rules that are not there", "of his rows");
    return true;
  }
  notch_edition *edition = erased ? r->edition : notch_books_edition(r->books, cached.version);
  return edition == NULL ? failed(r) : compare_cache(r, member, seat, &cached, edition);
}

static bool check_members(refold *r)
{
  notch_desk_clear(&r->rerun.desk);
  bool used = r->edition->rules->plan->uses_house;
  notch_rerun_seat *house = used ? notch_rerun_known(&r->rerun, 0) : NULL;
  bool good = house == NULL || check_cache(r, 0, house);
  for (int64_t member = 1; member < r->members && good; member++) {
    notch_rerun_seat *seat = notch_rerun_known(&r->rerun, member);
    if (seat != NULL) {
      const notch_state *state = notch_desk_open(&r->rerun.desk, &seat->kept);
      if (state == NULL) {
        notch_books_say(r->books, NOTCH_STORE_NOMEM, "out of memory");
        return failed(r);
      }
      check_accounts(r, member, state);
      check_tiers(r, member, state);
      good = check_cache(r, member, seat);
      notch_desk_close(&r->rerun.desk, &seat->kept);
    }
  }
  return good;
}

/* Which returns wait for their event, beside what the journal says. */
static bool check_waiting(refold *r)
{
  notch_text counted, setting;
  if (!notch_waiting_told(r->books, &r->waiting, &r->waiting.arena, &counted, &setting)) {
    return failed(r);
  }
  if (!notch_text_equal(counted, setting)) {
    found(r, 0, "returns that wait", setting.length == 0 ? "none" : setting.bytes,
          counted.length == 0 ? "none" : counted.bytes);
  }
  return true;
}

bool notch_refold_run(notch_replay *replay)
{
  refold r = {.replay = replay};
  r.books = notch_reader_open(replay->memory, replay->store, false);
  if (r.books == NULL) {
    replay->status = NOTCH_STORE_NOMEM;
    snprintf(replay->sentence, sizeof replay->sentence, "out of memory");
    return false;
  }
  notch_arena_init(&r.waiting.arena, replay->memory);
  r.edition = notch_books_newest(r.books);
  r.members = notch_store_next(replay->store)->member;
  bool all;
  bool good = r.edition != NULL &&
              (notch_ids_begin(&r.ids, replay->memory, r.members, 1) ||
               notch_books_say(r.books, NOTCH_STORE_NOMEM, "out of memory")) &&
              notch_ids_read(&r.ids, 0, r.books, &all) &&
              notch_rerun_begin(&r.rerun, r.books, true);
  if (!good) {
    failed(&r);
    notch_ids_end(&r.ids);
    notch_arena_free(&r.waiting.arena);
    notch_reader_close(r.books, false);
    return false;
  }
  r.rerun.ids = &r.ids;
  r.rerun.found = found;
  r.rerun.payload = &r;
  r.rerun.fixed = r.edition;
  r.kinds = r.edition->rules->program->points_count;
  size_t bytes = ((size_t)r.members * r.kinds + 1) * sizeof *r.tallies;
  r.tallies = notch_memory_resize(replay->memory, NULL, bytes);
  if (r.tallies == NULL) {
    good = notch_books_say(r.books, NOTCH_STORE_NOMEM, "out of memory");
    failed(&r);
  } else {
    memset(r.tallies, 0, bytes);
    good = fold_all(&r) && (replay->stopped || (check_members(&r) && check_waiting(&r)));
  }
  notch_memory_free(replay->memory, r.tallies);
  notch_rerun_end(&r.rerun);
  notch_ids_end(&r.ids);
  notch_arena_free(&r.waiting.arena);
  notch_reader_close(r.books, false);
  return good;
}
