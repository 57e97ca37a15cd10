/* member/identity.c -- closing, merging and pooling memberships. */
#include <config.h>

#include "member/lots.h"
#include "member/post.h"
#include "member/returns.h"
#include "member/shop.h"

#include <assert.h>

void notch_close_member(notch_work *work)
{
  notch_state *state = work->open->state;
  for (uint32_t i = 0; i < state->holds_count; i++) {
    if (state->holds[i].state == NOTCH_HOLD_OPEN) {
      notch_close_hold(work, i, NOTCH_HOLD_RELEASED, 0);
    }
  }
  while (state->lots_count > 0) {
    const notch_lot *lot = &state->lots[state->lots_count - 1];
    assert(lot->held == 0);
    notch_work_take(work, lot, lot->left, NOTCH_ACCOUNT_EXPIRED, NULL, 0);
  }
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    notch_reward_lot lot = state->reward_lots[i];
    if (lot.left > 0) {
      notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_WITHDRAW,
                                             .subject = lot.reward, .rule = NOTCH_NONE,
                                             .amount = lot.left, .ref = lot.lot,
                                             .matures_s = INT64_MIN, .until_s = NOTCH_NEVER});
      notch_change_stock(work, lot.reward, lot.left);
    }
  }
  notch_work_effect(work, (notch_effect){.kind = NOTCH_EFFECT_CLOSED, .subject = NOTCH_NONE,
                                         .rule = NOTCH_NONE, .matures_s = INT64_MIN,
                                         .until_s = NOTCH_NEVER});
}

void notch_do_pool(notch_work *work, bool enters)
{
  const notch_event *event = work->event;
  uint32_t with = enters ? NOTCH_FIELD_ENTER_WITH : NOTCH_FIELD_EXIT_WITH;
  notch_value name = event->fields[with];
  notch_text whose = name.d == 0 ? event->member : notch_value_text(name);
  notch_work_effect(work, (notch_effect){
      .kind = enters ? NOTCH_EFFECT_POOL_ENTER : NOTCH_EFFECT_POOL_EXIT,
      .subject = event->pool, .rule = NOTCH_NONE, .text = whose,
      .matures_s = INT64_MIN, .until_s = NOTCH_NEVER});
}

/* Everything the other one has goes over with its dates; the higher tier wins. */
void notch_do_merge(notch_work *work)
{
  notch_text from = notch_value_text(work->event->fields[NOTCH_FIELD_MERGE_FROM]);
  const notch_state *found = work->host->member(work->host->payload, from, false);
  if (found == NULL || found->member == work->open->row.member || found->closed) {
    notch_refuse(work, NOTCH_REFUSED_NO_MEMBER, "`from` has to name another open member");
  }
  notch_refuse(work, NOTCH_REFUSED_NOT_ELIGIBLE, "members cannot be merged by this version");
}
