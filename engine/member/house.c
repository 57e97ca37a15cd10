/* member/house.c -- figures of the programme itself: rates, stock, purses, the seed. */
#include <config.h>

#include "member/limit.h"
#include "member/pool.h"
#include "member/post.h"
#include "member/rank.h"
#include "member/returns.h"
#include "member/shop.h"
#include "member/side.h"

#include "base/hash.h"

#include <assert.h>
#include <string.h>

enum { KEPT_FOR_S = 86400 };

static notch_stock *stock_of(const notch_program *program, notch_state *house, uint32_t reward)
{
  for (uint32_t i = 0; i < house->stocks_count; i++) {
    if (house->stocks[i].reward == reward) {
      return &house->stocks[i];
    }
  }
  notch_stock *added = notch_state_add_stocks(house);
  *added = (notch_stock){.reward = reward, .left = program->rewards[reward].stock};
  return added;
}

static notch_purse *purse_of(notch_state *house, uint32_t partner, uint32_t points)
{
  for (uint32_t i = 0; i < house->purses_count; i++) {
    if (house->purses[i].partner == partner && house->purses[i].points == points) {
      return &house->purses[i];
    }
  }
  notch_purse *added = notch_state_add_purses(house);
  *added = (notch_purse){.partner = partner, .points = points};
  return added;
}

/* The hold's id and the key are one text of the effect. */
static void reserve_room(notch_state *house, const notch_effect *effect,
                         const notch_transaction *row)
{
  bool stock = effect->kind == NOTCH_EFFECT_STOCK_RESERVED;
  uint32_t id = (uint32_t)effect->matures_s, length = effect->text.length;
  id = id < length ? id : length;
  notch_slice text = notch_state_keep_text(house, effect->text);
  *notch_state_add_reserved(house) =
      (notch_reserved_room){.member = row->member,
                            .amount = effect->amount,
                            .until_s = effect->until_s,
                            .limit = stock ? NOTCH_NONE : (uint32_t)effect->ref,
                            .reward = stock ? effect->subject : NOTCH_NONE,
                            .hold = {text.offset, id},
                            .key = {text.offset + id, length - id}};
}

/* Of the texts that the programme's own state keeps, those after it move up. */
static void forget_text(notch_state *house, notch_slice text)
{
  uint32_t end = text.offset + text.length;
  if (text.length == 0) {
    return;
  }
  memmove(house->chars + text.offset, house->chars + end, house->chars_count - end);
  house->chars_count -= text.length;
  house->seed.offset -= house->seed.offset >= end ? text.length : 0;
  for (uint32_t i = 0; i < house->keyed_uses_count; i++) {
    notch_slice *key = &house->keyed_uses[i].key;
    key->offset -= key->offset >= end ? text.length : 0;
  }
  for (uint32_t i = 0; i < house->reserved_count; i++) {
    notch_reserved_room *room = &house->reserved[i];
    room->hold.offset -= room->hold.offset >= end ? text.length : 0;
    room->key.offset -= room->key.offset >= end ? text.length : 0;
  }
}

static void drop_room(notch_state *house, uint32_t at)
{
  notch_slice text = {house->reserved[at].hold.offset,
                      house->reserved[at].hold.length + house->reserved[at].key.length};
  house->reserved_count--;
  memmove(&house->reserved[at], &house->reserved[at + 1],
          sizeof *house->reserved * (house->reserved_count - at));
  forget_text(house, text);
}

static void free_room(notch_state *house, notch_text hold, int64_t member)
{
  for (uint32_t i = house->reserved_count; i-- > 0;) {
    const notch_reserved_room *room = &house->reserved[i];
    if (room->member == member && notch_text_equal(notch_state_text(house, room->hold), hold)) {
      drop_room(house, i);
    }
  }
}

/*
 * What has run out is over by its own date, whether or not that was recorded: it stays, so that
 * whoever asks as of an earlier moment is answered the same before and after.  Until something is
 * booked more than a day later, whatever it is, so that there are never many.
 */
static void forget_rooms(notch_state *house, int64_t booked_us)
{
  for (uint32_t i = house->reserved_count; i-- > 0;) {
    if (house->reserved[i].until_s < booked_us / NOTCH_SECOND_US - KEPT_FOR_S) {
      drop_room(house, i);
    }
  }
}

static void take_rooms(notch_state *house, int64_t from, int64_t member)
{
  for (uint32_t i = 0; i < house->reserved_count; i++) {
    notch_reserved_room *room = &house->reserved[i];
    room->member = room->member == from ? member : room->member;
  }
}

