/* member/pool.c -- household accounts: who is in one, and what its members may spend together. */
#include <config.h>

#include "member/lots.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/run.h"
#include "member/side.h"

#include <assert.h>
#include <string.h>

static const notch_membership *membership_in(const notch_state *state, uint32_t pool)
{
  for (uint32_t i = 0; i < state->pools_count; i++) {
    if (state->pools[i].pool == pool) {
      return &state->pools[i];
    }
  }
  return NULL;
}

/* Households lie one after the other, and in each its members as they entered. */
static bool lies_before(const notch_pooled *in, uint32_t pool, int64_t with)
{
  return in->pool != pool ? in->pool < pool : in->with < with;
}

static uint32_t household_begin(const notch_state *house, uint32_t pool, int64_t with)
{
  uint32_t low = 0, high = house->pooled_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (lies_before(&house->pooled[middle], pool, with)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static bool is_there(const notch_state *house, uint32_t at, uint32_t pool, int64_t with)
{
  return at < house->pooled_count && house->pooled[at].pool == pool &&
         house->pooled[at].with == with;
}

void notch_pool_change(notch_state *house, const notch_effect *effect, int64_t member)
{
  bool closes = effect->kind == NOTCH_EFFECT_CLOSED;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < house->pooled_count; i++) {
    bool goes =
        house->pooled[i].member == member && (closes || house->pooled[i].pool == effect->subject);
    if (!goes) {
      house->pooled[kept++] = house->pooled[i];
    }
  }
  house->pooled_count = kept;
  if (effect->kind == NOTCH_EFFECT_POOL_ENTER) {
    uint32_t at = household_begin(house, effect->subject, effect->ref);
    while (is_there(house, at, effect->subject, effect->ref)) {
      at++;
    }
    notch_state_add_pooled(house);
    memmove(&house->pooled[at + 1], &house->pooled[at], sizeof *house->pooled * (kept - at));
    house->pooled[at] =
        (notch_pooled){.member = member, .pool = effect->subject, .with = effect->ref};
  }
}

/* Others who are in the same household; `index` begins at 0; NULL: there are no more. */
static const notch_state *next_mate(notch_work *work, const notch_state *state,
                                    const notch_membership *mine, uint32_t *index)
{
  const notch_state *house = work->in->house;
  uint32_t at = house == NULL ? 0 : household_begin(house, mine->pool, mine->with) + *index;
  for (; house != NULL && is_there(house, at, mine->pool, mine->with); at++) {
    int64_t member = house->pooled[at].member;
    const notch_state *mate =
        member == state->member ? NULL : work->host->member_number(work->host->payload, member);
    ++*index;
    if (mate != NULL) {
      return mate;
    }
  }
  return NULL;
}

/* The household that somebody is in, by the number of who founded it (an id would outlive its
 * erasure in the journal); else the one that the member would found. */
static int64_t household_of(notch_work *work, const notch_event *event, notch_value name,
                            int64_t member)
{
  if (name.d == 0) {
    return member;
  }
  const notch_state *of = notch_work_named(work, notch_value_text(name), true);
  if (of == NULL) {
    notch_refuse(work, NOTCH_REFUSED_NO_MEMBER, "`with` has to name a member");
  }
  const notch_state *now = notch_work_copy(work, of); /* what fell due is settled */
  const notch_membership *in = membership_in(now, event->pool);
  return in == NULL ? of->member : in->with;
}

void notch_do_pool(notch_work *work, bool enters)
{
  const notch_event *event = work->event;
  int with = enters ? NOTCH_FIELD_ENTER_WITH : NOTCH_FIELD_EXIT_WITH;
  notch_value name = event->fields[with];
  int64_t whose = household_of(work, event, name, work->open->row.member);
  const notch_pool *pool = &work->program->pools[event->pool];
  uint32_t members = 0;
  const notch_membership entered = {.pool = event->pool, .with = whose};
  const notch_state *mate;
  for (uint32_t i = 0; enters && (mate = next_mate(work, work->state, &entered, &i)) != NULL;) {
    members += notch_work_copy(work, mate)->closed ? 0 : 1;
  }
  if (enters && pool->members_max > 0 && members >= pool->members_max) {
    notch_refuse(work, NOTCH_REFUSED_LIMIT_REACHED, "the pool %.*s is full",
                 (int)pool->decl.name.length, pool->decl.name.bytes);
  }
  notch_work_plain_effect(work, enters ? NOTCH_EFFECT_POOL_ENTER : NOTCH_EFFECT_POOL_EXIT,
                          event->pool, 0, whose);
}

/* The membership through which this member may spend a kind together with others; NULL: none. */
static const notch_membership *spends_through(notch_work *work, uint32_t points)
{
  const notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->pools_count; i++) {
    const notch_pool *pool = &work->program->pools[state->pools[i].pool];
    bool shares = false;
    for (uint32_t j = 0; j < pool->points_count; j++) {
      shares = shares || pool->points[j] == points;
    }
    const notch_value *fields = work->fields;
    work->fields = NULL;
    bool may = shares && notch_work_holds(work, pool->when);
    work->fields = fields;
    if (may) {
      return &state->pools[i];
    }
  }
  return NULL;
}

