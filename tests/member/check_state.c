/* tests/member/check_state.c -- states at rest: packed, as bytes of the cache, opened and lent. */
#include <config.h>

#include "member/daily.h"
#include "member/kept.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_state;

static uint64_t any(void)
{
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return random_state >> 33 ^ random_state << 20;
}

static uint32_t below(uint32_t end)
{
  return (uint32_t)(any() >> 20) % end;
}

/* As numbers in states are: mostly small, some at the edges. */
static int64_t number(void)
{
  static const int64_t edges[] = {INT64_MIN, INT64_MAX, -1,         0,
                                  INT32_MAX, INT32_MIN, UINT32_MAX, (int64_t)UINT32_MAX + 1};
  uint32_t kind = below(10);
  return kind == 0 ? edges[below(8)] : kind == 1 ? (int64_t)any() : (int64_t)below(100000);
}

static void add_lot(notch_state *state, bool odd)
{
  notch_lot *lot = notch_state_add_lots(state);
  *lot = (notch_lot){.lot = 1000 + below(1000),
                     .left = 97,
                     .amount = 97,
                     .earned_us = 1704443957 * INT64_C(1000000),
                     .matures_s = INT64_MIN,
                     .expires_s = 1736092800,
                     .partner = NOTCH_NONE};
  int64_t *const longs[] = {&lot->lot,  &lot->left,      &lot->amount,    &lot->held,
                            &lot->open, &lot->earned_us, &lot->matures_s, &lot->expires_s};
  uint32_t *const words[] = {&lot->points, &lot->terms, &lot->partner, &lot->flags};
  for (uint32_t i = 0; odd && i < 8; i++) {
    *longs[i] = below(3) == 0 ? number() : *longs[i];
  }
  for (uint32_t i = 0; odd && i < 4; i++) {
    *words[i] = below(3) == 0 ? (uint32_t)number() : *words[i];
  }
}

static void fill(notch_state *state, uint32_t size)
{
  static const char letters[] = "spent, held, forgotten and found again";
  notch_state_clear(state);
  state->member = 1 + below(1000);
  state->present = below(2) == 0;
  state->closed = below(2) == 0;
  state->joined_us = number();
  state->booked_us = number();
  state->settled_us = number();
  state->own_event = number();
  if (below(3) == 0) {
    state->seed = (notch_slice){below(9), 1 + below(9)};
  }
  notch_state_add_balances(state)->points = number();
  for (uint32_t i = below(size + 1); i > 0; i--) {
    add_lot(state, below(4) == 0);
    *notch_state_add_daily(state) = (notch_daily){(int32_t)number(), (int32_t)number()};
    *notch_state_add_uses(state) = (notch_daily){(int32_t)number(), (int32_t)number()};
    if (below(3) == 0) {
      *notch_state_add_entries(state) =
          (notch_entry){below(9), (int32_t)number(), number(), number(), {number(), number()}};
      *notch_state_add_clocks(state) = (notch_clock){.event = below(9), .at_us = number()};
      notch_state_keep_text(state, (notch_text){letters, below(sizeof letters)});
    }
  }
}

static unsigned char *packed(const notch_state *state, size_t *size)
{
  unsigned char *bytes = malloc(notch_state_packed_size(state));
  ck_assert_ptr_nonnull(bytes);
  *size = notch_state_pack(state, bytes);
  ck_assert_uint_eq(*size, notch_state_packed_size(state));
  ck_assert_uint_eq(*size % 4, 0);
  return bytes;
}

static void ck_same(const notch_state *left, const notch_state *right)
{
  ck_assert_ptr_null(notch_state_difference(left, right));
  ck_assert_uint_eq(left->seed.length, right->seed.length);
  ck_assert_uint_eq(left->seed.length == 0 ? 0 : left->seed.offset,
                    right->seed.length == 0 ? 0 : right->seed.offset);
}

START_TEST(what_is_packed_comes_back)
{
  notch_state state, back, cached;
  notch_buffer encoded;
  notch_state_init(&state, &notch_memory_system);
  notch_state_init(&back, &notch_memory_system);
  notch_state_init(&cached, &notch_memory_system);
  notch_buffer_init(&encoded, &notch_memory_system);
  for (random_state = 1; random_state < 400; random_state++) {
    uint64_t seed = random_state;
    size_t size;
    fill(&state, (uint32_t)seed % 40);
    unsigned char *bytes = packed(&state, &size);
    ck_assert(notch_state_unpack(&back, bytes, size));
    ck_same(&state, &back);
    notch_buffer_clear(&encoded);
    notch_state_encode(bytes, size, &encoded);
    ck_assert(notch_state_is_ours(encoded.bytes, encoded.length));
    ck_assert(notch_state_decode(&cached, encoded.bytes, encoded.length));
    ck_same(&state, &cached);
    free(bytes);
    random_state = seed;
  }
  notch_buffer_free(&encoded);
  notch_state_free(&state);
  notch_state_free(&back);
  notch_state_free(&cached);
}
END_TEST

