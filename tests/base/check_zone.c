/* tests/base/check_zone.c -- time zones with their gaps and folds, and moments as text. */
#include <config.h>

#include "base/calendar.h"
#include "check_base.h"

#include <stdio.h>

#define AT(h, m) ((h) * 3600 + (m) * 60)

static notch_arena arena;

static void open_arena(void)
{
  notch_arena_init(&arena, &notch_memory_system);
}

static void close_arena(void)
{
  notch_arena_free(&arena);
}

static int32_t d(int32_t year, int month, int day)
{
  return notch_day_of((notch_civil){year, (uint8_t)month, (uint8_t)day});
}

static int64_t utc(int32_t year, int month, int day, int second_of_day)
{
  return (int64_t)d(year, month, day) * NOTCH_DAY_S + second_of_day;
}

/* Machines without zone data cannot run these. */
static bool load(notch_zone *zone, const char *name)
{
  if (notch_zone_load(zone, name, &arena))
    return true;
  (void)fprintf(stderr, "no zone data for %s, not tested\n", name);
  return false;
}

START_TEST(knows_warsaw)
{
  notch_zone zone;
  if (!load(&zone, "Europe/Warsaw"))
    return;
  ck_assert_int_eq(zone.at_s[0], INT64_MIN);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 1, 1, 0)), 3600);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 7, 1, 0)), 7200);
  ck_assert_int_eq(notch_zone_offset(&zone, INT64_MIN), 5040); /* local mean time */
  /* 29 March 2026: 02:00 to 03:00 does not exist. */
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 3, 29, AT(1, 0)) - 1), 3600);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 3, 29, AT(1, 0))), 7200);
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 3, 29), AT(1, 59)),
                   utc(2026, 3, 29, AT(0, 59)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 3, 29), AT(2, 0)),
                   utc(2026, 3, 29, AT(1, 0)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 3, 29), AT(2, 30)),
                   utc(2026, 3, 29, AT(1, 0)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 3, 29), AT(3, 0)),
                   utc(2026, 3, 29, AT(1, 0)));
  /* 25 October 2026: 02:00 to 03:00 twice; the first is summer time. */
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 10, 25), AT(2, 30)),
                   utc(2026, 10, 25, AT(0, 30)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2026, 10, 25), AT(3, 0)),
                   utc(2026, 10, 25, AT(2, 0)));
  /* The day of the change is 23 and 25 hours long. */
  ck_assert_int_eq(notch_zone_midnight(&zone, d(2026, 3, 30)) -
                       notch_zone_midnight(&zone, d(2026, 3, 29)), 23 * 3600);
  ck_assert_int_eq(notch_zone_midnight(&zone, d(2026, 10, 26)) -
                       notch_zone_midnight(&zone, d(2026, 10, 25)), 25 * 3600);
  int64_t late = utc(2026, 3, 31, AT(22, 0)) * NOTCH_SECOND_US;
  ck_assert_int_eq(notch_zone_day(&zone, late), d(2026, 4, 1));
  ck_assert_int_eq(notch_zone_day(&zone, late - 1), d(2026, 3, 31));
  ck_assert_int_eq(notch_zone_second_of_day(&zone, late - 1), 86399);
}
END_TEST

START_TEST(knows_new_york_until_2200)
{
  notch_zone zone;
  if (!load(&zone, "America/New_York"))
    return;
  /* 2027: 14 March and 7 November; 2200: 9 March and 2 November. */
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2027, 3, 14, AT(7, 0)) - 1), -18000);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2027, 3, 14, AT(7, 0))), -14400);
  ck_assert_int_eq(notch_zone_instant(&zone, d(2027, 3, 14), AT(2, 15)),
                   utc(2027, 3, 14, AT(7, 0)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2027, 11, 7), AT(1, 30)),
                   utc(2027, 11, 7, AT(5, 30)));
  ck_assert_int_eq(notch_zone_instant(&zone, d(2027, 11, 7), AT(2, 0)),
                   utc(2027, 11, 7, AT(7, 0)));
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2200, 3, 9, AT(7, 0)) - 1), -18000);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2200, 3, 9, AT(7, 0))), -14400);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2200, 11, 2, AT(6, 0)) - 1), -14400);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(2200, 11, 2, AT(6, 0))), -18000);
  ck_assert_int_eq(notch_zone_offset(&zone, INT64_MAX), -18000);
  ck_assert_int_eq(notch_zone_offset(&zone, utc(1950, 7, 1, 0)), -14400);
}
END_TEST

