/* apply/called.c -- what the dictionary calls what has no name of its own in the rules. */
#include <config.h>

#include "apply/apply.h"
#include "check/print.h"

#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* Terms have no name of their own: they are called after who has, or had, them. */
notch_text notch_names_terms(const notch_program *p, uint32_t terms, notch_arena *run)
{
  if (p->terms[terms].carried_as.length > 0) {
    return p->terms[terms].carried_as;
  }
  for (uint32_t i = 0; i < p->points_count; i++) {
    if (p->points[i].terms == terms) {
      return notch_arena_format(run, "points %.*s", WORD(p->points[i].decl.name));
    }
  }
  for (uint32_t i = 0; i < p->rule_count; i++) {
    if (p->rules[i].terms == terms) {
      return notch_arena_format(run, "rule %.*s", WORD(p->rules[i].decl.name));
    }
  }
  for (uint32_t i = 0; i < p->reward_count; i++) {
    if (p->rewards[i].terms == terms) {
      return notch_arena_format(run, "reward %.*s", WORD(p->rewards[i].decl.name));
    }
  }
  return notch_arena_format(run, "terms %u", terms);
}

/* What a limit counts, whatever its amount and its place among its owner's. */
static void put_limit(notch_buffer *to, const notch_program *p, const notch_limit *limit)
{
  notch_buffer_print(to, "%.*s: %.*s", WORD(limit->owner),
                     WORD(limit->times ? NOTCH_TEXT("times")
                                       : p->points[limit->points].decl.name));
  for (uint32_t i = 0; i < limit->key_count; i++) {
    const notch_limit_key *key = &limit->keys[i];
    notch_buffer_print(to, " per %s", key->kind == NOTCH_KEY_MEMBER  ? "member"
                                      : key->kind == NOTCH_KEY_EVENT ? "event"
                                                                     : "");
    if (key->kind == NOTCH_KEY_VALUE && key->root_count > 0) {
      notch_print_root_expr(to, p, key->roots[0]);
    }
  }
  switch (limit->period) {
  case NOTCH_PERIOD_EVER: break;
  case NOTCH_PERIOD_CALENDAR:
    notch_buffer_print(to, " per %s", notch_unit_word(limit->unit));
    break;
  case NOTCH_PERIOD_ROLLING:
    notch_buffer_print(to, " per %lld %s", (long long)limit->rolling.count,
                       notch_unit_word(limit->rolling.unit));
    break;
  case NOTCH_PERIOD_TOTAL:
    notch_buffer_print(to, " in total");
    if (limit->from_day != INT32_MIN) {
      notch_buffer_print(to, " from %d to %d", limit->from_day, limit->to_day);
    }
    break;
  }
}

/* Limits that count the same are told apart by their place. */
notch_text notch_names_limit(const notch_program *p, uint32_t limit, notch_arena *run)
{
  notch_buffer own, other;
  uint32_t place = 1;
  notch_buffer_init(&own, run->memory);
  notch_buffer_init(&other, run->memory);
  put_limit(&own, p, &p->limits[limit]);
  for (uint32_t i = 0; i < limit && !own.failed; i++) {
    notch_buffer_clear(&other);
    put_limit(&other, p, &p->limits[i]);
    own.failed = other.failed;
    bool same = !own.failed && own.length == other.length &&
                memcmp(own.bytes, other.bytes, own.length) == 0;
    place += same ? 1 : 0;
  }
  if (place > 1) {
    notch_buffer_print(&own, ", %u", place);
  }
  notch_buffer_free(&other);
  return notch_buffer_keep(&own, run);
}