/* A household is full with those who have not left it. */
static void settle_household(notch_work *work, const notch_state *state, int64_t to_s)
{
  const notch_event *event = work->in->event;
  int64_t whose = household_of(work, event, event->fields[NOTCH_FIELD_ENTER_WITH], state->member);
  const notch_membership entered = {.pool = event->pool, .with = whose};
  const notch_state *mate;
  for (uint32_t i = 0; (mate = next_mate(work, state, &entered, &i)) != NULL;) {
    notch_settle_until(work, notch_work_copy(work, mate), to_s);
  }
}

void notch_settle_pool(notch_work *work, const notch_state *state, int64_t to_s)
{
  uint32_t type = work->in->event->type;
  const notch_state *mate;
  if (type == NOTCH_EVENT_ENTER) {
    settle_household(work, state, to_s);
  }
  for (uint32_t i = 0;
       (type == NOTCH_EVENT_REDEEM || type == NOTCH_EVENT_PAY) && i < state->pools_count; i++) {
    for (uint32_t j = 0; (mate = next_mate(work, state, &state->pools[i], &j)) != NULL;) {
      notch_settle_until(work, notch_work_copy(work, mate), to_s);
    }
  }
}

typedef struct open_lot {
  const notch_state *owner;
  notch_lot lot;
  int64_t most, expires_s;
} open_lot;

static bool goes_before(const open_lot *left, const open_lot *right)
{
  if (left->expires_s != right->expires_s) {
    return left->expires_s < right->expires_s;
  }
  return left->lot.earned_us != right->lot.earned_us ? left->lot.earned_us < right->lot.earned_us
                                                     : left->lot.lot < right->lot.lot;
}

/* Open lots of the others, soonest first, ties as for own ones. */
static open_lot *open_lots(notch_work *work, uint32_t points, uint32_t *count)
{
  *count = 0;
  const notch_membership *mine = spends_through(work, points);
  const notch_state *mate;
  NOTCH_VEC(open_lot) found = {0};
  for (uint32_t i = 0;
       mine != NULL && (mate = next_mate(work, work->open->state, mine, &i)) != NULL;) {
    const notch_state *owner = notch_work_copy(work, mate); /* what fell due is settled */
    for (uint32_t j = 0; j < owner->lots_count; j++) {
      const notch_lot *lot = &notch_state_lots(owner)[j];
      int64_t most = lot->open < lot->left ? lot->open : lot->left;
      if (lot->points != points || most <= 0 || !notch_lot_available(work, owner, lot)) {
        continue;
      }
      *notch_vec_push(&found, work->run) =
          (open_lot){owner, *lot, most, notch_lot_expires(work->plan, owner, lot)};
      for (uint32_t k = found.count - 1; k > 0 && goes_before(&found.items[k], &found.items[k - 1]);
           k--) {
        open_lot swap = found.items[k];
        found.items[k] = found.items[k - 1];
        found.items[k - 1] = swap;
      }
    }
  }
  *count = found.count;
  return found.items;
}

int64_t notch_pool_available(notch_work *work, uint32_t points)
{
  uint32_t count;
  int64_t sum = 0;
  const open_lot *lots = open_lots(work, points, &count);
  for (uint32_t i = 0; i < count; i++) {
    sum += lots[i].most;
  }
  return sum;
}

void notch_pool_spend(notch_work *work, uint32_t points, int64_t amount)
{
  uint32_t count;
  open_lot *lots = open_lots(work, points, &count);
  for (uint32_t i = 0; i < count && amount > 0; i++) {
    int64_t part = lots[i].most < amount ? lots[i].most : amount;
    *notch_vec_push(&work->pool_spends, work->run) =
        (notch_pool_spent){lots[i].owner, lots[i].lot, part};
    amount -= part;
  }
  assert(amount == 0);
}

