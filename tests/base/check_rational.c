/* tests/base/check_rational.c -- exact arithmetic, rounding, decimals and sharing. */
#include <config.h>

#include "base/rational.h"
#include "check_base.h"

static notch_rational q(int64_t num, int64_t den)
{
  notch_rational made;
  ck_assert(notch_rational_make(&made, num, den));
  return made;
}

#define ck_rational_eq(value, wanted_num, wanted_den) \
  do {                                                \
    notch_rational seen_ = (value);                   \
    ck_assert_int_eq(seen_.num, wanted_num);          \
    ck_assert_int_eq(seen_.den, wanted_den);          \
  } while (0)

START_TEST(reduces_and_keeps_the_sign_above)
{
  notch_rational made;
  ck_rational_eq(q(6, -4), -3, 2);
  ck_rational_eq(q(0, -7), 0, 1);
  ck_rational_eq(q(INT64_MIN, INT64_MIN), 1, 1);
  ck_rational_eq(q(INT64_MIN, 2), INT64_MIN / 2, 1);
  ck_assert(!notch_rational_make(&made, 1, 0));
  ck_assert(!notch_rational_make(&made, INT64_MIN, -1));
  ck_assert(!notch_rational_make(&made, 1, INT64_MIN));
  __int128 big = (__int128)1 << 126;
  ck_assert(notch_rational_make(&made, big, big / 3 * 3) == false);
  ck_assert(notch_rational_make(&made, big, -(big / 4)));
  ck_rational_eq(made, -4, 1);
  __int128 least = -((__int128)1 << 126) * 2;
  ck_assert(notch_rational_make(&made, least, least));
  ck_rational_eq(made, 1, 1);
}
END_TEST

START_TEST(computes_exactly_and_refuses_overflow)
{
  notch_rational out = NOTCH_INTEGER(42);
  ck_assert(notch_rational_add(&out, q(1, 6), q(1, 10)));
  ck_rational_eq(out, 4, 15);
  ck_assert(notch_rational_add(&out, q(1, 6), q(-1, 6)));
  ck_rational_eq(out, 0, 1);
  ck_assert(notch_rational_sub(&out, q(3, 4), NOTCH_INTEGER(1)));
  ck_rational_eq(out, -1, 4);
  ck_assert(notch_rational_mul(&out, q(-2, 3), q(9, 4)));
  ck_rational_eq(out, -3, 2);
  ck_assert(notch_rational_mul(&out, q(5, 7), NOTCH_INTEGER(0)));
  ck_rational_eq(out, 0, 1);
  ck_assert(notch_rational_div(&out, NOTCH_INTEGER(7), NOTCH_INTEGER(-2)));
  ck_rational_eq(out, -7, 2);
  ck_assert(notch_rational_div(&out, NOTCH_INTEGER(8), NOTCH_INTEGER(2)));
  ck_rational_eq(out, 4, 1);
  ck_assert(notch_rational_sub(&out, NOTCH_INTEGER(INT64_MIN), NOTCH_INTEGER(INT64_MIN)));
  ck_rational_eq(out, 0, 1);
  ck_assert(notch_rational_mul(&out, NOTCH_INTEGER(INT64_MAX), q(1, INT64_MAX)));
  ck_rational_eq(out, 1, 1);
  ck_assert(notch_rational_add(&out, q(INT64_MAX, 2), q(INT64_MAX, 2)));
  ck_rational_eq(out, INT64_MAX, 1);

  out = NOTCH_INTEGER(42);
  ck_assert(!notch_rational_add(&out, NOTCH_INTEGER(INT64_MAX), NOTCH_INTEGER(1)));
  ck_assert(!notch_rational_sub(&out, NOTCH_INTEGER(INT64_MIN), NOTCH_INTEGER(1)));
  ck_assert(!notch_rational_sub(&out, NOTCH_INTEGER(0), NOTCH_INTEGER(INT64_MIN)));
  ck_assert(!notch_rational_mul(&out, NOTCH_INTEGER(INT64_MIN), NOTCH_INTEGER(-1)));
  ck_assert(!notch_rational_div(&out, NOTCH_INTEGER(INT64_MIN), NOTCH_INTEGER(-1)));
  ck_assert(!notch_rational_div(&out, NOTCH_INTEGER(1), NOTCH_INTEGER(0)));
  ck_assert(!notch_rational_add(&out, q(1, INT64_MAX), q(1, INT64_MAX - 1)));
  ck_assert(!notch_rational_mul(&out, q(1, INT64_MAX), q(1, 2)));
  ck_assert(!notch_rational_div(&out, NOTCH_INTEGER(1), NOTCH_INTEGER(INT64_MIN)));
  ck_rational_eq(out, 42, 1);
}
END_TEST

