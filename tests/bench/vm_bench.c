/*
 * vm_bench.c -- nanoseconds a root of the machine takes, on the rules of workload W built by hand.
 *
 * Prints one line a root, and the sum over the roots that one event of W evaluates.  Events vary,
 * so that branches are not all foreseen; facts are answered by the fixture's reader.
 */
#include <config.h>

#include "../vm/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVENTS = 1024, ROUNDS = 2000 };

static fixture f;
static notch_value events[EVENTS][F_FIELDS];
static int32_t days[EVENTS];
static int64_t checksum;

static double now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static notch_expr *flag(notch_expr_op op, notch_expr *a, notch_expr *b)
{
  return x_two(&f, op, NOTCH_TYPE_FLAG, a, b);
}

static notch_expr *amount_at_least(int64_t minor)
{
  return flag(NOTCH_EXPR_GE, x_field(&f, F_AMOUNT), x_const(&f, NOTCH_TYPE_MONEY, minor));
}

static notch_expr *today(void)
{
  return x_leaf(&f, NOTCH_EXPR_TODAY, NOTCH_TYPE_DATE, 0, 0);
}

static notch_expr *channel_is(int64_t index)
{
  return flag(NOTCH_EXPR_EQ, x_field(&f, F_CHANNEL), x_const(&f, NOTCH_TYPE_CHOICE, index));
}

static notch_expr *weekend(void)
{
  notch_expr *day = x_one(&f, NOTCH_EXPR_WEEKDAY_OF, NOTCH_TYPE_WEEKDAY, today());
  return flag(NOTCH_EXPR_GE, day, x_const(&f, NOTCH_TYPE_WEEKDAY, 5));
}

static notch_expr *campaign(void)
{
  return x_three(&f, NOTCH_EXPR_BETWEEN, NOTCH_TYPE_FLAG, today(),
                 x_const(&f, NOTCH_TYPE_DATE, 20100), x_const(&f, NOTCH_TYPE_DATE, 20200));
}

static notch_expr *birthday_month(void)
{
  notch_expr *birthday = x_leaf(&f, NOTCH_EXPR_MEMBER_FIELD, NOTCH_TYPE_DATE, 0, 0);
  notch_expr *known = x_one(&f, NOTCH_EXPR_KNOWN, NOTCH_TYPE_FLAG, birthday);
  return flag(NOTCH_EXPR_AND, known,
              flag(NOTCH_EXPR_EQ, x_one(&f, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_MONTHNAME, today()),
                   x_one(&f, NOTCH_EXPR_MONTH_OF, NOTCH_TYPE_MONTHNAME, birthday)));
}

static notch_expr *points_for_money(void)
{
  return x_two(&f, NOTCH_EXPR_MUL, NOTCH_TYPE_POINTS, x_field(&f, F_AMOUNT), x_ratio(&f, 1, 100));
}

static notch_expr *rate(void)
{
  notch_expr *table = x_one(&f, NOTCH_EXPR_TABLE, NOTCH_TYPE_NUMBER,
                            x_leaf(&f, NOTCH_EXPR_TIER, NOTCH_TYPE_TIER, 0, 0));
  table->a = T_RATE;
  return table;
}

static notch_expr *spend_at_least(int64_t minor)
{
  return flag(NOTCH_EXPR_GE, x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_MONEY, 0, 0),
              x_const(&f, NOTCH_TYPE_MONEY, minor));
}

static notch_expr *first_purchase(void)
{
  return flag(NOTCH_EXPR_EQ, x_leaf(&f, NOTCH_EXPR_MEASURE, NOTCH_TYPE_NUMBER, 1, 0),
              x_number(&f, 1));
}

static double time_root(uint32_t root)
{
  double best = 1e18;
  for (int try = 0; try < 5; try++) {
    double start = now_ns();
    for (int round = 0; round < ROUNDS / 5; round++)
      for (int i = 0; i < EVENTS; i++) {
        notch_value value;
        f.context.fields = events[i];
        f.context.today = days[i];
        if (notch_vm_eval(f.vm, root, &f.context, &value) != NOTCH_EVAL_OK)
          abort();
        checksum += value.n;
      }
    double taken = (now_ns() - start) / (ROUNDS / 5) / EVENTS;
    if (taken < best)
      best = taken;
  }
  return best;
}

static void make_events(void)
{
  uint32_t random = 12345;
  for (int i = 0; i < EVENTS; i++) {
    for (int k = 0; k < F_FIELDS; k++)
      events[i][k] = f.fields[k];
    random = random * 1103515245u + 12345u;
    events[i][F_AMOUNT] = NOTCH_VALUE((random >> 8) % 20000 * 100);
    events[i][F_CHANNEL] = NOTCH_VALUE((random >> 20) % 3);
    days[i] = 20000 + (int32_t)((random >> 16) % 365);
  }
}

int main(void)
{
  fixture_begin(&f);
  make_events();
  f.facts[NOTCH_FACT_TIER] = NOTCH_VALUE(1);
  f.facts[NOTCH_FACT_MEASURE] = NOTCH_VALUE(150000);
  f.facts[NOTCH_FACT_MEMBER_FIELD] = NOTCH_VALUE(11000);
  static const char *const names[] = {
      "amount >= 10.00 CNY", "1 star per 1.00 CNY of amount", "rate(tier)",
      "channel = app",       "channel = store",               "channel = web",
      "birthday month",      "weekend",                       "channel = web and amount >= 50.00",
      "first purchase",      "in the campaign and amount >= 20.00", "spend >= 2000.00",
      "spend >= 8000.00"};
  notch_expr *exprs[] = {
      amount_at_least(1000), points_for_money(), rate(), channel_is(1), channel_is(0),
      channel_is(2), birthday_month(), weekend(),
      flag(NOTCH_EXPR_AND, channel_is(2), amount_at_least(5000)), first_purchase(),
      flag(NOTCH_EXPR_AND, campaign(), amount_at_least(2000)), spend_at_least(200000),
      spend_at_least(800000)};
  uint32_t count = sizeof exprs / sizeof exprs[0];
  for (uint32_t i = 0; i < count; i++)
    fixture_root(&f, exprs[i]);
  fixture_compile(&f);
  double sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    double taken = time_root(i);
    printf("%6.1f ns  %s\n", taken, names[i]);
    sum += taken;
  }
  printf("%6.1f ns  all %u roots of an event (checksum %lld)\n", sum, count, (long long)checksum);
  fixture_end(&f);
  return 0;
}
