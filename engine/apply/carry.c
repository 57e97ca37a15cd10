/*
 * apply/carry.c -- what a version no longer declares and members may still have.
 *
 * Points and rewards that a version retires, and payments that open holds may be of, are carried
 * over from the version before, behind everything that the version declares itself: no rule can
 * name them, but what members have of them is seen, and emptied where `retire` says so
 * (member/retire.c).  Tiers follow by name (notch_carry_tier).
 */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <string.h>

NOTCH_FIND_NAMED(find_points, points, points_count)
NOTCH_FIND_NAMED(find_reward, rewards, reward_count)
NOTCH_FIND_NAMED(find_payment, payments, payment_count)
NOTCH_FIND_NAMED(find_event, events, event_count)
NOTCH_FIND_NAMED(find_ladder, ladders, ladder_count)
NOTCH_FIND_NAMED(find_retire, retires, retire_count)

typedef struct carrying {
  notch_program *to;
  const notch_program *from;
  notch_arena *arena;
  notch_points *points;
  notch_terms *terms;
  notch_reward *rewards;
  notch_payment *payments;
} carrying;

/* Copies of the four lists with room for what comes over. */
static bool make_room(carrying *c)
{
  notch_program *to = c->to;
  const notch_program *from = c->from;
  c->points = NOTCH_NEW_ARRAY(c->arena, notch_points, to->points_count + from->points_count + 1);
  c->terms = NOTCH_NEW_ARRAY(c->arena, notch_terms,
                             to->terms_count + from->points_count + from->reward_count +
                                 from->terms_count + 1);
  c->rewards = NOTCH_NEW_ARRAY(c->arena, notch_reward, to->reward_count + from->reward_count + 1);
  c->payments =
      NOTCH_NEW_ARRAY(c->arena, notch_payment, to->payment_count + from->payment_count + 1);
  if (c->arena->failed) {
    return false;
  }
  for (uint32_t i = 0; i < to->points_count; i++) {
    c->points[i] = to->points[i];
  }
  for (uint32_t i = 0; i < to->terms_count; i++) {
    c->terms[i] = to->terms[i];
  }
  for (uint32_t i = 0; i < to->reward_count; i++) {
    c->rewards[i] = to->rewards[i];
  }
  for (uint32_t i = 0; i < to->payment_count; i++) {
    c->payments[i] = to->payments[i];
  }
  to->points = c->points;
  to->terms = c->terms;
  to->rewards = c->rewards;
  to->payments = c->payments;
  return true;
}

/* Terms by their events' names.  A `while` ends with the version: its condition is not there. */
static uint32_t carry_terms(carrying *c, uint32_t index)
{
  notch_terms terms = c->from->terms[index];
  uint32_t kept = 0;
  uint32_t *events = NOTCH_NEW_ARRAY(c->arena, uint32_t, terms.expiry_event_count + 1);
  for (uint32_t i = 0; i < terms.expiry_event_count && events != NULL; i++) {
    events[kept] =
        find_event(c->to, c->from->events[c->from->terms[index].expiry_events[i]].decl.name);
    kept += events[kept] == NOTCH_NONE ? 0 : 1;
  }
  terms.expiry_events = events;
  terms.expiry_event_count = kept;
  if (terms.pending == NOTCH_PENDING_UNTIL) {
    terms.pending_event = find_event(c->to, c->from->events[terms.pending_event].decl.name);
    terms.pending =
        terms.pending_event == NOTCH_NONE ? NOTCH_PENDING_NONE : NOTCH_PENDING_UNTIL;
  }
  if (terms.expiry_while != NOTCH_NONE ||
      (terms.expiry == NOTCH_EXPIRY_INACTIVITY && kept == 0)) {
    terms.expiry = NOTCH_EXPIRY_NEVER;
    terms.expiry_while = NOTCH_NONE;
  }
  c->terms[c->to->terms_count] = terms;
  return c->to->terms_count++;
}

/* Whether both wait for the event of one name. */
static bool wait_alike(const notch_program *one, const notch_terms *terms,
                       const notch_program *other, const notch_terms *others)
{
  return terms->pending == NOTCH_PENDING_UNTIL && others->pending == NOTCH_PENDING_UNTIL &&
         notch_text_equal(one->events[terms->pending_event].decl.name,
                          other->events[others->pending_event].decl.name);
}

/* Lots go on waiting for the event that they were opened to wait for. */
static void carry_waiting(carrying *c)
{
  for (uint32_t i = 0; i < c->from->terms_count; i++) {
    const notch_terms *old = &c->from->terms[i];
    if (old->pending != NOTCH_PENDING_UNTIL) {
      continue;
    }
    notch_text name = notch_names_terms(c->from, i, c->arena);
    uint32_t own = notch_names_called(c->to, NOTCH_NAME_TERMS, name, c->arena);
    if (own == NOTCH_NONE || !wait_alike(c->from, old, c->to, &c->terms[own])) {
      uint32_t carried = carry_terms(c, i);
      c->terms[carried].carried_as = name;
    }
  }
}

