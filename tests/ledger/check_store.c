/* tests/ledger/check_store.c -- appending, reading back, look-ups, state, names, versions. */
#include <config.h>

#include "support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sample s;

static void set_up(void)
{
  sample_create(&s, NULL, false);
}

static void tear_down(void)
{
  sample_close(&s);
}

static uint32_t terms, partner, reward; /* names */

#define ck_text(text, wanted) ck_assert(notch_text_equal((text), notch_text_of(wanted)))

static void check_full(const notch_transaction *t, int64_t member)
{
  ck_assert_int_eq(t->event, 2);
  ck_assert_int_eq(t->member, member);
  ck_assert_int_eq(t->offset_min, -300);
  ck_assert_int_eq(t->booked_us - t->at_us, 77);
  ck_assert_int_eq(t->verdict, NOTCH_APPLIED);
  ck_text(t->id, "e-1");
  ck_text(t->content, "{}");
  ck_text(t->shared, "{\"budget\":\"5\"}");
  ck_assert_uint_eq(t->detail.length, 0);
  ck_assert_uint_eq(t->posting_count, 3);
  const notch_posting *p = t->postings;
  ck_assert_int_eq(p[0].posting, 1);
  ck_assert_int_eq(p[0].amount, 100);
  ck_assert_uint_eq(p[0].share_count, 2);
  ck_assert_int_eq(p[0].shares[0].amount, 60);
  ck_assert_uint_eq(p[0].shares[1].rule, s.other_rule);
  ck_assert_int_eq(p[0].earned_us, t->at_us);
  ck_assert_int_eq(p[0].expires_s, 2000000000);
  ck_assert_uint_eq(p[0].terms, terms);
  ck_assert_uint_eq(p[0].partner, NOTCH_NONE);
  ck_assert_int_eq(p[1].lot, 1);
  ck_assert_uint_eq(p[1].target, NOTCH_ACCOUNT_SPENT);
  ck_assert_int_eq(p[1].expires_s, NOTCH_NEVER);
  ck_assert_uint_eq(p[1].share_count, 0);
  ck_assert_uint_eq(p[2].share_count, 1);
  ck_assert_uint_eq(p[2].shares[0].rule, s.rule);
  ck_assert_int_eq(p[2].shares[0].amount, 7);
  ck_assert_int_eq(p[2].matures_s, 1800000000);
  ck_assert_int_eq(p[2].earned_us, 5);
  ck_assert_uint_eq(p[2].partner, partner);
  ck_assert_uint_eq(t->move_count, 1);
  ck_assert_uint_eq(t->moves[0].tier, s.tier);
  ck_assert_int_eq(t->moves[0].until_s, NOTCH_NEVER);
  ck_assert_uint_eq(t->effect_count, 2);
  ck_assert_uint_eq(t->effects[0].kind, NOTCH_EFFECT_TAG);
  ck_text(t->effects[0].text, "vip");
  ck_assert_uint_eq(t->effects[0].subject, NOTCH_NONE);
  ck_assert_int_eq(t->effects[1].matures_s, INT64_MIN);
  ck_assert_int_eq(t->effects[1].until_s, 1900000000);
}

