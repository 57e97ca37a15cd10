/* tests/api/check_promises.c -- what <notch.h> promises of storage, ceilings and threads. */
#include "notch.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char rules[] =
    "program shop\n  timezone \"UTC\"\n  currency EUR\n  rounded down\n"
    "points star\n  pending for 1 days\n"
    "record item\n  field sku text\n  field paid EUR in 0.00 EUR .. 100.00 EUR\n"
    "event sale\n  field amount EUR in 0.00 EUR .. 1_000.00 EUR\n"
    "  field items list of item at most 500\n"
    "ladder status tiers low < high\n  tier high\n"
    "    reach when earned(star) over the last 12 months >= 20 star\n"
    "rule base\n  on sale\n  earn 1 star per 1.00 EUR of amount\n"
    "rule more\n  on sale\n  earn 1 star per 1.00 EUR of sum(paid for items where sku = \"a\")\n"
    "rule hail\n  on promote to high\n  notify \"high\"\n";

static notch_engine *engine;
static notch_program *program;

static notch_program *compile(notch_engine *by)
{
  notch_program *made = NULL;
  ck_assert_msg(notch_program_compile(&made, by, "shop.notch", rules, strlen(rules), NULL) ==
                    NOTCH_OK,
                "%s", notch_error(by));
  return made;
}

static void set_up(void)
{
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  program = compile(engine);
}

static void tear_down(void)
{
  notch_program_free(program);
  notch_engine_free(engine);
}

/* A sale of 5.00 EUR by ann on that day of January. */
static notch_event *sale(notch_engine *by, unsigned day)
{
  notch_event *event = NULL;
  char id[16], at[16];
  snprintf(id, sizeof id, "e-%u", day);
  snprintf(at, sizeof at, "2026-01-%02u", day);
  ck_assert_int_eq(notch_event_new(&event, by, id, "sale", "ann", at), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_amount(event, "amount", 500, 2), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_json(event, "items", "[]"), NOTCH_OK);
  return event;
}

static notch_status apply(notch_ledger *ledger, notch_engine *by, unsigned day,
                          notch_answer *answer)
{
  notch_result *result = NULL;
  notch_event *event = sale(by, day);
  notch_status status = notch_ledger_apply(ledger, event, &result);
  if (status == NOTCH_OK) {
    *answer = notch_result_answer(result);
  }
  notch_result_free(result);
  notch_event_free(event);
  return status;
}

static int64_t stars(notch_ledger *ledger)
{
  notch_points_of_member found = {0, 0, 0, 0};
  notch_status status = notch_ledger_points(ledger, "ann", "star", "2026-02-01", &found);
  return status == NOTCH_OK ? found.available + found.pending : -1;
}

static int ignore(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 0;
}

static uint64_t differences(notch_ledger *ledger)
{
  uint64_t found = 1;
  ck_assert_int_eq(notch_ledger_verify(ledger, NULL, NOTCH_VIEW_TEXT, ignore, NULL, &found),
                   NOTCH_OK);
  return found;
}

/* ---- the caller's storage ---- */

typedef struct bytes {
  char *at;
  int64_t size;
} bytes;

typedef struct shelf { /* what is there now, and what would be after a power loss */
  bytes now[2], safe[2];
  long left; /* changes until they fail; -1: they never do */
  unsigned changes;
} shelf;

typedef struct census {
  notch_ledger *ledger;
  int64_t stars;
  unsigned members;
} census;

static int count_member(void *payload, const char *member)
{
  census *of = payload;
  notch_points_of_member found = {0, 0, 0, 0};
  ck_assert_int_eq(notch_ledger_points(of->ledger, member, "star", "2026-02-01", &found), NOTCH_OK);
  of->stars += found.available + found.pending;
  of->members++;
  return 0;
}

static void set_size(bytes *of, int64_t size)
{
  if (size > of->size) {
    of->at = realloc(of->at, (size_t)size);
    ck_assert_ptr_nonnull(of->at);
    memset(of->at + of->size, 0, (size_t)(size - of->size));
  }
  of->size = size;
}

static void copy(bytes *to, const bytes *from)
{
  set_size(to, from->size);
  if (from->size > 0) {
    memcpy(to->at, from->at, (size_t)from->size);
  }
}

static int fails(shelf *s)
{
  s->changes++;
  if (s->left == 0) {
    return 1;
  }
  s->left -= s->left > 0;
  return 0;
}