START_TEST(agrees_with_slow_arithmetic)
{
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 20000; i++) {
    int64_t part[4];
    for (int k = 0; k < 4; k++) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      part[k] = (int64_t)(state >> (34 + state % 20)) - (k % 2 == 0 ? 500 : 0);
      part[k] += k % 2 == 1 ? 1 : 0;
    }
    notch_rational a = q(part[0], part[1]), b = q(part[2], part[3]), fast, slow;
    __int128 an = a.num, ad = a.den, bn = b.num, bd = b.den;
    ck_assert(notch_rational_add(&fast, a, b) == notch_rational_make(&slow, an * bd + bn * ad,
                                                                     ad * bd));
    ck_rational_eq(fast, slow.num, slow.den);
    ck_assert(notch_rational_sub(&fast, a, b) == notch_rational_make(&slow, an * bd - bn * ad,
                                                                     ad * bd));
    ck_rational_eq(fast, slow.num, slow.den);
    ck_assert(notch_rational_mul(&fast, a, b) == notch_rational_make(&slow, an * bn, ad * bd));
    ck_rational_eq(fast, slow.num, slow.den);
    if (b.num != 0) {
      ck_assert(notch_rational_div(&fast, a, b) == notch_rational_make(&slow, an * bd, ad * bn));
      ck_rational_eq(fast, slow.num, slow.den);
    }
  }
}
END_TEST

/* The next of numbers that look like chance; of any size up to `most` bits. */
static int64_t any(uint64_t *state, unsigned most)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (int64_t)(*state >> (64 - most + *state % most)) + 1;
}

/* What is not reduced, and what it would be: the same value, or an overflow of both. */
START_TEST(takes_what_is_not_reduced)
{
  uint64_t state = 0x9e3779b97f4a7c15u;
  int overflows = 0;
  for (int i = 0; i < 200000; i++) {
    int64_t num = any(&state, 40), den = any(&state, 40), by = any(&state, 22);
    notch_rational a = {num * by, den * by}, b = q(any(&state, 62) * (i % 2 ? 1 : -1),
                                                   any(&state, 62));
    notch_rational out, want;
    ck_assert_int_eq(notch_rational_compare(a, q(num, den)), 0);
    bool fits = notch_rational_make(&want, (__int128)num * b.den + (__int128)b.num * den,
                                    (__int128)den * b.den);
    ck_assert(notch_rational_add(&out, a, b) == fits);
    ck_assert(!fits || notch_rational_compare(out, want) == 0);
    overflows += !fits;
    fits = notch_rational_make(&want, (__int128)b.num * den - (__int128)num * b.den,
                               (__int128)den * b.den);
    ck_assert(notch_rational_sub(&out, b, a) == fits);
    ck_assert(!fits || notch_rational_compare(out, want) == 0);
    fits = notch_rational_make(&want, (__int128)num * b.num, (__int128)den * b.den);
    ck_assert(notch_rational_mul(&out, b, a) == fits);
    ck_assert(!fits || notch_rational_compare(out, want) == 0);
    ck_assert(notch_rational_times(&out, a, b) == fits);
    ck_assert(!fits || notch_rational_compare(out, want) == 0);
    overflows += !fits;
  }
  ck_assert_int_gt(overflows, 10000);
  ck_assert_int_lt(overflows, 390000);
}
END_TEST