START_TEST(knows_other_zones)
{
  notch_zone zone;
  if (load(&zone, "Asia/Shanghai")) {
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 7, 1, 0)), 28800);
    ck_assert_int_eq(notch_zone_offset(&zone, utc(1988, 7, 1, 0)), 32400);
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2199, 7, 1, 0)), 28800);
    ck_assert_int_eq(notch_zone_midnight(&zone, d(2026, 3, 3)), utc(2026, 3, 2, AT(16, 0)));
  }
  if (load(&zone, "Europe/Dublin")) { /* winter is its summer time, by the footer */
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2150, 1, 1, 0)), 0);
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2150, 7, 1, 0)), 3600);
  }
  if (load(&zone, "Australia/Sydney")) {
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2150, 1, 1, 0)), 39600);
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2150, 7, 1, 0)), 36000);
  }
  if (load(&zone, "America/Sao_Paulo")) /* midnight of 4 November 2018 did not exist */
    ck_assert_int_eq(notch_zone_midnight(&zone, d(2018, 11, 4)), utc(2018, 11, 4, AT(3, 0)));
  if (load(&zone, "Pacific/Apia")) /* a whole day left out */
    ck_assert_int_eq(notch_zone_midnight(&zone, d(2011, 12, 30)),
                     notch_zone_midnight(&zone, d(2011, 12, 31)));
  if (load(&zone, "Asia/Kathmandu"))
    ck_assert_int_eq(notch_zone_offset(&zone, utc(2026, 1, 1, 0)), 20700);
}
END_TEST

START_TEST(instants_agree_with_offsets)
{
  static const char *const names[] = {"Europe/Warsaw", "America/New_York", "Africa/Casablanca",
                                      "Australia/Lord_Howe", "Pacific/Apia", "UTC"};
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
    notch_zone zone;
    if (!load(&zone, names[n]))
      continue;
    int64_t step;
    for (int64_t at = utc(2005, 1, 1, 0); at < utc(2046, 1, 1, 0); at += step) {
      /* Every half hour around a change, else once a day: each assertion has its price. */
      bool quiet = notch_zone_offset(&zone, at - 2 * 86400) ==
                   notch_zone_offset(&zone, at + 2 * 86400);
      step = quiet ? 86400 : 1800;
      int32_t day = notch_zone_day(&zone, at * NOTCH_SECOND_US);
      int32_t second = notch_zone_second_of_day(&zone, at * NOTCH_SECOND_US);
      int64_t back = notch_zone_instant(&zone, day, second);
      ck_assert_int_le(back, at); /* the first of two */
      ck_assert_int_eq(back + notch_zone_offset(&zone, back), at + notch_zone_offset(&zone, at));
    }
  }
}
END_TEST

static void ck_stretch(const notch_zone *zone, int64_t utc_us)
{
  notch_day_stretch of = notch_zone_stretch(zone, utc_us);
  ck_assert_int_eq(of.day, notch_zone_day(zone, utc_us));
  if (of.from_us == of.until_us) {
    return; /* at the edges of time */
  }
  ck_assert_int_le(of.from_us, utc_us);
  ck_assert_int_gt(of.until_us, utc_us);
  ck_assert_int_le(of.until_us - of.from_us, NOTCH_DAY_S * NOTCH_SECOND_US);
  ck_assert_int_eq(notch_zone_day(zone, of.from_us), of.day);
  ck_assert_int_eq(notch_zone_day(zone, of.until_us - 1), of.day);
}

