/*
 * gen_w.c -- writes workload W, or W2 with --w2, as JSON Lines: the same bytes for the same sizes.
 *
 * usage: gen_w [--w2] EVENTS MEMBERS
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_DAYS 366 /* 2024, in Asia/Shanghai, which has no summer time */
#define RECENT_COUNT 65536

/* splitmix64: every bit of the state counts, and the sequence is the same everywhere. */
static uint64_t draw(uint64_t *state)
{
  uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static unsigned below(uint64_t *state, unsigned limit)
{
  return (unsigned)(draw(state) % limit);
}

/* A purchase that a later return can name. */
struct purchase {
  char id[40];
  unsigned member;
  unsigned cents;
};

struct generator {
  uint64_t state;
  unsigned members;
  int w2;
  struct purchase *recent; /* the newest RECENT_COUNT purchases, round and round */
  uint64_t recent_total;
};

/* "2024-03-03T10:00:00+08:00" for local seconds since the year began. */
static void print_moment(int64_t seconds)
{
  int64_t day = seconds / 86400;
  int64_t left = seconds % 86400;
  static const int lengths[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  while (month < 11 && day >= lengths[month])
    day -= lengths[month++];
  printf("2024-%02d-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "+08:00", month + 1,
         day + 1, left / 3600, left / 60 % 60, left % 60);
}

static void make_id(struct generator *g, uint64_t number, char id[40])
{
  if (!g->w2) {
    snprintf(id, 40, "e-%06" PRIu64, number);
    return;
  }
  uint64_t high = draw(&g->state);
  uint64_t low = draw(&g->state);
  snprintf(id, 40, "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(high >> 32),
           (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
           (unsigned)(low >> 48 & 0x3fff) | 0x8000, low & UINT64_C(0xffffffffffff));
}

/* Three tenths of the events come from a tenth of the members. */
static unsigned pick_member(struct generator *g)
{
  unsigned often = g->members / 10 > 0 ? g->members / 10 : 1;
  return below(&g->state, 10) < 3 ? below(&g->state, often) : below(&g->state, g->members);
}

static unsigned pick_cents(struct generator *g)
{
  unsigned cents = 100 + below(&g->state, 5900);
  if (below(&g->state, 10) == 0)
    cents += below(&g->state, 30000);
  return cents;
}

static void print_head(const char *id, const char *type, unsigned member, int64_t seconds)
{
  printf("{\"id\":\"%s\",\"type\":\"%s\",\"member\":\"m%06u\",\"at\":\"", id, type, member);
  print_moment(seconds);
  putchar('"');
}

/* The birthday is a function of the member, so that every purchase shows the same one. */
static void print_purchase(struct generator *g, const char *id, int64_t seconds)
{
  static const char *const categories[] = {"coffee", "beans", "gear", "food", "other"};
  static const char *const channels[] = {"store", "app", "web"};
  unsigned member = pick_member(g);
  unsigned cents = pick_cents(g);
  print_head(id, "purchase", member, seconds);
  uint64_t person = member;
  uint64_t birth = draw(&person);
  printf(",\"amount\":\"%u.%02u\",\"category\":\"%s\",\"channel\":\"%s\"", cents / 100, cents % 100,
         categories[below(&g->state, 5)], channels[below(&g->state, 3)]);
  printf(",\"birthday\":\"%u-%02u-%02u\"}\n", 1950 + (unsigned)(birth >> 32) % 55,
         1 + (unsigned)(birth >> 16 & 0xffff) % 12, 1 + (unsigned)(birth & 0xffff) % 28);
  if (g->w2) {
    struct purchase *kept = &g->recent[g->recent_total++ % RECENT_COUNT];
    memcpy(kept->id, id, sizeof kept->id);
    kept->member = member;
    kept->cents = cents;
  }
}

static void print_return(struct generator *g, const char *id, int64_t seconds)
{
  uint64_t span = g->recent_total < RECENT_COUNT ? g->recent_total : RECENT_COUNT;
  struct purchase *of = &g->recent[draw(&g->state) % span];
  if (of->cents == 0) { /* all of it went back before */
    print_purchase(g, id, seconds);
    return;
  }
  unsigned cents = below(&g->state, 2) == 0 ? of->cents : 1 + below(&g->state, of->cents);
  print_head(id, "return", of->member, seconds);
  printf(",\"of\":\"%s\",\"amount\":\"%u.%02u\"}\n", of->id, cents / 100, cents % 100);
  of->cents -= cents;
}

static void print_event(struct generator *g, uint64_t number, int64_t seconds)
{
  char id[40];
  make_id(g, number, id);
  if (!g->w2) {
    print_purchase(g, id, seconds);
    return;
  }
  unsigned kind = below(&g->state, 1000);
  if (kind < 20) {
    print_head(id, "redeem", pick_member(g), seconds);
    puts(",\"reward\":\"cup\",\"quantity\":1}");
  } else if (kind < 30 && g->recent_total > 0) {
    print_return(g, id, seconds);
  } else if (kind < 35) {
    int64_t late = 86400 + (int64_t)below(&g->state, 20 * 86400);
    print_purchase(g, id, seconds > late ? seconds - late : 0);
  } else {
    print_purchase(g, id, seconds);
  }
}

int main(int argc, char **argv)
{
  struct generator g = {.state = UINT64_C(20240101)};
  int first = 1;
  if (argc > 1 && strcmp(argv[1], "--w2") == 0) {
    g.w2 = 1;
    first = 2;
  }
  uint64_t events = argc > first ? strtoull(argv[first], NULL, 10) : 0;
  g.members = argc > first + 1 ? (unsigned)strtoul(argv[first + 1], NULL, 10) : 0;
  if (argc != first + 2 || events == 0 || g.members == 0) {
    fputs("usage: gen_w [--w2] EVENTS MEMBERS\n", stderr);
    return 2;
  }
  g.recent = calloc(RECENT_COUNT, sizeof *g.recent);
  if (g.recent == NULL)
    return 1;
  uint64_t span = (uint64_t)YEAR_DAYS * 86400;
  for (uint64_t i = 0; i < events; i++)
    print_event(&g, i + 1, (int64_t)(i * span / events));
  free(g.recent);
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
