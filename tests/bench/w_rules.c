/* w_rules.c -- the rules of w.notch by hand. */
#include <config.h>

#include "w_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILVER_CENTS 30000
#define GOLD_CENTS 80000

void w_die(const char *what)
{
  fprintf(stderr, "baseline: %s\n", what);
  exit(1);
}

void *w_must(void *block)
{
  if (block == NULL)
    w_die("out of memory");
  return block;
}

/* ---- dates ---- */

static int days_from_civil(int year, int month, int day)
{
  year -= month <= 2;
  int era = year / 400;
  int of_era = year - era * 400;
  int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil_from_days(int days, int *year, int *month, int *day)
{
  int shifted = days + 719468; /* never negative here: times of W are after 1970 */
  int era = shifted / 146097;
  int of_era = shifted - era * 146097;
  int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int shifted_month = (5 * of_year + 2) / 153;
  *day = of_year - (153 * shifted_month + 2) / 5 + 1;
  *month = shifted_month + (shifted_month < 10 ? 3 : -9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

static int month_length(int year, int month)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return lengths[month - 1] + (month == 2 && leap);
}

static int day_years_on(const struct w_purchase *p, int years)
{
  int last = month_length(p->year + years, p->month);
  int day = p->month_day < last ? p->month_day : last;
  return days_from_civil(p->year + years, p->month, day);
}

/* The midnight that ends the month a year after the purchase: where a term reached now ends. */
static int term_end(const struct w_purchase *p)
{
  int year = p->year + 1 + (p->month == 12);
  return days_from_civil(year, p->month % 12 + 1, 1);
}

/* ---- reading ---- */

static int two_digits(const char *text)
{
  return (text[0] - '0') * 10 + (text[1] - '0');
}

/* Times carry the programme's own offset, so that the date can be read from the text. */
int w_read_date(struct w_purchase *p, const char *text, unsigned length)
{
  if (length < 19)
    return 0;
  p->year = two_digits(text) * 100 + two_digits(text + 2);
  p->month = two_digits(text + 5);
  p->month_day = two_digits(text + 8);
  p->day = days_from_civil(p->year, p->month, p->month_day);
  return 1;
}

void w_read_moment(struct w_purchase *p, int64_t seconds)
{
  p->day = (int)((seconds + W_OFFSET_S) / W_DAY_S);
  civil_from_days(p->day, &p->year, &p->month, &p->month_day);
}

int w_read_amount(struct w_purchase *p, const char *text, unsigned length)
{
  if (length < 4 || text[length - 3] != '.')
    return 0;
  int64_t units = 0;
  for (unsigned i = 0; i + 3 < length; i++)
    units = units * 10 + (text[i] - '0');
  p->cents = units * 100 + two_digits(text + length - 2);
  return 1;
}

int w_read_birthday(struct w_purchase *p, const char *text, unsigned length)
{
  if (length != 10)
    return 0;
  p->birth_month = two_digits(text + 5);
  return 1;
}

/* ---- rules ---- */

static int is(struct w_text text, const char *word)
{
  return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

static void absorb(struct w_member *m, const struct w_purchase *p)
{
  int since = day_years_on(p, -1);
  while (m->first < m->count && m->window[m->first].day <= since)
    m->spend -= m->window[m->first++].cents;
  if (m->count == m->capacity) {
    unsigned kept = m->count - m->first;
    if (kept > 0)
      memmove(m->window, m->window + m->first, kept * sizeof *m->window);
    m->first = 0;
    m->count = kept;
    if (kept * 2 >= m->capacity) {
      m->capacity = m->capacity == 0 ? 8 : m->capacity * 2;
      m->window = w_must(realloc(m->window, m->capacity * sizeof *m->window));
    }
  }
  m->window[m->count++] = (struct w_spent){p->day, p->cents};
  m->spend += p->cents;
  m->visits++;
}

/* Per cent put on the base by the rules that multiply it. */
static int64_t percent_of(const struct w_member *m, const struct w_purchase *p)
{
  static const int tier_percent[W_TIER_COUNT] = {0, 25, 50};
  int64_t percent = 100 + tier_percent[m->tier];
  if (is(p->category, "beans"))
    percent += 20;
  if (is(p->category, "gear"))
    percent += 10;
  if (p->birth_month == p->month)
    percent += 100;
  int weekday = (p->day + 3) % 7; /* 0 Monday; 1970-01-01 was a Thursday */
  if (weekday >= 5)
    percent += 10;
  if (p->month == 6 && p->month_day <= 18)
    percent += 50;
  return percent;
}

static int64_t points_of(struct w_member *m, const struct w_purchase *p)
{
  int64_t fixed = 0;
  if (is(p->category, "coffee"))
    fixed += 5;
  if (is(p->channel, "app"))
    fixed += 3;
  if (m->visits == 1)
    fixed += 50;
  if (p->cents >= 20000)
    fixed += 20;
  if (m->daily_day != p->day) {
    m->daily_day = p->day;
    m->daily_used = 0;
  }
  int daily = 4 - m->daily_used < 2 ? 4 - m->daily_used : 2;
  m->daily_used += daily;
  return fixed + daily + p->cents * percent_of(m, p) / 10000;
}

static int move_tier(struct w_member *m, const struct w_purchase *p)
{
  int earned = m->spend >= GOLD_CENTS ? W_GOLD : m->spend >= SILVER_CENTS ? W_SILVER : W_BRONZE;
  if (earned <= m->tier)
    return 0;
  m->tier = earned;
  m->until = term_end(p);
  return 1;
}

/* A term that ended before this purchase: kept, or one step down. */
static void review_tier(struct w_member *m, const struct w_purchase *p)
{
  while (m->tier > W_BRONZE && m->until <= p->day) {
    if (m->spend < (m->tier == W_GOLD ? GOLD_CENTS : SILVER_CENTS))
      m->tier--;
    m->until += 365;
  }
}

struct w_outcome w_decide(struct w_member *m, const struct w_purchase *p)
{
  struct w_outcome out;
  review_tier(m, p);
  absorb(m, p);
  out.points = points_of(m, p);
  out.expires = day_years_on(p, 1) + 1;
  out.moved = move_tier(m, p);
  m->points += out.points;
  return out;
}