START_TEST(a_stretch_is_of_one_day)
{
  static const char *const names[] = {"Europe/Warsaw", "Asia/Shanghai", "Pacific/Apia",
                                      "America/Sao_Paulo", "Africa/Casablanca"};
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
    notch_zone zone;
    if (!load(&zone, names[i]))
      return;
    for (uint32_t j = 1; j < zone.count; j++) {
      for (int64_t s = -3 * NOTCH_DAY_S; s < 3 * NOTCH_DAY_S; s += 7201) {
        ck_stretch(&zone, (zone.at_s[j] + s) * NOTCH_SECOND_US);
      }
      ck_stretch(&zone, zone.at_s[j] * NOTCH_SECOND_US - 1);
      ck_stretch(&zone, zone.at_s[j] * NOTCH_SECOND_US);
    }
    notch_day_stretch day = notch_zone_stretch(&zone, utc(2024, 1, 1, 0) * NOTCH_SECOND_US);
    ck_assert_int_eq(day.until_us - day.from_us, NOTCH_DAY_S * NOTCH_SECOND_US);
    ck_stretch(&zone, INT64_MIN);
    ck_stretch(&zone, INT64_MAX);
  }
}
END_TEST

START_TEST(refuses_unsafe_names)
{
  static const char *const names[] = {"", "/etc/passwd", "../../etc/passwd", "Europe/../UTC",
                                      "No/Such", "Europe", "Europe/", "zone.tab", "UTC\n"};
  notch_zone zone;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    ck_assert_msg(!notch_zone_load(&zone, names[i], &arena), "%s", names[i]);
  ck_assert(notch_zone_load(&zone, "UTC", &arena));
  ck_assert_uint_eq(zone.count, 1);
}
END_TEST

START_TEST(stores_and_restores)
{
  notch_zone zone, again;
  notch_buffer buffer;
  if (!load(&zone, "America/New_York"))
    return;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_zone_encode(&zone, &buffer);
  ck_assert(notch_zone_decode(&again, buffer.bytes, buffer.length, &arena));
  ck_assert_uint_eq(again.count, zone.count);
  ck_assert_mem_eq(again.at_s, zone.at_s, zone.count * sizeof *zone.at_s);
  ck_assert_mem_eq(again.offset_s, zone.offset_s, zone.count * sizeof *zone.offset_s);
  for (size_t size = 0; size < buffer.length; size++)
    ck_assert(!notch_zone_decode(&again, buffer.bytes, size, &arena));
  buffer.bytes[8 + 12 + 7] ^= 0x40; /* the second transition far away */
  ck_assert(!notch_zone_decode(&again, buffer.bytes, buffer.length, &arena));
  notch_buffer_free(&buffer);
}
END_TEST

START_TEST(survives_each_failed_allocation)
{
  for (volatile unsigned long n = 1; n < 12; n++) {
    scarcity memory = {.fail_at = n};
    notch_memory hook = {.resize = scarce_resize, .payload = &memory};
    notch_arena own;
    notch_zone zone;
    jmp_buf escape;
    notch_arena_init(&own, &hook);
    if (n % 2 == 0)
      own.escape = &escape;
    if (setjmp(escape) == 0 && notch_zone_load(&zone, "America/New_York", &own))
      ck_assert_uint_gt(zone.count, 100);
    notch_arena_free(&own);
    ck_assert_int_eq(memory.live, 0);
  }
}
END_TEST

static void check_moment(const notch_zone *zone, const char *text, const char *wanted)
{
  int64_t at;
  int32_t offset;
  notch_buffer buffer;
  if (wanted == NULL) {
    ck_assert_msg(!notch_moment_parse(&at, &offset, notch_text_of(text), zone), "%s", text);
    return;
  }
  notch_buffer_init(&buffer, &notch_memory_system);
  ck_assert_msg(notch_moment_parse(&at, &offset, notch_text_of(text), zone), "%s", text);
  notch_moment_print(&buffer, at, offset);
  ck_assert_str_eq(buffer.bytes, wanted);
  notch_buffer_free(&buffer);
}

