/*
 * api/impact.c -- what a new version of the rules will mean for members: tiers and points on the
 * day it comes into force, under the old rules and under the new.
 *
 * It is tried out in a write transaction that is rolled back, so the figures are those that the
 * ledger will have, and nothing is written.
 */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct impact {
  notch_ledger *ledger;
  notch_books *books;
  notch_arena arena;
  int64_t at_us, members;
  uint32_t ladders, tiers; /* of the old version; tiers: the most of any ladder, and nobody's */
  const notch_program *old, *new;
  uint32_t *had;           /* tier by member and ladder */
  int64_t *points_before, *points_after; /* by kind of the old version, of the new one */
  uint64_t *moved;         /* members by ladder, old tier, new tier */
  uint64_t changed;        /* members whose tier is another one */
} impact;

static uint32_t most_tiers(const notch_program *p)
{
  uint32_t most = 1;
  for (uint32_t i = 0; i < p->ladder_count; i++) {
    most = p->ladders[i].tier_count > most ? p->ladders[i].tier_count : most;
  }
  return most;
}

static void add_points(const notch_edition *edition, const notch_state *state, int64_t at_us,
                       int64_t *sums)
{
  for (uint32_t i = 0; i < edition->rules->program->points_count; i++) {
    notch_points_view view;
    notch_view_points(&view, edition->rules->plan, state, i, at_us);
    sums[i] += view.available + view.pending + view.held;
  }
}

static bool read_all(impact *m, notch_edition *edition, bool after)
{
  const notch_reading reading = {.at_us = m->at_us};
  notch_state state;
  bool good = true;
  notch_state_init(&state, m->books->memory);
  for (int64_t member = 1; member <= m->members && good; member++) {
    notch_arena_reset(&m->books->run);
    good = (!after || notch_books_settle(m->books, member, m->at_us, &m->changed)) &&
           notch_books_read_member(m->books, edition, &state, member, &reading, NULL, NULL);
    if (!good || state.closed) {
      continue;
    }
    add_points(edition, &state, m->at_us, after ? m->points_after : m->points_before);
    for (uint32_t i = 0; i < m->ladders && state.present; i++) {
      uint32_t *had = &m->had[(member - 1) * m->ladders + i];
      uint32_t ladder = i;
      for (uint32_t j = 0; after && j < m->new->ladder_count; j++) {
        ladder = notch_text_equal(m->new->ladders[j].decl.name, m->old->ladders[i].decl.name)
                     ? j : ladder;
      }
      if (!after) {
        *had = state.standings[ladder].effective;
      } else if (ladder < state.standings_count && *had < m->tiers &&
                 state.standings[ladder].effective < m->tiers) {
        m->moved[((uint64_t)i * m->tiers + *had) * m->tiers + state.standings[ladder].effective]++;
      }
    }
  }
  notch_state_free(&state);
  return good;
}

static const char *plural(uint64_t count)
{
  return count == 1 ? "member" : "members";
}

static void say_move(notch_news *news, notch_text ladder, notch_text before, notch_text after,
                     uint64_t count)
{
  notch_json_writer *json = &news->json;
  if (json->to == NULL) {
    notch_buffer_print(&news->text, "%.*s: %llu %s from %.*s to %.*s\n", WORD(ladder),
                       (unsigned long long)count, plural(count), WORD(before), WORD(after));
    return;
  }
  notch_json_begin(json, '{');
  notch_json_put_text(json, "ladder", ladder);
  notch_json_put_text(json, "from", before);
  notch_json_put_text(json, "to", after);
  notch_json_key(json, NOTCH_TEXT("members"));
  notch_json_integer(json, (int64_t)count);
  notch_json_end(json, '}');
}

static void say_tiers(const impact *m, notch_news *news, uint64_t *lines)
{
  for (uint32_t i = 0; i < m->ladders; i++) {
    for (uint32_t j = 0; j < m->new->ladder_count; j++) {
      const notch_ladder *old = &m->old->ladders[i], *now = &m->new->ladders[j];
      bool same = notch_text_equal(now->decl.name, old->decl.name);
      for (uint32_t k = 0; same && k < old->tier_count * now->tier_count; k++) {
        notch_text before = old->tiers[k / now->tier_count].decl.name;
        notch_text after = now->tiers[k % now->tier_count].decl.name;
        uint64_t count = m->moved[((uint64_t)i * m->tiers + k / now->tier_count) * m->tiers +
                                  k % now->tier_count];
        if (count > 0 && !notch_text_equal(before, after)) {
          say_move(news, now->decl.name, before, after, count);
          (*lines)++;
        }
      }
    }
  }
}