static void append_full(int64_t *member)
{
  sample_must(&s, notch_store_begin(s.store));
  sample_must(&s, notch_store_name_add(s.store, &terms, NOTCH_NAME_TERMS, NOTCH_TEXT("idle")));
  sample_must(&s, notch_store_name_add(s.store, &partner, NOTCH_NAME_PARTNER, NOTCH_TEXT("kino")));
  sample_must(&s, notch_store_name_add(s.store, &reward, NOTCH_NAME_REWARD, NOTCH_TEXT("mug")));
  notch_share shares[] = {{s.rule, 60}, {s.other_rule, 40}}, whole[] = {{s.rule, 7}};
  notch_posting postings[] = {
      {.posting = 1, .amount = 100, .lot = 1, .points = s.points, .source = NOTCH_ACCOUNT_ISSUED,
       .target = NOTCH_ACCOUNT_POINTS, .share_count = 2, .shares = shares,
       .earned_us = s.now_us, .matures_s = INT64_MIN, .expires_s = 2000000000, .terms = terms,
       .partner = NOTCH_NONE},
      {.posting = 2, .amount = 30, .lot = 1, .points = s.points, .source = NOTCH_ACCOUNT_POINTS,
       .target = NOTCH_ACCOUNT_SPENT, .expires_s = 99},
      {.posting = 3, .amount = 7, .lot = 3, .points = s.points, .source = NOTCH_ACCOUNT_ISSUED,
       .target = NOTCH_ACCOUNT_POINTS, .share_count = 1, .shares = whole, .earned_us = 5,
       .matures_s = 1800000000, .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = partner}};
  notch_move move = {.ladder = s.ladder, .tier = s.tier, .since_us = s.now_us,
                     .until_s = NOTCH_NEVER, .cause = NOTCH_MOVE_REACH};
  notch_effect effects[] = {{.effect = 1, .kind = NOTCH_EFFECT_TAG, .subject = NOTCH_NONE,
                             .rule = s.rule, .matures_s = INT64_MIN, .until_s = NOTCH_NEVER,
                             .text = NOTCH_TEXT("vip")},
                            {.effect = 2, .kind = NOTCH_EFFECT_GRANT, .subject = reward,
                             .rule = NOTCH_NONE, .amount = 1, .matures_s = INT64_MIN,
                             .until_s = 1900000000}};
  sample_must(&s, notch_store_member_add(s.store, member, NOTCH_TEXT("ann")));
  notch_transaction t = {.type = s.type, .version = 1, .member = *member,
                         .id = NOTCH_TEXT("e-1"), .at_us = s.now_us, .booked_us = s.now_us + 77,
                         .offset_min = -300, .content = NOTCH_TEXT("{}"),
                         .shared = NOTCH_TEXT("{\"budget\":\"5\"}"), .postings = postings,
                         .posting_count = 3, .moves = &move, .move_count = 1,
                         .effects = effects, .effect_count = 2};
  sample_must(&s, notch_store_append(s.store, &t));
  ck_assert_int_eq(t.event, 2);
  sample_must(&s, notch_store_commit(s.store));
}

START_TEST(a_transaction_reads_back_whole)
{
  int64_t member, event;
  append_full(&member);
  notch_transaction t;
  sample_must(&s, notch_store_read(s.store, 2, &s.arena, &t));
  check_full(&t, member);
  notch_cursor *cursor;
  sample_must(&s, notch_cursor_open(&cursor, s.store, 2, 0));
  check_full(notch_cursor_next(cursor), member);
  ck_assert_ptr_null(notch_cursor_next(cursor));
  sample_must(&s, notch_cursor_status(cursor));
  notch_cursor_close(cursor);
  notch_posting posting;
  sample_must(&s, notch_store_posting_read(s.store, 3, &s.arena, &posting, &event));
  ck_assert_int_eq(event, 2);
  ck_assert_int_eq(posting.amount, 7);
  ck_assert_int_eq(notch_store_posting_read(s.store, 4, &s.arena, &posting, &event),
                   NOTCH_STORE_NOTFOUND);
  notch_effect effect;
  sample_must(&s, notch_store_effect_read(s.store, 2, &s.arena, &effect, &event));
  ck_assert_int_eq(effect.amount, 1);
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
}
END_TEST

static int64_t append_plain(const char *id, const char *type, int64_t cause,
                            notch_verdict verdict)
{
  notch_transaction t = {.version = 1, .member = 1, .id = notch_text_of(id), .cause = cause,
                         .at_us = s.now_us, .booked_us = s.now_us, .verdict = verdict};
  sample_must(&s, notch_store_begin(s.store));
  sample_must(&s, notch_store_name_add(s.store, &t.type, NOTCH_NAME_TYPE, notch_text_of(type)));
  sample_must(&s, notch_store_append(s.store, &t));
  sample_must(&s, notch_store_commit(s.store));
  return t.event;
}