static int shelf_size(void *payload, int journal, int64_t *size)
{
  *size = ((shelf *)payload)->now[journal].size;
  return 0;
}

static int shelf_read(void *payload, int journal, int64_t offset, void *to, size_t size)
{
  const bytes *from = &((shelf *)payload)->now[journal];
  ck_assert_int_le(offset + (int64_t)size, from->size);
  memcpy(to, from->at + offset, size);
  return 0;
}

static int shelf_write(void *payload, int journal, int64_t offset, const void *from, size_t size)
{
  bytes *to = &((shelf *)payload)->now[journal];
  if (fails(payload)) {
    return 1;
  }
  if (offset + (int64_t)size > to->size) {
    set_size(to, offset + (int64_t)size);
  }
  memcpy(to->at + offset, from, size);
  return 0;
}

static int shelf_resize(void *payload, int journal, int64_t size)
{
  if (fails(payload)) {
    return 1;
  }
  set_size(&((shelf *)payload)->now[journal], size);
  return 0;
}

static int shelf_sync(void *payload, int journal)
{
  shelf *s = payload;
  if (fails(s)) {
    return 1;
  }
  copy(&s->safe[journal], &s->now[journal]);
  return 0;
}

static void lose_power(shelf *s)
{
  for (int i = 0; i < 2; i++) {
    copy(&s->now[i], &s->safe[i]);
  }
  s->left = -1;
}

static void clear(shelf *s)
{
  for (int i = 0; i < 2; i++) {
    free(s->now[i].at);
    free(s->safe[i].at);
  }
  *s = (shelf){.left = -1};
}

static notch_ledger_options kept_in(notch_storage *storage, shelf *s)
{
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  *storage = (notch_storage){shelf_size, shelf_read, shelf_write, shelf_resize, shelf_sync, s};
  options.storage = storage;
  options.clock_events = 1;
  return options;
}

START_TEST(a_ledger_lives_in_the_callers_storage)
{
  shelf s = {.left = -1};
  notch_storage storage;
  notch_ledger_options options = kept_in(&storage, &s);
  notch_ledger *ledger = NULL;
  notch_answer answer = NOTCH_ANSWER_REFUSED;
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, NULL, &options), NOTCH_ENOTLEDGER);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, &options), NOTCH_OK);
  for (unsigned day = 1; day <= 9; day++) {
    ck_assert_int_eq(apply(ledger, engine, day, &answer), NOTCH_OK);
    ck_assert_int_eq(answer, NOTCH_ANSWER_APPLIED);
  }
  notch_ledger_close(ledger);
  ck_assert_int_eq(s.now[1].size, 0); /* no commit is under way */
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, &options), NOTCH_EEXISTS);
  lose_power(&s);
  memset(&storage, 0, sizeof storage); /* it was copied */
  options = kept_in(&storage, &s);
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, NULL, &options), NOTCH_OK);
  memset(&storage, 0, sizeof storage);
  ck_assert_int_eq(stars(ledger), 45);
  ck_assert_int_eq(apply(ledger, engine, 9, &answer), NOTCH_OK);
  ck_assert_int_eq(answer, NOTCH_ANSWER_KNOWN);
  ck_assert_int_eq(apply(ledger, engine, 10, &answer), NOTCH_OK);
  ck_assert_uint_eq(differences(ledger), 0);
  notch_ledger_close(ledger);
  options = kept_in(&storage, &s);
  options.read_only = 1;
  unsigned changes = s.changes;
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, NULL, &options), NOTCH_OK);
  ck_assert_int_eq(stars(ledger), 50);
  ck_assert_int_eq(apply(ledger, engine, 11, &answer), NOTCH_EREADONLY);
  notch_ledger_close(ledger);
  ck_assert_uint_eq(s.changes, changes);
  memset(s.now[0].at, 'x', 200);
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, NULL, &options), NOTCH_ENOTLEDGER);
  storage.sync = NULL;
  ck_assert_int_eq(notch_ledger_open(&ledger, engine, NULL, &options), NOTCH_EMISUSE);
  clear(&s);
}
END_TEST

