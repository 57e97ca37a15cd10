/* api/publish.c -- what a new version of the rules changes, and whether it may follow the old. */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct comparing {
  const notch_program *old, *new;
  const notch_plan *then; /* of the old one */
  notch_news *news;
  uint32_t changes;
} comparing;

static void line(comparing *c, char sign, const char *what, notch_text name)
{
  notch_json_writer *json = &c->news->json;
  c->changes++;
  if (json->to == NULL) {
    notch_buffer_print(&c->news->text, "%c %s %.*s\n", sign, what, WORD(name));
    return;
  }
  notch_json_begin(json, '{');
  notch_json_put_text(json, "change", sign == '+' ? NOTCH_TEXT("added") : NOTCH_TEXT("removed"));
  notch_json_put_text(json, "kind", notch_text_of(what));
  notch_json_put_text(json, "name", name);
  notch_json_end(json, '}');
}

/* Points and rewards that an earlier version retired are not dropped once more. */
static bool was_carried(const comparing *c, const char *what, uint32_t index)
{
  return (strcmp(what, "points") == 0 && c->then->retired_points[index].gone) ||
         (strcmp(what, "reward") == 0 && c->then->retired_rewards[index].gone);
}

/* The text of a declaration, to see whether it changed: from its name to the next one's. */
#define COMPARE(entities, count_of, what)                                              \
  do {                                                                                 \
    for (uint32_t i = 0; i < c->new->count_of; i++) {                                  \
      if (!has_##entities(c->old, c->new->entities[i].decl.name)) {                    \
        line(c, '+', what, c->new->entities[i].decl.name);                             \
      }                                                                                \
    }                                                                                  \
    for (uint32_t i = 0; i < c->old->count_of; i++) {                                  \
      if (!has_##entities(c->new, c->old->entities[i].decl.name) &&                    \
          !was_carried(c, what, i)) {                                                  \
        line(c, '-', what, c->old->entities[i].decl.name);                             \
      }                                                                                \
    }                                                                                  \
  } while (0)

#define HAS(entities, count_of)                                                        \
  static bool has_##entities(const notch_program *program, notch_text name)            \
  {                                                                                    \
    bool found = false;                                                                \
    for (uint32_t i = 0; i < program->count_of; i++) {                                 \
      found = found || notch_text_equal(program->entities[i].decl.name, name);         \
    }                                                                                  \
    return found;                                                                      \
  }
HAS(points, points_count)
HAS(events, event_count)
HAS(measures, measure_count)
HAS(ladders, ladder_count)
HAS(rules, rule_count)
HAS(groups, group_count)
HAS(rewards, reward_count)
HAS(payments, payment_count)
HAS(partners, partner_count)
HAS(pools, pool_count)
HAS(cohorts, cohort_count)

static const notch_retire *retire_of(const notch_program *program, notch_text name)
{
  for (uint32_t i = 0; i < program->retire_count; i++) {
    if (notch_text_equal(program->retires[i].decl.name, name)) {
      return &program->retires[i];
    }
  }
  return NULL;
}

static const notch_ladder *same_ladder(const notch_program *program, notch_text name)
{
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    if (notch_text_equal(program->ladders[i].decl.name, name)) {
      return &program->ladders[i];
    }
  }
  return NULL;
}

/* The tiers of one ladder that the other version's ladder lacks. */
static void compare_tiers(comparing *c, char sign, const notch_program *of,
                          const notch_program *other)
{
  for (uint32_t i = 0; i < of->ladder_count; i++) {
    const notch_ladder *ladder = &of->ladders[i];
    const notch_ladder *there = same_ladder(other, ladder->decl.name);
    for (uint32_t j = 0; there != NULL && j < ladder->tier_count; j++) {
      bool found = false;
      for (uint32_t k = 0; k < there->tier_count; k++) {
        found = found ||
                notch_text_equal(there->tiers[k].decl.name, ladder->tiers[j].decl.name);
      }
      if (!found) {
        line(c, sign, "tier", ladder->tiers[j].decl.name);
      }
    }
  }
}

static void compare(comparing *c)
{
  COMPARE(points, points_count, "points");
  COMPARE(events, event_count, "event");
  COMPARE(measures, measure_count, "measure");
  COMPARE(ladders, ladder_count, "ladder");
  compare_tiers(c, '+', c->new, c->old);
  compare_tiers(c, '-', c->old, c->new);
  COMPARE(rules, rule_count, "rule");
  COMPARE(groups, group_count, "group");
  COMPARE(rewards, reward_count, "reward");
  COMPARE(payments, payment_count, "payment");
  COMPARE(partners, partner_count, "partner");
  COMPARE(pools, pool_count, "pool");
  COMPARE(cohorts, cohort_count, "cohort");
}