static void check_bare(const notch_transaction *row, int64_t event, int64_t previous, bool bare)
{
  notch_transaction whole;
  bool has_id;
  sample_must(&s, notch_store_read(s.store, event, &s.arena, &whole));
  sample_must(&s, notch_store_event_has_id(s.store, event, &has_id));
  ck_assert(has_id && whole.recorded_us != 0 && whole.previous == previous);
  ck_assert_int_eq(row->event, event);
  ck_assert_int_eq(row->recorded_us, 0);
  ck_assert_int_eq(row->previous, bare ? 0 : previous);
  ck_assert(notch_text_equal(row->id, bare ? (notch_text){NULL, 0} : whole.id));
  ck_assert_int_eq(row->booked_us, whole.booked_us);
  ck_assert(notch_text_equal(row->content, whole.content));
  ck_assert_uint_eq(row->posting_count, whole.posting_count);
}

START_TEST(a_bare_row_lacks_what_few_are_asked_for)
{
  uint32_t chained;
  int64_t first = sample_buy(&s, "ann", "a", 5), second = sample_buy(&s, "ann", "b", 6);
  int64_t caused = append_plain("c", "purchase", first, NOTCH_APPLIED);
  int64_t refused = append_plain("d", "purchase", 0, NOTCH_REFUSED_BAD_VALUE);
  int64_t last = append_plain("e", "return", 0, NOTCH_APPLIED);
  sample_must(&s, notch_store_name_find(s.store, &chained, NOTCH_NAME_TYPE, NOTCH_TEXT("return")));
  notch_cursor *cursor;
  sample_must(&s, notch_cursor_open_bare(&cursor, s.store, chained));
  const notch_transaction *rules = notch_cursor_next(cursor);
  bool has_id;
  sample_must(&s, notch_store_event_has_id(s.store, rules->event, &has_id));
  ck_assert(rules->event == 1 && !has_id);
  check_bare(notch_cursor_next(cursor), first, 0, true);
  check_bare(notch_cursor_next(cursor), second, first, true);
  check_bare(notch_cursor_next(cursor), caused, second, false);
  check_bare(notch_cursor_next(cursor), refused, caused, false);
  check_bare(notch_cursor_next(cursor), last, refused, false);
  ck_assert_ptr_null(notch_cursor_next(cursor));
  sample_must(&s, notch_cursor_status(cursor));
  notch_cursor_close(cursor);
}
END_TEST

START_TEST(numbers_must_be_dense)
{
  sample_buy(&s, "ann", "a", 5);
  sample_must(&s, notch_store_begin(s.store));
  notch_posting posting = {.posting = 3, .amount = 1, .lot = 3, .points = s.points,
                           .source = NOTCH_ACCOUNT_ISSUED, .target = NOTCH_ACCOUNT_POINTS};
  notch_transaction t = {.type = s.type, .version = 1, .member = 1, .at_us = 5, .booked_us = 5,
                         .postings = &posting, .posting_count = 1};
  ck_assert_int_eq(notch_store_append(s.store, &t), NOTCH_STORE_MISUSE);
  ck_assert_int_eq(notch_store_append(s.store, &t), NOTCH_STORE_MISUSE);
  ck_assert_int_ne(notch_store_commit(s.store), NOTCH_STORE_OK);
  sample_must(&s, notch_store_begin(s.store));
  ck_assert_int_eq(notch_store_next(s.store)->event, 3);
  posting.posting = posting.lot = 2;
  posting.amount = NOTCH_AMOUNT_MAX + 1;
  ck_assert_int_eq(notch_store_append(s.store, &t), NOTCH_STORE_OVERFLOW);
  notch_store_rollback(s.store);
  sample_buy(&s, "ann", "b", 5);
  ck_assert_int_eq(notch_store_next(s.store)->posting, 3);
}
END_TEST

