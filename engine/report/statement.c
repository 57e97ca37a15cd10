/* report/statement.c -- from a member's rows and state to the lines of a statement. */
#include <config.h>

#include "report/statement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

void notch_statement_begin(notch_statement *statement, const notch_plan *plan, notch_text member,
                           int64_t from_us, int64_t at_us, notch_arena *arena)
{
  memset(statement, 0, sizeof *statement);
  statement->arena = arena;
  statement->plan = plan;
  statement->program = plan->program;
  statement->member = member;
  statement->from_us = from_us;
  statement->at_us = at_us;
  statement->kinds.arena = arena;
  notch_kinds_add(&statement->kinds, plan->program);
}

/* ---- rows ---- */

static void grow_balances(notch_statement *statement)
{
  uint32_t count = statement->kinds.list.count;
  if (count > statement->balance_count) {
    __int128 *balance = NOTCH_NEW_ARRAY(statement->arena, __int128, count);
    __int128 *opening = NOTCH_NEW_ARRAY(statement->arena, __int128, count);
    if (statement->balance_count > 0) {
      memcpy(balance, statement->balance, statement->balance_count * sizeof *balance);
      memcpy(opening, statement->opening, statement->balance_count * sizeof *opening);
    }
    statement->balance = balance;
    statement->opening = opening;
    statement->balance_count = count;
  }
}

static notch_statement_change *change_of(notch_statement *statement,
                                         notch_statement_entry *entry, uint32_t kind)
{
  for (uint32_t i = 0; i < entry->changes.count; i++) {
    if (entry->changes.items[i].kind == kind) {
      return &entry->changes.items[i];
    }
  }
  notch_statement_change *change = notch_vec_push(&entry->changes, statement->arena);
  change->kind = kind;
  return change;
}

/* Of the member's side; a debt is an account of his from which more was taken than it had. */
static int sign_of(uint8_t account)
{
  return account == NOTCH_ACCOUNT_POINTS || account == NOTCH_ACCOUNT_HELD ||
         account == NOTCH_ACCOUNT_DEBT;
}

static void add_shares(notch_statement *statement, notch_statement_entry *entry,
                       const notch_program *program, const notch_posting *posting, uint32_t kind,
                       int sign)
{
  for (uint16_t i = 0; i < posting->share_count; i++) {
    const notch_share *share = &posting->shares[i];
    if (share->rule == NOTCH_NONE) {
      continue;
    }
    notch_text name = notch_arena_text(statement->arena, program->rules[share->rule].decl.name);
    notch_statement_share *found = NULL;
    for (uint32_t j = 0; j < entry->shares.count && found == NULL; j++) {
      notch_statement_share *one = &entry->shares.items[j];
      found = one->kind == kind && notch_text_equal(one->rule, name) ? one : NULL;
    }
    if (found == NULL) {
      found = notch_vec_push(&entry->shares, statement->arena);
      *found = (notch_statement_share){.rule = name, .kind = kind};
    }
    found->amount += sign * share->amount;
  }
}

static void add_posting(notch_statement *statement, notch_statement_entry *entry,
                        const notch_deed *deed, const notch_posting *posting)
{
  uint32_t kind = notch_kinds_find(&statement->kinds, deed->program, posting->points);
  grow_balances(statement);
  int net = sign_of(posting->target) - sign_of(posting->source);
  if (net == 0) {
    return;
  }
  __int128 change = (__int128)net * posting->amount;
  statement->balance[kind] += change;
  notch_statement_change *of = change_of(statement, entry, kind);
  *(net > 0 ? &of->in : &of->out) += posting->amount;
  of->balance = statement->balance[kind];
  add_shares(statement, entry, deed->program, posting, kind, net > 0 ? 1 : -1);
}

static notch_text date_before(const notch_statement *statement, int64_t at_s)
{
  return notch_day_text(statement->arena, statement->program, at_s * NOTCH_SECOND_US - 1);
}

static void add_note(notch_statement *statement, notch_statement_entry *entry, notch_text note)
{
  if (note.length > 0) {
    *notch_vec_push(&entry->notes, statement->arena) = note;
  }
}

static void note_move(notch_statement *statement, notch_statement_entry *entry,
                      const notch_program *program, const notch_move *move)
{
  const char *noted = notch_move_words_of(move->cause).noted;
  if (move->tier == NOTCH_NONE || noted == NULL) {
    return;
  }
  notch_arena *arena = statement->arena;
  notch_text tier = notch_title_of(&program->ladders[move->ladder].tiers[move->tier].decl);
  notch_text note = notch_arena_format(arena, "%s %.*s", noted, WORD(tier));
  if (move->until_s != NOTCH_NEVER) {
    notch_text until = date_before(statement, move->until_s);
    note = notch_arena_format(arena, "%.*s until %.*s", WORD(note), WORD(until));
  }
  add_note(statement, entry, note);
}