static void json_amount(notch_news *news, const char *key, int64_t amount, unsigned decimals)
{
  notch_json_key(&news->json, notch_text_of(key));
  notch_json_raw(&news->json, NOTCH_TEXT("\""));
  notch_decimal_print(&news->text, amount, decimals);
  notch_buffer_print(&news->text, "\"");
}

static void say_balance(notch_news *news, const notch_points *points, int64_t before,
                        int64_t after)
{
  if (news->json.to != NULL) {
    notch_json_begin(&news->json, '{');
    notch_json_put_text(&news->json, "points", points->decl.name);
    json_amount(news, "before", before, points->decimals);
    json_amount(news, "after", after, points->decimals);
    notch_json_end(&news->json, '}');
    return;
  }
  notch_buffer_print(&news->text, "%.*s: ", WORD(points->decl.name));
  notch_decimal_print(&news->text, before, points->decimals);
  notch_buffer_print(&news->text, " held by members, then ");
  notch_decimal_print(&news->text, after, points->decimals);
  notch_buffer_print(&news->text, "\n");
}

static void say_points(const impact *m, notch_news *news, uint64_t *lines)
{
  for (uint32_t i = 0; i < m->new->points_count; i++) {
    int64_t before = 0, after = m->points_after[i];
    for (uint32_t j = 0; j < m->old->points_count; j++) {
      bool same = notch_text_equal(m->old->points[j].decl.name, m->new->points[i].decl.name);
      before = same ? m->points_before[j] : before;
    }
    if (before != after) {
      say_balance(news, &m->new->points[i], before, after);
      (*lines)++;
    }
  }
}

static void say_all(const impact *m, notch_news *news)
{
  uint64_t lines = 0;
  bool json = news->json.to != NULL;
  if (json) {
    notch_json_key(&news->json, NOTCH_TEXT("tiers"));
    notch_json_begin(&news->json, '[');
  }
  say_tiers(m, news, &lines);
  if (json) {
    notch_json_end(&news->json, ']');
    notch_json_key(&news->json, NOTCH_TEXT("points"));
    notch_json_begin(&news->json, '[');
  }
  say_points(m, news, &lines);
  if (json) {
    notch_json_end(&news->json, ']');
  } else if (lines == 0) {
    notch_buffer_print(&news->text, "no tier and no balance changes on that day\n");
  }
}

static bool gather(impact *m, notch_edition *old, const notch_rules *rules, int64_t from_us)
{
  m->ladders = m->old->ladder_count;
  uint32_t most = most_tiers(m->old), other = most_tiers(rules->program);
  m->tiers = most > other ? most : other;
  m->members = notch_store_member_count(m->books->store);
  m->had = NOTCH_NEW_ARRAY(&m->arena, uint32_t, (size_t)m->members * m->ladders + 1);
  m->points_before = NOTCH_NEW_ARRAY(&m->arena, int64_t, m->old->points_count + 1);
  m->points_after = NOTCH_NEW_ARRAY(&m->arena, int64_t,
                                    m->old->points_count + rules->program->points_count + 1);
  m->moved =
      NOTCH_NEW_ARRAY(&m->arena, uint64_t, (size_t)m->ladders * m->tiers * m->tiers + 1);
  if (m->arena.failed) {
    return notch_books_say(m->books, NOTCH_STORE_NOMEM, "out of memory");
  }
  memset(m->had, 0xff, ((size_t)m->members * m->ladders + 1) * sizeof *m->had);
  if (!read_all(m, old, false) || !notch_books_publish(m->books, rules, from_us)) {
    return false;
  }
  notch_edition *newest = notch_books_newest(m->books);
  m->new = newest == NULL ? NULL : newest->rules->program;
  return newest != NULL && read_all(m, newest, true);
}

notch_status notch_api_impact(notch_ledger *ledger, const notch_rules *rules, int64_t from_us,
                              int64_t now_us, notch_news *news)
{
  notch_books *books = ledger->books;
  notch_edition *old = notch_books_newest(books);
  if (old == NULL) {
    return notch_api_books(ledger);
  }
  impact m = {.ledger = ledger, .books = books, .old = old->rules->program};
  /* One second on: what the new version does at once has been done. */
  m.at_us = (from_us > now_us ? from_us : now_us) + NOTCH_SECOND_US;
  notch_arena_init(&m.arena, books->memory);
  notch_status status = NOTCH_OK;
  if (!gather(&m, old, rules, from_us)) {
    status = notch_api_books(ledger);
  } else {
    say_all(&m, news);
  }
  notch_arena_free(&m.arena);
  return status;
}