START_TEST(recorded_only_grows)
{
  sample_buy(&s, "ann", "a", 5);
  int64_t last = notch_store_next(s.store)->recorded_us;
  s.now_us -= 3600 * NOTCH_SECOND_US; /* the clock was set back */
  sample_buy(&s, "ann", "b", 5);
  ck_assert_int_eq(notch_store_next(s.store)->recorded_us, last + 1);
  int64_t known;
  sample_must(&s, notch_store_event_known(s.store, &known, last));
  ck_assert_int_eq(known, 2);
  sample_must(&s, notch_store_event_known(s.store, &known, INT64_MIN));
  ck_assert_int_eq(known, 0);
  sample_must(&s, notch_store_event_known(s.store, &known, INT64_MAX));
  ck_assert_int_eq(known, 3);
}
END_TEST

START_TEST(a_chain_leads_back)
{
  int64_t last;
  for (int i = 0; i < 30; i++) {
    char id[16];
    snprintf(id, sizeof id, "x%d", i);
    sample_buy(&s, i % 3 == 0 ? "ann" : "bob", id, 5 + i);
  }
  int64_t ann;
  sample_must(&s, notch_store_member_find(s.store, &ann, NOTCH_TEXT("ann")));
  sample_must(&s, notch_store_member_last(s.store, &last, ann));
  int count = 0;
  notch_transaction t;
  for (; last != 0; last = t.previous, count++) {
    sample_must(&s, notch_store_read(s.store, last, &s.arena, &t));
    ck_assert_int_eq(t.member, ann);
  }
  ck_assert_int_eq(count, 10);
}
END_TEST

START_TEST(a_rollback_leaves_nothing)
{
  sample_buy(&s, "ann", "a", 5);
  sample_must(&s, notch_store_begin(s.store));
  sample_purchase(&s, "ann", "b", 5);
  sample_purchase(&s, "new", "c", 5);
  uint32_t name;
  sample_must(&s, notch_store_name_add(s.store, &name, NOTCH_NAME_RULE, NOTCH_TEXT("vain")));
  notch_store_rollback(s.store);
  int64_t found;
  sample_must(&s, notch_store_begin(s.store));
  ck_assert_int_eq(notch_store_event_find(s.store, &found, NOTCH_TEXT("b"), 0),
                   NOTCH_STORE_NOTFOUND);
  ck_assert_int_eq(notch_store_member_find(s.store, &found, NOTCH_TEXT("new")),
                   NOTCH_STORE_NOTFOUND);
  ck_assert_int_eq(notch_store_name_find(s.store, &name, NOTCH_NAME_RULE, NOTCH_TEXT("vain")),
                   NOTCH_STORE_NOTFOUND);
  sample_must(&s, notch_store_event_find(s.store, &found, NOTCH_TEXT("a"), 0));
  sample_must(&s, notch_store_member_last(s.store, &found, 1));
  ck_assert_int_eq(found, 2);
  notch_store_rollback(s.store);
  char what[256];
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
}
END_TEST

START_TEST(a_waiting_name_needs_a_transaction)
{
  uint32_t name;
  sample_must(&s, notch_store_begin(s.store));
  sample_must(&s, notch_store_name_add(s.store, &name, NOTCH_NAME_RULE, NOTCH_TEXT("late")));
  ck_assert_int_eq(notch_store_commit(s.store), NOTCH_STORE_MISUSE);
  sample_purchase(&s, "ann", "a", 5);
  sample_must(&s, notch_store_commit(s.store));
  ck_text(notch_store_name_text(s.store, name), "late");
  ck_assert_int_eq(notch_store_name_sort(s.store, name), NOTCH_NAME_RULE);
  ck_assert_uint_eq(notch_store_name_text(s.store, 999).length, 0);
}
END_TEST