/* Lots by number, as they are in a state that was decided. */
static void in_order(notch_state *state)
{
  notch_lot *lots = notch_state_lots(state);
  for (uint32_t i = 0; i < state->lots_count; i++) {
    lots[i].lot = 1000 + 10 * (int64_t)i;
  }
}

static int64_t soonest_of(const notch_state *state)
{
  int64_t soonest_s = NOTCH_NEVER;
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    bool waits = lot->matures_s > state->settled_us / NOTCH_SECOND_US;
    soonest_s = lot->expires_s < soonest_s ? lot->expires_s : soonest_s;
    soonest_s = waits && lot->matures_s < soonest_s ? lot->matures_s : soonest_s;
  }
  return soonest_s;
}

/* What is asked of it wakes it or not: it is the same state, packed to the same bytes. */
START_TEST(lots_sleep_until_they_are_asked_for)
{
  notch_state state, opened;
  notch_state_init(&state, &notch_memory_system);
  notch_state_init(&opened, &notch_memory_system);
  for (random_state = 1; random_state < 200; random_state++) {
    uint64_t seed = random_state;
    size_t size, size_again;
    fill(&state, 3 + (uint32_t)seed % 30);
    in_order(&state);
    state.settled_us = 1704443957 * INT64_C(1000000);
    unsigned char *bytes = packed(&state, &size);
    ck_assert(notch_state_open(&opened, bytes, size));
    ck_assert_uint_eq(opened.asleep.count, state.lots_count);
    ck_assert_uint_eq(opened.lots_count, state.lots_count);
    if (state.lots_count > 0) {
      ck_assert_int_le(opened.asleep.soonest_s, soonest_of(&state));
    }
    for (uint32_t more = below(4); more > 0; more--) { /* as postings open them */
      int64_t number = 1000 + 10 * (int64_t)state.lots_count;
      notch_state_add_lots(&state)->lot = notch_state_add_lots(&opened)->lot = number;
      ck_assert_int_eq(notch_state_lot(&opened, number)->lot, number);
      ck_assert_ptr_null(notch_state_lot(&opened, number + 1));
    }
    ck_assert(seed % 2 == 0 || opened.asleep.count > 0 || state.lots_count < 4);
    if (seed % 2 == 0 && state.lots_count > 0) {
      uint32_t one = below(state.lots_count);
      int64_t number = notch_state_lots(&state)[one].lot;
      notch_state_lot(&opened, number)->left = notch_state_lot(&state, number)->left = 5;
      ck_assert_ptr_null(notch_state_lot(&opened, number - 1));
      number = notch_state_lots(&state)[0].lot;
      notch_state_remove_lot(
          &state, (uint32_t)(notch_state_lot(&state, number) - notch_state_lots(&state)));
      notch_state_remove_lot(
          &opened, (uint32_t)(notch_state_lot(&opened, number) - notch_state_lots(&opened)));
    }
    unsigned char *again = packed(&opened, &size_again);
    free(bytes);
    bytes = packed(&state, &size);
    ck_assert_uint_eq(size, size_again);
    ck_assert(memcmp(bytes, again, size) == 0);
    ck_assert(notch_state_open(&opened, again, size_again));
    ck_same(&opened, &state);
    free(bytes);
    free(again);
    random_state = seed;
  }
  notch_state_free(&state);
  notch_state_free(&opened);
}
END_TEST

/* Whatever the bytes say, reading them ends within them; the sanitized build sees it. */
START_TEST(damaged_bytes_are_refused_or_read)
{
  notch_state state, back;
  notch_buffer encoded;
  size_t size;
  notch_state_init(&state, &notch_memory_system);
  notch_state_init(&back, &notch_memory_system);
  notch_buffer_init(&encoded, &notch_memory_system);
  random_state = 7;
  do {
    fill(&state, 12);
  } while (state.lots_count < 6 || state.chars_count == 0);
  unsigned char *bytes = packed(&state, &size);
  notch_state_encode(bytes, size, &encoded);
  free(bytes);
  for (size_t length = 0; length < encoded.length; length++) {
    char *part = malloc(length + 1); /* no byte more, for the sanitizer */
    memcpy(part, encoded.bytes, length);
    ck_assert(!notch_state_decode(&back, part, length));
    free(part);
  }
  for (size_t at = 0; at < encoded.length; at++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      encoded.bytes[at] = (char)(encoded.bytes[at] ^ (1 << bit));
      if (notch_state_decode(&back, encoded.bytes, encoded.length)) {
        bytes = packed(&back, &size); /* is a state, if another one */
        free(bytes);
      }
      ck_assert(!back.failed);
      encoded.bytes[at] = (char)(encoded.bytes[at] ^ (1 << bit));
    }
  }
  ck_assert(notch_state_decode(&back, encoded.bytes, encoded.length));
  ck_same(&state, &back);
  notch_buffer_free(&encoded);
  notch_state_free(&state);
  notch_state_free(&back);
}
END_TEST