/* The others keep their places. */
static void drop_waiting(notch_state *house, uint32_t at)
{
  for (house->waiting_grants_count--; at < house->waiting_grants_count; at++) {
    house->waiting_grants[at] = house->waiting_grants[at + 1];
  }
}

notch_waiting_grant *notch_waiting_of(const notch_state *house, int64_t event, uint32_t rule,
                                      uint32_t reward)
{
  for (uint32_t i = 0; i < house->waiting_grants_count; i++) {
    notch_waiting_grant *waiting = &house->waiting_grants[i];
    if (waiting->event == event && waiting->rule == rule && waiting->reward == reward) {
      return waiting;
    }
  }
  return NULL;
}

static void wait_less(notch_state *house, const notch_effect *effect)
{
  notch_waiting_grant *waiting =
      notch_waiting_of(house, effect->ref, effect->rule, effect->subject);
  if (waiting != NULL) {
    waiting->count += effect->amount;
    if (waiting->count <= 0) {
      drop_waiting(house, (uint32_t)(waiting - house->waiting_grants));
    }
  }
}

/* A merged account's are the survivor's; who leaves waits no longer. */
static void move_waiting(notch_state *house, int64_t from, int64_t member)
{
  for (uint32_t i = house->waiting_grants_count; i-- > 0;) {
    notch_waiting_grant *waiting = &house->waiting_grants[i];
    if (waiting->member == from && member == 0) {
      drop_waiting(house, i);
    } else if (waiting->member == from) {
      waiting->member = member;
    }
  }
}

int64_t notch_reserved_of(const notch_work *work, const notch_state *house, uint32_t limit,
                          uint32_t reward, notch_text key)
{
  int64_t now_us = work->open == NULL ? work->moment.now_us : work->open->row.booked_us;
  int64_t sum = 0;
  for (uint32_t i = 0; i < house->reserved_count; i++) {
    const notch_reserved_room *room = &house->reserved[i];
    bool open = room->limit == limit && room->reward == reward && NOTCH_US(room->until_s) > now_us;
    sum += open && notch_text_equal(notch_state_text(house, room->key), key) ? room->amount : 0;
  }
  return sum;
}

void notch_house_effect(const notch_program *program, notch_state *house,
                        const notch_effect *effect, const notch_transaction *row)
{
  bool rewarded = effect->subject < program->reward_count; /* else a damaged row */
  if (effect->kind == NOTCH_EFFECT_STOCK && rewarded) {
    stock_of(program, house, effect->subject)->left += effect->amount;
  } else if (effect->kind == NOTCH_EFFECT_PURSE) {
    purse_of(house, effect->subject, (uint32_t)effect->ref)->left += effect->amount;
  } else if (effect->kind == NOTCH_EFFECT_POOL_ENTER || effect->kind == NOTCH_EFFECT_POOL_EXIT ||
             effect->kind == NOTCH_EFFECT_CLOSED) {
    notch_pool_change(house, effect, row->member);
    if (effect->kind == NOTCH_EFFECT_CLOSED) {
      move_waiting(house, row->member, 0);
    }
  } else if (effect->kind == NOTCH_EFFECT_LIMIT_RESERVED ||
             (effect->kind == NOTCH_EFFECT_STOCK_RESERVED && rewarded &&
              program->rewards[effect->subject].stock >= 0)) {
    reserve_room(house, effect, row);
  } else if (effect->kind == NOTCH_EFFECT_HOLD_CLOSED && effect->ref != NOTCH_HOLD_TIMED_OUT) {
    free_room(house, effect->text, row->member);
  } else if (effect->kind == NOTCH_EFFECT_MERGED) {
    take_rooms(house, effect->ref, row->member);
    move_waiting(house, effect->ref, row->member);
  } else if (effect->kind == NOTCH_EFFECT_GRANT_WAITING && effect->amount < 0) {
    wait_less(house, effect);
  } else if (effect->kind == NOTCH_EFFECT_GRANT_WAITING) {
    *notch_state_add_waiting_grants(house) = (notch_waiting_grant){.member = row->member,
                                                                   .count = effect->amount,
                                                                   .reward = effect->subject,
                                                                   .rule = effect->rule,
                                                                   .event = row->event};
  }
}

static void add_rate(notch_work *work, notch_state *house)
{
  const notch_event *event = work->event;
  *notch_state_add_rates(house) = (notch_rate){.from = event->currency_from,
                                               .to = event->currency_to,
                                               .at_us = event->at_us,
                                               .rate = event->fields[NOTCH_FIELD_RATE_RATE]};
}