START_TEST(a_version_reads_back_with_its_modules)
{
  notch_store_version version;
  sample_must(&s, notch_store_version_read(s.store, 1, &s.arena, &version));
  ck_text(version.source, "programme text");
  ck_assert_uint_eq(version.zone.length, sizeof "zone\0table" - 1);
  ck_assert_uint_eq(version.module_count, 1);
  ck_text(version.modules[0].source, "module text");
  ck_assert_int_eq(version.effective_us, INT64_MIN);
  const notch_store_version *list;
  uint32_t count;
  sample_must(&s, notch_store_version_list(s.store, &s.arena, &list, &count));
  ck_assert_uint_eq(count, 1);
  ck_assert_int_eq(list[0].event, 1);
  ck_assert_int_eq(notch_store_version_read(s.store, 2, &s.arena, &version),
                   NOTCH_STORE_NOTFOUND);
}
END_TEST

START_TEST(state_says_how_far_it_is_folded)
{
  notch_store_state state;
  sample_must(&s, notch_store_begin(s.store));
  int64_t event = sample_purchase(&s, "ann", "a", 5);
  sample_must(&s, notch_store_state_put(s.store, 1, NOTCH_TEXT("one"), 500, 1));
  sample_must(&s, notch_store_state_get(s.store, 1, &state));
  ck_text(state.bytes, "one");
  ck_assert_int_eq(state.upto, event);
  ck_assert_int_eq(state.last, event);
  sample_purchase(&s, "ann", "b", 5);
  sample_must(&s, notch_store_state_get(s.store, 1, &state));
  ck_assert_int_eq(state.upto, event);
  ck_assert_int_eq(state.last, event + 1);
  sample_must(&s, notch_store_commit(s.store));
  sample_must(&s, notch_store_state_get(s.store, 0, &state));
  ck_assert_int_eq(state.upto, 0);
  ck_assert_int_eq(state.last, event + 1);
}
END_TEST

START_TEST(what_falls_due_is_found_in_order)
{
  char name[16];
  sample_must(&s, notch_store_begin(s.store));
  for (int i = 1; i <= 50; i++) {
    snprintf(name, sizeof name, "m%d", i);
    sample_purchase(&s, name, name, 5);
    int64_t due_s = i % 5 == 0 ? 100 : NOTCH_NEVER;
    sample_must(&s, notch_store_state_put(s.store, i, NOTCH_TEXT("x"), due_s, 1));
  }
  notch_store_flush_now(s.store);
  sample_must(&s, notch_store_commit(s.store));
  sample_must(&s, notch_store_begin(s.store));
  sample_purchase(&s, "m7", "again", 5); /* lags: has no state after its last row */
  sample_must(&s, notch_store_state_put(s.store, 10, NOTCH_TEXT("y"), NOTCH_NEVER, 1));
  int64_t member = 0, found[16];
  int count = 0;
  while (notch_store_due_next(s.store, &member, member, 100) == NOTCH_STORE_OK) {
    found[count++] = member;
  }
  static const int64_t wanted[] = {5, 7, 15, 20, 25, 30, 35, 40, 45, 50};
  ck_assert_int_eq(count, 10);
  ck_assert_mem_eq(found, wanted, sizeof wanted);
  ck_assert_int_eq(notch_store_due_next(s.store, &member, 7, 99), NOTCH_STORE_NOTFOUND);
  sample_must(&s, notch_store_commit(s.store));
}
END_TEST

/* A purchase by ann that names her colour, as its salted digest. */
static int64_t name_colour(const char *id, const char *colour, notch_digest *digest)
{
  char content[100], hex[65];
  uint32_t field;
  int64_t booked_us;
  sample_must(&s, notch_store_name_add(s.store, &field, NOTCH_NAME_FIELD, NOTCH_TEXT("colour")));
  sample_must(&s, notch_store_personal_put(s.store, 1, field, notch_text_of(colour), digest));
  sample_must(&s, notch_store_newest_booked(s.store, &booked_us));
  notch_hex(hex, digest->bytes, sizeof digest->bytes);
  snprintf(content, sizeof content, "{\"colour\":\"sha256:%s\"}", hex);
  notch_transaction t = {.type = s.type, .version = 1, .member = 1, .id = notch_text_of(id),
                         .at_us = booked_us, .booked_us = booked_us,
                         .content = notch_text_of(content)};
  sample_must(&s, notch_store_append(s.store, &t));
  return t.event;
}