/* However far it comes: after a power loss what was answered is there, and all of it is whole. */
START_TEST(a_storage_that_fails_loses_nothing_that_was_answered)
{
  unsigned failures = 0;
  for (long left = 0; left < 400 && failures < 200; left++) {
    shelf s = {.left = -1};
    notch_storage storage;
    notch_ledger_options options = kept_in(&storage, &s);
    notch_ledger *ledger = NULL;
    notch_answer answer;
    unsigned answered = 0;
    ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, &options), NOTCH_OK);
    s.left = left;
    for (unsigned day = 1; day <= 6; day++) {
      notch_status status = apply(ledger, engine, day, &answer);
      ck_assert_msg(status == NOTCH_OK || status == NOTCH_EIO, "after %ld: %d: %s", left,
                    (int)status, notch_error(ledger));
      if (status != NOTCH_OK) {
        failures++;
        break;
      }
      answered++;
    }
    notch_ledger_close(ledger);
    lose_power(&s);
    options = kept_in(&storage, &s);
    ck_assert_msg(notch_ledger_open(&ledger, engine, NULL, &options) == NOTCH_OK, "after %ld: %s",
                  left, notch_error(engine));
    int64_t found = stars(ledger);
    ck_assert_msg(found >= 5 * (int64_t)answered || (answered == 0 && found == -1),
                  "after %ld: %lld stars of %u events", left, (long long)found, answered);
    ck_assert_uint_eq(differences(ledger), 0);
    notch_ledger_close(ledger);
    clear(&s);
    if (answered == 6) {
      break;
    }
  }
  ck_assert_uint_gt(failures, 20);
}
END_TEST

/* ---- ceilings ---- */

static notch_status with_ceilings(size_t memory_max, uint64_t steps_max, const char **reason)
{
  static char word[32];
  notch_engine_options limits = NOTCH_ENGINE_OPTIONS_INIT;
  notch_engine *own = NULL;
  notch_event *event = NULL;
  notch_result *result = NULL;
  char items[16384] = "[";
  for (unsigned i = 0; i < 300; i++) {
    size_t length = strlen(items);
    snprintf(items + length, sizeof items - length, "%s{\"sku\":\"a\",\"paid\":\"0.01\"}",
             i > 0 ? "," : "");
  }
  strcat(items, "]");
  limits.memory_max = memory_max;
  limits.steps_max = steps_max;
  ck_assert_int_eq(notch_engine_new(&own, &limits), NOTCH_OK);
  notch_program *mine = compile(own);
  ck_assert_int_eq(notch_event_new(&event, own, "e", "sale", "ann", "2026-01-01"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_amount(event, "amount", 500, 2), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_json(event, "items", items), NOTCH_OK);
  notch_status status = notch_program_preview(own, mine, NULL, event, &result);
  snprintf(word, sizeof word, "%s", status == NOTCH_OK ? notch_result_reason(result) : "");
  *reason = word;
  ck_assert_str_ne(status == NOTCH_OK ? "fine" : notch_error(own), "");
  notch_result_free(result);
  notch_event_free(event);
  notch_program_free(mine);
  notch_engine_free(own);
  return status;
}

START_TEST(ceilings_hold_for_each_event)
{
  const char *reason;
  ck_assert_int_eq(with_ceilings(0, 0, &reason), NOTCH_OK);
  ck_assert_str_eq(reason, "applied");
  ck_assert_int_eq(with_ceilings(256, 0, &reason), NOTCH_ENOMEM);
  notch_status status = with_ceilings(0, 100, &reason);
  ck_assert_msg(status != NOTCH_OK || strcmp(reason, "applied") != 0, "no ceiling of steps");
}
END_TEST

/* ---- threads ---- */

static void *work(void *payload)
{
  notch_engine *own = NULL;
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_answer answer;
  int64_t *found = payload;
  options.clock_events = 1;
  if (notch_engine_new(&own, NULL) == NOTCH_OK &&
      notch_ledger_create(&ledger, own, NULL, program, &options) == NOTCH_OK) {
    for (unsigned day = 1; day <= 28; day++) {
      (void)apply(ledger, own, day, &answer);
    }
    *found = stars(ledger);
  }
  notch_ledger_close(ledger);
  notch_engine_free(own);
  return NULL;
}

START_TEST(a_programme_is_shared_by_threads)
{
  pthread_t threads[4];
  int64_t found[4] = {0, 0, 0, 0};
  for (int i = 0; i < 4; i++) {
    ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &found[i]), 0);
  }
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    ck_assert_int_eq(found[i], 140);
  }
}
END_TEST

/* ---- results ---- */