static void note_effect(notch_statement *statement, notch_statement_entry *entry,
                        const notch_program *program, const notch_effect *effect)
{
  bool less = effect->amount < 0;
  uint64_t count = less ? -(uint64_t)effect->amount : (uint64_t)effect->amount;
  const char *word = effect->kind == NOTCH_EFFECT_GRANT ? "given"
                     : effect->kind == NOTCH_EFFECT_GRANT_WAITING
                         ? less ? "no longer promised" : "promised"
                     : effect->kind == NOTCH_EFFECT_USE        ? "used"
                     : effect->kind == NOTCH_EFFECT_WITHDRAW   ? "withdrawn"
                     : effect->kind == NOTCH_EFFECT_RETURN_USE ? "given back"
                                                               : NULL;
  if (word != NULL && effect->subject != NOTCH_NONE) {
    notch_text reward = notch_title_of(&program->rewards[effect->subject].decl);
    add_note(statement, entry,
             count > 1 ? notch_arena_format(statement->arena, "%s %llu x %.*s", word,
                                            (unsigned long long)count, WORD(reward))
                       : notch_arena_format(statement->arena, "%s %.*s", word, WORD(reward)));
  } else if (effect->kind == NOTCH_EFFECT_PAID && effect->subject != NOTCH_NONE) {
    const notch_currency *currency =
        &program->currencies[program->payments[effect->subject].currency];
    notch_text money = notch_wide_text(statement->arena, (__int128)count, currency->decimals);
    add_note(statement, entry,
             notch_arena_format(statement->arena, "%s %.*s %.*s", less ? "no longer pays" : "pays",
                                WORD(money), WORD(currency->code)));
  } else if (effect->kind == NOTCH_EFFECT_CLOSED) {
    add_note(statement, entry, NOTCH_TEXT("account closed"));
  }
}

static void note_other(notch_statement *statement, notch_statement_entry *entry,
                       const notch_deed *deed)
{
  notch_text other = notch_plain_text(statement->arena, deed->other);
  bool side = deed->row->origin == NOTCH_ORIGIN_SIDE, merges = false;
  if (side && deed->row->content.length > 0) { /* an event of his own, returned without `of` */
    return;
  }
  for (uint32_t i = 0; i < deed->row->effect_count; i++) {
    uint8_t kind = deed->row->effects[i].kind;
    merges = merges || kind == NOTCH_EFFECT_MERGED || kind == NOTCH_EFFECT_CLOSED;
  }
  const char *word = merges ? (side ? "merged into" : "merged with") : side ? "from" : "to";
  if (other.length > 0) {
    add_note(statement, entry,
             notch_arena_format(statement->arena, "%s %.*s", word, WORD(other)));
  } else if (side && !merges) {
    add_note(statement, entry, NOTCH_TEXT("of another member"));
  }
}

/* What a row puts on hold, or gives back from it, of each kind. */
static void note_held(notch_statement *statement, notch_statement_entry *entry,
                      const notch_deed *deed)
{
  for (uint32_t kind = 0; kind < deed->program->points_count; kind++) {
    int64_t held = 0;
    for (uint32_t i = 0; i < deed->row->posting_count; i++) {
      const notch_posting *p = &deed->row->postings[i];
      bool holds = p->source == NOTCH_ACCOUNT_POINTS && p->target == NOTCH_ACCOUNT_HELD;
      bool frees = p->source == NOTCH_ACCOUNT_HELD && p->target == NOTCH_ACCOUNT_POINTS;
      held += p->points == kind ? (holds - frees) * p->amount : 0;
    }
    if (held != 0) {
      const notch_points *points = &deed->program->points[kind];
      notch_text amount = notch_wide_text(statement->arena, held < 0 ? -(__int128)held : held,
                                          points->decimals);
      notch_text title = notch_title_of(&points->decl);
      add_note(statement, entry,
               notch_arena_format(statement->arena, "%.*s %.*s %s", WORD(amount), WORD(title),
                                  held > 0 ? "on hold" : "no longer on hold"));
    }
  }
}

/* An event that came late stands where it was booked. */
static void note_late(notch_statement *statement, notch_statement_entry *entry,
                      const notch_deed *deed)
{
  notch_text day = notch_day_text(statement->arena, deed->program, deed->row->at_us);
  notch_text booked = notch_day_text(statement->arena, deed->program, deed->row->booked_us);
  if (deed->row->origin == NOTCH_ORIGIN_SENT && !notch_text_equal(day, booked)) {
    add_note(statement, entry, notch_arena_format(statement->arena, "of %.*s", WORD(day)));
  }
}

/* What happened, in a word or two: the event's title, or what fell due. */
static notch_text what_of(const notch_deed *deed)
{
  static const char *const due_words[NOTCH_DUE_COUNT] = {
      [NOTCH_DUE_TIME_OUT] = "hold ended",   [NOTCH_DUE_MATURING] = "points matured",
      [NOTCH_DUE_REVIEW] = "tier review",    [NOTCH_DUE_FLOOR] = "tier",
      [NOTCH_DUE_EXPIRY] = "expired",        [NOTCH_DUE_SCHEDULE] = "scheduled",
      [NOTCH_DUE_SEGMENT] = "segment",       [NOTCH_DUE_RANKING] = "ranking",
      [NOTCH_DUE_PUBLISH] = "new rules",     [NOTCH_DUE_RETIRE] = "retired",
  };
  uint32_t type = deed->row->type;
  if (type >= NOTCH_DUE_FIRST && type - NOTCH_DUE_FIRST < NOTCH_DUE_COUNT &&
      due_words[type - NOTCH_DUE_FIRST] != NULL) {
    return notch_text_of(due_words[type - NOTCH_DUE_FIRST]);
  }
  return type < deed->program->event_count ? deed->program->events[type].decl.name : deed->type;
}

