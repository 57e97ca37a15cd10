/*
 * ledger/check_books.c -- what the rows say of one another: references, each member's chain and
 * times (L5), amounts and shares (L1, L4), the accounts per points kind (L6), lots, holds and
 * reward lots.  Memory: 40 bytes a posting, 8 an effect, 32 a member.
 */
#include <config.h>

#include "ledger/check.h"

#include <assert.h>
#include <string.h>

typedef struct lot {
  int64_t amount, left, held;
  int64_t member; /* 0: this posting opened no lot */
  uint32_t points;
} lot;

typedef struct member {
  int64_t last, booked_us;
  int64_t heir; /* who has the account since it was merged; 0: it was not */
  uint32_t holds;
  bool seen;
} member;

typedef struct slot { /* of an open-addressing table: debts, open holds */
  uint64_t key;       /* 0: free */
  int64_t value;
} slot;

typedef struct table {
  slot *slots;
  uint32_t count, slot_count;
} table;

typedef __int128 total;

struct notch_check_books {
  notch_check *check;
  const notch_memory *memory;
  lot *lots;          /* by posting */
  int64_t *rewards;   /* by effect: what is left of a reward lot */
  member *members;
  total (*totals)[NOTCH_ACCOUNT_COUNT]; /* by points kind (a name) */
  int64_t *kinds;     /* those that a posting has named */
  int64_t kind_count;
  int64_t posting_count, effect_count, member_count, name_count, version_count;
  int64_t event, posting, move, effect; /* the next ones to come */
  int64_t recorded_us;
  table debts, holds;
  bool nomem;
};

static void *zeroed(const notch_memory *memory, int64_t count, size_t size, bool *nomem)
{
  size_t bytes = (size_t)(count + 1) * size;
  void *items = notch_memory_resize(memory, NULL, bytes);
  if (items == NULL) {
    *nomem = true;
    return NULL;
  }
  return memset(items, 0, bytes);
}

notch_store_status notch_check_books_begin(notch_check_books **out, notch_check *check)
{
  notch_store *store = check->store;
  notch_check_books *books = notch_memory_resize(store->memory, NULL, sizeof *books);
  *out = books;
  if (books == NULL) {
    return notch_store_nomem(store);
  }
  *books = (notch_check_books){.check = check, .memory = store->memory, .event = 1,
                               .posting = 1, .move = 1, .effect = 1, .recorded_us = INT64_MIN};
  books->posting_count = notch_check_rows_at_most(store, store->next.posting - 1);
  books->effect_count = notch_check_rows_at_most(store, store->next.effect - 1);
  books->member_count = notch_check_rows_at_most(store, store->next.member - 1);
  books->version_count = store->next.version - 1;
  books->name_count = store->names.count;
  books->lots = zeroed(store->memory, books->posting_count, sizeof *books->lots, &books->nomem);
  books->rewards =
      zeroed(store->memory, books->effect_count, sizeof *books->rewards, &books->nomem);
  books->members =
      zeroed(store->memory, books->member_count, sizeof *books->members, &books->nomem);
  books->totals = zeroed(store->memory, books->name_count, sizeof *books->totals, &books->nomem);
  books->kinds = zeroed(store->memory, books->name_count, sizeof *books->kinds, &books->nomem);
  return books->nomem ? notch_store_nomem(store) : NOTCH_STORE_OK;
}

void notch_check_books_free(notch_check_books *books)
{
  if (books == NULL) {
    return;
  }
  const notch_memory *memory = books->memory;
  notch_memory_free(memory, books->lots);
  notch_memory_free(memory, books->rewards);
  notch_memory_free(memory, books->members);
  notch_memory_free(memory, books->totals);
  notch_memory_free(memory, books->kinds);
  notch_memory_free(memory, books->debts.slots);
  notch_memory_free(memory, books->holds.slots);
  notch_memory_free(memory, books);
}

/* The value under a key, made 0 if new; NULL: out of memory, noted. */
static int64_t *value_of(notch_check_books *books, table *in, uint64_t key)
{
  key |= UINT64_C(1) << 63;
  if (in->count * 2 >= in->slot_count) {
    table larger = {.count = in->count,
                    .slot_count = in->slot_count == 0 ? 256 : in->slot_count * 2};
    larger.slots = zeroed(books->memory, larger.slot_count, sizeof *larger.slots, &books->nomem);
    if (larger.slots == NULL) {
      return NULL;
    }
    for (uint32_t i = 0; i < in->slot_count; i++) {
      uint32_t at = (uint32_t)(in->slots[i].key * UINT64_C(0x9E3779B97F4A7C15) >> 32);
      for (; in->slots[i].key != 0; at++) {
        slot *to = &larger.slots[at & (larger.slot_count - 1)];
        if (to->key == 0) {
          *to = in->slots[i];
          break;
        }
      }
    }
    notch_memory_free(books->memory, in->slots);
    *in = larger;
  }
  uint32_t at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32);
  for (;; at++) {
    slot *found = &in->slots[at & (in->slot_count - 1)];
    if (found->key == key) {
      return &found->value;
    }
    if (found->key == 0) {
      found->key = key;
      in->count++;
      return &found->value;
    }
  }
}