START_TEST(reads_and_writes_moments)
{
  notch_zone zone;
  if (!load(&zone, "Europe/Warsaw"))
    return;
  check_moment(&zone, "2026-03-03T10:00:00+08:00", "2026-03-03T10:00:00+08:00");
  check_moment(&zone, "2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z");
  check_moment(&zone, "2026-03-03 10:00", "2026-03-03T10:00:00+01:00");
  check_moment(&zone, "2026-07-03 10:00:09", "2026-07-03T10:00:09+02:00");
  check_moment(&zone, "2026-07-03", "2026-07-03T00:00:00+02:00");
  check_moment(&zone, "2026-03-29 02:30", "2026-03-29T03:00:00+02:00");
  check_moment(&zone, "2026-03-29 02:30:00.5", "2026-03-29T03:00:00+02:00");
  check_moment(&zone, "2026-10-25 02:30", "2026-10-25T02:30:00+02:00");
  check_moment(&zone, "2026-03-03T10:00:00.25-03:30", "2026-03-03T10:00:00.25-03:30");
  check_moment(&zone, "2026-03-03T10:00:00.1234569Z", "2026-03-03T10:00:00.123456Z");
  check_moment(&zone, "1969-12-31T23:59:59.999999-00:00", "1969-12-31T23:59:59.999999Z");
  check_moment(&zone, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
  check_moment(&zone, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z");
  static const char *const wrong[] = {
      "",           "2026-02-29",        "2026-3-3",          "2026-03-03T",
      "2026-03-03T24:00", "2026-03-03T10:60", "2026-03-03T10:00:60Z", "2026-03-03T10:00+8",
      "2026-03-03T10:00+24:00", "2026-03-03T10:00+08:60", "2026-03-03T10:00Z ",
      "2026-03-03T10:00:00.Z", "2026-03-03Z", "10000-01-01", "2026-03-03T10", "20260303T100000Z",
      "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    check_moment(&zone, wrong[i], NULL);
}
END_TEST

START_TEST(reads_dates_and_times)
{
  int32_t value;
  ck_assert(notch_date_parse(&value, NOTCH_TEXT("2026-03-01")));
  ck_assert_int_eq(value, d(2026, 3, 1));
  ck_assert(!notch_date_parse(&value, NOTCH_TEXT("2026-03-01 ")));
  ck_assert(!notch_date_parse(&value, (notch_text){NULL, 0}));
  ck_assert(notch_time_parse(&value, NOTCH_TEXT("09:30")));
  ck_assert_int_eq(value, AT(9, 30));
  ck_assert(notch_time_parse(&value, NOTCH_TEXT("23:59:59")));
  ck_assert_int_eq(value, 86399);
  ck_assert(!notch_time_parse(&value, NOTCH_TEXT("24:00")));
  ck_assert(!notch_time_parse(&value, NOTCH_TEXT("9:30")));
  ck_assert(!notch_time_parse(&value, NOTCH_TEXT("09:30:")));
  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_date_print(&buffer, d(987, 6, 5));
  ck_assert_str_eq(buffer.bytes, "0987-06-05");
  notch_buffer_clear(&buffer);
  notch_moment_print(&buffer, NOTCH_NEVER, 0); /* not meant to be read, but must not break */
  notch_moment_print(&buffer, INT64_MIN, -1439);
  notch_date_print(&buffer, INT32_MIN);
  notch_date_print(&buffer, INT32_MAX);
  notch_buffer_free(&buffer);
}
END_TEST

TCase *notch_check_zone(void)
{
  TCase *zone = tcase_create("zone");
  tcase_set_timeout(zone, 60);
  tcase_add_checked_fixture(zone, open_arena, close_arena);
  tcase_add_test(zone, knows_warsaw);
  tcase_add_test(zone, knows_new_york_until_2200);
  tcase_add_test(zone, knows_other_zones);
  tcase_add_test(zone, instants_agree_with_offsets);
  tcase_add_test(zone, a_stretch_is_of_one_day);
  tcase_add_test(zone, refuses_unsafe_names);
  tcase_add_test(zone, stores_and_restores);
  tcase_add_test(zone, survives_each_failed_allocation);
  tcase_add_test(zone, reads_and_writes_moments);
  tcase_add_test(zone, reads_dates_and_times);
  return zone;
}