START_TEST(compares_without_loss)
{
  ck_assert_int_lt(notch_rational_compare(q(INT64_MAX - 1, INT64_MAX), NOTCH_INTEGER(1)), 0);
  ck_assert_int_gt(notch_rational_compare(q(INT64_MAX, INT64_MAX - 1),
                                          q(INT64_MAX - 1, INT64_MAX - 2)) * -1, 0);
  ck_assert_int_lt(notch_rational_compare(NOTCH_INTEGER(INT64_MIN), q(INT64_MIN, 3)), 0);
  ck_assert_int_eq(notch_rational_compare(q(2, 4), q(1, 2)), 0);
}
END_TEST

START_TEST(rounds_by_mode)
{
  static const struct {
    int64_t num, den, down, up, half_up, half_even;
  } rows[] = {
      {5, 2, 2, 3, 3, 2},   {7, 2, 3, 4, 4, 4},       {-5, 2, -2, -3, -3, -2},
      {1, 3, 0, 1, 0, 0},   {2, 3, 0, 1, 1, 1},       {-2, 3, 0, -1, -1, -1},
      {4, 1, 4, 4, 4, 4},   {1, 2, 0, 1, 1, 0},       {3, 2, 1, 2, 2, 2},
      {INT64_MAX, 2, INT64_MAX / 2, INT64_MAX / 2 + 1, INT64_MAX / 2 + 1, INT64_MAX / 2 + 1},
      {1, INT64_MAX, 0, 1, 0, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t seen;
    notch_rational value = q(rows[i].num, rows[i].den);
    ck_assert(notch_rational_round(&seen, value, NOTCH_ROUND_DOWN));
    ck_assert_int_eq(seen, rows[i].down);
    ck_assert(notch_rational_round(&seen, value, NOTCH_ROUND_UP));
    ck_assert_int_eq(seen, rows[i].up);
    ck_assert(notch_rational_round(&seen, value, NOTCH_ROUND_HALF_UP));
    ck_assert_int_eq(seen, rows[i].half_up);
    ck_assert(notch_rational_round(&seen, value, NOTCH_ROUND_HALF_EVEN));
    ck_assert_int_eq(seen, rows[i].half_even);
  }
  ck_assert_int_eq(notch_rational_floor(q(-1, 3)), -1);
  ck_assert_int_eq(notch_rational_floor(q(7, 3)), 2);
  ck_assert_int_eq(notch_rational_floor(NOTCH_INTEGER(INT64_MIN)), INT64_MIN);
}
END_TEST

START_TEST(parses_decimals)
{
  static const struct {
    const char *text;
    unsigned decimals;
    bool good;
    int64_t value;
  } rows[] = {
      {"120.00", 2, true, 12000},  {"-12.50", 2, true, -1250}, {"12.5", 2, true, 1250},
      {"7", 2, true, 700},         {"0", 0, true, 0},          {"-0", 2, true, 0},
      {"1.500", 2, false, 3},      {"1.", 2, false, 0},        {".5", 2, false, 0},
      {"", 2, false, 0},           {"-", 2, false, 0},         {"+1", 2, false, 0},
      {"1e2", 2, false, 0},        {"1 ", 2, false, 0},        {"0x1", 2, false, 0},
      {"1_000", 0, true, 1000},    {"1__0", 0, false, 0},      {"_1", 0, false, 0},
      {"1_", 0, false, 0},         {"1_.5", 2, false, 0},      {"1._5", 2, false, 0},
      {"9223372036854775807", 0, true, INT64_MAX},
      {"-9223372036854775808", 0, true, INT64_MIN},
      {"9223372036854775808", 0, false, 0},
      {"92233720368547758.07", 2, true, INT64_MAX},
      {"92233720368547758.08", 2, false, 2},
      {"-92233720368547758.08", 2, true, INT64_MIN},
      {"99999999999999999999999999999999999999999999999999", 0, false, 0},
      {"0.00", 2, true, 0},        {"000.10", 2, true, 10},    {"1", 18, true, 1000000000000000000},
      {"10", 18, false, 0},        {"0", 60, true, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t seen = -77;
    unsigned digits;
    bool good = notch_decimal_parse(&seen, notch_text_of(rows[i].text), rows[i].decimals, true,
                                    &digits);
    ck_assert_msg(good == rows[i].good, "%s", rows[i].text);
    if (good)
      ck_assert_int_eq(seen, rows[i].value);
    else
      ck_assert_int_eq(seen, -77);
  }
  int64_t seen;
  unsigned digits;
  ck_assert(!notch_decimal_parse(&seen, NOTCH_TEXT("1_000"), 0, false, NULL));
  ck_assert(!notch_decimal_parse(&seen, NOTCH_TEXT("1.500"), 2, false, &digits));
  ck_assert_uint_eq(digits, 3);
}
END_TEST

START_TEST(parses_exact_fractions)
{
  notch_rational seen;
  ck_assert(notch_decimal_parse_rational(&seen, NOTCH_TEXT("7.1832"), false));
  ck_rational_eq(seen, 8979, 1250);
  ck_assert(notch_decimal_parse_rational(&seen, NOTCH_TEXT("1.500"), false));
  ck_rational_eq(seen, 3, 2);
  ck_assert(notch_decimal_parse_rational(&seen, NOTCH_TEXT("-0.000"), false));
  ck_rational_eq(seen, 0, 1);
  ck_assert(notch_decimal_parse_rational(
      &seen, NOTCH_TEXT("2.50000000000000000000000000000000000000000000000000000"), false));
  ck_rational_eq(seen, 5, 2);
  ck_assert(notch_decimal_parse_rational(&seen, NOTCH_TEXT("0.000000000000000001"), false));
  ck_rational_eq(seen, 1, 1000000000000000000);
  ck_assert(!notch_decimal_parse_rational(&seen, NOTCH_TEXT("0.00000000000000000000001"), false));
  ck_assert(!notch_decimal_parse_rational(
      &seen, NOTCH_TEXT("0.0000000000000000000000000000000000000000000000001"), false));
  ck_assert(!notch_decimal_parse_rational(&seen, NOTCH_TEXT("9223372036854775808"), false));
  ck_assert(!notch_decimal_parse_rational(
      &seen, NOTCH_TEXT("100000000000000000000000000000000000000000000000000"), false));
}
END_TEST

static void check_decimal(int64_t value, unsigned decimals, const char *wanted)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_decimal_print(&buffer, value, decimals);
  ck_assert_str_eq(buffer.bytes, wanted);
  notch_buffer_free(&buffer);
}

static void check_exact(notch_rational value, const char *wanted)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_rational_print(&buffer, value);
  ck_assert_str_eq(buffer.bytes, wanted);
  notch_buffer_free(&buffer);
}