uint32_t notch_carry_waiting(notch_books *books, notch_edition *edition, uint32_t version,
                             const notch_posting *recorded, uint32_t named, notch_arena *run)
{
  notch_edition *then = notch_books_edition(books, version);
  const notch_program *to = edition->rules->program;
  uint32_t terms = NOTCH_NONE, points = NOTCH_NONE;
  if (then != NULL) {
    terms = notch_names_index(books, then, NOTCH_NAME_TERMS, recorded->terms);
    points = notch_names_index(books, then, NOTCH_NAME_POINTS, recorded->points);
  }
  if (terms == NOTCH_NONE && points != NOTCH_NONE) {
    terms = then->rules->program->points[points].terms;
  }
  const notch_terms *old = terms == NOTCH_NONE ? NULL : &then->rules->program->terms[terms];
  if (old == NULL || wait_alike(then->rules->program, old, to, &to->terms[named])) {
    return named;
  }
  notch_text name = notch_names_terms(then->rules->program, terms, run);
  for (uint32_t i = 0; i < to->terms_count; i++) {
    if (notch_text_equal(to->terms[i].carried_as, name) &&
        wait_alike(then->rules->program, old, to, &to->terms[i])) {
      return i;
    }
  }
  return named;
}

static void carry_points(carrying *c)
{
  for (uint32_t i = 0; i < c->from->points_count; i++) {
    if (find_points(c->to, c->from->points[i].decl.name) == NOTCH_NONE) {
      notch_points kept = c->from->points[i];
      kept.terms = carry_terms(c, kept.terms);
      kept.has_worth = false;
      c->points[c->to->points_count++] = kept;
    }
  }
}

static void carry_rewards(carrying *c)
{
  for (uint32_t i = 0; i < c->from->reward_count; i++) {
    const notch_reward *old = &c->from->rewards[i];
    if (find_reward(c->to, old->decl.name) == NOTCH_NONE) {
      c->rewards[c->to->reward_count++] = (notch_reward){.decl = old->decl,
                                                         .costs = NOTCH_NONE,
                                                         .costs_points = NOTCH_NONE,
                                                         .plus_currency = NOTCH_NONE,
                                                         .terms = carry_terms(c, old->terms),
                                                         .when = NOTCH_NONE,
                                                         .stock = -1,
                                                         .partner = NOTCH_NONE,
                                                         .hold_for = old->hold_for,
                                                         .from_us = INT64_MIN,
                                                         .to_us = INT64_MIN};
    }
  }
}

/* Open to nobody any more: it ends what is held. */
static void carry_payments(carrying *c)
{
  for (uint32_t i = 0; i < c->from->payment_count; i++) {
    notch_payment kept = c->from->payments[i];
    if (find_payment(c->to, kept.decl.name) == NOTCH_NONE) {
      kept.points = find_points(c->to, c->from->points[kept.points].decl.name);
      kept.has_maximum_share = false;
      kept.when = kept.maximum_of = NOTCH_NONE;
      kept.limit_count = 0;
      kept.from_us = kept.to_us = INT64_MIN;
      c->payments[c->to->payment_count++] = kept;
    }
  }
}

/* What becomes of one of them: as this version says, else as the one before did. */
static notch_retired retired_as(const notch_edition *edition, const notch_edition *before,
                                notch_text name, const notch_retired *then, bool reward)
{
  const notch_program *p = edition->rules->program;
  uint32_t index = find_retire(p, name);
  notch_retired retired = *then;
  if (index != NOTCH_NONE) {
    const notch_retire *said = &p->retires[index];
    retired = (notch_retired){.with = said->with,
                              .at_us = edition->begins_us,
                              .becomes = said->becomes,
                              .to = said->to_amount,
                              .from = said->from_amount};
    uint32_t old = find_points(p, name); /* `per 1 old` counts whole points of it */
    retired.from *= old == NOTCH_NONE ? 1 : notch_power_of_ten(p->points[old].decimals);
  } else if (!then->gone) {
    retired.with = NOTCH_RETIRE_KEEP; /* nobody was asked: nothing may be lost */
    retired.at_us = edition->begins_us;
  } else if (retired.with == NOTCH_RETIRE_BECOMES) {
    const notch_program *old = before->rules->program;
    retired.becomes = reward ? find_reward(p, old->rewards[then->becomes].decl.name)
                             : find_points(p, old->points[then->becomes].decl.name);
  }
  retired.gone = true;
  return retired;
}

static void say_retired(const notch_edition *edition, const notch_edition *before,
                        uint32_t own_points, uint32_t own_rewards)
{
  const notch_program *p = edition->rules->program, *old = before->rules->program;
  const notch_plan *plan = edition->rules->plan, *then = before->rules->plan;
  for (uint32_t i = own_points; i < p->points_count; i++) {
    notch_text name = p->points[i].decl.name;
    plan->retired_points[i] =
        retired_as(edition, before, name, &then->retired_points[find_points(old, name)], false);
  }
  for (uint32_t i = own_rewards; i < p->reward_count; i++) {
    notch_text name = p->rewards[i].decl.name;
    plan->retired_rewards[i] =
        retired_as(edition, before, name, &then->retired_rewards[find_reward(old, name)], true);
  }
}