static void take_seed(notch_work *work, notch_state *house, bool checks)
{
  notch_text seed = notch_value_text(work->event->fields[NOTCH_FIELD_SEED_SEED]);
  notch_digest digest;
  notch_hasher *hasher = checks ? notch_hasher_new() : NULL;
  bool hashed = hasher != NULL && notch_sha256(hasher, &digest, seed.bytes, seed.length);
  notch_hasher_free(hasher);
  if (checks && (!hashed || !work->program->has_draws ||
                 memcmp(digest.bytes, work->program->draws.bytes, 32) != 0)) {
    notch_refuse(work, NOTCH_REFUSED_BAD_VALUE,
                 "this seed is not the one that `draws from` commits to");
  }
  house->seed = notch_state_keep_text(house, seed);
}

/* Grants that waited for stock are given in ledger order. */
static void restock(notch_work *work, notch_state *house)
{
  uint32_t reward = work->event->reward;
  notch_change_stock(work, reward, work->event->quantity);
  for (uint32_t i = 0; i < house->waiting_grants_count; i++) {
    notch_waiting_grant waiting = house->waiting_grants[i];
    if (waiting.reward == reward) {
      *notch_vec_push(&work->granted, work->run) = waiting;
    }
  }
}

/* Each goes to its member in a side of its own; nobody passes who waits for more.  Whoever is not
 * there any more, once what fell due for him is settled, has lost his place. */
static void give_waiting(notch_work *work, notch_state *house)
{
  notch_view view = notch_view_of(work);
  for (uint32_t i = 0; i < work->granted.count; i++) {
    notch_waiting_grant waiting = work->granted.items[i];
    const notch_state *other = work->host->member_number(work->host->payload, waiting.member);
    if (other == NULL) {
      continue;
    }
    bool open = !notch_side_begin(work, &view, other)->closed;
    bool there = open && notch_stock_left(work, waiting.reward) >= waiting.count;
    if (there) {
      notch_grant(work, waiting.reward, waiting.rule, waiting.count, waiting.event);
    }
    notch_side_end(work, &view);
    if (open && !there) {
      break;
    }
    notch_waiting_grant *in_line =
        there ? notch_waiting_of(house, waiting.event, waiting.rule, waiting.reward) : NULL;
    if (in_line != NULL) {
      drop_waiting(house, (uint32_t)(in_line - house->waiting_grants));
    }
  }
}

void notch_do_house(notch_work *work)
{
  notch_state *house = work->open->state;
  switch ((notch_builtin_event)work->event->type) {
  case NOTCH_EVENT_RATE: add_rate(work, house); break;
  case NOTCH_EVENT_SEED: take_seed(work, house, true); break;
  case NOTCH_EVENT_RESTOCK:
    restock(work, house);
    give_waiting(work, house);
    break;
  case NOTCH_EVENT_FUND:
    for (uint32_t i = 0; i < work->event->point_count; i++) {
      notch_effect effect = {.kind = NOTCH_EFFECT_PURSE,
                             .subject = work->event->partner,
                             .rule = NOTCH_NONE,
                             .amount = work->event->points[i].amount,
                             .ref = work->event->points[i].index,
                             .matures_s = INT64_MIN,
                             .until_s = NOTCH_NEVER};
      notch_work_effect(work, effect);
      notch_house_effect(work->program, house, &effect, &work->open->row);
    }
    break;
  default: break; /* tick: time passes, and the host lets it pass for everyone */
  }
}

bool notch_fold_house(notch_work *work, notch_state *house, const notch_transaction *transaction)
{
  /* Rules are published by the clock of the machine, which need not be that of the events. */
  if (transaction->type != (uint32_t)NOTCH_DUE_FIRST + NOTCH_DUE_PUBLISH) {
    forget_rooms(house, transaction->booked_us);
  }
  if (work->event != NULL && transaction->member == 0) {
    if (work->event->type == NOTCH_EVENT_RATE) {
      add_rate(work, house);
    } else if (work->event->type == NOTCH_EVENT_SEED) {
      take_seed(work, house, false);
    }
  }
  notch_fold_ranking(house, transaction);
  for (uint32_t i = 0; i < transaction->effect_count; i++) {
    const notch_effect *effect = &transaction->effects[i];
    notch_house_effect(work->program, house, effect, transaction);
    notch_waiting_grant *waited =
        effect->kind == NOTCH_EFFECT_GRANT && transaction->type == NOTCH_EVENT_RESTOCK
            ? notch_waiting_of(house, effect->ref, effect->rule, effect->subject)
            : NULL;
    if (waited != NULL) {
      drop_waiting(house, (uint32_t)(waited - house->waiting_grants));
    }
  }
  notch_fold_limits(work, house, transaction);
  return true;
}