START_TEST(prints_decimals)
{
  check_decimal(15000, 2, "150.00");
  check_decimal(5, 2, "0.05");
  check_decimal(-5, 2, "-0.05");
  check_decimal(0, 3, "0.000");
  check_decimal(-7, 0, "-7");
  check_decimal(INT64_MIN, 2, "-92233720368547758.08");
  check_decimal(1, 25, "0.0000000000000000000000001");
  check_exact(q(2193, 200), "10.965");
  check_exact(q(1, 3), "1/3");
  check_exact(q(-5, 6), "-5/6");
  check_exact(q(-1, 4), "-0.25");
  check_exact(q(INT64_MIN, 1), "-9223372036854775808");
  check_exact(q(1, INT64_C(1) << 32), "0.00000000023283064365386962890625");
  check_exact(q(INT64_MAX, 2), "4611686018427387903.5");
}
END_TEST

TCase *notch_check_rational(void)
{
  TCase *rational = tcase_create("rational");
  tcase_add_test(rational, reduces_and_keeps_the_sign_above);
  tcase_add_test(rational, computes_exactly_and_refuses_overflow);
  tcase_add_test(rational, agrees_with_slow_arithmetic);
  tcase_add_test(rational, takes_what_is_not_reduced);
  tcase_add_test(rational, compares_without_loss);
  tcase_add_test(rational, rounds_by_mode);
  tcase_add_test(rational, parses_decimals);
  tcase_add_test(rational, parses_exact_fractions);
  tcase_add_test(rational, prints_decimals);
  return rational;
}