/* ---- one transaction ---- */

static void check_references(notch_check_books *books, const notch_transaction *t)
{
  notch_check *check = books->check;
  if (t->event != books->event) {
    notch_check_number(check, t->event, "dense", t->event, books->event);
  }
  if (!notch_type_fits(check->store, t)) {
    notch_check_number(check, t->event, "type", t->type, books->name_count);
  }
  if (t->version > books->version_count) {
    notch_check_number(check, t->event, "version", t->version, books->version_count);
  }
  if (t->cause < 0 || t->cause > t->event) {
    notch_check_number(check, t->event, "cause", t->cause, t->event);
  }
  if (t->origin != NOTCH_ORIGIN_SENT && t->id.length > 0) {
    notch_check_text(check, t->event, "id", "present", "none");
  }
  if (t->verdict < 0 || t->verdict >= NOTCH_VERDICT_COUNT) {
    notch_check_number(check, t->event, "outcome", t->verdict, NOTCH_VERDICT_COUNT - 1);
  }
  if (t->recorded_us <= books->recorded_us) {
    notch_check_number(check, t->event, "recorded", t->recorded_us, books->recorded_us + 1);
  }
  books->recorded_us = t->recorded_us;
  books->event = t->event + 1;
}

/* L5: what is booked for a member never goes back behind what was booked before. */
static void check_chain(notch_check_books *books, const notch_transaction *t)
{
  if (t->member < 0 || t->member > books->member_count) {
    notch_check_number(books->check, t->event, "member", t->member, books->member_count);
    return;
  }
  member *of = &books->members[t->member];
  if (t->previous != of->last) {
    notch_check_number(books->check, t->event, "previous", t->previous, of->last);
  }
  of->last = t->event;
  if (t->verdict == NOTCH_APPLIED && t->member > 0) {
    int64_t least_us = of->seen && of->booked_us > t->at_us ? of->booked_us : t->at_us;
    if (t->booked_us < least_us) {
      notch_check_number(books->check, t->event, "booked", t->booked_us, least_us);
    }
    of->booked_us = t->booked_us;
    of->seen = true;
  }
}

/* What was taken back may be given again: by a return of a lowering rule, of an `adjust`, also
 * where it had been written off. */
static bool is_source(uint8_t account)
{
  return account != NOTCH_ACCOUNT_EXPIRED;
}

static bool is_target(uint8_t account)
{
  return account != NOTCH_ACCOUNT_ISSUED;
}

/* The posting by itself; false: nothing can be concluded from it. */
static bool check_posting(notch_check_books *books, const notch_transaction *t,
                          const notch_posting *p)
{
  notch_check *check = books->check;
  if (p->posting != books->posting) {
    notch_check_number(check, t->event, "dense posting", p->posting, books->posting);
  }
  books->posting = p->posting + 1;
  if (p->source < 1 || p->source >= NOTCH_ACCOUNT_COUNT || p->target < 1 ||
      p->target >= NOTCH_ACCOUNT_COUNT || p->source == p->target || !is_source(p->source) ||
      !is_target(p->target)) {
    notch_check_text(check, t->event, "accounts", notch_account_word((notch_account)p->source),
                     notch_account_word((notch_account)p->target));
    return false;
  }
  if (p->amount < 1 || p->amount > NOTCH_AMOUNT_MAX) {
    notch_check_number(check, t->event, "amount", p->amount, NOTCH_AMOUNT_MAX);
  }
  total sum = 0;
  for (uint32_t i = 0; i < p->share_count; i++) {
    sum += p->shares[i].amount;
  }
  if (p->share_count > 0 && sum != p->amount) {
    notch_check_number(check, t->event, "shares", (int64_t)sum, p->amount);
  }
  if (p->points < 1 || p->points > books->name_count || p->posting < 1 ||
      p->posting > books->posting_count) {
    notch_check_number(check, t->event, "points", p->points, books->name_count);
    return false;
  }
  if (!notch_posting_fits(check->store, p)) {
    notch_check_text(check, t->event, "names", "a posting of what is not there", "what is there");
  }
  return true;
}

static bool touches(const notch_posting *p, notch_account account)
{
  return p->source == account || p->target == account;
}

/* Whether `heir` has the account of another member by now; a damaged file may go in circles. */
static bool is_heir(const notch_check_books *books, int64_t of, int64_t heir)
{
  int64_t hops = 0;
  while (of > 0 && of <= books->member_count && of != heir && hops++ < books->member_count) {
    of = books->members[of].heir;
  }
  return of == heir;
}