void notch_statement_add(notch_statement *statement, const notch_deed *deed)
{
  const notch_transaction *row = deed->row;
  notch_statement_entry entry = {.event = row->event,
                                 .at_us = row->at_us,
                                 .booked_us = row->booked_us,
                                 .id = notch_arena_text(statement->arena, row->id),
                                 .type = notch_arena_text(statement->arena, deed->type),
                                 .what = what_of(deed)};
  if (row->verdict != NOTCH_APPLIED) {
    return;
  }
  for (uint32_t i = 0; i < row->posting_count; i++) {
    add_posting(statement, &entry, deed, &row->postings[i]);
  }
  if (row->booked_us < statement->from_us) {
    grow_balances(statement);
    for (uint32_t i = 0; i < statement->balance_count; i++) {
      statement->opening[i] = statement->balance[i];
    }
    return;
  }
  note_other(statement, &entry, deed);
  note_held(statement, &entry, deed);
  for (uint32_t i = 0; i < row->move_count; i++) {
    note_move(statement, &entry, deed->program, &row->moves[i]);
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    note_effect(statement, &entry, deed->program, &row->effects[i]);
  }
  if (entry.changes.count > 0 || entry.notes.count > 0) {
    note_late(statement, &entry, deed);
    *notch_vec_push(&statement->entries, statement->arena) = entry;
  }
}

/* ---- as the member stands ---- */

static void add_term(notch_statement *statement, bool expires, uint32_t kind, int64_t at_s,
                     int64_t amount)
{
  notch_statement_term *found = NULL;
  uint32_t count = expires ? statement->expires.count : statement->matures.count;
  notch_statement_term *terms = expires ? statement->expires.items : statement->matures.items;
  for (uint32_t i = 0; i < count && found == NULL; i++) {
    found = terms[i].kind == kind && terms[i].at_s == at_s ? &terms[i] : NULL;
  }
  if (found == NULL) {
    found = expires ? notch_vec_push(&statement->expires, statement->arena)
                    : notch_vec_push(&statement->matures, statement->arena);
    *found = (notch_statement_term){kind, at_s, 0};
  }
  found->amount += amount;
}

static int by_time(const void *left, const void *right)
{
  const notch_statement_term *a = left, *b = right;
  return a->at_s != b->at_s ? (a->at_s < b->at_s ? -1 : 1)
         : a->kind != b->kind ? (a->kind < b->kind ? -1 : 1)
                              : 0;
}

static void look_at_lots(notch_statement *statement, const notch_state *state)
{
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    uint32_t kind = notch_kinds_find(&statement->kinds, statement->program, lot->points);
    int64_t expires_s = notch_lot_expires(statement->plan, state, lot);
    int64_t matures_s = notch_lot_matures(statement->plan, lot);
    if (lot->left == 0 ||
        (expires_s != NOTCH_NEVER && expires_s * NOTCH_SECOND_US <= statement->at_us)) {
      continue;
    }
    add_term(statement, true, kind, expires_s, lot->left);
    if (matures_s == NOTCH_NEVER ||
        (matures_s != INT64_MIN && matures_s * NOTCH_SECOND_US > statement->at_us)) {
      add_term(statement, false, kind, matures_s, lot->left);
    }
  }
  if (statement->expires.count > 1) {
    qsort(statement->expires.items, statement->expires.count, sizeof *statement->expires.items,
          by_time);
  }
  if (statement->matures.count > 1) {
    qsort(statement->matures.items, statement->matures.count, sizeof *statement->matures.items,
          by_time);
  }
}

void notch_statement_end(notch_statement *statement, notch_decider *decider,
                         const notch_case *decision)
{
  const notch_program *p = statement->program;
  const notch_state *state = decision->state;
  grow_balances(statement);
  statement->state = state;
  statement->views = NOTCH_NEW_ARRAY(statement->arena, notch_points_view, p->points_count + 1);
  for (uint32_t i = 0; i < p->points_count; i++) {
    notch_view_points(&statement->views[i], statement->plan, state, i, statement->at_us);
  }
  look_at_lots(statement, state);
  statement->progress = NOTCH_NEW_ARRAY(statement->arena, notch_progress, p->ladder_count + 1);
  for (uint32_t i = 0; i < p->ladder_count && i < state->standings_count; i++) {
    if (!state->closed) {
      notch_progress_make(&statement->progress[i], decider, decision, i,
                          state->standings[i].effective, statement->at_us, statement->arena);
    }
  }
}
