/*
 * w_rules.h -- the rules of w.notch written by hand in C, once for all baselines: what a careful
 * programmer would write for this one programme.
 */
#ifndef W_RULES_H
#define W_RULES_H

#include <stdint.h>

#define W_OFFSET_S (8 * 3600) /* Asia/Shanghai, which has no summer time */
#define W_DAY_S 86400

enum { W_BRONZE, W_SILVER, W_GOLD, W_TIER_COUNT };

struct w_spent {
  int day;
  int64_t cents;
};

/* Begins as zeros. */
struct w_member {
  int64_t points;
  int64_t visits;
  int64_t spend; /* over the window */
  int tier, until;
  int daily_day, daily_used;
  struct w_spent *window; /* from first to count: what the window still holds */
  unsigned first, count, capacity;
};

/* Texts are compared as they stand, by their lengths: they need no end. */
struct w_text {
  const char *bytes;
  unsigned length;
};

struct w_purchase {
  int64_t cents;
  int year, month, month_day, day; /* local; day counts from 1970-01-01 */
  int birth_month;
  struct w_text category, channel;
};

struct w_outcome {
  int64_t points;
  int expires; /* of the lot: the day it is gone */
  int moved;   /* the member's tier rose; tier and until say where to */
};

_Noreturn void w_die(const char *what);
void *w_must(void *block); /* ends the program where memory is short */

/* Each is false for what gen_w does not write. */
int w_read_date(struct w_purchase *p, const char *text, unsigned length); /* 2024-03-03T... */
int w_read_amount(struct w_purchase *p, const char *text, unsigned length);
int w_read_birthday(struct w_purchase *p, const char *text, unsigned length);
/* The local date of a moment, in seconds UTC. */
void w_read_moment(struct w_purchase *p, int64_t seconds);

struct w_outcome w_decide(struct w_member *m, const struct w_purchase *p);

#endif