static void move_lot(notch_check_books *books, const notch_transaction *t, const notch_posting *p)
{
  bool opens = p->lot == p->posting;
  if (opens && p->target == NOTCH_ACCOUNT_POINTS) {
    books->lots[p->posting] =
        (lot){.amount = p->amount, .member = t->member, .points = p->points};
  }
  lot *of = p->lot > 0 && p->lot <= p->posting ? &books->lots[p->lot] : NULL;
  if (of != NULL && of->left == 0 && of->held == 0 && is_heir(books, of->member, t->member)) {
    of->member = t->member; /* what comes back to a lot of a merged account */
  }
  if (of == NULL || of->member == 0 || of->member != t->member || of->points != p->points) {
    notch_check_number(books->check, t->event, "lot", p->lot, 0);
    return;
  }
  of->left += p->target == NOTCH_ACCOUNT_POINTS ? p->amount : 0;
  of->left -= p->source == NOTCH_ACCOUNT_POINTS ? p->amount : 0;
  of->held += p->target == NOTCH_ACCOUNT_HELD ? p->amount : 0;
  of->held -= p->source == NOTCH_ACCOUNT_HELD ? p->amount : 0;
}

static void apply_posting(notch_check_books *books, const notch_transaction *t,
                          const notch_posting *p)
{
  total *of = books->totals[p->points];
  if (of[NOTCH_ACCOUNT_NONE] == 0) {
    of[NOTCH_ACCOUNT_NONE] = 1; /* marks the kind as listed */
    books->kinds[books->kind_count++] = p->points;
  }
  of[p->target] += p->amount;
  of[p->source] -= p->amount;
  if (touches(p, NOTCH_ACCOUNT_POINTS) || touches(p, NOTCH_ACCOUNT_HELD)) {
    move_lot(books, t, p);
  }
  if (touches(p, NOTCH_ACCOUNT_DEBT)) {
    int64_t *debt = value_of(books, &books->debts, (uint64_t)t->member << 24 | p->points);
    if (debt != NULL) {
      *debt += p->source == NOTCH_ACCOUNT_DEBT ? p->amount : -p->amount;
      if (*debt < 0) {
        notch_check_number(books->check, t->event, "debt", *debt, 0);
      }
    }
  }
}

/* After the whole transaction no lot may owe anything, nor hold more than it was opened with. */
static void check_lots(notch_check_books *books, const notch_transaction *t)
{
  for (uint32_t i = 0; i < t->posting_count; i++) {
    int64_t number = t->postings[i].lot;
    if (number < 1 || number > books->posting_count || books->lots[number].member == 0) {
      continue;
    }
    const lot *of = &books->lots[number];
    if (of->left < 0 || of->held < 0) {
      notch_check_number(books->check, t->event, of->left < 0 ? "lot overdrawn" : "hold overdrawn",
                         of->left < 0 ? of->left : of->held, 0);
    }
    if (of->left + of->held > of->amount) {
      notch_check_number(books->check, t->event, "lot overfull", of->left + of->held, of->amount);
    }
  }
}

static void check_hold(notch_check_books *books, const notch_transaction *t,
                       const notch_effect *e)
{
  uint64_t key = notch_text_hash(e->text) ^ (uint64_t)t->member * UINT64_C(0xD6E8FEB86659FD93);
  int64_t *open = value_of(books, &books->holds, key);
  if (open == NULL || t->member < 1 || t->member > books->member_count) {
    return;
  }
  bool opens = e->kind == NOTCH_EFFECT_HOLD;
  if (*open != !opens) {
    notch_check_text(books->check, t->event, "hold", opens ? "opened" : "closed",
                     opens ? "open already" : "not open");
    return;
  }
  *open = opens;
  if (opens) {
    books->members[t->member].holds++;
  } else {
    books->members[t->member].holds--;
  }
}

static void check_reward(notch_check_books *books, const notch_transaction *t,
                         const notch_effect *e)
{
  if (e->kind == NOTCH_EFFECT_GRANT || e->kind == NOTCH_EFFECT_GRANT_WAITING) {
    books->rewards[e->effect] = e->amount;
    return;
  }
  if (e->ref == 0) { /* bought, no lot */
    return;
  }
  books->rewards[e->ref] += e->kind == NOTCH_EFFECT_RETURN_USE ? e->amount : -e->amount;
  if (books->rewards[e->ref] < 0) {
    notch_check_number(books->check, t->event, "reward lot overdrawn", books->rewards[e->ref], 0);
  }
}