/* One row of each owner, that names its cause. */
void notch_pool_settle(notch_work *work)
{
  if (work->pool_spends.count == 0) {
    return;
  }
  notch_view view = notch_view_of(work);
  for (uint32_t i = 0; i < work->pool_spends.count; i++) {
    const notch_pool_spent *spent = &work->pool_spends.items[i];
    bool first = true;
    for (uint32_t j = 0; j < i; j++) {
      first = first && work->pool_spends.items[j].owner != spent->owner;
    }
    if (!first) {
      continue;
    }
    notch_side_begin(work, &view, spent->owner);
    for (uint32_t j = i; j < work->pool_spends.count; j++) {
      if (work->pool_spends.items[j].owner == spent->owner) {
        notch_work_take(work, &work->pool_spends.items[j].lot, work->pool_spends.items[j].amount,
                        NOTCH_ACCOUNT_SPENT, NULL, 0);
      }
    }
    notch_side_end(work, &view);
  }
  work->pool_spends.count = 0;
}

/* ---- who is merged ---- */

/* The survivor stays in a household of his own; where he has none, the old account's is his. */
void notch_take_places(notch_work *work, const notch_state *from)
{
  for (uint32_t i = 0; i < from->pools_count; i++) {
    if (membership_in(work->open->state, from->pools[i].pool) == NULL) {
      notch_work_plain_effect(work, NOTCH_EFFECT_POOL_ENTER, from->pools[i].pool, 0,
                              from->pools[i].with);
    }
  }
}

/* Whether two accounts open lots of a kind to the same others. */
static bool share_household(const notch_program *program, const notch_state *state,
                            const notch_state *from, uint32_t points)
{
  bool same = false;
  for (uint32_t i = 0; i < from->pools_count && !same; i++) {
    const notch_pool *pool = &program->pools[from->pools[i].pool];
    const notch_membership *mine = membership_in(state, from->pools[i].pool);
    for (uint32_t j = 0; j < pool->points_count && mine != NULL; j++) {
      same = same || (pool->points[j] == points && mine->with == from->pools[i].with);
    }
  }
  return same;
}

/* Lots arrive in the order in which they left; of damaged rows they need not. */
void notch_pool_moved(const notch_program *program, notch_state *state, const notch_state *from,
                      const notch_posting *arrived, uint32_t count)
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (arrived[i].source != NOTCH_ACCOUNT_IN_TRANSIT || arrived[i].lot != arrived[i].posting) {
      continue;
    }
    while (at < from->lots_count && notch_state_lots(from)[at].left == 0) {
      at++;
    }
    if (at == from->lots_count) {
      return;
    }
    const notch_lot *left = &notch_state_lots(from)[at++];
    notch_lot *lot = notch_state_lot(state, arrived[i].lot); /* NULL: it paid a debt */
    if (lot != NULL && share_household(program, state, from, lot->points)) {
      lot->open = left->open < left->left ? left->open : left->left;
    }
  }
}

/* ---- what of a lot is open ---- */

void notch_open_to_pool(const notch_program *program, notch_state *state, int64_t number)
{
  notch_lot *lot = notch_state_lot(state, number);
  for (uint32_t i = 0; lot != NULL && i < state->pools_count; i++) {
    const notch_pool *shared = &program->pools[state->pools[i].pool];
    for (uint32_t j = 0; j < shared->points_count; j++) {
      notch_rational part;
      if (shared->points[j] == lot->points &&
          notch_rational_mul(&part, NOTCH_INTEGER(lot->amount), shared->share)) {
        lot->open = notch_rational_floor(part);
      }
    }
  }
}

void notch_pool_note_spent(notch_state *state, const notch_lot *lot)
{
  uint32_t kept = 0; /* those that have run out are not given back to any more */
  for (uint32_t i = 0; i < state->spent_lots_count; i++) {
    if (state->spent_lots[i].expires_s > lot->earned_us / NOTCH_SECOND_US) {
      state->spent_lots[kept++] = state->spent_lots[i];
    }
  }
  state->spent_lots_count = kept;
  *notch_state_add_spent_lots(state) = (notch_spent_lot){lot->lot, lot->open, lot->expires_s};
}

int64_t notch_pool_open_again(notch_state *state, int64_t lot)
{
  for (uint32_t i = 0; i < state->spent_lots_count; i++) {
    if (state->spent_lots[i].lot == lot) {
      int64_t open = state->spent_lots[i].open;
      state->spent_lots[i] = state->spent_lots[--state->spent_lots_count];
      return open;
    }
  }
  return 0;
}

int64_t *notch_state_open_of(notch_state *state, int64_t number)
{
  notch_lot *lot = notch_state_lot(state, number);
  for (uint32_t i = 0; i < state->spent_lots_count && lot == NULL; i++) {
    if (state->spent_lots[i].lot == number) {
      return &state->spent_lots[i].open;
    }
  }
  return lot == NULL ? NULL : &lot->open;
}