notch_status notch_api_same(notch_ledger *ledger, const notch_rules *rules, bool *same)
{
  notch_edition *newest = notch_books_newest(ledger->books);
  *same = newest != NULL && memcmp(&newest->rules->program->identity, &rules->program->identity,
                                   sizeof rules->program->identity) == 0;
  return newest != NULL ? NOTCH_OK : notch_api_books(ledger);
}

void notch_api_say_same(notch_ledger *ledger, notch_news *news)
{
  if (news->json.to == NULL) {
    notch_buffer_print(&news->text, "the rules are those of version %u: nothing to publish\n",
                       ledger->books->edition_count);
    return;
  }
  notch_json_key(&news->json, NOTCH_TEXT("version"));
  notch_json_integer(&news->json, ledger->books->edition_count);
}

static void begin_changes(notch_news *news, const notch_edition *newest, const notch_zone *zone,
                          int64_t from_us)
{
  if (news->json.to == NULL) {
    notch_buffer_print(&news->text, "version %u, in force from ", newest->version + 1);
    notch_moment_print_zone(&news->text, from_us, zone);
    notch_buffer_print(&news->text, "\n");
    return;
  }
  notch_json_key(&news->json, NOTCH_TEXT("version"));
  notch_json_integer(&news->json, newest->version + 1);
  notch_json_key(&news->json, NOTCH_TEXT("from"));
  notch_json_raw(&news->json, NOTCH_TEXT("\""));
  notch_moment_print_zone(&news->text, from_us, zone);
  notch_buffer_print(&news->text, "\"");
  notch_json_key(&news->json, NOTCH_TEXT("changes"));
  notch_json_begin(&news->json, '[');
}

notch_status notch_api_difference(notch_ledger *ledger, const notch_rules *rules,
                                  int64_t from_us, notch_news *news)
{
  notch_edition *newest = notch_books_newest(ledger->books);
  if (newest == NULL) {
    return notch_api_books(ledger);
  }
  comparing c = {.old = newest->rules->program,
                 .new = rules->program,
                 .then = newest->rules->plan,
                 .news = news};
  begin_changes(news, newest, &rules->program->zone, from_us);
  compare(&c);
  if (!notch_api_changes(newest->rules, rules, &ledger->engine->memory, news, &c.changes)) {
    return notch_api_nomem(ledger);
  }
  if (news->json.to != NULL) {
    notch_json_end(&news->json, ']');
  } else if (c.changes == 0) {
    notch_buffer_print(&news->text, "no clause changes; only tests or properties do\n");
  }
  return NOTCH_OK;
}

static bool has_becomes(const notch_ladder *ladder, notch_text tier)
{
  for (uint32_t i = 0; i < ladder->becomes_count; i++) {
    if (notch_text_equal(ladder->becomes[i].old_name, tier)) {
      return true;
    }
  }
  return false;
}

static notch_status check_ladder(notch_ledger *ledger, const notch_ladder *old,
                                 const notch_program *program)
{
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    const notch_ladder *now = &program->ladders[i];
    if (!notch_text_equal(now->decl.name, old->decl.name)) {
      continue;
    }
    for (uint32_t j = 0; j < old->tier_count; j++) {
      bool kept = has_becomes(now, old->tiers[j].decl.name);
      for (uint32_t k = 0; k < now->tier_count; k++) {
        kept = kept || notch_text_equal(now->tiers[k].decl.name, old->tiers[j].decl.name);
      }
      if (!kept) {
        return notch_api_say(ledger, NOTCH_ESCRIPT,
                             "tier %.*s is gone, and members may have it: add `tier %.*s becomes "
                             "...` to ladder %.*s", WORD(old->tiers[j].decl.name),
                             WORD(old->tiers[j].decl.name), WORD(now->decl.name));
      }
    }
  }
  return NOTCH_OK;
}

/* The language has no word for tiers without a ladder; its first line keeps them. */
static notch_status refuse_dropped_ladder(notch_ledger *ledger, const notch_ladder *ladder)
{
  notch_buffer tiers;
  notch_buffer_init(&tiers, &ledger->engine->memory);
  for (uint32_t i = 0; i < ladder->tier_count; i++) {
    notch_buffer_print(&tiers, "%s%.*s", i == 0 ? "" : " < ", WORD(ladder->tiers[i].decl.name));
  }
  notch_status status =
      tiers.failed ? notch_api_nomem(ledger)
                   : notch_api_say(ledger, NOTCH_ESCRIPT,
                                   "ladder %.*s is gone, and members have its tiers: keep `ladder "
                                   "%.*s tiers %s`; without its other clauses nobody moves on it",
                                   WORD(ladder->decl.name), WORD(ladder->decl.name), tiers.bytes);
  notch_buffer_free(&tiers);
  return status;
}

const notch_points *notch_api_redenominated(const notch_points *old, const notch_program *program)
{
  for (uint32_t i = 0; i < program->points_count; i++) {
    const notch_points *now = &program->points[i];
    if (notch_text_equal(now->decl.name, old->decl.name) && now->decimals != old->decimals) {
      return now;
    }
  }
  return NULL;
}