static void check_effect(notch_check_books *books, const notch_transaction *t,
                         const notch_effect *e)
{
  if (e->effect != books->effect) {
    notch_check_number(books->check, t->event, "dense effect", e->effect, books->effect);
  }
  books->effect = e->effect + 1;
  if (e->effect < 1 || e->effect > books->effect_count) {
    return;
  }
  if (e->kind < 1 || e->kind >= NOTCH_EFFECT_COUNT) {
    notch_check_number(books->check, t->event, "effect kind", e->kind, NOTCH_EFFECT_COUNT - 1);
  } else if (!notch_effect_fits(books->check->store, t, e)) {
    notch_check_text(books->check, t->event, "names", "an effect of what is not there",
                     "what is there");
    return;
  }
  switch ((notch_effect_kind)e->kind) {
  case NOTCH_EFFECT_HOLD:
  case NOTCH_EFFECT_HOLD_CLOSED: check_hold(books, t, e); break;
  case NOTCH_EFFECT_GRANT:
  case NOTCH_EFFECT_GRANT_WAITING:
  case NOTCH_EFFECT_USE:
  case NOTCH_EFFECT_WITHDRAW:
  case NOTCH_EFFECT_RETURN_USE: check_reward(books, t, e); break;
  case NOTCH_EFFECT_MERGED:
    if (e->ref <= books->member_count) {
      books->members[e->ref].heir = t->member;
    }
    break;
  default: break;
  }
}

void notch_check_books_row(notch_check_books *books, const notch_transaction *t)
{
  check_references(books, t);
  check_chain(books, t);
  for (uint32_t i = 0; i < t->posting_count; i++) {
    if (check_posting(books, t, &t->postings[i])) {
      apply_posting(books, t, &t->postings[i]);
    }
  }
  check_lots(books, t);
  for (uint32_t i = 0; i < t->move_count; i++) {
    if (!notch_move_fits(books->check->store, &t->moves[i])) {
      notch_check_number(books->check, t->event, "tier", t->moves[i].tier, books->name_count);
    }
  }
  books->move += t->move_count;
  for (uint32_t i = 0; i < t->effect_count; i++) {
    check_effect(books, t, &t->effects[i]);
  }
  if (t->verdict != NOTCH_APPLIED && (t->posting_count > 0 || t->move_count > 0)) {
    notch_check_text(books->check, t->event, "outcome", notch_verdict_word(t->verdict),
                     "no postings and moves");
  }
}

/* L6, from the accounts alone: in_transit is empty, and no account runs the wrong way. */
void notch_check_books_head(notch_check_books *books, int64_t size)
{
  for (int64_t i = 0; i < books->kind_count; i++) {
    const total *of = books->totals[books->kinds[i]];
    if (of[NOTCH_ACCOUNT_IN_TRANSIT] != 0) {
      notch_check_number(books->check, size, "in_transit", (int64_t)of[NOTCH_ACCOUNT_IN_TRANSIT],
                         0);
    }
    total owed = -of[NOTCH_ACCOUNT_ISSUED] - of[NOTCH_ACCOUNT_DEBT] - of[NOTCH_ACCOUNT_FORGIVEN];
    total had = of[NOTCH_ACCOUNT_POINTS] + of[NOTCH_ACCOUNT_HELD] + of[NOTCH_ACCOUNT_SPENT] +
                of[NOTCH_ACCOUNT_EXPIRED] + of[NOTCH_ACCOUNT_TAKEN_BACK];
    if (owed != had) {
      notch_check_number(books->check, size, "balance", (int64_t)owed, (int64_t)had);
    }
    total least = of[NOTCH_ACCOUNT_POINTS];
    least = of[NOTCH_ACCOUNT_HELD] < least ? of[NOTCH_ACCOUNT_HELD] : least;
    least = of[NOTCH_ACCOUNT_SPENT] < least ? of[NOTCH_ACCOUNT_SPENT] : least;
    if (least < 0) {
      notch_check_number(books->check, size, "balance below zero", (int64_t)least, 0);
    }
  }
}

static void check_held(notch_check_books *books)
{
  for (int64_t posting = 1; posting <= books->posting_count; posting++) {
    const lot *of = &books->lots[posting];
    if (of->member > 0 && of->held > 0 && books->members[of->member].holds == 0) {
      notch_check_number(books->check, 0, "held without a hold, lot", posting, of->held);
    }
  }
}

notch_store_status notch_check_books_end(notch_check_books *books)
{
  notch_check *check = books->check;
  if (books->posting - 1 != books->posting_count) {
    notch_check_number(check, 0, "postings", books->posting_count, books->posting - 1);
  }
  if (books->move != check->store->next.move) {
    notch_check_number(check, 0, "moves", check->store->next.move - 1, books->move - 1);
  }
  if (books->effect - 1 != books->effect_count) {
    notch_check_number(check, 0, "effects", books->effect_count, books->effect - 1);
  }
  check_held(books);
  return books->nomem ? notch_store_nomem(check->store) : NOTCH_STORE_OK;
}