START_TEST(results_have_an_iterator_each)
{
  notch_ledger *ledger = NULL;
  notch_result *result = NULL;
  notch_result_posting posting;
  notch_result_move move;
  notch_result_effect effect;
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, NULL), NOTCH_OK);
  notch_event *event = NULL;
  ck_assert_int_eq(notch_event_new(&event, engine, "e", "sale", "ann", "2026-01-01"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_text(event, "amount", "25.50 EUR"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_json(event, "items", "[]"), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_preview(ledger, event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_answer(result), NOTCH_ANSWER_APPLIED);
  notch_result_free(result);
  ck_assert_int_eq(stars(ledger), -1); /* a preview writes nothing */
  ck_assert_int_eq(notch_ledger_apply(ledger, event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_posting_at(result, 0, &posting), 1);
  ck_assert_str_eq(posting.points, "star");
  ck_assert_str_eq(posting.amount, "25");
  ck_assert_int_eq(posting.units, 25);
  ck_assert_str_eq(posting.source, "issued");
  ck_assert_int_eq(notch_result_posting_at(result, 1, &posting), 0);
  ck_assert_int_eq(notch_result_move_at(result, 0, &move), 1);
  ck_assert_str_eq(move.tier, "high");
  ck_assert_int_eq(notch_result_move_at(result, 1, &move), 0);
  ck_assert_int_eq(notch_result_effect_at(result, 0, &effect), 1);
  ck_assert_str_eq(effect.text, "high");
  notch_result_free(result);
  notch_event_free(event);
  notch_ledger_close(ledger);
}
END_TEST

START_TEST(a_previewed_return_waits_for_nothing)
{
  notch_ledger *ledger = NULL;
  notch_result *result = NULL;
  notch_event *event = NULL;
  notch_answer answer;
  const char *root;
  int64_t before, after;
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, NULL), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_head(ledger, &before, &root), NOTCH_OK);
  ck_assert_int_eq(notch_event_new(&event, engine, "r", "return", "ann", "2026-01-02"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_text(event, "of", "e-1"), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_preview(ledger, event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_answer(result), NOTCH_ANSWER_WAITING);
  notch_result_free(result);
  notch_event_free(event);
  ck_assert_msg(apply(ledger, engine, 1, &answer) == NOTCH_OK, "%s", notch_error(ledger));
  ck_assert_int_eq(answer, NOTCH_ANSWER_APPLIED);
  ck_assert_int_eq(notch_ledger_head(ledger, &after, &root), NOTCH_OK);
  ck_assert_int_eq(after, before + 1); /* the sale, and nothing that it released */
  notch_ledger_close(ledger);
}
END_TEST

static notch_result *deed(notch_ledger *ledger, const char *json, int preview)
{
  notch_event *event = NULL;
  notch_result *result = NULL;
  ck_assert_int_eq(notch_event_parse(&event, engine, json, strlen(json)), NOTCH_OK);
  notch_status status = preview ? notch_ledger_preview(ledger, event, &result)
                                : notch_ledger_apply(ledger, event, &result);
  ck_assert_msg(status == NOTCH_OK, "%s", notch_error(ledger));
  ck_assert_int_eq(notch_result_answer(result), NOTCH_ANSWER_APPLIED);
  notch_event_free(event);
  return result;
}

#define EVENT(id, type, member, day, rest)                                                         \
  "{\"id\":\"" id "\",\"type\":\"" type "\",\"member\":\"" member "\",\"at\":\"2026-01-0" day      \
  "\"" rest "}"

START_TEST(a_previewed_transfer_to_a_merged_name_goes_to_the_survivor)
{
  static const char moving[] = "program shop\n  timezone \"UTC\"\n  currency EUR\n"
                               "points star\nrule moving\n  on transfer\n";
  static const char *const before[] = {
      EVENT("j1", "join", "ann", "1", ""),
      EVENT("j2", "join", "bob", "1", ""),
      EVENT("m", "merge", "ann", "2", ",\"from\":\"bob\""),
      EVENT("a", "adjust", "cat", "2",
            ",\"points\":{\"star\":\"5\"},\"reason\":\"gift\",\"by\":\"me\""),
  };
  notch_program *own = NULL;
  notch_ledger *ledger = NULL;
  notch_result_posting posting = {0};
  ck_assert_int_eq(
      notch_program_compile(&own, engine, "moving.notch", moving, strlen(moving), NULL), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, own, NULL), NOTCH_OK);
  for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
    notch_result_free(deed(ledger, before[i], 0));
  }
  notch_result *result = deed(
      ledger, EVENT("t", "transfer", "cat", "3", ",\"to\":\"bob\",\"points\":{\"star\":\"4\"}"), 1);
  ck_assert_int_eq(notch_result_posting_at(result, 0, &posting), 1);
  ck_assert_str_eq(posting.member, "cat");
  ck_assert_int_eq(notch_result_posting_at(result, 1, &posting), 1);
  ck_assert_str_eq(posting.member, "ann");
  ck_assert_int_eq(posting.units, 4);
  notch_result_free(result);
  notch_ledger_close(ledger);
  notch_program_free(own);
}
END_TEST

static notch_status refused_origin(const char *origin)
{
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  options.origin = origin;
  notch_status status = notch_ledger_create(&ledger, engine, NULL, program, &options);
  notch_ledger_close(ledger);
  return status;
}

START_TEST(what_could_never_be_mended_is_refused)
{
  notch_ledger *ledger = NULL;
  notch_event *event = NULL;
  notch_result *result = NULL;
  ck_assert_int_eq(refused_origin("a b\nc"), NOTCH_EVALUE);
  ck_assert_int_eq(refused_origin("\xff"), NOTCH_EVALUE);
  ck_assert_int_eq(refused_origin("shop, \xc3\xa9t\xc3\xa9"), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, NULL, program, NULL), NOTCH_OK);
  ck_assert_int_eq(notch_event_new(&event, engine, NULL, "sale", "ann", "2026-01-02"), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_amount(event, "amount", 500, 2), NOTCH_OK);
  ck_assert_int_eq(notch_event_set_json(event, "items", "[],\"amount\":\"9.00\""), NOTCH_EVALUE);
  ck_assert_int_eq(notch_event_set_json(event, "items", "["), NOTCH_EVALUE);
  ck_assert_int_eq(notch_event_set_json(event, "items", ""), NOTCH_EVALUE);
  ck_assert_int_eq(notch_event_set_json(event, "items", "[]"), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_preview(ledger, event, &result), NOTCH_OK);
  ck_assert_int_eq(notch_result_answer(result), NOTCH_ANSWER_APPLIED);
  notch_result_free(result);
  ck_assert_int_eq(notch_ledger_apply(ledger, event, &result), NOTCH_EMISUSE);
  ck_assert_int_eq(notch_ledger_effects(ledger, INT64_MAX, NOTCH_VIEW_TEXT, ignore, NULL),
                   NOTCH_OK);
  notch_event_free(event);
  notch_ledger_close(ledger);
}
END_TEST