START_TEST(personal_values_have_a_history_and_go)
{
  char what[256];
  notch_digest digest, other;
  uint32_t field;
  sample_buy(&s, "ann", "a", 5);
  sample_must(&s, notch_store_begin(s.store));
  int64_t first = name_colour("b", "blue", &digest);
  int64_t second = name_colour("c", "blue", &other);
  sample_must(&s, notch_store_commit(s.store));
  ck_assert_mem_ne(digest.bytes, other.bytes, 32); /* salted */
  sample_must(&s, notch_store_name_find(s.store, &field, NOTCH_NAME_FIELD, NOTCH_TEXT("colour")));
  notch_personal value;
  sample_must(&s, notch_store_personal_get(s.store, 1, field, first, &s.arena, &value));
  ck_assert_int_eq(value.event, first);
  sample_must(&s, notch_store_personal_get(s.store, 1, field, 0, &s.arena, &value));
  ck_assert_int_eq(value.event, second);
  ck_assert_int_eq(notch_store_personal_get(s.store, 1, field, 2, &s.arena, &value),
                   NOTCH_STORE_NOTFOUND);
  const notch_personal *all;
  uint32_t count;
  sample_must(&s, notch_store_personal_list(s.store, 1, &s.arena, &all, &count));
  ck_assert_uint_eq(count, 3);
  notch_text id;
  sample_must(&s, notch_store_member_id(s.store, 1, &s.arena, &id));
  ck_text(id, "ann");
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
  sample_erase(&s, 1);
  ck_assert_int_eq(notch_store_member_id(s.store, 1, &s.arena, &id), NOTCH_STORE_NOTFOUND);
  sample_buy(&s, "ann", "d", 5); /* the same id coming again is a new member */
  ck_assert_int_eq(notch_store_member_count(s.store), 2);
  ck_assert_msg(sample_check(&s, what, sizeof what) == 0, "%s", what);
}
END_TEST

START_TEST(settings_and_seals_are_kept)
{
  sample_must(&s, notch_store_begin(s.store));
  sample_must(&s, notch_store_setting_put(s.store, NOTCH_TEXT("ahead"), NOTCH_TEXT("1")));
  sample_must(&s, notch_store_seal_put(s.store, 1, NOTCH_TEXT("a note")));
  sample_must(&s, notch_store_commit(s.store));
  notch_text value;
  int64_t size;
  sample_must(&s, notch_store_setting_get(s.store, NOTCH_TEXT("ahead"), &s.arena, &value));
  ck_text(value, "1");
  sample_must(&s, notch_store_seal_last(s.store, &s.arena, &size, &value));
  ck_text(value, "a note");
  sample_must(&s, notch_store_begin(s.store));
  sample_must(&s, notch_store_setting_put(s.store, NOTCH_TEXT("ahead"), (notch_text){"", 0}));
  sample_must(&s, notch_store_commit(s.store));
  ck_assert_int_eq(notch_store_setting_get(s.store, NOTCH_TEXT("ahead"), &s.arena, &value),
                   NOTCH_STORE_NOTFOUND);
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("store");
  tcase_add_checked_fixture(cases, set_up, tear_down);
  tcase_add_test(cases, a_transaction_reads_back_whole);
  tcase_add_test(cases, a_bare_row_lacks_what_few_are_asked_for);
  tcase_add_test(cases, numbers_must_be_dense);
  tcase_add_test(cases, recorded_only_grows);
  tcase_add_test(cases, a_chain_leads_back);
  tcase_add_test(cases, a_rollback_leaves_nothing);
  tcase_add_test(cases, a_waiting_name_needs_a_transaction);
  tcase_add_test(cases, a_version_reads_back_with_its_modules);
  tcase_add_test(cases, state_says_how_far_it_is_folded);
  tcase_add_test(cases, what_falls_due_is_found_in_order);
  tcase_add_test(cases, personal_values_have_a_history_and_go);
  tcase_add_test(cases, settings_and_seals_are_kept);
  Suite *suite = suite_create("store");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