START_TEST(a_desk_opens_lends_and_puts_to_rest)
{
  notch_desk desk;
  notch_kept kept[20];
  notch_state wanted[20];
  memset(kept, 0, sizeof kept);
  notch_desk_init(&desk, &notch_memory_system);
  random_state = 11;
  for (uint32_t i = 0; i < 20; i++) {
    notch_state_init(&wanted[i], &notch_memory_system);
    fill(&wanted[i], 30);
    ck_assert(notch_state_copy(notch_desk_change(&desk, &kept[i]), &wanted[i]));
  }
  for (uint32_t round = 0; round < 500; round++) {
    notch_kept *one = &kept[below(20)];
    notch_state *should = &wanted[one - kept];
    uint32_t what = below(5);
    ck_same(notch_desk_open(&desk, one), should);
    if (what == 0) {
      fill(should, 30);
      ck_assert(notch_state_copy(notch_desk_change(&desk, one), should));
    } else if (what == 1) {
      fill(should, 30);
      ck_assert(notch_desk_put(&desk, one, should));
      ck_assert_ptr_null(one->open);
    } else if (what == 2) { /* what is done to a lent one is not done to it */
      notch_state *lent = notch_desk_lend(&desk, one);
      ck_same(lent, should);
      fill(lent, 30);
      ck_same(notch_desk_open(&desk, one), should);
      if (below(2) == 0) {
        ck_assert(notch_state_copy(should, lent));
        should->seed = lent->seed;
        ck_assert(notch_desk_put(&desk, one, lent));
      }
    } else if (what == 3) {
      notch_desk_clear(&desk);
      ck_assert_ptr_null(one->open);
    }
  }
  notch_desk_clear(&desk);
  for (uint32_t i = 0; i < 20; i++) {
    const unsigned char *bytes;
    size_t size;
    ck_assert(notch_desk_packed(&desk, &kept[i], &bytes, &size));
    ck_assert(bytes == kept[i].bytes && size == kept[i].size);
    ck_same(notch_desk_open(&desk, &kept[i]), &wanted[i]);
    notch_desk_let_go(&desk, &kept[i]);
    notch_state_free(&wanted[i]);
  }
  notch_desk_free(&desk);
}
END_TEST

/* A state grows by the same with each put; so many times its block moves. */
static uint32_t moves_of_one(notch_desk *desk, notch_kept *kept, uint32_t puts)
{
  notch_state state;
  uint32_t moves = 0;
  notch_state_init(&state, &notch_memory_system);
  notch_state_clear(&state);
  state.member = 1;
  for (uint32_t i = 0; i < puts; i++) {
    for (uint32_t j = 0; j < 5; j++) {
      *notch_state_add_daily(&state) =
          (notch_daily){(int32_t)(i * 5 + j) * NOTCH_DAILY_SUBJECTS + 1, 1};
    }
    uint32_t room = kept->room;
    ck_assert(notch_desk_put(desk, kept, &state));
    moves += kept->room != room;
  }
  ck_same(notch_desk_open(desk, kept), &state);
  notch_state_free(&state);
  return moves;
}

START_TEST(who_knows_how_often_a_state_is_put_moves_it_less)
{
  notch_desk desk;
  notch_kept kept[20];
  for (int64_t puts = 0; puts <= 200; puts += 200) {
    uint32_t moves = 0;
    memset(kept, 0, sizeof kept);
    notch_desk_init(&desk, &notch_memory_system);
    notch_desk_expect(&desk, 20, puts);
    for (uint32_t i = 0; i < 20; i++) {
      moves = moves_of_one(&desk, &kept[i], 10);
    }
    ck_assert(puts == 0 ? moves > 5 : moves <= 2);
    ck_assert_uint_lt(kept[19].room, kept[19].size + kept[19].size / 4);
    for (uint32_t i = 0; i < 20; i++) {
      notch_desk_let_go(&desk, &kept[i]);
    }
    notch_desk_free(&desk);
  }
}
END_TEST

/* The programme's own figures are never packed: every event needs them. */
START_TEST(member_0_stays_open)
{
  notch_desk desk;
  notch_kept house = {0};
  notch_state after;
  notch_desk_init(&desk, &notch_memory_system);
  notch_state_init(&after, &notch_memory_system);
  notch_state *state = notch_desk_change(&desk, &house);
  random_state = 5;
  fill(state, 20);
  state->member = 0;
  notch_desk_clear(&desk);
  ck_assert_ptr_eq(house.open, state);
  ck_assert(notch_state_copy(&after, state));
  after.booked_us = 12;
  ck_assert(notch_desk_put(&desk, &house, &after));
  ck_assert_ptr_eq(house.open, state);
  ck_assert_int_eq(state->booked_us, 12);
  ck_assert_ptr_null(house.bytes);
  notch_desk_let_go(&desk, &house);
  notch_state_free(&after);
  notch_desk_free(&desk);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("member/state");
  TCase *tests = tcase_create("state");
  tcase_add_test(tests, what_is_packed_comes_back);
  tcase_add_test(tests, lots_sleep_until_they_are_asked_for);
  tcase_add_test(tests, damaged_bytes_are_refused_or_read);
  tcase_add_test(tests, a_desk_opens_lends_and_puts_to_rest);
  tcase_add_test(tests, who_knows_how_often_a_state_is_put_moves_it_less);
  tcase_add_test(tests, member_0_stays_open);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