static notch_status check_decimals(notch_ledger *ledger, const notch_points *old,
                                   const notch_program *program)
{
  const notch_points *now = notch_api_redenominated(old, program);
  return now == NULL
             ? NOTCH_OK
             : notch_api_say(ledger, NOTCH_ESCRIPT,
                             "points %.*s have %u decimals, and would have %u: what members have "
                             "would be another amount; keep them, or name the kind anew and add "
                             "`retire %.*s with becomes ...`",
                             WORD(now->decl.name), old->decimals, now->decimals,
                             WORD(now->decl.name));
}

/* What was counted in one currency would be read as so much of another. */
static notch_status check_currency(notch_ledger *ledger, const notch_program *before,
                                   const notch_measure *old, const notch_program *program)
{
  for (uint32_t i = 0; i < program->measure_count; i++) {
    const notch_measure *now = &program->measures[i];
    bool money = now->type.kind == NOTCH_TYPE_MONEY && old->type.kind == NOTCH_TYPE_MONEY;
    if (!money || !notch_text_equal(now->decl.name, old->decl.name)) {
      continue;
    }
    notch_text then = before->currencies[old->type.of].code;
    notch_text code = program->currencies[now->type.of].code;
    if (!notch_text_equal(then, code)) {
      return notch_api_say(ledger, NOTCH_ESCRIPT,
                           "measure %.*s counts %.*s, and counted %.*s, which would be mixed: "
                           "name the new measure otherwise, and its field, too",
                           WORD(now->decl.name), WORD(code), WORD(then));
    }
  }
  return NOTCH_OK;
}

/* What would lose something is refused (language, section 10). */
notch_status notch_api_can_follow(notch_ledger *ledger, const notch_rules *rules, int64_t from_us)
{
  notch_edition *newest = notch_books_newest(ledger->books);
  if (newest == NULL) {
    return notch_api_books(ledger);
  }
  const notch_program *old = newest->rules->program, *now = rules->program;
  if (from_us < newest->effective_us) {
    notch_buffer when;
    notch_buffer_init(&when, &ledger->engine->memory);
    notch_moment_print_zone(&when, newest->effective_us, &old->zone);
    notch_status status =
        when.failed ? notch_api_nomem(ledger)
                    : notch_api_say(ledger, NOTCH_EUNSUPPORTED,
                                    "a version cannot come into force before the one it follows: "
                                    "publish it from %s, and it takes the place of that one",
                                    when.bytes);
    notch_buffer_free(&when);
    return status;
  }
  for (uint32_t i = 0; i < old->points_count; i++) {
    notch_text name = old->points[i].decl.name;
    notch_status status = check_decimals(ledger, &old->points[i], now);
    if (status != NOTCH_OK) {
      return status;
    }
    const notch_retire *said = retire_of(now, name);
    if (!has_points(now, name) && said == NULL && !newest->rules->plan->retired_points[i].gone) {
      return notch_api_say(ledger, NOTCH_ESCRIPT,
                           "points %.*s are gone, and members may have some: add `retire %.*s "
                           "with expire`, `with keep` or `with becomes`", WORD(name), WORD(name));
    }
    if (said != NULL && said->is_reward) {
      return notch_api_say(ledger, NOTCH_ESCRIPT,
                           "points %.*s cannot become a reward: name a kind of points", WORD(name));
    }
  }
  for (uint32_t i = 0; i < old->measure_count; i++) {
    notch_status status = check_currency(ledger, old, &old->measures[i], now);
    if (status != NOTCH_OK) {
      return status;
    }
  }
  for (uint32_t i = 0; i < old->reward_count; i++) {
    notch_text name = old->rewards[i].decl.name;
    const notch_retire *said = retire_of(now, name);
    if (!has_rewards(now, name) && said == NULL && !newest->rules->plan->retired_rewards[i].gone) {
      return notch_api_say(ledger, NOTCH_ESCRIPT,
                           "reward %.*s is gone, and members may hold it: add `retire %.*s with "
                           "expire`, `with keep` or `with becomes`", WORD(name), WORD(name));
    }
    if (said != NULL && said->with == NOTCH_RETIRE_BECOMES && !said->is_reward) {
      return notch_api_say(ledger, NOTCH_ESCRIPT,
                           "reward %.*s cannot become points: name a reward", WORD(name));
    }
  }
  for (uint32_t i = 0; i < old->ladder_count; i++) {
    if (!has_ladders(now, old->ladders[i].decl.name)) {
      return refuse_dropped_ladder(ledger, &old->ladders[i]);
    }
    notch_status status = check_ladder(ledger, &old->ladders[i], now);
    if (status != NOTCH_OK) {
      return status;
    }
  }
  return NOTCH_OK;
}
