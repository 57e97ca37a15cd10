/* member/shop.h -- rewards and payments: prices, stock, checks; shared by redeem, pay and holds. */
#ifndef NOTCH_MEMBER_SHOP_H
#define NOTCH_MEMBER_SHOP_H

#include "member/work.h"

int64_t notch_stock_left(notch_work *work, uint32_t reward); /* INT64_MAX: unlimited */
void notch_change_stock(notch_work *work, uint32_t reward, int64_t change);
/* Grants `times` as `effect` says (kind and amount are set), as far as the stock goes; the rest
 * waits for it. */
void notch_grant_from_stock(notch_work *work, notch_effect effect, int64_t times);
/* Rewards held that may be used now. */
int64_t notch_rewards_held(const notch_state *state, uint32_t reward, int64_t now_us);
/* Uses or reserves granted ones; returns how many are still wanted. */
int64_t notch_take_granted(notch_work *work, notch_effect_kind how, uint32_t reward,
                           int64_t quantity);
/* How many granted ones a hold reserves; the rest of its quantity is bought. */
int64_t notch_hold_granted(const notch_state *state, uint32_t hold);
/* Checks that `quantity` may be bought and returns the price in points, or refuses. */
int64_t notch_reward_price(notch_work *work, uint32_t reward, int64_t quantity);
/* Refuses the event unless so much is there: of the member's own, or (pooled) of what others of
 * a pool have opened, too. */
void notch_need_points(notch_work *work, uint32_t points, int64_t amount, bool pooled);
void notch_payment_check(notch_work *work, uint32_t payment, int64_t points);
/* Amounts that an event names, by points kind; one without a name is of the only kind in `of`, or
 * the event is refused. */
int64_t *notch_named_amounts(notch_work *work, const notch_amount *points, uint32_t count,
                             const int64_t *of);
void notch_paid(notch_work *work, uint32_t payment, int64_t points);
int64_t notch_payment_money(notch_work *work, const notch_payment *payment, int64_t points);

/* What a hold of a reward or a payment keeps of limits of all members and of the stock. */
void notch_reserve_limits(notch_work *work, const notch_effect *hold, int64_t times,
                          uint32_t points, int64_t amount);
void notch_reserve_stock(notch_work *work, const notch_effect *hold, int64_t count);
/* What holds keep of a limit of all members under a key, or of a reward's stock: those that are
 * not over when the row is booked, whether or not somebody looked at who holds (house.c). */
int64_t notch_reserved_of(const notch_work *work, const notch_state *house, uint32_t limit,
                          uint32_t reward, notch_text key);
/* What a row's rule promised beyond the stock and still waits for; NULL: nothing. */
notch_waiting_grant *notch_waiting_of(const notch_state *house, int64_t event, uint32_t rule,
                                      uint32_t reward);
/* An effect on the programme's own figures: stock, purses, waiting grants (house.c). */
void notch_house_effect(const notch_program *program, notch_state *house,
                        const notch_effect *effect, const notch_transaction *row);

#endif