bool notch_carry_over(notch_books *books, notch_edition *edition, const notch_edition *before)
{
  notch_rules *rules = edition->rules;
  notch_program *to = (notch_program *)(intptr_t)rules->program;
  carrying c = {.to = to, .from = before->rules->program, .arena = &rules->arena};
  uint32_t own_points = to->points_count, own_rewards = to->reward_count;
  uint32_t own_payments = to->payment_count, own_terms = to->terms_count;
  if (!make_room(&c)) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  carry_points(&c);
  carry_rewards(&c);
  carry_payments(&c);
  carry_waiting(&c);
  if (to->points_count + to->reward_count + to->payment_count + to->terms_count ==
      own_points + own_rewards + own_payments + own_terms) {
    return true;
  }
  /* Everything that is sized by how many there are is made once more. */
  rules->code = notch_emit(to, &rules->arena);
  notch_plan *plan = rules->code == NULL
                         ? NULL
                         : (notch_plan *)(intptr_t)notch_plan_make(to, rules->code, &rules->arena);
  rules->plan = plan;
  rules->layout = plan == NULL ? NULL : notch_layout_make(to, &rules->arena);
  if (rules->layout == NULL || rules->arena.failed) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  plan->retires = to->points_count + to->reward_count > own_points + own_rewards;
  say_retired(edition, before, own_points, own_rewards);
  return true;
}

/* ---- tiers ---- */

typedef struct tier_place {
  uint32_t ladder, tier;
} tier_place;

static const tier_place nowhere = {NOTCH_NONE, NOTCH_NONE};

/* A tier by its name, or by `tier old becomes new`. */
static tier_place find_in(const notch_program *p, notch_text ladder, notch_text name)
{
  uint32_t index = find_ladder(p, ladder);
  if (index == NOTCH_NONE) {
    return nowhere;
  }
  for (uint32_t i = 0; i < p->ladders[index].tier_count; i++) {
    if (notch_text_equal(p->ladders[index].tiers[i].decl.name, name)) {
      return (tier_place){index, i};
    }
  }
  for (uint32_t i = 0; i < p->ladders[index].becomes_count; i++) {
    if (notch_text_equal(p->ladders[index].becomes[i].old_name, name)) {
      return (tier_place){index, p->ladders[index].becomes[i].tier};
    }
  }
  return nowhere;
}

/* What an older version called so, followed up to this one. */
static tier_place forward(notch_books *books, uint32_t version, notch_text ladder,
                          notch_text name)
{
  for (uint32_t first = 1; first < version; first++) {
    tier_place place = nowhere;
    notch_text called = name;
    for (uint32_t v = first; v <= version; v++) {
      const notch_edition *edition = notch_books_edition(books, v);
      place = edition == NULL ? nowhere : find_in(edition->rules->program, ladder, called);
      if (place.ladder == NOTCH_NONE) {
        break;
      }
      called = edition->rules->program->ladders[place.ladder].tiers[place.tier].decl.name;
    }
    if (place.ladder != NOTCH_NONE) {
      return place;
    }
  }
  return nowhere;
}

/* What a newer version calls so: the tier that became it, else the next lower one known here. */
static tier_place backward(notch_books *books, uint32_t version, notch_text ladder,
                           notch_text name)
{
  const notch_edition *here = notch_books_edition(books, version);
  for (uint32_t v = version + 1; here != NULL && v <= books->edition_count; v++) {
    const notch_edition *edition = notch_books_edition(books, v);
    tier_place place =
        edition == NULL ? nowhere : find_in(edition->rules->program, ladder, name);
    if (place.ladder == NOTCH_NONE) {
      continue;
    }
    const notch_ladder *newer = &edition->rules->program->ladders[place.ladder];
    for (uint32_t tier = place.tier + 1; tier-- > 0;) {
      tier_place old = find_in(here->rules->program, ladder, newer->tiers[tier].decl.name);
      for (uint32_t i = 0; i < newer->becomes_count && old.ladder == NOTCH_NONE; i++) {
        if (newer->becomes[i].tier == tier) {
          old = find_in(here->rules->program, ladder, newer->becomes[i].old_name);
        }
      }
      if (old.ladder != NOTCH_NONE) {
        return old;
      }
    }
  }
  return nowhere;
}

uint32_t notch_carry_tier(notch_books *books, const notch_edition *edition, notch_text ladder,
                          notch_text name)
{
  tier_place place = find_in(edition->rules->program, ladder, name);
  if (place.ladder == NOTCH_NONE) {
    place = forward(books, edition->version, ladder, name);
  }
  if (place.ladder == NOTCH_NONE) {
    place = backward(books, edition->version, ladder, name);
  }
  return place.ladder == NOTCH_NONE ? NOTCH_NONE
                                    : edition->tier_first[place.ladder] + place.tier;
}