START_TEST(each_member_can_be_asked_about)
{
  enum { MEMBERS = 700 };
  census found = {NULL, 0, 0};
  ck_assert_int_eq(notch_ledger_create(&found.ledger, engine, NULL, program, NULL), NOTCH_OK);
  for (unsigned i = 0; i < MEMBERS; i++) {
    notch_event *event = NULL;
    char name[16];
    snprintf(name, sizeof name, "m-%u", i);
    ck_assert_int_eq(notch_event_new(&event, engine, name, "sale", name, "2026-01-02"), NOTCH_OK);
    ck_assert_int_eq(notch_event_set_amount(event, "amount", 500, 2), NOTCH_OK);
    ck_assert_int_eq(notch_event_set_json(event, "items", "[]"), NOTCH_OK);
    ck_assert_int_eq(notch_ledger_apply(found.ledger, event, NULL), NOTCH_OK);
    notch_event_free(event);
  }
  ck_assert_int_eq(notch_ledger_members(found.ledger, count_member, &found), NOTCH_OK);
  ck_assert_uint_eq(found.members, MEMBERS);
  ck_assert_int_eq(found.stars, 5 * MEMBERS);
  notch_ledger_close(found.ledger);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("promises");
  TCase *promises = tcase_create("promises");
  tcase_add_checked_fixture(promises, set_up, tear_down);
  tcase_add_test(promises, a_ledger_lives_in_the_callers_storage);
  tcase_add_test(promises, a_storage_that_fails_loses_nothing_that_was_answered);
  tcase_add_test(promises, ceilings_hold_for_each_event);
  tcase_add_test(promises, a_programme_is_shared_by_threads);
  tcase_add_test(promises, results_have_an_iterator_each);
  tcase_add_test(promises, a_previewed_return_waits_for_nothing);
  tcase_add_test(promises, what_could_never_be_mended_is_refused);
  tcase_add_test(promises, each_member_can_be_asked_about);
  tcase_add_test(promises, a_previewed_transfer_to_a_merged_name_goes_to_the_survivor);
  suite_add_tcase(suite, promises);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
